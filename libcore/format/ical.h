/*
 * ical - iCalendar out: lines of components and properties, escaped and
 * folded.
 *
 * Lines end in CRLF and are folded so that none is longer than 75 bytes, never
 * within a character.
 * From: RFC 5545 3.1, 3.3.4, 3.3.5, 3.3.11.
 */
#ifndef CRM_ICAL_H
#define CRM_ICAL_H

#include "base/time.h"
#include "format/sink.h"

struct crm_ical {
	struct crm_sink *sink;
	struct crm_buf line;
};

/* sink outlives it. */
void crm_ical_init(struct crm_ical *, struct crm_sink *);
void crm_ical_release(struct crm_ical *);

/* A calendar begins: VERSION and PRODID stand in it. */
void crm_ical_open(struct crm_ical *, const char *prodid);
void crm_ical_close(struct crm_ical *);

/* A component: "VTODO". */
void crm_ical_begin(struct crm_ical *, const char *component);
void crm_ical_end(struct crm_ical *, const char *component);

/* A property whose value is a word of the standard, a text, an instant (in
 * UTC), a day (with VALUE=DATE). */
void crm_ical_name(struct crm_ical *, const char *property, const char *word);
void crm_ical_text(
    struct crm_ical *, const char *property, struct crm_view text);
void crm_ical_time(struct crm_ical *, const char *property, int64_t at_us);
void crm_ical_date(struct crm_ical *, const char *property, struct crm_date);

#endif
