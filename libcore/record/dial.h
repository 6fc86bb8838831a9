/*
 * dial - numbering plans: how telephone numbers of a country are written
 * there, and what they are to the rest of the world (E.164).
 *
 * Numbers are digits here, '0' to '9', without anything between them.
 */
#ifndef CRM_DIAL_H
#define CRM_DIAL_H

#include "base/buf.h"

/* E.164: the number of a country and what is behind it. */
#define CRM_E164_MAX 15

struct crm_dial {
	const char *code;   /* number of the country */
	char country[3];    /* ISO 3166; "": a service of the whole world */
	const char *trunk;  /* put before a national number: "0"; "8 0": either;
			    * "": nothing is */
	const char *abroad; /* put before the number of a country: "011", "001
			     * 002"; "": 00 only, which is known everywhere */
	uint8_t least, most; /* digits of a national number */
	/* So many digits without the trunk prefix are a national number too:
	 * what is dialled within a town is shorter; 0: one cannot tell. */
	uint8_t whole;
	/* Of the numbers of people.  A longer one that begins with the number
	 * of the country is not national: its "+" is missing. */
	uint8_t usual;
};

/* The plan of a country, by its code of ISO 3166 in capitals; NULL: there is
 * none. */
const struct crm_dial *crm_dial_of(struct crm_view country);

/* All of them, the table: by code, "" in the end. */
const struct crm_dial *crm_dial_all(size_t *n);

/*
 * Make a number of E.164 of one that begins with the number of a country.  A
 * trunk prefix that was written behind that, as in +49 0171, goes.
 *
 * digit, n   changed if it can be made
 *
 * Returns how many digits are the number of the country; 0: it is no such
 * number.
 */
size_t crm_dial_world(char *digit, size_t *n);

/*
 * The same of one as it is dialled in a country.
 *
 * whole   set if it begins with the prefix for other countries and the number
 *         of one
 */
size_t crm_dial_from(
    const struct crm_dial *home, char *digit, size_t *n, bool *whole);

#endif
