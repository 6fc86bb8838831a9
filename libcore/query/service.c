#include "query/service.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "query/query.h"
#include "query/rule_segment.h"
#include "record/value.h"
#include "record/word.h"
#include "store/store.h"
#include "store/who.h"

/* What happened with a ticket. */
struct step {
	uint64_t ticket, event;
	int64_t at_us;
	bool is_answer, is_turn;
	uint8_t from, to; /* stages, of a turn */
};

struct crm_service {
	struct crm_snap *snap;
	const struct crm_clock *clock;
	const struct crm_config *config;
	const struct crm_hours *hours;
	bool all;
	struct step *step;
	size_t n, cap;
	struct crm_query **member; /* of each rule that has a segment */
	bool read;                 /* they were */
	struct crm_nummap fits;    /* rules by customer: 1 + a bit each */
};

#define RULES_MAX 63 /* a bit each; later rules are asked each time */

struct crm_service *
crm_service_new(struct crm_snap *snap, const struct crm_clock *clock)
{
	struct crm_service *s = crm_calloc(1, sizeof(*s));

	s->snap = snap;
	s->clock = clock;
	s->config = crm_store_config(crm_snap_store(snap));
	s->hours = crm_config_hours(s->config);
	return s;
}

static void
forget_rules(struct crm_service *s)
{
	size_t i;

	for (i = 0; s->member != NULL && i < s->config->nsla; i++)
		crm_query_free(s->member[i]);
	crm_free(s->member);
	s->member = NULL;
	s->read = false;
	crm_nummap_release(&s->fits);
}

void
crm_service_free(struct crm_service *s)
{
	if (s == NULL)
		return;
	forget_rules(s);
	crm_free(s->step);
	crm_free(s);
}

void
crm_service_renew(struct crm_service *s)
{
	forget_rules(s);
	s->all = false;
	s->n = 0;
}

/*
 * What happened
 */

static uint8_t
stage_at(const struct crm_stored *r, uint16_t num)
{
	struct crm_view v;

	return crm_stored_get(r, num, &v) ? crm_word_num(v) : CRM_W_NONE;
}

/* Is an event an answer to the customer? */
static bool
is_answer(const struct crm_stored *r, uint8_t what)
{
	struct crm_view v;

	return crm_what_is_contact(what) &&
	    !(crm_stored_get(r, CRM_EVENT_DIRECTION, &v) &&
		crm_word_of(v) == CRM_W_IN);
}

static void
take_event(struct crm_service *s, uint64_t id, const struct crm_stored *r)
{
	struct step step = { .event = id };
	struct crm_view v;
	uint8_t what;

	if (!crm_stored_get(r, CRM_EVENT_WHAT, &v))
		return;
	what = crm_word_of(v);
	step.is_turn = what == CRM_W_STAGE;
	step.is_answer = is_answer(r, what);
	if ((!step.is_turn && !step.is_answer) ||
	    !crm_stored_get(r, CRM_EVENT_TICKET, &v))
		return;
	step.ticket = crm_link_get(v);
	if (!crm_stored_get(r, CRM_EVENT_AT, &v) ||
	    !crm_value_get_time(v, &step.at_us) ||
	    step.at_us > s->clock->now_us)
		return;
	if (step.is_turn) {
		step.from = stage_at(r, CRM_EVENT_FROM);
		step.to = stage_at(r, CRM_EVENT_TO);
	}
	s->step = crm_grow(s->step, &s->cap, s->n + 1, sizeof(*s->step));
	s->step[s->n++] = step;
}

static int
cmp_steps(const void *x, const void *y)
{
	const struct step *a = x, *b = y;

	if (a->ticket != b->ticket)
		return a->ticket < b->ticket ? -1 : 1;
	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	return a->event < b->event ? -1 : a->event > b->event;
}

/* Read what happened: with one ticket, or (0) with all. */
static const struct crm_err *
read_steps(struct crm_service *s, uint64_t ticket)
{
	struct crm_query_ctx qc = { .snap = s->snap, .clock = s->clock };
	struct crm_buf term = CRM_BUF_INIT(64);
	const char *arg[2] = { "event", "has:ticket" };
	char text[CRM_ID_TEXT];
	struct crm_query *q = NULL;
	struct crm_run *run = NULL;
	const struct crm_err *err;
	struct crm_stored r;
	uint64_t id;

	s->n = 0;
	if (ticket != 0) {
		crm_buf_addf(&term, "ticket:%s", crm_id_text(ticket, text));
		arg[1] = term.p;
	}
	err = crm_query_parse(&qc, arg, 2, true, &q, NULL);
	if (err == NULL)
		err = crm_run_open(q, &run);
	while (err == NULL) {
		err = crm_run_next(run, &id, &r);
		if (err != NULL || id == 0)
			break;
		take_event(s, id, &r);
	}
	crm_run_close(run);
	crm_query_free(q);
	crm_buf_release(&term);
	if (s->n > 1)
		qsort(s->step, s->n, sizeof(*s->step), cmp_steps);
	return err;
}

const struct crm_err *
crm_service_all(struct crm_service *s)
{
	const struct crm_err *err = read_steps(s, 0);

	s->all = err == NULL;
	return err;
}

/* The steps of a ticket, among those that were read. */
static const struct step *
steps_of(const struct crm_service *s, uint64_t ticket, size_t *n)
{
	size_t lo = 0, hi = s->n, mid, end;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (s->step[mid].ticket < ticket)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (end = lo; end < s->n && s->step[end].ticket == ticket; end++)
		;
	*n = end - lo;
	return s->step + lo;
}

/*
 * Which rule fits
 */

static const struct crm_err *
read_rules(struct crm_service *s)
{
	struct crm_query_ctx qc = { .snap = s->snap, .clock = s->clock };
	const struct crm_err *err = NULL;
	size_t i;

	s->read = true;
	s->member = crm_calloc(s->config->nsla + 1, sizeof(struct crm_query *));
	for (i = 0; err == NULL && i < s->config->nsla; i++) {
		const struct crm_sla *rule = &s->config->sla[i];

		if (rule->segment != NULL)
			err = crm_rule_segment(&qc, "sla", rule->line,
			    rule->segment, &s->member[i]);
	}
	return err;
}

/* Is somebody in the segment of a rule? */
static const struct crm_err *
is_member(struct crm_service *s, size_t rule, uint64_t who, bool *yes)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;

	*yes = false;
	if (who == 0)
		return NULL;
	err = crm_snap_get(s->snap, who, &r, &p);
	if (err == NULL && p == CRM_LIVE)
		err = crm_query_match(s->member[rule], who, &r, yes);
	return err;
}

static const struct crm_err *
fits(struct crm_service *s, size_t rule, uint64_t who, bool *yes)
{
	const struct crm_err *err;
	uint64_t org;

	*yes = s->config->sla[rule].segment == NULL;
	if (*yes || s->member[rule] == NULL) /* its segment is not there */
		return NULL;
	err = is_member(s, rule, who, yes);
	if (err == NULL && !*yes)
		err = crm_who_org(s->snap, who, &org);
	if (err == NULL && !*yes)
		err = is_member(s, rule, org, yes);
	return err;
}

/* The rules that fit a customer, whatever the priority. */
static const struct crm_err *
rules_of(struct crm_service *s, uint64_t who, uint64_t *mask)
{
	const struct crm_err *err = NULL;
	uint64_t *known;
	size_t i;
	bool yes;

	known = who != 0 ? crm_nummap_get(&s->fits, who) : NULL;
	*mask = known != NULL ? *known : 0;
	if (known != NULL)
		return NULL;
	for (i = 0; err == NULL && i < s->config->nsla && i < RULES_MAX; i++) {
		err = fits(s, i, who, &yes);
		if (err == NULL && yes)
			*mask |= UINT64_C(1) << i;
	}
	if (err == NULL && who != 0)
		*crm_nummap_at(&s->fits, who, NULL) = *mask;
	return err;
}

static const struct crm_err *
find_rule(struct crm_service *s, uint64_t who, uint8_t priority,
    const struct crm_sla **out)
{
	const struct crm_err *err = NULL;
	uint64_t mask = 0;
	bool yes;
	size_t i;

	*out = NULL;
	if (s->config->nsla == 0)
		return NULL;
	if (!s->read)
		err = read_rules(s);
	if (err == NULL)
		err = rules_of(s, who, &mask);
	for (i = 0; err == NULL && i < s->config->nsla; i++) {
		const struct crm_sla *rule = &s->config->sla[i];

		if (rule->priority != 0 && rule->priority != priority)
			continue;
		yes = i < RULES_MAX && (mask >> i & 1) != 0;
		if (i >= RULES_MAX)
			err = fits(s, i, who, &yes);
		if (err == NULL && yes) {
			*out = rule;
			break;
		}
	}
	return err;
}

/*
 * The times of one
 */

/* What a ticket says itself. */
struct ticket {
	int64_t opened_us, closed_us, due_us;
	bool has_closed, has_due;
	uint8_t stage, priority;
};

static bool
time_at(const struct crm_stored *r, uint16_t num, int64_t *out)
{
	struct crm_view v;

	return crm_stored_get(r, num, &v) && crm_value_get_time(v, out);
}

static void
read_ticket(struct crm_service *s, const struct crm_stored *r, struct ticket *t,
    uint64_t *who)
{
	struct crm_many m;
	struct crm_view v;

	memset(t, 0, sizeof(*t));
	*who = 0;
	if (!time_at(r, CRM_TICKET_OPENED, &t->opened_us))
		t->opened_us = s->clock->now_us;
	t->has_closed = time_at(r, CRM_TICKET_CLOSED, &t->closed_us);
	t->has_due = time_at(r, CRM_TICKET_DUE, &t->due_us);
	t->stage = crm_stored_get(r, CRM_TICKET_STAGE, &v) ? crm_word_of(v)
							   : CRM_W_OPEN;
	t->priority = crm_stored_get(r, CRM_TICKET_PRIORITY, &v)
	    ? crm_word_of(v)
	    : CRM_W_NORMAL;
	if (crm_stored_get(r, CRM_TICKET_WHO, &v)) {
		crm_many_begin(&m, v, true);
		if (crm_many_next(&m, &v))
			*who = crm_link_get(v);
	}
}

/* Going through the life of a ticket. */
struct life {
	struct crm_service *s;
	struct crm_service_times *out;
	int64_t at_us;   /* gone through until then */
	int64_t left_us; /* of the target to solve it */
	uint8_t stage;
};

static void
answer(struct crm_service_times *t, int64_t at_us)
{
	if (t->is_answered)
		return;
	t->is_answered = true;
	t->answered_us = at_us;
}

/* The stage at hand lasts until then. */
static void
live_until(struct life *l, int64_t at_us)
{
	struct crm_service *s = l->s;
	int64_t work_us;

	if (at_us <= l->at_us)
		return;
	if (l->stage == CRM_W_OPEN) {
		work_us = crm_hours_between(
		    s->hours, s->clock->zone, l->at_us, at_us);
		if (l->left_us > 0 && work_us >= l->left_us) {
			l->out->has_solve_by = true;
			l->out->solve_by_us = crm_hours_after(
			    s->hours, s->clock->zone, l->at_us, l->left_us);
		}
		l->left_us -= work_us;
		l->out->solve_us += work_us;
	}
	l->at_us = at_us;
}

static bool
ends(uint8_t stage)
{
	return stage == CRM_W_SOLVED || stage == CRM_W_CLOSED;
}

/* Another stage begins. */
static void
turn(struct life *l, uint8_t to, int64_t at_us)
{
	live_until(l, at_us);
	if (ends(to) && !ends(l->stage))
		l->out->ended_us = l->at_us;
	l->stage = to;
	if (to != CRM_W_OPEN)
		answer(l->out, l->at_us);
}

static uint8_t
first_stage(const struct step *step, size_t n, uint8_t now)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (step[i].is_turn)
			return step[i].from;
	return now;
}

/* All that happened, up to now; then until when it would be solved. */
static void
live(struct life *l, const struct ticket *t, const struct step *step, size_t n)
{
	struct crm_service *s = l->s;
	struct crm_service_times *out = l->out;
	uint8_t first = first_stage(step, n, t->stage);
	/* nothing tells of its end but itself */
	bool to_end = ends(first) && t->has_closed;
	size_t i;

	l->stage = to_end ? CRM_W_OPEN : first;
	l->at_us = t->opened_us;
	if (l->stage != CRM_W_OPEN)
		answer(out, t->opened_us);
	for (i = 0; i < n; i++) {
		if (to_end && step[i].at_us > t->closed_us) {
			turn(l, first, t->closed_us);
			to_end = false;
		}
		if (step[i].is_answer)
			answer(out,
			    step[i].at_us > t->opened_us ? step[i].at_us
							 : t->opened_us);
		if (step[i].is_turn)
			turn(l, step[i].to, step[i].at_us);
	}
	if (to_end)
		turn(l, first, t->closed_us);
	if (!ends(l->stage))
		live_until(l, s->clock->now_us);
	out->is_ended = ends(l->stage);
	out->is_waiting = l->stage == CRM_W_WAITING;
	if (out->is_waiting)
		out->has_solve_by = false;
	else if (!out->has_solve_by && l->left_us > 0) {
		out->has_solve_by = true;
		out->solve_by_us = crm_hours_after(
		    s->hours, s->clock->zone, l->at_us, l->left_us);
	}
}

/* Until when it is to be answered, and how long that took. */
static void
find_response(struct crm_service *s, const struct ticket *t,
    struct crm_service_times *out)
{
	int64_t work_us = out->sla != NULL ? out->sla->respond_us : 0;

	out->has_respond_by = t->has_due || work_us > 0;
	if (t->has_due)
		out->respond_by_us = t->due_us;
	else if (work_us > 0)
		out->respond_by_us = crm_hours_after(
		    s->hours, s->clock->zone, t->opened_us, work_us);
	out->respond_us =
	    crm_hours_between(s->hours, s->clock->zone, t->opened_us,
		out->is_answered ? out->answered_us : s->clock->now_us);
}

const struct crm_err *
crm_service_of(struct crm_service *s, uint64_t ticket,
    const struct crm_stored *stored, struct crm_service_times *out)
{
	struct life l = { .s = s, .out = out };
	const struct crm_err *err = NULL;
	const struct step *step;
	struct ticket t;
	size_t n;

	memset(out, 0, sizeof(*out));
	read_ticket(s, stored, &t, &out->who);
	out->opened_us = t.opened_us;
	if (!s->all)
		err = read_steps(s, ticket);
	if (err == NULL)
		err = find_rule(s, out->who, t.priority, &out->sla);
	if (err != NULL)
		return err;
	step = steps_of(s, ticket, &n);
	l.left_us = out->sla != NULL ? out->sla->solve_us : 0;
	live(&l, &t, step, n);
	find_response(s, &t, out);
	return NULL;
}

const struct crm_err *
crm_service_field(struct crm_service *s, uint64_t ticket,
    const struct crm_stored *stored, uint16_t num, struct crm_buf *out)
{
	struct crm_service_times t;
	const struct crm_err *err = crm_service_of(s, ticket, stored, &t);

	if (err != NULL)
		return err;
	if (num == CRM_N_TIER && t.sla != NULL && t.sla->segment != NULL)
		crm_buf_adds(out, t.sla->segment);
	else if (num == CRM_N_RESPONDED && t.is_answered)
		crm_value_put_time(out, t.answered_us);
	else if (num == CRM_N_RESPOND_BY && t.has_respond_by)
		crm_value_put_time(out, t.respond_by_us);
	else if (num == CRM_N_SOLVE_BY && t.has_solve_by)
		crm_value_put_time(out, t.solve_by_us);
	return NULL;
}

struct crm_service_marks
crm_service_mark(const struct crm_service_times *t, int64_t now_us)
{
	struct crm_service_marks m = { false, false, false, false };

	if (t->has_respond_by) {
		m.respond_met =
		    t->is_answered && t->answered_us <= t->respond_by_us;
		m.respond_missed = !m.respond_met &&
		    (t->is_answered ? t->answered_us : now_us) >
			t->respond_by_us;
	}
	if (t->has_solve_by) {
		m.solve_met = t->is_ended && t->ended_us <= t->solve_by_us;
		m.solve_missed = !m.solve_met &&
		    (t->is_ended ? t->ended_us : now_us) > t->solve_by_us;
	}
	return m;
}
