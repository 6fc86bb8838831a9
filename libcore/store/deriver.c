#include "store/deriver.h"

#include "base/mem.h"
#include "base/worker.h"

/* An entry of a piece: id u64, line u64, what u32, length u32, bytes. */
#define HEAD 24
#define PIECE ((size_t)256 << 10) /* a change of threads is small beside it */

/* One of the two threads, and what it is to be given next. */
struct half {
	struct crm_worker *worker; /* NULL: not so many yet */
	struct crm_buf piece;
};

struct crm_deriver {
	struct crm_derive *derive;
	struct crm_digests *digests; /* NULL: none are wanted */
	struct half rest, words;
	/* May such records as the last one have words? */
	char kind;
	unsigned int what;
	bool may_have_words;
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

/* What is done with one record. */
typedef const struct crm_err *(*one_fn)(
    struct crm_deriver *, uint64_t id, struct crm_view bytes, unsigned int);

static const struct crm_err *
do_rest(struct crm_deriver *f, uint64_t id, struct crm_view bytes,
    unsigned int what)
{
	const struct crm_err *err = NULL;
	struct crm_stored stored;

	if (f->digests != NULL)
		err = crm_digests_add(f->digests, id, bytes);
	if (err != NULL)
		return err;
	(void)crm_code_open(bytes, &stored);
	return crm_derive_rest(f->derive, id, NULL, &stored, what);
}

static const struct crm_err *
do_words(struct crm_deriver *f, uint64_t id, struct crm_view bytes,
    unsigned int what)
{
	struct crm_stored stored;

	(void)crm_code_open(bytes, &stored);
	return crm_derive_words(f->derive, id, NULL, &stored, what);
}

static const struct crm_err *
do_piece(struct crm_deriver *f, struct crm_view piece, one_fn one)
{
	const struct crm_err *err = NULL;
	uint64_t line;
	uint32_t n;

	while (err == NULL && piece.n > 0) {
		line = crm_le64_get(piece.p + 8);
		n = crm_le32_get(piece.p + 20);
		err = one(f, crm_le64_get(piece.p), crm_view(piece.p + HEAD, n),
		    crm_le32_get(piece.p + 16));
		if (err != NULL && err->code == CRM_E_DATA && line > 0)
			err = crm_err_wrap(
			    err, "line %llu", (unsigned long long)line);
		piece = crm_view_skip(piece, HEAD + n);
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
	    PIECE + HEAD + CRM_LINE_MAX * 8;
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
    struct crm_view bytes)
{
	crm_buf_add(&h->piece, head, HEAD);
	crm_buf_addv(&h->piece, bytes);
	if (h->piece.n < PIECE)
		return NULL;
	if (h->worker == NULL) {
		crm_derive_apart(f->derive);
		h->worker =
		    crm_worker_new(h == &f->words ? work_words : work_rest, f);
	}
	return crm_worker_give(h->worker, &h->piece);
}

/* Has a record words?  Most come in rows of one kind: what holds for all of it
 * is asked once. */
static bool
has_words(struct crm_deriver *f, uint64_t id, struct crm_view bytes,
    unsigned int what)
{
	char kind = crm_id_kind(id);
	struct crm_stored stored;

	if (kind != f->kind || what != f->what) {
		f->kind = kind;
		f->what = what;
		f->may_have_words =
		    crm_derive_may_have_words(f->derive, kind, what);
	}
	if (!f->may_have_words)
		return false;
	(void)crm_code_open(bytes, &stored);
	return crm_derive_has_words(f->derive, id, &stored, what);
}

const struct crm_err *
crm_deriver_add(struct crm_deriver *f, uint64_t id, struct crm_view bytes,
    unsigned int what, uint64_t line)
{
	const struct crm_err *err;
	char head[HEAD];

	crm_le64(head, id);
	crm_le64(head + 8, line);
	crm_le32(head + 16, what);
	crm_le32(head + 20, (uint32_t)bytes.n);
	err = add(f, &f->rest, head, bytes);
	if (err == NULL && has_words(f, id, bytes, what))
		err = add(f, &f->words, head, bytes);
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
