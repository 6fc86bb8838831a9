#include "cli/out.h"

#include "base/mem.h"
#include "query/project.h"
#include "query/sort.h"

#define SORT_MEMORY ((size_t)64 << 20)

struct crm_out {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	struct crm_writer *writer;
	struct crm_project *project;
	struct crm_sort *sort; /* NULL: as they come */
	bool held;
	bool mail;      /* for a mail program: who has no address is left out */
	bool cards;     /* only of people and organisations */
	bool journal;   /* only of events */
	uint64_t count; /* handed to the writer, or to be sorted */
};

static const struct crm_err *
pause_snap(void *ctx)
{
	crm_snap_pause(ctx);
	return NULL;
}

static const struct crm_err *
resume_snap(void *ctx)
{
	return crm_snap_resume(ctx);
}

void
crm_out_let_go(struct crm_ctx *ctx, struct crm_snap *snap)
{
	if (!ctx->piped)
		return;
	ctx->out.before = pause_snap;
	ctx->out.after = resume_snap;
	ctx->out.ctx = snap;
}

void
crm_out_all_kinds(
    const struct crm_schema *s, bool events, struct crm_out_kinds *out)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < crm_schema_nkinds(s); i++) {
		char letter = crm_schema_kind(s, i)->letter;

		out->kind[letter - 'a'] = events || letter != 'e';
	}
}

void
crm_out_one_kind(const struct crm_kind *k, struct crm_out_kinds *out)
{
	memset(out, 0, sizeof(*out));
	out->kind[k->letter - 'a'] = true;
	out->only = k;
}

void
crm_out_query_kinds(const struct crm_query *q, struct crm_out_kinds *out)
{
	size_t i;

	for (i = 0; i < 26; i++)
		out->kind[i] = crm_query_selects(q, (char)('a' + i));
	out->only = crm_query_kind(q);
}

static const struct crm_err *
before_write(void *ctx)
{
	struct crm_out *out = ctx;

	crm_project_settle(out->project);
	crm_snap_pause(out->snap);
	return NULL;
}

static const struct crm_err *
after_write(void *ctx)
{
	struct crm_out *out = ctx;
	const struct crm_err *err = crm_snap_resume(out->snap);

	crm_project_renew(out->project);
	return err;
}

const struct crm_err *
crm_out_new(struct crm_ctx *ctx, struct crm_snap *snap,
    const struct crm_out_kinds *kinds, bool held, struct crm_out **result)
{
	struct crm_out *out = crm_calloc(1, sizeof(*out));
	struct crm_project_options po = { .form = crm_ctx_form(ctx),
		.fields = ctx->fields,
		.kinds = kinds->kind,
		.only = kinds->only,
		.clock = &ctx->clock };
	struct crm_sort_options so = { .fields = ctx->sort,
		.kinds = kinds->kind,
		.only = kinds->only,
		.clock = &ctx->clock,
		.memory = SORT_MEMORY };
	const struct crm_err *err;

	*result = out;
	out->ctx = ctx;
	out->snap = snap;
	out->held = held;
	out->cards = crm_form_is_card(po.form);
	out->journal = po.form == CRM_OUT_LEDGER;
	out->mail = po.form == CRM_OUT_MUTT || po.form == CRM_OUT_AERC;
	/* mail programs show the first ones first: who was in touch last */
	if (so.fields == NULL && out->mail &&
	    (kinds->kind['p' - 'a'] || kinds->kind['o' - 'a']))
		so.fields = "-last,name";
	out->writer = crm_ctx_writer(ctx, po.form);
	err = crm_project_new(snap, &po, out->writer, &out->project);
	if (err == NULL && so.fields != NULL)
		err = crm_sort_new(snap, &so, &out->sort);
	if (held)
		ctx->out.limit = SIZE_MAX;
	else if (ctx->piped) {
		ctx->out.before = before_write;
		ctx->out.after = after_write;
		ctx->out.ctx = out;
	}
	if (err == NULL && !held && crm_snap_past(snap) == NULL)
		crm_project_share(out->project);
	return err;
}

void
crm_out_free(struct crm_out *out)
{
	if (out == NULL)
		return;
	out->ctx->out.before = out->ctx->out.after = NULL;
	crm_sort_free(out->sort);
	crm_project_free(out->project);
	crm_writer_free(out->writer);
	crm_free(out);
}

bool
crm_out_is_full(const struct crm_out *out)
{
	return out->ctx->out.closed ||
	    (out->sort == NULL && out->count >= out->ctx->limit);
}

uint64_t
crm_out_count(const struct crm_out *out)
{
	return out->count;
}

static bool
has_email(const struct crm_out *out, uint64_t id, const struct crm_stored *r)
{
	const struct crm_kind *k =
	    crm_kind_of(out->ctx->schema, crm_id_kind(id));
	const struct crm_field *f = crm_field_named(k, CRM_V("email"));
	struct crm_view v;

	return f != NULL && crm_stored_get(r, f->num, &v);
}

void
crm_out_narrow(const struct crm_out *out, struct crm_query *q)
{
	if (out->sort != NULL && !out->mail && out->ctx->limit < UINT64_MAX)
		crm_sort_narrow(out->sort, q, out->ctx->limit);
}

const struct crm_err *
crm_out_put(struct crm_out *out, uint64_t id, const struct crm_stored *stored)
{
	if (crm_out_is_full(out) || (out->mail && !has_email(out, id, stored)))
		return NULL;
	if (out->journal && crm_id_kind(id) != 'e')
		return NULL;
	if (out->cards && crm_id_kind(id) != 'p' && crm_id_kind(id) != 'o')
		return NULL;
	out->count++;
	if (out->sort != NULL)
		return crm_sort_add(out->sort, id, stored);
	return crm_project_put(out->project, id, stored);
}

/* Print what was sorted. */
static const struct crm_err *
put_sorted(struct crm_out *out)
{
	const struct crm_err *err = NULL;
	enum crm_presence p;
	struct crm_stored r;
	uint64_t id, n;

	for (n = 0; err == NULL && n < out->ctx->limit; n++) {
		if (out->ctx->out.closed)
			break;
		err = crm_sort_next(out->sort, &id);
		if (err != NULL || id == 0)
			break;
		err = crm_snap_get(out->snap, id, &r, &p);
		if (err == NULL && p != CRM_ABSENT)
			err = crm_project_put(out->project, id, &r);
	}
	return err;
}

const struct crm_err *
crm_out_end(struct crm_out *out)
{
	const struct crm_err *err = NULL;

	if (out->sort != NULL)
		err = put_sorted(out);
	if (err == NULL)
		err = crm_project_flush(out->project);
	if (err != NULL)
		return err;
	crm_writer_end(out->writer);
	return out->held ? NULL : crm_sink_flush(&out->ctx->out);
}

const struct crm_err *
crm_out_flush(struct crm_out *out)
{
	const struct crm_err *err = crm_project_flush(out->project);

	return err != NULL || out->held ? err : crm_sink_flush(&out->ctx->out);
}
