#include "config/config.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fold.h"
#include "base/io.h"
#include "config/config_impl.h"

/* Lists the names of time zones; part of the time zone database. */
#define ZONE_TABLE "/usr/share/zoneinfo/zone.tab"
#define ZONE_TABLE_BYTES ((size_t)1 << 20)

/* Writers wait for 10 seconds when nothing else is said (--wait): a hook that
 * takes its time makes nobody fail. */
#define HOOK_S 5
#define HOOK_S_MAX 3600

static const char weekdays[] = "sunday\0monday\0tuesday\0wednesday\0thursday\0"
			       "friday\0saturday\0";

/*
 * Time zones
 */

/* The names of the time zones, as words; none when the table is missing. */
static void
read_zone_names(struct crm_buf *words)
{
	struct crm_buf b = CRM_BUF_INIT(2 * ZONE_TABLE_BYTES);
	struct crm_view rest, line;
	size_t i, n;

	if (crm_read_file(AT_FDCWD, ZONE_TABLE, ZONE_TABLE_BYTES, &b) != NULL)
		crm_buf_reset(&b);
	rest = crm_buf_view(&b);
	while (rest.n > 0) {
		line = crm_view(rest.p, crm_view_find(rest, '\n'));
		rest = crm_view_skip(rest, line.n + (line.n < rest.n));
		if (line.n == 0 || line.p[0] == '#')
			continue;
		/* country, tab, coordinates, tab, name */
		for (i = 0; i < 2 && line.n > 0; i++) {
			n = crm_view_find(line, '\t');
			line = crm_view_skip(line, n + (n < line.n));
		}
		line.n = crm_view_find(line, '\t');
		if (line.n > 0) {
			crm_buf_addv(words, line);
			crm_buf_addc(words, '\0');
		}
	}
	crm_buf_release(&b);
}

/* "Warsaw" means Europe/Warsaw, "new york" America/New_York. */
static const char *
zone_of_town(struct crm_cfg *w, const char *words, struct crm_view v)
{
	char *town = crm_arena_dup(&w->arena, v.p, v.n), *p;
	const char *word, *slash;

	for (p = town; *p != '\0'; p++)
		if (*p == ' ')
			*p = '_';
	v.p = town;
	for (word = words; *word != '\0'; word += strlen(word) + 1) {
		slash = strrchr(word, '/');
		if (slash != NULL &&
		    (crm_fold_eq(crm_view_str(slash + 1), v) ||
			crm_edit_distance(crm_view_str(slash + 1), v) <= 1))
			return word;
	}
	return NULL;
}

static const struct crm_err *
unknown_zone(
    struct crm_cfg *w, const struct crm_cfg_text *t, const struct crm_err *err)
{
	struct crm_buf words = CRM_BUF_INIT(ZONE_TABLE_BYTES);
	struct crm_view shown = crm_cfg_shown(t->v);
	const char *near;

	crm_buf_add(&words, "UTC", sizeof("UTC"));
	read_zone_names(&words);
	near = crm_words_find(words.p, t->v);
	if (near == NULL)
		near = crm_word_near(words.p, t->v);
	if (near == NULL)
		near = zone_of_town(w, words.p, t->v);
	if (near != NULL && !crm_view_is(t->v, near))
		err = crm_cfg_err(w, t,
		    "no time zone '%.*s' (did you mean '%s'?)", CRM_VARG(shown),
		    near);
	else
		err = crm_cfg_err(
		    w, t, "%s; it is a name such as Europe/Warsaw", err->msg);
	crm_buf_release(&words);
	return err;
}

static const struct crm_err *
read_timezone(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	static const char expected[] = "a time zone such as Europe/Warsaw";
	struct crm_config *c = w->config;
	const struct crm_err *err;
	struct crm_cfg_text t;

	err = crm_cfg_value(w, node, expected, &t);
	if (err != NULL)
		return err;
	if (t.v.n == 0 || t.v.n >= sizeof(c->timezone))
		return crm_cfg_err(w, &t, "expected %s", expected);
	err = crm_zone_open(t.v.p, &c->zone);
	if (err != NULL)
		return unknown_zone(w, &t, err);
	memcpy(c->timezone, t.v.p, t.v.n + 1);
	c->has_timezone = true;
	return NULL;
}

/*
 * The country
 */

/* The country that a wrong code was meant to be. */
static const struct crm_dial *
near_country(struct crm_view wrong)
{
	char capitals[2];
	size_t i;

	if (wrong.n != sizeof(capitals))
		return NULL;
	for (i = 0; i < wrong.n; i++)
		capitals[i] = wrong.p[i] >= 'a' && wrong.p[i] <= 'z'
		    ? (char)(wrong.p[i] - 'a' + 'A')
		    : wrong.p[i];
	/* what ISO 3166 keeps free, since people write it so */
	if (memcmp(capitals, "UK", 2) == 0)
		return crm_dial_of(CRM_V("GB"));
	return crm_dial_of(crm_view(capitals, sizeof(capitals)));
}

static const struct crm_err *
read_country(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_dial *near;
	const struct crm_err *err;
	struct crm_cfg_text t;

	err = crm_cfg_value(w, node, "a country such as PL", &t);
	if (err != NULL)
		return err;
	w->config->dial = crm_dial_of(t.v);
	if (w->config->dial != NULL) {
		crm_schema_set_dial(w->config->schema, w->config->dial);
		return NULL;
	}
	near = near_country(t.v);
	if (near != NULL)
		return crm_cfg_err(w, &t,
		    "no country '%s' (did you mean '%s'?)", t.v.p,
		    near->country);
	return crm_cfg_err(w, &t,
	    "no country '%.*s': it is a code of ISO 3166 such as PL",
	    CRM_VARG(crm_cfg_shown(t.v)));
}

/*
 * Currencies
 */

/* The currency that a wrong code was meant to be: in small letters, or with
 * one slip. */
static const char *
near_currency(struct crm_view wrong)
{
	const char *code, *near = NULL;
	char capitals[3];
	size_t i, d, best = 2;
	unsigned int num;

	if (wrong.n != sizeof(capitals))
		return NULL;
	for (i = 0; i < wrong.n; i++)
		capitals[i] = wrong.p[i] >= 'a' && wrong.p[i] <= 'z'
		    ? (char)(wrong.p[i] - 'a' + 'A')
		    : wrong.p[i];
	for (num = 1; num <= UINT8_MAX; num++) {
		code = crm_currency_code((uint8_t)num);
		if (code == NULL)
			continue;
		d = crm_edit_distance(
		    crm_view(code, 3), crm_view(capitals, sizeof(capitals)));
		if (d < best) {
			best = d;
			near = code;
		}
	}
	return near;
}

static const struct crm_err *
read_code(const struct crm_cfg *w, const struct crm_cfg_text *t, char code[4],
    uint8_t *num)
{
	const char *near;

	*num = crm_currency_num(t->v);
	if (*num != 0) {
		memcpy(code, t->v.p, 4);
		return NULL;
	}
	near = near_currency(t->v);
	if (near != NULL)
		return crm_cfg_err(w, t,
		    "no currency '%s' (did you mean '%s'?)", t->v.p, near);
	return crm_cfg_err(w, t,
	    "no currency '%.*s': it is a code of ISO 4217 such as EUR",
	    CRM_VARG(crm_cfg_shown(t->v)));
}

static const struct crm_err *
read_currency(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_err *err;
	struct crm_cfg_text t;

	err = crm_cfg_value(w, node, "a currency such as EUR", &t);
	if (err != NULL)
		return err;
	return read_code(w, &t, w->config->currency, &w->config->currency_num);
}

static int
decimals(const char *code)
{
	return crm_currency_decimals(crm_view(code, 3));
}

static const struct crm_err *
read_rate(
    struct crm_cfg *w, const struct crm_yaml_node *node, struct crm_rate *rate)
{
	struct crm_config *c = w->config;
	struct crm_cfg_text key = crm_cfg_key(node);
	const struct crm_err *err;
	struct crm_dec d;

	err = read_code(w, &key, rate->currency, &rate->num);
	if (err != NULL)
		return err;
	if (rate->num == c->currency_num)
		return crm_cfg_err(w, &key,
		    "%s is the base currency: it has no rate", rate->currency);
	err = crm_cfg_number(w, node, &d);
	if (err != NULL)
		return err;
	if (d.m <= 0)
		return crm_yaml_err(w->yaml, node,
		    "expected what one %s is worth in %s, above 0, not %.*s",
		    rate->currency, c->currency,
		    CRM_VARG(crm_cfg_shown(node->text)));
	rate->rate = crm_dec_trim(d);
	rate->digits =
	    decimals(rate->currency) + rate->rate.scale - decimals(c->currency);
	return NULL;
}

static const struct crm_err *
read_rates(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *child;
	struct crm_config *c = w->config;
	const struct crm_err *err;
	size_t cap = 0;

	err = crm_cfg_check_map(
	    w, node, NULL, "currencies and rates, such as 'USD: 0.92'");
	if (err != NULL)
		return err;
	for (child = node->child; child != NULL; child = child->next) {
		c->rate =
		    crm_grow(c->rate, &cap, c->nrates + 1, sizeof(*c->rate));
		err = read_rate(w, child, &c->rate[c->nrates]);
		if (err != NULL)
			return err;
		c->nrates++;
	}
	return NULL;
}

/*
 * Other keys
 */

static const struct crm_err *
read_week(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	char hint[CRM_CFG_HINT];
	const struct crm_err *err;
	struct crm_cfg_text t;
	const char *day, *p;

	err = crm_cfg_value(w, node, "a day of the week", &t);
	if (err != NULL)
		return err;
	day = crm_words_find(weekdays, t.v);
	if (day == NULL)
		return crm_cfg_err(w, &t, "no day of the week '%.*s'%s",
		    CRM_VARG(crm_cfg_shown(t.v)),
		    crm_cfg_hint(hint, weekdays, t.v));
	w->config->week_start = 0;
	for (p = weekdays; p != day; p += strlen(p) + 1)
		w->config->week_start++;
	return NULL;
}

static const struct crm_err *
read_hooks(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_err *err;
	struct crm_dec d;

	err = crm_cfg_number(w, node, &d);
	if (err != NULL)
		return err;
	d = crm_dec_trim(d);
	if (d.scale > 0 || d.m < 1 || d.m > HOOK_S_MAX)
		return crm_yaml_err(w->yaml, node,
		    "expected whole seconds from 1 to %d, not %.*s", HOOK_S_MAX,
		    CRM_VARG(crm_cfg_shown(node->text)));
	w->config->hook_s = (int)d.m;
	return NULL;
}

static const struct crm_err *
read_event(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_schema *schema = w->config->schema;
	const struct crm_field *what =
	    crm_field_num(crm_kind_of(schema, 'e'), CRM_EVENT_WHAT);
	const struct crm_err *err;
	struct crm_cfg_text t;

	err = crm_cfg_value(w, node, "a word", &t);
	if (err == NULL)
		err = crm_cfg_check_name(w, &t);
	if (err != NULL)
		return err;
	if (crm_view_is(t.v, CRM_WHAT_COST))
		return NULL; /* it was not always built in */
	if (crm_words_find(what->choices, t.v) != NULL)
		return crm_cfg_err(w, &t, "the word '%s' %s", t.v.p,
		    crm_what_is_built_in(t.v) ? "is built in"
					      : "was given before");
	if (crm_view_starts(t.v, CRM_V("x-")))
		return crm_cfg_err(w, &t,
		    "'%s': words x-NAME are known without this list", t.v.p);
	crm_schema_add_choice(schema, 'e', CRM_EVENT_WHAT, t.v.p);
	return NULL;
}

static const struct crm_err *
read_events(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	const struct crm_yaml_node *item;
	const struct crm_err *err;
	int n = 0;

	if (node->kind == CRM_YAML_MAP)
		return crm_yaml_err(
		    w->yaml, node, "expected a list, such as [demo, training]");
	for (item = crm_cfg_next(node, NULL); item != NULL;
	     item = crm_cfg_next(node, item)) {
		if (n++ == CRM_EVENTS_MAX)
			return crm_yaml_err(w->yaml, item, "more than %d words",
			    CRM_EVENTS_MAX);
		err = read_event(w, item);
		if (err != NULL)
			return err;
	}
	return NULL;
}

/*
 * The file
 */

/* clang-format off */
/* In the order in which they are read: rates need the currency, fields the
 * country.
 *	key		reads it, help */
#define KEYS(X) \
	X("timezone",	read_timezone, \
	    "where days, weeks and months are cut; UTC when not said") \
	X("country",	read_country, \
	    "whose phone numbers are written without that of the country") \
	X("currency",	read_currency, \
	    "base currency; EUR when not said") \
	X("rates",	read_rates, \
	    "what one unit of a currency is worth in the base currency") \
	X("week",	read_week, \
	    "first day of the week; monday when not said") \
	X("events",	read_events, \
	    "more words for the field what of events") \
	X("pipelines",	crm_cfg_pipelines, \
	    "stages of deals; the first pipeline is the default") \
	X("rfm",	crm_cfg_rfm, \
	    "names for classes of customers, for crm-report rfm") \
	X("kinds",	crm_cfg_kinds, \
	    "more fields, and kinds of one's own") \
	X("scores",	crm_cfg_scores, \
	    "figures of one's own, for crm-report score and queries") \
	X("quota",	crm_cfg_quota, \
	    "what deals should bring, for crm-report forecast") \
	X("papers",	crm_cfg_papers, \
	    "what stands on quotes and invoices beside what they are about") \
	X("hours",	crm_cfg_hours, \
	    "working time of each day of the week; all when not said") \
	X("holidays",	crm_cfg_holidays, \
	    "days without work") \
	X("sla",	crm_cfg_sla, \
	    "until when to answer and solve tickets; the first rule that fits") \
	X("due",	crm_cfg_due, \
	    "what crm-due goes by") \
	X("assign",	crm_cfg_assign, \
	    "who gets what is added without an owner; the first rule that fits") \
	X("staff",	crm_cfg_staff, \
	    "addresses and domains of those who work here: no customers") \
	X("hooks",	read_hooks, \
	    "seconds that a hook may take; 5 when not said")
/* clang-format on */

#define X(name, read, help) name "\0" help "\0"
static const char top_keys[] = KEYS(X);
#undef X

#define X(name, read, help) { name, read },
static const struct {
	const char *name;
	crm_cfg_fn *read;
} keys[] = { KEYS(X) };
#undef X

const char *
crm_config_keys(enum crm_config_level level)
{
	switch (level) {
	case CRM_CONFIG_KIND:
		return crm_config_kind_keys;
	case CRM_CONFIG_FIELD:
		return crm_config_field_keys;
	case CRM_CONFIG_SLA:
		return crm_config_sla_keys;
	case CRM_CONFIG_DUE:
		return crm_config_due_keys;
	case CRM_CONFIG_RFM:
		return crm_config_rfm_keys();
	case CRM_CONFIG_SCORE:
		return crm_config_score_keys;
	case CRM_CONFIG_ASSIGN:
		return crm_config_assign_keys;
	case CRM_CONFIG_STAGE:
		return crm_config_stage_keys;
	case CRM_CONFIG_QUOTA:
		return crm_config_quota_keys;
	case CRM_CONFIG_PAPERS:
		return crm_config_papers_keys;
	case CRM_CONFIG_TOP:
		break;
	}
	return top_keys;
}

static struct crm_config *
config_new(void)
{
	struct crm_config *c = crm_calloc(1, sizeof(*c));

	c->schema = crm_schema_new();
	memcpy(c->timezone, "UTC", 4);
	memcpy(c->currency, "EUR", 4);
	c->currency_num = crm_currency_num(CRM_V("EUR"));
	c->week_start = 1;
	c->sender = c->footer = "";
	c->hook_s = HOOK_S;
	crm_config_due_defaults(&c->due);
	crm_config_rfm_default(c);
	return c;
}

void
crm_config_free(struct crm_config *c)
{
	if (c == NULL)
		return;
	crm_schema_free(c->schema);
	crm_zone_free(c->zone);
	crm_free(c->rate);
	crm_free(c->hours.holiday);
	crm_free(c->sla);
	crm_free(c->due.every);
	crm_free(c->due.date);
	crm_free(c->rfm_own);
	crm_arena_release(&c->arena);
	crm_free(c);
}

/* Without hours all time is working time, and a holiday a day without. */
static void
fill_hours(struct crm_config *c)
{
	size_t i;

	for (i = 0; i < 7 && !c->has_hours; i++) {
		c->hours.day[i].shift[0] =
		    (struct crm_shift){ 0, CRM_DAY_MINUTES };
		c->hours.day[i].n = 1;
	}
}

const struct crm_hours *
crm_config_hours(const struct crm_config *c)
{
	return c->has_hours || c->hours.nholidays > 0 ? &c->hours : NULL;
}

static const struct crm_err *
read_root(struct crm_cfg *w, const struct crm_yaml_node *root)
{
	const struct crm_yaml_node *node;
	const struct crm_err *err;
	size_t i;

	err = crm_cfg_check_map(w, root, top_keys,
	    "keys and values, such as 'timezone: Europe/Warsaw'");
	for (i = 0; err == NULL && i < sizeof(keys) / sizeof(keys[0]); i++) {
		node = crm_yaml_get(root, keys[i].name);
		if (node != NULL)
			err = keys[i].read(w, node);
	}
	return err != NULL ? err : crm_cfg_check_needs(w);
}

/* Read a tree, NULL for an empty one. */
static const struct crm_err *
read_tree(const struct crm_yaml *yaml, struct crm_config **out)
{
	struct crm_cfg w = { .yaml = yaml, .config = config_new() };
	const struct crm_err *err = NULL;

	if (yaml != NULL && crm_yaml_root(yaml) != NULL)
		err = read_root(&w, crm_yaml_root(yaml));
	if (err == NULL && w.config->zone == NULL)
		err = crm_zone_open(w.config->timezone, &w.config->zone);
	if (err != NULL)
		goto done;
	fill_hours(w.config);
	*out = w.config;
	w.config = NULL;
done:
	crm_config_free(w.config);
	crm_arena_release(&w.arena);
	return err;
}

const struct crm_err *
crm_config_parse(
    const char *name, struct crm_view text, struct crm_config **out)
{
	const struct crm_err *err;
	struct crm_yaml *yaml;

	*out = NULL;
	err = crm_yaml_parse(name, text, &yaml);
	if (err == NULL)
		err = read_tree(yaml, out);
	crm_yaml_free(yaml);
	return err;
}

const struct crm_err *
crm_config_load(const char *path, struct crm_config **out)
{
	const struct crm_err *err;
	struct crm_yaml *yaml;
	struct stat st;

	*out = NULL;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return crm_err(CRM_E_CONFIG, "%s: is not a file", path);
	err = crm_yaml_load(path, &yaml);
	if (err != NULL && err->code == CRM_E_NOINPUT)
		err = NULL;
	if (err == NULL)
		err = read_tree(yaml, out);
	crm_yaml_free(yaml);
	return err;
}

/*
 * Amounts
 */

__extension__ typedef __int128 i128;

/* v / 10^digits, half away from zero; false when it does not fit. */
static bool
shift(i128 v, int digits, int64_t *out)
{
	i128 div = 1;

	for (; digits < 0; digits++)
		if (__builtin_mul_overflow(v, (i128)10, &v))
			return false;
	for (; digits > 0; digits--)
		div *= 10;
	v = (v + (v < 0 ? -div / 2 : div / 2)) / div;
	if (v < INT64_MIN || v > INT64_MAX)
		return false;
	*out = (int64_t)v;
	return true;
}

bool
crm_config_to_base(const struct crm_config *c, int64_t minor,
    uint8_t currency_num, int64_t *out)
{
	size_t i;

	if (currency_num == c->currency_num) {
		*out = minor;
		return true;
	}
	for (i = 0; i < c->nrates; i++)
		if (c->rate[i].num == currency_num)
			return shift((i128)minor * c->rate[i].rate.m,
			    c->rate[i].digits, out);
	return false;
}

bool
crm_config_has_rate(const struct crm_config *c, uint8_t currency_num)
{
	int64_t none;

	return crm_config_to_base(c, 0, currency_num, &none);
}

const struct crm_err *
crm_config_add(const struct crm_config *c, int64_t minor, uint8_t currency_num,
    int64_t *sum)
{
	int64_t base;

	if (!crm_config_has_rate(c, currency_num))
		return NULL;
	return crm_config_to_base(c, minor, currency_num, &base) &&
		crm_add_i64(*sum, base, sum)
	    ? NULL
	    : crm_err(CRM_E_DATA, "a sum of money is too large");
}
