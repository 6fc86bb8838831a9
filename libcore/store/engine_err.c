#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store/engine_impl.h"

static void (*on_damage)(const char *);

void
crm_env_on_damage(void (*handler)(const char *))
{
	on_damage = handler;
}

void
crm_engine_assert_failed(MDB_env *env, const char *msg)
{
	(void)env;
	if (on_damage != NULL)
		on_damage(msg);
	_exit(crm_err_exit(CRM_E_DATA));
}

/* LMDB says EIO for a full disk: say what it really is. */
static const struct crm_err *
io_error(const struct crm_env *env, const char *what, int rc)
{
	struct statvfs vfs;
	struct rlimit lim;
	struct stat st;
	char path[4200];

	(void)snprintf(path, sizeof(path), "%s/data.mdb", env->dir);
	if ((rc == EIO || rc == ENOSPC) && statvfs(env->dir, &vfs) == 0 &&
	    vfs.f_bavail < 16)
		return crm_err(
		    CRM_E_IO, "%s: the disk of '%s' is full", what, env->dir);
	if ((rc == EIO || rc == EFBIG) && getrlimit(RLIMIT_FSIZE, &lim) == 0 &&
	    lim.rlim_cur != RLIM_INFINITY && stat(path, &st) == 0 &&
	    (rlim_t)st.st_size + MAP_SPARE / 64 >= lim.rlim_cur)
		return crm_err(CRM_E_IO,
		    "%s: the limit on file sizes (ulimit -f) is reached", what);
	return crm_err(CRM_E_IO, "%s: %s", what, mdb_strerror(rc));
}

const struct crm_err *
crm_engine_damaged(const struct crm_env *env, const char *what, int rc)
{
	return crm_err(CRM_E_DATA,
	    "the store '%s' is damaged (%s: %s): see crm-store check", env->dir,
	    what, rc == MDB_NOTFOUND ? "not found" : mdb_strerror(rc));
}

bool
crm_engine_is_implausible(const char *dir)
{
	char path[4200];
	bool no = false;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/data.mdb", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		no = !crm_pages_are_plausible(fd);
		(void)close(fd);
	}
	return no;
}

const struct crm_err *
crm_engine_err(struct crm_env *env, const char *what, int rc)
{
	switch (rc) {
	case MDB_MAP_FULL:
		env->map_full = true;
		return crm_err(CRM_E_IO, "the store's map is full");
	case MDB_MAP_RESIZED:
		if (crm_engine_is_implausible(env->dir))
			return crm_engine_damaged(env, what, rc);
		return crm_err(CRM_E_AGAIN,
		    "%s: another program made the store larger meanwhile",
		    what);
	case MDB_READERS_FULL:
		return crm_err(CRM_E_LOCKED,
		    "too many programs read the store '%s' at once", env->dir);
	case MDB_VERSION_MISMATCH:
		return crm_err(CRM_E_CONFIG,
		    "the store '%s' was made by another version of LMDB",
		    env->dir);
	case MDB_INVALID:
		return crm_err(CRM_E_DATA,
		    "'%s/data.mdb' is not a store of this machine", env->dir);
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_CURSOR_FULL: /* a tree that deep, or that leads into itself */
	case MDB_PAGE_FULL:
	case MDB_PANIC:
	case MDB_BAD_TXN:
	case MDB_INCOMPATIBLE:
		return crm_engine_damaged(env, what, rc);
	case ENOENT:
		return crm_err(CRM_E_NOINPUT, "no store at '%s'", env->dir);
	case EACCES:
	case EPERM:
	case EROFS:
		return crm_err(
		    CRM_E_NOPERM, "'%s': %s", env->dir, mdb_strerror(rc));
	case ENOMEM:
		if (env->unmapped && crm_engine_is_implausible(env->dir))
			return crm_engine_damaged(env, what, MDB_CORRUPTED);
		if (env->unmapped)
			return crm_err(CRM_E_IO,
			    "the store '%s' is larger than the address space "
			    "that the process may have (ulimit -v)",
			    env->dir);
		env->no_memory = true;
		return crm_err(CRM_E_AGAIN, "%s: out of memory", what);
	case EIO:
	case ENOSPC:
	case EFBIG:
		return io_error(env, what, rc);
	default:
		break;
	}
	return crm_err(
	    rc < 0 ? CRM_E_BUG : CRM_E_IO, "%s: %s", what, mdb_strerror(rc));
}
