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

/* So many are done: "123,456 lines, 98,000 a second, 0:12 left".  Cheap. */
void crm_progress_step(struct crm_progress *, uint64_t done, const char *what);

/* Take the line away: other things are going to be said. */
void crm_progress_end(struct crm_progress *);

#endif
