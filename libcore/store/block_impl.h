/*
 * block_impl - what the two halves of the block module share.
 */
#ifndef CRM_BLOCK_IMPL_H
#define CRM_BLOCK_IMPL_H

#include "store/block.h"

#define CRM_BLOCK_VERSION 1

/* What a block may hold, entries of any size. */
#define CRM_BLOCK_MAX ((size_t)64 << 20)

/* A block whose head was checked. */
struct crm_block {
	const struct crm_form *form;
	struct crm_view key;
	const uint8_t *body;
	size_t n;       /* bytes of body */
	uint32_t count; /* entries */
	uint64_t base;  /* HEAP: what its entries' numbers are counted from */
};

/* One entry: FIXED and POSTING have a, HEAP and POSTING have id. */
struct crm_ent {
	struct crm_view a; /* FIXED: key behind the prefix; POSTING: group */
	uint64_t id;
	struct crm_view value;
};

/* A position between entries: goes forward only. */
struct crm_block_pos {
	uint32_t i;    /* entries before it */
	size_t at;     /* offset in body (POSTING) */
	uint64_t left; /* ids of the group not handed out yet */
	struct crm_view group;
	uint64_t id; /* the last one handed out */
};

/* The number in a HEAP key, 5 bytes; 0 where the key is cut. */
uint64_t crm_block_base(const struct crm_form *, struct crm_view key);

/* What the ids of a POSTING group have in common: their kind. */
uint64_t crm_block_kind(
    const struct crm_form *, struct crm_view prefix, struct crm_view group);

/* An entry that waits to be put into a block: where its bytes are.  Those of
 * one group share its name. */
struct crm_pending {
	size_t a, a_n, value, value_n; /* offsets and lengths */
	uint64_t id;
	size_t size; /* bytes it needs behind the one before it */
};

static inline size_t
crm_varint_size(uint64_t v)
{
	size_t n = 1;

	for (; v >= 0x80; v >>= 7)
		n++;
	return n;
}

/*
 * Encode n entries as the block of a key.
 *
 * bytes   what the entries' offsets are in
 * out     emptied first; it fails when they do not fit
 */
void crm_block_encode(const struct crm_form *, struct crm_view key,
    const char *bytes, const struct crm_pending *, size_t n,
    struct crm_buf *out);

/*
 * Check the head of a block.  Fails with DATA.
 *
 * room    gets the entries of a packed one, and is dead when that is.
 *         Borrowed, CRM_BUF_INIT(CRM_BLOCK_MAX) at first
 */
CRM_CHECK const struct crm_err *crm_block_open(const struct crm_form *,
    struct crm_view key, struct crm_view value, struct crm_buf *room,
    struct crm_block *out);

/*
 * Pack an encoded block.
 *
 * Returns false when that does not make it shorter.
 */
bool crm_block_pack(
    struct crm_view key, const struct crm_buf *block, struct crm_buf *out);

/* The entries of a packed block, whose head was checked and is left out.
 * Fails with DATA. */
CRM_CHECK const struct crm_err *crm_block_unpack(
    struct crm_view key, struct crm_view packed, struct crm_buf *out);

/*
 * Step to the next entry.
 *
 * Returns 1, 0 at the end, -1 when the block cannot be read.
 */
int crm_block_step(
    const struct crm_block *, struct crm_block_pos *, struct crm_ent *out);

/*
 * POSTING: read the head of the next group, then all of its ids; false: they
 * cannot be read.
 *
 * byte    of forms with a value byte: one an id
 *
 * At most what is left of the count of the block may be asked for.
 */
bool crm_block_group(const struct crm_block *, struct crm_block_pos *);
bool crm_block_ids(const struct crm_block *, struct crm_block_pos *,
    uint64_t *id, uint8_t *byte);

/*
 * The same with the numbers of the ids less a base, of forms without values.
 *
 * number  gets pos->left of them; false too when they are not near the base
 */
bool crm_block_numbers(const struct crm_block *, struct crm_block_pos *pos,
    int64_t base, int32_t *number);

/* The i-th entry of a HEAP or FIXED block; false when it cannot be read. */
bool crm_block_at(const struct crm_block *, uint32_t i, struct crm_ent *out);

/* Order of entries of one prefix. */
int crm_ent_cmp(const struct crm_ent *, const struct crm_ent *);

/* Take a full key apart; false when it is none of this form. */
bool crm_ent_parse(
    const struct crm_form *, struct crm_view key, struct crm_ent *out);

/* Put a full key together again: prefix and entry; returns its length. */
size_t crm_ent_key(const struct crm_form *, struct crm_view prefix,
    const struct crm_ent *, char out[CRM_KEY_MAX]);

/* The key of a prefix's first block: zeros behind the prefix. */
size_t crm_block_first_key(
    const struct crm_form *, struct crm_view prefix, char out[CRM_KEY_MAX]);

/* What the readers share: a position in a table. */

/* The groups of a POSTING block, when they are wanted whole. */
struct crm_group_at {
	struct crm_view name;
	uint32_t from, n; /* its ids */
};

struct crm_walk {
	struct crm_cur *cur;
	const struct crm_form *form;
	struct crm_block b;
	struct crm_buf room; /* for its entries, when it is packed */
	bool loaded;
	uint32_t i; /* the entry at hand */
	/* POSTING: all entries of the block */
	uint64_t *id;
	uint8_t *byte;
	struct crm_group_at *group;
	size_t id_cap, byte_cap, group_cap, ngroups;
	size_t g; /* the group at hand */
	/* the group that crm_walk_ids() goes through */
	char want[CRM_KEY_MAX];
	size_t want_n;
	bool want_more;
	bool fresh; /* the group at hand was not handed out yet */
};

static inline struct crm_view
crm_walk_prefix(const struct crm_walk *w)
{
	return crm_view(w->b.key.p, w->form->prefix);
}

/* Is the block at hand of the same prefix as a key? */
static inline bool
crm_walk_same_prefix(const struct crm_walk *w, struct crm_view key)
{
	return w->loaded && key.n >= w->form->prefix &&
	    (w->form->prefix == 0 ||
		memcmp(w->b.key.p, key.p, w->form->prefix) == 0);
}

/*
 * Have the processor fetch what stands in the next page while this block is
 * read: what is behind it in the table mostly stands there, and the processor
 * itself does not look over the end of a page.  Nothing comes of a wrong
 * address.
 */
#define CRM_PAGE 4096
#define CRM_CACHE_LINE 64
static inline void
crm_walk_read_ahead(struct crm_view block)
{
	uintptr_t next = (uintptr_t)block.p + CRM_PAGE;
	size_t i;

	for (i = 0; i < block.n; i += CRM_CACHE_LINE)
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		__builtin_prefetch((const void *)(next + i));
}

/* Load the block in which a key has to be, or the one behind it. */
CRM_CHECK const struct crm_err *crm_walk_seek_block(
    struct crm_walk *, struct crm_view key);
CRM_CHECK const struct crm_err *crm_walk_next_block(struct crm_walk *);

/* Take a POSTING block apart. */
CRM_CHECK const struct crm_err *crm_walk_unpack(struct crm_walk *);

const struct crm_err *crm_block_damaged(struct crm_view key, const char *what);

#endif
