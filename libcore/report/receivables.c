/* receivables: what customers have not paid yet, by how late it is. */
#include "report/receivables.h"
#include "base/map.h"
#include "base/mem.h"
#include "record/word.h"
#include "report/explain.h"
#include "report/list.h"
#include "store/rollup.h"
#include "store/who.h"

/*
 * Slots of money: what is open, how much of it is late at all, for more than
 * 30, 60 and 90 days, and what is left of it when credits are taken off.
 *
 * Each is a part of the one before, and what is printed are these and their
 * differences: when sums are rounded to the base currency, columns still add
 * up, and what is nothing is 0.
 */
#define OPEN 0
#define LATE 1
#define NLATE 4
#define BALANCE 5
#define INVOICES 0 /* slots of counts */
#define CUSTOMERS 1
#define OLDEST 2 /* day, if there are open invoices */
#define PAID 3   /* invoices; the days that took, and how many were late */
#define PAID_DAYS 4
#define PAID_LATE 5

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "name", .type = CRM_T_TEXT, .help = "what they are called" },
	{ .name = "customers", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "invoices", .type = CRM_T_NUMBER, .help = "open ones" },
	{ .name = "open", .type = CRM_T_MONEY, .help = "what is left to pay" },
	{ .name = "not-due", .type = CRM_T_MONEY, .help = "of it, not late" },
	{ .name = "1-30", .type = CRM_T_MONEY,
	    .help = "of it, 1 to 30 days late" },
	{ .name = "31-60", .type = CRM_T_MONEY,
	    .help = "of it, 31 to 60 days late" },
	{ .name = "61-90", .type = CRM_T_MONEY,
	    .help = "of it, 61 to 90 days late" },
	{ .name = "over-90", .type = CRM_T_MONEY,
	    .help = "of it, more than 90 days late" },
	{ .name = "credit", .type = CRM_T_MONEY,
	    .help = "what was paid and settles no invoice" },
	{ .name = "balance", .type = CRM_T_MONEY, .help = "open less credit" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of the amounts" },
	{ .name = "oldest", .type = CRM_T_DATE,
	    .help = "day until which the first open one was to be paid" },
	{ .name = "paid", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "invoices that are paid" },
	{ .name = "days-to-pay", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "mean days from those until they were" },
	{ .name = "paid-late", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "of them, those that were paid after they were due" },
};
/* clang-format on */
enum { C_NAME, C_CUSTOMERS, C_INVOICES };
#define C_PAID 13

/* What a customer owes in one currency. */
struct debt {
	uint64_t who;
	int64_t balance;
	uint8_t currency;
};

struct work {
	struct crm_report_run *r;
	struct debt *debt; /* in the order of who and currency */
	size_t n, cap;
	int32_t today;
	bool paid; /* paid invoices count, too */
	struct crm_groups groups;
	struct crm_by_values *values;
	struct crm_firms *firms;
	/* firms that paid for their people: who and currency of all debts; not
	 * filled before the first */
	struct crm_map payers;
	/* the debt at hand, and all bills of its who */
	struct debt at;
	struct crm_bills bills;
	uint8_t *counts; /* for each invoice what it counts as */
	size_t counts_cap;
	int64_t open, credit; /* of the debt at hand */
};

static void
take_row(struct work *w, uint64_t who, uint8_t currency,
    const struct crm_rollup *row)
{
	if (row->balance == 0)
		return;
	w->debt = crm_grow(w->debt, &w->cap, w->n + 1, sizeof(*w->debt));
	w->debt[w->n++] = (struct debt){ who, row->balance, currency };
}

static const struct crm_err *
find_all(struct work *w)
{
	struct crm_report_run *r = w->r;
	const struct crm_err *err;
	struct crm_rollup row;
	struct crm_rollup_walk *walk;
	struct crm_rollup_at e;

	err = crm_rollup_open(r->snap, &walk);
	if (err == NULL)
		err = crm_rollup_first(walk, 0, &e);
	while (err == NULL && e.who != 0) {
		crm_rollup_read(e.value, &row);
		if (row.balance != 0 && crm_whom_has(&r->whom, e.who))
			take_row(w, e.who, e.currency, &row);
		err = crm_rollup_next(walk, &e);
	}
	crm_rollup_close(walk);
	return err;
}

static const struct crm_err *
find_some(struct work *w)
{
	struct crm_rollups rows = { 0 };
	const struct crm_err *err = NULL;
	size_t i, j;

	for (i = 0; err == NULL && i < w->r->whom.n; i++) {
		err = crm_rollup_all(w->r->snap, w->r->whom.id[i], &rows);
		for (j = 0; err == NULL && j < rows.n; j++)
			take_row(w, w->r->whom.id[i], rows.row[j].currency,
			    &rows.row[j].row);
	}
	crm_rollups_release(&rows);
	return err;
}

/* An invoice or a payment: it belongs to one of the debts of its who. */
static const struct crm_err *
take_bill(void *ctx, const struct crm_fact *f)
{
	struct work *w = ctx;
	struct debt *d = NULL;
	size_t i;

	for (i = w->n; d == NULL && i > 0 && w->debt[i - 1].who == f->who; i--)
		if (w->debt[i - 1].currency == f->currency)
			d = &w->debt[i - 1];
	if (d == NULL) {
		w->debt =
		    crm_grow(w->debt, &w->cap, w->n + 1, sizeof(*w->debt));
		d = &w->debt[w->n++];
		*d = (struct debt){ f->who, 0, f->currency };
	}
	return crm_add_i64(d->balance,
		   f->what == CRM_W_INVOICE    ? f->minor
		       : f->minor == INT64_MIN ? INT64_MAX
					       : -f->minor,
		   &d->balance)
	    ? NULL
	    : crm_err(CRM_E_DATA, "a sum of the report is too large");
}

/* Also who owes nothing, for rollups do not know them. */
static const struct crm_err *
find_billed(struct work *w)
{
	struct crm_facts facts = crm_report_facts(
	    w->r, CRM_FACT(CRM_W_INVOICE) | CRM_FACT(CRM_W_PAYMENT), false);

	return crm_facts_each(&facts, take_bill, w);
}

/* Late is what is late for more days than this. */
static const int late_days[NLATE] = { 0, 30, 60, 90 };

static const struct crm_err *
add_invoice(struct work *w, struct crm_group *g,
    const struct crm_open_invoice *i, bool counts)
{
	int64_t due = crm_date_days(i->due);
	const struct crm_err *err;
	size_t k;

	if (g->count[INVOICES] == 0 || due < g->count[OLDEST])
		g->count[OLDEST] = due;
	g->count[INVOICES] += counts;
	err = crm_groups_add_money(&w->groups, g, OPEN, i->currency, i->left);
	for (k = 0; err == NULL && k < NLATE; k++)
		if (w->today - due > late_days[k])
			err = crm_groups_add_money(
			    &w->groups, g, LATE + k, i->currency, i->left);
	return err;
}

/* An invoice that was paid. */
static void
add_paid(struct work *w, struct crm_group *g, const struct crm_open_invoice *i)
{
	int32_t paid = crm_report_day(w->r, i->paid_us);

	g->count[PAID]++;
	g->count[PAID_DAYS] += paid - crm_report_day(w->r, i->at_us);
	g->count[PAID_LATE] += paid > crm_date_days(i->due);
}

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct crm_group *g = crm_groups_at(&w->groups, key, w->at.currency);
	const struct crm_err *err = NULL;
	size_t i;

	if (crm_groups_distinct(&w->groups, g, w->at.who, 0, true))
		g->count[CUSTOMERS]++;
	for (i = 0; err == NULL && i < w->bills.ninv; i++) {
		const struct crm_open_invoice *v = &w->bills.inv[i];

		if (v->currency != w->at.currency)
			continue;
		if (v->left > 0)
			err = add_invoice(
			    w, g, v, (w->counts[i] & CRM_COUNTS_OPEN) != 0);
		else if ((w->counts[i] & CRM_COUNTS_PAID) != 0)
			add_paid(w, g, v);
	}
	if (err != NULL)
		return err;
	return crm_groups_add_money(
	    &w->groups, g, BALANCE, w->at.currency, w->open - w->credit);
}

/* Note that an organisation is asked about in a currency; false: it was. */
static bool
is_new_payer(struct work *w, uint64_t who, uint8_t currency)
{
	char key[9];
	bool added;

	crm_be64(key, who);
	key[8] = (char)currency;
	(void)crm_map_at(&w->payers, crm_view(key, sizeof(key)), &added);
	return added;
}

/* An organisation that paid for its people is asked about too, even if all
 * that it has adds up to nothing. */
static void
note_payer(struct work *w, uint64_t payer, uint8_t currency)
{
	size_t i;

	if (!crm_whom_has(&w->r->whom, payer))
		return;
	for (i = 0; w->payers.used == 0 && i < w->n; i++)
		if (crm_id_kind(w->debt[i].who) == 'o')
			(void)is_new_payer(
			    w, w->debt[i].who, w->debt[i].currency);
	if (!is_new_payer(w, payer, currency))
		return;
	w->debt = crm_grow(w->debt, &w->cap, w->n + 1, sizeof(*w->debt));
	w->debt[w->n++] = (struct debt){ payer, 0, currency };
}

/*
 * What is open of a debt, and what was paid beyond it.  What an organisation
 * paid for one of its people is paid by these.
 */
static const struct crm_err *
sum_debt(struct work *w)
{
	const struct crm_bills *b = &w->bills;
	uint8_t currency = w->at.currency;
	int64_t balance = w->at.balance;
	bool ok = balance != INT64_MIN;
	size_t i;

	w->open = 0;
	for (i = 0; ok && i < b->ninv; i++)
		if (b->inv[i].currency == currency)
			ok = crm_add_i64(w->open, b->inv[i].left, &w->open);
	for (i = 0; ok && i < b->npay; i++) {
		const struct crm_open_invoice *p = &b->pay[i];

		if (p->currency != currency)
			continue;
		if (p->payer != 0)
			note_payer(w, p->payer, currency);
		ok = crm_add_i64(balance,
		    p->payer != 0 ? -p->minor : p->elsewhere, &balance);
	}
	/* the rest of what was paid: the balance is what it is */
	if (!ok || balance == INT64_MIN ||
	    !crm_add_i64(w->open, -balance, &w->credit))
		return crm_err(CRM_E_DATA, "a sum of the report is too large");
	return NULL;
}

static const struct crm_err *
add_debts(struct work *w)
{
	struct crm_arena arena = CRM_ARENA_INIT;
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < w->n; i++) {
		w->at = w->debt[i];
		if (i == 0 || w->at.who != w->debt[i - 1].who) {
			crm_bills_release(&w->bills);
			crm_arena_release(&arena);
			err = crm_bills_settle(
			    w->firms, w->at.who, &arena, &w->bills);
			w->counts = crm_grow(
			    w->counts, &w->counts_cap, w->bills.ninv + 1, 1);
			crm_bills_count(&w->bills, w->counts);
		}
		if (err == NULL)
			err = sum_debt(w);
		if (err == NULL && (w->paid || w->open != 0 || w->credit != 0))
			err = crm_by_each(w->values, w->at.who, CRM_BY_NO_TIME,
			    0, NULL, add_up, w);
	}
	crm_bills_release(&w->bills);
	memset(&w->bills, 0, sizeof(w->bills));
	crm_free(w->counts);
	w->counts = NULL;
	crm_arena_release(&arena);
	return err;
}

/* The name of the customer that a group stands for. */
static const struct crm_err *
add_name(struct work *w, const struct crm_group *g)
{
	struct crm_buf name = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_report_run *r = w->r;
	struct crm_view packed = g->key;
	const struct crm_err *err = NULL;

	if (!r->by_given && crm_report_wants(r, C_NAME))
		err = crm_who_name(
		    r->snap, crm_link_get(crm_by_next(&packed)), &name);
	crm_row_text(&r->row, crm_buf_view(&name));
	crm_buf_release(&name);
	return err;
}

static const struct crm_err *
make_group(struct work *w, const struct crm_group *g)
{
	struct crm_row_maker *row = &w->r->row;
	int64_t open = g->money[OPEN], balance = g->money[BALANCE], late;
	const struct crm_err *err;
	size_t i;

	crm_row_begin(row);
	crm_groups_add_key(&w->groups, g, row);
	err = add_name(w, g);
	if (err != NULL)
		return err;
	crm_row_number(row, g->count[CUSTOMERS]);
	crm_row_number(row, g->count[INVOICES]);
	crm_row_money(row, open, g->currency);
	crm_row_money(row, open - g->money[LATE], g->currency);
	for (i = 0; i < NLATE; i++) {
		late = g->money[LATE + i];
		if (i + 1 < NLATE)
			late -= g->money[LATE + i + 1];
		crm_row_money(row, late, g->currency);
	}
	crm_row_money(row, open - balance, g->currency);
	crm_row_money(row, balance, g->currency);
	crm_row_currency(row, g->currency);
	if (g->count[INVOICES] > 0)
		crm_row_date(
		    row, crm_date_from_days((int32_t)g->count[OLDEST]));
	else
		crm_row_none(row);
	crm_row_number(row, g->count[PAID]);
	crm_row_mean(row, g->count[PAID_DAYS], g->count[PAID]);
	crm_row_number(row, g->count[PAID_LATE]);
	return NULL;
}

static const struct crm_err *
print_group(struct work *w, const struct crm_group *g)
{
	const struct crm_err *err = make_group(w, g);

	return err != NULL ? err : crm_row_put(&w->r->row, w->r->rows);
}

static const struct crm_err *
print(struct work *w)
{
	const struct crm_err *err = crm_groups_settle(&w->groups);
	size_t i;

	crm_groups_sort(&w->groups, CRM_ORDER_MONEY, OPEN);
	for (i = 0; err == NULL && i < w->groups.n; i++) {
		if (crm_rows_is_full(w->r->rows))
			break;
		err = print_group(w, &w->groups.group[i]);
	}
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r, .firms = crm_firms_new(r->snap) };
	const struct crm_err *err;
	bool few;

	w.paid = crm_report_wants(r, C_PAID) ||
	    crm_report_wants(r, C_PAID + 1) || crm_report_wants(r, C_PAID + 2);
	w.today =
	    crm_date_days(crm_zone_date(r->clock->zone, r->clock->now_us));
	crm_groups_init(&w.groups, r->config, &r->by);
	err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL)
		err = crm_whom_is_few(r->snap, &r->whom, &few);
	if (err == NULL)
		err = w.paid ? find_billed(&w)
		    : few    ? find_some(&w)
			     : find_all(&w);
	if (err == NULL)
		err = add_debts(&w);
	if (err == NULL)
		err = print(&w);
	crm_by_values_free(w.values);
	crm_groups_release(&w.groups);
	crm_map_release(&w.payers);
	crm_firms_free(w.firms);
	crm_free(w.debt);
	return err;
}

/* The columns of a currency, from how many invoices are open on. */
static const struct crm_err *
explain_sums(struct work *w, const struct crm_group *g)
{
	const struct crm_err *err = make_group(w, g);
	size_t i;

	for (i = C_INVOICES; err == NULL && i < w->r->report->ncolumns; i++) {
		crm_explain_column(w->r, i);
		crm_explain_how(w->r, "%s", columns[i].help);
	}
	return err;
}

static const struct crm_err *
explain(struct crm_report_run *r, uint64_t who)
{
	struct work w = { .r = r, .firms = crm_firms_new(r->snap) };
	struct crm_arena arena = CRM_ARENA_INIT;
	bool covered = crm_explain_has(r, who);
	struct crm_bills b = { 0 };
	const struct crm_err *err;
	size_t i;

	w.today =
	    crm_date_days(crm_zone_date(r->clock->zone, r->clock->now_us));
	crm_whom_release(&r->whom);
	r->whom =
	    (struct crm_whom){ .n = covered, .id = crm_calloc(1, sizeof(who)) };
	r->whom.id[0] = who;
	crm_groups_init(&w.groups, r->config, &r->by);
	err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL)
		err = find_some(&w);
	if (err == NULL && w.n > 0)
		err = crm_bills_settle(w.firms, who, &arena, &b);
	if (err == NULL)
		crm_receivables_explain(r, w.today, &b);
	if (err == NULL)
		err = add_debts(&w);
	if (err == NULL)
		err = crm_groups_settle(&w.groups);
	crm_groups_sort(&w.groups, CRM_ORDER_MONEY, OPEN);
	for (i = 0; err == NULL && i < w.groups.n; i++)
		err = explain_sums(&w, &w.groups.group[i]);
	crm_bills_release(&b);
	crm_arena_release(&arena);
	crm_by_values_free(w.values);
	crm_groups_release(&w.groups);
	crm_map_release(&w.payers);
	crm_firms_free(w.firms);
	crm_free(w.debt);
	return err;
}

const struct crm_report crm_report_receivables = {
	.name = "receivables",
	.summary = "invoices that are open, by how late they are",
	.main = "open",
	.spare = "invoices balance oldest credit not-due 1-30 31-60 61-90",
	.by = "id",
	.alone = "name",
	.grouped = "customers",
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
	.explain = explain,
};
