#include "report/deals.h"

#include "record/value.h"
#include "record/word.h"

const struct crm_field crm_deal_keys[2] = {
	{ .name = "deal-size", .type = CRM_T_NUMBER },
	{ .name = "stage", .type = CRM_T_CHOICE },
};

const struct crm_err *
crm_deals_open(struct crm_deals *d, struct crm_report_run *r)
{
	size_t i;

	d->r = r;
	d->kind = crm_kind_of(r->schema, 'd');
	d->weighted = crm_field_named(d->kind, CRM_V("weighted"));
	d->age = crm_field_named(d->kind, CRM_V("age"));
	for (i = 0; i < r->by.n; i++)
		d->own |= r->by.key[i].of == CRM_BY_OWN;
	d->compute = crm_compute_new(r->snap, r->clock);
	d->scratch = (struct crm_buf)CRM_BUF_INIT(CRM_LINE_MAX);
	crm_groups_init(&d->groups, r->config, &r->by);
	return crm_by_values_new(r->snap, r->clock, &r->by, &d->values);
}

void
crm_deals_close(struct crm_deals *d)
{
	crm_by_values_free(d->values);
	crm_groups_release(&d->groups);
	crm_compute_free(d->compute);
	crm_buf_release(&d->scratch);
}

struct crm_view
crm_deal_word(const struct crm_deal *d, uint16_t field)
{
	struct crm_view v;

	return field != 0 && crm_stored_get(d->stored, field, &v)
	    ? crm_word_get(v)
	    : CRM_VNULL;
}

bool
crm_deal_date(const struct crm_deal *d, uint16_t field, struct crm_date *out)
{
	struct crm_view v;

	return crm_stored_get(d->stored, field, &v) &&
	    crm_value_get_date(v, out);
}

bool
crm_deal_days(const struct crm_deal *d, int32_t *out)
{
	struct crm_date opened, closed;

	if (!crm_deal_date(d, CRM_DEAL_OPENED, &opened) ||
	    !crm_deal_date(d, CRM_DEAL_CLOSED, &closed))
		return false;
	*out = crm_date_days(closed) - crm_date_days(opened);
	return true;
}

bool
crm_deal_when(const struct crm_deals *d, const struct crm_deal *deal,
    uint16_t field, int64_t *at_us)
{
	const struct crm_report_run *r = d->r;
	struct crm_date date;
	int32_t day;

	*at_us = CRM_BY_NO_TIME;
	if (!crm_deal_date(deal, field, &date))
		return !r->has_period;
	day = crm_date_days(date);
	*at_us = crm_zone_day_start_us(r->clock->zone, date);
	return !r->has_period ||
	    (day >= crm_date_days(r->period.first) &&
		day <= crm_date_days(r->period.last));
}

/* The power of ten that a deal's value reaches: 1000 for 1,000 to 9,999. */
static void
put_size(const struct crm_deal *deal, struct crm_buf *out)
{
	struct crm_view v;
	struct crm_dec value;
	int64_t size = 1;

	if (!crm_stored_get(deal->stored, CRM_DEAL_VALUE, &v) ||
	    !crm_value_get_dec(v, &value))
		return;
	for (; value.scale > 0; value.scale--)
		value.m /= 10;
	for (; value.m >= 10; value.m /= 10)
		size *= 10;
	crm_value_put_dec(out, (struct crm_dec){ value.m > 0 ? size : 0, 0 });
}

const struct crm_err *
crm_deal_each_key(struct crm_deals *d, const struct crm_deal *deal,
    int64_t at_us, const char *stage,
    const struct crm_err *(*fn)(void *ctx, struct crm_view key), void *ctx)
{
	struct crm_buf own = CRM_BUF_INIT(1000);
	const struct crm_err *err;
	struct crm_view key[2];

	if (!d->own)
		return crm_by_each(d->values, deal->who, at_us, deal->id,
		    deal->stored, fn, ctx);
	put_size(deal, &own);
	key[CRM_DEAL_KEY_SIZE].n = own.n;
	if (stage != NULL)
		crm_word_put(&own, crm_view_str(stage));
	key[CRM_DEAL_KEY_SIZE].p = own.p;
	key[CRM_DEAL_KEY_STAGE] =
	    crm_view_skip(crm_buf_view(&own), key[CRM_DEAL_KEY_SIZE].n);
	crm_by_set_own(d->values, key);
	err = crm_by_each(
	    d->values, deal->who, at_us, deal->id, deal->stored, fn, ctx);
	crm_buf_release(&own);
	return err;
}

void
crm_deal_read(const struct crm_deals *d, uint64_t id,
    const struct crm_stored *stored, struct crm_deal *out)
{
	struct crm_many m;
	struct crm_view v;

	out->id = id;
	out->stored = stored;
	out->who = 0;
	if (crm_stored_get(stored, d->kind->who, &v)) {
		crm_many_begin(&m, v, true);
		if (crm_many_next(&m, &v))
			out->who = crm_link_get(v);
	}
	out->currency =
	    crm_stored_get(stored, CRM_DEAL_CURRENCY, &v) && v.n == 1
	    ? (uint8_t)v.p[0]
	    : d->r->config->currency_num;
	out->end =
	    crm_stage_end_of(d->kind, crm_deal_word(out, CRM_DEAL_PIPELINE),
		crm_deal_word(out, CRM_DEAL_STAGE));
}

const struct crm_err *
crm_deal_number(struct crm_deals *d, const struct crm_deal *deal,
    const struct crm_field *f, struct crm_dec *out, bool *has)
{
	const struct crm_err *err;

	crm_buf_reset(&d->scratch);
	err = crm_compute_field(
	    d->compute, deal->id, deal->stored, f, &d->scratch);
	*has = err == NULL && crm_value_get_dec(crm_buf_view(&d->scratch), out);
	return err;
}

const struct crm_err *
crm_deal_add_money(struct crm_deals *d, const struct crm_deal *deal,
    struct crm_group *g, size_t value, size_t weighted)
{
	struct crm_groups *groups = &d->groups;
	const struct crm_err *err;
	struct crm_view v;
	struct crm_dec dec;
	bool has;

	if (!crm_stored_get(deal->stored, CRM_DEAL_VALUE, &v) ||
	    !crm_value_get_dec(v, &dec))
		return NULL;
	err = crm_groups_add_money(groups, g, value, deal->currency, dec.m);
	if (err == NULL)
		err = crm_deal_number(d, deal, d->weighted, &dec, &has);
	if (err == NULL && has)
		err = crm_groups_add_money(
		    groups, g, weighted, deal->currency, dec.m);
	return err;
}

bool
crm_by_is_stages(const struct crm_by *by)
{
	bool stage = false;
	size_t i;

	for (i = 0; i < by->n; i++) {
		const char *name = by->key[i].column.name;

		if (strcmp(name, "stage") == 0)
			stage = true;
		else if (strcmp(name, "pipeline") != 0)
			return false;
	}
	return stage;
}

/* Run a query over what it finds. */
static const struct crm_err *
each_found(struct crm_query *q,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t id, const struct crm_stored *),
    void *ctx)
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
		err = fn(ctx, id, &r);
	}
	crm_run_close(run);
	return err;
}

/* The same of a query of our own. */
static const struct crm_err *
ask(const struct crm_deals *d, const char *const *arg, size_t n,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t id, const struct crm_stored *),
    void *ctx)
{
	struct crm_query_ctx qc = { .snap = d->r->snap, .clock = d->r->clock };
	const struct crm_err *err;
	struct crm_query *q;

	err = crm_query_parse(&qc, arg, n, true, &q, NULL);
	if (err == NULL)
		err = each_found(q, fn, ctx);
	crm_query_free(q);
	return err;
}

static const char *const all_deals[] = { "deal" };

/* each_found() has one context. */
struct taking {
	struct crm_deals *d;
	const struct crm_err *(*fn)(void *ctx, const struct crm_deal *);
	void *ctx;
	bool all;
};

static const struct crm_err *
take_deal(void *ctx, uint64_t id, const struct crm_stored *stored)
{
	struct taking *t = ctx;
	struct crm_deal deal;

	crm_deal_read(t->d, id, stored, &deal);
	return t->all || crm_whom_has(&t->d->r->whom, deal.who)
	    ? t->fn(t->ctx, &deal)
	    : NULL;
}

const struct crm_err *
crm_deals_each(struct crm_deals *d,
    const struct crm_err *(*fn)(void *ctx, const struct crm_deal *), void *ctx)
{
	struct taking t = { d, fn, ctx, false };

	return d->r->things != NULL ? each_found(d->r->things, take_deal, &t)
				    : ask(d, all_deals, 1, take_deal, &t);
}

const struct crm_err *
crm_deals_each_of_all(struct crm_deals *d,
    const struct crm_err *(*fn)(void *ctx, const struct crm_deal *), void *ctx)
{
	struct taking t = { d, fn, ctx, true };

	return ask(d, all_deals, 1, take_deal, &t);
}

const struct crm_err *
crm_deals_each_turn(struct crm_deals *d,
    const struct crm_err *(*fn)(
	void *ctx, uint64_t id, const struct crm_stored *event),
    void *ctx)
{
	static const char *const turns[] = { "event", "what:stage" };

	return ask(d, turns, 2, fn, ctx);
}
