/*
 * pages_impl - what the parts of pages share.
 */
#ifndef CRM_PAGES_IMPL_H
#define CRM_PAGES_IMPL_H

#include "store/pages.h"

#define CRM_PAGE_HEADS 2    /* head pages */
#define CRM_PAGE_MAX 65536u /* bytes of a page */
#define CRM_PAGE_TABLE 48   /* bytes that say where a table is */

struct crm_page_head {
	uint32_t page_bytes;
	uint64_t last, commit;
	char free[CRM_PAGE_TABLE], main[CRM_PAGE_TABLE];
};

/* Read both head pages; false when they are not as we know them. */
bool crm_pages_heads(int fd, struct crm_page_head out[CRM_PAGE_HEADS]);

#endif
