#include "query/sort.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/runs.h"
#include "query/ref.h"
#include "record/value.h"
#include "record/word.h"

#define KEYS_MAX 16
#define LINE_MAX 4087 /* bytes of all keys: what runs take, less the id */
#define PART_LEAST 3  /* bytes of a key of which nothing is kept */

/* Bytes that are remembered of what is linked to, and about how many of them its
 * place takes. */
#define SLOT 32
#define SEEN_MAX ((size_t)64 << 20)

struct key {
	struct crm_ref ref;
	bool down;
	/* Of a dotted one: the keys of what its first link led to, by id, in
	 * this generation of the snapshot. */
	struct crm_nummap seen; /* place in text, from 1 */
	struct crm_buf text;    /* each behind its length */
	uint64_t generation;
};

struct crm_sort {
	struct crm_snap *snap;
	struct crm_compute *compute;
	struct key key[KEYS_MAX];
	size_t nkeys;
	char *text;
	struct crm_runs *runs;
	struct crm_buf line, value, scratch;
	bool sorted;
};

static const struct crm_err *
read_keys(struct crm_sort *s, const struct crm_sort_options *o)
{
	const struct crm_err *err = NULL;
	struct crm_view rest, name;
	size_t comma;

	s->text = crm_strndup(o->fields, strlen(o->fields));
	rest = crm_view_str(s->text);
	while (err == NULL) {
		comma = crm_view_find(rest, ',');
		name = crm_view_trim(crm_view(rest.p, comma));
		if (s->nkeys == KEYS_MAX)
			return crm_err(CRM_E_USAGE,
			    "--sort: more than %d fields", KEYS_MAX);
		if (name.n > 0 && name.p[0] == '-') {
			s->key[s->nkeys].down = true;
			name = crm_view_skip(name, 1);
		}
		if (name.n == 0)
			return crm_err(CRM_E_USAGE,
			    "--sort: a name is missing in '%s'", o->fields);
		err = crm_ref_parse(crm_snap_schema(s->snap), o->kinds, o->only,
		    name, &s->key[s->nkeys++].ref, NULL);
		if (comma == rest.n)
			break;
		rest = crm_view_skip(rest, comma + 1);
	}
	return err;
}

const struct crm_err *
crm_sort_new(struct crm_snap *snap, const struct crm_sort_options *o,
    struct crm_sort **out)
{
	struct crm_sort *s = crm_calloc(1, sizeof(*s));
	size_t i;

	*out = s;
	s->snap = snap;
	s->line.max = s->value.max = s->scratch.max = CRM_LINE_MAX * 2;
	for (i = 0; i < KEYS_MAX; i++)
		s->key[i].text.max = SEEN_MAX * 2;
	s->compute = crm_compute_new(snap, o->clock);
	s->runs = crm_runs_new(o->memory, crm_store_dir(crm_snap_store(snap)));
	return read_keys(s, o);
}

void
crm_sort_free(struct crm_sort *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->nkeys; i++) {
		crm_nummap_release(&s->key[i].seen);
		crm_buf_release(&s->key[i].text);
	}
	crm_compute_free(s->compute);
	crm_runs_free(s->runs);
	crm_free(s->text);
	crm_buf_release(&s->line);
	crm_buf_release(&s->value);
	crm_buf_release(&s->scratch);
	crm_free(s);
}

void
crm_sort_narrow(const struct crm_sort *s, struct crm_query *q, uint64_t max)
{
	const struct crm_kind *k = crm_query_kind(q);
	const struct crm_ref *ref = &s->key[0].ref;

	if (k != NULL && ref->nlinks == 0)
		crm_query_first(
		    q, ref->field[k->letter - 'a'], s->key[0].down, max);
}

/* Where a word stands among the choices. */
static void
add_choice(struct crm_buf *out, const struct crm_field *f, struct crm_view v)
{
	struct crm_view word = crm_word_get(v);
	const char *p;
	char place[2] = { (char)0xff, (char)0xff };
	uint16_t i = 0;

	for (p = f->choices; p != NULL && *p != '\0'; p += strlen(p) + 1, i++)
		if (crm_view_is(word, p)) {
			crm_be16(place, i);
			crm_buf_add(out, place, 2);
			return;
		}
	crm_buf_add(out, place, 2);
	crm_buf_addv(out, word);
}

void
crm_sort_add_key(
    struct crm_buf *out, const struct crm_field *f, struct crm_view v)
{
	char key[8];

	if (f->type == CRM_T_CHOICE)
		add_choice(out, f, v);
	else if (f->type == CRM_T_LINK) {
		crm_be64(key, crm_link_get(v));
		crm_buf_add(out, key, 8);
	} else
		crm_value_add_key(out, f, v);
}

/* The key of the first value that is found. */
static const struct crm_err *
take_key(void *ctx, uint64_t id, const struct crm_stored *r,
    const struct crm_field *f, bool *stop)
{
	struct crm_sort *s = ctx;
	const struct crm_err *err;
	struct crm_many m;
	struct crm_view v;

	err = crm_ref_value(s->compute, id, r, f, &s->scratch, &v);
	if (err != NULL || v.n == 0)
		return err;
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	if (!crm_many_next(&m, &v))
		return NULL;
	crm_sort_add_key(&s->value, f, v);
	*stop = true;
	return NULL;
}

/* The one record that the first link leads to; 0: none, or several. */
static uint64_t
linked(const struct key *k, uint64_t id, const struct crm_stored *r)
{
	const struct crm_field *f;
	struct crm_many m;
	struct crm_view v, more;

	if (k->ref.nlinks == 0)
		return 0;
	f = k->ref.link[0][(size_t)(crm_id_kind(id) - 'a') % 26];
	if (f == NULL || !crm_stored_get(r, f->num, &v))
		return 0;
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	return crm_many_next(&m, &v) && !crm_many_next(&m, &more)
	    ? crm_link_get(v)
	    : 0;
}

static void
forget(struct key *k)
{
	crm_nummap_release(&k->seen);
	crm_buf_reset(&k->text);
}

/* Put the key into s->value: of what many link to it is made once. */
static const struct crm_err *
make_key(
    struct crm_sort *s, struct key *k, uint64_t id, const struct crm_stored *r)
{
	uint64_t to = linked(k, id, r), *at;
	const struct crm_err *err;
	char len[4];

	if (k->generation != crm_snap_generation(s->snap) ||
	    k->text.n + k->seen.used * SLOT > SEEN_MAX)
		forget(k);
	k->generation = crm_snap_generation(s->snap);
	at = to != 0 ? crm_nummap_get(&k->seen, to) : NULL;
	if (at != NULL) {
		crm_buf_add(&s->value, k->text.p + *at + 3,
		    crm_le32_get(k->text.p + *at - 1));
		return NULL;
	}
	err = crm_ref_each(&k->ref, s->snap, id, r, take_key, s);
	if (err != NULL || to == 0)
		return err;
	*crm_nummap_at(&k->seen, to, NULL) = k->text.n + 1;
	crm_le32(len, (uint32_t)s->value.n);
	crm_buf_add(&k->text, len, 4);
	crm_buf_addv(&k->text, crm_buf_view(&s->value));
	return NULL;
}

/* Zeros in it are escaped, two stand behind it; the other way round with all
 * bits turned.  What there is no room for can matter only when all before it
 * is equal. */
void
crm_sort_add_part(struct crm_buf *line, struct crm_view key, bool down)
{
	size_t i, from, end = LINE_MAX - KEYS_MAX * PART_LEAST;

	if (key.n == 0) { /* missing: last */
		crm_buf_addc(line, '\2');
		return;
	}
	crm_buf_addc(line, '\1');
	from = line->n;
	for (i = 0; i < key.n && line->n + 2 <= end; i++) {
		crm_buf_addc(line, key.p[i]);
		if (key.p[i] == '\0')
			crm_buf_addc(line, '\xff');
	}
	crm_buf_add(line, "\0\0", 2);
	for (i = from; down && i < line->n; i++)
		line->p[i] = (char)~line->p[i];
}

const struct crm_err *
crm_sort_add(struct crm_sort *s, uint64_t id, const struct crm_stored *r)
{
	const struct crm_err *err = NULL;
	char key[8];
	size_t i;

	crm_buf_reset(&s->line);
	for (i = 0; err == NULL && i < s->nkeys; i++) {
		crm_buf_reset(&s->value);
		err = make_key(s, &s->key[i], id, r);
		crm_sort_add_part(
		    &s->line, crm_buf_view(&s->value), s->key[i].down);
	}
	if (err != NULL)
		return err;
	crm_be64(key, id);
	crm_buf_add(&s->line, key, 8);
	return crm_runs_add(s->runs, crm_buf_view(&s->line), CRM_VNULL);
}

const struct crm_err *
crm_sort_next(struct crm_sort *s, uint64_t *id)
{
	const struct crm_err *err = NULL;
	struct crm_view key, value;

	*id = 0;
	if (!s->sorted) {
		s->sorted = true;
		err = crm_runs_sort(s->runs);
	}
	if (err == NULL)
		err = crm_runs_next(s->runs, &key, &value);
	if (err == NULL && key.p != NULL)
		*id = crm_be64_get(key.p + key.n - 8);
	return err;
}
