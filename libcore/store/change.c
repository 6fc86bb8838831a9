#define _GNU_SOURCE /* getrandom */
#include "store/change.h"

#include <blake2.h>
#include <errno.h>
#include <sys/random.h>

#include "base/mem.h"
#include "store/block.h"

#define CHANGE_FORM 17
#define DIGESTS_FORM 18
#define CHANGED_FORM 19
#define DIGESTS_A_CHUNK 40
#define DIGEST_BYTES (CRM_SALT_BYTES + CRM_HASH_BYTES)
#define BODY_MAX ((size_t)1 << 30)

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

/* Read pieces of a value one behind the other; sticks at the first fault. */
struct piece {
	struct crm_view v;
	bool bad;
};

static struct crm_view
take_bytes(struct piece *p, size_t n)
{
	struct crm_view out = crm_view(p->v.p, n);

	if (p->bad || n > p->v.n) {
		p->bad = true;
		return CRM_VNULL;
	}
	p->v = crm_view_skip(p->v, n);
	return out;
}

static uint64_t
take_varint(struct piece *p)
{
	uint64_t u = 0;
	size_t n = p->bad ? 0 : crm_varint_get(p->v.p, p->v.n, &u);

	if (n == 0)
		p->bad = true;
	else
		p->v = crm_view_skip(p->v, n);
	return n > 0 ? u : 0;
}

static struct crm_view
take_text(struct piece *p)
{
	return take_bytes(p, take_varint(p));
}

/* A range of ids with its count. */
static size_t
range_size(struct crm_view v)
{
	uint64_t count;
	size_t n = v.n > 8 ? crm_varint_get(v.p + 8, v.n - 8, &count) : 0;

	return n > 0 ? 8 + n : 0;
}

static const struct crm_err *
open_change(struct crm_view key, struct crm_view value, struct crm_change *out)
{
	const struct crm_err *err;
	struct piece p = { CRM_VNULL, false };
	struct crm_view fixed, ranges;
	size_t i, n;

	err = crm_head_open(CRM_TABLE_CHANGE, key, value, CHANGE_FORM, &p.v);
	if (err != NULL)
		return err;
	out->number = crm_be64_get(key.p);
	fixed = take_bytes(&p, 11);
	if (!p.bad) {
		out->state = (enum crm_change_state)fixed.p[0];
		out->clock_us = (int64_t)crm_le64_get(fixed.p + 1);
		out->replica = crm_le16_get(fixed.p + 9);
	}
	out->origin = take_varint(&p);
	out->seq = take_varint(&p);
	out->prior = take_varint(&p);
	out->undoes = take_varint(&p);
	out->user = take_text(&p);
	out->program = take_text(&p);
	out->arguments = take_text(&p);
	out->message = take_text(&p);
	out->nranges = take_varint(&p);
	ranges = p.v;
	for (i = 0; !p.bad && i < out->nranges; i++) {
		n = range_size(p.v);
		if (n == 0)
			p.bad = true;
		else
			(void)take_bytes(&p, n);
	}
	out->ranges = crm_view(ranges.p, ranges.n - p.v.n);
	out->touched = take_varint(&p);
	fixed = take_bytes(&p, 2 * CRM_HASH_BYTES);
	if (p.bad || p.v.n > 0)
		return crm_err(CRM_E_DATA,
		    "the store is damaged: change set %llu cannot be read",
		    (unsigned long long)out->number);
	memcpy(out->before, fixed.p, CRM_HASH_BYTES);
	memcpy(out->hash, fixed.p + CRM_HASH_BYTES, CRM_HASH_BYTES);
	return NULL;
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
		return crm_err(CRM_E_DATA, "there is no change %llu",
		    (unsigned long long)number);
	return open_change(crm_view(key, 8), v, out);
}

bool
crm_change_range(
    const struct crm_change *c, size_t *at, struct crm_id_range *out)
{
	struct crm_view v = crm_view_skip(c->ranges, *at);
	size_t n = range_size(v);

	if (n == 0)
		return false;
	out->first = crm_le64_get(v.p);
	(void)crm_varint_get(v.p + 8, v.n - 8, &out->count);
	*at += n;
	return true;
}

static void
add_varint(struct crm_buf *b, uint64_t v)
{
	char p[CRM_VARINT_MAX];

	crm_buf_add(b, p, crm_varint_put(p, v));
}

static void
add_text(struct crm_buf *b, struct crm_view v)
{
	add_varint(b, v.n);
	crm_buf_addv(b, v);
}

/* A change set's value up to the hash before it. */
static void
encode(struct crm_buf *b, const struct crm_change *c,
    const struct crm_id_range *range, size_t nranges)
{
	char p[11];
	size_t i;

	crm_buf_add(b, "\0\0\0\0\0\0\0", CRM_HEAD);
	p[0] = (char)c->state;
	crm_le64(p + 1, (uint64_t)c->clock_us);
	crm_le16(p + 9, c->replica);
	crm_buf_add(b, p, 11);
	add_varint(b, c->origin);
	add_varint(b, c->seq);
	add_varint(b, c->prior);
	add_varint(b, c->undoes);
	add_text(b, c->user);
	add_text(b, c->program);
	add_text(b, c->arguments);
	add_text(b, c->message);
	add_varint(b, nranges);
	for (i = 0; i < nranges; i++) {
		crm_le64(p, range[i].first);
		crm_buf_add(b, p, 8);
		add_varint(b, range[i].count);
	}
	add_varint(b, c->touched);
	crm_buf_add(b, c->before, CRM_HASH_BYTES);
}

/*
 * The hash of a change set covers what it says (the state apart, which undo
 * changes), the hash before it, all its digests, and the digests of its
 * entries in changed.
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
			    CRM_TABLE_CHANGE, k, v, DIGESTS_FORM, &body);
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

static const struct crm_err *
hash_change(struct crm_txn *t, uint64_t number, struct crm_view said,
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

/* What a change set says: its value from the clock to the hash before it. */
static struct crm_view
said(struct crm_view value)
{
	return crm_view(
	    value.p + CRM_HEAD + 1, value.n - CRM_HEAD - 1 - CRM_HASH_BYTES);
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
		    CRM_TABLE_META, CRM_V(PARTS_KEY), v, CHANGE_FORM, &v);
	if (err == NULL && v.n == 8)
		*number = crm_le64_get(v.p);
	return err;
}

static const struct crm_err *
note_in_parts(struct crm_txn *t, uint64_t number)
{
	struct crm_buf b = CRM_BUF_INIT(64);
	const struct crm_err *err;
	char p[8];

	crm_le64(p, number);
	crm_buf_add(&b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_add(&b, p, 8);
	crm_head_seal(&b, CRM_V(PARTS_KEY), CHANGE_FORM, 0);
	err = crm_kv_put(t, CRM_TABLE_META, CRM_V(PARTS_KEY), crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}

/* A change set that is done; number 0 when it is open, or being written. */
static const struct crm_err *
get_done(struct crm_txn *t, uint64_t n, struct crm_change *out)
{
	const struct crm_err *err;
	struct crm_change c;
	struct crm_view v;
	char key[8];

	crm_be64(key, n);
	err = crm_kv_get(t, CRM_TABLE_CHANGE, crm_view(key, 8), &v);
	if (err != NULL || v.p == NULL)
		return err;
	err = open_change(crm_view(key, 8), v, &c);
	if (err == NULL && c.state != CRM_CHANGE_OPEN)
		*out = c;
	return err;
}

const struct crm_err *
crm_change_head(struct crm_txn *t, struct crm_change *out)
{
	const struct crm_err *err;
	struct crm_change c;
	uint64_t n, parts = 0;

	memset(out, 0, sizeof(*out));
	err = crm_change_last(t, &n);
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
	return c->number < last ? note_in_parts(t, c->number) : NULL;
}

const struct crm_err *
crm_change_put(struct crm_txn *t, struct crm_change *c,
    const struct crm_id_range *range, size_t nranges)
{
	struct crm_buf b = CRM_BUF_INIT(BODY_MAX);
	const struct crm_err *err = NULL;
	char key[8];

	memset(c->before, 0, CRM_HASH_BYTES);
	memset(c->hash, 0, CRM_HASH_BYTES);
	if (c->state != CRM_CHANGE_OPEN)
		err = enchain(t, c);
	if (err != NULL)
		goto done;
	encode(&b, c, range, nranges);
	crm_buf_add(&b, c->hash, CRM_HASH_BYTES);
	if (c->state != CRM_CHANGE_OPEN) {
		err =
		    hash_change(t, c->number, said(crm_buf_view(&b)), c->hash);
		memcpy(b.p + b.n - CRM_HASH_BYTES, c->hash, CRM_HASH_BYTES);
	}
	if (err == NULL)
		err = crm_buf_end(&b);
	if (err == NULL) {
		crm_be64(key, c->number);
		crm_head_seal(&b, crm_view(key, 8), CHANGE_FORM, 0);
		err = crm_kv_put(
		    t, CRM_TABLE_CHANGE, crm_view(key, 8), crm_buf_view(&b));
	}
done:
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
salt(uint8_t out[CRM_SALT_BYTES])
{
	if (getrandom(out, CRM_SALT_BYTES, 0) != CRM_SALT_BYTES)
		return crm_err_errno(CRM_E_IO, "no random numbers");
	return NULL;
}

static void
digest(
    const uint8_t *salt_bytes, struct crm_view v, uint8_t out[CRM_HASH_BYTES])
{
	blake2b(out, v.p, salt_bytes, CRM_HASH_BYTES, v.n, CRM_SALT_BYTES);
}

/* The fields in which two records differ: how many, then each. */
static void
encode_fields(
    struct crm_buf *b, const struct crm_rec *old, const struct crm_rec *new)
{
	uint32_t i = 0, j = 0, pass;
	uint64_t count = 0;
	char num[2];

	for (pass = 0; pass < 2; pass++) {
		if (pass == 1)
			add_varint(b, count);
		for (i = j = 0; i < old->n || j < new->n;) {
			uint16_t x = i < old->n ? old->slot[i].num : UINT16_MAX;
			uint16_t y = j < new->n ? new->slot[j].num : UINT16_MAX;
			struct crm_view was = CRM_VNULL, is = CRM_VNULL;

			if (x <= y)
				was = old->slot[i++].value;
			if (y <= x)
				is = new->slot[j++].value;
			if (crm_view_eq(was, is))
				continue;
			count++;
			if (pass == 0)
				continue;
			crm_le16(num, x < y ? x : y);
			crm_buf_add(b, num, 2);
			add_text(b, was);
			add_text(b, is);
		}
	}
}

const struct crm_err *
crm_changed_put(struct crm_txn *t, uint64_t number, uint64_t id, uint8_t flags,
    uint64_t previous, const struct crm_rec *old, const struct crm_rec *new)
{
	struct crm_buf b = CRM_BUF_INIT(BODY_MAX), f = CRM_BUF_INIT(BODY_MAX);
	uint8_t s[CRM_SALT_BYTES], d[CRM_HASH_BYTES];
	const struct crm_err *err;
	char key[16];

	crm_buf_addc(&f, (char)flags);
	encode_fields(&f, old, new);
	err = crm_buf_end(&f);
	if (err == NULL)
		err = salt(s);
	if (err != NULL)
		goto done;
	digest(s, crm_buf_view(&f), d);
	crm_buf_add(&b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_addc(&b, (char)flags);
	add_varint(&b, previous);
	crm_buf_add(&b, s, CRM_SALT_BYTES);
	crm_buf_add(&b, d, CRM_HASH_BYTES);
	crm_buf_add(&b, f.p + 1, f.n - 1);
	err = crm_buf_end(&b);
	if (err == NULL) {
		crm_be64(key, number);
		crm_be64(key + 8, id);
		crm_head_seal(&b, crm_view(key, 16), CHANGED_FORM, 0);
		err = crm_kv_put(
		    t, CRM_TABLE_CHANGED, crm_view(key, 16), crm_buf_view(&b));
	}
done:
	crm_buf_release(&b);
	crm_buf_release(&f);
	return err;
}

const struct crm_err *
crm_changed_open(
    struct crm_view key, struct crm_view value, struct crm_changed *out)
{
	const struct crm_err *err;
	struct piece p = { CRM_VNULL, false };
	struct crm_view v;

	if (key.n != 16)
		return crm_err(
		    CRM_E_DATA, "the store is damaged: a key of the log");
	err = crm_head_open(CRM_TABLE_CHANGED, key, value, CHANGED_FORM, &p.v);
	if (err != NULL)
		return err;
	out->number = crm_be64_get(key.p);
	out->id = crm_be64_get(key.p + 8);
	v = take_bytes(&p, 1);
	out->flags = v.n > 0 ? (uint8_t)v.p[0] : 0;
	out->previous = take_varint(&p);
	out->salt = (const uint8_t *)take_bytes(&p, CRM_SALT_BYTES).p;
	out->digest = (const uint8_t *)take_bytes(&p, CRM_HASH_BYTES).p;
	out->nfields = take_varint(&p);
	out->fields = p.v;
	if (p.bad)
		return crm_err(
		    CRM_E_DATA, "the store is damaged: an entry of the log");
	return NULL;
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

bool
crm_changed_field(const struct crm_changed *c, size_t *at, uint16_t *num,
    struct crm_view *old, struct crm_view *new)
{
	struct piece p = { crm_view_skip(c->fields, *at), false };
	struct crm_view v;

	if (p.v.n == 0)
		return false;
	v = take_bytes(&p, 2);
	*old = take_text(&p);
	*new = take_text(&p);
	if (p.bad)
		return false;
	*num = crm_le16_get(v.p);
	*at = c->fields.n - p.v.n;
	return true;
}

struct crm_digests {
	blake2b_state h;
	uint8_t salt[CRM_SALT_BYTES];
	unsigned int in_group;
	struct crm_buf done; /* salts and digests */
};

struct crm_digests *
crm_digests_new(void)
{
	struct crm_digests *d = crm_calloc(1, sizeof(*d));

	d->done.max = BODY_MAX;
	return d;
}

void
crm_digests_free(struct crm_digests *d)
{
	if (d == NULL)
		return;
	crm_buf_release(&d->done);
	crm_free(d);
}

struct crm_digests *
crm_digests_copy(const struct crm_digests *d)
{
	struct crm_digests *copy = crm_digests_new();
	struct crm_buf done = copy->done;

	*copy = *d;
	copy->done = done;
	crm_buf_addv(&copy->done, crm_buf_view(&d->done));
	return copy;
}

static void
end_group(struct crm_digests *d)
{
	uint8_t out[CRM_HASH_BYTES];

	if (d->in_group == 0)
		return;
	blake2b_final(&d->h, out, CRM_HASH_BYTES);
	crm_buf_add(&d->done, d->salt, CRM_SALT_BYTES);
	crm_buf_add(&d->done, out, CRM_HASH_BYTES);
	d->in_group = 0;
}

/* One record's share of a group: id, length, bytes. */
static void
feed(blake2b_state *h, uint64_t id, struct crm_view stored)
{
	char head[12];

	crm_le64(head, id);
	crm_le32(head + 8, (uint32_t)stored.n);
	blake2b_update(h, (const uint8_t *)head, 12);
	blake2b_update(h, (const uint8_t *)stored.p, stored.n);
}

const struct crm_err *
crm_digests_add(struct crm_digests *d, uint64_t id, struct crm_view stored)
{
	const struct crm_err *err;

	if (d->in_group == 0) {
		err = salt(d->salt);
		if (err != NULL)
			return err;
		blake2b_init_key(
		    &d->h, CRM_HASH_BYTES, d->salt, CRM_SALT_BYTES);
	}
	feed(&d->h, id, stored);
	if (++d->in_group == CRM_DIGEST_GROUP)
		end_group(d);
	return crm_buf_end(&d->done);
}

const struct crm_err *
crm_digests_put(struct crm_digests *d, struct crm_txn *t, uint64_t number)
{
	struct crm_buf b = CRM_BUF_INIT(BODY_MAX);
	const struct crm_err *err = NULL;
	size_t at, n, chunk = DIGESTS_A_CHUNK * DIGEST_BYTES;
	uint32_t i = 1;
	char key[12];

	end_group(d);
	for (at = 0; err == NULL && at < d->done.n; at += n, i++) {
		n = d->done.n - at < chunk ? d->done.n - at : chunk;
		crm_be64(key, number);
		crm_be32(key + 8, i);
		crm_buf_reset(&b);
		crm_buf_add(&b, "\0\0\0\0\0\0\0", CRM_HEAD);
		crm_buf_add(&b, d->done.p + at, n);
		crm_head_seal(&b, crm_view(key, 12), DIGESTS_FORM, 0);
		err = crm_kv_put(
		    t, CRM_TABLE_CHANGE, crm_view(key, 12), crm_buf_view(&b));
	}
	crm_buf_release(&b);
	return err;
}

/* Check the digests of a change set's entries in changed. */
static const struct crm_err *
check_entries(struct crm_txn *t, uint64_t number, uint64_t *count, bool *ok)
{
	struct crm_buf b = CRM_BUF_INIT(BODY_MAX);
	const struct crm_err *err;
	uint8_t d[CRM_HASH_BYTES];
	struct crm_changed e;
	struct crm_view k, v;
	struct crm_cur *c;
	char key[8];

	*count = 0;
	crm_be64(key, number);
	err = crm_cur_open(t, CRM_TABLE_CHANGED, &c);
	if (err != NULL)
		return err;
	err = crm_cur_seek(c, crm_view(key, 8), &k, &v);
	while (err == NULL && k.p != NULL && memcmp(k.p, key, 8) == 0) {
		err = crm_changed_open(k, v, &e);
		if (err != NULL)
			break;
		crm_buf_reset(&b);
		crm_buf_addc(&b, (char)e.flags);
		add_varint(&b, e.nfields);
		crm_buf_addv(&b, e.fields);
		digest(e.salt, crm_buf_view(&b), d);
		*ok &= memcmp(d, e.digest, CRM_HASH_BYTES) == 0;
		(*count)++;
		err = crm_cur_next(c, &k, &v);
	}
	crm_cur_close(c);
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
check_one(
    struct crm_txn *t, struct crm_view k, struct crm_view v, const char **what)
{
	const struct crm_err *err;
	uint8_t hash[CRM_HASH_BYTES];
	struct crm_change c, prior = { 0 };
	uint64_t count;
	bool ok = true;

	*what = NULL;
	err = open_change(k, v, &c);
	if (err != NULL || c.state == CRM_CHANGE_OPEN)
		return err;
	err = hash_change(t, c.number, said(v), hash);
	if (err == NULL)
		err = check_entries(t, c.number, &count, &ok);
	if (err == NULL && c.prior != 0)
		err = crm_change_get(t, c.prior, &prior);
	if (err != NULL)
		return err;
	if (memcmp(c.hash, hash, CRM_HASH_BYTES) != 0)
		*what = "its contents do not agree with its hash";
	else if (memcmp(c.before, prior.hash, CRM_HASH_BYTES) != 0 ||
	    c.seq != prior.seq + 1)
		*what = "it does not agree with the change set before it";
	else if (!ok || count != c.touched)
		*what = "its notes on records do not agree with their digests";
	return NULL;
}

/* The chain goes from its end through every change set that was done. */
static const struct crm_err *
check_length(struct crm_txn *t, uint64_t done, uint64_t *missing)
{
	const struct crm_err *err;
	struct crm_change head;

	err = crm_change_head(t, &head);
	*missing = err == NULL && head.seq != done ? head.number : 0;
	return err;
}

const struct crm_err *
crm_change_check(struct crm_txn *t,
    void (*bad)(void *ctx, uint64_t number, const char *what), void *ctx)
{
	const struct crm_err *err;
	struct crm_view k, v;
	struct crm_cur *c;
	const char *what;
	uint64_t n = 0, done = 0;

	err = crm_cur_open(t, CRM_TABLE_CHANGE, &c);
	if (err != NULL)
		return err;
	err = crm_cur_first(c, &k, &v);
	while (err == NULL && k.p != NULL) {
		if (k.n == 8) {
			n++;
			if (crm_be64_get(k.p) != n) {
				bad(ctx, n, "it is missing");
				n = crm_be64_get(k.p);
			}
			done +=
			    v.n > CRM_HEAD && v.p[CRM_HEAD] != CRM_CHANGE_OPEN;
			err = check_one(t, k, v, &what);
			if (err == NULL && what != NULL)
				bad(ctx, n, what);
		}
		if (err == NULL)
			err = crm_cur_next(c, &k, &v);
	}
	crm_cur_close(c);
	if (err == NULL)
		err = check_length(t, done, &n);
	if (err == NULL && n != 0)
		bad(ctx, n, "the chain that ends here lacks change sets");
	return err;
}

/* The n-th salt and digest (from 0) of a change set; p NULL: none. */
static const struct crm_err *
get_digest(struct crm_txn *t, uint64_t number, uint64_t n, struct crm_view *out)
{
	const struct crm_err *err;
	struct crm_view v, body;
	char key[12];
	size_t at;

	*out = CRM_VNULL;
	crm_be64(key, number);
	crm_be32(key + 8, (uint32_t)(n / DIGESTS_A_CHUNK + 1));
	err = crm_kv_get(t, CRM_TABLE_CHANGE, crm_view(key, 12), &v);
	if (err != NULL || v.p == NULL)
		return err;
	err = crm_head_open(
	    CRM_TABLE_CHANGE, crm_view(key, 12), v, DIGESTS_FORM, &body);
	at = (size_t)(n % DIGESTS_A_CHUNK) * DIGEST_BYTES;
	if (err == NULL && at + DIGEST_BYTES <= body.n)
		*out = crm_view(body.p + at, DIGEST_BYTES);
	return err;
}

const struct crm_err *
crm_digests_check(struct crm_txn *t, uint64_t number,
    const struct crm_err *(*next)(
	void *ctx, uint64_t *id, struct crm_view *stored),
    void *ctx, bool *ok)
{
	const struct crm_err *err = NULL;
	uint8_t hash[CRM_HASH_BYTES];
	struct crm_view stored, want;
	blake2b_state h;
	unsigned int in_group;
	uint64_t id, n;

	*ok = true;
	for (n = 0; err == NULL; n++) {
		err = get_digest(t, number, n, &want);
		for (in_group = 0; err == NULL && in_group < CRM_DIGEST_GROUP;
		     in_group++) {
			err = next(ctx, &id, &stored);
			if (err != NULL || stored.p == NULL)
				break;
			if (in_group == 0 && want.p != NULL)
				blake2b_init_key(
				    &h, CRM_HASH_BYTES, want.p, CRM_SALT_BYTES);
			if (want.p != NULL)
				feed(&h, id, stored);
		}
		if (err != NULL || in_group == 0) {
			*ok &= want.p == NULL;
			return err;
		}
		if (want.p == NULL) {
			*ok = false;
			continue;
		}
		blake2b_final(&h, hash, CRM_HASH_BYTES);
		*ok &=
		    memcmp(hash, want.p + CRM_SALT_BYTES, CRM_HASH_BYTES) == 0;
		if (in_group < CRM_DIGEST_GROUP)
			return NULL;
	}
	return err;
}
