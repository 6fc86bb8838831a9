/* What an organisation pays of the invoices of its people. */
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "query/compute.h"
#include "query/query.h"
#include "record/kinds.h"
#include "record/value.h"
#include "store/store.h"
#include "store/who.h"

/* A payment of a firm of which something was left. */
struct payment {
	struct crm_open_invoice bill;
	size_t place; /* among all of the firm's */
};

/* What it pays of an invoice of one of the firm's people. */
struct part {
	uint64_t event; /* the invoice */
	size_t pay;     /* the payment, a place in struct firm */
	int64_t minor;
};

/* Who the firm's people are, of those that were met. */
enum { OTHER = 1, OURS };

struct firm {
	uint64_t id;
	/* by doc and then by time; of the first of a doc, whether all of it
	 * was shared out */
	struct payment *pay;
	bool *shared;
	size_t npay;
	struct crm_nummap met; /* people: OTHER, OURS */
	/* the open invoices of its people that were met; event: place and 1 */
	struct crm_open_invoice *inv;
	size_t ninv, inv_cap;
	struct crm_nummap inv_of;
	/* those of one invoice follow each other; event: the first and 1 */
	struct part *part;
	size_t nparts, part_cap;
	struct crm_nummap part_of;
};

struct crm_firms {
	struct crm_snap *snap;
	struct firm **firm;
	size_t n, cap;
	struct crm_nummap at;   /* firm: its place and 1 */
	struct crm_arena texts; /* that are kept */
	struct crm_arena all;   /* of the bills at hand */
};

struct crm_firms *
crm_firms_new(struct crm_snap *snap)
{
	struct crm_firms *fs = crm_calloc(1, sizeof(*fs));

	fs->snap = snap;
	return fs;
}

static void
free_firm(struct firm *f)
{
	crm_free(f->pay);
	crm_free(f->shared);
	crm_free(f->inv);
	crm_free(f->part);
	crm_nummap_release(&f->met);
	crm_nummap_release(&f->inv_of);
	crm_nummap_release(&f->part_of);
	crm_free(f);
}

void
crm_firms_free(struct crm_firms *fs)
{
	size_t i;

	if (fs == NULL)
		return;
	for (i = 0; i < fs->n; i++)
		free_firm(fs->firm[i]);
	crm_free(fs->firm);
	crm_nummap_release(&fs->at);
	crm_arena_release(&fs->texts);
	crm_arena_release(&fs->all);
	crm_free(fs);
}

struct crm_snap *
crm_firms_snap(const struct crm_firms *fs)
{
	return fs->snap;
}

/* The same bill, whose text is kept. */
static struct crm_open_invoice
keep(struct crm_firms *fs, const struct crm_open_invoice *bill)
{
	struct crm_open_invoice out = *bill;

	out.doc = crm_arena_dup(&fs->texts, out.doc, strlen(out.doc));
	return out;
}

/* By doc, then by time. */
static int
cmp_pay(const void *x, const void *y)
{
	const struct payment *a = x, *b = y;
	int c = strcmp(a->bill.doc, b->bill.doc);

	return c != 0 ? c : a->place < b->place ? -1 : a->place > b->place;
}

/* May a payment pay for others? */
static bool
is_left(const struct crm_open_invoice *p)
{
	/* a credit note is of the invoices of its own customer */
	return p->left > 0 && p->minor > 0 && p->doc[0] != '\0';
}

/* Take of a firm's own bills the payments that may pay for others. */
static void
take_payments(struct crm_firms *fs, struct firm *f, const struct crm_bills *own)
{
	size_t i, n = 0;

	for (i = 0; i < own->npay; i++)
		n += is_left(&own->pay[i]);
	if (n == 0)
		return;
	f->pay = crm_calloc(n, sizeof(*f->pay));
	f->shared = crm_calloc(n, sizeof(*f->shared));
	for (i = 0; i < own->npay; i++)
		if (is_left(&own->pay[i]))
			f->pay[f->npay++] =
			    (struct payment){ keep(fs, &own->pay[i]), i };
	qsort(f->pay, n, sizeof(*f->pay), cmp_pay);
}

/*
 * A firm.
 *
 * own     its own bills, if they are there
 */
static const struct crm_err *
get_firm(struct crm_firms *fs, uint64_t id, const struct crm_bills *own,
    struct firm **out)
{
	uint64_t *at = crm_nummap_get(&fs->at, id);
	struct crm_bills bills = { 0 };
	const struct crm_err *err = NULL;
	struct firm *f;

	if (at != NULL) {
		*out = fs->firm[*at - 1];
		return NULL;
	}
	f = crm_calloc(1, sizeof(*f));
	f->id = id;
	if (own == NULL) {
		crm_arena_reset(&fs->all);
		err = crm_bills_own(fs->snap, id, &fs->all, &bills);
		own = &bills;
	}
	if (err == NULL)
		take_payments(fs, f, own);
	crm_bills_release(&bills);
	if (err != NULL) {
		free_firm(f);
		return err;
	}
	fs->firm =
	    crm_grow(fs->firm, &fs->cap, fs->n + 1, sizeof(struct firm *));
	fs->firm[fs->n++] = *out = f;
	*crm_nummap_at(&fs->at, id, NULL) = fs->n;
	return NULL;
}

/* The first payment of a doc, npay when there is none. */
static size_t
find_doc(const struct firm *f, const char *doc)
{
	size_t lo = 0, hi = f->npay, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(f->pay[mid].bill.doc, doc) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < f->npay && strcmp(f->pay[lo].bill.doc, doc) == 0 ? lo
								     : f->npay;
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

/* Somebody who was not met yet: when they are of the firm, their open invoices
 * of numbers are noted, their own payments taken off. */
static const struct crm_err *
meet(struct crm_firms *fs, struct firm *f, uint64_t who)
{
	const struct crm_err *err;
	struct crm_bills b = { 0 };
	uint64_t firm;
	size_t i;

	err = crm_who_org(fs->snap, who, &firm);
	if (err != NULL)
		return err;
	*crm_nummap_at(&f->met, who, NULL) = firm == f->id ? OURS : OTHER;
	if (firm != f->id)
		return NULL;
	crm_arena_reset(&fs->all);
	err = crm_bills_own(fs->snap, who, &fs->all, &b);
	for (i = 0; err == NULL && i < b.ninv; i++) {
		if (b.inv[i].left <= 0 || b.inv[i].doc[0] == '\0')
			continue;
		f->inv =
		    crm_grow(f->inv, &f->inv_cap, f->ninv + 1, sizeof(*f->inv));
		f->inv[f->ninv++] = keep(fs, &b.inv[i]);
		*crm_nummap_at(&f->inv_of, b.inv[i].event, NULL) = f->ninv;
	}
	crm_bills_release(&b);
	return err;
}

/* Whoever an invoice is of, meet them. */
static const struct crm_err *
meet_whose(struct crm_firms *fs, struct firm *f, uint64_t event)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_many m;
	struct crm_view v;
	uint64_t who;

	err = crm_snap_get_beside(fs->snap, event, &r, &p);
	if (err != NULL || p != CRM_LIVE ||
	    !crm_stored_get(&r, CRM_EVENT_WHO, &v))
		return err;
	crm_many_begin(&m, v, true);
	if (!crm_many_next(&m, &v))
		return NULL;
	who = crm_link_get(v);
	return crm_nummap_get(&f->met, who) != NULL ? NULL : meet(fs, f, who);
}

/* In the order of time, of one moment as they were logged. */
static int
cmp_inv(const void *x, const void *y)
{
	const struct crm_open_invoice *a = *(struct crm_open_invoice *const *)x;
	const struct crm_open_invoice *b = *(struct crm_open_invoice *const *)y;

	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	return a->event < b->event ? -1 : a->event > b->event;
}

/* Pay an invoice with what is left of the payments of its number. */
static void
pay_part(struct firm *f, struct crm_open_invoice *inv, size_t first)
{
	struct crm_open_invoice *p;
	int64_t minor;
	size_t i;

	for (i = first; inv->left > 0 && i < f->npay; i++) {
		p = &f->pay[i].bill;
		if (strcmp(p->doc, inv->doc) != 0)
			break;
		if (p->left == 0 || p->currency != inv->currency)
			continue;
		minor = inv->left < p->left ? inv->left : p->left;
		inv->left -= minor;
		p->left -= minor;
		p->elsewhere += minor;
		f->part = crm_grow(
		    f->part, &f->part_cap, f->nparts + 1, sizeof(*f->part));
		f->part[f->nparts++] = (struct part){ inv->event, i, minor };
		if (crm_nummap_get(&f->part_of, inv->event) == NULL)
			*crm_nummap_at(&f->part_of, inv->event, NULL) =
			    f->nparts;
	}
}

/*
 * Share what a firm paid under a number among its people who have open
 * invoices of it, the oldest first.
 *
 * first    the first payment of that number
 */
static const struct crm_err *
share(struct crm_firms *fs, struct firm *f, size_t first)
{
	const char *doc = f->pay[first].bill.doc;
	struct crm_open_invoice **inv;
	const struct crm_err *err;
	uint64_t *id, *at;
	size_t n, i, k = 0;

	if (f->shared[first])
		return NULL;
	err = find_invoices(fs->snap, doc, &id, &n);
	for (i = 0; err == NULL && i < n; i++)
		if (crm_nummap_get(&f->inv_of, id[i]) == NULL)
			err = meet_whose(fs, f, id[i]);
	inv = crm_calloc(n, sizeof(struct crm_open_invoice *));
	for (i = 0; err == NULL && i < n; i++) {
		at = crm_nummap_get(&f->inv_of, id[i]);
		if (at != NULL && strcmp(f->inv[*at - 1].doc, doc) == 0)
			inv[k++] = &f->inv[*at - 1];
	}
	if (k > 0)
		qsort(inv, k, sizeof(struct crm_open_invoice *), cmp_inv);
	for (i = 0; i < k; i++)
		pay_part(f, inv[i], first);
	f->shared[first] = err == NULL;
	crm_free(inv);
	crm_free(id);
	return err;
}

/* Of a firm: what is left when its people are paid for. */
static const struct crm_err *
settle_own(struct crm_firms *fs, uint64_t who, struct crm_bills *b)
{
	const struct crm_err *err;
	struct firm *f;
	size_t i;

	err = get_firm(fs, who, b, &f);
	if (err != NULL)
		return err;
	for (i = 0; err == NULL && i < f->npay; i++)
		if (i == 0 ||
		    strcmp(f->pay[i].bill.doc, f->pay[i - 1].bill.doc) != 0)
			err = share(fs, f, i);
	for (i = 0; err == NULL && i < f->npay; i++) {
		struct crm_open_invoice *p = &b->pay[f->pay[i].place];

		p->left = f->pay[i].bill.left;
		p->elsewhere = f->pay[i].bill.elsewhere;
	}
	return err;
}

/* Note in the bills of a person what the firm paid of an invoice. */
static void
note_paid(struct crm_arena *arena, struct crm_bills *b, size_t inv,
    const struct firm *f)
{
	uint64_t event = b->inv[inv].event;
	uint64_t *at = crm_nummap_get(&f->part_of, event);
	struct crm_open_invoice pay;
	size_t i;

	for (i = at != NULL ? (size_t)*at - 1 : f->nparts;
	     i < f->nparts && f->part[i].event == event; i++) {
		pay = f->pay[f->part[i].pay].bill;
		pay.payer = f->id;
		pay.minor = pay.left = f->part[i].minor;
		pay.doc = crm_arena_dup(arena, pay.doc, strlen(pay.doc));
		b->pay =
		    crm_grow(b->pay, &b->pay_cap, b->npay + 1, sizeof(*b->pay));
		b->pay[b->npay++] = pay;
		crm_bills_pay(b, inv, b->npay - 1);
	}
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
crm_bills_settle_firm(struct crm_firms *fs, uint64_t who,
    struct crm_arena *arena, struct crm_bills *b)
{
	const struct crm_err *err;
	struct firm *f;
	uint64_t firm;
	size_t i, first;

	if (crm_id_kind(who) == 'o')
		return settle_own(fs, who, b);
	if (!has_open(b))
		return NULL;
	err = crm_who_org(fs->snap, who, &firm);
	if (err != NULL || firm == 0)
		return err;
	err = get_firm(fs, firm, NULL, &f);
	for (i = 0; err == NULL && i < b->ninv; i++) {
		if (b->inv[i].left <= 0 || b->inv[i].doc[0] == '\0')
			continue;
		first = find_doc(f, b->inv[i].doc);
		if (first == f->npay)
			continue;
		err = share(fs, f, first);
		if (err == NULL)
			note_paid(arena, b, i, f);
	}
	return err;
}
