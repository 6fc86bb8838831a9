#include "base/crc.h"

#include <stdbool.h>
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
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#else
#include <cpuid.h>
#endif
#include <nmmintrin.h>
#include <wmmintrin.h>

/*
 * The instruction takes three cycles and a new one may begin in each: three
 * neighbouring pieces of n bytes are gone through at once.  What goes before a
 * piece is brought behind it by a carry-less product with x^(8n - 33) modulo
 * the polynomial, which the instruction itself reduces.
 */
struct shift {
	size_t n;
	long long one, two; /* x^(8n - 33) and x^(16n - 33), bits reflected */
};

static const struct shift shifts[] = {
	{ 512, 0xdd7e3b0c, 0x170076fa },
	{ 256, 0xb9e02b86, 0xdd7e3b0c },
	{ 64, 0x9e4addf8, 0x0d3b6092 },
};

__attribute__((target("sse4.2,pclmul"))) static uint64_t
move(uint64_t crc, long long by)
{
	__m128i product = _mm_clmulepi64_si128(
	    _mm_cvtsi64_si128((long long)crc), _mm_cvtsi64_si128(by), 0);

	return _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

__attribute__((target("sse4.2,pclmul"))) static uint64_t
three(uint64_t a, const unsigned char *p, const struct shift *s)
{
	uint64_t b = 0, c = 0, x, y, z;
	size_t i;

	for (i = 0; i < s->n; i += 8) {
		memcpy(&x, p + i, 8);
		memcpy(&y, p + s->n + i, 8);
		memcpy(&z, p + 2 * s->n + i, 8);
		a = _mm_crc32_u64(a, x);
		b = _mm_crc32_u64(b, y);
		c = _mm_crc32_u64(c, z);
	}
	return move(a, s->two) ^ move(b, s->one) ^ c;
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t
by_instruction(uint32_t crc, const unsigned char *p, size_t n)
{
	uint64_t c = crc, w;
	size_t i;

	for (i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++)
		for (; n >= 3 * shifts[i].n; n -= 3 * shifts[i].n) {
			c = three(c, p, &shifts[i]);
			p += 3 * shifts[i].n;
		}
	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&w, p, 8);
		c = _mm_crc32_u64(c, w);
	}
	for (; n > 0; n--, p++)
		c = _mm_crc32_u8((uint32_t)c, *p);
	return (uint32_t)c;
}

/* Asked once, when it is needed, and of the C library, which has found it out
 * for itself: __builtin_cpu_supports() would ask the processor at every start,
 * several times, and of a virtual machine each costs two to nine
 * microseconds. */
static bool
ask_instruction(void)
{
#if __has_include(<sys/platform/x86.h>)
	return CPU_FEATURE_ACTIVE(SSE4_2) && CPU_FEATURE_ACTIVE(PCLMULQDQ);
#else
	unsigned int a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_2) != 0 &&
	    (c & bit_PCLMUL) != 0;
#endif
}

static bool
has_instruction(void)
{
	static enum { NO, YES, UNKNOWN } has = UNKNOWN;

	if (has == UNKNOWN)
		has = ask_instruction() ? YES : NO;
	return has == YES;
}

uint32_t
crm_crc32c(uint32_t crc, const void *p, size_t n)
{
	if (has_instruction())
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

uint32_t
crm_crc32c_by_table(uint32_t crc, const void *p, size_t n)
{
	return ~by_table(~crc, p, n);
}
