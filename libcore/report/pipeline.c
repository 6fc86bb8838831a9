/* pipeline: deals by stage, or by whom and what. */
#include "base/mem.h"
#include "record/word.h"
#include "report/list.h"
#include "report/put.h"
#include "report/stays.h"

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
	struct crm_deals deals;
	struct crm_stays stays;
	bool by_stage; /* rows are stages, and perhaps pipelines */
	const struct crm_deal *deal; /* at hand */
};

/* The deal as it is, in a group. */
static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	const struct crm_deal *d = w->deal;
	struct crm_group *g = crm_groups_at(&w->deals.groups, key, d->currency);
	int32_t age;

	g->count[DEALS]++;
	g->count[WON] += d->end == CRM_END_WON;
	g->count[LOST] += d->end == CRM_END_LOST;
	if (crm_deal_age(&w->deals, d, &age)) {
		g->count[AGES] += age;
		g->count[AGED]++;
	}
	return crm_deal_add_money(&w->deals, d, g, VALUE, WEIGHTED);
}

/* The values of --by for a deal that was at a stage. */
static void
put_key(const struct work *w, const struct crm_deal *deal,
    struct crm_view stage, struct crm_buf *key)
{
	struct crm_buf word = CRM_BUF_INIT(1000);
	char length[CRM_VARINT_MAX];
	size_t i;

	for (i = 0; i < w->r->by.n; i++) {
		crm_buf_reset(&word);
		crm_word_put(&word,
		    strcmp(w->r->by.key[i].column.name, "stage") == 0
			? stage
			: crm_deal_word(deal, CRM_DEAL_PIPELINE));
		crm_buf_add(key, length, crm_varint_put(length, word.n));
		crm_buf_addv(key, crm_buf_view(&word));
	}
	crm_buf_release(&word);
}

/* The stages that a deal was at before it ended. */
static const struct crm_err *
add_past(struct work *w)
{
	const struct crm_deal *d = w->deal;
	struct crm_buf key = CRM_BUF_INIT(2000);
	const struct crm_deal_turn *t;
	const struct crm_err *err;
	struct crm_group *g;
	struct crm_view from;
	size_t n, i;

	err = crm_stays_of(&w->stays, d, &t, &n);
	for (i = 0; err == NULL && i < n; i++) {
		from = crm_view_str(t[i].from);
		if (crm_stage_end_of(w->deals.kind, CRM_VNULL, from) !=
		    CRM_END_OPEN)
			continue;
		crm_buf_reset(&key);
		put_key(w, d, from, &key);
		g = crm_groups_at(
		    &w->deals.groups, crm_buf_view(&key), d->currency);
		/* a deal that was there twice counts once */
		if (crm_groups_distinct(&w->deals.groups, g, d->id, WON, false))
			g->count[d->end == CRM_END_WON ? WON : LOST]++;
	}
	crm_buf_release(&key);
	return err;
}

static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *deal)
{
	struct work *w = ctx;
	const struct crm_err *err = NULL;
	int64_t at_us;

	/* --in means those that were closed in the period; rows of periods
	 * have the others where they are expected */
	if (!crm_deal_when(&w->deals, deal, CRM_DEAL_CLOSED, &at_us))
		return NULL;
	if (at_us == CRM_BY_NO_TIME)
		(void)crm_deal_when(&w->deals, deal, CRM_DEAL_EXPECTED, &at_us);
	w->deal = deal;
	if (w->by_stage && crm_deal_is_decided(deal))
		err = add_past(w);
	return err != NULL
	    ? err
	    : crm_deal_each_key(&w->deals, deal, at_us, NULL, add_up, w);
}

static const struct crm_err *
add_columns(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_row_maker *row = &w->r->row;

	crm_row_number(row, g->count[DEALS]);
	crm_row_money(row, g->money[VALUE], g->currency);
	crm_row_money(row, g->money[WEIGHTED], g->currency);
	crm_row_currency(row, g->currency);
	crm_row_mean(row, g->count[AGES], g->count[AGED]);
	crm_row_number(row, g->count[WON]);
	crm_row_number(row, g->count[LOST]);
	crm_row_share(row, g->count[WON], g->count[WON] + g->count[LOST]);
	return NULL;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r, .by_stage = crm_by_is_stages(&r->by) };
	const struct crm_err *err;

	err = crm_deals_open(&w.deals, r);
	if (err == NULL && w.by_stage)
		err = crm_stays_gather(&w.deals, &w.stays);
	if (err == NULL)
		err = crm_deals_each(&w.deals, take_deal, &w);
	if (err == NULL)
		err = crm_put_groups(r, &w.deals.groups,
		    w.by_stage ? CRM_ORDER_KEY : CRM_ORDER_MONEY, VALUE,
		    add_columns, &w);
	crm_stays_release(&w.stays);
	crm_deals_close(&w.deals);
	return err;
}

const struct crm_report crm_report_pipeline = {
	.name = "pipeline",
	.summary = "deals by stage: count, value, weighted, age, win rate",
	.main = "value",
	.spare = "lost won age",
	.thing = 'd',
	.by = "stage",
	.key = crm_deal_keys,
	.nkeys = 1,
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
