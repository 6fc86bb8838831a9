/*
 * gen - made-up customers and what happened with them, for the benchmark.
 *
 * Writes N people, N/10 organisations, 5N purchases, 5N contacts, N/5 deals,
 * N/10 tickets and 20 products into a folder.  NAME.tsv (people also .csv and
 * .jsonl) is for the programs of this project; NAME.peer holds the same rows
 * for a database: tab-separated, no header line, ids as bare numbers and
 * money in minor units, which is what it stores best.
 *
 * The same N and seed give the same bytes on every machine: all arithmetic is
 * on integers.  The shape is that of a grown customer base: few large cities
 * and many small, names in the script of the country, more and more people
 * over five years, purchases spread as Pareto has it, events in the order of
 * time within office hours, words as frequent as in a language.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/time.h"

#include "draw.h"
#include "forms.h"
#include "words.h"

#define SPAN (TODAY - FIRST_DAY)
#define DAY_MIN 1440

/*
 * People and organisations.
 */
enum { LEAD, PROSPECT, CUSTOMER, FORMER };
static const char *const stages[] = { "lead", "prospect", "customer",
	"former" };

/* A person's time with the firm, and what events are drawn from. */
struct person {
	int32_t from, to; /* days */
	uint8_t city, stage;
};

static struct person *persons;
static uint32_t npersons;
static struct zipf city_zipf, tag_zipf;

static const struct country *
country_of(const struct person *p)
{
	return &countries[cities[p->city].country];
}

static void
gen_orgs(uint32_t n)
{
	static const char *const columns[] = { "name", "industry", "city",
		"country", "size", NULL };
	struct table t;
	char s[200];
	uint32_t i;

	table_open(&t, "orgs", columns, 1u << TSV | 1u << PEER);
	for (i = 0; i < n; i++) {
		struct person at = { .city = (uint8_t)zipf_pick(&city_zipf) };
		const struct country *c = country_of(&at);
		const char *begin = begins[below(LEN(begins))];

		/* the number makes it a name that links can be told by */
		(void)snprintf(s, sizeof(s), "%c%s%s %s %s %u",
		    *begin - 'a' + 'A', begin + 1, middles[below(LEN(middles))],
		    peoples[c->people].family[below(FAMILY)].native,
		    forms[below(LEN(forms))], i + 1);
		add_text(&t, s);
		add_text(&t, trades[below(LEN(trades))]);
		add_text(&t, cities[at.city].name);
		add_text(&t, c->code);
		add_number(&t, 1 + ((3 * pareto(9, 10, 6000)) >> 16));
	}
	table_close(&t);
}

/* More sign-ups lately: the i-th of n came at the root of its share. */
static void
draw_person(struct person *p, uint32_t i, uint32_t n)
{
	uint32_t r = below(100);
	uint64_t share;
	int32_t left;

	p->city = (uint8_t)zipf_pick(&city_zipf);
	p->stage = r < 40 ? LEAD
	    : r < 62      ? PROSPECT
	    : r < 90      ? CUSTOMER
			  : FORMER;
	/* 2^(log2(share) / 2) */
	share = exp2_neg((uint64_t)(log2_of(n) - log2_of(i + 1)) / 2);
	p->from = FIRST_DAY + (int32_t)((share * SPAN) >> 31);
	if (p->from > TODAY - 2)
		p->from = TODAY - 2;
	left = TODAY - p->from - 1;
	p->to = TODAY - 1;
	if (p->stage == FORMER)
		p->to =
		    p->from + 1 + (int32_t)below((uint32_t)left * 4 / 5 + 1);
	else if (p->stage == CUSTOMER) /* some have been quiet for a while */
		p->to -= (int32_t)(((uint64_t)left * 35 *
				       exp2_neg(2 * neg_log2()) / 100) >>
		    31);
	if (p->to <= p->from)
		p->to = p->from + 1;
}

static void
add_phone(struct table *t, const char *prefix)
{
	char s[40];

	(void)snprintf(s, sizeof(s), "%s%02u %03u %03u", prefix, below(100),
	    below(1000), below(1000));
	add_text(t, s);
}

static void
add_tags(struct table *t)
{
	uint32_t r = below(100), taken = 0, i;
	uint32_t n = r < 30 ? 0 : r < 65 ? 1 : r < 85 ? 2 : r < 96 ? 3 : 4;
	struct crm_buf b = CRM_BUF_INIT(200);

	while (n > 0) {
		i = zipf_pick(&tag_zipf);
		if (taken & 1u << i)
			continue;
		taken |= 1u << i;
		crm_buf_addf(&b, "%s%s", b.n > 0 ? "," : "", tags[i]);
		n--;
	}
	add_many(t, b.p != NULL ? b.p : "");
	crm_buf_release(&b);
}

static void
gen_person(struct table *t, const struct person *p, uint32_t i, uint32_t norgs)
{
	static const char *const domains[] = { "mail.example", "example.com",
		"example.org", "post.example", "example.net" };
	const struct country *c = country_of(p);
	/* one in ten lives abroad */
	const struct people *who =
	    &peoples[below(10) > 0 ? (uint32_t)c->people : below(NPEOPLES)];
	const struct name *given = &who->given[below(GIVEN)];
	const struct name *family = &who->family[below(FAMILY)];
	char s[200];

	(void)snprintf(s, sizeof(s), "%s %s", given->native, family->native);
	add_text(t, s);
	(void)snprintf(s, sizeof(s), "%s.%s%u@%s", given->ascii, family->ascii,
	    i + 1, domains[below(LEN(domains))]);
	add_text(t, s);
	add_phone(t, c->phone);
	if (below(100) < 45) /* large firms have many */
		add_id(t, 'o',
		    1 +
			((norgs * exp2_neg(neg_log2() * 17 / 10)) >> 31) %
			    norgs);
	else
		add_text(t, "");
	add_text(t, cities[p->city].name);
	add_text(t, c->code);
	add_text(t, c->lang);
	add_tags(t);
	add_text(t, stages[p->stage]);
	add_text(t, sources[below(LEN(sources))]);
	add_text(t, owners[below(LEN(owners))]);
	add_day(t, p->from);
}

static void
gen_people(uint32_t norgs)
{
	static const char *const columns[] = { "name", "email", "phone", "org",
		"city", "country", "lang", "tag", "stage", "source", "owner",
		"created", NULL };
	struct table t;
	uint32_t i;

	table_open(&t, "people", columns,
	    1u << TSV | 1u << CSV | 1u << JSONL | 1u << PEER);
	for (i = 0; i < npersons; i++) {
		draw_person(&persons[i], i, npersons);
		gen_person(&t, &persons[i], i, norgs);
	}
	table_close(&t);
}

/*
 * What happened.
 */
struct event {
	uint32_t minute; /* since the first day */
	uint32_t who;    /* index of the person */
};

/* Share a total among people by their weights: exactly, without luck. */
static uint32_t *
spread(const uint64_t *weight, uint32_t total)
{
	uint32_t *count = crm_calloc(npersons, sizeof(*count)), i;
	uint64_t sum = 0, left = 0;

	for (i = 0; i < npersons; i++)
		sum += weight[i];
	for (i = 0; i < npersons; i++) {
		left += weight[i] * total;
		count[i] = (uint32_t)(left / sum);
		left %= sum;
	}
	return count;
}

/* A minute of a day between 8:00 and 19:00. */
static uint32_t
in_office_hours(uint64_t minute)
{
	uint32_t day = (uint32_t)(minute / DAY_MIN);
	uint32_t of_day = (uint32_t)(minute % DAY_MIN);

	return day * DAY_MIN + 8 * 60 + of_day * 11 / 24;
}

/* The events of all people in the order of time, a counting sort. */
static struct event *
sorted(const struct event *in, uint32_t n)
{
	uint32_t nminutes = (SPAN + 1) * DAY_MIN, i;
	uint32_t *place = crm_calloc(nminutes + 1, sizeof(*place));
	struct event *out = crm_calloc(n, sizeof(*out));

	for (i = 0; i < n; i++)
		place[in[i].minute + 1]++;
	for (i = 0; i < nminutes; i++)
		place[i + 1] += place[i];
	for (i = 0; i < n; i++)
		out[place[in[i].minute]++] = in[i];
	crm_free(place);
	return out;
}

/*
 * Draw a total of events: each person's are spread evenly, with some jitter,
 * over the time they were with the firm.
 */
static struct event *
draw_events(const uint64_t *weight, uint32_t total)
{
	uint32_t *count = spread(weight, total), i, j, n = 0;
	struct event *e = crm_calloc(total, sizeof(*e)), *out;

	for (i = 0; i < npersons; i++) {
		const struct person *p = &persons[i];
		uint64_t from = (uint64_t)(p->from - FIRST_DAY) * DAY_MIN;
		uint64_t span = (uint64_t)(p->to - p->from) * DAY_MIN;

		for (j = 0; j < count[i] && n < total; j++) {
			uint64_t at =
			    (span * j + below((uint32_t)span)) / count[i];

			e[n].who = i;
			e[n++].minute = in_office_hours(from + at);
		}
	}
	out = sorted(e, n);
	crm_free(e);
	crm_free(count);
	return out;
}

/* Only customers, present and past, buy: few much, many a little. */
static uint64_t *
buying(void)
{
	uint64_t *w = crm_calloc(npersons, sizeof(*w)), age;
	uint32_t i;

	for (i = 0; i < npersons; i++) {
		if (persons[i].stage < CUSTOMER)
			continue;
		age = (uint64_t)(TODAY - persons[i].from);
		w[i] = pareto(4, 5, 400) * (3 * SPAN + 7 * age) / (10 * SPAN);
		if (persons[i].stage == FORMER)
			w[i] /= 2;
		w[i] = ((w[i] * exp2_neg(2 * neg_log2())) >> 31) +
		    65536 * 12 / 100;
	}
	return w;
}

static uint64_t *
talking(void)
{
	static const uint32_t percent[] = { 50, 120, 150, 80 };
	uint64_t *w = crm_calloc(npersons, sizeof(*w));
	uint32_t i;

	for (i = 0; i < npersons; i++)
		w[i] = pareto(2, 3, 200) * percent[persons[i].stage] / 100;
	return w;
}

static void
gen_purchases(uint32_t n)
{
	static const char *const columns[] = { "who", "at", "amount",
		"currency", "product", NULL };
	uint64_t *weight = buying();
	struct event *e = draw_events(weight, n);
	struct zipf zipf;
	struct table t;
	uint32_t i;

	zipf_init(&zipf, LEN(products), 1, 70);
	table_open(&t, "purchases", columns, 1u << TSV | 1u << PEER);
	for (i = 0; i < n; i++) {
		const struct product *p = &products[zipf_pick(&zipf)];
		uint32_t qty = 1;

		while (qty < 20 && below(4) == 0)
			qty++;
		add_id(&t, 'p', e[i].who + 1);
		add_day(&t, FIRST_DAY + (int32_t)(e[i].minute / DAY_MIN));
		add_money(
		    &t, (uint64_t)p->price * qty * (80 + below(41)) / 100);
		add_text(&t, country_of(&persons[e[i].who])->currency);
		add_text(&t, p->name);
	}
	table_close(&t);
	crm_free(zipf.sum);
	crm_free(e);
	crm_free(weight);
}

#define NMADE 3000 /* words of syllables */
#define WORD_MAX 40
struct words {
	char (*word)[WORD_MAX];
	uint32_t n;
	struct zipf zipf;
};

static void
words_init(struct words *w)
{
	const char *p = text_words;
	uint32_t i;
	size_t len;

	w->word = crm_calloc(NMADE + 1000, WORD_MAX);
	for (w->n = 0; *p != '\0'; w->n++) {
		len = strcspn(p, " ");
		memcpy(w->word[w->n], p, len);
		p += len + (p[len] == ' ');
	}
	for (i = 0; i < NMADE; i++)
		(void)snprintf(w->word[w->n++], WORD_MAX, "%s%s%s",
		    begins[i % 20], middles[i / 20 % 15], ends[i / 300]);
	zipf_init(&w->zipf, w->n, 3, 100);
}

static void
add_sentence(struct table *t, const struct words *w, struct crm_buf *b)
{
	uint32_t n = 5 + below(8);

	crm_buf_reset(b);
	while (n-- > 0)
		crm_buf_addf(b, "%s%s", b->n > 0 ? " " : "",
		    w->word[zipf_pick(&w->zipf)]);
	if (b->p[0] >= 'a' && b->p[0] <= 'z')
		b->p[0] = (char)(b->p[0] - 'a' + 'A');
	if (below(12) == 0)
		crm_buf_addf(b, " #%u", 10000 + below(90000));
	add_text(t, b->p);
}

static void
gen_contacts(uint32_t n)
{
	static const char *const columns[] = { "who", "what", "at", "direction",
		"text", NULL };
	uint64_t *weight = talking();
	struct event *e = draw_events(weight, n);
	struct crm_buf b = CRM_BUF_INIT(1000);
	struct words words;
	struct table t;
	uint32_t i, r;

	words_init(&words);
	table_open(&t, "contacts", columns, 1u << TSV | 1u << PEER);
	for (i = 0; i < n; i++) {
		r = below(100);
		add_id(&t, 'p', e[i].who + 1);
		add_text(&t,
		    r < 55       ? "email"
			: r < 80 ? "call"
			: r < 92 ? "note"
				 : "meeting");
		add_time(&t, e[i].minute);
		add_text(&t,
		    r >= 80 && r < 92     ? ""
			: below(100) < 58 ? "out"
					  : "in");
		add_sentence(&t, &words, &b);
	}
	table_close(&t);
	crm_buf_release(&b);
	crm_free(words.zipf.sum);
	crm_free(words.word);
	crm_free(e);
	crm_free(weight);
}

/*
 * Deals, tickets, products.
 */
static void
add_day_if(struct table *t, bool known, int32_t day)
{
	if (known)
		add_day(t, day);
	else
		add_text(t, "");
}

/* A day of a person's time with the firm. */
static int32_t
day_of(const struct person *p)
{
	return p->from + (int32_t)below((uint32_t)(TODAY - p->from));
}

/* About log-normal, in whole units: 2^(a sum of uniform numbers). */
static uint64_t
draw_value(void)
{
	uint64_t x = 0;
	int i;

	for (i = 0; i < 6; i++)
		x += below(4u << 24);
	return (((uint64_t)1 << 40) / exp2_neg(x) >> 9) * 100;
}

static void
gen_deals(uint32_t n)
{
	static const char *const columns[] = { "title", "who", "stage", "value",
		"currency", "probability", "opened", "expected", "closed",
		NULL };
	static const struct {
		const char *name;
		uint32_t upto, probability; /* percent */
	} stage[] = { { "new", 20, 10 }, { "qualified", 40, 25 },
		{ "proposal", 55, 50 }, { "negotiation", 63, 75 },
		{ "won", 82, 100 }, { "lost", 100, 0 } };
	struct table t;
	uint32_t i, r, s, who;
	int32_t opened, end;
	char title[60];

	table_open(&t, "deals", columns, 1u << TSV | 1u << PEER);
	for (i = 0; i < n; i++) {
		who = below(npersons);
		r = below(100);
		for (s = 0; r >= stage[s].upto; s++)
			;
		opened = day_of(&persons[who]);
		end = s < 4 ? TODAY - 20 + (int32_t)below(200)
			    : opened + 5 + (int32_t)below(120);
		if (s >= 4 && end >= TODAY)
			end = TODAY - 1;
		(void)snprintf(title, sizeof(title), "%s x%u",
		    products[below(LEN(products))].name, 1 + below(25));
		add_text(&t, title);
		add_id(&t, 'p', who + 1);
		add_text(&t, stage[s].name);
		add_money(&t, draw_value());
		add_text(&t, country_of(&persons[who])->currency);
		add_number(&t, stage[s].probability);
		add_day(&t, opened);
		add_day(&t, end);
		add_day_if(&t, s >= 4, end);
	}
	table_close(&t);
}

static void
gen_tickets(uint32_t n)
{
	static const char *const columns[] = { "title", "who", "stage",
		"priority", "opened", "closed", NULL };
	static const char *const priorities[] = { "low", "normal", "high",
		"urgent" };
	struct table t;
	uint32_t i, r, who;
	int32_t opened, closed;
	char title[60];
	bool open;

	table_open(&t, "tickets", columns, 1u << TSV | 1u << PEER);
	for (i = 0; i < n; i++) {
		who = below(npersons);
		opened = day_of(&persons[who]);
		closed = opened + (int32_t)((3 * neg_log2()) >> 24);
		open = closed >= TODAY || below(20) == 0;
		r = below(100);
		(void)snprintf(title, sizeof(title), "%s does not work",
		    products[below(LEN(products))].name);
		add_text(&t, title);
		add_id(&t, 'p', who + 1);
		add_text(&t, open ? "open" : "closed");
		add_text(&t,
		    priorities[r < 25 ? 0
			    : r < 78  ? 1
			    : r < 95  ? 2
				      : 3]);
		add_day(&t, opened);
		add_day_if(&t, !open, closed);
	}
	table_close(&t);
}

static void
gen_products(void)
{
	static const char *const columns[] = { "name", "price", "currency",
		NULL };
	struct table t;
	uint32_t i;

	table_open(&t, "products", columns, 1u << TSV | 1u << PEER);
	for (i = 0; i < LEN(products); i++) {
		add_text(&t, products[i].name);
		add_money(&t, products[i].price);
		add_text(&t, "EUR");
	}
	table_close(&t);
}

int
main(int argc, char *argv[])
{
	unsigned long n = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;

	if (n < 100 || n > 100000000) {
		(void)fprintf(stderr,
		    "usage: gen N FOLDER [SEED]   (N from 100 to 100000000)\n");
		return 64;
	}
	table_folder = argv[2];
	state = argc > 3 ? strtoull(argv[3], NULL, 10) : 42;
	if (mkdir(table_folder, 0777) != 0 && errno != EEXIST)
		fail(table_folder);
	npersons = (uint32_t)n;
	persons = crm_calloc(npersons, sizeof(*persons));
	zipf_init(&city_zipf, LEN(cities), 1, 90);
	zipf_init(&tag_zipf, LEN(tags), 1, 80);

	gen_orgs(npersons / 10);
	gen_products();
	gen_people(npersons / 10);
	gen_purchases(5 * npersons);
	gen_contacts(5 * npersons);
	gen_deals(npersons / 5);
	gen_tickets(npersons / 10);

	crm_free(city_zipf.sum);
	crm_free(tag_zipf.sum);
	crm_free(persons);
	return 0;
}
