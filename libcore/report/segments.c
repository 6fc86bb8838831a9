/* segments: how many are in each, and what they are worth. */
#include "base/mem.h"
#include "report/list.h"
#include "report/members.h"
#include "store/rollup.h"

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "segment", .type = CRM_T_TEXT, .help = "its name" },
	{ .name = "members", .type = CRM_T_NUMBER, .help = "how many they are" },
	{ .name = "customers", .type = CRM_T_NUMBER,
	    .help = "how many of them bought" },
	{ .name = "orders", .type = CRM_T_NUMBER, .help = "their orders" },
	{ .name = "spent", .type = CRM_T_MONEY,
	    .help = "their purchases less refunds" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of spent" },
	{ .name = "share", .type = CRM_T_PERCENT,
	    .help = "spent as percent of that of all customers" },
};
/* clang-format on */

/* What one segment's members, or all customers, come to in the base
 * currency. */
struct sums {
	int64_t members, customers, orders, spent;
};

static const struct crm_err *
add_row(const struct crm_config *c, const struct crm_rollup *row,
    uint8_t currency, struct sums *out)
{
	out->orders += row->orders;
	return crm_config_add(c, row->sum, currency, &out->spent);
}

/* All customers. */
static const struct crm_err *
sum_all(struct crm_report_run *r, struct sums *out)
{
	const struct crm_err *err;
	struct crm_rollup row;
	struct crm_rollup_walk *walk;
	struct crm_rollup_at e;

	memset(out, 0, sizeof(*out));
	err = crm_rollup_open(r->snap, &walk);
	if (err == NULL)
		err = crm_rollup_first(walk, 0, &e);
	while (err == NULL && e.who != 0) {
		crm_rollup_read(e.value, &row);
		err = add_row(r->config, &row, e.currency, out);
		if (err == NULL)
			err = crm_rollup_next(walk, &e);
	}
	crm_rollup_close(walk);
	return err;
}

static const struct crm_err *
sum_members(
    struct crm_report_run *r, const uint64_t *id, size_t n, struct sums *out)
{
	struct crm_rollups rows = { 0 };
	const struct crm_err *err = NULL;
	size_t i, j;

	memset(out, 0, sizeof(*out));
	out->members = (int64_t)n;
	for (i = 0; err == NULL && i < n; i++) {
		bool bought = false;

		err = crm_rollup_all(r->snap, id[i], &rows);
		for (j = 0; err == NULL && j < rows.n; j++) {
			bought |= rows.row[j].row.purchases > 0;
			err = add_row(r->config, &rows.row[j].row,
			    rows.row[j].currency, out);
		}
		out->customers += bought;
	}
	crm_rollups_release(&rows);
	return err;
}

static const struct crm_err *
put_segment(
    struct crm_report_run *r, struct crm_view name, const struct sums *all)
{
	const struct crm_err *err;
	uint64_t *id = NULL;
	struct sums s;
	size_t n = 0;

	err = crm_segment_members(r->snap, r->clock, r->user, name, &id, &n);
	if (err == NULL)
		err = sum_members(r, id, n, &s);
	if (err == NULL) {
		crm_row_begin(&r->row);
		crm_row_text(&r->row, name);
		crm_row_number(&r->row, s.members);
		crm_row_number(&r->row, s.customers);
		crm_row_number(&r->row, s.orders);
		crm_row_money(&r->row, s.spent, r->config->currency_num);
		crm_row_currency(&r->row, r->config->currency_num);
		crm_row_share(&r->row, s.spent, all->spent);
		err = crm_row_put(&r->row, r->rows);
	}
	crm_free(id);
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	/* names first: the snapshot may be let go of between rows */
	struct crm_segment_names names = { 0 };
	const struct crm_err *err;
	struct sums all;
	size_t i;

	err = sum_all(r, &all);
	if (err == NULL)
		err = crm_segment_names_read(r->snap, r->clock, &names);
	for (i = 0; err == NULL && i < names.n && !crm_rows_is_full(r->rows);
	     i++)
		err = put_segment(r, names.name[i], &all);
	crm_segment_names_release(&names);
	return err;
}

const struct crm_report crm_report_segments = {
	.name = "segments",
	.summary = "how many are in each segment, and what they are worth",
	.main = "members",
	.match = "segment",
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
