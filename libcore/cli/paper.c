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

static const char *const wanted[] = { "product.name", "text", "who.name",
	"who.org.name", "who.street", "who.postcode", "who.city", "who.country",
	"who.org.street", "who.org.postcode", "who.org.city",
	"who.org.country" };

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
	crm_free(p->taxes);
	crm_paper_paid_release(&p->paid);
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
note_name(void *ctx, struct crm_view name, enum crm_template_list list)
{
	struct crm_paper *p = ctx;
	bool field = list == CRM_LIST_NONE || list == CRM_LIST_LINES;

	if (crm_paper_is_own(name, list))
		return;
	if (field)
		note_column(&p->columns, name);
	else if (p->unknown == NULL)
		p->unknown = crm_arena_dup(&p->arena, name.p, name.n);
}

/* Read the template of a word, one's own or the one that is built in. */
static const struct crm_err *
read_template(struct crm_paper *p, struct crm_view word)
{
	const struct crm_err *err;
	struct crm_view text;
	size_t i;

	p->unknown = NULL;
	crm_buf_reset(&p->name);
	crm_buf_addf(&p->name, "templates/%.*s.%s", CRM_VARG(word),
	    p->html ? "html" : "txt");
	err = crm_read_file(
	    crm_store_dir(p->ctx->store), p->name.p, TEMPLATE_MAX, &p->file);
	text = crm_buf_view(&p->file);
	if (err != NULL && err->code == CRM_E_NOINPUT) {
		text = crm_view_str(p->html ? crm_paper_html : crm_paper_text);
		err = NULL;
	}
	if (err == NULL && crm_utf8_check(text) < text.n)
		err = crm_err(CRM_E_CONFIG, "%s: is not UTF-8", p->name.p);
	if (err == NULL)
		err = crm_template_new(p->name.p, text, &p->template);
	if (err != NULL)
		return err;
	/* these are wanted in any case, and come first */
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		note_column(&p->columns, crm_view_str(wanted[i]));
	crm_template_names(p->template, note_name, p);
	if (p->unknown != NULL)
		return crm_err(CRM_E_CONFIG,
		    "%s: '%s' is no name of {taxes} or {payments}", p->name.p,
		    p->unknown);
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

static struct crm_dec
money_of(const struct crm_stored *r, uint16_t num)
{
	struct crm_dec d = { 0, 0 };
	struct crm_view v;

	if (crm_stored_get(r, num, &v))
		(void)crm_value_get_dec(v, &d);
	return d;
}

/* Is an amount what was made of quantity and price, with the tax or without? */
static bool
is_made(struct crm_dec amount, struct crm_dec made, struct crm_dec tax)
{
	struct crm_dec net = amount;

	return crm_dec_cmp(made, amount) == 0 ||
	    (crm_paper_align(&net, &tax) &&
		!__builtin_sub_overflow(net.m, tax.m, &net.m) &&
		crm_dec_cmp(made, net) == 0);
}

/* Say so when an amount is not what its quantity and price make. */
static void
compare_amount(struct crm_paper *p, uint64_t id, const struct crm_stored *r)
{
	struct crm_dec qty = { 1, 0 }, price, made, amount;
	char a[CRM_DEC_TEXT + 1], b[CRM_DEC_TEXT + 1], q[CRM_DEC_TEXT + 1];
	char of[CRM_DEC_TEXT + 1], text[CRM_ID_TEXT];
	int decimals = crm_currency_decimals(crm_view_str(p->currency));
	struct crm_view v;

	if (!crm_stored_get(r, CRM_EVENT_PRICE, &v) ||
	    !crm_value_get_dec(v, &price))
		return;
	if (crm_stored_get(r, CRM_EVENT_QTY, &v))
		(void)crm_value_get_dec(v, &qty);
	amount = money_of(r, CRM_EVENT_AMOUNT);
	if (!crm_dec_mul(
		qty, price, (uint8_t)(decimals < 0 ? 2 : decimals), &made) ||
	    is_made(amount, made, money_of(r, CRM_EVENT_TAX)))
		return;
	q[crm_dec_put(q, qty)] = a[crm_dec_put(a, price)] = '\0';
	b[crm_dec_put(b, made)] = of[crm_dec_put(of, amount)] = '\0';
	crm_msg("%s: %s times %s is %s, but its amount is %s",
	    crm_id_text(id, text), q, a, b, of);
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
	if (!crm_paper_add(total, money_of(&r, CRM_EVENT_AMOUNT)) ||
	    !crm_paper_add(tax, money_of(&r, CRM_EVENT_TAX)))
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
	compare_amount(p, id, &r);
	return read_row(p, id, &r, &line->row);
}

/* Say so when the lines of an invoice do not make what it says. */
static void
compare_sums(struct crm_view doc, const char *of, struct crm_dec own,
    struct crm_dec lines)
{
	char a[CRM_DEC_TEXT + 1], b[CRM_DEC_TEXT + 1];

	if (crm_dec_cmp(own, lines) == 0)
		return;
	a[crm_dec_put(a, lines)] = b[crm_dec_put(b, own)] = '\0';
	crm_msg("invoice %.*s%s is %s, but its lines add up to %s",
	    CRM_VARG(doc), of, b, a);
}

/* The taxes of the lines by rate; of the whole, when they do not make it. */
static const struct crm_err *
add_up_taxes(struct crm_paper *p, struct crm_dec taxed)
{
	struct part whole = { NULL, p->total, p->tax };
	bool from_lines = crm_dec_cmp(taxed, p->tax) == 0, ok = true;
	size_t n = from_lines ? p->nlines : 1, i;

	crm_free(p->taxes);
	p->taxes = NULL;
	p->ntaxes = 0;
	if (p->tax.m == 0)
		return NULL;
	p->taxes = crm_calloc(n, sizeof(*p->taxes));
	for (i = 0; ok && i < n; i++) {
		struct part *part = from_lines ? &p->line[i] : &whole;
		struct crm_dec amount = part->amount, tax = part->tax;

		/* all with the digits of the whole */
		ok = crm_paper_align(&amount, &tax) &&
		    crm_dec_rescale(tax, p->total.scale, &tax);
		p->taxes[i].tax = tax;
		p->taxes[i].net = crm_paper_net(amount, tax);
	}
	p->ntaxes = n;
	return ok && crm_paper_taxes(p->taxes, &p->ntaxes)
	    ? NULL
	    : crm_err(CRM_E_DATA, "the sum is too large");
}

/* What was paid of it; only of invoices, and not of credit notes. */
static const struct crm_err *
add_up_payments(
    struct crm_paper *p, struct crm_view word, const uint64_t *own, size_t n)
{
	const struct crm_err *err;
	size_t i;

	p->paid.n = 0;
	p->paid.found = false;
	p->paid_minor = 0;
	if (!crm_view_is(word, "invoice") || p->total.m < 0)
		return NULL;
	err = crm_paper_paid(p->snap, own, n, &p->paid);
	for (i = 0; err == NULL && i < p->paid.n; i++)
		if (!crm_add_i64(p->paid_minor, p->paid.payment[i].minor,
			&p->paid_minor))
			err = crm_err(CRM_E_DATA, "the sum is too large");
	return err;
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
	uint64_t *found = NULL, *sales = NULL, *own = &id;
	size_t n = 0, m = 0, i;

	if (doc.n > 0)
		err = crm_paper_events(
		    p->snap, clock, word, doc, customer, &found, &n);
	if (err == NULL && n == 1 && crm_view_is(word, "invoice"))
		err = crm_paper_events(p->snap, clock, CRM_V("purchase"), doc,
		    customer, &sales, &m);
	if (n > 0)
		own = found;
	else
		n = 1;
	for (i = 0; err == NULL && i < n; i++)
		err = take(p, own[i], m == 0, &p->total, &p->tax);
	for (i = 0; err == NULL && i < m; i++)
		err = take(p, sales[i], true, &sold, &taxed);
	if (err == NULL && m > 0) {
		if (p->tax.m == 0)
			p->tax = taxed;
		compare_sums(doc, "", p->total, sold);
		compare_sums(doc, ": its tax", p->tax, taxed);
	}
	if (err == NULL)
		err = add_up_taxes(p, m > 0 ? taxed : p->tax);
	if (err == NULL)
		err = add_up_payments(p, word, own, n);
	crm_free(found);
	crm_free(sales);
	return err;
}

/* "Invoice"; a purchase is the customer's order, and an invoice below zero a
 * credit note. */
static void
make_title(struct crm_paper *p, struct crm_view word)
{
	crm_buf_reset(&p->title);
	if (crm_view_is(word, "purchase"))
		word = CRM_V("order");
	else if (crm_view_is(word, "invoice") && p->total.m < 0)
		word = CRM_V("credit note");
	crm_buf_addv(&p->title, word);
	if (p->title.n > 0 && p->title.p[0] >= 'a' && p->title.p[0] <= 'z')
		p->title.p[0] = (char)(p->title.p[0] - 'a' + 'A');
}

static void
put(struct crm_paper *p)
{
	struct crm_template_source source = { .value = crm_paper_value,
		.n = { [CRM_LIST_LINES] = p->nlines,
		    [CRM_LIST_TAXES] = p->ntaxes,
		    [CRM_LIST_PAYMENTS] = p->paid.n },
		.ctx = p };
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
	err = read_template(p, word);
	if (err == NULL)
		err = crm_snap_get(p->snap, id, &r, &presence);
	if (err == NULL)
		err = read_row(p, id, &r, &p->head.row);
	if (err == NULL)
		err = collect(p, id, customer, word, doc);
	if (err != NULL)
		return err;
	make_title(p, word);
	put(p);
	return NULL;
}

const struct crm_err *
crm_paper_print_number(struct crm_paper *p, const char *number, bool *found)
{
	const struct crm_err *err;
	uint64_t *id;
	size_t n, i;

	err = crm_paper_numbered(
	    p->snap, &p->ctx->clock, crm_view_str(number), &id, &n);
	*found = n > 0;
	for (i = 0; err == NULL && i < n; i++)
		err = crm_paper_print(p, id[i]);
	crm_free(id);
	return err;
}
