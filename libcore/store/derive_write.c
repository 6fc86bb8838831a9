/* Writing what was derived: sorted, each block once. */
#include "base/mem.h"
#include "store/derive_impl.h"

static struct crm_postings *
postings_of(struct crm_derive *d, enum crm_table t)
{
	return t == CRM_TABLE_TEXT ? &d->text : &d->index;
}

/* Sort entries and read the first one, if there are any. */
static const struct crm_err *
begin_runs(struct crm_runs *runs, struct crm_view *key, struct crm_view *value)
{
	const struct crm_err *err;

	*key = *value = CRM_VNULL;
	if (runs == NULL)
		return NULL;
	err = crm_runs_sort(runs);
	return err != NULL ? err : crm_runs_next(runs, key, value);
}

/* Begin to read what was gathered for a table. */
static const struct crm_err *
begin_reading(struct crm_derive *d, enum crm_table t)
{
	struct crm_postings *p = postings_of(d, t);
	const struct crm_err *err = NULL;
	struct crm_view none;

	if (t == CRM_TABLE_STORY) {
		if (d->story_sorted)
			return NULL;
		d->story_sorted = true;
		d->story_done = 0;
		return begin_runs(d->story, &d->story_key, &d->story_value);
	}
	if (p->sorted)
		return NULL;
	p->sorted = true;
	p->next = p->done = 0;
	p->deleted_n = 0;
	memset(&p->group, 0, sizeof(p->group));
	if (p->add != NULL)
		err = crm_gather_sort(p->add);
	if (err == NULL && p->add != NULL)
		err = crm_gather_next(p->add, &p->group);
	return err != NULL ? err : begin_runs(p->del, &p->del_key, &none);
}

/* Entries of which a thread has more to do than to begin and to end. */
#define MANY 50000

void
crm_derive_ahead(struct crm_derive *d, enum crm_table t)
{
	if (t == CRM_TABLE_STORY) {
		if (d->story != NULL && crm_runs_count(d->story) >= MANY)
			crm_runs_ahead(d->story);
	} else if (postings_of(d, t)->all >= MANY)
		crm_gather_ahead(postings_of(d, t)->add);
}

/* The key of the next posting to be added; p is NULL when there is none. */
static struct crm_view
next_add(const struct crm_postings *p, char out[CRM_KEY_MAX])
{
	size_t n = p->group.group.n;

	if (p->group.group.p == NULL)
		return CRM_VNULL;
	memcpy(out, p->group.group.p, n);
	out[n] = '\0';
	crm_be64(out + n + 1, p->group.id[p->next]);
	return crm_view(out, n + 9);
}

static const struct crm_err *
step_add(struct crm_postings *p, size_t n)
{
	p->next += n;
	p->done += n;
	if (p->next < p->group.n)
		return NULL;
	p->next = 0;
	return crm_gather_next(p->add, &p->group);
}

/* Take the next posting away; 'added': it is to be there in the end. */
static const struct crm_err *
step_del(struct crm_postings *p, struct crm_block_writer *w, bool added)
{
	const struct crm_err *err = NULL;
	struct crm_view none;

	if (!added &&
	    !crm_view_eq(p->del_key, crm_view(p->deleted, p->deleted_n))) {
		memcpy(p->deleted, p->del_key.p, p->del_key.n);
		p->deleted_n = p->del_key.n;
		err = crm_block_del(w, p->del_key);
	}
	return err != NULL ? err : crm_runs_next(p->del, &p->del_key, &none);
}

/* Write postings until done or limit. */
static const struct crm_err *
write_postings(struct crm_derive *d, struct crm_postings *p, struct crm_txn *t,
    struct crm_block_writer *w, size_t limit)
{
	const struct crm_err *err = NULL;
	struct crm_view key;
	size_t n;

	while (err == NULL && crm_txn_dirty(t) < limit) {
		key = next_add(p, d->full);
		if (key.p == NULL && p->del_key.p == NULL)
			return NULL;
		if (p->del_key.p != NULL &&
		    (key.p == NULL || crm_view_cmp(p->del_key, key) <= 0)) {
			err = step_del(p, w,
			    key.p != NULL && crm_view_eq(p->del_key, key));
			continue;
		}
		/* All of a group at once where nothing comes between. */
		n = p->del_key.p != NULL ? 1 : p->group.n - p->next;
		err = crm_block_put_ids(w, p->group.group,
		    p->group.id + p->next, p->group.byte + p->next, n);
		if (err == NULL)
			err = step_add(p, n);
		crm_store_progress(d->store,
		    p == &d->text ? "words" : "index entries", p->done, p->all);
	}
	return err;
}

static const struct crm_err *
write_story(struct crm_derive *d, struct crm_txn *t, struct crm_block_writer *w,
    size_t limit)
{
	const struct crm_err *err = NULL;
	char key[CRM_STORY_KEY], value[9];

	crm_block_lift(w);
	while (
	    err == NULL && d->story_key.p != NULL && crm_txn_dirty(t) < limit) {
		/* Of what is said of one entry the last stands. */
		memcpy(key, d->story_key.p, sizeof(key));
		do {
			memcpy(value, d->story_value.p, sizeof(value));
			err = crm_runs_next(
			    d->story, &d->story_key, &d->story_value);
		} while (err == NULL && d->story_key.p != NULL &&
		    memcmp(key, d->story_key.p, sizeof(key)) == 0);
		if (err != NULL)
			break;
		if (value[8] == '+')
			err = crm_block_put(
			    w, crm_view(key, sizeof(key)), crm_view(value, 8));
		else
			err = crm_block_del(w, crm_view(key, sizeof(key)));
		crm_store_progress(d->store, "story entries", ++d->story_done,
		    crm_runs_count(d->story));
	}
	return err;
}

/* Where a table is read now: the first key that was not written. */
static struct crm_view
position(struct crm_derive *d, enum crm_table table)
{
	struct crm_postings *p = postings_of(d, table);
	struct crm_view key;

	if (table == CRM_TABLE_STORY)
		return d->story_key;
	key = next_add(p, d->full);
	if (key.p == NULL ||
	    (p->del_key.p != NULL && crm_view_cmp(p->del_key, key) < 0))
		return p->del_key;
	return key;
}

static void
note_position(struct crm_derive *d, enum crm_table table)
{
	struct crm_view key = position(d, table);
	char *to = d->story_from;
	size_t *n = &d->story_from_n;

	if (table != CRM_TABLE_STORY) {
		to = postings_of(d, table)->from;
		n = &postings_of(d, table)->from_n;
	}
	*n = key.n;
	if (key.n > 0)
		memcpy(to, key.p, key.n);
}

const struct crm_err *
crm_derive_back(struct crm_derive *d, enum crm_table table)
{
	struct crm_postings *p = postings_of(d, table);
	const struct crm_err *err;
	struct crm_view from, none, key;

	from = crm_view(p->from, p->from_n);
	if (table == CRM_TABLE_STORY) {
		from = crm_view(d->story_from, d->story_from_n);
		d->story_sorted = false;
	} else
		p->sorted = false;
	err = begin_reading(d, table);
	while (err == NULL) {
		key = position(d, table);
		if (key.p == NULL || crm_view_cmp(key, from) >= 0)
			break;
		if (table == CRM_TABLE_STORY) {
			d->story_done++;
			err = crm_runs_next(
			    d->story, &d->story_key, &d->story_value);
		} else if (key.p == p->del_key.p)
			err = crm_runs_next(p->del, &p->del_key, &none);
		else
			err = step_add(p, 1);
	}
	return err;
}

const struct crm_err *
crm_derive_write(struct crm_derive *d, struct crm_txn *t, enum crm_table table,
    size_t limit, bool *done)
{
	struct crm_postings *p = postings_of(d, table);
	const struct crm_err *err;
	struct crm_block_writer *w;

	err = begin_reading(d, table);
	if (err != NULL)
		return err;
	note_position(d, table);
	*done = position(d, table).p == NULL;
	if (*done)
		return NULL;
	err = crm_block_write(t, table, &w);
	if (err != NULL)
		return err;
	if (table == CRM_TABLE_STORY)
		err = write_story(d, t, w, limit);
	else
		err = write_postings(d, p, t, w, limit);
	if (err != NULL) {
		crm_block_abandon(w);
		return err;
	}
	*done = position(d, table).p == NULL;
	return crm_block_close(w);
}

const struct crm_err *
crm_derive_sort(struct crm_derive *d, enum crm_table table)
{
	postings_of(d, table)->sorted = false;
	d->story_sorted = false;
	return begin_reading(d, table);
}

const struct crm_err *
crm_derive_next(struct crm_derive *d, enum crm_table table,
    struct crm_view *key, struct crm_view *value)
{
	struct crm_postings *p = postings_of(d, table);

	*value = CRM_VNULL;
	if (table == CRM_TABLE_STORY) {
		*key = d->story_key;
		if (key->p == NULL)
			return NULL;
		memcpy(d->full, d->story_key.p, CRM_STORY_KEY);
		memcpy(d->full + CRM_STORY_KEY, d->story_value.p, 8);
		*key = crm_view(d->full, CRM_STORY_KEY);
		*value = crm_view(d->full + CRM_STORY_KEY, 8);
		return crm_runs_next(d->story, &d->story_key, &d->story_value);
	}
	*key = next_add(p, d->full);
	if (key->p == NULL)
		return NULL;
	if (table == CRM_TABLE_TEXT) {
		d->byte = (char)p->group.byte[p->next];
		*value = crm_view(&d->byte, 1);
	}
	return step_add(p, 1);
}
