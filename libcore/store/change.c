#define _GNU_SOURCE /* getrandom */
#include "store/change.h"

#include <errno.h>
#include <sys/random.h>

#include "base/mem.h"
#include "store/attest.h"
#include "store/change_impl.h"

const struct crm_err *
crm_change_last(struct crm_txn *t, uint64_t *out)
{
	const struct crm_err *err;
	struct crm_view k, v;
	struct crm_cur *c;

	*out = 0;
	err = crm_cur_open(t, CRM_TABLE_CHANGE, &c);
	if (err != NULL)
		return err;
	err = crm_cur_last(c, &k, &v);
	if (err == NULL && k.n >= 8)
		*out = crm_be64_get(k.p);
	crm_cur_close(c);
	return err;
}

const struct crm_err *
crm_change_get(struct crm_txn *t, uint64_t number, struct crm_change *out)
{
	const struct crm_err *err;
	struct crm_view v;
	char key[8];

	crm_be64(key, number);
	err = crm_kv_get(t, CRM_TABLE_CHANGE, crm_view(key, 8), &v);
	if (err != NULL)
		return err;
	if (v.p == NULL)
		return crm_err(CRM_E_DATA,
		    "the store is damaged: change set %llu is missing: see "
		    "crm-store check",
		    (unsigned long long)number);
	return crm_change_open(crm_view(key, 8), v, out);
}

/* The form of what stands under the number of a change set. */
static uint8_t
form_of(struct crm_view key)
{
	return key.n == 12 && crm_attest_is(crm_be32_get(key.p + 8))
	    ? CRM_ATTEST_FORM
	    : CRM_DIGESTS_FORM;
}

/*
 * The hash of a change set covers what it says (the state apart, which undo
 * changes), the hash before it, all its digests, what it attests, and the
 * digests of its entries in changed.
 */
static const struct crm_err *
hash_entries(struct crm_txn *t, uint64_t number, blake2b_state *h)
{
	const struct crm_err *err;
	struct crm_view k, v, body;
	struct crm_cur *c;
	char key[8];

	crm_be64(key, number);
	err = crm_cur_open(t, CRM_TABLE_CHANGE, &c);
	if (err != NULL)
		return err;
	err = crm_cur_seek(c, crm_view(key, 8), &k, &v);
	while (err == NULL && k.p != NULL && memcmp(k.p, key, 8) == 0) {
		if (k.n > 8) {
			err = crm_head_open(
			    CRM_TABLE_CHANGE, k, v, form_of(k), &body);
			if (err == NULL)
				blake2b_update(
				    h, (const uint8_t *)body.p, body.n);
		}
		if (err == NULL)
			err = crm_cur_next(c, &k, &v);
	}
	crm_cur_close(c);
	if (err == NULL)
		err = crm_cur_open(t, CRM_TABLE_CHANGED, &c);
	if (err != NULL)
		return err;
	err = crm_cur_seek(c, crm_view(key, 8), &k, &v);
	while (err == NULL && k.p != NULL && memcmp(k.p, key, 8) == 0) {
		struct crm_changed e;

		err = crm_changed_open(k, v, &e);
		if (err == NULL) {
			blake2b_update(h, (const uint8_t *)k.p + 8, 8);
			blake2b_update(h, e.digest, CRM_HASH_BYTES);
			err = crm_cur_next(c, &k, &v);
		}
	}
	crm_cur_close(c);
	return err;
}

const struct crm_err *
crm_change_hash(struct crm_txn *t, uint64_t number, struct crm_view said,
    uint8_t out[CRM_HASH_BYTES])
{
	const struct crm_err *err;
	blake2b_state h;

	blake2b_init(&h, CRM_HASH_BYTES);
	blake2b_update(&h, (const uint8_t *)said.p, said.n);
	err = hash_entries(t, number, &h);
	blake2b_final(&h, out, CRM_HASH_BYTES);
	return err;
}

/*
 * A change set that was written in parts may be done after later numbers:
 * the last such one is noted, as number u64.
 */
#define PARTS_KEY "parts"

static const struct crm_err *
last_in_parts(struct crm_txn *t, uint64_t *number)
{
	const struct crm_err *err;
	struct crm_view v;

	*number = 0;
	err = crm_kv_get(t, CRM_TABLE_META, CRM_V(PARTS_KEY), &v);
	if (err == NULL && v.p != NULL)
		err = crm_head_open(
		    CRM_TABLE_META, CRM_V(PARTS_KEY), v, CRM_CHANGE_FORM, &v);
	if (err == NULL && v.n == 8)
		*number = crm_le64_get(v.p);
	return err;
}

const struct crm_err *
crm_change_note_parts(struct crm_txn *t, uint64_t number)
{
	struct crm_buf b = CRM_BUF_INIT(64);
	const struct crm_err *err;
	char p[8];

	crm_le64(p, number);
	crm_buf_add(&b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_add(&b, p, 8);
	crm_head_seal(&b, CRM_V(PARTS_KEY), CRM_CHANGE_FORM, 0);
	err = crm_kv_put(t, CRM_TABLE_META, CRM_V(PARTS_KEY), crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}

/* A change set that is done; number 0 when it is open. */
static const struct crm_err *
get_done(struct crm_txn *t, uint64_t n, struct crm_change *out)
{
	const struct crm_err *err;
	struct crm_change c;

	err = crm_change_get(t, n, &c);
	if (err == NULL && c.state != CRM_CHANGE_OPEN)
		*out = c;
	return err;
}

const struct crm_err *
crm_change_head(struct crm_txn *t, struct crm_change *out)
{
	const struct crm_err *err;
	struct crm_change c;
	struct crm_view v;
	uint64_t n, parts = 0;
	char key[8];

	memset(out, 0, sizeof(*out));
	err = crm_change_last(t, &n);
	crm_be64(key, n);
	if (err == NULL)
		err = crm_kv_get(t, CRM_TABLE_CHANGE, crm_view(key, 8), &v);
	if (err == NULL && n > 0 && v.p == NULL)
		n--; /* it is being written: digests come before it */
	for (; err == NULL && n > 0 && out->number == 0; n--)
		err = get_done(t, n, out);
	if (err == NULL)
		err = last_in_parts(t, &parts);
	if (err == NULL && parts != 0) {
		err = crm_change_get(t, parts, &c);
		if (err == NULL && c.seq > out->seq)
			*out = c;
	}
	return err;
}

const struct crm_err *
crm_change_place(struct crm_txn *t, uint64_t number, uint64_t *out)
{
	const struct crm_err *err;
	struct crm_change c;
	uint64_t parts;

	*out = number;
	err = last_in_parts(t, &parts);
	if (err != NULL || number == 0 || parts == 0)
		return err;
	err = crm_change_get(t, number, &c);
	if (err == NULL)
		*out = c.state != CRM_CHANGE_OPEN ? c.seq : UINT64_MAX;
	return err;
}

/* Put a change set at the end of the chain. */
static const struct crm_err *
enchain(struct crm_txn *t, struct crm_change *c)
{
	const struct crm_err *err;
	struct crm_change head;
	uint64_t last;

	err = crm_change_head(t, &head);
	if (err == NULL)
		err = crm_change_last(t, &last);
	if (err != NULL)
		return err;
	c->seq = head.seq + 1;
	c->prior = head.number;
	memcpy(c->before, head.hash, CRM_HASH_BYTES);
	return c->number < last ? crm_change_note_parts(t, c->number) : NULL;
}

const struct crm_err *
crm_change_put(struct crm_txn *t, struct crm_change *c,
    const struct crm_id_range *range, size_t nranges)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	struct crm_buf ranges = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	const struct crm_err *err = NULL;
	char key[8];
	size_t i;

	memset(c->before, 0, CRM_HASH_BYTES);
	memset(c->hash, 0, CRM_HASH_BYTES);
	for (i = 0; i < nranges; i++)
		crm_change_add_range(&ranges, &range[i]);
	c->nranges = nranges;
	c->ranges = crm_buf_view(&ranges);
	if (c->state != CRM_CHANGE_OPEN)
		err = enchain(t, c);
	if (err != NULL)
		goto done;
	crm_change_encode(&b, c);
	if (c->state != CRM_CHANGE_OPEN) {
		err = crm_change_hash(
		    t, c->number, crm_change_said(crm_buf_view(&b)), c->hash);
		crm_buf_reset(&b);
		crm_change_encode(&b, c);
	}
	if (err == NULL)
		err = crm_buf_end(&b);
	crm_be64(key, c->number);
	if (err == NULL)
		err = crm_kv_put(
		    t, CRM_TABLE_CHANGE, crm_view(key, 8), crm_buf_view(&b));
done:
	c->ranges = CRM_VNULL;
	crm_buf_release(&b);
	crm_buf_release(&ranges);
	return err;
}

const struct crm_err *
crm_change_salt(uint8_t out[CRM_SALT_BYTES])
{
	/* Drawn in advance: first one, then as many as a call gives whole. */
	static _Thread_local uint8_t drawn[256];
	static _Thread_local size_t left, next = CRM_SALT_BYTES;

	if (left == 0) {
		if (getrandom(drawn, next, 0) != (ssize_t)next)
			return crm_err_errno(CRM_E_IO, "no random numbers");
		left = next;
		next = sizeof(drawn);
	}
	left -= CRM_SALT_BYTES;
	memcpy(out, drawn + left, CRM_SALT_BYTES);
	memset(drawn + left, 0, CRM_SALT_BYTES);
	return NULL;
}

void
crm_change_digest(
    const uint8_t *salt_bytes, struct crm_view v, uint8_t out[CRM_HASH_BYTES])
{
	blake2b(out, v.p, salt_bytes, CRM_HASH_BYTES, v.n, CRM_SALT_BYTES);
}

/* Add the fields in which two records differ; returns how many. */
static uint64_t
add_fields(
    struct crm_buf *b, const struct crm_rec *old, const struct crm_rec *new)
{
	uint32_t i = 0, j = 0;
	uint64_t count = 0;

	while (i < old->n || j < new->n) {
		uint16_t x = i < old->n ? old->slot[i].num : UINT16_MAX;
		uint16_t y = j < new->n ? new->slot[j].num : UINT16_MAX;
		struct crm_view was = CRM_VNULL, is = CRM_VNULL;

		if (x <= y)
			was = old->slot[i++].value;
		if (y <= x)
			is = new->slot[j++].value;
		if (crm_view_eq(was, is))
			continue;
		crm_changed_add_field(b, x < y ? x : y, was, is);
		count++;
	}
	return count;
}

/* The value of a note, with a new salt and digest. */
static const struct crm_err *
seal(struct crm_buf *out, const struct crm_changed *note)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	uint8_t salt[CRM_SALT_BYTES], digest[CRM_HASH_BYTES];
	struct crm_changed c = *note;
	const struct crm_err *err;

	c.salt = salt;
	c.digest = digest;
	crm_changed_add_digested(&b, &c);
	err = crm_change_salt(salt);
	if (err == NULL)
		err = crm_buf_end(&b);
	if (err == NULL) {
		crm_change_digest(salt, crm_buf_view(&b), digest);
		crm_buf_reset(out);
		crm_changed_encode(out, &c);
		err = crm_buf_end(out);
	}
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_changed_make(struct crm_buf *out, uint64_t number, uint64_t id,
    uint8_t flags, uint64_t previous, const struct crm_rec *old,
    const struct crm_rec *new)
{
	struct crm_buf fields = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	struct crm_changed c = {
		.number = number, .id = id, .flags = flags, .previous = previous
	};
	const struct crm_err *err;

	c.nfields = add_fields(&fields, old, new);
	c.fields = crm_buf_view(&fields);
	err = crm_buf_end(&fields);
	if (err == NULL)
		err = seal(out, &c);
	crm_buf_release(&fields);
	return err;
}

static const struct crm_err *
put_note(struct crm_txn *t, uint64_t number, uint64_t id,
    const struct crm_buf *value)
{
	char key[16];

	crm_be64(key, number);
	crm_be64(key + 8, id);
	return crm_kv_put(
	    t, CRM_TABLE_CHANGED, crm_view(key, 16), crm_buf_view(value));
}

const struct crm_err *
crm_changed_write(struct crm_txn *t, const struct crm_changed *note)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	const struct crm_err *err = seal(&b, note);

	if (err == NULL)
		err = put_note(t, note->number, note->id, &b);
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_changed_put(struct crm_txn *t, uint64_t number, uint64_t id, uint8_t flags,
    uint64_t previous, const struct crm_rec *old, const struct crm_rec *new)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	const struct crm_err *err;

	err = crm_changed_make(&b, number, id, flags, previous, old, new);
	if (err == NULL)
		err = put_note(t, number, id, &b);
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_changed_get(struct crm_txn *t, uint64_t number, uint64_t id,
    struct crm_changed *out, bool *found)
{
	const struct crm_err *err;
	struct crm_view v;
	char key[16];

	*found = false;
	crm_be64(key, number);
	crm_be64(key + 8, id);
	err = crm_kv_get(t, CRM_TABLE_CHANGED, crm_view(key, 16), &v);
	if (err != NULL || v.p == NULL)
		return err;
	*found = true;
	return crm_changed_open(crm_view(key, 16), v, out);
}
