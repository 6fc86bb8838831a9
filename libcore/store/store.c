#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fold.h"
#include "base/mem.h"
#include "store/block.h"
#include "store/pages.h"
#include "store/rebuild.h"
#include "store/store_impl.h"

#define MAGIC "crm store\n"
#define MAGIC_N 10

const struct crm_err *
crm_meta_get(struct crm_txn *t, const char *name, struct crm_view *out)
{
	const struct crm_err *err;
	struct crm_view key = crm_view_str(name), v;

	*out = CRM_VNULL;
	err = crm_kv_get(t, CRM_TABLE_META, key, &v);
	if (err != NULL || v.p == NULL)
		return err;
	return crm_head_open(CRM_TABLE_META, key, v, CRM_META_FORM, out);
}

const struct crm_err *
crm_meta_put(struct crm_txn *t, const char *name, struct crm_view body)
{
	const struct crm_err *err;
	struct crm_view key = crm_view_str(name);
	struct crm_buf b = CRM_BUF_INIT((size_t)64 << 20);

	crm_buf_add(&b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_addv(&b, body);
	err = crm_buf_end(&b);
	if (err == NULL) {
		crm_head_seal(&b, key, CRM_META_FORM, 0);
		err = crm_kv_put(t, CRM_TABLE_META, key, crm_buf_view(&b));
	}
	/* without these nothing of the store could be read */
	if (err == NULL &&
	    (crm_view_is(key, CRM_META_FORMAT) ||
		crm_view_is(key, CRM_META_FIELDS)))
		err = crm_kv_keep(t, key, crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}

const struct crm_err *
crm_meta_keep(struct crm_txn *t)
{
	static const char *const names[] = { CRM_META_FORMAT, CRM_META_FIELDS };
	const struct crm_err *err = NULL;
	struct crm_buf b = CRM_BUF_INIT((size_t)64 << 20);
	struct crm_view key, v;
	size_t i;

	for (i = 0; err == NULL && i < sizeof(names) / sizeof(names[0]); i++) {
		key = crm_view_str(names[i]);
		err = crm_kv_get(t, CRM_TABLE_META, key, &v);
		crm_buf_reset(&b);
		crm_buf_addv(&b, v);
		if (err == NULL && v.p != NULL)
			err = crm_kv_keep(t, key, crm_buf_view(&b));
	}
	crm_buf_release(&b);
	return err;
}

/*
 * The format: magic, format u16, oldest reader u16, uuid 16, replica u16.
 */
const struct crm_err *
crm_store_write_format(struct crm_store *s, struct crm_txn *t)
{
	char p[MAGIC_N + 22];

	memcpy(p, MAGIC, MAGIC_N);
	crm_le16(p + MAGIC_N, CRM_FORMAT);
	crm_le16(p + MAGIC_N + 2, CRM_FORMAT_READER);
	memcpy(p + MAGIC_N + 4, s->uuid, 16);
	crm_le16(p + MAGIC_N + 20, s->replica);
	return crm_meta_put(t, CRM_META_FORMAT, crm_view(p, sizeof(p)));
}

bool
crm_meta_read_format(
    struct crm_view body, struct crm_store_seed *out, uint16_t *oldest)
{
	if (body.n < MAGIC_N + 22 || memcmp(body.p, MAGIC, MAGIC_N) != 0)
		return false;
	*oldest = crm_le16_get(body.p + MAGIC_N + 2);
	memcpy(out->uuid, body.p + MAGIC_N + 4, sizeof(out->uuid));
	out->replica = crm_le16_get(body.p + MAGIC_N + 20);
	return true;
}

static const struct crm_err *
too_new(const struct crm_store *s, uint16_t format, uint16_t oldest)
{
	return crm_err(CRM_E_CONFIG,
	    "the store '%s' was made by a newer crm: it has format %u, "
	    "which a crm that knows format %u reads; this one knows "
	    "%u: upgrade crm",
	    s->path, format, oldest, CRM_FORMAT);
}

const struct crm_err *
crm_store_see_format(
    const struct crm_store *s, struct crm_txn *t, uint16_t *format)
{
	uint16_t oldest = 0;
	const struct crm_err *err;

	*format = 0; /* a store that is being made has none */
	err = crm_meta_format(t, format, &oldest);
	if (err == NULL && oldest > CRM_FORMAT)
		err = too_new(s, *format, oldest);
	crm_txn_demand_young(t, *format >= CRM_FORMAT_YOUNG);
	return err;
}

static const struct crm_err *
read_format(struct crm_store *s, struct crm_txn *t)
{
	const struct crm_err *err;
	struct crm_store_seed seed;
	struct crm_view v;
	uint16_t format, oldest;

	err = crm_meta_get(t, CRM_META_FORMAT, &v);
	if (err != NULL)
		return err;
	if (v.p == NULL || !crm_meta_read_format(v, &seed, &oldest))
		return crm_err(CRM_E_DATA, "'%s' is not a crm store", s->path);
	err = crm_store_see_format(s, t, &format);
	if (err != NULL)
		return err;
	memcpy(s->uuid, seed.uuid, sizeof(s->uuid));
	s->replica = seed.replica;
	return NULL;
}

const struct crm_err *
crm_meta_format(struct crm_txn *t, uint16_t *format, uint16_t *oldest)
{
	const struct crm_err *err;
	struct crm_view v;

	err = crm_meta_get(t, CRM_META_FORMAT, &v);
	if (err != NULL || v.n < MAGIC_N + 22)
		return err;
	*format = crm_le16_get(v.p + MAGIC_N);
	*oldest = crm_le16_get(v.p + MAGIC_N + 2);
	return NULL;
}

struct updating {
	struct crm_store *store;
	const struct crm_err *(*fn)(void *ctx, struct crm_txn *);
	void *ctx;
};

/* A newer crm may have raised the format since the store was opened: who does
 * not know what it wrote would call it damage, or do some.  An older format is
 * raised with what is written. */
static const struct crm_err *
update(void *ctx, struct crm_txn *t)
{
	const struct updating *u = ctx;
	uint16_t format;
	const struct crm_err *err = crm_store_see_format(u->store, t, &format);

	if (err == NULL && format != 0 && format < CRM_FORMAT_YOUNG)
		err = crm_txn_make_young(t);
	if (err == NULL && format != 0 && format < CRM_FORMAT)
		err = crm_store_write_format(u->store, t);
	return err != NULL ? err : u->fn(u->ctx, t);
}

const struct crm_err *
crm_store_update(struct crm_store *s,
    const struct crm_err *(*fn)(void *ctx, struct crm_txn *), void *ctx)
{
	struct updating u = { s, fn, ctx };
	const struct crm_err *err;

	err = crm_gate_enter(s->gate, s->options.wait_ms);
	if (err != NULL)
		return err;
	err = crm_env_commit(s->env, update, &u);
	crm_gate_leave(s->gate);
	/* The next writer goes on while the disk is waited for. */
	return err != NULL ? err : crm_env_settle(s->env);
}

bool
crm_store_exists(const char *path)
{
	char file[4200];
	struct stat st;

	(void)snprintf(file, sizeof(file), "%s/data.mdb", path);
	return stat(file, &st) == 0 && S_ISREG(st.st_mode);
}

const struct crm_err *
crm_store_open_dir(struct crm_store *s)
{
	struct stat st;

	s->dir = open(s->real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0) {
		enum crm_code code =
		    errno == EACCES ? CRM_E_NOPERM : CRM_E_NOINPUT;

		if (errno == ENOENT || errno == ENOTDIR)
			return crm_err(code,
			    "no store at '%s' (crm-store init makes one)",
			    s->path);
		return crm_err_errno(code, "%s", s->path);
	}
	if (fstat(s->dir, &st) == 0)
		s->shared = (st.st_mode & S_IWGRP) != 0;
	return NULL;
}

const struct crm_err *
crm_store_open_config(struct crm_store *s)
{
	char path[4200];

	s->config = s->options.config;
	if (s->config != NULL)
		return NULL;
	(void)snprintf(path, sizeof(path), "%s/crm.yaml", s->real);
	return crm_config_load(path, &s->config);
}

struct crm_store *
crm_store_new(
    const char *path, const char *real, const struct crm_store_options *options)
{
	struct crm_store *s = crm_calloc(1, sizeof(*s));

	s->signature.max = (size_t)1 << 20;
	s->path = crm_strndup(path, strlen(path));
	s->real = crm_strndup(real, strlen(real));
	s->dir = -1;
	s->options = *options;
	s->tell = options->tell;
	s->tell_ctx = options->tell_ctx;
	return s;
}

void
crm_store_close(struct crm_store *s)
{
	if (s == NULL)
		return;
	crm_env_close(s->env);
	crm_gate_close(s->gate);
	if (s->options.config == NULL)
		crm_config_free(s->config);
	if (s->dir >= 0)
		(void)close(s->dir);
	crm_buf_release(&s->signature);
	crm_free(s->path);
	crm_free(s->real);
	crm_free(s);
}

/*
 * What derived tables have to agree with.  CRM_DERIVED is the version of the
 * routine that makes them: programs of another one, older or newer, derive
 * them anew when they open the store.  Made once: fields that come later, from
 * a file or the store itself, are not derived from.
 */
static struct crm_view
signature(struct crm_store *s)
{
	struct crm_buf *b = &s->signature;

	if (b->n == 0) {
		crm_buf_addf(b, "%d %s\n", CRM_DERIVED, crm_fold_version());
		crm_config_signature(s->config, b);
	}
	return crm_buf_view(b);
}

const struct crm_err *
crm_store_see_stale(struct crm_store *s, struct crm_txn *t, bool *stale)
{
	const struct crm_err *err;
	struct crm_view v;

	err = crm_meta_get(t, CRM_META_DERIVED, &v);
	if (err != NULL)
		return err;
	*stale = !crm_view_eq(v, signature(s));
	err = crm_meta_get(t, CRM_META_SUMMED, &v);
	*stale |= v.p == NULL;
	return err;
}

const struct crm_err *
crm_store_see_config(struct crm_store *s, struct crm_txn *t)
{
	const struct crm_err *err;
	bool stale = false;

	err = crm_store_see_stale(s, t, &stale);
	if (err == NULL && stale)
		err = crm_err(CRM_E_AGAIN,
		    "the configuration of the store was changed meanwhile: try "
		    "again");
	return err;
}

/* Read what a store says of itself, and whether it is up to date. */
static const struct crm_err *
read_meta(struct crm_store *s, bool *stale)
{
	const struct crm_err *err;
	bool fits;
	struct crm_txn *t;

	err = crm_txn_read(s->env, &t);
	if (err != NULL)
		return err;
	err = read_format(s, t);
	fits = err == NULL;
	if (err == NULL)
		/* one that is tried out has to have all */
		err = crm_meta_read_fields(t, s->config->schema,
		    s->options.mode != CRM_STORE_WRITE &&
			s->options.config == NULL);
	if (err != NULL && err->code == CRM_E_CONFIG && fits)
		err = s->options.config != NULL
		    ? crm_err_wrap(err, "crm.yaml")
		    : crm_err_wrap(err, "%s/crm.yaml", s->path);
	if (err == NULL)
		err = crm_store_see_stale(s, t, stale);
	crm_txn_end(t);
	return err;
}

const struct crm_err *
crm_store_sign(struct crm_store *s, struct crm_txn *t)
{
	return crm_meta_put(t, CRM_META_DERIVED, signature(s));
}

/* Locks and maps cannot be relied on over a network. */
static const struct crm_err *
refuse_network(const struct crm_store *s)
{
	static const struct {
		uint32_t magic;
		const char *name;
	} nets[] = { { 0x6969, "NFS" }, { 0x517b, "SMB" },
		{ 0xff534d42, "CIFS" }, { 0xfe534d42, "SMB" },
		{ 0x5346414f, "AFS" }, { 0x6b414653, "AFS" },
		{ 0x73757245, "Coda" } };
	struct statfs fs;
	size_t i;

	if (fstatfs(s->dir, &fs) != 0)
		return NULL;
	for (i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if ((uint32_t)fs.f_type == nets[i].magic)
			return crm_err(CRM_E_CONFIG,
			    "'%s' is on a network file system (%s): keep the "
			    "store on a disk of this machine",
			    s->path, nets[i].name);
	return NULL;
}

static const struct crm_err *
find_data(const struct crm_store *s)
{
	struct stat st;

	/* a link would lead to data without the lock that guards it */
	if (fstatat(s->dir, "data.mdb", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISREG(st.st_mode)
		    ? NULL
		    : crm_err(CRM_E_NOINPUT,
			  "'%s/data.mdb' is not a file of its own", s->path);
	if (errno == EACCES)
		return crm_err_errno(CRM_E_NOPERM, "%s", s->path);
	return crm_err(CRM_E_NOINPUT,
	    "no store at '%s' (crm-store init makes one)", s->path);
}

static const struct crm_err *
open_env(struct crm_store *s, enum crm_env_mode mode)
{
	struct crm_env_options o = { .mode = mode,
		.shared = s->shared,
		.map = s->options.map,
		.gate = s->gate,
		.wait_ms = s->options.wait_ms };

	return crm_env_open_as(s->path, &o, &s->env);
}

/* Are the heads of the file what commits make of them? */
static void
look_at_heads(struct crm_store *s)
{
	int fd = openat(s->dir, "data.mdb", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return; /* it was open a moment ago: that tells */
	s->lacks = crm_pages_miss_a_head(fd);
	(void)close(fd);
}

/* Bring derived tables up to date; a reader has to open the store again, as
 * one that writes, for that. */
static const struct crm_err *
renew(struct crm_store *s)
{
	const struct crm_err *err = NULL;

	if (s->options.mode != CRM_STORE_WRITE) {
		crm_env_close(s->env);
		s->env = NULL;
		err = open_env(s, CRM_ENV_WRITE);
	}
	if (err == NULL)
		err = crm_rebuild(s, false);
	return err == NULL || err->code != CRM_E_NOPERM
	    ? err
	    : crm_err(CRM_E_NOPERM,
		  "the indexes of the store '%s' were made by another version "
		  "of crm, or with another crm.yaml, and cannot be made anew "
		  "where it may only be read: open it once where it may be "
		  "written to (crm-store backup copies it as it is)",
		  s->path);
}

/* Read what lies in the directory, and join those who use the store.  When
 * another one took its place meanwhile, all of that is of neither. */
static const struct crm_err *
come_in(struct crm_store *s)
{
	const struct crm_err *err;

	err = find_data(s);
	if (err == NULL)
		err = refuse_network(s);
	if (err == NULL)
		err = crm_store_open_config(s);
	if (err == NULL && s->options.mode == CRM_STORE_WRITE)
		err = crm_gate_open(s->dir, s->shared, &s->gate);
	else if (err == NULL)
		err = crm_gate_open_to_read(s->dir, s->shared, &s->gate);
	if (err != NULL && err->code == CRM_E_NOPERM)
		err = crm_err_wrap(err, "the store '%s' cannot be %s", s->path,
		    s->options.mode == CRM_STORE_WRITE ? "written to" : "read");
	return crm_gate_is_in_place(s->gate, s->dir, s->real)
	    ? err
	    : crm_gate_replaced();
}

const struct crm_err *
crm_store_open(const char *path, const struct crm_store_options *options,
    struct crm_store **out)
{
	struct crm_store *s = crm_store_new(path, path, options);
	const struct crm_err *err;
	bool stale = false;

	*out = NULL;
	err = crm_store_open_dir(s);
	if (err == NULL)
		err = come_in(s);
	if (err == NULL)
		err = open_env(s,
		    options->mode == CRM_STORE_WRITE ? CRM_ENV_WRITE
						     : CRM_ENV_READ);
	if (err == NULL) {
		look_at_heads(s);
		err = read_meta(s, &stale);
	}
	if (err == NULL && stale && options->mode != CRM_STORE_LOOK)
		err = renew(s);
	if (err == NULL && options->mode == CRM_STORE_WRITE)
		err = crm_store_number_fields(s);
	if (err != NULL) {
		crm_store_close(s);
		return err;
	}
	*out = s;
	return NULL;
}

const struct crm_err *
crm_store_fits(const char *path, struct crm_config *config, int64_t wait_ms)
{
	const struct crm_store_options o = {
		.mode = CRM_STORE_LOOK, .config = config, .wait_ms = wait_ms
	};
	struct crm_store *s = NULL;
	const struct crm_err *err = crm_store_open(path, &o, &s);

	crm_store_close(s);
	return err;
}

void
crm_store_on_progress(struct crm_store *s,
    void (*tell)(void *ctx, const char *what, uint64_t done, uint64_t all),
    void *ctx)
{
	s->tell = tell;
	s->tell_ctx = ctx;
}

const struct crm_config *
crm_store_config(const struct crm_store *s)
{
	return s->config;
}

struct crm_schema *
crm_store_schema(const struct crm_store *s)
{
	return s->config->schema;
}

bool
crm_store_may_lack(const struct crm_store *s)
{
	return s->lacks;
}

int
crm_store_dir(const struct crm_store *s)
{
	return s->dir;
}

const uint8_t *
crm_store_uuid(const struct crm_store *s)
{
	return s->uuid;
}

uint16_t
crm_store_replica(const struct crm_store *s)
{
	return s->replica;
}
