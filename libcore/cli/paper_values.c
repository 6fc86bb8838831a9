/* The values that stand in the places of a paper's template. */
#include "base/money.h"
#include "cli/paper_impl.h"
#include "record/word.h"
#include "store/store.h"

/* What is counted or added up here, and no field. */
static const char own_names[] =
    "title\0n\0item\0net\0tax\0total\0currency\0paid\0open\0address\0"
    "sender\0footer\0rate\0";
/* In {taxes} and {payments} there is nothing else. */
static const char taxes_names[] = "rate\0net\0tax\0currency\0";
static const char payments_names[] = "day\0item\0amount\0currency\0";

bool
crm_paper_is_own(struct crm_view name, enum crm_template_list list)
{
	return crm_words_find(list == CRM_LIST_TAXES ? taxes_names
		       : list == CRM_LIST_PAYMENTS   ? payments_names
						     : own_names,
		   name) != NULL;
}

/* Add a cell of a row, without the escapes of TSV. */
static void
add_cell(const char *row, uint64_t col, struct crm_buf *out)
{
	for (; col > 0 && *row != '\0'; row++)
		col -= *row == '\t';
	for (; *row != '\0' && *row != '\t' && *row != '\n'; row++) {
		if (*row != '\\') {
			crm_buf_addc(out, *row);
			continue;
		}
		row++;
		crm_buf_addc(out,
		    *row == 't'       ? '\t'
			: *row == 'n' ? '\n'
			: *row == 'r' ? '\r'
				      : *row);
	}
}

static void
add_dec(struct crm_buf *out, struct crm_dec d)
{
	char text[CRM_DEC_TEXT];

	crm_buf_add(out, text, crm_dec_put(text, d));
}

/* a and b with the same digits; 0 fits any. */
bool
crm_paper_align(struct crm_dec *a, struct crm_dec *b)
{
	return a->scale < b->scale ? crm_dec_rescale(*a, b->scale, a)
				   : crm_dec_rescale(*b, a->scale, b);
}

/* a += b */
bool
crm_paper_add(struct crm_dec *a, struct crm_dec b)
{
	return crm_paper_align(a, &b) && crm_add_i64(a->m, b.m, &a->m);
}

/* What is left of an amount without its tax: a tax has the sign of what it is
 * a part of, so it does not overflow but for nonsense. */
struct crm_dec
crm_paper_net(struct crm_dec amount, struct crm_dec tax)
{
	if (!crm_paper_align(&amount, &tax) ||
	    !crm_add_i64(
		amount.m, tax.m == INT64_MIN ? INT64_MAX : -tax.m, &amount.m))
		amount.m = 0;
	return amount;
}

/* An amount of the smallest unit. */
static void
add_minor(struct crm_paper *p, int64_t minor, struct crm_buf *out)
{
	int decimals = crm_currency_decimals(crm_view_str(p->currency));

	add_dec(out,
	    (struct crm_dec){ minor, (uint8_t)(decimals < 0 ? 2 : decimals) });
}

/* Add a cell behind what joins it to the text before it; false: it is empty. */
static bool
add_joined(
    struct crm_paper *p, uint64_t col, const char *join, struct crm_buf *out)
{
	struct crm_buf cell = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	bool any;

	add_cell(p->head.row, col, &cell);
	any = cell.n > 0;
	if (any && out->n > 0)
		crm_buf_adds(out, join);
	crm_buf_addv(out, crm_buf_view(&cell));
	crm_buf_release(&cell);
	return any;
}

/* Street, postcode and city, country, from a column on. */
static bool
add_place(struct crm_paper *p, uint64_t col, struct crm_buf *out)
{
	bool street = add_joined(p, col, "\n", out);
	bool code = add_joined(p, col + 1, "\n", out);
	bool city = add_joined(p, col + 2, code ? " " : "\n", out);

	if (street || city)
		(void)add_joined(p, col + 3, "\n", out);
	return street || city;
}

/* Whom it is for: the firm, the person, and where they are, else the firm. */
static void
add_address(struct crm_paper *p, struct crm_buf *out)
{
	(void)add_joined(p, COL_ORG, "\n", out);
	(void)add_joined(p, COL_NAME, "\n", out);
	if (!add_place(p, COL_OWN, out))
		(void)add_place(p, COL_FIRM, out);
}

/* What is computed here of the whole. */
static void
add_whole(struct crm_paper *p, struct crm_view name, struct crm_buf *out)
{
	const struct crm_config *c = crm_store_config(p->ctx->store);

	if (crm_view_is(name, "title"))
		crm_buf_addv(out, crm_buf_view(&p->title));
	else if (crm_view_is(name, "currency"))
		crm_buf_adds(out, p->currency);
	else if (crm_view_is(name, "total"))
		add_dec(out, p->total);
	else if (crm_view_is(name, "tax") && p->tax.m != 0)
		add_dec(out, p->tax);
	else if (crm_view_is(name, "net"))
		add_dec(out, crm_paper_net(p->total, p->tax));
	else if (crm_view_is(name, "paid") && p->paid.n > 0)
		add_minor(p, p->paid_minor, out);
	else if (crm_view_is(name, "open") && p->paid.found)
		add_minor(p, p->paid.open, out);
	else if (crm_view_is(name, "address"))
		add_address(p, out);
	else if (crm_view_is(name, "sender"))
		crm_buf_adds(out, c->sender);
	else if (crm_view_is(name, "footer"))
		crm_buf_adds(out, c->footer);
}

/* What is computed of a line. */
static void
add_own(
    struct crm_paper *p, struct crm_view name, size_t line, struct crm_buf *out)
{
	const struct part *part = &p->line[line];
	char digits[20];

	if (crm_view_is(name, "tax")) {
		if (part->tax.m != 0)
			add_dec(out, part->tax);
	} else if (crm_view_is(name, "net"))
		add_dec(out, crm_paper_net(part->amount, part->tax));
	else if (crm_view_is(name, "n"))
		crm_buf_add(out, digits, crm_num_put(digits, line + 1));
	else if (crm_view_is(name, "item")) {
		add_cell(part->row, COL_PRODUCT, out);
		if (out->n == 0)
			add_cell(part->row, COL_TEXT, out);
		if (out->n == 0)
			crm_buf_addv(out, crm_buf_view(&p->title));
	} else
		add_whole(p, name, out);
}

static void
add_tax(struct crm_paper *p, struct crm_view name,
    const struct crm_paper_tax *t, struct crm_buf *out)
{
	if (crm_view_is(name, "rate"))
		add_dec(out, t->rate);
	else if (crm_view_is(name, "net"))
		add_dec(out, t->net);
	else if (crm_view_is(name, "tax"))
		add_dec(out, t->tax);
	else
		add_whole(p, name, out);
}

static void
add_payment(struct crm_paper *p, struct crm_view name,
    const struct crm_paper_payment *pay, struct crm_buf *out)
{
	char day[CRM_TIME_TEXT];

	if (crm_view_is(name, "day"))
		crm_buf_add(out, day, crm_date_put(day, pay->day));
	else if (crm_view_is(name, "amount"))
		add_minor(p, pay->minor, out);
	else if (crm_view_is(name, "item"))
		crm_buf_adds(out, pay->credit ? "Credit note" : "Payment");
	else
		add_whole(p, name, out);
}

void
crm_paper_value(void *ctx, struct crm_view name, struct crm_template_at at,
    struct crm_buf *out)
{
	struct crm_paper *p = ctx;
	bool line = at.list == CRM_LIST_LINES;
	uint64_t *col;

	if (at.list == CRM_LIST_TAXES)
		add_tax(p, name, &p->taxes[at.item], out);
	else if (at.list == CRM_LIST_PAYMENTS)
		add_payment(p, name, &p->paid.payment[at.item], out);
	else if (crm_words_find(own_names, name) != NULL) {
		if (line)
			add_own(p, name, at.item, out);
		else
			add_whole(p, name, out);
	} else {
		col = crm_map_get(&p->columns.place, name);
		if (col != NULL)
			add_cell(line ? p->line[at.item].row : p->head.row,
			    *col, out);
	}
}
