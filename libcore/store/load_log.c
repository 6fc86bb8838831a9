/* The lines of a dump that are the log. */
#include "store/load_impl.h"

#include "record/value.h"
#include "store/attest.h"
#include "store/change_impl.h"

/* "added":[["p1",85],["e1",7]] */
static const struct crm_err *
get_ranges(struct crm_load *l, struct crm_buf *out, size_t *n)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_id_range r;
	struct crm_view v;

	*n = 0;
	err = crm_json_next(&l->j, &token, &v);
	if (err == NULL && token != CRM_JSON_ARRAY)
		return crm_err(CRM_E_DATA, "expected an array of ranges");
	while (err == NULL) {
		err = crm_json_next(&l->j, &token, &v);
		if (err != NULL || token == CRM_JSON_ARRAY_END)
			break;
		if (token != CRM_JSON_ARRAY)
			return crm_err(CRM_E_DATA, "expected a range");
		err = crm_load_id(l, &r.first);
		if (err == NULL)
			err = crm_load_number(l, CRM_ID_NUMBER_MAX, &r.count);
		if (err == NULL)
			err = crm_json_next(&l->j, &token, &v);
		if (err == NULL && token != CRM_JSON_ARRAY_END)
			err = crm_err(CRM_E_DATA, "expected the range's end");
		if (err == NULL &&
		    (r.count == 0 ||
			r.count - 1 >
			    CRM_ID_NUMBER_MAX - crm_id_number(r.first)))
			err = crm_err(CRM_E_DATA, "no range of ids is so long");
		if (err == NULL)
			crm_change_add_range(out, &r);
		(*n)++;
	}
	return err;
}

/* The texts of a change set: views of l->old, when all are read. */
static const struct crm_err *
get_texts(struct crm_load *l, struct crm_change *c)
{
	const struct {
		struct crm_view key;
		struct crm_view *to;
	} text[] = {
		{ KEY("user"), &c->user },
		{ KEY("program"), &c->program },
		{ KEY("arguments"), &c->arguments },
		{ KEY("message"), &c->message },
	};
	const size_t n = sizeof(text) / sizeof(text[0]);
	const struct crm_err *err = NULL;
	size_t end[sizeof(text) / sizeof(text[0])], i, from;

	crm_buf_reset(&l->old);
	for (i = 0; err == NULL && i < n; i++) {
		err = crm_load_text_at(l, text[i].key, &l->old);
		end[i] = l->old.n;
	}
	if (err == NULL)
		err = crm_buf_end(&l->old);
	for (i = 0, from = 0; err == NULL && i < n; from = end[i++])
		*text[i].to = crm_view(l->old.p + from, end[i] - from);
	return err;
}

static const struct crm_err *
get_state(struct crm_load *l, struct crm_change *c)
{
	const struct crm_field at = { .name = "clock", .type = CRM_T_TIME };
	const struct crm_err *err;
	struct crm_view v;

	err = crm_load_word_at(l, KEY("state"), &v);
	if (err == NULL && !crm_change_state_parse(v, &c->state))
		err = crm_err(CRM_E_DATA, "an unknown state");
	if (err != NULL)
		return err;
	if (!crm_load_has(l, KEY("clock")))
		return crm_load_lacks(KEY("clock"));
	crm_buf_reset(&l->old);
	err = crm_exact_get(&l->exact, &l->j, &at, &l->old);
	if (err == NULL &&
	    !crm_value_get_time(crm_buf_view(&l->old), &c->clock_us))
		err = crm_err(CRM_E_DATA, "the clock is no time");
	return err;
}

/* Which change set ends the chain, and was one done after later numbers? */
static void
note_done(struct crm_load *l, const struct crm_change *c)
{
	if (c->state == CRM_CHANGE_OPEN)
		return;
	l->turned |= c->seq < l->head_seq;
	if (c->seq > l->head_seq) {
		l->head_seq = c->seq;
		l->head = c->number;
	}
}

const struct crm_err *
crm_load_change(struct crm_load *l)
{
	struct crm_change c = { 0 };
	const struct crm_err *err;
	uint64_t replica = 0;
	char key[8];

	err = crm_load_number(l, UINT64_MAX, &c.number);
	if (err == NULL)
		err = get_state(l, &c);
	if (err == NULL)
		err =
		    crm_load_number_at(l, KEY("replica"), UINT16_MAX, &replica);
	if (err == NULL)
		err =
		    crm_load_number_at(l, KEY("origin"), UINT64_MAX, &c.origin);
	if (err == NULL)
		err = crm_load_number_at(l, KEY("seq"), UINT64_MAX, &c.seq);
	if (err == NULL)
		err = crm_load_number_at(l, KEY("prior"), UINT64_MAX, &c.prior);
	if (err == NULL)
		err =
		    crm_load_number_at(l, KEY("undoes"), UINT64_MAX, &c.undoes);
	if (err == NULL)
		err = get_texts(l, &c);
	crm_buf_reset(&l->new);
	if (err == NULL)
		err = crm_load_has(l, KEY("added"))
		    ? get_ranges(l, &l->new, &c.nranges)
		    : crm_load_lacks(KEY("added"));
	if (err == NULL)
		err = crm_load_number_at(
		    l, KEY("touched"), UINT64_MAX, &c.touched);
	if (err == NULL)
		err = crm_load_bytes_at(
		    l, KEY("before"), c.before, sizeof(c.before));
	if (err == NULL)
		err = crm_load_bytes_at(l, KEY("hash"), c.hash, sizeof(c.hash));
	if (err == NULL && c.number != l->last_change + 1)
		err =
		    crm_err(CRM_E_DATA, "the change set before it is missing");
	if (err != NULL)
		return err;
	l->last_change = c.number;
	c.replica = (uint16_t)replica;
	c.ranges = crm_buf_view(&l->new);
	crm_buf_reset(&l->value);
	crm_change_encode(&l->value, &c);
	note_done(l, &c);
	l->have.log++;
	crm_be64(key, c.number);
	return crm_load_put(l, CRM_TABLE_CHANGE, crm_view(key, sizeof(key)),
	    crm_buf_view(&l->value));
}

/* [hexadecimal, ...] of so many bytes each, into l->new. */
static const struct crm_err *
get_pieces(struct crm_load *l, size_t size, const char *what)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view v;
	size_t was;

	crm_buf_reset(&l->new);
	err = crm_json_next(&l->j, &token, &v);
	if (err == NULL && token != CRM_JSON_ARRAY)
		err = crm_err(CRM_E_DATA, "expected an array");
	while (err == NULL) {
		err = crm_json_next(&l->j, &token, &v);
		if (err != NULL || token == CRM_JSON_ARRAY_END)
			break;
		was = l->new.n;
		if (token != CRM_JSON_STRING || !crm_hex_get(v, &l->new) ||
		    l->new.n - was != size)
			err = crm_err(CRM_E_DATA, "expected %s", what);
	}
	if (err == NULL &&
	    (l->new.n == 0 || l->new.n > size *CRM_DIGESTS_A_CHUNK))
		err = crm_err(CRM_E_DATA, "too few or too many digests");
	return err;
}

const struct crm_err *
crm_load_digests(struct crm_load *l)
{
	uint64_t number = 0, chunk = 0;
	const struct crm_err *err;
	bool attested = false;
	char key[12];

	err = crm_load_number(l, UINT64_MAX, &number);
	if (err == NULL)
		err = crm_load_number_at(l, KEY("chunk"), UINT32_MAX, &chunk);
	if (err == NULL && number != l->last_change)
		err = crm_err(CRM_E_DATA, "not of the change set before it");
	if (err != NULL)
		return err;
	attested = crm_attest_is((uint32_t)chunk);
	if (!crm_load_has(l, attested ? KEY("attested") : KEY("salted")))
		return crm_load_lacks(
		    attested ? KEY("attested") : KEY("salted"));
	err = get_pieces(l, attested ? CRM_ATTEST_BYTES : CRM_DIGEST_BYTES,
	    attested ? "a number and a hash" : "a salt and a digest");
	if (err != NULL)
		return err;
	crm_buf_reset(&l->value);
	if (attested)
		crm_attest_encode(
		    &l->value, number, (uint32_t)chunk, crm_buf_view(&l->new));
	else
		crm_digests_encode(
		    &l->value, number, (uint32_t)chunk, crm_buf_view(&l->new));
	l->have.log++;
	crm_be64(key, number);
	crm_be32(key + 8, (uint32_t)chunk);
	return crm_load_put(l, CRM_TABLE_CHANGE, crm_view(key, sizeof(key)),
	    crm_buf_view(&l->value));
}

/* "city":["old","new"], whose key was taken. */
static const struct crm_err *
get_change_of(
    struct crm_load *l, const struct crm_kind *k, struct crm_view name)
{
	const struct crm_field *f = crm_field_named(k, name);
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view v;

	if (f == NULL || f->num == 0 || f->num > CRM_N_STORED_MAX)
		return crm_err(CRM_E_DATA, "unknown field '%.*s'",
		    (int)(name.n < 100 ? name.n : 100), name.p);
	crm_buf_reset(&l->old);
	crm_buf_reset(&l->new);
	err = crm_json_next(&l->j, &token, &v);
	if (err == NULL && token != CRM_JSON_ARRAY)
		err = crm_err(CRM_E_DATA, "expected an array");
	if (err == NULL)
		err = crm_exact_get(&l->exact, &l->j, f, &l->old);
	if (err == NULL)
		err = crm_exact_get(&l->exact, &l->j, f, &l->new);
	if (err == NULL)
		err = crm_json_next(&l->j, &token, &v);
	if (err == NULL && token != CRM_JSON_ARRAY_END)
		err = crm_err(CRM_E_DATA, "expected the array's end");
	if (err != NULL)
		return crm_err_wrap(err, "%s", f->name);
	crm_changed_add_field(
	    &l->more, f->num, crm_buf_view(&l->old), crm_buf_view(&l->new));
	return NULL;
}

/* "fields":{...}, or nothing: into l->more. */
static const struct crm_err *
get_changes(struct crm_load *l, const struct crm_kind *k, uint64_t *n)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view v;

	*n = 0;
	crm_buf_reset(&l->more);
	if (!crm_load_has(l, KEY("fields")))
		return NULL;
	err = crm_json_next(&l->j, &token, &v);
	if (err == NULL && token != CRM_JSON_OBJECT)
		err = crm_err(CRM_E_DATA, "expected an object");
	while (err == NULL) {
		err = crm_json_next(&l->j, &token, &v);
		if (err != NULL || token != CRM_JSON_KEY)
			break;
		err = get_change_of(l, k, v);
		(*n)++;
	}
	return err;
}

const struct crm_err *
crm_load_changed(struct crm_load *l)
{
	uint8_t salt[CRM_SALT_BYTES], digest[CRM_HASH_BYTES];
	struct crm_changed c = { .salt = salt, .digest = digest };
	const struct crm_err *err;
	const struct crm_kind *k = NULL;
	uint64_t flags = 0;
	char key[16];

	err = crm_load_id(l, &c.id);
	if (err == NULL) {
		k = crm_kind_of(l->kinds.schema, crm_id_kind(c.id));
		err = k == NULL ? crm_load_unknown_kind(c.id) : NULL;
	}
	if (err == NULL)
		err = crm_load_number_at(l, KEY("in"), UINT64_MAX, &c.number);
	if (err == NULL)
		err = crm_load_number_at(
		    l, KEY("previous"), UINT64_MAX, &c.previous);
	if (err == NULL && crm_load_has(l, KEY("flags")))
		err = crm_load_number(l, UINT8_MAX, &flags);
	if (err == NULL)
		err = crm_load_bytes_at(l, KEY("salt"), salt, sizeof(salt));
	if (err == NULL)
		err =
		    crm_load_bytes_at(l, KEY("digest"), digest, sizeof(digest));
	if (err == NULL)
		err = get_changes(l, k, &c.nfields);
	if (err != NULL)
		return err;
	c.flags = (uint8_t)flags;
	c.fields = crm_buf_view(&l->more);
	crm_buf_reset(&l->value);
	crm_changed_encode(&l->value, &c);
	crm_buf_reset(&l->more);
	l->have.changed++;
	crm_be64(key, c.number);
	crm_be64(key + 8, c.id);
	return crm_load_put(l, CRM_TABLE_CHANGED, crm_view(key, sizeof(key)),
	    crm_buf_view(&l->value));
}
