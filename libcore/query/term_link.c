/* Values that name records, and segments. */
#include "base/fold.h"
#include "base/sorted.h"
#include "query/term_impl.h"
#include "store/who.h"

/* An organisation's story has its people's events. */
static const struct crm_err *
add_people(struct crm_reading *r, struct crm_alt *a)
{
	const struct crm_kind *k = crm_kind_of(r->schema, 'p');
	const struct crm_err *err = NULL;
	const uint64_t *ids;
	size_t i, n;
	char key[8];

	for (i = 0; err == NULL && i < a->nids; i++) {
		if (crm_id_kind(a->id[i]) != 'o')
			continue;
		crm_be64(key, a->id[i]);
		err = crm_snap_find(r->q->ctx.snap, 'p',
		    crm_field_num(k, CRM_PERSON_ORG), crm_view(key, 8), false,
		    SIZE_MAX, &ids, &n);
		if (err != NULL || n == 0)
			continue;
		a->people = crm_realloc_array(
		    a->people, a->npeople + n, sizeof(*a->people));
		memcpy(a->people + a->npeople, ids, n * sizeof(*ids));
		a->npeople += n;
	}
	crm_sort_numbers(a->people, a->npeople);
	return err;
}

const struct crm_err *
crm_term_read_member(
    struct crm_reading *r, struct crm_view name, struct crm_member **out)
{
	const struct crm_kind *k = crm_kind_of(r->schema, 's');
	struct crm_query_ctx ctx = r->q->ctx;
	const struct crm_err *err;
	struct crm_nest nest = { .up = r->nest, .depth = 1 };
	const struct crm_nest *up;
	struct crm_member *m;
	enum crm_presence p;
	struct crm_stored s;
	struct crm_view v, folded = crm_term_keep_folded(r->q, name);
	const uint64_t *ids;
	size_t n;

	ctx.about = NULL; /* a segment may hold records of any kind */
	err = crm_snap_find(ctx.snap, 's', crm_field_num(k, CRM_SEGMENT_NAME),
	    folded, false, 1, &ids, &n);
	if (err != NULL)
		return err;
	if (n == 0)
		return crm_err(
		    CRM_E_DATA, "no such segment: '%.*s'", CRM_VARG(name));
	nest.segment = ids[0];
	for (up = r->nest; up != NULL; up = up->up) {
		nest.depth++;
		if (up->segment == nest.segment)
			return crm_err(CRM_E_DATA,
			    "the segment '%.*s' is a part of itself",
			    CRM_VARG(name));
	}
	if (nest.depth > CRM_SEGMENT_DEPTH_MAX)
		return crm_err(CRM_E_DATA, "segments within segments: over %d",
		    CRM_SEGMENT_DEPTH_MAX);
	m = crm_arena_alloc(&r->q->arena, sizeof(*m));
	*m = (struct crm_member){ .segment = nest.segment,
		.name = crm_term_keep(r->q, name) };
	*out = m;
	err = crm_snap_get(ctx.snap, m->segment, &s, &p);
	if (err == NULL && p == CRM_LIVE &&
	    crm_stored_get(&s, CRM_SEGMENT_QUERY, &v)) {
		v = crm_term_keep(r->q, v);
		err = crm_query_text_nested(&ctx, v, &nest, &m->query);
		r->q->nsegments +=
		    1 + (m->query != NULL ? m->query->nsegments : 0);
		if (err == NULL && r->q->nsegments > CRM_SEGMENTS_MAX)
			err = crm_err(CRM_E_DATA,
			    "over %d segments within segments",
			    CRM_SEGMENTS_MAX);
		if (err != NULL && nest.depth == 1)
			err = crm_err_wrap(err,
			    "the query of the segment "
			    "'%.*s'",
			    CRM_VARG(name));
	}
	return err;
}

const struct crm_err *
crm_term_read_link(struct crm_reading *r, struct crm_alt *a)
{
	struct crm_view text = crm_nfc(&r->q->arena, a->text);
	const struct crm_err *err;
	uint64_t ids[CRM_WHO_MAX];
	size_t n;

	if (text.n > 1 && text.p[0] == '@')
		return crm_term_read_member(
		    r, crm_view_skip(text, 1), &a->member);
	if (crm_view_is(text, "me") && r->q->ctx.user != NULL)
		text = crm_view_str(r->q->ctx.user);
	err = crm_who_find_ever(r->q->ctx.snap, r->field->links, text, ids, &n);
	if (err == NULL && n == 0)
		err = crm_who_none(r->q->ctx.snap, r->field->links, text);
	if (err != NULL)
		return err;
	a->id = crm_realloc_array(NULL, n, sizeof(*a->id));
	memcpy(a->id, ids, n * sizeof(*ids));
	a->nids = n;
	crm_sort_numbers(a->id, n);
	return crm_view_is(r->t->ref.last, "who") && r->q->kind['e' - 'a']
	    ? add_people(r, a)
	    : NULL;
}
