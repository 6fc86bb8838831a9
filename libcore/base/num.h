/*
 * num - the only place where numbers are read by hand.
 *
 * Decimals are exact: a whole number of units of 10^-scale.  Nothing here is
 * a float.
 */
#ifndef CRM_NUM_H
#define CRM_NUM_H

#include "base/buf.h"

/*
 * Read a whole number of decimal digits only, no sign, no blanks.
 *
 * Returns false when v is empty, holds anything else, or is above max.
 */
bool crm_num_u64(struct crm_view v, uint64_t max, uint64_t *out);

/* The same with an optional '-' (or '+'), between min and max. */
bool crm_num_i64(struct crm_view v, int64_t min, int64_t max, int64_t *out);

/* "00" to "99", one behind another. */
extern const char crm_two_digits[201];

/* Digits of a number, at most 20 bytes, no NUL; returns how many. */
size_t crm_num_put(char *out, uint64_t v);

/* With "," between groups of three digits, for people; at most 26 bytes. */
size_t crm_num_put_grouped(char *out, uint64_t v);

#define CRM_DEC_SCALE_MAX 18

struct crm_dec {
	int64_t m;     /* units of 10^-scale */
	uint8_t scale; /* 0..CRM_DEC_SCALE_MAX */
};

/*
 * Read a decimal number: optional sign, digits, an optional point and digits,
 * an optional exponent (as JSON writes it).
 *
 * point   the decimal point, '.' or ','
 * out     trailing zeros behind the point are kept: "120.50" has scale 2; those
 *         that would not fit are not
 *
 * Returns false when it is none, or does not fit 18 digits exactly.
 */
bool crm_dec_parse(struct crm_view v, char point, struct crm_dec *out);

/* The same number with the smallest scale. */
struct crm_dec crm_dec_trim(struct crm_dec);

/*
 * The same number with another scale.
 *
 * Returns false when that would lose digits or overflow.
 */
bool crm_dec_rescale(struct crm_dec, uint8_t scale, struct crm_dec *out);

/*
 * The product a * b, rounded half away from zero to scale digits.
 *
 * Returns false on overflow.
 */
bool crm_dec_mul(
    struct crm_dec a, struct crm_dec b, uint8_t scale, struct crm_dec *out);

/* Negative, zero or positive as a is below, equal to or above b: exact. */
int crm_dec_cmp(struct crm_dec a, struct crm_dec b);

/* The longest text of a decimal: sign, 19 digits, point, a leading zero. */
#define CRM_DEC_TEXT 24

/* Its text with exactly its scale, no NUL; returns the length. */
size_t crm_dec_put(char *out, struct crm_dec);

/* a + b with overflow check, both at the same scale; false on overflow. */
static inline bool
crm_add_i64(int64_t a, int64_t b, int64_t *out)
{
	return !__builtin_add_overflow(a, b, out);
}

#endif
