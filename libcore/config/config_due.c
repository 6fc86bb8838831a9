/* due: of crm.yaml. */
#include "config/config_impl.h"

#define PERCENT 100 /* coefficients are kept in hundredths */
#define MOST 1000   /* a coefficient */
#define DATES_MAX 100

#define X(name, help) name "\0" help "\0"
/* clang-format off */
#define DUE_KEYS(X) \
	X("task",	"weight of a task; 4 when not said") \
	X("ticket",	"weight of a ticket; 6 when not said") \
	X("contact",	"weight of a follow-up; 3 when not said") \
	X("purchase",	"weight of an overdue purchase; 3 when not said") \
	X("birthday",	"weight of a birthday; 3 when not said") \
	X("date",	"weight of another date; 3 when not said") \
	X("deal",	"weight of a deal that stands still; 3 when not said") \
	X("late",	"what being late weighs at most; 12 when not said") \
	X("value",	"what the best customer weighs; 4 when not said") \
	X("priority",	"what a step of a ticket's priority weighs; 2 when " \
			"not said") \
	X("every",	"segments and how often to be in touch with members") \
	X("stale",	"a deal stands still after that; 30d when not said") \
	X("times",	"a purchase is overdue after so many times the " \
			"customer's rhythm; 2 when not said") \
	X("lost",	"and no longer told of after so many; 10 when not " \
			"said") \
	X("dates",	"fields, KIND.FIELD, whose day is due once") \
	X("yearly",	"fields, KIND.FIELD, whose day is due every year")
/* clang-format on */
const char crm_config_due_keys[] = DUE_KEYS(X);
#undef X

/* In the order of enum crm_due_coefficient. */
static const struct {
	const char *key;
	int32_t not_said;
} coefficients[CRM_DUE_NCOEFFICIENTS] = {
	[CRM_DUE_TASK] = { "task", 400 },
	[CRM_DUE_TICKET] = { "ticket", 600 },
	[CRM_DUE_CONTACT] = { "contact", 300 },
	[CRM_DUE_PURCHASE] = { "purchase", 300 },
	[CRM_DUE_BIRTHDAY] = { "birthday", 300 },
	[CRM_DUE_DATE] = { "date", 300 },
	[CRM_DUE_DEAL] = { "deal", 300 },
	[CRM_DUE_LATE] = { "late", 1200 },
	[CRM_DUE_VALUE] = { "value", 400 },
	[CRM_DUE_PRIORITY] = { "priority", 200 },
};

void
crm_config_due_defaults(struct crm_due_rules *due)
{
	size_t i;

	for (i = 0; i < CRM_DUE_NCOEFFICIENTS; i++)
		due->coefficient[i] = coefficients[i].not_said;
	due->stale = (struct crm_span){ 30, 'd' };
	due->times = (struct crm_dec){ 2, 0 };
	due->lost = (struct crm_dec){ 10, 0 };
}

static const struct crm_err *
read_coefficients(struct crm_cfg *w, const struct crm_yaml_node *map)
{
	const struct crm_yaml_node *node;
	const struct crm_err *err;
	struct crm_dec d;
	size_t i;

	for (i = 0; i < CRM_DUE_NCOEFFICIENTS; i++) {
		node = crm_yaml_get(map, coefficients[i].key);
		if (node == NULL)
			continue;
		err = crm_cfg_number(w, node, &d);
		if (err != NULL)
			return err;
		if (!crm_dec_rescale(crm_dec_trim(d), 2, &d) || d.m < 0 ||
		    d.m > MOST * PERCENT)
			return crm_yaml_err(w->yaml, node,
			    "expected a number from 0 to %d with two digits "
			    "behind the point at most, not %.*s",
			    MOST, CRM_VARG(crm_cfg_shown(node->text)));
		w->config->due.coefficient[i] = (int32_t)d.m;
	}
	return NULL;
}

static const struct crm_err *
read_span(
    struct crm_cfg *w, const struct crm_yaml_node *node, struct crm_span *out)
{
	const struct crm_err *err;
	struct crm_cfg_text t;

	err = crm_cfg_value(w, node, "a span such as 30d", &t);
	if (err != NULL)
		return err;
	err = crm_span_parse(t.v, out);
	return err != NULL ? crm_cfg_err(w, &t, "%s", err->msg) : NULL;
}

static const struct crm_err *
read_every(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_due_rules *due = &w->config->due;
	const struct crm_yaml_node *child;
	const struct crm_err *err;
	struct crm_cfg_text key;
	size_t cap = 0;

	err = crm_cfg_check_map(
	    w, node, NULL, "segments and spans, such as 'gold: 30d'");
	for (child = node->child; err == NULL && child != NULL;
	     child = child->next) {
		due->every = crm_grow(
		    due->every, &cap, due->nevery + 1, sizeof(*due->every));
		key = crm_cfg_key(child);
		due->every[due->nevery].line = child->line;
		err =
		    crm_cfg_segment(w, &key, &due->every[due->nevery].segment);
		if (err == NULL)
			err =
			    read_span(w, child, &due->every[due->nevery].every);
		due->nevery += err == NULL;
	}
	return err;
}

/* A date of a kind that tells of somebody or something: KIND.FIELD. */
static const struct crm_err *
read_date(struct crm_cfg *w, const struct crm_yaml_node *node, bool yearly)
{
	struct crm_due_rules *due = &w->config->due;
	const struct crm_kind *k;
	const struct crm_field *f;
	const struct crm_err *err;
	struct crm_cfg_text t;
	size_t dot;

	err = crm_cfg_value(w, node, "a field, KIND.FIELD", &t);
	if (err != NULL)
		return err;
	dot = crm_view_find(t.v, '.');
	k = crm_kind_named(w->config->schema, crm_view(t.v.p, dot));
	f = k != NULL && k->letter != 'e' && dot < t.v.n
	    ? crm_field_named(k, crm_view_skip(t.v, dot + 1))
	    : NULL;
	if (f == NULL)
		return crm_cfg_err(w, &t,
		    "no field '%.*s': expected KIND.FIELD, such as "
		    "person.birthday",
		    CRM_VARG(crm_cfg_shown(t.v)));
	if (f->type != CRM_T_DATE || (f->flags & CRM_F_COMPUTED) != 0)
		return crm_cfg_err(w, &t, "'%.*s' is no date that records hold",
		    CRM_VARG(crm_cfg_shown(t.v)));
	if (due->ndates == DATES_MAX)
		return crm_cfg_err(w, &t, "more than %d dates", DATES_MAX);
	due->date = crm_grow(
	    due->date, &due->date_cap, due->ndates + 1, sizeof(*due->date));
	due->date[due->ndates++] = (struct crm_due_date){ .kind = k->letter,
		.name =
		    crm_arena_dup(&w->config->arena, f->name, strlen(f->name)),
		.yearly = yearly };
	return NULL;
}

static const struct crm_err *
read_dates(struct crm_cfg *w, const struct crm_yaml_node *list, bool yearly)
{
	const struct crm_yaml_node *item;
	const struct crm_err *err = NULL;

	if (list == NULL)
		return NULL;
	if (list->kind == CRM_YAML_MAP)
		return crm_yaml_err(w->yaml, list,
		    "expected a list of fields, such as [org.founded]");
	for (item = crm_cfg_next(list, NULL); err == NULL && item != NULL;
	     item = crm_cfg_next(list, item))
		err = read_date(w, item, yearly);
	return err;
}

/* How many times a customer's rhythm. */
static const struct crm_err *
read_times(
    struct crm_cfg *w, const struct crm_yaml_node *node, struct crm_dec *out)
{
	const struct crm_err *err;

	if (node == NULL)
		return NULL;
	err = crm_cfg_number(w, node, out);
	if (err != NULL)
		return err;
	*out = crm_dec_trim(*out);
	return out->m > 0 && out->scale <= 2 && out->m <= MOST * PERCENT
	    ? NULL
	    : crm_yaml_err(w->yaml, node,
		  "expected a number above 0 with two digits behind the point "
		  "at most, not %.*s",
		  CRM_VARG(crm_cfg_shown(node->text)));
}

const struct crm_err *
crm_cfg_due(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_due_rules *due = &w->config->due;
	const struct crm_yaml_node *child;
	const struct crm_err *err;

	err = crm_cfg_check_map(w, node, crm_config_due_keys,
	    "coefficients and rules, such as 'stale: 14d'");
	if (err == NULL)
		err = read_coefficients(w, node);
	child = crm_yaml_get(node, "every");
	if (err == NULL && child != NULL)
		err = read_every(w, child);
	child = crm_yaml_get(node, "stale");
	if (err == NULL && child != NULL)
		err = read_span(w, child, &due->stale);
	if (err == NULL)
		err = read_times(w, crm_yaml_get(node, "times"), &due->times);
	if (err == NULL)
		err = read_times(w, crm_yaml_get(node, "lost"), &due->lost);
	if (err == NULL)
		err = read_dates(w, crm_yaml_get(node, "dates"), false);
	if (err == NULL)
		err = read_dates(w, crm_yaml_get(node, "yearly"), true);
	return err;
}

static void
print_dates(const struct crm_config *c, bool yearly, struct crm_buf *b)
{
	const struct crm_due_rules *due = &c->due;
	bool any = false;
	size_t i;

	for (i = 0; i < due->ndates; i++) {
		if (due->date[i].yearly != yearly)
			continue;
		crm_buf_adds(b,
		    any          ? ", "
			: yearly ? "  yearly: ["
				 : "  dates: [");
		crm_buf_addf(b, "%s.%s",
		    crm_kind_of(c->schema, due->date[i].kind)->name,
		    due->date[i].name);
		any = true;
	}
	crm_buf_adds(b, any ? "]\n" : "");
}

static void
add_dec(struct crm_buf *b, struct crm_dec d)
{
	char text[CRM_DEC_TEXT];

	crm_buf_add(b, text, crm_dec_put(text, crm_dec_trim(d)));
	crm_buf_addc(b, '\n');
}

void
crm_config_print_due(const struct crm_config *c, struct crm_buf *b)
{
	const struct crm_due_rules *due = &c->due;
	char span[8];
	size_t i;

	crm_buf_adds(b, "due:\n");
	for (i = 0; i < CRM_DUE_NCOEFFICIENTS; i++) {
		crm_buf_addf(b, "  %s: ", coefficients[i].key);
		add_dec(b, (struct crm_dec){ due->coefficient[i], 2 });
	}
	crm_buf_adds(b, due->nevery > 0 ? "  every:\n" : "");
	for (i = 0; i < due->nevery; i++) {
		crm_buf_adds(b, "    ");
		crm_yaml_add_scalar(b, crm_view_str(due->every[i].segment));
		crm_buf_addf(b, ": %.*s\n",
		    (int)crm_span_put(span, due->every[i].every), span);
	}
	crm_buf_addf(
	    b, "  stale: %.*s\n", (int)crm_span_put(span, due->stale), span);
	crm_buf_adds(b, "  times: ");
	add_dec(b, due->times);
	crm_buf_adds(b, "  lost: ");
	add_dec(b, due->lost);
	print_dates(c, false, b);
	print_dates(c, true, b);
}
