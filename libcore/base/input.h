/*
 * input - standard input that can be read a second time, by who has to begin
 * anew because others were quicker.
 *
 * A file is read again from where it stood.  Of what comes through a pipe the
 * beginning is held; when that was all it is handed out again.  Anything else
 * comes once.
 */
#ifndef CRM_INPUT_H
#define CRM_INPUT_H

#include <stdbool.h>
#include <sys/types.h>

/* So many bytes of a pipe are held. */
#define CRM_INPUT_HELD ((size_t)1 << 20)

/* Begin to hold standard input: before the first of it is read, once. */
void crm_input_hold(void);

/* As read(2); what is held of standard input comes first. */
ssize_t crm_input_read(int fd, void *, size_t n);

/*
 * Could it begin once more?  Asked when it was read to its end.
 *
 * Returns false when too much of it came, or it was not held.  What nobody
 * began to hold was not read, and needs nothing.
 */
bool crm_input_can_rewind(void);

/* Let it begin once more.  Returns false when it cannot. */
bool crm_input_rewind(void);

/* No more of it is wanted. */
void crm_input_release(void);

#endif
