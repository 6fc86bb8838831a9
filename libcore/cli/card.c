#include "cli/card.h"

#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "cli/card_impl.h"
#include "cli/env.h"
#include "cli/memberships.h"
#include "cli/out.h"
#include "query/query.h"
#include "record/value.h"
#include "store/rollup.h"

#define LABEL 10 /* columns of what stands before a line */

/* Bytes of a value that is kept as it came, and of a word in it, that a card
 * shows: a quarter of a screen of 80 columns and 24 lines, and three lines. */
#define BULK 500
#define BULK_WORD 240

const struct crm_err *
crm_card_new(struct crm_ctx *ctx, struct crm_snap *snap, struct crm_card **out)
{
	struct crm_card *c = crm_calloc(1, sizeof(*c));

	*out = c;
	c->ctx = ctx;
	c->snap = snap;
	c->value.max = CRM_LINE_MAX * 4;
	c->compute = crm_compute_new(snap, &ctx->clock);
	crm_say_init(&c->say, ctx, snap);
	return NULL;
}

void
crm_card_free(struct crm_card *c)
{
	if (c == NULL)
		return;
	crm_compute_free(c->compute);
	crm_say_release(&c->say);
	crm_nummap_release(&c->shown);
	crm_arena_release(&c->own);
	crm_buf_release(&c->value);
	crm_free(c);
}

/* Lines: a label, then pieces with two blanks between them. */
static void
begin_line(struct crm_card *c, const char *label)
{
	c->from = c->say.text.n;
	c->any = false;
	if (label[0] != '\0') {
		crm_say_dim(&c->say, "%s", label);
		for (size_t n = strlen(label); n < LABEL; n++)
			crm_say_add(&c->say, " ");
		if (strlen(label) >= LABEL)
			crm_say_add(&c->say, "  ");
	}
	c->body = c->say.text.n;
}

void
crm_card_piece(struct crm_card *c)
{
	if (c->any)
		crm_say_add(&c->say, "  ");
	c->any = true;
}

/* How much of a text stands on one line: up to the end of a piece, else of a
 * word, if one ends there. */
static size_t
fit(struct crm_view v, size_t room)
{
	size_t n = crm_utf8_cut(v, room, NULL).n, word = 0, i;

	if (n == v.n)
		return n;
	for (i = n; i > 0; i--) {
		if (v.p[i] != ' ')
			continue;
		if (v.p[i - 1] == ' ')
			return i - 1;
		if (word == 0)
			word = i;
	}
	return word > 0 ? word : n;
}

/* What does not fit the terminal goes on below where it began. */
static void
wrap(struct crm_card *c)
{
	struct crm_buf body = CRM_BUF_INIT(CRM_LINE_MAX * 16);
	size_t room, n;
	struct crm_view v;

	room = crm_env_width(STDOUT_FILENO) - LABEL;
	crm_buf_addv(&body, crm_view_skip(crm_buf_view(&c->say.text), c->body));
	c->say.text.n = c->body;
	for (v = crm_buf_view(&body);; v = crm_view_skip(v, n)) {
		while (v.n > 0 && v.p[0] == ' ')
			v = crm_view_skip(v, 1);
		n = fit(v, room);
		if (n == 0)
			break;
		if (v.p != body.p)
			crm_say_add(&c->say, "\n%*s", LABEL, "");
		crm_buf_addv(&c->say.text, crm_view(v.p, n));
	}
	crm_buf_release(&body);
}

/* A line on which nothing stands is not printed. */
static void
end_line(struct crm_card *c)
{
	if (!c->any) {
		c->say.text.n = c->from;
		return;
	}
	if (c->ctx->terminal)
		wrap(c);
	crm_say_add(&c->say, "\n");
}

/* A field of the record as a piece of the line, with words around it. */
static const struct crm_err *
add_field(
    struct crm_card *c, const char *name, const char *before, const char *after)
{
	const struct crm_field *f =
	    crm_field_named(c->kind, crm_view_str(name));
	const struct crm_err *err;

	if (f == NULL)
		return NULL;
	(void)crm_nummap_at(&c->shown, f->num, NULL);
	crm_buf_reset(&c->value);
	err = crm_compute_field(c->compute, c->id, &c->r, f, &c->value);
	if (err != NULL || c->value.n == 0)
		return err;
	crm_card_piece(c);
	crm_say_add(&c->say, "%s", before);
	err = crm_say_value(&c->say, f, crm_buf_view(&c->value));
	crm_say_add(&c->say, "%s", after);
	return err;
}

/* "Anna Nowak  p1  customer  owner ewa" */
static const struct crm_err *
say_head(struct crm_card *c)
{
	const struct crm_err *err;
	char text[CRM_ID_TEXT];

	(void)crm_nummap_at(&c->shown, c->kind->title, NULL);
	begin_line(c, "");
	crm_card_piece(c);
	err = crm_say_name(&c->say, c->id);
	crm_card_piece(c);
	crm_say_dim(&c->say, "%s", crm_id_text(c->id, text));
	if (err == NULL)
		err = add_field(c, "stage", "", "");
	if (err == NULL)
		err = add_field(c, "owner", "owner ", "");
	crm_say_add(&c->say, "\n");
	return err;
}

struct entry {
	const char *name, *before, *after;
};

/* A line of fields. */
static const struct crm_err *
say_fields(
    struct crm_card *c, const char *label, const struct entry *e, size_t n)
{
	const struct crm_err *err = NULL;
	size_t i;

	begin_line(c, label);
	for (i = 0; err == NULL && i < n; i++)
		err = add_field(c, e[i].name, e[i].before, e[i].after);
	end_line(c);
	return err;
}

#define FIELDS(c, label, list) \
	say_fields((c), (label), (list), sizeof(list) / sizeof((list)[0]))

static const struct crm_err *
say_contact(struct crm_card *c)
{
	static const struct entry work[] = { { "role", "", "" },
		{ "org", "", "" }, { "industry", "", "" },
		{ "size", "", " people" }, { "parent", "part of ", "" } };
	static const struct entry reach[] = { { "email", "", "" },
		{ "phone", "", "" }, { "url", "", "" } };
	static const struct entry place[] = { { "street", "", "" },
		{ "postcode", "", "" }, { "city", "", "" },
		{ "region", "", "" }, { "country", "", "" } };
	static const struct entry profile[] = { { "birthday", "born ", "" },
		{ "lang", "speaks ", "" }, { "source", "came by ", "" },
		{ "terms", "pays within ", " days" }, { "tag", "tags ", "" } };
	const struct crm_err *err;

	err = FIELDS(c, "work", work);
	if (err == NULL)
		err = FIELDS(c, "contact", reach);
	if (err == NULL)
		err = FIELDS(c, "address", place);
	if (err == NULL)
		err = FIELDS(c, "profile", profile);
	return err;
}

/* A computed amount of the base currency, if it is not 0. */
static const struct crm_err *
add_money(struct crm_card *c, const char *name)
{
	const struct crm_field *f =
	    crm_field_named(c->kind, crm_view_str(name));
	const struct crm_err *err;
	struct crm_dec d;

	crm_buf_reset(&c->value);
	err = crm_compute_field(c->compute, c->id, &c->r, f, &c->value);
	if (err != NULL || !crm_value_get_dec(crm_buf_view(&c->value), &d) ||
	    d.m == 0)
		return err;
	crm_card_piece(c);
	crm_say_add(&c->say, "%s ", name);
	crm_say_money(&c->say, d.m, c->ctx->config->currency_num);
	return NULL;
}

/* Amounts of currencies that have no rate stand by themselves. */
static const struct crm_err *
add_foreign(struct crm_card *c)
{
	struct crm_rollups rows = { 0 };
	const struct crm_err *err;
	size_t i;

	err = crm_rollup_all(c->snap, c->id, &rows);
	for (i = 0; err == NULL && i < rows.n; i++) {
		const struct crm_rollup *r = &rows.row[i].row;

		if (rows.row[i].currency == 0 ||
		    crm_config_has_rate(c->ctx->config, rows.row[i].currency))
			continue;
		if (r->sum != 0) {
			crm_card_piece(c);
			crm_say_add(&c->say, "spent ");
			crm_say_money(&c->say, r->sum, rows.row[i].currency);
		}
		if (r->balance != 0) {
			crm_card_piece(c);
			crm_say_add(&c->say, "balance ");
			crm_say_money(
			    &c->say, r->balance, rows.row[i].currency);
		}
	}
	crm_rollups_release(&rows);
	return err;
}

static const struct crm_err *
say_money(struct crm_card *c)
{
	static const struct entry orders[] = { { "orders", "", "" },
		{ "first-order", "first ", "" },
		{ "last-order", "last ", "" } };
	struct crm_rollups rows = { 0 };
	const struct crm_err *err;
	bool bought = false;
	size_t i;

	err = crm_rollup_all(c->snap, c->id, &rows);
	for (i = 0; err == NULL && i < rows.n; i++)
		bought |= rows.row[i].row.purchases > 0;
	crm_rollups_release(&rows);
	begin_line(c, "money");
	if (err == NULL)
		err = add_money(c, "spent");
	if (err == NULL)
		err = add_money(c, "balance");
	if (err == NULL)
		err = add_money(c, "overdue");
	if (err == NULL)
		err = add_foreign(c);
	end_line(c);
	begin_line(c, "orders");
	for (i = 0; err == NULL && bought && i < 3; i++)
		err = add_field(
		    c, orders[i].name, orders[i].before, orders[i].after);
	end_line(c);
	return err;
}

/* "last 2026-03-01 (14 days ago)  contacts 32  every 2w" */
static const struct crm_err *
say_touch(struct crm_card *c)
{
	const struct crm_field *f = crm_field_named(c->kind, CRM_V("quiet"));
	const struct crm_err *err;
	struct crm_dec d;

	begin_line(c, "in touch");
	err = add_field(c, "last", "last ", "");
	crm_buf_reset(&c->value);
	if (err == NULL)
		err = crm_compute_field(c->compute, c->id, &c->r, f, &c->value);
	if (err == NULL && crm_value_get_dec(crm_buf_view(&c->value), &d)) {
		crm_say_add(&c->say,
		    d.m == 0       ? " (today)"
			: d.m == 1 ? " (yesterday)"
				   : " (%lld days ago)",
		    (long long)d.m);
		err = add_field(c, "contacts", "contacts ", "");
	}
	if (err == NULL)
		err = add_field(c, "every", "every ", "");
	end_line(c);
	return err;
}

static const struct crm_err *
say_segment(void *ctx, uint64_t segment, const char *name)
{
	struct crm_card *c = ctx;

	(void)segment;
	crm_card_piece(c);
	crm_say_add(&c->say, "%s", name);
	return NULL;
}

/* The segments that somebody is in. */
static const struct crm_err *
say_segments(struct crm_card *c)
{
	const struct crm_err *err;

	begin_line(c, "segments");
	err = crm_memberships(c->ctx, c->snap, c->id, &c->r, say_segment, c);
	end_line(c);
	return err;
}

/*
 * Is a value kept as it came too much for one screen?  By its length, or by a
 * word that nobody reads: a picture as base64.
 */
static bool
is_bulk(const struct crm_field *f, struct crm_view v)
{
	size_t i, word = 0;

	if (!crm_view_starts(crm_view_str(f->name), CRM_V("x-")))
		return false;
	for (i = 0; i < v.n && v.n <= BULK && word <= BULK_WORD; i++)
		word = v.p[i] == ' ' || v.p[i] == '\n' ? 0 : word + 1;
	return v.n > BULK || word > BULK_WORD;
}

/* "3 lines, 30 kB (crm-find p1 -f x-vcard)" */
static void
say_bulk(struct crm_card *c, const struct crm_field *f, struct crm_view v)
{
	char id[CRM_ID_TEXT];
	size_t i, lines = 1;

	for (i = 0; i + 1 < v.n; i++)
		lines += v.p[i] == '\n';
	crm_card_piece(c);
	if (lines > 1)
		crm_say_add(&c->say, "%zu lines, ", lines);
	if (v.n < 10000)
		crm_say_add(&c->say, "%zu bytes", v.n);
	else
		crm_say_add(&c->say, "%zu kB", (v.n + 500) / 1000);
	crm_say_add(&c->say, " (crm-find %s -f %s)", crm_id_text(c->id, id),
	    f->name);
}

/* Fields that no other line shows, one a line: those of crm.yaml too. */
static const struct crm_err *
say_rest(struct crm_card *c)
{
	static const uint16_t silent[] = { CRM_N_PICKED, CRM_N_BARRED,
		CRM_N_CREATED };
	const struct crm_err *err = NULL;
	uint32_t i;

	for (i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
		(void)crm_nummap_at(&c->shown, silent[i], NULL);
	for (i = 0; err == NULL && i < c->r.n; i++) {
		struct crm_slot slot = crm_stored_at(&c->r, i);
		const struct crm_field *f = crm_field_num(c->kind, slot.num);

		if (f == NULL || crm_nummap_get(&c->shown, f->num) != NULL)
			continue;
		begin_line(c, f->name);
		if (is_bulk(f, slot.value))
			say_bulk(c, f, slot.value);
		else
			err = add_field(c, f->name, "", "");
		end_line(c);
	}
	return err;
}

/* What stands of people and organisations before other fields. */
static const struct crm_err *
say_customer(struct crm_card *c)
{
	/* a name is made of these */
	static const char *const parts[] = { "given", "family" };
	const struct crm_field *f;
	const struct crm_err *err;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		f = crm_field_named(c->kind, crm_view_str(parts[i]));
		if (f != NULL)
			(void)crm_nummap_at(&c->shown, f->num, NULL);
	}
	err = say_contact(c);
	if (err == NULL)
		err = say_money(c);
	if (err == NULL)
		err = say_touch(c);
	if (err == NULL)
		err = say_segments(c);
	return err;
}

/* Until when a ticket is to be answered and solved, and when it was answered:
 * what nobody wrote down, but goes by. */
static const struct crm_err *
say_targets(struct crm_card *c)
{
	static const struct entry targets[] = { { "tier", "tier ", "" },
		{ "respond-by", "answer by ", "" },
		{ "responded", "answered ", "" },
		{ "solve-by", "solve by ", "" } };
	const struct crm_field *due = crm_field_named(c->kind, CRM_V("due"));

	if (due != NULL) /* respond-by has it */
		(void)crm_nummap_at(&c->shown, due->num, NULL);
	return FIELDS(c, "targets", targets);
}

const struct crm_err *
crm_card_print(struct crm_card *c, uint64_t id, size_t events)
{
	const struct crm_err *err;
	struct crm_stored r;
	enum crm_presence p;

	c->id = id;
	c->kind = crm_kind_of(c->ctx->schema, crm_id_kind(id));
	crm_nummap_release(&c->shown);
	err = crm_snap_get(c->snap, id, &r, &p);
	if (err != NULL || p != CRM_LIVE || c->kind == NULL)
		return err;
	crm_arena_reset(&c->own);
	crm_stored_dup(&c->own, &r, &c->r);
	err = say_head(c);
	if (err == NULL && (c->kind->letter == 'p' || c->kind->letter == 'o'))
		err = say_customer(c);
	if (err == NULL && c->kind->letter == 'k')
		err = say_targets(c);
	if (err == NULL)
		err = say_rest(c);
	if (err == NULL)
		err = crm_card_links(c);
	if (err == NULL)
		err = crm_card_story(c, events);
	/* the snapshot may wait for the reader: nothing of it is held now */
	crm_out_let_go(c->ctx, c->snap);
	crm_say_print(&c->say);
	c->ctx->out.before = c->ctx->out.after = NULL;
	crm_compute_renew(c->compute);
	return err;
}
