/* hours:, holidays:, sla: of crm.yaml. */
#include "config/config_impl.h"

static const char weekdays[] = "sunday\0monday\0tuesday\0wednesday\0thursday\0"
			       "friday\0saturday\0";

#define X(name, help) name "\0" help "\0"
/* clang-format off */
#define SLA_KEYS(X) \
	X("segment",	"whose tickets: members of it; everybody's when not said") \
	X("priority",	"tickets of that priority; of any when not said") \
	X("respond",	"working time until the first answer") \
	X("solve",	"working time until it is solved")
/* clang-format on */
const char crm_config_sla_keys[] = SLA_KEYS(X);
#undef X

/* "09:30", "24:00" */
static bool
read_clock(struct crm_view v, uint16_t *out)
{
	unsigned int h, m;

	if (v.n == 4 && v.p[1] == ':') {
		h = (unsigned int)(v.p[0] - '0');
		v = crm_view_skip(v, 2);
	} else if (v.n == 5 && v.p[2] == ':') {
		h = (unsigned int)(v.p[0] - '0') * 10 +
		    (unsigned int)(v.p[1] - '0');
		if (v.p[0] < '0' || v.p[1] < '0' || v.p[1] > '9')
			return false;
		v = crm_view_skip(v, 3);
	} else
		return false;
	if (v.p[0] < '0' || v.p[0] > '5' || v.p[1] < '0' || v.p[1] > '9')
		return false;
	m = (unsigned int)(v.p[0] - '0') * 10 + (unsigned int)(v.p[1] - '0');
	*out = (uint16_t)(h * 60 + m);
	return h <= 24 && *out <= CRM_DAY_MINUTES;
}

static const struct crm_err *
read_shift(struct crm_cfg *w, const struct crm_yaml_node *node,
    struct crm_week_day *day)
{
	static const char expected[] = "hours such as 09:00-17:00";
	const struct crm_err *err;
	struct crm_cfg_text t;
	struct crm_shift *s;
	struct crm_view from;

	err = crm_cfg_value(w, node, expected, &t);
	if (err != NULL)
		return err;
	if (day->n == CRM_SHIFTS_MAX)
		return crm_cfg_err(
		    w, &t, "more than %d stretches of a day", CRM_SHIFTS_MAX);
	s = &day->shift[day->n];
	from = crm_view(t.v.p, crm_view_find(t.v, '-'));
	if (from.n == t.v.n || !read_clock(crm_view_trim(from), &s->from) ||
	    !read_clock(
		crm_view_trim(crm_view_skip(t.v, from.n + 1)), &s->to) ||
	    s->from >= s->to)
		return crm_cfg_err(w, &t, "expected %s, not '%.*s'", expected,
		    CRM_VARG(crm_cfg_shown(t.v)));
	if (day->n > 0 && s->from < s[-1].to)
		return crm_cfg_err(
		    w, &t, "it begins before the one before ends");
	day->n++;
	return NULL;
}

static const char *
day_name(unsigned int day)
{
	const char *name = weekdays;

	for (; day > 0; day--)
		name += strlen(name) + 1;
	return name;
}

/* The day that a word names, in full or with three letters; 7: none. */
static unsigned int
find_day(struct crm_view v)
{
	unsigned int i;

	for (i = 0; i < 7; i++)
		if (crm_view_is(v, day_name(i)) ||
		    (v.n == 3 && memcmp(v.p, day_name(i), 3) == 0))
			break;
	return i;
}

static const struct crm_err *
read_day(struct crm_cfg *w, const struct crm_cfg_text *key, struct crm_view v,
    unsigned int *out)
{
	char hint[CRM_CFG_HINT];

	*out = find_day(v);
	if (*out < 7)
		return NULL;
	return crm_cfg_err(w, key, "no day of the week '%.*s'%s",
	    CRM_VARG(crm_cfg_shown(v)), crm_cfg_hint(hint, weekdays, v));
}

/* Which node says when people work on a day: one of its own goes before one of
 * several days. */
struct hours_of {
	const struct crm_yaml_node *node;
	bool own;
};

/* "friday", "fri", "mon-fri", "sat-mon" */
static const struct crm_err *
read_days(
    struct crm_cfg *w, const struct crm_yaml_node *node, struct hours_of *of)
{
	const struct crm_err *err;
	struct crm_cfg_text key = crm_cfg_key(node);
	struct crm_view from, to;
	unsigned int i, last;
	bool own;

	from = crm_view(key.v.p, crm_view_find(key.v, '-'));
	own = from.n == key.v.n;
	to = own ? from : crm_view_skip(key.v, from.n + 1);
	err = read_day(w, &key, crm_view_trim(from), &i);
	if (err == NULL)
		err = read_day(w, &key, crm_view_trim(to), &last);
	for (; err == NULL; i = (i + 1) % 7) {
		if (of[i].node != NULL && of[i].own == own)
			return crm_cfg_err(
			    w, &key, "%s has hours already", day_name(i));
		if (of[i].node == NULL || own)
			of[i] = (struct hours_of){ node, own };
		if (i == last)
			break;
	}
	return err;
}

const struct crm_err *
crm_cfg_hours(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *days, *item;
	struct hours_of of[7] = { 0 };
	const struct crm_err *err;
	size_t i, shifts = 0;

	err = crm_cfg_check_map(
	    w, node, NULL, "days of the week, such as 'monday: 09:00-17:00'");
	if (err != NULL || crm_yaml_is_null(node))
		return err;
	for (days = node->child; err == NULL && days != NULL; days = days->next)
		err = read_days(w, days, of);
	for (i = 0; err == NULL && i < 7; i++) {
		struct crm_week_day *d = &w->config->hours.day[i];

		days = of[i].node;
		for (item = days != NULL ? crm_cfg_next(days, NULL) : NULL;
		     err == NULL && item != NULL;
		     item = crm_cfg_next(days, item))
			err = read_shift(w, item, d);
		shifts += d->n;
	}
	if (err == NULL && shifts == 0)
		err = crm_yaml_err(
		    w->yaml, node, "nobody works: there are no hours");
	w->config->has_hours = err == NULL;
	return err;
}

/* A day that does not depend on when it is read. */
static bool
is_day(struct crm_view v)
{
	return (v.n == 10 && v.p[4] == '-' && v.p[7] == '-') ||
	    (v.n == 7 && v.p[0] == '-' && v.p[1] == '-');
}

const struct crm_err *
crm_cfg_holidays(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	static const char expected[] = "days such as 2026-12-25 or --12-25";
	struct crm_hours *h = &w->config->hours;
	struct crm_clock clock = { .now_us = 0 };
	const struct crm_yaml_node *item;
	const struct crm_err *err = NULL;
	struct crm_cfg_text t;
	struct crm_date d;
	size_t cap = 0;

	clock.zone = w->config->zone;
	if (node->kind == CRM_YAML_MAP)
		return crm_yaml_err(
		    w->yaml, node, "expected a list of %s", expected);
	for (item = crm_cfg_next(node, NULL); item != NULL;
	     item = crm_cfg_next(node, item)) {
		err = crm_cfg_value(w, item, expected, &t);
		if (err != NULL)
			return err;
		if (!is_day(t.v) || crm_date_parse(&clock, t.v, &d) != NULL)
			return crm_cfg_err(w, &t, "expected %s, not '%.*s'",
			    expected, CRM_VARG(crm_cfg_shown(t.v)));
		h->holiday = crm_grow(
		    h->holiday, &cap, h->nholidays + 1, sizeof(*h->holiday));
		h->holiday[h->nholidays++] = d;
	}
	return NULL;
}

static const struct crm_err *
read_work(struct crm_cfg *w, const struct crm_yaml_node *map, const char *key,
    int64_t *out_us)
{
	const struct crm_yaml_node *node = crm_yaml_get(map, key);
	const struct crm_err *err;
	struct crm_cfg_text t;

	if (node == NULL)
		return NULL;
	err = crm_cfg_value(w, node, "working time such as 90min or 8h", &t);
	if (err != NULL)
		return err;
	err = crm_work_parse(t.v, out_us);
	return err != NULL ? crm_cfg_err(w, &t, "%s", err->msg) : NULL;
}

const struct crm_err *
crm_cfg_segment(
    struct crm_cfg *w, const struct crm_cfg_text *t, const char **out)
{
	size_t i;

	for (i = 0; i < t->v.n; i++)
		if (!((t->v.p[i] >= 'a' && t->v.p[i] <= 'z') ||
			(t->v.p[i] >= '0' && t->v.p[i] <= '9') ||
			t->v.p[i] == '-'))
			break;
	if (i < t->v.n || i == 0)
		return crm_cfg_err(w, t,
		    "expected the name of a segment, not '%.*s'",
		    CRM_VARG(crm_cfg_shown(t->v)));
	*out = crm_arena_dup(&w->config->arena, t->v.p, t->v.n);
	return NULL;
}

static const struct crm_err *
read_rule(
    struct crm_cfg *w, const struct crm_yaml_node *node, struct crm_sla *out)
{
	const struct crm_field *priority = crm_field_num(
	    crm_kind_of(w->config->schema, 'k'), CRM_TICKET_PRIORITY);
	const struct crm_yaml_node *child;
	char hint[CRM_CFG_HINT];
	const struct crm_err *err;
	struct crm_cfg_text t;

	err = crm_cfg_check_map(w, node, crm_config_sla_keys,
	    "a rule, such as 'segment: gold, respond: 2h'");
	child = crm_yaml_get(node, "segment");
	if (err == NULL && child != NULL) {
		err = crm_cfg_value(w, child, "the name of a segment", &t);
		if (err == NULL)
			err = crm_cfg_segment(w, &t, &out->segment);
	}
	child = crm_yaml_get(node, "priority");
	if (err == NULL && child != NULL) {
		err = crm_cfg_value(w, child, "a priority", &t);
		if (err == NULL &&
		    crm_words_find(priority->choices, t.v) == NULL)
			err = crm_cfg_err(w, &t, "no priority '%.*s'%s",
			    CRM_VARG(crm_cfg_shown(t.v)),
			    crm_cfg_hint(hint, priority->choices, t.v));
		if (err == NULL)
			out->priority = crm_word_num(crm_view_str(
			    crm_words_find(priority->choices, t.v)));
	}
	if (err == NULL)
		err = read_work(w, node, "respond", &out->respond_us);
	if (err == NULL)
		err = read_work(w, node, "solve", &out->solve_us);
	if (err == NULL && out->respond_us == 0 && out->solve_us == 0)
		err = crm_yaml_err(w->yaml, node,
		    "a rule needs a target: respond, solve or both");
	return err;
}

const struct crm_err *
crm_cfg_sla(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_config *c = w->config;
	const struct crm_yaml_node *item;
	const struct crm_err *err;
	size_t cap = 0;

	if (node->kind != CRM_YAML_LIST && !crm_yaml_is_null(node))
		return crm_yaml_err(w->yaml, node,
		    "expected a list of rules, such as '- respond: 8h'");
	for (item = node->child; item != NULL; item = item->next) {
		c->sla = crm_grow(c->sla, &cap, c->nsla + 1, sizeof(*c->sla));
		memset(&c->sla[c->nsla], 0, sizeof(*c->sla));
		c->sla[c->nsla].line = item->line;
		err = read_rule(w, item, &c->sla[c->nsla]);
		if (err != NULL)
			return err;
		c->nsla++;
	}
	return NULL;
}

/*
 * Printing
 */

static void
print_hours(const struct crm_config *c, struct crm_buf *b)
{
	const char *name = weekdays;
	size_t i, k;

	if (!c->has_hours)
		return;
	crm_buf_adds(b, "hours:\n");
	for (i = 0; i < 7; i++, name += strlen(name) + 1) {
		const struct crm_week_day *d = &c->hours.day[i];

		if (d->n == 0)
			continue;
		crm_buf_addf(b, "  %s: [", name);
		for (k = 0; k < d->n; k++)
			crm_buf_addf(b, "%s\"%02d:%02d-%02d:%02d\"",
			    k > 0 ? ", " : "", d->shift[k].from / 60,
			    d->shift[k].from % 60, d->shift[k].to / 60,
			    d->shift[k].to % 60);
		crm_buf_adds(b, "]\n");
	}
}

void
crm_config_print_service(const struct crm_config *c, struct crm_buf *b)
{
	char text[CRM_WORK_TEXT], day[11];
	size_t i;

	print_hours(c, b);
	for (i = 0; i < c->hours.nholidays; i++) {
		crm_buf_adds(b, i == 0 ? "holidays: [" : ", ");
		crm_buf_addc(b, '"');
		crm_buf_add(b, day, crm_date_put(day, c->hours.holiday[i]));
		crm_buf_addc(b, '"');
	}
	crm_buf_adds(b, i > 0 ? "]\n" : "");
	for (i = 0; i < c->nsla; i++) {
		const struct crm_sla *s = &c->sla[i];
		const char *sep = "";

		crm_buf_adds(b, i == 0 ? "sla:\n  - {" : "  - {");
		if (s->segment != NULL) {
			crm_buf_adds(b, "segment: ");
			crm_yaml_add_scalar(b, crm_view_str(s->segment));
			sep = ", ";
		}
		if (s->priority != 0) {
			crm_buf_addf(b, "%spriority: %.*s", sep,
			    CRM_VARG(crm_word_text(s->priority)));
			sep = ", ";
		}
		if (s->respond_us != 0) {
			crm_buf_addf(b, "%srespond: %.*s", sep,
			    (int)crm_work_put(text, s->respond_us), text);
			sep = ", ";
		}
		if (s->solve_us != 0)
			crm_buf_addf(b, "%ssolve: %.*s", sep,
			    (int)crm_work_put(text, s->solve_us), text);
		crm_buf_adds(b, "}\n");
	}
}
