#include "cli/programs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "cli/env.h"

#define SPEC_MAX ((size_t)1 << 20)

bool
crm_program_dir(struct crm_buf *out)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	crm_buf_reset(out);
	while (n > 0 && path[n - 1] != '/')
		n--;
	if (n <= 1)
		return false;
	crm_buf_add(out, path, (size_t)n - 1);
	return true;
}

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    access(path, X_OK) == 0;
}

/* Where programs may be: until a call says that it has enough. */
typedef bool each_dir_fn(struct crm_view dir, bool beside, void *ctx);

static bool
each_dir(each_dir_fn *each, void *ctx)
{
	struct crm_buf own = CRM_BUF_INIT(CRM_PATH_LENGTH);
	const char *path = crm_env_path();
	struct crm_view rest, dir;
	bool enough;

	enough = crm_program_dir(&own) && each(crm_buf_view(&own), true, ctx);
	rest = crm_view_str(path != NULL ? path : "/usr/local/bin:/usr/bin");
	while (!enough && rest.n > 0) {
		dir = crm_view(rest.p, crm_view_find(rest, ':'));
		if (dir.n > 0 && !crm_view_eq(dir, crm_buf_view(&own)))
			enough = each(dir, false, ctx);
		rest = crm_view_skip(rest, dir.n < rest.n ? dir.n + 1 : dir.n);
	}
	crm_buf_release(&own);
	return enough;
}

struct wanted {
	const char *name;
	struct crm_buf *path;
};

static bool
find_in(struct crm_view dir, bool beside, void *ctx)
{
	struct wanted *w = ctx;

	(void)beside;
	crm_buf_reset(w->path);
	crm_buf_addv(w->path, dir);
	crm_buf_addf(w->path, "/crm-%s", w->name);
	return !w->path->over && is_program(w->path->p);
}

bool
crm_program_find(const char *name, struct crm_buf *out)
{
	struct wanted w = { name, out };

	return name[0] != '\0' && strchr(name, '/') == NULL &&
	    each_dir(find_in, &w);
}

bool
crm_program_is_there(struct crm_view name)
{
	struct crm_buf path = CRM_BUF_INIT(CRM_PATH_LENGTH);
	const char *dirs = crm_env_path();
	struct crm_view rest, dir;
	bool yes = false;

	rest = crm_view_find(name, '/') < name.n
	    ? CRM_V(":")
	    : crm_view_str(
		  dirs != NULL ? dirs : "/usr/local/bin:/usr/bin:/bin");
	while (!yes && rest.n > 0) {
		dir = crm_view(rest.p, crm_view_find(rest, ':'));
		crm_buf_reset(&path);
		crm_buf_addv(&path, dir);
		crm_buf_adds(&path, dir.n > 0 ? "/" : "");
		crm_buf_addv(&path, name);
		yes = !path.over && is_program(path.p);
		rest = crm_view_skip(rest, dir.n < rest.n ? dir.n + 1 : dir.n);
	}
	crm_buf_release(&path);
	return yes;
}

static bool
is_listed(const struct crm_programs *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (strcmp(list->item[i].name, name) == 0)
			return true;
	return false;
}

static void
add(struct crm_programs *list, const char *name, struct crm_view path,
    bool beside)
{
	struct crm_program *p;

	list->item =
	    crm_grow(list->item, &list->cap, list->n + 1, sizeof(*list->item));
	p = &list->item[list->n++];
	p->name = crm_strndup(name, strlen(name));
	p->path = crm_strndup(path.p, path.n);
	p->beside = beside;
}

static bool
list_dir(struct crm_view dir, bool beside, void *ctx)
{
	struct crm_buf path = CRM_BUF_INIT(CRM_PATH_LENGTH);
	struct crm_programs *list = ctx;
	struct dirent *entry;
	const char *name;
	DIR *d;

	crm_buf_addv(&path, dir);
	d = path.over ? NULL : opendir(path.p);
	for (;;) {
		entry = d != NULL ? readdir(d) : NULL;
		if (entry == NULL)
			break;
		name = entry->d_name + 4;
		if (strncmp(entry->d_name, "crm-", 4) != 0 ||
		    is_listed(list, name))
			continue;
		crm_buf_reset(&path);
		crm_buf_addv(&path, dir);
		crm_buf_addf(&path, "/crm-%s", name);
		if (!path.over && is_program(path.p))
			add(list, name, crm_buf_view(&path), beside);
	}
	if (d != NULL)
		(void)closedir(d);
	crm_buf_release(&path);
	return false;
}

static int
ours_first(const void *x, const void *y)
{
	const struct crm_program *a = x, *b = y;

	if (a->beside != b->beside)
		return a->beside ? -1 : 1;
	return strcmp(a->name, b->name);
}

void
crm_programs_list(struct crm_programs *out)
{
	memset(out, 0, sizeof(*out));
	(void)each_dir(list_dir, out);
	if (out->n > 0)
		qsort(out->item, out->n, sizeof(*out->item), ours_first);
}

void
crm_programs_free(struct crm_programs *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		crm_free(list->item[i].name);
		crm_free(list->item[i].path);
	}
	crm_free(list->item);
	memset(list, 0, sizeof(*list));
}

/* Run "PROGRAM --spec" and read what it prints. */
static const struct crm_err *
read_spec(const struct crm_program *p, struct crm_buf *out)
{
	const struct crm_err *err = NULL;
	int fd[2], status;
	pid_t pid;

	if (pipe(fd) != 0)
		return crm_err_errno(CRM_E_AGAIN, "pipe");
	pid = fork();
	if (pid == 0) {
		(void)dup2(fd[1], STDOUT_FILENO);
		(void)close(fd[0]);
		(void)close(fd[1]);
		(void)execl(p->path, p->path, "--spec", (char *)NULL);
		_exit(127);
	}
	(void)close(fd[1]);
	if (pid > 0)
		err = crm_read_fd(fd[0], p->name, SPEC_MAX, out);
	(void)close(fd[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return err;
}

void
crm_program_summary(const struct crm_program *p, struct crm_buf *out)
{
	struct crm_buf spec = CRM_BUF_INIT(SPEC_MAX);
	const struct crm_err *err = NULL;
	struct crm_view v;

	if (p->beside)
		err = read_spec(p, &spec);
	v = crm_buf_view(&spec);
	/* "program", its name, the summary */
	if (err == NULL && crm_view_starts(v, CRM_V("program\t"))) {
		v = crm_view_skip(v, 8);
		v = crm_view_skip(v, crm_view_find(v, '\t'));
		v = crm_view_skip(v, v.n > 0 ? 1 : 0);
		crm_buf_add(out, v.p, crm_view_find(v, '\t'));
	}
	crm_buf_release(&spec);
}
