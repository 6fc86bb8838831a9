/*
 * about - events in words.
 */
#ifndef CRM_ABOUT_H
#define CRM_ABOUT_H

#include "store/snap.h"

/*
 * Add what an event is about, for people: its text; without one the titles of
 * what it links to beside its who, how a stage changed, a score, a purpose, a
 * number: "Big chairs: proposal -> won".
 *
 * out     appended to; nothing when there is nothing to say
 */
CRM_CHECK const struct crm_err *crm_event_about(
    struct crm_snap *, const struct crm_stored *event, struct crm_buf *out);

/* The same behind what it is: "call: asked for a quote". */
CRM_CHECK const struct crm_err *crm_event_title(
    struct crm_snap *, const struct crm_stored *event, struct crm_buf *out);

#endif
