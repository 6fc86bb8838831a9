#include "store/pages_impl.h"

#include <errno.h>
#include <stdio.h>

#include "base/io.h"
#include "base/mem.h"

#define NAME_BYTES 31
#define FAULTS_MAX 100

/* Tables that the tree of names has, to be walked when it is done: the
 * buffers of pages are in use until then. */
struct names {
	struct {
		char name[NAME_BYTES + 1];
		char table[CRM_PAGE_TABLE];
	} * item;
	size_t n, cap;
};

struct proving {
	int fd;
	struct crm_page_head head, other;
	struct names names;
	uint8_t *used; /* a bit a page */
	bool other_root_replaced;
	void (*fault)(void *ctx, const char *what);
	void *ctx;
	unsigned int faults;
	char *page[PG_DEPTH_MAX +
	    1]; /* a buffer a level; the last for overflow */
};

/* What was found in a table. */
struct found {
	uint64_t branches, leaves, overflows, entries;
};

/* Which table is being walked, and what is done with its values. */
struct tree {
	const char *name;
	bool integer_keys; /* of free pages */
	bool of_tables;    /* of names */
	const struct crm_err *(*entry)(struct proving *, struct crm_view key,
	    const char *node, struct crm_view data);
	struct found found;
};

/* Keys of a subtree are not below 'from' and below 'to' (p NULL: no limit). */
struct bounds {
	struct crm_view from, to;
};

static void CRM_PRINTF(2, 3) fault(struct proving *p, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	if (++p->faults > FAULTS_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->fault(p->ctx, text);
}

/* Note that a page is used; false when it cannot be, or is already. */
static bool
use(struct proving *p, uint64_t page, const char *by)
{
	uint8_t bit = (uint8_t)(1u << page % 8);

	if (page < CRM_PAGE_HEADS || page > p->head.last) {
		fault(p, "%s: there is no page %llu", by,
		    (unsigned long long)page);
		return false;
	}
	if ((p->used[page / 8] & bit) != 0) {
		fault(p, "%s: page %llu is used twice", by,
		    (unsigned long long)page);
		return false;
	}
	p->used[page / 8] |= bit;
	return true;
}

/* Read n bytes of a page on; false: told of. */
static bool
read_page(struct proving *p, uint64_t page, char *out, size_t n)
{
	if (!crm_pread_all(
		p->fd, out, n, (int64_t)(page * p->head.page_bytes))) {
		fault(p, "page %llu cannot be read: %s",
		    (unsigned long long)page,
		    errno == 0 ? "the file ends before it" : "I/O error");
		return false;
	}
	if (crm_le64_get(out) != page) {
		fault(p,
		    "page %llu is not what should be there: lost, or written "
		    "over",
		    (unsigned long long)page);
		return false;
	}
	return true;
}

static int
cmp_keys(const struct tree *t, struct crm_view a, struct crm_view b)
{
	uint64_t x, y;

	if (!t->integer_keys || a.n != 8 || b.n != 8)
		return crm_view_cmp(a, b);
	x = crm_le64_get(a.p);
	y = crm_le64_get(b.p);
	return x < y ? -1 : x > y;
}

/* The number of nodes of a page of a tree; 0: it is none, told of. */
static size_t
open_page(
    struct proving *p, const struct tree *t, uint64_t number, const char *page)
{
	size_t n = crm_page_nodes(page, p->head.page_bytes);

	if (n > 0)
		return n;
	fault(
	    p, "%s: page %llu is damaged", t->name, (unsigned long long)number);
	return 0;
}

static void
misplaced(struct proving *p, const struct tree *t, uint64_t page)
{
	fault(p, "%s: page %llu has keys out of order or out of place", t->name,
	    (unsigned long long)page);
}

/* Overflow pages hold the data of one node. */
static void
check_big(struct proving *p, struct tree *t, const struct crm_page_node *node)
{
	char *page = p->page[PG_DEPTH_MAX];
	uint64_t first = crm_le64_get(node->data.p), need, n, i;

	need = ((uint64_t)crm_le32_get(node->p) + PG_PAGE_HEAD - 1) /
		p->head.page_bytes +
	    1;
	if (!use(p, first, t->name) || !read_page(p, first, page, PG_PAGE_HEAD))
		return;
	n = crm_le32_get(page + PG_AT_LOWER);
	if (crm_le16_get(page + PG_AT_FLAGS) != PG_OVERFLOW || n < need ||
	    n - 1 > p->head.last - first) {
		fault(p, "%s: page %llu is damaged", t->name,
		    (unsigned long long)first);
		return;
	}
	for (i = 1; i < n; i++)
		(void)use(p, first + i, t->name);
	t->found.overflows += n;
}

static bool
is_within(const struct tree *t, struct crm_view key, const struct bounds *in)
{
	return (in->from.p == NULL || cmp_keys(t, key, in->from) >= 0) &&
	    (in->to.p == NULL || cmp_keys(t, key, in->to) < 0);
}

static const struct crm_err *
walk_leaf(struct proving *p, struct tree *t, uint64_t number, size_t n,
    const char *page, const struct bounds *in)
{
	const struct crm_err *err = NULL;
	struct crm_page_node node, last;
	size_t i;

	t->found.leaves++;
	for (i = 0; err == NULL && i < n; i++) {
		(void)crm_page_node(page, p->head.page_bytes, i, &node);
		if ((i > 0 && cmp_keys(t, node.key, last.key) <= 0) ||
		    !is_within(t, node.key, in)) {
			misplaced(p, t, number);
			break;
		}
		if ((node.flags == PG_TABLE) != t->of_tables) {
			fault(p, "%s: page %llu has an entry of another sort",
			    t->name, (unsigned long long)number);
			break;
		}
		last = node;
		t->found.entries++;
		if (node.flags == PG_BIG)
			check_big(p, t, &node);
		if (t->entry != NULL)
			err = t->entry(p, node.key, node.p, node.data);
	}
	return err;
}

static const struct crm_err *
walk_tree(struct proving *p, struct tree *t, uint64_t number, unsigned int at,
    unsigned int depth, const struct bounds *in)
{
	const struct crm_err *err = NULL;
	char *page = p->page[at];
	struct crm_page_node node, next;
	size_t n, i;

	if (!use(p, number, t->name) ||
	    !read_page(p, number, page, p->head.page_bytes))
		return NULL;
	n = open_page(p, t, number, page);
	if (n == 0)
		return NULL;
	if ((crm_le16_get(page + PG_AT_FLAGS) == PG_LEAF) !=
	    (at + 1 == depth)) {
		fault(p, "%s: page %llu is not at the right depth", t->name,
		    (unsigned long long)number);
		return NULL;
	}
	if (at + 1 == depth)
		return walk_leaf(p, t, number, n, page, in);
	t->found.branches++;
	for (i = 0; err == NULL && i < n; i++) {
		struct bounds b = *in;

		(void)crm_page_node(page, p->head.page_bytes, i, &node);
		if (i > 0) /* the first one's key is not looked at */
			b.from = node.key;
		if (i > 0 && !is_within(t, node.key, in)) {
			misplaced(p, t, number);
			break;
		}
		if (i + 1 < n) {
			(void)crm_page_node(
			    page, p->head.page_bytes, i + 1, &next);
			b.to = next.key;
		}
		err =
		    walk_tree(p, t, crm_page_child(node.p), at + 1, depth, &b);
	}
	return err;
}

/* A table as it says it is. */
static const struct crm_err *
walk_table(struct proving *p, struct tree *t, const char *table)
{
	const struct crm_err *err = NULL;
	struct bounds all = { CRM_VNULL, CRM_VNULL };
	unsigned int depth = crm_le16_get(table + PG_AT_DEPTH);
	uint64_t root = crm_le64_get(table + PG_AT_ROOT);
	const struct found *f = &t->found;

	if (crm_le16_get(table + PG_AT_TABLE_FLAGS) !=
	    (t->integer_keys ? PG_INTEGER_KEYS : 0))
		fault(p, "%s: is of another sort", t->name);
	if (depth > PG_DEPTH_MAX || (depth == 0) != (root == PG_NO_PAGE))
		fault(p, "%s: a wrong depth", t->name);
	else if (depth > 0)
		err = walk_tree(p, t, root, 0, depth, &all);
	if (p->faults == 0 &&
	    (f->branches != crm_le64_get(table + PG_AT_BRANCHES) ||
		f->leaves != crm_le64_get(table + PG_AT_LEAVES) ||
		f->overflows != crm_le64_get(table + PG_AT_OVERFLOWS) ||
		f->entries != crm_le64_get(table + PG_AT_ENTRIES)))
		fault(p, "%s: wrong counts of pages or entries", t->name);
	return err;
}

/* A list of free pages: count u64, page u64 each, the highest first. */
static void
use_free(struct proving *p, uint64_t commit, const char *list, size_t n)
{
	uint64_t count = n >= 8 ? crm_le64_get(list) : 0, i, page;
	uint64_t last = UINT64_MAX;

	if (n < 8 || count > n / 8 - 1) {
		fault(p, "free pages: a list is damaged");
		return;
	}
	for (i = 1; i <= count; i++) {
		page = crm_le64_get(list + 8 * i);
		if (page >= last) {
			fault(p, "free pages: a list is damaged");
			return;
		}
		last = page;
		(void)use(p, page, "free pages");
		if (commit == p->head.commit &&
		    page == crm_le64_get(p->other.main + PG_AT_ROOT))
			p->other_root_replaced = true;
	}
}

static const struct crm_err *
free_entry(struct proving *p, struct crm_view key, const char *node,
    struct crm_view data)
{
	size_t n = crm_le32_get(node);
	uint64_t commit = key.n == 8 ? crm_le64_get(key.p) : 0;
	char *list;

	if (commit == 0 || commit > p->head.commit) {
		fault(p, "free pages: a list of a commit that never was");
		return NULL;
	}
	if (crm_le16_get(node + PG_AT_NODE_FLAGS) != PG_BIG) {
		use_free(p, commit, data.p, data.n);
		return NULL;
	}
	list = crm_alloc(n);
	if (crm_pread_all(p->fd, list, n,
		(int64_t)(crm_le64_get(data.p) * p->head.page_bytes +
		    PG_PAGE_HEAD)))
		use_free(p, commit, list, n);
	else
		fault(p, "free pages: a list cannot be read");
	crm_free(list);
	return NULL;
}

static const struct crm_err *
main_entry(struct proving *p, struct crm_view key, const char *node,
    struct crm_view data)
{
	struct names *names = &p->names;

	(void)node;
	if (data.n != CRM_PAGE_TABLE || key.n == 0 || key.n > NAME_BYTES) {
		fault(p, "names: an entry is no table");
		return NULL;
	}
	names->item = crm_grow(
	    names->item, &names->cap, names->n + 1, sizeof(*names->item));
	memset(&names->item[names->n], 0, sizeof(*names->item));
	memcpy(names->item[names->n].table, data.p, CRM_PAGE_TABLE);
	memcpy(names->item[names->n++].name, key.p, key.n);
	return NULL;
}

static void
check_unused(struct proving *p)
{
	uint64_t page, lost = 0;

	for (page = CRM_PAGE_HEADS; page <= p->head.last; page++)
		lost += (p->used[page / 8] >> page % 8 & 1) == 0;
	if (lost > 0)
		fault(p, "%llu pages are neither used nor free",
		    (unsigned long long)lost);
}

/*
 * The head that LMDB chose is that of the last commit when the other one is
 * of the commit before, whose root was replaced then.  A damaged head makes
 * LMDB fall back silently to the state before.
 */
static void
check_heads(struct proving *p)
{
	if (p->head.commit <= 1)
		return; /* new, or a copy: there is no other one yet */
	if (p->other.commit + 1 != p->head.commit || !p->other_root_replaced)
		fault(p, "a head is damaged: the newest changes may be lost");
}

static const struct crm_err *
check_all(struct proving *p)
{
	struct tree free = {
		.name = "free pages", .integer_keys = true, .entry = free_entry
	};
	struct tree main = {
		.name = "names", .of_tables = true, .entry = main_entry
	};
	const struct crm_err *err;
	size_t i;

	err = walk_table(p, &free, p->head.free);
	if (err == NULL)
		err = walk_table(p, &main, p->head.main);
	for (i = 0; err == NULL && i < p->names.n; i++) {
		struct tree t = { .name = p->names.item[i].name };

		err = walk_table(p, &t, p->names.item[i].table);
	}
	if (err == NULL && p->faults == 0) {
		check_unused(p);
		check_heads(p);
	}
	return err;
}

const struct crm_err *
crm_pages_check(int fd, uint64_t commit,
    void (*fault_fn)(void *ctx, const char *what), void *ctx, bool *looked)
{
	struct proving p = { .fd = fd, .fault = fault_fn, .ctx = ctx };
	const struct crm_err *err;
	struct crm_page_head head[CRM_PAGE_HEADS], again[CRM_PAGE_HEADS];
	size_t i, mine;

	*looked = true;
	if (!crm_pages_heads(fd, head) || !crm_pages_heads(fd, again))
		return NULL;
	/* somebody may be writing one of them */
	mine = head[0].commit == commit ? 0 : 1;
	*looked = head[mine].commit == commit &&
	    head[1 - mine].commit <= commit &&
	    memcmp(head, again, sizeof(head)) == 0;
	if (!*looked)
		return NULL;
	p.head = head[mine];
	p.other = head[1 - mine];
	if (!crm_pages_are_plausible(fd)) {
		fault(&p, "a head is damaged: there are not so many pages");
		return NULL;
	}
	p.used = crm_calloc(p.head.last / 8 + 1, 1);
	for (i = 0; i <= PG_DEPTH_MAX; i++)
		p.page[i] = crm_alloc(p.head.page_bytes);
	err = check_all(&p);
	for (i = 0; i <= PG_DEPTH_MAX; i++)
		crm_free(p.page[i]);
	crm_free(p.names.item);
	crm_free(p.used);
	return err;
}
