#include "store/stat.h"

#include "store/fresh.h"
#include "store/store_impl.h"

static const struct crm_err *
count_records(
    struct crm_snap *snap, enum crm_table table, struct crm_store_stat *out)
{
	const struct crm_err *err;
	struct crm_stored r;
	struct crm_entry e;
	struct crm_walk *w;
	size_t kind;

	err = crm_walk_open(crm_snap_txn(snap), table, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view("", 0), &e);
	while (err == NULL && e.prefix.p != NULL) {
		kind = (size_t)(crm_id_kind(e.id) - 'a') % 26;
		if (!crm_code_open(e.value, &r))
			return crm_err(CRM_E_DATA,
			    "the store is damaged: a record cannot be read");
		if (crm_snap_is_hidden(snap, e.id))
			out->hidden_records++;
		else if ((r.flags & CRM_R_REMOVED) != 0)
			out->removed[kind]++;
		else
			out->live[kind]++;
		if (table == CRM_TABLE_EVENT &&
		    !crm_snap_is_hidden(snap, e.id) &&
		    !crm_snap_is_indexed(snap, e.id))
			out->lagging++;
		err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

static const struct crm_err *
count_changes(struct crm_snap *snap, struct crm_store_stat *out)
{
	uint64_t n, last = crm_snap_last_change(snap);
	const struct crm_err *err = NULL;
	struct crm_change c;

	for (n = 1; err == NULL && n <= last; n++) {
		err = crm_change_get(crm_snap_txn(snap), n, &c);
		if (err != NULL || c.state == CRM_CHANGE_OPEN)
			out->unfinished += err == NULL;
		else {
			out->changes++;
			out->newest = c;
		}
	}
	return err;
}

const struct crm_err *
crm_store_stat(struct crm_snap *snap, struct crm_store_stat *out)
{
	const struct crm_hidden *h;
	const struct crm_err *err;
	uint64_t last;
	size_t n, i;

	memset(out, 0, sizeof(*out));
	h = crm_snap_hidden(snap, &n);
	for (i = 0; i < n; i++)
		out->hidden_ids += h[i].count;
	err = crm_env_stat(crm_snap_txn(snap), &out->engine);
	if (err == NULL)
		err = crm_meta_format(
		    crm_snap_txn(snap), &out->format, &out->oldest_reader);
	if (err == NULL)
		err = count_records(snap, CRM_TABLE_RECORD, out);
	if (err == NULL)
		err = count_records(snap, CRM_TABLE_EVENT, out);
	if (err == NULL)
		err = crm_snap_last_id(snap, 'e', &last);
	if (err == NULL)
		err = crm_fresh_count(snap, last, &out->fresh);
	return err != NULL ? err : count_changes(snap, out);
}

const struct crm_err *
crm_stat_about(struct crm_snap *snap, uint64_t *out)
{
	const struct crm_err *err = NULL;
	uint64_t id;
	char kind;

	*out = 0;
	for (kind = 'a'; err == NULL && kind <= 'z'; kind++) {
		err = crm_snap_last_id(snap, kind, &id);
		if (err == NULL)
			*out += crm_id_number(id);
	}
	return err;
}
