#include "cli/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/child.h"
#include "cli/env.h"
#include "cli/msg.h"
#include "cli/tell_json.h"
#include "store/history.h"

#define BEFORE "before-change"
#define AFTER "after-change"
#define PIECE ((size_t)32 << 10) /* bytes that are handed over at once */
#define PATHS "/usr/local/bin:/usr/bin:/bin"

struct crm_hooks {
	struct crm_ctx *ctx;
	int dir;                /* hooks/ */
	bool before, after;     /* are to be run */
	char store[64];         /* which one: see name_store() */
	struct crm_arena arena; /* of the environment of one run */
	/* of one run */
	struct crm_snap *snap;
	uint64_t number;
	struct crm_child child;
	struct crm_buf buf;
	bool deaf; /* it reads no more */
};

/* Device and number of the store's directory: a name that links and relative
 * paths do not change. */
static void
name_store(const struct stat *st, char name[64])
{
	(void)snprintf(name, 64, "%llu:%llu", (unsigned long long)st->st_dev,
	    (unsigned long long)st->st_ino);
}

/* Was this program started by such a hook of that store? */
static bool
is_within(const char *hook, const char *store)
{
	const char *h = crm_env_var("CRM_HOOK");
	const char *s = crm_env_var("CRM_HOOK_STORE");

	return h != NULL && s != NULL && strcmp(h, hook) == 0 &&
	    strcmp(s, store) == 0;
}

const struct crm_err *
crm_hooks_let_write(const struct crm_ctx *ctx)
{
	struct stat st;
	char name[64];

	if (crm_env_var("CRM_HOOK") == NULL || stat(ctx->path.p, &st) != 0)
		return NULL;
	name_store(&st, name);
	return is_within(BEFORE, name)
	    ? crm_err(CRM_E_LOCKED,
		  "hooks/" BEFORE " is being asked about a change: it may read "
		  "the store, but not write to it")
	    : NULL;
}

/*
 * Who else could have written it?
 *
 * Returns what is wrong with it, or NULL.
 */
static const char *
distrust(const struct stat *st)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return "it belongs to another user, and not to root";
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "others may write to it (chmod go-w)";
	return NULL;
}

static const struct crm_err *
not_run(const char *name, const char *why)
{
	return crm_err(CRM_E_NOPERM, "hooks%s%s is not run: %s",
	    name[0] != '\0' ? "/" : "", name, why);
}

/* Is there a hook of that name, and may it be run? */
static const struct crm_err *
look_for(const struct crm_hooks *h, const char *name, bool *there)
{
	struct stat st;
	const char *why;

	*there = false;
	if (fstatat(h->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? NULL : not_run(name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return not_run(
		    name, "it is not a file (links are not followed)");
	why = distrust(&st);
	if (why == NULL && faccessat(h->dir, name, X_OK, AT_EACCESS) != 0)
		why = "it is not executable (chmod +x)";
	*there = why == NULL;
	return why != NULL ? not_run(name, why) : NULL;
}

static const struct crm_err *
look_at_dir(struct crm_hooks *h)
{
	struct stat st;
	const char *why;
	const struct crm_err *err;

	if (fstat(h->dir, &st) != 0)
		return not_run("", strerror(errno));
	why = distrust(&st);
	if (why != NULL)
		return not_run("", why);
	if (fstat(crm_store_dir(h->ctx->store), &st) != 0)
		return not_run("", strerror(errno));
	name_store(&st, h->store);
	err = look_for(h, BEFORE, &h->before);
	if (err == NULL)
		err = look_for(h, AFTER, &h->after);
	/* what it does itself would call it for ever */
	if (is_within(AFTER, h->store))
		h->after = false;
	return err;
}

const struct crm_err *
crm_hooks_open(struct crm_ctx *ctx, struct crm_hooks **out)
{
	struct crm_hooks *h;
	int dir;

	*out = NULL;
	if (ctx->no_hooks)
		return NULL;
	dir = openat(crm_store_dir(ctx->store), "hooks",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT
		    ? NULL
		    : not_run("",
			  errno == ENOTDIR || errno == ELOOP
			      ? "it is not a directory (links are not followed)"
			      : strerror(errno));
	*out = h = crm_calloc(1, sizeof(*h));
	h->ctx = ctx;
	h->dir = dir;
	h->buf.max = SIZE_MAX / 2;
	return look_at_dir(h);
}

void
crm_hooks_close(struct crm_hooks *h)
{
	if (h == NULL)
		return;
	(void)close(h->dir);
	crm_arena_release(&h->arena);
	crm_buf_release(&h->buf);
	crm_free(h);
}

/*
 * What it is told: a line for each record.
 */

static void
hand_over(struct crm_hooks *h, size_t limit)
{
	if (h->buf.n < limit || h->buf.n == 0)
		return;
	h->deaf = !crm_child_write(&h->child, crm_buf_view(&h->buf));
	crm_buf_reset(&h->buf);
}

static void
end_line(struct crm_hooks *h)
{
	crm_tell_json_end(&h->buf);
	crm_buf_addc(&h->buf, '\n');
	hand_over(h, PIECE);
}

static const struct crm_err *
tell_added(struct crm_hooks *h, uint64_t id)
{
	const struct crm_kind *k = crm_kind_of(h->ctx->schema, crm_id_kind(id));
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	const struct crm_err *err;
	const struct crm_field *f;
	struct crm_stored r;
	struct crm_slot s;
	bool first = true, there = false;
	uint32_t i;

	err = crm_history_as_of(h->snap, id, h->number, &b, &there);
	if (err == NULL && there && k != NULL &&
	    crm_code_open(crm_buf_view(&b), &r)) {
		crm_tell_json_begin(&h->buf, id, "added");
		for (i = 0; i < r.n; i++) {
			s = crm_stored_at(&r, i);
			f = crm_field_num(k, s.num);
			if (f != NULL)
				crm_tell_json_field(
				    &h->buf, f, CRM_VNULL, s.value, &first);
		}
		end_line(h);
	}
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
tell_changed(void *ctx, const struct crm_changed *c)
{
	struct crm_hooks *h = ctx;
	const struct crm_kind *k =
	    crm_kind_of(h->ctx->schema, crm_id_kind(c->id));
	const struct crm_field *f;
	struct crm_view old, new;
	bool first = true;
	uint16_t num;
	size_t at = 0;

	if (h->deaf)
		return NULL;
	crm_tell_json_begin(&h->buf, c->id, crm_tell_json_what(c));
	while (k != NULL && crm_changed_field(c, &at, &num, &old, &new)) {
		f = crm_field_num(k, num);
		if (f != NULL)
			crm_tell_json_field(&h->buf, f, old, new, &first);
	}
	end_line(h);
	return NULL;
}

static const struct crm_err *
tell_all(struct crm_hooks *h)
{
	const struct crm_err *err;
	struct crm_change change;
	struct crm_id_range r;
	size_t at = 0;
	uint64_t i;

	err = crm_change_get(crm_snap_txn(h->snap), h->number, &change);
	while (err == NULL && crm_change_range(&change, &at, &r))
		for (i = 0; err == NULL && i < r.count && !h->deaf; i++)
			err = tell_added(h, r.first + i);
	if (err == NULL && !h->deaf)
		err = crm_history_changed(h->snap, h->number, tell_changed, h);
	if (err == NULL && !h->deaf)
		hand_over(h, 1);
	return err;
}

/*
 * What it is run with.
 */

/* NAME=VALUE; nothing where there is no value. */
static void
set(struct crm_hooks *h, char **env, size_t *n, const char *name,
    const char *value)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 20);

	if (value == NULL)
		return;
	crm_buf_addf(&b, "%s=", name);
	crm_buf_adds(&b, value);
	env[(*n)++] = crm_arena_dup(&h->arena, b.p, b.n);
	crm_buf_release(&b);
}

/* The programs that it belongs to come first, wherever they are installed. */
static void
set_path(struct crm_hooks *h, char **env, size_t *n)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 16);
	char file[4096], *slash;
	ssize_t len = readlink("/proc/self/exe", file, sizeof(file) - 1);

	file[len > 0 ? len : 0] = '\0';
	slash = strrchr(file, '/');
	if (slash != NULL && slash > file && strchr(file, ':') == NULL) {
		*slash = '\0';
		crm_buf_addf(&b, "%s:", file);
	}
	crm_buf_adds(&b, PATHS);
	set(h, env, n, "PATH", b.p);
	crm_buf_release(&b);
}

/* Where the hook is, the store's name may mean another one. */
static void
set_store(struct crm_hooks *h, char **env, size_t *n)
{
	struct crm_buf b = CRM_BUF_INIT(1 << 17);
	const char *path = h->ctx->path.p;
	char dir[4096];

	if (path[0] != '/' && getcwd(dir, sizeof(dir)) != NULL)
		crm_buf_addf(&b, "%s/", dir);
	crm_buf_adds(&b, path);
	set(h, env, n, "CRM_STORE", b.p);
	crm_buf_release(&b);
}

static void
make_env(struct crm_hooks *h, const char *name, char **env)
{
	static const char *const kept[] = { "HOME", "LOGNAME", "USER", "LANG",
		"LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "CRM_NOW" };
	struct crm_ctx *c = h->ctx;
	char number[24];
	size_t n = 0, i;

	crm_arena_reset(&h->arena);
	set_path(h, env, &n);
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		set(h, env, &n, kept[i], crm_env_var(kept[i]));
	(void)snprintf(
	    number, sizeof(number), "%llu", (unsigned long long)h->number);
	set_store(h, env, &n);
	set(h, env, &n, "CRM_USER", c->user.p);
	set(h, env, &n, "CRM_COMMAND", c->cmd->name);
	set(h, env, &n, "CRM_MESSAGE", c->message);
	set(h, env, &n, "CRM_CHANGE", number);
	set(h, env, &n, "CRM_DRY_RUN", c->dry_run ? "1" : NULL);
	set(h, env, &n, "CRM_HOOK", name);
	set(h, env, &n, "CRM_HOOK_STORE", h->store);
	env[n] = NULL;
}

/* Run one, and let it read all. */
static const struct crm_err *
run(struct crm_hooks *h, const char *name, struct crm_snap *snap,
    uint64_t number, struct crm_child_end *end)
{
	const struct crm_err *err;
	char *env[32];

	h->snap = snap;
	h->number = number;
	h->deaf = false;
	crm_buf_reset(&h->buf);
	make_env(h, name, env);
	err = crm_child_start(&h->child, h->dir, name, env,
	    (int64_t)h->ctx->config->hook_s * 1000);
	if (err != NULL)
		return crm_err_wrap(err, "hooks");
	err = tell_all(h);
	crm_child_wait(&h->child, end);
	return err;
}

/* Why it is as if it had said no; NULL: it has not. */
static const char *
complaint(
    const struct crm_hooks *h, const struct crm_child_end *end, char text[80])
{
	if (end->timed_out)
		(void)snprintf(
		    text, 80, "took more than %d s", h->ctx->config->hook_s);
	else if (end->signal != 0)
		(void)snprintf(text, 80, "was ended by signal %d", end->signal);
	else if (end->status != 0)
		(void)snprintf(text, 80, "exit status %d", end->status);
	else
		return NULL;
	return text;
}

const struct crm_err *
crm_hooks_ask(struct crm_hooks *h, struct crm_snap *snap, uint64_t number)
{
	const struct crm_err *err;
	struct crm_child_end end;
	char text[80];

	if (h == NULL || !h->before)
		return NULL;
	err = run(h, BEFORE, snap, number, &end);
	if (err != NULL || complaint(h, &end, text) == NULL)
		return err;
	if (end.timed_out)
		return crm_err(CRM_E_AGAIN,
		    "hooks/" BEFORE " %s: nothing was written", text);
	return crm_err(CRM_E_NOPERM,
	    "refused by hooks/" BEFORE " (%s): nothing was written", text);
}

void
crm_hooks_tell(struct crm_hooks *h, uint64_t number)
{
	const struct crm_err *err;
	struct crm_child_end end = { 0 };
	struct crm_snap *snap;
	char text[80];

	if (h == NULL || !h->after)
		return;
	err = crm_snap_open(h->ctx->store, &snap);
	if (err == NULL)
		err = run(h, AFTER, snap, number, &end);
	if (err != NULL)
		crm_msg(
		    "hooks/" AFTER ": %s; the change was written", err->msg);
	else if (complaint(h, &end, text) != NULL)
		crm_msg("hooks/" AFTER " failed (%s); the change was written",
		    text);
	crm_snap_close(snap);
}
