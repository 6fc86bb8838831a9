#include "query/assign_rule.h"

#include "base/mem.h"
#include "config/config.h"
#include "store/assign.h"

struct crm_assigning {
	const struct crm_config *config;
	struct crm_query_ctx ctx;
	struct crm_query **query; /* of each rule; NULL before the first use */
	struct crm_buf bytes;
};

struct crm_assigning *
crm_assigning_new(
    const struct crm_config *c, const struct crm_clock *clock, const char *user)
{
	struct crm_assigning *a;

	if (c->nassign == 0)
		return NULL;
	a = crm_calloc(1, sizeof(*a));
	a->config = c;
	a->ctx.clock = clock;
	a->ctx.user = user;
	a->bytes.max = CRM_LINE_MAX * 8;
	return a;
}

void
crm_assigning_forget(struct crm_assigning *a)
{
	size_t i;

	if (a == NULL)
		return;
	for (i = 0; a->query != NULL && i < a->config->nassign; i++)
		crm_query_free(a->query[i]);
	crm_free(a->query);
	a->query = NULL;
}

void
crm_assigning_free(struct crm_assigning *a)
{
	if (a == NULL)
		return;
	crm_assigning_forget(a);
	crm_buf_release(&a->bytes);
	crm_free(a);
}

/* A query over events and the like would give nobody anything. */
static const struct crm_err *
check_kind(const struct crm_query *q)
{
	const struct crm_kind *k = crm_query_kind(q);

	return k == NULL || crm_assign_field(k) != NULL
	    ? NULL
	    : crm_err(CRM_E_CONFIG, "%s have no owner", k->plural);
}

const struct crm_err *
crm_assigning_read(struct crm_assigning *a, struct crm_snap *snap)
{
	const struct crm_assign_rule *rule;
	const struct crm_err *err = NULL;
	size_t i;

	crm_assigning_forget(a);
	a->ctx.snap = snap;
	a->query = crm_calloc(a->config->nassign, sizeof(struct crm_query *));
	for (i = 0; err == NULL && i < a->config->nassign; i++) {
		rule = &a->config->assign[i];
		err = crm_query_parse_text(
		    &a->ctx, crm_view_str(rule->query), &a->query[i]);
		if (err == NULL)
			err = check_kind(a->query[i]);
		if (err != NULL &&
		    (err->code == CRM_E_USAGE || err->code == CRM_E_DATA ||
			err->code == CRM_E_CONFIG))
			err = crm_err(CRM_E_CONFIG,
			    "crm.yaml:%u: the query of a rule of assign: %s",
			    rule->line, err->msg);
	}
	if (err != NULL)
		crm_assigning_forget(a);
	return err;
}

const struct crm_err *
crm_assign_rule(
    void *ctx, struct crm_snap *snap, const struct crm_rec *rec, size_t *rule)
{
	const struct crm_err *err = NULL;
	struct crm_assigning *a = ctx;
	struct crm_stored stored;
	char letter = rec->kind->letter;
	bool yes = false;
	size_t i;

	*rule = SIZE_MAX;
	if (a->query == NULL)
		err = crm_assigning_read(a, snap);
	if (err != NULL)
		return err;
	crm_buf_reset(&a->bytes);
	crm_rec_encode(rec, &a->bytes, 0, 0, 0);
	err = crm_buf_end(&a->bytes);
	if (err != NULL || !crm_code_open(crm_buf_view(&a->bytes), &stored))
		return err;
	for (i = 0; err == NULL && !yes && i < a->config->nassign; i++) {
		if (!crm_query_selects(a->query[i], letter))
			continue;
		err = crm_query_match(a->query[i],
		    crm_id(letter, 0, CRM_ID_NUMBER_MAX), &stored, &yes);
		if (yes)
			*rule = i;
	}
	return err;
}
