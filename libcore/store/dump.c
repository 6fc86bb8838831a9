#include "store/dump.h"

#include "base/crc.h"
#include "base/io.h"
#include "base/outlet.h"
#include "format/exact.h"
#include "record/value.h"
#include "store/change_impl.h"
#include "store/dump_impl.h"
#include "store/snap.h"
#include "store/store_impl.h"

#define PIECE ((size_t)64 << 10) /* bytes that are written at once */
#define YAML_MAX ((size_t)64 << 20)
#define TIMES 256 /* change sets whose times are remembered */

struct dumping {
	struct crm_store *store;
	struct crm_snap *snap;
	struct crm_outlet *outlet;
	struct crm_buf text; /* lines that are not written yet */
	uint64_t lines;
	uint32_t crc;
	struct crm_dump_kinds kinds;
	const struct crm_hidden *hidden;
	size_t nhidden;
	bool *dropped; /* hidden ranges whose records are left out */
	struct {
		uint64_t number;
		size_t n;
		char text[CRM_TIME_TEXT];
	} time[TIMES];
};

static const struct crm_err *
flush(struct dumping *d)
{
	const struct crm_err *err = crm_buf_end(&d->text);

	if (err != NULL)
		return err;
	d->crc = crm_crc32c(d->crc, d->text.p, d->text.n);
	err = crm_outlet_put(d->outlet, crm_buf_view(&d->text));
	crm_buf_reset(&d->text);
	return err;
}

static const struct crm_err *
end_line(struct dumping *d)
{
	crm_buf_adds(&d->text, "}\n");
	d->lines++;
	return d->text.n >= PIECE ? flush(d) : NULL;
}

static void
add_number(struct crm_buf *b, const char *key, uint64_t n)
{
	char digits[24];

	crm_buf_adds(b, key);
	crm_buf_add(b, digits, crm_num_put(digits, n));
}

static void
add_text(struct crm_buf *b, const char *key, struct crm_view v)
{
	crm_buf_adds(b, key);
	crm_exact_put_text(b, v);
}

static void
add_hex(struct crm_buf *b, const char *key, const void *p, size_t n)
{
	crm_buf_adds(b, key);
	crm_buf_addc(b, '"');
	crm_hex_add(b, crm_view(p, n));
	crm_buf_addc(b, '"');
}

static void
add_id(struct crm_buf *b, const char *key, uint64_t id)
{
	char text[CRM_ID_TEXT];

	crm_buf_adds(b, key);
	crm_buf_addc(b, '"');
	crm_buf_add(b, text, crm_id_put(text, id));
	crm_buf_addc(b, '"');
}

static const struct crm_err *
damaged(uint64_t id, const char *what)
{
	char text[CRM_ID_TEXT];

	return crm_err(CRM_E_DATA,
	    "the store is damaged: %s %s: see crm-store check",
	    crm_id_text(id, text), what);
}

/* The hidden range that an id is in, or NULL. */
static const struct crm_hidden *
hidden_of(const struct dumping *d, uint64_t id)
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
is_dropped(const struct dumping *d, uint64_t id)
{
	const struct crm_hidden *h = hidden_of(d, id);

	return h != NULL && d->dropped[h - d->hidden];
}

static const struct crm_err *
look_at_hidden(struct dumping *d)
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
each_record(struct dumping *d, enum crm_table table,
    const struct crm_err *(*fn)(struct dumping *, const struct crm_entry *))
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
count_line(struct dumping *d, const struct crm_entry *e)
{
	(void)e;
	d->lines++;
	return NULL;
}

static const struct crm_err *
count_records(struct dumping *d, enum crm_table table, uint64_t *out)
{
	const struct crm_err *err;

	d->lines = 0;
	err = each_record(d, table, count_line);
	*out = d->lines;
	d->lines = 0;
	return err;
}

static const struct crm_err *
put_header(struct dumping *d)
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
	add_number(b, "{\"crm-dump\":", CRM_DUMP_VERSION);
	add_hex(b, ",\"uuid\":", d->store->uuid, sizeof(d->store->uuid));
	add_number(b, ",\"replica\":", d->store->replica);
	add_number(b, ",\"fields\":", fields);
	add_number(b, ",\"log\":", stat.entries[CRM_TABLE_CHANGE]);
	add_number(b, ",\"changed\":", stat.entries[CRM_TABLE_CHANGED]);
	add_number(b, ",\"hidden\":", d->nhidden);
	add_number(b, ",\"records\":", records);
	add_number(b, ",\"events\":", events);
	return end_line(d);
}

/* crm.yaml as it is now; one that cannot be loaded again is of no use. */
static const struct crm_err *
put_config(struct dumping *d)
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
		add_text(&d->text, "{\"crm.yaml\":", crm_buf_view(&yaml));
		err = end_line(d);
	}
	crm_config_free(config);
	crm_buf_release(&yaml);
	return err;
}

static const struct crm_err *
put_fields(struct dumping *d)
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
		add_text(b, "{\"field\":", name.text);
		add_text(b, ",\"letter\":", crm_view(&name.kind, 1));
		add_number(b, ",\"number\":", name.num);
		add_text(b, ",\"type\":",
		    crm_view_str(crm_type_name((enum crm_type)name.type)));
		crm_buf_adds(b, name.many ? ",\"many\":true" : "");
		err = end_line(d);
	}
	return err;
}

static void
put_ranges(struct dumping *d, const struct crm_change *c)
{
	struct crm_buf *b = &d->text;
	struct crm_id_range r;
	size_t at = 0;
	const char *sep = "[";

	crm_buf_adds(b, ",\"added\":[");
	for (; crm_change_range(c, &at, &r); sep = ",[") {
		add_id(b, sep, r.first);
		add_number(b, ",", r.count);
		crm_buf_addc(b, ']');
	}
	crm_buf_addc(b, ']');
}

static const struct crm_err *
put_change(struct dumping *d, struct crm_view key, struct crm_view value)
{
	struct crm_buf *b = &d->text;
	const struct crm_err *err;
	char time[CRM_TIME_TEXT];
	struct crm_change c;

	err = crm_change_open(key, value, &c);
	if (err != NULL)
		return err;
	if (crm_change_state_name(c.state) == NULL ||
	    c.clock_us < CRM_TIME_MIN_US || c.clock_us > CRM_TIME_MAX_US)
		return crm_err(CRM_E_DATA,
		    "the store is damaged: change set %llu cannot be read",
		    (unsigned long long)c.number);
	add_number(b, "{\"change\":", c.number);
	add_text(
	    b, ",\"state\":", crm_view_str(crm_change_state_name(c.state)));
	add_text(
	    b, ",\"clock\":", crm_view(time, crm_time_put(time, c.clock_us)));
	add_number(b, ",\"replica\":", c.replica);
	add_number(b, ",\"origin\":", c.origin);
	add_number(b, ",\"seq\":", c.seq);
	add_number(b, ",\"prior\":", c.prior);
	add_number(b, ",\"undoes\":", c.undoes);
	add_text(b, ",\"user\":", c.user);
	add_text(b, ",\"program\":", c.program);
	add_text(b, ",\"arguments\":", c.arguments);
	add_text(b, ",\"message\":", c.message);
	put_ranges(d, &c);
	add_number(b, ",\"touched\":", c.touched);
	add_hex(b, ",\"before\":", c.before, sizeof(c.before));
	add_hex(b, ",\"hash\":", c.hash, sizeof(c.hash));
	return end_line(d);
}

static const struct crm_err *
put_digests(struct dumping *d, struct crm_view key, struct crm_view value)
{
	struct crm_buf *b = &d->text;
	const struct crm_err *err;
	struct crm_view body;
	const char *sep;
	size_t at;

	err = crm_head_open(
	    CRM_TABLE_CHANGE, key, value, CRM_DIGESTS_FORM, &body);
	if (err != NULL)
		return err;
	if (key.n != 12 || body.n % CRM_DIGEST_BYTES != 0 || body.n == 0)
		return crm_err(
		    CRM_E_DATA, "the store is damaged: digests of a change");
	add_number(b, "{\"digests\":", crm_be64_get(key.p));
	add_number(b, ",\"chunk\":", crm_be32_get(key.p + 8));
	sep = ",\"salted\":[";
	for (at = 0; at < body.n; at += CRM_DIGEST_BYTES, sep = ",")
		add_hex(b, sep, body.p + at, CRM_DIGEST_BYTES);
	crm_buf_addc(b, ']');
	return end_line(d);
}

static const struct crm_err *
put_log(struct dumping *d)
{
	const struct crm_err *err;
	struct crm_view k, v;
	struct crm_cur *cur;

	err = crm_cur_open(crm_snap_txn(d->snap), CRM_TABLE_CHANGE, &cur);
	if (err == NULL)
		err = crm_cur_first(cur, &k, &v);
	while (err == NULL && k.p != NULL) {
		err = k.n == 8 ? put_change(d, k, v) : put_digests(d, k, v);
		if (err == NULL)
			err = crm_cur_next(cur, &k, &v);
	}
	crm_cur_close(cur);
	return err;
}

/* An old or new value: null when there was none. */
static void
put_value(struct crm_buf *b, const struct crm_field *f, struct crm_view v)
{
	if (v.n == 0)
		crm_buf_adds(b, "null");
	else
		crm_exact_put(b, f, v, false);
}

static const struct crm_err *
put_changed_fields(
    struct dumping *d, const struct crm_kind *k, const struct crm_changed *c)
{
	struct crm_buf *b = &d->text;
	const struct crm_field *f;
	struct crm_view old, new;
	const char *sep = "{";
	uint64_t n = 0;
	size_t at = 0;
	uint16_t num;

	if (c->nfields == 0)
		return NULL;
	crm_buf_adds(b, ",\"fields\":");
	for (; crm_changed_field(c, &at, &num, &old, &new); sep = ",", n++) {
		f = crm_field_num(k, num);
		if (f == NULL)
			return damaged(c->id, "has a field without a name");
		crm_buf_adds(b, sep);
		crm_json_add_string(b, crm_view_str(f->name));
		crm_buf_adds(b, ":[");
		put_value(b, f, old);
		crm_buf_addc(b, ',');
		put_value(b, f, new);
		crm_buf_addc(b, ']');
	}
	crm_buf_addc(b, '}');
	return n == c->nfields ? NULL : damaged(c->id, "has a broken history");
}

static const struct crm_err *
put_changed(struct dumping *d, struct crm_view key, struct crm_view value)
{
	struct crm_buf *b = &d->text;
	const struct crm_err *err;
	const struct crm_kind *k;
	struct crm_changed c;

	err = crm_changed_open(key, value, &c);
	if (err != NULL)
		return err;
	k = crm_kind_of(d->store->config->schema, crm_id_kind(c.id));
	if (k == NULL)
		return damaged(c.id, "is of an unknown kind");
	add_id(b, "{\"changed\":", c.id);
	add_number(b, ",\"in\":", c.number);
	add_number(b, ",\"previous\":", c.previous);
	if (c.flags != 0)
		add_number(b, ",\"flags\":", c.flags);
	add_hex(b, ",\"salt\":", c.salt, CRM_SALT_BYTES);
	add_hex(b, ",\"digest\":", c.digest, CRM_HASH_BYTES);
	err = put_changed_fields(d, k, &c);
	return err != NULL ? err : end_line(d);
}

static const struct crm_err *
put_all_changed(struct dumping *d)
{
	const struct crm_err *err;
	struct crm_view k, v;
	struct crm_cur *cur;

	err = crm_cur_open(crm_snap_txn(d->snap), CRM_TABLE_CHANGED, &cur);
	if (err == NULL)
		err = crm_cur_first(cur, &k, &v);
	while (err == NULL && k.p != NULL) {
		err = put_changed(d, k, v);
		if (err == NULL)
			err = crm_cur_next(cur, &k, &v);
	}
	crm_cur_close(cur);
	return err;
}

static const struct crm_err *
put_hidden(struct dumping *d)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < d->nhidden; i++) {
		add_id(&d->text, "{\"hidden\":", d->hidden[i].first);
		add_number(&d->text, ",\"count\":", d->hidden[i].count);
		add_number(&d->text, ",\"change\":", d->hidden[i].change);
		err = end_line(d);
	}
	return err;
}

/* When a change set was made, to the second: what created and updated say. */
static const struct crm_err *
put_change_time(struct dumping *d, uint64_t number)
{
	size_t i = number % TIMES;
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
put_day(struct dumping *d, const struct crm_dump_kind *k, struct crm_view at)
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
put_slots(struct dumping *d, const struct crm_dump_kind *k, uint64_t id,
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
			return damaged(id, "has a field that cannot be read");
		put_key(b, k, col);
		crm_exact_put(b, k->col[col].field, s.value, s.safe);
		if (k->day != CRM_DUMP_NONE && s.num == CRM_EVENT_AT)
			put_day(d, k, s.value);
	}
	return NULL;
}

/* What crm-find does not print. */
static void
put_rest(
    struct dumping *d, uint64_t id, const struct crm_stored *r, bool created)
{
	struct crm_buf *b = &d->text;

	add_number(b, ",\"_\":{\"added\":", r->added);
	if (r->updated != r->added)
		add_number(b, ",\"updated\":", r->updated);
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
put_record(struct dumping *d, const struct crm_entry *e)
{
	const struct crm_dump_kind *k =
	    crm_dump_kind_of(&d->kinds, crm_id_kind(e->id));
	struct crm_buf *b = &d->text;
	const struct crm_err *err;
	struct crm_stored r;
	struct crm_view v;
	bool created;

	if (k == NULL || !crm_code_open(e->value, &r))
		return damaged(e->id, "cannot be read");
	add_id(b, "{\"id\":", e->id);
	add_text(b, ",\"kind\":", crm_view_str(k->kind->name));
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
	return end_line(d);
}

/* Everything that needs the snapshot. */
static const struct crm_err *
put_all(struct dumping *d)
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
		err = put_log(d);
	if (err == NULL)
		err = put_all_changed(d);
	if (err == NULL)
		err = put_hidden(d);
	if (err == NULL)
		err = each_record(d, CRM_TABLE_RECORD, put_record);
	if (err == NULL)
		err = each_record(d, CRM_TABLE_EVENT, put_record);
	if (err == NULL)
		err = flush(d);
	if (err == NULL) {
		add_number(&d->text, "{\"end\":", d->lines);
		crm_buf_addf(&d->text, ",\"crc32c\":\"%08x\"", d->crc);
		err = end_line(d);
	}
	return err != NULL ? err : flush(d);
}

const struct crm_err *
crm_dump(struct crm_store *s, int fd, int64_t patience_ms)
{
	struct dumping d = { .store = s };
	const struct crm_err *err;

	d.text.max = CRM_DUMP_LINE_MAX + PIECE;
	d.kinds.schema = s->config->schema;
	d.outlet = crm_outlet_new(fd, s->dir, patience_ms);
	err = crm_snap_open(s, &d.snap);
	if (err == NULL) /* others may have named fields since it was opened */
		err = crm_meta_read_fields(
		    crm_snap_txn(d.snap), s->config->schema);
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
