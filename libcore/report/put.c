#include "report/put.h"

const struct crm_err *
crm_put_rows(struct crm_report_run *r, size_t n,
    const struct crm_err *(*make)(void *ctx, size_t i), void *ctx)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < n; i++) {
		if (crm_rows_is_full(r->rows))
			break;
		err = make(ctx, i);
		if (err == NULL)
			err = crm_row_put(&r->row, r->rows);
	}
	return err;
}

/* crm_put_rows() has one context. */
struct groups {
	struct crm_report_run *r;
	const struct crm_groups *all;
	const struct crm_err *(*add)(void *ctx, const struct crm_group *);
	void *ctx;
};

static const struct crm_err *
make_group(void *ctx, size_t i)
{
	struct groups *g = ctx;

	crm_row_begin(&g->r->row);
	crm_groups_add_key(g->all, &g->all->group[i], &g->r->row);
	return g->add(g->ctx, &g->all->group[i]);
}

const struct crm_err *
crm_put_groups(struct crm_report_run *r, struct crm_groups *all,
    enum crm_groups_order order, size_t slot,
    const struct crm_err *(*add)(void *ctx, const struct crm_group *),
    void *ctx)
{
	struct groups g = { r, all, add, ctx };
	const struct crm_err *err = crm_groups_settle(all);

	if (err != NULL)
		return err;
	if (crm_by_begins_with_period(&r->by))
		order = CRM_ORDER_KEY;
	crm_groups_sort(all, order, slot);
	return crm_put_rows(r, all->n, make_group, &g);
}
