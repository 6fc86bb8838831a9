/*
 * draw - random numbers for gen, of several shapes.
 *
 * On integers alone, so that every machine draws the same: a logarithm and a
 * power of two in fixed point take the place of those of <math.h>, which may
 * round differently.
 */
#ifndef BENCH_DRAW_H
#define BENCH_DRAW_H

#include <stdint.h>

#include "base/mem.h"

static uint64_t state;

/* splitmix64 */
static uint64_t
rnd(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* 0 .. n-1 */
static uint32_t
below(uint32_t n)
{
	return (uint32_t)(((rnd() >> 32) * n) >> 32);
}

/* Binary logarithm of v > 0, times 2^24. */
static int64_t
log2_of(uint32_t v)
{
	uint64_t m = v, bits = 31;
	int i;

	for (; m < (uint64_t)1 << 31; bits--)
		m <<= 1;
	for (i = 0; i < 24; i++) {
		m = (m * m) >> 31;
		bits <<= 1;
		if (m >= (uint64_t)1 << 32) {
			m >>= 1;
			bits |= 1;
		}
	}
	return (int64_t)bits;
}

/* 2^(-2^-i), times 2^31, for i = 1, 2, ... */
static const uint32_t roots[24] = { 1518500249, 1805811301, 1969251187,
	2056437386, 2101467501, 2124350982, 2135885998, 2141676972, 2144578345,
	2146030504, 2146756953, 2147120269, 2147301951, 2147392797, 2147438222,
	2147460935, 2147472291, 2147477969, 2147480808, 2147482228, 2147482938,
	2147483293, 2147483470, 2147483559 };

/* 2^(-x), times 2^31, for x >= 0 in 2^-24. */
static uint64_t
exp2_neg(uint64_t x)
{
	uint64_t r = (uint64_t)1 << 31;
	int i;

	for (i = 0; i < 24; i++)
		if (x & ((uint64_t)1 << (23 - i)))
			r = (r * roots[i]) >> 31;
	return x >> 24 < 32 ? r >> (x >> 24) : 0;
}

/* -log2(u) of a random u in (0, 1], in 2^-24. */
static uint64_t
neg_log2(void)
{
	uint32_t u = (uint32_t)(rnd() >> 32) | 1;

	return (uint64_t)(((int64_t)32 << 24) - log2_of(u));
}

/* Pareto: u^(-num/den), at most max; times 2^16. */
static uint64_t
pareto(unsigned int num, unsigned int den, uint32_t max)
{
	uint64_t x = neg_log2() * num / den, r;

	if (x >> 24 >= 15)
		return (uint64_t)max << 16;
	r = ((uint64_t)1 << 47) / exp2_neg(x);
	return r < (uint64_t)max << 16 ? r : (uint64_t)max << 16;
}

/* Picks i of n with the weight (i + shift)^-(percent/100). */
struct zipf {
	uint64_t *sum;
	uint32_t n;
};

static void
zipf_init(struct zipf *z, uint32_t n, uint32_t shift, unsigned int percent)
{
	uint64_t sum = 0;
	uint32_t i;

	z->sum = crm_calloc(n, sizeof(*z->sum));
	z->n = n;
	for (i = 0; i < n; i++) {
		sum += exp2_neg((uint64_t)log2_of(i + shift) * percent / 100);
		z->sum[i] = sum;
	}
}

static uint32_t
zipf_pick(const struct zipf *z)
{
	uint64_t u = rnd() % z->sum[z->n - 1];
	uint32_t lo = 0, hi = z->n - 1;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (z->sum[mid] <= u)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

#endif
