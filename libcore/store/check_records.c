/* Proving records, each by itself. */
#include "base/mem.h"
#include "record/sound.h"
#include "record/value.h"
#include "store/check_impl.h"
#include "store/story.h"

/* Open a record: what of it cannot be read, NULL when all can. */
static const char *
fault_of(
    struct crm_checking *c, const struct crm_entry *e, struct crm_stored *r)
{
	const struct crm_kind *k =
	    crm_kind_of(c->store->config->schema, crm_id_kind(e->id));
	struct crm_event_core core;
	const char *fault;

	if (!crm_code_open(e->value, r))
		return "it";
	if (k == NULL || (r->flags & CRM_R_ERASED) != 0)
		return NULL;
	fault = crm_sound_fault(k, r);
	if (fault == NULL && k->letter == 'e' &&
	    !crm_event_core(r, e->id, &core))
		fault = "who, what or at";
	return fault;
}

/* Note a record that is there and seen: most ids follow one another. */
static void
note_seen(struct crm_checking *c, uint64_t id)
{
	struct crm_id_range *last =
	    c->nseen > 0 ? &c->seen[c->nseen - 1] : NULL;

	if (last != NULL && id == last->first + last->count) {
		last->count++;
		return;
	}
	c->seen =
	    crm_grow(c->seen, &c->seen_cap, c->nseen + 1, sizeof(*c->seen));
	c->seen[c->nseen].first = id;
	c->seen[c->nseen++].count = 1;
}

/* Was it noted?  Those that come later are not, yet. */
static bool
was_seen(const struct crm_checking *c, uint64_t id)
{
	size_t lo = 0, hi = c->nseen, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (c->seen[mid].first <= id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && id - c->seen[lo - 1].first < c->seen[lo - 1].count;
}

/* The links of one record: what they name was there once. */
static const struct crm_err *
check_links(struct crm_checking *c, uint64_t id, const struct crm_stored *r)
{
	const struct crm_kind *k =
	    crm_kind_of(c->store->config->schema, crm_id_kind(id));
	const struct crm_err *err = NULL;
	char a[CRM_ID_TEXT], b[CRM_ID_TEXT];
	uint32_t i;

	for (i = 0; err == NULL && k != NULL && i < r->n; i++) {
		struct crm_slot slot = crm_stored_at(r, i);
		const struct crm_field *f = crm_field_num(k, slot.num);
		enum crm_presence p;
		struct crm_stored other;
		struct crm_many m;
		struct crm_view v;

		if (f == NULL || f->type != CRM_T_LINK)
			continue;
		crm_many_begin(&m, slot.value, (f->flags & CRM_F_MANY) != 0);
		while (err == NULL && crm_many_next(&m, &v)) {
			if (was_seen(c, crm_link_get(v)))
				continue;
			err =
			    crm_snap_get(c->snap, crm_link_get(v), &other, &p);
			if (err == NULL && p == CRM_ABSENT)
				crm_check_fault(c, "record",
				    "%s: %s names %s, which never was",
				    crm_id_text(id, a), f->name,
				    crm_id_text(crm_link_get(v), b));
		}
	}
	return err;
}

const struct crm_err *
crm_check_records(struct crm_checking *c, enum crm_table table)
{
	uint64_t last = crm_snap_last_change(c->snap);
	const struct crm_err *err;
	struct crm_walk *w;
	struct crm_stored r;
	struct crm_entry e;
	char text[CRM_ID_TEXT];
	const char *fault;

	c->told = 0;
	err = crm_walk_open(crm_snap_txn(c->snap), table, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view("", 0), &e);
	while (err == NULL && e.prefix.p != NULL) {
		crm_check_step(c, "records read");
		if (table == CRM_TABLE_EVENT)
			c->out->events++;
		else
			c->out->records++;
		fault = fault_of(c, &e, &r);
		if (fault != NULL)
			crm_check_fault(c, crm_table_name(table),
			    "%s: %s cannot be read", crm_id_text(e.id, text),
			    fault);
		else if (r.updated > last || r.added == 0)
			crm_check_fault(c, crm_table_name(table),
			    "%s was changed by %llu, which never was",
			    crm_id_text(e.id, text),
			    (unsigned long long)r.updated);
		else if (crm_snap_is_hidden(c->snap, e.id))
			c->hidden++;
		else {
			note_seen(c, e.id);
			err = check_links(c, e.id, &r);
		}
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}
