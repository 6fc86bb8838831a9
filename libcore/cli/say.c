#include "cli/say.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "cli/env.h"
#include "record/value.h"
#include "record/word.h"
#include "store/who.h"

#define DIM "\033[2m"
#define PLAIN "\033[0m"

void
crm_say_init(struct crm_say *s, struct crm_ctx *ctx, struct crm_snap *snap)
{
	memset(s, 0, sizeof(*s));
	s->ctx = ctx;
	s->snap = snap;
	s->text.max = s->scratch.max = CRM_LINE_MAX * 16;
	s->color = crm_ctx_color(ctx);
	s->zone = crm_ctx_zone(ctx);
}

void
crm_say_release(struct crm_say *s)
{
	crm_buf_release(&s->text);
	crm_buf_release(&s->scratch);
}

void
crm_say_print(struct crm_say *s)
{
	crm_buf_addv(&s->ctx->out.buf, crm_buf_view(&s->text));
	crm_buf_reset(&s->text);
	crm_sink_check(&s->ctx->out);
}

CRM_PRINTF(2, 0)
static void
add_formatted(struct crm_say *s, const char *fmt, va_list ap)
{
	char text[1000];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	crm_buf_adds(&s->text, text);
}

void
crm_say_add(struct crm_say *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_formatted(s, fmt, ap);
	va_end(ap);
}

void
crm_say_dim(struct crm_say *s, const char *fmt, ...)
{
	va_list ap;

	if (s->color)
		crm_buf_adds(&s->text, DIM);
	va_start(ap, fmt);
	add_formatted(s, fmt, ap);
	va_end(ap);
	if (s->color)
		crm_buf_adds(&s->text, PLAIN);
}

void
crm_say_text(struct crm_say *s, struct crm_view v)
{
	struct crm_buf line = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	size_t i;

	crm_buf_addv(&line, v);
	for (i = 0; i < line.n; i++)
		if (line.p[i] == '\n' || line.p[i] == '\t' || line.p[i] == '\r')
			line.p[i] = ' ';
	if (s->ctx->terminal)
		crm_utf8_add_safe(&s->text, crm_buf_view(&line));
	else
		crm_buf_addv(&s->text, crm_buf_view(&line));
	crm_buf_release(&line);
}

const struct crm_err *
crm_say_value(
    struct crm_say *s, const struct crm_field *f, struct crm_view stored)
{
	const struct crm_err *err = NULL;
	struct crm_many m;
	struct crm_view v;
	bool first = true;

	crm_many_begin(&m, stored, (f->flags & CRM_F_MANY) != 0);
	while (err == NULL && crm_many_next(&m, &v)) {
		crm_buf_adds(&s->text, first ? "" : ", ");
		first = false;
		crm_buf_reset(&s->scratch);
		if (f->type == CRM_T_LINK && f->num != CRM_N_ID)
			err =
			    crm_who_link(s->snap, crm_link_get(v), &s->scratch);
		else
			crm_people_add_value(&s->scratch, f, v, s->zone);
		crm_say_text(s, crm_buf_view(&s->scratch));
	}
	return err;
}

/* "call: asked for an offer" */
static const struct crm_err *
say_event(struct crm_say *s, uint64_t id)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_view v;

	err = crm_snap_get_beside(s->snap, id, &r, &p);
	if (err != NULL || p == CRM_ABSENT)
		return err;
	if (crm_stored_get(&r, CRM_EVENT_WHAT, &v))
		crm_say_text(s, crm_word_get(v));
	if (crm_stored_get(&r, CRM_EVENT_TEXT, &v)) {
		crm_say_add(s, ": ");
		crm_say_text(s, crm_utf8_cut(v, 60, NULL));
	}
	return NULL;
}

const struct crm_err *
crm_say_name(struct crm_say *s, uint64_t id)
{
	const struct crm_err *err;

	if (crm_id_kind(id) == 'e')
		return say_event(s, id);
	crm_buf_reset(&s->scratch);
	err = crm_who_name(s->snap, id, &s->scratch);
	crm_say_text(s, crm_buf_view(&s->scratch));
	return err;
}

void
crm_say_money(struct crm_say *s, int64_t minor, uint8_t currency)
{
	static const struct crm_field money = { .type = CRM_T_MONEY };
	struct crm_buf b = CRM_BUF_INIT(64);
	const char *code = crm_currency_code(currency);

	crm_value_put_dec(
	    &b, (struct crm_dec){ minor, crm_currency_digits(currency) });
	crm_people_add_value(&s->text, &money, crm_buf_view(&b), NULL);
	if (code != NULL)
		crm_buf_addf(&s->text, " %s", code);
	crm_buf_release(&b);
}

void
crm_say_pad(struct crm_say *s, size_t from, size_t column)
{
	size_t width =
	    crm_utf8_width(crm_view_skip(crm_buf_view(&s->text), from));

	do
		crm_buf_addc(&s->text, ' ');
	while (++width < column);
}

void
crm_grid_init(struct crm_grid *g, size_t cols)
{
	memset(g, 0, sizeof(*g));
	g->cols = cols;
	g->text.max = CRM_LINE_MAX * 16;
}

void
crm_grid_release(struct crm_grid *g)
{
	crm_free(g->cell);
	crm_buf_release(&g->text);
}

void
crm_grid_begin(struct crm_grid *g, struct crm_say *s)
{
	g->from = s->text.n;
}

void
crm_grid_cell(struct crm_grid *g, struct crm_say *s)
{
	crm_buf_addv(&g->text, crm_view_skip(crm_buf_view(&s->text), g->from));
	s->text.n = g->from;
	g->cell = crm_grow(g->cell, &g->cap, g->ncells + 1, sizeof(*g->cell));
	g->cell[g->ncells++] = g->text.n;
}

static struct crm_view
cell_at(const struct crm_grid *g, size_t i)
{
	size_t from = i > 0 ? g->cell[i - 1] : 0;

	return crm_view(
	    g->text.p != NULL ? g->text.p + from : "", g->cell[i] - from);
}

static void
add_blanks(struct crm_buf *b, size_t n)
{
	while (n-- > 0)
		crm_buf_addc(b, ' ');
}

/* A cell in its column; the last one is not padded, but cut. */
static void
print_cell(const struct crm_grid *g, struct crm_say *s, size_t i, size_t width,
    size_t room)
{
	struct crm_view v = cell_at(g, i);
	size_t col = i % g->cols, w = crm_utf8_width(v);

	if (col + 1 == g->cols) {
		if (room > 1 && w > room) {
			crm_buf_addv(&s->text, crm_utf8_cut(v, room - 1, NULL));
			crm_buf_adds(&s->text, "\xe2\x80\xa6");
		} else
			crm_buf_addv(&s->text, v);
		return;
	}
	if (g->right[col])
		add_blanks(&s->text, width - w);
	crm_buf_addv(&s->text, v);
	if (!g->right[col])
		add_blanks(&s->text, width - w);
}

void
crm_grid_print(struct crm_grid *g, struct crm_say *s, size_t indent)
{
	size_t width[CRM_GRID_COLUMNS] = { 0 }, used = indent, from = 0, i, w;
	size_t terminal =
	    s->ctx->terminal ? crm_env_width(STDOUT_FILENO) : SIZE_MAX;

	for (i = 0; i < g->ncells; i++) {
		w = crm_utf8_width(cell_at(g, i));
		if (w > width[i % g->cols])
			width[i % g->cols] = w;
	}
	for (i = 0; i + 1 < g->cols; i++)
		used += width[i] > 0 ? width[i] + 2 : 0;
	for (i = 0; i < g->ncells; i++) {
		size_t col = i % g->cols;

		if (col == 0) {
			from = s->text.n;
			add_blanks(&s->text, indent);
		}
		print_cell(g, s, i, width[col],
		    terminal > used ? terminal - used : 10);
		if (col + 1 < g->cols && width[col] > 0)
			crm_buf_adds(&s->text, "  ");
		if (col + 1 < g->cols)
			continue;
		while (s->text.n > from && s->text.p[s->text.n - 1] == ' ')
			s->text.n--;
		crm_buf_addc(&s->text, '\n');
	}
}
