#include "cli/progress.h"

#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "base/time.h"
#include "cli/env.h"
#include "cli/msg.h"

#define QUIET_US CRM_SECOND_US       /* before anything is said */
#define EVERY_US (CRM_SECOND_US / 5) /* between two lines */
#define STEPS 1024                   /* between two looks at the clock */

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * CRM_SECOND_US + t.tv_nsec / 1000;
}

void
crm_progress_begin(struct crm_progress *p, bool quiet, bool file)
{
	struct stat st;

	p->on = !quiet && isatty(STDERR_FILENO) == 1;
	p->shown = false;
	p->what = NULL;
	p->file_bytes = 0;
	if (!p->on)
		return;
	p->begun_us = now_us();
	p->next_us = p->begun_us + QUIET_US;
	if (file && fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode))
		p->file_bytes = st.st_size;
}

/* "1:05 left", when it is known how much there is, or where in the file the
 * reader is. */
static void
add_left(const struct crm_progress *p, uint64_t done, uint64_t all,
    int64_t spent_us, struct crm_buf *b)
{
	double at = (double)done, end = (double)all;
	int64_t left_s;

	if (all == 0 && p->file_bytes > 0) {
		at = (double)lseek(STDIN_FILENO, 0, SEEK_CUR);
		end = (double)p->file_bytes;
	}
	if (at <= 0 || at > end)
		return;
	left_s = (int64_t)((double)spent_us * (end - at) / at / CRM_SECOND_US);
	if (left_s == 0)
		return;
	crm_buf_addf(b, ", %lld:%02d left", (long long)(left_s / 60),
	    (int)(left_s % 60));
}

static void
show(struct crm_progress *p, uint64_t done, uint64_t all, int64_t now)
{
	struct crm_buf b = CRM_BUF_INIT(1000);
	int64_t spent = now - p->begun_us;
	size_t width = crm_env_width(STDERR_FILENO);
	char text[26];

	crm_buf_adds(&b, "\r");
	crm_buf_add(&b, text, crm_num_put_grouped(text, done));
	if (all > 0) {
		crm_buf_adds(&b, " of ");
		crm_buf_add(&b, text, crm_num_put_grouped(text, all));
	}
	crm_buf_addf(&b, " %s, ", p->what);
	crm_buf_add(&b, text,
	    crm_num_put_grouped(text,
		(uint64_t)((double)done * CRM_SECOND_US / (double)spent)));
	crm_buf_adds(&b, " a second");
	add_left(p, done, all, spent, &b);
	if (b.n > width) /* a line that is broken could not be gone over */
		b.n = width;
	crm_buf_adds(&b, "\033[K");
	crm_msg_raw(crm_buf_view(&b));
	crm_buf_release(&b);
	p->shown = true;
}

/* Can the terminal take a line at once?  One that is stopped (^S) must not
 * stop a writer for whom others wait. */
static bool
takes_more(void)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) != 0;
}

/* The first thing that is counted began with the progress itself. */
static void
begin_another(struct crm_progress *p, const char *what)
{
	if (p->what != NULL) {
		p->begun_us = now_us();
		p->file_bytes = 0;
		/* from less no rate can be told */
		if (p->next_us < p->begun_us + EVERY_US)
			p->next_us = p->begun_us + EVERY_US;
	}
	p->what = what;
	p->looked = 0;
}

void
crm_progress_step(
    struct crm_progress *p, const char *what, uint64_t done, uint64_t all)
{
	int64_t now;

	if (!p->on)
		return;
	if (what != p->what)
		begin_another(p, what);
	if (done - p->looked < STEPS)
		return;
	p->looked = done;
	now = now_us();
	if (now < p->next_us || now <= p->begun_us || !takes_more())
		return;
	show(p, done, all, now);
	p->next_us = now + EVERY_US;
}

void
crm_progress_hide(struct crm_progress *p)
{
	if (p->shown)
		crm_msg_raw(CRM_V("\r\033[K"));
	p->shown = false;
}
