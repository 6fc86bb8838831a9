/*
 * find - a piece of text in another one.
 */
#ifndef CRM_FIND_H
#define CRM_FIND_H

#include "base/buf.h"

/*
 * Where a piece first stands in a text.
 *
 * piece   "" stands everywhere
 *
 * Returns its offset, text.n when it stands nowhere.
 * Cost: where its first and its last byte are as far from each other as they
 * should be, the rest is compared; 16 places at once with SSE2.
 * From: W. Mula, "SIMD-friendly algorithms for substring searching", 2016.
 */
size_t crm_find(struct crm_view text, struct crm_view piece);

#endif
