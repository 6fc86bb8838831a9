#include "cli/paper.h"

#include <stdio.h>

#include "base/io.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/money.h"
#include "base/utf8.h"
#include "cli/msg.h"
#include "cli/paper_impl.h"
#include "cli/template.h"
#include "query/project.h"
#include "record/rec.h"
#include "record/word.h"
#include "store/store.h"

#define TEMPLATE_MAX ((size_t)1 << 20)
#define LINES_MAX 100000 /* of one paper */

static const char text_template[] =
    "{title} {doc}\n"
    "\n"
    "{if who.name}{who.name}{end}\n"
    "{if who.street}\n"
    "{who.street}\n"
    "{end}\n"
    "{if who.city}\n"
    "{if who.postcode}{who.postcode} {end}{who.city}\n"
    "{end}\n"
    "{if who.country}\n"
    "{who.country}\n"
    "{end}\n"
    "\n"
    "Date  {day}\n"
    "{if due}\n"
    "Due   {due}\n"
    "{end}\n"
    "\n"
    "  #  Item                               "
    "    Quantity         Price        Amount\n"
    "{lines}\n"
    "{n:3}  {item:-34} {qty:12} {price:13} {amount:13}\n"
    "{end}\n"
    "\n"
    "{if tax}\n"
    "     Net                                "
    "                           {net:13}\n"
    "     Tax                                "
    "                           {tax:13}\n"
    "{end}\n"
    "     Total {currency}                        "
    "                             {total:13}\n";

static const char html_template[] =
    "<!DOCTYPE html>\n"
    "<html>\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<title>{title} {doc}</title>\n"
    "<style>\n"
    "body {{ font-family: sans-serif; max-width: 45em; margin: 2em auto; }\n"
    "table {{ border-collapse: collapse; width: 100%; }\n"
    "th, td {{ text-align: left; padding: .3em; }\n"
    "th {{ border-bottom: 1px solid; }\n"
    ".n {{ text-align: right; }\n"
    "</style>\n"
    "</head>\n"
    "<body>\n"
    "<h1>{title} {doc}</h1>\n"
    "<p>{who.name}\n"
    "{if who.street}\n"
    "<br>{who.street}\n"
    "{end}\n"
    "{if who.city}\n"
    "<br>{who.postcode} {who.city}\n"
    "{end}\n"
    "{if who.country}\n"
    "<br>{who.country}\n"
    "{end}\n"
    "</p>\n"
    "<p>Date {day}\n"
    "{if due}\n"
    "<br>Due {due}\n"
    "{end}\n"
    "</p>\n"
    "<table>\n"
    "<tr><th>#<th>Item<th class=n>Quantity<th class=n>Price<th class=n>"
    "Amount\n"
    "{lines}\n"
    "<tr><td>{n}<td>{item}<td class=n>{qty}<td class=n>{price}<td class=n>"
    "{amount}\n"
    "{end}\n"
    "{if tax}\n"
    "<tr><td><td>Net<td><td><td class=n>{net}\n"
    "<tr><td><td>Tax<td><td><td class=n>{tax}\n"
    "{end}\n"
    "<tr><td><td><b>Total</b><td><td><td class=n><b>{total} {currency}</b>\n"
    "</table>\n"
    "</body>\n"
    "</html>\n";

/* What is counted or added up here, and no field. */
static const char own_names[] = "title\0n\0item\0net\0tax\0total\0currency\0";

/* Names of a template that are fields, "id,who.name", and what they are of an
 * event. */
struct columns {
	struct crm_buf fields;
	struct crm_map place; /* name to its column */
	uint64_t n;
};

/* A line, or the paper itself. */
struct part {
	char *row; /* as TSV */
	struct crm_dec amount, tax;
};

struct crm_paper {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	bool html;
	struct crm_map printed; /* word and number */
	/* of the paper at hand */
	struct crm_template *template;
	struct crm_buf file, name, title;
	struct columns columns;
	struct part head, *line;
	size_t nlines, line_cap;
	struct crm_dec total, tax; /* of its own events */
	char currency[4];
	struct crm_arena arena;
};

struct crm_paper *
crm_paper_new(struct crm_ctx *ctx, struct crm_snap *snap, bool html)
{
	struct crm_paper *p = crm_calloc(1, sizeof(*p));

	p->ctx = ctx;
	p->snap = snap;
	p->html = html;
	p->printed = (struct crm_map)CRM_MAP_INIT;
	p->columns.place = (struct crm_map)CRM_MAP_INIT;
	p->columns.fields.max = p->name.max = p->title.max = CRM_LINE_MAX;
	p->file.max = TEMPLATE_MAX + 1;
	return p;
}

static void
clear(struct crm_paper *p)
{
	crm_template_free(p->template);
	p->template = NULL;
	crm_map_release(&p->columns.place);
	p->columns.place = (struct crm_map)CRM_MAP_INIT;
	p->columns.n = 0;
	crm_buf_reset(&p->columns.fields);
	p->nlines = 0;
	crm_arena_reset(&p->arena);
}

void
crm_paper_free(struct crm_paper *p)
{
	if (p == NULL)
		return;
	clear(p);
	crm_map_release(&p->columns.place);
	crm_map_release(&p->printed);
	crm_buf_release(&p->columns.fields);
	crm_buf_release(&p->file);
	crm_buf_release(&p->name);
	crm_buf_release(&p->title);
	crm_arena_release(&p->arena);
	crm_free(p->line);
	crm_free(p);
}

static void
note_column(struct columns *c, struct crm_view name)
{
	uint64_t *at;
	bool added;

	at = crm_map_at(&c->place, name, &added);
	if (!added)
		return;
	*at = c->n++;
	if (c->fields.n > 0)
		crm_buf_addc(&c->fields, ',');
	crm_buf_addv(&c->fields, name);
}

static void
note_name(void *ctx, struct crm_view name, bool in_lines)
{
	struct crm_paper *p = ctx;

	(void)in_lines;
	if (crm_words_find(own_names, name) == NULL)
		note_column(&p->columns, name);
}

/* Read the template of a word, one's own or the one that is built in. */
static const struct crm_err *
read_template(struct crm_paper *p, struct crm_view word)
{
	const struct crm_err *err;
	struct crm_view text;

	crm_buf_reset(&p->name);
	crm_buf_addf(&p->name, "templates/%.*s.%s", CRM_VARG(word),
	    p->html ? "html" : "txt");
	err = crm_read_file(
	    crm_store_dir(p->ctx->store), p->name.p, TEMPLATE_MAX, &p->file);
	text = crm_buf_view(&p->file);
	if (err != NULL && err->code == CRM_E_NOINPUT) {
		text = crm_view_str(p->html ? html_template : text_template);
		err = NULL;
	}
	if (err == NULL && crm_utf8_check(text) < text.n)
		err = crm_err(CRM_E_CONFIG, "%s: is not UTF-8", p->name.p);
	if (err == NULL)
		err = crm_template_new(p->name.p, text, &p->template);
	if (err != NULL)
		return err;
	/* these are wanted in any case, and come first */
	note_column(&p->columns, CRM_V("product.name"));
	note_column(&p->columns, CRM_V("text"));
	crm_template_names(p->template, note_name, p);
	return crm_buf_end(&p->columns.fields);
}

/* The record, but that the first who is the only one. */
static const struct crm_err *
first_who(const struct crm_stored *r, const struct crm_kind *k,
    struct crm_buf *bytes, struct crm_stored *out)
{
	const struct crm_field *f = crm_field_num(k, CRM_EVENT_WHO);
	struct crm_buf who = CRM_BUF_INIT(1000);
	const struct crm_err *err;
	struct crm_rec rec;
	struct crm_many m;
	struct crm_view v;

	crm_rec_init(&rec, k);
	crm_rec_open(&rec, r);
	if (crm_rec_get(&rec, CRM_EVENT_WHO, &v)) {
		crm_many_begin(&m, v, true);
		if (crm_many_next(&m, &v)) {
			crm_many_put(&who, &v, 1);
			crm_rec_set(&rec, f, crm_buf_view(&who));
		}
	}
	crm_rec_encode(&rec, bytes, r->flags, r->added, r->updated);
	err = crm_buf_end(bytes);
	(void)crm_code_open(crm_buf_view(bytes), out);
	crm_rec_release(&rec);
	crm_buf_release(&who);
	return err;
}

/* The columns of an event, as TSV. */
static const struct crm_err *
read_row(
    struct crm_paper *p, uint64_t id, const struct crm_stored *r, char **row)
{
	bool kinds[26] = { ['e' - 'a'] = true };
	struct crm_project_options po = { .form = CRM_OUT_TSV,
		.fields = p->columns.fields.p,
		.kinds = kinds,
		.only = crm_kind_of(p->ctx->schema, 'e'),
		.clock = &p->ctx->clock };
	struct crm_writer_options wo = { .form = CRM_OUT_TSV, .headed = true };
	struct crm_buf bytes = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	struct crm_project *project = NULL;
	const struct crm_err *err;
	struct crm_writer *w;
	struct crm_stored one;
	struct crm_sink sink;

	crm_sink_init(&sink, -1, 1);
	w = crm_writer_new(&sink, &wo);
	err = first_who(r, po.only, &bytes, &one);
	if (err == NULL)
		err = crm_project_new(p->snap, &po, w, &project);
	if (err != NULL && err->code == CRM_E_USAGE)
		err = crm_err(CRM_E_CONFIG, "%s: %s", p->name.p, err->msg);
	if (err == NULL)
		err = crm_project_put(project, id, &one);
	if (err == NULL) {
		crm_writer_end(w);
		*row = crm_arena_dup(&p->arena, sink.buf.p, sink.buf.n);
	}
	crm_project_free(project);
	crm_writer_free(w);
	crm_sink_release(&sink);
	crm_buf_release(&bytes);
	return err;
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

/* What is computed here. */
static void
add_own(struct crm_paper *p, struct crm_view name, size_t line,
    const struct part *part, struct crm_buf *out)
{
	bool whole = line == SIZE_MAX;
	struct crm_dec tax = whole ? p->tax : part->tax;
	struct crm_dec net = whole ? p->total : part->amount;
	char digits[20];

	if (crm_view_is(name, "title"))
		crm_buf_addv(out, crm_buf_view(&p->title));
	else if (crm_view_is(name, "currency"))
		crm_buf_adds(out, p->currency);
	else if (crm_view_is(name, "total"))
		add_dec(out, p->total);
	else if (crm_view_is(name, "tax") && tax.m != 0)
		add_dec(out, tax);
	else if (crm_view_is(name, "net")) {
		net.m -= tax.m;
		add_dec(out, net);
	} else if (crm_view_is(name, "n") && !whole)
		crm_buf_add(out, digits, crm_num_put(digits, line + 1));
	else if (crm_view_is(name, "item") && !whole) {
		add_cell(part->row, 0, out);
		if (out->n == 0)
			add_cell(part->row, 1, out);
	}
}

static void
value(void *ctx, struct crm_view name, size_t line, struct crm_buf *out)
{
	struct crm_paper *p = ctx;
	const struct part *part = line == SIZE_MAX ? &p->head : &p->line[line];
	uint64_t *col;

	if (crm_words_find(own_names, name) != NULL)
		add_own(p, name, line, part, out);
	else {
		col = crm_map_get(&p->columns.place, name);
		if (col != NULL)
			add_cell(part->row, *col, out);
	}
}

static struct crm_dec
money_of(const struct crm_stored *r, uint16_t num)
{
	struct crm_dec d = { 0, 0 };
	struct crm_view v;

	if (crm_stored_get(r, num, &v))
		(void)crm_value_get_dec(v, &d);
	return d;
}

/* a += b, both with the digits of the currency; 0 fits any. */
static bool
add_up(struct crm_dec *a, struct crm_dec b)
{
	if (a->scale < b.scale && !crm_dec_rescale(*a, b.scale, a))
		return false;
	return crm_dec_rescale(b, a->scale, &b) &&
	    crm_add_i64(a->m, b.m, &a->m);
}

/* Take an event as a line, or look at its amount alone. */
static const struct crm_err *
take(struct crm_paper *p, uint64_t id, bool as_line, struct crm_dec *total,
    struct crm_dec *tax)
{
	const struct crm_err *err;
	const char *code = NULL;
	enum crm_presence presence;
	struct crm_stored r;
	struct crm_view v;
	struct part *line;
	char text[CRM_ID_TEXT];

	err = crm_snap_get(p->snap, id, &r, &presence);
	if (err != NULL || presence != CRM_LIVE)
		return err;
	if (crm_stored_get(&r, CRM_EVENT_CURRENCY, &v) && v.n == 1)
		code = crm_currency_code((uint8_t)v.p[0]);
	if (code != NULL && p->currency[0] == '\0')
		memcpy(p->currency, code, 3);
	else if (code != NULL && memcmp(p->currency, code, 3) != 0)
		return crm_err(CRM_E_DATA,
		    "%s is in %.3s, others of the same number in %s",
		    crm_id_text(id, text), code, p->currency);
	if (!add_up(total, money_of(&r, CRM_EVENT_AMOUNT)) ||
	    !add_up(tax, money_of(&r, CRM_EVENT_TAX)))
		return crm_err(CRM_E_DATA, "the sum is too large");
	if (!as_line)
		return NULL;
	if (p->nlines == LINES_MAX)
		return crm_err(
		    CRM_E_DATA, "it has more than %d lines", LINES_MAX);
	p->line =
	    crm_grow(p->line, &p->line_cap, p->nlines + 1, sizeof(*p->line));
	line = &p->line[p->nlines++];
	line->amount = money_of(&r, CRM_EVENT_AMOUNT);
	line->tax = money_of(&r, CRM_EVENT_TAX);
	return read_row(p, id, &r, &line->row);
}

/*
 * Collect the lines.  An invoice that is a single event has those of the
 * purchases of its number, if there are any.
 */
static const struct crm_err *
collect(struct crm_paper *p, uint64_t id, uint64_t customer,
    struct crm_view word, struct crm_view doc)
{
	const struct crm_clock *clock = &p->ctx->clock;
	struct crm_dec sold = { 0, 0 }, taxed = { 0, 0 };
	const struct crm_err *err = NULL;
	uint64_t *own = NULL, *sales = NULL;
	size_t n = 0, m = 0, i;

	if (doc.n > 0)
		err = crm_paper_events(
		    p->snap, clock, word, doc, customer, &own, &n);
	if (err == NULL && n == 1 && crm_view_is(word, "invoice"))
		err = crm_paper_events(p->snap, clock, CRM_V("purchase"), doc,
		    customer, &sales, &m);
	for (i = 0; err == NULL && i < (n > 0 ? n : 1); i++)
		err = take(p, n > 0 ? own[i] : id, m == 0, &p->total, &p->tax);
	for (i = 0; err == NULL && i < m; i++)
		err = take(p, sales[i], true, &sold, &taxed);
	crm_free(own);
	crm_free(sales);
	if (err != NULL || m == 0)
		return err;
	if (p->tax.m == 0)
		p->tax = taxed;
	if (crm_dec_cmp(sold, p->total) != 0) {
		char a[CRM_DEC_TEXT + 1], b[CRM_DEC_TEXT + 1];

		a[crm_dec_put(a, sold)] = b[crm_dec_put(b, p->total)] = '\0';
		crm_msg("invoice %.*s is %s, but its lines add up to %s",
		    CRM_VARG(doc), b, a);
	}
	return NULL;
}

/* "Invoice"; a purchase is the customer's order. */
static void
make_title(struct crm_paper *p, struct crm_view word)
{
	crm_buf_reset(&p->title);
	if (crm_view_is(word, "purchase"))
		word = CRM_V("order");
	crm_buf_addv(&p->title, word);
	if (p->title.n > 0 && p->title.p[0] >= 'a' && p->title.p[0] <= 'z')
		p->title.p[0] = (char)(p->title.p[0] - 'a' + 'A');
}

static void
put(struct crm_paper *p)
{
	struct crm_template_source source = {
		.value = value, .nlines = p->nlines, .ctx = p
	};
	struct crm_buf *out = &p->ctx->out.buf;
	struct crm_buf text = CRM_BUF_INIT(SIZE_MAX / 2);
	struct crm_view rest, line;

	crm_template_expand(p->template, &source, p->html, &text);
	if (!p->ctx->terminal) {
		crm_buf_addv(out, crm_buf_view(&text));
		crm_buf_release(&text);
		return;
	}
	for (rest = crm_buf_view(&text); rest.n > 0;
	     rest = crm_view_skip(rest, line.n + (line.n < rest.n))) {
		line = crm_view(rest.p, crm_view_find(rest, '\n'));
		crm_utf8_add_safe(out, line);
		crm_buf_addc(out, '\n');
	}
	crm_buf_release(&text);
}

/* Was it printed already?  Of what has no number each event is one. */
static bool
is_printed(struct crm_paper *p, uint64_t customer, struct crm_view word,
    struct crm_view doc)
{
	struct crm_buf key = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	char id[CRM_ID_TEXT];
	bool added;

	crm_buf_adds(&key, crm_id_text(customer, id));
	crm_buf_addc(&key, '\0');
	crm_buf_addv(&key, word);
	crm_buf_addc(&key, '\0');
	crm_buf_addv(&key, doc);
	(void)crm_map_at(&p->printed, crm_buf_view(&key), &added);
	crm_buf_release(&key);
	return !added;
}

const struct crm_err *
crm_paper_print(struct crm_paper *p, uint64_t id)
{
	const struct crm_err *err;
	enum crm_presence presence;
	struct crm_stored r;
	struct crm_view word = CRM_VNULL, doc = CRM_VNULL, v;
	uint64_t customer;
	char text[CRM_ID_TEXT];

	err = crm_snap_get(p->snap, id, &r, &presence);
	if (err != NULL)
		return err;
	if (crm_id_kind(id) != 'e' ||
	    !crm_stored_get(&r, CRM_EVENT_AMOUNT, &v) ||
	    !crm_stored_get(&r, CRM_EVENT_WHAT, &word))
		return crm_err(CRM_E_DATA,
		    "%s is no quote, order or invoice: an event with an amount",
		    crm_id_text(id, text));
	clear(p);
	v = crm_word_get(word);
	word = crm_view(crm_arena_dup(&p->arena, v.p, v.n), v.n);
	if (crm_stored_get(&r, CRM_EVENT_DOC, &v))
		doc = crm_view(crm_arena_dup(&p->arena, v.p, v.n), v.n);
	err = crm_paper_customer(p->snap, &r, &customer);
	if (err != NULL || (doc.n > 0 && is_printed(p, customer, word, doc)))
		return err;
	p->total = p->tax = (struct crm_dec){ 0, 0 };
	memset(p->currency, 0, sizeof(p->currency));
	make_title(p, word);
	err = read_template(p, word);
	if (err == NULL)
		err = crm_snap_get(p->snap, id, &r, &presence);
	if (err == NULL)
		err = read_row(p, id, &r, &p->head.row);
	if (err == NULL)
		err = collect(p, id, customer, word, doc);
	if (err == NULL)
		put(p);
	return err;
}
