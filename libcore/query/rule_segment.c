#include "query/rule_segment.h"

const struct crm_err *
crm_rule_segment(const struct crm_query_ctx *ctx, const char *key,
    unsigned int line, const char *segment, struct crm_query **out)
{
	struct crm_buf text = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;

	crm_buf_addf(&text, "@%s", segment);
	*out = NULL;
	err = crm_query_parse_text(ctx, crm_buf_view(&text), out);
	crm_buf_release(&text);
	if (err == NULL ||
	    (err->code != CRM_E_USAGE && err->code != CRM_E_DATA))
		return err;
	crm_warn("crm.yaml:%u: %s: %s: the rule does not apply", line, key,
	    err->msg);
	*out = NULL;
	return NULL;
}
