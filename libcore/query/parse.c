/* From words to a tree. */
#include "query/ast.h"

#include "base/fold.h"
#include "base/utf8.h"
#include "record/word.h"
#include "store/who.h"

#define TEXT_MAX ((size_t)64 << 10)

struct parser {
	struct crm_query *q;
	const char *const *arg;
	size_t nargs, at;
	const struct crm_nest *nest;
	unsigned int depth;
	struct crm_query_fault *fault;
};

static const struct crm_err *
blame(struct parser *p, size_t arg, size_t from, size_t to,
    const struct crm_err *err)
{
	if (p->fault != NULL && !p->fault->known) {
		p->fault->arg = arg;
		p->fault->from = from;
		p->fault->to = to;
		p->fault->known = arg < p->nargs;
	}
	return err;
}

static struct crm_node *
new_node(struct parser *p, enum crm_node_op op, struct crm_node *left,
    struct crm_node *right)
{
	struct crm_node *n = crm_arena_alloc(&p->q->arena, sizeof(*n));

	n->op = op;
	n->left = left;
	n->right = right;
	n->term = NULL;
	return n;
}

static bool
is_word(const struct parser *p, const char *word)
{
	return p->at < p->nargs && strcmp(p->arg[p->at], word) == 0;
}

static const struct crm_err *parse_or(struct parser *, struct crm_node **);

/* "person or org": a kind before the terms is none itself. */
static const struct crm_err *
no_term_before(struct parser *p)
{
	const struct crm_schema *s = crm_snap_schema(p->q->ctx.snap);
	const char *word = p->arg[p->at];
	const struct crm_kind *k = NULL;

	if (p->at == 1 && p->q->only != NULL && p->nargs > 2)
		k = crm_kind_named(s, crm_view_str(p->arg[2]));
	if (k != NULL)
		return crm_err(CRM_E_USAGE,
		    "a kind is no term: write kind:%s,%s", p->q->only->name,
		    k->name);
	return crm_err(CRM_E_USAGE, "'%s' needs a term before it", word);
}

static const struct crm_err *
parse_term(struct parser *p, struct crm_node **out)
{
	const struct crm_err *err;
	struct crm_term *term;
	size_t from = 0, to = strlen(p->arg[p->at]);
	bool negate = false;

	if (p->q->nterms >= CRM_QUERY_TERMS_MAX)
		return crm_err(CRM_E_USAGE, "a query of over %d terms",
		    CRM_QUERY_TERMS_MAX);
	err = crm_term_parse(p->q, crm_view_str(p->arg[p->at]), p->nest, &term,
	    &negate, &from, &to);
	if (err != NULL)
		return blame(p, p->at, from, to, err);
	p->at++;
	*out = new_node(p, CRM_TERM, NULL, NULL);
	(*out)->term = term;
	if (negate)
		*out = new_node(p, CRM_NOT, *out, NULL);
	return NULL;
}

static const struct crm_err *
parse_not(struct parser *p, struct crm_node **out)
{
	const struct crm_err *err;
	size_t at = p->at;

	if (++p->depth > CRM_QUERY_DEPTH_MAX)
		return blame(
		    p, at, 0, 1, crm_err(CRM_E_USAGE, "nested too deep"));
	if (is_word(p, "not")) {
		p->at++;
		if (p->at == p->nargs)
			err = blame(p, at, 0, 3,
			    crm_err(
				CRM_E_USAGE, "'not' needs a term behind it"));
		else
			err = parse_not(p, out);
		if (err == NULL)
			*out = new_node(p, CRM_NOT, *out, NULL);
	} else if (is_word(p, "(")) {
		p->at++;
		err = parse_or(p, out);
		if (err == NULL && !is_word(p, ")"))
			err = blame(p, at, 0, 1,
			    crm_err(CRM_E_USAGE, "'(' is not closed"));
		p->at++;
	} else if (is_word(p, "or") || is_word(p, "and") || is_word(p, ")"))
		err = blame(p, at, 0, strlen(p->arg[at]), no_term_before(p));
	else
		err = parse_term(p, out);
	p->depth--;
	return err;
}

static bool
is_id(const struct crm_node *n)
{
	return n->op == CRM_TERM && n->term->op == CRM_TERM_ID;
}

/* Two ids that stand side by side, or with "and": no record is both.  one is
 * an id before, NULL while there is none. */
static const struct crm_err *
check_id(struct parser *p, size_t at, const struct crm_node *n,
    const struct crm_term **one)
{
	if (!is_id(n) || strcmp(p->arg[at], "(") == 0)
		return NULL;
	if (*one == NULL || (*one)->id == n->term->id) {
		*one = n->term;
		return NULL;
	}
	return blame(p, at, 0, n->term->text.n,
	    crm_err(CRM_E_USAGE,
		"no record is both: did you mean '%.*s or %.*s'?",
		CRM_VARG((*one)->text), CRM_VARG(n->term->text)));
}

static const struct crm_err *
parse_and(struct parser *p, struct crm_node **out)
{
	const struct crm_err *err;
	const struct crm_term *one = NULL;
	struct crm_node *right;
	size_t at = p->at;

	if (p->at == p->nargs) {
		*out = new_node(p, CRM_ALL, NULL, NULL);
		return NULL;
	}
	err = parse_not(p, out);
	if (err == NULL)
		err = check_id(p, at, *out, &one);
	while (err == NULL && p->at < p->nargs && !is_word(p, "or") &&
	    !is_word(p, ")")) {
		at = p->at;
		if (is_word(p, "and")) {
			p->at++;
			if (p->at == p->nargs)
				return blame(p, at, 0, 3,
				    crm_err(CRM_E_USAGE,
					"'and' needs a term behind it"));
		}
		at = p->at;
		err = parse_not(p, &right);
		if (err == NULL)
			err = check_id(p, at, right, &one);
		if (err == NULL)
			*out = new_node(p, CRM_AND, *out, right);
	}
	return err;
}

static const struct crm_err *
parse_or(struct parser *p, struct crm_node **out)
{
	const struct crm_err *err;
	struct crm_node *right;
	size_t at;

	err = parse_and(p, out);
	while (err == NULL && is_word(p, "or")) {
		at = p->at++;
		if (p->at == p->nargs || is_word(p, ")"))
			return blame(p, at, 0, 2,
			    crm_err(
				CRM_E_USAGE, "'or' needs a term behind it"));
		err = parse_and(p, &right);
		if (err == NULL)
			*out = new_node(p, CRM_OR, *out, right);
	}
	return err;
}

/* The kind that the first word names, if it does. */
static bool
take_kind(struct parser *p)
{
	const struct crm_schema *s = crm_snap_schema(p->q->ctx.snap);
	const struct crm_kind *k;
	size_t i;

	if (p->at == p->nargs)
		return false;
	if (is_word(p, "any")) {
		for (i = 0; i < crm_schema_nkinds(s); i++)
			p->q->kind[crm_schema_kind(s, i)->letter - 'a'] = true;
		p->at++;
		return true;
	}
	k = crm_kind_named(s, crm_view_str(p->arg[p->at]));
	if (k == NULL)
		return false;
	p->q->kind[k->letter - 'a'] = true;
	p->q->only = k;
	p->at++;
	return true;
}

/* Does a term ask for an event by its id? */
static bool
names_event(const char *const *arg, size_t nargs)
{
	uint64_t id;
	size_t i;

	for (i = 0; i < nargs; i++)
		if (crm_id_parse(crm_view_str(arg[i]), &id) &&
		    crm_id_kind(id) == 'e' &&
		    (i == 0 || strcmp(arg[i - 1], "not") != 0))
			return true;
	return false;
}

/* The kinds of which a record may match, as far as ids tell. */
static void
kinds_of(const struct crm_query *q, const struct crm_node *n, bool kinds[26])
{
	bool right[26];
	size_t i;

	memcpy(kinds, q->kind, sizeof(right));
	if (is_id(n)) {
		memset(kinds, 0, sizeof(right));
		kinds[crm_id_kind(n->term->id) - 'a'] = true;
	}
	if (n->op != CRM_AND && n->op != CRM_OR)
		return;
	kinds_of(q, n->left, kinds);
	kinds_of(q, n->right, right);
	for (i = 0; i < 26; i++)
		kinds[i] = n->op == CRM_AND ? kinds[i] && right[i]
					    : kinds[i] || right[i];
}

/* Where no kind was named and all ids are of one, that is meant. */
static void
narrow(struct crm_query *q)
{
	const struct crm_schema *s = crm_snap_schema(q->ctx.snap);
	const struct crm_kind *one = NULL;
	bool kinds[26];
	size_t i;

	kinds_of(q, q->root, kinds);
	for (i = 0; i < 26; i++)
		if (kinds[i] && q->kind[i] && one != NULL)
			return;
		else if (kinds[i] && q->kind[i])
			one = crm_kind_of(s, (char)('a' + i));
	if (one != NULL)
		crm_query_set_kind(q, one);
}

static struct crm_query *
new_query(const struct crm_query_ctx *ctx)
{
	struct crm_query *q = crm_calloc(1, sizeof(*q));

	q->ctx = *ctx;
	q->clock = *ctx->clock;
	q->clock.order = CRM_YMD;
	q->clock.has_option = false;
	q->scratch.max = q->folded.max = q->value.max = CRM_LINE_MAX * 8;
	q->compute = crm_compute_new(ctx->snap, ctx->clock);
	return q;
}

const struct crm_err *
crm_query_parse_nested(const struct crm_query_ctx *ctx, const char *const *arg,
    size_t nargs, bool kinds, const struct crm_nest *nest,
    struct crm_query **out, struct crm_query_fault *fault)
{
	const struct crm_schema *s = crm_snap_schema(ctx->snap);
	struct parser p = {
		.arg = arg, .nargs = nargs, .nest = nest, .fault = fault
	};
	const struct crm_err *err = NULL;
	bool named;
	size_t i;

	*out = NULL;
	if (fault != NULL)
		fault->known = false;
	p.q = new_query(ctx);
	named = kinds && take_kind(&p);
	if (!named) {
		for (i = 0; i < crm_schema_nkinds(s); i++)
			p.q->kind[crm_schema_kind(s, i)->letter - 'a'] =
			    ctx->events ||
			    crm_schema_kind(s, i)->letter != 'e' ||
			    names_event(arg, nargs);
	}
	for (i = 0; i < 26; i++)
		p.q->has[i] = p.q->kind[i] &&
		    (p.q->only != NULL || ctx->about == NULL ||
			strchr(ctx->about, (char)('a' + i)) != NULL);
	for (i = 0; err == NULL && i < nargs; i++)
		if (crm_utf8_check(crm_view_str(arg[i])) != strlen(arg[i]))
			err = blame(&p, i, 0, strlen(arg[i]),
			    crm_err(CRM_E_USAGE, "a term that is not UTF-8"));
	if (err == NULL)
		err = parse_or(&p, &p.q->root);
	if (err == NULL && p.at < nargs)
		err = blame(
		    &p, p.at, 0, 1, crm_err(CRM_E_USAGE, "')' without '('"));
	if (err != NULL) {
		crm_query_free(p.q);
		return err;
	}
	if (!named)
		narrow(p.q);
	*out = p.q;
	return NULL;
}

const struct crm_err *
crm_query_parse(const struct crm_query_ctx *ctx, const char *const *arg,
    size_t nargs, bool kinds, struct crm_query **out,
    struct crm_query_fault *fault)
{
	struct crm_nest nest = { .segment = ctx->segment };

	return crm_query_parse_nested(ctx, arg, nargs, kinds,
	    ctx->segment != 0 ? &nest : NULL, out, fault);
}

/* Words that a text is split into. */
struct words {
	struct crm_arena *arena;
	const char **arg;
	size_t n, cap;
};

static void
add_word(struct words *w, const char *p, size_t n)
{
	w->arg = crm_grow(w->arg, &w->cap, w->n + 1, sizeof(*w->arg));
	w->arg[w->n++] = crm_arena_dup(w->arena, p, n);
}

/* Split a text as a shell would: '(' and ')' are words wherever they stand. */
static const struct crm_err *
split(struct crm_arena *a, struct crm_view text, const char ***out, size_t *n)
{
	struct crm_buf word = CRM_BUF_INIT(TEXT_MAX);
	struct words w = { .arena = a };
	size_t i;
	char quote = '\0', c;
	bool in = false;

	for (i = 0; i <= text.n; i++) {
		c = i < text.n ? text.p[i] : ' ';
		if (i == text.n && quote != '\0')
			break;
		if (quote == '\0' && memchr(" \t\n()", c, 5) != NULL) {
			if (in)
				add_word(&w, word.p, word.n);
			if (c == '(' || c == ')')
				add_word(&w, &c, 1);
			crm_buf_reset(&word);
			in = false;
		} else if (quote == '\0' && (c == '"' || c == '\'')) {
			quote = c;
			in = true;
		} else if (c == quote && quote != '\0')
			quote = '\0';
		else {
			if (c == '\\' && quote != '\'' && i + 1 < text.n)
				c = text.p[++i];
			crm_buf_addc(&word, c);
			in = true;
		}
	}
	crm_buf_release(&word);
	*n = w.n;
	*out = crm_arena_alloc(a, (w.n + 1) * sizeof(**out));
	if (w.n > 0)
		memcpy(*out, w.arg, w.n * sizeof(**out));
	crm_free(w.arg);
	if (quote != '\0')
		return crm_err(CRM_E_USAGE, "a quote is not closed in '%.*s'",
		    CRM_VARG(text));
	return NULL;
}

const struct crm_err *
crm_query_text_nested(const struct crm_query_ctx *ctx, struct crm_view text,
    const struct crm_nest *nest, struct crm_query **out)
{
	struct crm_arena a = CRM_ARENA_INIT;
	const struct crm_err *err;
	const char **arg;
	size_t n;

	*out = NULL;
	if (text.n > TEXT_MAX)
		return crm_err(
		    CRM_E_USAGE, "a query of over %zu bytes", TEXT_MAX);
	err = split(&a, text, &arg, &n);
	if (err == NULL)
		err =
		    crm_query_parse_nested(ctx, arg, n, true, nest, out, NULL);
	crm_arena_release(&a);
	return err;
}

const struct crm_err *
crm_query_parse_text(const struct crm_query_ctx *ctx, struct crm_view text,
    struct crm_query **out)
{
	return crm_query_text_nested(ctx, text, NULL, out);
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool
crm_query_text_names(struct crm_view text, struct crm_view name)
{
	size_t i, end;

	for (i = 0; i + 1 + name.n <= text.n; i++) {
		end = i + 1 + name.n;
		if (text.p[i] == '@' &&
		    (i == 0 || !is_name_char(text.p[i - 1])) &&
		    memcmp(text.p + i + 1, name.p, name.n) == 0 &&
		    (end == text.n || !is_name_char(text.p[end])))
			return true;
	}
	return false;
}

/* May a word stand in a text, and in a shell, without quotes? */
static bool
is_bare(const char *s)
{
	static const char special[] = " \t\n\"'\\$`*?[](){}<>|&;#~!";
	const char *c;

	if (*s == '\0')
		return false;
	for (c = s; *c != '\0'; c++)
		if (strchr(special, *c) != NULL &&
		    !(*c == '~' && c > s && c[-1] == ':'))
			return false;
	return true;
}

void
crm_query_quote(struct crm_buf *b, const char *const *arg, size_t nargs)
{
	const char *c;
	size_t i;

	for (i = 0; i < nargs; i++) {
		if (i > 0)
			crm_buf_addc(b, ' ');
		if (is_bare(arg[i])) {
			crm_buf_adds(b, arg[i]);
			continue;
		}
		if (strchr(arg[i], '\'') == NULL) {
			crm_buf_addf(b, "'%s'", arg[i]);
			continue;
		}
		crm_buf_addc(b, '"');
		for (c = arg[i]; *c != '\0'; c++) {
			if (strchr("\"\\$`", *c) != NULL)
				crm_buf_addc(b, '\\');
			crm_buf_addc(b, *c);
		}
		crm_buf_addc(b, '"');
	}
}

static void
free_member(struct crm_member *m)
{
	if (m == NULL)
		return;
	crm_query_free(m->query);
	crm_decided_release(&m->decided);
}

void
crm_query_free(struct crm_query *q)
{
	size_t i, j;

	if (q == NULL)
		return;
	for (i = 0; i < q->nterms; i++) {
		struct crm_term *t = q->term[i];

		if (t->has_regex)
			regfree(&t->regex);
		for (j = 0; j < t->nalts; j++) {
			crm_free(t->alt[j].id);
			crm_free(t->alt[j].people);
			free_member(t->alt[j].member);
		}
		free_member(t->member);
		for (j = 0; j < CRM_LINKS_MAX; j++)
			crm_decided_release(&t->decided[j]);
		crm_free(t->set);
	}
	crm_compute_free(q->compute);
	crm_free(q->term);
	crm_arena_release(&q->arena);
	crm_buf_release(&q->scratch);
	crm_buf_release(&q->folded);
	crm_buf_release(&q->value);
	crm_free(q);
}

const struct crm_kind *
crm_query_kind(const struct crm_query *q)
{
	return q->only;
}

bool
crm_query_selects(const struct crm_query *q, char letter)
{
	return q->kind[letter - 'a'];
}

void
crm_query_set_kind(struct crm_query *q, const struct crm_kind *k)
{
	memset(q->kind, 0, sizeof(q->kind));
	q->kind[k->letter - 'a'] = true;
	q->only = k;
}

bool
crm_query_is_all(const struct crm_query *q)
{
	return q->root->op == CRM_ALL;
}

static bool
asks_stages(const struct crm_term *t)
{
	const struct crm_field *f = t->ref.field['e' - 'a'];
	size_t i;

	if (f == NULL || t->ref.nlinks > 0)
		return false;
	if (f->num == CRM_EVENT_FROM || f->num == CRM_EVENT_TO)
		return true;
	for (i = 0; f->num == CRM_EVENT_WHAT && i < t->nalts; i++)
		if (crm_view_is(crm_word_get(t->alt[i].stored), "stage"))
			return true;
	return false;
}

bool
crm_query_asks_stages(const struct crm_query *q)
{
	size_t i;

	for (i = 0; i < q->nterms; i++)
		if (asks_stages(q->term[i]))
			return true;
	return false;
}
