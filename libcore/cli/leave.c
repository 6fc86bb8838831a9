#include "cli/leave.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

static const int signals[] = { SIGHUP, SIGINT, SIGPIPE, SIGTERM };
#define NSIGNALS (sizeof(signals) / sizeof(signals[0]))

static void (*clean_up)(void);
static bool held;

static void
on_signal(int sig)
{
	if (clean_up != NULL)
		clean_up();
	/* the handler was reset and the signal let through: this ends it */
	(void)raise(sig);
}

void
crm_leave_clean(void (*clean)(void))
{
	struct sigaction sa = { .sa_handler = on_signal }, old;
	size_t i;

	clean_up = clean;
	sa.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
	(void)sigemptyset(&sa.sa_mask);
	for (i = 0; i < NSIGNALS; i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &sa, NULL);
}

void
crm_leave_now(void)
{
	void (*clean)(void) = clean_up;

	clean_up = NULL;
	if (clean != NULL && !held)
		clean();
}

static void
mask(int how)
{
	sigset_t set;
	size_t i;

	(void)sigemptyset(&set);
	for (i = 0; i < NSIGNALS; i++)
		(void)sigaddset(&set, signals[i]);
	(void)sigprocmask(how, &set, NULL);
}

void
crm_leave_hold(void)
{
	mask(SIG_BLOCK);
	held = true;
}

void
crm_leave_release(void)
{
	held = false;
	mask(SIG_UNBLOCK);
}
