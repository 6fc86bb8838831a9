/* Which invoices are open. */
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "query/compute.h"
#include "record/value.h"
#include "record/word.h"
#include "store/store.h"

/* What an invoice is worth and when it is due; what a payment pays. */
static const struct crm_err *
read_bill(struct crm_snap *snap, const struct crm_story *s, struct crm_arena *a,
    struct crm_open_invoice *out)
{
	struct crm_zone *zone = crm_store_config(crm_snap_store(snap))->zone;
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored e;
	struct crm_view v;

	out->at_us = s->at_us;
	out->paid_us = INT64_MIN;
	out->due = crm_zone_date(zone, s->at_us);
	out->minor = out->left = s->minor;
	out->currency = s->currency;
	out->event = s->event;
	out->doc = "";
	out->payer = 0;
	out->elsewhere = 0;
	err = crm_snap_get_beside(snap, s->event, &e, &p);
	if (err != NULL || p != CRM_LIVE)
		return err;
	if (crm_stored_get(&e, CRM_EVENT_DOC, &v))
		out->doc = crm_arena_dup(a, v.p, v.n);
	if (crm_stored_get(&e, CRM_EVENT_DUE, &v))
		(void)crm_value_get_date(v, &out->due);
	return NULL;
}

void
crm_bills_pay(struct crm_bills *b, size_t inv, size_t pay)
{
	struct crm_open_invoice *i = &b->inv[inv], *p = &b->pay[pay];
	int64_t paid = i->left < p->left ? i->left : p->left;
	int64_t at_us = p->at_us > i->at_us ? p->at_us : i->at_us;

	if (paid <= 0)
		return;
	i->left -= paid;
	p->left -= paid;
	if (at_us > i->paid_us)
		i->paid_us = at_us;
	b->settled = crm_grow(
	    b->settled, &b->settled_cap, b->nsettled + 1, sizeof(*b->settled));
	b->settled[b->nsettled++] = (struct crm_settled){ inv, pay, paid };
}

/* Gather the invoices and the payments (and credit notes) of a story. */
static const struct crm_err *
gather_bills(struct crm_snap *snap, uint64_t who, struct crm_arena *a,
    struct crm_bills *b)
{
	const struct crm_err *err;
	struct crm_open_invoice bill;
	struct crm_story_walk *w;
	struct crm_story s;
	uint8_t what;

	err = crm_snap_story(snap, &w);
	if (err == NULL)
		err = crm_story_seek(w, who, INT64_MIN, &s);
	for (; err == NULL && s.who == who;
	     err = err == NULL ? crm_story_next(w, &s) : err) {
		what = s.what & CRM_WHAT_WORD;
		if ((s.what & CRM_WHAT_ALSO) != 0 ||
		    crm_what_is_contact(what) ||
		    (what != CRM_W_INVOICE && what != CRM_W_PAYMENT))
			continue;
		err = read_bill(snap, &s, a, &bill);
		if (what == CRM_W_INVOICE && s.minor >= 0) {
			b->inv = crm_grow(
			    b->inv, &b->inv_cap, b->ninv + 1, sizeof(*b->inv));
			b->inv[b->ninv++] = bill;
			continue;
		}
		if (what == CRM_W_INVOICE)
			bill.left =
			    bill.left > -INT64_MAX ? -bill.left : INT64_MAX;
		b->pay =
		    crm_grow(b->pay, &b->pay_cap, b->npay + 1, sizeof(*b->pay));
		b->pay[b->npay++] = bill;
	}
	return err;
}

/* Invoices by currency and doc, in the order of time. */
static int
cmp_docs(const void *x, const void *y)
{
	const struct crm_open_invoice *a = *(struct crm_open_invoice *const *)x;
	const struct crm_open_invoice *b = *(struct crm_open_invoice *const *)y;
	int c = (int)a->currency - (int)b->currency;

	if (c == 0)
		c = strcmp(a->doc, b->doc);
	return c != 0 ? c : a < b ? -1 : a > b;
}

/* The first invoice of a payment's currency and doc. */
static size_t
find_doc(struct crm_open_invoice *const *by_doc, size_t n,
    const struct crm_open_invoice *pay)
{
	size_t lo = 0, hi = n, mid;
	int c;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		c = (int)by_doc[mid]->currency - (int)pay->currency;
		if (c == 0)
			c = strcmp(by_doc[mid]->doc, pay->doc);
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* First, payments pay the invoices that they name. */
static void
pay_by_doc(struct crm_bills *b)
{
	struct crm_open_invoice **by_doc =
	    crm_calloc(b->ninv, sizeof(struct crm_open_invoice *));
	size_t i, j;

	for (i = 0; i < b->ninv; i++)
		by_doc[i] = &b->inv[i];
	if (b->ninv > 0)
		qsort(by_doc, b->ninv, sizeof(struct crm_open_invoice *),
		    cmp_docs);
	for (i = 0; i < b->npay; i++) {
		struct crm_open_invoice *p = &b->pay[i];

		if (p->doc[0] == '\0')
			continue;
		for (j = find_doc(by_doc, b->ninv, p); j < b->ninv &&
		     p->left > 0 && by_doc[j]->currency == p->currency &&
		     strcmp(by_doc[j]->doc, p->doc) == 0;
		     j++)
			crm_bills_pay(b, (size_t)(by_doc[j] - b->inv), i);
	}
	crm_free(by_doc);
}

/* Then the oldest ones. */
static void
pay_oldest(struct crm_bills *b)
{
	size_t next[256] = { 0 }, i, *j; /* by currency: not paid yet */

	for (i = 0; i < b->npay; i++) {
		struct crm_open_invoice *p = &b->pay[i];

		for (j = &next[p->currency]; p->left > 0 && *j < b->ninv;
		     (*j)++) {
			if (b->inv[*j].currency == p->currency)
				crm_bills_pay(b, *j, i);
			if (p->left == 0)
				break;
		}
	}
}

const struct crm_err *
crm_bills_own(struct crm_snap *snap, uint64_t who, struct crm_arena *a,
    struct crm_bills *out)
{
	const struct crm_err *err;

	memset(out, 0, sizeof(*out));
	err = gather_bills(snap, who, a, out);
	if (err == NULL)
		pay_by_doc(out);
	return err;
}

const struct crm_err *
crm_bills_settle(struct crm_firms *firms, uint64_t who, struct crm_arena *a,
    struct crm_bills *out)
{
	const struct crm_err *err =
	    crm_bills_own(crm_firms_snap(firms), who, a, out);

	if (err == NULL)
		err = crm_bills_settle_firm(firms, who, a, out);
	if (err == NULL)
		pay_oldest(out);
	return err;
}

void
crm_bills_release(struct crm_bills *b)
{
	crm_free(b->inv);
	crm_free(b->pay);
	crm_free(b->settled);
}

const struct crm_err *
crm_open_invoices(struct crm_firms *firms, uint64_t who, struct crm_arena *a,
    struct crm_open_invoice **out, size_t *n)
{
	struct crm_bills b;
	const struct crm_err *err = crm_bills_settle(firms, who, a, &b);
	size_t i, k = 0;

	*n = 0;
	*out = crm_arena_alloc(a, (b.ninv + 1) * sizeof(**out));
	for (i = 0; err == NULL && i < b.ninv; i++)
		if (b.inv[i].left > 0)
			(*out)[k++] = b.inv[i];
	*n = k;
	crm_bills_release(&b);
	return err;
}

const struct crm_err *
crm_late_invoices(const struct crm_config *config, struct crm_date today,
    const struct crm_open_invoice *inv, size_t n, int64_t *out)
{
	int64_t late[256] = { 0 }; /* by currency */
	const struct crm_err *err = NULL;
	size_t i;

	*out = 0;
	for (i = 0; i < n; i++)
		if (crm_date_days(inv[i].due) < crm_date_days(today) &&
		    !crm_add_i64(late[inv[i].currency], inv[i].left,
			&late[inv[i].currency]))
			return crm_err(
			    CRM_E_DATA, "a sum of money is too large");
	for (i = 0; err == NULL && i < 256; i++)
		if (late[i] != 0)
			err = crm_config_add(config, late[i], (uint8_t)i, out);
	return err;
}

/* Does a paid invoice stand for its number rather than another paid one? */
static bool
is_later(const struct crm_open_invoice *a, const struct crm_open_invoice *b)
{
	return a->left <= 0 && b->left <= 0 && a->paid_us > b->paid_us;
}

void
crm_bills_count(const struct crm_bills *b, uint8_t *counts)
{
	const struct crm_open_invoice *inv = b->inv;
	struct crm_map by_doc = CRM_MAP_INIT;
	struct crm_buf key = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	uint64_t *at, none;
	size_t i, was;

	for (i = 0; i < b->ninv; i++) {
		bool open = inv[i].left > 0;

		counts[i] = 0;
		if (!open && inv[i].paid_us == INT64_MIN)
			continue; /* of nothing */
		none = 0;
		at = &none;
		if (inv[i].doc[0] != '\0') {
			crm_buf_reset(&key);
			crm_buf_addc(&key, (char)inv[i].currency);
			crm_buf_adds(&key, inv[i].doc);
			at = crm_map_at(&by_doc, crm_buf_view(&key), NULL);
		}
		was =
		    (size_t)*at; /* the place, and 1, of the one that counts */
		if (was > 0 && (!open || counts[was - 1] == CRM_COUNTS_OPEN) &&
		    !is_later(&inv[i], &inv[was - 1]))
			continue;
		if (was > 0)
			counts[was - 1] = 0;
		counts[i] = open ? CRM_COUNTS_OPEN : CRM_COUNTS_PAID;
		*at = i + 1;
	}
	crm_map_release(&by_doc);
	crm_buf_release(&key);
}
