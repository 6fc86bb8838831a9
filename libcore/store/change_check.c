/* Proving the log: its chain of hashes. */
#include "base/mem.h"
#include "store/attest.h"
#include "store/change_impl.h"

/* Check the digests of a change set's entries in changed. */
static const struct crm_err *
check_entries(struct crm_txn *t, uint64_t number, uint64_t *count, bool *ok)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
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
		crm_changed_add_digested(&b, &e);
		crm_change_digest(e.salt, crm_buf_view(&b), d);
		*ok &= memcmp(d, e.digest, CRM_HASH_BYTES) == 0;
		(*count)++;
		err = crm_cur_next(c, &k, &v);
	}
	crm_cur_close(c);
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
check_one(struct crm_txn *t, const struct crm_attested *attested,
    struct crm_view k, struct crm_view v, const char **what)
{
	const uint8_t *want;
	const struct crm_err *err;
	static const uint8_t none[CRM_HASH_BYTES];
	uint8_t hash[CRM_HASH_BYTES];
	struct crm_change c, prior = { 0 };
	uint64_t count;
	bool ok = true;

	*what = NULL;
	err = crm_change_open(k, v, &c);
	if (err != NULL)
		return err;
	if (c.state == CRM_CHANGE_OPEN) {
		if (c.seq != 0 || c.prior != 0 || c.touched != 0 ||
		    memcmp(c.hash, none, CRM_HASH_BYTES) != 0)
			*what = "it is not done, but stands in the chain";
		return NULL;
	}
	err = crm_change_hash(t, c.number, crm_change_said(v), hash);
	if (err == NULL)
		err = check_entries(t, c.number, &count, &ok);
	if (err == NULL && c.prior != 0)
		err = crm_change_get(t, c.prior, &prior);
	if (err != NULL)
		return err;
	want = crm_attested_hash(attested, c.number);
	if (memcmp(want != NULL ? want : c.hash, hash, CRM_HASH_BYTES) != 0)
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
	struct crm_attested attested;
	struct crm_cur *c = NULL;
	const char *what;
	uint64_t n = 0, done = 0;

	err = crm_attested_read(t, &attested);
	if (err == NULL)
		err = crm_cur_open(t, CRM_TABLE_CHANGE, &c);
	if (err == NULL)
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
			err = check_one(t, &attested, k, v, &what);
			if (err == NULL && what != NULL)
				bad(ctx, n, what);
		} else if (k.n < 8 || crm_be64_get(k.p) != n) {
			bad(ctx, n, "digests of another follow");
			break;
		}
		if (err == NULL)
			err = crm_cur_next(c, &k, &v);
	}
	crm_cur_close(c);
	crm_attested_release(&attested);
	if (err == NULL)
		err = check_length(t, done, &n);
	if (err == NULL && n != 0)
		bad(ctx, n, "the chain that ends here lacks change sets");
	return err;
}
