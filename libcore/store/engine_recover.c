#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/engine_impl.h"

#define SECONDS 1

/* LMDB's lock says that who had it is dead: whoever gets it next looks which
 * commit is the newest, and tells all. */
static void
take_the_lock(const struct crm_env *env)
{
	MDB_env *other;
	MDB_txn *txn;

	if (mdb_env_create(&other) != 0)
		return;
	if (mdb_env_open(other, env->dir, MDB_NOTLS, 0600) == 0 &&
	    mdb_txn_begin(other, NULL, 0, &txn) == 0)
		mdb_txn_abort(txn);
	mdb_env_close(other);
}

void
crm_engine_recover(const struct crm_env *env)
{
	sigset_t all, before, alarms;
	pid_t pid;
	int status;

	(void)sigfillset(&all);
	(void)sigemptyset(&alarms);
	(void)sigaddset(&alarms, SIGALRM);
	/* the child has nothing to clean up when a signal ends it */
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		(void)signal(SIGALRM, SIG_DFL);
		(void)alarm(SECONDS);
		(void)pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
		take_the_lock(env);
		_exit(0);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}
