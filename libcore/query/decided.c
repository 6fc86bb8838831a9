#include "query/decided.h"

#include "base/mem.h"

#define PAGE 256              /* ids of a page */
#define WORDS (2 * PAGE / 64) /* of its bits */

/* To look one up costs as much as to go through so many: 1.2 us to 0.15 of a
 * million people. */
#define LOOK_UP_COST 8

/* So many are looked up before that is thought of: fewer take no time. */
#define ASKED_LEAST 64

typedef const struct crm_err *decide_fn(
    void *ctx, uint64_t id, const struct crm_stored *, bool *yes);

void
crm_decided_release(struct crm_decided *d)
{
	crm_nummap_release(&d->page);
	crm_free(d->bits);
	memset(d, 0, sizeof(*d));
}

static size_t
letter(uint64_t id)
{
	return (size_t)(crm_id_kind(id) - 'a') % 26;
}

/* Is it known of a record? */
static bool
recall(const struct crm_decided *d, uint64_t id, bool *yes)
{
	const uint64_t *at = crm_nummap_get(&d->page, id / PAGE), *page;
	size_t word = id % PAGE / 64;
	uint64_t bit = UINT64_C(1) << id % 64;

	*yes = false;
	if (at == NULL)
		return d->kind[letter(id)].whole;
	page = d->bits + (*at - 1) * WORDS;
	*yes = (page[PAGE / 64 + word] & bit) != 0;
	return (page[word] & bit) != 0 || d->kind[letter(id)].whole;
}

static void
keep(struct crm_decided *d, uint64_t id, bool yes)
{
	uint64_t *at, *page, bit = UINT64_C(1) << id % 64;
	size_t word = id % PAGE / 64;
	bool added;

	at = crm_nummap_at(&d->page, id / PAGE, &added);
	if (added) {
		d->bits = crm_grow(
		    d->bits, &d->cap, d->n + 1, WORDS * sizeof(*d->bits));
		memset(d->bits + d->n * WORDS, 0, WORDS * sizeof(*d->bits));
		*at = ++d->n;
	}
	page = d->bits + (*at - 1) * WORDS;
	page[word] |= bit;
	if (yes)
		page[PAGE / 64 + word] |= bit;
}

/* Go through all records of the kind of an id. */
static const struct crm_err *
decide_all(struct crm_decided *d, struct crm_snap *snap, uint64_t id,
    decide_fn *fn, void *ctx)
{
	char kind = crm_id_kind(id);
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_entry e;
	struct crm_walk *w;
	char key[8];
	bool yes;

	err = crm_walk_open(crm_snap_txn(snap), crm_table_of(id), &w);
	if (err != NULL)
		return err;
	crm_be64(key, crm_id(kind, 0, 0));
	err = crm_walk_seek(w, crm_view(key, 8), &e);
	while (err == NULL && e.prefix.p != NULL && crm_id_kind(e.id) == kind) {
		yes = false;
		err = crm_snap_see(snap, e.id, e.value, &r, &p);
		if (err == NULL && p == CRM_LIVE)
			err = fn(ctx, e.id, &r, &yes);
		if (err == NULL && yes)
			keep(d, e.id, true);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	d->kind[letter(id)].whole = err == NULL;
	return err;
}

/* Have so many been looked up that all may as well be gone through?  Thought
 * of each time that there are twice as many. */
static const struct crm_err *
is_many(
    const struct crm_decided *d, struct crm_snap *snap, uint64_t id, bool *many)
{
	uint64_t asked = d->kind[letter(id)].asked, last;
	const struct crm_err *err;

	*many = false;
	if (asked < ASKED_LEAST || (asked & (asked - 1)) != 0 ||
	    crm_snap_past(snap) != NULL)
		return NULL;
	err = crm_snap_last_id(snap, crm_id_kind(id), &last);
	*many = err == NULL && crm_id_number(last) / LOOK_UP_COST <= asked;
	return err;
}

static const struct crm_err *
look_up(struct crm_decided *d, struct crm_snap *snap, uint64_t id,
    decide_fn *fn, void *ctx, bool *yes)
{
	struct crm_arena kept = CRM_ARENA_INIT;
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;

	err = crm_snap_get_beside(snap, id, &r, &p);
	if (err == NULL && p == CRM_LIVE) {
		crm_snap_keep(snap, &r, &kept);
		err = fn(ctx, id, &r, yes);
	}
	crm_arena_release(&kept);
	if (err == NULL)
		keep(d, id, *yes);
	return err;
}

const struct crm_err *
crm_decide(struct crm_decided *d, struct crm_snap *snap, uint64_t id,
    decide_fn *fn, void *ctx, bool *yes)
{
	const struct crm_err *err;
	bool many;

	if (d->generation != crm_snap_generation(snap)) {
		crm_decided_release(d);
		d->generation = crm_snap_generation(snap);
	}
	if (recall(d, id, yes))
		return NULL;
	d->kind[letter(id)].asked++;
	err = is_many(d, snap, id, &many);
	if (err == NULL && many) {
		err = decide_all(d, snap, id, fn, ctx);
		(void)recall(d, id, yes);
		return err;
	}
	return err != NULL ? err : look_up(d, snap, id, fn, ctx, yes);
}
