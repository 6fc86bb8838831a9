#define _GNU_SOURCE /* strsignal */
#include "cli/prove.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/num.h"
#include "base/utf8.h"
#include "cli/msg.h"
#include "cli/progress.h"
#include "store/check.h"

#define FAULTS 1 /* exit status of the child: there are faults */

/* Was there a fault in what nothing else tells? */
static bool primary;

static struct crm_progress progress;

static void
show(void *ctx, const char *what, uint64_t done, uint64_t all)
{
	(void)ctx;
	crm_progress_step(&progress, what, done, all);
}

static bool
is_derived(const char *where)
{
	int t;

	for (t = 0; t < CRM_NTABLES; t++)
		if (crm_table_is_derived((enum crm_table)t) &&
		    strcmp(crm_table_name((enum crm_table)t), where) == 0)
			return true;
	return false;
}

/* What to do about faults, for who looks on. */
static void
advise(const struct crm_ctx *ctx)
{
	if (ctx->quiet || isatty(STDERR_FILENO) != 1)
		return;
	if (primary)
		crm_msg("restore a backup, or save what can be read: "
			"crm-store repair NEW");
	else
		crm_msg("crm-store repair makes that anew from records and "
			"events");
}

/* One line a fault, at once: what comes next may end the process. */
static void
print_fault(void *ctx, const char *where, const char *what)
{
	struct crm_buf b = CRM_BUF_INIT(10000);

	(void)ctx;
	crm_progress_hide(&progress);
	primary |= !is_derived(where);
	crm_buf_adds(&b, where);
	crm_buf_adds(&b, ": ");
	crm_utf8_add_safe(&b, crm_view_str(what));
	crm_buf_addc(&b, '\n');
	if (!crm_write_all(STDOUT_FILENO, b.p, b.n))
		_exit(crm_err_exit(CRM_E_IO));
	crm_buf_release(&b);
}

/* LMDB met what cannot be, and would abort. */
static void
on_damage(const char *what)
{
	print_fault(NULL, "pages", what);
	_exit(FAULTS);
}

static void
print_sum(const struct crm_check *c)
{
	char records[32], events[32], changes[32];

	records[crm_num_put_grouped(records, c->records)] = '\0';
	events[crm_num_put_grouped(events, c->events)] = '\0';
	changes[crm_num_put_grouped(changes, c->changes)] = '\0';
	crm_msg("%s records, %s events, %s change sets: all is well", records,
	    events, changes);
}

/* What the child does; returns its exit status. */
static int
check(struct crm_ctx *ctx)
{
	struct crm_check c = { .fault = print_fault };
	const struct crm_err *err = NULL;

	if (crm_store_exists(ctx->path.p))
		err = crm_check_file(ctx->path.p, false, &c);
	if (err == NULL && c.faults == 0)
		err = crm_ctx_open(ctx, false);
	if (err == NULL && c.faults == 0) {
		crm_progress_begin(&progress, ctx->quiet, false);
		crm_store_on_progress(ctx->store, show, NULL);
		err = crm_check_store(ctx->store, &c);
		crm_progress_hide(&progress);
	}
	if (err != NULL && err->code == CRM_E_DATA) {
		print_fault(NULL, "store", err->msg);
		advise(ctx);
		return FAULTS;
	}
	if (err != NULL) {
		crm_msg_err(err);
		return crm_err_exit(err->code);
	}
	if (c.faults > 0)
		advise(ctx);
	if (c.faults == 0 && !ctx->quiet && isatty(STDERR_FILENO) == 1)
		print_sum(&c);
	return c.faults > 0 ? FAULTS : 0;
}

/* A damaged file makes it die by a signal: of no interest to a debugger. */
static void
prepare(void)
{
	struct rlimit none = { 0, 0 };

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)signal(SIGSEGV, SIG_DFL);
	(void)signal(SIGBUS, SIG_DFL);
	(void)signal(SIGABRT, SIG_DFL);
	crm_env_on_damage(on_damage);
}

/* The child has said what is wrong: its exit status becomes ours. */
static const struct crm_err *
as_error(int status)
{
	int code;

	for (code = 0; code < CRM_NCODES; code++)
		if (crm_err_exit((enum crm_code)code) == status)
			return crm_err((enum crm_code)code, "%s", "");
	return crm_err(CRM_E_BUG, "%s", "");
}

const struct crm_err *
crm_prove(struct crm_ctx *ctx)
{
	char text[200];
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return crm_err_errno(CRM_E_AGAIN, "cannot start the check");
	if (pid == 0) {
		prepare();
		_exit(check(ctx));
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return crm_err_errno(CRM_E_BUG, "the check is lost");
	ctx->exit_status = true; /* this question is always asked */
	ctx->no = true;
	if (WIFSIGNALED(status)) {
		int sig = WTERMSIG(status);

		if (sig != SIGSEGV && sig != SIGBUS && sig != SIGABRT)
			return crm_err(CRM_E_AGAIN, "the check was ended: %s",
			    strsignal(sig));
		(void)snprintf(text, sizeof(text),
		    "are so damaged that they cannot be read (%s)",
		    strsignal(sig));
		print_fault(NULL, "pages", text);
		advise(ctx);
		return NULL;
	}
	if (WEXITSTATUS(status) > FAULTS)
		return as_error(WEXITSTATUS(status));
	ctx->no = WEXITSTATUS(status) == FAULTS;
	return NULL;
}
