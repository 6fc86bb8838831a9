#include "base/outlet.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

#define AGAIN_US 20000 /* a signal that came too early is followed by others */
#define PIECE ((size_t)64 << 10)

struct crm_outlet {
	int fd, dir;
	int64_t left_us; /* of the patience; negative: endless */
	struct sigaction old;
	bool armed; /* SIGALRM is ours */
	/* the scratch file: bytes from 'from' to 'to' wait there */
	int scratch; /* -1: there is none */
	int64_t from, to;
	bool aside; /* new bytes go there too */
	uint64_t put_aside;
};

static void
on_alarm(int sig)
{
	(void)sig; /* it only has to interrupt write() */
}

struct crm_outlet *
crm_outlet_new(int fd, int dir, int64_t patience_ms)
{
	struct crm_outlet *o = crm_calloc(1, sizeof(*o));
	struct sigaction sa = { .sa_handler = on_alarm };
	struct stat st;

	o->fd = fd;
	o->dir = dir;
	o->scratch = -1;
	o->left_us = patience_ms < 0 ? -1 : patience_ms * 1000;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		o->left_us = -1;
	if (o->left_us >= 0) {
		(void)sigemptyset(&sa.sa_mask);
		o->armed = sigaction(SIGALRM, &sa, &o->old) == 0;
	}
	return o;
}

void
crm_outlet_free(struct crm_outlet *o)
{
	if (o == NULL)
		return;
	if (o->armed)
		(void)sigaction(SIGALRM, &o->old, NULL);
	if (o->scratch >= 0)
		(void)close(o->scratch);
	crm_free(o);
}

uint64_t
crm_outlet_aside(const struct crm_outlet *o)
{
	return o->put_aside;
}

static const struct crm_err *
failed(void)
{
	return crm_err_errno(CRM_E_IO, "cannot write the output");
}

static int64_t
now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

static void
set_timer(int64_t us, int64_t again_us)
{
	struct itimerval it = { { 0, (suseconds_t)again_us },
		{ (time_t)(us / 1000000), (suseconds_t)(us % 1000000) } };

	(void)setitimer(ITIMER_REAL, &it, NULL);
}

/* Write while there is patience; *v is what is left then. */
static const struct crm_err *
write_patiently(struct crm_outlet *o, struct crm_view *v)
{
	int64_t until_us = now_us() + o->left_us;
	ssize_t r;
	int code = 0;

	set_timer(o->left_us + 1, AGAIN_US);
	while (v->n > 0 && code == 0) {
		r = write(o->fd, v->p, v->n);
		if (r >= 0)
			*v = crm_view_skip(*v, (size_t)r);
		else if (errno != EINTR)
			code = errno;
		o->left_us = until_us - now_us();
		if (o->left_us <= 0)
			break;
	}
	set_timer(0, 0);
	if (o->left_us < 0)
		o->left_us = 0;
	errno = code;
	return code != 0 ? failed() : NULL;
}

/* Hand over what was put aside. */
static const struct crm_err *
drain(struct crm_outlet *o)
{
	char *piece = crm_alloc(PIECE);
	const struct crm_err *err = NULL;

	while (err == NULL && o->from < o->to) {
		size_t n = (size_t)(o->to - o->from);

		if (n > PIECE)
			n = PIECE;
		if (!crm_pread_all(o->scratch, piece, n, o->from))
			err = crm_err_errno(
			    CRM_E_IO, "cannot read the scratch file");
		else if (!crm_write_all(o->fd, piece, n))
			err = failed();
		o->from += (int64_t)n;
	}
	crm_free(piece);
	return err;
}

/* Put bytes aside; false when that cannot be done. */
static bool
put_aside(struct crm_outlet *o, struct crm_view v)
{
	if (o->scratch < 0 && crm_tmp_open(o->dir, &o->scratch) != NULL) {
		o->scratch = -1;
		return false;
	}
	/* What a failed write left behind 'to' does not count. */
	if (lseek(o->scratch, (off_t)o->to, SEEK_SET) < 0 ||
	    !crm_write_all(o->scratch, v.p, v.n))
		return false;
	o->to += (int64_t)v.n;
	o->put_aside += v.n;
	return true;
}

const struct crm_err *
crm_outlet_put(struct crm_outlet *o, struct crm_view v)
{
	const struct crm_err *err = NULL;

	if (o->left_us > 0 && !o->aside)
		err = write_patiently(o, &v);
	if (err != NULL || v.n == 0)
		return err;
	if (o->left_us == 0) {
		o->aside = true;
		if (put_aside(o, v))
			return NULL;
		err = drain(o);
		o->aside = false;
		o->left_us = -1;
	}
	if (err == NULL && !crm_write_all(o->fd, v.p, v.n))
		err = failed();
	return err;
}

const struct crm_err *
crm_outlet_end(struct crm_outlet *o)
{
	return drain(o);
}
