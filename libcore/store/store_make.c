/* Making a store: under a temporary name beside it, then renamed. */
#define _GNU_SOURCE /* getrandom */
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "store/fresh.h"
#include "store/papers.h"
#include "store/store_impl.h"
#include "store/swap.h"

#define NAME_TRIES 100 /* temporary names that a crash may have left */

/* Is a directory empty?  One that cannot be read counts as not. */
static bool
is_empty(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	unsigned int n = 0;

	if (d == NULL)
		return false;
	for (e = readdir(d); e != NULL; e = readdir(d))
		n +=
		    strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	(void)closedir(d);
	return n == 0;
}

/* May a store be made there?  Asked first, not after hours of loading. */
static const struct crm_err *
check_place(const char *path)
{
	struct stat st;

	if (*path == '\0')
		return crm_err(CRM_E_CANTCREATE, "a store needs a name");
	if (crm_store_exists(path))
		return crm_err(
		    CRM_E_CANTCREATE, "there is a store at '%s'", path);
	if (lstat(path, &st) != 0)
		return NULL;
	if (!S_ISDIR(st.st_mode))
		return crm_err(
		    CRM_E_CANTCREATE, "'%s' is not a directory", path);
	if (!is_empty(path))
		return crm_err(CRM_E_CANTCREATE,
		    "'%s' exists already and is not empty", path);
	return NULL;
}

/* What a new store holds. */
struct filling {
	struct crm_store *store;
	const struct crm_store_seed *seed; /* NULL: it is a store of its own */
};

static const struct crm_err *
fill_new(void *ctx, struct crm_txn *t)
{
	const struct filling *f = ctx;
	const struct crm_err *err;

	err = crm_store_write_format(f->store, t);
	if (err == NULL && f->seed == NULL)
		err = crm_meta_name_fields(f->store, t);
	if (err == NULL && f->seed != NULL) {
		err = crm_meta_put(t, CRM_META_FIELDS, f->seed->fields);
		if (err == NULL)
			err = crm_meta_read_fields(
			    t, f->store->config->schema, false);
	}
	if (err == NULL)
		err = crm_fresh_put_mark(t, crm_id('e', f->store->replica, 0));
	return err != NULL ? err : crm_store_sign(f->store, t);
}

static const struct crm_err *
write_new_file(int dir, const char *name, struct crm_view text, bool shared)
{
	const struct crm_err *err = NULL;
	int fd;

	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    shared ? 0660 : 0600);
	if (fd < 0)
		return crm_err_errno(CRM_E_CANTCREATE, "%s", name);
	if (shared)
		(void)fchmod(fd, 0660);
	if (!crm_write_all(fd, text.p, text.n) || fsync(fd) != 0)
		err = crm_err_errno(CRM_E_IO, "%s", name);
	(void)close(fd);
	return err;
}

/* Make the directory under a name that nobody looks for. */
static const struct crm_err *
make_dir(struct crm_store *s, int64_t group)
{
	mode_t mode = group >= 0 ? 02770 : 0700;
	char real[4300];
	int i;

	for (i = 0; i < NAME_TRIES; i++) {
		(void)snprintf(real, sizeof(real), "%.4096s.unfinished-%ld-%d",
		    s->path, (long)getpid(), i);
		if (mkdir(real, mode) == 0)
			break;
		if (errno != EEXIST || i + 1 == NAME_TRIES)
			return crm_err_errno(errno == EACCES || errno == EROFS
				? CRM_E_NOPERM
				: CRM_E_CANTCREATE,
			    "cannot make '%s', which is to be the store", real);
	}
	crm_free(s->real);
	s->real = crm_strndup(real, strlen(real));
	if (group >= 0 &&
	    (chown(real, (uid_t)-1, (gid_t)group) != 0 ||
		chmod(real, mode) != 0))
		return crm_err_errno(CRM_E_NOPERM,
		    "cannot give the store '%s' to the group", s->path);
	return NULL;
}

/* Make the directories that lead to a path. */
static const struct crm_err *
make_parents(const char *path)
{
	char *p = crm_strndup(path, strlen(path)), *slash;
	const struct crm_err *err = NULL;

	for (slash = strchr(p + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(p, 0777) != 0 && errno != EEXIST) {
			err = crm_err_errno(
			    errno == EACCES ? CRM_E_NOPERM : CRM_E_CANTCREATE,
			    "cannot make '%s'", p);
			break;
		}
		*slash = '/';
	}
	crm_free(p);
	return err;
}

const struct crm_err *
crm_store_begin_as(const char *path, int64_t group, struct crm_view yaml,
    const struct crm_store_seed *seed, struct crm_store **out)
{
	struct crm_store_options options = { .mode = CRM_STORE_WRITE };
	const struct crm_err *err;
	struct filling filling = { NULL, seed };
	struct crm_store *s;
	size_t n = strlen(path);

	*out = NULL;
	while (n > 1 && path[n - 1] == '/')
		n--;
	s = filling.store = crm_store_new(path, "", &options);
	s->path[n] = '\0';
	s->building = true;
	err = seed != NULL && seed->replaces ? NULL : check_place(s->path);
	if (err == NULL)
		err = make_parents(s->path);
	if (err == NULL)
		err = make_dir(s, group);
	if (err == NULL)
		err = crm_store_open_dir(s);
	if (err == NULL)
		(void)flock(
		    s->dir, LOCK_EX | LOCK_NB); /* see swap.c: sweep() */
	if (err == NULL)
		err = write_new_file(s->dir, "crm.yaml", yaml, s->shared);
	if (err == NULL)
		err = crm_store_open_config(s);
	if (err == NULL)
		err = crm_gate_open(s->dir, s->shared, &s->gate);
	if (err == NULL)
		err = crm_env_open(s->real, CRM_ENV_BUILD, s->shared, &s->env);
	if (seed != NULL) {
		memcpy(s->uuid, seed->uuid, sizeof(s->uuid));
		s->replica = seed->replica;
	} else if (err == NULL &&
	    getrandom(s->uuid, sizeof(s->uuid), 0) != (ssize_t)sizeof(s->uuid))
		err = crm_err_errno(CRM_E_IO, "no random numbers");
	if (err == NULL)
		err = crm_store_update(s, fill_new, &filling);
	if (err != NULL) {
		crm_store_discard(s);
		return err;
	}
	*out = s;
	return NULL;
}

const struct crm_err *
crm_store_begin(const char *path, int64_t group, struct crm_view yaml,
    struct crm_store **out)
{
	return crm_store_begin_as(path, group, yaml, NULL, out);
}

void
crm_store_unlink(const struct crm_store *s)
{
	static const char *const files[] = { "data.mdb", "lock.mdb", "gate",
		"crm.yaml" };
	size_t i;

	if (s->real[0] == '\0')
		return; /* nothing was made yet */
	for (i = 0; s->dir >= 0 && i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlinkat(s->dir, files[i], 0);
	if (s->dir >= 0)
		crm_papers_remove(s->dir);
	(void)rmdir(s->real);
}

void
crm_store_discard(struct crm_store *s)
{
	if (s == NULL)
		return;
	crm_store_unlink(s);
	crm_store_close(s);
}

const struct crm_err *
crm_store_take_place(struct crm_store *s, struct crm_swap *w)
{
	const struct crm_err *err = crm_env_sync(s->env);
	char *fresh = crm_strndup(s->real, strlen(s->real));

	if (err != NULL)
		crm_store_discard(s);
	else {
		crm_store_close(s);
		err = crm_swap_with(w, fresh);
	}
	crm_free(fresh);
	return err;
}

const struct crm_err *
crm_store_publish(struct crm_store *s)
{
	const struct crm_err *err;
	char *path;

	err = crm_env_sync(s->env);
	if (err == NULL && fsync(s->dir) != 0)
		err = crm_err_errno(CRM_E_IO, "%s", s->real);
	if (err == NULL && rename(s->real, s->path) != 0)
		err = errno == EEXIST || errno == ENOTEMPTY
		    ? crm_err(CRM_E_CANTCREATE,
			  "'%s' exists already and is not empty", s->path)
		    : crm_err_errno(CRM_E_CANTCREATE,
			  "cannot make the store '%s'", s->path);
	if (err != NULL) {
		crm_store_discard(s);
		return err;
	}
	path = crm_strndup(s->path, strlen(s->path));
	crm_store_close(s);
	err = crm_sync_parent(path);
	crm_free(path);
	return err;
}

const struct crm_err *
crm_store_create(const char *path, int64_t group)
{
	const struct crm_err *err;
	struct crm_store *s;

	err = crm_store_begin(
	    path, group, crm_view_str(crm_config_template()), &s);
	return err != NULL ? err : crm_store_publish(s);
}
