#include "record/word.h"

#define X(num, code, text) [num] = { "" text, sizeof(text) - 1 },
static const struct crm_view words[CRM_W_MAX + 1] = { CRM_WORDS(X) };
#undef X

/* Words by a hash: numbers of the first of each bucket, and of the one behind
 * each; 0: none. */
#define BUCKETS 64
struct table {
	bool made;
	uint8_t first[BUCKETS], next[CRM_W_MAX + 1];
};

static size_t
bucket(struct crm_view text)
{
	unsigned char first = (unsigned char)text.p[0];
	unsigned char last = (unsigned char)text.p[text.n - 1];

	return (first * 5u + last * 3u + text.n) % BUCKETS;
}

static void
make(struct table *t)
{
	uint8_t i, *at;

	for (i = CRM_W_MAX - 1; i > 0; i--) {
		if (words[i].p == NULL)
			continue;
		at = &t->first[bucket(words[i])];
		t->next[i] = *at;
		*at = i;
	}
	t->made = true;
}

uint8_t
crm_word_num(struct crm_view text)
{
	static _Thread_local struct table table;
	uint8_t i;

	if (text.n == 0)
		return CRM_W_NONE;
	if (!table.made)
		make(&table);
	for (i = table.first[bucket(text)]; i != 0; i = table.next[i])
		if (crm_view_eq(words[i], text))
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
