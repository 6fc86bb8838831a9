#include "store/pages_find.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "store/pages_impl.h"

#define PAGE_USUAL 4096u
#define KEY_LONGEST 511 /* of LMDB */

/* What a page is known to be. */
enum mark {
	UNKNOWN,
	TAKEN,  /* a branch, or overflow: nothing to look for */
	OTHER,  /* a leaf of a table that does not matter */
	WANTED, /* a leaf of one that does */
	FREE,
};

struct finder {
	int fd;
	struct crm_finding *out;
	struct crm_page_head head;
	size_t room;   /* bytes of a page */
	uint64_t last; /* page */
	uint8_t *mark; /* enum mark, each */
	const char *const *others;
	char *page[PG_DEPTH_MAX];
	char *leaf; /* the page that is looked through */
	bool old;   /* which is a free one */
};

static bool
read_page(const struct finder *f, uint64_t page, char *out)
{
	return page <= f->last &&
	    crm_pread_all(f->fd, out, f->room, (int64_t)(page * f->room));
}

/* A walk of one tree: what its leaves are; what is done with each. */
struct branching {
	enum mark leaf;
	void (*entry)(struct finder *, const struct crm_page_node *, bool *ok);
	bool whole;
};

static void
walk_entries(struct finder *f, struct branching *b, const char *page, size_t n)
{
	struct crm_page_node node;
	size_t i;

	for (i = 0; b->entry != NULL && i < n; i++)
		if (crm_page_node(page, f->room, i, &node))
			b->entry(f, &node, &b->whole);
}

/*
 * Mark the pages of a tree.  A page that is reached twice is of who came
 * first, so no loop of pages is gone round twice.
 */
static void
walk(struct finder *f, struct branching *b, uint64_t number, unsigned int left)
{
	char *page = f->page[left];
	struct crm_page_node node;
	size_t n = 0, i;
	bool leaf;

	if (number < CRM_PAGE_HEADS || number > f->last ||
	    f->mark[number] != UNKNOWN) {
		b->whole = false;
		return;
	}
	f->mark[number] = left == 0 ? (uint8_t)b->leaf : TAKEN;
	f->out->reached++;
	if (read_page(f, number, page) && crm_le64_get(page) == number)
		n = crm_page_nodes(page, f->room);
	leaf = n > 0 && crm_le16_get(page + PG_AT_FLAGS) == PG_LEAF;
	if (n == 0 || leaf != (left == 0)) {
		f->out->damaged++;
		b->whole = false;
		/* of a leaf what is left is looked for; what a branch was is
		 * not known */
		if (left > 0)
			f->mark[number] = UNKNOWN;
	} else if (leaf)
		walk_entries(f, b, page, n);
	else
		for (i = 0; i < n; i++)
			if (crm_page_node(page, f->room, i, &node))
				walk(f, b, crm_page_child(node.p), left - 1);
}

static void
walk_table(struct finder *f, struct branching *b, const char *table)
{
	unsigned int depth = crm_le16_get(table + PG_AT_DEPTH);
	uint64_t root = crm_le64_get(table + PG_AT_ROOT);

	b->whole = true;
	if (depth > PG_DEPTH_MAX || (depth == 0) != (root == PG_NO_PAGE))
		b->whole = false;
	else if (depth > 0)
		walk(f, b, root, depth - 1);
}

/* Pages from one on are overflow; false: one of them is something else. */
static bool
take_overflow(struct finder *f, uint64_t first, uint64_t bytes)
{
	uint64_t n = (bytes + PG_PAGE_HEAD - 1) / f->room + 1, i;

	if (first < CRM_PAGE_HEADS || first > f->last ||
	    n > f->last - first + 1)
		return false;
	for (i = 0; i < n; i++)
		if (f->mark[first + i] != UNKNOWN && f->mark[first + i] != FREE)
			return false;
	for (i = 0; i < n; i++)
		f->mark[first + i] = TAKEN;
	return true;
}

/* A value that does not fit its page; false: it cannot be read.  Each page is
 * taken once, so many that lead to the same cost nothing. */
static bool
read_big(struct finder *f, const struct crm_page_node *node, struct crm_buf *b)
{
	uint64_t first = crm_le64_get(node->data.p);
	size_t n = crm_le32_get(node->p);
	char *to;

	if (!take_overflow(f, first, n))
		return false;
	crm_buf_reset(b);
	to = crm_buf_room(b, n);
	if (to == NULL ||
	    !crm_pread_all(
		f->fd, to, n, (int64_t)(first * f->room + PG_PAGE_HEAD)))
		return false;
	crm_buf_used(b, n);
	return true;
}

/* An entry of the list of free pages: see pages.c. */
static void
free_entry(struct finder *f, const struct crm_page_node *node, bool *ok)
{
	struct crm_buf b = CRM_BUF_INIT((size_t)1 << 32);
	struct crm_view list = node->data;
	uint64_t count, page, i;

	if (node->flags == PG_BIG)
		list = read_big(f, node, &b) ? crm_buf_view(&b) : CRM_V("");
	count = list.n >= 8 ? crm_le64_get(list.p) : 0;
	if (list.n < 8 || count > list.n / 8 - 1) {
		*ok = false;
		count = 0;
	}
	for (i = 1; i <= count; i++) {
		page = crm_le64_get(list.p + 8 * i);
		if (page > f->last)
			*ok = false;
		else if (f->mark[page] == UNKNOWN)
			f->mark[page] = FREE;
	}
	crm_buf_release(&b);
}

static void
table_entry(struct finder *f, const struct crm_page_node *node, bool *ok)
{
	struct branching b = { .leaf = WANTED };
	char table[CRM_PAGE_TABLE];
	size_t i;

	if (node->flags != PG_TABLE || node->data.n != CRM_PAGE_TABLE) {
		*ok = false;
		return;
	}
	for (i = 0; f->others[i] != NULL; i++)
		if (crm_view_is(node->key, f->others[i]))
			b.leaf = OTHER;
	memcpy(table, node->data.p, sizeof(table));
	walk_table(f, &b, table);
}

/* Names are few: they are kept while the tables behind them are walked, which
 * needs the buffers of pages. */
static void
walk_names(struct finder *f)
{
	unsigned int depth = crm_le16_get(f->head.main + PG_AT_DEPTH);
	struct branching b = { .leaf = TAKEN };
	struct crm_page_node node;
	char *names;
	uint64_t page;
	size_t n, i;

	walk_table(f, &b, f->head.main);
	if (depth != 1 || !b.whole)
		return; /* a few names fit one page */
	page = crm_le64_get(f->head.main + PG_AT_ROOT);
	names = crm_alloc(f->room);
	n = read_page(f, page, names) ? crm_page_nodes(names, f->room) : 0;
	for (i = 0; i < n; i++)
		if (crm_page_node(names, f->room, i, &node))
			table_entry(f, &node, &b.whole);
	crm_free(names);
}

static void
walk_free(struct finder *f)
{
	struct branching b = { .leaf = TAKEN, .entry = free_entry };

	walk_table(f, &b, f->head.free);
	f->out->free_known = b.whole;
}

/* Hand an entry out, when it is one. */
static const struct crm_err *
offer(struct finder *f, const struct crm_page_node *node, bool listed,
    bool *sound)
{
	struct crm_buf b = CRM_BUF_INIT((size_t)1 << 32);
	struct crm_found e = { node->key, node->data, listed, f->old };
	const struct crm_err *err = NULL;

	*sound = node->flags != PG_TABLE && node->key.n > 0 &&
	    node->key.n <= KEY_LONGEST;
	if (*sound && node->flags == PG_BIG) {
		*sound = read_big(f, node, &b);
		e.value = crm_buf_view(&b);
	}
	*sound = *sound && f->out->is_sound(e.key, e.value);
	if (*sound)
		err = f->out->found(f->out->ctx, &e);
	crm_buf_release(&b);
	return err;
}

/* Look for entries at every place of a page that could be one's. */
static const struct crm_err *
search_page(struct finder *f, const char *page)
{
	const struct crm_err *err = NULL;
	struct crm_page_node node;
	size_t at = PG_PAGE_HEAD;
	bool sound;

	while (err == NULL && at + PG_NODE_HEAD < f->room) {
		sound = false;
		if (crm_page_node_at(page, f->room, at, true, &node))
			err = offer(f, &node, false, &sound);
		at += sound ? node.bytes : 2;
	}
	return err;
}

/*
 * One page: of a sound leaf its entries, of a damaged one all that can be
 * found in it.  A page that nobody led to has to say its own number: else it
 * may be the middle of a long text that somebody wrote.
 */
static const struct crm_err *
look_at(struct finder *f, uint64_t number)
{
	bool reached = f->mark[number] == WANTED, sound;
	const struct crm_err *err = NULL;
	struct crm_page_node node;
	char *page = f->leaf;
	size_t n, i;

	if (!read_page(f, number, page)) {
		if (reached)
			f->out->damaged++;
		return NULL;
	}
	n = crm_le64_get(page) == number &&
		crm_le16_get(page + PG_AT_FLAGS) == PG_LEAF
	    ? crm_page_nodes(page, f->room)
	    : 0;
	if (n == 0 && (reached || crm_le64_get(page) == number))
		return crm_le16_get(page + PG_AT_FLAGS) == PG_BRANCH && !reached
		    ? NULL
		    : search_page(f, page);
	for (i = 0; err == NULL && i < n; i++)
		if (crm_page_node(page, f->room, i, &node))
			err = offer(f, &node, reached, &sound);
	return err;
}

/* Pages of an overflow that nobody reached are what somebody wrote. */
static uint64_t
skip_overflow(struct finder *f, uint64_t number)
{
	char head[PG_PAGE_HEAD];
	uint64_t n;

	if (f->mark[number] != UNKNOWN ||
	    !crm_pread_all(
		f->fd, head, sizeof(head), (int64_t)(number * f->room)) ||
	    crm_le64_get(head) != number ||
	    crm_le16_get(head + PG_AT_FLAGS) != PG_OVERFLOW)
		return 0;
	n = crm_le32_get(head + PG_AT_LOWER);
	return n <= f->last - number ? n : 0;
}

/* First what the tree has, so that it has the overflow pages it names; last
 * what is free. */
static const struct crm_err *
look_at_all(struct finder *f)
{
	const struct crm_err *err = NULL;
	uint64_t number;

	for (number = CRM_PAGE_HEADS; err == NULL && number <= f->last;
	     number++)
		if (f->mark[number] == WANTED)
			err = look_at(f, number);
	for (number = CRM_PAGE_HEADS; err == NULL && number <= f->last;
	     number++) {
		uint64_t skip = skip_overflow(f, number);

		if (skip > 0)
			number += skip - 1;
		else if (f->mark[number] == UNKNOWN)
			err = look_at(f, number);
	}
	f->old = true;
	for (number = CRM_PAGE_HEADS; err == NULL && number <= f->last;
	     number++)
		if (f->mark[number] == FREE)
			err = look_at(f, number);
	return err;
}

/* The head of the last commit; without one nothing is known of any page. */
static const struct crm_err *
choose_head(struct finder *f)
{
	struct crm_page_head h[CRM_PAGE_HEADS];
	struct stat st;
	bool ok[CRM_PAGE_HEADS];
	uint64_t pages;
	int i = 0;

	if (fstat(f->fd, &st) != 0)
		return crm_err_errno(CRM_E_IO, "cannot read the file");
	ok[0] = crm_pages_head(f->fd, 0, &h[0]);
	f->room = ok[0] ? h[0].page_bytes : PAGE_USUAL;
	ok[1] =
	    crm_pages_head(f->fd, f->room, &h[1]) && h[1].page_bytes == f->room;
	pages = (uint64_t)st.st_size / f->room;
	if (pages <= CRM_PAGE_HEADS)
		return crm_err(CRM_E_DATA, "the file is too short to be one");
	f->last = pages - 1;
	/* a commit makes the next head; the first one of a copy has none */
	f->out->behind = !ok[0] || !ok[1] ||
	    (h[0].commit + 1 != h[1].commit && h[1].commit + 1 != h[0].commit &&
		h[0].commit > 1);
	if (ok[0] && ok[1])
		i = h[1].commit > h[0].commit;
	else
		i = ok[1];
	if (ok[i])
		f->head = h[i];
	return NULL;
}

const struct crm_err *
crm_pages_find(int fd, const char *const *others, struct crm_finding *out)
{
	struct finder f = { .fd = fd, .out = out, .others = others };
	const struct crm_err *err;
	int i;

	out->free_known = false;
	out->reached = out->damaged = 0;
	err = choose_head(&f);
	if (err != NULL)
		return err;
	out->pages = f.last + 1;
	f.mark = crm_calloc(f.last + 1, 1);
	f.leaf = crm_alloc(f.room);
	for (i = 0; i < PG_DEPTH_MAX; i++)
		f.page[i] = crm_alloc(f.room);
	if (f.head.page_bytes != 0) {
		walk_names(&f);
		walk_free(&f);
	}
	err = look_at_all(&f);
	for (i = 0; i < PG_DEPTH_MAX; i++)
		crm_free(f.page[i]);
	crm_free(f.leaf);
	crm_free(f.mark);
	return err;
}
