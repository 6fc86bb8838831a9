/*
 * entry - keys with values, one entry behind the other in memory or in a file,
 * and their order.
 *
 *	key length u32, value length u32, key, value
 */
#ifndef CRM_ENTRY_H
#define CRM_ENTRY_H

#include "base/buf.h"
#include "base/radix.h"

#define CRM_ENTRY_HEAD 8

static inline struct crm_view
crm_entry_key(const char *p)
{
	return crm_view(p + CRM_ENTRY_HEAD, crm_le32_get(p));
}

static inline struct crm_view
crm_entry_value(const char *p)
{
	return crm_view(
	    p + CRM_ENTRY_HEAD + crm_le32_get(p), crm_le32_get(p + 4));
}

/*
 * Sort n entries of data by their keys (bytes, a shorter one before what begins
 * with it), those with the same key by their places.  Keys are of at most 4,095
 * bytes.
 *
 * item    at is an entry's offset, below 2^48; key is set here
 *
 * Many take as much memory as the items again.
 */
void crm_entries_sort(const char *data, struct crm_keyed *item, size_t n);

#endif
