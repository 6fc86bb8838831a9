/* As of an instant: was a record known that was entered only later? */
#include "record/field.h"
#include "record/value.h"
#include "store/index.h"
#include "store/past_impl.h"

/* Is there an event by then in its story? */
static const struct crm_err *
has_story(struct crm_past *p, uint64_t who, bool *yes)
{
	const struct crm_err *err = NULL;
	struct crm_story s;

	if (p->mine == NULL)
		err = crm_story_open(p->snap, &p->mine);
	if (err == NULL)
		err = crm_story_seek(p->mine, who, INT64_MIN, &s);
	*yes = err == NULL && s.who == who;
	return err;
}

/* Is somebody there who belonged to an organisation? */
static const struct crm_err *
belongs(struct crm_past *p, uint64_t id, uint64_t org, bool *yes)
{
	const struct crm_err *err;
	enum crm_presence presence;
	struct crm_stored r;
	struct crm_view v;

	err = crm_past_get(p, id, &r, &presence);
	*yes = err == NULL && presence == CRM_LIVE &&
	    crm_stored_get(&r, CRM_PERSON_ORG, &v) && crm_link_get(v) == org;
	return err;
}

/* Is one of an organisation's people there?  Those of today are asked, and
 * those who changed. */
static const struct crm_err *
has_people(struct crm_past *p, uint64_t org, bool *yes)
{
	char group[CRM_KEY_MAX], key[8];
	const struct crm_err *err;
	const uint64_t *changed;
	struct crm_walk *w;
	struct crm_ids ids;
	size_t n, i;

	crm_be64(key, org);
	n = crm_index_group(group, 'p', CRM_PERSON_ORG, crm_view(key, 8));
	err = crm_past_walk(p, CRM_TABLE_INDEX, &w);
	if (err == NULL)
		err = crm_walk_ids(w, crm_view(group, n), &ids);
	while (err == NULL && !*yes && ids.n > 0) {
		for (i = 0; err == NULL && !*yes && i < ids.n; i++)
			err = belongs(p, ids.id[i], org, yes);
		if (err == NULL && !*yes)
			err = crm_walk_more_ids(w, &ids);
	}
	if (err == NULL && !*yes)
		err = crm_past_changed(p, 'p', &changed, &n);
	for (i = 0; err == NULL && !*yes && i < n; i++)
		err = belongs(p, changed[i], org, yes);
	return err;
}

/* Note the late records that an event names, but who it is about: that the
 * stories know. */
static void
note_links(
    struct crm_past *p, const struct crm_kind *k, const struct crm_stored *r)
{
	const struct crm_field *f;
	struct crm_slot slot;
	struct crm_many m;
	struct crm_view v;
	uint64_t to;
	uint32_t i;

	for (i = 0; i < r->n; i++) {
		slot = crm_stored_at(r, i);
		f = crm_field_num(k, slot.num);
		if (f == NULL || f->type != CRM_T_LINK || f->num == k->who)
			continue;
		crm_many_begin(&m, slot.value, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v)) {
			to = crm_link_get(v);
			if (crm_past_in_ranges(p->late, p->nlate, to))
				(void)crm_nummap_at(&p->named, to, NULL);
		}
	}
}

/* Go through the events from one on, once. */
static const struct crm_err *
find_named(struct crm_past *p, uint64_t from)
{
	const struct crm_kind *k = crm_kind_of(crm_snap_schema(p->snap), 'e');
	const struct crm_err *err;
	enum crm_presence presence;
	struct crm_stored r;
	struct crm_entry e;
	struct crm_walk *w;
	char key[8];

	crm_be64(key, from);
	err = crm_walk_open(crm_snap_txn(p->snap), CRM_TABLE_EVENT, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(key, 8), &e);
	while (err == NULL && e.prefix.p != NULL) {
		err = crm_snap_see(p->snap, e.id, e.value, &r, &presence);
		if (err == NULL && presence == CRM_LIVE)
			note_links(p, k, &r);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	p->has_named = err == NULL;
	return err;
}

/* May an event name records of a kind by a link that no index has? */
static bool
may_be_beside(const struct crm_kind *event, char kind)
{
	const struct crm_field *f;
	size_t i;

	for (i = 0; i < event->nfields; i++) {
		f = &event->field[i];
		if (f->type == CRM_T_LINK && f->num != event->who &&
		    strchr(f->links, kind) != NULL &&
		    (f->flags & CRM_F_INDEXED) == 0)
			return true;
	}
	return false;
}

/* Does one of the events that link to a record by a field so count? */
static const struct crm_err *
names(struct crm_past *p, const struct crm_field *f, uint64_t id, bool *yes)
{
	char group[CRM_KEY_MAX], key[8];
	const struct crm_err *err;
	enum crm_presence presence;
	struct crm_stored r;
	struct crm_walk *w;
	struct crm_ids ids;
	size_t n, i;

	crm_be64(key, id);
	n = crm_index_group(group, 'e', f->num, crm_view(key, 8));
	err = crm_past_walk(p, CRM_TABLE_INDEX, &w);
	if (err == NULL)
		err = crm_walk_ids(w, crm_view(group, n), &ids);
	while (err == NULL && !*yes && ids.n > 0) {
		for (i = 0; err == NULL && !*yes && i < ids.n; i++) {
			err = crm_past_get(p, ids.id[i], &r, &presence);
			*yes = err == NULL && presence == CRM_LIVE;
		}
		if (err == NULL && !*yes)
			err = crm_walk_more_ids(w, &ids);
	}
	return err;
}

/* Is there an event by then that names a record?  The indexes tell, and of
 * events that they do not have yet, or of links that they never have, each is
 * looked at. */
static const struct crm_err *
is_named(struct crm_past *p, uint64_t id, bool *yes)
{
	const struct crm_kind *k = crm_kind_of(crm_snap_schema(p->snap), 'e');
	bool beside = may_be_beside(k, crm_id_kind(id));
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	size_t i;

	if (!p->has_named || (beside && !p->named_all)) {
		p->named_all = beside;
		err = find_named(p,
		    beside ? crm_id('e', 0, 0) : crm_snap_first_tail(p->snap));
	}
	*yes = err == NULL && crm_nummap_get(&p->named, id) != NULL;
	for (i = 0; err == NULL && !*yes && !beside && i < k->nfields; i++) {
		f = &k->field[i];
		if (f->type == CRM_T_LINK && f->num != k->who &&
		    strchr(f->links, crm_id_kind(id)) != NULL)
			err = names(p, f, id, yes);
	}
	return err;
}

const struct crm_err *
crm_past_is_born(struct crm_past *p, uint64_t id,
    const struct crm_stored *as_entered, bool *yes)
{
	const struct crm_err *err = NULL;
	char kind = crm_id_kind(id);
	struct crm_view v;
	int64_t at_us;

	*yes = crm_stored_get(as_entered, CRM_N_CREATED, &v) &&
	    crm_value_get_time(v, &at_us) && at_us <= p->until_us;
	if (!*yes && (kind == 'p' || kind == 'o'))
		err = has_story(p, id, yes);
	if (err == NULL && !*yes && kind == 'o')
		err = has_people(p, id, yes);
	return err != NULL || *yes || kind == 'p' || kind == 'o'
	    ? err
	    : is_named(p, id, yes);
}
