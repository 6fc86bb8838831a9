#include "report/repeats.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/money.h"
#include "base/share.h"
#include "record/word.h"
#include "report/buyers.h"

#define AGAIN_LEAST 2 /* customers who bought again, to fit a model */

struct work {
	const struct crm_report_run *r;
	struct crm_repeats *out;
	int32_t until;
	size_t from; /* first row of the customer at hand */
};

void
crm_repeats_release(struct crm_repeats *b)
{
	crm_free(b->row);
	b->row = NULL;
	b->n = b->cap = 0;
}

/* The row of the customer at hand and a currency; NULL: none. */
static struct crm_repeats_row *
row_of(struct work *w, uint64_t who, uint8_t currency)
{
	struct crm_repeats *b = w->out;
	size_t i;

	if (b->n == 0 || b->row[b->n - 1].who != who)
		w->from = b->n;
	for (i = w->from; i < b->n; i++)
		if (b->row[i].currency == currency)
			return &b->row[i];
	return NULL;
}

/* A purchase: on a day that is new, or not. */
static void
count_day(const struct work *w, struct crm_repeats_row *row, int32_t day)
{
	if (day == row->seen)
		return;
	row->seen = day;
	if (day > w->until) {
		row->after++;
	} else {
		row->last = day;
		row->days++;
	}
}

/* Facts of one customer come in the order of time. */
static const struct crm_err *
take(void *ctx, const struct crm_fact *f)
{
	struct work *w = ctx;
	const struct crm_config *c = w->r->config;
	int32_t day = crm_report_day(w->r, f->at_us);
	uint8_t currency = crm_buyers_currency(w->r, f->currency);
	struct crm_repeats_row *row = row_of(w, f->who, currency);
	int64_t amount = f->minor, *sum;

	if (row == NULL) {
		if (f->what != CRM_W_PURCHASE || day > w->until)
			return NULL;
		w->out->row = crm_grow(w->out->row, &w->out->cap, w->out->n + 1,
		    sizeof(*w->out->row));
		row = &w->out->row[w->out->n++];
		*row = (struct crm_repeats_row){ .who = f->who,
			.currency = currency,
			.first = day,
			.last = day,
			.seen = day,
			.days = 1 };
	} else if (f->what == CRM_W_PURCHASE) {
		count_day(w, row, day);
	}
	if (currency != f->currency &&
	    !crm_config_to_base(c, f->minor, f->currency, &amount))
		return crm_err(CRM_E_DATA, "a sum of the report is too large");
	sum = day > w->until ? &row->after_spent : &row->again;
	if (day == row->first)
		return NULL;
	return crm_add_i64(
		   *sum, f->what == CRM_W_PURCHASE ? amount : -amount, sum)
	    ? NULL
	    : crm_err(CRM_E_DATA, "a sum of the report is too large");
}

/* qsort() hands over no context. */
static uint8_t base;

static int
cmp(const void *x, const void *y)
{
	const struct crm_repeats_row *a = x, *b = y;

	if (a->currency != b->currency) {
		if (a->currency == base || b->currency == base)
			return a->currency == base ? -1 : 1;
		return a->currency < b->currency ? -1 : 1;
	}
	return a->who < b->who ? -1 : a->who > b->who;
}

const struct crm_err *
crm_repeats_gather(
    const struct crm_report_run *r, int32_t until, struct crm_repeats *out)
{
	struct work w = { .r = r, .out = out, .until = until };
	struct crm_facts facts = crm_report_facts(
	    r, CRM_FACT(CRM_W_PURCHASE) | CRM_FACT(CRM_W_REFUND), false);
	const struct crm_err *err;

	memset(out, 0, sizeof(*out));
	err = crm_facts_each(&facts, take, &w);
	base = r->config->currency_num;
	if (err == NULL && out->n > 1)
		qsort(out->row, out->n, sizeof(*out->row), cmp);
	return err;
}

struct crm_repeat
crm_repeats_of(const struct crm_repeats_row *row, int32_t until, double unit)
{
	struct crm_repeat c = { .x = row->days - 1.0,
		.last = (row->last - row->first) / unit,
		.age = (until - row->first) / unit };

	return c;
}

struct crm_spending
crm_repeats_spending(const struct crm_repeats_row *row)
{
	struct crm_spending s = { 0, 0 };

	if (row->days > 1 && row->again > 0) {
		s.x = row->days - 1.0;
		s.mean = (double)row->again / s.x;
	}
	return s;
}

/* Fit both models to the rows of one currency. */
static void
fit(const struct crm_repeats *b, enum crm_buying_model model, int32_t until,
    double unit, struct crm_repeats_fit *f)
{
	size_t n = f->end - f->from, i, k = 0;
	struct crm_repeat *c = crm_calloc(n + 1, sizeof(*c));
	struct crm_spending *s = crm_calloc(n + 1, sizeof(*s));

	for (i = 0; i < n; i++) {
		c[i] = crm_repeats_of(&b->row[f->from + i], until, unit);
		s[k] = crm_repeats_spending(&b->row[f->from + i]);
		k += s[k].x > 0;
		f->again += c[i].x > 0;
	}
	f->buys = model != CRM_BUYING_NONE && f->again >= AGAIN_LEAST &&
	    crm_buying_fit(model, c, n, &f->buying);
	if (k >= AGAIN_LEAST && crm_spend_fit(s, k, &f->spend) &&
	    f->spend.q > 1)
		f->spends = k;
	crm_free(c);
	crm_free(s);
}

/* Currencies that two threads fit. */
struct fitting {
	const struct crm_repeats *b;
	enum crm_buying_model model;
	int32_t until;
	double unit;
	struct crm_repeats_fit *f;
	size_t piece[CRM_SHARE_PIECES]; /* which of f */
};

/* crm_share_new(): fit one. */
static void
fit_piece(void *ctx, size_t piece, unsigned int thread)
{
	const struct fitting *x = ctx;

	(void)thread;
	fit(x->b, x->model, x->until, x->unit, &x->f[x->piece[piece]]);
}

static void
fit_all(struct fitting *x, size_t n)
{
	struct crm_share *s = crm_share_new(fit_piece, x);
	size_t i, at;

	for (i = 0; i < n; i++) {
		while (!crm_share_next(s, &at))
			(void)crm_share_take(s, true, &at);
		x->piece[at] = i;
		crm_share_give(s);
	}
	while (crm_share_take(s, true, &at))
		;
	crm_share_free(s);
}

/* That none could be fitted is told of the currency with most customers: who
 * paid in several is a customer of each. */
static const struct crm_err *
none_fits(
    enum crm_buying_model model, const struct crm_repeats_fit *f, size_t n)
{
	const struct crm_repeats_fit *of = f;
	size_t i;

	for (i = 1; i < n; i++)
		if (f[i].end - f[i].from > of->end - of->from)
			of = &f[i];
	return crm_err(CRM_E_DATA,
	    "%s cannot be fitted: of %zu customers who paid in %s %zu bought "
	    "again, and that says too little of when they stop",
	    crm_buying_name(model), of->end - of->from,
	    crm_currency_code(of->currency), of->again);
}

const struct crm_err *
crm_repeats_fit(const struct crm_repeats *b, enum crm_buying_model model,
    int32_t until, double unit, struct crm_repeats_fit **out, size_t *n)
{
	struct crm_repeats_fit *f = NULL;
	size_t cap = 0, i, fitted = 0;

	*n = 0;
	for (i = 0; i < b->n; i++) {
		if (i == 0 || b->row[i].currency != b->row[i - 1].currency) {
			f = crm_grow(f, &cap, *n + 1, sizeof(*f));
			f[(*n)++] = (struct crm_repeats_fit){ .from = i,
				.currency = b->row[i].currency };
		}
		f[*n - 1].end = i + 1;
	}
	fit_all(&(struct fitting){ b, model, until, unit, f, { 0 } }, *n);
	for (i = 0; i < *n; i++)
		fitted += f[i].buys;
	*out = f;
	return fitted > 0 || b->n == 0 || model == CRM_BUYING_NONE
	    ? NULL
	    : none_fits(model, f, *n);
}

const struct crm_err *
crm_repeats_model(const struct crm_report_run *r, enum crm_buying_model *out)
{
	const char *name = r->arg[CRM_ARG_MODEL];

	for (*out = CRM_BG_NBD; *out <= CRM_PARETO_NBD; ++*out)
		if (strcmp(name, crm_buying_name(*out)) == 0)
			return NULL;
	return crm_err(CRM_E_USAGE,
	    "--model: the report '%s' has no '%s': it is bg-nbd or pareto-nbd",
	    r->report->name, name);
}

const struct crm_err *
crm_repeats_unit(const struct crm_report_run *r, double *days)
{
	static const struct {
		const char *name;
		double days;
	} unit[] = { { "day", 1 }, { "week", 7 },
		{ "month", CRM_YEAR_DAYS / 12 }, { "year", CRM_YEAR_DAYS } };
	const char *name = r->arg[CRM_ARG_UNIT];
	size_t i;

	for (i = 0; i < sizeof(unit) / sizeof(unit[0]); i++)
		if (strcmp(name, unit[i].name) == 0) {
			*days = unit[i].days;
			return NULL;
		}
	return crm_err(CRM_E_USAGE,
	    "--unit: there is no '%s': it is day, week, month or year", name);
}

const struct crm_err *
crm_repeats_horizon(const struct crm_report_run *r, double *days)
{
	static const struct {
		char unit;
		double days;
	} of[] = { { 'd', 1 }, { 'w', 7 }, { 'm', CRM_YEAR_DAYS / 12 },
		{ 'y', CRM_YEAR_DAYS } };
	const struct crm_err *err;
	struct crm_span span;
	size_t i;

	err = crm_span_parse(crm_view_str(r->arg[CRM_ARG_HORIZON]), &span);
	if (err != NULL)
		return crm_err(CRM_E_USAGE, "--horizon: %s", err->msg);
	for (i = 0; of[i].unit != span.unit; i++)
		;
	*days = span.n * of[i].days;
	return NULL;
}

const struct crm_err *
crm_repeats_until(const struct crm_report_run *r, int32_t *day)
{
	const char *date = r->arg[CRM_ARG_CALIBRATE];
	int32_t today = crm_date_days(crm_report_today(r));
	const struct crm_err *err;
	struct crm_date d;

	*day = today;
	if (date == NULL)
		return NULL;
	err = crm_date_parse(r->clock, crm_view_str(date), &d);
	if (err != NULL)
		return crm_err(CRM_E_USAGE, "--calibrate-until: %s", err->msg);
	*day = crm_date_days(d);
	return *day < today ? NULL
			    : crm_err(CRM_E_USAGE,
				  "--calibrate-until: '%s' is not past: there "
				  "is nothing to compare with",
				  date);
}
