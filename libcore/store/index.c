#include "store/index.h"

#include "base/map.h"

#define CUT_MARK '\1'

void
crm_index_prefix(char out[CRM_INDEX_PREFIX], char kind, uint16_t field)
{
	out[0] = kind;
	crm_be16(out + 1, field);
}

size_t
crm_index_group(char *out, char kind, uint16_t field, struct crm_view value)
{
	size_t n = value.n;

	crm_index_prefix(out, kind, field);
	if (n <= CRM_INDEX_VALUE_MAX) {
		if (n > 0)
			memcpy(out + CRM_INDEX_PREFIX, value.p, n);
		return CRM_INDEX_PREFIX + n;
	}
	n = CRM_INDEX_VALUE_MAX;
	while (n > 0 && ((unsigned char)value.p[n] & 0xc0) == 0x80)
		n--;
	memcpy(out + CRM_INDEX_PREFIX, value.p, n);
	out[CRM_INDEX_PREFIX + n] = CUT_MARK;
	crm_be64(out + CRM_INDEX_PREFIX + n + 1, crm_hash(value));
	return CRM_INDEX_PREFIX + n + 9;
}

bool
crm_index_is_cut(struct crm_view value)
{
	return value.n >= CRM_INDEX_CUT_LEAST &&
	    value.p[value.n - 9] == CUT_MARK;
}

size_t
crm_text_group(char *out, struct crm_view token, char kind)
{
	size_t n = token.n;

	(void)crm_copy_few(out, token.p, n);
	out[n] = '\0';
	out[n + 1] = kind;
	return n + 2;
}

/* The two highest bits of a length, and how many are behind them. */
uint8_t
crm_text_byte(unsigned int weight, size_t words)
{
	unsigned int len = 0;

	if (weight > 7)
		weight = 7;
	while (words > 3 && len < 28) {
		words >>= 1;
		len += 2;
	}
	len += (unsigned int)(words > 3 ? 3 : words);
	return (uint8_t)(weight << 5 | len);
}

unsigned int
crm_text_weight(uint8_t byte)
{
	return byte >> 5;
}
