/* The names of fields and kinds that are not built in, as the store knows
 * them. */
#include <stdio.h>

#include "base/map.h"
#include "store/store_impl.h"

/*
 * Numbers of custom fields: for each, kind u8, number u16, type u8, many u8,
 * length u8, name.  Number 0 is the name of a kind of crm.yaml itself.
 */
#define NAME_HEAD 6

bool
crm_meta_next_name(
    struct crm_view names, size_t *at, struct crm_field_name *out)
{
	const char *p;
	size_t n;

	if (names.n - *at < NAME_HEAD)
		return false;
	p = names.p + *at;
	n = (uint8_t)p[5];
	if (n > names.n - *at - NAME_HEAD)
		return false;
	out->kind = p[0];
	out->num = crm_le16_get(p + 1);
	out->type = (uint8_t)p[3];
	out->many = p[4] != 0;
	out->text = crm_view(p + NAME_HEAD, n);
	*at += NAME_HEAD + n;
	return true;
}

void
crm_meta_add_name(struct crm_buf *names, const struct crm_field_name *name)
{
	char head[NAME_HEAD];

	head[0] = name->kind;
	crm_le16(head + 1, name->num);
	head[3] = (char)name->type;
	head[4] = name->many;
	head[5] = (char)name->text.n;
	crm_buf_add(names, head, NAME_HEAD);
	crm_buf_addv(names, name->text);
}

/* What is stored cannot be read as another type. */
static const struct crm_err *
check_type(const struct crm_kind *k, const struct crm_field *f,
    const struct crm_field_name *name)
{
	if (f->type == name->type &&
	    ((f->flags & CRM_F_MANY) != 0) == name->many)
		return NULL;
	return crm_err(CRM_E_CONFIG,
	    "the field '%s' of a %s holds %s%s, and cannot become "
	    "%s%s: give the new one another name",
	    f->name, k->name, name->many ? "many values of " : "",
	    name->type < CRM_NTYPES ? crm_type_name((enum crm_type)name->type)
				    : "?",
	    (f->flags & CRM_F_MANY) != 0 ? "many values of " : "",
	    crm_type_name((enum crm_type)f->type));
}

/* A field that crm.yaml has no more: its values can still be read. */
static const struct crm_field *
keep_field(struct crm_schema *schema, const struct crm_kind *k,
    const struct crm_field_name *name, const char *text)
{
	struct crm_field f = { .name = text,
		.type = name->type,
		.weight = 1,
		.flags = CRM_F_HIDDEN,
		.links = "",
		.choices = "",
		.help = "no more in crm.yaml" };

	if (name->many)
		f.flags |= CRM_F_MANY;
	return crm_schema_add_field(schema, k->letter, &f);
}

static const struct crm_err *
has_records(struct crm_txn *t, char letter, bool *yes)
{
	const struct crm_err *err;
	struct crm_view k = CRM_VNULL, v;
	struct crm_cur *cur;

	err = crm_cur_open(t, CRM_TABLE_RECORD, &cur);
	if (err == NULL)
		err = crm_cur_seek(cur, crm_view(&letter, 1), &k, &v);
	*yes = err == NULL && k.n > 0 && k.p[0] == letter;
	crm_cur_close(cur);
	return err;
}

/*
 * A kind that crm.yaml has no more, or under another name.  What its records
 * hold can still be read, but not changed: nothing says any more what it may
 * be; and those of another kind are not of the one that has its letter now.
 *
 * gone    it had no records: nothing of it holds any more
 */
static const struct crm_err *
miss_kind(struct crm_txn *t, struct crm_schema *schema,
    const struct crm_field_name *name, bool keep, bool *gone)
{
	const struct crm_kind *k = crm_kind_of(schema, name->kind);
	const struct crm_err *err;
	char text[257];
	bool any;

	err = has_records(t, name->kind, &any);
	*gone = err == NULL && !any;
	if (err != NULL || !any)
		return err;
	(void)snprintf(text, sizeof(text), "%.*ss", CRM_VARG(name->text));
	if (keep && name->num == 0 && k == NULL &&
	    crm_kind_named(schema, name->text) == NULL &&
	    crm_kind_named(schema, crm_view_str(text)) == NULL) {
		/* both are copied */
		char one[256];

		(void)snprintf(one, sizeof(one), "%.*s", CRM_VARG(name->text));
		(void)crm_schema_add_kind(schema, name->kind, one, text);
		return NULL;
	}
	if (k != NULL)
		return crm_err(CRM_E_CONFIG,
		    "kinds: there are records of the kind '%.*s': its letter "
		    "'%c' cannot be that of '%s'",
		    CRM_VARG(name->text), name->kind, k->name);
	return crm_err(CRM_E_CONFIG,
	    "kinds: there are records of the kind '%.*s' (letter: %c): put it "
	    "back, with its fields (what only reads still works)",
	    CRM_VARG(name->text), name->kind);
}

/*
 * A number that the store has for a field, and this process gave to another
 * one, or the other way round: others named fields meanwhile, and records are
 * written with those numbers.
 */
static const struct crm_err *
check_number(const struct crm_kind *k, const struct crm_field *f,
    const struct crm_field_name *name)
{
	const struct crm_field *other = crm_field_num(k, name->num);

	if ((other == NULL || other == f || other->num != name->num) &&
	    (f == NULL || f->num == 0 || f->num == name->num))
		return NULL;
	return crm_err(CRM_E_AGAIN,
	    "others gave new fields to a %s meanwhile: try again", k->name);
}

/*
 * Give the fields of the schema their numbers.
 *
 * keep        kinds that are not in crm.yaml but have records are added
 * void_kinds  set to the letters of kinds that had no records when they were
 *             left out or renamed: what is noted of them holds no more
 */
static const struct crm_err *
read_fields(struct crm_txn *t, struct crm_schema *schema, bool keep,
    char void_kinds[27])
{
	const struct crm_err *err;
	struct crm_view v;
	struct crm_field_name name;
	size_t at = 0, nvoid = 0;

	memset(void_kinds, 0, 27);
	err = crm_meta_get(t, CRM_META_FIELDS, &v);
	while (err == NULL && crm_meta_next_name(v, &at, &name)) {
		const struct crm_kind *k = crm_kind_of(schema, name.kind);
		const struct crm_field *f;
		char text[256];
		bool gone;

		if (name.type >= CRM_NTYPES ||
		    (name.num != 0 && name.num < CRM_N_CUSTOM) ||
		    name.num > CRM_N_STORED_MAX || !crm_name_ok(name.text) ||
		    name.kind < 'a' || name.kind > 'z')
			return crm_err(CRM_E_DATA,
			    "the store is damaged: the names of fields");
		if (strchr(void_kinds, name.kind) != NULL)
			continue;
		if (k == NULL ||
		    (name.num == 0 && !crm_view_is(name.text, k->name))) {
			err = miss_kind(t, schema, &name, keep, &gone);
			if (gone)
				void_kinds[nvoid++] = name.kind;
			continue;
		}
		if (name.num == 0)
			continue;
		memcpy(text, name.text.p, name.text.n);
		text[name.text.n] = '\0';
		f = crm_field_named(k, name.text);
		if (f != NULL && (f->flags & CRM_F_CUSTOM) == 0)
			return crm_err(CRM_E_DATA,
			    "the store is damaged: the field '%s' of a %s is "
			    "built in",
			    f->name, k->name);
		err = check_number(k, f, &name);
		if (err == NULL && f == NULL)
			f = keep_field(schema, k, &name, text);
		if (err == NULL)
			err = check_type(k, f, &name);
		if (err == NULL)
			crm_schema_set_num(schema, k->letter, text, name.num);
	}
	return err;
}

const struct crm_err *
crm_meta_read_fields(struct crm_txn *t, struct crm_schema *schema, bool keep)
{
	char void_kinds[27];

	return read_fields(t, schema, keep, void_kinds);
}

static void
add_name(struct crm_buf *names, char letter, const struct crm_field *f,
    const char *text)
{
	struct crm_field_name name = { .kind = letter,
		.text = crm_view_str(text) };

	if (f != NULL) {
		name.num = f->num;
		name.type = f->type;
		name.many = (f->flags & CRM_F_MANY) != 0;
	}
	crm_meta_add_name(names, &name);
}

/* The key of a kind's number: what is noted of it. */
static struct crm_view
number_key(char letter, uint16_t num, char out[3])
{
	out[0] = letter;
	crm_le16(out + 1, num);
	return crm_view(out, 3);
}

/* Note the kinds and fields of the schema that are not noted yet. */
static void
add_names(const struct crm_schema *schema, struct crm_map *noted,
    struct crm_buf *names)
{
	char key[3];
	bool added;
	size_t i, j;

	for (i = 0; i < crm_schema_nkinds(schema); i++) {
		const struct crm_kind *k = crm_schema_kind(schema, i);

		(void)crm_map_at(noted, number_key(k->letter, 0, key), &added);
		if (added && strchr(CRM_OWN_LETTERS, k->letter) != NULL)
			add_name(names, k->letter, NULL, k->name);
		for (j = 0; j < k->nfields; j++) {
			if ((k->field[j].flags & CRM_F_CUSTOM) == 0)
				continue;
			(void)crm_map_at(noted,
			    number_key(k->letter, k->field[j].num, key),
			    &added);
			if (added)
				add_name(names, k->letter, &k->field[j],
				    k->field[j].name);
		}
	}
}

const struct crm_err *
crm_meta_name_fields(void *store, struct crm_txn *t)
{
	struct crm_store *s = store;
	struct crm_schema *schema = s->config->schema;
	struct crm_buf b = CRM_BUF_INIT((size_t)16 << 20);
	struct crm_map noted = CRM_MAP_INIT;
	struct crm_field_name name;
	const struct crm_err *err;
	char void_kinds[27], key[3];
	struct crm_view v;
	size_t at = 0;

	err = read_fields(t, schema, false, void_kinds);
	if (err != NULL && err->code == CRM_E_CONFIG)
		err = crm_err_wrap(err, "%s/crm.yaml", s->path);
	if (err == NULL)
		err = crm_store_number_fields(s);
	if (err == NULL)
		err = crm_meta_get(t, CRM_META_FIELDS, &v);
	if (err != NULL)
		return err;
	while (crm_meta_next_name(v, &at, &name))
		if (strchr(void_kinds, name.kind) == NULL) {
			crm_meta_add_name(&b, &name);
			(void)crm_map_at(
			    &noted, number_key(name.kind, name.num, key), NULL);
		}
	add_names(schema, &noted, &b);
	err = crm_buf_end(&b);
	if (err == NULL && !crm_view_eq(crm_buf_view(&b), v))
		err = crm_meta_put(t, CRM_META_FIELDS, crm_buf_view(&b));
	crm_map_release(&noted);
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_store_number_fields(struct crm_store *s)
{
	const struct crm_kind *full =
	    crm_schema_number(s->config->schema, &s->unnamed);

	return full != NULL
	    ? crm_err(CRM_E_DATA, "too many fields of a %s", full->name)
	    : NULL;
}
