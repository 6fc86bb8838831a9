#include "record/alike.h"

#include <ctype.h>

#include "base/fold.h"
#include "base/map.h"
#include "base/utf8.h"
#include "record/value.h"

#define CLOSE 0.88
#define WORDS_MAX 12
#define PHONE_DIGITS 9 /* from the end: without country and trunk zero */
#define PHONE_LEAST 6

/* Words that say how a firm is run, not which one it is. */
static const char *const forms[] = { "ab", "ag", "as", "bv", "co", "company",
	"corp", "corporation", "eg", "gmbh", "inc", "incorporated", "kg",
	"limited", "llc", "llp", "ltd", "nv", "ohg", "oy", "oyj", "plc", "pty",
	"pvt", "sa", "sarl", "sas", "se", "spa", "srl", "the", NULL };

static bool
is_form(struct crm_view word)
{
	size_t i;

	for (i = 0; forms[i] != NULL; i++)
		if (crm_view_is(word, forms[i]))
			return true;
	return false;
}

static void
add_letters(struct crm_letters *l, struct crm_view v)
{
	size_t i, len;
	uint32_t cp;

	for (i = 0; i < v.n && l->n < CRM_LETTERS; i += len) {
		len = crm_utf8_get(v.p + i, v.n - i, &cp);
		if (len == 0)
			return;
		l->c[l->n++] = (uint16_t)(cp <= 0xffff ? cp : cp % 0xffff);
	}
}

/* The letters of all words of a text. */
static void
letters_of(struct crm_letters *l, struct crm_view text, struct crm_buf *b)
{
	struct crm_words w;
	struct crm_view word;

	crm_buf_reset(b);
	crm_fold(b, text);
	crm_words_begin(&w, crm_buf_view(b));
	while (crm_words_next(&w, &word))
		add_letters(l, word);
}

static uint64_t
hash_of(const struct crm_letters *l)
{
	return crm_hash(crm_view((const char *)l->c, l->n * sizeof(l->c[0])));
}

static uint64_t
mix(uint64_t kind, uint64_t a, uint64_t b)
{
	char bytes[24];

	crm_be64(bytes, kind);
	crm_be64(bytes + 8, a);
	crm_be64(bytes + 16, b);
	return crm_hash(crm_view(bytes, sizeof(bytes)));
}

/* The words of a name, whatever their order, and its first and last one. */
static void
take_name(struct crm_sketch *s, struct crm_view text, bool org, bool parts,
    struct crm_buf *b)
{
	struct crm_words w;
	struct crm_view word, first = CRM_VNULL, last = CRM_VNULL;
	size_t n = 0;

	crm_buf_reset(b);
	crm_fold(b, text);
	crm_words_begin(&w, crm_buf_view(b));
	while (crm_words_next(&w, &word) && n < WORDS_MAX) {
		if (org && n > 0 && is_form(word))
			continue;
		s->name += mix('w', crm_hash(word), 0);
		if (n++ == 0)
			first = word;
		last = word;
		if (org)
			add_letters(&s->family, word);
	}
	if (org || !parts || n == 0)
		return;
	add_letters(&s->family, last);
	if (n > 1)
		add_letters(&s->given, first);
}

/* As mail systems that ignore it do: what stands behind "+" goes, and the
 * dots of Google's. */
static uint64_t
hash_email(struct crm_view v, struct crm_buf *b)
{
	size_t at, i, n;
	bool dots;

	crm_buf_reset(b);
	crm_fold(b, v);
	n = b->n;
	at = crm_view_find(crm_buf_view(b), '@');
	v = crm_view_skip(crm_buf_view(b), at);
	dots =
	    crm_view_is(v, "@gmail.com") || crm_view_is(v, "@googlemail.com");
	for (i = 0; i < at && (i == 0 || b->p[i] != '+'); i++)
		if (!dots || b->p[i] != '.')
			crm_buf_addc(b, b->p[i]);
	for (i = at; i < n && !dots; i++)
		crm_buf_addc(b, b->p[i]);
	return crm_hash(crm_view_skip(crm_buf_view(b), n));
}

/* The last digits: one number may have its country, the other one not. */
static uint64_t
hash_phone(const struct crm_dial *home, struct crm_view v)
{
	char key[CRM_PHONE_KEY];
	size_t n = crm_phone_key(home, v, key);

	if (n < PHONE_LEAST)
		return 0;
	return crm_hash(crm_view(key, n < PHONE_DIGITS ? n : PHONE_DIGITS));
}

static uint64_t
hash_url(struct crm_view v, struct crm_buf *b)
{
	size_t scheme;

	crm_buf_reset(b);
	crm_fold(b, v);
	v = crm_buf_view(b);
	scheme = crm_view_find(v, ':');
	if (scheme + 3 < v.n && v.p[scheme + 1] == '/')
		v = crm_view_skip(v, scheme + 3);
	if (crm_view_starts(v, CRM_V("www.")))
		v = crm_view_skip(v, 4);
	while (v.n > 0 && v.p[v.n - 1] == '/')
		v.n--;
	return crm_hash(v);
}

static void
add_hash(uint64_t *list, uint8_t *n, uint64_t hash)
{
	if (hash != 0 && *n < CRM_ALIKE_MANY)
		list[(*n)++] = hash;
}

static void
take_many(struct crm_sketch *s, const struct crm_field *f, struct crm_view v,
    struct crm_buf *b)
{
	struct crm_many m;

	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (crm_many_next(&m, &v)) {
		s->filled++;
		if (f->type == CRM_T_EMAIL)
			add_hash(s->email, &s->nemails, hash_email(v, b));
		else if (f->type == CRM_T_PHONE)
			add_hash(s->phone, &s->nphones, hash_phone(f->dial, v));
		else if (f->type == CRM_T_URL)
			add_hash(s->url, &s->nurls, hash_url(v, b));
	}
}

void
crm_sketch_make(struct crm_sketch *s, const struct crm_kind *k, uint64_t id,
    const struct crm_stored *r, struct crm_buf *b)
{
	struct crm_view name = CRM_VNULL;
	bool org = k->letter == 'o';
	uint32_t i;

	memset(s, 0, sizeof(*s));
	s->id = id;
	for (i = 0; i < r->n; i++) {
		struct crm_slot v = crm_stored_at(r, i);
		const struct crm_field *f = crm_field_num(k, v.num);

		if (f == NULL)
			continue;
		take_many(s, f, v.value, b);
		if (f->num == k->title)
			name = v.value;
		else if (!org && f->num == CRM_PERSON_GIVEN)
			letters_of(&s->given, v.value, b);
		else if (!org && f->num == CRM_PERSON_FAMILY)
			letters_of(&s->family, v.value, b);
		else if (f->num == (org ? CRM_ORG_STREET : CRM_PERSON_STREET))
			letters_of(&s->street, v.value, b);
		else if (f->num == (org ? CRM_ORG_CITY : CRM_PERSON_CITY))
			letters_of(&s->city, v.value, b);
		else if (f->num ==
		    (org ? CRM_ORG_POSTCODE : CRM_PERSON_POSTCODE))
			letters_of(&s->postcode, v.value, b);
		else if (!org && f->num == CRM_PERSON_BIRTHDAY)
			(void)crm_value_get_date(v.value, &s->birthday);
		else if (!org && f->num == CRM_PERSON_ORG)
			s->org = crm_link_get(v.value);
	}
	take_name(s, name, org, s->given.n == 0 && s->family.n == 0, b);
}

static bool
is_latin(const struct crm_letters *l)
{
	uint8_t i;

	for (i = 0; i < l->n; i++)
		if (l->c[i] > 0x7f)
			return false;
	return l->n > 0;
}

uint64_t
crm_sound_code(const struct crm_letters *l)
{
	/* classes of a to z; 0: none, 7: h and w, which do not part */
	static const char class[] = "01230127022455012623017202";
	uint64_t code;
	uint8_t i, n = 0;
	char c, before;

	if (l->n == 0)
		return 0;
	code = l->c[0];
	if (!is_latin(l)) {
		for (i = 1; i < 4 && i < l->n; i++)
			code = code << 16 | l->c[i];
		return code;
	}
	before = islower(l->c[0]) ? class[l->c[0] - 'a'] : '0';
	for (i = 1; i < l->n && n < 4; i++) {
		if (!islower(l->c[i]))
			continue;
		c = class[l->c[i] - 'a'];
		if (c == '7')
			continue;
		if (c != '0' && c != before) {
			code = code << 4 | (uint64_t)(c - '0');
			n++;
		}
		before = c;
	}
	return code;
}

static void
add_key(uint64_t *out, size_t *n, char kind, uint64_t a, uint64_t b)
{
	if (a != 0 && *n < CRM_ALIKE_KEYS)
		out[(*n)++] = mix((uint64_t)kind, a, b);
}

static uint64_t
day_of(const struct crm_sketch *s)
{
	return s->birthday.month == 0 || s->birthday.year == 0
	    ? 0
	    : (uint64_t)(uint16_t)s->birthday.year << 16 |
		(uint64_t)(uint8_t)s->birthday.month << 8 |
		(uint8_t)s->birthday.day;
}

size_t
crm_sketch_keys(const struct crm_sketch *s, uint64_t out[CRM_ALIKE_KEYS])
{
	uint64_t part[5], street, postcode;
	size_t n = 0, i, j;

	for (i = 0; i < s->nemails; i++)
		add_key(out, &n, 'e', s->email[i], 0);
	for (i = 0; i < s->nphones; i++)
		add_key(out, &n, 'p', s->phone[i], 0);
	for (i = 0; i < s->nurls; i++)
		add_key(out, &n, 'u', s->url[i], 0);
	add_key(out, &n, 'n', s->name, 0);
	street = s->street.n > 3 ? hash_of(&s->street) : 0;
	postcode = s->postcode.n > 1 ? hash_of(&s->postcode) : 0;
	part[0] = crm_sound_code(&s->given);
	part[1] = crm_sound_code(&s->family);
	part[2] = day_of(s);
	part[3] = postcode;
	part[4] = street;
	/* names may stand crosswise: together in no order */
	if (part[0] != 0 && part[1] != 0)
		add_key(out, &n, 's', part[0] < part[1] ? part[0] : part[1],
		    part[0] < part[1] ? part[1] : part[0]);
	else if (part[1] != 0)
		add_key(out, &n, 'f', part[1], 0);
	for (i = 0; i < 5; i++)
		for (j = i + 1; j < 5; j++)
			if (part[i] != 0 && part[j] != 0 && j > 1)
				add_key(out, &n,
				    (char)('A' + (i < 2 ? 0 : i) * 5 + j),
				    part[i], part[j]);
	return n;
}

static uint32_t
part_of(char kind, uint64_t value)
{
	uint32_t hash = (uint32_t)mix((uint64_t)kind, value, 0);

	return value == 0 ? 0 : hash != 0 ? hash : 1;
}

void
crm_sketch_parts(const struct crm_sketch *s, uint32_t out[CRM_ALIKE_PARTS])
{
	out[0] = part_of('b', day_of(s));
	out[1] = part_of('z', s->postcode.n > 0 ? hash_of(&s->postcode) : 0);
	out[2] = part_of('s', s->street.n > 0 ? hash_of(&s->street) : 0);
	out[3] = part_of('o', s->org);
	out[4] = part_of('c', s->city.n > 0 ? hash_of(&s->city) : 0);
}

static bool
is_same(const struct crm_letters *a, const struct crm_letters *b)
{
	return a->n == b->n && memcmp(a->c, b->c, a->n * sizeof(a->c[0])) == 0;
}

/* Letters that both have, not too far from each other; those are marked. */
static int
match(const struct crm_letters *a, const struct crm_letters *b, bool *in_a,
    bool *in_b)
{
	int longer = a->n > b->n ? a->n : b->n, i, j, common = 0;
	int window = longer / 2 > 0 ? longer / 2 - 1 : 0;

	for (i = 0; i < a->n; i++)
		for (j = i > window ? i - window : 0;
		     j < b->n && j <= i + window; j++)
			if (!in_b[j] && a->c[i] == b->c[j]) {
				in_a[i] = in_b[j] = true;
				common++;
				break;
			}
	return common;
}

double
crm_jaro_winkler(const struct crm_letters *a, const struct crm_letters *b)
{
	bool in_a[CRM_LETTERS] = { false }, in_b[CRM_LETTERS] = { false };
	int common = match(a, b, in_a, in_b), i, j = 0, apart = 0, same = 0;
	double jaro, m = common;

	if (common == 0)
		return 0;
	for (i = 0; i < a->n; i++) {
		if (!in_a[i])
			continue;
		while (!in_b[j])
			j++;
		apart += a->c[i] != b->c[j++];
	}
	jaro = (m / a->n + m / b->n + (m - apart / 2.0) / m) / 3;
	while (
	    same < 4 && same < a->n && same < b->n && a->c[same] == b->c[same])
		same++;
	return jaro + same * 0.1 * (1 - jaro);
}

enum degree { LACKING, SAME, NEAR, NOT };

static enum degree
compare(const struct crm_letters *a, const struct crm_letters *b)
{
	if (a->n == 0 || b->n == 0)
		return LACKING;
	if (is_same(a, b))
		return SAME;
	return crm_jaro_winkler(a, b) >= CLOSE ? NEAR : NOT;
}

static enum degree
compare_given(const struct crm_letters *a, const struct crm_letters *b)
{
	enum degree d = compare(a, b);

	return d == NOT && (a->n == 1 || b->n == 1) && a->c[0] == b->c[0] ? NEAR
									  : d;
}

static enum degree
compare_hashes(const uint64_t *a, uint8_t na, const uint64_t *b, uint8_t nb)
{
	uint8_t i, j;

	if (na == 0 || nb == 0)
		return LACKING;
	for (i = 0; i < na; i++)
		for (j = 0; j < nb; j++)
			if (a[i] == b[j])
				return SAME;
	return NOT;
}

/* A day as eight digits. */
static void
digits_of(struct crm_date d, char out[8])
{
	int n = d.year * 10000 + d.month * 100 + d.day, i;

	for (i = 7; i >= 0; i--, n /= 10)
		out[i] = (char)(n % 10);
}

static enum degree
compare_days(struct crm_date a, struct crm_date b)
{
	char x[8], y[8];
	int i, differ = 0, last = 0;

	if (a.month == 0 || b.month == 0)
		return LACKING;
	if (a.year == 0 || b.year == 0)
		return a.month == b.month && a.day == b.day ? NEAR : NOT;
	if (a.year == b.year && a.month == b.day && a.day == b.month)
		return a.month == a.day ? SAME : NEAR;
	digits_of(a, x);
	digits_of(b, y);
	for (i = 0; i < 8; i++)
		if (x[i] != y[i]) {
			differ++;
			last = i;
		}
	if (differ == 0)
		return SAME;
	if (differ == 1)
		return NEAR;
	return differ == 2 && x[last] == y[last - 1] && x[last - 1] == y[last]
	    ? NEAR
	    : NOT;
}

/* Rows of points: the same, close, not. */
struct points {
	const char *name;
	int same, close, not ;
};

static const struct points email = { "email", 12, 0, -1 };
static const struct points phone = { "phone", 9, 0, -1 };
static const struct points url = { "url", 6, 0, 0 };
static const struct points birthday = { "birthday", 9, 5, -6 };
static const struct points street = { "street", 7, 4, -2 };
static const struct points family = { "family", 6, 4, -5 };
static const struct points given = { "given", 4, 2, -7 };
static const struct points postcode = { "postcode", 4, 2, -1 };
static const struct points city = { "city", 2, 1, -1 };
static const struct points org = { "org", 2, 0, 0 };
static const struct points whole = { "name", 10, 6, -9 };

static int
worth(const struct points *p, enum degree d)
{
	return d == SAME ? p->same
	    : d == NEAR  ? p->close
	    : d == NOT   ? p->not
			 : 0;
}

static int
count(const struct points *p, enum degree d, struct crm_buf *why)
{
	if (why != NULL && (d == SAME || d == NEAR)) {
		crm_buf_adds(why, why->n > 0 ? ", " : "");
		crm_buf_adds(why, p->name);
		crm_buf_adds(why, d == NEAR ? " (close)" : "");
	}
	return worth(p, d);
}

/* The two names of a person, as they stand or crosswise. */
static int
count_names(
    const struct crm_sketch *a, const struct crm_sketch *b, struct crm_buf *why)
{
	enum degree f = compare(&a->family, &b->family);
	enum degree g = compare_given(&a->given, &b->given);
	enum degree x = compare(&a->family, &b->given);
	enum degree y = compare(&a->given, &b->family);
	int straight = worth(&family, f) + worth(&given, g);
	int cross = worth(&family, x) + worth(&given, y) - 1;

	if (x == LACKING || y == LACKING || cross <= straight)
		return count(&given, g, why) + count(&family, f, why);
	return count(&given, y, why) + count(&family, x, why) - 1;
}

/* Less for a name that many bear. */
static int
count_same_name(uint64_t bearers, struct crm_buf *why)
{
	int points = count(&whole, SAME, why);

	for (; bearers >= 8 && points > 2; bearers /= 2)
		points--;
	return points;
}

int
crm_alike(const struct crm_sketch *a, const struct crm_sketch *b,
    uint64_t bearers, struct crm_buf *why)
{
	bool firm = crm_id_kind(a->id) == 'o';
	int n;

	n = count(&email,
	    compare_hashes(a->email, a->nemails, b->email, b->nemails), why);
	n += count(&phone,
	    compare_hashes(a->phone, a->nphones, b->phone, b->nphones), why);
	n += count(
	    &url, compare_hashes(a->url, a->nurls, b->url, b->nurls), why);
	if (a->name != 0 && a->name == b->name)
		n += count_same_name(bearers, why);
	else if (firm)
		n += count(&whole, compare(&a->family, &b->family), why);
	else
		n += count_names(a, b, why);
	n += count(&birthday, compare_days(a->birthday, b->birthday), why);
	n += count(&street, compare(&a->street, &b->street), why);
	n += count(&postcode, compare(&a->postcode, &b->postcode), why);
	n += count(&city, compare(&a->city, &b->city), why);
	return n +
	    count(&org,
		a->org == 0 || b->org == 0 ? LACKING
		    : a->org == b->org     ? SAME
					   : NOT,
		why);
}
