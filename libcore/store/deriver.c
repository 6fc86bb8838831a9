#include "store/deriver.h"

#include "base/mem.h"
#include "base/thread.h"
#include "base/worker.h"

/* An entry of a piece: id u64, line u64, what u32, length of the record before
 * u32, 0 of one that is added, and now u32, the bytes of both. */
#define HEAD 28
#define PIECE ((size_t)256 << 10) /* a change of threads is small beside it */

/* One of the two threads, and what it is to be given next. */
struct half {
	struct crm_worker *worker; /* NULL: not so many yet */
	struct crm_buf piece;
};

struct crm_deriver {
	struct crm_derive *derive;
	struct crm_digests *digests; /* NULL: none are wanted */
	char apart[CRM_APART];
	struct half rest, words;
	/* The fields of such records as the last one that have words. */
	char kind;
	unsigned int what;
	uint64_t worded;
};

const struct crm_err *
crm_deriver_one(struct crm_derive *d, struct crm_digests *digests, uint64_t id,
    struct crm_view bytes, unsigned int what)
{
	const struct crm_err *err = crm_digests_add(digests, id, bytes);
	struct crm_stored stored;

	if (err != NULL)
		return err;
	(void)crm_code_open(bytes, &stored);
	return crm_derive_record(d, id, NULL, &stored, what);
}

/* An entry, as it is read. */
struct one {
	uint64_t id, line;
	unsigned int what;
	struct crm_stored was, now;
	const struct crm_stored *from; /* was, or NULL */
};

/* Read the entry at the beginning of a piece; returns what is behind it. */
static struct crm_view
read_one(struct crm_view piece, struct one *out)
{
	uint32_t before = crm_le32_get(piece.p + 20);
	uint32_t n = crm_le32_get(piece.p + 24);

	out->id = crm_le64_get(piece.p);
	out->line = crm_le64_get(piece.p + 8);
	out->what = crm_le32_get(piece.p + 16);
	out->from = before > 0 ? &out->was : NULL;
	if (before > 0)
		(void)crm_code_open(
		    crm_view(piece.p + HEAD, before), &out->was);
	(void)crm_code_open(crm_view(piece.p + HEAD + before, n), &out->now);
	return crm_view_skip(piece, HEAD + (size_t)before + n);
}

/* What is done with one record. */
typedef const struct crm_err *(*one_fn)(
    struct crm_deriver *, const struct one *);

static const struct crm_err *
do_rest(struct crm_deriver *f, const struct one *o)
{
	return crm_derive_rest(f->derive, o->id, o->from, &o->now, o->what);
}

static const struct crm_err *
do_words(struct crm_deriver *f, const struct one *o)
{
	return crm_derive_words(f->derive, o->id, o->from, &o->now, o->what);
}

static const struct crm_err *
do_piece(struct crm_deriver *f, struct crm_view piece, one_fn one)
{
	const struct crm_err *err = NULL;
	struct one o;

	while (err == NULL && piece.n > 0) {
		piece = read_one(piece, &o);
		err = one(f, &o);
		if (err != NULL && err->code == CRM_E_DATA && o.line > 0)
			err = crm_err_wrap(
			    err, "line %llu", (unsigned long long)o.line);
	}
	return err;
}

static const struct crm_err *
work_rest(void *ctx, struct crm_view piece)
{
	return do_piece(ctx, piece, do_rest);
}

static const struct crm_err *
work_words(void *ctx, struct crm_view piece)
{
	return do_piece(ctx, piece, do_words);
}

struct crm_deriver *
crm_deriver_new(struct crm_derive *d, struct crm_digests *digests)
{
	struct crm_deriver *f = crm_calloc(1, sizeof(*f));

	f->derive = d;
	f->digests = digests;
	f->rest.piece.max = f->words.piece.max =
	    PIECE + HEAD + CRM_LINE_MAX * 16;
	return f;
}

void
crm_deriver_free(struct crm_deriver *f)
{
	if (f == NULL)
		return;
	crm_worker_free(f->rest.worker);
	crm_worker_free(f->words.worker);
	crm_buf_release(&f->rest.piece);
	crm_buf_release(&f->words.piece);
	crm_free(f);
}

static const struct crm_err *
add(struct crm_deriver *f, struct half *h, const char *head,
    struct crm_view was, struct crm_view now)
{
	crm_buf_add(&h->piece, head, HEAD);
	crm_buf_addv(&h->piece, was);
	crm_buf_addv(&h->piece, now);
	if (h->piece.n < PIECE)
		return NULL;
	if (h->worker == NULL) {
		crm_derive_apart(f->derive);
		h->worker =
		    crm_worker_new(h == &f->words ? work_words : work_rest, f);
	}
	return crm_worker_give(h->worker, &h->piece);
}

/* Which fields of a record have words to derive?  Most come in rows of one kind:
 * what holds for all of it is asked once. */
static uint64_t
worded(struct crm_deriver *f, uint64_t id, unsigned int what)
{
	char kind = crm_id_kind(id);

	if (kind != f->kind || what != f->what) {
		f->kind = kind;
		f->what = what;
		f->worded = crm_derive_worded(f->derive, kind, what);
	}
	return f->worded;
}

/* May a record that is added have such a field?  Those from 63 on share a bit: a
 * yes may be wrong, and costs a look. */
static bool
has_words(struct crm_deriver *f, uint64_t id, struct crm_view bytes,
    unsigned int what)
{
	uint64_t bits = worded(f, id, what);
	struct crm_stored stored;

	if (bits == 0)
		return false;
	(void)crm_code_open(bytes, &stored);
	return (crm_rec_bits(&stored) & bits) != 0;
}

static void
write_head(char out[HEAD], uint64_t id, uint64_t line, unsigned int what,
    size_t was, size_t now)
{
	crm_le64(out, id);
	crm_le64(out + 8, line);
	crm_le32(out + 16, what);
	crm_le32(out + 20, (uint32_t)was);
	crm_le32(out + 24, (uint32_t)now);
}

const struct crm_err *
crm_deriver_add(struct crm_deriver *f, uint64_t id, struct crm_view bytes,
    unsigned int what, uint64_t line)
{
	const struct crm_err *err = NULL;
	char head[HEAD];

	/* here: of the threads the one with the rest has most to do */
	if (f->digests != NULL)
		err = crm_digests_add(f->digests, id, bytes);
	if (err != NULL)
		return err;
	write_head(head, id, line, what, 0, bytes.n);
	err = add(f, &f->rest, head, CRM_VNULL, bytes);
	if (err == NULL && has_words(f, id, bytes, what))
		err = add(f, &f->words, head, CRM_VNULL, bytes);
	return err;
}

const struct crm_err *
crm_deriver_change(struct crm_deriver *f, uint64_t id, struct crm_view was,
    struct crm_view now, unsigned int what)
{
	const struct crm_err *err;
	char head[HEAD];

	write_head(head, id, 0, what, was.n, now.n);
	err = add(f, &f->rest, head, was, now);
	if (err == NULL && worded(f, id, what) != 0)
		err = add(f, &f->words, head, was, now);
	return err;
}

static const struct crm_err *
end(struct crm_deriver *f, struct half *h)
{
	const struct crm_err *err = crm_buf_end(&h->piece);

	if (err != NULL)
		return err;
	if (h->worker != NULL) {
		err = crm_worker_give(h->worker, &h->piece);
		return err != NULL ? err : crm_worker_wait(h->worker);
	}
	err = h == &f->words ? work_words(f, crm_buf_view(&h->piece))
			     : work_rest(f, crm_buf_view(&h->piece));
	crm_buf_reset(&h->piece);
	return err;
}

const struct crm_err *
crm_deriver_end_rest(struct crm_deriver *f)
{
	return end(f, &f->rest);
}

const struct crm_err *
crm_deriver_end(struct crm_deriver *f)
{
	const struct crm_err *err, *other;

	err = end(f, &f->rest);
	other = end(f, &f->words);
	return err != NULL ? err : other;
}
