#include "config/yaml_impl.h"

#define EACH UINT64_C(0x0101010101010101) /* of the bytes of a word */

/* Are eight bytes all printable ASCII? */
static bool
are_printable(const char *p)
{
	uint64_t w, high = EACH * 0x80;

	memcpy(&w, p, sizeof(w));
	/* no carries: of bytes below 0x80, ' ' and more have the high bit then,
	 * and 0x7f alone has it after 1 is added */
	return (w & high) == 0 &&
	    ((w + EACH * 0x60) & ~(w + EACH) & high) == high;
}

/* Printable ASCII and tabs, which libyaml never objects to in a comment.  Most
 * of a crm.yaml is comments, and every start of a program reads it. */
static bool
is_harmless(struct crm_view line)
{
	unsigned char c;
	size_t i = 0;

	while (i < line.n) {
		if (line.n - i >= 8 && are_printable(line.p + i)) {
			i += 8;
			continue;
		}
		c = (unsigned char)line.p[i++];
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
