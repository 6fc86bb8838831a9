#include "record/scale.h"

#include "record/kinds.h"
#include "record/value.h"
#include "record/word.h"

static const struct crm_scale scales[] = {
	{ CRM_W_NPS, 9, 7, true, true, -10000, 10000 },
	{ CRM_W_CSAT, 4, 3, true, false, 0, 10000 },
	{ CRM_W_CES, 5, 4, false, false, 100, 700 },
};
#define NSCALES (sizeof(scales) / sizeof(scales[0]))

const struct crm_scale *
crm_scale_of(const struct crm_stored *event)
{
	struct crm_view v;
	size_t i;

	if (!crm_stored_get(event, CRM_EVENT_SCALE, &v))
		return NULL;
	for (i = 0; i < NSCALES; i++)
		if (scales[i].word == crm_word_of(v))
			return &scales[i];
	return NULL;
}

enum crm_verdict
crm_scale_verdict(const struct crm_scale *s, int64_t score)
{
	return score >= s->good * 100 ? CRM_GOOD
	    : score >= s->fair * 100  ? CRM_FAIR
				      : CRM_BAD;
}

const struct crm_err *
crm_scale_score(const struct crm_stored *event, bool *any, int64_t *out)
{
	struct crm_dec score, one = { 1, 0 };
	struct crm_view v;

	*any = crm_stored_get(event, CRM_EVENT_SCORE, &v) &&
	    crm_value_get_dec(v, &score);
	if (!*any)
		return NULL;
	if (!crm_dec_mul(score, one, 2, &score))
		return crm_err(
		    CRM_E_DATA, "the score of feedback is too large");
	*out = score.m;
	return NULL;
}

bool
crm_scale_read(const struct crm_stored *event, enum crm_verdict *out)
{
	const struct crm_scale *s = crm_scale_of(event);
	int64_t score;
	bool any;

	if (s == NULL || crm_scale_score(event, &any, &score) != NULL || !any)
		return false;
	*out = crm_scale_verdict(s, score);
	return true;
}
