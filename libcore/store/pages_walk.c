#include "store/pages_walk.h"

#include <string.h>

#include "base/mem.h"
#include "store/pages_impl.h"

/* Keys seen for each part that is wanted, for parts of about the same size. */
#define SPLIT_EVEN 4
/* Parts that are made though each is small, and how many times the least a part
 * has otherwise. */
#define SPLIT_SOME 8
#define SPLIT_LARGE 4

/* Leaves that a room takes at once, when they follow each other in the file. */
#define WINDOW 16

/* Times that walks read into their rooms before they are content with the map:
 * some, and for so many of the tree's leaves one, as mapping sixteen is as dear
 * as reading four by themselves. */
#define APART_SOME 64
#define APART_ONE_OF 4

/* What a walk is: the tree's pages, and where it stands. */
struct walk {
	struct crm_pages *pages;
	const struct crm_tree *tree;
	struct crm_spot *spot;
	bool apart; /* what it comes to is read by itself */
};

bool
crm_tree_read(struct crm_view entry, struct crm_tree *out)
{
	if (entry.n != CRM_PAGE_TABLE)
		return false;
	out->depth = crm_le16_get(entry.p + PG_AT_DEPTH);
	out->root = crm_le64_get(entry.p + PG_AT_ROOT);
	out->leaves = crm_le64_get(entry.p + PG_AT_LEAVES);
	return crm_le16_get(entry.p + PG_AT_TABLE_FLAGS) == 0 &&
	    out->depth <= CRM_TREE_DEPTH &&
	    (out->depth == 0) == (out->root == PG_NO_PAGE);
}

static const char *
node_of(const char *page, size_t i)
{
	return page + crm_le16_get(page + PG_PAGE_HEAD + 2 * i);
}

/* Keys below a node of the path are not below from, and below to (p NULL: no
 * limit): what the nearest branch says that has one on that side. */
static void
bounds(const struct crm_spot *s, unsigned int level, struct crm_view *from,
    struct crm_view *to)
{
	unsigned int i;

	*from = *to = CRM_VNULL;
	for (i = 0; i < level; i++) {
		if (s->at[i] > 0)
			*from = crm_page_key(s->page[i], s->at[i]);
		if (s->at[i] + 1u < crm_page_count(s->page[i]))
			*to = crm_page_key(s->page[i], s->at[i] + 1u);
	}
}

static bool
prove(
    const struct walk *w, const char *page, uint64_t number, unsigned int level)
{
	bool leaf = level + 1 == w->tree->depth;
	size_t least = leaf ? 0 : 1, n; /* a branch's first key is not one */
	struct crm_view from, to;

	if (crm_le64_get(page) != number ||
	    !crm_page_is_whole(page, w->pages->room,
		leaf ? CRM_PAGE_OF_VALUES : CRM_PAGE_OF_PAGES))
		return false;
	bounds(w->spot, level, &from, &to);
	n = crm_page_count(page);
	return n <= least ||
	    ((from.p == NULL ||
		 crm_view_cmp(from, crm_page_key(page, least)) <= 0) &&
		(to.p == NULL ||
		    crm_view_cmp(crm_page_key(page, n - 1), to) < 0));
}

/* How many pages to read into a room from one on: one, or twice as many as are
 * in it, when it follows them. */
static size_t
window(const struct walk *w, unsigned int level, uint64_t number)
{
	const struct crm_room *room = &w->spot->room[level];
	uint64_t left = w->pages->count - number;
	size_t n = 2 * room->n;

	if (level + 1 < w->tree->depth || room->n == 0 ||
	    number != room->number + room->n)
		return 1;
	n = n < WINDOW ? n : WINDOW;
	return n < left ? n : (size_t)left;
}

/* Read a page into the walk's room for its level.  Returns NULL when that cannot
 * be done. */
static const char *
read_apart(const struct walk *w, unsigned int level, uint64_t number)
{
	struct crm_room *room = &w->spot->room[level];
	size_t bytes = w->pages->room, n = window(w, level, number);

#ifndef __SANITIZE_ADDRESS__
	if (number - room->number < room->n)
		return room->page + (number - room->number) * bytes;
#else /* it finds whoever has a view that died */
	crm_free(room->page);
	room->page = NULL;
	n = 1;
#endif
	room->n = 0;
	room->proven.page = NULL;
	/* a branch's level may be that of leaves in another snapshot */
	if (room->page == NULL)
		room->page = crm_alloc(bytes * WINDOW);
	if (!crm_pages_read(w->pages, number, n, room->page))
		return NULL;
	w->pages->apart++;
	room->number = number;
	room->n = n;
	return room->page;
}

/*
 * Where to read a page: where it was kept; in the map, when it was touched there
 * or is not to be read by itself; kept from now on, branches and all of a walk
 * without rooms; or in a room.
 *
 * slot    where it is remembered that it was proved; out, too
 */
static const char *
place_of(const struct walk *w, unsigned int level, uint64_t number,
    struct crm_proven **slot)
{
	const char *mapped = w->pages->from + number * w->pages->room;
	struct crm_room *room = w->spot->room;
	bool keep = room == NULL || level + 1 < w->tree->depth;
	bool apart = w->apart && (*slot)->page != mapped &&
	    w->pages->apart < APART_SOME + w->tree->leaves / APART_ONE_OF;
	const char *page;

	page = crm_pages_kept(w->pages, number, apart && keep);
	if (page == NULL && apart && room != NULL) {
		page = read_apart(w, level, number);
		if (page != NULL)
			*slot = &room[level].proven;
	}
	return page != NULL ? page : mapped;
}

/* Come to a page by what leads there. */
static bool
arrive(const struct walk *w, unsigned int level, uint64_t number, uint64_t via)
{
	struct crm_pages *p = w->pages;
	struct crm_proven *slot = level + 1 == w->tree->depth
	    ? &p->leaf[number % CRM_PROVEN_LEAVES]
	    : &p->branch[number % CRM_PROVEN_BRANCHES];
	const char *page;

	if (number < CRM_PAGE_HEADS || number >= p->count)
		return false;
	page = place_of(w, level, number, &slot);
	if (slot->page != page || slot->via != via) {
		if (!prove(w, page, number, level))
			return false;
		slot->page = page;
		slot->via = via;
	}
	w->spot->page[level] = page;
	return true;
}

static bool
arrive_at_root(const struct walk *w)
{
	return arrive(w, 0, w->tree->root, 0);
}

/* Follow the node of a branch that the path stands at. */
static bool
follow(const struct walk *w, unsigned int level)
{
	const char *page = w->spot->page[level];
	const char *node = node_of(page, w->spot->at[level]);

	return arrive(w, level + 1, crm_page_child(node),
	    crm_le64_get(page) * w->pages->room + (uint64_t)(node - page));
}

/* From a page down to the first, or last, entry below it. */
static bool
to_edge(const struct walk *w, unsigned int level, bool last)
{
	struct crm_spot *s = w->spot;

	for (;; level++) {
		s->at[level] =
		    last ? (uint16_t)(crm_page_count(s->page[level]) - 1) : 0;
		if (level + 1 == w->tree->depth)
			return true;
		if (!follow(w, level))
			return false;
	}
}

/* The first entry of a page, from the lo-th on, whose key is not below a
 * key. */
static size_t
lower_bound(const char *page, size_t lo, struct crm_view key, bool *exact)
{
	size_t hi = crm_page_count(page), mid;
	int c;

	*exact = false;
	while (lo < hi) {
		mid = (lo + hi) / 2;
		c = crm_view_cmp(crm_page_key(page, mid), key);
		if (c == 0) {
			*exact = true;
			return mid;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* From the root to the leaf where a key belongs. */
static bool
to_leaf(const struct walk *w, struct crm_view key)
{
	unsigned int level;
	bool exact;
	size_t i;

	if (!arrive_at_root(w))
		return false;
	for (level = 0; level + 1 < w->tree->depth; level++) {
		i = lower_bound(w->spot->page[level], 1, key, &exact);
		w->spot->at[level] = (uint16_t)(exact ? i : i - 1);
		if (!follow(w, level))
			return false;
	}
	return true;
}

/* To the edge of the next leaf, or the previous one; any: there is one. */
static bool
to_sibling(const struct walk *w, bool forth, bool *any)
{
	struct crm_spot *s = w->spot;
	unsigned int level = w->tree->depth - 1;

	*any = true;
	while (level-- > 0) {
		if (forth ? s->at[level] + 1u >= crm_page_count(s->page[level])
			  : s->at[level] == 0)
			continue;
		if (forth)
			s->at[level]++;
		else
			s->at[level]--;
		return follow(w, level) && to_edge(w, level + 1, !forth);
	}
	*any = false;
	return true;
}

/* A value that has pages of its own. */
static bool
read_big(const struct crm_pages *p, const char *node, struct crm_view *value)
{
	uint64_t first = crm_le64_get(value->p), n;
	const char *page;

	if (first < CRM_PAGE_HEADS || first >= p->count)
		return false;
	page = p->from + first * p->room;
	n = crm_le32_get(page + PG_AT_LOWER);
	*value = crm_view(page + PG_PAGE_HEAD, crm_le32_get(node));
	return crm_le64_get(page) == first &&
	    crm_le16_get(page + PG_AT_FLAGS) == PG_OVERFLOW &&
	    n <= p->count - first && value->n + PG_PAGE_HEAD <= n * p->room;
}

/* The entry where the path stands. */
static bool
read_entry(const struct walk *w, struct crm_view *key, struct crm_view *value)
{
	unsigned int leaf = w->tree->depth - 1;
	const char *node = node_of(w->spot->page[leaf], w->spot->at[leaf]);

	*key =
	    crm_view(node + PG_NODE_HEAD, crm_le16_get(node + PG_AT_KEY_SIZE));
	*value = crm_view(key->p + key->n, crm_le32_get(node));
	w->spot->tree = w->tree;
	return crm_le16_get(node + PG_AT_NODE_FLAGS) != PG_BIG ||
	    read_big(w->pages, node, value);
}

/* End a movement: nowhere when a page was damaged. */
static bool
end(const struct walk *w, bool ok, struct crm_view *key, struct crm_view *value)
{
	if (!ok) {
		w->spot->tree = NULL;
		*key = *value = CRM_VNULL;
	}
	return ok;
}

/* Prove the leaf behind the one where the path stands, or before it, and
 * stay. */
static bool
prove_beside(const struct walk *w, bool forth)
{
	struct crm_spot other = *w->spot;
	struct walk beside = { w->pages, w->tree, &other, w->apart };
	bool any;

	other.room = NULL; /* what is in them stays */
	return to_sibling(&beside, forth, &any);
}

bool
crm_tree_seek(struct crm_pages *pages, const struct crm_tree *tree,
    struct crm_spot *spot, struct crm_view at, struct crm_view *key,
    struct crm_view *value)
{
	const struct walk w = { pages, tree, spot, true };
	bool exact, any = true, ok;
	const char *leaf;
	size_t i;

	spot->tree = NULL;
	*key = *value = CRM_VNULL;
	if (tree->depth == 0)
		return true;
	if (!to_leaf(&w, at))
		return false;
	leaf = spot->page[tree->depth - 1];
	i = lower_bound(leaf, 0, at, &exact);
	spot->at[tree->depth - 1] = (uint16_t)i;
	ok = i > 0 || exact || prove_beside(&w, false);
	if (ok && i == crm_page_count(leaf))
		ok = to_sibling(&w, true, &any);
	if (ok && any)
		ok = read_entry(&w, key, value);
	return end(&w, ok, key, value);
}

bool
crm_tree_floor(struct crm_pages *pages, const struct crm_tree *tree,
    struct crm_spot *spot, struct crm_view at, bool quick, struct crm_view *key,
    struct crm_view *value)
{
	const struct walk w = { pages, tree, spot, true };
	bool exact, any = true, ok = true;
	const char *leaf;
	size_t i;

	spot->tree = NULL;
	*key = *value = CRM_VNULL;
	if (tree->depth == 0)
		return true;
	if (!to_leaf(&w, at))
		return false;
	leaf = spot->page[tree->depth - 1];
	i = lower_bound(leaf, 0, at, &exact);
	spot->at[tree->depth - 1] = (uint16_t)(exact || i == 0 ? i : i - 1);
	if (!exact && i == 0)
		ok = to_sibling(&w, false, &any);
	else if (!exact && !quick && i == crm_page_count(leaf))
		ok = prove_beside(&w, true);
	if (ok && any)
		ok = read_entry(&w, key, value);
	return end(&w, ok, key, value);
}

bool
crm_tree_get(struct crm_pages *pages, const struct crm_tree *tree,
    struct crm_view key, struct crm_view *value)
{
	struct crm_spot spot = { 0 };
	struct crm_view k;

	if (!crm_tree_seek(pages, tree, &spot, key, &k, value))
		return false;
	if (k.p == NULL || !crm_view_eq(k, key))
		*value = CRM_VNULL;
	return true;
}

static bool
go_to_edge(const struct walk *w, bool last, struct crm_view *key,
    struct crm_view *value)
{
	w->spot->tree = NULL;
	*key = *value = CRM_VNULL;
	return w->tree->depth == 0 ||
	    end(w,
		arrive_at_root(w) && to_edge(w, 0, last) &&
		    read_entry(w, key, value),
		key, value);
}

bool
crm_tree_first(struct crm_pages *pages, const struct crm_tree *tree,
    struct crm_spot *spot, struct crm_view *key, struct crm_view *value)
{
	const struct walk w = { pages, tree, spot, spot->room != NULL };

	return go_to_edge(&w, false, key, value);
}

bool
crm_tree_last(struct crm_pages *pages, const struct crm_tree *tree,
    struct crm_spot *spot, struct crm_view *key, struct crm_view *value)
{
	const struct walk w = { pages, tree, spot, spot->room != NULL };

	return go_to_edge(&w, true, key, value);
}

/* One entry on, or back. */
static bool
step(const struct walk *w, bool forth, struct crm_view *key,
    struct crm_view *value)
{
	struct crm_spot *s = w->spot;
	unsigned int leaf = w->tree->depth - 1;
	bool any = true, ok = true;

	*key = *value = CRM_VNULL;
	if (s->tree != w->tree)
		return go_to_edge(w, !forth, key, value);
	if (forth && s->at[leaf] + 1u < crm_page_count(s->page[leaf]))
		s->at[leaf]++;
	else if (!forth && s->at[leaf] > 0)
		s->at[leaf]--;
	else
		ok = to_sibling(w, forth, &any);
	if (ok && any)
		ok = read_entry(w, key, value);
	return end(w, ok, key, value);
}

bool
crm_tree_next(struct crm_pages *pages, const struct crm_tree *tree,
    struct crm_spot *spot, struct crm_view *key, struct crm_view *value)
{
	const struct walk w = { pages, tree, spot, spot->room != NULL };

	return step(&w, true, key, value);
}

bool
crm_tree_prev(struct crm_pages *pages, const struct crm_tree *tree,
    struct crm_spot *spot, struct crm_view *key, struct crm_view *value)
{
	const struct walk w = { pages, tree, spot, spot->room != NULL };

	return step(&w, false, key, value);
}

/* Of one level of branches, keys that begin with a prefix. */
struct split {
	struct crm_view prefix;
	unsigned int level;
	size_t seen;
	/* Handed out: parts - 1 of all that there are, evenly. */
	size_t all, parts;
	struct crm_view *key;
	size_t n;
};

static void
see_key(struct split *s, struct crm_view key)
{
	if (key.n < s->prefix.n ||
	    (s->prefix.n > 0 && memcmp(key.p, s->prefix.p, s->prefix.n) != 0))
		return;
	if (s->n + 1 < s->parts && s->seen >= (s->n + 1) * s->all / s->parts)
		s->key[s->n++] = key;
	s->seen++;
}

/* Is a key behind all that begin with the prefix? */
static bool
is_behind(const struct split *s, struct crm_view key)
{
	return crm_view_cmp(
		   crm_view(key.p, key.n < s->prefix.n ? key.n : s->prefix.n),
		   s->prefix) > 0;
}

/* See the keys of a branch and of those below, down to the level. */
static bool
see_branch(const struct walk *w, unsigned int level, struct split *s)
{
	const char *page = w->spot->page[level];
	size_t i, n = crm_page_count(page);

	for (i = 0; i < n; i++) {
		if (i > 0 && is_behind(s, crm_page_key(page, i)))
			break;
		if (i > 0)
			see_key(s, crm_page_key(page, i));
		if (level == s->level ||
		    (i + 1 < n &&
			crm_view_cmp(crm_page_key(page, i + 1), s->prefix) <=
			    0))
			continue;
		w->spot->at[level] = (uint16_t)i;
		if (!follow(w, level) || !see_branch(w, level + 1, s))
			return false;
	}
	return true;
}

/* How many parts of so many leaves at the least: some, that threads which are not
 * equally fast end together; more only when each is large, as each begins anew
 * and has to be put together with the others. */
static size_t
parts_of(size_t leaves, size_t least)
{
	size_t n = leaves / least, large = n / SPLIT_LARGE;

	return n < SPLIT_SOME ? n : large > SPLIT_SOME ? large : SPLIT_SOME;
}

bool
crm_tree_split(struct crm_pages *pages, const struct crm_tree *tree,
    struct crm_view prefix, size_t most, size_t least, struct crm_view *key,
    size_t *n)
{
	struct crm_spot spot = { 0 };
	const struct walk w = { pages, tree, &spot, false };
	struct split s = { .prefix = prefix, .key = key };

	*n = 0;
	if (tree->depth < 2)
		return true;
	if (!arrive_at_root(&w) || !see_branch(&w, 0, &s))
		return false;
	while (s.seen < most * SPLIT_EVEN && s.level + 2 < tree->depth) {
		s.seen = 0;
		s.level++;
		if (!see_branch(&w, 0, &s))
			return false;
	}
	s.all = s.seen;
	s.parts = s.level + 2 < tree->depth ? s.seen : parts_of(s.seen, least);
	s.parts = s.parts < most ? s.parts : most;
	s.seen = 0;
	if (s.parts > 1 && !see_branch(&w, 0, &s))
		return false;
	*n = s.n;
	return true;
}
