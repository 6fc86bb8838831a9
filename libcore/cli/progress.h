/*
 * progress - how far a long job has come: a line on stderr, when that is a
 * terminal and the job takes more than a second.
 */
#ifndef CRM_PROGRESS_H
#define CRM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct crm_progress {
	bool on, shown;
	const char *what;          /* is counted */
	uint64_t looked;           /* at the clock, when so many were done */
	int64_t begun_us, next_us; /* on a clock that only goes forward */
	int64_t file_bytes;        /* of stdin; 0: not known */
};

/*
 * Begin.
 *
 * quiet   say nothing
 * file    stdin is what is worked through: how much of it is left is known
 *         when it is a regular file
 */
void crm_progress_begin(struct crm_progress *, bool quiet, bool file);

/*
 * So many are done: "123,456 lines, 98,000 a second, 0:12 left", or "123,456
 * of 200,000 records, ...".  Cheap.
 *
 * what    a word for them that stays where it is; with another one something
 *         else begins, and so do rate and time
 * all     there will be; 0: what is left is known from the file
 */
void crm_progress_step(
    struct crm_progress *, const char *what, uint64_t done, uint64_t all);

/* Take the line away: other things are going to be said. */
void crm_progress_hide(struct crm_progress *);

#endif
