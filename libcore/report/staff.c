/* staff: who of us does what, how fast customers are answered, and what comes
 * of it. */
#include "base/mem.h"
#include "base/runs.h"
#include "record/value.h"
#include "record/word.h"
#include "report/deals.h"
#include "report/list.h"
#include "report/put.h"

#define MEMORY ((size_t)64 << 20)
#define MINUTE_US (60 * CRM_SECOND_US)

#define WON_VALUE 0 /* slots of money */
#define LOST_VALUE 1
#define WEIGHTED 2
#define EVENTS 0 /* slots of counts */
#define CONTACTS 1
#define ANSWERS 2
#define MINUTES 3 /* of all answers */
#define WINS 4
#define LOSSES 5
#define CUSTOMERS 6

/* clang-format off */
static const struct crm_field keys[] = {
	{ .name = "staff", .type = CRM_T_TEXT },
};

static const struct crm_field columns[] = {
	{ .name = "events", .type = CRM_T_NUMBER,
	    .help = "what they did: events by them" },
	{ .name = "contacts", .type = CRM_T_NUMBER,
	    .help = "of these, contacts" },
	{ .name = "customers", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "with how many different customers" },
	{ .name = "answers", .type = CRM_T_NUMBER,
	    .help = "how often they answered a customer" },
	{ .name = "answer-hours", .type = CRM_T_NUMBER,
	    .help = "mean hours until then" },
	{ .name = "wins", .type = CRM_T_NUMBER,
	    .help = "deals that they won" },
	{ .name = "losses", .type = CRM_T_NUMBER,
	    .help = "deals that they lost" },
	{ .name = "win-rate", .type = CRM_T_PERCENT,
	    .help = "wins as percent of both" },
	{ .name = "won-value", .type = CRM_T_MONEY,
	    .help = "what the won ones are worth" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of the amount" },
};
/* clang-format on */
#define C_CUSTOMERS 2

struct work {
	struct crm_report_run *r;
	struct crm_deals deals;
	struct crm_runs *runs; /* who, time, event; direction and by */
	bool customers;
	struct crm_view staff; /* whose row it is */
	/* what is added: an event, an answer, or a deal */
	uint64_t who;
	int64_t events, contacts, answers, minutes;
	const struct crm_deal *deal;
};

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct crm_group *g = crm_groups_at(&w->deals.groups, key, 0);

	g->count[EVENTS] += w->events;
	g->count[CONTACTS] += w->contacts;
	g->count[ANSWERS] += w->answers;
	g->count[MINUTES] += w->minutes;
	if (w->contacts > 0 && w->customers &&
	    crm_groups_distinct(&w->deals.groups, g, w->who, CUSTOMERS, false))
		g->count[CUSTOMERS]++;
	if (w->deal == NULL)
		return NULL;
	g->count[w->deal->end == CRM_END_WON ? WINS : LOSSES]++;
	g = crm_groups_at(&w->deals.groups, key, w->deal->currency);
	return crm_deal_add_money(&w->deals, w->deal, g,
	    w->deal->end == CRM_END_WON ? WON_VALUE : LOST_VALUE, WEIGHTED);
}

static const struct crm_err *
add_event(struct work *w, uint64_t who)
{
	w->who = who;
	return crm_by_each(
	    w->deals.values, who, CRM_BY_NO_TIME, 0, NULL, add_up, w);
}

/* Keep a contact that has a direction, to be seen in the order of time. */
static const struct crm_err *
keep(struct work *w, const struct crm_fact *f, uint8_t direction)
{
	struct crm_buf value = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;
	char key[24];

	crm_be64(key, f->who);
	crm_be64(key + 8, (uint64_t)f->at_us ^ UINT64_C(1) << 63);
	crm_be64(key + 16, f->event);
	crm_buf_addc(&value, (char)direction);
	crm_buf_addv(&value, w->staff);
	err = crm_runs_add(w->runs, crm_view(key, 24), crm_buf_view(&value));
	crm_buf_release(&value);
	return err;
}

static const struct crm_err *
take(void *ctx, const struct crm_fact *f)
{
	struct work *w = ctx;
	const struct crm_err *err = NULL;
	struct crm_view direction;
	bool contact = crm_what_is_contact(f->what);

	if (!crm_stored_get(f->stored, CRM_EVENT_BY, &w->staff))
		w->staff = CRM_VNULL;
	if (contact &&
	    crm_stored_get(f->stored, CRM_EVENT_DIRECTION, &direction))
		err = keep(w, f, crm_word_of(direction));
	w->events = 1;
	w->contacts = contact;
	return err != NULL ? err : add_event(w, f->who);
}

/*
 * Answers: the first contact from us after one or more from the customer; the
 * time runs from the first of those.
 */
static const struct crm_err *
count_answers(struct work *w)
{
	const struct crm_err *err = crm_runs_sort(w->runs);
	struct crm_view key, value;
	int64_t asked = 0, at;
	uint64_t who, asker = 0;

	w->events = w->contacts = 0;
	w->answers = 1;
	while (err == NULL) {
		err = crm_runs_next(w->runs, &key, &value);
		if (err != NULL || key.p == NULL)
			break;
		who = crm_be64_get(key.p);
		at = (int64_t)(crm_be64_get(key.p + 8) ^ UINT64_C(1) << 63);
		if (value.p[0] == CRM_W_IN && asker != who) {
			asker = who;
			asked = at;
		} else if (value.p[0] == CRM_W_OUT && asker == who) {
			asker = 0;
			w->minutes = (at - asked) / MINUTE_US;
			w->staff = crm_view_skip(value, 1);
			err = add_event(w, who);
		}
	}
	w->answers = w->minutes = 0;
	return err;
}

/* Deals count for their owner. */
static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *deal)
{
	struct work *w = ctx;
	const struct crm_err *err;
	int64_t at_us;

	if (!crm_deal_is_decided(deal) ||
	    !crm_deal_when(&w->deals, deal, CRM_DEAL_CLOSED, &at_us))
		return NULL;
	if (!crm_stored_get(deal->stored, CRM_DEAL_OWNER, &w->staff))
		w->staff = CRM_VNULL;
	w->deal = deal;
	err = add_event(w, deal->who);
	w->deal = NULL;
	return err;
}

static const struct crm_err *
see_deal(void *ctx, const struct crm_deal *deal)
{
	struct work *w = ctx;
	struct crm_dec value;

	if (crm_deal_value(deal, &value))
		crm_groups_see(&w->deals.groups, deal->currency);
	return NULL;
}

/* What they did stands beside one of the currencies. */
static const struct crm_err *
bring_home(struct work *w)
{
	struct crm_groups *g = &w->deals.groups;
	const struct crm_err *err = NULL;

	if (!crm_groups_has_base(g))
		err = crm_deals_each_of_all(&w->deals, see_deal, w);
	return err != NULL ? err : crm_groups_bring_home(g);
}

static const struct crm_err *
add_columns(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_row_maker *row = &w->r->row;

	crm_row_number(row, g->count[EVENTS]);
	crm_row_number(row, g->count[CONTACTS]);
	crm_row_number(row, g->count[CUSTOMERS]);
	crm_row_number(row, g->count[ANSWERS]);
	crm_row_mean(row, g->count[MINUTES], g->count[ANSWERS] * 60);
	crm_row_number(row, g->count[WINS]);
	crm_row_number(row, g->count[LOSSES]);
	crm_row_share(row, g->count[WINS], g->count[WINS] + g->count[LOSSES]);
	crm_row_money(row, g->money[WON_VALUE], g->currency);
	crm_row_currency(row, g->currency);
	return NULL;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	/* that a stage changed is the program's note of what was done */
	struct crm_facts facts =
	    crm_report_facts(r, CRM_FACT_ALL & ~CRM_FACT(CRM_W_STAGE), true);
	const struct crm_err *err;

	w.customers = crm_report_wants(r, C_CUSTOMERS);
	w.runs = crm_runs_new(MEMORY, crm_store_dir(crm_snap_store(r->snap)));
	err = crm_deals_open(&w.deals, r);
	if (err == NULL) {
		crm_by_set_own(w.deals.values, &w.staff);
		err = crm_facts_each(&facts, take, &w);
	}
	if (err == NULL)
		err = count_answers(&w);
	if (err == NULL)
		err = crm_deals_each(&w.deals, take_deal, &w);
	if (err == NULL)
		err = bring_home(&w);
	if (err == NULL)
		err = crm_put_groups(
		    r, &w.deals.groups, CRM_ORDER_KEY, 0, add_columns, &w);
	crm_deals_close(&w.deals);
	crm_runs_free(w.runs);
	return err;
}

const struct crm_report crm_report_staff = {
	.name = "staff",
	.summary = "what each of us did, how fast, and what came of it",
	.main = "events",
	.spare = "losses contacts answers",
	.by = "staff",
	.always = "staff",
	.key = keys,
	.nkeys = 1,
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
