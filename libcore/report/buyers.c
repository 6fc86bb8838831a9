#include "report/buyers.h"

#include "base/mem.h"

struct work {
	const struct crm_report_run *r;
	struct crm_buyers *out;
	bool folds; /* stories of a period, not the rollups */
	bool as_paid;
	int64_t until_us;
	size_t from; /* first row of the customer at hand */
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

static const struct crm_err *
take_row(struct work *w, uint64_t who, uint8_t currency,
    const struct crm_rollup *stored)
{
	const struct crm_config *c = w->r->config;
	struct crm_rollup row = *stored;
	const struct crm_err *err;
	int64_t sum;

	if (!w->folds) {
		err = crm_rollup_until(
		    w->r->snap, who, currency, w->until_us, &row);
		if (err != NULL)
			return err;
	}
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
	return crm_rollup_add(
		   &buyer_at(w, who, currency)->row, &row, w->r->clock->zone)
	    ? NULL
	    : crm_err(CRM_E_DATA, "a sum of the report is too large");
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
	for (i = 0; err == NULL && i < rows->n; i++)
		err =
		    take_row(w, who, rows->row[i].currency, &rows->row[i].row);
	return err;
}

/* Is a row of contacts alone?  Whenever they are dated, nothing was bought. */
static bool
is_of_contacts(const struct crm_rollup_at *e)
{
	int64_t sum;

	return e->currency == 0 && !crm_rollup_read_sum(e->value.p, &sum);
}

static const struct crm_err *
walk_all(struct work *w)
{
	const struct crm_report_run *r = w->r;
	const struct crm_err *err;
	struct crm_rollups rows = { 0 };
	struct crm_rollup row;
	struct crm_rollup_walk *walk;
	struct crm_rollup_at e;
	uint64_t who, last = 0;

	err = crm_rollup_open(r->snap, &walk);
	if (err == NULL)
		err = crm_rollup_first(walk, 0, &e);
	while (err == NULL && e.who != 0) {
		who = e.who;
		if (!crm_whom_has(&r->whom, who))
			;
		else if (w->folds) {
			if (who != last)
				err = take_who(w, who, &rows);
		} else if (!is_of_contacts(&e)) {
			crm_rollup_read(e.value, &row);
			err = take_row(w, who, e.currency, &row);
		}
		last = who;
		if (err == NULL)
			err = crm_rollup_next(walk, &e);
	}
	crm_rollup_close(walk);
	crm_rollups_release(&rows);
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

/* Leave out who bought nothing: only when all currencies are added up is that
 * known. */
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
		.out = out,
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
		err = few ? walk_some(&w) : walk_all(&w);
	if (err == NULL && (how & CRM_BUYERS_REFUNDED) == 0)
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
