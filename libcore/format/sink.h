/*
 * sink - where output goes: a buffer in front of a descriptor.
 *
 * Errors stick: the first one is kept and handed out by crm_sink_flush().
 */
#ifndef CRM_SINK_H
#define CRM_SINK_H

#include "base/buf.h"

struct crm_sink {
	struct crm_buf buf;
	int fd;       /* -1: everything stays in buf */
	size_t limit; /* bytes to hold before they are written */
	/* Called around a write that may wait; either may be NULL. */
	const struct crm_err *(*before)(void *ctx);
	const struct crm_err *(*after)(void *ctx);
	void *ctx;
	const struct crm_err *err; /* the first failure: see err_slot */
	struct crm_err err_slot;
	bool closed; /* nobody reads any more (EPIPE): not an error */
	bool mute;   /* nothing is written */
};

/*
 * fd      borrowed; -1 keeps all in memory
 * limit   bytes to hold; at least 1
 */
void crm_sink_init(struct crm_sink *, int fd, size_t limit);
void crm_sink_release(struct crm_sink *);

/* Write when the limit is reached: call it after each record. */
void crm_sink_check(struct crm_sink *);

/*
 * Write all that is held.
 *
 * Fails with IO.  A closed pipe is no error, but crm_sink.closed.
 */
CRM_CHECK const struct crm_err *crm_sink_flush(struct crm_sink *);

#endif
