#include "report/facts.h"

#include "base/mem.h"
#include "base/sorted.h"
#include "record/field.h"
#include "record/value.h"

/* A look-up costs as much as passing so many in a scan. */
#define LOOKUP_COST 12
/* And one of an event, of which a block has some fifty, in the order of ids. */
#define EVENT_COST 40

bool
crm_whom_has(const struct crm_whom *w, uint64_t who)
{
	return w->all || crm_sorted_has(w->id, w->n, who);
}

void
crm_whom_release(struct crm_whom *w)
{
	crm_free(w->id);
	w->id = NULL;
	w->n = 0;
}

const struct crm_err *
crm_whom_is_few(struct crm_snap *snap, const struct crm_whom *w, bool *few)
{
	const struct crm_err *err;
	uint64_t people, orgs;

	*few = false;
	if (w->all)
		return NULL;
	err = crm_snap_last_id(snap, 'p', &people);
	if (err == NULL)
		err = crm_snap_last_id(snap, 'o', &orgs);
	if (err == NULL)
		*few = w->n * LOOKUP_COST <
		    crm_id_number(people) + crm_id_number(orgs);
	return err;
}

typedef const struct crm_err *fact_fn(void *ctx, const struct crm_fact *);

/* Ids of a kind as bits: a look-up for each of all events costs least so. */
struct marks {
	uint64_t from; /* the id of bit 0 */
	uint64_t *bits;
	size_t n; /* of bits; 0: ids are too far apart */
};

#define MARKS_MAX ((uint64_t)1 << 27)

struct work {
	const struct crm_facts *f;
	fact_fn *fn;
	void *ctx;
	/* events to be looked up, at most so many and one */
	uint64_t *id;
	size_t n, cap, most;
	struct marks person, org; /* of whom, when all events are passed */
};

/* Mark those of a kind; they are in order. */
static void
make_marks(struct marks *m, const struct crm_whom *whom, char kind)
{
	size_t i = crm_sorted_from(whom->id, whom->n, crm_id(kind, 0, 0));
	size_t end =
	    crm_sorted_from(whom->id, whom->n, crm_id((char)(kind + 1), 0, 0));
	uint64_t at;

	if (whom->all || i == end ||
	    whom->id[end - 1] - whom->id[i] >= MARKS_MAX)
		return;
	m->from = whom->id[i];
	m->n = (size_t)(whom->id[end - 1] - m->from) + 1;
	m->bits = crm_calloc((m->n + 63) / 64, sizeof(*m->bits));
	for (; i < end; i++) {
		at = whom->id[i] - m->from;
		m->bits[at / 64] |= UINT64_C(1) << at % 64;
	}
}

/* Is somebody asked for? */
static bool
is_of_whom(const struct work *w, uint64_t who)
{
	const struct marks *m = crm_id_kind(who) == 'p' ? &w->person : &w->org;
	uint64_t at = who - m->from;

	if (m->n == 0)
		return crm_whom_has(w->f->whom, who);
	return at < m->n && (m->bits[at / 64] >> at % 64 & 1) != 0;
}

static bool
is_wanted(const struct work *w, const struct crm_fact *fact)
{
	return (w->f->what >> fact->what & 1) != 0 &&
	    fact->at_us >= w->f->from_us && fact->at_us < w->f->to_us;
}

/* One entry of the story; those of the other who of an event are passed. */
static const struct crm_err *
take_entry(struct work *w, const struct crm_story *s)
{
	struct crm_fact fact = { 0 };

	if ((s->what & CRM_WHAT_ALSO) != 0)
		return NULL;
	fact.who = s->who;
	fact.at_us = s->at_us;
	fact.what = s->what & CRM_WHAT_WORD;
	fact.has_doc = (s->what & CRM_WHAT_DOC) != 0;
	fact.currency = s->currency;
	fact.minor = s->minor;
	fact.event = s->event;
	if (!is_wanted(w, &fact))
		return NULL;
	if (!w->f->stored)
		return w->fn(w->ctx, &fact);
	w->id = crm_grow(w->id, &w->cap, w->n + 1, sizeof(*w->id));
	w->id[w->n++] = s->event;
	return NULL;
}

/* The story of everybody, from one end to the other. */
static const struct crm_err *
walk_all(struct work *w, struct crm_story_walk *walk)
{
	const struct crm_err *err;
	struct crm_story s;

	err = crm_story_first(walk, &s);
	while (err == NULL && s.who != 0) {
		err = take_entry(w, &s);
		if (err == NULL)
			err = crm_story_next(walk, &s);
	}
	return err;
}

/* The stories of some, each from the first instant that is wanted. */
static const struct crm_err *
walk_some(struct work *w, struct crm_story_walk *walk)
{
	const struct crm_err *err = NULL;
	struct crm_story s;
	uint64_t who;
	size_t i;

	for (i = 0; err == NULL && i < w->f->whom->n && w->n <= w->most; i++) {
		who = w->f->whom->id[i];
		err = crm_story_seek(walk, who, w->f->from_us, &s);
		while (err == NULL && s.who == who) {
			err = take_entry(w, &s);
			if (err == NULL)
				err = crm_story_next(walk, &s);
		}
	}
	return err;
}

static const struct crm_err *
by_story(struct work *w)
{
	const struct crm_err *err;
	struct crm_story_walk *walk = NULL;

	err = crm_story_open(w->f->snap, &walk);
	if (err == NULL)
		err = w->f->whom->all ? walk_all(w, walk) : walk_some(w, walk);
	crm_story_close(walk);
	return err;
}

/* One event, as it stands in its own table. */
static const struct crm_err *
take_event(const struct work *w, uint64_t id, const struct crm_stored *r)
{
	struct crm_fact fact = { .event = id, .stored = r };
	struct crm_event_core core;
	struct crm_many m;
	struct crm_view v;

	if (!crm_event_core(r, id, &core))
		return NULL;
	fact.at_us = core.at_us;
	fact.what = core.what;
	fact.has_doc = core.has_doc;
	fact.currency = core.currency;
	fact.minor = core.minor;
	if (!is_wanted(w, &fact))
		return NULL;
	crm_many_begin(&m, core.who, true);
	if (!crm_many_next(&m, &v))
		return NULL;
	fact.who = crm_link_get(v);
	return is_of_whom(w, fact.who) ? w->fn(w->ctx, &fact) : NULL;
}

static const struct crm_err *
by_events(const struct work *w)
{
	const struct crm_err *err;
	struct crm_walk *walk = NULL;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_entry e;

	err = crm_walk_open(crm_snap_txn(w->f->snap), CRM_TABLE_EVENT, &walk);
	if (err == NULL)
		err = crm_walk_seek(walk, CRM_V("e"), &e);
	while (err == NULL && e.prefix.p != NULL) {
		err = crm_snap_see(w->f->snap, e.id, e.value, &r, &p);
		if (err == NULL && p == CRM_LIVE)
			err = take_event(w, e.id, &r);
		if (err == NULL)
			err = crm_walk_next(walk, &e);
	}
	crm_walk_close(walk);
	return err;
}

/*
 * The events that a query finds.
 *
 * scans   NULL, or set to whether that would be to go through all: then that is
 *         not done
 */
static const struct crm_err *
by_query(const struct work *w, struct crm_query *q, bool *scans)
{
	const struct crm_err *err;
	struct crm_stored r;
	struct crm_run *run;
	uint64_t id;

	err = crm_run_open(q, &run);
	if (err == NULL && scans != NULL)
		err = crm_run_scans(run, scans);
	while (err == NULL && (scans == NULL || !*scans)) {
		err = crm_run_next(run, &id, &r);
		if (err != NULL || id == 0)
			break;
		err = take_event(w, id, &r);
	}
	crm_run_close(run);
	return err;
}

static void
add_day(struct crm_buf *b, const struct work *w, int64_t at_us)
{
	struct crm_date d = crm_zone_date(w->f->clock->zone, at_us);

	crm_buf_addf(b, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* The events of the days that are asked for: by their index, when they are not
 * most of all. */
static const struct crm_err *
by_days(const struct work *w)
{
	struct crm_query_ctx qc = { .snap = w->f->snap, .clock = w->f->clock };
	struct crm_buf term = CRM_BUF_INIT(64);
	struct crm_query *q = NULL;
	const struct crm_err *err;
	bool scans = false;

	crm_buf_adds(&term, "event at:");
	if (w->f->from_us > CRM_TIME_MIN_US)
		add_day(&term, w, w->f->from_us);
	crm_buf_adds(&term, "..");
	if (w->f->to_us <= CRM_TIME_MAX_US)
		add_day(&term, w, w->f->to_us - 1);
	err = crm_query_parse_text(&qc, crm_buf_view(&term), &q);
	if (err == NULL)
		err = by_query(w, q, &scans);
	crm_query_free(q);
	crm_buf_release(&term);
	return err != NULL || !scans ? err : by_events(w);
}

/* Of all events those of whom it is about. */
static const struct crm_err *
all_of_whom(struct work *w)
{
	const struct crm_facts *f = w->f;
	const struct crm_err *err;

	make_marks(&w->person, f->whom, 'p');
	make_marks(&w->org, f->whom, 'o');
	err = f->clock != NULL &&
		(f->from_us > CRM_TIME_MIN_US || f->to_us <= CRM_TIME_MAX_US)
	    ? by_days(w)
	    : by_events(w);
	crm_free(w->person.bits);
	crm_free(w->org.bits);
	return err;
}

/* The events in the stories of few, in the order of ids: neighbours are at
 * hand.  All are gone through where they are too many. */
static const struct crm_err *
by_stories_of(struct work *w)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	uint64_t last;
	size_t i;

	err = crm_snap_last_id(w->f->snap, 'e', &last);
	w->most = (size_t)crm_id_number(last) / EVENT_COST;
	if (err == NULL)
		err = by_story(w);
	if (err == NULL && w->n > w->most)
		err = all_of_whom(w);
	else
		w->n = crm_sort_once(w->id, w->n);
	for (i = 0; err == NULL && w->n <= w->most && i < w->n; i++) {
		err = crm_snap_get(w->f->snap, w->id[i], &r, &p);
		if (err == NULL && p == CRM_LIVE)
			err = take_event(w, w->id[i], &r);
	}
	crm_free(w->id);
	return err;
}

const struct crm_err *
crm_facts_each(const struct crm_facts *f, fact_fn *fn, void *ctx)
{
	struct work w = { .f = f, .fn = fn, .ctx = ctx, .most = SIZE_MAX };
	const struct crm_err *err;
	bool few = false;

	if (f->events != NULL)
		return by_query(&w, f->events, NULL);
	if (!f->stored)
		return by_story(&w);
	err = crm_whom_is_few(f->snap, f->whom, &few);
	if (err != NULL)
		return err;
	if (few)
		return by_stories_of(&w);
	return all_of_whom(&w);
}
