/* iCalendar: an event or a to-do is a row of our fields.  See crm-record(5). */
#include <stdio.h>

#include "base/num.h"
#include "base/time.h"
#include "format/read_impl.h"
#include "format/zone_names.h"

#define SYSTEM "ical:"
#define WHO_MAX 200 /* addresses of one event; more are left out */

/* What is read of one component. */
struct entry {
	struct crm_reader *r;
	struct crm_cline *line;
	size_t n, cap;
	bool todo;
	uint32_t before; /* the column of the last cell */
	struct crm_view who[WHO_MAX];
	size_t nwho;
	struct crm_buf text;
};

static bool
opens_calendar(struct crm_view line)
{
	return crm_cline_is_text(line, "BEGIN:VCALENDAR");
}

static bool
opens_event(struct crm_view line)
{
	return crm_cline_is_text(line, "BEGIN:VEVENT");
}

static bool
opens_todo(struct crm_view line)
{
	return crm_cline_is_text(line, "BEGIN:VTODO");
}

/* Programs hand on events and to-dos without the calendar around them, too. */
bool
crm_ical_is_first(struct crm_view line)
{
	return opens_calendar(line) || opens_event(line) || opens_todo(line);
}

static const struct crm_err *
add_cell(struct entry *e, const char *field, struct crm_view v)
{
	return crm_cline_add_cell(e->r, &e->before, field, v, false);
}

/* The first line of a property, or NULL. */
static const struct crm_cline *
find(const struct entry *e, const char *name)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (crm_cline_is(&e->line[i], name))
			return &e->line[i];
	return NULL;
}

/* Is there nothing behind a property, or no such? */
static bool
is_missing(const struct entry *e, const char *property)
{
	const struct crm_cline *c = find(e, property);

	return c == NULL || crm_view_trim(c->value).n == 0;
}

/* Its value without escapes and blanks around it, in e->text: empty when there
 * is none. */
static struct crm_view
text_of(struct entry *e, const char *name)
{
	const struct crm_cline *c = find(e, name);
	struct crm_view rest = c != NULL ? c->value : CRM_VNULL;

	crm_buf_reset(&e->text);
	(void)crm_cline_next_part(&rest, "", &e->text);
	return crm_view_trim(crm_buf_view(&e->text));
}

static bool
is_value(const struct entry *e, const char *name, const char *value)
{
	const struct crm_cline *c = find(e, name);

	return c != NULL && crm_cline_is_text(c->value, value);
}

/* So many digits; false when there is something else. */
static bool
take_digits(struct crm_view *v, size_t n, int *out)
{
	size_t i;

	*out = 0;
	if (v->n < n)
		return false;
	for (i = 0; i < n; i++) {
		if (v->p[i] < '0' || v->p[i] > '9')
			return false;
		*out = *out * 10 + (v->p[i] - '0');
	}
	*v = crm_view_skip(*v, n);
	return true;
}

/* A moment as it is written: a day, and maybe a time of it. */
struct moment {
	int year, month, day, hour, minute, second;
	bool timed, utc;
};

/*
 * From: RFC 5545 3.3.4, 3.3.5: 20260315, 20260315T100000, 20260315T100000Z.
 */
static bool
read_moment(struct crm_view v, struct moment *m)
{
	memset(m, 0, sizeof(*m));
	v = crm_view_trim(v);
	if (!take_digits(&v, 4, &m->year) || !take_digits(&v, 2, &m->month) ||
	    !take_digits(&v, 2, &m->day))
		return false;
	if (v.n == 0)
		return true;
	m->timed = true;
	if (v.p[0] != 'T')
		return false;
	v = crm_view_skip(v, 1);
	if (!take_digits(&v, 2, &m->hour) || !take_digits(&v, 2, &m->minute) ||
	    !take_digits(&v, 2, &m->second))
		return false;
	if (m->second == 60) /* a leap second */
		m->second = 59;
	m->utc = crm_view_is(v, "Z");
	return v.n == 0 || m->utc;
}

/* Bring a moment of a zone to UTC. */
static const struct crm_err *
to_utc(struct crm_zone_names *zones, struct moment *m, struct crm_view tzid,
    char text[CRM_TIME_TEXT + 1])
{
	const struct crm_err *err;
	struct crm_zone *zone;
	struct crm_date d = { .year = (int16_t)m->year,
		.month = (uint8_t)m->month,
		.day = (uint8_t)m->day };
	int64_t s;

	err = crm_zone_names_get(zones, tzid, &zone);
	if (err != NULL)
		return err;
	s = (int64_t)crm_date_days(d) * 86400 + m->hour * 3600 +
	    m->minute * 60 + m->second;
	s = crm_zone_to_utc(zone, s);
	text[crm_time_put(text, s * CRM_SECOND_US)] = '\0';
	return NULL;
}

/*
 * Add what a property says of time: as an instant, where its zone is known, in
 * the store's zone, where it floats, or as a day alone.  A field of days takes
 * the day of the instant in the store's zone.
 */
static const struct crm_err *
add_moment(struct entry *e, const char *field, const char *property)
{
	const struct crm_cline *c = find(e, property);
	const struct crm_err *err = NULL;
	struct crm_view tzid;
	struct moment m;
	char text[64];

	if (is_missing(e, property))
		return NULL;
	if (!read_moment(c->value, &m))
		return crm_err(CRM_E_DATA, "%s: '%.*s' is no time", property,
		    (int)(c->value.n < 60 ? c->value.n : 60), c->value.p);
	tzid = crm_cline_param(c, "TZID");
	if (!m.timed)
		(void)snprintf(text, sizeof(text), "%04d-%02d-%02d", m.year,
		    m.month, m.day);
	else if (tzid.n > 0 && !m.utc && m.month >= 1 && m.month <= 12 &&
	    m.day >= 1 && m.day <= 31)
		err = to_utc(&e->r->zones, &m, tzid, text);
	else
		(void)snprintf(text, sizeof(text),
		    "%04d-%02d-%02dT%02d:%02d:%02d%s", m.year, m.month, m.day,
		    m.hour, m.minute, m.second, m.utc ? "Z" : "");
	if (err != NULL)
		return crm_err_wrap(err, "%s", property);
	return add_cell(e, field, crm_view_str(text));
}

/* Who takes part: people other than us, who did not say no, each once. */
static void
note_who(struct entry *e, const struct crm_cline *c)
{
	static const struct crm_view mailto = { "mailto:", 7 };
	struct crm_view v = crm_view_trim(c->value);
	struct crm_view type = crm_cline_param(c, "CUTYPE");
	size_t i;

	if (v.n <= 7 || !crm_cline_is_text(crm_view(v.p, 7), mailto.p) ||
	    crm_cline_is_text(type, "ROOM") ||
	    crm_cline_is_text(type, "RESOURCE") ||
	    crm_cline_is_text(crm_cline_param(c, "PARTSTAT"), "DECLINED"))
		return;
	v = crm_view_trim(crm_view_skip(v, 7));
	if (crm_staff_has(&e->r->staff, v))
		return;
	for (i = 0; i < e->nwho; i++)
		if (crm_view_eq(e->who[i], v))
			return;
	if (e->nwho < WHO_MAX)
		e->who[e->nwho++] = v;
}

/* Those invited come first: the customer, and not who invited them. */
static void
read_who(struct entry *e)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (crm_cline_is(&e->line[i], "ATTENDEE"))
			note_who(e, &e->line[i]);
	for (i = 0; i < e->n; i++)
		if (crm_cline_is(&e->line[i], "ORGANIZER"))
			note_who(e, &e->line[i]);
}

static const struct crm_err *
add_who(struct entry *e)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < e->nwho; i++)
		err = crm_cline_add_cell(
		    e->r, &e->before, "who", e->who[i], true);
	return err;
}

/*
 * How often it comes again, if that is all that a rule says: "FREQ=WEEKLY;
 * INTERVAL=2" is 2w.
 */
static bool
read_repeat(struct crm_view rule, char out[16])
{
	static const struct {
		const char *freq;
		char unit;
	} units[] = { { "DAILY", 'd' }, { "WEEKLY", 'w' }, { "MONTHLY", 'm' },
		{ "YEARLY", 'y' } };
	struct crm_view name, value;
	uint64_t n = 1;
	char unit = '\0';
	size_t i;

	while (crm_cline_next_param(&rule, &name, &value)) {
		if (crm_cline_is_text(name, "INTERVAL")) {
			if (!crm_num_u64(value, 1000, &n) || n == 0)
				return false;
		} else if (crm_cline_is_text(name, "FREQ")) {
			for (i = 0; i < 4; i++)
				if (crm_cline_is_text(value, units[i].freq))
					unit = units[i].unit;
		} else if (!crm_cline_is_text(name, "WKST"))
			return false;
	}
	(void)snprintf(out, 16, "%llu%c", (unsigned long long)n, unit);
	return unit != '\0';
}

static const struct crm_err *
add_rule(struct entry *e)
{
	const struct crm_cline *c = find(e, "RRULE");
	char repeat[16];

	if (c == NULL || crm_view_trim(c->value).n == 0)
		return NULL;
	if (e->todo && read_repeat(crm_view_trim(c->value), repeat))
		return add_cell(e, "repeat", crm_view_str(repeat));
	return add_cell(e, "x-rrule", crm_view_trim(c->value));
}

static const struct crm_err *
add_text(struct entry *e, const char *field, const char *property)
{
	struct crm_view v = text_of(e, property);

	return v.n > 0 ? add_cell(e, field, v) : NULL;
}

/* What a meeting was about: "SUMMARY, LOCATION", and the rest below. */
static const struct crm_err *
add_about(struct entry *e)
{
	static const struct {
		const char *property, *before;
	} parts[] = { { "SUMMARY", "" }, { "LOCATION", ", " },
		{ "DESCRIPTION", "\n" } };
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = NULL;
	struct crm_view v;
	size_t i;

	for (i = 0; i < 3; i++) {
		v = text_of(e, parts[i].property);
		if (v.n > 0 && b.n > 0)
			crm_buf_adds(&b, parts[i].before);
		crm_buf_addv(&b, v);
	}
	if (b.n > 0)
		err = add_cell(e, "text", crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}

/* What it is called elsewhere: one of a series has the time it was to be at
 * behind that. */
static const struct crm_err *
add_name(struct entry *e)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = NULL;
	const struct crm_cline *c = find(e, "RECURRENCE-ID");
	struct crm_view uid = text_of(e, "UID");

	if (uid.n > 0) {
		crm_buf_adds(&b, SYSTEM);
		crm_buf_addv(&b, uid);
		if (c != NULL)
			crm_buf_addf(
			    &b, "/%.*s", CRM_VARG(crm_view_trim(c->value)));
		err = crm_cline_add_cell(e->r, &e->before,
		    e->todo ? "ref" : "key", crm_buf_view(&b), e->todo);
	}
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
make_event(struct entry *e)
{
	const struct crm_err *err;

	/* without a time it would become one of today */
	if (is_missing(e, "DTSTART"))
		return crm_err(
		    CRM_E_DATA, "the event has no DTSTART: when was it?");
	err = add_cell(e, "kind", CRM_V("event"));
	if (err == NULL)
		err = add_who(e);
	if (err == NULL)
		err = add_cell(e, "what", CRM_V("meeting"));
	if (err == NULL)
		err = add_moment(e, "at", "DTSTART");
	if (err == NULL)
		err = add_about(e);
	if (err == NULL)
		err = add_name(e);
	return err != NULL ? err : add_rule(e);
}

/* From: RFC 5545 3.8.1.11 (STATUS), 3.8.2.1 (COMPLETED). */
static const struct crm_err *
add_stage(struct entry *e)
{
	const struct crm_err *err;
	bool done = is_value(e, "STATUS", "COMPLETED") ||
	    (find(e, "STATUS") == NULL && find(e, "COMPLETED") != NULL);

	err = add_cell(e, "stage", done ? CRM_V("done") : CRM_V("open"));
	return err != NULL || !done ? err
				    : add_moment(e, "closed", "COMPLETED");
}

static const struct crm_err *
make_task(struct entry *e)
{
	struct crm_view v = text_of(e, "PRIORITY");
	const struct crm_err *err;

	err = add_cell(e, "kind", CRM_V("task"));
	if (err == NULL && v.n > 0 && !crm_view_is(v, "0"))
		err = add_cell(e, "x-priority", v);
	if (err == NULL)
		err = add_text(e, "title", "SUMMARY");
	if (err == NULL)
		err = add_who(e);
	if (err == NULL)
		err = add_moment(e, "due", "DUE");
	if (err == NULL)
		err = add_stage(e);
	if (err == NULL)
		err = add_text(e, "note", "DESCRIPTION");
	if (err == NULL)
		err = add_name(e);
	return err != NULL ? err : add_rule(e);
}

/* A task of this very store, as crm-due wrote it: only how far it is. */
static const struct crm_err *
make_own(struct entry *e, struct crm_view id)
{
	const struct crm_err *err;

	err = add_cell(e, "kind", CRM_V("task"));
	if (err == NULL)
		err = add_cell(e, "id", id);
	return err != NULL || e->r->row.gone ? err : add_stage(e);
}

/* What was called off: only what finds it here. */
static const struct crm_err *
make_gone(struct entry *e)
{
	const struct crm_err *err;

	err = add_cell(e, "kind", e->todo ? CRM_V("task") : CRM_V("event"));
	return err != NULL ? err : add_name(e);
}

/* Take the component apart into its lines, without what is within it. */
static const struct crm_err *
read_lines(struct entry *e)
{
	struct crm_view text = crm_lines_record(&e->r->lines), v;
	struct crm_buf line = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	const struct crm_err *err = NULL;
	struct crm_cline c;
	size_t depth = 0;

	(void)crm_cline_next_line(&text);
	while (err == NULL && text.n > 0) {
		crm_cline_unfold(&text, &line);
		v = crm_buf_view(&line);
		if (crm_view_trim(v).n == 0)
			continue;
		v = crm_view(crm_arena_dup(&e->r->card, v.p, v.n), v.n);
		if (!crm_cline_parse(v, &c))
			err = crm_err(CRM_E_DATA,
			    "not a line of iCalendar: '%.*s'",
			    (int)(v.n < 60 ? v.n : 60), v.p);
		else if (crm_cline_is(&c, "BEGIN"))
			depth++;
		else if (crm_cline_is(&c, "END"))
			depth -= depth > 0;
		else if (depth == 0) {
			err = crm_cline_decode(e->r, &c);
			e->line = crm_grow(
			    e->line, &e->cap, e->n + 1, sizeof(*e->line));
			e->line[e->n++] = c;
		}
	}
	crm_buf_release(&line);
	return err;
}

/* From: RFC 5545 3.8.1.3: what its owner wants nobody else to read. */
static bool
is_private(const struct entry *e)
{
	return is_value(e, "CLASS", "PRIVATE") ||
	    is_value(e, "CLASS", "CONFIDENTIAL");
}

/* Is it none of the store's business?  What crm-due wrote of this store is
 * none, but for its tasks. */
static bool
is_skipped(const struct entry *e, bool own, struct crm_view id)
{
	struct crm_reader *r = e->r;

	if (own)
		return !e->todo || id.n == 0;
	if (is_private(e))
		r->left.private ++;
	else if (r->row.gone)
		return is_missing(e, "UID");
	else if (!e->todo && e->nwho == 0 && !r->alone)
		r->left.alone++;
	else
		return false;
	return true;
}

/* Is it of this store?  Then id is that of a task, or empty. */
static bool
is_own(struct entry *e, struct crm_view *id)
{
	static const struct crm_view task = { "task-", 5 };
	struct crm_view uid = text_of(e, "UID");

	*id = CRM_VNULL;
	if (!crm_reader_own_id(e->r, uid, &uid))
		return false;
	if (crm_view_starts(uid, task)) {
		uid = crm_view_skip(uid, task.n);
		*id = crm_view(crm_arena_dup(&e->r->card, uid.p, uid.n), uid.n);
	}
	return true;
}

static const struct crm_err *
make_row(struct crm_reader *r, bool todo, bool *skip)
{
	struct entry e = { .r = r, .todo = todo, .before = CRM_COL_NONE };
	const struct crm_err *err;
	struct crm_view id;
	bool own;

	e.text.max = CRM_LINE_MAX;
	crm_arena_reset(&r->card);
	crm_cols_begin_row(&r->cols);
	r->row.n = 0;
	err = read_lines(&e);
	if (err == NULL) {
		read_who(&e);
		own = is_own(&e, &id);
		r->row.gone = is_value(&e, "STATUS", "CANCELLED");
		*skip = is_skipped(&e, own, id);
		if (!*skip)
			err = own         ? make_own(&e, id)
			    : r->row.gone ? make_gone(&e)
			    : todo        ? make_task(&e)
					  : make_event(&e);
	}
	crm_buf_release(&e.text);
	crm_free(e.line);
	return err;
}

static const struct crm_err *
gather_staff(struct crm_reader *r)
{
	const struct crm_err *(*gather)(void *, struct crm_staff *) = r->gather;

	r->gather = NULL;
	return gather != NULL ? gather(r->gather_ctx, &r->staff) : NULL;
}

const struct crm_err *
crm_ical_row(struct crm_reader *r)
{
	const struct crm_err *err;
	struct crm_view line;
	bool event, todo, skip;

	err = gather_staff(r);
	if (err != NULL)
		return err;
	for (;;) {
		err = crm_lines_next(&r->lines);
		if (err != NULL)
			return err;
		if (r->lines.len == 0 && r->calendar) {
			r->over = true;
			return crm_err(CRM_E_DATA,
			    "the calendar has no END:VCALENDAR: it was cut");
		}
		if (r->lines.len == 0)
			return NULL;
		line = crm_lines_record(&r->lines);
		if (opens_calendar(line))
			r->calendar = true;
		else if (crm_cline_is_text(line, "END:VCALENDAR"))
			r->calendar = false;
		event = opens_event(line);
		todo = opens_todo(line);
		if (!event && !todo)
			continue;
		skip = false;
		err = event ? crm_cline_take(r, "VEVENT", "event")
			    : crm_cline_take(r, "VTODO", "to-do");
		if (err == NULL)
			err = make_row(r, todo, &skip);
		if (err != NULL || !skip)
			return err;
	}
}
