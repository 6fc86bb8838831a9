#include "store/dump.h"

#include "base/crc.h"
#include "base/io.h"
#include "format/exact.h"
#include "record/value.h"
#include "store/dump_impl.h"
#include "store/erased.h"

#define PIECE ((size_t)64 << 10) /* bytes that are written at once */
#define YAML_MAX ((size_t)64 << 20)

static const struct crm_err *
flush(struct crm_dumping *d)
{
	const struct crm_err *err = crm_buf_end(&d->text);

	if (err != NULL)
		return err;
	d->crc = crm_crc32c(d->crc, d->text.p, d->text.n);
	err = crm_outlet_put(d->outlet, crm_buf_view(&d->text));
	crm_buf_reset(&d->text);
	return err;
}

const struct crm_err *
crm_dump_end_line(struct crm_dumping *d)
{
	crm_buf_adds(&d->text, "}\n");
	d->lines++;
	return d->text.n >= PIECE ? flush(d) : NULL;
}

/* The hidden range that an id is in, or NULL. */
static const struct crm_hidden *
hidden_of(const struct crm_dumping *d, uint64_t id)
{
	size_t i;

	if (d->nhidden == 0 || !crm_snap_is_hidden(d->snap, id))
		return NULL;
	for (i = 0; i < d->nhidden; i++)
		if (id >= d->hidden[i].first &&
		    id - d->hidden[i].first < d->hidden[i].count)
			return &d->hidden[i];
	return NULL;
}

/* Is a record one of a batch that never ended? */
static bool
is_dropped(const struct crm_dumping *d, uint64_t id)
{
	const struct crm_hidden *h = hidden_of(d, id);

	return h != NULL && d->dropped[h - d->hidden];
}

static const struct crm_err *
look_at_hidden(struct crm_dumping *d)
{
	const struct crm_err *err = NULL;
	struct crm_change c;
	size_t i;

	d->hidden = crm_snap_hidden(d->snap, &d->nhidden);
	d->dropped = crm_calloc(d->nhidden, sizeof(*d->dropped));
	for (i = 0; err == NULL && i < d->nhidden; i++) {
		err = crm_change_get(
		    crm_snap_txn(d->snap), d->hidden[i].change, &c);
		d->dropped[i] = err == NULL && c.state == CRM_CHANGE_OPEN;
	}
	return err;
}

static const struct crm_err *
each_record(struct crm_dumping *d, enum crm_table table,
    const struct crm_err *(*fn)(struct crm_dumping *, const struct crm_entry *))
{
	const struct crm_err *err;
	struct crm_entry e;
	struct crm_walk *w;

	err = crm_walk_open(crm_snap_txn(d->snap), table, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view("", 0), &e);
	while (err == NULL && e.prefix.p != NULL) {
		if (!is_dropped(d, e.id))
			err = fn(d, &e);
		if (err == NULL)
			err = crm_walk_next(w, &e);
	}
	crm_walk_close(w);
	return err;
}

static const struct crm_err *
count_line(struct crm_dumping *d, const struct crm_entry *e)
{
	(void)e;
	d->lines++;
	return NULL;
}

static const struct crm_err *
count_records(struct crm_dumping *d, enum crm_table table, uint64_t *out)
{
	const struct crm_err *err;

	d->lines = 0;
	err = each_record(d, table, count_line);
	*out = d->lines;
	d->lines = 0;
	return err;
}

static const struct crm_err *
put_header(struct crm_dumping *d)
{
	struct crm_txn *t = crm_snap_txn(d->snap);
	uint64_t fields = 0, records, events;
	struct crm_buf *b = &d->text;
	const struct crm_err *err;
	struct crm_field_name name;
	struct crm_env_stat stat;
	struct crm_view names;
	size_t at = 0;

	err = crm_meta_get(t, CRM_META_FIELDS, &names);
	while (err == NULL && crm_meta_next_name(names, &at, &name))
		fields++;
	if (err == NULL)
		err = crm_env_stat(t, &stat);
	if (err == NULL)
		err = count_records(d, CRM_TABLE_RECORD, &records);
	if (err == NULL)
		err = count_records(d, CRM_TABLE_EVENT, &events);
	if (err != NULL)
		return err;
	crm_dump_number(b, "{\"crm-dump\":", CRM_DUMP_VERSION);
	crm_dump_hex(b, ",\"uuid\":", d->store->uuid, sizeof(d->store->uuid));
	crm_dump_number(b, ",\"replica\":", d->store->replica);
	crm_dump_number(b, ",\"fields\":", fields);
	crm_dump_number(b, ",\"log\":", stat.entries[CRM_TABLE_CHANGE]);
	crm_dump_number(b, ",\"changed\":", stat.entries[CRM_TABLE_CHANGED]);
	crm_dump_number(b, ",\"hidden\":", d->nhidden);
	crm_dump_number(b, ",\"records\":", records);
	crm_dump_number(b, ",\"events\":", events);
	return crm_dump_end_line(d);
}

/* crm.yaml as it is now; one that cannot be loaded again is of no use. */
static const struct crm_err *
put_config(struct crm_dumping *d)
{
	struct crm_buf yaml = CRM_BUF_INIT(YAML_MAX * 2);
	struct crm_config *config = NULL;
	const struct crm_err *err;

	err = crm_read_file(d->store->dir, "crm.yaml", YAML_MAX, &yaml);
	if (err != NULL && err->code == CRM_E_NOINPUT)
		err = NULL; /* none is as an empty one */
	if (err == NULL)
		err =
		    crm_config_parse("crm.yaml", crm_buf_view(&yaml), &config);
	if (err == NULL) {
		crm_dump_text(&d->text, "{\"crm.yaml\":", crm_buf_view(&yaml));
		err = crm_dump_end_line(d);
	}
	crm_config_free(config);
	crm_buf_release(&yaml);
	return err;
}

static const struct crm_err *
put_fields(struct crm_dumping *d)
{
	struct crm_buf *b = &d->text;
	const struct crm_err *err;
	struct crm_field_name name;
	struct crm_view names;
	size_t at = 0;

	err = crm_meta_get(crm_snap_txn(d->snap), CRM_META_FIELDS, &names);
	while (err == NULL && crm_meta_next_name(names, &at, &name)) {
		if (name.type >= CRM_NTYPES)
			return crm_err(CRM_E_DATA,
			    "the store is damaged: the type of a field");
		crm_dump_text(b, "{\"field\":", name.text);
		crm_dump_text(b, ",\"letter\":", crm_view(&name.kind, 1));
		crm_dump_number(b, ",\"number\":", name.num);
		crm_dump_text(b, ",\"type\":",
		    crm_view_str(crm_type_name((enum crm_type)name.type)));
		crm_buf_adds(b, name.many ? ",\"many\":true" : "");
		err = crm_dump_end_line(d);
	}
	return err;
}

static const struct crm_err *
put_hidden(struct crm_dumping *d)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < d->nhidden; i++) {
		crm_dump_id(&d->text, "{\"hidden\":", d->hidden[i].first);
		crm_dump_number(&d->text, ",\"count\":", d->hidden[i].count);
		crm_dump_number(&d->text, ",\"change\":", d->hidden[i].change);
		err = crm_dump_end_line(d);
	}
	return err;
}

/* What is remembered of those who were erased. */
static const struct crm_err *
put_erased(struct crm_dumping *d)
{
	const struct crm_err *err;
	struct crm_view v;

	err = crm_meta_get(crm_snap_txn(d->snap), CRM_META_ERASED, &v);
	if (err != NULL || v.p == NULL)
		return err;
	crm_dump_hex(&d->text, "{\"erased\":", v.p, v.n);
	return crm_dump_end_line(d);
}

/* When a change set was made, to the second: what created and updated say. */
static const struct crm_err *
put_change_time(struct crm_dumping *d, uint64_t number)
{
	size_t i = number % CRM_DUMP_TIMES;
	const struct crm_err *err = NULL;
	int64_t at_us, s;

	if (d->time[i].number != number) {
		err = crm_snap_change_time(d->snap, number, &at_us);
		if (err != NULL)
			return err;
		s = at_us / CRM_SECOND_US - (at_us % CRM_SECOND_US < 0);
		d->time[i].number = number;
		d->time[i].n = crm_time_put(d->time[i].text, s * CRM_SECOND_US);
	}
	crm_buf_addc(&d->text, '"');
	crm_buf_add(&d->text, d->time[i].text, d->time[i].n);
	crm_buf_addc(&d->text, '"');
	return NULL;
}

static void
put_key(struct crm_buf *b, const struct crm_dump_kind *k, uint32_t col)
{
	crm_buf_addc(b, ',');
	crm_buf_addv(b, k->col[col].key);
}

static void
put_day(
    struct crm_dumping *d, const struct crm_dump_kind *k, struct crm_view at)
{
	struct crm_buf *b = &d->text;
	char text[CRM_TIME_TEXT];
	int64_t at_us;

	if (!crm_value_get_time(at, &at_us))
		return;
	put_key(b, k, k->day);
	crm_buf_addc(b, '"');
	crm_buf_add(b, text,
	    crm_date_put(text, crm_zone_date(d->store->config->zone, at_us)));
	crm_buf_addc(b, '"');
}

/* The fields of a record: first its kind's own, then those of every kind. */
static const struct crm_err *
put_slots(struct crm_dumping *d, const struct crm_dump_kind *k, uint64_t id,
    const struct crm_stored *r, bool common)
{
	struct crm_buf *b = &d->text;
	struct crm_slot s;
	uint32_t i, col;

	for (i = 0; i < r->n; i++) {
		s = crm_stored_at(r, i);
		if ((s.num >= CRM_N_REF && s.num < CRM_N_CUSTOM) != common)
			continue;
		col = s.num < k->nnums ? k->by_num[s.num] : CRM_DUMP_NONE;
		if (col == CRM_DUMP_NONE || s.value.n == 0)
			return crm_dump_damaged(
			    id, "has a field that cannot be read");
		put_key(b, k, col);
		crm_exact_put(b, k->col[col].field, s.value, s.safe);
		if (k->day != CRM_DUMP_NONE && s.num == CRM_EVENT_AT)
			put_day(d, k, s.value);
	}
	return NULL;
}

/* What crm-find does not print. */
static void
put_rest(struct crm_dumping *d, uint64_t id, const struct crm_stored *r,
    bool created)
{
	struct crm_buf *b = &d->text;

	crm_dump_number(b, ",\"_\":{\"added\":", r->added);
	if (r->updated != r->added)
		crm_dump_number(b, ",\"updated\":", r->updated);
	if (created)
		crm_buf_adds(b, ",\"created\":true");
	if ((r->flags & CRM_R_REMOVED) != 0)
		crm_buf_adds(b, ",\"removed\":true");
	if ((r->flags & CRM_R_ERASED) != 0)
		crm_buf_adds(b, ",\"erased\":true");
	if (hidden_of(d, id) != NULL)
		crm_buf_adds(b, ",\"hidden\":true");
	crm_buf_addc(b, '}');
}

static const struct crm_err *
put_record(struct crm_dumping *d, const struct crm_entry *e)
{
	const struct crm_dump_kind *k =
	    crm_dump_kind_of(&d->kinds, crm_id_kind(e->id));
	struct crm_buf *b = &d->text;
	const struct crm_err *err;
	struct crm_stored r;
	struct crm_view v;
	bool created;

	if (k == NULL || !crm_code_open(e->value, &r))
		return crm_dump_damaged(e->id, "cannot be read");
	crm_dump_id(b, "{\"id\":", e->id);
	crm_dump_text(b, ",\"kind\":", crm_view_str(k->kind->name));
	err = put_slots(d, k, e->id, &r, false);
	if (err == NULL)
		err = put_slots(d, k, e->id, &r, true);
	created = crm_stored_get(&r, CRM_N_CREATED, &v);
	if (err == NULL && !created) {
		put_key(b, k, k->created);
		err = put_change_time(d, r.added);
	}
	if (err == NULL) {
		put_key(b, k, k->updated);
		err = put_change_time(d, r.updated);
	}
	if (err != NULL)
		return err;
	put_rest(d, e->id, &r, created);
	return crm_dump_end_line(d);
}

/* Everything that needs the snapshot. */
static const struct crm_err *
put_all(struct crm_dumping *d)
{
	const struct crm_err *err;

	err = look_at_hidden(d);
	if (err == NULL)
		err = put_header(d);
	if (err == NULL)
		err = put_config(d);
	if (err == NULL)
		err = put_fields(d);
	if (err == NULL)
		err = crm_dump_log(d);
	if (err == NULL)
		err = crm_dump_changed(d);
	if (err == NULL)
		err = put_hidden(d);
	if (err == NULL)
		err = put_erased(d);
	if (err == NULL)
		err = each_record(d, CRM_TABLE_RECORD, put_record);
	if (err == NULL)
		err = each_record(d, CRM_TABLE_EVENT, put_record);
	if (err == NULL)
		err = flush(d);
	if (err == NULL) {
		crm_dump_number(&d->text, "{\"end\":", d->lines);
		crm_buf_addf(&d->text, ",\"crc32c\":\"%08x\"", d->crc);
		err = crm_dump_end_line(d);
	}
	return err != NULL ? err : flush(d);
}

const struct crm_err *
crm_dump(struct crm_store *s, int fd, int64_t patience_ms)
{
	struct crm_dumping d = { .store = s };
	const struct crm_err *err;

	d.text.max = CRM_DUMP_LINE_MAX + PIECE;
	d.kinds.schema = s->config->schema;
	d.outlet = crm_outlet_new(fd, s->dir, patience_ms);
	err = crm_snap_open(s, &d.snap);
	if (err == NULL) /* others may have named fields since it was opened */
		err = crm_meta_read_fields(
		    crm_snap_txn(d.snap), s->config->schema, true);
	if (err == NULL)
		err = put_all(&d);
	crm_snap_close(d.snap);
	if (err == NULL)
		err = crm_outlet_end(d.outlet);
	crm_outlet_free(d.outlet);
	crm_dump_kinds_release(&d.kinds);
	crm_buf_release(&d.text);
	crm_free(d.dropped);
	return err;
}
