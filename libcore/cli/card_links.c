/* The part of a card about what names the record: open deals, the people of an
 * organisation, records of kinds of crm.yaml. */
#include <stdio.h>

#include "base/mem.h"
#include "cli/card_impl.h"
#include "query/query.h"
#include "record/value.h"
#include "record/word.h"

#define LISTED 10 /* more are counted */
#define COLUMNS 4 /* between id and title */
#define MONEY 2   /* sums behind a person */

const struct crm_err *
crm_card_cell(struct crm_card *c, struct crm_grid *g, const struct crm_kind *k,
    const struct crm_stored *r, const struct crm_field *f)
{
	const struct crm_err *err = NULL;
	struct crm_view v, cur;
	struct crm_dec d;

	crm_grid_begin(g, &c->say);
	if (f == NULL || !crm_stored_get(r, f->num, &v))
		; /* an empty cell */
	else if (f->type == CRM_T_MONEY && crm_value_get_dec(v, &d))
		crm_say_money(&c->say, d.m,
		    crm_stored_get(r, k->currency, &cur)
			? (uint8_t)cur.p[0]
			: c->ctx->config->currency_num);
	else
		err = crm_say_value(&c->say, f, v);
	crm_grid_cell(g, &c->say);
	return err;
}

void
crm_card_rows(struct crm_card *c, const char *title, struct crm_grid *g)
{
	if (g->ncells == 0)
		return;
	crm_say_add(&c->say, "\n");
	crm_say_dim(&c->say, "%s", title);
	crm_say_add(&c->say, "\n");
	crm_grid_print(g, &c->say, 2);
}

static bool
is_open(const struct crm_kind *k, const struct crm_stored *r)
{
	struct crm_view stage, pipe;

	if (k->stage == 0 || !crm_stored_get(r, k->stage, &stage))
		return true;
	if (k->pipeline_field == 0 ||
	    !crm_stored_get(r, k->pipeline_field, &pipe))
		pipe = CRM_VNULL;
	return crm_stage_end_of(k, crm_word_get(pipe), crm_word_get(stage)) ==
	    CRM_END_OPEN;
}

/* Records of a kind that name the one at hand in a field. */
struct section {
	const struct crm_kind *kind;
	const struct crm_field *by;
	bool open; /* those that are closed are left out */
	const struct crm_field *column[COLUMNS];
	size_t ncolumns;
	uint64_t id[LISTED];
	size_t n, more;
};

/* Which fields a row has: those chosen here, else those of a table. */
static void
choose_columns(struct section *s)
{
	static const struct {
		char kind;
		const char *name[COLUMNS];
	} chosen[] = { { 'p', { "role", "email", "phone", NULL } },
		{ 'd', { "stage", "value", "expected", NULL } },
		{ 't', { "due", "owner", NULL } },
		{ 'k', { "stage", "priority", "opened", NULL } } };
	const struct crm_kind *k = s->kind;
	size_t i, j;

	for (i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++)
		for (j = 0; chosen[i].kind == k->letter && j < COLUMNS &&
		     chosen[i].name[j] != NULL;
		     j++)
			s->column[s->ncolumns++] =
			    crm_field_named(k, crm_view_str(chosen[i].name[j]));
	if (s->ncolumns > 0)
		return;
	for (i = 0; i < k->nfields && s->ncolumns < COLUMNS; i++)
		if ((k->field[i].flags & CRM_F_TABLE) != 0 &&
		    k->field[i].num != k->title &&
		    k->field[i].num != k->currency && &k->field[i] != s->by)
			s->column[s->ncolumns++] = &k->field[i];
}

static const struct crm_err *
find_rows(struct crm_card *c, struct section *s)
{
	struct crm_query_ctx ctx = { .snap = c->snap, .clock = &c->ctx->clock };
	struct crm_buf term = CRM_BUF_INIT(1000);
	const struct crm_err *err;
	struct crm_query *q = NULL;
	struct crm_run *run = NULL;
	struct crm_stored r;
	char text[CRM_ID_TEXT];
	const char *arg[2] = { s->kind->name, NULL };
	uint64_t id = 1;

	crm_buf_addf(&term, "%s:%s", s->by->name, crm_id_text(c->id, text));
	crm_buf_addc(&term, '\0');
	arg[1] = term.p;
	err = crm_query_parse(&ctx, arg, 2, true, &q, NULL);
	if (err == NULL)
		err = crm_run_open(q, &run);
	while (err == NULL && id != 0) {
		err = crm_run_next(run, &id, &r);
		if (err != NULL || id == 0 ||
		    (s->open && !is_open(s->kind, &r)))
			continue;
		if (s->n < LISTED)
			s->id[s->n++] = id;
		else
			s->more++;
	}
	crm_run_close(run);
	crm_query_free(q);
	crm_buf_release(&term);
	return err;
}

/* What somebody brought and owes, in the currency of the store. */
static const struct crm_err *
add_money(struct crm_card *c, struct crm_grid *g, const struct crm_kind *k,
    uint64_t id, const struct crm_stored *r)
{
	static const struct {
		const char *field, *word;
	} sum[MONEY] = { { "spent", "spent " }, { "balance", "owes " } };
	struct crm_buf value = CRM_BUF_INIT(1000);
	const struct crm_err *err = NULL;
	struct crm_dec d;
	size_t i;

	for (i = 0; err == NULL && i < MONEY; i++) {
		crm_grid_begin(g, &c->say);
		crm_buf_reset(&value);
		err = crm_compute_field(c->compute, id, r,
		    crm_field_named(k, crm_view_str(sum[i].field)), &value);
		if (err == NULL &&
		    crm_value_get_dec(crm_buf_view(&value), &d) && d.m > 0) {
			crm_say_add(&c->say, "%s", sum[i].word);
			crm_say_money(
			    &c->say, d.m, c->ctx->config->currency_num);
		}
		crm_grid_cell(g, &c->say);
	}
	crm_buf_release(&value);
	return err;
}

static const struct crm_err *
say_rows(struct crm_card *c, const struct section *s)
{
	const struct crm_kind *k = s->kind;
	const struct crm_err *err = NULL;
	char text[CRM_ID_TEXT], title[200];
	enum crm_presence p;
	struct crm_stored r;
	struct crm_grid g;
	bool first = k->letter == 'p'; /* the name leads, or what is known */
	size_t i, j;

	crm_grid_init(&g, s->ncolumns + 2 + (first ? MONEY : 0));
	for (j = 0; j < s->ncolumns; j++)
		g.right[j + 1] = !first && s->column[j]->type == CRM_T_MONEY;
	for (i = 0; err == NULL && i < s->n; i++) {
		err = crm_snap_get(c->snap, s->id[i], &r, &p);
		if (err != NULL || p != CRM_LIVE)
			continue;
		crm_grid_begin(&g, &c->say);
		crm_say_add(&c->say, "%s", crm_id_text(s->id[i], text));
		crm_grid_cell(&g, &c->say);
		if (first)
			err = crm_card_cell(
			    c, &g, k, &r, crm_field_num(k, k->title));
		for (j = 0; err == NULL && j < s->ncolumns; j++)
			err = crm_card_cell(c, &g, k, &r, s->column[j]);
		if (err == NULL && !first)
			err = crm_card_cell(
			    c, &g, k, &r, crm_field_num(k, k->title));
		if (err == NULL && first)
			err = add_money(c, &g, k, s->id[i], &r);
	}
	(void)snprintf(
	    title, sizeof(title), "%s%s", s->open ? "open " : "", k->plural);
	if (s->by->num != k->who && k->letter != 'p')
		(void)snprintf(title + strlen(title),
		    sizeof(title) - strlen(title), ", %s", s->by->name);
	crm_card_rows(c, title, &g);
	if (s->more > 0)
		crm_say_add(&c->say, "  and %zu more\n", s->more);
	crm_grid_release(&g);
	return err;
}

const struct crm_err *
crm_card_links(struct crm_card *c)
{
	const struct crm_err *err = NULL;
	const struct crm_kind *k;
	size_t i, j;

	for (i = 0; i < crm_schema_nkinds(c->ctx->schema); i++) {
		k = crm_schema_kind(c->ctx->schema, i);
		for (j = 0; err == NULL && j < k->nfields; j++) {
			struct section s = { .kind = k,
				.by = &k->field[j],
				.open = k->closed != 0 };

			/* what was merged is gone: none is found by that */
			if (k->letter == 'e' || s.by->type != CRM_T_LINK ||
			    s.by->num == CRM_N_MERGED ||
			    strchr(s.by->links, c->kind->letter) == NULL)
				continue;
			choose_columns(&s);
			err = find_rows(c, &s);
			if (err == NULL)
				err = say_rows(c, &s);
		}
	}
	return err;
}
