#include "base/crc.h"

#include <string.h>

static uint32_t table[8][256];

static void
make_table(void)
{
	uint32_t c, i, k;

	for (i = 0; i < 256; i++) {
		c = i;
		for (k = 0; k < 8; k++)
			c = (c & 1) != 0 ? c >> 1 ^ 0x82f63b78u : c >> 1;
		table[0][i] = c;
	}
	for (i = 0; i < 256; i++)
		for (k = 1; k < 8; k++)
			table[k][i] = table[k - 1][i] >> 8 ^
			    table[0][table[k - 1][i] & 0xff];
}

static uint32_t
by_table(uint32_t crc, const unsigned char *p, size_t n)
{
	uint64_t w;

	if (table[0][1] == 0)
		make_table();
	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&w, p, 8);
		w ^= crc;
		crc = table[7][w & 0xff] ^ table[6][w >> 8 & 0xff] ^
		    table[5][w >> 16 & 0xff] ^ table[4][w >> 24 & 0xff] ^
		    table[3][w >> 32 & 0xff] ^ table[2][w >> 40 & 0xff] ^
		    table[1][w >> 48 & 0xff] ^ table[0][w >> 56];
	}
	for (; n > 0; n--, p++)
		crc = table[0][(crc ^ *p) & 0xff] ^ crc >> 8;
	return crc;
}

#ifdef __x86_64__
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t
by_instruction(uint32_t crc, const unsigned char *p, size_t n)
{
	uint64_t c = crc, w;

	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&w, p, 8);
		c = _mm_crc32_u64(c, w);
	}
	for (; n > 0; n--, p++)
		c = _mm_crc32_u8((uint32_t)c, *p);
	return (uint32_t)c;
}

uint32_t
crm_crc32c(uint32_t crc, const void *p, size_t n)
{
	if (__builtin_cpu_supports("sse4.2"))
		return ~by_instruction(~crc, p, n);
	return ~by_table(~crc, p, n);
}
#else
uint32_t
crm_crc32c(uint32_t crc, const void *p, size_t n)
{
	return ~by_table(~crc, p, n);
}
#endif
