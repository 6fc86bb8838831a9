/*
 * Words of links that name a record of the store, and that a new record of
 * the batch answers to as well: they are of several.
 *
 * Which records are new is known in the end alone.  Lines keep a hash of each
 * word with the field it stood in; the words are those looked up before, with
 * those forgotten since.  They are compared only if a record was added that is
 * of a kind they may name.
 */
#include "base/fold.h"
#include "base/mem.h"
#include "store/batch_impl.h"
#include "store/who.h"

void
crm_word_key(
    struct crm_buf *out, const struct crm_dial *home, struct crm_view who)
{
	char digits[CRM_PHONE_KEY];
	size_t n;

	if (!crm_who_is_phone(who)) {
		crm_fold(out, who);
		return;
	}
	n = crm_phone_key(home, who, digits);
	crm_buf_addc(out, '+');
	crm_buf_add(out, digits, n);
}

bool
crm_answers(const struct crm_kind *k, const struct crm_field *f,
    struct crm_view word, enum crm_rank *by)
{
	*by = CRM_BY_NAME;
	if ((f->flags & CRM_F_INDEXED) == 0)
		return false;
	if (f->type == CRM_T_EMAIL && crm_who_is_email(word))
		*by = CRM_BY_EMAIL;
	else if (f->num == CRM_N_REF && crm_who_is_ref(word))
		*by = CRM_BY_REF;
	else if (f->type == CRM_T_PHONE && crm_who_is_phone(word))
		*by = CRM_BY_PHONE;
	else
		return f->num == k->title;
	return true;
}

void
crm_batch_note_word(
    struct crm_batch *b, const struct crm_field *f, uint64_t hash)
{
	char word[CRM_LINK_WORD_BYTES];

	const char *k;

	for (k = f->links; *k != '\0'; k++)
		b->word_kinds[*k - 'a'] = true;
	crm_le16(word, f->num);
	crm_le64(word + 2, hash);
	crm_buf_add(&b->words, word, sizeof(word));
}

/*
 * Entries of the runs of words, all of one word together: key as of
 * crm_word_key(), cut; value
 *   LINKED u8, id u64, letters of kinds, a NUL, the word as links have it
 *   NEW u8, line u64, kind u8, rank u8, the word as a new record has it
 * Those of links come first, as they are added first.
 */
enum { LINKED, NEW };
#define LINKED_HEAD 9
#define NEW_HEAD 11
#define KEY_CUT 400

static const struct crm_err *
add_entry(struct crm_batch *b, struct crm_view word, struct crm_buf *value)
{
	struct crm_buf key = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	const struct crm_err *err;

	if (b->used_words == NULL)
		b->used_words =
		    crm_runs_new(crm_store_part(b->store) / 3, b->store->dir);
	crm_word_key(&key, crm_schema_dial(b->store->config->schema), word);
	err = crm_runs_add(b->used_words,
	    crm_view(key.p, key.n < KEY_CUT ? key.n : KEY_CUT),
	    crm_buf_view(value));
	crm_buf_release(&key);
	return err;
}

const struct crm_err *
crm_batch_forget_words(struct crm_batch *b)
{
	struct crm_buf value = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	const struct crm_err *err = NULL;
	struct crm_view key;
	uint64_t *id;
	char head[LINKED_HEAD] = { LINKED };
	size_t pos = 0;

	while (err == NULL && crm_map_each(&b->links, &pos, &key, &id)) {
		if (*id == 0 || crm_is_ghost(*id))
			continue;
		crm_le64(head + 1, *id);
		crm_buf_reset(&value);
		crm_buf_add(&value, head, sizeof(head));
		crm_buf_addv(&value, key);
		err = add_entry(b,
		    crm_view_skip(key, crm_view_find(key, '\0') + 1), &value);
	}
	crm_map_release(&b->links);
	crm_buf_release(&value);
	return err;
}

/* Add what a new record answers to. */
static const struct crm_err *
add_row(struct crm_batch *b, struct crm_row *r)
{
	const struct crm_kind *k =
	    crm_kind_of(b->store->config->schema, r->kind);
	struct crm_buf value = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	struct crm_many m;
	struct crm_view v, one;
	enum crm_rank by;
	char head[NEW_HEAD] = { NEW };
	uint16_t num;
	uint8_t flags;

	crm_le64(head + 1, r->line);
	head[9] = r->kind;
	while (err == NULL && crm_row_field(r, &num, &flags, &v)) {
		f = crm_field_num(k, num);
		/* of unique ones only one is written */
		if (f == NULL || (f->flags & CRM_F_UNIQUE) != 0)
			continue;
		crm_many_begin(&m, v, (flags & CRM_SLOT_MANY) != 0);
		while (err == NULL && crm_many_next(&m, &one)) {
			if (!crm_answers(k, f, one, &by))
				continue;
			head[10] = (char)by;
			crm_buf_reset(&value);
			crm_buf_add(&value, head, sizeof(head));
			crm_buf_addv(&value, one);
			err = add_entry(b, one, &value);
		}
	}
	crm_buf_release(&value);
	return err;
}

/* Are there new records of kinds that words of links may name? */
static bool
is_wanted(const struct crm_batch *b, char kind)
{
	return kind != 'e' && b->new_count[kind - 'a'] > 0 &&
	    b->word_kinds[kind - 'a'];
}

static const struct crm_err *
add_rows(struct crm_batch *b)
{
	const struct crm_err *err = NULL;
	uint64_t count[26] = { 0 }, id = 1;
	struct crm_row r;

	crm_spool_rewind(b->adds);
	while (err == NULL && id != 0) {
		err = crm_batch_next_row(b, count, &r, &id);
		if (err == NULL && id != 0 && is_wanted(b, r.kind))
			err = add_row(b, &r);
	}
	return err;
}

/* A word of links, and what the record of the store answers to it as. */
struct used {
	struct used *next;
	const char *kinds;
	struct crm_view text;
	uint64_t id, hash;
	int rank; /* -1: not looked up yet */
};

/* All with one key. */
struct group {
	struct crm_buf key;
	struct crm_arena arena;
	struct used *first;
};

static bool
is_same_word(const struct crm_dial *home, struct crm_view a, struct crm_view b)
{
	struct crm_buf x = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct crm_buf y = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	bool same;

	crm_word_key(&x, home, a);
	crm_word_key(&y, home, b);
	same = crm_view_eq(crm_buf_view(&x), crm_buf_view(&y));
	crm_buf_release(&x);
	crm_buf_release(&y);
	return same;
}

static int
rank_of(enum crm_rank by, struct crm_view has, struct crm_view word)
{
	return by == CRM_BY_NAME && !crm_view_eq(has, word) ? CRM_BY_FOLDED_NAME
							    : (int)by;
}

static const struct crm_err *
find_rank(struct crm_batch *b, struct used *u)
{
	const struct crm_kind *k =
	    crm_kind_of(b->store->config->schema, crm_id_kind(u->id));
	const struct crm_err *err;
	enum crm_presence p;
	enum crm_rank by;
	struct crm_stored r;
	struct crm_many m;
	struct crm_view v;
	uint32_t i;

	u->rank = CRM_BY_FOLDED_NAME;
	err = crm_snap_get(b->snap, u->id, &r, &p);
	for (i = 0; err == NULL && p == CRM_LIVE && i < r.n; i++) {
		struct crm_slot s = crm_stored_at(&r, i);
		const struct crm_field *f = crm_field_num(k, s.num);

		if (f == NULL)
			continue;
		crm_many_begin(&m, s.value, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v))
			if (crm_answers(k, f, v, &by) &&
			    rank_of(by, v, u->text) < u->rank &&
			    is_same_word(
				crm_schema_dial(b->store->config->schema), v,
				u->text))
				u->rank = rank_of(by, v, u->text);
	}
	return err;
}

static void
add_used(struct group *g, struct crm_view value)
{
	struct crm_view rest = crm_view_skip(value, LINKED_HEAD);
	uint64_t hash = crm_hash(rest);
	struct used *u;
	const char *p;

	for (u = g->first; u != NULL; u = u->next)
		if (u->hash == hash)
			return; /* forgotten more than once */
	u = crm_arena_alloc(&g->arena, sizeof(*u));
	p = crm_arena_dup(&g->arena, rest.p, rest.n);
	u->kinds = p;
	u->text = crm_view_skip(crm_view(p, rest.n), strlen(p) + 1);
	u->id = crm_le64_get(value.p + 1);
	u->hash = hash;
	u->rank = -1;
	u->next = g->first;
	g->first = u;
}

/* A new record that may answer to words of links: note those that are shared
 * then, with what is to be told. */
static const struct crm_err *
match_row(struct crm_batch *b, struct group *g, struct crm_view value)
{
	struct crm_view has = crm_view_skip(value, NEW_HEAD);
	const struct crm_err *err = NULL;
	char text[CRM_ID_TEXT];
	struct used *u;
	uint64_t *why;
	bool added;
	int rank;

	for (u = g->first; err == NULL && u != NULL; u = u->next) {
		rank = rank_of((enum crm_rank)value.p[10], has, u->text);
		if (strchr(u->kinds, value.p[9]) == NULL ||
		    !is_same_word(crm_schema_dial(b->store->config->schema),
			has, u->text))
			continue;
		if (u->rank < 0)
			err = find_rank(b, u);
		if (err != NULL || rank > u->rank)
			continue;
		why = crm_nummap_at(&b->shared, u->hash, &added);
		if (added) {
			const char *msg = crm_err(CRM_E_DATA,
			    "'%.*s' is %s, and on line %llu: say which by id",
			    CRM_VARG(u->text), crm_id_text(u->id, text),
			    (unsigned long long)crm_le64_get(value.p + 1))
					      ->msg;

			*why = (uint64_t)(uintptr_t)crm_arena_dup(
			    &b->arena, msg, strlen(msg) + 1);
		}
	}
	return err;
}

static const struct crm_err *
match_all(struct crm_batch *b)
{
	struct group g = { .key = CRM_BUF_INIT(CRM_LINE_MAX) };
	const struct crm_err *err;
	struct crm_view key, value;

	err = crm_runs_sort(b->used_words);
	while (err == NULL) {
		err = crm_runs_next(b->used_words, &key, &value);
		if (err != NULL || key.p == NULL)
			break;
		if (!crm_view_eq(key, crm_buf_view(&g.key))) {
			crm_buf_reset(&g.key);
			crm_buf_addv(&g.key, key);
			crm_arena_reset(&g.arena);
			g.first = NULL;
		}
		if (value.p[0] == LINKED)
			add_used(&g, value);
		else
			err = match_row(b, &g, value);
	}
	crm_buf_release(&g.key);
	crm_arena_release(&g.arena);
	return err;
}

const struct crm_err *
crm_batch_find_shared(struct crm_batch *b)
{
	const struct crm_err *err = NULL;
	bool any = false;
	char kind;

	for (kind = 'a'; kind <= 'z'; kind++)
		any |= is_wanted(b, kind);
	if (any)
		err = crm_batch_forget_words(b);
	if (err == NULL && any)
		err = add_rows(b);
	if (err == NULL && any)
		err = match_all(b);
	return err;
}

const char *
crm_batch_shared_word(
    const struct crm_batch *b, struct crm_view *words, uint16_t *num)
{
	const uint64_t *why;

	while (b->shared.used > 0 && words->n >= CRM_LINK_WORD_BYTES) {
		*num = crm_le16_get(words->p);
		why = crm_nummap_get(&b->shared, crm_le64_get(words->p + 2));
		*words = crm_view_skip(*words, CRM_LINK_WORD_BYTES);
		if (why != NULL)
			/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
			return (const char *)(uintptr_t)*why;
	}
	return NULL;
}
