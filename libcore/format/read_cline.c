/* What vCard and iCalendar are read with: records of several lines that are
 * folded, encoded, and within each other. */
#include "base/utf8.h"
#include "format/read_impl.h"

#include <strings.h>

bool
crm_cline_is_text(struct crm_view line, const char *what)
{
	line = crm_view_trim(line);
	return line.n == strlen(what) && strncasecmp(line.p, what, line.n) == 0;
}

/* Is it WHAT:NAME? */
static bool
is_edge(struct crm_view line, const char *what, const char *name)
{
	size_t n = strlen(what);

	line = crm_view_trim(line);
	return line.n > n && strncasecmp(line.p, what, n) == 0 &&
	    crm_cline_is_text(crm_view_skip(line, n), name);
}

const struct crm_err *
crm_cline_take(struct crm_reader *r, const char *name, const char *word)
{
	struct crm_lines *l = &r->lines;
	const struct crm_err *err;
	struct crm_view line;
	size_t depth = 1, len;

	while (depth > 0) {
		len = l->len;
		err = crm_lines_extend(l);
		if (err == NULL && l->len == len)
			err = crm_err(CRM_E_DATA,
			    "the %s that begins here has no END:%s", word,
			    name);
		if (err != NULL) {
			r->over = true; /* who knows where it ends */
			return err;
		}
		line = crm_view_skip(crm_lines_record(l), len);
		if (is_edge(line, "BEGIN:", name))
			depth++;
		else if (is_edge(line, "END:", name))
			depth--;
	}
	return NULL;
}

struct crm_view
crm_cline_next_line(struct crm_view *text)
{
	size_t n = crm_view_find(*text, '\n');
	struct crm_view line = crm_view(text->p, n);

	*text = crm_view_skip(*text, n < text->n ? n + 1 : n);
	return crm_lines_chomp(line);
}

/* Does a line go on in the next one in the way of quoted-printable? */
static bool
is_soft(struct crm_view line)
{
	static const char word[] = "QUOTED-PRINTABLE";
	size_t colon = crm_view_find(line, ':'), i, n = sizeof(word) - 1;

	if (line.n == 0 || line.p[line.n - 1] != '=')
		return false;
	for (i = 0; i + n <= colon; i++)
		if (strncasecmp(line.p + i, word, n) == 0)
			return true;
	return false;
}

void
crm_cline_unfold(struct crm_view *text, struct crm_buf *b)
{
	struct crm_view soft;

	crm_buf_reset(b);
	crm_buf_addv(b, crm_cline_next_line(text));
	for (;;) {
		soft = crm_buf_view(b);
		if (text->n > 0 && is_soft(soft)) {
			b->n--;
			crm_buf_addv(b, crm_cline_next_line(text));
		} else if (text->n > 0 &&
		    (text->p[0] == ' ' || text->p[0] == '\t'))
			crm_buf_addv(
			    b, crm_view_skip(crm_cline_next_line(text), 1));
		else
			return;
	}
}

const struct crm_err *
crm_cline_decode(struct crm_reader *r, struct crm_cline *c)
{
	struct crm_buf plain = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	struct crm_buf utf8 = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct crm_view encoding = crm_cline_param(c, "ENCODING"), text;
	const struct crm_err *err;
	size_t i;

	crm_buf_addc(&plain, ' '); /* so that it is never NULL */
	plain.n = 0;
	if (crm_cline_is_text(encoding, "QUOTED-PRINTABLE"))
		crm_cline_add_unquoted(&plain, c->value);
	else
		crm_buf_addv(&plain, c->value);
	err = crm_cline_add_charset(
	    &utf8, crm_cline_param(c, "CHARSET"), crm_buf_view(&plain));
	text = crm_buf_view(&utf8);
	crm_buf_reset(&plain);
	for (i = 0; i < text.n; i++)
		if (text.p[i] == '\n')
			crm_buf_adds(&plain, "\\n");
		else if (text.p[i] != '\r')
			crm_buf_addc(&plain, text.p[i]);
	text = crm_buf_view(&plain);
	if (err == NULL && crm_utf8_check(c->params) < c->params.n)
		err = crm_err(CRM_E_DATA, "%.*s: its parameters are not UTF-8",
		    CRM_VARG(c->name));
	if (err == NULL && crm_utf8_check(text) < text.n)
		err = crm_err(CRM_E_DATA, "%.*s: %s", CRM_VARG(c->name),
		    memchr(text.p, '\0', text.n) != NULL ? "a NUL"
							 : "not UTF-8");
	c->value = crm_view(crm_arena_dup(&r->card, text.p, text.n), text.n);
	crm_buf_release(&plain);
	crm_buf_release(&utf8);
	return err;
}

const struct crm_err *
crm_cline_add_cell(struct crm_reader *r, uint32_t *before, const char *field,
    struct crm_view text, bool item)
{
	const struct crm_err *err;
	uint32_t col;

	err = crm_cols_learn(&r->cols, *before, crm_view_str(field), &col);
	if (err != NULL)
		return err;
	*before = col;
	r->cell = crm_grow(r->cell, &r->cap, r->row.n + 1, sizeof(*r->cell));
	r->cell[r->row.n++] = (struct crm_cell){ .col = col,
		.type = CRM_CELL_TEXT,
		.item = item,
		.text =
		    crm_view(crm_arena_dup(&r->card, text.p, text.n), text.n) };
	return NULL;
}
