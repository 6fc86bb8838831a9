/*
 * duplicates - pairs of records that may be about the same person or
 * organisation.
 *
 * Records that agree in a key of alike.h are compared.  Where more than
 * CRM_DUPLICATES_MOST share a key, those of them are that also share birthday,
 * postcode, street, org or city; where more share that too, they are not.
 *
 * Memory: about 100 MB, and some for each pair that is found; scratch files
 * in the store's directory.
 */
#ifndef CRM_DUPLICATES_H
#define CRM_DUPLICATES_H

#include "query/query.h"
#include "report/rows.h"

#define CRM_DUPLICATES_MOST 50

struct crm_duplicates_options {
	int least;               /* points */
	struct crm_query *query; /* one of the two matches; NULL: all */
	struct crm_rows_options rows;
	struct crm_writer *writer;
};

struct crm_duplicates_result {
	uint64_t pairs;
	uint64_t compared;
	uint64_t passed; /* keys that too many share */
};

/*
 * Print the pairs, most points first.
 *
 * letter  p or o; 0: people, then organisations
 */
CRM_CHECK const struct crm_err *crm_duplicates_print(struct crm_snap *,
    char letter, const struct crm_duplicates_options *,
    struct crm_duplicates_result *);

#endif
