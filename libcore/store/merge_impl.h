/*
 * merge_impl - what the parts of merge share.
 */
#ifndef CRM_MERGE_IMPL_H
#define CRM_MERGE_IMPL_H

#include "store/merge.h"

/* Who somebody is now; 0: as before. */
struct crm_relinking {
	const struct crm_err *(*now)(void *ctx, uint64_t id, uint64_t *out);
	void *ctx;
};

/*
 * A link field's value by that.
 *
 * self    left out, of the record itself; 0: of none
 * out     in the arena; empty when nothing is left
 *
 * Sets *changed when it differs.
 */
CRM_CHECK const struct crm_err *crm_relink_value(const struct crm_relinking *,
    const struct crm_field *, struct crm_view value, uint64_t self,
    struct crm_arena *, struct crm_view *out, bool *changed);

/*
 * merge_unite.c: what the one that stays is to hold.
 *
 * from    n others, by id
 * arena   of out and what it holds
 * out     the fields that differ from what it holds, *nout of them
 */
CRM_CHECK const struct crm_err *crm_merge_unite(struct crm_snap *,
    const struct crm_relinking *, uint64_t into, const uint64_t *from, size_t n,
    struct crm_arena *arena, struct crm_slot **out, size_t *nout);

#endif
