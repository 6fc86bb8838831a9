/* crm.yaml: what is read, what is refused and where, printed, converted. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "config/config.h"
#include "record/word.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TEXT_MAX ((size_t)8 << 20)

#define NAME_RULE \
	"a name is a small letter, then small letters, digits and '-', at " \
	"most 40"
#define LETTERS "h, j, l, q, u, v, w, x, y, z"
#define CHOICE_RULE \
	"at most 100 bytes, without ',', '\"' and '\\', and not '=', '/' or " \
	"'~' at the beginning; several are [one, two]"

/* A kind of one's own up to its fields, and up to the first one's type. */
#define OWN "kinds:\n  machine:\n    letter: x\n    fields:\n      name: text\n"
#define PERSON "kinds:\n  person:\n    fields:\n"
#define STAGES(s) OWN "    stages: " s

static struct crm_config *
parsed(const char *text)
{
	struct crm_config *c;
	const struct crm_err *err =
	    crm_config_parse("f", crm_view_str(text), &c);

	if (err != NULL)
		fail_msg("%s: '%s'", err->msg, text);
	return c;
}

/* The segments of rfm that are built in, as they are printed. */
#define RFM_PRINTED \
	"rfm:\n" \
	"  - champion: {r: 4..5, f: 4..5, m: 4..5}\n" \
	"  - loyal: {r: 3..5, f: 4..5}\n" \
	"  - potential: {r: 4..5, f: 2..3}\n" \
	"  - new: {r: 5, f: 1}\n" \
	"  - promising: {r: 4, f: 1}\n" \
	"  - attention: {r: 3, f: 2..3, m: 3..5}\n" \
	"  - sleepy: {r: 3, f: 1..3}\n" \
	"  - cannot-lose: {r: 1..2, f: 4..5, m: 4..5}\n" \
	"  - at-risk: {r: 1..2, f: 3..5}\n" \
	"  - hibernating: {r: 2, f: 1..2}\n" \
	"  - lost: {r: 1, f: 1..2}\n"

static const char *
printed(const struct crm_config *c, struct crm_buf *b)
{
	crm_buf_reset(b);
	crm_config_print(c, b);
	assert_null(crm_buf_end(b));
	return b->p;
}

static const struct crm_kind *
kind(const struct crm_config *c, const char *name)
{
	const struct crm_kind *k =
	    crm_kind_named(c->schema, crm_view_str(name));

	assert_non_null(k);
	return k;
}

static const struct crm_field *
field(const struct crm_config *c, const char *of, const char *name)
{
	const struct crm_field *f =
	    crm_field_named(kind(c, of), crm_view_str(name));

	if (f == NULL)
		fail_msg("%s has no %s", of, name);
	return f;
}

/* "red|blue" for "red\0blue\0\0" */
static void
check_words(const char *words, const char *want)
{
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX);
	const char *w;

	assert_non_null(words);
	for (w = words; *w != '\0'; w += strlen(w) + 1) {
		crm_buf_adds(&b, w != words ? "|" : "");
		crm_buf_adds(&b, w);
	}
	assert_string_equal(b.p != NULL ? b.p : "", want);
	crm_buf_release(&b);
}

static void
check_refused(const char *text, const char *msg)
{
	struct crm_config *c;
	const struct crm_err *err =
	    crm_config_parse("f", crm_view_str(text), &c);

	if (err == NULL)
		fail_msg("'%s' was accepted", text);
	assert_null(c);
	assert_int_equal(err->code, CRM_E_CONFIG);
	if (strcmp(err->msg, msg) != 0)
		fail_msg("%s\nand not\n%s\nfrom\n%s", err->msg, msg, text);
}

static void
refused_keys(void **state)
{
	static const struct {
		const char *text, *msg;
	} cases[] = {
		{ "hello",
		    "f:1:1: expected keys and values, such as "
		    "'timezone: Europe/Warsaw', not 'hello'" },
		{ "\n- a",
		    "f:2:1: expected keys and values, such as "
		    "'timezone: Europe/Warsaw', not a list" },
		{ "# a\ntimezon: UTC",
		    "f:2:1: unknown key 'timezon' (did you mean "
		    "'timezone'?)" },
		{ "week: monday\nTimezone: UTC",
		    "f:2:1: unknown key 'Timezone' (did you mean "
		    "'timezone'?)" },
		{ "colour: red",
		    "f:1:1: unknown key 'colour' (one of: timezone, country, "
		    "currency, "
		    "rates, week, events, pipelines, rfm, kinds, scores, "
		    "quota, papers, hours, holidays, sla, due, assign, staff, "
		    "hooks)" },
		{ "staff: {a: b}",
		    "f:1:8: expected a list, such as [own.example, "
		    "ewa@mail.example]" },
		{ "staff: [a@b.example, '@b.example']",
		    "f:1:22: expected an address or a domain, such as "
		    "ewa@mail.example or own.example, not '@b.example'" },
		{ "assign: {owners: ewa}",
		    "f:1:9: expected a list of rules, such as '- {query: "
		    "ticket, owners: [ewa, jan]}'" },
		{ "assign: [{query: ticket}]",
		    "f:1:10: the rule has no owners" },
		{ "assign: [{owners: []}]",
		    "f:1:19: expected 1 to 1000 owners, such as [ewa, jan]" },
		{ "assign: [{owners: [ewa, ewa]}]",
		    "f:1:25: 'ewa' was given before" },
		{ "assign: [{owners: ewa, by: loda}]",
		    "f:1:28: expected round-robin or load, not 'loda' (did "
		    "you mean 'load'?)" },
		{ "hooks: 0",
		    "f:1:8: expected whole seconds from 1 to 3600, not 0" },
		{ "hooks: 1.5",
		    "f:1:8: expected whole seconds from 1 to 3600, not 1.5" },
		{ "hooks: 3601",
		    "f:1:8: expected whole seconds from 1 to 3600, not 3601" },
		{ "week: monday\nweek: monday",
		    "f:2:1: the key 'week' was given before, in line 1" },
		/* Time zones. */
		{ "timezone:",
		    "f:1:10: expected a time zone such as "
		    "Europe/Warsaw, not nothing" },
		{ "timezone: ''",
		    "f:1:11: expected a time zone such as Europe/Warsaw" },
		{ "timezone: [UTC]",
		    "f:1:11: expected a time zone such as Europe/Warsaw, not a "
		    "list" },
		{ "timezone: Europe/Warszawa",
		    "f:1:11: no time zone 'Europe/Warszawa' (did you mean "
		    "'Europe/Warsaw'?)" },
		{ "timezone: Warsaw",
		    "f:1:11: no time zone 'Warsaw' (did you mean "
		    "'Europe/Warsaw'?)" },
		{ "timezone: europe/warsaw",
		    "f:1:11: no time zone 'europe/warsaw' (did you mean "
		    "'Europe/Warsaw'?)" },
		{ "timezone: new york",
		    "f:1:11: no time zone 'new york' (did you mean "
		    "'America/New_York'?)" },
		{ "timezone: utc",
		    "f:1:11: no time zone 'utc' (did you mean 'UTC'?)" },
		{ "timezone: ../UTC",
		    "f:1:11: no time zone '../UTC'; it is a name such as "
		    "Europe/Warsaw" },
		{ "timezone: Nowhere/Near",
		    "f:1:11: no time zone 'Nowhere/Near': "
		    "/usr/share/zoneinfo/Nowhere/Near: No such file or "
		    "directory; it is a name such as Europe/Warsaw" },
		/* Countries. */
		{ "country: de",
		    "f:1:10: no country 'de' (did you mean 'DE'?)" },
		{ "country: UK",
		    "f:1:10: no country 'UK' (did you mean 'GB'?)" },
		{ "country: Poland",
		    "f:1:10: no country 'Poland': it is a code of ISO 3166 "
		    "such as PL" },
		{ "country: ZZ",
		    "f:1:10: no country 'ZZ': it is a code of ISO 3166 such as "
		    "PL" },
		/* Currencies. */
		{ "currency: eur",
		    "f:1:11: no currency 'eur' (did you mean 'EUR'?)" },
		{ "currency: PLX",
		    "f:1:11: no currency 'PLX' (did you mean 'PLN'?)" },
		{ "currency: euro",
		    "f:1:11: no currency 'euro': it is a code of ISO 4217 such "
		    "as EUR" },
		{ "currency: \xe2\x82\xac",
		    "f:1:11: no currency '\xe2\x82\xac': it is a code of ISO "
		    "4217 such as EUR" },
		{ "currency:",
		    "f:1:10: expected a currency such as EUR, not "
		    "nothing" },
		/* Rates. */
		{ "rates: 0.92",
		    "f:1:8: expected currencies and rates, such "
		    "as 'USD: 0.92', not '0.92'" },
		{ "rates:\n  usd: 1",
		    "f:2:3: no currency 'usd' (did you mean 'USD'?)" },
		{ "rates: {EUR: 1}",
		    "f:1:9: EUR is the base currency: it has no rate" },
		{ "rates:\n  USD: 1\ncurrency: USD",
		    "f:2:3: USD is the base currency: it has no rate" },
		{ "rates:\n  USD: 0,92",
		    "f:2:8: expected a number, with a point and not a comma" },
		{ "rates:\n  USD: 0.00",
		    "f:2:8: expected what one USD is worth in EUR, above 0, "
		    "not 0.00" },
		{ "rates:\n  USD: -1",
		    "f:2:8: expected what one USD is worth in EUR, above 0, "
		    "not -1" },
		{ "rates:\n  USD: much",
		    "f:2:8: expected a number, not 'much'" },
		{ "rates:\n  USD:", "f:2:7: expected a number, not nothing" },
		{ "rates:\n  USD: 0.1234567890123456789",
		    "f:2:8: expected a number, not "
		    "'0.1234567890123456789'" },
		/* As much of a text as fits a message. */
		{ "rates: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaa\xe7\xbb\x9f",
		    "f:1:8: expected currencies and rates, such as 'USD: "
		    "0.92', not 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaa'" },
		{ "rates: \xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		  "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		  "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		  "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		  "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		  "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		  "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f",
		    "f:1:8: expected currencies and rates, such as 'USD: "
		    "0.92', not '\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		    "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		    "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		    "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		    "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		    "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		    "\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f\xe7\xbb\x9f"
		    "\xe7\xbb\x9f'" },
		/* The week. */
		{ "week: munday",
		    "f:1:7: no day of the week 'munday' (did you "
		    "mean 'sunday'?)" },
		{ "week: 1",
		    "f:1:7: no day of the week '1' (one of: sunday, monday, "
		    "tuesday, wednesday, thursday, friday, saturday)" },
		{ "week:\n  - monday",
		    "f:2:3: expected a day of the week, not a list" },
		/* Words for what. */
		{ "events: {demo: x}",
		    "f:1:9: expected a list, such as [demo, "
		    "training]" },
		{ "events: [demo, [a]]",
		    "f:1:16: expected a word, not a list" },
		{ "events: [demo, ~]", "f:1:16: expected a word, not nothing" },
		{ "events: [demo, call]",
		    "f:1:16: the word 'call' is built in" },
		{ "events: [demo, demo]",
		    "f:1:16: the word 'demo' was given before" },
		{ "events: [won, won]",
		    "f:1:15: the word 'won' was given before" },
		{ "events:\n- x-demo",
		    "f:2:3: 'x-demo': words x-NAME are known without this "
		    "list" },
		{ "events:\n- Site Visit",
		    "f:2:3: bad name 'Site Visit' (did you mean "
		    "'site-visit'?): " NAME_RULE },
		{ "events: demo, visit",
		    "f:1:9: bad name 'demo, visit' (did you mean "
		    "'demo-visit'?): " NAME_RULE },
		{ "events: ['Demo!']",
		    "f:1:10: bad name 'Demo!' (did you mean "
		    "'demo'?): " NAME_RULE },
		{ "events: ['']", "f:1:10: bad name '': " NAME_RULE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check_refused(cases[i].text, cases[i].msg);
}

static void
refused_pipelines(void **state)
{
	static const struct {
		const char *text, *msg;
	} cases[] = {
		{ "pipelines: {s: [new: {chance: 1, nxt: won}, won]}",
		    "f:1:34: unknown key 'nxt' (did you mean 'next'?)" },
		{ "pipelines: {s: [new: {chance: 1, next: wom}, won]}",
		    "f:1:40: no stage 'wom' here (did you mean 'won'?)" },
		{ "pipelines: {s: [new: {chance: 1, next: [won, new]}, won]}",
		    "f:1:46: a stage need not be said to follow itself" },
		{ "pipelines: {s: [new: {chance: won}, won]}",
		    "f:1:31: expected a percentage from 0 to 100, not 'won'" },
		{ "pipelines: {s: [new: {next: won}, won]}",
		    "f:1:17: the stage 'new' needs its chance to win in "
		    "percent ('new: 10'), or how it ends ('new: won')" },
		{ "pipelines: {s: [new: {chance: 1, needs: valeu}]}",
		    "f:1:41: a deal has no field 'valeu' (did you mean "
		    "'value'?)" },
		{ "pipelines: {s: [new: {chance: 1, needs: [age]}]}",
		    "f:1:42: 'age' cannot be lacking" },
		{ "pipelines: {s: [new: 1, won: {ends: lost}]}",
		    "f:1:37: a stage that is called 'won' ends so: write "
		    "'won'" },
		{ "pipelines: {s: [new: 1, sold: {ends: won, chance: 1}]}",
		    "f:1:43: a stage that ends has no chance: leave one of "
		    "the two out" },
		{ "kinds: {boat: {letter: x, fields: {name: text}, stages: "
		  "[new: {chance: 1}]}}",
		    "f:1:64: only stages of deals have a chance to win" },
		{ "pipelines: sales",
		    "f:1:12: expected a name for each pipeline, and its stages "
		    "behind it, not 'sales'" },
		{ "pipelines:\n- new: 10\n- won",
		    "f:2:1: expected a name for each pipeline, and its stages "
		    "behind it, not a list" },
		{ "pipelines:\n  new: 10\n  won: won",
		    "f:2:3: 'new' looks like a stage: its pipeline lacks a "
		    "name, such as 'sales:' in a line above it" },
		{ "pipelines:\n  Sales: [new: 10]",
		    "f:2:3: bad name 'Sales' (did you mean "
		    "'sales'?): " NAME_RULE },
		{ "pipelines:\n  sales:",
		    "f:2:9: expected stages in a list, such as [new: 10, won, "
		    "lost]" },
		{ "pipelines:\n  sales: []",
		    "f:2:10: expected at least one stage" },
		{ "pipelines:\n  sales: {}",
		    "f:2:10: expected at least one stage" },
		{ "pipelines:\n  sales: [won]",
		    "f:2:11: the first stage is where things begin: 'won' ends "
		    "them" },
		{ "pipelines:\n  sales:\n    - sold: won\n    - new: 1",
		    "f:3:7: the first stage is where things begin: 'sold' ends "
		    "them" },
		{ "pipelines:\n  sales:\n    - new: 10\n      won: won",
		    "f:4:7: a second stage in one item: begin it with '-'" },
		{ "pipelines:\n  sales: [new: 10, [a]]",
		    "f:2:20: expected a stage, not a list" },
		{ "pipelines:\n  sales: [new: 10, ]\n  b: [~]",
		    "f:3:7: expected a stage, not nothing" },
		{ "pipelines:\n  sales: [new: 10, {}]",
		    "f:2:20: expected a stage, not a map" },
		{ "pipelines:\n  sales:\n    - new: 10\n    - In Talks: 20",
		    "f:4:7: bad name 'In Talks' (did you mean "
		    "'in-talks'?): " NAME_RULE },
		{ "pipelines:\n  sales:\n  - new: 10\n  - new: 20",
		    "f:4:5: the stage 'new' was given before" },
		{ "pipelines:\n  sales:\n    new: 10\n    new: 20",
		    "f:4:5: the key 'new' was given before, in line 3" },
		{ "pipelines:\n  sales: [new, won]",
		    "f:2:11: the stage 'new' needs its chance to win in "
		    "percent ('new: 10'), or how it ends ('new: won')" },
		{ "pipelines:\n  sales:\n    new:",
		    "f:3:5: the stage 'new' needs its chance to win in percent "
		    "('new: 10'), or how it ends ('new: won')" },
		{ "pipelines:\n  sales: [new: 101]",
		    "f:2:16: expected a percentage from 0 to 100, not 101" },
		{ "pipelines:\n  sales: [new: 100.5%]",
		    "f:2:16: expected a percentage from 0 to 100, not 100.5%" },
		{ "pipelines:\n  sales: [new: -1]",
		    "f:2:16: expected a percentage from 0 to 100, not -1" },
		{ "pipelines:\n  sales:\n    new: 12,5",
		    "f:3:10: expected a number, with a point and not a "
		    "comma" },
		{ "pipelines:\n  sales:\n    new: 1.2.3",
		    "f:3:10: expected a number, not '1.2.3'" },
		{ "pipelines:\n  sales:\n    new: [1]",
		    "f:3:10: expected a percentage, won or lost, not a list" },
		{ "pipelines:\n  sales: [new: 10, sold: wonn]",
		    "f:2:26: expected a percentage, won or lost, not 'wonn' "
		    "(did you mean 'won'?)" },
		{ "pipelines:\n  sales: [new: open]",
		    "f:2:16: expected a percentage, won or lost, not 'open'" },
		{ "pipelines:\n  sales: [new: 10, end: done]",
		    "f:2:25: expected a percentage, won or lost, not 'done'" },
		{ "pipelines:\n  sales: [new: 10, won: 100]",
		    "f:2:25: a stage that is called 'won' ends so: write "
		    "'won'" },
		{ "pipelines:\n  sales: [new: 10, lost: won]",
		    "f:2:26: a stage that is called 'lost' ends so: write "
		    "'lost'" },
		/* Of kinds of one's own. */
		{ STAGES("planned"),
		    "f:6:13: expected stages in a list, such as [planned, "
		    "done]" },
		{ STAGES("[]"), "f:6:13: expected at least one stage" },
		{ STAGES("[done]"),
		    "f:6:14: the first stage is where things begin: 'done' "
		    "ends them" },
		{ STAGES("[planned, gone: won]"),
		    "f:6:29: expected 'done' or nothing, not 'won'" },
		{ STAGES("[planned: 10]"),
		    "f:6:23: expected 'done' or nothing, not '10'" },
		{ STAGES("[planned, gone: don]"),
		    "f:6:29: expected 'done' or nothing, not 'don' (did you "
		    "mean 'done'?)" },
		{ STAGES("[planned, done: won]"),
		    "f:6:29: a stage that is called 'done' ends so: write "
		    "'done'" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check_refused(cases[i].text, cases[i].msg);
}

static void
refused_kinds(void **state)
{
	static const struct {
		const char *text, *msg;
	} cases[] = {
		{ "kinds: [person]",
		    "f:1:8: expected a name for each kind, "
		    "and its keys below it, not a list" },
		/* Built-in kinds. */
		{ "kinds:\n  people:\n    fields: {a: text}",
		    "f:2:3: unknown kind 'people' (did you mean 'person'?)" },
		{ "kinds:\n  persn:\n    fields: {a: text}",
		    "f:2:3: unknown kind 'persn' (did you mean 'person'?): a "
		    "kind of your own needs a letter, one of " LETTERS },
		{ "kinds:\n  machine:\n    fields: {name: text}",
		    "f:2:3: unknown kind 'machine': a kind of your own needs a "
		    "letter, one of " LETTERS },
		{ "kinds:\n  machine:\n",
		    "f:2:3: unknown kind 'machine': a kind of your own needs a "
		    "letter, one of " LETTERS },
		{ "kinds:\n  person: text",
		    "f:2:11: expected 'fields:' and the fields to add, not "
		    "'text'" },
		{ "kinds:\n  person:\n    letter: p",
		    "f:3:5: the kind 'person' is built in: it takes only "
		    "fields, not 'letter'" },
		{ "kinds:\n  ticket:\n    stages: [a, b]",
		    "f:3:5: the kind 'ticket' is built in: it takes only "
		    "fields, not 'stages'" },
		{ "kinds:\n  person:\n    feilds: {a: text}",
		    "f:3:5: unknown key 'feilds' (did you mean 'fields'?)" },
		{ "kinds:\n  person:\n    shoe-size: number",
		    "f:3:5: unknown key 'shoe-size' (one of: letter, plural, "
		    "fields, stages)" },
		{ "kinds:\n  person:\n    fields: [a]",
		    "f:3:13: expected fields and their types, such as 'club: "
		    "text', not a list" },
		/* Names, letters, plurals. */
		{ "kinds:\n  machine: x",
		    "f:2:12: expected the keys of a kind, such as 'letter: x', "
		    "not 'x'" },
		{ "kinds:\n  Machine:\n    letter: x",
		    "f:2:3: bad name 'Machine' (did you mean "
		    "'machine'?): " NAME_RULE },
		{ "kinds:\n  \xc5\xbb\xc3\xb3\xc5\x82w:\n    letter: x",
		    "f:2:3: bad name '\xc5\xbb\xc3\xb3\xc5\x82w' (did you mean "
		    "'zolw'?): " NAME_RULE },
		{ "kinds:\n  \xe0\xa6\x95:\n    letter: x",
		    "f:2:3: bad name '\xe0\xa6\x95': " NAME_RULE },
		{ "kinds:\n  any:\n    letter: x",
		    "f:2:3: 'any' has a meaning in queries: choose another "
		    "name" },
		{ "kinds:\n  x2:\n    letter: x",
		    "f:2:3: 'x2' looks like an id: choose another" },
		{ "kinds:\n  machine:\n    letter: [x]",
		    "f:3:13: expected a letter, not a list" },
		{ "kinds:\n  machine:\n    letter: m",
		    "f:3:13: expected a letter, not 'm' (one of: " LETTERS
		    ")" },
		{ "kinds:\n  machine:\n    letter: X",
		    "f:3:13: expected a letter, not 'X' (one of: " LETTERS
		    ")" },
		{ "kinds:\n  machine:\n    letter: p",
		    "f:3:13: the letter 'p' is that of 'person': choose "
		    "another (" LETTERS ")" },
		{ "kinds:\n  a: {letter: x, fields: {name: text}}\n"
		  "  b: {letter: x, fields: {name: text}}",
		    "f:3:15: the letter 'x' is that of 'a': choose another "
		    "(h, j, l, q, u, v, w, y, z)" },
		{ "kinds:\n  machine:\n    letter: x\n    plural: Machines",
		    "f:4:13: bad name 'Machines' (did you mean "
		    "'machines'?): " NAME_RULE },
		{ "kinds:\n  machine:\n    letter: x\n    plural: people",
		    "f:4:13: 'people' is a name of the kind 'person': choose "
		    "another" },
		{ "kinds:\n  machine:\n    letter: x\n    plural: persons",
		    "f:4:13: 'persons' is a name of the kind 'person': choose "
		    "another" },
		{ "kinds:\n  machine:\n    letter: x\n    plural: not",
		    "f:4:13: 'not' has a meaning in queries: choose another "
		    "name" },
		{ "kinds:\n  machine:\n    letter: x\n    plural: []",
		    "f:4:13: expected the name for many, not a list" },
		{ "kinds:\n  a: {letter: x, fields: {name: text}}\n"
		  "  as: {letter: y, fields: {name: text}}",
		    "f:3:3: 'as' is a name of the kind 'a': choose another" },
		{ "kinds:\n  as: {letter: x, fields: {name: text}}\n"
		  "  a: {letter: y, fields: {name: text}}",
		    "f:3:3: 'as' cannot be the name for many: give a plural" },
		{ "kinds:\n  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: {letter: "
		  "x}",
		    "f:2:3: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaas' "
		    "cannot be the name for many: give a plural" },
		{ "kinds:\n  machine:\n    letter: x",
		    "f:2:3: the kind 'machine' needs a field 'name' or "
		    "'title', such as 'name: text'" },
		{ "kinds:\n  machine:\n    letter: x\n    fields: {a: text}",
		    "f:2:3: the kind 'machine' needs a field 'name' or "
		    "'title', such as 'name: text'" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check_refused(cases[i].text, cases[i].msg);
}

static void
refused_fields(void **state)
{
	static const struct {
		const char *text, *msg;
	} cases[] = {
		/* Names. */
		{ PERSON "      Shoe Size: number",
		    "f:4:7: bad name 'Shoe Size' (did you mean "
		    "'shoe-size'?): " NAME_RULE },
		{ PERSON "      2nd: number",
		    "f:4:7: bad name '2nd' (did you mean 'nd'?): " NAME_RULE },
		{ PERSON "      has: text",
		    "f:4:7: 'has' has a meaning in queries: choose another "
		    "name" },
		{ PERSON "      x-club: text",
		    "f:4:7: 'x-club': fields x-NAME are kept without being "
		    "declared" },
		{ PERSON "      email: text",
		    "f:4:7: the kind 'person' has a field 'email' already" },
		{ PERSON "      ref: text",
		    "f:4:7: the kind 'person' has a field 'ref' already" },
		{ PERSON "      last: date",
		    "f:4:7: the kind 'person' has a computed field 'last' "
		    "already" },
		{ PERSON "      updated: date",
		    "f:4:7: the kind 'person' has a computed field 'updated' "
		    "already" },
		/* Types. */
		{ PERSON "      club:",
		    "f:4:12: expected a type or a kind, not nothing" },
		{ PERSON "      club: txt",
		    "f:4:13: unknown type 'txt' (did you mean 'text'?)" },
		{ PERSON "      club: string",
		    "f:4:13: unknown type 'string' (did you mean 'text'?)" },
		{ PERSON "      club: integer",
		    "f:4:13: unknown type 'integer' (did you mean "
		    "'number'?)" },
		{ PERSON "      club: people",
		    "f:4:13: unknown type 'people' (did you mean "
		    "'person'?)" },
		{ PERSON "      club: football",
		    "f:4:13: unknown type 'football' (one of: text, email, "
		    "phone, url, date, time, span, number, percent, money, "
		    "currency, bool, choice, tag, link, person, org, deal, "
		    "task, ticket, product, campaign, segment, event)" },
		{ PERSON "      club: {help: x}",
		    "f:4:7: the field 'club' needs a type" },
		{ PERSON "      club: {}",
		    "f:4:7: the field 'club' needs a type" },
		{ PERSON "      club:\n        type: [text]",
		    "f:5:15: expected a type or a kind, not a list" },
		{ PERSON "      club:\n        typ: text",
		    "f:5:9: unknown key 'typ' (did you mean 'type'?)" },
		/* Choices. */
		{ PERSON "      club: choice",
		    "f:4:7: the choice 'club' needs its words: 'club: [red, "
		    "blue]'" },
		{ PERSON "      club: {type: choice}",
		    "f:4:7: the choice 'club' needs its words: 'club: [red, "
		    "blue]'" },
		{ PERSON "      club: []",
		    "f:4:13: expected at least one choice" },
		{ PERSON "      club:\n        choices:",
		    "f:5:17: expected at least one choice" },
		{ PERSON "      club:\n        choices: {a: b}",
		    "f:5:18: expected a list of choices, such as [red, "
		    "blue]" },
		{ PERSON "      club: [red, [blue]]",
		    "f:4:19: expected a word, not a list" },
		{ PERSON "      club: [red, Red]",
		    "f:4:19: the choice 'red' was given before" },
		{ PERSON "      club: [\xc5\xbb\xc3\xb3\xc5\x82ty, zolty]",
		    "f:4:21: the choice '\xc5\xbb\xc3\xb3\xc5\x82ty' was given "
		    "before" },
		{ PERSON "      club:\n        choices: red, blue",
		    "f:5:18: bad choice 'red, blue': " CHOICE_RULE },
		{ PERSON "      club: ['']",
		    "f:4:14: bad choice '': " CHOICE_RULE },
		{ PERSON "      club: [' a']",
		    "f:4:14: bad choice ' a': " CHOICE_RULE },
		{ PERSON "      club: [=a]",
		    "f:4:14: bad choice '=a': " CHOICE_RULE },
		{ PERSON "      club: [\"a\\nb\"]",
		    "f:4:14: bad choice 'a?b': " CHOICE_RULE },
		{ PERSON "      club:\n        type: text\n"
			 "        choices: [a]",
		    "f:6:9: 'choices' is for the type choice, not for text" },
		/* Links. */
		{ PERSON "      boss: link",
		    "f:4:7: the link 'boss' needs a kind: 'boss: person', or "
		    "'to: [...]'" },
		{ PERSON "      boss: {type: link}",
		    "f:4:7: the link 'boss' needs a kind: 'boss: person', or "
		    "'to: [...]'" },
		{ PERSON "      boss:\n        to: []",
		    "f:5:13: expected at least one kind" },
		{ PERSON "      boss:\n        to: orgs",
		    "f:5:13: unknown kind 'orgs' (did you mean 'org'?)" },
		{ PERSON "      boss:\n        to: [person, ogr]",
		    "f:5:22: unknown kind 'ogr' (did you mean 'org'?)" },
		{ PERSON "      boss:\n        to: person, org",
		    "f:5:13: unknown kind 'person, org' (one of: person, org, "
		    "deal, task, ticket, product, campaign, segment, event)" },
		{ PERSON "      boss:\n        to: [org, org]",
		    "f:5:19: the kind 'org' was given before" },
		{ PERSON "      boss:\n        to: [[org]]",
		    "f:5:14: expected a kind, not a list" },
		{ PERSON "      boss:\n        type: org\n        to: person",
		    "f:6:9: the type says already what it links to: name kinds "
		    "in one place" },
		{ PERSON "      boss:\n        type: text\n        to: person",
		    "f:6:9: 'to' is for the type link, not for text" },
		{ PERSON "      boss:\n        choices: [a]\n        to: org",
		    "f:6:9: 'to' is for the type link, not for choice" },
		/* Flags. */
		{ PERSON "      a: {type: text, many: 1}",
		    "f:4:29: expected true or false, not '1'" },
		{ PERSON "      a: {type: money, many: true}",
		    "f:4:24: a field of type money cannot be many" },
		{ PERSON "      a: {type: bool, unique: true}",
		    "f:4:23: a field of type bool cannot be unique" },
		{ PERSON "      a: {type: date, searched: true}",
		    "f:4:23: a field of type date cannot be searched" },
		{ PERSON "      a: {type: text, unique: yes, indexed: no}",
		    "f:4:45: the field 'a' is always indexed: it is unique" },
		{ PERSON "      a:\n        type: text\n        help: [a]",
		    "f:6:15: expected a text, not a list" },
		{ PERSON
		    "      a:\n        type: text\n        help: \"a\\nb\"",
		    "f:6:15: expected one line of at most 200 bytes" },
		/* Names with a part to play. */
		{ PERSON "      currency: text",
		    "f:4:7: the field 'currency' has to be of type currency" },
		{ PERSON "      closed: text",
		    "f:4:7: the field 'closed' has to be of type date or "
		    "time" },
		{ PERSON "      opened: {type: date, many: true}",
		    "f:4:7: the field 'opened' cannot be many" },
		{ "kinds:\n  product:\n    fields:\n      stage: [a]",
		    "f:4:7: the kind 'product' has no stages: choose another "
		    "name, such as 'status'" },
		{ OWN "      stage: [a]",
		    "f:6:7: give the kind its stages instead: 'stages: "
		    "[planned, done]', beside 'fields'" },
		{ OWN "      stage: [a]\n    stages: [a]",
		    "f:6:7: the choices of 'stage' are the kind's stages" },
		{ OWN "      stage: text\n    stages: [a]",
		    "f:6:7: the field 'stage' has to be of type choice" },
		{ OWN "      stage: {type: choice, indexed: no}\n"
		      "    stages: [a]",
		    "f:6:38: the field 'stage' is always indexed: it is the "
		    "stage" },
		{ "kinds:\n  machine:\n    letter: x\n    fields:\n"
		  "      title: number\n      name: text",
		    "f:5:7: the field 'title' has to be of type text" },
		{ "kinds:\n  machine:\n    letter: x\n    fields:\n"
		  "      name: {type: text, many: true}",
		    "f:5:7: the field 'name' cannot be many" },
		{ "kinds:\n  machine:\n    letter: x\n    fields:\n"
		  "      name:\n        type: text\n        required: false",
		    "f:7:19: the field 'name' is always required: it is the "
		    "title" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check_refused(cases[i].text, cases[i].msg);
}

/* A list of n words, "before a0, a1, ... after". */
static const char *
many(struct crm_buf *b, const char *before, int n, const char *each,
    const char *after)
{
	int i;

	crm_buf_reset(b);
	crm_buf_adds(b, before);
	for (i = 0; i < n; i++)
		crm_buf_addf(b, "%sa%d%s", i > 0 ? ", " : "", i, each);
	crm_buf_adds(b, after);
	return b->p;
}

static void
limits(void **state)
{
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX);

	(void)state;
	crm_config_free(parsed(many(&b, "events: [", 256, "", "]")));
	check_refused(many(&b, "events: [\n", 257, "", "]"),
	    "f:2:1427: more than 256 words");
	crm_config_free(parsed(many(&b, "pipelines: {s: [", 256, ": 1", "]}")));
	check_refused(many(&b, "pipelines: {s: [\n", 257, ": 1", "]}"),
	    "f:2:2195: more than 256 stages");
	check_refused(
	    many(&b, "pipelines: {r: [x: 1], s: [\n", 256, ": 1", "]}"),
	    "f:2:2186: more than 256 stages");
	crm_config_free(parsed(
	    many(&b, "kinds: {person: {fields: {a: [", 1000, "", "]}}}")));
	check_refused(
	    many(&b, "kinds: {person: {fields: {a: [\n", 1001, "", "]}}}"),
	    "f:2:5891: more than 1000 choices");
	crm_config_free(parsed(
	    many(&b, "kinds: {person: {fields: {", 1000, ": text", "}}}")));
	check_refused(
	    many(&b, "kinds: {person: {fields: {\n", 1001, ": text", "}}}"),
	    "f:2:11891: more than 1000 fields");
	crm_buf_release(&b);
}

/* A list of what was possible is cut where a message would be too long. */
static void
long_hint(void **state)
{
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX);
	const struct crm_err *err;
	struct crm_config *c;
	const char *p;

	(void)state;
	crm_buf_adds(&b, "kinds:\n");
	for (p = "hjlquvwxyz"; *p != '\0'; p++)
		crm_buf_addf(&b,
		    "  %c-is-a-kind-with-a-name-of-some-length:\n"
		    "    letter: '%c'\n    fields: {name: text, a: here}\n",
		    *p, *p);
	err = crm_config_parse("f", crm_buf_view(&b), &c);
	assert_non_null(err);
	assert_non_null(strstr(err->msg, "f:4:29: unknown type 'here' (one "));
	assert_string_equal(err->msg + strlen(err->msg) - 6, ", ...)");
	crm_buf_release(&b);
}

/* A text of marks that need no room on a terminal is cut too. */
static void
long_marks(void **state)
{
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX);
	const struct crm_err *err;
	struct crm_config *c;
	int i;

	(void)state;
	crm_buf_adds(&b, "currency: a");
	for (i = 0; i < 1000; i++)
		crm_buf_adds(&b, "\xcc\x81");
	err = crm_config_parse("f", crm_buf_view(&b), &c);
	assert_non_null(err);
	assert_true(strlen(err->msg) < 300);
	assert_int_equal(
	    crm_utf8_check(crm_view_str(err->msg)), strlen(err->msg));
	crm_buf_release(&b);
}

#define DUE \
	"due:\n" \
	"  task: 4\n" \
	"  ticket: 6\n" \
	"  contact: 3\n" \
	"  purchase: 3\n" \
	"  birthday: 3\n" \
	"  date: 3\n" \
	"  deal: 3\n" \
	"  late: 12\n" \
	"  value: 4\n" \
	"  priority: 2\n" \
	"  stale: 30d\n" \
	"  times: 2\n" \
	"  lost: 10\n"

#define HOOKS "hooks: 5\n"

static const char defaults[] = "timezone: UTC\n"
			       "currency: EUR\n"
			       "week: monday\n"
			       "pipelines:\n"
			       "  sales:\n"
			       "    - prospecting: 5\n"
			       "    - new: 10\n"
			       "    - qualified: 25\n"
			       "    - engaging: 40\n"
			       "    - proposal: 50\n"
			       "    - negotiation: 75\n"
			       "    - won\n"
			       "    - lost\n" RFM_PRINTED DUE HOOKS;

/* Nothing said, or nothing but empty sections, is the default. */
static void
empty(void **state)
{
	static const char *const texts[] = { "", "# a\n", "~", "---\n", "{}",
		"rates:\nevents:\npipelines:\nkinds:\n",
		"rates: {}\nevents: []\npipelines: {}\nkinds: {}\n",
		"kinds:\n  person:\n  org:\n    fields:\n" };
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX);
	struct crm_config *c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		c = parsed(texts[i]);
		assert_string_equal(printed(c, &b), defaults);
		assert_string_equal(c->timezone, "UTC");
		assert_int_equal(crm_zone_offset(c->zone, 0), 0);
		assert_string_equal(c->currency, "EUR");
		assert_int_equal(
		    c->currency_num, crm_currency_num(CRM_V("EUR")));
		assert_int_equal(c->week_start, 1);
		assert_int_equal(c->nrates, 0);
		assert_int_equal(crm_schema_nkinds(c->schema), 9);
		crm_config_free(c);
	}
	c = parsed(defaults);
	assert_string_equal(printed(c, &b), defaults);
	crm_config_free(c);
	crm_buf_release(&b);
	crm_config_free(NULL);
}

/* As people may write it. */
static const char sample[] =
    "kinds:\n"
    "  person:\n"
    "    fields:\n"
    "      shoe-size: number\n"
    "      club: [Red, 'no', \"very \xc5\xbb\xc3\xb3\xc5\x82ty\"]\n"
    "      referrer: person\n"
    "      robots: {to: machine, many: yes}\n"
    "      debt: money\n"
    "      size: {choices: [S, M, 'L'], indexed: true}\n"
    "      title: text\n"
    "  event:\n"
    "    fields:\n"
    "      place: {type: text, searched: true, personal: true}\n"
    "      ticket-no: {type: text, unique: true}\n"
    "  segment:\n"
    "    fields: {reviewed: date}\n"
    "  machine:\n"
    "    letter: 'y'\n"
    "    fields:\n"
    "      price:\n"
    "        type: money\n"
    "        help: >\n"
    "          what it: costs\n"
    "      title: {type: text, help: short name}\n"
    "      name: text\n"
    "      owner: {to: [org, person], type: link, indexed: on}\n"
    "      labels: {type: tag, many: true, required: true}\n"
    "    stages: [planned, running, scrapped: done]\n"
    "  sheep:\n"
    "    letter: h\n"
    "    plural: sheep\n"
    "    fields:\n"
    "      name: {type: text, unique: true}\n"
    "      closed: date\n"
    "    stages:\n"
    "      lamb:\n"
    "      done:\n"
    "  phone:\n"
    "    letter: j\n"
    "    fields: {name: text, number: phone, other: {to: phone}}\n"
    "  wish:\n"
    "    letter: q\n"
    "    plural: wishes\n"
    "    fields: {title: text}\n"
    "    stages: [someday]\n"
    "pipelines:\n"
    "  service:\n"
    "    asked: 20\n"
    "    offered: 62.50%\n"
    "    signed: won\n"
    "    declined: lost\n"
    "    won: won\n"
    "  sales: [new: 10, won, lost]\n"
    "  long:\n"
    "    - new: {chance: 10%, next: offer}\n"
    "    - offer: {needs: [value, who], chance: 50, next: [sold, lost]}\n"
    "    - sold: {ends: won, next: []}\n"
    "    - lost: {needs: [lost]}\n"
    "events:\n"
    "  - demo\n"
    "  - won\n"
    "  - \"installation\"\n"
    "week: Sunday\n"
    "rates:\n"
    "  USD: 0.920\n"
    "  JPY: '0.0061'\n"
    "country: 'NO'\n"
    "currency: PLN\n"
    "timezone: Europe/Warsaw\n";

/* The same as it is printed. */
static const char sample_printed[] =
    "timezone: Europe/Warsaw\n"
    "country: 'NO'\n"
    "currency: PLN\n"
    "rates:\n"
    "  USD: 0.92\n"
    "  JPY: 0.0061\n"
    "week: sunday\n"
    "events: [demo, won, installation]\n"
    "pipelines:\n"
    "  service:\n"
    "    - asked: 20\n"
    "    - offered: 62.5\n"
    "    - signed: won\n"
    "    - declined: lost\n"
    "    - won\n"
    "  sales:\n"
    "    - new: 10\n"
    "    - won\n"
    "    - lost\n"
    "  long:\n"
    "    - new: {chance: 10, next: [offer]}\n"
    "    - offer: {chance: 50, next: [sold, lost], needs: [value, who]}\n"
    "    - sold: {ends: won, next: []}\n"
    "    - lost: {needs: [lost]}\n" RFM_PRINTED "kinds:\n"
    "  person:\n"
    "    fields:\n"
    "      shoe-size: number\n"
    "      club: [Red, \"no\", very \xc5\xbb\xc3\xb3\xc5\x82ty]\n"
    "      referrer: person\n"
    "      robots:\n"
    "        type: machine\n"
    "        many: true\n"
    "      debt: money\n"
    "      size:\n"
    "        type: choice\n"
    "        choices: [S, M, L]\n"
    "        indexed: true\n"
    "      title: text\n"
    "      currency:\n"
    "        type: currency\n"
    "        help: of its amounts\n"
    "  segment:\n"
    "    fields:\n"
    "      reviewed: date\n"
    "  event:\n"
    "    fields:\n"
    "      place:\n"
    "        type: text\n"
    "        searched: true\n"
    "        personal: true\n"
    "      ticket-no:\n"
    "        type: text\n"
    "        unique: true\n"
    "  machine:\n"
    "    letter: \"y\"\n"
    "    plural: machines\n"
    "    fields:\n"
    "      price:\n"
    "        type: money\n"
    "        help: \"what it: costs\"\n"
    "      title:\n"
    "        type: text\n"
    "        help: short name\n"
    "      name: text\n"
    "      owner:\n"
    "        type: link\n"
    "        to: [org, person]\n"
    "      labels:\n"
    "        type: tag\n"
    "        many: true\n"
    "        required: true\n"
    "      stage:\n"
    "        type: choice\n"
    "        help: how far it is\n"
    "      closed:\n"
    "        type: time\n"
    "        help: when it ended; set by the stage\n"
    "      currency:\n"
    "        type: currency\n"
    "        help: of its amounts\n"
    "    stages: [planned, running, scrapped: done]\n"
    "  sheep:\n"
    "    letter: h\n"
    "    plural: sheep\n"
    "    fields:\n"
    "      name:\n"
    "        type: text\n"
    "        unique: true\n"
    "      closed: date\n"
    "      stage:\n"
    "        type: choice\n"
    "        help: how far it is\n"
    "    stages: [lamb, done]\n"
    "  phone:\n"
    "    letter: j\n"
    "    plural: phones\n"
    "    fields:\n"
    "      name: text\n"
    "      number: phone\n"
    "      other:\n"
    "        type: link\n"
    "        to: [phone]\n"
    "  wish:\n"
    "    letter: q\n"
    "    plural: wishes\n"
    "    fields:\n"
    "      title: text\n"
    "      stage:\n"
    "        type: choice\n"
    "        help: how far it is\n"
    "    stages: [someday]\n" DUE HOOKS;

static void
prints(void **state)
{
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX), again = b;
	struct crm_config *c = parsed(sample), *d;

	(void)state;
	assert_string_equal(printed(c, &b), sample_printed);
	d = parsed(b.p);
	assert_string_equal(printed(d, &again), b.p);
	/* The same in all that does not show. */
	crm_buf_reset(&b);
	crm_buf_reset(&again);
	crm_config_signature(c, &b);
	crm_config_signature(d, &again);
	assert_string_equal(b.p, again.p);
	crm_config_free(c);
	crm_config_free(d);
	crm_buf_release(&b);
	crm_buf_release(&again);
}

static void
reads_fields(void **state)
{
	static const struct {
		const char *kind, *name;
		enum crm_type type;
		unsigned int flags;
		int weight;
		const char *links, *choices, *help;
	} cases[] = {
		{ "person", "shoe-size", CRM_T_NUMBER, 0, 1, NULL, NULL, NULL },
		{ "person", "club", CRM_T_CHOICE, 0, 1, NULL,
		    "Red|no|very \xc5\xbb\xc3\xb3\xc5\x82ty", NULL },
		{ "person", "referrer", CRM_T_LINK, CRM_F_INDEXED, 1, "p", NULL,
		    NULL },
		{ "person", "robots", CRM_T_LINK, CRM_F_MANY | CRM_F_INDEXED, 1,
		    "y", NULL, NULL },
		{ "person", "debt", CRM_T_MONEY, 0, 1, NULL, NULL, NULL },
		{ "person", "currency", CRM_T_CURRENCY, 0, 1, NULL, NULL,
		    "of its amounts" },
		{ "event", "place", CRM_T_TEXT, CRM_F_SEARCHED | CRM_F_PERSONAL,
		    1, NULL, NULL, NULL },
		{ "event", "ticket-no", CRM_T_TEXT,
		    CRM_F_UNIQUE | CRM_F_INDEXED | CRM_F_PROMPT, 1, NULL, NULL,
		    NULL },
		{ "machine", "price", CRM_T_MONEY, CRM_F_TABLE, 1, NULL, NULL,
		    "what it: costs" },
		{ "machine", "title", CRM_T_TEXT,
		    CRM_F_TABLE | CRM_F_REQUIRED | CRM_F_INDEXED |
			CRM_F_SEARCHED,
		    7, NULL, NULL, "short name" },
		{ "machine", "name", CRM_T_TEXT, CRM_F_TABLE, 1, NULL, NULL,
		    NULL },
		{ "machine", "owner", CRM_T_LINK, CRM_F_TABLE | CRM_F_INDEXED,
		    1, "op", NULL, NULL },
		{ "machine", "labels", CRM_T_TAG,
		    CRM_F_TABLE | CRM_F_MANY | CRM_F_REQUIRED, 3, NULL, NULL,
		    NULL },
		{ "machine", "stage", CRM_T_CHOICE, CRM_F_TABLE | CRM_F_INDEXED,
		    1, NULL, "planned|running|scrapped", "how far it is" },
		{ "machine", "closed", CRM_T_TIME, CRM_F_TABLE, 1, NULL, NULL,
		    "when it ended; set by the stage" },
		{ "sheep", "name", CRM_T_TEXT,
		    CRM_F_TABLE | CRM_F_REQUIRED | CRM_F_UNIQUE |
			CRM_F_INDEXED | CRM_F_SEARCHED | CRM_F_PROMPT,
		    7, NULL, NULL, NULL },
		{ "sheep", "closed", CRM_T_DATE, CRM_F_TABLE, 1, NULL, NULL,
		    NULL },
		{ "sheep", "stage", CRM_T_CHOICE, CRM_F_TABLE | CRM_F_INDEXED,
		    1, NULL, "lamb|done", "how far it is" },
		{ "deal", "stage", CRM_T_CHOICE, CRM_F_TABLE | CRM_F_INDEXED, 1,
		    NULL,
		    "asked|offered|signed|declined|won|new|lost|offer|sold",
		    "how far it is" },
		{ "deal", "pipeline", CRM_T_CHOICE, CRM_F_INDEXED, 1, NULL,
		    "service|sales|long",
		    "which list of stages it goes through" },
	};
	struct crm_config *c = parsed(sample);
	const struct crm_field *f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		f = field(c, cases[i].kind, cases[i].name);
		assert_int_equal(f->type, cases[i].type);
		assert_int_equal(
		    f->flags & ~(unsigned int)CRM_F_CUSTOM, cases[i].flags);
		assert_int_equal(f->weight, cases[i].weight);
		if (cases[i].links != NULL)
			assert_string_equal(f->links, cases[i].links);
		else
			assert_null(f->links);
		if (cases[i].choices != NULL)
			check_words(f->choices, cases[i].choices);
		else
			assert_null(f->choices);
		if (cases[i].help != NULL)
			assert_string_equal(f->help, cases[i].help);
		else
			assert_null(f->help);
	}
	f = field(c, "event", "what");
	assert_non_null(crm_words_find(f->choices, CRM_V("Demo")));
	assert_non_null(crm_words_find(f->choices, CRM_V("installation")));
	f = field(c, "person", "club");
	assert_string_equal(crm_words_find(f->choices, CRM_V("VERY zolty")),
	    "very \xc5\xbb\xc3\xb3\xc5\x82ty");
	assert_null(crm_words_find(f->choices, CRM_V("very")));
	crm_config_free(c);
}

static void
check_stage(const struct crm_stage *s, const char *name, int64_t m,
    unsigned int scale, enum crm_stage_end end)
{
	assert_string_equal(s->name, name);
	assert_int_equal(s->probability.m, m);
	assert_int_equal(s->probability.scale, scale);
	assert_int_equal(s->end, end);
}

static void
reads_stages(void **state)
{
	struct crm_config *c = parsed(sample);
	const struct crm_kind *deal = kind(c, "deal");
	const struct crm_kind *machine = kind(c, "machines");
	const struct crm_kind *sheep = kind(c, "sheep");
	const struct crm_stage *s;

	(void)state;
	assert_int_equal(deal->npipelines, 3);
	assert_true(deal->stage_rules);
	assert_false(machine->stage_rules);
	s = deal->pipeline[2].stage;
	check_words(s[0].next, "offer");
	assert_null(s[0].needs);
	check_words(s[1].next, "sold|lost");
	check_words(s[1].needs, "value|who");
	check_stage(&s[1], "offer", 50, 0, CRM_END_OPEN);
	check_words(s[2].next, "");
	check_stage(&s[2], "sold", 100, 0, CRM_END_WON);
	assert_null(s[3].next);
	check_stage(&s[3], "lost", 0, 0, CRM_END_LOST);
	assert_string_equal(deal->pipeline[0].name, "service");
	assert_int_equal(deal->pipeline[0].nstages, 5);
	s = deal->pipeline[0].stage;
	check_stage(&s[0], "asked", 20, 0, CRM_END_OPEN);
	check_stage(&s[1], "offered", 625, 1, CRM_END_OPEN);
	check_stage(&s[2], "signed", 100, 0, CRM_END_WON);
	check_stage(&s[3], "declined", 0, 0, CRM_END_LOST);
	check_stage(&s[4], "won", 100, 0, CRM_END_WON);
	s = deal->pipeline[1].stage;
	assert_int_equal(deal->pipeline[1].nstages, 3);
	check_stage(&s[2], "lost", 0, 0, CRM_END_LOST);
	assert_int_equal(machine->npipelines, 1);
	assert_string_equal(machine->pipeline[0].name, "machine");
	assert_int_equal(machine->pipeline[0].nstages, 3);
	s = machine->pipeline[0].stage;
	check_stage(&s[0], "planned", 0, 0, CRM_END_OPEN);
	check_stage(&s[2], "scrapped", 0, 0, CRM_END_DONE);
	check_stage(&sheep->pipeline[0].stage[1], "done", 0, 0, CRM_END_DONE);
	assert_null(crm_field_named(kind(c, "wish"), CRM_V("closed")));
	assert_int_equal(kind(c, "person")->npipelines, 1);
	crm_config_free(c);
}

static uint16_t
number(struct crm_config *c, const char *of, const char *name, uint16_t num)
{
	crm_schema_set_num(c->schema, kind(c, of)->letter, name, num);
	return num;
}

/* Which fields play which part, once the store has given them numbers. */
static void
reads_parts(void **state)
{
	struct crm_config *c = parsed(sample);
	const struct crm_kind *machine = kind(c, "machine");
	const struct crm_kind *person = kind(c, "person");
	uint16_t num;

	(void)state;
	assert_int_equal(machine->letter, 'y');
	assert_string_equal(machine->plural, "machines");
	assert_string_equal(kind(c, "wish")->plural, "wishes");
	assert_ptr_equal(kind(c, "sheep"), crm_kind_of(c->schema, 'h'));
	/* The first of a name and a title is the title. */
	(void)number(c, "machine", "name", 64);
	num = number(c, "machine", "title", 65);
	assert_int_equal(machine->title, num);
	(void)number(c, "person", "title", 64);
	assert_int_equal(person->title, CRM_PERSON_NAME);
	num = number(c, "machine", "stage", 66);
	assert_int_equal(machine->stage, num);
	num = number(c, "machine", "closed", 67);
	assert_int_equal(machine->closed, num);
	num = number(c, "person", "currency", 65);
	assert_int_equal(person->currency, num);
	assert_int_equal(person->stage, CRM_PERSON_STAGE);
	assert_int_equal(
	    crm_stage_end_of(machine, CRM_VNULL, CRM_V("scrapped")),
	    CRM_END_DONE);
	check_words(
	    crm_field_num(machine, 66)->choices, "planned|running|scrapped");
	crm_config_free(c);

	c = parsed(OWN "      pipeline: [gas, water]\n      closed: date\n"
		       "      who: product\n      opened: time\n"
		       "    stages: [a]\n");
	machine = kind(c, "machine");
	(void)number(c, "machine", "pipeline", 64);
	(void)number(c, "machine", "who", 65);
	num = number(c, "machine", "opened", 66);
	assert_int_equal(machine->pipeline_field, 0);
	assert_int_equal(machine->who, 0);
	assert_int_equal(machine->opened, num);
	check_words(crm_field_num(machine, 64)->choices, "gas|water");
	crm_config_free(c);

	c = parsed(OWN "      who: {to: [person, org], many: true}\n");
	num = number(c, "machine", "who", 64);
	assert_int_equal(kind(c, "machine")->who, num);
	crm_config_free(c);
}

/* Fields that came with records are not of crm.yaml. */
static void
skips_x_fields(void **state)
{
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX);
	struct crm_config *c = parsed("");

	(void)state;
	assert_non_null(crm_schema_x_field(
	    c->schema, kind(c, "person"), CRM_V("x-height")));
	assert_string_equal(printed(c, &b), defaults);
	crm_config_free(c);
	crm_buf_release(&b);
}

/* Without the '#' of its examples. */
static void
uncomment(const char *text, struct crm_buf *out)
{
	const char *end;

	for (; *text != '\0'; text = end + 1) {
		end = strchr(text, '\n');
		assert_non_null(end);
		if (text[0] == '#' && (text[1] != ' ' || text[2] == ' '))
			text++;
		crm_buf_add(out, text, (size_t)(end - text) + 1);
	}
}

static void template(void **state)
{
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX), out = b;
	struct crm_config *c = parsed(crm_config_template());

	(void)state;
	assert_string_equal(printed(c, &out), defaults);
	crm_config_free(c);
	uncomment(crm_config_template(), &b);
	c = parsed(b.p);
	assert_string_equal(c->timezone, "Europe/Warsaw");
	assert_int_equal(c->nrates, 2);
	assert_int_equal(kind(c, "deal")->npipelines, 3);
	assert_int_equal(field(c, "person", "allergy")->type, CRM_T_TEXT);
	assert_int_equal(field(c, "machine", "currency")->type, CRM_T_CURRENCY);
	assert_string_equal(
	    kind(c, "machine")->pipeline[0].stage[2].name, "scrapped");
	crm_config_free(c);
	crm_buf_release(&b);
	crm_buf_release(&out);
}

static void
check_signature(const char *text, const char *want, bool same)
{
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX);
	struct crm_config *c = parsed(text);

	crm_config_signature(c, &b);
	if ((strcmp(b.p, want) == 0) != same)
		fail_msg("'%s': %s", text, b.p);
	assert_null(strchr(b.p, '\n'));
	crm_config_free(c);
	crm_buf_release(&b);
}

static void
signature(void **state)
{
	static const struct {
		const char *text;
		bool same; /* as without any crm.yaml */
	} cases[] = {
		{ "", true },
		{ "currency: USD\nrates: {PLN: 2}\nweek: sunday", true },
		{ "events: demo", true },
		{ "pipelines: {s: [a: 1]}", true },
		{ PERSON "      a: text", true },
		{ PERSON "      a: {type: text, indexed: true}", false },
		{ PERSON "      a: {type: text, searched: true}", false },
		{ PERSON "      a: {type: text, unique: true}", false },
		{ OWN, false },
		{ "timezone: Europe/Warsaw", false },
		{ "country: PL", false },
	};
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX);
	struct crm_config *c = parsed("");
	size_t i;

	(void)state;
	crm_config_signature(c, &b);
	crm_config_free(c);
	assert_memory_equal(b.p, "UTC ", 4);
	assert_int_equal(b.n, 20);
	for (i = 0; i < COUNT(cases); i++)
		check_signature(cases[i].text, b.p, cases[i].same);
	crm_buf_reset(&b);
	c = parsed(PERSON "      a: {type: text, indexed: true}\n"
			  "      b: {type: text, searched: true}");
	crm_config_signature(c, &b);
	crm_config_free(c);
	check_signature(PERSON "      b: {type: text, searched: true}\n"
			       "      a: {type: text, indexed: true}",
	    b.p, true);
	check_signature(PERSON "      a: {type: text, searched: true}\n"
			       "      b: {type: text, indexed: true}",
	    b.p, false);
	check_signature(PERSON "      a: {type: number, indexed: true}\n"
			       "      b: {type: text, searched: true}",
	    b.p, false);
	crm_buf_release(&b);
}

static void
to_base(void **state)
{
	static const struct {
		const char *base, *rate, *currency;
		int64_t minor;
		bool ok;
		int64_t want;
	} cases[] = {
		{ "EUR", "USD: 0.92", "EUR", 12050, true, 12050 },
		{ "EUR", "USD: 0.92", "EUR", INT64_MIN, true, INT64_MIN },
		{ "EUR", "USD: 0.92", "USD", 10000, true, 9200 },
		{ "EUR", "USD: 0.92", "USD", 0, true, 0 },
		{ "EUR", "USD: 0.92", "GBP", 1, false, 0 },
		{ "EUR", "USD: 0.92", "JPY", 1, false, 0 },
		/* Half away from zero. */
		{ "EUR", "USD: 0.5", "USD", 1, true, 1 },
		{ "EUR", "USD: 0.5", "USD", -1, true, -1 },
		{ "EUR", "USD: 0.49", "USD", 1, true, 0 },
		{ "EUR", "USD: 0.49", "USD", -1, true, 0 },
		{ "EUR", "USD: 2.5", "USD", 3, true, 8 },
		{ "EUR", "USD: 0.000000000000000001", "USD", 500000000000000000,
		    true, 1 },
		{ "EUR", "USD: 0.000000000000000001", "USD", 499999999999999999,
		    true, 0 },
		/* Decimals of both: none, two, three, four. */
		{ "EUR", "JPY: 0.0061", "JPY", 1000, true, 610 },
		{ "JPY", "EUR: 163.45", "EUR", 100, true, 163 },
		{ "JPY", "EUR: 163.50", "EUR", 100, true, 164 },
		{ "JPY", "EUR: 163.5", "EUR", -100, true, -164 },
		{ "EUR", "KWD: 3", "KWD", 1005, true, 302 },
		{ "KWD", "EUR: 0.3", "EUR", 101, true, 303 },
		{ "KWD", "JPY: 0.002", "JPY", 7, true, 14 },
		{ "CLF", "JPY: 2", "JPY", 7, true, 140000 },
		{ "JPY", "CLF: 2", "CLF", 2500, true, 1 },
		{ "JPY", "CLF: 2", "CLF", 2499, true, 0 },
		/* What does not fit. */
		{ "EUR", "USD: 1", "USD", INT64_MAX, true, INT64_MAX },
		{ "EUR", "USD: 1", "USD", INT64_MIN, true, INT64_MIN },
		{ "EUR", "USD: 1.1", "USD", INT64_MAX, false, 0 },
		{ "EUR", "USD: 1.1", "USD", INT64_MIN, false, 0 },
		{ "EUR", "JPY: 1", "JPY", INT64_MAX / 100, true,
		    INT64_MAX / 100 * 100 },
		{ "EUR", "JPY: 1", "JPY", INT64_MAX / 100 + 1, false, 0 },
		{ "CLF", "JPY: 999999999999999999", "JPY", INT64_MAX, false,
		    0 },
		{ "CLF", "JPY: 999999999999999999", "JPY", INT64_MIN, false,
		    0 },
		{ "EUR", "USD: 0.999999999999999999", "USD", INT64_MAX, true,
		    9223372036854775798 },
	};
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX);
	struct crm_config *c;
	int64_t got;
	size_t i;
	bool ok;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		crm_buf_reset(&b);
		crm_buf_addf(&b, "currency: %s\nrates: {%s}\n", cases[i].base,
		    cases[i].rate);
		c = parsed(b.p);
		ok = crm_config_to_base(c, cases[i].minor,
		    crm_currency_num(crm_view_str(cases[i].currency)), &got);
		if (ok != cases[i].ok || (ok && got != cases[i].want))
			fail_msg("%s, %lld: %d %lld", b.p,
			    (long long)cases[i].minor, ok, (long long)got);
		assert_false(crm_config_to_base(c, 1, 0, &got));
		crm_config_free(c);
	}
	crm_buf_release(&b);
}

static void
check_keys(enum crm_config_level level, const char *want)
{
	struct crm_buf b = CRM_BUF_INIT(TEXT_MAX);
	const char *p = crm_config_keys(level);

	while (*p != '\0') {
		crm_buf_addf(&b, "%s ", p);
		p += strlen(p) + 1;
		assert_true(strlen(p) > 5);
		p += strlen(p) + 1;
	}
	assert_string_equal(b.p, want);
	crm_buf_release(&b);
}

static void
keys(void **state)
{
	(void)state;
	check_keys(CRM_CONFIG_TOP,
	    "timezone country currency rates week events pipelines rfm kinds scores "
	    "quota papers hours holidays sla due assign staff hooks ");
	check_keys(CRM_CONFIG_SLA, "segment priority respond solve ");
	check_keys(CRM_CONFIG_DUE,
	    "task ticket contact purchase birthday date deal late value "
	    "priority every stale times lost dates yearly ");
	check_keys(CRM_CONFIG_RFM, "r f m ");
	check_keys(CRM_CONFIG_SCORE, "of points learn ");
	check_keys(CRM_CONFIG_ASSIGN, "query owners by ");
	check_keys(CRM_CONFIG_STAGE, "chance ends next needs ");
	check_keys(CRM_CONFIG_QUOTA, "in for amount ");
	check_keys(CRM_CONFIG_PAPERS, "sender footer ");
	check_keys(CRM_CONFIG_KIND, "letter plural fields stages ");
	check_keys(CRM_CONFIG_FIELD,
	    "type choices to many required unique indexed searched personal "
	    "help ");
}

static void
load(void **state)
{
	char dir[] = "/tmp/crm-config-XXXXXX", path[64];
	struct crm_buf want = CRM_BUF_INIT(TEXT_MAX);
	const struct crm_err *err;
	struct crm_config *c;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/crm.yaml", dir);
	assert_null(crm_config_load(path, &c));
	assert_string_equal(c->timezone, "UTC");
	crm_config_free(c);

	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "week: sunday\n", 13), 13);
	assert_null(crm_config_load(path, &c));
	assert_int_equal(c->week_start, 0);
	crm_config_free(c);

	assert_int_equal(write(fd, "weak: 1\n", 8), 8);
	(void)close(fd);
	err = crm_config_load(path, &c);
	assert_non_null(err);
	assert_null(c);
	assert_int_equal(err->code, CRM_E_CONFIG);
	crm_buf_addf(
	    &want, "%s:2:1: unknown key 'weak' (did you mean 'week'?)", path);
	assert_string_equal(err->msg, want.p);

	err = crm_config_load(dir, &c);
	assert_non_null(err);
	assert_int_equal(err->code, CRM_E_CONFIG);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	crm_buf_release(&want);
}

/* Who prints a card looks for all that names it: none of these questions may
 * go through a table.  Of what was merged nothing is there to be found. */
static void
links_are_indexed(void **state)
{
	struct crm_config *c = parsed(sample);
	const struct crm_kind *k;
	size_t i, j, n = 0;

	(void)state;
	for (i = 0; i < crm_schema_nkinds(c->schema); i++) {
		k = crm_schema_kind(c->schema, i);
		for (j = 0; j < k->nfields; j++) {
			if (k->field[j].type != CRM_T_LINK ||
			    k->field[j].num == CRM_N_MERGED)
				continue;
			n++;
			if ((k->field[j].flags & CRM_F_INDEXED) == 0 &&
			    k->letter != 'e')
				fail_msg("%s of %s is not indexed",
				    k->field[j].name, k->plural);
		}
	}
	assert_true(n > 10);
	crm_config_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_keys),
		cmocka_unit_test(refused_pipelines),
		cmocka_unit_test(refused_kinds),
		cmocka_unit_test(refused_fields),
		cmocka_unit_test(limits),
		cmocka_unit_test(long_hint),
		cmocka_unit_test(long_marks),
		cmocka_unit_test(empty),
		cmocka_unit_test(prints),
		cmocka_unit_test(reads_fields),
		cmocka_unit_test(reads_stages),
		cmocka_unit_test(reads_parts),
		cmocka_unit_test(skips_x_fields),
		cmocka_unit_test(template),
		cmocka_unit_test(signature),
		cmocka_unit_test(to_base),
		cmocka_unit_test(keys),
		cmocka_unit_test(load),
		cmocka_unit_test(links_are_indexed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
