/* The lines of a dump that are records. */
#include "store/load_impl.h"

/* The rest of a line, behind the fields. */
struct rest {
	uint64_t added, updated;
	bool created, removed, erased, hidden;
};

static const struct crm_err *
get_rest(struct crm_load *l, struct rest *r)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view v;

	if (!crm_load_has(l, KEY("_")))
		return crm_load_lacks(KEY("_"));
	err = crm_json_next(&l->j, &token, &v);
	if (err == NULL && token != CRM_JSON_OBJECT)
		err = crm_err(CRM_E_DATA, "expected an object");
	if (err == NULL)
		err =
		    crm_load_number_at(l, KEY("added"), UINT64_MAX, &r->added);
	r->updated = r->added;
	if (err == NULL && crm_load_has(l, KEY("updated")))
		err = crm_load_number(l, UINT64_MAX, &r->updated);
	if (err == NULL)
		err = crm_load_flag_at(l, KEY("created"), &r->created);
	if (err == NULL)
		err = crm_load_flag_at(l, KEY("removed"), &r->removed);
	if (err == NULL)
		err = crm_load_flag_at(l, KEY("erased"), &r->erased);
	if (err == NULL)
		err = crm_load_flag_at(l, KEY("hidden"), &r->hidden);
	if (err == NULL)
		err = crm_json_next(&l->j, &token, &v);
	if (err == NULL && token != CRM_JSON_OBJECT_END)
		err = crm_err(CRM_E_DATA, "an unknown key in \"_\"");
	if (err == NULL && r->updated < r->added)
		err = crm_err(CRM_E_DATA, "updated before it was added");
	return err;
}

/* Take the fields of a record in their order: into l->slot, whose values
 * are offsets in l->old until all are there. */
static const struct crm_err *
get_slots(struct crm_load *l, const struct crm_dump_kind *k, uint32_t *n)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_slot *s;
	struct crm_view v;
	size_t i, was;

	*n = 0;
	crm_buf_reset(&l->old);
	for (i = 0; i < k->n; i++) {
		const struct crm_field *f = k->col[i].field;

		if (!crm_load_has(l, k->col[i].key))
			continue;
		if (k->col[i].computed) {
			err = crm_json_next(&l->j, &token, &v);
			if (err != NULL)
				return err;
			continue;
		}
		was = l->old.n;
		err = crm_exact_get(&l->exact, &l->j, f, &l->old);
		if (err == NULL && l->old.n == was)
			err = crm_err(CRM_E_DATA, "no value");
		if (err != NULL)
			return crm_err_wrap(err, "%s", f->name);
		l->slot = crm_grow(
		    l->slot, &l->slot_cap, (size_t)*n + 1, sizeof(*l->slot));
		s = &l->slot[(*n)++];
		s->num = f->num;
		s->many = (f->flags & CRM_F_MANY) != 0;
		s->value.n = l->old.n - was;
	}
	return crm_buf_end(&l->old);
}

/* Point the slots at their values, and sort them by number: those that every
 * kind has stand last. */
static void
settle_slots(struct crm_load *l, uint32_t *n, bool created)
{
	struct crm_slot s;
	const char *p = l->old.p;
	uint32_t i, j, k = 0;

	for (i = 0; i < *n; i++) {
		s = l->slot[i];
		s.value.p = p;
		p += s.value.n;
		if (s.num == CRM_N_CREATED && !created)
			continue; /* it follows from the log */
		for (j = k++; j > 0 && l->slot[j - 1].num > s.num; j--)
			l->slot[j] = l->slot[j - 1];
		l->slot[j] = s;
	}
	*n = k;
}

const struct crm_err *
crm_load_record(struct crm_load *l)
{
	const struct crm_dump_kind *k = NULL;
	const struct crm_err *err;
	struct rest r = { 0 };
	enum crm_table table;
	struct crm_view name;
	uint64_t id = 0;
	uint32_t n = 0;
	char key[8];

	err = crm_load_id(l, &id);
	if (err == NULL) {
		k = crm_dump_kind_of(&l->kinds, crm_id_kind(id));
		err = k == NULL ? crm_load_unknown_kind(id) : NULL;
	}
	if (err == NULL)
		err = crm_load_word_at(l, KEY("kind"), &name);
	if (err == NULL && !crm_view_is(name, k->kind->name))
		err = crm_err(CRM_E_DATA, "the kind is not that of the id");
	if (err == NULL)
		err = get_slots(l, k, &n);
	if (err == NULL)
		err = get_rest(l, &r);
	if (err != NULL)
		return err;
	settle_slots(l, &n, r.created);
	crm_buf_reset(&l->value);
	crm_code_put(&l->value,
	    (uint8_t)((r.removed ? CRM_R_REMOVED : 0) |
		(r.erased ? CRM_R_ERASED : 0)),
	    r.added, r.updated, l->slot, n);
	table = crm_id_kind(id) == 'e' ? CRM_TABLE_EVENT : CRM_TABLE_RECORD;
	if (table == CRM_TABLE_RECORD && l->have.events > 0)
		return crm_err(CRM_E_DATA, "out of order");
	if (table == CRM_TABLE_EVENT)
		l->have.events++;
	else
		l->have.records++;
	crm_be64(key, id);
	return crm_load_put(
	    l, table, crm_view(key, sizeof(key)), crm_buf_view(&l->value));
}
