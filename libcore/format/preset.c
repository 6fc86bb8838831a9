#include "format/preset.h"

#include <strings.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A letter or digit, small; 0 for what parts words. */
static char
letter(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c | 0x20);
	if ((c >= 'a' && c <= 'z') || is_digit(c) || (c & 0x80) != 0)
		return c;
	return 0;
}

/* The same where the pattern ends at plen. */
static bool
fits(const char *pattern, size_t plen, struct crm_view v)
{
	size_t i = 0, k;
	char c;

	for (k = 0; k < v.n; k++) {
		c = letter(v.p[k]);
		if (c == 0)
			continue;
		if (i < plen && pattern[i] == '#' && is_digit(c)) {
			while (k + 1 < v.n && is_digit(v.p[k + 1]))
				k++;
			i++;
		} else if (i < plen && pattern[i] == c)
			i++;
		else
			return false;
	}
	return i == plen;
}

bool
crm_preset_fits(const char *pattern, struct crm_view column)
{
	return fits(pattern, strlen(pattern), column);
}

static bool
has_all(const char *needs, const struct crm_view *name, size_t n)
{
	size_t len, i;

	for (; *needs != '\0'; needs += len + (needs[len] == ' ')) {
		len = strcspn(needs, " ");
		for (i = 0; i < n; i++)
			if (fits(needs, len, name[i]))
				break;
		if (i == n)
			return false;
	}
	return true;
}

const struct crm_preset *
crm_preset_of(const struct crm_view *name, size_t n, char kind)
{
	const struct crm_preset *p;
	size_t i;

	for (i = 0; (p = crm_preset_at(i)) != NULL; i++)
		if ((kind == 0 || strchr(p->kinds, kind) != NULL) &&
		    has_all(p->needs, name, n))
			return p;
	return NULL;
}

struct crm_view
crm_preset_word(const struct crm_preset_column *c, struct crm_view text)
{
	const char *w = c->words;
	struct crm_view key = crm_view_trim(text);
	size_t len, theirs;

	for (; w != NULL && *w != '\0'; w += len + (w[len] == '|')) {
		len = strcspn(w, "|");
		theirs = strcspn(w, "=");
		if (theirs >= len) {
			if (key.n > len && strncasecmp(w, key.p, len) == 0)
				return crm_view_skip(key, len);
		} else if (theirs == key.n &&
		    strncasecmp(w, key.p, theirs) == 0)
			return crm_view(w + theirs + 1, len - theirs - 1);
	}
	return text;
}
