/* Amounts that sums leave out: their currency has no rate. */
#include "record/word.h"
#include "store/batch_impl.h"

/* The currency of an event that sums should hold but cannot; 0: none. */
static uint8_t
unrated(
    const struct crm_batch *b, struct crm_view what, struct crm_view currency)
{
	uint8_t word = crm_word_of(what), num;

	if (currency.n != 1 ||
	    (crm_what_revenue(word) == 0 && crm_what_balance(word) == 0))
		return 0;
	num = (uint8_t)currency.p[0];
	return crm_config_has_rate(b->store->config, num) ? 0 : num;
}

static uint8_t
unrated_rec(const struct crm_batch *b, const struct crm_rec *r)
{
	struct crm_view what, currency;

	if (r->kind->letter != 'e' ||
	    !crm_rec_get(r, CRM_EVENT_CURRENCY, &currency) ||
	    !crm_rec_get(r, CRM_EVENT_WHAT, &what))
		return 0;
	return unrated(b, what, currency);
}

void
crm_batch_note_rate(struct crm_batch *b, const struct crm_rec *old)
{
	uint8_t num = unrated_rec(b, &b->rec);

	if (num == 0)
		return;
	if (old == NULL)
		b->rows_unrated = true;
	else if (unrated_rec(b, old) != num)
		b->unrated[num]++;
}

const struct crm_err *
crm_batch_count_rates(struct crm_batch *b)
{
	const struct crm_err *err = NULL;
	uint64_t count[26] = { 0 }, id = 1;
	struct crm_view what, currency;
	struct crm_row r;

	if (!b->rows_unrated)
		return NULL;
	crm_spool_rewind(b->adds);
	while (err == NULL && id != 0) {
		err = crm_batch_next_row(b, count, &r, &id);
		if (err == NULL && id != 0 && r.kind == 'e' &&
		    crm_batch_meant(b, id) == id &&
		    crm_row_get(r, CRM_EVENT_WHAT, &what) &&
		    crm_row_get(r, CRM_EVENT_CURRENCY, &currency))
			b->unrated[unrated(b, what, currency)]++;
	}
	return err;
}

uint64_t
crm_batch_unrated(const struct crm_batch *b, uint8_t currency_num)
{
	size_t i = currency_num;

	return i == 0 ? 0 : b->unrated[i];
}
