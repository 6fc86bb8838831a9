/*
 * pages_walk - reading LMDB's trees by hand, each page proved before it is
 * believed.
 *
 * LMDB goes where a page leads it.  A branch that lost an entry, a separator
 * that changed, a page in another's place: it says that there is no such key,
 * or dies.  Here a page is looked at when a walk comes to it: that it is the
 * page it should be, of the right sort at its depth, whole, and that its first
 * and last keys are between those that its branch says.  Where a search ends
 * at the edge of a leaf the neighbour is proved too: so a separator of a branch
 * that changed, in order or not, is found by whoever it leads to the wrong side
 * of it, since one of the two leaves has keys on both its sides.
 *
 * A page that was proved is remembered for the snapshot, with the node that
 * led to it: another node may say otherwise of it.
 *
 * The first touch of a page of the file's map costs a fault, which maps the
 * sixteen around it too: right for who has time and goes on there, dear for a
 * single page, some 4 us and as much again when the map is let go of.  So a page
 * that a search leads to is read by itself, for a tenth of that, and kept for the
 * snapshot, as long as these are few.  A walk over much of a table brings rooms
 * for what it reads: one page for what lies apart, more at once the longer it
 * goes from leaf to leaf, which is no dearer than to map them.  When that was done
 * so often that to map the whole tree had been as cheap, the map it is.
 */
#ifndef CRM_PAGES_WALK_H
#define CRM_PAGES_WALK_H

#include "base/buf.h"

#define CRM_TREE_DEPTH 32    /* as LMDB's own cursors */
#define CRM_PROVEN_LEAVES 64 /* remembered */
#define CRM_PROVEN_BRANCHES 256
#define CRM_KEPT_MAX 256 /* pages read by themselves that stay */

/* A page where it was read, and the byte of the file that led to it. */
struct crm_proven {
	const char *page; /* NULL: none */
	uint64_t via;
};

/* The pages of a snapshot; zeroed, then: */
struct crm_pages {
	const char *from; /* page 0 in the file's map */
	uint64_t count;   /* how many can be read */
	size_t room;      /* bytes of each */
	int fd;           /* the file; -1: all is read in the map */
	struct crm_proven leaf[CRM_PROVEN_LEAVES];
	struct crm_proven branch[CRM_PROVEN_BRANCHES];
	struct crm_kept *kept; /* NULL: none yet */
	uint64_t apart;        /* times that walks read into their rooms */
};

struct crm_tree {
	uint64_t root;
	unsigned int depth; /* 0: empty */
	uint64_t leaves;    /* as it says: nothing but speed rests on it */
};

/* Room for a page that a walk comes to, of a leaf for those behind it, too;
 * zeroed: nothing is in it. */
struct crm_room {
	char *page; /* free with crm_free() */
	uint64_t number;
	size_t n; /* from there on */
	struct crm_proven proven;
};

/* Where a walk stands; zeroed: nowhere. */
struct crm_spot {
	const struct crm_tree *tree; /* NULL: nowhere */
	const char *page[CRM_TREE_DEPTH];
	uint16_t at[CRM_TREE_DEPTH];
	/* CRM_TREE_DEPTH of them; NULL: none, what it reads stays as long as the
	 * snapshot. */
	struct crm_room *room;
};

/* Let go of the pages that were kept: views of them die. */
void crm_pages_release(struct crm_pages *);

/* Read what LMDB says of a tree: its entry in the table of names; false: it
 * cannot be. */
bool crm_tree_read(struct crm_view entry, struct crm_tree *out);

/*
 * Go to the first key not below a key; to the first, the last, the next, the
 * previous one.  Next from nowhere is the first one, previous the last.
 *
 * key  p is NULL when there is none: seek is nowhere then, next and previous
 *      stay where they are.  Views of a spot that has rooms die when it moves
 *
 * False: a page is damaged; the walk is nowhere then.
 * Cost: a binary search a level; a page met for the first time some 10
 * instructions for each of its entries.
 */
CRM_CHECK bool crm_tree_seek(struct crm_pages *, const struct crm_tree *,
    struct crm_spot *, struct crm_view at, struct crm_view *key,
    struct crm_view *value);
/*
 * Go to the last key not above a key, as above.
 *
 * quick   do not prove the neighbour when that is the last key of a leaf: the
 *         one looked for may be there after all.  For who finds out from the
 *         value whether it is the right one
 */
CRM_CHECK bool crm_tree_floor(struct crm_pages *, const struct crm_tree *,
    struct crm_spot *, struct crm_view at, bool quick, struct crm_view *key,
    struct crm_view *value);
CRM_CHECK bool crm_tree_first(struct crm_pages *, const struct crm_tree *,
    struct crm_spot *, struct crm_view *key, struct crm_view *value);
CRM_CHECK bool crm_tree_last(struct crm_pages *, const struct crm_tree *,
    struct crm_spot *, struct crm_view *key, struct crm_view *value);
CRM_CHECK bool crm_tree_next(struct crm_pages *, const struct crm_tree *,
    struct crm_spot *, struct crm_view *key, struct crm_view *value);
CRM_CHECK bool crm_tree_prev(struct crm_pages *, const struct crm_tree *,
    struct crm_spot *, struct crm_view *key, struct crm_view *value);

/*
 * Keys that cut what begins with a prefix into parts of about the same size:
 * some of those by which branches lead to it.  Which ones they are settles
 * nothing but how even the parts are.
 *
 * most    parts, 1 at the least: key has room for one less
 * least   leaves of a part; where they are many it has up to four times as
 *         many
 * n       of keys; in order, dead as views are
 *
 * False as above.  Cost: the branches of one or two levels.
 */
CRM_CHECK bool crm_tree_split(struct crm_pages *, const struct crm_tree *,
    struct crm_view prefix, size_t most, size_t least, struct crm_view *key,
    size_t *n);

/* The value of a key; p is NULL when there is none.  False as above. */
CRM_CHECK bool crm_tree_get(struct crm_pages *, const struct crm_tree *,
    struct crm_view key, struct crm_view *value);

#endif
