#include "query/regex.h"

#include <locale.h>

/* Expressions within expressions, the outermost first: how large they are so
 * far, and how large the piece is that a repetition would repeat. */
struct sizes {
	double all[CRM_REGEX_MAX + 1], piece[CRM_REGEX_MAX + 1];
	size_t depth;
};

static void
add_piece(struct sizes *s, double size)
{
	s->piece[s->depth] = size;
	s->all[s->depth] += size;
}

static void
repeat(struct sizes *s, double times)
{
	double *piece = &s->piece[s->depth];

	s->all[s->depth] += *piece * times - *piece;
	*piece *= times;
}

static void
end_group(struct sizes *s)
{
	double size = s->all[s->depth];

	s->depth--;
	add_piece(s, size + 1);
}

/* Where a list in brackets ends. */
static size_t
skip_list(struct crm_view v, size_t i)
{
	size_t from;

	i++;
	if (i < v.n && v.p[i] == '^')
		i++;
	for (from = i; i < v.n && (v.p[i] != ']' || i == from); i++)
		if (v.p[i] == '[' && i + 1 < v.n &&
		    strchr(":.=", v.p[i + 1]) != NULL)
			for (i += 2; i + 1 < v.n && v.p[i + 1] != ']'; i++)
				;
	return i;
}

/* Read {2}, {2,} or {2,5}: the most that is written out.  Returns where it
 * ends. */
static size_t
read_bounds(struct crm_view v, size_t i, double *times)
{
	double n = 0;

	*times = 1;
	for (i++; i < v.n && v.p[i] != '}'; i++) {
		if (v.p[i] >= '0' && v.p[i] <= '9')
			n = n * 10 + (v.p[i] - '0');
		else if (v.p[i] == ',')
			n = 0;
		if (n > *times)
			*times = n;
	}
	(*times)++;
	return i;
}

/* How many characters an expression stands for. */
static double
size_of(struct crm_view v)
{
	struct sizes s;
	double times;
	size_t i;

	s.depth = 0;
	s.all[0] = s.piece[0] = 0;
	for (i = 0; i < v.n; i++)
		switch (v.p[i]) {
		case '(':
			s.depth++;
			s.all[s.depth] = s.piece[s.depth] = 0;
			break;
		case ')':
			if (s.depth > 0)
				end_group(&s);
			break;
		case '{':
			i = read_bounds(v, i, &times);
			repeat(&s, times);
			break;
		case '+': /* as xx* */
			repeat(&s, 2);
			break;
		case '\\':
			i++;
			add_piece(&s, 1);
			break;
		case '[':
			i = skip_list(v, i);
			add_piece(&s, 1);
			break;
		default:
			add_piece(&s, 1);
		}
	while (s.depth > 0)
		end_group(&s);
	return s.all[0];
}

const struct crm_err *
crm_regex_compile(struct crm_arena *a, struct crm_view text, regex_t *out)
{
	char why[200];
	char *pattern;
	int rc;

	if (text.n > CRM_REGEX_MAX)
		return crm_err(CRM_E_USAGE,
		    "a regular expression of over %d bytes", CRM_REGEX_MAX);
	if (size_of(text) > CRM_REGEX_SIZE_MAX)
		return crm_err(CRM_E_USAGE,
		    "a regular expression that stands for over %d characters "
		    "when its repetitions are written out",
		    CRM_REGEX_SIZE_MAX);
	pattern = crm_arena_dup(a, text.p, text.n);
	/* Characters, not bytes; without that locale, bytes. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	rc = regcomp(out, pattern, REG_EXTENDED | REG_NOSUB);
	if (rc == 0)
		return NULL;
	(void)regerror(rc, out, why, sizeof(why));
	return crm_err(CRM_E_USAGE, "'%s': %s", pattern, why);
}
