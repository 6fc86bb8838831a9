#include "query/compute.h"

#include "base/map.h"
#include "base/mem.h"
#include "query/figures.h"
#include "query/newest.h"
#include "query/service.h"
#include "record/scale.h"
#include "record/value.h"
#include "record/word.h"
#include "store/store.h"

#define MINUTE_US (60 * CRM_SECOND_US)

struct crm_compute {
	struct crm_snap *snap;
	const struct crm_clock *clock;
	const struct crm_config *config;
	struct crm_zone *zone, *own_zone; /* own: NULL, or zone is it */
	/* the rows of the customer looked at last */
	uint64_t who;
	struct crm_rollups rows;
	/* of tickets, of who owes; NULL until the first is asked for */
	struct crm_service *service;
	struct crm_firms *firms;
};

struct crm_compute *
crm_compute_new(struct crm_snap *snap, const struct crm_clock *clock)
{
	struct crm_compute *c = crm_calloc(1, sizeof(*c));

	c->snap = snap;
	c->clock = clock;
	c->config = crm_store_config(crm_snap_store(snap));
	c->zone = c->config->zone;
	return c;
}

void
crm_compute_apart(struct crm_compute *c)
{
	if (c->own_zone == NULL)
		c->own_zone = crm_zone_copy(c->zone);
	c->zone = c->own_zone;
}

bool
crm_compute_is_own(uint16_t num)
{
	return num == CRM_N_ID || num == CRM_N_KIND || num == CRM_N_DAY ||
	    num == CRM_N_VERDICT;
}

void
crm_compute_free(struct crm_compute *c)
{
	if (c == NULL)
		return;
	crm_rollups_release(&c->rows);
	crm_service_free(c->service);
	crm_firms_free(c->firms);
	crm_figures_forget(c->snap);
	crm_zone_free(c->own_zone);
	crm_free(c);
}

void
crm_compute_renew(struct crm_compute *c)
{
	c->who = 0;
	if (c->service != NULL)
		crm_service_renew(c->service);
	crm_firms_free(c->firms);
	c->firms = NULL;
}

struct crm_date
crm_compute_today(const struct crm_compute *c)
{
	return crm_zone_date(c->zone, c->clock->now_us);
}

static const struct crm_err *
rows_of(struct crm_compute *c, uint64_t who)
{
	const struct crm_err *err;

	if (c->who == who)
		return NULL;
	err = crm_rollup_all(c->snap, who, &c->rows);
	c->who = err == NULL ? who : 0;
	return err;
}

static void
put_number(struct crm_buf *out, int64_t n)
{
	crm_value_put_dec(out, (struct crm_dec){ n, 0 });
}

static void
put_day(struct crm_compute *c, struct crm_buf *out, int64_t at_us)
{
	crm_value_put_date(out, crm_zone_date(c->zone, at_us));
}

static const struct crm_err *
put_last(struct crm_compute *c, uint64_t who, uint16_t num, struct crm_buf *out)
{
	const struct crm_err *err;
	struct crm_date day;
	int64_t at_us;

	err = crm_last_contact(c->snap, who, c->clock->now_us, &at_us);
	if (err != NULL || at_us == CRM_NO_CONTACT)
		return err;
	day = crm_zone_date(c->zone, at_us);
	if (num == CRM_N_LAST)
		crm_value_put_date(out, day);
	else
		put_number(out,
		    crm_date_days(crm_compute_today(c)) - crm_date_days(day));
	return NULL;
}

/* Contacts in a story by now, each event once over who and people. */
static const struct crm_err *
count_contacts(struct crm_compute *c, uint64_t who, struct crm_nummap *seen)
{
	const struct crm_err *err;
	struct crm_story_walk *w;
	struct crm_story s;

	err = crm_snap_story(c->snap, &w);
	if (err == NULL)
		err = crm_story_seek(w, who, INT64_MIN, &s);
	while (err == NULL && s.who == who && s.at_us <= c->clock->now_us) {
		if (crm_what_is_contact(s.what & CRM_WHAT_WORD))
			(void)crm_nummap_at(seen, s.event, NULL);
		err = crm_story_next(w, &s);
	}
	return err;
}

static const struct crm_err *
put_contacts(struct crm_compute *c, uint64_t who, struct crm_buf *out)
{
	struct crm_nummap seen = CRM_NUMMAP_INIT;
	const struct crm_err *err;
	struct crm_rollup row;
	uint64_t *people = NULL;
	size_t n = 0, i;

	if (crm_id_kind(who) == 'o')
		err = crm_people_of(c->snap, who, &people, &n);
	else
		err = NULL;
	if (err == NULL && n == 0) {
		err = crm_rollup_get(c->snap, who, 0, &row);
		if (err == NULL)
			err = crm_rollup_until(
			    c->snap, who, 0, c->clock->now_us, &row);
		if (err == NULL)
			put_number(out, row.contacts);
		return err;
	}
	if (err == NULL)
		err = count_contacts(c, who, &seen);
	for (i = 0; err == NULL && i < n; i++)
		err = count_contacts(c, people[i], &seen);
	if (err == NULL)
		put_number(out, (int64_t)seen.used);
	crm_nummap_release(&seen);
	crm_free(people);
	return err;
}

/* An amount of the base currency. */
static void
put_base(struct crm_compute *c, struct crm_buf *out, int64_t minor)
{
	int digits = crm_currency_decimals(crm_view(c->config->currency, 3));

	crm_value_put_dec(out, (struct crm_dec){ minor, (uint8_t)digits });
}

/* Sums of all currencies in the base currency; those without a rate are left
 * out. */
static const struct crm_err *
put_sum(struct crm_compute *c, uint16_t num, struct crm_buf *out)
{
	const struct crm_err *err = NULL;
	int64_t sum = 0;
	size_t i;

	for (i = 0; err == NULL && i < c->rows.n; i++)
		err = crm_config_add(c->config,
		    num == CRM_N_SPENT ? c->rows.row[i].row.sum
				       : c->rows.row[i].row.balance,
		    c->rows.row[i].currency, &sum);
	put_base(c, out, sum);
	return err;
}

static void
put_orders(struct crm_compute *c, struct crm_buf *out)
{
	int64_t orders = 0;
	size_t i;

	for (i = 0; i < c->rows.n; i++)
		orders += c->rows.row[i].row.orders;
	put_number(out, orders);
}

/* The day of the first or last purchase by now. */
static const struct crm_err *
put_order_day(
    struct crm_compute *c, uint64_t who, uint16_t num, struct crm_buf *out)
{
	const struct crm_err *err = NULL;
	int32_t first = 0, last = 0;
	bool any = false;
	size_t i;

	for (i = 0; err == NULL && i < c->rows.n; i++) {
		struct crm_rollup r = c->rows.row[i].row;

		err = crm_rollup_until(c->snap, who, c->rows.row[i].currency,
		    c->clock->now_us, &r);
		if (err != NULL || r.purchases == 0)
			continue;
		if (!any || r.first < first)
			first = r.first;
		if (!any || r.last > last)
			last = r.last;
		any = true;
	}
	if (err == NULL && any)
		put_day(c, out,
		    (num == CRM_N_FIRST_ORDER ? first : last) * MINUTE_US);
	return err;
}

static const struct crm_err *
put_from_rows(
    struct crm_compute *c, uint64_t who, uint16_t num, struct crm_buf *out)
{
	const struct crm_err *err = rows_of(c, who);

	if (err != NULL)
		return err;
	if (num == CRM_N_SPENT || num == CRM_N_BALANCE)
		return put_sum(c, num, out);
	if (num != CRM_N_ORDERS)
		return put_order_day(c, who, num, out);
	put_orders(c, out);
	return NULL;
}

bool
crm_compute_counts_for(uint16_t num, uint8_t what)
{
	what &= CRM_WHAT_WORD;
	if (num == CRM_N_BOUGHT)
		return what == CRM_W_PURCHASE;
	if (num == CRM_N_GOT)
		return what == CRM_W_SENT;
	return what == CRM_W_CLICKED || what == CRM_W_REPLIED ||
	    what == CRM_W_FEEDBACK || what == CRM_W_PURCHASE;
}

/* The set of ids as a stored list of links, sorted. */
static void
put_links(const struct crm_nummap *set, struct crm_buf *out)
{
	struct crm_view *list;
	uint64_t *ids;
	char *text;
	size_t n, i;

	if (set->used == 0)
		return;
	ids = crm_calloc(set->used, sizeof(*ids));
	n = crm_nummap_keys(set, ids);
	list = crm_calloc(n, sizeof(*list));
	text = crm_calloc(n, CRM_LINK_MAX);
	for (i = 0; i < n; i++)
		list[i] = crm_view(text + i * CRM_LINK_MAX,
		    crm_link_put(text + i * CRM_LINK_MAX, ids[i]));
	crm_many_put(out, list, n);
	crm_free(list);
	crm_free(text);
	crm_free(ids);
}

static const struct crm_err *
put_met(struct crm_compute *c, uint64_t who, uint16_t num, struct crm_buf *out)
{
	uint16_t field =
	    num == CRM_N_BOUGHT ? CRM_EVENT_PRODUCT : CRM_EVENT_CAMPAIGN;
	struct crm_nummap seen = CRM_NUMMAP_INIT;
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored event;
	struct crm_story_walk *w;
	struct crm_story s;
	struct crm_view v;

	err = crm_snap_story(c->snap, &w);
	if (err == NULL)
		err = crm_story_seek(w, who, INT64_MIN, &s);
	while (err == NULL && s.who == who) {
		if (crm_compute_counts_for(num, s.what) &&
		    !(num == CRM_N_BOUGHT && (s.what & CRM_WHAT_ALSO) != 0)) {
			err = crm_snap_get_beside(c->snap, s.event, &event, &p);
			if (err == NULL && p == CRM_LIVE &&
			    crm_stored_get(&event, field, &v))
				(void)crm_nummap_at(
				    &seen, crm_link_get(v), NULL);
		}
		if (err == NULL)
			err = crm_story_next(w, &s);
	}
	if (err == NULL)
		put_links(&seen, out);
	crm_nummap_release(&seen);
	return err;
}

/* How many deals, tickets or tasks of who are open. */
static const struct crm_err *
put_open(struct crm_compute *c, uint64_t who, uint16_t num, struct crm_buf *out)
{
	char kind = num == CRM_N_OPEN_DEALS ? 'd'
	    : num == CRM_N_OPEN_TICKETS     ? 'k'
					    : 't';
	const struct crm_kind *k = crm_kind_of(crm_snap_schema(c->snap), kind);
	const struct crm_err *err;
	const uint64_t *found;
	uint64_t *ids;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_view stage, pipe;
	char key[8];
	size_t n, i;
	int64_t open = 0;

	crm_be64(key, who);
	err = crm_snap_find(c->snap, kind, crm_field_num(k, k->who),
	    crm_view(key, 8), false, SIZE_MAX, &found, &n);
	if (err != NULL)
		return err;
	ids = crm_realloc_array(NULL, n, sizeof(*ids));
	if (n > 0)
		memcpy(ids, found, n * sizeof(*ids));
	for (i = 0; err == NULL && i < n; i++) {
		err = crm_snap_get(c->snap, ids[i], &r, &p);
		if (err != NULL || p != CRM_LIVE)
			continue;
		if (!crm_stored_get(&r, k->stage, &stage))
			stage = CRM_VNULL;
		if (k->pipeline_field == 0 ||
		    !crm_stored_get(&r, k->pipeline_field, &pipe))
			pipe = CRM_VNULL;
		open += crm_stage_end_of(k, crm_word_get(pipe),
			    crm_word_get(stage)) == CRM_END_OPEN;
	}
	crm_free(ids);
	if (err == NULL)
		put_number(out, open);
	return err;
}

static const struct crm_err *
put_overdue(struct crm_compute *c, uint64_t who, struct crm_buf *out)
{
	struct crm_arena a = CRM_ARENA_INIT;
	struct crm_open_invoice *inv;
	const struct crm_err *err;
	int64_t sum = 0;
	size_t n = 0, i;

	err = rows_of(c, who);
	/* one that paid for its people may owe what its balance has not */
	n = crm_id_kind(who) == 'o';
	for (i = 0; err == NULL && i < c->rows.n; i++)
		n += c->rows.row[i].row.balance > 0;
	if (err == NULL && n > 0) {
		if (c->firms == NULL)
			c->firms = crm_firms_new(c->snap);
		err = crm_open_invoices(c->firms, who, &a, &inv, &n);
		if (err == NULL)
			err = crm_late_invoices(
			    c->config, crm_compute_today(c), inv, n, &sum);
	}
	if (err == NULL)
		put_base(c, out, sum);
	crm_arena_release(&a);
	return err;
}

static void
put_next_birthday(
    struct crm_compute *c, const struct crm_stored *r, struct crm_buf *out)
{
	struct crm_date today = crm_compute_today(c), next;
	struct crm_view v;

	if (!crm_stored_get(r, CRM_PERSON_BIRTHDAY, &v) ||
	    !crm_value_get_date(v, &next))
		return;
	next.year = today.year;
	if (next.month < today.month ||
	    (next.month == today.month && next.day < today.day))
		next.year++;
	/* Born on 29 February: on 1 March where there is no such day. */
	if (next.day > crm_month_days(next.year, next.month)) {
		next.month++;
		next.day = 1;
	}
	crm_value_put_date(out, next);
}

struct crm_dec
crm_deal_chance(
    enum crm_stage_end end, const struct crm_stage *stage, struct crm_view own)
{
	struct crm_dec d;

	if (end == CRM_END_WON)
		return (struct crm_dec){ 100, 0 };
	if (end == CRM_END_LOST)
		return (struct crm_dec){ 0, 0 };
	if (crm_value_get_dec(own, &d))
		return d;
	return stage != NULL ? stage->probability : (struct crm_dec){ 0, 0 };
}

static struct crm_dec
chance_of(const struct crm_kind *k, const struct crm_stored *r)
{
	struct crm_view own, stage, pipe;

	if (!crm_stored_get(r, CRM_DEAL_PROBABILITY, &own))
		own = CRM_VNULL;
	if (!crm_stored_get(r, CRM_DEAL_PIPELINE, &pipe))
		pipe = CRM_VNULL;
	if (!crm_stored_get(r, CRM_DEAL_STAGE, &stage))
		stage = CRM_VNULL;
	pipe = crm_word_get(pipe);
	stage = crm_word_get(stage);
	return crm_deal_chance(crm_stage_end_of(k, pipe, stage),
	    crm_stage_named(crm_pipeline_named(k, pipe), stage), own);
}

static void
put_of_deal(struct crm_compute *c, const struct crm_stored *r, uint16_t num,
    struct crm_buf *out)
{
	const struct crm_kind *k = crm_kind_of(crm_snap_schema(c->snap), 'd');
	struct crm_date from, to = crm_compute_today(c);
	struct crm_dec value, p;
	struct crm_view v;

	if (num == CRM_N_AGE) {
		if (!crm_stored_get(r, CRM_DEAL_OPENED, &v) ||
		    !crm_value_get_date(v, &from))
			return;
		if (crm_stored_get(r, CRM_DEAL_CLOSED, &v))
			(void)crm_value_get_date(v, &to);
		put_number(out, crm_date_days(to) - crm_date_days(from));
		return;
	}
	if (!crm_stored_get(r, CRM_DEAL_VALUE, &v) ||
	    !crm_value_get_dec(v, &value))
		return;
	p = chance_of(k, r);
	p.scale = (uint8_t)(p.scale + 2); /* percent */
	if (crm_dec_mul(value, p, value.scale, &value))
		crm_value_put_dec(out, value);
}

void
crm_compute_add_time(struct crm_buf *out, int64_t at_us)
{
	int64_t s = at_us / CRM_SECOND_US - (at_us % CRM_SECOND_US < 0);

	crm_value_put_time(out, s * CRM_SECOND_US);
}

static const struct crm_err *
put_change_time(struct crm_compute *c, uint64_t number, struct crm_buf *out)
{
	const struct crm_err *err;
	int64_t at_us = 0;

	err = crm_snap_change_time(c->snap, number, &at_us);
	if (err == NULL)
		crm_compute_add_time(out, at_us);
	return err;
}

/* The n-th word of a choice. */
static void
put_choice(const struct crm_field *f, int64_t n, struct crm_buf *out)
{
	const char *word = f->choices;

	for (; n > 0; n--)
		word += strlen(word) + 1;
	crm_word_put(out, crm_view_str(word));
}

/* What a report says of them. */
static const struct crm_err *
put_figure(struct crm_compute *c, uint64_t who, const struct crm_field *f,
    struct crm_buf *out)
{
	const struct crm_figures *figures;
	const struct crm_figure *of;
	const struct crm_err *err;

	err = crm_figures_get(c->snap, c->clock, f->num, &figures);
	if (err != NULL)
		return err;
	of = crm_figures_of(figures, who);
	if (of == NULL)
		return NULL;
	if (f->type != CRM_T_CHOICE) {
		struct crm_dec d = { of->value, figures->scale };

		/* money has the decimals of its currency */
		crm_value_put_dec(
		    out, f->type == CRM_T_MONEY ? d : crm_dec_trim(d));
		return NULL;
	}
	put_choice(f, of->value, out);
	return NULL;
}

static const struct crm_err *
put_of_ticket(struct crm_compute *c, uint64_t id, const struct crm_stored *r,
    uint16_t num, struct crm_buf *out)
{
	if (c->service == NULL)
		c->service = crm_service_new(c->snap, c->clock);
	return crm_service_field(c->service, id, r, num, out);
}

const struct crm_err *
crm_compute_field(struct crm_compute *c, uint64_t id,
    const struct crm_stored *r, const struct crm_field *f, struct crm_buf *out)
{
	const struct crm_kind *k;
	char link[CRM_LINK_MAX];
	enum crm_verdict verdict;
	struct crm_view v;
	int64_t at_us;

	switch (f->num) {
	case CRM_N_ID:
		crm_buf_add(out, link, crm_link_put(link, id));
		return NULL;
	case CRM_N_KIND:
		k = crm_kind_of(crm_snap_schema(c->snap), crm_id_kind(id));
		crm_buf_adds(out, k != NULL ? k->name : "");
		return NULL;
	case CRM_N_CREATED:
		if (!crm_stored_get(r, CRM_N_CREATED, &v))
			return put_change_time(c, r->added, out);
		crm_buf_addv(out, v);
		return NULL;
	case CRM_N_UPDATED:
		return put_change_time(c, r->updated, out);
	case CRM_N_DAY:
		if (crm_stored_get(r, CRM_EVENT_AT, &v) &&
		    crm_value_get_time(v, &at_us))
			put_day(c, out, at_us);
		return NULL;
	case CRM_N_VERDICT:
		if (crm_scale_read(r, &verdict))
			put_choice(f, verdict, out);
		return NULL;
	case CRM_N_LAST:
	case CRM_N_QUIET:
		return put_last(c, id, f->num, out);
	case CRM_N_CONTACTS:
		return put_contacts(c, id, out);
	case CRM_N_ORDERS:
	case CRM_N_SPENT:
	case CRM_N_FIRST_ORDER:
	case CRM_N_LAST_ORDER:
	case CRM_N_BALANCE:
		return put_from_rows(c, id, f->num, out);
	case CRM_N_BOUGHT:
	case CRM_N_GOT:
	case CRM_N_ANSWERED:
		return put_met(c, id, f->num, out);
	case CRM_N_OVERDUE:
		return put_overdue(c, id, out);
	case CRM_N_OPEN_DEALS:
	case CRM_N_OPEN_TICKETS:
	case CRM_N_OPEN_TASKS:
		return put_open(c, id, f->num, out);
	case CRM_N_NEXT_BIRTHDAY:
		put_next_birthday(c, r, out);
		return NULL;
	case CRM_N_RFM:
	case CRM_N_ALIVE:
	case CRM_N_EXPECTED:
	case CRM_N_CLV:
	case CRM_N_SILENCE:
		return put_figure(c, id, f, out);
	case CRM_N_WEIGHTED:
	case CRM_N_AGE:
		put_of_deal(c, r, f->num, out);
		return NULL;
	case CRM_N_TIER:
	case CRM_N_RESPONDED:
	case CRM_N_RESPOND_BY:
	case CRM_N_SOLVE_BY:
		return put_of_ticket(c, id, r, f->num, out);
	default:
		break;
	}
	if (f->num >= CRM_N_SCORE)
		return put_figure(c, id, f, out);
	if (crm_stored_get(r, f->num, &v))
		crm_buf_addv(out, v);
	return NULL;
}

uint8_t
crm_compute_currency(
    struct crm_compute *c, uint64_t id, const struct crm_stored *r)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(c->snap), crm_id_kind(id));
	struct crm_view v;

	if (k != NULL && k->letter == 'd' &&
	    crm_stored_get(r, k->currency, &v) && v.n == 1)
		return (uint8_t)v.p[0];
	return c->config->currency_num;
}
