/*
 * private - how much memory of its own a program has at most.
 *
 * Peak resident memory counts pages of mapped files too, which are the page
 * cache's and cost nobody anything.  RssAnon in /proc/PID/status is what is
 * private; the kernel keeps no peak of it.  But it only shrinks when the
 * program gives memory back, by a few system calls: a look just before each
 * of those, and at the end, sees the peak, with no luck needed.
 */
#ifndef BENCH_PRIVATE_H
#define BENCH_PRIVATE_H

#include <sys/resource.h>
#include <sys/types.h>

/* In the child, before it becomes the program: let the parent watch. */
void private_begin(void);

/*
 * Let a child that called private_begin() run, with all that it starts, until
 * it ends.
 *
 * wstatus, ru   as from wait4()
 *
 * Returns the peak of RssAnon in KiB, of the process that had most; -1 when
 * the system lets nobody watch.
 */
long private_watch(pid_t pid, int *wstatus, struct rusage *ru);

#endif
