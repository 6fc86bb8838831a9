#include "store/compact.h"

#include "base/io.h"
#include "base/mem.h"
#include "store/check.h"
#include "store/sift.h"
#include "store/snap.h"
#include "store/store_impl.h"

#define YAML_MAX ((size_t)64 << 20)
#define PART ((size_t)64 << 20) /* of one transaction */

struct copying {
	struct crm_txn *from;
	enum crm_table table;
	struct crm_dregs dregs; /* what is not copied */
	/* behind which key the next transaction begins, and whether there was
	 * one */
	struct crm_buf last, done;
	bool any, over;
	struct crm_err fault;
};

/* Copy a part of a table: it may be called again for the same. */
static const struct crm_err *
copy_part(void *ctx, struct crm_txn *to)
{
	struct copying *c = ctx;
	struct crm_cur *in = NULL, *out = NULL;
	const struct crm_err *err;
	struct crm_view k, v;

	c->over = false;
	crm_buf_reset(&c->done);
	crm_buf_addv(&c->done, crm_buf_view(&c->last));
	if (c->dregs.n > 0 && crm_sift_has(c->table))
		return crm_sift_part(
		    c->from, c->table, &c->dregs, to, PART, &c->done, &c->over);
	err = crm_cur_open(c->from, c->table, &in);
	if (err == NULL)
		err = crm_cur_open(to, c->table, &out);
	if (err == NULL && !c->any)
		err = crm_kv_clear(to, c->table);
	if (err == NULL)
		err = c->any ? crm_cur_seek(in, crm_buf_view(&c->last), &k, &v)
			     : crm_cur_first(in, &k, &v);
	if (err == NULL && c->any)
		err = crm_cur_next(in, &k, &v);
	while (err == NULL && k.p != NULL && crm_txn_dirty(to) < PART) {
		err = crm_cur_append(out, k, v);
		crm_buf_reset(&c->done);
		crm_buf_addv(&c->done, k);
		if (err == NULL)
			err = crm_cur_next(in, &k, &v);
	}
	c->over = err == NULL && k.p == NULL;
	crm_cur_close(in);
	crm_cur_close(out);
	return err;
}

static const struct crm_err *
copy_table(struct copying *c, struct crm_store *to)
{
	const struct crm_err *err = NULL;

	c->any = c->over = false;
	crm_buf_reset(&c->last);
	while (err == NULL && !c->over) {
		err = crm_store_update(to, copy_part, c);
		crm_buf_reset(&c->last);
		crm_buf_addv(&c->last, crm_buf_view(&c->done));
		c->any = true;
	}
	return err;
}

static const struct crm_err *
keep_meta(void *ctx, struct crm_txn *t)
{
	(void)ctx;
	return crm_meta_keep(t);
}

static void
keep_fault(void *ctx, const char *where, const char *what)
{
	struct copying *c = ctx;

	if (c->fault.msg[0] == '\0')
		c->fault = *crm_err(CRM_E_DATA,
		    "the store is damaged (%s: %s): see crm-store check", where,
		    what);
}

/* Before, so that nothing damaged is copied; behind, so that all was. */
static const struct crm_err *
prove(struct copying *c, struct crm_store *s)
{
	struct crm_check check = {
		.what = CRM_CHECK_BYTES, .fault = keep_fault, .ctx = c
	};
	const struct crm_err *err = crm_check_store(s, &check);

	return err != NULL || check.faults == 0
	    ? err
	    : crm_err(CRM_E_DATA, "%s", c->fault.msg);
}

static const struct crm_err *
make(struct crm_store *s, const struct crm_swap *swap, struct crm_store **out)
{
	struct crm_buf yaml = CRM_BUF_INIT(YAML_MAX);
	struct crm_store_seed seed = {
		.replica = s->replica, .fields = CRM_V(""), .replaces = true
	};
	const struct crm_err *err;

	memcpy(seed.uuid, s->uuid, sizeof(seed.uuid));
	err = crm_read_file(s->dir, "crm.yaml", YAML_MAX, &yaml);
	if (err != NULL && err->code == CRM_E_NOINPUT)
		err = NULL; /* none is as an empty one */
	if (err == NULL)
		err = crm_store_begin_as(s->path, crm_swap_group(swap),
		    crm_buf_view(&yaml), &seed, out);
	crm_buf_release(&yaml);
	return err;
}

const struct crm_err *
crm_compact(
    struct crm_store *s, const struct crm_swap *swap, struct crm_store **out)
{
	struct copying c = { .last = CRM_BUF_INIT(CRM_KEY_MAX),
		.done = CRM_BUF_INIT(CRM_KEY_MAX) };
	const struct crm_err *err;
	struct crm_snap *snap = NULL;
	int t;

	*out = NULL;
	err = prove(&c, s);
	if (err == NULL)
		err = make(s, swap, out);
	if (err == NULL)
		err = crm_snap_open(s, &snap);
	if (err == NULL) {
		c.from = crm_snap_txn(snap);
		err = crm_dregs_find(snap, &c.dregs);
	}
	for (t = 0; err == NULL && t < CRM_NTABLES; t++) {
		c.table = (enum crm_table)t;
		err = copy_table(&c, *out);
	}
	crm_snap_close(snap);
	crm_free(c.dregs.range);
	if (err == NULL)
		err = crm_store_update(*out, keep_meta, NULL);
	if (err == NULL)
		err = prove(&c, *out);
	crm_buf_release(&c.last);
	crm_buf_release(&c.done);
	if (err != NULL) {
		crm_store_discard(*out);
		*out = NULL;
	}
	return err;
}
