#include "store/parts.h"

#include "base/mem.h"

struct parts {
	crm_part_fn *fn;
	void *ctx;
	struct crm_part part[CRM_PARTS_MAX];
	size_t n;
	size_t at[CRM_SHARE_PIECES]; /* the part of a piece */
	struct crm_txn *txn[CRM_SHARE_THREADS];
	struct crm_walk *walk[CRM_SHARE_THREADS];
	bool stop; /* a part failed: what is behind it is not wanted; read and
	              written by both threads */
	/* Of parts that failed; the slots of errors are a thread's. */
	struct crm_err *err[CRM_PARTS_MAX];
};

/* crm_share_new(): go through a part. */
static void
work(void *ctx, size_t piece, unsigned int thread)
{
	struct parts *p = ctx;
	struct crm_part *part = &p->part[p->at[piece]];
	const struct crm_err *err;

	if (__atomic_load_n(&p->stop, __ATOMIC_RELAXED))
		return;
	part->thread = thread;
	part->walk = p->walk[thread];
	err = p->fn(p->ctx, part);
	if (err == NULL)
		return;
	p->err[part->number] = crm_alloc(sizeof(*err));
	*p->err[part->number] = *err;
	__atomic_store_n(&p->stop, true, __ATOMIC_RELAXED);
}

/* Find where the parts begin. */
static const struct crm_err *
find_parts(struct parts *p, struct crm_snap *snap, enum crm_table table,
    struct crm_view prefix, size_t cut)
{
	struct crm_view key[CRM_PARTS_MAX], last = prefix;
	const struct crm_err *err;
	size_t n, i;

	err = crm_txn_split(
	    crm_snap_txn(snap), table, prefix, CRM_PARTS_MAX, key, &n);
	for (i = 0; err == NULL && i < n; i++) {
		if (key[i].n > cut)
			key[i].n = cut;
		if (crm_view_cmp(key[i], last) <= 0)
			continue;
		p->part[p->n - 1].to = last = key[i];
		p->part[p->n] =
		    (struct crm_part){ .number = p->n, .from = last };
		p->n++;
	}
	return err;
}

/* A walk for each thread, through pages that it proves itself. */
static const struct crm_err *
open_walks(struct parts *p, struct crm_snap *snap, enum crm_table table)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < CRM_SHARE_THREADS; i++) {
		err = crm_txn_twin(crm_snap_txn(snap), table, &p->txn[i]);
		if (err == NULL)
			err = crm_walk_open(p->txn[i], table, &p->walk[i]);
		if (err == NULL)
			crm_walk_sparse(p->walk[i]);
	}
	return err;
}

static void
share_out(struct parts *p)
{
	struct crm_share *s = crm_share_new(work, p);
	size_t piece, i;

	for (i = 0; i < p->n; i++) {
		while (!crm_share_next(s, &piece))
			(void)crm_share_take(s, true, &piece);
		p->at[piece] = i;
		crm_share_give(s);
	}
	crm_share_settle(s);
	crm_share_free(s);
}

/* The failure of the first part that has one. */
static const struct crm_err *
first_failure(struct parts *p)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (err == NULL && p->err[i] != NULL)
			err = crm_err(p->err[i]->code, "%s", p->err[i]->msg);
		crm_free(p->err[i]);
	}
	return err;
}

/* All of it in this thread, through the snapshot's own transaction. */
static const struct crm_err *
do_alone(struct parts *p, struct crm_snap *snap, enum crm_table table)
{
	const struct crm_err *err;

	err = crm_walk_open(crm_snap_txn(snap), table, &p->walk[0]);
	if (err != NULL)
		return err;
	p->part[0].walk = p->walk[0];
	return p->fn(p->ctx, &p->part[0]);
}

const struct crm_err *
crm_parts_each(struct crm_snap *snap, enum crm_table table,
    struct crm_view prefix, size_t cut, bool alone, crm_part_fn *fn, void *ctx)
{
	struct parts *p = crm_calloc(1, sizeof(*p));
	const struct crm_err *err = NULL;
	size_t i;

	p->fn = fn;
	p->ctx = ctx;
	p->n = 1;
	p->part[0].from = prefix;
	if (!alone)
		err = find_parts(p, snap, table, prefix, cut);
	if (err == NULL && p->n > 1) {
		err = open_walks(p, snap, table);
		if (err == NULL) {
			share_out(p);
			err = first_failure(p);
		}
	} else if (err == NULL)
		err = do_alone(p, snap, table);
	for (i = 0; i < CRM_SHARE_THREADS; i++) {
		crm_walk_close(p->walk[i]);
		crm_txn_end(p->txn[i]);
	}
	crm_free(p);
	return err;
}
