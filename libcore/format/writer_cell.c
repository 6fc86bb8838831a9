/* The cells of TSV and CSV. */
#include "format/writer_impl.h"
#include "record/value.h"
#include "record/word.h"

/* What a character means in a cell. */
enum meaning {
	TSV_ONLY = 1 << 0,   /* parts cells and lines of TSV */
	PARTS = 1 << 1,      /* parts the values of a field of many */
	PARTS_MORE = 1 << 2, /* those of tags, addresses and the like */
	ESCAPES = 1 << 3,
};

static const unsigned char meanings[256] = {
	['\t'] = TSV_ONLY,
	['\n'] = TSV_ONLY,
	['\r'] = TSV_ONLY,
	[','] = PARTS,
	[';'] = PARTS_MORE,
	['\\'] = ESCAPES,
};

/* What is to stand behind a backslash in the cells of a field. */
static unsigned int
to_escape(const struct crm_field *f, bool many, bool tsv)
{
	unsigned int mask = tsv ? TSV_ONLY | ESCAPES : 0;

	if (many)
		mask |= PARTS | ESCAPES;
	if (many &&
	    (f->type == CRM_T_TAG || f->type == CRM_T_EMAIL ||
		f->type == CRM_T_PHONE || f->type == CRM_T_URL))
		mask |= PARTS_MORE;
	return mask;
}

static void
add_escaped(struct crm_buf *out, struct crm_view v, unsigned int mask)
{
	size_t i, from = 0;

	for (i = 0; i < v.n; i++) {
		char ch = v.p[i];

		if ((meanings[(unsigned char)ch] & mask) == 0)
			continue;
		crm_buf_add(out, v.p + from, i - from);
		crm_buf_addc(out, '\\');
		crm_buf_addc(out,
		    ch == '\t'       ? 't'
			: ch == '\n' ? 'n'
			: ch == '\r' ? 'r'
				     : ch);
		from = i + 1;
	}
	crm_buf_add(out, v.p + from, v.n - from);
}

void
crm_cell_text(struct crm_buf *out, const struct crm_field *f,
    const struct crm_value *c, bool tsv)
{
	bool many = (f->flags & CRM_F_MANY) != 0 && !c->is_text;
	unsigned int mask;
	bool first = true;
	struct crm_many m;
	struct crm_view v;

	if (c->safe && !many && !c->is_text) {
		/* no control character is in it, and no backslash */
		crm_value_add_text(out, f, c->value);
		return;
	}
	mask = to_escape(f, many, tsv);
	crm_many_begin(&m, c->value, many);
	while (crm_many_next(&m, &v)) {
		if (!first)
			crm_buf_addc(out, ',');
		first = false;
		if (c->is_text || crm_value_is_text(f))
			add_escaped(out, v, mask);
		else if (f->type == CRM_T_CHOICE)
			add_escaped(out, crm_word_get(v), mask);
		else
			crm_value_add_text(out, f, v);
	}
}

void
crm_csv_add(struct crm_buf *b, struct crm_view v)
{
	size_t i;
	bool quote = v.n > 0 && (v.p[0] == ' ' || v.p[v.n - 1] == ' ');

	for (i = 0; !quote && i < v.n; i++)
		quote = v.p[i] == '"' || v.p[i] == ',' || v.p[i] == ';' ||
		    v.p[i] == '\n' || v.p[i] == '\r' || v.p[i] == '\t';
	if (!quote) {
		crm_buf_addv(b, v);
		return;
	}
	crm_buf_addc(b, '"');
	for (i = 0; i < v.n; i++) {
		if (v.p[i] == '"')
			crm_buf_addc(b, '"');
		crm_buf_addc(b, v.p[i]);
	}
	crm_buf_addc(b, '"');
}
