#include "query/ref.h"

#include <stdio.h>

#include "record/value.h"

/* Find the field of a name in every kind. */
static bool
find_everywhere(const struct crm_schema *s, struct crm_view name,
    const struct crm_field *out[26])
{
	bool found = false;
	size_t i;

	for (i = 0; i < 26; i++) {
		const struct crm_kind *k = crm_kind_of(s, (char)('a' + i));

		out[i] = k != NULL ? crm_field_named(k, name) : NULL;
		found |= out[i] != NULL;
	}
	return found;
}

static const struct crm_err *
unknown(const struct crm_schema *s, const struct crm_kind *only,
    struct crm_view name)
{
	const char *near = crm_field_near(s, only, name);
	const struct crm_kind *k;
	char of[60] = "";
	size_t i;

	for (i = 0; only == NULL && i < crm_schema_nkinds(s); i++) {
		k = crm_schema_kind(s, i);
		if (crm_field_named(k, name) != NULL)
			return crm_err(CRM_E_USAGE,
			    "'%.*s' is a field of %s, which are not meant here",
			    CRM_VARG(name), k->plural);
	}
	if (only != NULL)
		(void)snprintf(of, sizeof(of), " of %s", only->plural);
	if (near != NULL)
		return crm_err(CRM_E_USAGE,
		    "unknown field '%.*s'%s (did you mean '%s'?)",
		    CRM_VARG(name), of, near);
	return crm_err(
	    CRM_E_USAGE, "unknown field '%.*s'%s", CRM_VARG(name), of);
}

/* The kinds that a link of some kinds may lead to: are there any? */
static bool
step(const struct crm_field *const link[26], bool kinds[26])
{
	bool to[26] = { false }, any = false;
	const char *p;
	size_t i;

	for (i = 0; i < 26; i++)
		if (kinds[i] && link[i] != NULL && link[i]->links != NULL)
			for (p = link[i]->links; *p != '\0'; p++)
				to[*p - 'a'] = any = true;
	memcpy(kinds, to, sizeof(to));
	return any;
}

void
crm_ref_kinds(const struct crm_ref *ref, const bool selected[26], bool out[26])
{
	size_t i;

	memcpy(out, selected, 26 * sizeof(*out));
	for (i = 0; i < ref->nlinks; i++)
		(void)step(ref->link[i], out);
}

/* The one kind among some; NULL: there are several. */
static const struct crm_kind *
only_kind(const struct crm_schema *s, const bool kinds[26])
{
	const struct crm_kind *one = NULL;
	size_t i;

	for (i = 0; i < 26; i++)
		if (kinds[i] && one != NULL)
			return NULL;
		else if (kinds[i])
			one = crm_kind_of(s, (char)('a' + i));
	return one;
}

/* Only links can be followed. */
static void
keep_links(const struct crm_field *field[26], bool *many)
{
	size_t i;

	for (i = 0; i < 26; i++)
		if (field[i] != NULL && field[i]->type != CRM_T_LINK)
			field[i] = NULL;
		else if (field[i] != NULL)
			*many |= (field[i]->flags & CRM_F_MANY) != 0;
}

const struct crm_err *
crm_ref_parse(const struct crm_schema *s, const bool kinds[26],
    const struct crm_kind *only, struct crm_view name, struct crm_ref *out,
    size_t *fault)
{
	struct crm_view rest = name, part;
	bool last[26];
	size_t dot, i;

	memcpy(last, kinds, sizeof(last));
	memset(out, 0, sizeof(*out));
	out->name = name;
	for (;;) {
		dot = crm_view_find(rest, '.');
		part = crm_view(rest.p, dot);
		if (fault != NULL)
			*fault = (size_t)(part.p - name.p) + part.n;
		if (dot == rest.n)
			break;
		if (out->nlinks == CRM_LINKS_MAX)
			return crm_err(CRM_E_USAGE,
			    "'%.*s' follows too many links", CRM_VARG(name));
		if (!find_everywhere(s, part, out->link[out->nlinks]))
			return unknown(s, only, part);
		keep_links(out->link[out->nlinks], &out->many);
		if (!step(out->link[out->nlinks], last))
			return unknown(s, only, part);
		only = only_kind(s, last);
		out->nlinks++;
		rest = crm_view_skip(rest, dot + 1);
	}
	if (!find_everywhere(s, part, out->field))
		return unknown(s, only, part);
	out->last = part;
	for (i = 0; i < 26 && out->first == NULL; i++)
		if (last[i])
			out->first = out->field[i];
	if (out->first == NULL)
		return unknown(s, only, part);
	out->many |= (out->first->flags & CRM_F_MANY) != 0;
	return NULL;
}

static size_t
letter(uint64_t id)
{
	return (size_t)(crm_id_kind(id) - 'a') % 26;
}

typedef const struct crm_err *each_fn(void *ctx, uint64_t id,
    const struct crm_stored *, const struct crm_field *, bool *stop);

/* What links are followed with. */
struct following {
	const struct crm_ref *ref;
	struct crm_snap *snap;
	each_fn *fn;
	void *ctx;
	struct crm_arena kept; /* records that the next look-up would take */
	bool stop;
};

static const struct crm_err *
follow(
    struct following *w, size_t level, uint64_t id, const struct crm_stored *r)
{
	const struct crm_ref *ref = w->ref;
	const struct crm_field *f;
	const struct crm_err *err = NULL;
	enum crm_presence p;
	struct crm_stored to;
	struct crm_many m;
	struct crm_view v;
	uint64_t next;

	if (level == ref->nlinks) {
		f = ref->field[letter(id)];
		return f != NULL ? w->fn(w->ctx, id, r, f, &w->stop) : NULL;
	}
	f = ref->link[level][letter(id)];
	if (f == NULL || !crm_stored_get(r, f->num, &v))
		return NULL;
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (err == NULL && !w->stop && crm_many_next(&m, &v)) {
		next = crm_link_get(v);
		err = crm_snap_get_beside(w->snap, next, &to, &p);
		if (err != NULL || p != CRM_LIVE)
			continue;
		crm_snap_keep(w->snap, &to, &w->kept);
		err = follow(w, level + 1, next, &to);
	}
	return err;
}

const struct crm_err *
crm_ref_each(const struct crm_ref *ref, struct crm_snap *snap, uint64_t id,
    const struct crm_stored *r, each_fn *fn, void *ctx)
{
	struct following w = { .ref = ref, .snap = snap, .fn = fn, .ctx = ctx };
	const struct crm_err *err = follow(&w, 0, id, r);

	crm_arena_release(&w.kept);
	return err;
}

const struct crm_err *
crm_ref_value(struct crm_compute *c, uint64_t id, const struct crm_stored *r,
    const struct crm_field *f, struct crm_buf *scratch, struct crm_view *out)
{
	const struct crm_err *err;

	if ((f->flags & CRM_F_COMPUTED) == 0 && f->num != CRM_N_CREATED) {
		if (!crm_stored_get(r, f->num, out))
			*out = CRM_VNULL;
		return NULL;
	}
	crm_buf_reset(scratch);
	err = crm_compute_field(c, id, r, f, scratch);
	*out = crm_buf_view(scratch);
	return err;
}
