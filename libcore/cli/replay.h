/*
 * replay - standard input that can be read a second time, by who has to begin
 * anew because others were quicker.
 *
 * A file is read again from where it stood.  What comes through a pipe is held,
 * if it is not too much, and comes through another one then; anything else
 * comes once.
 */
#ifndef CRM_CLI_REPLAY_H
#define CRM_CLI_REPLAY_H

#include <stdbool.h>

/* Begin to hold standard input: before the first of it is read, once. */
void crm_replay_hold(void);

/*
 * Could it begin once more?  Asked when it was read to its end.
 *
 * Returns false when too much of it came, or it was not held.  What nobody
 * began to hold was not read, and needs nothing.
 */
bool crm_replay_can(void);

/* Let it begin once more.  Returns false when it cannot. */
bool crm_replay_rewind(void);

/* No more of it is wanted. */
void crm_replay_release(void);

#endif
