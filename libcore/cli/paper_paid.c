/* What was paid of an invoice. */
#include "base/mem.h"
#include "cli/paper_impl.h"
#include "query/compute.h"
#include "record/value.h"
#include "store/store.h"

void
crm_paper_paid_release(struct crm_paper_paid *p)
{
	crm_free(p->payment);
	memset(p, 0, sizeof(*p));
}

static bool
has(const uint64_t *id, size_t n, uint64_t event)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (id[i] == event)
			return true;
	return false;
}

static void
add_payment(struct crm_paper_paid *p, struct crm_zone *zone,
    const struct crm_open_invoice *pay, int64_t minor)
{
	p->payment =
	    crm_grow(p->payment, &p->cap, p->n + 1, sizeof(*p->payment));
	p->payment[p->n++] =
	    (struct crm_paper_payment){ .day = crm_zone_date(zone, pay->at_us),
		    .credit = pay->minor < 0,
		    .minor = minor };
}

/* Take what settled the invoices that a paper is made of. */
static const struct crm_err *
take(struct crm_paper_paid *p, struct crm_snap *snap, const uint64_t *id,
    size_t n, const struct crm_bills *b)
{
	struct crm_zone *zone = crm_store_config(crm_snap_store(snap))->zone;
	bool ok = true;
	size_t i;

	for (i = 0; i < b->ninv; i++)
		if (has(id, n, b->inv[i].event)) {
			ok = ok &&
			    crm_add_i64(p->open, b->inv[i].left, &p->open);
			p->found = true;
		}
	for (i = 0; i < b->nsettled; i++) {
		const struct crm_settled *s = &b->settled[i];

		/* a credit note under the same number is a line of it */
		if (has(id, n, b->inv[s->inv].event) &&
		    !has(id, n, b->pay[s->pay].event))
			add_payment(p, zone, &b->pay[s->pay], s->minor);
	}
	return ok ? NULL : crm_err(CRM_E_DATA, "the sum is too large");
}

const struct crm_err *
crm_paper_paid(struct crm_snap *snap, const uint64_t *id, size_t n,
    struct crm_paper_paid *out)
{
	struct crm_arena arena = CRM_ARENA_INIT;
	struct crm_firms *firms = crm_firms_new(snap);
	struct crm_bills bills = { 0 };
	const struct crm_err *err = NULL;
	enum crm_presence presence;
	struct crm_stored r;
	struct crm_many m;
	struct crm_view v;
	uint64_t who, last = 0;
	size_t i;

	out->n = 0;
	out->open = 0;
	out->found = false;
	for (i = 0; err == NULL && i < n; i++) {
		err = crm_snap_get(snap, id[i], &r, &presence);
		if (err != NULL || presence != CRM_LIVE ||
		    !crm_stored_get(&r, CRM_EVENT_WHO, &v))
			continue;
		crm_many_begin(&m, v, true);
		if (!crm_many_next(&m, &v))
			continue;
		who = crm_link_get(v);
		if (who == last) /* its bills are taken, all of them */
			continue;
		last = who;
		err = crm_bills_settle(firms, who, &arena, &bills);
		if (err == NULL)
			err = take(out, snap, id, n, &bills);
		crm_bills_release(&bills);
		crm_arena_reset(&arena);
	}
	crm_firms_free(firms);
	crm_arena_release(&arena);
	return err;
}
