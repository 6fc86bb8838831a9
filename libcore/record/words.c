#include "record/words.h"

#include <string.h>

#include "base/fold.h"
#include "base/utf8.h"

#define NEAR_MAX 40 /* longer words are not compared */

size_t
crm_edit_distance(struct crm_view a, struct crm_view b)
{
	size_t d[3][NEAR_MAX + 1], i, j, cost, best;
	size_t *row = d[0], *prev = d[1], *prev2 = d[2], *tmp;

	if (a.n > NEAR_MAX || b.n > NEAR_MAX)
		return SIZE_MAX;
	for (j = 0; j <= b.n; j++)
		row[j] = j;
	for (i = 1; i <= a.n; i++) {
		tmp = prev2;
		prev2 = prev;
		prev = row;
		row = tmp;
		row[0] = i;
		for (j = 1; j <= b.n; j++) {
			cost = a.p[i - 1] != b.p[j - 1];
			best = prev[j - 1] + cost;
			if (prev[j] + 1 < best)
				best = prev[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1] && prev2[j - 2] + 1 < best)
				best = prev2[j - 2] + 1;
			row[j] = best;
		}
	}
	return row[b.n];
}

struct crm_near
crm_near_to(struct crm_view wrong)
{
	struct crm_near near = { wrong, NULL, 0 };

	/* One slip for short words, two for longer ones, three for long ones. */
	near.distance = (wrong.n < 3 ? 1 : wrong.n < 6 ? 2 : 3) + 1;
	return near;
}

void
crm_near_try(struct crm_near *near, const char *name)
{
	size_t d = crm_edit_distance(crm_view_str(name), near->wrong);
	size_t n = strlen(name);

	if (n < near->wrong.n)
		n = near->wrong.n;
	if (d < near->distance && 2 * d < n) {
		near->distance = d;
		near->name = name;
	}
}

const char *
crm_word_near(const char *words, struct crm_view wrong)
{
	struct crm_near near = crm_near_to(wrong);
	const char *w;

	for (w = words; w != NULL && *w != '\0'; w += strlen(w) + 1)
		crm_near_try(&near, w);
	return near.name;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Equal but for the case of plain letters. */
static bool
same_letters(struct crm_view v, struct crm_view word)
{
	size_t i;

	if (v.n != word.n)
		return false;
	for (i = 0; i < v.n; i++)
		if (lower(v.p[i]) != lower(word.p[i]))
			return false;
	return true;
}

const char *
crm_words_find(const char *words, struct crm_view word)
{
	bool plain = crm_utf8_is_ascii(word);
	const char *w;
	size_t n;

	for (w = words; w != NULL && *w != '\0'; w += n + 1) {
		n = strlen(w);
		if (same_letters(word, crm_view(w, n)))
			return w;
	}
	/* those of other scripts, when folded */
	for (w = words; w != NULL && *w != '\0'; w += n + 1) {
		n = strlen(w);
		if ((!plain || !crm_utf8_is_ascii(crm_view(w, n))) &&
		    crm_fold_eq(word, crm_view(w, n)))
			return w;
	}
	return NULL;
}
