#include "cli/ours.h"

#include "cli/msg.h"
#include "store/assign.h"
#include "store/index.h"
#include "store/store.h"

static void
add_address(struct crm_staff *staff, struct crm_view v)
{
	if (crm_view_find(v, '@') < v.n)
		crm_staff_add(staff, v);
}

/* The values of a kind's owner, folded as the index has them; behind each the
 * next one is sought, however many records it has. */
static const struct crm_err *
add_owners(struct crm_snap *snap, const struct crm_kind *k,
    const struct crm_field *owner, struct crm_staff *staff)
{
	const struct crm_err *err;
	char key[CRM_KEY_MAX + 1];
	struct crm_walk *w;
	struct crm_entry e;
	size_t n;

	n = crm_index_group(key, k->letter, owner->num, CRM_V(""));
	err = crm_snap_walk(snap, CRM_TABLE_INDEX, &w);
	while (err == NULL) {
		err = crm_walk_group(w, crm_view(key, n), &e);
		if (err != NULL || e.prefix.p == NULL ||
		    memcmp(e.prefix.p, key, CRM_INDEX_PREFIX) != 0)
			break;
		add_address(staff, e.key);
		memcpy(key + CRM_INDEX_PREFIX, e.key.p, e.key.n);
		n = CRM_INDEX_PREFIX + e.key.n;
		key[n++] = '\1';
	}
	return err;
}

const struct crm_err *
crm_ours_gather(
    struct crm_snap *snap, const char *user, struct crm_staff *staff)
{
	const struct crm_config *c = crm_store_config(crm_snap_store(snap));
	const struct crm_err *err = NULL;
	const struct crm_field *owner;
	const struct crm_kind *k;
	size_t i, j;

	for (i = 0; i < c->nstaff; i++)
		crm_staff_add(staff, crm_view_str(c->staff[i]));
	for (i = 0; i < c->nassign; i++)
		for (j = 0; j < c->assign[i].nowners; j++)
			add_address(staff, crm_view_str(c->assign[i].owner[j]));
	add_address(staff, crm_view_str(user));
	for (i = 0; err == NULL && i < crm_schema_nkinds(c->schema); i++) {
		k = crm_schema_kind(c->schema, i);
		owner = crm_assign_field(k);
		if (owner != NULL && (owner->flags & CRM_F_INDEXED) != 0)
			err = add_owners(snap, k, owner, staff);
	}
	return err;
}

void
crm_ours_tell(struct crm_left_out left)
{
	if (left.private > 0)
		crm_msg("left out of the calendar: %llu private",
		    (unsigned long long)left.private);
	if (left.alone > 0)
		crm_msg("left out of the calendar: %llu with nobody but us "
			"(--set who=WHO takes them)",
		    (unsigned long long)left.alone);
	if (left.empty > 0)
		crm_msg("passed over: %llu row%s with nothing in %s",
		    (unsigned long long)left.empty, left.empty > 1 ? "s" : "",
		    left.empty > 1 ? "them" : "it");
}
