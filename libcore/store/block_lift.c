#include "store/block_lift.h"

#include "base/entry.h"
#include "base/mem.h"
#include "store/block_impl.h"

#define NEAR_MIN 32              /* in a row before blocks are taken out */
#define TAKEN ((size_t)64 << 10) /* bytes of blocks at a time */
#define OUT_MAX ((size_t)64 << 20)
#define PROPPED 400    /* bytes of a block that is worth a prop */
#define PAGE_PART 1200 /* bytes: more than a quarter of a page */

void
crm_lift_init(struct crm_lift *l, struct crm_txn *t, enum crm_table table,
    struct crm_cur *cur)
{
	memset(l, 0, sizeof(*l));
	l->txn = t;
	l->table = table;
	l->cur = cur;
	l->out.max = OUT_MAX;
}

void
crm_lift_release(struct crm_lift *l)
{
	crm_buf_release(&l->out);
}

static struct crm_view
from(const struct crm_lift *l)
{
	return crm_view(l->from, l->from_n);
}

/* Note a key, one that is no block's too. */
static void
set_from(struct crm_lift *l, struct crm_view key)
{
	l->from_n = key.n <= CRM_KEY_MAX ? key.n : 0;
	if (l->from_n > 0)
		memcpy(l->from, key.p, l->from_n);
}

void
crm_lift_see(struct crm_lift *l, struct crm_view key, struct crm_view next)
{
	if (!l->allowed)
		return;
	/* the one that was behind the last one, or between the two */
	if (l->from_n > 0 &&
	    (crm_view_eq(key, from(l)) || crm_view_eq(next, from(l))))
		l->near++;
	else
		l->near = 0;
	set_from(l, next);
	l->on = l->near >= NEAR_MIN && l->from_n > 0;
	l->all = false;
	l->at = l->left = l->taken = l->met = 0;
	crm_buf_reset(&l->out);
}

static const char *
entry(const struct crm_lift *l)
{
	return l->out.p + l->at;
}

/* The key of the block behind the first that is out. */
static struct crm_view
second(const struct crm_lift *l)
{
	const char *p = entry(l);

	return crm_entry_key(
	    p + CRM_ENTRY_HEAD + crm_entry_key(p).n + crm_entry_value(p).n);
}

static void
drop_first(struct crm_lift *l)
{
	const char *p = entry(l);

	l->at += CRM_ENTRY_HEAD + crm_entry_key(p).n + crm_entry_value(p).n;
	l->left--;
}

static void
keep(struct crm_lift *l, struct crm_view key, struct crm_view value)
{
	char head[CRM_ENTRY_HEAD];

	crm_le32(head, (uint32_t)key.n);
	crm_le32(head + 4, (uint32_t)value.n);
	crm_buf_add(&l->out, head, sizeof(head));
	crm_buf_addv(&l->out, key);
	crm_buf_addv(&l->out, value);
}

/* Remove from the table the blocks that were copied last. */
static const struct crm_err *
remove_copied(struct crm_lift *l, size_t at)
{
	const struct crm_err *err = NULL;
	const char *p;

	for (; err == NULL && at < l->out.n;
	     at += CRM_ENTRY_HEAD + crm_entry_key(p).n + crm_entry_value(p).n) {
		p = l->out.p + at;
		err = crm_kv_del_near(l->txn, l->table, crm_entry_key(p));
	}
	return err;
}

/* Is the next block to be taken out, too?  Whole pages are: what stayed in one
 * might come before what is put. */
static bool
goes_on(const struct crm_lift *l, size_t bytes, struct crm_view last,
    struct crm_view next)
{
	if (next.p == NULL)
		return false;
	if (l->rest)
		return bytes < TAKEN && !crm_txn_is_old(l->txn, next);
	return bytes < TAKEN || crm_txn_same_page(l->txn, last, next);
}

/* Take blocks out, behind those that are. */
static const struct crm_err *
take(struct crm_lift *l)
{
	const struct crm_err *err;
	struct crm_view k, v, last = CRM_VNULL;
	size_t at = l->out.n;

	err = crm_cur_seek(l->cur, from(l), &k, &v);
	while (err == NULL && goes_on(l, l->out.n - at, last, k)) {
		if (k.n == 0 || k.n > CRM_KEY_MAX)
			return crm_block_damaged(k, "a key of wrong length");
		set_from(l, k);
		keep(l, k, v);
		l->taken++;
		l->left++;
		last = k;
		err = crm_cur_next(l->cur, &k, &v);
	}
	if (err == NULL)
		err = crm_buf_end(&l->out);
	l->all = k.p == NULL;
	return err != NULL ? err : remove_copied(l, at);
}

/* Take the next pages out. */
static const struct crm_err *
take_more(struct crm_lift *l)
{
	size_t kept = l->out.n - l->at;

	if (kept > 0)
		memmove(l->out.p, l->out.p + l->at, kept);
	l->out.n = kept;
	l->at = l->taken = l->met = l->put = 0;
	l->rest = false;
	return take(l);
}

/*
 * Where a page is the first below its branch LMDB fills it up from the one
 * behind when what it had is taken out.  When there is enough in it again,
 * these are taken out, too.
 */
static const struct crm_err *
take_rest(struct crm_lift *l)
{
	l->rest = true;
	l->put = 0;
	return l->all ? NULL : take(l);
}

/* Have two blocks out, unless there are less; an end is made when few of those
 * before were of use. */
static const struct crm_err *
have_two(struct crm_lift *l)
{
	if (l->left > 1 || l->all)
		return NULL;
	if (l->met * 4 < l->taken) {
		l->near = 0;
		return crm_lift_end(l);
	}
	return take_more(l);
}

static const struct crm_err *
put_first_back(struct crm_lift *l)
{
	const char *p = entry(l);

	drop_first(l);
	return crm_lift_put(l, crm_entry_key(p), crm_entry_value(p));
}

const struct crm_err *
crm_lift_go(struct crm_lift *l, struct crm_view key, size_t prefix,
    struct crm_lifted *out)
{
	const struct crm_err *err;
	struct crm_view k;

	memset(out, 0, sizeof(*out));
	for (;;) {
		err = have_two(l);
		if (err != NULL || !l->on || l->left == 0)
			return err;
		if (l->left == 1 || crm_view_cmp(second(l), key) > 0)
			break;
		err = put_first_back(l);
		if (err != NULL)
			return err;
	}
	l->met++;
	k = crm_entry_key(entry(l));
	if (crm_view_cmp(k, key) > 0)
		out->next = k;
	else if (memcmp(k.p, key.p, prefix) != 0) {
		err = put_first_back(l);
		out->next = l->left > 0 ? crm_entry_key(entry(l)) : CRM_VNULL;
	} else {
		out->key = k;
		out->value = crm_entry_value(entry(l));
		drop_first(l);
		out->next = l->left > 0 ? crm_entry_key(entry(l)) : CRM_VNULL;
	}
	return err;
}

/* Remove the first prop. */
static const struct crm_err *
remove_prop(struct crm_lift *l)
{
	const struct crm_err *err = crm_kv_del_near(
	    l->txn, l->table, crm_view(l->prop[0].key, l->prop[0].n));

	l->nprops--;
	memmove(l->prop, l->prop + 1, l->nprops * sizeof(l->prop[0]));
	return err;
}

/*
 * When a page is full LMDB has its last key go to the next one with what is
 * put.  That is to be a key of next to nothing, not a block of some size; it
 * stands there until the page that it went to is full enough that LMDB fetches
 * nothing back when it goes.
 */
static const struct crm_err *
set_prop(struct crm_lift *l, struct crm_view key)
{
	struct crm_prop *p = &l->prop[l->nprops];

	p->n = key.n + 1;
	p->behind = 0;
	memcpy(p->key, key.p, key.n);
	p->key[key.n] = '\0';
	/* the next block may have that key */
	if (l->left > 0 &&
	    crm_view_eq(crm_view(p->key, p->n), crm_entry_key(entry(l))))
		return NULL;
	l->nprops++;
	return crm_kv_put_near(
	    l->txn, l->table, crm_view(p->key, p->n), crm_view("", 0));
}

const struct crm_err *
crm_lift_put(struct crm_lift *l, struct crm_view key, struct crm_view block)
{
	const struct crm_err *err;
	size_t i;

	for (i = 0; i < l->nprops; i++)
		l->prop[i].behind += key.n + block.n;
	if (l->nprops > 0 &&
	    crm_view_eq(crm_view(l->prop[i - 1].key, l->prop[i - 1].n), key))
		l->nprops--; /* the block takes its place */
	err = crm_kv_put_near(l->txn, l->table, key, block);
	while (err == NULL && l->nprops > 0 &&
	    (l->prop[0].behind >= PAGE_PART || l->nprops == CRM_PROPS_MAX))
		err = remove_prop(l);
	if (err == NULL && block.n >= PROPPED && key.n < CRM_KEY_MAX)
		err = set_prop(l, key);
	l->put += key.n + block.n;
	if (err == NULL && l->on && l->put >= PAGE_PART && block.n < PROPPED &&
	    l->out.n - l->at < 2 * TAKEN)
		err = take_rest(l);
	return err;
}

const struct crm_err *
crm_lift_end(struct crm_lift *l)
{
	const struct crm_err *err = NULL;

	l->on = false;
	while (err == NULL && l->left > 0)
		err = put_first_back(l);
	while (err == NULL && l->nprops > 0)
		err = remove_prop(l);
	return err;
}
