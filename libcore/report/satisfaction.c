/* satisfaction: what feedback says, by the scale of its scores. */
#include "record/scale.h"
#include "record/word.h"
#include "report/list.h"
#include "report/put.h"

#define ANSWERS 0 /* slots of counts */
#define GOOD 1    /* of each verdict, in their order */
#define FAIR 2
#define BAD 3
#define SUM 4     /* of worths, in hundredths */
#define SQUARES 5 /* of their squares, in hundredths of hundredths */
#define FROM 6    /* what a score can be */
#define TO 7

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "answers", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "score", .type = CRM_T_NUMBER,
	    .help = "nps: good less bad, csat: good, as percent; else the mean" },
	{ .name = "low", .type = CRM_T_NUMBER,
	    .help = "where the score of all would lie with 95 % confidence: "
		"from" },
	{ .name = "high", .type = CRM_T_NUMBER, .help = "to" },
	{ .name = "good", .type = CRM_T_NUMBER,
	    .help = "nps 9 and 10, csat 4 and 5, ces 5 to 7" },
	{ .name = "fair", .type = CRM_T_NUMBER,
	    .help = "nps 7 and 8, csat 3, ces 4" },
	{ .name = "bad", .type = CRM_T_NUMBER, .help = "the others" },
};
/* clang-format on */

struct work {
	struct crm_report_run *r;
	struct crm_groups groups;
	struct crm_by_values *values;
	/* the answer at hand */
	int64_t worth;                 /* hundredths */
	int how;                       /* GOOD, FAIR, BAD; -1: no scale says */
	const struct crm_scale *scale; /* NULL: none */
};

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct crm_group *g = crm_groups_at(&w->groups, key, 0);
	int64_t square;

	g->count[ANSWERS]++;
	g->count[FROM] = w->scale != NULL ? w->scale->from : INT64_MIN;
	g->count[TO] = w->scale != NULL ? w->scale->to : INT64_MAX;
	if (w->how >= 0)
		g->count[w->how]++;
	if (__builtin_mul_overflow(w->worth, w->worth, &square) ||
	    !crm_add_i64(g->count[SUM], w->worth, &g->count[SUM]) ||
	    !crm_add_i64(g->count[SQUARES], square, &g->count[SQUARES]))
		return crm_err(
		    CRM_E_DATA, "the scores of the report are too large");
	return NULL;
}

static const struct crm_err *
take(void *ctx, const struct crm_fact *f)
{
	struct work *w = ctx;
	const struct crm_scale *s = crm_scale_of(f->stored);
	const struct crm_err *err;
	int64_t score;
	bool any;

	err = crm_scale_score(f->stored, &any, &score);
	if (err != NULL || !any)
		return err;
	w->scale = s;
	w->worth = score;
	w->how = -1;
	if (s != NULL) {
		w->how = GOOD + (int)crm_scale_verdict(s, score);
		if (s->is_percent)
			w->worth = w->how == GOOD          ? 10000
			    : w->how == BAD && s->less_bad ? -10000
							   : 0;
	}
	return crm_by_each(
	    w->values, f->who, f->at_us, f->event, f->stored, add_up, w);
}

/* The whole part of a square root. */
static uint64_t
root(u128 x)
{
	u128 lo = 0, hi = (u128)1 << 64, mid;

	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (mid * mid <= x)
			lo = mid;
		else
			hi = mid;
	}
	return (uint64_t)lo;
}

/*
 * 1.96 standard errors of the mean of n worths, in hundredths, rounded:
 * sqrt(1.96^2 * (n * squares - sum^2) / (n^2 * (n - 1))).
 *
 * Returns false when they cannot be known.
 */
static bool
margin_of(const struct crm_group *g, int64_t *out)
{
	i128 n = g->count[ANSWERS], sum = g->count[SUM];
	i128 spread = n * g->count[SQUARES] - sum * sum;

	if (n < 2 || spread < 0 || spread > (i128)1 << 100)
		return false;
	/* twice the root, so that halves round up */
	spread = spread * 4 * 196 * 196 / ((n - 1) * n * n * 10000);
	*out = (int64_t)((root((u128)spread) + 1) / 2);
	return true;
}

/* A bound of the interval: no score lies beyond its scale. */
static void
put_bound(struct crm_row_maker *row, const struct crm_group *g, int64_t v)
{
	v = v < g->count[FROM] ? g->count[FROM] : v;
	v = v > g->count[TO] ? g->count[TO] : v;
	crm_row_dec(row, (struct crm_dec){ v, 2 });
}

static const struct crm_err *
add_figures(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_row_maker *row = &w->r->row;
	int64_t n = g->count[ANSWERS], sum = g->count[SUM], margin;
	int64_t mean =
	    (int64_t)(((i128)sum * 2 + (sum < 0 ? -n : n)) / (n * 2));

	crm_row_number(row, n);
	crm_row_dec(row, (struct crm_dec){ mean, 2 });
	if (margin_of(g, &margin)) {
		put_bound(row, g, mean - margin);
		put_bound(row, g, mean + margin);
	} else {
		crm_row_none(row);
		crm_row_none(row);
	}
	crm_row_number(row, g->count[GOOD]);
	crm_row_number(row, g->count[FAIR]);
	crm_row_number(row, g->count[BAD]);
	return NULL;
}

/* All feedback, unless a query says which. */
static const struct crm_err *
ask(struct work *w, struct crm_query **out)
{
	static const char *const arg[] = { "event", "what:feedback" };
	struct crm_query_ctx ctx = { .snap = w->r->snap, .clock = w->r->clock };

	*out = NULL;
	return w->r->things != NULL
	    ? NULL
	    : crm_query_parse(&ctx, arg, 2, true, out, NULL);
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	struct crm_query *q;
	struct crm_facts facts;
	const struct crm_err *err;

	crm_groups_init(&w.groups, r->config, &r->by);
	facts = crm_report_facts(r, CRM_FACT(CRM_W_FEEDBACK), true);
	err = ask(&w, &q);
	if (q != NULL)
		facts.events = q;
	if (err == NULL)
		err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL)
		err = crm_facts_each(&facts, take, &w);
	if (err == NULL)
		err = crm_put_groups(
		    r, &w.groups, CRM_ORDER_KEY, 0, add_figures, &w);
	crm_query_free(q);
	crm_by_values_free(w.values);
	crm_groups_release(&w.groups);
	return err;
}

const struct crm_report crm_report_satisfaction = {
	.name = "satisfaction",
	.summary = "scores of feedback by scale: nps, csat, ces",
	.main = "score",
	.thing = 'e',
	.by = "scale",
	.always = "scale",
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
