/*
 * id - the short names of records: p12, d7, e90210, p12a.
 *
 * An id is a uint64_t: kind letter (8 bits), replica (16), number (40), so
 * that ids in order are records by kind, replica and number.  0 is no id.
 */
#ifndef CRM_ID_H
#define CRM_ID_H

#include "base/buf.h"

#define CRM_ID_NUMBER_MAX ((UINT64_C(1) << 40) - 1)

/* The longest text: letter, 13 digits, 3 letters (4 if damaged), NUL. */
#define CRM_ID_TEXT 19

static inline uint64_t
crm_id(char kind, uint16_t replica, uint64_t number)
{
	return (uint64_t)(unsigned char)kind << 56 | (uint64_t)replica << 40 |
	    number;
}

static inline char
crm_id_kind(uint64_t id)
{
	return (char)(id >> 56);
}

static inline uint16_t
crm_id_replica(uint64_t id)
{
	return (uint16_t)(id >> 40);
}

static inline uint64_t
crm_id_number(uint64_t id)
{
	return id & CRM_ID_NUMBER_MAX;
}

/*
 * Read an id.  Lower case only, no leading zero: "O2" is a name.
 *
 * Returns false when the text is none.
 */
bool crm_id_parse(struct crm_view, uint64_t *out);

/* The text of an id; at most CRM_ID_TEXT - 1 bytes, no NUL. */
size_t crm_id_put(char *out, uint64_t id);

/* The same NUL-ended, for messages. */
const char *crm_id_text(uint64_t id, char out[CRM_ID_TEXT]);

/*
 * How a link stands in a record: of the original replica the kind letter and
 * the number in 1 to 5 bytes, big-endian without leading zeros; of others
 * the id in 8 bytes, big-endian.
 */
#define CRM_LINK_MAX 8

static inline size_t
crm_link_put(char *out, uint64_t id)
{
	unsigned int bits;
	size_t n;

	if (crm_id_replica(id) != 0) {
		crm_be64(out, id);
		return 8;
	}
	bits = 64 - (unsigned int)__builtin_clzll(crm_id_number(id) | 1);
	n = (bits + 7) / 8;
	out[0] = crm_id_kind(id);
	for (bits = 0; bits < n; bits++)
		out[n - bits] = (char)(crm_id_number(id) >> (8 * bits));
	return n + 1;
}

/* The id of a link as it stands in a record; 0 when it is damaged. */
static inline uint64_t
crm_link_get(struct crm_view v)
{
	uint64_t number = 0;
	size_t i;

	if (v.n == 8)
		return crm_be64_get(v.p);
	if (v.n < 2 || v.n > 6)
		return 0;
	for (i = 1; i < v.n; i++)
		number = number << 8 | (unsigned char)v.p[i];
	return crm_id(v.p[0], 0, number);
}

#endif
