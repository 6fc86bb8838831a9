#include "store/assign.h"

#include "base/map.h"
#include "base/mem.h"
#include "record/value.h"
#include "record/word.h"

/* Somebody whom a rule names. */
struct taker {
	const char *name;
	uint64_t load;     /* open deals and tickets */
	uint64_t last[26]; /* by kind: when the turn was theirs; 0: never */
};

struct crm_turns {
	const struct crm_config *config;
	struct taker *taker;
	size_t n;
	struct crm_map names; /* to the place, + 1 */
	uint64_t clock;       /* above the number of any record */
};

/* No text of a record begins so. */
#define MARK '\0'

const struct crm_field *
crm_assign_field(const struct crm_kind *k)
{
	const struct crm_field *f = crm_field_named(k, CRM_V("owner"));

	return f != NULL && f->type == CRM_T_TEXT &&
		(f->flags & (CRM_F_MANY | CRM_F_COMPUTED)) == 0
	    ? f
	    : NULL;
}

void
crm_assign_mark(struct crm_rec *rec, const struct crm_field *f, size_t rule)
{
	char mark[2] = { MARK, (char)(unsigned char)rule };

	crm_rec_set(rec, f, crm_view(mark, sizeof(mark)));
}

/* The ids of a kind's records that somebody owns, in order. */
static const struct crm_err *
find_owned(struct crm_snap *snap, const struct crm_kind *k,
    const struct taker *t, const uint64_t **id, size_t *n)
{
	const struct crm_field *f = crm_assign_field(k);
	struct crm_buf key = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;

	crm_value_add_key(&key, f, crm_view_str(t->name));
	err = crm_snap_find(
	    snap, k->letter, f, crm_buf_view(&key), false, SIZE_MAX, id, n);
	crm_buf_release(&key);
	return err;
}

static bool
is_open(const struct crm_kind *k, const struct crm_stored *r)
{
	struct crm_view pipe = CRM_VNULL, stage;

	if (!crm_stored_get(r, k->stage, &stage))
		return false;
	if (k->pipeline_field == 0 ||
	    !crm_stored_get(r, k->pipeline_field, &pipe))
		pipe = CRM_VNULL;
	return crm_stage_end_of(k, pipe.n > 0 ? crm_word_get(pipe) : pipe,
		   crm_word_get(stage)) == CRM_END_OPEN;
}

/* Count the open deals or tickets of somebody. */
static const struct crm_err *
add_load(struct crm_snap *snap, char letter, struct taker *t)
{
	const struct crm_kind *k = crm_kind_of(crm_snap_schema(snap), letter);
	const struct crm_err *err;
	const uint64_t *found;
	uint64_t *id;
	enum crm_presence p;
	struct crm_stored r;
	size_t i, n;

	err = find_owned(snap, k, t, &found, &n);
	if (err != NULL || n == 0)
		return err;
	id = crm_alloc(n * sizeof(*id)); /* they are dead at the next look-up */
	memcpy(id, found, n * sizeof(*id));
	for (i = 0; err == NULL && i < n; i++) {
		err = crm_snap_get(snap, id[i], &r, &p);
		if (err == NULL && p == CRM_LIVE && is_open(k, &r))
			t->load++;
	}
	crm_free(id);
	return err;
}

static const struct crm_err *
look_up(struct crm_turns *turns, struct crm_snap *snap, struct taker *t,
    const uint64_t wanted[26], bool by_load)
{
	const struct crm_err *err = NULL;
	const struct crm_kind *k;
	const uint64_t *id;
	size_t n;
	int i;

	for (i = 0; err == NULL && i < 26; i++) {
		k = wanted[i] > 0
		    ? crm_kind_of(turns->config->schema, (char)('a' + i))
		    : NULL;
		if (k == NULL || crm_assign_field(k) == NULL)
			continue;
		err = find_owned(snap, k, t, &id, &n);
		if (err == NULL && n > 0)
			t->last[i] = crm_id_number(id[n - 1]);
	}
	if (err == NULL && by_load)
		err = add_load(snap, 'd', t);
	if (err == NULL && by_load)
		err = add_load(snap, 'k', t);
	return err;
}

const struct crm_err *
crm_turns_new(struct crm_snap *snap, const struct crm_config *c,
    const uint64_t wanted[26], struct crm_turns **out)
{
	struct crm_turns *turns = crm_calloc(1, sizeof(*turns));
	const struct crm_err *err = NULL;
	bool by_load = false;
	size_t i, j, cap = 0;
	uint64_t *at;

	turns->names = (struct crm_map)CRM_MAP_INIT;
	turns->config = c;
	turns->clock = CRM_ID_NUMBER_MAX;
	for (i = 0; i < c->nassign; i++) {
		by_load = by_load || c->assign[i].by_load;
		for (j = 0; j < c->assign[i].nowners; j++) {
			const char *name = c->assign[i].owner[j];

			at =
			    crm_map_at(&turns->names, crm_view_str(name), NULL);
			if (*at != 0)
				continue;
			turns->taker = crm_grow(turns->taker, &cap,
			    turns->n + 1, sizeof(*turns->taker));
			memset(
			    &turns->taker[turns->n], 0, sizeof(*turns->taker));
			turns->taker[turns->n].name = name;
			*at = ++turns->n;
		}
	}
	for (i = 0; err == NULL && i < turns->n; i++)
		err = look_up(turns, snap, &turns->taker[i], wanted, by_load);
	if (err != NULL) {
		crm_turns_free(turns);
		turns = NULL;
	}
	*out = turns;
	return err;
}

void
crm_turns_free(struct crm_turns *turns)
{
	if (turns == NULL)
		return;
	crm_map_release(&turns->names);
	crm_free(turns->taker);
	crm_free(turns);
}

/* Does one come before another?  Of equals the rule's order counts. */
static bool
comes_first(const struct taker *a, const struct taker *b, int kind, bool load)
{
	if (load && a->load != b->load)
		return a->load < b->load;
	return a->last[kind] < b->last[kind];
}

void
crm_turns_settle(struct crm_turns *turns, struct crm_rec *rec)
{
	const struct crm_field *f = crm_assign_field(rec->kind);
	const struct crm_assign_rule *rule;
	struct taker *best = NULL, *t;
	int kind = rec->kind->letter - 'a';
	struct crm_view v;
	size_t i;

	if (f == NULL || !crm_rec_get(rec, f->num, &v) || v.n != 2 ||
	    v.p[0] != MARK)
		return;
	rule = &turns->config->assign[(unsigned char)v.p[1]];
	for (i = 0; i < rule->nowners; i++) {
		t = &turns->taker[*crm_map_get(&turns->names,
				      crm_view_str(rule->owner[i])) -
		    1];
		if (best == NULL || comes_first(t, best, kind, rule->by_load))
			best = t;
	}
	if (best == NULL) /* a rule has an owner */
		return;
	best->last[kind] = ++turns->clock;
	best->load++;
	crm_rec_set(rec, f, crm_view_str(best->name));
}
