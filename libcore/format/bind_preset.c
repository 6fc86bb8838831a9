/* Exports of other programs: from a preset to what --map would say. */
#include <strings.h>

#include "base/num.h"
#include "format/bind_impl.h"

static bool
is_mapped(const struct crm_bind *b, struct crm_view column, size_t nmaps)
{
	size_t i;

	for (i = 0; i < nmaps; i++)
		if (crm_view_eq(b->map[i].column, column))
			return true;
	return false;
}

static void
add_map(struct crm_bind *b, struct crm_view column,
    const struct crm_preset_column *rule)
{
	struct crm_mapping *m = crm_bind_add_map(b);
	struct crm_view to = crm_view_str(rule->to);
	size_t colon = crm_view_find(to, ':');

	m->column =
	    crm_view(crm_arena_dup(&b->arena, column.p, column.n), column.n);
	m->field = crm_view(to.p, colon);
	if (colon < to.n)
		m->system = crm_view_skip(to, colon + 1);
	m->rule = rule;
	m->used = true;
	if (rule->turn > b->turns)
		b->turns = rule->turn;
	/* Of whom nobody said what they are, the column may. */
	if (b->o.kind != NULL && crm_view_is(m->field, "kind"))
		m->field = CRM_VNULL;
}

/* Add what the preset says of a header, in the order of its table: that is
 * the order in which columns are joined. */
static void
add_maps(struct crm_bind *b, const struct crm_view *name, size_t n)
{
	size_t i, col, nmaps = b->nmaps;

	for (i = 0; i < b->preset->ncolumns; i++) {
		const struct crm_preset_column *c = &b->preset->column[i];

		for (col = 0; col < n; col++)
			if (crm_preset_fits(c->column, name[col]) &&
			    !is_mapped(b, name[col], nmaps))
				add_map(b, name[col], c);
	}
}

/* Is a mapping of a preset one that a map cannot say: does the column go to
 * another field as a rule, or does it count only where one before it is
 * empty? */
static bool
is_second(const struct crm_bind *b, size_t from, size_t at)
{
	const struct crm_mapping *m = &b->map[at];
	const struct crm_field *f = crm_field_named(
	    crm_kind_of(b->o.schema, b->preset->kinds[0]), m->field);
	bool alone =
	    f != NULL && (f->flags & CRM_F_MANY) == 0 && !m->rule->joins;
	size_t i;

	if (m->rule->turn > 0)
		return true;
	for (i = from; i < at; i++)
		if ((alone && crm_view_eq(b->map[i].field, m->field)) ||
		    (m->rule->when != NULL &&
			crm_view_eq(b->map[i].column, m->column)))
			return true;
	return false;
}

/* What it amounts to: "COLUMN=FIELD,...". */
static void
tell(struct crm_bind *b, size_t from)
{
	struct crm_buf map = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	const struct crm_mapping *m;
	size_t i;

	for (i = from; i < b->nmaps; i++) {
		m = &b->map[i];
		if (m->field.n == 0 || is_second(b, from, i))
			continue;
		if (map.n > 0)
			crm_buf_addc(&map, ',');
		crm_bind_add_column(&map, m->column);
		crm_buf_addf(&map, "=%.*s%s%.*s", CRM_VARG(m->field),
		    m->system.n > 0 ? ":" : "", CRM_VARG(m->system));
	}
	b->o.recognised(b->o.recognised_ctx, b->preset, crm_buf_view(&map));
	crm_buf_release(&map);
}

void
crm_bind_recognise(struct crm_bind *b, const struct crm_reader *reader)
{
	size_t i, n = crm_reader_ncols(reader), nmaps = b->nmaps;
	struct crm_view *name;

	if (b->o.recognised != NULL && crm_reader_form(reader) == CRM_IN_VCARD)
		b->o.recognised(
		    b->o.recognised_ctx, crm_preset_vcard(), CRM_VNULL);
	if (b->o.recognised != NULL && crm_reader_form(reader) == CRM_IN_ICS)
		b->o.recognised(
		    b->o.recognised_ctx, crm_preset_ical(), CRM_VNULL);
	if (b->o.recognised == NULL || crm_reader_header(reader).n == 0 ||
	    crm_bind_drops_rest(b))
		return;
	name = crm_calloc(n + 1, sizeof(*name));
	for (i = 0; i < n; i++)
		name[i] = crm_reader_col(reader, (uint32_t)i);
	b->preset = crm_preset_of(
	    name, n, b->o.kind != NULL ? b->o.kind->letter : '\0');
	if (b->preset != NULL) {
		if (b->preset->kinds[1] == '\0')
			b->o.kind =
			    crm_kind_of(b->o.schema, b->preset->kinds[0]);
		add_maps(b, name, n);
		tell(b, nmaps);
	}
	crm_free(name);
}

/* Had the record something in a field when the turn began? */
static bool
had(const struct crm_bind *b, struct crm_view name)
{
	const struct crm_field *f = crm_field_named(b->kind, name);
	size_t i;

	for (i = 0; f != NULL && i < b->nedits_before; i++)
		if (b->edit[i].field == f)
			return true;
	for (i = 0; f != NULL && i < b->npieces_before; i++)
		if (b->piece[i].field == f)
			return true;
	return false;
}

/* The first cell of a row that has something in a column of a pattern. */
static struct crm_view
row_cell(const char *column, const struct crm_reader *reader,
    const struct crm_row *row)
{
	struct crm_view text;
	size_t i;

	for (i = 0; i < row->n; i++) {
		text = crm_view_trim(row->cell[i].text);
		if (text.n > 0 &&
		    crm_preset_fits(
			column, crm_reader_col(reader, row->cell[i].col)))
			return text;
	}
	return CRM_VNULL;
}

/* Has the row one of these values in a column, "COLUMN=VALUE|..."? */
static bool
row_has(const char *when, const struct crm_reader *reader,
    const struct crm_row *row)
{
	struct crm_view rest = crm_view_str(when), text;
	size_t n = crm_view_find(rest, '=');
	char column[64];

	if (n >= sizeof(column))
		return false;
	memcpy(column, rest.p, n);
	column[n] = '\0';
	text = row_cell(column, reader, row);
	while (n < rest.n) {
		rest = crm_view_skip(rest, n + 1);
		n = crm_view_find(rest, '|');
		if (n == text.n &&
		    (n == 0 || strncasecmp(rest.p, text.p, n) == 0))
			return true;
	}
	return false;
}

bool
crm_bind_applies(struct crm_bind *b, const struct crm_preset_column *c,
    const struct crm_reader *reader, const struct crm_row *row)
{
	struct crm_view rest, name;
	size_t blank;

	if (c->when != NULL && !row_has(c->when, reader, row))
		return false;
	if (c->unless == NULL)
		return true;
	rest = crm_view_str(c->unless);
	while (rest.n > 0) {
		blank = crm_view_find(rest, ' ');
		name = crm_view(rest.p, blank);
		if (had(b, name))
			return false;
		rest = crm_view_skip(rest, blank < rest.n ? blank + 1 : blank);
	}
	return true;
}

const struct crm_field *
crm_bind_rest_field(struct crm_bind *b, const struct crm_kind *k,
    const struct crm_reader *reader, uint32_t col)
{
	struct crm_buf name = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_field *f;

	crm_bind_add_x_name(&name, crm_reader_col(reader, col));
	if (name.n == 0)
		crm_buf_addf(&name, "x-column-%lu", (unsigned long)col + 1);
	f = crm_bind_field(b, k, crm_buf_view(&name));
	crm_buf_release(&name);
	return f;
}

void
crm_bind_settle_rest(struct crm_bind *b, const struct crm_kind *k,
    const struct crm_reader *reader, uint32_t col)
{
	const struct crm_field *f = crm_bind_rest_field(b, k, reader, col);
	struct crm_targets *t = &b->targets[k->letter - 'a'];
	size_t j;

	for (j = 0; j < t->n[col]; j++) {
		if (t->of[col][j].role != CRM_TO_REST)
			continue;
		t->of[col][j].field = f;
		if (f == NULL)
			continue;
		t->of[col][j].role = CRM_TO_FIELD;
		/* Names that differ in signs alone go to the same field. */
		t->of[col][j].joined = true;
		t->of[col][j].apart = false;
		t->of[col][j].rank = UINT32_MAX / 2 + col;
	}
}
