/*
 * assign_rule - which rule of crm.yaml's assign: a new record is for.
 */
#ifndef CRM_ASSIGN_RULE_H
#define CRM_ASSIGN_RULE_H

#include "query/query.h"
#include "store/batch.h"

struct crm_assigning;

/* NULL when crm.yaml has no such rules. */
struct crm_assigning *crm_assigning_new(
    const struct crm_config *, const struct crm_clock *, const char *user);
void crm_assigning_free(struct crm_assigning *);

/*
 * Read the queries of all rules, as the first use does.
 *
 * Fails with CONFIG: one is wrong, or over a kind that has no owner; IO.
 */
CRM_CHECK const struct crm_err *crm_assigning_read(
    struct crm_assigning *, struct crm_snap *);

/* Before the snapshot that it looked at is closed; NULL is fine. */
void crm_assigning_forget(struct crm_assigning *);

/*
 * The first rule whose query finds a record: crm_batch_options.assign.
 *
 * ctx     a struct crm_assigning
 * rule    its place; SIZE_MAX: none
 *
 * What the record links to counts as the store has it: not what the same
 * change set adds.
 * Fails with CONFIG (a wrong query), IO.
 */
CRM_CHECK const struct crm_err *crm_assign_rule(
    void *ctx, struct crm_snap *, const struct crm_rec *, size_t *rule);

#endif
