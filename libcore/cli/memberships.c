#include "cli/memberships.h"

#include "query/query.h"

/* Is a record in the segment of a name? */
static const struct crm_err *
is_in(struct crm_query_ctx *ctx, const char *name, uint64_t id,
    const struct crm_stored *stored, bool *yes)
{
	const struct crm_err *err;
	struct crm_query *one;

	*yes = false;
	/* one whose query is wrong by now does not spoil the others */
	if (crm_query_parse(ctx, &name, 1, false, &one, NULL) != NULL)
		return NULL;
	err = crm_query_match(one, id, stored, yes);
	crm_query_free(one);
	return err;
}

const struct crm_err *
crm_memberships(struct crm_ctx *ctx, struct crm_snap *snap, uint64_t id,
    const struct crm_stored *stored,
    const struct crm_err *(*fn)(void *ctx, uint64_t segment, const char *name),
    void *arg)
{
	struct crm_query_ctx qc = {
		.snap = snap, .clock = &ctx->clock, .user = ctx->user.p
	};
	struct crm_buf word = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	const char *kind = "segment";
	const struct crm_err *err;
	struct crm_query *all = NULL;
	struct crm_run *run = NULL;
	struct crm_stored r;
	struct crm_view v;
	uint64_t segment;
	bool yes;

	err = crm_query_parse(&qc, &kind, 1, true, &all, NULL);
	if (err == NULL)
		err = crm_run_open(all, &run);
	while (err == NULL) {
		err = crm_run_next(run, &segment, &r);
		if (err != NULL || segment == 0)
			break;
		if (!crm_stored_get(&r, CRM_SEGMENT_NAME, &v))
			continue;
		crm_buf_reset(&word);
		crm_buf_addf(&word, "@%.*s", CRM_VARG(v));
		err = is_in(&qc, word.p, id, stored, &yes);
		if (err == NULL && yes)
			err = fn(arg, segment, word.p);
	}
	crm_run_close(run);
	crm_query_free(all);
	crm_buf_release(&word);
	return err;
}
