/*
 * heap - memory that is there before it is touched.
 *
 * The first touch of a page of new memory is a fault, which takes longer than
 * to fill the page.  Whoever takes much memory in small pieces has a second
 * thread see to that: the heap then grows in larger steps, and what it grew by
 * is made ready at once, beside the work.
 */
#ifndef CRM_HEAP_H
#define CRM_HEAP_H

#include <stddef.h>

struct crm_worker;

/*
 * Have the next so many bytes of the heap there at once: for what is sure to
 * be used soon, a third of what their faults would cost.
 *
 * bytes   some pages, less than 1 MiB
 */
void crm_heap_prepare(size_t bytes);

struct crm_heap {
	char *from, *end;          /* of the heap: at the beginning, and when it
	                              was looked at last */
	struct crm_worker *worker; /* NULL: it has grown by little so far */
};

/* The heap has to grow by so much before a thread pays, and grows by so much
 * then: what is never used is less than this. */
#define CRM_HEAP_STEP ((size_t)1 << 20)

/* Begin.  One at a time, in the thread that takes the memory, which must be
 * the first one of the process: others have heaps of their own. */
void crm_heap_begin(struct crm_heap *);

/* See whether the heap has grown; to be called after each few pieces.  Cost: a
 * comparison. */
void crm_heap_look(struct crm_heap *);

/* End the thread.  To end what did not begin, all of it 0, is fine. */
void crm_heap_end(struct crm_heap *);

#endif
