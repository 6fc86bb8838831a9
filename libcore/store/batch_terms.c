/* When invoices are due. */
#include "record/value.h"
#include "record/word.h"
#include "store/batch_impl.h"

#define DAYS_MAX 36500

/* Two of these are alike: a customer of the batch, and their organisation. */
#define STEPS_MAX 3

static bool
get_days(struct crm_view terms, uint64_t *days)
{
	struct crm_dec d;

	if (!crm_value_get_dec(terms, &d) || d.scale != 0 || d.m < 0 ||
	    d.m > DAYS_MAX)
		return false;
	*days = (uint64_t)d.m;
	return true;
}

/* Is an id one of a record that this batch adds, or may add? */
static bool
is_added(const struct crm_batch *b, uint64_t id)
{
	return crm_is_new(id) || crm_is_ghost(id) ||
	    crm_nummap_get(&b->given, id) != NULL;
}

/*
 * The days that a customer of the store has to pay; a person's are those of
 * their organisation.
 *
 * added   set when that is one of this batch
 */
static const struct crm_err *
terms_of(
    struct crm_batch *b, uint64_t who, uint64_t *days, bool *known, bool *added)
{
	const struct crm_err *err = NULL;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_view v;

	*known = false;
	*added = is_added(b, who);
	if (*added)
		return NULL;
	err = crm_snap_get(b->snap, who, &r, &p);
	if (err == NULL && p == CRM_LIVE && crm_id_kind(who) == 'p' &&
	    crm_stored_get(&r, CRM_PERSON_ORG, &v) &&
	    crm_id_kind(crm_link_get(v)) == 'o')
		return terms_of(b, crm_link_get(v), days, known, added);
	if (err == NULL && p == CRM_LIVE && crm_id_kind(who) == 'o' &&
	    crm_stored_get(&r, CRM_ORG_TERMS, &v))
		*known = get_days(v, days);
	return err;
}

static void
set_due(const struct crm_batch *b, struct crm_rec *rec, uint64_t days)
{
	struct crm_buf date = CRM_BUF_INIT(16);
	struct crm_zone *zone = b->values.clock->zone;
	struct crm_view v;
	int64_t at_us;

	if (!crm_rec_get(rec, CRM_EVENT_AT, &v) ||
	    !crm_value_get_time(v, &at_us))
		return;
	crm_value_put_date(&date,
	    crm_date_from_days(
		crm_date_days(crm_zone_date(zone, at_us)) + (int32_t)days));
	crm_rec_set(
	    rec, crm_field_num(rec->kind, CRM_EVENT_DUE), crm_buf_view(&date));
	crm_buf_release(&date);
}

/* A credit note is not to be paid. */
static bool
is_credit(const struct crm_rec *rec)
{
	struct crm_view v;
	struct crm_dec d;

	return crm_rec_get(rec, CRM_EVENT_AMOUNT, &v) &&
	    crm_value_get_dec(v, &d) && d.m < 0;
}

const struct crm_err *
crm_batch_make_due(struct crm_batch *b, uint8_t *flags)
{
	const struct crm_err *err;
	struct crm_view v;
	struct crm_many m;
	uint64_t days = 0;
	bool known, added;

	if (!crm_rec_is(&b->rec, CRM_EVENT_WHAT, CRM_W_INVOICE) ||
	    is_credit(&b->rec) || crm_rec_get(&b->rec, CRM_EVENT_DUE, &v) ||
	    !crm_rec_get(&b->rec, CRM_EVENT_WHO, &v))
		return NULL;
	crm_many_begin(&m, v, true);
	if (!crm_many_next(&m, &v))
		return NULL;
	err = terms_of(b, crm_link_get(v), &days, &known, &added);
	if (err == NULL && known)
		set_due(b, &b->rec, days);
	if (added) {
		*flags |= CRM_ROW_TERMS;
		b->want_terms = true;
	}
	return err;
}

/* Of a customer of this batch: days + 1, or the id of their organisation. */
static const struct crm_err *
note_terms(struct crm_batch *b, struct crm_row r, uint64_t id)
{
	const struct crm_err *err = NULL;
	struct crm_view v;
	uint64_t days = 0;
	bool known = false, added = false;

	if (r.kind == 'o' && crm_row_get(r, CRM_ORG_TERMS, &v))
		known = get_days(v, &days);
	if (r.kind == 'p' && crm_row_get(r, CRM_PERSON_ORG, &v)) {
		uint64_t org = crm_batch_meant(b, crm_link_get(v));

		if (org != 0)
			err = terms_of(b, org, &days, &known, &added);
		if (added)
			*crm_nummap_at(&b->terms, id, NULL) = org;
	}
	if (known)
		*crm_nummap_at(&b->terms, id, NULL) = days + 1;
	return err;
}

const struct crm_err *
crm_batch_note_terms(struct crm_batch *b)
{
	const struct crm_err *err = NULL;
	uint64_t count[26] = { 0 }, id = 1;
	struct crm_row r;

	if (!b->want_terms)
		return NULL;
	crm_spool_rewind(b->adds);
	while (err == NULL && id != 0) {
		err = crm_batch_next_row(b, count, &r, &id);
		if (err == NULL && id != 0 && (r.kind == 'o' || r.kind == 'p'))
			err = note_terms(b, r, id);
	}
	return err;
}

void
crm_batch_settle_due(
    const struct crm_batch *b, struct crm_row r, struct crm_rec *rec)
{
	const uint64_t *terms;
	struct crm_many m;
	struct crm_view v;
	uint64_t id;
	int i;

	if (crm_rec_get(rec, CRM_EVENT_DUE, &v) ||
	    !crm_row_get(r, CRM_EVENT_WHO, &v))
		return;
	crm_many_begin(&m, v, true);
	if (!crm_many_next(&m, &v))
		return;
	id = crm_batch_meant(b, crm_link_get(v));
	for (i = 0; i < STEPS_MAX && id != 0; i++) {
		terms = crm_nummap_get(&b->terms, id);
		if (terms == NULL)
			return;
		if (*terms <= DAYS_MAX + 1) {
			set_due(b, rec, *terms - 1);
			return;
		}
		id = *terms;
	}
}
