/* What is due with people and organisations, and on days of the year. */
#include "due/due_impl.h"
#include "query/newest.h"
#include "query/rule_segment.h"
#include "report/list.h"
#include "report/overdue.h"

static const struct crm_err *
read_rules(struct crm_due *d)
{
	struct crm_query_ctx qc = { .snap = d->snap, .clock = d->o->clock };
	const struct crm_err *err = NULL;
	struct crm_query *q;

	d->at.rule = crm_calloc(d->rules->nevery + 1, sizeof(*d->at.rule));
	for (d->at.nrules = 0; err == NULL && d->at.nrules < d->rules->nevery;
	     d->at.nrules++) {
		struct crm_due_members *r = &d->at.rule[d->at.nrules];

		r->every = &d->rules->every[d->at.nrules];
		err = crm_rule_segment(
		    &qc, "due: every", r->every->line, r->every->segment, &q);
		if (err == NULL && q != NULL)
			err = crm_query_ids(q, &r->id, &r->n);
		crm_query_free(q);
	}
	return err;
}

static void
free_rules(struct crm_due *d)
{
	size_t i;

	for (i = 0; i < d->at.nrules; i++)
		crm_free(d->at.rule[i].id);
	crm_free(d->at.rule);
	d->at.rule = NULL;
	d->at.nrules = 0;
}

/* How often to be in touch with somebody; false: no one says. */
static bool
every_of(struct crm_due *d, uint64_t id, const struct crm_stored *r,
    struct crm_due_item *item)
{
	struct crm_view v;
	size_t i;

	if (crm_stored_get(r, d->at.every->num, &v))
		return crm_value_get_span(v, &item->every);
	for (i = 0; i < d->at.nrules; i++) {
		struct crm_whom members = { .id = d->at.rule[i].id,
			.n = d->at.rule[i].n };

		if (!crm_whom_has(&members, id))
			continue;
		item->every = d->at.rule[i].every->every;
		item->name = d->at.rule[i].every->segment;
		return true;
	}
	return false;
}

/* The day on which a record was added. */
static const struct crm_err *
day_added(struct crm_due *d, const struct crm_stored *r, int32_t *out)
{
	int64_t at_us = 0;
	const struct crm_err *err = crm_snap_created(d->snap, r, &at_us);

	*out = crm_due_day_of(d, at_us);
	return err;
}

static const struct crm_err *
take_contact(struct crm_due *d, uint64_t id, const struct crm_stored *r)
{
	struct crm_due_item item = crm_due_new(CRM_DUE_CONTACT, id);
	struct crm_view owner = crm_due_text(d->at.kind, r, "owner");
	const struct crm_err *err;
	int64_t at_us;

	if (!every_of(d, id, r, &item))
		return NULL;
	item.who = id;
	item.reason = CRM_DUE_SILENT;
	err = crm_last_contact(d->snap, id, d->o->clock->now_us, &at_us);
	if (err == NULL && at_us != CRM_NO_CONTACT)
		item.last = crm_due_day_of(d, at_us);
	else if (err == NULL) {
		item.reason = CRM_DUE_NEVER;
		err = day_added(d, r, &item.last);
	}
	if (err != NULL)
		return err;
	item.day = crm_date_days(
	    crm_span_after(crm_date_from_days(item.last), item.every));
	return item.day <= d->until ? crm_due_add(d, &item, CRM_VNULL, owner)
				    : NULL;
}

static const struct crm_err *
take_birthday(struct crm_due *d, uint64_t id, const struct crm_stored *r)
{
	struct crm_due_item item = crm_due_new(CRM_DUE_BIRTHDAY, id);
	struct crm_date born;
	struct crm_view v;

	if (!crm_stored_get(r, d->at.birthday->num, &v) ||
	    !crm_value_get_date(v, &born))
		return NULL;
	item.who = id;
	item.day = crm_due_next_year_day(born, d->since);
	item.last = born.year != 0 ? crm_date_days(born) : CRM_DUE_NO_DAY;
	return item.day <= d->until ? crm_due_add(d, &item, CRM_VNULL,
					  crm_due_text(d->at.kind, r, "owner"))
				    : NULL;
}

static const struct crm_err *
take_person(struct crm_due *d, uint64_t id, const struct crm_stored *r)
{
	const struct crm_err *err = NULL;

	if (d->at.birthday != NULL)
		err = take_birthday(d, id, r);
	return err != NULL ? err : take_contact(d, id, r);
}

const struct crm_err *
crm_due_people(struct crm_due *d)
{
	static const char kinds[] = "po";
	const struct crm_err *err = read_rules(d);
	const char *k;

	for (k = kinds; err == NULL && *k != '\0' && !d->things; k++) {
		d->at.kind = crm_kind_of(d->schema, *k);
		d->at.every = crm_field_named(d->at.kind, CRM_V("every"));
		d->at.birthday = crm_field_named(d->at.kind, CRM_V("birthday"));
		err = crm_due_each(d, *k, take_person);
	}
	free_rules(d);
	return err;
}

/*
 * Purchases
 */

/* The days that are more than so many times a gap: of twice the gap. */
static int32_t
days_of(int32_t twice, struct crm_dec times)
{
	int64_t whole = (int64_t)twice * times.m, by = 2;

	for (; times.scale > 0; times.scale--)
		by *= 10;
	whole = whole / by + 1;
	return whole < INT32_MAX / 4 ? (int32_t)whole : INT32_MAX / 4;
}

static const struct crm_err *
take_rhythm(void *ctx, const struct crm_rhythm *r)
{
	struct crm_due *d = ctx;
	struct crm_due_item item = crm_due_new(CRM_DUE_PURCHASE, r->who);
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored stored;
	const struct crm_kind *k = crm_kind_of(d->schema, crm_id_kind(r->who));
	struct crm_view v;

	item.who = r->who;
	item.reason = CRM_DUE_SILENT;
	item.last = r->last;
	item.gap = r->twice;
	item.day = r->last + days_of(r->twice, d->rules->times);
	if (item.day > d->until ||
	    d->today >= r->last + days_of(r->twice, d->rules->lost))
		return NULL;
	err = crm_snap_get(d->snap, r->who, &stored, &p);
	if (err != NULL || p != CRM_LIVE ||
	    (crm_stored_get(&stored, k->stage, &v) &&
		crm_word_of(v) == CRM_W_FORMER))
		return err;
	return crm_due_add(
	    d, &item, CRM_VNULL, crm_due_text(k, &stored, "owner"));
}

const struct crm_err *
crm_due_purchases(struct crm_due *d)
{
	struct crm_report_run r =
	    crm_report_plain(&crm_report_overdue, d->snap, d->o->clock);

	r.whom = d->whom;
	return d->things ? NULL : crm_overdue_each(&r, take_rhythm, d);
}

/*
 * Dates
 */

/* The links of a record to its customers, as stored; empty when it has none. */
static struct crm_view
who_of(const struct crm_kind *k, const struct crm_stored *r, struct crm_buf *b)
{
	const struct crm_field *f = crm_due_who_field(k);
	struct crm_view v;

	if (f == NULL || !crm_stored_get(r, f->num, &v))
		return CRM_VNULL;
	if ((f->flags & CRM_F_MANY) != 0)
		return v;
	crm_buf_reset(b);
	crm_many_put(b, &v, 1);
	return crm_buf_view(b);
}

static const struct crm_err *
take_date(struct crm_due *d, uint64_t id, const struct crm_stored *r)
{
	struct crm_due_item item = crm_due_new(CRM_DUE_DATE, id);
	const struct crm_kind *k = d->on.kind;
	struct crm_date day;
	struct crm_view v, who = CRM_VNULL;
	bool yearly;

	if (!crm_stored_get(r, d->on.field->num, &v) ||
	    !crm_value_get_date(v, &day) || crm_due_is_ended(k, r))
		return NULL;
	yearly = d->on.date->yearly || day.year == 0;
	item.day =
	    yearly ? crm_due_next_year_day(day, d->since) : crm_date_days(day);
	if (item.day > d->until)
		return NULL;
	item.name = d->on.date->name;
	item.last =
	    yearly && day.year != 0 ? crm_date_days(day) : CRM_DUE_NO_DAY;
	if (k->letter == 'p' || k->letter == 'o')
		item.who = id;
	else
		who = who_of(k, r, &d->scratch);
	return crm_due_add(d, &item, who, crm_due_text(k, r, "owner"));
}

const struct crm_err *
crm_due_dates(struct crm_due *d)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < d->rules->ndates; i++) {
		d->on.date = &d->rules->date[i];
		d->on.kind = crm_kind_of(d->schema, d->on.date->kind);
		d->on.field =
		    crm_field_named(d->on.kind, crm_view_str(d->on.date->name));
		if (d->on.field != NULL)
			err = crm_due_each(d, d->on.date->kind, take_date);
	}
	return err;
}
