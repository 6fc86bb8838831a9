#include "cli/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/msg.h"
#include "cli/programs.h"

/* What a shell says of a command that it cannot run. */
#define NOT_RUN 126
#define NOT_FOUND 127

/* The program that a command begins with; empty when only a shell can tell,
 * as of "LESS=-R less". */
static struct crm_view
first_word(const char *command)
{
	static const char special[] = "$`'\"\\=<>|&;()*?[#~{}!";
	struct crm_view v = crm_view_str(command);

	while (v.n > 0 && v.p[0] == ' ')
		v = crm_view_skip(v, 1);
	v.n = crm_view_find(v, ' ');
	return v.n > 0 && strcspn(v.p, special) < v.n ? CRM_VNULL : v;
}

/* Can the pager be run, as far as can be told? */
static bool
is_there(const char *pager)
{
	struct crm_view word = first_word(pager);

	if (word.n == 0 || crm_program_is_there(word))
		return true;
	crm_msg("PAGER: there is no program '%.*s'", CRM_VARG(word));
	return false;
}

static void
run(const char *pager, const int fd[2])
{
	(void)dup2(fd[0], STDIN_FILENO);
	(void)close(fd[0]);
	(void)close(fd[1]);
	(void)setenv("LESS", "FRX", 0);
	(void)execl("/bin/sh", "sh", "-c", pager, (char *)NULL);
	_exit(NOT_FOUND);
}

const struct crm_err *
crm_ctx_page(struct crm_ctx *c)
{
	const char *pager = crm_env_pager();
	int fd[2];

	if (!c->terminal || pager == NULL || strcmp(pager, "cat") == 0 ||
	    !is_there(pager))
		return NULL;
	if (pipe(fd) != 0)
		return crm_err_errno(CRM_E_AGAIN, "cannot start the pager");
	c->pager = fork();
	if (c->pager < 0) {
		c->pager = 0;
		(void)close(fd[0]);
		(void)close(fd[1]);
		return crm_err_errno(CRM_E_AGAIN, "cannot start the pager");
	}
	if (c->pager == 0)
		run(pager, fd);
	(void)close(fd[0]);
	(void)signal(
	    SIGPIPE, SIG_IGN); /* who quits the pager has seen enough */
	(void)fcntl(fd[1], F_SETFD, FD_CLOEXEC);
	c->out.fd = fd[1];
	return NULL;
}

const struct crm_err *
crm_pager_end(struct crm_ctx *c)
{
	int status = 0;

	if (c->pager <= 0)
		return NULL;
	(void)close(c->out.fd);
	while (waitpid(c->pager, &status, 0) < 0)
		if (errno != EINTR)
			return NULL; /* somebody else has waited for it */
	if (!WIFEXITED(status) ||
	    (WEXITSTATUS(status) != NOT_RUN &&
		WEXITSTATUS(status) != NOT_FOUND))
		return NULL;
	return crm_err(CRM_E_IO, "PAGER: '%s' cannot be run", crm_env_pager());
}
