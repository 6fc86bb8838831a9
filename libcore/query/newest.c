#include "query/newest.h"

#include "query/ast.h"
#include "record/field.h"
#include "record/value.h"
#include "store/rollup.h"

#define MINUTE_US (60 * CRM_SECOND_US)

const struct crm_err *
crm_people_of(struct crm_snap *snap, uint64_t org, uint64_t **out, size_t *n)
{
	const struct crm_kind *k = crm_kind_of(crm_snap_schema(snap), 'p');
	const struct crm_err *err;
	const uint64_t *ids;
	char key[8];

	*out = NULL;
	crm_be64(key, org);
	err = crm_snap_find(snap, 'p', crm_field_num(k, CRM_PERSON_ORG),
	    crm_view(key, 8), false, SIZE_MAX, &ids, n);
	if (err != NULL || *n == 0)
		return err;
	*out = crm_realloc_array(NULL, *n, sizeof(**out));
	memcpy(*out, ids, *n * sizeof(**out));
	return NULL;
}

/* The same of one story. */
static const struct crm_err *
look_up_contact(
    struct crm_snap *snap, uint64_t who, int64_t now_us, int64_t *at_us)
{
	const struct crm_err *err;
	struct crm_rollup row;

	err = crm_rollup_get(snap, who, 0, &row);
	if (err == NULL)
		err = crm_rollup_until(snap, who, 0, now_us, &row);
	if (err == NULL && row.contacts > 0 &&
	    row.last_contact * MINUTE_US > *at_us)
		*at_us = row.last_contact * MINUTE_US;
	return err;
}

const struct crm_err *
crm_last_contact(
    struct crm_snap *snap, uint64_t who, int64_t now_us, int64_t *at_us)
{
	const struct crm_err *err;
	uint64_t *people = NULL;
	size_t n = 0, i;

	*at_us = CRM_NO_CONTACT;
	err = look_up_contact(snap, who, now_us, at_us);
	if (err == NULL && crm_id_kind(who) == 'o')
		err = crm_people_of(snap, who, &people, &n);
	for (i = 0; err == NULL && i < n; i++)
		err = look_up_contact(snap, people[i], now_us, at_us);
	crm_free(people);
	return err;
}

struct found {
	int64_t at_us;
	uint64_t event;
};

/* The newest ones so far: newest first, at most max. */
struct list {
	struct found *item;
	size_t n, max;
};

/* Is a entry above another: later, or entered later? */
static bool
is_newer(const struct found *a, const struct found *b)
{
	return a->at_us != b->at_us ? a->at_us > b->at_us : a->event > b->event;
}

/* Put one in its place; false: it is older than all, and the list is full. */
static bool
put(struct list *l, struct found f)
{
	size_t i = l->n;

	while (i > 0 && is_newer(&f, &l->item[i - 1]))
		i--;
	if (i > 0 && l->item[i - 1].event == f.event)
		return true; /* in the story of several of them */
	if (i == l->max)
		return false;
	if (l->n < l->max)
		l->n++;
	memmove(
	    l->item + i + 1, l->item + i, (l->n - i - 1) * sizeof(*l->item));
	l->item[i] = f;
	return true;
}

/* The newest of one story, from its end. */
static const struct crm_err *
look_back(struct crm_snap *snap, uint64_t who, struct list *l)
{
	const struct crm_err *err;
	struct crm_story_walk *w;
	struct crm_story s;
	bool more = true;

	err = crm_snap_story(snap, &w);
	if (err == NULL)
		err = crm_story_last(w, who, &s);
	while (err == NULL && more && s.who == who) {
		more = put(l, (struct found){ s.at_us, s.event });
		if (more)
			err = crm_story_prev(w, &s);
	}
	return err;
}

/* Hand the list out as ids. */
static void
take_list(struct list *l, uint64_t **out, size_t *n)
{
	size_t i;

	*n = l->n;
	if (l->n > 0)
		*out = crm_calloc(l->n, sizeof(**out));
	for (i = 0; i < l->n; i++)
		(*out)[i] = l->item[i].event;
}

const struct crm_err *
crm_newest(
    struct crm_snap *snap, uint64_t who, size_t max, uint64_t **out, size_t *n)
{
	struct list l = { .max = max };
	const struct crm_err *err;
	uint64_t *people = NULL;
	size_t npeople = 0, i;

	*out = NULL;
	*n = 0;
	if (max == 0)
		return NULL;
	l.item = crm_calloc(max, sizeof(*l.item));
	err = look_back(snap, who, &l);
	if (err == NULL && crm_id_kind(who) == 'o')
		err = crm_people_of(snap, who, &people, &npeople);
	for (i = 0; err == NULL && i < npeople; i++)
		err = look_back(snap, people[i], &l);
	if (err == NULL)
		take_list(&l, out, n);
	crm_free(people);
	crm_free(l.item);
	return err;
}

const struct crm_err *
crm_newest_of(struct crm_query *q, size_t max, uint64_t **out, size_t *n)
{
	struct list l = { .max = max };
	const struct crm_err *err;
	struct crm_run *run = NULL;
	struct crm_stored r;
	struct crm_view v;
	uint64_t id;
	int64_t at_us;

	*out = NULL;
	*n = 0;
	if (max == 0)
		return NULL;
	l.item = crm_calloc(max, sizeof(*l.item));
	crm_query_first(q,
	    crm_field_num(
		crm_kind_of(crm_snap_schema(q->ctx.snap), 'e'), CRM_EVENT_AT),
	    true, max);
	err = crm_run_open(q, &run);
	while (err == NULL) {
		err = crm_run_next(run, &id, &r);
		if (err != NULL || id == 0)
			break;
		if (crm_stored_get(&r, CRM_EVENT_AT, &v) &&
		    crm_value_get_time(v, &at_us))
			(void)put(&l, (struct found){ at_us, id });
	}
	crm_run_close(run);
	crm_query_first(q, NULL, false, 0);
	if (err == NULL)
		take_list(&l, out, n);
	crm_free(l.item);
	return err;
}
