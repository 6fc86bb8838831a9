/*
 * assign - whose turn it is to get a new record, by the rules of crm.yaml.
 *
 * Which rule is for a record is found while lines are read; whose turn it is,
 * in the transaction that writes them, so that of two writers each sees what
 * the other one gave away.  Nothing is kept for it: the turn is that of the
 * owner whose newest record of the kind is the oldest, which removed and undone
 * records do not count for.
 */
#ifndef CRM_ASSIGN_H
#define CRM_ASSIGN_H

#include "config/config.h"
#include "record/rec.h"
#include "store/snap.h"

/* The field of a kind that a rule fills: "owner", a text; NULL: none. */
const struct crm_field *crm_assign_field(const struct crm_kind *);

/* Leave a record to a rule: its owner is a mark, of the rule's place. */
void crm_assign_mark(struct crm_rec *, const struct crm_field *, size_t rule);

struct crm_turns;

/*
 * Look up whose turns they are.
 *
 * Cost: the records that the owners of all rules have, of the kinds at hand;
 * for a rule by load also their deals and tickets
 *
 * wanted  26 numbers: kinds of which there are new ones, by letter
 */
CRM_CHECK const struct crm_err *crm_turns_new(struct crm_snap *,
    const struct crm_config *, const uint64_t wanted[26],
    struct crm_turns **out);
void crm_turns_free(struct crm_turns *);

/* Give a record that was left to a rule an owner, whose turn it was. */
void crm_turns_settle(struct crm_turns *, struct crm_rec *);

#endif
