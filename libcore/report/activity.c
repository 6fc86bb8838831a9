/* activity: what was done and what happened, counted. */
#include "record/word.h"
#include "report/list.h"
#include "report/put.h"

#define EVENTS 0 /* slots of counts */
#define CUSTOMERS 1

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "events", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "last", .type = CRM_T_DATE, .help = "day of the latest" },
	{ .name = "customers", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "with how many different customers" },
};
/* clang-format on */

enum { C_EVENTS, C_LAST, C_CUSTOMERS };

struct work {
	struct crm_report_run *r;
	struct crm_groups groups;
	struct crm_by_values *values;
	const struct crm_fact *fact;
	bool customers;
};

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct crm_group *g = crm_groups_at(&w->groups, key, 0);

	g->count[EVENTS]++;
	if (w->fact->at_us > g->last_us)
		g->last_us = w->fact->at_us;
	if (w->customers &&
	    crm_groups_distinct(&w->groups, g, w->fact->who, CUSTOMERS, false))
		g->count[CUSTOMERS]++;
	return NULL;
}

static const struct crm_err *
take(void *ctx, const struct crm_fact *f)
{
	struct work *w = ctx;

	w->fact = f;
	return crm_by_each(
	    w->values, f->who, f->at_us, f->event, f->stored, add_up, w);
}

static const struct crm_err *
add_columns(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_report_run *r = w->r;
	struct crm_row_maker *row = &w->r->row;

	crm_row_number(row, g->count[EVENTS]);
	crm_row_date(row, crm_zone_date(r->clock->zone, g->last_us));
	crm_row_number(row, g->count[CUSTOMERS]);
	return NULL;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	bool stages = r->things != NULL && crm_query_asks_stages(r->things);
	/* that a stage changed is the program's note of what was done */
	struct crm_facts facts = crm_report_facts(r,
	    stages ? CRM_FACT_ALL : CRM_FACT_ALL & ~CRM_FACT(CRM_W_STAGE),
	    false);
	const struct crm_err *err;

	crm_groups_init(&w.groups, r->config, &r->by);
	w.customers = crm_report_wants(r, C_CUSTOMERS);
	err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL)
		err = crm_facts_each(&facts, take, &w);
	if (err == NULL)
		err = crm_put_groups(
		    r, &w.groups, CRM_ORDER_COUNT, EVENTS, add_columns, &w);
	crm_by_values_free(w.values);
	crm_groups_release(&w.groups);
	return err;
}

const struct crm_report crm_report_activity = {
	.name = "activity",
	.summary = "events by what, by whom, by period",
	.main = "events",
	.thing = 'e',
	.by = "what",
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
