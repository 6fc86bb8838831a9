/*
 * past_impl - what the parts of the past share.
 */
#ifndef CRM_PAST_IMPL_H
#define CRM_PAST_IMPL_H

#include "base/map.h"
#include "store/change.h"
#include "store/past.h"

/* Ids, sorted. */
struct crm_past_ids {
	uint64_t *id;
	size_t n, cap;
	bool known;
};

/* Add one behind the others, to be sorted; past.c. */
void crm_past_ids_add(struct crm_past_ids *, uint64_t id);

struct crm_past_column {
	struct crm_past_column *next;
	char kind;
	uint16_t field;
	struct crm_past_ids ids; /* of which today's index does not tell */
	struct crm_past_key {
		struct crm_view key;
		uint64_t id;
	} * key; /* what they held, sorted */
	size_t nkeys, key_cap;
	bool has_keys;
	struct crm_arena arena;
};

/* Records as they were, kept: two generations, of which the older is let go
 * when the younger is full. */
struct crm_past_cache {
	struct crm_nummap at; /* id to place in seen, from 1 */
	struct crm_past_seen {
		enum crm_presence presence;
		struct crm_view bytes;
	} * seen;
	size_t n, cap, bytes;
	struct crm_arena arena;
};

struct crm_past {
	struct crm_snap *snap;
	struct crm_as_of as_of;
	int64_t until_us, time_us;
	uint64_t *later; /* change sets that came later, sorted */
	size_t nlater, later_cap;
	/* what they added: not to be seen; or, as of an instant, records that
	 * may have been known before */
	struct crm_id_range *hidden, *late;
	size_t nhidden, hidden_cap, nlate, late_cap;
	struct crm_past_ids changed[26]; /* that they changed, by letter */
	struct crm_past_cache young, old;
	struct crm_nummap named;   /* late records that events name */
	bool has_named, named_all; /* of the newest events alone, or of all */
	struct crm_past_column *column;
	struct crm_story_list story;
	bool has_stories, has_fresh;
	struct crm_buf rollups;
	bool has_rollups;
	struct crm_total *total;
	size_t ntotals, total_cap;
	bool has_totals;
	uint64_t folds; /* customers whose rows were made one by one */
	/* walks of its own, so that those of readers stay where they are */
	struct crm_walk *walk[CRM_NTABLES];
	struct crm_story_walk *mine; /* of the story */
};

/* A walk of its own. */
CRM_CHECK const struct crm_err *crm_past_walk(
    struct crm_past *, enum crm_table, struct crm_walk **out);

/* A record as it was, whatever a reader may see of it. */
CRM_CHECK const struct crm_err *crm_past_get(struct crm_past *, uint64_t id,
    struct crm_stored *out, enum crm_presence *);

/* Is an id in a range? */
bool crm_past_in_ranges(const struct crm_id_range *, size_t n, uint64_t id);

/* past_born.c: was a record known that was entered later? */
CRM_CHECK const struct crm_err *crm_past_is_born(struct crm_past *, uint64_t id,
    const struct crm_stored *as_entered, bool *yes);

void crm_past_columns_free(struct crm_past *);

#endif
