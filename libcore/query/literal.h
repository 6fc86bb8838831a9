/*
 * literal - the texts that a regular expression cannot do without.
 */
#ifndef CRM_LITERAL_H
#define CRM_LITERAL_H

#include "base/buf.h"
#include "base/mem.h"

#define CRM_LITERALS_MAX 8

/* Pieces that stand in whatever an expression matches: in this order, none in
 * another one. */
struct crm_literals {
	struct crm_view piece[CRM_LITERALS_MAX];
	size_t n;
	bool whole; /* what has the (one) piece, matches */
};

/*
 * Read them off a POSIX extended expression that regcomp() took.
 *
 * out     pieces live in the arena; n is 0 when none is sure
 */
void crm_literals_of(
    struct crm_arena *, struct crm_view regex, struct crm_literals *out);

/* The same, folded: pieces of any folded text that the expression matches as
 * it was before. */
void crm_literals_fold(
    struct crm_arena *, const struct crm_literals *, struct crm_literals *out);

/* May a text match, by its pieces? */
bool crm_literals_in(const struct crm_literals *, struct crm_view text);

/* The longest of them; n is 0 when there is none. */
struct crm_view crm_literals_best(const struct crm_literals *);

#endif
