/*
 * outlet - output that does not hold its writer up.
 *
 * A reader may be slow or stopped.  The writer waits for it for so long in
 * all; what is not taken by then goes to a scratch file, and is handed over
 * when the writer has nothing more to say and holds nothing that others want.
 */
#ifndef CRM_OUTLET_H
#define CRM_OUTLET_H

#include "base/buf.h"

struct crm_outlet;

/*
 * Begin.
 *
 * fd           written to; borrowed
 * dir          an open directory for the scratch file; borrowed
 * patience_ms  how long to wait for the reader in all; negative: for ever
 *
 * Regular files are never waited for.  Uses SIGALRM until it is freed.
 */
struct crm_outlet *crm_outlet_new(int fd, int dir, int64_t patience_ms);
void crm_outlet_free(struct crm_outlet *);

/*
 * Write bytes, or put them aside.
 *
 * Where no scratch file can be made or it cannot grow, the reader is waited
 * for after all.
 * Fails with IO: the output, EPIPE too, or reading the scratch file.
 */
CRM_CHECK const struct crm_err *crm_outlet_put(
    struct crm_outlet *, struct crm_view);

/* Write all that was put aside, however long that takes. */
CRM_CHECK const struct crm_err *crm_outlet_end(struct crm_outlet *);

/* Bytes that were put aside so far: for tests. */
uint64_t crm_outlet_aside(const struct crm_outlet *);

#endif
