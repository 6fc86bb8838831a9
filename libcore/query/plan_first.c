/*
 * The first records in the order of a field: the index of the field is walked
 * from that end, and what it has is looked at until there are enough.
 */
#include "query/plan_impl.h"
#include "record/value.h"
#include "store/index.h"

#define FEW 64          /* records that may as well be looked at and sorted */
#define BLOCK_COST 300  /* as plan.c counts: in ids of a list */
#define RECORD_COST 200 /* likewise */
#define SCAN_COST 20    /* of a record, where all of them are walked */
#define LEAST_WORK 65536

/* By the clocks of a zone an event may be up to two days before one that was
 * earlier: where clocks, or the date line, went back. */
#define DAYS_BACK 2
#define DAY_S ((int64_t)86400)

struct first {
	struct crm_planning p;
	const struct crm_field *f;
	bool down;
	uint64_t max;
	struct crm_walk *walk;
	char head[CRM_INDEX_PREFIX]; /* of the field's groups */
	char key[CRM_KEY_MAX];       /* of the one at hand, or near the next */
	size_t key_n;
	struct crm_probe probe[CRM_MEET_MAX];
	size_t nprobes;
	uint64_t *id; /* of the group, what is left of them */
	size_t cap;
	bool sure; /* what all probes have, matches */
	uint64_t work, most;
	size_t found_cap;
	bool enough;
	int32_t day;       /* of events: when there were enough, and how many */
	int32_t more_days; /* more are to be looked at */
};

/* Does the index have the order in which records are sorted?  Of choices and
 * links it has not, of many values only the first counts. */
static bool
has_order(const struct crm_field *f)
{
	return f != NULL && (f->flags & CRM_F_INDEXED) != 0 &&
	    (f->flags & (CRM_F_COMPUTED | CRM_F_MANY)) == 0 &&
	    f->type != CRM_T_CHOICE && f->type != CRM_T_LINK;
}

/* What the usual plan would cost at the least: so much may be spent here. */
static const struct crm_err *
set_most(struct first *s, uint64_t sizes, uint64_t estimate)
{
	const struct crm_err *err = NULL;
	uint64_t last;

	if (s->nprobes > 1)
		s->most = sizes;
	else if (estimate != CRM_PLAN_UNKNOWN)
		s->most = estimate * (RECORD_COST / 4);
	else {
		err = crm_snap_last_id(
		    s->p.q->ctx.snap, s->p.kind->letter, &last);
		s->most = crm_id_number(last) * SCAN_COST / 4;
	}
	if (s->most < LEAST_WORK)
		s->most = LEAST_WORK;
	return err;
}

/* Open a probe for each part of the query that is a list. */
static const struct crm_err *
open_probes(struct first *s, const struct crm_node *node, uint64_t *sizes)
{
	const struct crm_err *err;
	struct crm_plan_list list;
	uint64_t size;

	if (node->op == CRM_AND) {
		err = open_probes(s, node->left, sizes);
		return err != NULL ? err : open_probes(s, node->right, sizes);
	}
	if (node->op != CRM_TERM || s->nprobes == CRM_MEET_MAX ||
	    !crm_plan_one_list(&s->p, node->term, &list)) {
		s->sure &= node->op == CRM_ALL;
		return NULL;
	}
	s->sure &= list.exact;
	err = crm_plan_estimate(&s->p, node, &size);
	if (err == NULL)
		err = crm_probe_open(&s->p, &list, &s->probe[s->nprobes]);
	if (err == NULL) {
		s->nprobes++;
		*sizes += size;
	}
	return err;
}

/* Go to the first group, or the next one; *yes: there is one. */
static const struct crm_err *
step(struct first *s, bool *yes)
{
	const struct crm_err *err;
	struct crm_entry e;

	if (s->down)
		err = crm_walk_floor(s->walk, crm_view(s->key, s->key_n), &e);
	else
		err = crm_walk_group(s->walk, crm_view(s->key, s->key_n), &e);
	*yes = err == NULL && e.prefix.p != NULL &&
	    memcmp(e.prefix.p, s->head, CRM_INDEX_PREFIX) == 0;
	if (!*yes)
		return err;
	s->key_n = CRM_INDEX_PREFIX + e.key.n;
	memcpy(s->key, s->head, CRM_INDEX_PREFIX);
	memcpy(s->key + CRM_INDEX_PREFIX, e.key.p, e.key.n);
	return NULL;
}

/* Look at the records that are left of a group, and keep what matches. */
static const struct crm_err *
keep_matching(struct first *s, size_t n, struct crm_candidates *c)
{
	struct crm_query *q = s->p.q;
	const struct crm_err *err = NULL;
	enum crm_presence presence;
	struct crm_stored r;
	size_t i;
	bool yes;

	for (i = 0; err == NULL && i < n && s->work <= s->most; i++) {
		s->work += RECORD_COST;
		err = crm_snap_get(q->ctx.snap, s->id[i], &r, &presence);
		yes = err == NULL && presence == CRM_LIVE;
		if (yes && !s->sure)
			err = crm_query_match(q, s->id[i], &r, &yes);
		if (err == NULL && yes)
			crm_plan_append(c, &s->found_cap, &s->id[i], 1);
	}
	return err;
}

/* Take the ids of the group at hand that the index knows for sure. */
static size_t
take_ids(struct first *s, const struct crm_ids *ids)
{
	struct crm_candidates some = { .id = s->id };
	size_t cap = s->cap;

	crm_plan_append(&some, &cap, ids->id, ids->n);
	crm_plan_finish(&s->p, &some);
	s->id = some.id;
	s->cap = cap;
	return some.n;
}

static const struct crm_err *
take_group(struct first *s, struct crm_candidates *c)
{
	const struct crm_err *err;
	struct crm_ids ids;
	uint64_t blocks;
	size_t i, n;

	err = crm_walk_ids(s->walk, crm_view(s->key, s->key_n), &ids);
	while (err == NULL && ids.n > 0 && s->work <= s->most) {
		s->work += ids.n + BLOCK_COST;
		n = take_ids(s, &ids);
		for (i = 0; err == NULL && i < s->nprobes && n > 0; i++) {
			blocks = s->probe[i].blocks;
			err = crm_probe_keep(&s->probe[i], s->id, n, &n);
			s->work += (s->probe[i].blocks - blocks) * BLOCK_COST;
		}
		if (err == NULL)
			err = keep_matching(s, n, c);
		if (err == NULL)
			err = crm_walk_more_ids(s->walk, &ids);
	}
	return err;
}

/* Of the time of an event the index has the day. */
static bool
is_by_day(const struct first *s)
{
	return s->p.kind->letter == 'e' && s->f->num == CRM_EVENT_AT;
}

/* The day of the group at hand, since 1970. */
static int32_t
day_of(const struct first *s)
{
	struct crm_date day = { 0 };

	(void)crm_value_get_date(
	    crm_view(s->key + CRM_INDEX_PREFIX, s->key_n - CRM_INDEX_PREFIX),
	    &day);
	return crm_date_days(day);
}

/* Is it sure that nothing in the groups to come, the one at hand first, is
 * before what was found? */
static bool
is_done(const struct first *s)
{
	int32_t day;

	if (!s->enough || !is_by_day(s))
		return s->enough;
	day = day_of(s);
	return s->down ? day < s->day - s->more_days
		       : day > s->day + s->more_days;
}

static void
note_enough(struct first *s)
{
	int64_t at_s;

	s->enough = true;
	if (!is_by_day(s))
		return;
	s->day = day_of(s);
	at_s = s->day * DAY_S;
	/* a day, and what a zone is before or behind, on either side */
	if (!crm_zone_is_even(s->p.q->clock.zone,
		at_s - (DAYS_BACK + 1) * DAY_S, at_s + (DAYS_BACK + 1) * DAY_S))
		s->more_days = DAYS_BACK;
}

static const struct crm_err *
walk_index(struct first *s, struct crm_candidates *c, bool *done)
{
	const struct crm_err *err;
	struct crm_view value;
	bool more;

	crm_index_prefix(s->head, s->p.kind->letter, s->f->num);
	crm_index_prefix(s->key, s->p.kind->letter,
	    (uint16_t)(s->f->num + s->down)); /* its first, or behind it */
	s->key_n = CRM_INDEX_PREFIX;
	for (;;) {
		err = step(s, &more);
		/* the last of them all are those without the field */
		if (err != NULL || !more || s->work > s->most)
			return err;
		value =
		    crm_view_skip(crm_view(s->key, s->key_n), CRM_INDEX_PREFIX);
		if (crm_index_is_cut(value))
			return NULL; /* it is not in its place */
		*done = is_done(s);
		if (*done)
			return NULL;
		if (value.n > 0) /* else it is as if it were missing */
			err = take_group(s, c);
		if (err != NULL || s->work > s->most)
			return err;
		if (!s->enough && c->n >= s->max)
			note_enough(s);
		if (!s->down)
			s->key[s->key_n++] = '\1'; /* behind its ids */
	}
}

static const struct crm_err *
look(struct first *s, struct crm_candidates *c, bool *done)
{
	const struct crm_err *err;
	uint64_t sizes = 0, estimate;

	err = crm_plan_estimate(&s->p, s->p.q->root, &estimate);
	if (err != NULL || estimate <= FEW)
		return err;
	err = open_probes(s, s->p.q->root, &sizes);
	if (err == NULL)
		err = set_most(s, sizes, estimate);
	if (err == NULL)
		err = crm_walk_open(
		    crm_snap_txn(s->p.q->ctx.snap), CRM_TABLE_INDEX, &s->walk);
	return err == NULL ? walk_index(s, c, done) : err;
}

const struct crm_err *
crm_plan_first(
    struct crm_query *q, char kind, struct crm_candidates *c, bool *done)
{
	struct first s = { .f = q->order,
		.down = q->order_down,
		.sure = true,
		.max = q->order_max };
	const struct crm_err *err = NULL;

	*done = false;
	memset(c, 0, sizeof(*c));
	s.p.q = q;
	s.p.kind = crm_kind_of(crm_snap_schema(q->ctx.snap), kind);
	s.p.key.max = CRM_LINE_MAX;
	if (q->only != s.p.kind || !has_order(s.f) ||
	    crm_snap_past(q->ctx.snap) != NULL) /* it was another order */
		return NULL;
	err = look(&s, c, done);
	if (err == NULL && *done) {
		c->exact = true;
		crm_plan_finish(&s.p, c);
	} else {
		crm_free(c->id);
		memset(c, 0, sizeof(*c));
	}
	while (s.nprobes > 0)
		crm_probe_close(&s.probe[--s.nprobes]);
	crm_walk_close(s.walk);
	crm_free(s.id);
	crm_buf_release(&s.p.key);
	return err;
}
