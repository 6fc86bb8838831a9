#include "base/map.h"
#include "config/config_impl.h"

static void
add_scalar(struct crm_buf *b, const char *text)
{
	crm_yaml_add_scalar(b, crm_view_str(text));
}

/* "key: value", both quoted where that is needed. */
static void
add_pair(struct crm_buf *b, const char *key, const char *value)
{
	add_scalar(b, key);
	crm_buf_adds(b, ": ");
	add_scalar(b, value);
}

static void
add_dec(struct crm_buf *b, struct crm_dec d)
{
	char text[CRM_DEC_TEXT];

	crm_buf_add(b, text, crm_dec_put(text, d));
}

/* "[a, b]" of "a\0b\0\0" */
static void
add_words(struct crm_buf *b, const char *words)
{
	const char *word;

	crm_buf_addc(b, '[');
	for (word = words; *word != '\0'; word += strlen(word) + 1) {
		crm_buf_adds(b, word != words ? ", " : "");
		add_scalar(b, word);
	}
	crm_buf_addc(b, ']');
}

static void
print_rates(const struct crm_config *c, struct crm_buf *b)
{
	size_t i;

	if (c->nrates > 0)
		crm_buf_adds(b, "rates:\n");
	for (i = 0; i < c->nrates; i++) {
		crm_buf_addf(b, "  %s: ", c->rate[i].currency);
		add_dec(b, c->rate[i].rate);
		crm_buf_addc(b, '\n');
	}
}

/* The words for what that are not built in: they come last. */
static void
print_events(const struct crm_config *c, struct crm_buf *b)
{
	const struct crm_field *what =
	    crm_field_num(crm_kind_of(c->schema, 'e'), CRM_EVENT_WHAT);
	const char *word = what->choices;

	while (*word != '\0' && crm_what_is_built_in(crm_view_str(word)))
		word += strlen(word) + 1;
	if (*word == '\0')
		return;
	crm_buf_adds(b, "events: ");
	add_words(b, word);
	crm_buf_addc(b, '\n');
}

/* A stage that has more to say than how likely it is won, or how it ends. */
static void
print_long_stage(
    const struct crm_stage *s, const char *end, bool of_deal, struct crm_buf *b)
{
	const char *join = "";

	add_scalar(b, s->name);
	crm_buf_adds(b, ": {");
	if (end != NULL) {
		add_pair(b, "ends", end);
		join = ", ";
	} else if (s->end == CRM_END_OPEN && of_deal) {
		crm_buf_adds(b, "chance: ");
		add_dec(b, s->probability);
		join = ", ";
	}
	if (s->next != NULL) {
		crm_buf_addf(b, "%snext: ", join);
		add_words(b, s->next);
		join = ", ";
	}
	if (s->needs != NULL) {
		crm_buf_addf(b, "%sneeds: ", join);
		add_words(b, s->needs);
	}
	crm_buf_addc(b, '}');
}

static void
print_stage(const struct crm_stage *s, bool of_deal, struct crm_buf *b)
{
	static const char *const ends[] = { [CRM_END_DONE] = "done",
		[CRM_END_WON] = "won",
		[CRM_END_LOST] = "lost" };
	const char *end = NULL;

	if (s->end != CRM_END_OPEN && strcmp(s->name, ends[s->end]) != 0)
		end = ends[s->end];
	if (s->next != NULL || s->needs != NULL) {
		print_long_stage(s, end, of_deal, b);
		return;
	}
	if (end != NULL)
		add_pair(b, s->name, end);
	else
		add_scalar(b, s->name);
	if (s->end == CRM_END_OPEN && of_deal) {
		crm_buf_adds(b, ": ");
		add_dec(b, s->probability);
	}
}

static void
print_pipelines(const struct crm_config *c, struct crm_buf *b)
{
	const struct crm_kind *deal = crm_kind_of(c->schema, 'd');
	const struct crm_pipeline *p;
	size_t i, j;

	crm_buf_adds(b, "pipelines:\n");
	for (i = 0; i < deal->npipelines; i++) {
		p = &deal->pipeline[i];
		crm_buf_adds(b, "  ");
		add_scalar(b, p->name);
		crm_buf_adds(b, ":\n");
		for (j = 0; j < p->nstages; j++) {
			crm_buf_adds(b, "    - ");
			print_stage(&p->stage[j], true, b);
			crm_buf_addc(b, '\n');
		}
	}
}

/* Can a link be written as the name of its only kind? */
static bool
is_short_link(const struct crm_schema *schema, const struct crm_field *f)
{
	const char *name;
	enum crm_type type;

	if (f->type != CRM_T_LINK || strlen(f->links) != 1)
		return false;
	name = crm_kind_of(schema, f->links[0])->name;
	return !crm_type_parse(crm_view_str(name), &type);
}

static const char *
type_text(const struct crm_schema *schema, const struct crm_field *f)
{
	return is_short_link(schema, f) ? crm_kind_of(schema, f->links[0])->name
					: crm_type_name((enum crm_type)f->type);
}

/* The choices that a field has in crm.yaml; NULL when it has none. */
static const char *
own_choices(const struct crm_field *f)
{
	return f->type == CRM_T_CHOICE && strcmp(f->name, "stage") != 0
	    ? f->choices
	    : NULL;
}

/* Does a field need a line with the kinds that it links to? */
static bool
needs_to(const struct crm_schema *schema, const struct crm_field *f)
{
	return f->type == CRM_T_LINK && !is_short_link(schema, f);
}

static void
print_to(const struct crm_schema *schema, const char *links, struct crm_buf *b)
{
	const char *p;

	crm_buf_adds(b, "        to: [");
	for (p = links; *p != '\0'; p++) {
		crm_buf_adds(b, p != links ? ", " : "");
		add_scalar(b, crm_kind_of(schema, *p)->name);
	}
	crm_buf_adds(b, "]\n");
}

static void
print_long_field(const struct crm_schema *schema, const struct crm_field *f,
    unsigned int flags, struct crm_buf *b)
{
	const struct crm_config_flag *flag;

	crm_buf_adds(b, ":\n        ");
	add_pair(b, "type", type_text(schema, f));
	crm_buf_addc(b, '\n');
	if (own_choices(f) != NULL) {
		crm_buf_adds(b, "        choices: ");
		add_words(b, f->choices);
		crm_buf_addc(b, '\n');
	}
	if (needs_to(schema, f))
		print_to(schema, f->links, b);
	for (flag = crm_config_flags; flag->key != NULL; flag++)
		if ((flags & flag->flag) != 0)
			crm_buf_addf(b, "        %s: true\n", flag->key);
	if (f->help != NULL) {
		crm_buf_adds(b, "        ");
		add_pair(b, "help", f->help);
		crm_buf_addc(b, '\n');
	}
}

/* What crm.yaml can say of a field. */
#define SAYABLE \
	(CRM_F_MANY | CRM_F_REQUIRED | CRM_F_UNIQUE | CRM_F_INDEXED | \
	    CRM_F_SEARCHED | CRM_F_PERSONAL)

static void
print_field(const struct crm_schema *schema, const struct crm_kind *k,
    const struct crm_field *f, bool title, struct crm_buf *b)
{
	unsigned int flags = f->flags & SAYABLE;

	flags &= ~(unsigned int)crm_config_implied(k, f, title);
	crm_buf_adds(b, "      ");
	add_scalar(b, f->name);
	if (flags != 0 || f->help != NULL || needs_to(schema, f)) {
		print_long_field(schema, f, flags, b);
		return;
	}
	crm_buf_adds(b, ": ");
	if (own_choices(f) != NULL)
		add_words(b, f->choices);
	else
		add_scalar(b, type_text(schema, f));
	crm_buf_addc(b, '\n');
}

/* Is it of crm.yaml?  Fields x-NAME are hidden ones. */
static bool
is_declared(const struct crm_field *f)
{
	return (f->flags & CRM_F_CUSTOM) != 0 && (f->flags & CRM_F_HIDDEN) == 0;
}

static bool
has_declared(const struct crm_kind *k)
{
	size_t i;

	for (i = 0; i < k->nfields; i++)
		if (is_declared(&k->field[i]))
			return true;
	return false;
}

static void
print_fields(const struct crm_schema *schema, const struct crm_kind *k,
    struct crm_buf *b)
{
	const struct crm_field *f;
	bool titled = !crm_kind_is_own(k), title;
	size_t i;

	crm_buf_adds(b, "    fields:\n");
	for (i = 0; i < k->nfields; i++) {
		f = &k->field[i];
		if (!is_declared(f))
			continue;
		title = !titled && crm_is_title_name(f->name);
		titled = titled || title;
		print_field(schema, k, f, title, b);
	}
}

static void
print_own_stages(const struct crm_pipeline *p, struct crm_buf *b)
{
	size_t i;

	crm_buf_adds(b, "    stages: [");
	for (i = 0; i < p->nstages; i++) {
		crm_buf_adds(b, i > 0 ? ", " : "");
		print_stage(&p->stage[i], false, b);
	}
	crm_buf_adds(b, "]\n");
}

static void
print_kinds(const struct crm_config *c, struct crm_buf *b)
{
	const struct crm_kind *k;
	bool any = false;
	size_t i;

	for (i = 0; i < crm_schema_nkinds(c->schema); i++) {
		k = crm_schema_kind(c->schema, i);
		if (!has_declared(k))
			continue;
		crm_buf_adds(b, any ? "  " : "kinds:\n  ");
		any = true;
		add_scalar(b, k->name);
		crm_buf_adds(b, ":\n");
		if (crm_kind_is_own(k)) {
			crm_buf_adds(b, "    ");
			add_pair(b, "letter", (char[]){ k->letter, '\0' });
			crm_buf_adds(b, "\n    ");
			add_pair(b, "plural", k->plural);
			crm_buf_addc(b, '\n');
		}
		print_fields(c->schema, k, b);
		if (crm_kind_is_own(k) && k->npipelines > 0)
			print_own_stages(&k->pipeline[0], b);
	}
}

void
crm_config_print(const struct crm_config *c, struct crm_buf *b)
{
	static const char *const weekdays[] = { "sunday", "monday", "tuesday",
		"wednesday", "thursday", "friday", "saturday" };

	add_pair(b, "timezone", c->timezone);
	if (c->dial != NULL)
		crm_buf_addf(b, "\ncountry: '%s'", c->dial->country);
	crm_buf_adds(b, "\ncurrency: ");
	crm_buf_adds(b, c->currency);
	crm_buf_addc(b, '\n');
	print_rates(c, b);
	crm_buf_addf(b, "week: %s\n", weekdays[c->week_start]);
	print_events(c, b);
	print_pipelines(c, b);
	crm_config_rfm_print(c, b);
	print_kinds(c, b);
	crm_config_print_service(c, b);
	crm_config_print_due(c, b);
	crm_config_scores_print(c, b);
	crm_config_assign_print(c, b);
	crm_config_staff_print(c, b);
	crm_buf_addf(b, "hooks: %d\n", c->hook_s);
	crm_config_quota_print(c, b);
	crm_config_papers_print(c, b);
}

static const char template[] =
    "# Settings of this store.  crm.yaml(5) explains all of them;\n"
    "# \"crm-store config\" checks this file and prints what holds.\n"
    "# To use a line, take the '#' at its beginning away.\n"
    "\n"
    "# Where days, weeks and months begin and end; UTC when not said.\n"
    "#timezone: Europe/Warsaw\n"
    "\n"
    "# The country whose phone numbers you write without its number: 022 123\n"
    "# and +48 22 123 are then the same.\n"
    "#country: PL\n"
    "\n"
    "# The currency of amounts that do not name one.\n"
    "#currency: EUR\n"
    "\n"
    "# What one unit of other currencies is worth in that one.\n"
    "#rates:\n"
    "#  USD: 0.92\n"
    "#  GBP: 1.17\n"
    "\n"
    "# The first day of the week.\n"
    "#week: monday\n"
    "\n"
    "# More words for what happened, beside call, email, meeting, ...\n"
    "#events: [demo, installation]\n"
    "\n"
    "# Stages of deals, with the chance to win in percent.  Of several\n"
    "# pipelines the first one is the default.\n"
    "#pipelines:\n"
    "#  sales: [new: 10, qualified: 25, offer: 50, won, lost]\n"
    "#  service: [asked: 20, offered: 60, signed: won, declined: lost]\n"
    "# A stage may say which ones follow it, and what a deal there needs:\n"
    "#  projects:\n"
    "#    - asked: {chance: 20, next: [offered, lost]}\n"
    "#    - offered: {chance: 60, next: [won, lost], needs: [value, expected]}\n"
    "#    - won\n"
    "#    - lost: {needs: lost}\n"
    "\n"
    "# When you work, and when not: targets of tickets count such time only.\n"
    "#hours:\n"
    "#  mon-thu: 09:00-17:00\n"
    "#  friday: [09:00-12:30, 13:30-15:00]\n"
    "#holidays: [2026-04-06, --12-25]\n"
    "\n"
    "# Until when to answer and to solve tickets.  The first rule that fits\n"
    "# holds; a segment has to be defined (crm-segment).\n"
    "#sla:\n"
    "#  - {segment: gold, respond: 1h, solve: 8h}\n"
    "#  - {priority: urgent, respond: 2h, solve: 16h}\n"
    "#  - {respond: 8h, solve: 40h}\n"
    "\n"
    "# What crm-due goes by: crm-due(1) has the formula.\n"
    "#due:\n"
    "#  value: 6\n"
    "#  stale: 21d\n"
    "#  every: {gold: 30d}\n"
    "\n"
    "# Who gets what is added without an owner: the first rule that fits.\n"
    "#assign:\n"
    "#  - {query: 'person country:DE', owners: [ewa, jan]}\n"
    "#  - {query: ticket, owners: [ewa, jan, ola], by: load}\n"
    "\n"
    "# Whose meetings with customers calendars hold: your own addresses.\n"
    "#staff: [own.example, ewa@mail.example]\n"
    "\n"
    "# What crm-report rfm calls customers, by classes from 1 to 5 of\n"
    "# recency, frequency and money: the first line that fits counts.\n"
    "#rfm:\n"
    "#  - best: {r: 4..5, m: 5}\n"
    "#  - sleepy: {r: ..2}\n"
    "#  - other\n"
    "\n"
    "# What should be won in a month, quarter or year, by all or by the\n"
    "# deals of somebody: crm-report forecast holds it against what comes.\n"
    "#quota:\n"
    "#  - {in: 2026-q1, amount: 90000}\n"
    "#  - {in: 2026, for: {owner: anna}, amount: 120000}\n"
    "\n"
    "# What stands on quotes and invoices (crm-show -o text and html), line\n"
    "# by line: who sends them, and what is said at their end.\n"
    "#papers:\n"
    "#  sender: [Oak Ltd, 1 High Street, London N1 9GU, VAT GB123456789]\n"
    "#  footer: ['To be paid to IBAN GB33 BUKB 2020 1555 5555 55']\n"
    "\n"
    "# More fields, and kinds of your own.  Types are text, email,\n"
    "# phone, url, date, time, span, number, percent, money, currency,\n"
    "# bool and tag; a list of words is a choice, a kind is a link.\n"
    "#kinds:\n"
    "#  person:\n"
    "#    fields:\n"
    "#      shoe-size: number\n"
    "#      club: [red, blue]\n"
    "#      referrer: person\n"
    "#      allergy:\n"
    "#        type: text\n"
    "#        personal: true\n"
    "#  machine:\n"
    "#    letter: x\n"
    "#    fields:\n"
    "#      name: text\n"
    "#      owner: org\n"
    "#      price: money\n"
    "#      serial:\n"
    "#        type: text\n"
    "#        unique: true\n"
    "#    stages: [planned, running, scrapped: done]\n"
    "\n"
    "# How many seconds a program in hooks/ may take: crm-hooks(5).\n"
    "#hooks: 10\n";

const char *
crm_config_template(void)
{
	return template;
}

/* Put a text at the end of a line. */
static char *
put(char *to, const char *text)
{
	size_t n = strlen(text);

	memcpy(to, text, n);
	return to + n;
}

/* What is derived of a field.  No printf: every start makes this text for each
 * of some hundred fields. */
static struct crm_view
derived_of(char letter, const struct crm_field *f, struct crm_buf *line)
{
	bool searched = (f->flags & CRM_F_SEARCHED) != 0;
	char *from = crm_buf_room(line, strlen(f->name) + 60), *to = from;

	if (from == NULL)
		return CRM_VNULL; /* no name is so long */
	*to++ = letter;
	*to++ = ' ';
	to = put(to, f->name);
	*to++ = ' ';
	to = put(to, crm_type_name((enum crm_type)f->type));
	to = put(to, (f->flags & CRM_F_INDEXED) != 0 ? " 1" : " 0");
	to = put(to, (f->flags & CRM_F_PROMPT) != 0 ? " 1 " : " 0 ");
	to += crm_num_put(to, searched ? f->weight : 0);
	return crm_view(from, (size_t)(to - from));
}

void
crm_config_signature(const struct crm_config *c, struct crm_buf *b)
{
	struct crm_buf line = CRM_BUF_INIT(1000);
	const struct crm_kind *k;
	const struct crm_field *f;
	uint64_t sum = 0;
	size_t i, j;

	for (i = 0; i < crm_schema_nkinds(c->schema); i++) {
		k = crm_schema_kind(c->schema, i);
		for (j = 0; j < k->nfields; j++) {
			f = &k->field[j];
			if ((f->flags & (CRM_F_INDEXED | CRM_F_SEARCHED)) == 0)
				continue;
			sum += crm_hash(derived_of(k->letter, f, &line));
		}
	}
	crm_buf_release(&line);
	crm_buf_addf(b, "%s %016llx", c->timezone, (unsigned long long)sum);
	if (c->dial != NULL)
		crm_buf_addf(b, " %s", c->dial->country);
}
