/* Who bought a product, got or answered a campaign: looked up once for all,
 * from the events of the product or campaign. */
#include "base/map.h"
#include "query/ast.h"
#include "record/value.h"
#include "store/story.h"

struct gathering {
	struct crm_query *q;
	const struct crm_field *computed; /* bought, got or answered */
	const struct crm_field *field;    /* product or campaign of an event */
	struct crm_term *t;
	struct crm_nummap who;
};

/* Take the who of an event, if it says what is asked. */
static const struct crm_err *
take_event(struct gathering *g, uint64_t id, const struct crm_stored *r)
{
	const struct crm_err *err = NULL;
	struct crm_event_core core;
	struct crm_many m;
	struct crm_view v;
	bool yes = false;
	size_t i;

	if (!crm_event_core(r, id, &core) ||
	    !crm_compute_counts_for(g->computed->num, core.what) ||
	    !crm_stored_get(r, g->field->num, &v))
		return NULL;
	for (i = 0; err == NULL && !yes && i < g->t->nalts; i++) {
		const struct crm_alt *a = &g->t->alt[i];
		uint64_t to = crm_link_get(v);
		enum crm_presence p;
		struct crm_stored what;
		size_t j;

		for (j = 0; j < a->nids; j++)
			yes |= a->id[j] == to;
		if (yes || a->member == NULL)
			continue;
		err = crm_snap_get(g->q->ctx.snap, to, &what, &p);
		if (err == NULL && p == CRM_LIVE)
			err = crm_member_match(a->member, to, &what, &yes);
	}
	crm_many_begin(&m, core.who, true);
	while (yes && crm_many_next(&m, &v)) {
		(void)crm_nummap_at(&g->who, crm_link_get(v), NULL);
		if (g->computed->num == CRM_N_BOUGHT)
			break; /* the first one bought it */
	}
	return err;
}

/* The events of one product or campaign that the index knows. */
static const struct crm_err *
take_indexed(struct gathering *g, uint64_t to)
{
	struct crm_snap *snap = g->q->ctx.snap;
	struct crm_arena kept = CRM_ARENA_INIT;
	const struct crm_err *err;
	const uint64_t *found;
	enum crm_presence p;
	struct crm_stored r;
	uint64_t *ids;
	char key[8];
	size_t n, i;

	crm_be64(key, to);
	err = crm_snap_find(
	    snap, 'e', g->field, crm_view(key, 8), false, SIZE_MAX, &found, &n);
	if (err != NULL || n == 0)
		return err;
	ids = crm_realloc_array(NULL, n, sizeof(*ids));
	memcpy(ids, found, n * sizeof(*ids));
	for (i = 0; err == NULL && i < n; i++) {
		err = crm_snap_get_beside(snap, ids[i], &r, &p);
		if (err != NULL || p != CRM_LIVE)
			continue;
		crm_arena_reset(&kept);
		crm_snap_keep(snap, &r, &kept);
		err = take_event(g, ids[i], &r);
	}
	crm_arena_release(&kept);
	crm_free(ids);
	return err;
}

/* The events that no index has yet, or all of them. */
static const struct crm_err *
take_from(struct gathering *g, uint64_t from)
{
	struct crm_snap *snap = g->q->ctx.snap;
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_entry e;
	struct crm_walk *w;
	char key[8];

	crm_be64(key, from);
	err = crm_walk_open(crm_snap_txn(snap), CRM_TABLE_EVENT, &w);
	if (err != NULL)
		return err;
	err = crm_walk_seek(w, crm_view(key, 8), &e);
	while (err == NULL && e.prefix.p != NULL) {
		err = crm_snap_see(snap, e.id, e.value, &r, &p);
		if (err == NULL && p == CRM_LIVE)
			err = take_event(g, e.id, &r);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

static void
keep_set(struct crm_term *t, const struct crm_nummap *who)
{
	t->set = crm_realloc_array(t->set, who->used, sizeof(*t->set));
	t->nset = crm_nummap_keys(who, t->set);
	t->has_set = true;
}

const struct crm_err *
crm_term_set(struct crm_query *q, struct crm_term *t, const struct crm_field *f)
{
	struct gathering g = { .q = q, .computed = f, .t = t };
	const struct crm_err *err = NULL;
	bool members = false;
	size_t i, j;

	if (t->has_set)
		return NULL;
	g.field = crm_field_num(crm_kind_of(crm_snap_schema(q->ctx.snap), 'e'),
	    f->num == CRM_N_BOUGHT ? CRM_EVENT_PRODUCT : CRM_EVENT_CAMPAIGN);
	for (i = 0; i < t->nalts; i++)
		members |= t->alt[i].member != NULL;
	for (i = 0; !members && i < t->nalts; i++)
		for (j = 0; err == NULL && j < t->alt[i].nids; j++)
			err = take_indexed(&g, t->alt[i].id[j]);
	if (err == NULL)
		err = take_from(
		    &g, members ? 0 : crm_snap_first_tail(q->ctx.snap));
	if (err == NULL)
		keep_set(t, &g.who);
	crm_nummap_release(&g.who);
	return err;
}
