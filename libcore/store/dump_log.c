/* Writing the log of a dump, and what all its lines are made of. */
#include "format/exact.h"
#include "store/attest.h"
#include "store/change_impl.h"
#include "store/dump_impl.h"

void
crm_dump_number(struct crm_buf *b, const char *key, uint64_t n)
{
	char digits[24];

	crm_buf_adds(b, key);
	crm_buf_add(b, digits, crm_num_put(digits, n));
}

void
crm_dump_text(struct crm_buf *b, const char *key, struct crm_view v)
{
	crm_buf_adds(b, key);
	crm_exact_put_text(b, v);
}

void
crm_dump_hex(struct crm_buf *b, const char *key, const void *p, size_t n)
{
	crm_buf_adds(b, key);
	crm_buf_addc(b, '"');
	crm_hex_add(b, crm_view(p, n));
	crm_buf_addc(b, '"');
}

void
crm_dump_id(struct crm_buf *b, const char *key, uint64_t id)
{
	char text[CRM_ID_TEXT];

	crm_buf_adds(b, key);
	crm_buf_addc(b, '"');
	crm_buf_add(b, text, crm_id_put(text, id));
	crm_buf_addc(b, '"');
}

const struct crm_err *
crm_dump_damaged(uint64_t id, const char *what)
{
	char text[CRM_ID_TEXT];

	return crm_err(CRM_E_DATA,
	    "the store is damaged: %s %s: see crm-store check",
	    crm_id_text(id, text), what);
}

static void
put_ranges(struct crm_dumping *d, const struct crm_change *c)
{
	struct crm_buf *b = &d->text;
	struct crm_id_range r;
	size_t at = 0;
	const char *sep = "[";

	crm_buf_adds(b, ",\"added\":[");
	for (; crm_change_range(c, &at, &r); sep = ",[") {
		crm_dump_id(b, sep, r.first);
		crm_dump_number(b, ",", r.count);
		crm_buf_addc(b, ']');
	}
	crm_buf_addc(b, ']');
}

static const struct crm_err *
put_change(struct crm_dumping *d, struct crm_view key, struct crm_view value)
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
	crm_dump_number(b, "{\"change\":", c.number);
	crm_dump_text(
	    b, ",\"state\":", crm_view_str(crm_change_state_name(c.state)));
	crm_dump_text(
	    b, ",\"clock\":", crm_view(time, crm_time_put(time, c.clock_us)));
	crm_dump_number(b, ",\"replica\":", c.replica);
	crm_dump_number(b, ",\"origin\":", c.origin);
	crm_dump_number(b, ",\"seq\":", c.seq);
	crm_dump_number(b, ",\"prior\":", c.prior);
	crm_dump_number(b, ",\"undoes\":", c.undoes);
	crm_dump_text(b, ",\"user\":", c.user);
	crm_dump_text(b, ",\"program\":", c.program);
	crm_dump_text(b, ",\"arguments\":", c.arguments);
	crm_dump_text(b, ",\"message\":", c.message);
	put_ranges(d, &c);
	crm_dump_number(b, ",\"touched\":", c.touched);
	crm_dump_hex(b, ",\"before\":", c.before, sizeof(c.before));
	crm_dump_hex(b, ",\"hash\":", c.hash, sizeof(c.hash));
	return crm_dump_end_line(d);
}

/* Salts and digests, or what an erasure attests. */
static const struct crm_err *
put_digests(struct crm_dumping *d, struct crm_view key, struct crm_view value)
{
	bool attested = key.n == 12 && crm_attest_is(crm_be32_get(key.p + 8));
	size_t size = attested ? CRM_ATTEST_BYTES : CRM_DIGEST_BYTES;
	struct crm_buf *b = &d->text;
	const struct crm_err *err;
	struct crm_view body;
	const char *sep;
	size_t at;

	err = crm_head_open(CRM_TABLE_CHANGE, key, value,
	    attested ? CRM_ATTEST_FORM : CRM_DIGESTS_FORM, &body);
	if (err != NULL)
		return err;
	if (key.n != 12 || body.n % size != 0 || body.n == 0)
		return crm_err(
		    CRM_E_DATA, "the store is damaged: digests of a change");
	crm_dump_number(b, "{\"digests\":", crm_be64_get(key.p));
	crm_dump_number(b, ",\"chunk\":", crm_be32_get(key.p + 8));
	sep = attested ? ",\"attested\":[" : ",\"salted\":[";
	for (at = 0; at < body.n; at += size, sep = ",")
		crm_dump_hex(b, sep, body.p + at, size);
	crm_buf_addc(b, ']');
	return crm_dump_end_line(d);
}

const struct crm_err *
crm_dump_log(struct crm_dumping *d)
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
put_changed_fields(struct crm_dumping *d, const struct crm_kind *k,
    const struct crm_changed *c)
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
			return crm_dump_damaged(
			    c->id, "has a field without a name");
		crm_buf_adds(b, sep);
		crm_json_add_string(b, crm_view_str(f->name));
		crm_buf_adds(b, ":[");
		put_value(b, f, old);
		crm_buf_addc(b, ',');
		put_value(b, f, new);
		crm_buf_addc(b, ']');
	}
	crm_buf_addc(b, '}');
	return n == c->nfields
	    ? NULL
	    : crm_dump_damaged(c->id, "has a broken history");
}

static const struct crm_err *
put_changed(struct crm_dumping *d, struct crm_view key, struct crm_view value)
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
		return crm_dump_damaged(c.id, "is of an unknown kind");
	crm_dump_id(b, "{\"changed\":", c.id);
	crm_dump_number(b, ",\"in\":", c.number);
	crm_dump_number(b, ",\"previous\":", c.previous);
	if (c.flags != 0)
		crm_dump_number(b, ",\"flags\":", c.flags);
	crm_dump_hex(b, ",\"salt\":", c.salt, CRM_SALT_BYTES);
	crm_dump_hex(b, ",\"digest\":", c.digest, CRM_HASH_BYTES);
	err = put_changed_fields(d, k, &c);
	return err != NULL ? err : crm_dump_end_line(d);
}

const struct crm_err *
crm_dump_changed(struct crm_dumping *d)
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
