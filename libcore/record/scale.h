/*
 * scale - how the scores of feedback are taken: nps, csat, ces.
 */
#ifndef CRM_SCALE_H
#define CRM_SCALE_H

#include "base/num.h"
#include "record/code.h"

enum crm_verdict { CRM_GOOD, CRM_FAIR, CRM_BAD };

/* The words of a verdict, as choices in the order above. */
#define CRM_VERDICT_NAMES "good\0fair\0bad\0"

struct crm_scale {
	uint8_t word;
	uint8_t good, fair; /* the least score that is so */
	bool is_percent;    /* the score of all is: of good ones */
	bool less_bad;      /* and bad ones are taken away */
	int64_t from, to;   /* what that can be, in hundredths */
};

/* The scale of an event; NULL: it has none that is known. */
const struct crm_scale *crm_scale_of(const struct crm_stored *event);

/* What a score on it says, in hundredths. */
enum crm_verdict crm_scale_verdict(const struct crm_scale *, int64_t score);

/* What an event says; false: it has no score, or no scale. */
bool crm_scale_read(const struct crm_stored *event, enum crm_verdict *out);

/* The score of an event in hundredths.  Fails with DATA: it is too large. */
CRM_CHECK const struct crm_err *crm_scale_score(
    const struct crm_stored *event, bool *any, int64_t *out);

#endif
