#include "cli/opt.h"

#include "base/mem.h"
#include "base/num.h"
#include "record/schema.h"

#define LINE_WIDTH 79

static const char metas[] =
    "changes\0column=field\0count\0date\0days\0dir\0field\0field,...\0"
    "field=value\0file\0format\0group\0kind\0name\0order\0percent\0"
    "period\0point\0program\0seconds\0span\0text\0unit\0user\0when\0who\0";

const char *
crm_opt_metas(void)
{
	return metas;
}

static const struct crm_opt *
by_letter(const struct crm_opt *const *tables, char letter)
{
	const struct crm_opt *o;

	for (; *tables != NULL; tables++)
		for (o = *tables; o->kind != CRM_OPT_END; o++)
			if (o->letter == letter)
				return o;
	return NULL;
}

static const struct crm_opt *
by_name(const struct crm_opt *const *tables, struct crm_view name)
{
	const struct crm_opt *o;

	for (; *tables != NULL; tables++)
		for (o = *tables; o->kind != CRM_OPT_END; o++)
			if (crm_view_is(name, o->name))
				return o;
	return NULL;
}

static const struct crm_err *
unknown_name(const struct crm_opt *const *tables, struct crm_view name)
{
	const struct crm_opt *o;
	const char *near = NULL;
	size_t best = 3, d;

	for (; *tables != NULL; tables++)
		for (o = *tables; o->kind != CRM_OPT_END; o++) {
			d = crm_edit_distance(name, crm_view_str(o->name));
			if (d < best && d < name.n) {
				best = d;
				near = o->name;
			}
		}
	if (near != NULL)
		return crm_err(CRM_E_USAGE,
		    "unknown option --%.*s (did you mean --%s?)",
		    CRM_VARG(name), near);
	return crm_err(CRM_E_USAGE, "unknown option --%.*s", CRM_VARG(name));
}

static const struct crm_err *
set_choice(const struct crm_opt *o, const char *value)
{
	struct crm_buf list = CRM_BUF_INIT(1000);
	const struct crm_err *err;
	const char *w;
	int i = 0;

	for (w = o->choices; *w != '\0'; w += strlen(w) + 1, i++) {
		if (strcmp(w, value) == 0) {
			*o->to.choice = i;
			crm_buf_release(&list);
			return NULL;
		}
		if (i > 0)
			crm_buf_adds(&list, ", ");
		crm_buf_adds(&list, w);
	}
	w = crm_word_near(o->choices, crm_view_str(value));
	err = crm_err(CRM_E_USAGE, "--%s: '%s' is none of: %s%s%s%s", o->name,
	    value, list.p, w != NULL ? " (did you mean '" : "",
	    w != NULL ? w : "", w != NULL ? "'?)" : "");
	crm_buf_release(&list);
	return err;
}

static const struct crm_err *
set(const struct crm_opt *o, const char *value)
{
	switch (o->kind) {
	case CRM_OPT_FLAG:
		*o->to.flag = true;
		return NULL;
	case CRM_OPT_TEXT:
		*o->to.text = value;
		return NULL;
	case CRM_OPT_LIST:
		o->to.list->item = crm_grow(o->to.list->item, &o->to.list->cap,
		    o->to.list->n + 1, sizeof(char *));
		o->to.list->item[o->to.list->n++] = value;
		return NULL;
	case CRM_OPT_U64:
		if (crm_num_u64(crm_view_str(value), o->max, o->to.u64) &&
		    *o->to.u64 >= o->min)
			return NULL;
		if (o->max < UINT64_MAX)
			return crm_err(CRM_E_USAGE,
			    "--%s: '%s' is not a number from %ju to %ju",
			    o->name, value, (uintmax_t)o->min,
			    (uintmax_t)o->max);
		return crm_err(CRM_E_USAGE, "--%s: '%s' is not a number%s",
		    o->name, value, o->min > 0 ? " above 0" : "");
	case CRM_OPT_CHOICE:
		return set_choice(o, value);
	case CRM_OPT_END:
		break;
	}
	return NULL;
}

/* -abc, -ovalue, -o value; *i is moved on when the next one is taken. */
static const struct crm_err *
parse_short(const struct crm_opt *const *tables, int argc, char **argv, int *i)
{
	const char *arg = argv[*i];
	const struct crm_opt *o;
	const struct crm_err *err = NULL;
	size_t k;

	for (k = 1; err == NULL && arg[k] != '\0'; k++) {
		o = by_letter(tables, arg[k]);
		if (o == NULL)
			return crm_err(
			    CRM_E_USAGE, "unknown option -%c", arg[k]);
		if (o->kind == CRM_OPT_FLAG) {
			err = set(o, NULL);
			continue;
		}
		if (arg[k + 1] != '\0')
			return set(o, arg + k + 1);
		if (*i + 1 == argc)
			return crm_err(
			    CRM_E_USAGE, "-%c needs a %s", arg[k], o->meta);
		return set(o, argv[++*i]);
	}
	return err;
}

static const struct crm_err *
parse_long(const struct crm_opt *const *tables, int argc, char **argv, int *i)
{
	struct crm_view arg = crm_view_str(argv[*i] + 2), name;
	size_t equals = crm_view_find(arg, '=');
	const struct crm_opt *o;

	name = crm_view(arg.p, equals);
	o = by_name(tables, name);
	if (o == NULL)
		return unknown_name(tables, name);
	if (o->kind == CRM_OPT_FLAG) {
		if (equals < arg.n)
			return crm_err(
			    CRM_E_USAGE, "--%s takes no value", o->name);
		return set(o, NULL);
	}
	if (equals < arg.n)
		return set(o, arg.p + equals + 1);
	if (*i + 1 == argc)
		return crm_err(
		    CRM_E_USAGE, "--%s needs a %s", o->name, o->meta);
	return set(o, argv[++*i]);
}

const struct crm_err *
crm_opt_parse(
    const struct crm_opt *const *tables, int argc, char **argv, int *n)
{
	const struct crm_err *err = NULL;
	bool ended = false;
	int i;

	*n = 0;
	for (i = 1; err == NULL && i < argc; i++) {
		char *arg = argv[i];

		if (ended || arg[0] != '-' || arg[1] == '\0' ||
		    (arg[1] >= '0' && arg[1] <= '9'))
			argv[(*n)++] = arg;
		else if (strcmp(arg, "--") == 0)
			ended = true;
		else if (arg[1] == '-')
			err = parse_long(tables, argc, argv, &i);
		else
			err = parse_short(tables, argc, argv, &i);
	}
	return err;
}

/* Does an argument take the next one for the value of its option? */
static bool
takes_next(const struct crm_opt *const *tables, const char *arg)
{
	struct crm_view name = crm_view_str(arg + 2);
	const struct crm_opt *o;
	size_t k;

	if (arg[1] == '-') {
		o = by_name(tables, name);
		return o != NULL && o->kind != CRM_OPT_FLAG;
	}
	for (k = 1; arg[k] != '\0'; k++) {
		o = by_letter(tables, arg[k]);
		if (o == NULL || o->kind != CRM_OPT_FLAG)
			return o != NULL && arg[k + 1] == '\0';
	}
	return false;
}

int
crm_opt_leading(const struct crm_opt *const *tables, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (argv[i][0] != '-' || argv[i][1] == '\0')
			return i;
		if (strcmp(argv[i], "--") == 0)
			return i + 1;
		if (takes_next(tables, argv[i]))
			i++;
	}
	return argc;
}

void
crm_opt_list_free(struct crm_opt_list *l)
{
	crm_free(l->item);
	memset(l, 0, sizeof(*l));
}

/* Add a word to a line that is broken at its end. */
static void
add_word(struct crm_buf *b, size_t *col, size_t indent, const char *word)
{
	size_t n = strlen(word), i;

	if (*col + 1 + n > LINE_WIDTH) {
		crm_buf_addc(b, '\n');
		for (i = 0; i < indent; i++)
			crm_buf_addc(b, ' ');
		*col = indent;
	} else {
		crm_buf_addc(b, ' ');
		(*col)++;
	}
	crm_buf_adds(b, word);
	*col += n;
}

void
crm_opt_add_usage(struct crm_buf *b, const char *name,
    const struct crm_opt *const *tables, const char *operands)
{
	const struct crm_opt *const *t;
	const struct crm_opt *o;
	struct crm_buf word = CRM_BUF_INIT(1000);
	size_t col, indent, i;
	char letters[64];
	size_t n = 0;

	crm_buf_addf(b, "usage: %s", name);
	col = 7 + strlen(name);
	indent = col + 1;
	letters[n++] = '-';
	for (t = tables; *t != NULL; t++)
		for (o = *t; o->kind != CRM_OPT_END; o++)
			if (o->kind == CRM_OPT_FLAG && o->letter != '\0' &&
			    n < sizeof(letters) - 1)
				letters[n++] = o->letter;
	for (i = 2; i < n; i++) { /* letters in order, capitals behind */
		char c = letters[i];
		size_t j;

		for (j = i; j > 1 &&
		     ((letters[j - 1] | 0x20) > (c | 0x20) ||
			 ((letters[j - 1] | 0x20) == (c | 0x20) &&
			     letters[j - 1] < c));
		     j--)
			letters[j] = letters[j - 1];
		letters[j] = c;
	}
	letters[n] = '\0';
	crm_buf_addf(&word, "[%s]", letters);
	add_word(b, &col, indent, word.p);
	for (t = tables; *t != NULL; t++)
		for (o = *t; o->kind != CRM_OPT_END; o++) {
			if (o->kind == CRM_OPT_FLAG && o->letter != '\0')
				continue;
			crm_buf_reset(&word);
			if (o->letter != '\0')
				crm_buf_addf(
				    &word, "[-%c %s]", o->letter, o->meta);
			else if (o->kind == CRM_OPT_FLAG)
				crm_buf_addf(&word, "[--%s]", o->name);
			else
				crm_buf_addf(
				    &word, "[--%s %s]", o->name, o->meta);
			add_word(b, &col, indent, word.p);
		}
	if (operands[0] != '\0') {
		const char *end = operands + strlen(operands), *p;

		/* operands are kept together at their blanks */
		while (operands < end) {
			int depth = 0;

			for (p = operands;
			     *p != '\0' && (depth > 0 || *p != ' '); p++)
				depth += *p == '[' ? 1 : *p == ']' ? -1 : 0;
			crm_buf_reset(&word);
			crm_buf_add(&word, operands, (size_t)(p - operands));
			add_word(b, &col, indent, word.p);
			operands = *p == ' ' ? p + 1 : p;
		}
	}
	crm_buf_addc(b, '\n');
	crm_buf_release(&word);
}

/* "-o, --output format" */
static void
add_head(struct crm_buf *b, const struct crm_opt *o)
{
	if (o->letter != '\0')
		crm_buf_addf(b, "-%c, ", o->letter);
	else
		crm_buf_adds(b, "    ");
	crm_buf_addf(b, "--%s", o->name);
	if (o->meta != NULL)
		crm_buf_addf(b, " %s", o->meta);
}

static void
add_row(struct crm_buf *b, const struct crm_opt *o, size_t width)
{
	size_t from = b->n;

	crm_buf_adds(b, "  ");
	add_head(b, o);
	while (b->n - from < width)
		crm_buf_addc(b, ' ');
	crm_buf_addf(b, "%s\n", o->help);
}

/* What the tables have in common with those of other programs, in short. */
static void
add_common(struct crm_buf *b, const struct crm_opt *const *tables)
{
	const struct crm_opt *o;
	struct crm_buf head = CRM_BUF_INIT(1000);
	size_t col = 20;

	crm_buf_adds(b, "as in every program:");
	for (; *tables != NULL; tables++)
		for (o = *tables; o->kind != CRM_OPT_END; o++) {
			crm_buf_reset(&head);
			if (o->letter != '\0')
				crm_buf_addf(&head, "-%c", o->letter);
			if (o->letter == '\0' || o->meta == NULL)
				crm_buf_addf(&head, "%s--%s",
				    o->letter != '\0' ? "|" : "", o->name);
			if (o->meta != NULL)
				crm_buf_addf(&head, " %s", o->meta);
			crm_buf_addc(&head, ',');
			add_word(b, &col, 2, head.p);
		}
	b->n--; /* the last comma */
	crm_buf_adds(b, "\n");
	crm_buf_release(&head);
}

void
crm_opt_add_help(
    struct crm_buf *b, const struct crm_opt *const *tables, size_t nown)
{
	const struct crm_opt *o;
	struct crm_buf head = CRM_BUF_INIT(1000);
	size_t width = 0, i;

	for (i = 0; i < nown; i++)
		for (o = tables[i]; o->kind != CRM_OPT_END; o++) {
			crm_buf_reset(&head);
			add_head(&head, o);
			if (head.n > width)
				width = head.n;
		}
	for (i = 0; i < nown; i++)
		for (o = tables[i]; o->kind != CRM_OPT_END; o++)
			add_row(b, o, width + 4);
	crm_buf_release(&head);
	add_common(b, tables + nown);
}

void
crm_opt_add_spec(struct crm_buf *b, const char *word, const struct crm_opt *o)
{
	const char *w;

	for (; o->kind != CRM_OPT_END; o++) {
		crm_buf_addf(b, "%s\t", word);
		if (o->letter != '\0')
			crm_buf_addc(b, o->letter);
		crm_buf_addf(
		    b, "\t%s\t%s\t", o->name, o->meta != NULL ? o->meta : "");
		for (w = o->choices; w != NULL && *w != '\0';
		     w += strlen(w) + 1)
			crm_buf_addf(b, "%s%s", w == o->choices ? "" : " ", w);
		crm_buf_addf(b, "\t%s\t%s\n", o->help,
		    o->kind == CRM_OPT_LIST ? "again" : "");
	}
}

const char *
crm_opt_audit(const struct crm_opt *o)
{
	const struct crm_opt *before = NULL;

	for (; o->kind != CRM_OPT_END; before = o, o++) {
		if (before != NULL && strcmp(before->name, o->name) >= 0)
			return "the table is not sorted by name";
		if (o->help == NULL || o->help[0] == '\0' ||
		    strlen(o->help) > 60)
			return "help is missing or too long";
		if (o->help[strlen(o->help) - 1] == '.')
			return "help ends with a full stop";
		if ((o->kind == CRM_OPT_FLAG) != (o->meta == NULL))
			return "a metavariable too many or too few";
		if (o->meta != NULL &&
		    crm_words_find(metas, crm_view_str(o->meta)) == NULL)
			return "an unknown metavariable";
		if ((o->kind == CRM_OPT_CHOICE) != (o->choices != NULL))
			return "choices too many or too few";
	}
	return NULL;
}

const char *
crm_opt_audit_all(const struct crm_opt *const *tables)
{
	const struct crm_opt *const *t;
	const struct crm_opt *o;

	for (t = tables; *t != NULL; t++)
		for (o = *t; o->kind != CRM_OPT_END; o++) {
			if (by_name(tables, crm_view_str(o->name)) != o)
				return "two options have one name";
			if (o->letter != '\0' &&
			    by_letter(tables, o->letter) != o)
				return "two options have one letter";
		}
	return NULL;
}
