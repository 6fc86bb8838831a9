#include "query/literal.h"

#include "base/find.h"
#include "base/fold.h"

struct reading {
	struct crm_arena *arena;
	struct crm_view rest;
	struct crm_buf piece; /* being read */
	size_t last;          /* bytes of its last character, 0: none */
	struct crm_literals *out;
	bool plain; /* nothing but characters so far */
};

static void
end_piece(struct reading *r)
{
	struct crm_literals *l = r->out;

	if (r->piece.n > 0 && l->n < CRM_LITERALS_MAX)
		l->piece[l->n++] =
		    crm_view(crm_arena_dup(r->arena, r->piece.p, r->piece.n),
			r->piece.n);
	crm_buf_reset(&r->piece);
	r->last = 0;
}

/* Something that is no character: it may match anything. */
static void
skip(struct reading *r, size_t n)
{
	end_piece(r);
	r->plain = false;
	r->rest = crm_view_skip(r->rest, n);
}

/* A repetition: what it repeats may not be there at all. */
static void
take_back(struct reading *r, size_t n)
{
	r->piece.n -= r->last;
	skip(r, n);
}

/* Bytes of the character at the beginning. */
static size_t
char_bytes(struct crm_view v)
{
	size_t n = 1;

	while (n < v.n && ((unsigned char)v.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void
take_char(struct reading *r)
{
	size_t n = char_bytes(r->rest);

	crm_buf_add(&r->piece, r->rest.p, n);
	r->last = n;
	r->rest = crm_view_skip(r->rest, n);
}

/* Bytes of a list in brackets; 0: it has no end. */
static size_t
list_bytes(struct crm_view v)
{
	size_t i = 1, from;
	char kind;

	if (i < v.n && v.p[i] == '^')
		i++;
	for (from = i; i < v.n && (v.p[i] != ']' || i == from); i++) {
		if (v.p[i] != '[' || i + 1 >= v.n ||
		    strchr(":.=", v.p[i + 1]) == NULL)
			continue;
		kind = v.p[i + 1];
		for (i += 2;
		     i + 1 < v.n && (v.p[i] != kind || v.p[i + 1] != ']'); i++)
			;
		i++;
	}
	return i < v.n ? i + 1 : 0;
}

/* Bytes of a group in parentheses; 0: it has no end. */
static size_t
group_bytes(struct crm_view v)
{
	size_t i, n, depth = 0;

	for (i = 0; i < v.n; i += n) {
		n = 1;
		if (v.p[i] == '\\')
			n = 2;
		else if (v.p[i] == '[') {
			n = list_bytes(crm_view_skip(v, i));
			if (n == 0)
				return 0;
		} else if (v.p[i] == '(')
			depth++;
		else if (v.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

/* \. is a character; \w, \<, \1 and the like are not. */
static bool
take_escape(struct reading *r)
{
	if (r->rest.n < 2)
		return false;
	if (strchr("\\.[]()*+?{}|^$/-", r->rest.p[1]) == NULL) {
		if ((unsigned char)r->rest.p[1] >= 0x80)
			return false;
		skip(r, 2);
		return true;
	}
	r->rest = crm_view_skip(r->rest, 1);
	take_char(r);
	return true;
}

/* Read what comes next; false: nothing is sure any more. */
static bool
take_next(struct reading *r)
{
	size_t n = 1;

	switch (r->rest.p[0]) {
	case '|':
	case ')':
	case '\0':
		return false;
	case '\\':
		return take_escape(r);
	case '(':
		n = group_bytes(r->rest);
		break;
	case '[':
		n = list_bytes(r->rest);
		break;
	case '{':
		n = crm_view_find(r->rest, '}') + 1;
		if (n > r->rest.n)
			return false;
		take_back(r, n);
		return true;
	case '*':
	case '+':
	case '?':
		take_back(r, 1);
		return true;
	case '.':
	case '^':
	case '$':
		break;
	default:
		take_char(r);
		return true;
	}
	if (n == 0)
		return false;
	skip(r, n);
	return true;
}

void
crm_literals_of(
    struct crm_arena *a, struct crm_view regex, struct crm_literals *out)
{
	struct reading r = { .arena = a,
		.rest = regex,
		.piece = CRM_BUF_INIT(CRM_LINE_MAX),
		.out = out,
		.plain = true };
	bool sure = true;

	memset(out, 0, sizeof(*out));
	while (sure && r.rest.n > 0)
		sure = take_next(&r);
	end_piece(&r);
	if (!sure || crm_buf_end(&r.piece) != NULL)
		out->n = 0;
	out->whole = out->n == 1 && r.plain;
	crm_buf_release(&r.piece);
}

void
crm_literals_fold(struct crm_arena *a, const struct crm_literals *from,
    struct crm_literals *out)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < from->n; i++) {
		crm_buf_reset(&b);
		crm_fold(&b, from->piece[i]);
		/* marks may leave nothing */
		if (b.n > 0 && crm_buf_end(&b) == NULL)
			out->piece[out->n++] =
			    crm_view(crm_arena_dup(a, b.p, b.n), b.n);
	}
	crm_buf_release(&b);
}

bool
crm_literals_in(const struct crm_literals *l, struct crm_view text)
{
	size_t i, at;

	for (i = 0; i < l->n; i++) {
		at = crm_find(text, l->piece[i]);
		if (at == text.n)
			return false;
		text = crm_view_skip(text, at + l->piece[i].n);
	}
	return true;
}

struct crm_view
crm_literals_best(const struct crm_literals *l)
{
	struct crm_view best = crm_view("", 0);
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->piece[i].n > best.n)
			best = l->piece[i];
	return best;
}
