#include "report/by.h"

#include "base/mem.h"
#include "record/value.h"
#include "record/words.h"
#include "report/members.h"

static bool
read_unit(struct crm_view name, enum crm_unit *out)
{
	enum crm_unit u;

	for (u = CRM_DAY; u <= CRM_YEAR; u++)
		if (crm_view_is(name, crm_unit_name(u))) {
			*out = u;
			return true;
		}
	return false;
}

/* A column of a kind of its own: not of a record. */
static void
set_column(struct crm_by_key *k, const char *name, enum crm_type type,
    const char *links)
{
	memset(&k->column, 0, sizeof(k->column));
	k->column.name = name;
	k->column.type = (uint8_t)type;
	k->column.links = links;
}

/*
 * The organisation of a person is a field, that of an organisation is itself:
 * read what follows "org" once more, as a field of organisations.
 */
static const struct crm_err *
read_org(
    const struct crm_schema *s, struct crm_view name, struct crm_by_key *out)
{
	const struct crm_field *const *f =
	    out->ref.nlinks > 0 ? out->ref.link[0] : out->ref.field;
	const struct crm_field *org = f['p' - 'a'];
	bool kinds[26] = { ['o' - 'a'] = true };
	size_t dot = crm_view_find(name, '.');

	out->is_org =
	    org != NULL && org->num == CRM_PERSON_ORG && f['o' - 'a'] == NULL;
	if (!out->is_org || dot == name.n)
		return NULL;
	return crm_ref_parse(s, kinds, crm_kind_of(s, 'o'),
	    crm_view_skip(name, dot + 1), &out->org_ref, NULL);
}

/* A field of the things, or (who) of the customers. */
static const struct crm_err *
read_field(const struct crm_schema *s, const struct crm_kind *k,
    struct crm_view name, struct crm_by_key *out)
{
	bool kinds[26] = { false };
	const struct crm_err *err;

	if (k != NULL)
		kinds[k->letter - 'a'] = true;
	else
		kinds['p' - 'a'] = kinds['o' - 'a'] = true;
	err = crm_ref_parse(s, kinds, k, name, &out->ref, NULL);
	if (err != NULL)
		return err;
	out->of = k != NULL ? CRM_BY_THING : CRM_BY_WHO;
	out->column = *out->ref.first;
	out->column.flags &= CRM_F_COMPUTED; /* id stays an id in tables */
	return k == NULL ? read_org(s, name, out) : NULL;
}

/* A key of the report's own. */
static bool
read_own(const struct crm_field *own, size_t n, struct crm_view name,
    struct crm_by_key *out)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < n; i++)
		if (crm_view_is(name, own[i].name)) {
			out->of = CRM_BY_OWN;
			out->own = i;
			out->column = own[i];
			return true;
		}
	return false;
}

/* The segments of the customer, whose own field "segment" would come first. */
static bool
read_segment(struct crm_view name, struct crm_by_key *out)
{
	if (!crm_view_is(name, "segment") && !crm_view_is(name, "who.segment"))
		return false;
	memset(out, 0, sizeof(*out));
	out->of = CRM_BY_WHO;
	out->is_segment = true;
	set_column(out, "segment", CRM_T_TEXT, NULL);
	return true;
}

/* Which word of --by itself was probably meant, by one that is no field?
 * NULL: none of them. */
static const char *
near_word(
    const struct crm_field *own, size_t n, bool units, struct crm_view name)
{
	struct crm_near near = crm_near_to(name);
	size_t i;

	for (i = 0; i < n; i++)
		crm_near_try(&near, own[i].name);
	for (i = 0; units && i <= CRM_YEAR; i++)
		crm_near_try(&near, crm_unit_name((enum crm_unit)i));
	crm_near_try(&near, "segment");
	return near.name;
}

static const struct crm_err *
read_key(const struct crm_schema *s, const struct crm_kind *thing,
    struct crm_view name, struct crm_by_key *out)
{
	static const struct crm_view who = { "who.", 4 };
	const struct crm_err *err;

	if (thing != NULL && read_unit(name, &out->unit)) {
		out->of = CRM_BY_PERIOD;
		set_column(out, crm_unit_name(out->unit), CRM_T_TEXT, NULL);
		return NULL;
	}
	if (thing == NULL && read_unit(name, &out->unit))
		return crm_err(CRM_E_USAGE,
		    "--by: customers have no '%.*s' of their own: try "
		    "revenue --by %.*s",
		    CRM_VARG(name), CRM_VARG(name));
	if (crm_view_is(name, "who")) {
		out->of = CRM_BY_WHO;
		out->is_who = true;
		set_column(out, "who", CRM_T_LINK, "po");
		return NULL;
	}
	if (crm_view_starts(name, who))
		err = read_field(s, NULL, crm_view_skip(name, 4), out);
	else {
		err = thing != NULL ? read_field(s, thing, name, out)
				    : read_field(s, NULL, name, out);
		if (err != NULL && thing != NULL)
			err = read_field(s, NULL, name, out);
	}
	if (err != NULL && read_segment(name, out))
		err = NULL;
	out->column.name = name.p;
	return err != NULL ? crm_err_wrap(err, "--by") : NULL;
}

const struct crm_err *
crm_by_parse(const struct crm_schema *s, const struct crm_kind *thing,
    const struct crm_field *own, size_t n, const char *list, struct crm_by *out)
{
	const struct crm_err *err = NULL;
	struct crm_view rest = crm_view_str(list), name;
	struct crm_by_key *k;
	const char *near;
	size_t comma;

	memset(out, 0, sizeof(*out));
	while (err == NULL) {
		comma = crm_view_find(rest, ',');
		name = crm_view_trim(crm_view(rest.p, comma));
		if (name.n == 0)
			return crm_err(CRM_E_USAGE,
			    "--by: a name is missing in '%s'", list);
		if (out->n == CRM_BY_MAX)
			return crm_err(CRM_E_USAGE, "--by: more than %d names",
			    CRM_BY_MAX);
		name.p = crm_arena_dup(&out->arena, name.p, name.n);
		k = &out->key[out->n++];
		if (!read_own(own, n, name, k))
			err = read_key(s, thing, name, k);
		near =
		    err != NULL ? near_word(own, n, thing != NULL, name) : NULL;
		if (near != NULL)
			return crm_err(CRM_E_USAGE,
			    "--by: unknown field '%.*s' (did you mean '%s'?)",
			    CRM_VARG(name), near);
		if (comma == rest.n)
			break;
		rest = crm_view_skip(rest, comma + 1);
	}
	return err;
}

void
crm_by_release(struct crm_by *by)
{
	crm_arena_release(&by->arena);
}

bool
crm_by_needs_thing(const struct crm_by *by)
{
	size_t i;

	for (i = 0; i < by->n; i++)
		if (by->key[i].of == CRM_BY_THING)
			return true;
	return false;
}

bool
crm_by_needs_who(const struct crm_by *by)
{
	size_t i;

	for (i = 0; i < by->n; i++)
		if (by->key[i].of != CRM_BY_OWN)
			return true;
	return false;
}

bool
crm_by_begins_with_period(const struct crm_by *by)
{
	return by->n > 0 && by->key[0].of == CRM_BY_PERIOD;
}

/*
 * What periods are called, of days that came before: things come in no order
 * of time, but their days again and again, and a date costs more than all
 * else.  A day stands in the place of its last bits.
 */
#define LABELS 1024
struct label {
	int32_t day;
	uint8_t n; /* bytes of text; 0: the place is free */
	char text[11];
};

/* The values of one key that were gathered. */
struct part {
	struct crm_buf bytes;
	struct {
		size_t from, n;
	} * at;
	size_t n, cap;
	struct label *label; /* NULL: no period was asked for yet */
};

struct crm_by_values {
	struct crm_snap *snap;
	const struct crm_clock *clock;
	const struct crm_by *by;
	struct crm_compute *compute;
	struct crm_buf scratch, packed;
	struct crm_members *members; /* NULL: no key is of segments */
	const struct crm_view *own;
	bool plain; /* no key needs the customer, links, or many values */
	struct part part[CRM_BY_MAX];
	uint64_t who; /* whose values are in the parts */
};

/* Is the value of a key at hand, one at most? */
static bool
is_plain(const struct crm_by_key *k)
{
	const struct crm_field *f;
	size_t i;

	if (k->of != CRM_BY_THING)
		return k->of != CRM_BY_WHO;
	if (k->ref.nlinks > 0)
		return false;
	for (i = 0; i < 26; i++) {
		f = k->ref.field[i];
		if (f != NULL &&
		    ((f->flags & (CRM_F_MANY | CRM_F_COMPUTED)) != 0 ||
			f->num == CRM_N_CREATED))
			return false;
	}
	return true;
}

const struct crm_err *
crm_by_values_new(struct crm_snap *snap, const struct crm_clock *clock,
    const struct crm_by *by, struct crm_by_values **out)
{
	struct crm_by_values *v = crm_calloc(1, sizeof(*v));
	const struct crm_err *err = NULL;
	size_t i;

	v->snap = snap;
	v->clock = clock;
	v->by = by;
	v->compute = crm_compute_new(snap, clock);
	v->scratch.max = v->packed.max = CRM_LINE_MAX * 2;
	v->plain = true;
	for (i = 0; i < by->n; i++)
		v->plain = v->plain && is_plain(&by->key[i]);
	for (i = 0; i < CRM_BY_MAX; i++)
		v->part[i].bytes.max = CRM_LINE_MAX * 2;
	for (i = 0; err == NULL && i < by->n; i++)
		if (by->key[i].is_segment && v->members == NULL)
			err =
			    crm_members_new(snap, clock, by->user, &v->members);
	*out = v;
	return err;
}

void
crm_by_values_free(struct crm_by_values *v)
{
	size_t i;

	if (v == NULL)
		return;
	crm_compute_free(v->compute);
	crm_members_free(v->members);
	crm_buf_release(&v->scratch);
	crm_buf_release(&v->packed);
	for (i = 0; i < CRM_BY_MAX; i++) {
		crm_buf_release(&v->part[i].bytes);
		crm_free(v->part[i].at);
		crm_free(v->part[i].label);
	}
	crm_free(v);
}

static void
add_value(struct part *p, struct crm_view v)
{
	p->at = crm_grow(p->at, &p->cap, p->n + 1, sizeof(*p->at));
	p->at[p->n].from = p->bytes.n;
	p->at[p->n++].n = v.n;
	crm_buf_addv(&p->bytes, v);
}

/* crm_ref_each() has one context: the values and the key at hand. */
struct taking {
	struct crm_by_values *v;
	size_t i;
};

static const struct crm_err *
take_value(void *ctx, uint64_t id, const struct crm_stored *r,
    const struct crm_field *f, bool *stop)
{
	struct taking *t = ctx;
	const struct crm_err *err;
	struct crm_view v, one;
	struct crm_many m;

	(void)stop;
	err = crm_ref_value(t->v->compute, id, r, f, &t->v->scratch, &v);
	if (err != NULL || v.n == 0)
		return err;
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (crm_many_next(&m, &one))
		add_value(&t->v->part[t->i], one);
	return NULL;
}

static void
reset_part(struct part *p)
{
	crm_buf_reset(&p->bytes);
	p->n = 0;
}

static void
gather_segments(struct crm_by_values *v, struct part *p, uint64_t who)
{
	struct crm_view name;
	size_t i = 0;

	for (name = crm_members_next(v->members, who, &i); name.n > 0;
	     name = crm_members_next(v->members, who, &i))
		add_value(p, name);
}

/* What is of the customer: read again when it is another one. */
static const struct crm_err *
gather_who(struct crm_by_values *v, uint64_t who)
{
	const struct crm_err *err = NULL;
	struct crm_stored r;
	enum crm_presence p = CRM_ABSENT;
	char link[CRM_LINK_MAX];
	bool read = false;
	size_t i;

	if (v->who == who)
		return NULL;
	v->who = who;
	for (i = 0; err == NULL && i < v->by->n; i++) {
		const struct crm_by_key *k = &v->by->key[i];
		bool is_org = k->is_org && crm_id_kind(who) == 'o';
		const struct crm_ref *ref = is_org ? &k->org_ref : &k->ref;
		struct taking t = { v, i };

		if (k->of != CRM_BY_WHO)
			continue;
		reset_part(&v->part[i]);
		if (k->is_segment) {
			gather_segments(v, &v->part[i], who);
			continue;
		}
		if (k->is_who || (is_org && ref->name.n == 0)) {
			add_value(&v->part[i],
			    crm_view(link, crm_link_put(link, who)));
			continue;
		}
		if (!read)
			err = crm_snap_get(v->snap, who, &r, &p);
		read = err == NULL;
		if (err == NULL && p != CRM_ABSENT)
			err =
			    crm_ref_each(ref, v->snap, who, &r, take_value, &t);
		/* what links led to may have been read in its place */
		read = read && ref->nlinks == 0;
	}
	return err;
}

/* What the period of a time is called; kept in the part. */
static struct crm_view
period_of(struct crm_by_values *v, size_t i, int64_t at_us)
{
	struct part *p = &v->part[i];
	struct label *l;
	int32_t day;

	if (at_us == CRM_BY_NO_TIME)
		return CRM_VNULL;
	if (p->label == NULL)
		p->label = crm_calloc(LABELS, sizeof(*p->label));
	day = crm_zone_day(v->clock->zone, at_us);
	l = &p->label[(uint32_t)day % LABELS];
	if (l->n == 0 || l->day != day) {
		l->day = day;
		l->n = (uint8_t)crm_unit_put(l->text, v->clock,
		    v->by->key[i].unit, crm_date_from_days(day));
	}
	return crm_view(l->text, l->n);
}

bool
crm_by_is_plain(const struct crm_by_values *v)
{
	return v->plain;
}

void
crm_by_set_own(struct crm_by_values *v, const struct crm_view *value)
{
	v->own = value;
}

static void
gather_one(struct crm_by_values *v, size_t i, struct crm_view value)
{
	reset_part(&v->part[i]);
	if (value.n > 0)
		add_value(&v->part[i], value);
}

void
crm_by_pack(struct crm_buf *packed, struct crm_view value)
{
	char *to = crm_buf_room(packed, CRM_VARINT_MAX + value.n);
	size_t n;

	if (to == NULL)
		return;
	n = crm_varint_put(to, value.n);
	(void)crm_copy_few(to + n, value.p, value.n);
	crm_buf_used(packed, n + value.n);
}

/* Hand out each combination of the values from key i on. */
static const struct crm_err *
combine(struct crm_by_values *v, size_t i,
    const struct crm_err *(*fn)(void *ctx, struct crm_view packed), void *ctx)
{
	const struct crm_err *err = NULL;
	const struct part *p = &v->part[i];
	size_t from = v->packed.n, j;

	if (i == v->by->n)
		return fn(ctx, crm_buf_view(&v->packed));
	for (j = 0; err == NULL && j < (p->n > 0 ? p->n : 1); j++) {
		v->packed.n = from;
		crm_by_pack(&v->packed,
		    p->n > 0 ? crm_view(p->bytes.p + p->at[j].from, p->at[j].n)
			     : CRM_VNULL);
		err = combine(v, i + 1, fn, ctx);
	}
	return err;
}

/* The one combination, of keys that are plain. */
static void
pack_plain(struct crm_by_values *v, int64_t at_us, uint64_t id,
    const struct crm_stored *thing)
{
	size_t letter = (size_t)(crm_id_kind(id) - 'a') % 26, i;
	const struct crm_field *f;
	struct crm_view value;

	for (i = 0; i < v->by->n; i++) {
		const struct crm_by_key *k = &v->by->key[i];

		value = CRM_VNULL;
		if (k->of == CRM_BY_PERIOD)
			value = period_of(v, i, at_us);
		else if (k->of == CRM_BY_OWN)
			value = v->own[k->own];
		else {
			f = k->ref.field[letter];
			if (f != NULL && !crm_stored_get(thing, f->num, &value))
				value = CRM_VNULL;
		}
		crm_by_pack(&v->packed, value);
	}
}

const struct crm_err *
crm_by_each(struct crm_by_values *v, uint64_t who, int64_t at_us, uint64_t id,
    const struct crm_stored *thing,
    const struct crm_err *(*fn)(void *ctx, struct crm_view packed), void *ctx)
{
	const struct crm_err *err = NULL;
	size_t i;

	crm_buf_reset(&v->packed);
	if (v->plain) {
		pack_plain(v, at_us, id, thing);
		return fn(ctx, crm_buf_view(&v->packed));
	}
	/* the thing first: looking up the customer may let it die */
	for (i = 0; err == NULL && i < v->by->n; i++) {
		const struct crm_by_key *k = &v->by->key[i];
		struct taking t = { v, i };

		if (k->of == CRM_BY_PERIOD)
			gather_one(v, i, period_of(v, i, at_us));
		else if (k->of == CRM_BY_OWN)
			gather_one(v, i, v->own[k->own]);
		else if (k->of == CRM_BY_THING) {
			reset_part(&v->part[i]);
			err = crm_ref_each(
			    &k->ref, v->snap, id, thing, take_value, &t);
		}
	}
	if (err == NULL)
		err = gather_who(v, who);
	return err != NULL ? err : combine(v, 0, fn, ctx);
}

struct crm_view
crm_by_next(struct crm_view *packed)
{
	struct crm_view v;
	uint64_t n = 0;
	size_t at = crm_varint_get(packed->p, packed->n, &n);

	v = crm_view(packed->p + at, (size_t)n);
	*packed = crm_view_skip(*packed, at + (size_t)n);
	return v;
}
