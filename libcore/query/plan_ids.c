/* Lists of ids: what the indexes have of a value, of words; "and" and "or" of
 * lists. */
#include "base/sorted.h"
#include "query/plan_impl.h"
#include "store/index.h"

void
crm_plan_set_all(struct crm_candidates *c)
{
	crm_free(c->id);
	memset(c, 0, sizeof(*c));
	c->all = true;
}

void
crm_plan_append(
    struct crm_candidates *c, size_t *cap, const uint64_t *id, size_t n)
{
	if (n == 0)
		return;
	c->id = crm_grow(c->id, cap, c->n + n, sizeof(*c->id));
	memcpy(c->id + c->n, id, n * sizeof(*id));
	c->n += n;
}

/* Does an event's id lie behind what the indexes have? */
static bool
is_tail(const struct crm_planning *p, uint64_t id)
{
	return p->kind->letter == 'e' &&
	    !crm_snap_is_indexed(p->q->ctx.snap, id);
}

/* In lists that lag, what is behind the mark is not complete: leave it out. */
static void
drop_tail(const struct crm_planning *p, struct crm_candidates *c)
{
	while (c->n > 0 && is_tail(p, c->id[c->n - 1]))
		c->n--;
}

/* a and b, into a.  Where one does not know the tail, it may hold any.  Of what
 * was changed later, one that does not tell how it was may lack any: the other
 * one is enough then. */
void
crm_plan_intersect(const struct crm_planning *p, struct crm_candidates *a,
    struct crm_candidates *b)
{
	bool past = crm_snap_past(p->q->ctx.snap) != NULL;
	size_t i = 0, j = 0, k = 0;
	bool sure = true;
	uint64_t *out;

	if (a->all || b->all || (past && a->as_it_was != b->as_it_was)) {
		if (a->all || (past && !b->all && b->as_it_was)) {
			crm_free(a->id);
			*a = *b;
		} else
			crm_free(b->id);
		a->exact = false;
		return;
	}
	out = crm_realloc_array(NULL, a->n + b->n, sizeof(*out));
	while (i < a->n || j < b->n) {
		uint64_t x = i < a->n ? a->id[i] : UINT64_MAX;
		uint64_t y = j < b->n ? b->id[j] : UINT64_MAX;

		if (x == y)
			out[k++] = x;
		else if ((x < y && is_tail(p, x) && !b->tail_known) ||
		    (y < x && is_tail(p, y) && !a->tail_known)) {
			out[k++] = x < y ? x : y;
			sure = false;
		}
		i += x <= y;
		j += y <= x;
	}
	crm_free(a->id);
	crm_free(b->id);
	a->id = out;
	a->n = k;
	a->exact &= b->exact && sure;
	a->tail_known |= b->tail_known;
}

const struct crm_err *
crm_plan_keep(struct crm_planning *p, struct crm_candidates *a,
    const struct crm_plan_list *list)
{
	const struct crm_err *err;
	struct crm_probe probe;
	size_t n = a->n, kept = 0, tail;

	if (a->as_it_was && crm_snap_past(p->q->ctx.snap) != NULL) {
		/* those changed later may not be on the list */
		a->exact = false;
		return NULL;
	}
	/* what lags may hold any of the tail */
	while (!list->tail_known && n > 0 && is_tail(p, a->id[n - 1]))
		n--;
	tail = a->n - n;
	err = crm_probe_open(p, list, &probe);
	if (err == NULL)
		err = crm_probe_keep(&probe, a->id, n, &kept);
	crm_probe_close(&probe);
	if (tail > 0)
		memmove(a->id + kept, a->id + n, tail * sizeof(*a->id));
	a->n = kept + tail;
	a->exact &= list->exact && tail == 0;
	a->tail_known |= list->tail_known;
	return err;
}

/* a or b, into a.  Where one does not know the tail, all of it is looked at. */
void
crm_plan_unite(const struct crm_planning *p, struct crm_candidates *a,
    struct crm_candidates *b)
{
	size_t cap = a->n;

	if (a->all || b->all) {
		crm_free(b->id);
		crm_plan_set_all(a);
		return;
	}
	crm_plan_append(a, &cap, b->id, b->n);
	crm_free(b->id);
	a->n = crm_sort_once(a->id, a->n);
	a->exact &= b->exact;
	a->tail_known &= b->tail_known;
	a->as_it_was &= b->as_it_was;
	if (!a->tail_known)
		drop_tail(p, a);
}

/* The ids of one group of a table of postings. */
const struct crm_err *
crm_plan_take_group(struct crm_planning *p, enum crm_table table,
    struct crm_view group, struct crm_candidates *c, size_t *cap)
{
	struct crm_snap *snap = p->q->ctx.snap;
	const struct crm_err *err;
	struct crm_walk *w;
	struct crm_ids ids;

	err = crm_snap_walk(snap, table, &w);
	if (err == NULL)
		err = crm_walk_ids(w, group, &ids);
	while (err == NULL && ids.n > 0) {
		crm_plan_append(c, cap, ids.id, ids.n);
		err = crm_walk_more_ids(w, &ids);
	}
	return err;
}

/* About how many ids a group has. */
const struct crm_err *
crm_plan_count_group(struct crm_planning *p, enum crm_table table,
    struct crm_view group, uint64_t *n)
{
	const struct crm_err *err;
	struct crm_walk *w;
	uint64_t count = 0;

	err = crm_snap_walk(p->q->ctx.snap, table, &w);
	if (err == NULL)
		err = crm_walk_about(w, group, &count);
	*n += count;
	return err;
}

static void
drop_hidden(struct crm_planning *p, struct crm_candidates *c)
{
	struct crm_snap *snap = p->q->ctx.snap;
	size_t i, k = 0;

	if (!crm_snap_has_hidden(snap))
		return;
	for (i = 0; i < c->n; i++)
		if (!crm_snap_is_hidden(snap, c->id[i]))
			c->id[k++] = c->id[i];
	c->n = k;
}

void
crm_plan_finish(struct crm_planning *p, struct crm_candidates *c)
{
	c->n = crm_sort_once(c->id, c->n);
	drop_hidden(p, c);
	if (!c->tail_known)
		drop_tail(p, c);
}

struct crm_view
crm_plan_index_group(struct crm_planning *p, const struct crm_field *f,
    struct crm_view value, char out[CRM_KEY_MAX])
{
	return crm_view(
	    out, crm_index_group(out, p->kind->letter, f->num, value));
}

const struct crm_err *
crm_plan_skip_group(struct crm_walk *w, struct crm_entry *e)
{
	char key[CRM_KEY_MAX];
	size_t n = e->prefix.n + e->key.n;

	memcpy(key, e->prefix.p, e->prefix.n);
	memcpy(key + e->prefix.n, e->key.p, e->key.n);
	key[n] = '\1';
	return crm_walk_group(w, crm_view(key, n + 1), e);
}

const struct crm_err *
crm_plan_walk_column(struct crm_planning *p, const struct crm_plan_span *span,
    struct crm_candidates *c, size_t *cap)
{
	const struct crm_alt *words = span->words;
	uint64_t most = span->most > 0 ? span->most : UINT64_MAX;
	uint16_t num = span->field->num;
	struct crm_view from = span->from;
	const struct crm_err *err;
	char key[CRM_KEY_MAX], head[CRM_INDEX_PREFIX];
	struct crm_entry e;
	struct crm_walk *w;
	struct crm_ids ids;
	size_t n;

	crm_index_prefix(head, p->kind->letter, num);
	if (from.n > CRM_INDEX_VALUE_MAX)
		from.n = CRM_INDEX_VALUE_MAX;
	n = crm_index_group(key, p->kind->letter, num, from);
	err = crm_snap_walk(p->q->ctx.snap, CRM_TABLE_INDEX, &w);
	if (err == NULL)
		err = crm_walk_group(w, crm_view(key, n), &e);
	while (err == NULL && e.prefix.p != NULL && c->n <= most &&
	    memcmp(e.prefix.p, head, CRM_INDEX_PREFIX) == 0) {
		if (span->prefix && !crm_view_starts(e.key, span->from))
			break;
		if (span->to.p != NULL && crm_view_cmp(e.key, span->to) > 0)
			break;
		if (words == NULL || crm_index_is_cut(e.key) ||
		    crm_words_all(
			&p->q->scratch, e.key, words->word, words->nwords)) {
			crm_walk_group_ids(w, &ids);
			while (err == NULL && ids.n > 0 && c->n <= most) {
				crm_plan_append(c, cap, ids.id, ids.n);
				err = crm_walk_more_ids(w, &ids);
			}
			c->exact &= !crm_index_is_cut(e.key);
			if (err == NULL)
				err = crm_walk_next_group(w, &e);
			continue;
		}
		err = crm_plan_skip_group(w, &e);
	}
	return err;
}

/* The ids of words in the text table: all of them, or one that begins so. */
const struct crm_err *
crm_plan_take_words(struct crm_planning *p, const struct crm_view *word,
    size_t n, bool prefix, struct crm_candidates *c)
{
	const struct crm_err *err = NULL;
	char group[CRM_KEY_MAX];
	size_t i, cap;

	crm_plan_set_all(c);
	for (i = 0; err == NULL && i < n; i++) {
		struct crm_candidates one = { .exact = true };
		struct crm_entry e;
		struct crm_walk *w;
		struct crm_ids ids;

		cap = 0;
		if (!prefix || i + 1 < n)
			err = crm_plan_take_group(p, CRM_TABLE_TEXT,
			    crm_view(group,
				crm_text_group(
				    group, word[i], p->kind->letter)),
			    &one, &cap);
		else {
			err = crm_snap_walk(p->q->ctx.snap, CRM_TABLE_TEXT, &w);
			if (err == NULL)
				err = crm_walk_group(w, word[i], &e);
			while (err == NULL && e.prefix.p != NULL &&
			    crm_view_starts(e.key, word[i])) {
				if (e.key.p[e.key.n - 1] == p->kind->letter) {
					crm_walk_group_ids(w, &ids);
					while (err == NULL && ids.n > 0) {
						crm_plan_append(
						    &one, &cap, ids.id, ids.n);
						err =
						    crm_walk_more_ids(w, &ids);
					}
				}
				if (err == NULL)
					err = crm_walk_next_group(w, &e);
			}
		}
		crm_plan_finish(p, &one);
		if (i == 0)
			*c = one;
		else
			crm_plan_intersect(p, c, &one);
	}
	c->exact = n == 1;
	return err;
}
