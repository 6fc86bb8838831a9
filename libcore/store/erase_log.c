/* An erasure's way through the log. */
#include <stdlib.h>

#include "base/mem.h"
#include "store/attest.h"
#include "store/change_impl.h"
#include "store/erase_impl.h"
#include "store/history.h"

static void
mark_set(struct crm_erasing *e, uint64_t number, unsigned int what)
{
	*crm_nummap_at(&e->sets, number, NULL) |= what;
}

/* What is to be written after a walk through the history: writing ends the
 * views of a walk. */
struct rewriting {
	struct crm_erasing *e;
	const struct crm_concerned *what;
	const struct crm_kind *kind;
	uint64_t *number; /* of notes that hold what goes */
	size_t n, cap;
};

static const struct crm_err *
look_at_note(void *ctx, uint64_t number, const struct crm_changed *c)
{
	struct rewriting *w = ctx;
	struct crm_view old, new;
	bool any = false;
	uint16_t num;
	size_t at = 0;

	mark_set(w->e, number, CRM_SET_WORDS);
	while (c != NULL && !any && crm_changed_field(c, &at, &num, &old, &new))
		any = crm_erase_drops(w->kind, num, w->what);
	if (!any)
		return NULL;
	w->number = crm_grow(w->number, &w->cap, w->n + 1, sizeof(*w->number));
	w->number[w->n++] = number;
	return NULL;
}

static const struct crm_err *
rewrite_note(struct rewriting *w, uint64_t number)
{
	struct crm_buf fields = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	const struct crm_err *err;
	struct crm_view old, new;
	struct crm_changed c;
	bool found;
	uint16_t num;
	size_t at = 0;

	err = crm_changed_get(w->e->txn, number, w->what->id, &c, &found);
	if (err != NULL || !found)
		return err;
	c.nfields = 0;
	while (crm_changed_field(&c, &at, &num, &old, &new)) {
		if (crm_erase_drops(w->kind, num, w->what))
			continue;
		crm_changed_add_field(&fields, num, old, new);
		c.nfields++;
	}
	c.fields = crm_buf_view(&fields);
	err = crm_buf_end(&fields);
	if (err == NULL)
		err = crm_changed_write(w->e->txn, &c);
	crm_buf_release(&fields);
	mark_set(w->e, number, CRM_SET_SALTED);
	return err;
}

const struct crm_err *
crm_erase_history(
    struct crm_erasing *e, const struct crm_concerned *what, bool *dropped)
{
	struct rewriting w = { .e = e,
		.what = what,
		.kind = crm_kind_of(
		    crm_snap_schema(e->snap), crm_id_kind(what->id)) };
	const struct crm_err *err;
	size_t i;

	err = crm_history_each(e->snap, what->id, look_at_note, &w);
	for (i = 0; err == NULL && i < w.n; i++)
		err = rewrite_note(&w, w.number[i]);
	if (w.n > 0)
		crm_snap_forget(e->snap);
	*dropped |= w.n > 0;
	crm_free(w.number);
	return err;
}

/* Where a record stands among those that its change set added. */
static bool
place_of(const struct crm_change *c, uint64_t id, uint64_t *place)
{
	struct crm_id_range r;
	size_t at = 0;

	*place = 0;
	for (; crm_change_range(c, &at, &r); *place += r.count)
		if (id >= r.first && id - r.first < r.count) {
			*place += id - r.first;
			return true;
		}
	return false;
}

/* The records of a group, as they were first stored. */
struct grouping {
	struct crm_snap *snap;
	struct crm_change change;
	struct crm_id_range range;
	size_t at;
	struct crm_buf stored;
};

static const struct crm_err *
next_added(void *ctx, uint64_t *id, struct crm_view *stored)
{
	struct grouping *g = ctx;
	const struct crm_err *err;
	struct crm_history_proof proof;
	bool there;

	*stored = CRM_VNULL;
	while (g->range.count == 0)
		if (!crm_change_range(&g->change, &g->at, &g->range))
			return NULL;
	*id = g->range.first++;
	g->range.count--;
	err = crm_history_prove(
	    g->snap, *id, g->change.number, &g->stored, &there, &proof);
	if (err == NULL && !there)
		return crm_err(CRM_E_DATA,
		    "the store is damaged: what change set %llu added is not "
		    "there: see crm-store check",
		    (unsigned long long)g->change.number);
	*stored = crm_buf_view(&g->stored);
	return err;
}

/* The digest of one group. */
static const struct crm_err *
renew_group(struct crm_erasing *e, uint64_t number, uint64_t group)
{
	struct grouping g = { .snap = e->snap,
		.stored = CRM_BUF_INIT(CRM_LOG_VALUE_MAX) };
	uint64_t skip = group * CRM_DIGEST_GROUP;
	const struct crm_err *err;

	err = crm_change_get(e->txn, number, &g.change);
	while (err == NULL && crm_change_range(&g.change, &g.at, &g.range) &&
	    skip >= g.range.count) {
		skip -= g.range.count;
		g.range.count = 0;
	}
	if (err == NULL) {
		g.range.first += skip;
		g.range.count -= skip < g.range.count ? skip : g.range.count;
		err = crm_digests_renew(e->txn, number, group, next_added, &g);
	}
	crm_buf_release(&g.stored);
	mark_set(e, number, CRM_SET_SALTED);
	return err;
}

static int
cmp_added(const void *x, const void *y)
{
	const struct crm_added *a = x, *b = y;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* In place of ids the numbers of their groups. */
static const struct crm_err *
find_groups(struct crm_erasing *e)
{
	const struct crm_err *err = NULL;
	struct crm_change c = { .number = 0 };
	uint64_t place;
	size_t i;

	for (i = 0; err == NULL && i < e->nadded; i++) {
		if (c.number != e->added[i].number)
			err = crm_change_get(e->txn, e->added[i].number, &c);
		if (err == NULL && !place_of(&c, e->added[i].id, &place))
			err = crm_err(CRM_E_DATA,
			    "the store is damaged: change set %llu does not "
			    "know what it added: see crm-store check",
			    (unsigned long long)c.number);
		if (err == NULL)
			e->added[i].id = place / CRM_DIGEST_GROUP;
	}
	return err;
}

const struct crm_err *
crm_erase_digests(struct crm_erasing *e)
{
	struct crm_added *a = e->added;
	const struct crm_err *err;
	size_t i;

	if (e->nadded == 0)
		return NULL;
	qsort(a, e->nadded, sizeof(*a), cmp_added);
	err = find_groups(e);
	qsort(a, e->nadded, sizeof(*a), cmp_added);
	for (i = 0; err == NULL && i < e->nadded; i++)
		if (i == 0 || cmp_added(&a[i - 1], &a[i]) != 0)
			err = renew_group(e, a[i].number, a[i].id);
	return err;
}

/* The first note of a change set. */
static const struct crm_err *
renew_note(struct crm_erasing *e, uint64_t number)
{
	struct crm_buf fields = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	const struct crm_err *err;
	struct crm_changed c = { .number = 0 };
	struct crm_cur *cur;
	struct crm_view k, v;
	char key[8];

	crm_be64(key, number);
	err = crm_cur_open(e->txn, CRM_TABLE_CHANGED, &cur);
	if (err != NULL)
		return err;
	err = crm_cur_seek(cur, crm_view(key, 8), &k, &v);
	if (err == NULL && k.p != NULL && memcmp(k.p, key, 8) == 0)
		err = crm_changed_open(k, v, &c);
	crm_cur_close(cur);
	if (err == NULL && c.number == number) {
		crm_buf_addv(&fields, c.fields);
		c.fields = crm_buf_view(&fields);
		err = crm_changed_write(e->txn, &c);
	}
	crm_buf_release(&fields);
	return err;
}

/*
 * Words of a few known forms could be guessed by the hash of the change set
 * that they are gone from, if all else that it covers were still there: so a
 * salt of it has to go as well.
 */
static const struct crm_err *
renew_a_salt(struct crm_erasing *e, const struct crm_change *c)
{
	return c->nranges > 0 ? renew_group(e, c->number, 0)
			      : renew_note(e, c->number);
}

/* Put a change set again, and note what its hash is now. */
static const struct crm_err *
put_set(struct crm_erasing *e, uint64_t number, bool words)
{
	static const struct crm_view gone = { "(erased)", 8 };
	struct crm_buf b = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	uint8_t hash[CRM_HASH_BYTES];
	const struct crm_err *err;
	struct crm_change c;
	char key[8];

	err = crm_change_get(e->txn, number, &c);
	if (err != NULL)
		return err;
	if (words && c.arguments.n > 0)
		c.arguments = gone;
	if (words && c.message.n > 0)
		c.message = gone;
	crm_change_encode(&b, &c);
	err = crm_buf_end(&b);
	if (err == NULL && c.state != CRM_CHANGE_OPEN) {
		err = crm_change_hash(
		    e->txn, number, crm_change_said(crm_buf_view(&b)), hash);
		crm_le64(key, number);
		crm_buf_add(&e->attested, key, 8);
		crm_buf_add(&e->attested, hash, sizeof(hash));
	}
	crm_be64(key, number);
	if (err == NULL)
		err = crm_kv_put(e->txn, CRM_TABLE_CHANGE, crm_view(key, 8),
		    crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
look_at_set(struct crm_erasing *e, uint64_t number)
{
	const uint64_t *flags = crm_nummap_get(&e->sets, number);
	uint64_t what = flags != NULL ? *flags : 0;
	const struct crm_err *err;
	struct crm_change c;
	bool words;

	err = crm_change_get(e->txn, number, &c);
	if (err != NULL)
		return err;
	words = (c.arguments.n > 0 || c.message.n > 0) &&
	    ((what & CRM_SET_WORDS) != 0 ||
		crm_mention_find(&e->mention, c.arguments).p != NULL ||
		crm_mention_find(&e->mention, c.message).p != NULL);
	e->out.sets += words;
	if (!words && (what & CRM_SET_SALTED) == 0)
		return NULL;
	if ((what & CRM_SET_SALTED) == 0 && c.state != CRM_CHANGE_OPEN)
		err = renew_a_salt(e, &c);
	return err != NULL ? err : put_set(e, number, words);
}

const struct crm_err *
crm_erase_sets(struct crm_erasing *e)
{
	const struct crm_err *err = NULL;
	uint64_t n;

	for (n = 1; err == NULL && n < e->change.number; n++)
		err = look_at_set(e, n);
	return err;
}
