#include "due/told.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"

#define FILE_MAX ((size_t)1 << 30)
#define NAME_SIZE 32
#define POLL_MS 20
#define HASH_DIGITS 16

struct crm_told {
	int dir, lock;
	bool shared; /* with the store's group */
	int32_t today, last;
	char name[NAME_SIZE], fresh[NAME_SIZE];
	struct crm_nummap seen; /* hash of a key: day on which it was seen */
};

static const struct crm_err *
failed(const char *what)
{
	return crm_err_errno(errno == EACCES || errno == EROFS || errno == EPERM
		? CRM_E_NOPERM
		: CRM_E_IO,
	    "told/%s", what);
}

static const struct crm_err *
open_dir(struct crm_told *t, int store)
{
	struct stat st;

	if (fstat(store, &st) != 0)
		return failed("");
	t->shared = (st.st_mode & S_IRWXG) != 0;
	if (mkdirat(store, "told", t->shared ? 02770 : 0700) == 0) {
		t->dir =
		    openat(store, "told", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (t->dir >= 0 && t->shared)
			(void)fchmod(t->dir, 02770); /* whatever the umask */
	} else if (errno == EEXIST)
		t->dir = openat(store, "told",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return t->dir < 0 ? failed("") : NULL;
}

static int
open_file(const struct crm_told *t, const char *name, int flags)
{
	int fd = openat(t->dir, name, flags | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    t->shared ? 0660 : 0600);

	if (fd >= 0 && t->shared)
		(void)fchmod(fd, 0660);
	return fd;
}

/* Keep others out.  Who holds the lock prints a list, and that may take as long
 * as its reader does. */
static const struct crm_err *
take_lock(struct crm_told *t, int64_t wait_ms)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct timespec nap = { .tv_nsec = POLL_MS * 1000000L };

	t->lock = open_file(t, "lock", O_RDWR);
	if (t->lock < 0)
		return failed("lock");
	while (fcntl(t->lock, F_SETLK, &fl) != 0) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return failed("lock");
		if (wait_ms <= 0)
			return crm_err(CRM_E_LOCKED,
			    "somebody else is being told what is due");
		(void)nanosleep(&nap, NULL);
		wait_ms -= POLL_MS;
	}
	return NULL;
}

static bool
get_number(struct crm_view *v, char end, int base, uint64_t *out)
{
	size_t n = crm_view_find(*v, end), i;

	*out = 0;
	if (n == v->n || n == 0 || n > HASH_DIGITS)
		return false;
	for (i = 0; i < n; i++) {
		char c = v->p[i];
		int digit = c >= '0' && c <= '9' ? c - '0'
		    : c >= 'a' && c <= 'f'       ? c - 'a' + 10
						 : base;

		if (digit >= base)
			return false;
		*out = *out * (uint64_t)base + (uint64_t)digit;
	}
	*v = crm_view_skip(*v, n + 1);
	return true;
}

/* A file that is not as we write it: as if nothing had been told. */
static void
read_lines(struct crm_told *t, struct crm_view text)
{
	uint64_t hash, day, *at;

	if (!get_number(&text, '\n', 10, &day) || day > INT32_MAX)
		return;
	t->last = (int32_t)day < t->today ? (int32_t)day : t->today;
	while (get_number(&text, ' ', 16, &hash) &&
	    get_number(&text, '\n', 10, &day)) {
		at = crm_nummap_at(&t->seen, hash | 1, NULL);
		*at = day;
	}
}

static const struct crm_err *
read_file(struct crm_told *t)
{
	struct crm_buf b = CRM_BUF_INIT(FILE_MAX);
	const struct crm_err *err;

	err = crm_read_file(t->dir, t->name, FILE_MAX, &b);
	if (err != NULL && err->code == CRM_E_NOINPUT)
		err = NULL; /* the first time */
	else if (err == NULL)
		read_lines(t, crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_told_open(int dir, struct crm_view list, int64_t wait_ms, int32_t today,
    struct crm_told **out)
{
	struct crm_told *t = crm_calloc(1, sizeof(*t));
	unsigned long long name = crm_hash(list);
	const struct crm_err *err;

	*out = t;
	t->dir = t->lock = -1;
	t->today = t->last = today;
	(void)snprintf(t->name, sizeof(t->name), "%016llx", name);
	(void)snprintf(t->fresh, sizeof(t->fresh), "%016llx.new", name);
	err = open_dir(t, dir);
	if (err == NULL)
		err = take_lock(t, wait_ms);
	return err != NULL ? err : read_file(t);
}

void
crm_told_close(struct crm_told *t)
{
	if (t == NULL)
		return;
	if (t->lock >= 0)
		(void)close(t->lock);
	if (t->dir >= 0)
		(void)close(t->dir);
	crm_nummap_release(&t->seen);
	crm_free(t);
}

int32_t
crm_told_last(const struct crm_told *t)
{
	return t->last > t->today - CRM_TOLD_DAYS ? t->last
						  : t->today - CRM_TOLD_DAYS;
}

/* A key of the map is never 0. */
static uint64_t
key_of(struct crm_view key)
{
	return crm_hash(key) | 1;
}

bool
crm_told_has(struct crm_told *t, struct crm_view key)
{
	uint64_t *day = crm_nummap_get(&t->seen, key_of(key));

	if (day != NULL)
		*day = (uint64_t)t->today;
	return day != NULL;
}

void
crm_told_add(struct crm_told *t, struct crm_view key)
{
	*crm_nummap_at(&t->seen, key_of(key), NULL) = (uint64_t)t->today;
}

static const struct crm_err *
write_fresh(struct crm_told *t, const struct crm_buf *b)
{
	const struct crm_err *err = NULL;
	int fd = open_file(t, t->fresh, O_WRONLY | O_TRUNC);
	size_t done = 0;
	ssize_t n;

	if (fd < 0)
		return failed(t->fresh);
	while (err == NULL && done < b->n) {
		n = write(fd, b->p + done, b->n - done);
		if (n < 0 && errno != EINTR)
			err = failed(t->fresh);
		done += n > 0 ? (size_t)n : 0;
	}
	if (err == NULL && fsync(fd) != 0)
		err = failed(t->fresh);
	if (close(fd) != 0 && err == NULL)
		err = failed(t->fresh);
	return err;
}

const struct crm_err *
crm_told_keep(struct crm_told *t)
{
	struct crm_buf b = CRM_BUF_INIT(FILE_MAX);
	const struct crm_err *err;
	size_t i;

	crm_buf_addf(&b, "%d\n", t->today);
	for (i = 0; i < t->seen.nslots; i++) {
		const struct crm_nummap_slot *s = &t->seen.slot[i];

		if (s->key != 0 &&
		    (int64_t)s->value > (int64_t)t->today - CRM_TOLD_DAYS)
			crm_buf_addf(&b, "%016llx %llu\n",
			    (unsigned long long)s->key,
			    (unsigned long long)s->value);
	}
	err = crm_buf_end(&b);
	if (err == NULL)
		err = write_fresh(t, &b);
	if (err == NULL &&
	    (renameat(t->dir, t->fresh, t->dir, t->name) != 0 ||
		fsync(t->dir) != 0))
		err = failed(t->name);
	if (err != NULL)
		(void)unlinkat(t->dir, t->fresh, 0);
	crm_buf_release(&b);
	return err;
}
