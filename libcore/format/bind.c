#include "format/bind.h"

#include <stdlib.h>

#include "format/bind_impl.h"
#include "record/id.h"
#include "record/rule.h"

/* "name", then =, += or -=; n is its length, 0 when it is none. */
static size_t
assigned_name(const char *arg, enum crm_edit_op *op, const char **value)
{
	size_t n = 0;

	if (arg[0] < 'a' || arg[0] > 'z')
		return 0;
	while ((arg[n] >= 'a' && arg[n] <= 'z') ||
	    (arg[n] >= '0' && arg[n] <= '9') ||
	    (arg[n] == '-' && arg[n + 1] != '='))
		n++;
	*op = CRM_SET;
	if (arg[n] == '=') {
		*value = arg + n + 1;
		return n;
	}
	if ((arg[n] != '+' && arg[n] != '-') || arg[n + 1] != '=')
		return 0;
	*op = arg[n] == '+' ? CRM_ADD : CRM_TAKE;
	*value = arg + n + 2;
	return n;
}

bool
crm_bind_is_assignment(const char *arg)
{
	enum crm_edit_op op;
	const char *value;

	return assigned_name(arg, &op, &value) > 0;
}

/* Does a field of a kind, or of any, take one value alone? */
static bool
is_single(
    const struct crm_bind *b, const struct crm_kind *k, struct crm_view name)
{
	const struct crm_field *f;
	size_t i;

	for (i = 0; k == NULL && i < crm_schema_nkinds(b->o.schema); i++) {
		f = crm_field_named(crm_schema_kind(b->o.schema, i), name);
		if (f != NULL && (f->flags & CRM_F_MANY) == 0)
			return true;
	}
	f = k != NULL ? crm_field_named(k, name) : NULL;
	return (f != NULL && (f->flags & CRM_F_MANY) == 0) ||
	    crm_view_starts(name, CRM_V("x-"));
}

/*
 * Refuse two values for a field that takes one: one of them would be lost.
 *
 * option  that they stand behind, "--set: ", or ""
 */
static const struct crm_err *
check_once(const struct crm_bind *b, const struct crm_kind *k,
    const char *option, const char *const *arg, size_t n)
{
	enum crm_edit_op op;
	const char *was, *is;
	size_t i, j, len;

	for (i = 1; i < n; i++)
		for (j = 0; j < i; j++) {
			len = assigned_name(arg[i], &op, &is);
			if (len != assigned_name(arg[j], &op, &was) ||
			    memcmp(arg[i], arg[j], len) != 0 ||
			    !is_single(b, k, crm_view(arg[i], len)))
				continue;
			return crm_err(CRM_E_USAGE,
			    "%s'%.*s' has one value, but '%.200s' and "
			    "'%.200s' are given",
			    option, (int)len, arg[i], was, is);
		}
	return NULL;
}

const struct crm_err *
crm_bind_new(const struct crm_bind_options *o, struct crm_bind **out)
{
	struct crm_bind *b = crm_calloc(1, sizeof(*b));
	const struct crm_err *err;
	size_t i;

	b->o = *o;
	b->kind_asked = o->kind;
	b->values.max = b->text.max = b->one.max = CRM_LINE_MAX * 2;
	b->set = crm_calloc(o->nsets, sizeof(*b->set));
	*out = b;
	for (i = 0; i < o->nsets; i++)
		if (!crm_bind_is_assignment(o->set[i]))
			return crm_err(CRM_E_USAGE,
			    "--set: '%s' is not FIELD=VALUE", o->set[i]);
	err = check_once(b, o->kind, "--set: ", o->set, o->nsets);
	return err != NULL ? err : crm_bind_read_maps(b);
}

void
crm_bind_set_values(struct crm_bind *b, const struct crm_value_ctx *values)
{
	b->o.values = values;
}

void
crm_bind_free(struct crm_bind *b)
{
	size_t i;

	if (b == NULL)
		return;
	for (i = 0; i < 26; i++) {
		crm_free(b->targets[i].of);
		crm_free(b->targets[i].n);
	}
	crm_free(b->set);
	crm_free(b->names_kind);
	crm_free(b->map);
	crm_free(b->edit);
	crm_free(b->at);
	crm_free(b->piece);
	crm_arena_release(&b->arena);
	crm_arena_release(&b->row);
	crm_buf_release(&b->values);
	crm_buf_release(&b->text);
	crm_buf_release(&b->one);
	crm_free(b);
}

bool
crm_bind_has_new_fields(struct crm_bind *b)
{
	bool new = b->new_fields;

	b->new_fields = false;
	return new;
}

bool
crm_bind_header(struct crm_bind *b, const struct crm_reader *reader)
{
	const struct crm_kind *k;
	const struct crm_target *t;
	struct crm_view *unknown;
	size_t i, n, nunknown = 0;
	uint32_t col;

	b->bad = false;
	crm_bind_recognise(b, reader);
	k = b->o.kind;
	if (k == NULL || crm_reader_header(reader).n == 0)
		return true;
	unknown = crm_calloc(crm_reader_ncols(reader) + 1, sizeof(*unknown));
	for (col = 0; col < crm_reader_ncols(reader); col++) {
		t = crm_bind_targets(b, reader, k, col, &n);
		for (i = 0; i < n; i++)
			if (t[i].role == CRM_TO_UNKNOWN)
				break;
		if (i < n)
			unknown[nunknown++] = crm_reader_col(reader, col);
	}
	crm_bind_unknown_columns(b, k, unknown, nunknown);
	crm_free(unknown);
	for (i = 0; i < b->nmaps; i++)
		if (!b->map[i].used) {
			crm_buf_reset(&b->text);
			crm_buf_addf(&b->text,
			    "--map: the input has no column '%.*s'",
			    CRM_VARG(b->map[i].column));
			crm_bind_fault(b, NULL, b->text.p);
		}
	return !b->bad;
}

static void
begin(struct crm_bind *b, const struct crm_kind *k)
{
	b->kind = k;
	b->id = 0;
	b->currency[0] = '\0';
	b->bad = false;
	b->blank = 0;
	b->nedits = b->npieces = 0;
	crm_buf_reset(&b->values);
	crm_arena_reset(&b->row);
}

/* The edits of the record are whole: say where their values are. */
static void
finish(struct crm_bind *b, struct crm_bound *out, bool *ok)
{
	size_t i;

	for (i = 0; i < b->nedits; i++)
		b->edit[i].value.p =
		    b->values.p != NULL ? b->values.p + b->at[i] : "";
	out->kind = b->kind;
	out->id = b->id;
	out->edit = b->edit;
	out->nedits = b->nedits;
	out->values = crm_buf_view(&b->values);
	out->nset = 0;
	out->blank = b->blank;
	out->gone = false;
	memcpy(out->currency, b->currency, sizeof(out->currency));
	*ok = !b->bad;
}

/* Is a cell's type of JSON right for a field? */
static const char *
wrong_type(const struct crm_field *f, const struct crm_cell *c)
{
	bool number = f->type == CRM_T_NUMBER || f->type == CRM_T_PERCENT ||
	    f->type == CRM_T_MONEY;

	switch (c->type) {
	case CRM_CELL_OBJECT:
		return "no field takes an object or a list of lists";
	case CRM_CELL_TRUE:
	case CRM_CELL_FALSE:
		if (f->type == CRM_T_BOOL || strncmp(f->name, "x-", 2) == 0)
			return NULL; /* of x-NAME: kept as text */
		return number ? "a number, not true or false"
			      : "a string, not true or false";
	case CRM_CELL_NUMBER:
		return number || f->type == CRM_T_TEXT ||
			f->type == CRM_T_PHONE || f->type == CRM_T_TAG
		    ? NULL
		    : "a string, not a number";
	case CRM_CELL_NULL:
		return c->item ? "values, not null in a list" : NULL;
	case CRM_CELL_TEXT:
	case CRM_CELL_NONE:
		break;
	}
	return c->item && (f->flags & CRM_F_MANY) == 0 ? "one value, not a list"
						       : NULL;
}

static const struct crm_err *
bind_field(struct crm_bind *b, const struct crm_target *t,
    const struct crm_cell *c, struct crm_view text, enum crm_form_in form)
{
	const struct crm_field *f = t->field;
	const struct crm_err *err;
	const char *wrong = NULL;

	if (c->type != CRM_CELL_TEXT || c->item)
		wrong = wrong_type(f, c);
	if (wrong != NULL) {
		crm_buf_reset(&b->text);
		crm_buf_addf(&b->text, "wants %s", wrong);
		crm_bind_fault(
		    b, f->name, c->type == CRM_CELL_OBJECT ? wrong : b->text.p);
		return NULL;
	}
	if (c->type == CRM_CELL_NULL) {
		(void)crm_bind_add_edit(b, f, CRM_CLEAR, b->values.n);
		return NULL;
	}
	if (c->type == CRM_CELL_NONE || text.n == 0) {
		if (f->num < 64)
			b->blank |= (uint64_t)1 << f->num;
		return NULL;
	}
	if ((f->flags & CRM_F_MANY) != 0 && !crm_form_has_arrays(form))
		return crm_bind_add_cell(b, t, c->text, c->escaped, form);
	if (c->escaped) {
		crm_buf_reset(&b->one);
		err = crm_cell_unescape(text, &b->one);
		if (err != NULL) {
			crm_bind_fault(b, f->name, err->msg);
			return NULL;
		}
		text = crm_buf_view(&b->one);
	}
	if (t->joined) {
		crm_bind_add_piece(b, t, c->col, text);
		return NULL;
	}
	if (t->system.n > 0)
		text = crm_bind_with_system(b, text, t->system);
	return crm_bind_add_value(
	    b, f, CRM_SET, text, c->type == CRM_CELL_NUMBER);
}

/* The kind that a row names, or else its id; NULL after a fault. */
static const struct crm_kind *
kind_of_row(struct crm_bind *b, const struct crm_reader *reader,
    const struct crm_row *row)
{
	const struct crm_kind *k = NULL, *of_id = NULL;
	uint64_t id;
	size_t i, j;
	bool named = false;

	for (i = 0; i < row->n; i++) {
		struct crm_view col, text = row->cell[i].text;
		bool is_kind, is_id;

		if (!crm_bind_names_kind(b, reader, row->cell[i].col))
			continue;
		col = crm_reader_col(reader, row->cell[i].col);
		is_kind = crm_view_is(col, "kind");
		is_id = crm_view_is(col, "id");
		for (j = 0; j < b->nmaps; j++) {
			if (!crm_view_eq(b->map[j].column, col))
				continue;
			is_kind = crm_view_is(b->map[j].field, "kind");
			is_id = crm_view_is(b->map[j].field, "id");
			if (is_kind && b->map[j].rule != NULL)
				text = crm_preset_word(b->map[j].rule, text);
		}
		if (is_id && crm_id_parse(crm_view_trim(text), &id))
			of_id = crm_kind_of(b->o.schema, crm_id_kind(id));
		if (!is_kind || text.n == 0)
			continue;
		named = true;
		k = crm_kind_named(b->o.schema, text);
		if (k == NULL) {
			crm_buf_reset(&b->text);
			crm_buf_addf(
			    &b->text, "no such kind: '%.*s'", CRM_VARG(text));
			crm_bind_fault(b, "kind", b->text.p);
			return NULL;
		}
	}
	if (!named && b->o.kind == NULL)
		k = of_id;
	if (!named && b->o.kind == NULL && k == NULL)
		crm_bind_fault(
		    b, "kind", "missing: name one (crm-add person < FILE)");
	else if (named && b->o.kind != NULL && k != b->o.kind) {
		crm_buf_reset(&b->text);
		crm_buf_addf(
		    &b->text, "is %s, not %s", k->name, b->o.kind->name);
		crm_bind_fault(b, "kind", b->text.p);
	}
	return b->o.kind != NULL ? b->o.kind : k;
}

static void
bind_id(struct crm_bind *b, struct crm_view text, enum crm_form_in form)
{
	text = crm_view_trim(text);
	if (text.n == 0)
		return;
	if (!crm_id_parse(text, &b->id)) {
		crm_buf_reset(&b->text);
		crm_buf_addf(&b->text, "'%.*s' is not an id", CRM_VARG(text));
		if (form == CRM_IN_IDS)
			crm_buf_adds(&b->text,
			    " (a list of one field has its name above it)");
		crm_bind_fault(b, "id", b->text.p);
	} else if (crm_id_kind(b->id) != b->kind->letter) {
		crm_buf_reset(&b->text);
		crm_buf_addf(&b->text, "'%.*s' is not the id of a %s",
		    CRM_VARG(text), b->kind->name);
		crm_bind_fault(b, "id", b->text.p);
	}
}

static bool
has_edit(const struct crm_bind *b, const struct crm_field *f)
{
	size_t i;

	for (i = 0; i < b->nedits; i++)
		if (b->edit[i].field == f)
			return true;
	return false;
}

/* Find the field of an argument.  Returns false after a fault. */
static bool
read_arg(struct crm_bind *b, const char *text, struct crm_bind_arg *out)
{
	const char *value;
	struct crm_view name;

	name = crm_view(text, assigned_name(text, &out->op, &value));
	out->value = crm_view_str(value);
	out->kind = b->kind;
	out->field = crm_bind_field(b, b->kind, name);
	if (out->field == NULL)
		crm_bind_unknown(b, b->kind, name, false);
	return out->field != NULL;
}

/* name=value, also of --set: there it fills in what is missing. */
static const struct crm_err *
bind_arg(struct crm_bind *b, const struct crm_bind_arg *a, bool fill)
{
	const struct crm_field *f = a->field;

	if ((f->flags & CRM_F_MANY) == 0 && a->op != CRM_SET) {
		crm_bind_fault(b, f->name, "has one value: set it with =");
		return NULL;
	}
	if (fill && (f->flags & CRM_F_MANY) == 0 &&
	    (has_edit(b, f) || crm_rule_makes(b->kind, f, b->edit, b->nedits)))
		return NULL;
	if (crm_view_trim(a->value).n == 0) {
		if (a->op != CRM_SET)
			crm_bind_fault(b, f->name, "a value is missing");
		else if (!fill)
			(void)crm_bind_add_edit(b, f, CRM_CLEAR, b->values.n);
		return NULL;
	}
	if ((f->flags & CRM_F_MANY) != 0)
		return crm_bind_add_many(
		    b, f, a->op, a->value, false, CRM_IN_TSV, CRM_VNULL);
	return crm_bind_add_value(
	    b, f, fill ? CRM_FILL : a->op, a->value, false);
}

/* What --set says. */
static const struct crm_err *
bind_sets(struct crm_bind *b)
{
	const struct crm_err *err = NULL;
	struct crm_bind_arg *a;
	size_t i;

	for (i = 0; err == NULL && i < b->o.nsets; i++) {
		a = &b->set[i];
		if ((a->kind == b->kind && a->field != NULL) ||
		    read_arg(b, b->o.set[i], a))
			err = bind_arg(b, a, true);
	}
	return err;
}

/* An operand, which may name the id of a new record. */
static const struct crm_err *
bind_operand(struct crm_bind *b, const char *text)
{
	struct crm_bind_arg a;
	enum crm_edit_op op;
	const char *value;
	size_t n = assigned_name(text, &op, &value);

	if (b->o.takes_ids && op == CRM_SET &&
	    crm_view_is(crm_view(text, n), "id")) {
		bind_id(b, crm_view_str(value), CRM_IN_TSV);
		return NULL;
	}
	return read_arg(b, text, &a) ? bind_arg(b, &a, false) : NULL;
}

/* One cell, on its way to one of the places where its column goes. */
static const struct crm_err *
bind_cell(struct crm_bind *b, const struct crm_reader *reader,
    const struct crm_target *t, const struct crm_cell *c)
{
	enum crm_form_in form = crm_reader_form(reader);

	switch (t->role) {
	case CRM_TO_FIELD:
		return bind_field(b, t, c,
		    t->rule != NULL ? crm_preset_word(t->rule, c->text)
				    : c->text,
		    form);
	case CRM_TO_ID:
		bind_id(b, c->text, form);
		break;
	case CRM_TO_UNKNOWN:
	case CRM_TO_REST: /* there are too many fields */
		if (c->text.n > 0)
			crm_bind_unknown(
			    b, b->kind, crm_reader_col(reader, c->col), true);
		break;
	case CRM_TO_KIND:
	case CRM_TO_NOTHING:
		break;
	}
	return NULL;
}

/* One cell, in a turn: to all the places where its column goes. */
static const struct crm_err *
bind_places(struct crm_bind *b, const struct crm_reader *reader,
    const struct crm_row *row, const struct crm_cell *c, uint32_t turn)
{
	const struct crm_target *t;
	const struct crm_err *err = NULL;
	bool applies = false;
	size_t j, n;

	t = crm_bind_targets(b, reader, b->kind, c->col, &n);
	if (n == 1 && t->role == CRM_TO_FIELD && t->rule == NULL) /* mostly */
		return turn == 0
		    ? bind_field(b, t, c, c->text, crm_reader_form(reader))
		    : NULL;
	for (j = 0; err == NULL && j < n; j++) {
		if ((t[j].rule != NULL ? t[j].rule->turn : 0) != turn)
			continue;
		applies = t[j].otherwise ? !applies
		    : t[j].rule == NULL
		    ? true
		    : crm_bind_applies(b, t[j].rule, reader, row);
		if (!applies)
			continue;
		if (t[j].role == CRM_TO_REST && crm_view_trim(c->text).n == 0)
			continue;
		if (t[j].role == CRM_TO_REST)
			crm_bind_settle_rest(b, b->kind, reader, c->col);
		err = bind_cell(b, reader, &t[j], c);
	}
	return err;
}

/* The cells of a row that are for a turn; without a preset all are for 0. */
static const struct crm_err *
bind_turn(struct crm_bind *b, const struct crm_reader *reader,
    const struct crm_row *row, uint32_t turn)
{
	const struct crm_err *err = NULL;
	size_t i;

	b->nedits_before = b->nedits;
	b->npieces_before = b->npieces;
	for (i = 0; err == NULL && i < row->n; i++)
		err = bind_places(b, reader, row, &row->cell[i], turn);
	return err;
}

const struct crm_err *
crm_bind_row(struct crm_bind *b, const struct crm_reader *reader,
    const struct crm_row *row, struct crm_bound *out, bool *ok)
{
	const struct crm_err *err = NULL;
	uint32_t turn;
	size_t own;

	*ok = false;
	begin(b, NULL);
	b->kind = kind_of_row(b, reader, row);
	if (b->kind == NULL)
		return NULL;
	for (turn = 0; err == NULL && turn <= b->turns; turn++)
		err = bind_turn(b, reader, row, turn);
	if (err == NULL)
		err = crm_bind_add_pieces(b, reader);
	if (err == NULL && !b->bad)
		crm_bind_call(b);
	own = b->nedits;
	if (err == NULL && !b->bad)
		err = bind_sets(b);
	if (err == NULL)
		err = crm_buf_end(&b->values);
	finish(b, out, ok);
	out->nset = b->nedits - own;
	out->gone = row->gone;
	return err;
}

const struct crm_err *
crm_bind_args(struct crm_bind *b, const struct crm_kind *k,
    const char *const *arg, size_t n, struct crm_bound *out, bool *ok)
{
	const struct crm_err *err;
	size_t i;

	*ok = false;
	err = check_once(b, k, "", arg, n);
	if (err != NULL)
		return err;
	begin(b, k);
	for (i = 0; err == NULL && i < n; i++)
		err = bind_operand(b, arg[i]);
	if (err == NULL)
		err = bind_sets(b);
	if (err == NULL)
		err = crm_buf_end(&b->values);
	finish(b, out, ok);
	return err;
}
