#include "cli/progress.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "base/time.h"
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
	p->file_bytes = 0;
	if (!p->on)
		return;
	p->begun_us = now_us();
	p->next_us = p->begun_us + QUIET_US;
	if (file && fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode))
		p->file_bytes = st.st_size;
}

/* "1:05 left", when it is known where in the file the reader is. */
static void
add_left(const struct crm_progress *p, int64_t spent_us, struct crm_buf *b)
{
	int64_t at =
	    p->file_bytes > 0 ? (int64_t)lseek(STDIN_FILENO, 0, SEEK_CUR) : 0;
	int64_t left_s;

	if (at <= 0 || at > p->file_bytes)
		return;
	left_s = (int64_t)((double)spent_us * (double)(p->file_bytes - at) /
	    (double)at / CRM_SECOND_US);
	crm_buf_addf(b, ", %lld:%02d left", (long long)(left_s / 60),
	    (int)(left_s % 60));
}

static void
show(struct crm_progress *p, uint64_t done, const char *what, int64_t now)
{
	struct crm_buf b = CRM_BUF_INIT(1000);
	int64_t spent = now - p->begun_us;
	char text[26];

	crm_buf_adds(&b, "\r");
	crm_buf_add(&b, text, crm_num_put_grouped(text, done));
	crm_buf_addf(&b, " %s, ", what);
	crm_buf_add(&b, text,
	    crm_num_put_grouped(text,
		(uint64_t)((double)done * CRM_SECOND_US / (double)spent)));
	crm_buf_adds(&b, " a second");
	add_left(p, spent, &b);
	crm_buf_adds(&b, "\033[K");
	crm_msg_raw(crm_buf_view(&b));
	crm_buf_release(&b);
	p->shown = true;
}

void
crm_progress_step(struct crm_progress *p, uint64_t done, const char *what)
{
	int64_t now;

	if (!p->on || done % STEPS != 0)
		return;
	now = now_us();
	if (now < p->next_us)
		return;
	show(p, done, what, now);
	p->next_us = now + EVERY_US;
}

void
crm_progress_end(struct crm_progress *p)
{
	if (p->shown)
		crm_msg_raw(CRM_V("\r\033[K"));
	p->shown = false;
	p->on = false;
}
