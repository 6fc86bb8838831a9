/* Going through rollups: today's table, or the rows as they were. */
#include "base/mem.h"
#include "store/past.h"
#include "store/rollup.h"

struct crm_rollup_walk {
	struct crm_walk *walk; /* NULL: of the past */
	struct crm_entry e;
	bool begun;
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

/* Rows of the past stand with their prefix before each: one at a time. */
static void
run_past(struct crm_rollup_walk *w, struct crm_run_of *out)
{
	const char *p = w->row + w->at * CRM_PAST_ROW;

	out->n = w->at < w->n;
	if (out->n == 0)
		return;
	w->at++;
	out->prefix = crm_view(p, 1);
	out->p = p + 1;
}

const struct crm_err *
crm_rollup_next_run(struct crm_rollup_walk *w, struct crm_run_of *out)
{
	bool first = !w->begun;

	w->begun = true;
	if (w->walk == NULL) {
		run_past(w, out);
		return NULL;
	}
	return first ? crm_walk_first_run(w->walk, out)
		     : crm_walk_next_run(w->walk, out);
}
