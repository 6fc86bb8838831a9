/* Proving pages, checksums and the order of keys. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/check_impl.h"
#include "store/gate.h"

#define FAULTS_MAX 1000 /* told of a table */
#define GATE_WAIT_MS 10000
#define NEWEST_TRIES 100

/* Errors speak to people who did not call the check. */
static const char *
without_advice(char *what)
{
	static const char before[] = "the store is damaged: ";
	static const char after[] = ": see crm-store check";
	char *p = strstr(what, before), *end = strstr(what, after);

	if (end != NULL && end[sizeof(after) - 1] == '\0')
		*end = '\0';
	return p != NULL ? p + sizeof(before) - 1 : what;
}

void
crm_check_fault(struct crm_checking *c, const char *where, const char *fmt, ...)
{
	char what[300];
	va_list ap;

	c->out->faults++;
	if (++c->told > FAULTS_MAX || c->out->fault == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	c->out->fault(c->out->ctx, where, without_advice(what));
}

/* The value of a key: a block, that begins behind the end of the one before,
 * or a single value with a head. */
static const struct crm_err *
check_value(enum crm_table table, struct crm_view k, struct crm_view v,
    struct crm_buf *end)
{
	const struct crm_form *form = crm_form_of(table);
	struct crm_view body;

	if (form != NULL)
		return crm_block_check(form, k, v, end);
	return crm_head_open(table, k, v, v.n > 1 ? (uint8_t)v.p[1] : 0, &body);
}

/*
 * Every value, by itself; every key, behind the one before it and where a
 * look-up finds it, so that no reader is led past it.
 */
static const struct crm_err *
check_values(struct crm_checking *c, enum crm_table table, uint64_t *count)
{
	struct crm_txn *t = c->txn;
	struct crm_buf last = CRM_BUF_INIT(CRM_KEY_MAX * 2);
	struct crm_buf end = CRM_BUF_INIT(CRM_KEY_MAX);
	const char *name = crm_table_name(table);
	const struct crm_err *err, *bad;
	struct crm_view k, v, found;
	struct crm_cur *cur;

	*count = 0;
	err = crm_cur_open(t, table, &cur);
	if (err == NULL)
		err = crm_cur_first(cur, &k, &v);
	while (err == NULL && k.p != NULL) {
		if (*count > 0 && crm_view_cmp(crm_buf_view(&last), k) >= 0)
			crm_check_fault(c, name, "keys are out of order");
		bad = check_value(table, k, v, &end);
		if (bad != NULL)
			crm_check_fault(c, name, "%s", bad->msg);
		err = crm_kv_get(t, table, k, &found);
		if (err == NULL && (found.p == NULL || !crm_view_eq(found, v)))
			crm_check_fault(
			    c, name, "a key is not found where it is");
		crm_buf_reset(&last);
		crm_buf_addv(&last, k);
		(*count)++;
		crm_check_step(c, "blocks checked");
		if (err == NULL)
			err = crm_cur_next(cur, &k, &v);
	}
	crm_cur_close(cur);
	crm_buf_release(&last);
	crm_buf_release(&end);
	return err;
}

/* What cannot be read is a fault too. */
const struct crm_err *
crm_check_count(
    struct crm_checking *c, const char *where, const struct crm_err *err)
{
	if (err == NULL || err->code != CRM_E_DATA)
		return err;
	crm_check_fault(c, where, "%s", err->msg);
	return NULL;
}

static const struct crm_err *
check_table(struct crm_checking *c, enum crm_table table)
{
	const struct crm_err *err;
	uint64_t count;

	c->told = 0;
	err = check_values(c, table, &count);
	if (err == NULL && count != c->stat.entries[table])
		crm_check_fault(c, crm_table_name(table),
		    "has %llu keys, says %llu", (unsigned long long)count,
		    (unsigned long long)c->stat.entries[table]);
	return crm_check_count(c, crm_table_name(table), err);
}

static void
page_fault(void *ctx, const char *what)
{
	struct crm_checking *c = ctx;

	crm_check_fault(c, "pages", "%s", what);
}

void
crm_check_begin(struct crm_checking *c, uint64_t all)
{
	c->done = 0;
	c->all = all;
}

void
crm_check_step(struct crm_checking *c, const char *what)
{
	if (c->store != NULL)
		crm_store_progress(c->store, what, ++c->done, c->all);
}

/* Take a snapshot and look at its pages: the newest one, before others have
 * committed twice. */
const struct crm_err *
crm_check_pages(struct crm_checking *c)
{
	const struct crm_err *err = NULL;
	bool looked = false;
	int i;

	for (i = 0; err == NULL && !looked && i < NEWEST_TRIES; i++) {
		crm_snap_pause(c->snap);
		err = crm_snap_resume(c->snap);
		if (err == NULL)
			err =
			    crm_txn_check_pages(c->txn, page_fault, c, &looked);
	}
	return err;
}

/* Tables, without asking what they mean. */
const struct crm_err *
crm_check_tables(struct crm_checking *c)
{
	const struct crm_err *err;
	uint64_t all = 0;
	int t;

	err = crm_env_stat(c->txn, &c->stat);
	for (t = 0; t < CRM_NTABLES; t++)
		all += c->stat.entries[t];
	crm_check_begin(c, all);
	for (t = 0; err == NULL && t < CRM_NTABLES; t++)
		if (!c->out->primary ||
		    !crm_table_is_derived((enum crm_table)t))
			err = check_table(c, (enum crm_table)t);
	return err;
}

/* The pages of a store that others may use. */
static const struct crm_err *
check_used(struct crm_checking *c, const char *dir)
{
	struct crm_env_options o = { .mode = CRM_ENV_READ,
		.wait_ms = GATE_WAIT_MS };
	const struct crm_err *err;
	struct stat st;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return crm_err_errno(
		    errno == EACCES ? CRM_E_NOPERM : CRM_E_NOINPUT, "%s", dir);
	o.shared = fstat(fd, &st) == 0 && (st.st_mode & S_IWGRP) != 0;
	err = crm_gate_open_to_read(fd, o.shared, &o.gate);
	if (err == NULL)
		err = crm_env_check_pages(dir, &o, page_fault, c);
	else if (err->code == CRM_E_NOPERM)
		err = crm_err_wrap(err, "the store '%s' cannot be read", dir);
	crm_gate_close(o.gate);
	(void)close(fd);
	return err;
}

/* All tables of a copy. */
static const struct crm_err *
check_copy(struct crm_checking *c, const char *dir)
{
	const struct crm_env_options o = { .mode = CRM_ENV_LONE };
	const struct crm_err *err;
	struct crm_env *env = NULL;
	uint16_t format = 0, oldest;

	err = crm_env_check_pages(dir, &o, page_fault, c);
	if (err != NULL || c->out->faults > 0)
		return crm_check_count(c, "pages", err);
	err = crm_env_open_as(dir, &o, &env);
	if (err == NULL)
		err = crm_txn_read(env, &c->txn);
	if (err == NULL)
		err = crm_meta_format(c->txn, &format, &oldest);
	if (err == NULL) {
		crm_txn_demand_young(c->txn, format >= CRM_FORMAT_YOUNG);
		err = crm_check_tables(c);
	}
	crm_txn_end(c->txn);
	crm_env_close(env);
	return crm_check_count(c, "store", err);
}

const struct crm_err *
crm_check_file(const char *dir, bool copy, struct crm_check *out)
{
	struct crm_checking c = { .out = out };

	return copy ? check_copy(&c, dir)
		    : crm_check_count(&c, "pages", check_used(&c, dir));
}
