/*
 * A journal of ledger and hledger: invoices, payments, purchases and refunds.
 *
 * The two sides of our money stay apart, as "balance" and "spent" are:
 *
 *	purchase   assets:unbilled                to  income:sales
 *	refund     income:sales                   to  assets:unbilled
 *	invoice    assets:receivable:NAME ID      to  assets:unbilled
 *	payment    assets:bank                    to  assets:receivable:NAME ID
 *
 * so that receivable is balance, sales are revenue, and unbilled is what was
 * sold and not billed.  The tax of purchases and refunds is liabilities:tax.
 */
#include "base/map.h"
#include "format/writer_impl.h"
#include "record/value.h"

#define UNBILLED "assets:unbilled"
#define BANK "assets:bank"
#define SALES "income:sales"
#define TAX "liabilities:tax"
#define RECEIVABLE "assets:receivable"

struct crm_ledger {
	struct crm_map known; /* accounts and commodities that are declared */
	struct crm_buf text[CRM_LEDGER_COLUMNS]; /* the row at hand */
	struct crm_buf account;
};

struct crm_ledger *
crm_ledger_new(void)
{
	struct crm_ledger *l = crm_calloc(1, sizeof(*l));
	size_t i;

	for (i = 0; i < CRM_LEDGER_COLUMNS; i++)
		l->text[i].max = CRM_LINE_MAX * 2;
	l->account.max = CRM_LINE_MAX * 2;
	return l;
}

void
crm_ledger_free(struct crm_ledger *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < CRM_LEDGER_COLUMNS; i++)
		crm_buf_release(&l->text[i]);
	crm_buf_release(&l->account);
	crm_map_release(&l->known);
	crm_free(l);
}

static struct crm_view
text(const struct crm_ledger *l, enum crm_ledger_column c)
{
	return crm_buf_view(&l->text[c]);
}

/*
 * Add words that mean nothing to the journal: what would part an account, end a
 * description or begin a comment becomes '-', white space one blank.
 */
static void
add_words(struct crm_buf *b, struct crm_view v)
{
	bool blank = false;
	size_t i, from = b->n;
	unsigned char c;

	for (i = 0; i < v.n; i++) {
		c = (unsigned char)v.p[i];
		if (c <= 0x20 || c == 0x7f) {
			blank = b->n > from;
			continue;
		}
		if (blank)
			crm_buf_addc(b, ' ');
		blank = false;
		crm_buf_addc(b,
		    memchr(":;|()[]{}=@\"*!", c, 15) != NULL ? '-' : (char)c);
	}
}

static bool
is_new(struct crm_ledger *l, struct crm_view key)
{
	bool added;

	(void)crm_map_at(&l->known, key, &added);
	return added;
}

/* Declare an account, once. */
static void
declare(struct crm_ledger *l, struct crm_buf *b, const char *account)
{
	if (is_new(l, crm_view_str(account)))
		crm_buf_addf(b, "account %s\n", account);
}

/* Declare the currency, with as many decimals as the amount has. */
static void
declare_currency(struct crm_ledger *l, struct crm_buf *b)
{
	struct crm_view amount = text(l, CRM_LEDGER_AMOUNT);
	struct crm_view code = text(l, CRM_LEDGER_CURRENCY);
	size_t dot = crm_view_find(amount, '.'), i;

	if (!is_new(l, code))
		return;
	crm_buf_addf(b, "commodity %.*s\n", CRM_VARG(code));
	if (dot < amount.n) { /* ledger takes no "1000." */
		crm_buf_adds(b, "    format 1000.");
		for (i = dot + 1; i < amount.n; i++)
			crm_buf_addc(b, '0');
		crm_buf_addf(b, " %.*s\n", CRM_VARG(code));
	}
}

static void
add_posting(const struct crm_ledger *l, struct crm_buf *b, const char *account,
    struct crm_view amount, bool negative)
{
	crm_buf_addf(b, "    %s  ", account);
	if (amount.p[0] == '-') {
		amount = crm_view_skip(amount, 1);
		negative = !negative;
	}
	crm_buf_addf(b, "%s%.*s %.*s\n", negative ? "-" : "", CRM_VARG(amount),
	    CRM_VARG(text(l, CRM_LEDGER_CURRENCY)));
}

static void
add_head(const struct crm_ledger *l, struct crm_buf *b)
{
	struct crm_view doc = text(l, CRM_LEDGER_DOC);

	crm_buf_addf(b, "%.*s ", CRM_VARG(text(l, CRM_LEDGER_DAY)));
	if (doc.n > 0) {
		crm_buf_addc(b, '(');
		add_words(b, doc);
		crm_buf_adds(b, ") ");
	}
	add_words(b, text(l, CRM_LEDGER_NAME));
	crm_buf_addf(b, " | %.*s", CRM_VARG(text(l, CRM_LEDGER_WHAT)));
	if (l->text[CRM_LEDGER_TEXT].n > 0) {
		crm_buf_addc(b, ' ');
		add_words(b, text(l, CRM_LEDGER_TEXT));
	}
	crm_buf_addf(b, "  ; id: %.*s\n", CRM_VARG(text(l, CRM_LEDGER_ID)));
}

/* The texts of the row: of many values the first, who bears the money. */
static void
read_row(struct crm_ledger *l, const struct crm_column *col,
    const struct crm_value *v, size_t n)
{
	struct crm_many m;
	struct crm_view one;
	size_t i;

	for (i = 0; i < CRM_LEDGER_COLUMNS; i++)
		crm_buf_reset(&l->text[i]);
	for (i = 0; i < n; i++) {
		const struct crm_field *f = col[v[i].col].field;

		crm_many_begin(&m, v[i].value,
		    (f->flags & CRM_F_MANY) != 0 && !v[i].is_text);
		if (!crm_many_next(&m, &one))
			continue;
		if (v[i].is_text)
			crm_buf_addv(&l->text[v[i].col], one);
		else
			crm_value_add_text(&l->text[v[i].col], f, one);
	}
}

void
crm_ledger_row(struct crm_ledger *l, struct crm_buf *b,
    const struct crm_column *col, const struct crm_value *v, size_t n)
{
	struct crm_view what, amount, tax;
	const char *to, *from;
	bool sale, back;

	read_row(l, col, v, n);
	what = text(l, CRM_LEDGER_WHAT);
	amount = text(l, CRM_LEDGER_AMOUNT);
	tax = text(l, CRM_LEDGER_TAX);
	back = crm_view_is(what, "refund");
	sale = back || crm_view_is(what, "purchase");
	if (amount.n == 0 ||
	    (!sale && !crm_view_is(what, "invoice") &&
		!crm_view_is(what, "payment")))
		return;
	crm_buf_reset(&l->account);
	crm_buf_adds(&l->account, RECEIVABLE ":");
	add_words(&l->account, text(l, CRM_LEDGER_NAME));
	crm_buf_addf(&l->account, " %.*s", CRM_VARG(text(l, CRM_LEDGER_WHO)));
	if (sale) {
		to = UNBILLED;
		from = SALES;
	} else {
		to = crm_view_is(what, "payment") ? BANK : l->account.p;
		from = crm_view_is(what, "payment") ? l->account.p : UNBILLED;
	}
	if (is_new(l, CRM_V("tag id"))) /* ledger --pedantic wants it */
		crm_buf_adds(b, "tag id\n");
	declare_currency(l, b);
	declare(l, b, to);
	declare(l, b, from);
	if (sale && tax.n > 0)
		declare(l, b, TAX);
	add_head(l, b);
	add_posting(l, b, to, amount, back);
	if (sale && tax.n > 0)
		add_posting(l, b, TAX, tax, !back);
	crm_buf_addf(b, "    %s\n\n", from);
}
