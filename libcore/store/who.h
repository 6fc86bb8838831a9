/*
 * who - finding the record that a word names: an id, an email address, a ref,
 * a phone number, or an exact name.
 */
#ifndef CRM_WHO_H
#define CRM_WHO_H

#include "store/snap.h"

/* More candidates than these are not listed. */
#define CRM_WHO_MAX 20

/*
 * Find all records that a word names.  The id of one that was merged names the
 * one that it is now.
 *
 * kinds   letters of the kinds that count; NULL: all but events, which only
 *         an id names
 * text    in NFC
 * ids     at most CRM_WHO_MAX of them
 *
 * What it is is tried in this order, the first that names anything counts:
 * id, email address, ref, phone number (its last digits do), name.  Of names
 * that are equal when folded those that are equal to the letter count.
 */
CRM_CHECK const struct crm_err *crm_who_find(struct crm_snap *,
    const char *kinds, struct crm_view text, uint64_t ids[CRM_WHO_MAX],
    size_t *n);

/* The same, but an id also names a record that was removed. */
CRM_CHECK const struct crm_err *crm_who_find_ever(struct crm_snap *,
    const char *kinds, struct crm_view text, uint64_t ids[CRM_WHO_MAX],
    size_t *n);

/*
 * Who a record is by now: itself; of one that crm-merge removed, the one that
 * it was merged into, however often.
 *
 * out     0: nobody, it was removed otherwise or never was
 */
CRM_CHECK const struct crm_err *crm_who_now(
    struct crm_snap *, uint64_t id, uint64_t *out);

/*
 * The organisation that a person works for.
 *
 * out     0: none, or who is no person that is there
 */
CRM_CHECK const struct crm_err *crm_who_org(
    struct crm_snap *, uint64_t who, uint64_t *out);

/*
 * Find the one record that a word names.
 *
 * Fails with DATA: "no such record 'x'", or with the candidates:
 * "'Anna' is p1 Anna Nowak, p7 Anna Kowalska: say which".
 */
CRM_CHECK const struct crm_err *crm_who_one(
    struct crm_snap *, const char *kinds, struct crm_view text, uint64_t *out);

/* The error for several candidates. */
const struct crm_err *crm_who_several(
    struct crm_snap *, struct crm_view text, const uint64_t *ids, size_t n);

/* The error for a word that names nothing of the kinds.  Near names are
 * proposed, the first times. */
const struct crm_err *crm_who_none(
    struct crm_snap *, const char *kinds, struct crm_view text);

/* The error for a record that is not there: when it was removed, by whom, and
 * how it comes back; that it was erased; or that there is none such. */
const struct crm_err *crm_who_gone(struct crm_snap *, uint64_t id);

/* Add the name or title of a record; its id when it has none. */
CRM_CHECK const struct crm_err *crm_who_name(
    struct crm_snap *, uint64_t id, struct crm_buf *out);

/* The same of what a link names: behind it stands when that is not there any
 * more, "Anna (removed)", "p1 (erased)". */
CRM_CHECK const struct crm_err *crm_who_link(
    struct crm_snap *, uint64_t id, struct crm_buf *out);

/* What a word looks like. */
bool crm_who_is_email(struct crm_view);
bool crm_who_is_ref(struct crm_view);
bool crm_who_is_phone(struct crm_view);

#endif
