#define _GNU_SOURCE /* sbrk, MADV_POPULATE_WRITE */
#include "base/heap.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/mem.h"
#include "base/worker.h"

/* Where nothing is known of the heap, or memory cannot be made ready, nothing
 * is done: it is then touched as it always was. */
#if defined(__GLIBC__) && defined(MADV_POPULATE_WRITE)

#define PAD_BEFORE (128 << 10) /* glibc's own */

/* Make a part of the heap ready: two addresses.  It may be gone by now, then
 * nothing comes of it. */
static const struct crm_err *
make_ready(void *ctx, struct crm_view piece)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at[2];

	(void)ctx;
	memcpy(at, piece.p, sizeof(at));
	at[0] = (at[0] + page - 1) & ~(page - 1);
	at[1] &= ~(page - 1);
	if (at[0] < at[1])
		(void)madvise(
		    (char *)at[0], at[1] - at[0], MADV_POPULATE_WRITE);
	return NULL;
}

void
crm_heap_prepare(size_t bytes)
{
	char *p = crm_alloc(bytes);
	uintptr_t at[2] = { (uintptr_t)p, (uintptr_t)p + bytes };
	const struct crm_err *err;

	err = make_ready(NULL, crm_view((char *)at, sizeof(at)));
	(void)err; /* there is none */
	crm_free(p);
}

void
crm_heap_begin(struct crm_heap *h)
{
	h->from = h->end = sbrk(0);
	h->worker = NULL;
}

static void
give(struct crm_heap *h, char *from, char *to)
{
	struct crm_buf b = CRM_BUF_INIT(100);
	uintptr_t at[2] = { (uintptr_t)from, (uintptr_t)to };
	const struct crm_err *err;

	crm_buf_add(&b, (const char *)at, sizeof(at));
	err = crm_worker_give(h->worker, &b);
	(void)err; /* there is none */
	crm_buf_release(&b);
}

void
crm_heap_look(struct crm_heap *h)
{
	char *end = sbrk(0), *before = h->end;

	if (end == before || h->from == NULL)
		return;
	h->end = end;
	if (end < before || (size_t)(end - h->from) < CRM_HEAP_STEP)
		return;
	if (h->worker == NULL) {
		h->worker = crm_worker_new(make_ready, NULL);
		(void)mallopt(M_TOP_PAD, (int)CRM_HEAP_STEP);
	}
	give(h, before, end);
}

void
crm_heap_end(struct crm_heap *h)
{
	if (h->worker == NULL)
		return;
	crm_worker_free(h->worker);
	h->worker = NULL;
	(void)mallopt(M_TOP_PAD, PAD_BEFORE);
}

#else

void
crm_heap_prepare(size_t bytes)
{
	(void)bytes;
}

void
crm_heap_begin(struct crm_heap *h)
{
	h->from = h->end = NULL;
	h->worker = NULL;
}

void
crm_heap_look(struct crm_heap *h)
{
	(void)h;
}

void
crm_heap_end(struct crm_heap *h)
{
	(void)h;
}

#endif
