/*
 * rank - the records that a query finds, those first that its words say most
 * about: --sort relevance.
 *
 * What matches is decided as ever.  The words are those of the terms that are
 * words, phrases or addresses and do not stand behind "not"; each one that a
 * record of the kind has adds
 *
 *   idf(word) * w * (K + 1) / (w + K * (1 - B + B * length / MEAN))
 *   idf(word) = log2(1 + (all - n + 0.5) / (n + 0.5))
 *
 * where w is the weight of the field that has it (1 to 7; the heaviest one of
 * several), n how many records of the kind have the word, all how many
 * records there are, and length how many words the record has, as far as its
 * class tells (store/index.h).  This is BM25 (K = 1.2, B = 0.75, MEAN = 8
 * words) with the weight of the field in the place of how often a word comes,
 * and a MEAN that does not move: what one record is worth beside another does
 * not change with what else is written.
 *
 * Of equal ones the higher id, which was entered last, comes first.
 */
#ifndef CRM_RANK_H
#define CRM_RANK_H

#include "query/query.h"

#define CRM_RANK_SORT "relevance"

/*
 * Is this what --sort asks for?  Not where a kind that the query selects has
 * a field of that name.
 *
 * sort    NULL: nothing is asked for
 *
 * Fails with USAGE: it is asked for beside fields, or turned round.
 */
CRM_CHECK const struct crm_err *crm_rank_is_meant(
    const struct crm_query *, const char *sort, bool *yes);

struct crm_rank;

/*
 * Find the best.
 *
 * max     so many at the most
 * memory  bytes to hold before a scratch file is used, when many are wanted
 * out     free with crm_rank_free()
 *
 * Where indexes alone answer the query no record is read but events that are
 * in no index yet; else those that would be among the best, if they match.
 * Fails with USAGE when there is no word to go by.
 */
CRM_CHECK const struct crm_err *crm_rank_new(
    struct crm_query *, uint64_t max, size_t memory, struct crm_rank **out);
void crm_rank_free(struct crm_rank *);

/* The next id, best first; 0 after the last one. */
CRM_CHECK const struct crm_err *crm_rank_next(struct crm_rank *, uint64_t *id);

/*
 * By what is ranked, in lines for people: behind what crm_query_explain()
 * says.
 *
 * Fails as crm_rank_new() does.
 */
CRM_CHECK const struct crm_err *crm_rank_explain(
    struct crm_query *, struct crm_buf *);

#endif
