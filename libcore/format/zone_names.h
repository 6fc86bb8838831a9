/*
 * zone_names - time zones as calendars of other programs call them.
 */
#ifndef CRM_ZONE_NAMES_H
#define CRM_ZONE_NAMES_H

#include "base/time.h"

/*
 * The zone of a TZID: a name of the time zone database, with or without a
 * prefix ("/example.org/20250101/Europe/Berlin"), or a name of Windows ("W.
 * Europe Standard Time").
 *
 * out     free with crm_zone_free()
 *
 * Fails with DATA when it is none of these.
 * From: RFC 5545 3.8.3.1; the names of Windows by Unicode CLDR,
 * windowsZones.xml, territory 001.
 */
CRM_CHECK const struct crm_err *crm_zone_of_calendar(
    struct crm_view tzid, struct crm_zone **out);

/* The zones that were asked for last, open: a calendar names one or two, in
 * each of its events.  Begin with zeros. */
#define CRM_ZONE_NAMES_OPEN 8
struct crm_zone_names {
	struct crm_zone_open {
		char *tzid; /* NULL: free */
		struct crm_zone *zone;
	} open[CRM_ZONE_NAMES_OPEN];
	unsigned int next; /* which one gives way */
};

/*
 * As crm_zone_of_calendar(), but the zone stays with the names: dead at the
 * next call.
 */
CRM_CHECK const struct crm_err *crm_zone_names_get(
    struct crm_zone_names *, struct crm_view tzid, struct crm_zone **out);
void crm_zone_names_release(struct crm_zone_names *);

#endif
