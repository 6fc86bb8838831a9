/*
 * leave - cleaning up when a signal ends the program.
 */
#ifndef CRM_LEAVE_H
#define CRM_LEAVE_H

/*
 * Have something done when SIGHUP, SIGINT, SIGPIPE or SIGTERM is about to end
 * the program; the program ends by that signal all the same.  A signal that was
 * ignored when the program began stays so.
 *
 * clean   what may be done in a signal handler: unlink(2) and the like; NULL:
 *         nothing any more
 */
void crm_leave_clean(void (*clean)(void));

/*
 * Do it now: the program is about to end in a way that no signal tells.  While
 * signals are held it is not done: what is left behind then is a temporary
 * file.
 */
void crm_leave_now(void);

/* Let these signals wait, while what 'clean' looks at changes hands. */
void crm_leave_hold(void);
void crm_leave_release(void);

#endif
