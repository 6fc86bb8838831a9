/* Digests of what change sets add: made, and checked. */
#include "base/mem.h"
#include "store/change_impl.h"

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

	d->done.max = CRM_LOG_VALUE_MAX;
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
		err = crm_change_salt(d->salt);
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

/*
 * Put a chunk: behind all that the table has where it belongs there, so that
 * pages are filled.
 *
 * cur     NULL: it is the only one, and the way to the end would cost more
 */
static const struct crm_err *
put_chunk(struct crm_txn *t, struct crm_cur *cur, struct crm_view key,
    struct crm_view value)
{
	const struct crm_err *err;
	struct crm_view last, unused;

	if (cur == NULL)
		return crm_kv_put(t, CRM_TABLE_CHANGE, key, value);
	err = crm_cur_last(cur, &last, &unused);
	if (err != NULL)
		return err;
	return last.p == NULL || crm_view_cmp(last, key) < 0
	    ? crm_cur_append(cur, key, value)
	    : crm_kv_put(t, CRM_TABLE_CHANGE, key, value);
}

const struct crm_err *
crm_digests_put(struct crm_digests *d, struct crm_txn *t, uint64_t number)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	const struct crm_err *err = NULL;
	size_t at, n, chunk = CRM_DIGESTS_A_CHUNK * CRM_DIGEST_BYTES;
	struct crm_cur *cur = NULL;
	uint32_t i = 1;
	char key[12];

	end_group(d);
	if (d->done.n > chunk)
		err = crm_cur_open(t, CRM_TABLE_CHANGE, &cur);
	for (at = 0; err == NULL && at < d->done.n; at += n, i++) {
		n = d->done.n - at < chunk ? d->done.n - at : chunk;
		crm_buf_reset(&b);
		crm_digests_encode(&b, number, i, crm_view(d->done.p + at, n));
		crm_be64(key, number);
		crm_be32(key + 8, i);
		err = put_chunk(
		    t, cur, crm_view(key, sizeof(key)), crm_buf_view(&b));
	}
	crm_cur_close(cur);
	crm_buf_release(&b);
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
	crm_be32(key + 8, (uint32_t)(n / CRM_DIGESTS_A_CHUNK + 1));
	err = crm_kv_get(t, CRM_TABLE_CHANGE, crm_view(key, 12), &v);
	if (err != NULL || v.p == NULL)
		return err;
	err = crm_head_open(
	    CRM_TABLE_CHANGE, crm_view(key, 12), v, CRM_DIGESTS_FORM, &body);
	at = (size_t)(n % CRM_DIGESTS_A_CHUNK) * CRM_DIGEST_BYTES;
	if (err == NULL && at + CRM_DIGEST_BYTES <= body.n)
		*out = crm_view(body.p + at, CRM_DIGEST_BYTES);
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

/* Put a salt and a digest in the place of those of a group. */
static const struct crm_err *
replace_digest(struct crm_txn *t, uint64_t number, uint64_t group,
    const uint8_t salt[CRM_SALT_BYTES], const uint8_t digest[CRM_HASH_BYTES])
{
	uint32_t chunk = (uint32_t)(group / CRM_DIGESTS_A_CHUNK + 1);
	size_t at = (size_t)(group % CRM_DIGESTS_A_CHUNK) * CRM_DIGEST_BYTES;
	struct crm_buf b = CRM_BUF_INIT(CRM_LOG_VALUE_MAX), sealed = b;
	const struct crm_err *err;
	struct crm_view v, body = CRM_VNULL;
	char key[12];

	crm_be64(key, number);
	crm_be32(key + 8, chunk);
	err = crm_kv_get(t, CRM_TABLE_CHANGE, crm_view(key, 12), &v);
	if (err == NULL && v.p != NULL)
		err = crm_head_open(CRM_TABLE_CHANGE, crm_view(key, 12), v,
		    CRM_DIGESTS_FORM, &body);
	if (err == NULL && at + CRM_DIGEST_BYTES > body.n)
		err = crm_err(CRM_E_DATA,
		    "the store is damaged: change set %llu lacks digests",
		    (unsigned long long)number);
	if (err != NULL)
		return err;
	crm_buf_addv(&b, body);
	memcpy(b.p + at, salt, CRM_SALT_BYTES);
	memcpy(b.p + at + CRM_SALT_BYTES, digest, CRM_HASH_BYTES);
	crm_digests_encode(&sealed, number, chunk, crm_buf_view(&b));
	err = crm_kv_put(
	    t, CRM_TABLE_CHANGE, crm_view(key, 12), crm_buf_view(&sealed));
	crm_buf_release(&b);
	crm_buf_release(&sealed);
	return err;
}

const struct crm_err *
crm_digests_renew(struct crm_txn *t, uint64_t number, uint64_t group,
    const struct crm_err *(*next)(
	void *ctx, uint64_t *id, struct crm_view *stored),
    void *ctx)
{
	uint8_t salt[CRM_SALT_BYTES], digest[CRM_HASH_BYTES];
	const struct crm_err *err;
	struct crm_view stored;
	blake2b_state h;
	unsigned int i;
	uint64_t id;

	err = crm_change_salt(salt);
	if (err != NULL)
		return err;
	blake2b_init_key(&h, CRM_HASH_BYTES, salt, CRM_SALT_BYTES);
	for (i = 0; err == NULL && i < CRM_DIGEST_GROUP; i++) {
		err = next(ctx, &id, &stored);
		if (err != NULL || stored.p == NULL)
			break;
		feed(&h, id, stored);
	}
	blake2b_final(&h, digest, CRM_HASH_BYTES);
	return err != NULL ? err
			   : replace_digest(t, number, group, salt, digest);
}
