/* What looks like a term, and would mean something else. */
#include "base/fold.h"
#include "query/term_impl.h"
#include "store/who.h"

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '.';
}

struct crm_view
crm_term_name(struct crm_view text)
{
	size_t n = 0;

	while (n < text.n && is_name_char(text.p[n]))
		n++;
	if (n == 0 || n == text.n || text.p[n] != ':' || text.p[0] < 'a' ||
	    text.p[0] > 'z')
		n = 0;
	return crm_view(text.p, n);
}

bool
crm_term_is_reserved(struct crm_view name)
{
	return crm_view_is(name, "has") || crm_view_is(name, "no") ||
	    crm_view_is(name, "is");
}

/* Is a name that of a field, of whatever kind?  One of a kind that the query
 * does not select is told apart when it is read as a term. */
static bool
is_field(const struct crm_reading *r, struct crm_view name)
{
	size_t i;

	for (i = 0; i < 26; i++) {
		const struct crm_kind *k =
		    crm_kind_of(r->schema, (char)('a' + i));

		if (k != NULL && crm_field_named(k, name) != NULL)
			return true;
	}
	return false;
}

/* "city:Kraków stage:customer" as one argument is two terms; what stands behind
 * FIELD:= is taken whole. */
static const struct crm_err *
check_single(struct crm_reading *r, struct crm_view text)
{
	struct crm_view name = crm_term_name(text);
	size_t i;

	if (name.n > 0 &&
	    crm_view_starts(crm_view_skip(text, name.n), CRM_V(":=")))
		return NULL;
	name = text.p[0] == '(' ? crm_term_name(crm_view_skip(text, 1))
				: CRM_VNULL;
	if (name.n > 0 && (crm_term_is_reserved(name) || is_field(r, name))) {
		r->to = 1;
		return crm_err(
		    CRM_E_USAGE, "'(' has to be an argument of its own");
	}
	for (i = 1; i < text.n; i++) {
		if (text.p[i - 1] != ' ')
			continue;
		name = crm_term_name(crm_view_skip(text, i));
		if (name.n > 0 &&
		    (crm_term_is_reserved(name) || is_field(r, name))) {
			r->from = i;
			return crm_err(CRM_E_USAGE,
			    "this looks like two terms: give '%.*s' an "
			    "argument of its own",
			    CRM_VARG(crm_view_skip(text, i)));
		}
	}
	return NULL;
}

/* "City:Kraków" and "OR" would be words to look for: nobody means them so. */
static const struct crm_err *
check_case(struct crm_reading *r, struct crm_view text)
{
	static const char operators[] = "AND\0OR\0NOT\0";
	struct crm_view name = crm_view(text.p, crm_view_find(text, ':'));
	char low[64];
	const char *op;
	size_t i;

	if (name.n >= sizeof(low))
		return NULL;
	for (i = 0; i < name.n; i++)
		low[i] = name.p[i] >= 'A' && name.p[i] <= 'Z'
		    ? (char)(name.p[i] | 0x20)
		    : name.p[i];
	for (op = operators; *op != '\0'; op += strlen(op) + 1)
		if (crm_view_is(text, op))
			return crm_err(CRM_E_USAGE, "'%s' is written '%.*s'",
			    op, CRM_VARG(crm_view(low, name.n)));
	if (name.n == text.n || memcmp(low, name.p, name.n) == 0)
		return NULL;
	i = crm_view_find(crm_view(low, name.n), '.');
	if (!crm_term_is_reserved(crm_view(low, name.n)) &&
	    !is_field(r, crm_view(low, i)))
		return NULL;
	r->to = name.n;
	return crm_err(CRM_E_USAGE, "'%.*s' is written '%.*s'", CRM_VARG(name),
	    CRM_VARG(crm_view(low, name.n)));
}

static bool
is_ordered(const struct crm_field *f)
{
	switch ((enum crm_type)f->type) {
	case CRM_T_DATE:
	case CRM_T_TIME:
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_SPAN:
		return true;
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_PHONE:
	case CRM_T_URL:
	case CRM_T_CURRENCY:
	case CRM_T_BOOL:
	case CRM_T_CHOICE:
	case CRM_T_TAG:
	case CRM_T_LINK:
	case CRM_NTYPES:
		break;
	}
	return false;
}

/* "city=Rome" and "spent>10", as other languages have them, would be words to
 * look for. */
static const struct crm_err *
check_operator(struct crm_reading *r, struct crm_view text)
{
	static const char operators[] = "==\0!=\0<=\0>=\0=\0<\0>\0";
	struct crm_view name = crm_view(text.p, 0), rest, value;
	struct crm_ref ref;
	const char *op;
	bool reserved, range;

	while (name.n < text.n && is_name_char(text.p[name.n]))
		name.n++;
	rest = crm_view_trim(crm_view_skip(text, name.n));
	for (op = operators; *op != '\0'; op += strlen(op) + 1)
		if (crm_view_starts(rest, crm_view_str(op)))
			break;
	if (name.n == 0 || *op == '\0')
		return NULL;
	reserved = crm_term_is_reserved(name);
	if (!reserved &&
	    crm_ref_parse(
		r->schema, r->q->kind, r->q->only, name, &ref, NULL) != NULL)
		return NULL;
	value = crm_view_trim(crm_view_skip(rest, strlen(op)));
	range = !reserved && is_ordered(ref.first);
	r->from = name.n;
	r->to = (size_t)(rest.p - text.p) + strlen(op);
	return crm_err(CRM_E_USAGE,
	    "'%s' is no operator: did you mean '%s%.*s:%s%.*s%s'?", op,
	    *op == '!' ? "not " : "", CRM_VARG(name),
	    range && *op == '<' ? ".." : "", CRM_VARG(value),
	    range && *op == '>' ? ".." : "");
}

/* A ref is no term, but looks like one. */
const struct crm_err *
crm_term_check_ref(struct crm_reading *r, const struct crm_err *unknown)
{
	struct crm_view text = crm_nfc(&r->q->arena, r->t->text);
	uint64_t ids[CRM_WHO_MAX];
	const struct crm_err *err;
	size_t n = 0;

	err = crm_who_find(r->q->ctx.snap, NULL, text, ids, &n);
	if (err != NULL || n == 0)
		return err != NULL ? err : unknown;
	return crm_err(CRM_E_USAGE,
	    "no field '%.*s': the record of that name is found by ref:%.*s",
	    CRM_VARG(r->t->ref.name), CRM_VARG(text));
}

const struct crm_err *
crm_term_check(struct crm_reading *r, struct crm_view text)
{
	const struct crm_err *err = check_single(r, text);

	if (err == NULL)
		err = check_case(r, text);
	return err != NULL ? err : check_operator(r, text);
}

/* Add words to a list of them, each once. */
static void
add_choices(struct crm_buf *words, const char *choices)
{
	const char *w;

	for (w = choices; w != NULL && *w != '\0'; w += strlen(w) + 1) {
		crm_buf_addc(words, '\0'); /* the end of the list */
		if (crm_words_find(words->p, crm_view_str(w)) == NULL) {
			words->n--;
			crm_buf_add(words, w, strlen(w) + 1);
		} else
			words->n--;
	}
}

const struct crm_err *
crm_term_no_choice(const char *what, struct crm_view word,
    const struct crm_field *const field[26], const bool kinds[26],
    const char *more)
{
	struct crm_buf words = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_buf list = CRM_BUF_INIT(700);
	const struct crm_err *err;
	const char *near, *w;
	size_t i;

	add_choices(&words, more);
	for (i = 0; i < 26; i++)
		if (kinds[i] && field[i] != NULL)
			add_choices(&words, field[i]->choices);
	crm_buf_addc(&words, '\0');
	near = crm_word_near(words.p, word);
	for (w = words.p; *w != '\0'; w += strlen(w) + 1)
		crm_buf_addf(&list, "%s%s", w > words.p ? ", " : "", w);
	if (near != NULL)
		err = crm_err(CRM_E_USAGE, "%s '%.*s' (did you mean '%s'?)",
		    what, CRM_VARG(word), near);
	else
		err = crm_err(CRM_E_USAGE, "%s '%.*s' (there are %s%s)", what,
		    CRM_VARG(word), list.n > 0 ? list.p : "none",
		    list.over ? " ..." : "");
	crm_buf_release(&words);
	crm_buf_release(&list);
	return err;
}
