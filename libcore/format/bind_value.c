/* From texts to the values of a record at hand. */
#include <ctype.h>

#include "base/fold.h"
#include "format/bind_impl.h"

/* What other programs part many values with in one cell. */
#define TRIPLE " ::: "

/* Where it is, or v.n. */
static size_t
find_triple(struct crm_view v)
{
	size_t i;

	for (i = 0; i + 5 <= v.n; i++)
		if (memcmp(v.p + i, TRIPLE, 5) == 0)
			return i;
	return v.n;
}

void
crm_bind_fault(struct crm_bind *b, const char *field, const char *what)
{
	b->bad = true;
	b->o.fault(b->o.fault_ctx, field, what);
}

struct crm_edit *
crm_bind_add_edit(struct crm_bind *b, const struct crm_field *f,
    enum crm_edit_op op, size_t from)
{
	b->edit =
	    crm_grow(b->edit, &b->edit_cap, b->nedits + 1, sizeof(*b->edit));
	b->at = crm_grow(b->at, &b->at_cap, b->nedits + 1, sizeof(*b->at));
	b->edit[b->nedits] = (struct crm_edit){ .field = f, .op = op };
	b->edit[b->nedits].value.n = b->values.n - from;
	b->at[b->nedits] = from;
	return &b->edit[b->nedits++];
}

/* Does the value of a text depend on the field alone? */
static bool
is_word(const struct crm_field *f)
{
	return f->type == CRM_T_CHOICE || f->type == CRM_T_CURRENCY ||
	    f->type == CRM_T_BOOL;
}

/* crm_value_parse() of a word: one that came before is not read again.  Columns
 * are full of few different ones. */
static const struct crm_err *
read_word(struct crm_bind *b, const struct crm_field *f, struct crm_view text)
{
	const struct crm_err *err;
	struct crm_known_value *k;
	struct crm_short word;
	size_t from = b->values.n, n;

	text = crm_view_trim(text);
	if (!crm_short_of(text, &word))
		return crm_value_parse(
		    b->o.values, f, text, false, &b->values, NULL);
	k = &b->known[crm_short_place(&word, f, CRM_KNOWN_VALUES)];
	if (k->field == f && crm_short_eq(&k->text, &word)) {
		crm_buf_add(&b->values, k->value, k->n);
		return NULL;
	}
	err = crm_value_parse(b->o.values, f, text, false, &b->values, NULL);
	n = b->values.n - from;
	if (err != NULL || n == 0 || n > sizeof(k->value))
		return err;
	k->field = f;
	k->text = word;
	memcpy(k->value, b->values.p + from, n);
	k->n = (uint8_t)n;
	return NULL;
}

/* Read one value of a field. */
static const struct crm_err *
read_value(struct crm_bind *b, const struct crm_field *f, struct crm_view text,
    bool json, char currency[4])
{
	if (is_word(f))
		return read_word(b, f, text);
	if (f->type == CRM_T_LINK && b->is_twin) {
		crm_buf_addv(&b->values,
		    crm_nfc(b->o.values->arena, crm_view_trim(text)));
		return NULL;
	}
	return crm_value_parse(
	    b->o.values, f, text, json, &b->values, currency);
}

/* The amounts of a record are of one currency. */
static void
note_currency(
    struct crm_bind *b, const struct crm_field *f, const char currency[4])
{
	if (b->currency[0] != '\0' && memcmp(b->currency, currency, 3) != 0)
		crm_bind_fault(b, f->name, "the amounts name two currencies");
	memcpy(b->currency, currency, sizeof(b->currency));
}

/* A day in other words than those that are known: which ones there are.  Not
 * for files, where each line would say so. */
static const struct crm_err *
hint_day(const struct crm_bind *b, const struct crm_field *f,
    struct crm_view text, const struct crm_err *err)
{
	text = crm_view_trim(text);
	if ((f->type != CRM_T_DATE && f->type != CRM_T_TIME) || text.n == 0 ||
	    !isalpha((unsigned char)text.p[0]) || b->o.values->clock->of_file)
		return err;
	return crm_err(CRM_E_DATA,
	    "%s (days are written 2026-12-03, tomorrow, friday, +3d)",
	    err->msg);
}

const struct crm_err *
crm_bind_add_value(struct crm_bind *b, const struct crm_field *f,
    enum crm_edit_op op, struct crm_view text, bool json)
{
	const struct crm_err *err;
	char currency[4] = "";
	size_t from = b->values.n;

	err = read_value(b, f, text, json, currency);
	if (err != NULL && err->code == CRM_E_DATA) {
		err = hint_day(b, f, text, err);
		crm_bind_fault(b, f->name, err->msg);
		return NULL;
	}
	if (err != NULL || b->values.n == from)
		return err;
	(void)crm_bind_add_edit(b, f, op, from);
	if (currency[0] != '\0')
		note_currency(b, f, currency);
	return NULL;
}

/*
 * The end that tells ids of Salesforce apart where case does not: 15 letters and
 * digits have a longer form, with a bit for each that is a capital, five to a
 * character.
 * From: Salesforce's "How to convert 15 digit Id to 18 digit Id".
 */
#define SALESFORCE_SHORT 15
static void
add_salesforce_end(struct crm_buf *out, struct crm_view id)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
	unsigned int bits = 0;
	size_t i;

	if (id.n != SALESFORCE_SHORT)
		return;
	for (i = 0; i < id.n; i++)
		if (!(id.p[i] >= '0' && id.p[i] <= '9') &&
		    !(id.p[i] >= 'A' && id.p[i] <= 'Z') &&
		    !(id.p[i] >= 'a' && id.p[i] <= 'z'))
			return;
	for (i = 0; i < id.n; i++) {
		bits |= (unsigned int)(id.p[i] >= 'A' && id.p[i] <= 'Z')
		    << i % 5;
		if (i % 5 == 4) {
			crm_buf_addc(out, digit[bits]);
			bits = 0;
		}
	}
}

/* The value of a field that knows other systems: SYSTEM:NUMBER. */
struct crm_view
crm_bind_with_system(
    struct crm_bind *b, struct crm_view text, struct crm_view system)
{
	if (system.n == 0)
		return text;
	text = crm_view_trim(text);
	if (text.n == 0 ||
	    (text.n > system.n && crm_view_starts(text, system) &&
		text.p[system.n] == ':'))
		return text;
	crm_buf_reset(&b->text);
	crm_buf_addv(&b->text, system);
	crm_buf_addc(&b->text, ':');
	crm_buf_addv(&b->text, text);
	if (crm_view_is(system, "salesforce"))
		add_salesforce_end(&b->text, text);
	return crm_buf_view(&b->text);
}

/* What parts the values of a field of many within a cell. */
static const char *
separators(const struct crm_field *f, enum crm_form_in form)
{
	switch ((enum crm_type)f->type) {
	case CRM_T_TAG:
	case CRM_T_EMAIL:
	case CRM_T_PHONE:
	case CRM_T_URL:
		return form == CRM_IN_CSV ? ",;\n" : ",;";
	case CRM_T_TEXT:
	case CRM_T_LINK:
	case CRM_T_DATE:
	case CRM_T_TIME:
	case CRM_T_SPAN:
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_CURRENCY:
	case CRM_T_BOOL:
	case CRM_T_CHOICE:
	case CRM_NTYPES:
		break;
	}
	return ",";
}

/* A cell or an argument that holds many values. */
const struct crm_err *
crm_bind_add_many(struct crm_bind *b, const struct crm_field *f,
    enum crm_edit_op op, struct crm_view cell, bool escaped,
    enum crm_form_in form, struct crm_view system)
{
	const char *seps = separators(f, form);
	const struct crm_err *err = NULL;
	struct crm_view value;
	bool more = true;

	while (err == NULL && more) {
		err =
		    crm_cell_next(&cell, seps, escaped, &b->one, &value, &more);
		if (err != NULL) {
			crm_bind_fault(b, f->name, err->msg);
			return NULL;
		}
		if (more)
			err = crm_bind_add_value(b, f, op,
			    crm_bind_with_system(b, value, system), false);
	}
	return err;
}

/* The same of a column where " ::: " parts them, as address books write
 * them, in our words. */
const struct crm_err *
crm_bind_add_cell(struct crm_bind *b, const struct crm_target *t,
    struct crm_view rest, bool escaped, enum crm_form_in form)
{
	const struct crm_err *err = NULL;
	struct crm_view some;
	size_t at;

	while (err == NULL) {
		at = form == CRM_IN_CSV ? find_triple(rest) : rest.n;
		some = crm_view(rest.p, at);
		if (t->rule != NULL)
			some = crm_preset_word(t->rule, some);
		err = crm_bind_add_many(
		    b, t->field, CRM_SET, some, escaped, form, t->system);
		if (at == rest.n)
			break;
		rest = crm_view_skip(rest, at + 5);
	}
	return err;
}

void
crm_bind_add_piece(struct crm_bind *b, const struct crm_target *t, uint32_t col,
    struct crm_view text)
{
	struct crm_piece *p;

	text = crm_view_trim(text);
	if (text.n == 0)
		return;
	b->piece = crm_grow(
	    b->piece, &b->piece_cap, b->npieces + 1, sizeof(*b->piece));
	p = &b->piece[b->npieces++];
	p->field = t->field;
	p->rank = t->rank;
	p->system = t->system;
	p->text = crm_view(crm_arena_dup(&b->row, text.p, text.n), text.n);
	p->col = col;
	p->joins = !t->apart;
}

static bool
is_number(struct crm_view v)
{
	size_t i;

	for (i = 0; i < v.n; i++)
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
	return v.n > 0 && v.n <= 4;
}

/* A piece without its system, if one before it has said that. */
static struct crm_view
rest_of(const struct crm_piece *p)
{
	size_t n = p->system.n;

	return n > 0 && p->text.n > n && p->text.p[n] == ':' &&
		crm_view_starts(p->text, p->system)
	    ? crm_view_skip(p->text, n + 1)
	    : p->text;
}

/* Join n pieces into b->one: with blanks, and what is of one system as one
 * name of it; the numbers of a date, year month day or month day, as the
 * date. */
static void
join(struct crm_bind *b, const struct crm_piece *p, size_t n)
{
	bool date = p->field->type == CRM_T_DATE && n > 1 && n <= 3;
	size_t i;

	for (i = 0; i < n; i++)
		date = date && is_number(p[i].text);
	crm_buf_reset(&b->one);
	if (date && n == 2 && p->text.n <= 2)
		crm_buf_adds(&b->one, "--");
	for (i = 0; i < n; i++) {
		if (i > 0)
			crm_buf_addc(&b->one, date ? '-' : ' ');
		if (date && p[i].text.n == 1)
			crm_buf_addc(&b->one, '0');
		crm_buf_addv(&b->one,
		    i > 0 && crm_view_eq(p[i].system, p[i - 1].system)
			? rest_of(&p[i])
			: crm_bind_with_system(b, p[i].text, p[i].system));
	}
}

/* By field, then rank. */
static void
sort_pieces(struct crm_bind *b)
{
	struct crm_piece p;
	size_t i, j;

	for (i = 1; i < b->npieces; i++) {
		p = b->piece[i];
		for (j = i; j > 0 &&
		     (b->piece[j - 1].field > p.field ||
			 (b->piece[j - 1].field == p.field &&
			     b->piece[j - 1].rank > p.rank));
		     j--)
			b->piece[j] = b->piece[j - 1];
		b->piece[j] = p;
	}
}

/* Give a piece that is not joined with the one before it the field x-NAME of
 * its column, but when it says the same. */
static void
put_apart(struct crm_bind *b, const struct crm_reader *reader,
    const struct crm_piece *first, struct crm_piece *p)
{
	const struct crm_field *f;

	if (crm_view_eq(p->text, first->text) &&
	    crm_view_eq(p->system, first->system)) {
		p->text = CRM_VNULL;
		return;
	}
	f = crm_bind_rest_field(b, b->kind, reader, p->col);
	if (f == NULL) {
		crm_bind_unknown(
		    b, b->kind, crm_reader_col(reader, p->col), true);
		p->text = CRM_VNULL;
		return;
	}
	p->field = f;
	p->rank = UINT32_MAX / 2 + p->col;
	p->system = CRM_VNULL;
	p->joins = true;
}

/* Of columns that say the same of a record, take the first that is not
 * empty. */
static void
part_pieces(struct crm_bind *b, const struct crm_reader *reader)
{
	const struct crm_field *f;
	size_t first, i, n = 0;

	for (first = 0; first < b->npieces; first = i) {
		f = b->piece[first].field;
		for (i = first + 1; i < b->npieces && b->piece[i].field == f;
		     i++)
			if (!b->piece[i].joins)
				put_apart(
				    b, reader, &b->piece[first], &b->piece[i]);
	}
	for (i = 0; i < b->npieces; i++)
		if (b->piece[i].text.n > 0)
			b->piece[n++] = b->piece[i];
	b->npieces = n;
}

const struct crm_err *
crm_bind_add_pieces(struct crm_bind *b, const struct crm_reader *reader)
{
	const struct crm_err *err = NULL;
	size_t i, j;

	sort_pieces(b);
	part_pieces(b, reader);
	sort_pieces(b);
	for (i = 0; err == NULL && i < b->npieces; i = j) {
		for (j = i + 1; j < b->npieces; j++)
			if (b->piece[j].field != b->piece[i].field)
				break;
		join(b, b->piece + i, j - i);
		err = crm_bind_add_value(b, b->piece[i].field, CRM_SET,
		    crm_buf_view(&b->one), false);
	}
	return err;
}
