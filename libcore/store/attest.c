#include "store/attest.h"

#include "store/change_impl.h"

#define A_CHUNK ((size_t)40 * CRM_ATTEST_BYTES)

void
crm_attest_encode(
    struct crm_buf *b, uint64_t number, uint32_t chunk, struct crm_view body)
{
	char key[12];

	crm_buf_add(b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_addv(b, body);
	if (b->over)
		return;
	crm_be64(key, number);
	crm_be32(key + 8, chunk);
	crm_head_seal(b, crm_view(key, 12), CRM_ATTEST_FORM, 0);
}

const struct crm_err *
crm_attest_put(struct crm_txn *t, uint64_t number, struct crm_view packed)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	const struct crm_err *err = NULL;
	uint32_t chunk = 0x80000000u;
	char key[12];
	size_t n;

	for (; err == NULL && packed.n > 0; packed = crm_view_skip(packed, n)) {
		n = packed.n < A_CHUNK ? packed.n : A_CHUNK;
		crm_buf_reset(&b);
		crm_attest_encode(&b, number, chunk, crm_view(packed.p, n));
		crm_be64(key, number);
		crm_be32(key + 8, chunk++);
		err = crm_kv_put(
		    t, CRM_TABLE_CHANGE, crm_view(key, 12), crm_buf_view(&b));
	}
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
take(struct crm_attested *a, struct crm_view body)
{
	size_t i;

	if (body.n % CRM_ATTEST_BYTES != 0)
		return crm_err(
		    CRM_E_DATA, "the store is damaged: what an erasure says");
	for (i = 0; i < body.n; i += CRM_ATTEST_BYTES) {
		uint64_t number = crm_le64_get(body.p + i);

		if (number == 0)
			continue;
		*crm_nummap_at(&a->at, number, NULL) = a->hash.n + 1;
		crm_buf_add(&a->hash, body.p + i + 8, CRM_HASH_BYTES);
	}
	return crm_buf_end(&a->hash);
}

const struct crm_err *
crm_attested_read(struct crm_txn *t, struct crm_attested *out)
{
	const struct crm_err *err;
	struct crm_view k, v, body;
	struct crm_cur *c;

	memset(out, 0, sizeof(*out));
	out->hash.max = CRM_LOG_VALUE_MAX;
	err = crm_cur_open(t, CRM_TABLE_CHANGE, &c);
	if (err != NULL)
		return err;
	err = crm_cur_first(c, &k, &v);
	while (err == NULL && k.p != NULL) {
		if (k.n == 12 && crm_attest_is(crm_be32_get(k.p + 8))) {
			err = crm_head_open(
			    CRM_TABLE_CHANGE, k, v, CRM_ATTEST_FORM, &body);
			if (err == NULL)
				err = take(out, body);
		}
		if (err == NULL)
			err = crm_cur_next(c, &k, &v);
	}
	crm_cur_close(c);
	return err;
}

void
crm_attested_release(struct crm_attested *a)
{
	crm_nummap_release(&a->at);
	crm_buf_release(&a->hash);
}

const uint8_t *
crm_attested_hash(const struct crm_attested *a, uint64_t number)
{
	const uint64_t *at = crm_nummap_get(&a->at, number);

	return at != NULL ? (const uint8_t *)a->hash.p + *at - 1 : NULL;
}
