/* Who gets what is added without an owner. */
#include "store/assign.h"
#include "store/batch_impl.h"

const struct crm_err *
crm_batch_leave_owner(struct crm_batch *b)
{
	const struct crm_field *f = crm_assign_field(b->rec.kind);
	const struct crm_err *err;
	struct crm_view v;
	size_t rule;

	if (f == NULL || crm_rec_get(&b->rec, f->num, &v))
		return NULL;
	err = b->o.assign(b->o.assign_ctx, b->snap, &b->rec, &rule);
	if (err != NULL || rule == SIZE_MAX)
		return err;
	crm_assign_mark(&b->rec, f, rule);
	b->want_owners = true;
	return NULL;
}
