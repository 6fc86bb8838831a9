/*
 * rule_segment - the segment that a rule of crm.yaml is for.
 */
#ifndef CRM_RULE_SEGMENT_H
#define CRM_RULE_SEGMENT_H

#include "query/query.h"

/*
 * Read it.  A segment that is not there, or whose own query is wrong, takes
 * its rule away and nothing else: that is warned of.
 *
 * key      what of crm.yaml has the rule, and its line
 * segment  its name, without '@'
 * out      NULL: the rule does not apply; else free with crm_query_free()
 *
 * Fails with IO.
 */
CRM_CHECK const struct crm_err *crm_rule_segment(const struct crm_query_ctx *,
    const char *key, unsigned int line, const char *segment,
    struct crm_query **out);

#endif
