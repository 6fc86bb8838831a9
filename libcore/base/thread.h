/*
 * thread - how second threads begin, and keep off.
 */
#ifndef CRM_THREAD_H
#define CRM_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/*
 * Begin a thread.
 *
 * Signals are for the first thread, where what waits is to be interrupted; but
 * those of a fault (a page of the store that cannot be read) come to the
 * thread that has it, whoever that is.
 *
 * Returns false when there can be none.
 */
bool crm_thread_begin(pthread_t *, void *(*run)(void *arg), void *arg);

/*
 * So many bytes are to lie between what one thread writes with each thing that
 * it does and what another touches with each of its own: else the cache lines
 * of both go to and fro between two processors.
 */
#define CRM_APART 128

#endif
