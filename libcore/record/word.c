#include "record/word.h"

#define X(num, code, text) [num] = { "" text, sizeof(text) - 1 },
static const struct crm_view words[CRM_W_MAX + 1] = { CRM_WORDS(X) };
#undef X

uint8_t
crm_word_num(struct crm_view text)
{
	uint8_t i;

	for (i = 1; i < CRM_W_MAX; i++)
		if (words[i].n == text.n && words[i].p != NULL &&
		    memcmp(words[i].p, text.p, text.n) == 0)
			return i;
	return CRM_W_NONE;
}

struct crm_view
crm_word_text(uint8_t num)
{
	return num <= CRM_W_MAX ? words[num] : CRM_VNULL;
}

void
crm_word_put(struct crm_buf *out, struct crm_view text)
{
	uint8_t num = crm_word_num(text);

	if (num != CRM_W_NONE)
		crm_buf_addc(out, (char)(0x80 | num));
	else
		crm_buf_addv(out, text);
}

struct crm_view
crm_word_get(struct crm_view stored)
{
	uint8_t num = crm_word_of(stored);

	return num != CRM_W_NONE && words[num].p != NULL ? words[num] : stored;
}

struct crm_view
crm_word_stored(uint8_t num)
{
	static char byte[CRM_W_MAX + 1];

	byte[num] = (char)(0x80 | num);
	return crm_view(&byte[num], 1);
}
