/*
 * Without a period the rows of customers are gathered by two threads, each
 * part of them apart, and put together in their order.  Customers of whom
 * something is dated ahead have to wait for their stories, which are read
 * through the snapshot, until then.
 */
#include "report/buyers.h"

#include "base/mem.h"
#include "base/thread.h"

struct work {
	const struct crm_report_run *r;
	struct crm_zone *zone; /* this thread's */
	struct crm_buyers *out;
	bool folds; /* stories of a period, not the rollups */
	bool as_paid;
	bool refunded; /* also who bought nothing, but for refunds */
	int64_t until_us;
	size_t from; /* first row of the customer at hand */
};

/* A part of the customers. */
struct part {
	struct work work;
	struct crm_buyers buyers;
	uint64_t *ahead; /* who has to wait, in order */
	size_t nahead, cap;
	char apart[CRM_APART];
};

struct gather {
	struct part part[CRM_PARTS_MAX];
	struct crm_zone *zone[CRM_SHARE_THREADS];
};

void
crm_buyers_release(struct crm_buyers *b)
{
	crm_free(b->buyer);
	b->buyer = NULL;
	b->n = b->cap = 0;
}

/* The row of a customer and a currency; rows of one customer follow each
 * other. */
static struct crm_buyer *
buyer_at(struct work *w, uint64_t who, uint8_t currency)
{
	struct crm_buyers *b = w->out;
	size_t i;

	if (b->n == 0 || b->buyer[b->n - 1].who != who)
		w->from = b->n;
	for (i = w->from; i < b->n; i++)
		if (b->buyer[i].currency == currency)
			return &b->buyer[i];
	b->buyer = crm_grow(b->buyer, &b->cap, b->n + 1, sizeof(*b->buyer));
	b->buyer[b->n] = (struct crm_buyer){ .who = who, .currency = currency };
	return &b->buyer[b->n++];
}

/* Add a row to what somebody bought. */
static const struct crm_err *
add_row(
    const struct work *w, struct crm_bought *to, const struct crm_rollup *row)
{
	struct crm_rollup sum = { .sum = to->sum,
		.months = to->months,
		.orders = to->orders,
		.purchases = to->purchases,
		.first = to->first,
		.last = to->last };

	if (!crm_rollup_add(&sum, row, w->zone))
		return crm_err(CRM_E_DATA, "a sum of the report is too large");
	*to = (struct crm_bought){ .sum = sum.sum,
		.months = sum.months,
		.orders = sum.orders,
		.purchases = sum.purchases,
		.first = sum.first,
		.last = sum.last };
	return NULL;
}

/* A row in which nothing is later than what is wanted. */
static const struct crm_err *
take_row(struct work *w, uint64_t who, uint8_t currency,
    const struct crm_rollup *stored)
{
	const struct crm_config *c = w->r->config;
	struct crm_rollup row = *stored;
	const struct crm_err *err;
	int64_t sum;

	if (row.purchases == 0 && row.sum == 0)
		return NULL;
	row.balance = 0;
	if (!w->as_paid && crm_config_has_rate(c, currency)) {
		sum = row.sum;
		row.sum = 0;
		err = crm_config_add(c, sum, currency, &row.sum);
		if (err != NULL)
			return err;
		currency = c->currency_num;
	}
	return add_row(w, &buyer_at(w, who, currency)->row, &row);
}

/* A customer's rows: as they stand, or folded from the story of a period. */
static const struct crm_err *
take_who(struct work *w, uint64_t who, struct crm_rollups *rows)
{
	const struct crm_report_run *r = w->r;
	const struct crm_err *err;
	size_t i;

	err = w->folds ? crm_rollup_fold(
			     r->snap, who, r->period.from_us, w->until_us, rows)
		       : crm_rollup_all(r->snap, who, rows);
	for (i = 0; err == NULL && i < rows->n; i++) {
		struct crm_rollup_row *row = &rows->row[i];

		if (!w->folds)
			err = crm_rollup_until(r->snap, who, row->currency,
			    w->until_us, &row->row);
		if (err == NULL)
			err = take_row(w, who, row->currency, &row->row);
	}
	return err;
}

/* Is a row of contacts alone?  Whenever they are dated, nothing was bought. */
static bool
is_of_contacts(const struct crm_rollup_at *e)
{
	int64_t sum;

	return e->currency == 0 && !crm_rollup_read_sum(e->value.p, &sum);
}

/* All customers, whose stories of the period are folded. */
static const struct crm_err *
fold_all(struct work *w)
{
	const struct crm_report_run *r = w->r;
	const struct crm_err *err;
	struct crm_rollups rows = { 0 };
	struct crm_rollup_walk *walk;
	struct crm_rollup_at e;
	uint64_t last = 0;

	err = crm_rollup_open(r->snap, &walk);
	if (err == NULL)
		err = crm_rollup_first(walk, 0, &e);
	while (err == NULL && e.who != 0) {
		if (e.who != last && crm_whom_has(&r->whom, e.who))
			err = take_who(w, e.who, &rows);
		last = e.who;
		if (err == NULL)
			err = crm_rollup_next(walk, &e);
	}
	crm_rollup_close(walk);
	crm_rollups_release(&rows);
	return err;
}

static bool
is_put_off(const struct part *p, uint64_t who)
{
	return p->nahead > 0 && p->ahead[p->nahead - 1] == who;
}

/* A customer has to wait, with all rows. */
static void
put_off(struct part *p, uint64_t who)
{
	struct crm_buyers *b = &p->buyers;

	while (b->n > 0 && b->buyer[b->n - 1].who == who)
		b->n--;
	p->ahead =
	    crm_grow(p->ahead, &p->cap, p->nahead + 1, sizeof(*p->ahead));
	p->ahead[p->nahead++] = who;
}

/* crm_rollup_each_run(): rows of a part. */
static const struct crm_err *
take_run(void *ctx, const struct crm_part *part, const struct crm_run_of *run)
{
	struct gather *g = ctx;
	struct part *p = &g->part[part->number];
	struct work *w = &p->work;
	const struct crm_err *err = NULL;
	struct crm_rollup_at e;
	struct crm_rollup row;
	size_t i;

	w->zone = g->zone[part->thread];
	for (i = 0; err == NULL && i < run->n; i++) {
		crm_rollup_of_run(run, i, &e);
		if (is_of_contacts(&e) || is_put_off(p, e.who) ||
		    !crm_whom_has(&w->r->whom, e.who))
			continue;
		crm_rollup_read(e.value, &row);
		if (crm_rollup_is_ahead(&row, w->until_us))
			put_off(p, e.who);
		else
			err = take_row(w, e.who, e.currency, &row);
	}
	return err;
}

/* Add rows that were gathered.  Only when all currencies are added up is it
 * known who bought nothing. */
static void
add_buyers(struct work *w, const struct crm_buyer *from, size_t n)
{
	struct crm_buyers *out = w->out;
	size_t i;

	out->buyer =
	    crm_grow(out->buyer, &out->cap, out->n + n, sizeof(*out->buyer));
	for (i = 0; i < n; i++)
		if (w->refunded || from[i].row.purchases > 0)
			out->buyer[out->n++] = from[i];
}

/* Put a part behind those before, and in it those who had to wait. */
static const struct crm_err *
join_part(struct work *w, const struct part *p)
{
	const struct crm_buyers *b = &p->buyers;
	const struct crm_err *err = NULL;
	struct crm_rollups rows = { 0 };
	size_t i, from = 0, to;

	for (i = 0; err == NULL && i < p->nahead; i++) {
		for (to = from; to < b->n && b->buyer[to].who < p->ahead[i];)
			to++;
		add_buyers(w, b->buyer + from, to - from);
		err = take_who(w, p->ahead[i], &rows);
		from = to;
	}
	if (from < b->n)
		add_buyers(w, b->buyer + from, b->n - from);
	crm_rollups_release(&rows);
	return err;
}

static const struct crm_err *
share_all(struct work *w)
{
	struct gather *g = crm_calloc(1, sizeof(*g));
	const struct crm_err *err;
	size_t i, n = 0;

	for (i = 0; i < CRM_PARTS_MAX; i++) {
		g->part[i].work = *w;
		g->part[i].work.out = &g->part[i].buyers;
	}
	g->zone[0] = w->zone;
	g->zone[1] = crm_zone_copy(w->zone);
	err = crm_rollup_each_run(w->r->snap, false, take_run, g);
	for (i = 0; i < CRM_PARTS_MAX; i++)
		n += g->part[i].buyers.n + g->part[i].nahead;
	w->out->buyer =
	    crm_grow(w->out->buyer, &w->out->cap, n, sizeof(*w->out->buyer));
	for (i = 0; i < CRM_PARTS_MAX; i++) {
		if (err == NULL)
			err = join_part(w, &g->part[i]);
		crm_buyers_release(&g->part[i].buyers);
		crm_free(g->part[i].ahead);
	}
	crm_zone_free(g->zone[1]);
	crm_free(g);
	return err;
}

static const struct crm_err *
walk_some(struct work *w)
{
	struct crm_rollups rows = { 0 };
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < w->r->whom.n; i++)
		err = take_who(w, w->r->whom.id[i], &rows);
	crm_rollups_release(&rows);
	return err;
}

/* Leave out who bought nothing. */
static void
drop_refunded(struct crm_buyers *b)
{
	size_t i, n = 0;

	for (i = 0; i < b->n; i++)
		if (b->buyer[i].row.purchases > 0)
			b->buyer[n++] = b->buyer[i];
	b->n = n;
}

const struct crm_err *
crm_buyers_gather(
    const struct crm_report_run *r, int how, struct crm_buyers *out)
{
	struct work w = { .r = r,
		.zone = r->clock->zone,
		.out = out,
		.refunded = (how & CRM_BUYERS_REFUNDED) != 0,
		.as_paid = (how & CRM_BUYERS_AS_PAID) != 0,
		.folds = r->has_period && (how & CRM_BUYERS_EVER) == 0 };
	const struct crm_err *err;
	bool few;

	w.until_us = w.folds ? r->period.to_us - 1 : INT64_MAX;
	if ((how & CRM_BUYERS_BY_NOW) != 0 && r->clock->now_us < w.until_us)
		w.until_us = r->clock->now_us;
	memset(out, 0, sizeof(*out));
	err = crm_whom_is_few(r->snap, &r->whom, &few);
	if (err == NULL)
		err = few     ? walk_some(&w)
		    : w.folds ? fold_all(&w)
			      : share_all(&w);
	if (err == NULL && !w.refunded)
		drop_refunded(out);
	return err;
}

uint8_t
crm_buyers_currency(const struct crm_report_run *r, uint8_t currency)
{
	return crm_config_has_rate(r->config, currency)
	    ? r->config->currency_num
	    : currency;
}
