#include "base/thread.h"

#include <signal.h>

bool
crm_thread_begin(pthread_t *t, void *(*run)(void *arg), void *arg)
{
	static const int fault[] = { SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT };
	sigset_t all, old;
	size_t i;
	bool yes;

	(void)sigfillset(&all);
	for (i = 0; i < sizeof(fault) / sizeof(fault[0]); i++)
		(void)sigdelset(&all, fault[i]);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	yes = pthread_create(t, NULL, run, arg) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return yes;
}
