#include "report/deals.h"

#include "base/mem.h"
#include "record/value.h"
#include "record/word.h"
#include "report/put.h"

const struct crm_field crm_deal_keys[2] = {
	{ .name = "deal-size", .type = CRM_T_NUMBER },
	{ .name = "stage", .type = CRM_T_CHOICE },
};

const struct crm_err *
crm_deals_open_again(struct crm_deals *d, struct crm_report_run *r,
    const struct crm_clock *clock)
{
	size_t i;

	d->r = r;
	d->clock = clock;
	d->kind = crm_kind_of(r->schema, 'd');
	for (i = 0; i < r->by.n; i++)
		d->own |= r->by.key[i].of == CRM_BY_OWN;
	d->compute = crm_compute_new(r->snap, clock);
	d->today = crm_date_days(crm_zone_date(clock->zone, clock->now_us));
	d->days = crm_calloc(CRM_DEAL_DAYS, sizeof(*d->days));
	crm_groups_init(&d->groups, r->config, &r->by);
	return crm_by_values_new(r->snap, clock, &r->by, &d->values);
}

const struct crm_err *
crm_deals_open(struct crm_deals *d, struct crm_report_run *r)
{
	return crm_deals_open_again(d, r, r->clock);
}

void
crm_deals_close(struct crm_deals *d)
{
	crm_by_values_free(d->values);
	crm_groups_release(&d->groups);
	crm_compute_free(d->compute);
	crm_free(d->days);
}

struct crm_view
crm_deal_word(const struct crm_deal *d, uint16_t field)
{
	struct crm_view v;

	return field != 0 && crm_deal_get(d, field, &v) ? crm_word_get(v)
							: CRM_VNULL;
}

bool
crm_deal_date(const struct crm_deal *d, uint16_t field, struct crm_date *out)
{
	struct crm_view v;

	return crm_deal_get(d, field, &v) && crm_value_get_date(v, out);
}

bool
crm_deal_value(const struct crm_deal *d, struct crm_dec *out)
{
	struct crm_view v;

	return crm_deal_get(d, CRM_DEAL_VALUE, &v) && crm_value_get_dec(v, out);
}

bool
crm_deal_weigh(
    const struct crm_deal *d, struct crm_dec value, struct crm_dec *out)
{
	struct crm_dec chance;
	struct crm_view own;

	if (!crm_deal_get(d, CRM_DEAL_PROBABILITY, &own))
		own = CRM_VNULL;
	chance = crm_deal_chance(d->end, d->stage, own);
	chance.scale = (uint8_t)(chance.scale + 2); /* percent */
	return crm_dec_mul(value, chance, value.scale, out);
}

/* A day of it, and when that began; NULL: it has no such date. */
static const struct crm_deal_day *
day_of(struct crm_deals *d, const struct crm_deal *deal, uint16_t field)
{
	struct crm_deal_day *at;
	struct crm_date date;
	struct crm_view v;
	uint32_t stored;

	if (!crm_deal_get(deal, field, &v) || v.n != 4)
		return NULL;
	stored = crm_le32_get(v.p);
	/* days of two years lie apart: month and day take nine bits */
	at = &d->days[((stored >> 24) | (stored >> 16 & 0xff) << 5 |
			  (stored >> 8 & 0xff) << 9) %
	    CRM_DEAL_DAYS];
	if (at->stored == stored && stored != 0)
		return at;
	if (!crm_value_get_date(v, &date))
		return NULL;
	at->stored = stored;
	at->day = crm_date_days(date);
	at->start_us = crm_zone_day_start_us(d->clock->zone, date);
	return at;
}

bool
crm_deal_age(struct crm_deals *d, const struct crm_deal *deal, int32_t *out)
{
	const struct crm_deal_day *opened, *closed;

	opened = day_of(d, deal, CRM_DEAL_OPENED);
	if (opened == NULL)
		return false;
	*out = opened->day; /* two days may share a place */
	closed = day_of(d, deal, CRM_DEAL_CLOSED);
	*out = (closed != NULL ? closed->day : d->today) - *out;
	return true;
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
crm_deal_when(struct crm_deals *d, const struct crm_deal *deal, uint16_t field,
    int64_t *at_us)
{
	const struct crm_report_run *r = d->r;
	const struct crm_deal_day *at = day_of(d, deal, field);

	*at_us = at != NULL ? at->start_us : CRM_BY_NO_TIME;
	if (!r->has_period)
		return true;
	return at != NULL && at->day >= crm_date_days(r->period.first) &&
	    at->day <= crm_date_days(r->period.last);
}

/* The power of ten that a deal's value reaches: 1000 for 1,000 to 9,999. */
static void
put_size(const struct crm_deal *deal, struct crm_buf *out)
{
	struct crm_dec value;
	int64_t size = 1;

	if (!crm_deal_value(deal, &value))
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

/* The first of many links: there is one, as a rule. */
static uint64_t
first_link(struct crm_view stored)
{
	struct crm_many m;
	struct crm_view v;

	if (stored.n > 2 && stored.p[0] == 1 &&
	    (uint8_t)stored.p[1] == stored.n - 2)
		return crm_link_get(crm_view_skip(stored, 2));
	crm_many_begin(&m, stored, true);
	return crm_many_next(&m, &v) ? crm_link_get(v) : 0;
}

/* Where a deal stands, of the words that are stored. */
static void
read_place(const struct crm_kind *k, struct crm_view pipeline,
    struct crm_view stage, struct crm_deal_place *out)
{
	pipeline = crm_word_get(pipeline);
	stage = crm_word_get(stage);
	out->pipeline = crm_pipeline_named(k, pipeline);
	out->stage = crm_stage_named(out->pipeline, stage);
	out->end = crm_stage_end_of(k, pipeline, stage);
}

/* The same, of what was read before.  Long words are not kept. */
static const struct crm_deal_place *
place_of(struct crm_deals *d, struct crm_view pipeline, struct crm_view stage,
    struct crm_deal_place *own)
{
	struct crm_deal_place *at;
	size_t n = pipeline.n + stage.n;
	unsigned int hash = (unsigned int)n * 5;

	if (n == 0 || n > CRM_DEAL_PLACE_TEXT) {
		read_place(d->kind, pipeline, stage, own);
		return own;
	}
	if (pipeline.n > 0)
		hash += (uint8_t)pipeline.p[pipeline.n - 1] * 7u;
	if (stage.n > 0)
		hash += (uint8_t)stage.p[0] + (uint8_t)stage.p[stage.n - 1];
	at = &d->place[hash % CRM_DEAL_PLACES];
	if (at->known && at->n == n && at->npipeline == pipeline.n &&
	    crm_view_eq(pipeline, crm_view(at->text, pipeline.n)) &&
	    crm_view_eq(stage, crm_view(at->text + pipeline.n, stage.n)))
		return at;
	at->known = true;
	at->n = (uint8_t)n;
	at->npipeline = (uint8_t)pipeline.n;
	if (pipeline.n > 0)
		memcpy(at->text, pipeline.p, pipeline.n);
	if (stage.n > 0)
		memcpy(at->text + pipeline.n, stage.p, stage.n);
	read_place(d->kind, pipeline, stage, at);
	return at;
}

void
crm_deal_read(struct crm_deals *d, uint64_t id, const struct crm_stored *stored,
    struct crm_deal *out)
{
	struct crm_view v, pipeline = CRM_VNULL, stage = CRM_VNULL;
	const struct crm_deal_place *place;
	struct crm_deal_place own;

	out->id = id;
	out->stored = stored;
	out->has = crm_stored_low(stored, CRM_DEAL_FIELDS, out->place);
	out->who = crm_deal_get(out, d->kind->who, &v) ? first_link(v) : 0;
	out->currency = crm_deal_get(out, CRM_DEAL_CURRENCY, &v) && v.n == 1
	    ? (uint8_t)v.p[0]
	    : d->r->config->currency_num;
	(void)crm_deal_get(out, CRM_DEAL_PIPELINE, &pipeline);
	(void)crm_deal_get(out, CRM_DEAL_STAGE, &stage);
	place = place_of(d, pipeline, stage, &own);
	out->pipeline = place->pipeline;
	out->stage = place->stage;
	out->end = place->end;
}

const struct crm_err *
crm_deal_add_money(struct crm_deals *d, const struct crm_deal *deal,
    struct crm_group *g, size_t value, size_t weighted)
{
	const struct crm_err *err;
	struct crm_dec dec;

	if (!crm_deal_value(deal, &dec))
		return NULL;
	err = crm_groups_add_money(&d->groups, g, value, deal->currency, dec.m);
	if (err == NULL && crm_deal_weigh(deal, dec, &dec))
		err = crm_groups_add_money(
		    &d->groups, g, weighted, deal->currency, dec.m);
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

const struct crm_err *
crm_deals_report(struct crm_deals *d, struct crm_report_run *r,
    const struct crm_err *(*take)(void *ctx, const struct crm_deal *),
    enum crm_groups_order order, size_t slot,
    const struct crm_err *(*add)(void *ctx, const struct crm_group *),
    void *ctx)
{
	const struct crm_err *err = crm_deals_open(d, r);

	if (err == NULL)
		err = crm_deals_each(d, take, ctx);
	if (err == NULL)
		err = crm_put_groups(r, &d->groups, order, slot, add, ctx);
	crm_deals_close(d);
	return err;
}
