/*
 * Records printed by two threads.
 *
 * Records that were put are gathered, and printed in pieces by either thread,
 * each with a project and a writer of its own; the writer gets the pieces in
 * the order in which the records came.  A record that is a view of the snapshot
 * can be read by any thread as long as that stays; others are copied.  What is
 * not made of its bytes, the times of its change sets, is looked up by the first
 * thread.
 */
#include <string.h>

#include "base/share.h"
#include "base/thread.h"
#include "query/project_impl.h"
#include "store/engine.h"

#define DIRECTLY 1000 /* records: for fewer a thread does not pay */
#define PIECE 512     /* records */

struct piece {
	struct crm_project_row *row;
	size_t n;
	struct crm_arena own; /* records that were copied */
	struct crm_buf out;   /* when it is done */
	bool failed;
	struct crm_err err; /* its slot is the thread's */
};

/* What a thread prints with. */
struct printer {
	struct crm_sink sink; /* in memory */
	struct crm_writer *writer;
	struct crm_project *project;
	char apart[CRM_APART];
};

/* What the columns of a kind want to know beside a record's bytes. */
struct wants {
	bool added, updated;
};

struct crm_project_share {
	struct crm_share *share; /* NULL: it has not begun */
	struct printer by[CRM_SHARE_THREADS];
	struct piece piece[CRM_SHARE_PIECES];
	struct piece *at; /* being filled; NULL: none */
	struct wants wants[26];
	/* times that were looked up last */
	uint64_t added, updated;
	int64_t added_us, updated_us;
};

void
crm_project_share(struct crm_project *p)
{
	p->may_share = crm_writer_is_plain(p->writer);
}

void
crm_project_share_free(struct crm_project *p)
{
	struct crm_project_share *s = p->share;
	size_t i;

	if (s == NULL)
		return;
	crm_share_free(s->share);
	for (i = 0; i < CRM_SHARE_PIECES; i++) {
		crm_free(s->piece[i].row);
		crm_arena_release(&s->piece[i].own);
		crm_buf_release(&s->piece[i].out);
	}
	for (i = 0; i < CRM_SHARE_THREADS; i++) {
		crm_project_free(s->by[i].project);
		crm_writer_free(s->by[i].writer);
		crm_sink_release(&s->by[i].sink);
	}
	crm_free(s);
	p->share = NULL;
}

/* Print a piece, in any thread. */
static void
print(void *ctx, size_t at, unsigned int thread)
{
	struct crm_project_share *s = ctx;
	struct piece *piece = &s->piece[at];
	struct printer *by = &s->by[thread];
	const struct crm_err *err = NULL;
	struct crm_buf spare;
	size_t i;

	for (i = 0; err == NULL && i < piece->n; i++) {
		by->project->row_at = &piece->row[i];
		err = crm_project_put_now(
		    by->project, piece->row[i].id, &piece->row[i].stored);
	}
	piece->failed = err != NULL;
	if (err != NULL)
		piece->err = *err;
	piece->n = 0;
	spare = piece->out;
	piece->out = by->sink.buf;
	by->sink.buf = spare;
	by->sink.buf.max = piece->out.max;
	crm_buf_reset(&by->sink.buf);
}

/* Make what the threads print with: as the project itself is made. */
static const struct crm_err *
begin(struct crm_project *p)
{
	struct crm_project_share *s = p->share;
	const struct crm_err *err = NULL;
	struct printer *by;

	for (by = s->by; err == NULL && by < s->by + CRM_SHARE_THREADS; by++) {
		crm_sink_init(&by->sink, -1, SIZE_MAX);
		by->writer = crm_writer_again(p->writer, &by->sink);
		err = crm_project_new(p->snap, &p->o, by->writer, &by->project);
		if (err == NULL)
			crm_compute_apart(by->project->compute);
	}
	if (err == NULL)
		s->share = crm_share_new(print, s);
	return err;
}

/* Note what a computed column wants to know.  Returns false when that is more
 * than can be. */
static bool
want(struct wants *w, const struct crm_field *f)
{
	if (f->num == CRM_N_UPDATED)
		w->updated = true;
	else if (f->num == CRM_N_CREATED)
		w->added = true;
	else
		return crm_compute_is_own(f->num);
	return true;
}

static bool
find_wants(struct crm_project *p, char letter, struct wants *w)
{
	const struct crm_project_plan *plan =
	    crm_project_plan(p, crm_id(letter, 0, 0));
	size_t i;

	for (i = 0; i < plan->nsteps; i++) {
		const struct crm_project_step *step = &plan->step[i];

		if (step->how == CRM_STEP_GATHER || step->how == CRM_STEP_ABOUT)
			return false;
		if (step->how == CRM_STEP_COMPUTE && !want(w, step->field))
			return false;
	}
	return true;
}

/* May records of all kinds that come be shared out? */
static bool
find_all_wants(struct crm_project *p)
{
	char letter;

	for (letter = 'a'; letter <= 'z'; letter++)
		if (p->kinds[letter - 'a'] &&
		    !find_wants(p, letter, &p->share->wants[letter - 'a']))
			return false;
	return true;
}

/* Hand a piece that is done to the writer. */
static const struct crm_err *
hand_over(struct crm_project *p, size_t at)
{
	struct piece *piece = &p->share->piece[at];

	crm_writer_rows(p->writer, &piece->out);
	return piece->failed ? crm_err(piece->err.code, "%s", piece->err.msg)
			     : NULL;
}

/* Give away the piece at hand. */
static void
give(struct crm_project_share *s)
{
	if (s->at != NULL)
		crm_share_give(s->share);
	s->at = NULL;
}

/* A piece to be filled, and to the writer with those that are done. */
static const struct crm_err *
next_piece(struct crm_project *p)
{
	struct crm_project_share *s = p->share;
	const struct crm_err *err = NULL;
	size_t at;

	while (err == NULL && crm_share_take(s->share, false, &at))
		err = hand_over(p, at);
	while (err == NULL && !crm_share_next(s->share, &at))
		if (crm_share_take(s->share, true, &at))
			err = hand_over(p, at);
	if (err != NULL)
		return err;
	s->at = &s->piece[at];
	if (s->at->row == NULL)
		s->at->row = crm_calloc(PIECE, sizeof(*s->at->row));
	s->at->n = 0;
	crm_arena_reset(&s->at->own);
	return NULL;
}

/* The time of a change set; that of the last one is remembered. */
static const struct crm_err *
time_of(struct crm_snap *snap, uint64_t number, uint64_t *last, int64_t *us)
{
	const struct crm_err *err = NULL;

	if (number == *last)
		return NULL;
	err = crm_snap_change_time(snap, number, us);
	*last = err == NULL ? number : 0;
	return err;
}

/* Add a record to the piece at hand. */
static const struct crm_err *
add(struct crm_project *p, const struct wants *w, uint64_t id,
    const struct crm_stored *r)
{
	struct crm_project_share *s = p->share;
	const struct crm_err *err = NULL;
	struct crm_project_row *row;

	if (w->added)
		err = time_of(p->snap, r->added, &s->added, &s->added_us);
	if (err == NULL && w->updated)
		err = time_of(p->snap, r->updated, &s->updated, &s->updated_us);
	if (err == NULL && s->at == NULL)
		err = next_piece(p); /* nothing is written yet */
	if (err != NULL)
		return err;
	row = &s->at->row[s->at->n++];
	row->id = id;
	row->stored = *r;
	crm_snap_keep(p->snap, &row->stored, &s->at->own);
	row->added_us = s->added_us;
	row->updated_us = s->updated_us;
	if (s->at->n < PIECE)
		return NULL;
	/* from here on the snapshot may be another one */
	give(s);
	return next_piece(p);
}

const struct crm_err *
crm_project_share_put(
    struct crm_project *p, uint64_t id, const struct crm_stored *r)
{
	const struct crm_err *err = NULL;

	if (p->directly < DIRECTLY) {
		p->directly++;
		return crm_project_put_now(p, id, r);
	}
	if (p->share == NULL) {
		p->share = crm_calloc(1, sizeof(*p->share));
		p->may_share = find_all_wants(p);
		if (!p->may_share)
			return crm_project_put_now(p, id, r);
		err = begin(p);
	}
	return err != NULL
	    ? err
	    : add(p, &p->share->wants[(crm_id_kind(id) - 'a') % 26], id, r);
}

void
crm_project_settle(struct crm_project *p)
{
	if (p->share == NULL || p->share->share == NULL)
		return;
	give(p->share);
	crm_share_settle(p->share->share);
}

const struct crm_err *
crm_project_flush(struct crm_project *p)
{
	const struct crm_err *err = NULL;
	size_t at;

	if (p->share == NULL || p->share->share == NULL)
		return NULL;
	give(p->share);
	while (err == NULL && crm_share_take(p->share->share, true, &at))
		err = hand_over(p, at);
	return err;
}
