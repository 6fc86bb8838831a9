/*
 * Writing change sets anew: what they added and changed, as far as it is
 * there, and the chain of hashes over them.
 */
#include "store/history.h"
#include "store/salvage_impl.h"

#define AT_ONCE 1000 /* change sets in a transaction */
#define PART ((size_t)24 << 20)

struct chaining {
	struct crm_salvage *v;
	struct crm_store *store;
	const struct crm_salvage_place *at;
	uint64_t last, total;
	uint64_t *in_order; /* numbers by their places, from 1 */
	uint64_t ndone;
	uint64_t from; /* where the transaction at hand begins */
	/* the records that one change set added */
	uint64_t number, *id;
	size_t nids, cap;
};

static const struct crm_err *
put(struct crm_txn *t, const struct crm_change *c)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	const struct crm_err *err;
	char key[8];

	crm_change_encode(&b, c);
	err = crm_buf_end(&b);
	crm_be64(key, c->number);
	if (err == NULL)
		err = crm_kv_put(
		    t, CRM_TABLE_CHANGE, crm_view(key, 8), crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}

/*
 * When a change set that is lost may have been made: with the one before it,
 * or else with the first one after it that is there.
 */
static const struct crm_err *
guess_clock(
    const struct chaining *g, struct crm_txn *t, uint64_t n, int64_t *out_us)
{
	const struct crm_err *err = NULL;
	struct crm_change c = { .clock_us = g->v->o.now_us };
	uint64_t i = n - 1;

	if (n == 1)
		for (i = 2; i <= g->last; i++)
			if (g->at[i].state != CRM_SAVED_LOST)
				break;
	if (i <= g->last)
		err = crm_change_get(t, i, &c);
	*out_us = c.clock_us;
	return err;
}

/* A change set that is lost stands between those around it. */
static const struct crm_err *
make_lost(struct chaining *g, struct crm_txn *t, uint64_t n)
{
	struct crm_change c = { .number = n,
		.origin = n,
		.state = CRM_CHANGE_DONE,
		.replica = g->store->replica,
		.program = CRM_V("crm-store"),
		.message =
		    CRM_V("this change set was lost, see the last one") };
	const struct crm_err *err = guess_clock(g, t, n, &c.clock_us);

	c.seq = g->at[n].seq;
	return err != NULL ? err : put(t, &c);
}

/* Those that the salvage makes. */
static const struct crm_err *
make_own(struct chaining *g, struct crm_txn *t, uint64_t n)
{
	struct crm_buf message = CRM_BUF_INIT(1 << 16);
	struct crm_change c = {
		.number = n, .origin = n, .replica = g->store->replica
	};
	const struct crm_err *err;

	crm_salvage_sign(g->v, &c, &message);
	if (n == g->last + 2)
		c.message = CRM_V("records that were lost");
	c.seq = g->at[n].seq;
	err = put(t, &c);
	crm_buf_release(&message);
	return err;
}

/* Give a change set its place; all of them have to have one before what they
 * added can be looked at. */
static const struct crm_err *
place_one(struct chaining *g, struct crm_txn *t, uint64_t n)
{
	struct crm_buf own = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	const struct crm_err *err;
	struct crm_view v;
	char key[8];
	struct crm_change c;

	if (n > g->last)
		return make_own(g, t, n);
	if (g->at[n].state == CRM_SAVED_LOST)
		return make_lost(g, t, n);
	if (g->at[n].state == CRM_SAVED_OPEN)
		return NULL;
	/* what is put may be no view of the store */
	crm_be64(key, n);
	err = crm_kv_get(t, CRM_TABLE_CHANGE, crm_view(key, 8), &v);
	crm_buf_addv(&own, v);
	if (err == NULL)
		err = crm_change_open(crm_view(key, 8), crm_buf_view(&own), &c);
	if (err == NULL) {
		c.seq = g->at[n].seq;
		err = put(t, &c);
	}
	crm_buf_release(&own);
	return err;
}

static const struct crm_err *
place_some(void *ctx, struct crm_txn *t)
{
	struct chaining *g = ctx;
	const struct crm_err *err = NULL;
	uint64_t n, end = g->from + AT_ONCE;

	for (n = g->from; err == NULL && n < end && n <= g->total; n++)
		err = place_one(g, t, n);
	return err != NULL || n <= g->total
	    ? err
	    : crm_change_note_parts(t, g->total);
}

/* Take its digests away. */
static const struct crm_err *
clear_digests(struct crm_txn *t, uint64_t number)
{
	const struct crm_err *err = NULL;
	struct crm_view k, v;
	struct crm_cur *cur;
	char key[12];
	bool any = true;

	while (err == NULL && any) {
		crm_be64(key, number);
		crm_be32(key + 8, 0);
		err = crm_cur_open(t, CRM_TABLE_CHANGE, &cur);
		if (err != NULL)
			break;
		err = crm_cur_seek(cur, crm_view(key, 12), &k, &v);
		any = err == NULL && k.n == 12 && memcmp(k.p, key, 8) == 0;
		if (any)
			memcpy(key, k.p, 12);
		crm_cur_close(cur);
		if (any)
			err =
			    crm_kv_del(t, CRM_TABLE_CHANGE, crm_view(key, 12));
	}
	return err;
}

static const struct crm_err *
count_notes(struct crm_txn *t, uint64_t number, uint64_t *out)
{
	const struct crm_err *err;
	struct crm_view k, v;
	struct crm_cur *cur;
	char key[8];

	*out = 0;
	crm_be64(key, number);
	err = crm_cur_open(t, CRM_TABLE_CHANGED, &cur);
	if (err != NULL)
		return err;
	err = crm_cur_seek(cur, crm_view(key, 8), &k, &v);
	while (err == NULL && k.p != NULL && memcmp(k.p, key, 8) == 0) {
		(*out)++;
		err = crm_cur_next(cur, &k, &v);
	}
	crm_cur_close(cur);
	return err;
}

/* The digests of the records that a change set added. */
static const struct crm_err *
put_digests(struct chaining *g, struct crm_txn *t)
{
	struct crm_buf stored = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	struct crm_digests *d = crm_digests_new();
	struct crm_history_proof proof;
	const struct crm_err *err;
	struct crm_snap *snap;
	size_t i;
	bool there;

	err = crm_snap_wrap(g->store, t, &snap);
	for (i = 0; err == NULL && i < g->nids; i++) {
		err = crm_history_prove(
		    snap, g->id[i], g->number, &stored, &there, &proof);
		if (err == NULL && there)
			err =
			    crm_digests_add(d, g->id[i], crm_buf_view(&stored));
	}
	crm_snap_close(snap);
	if (err == NULL)
		err = crm_digests_put(d, t, g->number);
	crm_digests_free(d);
	crm_buf_release(&stored);
	return err;
}

/* Ids one behind the other are a range. */
static void
add_ranges(const struct chaining *g, struct crm_buf *out, size_t *n)
{
	struct crm_id_range r = { 0, 0 };
	size_t i;

	*n = 0;
	for (i = 0; i < g->nids; i++) {
		if (r.count > 0 && g->id[i] == r.first + r.count) {
			r.count++;
			continue;
		}
		if (r.count > 0)
			crm_change_add_range(out, &r);
		r.first = g->id[i];
		r.count = 1;
		(*n)++;
	}
	if (r.count > 0)
		crm_change_add_range(out, &r);
}

static const struct crm_err *
fill_one(void *ctx, struct crm_txn *t)
{
	struct chaining *g = ctx;
	struct crm_buf own = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	struct crm_buf ranges = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	const struct crm_err *err;
	struct crm_change c;
	struct crm_view v;
	char key[8];

	err = clear_digests(t, g->number);
	if (err == NULL)
		err = put_digests(g, t);
	crm_be64(key, g->number);
	if (err == NULL)
		err = crm_kv_get(t, CRM_TABLE_CHANGE, crm_view(key, 8), &v);
	if (err == NULL) {
		crm_buf_addv(&own, v);
		err = crm_change_open(crm_view(key, 8), crm_buf_view(&own), &c);
	}
	if (err == NULL)
		err = count_notes(t, g->number, &c.touched);
	if (err == NULL) {
		add_ranges(g, &ranges, &c.nranges);
		c.ranges = crm_buf_view(&ranges);
		err = put(t, &c);
	}
	crm_buf_release(&own);
	crm_buf_release(&ranges);
	return err;
}

/* Who added each record, sorted. */
static const struct crm_err *
sort_adds(struct chaining *g, struct crm_runs *out)
{
	static const enum crm_table tables[] = { CRM_TABLE_RECORD,
		CRM_TABLE_EVENT };
	const struct crm_err *err;
	struct crm_snap *snap;
	struct crm_stored r;
	struct crm_walk *w;
	struct crm_entry e;
	char key[16];
	size_t i;

	err = crm_snap_open(g->store, &snap);
	for (i = 0; err == NULL && i < 2; i++) {
		err = crm_walk_open(crm_snap_txn(snap), tables[i], &w);
		if (err == NULL)
			err = crm_walk_seek(w, crm_view("", 0), &e);
		while (err == NULL && e.prefix.p != NULL) {
			if (!crm_snap_is_hidden(snap, e.id) &&
			    crm_code_open(e.value, &r)) {
				crm_be64(key, r.added);
				crm_be64(key + 8, e.id);
				err = crm_runs_add(
				    out, crm_view(key, 16), CRM_V(""));
			}
			if (err == NULL)
				err = crm_walk_next(w, &e);
		}
		crm_walk_close(w);
	}
	crm_snap_close(snap);
	return err != NULL ? err : crm_runs_sort(out);
}

static const struct crm_err *
fill_all(struct chaining *g)
{
	struct crm_runs *adds = crm_runs_new(PART, crm_store_dir(g->store));
	const struct crm_err *err;
	struct crm_view k, v;

	err = sort_adds(g, adds);
	if (err == NULL)
		err = crm_runs_next(adds, &k, &v);
	for (g->number = 1; err == NULL && g->number <= g->total; g->number++) {
		g->nids = 0;
		while (err == NULL && k.p != NULL &&
		    crm_be64_get(k.p) <= g->number) {
			g->id = crm_grow(
			    g->id, &g->cap, g->nids + 1, sizeof(*g->id));
			g->id[g->nids++] = crm_be64_get(k.p + 8);
			err = crm_runs_next(adds, &k, &v);
		}
		if (err == NULL && g->at[g->number].seq != 0)
			err = crm_store_update(g->store, fill_one, g);
	}
	crm_runs_free(adds);
	return err;
}

/* Hash a change set behind the one before it in the chain. */
static const struct crm_err *
chain_one(struct chaining *g, struct crm_txn *t, uint64_t seq)
{
	struct crm_buf own = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	struct crm_buf said = CRM_BUF_INIT(CRM_LOG_VALUE_MAX);
	struct crm_change c, prior = { .number = 0 };
	const struct crm_err *err = NULL;
	struct crm_view v;
	char key[8];

	crm_be64(key, g->in_order[seq]);
	if (seq > 1)
		err = crm_change_get(t, g->in_order[seq - 1], &prior);
	if (err == NULL)
		err = crm_kv_get(t, CRM_TABLE_CHANGE, crm_view(key, 8), &v);
	if (err == NULL) {
		crm_buf_addv(&own, v);
		err = crm_change_open(crm_view(key, 8), crm_buf_view(&own), &c);
	}
	if (err == NULL) {
		c.prior = prior.number;
		memcpy(c.before, prior.hash, CRM_HASH_BYTES);
		crm_change_encode(&said, &c);
		err = crm_change_hash(
		    t, c.number, crm_change_said(crm_buf_view(&said)), c.hash);
	}
	if (err == NULL)
		err = put(t, &c);
	crm_buf_release(&own);
	crm_buf_release(&said);
	return err;
}

static const struct crm_err *
chain_some(void *ctx, struct crm_txn *t)
{
	struct chaining *g = ctx;
	const struct crm_err *err = NULL;
	uint64_t n, end = g->from + AT_ONCE;

	for (n = g->from; err == NULL && n < end && n <= g->ndone; n++)
		err = chain_one(g, t, n);
	return err;
}

static const struct crm_err *
in_pieces(struct chaining *g, uint64_t to,
    const struct crm_err *(*fn)(void *ctx, struct crm_txn *))
{
	const struct crm_err *err = NULL;

	for (g->from = 1; err == NULL && g->from <= to; g->from += AT_ONCE)
		err = crm_store_update(g->store, fn, g);
	return err;
}

const struct crm_err *
crm_salvage_chain(
    struct crm_salvage *v, const struct crm_salvage_place *at, uint64_t last)
{
	struct chaining g = {
		.v = v, .store = v->load->store, .at = at, .last = last
	};
	const struct crm_err *err;
	uint64_t n;

	g.total = last + 1 + (v->result.lost_records > 0);
	g.in_order = crm_calloc(g.total + 2, sizeof(*g.in_order));
	for (n = 1; n <= g.total; n++)
		if (at[n].seq != 0) {
			g.in_order[at[n].seq] = n;
			g.ndone++;
		}
	err = in_pieces(&g, g.total, place_some);
	if (err == NULL)
		err = fill_all(&g);
	if (err == NULL)
		err = in_pieces(&g, g.ndone, chain_some);
	crm_free(g.in_order);
	crm_free(g.id);
	return err;
}
