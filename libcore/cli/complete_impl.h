/*
 * complete_impl - what complete.c and complete_store.c share.
 */
#ifndef CRM_COMPLETE_IMPL_H
#define CRM_COMPLETE_IMPL_H

#include "base/map.h"
#include "cli/complete.h"

#define CRM_OFFERS_MAX 200

/* A run of completion. */
struct crm_offers {
	const struct crm_cmd *cmd;
	struct crm_snap *snap; /* NULL: there is no store */
	const struct crm_schema *schema;
	int nops; /* operands, without a verb */
	char **op;
	int first;            /* operand that the WHAT at hand begins with */
	struct crm_view head; /* of the word: what stays as it is */
	bool in_term;         /* a value of a query, parted by commas */
	struct crm_buf out;
	struct crm_map seen;
	size_t n;
	struct crm_arena arena;
};

/*
 * Offer head, value and tail together, once.  What could drive a terminal is
 * not offered: it would have to be changed.
 */
void crm_offer(struct crm_offers *, struct crm_view value, const char *tail,
    struct crm_view about);

/* Offer words ("a\0b\0\0") that begin as the one that is typed. */
void crm_offer_words(
    struct crm_offers *, struct crm_view word, const char *words);

/* Move n bytes of the word to head; returns the rest. */
struct crm_view crm_offer_behind(
    struct crm_offers *, struct crm_view word, size_t n);

/*
 * Of the store: names, email addresses and refs that begin with a word, and
 * ids.
 *
 * kinds   letters
 */
CRM_CHECK const struct crm_err *crm_offer_who(
    struct crm_offers *, struct crm_view word, const char *kinds);

/* Ids that begin as a word does: p1, p10 to p19, p100 to p199, ... */
CRM_CHECK const struct crm_err *crm_offer_ids(
    struct crm_offers *, struct crm_view word);

CRM_CHECK const struct crm_err *crm_offer_segments(
    struct crm_offers *, struct crm_view word);

/* Values of a field, of those kinds that have one of the name. */
CRM_CHECK const struct crm_err *crm_offer_values(struct crm_offers *,
    struct crm_view word, const char *kinds, struct crm_view name);

/* Words for days and periods. */
void crm_offer_dates(struct crm_offers *, struct crm_view word);

#endif
