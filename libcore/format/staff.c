#include "format/staff.h"

#define ADDRESS_MAX 320 /* bytes: 64, @, 255 (RFC 5321 4.5.3.1) */

void
crm_staff_release(struct crm_staff *s)
{
	crm_map_release(&s->words);
}

/* In small letters, with an @ before a domain; empty when it is too long. */
static struct crm_view
word_of(struct crm_view v, char out[ADDRESS_MAX + 1])
{
	size_t n = 0, i;

	if (v.n > ADDRESS_MAX)
		return CRM_VNULL;
	if (crm_view_find(v, '@') == v.n)
		out[n++] = '@';
	for (i = 0; i < v.n; i++)
		out[n++] = v.p[i] >= 'A' && v.p[i] <= 'Z'
		    ? (char)(v.p[i] - 'A' + 'a')
		    : v.p[i];
	return crm_view(out, n);
}

void
crm_staff_add(struct crm_staff *s, struct crm_view v)
{
	char text[ADDRESS_MAX + 1];

	v = word_of(v, text);
	if (v.n > 1)
		(void)crm_map_at(&s->words, v, NULL);
}

bool
crm_staff_has(const struct crm_staff *s, struct crm_view address)
{
	char text[ADDRESS_MAX + 1];
	size_t at;

	at = crm_view_find(address, '@');
	if (at == address.n)
		return false;
	address = word_of(address, text);
	return crm_map_get(&s->words, address) != NULL ||
	    crm_map_get(&s->words,
		crm_view_skip(address, at < address.n ? at : 0)) != NULL;
}
