/* How urgent things are, and their order. */
#include <stdlib.h>

#include "due/due_impl.h"
#include "store/rollup.h"
#include "store/who.h"

/* L: in ten thousandths of 1, over days in thousandths. */
#define L_ONE 10000
#define L_LEAST 2000
#define DAY 1000
#define BEFORE (14 * DAY)
#define BEHIND (7 * DAY)

static int
cmp_sums(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

/* What each customer spent, in the base currency. */
static const struct crm_err *
read_worth(struct crm_due *d)
{
	const struct crm_err *err;
	struct crm_rollup_walk *w = NULL;
	struct crm_rollup_at row;
	struct crm_rollup sums;
	size_t cap = 0, i;

	err = crm_rollup_open(d->snap, &w);
	if (err == NULL)
		err = crm_rollup_first(w, '\0', &row);
	for (; err == NULL && row.who != 0; err = crm_rollup_next(w, &row)) {
		if (row.currency == 0)
			continue;
		crm_rollup_read(row.value, &sums);
		if (sums.purchases == 0)
			continue;
		if (d->nworth == 0 || d->worth[d->nworth - 1].who != row.who) {
			d->worth = crm_grow(
			    d->worth, &cap, d->nworth + 1, sizeof(*d->worth));
			d->worth[d->nworth++] =
			    (struct crm_due_worth){ .who = row.who };
		}
		err = crm_config_add(d->config, sums.sum, row.currency,
		    &d->worth[d->nworth - 1].sum);
		if (err != NULL)
			break;
	}
	crm_rollup_close(w);
	if (d->nworth == 0)
		return err;
	d->sum = crm_realloc_array(NULL, d->nworth, sizeof(*d->sum));
	for (i = 0; i < d->nworth; i++)
		d->sum[i] = d->worth[i].sum;
	qsort(d->sum, d->nworth, sizeof(*d->sum), cmp_sums);
	return err;
}

/* V: the share of buyers who spent less, in ten thousandths. */
static int64_t
share_of(const struct crm_due *d, uint64_t who)
{
	size_t lo = 0, hi = d->nworth, mid;
	int64_t sum;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (d->worth[mid].who < who)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == d->nworth || d->worth[lo].who != who)
		return 0;
	if (d->nworth == 1)
		return L_ONE;
	sum = d->worth[lo].sum;
	lo = 0;
	hi = d->nworth;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (d->sum[mid] < sum)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (int64_t)lo * L_ONE / (int64_t)(d->nworth - 1);
}

/* Of the customer, or of the organisation they work for. */
static const struct crm_err *
value_of(struct crm_due *d, uint64_t who, int64_t *out)
{
	const struct crm_err *err;
	uint64_t org;
	int64_t of_org;

	*out = 0;
	if (who == 0 || d->nworth == 0)
		return NULL;
	*out = share_of(d, who);
	err = crm_who_org(d->snap, who, &org);
	if (err != NULL || org == 0)
		return err;
	of_org = share_of(d, org);
	if (of_org > *out)
		*out = of_org;
	return NULL;
}

/* How late, in thousandths of a day; of tickets of an hour. */
static int64_t
late_of(const struct crm_due *d, const struct crm_due_item *item)
{
	int64_t us;

	if (item->at_us == CRM_DUE_NO_TIME)
		return item->day == CRM_DUE_NO_DAY
		    ? -BEFORE
		    : ((int64_t)d->today - item->day) * DAY;
	us = d->o->clock->now_us - item->at_us;
	return us / (3600 * CRM_SECOND_US / DAY);
}

static int64_t
closeness(int64_t late)
{
	if (late <= -BEFORE)
		return L_LEAST;
	if (late >= BEHIND)
		return L_ONE;
	return L_LEAST +
	    (L_ONE - L_LEAST) * (late + BEFORE) / (BEFORE + BEHIND);
}

static const struct crm_err *
weigh(struct crm_due *d, struct crm_due_item *item)
{
	const int32_t *c = d->rules->coefficient;
	const struct crm_err *err;
	int64_t value, sum;

	err = value_of(d, item->who, &value);
	if (err != NULL)
		return err;
	sum = c[CRM_DUE_LATE] * closeness(late_of(d, item)) +
	    c[CRM_DUE_VALUE] * value;
	sum = (sum + L_ONE / 2) / L_ONE;
	item->urgency = (int32_t)(c[item->what] + sum +
	    (int64_t)c[CRM_DUE_PRIORITY] * item->priority);
	return NULL;
}

static int
cmp_items(const void *x, const void *y)
{
	const struct crm_due_item *a = x, *b = y;

	if (a->urgency != b->urgency)
		return a->urgency > b->urgency ? -1 : 1;
	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	if (a->what != b->what)
		return a->what < b->what ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

const struct crm_err *
crm_due_rank(struct crm_due *d)
{
	const struct crm_err *err = NULL;
	size_t i;

	if (d->n > 0 && d->rules->coefficient[CRM_DUE_VALUE] > 0)
		err = read_worth(d);
	for (i = 0; err == NULL && i < d->n; i++)
		err = weigh(d, &d->item[i]);
	if (err == NULL && d->n > 1)
		qsort(d->item, d->n, sizeof(*d->item), cmp_items);
	return err;
}
