#include "cli/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/env.h"

#define PICTURE_MAX ((size_t)256 << 20)
#define NOT_FOUND 127 /* as shells have it */

/* A scratch file in memory's place: gnuplot never waits for us, nor we for
 * it, whatever the order in which it reads and writes. */
static const struct crm_err *
open_scratch(int *fd)
{
	const struct crm_err *err;
	const char *tmp = crm_env_tmp();
	int dir = open(tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*fd = -1;
	if (dir < 0)
		return crm_err_errno(CRM_E_CANTCREATE, "%s", tmp);
	err = crm_tmp_open(dir, fd);
	(void)close(dir);
	return err;
}

/* In the child. */
static void
become(int in, int out, int said)
{
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(said, STDERR_FILENO) < 0)
		_exit(1);
	(void)execlp("gnuplot", "gnuplot", "-d", "-", (char *)NULL);
	_exit(errno == ENOENT ? NOT_FOUND : 126);
}

/* The first line of what it said that is not empty and not a picture of where
 * in its input it was. */
static const struct crm_err *
failed(int said)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 20);
	const struct crm_err *err = NULL;
	struct crm_view rest, line, best = CRM_V("it gave no reason");

	if (lseek(said, 0, SEEK_SET) == 0)
		err = crm_read_fd(said, "gnuplot", 1 << 20, &b);
	rest = err == NULL ? crm_buf_view(&b) : CRM_VNULL;
	while (rest.n > 0) {
		line = crm_view(rest.p, crm_view_find(rest, '\n'));
		rest =
		    crm_view_skip(rest, line.n < rest.n ? line.n + 1 : line.n);
		line = crm_view_trim(line);
		if (line.n > 1)
			best = line; /* the last one is the error */
	}
	err = crm_err(CRM_E_IO, "gnuplot failed: %.*s", CRM_VARG(best));
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
run(int in, int said, struct crm_buf *out)
{
	const struct crm_err *err;
	int fd[2], status = 0;
	pid_t pid;

	if (pipe(fd) != 0)
		return crm_err_errno(CRM_E_AGAIN, "cannot start gnuplot");
	pid = fork();
	if (pid == 0) {
		(void)close(fd[0]);
		become(in, fd[1], said);
	}
	(void)close(fd[1]);
	if (pid < 0) {
		(void)close(fd[0]);
		return crm_err_errno(CRM_E_AGAIN, "cannot start gnuplot");
	}
	err = crm_read_fd(fd[0], "gnuplot", PICTURE_MAX, out);
	(void)close(fd[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (err != NULL)
		return err;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		return crm_err(CRM_E_NOINPUT,
		    "gnuplot is not installed: it draws the pictures "
		    "(without -o it is drawn as text)");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || out->n == 0)
		return failed(said);
	return NULL;
}

const struct crm_err *
crm_gnuplot(struct crm_view script, struct crm_buf *out)
{
	const struct crm_err *err;
	int in, said = -1;

	crm_buf_reset(out);
	err = open_scratch(&in);
	if (err == NULL)
		err = open_scratch(&said);
	if (err == NULL &&
	    (!crm_write_all(in, script.p, script.n) ||
		lseek(in, 0, SEEK_SET) != 0))
		err = crm_err_errno(CRM_E_IO, "cannot write the script");
	if (err == NULL)
		err = run(in, said, out);
	if (in >= 0)
		(void)close(in);
	if (said >= 0)
		(void)close(said);
	return err;
}

/* What is no file, such as /dev/stdout, is written to as it is. */
static bool
is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

const struct crm_err *
crm_gnuplot_save(const char *path, struct crm_view picture)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 16);
	const struct crm_err *err = NULL;
	bool special = is_special(path);
	int fd;

	crm_buf_adds(&b, path);
	if (!special)
		crm_buf_addf(&b, ".%ld", (long)getpid());
	fd = open(b.p,
	    special ? O_WRONLY | O_CLOEXEC
		    : O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0666);
	if (fd < 0)
		err = crm_err_errno(
		    errno == EACCES ? CRM_E_NOPERM : CRM_E_CANTCREATE, "%s",
		    path);
	if (fd >= 0 && !crm_write_all(fd, picture.p, picture.n))
		err = crm_err_errno(CRM_E_IO, "cannot write %s", path);
	if (fd >= 0 && close(fd) != 0 && err == NULL)
		err = crm_err_errno(CRM_E_IO, "cannot write %s", path);
	if (err == NULL && !special && rename(b.p, path) != 0)
		err = crm_err_errno(CRM_E_CANTCREATE, "%s", path);
	if (err != NULL && fd >= 0 && !special)
		(void)unlink(b.p);
	crm_buf_release(&b);
	return err;
}
