/* What a derived table holds: what its entries are, and add up to. */
#include "base/mem.h"
#include "record/value.h"
#include "store/check_impl.h"
#include "store/days.h"

/* Hidden events do not count; days are looked at with rollups. */
bool
crm_check_is_skipped(const struct crm_checking *c, const struct crm_entry *e)
{
	uint64_t id = e->id;

	if (c->table == CRM_TABLE_INDEX && e->prefix.p[0] == CRM_DAYS_KIND)
		return true;
	if (c->table == CRM_TABLE_STORY)
		id = crm_id('e', 0, 0) |
		    (crm_be64_get(e->key.p + 8) & ((UINT64_C(1) << 56) - 1));
	return crm_snap_has_hidden(c->snap) && crm_snap_is_hidden(c->snap, id);
}

/* The field of an entry of the index; NULL when it is of none. */
static const struct crm_field *
field_of(const struct crm_checking *c, const struct crm_entry *e)
{
	const struct crm_kind *k =
	    crm_kind_of(c->store->config->schema, e->prefix.p[0]);

	return k != NULL ? crm_field_num(k, crm_be16_get(e->prefix.p + 1))
			 : NULL;
}

/* May an entry be what an index of events that lags will only hold later? */
bool
crm_check_is_early(const struct crm_checking *c, const struct crm_entry *e)
{
	const struct crm_field *f;

	if (c->table == CRM_TABLE_STORY || crm_id_kind(e->id) != 'e' ||
	    crm_snap_is_indexed(c->snap, e->id) ||
	    !crm_snap_may_be_indexed(c->snap, e->id))
		return false;
	if (c->table == CRM_TABLE_TEXT)
		return true;
	f = field_of(c, e);
	return f == NULL || (f->flags & CRM_F_PROMPT) == 0;
}

/* Two records have a value that only one may have. */
static void
check_unique(struct crm_checking *c, const struct crm_entry *e)
{
	struct crm_view last = crm_buf_view(&c->group);
	char a[CRM_ID_TEXT], b[CRM_ID_TEXT];
	const struct crm_field *f;
	size_t n = e->prefix.n;

	if (c->table != CRM_TABLE_INDEX)
		return;
	if (last.n == n + e->key.n && memcmp(last.p, e->prefix.p, n) == 0 &&
	    memcmp(last.p + n, e->key.p, e->key.n) == 0) {
		f = field_of(c, e);
		if (f != NULL && (f->flags & CRM_F_UNIQUE) != 0 &&
		    !crm_check_is_early(c, e))
			crm_check_fault(c, "index",
			    "%s and %s have the same %s",
			    crm_id_text(c->holder, a), crm_id_text(e->id, b),
			    f->name);
	} else {
		crm_buf_reset(&c->group);
		crm_buf_addv(&c->group, e->prefix);
		crm_buf_addv(&c->group, e->key);
	}
	c->holder = e->id;
}

/* Not those that an index that lags may have or lack. */
const struct crm_err *
crm_check_sum(struct crm_checking *c, enum crm_table table,
    const uint64_t seed[2], struct crm_sum *sum)
{
	const struct crm_form *form = crm_form_of(table);
	const struct crm_err *err;
	struct crm_walk *w = NULL;
	struct crm_entry e;
	char key[CRM_KEY_MAX];

	memset(sum, 0, sizeof(*sum));
	c->told = 0;
	c->table = table;
	err = crm_walk_open(crm_snap_txn(c->snap), table, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view("", 0), &e);
	while (err == NULL && e.prefix.p != NULL) {
		if (!crm_check_is_skipped(c, &e)) {
			check_unique(c, &e);
			if (!crm_check_is_early(c, &e))
				crm_sum_add(sum, seed,
				    crm_entry_full_key(form, &e, key), e.value);
		}
		err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	crm_buf_reset(&c->group);
	return err;
}
