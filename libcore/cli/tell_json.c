#include "cli/tell_json.h"

#include "format/json.h"
#include "format/writer.h"

const char *
crm_tell_json_what(const struct crm_changed *c)
{
	return (c->flags & CRM_CHANGED_ERASED) != 0  ? "erased"
	    : (c->flags & CRM_CHANGED_REMOVED) != 0  ? "removed"
	    : (c->flags & CRM_CHANGED_RESTORED) != 0 ? "restored"
						     : "changed";
}

void
crm_tell_json_begin(struct crm_buf *b, uint64_t id, const char *what)
{
	char text[CRM_ID_TEXT];

	crm_buf_addf(b, "{\"id\":\"%s\",\"what\":\"%s\",\"fields\":[",
	    crm_id_text(id, text), what);
}

void
crm_tell_json_field(struct crm_buf *b, const struct crm_field *f,
    struct crm_view old, struct crm_view new, bool *first)
{
	crm_buf_adds(b, *first ? "{\"field\":" : ",{\"field\":");
	*first = false;
	crm_json_add_string(b, crm_view_str(f->name));
	if (old.n > 0) {
		crm_buf_adds(b, ",\"old\":");
		crm_json_add_value(b, f, old);
	}
	if (new.n > 0) {
		crm_buf_adds(b, ",\"new\":");
		crm_json_add_value(b, f, new);
	}
	crm_buf_addc(b, '}');
}

void
crm_tell_json_end(struct crm_buf *b)
{
	crm_buf_adds(b, "]}");
}
