/* What is due in words, as rows, and for calendars. */
#include "due/due_impl.h"
#include "format/writer.h"
#include "query/about.h"
#include "query/newest.h"
#include "store/store.h"
#include "store/story.h"
#include "store/who.h"

#define MINUTES_MANY 120
#define HOURS_MANY 48

const char *
crm_due_word(enum crm_due_coefficient what)
{
	static const char *const word[CRM_DUE_NWHATS] = { "task", "ticket",
		"contact", "purchase", "birthday", "date", "deal" };

	return word[what];
}

void
crm_due_key(const struct crm_due *d, const struct crm_due_item *item,
    struct crm_buf *out)
{
	char text[CRM_ID_TEXT];

	crm_buf_addf(out, "%s %s %d", crm_due_word(item->what),
	    crm_id_text(item->id, text), item->day);
	if (item->name != NULL)
		crm_buf_addf(out, " %s", item->name);
	if (item->what == CRM_DUE_DEAL || item->what == CRM_DUE_TICKET)
		crm_buf_addf(out, " %d", (int)item->reason);
	if (item->at_us != CRM_DUE_NO_TIME)
		crm_buf_addf(out, " %lld%s", (long long)item->at_us,
		    item->at_us < d->o->clock->now_us ? " late" : "");
}

static void
add_days(struct crm_buf *out, int64_t ago)
{
	if (ago == 0)
		crm_buf_adds(out, "today");
	else if (ago == 1)
		crm_buf_adds(out, "yesterday");
	else if (ago == -1)
		crm_buf_adds(out, "tomorrow");
	else if (ago > 0)
		crm_buf_addf(out, "%lld days ago", (long long)ago);
	else
		crm_buf_addf(out, "in %lld days", (long long)-ago);
}

/* "90 min", "5 h", "3 days": down to what is whole. */
static void
add_time(struct crm_buf *out, int64_t us)
{
	int64_t minutes = us / (60 * CRM_SECOND_US);

	if (minutes < MINUTES_MANY)
		crm_buf_addf(out, "%lld min", (long long)minutes);
	else if (minutes < HOURS_MANY * 60)
		crm_buf_addf(out, "%lld h", (long long)(minutes / 60));
	else
		crm_buf_addf(
		    out, "%lld days", (long long)(minutes / (24 * 60)));
}

static void
add_span(struct crm_buf *out, struct crm_span span)
{
	char text[8];

	crm_buf_add(out, text, crm_span_put(text, span));
}

static void
why_ticket(const struct crm_due *d, const struct crm_due_item *item,
    struct crm_buf *out)
{
	int64_t left_us = item->at_us - d->o->clock->now_us;

	if (item->reason == CRM_DUE_UNSOLVED) {
		crm_buf_adds(out, "opened ");
		add_days(out, d->today - item->last);
		return;
	}
	crm_buf_adds(out, left_us < 0 ? "not " : "to be ");
	crm_buf_adds(
	    out, item->reason == CRM_DUE_RESPOND ? "answered" : "solved");
	crm_buf_adds(out, left_us < 0 ? ", late by " : " within ");
	add_time(out, left_us < 0 ? -left_us : left_us);
}

static void
why_contact(const struct crm_due *d, const struct crm_due_item *item,
    struct crm_buf *out)
{
	crm_buf_adds(out, "every ");
	add_span(out, item->every);
	if (item->name != NULL)
		crm_buf_addf(out, " (@%s)", item->name);
	crm_buf_adds(out,
	    item->reason == CRM_DUE_NEVER ? ", no contact yet, added "
					  : ", last contact ");
	add_days(out, d->today - item->last);
}

static void
why_deal(const struct crm_due *d, const struct crm_due_item *item,
    struct crm_buf *out)
{
	if (item->reason == CRM_DUE_BY_DAY) {
		crm_buf_adds(out, "to be decided ");
		add_days(out, d->today - item->day);
		return;
	}
	if (item->reason == CRM_DUE_STALE && item->day > d->today) {
		crm_buf_adds(out, "will stand still ");
		add_days(out, d->today - item->day);
	} else if (item->reason == CRM_DUE_STALE)
		crm_buf_addf(
		    out, "nothing happened for %d days", d->today - item->last);
	else {
		crm_buf_adds(out, "no next step, last touched ");
		add_days(out, d->today - item->last);
	}
}

/* A day of the year, and how many years after the first. */
static void
why_day(const struct crm_due *d, const struct crm_due_item *item,
    struct crm_buf *out)
{
	int years;

	crm_buf_adds(out, item->name != NULL ? item->name : "birthday");
	crm_buf_addc(out, ' ');
	add_days(out, d->today - item->day);
	if (item->last == CRM_DUE_NO_DAY)
		return;
	years = crm_date_from_days(item->day).year -
	    crm_date_from_days(item->last).year;
	if (years > 0)
		crm_buf_addf(out, ", %d year%s", years, years == 1 ? "" : "s");
}

static void
why_task(const struct crm_due *d, const struct crm_due_item *item,
    struct crm_buf *out)
{
	if (item->reason == CRM_DUE_OPEN)
		crm_buf_adds(out, "open");
	else {
		crm_buf_adds(out, "due ");
		add_days(out, d->today - item->day);
	}
	if (item->every.n > 0) {
		crm_buf_adds(out, ", again after ");
		add_span(out, item->every);
	}
}

static void
why_purchase(const struct crm_due *d, const struct crm_due_item *item,
    struct crm_buf *out)
{
	crm_buf_addf(out, "buys every %d%s days, last ", item->gap / 2,
	    item->gap % 2 != 0 ? ".5" : "");
	add_days(out, d->today - item->last);
}

void
crm_due_add_why(const struct crm_due *d, const struct crm_due_item *item,
    struct crm_buf *out)
{
	static void (*const why[CRM_DUE_NWHATS])(const struct crm_due *,
	    const struct crm_due_item *, struct crm_buf *) = {
		[CRM_DUE_TASK] = why_task,
		[CRM_DUE_TICKET] = why_ticket,
		[CRM_DUE_CONTACT] = why_contact,
		[CRM_DUE_PURCHASE] = why_purchase,
		[CRM_DUE_BIRTHDAY] = why_day,
		[CRM_DUE_DATE] = why_day,
		[CRM_DUE_DEAL] = why_deal,
	};

	why[item->what](d, item, out);
}

/*
 * The last contact
 */

static const struct crm_err *
look_back(struct crm_due *d, uint64_t who, uint64_t *event, int64_t *at_us)
{
	const struct crm_err *err;
	struct crm_story_walk *w;
	struct crm_story s;

	err = crm_snap_story(d->snap, &w);
	if (err == NULL)
		err = crm_story_last(w, who, &s);
	while (
	    err == NULL && s.who == who && (*event == 0 || s.at_us > *at_us)) {
		if (crm_what_is_contact(s.what & CRM_WHAT_WORD) &&
		    s.at_us <= d->o->clock->now_us) {
			*event = s.event;
			*at_us = s.at_us;
			return NULL;
		}
		err = crm_story_prev(w, &s);
	}
	return err;
}

const struct crm_err *
crm_due_last_contact(
    struct crm_due *d, uint64_t who, uint64_t *event, int64_t *at_us)
{
	const struct crm_err *err = NULL;
	uint64_t *people = NULL;
	size_t n = 0, i;

	*event = 0;
	*at_us = 0;
	if (who == 0)
		return NULL;
	err = look_back(d, who, event, at_us);
	if (err == NULL && crm_id_kind(who) == 'o')
		err = crm_people_of(d->snap, who, &people, &n);
	for (i = 0; err == NULL && i < n; i++)
		err = look_back(d, people[i], event, at_us);
	crm_free(people);
	return err;
}

const struct crm_err *
crm_due_add_last(
    struct crm_due *d, const struct crm_due_item *item, struct crm_buf *out)
{
	const struct crm_err *err;
	struct crm_stored stored;
	enum crm_presence p;
	char day[11];
	uint64_t event;
	int64_t at_us;

	err = crm_due_last_contact(d, item->who, &event, &at_us);
	if (err != NULL || event == 0)
		return err;
	err = crm_snap_get(d->snap, event, &stored, &p);
	if (err != NULL || p != CRM_LIVE)
		return err;
	crm_buf_add(out, day, crm_date_put(day, crm_zone_date(d->zone, at_us)));
	crm_buf_addc(out, ' ');
	return crm_event_title(d->snap, &stored, out);
}

/*
 * Rows
 */

/* clang-format off */
const struct crm_field crm_due_columns[] = {
	{ .name = "id", .type = CRM_T_LINK, .flags = CRM_F_COMPUTED,
	    .help = "the record" },
	{ .name = "urgency", .type = CRM_T_NUMBER, .help = "by the formula" },
	{ .name = "due", .type = CRM_T_DATE, .help = "the day" },
	{ .name = "at", .type = CRM_T_TIME, .help = "of a ticket: the instant" },
	{ .name = "what", .type = CRM_T_TEXT, .help = "what it is" },
	{ .name = "title", .type = CRM_T_TEXT, .help = "its name or title" },
	{ .name = "who", .type = CRM_T_LINK, .help = "the customer" },
	{ .name = "why", .type = CRM_T_TEXT, .flags = CRM_F_WHOLE,
	    .help = "why it is due" },
	{ .name = "owner", .type = CRM_T_TEXT, .help = "who of us" },
	{ .name = "last", .type = CRM_T_TEXT, .help = "the last contact" },
};
/* clang-format on */
const size_t crm_due_ncolumns =
    sizeof(crm_due_columns) / sizeof(crm_due_columns[0]);
enum {
	C_ID,
	C_URGENCY,
	C_DUE,
	C_AT,
	C_WHAT,
	C_TITLE,
	C_WHO,
	C_WHY,
	C_OWNER,
	C_LAST
};

const struct crm_err *
crm_due_put_row(struct crm_due *d, const struct crm_due_item *item,
    struct crm_row_maker *row, struct crm_rows *rows)
{
	const struct crm_err *err = NULL;
	struct crm_buf *b = &d->scratch;

	crm_row_begin(row);
	crm_row_link(row, item->id);
	crm_row_dec(row, crm_dec_trim((struct crm_dec){ item->urgency, 2 }));
	if (item->day == CRM_DUE_NO_DAY)
		crm_row_none(row);
	else
		crm_row_date(row, crm_date_from_days(item->day));
	if (item->at_us == CRM_DUE_NO_TIME)
		crm_row_none(row);
	else
		crm_row_time(row, item->at_us);
	crm_row_text(row, crm_view_str(crm_due_word(item->what)));
	crm_buf_reset(b);
	if (crm_rows_wants(rows, C_TITLE))
		err = crm_who_name(d->snap, item->id, b);
	crm_row_text(row, crm_buf_view(b));
	if (item->who == 0)
		crm_row_none(row);
	else
		crm_row_link(row, item->who);
	crm_buf_reset(b);
	crm_due_add_why(d, item, b);
	crm_row_text(row, crm_buf_view(b));
	crm_row_text(row, crm_view_str(item->owner != NULL ? item->owner : ""));
	crm_buf_reset(b);
	if (err == NULL && crm_rows_wants(rows, C_LAST))
		err = crm_due_add_last(d, item, b);
	crm_row_text(row, crm_buf_view(b));
	return err != NULL ? err : crm_row_put(row, rows);
}

/*
 * Calendars
 */

static const struct crm_err *
add_summary(
    struct crm_due *d, const struct crm_due_item *item, struct crm_buf *b)
{
	const struct crm_err *err;

	if (item->what != CRM_DUE_TASK)
		crm_buf_addf(b, "%s: ",
		    item->what == CRM_DUE_DATE ? item->name
					       : crm_due_word(item->what));
	err = crm_who_name(d->snap, item->id, b);
	if (err == NULL && item->who != 0 && item->who != item->id) {
		crm_buf_adds(b, " (");
		err = crm_who_link(d->snap, item->who, b);
		crm_buf_addc(b, ')');
	}
	return err;
}

/* "task-t12@" and the store: the same thing of another store is another. */
static void
add_uid(struct crm_due *d, const struct crm_due_item *item, struct crm_buf *b)
{
	const uint8_t *uuid = crm_store_uuid(crm_snap_store(d->snap));
	char text[CRM_ID_TEXT];
	int i;

	crm_buf_addf(
	    b, "%s-%s", crm_due_word(item->what), crm_id_text(item->id, text));
	if (item->what == CRM_DUE_DATE)
		crm_buf_addf(b, "-%s", item->name);
	crm_buf_addc(b, '@');
	for (i = 0; i < 16; i++)
		crm_buf_addf(b, "%02x", uuid[i]);
}

const struct crm_err *
crm_due_put_ical(
    struct crm_due *d, const struct crm_due_item *item, struct crm_ical *ical)
{
	bool event =
	    item->what == CRM_DUE_BIRTHDAY || item->what == CRM_DUE_DATE;
	struct crm_buf *b = &d->scratch;
	const struct crm_err *err;
	size_t n;

	crm_ical_begin(ical, event ? "VEVENT" : "VTODO");
	crm_buf_reset(b);
	add_uid(d, item, b);
	crm_ical_text(ical, "UID", crm_buf_view(b));
	crm_ical_time(ical, "DTSTAMP", d->o->clock->now_us);
	if (item->at_us != CRM_DUE_NO_TIME)
		crm_ical_time(ical, "DUE", item->at_us);
	else if (item->day != CRM_DUE_NO_DAY)
		crm_ical_date(ical, event ? "DTSTART" : "DUE",
		    crm_date_from_days(item->day));
	if (event)
		crm_ical_name(ical, "TRANSP", "TRANSPARENT");
	else
		crm_ical_name(ical, "STATUS", "NEEDS-ACTION");
	crm_buf_reset(b);
	err = add_summary(d, item, b);
	crm_ical_text(ical, "SUMMARY", crm_buf_view(b));
	crm_buf_reset(b);
	crm_due_add_why(d, item, b);
	crm_buf_addc(b, '\n');
	n = b->n;
	if (err == NULL)
		err = crm_due_add_last(d, item, b);
	if (b->n == n)
		b->n--; /* no contact */
	crm_ical_text(ical, "DESCRIPTION", crm_buf_view(b));
	crm_ical_text(
	    ical, "CATEGORIES", crm_view_str(crm_due_word(item->what)));
	crm_ical_end(ical, event ? "VEVENT" : "VTODO");
	return err;
}
