/* Links of a batch: to records of the store, to lines before, to lines that
 * come later, and to what has to be made. */
#include "base/fold.h"
#include "base/mem.h"
#include "store/batch_impl.h"
#include "store/who.h"

/* What is looked up is kept while it fits into a part; so much is one. */
#define KNOWN_BYTES 48

/* Where the ghost of a word is that may be of these kinds. */
static uint64_t *
ghost_at(struct crm_batch *b, const char *kinds, struct crm_view who, bool make,
    bool *added)
{
	crm_buf_reset(&b->key);
	crm_buf_adds(&b->key, kinds);
	crm_buf_addc(&b->key, '\0');
	crm_word_key(&b->key, crm_schema_dial(b->store->config->schema), who);
	return make ? crm_map_at(&b->ghost_at, crm_buf_view(&b->key), added)
		    : crm_map_get(&b->ghost_at, crm_buf_view(&b->key));
}

/* A link that nothing is known of yet. */
static uint64_t
make_ghost(struct crm_batch *b, const struct crm_field *f, struct crm_view who)
{
	struct crm_ghost *g;
	uint64_t *at;
	bool added;

	at = ghost_at(b, f->links, who, true, &added);
	if (added) {
		b->ghost = crm_grow(
		    b->ghost, &b->ghost_cap, b->nghosts + 1, sizeof(*b->ghost));
		g = &b->ghost[b->nghosts];
		g->kinds = f->links;
		g->field = f->name;
		g->text =
		    crm_view(crm_arena_dup(&b->arena, who.p, who.n), who.n);
		g->line = b->line;
		g->id = 0;
		g->several = false;
		g->why = NULL;
		*at = ++b->nghosts;
	}
	return crm_id('?', CRM_GHOST, *at);
}

/*
 * Is a record there, as the batch sees the store?  Of few records many events
 * tell: those that are there are kept, a bit each.
 */
static const struct crm_err *
is_live(struct crm_batch *b, uint64_t id, bool *yes)
{
	uint64_t bit = UINT64_C(1) << (id % 64);
	uint64_t *bits = crm_nummap_get(&b->live, id / 64);
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;

	*yes = bits != NULL && (*bits & bit) != 0;
	if (*yes)
		return NULL;
	err = crm_snap_get(b->snap, id, &r, &p);
	*yes = err == NULL && p == CRM_LIVE;
	if (*yes)
		*crm_nummap_at(&b->live, id / 64, NULL) |= bit;
	return err;
}

/* An id of the input: of a line of it, or of the store. */
static const struct crm_err *
link_id(struct crm_batch *b, const struct crm_field *f, struct crm_view who,
    uint64_t id, uint64_t *out)
{
	const struct crm_err *err;
	uint64_t *alias;
	char key[8];
	bool yes;

	crm_be64(key, id);
	alias =
	    b->o.new_ids ? crm_map_get(&b->aliases, crm_view(key, 8)) : NULL;
	if (alias != NULL) {
		*out = *alias;
		return NULL;
	}
	*out = id;
	if (b->o.new_ids)
		*out = 0;
	else if (crm_nummap_get(&b->given, id) == NULL) {
		err = is_live(b, id, &yes);
		if (err == NULL && !yes)
			err = crm_who_now(b->snap, id, out);
		if (err != NULL || *out != 0)
			return err;
	}
	if (*out == 0)
		*out = make_ghost(b, f, who);
	return NULL;
}

/* "me" is the user: the record whose name, email or ref that is. */
static struct crm_view
expand_me(const struct crm_batch *b, struct crm_view who)
{
	if (crm_view_is(who, "me") && b->o.user != NULL)
		return crm_view_str(b->o.user);
	return who;
}

/*
 * Find what a link names.
 *
 * hash    set to that of the key in b->links; 0 when it is an id
 */
static const struct crm_err *
find_link(struct crm_batch *b, const struct crm_field *f, struct crm_view who,
    uint64_t *out, uint64_t *hash)
{
	const struct crm_err *err;
	uint64_t ids[CRM_WHO_MAX], id, *known;
	size_t n;

	*hash = 0;
	who = expand_me(b, who);
	if (crm_id_parse(who, &id) && strchr(f->links, crm_id_kind(id)) != NULL)
		return link_id(b, f, who, id, out);
	crm_buf_reset(&b->key);
	crm_buf_adds(&b->key, f->links);
	crm_buf_addc(&b->key, '\0');
	crm_buf_addv(&b->key, who);
	*hash = crm_hash(crm_buf_view(&b->key));
	err = b->links.used > crm_store_part(b->store) / KNOWN_BYTES
	    ? crm_batch_forget_words(b)
	    : NULL;
	known = crm_map_at(&b->links, crm_buf_view(&b->key), NULL);
	if (err != NULL || *known != 0) {
		*out = *known;
		return err;
	}
	err = crm_who_find(b->snap, f->links, who, ids, &n);
	if (err == NULL && n > 1)
		err = crm_who_several(b->snap, who, ids, n);
	if (err == NULL)
		*known = *out = n == 1 ? ids[0] : make_ghost(b, f, who);
	return err;
}

const struct crm_err *
crm_batch_link(
    void *ctx, const struct crm_field *f, struct crm_view who, uint64_t *out)
{
	struct crm_batch *b = ctx;
	struct crm_known_link *k = NULL;
	const struct crm_err *err;
	struct crm_short text;
	uint64_t hash;

	if (crm_short_of(who, &text)) {
		k = &b->known[crm_short_place(&text, f, CRM_KNOWN_LINKS)];
		if (k->field == f && crm_short_eq(&k->text, &text)) {
			*out = k->id;
			if (k->hash != 0)
				crm_batch_note_word(b, f, k->hash);
			return NULL;
		}
	}
	err = find_link(b, f, who, out, &hash);
	if (err != NULL)
		return err;
	if (crm_is_new(*out) || crm_is_ghost(*out) ||
	    crm_nummap_get(&b->given, *out) != NULL) {
		b->pending_links = true;
		return NULL;
	}
	if (hash != 0)
		crm_batch_note_word(b, f, hash);
	if (k != NULL) /* what the store has stays what it is */
		*k = (struct crm_known_link){ f, text, *out, hash };
	return NULL;
}

bool
crm_batch_unknown(
    const struct crm_batch *b, struct crm_view link, struct crm_view *word)
{
	uint64_t id = crm_link_get(link);

	if (!crm_is_ghost(id))
		return false;
	*word = b->ghost[crm_id_number(id) - 1].text;
	return true;
}

uint64_t
crm_batch_meant(const struct crm_batch *b, uint64_t id)
{
	const uint64_t *is;

	if (crm_is_ghost(id))
		id = b->ghost[crm_id_number(id) - 1].id;
	while (id != 0 && b->dropped.used > 0) {
		is = crm_nummap_get(&b->dropped, id);
		if (is == NULL)
			break;
		id = *is;
	}
	return id;
}

uint64_t
crm_batch_final(const struct crm_batch *b, uint64_t id)
{
	size_t lo = 0, hi = b->nleft_out, mid;
	uint64_t n;
	char kind;

	id = crm_batch_meant(b, id);
	if (!crm_is_new(id) || !b->numbered)
		return id;
	n = crm_id_number(id);
	kind = crm_id_kind(id);
	/* events that are left out leave no gap */
	while (kind == 'e' && lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (b->left_out[mid] < n)
			lo = mid + 1;
		else
			hi = mid;
	}
	return crm_id(kind, b->store->replica, b->base[kind - 'a'] + n - lo);
}

bool
crm_batch_settle(const struct crm_batch *b, struct crm_arena *a, bool many,
    struct crm_view v, struct crm_view *out)
{
	struct crm_nummap seen = CRM_NUMMAP_INIT;
	struct crm_buf packed = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	struct crm_view *list;
	struct crm_many m;
	uint64_t id;
	char *link;
	size_t n = 0;
	bool added, good = true;

	crm_many_begin(&m, v, many);
	list = crm_arena_alloc(a, ((size_t)m.left + 1) * sizeof(*list));
	while (crm_many_next(&m, &v)) {
		id = crm_batch_final(b, crm_link_get(v));
		good &= id != 0;
		/* two words may be one record */
		(void)crm_nummap_at(&seen, id != 0 ? id : 1, &added);
		if (id == 0 || !added)
			continue;
		link = crm_arena_alloc(a, CRM_LINK_MAX);
		list[n] = crm_view(link, crm_link_put(link, id));
		n++;
	}
	*out = CRM_VNULL;
	if (many && n > 0) {
		crm_many_put(&packed, list, n);
		*out = crm_view(crm_arena_dup(a, packed.p, packed.n), packed.n);
	} else if (n > 0)
		*out = list[0];
	crm_nummap_release(&seen);
	crm_buf_release(&packed);
	return good;
}

/*
 * A record of this batch answers to a word: it is what the ghosts of that
 * word are, if they may be of its kind.
 *
 * lists   the lists of kinds that ghosts may be: the ghosts are found by
 *         these and the word
 */
static void
offer(struct crm_batch *b, char kind, const char *const *lists, size_t nlists,
    struct crm_view word, enum crm_rank by, uint64_t id)
{
	struct crm_ghost *g;
	uint64_t *at;
	size_t i;
	int rank;

	for (i = 0; i < nlists; i++) {
		if (strchr(lists[i], kind) == NULL)
			continue;
		at = ghost_at(b, lists[i], word, false, NULL);
		if (at == NULL)
			continue;
		g = &b->ghost[*at - 1];
		rank = by == CRM_BY_NAME && !crm_view_eq(g->text, word)
		    ? CRM_BY_FOLDED_NAME
		    : (int)by;
		if (g->id == 0 || rank < g->rank) {
			g->id = id;
			g->rank = rank;
		} else if (rank == g->rank && g->id != id)
			g->id = UINT64_MAX;
	}
}

/* What a new record answers to: name, addresses, refs, numbers. */
static void
offer_row(struct crm_batch *b, struct crm_row *r, uint64_t id,
    const char *const *lists, size_t nlists)
{
	const struct crm_kind *k =
	    crm_kind_of(b->store->config->schema, r->kind);
	const struct crm_field *f;
	struct crm_many m;
	struct crm_view v, one;
	char text[CRM_ID_TEXT];
	enum crm_rank by;
	uint16_t num;
	uint8_t flags;

	if ((r->flags & CRM_ROW_AGAIN) == 0 && r->id != 0)
		offer(b, r->kind, lists, nlists,
		    crm_view(text, crm_id_put(text, r->id)), CRM_BY_ID, id);
	while (crm_row_field(r, &num, &flags, &v)) {
		f = crm_field_num(k, num);
		if (f == NULL)
			continue;
		crm_many_begin(&m, v, (flags & CRM_SLOT_MANY) != 0);
		while (crm_many_next(&m, &one))
			if (crm_answers(k, f, one, &by))
				offer(b, r->kind, lists, nlists, one, by, id);
	}
}

/* The different lists of kinds that ghosts may be. */
static const char **
kind_lists(struct crm_batch *b, size_t *n)
{
	const char **lists = NULL;
	size_t cap = 0, i, j;

	*n = 0;
	for (i = 0; i < b->nghosts; i++) {
		for (j = 0; j < *n && strcmp(lists[j], b->ghost[i].kinds) != 0;
		     j++)
			;
		if (j < *n)
			continue;
		lists = crm_grow(lists, &cap, *n + 1, sizeof(*lists));
		lists[(*n)++] = b->ghost[i].kinds;
	}
	return lists;
}

/* Look for the ghosts among the lines of this batch. */
static const struct crm_err *
search_lines(struct crm_batch *b, const char *const *lists, size_t nlists)
{
	const struct crm_err *err = NULL;
	uint64_t count[26] = { 0 }, id = 1;
	struct crm_row r;

	crm_spool_rewind(b->adds);
	while (err == NULL && id != 0) {
		err = crm_batch_next_row(b, count, &r, &id);
		if (err == NULL && id != 0 && r.kind != 'e')
			offer_row(b, &r, id, lists, nlists);
	}
	return err;
}

/* Of the kinds that a link takes, the one that --add-missing makes. */
static char
kind_to_make(const struct crm_batch *b, const struct crm_ghost *g)
{
	const char *p;
	uint64_t id;

	if (b->o.add_missing == NULL || crm_id_parse(g->text, &id))
		return '\0';
	for (p = b->o.add_missing; *p != '\0'; p++)
		if (strchr(g->kinds, *p) != NULL)
			return *p;
	return '\0';
}

/* What a word is beside a name: an address, a ref, a number; or NULL. */
static const struct crm_field *
field_beside_name(const struct crm_kind *k, struct crm_view who)
{
	enum crm_type type = CRM_NTYPES;
	size_t i;

	if (crm_who_is_email(who))
		type = CRM_T_EMAIL;
	else if (crm_who_is_ref(who))
		return crm_field_num(k, CRM_N_REF);
	else if (crm_who_is_phone(who))
		type = CRM_T_PHONE;
	for (i = 0; i < k->nfields; i++)
		if (k->field[i].type == type)
			return crm_field_num(k, k->field[i].num);
	return NULL;
}

static const char *
keep_text(struct crm_batch *b, const char *text)
{
	return crm_arena_dup(&b->arena, text, strlen(text) + 1);
}

/* The value of a field of what is missing, read from the word for it. */
static bool
read_word(struct crm_batch *b, struct crm_ghost *g, const struct crm_field *f,
    struct crm_edit *out)
{
	const struct crm_err *err;

	crm_buf_reset(&b->key);
	err = crm_value_parse(&b->values, f, g->text, false, &b->key, NULL);
	if (err != NULL) {
		g->why = keep_text(b, err->msg);
		return false;
	}
	out->field = f;
	out->op = CRM_SET;
	out->value = crm_view(
	    crm_arena_dup(&b->line_arena, b->key.p, b->key.n), b->key.n);
	return true;
}

/* Make the record that a ghost names, with that name and what it is. */
static const struct crm_err *
make_missing(struct crm_batch *b, struct crm_ghost *g, char kind)
{
	const struct crm_kind *k = crm_kind_of(b->store->config->schema, kind);
	const struct crm_field *name = crm_field_num(k, k->title);
	const struct crm_field *f = field_beside_name(k, g->text);
	const struct crm_err *err;
	struct crm_request q = { .kind = k };
	struct crm_edit edit[2];
	uint64_t id;
	bool ok;

	crm_batch_line(b, g->line, CRM_VNULL);
	if (name != NULL && !read_word(b, g, name, &edit[q.nedits++]))
		return NULL;
	if (f != NULL && f != name && !read_word(b, g, f, &edit[q.nedits++]))
		return NULL;
	q.edit = edit;
	id = crm_id(kind, CRM_NEW, b->new_count[kind - 'a'] + 1);
	b->making = g;
	err = crm_batch_add(b, &q, &ok);
	b->making = NULL;
	if (ok) {
		g->id = id;
		crm_batch_unnote_written(b);
	}
	return err;
}

/* The same word may stand where other kinds are allowed, too. */
static void
share_missing(struct crm_batch *b, const struct crm_ghost *g, char kind,
    const char *const *lists, size_t nlists)
{
	struct crm_ghost *other;
	uint64_t *at;
	size_t i;

	for (i = 0; i < nlists; i++) {
		at = ghost_at(b, lists[i], g->text, false, NULL);
		if (at == NULL)
			continue;
		other = &b->ghost[*at - 1];
		if (other->id == 0 && kind_to_make(b, other) == kind)
			other->id = g->id;
	}
}

/* With ids that are names within the input: what no line of it is called may
 * be a record of the store. */
static const struct crm_err *
search_store(struct crm_batch *b, struct crm_ghost *g)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	uint64_t id;

	if (!b->o.new_ids || !crm_id_parse(g->text, &id))
		return NULL;
	err = crm_snap_get(b->snap, id, &r, &p);
	if (err == NULL && p == CRM_LIVE)
		g->id = id;
	return err;
}

static const struct crm_err *
resolve_one(struct crm_batch *b, struct crm_ghost *g, const char *const *lists,
    size_t nlists)
{
	const struct crm_err *err = NULL;
	char kind;

	if (g->id == UINT64_MAX) {
		g->id = 0;
		g->several = true;
		return NULL;
	}
	if (g->id == 0)
		err = search_store(b, g);
	if (err != NULL || g->id != 0)
		return err;
	kind = kind_to_make(b, g);
	if (kind != '\0') {
		err = make_missing(b, g, kind);
		if (g->id != 0)
			share_missing(b, g, kind, lists, nlists);
	}
	return err;
}

const struct crm_err *
crm_batch_resolve(struct crm_batch *b)
{
	const struct crm_err *err;
	size_t i, n = b->nghosts, nlists;
	const char **lists;

	memcpy(b->nread, b->new_count, sizeof(b->nread));
	err = crm_batch_find_shared(b);
	if (err != NULL || n == 0)
		return err;
	lists = kind_lists(b, &nlists);
	err = search_lines(b, lists, nlists);
	for (i = 0; err == NULL && i < n; i++) {
		err = resolve_one(b, &b->ghost[i], lists, nlists);
		b->nlost += b->ghost[i].id == 0;
	}
	crm_free(lists);
	return err;
}

void
crm_batch_not_made(struct crm_batch *b, const char *field, const char *what)
{
	struct crm_ghost *g = b->making;
	const struct crm_err *err;

	err = crm_err(CRM_E_DATA, "'%.*s' cannot be made: %s%s%s",
	    CRM_VARG(g->text), field != NULL ? field : "",
	    field != NULL ? ": " : "", what);
	if (g->why == NULL)
		g->why = keep_text(b, err->msg);
}

bool
crm_batch_is_made(const struct crm_batch *b, uint64_t id)
{
	return crm_is_new(id) &&
	    crm_id_number(id) > b->nread[crm_id_kind(id) - 'a'];
}

/* Messages that are kept with their ghosts: more than have a hint. */
#define WHY_MAX 100

bool
crm_batch_blame_link(
    struct crm_batch *b, uint64_t line, const struct crm_field *f, uint64_t id)
{
	struct crm_ghost *g = NULL;
	const struct crm_err *err;

	if (crm_is_ghost(id))
		g = &b->ghost[crm_id_number(id) - 1];
	if (g != NULL && crm_batch_is_made(b, g->id))
		err = crm_err(CRM_E_DATA,
		    "'%.*s' cannot be made: another line has it",
		    CRM_VARG(g->text));
	else if (g == NULL || g->id != 0) {
		if (!b->o.skip_bad)
			return false;
		err = crm_err(CRM_E_DATA, "is of a line that is left out");
	} else if (g->why != NULL)
		err = crm_err(CRM_E_DATA, "%s", g->why);
	else if (g->several)
		err = crm_err(CRM_E_DATA, "'%.*s' is the name of several lines",
		    CRM_VARG(g->text));
	else
		err = crm_who_none(b->snap, g->kinds, g->text);
	if (g != NULL && g->id == 0 && g->why == NULL && b->nwhy < WHY_MAX) {
		g->why = keep_text(b, err->msg);
		b->nwhy++;
	}
	crm_batch_blame(b, line, f->name, err);
	return true;
}
