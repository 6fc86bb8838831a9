/* pipeline: deals by stage, or by whom and what. */
#include "base/mem.h"
#include "record/value.h"
#include "record/word.h"
#include "report/list.h"

#define VALUE 0 /* slots of money */
#define WEIGHTED 1
#define DEALS 0 /* slots of counts */
#define AGES 1  /* sum of ages in days, and of how many deals */
#define AGED 2
#define WON 3
#define LOST 4

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "deals", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "value", .type = CRM_T_MONEY, .help = "what they are worth" },
	{ .name = "weighted", .type = CRM_T_MONEY,
	    .help = "value times the chance to win" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of the amounts" },
	{ .name = "age", .type = CRM_T_NUMBER,
	    .help = "mean days from opened to closed, or to today" },
	{ .name = "won", .type = CRM_T_NUMBER,
	    .help = "won ones that are, or once were, here" },
	{ .name = "lost", .type = CRM_T_NUMBER,
	    .help = "lost ones that are, or once were, here" },
	{ .name = "win-rate", .type = CRM_T_PERCENT,
	    .help = "won as percent of won and lost" },
};
/* clang-format on */

struct work {
	struct crm_report_run *r;
	const struct crm_kind *kind;
	struct crm_groups groups;
	struct crm_by_values *values;
	struct crm_compute *compute;
	struct crm_buf scratch;
	bool by_stage;           /* rows are stages, and perhaps pipelines */
	struct crm_nummap ended; /* deals that ended: 1 won, 2 lost */
	/* the deal at hand */
	uint64_t id;
	const struct crm_stored *deal;
	enum crm_stage_end end;
};

static struct crm_view
word_of(const struct crm_stored *r, uint16_t num)
{
	struct crm_view v;

	return num != 0 && crm_stored_get(r, num, &v) ? crm_word_get(v)
						      : CRM_VNULL;
}

/* A computed field of the deal: a number. */
static const struct crm_err *
computed(struct work *w, const char *name, struct crm_dec *out, bool *has)
{
	const struct crm_field *f =
	    crm_field_named(w->kind, crm_view_str(name));
	const struct crm_err *err;

	crm_buf_reset(&w->scratch);
	err = crm_compute_field(w->compute, w->id, w->deal, f, &w->scratch);
	*has = err == NULL && crm_value_get_dec(crm_buf_view(&w->scratch), out);
	return err;
}

static const struct crm_err *
add_money(struct work *w, struct crm_group *g, uint8_t currency)
{
	const struct crm_err *err;
	struct crm_view v;
	struct crm_dec d;
	bool has;

	if (!crm_stored_get(w->deal, CRM_DEAL_VALUE, &v) ||
	    !crm_value_get_dec(v, &d))
		return NULL;
	err = crm_groups_add_money(&w->groups, g, VALUE, currency, d.m);
	if (err == NULL)
		err = computed(w, "weighted", &d, &has);
	if (err == NULL && has)
		err = crm_groups_add_money(
		    &w->groups, g, WEIGHTED, currency, d.m);
	return err;
}

static uint8_t
currency_of(const struct work *w)
{
	struct crm_view v;

	return crm_stored_get(w->deal, CRM_DEAL_CURRENCY, &v) && v.n == 1
	    ? (uint8_t)v.p[0]
	    : w->r->config->currency_num;
}

/* The deal as it is, in a group. */
static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	uint8_t currency = currency_of(w);
	struct crm_group *g = crm_groups_at(&w->groups, key, currency);
	const struct crm_err *err;
	struct crm_dec age;
	bool has;

	g->count[DEALS]++;
	g->count[WON] += w->end == CRM_END_WON;
	g->count[LOST] += w->end == CRM_END_LOST;
	err = computed(w, "age", &age, &has);
	if (err == NULL && has) {
		g->count[AGES] += age.m;
		g->count[AGED]++;
	}
	return err != NULL ? err : add_money(w, g, currency);
}

static uint64_t
customer_of(const struct work *w, const struct crm_stored *deal)
{
	struct crm_many m;
	struct crm_view v;

	if (!crm_stored_get(deal, w->kind->who, &v))
		return 0;
	crm_many_begin(&m, v, true);
	return crm_many_next(&m, &v) ? crm_link_get(v) : 0;
}

/* A date of a deal. */
static bool
date_of(const struct crm_stored *deal, uint16_t num, struct crm_date *out)
{
	struct crm_view v;

	return crm_stored_get(deal, num, &v) && crm_value_get_date(v, out);
}

/* When a deal ended, or is expected to: its place among periods. */
static int64_t
time_of(const struct work *w, const struct crm_stored *deal)
{
	struct crm_date day;

	if (!date_of(deal, CRM_DEAL_CLOSED, &day) &&
	    !date_of(deal, CRM_DEAL_EXPECTED, &day))
		return CRM_BY_NO_TIME;
	return crm_zone_day_start_us(w->r->clock->zone, day);
}

/* Is a deal covered?  --in means those that were closed in the period. */
static bool
is_covered(const struct work *w, const struct crm_stored *deal)
{
	const struct crm_report_run *r = w->r;
	struct crm_date closed;
	int32_t day;

	if (!r->whom.all && !crm_whom_has(&r->whom, customer_of(w, deal)))
		return false;
	if (!r->has_period)
		return true;
	if (!date_of(deal, CRM_DEAL_CLOSED, &closed))
		return false;
	day = crm_date_days(closed);
	return day >= crm_date_days(r->period.first) &&
	    day <= crm_date_days(r->period.last);
}

static const struct crm_err *
take_deal(struct work *w, uint64_t id, const struct crm_stored *deal)
{
	if (!is_covered(w, deal))
		return NULL;
	w->id = id;
	w->deal = deal;
	w->end = crm_stage_end_of(w->kind, word_of(deal, CRM_DEAL_PIPELINE),
	    word_of(deal, CRM_DEAL_STAGE));
	if (w->end == CRM_END_WON || w->end == CRM_END_LOST)
		*crm_nummap_at(&w->ended, id, NULL) =
		    w->end == CRM_END_WON ? 1 : 2;
	return crm_by_each(w->values, customer_of(w, deal), time_of(w, deal),
	    id, deal, add_up, w);
}

/* Run a query of the firm's own over what it finds. */
static const struct crm_err *
each_found(struct work *w, struct crm_query *q,
    const struct crm_err *(*fn)(
	struct work *, uint64_t id, const struct crm_stored *))
{
	const struct crm_err *err;
	struct crm_stored r;
	struct crm_run *run;
	uint64_t id;

	err = crm_run_open(q, &run);
	while (err == NULL) {
		err = crm_run_next(run, &id, &r);
		if (err != NULL || id == 0)
			break;
		err = fn(w, id, &r);
	}
	crm_run_close(run);
	return err;
}

static const struct crm_err *
ask(struct work *w, const char *const *arg, size_t n,
    const struct crm_err *(*fn)(
	struct work *, uint64_t id, const struct crm_stored *))
{
	struct crm_query_ctx ctx = { .snap = w->r->snap, .clock = w->r->clock };
	const struct crm_err *err;
	struct crm_query *q;

	err = crm_query_parse(&ctx, arg, n, true, &q, NULL);
	if (err == NULL)
		err = each_found(w, q, fn);
	crm_query_free(q);
	return err;
}

/* A stage that a deal was at once: the events of its changes tell. */
static const struct crm_err *
take_turn(struct work *w, uint64_t id, const struct crm_stored *event)
{
	const struct crm_err *err;
	struct crm_buf key = CRM_BUF_INIT(2000), word = CRM_BUF_INIT(1000);
	enum crm_presence p;
	struct crm_stored deal;
	struct crm_view v, from;
	struct crm_group *g;
	uint64_t *ended;
	size_t i;

	(void)id;
	if (!crm_stored_get(event, CRM_EVENT_DEAL, &v) ||
	    !crm_stored_get(event, CRM_EVENT_FROM, &from))
		return NULL;
	ended = crm_nummap_get(&w->ended, crm_link_get(v));
	if (ended == NULL ||
	    crm_stage_end_of(w->kind, CRM_VNULL, from) != CRM_END_OPEN)
		return NULL;
	err = crm_snap_get(w->r->snap, crm_link_get(v), &deal, &p);
	if (err != NULL || p != CRM_LIVE)
		return err;
	w->deal = &deal;
	for (i = 0; i < w->r->by.n; i++) {
		char length[CRM_VARINT_MAX];

		crm_buf_reset(&word);
		crm_word_put(&word,
		    strcmp(w->r->by.key[i].column.name, "stage") == 0
			? from
			: word_of(&deal, CRM_DEAL_PIPELINE));
		crm_buf_add(&key, length, crm_varint_put(length, word.n));
		crm_buf_addv(&key, crm_buf_view(&word));
	}
	g = crm_groups_at(&w->groups, crm_buf_view(&key), currency_of(w));
	/* a deal that was there twice counts once */
	if (crm_groups_distinct(&w->groups, g, crm_link_get(v), WON, false))
		g->count[*ended == 1 ? WON : LOST]++;
	crm_buf_release(&key);
	crm_buf_release(&word);
	return NULL;
}

/* Is what --by says stages, or pipelines and stages? */
static bool
is_by_stage(const struct crm_report_run *r)
{
	bool stage = false;
	size_t i;

	for (i = 0; i < r->by.n; i++) {
		const char *name = r->by.key[i].column.name;

		if (strcmp(name, "stage") == 0)
			stage = true;
		else if (strcmp(name, "pipeline") != 0)
			return false;
	}
	return stage;
}

static const struct crm_err *
print(struct work *w)
{
	const struct crm_err *err = crm_groups_settle(&w->groups);
	struct crm_report_run *r = w->r;
	size_t i;

	/* stages in the order in which they are gone through */
	crm_groups_sort(&w->groups,
	    w->by_stage || crm_by_begins_with_period(&r->by) ? CRM_ORDER_KEY
							     : CRM_ORDER_MONEY,
	    VALUE);
	for (i = 0; err == NULL && i < w->groups.n; i++) {
		const struct crm_group *g = &w->groups.group[i];

		crm_row_begin(&r->row);
		crm_groups_add_key(&w->groups, g, &r->row);
		crm_row_number(&r->row, g->count[DEALS]);
		crm_row_money(&r->row, g->money[VALUE], g->currency);
		crm_row_money(&r->row, g->money[WEIGHTED], g->currency);
		crm_row_currency(&r->row, g->currency);
		crm_row_mean(&r->row, g->count[AGES], g->count[AGED]);
		crm_row_number(&r->row, g->count[WON]);
		crm_row_number(&r->row, g->count[LOST]);
		crm_row_share(
		    &r->row, g->count[WON], g->count[WON] + g->count[LOST]);
		err = crm_row_put(&r->row, r->rows);
	}
	return err;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	static const char *const deals[] = { "deal" };
	static const char *const turns[] = { "event", "what:stage" };
	struct work w = { .r = r, .scratch = CRM_BUF_INIT(CRM_LINE_MAX) };
	const struct crm_err *err;

	w.kind = crm_kind_of(r->schema, 'd');
	w.by_stage = is_by_stage(r);
	w.compute = crm_compute_new(r->snap, r->clock);
	crm_groups_init(&w.groups, r->config, &r->by);
	err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL && r->things != NULL)
		err = each_found(&w, r->things, take_deal);
	else if (err == NULL)
		err = ask(&w, deals, 1, take_deal);
	if (err == NULL && w.by_stage && w.ended.used > 0)
		err = ask(&w, turns, 2, take_turn);
	if (err == NULL)
		err = print(&w);
	crm_compute_free(w.compute);
	crm_by_values_free(w.values);
	crm_groups_release(&w.groups);
	crm_nummap_release(&w.ended);
	crm_buf_release(&w.scratch);
	return err;
}

const struct crm_report crm_report_pipeline = {
	.name = "pipeline",
	.summary = "deals by stage: count, value, weighted, age, win rate",
	.thing = 'd',
	.by = "stage",
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
