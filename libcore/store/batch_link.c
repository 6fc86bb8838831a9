/* Links of a batch: to records of the store, to lines before, to lines that
 * come later, and to what has to be made. */
#include "base/fold.h"
#include "base/mem.h"
#include "store/batch_impl.h"
#include "store/who.h"

/* Looked up before: forget when there are too many. */
#define LINKS_MAX 500000

/* A link that nothing is known of yet. */
static uint64_t
make_ghost(struct crm_batch *b, const struct crm_field *f, struct crm_view who)
{
	struct crm_ghost *g;
	uint64_t *at;
	bool added;

	crm_buf_reset(&b->key);
	crm_buf_adds(&b->key, f->links);
	crm_buf_addc(&b->key, '\0');
	crm_fold(&b->key, who);
	at = crm_map_at(&b->ghost_at, crm_buf_view(&b->key), &added);
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
		*at = ++b->nghosts;
	}
	return crm_id('?', CRM_GHOST, *at);
}

/* An id of the input: of a line of it, or of the store. */
static const struct crm_err *
link_id(struct crm_batch *b, const struct crm_field *f, struct crm_view who,
    uint64_t id, uint64_t *out)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	uint64_t *alias;
	char key[8];

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
		err = crm_snap_get(b->snap, id, &r, &p);
		if (err != NULL || p == CRM_LIVE)
			return err;
		*out = 0;
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

const struct crm_err *
crm_batch_link(
    void *ctx, const struct crm_field *f, struct crm_view who, uint64_t *out)
{
	struct crm_batch *b = ctx;
	const struct crm_err *err;
	uint64_t ids[CRM_WHO_MAX], id, *known;
	size_t n;

	who = expand_me(b, who);
	if (crm_id_parse(who, &id) &&
	    strchr(f->links, crm_id_kind(id)) != NULL) {
		err = link_id(b, f, who, id, out);
		goto done;
	}
	crm_buf_reset(&b->key);
	crm_buf_adds(&b->key, f->links);
	crm_buf_addc(&b->key, '\0');
	crm_buf_addv(&b->key, who);
	if (b->links.used > LINKS_MAX)
		crm_map_release(&b->links);
	known = crm_map_get(&b->links, crm_buf_view(&b->key));
	if (known != NULL) {
		*out = *known;
		err = NULL;
		goto done;
	}
	known = crm_map_at(&b->links, crm_buf_view(&b->key), NULL);
	err = crm_who_find(b->snap, f->links, who, ids, &n);
	if (err == NULL && n > 1)
		err = crm_who_several(b->snap, who, ids, n);
	if (err == NULL)
		*out = n == 1 ? ids[0] : make_ghost(b, f, who);
	*known = err == NULL ? *out : 0;
	if (err != NULL)
		crm_map_release(&b->links);
done:
	if (err == NULL && (crm_is_new(*out) || crm_is_ghost(*out)))
		b->pending_links = true;
	return err;
}

uint64_t
crm_batch_meant(const struct crm_batch *b, uint64_t id)
{
	return crm_is_ghost(id) ? b->ghost[crm_id_number(id) - 1].id : id;
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
    struct crm_view folded, uint64_t id)
{
	uint64_t *at;
	size_t i;

	for (i = 0; i < nlists; i++) {
		struct crm_ghost *g;

		if (strchr(lists[i], kind) == NULL)
			continue;
		crm_buf_reset(&b->buf);
		crm_buf_adds(&b->buf, lists[i]);
		crm_buf_addc(&b->buf, '\0');
		crm_buf_addv(&b->buf, folded);
		at = crm_map_get(&b->ghost_at, crm_buf_view(&b->buf));
		if (at == NULL)
			continue;
		g = &b->ghost[*at - 1];
		if (g->id != id)
			g->id = g->id == 0 ? id : UINT64_MAX;
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
	uint16_t num;
	uint8_t flags;

	if (r->id != 0) {
		size_t n = crm_id_put(text, r->id);

		offer(b, r->kind, lists, nlists, crm_view(text, n), id);
	}
	while (crm_row_field(r, &num, &flags, &v)) {
		f = crm_field_num(k, num);
		if (f == NULL ||
		    !(num == k->title || num == CRM_N_REF ||
			f->type == CRM_T_EMAIL || f->type == CRM_T_PHONE))
			continue;
		crm_many_begin(&m, v, (flags & CRM_SLOT_MANY) != 0);
		while (crm_many_next(&m, &one)) {
			crm_buf_reset(&b->key);
			crm_fold(&b->key, one);
			offer(b, r->kind, lists, nlists, crm_buf_view(&b->key),
			    id);
		}
	}
}

/* The different lists of kinds that ghosts may be. */
static size_t
kind_lists(const struct crm_batch *b, const char **lists, size_t max)
{
	size_t n = 0, i, j;

	for (i = 0; i < b->nghosts; i++) {
		for (j = 0; j < n && strcmp(lists[j], b->ghost[i].kinds) != 0;
		     j++)
			;
		if (j == n && n < max)
			lists[n++] = b->ghost[i].kinds;
	}
	return n;
}

/* Look for the ghosts among the lines of this batch. */
static const struct crm_err *
search_lines(struct crm_batch *b)
{
	const struct crm_err *err;
	const char *lists[64];
	size_t nlists = kind_lists(b, lists, 64);
	uint64_t count[26] = { 0 }, id;
	struct crm_view row;
	struct crm_row r;

	crm_spool_rewind(b->adds);
	err = crm_spool_next(b->adds, &row);
	while (err == NULL && row.p != NULL) {
		crm_row_open(row, &r);
		id = crm_id(r.kind, CRM_NEW, ++count[r.kind - 'a']);
		if (r.kind != 'e')
			offer_row(b, &r, r.id != 0 && !b->o.new_ids ? r.id : id,
			    lists, nlists);
		err = crm_spool_next(b->adds, &row);
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

/* Make the record that a ghost names, with that name and what it is. */
static const struct crm_err *
make_missing(struct crm_batch *b, struct crm_ghost *g, char kind)
{
	const struct crm_kind *k = crm_kind_of(b->store->config->schema, kind);
	const struct crm_field *f = field_beside_name(k, g->text);
	const struct crm_err *err;
	struct crm_request q = { .kind = k };
	struct crm_edit edit[2];
	bool ok;

	crm_batch_line(b, g->line, CRM_VNULL);
	edit[0].field = crm_field_num(k, k->title);
	edit[0].op = CRM_SET;
	edit[0].value = g->text;
	q.nedits = 1;
	if (f != NULL) {
		crm_buf_reset(&b->key);
		err = crm_value_parse(
		    &b->values, f, g->text, false, &b->key, NULL);
		if (err != NULL) {
			crm_batch_fault(b, g->field, err->msg);
			return NULL;
		}
		edit[1].field = f;
		edit[1].op = CRM_SET;
		edit[1].value =
		    crm_view(crm_arena_dup(&b->line_arena, b->key.p, b->key.n),
			b->key.n);
		q.nedits = 2;
	}
	q.edit = edit;
	g->id = crm_id(kind, CRM_NEW, b->new_count[kind - 'a'] + 1);
	err = crm_batch_add(b, &q, &ok);
	if (!ok)
		g->id = 0;
	else
		b->nwritten--; /* it is about no line of its own */
	return err;
}

/* Those who buy may be ghosts: know them by what they are. */
static void
settle_buyers(struct crm_batch *b)
{
	struct crm_nummap was = b->buyers;
	size_t i;

	memset(&b->buyers, 0, sizeof(b->buyers));
	for (i = 0; i < was.nslots; i++)
		if (was.slot[i].key != 0) {
			uint64_t id = crm_batch_meant(b, was.slot[i].key);

			if (id != 0)
				(void)crm_nummap_at(&b->buyers, id, NULL);
		}
	crm_nummap_release(&was);
}

const struct crm_err *
crm_batch_resolve(struct crm_batch *b)
{
	const struct crm_err *err = NULL;
	size_t i, n = b->nghosts;
	char kind;

	if (n > 0)
		err = search_lines(b);
	for (i = 0; err == NULL && i < n; i++) {
		struct crm_ghost *g = &b->ghost[i];

		if (g->id == UINT64_MAX) {
			g->id = 0;
			crm_batch_line(b, g->line, CRM_VNULL);
			crm_batch_blame(b, g->line, g->field,
			    crm_err(CRM_E_DATA,
				"'%.*s' is the name of several lines",
				CRM_VARG(g->text)));
			continue;
		}
		if (g->id != 0)
			continue;
		kind = kind_to_make(b, g);
		if (kind != '\0')
			err = make_missing(b, g, kind);
		else
			crm_batch_blame(b, g->line, g->field,
			    crm_who_none(b->snap, g->kinds, g->text));
	}
	settle_buyers(b);
	return err;
}
