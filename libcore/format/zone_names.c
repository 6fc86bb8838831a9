#include "format/zone_names.h"

#include <stdio.h>

#include "base/mem.h"

#define NAME_MAX_BYTES 100 /* the longest of the database has 32 */

static const struct {
	const char *windows, *name;
} zones[] = {
	{ "AUS Eastern Standard Time", "Australia/Sydney" },
	{ "Alaskan Standard Time", "America/Anchorage" },
	{ "Arab Standard Time", "Asia/Riyadh" },
	{ "Arabian Standard Time", "Asia/Dubai" },
	{ "Argentina Standard Time", "America/Buenos_Aires" },
	{ "Atlantic Standard Time", "America/Halifax" },
	{ "Bangladesh Standard Time", "Asia/Dhaka" },
	{ "Belarus Standard Time", "Europe/Minsk" },
	{ "Canada Central Standard Time", "America/Regina" },
	{ "Central America Standard Time", "America/Guatemala" },
	{ "Central Europe Standard Time", "Europe/Budapest" },
	{ "Central European Standard Time", "Europe/Warsaw" },
	{ "Central Standard Time", "America/Chicago" },
	{ "Central Standard Time (Mexico)", "America/Mexico_City" },
	{ "China Standard Time", "Asia/Shanghai" },
	{ "E. Australia Standard Time", "Australia/Brisbane" },
	{ "E. Europe Standard Time", "Europe/Chisinau" },
	{ "E. South America Standard Time", "America/Sao_Paulo" },
	{ "Eastern Standard Time", "America/New_York" },
	{ "Egypt Standard Time", "Africa/Cairo" },
	{ "FLE Standard Time", "Europe/Kiev" },
	{ "GMT Standard Time", "Europe/London" },
	{ "GTB Standard Time", "Europe/Bucharest" },
	{ "Greenwich Standard Time", "Atlantic/Reykjavik" },
	{ "Hawaiian Standard Time", "Pacific/Honolulu" },
	{ "India Standard Time", "Asia/Calcutta" },
	{ "Israel Standard Time", "Asia/Jerusalem" },
	{ "Korea Standard Time", "Asia/Seoul" },
	{ "Mountain Standard Time", "America/Denver" },
	{ "New Zealand Standard Time", "Pacific/Auckland" },
	{ "Newfoundland Standard Time", "America/St_Johns" },
	{ "Pacific Standard Time", "America/Los_Angeles" },
	{ "Pakistan Standard Time", "Asia/Karachi" },
	{ "Romance Standard Time", "Europe/Paris" },
	{ "Russian Standard Time", "Europe/Moscow" },
	{ "SE Asia Standard Time", "Asia/Bangkok" },
	{ "Singapore Standard Time", "Asia/Singapore" },
	{ "South Africa Standard Time", "Africa/Johannesburg" },
	{ "Taipei Standard Time", "Asia/Taipei" },
	{ "Tokyo Standard Time", "Asia/Tokyo" },
	{ "Turkey Standard Time", "Europe/Istanbul" },
	{ "US Mountain Standard Time", "America/Phoenix" },
	{ "UTC", "UTC" },
	{ "W. Australia Standard Time", "Australia/Perth" },
	{ "W. Central Africa Standard Time", "Africa/Lagos" },
	{ "W. Europe Standard Time", "Europe/Berlin" },
};

const struct crm_err *
crm_zone_of_calendar(struct crm_view tzid, struct crm_zone **out)
{
	char name[NAME_MAX_BYTES];
	const struct crm_err *err = NULL;
	const char *p = name;
	size_t i;

	*out = NULL;
	(void)snprintf(name, sizeof(name), "%.*s",
	    (int)(tzid.n < sizeof(name) ? tzid.n : sizeof(name) - 1), tzid.p);
	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (crm_view_is(tzid, zones[i].windows))
			return crm_zone_open(zones[i].name, out);
	/* "" would be UTC */
	while (tzid.n < sizeof(name) && p != NULL && *p != '\0') {
		err = *p != '/' ? crm_zone_open(p, out) : NULL;
		if (*out != NULL)
			return NULL;
		if (err != NULL && err->code != CRM_E_CONFIG)
			return err;
		p = strchr(p, '/');
		p = p != NULL ? p + 1 : NULL;
	}
	return crm_err(CRM_E_DATA, "the time zone '%s' is not known", name);
}

const struct crm_err *
crm_zone_names_get(
    struct crm_zone_names *names, struct crm_view tzid, struct crm_zone **out)
{
	const struct crm_err *err;
	struct crm_zone_open *o;
	size_t i;

	for (i = 0; i < CRM_ZONE_NAMES_OPEN; i++) {
		o = &names->open[i];
		if (o->tzid != NULL && crm_view_is(tzid, o->tzid)) {
			*out = o->zone;
			return NULL;
		}
	}
	err = crm_zone_of_calendar(tzid, out);
	if (err != NULL)
		return err;
	o = &names->open[names->next++ % CRM_ZONE_NAMES_OPEN];
	crm_free(o->tzid);
	crm_zone_free(o->zone);
	o->tzid = crm_strndup(tzid.p, tzid.n);
	o->zone = *out;
	return NULL;
}

void
crm_zone_names_release(struct crm_zone_names *names)
{
	size_t i;

	for (i = 0; i < CRM_ZONE_NAMES_OPEN; i++) {
		crm_free(names->open[i].tzid);
		crm_zone_free(names->open[i].zone);
	}
	memset(names, 0, sizeof(*names));
}
