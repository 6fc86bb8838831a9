/* Going through stories: today's table, and what stands beside it. */
#include "base/mem.h"
#include "store/fresh.h"
#include "store/past.h"
#include "store/story.h"

struct crm_story_walk {
	struct crm_snap *snap;
	struct crm_walk *walk;
	bool hidden;  /* some events are */
	uint64_t who; /* whose entries are gone through; 0: all */
	struct crm_past *past;
	/* Entries that stand beside the table: of fresh events, and as of a
	 * change set of those that changed; 'at' is the place of the next one
	 * (forward), or behind it (backward). */
	const struct crm_story_entry *beside;
	size_t nbeside, at;
	bool took_beside;
	struct crm_entry e; /* the table's own: handed out, or kept back */
};

static const struct crm_err *
see_fresh(struct crm_story_walk *w)
{
	const struct crm_fresh *fresh;
	const struct crm_err *err = crm_snap_fresh(w->snap, &fresh);

	if (err == NULL) {
		w->beside = fresh->story.entry;
		w->nbeside = fresh->story.n;
	}
	return err;
}

const struct crm_err *
crm_story_open(struct crm_snap *snap, struct crm_story_walk **out)
{
	struct crm_story_walk *w = crm_calloc(1, sizeof(*w));
	const struct crm_err *err;

	w->snap = snap;
	w->hidden = crm_snap_has_hidden(snap);
	w->past = crm_snap_past(snap);
	err = crm_walk_open(crm_snap_txn(snap), CRM_TABLE_STORY, &w->walk);
	if (err == NULL)
		err = w->past != NULL
		    ? crm_past_stories(w->past, &w->beside, &w->nbeside)
		    : see_fresh(w);
	if (err != NULL) {
		crm_story_close(w);
		w = NULL;
	}
	*out = w;
	return err;
}

void
crm_story_close(struct crm_story_walk *w)
{
	if (w == NULL)
		return;
	crm_walk_close(w->walk);
	crm_free(w);
}

/* Is the table's entry to be seen? */
static bool
is_seen(const struct crm_story_walk *w, const struct crm_story *s)
{
	return !(w->hidden && crm_snap_is_hidden(w->snap, s->event)) &&
	    (w->past == NULL || crm_past_keeps(w->past, s));
}

/* Is it none of those that are gone through? */
static bool
is_beyond(const struct crm_story_walk *w, const struct crm_story *s)
{
	return w->who != 0 && s->who != w->who;
}

/* From where the table's walk stands, the first one to be seen; who is 0 when
 * there is none. */
static const struct crm_err *
settle(struct crm_story_walk *w, bool forward, struct crm_story *out)
{
	const struct crm_err *err = NULL;

	while (err == NULL && w->e.prefix.p != NULL) {
		crm_story_read(&w->e, out);
		if (is_beyond(w, out))
			break;
		if (is_seen(w, out))
			return NULL;
		err = forward ? crm_walk_next(w->walk, &w->e)
			      : crm_walk_prev(w->walk, &w->e);
	}
	out->who = 0;
	return err;
}

/* Of the table's entry and that of beside, the one that is first. */
static void
choose(struct crm_story_walk *w, bool forward, struct crm_story *s)
{
	const struct crm_story_entry *beside;
	char key[CRM_STORY_KEY];
	struct crm_story other;
	int c;

	w->took_beside = false;
	if (forward ? w->at == w->nbeside : w->at == 0)
		return;
	beside = &w->beside[forward ? w->at : w->at - 1];
	crm_story_of_list(beside, &other);
	if (is_beyond(w, &other))
		return;
	if (s->who != 0) {
		crm_story_key(key, s);
		c = memcmp(beside->key, key, CRM_STORY_KEY);
		if (forward ? c > 0 : c < 0)
			return;
	}
	*s = other;
	w->took_beside = true;
	w->at = forward ? w->at + 1 : w->at - 1;
}

/* The place of the first entry of beside that is not below a key. */
static size_t
beside_from(const struct crm_story_walk *w, const char *key, size_t n)
{
	size_t lo = 0, hi = w->nbeside, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (memcmp(w->beside[mid].key, key, n) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct crm_err *
crm_story_first(struct crm_story_walk *w, struct crm_story *out)
{
	return crm_story_seek(w, 0, INT64_MIN, out);
}

const struct crm_err *
crm_story_seek(struct crm_story_walk *w, uint64_t who, int64_t from_us,
    struct crm_story *out)
{
	const struct crm_err *err;
	char key[CRM_STORY_FROM];

	w->who = who;
	crm_story_from(key, who, from_us);
	err = crm_walk_seek(w->walk, crm_view(key, sizeof(key)), &w->e);
	if (err == NULL)
		err = settle(w, true, out);
	if (err != NULL || w->nbeside == 0)
		return err;
	w->at = beside_from(w, key, sizeof(key));
	choose(w, true, out);
	return NULL;
}

static const struct crm_err *
step(struct crm_story_walk *w, bool forward, struct crm_story *out)
{
	const struct crm_err *err = NULL;

	if (!w->took_beside)
		err = forward ? crm_walk_next(w->walk, &w->e)
			      : crm_walk_prev(w->walk, &w->e);
	if (err == NULL)
		err = settle(w, forward, out);
	if (err == NULL && w->nbeside > 0)
		choose(w, forward, out);
	return err;
}

const struct crm_err *
crm_story_next(struct crm_story_walk *w, struct crm_story *out)
{
	return step(w, true, out);
}

const struct crm_err *
crm_story_last(struct crm_story_walk *w, uint64_t who, struct crm_story *out)
{
	const struct crm_err *err;
	char key[CRM_STORY_KEY];

	w->who = who;
	crm_be64(key, who);
	memset(key + 8, 0xff, CRM_STORY_KEY - 8);
	err = crm_walk_floor(w->walk, crm_view(key, CRM_STORY_KEY), &w->e);
	if (err == NULL)
		err = settle(w, false, out);
	if (err != NULL || w->nbeside == 0)
		return err;
	w->at = beside_from(w, key, CRM_STORY_KEY);
	choose(w, false, out);
	return NULL;
}

const struct crm_err *
crm_story_prev(struct crm_story_walk *w, struct crm_story *out)
{
	return step(w, false, out);
}
