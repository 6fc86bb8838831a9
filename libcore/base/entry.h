/*
 * entry - keys with values, one entry behind the other in memory or in a file,
 * and their order.
 *
 *	key length u32, value length u32, key, value
 */
#ifndef CRM_ENTRY_H
#define CRM_ENTRY_H

#include "base/buf.h"

#define CRM_ENTRY_HEAD 8

struct crm_entry_item {
	uint64_t
	    prefix;  /* for the sort: 8 bytes of the key, from its depth on */
	uint64_t at; /* offset of the entry, below 2^48 */
};

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
 * with it), those with the same key by their places.
 */
void crm_entries_sort(const char *data, struct crm_entry_item *item, size_t n);

#endif
