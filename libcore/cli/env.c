#include "cli/env.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "base/num.h"
#include "base/utf8.h"

/* A variable that is set and not empty, or NULL. */
static const char *
get(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && v[0] != '\0' ? v : NULL;
}

/*
 * Look for a line of the password or group file by number or name.  Read by
 * hand: a statically linked getpwnam() would want shared libraries.
 *
 * out     its field 'want', counted from 0; empty when there is none
 */
static void
look_up(const char *file, size_t have, const char *key, size_t want,
    struct crm_buf *out)
{
	char *line = NULL;
	size_t cap = 0;
	FILE *f = fopen(file, "re");
	bool found = false;

	crm_buf_reset(out);
	while (f != NULL && !found && getline(&line, &cap, f) > 0) {
		struct crm_view field[8], rest = crm_view_str(line);
		size_t n = 0, at;

		if (rest.n > 0 && rest.p[rest.n - 1] == '\n')
			rest.n--;
		while (n < 8) {
			at = crm_view_find(rest, ':');
			field[n++] = crm_view(rest.p, at);
			if (at == rest.n)
				break;
			rest = crm_view_skip(rest, at + 1);
		}
		found = have < n && want < n && crm_view_is(field[have], key);
		if (found)
			crm_buf_addv(out, field[want]);
	}
	free(line); /* getline's */
	if (f != NULL)
		(void)fclose(f);
}

static void
look_up_user(size_t want, struct crm_buf *out)
{
	char uid[24];

	uid[crm_num_put(uid, (uint64_t)getuid())] = '\0';
	look_up("/etc/passwd", 2, uid, want, out);
}

/* Does a name hold what would break a line, or drive a terminal? */
static bool
has_controls(const char *name)
{
	for (; *name != '\0'; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f ||
		    ((unsigned char)name[0] == 0xc2 &&
			(unsigned char)name[1] >= 0x80 &&
			(unsigned char)name[1] <= 0x9f))
			return true;
	return false;
}

const struct crm_err *
crm_env_user(struct crm_buf *out)
{
	const char *name = get("CRM_USER");

	crm_buf_reset(out);
	if (name != NULL && has_controls(name))
		return crm_err(CRM_E_USAGE,
		    "CRM_USER: a name has no line breaks and no controls");
	if (name == NULL) {
		look_up_user(0, out);
		if (out->n > 0)
			return NULL;
		name = get("LOGNAME");
	}
	if (name == NULL)
		name = get("USER");
	if (name == NULL || has_controls(name) ||
	    crm_utf8_check(crm_view_str(name)) < strlen(name))
		crm_buf_addf(out, "%lu", (unsigned long)getuid());
	else
		crm_buf_adds(out, name);
	return NULL;
}

const struct crm_err *
crm_env_now(int64_t *out_us)
{
	const char *fixed = get("CRM_NOW");
	const struct crm_err *err;
	struct crm_clock clock = { 0 };
	struct timespec ts;

	if (fixed == NULL) {
		(void)clock_gettime(CLOCK_REALTIME, &ts);
		*out_us = ts.tv_sec * CRM_SECOND_US + ts.tv_nsec / 1000;
		return NULL;
	}
	err = crm_zone_open("UTC", &clock.zone);
	if (err == NULL)
		err = crm_time_parse(&clock, crm_view_str(fixed), out_us);
	crm_zone_free(clock.zone);
	return err != NULL ? crm_err(CRM_E_USAGE, "CRM_NOW: %s", err->msg)
			   : NULL;
}

const struct crm_err *
crm_env_store(const char *option, struct crm_buf *out, bool *named)
{
	const char *v = option != NULL ? option : get("CRM_STORE");

	crm_buf_reset(out);
	*named = v != NULL;
	if (option != NULL && option[0] == '\0')
		return crm_err(CRM_E_USAGE, "-s: no directory is named");
	if (v != NULL) {
		crm_buf_adds(out, v);
		return crm_buf_end(out);
	}
	v = get("XDG_DATA_HOME");
	if (v != NULL && v[0] == '/') { /* as its specification has it */
		crm_buf_addf(out, "%s/crm", v);
		return crm_buf_end(out);
	}
	v = get("HOME");
	if (v != NULL)
		crm_buf_adds(out, v);
	else
		look_up_user(5, out);
	if (out->n == 0)
		return crm_err(CRM_E_USAGE,
		    "there is no home directory: name a store with -s or "
		    "CRM_STORE");
	crm_buf_adds(out, "/.local/share/crm");
	return crm_buf_end(out);
}

const struct crm_err *
crm_env_make_parents(const char *path)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 16);
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 1; err == NULL && path[i] != '\0'; i++) {
		if (path[i] != '/')
			continue;
		crm_buf_reset(&b);
		crm_buf_add(&b, path, i);
		if (mkdir(b.p, 0700) != 0 && errno != EEXIST && errno != EISDIR)
			err = crm_err_errno(errno == EACCES || errno == EROFS
				? CRM_E_NOPERM
				: CRM_E_CANTCREATE,
			    "cannot make the directory '%s'", b.p);
	}
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_env_group(const char *name, int64_t *out)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 16);
	bool ok;

	look_up("/etc/group", 0, name, 2, &b);
	ok = b.n > 0 && crm_num_i64(crm_buf_view(&b), 0, INT32_MAX, out);
	crm_buf_release(&b);
	return ok ? NULL : crm_err(CRM_E_USAGE, "no such group: '%s'", name);
}

struct crm_zone *
crm_env_zone(void)
{
	const char *tz = get("TZ");
	struct crm_zone *zone = NULL;

	if (tz == NULL)
		return NULL;
	if (tz[0] == ':')
		tz++;
	return crm_zone_open(tz, &zone) == NULL ? zone : NULL;
}

struct crm_zone *
crm_env_system_zone(void)
{
	struct crm_zone *zone = NULL;
	const char *name;
	char link[512];
	ssize_t n;

	n = readlink("/etc/localtime", link, sizeof(link) - 1);
	if (n <= 0)
		return NULL;
	link[n] = '\0';
	name = strstr(link, "zoneinfo/");
	if (name == NULL)
		return NULL;
	return crm_zone_open(name + 9, &zone) == NULL ? zone : NULL;
}

size_t
crm_env_width(int fd)
{
	struct winsize w;
	const char *cols = get("COLUMNS");
	uint64_t n;

	if (cols != NULL && crm_num_u64(crm_view_str(cols), 10000, &n) &&
	    n >= 20)
		return (size_t)n;
	if (ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col >= 20)
		return w.ws_col;
	return 80;
}

bool
crm_env_color(void)
{
	const char *term = get("TERM");

	return get("NO_COLOR") == NULL && term != NULL &&
	    strcmp(term, "dumb") != 0;
}

bool
crm_env_is_utf8(void)
{
	const char *v = get("LC_ALL");

	if (v == NULL)
		v = get("LC_CTYPE");
	if (v == NULL)
		v = get("LANG");
	v = v != NULL ? strchr(v, '.') : NULL;
	return v != NULL &&
	    (strncasecmp(v, ".UTF-8", 6) == 0 ||
		strncasecmp(v, ".UTF8", 5) == 0);
}

const char *
crm_env_tmp(void)
{
	const char *v = get("TMPDIR");

	return v != NULL ? v : "/tmp";
}

const char *
crm_env_pager(void)
{
	return get("PAGER");
}

const char *
crm_env_var(const char *name)
{
	return get(name);
}

const char *
crm_env_path(void)
{
	return get("PATH");
}

void
crm_env_set_store(const char *path)
{
	(void)setenv("CRM_STORE", path, 1);
}
