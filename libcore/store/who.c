#include "store/who.h"

#include <stdio.h>

#include "base/fold.h"
#include "base/utf8.h"
#include "record/field.h"
#include "record/value.h"
#include "store/history.h"
#include "store/near.h"
#include "store/past.h"

#define PHONE_DIGITS_MIN 6 /* fewer are no phone number */
#define SEVERAL_SHOWN 6    /* of the records that a name may mean */

bool
crm_who_is_email(struct crm_view v)
{
	size_t at = crm_view_find(v, '@');

	return at > 0 && at + 1 < v.n && crm_view_find(v, ' ') == v.n;
}

bool
crm_who_is_ref(struct crm_view v)
{
	size_t colon = crm_view_find(v, ':');

	return colon > 0 && colon + 1 < v.n &&
	    crm_view_find(crm_view(v.p, colon), ' ') == colon;
}

bool
crm_who_is_phone(struct crm_view v)
{
	size_t digits = 0, i, len;
	uint32_t cp = 0;

	for (i = 0; i < v.n; i += len) {
		len = crm_utf8_get(v.p + i, v.n - i, &cp);
		if (len > 0 && crm_digit_of(cp) >= 0)
			digits++;
		else if (len != 1 || memchr("+ -./()", v.p[i], 7) == NULL)
			return false;
	}
	return digits >= PHONE_DIGITS_MIN;
}

static bool
counts(const char *kinds, char letter)
{
	if (kinds == NULL)
		return letter != 'e';
	return strchr(kinds, letter) != NULL;
}

/* Add the ids of a kind whose field has a value. */
static const struct crm_err *
add_found(struct crm_snap *snap, const struct crm_kind *k,
    const struct crm_field *f, struct crm_view key, bool prefix, uint64_t *ids,
    size_t *n)
{
	const struct crm_err *err;
	const uint64_t *found;
	size_t nfound, i, j;

	err = crm_snap_find(
	    snap, k->letter, f, key, prefix, CRM_WHO_MAX, &found, &nfound);
	for (i = 0; err == NULL && i < nfound && *n < CRM_WHO_MAX; i++) {
		for (j = 0; j < *n && ids[j] != found[i]; j++)
			;
		if (j == *n)
			ids[(*n)++] = found[i];
	}
	return err;
}

/* Look in a field (by type, or the ref, or the title) of all kinds. */
enum where { IN_EMAIL, IN_PHONE, IN_REF, IN_TITLE };

static bool
is_where(const struct crm_kind *k, const struct crm_field *f, enum where w)
{
	if ((f->flags & CRM_F_INDEXED) == 0)
		return false;
	switch (w) {
	case IN_EMAIL:
		return f->type == CRM_T_EMAIL;
	case IN_PHONE:
		return f->type == CRM_T_PHONE;
	case IN_REF:
		return f->num == CRM_N_REF;
	case IN_TITLE:
		break;
	}
	return f->num == k->title;
}

static const struct crm_err *
look(struct crm_snap *snap, const char *kinds, enum where where,
    struct crm_view key, bool prefix, uint64_t *ids, size_t *n)
{
	const struct crm_schema *s = crm_snap_schema(snap);
	const struct crm_err *err = NULL;
	size_t i, j;

	for (i = 0; err == NULL && i < crm_schema_nkinds(s); i++) {
		const struct crm_kind *k = crm_schema_kind(s, i);

		if (!counts(kinds, k->letter))
			continue;
		for (j = 0; err == NULL && j < k->nfields; j++) {
			const struct crm_field *f =
			    crm_field_num(k, k->field[j].num);

			if (f != NULL && is_where(k, f, where))
				err =
				    add_found(snap, k, f, key, prefix, ids, n);
		}
	}
	return err;
}

/* The key of a text in fields of a type. */
static void
text_key(struct crm_buf *b, enum crm_type type, struct crm_view text)
{
	struct crm_field f = { .type = (uint8_t)type };

	crm_buf_reset(b);
	crm_value_add_key(b, &f, text);
}

/*
 * Phones are indexed by their digits backwards.  A number with its country
 * ("+" or "00") is taken whole, as is one that the plan of the store's country
 * makes so; else the trunk prefix goes, and it has to be the end of a stored
 * one.
 */
static const struct crm_err *
look_phone(struct crm_snap *snap, const char *kinds, struct crm_view text,
    uint64_t *ids, size_t *n)
{
	const struct crm_err *err;
	const struct crm_dial *home = crm_schema_dial(crm_snap_schema(snap));
	char key[CRM_PHONE_KEY];
	bool whole;
	size_t len = crm_phone_key(home, text, key);

	err = look(snap, kinds, IN_PHONE, crm_view(key, len), false, ids, n);
	len = crm_phone_end(home, text, key, &whole);
	if (err == NULL && *n == 0 && !whole)
		err = look(
		    snap, kinds, IN_PHONE, crm_view(key, len), false, ids, n);
	if (err == NULL && *n == 0 && !whole && len >= PHONE_DIGITS_MIN)
		err = look(
		    snap, kinds, IN_PHONE, crm_view(key, len), true, ids, n);
	return err;
}

/* Keep those names that are equal to the letter, if any is. */
static const struct crm_err *
prefer_exact(
    struct crm_snap *snap, struct crm_view text, uint64_t *ids, size_t *n)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = NULL;
	uint64_t exact[CRM_WHO_MAX];
	size_t i, k = 0;

	for (i = 0; err == NULL && i<*n && * n> 1; i++) {
		crm_buf_reset(&b);
		err = crm_who_name(snap, ids[i], &b);
		if (crm_view_eq(crm_buf_view(&b), text))
			exact[k++] = ids[i];
	}
	if (err == NULL && k > 0) {
		memcpy(ids, exact, k * sizeof(*ids));
		*n = k;
	}
	crm_buf_release(&b);
	return err;
}

/* Only damage makes merges go round: no more are followed. */
#define MERGES_MAX 10000

const struct crm_err *
crm_who_now(struct crm_snap *snap, uint64_t id, uint64_t *out)
{
	const struct crm_err *err = NULL;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_view v;
	int i;

	*out = 0;
	for (i = 0; err == NULL && i < MERGES_MAX; i++) {
		err = crm_snap_get(snap, id, &r, &p);
		if (err == NULL && p == CRM_LIVE)
			*out = id;
		if (err != NULL || p != CRM_REMOVED ||
		    !crm_stored_get(&r, CRM_N_MERGED, &v))
			break;
		id = crm_link_get(v);
	}
	return err;
}

static const struct crm_err *
find_id(struct crm_snap *snap, uint64_t id, uint64_t *ids, size_t *n)
{
	const struct crm_err *err;

	err = crm_who_now(snap, id, ids);
	if (err == NULL)
		*n = ids[0] != 0;
	return err;
}

const struct crm_err *
crm_who_find(struct crm_snap *snap, const char *kinds, struct crm_view text,
    uint64_t ids[CRM_WHO_MAX], size_t *n)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	const struct crm_err *err = NULL;
	uint64_t id;

	*n = 0;
	if (text.n == 0)
		return NULL;
	/* where no record of that kind can be meant, p12 is a name */
	if (crm_id_parse(text, &id) &&
	    crm_kind_of(crm_snap_schema(snap), crm_id_kind(id)) != NULL &&
	    (kinds == NULL || strchr(kinds, crm_id_kind(id)) != NULL))
		return find_id(snap, id, ids, n);
	if (crm_who_is_email(text)) {
		text_key(&b, CRM_T_EMAIL, text);
		err = look(
		    snap, kinds, IN_EMAIL, crm_buf_view(&b), false, ids, n);
	}
	if (err == NULL && *n == 0 && crm_who_is_ref(text)) {
		text_key(&b, CRM_T_TEXT, text);
		err =
		    look(snap, kinds, IN_REF, crm_buf_view(&b), false, ids, n);
	}
	if (err == NULL && *n == 0 && crm_who_is_phone(text))
		err = look_phone(snap, kinds, text, ids, n);
	if (err == NULL && *n == 0) {
		text_key(&b, CRM_T_TEXT, text);
		err = look(
		    snap, kinds, IN_TITLE, crm_buf_view(&b), false, ids, n);
		if (err == NULL)
			err = prefer_exact(snap, text, ids, n);
	}
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_who_find_ever(struct crm_snap *snap, const char *kinds,
    struct crm_view text, uint64_t ids[CRM_WHO_MAX], size_t *n)
{
	const struct crm_err *err = crm_who_find(snap, kinds, text, ids, n);
	enum crm_presence p;
	struct crm_stored r;
	uint64_t id;

	if (err != NULL || *n > 0 || !crm_id_parse(text, &id) ||
	    (kinds != NULL && strchr(kinds, crm_id_kind(id)) == NULL))
		return err;
	err = crm_snap_get(snap, id, &r, &p);
	if (err == NULL && p == CRM_REMOVED)
		ids[(*n)++] = id;
	return err;
}

/* Add what a record is called; r is it, if it is there. */
static const struct crm_err *
add_name(struct crm_snap *snap, uint64_t id, struct crm_stored *r,
    enum crm_presence *p, struct crm_buf *out)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(snap), crm_id_kind(id));
	const struct crm_err *err;
	char text[CRM_ID_TEXT];
	struct crm_view v;

	err = crm_snap_get_beside(snap, id, r, p);
	if (err != NULL)
		return err;
	if (*p != CRM_ABSENT && k != NULL && k->title != 0 &&
	    crm_stored_get(r, k->title, &v))
		crm_buf_addv(out, v);
	else
		crm_buf_adds(out, crm_id_text(id, text));
	return NULL;
}

const struct crm_err *
crm_who_name(struct crm_snap *snap, uint64_t id, struct crm_buf *out)
{
	enum crm_presence p;
	struct crm_stored r;

	return add_name(snap, id, &r, &p, out);
}

const struct crm_err *
crm_who_link(struct crm_snap *snap, uint64_t id, struct crm_buf *out)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;

	err = add_name(snap, id, &r, &p, out);
	if (err == NULL && p == CRM_REMOVED)
		crm_buf_adds(out,
		    (r.flags & CRM_R_ERASED) != 0 ? " (erased)" : " (removed)");
	return err;
}

static const char *
article(const char *word)
{
	return strchr("aeio", word[0]) != NULL ? "an" : "a";
}

/* "person or org" */
static void
list_kinds(struct crm_snap *snap, const char *kinds, char *out, size_t size)
{
	const struct crm_kind *k;
	size_t n = 0;

	(void)snprintf(out, size, "record");
	for (; kinds != NULL && *kinds != '\0' && n < size; kinds++) {
		k = crm_kind_of(crm_snap_schema(snap), *kinds);
		if (k != NULL)
			n += (size_t)snprintf(out + n, size - n, "%s%s",
			    n > 0 ? " or " : "", k->name);
	}
}

/* " (did you mean p1 Anna Nowak?)", of a word that looks like a name. */
static void
add_near(struct crm_snap *snap, const char *kinds, struct crm_view text,
    struct crm_buf *b)
{
	const struct crm_err *err;
	uint64_t ids[CRM_NEAR_MAX], id;
	char name[CRM_ID_TEXT];
	size_t n = 0, i;

	if (crm_id_parse(text, &id) || crm_who_is_email(text) ||
	    crm_who_is_phone(text) || crm_who_is_ref(text) ||
	    !crm_snap_take_hint(snap))
		return;
	err = crm_near(snap, kinds, text, ids, &n);
	for (i = 0; err == NULL && i < n; i++) {
		crm_buf_adds(b, i > 0 ? ", " : " (did you mean ");
		crm_buf_adds(b, crm_id_text(ids[i], name));
		crm_buf_addc(b, ' ');
		err = crm_who_name(snap, ids[i], b);
	}
	if (n > 0)
		crm_buf_adds(b, "?)");
	/* it is only a hint: without it, what is wrong is told all the same */
	if (err != NULL || crm_buf_end(b) != NULL)
		crm_buf_reset(b);
}

/* " ('Roof' is the deal d1)", of what is called so but is not meant here, or
 * where the events of that document are. */
static const struct crm_err *
add_other(struct crm_snap *snap, const char *kinds, struct crm_view text,
    struct crm_buf *b)
{
	const struct crm_kind *k = crm_kind_of(crm_snap_schema(snap), 'e');
	uint64_t ids[CRM_WHO_MAX];
	const struct crm_err *err = NULL;
	char id[CRM_ID_TEXT];
	size_t n = 0;

	if (kinds != NULL)
		err = crm_who_find(snap, NULL, text, ids, &n);
	if (err == NULL && n == 1) {
		k = crm_kind_of(crm_snap_schema(snap), crm_id_kind(ids[0]));
		crm_buf_addf(
		    b, " (it is the %s %s)", k->name, crm_id_text(ids[0], id));
	} else if (err == NULL && n == 0) {
		struct crm_buf key = CRM_BUF_INIT(CRM_LINE_MAX * 4);

		text_key(&key, CRM_T_TEXT, text);
		err = add_found(snap, k, crm_field_num(k, CRM_EVENT_DOC),
		    crm_buf_view(&key), false, ids, &n);
		crm_buf_release(&key);
		if (err == NULL && n > 0)
			crm_buf_addf(b,
			    " (crm-find event 'doc:=%.*s' finds "
			    "the events of that document)",
			    CRM_VARG(text));
	}
	return err;
}

/* The newest change set that removed a record. */
static const struct crm_err *
note_removal(void *ctx, uint64_t number, const struct crm_changed *changed)
{
	uint64_t *newest = ctx;

	if (*newest == 0 && changed != NULL &&
	    (changed->flags & CRM_CHANGED_REMOVED) != 0)
		*newest = number;
	return NULL;
}

const struct crm_err *
crm_who_gone(struct crm_snap *snap, uint64_t id)
{
	const struct crm_err *err;
	struct crm_zone *zone = crm_store_config(crm_snap_store(snap))->zone;
	char name[CRM_ID_TEXT], at[11];
	struct crm_change c;
	struct crm_stored r;
	enum crm_presence p;
	uint64_t number = 0;

	(void)crm_id_text(id, name);
	err = crm_snap_get(snap, id, &r, &p);
	if (err == NULL && p == CRM_REMOVED && (r.flags & CRM_R_ERASED) != 0)
		return crm_err(CRM_E_DATA, "%s was erased", name);
	if (err == NULL && p == CRM_REMOVED)
		err = crm_history_each(snap, id, note_removal, &number);
	if (err == NULL && number != 0)
		err = crm_change_get(crm_snap_txn(snap), number, &c);
	if (err != NULL)
		return err;
	if (number == 0)
		return crm_err(CRM_E_DATA, "no such record: %s", name);
	at[crm_date_put(at, crm_zone_date(zone, c.clock_us))] = '\0';
	return crm_err(CRM_E_DATA,
	    "%s was removed by %.*s on %s (crm-undo %llu brings it back)", name,
	    CRM_VARG(c.user), at, (unsigned long long)number);
}

/* When an event happened that happened only later; false: it did not. */
static bool
is_to_come(struct crm_snap *snap, const struct crm_stored *r, int64_t *at_us)
{
	struct crm_view v;

	return crm_stored_get(r, CRM_EVENT_AT, &v) &&
	    crm_value_get_time(v, at_us) &&
	    *at_us > crm_past_until(crm_snap_past(snap));
}

/* In the past, a record that was not there yet: since when it is. */
static const struct crm_err *
not_yet(struct crm_snap *snap, uint64_t id)
{
	struct crm_zone *zone = crm_store_config(crm_snap_store(snap))->zone;
	const struct crm_past *past = crm_snap_past(snap);
	const struct crm_err *err;
	char name[CRM_ID_TEXT], at[11];
	struct crm_change c;
	struct crm_stored r;
	struct crm_walk *w;
	struct crm_view v;
	int64_t at_us;

	if (past == NULL)
		return NULL;
	(void)crm_id_text(id, name);
	err = crm_snap_walk(snap, crm_table_of(id), &w);
	if (err == NULL)
		err = crm_walk_get(w, id, &v);
	if (err != NULL || v.p == NULL || !crm_code_open(v, &r))
		return err;
	if (crm_id_kind(id) == 'e' && is_to_come(snap, &r, &at_us)) {
		at[crm_date_put(at, crm_zone_date(zone, at_us))] = '\0';
		return crm_err(
		    CRM_E_DATA, "%s was not there yet: it is of %s", name, at);
	}
	if (!crm_past_is_later(past, r.added))
		return NULL;
	err = crm_change_get(crm_snap_txn(snap), r.added, &c);
	if (err != NULL || c.state == CRM_CHANGE_OPEN)
		return err;
	at[crm_date_put(at, crm_zone_date(zone, c.clock_us))] = '\0';
	return crm_err(CRM_E_DATA,
	    "%s was not there yet: it was added on %s (change %llu)", name, at,
	    (unsigned long long)r.added);
}

const struct crm_err *
crm_who_none(struct crm_snap *snap, const char *kinds, struct crm_view text)
{
	struct crm_buf near = CRM_BUF_INIT(600);
	const struct crm_err *err;
	const struct crm_kind *k;
	struct crm_stored r;
	enum crm_presence p;
	char list[200];
	uint64_t id;

	list_kinds(snap, kinds, list, sizeof(list));
	if (crm_id_parse(text, &id)) {
		k = crm_kind_of(crm_snap_schema(snap), crm_id_kind(id));
		if (k != NULL && kinds != NULL &&
		    strchr(kinds, k->letter) == NULL)
			return crm_err(CRM_E_DATA, "'%.*s' is %s %s, not %s %s",
			    CRM_VARG(text), article(k->name), k->name,
			    article(list), list);
		err = crm_snap_get(snap, id, &r, &p);
		if (err == NULL && p == CRM_REMOVED)
			return crm_who_gone(snap, id);
		if (err == NULL && p == CRM_ABSENT && k != NULL)
			err = not_yet(snap, id);
		if (err != NULL)
			return err;
	}
	err = add_other(snap, kinds, text, &near);
	if (err == NULL && near.n == 0)
		add_near(snap, kinds, text, &near);
	if (err != NULL || crm_buf_end(&near) != NULL)
		crm_buf_reset(&near);
	err = crm_err(CRM_E_DATA, "no such %s: '%.*s'%.*s", list,
	    CRM_VARG(text), CRM_VARG(crm_buf_view(&near)));
	crm_buf_release(&near);
	return err;
}

/* " (anna@x.example)": what tells a record from its namesakes, as far as it has
 * such a thing. */
static const struct crm_err *
add_apart(struct crm_snap *snap, uint64_t id, struct crm_buf *b)
{
	static const char *const fields[] = { "email", "phone", "city", "who" };
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(snap), crm_id_kind(id));
	const struct crm_err *err;
	const struct crm_field *f;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_many m;
	struct crm_view v;
	size_t i;

	err = crm_snap_get(snap, id, &r, &p);
	for (i = 0; err == NULL && p == CRM_LIVE && k != NULL &&
	     i < sizeof(fields) / sizeof(fields[0]);
	     i++) {
		f = crm_field_named(k, crm_view_str(fields[i]));
		if (f == NULL || !crm_stored_get(&r, f->num, &v))
			continue;
		crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
		(void)crm_many_next(&m, &v);
		crm_buf_adds(b, " (");
		crm_value_add_text(b, f, v);
		crm_buf_addc(b, ')');
		break;
	}
	return err;
}

const struct crm_err *
crm_who_several(
    struct crm_snap *snap, struct crm_view text, const uint64_t *ids, size_t n)
{
	struct crm_buf b = CRM_BUF_INIT(900);
	const struct crm_err *err = NULL;
	char id[CRM_ID_TEXT];
	size_t i;

	for (i = 0; err == NULL && i < n && i < SEVERAL_SHOWN; i++) {
		crm_buf_adds(&b, i > 0 ? ", " : "");
		crm_buf_adds(&b, crm_id_text(ids[i], id));
		crm_buf_addc(&b, ' ');
		err = crm_who_name(snap, ids[i], &b);
		if (err == NULL)
			err = add_apart(snap, ids[i], &b);
	}
	if (n > SEVERAL_SHOWN)
		crm_buf_addf(&b, " and %zu%s more", n - SEVERAL_SHOWN,
		    n == CRM_WHO_MAX ? " or" : "");
	if (err == NULL)
		err = crm_err(CRM_E_DATA, "'%.*s' is %s%s: say which by id",
		    CRM_VARG(text), b.p, b.over ? ", ..." : "");
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_who_one(struct crm_snap *snap, const char *kinds, struct crm_view text,
    uint64_t *out)
{
	const struct crm_err *err;
	uint64_t ids[CRM_WHO_MAX];
	size_t n;

	*out = 0;
	err = crm_who_find(snap, kinds, text, ids, &n);
	if (err != NULL)
		return err;
	if (n == 0)
		return crm_who_none(snap, kinds, text);
	if (n > 1)
		return crm_who_several(snap, text, ids, n);
	*out = ids[0];
	return NULL;
}

const struct crm_err *
crm_who_org(struct crm_snap *snap, uint64_t who, uint64_t *out)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_view v;

	*out = 0;
	if (crm_id_kind(who) != 'p')
		return NULL;
	err = crm_snap_get(snap, who, &r, &p);
	if (err == NULL && p == CRM_LIVE &&
	    crm_stored_get(&r, CRM_PERSON_ORG, &v))
		*out = crm_link_get(v);
	return err;
}
