/* Going through rollups: today's table, or the rows as they were. */
#include "base/mem.h"
#include "store/past.h"
#include "store/rollup.h"

struct crm_rollup_walk {
	struct crm_walk *walk; /* NULL: of the past */
	struct crm_entry e;
	const char *row; /* of the past */
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
	else
		err = crm_walk_open(
		    crm_snap_txn(snap), CRM_TABLE_ROLLUP, &w->walk);
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

static void
take_today(struct crm_rollup_walk *w, struct crm_rollup_at *out)
{
	char key[8];

	out->who = 0;
	if (w->e.prefix.p == NULL)
		return;
	key[0] = w->e.prefix.p[0];
	memcpy(key + 1, w->e.key.p, 7);
	out->who = crm_be64_get(key);
	out->currency = (uint8_t)w->e.key.p[7];
	out->value = w->e.value;
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
	err = crm_walk_seek(w->walk, crm_view(&from, 1), &w->e);
	if (err == NULL)
		take_today(w, out);
	return err;
}

const struct crm_err *
crm_rollup_next(struct crm_rollup_walk *w, struct crm_rollup_at *out)
{
	const struct crm_err *err;

	if (w->walk == NULL) {
		take_past(w, out);
		return NULL;
	}
	err = crm_walk_next(w->walk, &w->e);
	if (err == NULL)
		take_today(w, out);
	return err;
}

/* What crm_rollup_each_run() calls. */
struct each {
	crm_rollup_run_fn *fn;
	void *ctx;
};

/* crm_parts_each(): the rows of a part. */
static const struct crm_err *
each_of_part(void *ctx, const struct crm_part *part)
{
	const struct each *e = ctx;
	const struct crm_err *err;
	struct crm_run_of run;

	err = crm_walk_first_run(part->walk, part->from, part->to, &run);
	while (err == NULL && run.n > 0) {
		err = e->fn(e->ctx, part, &run);
		if (err == NULL)
			err = crm_walk_next_run(part->walk, part->to, &run);
	}
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
	struct each e = { fn, ctx };

	return crm_snap_past(snap) != NULL
	    ? each_past(&e, crm_snap_past(snap))
	    : crm_parts_each(snap, CRM_TABLE_ROLLUP, CRM_VNULL, CRM_ROLLUP_WHO,
		  alone, each_of_part, &e);
}
