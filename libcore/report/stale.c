/* stale: open deals that nobody moves. */
#include <stdlib.h>

#include "base/mem.h"
#include "query/newest.h"
#include "record/value.h"
#include "report/list.h"
#include "report/stays.h"
#include "store/story.h"

#define VALUE 0 /* slots of money */
#define WEIGHTED 1
#define DEALS 0 /* slots of counts */
#define SLOW 1
#define SILENT 2
#define IDLE 3
#define LINE 4 /* which one a row is, if it is one */

#define DAY_MINUTES 1440
#define STAGES_MAX 4096 /* of a pipeline: more than crm.yaml can name */

__extension__ typedef __int128 i128;

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "title", .type = CRM_T_TEXT, .help = "what it is called" },
	{ .name = "who", .type = CRM_T_LINK, .links = "po",
	    .help = "the customer" },
	{ .name = "owner", .type = CRM_T_TEXT, .help = "who of us has it" },
	{ .name = "stage", .type = CRM_T_TEXT, .help = "where it is" },
	{ .name = "deals", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "value", .type = CRM_T_MONEY, .help = "what they are worth" },
	{ .name = "currency", .type = CRM_T_CURRENCY, .help = "of the amount" },
	{ .name = "days", .type = CRM_T_NUMBER,
	    .help = "days at its stage" },
	{ .name = "usual", .type = CRM_T_NUMBER,
	    .help = "median days at that stage of those that have left it" },
	{ .name = "contact", .type = CRM_T_DATE,
	    .help = "day of the last contact with the customer" },
	{ .name = "slow", .type = CRM_T_NUMBER,
	    .help = "those that are at their stage for too long" },
	{ .name = "silent", .type = CRM_T_NUMBER,
	    .help = "those without a contact for too long" },
	{ .name = "idle", .type = CRM_T_NUMBER,
	    .help = "those without a next step" },
};
/* clang-format on */
enum { C_TITLE, C_STAGE = 3, C_DAYS = 7, C_CONTACT = 9 };

/* How long deals stayed at a stage. */
struct stay {
	uint32_t stage; /* pipeline * STAGES_MAX + number */
	int64_t minutes;
};

/* What is known of a customer. */
struct customer {
	bool has_last, planned;
	int32_t last; /* day of the last contact */
};

/* A deal that needs somebody. */
struct line {
	uint64_t id;
	bool slow, silent, idle;
	bool has_since, has_usual, has_opened, has_expected;
	struct crm_date opened, expected;
	int64_t minutes;      /* at its stage */
	int64_t usual;        /* twice the median of others, in minutes */
	struct customer with; /* its customers */
};

struct work {
	struct crm_report_run *r;
	struct crm_deals deals;
	struct crm_stays stays;
	struct stay *stay; /* sorted */
	size_t nstays, stays_cap;
	uint32_t first; /* of the pipeline at hand: its stage 0 */
	struct crm_dec times;
	struct crm_span silence;
	int32_t today;
	struct crm_nummap place; /* of a customer, and 1 */
	struct customer *customer;
	size_t ncustomers, customers_cap;
	struct crm_buf scratch, links;
	const struct crm_deal *deal; /* at hand */
	struct line line;
	struct line *line_of; /* of each row that is one deal */
	size_t nlines, lines_cap;
};

static const struct crm_pipeline *
pipeline_of(struct work *w, const struct crm_deal *d)
{
	const struct crm_pipeline *p = crm_pipeline_named(
	    w->deals.kind, crm_deal_word(d, CRM_DEAL_PIPELINE));

	if (p != NULL)
		w->first = (uint32_t)(p - w->deals.kind->pipeline) * STAGES_MAX;
	return p;
}

static void
keep_stay(void *ctx, int stage, int64_t minutes)
{
	struct work *w = ctx;

	w->stay =
	    crm_grow(w->stay, &w->stays_cap, w->nstays + 1, sizeof(*w->stay));
	w->stay[w->nstays++] =
	    (struct stay){ w->first + (uint32_t)stage, minutes };
}

static const struct crm_err *
take_stays(void *ctx, const struct crm_deal *d)
{
	struct work *w = ctx;
	const struct crm_pipeline *p = pipeline_of(w, d);
	struct crm_path path;

	return p == NULL
	    ? NULL
	    : crm_stays_follow(&w->stays, p, d, &path, keep_stay, w);
}

static int
cmp_stays(const void *x, const void *y)
{
	const struct stay *a = x, *b = y;

	if (a->stage != b->stage)
		return a->stage < b->stage ? -1 : 1;
	return a->minutes < b->minutes ? -1 : a->minutes > b->minutes;
}

/* The first stay at a stage. */
static size_t
first_stay(const struct work *w, uint32_t stage)
{
	size_t lo = 0, hi = w->nstays, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (w->stay[mid].stage < stage)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Twice the median of the stays at a stage; false: nobody left it. */
static bool
usual_at(const struct work *w, uint32_t stage, int64_t *twice)
{
	size_t from = first_stay(w, stage), n = first_stay(w, stage + 1) - from;

	if (n == 0)
		return false;
	*twice =
	    w->stay[from + (n - 1) / 2].minutes + w->stay[from + n / 2].minutes;
	return true;
}

/* Is it longer than so many times the usual? */
static bool
is_slow(const struct work *w)
{
	const struct line *l = &w->line;
	struct crm_dec times = w->times;
	i128 here = (i128)2 * l->minutes, usual = l->usual;

	if (!l->has_since || !l->has_usual)
		return false;
	for (; times.scale > 0; times.scale--)
		here *= 10;
	return here > usual * times.m;
}

/* A number or date of a customer that is not stored. */
static const struct crm_err *
compute(struct work *w, uint64_t who, const char *field)
{
	const struct crm_kind *k = crm_kind_of(w->r->schema, crm_id_kind(who));
	const struct crm_err *err;
	struct crm_stored r;
	enum crm_presence p;

	crm_buf_reset(&w->scratch);
	err = crm_snap_get(w->r->snap, who, &r, &p);
	if (err != NULL || p != CRM_LIVE)
		return err;
	return crm_compute_field(w->deals.compute, who, &r,
	    crm_field_named(k, crm_view_str(field)), &w->scratch);
}

/* Is there an open task about somebody, or an event to come? */
static const struct crm_err *
look_ahead(struct work *w, uint64_t who, bool *planned)
{
	const struct crm_err *err;
	struct crm_story_walk *walk;
	struct crm_story s = { 0 };
	struct crm_dec n;

	if (*planned)
		return NULL;
	err = compute(w, who, "open-tasks");
	*planned = err == NULL &&
	    crm_value_get_dec(crm_buf_view(&w->scratch), &n) && n.m > 0;
	if (err == NULL && !*planned)
		err = crm_snap_story(w->r->snap, &walk);
	if (err == NULL && !*planned) {
		err = crm_story_seek(walk, who, w->r->clock->now_us + 1, &s);
		*planned = err == NULL && s.who == who;
	}
	return err;
}

static const struct crm_err *
read_customer(struct work *w, uint64_t who, struct customer *out)
{
	uint64_t *people = NULL;
	const struct crm_err *err;
	struct crm_date last;
	size_t n = 0, i;

	memset(out, 0, sizeof(*out));
	err = compute(w, who, "last");
	out->has_last =
	    err == NULL && crm_value_get_date(crm_buf_view(&w->scratch), &last);
	if (out->has_last)
		out->last = crm_date_days(last);
	if (err == NULL)
		err = look_ahead(w, who, &out->planned);
	if (err == NULL && crm_id_kind(who) == 'o')
		err = crm_people_of(w->r->snap, who, &people, &n);
	for (i = 0; err == NULL && i < n; i++)
		err = look_ahead(w, people[i], &out->planned);
	crm_free(people);
	return err;
}

/* What is known of a customer: found out once. */
static const struct crm_err *
customer(struct work *w, uint64_t who, struct customer *out)
{
	uint64_t *at = crm_nummap_at(&w->place, who, NULL);
	const struct crm_err *err;

	if (*at > 0) {
		*out = w->customer[*at - 1];
		return NULL;
	}
	err = read_customer(w, who, out);
	if (err != NULL)
		return err;
	w->customer = crm_grow(w->customer, &w->customers_cap,
	    w->ncustomers + 1, sizeof(*w->customer));
	w->customer[w->ncustomers++] = *out;
	*at = w->ncustomers;
	return NULL;
}

/* All customers of the deal at hand together. */
static const struct crm_err *
customers(struct work *w, struct crm_view links, struct customer *out)
{
	const struct crm_err *err = NULL;
	struct crm_many m;
	struct crm_view v;
	struct customer c;

	crm_many_begin(&m, links, true);
	while (err == NULL && crm_many_next(&m, &v)) {
		err = customer(w, crm_link_get(v), &c);
		if (err != NULL)
			break;
		out->planned |= c.planned;
		if (c.has_last && (!out->has_last || c.last > out->last))
			out->last = c.last;
		out->has_last |= c.has_last;
	}
	return err;
}

/* No contact for so long; that it was opened counts as one. */
static bool
is_silent(const struct work *w)
{
	const struct line *l = &w->line;
	bool has = l->with.has_last;
	int32_t last = l->with.last;

	if (l->has_opened) {
		if (!has || crm_date_days(l->opened) > last)
			last = crm_date_days(l->opened);
		has = true;
	}
	return has &&
	    crm_date_days(crm_span_after(
		crm_date_from_days(last), w->silence)) < w->today;
}

static const struct crm_err *
judge_stage(struct work *w, const struct crm_pipeline *p)
{
	struct line *l = &w->line;
	const struct crm_err *err;
	struct crm_path path;

	err = crm_stays_follow(&w->stays, p, w->deal, &path, NULL, NULL);
	if (err != NULL || path.now < 0)
		return err;
	l->has_since = path.since_us <= w->r->clock->now_us;
	if (l->has_since)
		l->minutes = (w->r->clock->now_us - path.since_us) /
		    (60 * CRM_SECOND_US);
	l->has_usual = usual_at(w, w->first + (uint32_t)path.now, &l->usual);
	l->slow = is_slow(w);
	return NULL;
}

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct line *l = &w->line;
	struct crm_group *g =
	    crm_groups_at(&w->deals.groups, key, w->deal->currency);

	g->count[DEALS]++;
	g->count[SLOW] += l->slow;
	g->count[SILENT] += l->silent;
	g->count[IDLE] += l->idle;
	if (!w->r->by_given) {
		g->count[LINE] = (int64_t)w->nlines;
		w->line_of = crm_grow(w->line_of, &w->lines_cap, w->nlines + 1,
		    sizeof(*w->line_of));
		w->line_of[w->nlines++] = *l;
	}
	return crm_deal_add_money(&w->deals, w->deal, g, VALUE, WEIGHTED);
}

/* Looking up customers lets the deal die: read it once more. */
static const struct crm_err *
count_deal(struct work *w)
{
	const struct crm_err *err;
	struct crm_stored stored;
	struct crm_deal deal;
	enum crm_presence p;

	err = crm_snap_get(w->r->snap, w->line.id, &stored, &p);
	if (err != NULL)
		return err;
	crm_deal_read(&w->deals, w->line.id, &stored, &deal);
	w->deal = &deal;
	return crm_deal_each_key(
	    &w->deals, &deal, CRM_BY_NO_TIME, NULL, add_up, w);
}

static const struct crm_err *
take_deal(void *ctx, const struct crm_deal *deal)
{
	struct work *w = ctx;
	const struct crm_pipeline *p = pipeline_of(w, deal);
	const struct crm_err *err;
	struct line *l = &w->line;
	struct crm_view who = CRM_VNULL;

	if (p == NULL || deal->end != CRM_END_OPEN)
		return NULL;
	*l = (struct line){ .id = deal->id };
	w->deal = deal;
	err = judge_stage(w, p);
	if (err != NULL)
		return err;
	l->has_opened = crm_deal_date(deal, CRM_DEAL_OPENED, &l->opened);
	l->has_expected = crm_deal_date(deal, CRM_DEAL_EXPECTED, &l->expected);
	(void)crm_stored_get(deal->stored, w->deals.kind->who, &who);
	crm_buf_reset(&w->links);
	crm_buf_addv(&w->links, who);
	err = customers(w, crm_buf_view(&w->links), &l->with);
	if (err != NULL)
		return err;
	l->silent = is_silent(w);
	l->idle = !l->with.planned &&
	    (!l->has_expected || crm_date_days(l->expected) < w->today);
	return l->slow || l->silent || l->idle ? count_deal(w) : NULL;
}

static void
put_value(struct crm_row_maker *row, const struct crm_deal *d, uint16_t field)
{
	struct crm_view v;

	if (crm_stored_get(d->stored, field, &v))
		crm_row_value(row, v);
	else
		crm_row_none(row);
}

/* What is of one deal: title, who, owner and stage. */
static const struct crm_err *
put_deal(struct work *w, const struct line *l)
{
	struct crm_row_maker *row = &w->r->row;
	const struct crm_err *err;
	struct crm_stored stored;
	struct crm_deal d;
	enum crm_presence p;

	err = crm_snap_get(w->r->snap, l->id, &stored, &p);
	if (err != NULL)
		return err;
	crm_deal_read(&w->deals, l->id, &stored, &d);
	put_value(row, &d, w->deals.kind->title);
	if (d.who != 0)
		crm_row_link(row, d.who);
	else
		crm_row_none(row);
	put_value(row, &d, CRM_DEAL_OWNER);
	crm_row_text(row, crm_deal_word(&d, CRM_DEAL_STAGE));
	return NULL;
}

/* How long it is there, and when somebody spoke with them. */
static void
put_times(struct crm_row_maker *row, const struct line *l)
{
	crm_row_mean(row, l->minutes, l->has_since ? DAY_MINUTES : 0);
	crm_row_mean(row, l->usual, l->has_usual ? 2 * DAY_MINUTES : 0);
	if (l->with.has_last)
		crm_row_date(row, crm_date_from_days(l->with.last));
	else
		crm_row_none(row);
}

static const struct crm_err *
put_group(struct work *w, const struct crm_group *g)
{
	const struct line *l =
	    w->r->by_given ? NULL : &w->line_of[g->count[LINE]];
	struct crm_row_maker *row = &w->r->row;
	const struct crm_err *err = NULL;
	size_t i;

	crm_row_begin(row);
	crm_groups_add_key(&w->deals.groups, g, row);
	if (l != NULL)
		err = put_deal(w, l);
	else
		for (i = C_TITLE; i <= C_STAGE; i++)
			crm_row_none(row);
	if (err != NULL)
		return err;
	crm_row_number(row, g->count[DEALS]);
	crm_row_money(row, g->money[VALUE], g->currency);
	crm_row_currency(row, g->currency);
	if (l != NULL)
		put_times(row, l);
	else
		for (i = C_DAYS; i <= C_CONTACT; i++)
			crm_row_none(row);
	crm_row_number(row, g->count[SLOW]);
	crm_row_number(row, g->count[SILENT]);
	crm_row_number(row, g->count[IDLE]);
	return crm_row_put(row, w->r->rows);
}

static const struct crm_err *
print(struct work *w)
{
	const struct crm_err *err = crm_groups_settle(&w->deals.groups);
	size_t i;

	crm_groups_sort(&w->deals.groups, CRM_ORDER_MONEY, VALUE);
	for (i = 0; err == NULL && i < w->deals.groups.n; i++) {
		if (crm_rows_is_full(w->r->rows))
			break;
		err = put_group(w, &w->deals.groups.group[i]);
	}
	return err;
}

static const struct crm_err *
read_options(struct work *w)
{
	const struct crm_err *err;

	err = crm_report_number(w->r, CRM_ARG_TIMES, &w->times);
	if (err != NULL)
		return err;
	err = crm_span_parse(
	    crm_view_str(w->r->arg[CRM_ARG_SILENCE]), &w->silence);
	return err == NULL ? NULL
			   : crm_err(CRM_E_USAGE, "--silence: %s", err->msg);
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r,
		.scratch = CRM_BUF_INIT(CRM_LINE_MAX),
		.links = CRM_BUF_INIT(CRM_LINE_MAX) };
	const struct crm_err *err;

	w.today = crm_date_days(crm_report_today(r));
	err = crm_deals_open(&w.deals, r);
	if (err == NULL)
		err = read_options(&w);
	if (err == NULL)
		err = crm_stays_gather(&w.deals, &w.stays);
	/* what is usual is told by all deals, whichever are asked for */
	if (err == NULL)
		err = crm_deals_each_of_all(&w.deals, take_stays, &w);
	if (w.nstays > 1)
		qsort(w.stay, w.nstays, sizeof(*w.stay), cmp_stays);
	if (err == NULL)
		err = crm_deals_each(&w.deals, take_deal, &w);
	if (err == NULL)
		err = print(&w);
	crm_stays_release(&w.stays);
	crm_deals_close(&w.deals);
	crm_nummap_release(&w.place);
	crm_buf_release(&w.scratch);
	crm_buf_release(&w.links);
	crm_free(w.stay);
	crm_free(w.customer);
	crm_free(w.line_of);
	return err;
}

const struct crm_report crm_report_stale = {
	.name = "stale",
	.summary = "open deals that nobody moves, and why",
	.main = "value",
	.spare = "contact stage owner who",
	.thing = 'd',
	.by = "id",
	.key = crm_deal_keys,
	.nkeys = 1,
	.alone = "title who owner stage days usual contact",
	.grouped = "deals",
	.whom = true,
	.arg[CRM_ARG_TIMES] = "2",
	.arg[CRM_ARG_SILENCE] = "30d",
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
