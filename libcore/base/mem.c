#include "base/mem.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define CHUNK_BYTES ((size_t)2 << 10) /* first chunk; the next double */
#define CHUNK_MAX ((size_t)1 << 20)

struct crm_arena_chunk {
	struct crm_arena_chunk *next;
	size_t size;
	alignas(max_align_t) char data[];
};

static void (*on_failure)(void);
static atomic_uint_least64_t count;

void
crm_mem_on_failure(void (*handler)(void))
{
	on_failure = handler;
}

#ifdef CRM_FAULTS
/* In test builds the allocation number CRM_FAIL_ALLOC fails. */
static int
fails(uint64_t number)
{
	static uint64_t at;
	static int known;

	if (!known) {
		const char *s = getenv("CRM_FAIL_ALLOC");

		known = 1;
		at = s != NULL ? strtoull(s, NULL, 10) : 0;
	}
	return number == at;
}
#else
static int
fails(uint64_t number)
{
	(void)number;
	return 0;
}
#endif

static void *
checked(void *p)
{
	uint64_t number =
	    atomic_fetch_add_explicit(&count, 1, memory_order_relaxed) + 1;

	if (fails(number)) {
		free(p);
		p = NULL;
	}
	if (p == NULL) {
		if (on_failure != NULL)
			on_failure();
		abort();
	}
	return p;
}

void
crm_mem_keep_little(void)
{
#ifdef __GLIBC__
	/* It grows by itself otherwise, up to 32 MiB. */
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
	/* Many small pieces, freed one by one, would else go back page by
	 * page. */
	(void)mallopt(M_TRIM_THRESHOLD, 1 << 20);
#endif
}

void *
crm_alloc(size_t n)
{
	return checked(malloc(n > 0 ? n : 1));
}

void *
crm_calloc(size_t n, size_t size)
{
	return checked(calloc(n > 0 ? n : 1, size > 0 ? size : 1));
}

void *
crm_realloc_array(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return checked(NULL);
	return checked(realloc(p, bytes > 0 ? bytes : 1));
}

char *
crm_strndup(const char *s, size_t n)
{
	char *p = crm_alloc(n + 1);

	if (n > 0)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

void
crm_free(void *p)
{
	free(p);
}

uint64_t
crm_mem_count(void)
{
	return atomic_load_explicit(&count, memory_order_relaxed);
}

void *
crm_grow_more(void *p, size_t *cap, size_t n, size_t size)
{
	size_t want = *cap;

	if (want < 16)
		want = 16;
	while (want < n)
		want *= 2;
	p = crm_realloc_array(p, want, size);
	*cap = want;
	return p;
}

void *
crm_arena_alloc(struct crm_arena *a, size_t n)
{
	struct crm_arena_chunk *c = a->chunk;
	size_t size, align = alignof(max_align_t);
	void *p;

	assert(n < SIZE_MAX / 2);
	n = (n + align - 1) & ~(align - 1);
	if (c == NULL || n > c->size - a->used) {
		size = c == NULL ? CHUNK_BYTES : c->size * 2;
		if (size > CHUNK_MAX)
			size = CHUNK_MAX;
		if (size < n)
			size = n;
		c = crm_alloc(sizeof(*c) + size);
		c->next = a->chunk;
		c->size = size;
		a->chunk = c;
		a->used = 0;
	}
	p = c->data + a->used;
	a->used += n;
	return p;
}

char *
crm_arena_dup(struct crm_arena *a, const char *s, size_t n)
{
	char *p = crm_arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

void
crm_arena_reset(struct crm_arena *a)
{
	struct crm_arena_chunk *c, *next;

	if (a->chunk == NULL)
		return;
	for (c = a->chunk->next; c != NULL; c = next) {
		next = c->next;
		crm_free(c);
	}
	a->chunk->next = NULL;
	a->used = 0;
}

void
crm_arena_release(struct crm_arena *a)
{
	crm_arena_reset(a);
	crm_free(a->chunk);
	a->chunk = NULL;
	a->used = 0;
}
