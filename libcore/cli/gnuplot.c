#include "cli/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/utf8.h"
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

/* A program to run: its standard input and error, and what it prints. */
struct child {
	const char *argv[4]; /* the name first; up to a NULL */
	int in, said;
	struct crm_buf *out;
};

/* In the child. */
static void
become(const struct child *c, int out)
{
	if (dup2(c->in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(c->said, STDERR_FILENO) < 0)
		_exit(1);
	(void)execlp(c->argv[0], c->argv[0], c->argv[1], c->argv[2], c->argv[3],
	    (char *)NULL);
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

/* code: the exit status, or -1. */
static const struct crm_err *
run(const struct child *c, int *code)
{
	const struct crm_err *err;
	int fd[2], status = 0;
	pid_t pid;

	if (pipe(fd) != 0)
		return crm_err_errno(
		    CRM_E_AGAIN, "cannot start %s", c->argv[0]);
	pid = fork();
	if (pid == 0) {
		(void)close(fd[0]);
		become(c, fd[1]);
	}
	(void)close(fd[1]);
	if (pid < 0) {
		(void)close(fd[0]);
		return crm_err_errno(
		    CRM_E_AGAIN, "cannot start %s", c->argv[0]);
	}
	err = crm_read_fd(fd[0], c->argv[0], PICTURE_MAX, c->out);
	(void)close(fd[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return err;
}

static const struct crm_err *
draw(int in, int said, struct crm_buf *out)
{
	struct child c = { .argv = { "gnuplot", "-d", "-" },
		.in = in,
		.said = said,
		.out = out };
	const struct crm_err *err;
	int code;

	err = run(&c, &code);
	if (err != NULL)
		return err;
	if (code == NOT_FOUND)
		return crm_err(CRM_E_NOINPUT,
		    "gnuplot is not installed: it draws the pictures "
		    "(without -o it is drawn as text)");
	return code != 0 || out->n == 0 ? failed(said) : NULL;
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
		err = draw(in, said, out);
	if (in >= 0)
		(void)close(in);
	if (said >= 0)
		(void)close(said);
	return err;
}

#define LETTERS 0x110000

/* The value of a hexadecimal digit, or -1. */
static int
hex_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
				    : -1;
}

/* Mark the letters of a list such as "20-7e a0 a2-2e9".  Returns how many
 * ranges there are. */
static size_t
mark_letters(struct crm_view v, unsigned char *has)
{
	uint32_t from = 0, at = 0, i;
	bool any = false, range = false;
	size_t n = 0, k;

	for (k = 0; k <= v.n; k++) {
		char c = k < v.n ? v.p[k] : ' ';

		if (hex_of(c) >= 0) {
			at = at < LETTERS ? at * 16 + (uint32_t)hex_of(c) : at;
			any = true;
			continue;
		}
		if (any && c == '-') {
			from = at;
			range = true;
		} else if (any) {
			for (i = range ? from : at; i <= at && i < LETTERS; i++)
				has[i / 8] |= (unsigned char)(1U << i % 8);
			range = false;
			n++;
		}
		at = 0;
		any = any && range;
	}
	return n;
}

/* The letters of all fonts: of those that can be drawn in any size. */
static const struct crm_err *
list_letters(unsigned char *has, size_t *n)
{
	struct crm_buf list = CRM_BUF_INIT(PICTURE_MAX);
	struct child c = { .argv = { "fc-list", "--format", "%{charset}\n",
			       ":scalable=true" },
		.out = &list };
	const struct crm_err *err;
	int code = 0;

	*n = 0;
	c.in = c.said = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (c.in < 0)
		return crm_err_errno(CRM_E_IO, "/dev/null");
	err = run(&c, &code);
	if (err == NULL && code == 0 && list.n > 0)
		*n = mark_letters(crm_buf_view(&list), has);
	(void)close(c.in);
	crm_buf_release(&list);
	return err;
}

/* What is never seen, so that no font needs it: joiners, signs of direction,
 * variants. */
static bool
is_unseen(uint32_t cp)
{
	return (cp >= 0x200b && cp <= 0x200f) ||
	    (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) ||
	    (cp >= 0xfe00 && cp <= 0xfe0f) || cp == 0xfeff || cp == 0xad;
}

const struct crm_err *
crm_gnuplot_letters(struct crm_buf *script, bool *lacking)
{
	unsigned char *has = crm_calloc(LETTERS / 8, 1);
	struct crm_buf b = CRM_BUF_INIT(script->max);
	const struct crm_err *err = NULL;
	size_t i, n = 0, len;
	uint32_t cp;

	*lacking = false;
	if (!crm_utf8_is_ascii(crm_buf_view(script)))
		err = list_letters(has, &n);
	for (i = 0; err == NULL && n > 0 && i < script->n; i += len) {
		struct crm_view v;

		len = crm_utf8_get(script->p + i, script->n - i, &cp);
		len = len > 0 ? len : 1;
		v = crm_view(script->p + i, len);
		if (len == 1 || is_unseen(cp) ||
		    (has[cp / 8] & 1U << cp % 8) != 0) {
			crm_buf_addv(&b, v);
			continue;
		}
		*lacking = true;
		if (crm_utf8_width(v) > 0) /* else it goes with its letter */
			crm_buf_addc(&b, '?');
	}
	if (*lacking) {
		crm_buf_reset(script);
		crm_buf_addv(script, crm_buf_view(&b));
		err = crm_buf_end(script);
	}
	crm_buf_release(&b);
	crm_free(has);
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
