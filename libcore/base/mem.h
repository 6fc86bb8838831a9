/*
 * mem - the one allocator, and arenas on top of it.
 *
 * Nothing else in the project calls malloc and its friends (a test looks).
 * Running out of memory is the one fault that is not returned: the handler
 * that cli/ installs says so and ends the program.  The store is safe against
 * a program that ends anywhere, so nothing that was acknowledged is lost.
 * Any thread may allocate.
 */
#ifndef CRM_MEM_H
#define CRM_MEM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Install what happens when memory runs out.
 *
 * handler  must not return; without one the program aborts
 */
void crm_mem_on_failure(void (*handler)(void));

/*
 * Give large pieces back to the system as soon as they are free, from now on:
 * what one part of a job took would else count beside what the next one takes.
 */
void crm_mem_keep_little(void);

/* Memory of n bytes, not cleared; never NULL, also for n = 0. */
void *crm_alloc(size_t n);

/* Cleared memory for an array of n items of size bytes. */
void *crm_calloc(size_t n, size_t size);

/* An array resized to n items of size bytes; p may be NULL. */
void *crm_realloc_array(void *p, size_t n, size_t size);

/* A copy of n bytes with a NUL behind it. */
char *crm_strndup(const char *s, size_t n);

/* Give memory back; NULL is fine. */
void crm_free(void *);

/* How many allocations were made so far: tests and benchmarks. */
uint64_t crm_mem_count(void);

/* What crm_grow() does when there is too little room. */
void *crm_grow_more(void *p, size_t *cap, size_t n, size_t size);

/*
 * Grow an array so that it holds at least n items.
 *
 * p       the array, or NULL
 * cap     its capacity in items, updated
 *
 * Returns the array, at least doubled when it grew.
 */
static inline void *
crm_grow(void *p, size_t *cap, size_t n, size_t size)
{
	return n <= *cap ? p : crm_grow_more(p, cap, n, size);
}

/* An arena: memory that is given back all at once. */
struct crm_arena {
	struct crm_arena_chunk *chunk; /* newest first */
	size_t used;                   /* bytes of the newest chunk */
};

#define CRM_ARENA_INIT \
	{ \
		NULL, 0 \
	}

/* n bytes, aligned for any type, alive until the arena is reset. */
void *crm_arena_alloc(struct crm_arena *, size_t n);

/* A copy of n bytes with a NUL behind it. */
char *crm_arena_dup(struct crm_arena *, const char *s, size_t n);

/* Forget all that was allocated; keeps one chunk for the next use. */
void crm_arena_reset(struct crm_arena *);

/* Give everything back; the arena may be used again. */
void crm_arena_release(struct crm_arena *);

#endif
