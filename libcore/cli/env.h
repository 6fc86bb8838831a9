/*
 * env - what the environment says: the user, the clock, the store, the
 * terminal.  The only place that reads it.
 */
#ifndef CRM_ENV_H
#define CRM_ENV_H

#include "base/buf.h"
#include "base/time.h"

/*
 * The user's name: CRM_USER, else the login name; out is never empty.
 *
 * Fails with USAGE when CRM_USER has control characters.
 */
CRM_CHECK const struct crm_err *crm_env_user(struct crm_buf *out);

/*
 * The clock: CRM_NOW, else the system's.
 *
 * Fails with USAGE when CRM_NOW is no time of RFC 3339.
 */
CRM_CHECK const struct crm_err *crm_env_now(int64_t *out_us);

/*
 * Where the store is: option (may be NULL), CRM_STORE, XDG_DATA_HOME, HOME,
 * or the home of the password file.
 *
 * named   set when it was named, not the default
 *
 * Fails with USAGE when there is no place for one.
 */
CRM_CHECK const struct crm_err *crm_env_store(
    const char *option, struct crm_buf *out, bool *named);

/* Make the directories above the default store. */
CRM_CHECK const struct crm_err *crm_env_make_parents(const char *path);

/* The number of a group; fails with USAGE when there is none of the name. */
CRM_CHECK const struct crm_err *crm_env_group(const char *name, int64_t *out);

/* The zone of TZ, and the system's; NULL: none is set, or it cannot be read.
 * Free with crm_zone_free(). */
struct crm_zone *crm_env_zone(void);
struct crm_zone *crm_env_system_zone(void);

/* Columns of the terminal behind a descriptor; 80 when it does not say. */
size_t crm_env_width(int fd);

/* May colours be used by themselves (NO_COLOR, TERM=dumb)? */
bool crm_env_color(void);

/* Are characters UTF-8 by the locale (LC_ALL, LC_CTYPE, LANG)? */
bool crm_env_is_utf8(void);

/* Where scratch files go: TMPDIR, else /tmp. */
const char *crm_env_tmp(void);

/* The pager, or NULL. */
const char *crm_env_pager(void);

/* A variable that is set and not empty, or NULL: for hooks. */
const char *crm_env_var(const char *name);

/* Any variable, for the front door. */
const char *crm_env_path(void);

/* Name the store for programs that are started from here. */
void crm_env_set_store(const char *path);

#endif
