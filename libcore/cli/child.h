/*
 * child - a program that is run with a time limit and fed through a pipe.
 *
 * It is run as it is, without a shell, in a process group of its own.  It has
 * the pipe as its standard input, and our standard error as its standard output
 * and error.  No other descriptor of ours is open in it, signals are as they
 * are by default, and it has the environment that it is given.
 */
#ifndef CRM_CHILD_H
#define CRM_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

struct crm_child {
	pid_t pid;
	int fd;         /* that it reads from; -1: closed */
	int64_t end_ms; /* until when it may run, by the monotonic clock */
};

/* How it ended. */
struct crm_child_end {
	bool timed_out;
	int status; /* of exit(3), or -1 */
	int signal; /* that ended it, or 0 */
};

/*
 * Run a program of an open directory, in which it begins.
 *
 * name      a file there
 * env       NAME=VALUE, NULL at the end
 * limit_ms  from now; above 0
 *
 * The caller has to ignore SIGPIPE.  A signal that ends this program ends the
 * child, too; one at a time.
 * Fails with AGAIN: it cannot be started.
 */
CRM_CHECK const struct crm_err *crm_child_start(struct crm_child *, int dir,
    const char *name, char *const *env, int64_t limit_ms);

/*
 * Feed it.  Returns false when it reads no more, or its time is over: that is
 * no error, and nothing more needs to be written.
 */
bool crm_child_write(struct crm_child *, struct crm_view);

/*
 * Let it see the end of its input, and wait for it.  When its time is over, its
 * process group gets SIGTERM, and a second later SIGKILL.
 */
void crm_child_wait(struct crm_child *, struct crm_child_end *out);

#endif
