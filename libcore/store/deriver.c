#include "store/deriver.h"

#include "base/mem.h"
#include "base/worker.h"

/* An entry of a piece: id u64, line u64, what u32, length u32, bytes. */
#define HEAD 24
#define PIECE ((size_t)256 << 10) /* a change of threads is small beside it */

struct crm_deriver {
	struct crm_derive *derive;
	struct crm_digests *digests;
	struct crm_worker *worker; /* NULL: not so many yet */
	struct crm_buf piece;
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

static const struct crm_err *
do_piece(void *ctx, struct crm_view piece)
{
	struct crm_deriver *f = ctx;
	const struct crm_err *err = NULL;
	uint64_t line;
	uint32_t n;

	while (err == NULL && piece.n > 0) {
		line = crm_le64_get(piece.p + 8);
		n = crm_le32_get(piece.p + 20);
		err = crm_deriver_one(f->derive, f->digests,
		    crm_le64_get(piece.p), crm_view(piece.p + HEAD, n),
		    crm_le32_get(piece.p + 16));
		if (err != NULL && err->code == CRM_E_DATA && line > 0)
			err = crm_err_wrap(
			    err, "line %llu", (unsigned long long)line);
		piece = crm_view_skip(piece, HEAD + n);
	}
	return err;
}

struct crm_deriver *
crm_deriver_new(struct crm_derive *d, struct crm_digests *digests)
{
	struct crm_deriver *f = crm_calloc(1, sizeof(*f));

	f->derive = d;
	f->digests = digests;
	f->piece.max = PIECE + HEAD + CRM_LINE_MAX * 8;
	return f;
}

void
crm_deriver_free(struct crm_deriver *f)
{
	if (f == NULL)
		return;
	crm_worker_free(f->worker);
	crm_buf_release(&f->piece);
	crm_free(f);
}

const struct crm_err *
crm_deriver_add(struct crm_deriver *f, uint64_t id, struct crm_view bytes,
    unsigned int what, uint64_t line)
{
	char head[HEAD];

	crm_le64(head, id);
	crm_le64(head + 8, line);
	crm_le32(head + 16, what);
	crm_le32(head + 20, (uint32_t)bytes.n);
	crm_buf_add(&f->piece, head, HEAD);
	crm_buf_addv(&f->piece, bytes);
	if (f->piece.n < PIECE)
		return NULL;
	if (f->worker == NULL) {
		crm_derive_apart(f->derive);
		f->worker = crm_worker_new(do_piece, f);
	}
	return crm_worker_give(f->worker, &f->piece);
}

const struct crm_err *
crm_deriver_end(struct crm_deriver *f)
{
	const struct crm_err *err = crm_buf_end(&f->piece);

	if (err != NULL)
		return err;
	if (f->worker != NULL) {
		err = crm_worker_give(f->worker, &f->piece);
		return err != NULL ? err : crm_worker_wait(f->worker);
	}
	err = do_piece(f, crm_buf_view(&f->piece));
	crm_buf_reset(&f->piece);
	return err;
}
