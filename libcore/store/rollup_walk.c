/* Going through rollups: today's table and what is fresh, or the rows as they
 * were. */
#include "base/mem.h"
#include "store/fresh.h"
#include "store/past.h"
#include "store/rollup.h"

/* Rows of a table, in the order of their keys, and fresh ones beside them. */
struct merging {
	const struct crm_fresh *f;
	struct crm_zone *zone;
	size_t at; /* of the next fresh one */
};

/* Where a stored row and the next fresh one come, which may be of one key. */
enum turn { STORED = 1, FRESH = 2, BOTH = 3 };

static enum turn
turn_of(const struct merging *m, const char key[CRM_ROLLUP_KEY])
{
	int c;

	if (m->at == m->f->nrows)
		return STORED;
	c = memcmp(key, m->f->row[m->at].key, CRM_ROLLUP_KEY);
	return c < 0 ? STORED : c > 0 ? FRESH : BOTH;
}

/* The bytes of the row whose turn it is; stored ones are copied from value.
 * *any: there is one, as both together may come to nothing. */
static const struct crm_err *
take_turn(struct merging *m, enum turn turn, const char *value,
    char out[CRM_ROLLUP_BYTES], bool *any)
{
	const struct crm_fresh_row *fresh = &m->f->row[m->at];
	struct crm_rollup row = { 0 };

	*any = true;
	if (turn == STORED) {
		memcpy(out, value, CRM_ROLLUP_BYTES);
		return NULL;
	}
	if (turn == BOTH)
		crm_rollup_read(crm_view(value, CRM_ROLLUP_BYTES), &row);
	m->at++;
	if (!crm_rollup_add(&row, &fresh->row, m->zone))
		return crm_rollup_too_large(crm_be64_get(fresh->key),
		    (uint8_t)fresh->key[CRM_ROLLUP_WHO]);
	crm_rollup_write(out, &row);
	*any = !crm_rollup_is_empty(&row);
	return NULL;
}

static const struct crm_err *
begin_merging(struct merging *m, struct crm_snap *snap)
{
	m->zone = crm_store_config(crm_snap_store(snap))->zone;
	m->at = 0;
	return crm_snap_fresh_sums(snap, &m->f);
}

struct crm_rollup_walk {
	struct crm_walk *walk; /* NULL: of the past */
	struct crm_entry e;
	struct merging fresh;
	bool took;                    /* e was handed out */
	char value[CRM_ROLLUP_BYTES]; /* of a row that was put together */
	const char *row;              /* of the past */
	size_t n, at;
};

const struct crm_err *
crm_rollup_open(struct crm_snap *snap, struct crm_rollup_walk **out)
{
	struct crm_rollup_walk *w = crm_calloc(1, sizeof(*w));
	struct crm_past *past = crm_snap_past(snap);
	const struct crm_err *err;

	if (past != NULL)
		err = crm_past_rollups(past, &w->row, &w->n);
	else {
		err = begin_merging(&w->fresh, snap);
		if (err == NULL)
			err = crm_walk_open(
			    crm_snap_txn(snap), CRM_TABLE_ROLLUP, &w->walk);
	}
	if (err != NULL) {
		crm_rollup_close(w);
		w = NULL;
	}
	*out = w;
	return err;
}

void
crm_rollup_close(struct crm_rollup_walk *w)
{
	if (w == NULL)
		return;
	crm_walk_close(w->walk);
	crm_free(w);
}

/* Hand out the row of the past at hand, and go behind it. */
static void
take_past(struct crm_rollup_walk *w, struct crm_rollup_at *out)
{
	const char *p;

	out->who = 0;
	if (w->at == w->n)
		return;
	p = w->row + w->at++ * CRM_PAST_ROW;
	out->who = crm_be64_get(p);
	out->currency = (uint8_t)p[CRM_ROLLUP_KEY - 1];
	out->value = crm_view(p + CRM_ROLLUP_KEY, CRM_ROLLUP_BYTES);
}

/* Take the row at hand or the fresh one before it; *any: there is such a row,
 * or there are no more. */
static const struct crm_err *
take_one(struct crm_rollup_walk *w, struct crm_rollup_at *out, bool *any)
{
	const struct crm_err *err = NULL;
	char key[CRM_ROLLUP_KEY];
	enum turn turn = FRESH;

	out->who = 0;
	*any = true;
	w->took = false;
	if (w->e.prefix.p != NULL) {
		key[0] = w->e.prefix.p[0];
		memcpy(key + 1, w->e.key.p, CRM_ROLLUP_KEY - 1);
		turn = turn_of(&w->fresh, key);
	} else if (w->fresh.at == w->fresh.f->nrows)
		return NULL;
	if (turn != STORED) {
		memcpy(key, w->fresh.f->row[w->fresh.at].key, sizeof(key));
		err = take_turn(&w->fresh, turn, w->e.value.p, w->value, any);
	}
	out->who = crm_be64_get(key);
	out->currency = (uint8_t)key[CRM_ROLLUP_WHO];
	out->value =
	    turn == STORED ? w->e.value : crm_view(w->value, CRM_ROLLUP_BYTES);
	w->took = (turn & STORED) != 0;
	return err;
}

/* Hand out the next row of today, and go behind it. */
static const struct crm_err *
take_today(struct crm_rollup_walk *w, struct crm_rollup_at *out)
{
	const struct crm_err *err = NULL;
	bool any = false;

	while (err == NULL && !any) {
		if (w->took)
			err = crm_walk_next(w->walk, &w->e);
		if (err == NULL)
			err = take_one(w, out, &any);
	}
	return err;
}

const struct crm_err *
crm_rollup_first(
    struct crm_rollup_walk *w, char kind, struct crm_rollup_at *out)
{
	char from = kind != 0 ? kind : '\1';
	const struct crm_err *err;

	if (w->walk == NULL) {
		for (w->at = 0;
		     w->at < w->n && w->row[w->at * CRM_PAST_ROW] < from;
		     w->at++)
			;
		take_past(w, out);
		return NULL;
	}
	w->took = false;
	w->fresh.at = crm_fresh_row_from(w->fresh.f, &from, 1);
	err = crm_walk_seek(w->walk, crm_view(&from, 1), &w->e);
	return err != NULL ? err : take_today(w, out);
}

const struct crm_err *
crm_rollup_next(struct crm_rollup_walk *w, struct crm_rollup_at *out)
{
	if (w->walk == NULL) {
		take_past(w, out);
		return NULL;
	}
	return take_today(w, out);
}

/* What crm_rollup_each_run() calls, and what is to be brought in. */
struct each {
	crm_rollup_run_fn *fn;
	void *ctx;
	struct merging fresh;
	/* of each thread, to cut months; NULL where nothing was bought */
	struct crm_zone *zone[CRM_SHARE_THREADS];
};

/* A row in a run: its key without the first byte, which is the prefix, and the
 * sums. */
#define KEY_IN_RUN (CRM_ROLLUP_KEY - 1)
#define IN_RUN (KEY_IN_RUN + CRM_ROLLUP_BYTES)

/* One thread's runs. */
struct run_merging {
	const struct each *e;
	const struct crm_part *part;
	struct merging fresh;
	size_t behind;      /* the first fresh row of the next part */
	struct crm_buf buf; /* of a run that was put together */
};

/* The fresh rows before a key, of the next stored one, if there is any: those
 * of one kind are a run. */
static const struct crm_err *
put_fresh(struct run_merging *m, size_t to)
{
	const struct crm_fresh_row *row = m->fresh.f->row;
	const struct crm_err *err = NULL;
	struct crm_run_of run;
	char value[CRM_ROLLUP_BYTES];
	bool any; /* there is: something is in each of them */

	while (err == NULL && m->fresh.at < to) {
		const char *key = row[m->fresh.at].key;

		crm_buf_reset(&m->buf);
		run.prefix = crm_view(key, 1);
		for (run.n = 0; err == NULL && m->fresh.at < to &&
		     row[m->fresh.at].key[0] == *key;
		     run.n++) {
			crm_buf_add(
			    &m->buf, row[m->fresh.at].key + 1, KEY_IN_RUN);
			err = take_turn(&m->fresh, FRESH, NULL, value, &any);
			crm_buf_add(&m->buf, value, sizeof(value));
		}
		if (err == NULL)
			err = crm_buf_end(&m->buf);
		run.p = m->buf.p;
		if (err == NULL)
			err = m->e->fn(m->e->ctx, m->part, &run);
	}
	return err;
}

static void
key_in_run(const struct crm_run_of *run, size_t i, char out[CRM_ROLLUP_KEY])
{
	out[0] = run->prefix.p[0];
	memcpy(out + 1, run->p + i * IN_RUN, KEY_IN_RUN);
}

/* A run with the fresh rows among its own. */
static const struct crm_err *
mix_run(struct run_merging *m, const struct crm_run_of *run)
{
	const struct crm_err *err = NULL;
	struct crm_run_of mixed = { .prefix = run->prefix };
	char key[CRM_ROLLUP_KEY], value[CRM_ROLLUP_BYTES];
	enum turn turn;
	size_t i = 0;
	bool any;

	crm_buf_reset(&m->buf);
	while (err == NULL && i < run->n) {
		key_in_run(run, i, key);
		turn = turn_of(&m->fresh, key);
		if (turn == FRESH)
			memcpy(
			    key, m->fresh.f->row[m->fresh.at].key, sizeof(key));
		err = take_turn(&m->fresh, turn,
		    run->p + i * IN_RUN + KEY_IN_RUN, value, &any);
		i += (turn & STORED) != 0;
		if (!any)
			continue;
		crm_buf_add(&m->buf, key + 1, KEY_IN_RUN);
		crm_buf_add(&m->buf, value, sizeof(value));
		mixed.n++;
	}
	if (err == NULL)
		err = crm_buf_end(&m->buf);
	mixed.p = m->buf.p;
	return err != NULL || mixed.n == 0
	    ? err
	    : m->e->fn(m->e->ctx, m->part, &mixed);
}

/* A run of the table: as it stands, where nothing fresh comes before its end. */
static const struct crm_err *
put_run(struct run_merging *m, const struct crm_run_of *run)
{
	const struct crm_err *err = NULL;
	char key[CRM_ROLLUP_KEY];

	if (m->fresh.at < m->behind) {
		err = put_fresh(
		    m, crm_fresh_row_from(m->fresh.f, run->prefix.p, 1));
		key_in_run(run, run->n - 1, key);
	}
	if (err != NULL)
		return err;
	return m->fresh.at < m->behind && turn_of(&m->fresh, key) != STORED
	    ? mix_run(m, run)
	    : m->e->fn(m->e->ctx, m->part, run);
}

/* crm_parts_each(): the rows of a part. */
static const struct crm_err *
each_of_part(void *ctx, const struct crm_part *part)
{
	const struct each *e = ctx;
	struct run_merging m = { .e = e,
		.part = part,
		.fresh = e->fresh,
		.buf = CRM_BUF_INIT((size_t)1 << 20) };
	const struct crm_err *err;
	struct crm_run_of run;

	m.fresh.zone = e->zone[part->thread];
	m.fresh.at = part->from.n > 0
	    ? crm_fresh_row_from(e->fresh.f, part->from.p, part->from.n)
	    : 0;
	m.behind = part->to.n > 0
	    ? crm_fresh_row_from(e->fresh.f, part->to.p, part->to.n)
	    : e->fresh.f->nrows;
	err = crm_walk_first_run(part->walk, part->from, part->to, &run);
	while (err == NULL && run.n > 0) {
		err = put_run(&m, &run);
		if (err == NULL)
			err = crm_walk_next_run(part->walk, part->to, &run);
	}
	if (err == NULL)
		err = put_fresh(&m, m.behind);
	crm_buf_release(&m.buf);
	return err;
}

/* Rows of the past stand with their prefix before each: one at a time. */
static const struct crm_err *
each_past(const struct each *e, struct crm_past *past)
{
	const struct crm_part part = { 0 };
	const struct crm_err *err;
	struct crm_run_of run = { .n = 1 };
	const char *p;
	size_t n, i;

	err = crm_past_rollups(past, &p, &n);
	for (i = 0; err == NULL && i < n; i++, p += CRM_PAST_ROW) {
		run.prefix = crm_view(p, 1);
		run.p = p + 1;
		err = e->fn(e->ctx, &part, &run);
	}
	return err;
}

const struct crm_err *
crm_rollup_each_run(
    struct crm_snap *snap, bool alone, crm_rollup_run_fn *fn, void *ctx)
{
	struct each e = { .fn = fn, .ctx = ctx };
	const struct crm_err *err;
	size_t i;

	if (crm_snap_past(snap) != NULL)
		return each_past(&e, crm_snap_past(snap));
	err = begin_merging(&e.fresh, snap);
	if (err != NULL)
		return err;
	for (i = 0; e.fresh.f->purchases && i < CRM_SHARE_THREADS; i++)
		e.zone[i] = crm_zone_copy(e.fresh.zone);
	err = crm_parts_each(snap, CRM_TABLE_ROLLUP, CRM_VNULL, CRM_ROLLUP_WHO,
	    alone, each_of_part, &e);
	for (i = 0; i < CRM_SHARE_THREADS; i++)
		crm_zone_free(e.zone[i]);
	return err;
}
