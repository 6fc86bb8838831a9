/* What an organisation pays of the invoices of its people. */
#include "base/mem.h"
#include "query/compute.h"
#include "query/query.h"
#include "record/kinds.h"
#include "record/value.h"
#include "store/store.h"

/* The organisation of a person, or 0. */
static const struct crm_err *
firm_of(struct crm_snap *snap, uint64_t who, uint64_t *out)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_view v;

	*out = 0;
	if (crm_id_kind(who) != 'p')
		return NULL;
	err = crm_snap_get(snap, who, &r, &p);
	if (err == NULL && p == CRM_LIVE &&
	    crm_stored_get(&r, CRM_PERSON_ORG, &v))
		*out = crm_link_get(v);
	return err;
}

static bool
is_of(const struct crm_open_invoice *a, const struct crm_open_invoice *b)
{
	return a->left > 0 && b->left > 0 && a->doc[0] != '\0' &&
	    a->currency == b->currency && strcmp(a->doc, b->doc) == 0;
}

/* The events that are invoices of a number. */
static const struct crm_err *
find_invoices(struct crm_snap *snap, const char *doc, uint64_t **id, size_t *n)
{
	struct crm_clock clock = { .week_start = 1 };
	struct crm_query_ctx qc = { .snap = snap, .clock = &clock };
	struct crm_buf number = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	const char *arg[3] = { "event", "what:invoice", NULL };
	const struct crm_err *err;
	struct crm_query *q = NULL;

	*id = NULL;
	*n = 0;
	clock.zone = crm_store_config(crm_snap_store(snap))->zone;
	crm_buf_addf(&number, "doc:=%s", doc);
	arg[2] = number.p;
	err = crm_query_parse(&qc, arg, 3, true, &q, NULL);
	if (err == NULL)
		err = crm_query_ids(q, id, n);
	crm_query_free(q);
	crm_buf_release(&number);
	return err;
}

/* Note in the bills of a person that the firm paid a part of one. */
static void
note_paid(struct crm_bills *b, struct crm_open_invoice *inv, uint64_t firm,
    const struct crm_open_invoice *pay, int64_t minor)
{
	struct crm_open_invoice other = *pay;

	other.payer = firm;
	other.minor = minor;
	other.left = minor;
	b->pay = crm_grow(b->pay, &b->pay_cap, b->npay + 1, sizeof(*b->pay));
	b->pay[b->npay++] = other;
	crm_bills_pay(b, (size_t)(inv - b->inv), b->npay - 1);
}

/*
 * Pay with what is left of a firm's payments the invoices of one of its people
 * that have their numbers.
 *
 * b      the person's
 * firm   whose payments pay are
 */
static void
pay_for(struct crm_bills *b, uint64_t firm, struct crm_bills *pay,
    const struct crm_open_invoice *like)
{
	struct crm_open_invoice *inv, *p;
	int64_t minor;
	size_t i, j;

	for (i = 0; i < b->ninv; i++)
		for (j = 0; j < pay->npay; j++) {
			inv = &b->inv[i];
			p = &pay->pay[j];
			if (!is_of(inv, p) || strcmp(p->doc, like->doc) != 0)
				continue;
			minor = inv->left < p->left ? inv->left : p->left;
			p->left -= minor;
			p->elsewhere += minor;
			note_paid(b, inv, firm, p, minor);
		}
}

/*
 * Share what a firm paid under a number among those of its people who have
 * invoices of it, in the order of these.
 *
 * who    whose bills b are: the firm, when b is pay, or one of the people
 */
static const struct crm_err *
share(struct crm_snap *snap, uint64_t firm, struct crm_bills *pay,
    const struct crm_open_invoice *like, uint64_t who, struct crm_bills *b)
{
	struct crm_arena arena = CRM_ARENA_INIT;
	struct crm_bills other = { 0 };
	const struct crm_err *err;
	uint64_t *id, whose, of, last = 0;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_many m;
	struct crm_view v;
	size_t n, i;

	err = find_invoices(snap, like->doc, &id, &n);
	for (i = 0; err == NULL && i < n && like->left > 0; i++) {
		err = crm_snap_get(snap, id[i], &r, &p);
		if (err != NULL || p != CRM_LIVE ||
		    !crm_stored_get(&r, CRM_EVENT_WHO, &v))
			continue;
		crm_many_begin(&m, v, true);
		if (!crm_many_next(&m, &v))
			continue;
		whose = crm_link_get(v);
		err = firm_of(snap, whose, &of);
		if (err != NULL || of != firm || whose == last)
			continue;
		last = whose;
		if (whose == who) {
			pay_for(b, firm, pay, like);
			continue;
		}
		err = crm_bills_own(snap, whose, &arena, &other);
		if (err == NULL)
			pay_for(&other, firm, pay, like);
		crm_bills_release(&other);
	}
	crm_free(id);
	crm_arena_release(&arena);
	return err;
}

/* Does somebody have an open invoice of a payment's number? */
static bool
wants(const struct crm_bills *b, const struct crm_open_invoice *pay)
{
	size_t i;

	for (i = 0; i < b->ninv; i++)
		if (is_of(&b->inv[i], pay))
			return true;
	return false;
}

/* Is there an open invoice with a number? */
static bool
has_open(const struct crm_bills *b)
{
	size_t i;

	for (i = 0; i < b->ninv; i++)
		if (b->inv[i].left > 0 && b->inv[i].doc[0] != '\0')
			return true;
	return false;
}

const struct crm_err *
crm_bills_settle_firm(struct crm_snap *snap, uint64_t who,
    struct crm_arena *arena, struct crm_bills *b)
{
	struct crm_bills firms = { 0 }, *pay = b;
	uint64_t firm = crm_id_kind(who) == 'o' ? who : 0;
	const struct crm_err *err = NULL;
	size_t i;

	if (firm == 0 && has_open(b)) {
		err = firm_of(snap, who, &firm);
		if (err == NULL && firm != 0)
			err = crm_bills_own(snap, firm, arena, &firms);
		pay = &firms;
	}
	for (i = 0; err == NULL && firm != 0 && i < pay->npay; i++) {
		const struct crm_open_invoice *p = &pay->pay[i];

		/* a credit note is of the invoices of its own customer */
		if (p->left > 0 && p->minor > 0 && p->doc[0] != '\0' &&
		    (pay == b || wants(b, p)))
			err = share(snap, firm, pay, p, who, b);
	}
	crm_bills_release(&firms);
	return err;
}
