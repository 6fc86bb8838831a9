#include "store/erased.h"

#include <blake2.h>
#include <stdlib.h>

#include "base/mem.h"
#include "record/value.h"
#include "store/change_impl.h"
#include "store/store_impl.h"

#define KEY 16
#define HEAD (8 + KEY)
#define HASHES_MAX ((size_t)1 << 30)

struct crm_erased {
	uint64_t last;
	uint8_t key[KEY];
	char *hash; /* n of them, sorted */
	size_t n;
};

struct crm_remember {
	uint8_t key[KEY];
	struct crm_buf hashes, scratch;
};

bool
crm_erased_fits(size_t n)
{
	return n >= HEAD && (n - HEAD) % CRM_ERASED_HASH == 0;
}

const struct crm_err *
crm_erased_open(struct crm_txn *t, struct crm_erased **out)
{
	const struct crm_err *err;
	struct crm_erased *e;
	struct crm_view v;

	*out = NULL;
	err = crm_meta_get(t, CRM_META_ERASED, &v);
	if (err != NULL || v.p == NULL)
		return err;
	if (!crm_erased_fits(v.n))
		return crm_err(CRM_E_DATA,
		    "the store is damaged: what is remembered of the erased");
	e = crm_calloc(1, sizeof(*e));
	e->last = crm_le64_get(v.p);
	memcpy(e->key, v.p + 8, KEY);
	e->n = (v.n - HEAD) / CRM_ERASED_HASH;
	e->hash = crm_strndup(v.p + HEAD, v.n - HEAD);
	*out = e;
	return NULL;
}

void
crm_erased_free(struct crm_erased *e)
{
	if (e == NULL)
		return;
	crm_free(e->hash);
	crm_free(e);
}

uint64_t
crm_erased_last(const struct crm_erased *e)
{
	return e != NULL ? e->last : 0;
}

bool
crm_erased_counts(const struct crm_field *f)
{
	return f->type == CRM_T_EMAIL || f->type == CRM_T_PHONE ||
	    (f->flags & CRM_F_UNIQUE) != 0;
}

/* The hash of a value: an address is one whatever holds it, a unique name is
 * one of its field. */
static void
hash_value(const uint8_t key[KEY], struct crm_buf *b, char letter,
    const struct crm_field *f, struct crm_view value, char out[CRM_ERASED_HASH])
{
	char tag[4] = { (char)f->type, 0, 0, 0 };

	if (f->type != CRM_T_EMAIL && f->type != CRM_T_PHONE) {
		tag[1] = letter;
		crm_le16(tag + 2, f->num);
	}
	crm_buf_reset(b);
	crm_buf_add(b, tag, sizeof(tag));
	crm_value_add_key(b, f, value);
	blake2b((uint8_t *)out, b->p, key, CRM_ERASED_HASH, b->n, KEY);
}

static int
cmp_hashes(const void *x, const void *y)
{
	return memcmp(x, y, CRM_ERASED_HASH);
}

/*
 * The ways in which a value may be remembered, with the fields to hash them by.
 * Hashes outlive the setting of a country, and cannot be made anew: a phone
 * number is remembered by its digits as they were written, which need no
 * country, and as E.164.  One that is the firm's own country's is also looked
 * for as it is dialled there, for those remembered before a country was set.
 */
struct way {
	struct crm_field field;
	struct crm_view value;
};

#define WAYS 3

static size_t
ways_of(const struct crm_field *f, struct crm_view value, char *room,
    struct way way[WAYS])
{
	size_t n = 1, len;

	way[0].field = *f;
	way[0].value = value;
	if (f->type != CRM_T_PHONE || f->dial == NULL)
		return n;
	way[0].field.dial = NULL;
	way[n++] = (struct way){ *f, value };
	len = crm_phone_at_home(f->dial, value, room);
	if (len > 0)
		way[n++] = (struct way){ way[0].field, crm_view(room, len) };
	return n;
}

bool
crm_erased_has(const struct crm_erased *e, char letter,
    const struct crm_field *f, struct crm_view value)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	char hash[CRM_ERASED_HASH], room[CRM_PHONE_KEY];
	struct way way[WAYS];
	bool yes = false;
	size_t n, i;

	if (e == NULL || e->n == 0)
		return false;
	n = ways_of(f, value, room, way);
	for (i = 0; !yes && i < n; i++) {
		hash_value(
		    e->key, &b, letter, &way[i].field, way[i].value, hash);
		yes = bsearch(hash, e->hash, e->n, CRM_ERASED_HASH,
			  cmp_hashes) != NULL;
	}
	crm_buf_release(&b);
	return yes;
}

const struct crm_err *
crm_remember_new(const struct crm_erased *e, struct crm_remember **out)
{
	struct crm_remember *r = crm_calloc(1, sizeof(*r));

	*out = r;
	r->hashes.max = HASHES_MAX;
	r->scratch.max = CRM_LINE_MAX * 4;
	if (e == NULL)
		return crm_change_salt(r->key);
	memcpy(r->key, e->key, KEY);
	crm_buf_add(&r->hashes, e->hash, e->n * CRM_ERASED_HASH);
	return NULL;
}

void
crm_remember_free(struct crm_remember *r)
{
	if (r == NULL)
		return;
	crm_buf_release(&r->hashes);
	crm_buf_release(&r->scratch);
	crm_free(r);
}

void
crm_remember_add(struct crm_remember *r, char letter, const struct crm_field *f,
    struct crm_view value)
{
	char hash[CRM_ERASED_HASH], room[CRM_PHONE_KEY];
	struct way way[WAYS];
	size_t n, i;

	n = ways_of(f, value, room, way);
	for (i = 0; i < n; i++) {
		hash_value(r->key, &r->scratch, letter, &way[i].field,
		    way[i].value, hash);
		crm_buf_add(&r->hashes, hash, sizeof(hash));
	}
}

const struct crm_err *
crm_remember_put(struct crm_remember *r, struct crm_txn *t, uint64_t change)
{
	struct crm_buf b = CRM_BUF_INIT(HASHES_MAX);
	size_t i, n = r->hashes.n / CRM_ERASED_HASH;
	const struct crm_err *err;
	const char *p, *last = NULL;
	char head[8];

	if (n > 1)
		qsort(r->hashes.p, n, CRM_ERASED_HASH, cmp_hashes);
	crm_le64(head, change);
	crm_buf_add(&b, head, sizeof(head));
	crm_buf_add(&b, r->key, KEY);
	for (i = 0; i < n; i++, last = p) {
		p = r->hashes.p + i * CRM_ERASED_HASH;
		if (last == NULL || cmp_hashes(p, last) != 0)
			crm_buf_add(&b, p, CRM_ERASED_HASH);
	}
	err = crm_buf_end(&r->hashes);
	if (err == NULL)
		err = crm_buf_end(&b);
	if (err == NULL)
		err = crm_meta_put(t, CRM_META_ERASED, crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}
