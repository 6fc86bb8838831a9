#include "query/about.h"

#include "format/writer.h"
#include "record/word.h"
#include "store/who.h"

/* What an event says itself, each after what comes before. */
static const struct {
	uint16_t num;
	const char *before; /* nothing stands in front of the first */
	const char *always;
} said[] = {
	{ CRM_EVENT_FROM, ": ", "" },
	{ CRM_EVENT_TO, " ", "-> " },
	{ CRM_EVENT_SCORE, ": ", "" },
	{ CRM_EVENT_SCALE, " ", "" },
	{ CRM_EVENT_PURPOSE, ": ", "" },
	{ CRM_EVENT_DOC, ", ", "no. " },
};

/* start is where it began in out. */
static void
add_said(const struct crm_kind *k, const struct crm_stored *event, size_t start,
    struct crm_buf *out)
{
	struct crm_view v;
	size_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		if (!crm_stored_get(event, said[i].num, &v))
			continue;
		crm_buf_adds(out, out->n > start ? said[i].before : "");
		crm_buf_adds(out, said[i].always);
		crm_people_add_value(
		    out, crm_field_num(k, said[i].num), v, NULL);
	}
}

const struct crm_err *
crm_event_about(
    struct crm_snap *snap, const struct crm_stored *event, struct crm_buf *out)
{
	static const uint16_t links[] = { CRM_EVENT_DEAL, CRM_EVENT_TICKET,
		CRM_EVENT_CAMPAIGN, CRM_EVENT_PRODUCT };
	const struct crm_err *err = NULL;
	size_t i, start = out->n;
	struct crm_view v;

	if (crm_stored_get(event, CRM_EVENT_TEXT, &v)) {
		crm_buf_addv(out, v);
		return NULL;
	}
	for (i = 0; err == NULL && i < sizeof(links) / sizeof(links[0]); i++) {
		if (!crm_stored_get(event, links[i], &v))
			continue;
		crm_buf_adds(out, out->n > start ? ", " : "");
		err = crm_who_link(snap, crm_link_get(v), out);
	}
	if (err == NULL)
		add_said(
		    crm_kind_of(crm_snap_schema(snap), 'e'), event, start, out);
	return err;
}

const struct crm_err *
crm_event_title(
    struct crm_snap *snap, const struct crm_stored *event, struct crm_buf *out)
{
	const struct crm_err *err;
	struct crm_view v;
	size_t n;

	if (crm_stored_get(event, CRM_EVENT_WHAT, &v))
		crm_buf_addv(out, crm_word_get(v));
	crm_buf_adds(out, ": ");
	n = out->n;
	err = crm_event_about(snap, event, out);
	if (out->n == n)
		out->n = n - 2; /* it is about nothing */
	return err;
}
