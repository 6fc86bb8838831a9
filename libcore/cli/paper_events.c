/* Which events make up a paper. */
#include "base/mem.h"
#include "cli/paper_impl.h"
#include "query/query.h"
#include "record/kinds.h"
#include "record/value.h"
#include "record/word.h"

const struct crm_err *
crm_paper_customer(
    struct crm_snap *snap, const struct crm_stored *event, uint64_t *out)
{
	const struct crm_err *err;
	enum crm_presence presence;
	struct crm_stored r;
	struct crm_many m;
	struct crm_view v;

	*out = 0;
	if (!crm_stored_get(event, CRM_EVENT_WHO, &v))
		return NULL;
	crm_many_begin(&m, v, true);
	if (!crm_many_next(&m, &v))
		return NULL;
	*out = crm_link_get(v);
	if (crm_id_kind(*out) != 'p')
		return NULL;
	err = crm_snap_get(snap, *out, &r, &presence);
	if (err == NULL && presence != CRM_ABSENT &&
	    crm_stored_get(&r, CRM_PERSON_ORG, &v))
		*out = crm_link_get(v);
	return err;
}

/* All events of a word, or of money, and a number, whoever they are for. */
static const struct crm_err *
find_events(struct crm_query_ctx *qc, struct crm_view word, struct crm_view doc,
    uint64_t **id, size_t *n)
{
	struct crm_buf what = CRM_BUF_INIT(1000),
		       number = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	const char *arg[3] = { "event", NULL, NULL };
	const struct crm_err *err;
	struct crm_query *q = NULL;

	crm_buf_addf(
	    &what, word.n > 0 ? "what:%.*s" : "has:amount", CRM_VARG(word));
	crm_buf_adds(&number, "doc:=");
	crm_buf_addv(&number, doc);
	arg[1] = what.p;
	arg[2] = number.p;
	err = crm_query_parse(qc, arg, 3, true, &q, NULL);
	if (err == NULL)
		err = crm_query_ids(q, id, n);
	crm_query_free(q);
	crm_buf_release(&what);
	crm_buf_release(&number);
	return err;
}

const struct crm_err *
crm_paper_events(struct crm_snap *snap, const struct crm_clock *clock,
    struct crm_view word, struct crm_view doc, uint64_t customer, uint64_t **id,
    size_t *n)
{
	struct crm_query_ctx qc = { .snap = snap, .clock = clock };
	const struct crm_err *err;
	enum crm_presence presence;
	struct crm_stored r;
	size_t all = 0, i;
	uint64_t whose;

	*id = NULL;
	*n = 0;
	err = find_events(&qc, word, doc, id, &all);
	for (i = 0; err == NULL && i < all; i++) {
		err = crm_snap_get(snap, (*id)[i], &r, &presence);
		if (err != NULL || presence != CRM_LIVE)
			continue;
		err = crm_paper_customer(snap, &r, &whose);
		if (err == NULL && whose == customer)
			(*id)[(*n)++] = (*id)[i];
	}
	return err;
}

/* How far a word is on the way to money; 0: it is not on it. */
static int
rank_of(const struct crm_stored *event)
{
	struct crm_view v;

	if (!crm_stored_get(event, CRM_EVENT_WHAT, &v))
		return 0;
	v = crm_word_get(v);
	return crm_view_is(v, "invoice") ? 3
	    : crm_view_is(v, "purchase") ? 2
					 : crm_view_is(v, "quote");
}

const struct crm_err *
crm_paper_numbered(struct crm_snap *snap, const struct crm_clock *clock,
    struct crm_view doc, uint64_t **id, size_t *n)
{
	struct crm_query_ctx qc = { .snap = snap, .clock = clock };
	const struct crm_err *err;
	enum crm_presence presence;
	struct crm_stored r;
	size_t all = 0, i;
	int best = 0, rank;

	*id = NULL;
	*n = 0;
	err = find_events(&qc, CRM_VNULL, doc, id, &all);
	for (i = 0; err == NULL && i < all; i++) {
		err = crm_snap_get(snap, (*id)[i], &r, &presence);
		if (err != NULL || presence != CRM_LIVE)
			continue;
		rank = rank_of(&r);
		if (rank > best) {
			best = rank;
			*n = 0;
		}
		if (rank == best)
			(*id)[(*n)++] = (*id)[i];
	}
	return err;
}
