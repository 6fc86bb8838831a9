#include "cli/card.h"

#include <stdio.h>

#include "base/mem.h"
#include "cli/out.h"
#include "cli/say.h"
#include "query/compute.h"
#include "query/newest.h"
#include "query/query.h"
#include "record/value.h"
#include "record/word.h"
#include "store/rollup.h"

#define LABEL 10  /* columns of what stands before a line */
#define LISTED 10 /* open deals, tasks, people: more are counted */

struct crm_card {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	struct crm_say say;
	struct crm_compute *compute;
	struct crm_buf value;
	/* the record at hand */
	uint64_t id;
	const struct crm_kind *kind;
	struct crm_stored r;
	size_t from; /* where the line at hand begins, and */
	bool any;    /* whether something stands on it */
};

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
	crm_buf_release(&c->value);
	crm_free(c);
}

/* Lines: a label, then pieces with two blanks between them. */
static void
begin_line(struct crm_card *c, const char *label)
{
	c->from = c->say.text.n;
	c->any = false;
	if (label[0] == '\0')
		return;
	crm_say_dim(&c->say, "%s", label);
	for (size_t n = strlen(label); n < LABEL; n++)
		crm_say_add(&c->say, " ");
}

static void
piece(struct crm_card *c)
{
	if (c->any)
		crm_say_add(&c->say, "  ");
	c->any = true;
}

/* A line on which nothing stands is not printed. */
static void
end_line(struct crm_card *c)
{
	if (c->any)
		crm_say_add(&c->say, "\n");
	else
		c->say.text.n = c->from;
}

/* A field of the record as a piece of the line, with words before it. */
static const struct crm_err *
add_field(struct crm_card *c, const char *name, const char *before)
{
	const struct crm_field *f =
	    crm_field_named(c->kind, crm_view_str(name));
	const struct crm_err *err;

	if (f == NULL)
		return NULL;
	crm_buf_reset(&c->value);
	err = crm_compute_field(c->compute, c->id, &c->r, f, &c->value);
	if (err != NULL || c->value.n == 0)
		return err;
	piece(c);
	crm_say_add(&c->say, "%s", before);
	return crm_say_value(&c->say, f, crm_buf_view(&c->value));
}

/* Fields that the cards of people and orgs show in places of their own. */
static const char shown[] =
    "name\0given\0family\0email\0phone\0org\0role\0street\0city\0region\0"
    "postcode\0country\0birthday\0stage\0owner\0every\0parent\0industry\0"
    "size\0terms\0source\0lang\0tag\0note\0picked\0barred\0title\0created\0";

/* "Anna Nowak  p1  customer  owner ewa" */
static const struct crm_err *
say_head(struct crm_card *c)
{
	const struct crm_err *err;
	char text[CRM_ID_TEXT];

	begin_line(c, "");
	piece(c);
	err = crm_say_name(&c->say, c->id);
	piece(c);
	crm_say_dim(&c->say, "%s", crm_id_text(c->id, text));
	if (err == NULL)
		err = add_field(c, "stage", "");
	if (err == NULL)
		err = add_field(c, "owner", "owner ");
	end_line(c);
	return err;
}

struct entry {
	const char *name, *before;
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
		err = add_field(c, e[i].name, e[i].before);
	end_line(c);
	return err;
}

#define FIELDS(c, label, list) \
	say_fields((c), (label), (list), sizeof(list) / sizeof((list)[0]))

static const struct crm_err *
say_contact(struct crm_card *c)
{
	static const struct entry work[] = { { "role", "" }, { "org", "" },
		{ "industry", "" }, { "size", "employees " },
		{ "parent", "part of " } };
	static const struct entry reach[] = { { "email", "" }, { "phone", "" },
		{ "url", "" } };
	static const struct entry place[] = { { "street", "" },
		{ "postcode", "" }, { "city", "" }, { "region", "" },
		{ "country", "" } };
	static const struct entry profile[] = { { "birthday", "born " },
		{ "lang", "language " }, { "source", "from " },
		{ "terms", "pays in days " }, { "tag", "tags " } };
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
	piece(c);
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
	int64_t base;
	size_t i;

	err = crm_rollup_all(c->snap, c->id, &rows);
	for (i = 0; err == NULL && i < rows.n; i++) {
		const struct crm_rollup *r = &rows.row[i].row;

		if (rows.row[i].currency == 0 ||
		    crm_config_to_base(
			c->ctx->config, r->sum, rows.row[i].currency, &base))
			continue;
		if (r->sum != 0) {
			piece(c);
			crm_say_add(&c->say, "spent ");
			crm_say_money(&c->say, r->sum, rows.row[i].currency);
		}
		if (r->balance != 0) {
			piece(c);
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
	static const struct entry orders[] = { { "orders", "" },
		{ "first-order", "first " }, { "last-order", "last " } };
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
		err = add_field(c, orders[i].name, orders[i].before);
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
	err = add_field(c, "last", "last ");
	crm_buf_reset(&c->value);
	if (err == NULL)
		err = crm_compute_field(c->compute, c->id, &c->r, f, &c->value);
	if (err == NULL && crm_value_get_dec(crm_buf_view(&c->value), &d)) {
		crm_say_add(&c->say,
		    d.m == 0       ? " (today)"
			: d.m == 1 ? " (yesterday)"
				   : " (%lld days ago)",
		    (long long)d.m);
		err = add_field(c, "contacts", "contacts ");
	}
	if (err == NULL)
		err = add_field(c, "every", "every ");
	end_line(c);
	return err;
}

/* The segments that somebody is in. */
static const struct crm_err *
say_segments(struct crm_card *c)
{
	struct crm_query_ctx ctx = {
		.snap = c->snap, .clock = &c->ctx->clock, .user = c->ctx->user.p
	};
	struct crm_arena names = CRM_ARENA_INIT;
	const char *arg = "segment";
	const struct crm_err *err;
	struct crm_query *all = NULL, *one;
	struct crm_run *run = NULL;
	struct crm_stored r;
	struct crm_view v;
	uint64_t id;
	bool yes;

	begin_line(c, "segments");
	err = crm_query_parse(&ctx, &arg, 1, true, &all, NULL);
	if (err == NULL)
		err = crm_run_open(all, &run);
	while (err == NULL) {
		struct crm_buf word = CRM_BUF_INIT(1000);

		err = crm_run_next(run, &id, &r);
		if (err != NULL || id == 0)
			break;
		if (!crm_stored_get(&r, CRM_SEGMENT_NAME, &v))
			continue;
		crm_buf_addf(&word, "@%.*s", CRM_VARG(v));
		arg = crm_arena_dup(&names, word.p, word.n);
		crm_buf_release(&word);
		/* one whose query is wrong by now does not spoil the card */
		if (crm_query_parse(&ctx, &arg, 1, false, &one, NULL) != NULL)
			continue;
		err = crm_query_match(one, c->id, &c->r, &yes);
		crm_query_free(one);
		if (err == NULL && yes) {
			piece(c);
			crm_say_add(&c->say, "%s", arg);
		}
	}
	end_line(c);
	crm_run_close(run);
	crm_query_free(all);
	crm_arena_release(&names);
	return err;
}

/* Fields that no other line shows, one a line: those of crm.yaml too. */
static const struct crm_err *
say_rest(struct crm_card *c, bool all)
{
	const struct crm_err *err = NULL;
	uint32_t i;

	for (i = 0; err == NULL && i < c->r.n; i++) {
		struct crm_slot slot = crm_stored_at(&c->r, i);
		const struct crm_field *f = crm_field_num(c->kind, slot.num);

		if (f == NULL || f->num == CRM_N_PICKED ||
		    f->num == CRM_N_BARRED || f->num == CRM_N_CREATED ||
		    f->num == c->kind->title ||
		    (!all && crm_words_find(shown, crm_view_str(f->name))))
			continue;
		if (f->num == c->kind->stage && all)
			continue;
		begin_line(c, f->name);
		if (strlen(f->name) >= LABEL)
			crm_say_add(&c->say, "  ");
		c->any = true;
		err = crm_say_value(&c->say, f, slot.value);
		end_line(c);
	}
	return err;
}

/* What stands in a row about one open record. */
static const struct crm_err *
add_cell(struct crm_card *c, struct crm_grid *g, const struct crm_kind *k,
    const struct crm_stored *r, const char *name)
{
	const struct crm_field *f = crm_field_named(k, crm_view_str(name));
	const struct crm_err *err = NULL;
	struct crm_view v;
	struct crm_dec d;

	crm_grid_begin(g, &c->say);
	if (f != NULL && crm_stored_get(r, f->num, &v)) {
		if (f->type == CRM_T_MONEY && crm_value_get_dec(v, &d)) {
			struct crm_view cur;
			uint8_t num = crm_stored_get(r, k->currency, &cur)
			    ? (uint8_t)cur.p[0]
			    : c->ctx->config->currency_num;

			crm_say_money(&c->say, d.m, num);
		} else
			err = crm_say_value(&c->say, f, v);
	}
	crm_grid_cell(g, &c->say);
	return err;
}

static bool
is_open(const struct crm_kind *k, const struct crm_stored *r)
{
	struct crm_view stage, pipe;

	if (!crm_stored_get(r, k->stage, &stage))
		return true;
	if (k->pipeline_field == 0 ||
	    !crm_stored_get(r, k->pipeline_field, &pipe))
		pipe = CRM_VNULL;
	return crm_stage_end_of(k, crm_word_get(pipe), crm_word_get(stage)) ==
	    CRM_END_OPEN;
}

/* A kind of open things: which fields a row has. */
struct section {
	char kind;
	const char *title;
	const char *field[4];  /* between id and title */
	size_t nfields, right; /* right: of them, aligned at the right */
};

static const struct crm_err *
say_open(struct crm_card *c, const struct section *sec)
{
	const struct crm_kind *k = crm_kind_of(c->ctx->schema, sec->kind);
	const struct crm_err *err;
	const uint64_t *ids;
	struct crm_grid g;
	enum crm_presence p;
	struct crm_stored r;
	char key[8], text[CRM_ID_TEXT];
	size_t n, i, j, more = 0, rows = 0;

	crm_be64(key, c->id);
	err = crm_snap_find(c->snap, sec->kind, crm_field_num(k, k->who),
	    crm_view(key, 8), false, SIZE_MAX, &ids, &n);
	crm_grid_init(&g, sec->nfields + 2);
	g.right[sec->right + 1] = sec->right < sec->nfields;
	for (i = 0; err == NULL && i < n; i++) {
		err = crm_snap_get(c->snap, ids[i], &r, &p);
		if (err != NULL || p != CRM_LIVE || !is_open(k, &r))
			continue;
		if (rows++ >= LISTED) {
			more++;
			continue;
		}
		crm_grid_begin(&g, &c->say);
		crm_say_add(&c->say, "%s", crm_id_text(ids[i], text));
		crm_grid_cell(&g, &c->say);
		for (j = 0; err == NULL && j < sec->nfields; j++)
			err = add_cell(c, &g, k, &r, sec->field[j]);
		if (err == NULL)
			err = add_cell(
			    c, &g, k, &r, crm_field_num(k, k->title)->name);
	}
	if (err == NULL && rows > 0) {
		crm_say_add(&c->say, "\n");
		crm_say_dim(&c->say, "%s", sec->title);
		crm_say_add(&c->say, "\n");
		crm_grid_print(&g, &c->say, 2);
		if (more > 0)
			crm_say_add(&c->say, "  and %zu more\n", more);
	}
	crm_grid_release(&g);
	return err;
}

/* The people of an organisation. */
static const struct crm_err *
say_people(struct crm_card *c)
{
	static const char *const field[] = { "role", "email", "phone" };
	const struct crm_kind *k = crm_kind_of(c->ctx->schema, 'p');
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_grid g;
	uint64_t *id = NULL;
	char text[CRM_ID_TEXT];
	size_t n = 0, i, j;

	err = crm_people_of(c->snap, c->id, &id, &n);
	crm_grid_init(&g, 5);
	for (i = 0; err == NULL && i < n && i < LISTED; i++) {
		err = crm_snap_get(c->snap, id[i], &r, &p);
		if (err != NULL || p != CRM_LIVE)
			continue;
		crm_grid_begin(&g, &c->say);
		crm_say_add(&c->say, "%s", crm_id_text(id[i], text));
		crm_grid_cell(&g, &c->say);
		err = add_cell(c, &g, k, &r, "name");
		for (j = 0; err == NULL && j < 3; j++)
			err = add_cell(c, &g, k, &r, field[j]);
	}
	if (err == NULL && n > 0) {
		crm_say_add(&c->say, "\n");
		crm_say_dim(&c->say, "people");
		crm_say_add(&c->say, "\n");
		crm_grid_print(&g, &c->say, 2);
		if (n > LISTED)
			crm_say_add(&c->say, "  and %zu more\n", n - LISTED);
	}
	crm_grid_release(&g);
	crm_free(id);
	return err;
}

/* One part of what an event says: its field's value, with words around it. */
static const struct crm_err *
add_part(struct crm_card *c, const struct crm_stored *e, uint16_t num,
    const char *before)
{
	const struct crm_kind *k = crm_kind_of(c->ctx->schema, 'e');
	struct crm_view v;

	if (!crm_stored_get(e, num, &v))
		return NULL;
	piece(c);
	crm_say_add(&c->say, "%s", before);
	return crm_say_value(&c->say, crm_field_num(k, num), v);
}

/* Does an event of this story bear on somebody else in the first place? */
static bool
is_of_another(const struct crm_card *c, const struct crm_stored *e)
{
	struct crm_many m;
	struct crm_view v;

	if (!crm_stored_get(e, CRM_EVENT_WHO, &v))
		return false;
	crm_many_begin(&m, v, true);
	return crm_many_next(&m, &v) && crm_link_get(v) != c->id;
}

/* What is to be said of an event behind its amount. */
static const struct crm_err *
say_details(struct crm_card *c, const struct crm_stored *e)
{
	static const struct {
		uint16_t num;
		const char *before;
	} part[] = { { CRM_EVENT_PRODUCT, "" }, { CRM_EVENT_QTY, "x " },
		{ CRM_EVENT_DOC, "no. " }, { CRM_EVENT_DUE, "due " },
		{ CRM_EVENT_SCALE, "" }, { CRM_EVENT_SCORE, "score " },
		{ CRM_EVENT_FROM, "from " }, { CRM_EVENT_TO, "to " },
		{ CRM_EVENT_DEAL, "" }, { CRM_EVENT_TICKET, "" },
		{ CRM_EVENT_CAMPAIGN, "" }, { CRM_EVENT_PURPOSE, "for " },
		{ CRM_EVENT_TEXT, "" }, { CRM_EVENT_BY, "by " } };
	const struct crm_err *err = NULL;
	size_t i;

	c->any = false;
	if (is_of_another(c, e))
		err = add_part(c, e, CRM_EVENT_WHO, "");
	for (i = 0; err == NULL && i < sizeof(part) / sizeof(part[0]); i++)
		err = add_part(c, e, part[i].num, part[i].before);
	return err;
}

/* "2026-03-01  call  in  120.00 EUR  ..." */
static const struct crm_err *
add_event(struct crm_card *c, struct crm_grid *g, uint64_t id)
{
	static const char *const field[] = { "what", "direction", "amount" };
	const struct crm_kind *k = crm_kind_of(c->ctx->schema, 'e');
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored e;
	struct crm_view v;
	char text[CRM_ID_TEXT], day[10];
	int64_t at_us = 0;
	size_t i;

	err = crm_snap_get(c->snap, id, &e, &p);
	if (err != NULL || p != CRM_LIVE)
		return err;
	if (crm_stored_get(&e, CRM_EVENT_AT, &v))
		(void)crm_value_get_time(v, &at_us);
	crm_grid_begin(g, &c->say);
	crm_say_add(&c->say, "%.*s",
	    (int)crm_date_put(day, crm_zone_date(c->ctx->clock.zone, at_us)),
	    day);
	crm_grid_cell(g, &c->say);
	crm_say_add(&c->say, "%s", crm_id_text(id, text));
	crm_grid_cell(g, &c->say);
	for (i = 0; err == NULL && i < 3; i++)
		err = add_cell(c, g, k, &e, field[i]);
	crm_grid_begin(g, &c->say);
	if (err == NULL)
		err = say_details(c, &e);
	crm_grid_cell(g, &c->say);
	return err;
}

static const struct crm_err *
say_events(struct crm_card *c, const uint64_t *id, size_t n)
{
	const struct crm_err *err = NULL;
	struct crm_grid g;
	size_t i;

	if (n == 0)
		return NULL;
	crm_grid_init(&g, 6);
	g.right[4] = true;
	for (i = 0; err == NULL && i < n; i++)
		err = add_event(c, &g, id[i]);
	crm_say_add(&c->say, "\n");
	crm_say_dim(&c->say, "story, newest first");
	crm_say_add(&c->say, "\n");
	crm_grid_print(&g, &c->say, 2);
	crm_grid_release(&g);
	return err;
}

/* People and organisations. */
static const struct crm_err *
say_customer(struct crm_card *c, size_t events)
{
	static const struct section sections[] = {
		{ 'd', "open deals", { "stage", "value", "expected" }, 3, 1 },
		{ 'k', "open tickets", { "stage", "priority", "opened" }, 3,
		    3 },
		{ 't', "open tasks", { "due", "owner" }, 2, 2 },
	};
	const struct crm_err *err;
	uint64_t *id = NULL;
	size_t n = 0, i;

	err = say_contact(c);
	if (err == NULL)
		err = say_money(c);
	if (err == NULL)
		err = say_touch(c);
	if (err == NULL)
		err = say_segments(c);
	if (err == NULL)
		err = say_rest(c, false);
	begin_line(c, "note");
	if (err == NULL)
		err = add_field(c, "note", "");
	end_line(c);
	if (err == NULL && c->kind->letter == 'o')
		err = say_people(c);
	for (i = 0; err == NULL && i < 3; i++)
		err = say_open(c, &sections[i]);
	if (err == NULL)
		err = crm_newest(c->snap, c->id, events, &id, &n);
	if (err == NULL)
		err = say_events(c, id, n);
	crm_free(id);
	return err;
}

/* The newest events that name a deal or a ticket. */
static const struct crm_err *
find_events(struct crm_card *c, size_t max, uint64_t **out, size_t *n)
{
	struct crm_query_ctx ctx = { .snap = c->snap, .clock = &c->ctx->clock };
	const struct crm_err *err;
	struct crm_query *q = NULL;
	char text[CRM_ID_TEXT], term[CRM_ID_TEXT + 20];
	const char *arg[] = { "event", term };

	(void)snprintf(term, sizeof(term), "%s:%s", c->kind->name,
	    crm_id_text(c->id, text));
	err = crm_query_parse(&ctx, arg, 2, true, &q, NULL);
	if (err == NULL)
		err = crm_newest_of(q, max, out, n);
	crm_query_free(q);
	return err;
}

const struct crm_err *
crm_card_print(struct crm_card *c, uint64_t id, size_t events)
{
	const struct crm_err *err;
	enum crm_presence p;
	uint64_t *event = NULL;
	size_t n = 0;

	c->id = id;
	c->kind = crm_kind_of(c->ctx->schema, crm_id_kind(id));
	err = crm_snap_get(c->snap, id, &c->r, &p);
	if (err != NULL || p != CRM_LIVE || c->kind == NULL)
		return err;
	err = say_head(c);
	if (err == NULL && (c->kind->letter == 'p' || c->kind->letter == 'o'))
		err = say_customer(c, events);
	else if (err == NULL) {
		err = say_rest(c, true);
		if (err == NULL &&
		    (c->kind->letter == 'd' || c->kind->letter == 'k')) {
			err = find_events(c, events, &event, &n);
			if (err == NULL)
				err = say_events(c, event, n);
			crm_free(event);
		}
	}
	/* the snapshot may wait for the reader: nothing of it is held now */
	crm_out_let_go(c->ctx, c->snap);
	crm_say_print(&c->say);
	c->ctx->out.before = c->ctx->out.after = NULL;
	crm_compute_renew(c->compute);
	return err;
}
