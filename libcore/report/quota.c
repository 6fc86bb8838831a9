#include "report/quota.h"

#define MONTHS 12 /* of a year */

/* Of so many months is a period of rows; 0: it does not consist of months. */
static int32_t
months_in(enum crm_unit u)
{
	switch (u) {
	case CRM_MONTH:
		return 1;
	case CRM_QUARTER:
		return 3;
	case CRM_YEAR:
		return MONTHS;
	case CRM_DAY:
	case CRM_WEEK:
		break;
	}
	return 0;
}

/* Can a key be the field of a quota? */
static bool
is_field(const struct crm_by_key *k)
{
	return k->of == CRM_BY_THING && k->ref.nlinks == 0 &&
	    crm_quota_takes(&k->column);
}

/* Which keys are the period and the field; false: others are among them. */
static bool
find_keys(const struct crm_by *by, int *period, int *field)
{
	size_t i;

	*period = *field = -1;
	for (i = 0; i < by->n; i++) {
		const struct crm_by_key *k = &by->key[i];

		if (k->of == CRM_BY_PERIOD && months_in(k->unit) > 0 &&
		    *period < 0)
			*period = (int)i;
		else if (is_field(k) && *field < 0)
			*field = (int)i;
		else
			return false;
	}
	return true;
}

bool
crm_quota_has_rows(const struct crm_report_run *r)
{
	int period, field;

	return find_keys(&r->by, &period, &field) &&
	    (period >= 0 || r->has_period);
}

bool
crm_quotas_begin(const struct crm_report_run *r, struct crm_quotas *out)
{
	const struct crm_config *c = r->config;
	struct crm_date today = crm_zone_date(r->clock->zone, r->clock->now_us);
	size_t i;

	*out = (struct crm_quotas){ .r = r,
		.first = INT32_MAX,
		.last = INT32_MIN,
		.today = crm_unit_number(CRM_MONTH, today) };
	(void)find_keys(&r->by, &out->period, &out->field);
	if (!crm_quota_has_rows(r) || c->nquotas == 0 ||
	    (r->things != NULL && !crm_query_is_all(r->things)) || !r->whom.all)
		return false;
	if (r->has_period)
		return crm_months_of(&r->period, &out->first, &out->last);
	for (i = 0; i < c->nquotas; i++) {
		const struct crm_quota *q = &c->quota[i];

		out->first = q->first < out->first ? q->first : out->first;
		out->last = q->last > out->last ? q->last : out->last;
	}
	return true;
}

/* The i-th value of a key. */
static struct crm_view
value_at(struct crm_view key, int i)
{
	struct crm_view v = CRM_VNULL;

	for (; i >= 0; i--)
		v = crm_by_next(&key);
	return v;
}

/* The months of a row. */
static bool
months_of(const struct crm_quotas *s, struct crm_view key, int32_t *first,
    int32_t *last)
{
	struct crm_period p;
	int32_t from, to;

	*first = s->first;
	*last = s->last;
	if (s->period < 0)
		return true;
	if (crm_period_parse(s->r->clock, value_at(key, s->period), &p) !=
		NULL ||
	    !crm_months_of(&p, &from, &to))
		return false; /* the row of those without a period */
	*first = from > *first ? from : *first;
	*last = to < *last ? to : *last;
	return true;
}

bool
crm_quota_of(const struct crm_quotas *s, struct crm_view key, int64_t *out)
{
	const struct crm_config *c = s->r->config;
	const char *field = NULL;
	struct crm_view value = CRM_VNULL;
	int32_t first, last, m;
	int64_t of_month;
	bool any = false;

	if (!months_of(s, key, &first, &last))
		return false;
	if (s->field >= 0) {
		field = s->r->by.key[s->field].column.name;
		value = value_at(key, s->field);
	}
	*out = 0;
	for (m = first; m <= last; m++) {
		if (!crm_config_quota(c, m, field, value, &of_month))
			continue;
		any = true;
		if (!crm_add_i64(*out, of_month, out))
			*out = INT64_MAX;
	}
	return any;
}

/* The key of a row. */
static void
put_key(const struct crm_quotas *s, int32_t month, struct crm_view value,
    struct crm_buf *out)
{
	char text[11];
	struct crm_view v;
	int i;

	crm_buf_reset(out);
	for (i = 0; i < (int)s->r->by.n; i++) {
		v = value;
		if (i == s->period)
			v = crm_view(text,
			    crm_unit_put(text, s->r->clock,
				s->r->by.key[i].unit,
				crm_unit_first(CRM_MONTH, month)));
		crm_by_pack(out, v);
	}
}

/* The first month of the period of rows that today is in. */
static int32_t
first_now(const struct crm_quotas *s)
{
	int32_t length = months_in(s->r->by.key[s->period].unit);

	return s->today / length * length;
}

bool
crm_quota_is_due(const struct crm_quotas *s, int64_t at_us)
{
	return s->r->has_period ||
	    crm_unit_number(CRM_MONTH,
		crm_zone_date(s->r->clock->zone, at_us)) >= first_now(s);
}

/* Rows of one quota: one for each of its months does, also where they are of
 * longer periods. */
static const struct crm_err *
each_of(const struct crm_quotas *s, const struct crm_quota *q,
    struct crm_buf *key,
    const struct crm_err *(*fn)(void *ctx, struct crm_view key), void *ctx)
{
	int32_t first = s->first, last = s->last, m;
	const struct crm_err *err = NULL;

	if (!s->r->has_period)
		first = first_now(s);
	first = q->first > first ? q->first : first;
	last = q->last < last ? q->last : last;
	if (s->period < 0)
		last = last > first ? first : last; /* one row of all */
	for (m = first; err == NULL && m <= last; m++) {
		put_key(s, m, q->value, key);
		err = fn(ctx, crm_buf_view(key));
	}
	return err;
}

const struct crm_err *
crm_quota_each(const struct crm_quotas *s,
    const struct crm_err *(*fn)(void *ctx, struct crm_view key), void *ctx)
{
	const struct crm_config *c = s->r->config;
	struct crm_buf key = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	const struct crm_err *err = NULL;
	const char *field;
	size_t i;

	field = s->field >= 0 ? s->r->by.key[s->field].column.name : NULL;
	for (i = 0; err == NULL && i < c->nquotas; i++) {
		const struct crm_quota *q = &c->quota[i];

		/* those of owners make the one of all */
		if (field == NULL
			? q->field == NULL || strcmp(q->field, "owner") == 0
			: q->field != NULL && strcmp(q->field, field) == 0)
			err = each_of(s, q, &key, fn, ctx);
	}
	crm_buf_release(&key);
	return err;
}
