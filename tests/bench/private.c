/* private: by ptrace(2), a look before each system call that frees memory. */
#define _GNU_SOURCE /* ptrace */
#include "private.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPTIONS \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
	    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | \
	    PTRACE_O_EXITKILL)

void
private_begin(void)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
		(void)raise(SIGSTOP);
}

/* RssAnon of a process now, in KiB; 0 when it is gone. */
static long
rss_anon(pid_t pid)
{
	char path[64], line[256];
	long kib = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "RssAnon:", 8) == 0)
			kib = strtol(line + 8, NULL, 10);
	(void)fclose(f);
	return kib;
}

/* Is it about to enter a call after which memory may be gone? */
static bool
will_free(pid_t pid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
		return true;
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	switch (info.entry.nr) {
	case SYS_munmap:
	case SYS_brk:
	case SYS_mremap:
	case SYS_madvise:
	case SYS_execve:
		return true;
	default:
		return false;
	}
}

/*
 * The signal to hand on when the process goes on: 0 for a stop of ours.
 *
 * peak    -1 until the first exec: before it the child is a copy of us
 */
static int
on_stop(pid_t pid, int wstatus, long *peak)
{
	int sig = WSTOPSIG(wstatus), event = wstatus >> 16;
	long kib;

	if (event == PTRACE_EVENT_EXEC && *peak < 0)
		*peak = 0;
	else if (*peak < 0)
		;
	else if ((sig == (SIGTRAP | 0x80) && will_free(pid)) ||
	    event == PTRACE_EVENT_EXIT) {
		kib = rss_anon(pid);
		if (kib > *peak)
			*peak = kib;
	}
	if (sig == (SIGTRAP | 0x80) || event != 0 || sig == SIGTRAP)
		return 0;
	/* a new process begins with a stop that is ours too */
	return sig == SIGSTOP ? 0 : sig;
}

long
private_watch(pid_t pid, int *wstatus, struct rusage *ru)
{
	long peak = -1;
	int status;
	pid_t p;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, OPTIONS) != 0) {
		(void)wait4(pid, wstatus, 0, ru);
		return -1;
	}
	(void)ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	for (;;) {
		p = wait4(-1, &status, __WALL, ru);
		if (p < 0 && errno == EINTR)
			continue;
		if (p < 0)
			return -1;
		if (WIFSTOPPED(status))
			(void)ptrace(PTRACE_SYSCALL, p, NULL,
			    (void *)(long)on_stop(p, status, &peak));
		else if (p == pid) {
			*wstatus = status;
			return peak;
		}
	}
}
