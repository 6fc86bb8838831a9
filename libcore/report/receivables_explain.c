/* receivables --explain: which payment settled which invoice. */
#include "report/receivables.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "report/explain.h"

#define LISTED 12    /* of what settled one thing; then, how many more */
#define DOC_WIDTH 60 /* columns of a number that are shown */
#define NONE SIZE_MAX

/* What was settled as chains: of each invoice, or of each payment, the place
 * of the first and behind each place that of the next; NONE ends it. */
struct chains {
	size_t *first, *next;
};

struct work {
	struct crm_report_run *r;
	const struct crm_bills *b;
	int32_t today;
	struct chains of_inv, of_pay;
	struct crm_buf name, list;
};

static void
make_chains(struct work *w)
{
	const struct crm_bills *b = w->b;
	size_t i, *first;

	w->of_inv.first = crm_calloc(b->ninv + 1, sizeof(size_t));
	w->of_inv.next = crm_calloc(b->nsettled + 1, sizeof(size_t));
	w->of_pay.first = crm_calloc(b->npay + 1, sizeof(size_t));
	w->of_pay.next = crm_calloc(b->nsettled + 1, sizeof(size_t));
	for (i = 0; i < b->ninv; i++)
		w->of_inv.first[i] = NONE;
	for (i = 0; i < b->npay; i++)
		w->of_pay.first[i] = NONE;
	for (i = b->nsettled; i-- > 0;) {
		first = &w->of_inv.first[b->settled[i].inv];
		w->of_inv.next[i] = *first;
		*first = i;
		first = &w->of_pay.first[b->settled[i].pay];
		w->of_pay.next[i] = *first;
		*first = i;
	}
}

static const char *
day_of(const struct work *w, const struct crm_open_invoice *b,
    char out[CRM_EXPLAIN_TEXT])
{
	return crm_day_text(out, crm_report_day(w->r, b->at_us));
}

/* "invoice F1", "payment of 2026-03-02": by its doc, else its day. */
static const char *
bill_name(struct work *w, const char *what, const struct crm_open_invoice *b)
{
	char d[CRM_EXPLAIN_TEXT];

	crm_buf_reset(&w->name);
	if (b->doc[0] != '\0')
		crm_buf_addf(&w->name, "%s %.*s", what,
		    CRM_VARG(
			crm_utf8_cut(crm_view_str(b->doc), DOC_WIDTH, NULL)));
	else
		crm_buf_addf(&w->name, "%s of %s", what, day_of(w, b, d));
	return w->name.p;
}

static const char *
payment_name(struct work *w, const struct crm_open_invoice *b)
{
	return bill_name(w, b->minor < 0 ? "credit note" : "payment", b);
}

/* "10.00 by payment F2 on 2026-02-10" */
static void
add_payment(struct work *w, const struct crm_settled *s)
{
	const struct crm_open_invoice *pay = &w->b->pay[s->pay];
	char text[CRM_EXPLAIN_TEXT], id[CRM_ID_TEXT];

	crm_buf_addf(&w->list, "%s by %s",
	    crm_amount_text(w->r, text, s->minor, pay->currency),
	    payment_name(w, pay));
	if (pay->payer != 0)
		crm_buf_addf(&w->list, " by %s", crm_id_text(pay->payer, id));
	if (pay->doc[0] != '\0')
		crm_buf_addf(&w->list, " on %s", day_of(w, pay, text));
}

/* "10.00 of invoice F1" */
static void
add_invoice(struct work *w, const struct crm_settled *s)
{
	const struct crm_open_invoice *inv = &w->b->inv[s->inv];
	char text[CRM_EXPLAIN_TEXT];

	crm_buf_addf(&w->list, "%s of %s",
	    crm_amount_text(w->r, text, s->minor, inv->currency),
	    bill_name(w, "invoice", inv));
}

/* List what settled the i-th, or what it settled, behind what is listed. */
static const char *
list(struct work *w, const struct chains *of, size_t i,
    void (*add)(struct work *, const struct crm_settled *))
{
	size_t at, n = 0;

	for (at = of->first[i]; at != NONE; at = of->next[at]) {
		if (n++ >= LISTED)
			continue;
		if (w->list.n > 0)
			crm_buf_adds(&w->list, ", ");
		add(w, &w->b->settled[at]);
	}
	if (n > LISTED)
		crm_buf_addf(&w->list, " and %zu more", n - LISTED);
	return w->list.n > 0 ? w->list.p : "nothing";
}

static void
explain_invoice(struct work *w, size_t i)
{
	const struct crm_open_invoice *v = &w->b->inv[i];
	char d[CRM_EXPLAIN_TEXT], a[CRM_EXPLAIN_TEXT];
	int32_t due = crm_date_days(v->due);
	const char *paid;

	crm_explain_money(
	    w->r, bill_name(w, "invoice", v), v->minor, v->currency);
	crm_buf_reset(&w->list);
	paid = list(w, &w->of_inv, i, add_payment);
	(void)crm_day_text(d, due);
	(void)crm_amount_text(w->r, a, v->left, v->currency);
	if (v->left > 0 && due < w->today)
		crm_explain_how(w->r,
		    "to be paid by %s; paid: %s; open: %s, %d days late", d,
		    paid, a, w->today - due);
	else
		crm_explain_how(
		    w->r, "to be paid by %s; paid: %s; open: %s", d, paid, a);
}

static void
explain_payment(struct work *w, size_t i)
{
	const struct crm_open_invoice *v = &w->b->pay[i];
	char d[CRM_EXPLAIN_TEXT], a[CRM_EXPLAIN_TEXT];
	const char *settles;

	crm_explain_money(w->r, payment_name(w, v), v->minor, v->currency);
	crm_buf_reset(&w->list);
	if (v->elsewhere > 0)
		crm_buf_addf(&w->list, "%s of %s of people of theirs",
		    crm_amount_text(w->r, a, v->elsewhere, v->currency),
		    bill_name(w, "invoice", v));
	settles = list(w, &w->of_pay, i, add_invoice);
	crm_explain_how(w->r, "of %s; settles: %s; left: %s", day_of(w, v, d),
	    settles, crm_amount_text(w->r, a, v->left, v->currency));
}

void
crm_receivables_explain(
    struct crm_report_run *r, int32_t today, const struct crm_bills *b)
{
	struct work w = { .r = r,
		.b = b,
		.today = today,
		.name = CRM_BUF_INIT(CRM_LINE_MAX),
		.list = CRM_BUF_INIT(CRM_LINE_MAX) };
	size_t i;

	make_chains(&w);
	for (i = 0; i < b->ninv; i++)
		explain_invoice(&w, i);
	for (i = 0; i < b->npay; i++)
		if (b->pay[i].payer == 0)
			explain_payment(&w, i);
	crm_free(w.of_inv.first);
	crm_free(w.of_inv.next);
	crm_free(w.of_pay.first);
	crm_free(w.of_pay.next);
	crm_buf_release(&w.name);
	crm_buf_release(&w.list);
}
