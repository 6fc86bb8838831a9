/*
 * gather_impl - what gathering and reading share.
 */
#ifndef CRM_GATHER_IMPL_H
#define CRM_GATHER_IMPL_H

#include "base/feed.h"
#include "base/mem.h"
#include "base/runs.h"
#include "base/thread.h"
#include "record/id.h"
#include "store/gather.h"

/*
 * A group in memory.  Its postings stand in chunks of a pool, one linked to
 * the next; each posting is the zigzag difference to the id before it (of the
 * first one to its number 0), and the byte.
 */
struct crm_gather_group {
	uint32_t hash;
	uint32_t key_n;
	const char *key;
	uint64_t base; /* the first id but for its number */
	uint64_t last; /* id */
	uint32_t count;
	uint32_t first, tail; /* chunks: offsets in pool / CHUNK_ALIGN */
	uint16_t used, size;  /* bytes of the tail chunk */
	bool unsorted;
};

/*
 * Keys that begin with the same bytes, in the index those of one field, are of
 * one kin.  Where nearly each key of it is another one (addresses, numbers of
 * telephones), to look for it among the groups is in vain, and groups of one id
 * take the room of those that come again: such keys go to the runs alone.
 *
 * That is found out when groups go to the runs, so that until they do again
 * all postings of a key go one way, and its ids stay in their order.  After so
 * many of such keys it is found out anew.
 */
struct crm_gather_kin {
	uint32_t adds, groups; /* since groups went to the runs */
	bool is_rare;
};

#define CRM_GATHER_KINS ((size_t)256)
#define CRM_GATHER_KINDS 256

struct crm_gather {
	size_t memory;
	int dir;
	bool bytes;
	/* groups, and a hash table of them */
	struct crm_gather_group *group;
	size_t ngroups, group_cap;
	struct crm_gather_slot {
		uint16_t tag, group; /* number + 1; 0: free */
	} * slot;
	size_t nslots;
	struct crm_arena keys;
	size_t key_bytes;
	char *pool;
	size_t pool_n, pool_cap;
	struct crm_gather_kin kin[CRM_GATHER_KINS];
	size_t rare;  /* postings of rare keys since that was found out */
	bool learned; /* did all rare keys leave the room of groups? */
	/* runs: one entry a group and run */
	struct crm_runs *runs;
	bool spilled;
	/* Of each kind the greatest id; one came behind a greater one. */
	uint64_t newest[CRM_GATHER_KINDS];
	bool late;
	/* The last id of a part, when the next one begins with it. */
	uint64_t held;
	uint8_t held_byte;
	bool has_held;
	uint32_t *order; /* groups by key, when all are in memory */
	size_t next;
	struct crm_view run_key, run_value; /* the entry read ahead */
	struct crm_buf name;                /* of the group handed out */
	struct crm_buf packed;
	uint64_t *id;
	uint8_t *byte;
	size_t id_cap, byte_cap;
	/* Another thread sorts, and makes pieces of groups: all above the gap
	 * is its own then. */
	bool unsorted;              /* it did not begin to sort */
	struct crm_gathered making; /* the group that goes into pieces */
	size_t made;                /* of its ids */
	char apart[CRM_APART];
	struct crm_feed *feed; /* NULL: none */
	bool fresh;            /* nothing was taken from it */
	struct crm_view fed;   /* what is left of the piece at hand */
};

/* What an entry of the runs holds: a group's postings in one piece, behind a flag for "not sorted", the base
 * and their count. */
#define CRM_PACK_HEAD 13
#define CRM_PACK_ALONE 9 /* id and byte: shorter than a pack, one posting */

/* Put the postings of a group into g->packed. */
void crm_gather_pack(struct crm_gather *, const struct crm_gather_group *);

/* Write the groups that are in memory as a run. */
CRM_CHECK const struct crm_err *crm_gather_spill(struct crm_gather *);

#endif
