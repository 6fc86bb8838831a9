/*
 * erased - what is remembered of those who were erased: keyed hashes of their
 * addresses, so that no import brings them back unseen.
 *
 * The value of meta "erased": the newest erasure's change set u64, key 16,
 * hashes of 16 bytes each, sorted.
 */
#ifndef CRM_ERASED_H
#define CRM_ERASED_H

#include "record/schema.h"
#include "store/engine.h"

#define CRM_META_ERASED "erased"
#define CRM_ERASED_HASH 16

struct crm_erased;

/*
 * Read what is remembered: a copy.
 *
 * out     NULL when nobody was erased; free with crm_erased_free()
 */
CRM_CHECK const struct crm_err *crm_erased_open(
    struct crm_txn *, struct crm_erased **out);
void crm_erased_free(struct crm_erased *);

/* May it be so many bytes long? */
bool crm_erased_fits(size_t);

/* The change set of the newest erasure; 0: there was none. */
uint64_t crm_erased_last(const struct crm_erased *);

/* Are values of a field remembered?  Addresses, numbers, unique names. */
bool crm_erased_counts(const struct crm_field *);

/*
 * Is a value remembered?
 *
 * letter  of its record's kind
 * value   one, as stored
 */
bool crm_erased_has(const struct crm_erased *, char letter,
    const struct crm_field *, struct crm_view value);

/*
 * Remember values.
 *
 * Begin with what was remembered (NULL: nothing), add values, and write all.
 */
struct crm_remember;
CRM_CHECK const struct crm_err *crm_remember_new(
    const struct crm_erased *, struct crm_remember **out);
void crm_remember_free(struct crm_remember *);
void crm_remember_add(struct crm_remember *, char letter,
    const struct crm_field *, struct crm_view value);
CRM_CHECK const struct crm_err *crm_remember_put(
    struct crm_remember *, struct crm_txn *, uint64_t change);

#endif
