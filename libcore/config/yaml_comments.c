#include "config/yaml_impl.h"

/* Printable ASCII and tabs, which libyaml never objects to in a comment. */
static bool
is_harmless(struct crm_view line)
{
	unsigned char c;
	size_t i;

	for (i = 0; i < line.n; i++) {
		c = (unsigned char)line.p[i];
		if ((c < ' ' && c != '\t') || c > '~')
			return false;
	}
	return true;
}

bool
crm_yaml_cut_comments(struct crm_view text, struct crm_buf *out)
{
	bool more = false;

	while (text.n > 0) {
		size_t n = crm_view_find(text, '\n');
		struct crm_view line = crm_view(text.p, n);

		if (n > 0 && line.p[0] == '#' && is_harmless(line))
			line.n = 1;
		else if (crm_view_find(line, '"') < n ||
		    crm_view_find(line, '\'') < n)
			break;
		else
			more = more || n > 0;
		crm_buf_addv(out, line);
		if (n < text.n)
			crm_buf_addc(out, '\n');
		text = crm_view_skip(text, n + (n < text.n));
	}
	crm_buf_addv(out, text);
	return more || text.n > 0;
}
