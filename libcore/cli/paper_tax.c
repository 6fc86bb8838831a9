/* The taxes of a paper by their rates. */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/paper_impl.h"

#define RATE_MAX 10000.0 /* percent: what is more is no tax */

/*
 * How far a rate is from what a line has, in the smallest unit of the money.
 * A rate is no money, and what is asked is whether it is off by more than one
 * unit: a double has digits enough for amounts up to 2^53.
 */
static double
distance(const struct crm_paper_tax *line, double rate)
{
	double made =
	    (double)(line->net.m + line->tax.m) * rate / (100.0 + rate);
	double off = made - (double)line->tax.m;

	return off < 0 ? -off : off;
}

static double
rate_of(const struct crm_paper_tax *t)
{
	static const double ten[] = { 1, 10, 100 };

	return (double)t->rate.m / ten[t->rate.scale];
}

/* The roundest rate, of two decimals at most, that makes a line's tax. */
static void
find_rate(struct crm_paper_tax *line)
{
	double exact, scaled;
	uint8_t scale;

	line->rate = (struct crm_dec){ 0, 0 };
	if (line->tax.m == 0 || line->net.m == 0)
		return;
	exact = (double)line->tax.m * 100 / (double)line->net.m;
	if (exact < 0 || exact > RATE_MAX)
		return;
	for (scale = 0; scale <= 2; scale++) {
		scaled = exact * (scale == 2 ? 100 : scale == 1 ? 10 : 1);
		line->rate = (struct crm_dec){ (int64_t)(scaled + 0.5), scale };
		if (distance(line, rate_of(line)) <= 1)
			break;
	}
	line->rate = crm_dec_trim(line->rate);
}

static int
cmp_size(const void *x, const void *y)
{
	const struct crm_paper_tax *a = x, *b = y;
	int64_t m = a->net.m < 0 ? -a->net.m : a->net.m;
	int64_t n = b->net.m < 0 ? -b->net.m : b->net.m;

	return m != n ? (m < n) - (m > n) : crm_dec_cmp(a->tax, b->tax);
}

static int
cmp_rate(const void *x, const void *y)
{
	const struct crm_paper_tax *a = x, *b = y;

	return -crm_dec_cmp(a->rate, b->rate);
}

/* The rate among those that there are which fits a line best: where a line is
 * small, many would. */
static struct crm_paper_tax *
find_known(struct crm_paper_tax *tax, size_t n, const struct crm_paper_tax *t)
{
	struct crm_paper_tax *best = NULL;
	double least = 1, off;
	size_t i;

	for (i = 0; i < n; i++) {
		if ((tax[i].rate.m == 0) != (t->tax.m == 0))
			continue;
		off = distance(t, rate_of(&tax[i]));
		if (off <= least) {
			least = off;
			best = &tax[i];
		}
	}
	return best;
}

bool
crm_paper_taxes(struct crm_paper_tax *tax, size_t *n)
{
	struct crm_paper_tax line, *known;
	size_t lines = *n, i;

	*n = 0;
	qsort(tax, lines, sizeof(*tax), cmp_size);
	for (i = 0; i < lines; i++) {
		line = tax[i];
		if (line.tax.m == 0 && line.net.m == 0)
			continue;
		known = find_known(tax, *n, &line);
		if (known == NULL) {
			find_rate(&line);
			tax[(*n)++] = line;
		} else if (!crm_add_i64(
			       known->net.m, line.net.m, &known->net.m) ||
		    !crm_add_i64(known->tax.m, line.tax.m, &known->tax.m))
			return false;
	}
	if (*n > 0)
		qsort(tax, *n, sizeof(*tax), cmp_rate);
	return true;
}
