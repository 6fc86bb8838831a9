/*
 * term_impl - what the parts of reading a term share.
 */
#ifndef CRM_TERM_IMPL_H
#define CRM_TERM_IMPL_H

#include "query/ast.h"

/* A term that is being read. */
struct crm_reading {
	struct crm_query *q;
	const struct crm_schema *schema;
	struct crm_term *t;
	const struct crm_nest *nest;
	const struct crm_field *field; /* of the first kind that has it */
	size_t from, to;               /* bytes of the term at fault */
};

/* term.c: copies that live as long as the query */
struct crm_view crm_term_keep(struct crm_query *, struct crm_view);
struct crm_view crm_term_keep_folded(struct crm_query *, struct crm_view);

/* The words of a folded text. */
struct crm_view *crm_term_words(
    struct crm_query *, struct crm_view folded, size_t *n);

/* term_check.c */

/* The name before the first colon; n is 0 when there is none. */
struct crm_view crm_term_name(struct crm_view text);

/* Is a name one that no field has: has, no, is? */
bool crm_term_is_reserved(struct crm_view name);

/*
 * Refuse what would be read as words to look for, and is not meant so.
 *
 * Fails with USAGE.
 */
CRM_CHECK const struct crm_err *crm_term_check(
    struct crm_reading *, struct crm_view text);

/* A ref is no term, but looks like one: say how it is found, else unknown. */
CRM_CHECK const struct crm_err *crm_term_check_ref(
    struct crm_reading *, const struct crm_err *unknown);

/*
 * The error for a word that no field has among its choices: the nearest one,
 * else those there are.
 *
 * what    "unknown stage"
 * field   by letter; those of the kinds count
 * more    further words, "a\0b\0\0"
 */
const struct crm_err *crm_term_no_choice(const char *what, struct crm_view word,
    const struct crm_field *const field[26], const bool kinds[26],
    const char *more);

/* term_value.c: values into alternatives.  Both fail with USAGE, and DATA: a
 * link's value that names no record. */
CRM_CHECK const struct crm_err *crm_term_read_alts(
    struct crm_reading *, struct crm_view text);
CRM_CHECK const struct crm_err *crm_term_read_exact(
    struct crm_reading *, struct crm_view text);

/* term_link.c */

/* The records that a link's value names. */
CRM_CHECK const struct crm_err *crm_term_read_link(
    struct crm_reading *, struct crm_alt *);

/* A segment by its name, with its query.  Fails with DATA. */
CRM_CHECK const struct crm_err *crm_term_read_member(
    struct crm_reading *, struct crm_view name, struct crm_member **out);

#endif
