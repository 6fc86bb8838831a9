#include "cli/complete_impl.h"

#include "base/fold.h"
#include "record/value.h"
#include "store/index.h"
#include "store/who.h"

/* A group of the index: all records with one value, folded. */
struct found {
	const struct crm_kind *kind;
	const struct crm_field *field;
	uint64_t id; /* the first of them that is seen */
	bool several;
	struct crm_buf key, value;
};

/* The value of a record whose key is the group's, as it was written. */
static const struct crm_err *
read_value(struct crm_offers *o, struct found *f)
{
	bool many = (f->field->flags & CRM_F_MANY) != 0, same = false;
	struct crm_buf key = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_many m;
	struct crm_view v;

	crm_buf_reset(&f->value);
	err = crm_snap_get(o->snap, f->id, &r, &p);
	if (err == NULL && p == CRM_LIVE &&
	    crm_stored_get(&r, f->field->num, &v)) {
		crm_many_begin(&m, v, many);
		while (!same && crm_many_next(&m, &v)) {
			crm_buf_reset(&key);
			crm_value_add_key(&key, f->field, v);
			same = crm_view_eq(
			    crm_buf_view(&key), crm_buf_view(&f->key));
		}
		if (same)
			crm_value_add_text(&f->value, f->field, v);
	}
	crm_buf_release(&key);
	return err;
}

/* Take the group at hand. */
static const struct crm_err *
read_group(struct crm_offers *o, struct crm_walk *w, const struct crm_entry *e,
    struct found *f)
{
	struct crm_ids ids;
	size_t i, n = 0;

	crm_buf_reset(&f->key);
	crm_buf_addv(&f->key, e->key);
	crm_buf_reset(&f->value);
	crm_walk_group_ids(w, &ids);
	for (i = 0; i < ids.n && n < 2; i++)
		if (!crm_snap_is_hidden(o->snap, ids.id[i]) && n++ == 0)
			f->id = ids.id[i];
	f->several = n > 1;
	return n > 0 && !crm_index_is_cut(crm_buf_view(&f->key))
	    ? read_value(o, f)
	    : NULL;
}

/*
 * Go through the values of an indexed field that begin with a word.  Behind
 * each group the next one is sought: a value of half the records costs no
 * more than another.
 */
static const struct crm_err *
each_value(struct crm_offers *o, const struct crm_kind *k,
    const struct crm_field *field, struct crm_view word,
    const struct crm_err *(*each)(struct crm_offers *, struct found *))
{
	struct found f = { .kind = k,
		.field = field,
		.key.max = CRM_LINE_MAX,
		.value.max = CRM_LINE_MAX };
	struct crm_buf begin = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;
	char key[CRM_KEY_MAX + 1];
	struct crm_walk *w;
	struct crm_entry e;
	size_t n;

	if (word.n > 0)
		crm_value_add_key(&begin, field, word);
	n = crm_index_group(key, k->letter, field->num, crm_buf_view(&begin));
	err = crm_snap_walk(o->snap, CRM_TABLE_INDEX, &w);
	while (err == NULL && o->n < CRM_OFFERS_MAX &&
	    begin.n <= CRM_INDEX_VALUE_MAX) {
		err = crm_walk_group(w, crm_view(key, n), &e);
		if (err != NULL || e.prefix.p == NULL ||
		    memcmp(e.prefix.p, key, CRM_INDEX_PREFIX) != 0 ||
		    !crm_view_starts(e.key, crm_buf_view(&begin)))
			break;
		err = read_group(o, w, &e, &f);
		if (err == NULL && f.value.n > 0)
			err = each(o, &f);
		memcpy(key + CRM_INDEX_PREFIX, f.key.p, f.key.n);
		n = CRM_INDEX_PREFIX + f.key.n;
		key[n++] = '\1';
	}
	crm_buf_release(&begin);
	crm_buf_release(&f.key);
	crm_buf_release(&f.value);
	return err;
}

static const struct crm_err *
offer_value(struct crm_offers *o, struct found *f)
{
	crm_offer(o, crm_buf_view(&f->value), "", CRM_VNULL);
	return NULL;
}

/* A name: about it, its id; an address or ref: the id and the name too. */
static const struct crm_err *
offer_record(struct crm_offers *o, struct found *f)
{
	struct crm_buf about = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = NULL;
	char id[CRM_ID_TEXT];

	crm_buf_adds(&about, crm_id_text(f->id, id));
	if (f->several)
		crm_buf_adds(&about, " and others");
	else if (f->field->num != f->kind->title) {
		crm_buf_addc(&about, ' ');
		err = crm_who_name(o->snap, f->id, &about);
	}
	if (err == NULL)
		crm_offer(o, crm_buf_view(&f->value), "", crm_buf_view(&about));
	crm_buf_release(&about);
	return err;
}

/* Ids of a kind from one number to another. */
static const struct crm_err *
offer_ids_between(struct crm_offers *o, uint64_t from, uint64_t to)
{
	struct crm_buf name = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;
	char key[8], id[CRM_ID_TEXT];
	enum crm_presence p;
	struct crm_stored r;
	struct crm_walk *w;
	struct crm_entry e;

	crm_be64(key, from);
	err = crm_walk_open(crm_snap_txn(o->snap), crm_table_of(from), &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(key, 8), &e);
	while (err == NULL && e.prefix.p != NULL && e.id <= to &&
	    o->n < CRM_OFFERS_MAX) {
		crm_buf_reset(&name);
		err = crm_snap_get(o->snap, e.id, &r, &p);
		if (err == NULL && p == CRM_LIVE) {
			err = crm_who_name(o->snap, e.id, &name);
			crm_offer(o, crm_view_str(crm_id_text(e.id, id)), "",
			    crm_buf_view(&name));
		}
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	crm_buf_release(&name);
	return err;
}

/* Ids that begin as a word does: p1, p10 to p19, p100 to p199, ... */
const struct crm_err *
crm_offer_ids(struct crm_offers *o, struct crm_view word)
{
	const struct crm_err *err;
	uint64_t id, last, from, to, scale;

	if (!crm_id_parse(word, &id) ||
	    crm_kind_of(o->schema, crm_id_kind(id)) == NULL)
		return NULL;
	err = crm_snap_last_id(o->snap, crm_id_kind(id), &last);
	for (scale = 1; err == NULL && scale <= crm_id_number(last) &&
	     crm_id_number(id) <= crm_id_number(last) / scale;
	     scale *= 10) {
		from = crm_id_number(id) * scale;
		to = from + scale - 1;
		err = offer_ids_between(o,
		    crm_id(crm_id_kind(id), crm_id_replica(id), from),
		    crm_id(crm_id_kind(id), crm_id_replica(id), to));
	}
	return err;
}

/* Names, email addresses and refs that begin with a word, then ids. */
const struct crm_err *
crm_offer_who(struct crm_offers *o, struct crm_view word, const char *kinds)
{
	const struct crm_err *err = NULL;
	const struct crm_kind *k;
	const struct crm_field *f;
	size_t i;

	if (o->snap == NULL)
		return NULL;
	word = crm_nfc(&o->arena, word);
	for (i = 0; err == NULL && kinds[i] != '\0'; i++) {
		k = crm_kind_of(o->schema, kinds[i]);
		f = k != NULL ? crm_field_num(k, k->title) : NULL;
		if (f != NULL && (f->flags & CRM_F_INDEXED) != 0)
			err = each_value(o, k, f, word, offer_record);
	}
	for (; err == NULL && word.n > 0 && *kinds != '\0'; kinds++) {
		k = crm_kind_of(o->schema, *kinds);
		for (i = 0; err == NULL && k != NULL && i < k->nfields; i++) {
			f = crm_field_num(k, k->field[i].num);
			if (f != NULL && (f->flags & CRM_F_INDEXED) != 0 &&
			    (f->type == CRM_T_EMAIL || f->num == CRM_N_REF))
				err = each_value(o, k, f, word, offer_record);
		}
	}
	return err != NULL ? err : crm_offer_ids(o, word);
}

void
crm_offer_dates(struct crm_offers *o, struct crm_view word)
{
	crm_offer_words(o, word,
	    "today\0yesterday\0tomorrow\0this-week\0last-week\0this-month\0"
	    "last-month\0this-quarter\0last-quarter\0this-year\0last-year\0"
	    "monday\0tuesday\0wednesday\0thursday\0friday\0saturday\0"
	    "sunday\0");
}

/* Values of a field of one kind. */
static const struct crm_err *
offer_values_of(struct crm_offers *o, struct crm_view word,
    const struct crm_kind *k, const struct crm_field *f)
{
	const struct crm_err *err = NULL;

	if (f->type == CRM_T_CHOICE)
		crm_offer_words(o, word, f->choices);
	else if (f->type == CRM_T_BOOL)
		crm_offer_words(o, word, "true\0false\0");
	else if (f->type == CRM_T_DATE || f->type == CRM_T_TIME)
		crm_offer_dates(o, word);
	else if (f->type == CRM_T_LINK && f->links != NULL)
		err = crm_offer_who(o, word, f->links);
	else if (f->type != CRM_T_PHONE && o->snap != NULL &&
	    (f->flags & CRM_F_INDEXED) != 0)
		err =
		    each_value(o, k, f, crm_nfc(&o->arena, word), offer_value);
	return err;
}

const struct crm_err *
crm_offer_values(struct crm_offers *o, struct crm_view word, const char *kinds,
    struct crm_view name)
{
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	const struct crm_kind *k;

	for (; err == NULL && *kinds != '\0'; kinds++) {
		k = crm_kind_of(o->schema, *kinds);
		f = k != NULL ? crm_field_named(k, name) : NULL;
		if (f != NULL)
			err = offer_values_of(o, word, k, f);
	}
	return err;
}

const struct crm_err *
crm_offer_segments(struct crm_offers *o, struct crm_view word)
{
	const struct crm_kind *k = crm_kind_of(o->schema, 's');
	const struct crm_field *f;

	f = k != NULL ? crm_field_num(k, k->title) : NULL;
	return f != NULL && o->snap != NULL
	    ? each_value(o, k, f, word, offer_value)
	    : NULL;
}
