#include "base/find.h"

#include <string.h>

static bool
is_at(struct crm_view text, size_t i, struct crm_view piece)
{
	return memcmp(text.p + i, piece.p, piece.n) == 0;
}

/* Look at each place of the first byte, from one place on. */
static size_t
find_from(struct crm_view text, size_t i, struct crm_view piece)
{
	const char *at;

	for (; i + piece.n <= text.n; i++) {
		at = memchr(text.p + i, piece.p[0], text.n - piece.n + 1 - i);
		if (at == NULL)
			break;
		i = (size_t)(at - text.p);
		if (is_at(text, i, piece))
			return i;
	}
	return text.n;
}

#ifdef __SSE2__
#include <emmintrin.h>

size_t
crm_find(struct crm_view text, struct crm_view piece)
{
	__m128i first, last, a, b;
	unsigned int places;
	size_t i;

	if (piece.n == 0)
		return 0;
	first = _mm_set1_epi8(piece.p[0]);
	last = _mm_set1_epi8(piece.p[piece.n - 1]);
	for (i = 0; i + piece.n + 15 <= text.n; i += 16) {
		a = _mm_loadu_si128((const void *)(text.p + i));
		b = _mm_loadu_si128((const void *)(text.p + i + piece.n - 1));
		places = (unsigned int)_mm_movemask_epi8(_mm_and_si128(
		    _mm_cmpeq_epi8(a, first), _mm_cmpeq_epi8(b, last)));
		for (; places != 0; places &= places - 1) {
			size_t at = i + (size_t)__builtin_ctz(places);

			if (is_at(text, at, piece))
				return at;
		}
	}
	return find_from(text, i, piece);
}
#else
size_t
crm_find(struct crm_view text, struct crm_view piece)
{
	return piece.n == 0 ? 0 : find_from(text, 0, piece);
}
#endif
