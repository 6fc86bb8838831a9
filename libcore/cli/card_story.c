/* The part of a card about what happened: the newest events. */
#include "base/mem.h"
#include "cli/card_impl.h"
#include "query/newest.h"
#include "query/query.h"
#include "record/value.h"

/* One part of what an event says: its field's value, with words around it. */
static const struct crm_err *
add_part(struct crm_card *c, const struct crm_stored *e, uint16_t num,
    const char *before)
{
	const struct crm_kind *k = crm_kind_of(c->ctx->schema, 'e');
	const struct crm_field *f = crm_field_num(k, num);
	struct crm_view v;

	if (!crm_stored_get(e, num, &v) ||
	    (f->type == CRM_T_LINK && crm_link_get(v) == c->id))
		return NULL;
	crm_card_piece(c);
	crm_say_add(&c->say, "%s", before);
	return crm_say_value(&c->say, f, v);
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
		err = crm_card_cell(
		    c, g, k, &e, crm_field_named(k, crm_view_str(field[i])));
	crm_grid_begin(g, &c->say);
	if (err == NULL)
		err = say_details(c, &e);
	crm_grid_cell(g, &c->say);
	return err;
}

/* The field of events that names records of a kind, by its name. */
static const struct crm_field *
event_link(const struct crm_card *c)
{
	const struct crm_kind *e = crm_kind_of(c->ctx->schema, 'e');
	size_t i;

	for (i = 0; i < e->nfields; i++)
		if (e->field[i].type == CRM_T_LINK &&
		    e->field[i].num != CRM_EVENT_WHO &&
		    strchr(e->field[i].links, c->kind->letter) != NULL)
			return &e->field[i];
	return NULL;
}

/* The newest events that link to the record. */
static const struct crm_err *
find_linked(struct crm_card *c, size_t max, uint64_t **out, size_t *n)
{
	struct crm_query_ctx ctx = { .snap = c->snap, .clock = &c->ctx->clock };
	const struct crm_field *f = event_link(c);
	struct crm_buf term = CRM_BUF_INIT(1000);
	const struct crm_err *err;
	struct crm_query *q = NULL;
	char text[CRM_ID_TEXT];
	const char *arg[2] = { "event", NULL };

	if (f == NULL)
		return NULL;
	crm_buf_addf(&term, "%s:%s", f->name, crm_id_text(c->id, text));
	crm_buf_addc(&term, '\0');
	arg[1] = term.p;
	err = crm_query_parse(&ctx, arg, 2, true, &q, NULL);
	if (err == NULL)
		err = crm_newest_of(q, max, out, n);
	crm_query_free(q);
	crm_buf_release(&term);
	return err;
}

const struct crm_err *
crm_card_story(struct crm_card *c, size_t max)
{
	const struct crm_err *err;
	struct crm_grid g;
	uint64_t *id = NULL;
	size_t n = 0, i;

	if (c->kind->letter == 'p' || c->kind->letter == 'o')
		err = crm_newest(c->snap, c->id, max, &id, &n);
	else
		err = find_linked(c, max, &id, &n);
	crm_grid_init(&g, 6);
	g.right[4] = true;
	for (i = 0; err == NULL && i < n; i++)
		err = add_event(c, &g, id[i]);
	crm_card_rows(c, "story, newest first", &g);
	crm_grid_release(&g);
	crm_free(id);
	return err;
}
