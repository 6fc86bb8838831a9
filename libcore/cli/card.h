/*
 * card - one record on one screen: who somebody is, what they spent, what is
 * open, and the newest of their story.
 */
#ifndef CRM_CARD_H
#define CRM_CARD_H

#include "cli/main.h"

struct crm_card;

/*
 * snap    outlives it; it is let go of around writes that may wait
 * out     free with crm_card_free(), also after a failure
 */
CRM_CHECK const struct crm_err *crm_card_new(
    struct crm_ctx *, struct crm_snap *snap, struct crm_card **out);
void crm_card_free(struct crm_card *);

/*
 * Print the card of a record of any kind.
 *
 * events  how many of the newest events, at the most
 */
CRM_CHECK const struct crm_err *crm_card_print(
    struct crm_card *, uint64_t id, size_t events);

#endif
