/* What is due of tasks, tickets and deals. */
#include <stdlib.h>

#include "due/due_impl.h"
#include "query/newest.h"
#include "query/service.h"
#include "store/story.h"

static struct crm_view
who_of(const struct crm_due *d, const struct crm_stored *r)
{
	struct crm_view v;

	return crm_stored_get(r, d->at.kind->who, &v) ? v : CRM_VNULL;
}

/*
 * The ids of the kind at hand that are at a stage, by the index.
 *
 * out     array of *n, NULL when there are none; free with crm_free()
 */
static const struct crm_err *
ids_at_stage(struct crm_due *d, uint8_t stage, uint64_t **out, size_t *n)
{
	const struct crm_kind *k = d->at.kind;
	const struct crm_field *f = crm_field_num(k, k->stage);
	struct crm_buf key = CRM_BUF_INIT(256);
	const struct crm_err *err;
	const uint64_t *found;

	*out = NULL;
	*n = 0;
	crm_value_add_key(&key, f, crm_word_stored(stage));
	err = crm_snap_find(d->snap, k->letter, f, crm_buf_view(&key), false,
	    SIZE_MAX, &found, n);
	if (err == NULL && *n > 0) {
		*out = crm_realloc_array(NULL, *n, sizeof(**out));
		memcpy(*out, found, *n * sizeof(**out));
	}
	crm_buf_release(&key);
	return err;
}

/*
 * Tasks
 */

static const struct crm_err *
take_task(struct crm_due *d, uint64_t id, const struct crm_stored *r)
{
	struct crm_due_item item = crm_due_new(CRM_DUE_TASK, id);
	struct crm_view who = who_of(d, r), v;
	struct crm_many m;

	crm_many_begin(&m, who, who.n > 0);
	while (who.n > 0 && crm_many_next(&m, &v))
		(void)crm_nummap_at(&d->tasks, crm_link_get(v), NULL);
	item.reason = crm_due_day(r, CRM_TASK_DUE, &item.day) ? CRM_DUE_BY_DAY
							      : CRM_DUE_OPEN;
	if (item.day != CRM_DUE_NO_DAY && item.day > d->until)
		return NULL;
	if (crm_stored_get(r, CRM_TASK_REPEAT, &v))
		(void)crm_value_get_span(v, &item.every);
	return crm_due_add(d, &item, who, crm_due_text(d->at.kind, r, "owner"));
}

const struct crm_err *
crm_due_tasks(struct crm_due *d)
{
	const struct crm_err *err;
	uint64_t *id;
	size_t n;

	/* also those that are not asked for: deals go by whether there is one
	 */
	d->at.kind = crm_kind_of(d->schema, 't');
	err = ids_at_stage(d, CRM_W_OPEN, &id, &n);
	if (err == NULL)
		err = crm_due_each_of(d, id, n, take_task);
	crm_free(id);
	return err;
}

/*
 * Tickets
 */

static int32_t
priority_of(const struct crm_stored *r)
{
	struct crm_view v;

	if (!crm_stored_get(r, CRM_TICKET_PRIORITY, &v))
		return 0;
	switch (crm_word_of(v)) {
	case CRM_W_LOW:
		return -1;
	case CRM_W_HIGH:
		return 1;
	case CRM_W_URGENT:
		return 2;
	default:
		return 0;
	}
}

/* The next target of a ticket; one that waits for the customer has none. */
static void
next_target(const struct crm_service_times *t, struct crm_due_item *item)
{
	item->reason = CRM_DUE_UNSOLVED;
	if (t->has_solve_by) {
		item->reason = CRM_DUE_SOLVE;
		item->at_us = t->solve_by_us;
	}
	if (!t->is_answered && t->has_respond_by &&
	    (!t->has_solve_by || t->respond_by_us <= t->solve_by_us)) {
		item->reason = CRM_DUE_RESPOND;
		item->at_us = t->respond_by_us;
	}
}

static const struct crm_err *
take_ticket(struct crm_due *d, uint64_t id, const struct crm_stored *r)
{
	struct crm_due_item item = crm_due_new(CRM_DUE_TICKET, id);
	struct crm_service_times t;
	const struct crm_err *err;
	struct crm_stored again;
	enum crm_presence p;

	item.priority = priority_of(r);
	err = crm_service_of(d->at.service, id, r, &t);
	if (err != NULL || t.is_waiting || t.is_ended)
		return err;
	next_target(&t, &item);
	item.last = crm_due_day_of(d, t.opened_us);
	if (item.at_us != CRM_DUE_NO_TIME) {
		if (item.at_us >= d->end_us)
			return NULL;
		item.day = crm_due_day_of(d, item.at_us);
	}
	err = crm_snap_get(d->snap, id, &again, &p);
	return err != NULL || p != CRM_LIVE
	    ? err
	    : crm_due_add(d, &item, who_of(d, &again),
		  crm_due_text(d->at.kind, &again, "owner"));
}

#define FEW 1000 /* tickets that are looked up one by one */

const struct crm_err *
crm_due_tickets(struct crm_due *d)
{
	const struct crm_err *err;
	uint64_t *id;
	size_t n;

	d->at.kind = crm_kind_of(d->schema, 'k');
	d->at.service = crm_service_new(d->snap, d->o->clock);
	err = ids_at_stage(d, CRM_W_OPEN, &id, &n);
	if (err == NULL)
		err = crm_due_narrow(d, 'k', id, &n);
	if (err == NULL && n > FEW)
		err = crm_service_all(d->at.service);
	if (err == NULL)
		err = crm_due_each_of(d, id, n, take_ticket);
	crm_free(id);
	crm_service_free(d->at.service);
	d->at.service = NULL;
	return err;
}

/*
 * Deals
 */

/* Is an event about a deal: of it, or a contact that is of no deal? */
static bool
is_about(const struct crm_stored *event, uint64_t deal, uint8_t what)
{
	struct crm_view v;

	return crm_stored_get(event, CRM_EVENT_DEAL, &v)
	    ? crm_link_get(v) == deal
	    : crm_what_is_contact(what);
}

/* The day on which something happened with a deal last, after it was opened. */
static const struct crm_err *
last_sign(struct crm_due *d, uint64_t deal, uint64_t who, int32_t *day)
{
	const struct crm_err *err;
	struct crm_story_walk *w;
	struct crm_stored event;
	enum crm_presence p;
	struct crm_story s;
	int32_t then;

	if (who == 0)
		return NULL;
	err = crm_snap_story(d->snap, &w);
	if (err == NULL)
		err = crm_story_last(w, who, &s);
	for (; err == NULL && s.who == who; err = crm_story_prev(w, &s)) {
		if (s.at_us > d->o->clock->now_us)
			continue;
		then = crm_due_day_of(d, s.at_us);
		if (then <= *day)
			break;
		err = crm_snap_get(d->snap, s.event, &event, &p);
		if (err != NULL)
			break;
		if (p == CRM_LIVE &&
		    is_about(&event, deal, s.what & CRM_WHAT_WORD)) {
			*day = then;
			break;
		}
	}
	return err;
}

static bool
has_task(const struct crm_due *d, struct crm_view who)
{
	struct crm_many m;
	struct crm_view v;

	crm_many_begin(&m, who, who.n > 0);
	while (who.n > 0 && crm_many_next(&m, &v))
		if (crm_nummap_get(&d->tasks, crm_link_get(v)) != NULL)
			return true;
	return false;
}

/*
 * Why a deal is due: it should be decided by now, else it stands still, else
 * nothing is planned.  What will be so only in days to come gives way to what
 * is so today; of two such the nearer one counts.
 */
static void
why_deal(const struct crm_due *d, bool planned, struct crm_due_item *item)
{
	int32_t stale = crm_date_days(
	    crm_span_after(crm_date_from_days(item->last), d->rules->stale));
	int32_t decide = item->day; /* CRM_DUE_NO_DAY is the last of all */

	item->reason = CRM_DUE_BY_DAY;
	if (decide <= d->today)
		return;
	if (stale > d->today && !planned) {
		item->reason = CRM_DUE_NO_STEP;
		item->day = item->last;
	} else if (stale <= d->today || stale < decide) {
		item->reason = CRM_DUE_STALE;
		item->day = stale;
	}
}

/* The first of whom a deal is about; 0: nobody. */
static uint64_t
first_of(struct crm_view who)
{
	struct crm_many m;
	struct crm_view v;

	if (who.n == 0)
		return 0;
	crm_many_begin(&m, who, true);
	return crm_many_next(&m, &v) ? crm_link_get(v) : 0;
}

/* Whose a deal is: without an owner of its own that of the customer. */
static const struct crm_err *
is_theirs(struct crm_due *d, struct crm_view owner, uint64_t who, bool *yes)
{
	const struct crm_err *err = NULL;
	const char *of = NULL;

	if (d->o->owner != NULL && owner.n == 0)
		err = crm_due_owner_of(d, who, &of);
	if (of != NULL)
		owner = crm_view_str(of);
	*yes = crm_due_is_theirs(d, owner);
	return err;
}

static const struct crm_err *
take_deal(struct crm_due *d, uint64_t id, const struct crm_stored *r)
{
	struct crm_due_item item = crm_due_new(CRM_DUE_DEAL, id);
	struct crm_buf who = CRM_BUF_INIT(1 << 20);
	struct crm_buf owner = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;
	uint64_t first;
	bool yes;

	crm_buf_addv(&who, who_of(d, r));
	crm_buf_addv(&owner, crm_due_text(d->at.kind, r, "owner"));
	first = first_of(crm_buf_view(&who));
	if (!crm_due_day(r, CRM_DEAL_OPENED, &item.last))
		item.last = d->today;
	(void)crm_due_day(r, CRM_DEAL_EXPECTED, &item.day);
	err = is_theirs(d, crm_buf_view(&owner), first, &yes);
	if (err == NULL && yes)
		err = last_sign(d, id, first, &item.last);
	if (err == NULL && yes) {
		why_deal(d, has_task(d, crm_buf_view(&who)), &item);
		if (item.day != CRM_DUE_NO_DAY && item.day <= d->until)
			err = crm_due_add(
			    d, &item, crm_buf_view(&who), crm_buf_view(&owner));
	}
	crm_buf_release(&who);
	crm_buf_release(&owner);
	return err;
}

static const struct crm_err *
note_deal(struct crm_due *d, uint64_t id, const struct crm_stored *r)
{
	if (crm_due_is_ended(d->at.kind, r))
		return NULL;
	d->at.deal = crm_grow(
	    d->at.deal, &d->at.cap, d->at.ndeals + 1, sizeof(*d->at.deal));
	d->at.deal[d->at.ndeals++] =
	    (struct crm_due_deal){ first_of(who_of(d, r)), id };
	return NULL;
}

static int
cmp_deals(const void *x, const void *y)
{
	const struct crm_due_deal *a = x, *b = y;

	if (a->who != b->who)
		return a->who < b->who ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* Customer by customer: what is asked about each of them lies together. */
const struct crm_err *
crm_due_deals(struct crm_due *d)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	size_t i;

	d->at.kind = crm_kind_of(d->schema, 'd');
	err = crm_due_each(d, 'd', note_deal);
	if (d->at.ndeals > 0)
		qsort(d->at.deal, d->at.ndeals, sizeof(*d->at.deal), cmp_deals);
	for (i = 0; err == NULL && i < d->at.ndeals; i++) {
		err = crm_snap_get(d->snap, d->at.deal[i].id, &r, &p);
		if (err == NULL && p == CRM_LIVE)
			err = take_deal(d, d->at.deal[i].id, &r);
	}
	crm_free(d->at.deal);
	d->at.deal = NULL;
	d->at.ndeals = d->at.cap = 0;
	return err;
}
