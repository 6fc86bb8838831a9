/* service: how tickets are answered and solved, and whether in time. */
#include "query/service.h"

#include "record/value.h"
#include "report/list.h"
#include "report/put.h"

#define TICKETS 0 /* slots of counts */
#define ANSWERED 1
#define RESPOND_S 2 /* seconds of working time, of those that are answered */
#define RESPOND_MET 3
#define RESPOND_MISSED 4
#define SOLVED 5
#define SOLVE_S 6
#define SOLVE_MET 7
#define SOLVE_MISSED 8

#define HOUR_S 3600

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "tickets", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "answered", .type = CRM_T_NUMBER,
	    .help = "how many of them were" },
	{ .name = "respond-hours", .type = CRM_T_NUMBER,
	    .help = "mean working hours until the first answer" },
	{ .name = "respond-met", .type = CRM_T_NUMBER,
	    .help = "answered in time" },
	{ .name = "respond-missed", .type = CRM_T_NUMBER,
	    .help = "answered too late, or not yet when it is" },
	{ .name = "respond-kept", .type = CRM_T_PERCENT,
	    .help = "met as percent of both" },
	{ .name = "solved", .type = CRM_T_NUMBER, .help = "how many ended" },
	{ .name = "solve-hours", .type = CRM_T_NUMBER,
	    .help = "mean working hours that they were open" },
	{ .name = "solve-met", .type = CRM_T_NUMBER, .help = "solved in time" },
	{ .name = "solve-missed", .type = CRM_T_NUMBER,
	    .help = "solved too late, or not yet when it is" },
	{ .name = "solve-kept", .type = CRM_T_PERCENT,
	    .help = "met as percent of both" },
};

/* Tiers are asked for most, and known from the times of a ticket. */
static const struct crm_field keys[] = {
	{ .name = "tier", .type = CRM_T_TEXT,
	    .help = "the segment whose targets it has" },
};
/* clang-format on */

struct work {
	struct crm_report_run *r;
	struct crm_groups groups;
	struct crm_by_values *values;
	struct crm_service *service;
	/* the ticket at hand */
	struct crm_service_times t;
	struct crm_service_marks mark;
};

static const struct crm_err *
add_up(void *ctx, struct crm_view key)
{
	struct work *w = ctx;
	struct crm_group *g = crm_groups_at(&w->groups, key, 0);

	g->count[TICKETS]++;
	if (w->t.is_answered) {
		g->count[ANSWERED]++;
		g->count[RESPOND_S] += w->t.respond_us / CRM_SECOND_US;
	}
	g->count[RESPOND_MET] += w->mark.respond_met;
	g->count[RESPOND_MISSED] += w->mark.respond_missed;
	if (w->t.is_ended) {
		g->count[SOLVED]++;
		g->count[SOLVE_S] += w->t.solve_us / CRM_SECOND_US;
	}
	g->count[SOLVE_MET] += w->mark.solve_met;
	g->count[SOLVE_MISSED] += w->mark.solve_missed;
	return NULL;
}

static const struct crm_err *
take(struct work *w, uint64_t id, const struct crm_stored *stored)
{
	const struct crm_err *err;
	struct crm_view tier = CRM_VNULL;
	struct crm_stored again;
	enum crm_presence p;

	err = crm_service_of(w->service, id, stored, &w->t);
	if (err != NULL || !crm_whom_has(&w->r->whom, w->t.who) ||
	    w->t.opened_us < w->r->period.from_us ||
	    w->t.opened_us >= w->r->period.to_us)
		return err;
	w->mark = crm_service_mark(&w->t, w->r->clock->now_us);
	if (w->t.sla != NULL && w->t.sla->segment != NULL)
		tier = crm_view_str(w->t.sla->segment);
	crm_by_set_own(w->values, &tier);
	err = crm_snap_get(w->r->snap, id, &again, &p);
	return err != NULL || p != CRM_LIVE
	    ? err
	    : crm_by_each(
		  w->values, w->t.who, w->t.opened_us, id, &again, add_up, w);
}

/* All tickets, or those that a query finds. */
static const struct crm_err *
take_all(struct work *w)
{
	static const char *const all[] = { "ticket" };
	struct crm_query_ctx qc = { .snap = w->r->snap, .clock = w->r->clock };
	struct crm_query *own = NULL;
	const struct crm_err *err = NULL;
	struct crm_run *run = NULL;
	struct crm_stored r;
	uint64_t id;

	if (w->r->things == NULL)
		err = crm_query_parse(&qc, all, 1, true, &own, NULL);
	if (err == NULL)
		err = crm_run_open(own != NULL ? own : w->r->things, &run);
	while (err == NULL) {
		err = crm_run_next(run, &id, &r);
		if (err != NULL || id == 0)
			break;
		err = take(w, id, &r);
	}
	crm_run_close(run);
	crm_query_free(own);
	return err;
}

static void
add_hours(struct crm_row_maker *row, int64_t seconds, int64_t n)
{
	crm_row_mean(row, seconds, n * HOUR_S);
}

static const struct crm_err *
add_columns(void *ctx, const struct crm_group *g)
{
	struct work *w = ctx;
	struct crm_row_maker *row = &w->r->row;
	const int64_t *n = g->count;

	crm_row_number(row, n[TICKETS]);
	crm_row_number(row, n[ANSWERED]);
	add_hours(row, n[RESPOND_S], n[ANSWERED]);
	crm_row_number(row, n[RESPOND_MET]);
	crm_row_number(row, n[RESPOND_MISSED]);
	crm_row_share(row, n[RESPOND_MET], n[RESPOND_MET] + n[RESPOND_MISSED]);
	crm_row_number(row, n[SOLVED]);
	add_hours(row, n[SOLVE_S], n[SOLVED]);
	crm_row_number(row, n[SOLVE_MET]);
	crm_row_number(row, n[SOLVE_MISSED]);
	crm_row_share(row, n[SOLVE_MET], n[SOLVE_MET] + n[SOLVE_MISSED]);
	return NULL;
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err;

	crm_groups_init(&w.groups, r->config, &r->by);
	w.service = crm_service_new(r->snap, r->clock);
	err = crm_by_values_new(r->snap, r->clock, &r->by, &w.values);
	if (err == NULL)
		err = crm_service_all(w.service);
	if (err == NULL)
		err = take_all(&w);
	if (err == NULL)
		err = crm_put_groups(
		    r, &w.groups, CRM_ORDER_KEY, 0, add_columns, &w);
	crm_by_values_free(w.values);
	crm_service_free(w.service);
	crm_groups_release(&w.groups);
	return err;
}

const struct crm_report crm_report_service = {
	.name = "service",
	.summary = "tickets answered and solved: in time, and how fast",
	.main = "tickets",
	.spare = "solve-met respond-met answered solved",
	.thing = 'k',
	.by = "tier",
	.key = keys,
	.nkeys = sizeof(keys) / sizeof(keys[0]),
	.period = true,
	.whom = true,
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
