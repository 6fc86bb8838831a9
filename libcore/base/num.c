#include "base/num.h"

const char crm_two_digits[201] = "00010203040506070809"
				 "10111213141516171819"
				 "20212223242526272829"
				 "30313233343536373839"
				 "40414243444546474849"
				 "50515253545556575859"
				 "60616263646566676869"
				 "70717273747576777879"
				 "80818283848586878889"
				 "90919293949596979899";

__extension__ typedef __int128 i128;

static const int64_t tens[CRM_DEC_SCALE_MAX + 1] = { 1, 10, 100, 1000, 10000,
	100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
	100000000000, 1000000000000, 10000000000000, 100000000000000,
	1000000000000000, 10000000000000000, 100000000000000000,
	1000000000000000000 };

bool
crm_num_u64(struct crm_view v, uint64_t max, uint64_t *out)
{
	uint64_t x = 0, d;
	size_t i;

	if (v.n == 0)
		return false;
	for (i = 0; i < v.n; i++) {
		d = (uint64_t)(unsigned char)v.p[i] - '0';
		if (d > 9 || __builtin_mul_overflow(x, 10, &x) ||
		    __builtin_add_overflow(x, d, &x))
			return false;
	}
	if (x > max)
		return false;
	*out = x;
	return true;
}

bool
crm_num_i64(struct crm_view v, int64_t min, int64_t max, int64_t *out)
{
	bool neg = v.n > 0 && v.p[0] == '-';
	uint64_t x;
	int64_t y;

	if (v.n > 0 && (v.p[0] == '-' || v.p[0] == '+'))
		v = crm_view_skip(v, 1);
	if (!crm_num_u64(v, (uint64_t)INT64_MAX, &x))
		return false;
	y = neg ? -(int64_t)x : (int64_t)x;
	if (y < min || y > max)
		return false;
	*out = y;
	return true;
}

/* How many digits a number has. */
static size_t
count_digits(uint64_t v)
{
	static const uint64_t least[20] = { 0, 10, 100, 1000, 10000, 100000,
		1000000, 10000000, 100000000, 1000000000, 10000000000,
		100000000000, 1000000000000, 10000000000000, 100000000000000,
		1000000000000000, 10000000000000000, 100000000000000000,
		1000000000000000000, 10000000000000000000u };
	/* 1233 / 4096 is a little more than log10(2) */
	size_t bits = 64 - (size_t)__builtin_clzll(v | 1),
	       n = bits * 1233 >> 12;

	return n + (v >= least[n]);
}

size_t
crm_num_put(char *out, uint64_t v)
{
	size_t n = count_digits(v), at = n;

	for (; v >= 100; v /= 100)
		memcpy(out + (at -= 2), crm_two_digits + 2 * (v % 100), 2);
	if (v >= 10)
		memcpy(out, crm_two_digits + 2 * v, 2);
	else
		*out = (char)('0' + v);
	return n;
}

size_t
crm_num_put_grouped(char *out, uint64_t v)
{
	char tmp[20];
	size_t n = crm_num_put(tmp, v), i, k = 0;

	for (i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			out[k++] = ',';
		out[k++] = tmp[i];
	}
	return k;
}

/* Append a digit; false when it does not fit. */
static bool
push_digit(int64_t *m, char c)
{
	if (*m > (INT64_MAX - (c - '0')) / 10)
		return false;
	*m = *m * 10 + (c - '0');
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Zeros behind the point that another digit follows. */
static bool
push_zeros(int64_t *m, int64_t *scale, size_t n)
{
	for (; n > 0; n--, (*scale)++)
		if (*m != 0 && !push_digit(m, '0'))
			return false;
	return true;
}

/* Move the point by the exponent's value. */
static bool
apply_exponent(struct crm_dec *d, int64_t scale, int64_t exp)
{
	scale -= exp;
	while (scale > 0 && d->m % 10 == 0 && exp != 0) {
		d->m /= 10;
		scale--;
	}
	if (d->m == 0 && scale < 0)
		scale = 0;
	for (; scale < 0; scale++)
		if (__builtin_mul_overflow(d->m, 10, &d->m))
			return false;
	if (scale > CRM_DEC_SCALE_MAX)
		return false;
	d->scale = (uint8_t)scale;
	return true;
}

bool
crm_dec_parse(struct crm_view v, char point, struct crm_dec *out)
{
	struct crm_dec d = { 0, 0 };
	int64_t scale = 0, exp = 0;
	bool neg = false, digits = false;
	size_t i = 0, zeros = 0;

	if (i < v.n && (v.p[i] == '-' || v.p[i] == '+'))
		neg = v.p[i++] == '-';
	for (; i < v.n && is_digit(v.p[i]); i++, digits = true)
		if (!push_digit(&d.m, v.p[i]))
			return false;
	if (i < v.n && v.p[i] == point) {
		/* Zeros wait: behind the last other digit they are kept as
		 * far as they fit. */
		for (i++; i < v.n && is_digit(v.p[i]); i++, digits = true) {
			zeros++;
			if (v.p[i] == '0')
				continue;
			if (!push_zeros(&d.m, &scale, zeros - 1) ||
			    !push_digit(&d.m, v.p[i]))
				return false;
			scale++;
			zeros = 0;
		}
		while (zeros > 0 && scale < CRM_DEC_SCALE_MAX &&
		    push_digit(&d.m, '0')) {
			scale++;
			zeros--;
		}
	}
	if (!digits)
		return false;
	if (i < v.n && (v.p[i] == 'e' || v.p[i] == 'E')) {
		if (!crm_num_i64(crm_view_skip(v, i + 1), -40, 40, &exp))
			return false;
		i = v.n;
	}
	if (i != v.n || !apply_exponent(&d, scale, exp))
		return false;
	if (neg)
		d.m = -d.m;
	*out = d;
	return true;
}

struct crm_dec
crm_dec_trim(struct crm_dec d)
{
	while (d.scale > 0 && d.m % 10 == 0) {
		d.m /= 10;
		d.scale--;
	}
	return d;
}

bool
crm_dec_rescale(struct crm_dec d, uint8_t scale, struct crm_dec *out)
{
	int64_t m = d.m;

	if (scale > d.scale) {
		if (scale - d.scale > CRM_DEC_SCALE_MAX ||
		    __builtin_mul_overflow(m, tens[scale - d.scale], &m))
			return false;
	} else if (scale < d.scale) {
		if (m % tens[d.scale - scale] != 0)
			return false;
		m /= tens[d.scale - scale];
	}
	out->m = m;
	out->scale = scale;
	return true;
}

/* v / 10^digits, half away from zero. */
static i128
divide_rounded(i128 v, unsigned int digits)
{
	i128 div = 1, half;
	int64_t small;

	if (digits < sizeof(tens) / sizeof(*tens)) { /* as a rule */
		half = tens[digits] / 2;
		v += v < 0 ? -half : half;
		small = (int64_t)v;
		return small == v ? small / tens[digits] : v / tens[digits];
	}
	while (digits-- > 0)
		div *= 10;
	half = div / 2;
	return v < 0 ? (v - half) / div : (v + half) / div;
}

static bool
fits(i128 v)
{
	return v >= INT64_MIN && v <= INT64_MAX;
}

bool
crm_dec_mul(
    struct crm_dec a, struct crm_dec b, uint8_t scale, struct crm_dec *out)
{
	i128 v = (i128)a.m * b.m;
	unsigned int have = (unsigned int)a.scale + b.scale;

	if (have > scale)
		v = divide_rounded(v, have - scale);
	else
		for (; have < scale; have++) {
			if (!fits(v))
				return false;
			v *= 10;
		}
	if (!fits(v))
		return false;
	out->m = (int64_t)v;
	out->scale = scale;
	return true;
}

int
crm_dec_cmp(struct crm_dec a, struct crm_dec b)
{
	i128 x = a.m, y = b.m;

	if (a.scale < b.scale)
		x *= tens[b.scale - a.scale];
	else
		y *= tens[a.scale - b.scale];
	return x < y ? -1 : x > y;
}

size_t
crm_dec_put(char *out, struct crm_dec d)
{
	uint64_t u = d.m < 0 ? 0 - (uint64_t)d.m : (uint64_t)d.m;
	size_t sign = d.m < 0, n, i;
	char *to = out + sign;

	out[0] = '-';
	n = crm_num_put(to, u);
	if (d.scale == 0)
		return sign + n;
	if (n <= d.scale) { /* zeros in front: one of them before the point */
		memmove(to + 1 + d.scale - n, to, n);
		memset(to, '0', 1 + d.scale - n);
		n = 1 + (size_t)d.scale;
	}
	for (i = n; i > n - d.scale; i--)
		to[i] = to[i - 1];
	to[i] = '.';
	return sign + n + 1;
}
