/*
 * paper - quotes, orders and invoices as text or HTML, from templates.
 */
#ifndef CRM_PAPER_H
#define CRM_PAPER_H

#include "cli/main.h"

struct crm_paper;

/*
 * snap    outlives it
 * html    else text
 * out     free with crm_paper_free(), also after a failure
 */
struct crm_paper *crm_paper_new(struct crm_ctx *, struct crm_snap *, bool html);
void crm_paper_free(struct crm_paper *);

/*
 * Print what an event belongs to: all events of its word and number (doc) for
 * the same customer are its lines.  The customer is the first who; people of
 * one organisation are one customer.  Once each: nothing happens for another
 * event of the same.
 *
 * Fails with DATA (it is no event of money, currencies are mixed), CONFIG (a
 * template is wrong), IO.
 */
CRM_CHECK const struct crm_err *crm_paper_print(
    struct crm_paper *, uint64_t id);

/*
 * Print the papers of a number: the invoices, else the orders, else the quotes,
 * else what there is.
 *
 * found   false: there is no event of money with it
 */
CRM_CHECK const struct crm_err *crm_paper_print_number(
    struct crm_paper *, const char *number, bool *found);

#endif
