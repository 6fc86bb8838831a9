#include "store/near.h"

#include "base/fold.h"
#include "base/map.h"
#include "base/mem.h"
#include "record/value.h"
#include "store/index.h"
#include "store/who.h"

#define LOOK_MAX 1500 /* names that are compared */
#define STEP_MAX 400  /* of these, by one beginning */
#define WORDS_MAX 4   /* words of the text that are looked for */
#define SHORTEST 2    /* bytes of a beginning */
#define WORST SIZE_MAX

struct near {
	struct crm_snap *snap;
	struct crm_view text; /* folded */
	struct crm_buf name, folded;
	struct crm_nummap seen;
	size_t looked, *n;
	uint64_t *ids;
	size_t score[CRM_NEAR_MAX];
};

/* How many letters of a word or name may be wrong. */
static size_t
slips(struct crm_view v)
{
	return v.n < 3 ? 0 : v.n < 8 ? 1 : v.n < 16 ? 2 : 3;
}

/* Does a word of a name begin with this one?  Or, with slips, is it nearly
 * the same? */
static size_t
best_word(struct crm_view name, struct crm_view word)
{
	size_t best = WORST, d;
	struct crm_words w;
	struct crm_view v;

	crm_words_begin(&w, name);
	while (crm_words_next(&w, &v)) {
		d = crm_view_starts(v, word) ? 0 : crm_edit_distance(v, word);
		if (d < best)
			best = d;
	}
	return best <= slips(word) ? best : WORST;
}

/* How far a folded name is from the text, WORST when it is another one. */
static size_t
score(const struct near *c, struct crm_view name)
{
	struct crm_words w;
	struct crm_view v;
	size_t sum = 0, d;
	bool any = false;

	if (crm_view_starts(name, c->text))
		return 0;
	crm_words_begin(&w, c->text);
	while (sum < WORST && crm_words_next(&w, &v)) {
		d = best_word(name, v);
		sum = d == WORST ? WORST : sum + d;
		any = true;
	}
	if (any && sum <= slips(c->text))
		return 1 + sum;
	d = crm_edit_distance(name, c->text);
	return d <= slips(c->text) ? 1 + d : WORST;
}

/* Keep the best ones, those that came first before others as good. */
static void
keep(struct near *c, uint64_t id, size_t how)
{
	size_t i = *c->n;

	while (i > 0 && c->score[i - 1] > how)
		i--;
	if (i == CRM_NEAR_MAX)
		return;
	if (*c->n < CRM_NEAR_MAX)
		++*c->n;
	memmove(c->ids + i + 1, c->ids + i, (*c->n - i - 1) * sizeof(*c->ids));
	memmove(c->score + i + 1, c->score + i,
	    (*c->n - i - 1) * sizeof(*c->score));
	c->ids[i] = id;
	c->score[i] = how;
}

static const struct crm_err *
look_at(struct near *c, uint64_t id)
{
	const struct crm_err *err;
	bool added;
	size_t how;

	(void)crm_nummap_at(&c->seen, id, &added);
	if (!added || c->looked == LOOK_MAX)
		return NULL;
	c->looked++;
	crm_buf_reset(&c->name);
	crm_buf_reset(&c->folded);
	err = crm_who_name(c->snap, id, &c->name);
	if (err != NULL)
		return err;
	crm_fold(&c->folded, crm_buf_view(&c->name));
	how = score(c, crm_buf_view(&c->folded));
	if (how < WORST)
		keep(c, id, how);
	return NULL;
}

static const struct crm_err *
look_at_all(struct near *c, const uint64_t *ids, size_t n)
{
	const struct crm_err *err = NULL;
	uint64_t copy[STEP_MAX];
	size_t i;

	if (n > STEP_MAX)
		n = STEP_MAX;
	if (n > 0)
		memcpy(copy, ids, n * sizeof(*copy));
	for (i = 0; err == NULL && i < n; i++)
		err = look_at(c, copy[i]);
	return err;
}

/* v without its last character. */
static struct crm_view
shorten(struct crm_view v)
{
	do
		v.n--;
	while (v.n > 0 && ((unsigned char)v.p[v.n] & 0xc0) == 0x80);
	return v;
}

/* Names of a kind that begin as the text does, the longest beginning first. */
static const struct crm_err *
by_beginning(struct near *c, const struct crm_kind *k)
{
	const struct crm_field *f = crm_field_num(k, k->title);
	struct crm_view key = c->text;
	const struct crm_err *err = NULL;
	const uint64_t *found;
	size_t n = 0;

	if (f == NULL || (f->flags & CRM_F_INDEXED) == 0)
		return NULL;
	for (; err == NULL && n < STEP_MAX && key.n >= SHORTEST;
	     key = shorten(key)) {
		err = crm_snap_find(
		    c->snap, k->letter, f, key, true, STEP_MAX, &found, &n);
		if (err == NULL)
			err = look_at_all(c, found, n);
	}
	return err;
}

/* Records of a kind that have a word which begins so. */
static const struct crm_err *
by_word(struct near *c, char kind, struct crm_view word)
{
	uint64_t found[STEP_MAX];
	const struct crm_err *err;
	struct crm_entry e;
	struct crm_walk *w;
	struct crm_ids ids;
	size_t n = 0, i, groups = 0;

	err = crm_snap_walk(c->snap, CRM_TABLE_TEXT, &w);
	if (err == NULL)
		err = crm_walk_group(w, word, &e);
	while (err == NULL && n < STEP_MAX && groups++ < STEP_MAX &&
	    e.prefix.p != NULL && crm_view_starts(e.key, word)) {
		if (e.key.p[e.key.n - 1] == kind) {
			crm_walk_group_ids(w, &ids);
			for (i = 0; i < ids.n && n < STEP_MAX; i++)
				if (!crm_snap_is_hidden(c->snap, ids.id[i]))
					found[n++] = ids.id[i];
		}
		err = crm_walk_next_group(w, &e);
	}
	return err != NULL ? err : look_at_all(c, found, n);
}

/* Records of a kind that have a word of the text, or one that begins as it
 * does. */
static const struct crm_err *
by_words(struct near *c, char kind)
{
	const struct crm_err *err = NULL;
	struct crm_words w;
	struct crm_view v;
	size_t n = 0, half;

	crm_words_begin(&w, c->text);
	while (err == NULL && n++ < WORDS_MAX && crm_words_next(&w, &v)) {
		err = by_word(c, kind, v);
		half = v.n / 2 + 1;
		while (v.n > half)
			v = shorten(v);
		if (err == NULL && v.n >= SHORTEST)
			err = by_word(c, kind, v);
	}
	return err;
}

const struct crm_err *
crm_near(struct crm_snap *snap, const char *kinds, struct crm_view text,
    uint64_t ids[CRM_NEAR_MAX], size_t *n)
{
	const struct crm_schema *s = crm_snap_schema(snap);
	struct crm_buf folded = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct near c = { .snap = snap,
		.name = CRM_BUF_INIT(CRM_LINE_MAX),
		.folded = CRM_BUF_INIT(CRM_LINE_MAX * 4),
		.seen = CRM_NUMMAP_INIT,
		.n = n,
		.ids = ids };
	const struct crm_err *err = NULL;
	size_t i;

	*n = 0;
	crm_fold(&folded, text);
	c.text = crm_view_trim(crm_buf_view(&folded));
	for (i = 0; err == NULL && i < crm_schema_nkinds(s); i++) {
		const struct crm_kind *k = crm_schema_kind(s, i);

		if (k->letter == 'e' || c.text.n < SHORTEST ||
		    (kinds != NULL && strchr(kinds, k->letter) == NULL))
			continue;
		err = by_beginning(&c, k);
		if (err == NULL)
			err = by_words(&c, k->letter);
	}
	crm_nummap_release(&c.seen);
	crm_buf_release(&c.name);
	crm_buf_release(&c.folded);
	crm_buf_release(&folded);
	return err;
}
