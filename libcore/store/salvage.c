#define _GNU_SOURCE /* getrandom */
#include "store/salvage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/utf8.h"
#include "store/attest.h"
#include "store/check.h"
#include "store/dump.h"
#include "store/erased.h"
#include "store/papers.h"
#include "store/rebuild.h"
#include "store/salvage_impl.h"

#define YAML_MAX ((size_t)64 << 20)
#define PART ((size_t)24 << 20)
#define BYTES_A_CHANGE 64 /* and more does each take up in the file */

void
crm_salvage_tell(struct crm_salvage *v, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	if (v->o.lost == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	v->o.lost(v->o.ctx, text);
}

/* The tables that follow from the others. */
static const char *const derived[] = { "story", "index", "text", "rollup",
	"total", "spare-story", "spare-index", "spare-text", "spare-rollup",
	"spare-total", NULL };

/* Keys of meta that are looked for. */
static bool
is_meta_key(struct crm_view key)
{
	return crm_view_is(key, CRM_META_FORMAT) ||
	    crm_view_is(key, CRM_META_FIELDS) ||
	    crm_view_is(key, CRM_META_HIDDEN) ||
	    crm_view_is(key, CRM_META_ERASED);
}

/* What an entry is, by its key's length and the form in its head. */
enum sort {
	SORT_NONE,
	SORT_BLOCK,
	SORT_META,
	SORT_CHANGE,
	SORT_DIGESTS,
	SORT_ATTEST,
	SORT_NOTE
};

static enum sort
sort_of(struct crm_view key, struct crm_view value)
{
	if (value.n < CRM_HEAD || value.p[0] != 1)
		return SORT_NONE;
	switch ((uint8_t)value.p[1]) {
	case CRM_HEAP:
	case CRM_HEAP | CRM_PACKED:
		return key.n == 8 ? SORT_BLOCK : SORT_NONE;
	case CRM_META_FORM:
		return is_meta_key(key) ? SORT_META : SORT_NONE;
	case CRM_CHANGE_FORM:
		return key.n == 8 ? SORT_CHANGE : SORT_NONE;
	case CRM_DIGESTS_FORM:
		return key.n == 12 ? SORT_DIGESTS : SORT_NONE;
	case CRM_ATTEST_FORM:
		return key.n == 12 ? SORT_ATTEST : SORT_NONE;
	case CRM_CHANGED_FORM:
		return key.n == 16 ? SORT_NOTE : SORT_NONE;
	default:
		return SORT_NONE;
	}
}

static bool
is_sound_note(struct crm_view key, struct crm_view value)
{
	struct crm_view old, new;
	struct crm_changed c;
	uint64_t n = 0;
	uint16_t num;
	size_t at = 0;

	if (crm_changed_open(key, value, &c) != NULL)
		return false;
	while (crm_changed_field(&c, &at, &num, &old, &new))
		n++;
	return n == c.nfields && at == c.fields.n;
}

/* The form of a block of records, by its key. */
static const struct crm_form *
form_of(struct crm_view key)
{
	return crm_form_of(crm_table_of(crm_be64_get(key.p)));
}

static bool
is_sound(struct crm_view key, struct crm_view value)
{
	struct crm_view body;
	struct crm_change c;

	switch (sort_of(key, value)) {
	case SORT_BLOCK:
		return crm_block_check(form_of(key), key, value, NULL) == NULL;
	case SORT_META:
		return crm_head_open(CRM_TABLE_META, key, value, CRM_META_FORM,
			   &body) == NULL;
	case SORT_CHANGE:
		return crm_change_open(key, value, &c) == NULL &&
		    c.state <= CRM_CHANGE_UNDONE;
	case SORT_DIGESTS:
		return crm_head_open(CRM_TABLE_CHANGE, key, value,
			   CRM_DIGESTS_FORM, &body) == NULL;
	case SORT_ATTEST:
		return crm_head_open(CRM_TABLE_CHANGE, key, value,
			   CRM_ATTEST_FORM, &body) == NULL;
	case SORT_NOTE:
		return is_sound_note(key, value);
	case SORT_NONE:
		break;
	}
	return false;
}

/* What was found is sorted, and of what is there twice the best one comes
 * first: one that stands in the tree, then the newest. */
struct finding_at {
	struct crm_salvage *v;
	bool listed;
};

static const struct crm_err *
found_record(void *ctx, uint64_t id, struct crm_view value)
{
	const struct finding_at *a = ctx;
	struct crm_stored r;
	char key[17];
	uint32_t i;

	if (crm_id_kind(id) < 'a' || crm_id_kind(id) > 'z' ||
	    crm_id_number(id) == 0 || value.n > CRM_LINE_MAX ||
	    !crm_code_open(value, &r) || r.added == 0 || r.updated > a->v->most)
		return NULL;
	for (i = 0; i < r.n && !a->v->custom; i++)
		a->v->custom = crm_stored_at(&r, i).num >= CRM_N_CUSTOM;
	crm_be64(key, id);
	key[8] = !a->listed;
	crm_be64(key + 9, ~r.updated);
	return crm_runs_add(a->v->records, crm_view(key, sizeof(key)), value);
}

static void
keep_meta(struct crm_salvage *v, const struct crm_found *e)
{
	struct crm_view body = crm_view_skip(e->value, CRM_HEAD);
	uint16_t oldest;

	if (crm_view_is(e->key, CRM_META_FORMAT) &&
	    (!v->format_known || e->listed)) {
		v->format_known =
		    crm_meta_read_format(body, &v->load->seed, &oldest);
		v->newer = v->format_known && oldest > CRM_FORMAT;
	}
	/* names of fields only grow in number; two copies of them are listed */
	if (crm_view_is(e->key, CRM_META_FIELDS) &&
	    (e->listed > v->fields_listed ||
		(e->listed == v->fields_listed && body.n > v->fields.n))) {
		crm_buf_reset(&v->fields);
		crm_buf_addv(&v->fields, body);
		v->fields_listed = e->listed;
	}
	if (crm_view_is(e->key, CRM_META_HIDDEN) && e->listed &&
	    body.n % 24 == 0) {
		crm_buf_reset(&v->hidden);
		crm_buf_addv(&v->hidden, body);
	}
	/* the newest one has all that those before it had */
	if (crm_view_is(e->key, CRM_META_ERASED) && crm_erased_fits(body.n) &&
	    (v->erased.n == 0 ||
		crm_le64_get(body.p) > crm_le64_get(v->erased.p))) {
		crm_buf_reset(&v->erased);
		crm_buf_addv(&v->erased, body);
	}
}

/* Keys of v->log: table u8, key with zeros behind it, its length u8, not
 * listed u8, ~place u64. */
#define LOG_KEY 16
#define LOG_NAME (1 + LOG_KEY + 1)
#define LOG_TAIL 9

static const struct crm_err *
found_log(struct crm_salvage *v, const struct crm_found *e, enum sort sort)
{
	uint64_t number = crm_be64_get(e->key.p), place = 0;
	char key[LOG_NAME + LOG_TAIL] = "";
	struct crm_changed note;
	struct crm_change c;

	if (number == 0 || number > v->most || e->value.n > CRM_LINE_MAX)
		return NULL;
	if (sort == SORT_NOTE && number > v->erasure &&
	    crm_changed_open(e->key, e->value, &note) == NULL &&
	    (note.flags & CRM_CHANGED_ERASED) != 0)
		v->erasure = number;
	if (sort == SORT_CHANGE &&
	    crm_change_open(e->key, e->value, &c) == NULL)
		place = c.state != CRM_CHANGE_OPEN;
	key[0] =
	    (char)(sort == SORT_NOTE ? CRM_TABLE_CHANGED : CRM_TABLE_CHANGE);
	memcpy(key + 1, e->key.p, e->key.n);
	key[1 + LOG_KEY] = (char)e->key.n;
	key[LOG_NAME] = !e->listed;
	crm_be64(key + LOG_NAME + 1, ~place);
	return crm_runs_add(v->log, crm_view(key, sizeof(key)), e->value);
}

static const struct crm_err *
found(void *ctx, const struct crm_found *e)
{
	struct crm_salvage *v = ctx;
	struct finding_at at = { v, e->listed };
	enum sort sort = sort_of(e->key, e->value);

	/* Of before nothing is wanted but names, which stay what they are. */
	if (e->old && sort != SORT_META)
		return NULL;
	if (sort == SORT_BLOCK)
		return crm_block_each(
		    form_of(e->key), e->key, e->value, found_record, &at);
	if (sort != SORT_META)
		return found_log(v, e, sort);
	keep_meta(v, e);
	return NULL;
}

/* Find all that is sound in the file. */
static const struct crm_err *
find(struct crm_salvage *v)
{
	const struct crm_err *err;
	struct stat st;
	int fd;

	/* a pipe would not open; a link leads to what others may write */
	fd = openat(
	    v->dir, "data.mdb", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		err = crm_err_errno(
		    errno == EACCES ? CRM_E_NOPERM : CRM_E_NOINPUT,
		    "cannot read '%s/data.mdb'", v->o.from);
		if (fd >= 0)
			(void)close(fd);
		return err;
	}
	v->most = (uint64_t)st.st_size / BYTES_A_CHANGE + 1;
	v->finding.is_sound = is_sound;
	v->finding.found = found;
	v->finding.ctx = v;
	err = crm_pages_find(fd, derived, &v->finding);
	(void)close(fd);
	return err;
}

/* Put the best of each record. */
static const struct crm_err *
put_records(struct crm_salvage *v)
{
	const struct crm_err *err;
	struct crm_view key, value;
	char last[8] = "";

	err = crm_runs_sort(v->records);
	if (err == NULL)
		err = crm_runs_next(v->records, &key, &value);
	while (err == NULL && key.p != NULL) {
		if (memcmp(last, key.p, 8) != 0) {
			memcpy(last, key.p, 8);
			v->result.records++;
			err = crm_load_put(v->load,
			    crm_table_of(crm_be64_get(last)), crm_view(last, 8),
			    value);
		}
		if (err == NULL)
			err = crm_runs_next(v->records, &key, &value);
	}
	return err;
}

/* And of each entry of the log. */
static const struct crm_err *
put_log(struct crm_salvage *v)
{
	struct crm_buf last = CRM_BUF_INIT(100);
	const struct crm_err *err;
	struct crm_view key, value, name;

	err = crm_runs_sort(v->log);
	if (err == NULL)
		err = crm_runs_next(v->log, &key, &value);
	while (err == NULL && key.p != NULL) {
		name = crm_view(key.p, LOG_NAME);
		if (!crm_view_eq(crm_buf_view(&last), name)) {
			crm_buf_reset(&last);
			crm_buf_addv(&last, name);
			name =
			    crm_view(last.p + 1, (uint8_t)last.p[LOG_NAME - 1]);
			v->result.changes += name.n == 8;
			err = crm_load_put(
			    v->load, (enum crm_table)last.p[0], name, value);
		}
		if (err == NULL)
			err = crm_runs_next(v->log, &key, &value);
	}
	crm_buf_release(&last);
	return err;
}

/* The hidden ranges as they stood, or what open change sets have taken. */
static const struct crm_err *
find_hidden(void *ctx, struct crm_txn *t)
{
	struct crm_salvage *v = ctx;
	const struct crm_err *err;
	struct crm_id_range r;
	struct crm_view key, value;
	struct crm_change c;
	struct crm_cur *cur;
	char p[24];
	size_t at;

	if (v->hidden.n > 0)
		return crm_meta_put(
		    t, CRM_META_HIDDEN, crm_buf_view(&v->hidden));
	err = crm_cur_open(t, CRM_TABLE_CHANGE, &cur);
	if (err == NULL)
		err = crm_cur_first(cur, &key, &value);
	while (err == NULL && key.p != NULL) {
		if (key.n == 8)
			err = crm_change_open(key, value, &c);
		for (at = 0; err == NULL && key.n == 8 &&
		     c.state == CRM_CHANGE_OPEN &&
		     crm_change_range(&c, &at, &r);) {
			crm_le64(p, r.first);
			crm_le64(p + 8, r.count);
			crm_le64(p + 16, c.number);
			crm_buf_add(&v->hidden, p, sizeof(p));
		}
		if (err == NULL)
			err = crm_cur_next(cur, &key, &value);
	}
	crm_cur_close(cur);
	return err;
}

static int
cmp_hidden(const void *a, const void *b)
{
	uint64_t x = crm_le64_get(a), y = crm_le64_get(b);

	return x < y ? -1 : x > y;
}

static const struct crm_err *
put_meta(void *ctx, struct crm_txn *t)
{
	struct crm_salvage *v = ctx;
	const struct crm_err *err = NULL;

	if (v->hidden.n > 0)
		err =
		    crm_meta_put(t, CRM_META_HIDDEN, crm_buf_view(&v->hidden));
	if (err == NULL && v->erased.n > 0)
		err =
		    crm_meta_put(t, CRM_META_ERASED, crm_buf_view(&v->erased));
	return err;
}

/* The new store, with crm.yaml as it is and the fields' numbers. */
static const struct crm_err *
begin(struct crm_salvage *v)
{
	struct crm_load *l = v->load;
	const struct crm_err *err;

	if (v->newer)
		return crm_err(CRM_E_CONFIG,
		    "the store '%s' was made by a newer crm: upgrade crm",
		    v->o.from);
	if (crm_runs_count(v->records) == 0 && crm_runs_count(v->log) == 0)
		return crm_err(CRM_E_DATA,
		    "'%s/data.mdb' has nothing left that can be read",
		    v->o.from);
	if (v->custom && v->fields.n == 0)
		return crm_err(CRM_E_DATA,
		    "'%s/data.mdb' does not say any more which fields its "
		    "records have",
		    v->o.from);
	if (!v->format_known &&
	    getrandom(l->seed.uuid, sizeof(l->seed.uuid), 0) !=
		(ssize_t)sizeof(l->seed.uuid))
		return crm_err_errno(CRM_E_IO, "no random numbers");
	err = crm_read_file(v->dir, "crm.yaml", YAML_MAX, &l->yaml);
	if (err != NULL && err->code == CRM_E_NOINPUT)
		err = NULL; /* none is as an empty one */
	l->seed.fields = crm_buf_view(&v->fields);
	if (err == NULL)
		err = crm_store_begin_as(v->o.path, v->o.group,
		    crm_buf_view(&l->yaml), &l->seed, &l->store);
	return err;
}

/* Put what was found. */
static const struct crm_err *
fill(struct crm_salvage *v)
{
	const struct crm_err *err;

	err = put_records(v);
	if (err == NULL)
		err = put_log(v);
	if (err == NULL)
		err = crm_load_flush(v->load, 1);
	if (err == NULL)
		err = crm_store_update(v->load->store, find_hidden, v);
	if (err == NULL && v->hidden.n > 24)
		qsort(v->hidden.p, v->hidden.n / 24, 24, cmp_hidden);
	return err != NULL ? err
			   : crm_store_update(v->load->store, put_meta, v);
}

void
crm_salvage_sign(
    struct crm_salvage *v, struct crm_change *c, struct crm_buf *message)
{
	const struct crm_salvage_result *r = &v->result;

	c->state = CRM_CHANGE_DONE;
	c->clock_us = v->o.now_us;
	c->user = v->o.user;
	c->program = CRM_V("crm-store");
	c->arguments = v->o.arguments;
	crm_buf_adds(message, "saved from the damaged store ");
	crm_utf8_add_safe(message, crm_view_str(v->o.from));
	crm_buf_adds(message, ": ");
	if (r->lost_records + r->lost_changes + r->lost_notes == 0)
		crm_buf_adds(message, "nothing was lost");
	else
		crm_buf_addf(message,
		    "lost %llu records, %llu change sets, %llu notes",
		    (unsigned long long)r->lost_records,
		    (unsigned long long)r->lost_changes,
		    (unsigned long long)r->lost_notes);
	c->message = crm_buf_view(message);
}

/* Nothing was lost: the history goes on with who saved it. */
static const struct crm_err *
put_change(void *ctx, struct crm_txn *t)
{
	struct crm_salvage *v = ctx;
	struct crm_store *s = v->load->store;
	struct crm_buf message = CRM_BUF_INIT(1 << 16);
	struct crm_change c = { .replica = s->replica };
	const struct crm_err *err;

	err = crm_change_last(t, &c.number);
	c.number++;
	c.origin = c.number;
	crm_salvage_sign(v, &c, &message);
	if (err == NULL)
		err = crm_change_put(t, &c, NULL, 0);
	crm_buf_release(&message);
	return err;
}

static void
keep_fault(void *ctx, const char *where, const char *what)
{
	struct crm_salvage *v = ctx;

	if (v->load->fault.msg[0] == '\0')
		v->load->fault = *crm_err(CRM_E_DATA, "%s: %s", where, what);
}

/* Do records and history agree? */
static const struct crm_err *
check(struct crm_salvage *v, unsigned int what, bool *good)
{
	struct crm_check c = { .what = what, .fault = keep_fault, .ctx = v };
	const struct crm_err *err = crm_check_store(v->load->store, &c);

	*good = err == NULL && c.faults == 0;
	return err;
}

/* Where change sets are done after later ones, meta says so. */
static const struct crm_err *
note_parts(void *ctx, struct crm_txn *t)
{
	const struct crm_err *err;
	uint64_t best = 0, seq = 0;
	struct crm_view key, value;
	struct crm_change c;
	struct crm_cur *cur;
	bool turned = false;

	(void)ctx;
	err = crm_cur_open(t, CRM_TABLE_CHANGE, &cur);
	if (err == NULL)
		err = crm_cur_first(cur, &key, &value);
	while (err == NULL && key.p != NULL) {
		if (key.n == 8)
			err = crm_change_open(key, value, &c);
		turned |=
		    err == NULL && key.n == 8 && c.seq != 0 && c.seq < seq;
		if (err == NULL && key.n == 8 && c.seq > seq) {
			seq = c.seq;
			best = c.number;
		}
		if (err == NULL)
			err = crm_cur_next(cur, &key, &value);
	}
	crm_cur_close(cur);
	return err != NULL || !turned ? err : crm_change_note_parts(t, best);
}

static const struct crm_err *
make_whole(struct crm_salvage *v)
{
	struct crm_store *s = v->load->store;
	const struct crm_err *err;
	bool good = false;

	err = crm_store_update(s, note_parts, v);
	if (err == NULL)
		err = check(v, CRM_CHECK_RECORDS | CRM_CHECK_LOG, &good);
	if (err == NULL)
		err = good ? crm_store_update(s, put_change, v)
			   : crm_salvage_mend(v);
	if (err == NULL)
		err = crm_build(s);
	v->load->fault.msg[0] = '\0';
	if (err == NULL)
		err = check(v, 0, &good);
	return err != NULL || good
	    ? err
	    : crm_err(CRM_E_DATA,
		  "what is left does not make a store (%s): crm-store dump may "
		  "still write some of it",
		  v->load->fault.msg);
}

static void
tell_of_file(struct crm_salvage *v)
{
	const struct crm_finding *f = &v->finding;

	if (f->behind)
		crm_salvage_tell(v,
		    "a head of the file is damaged: the newest change set may "
		    "be missing");
	if (f->damaged > 0 && !f->free_known)
		crm_salvage_tell(v,
		    "the list of free pages is damaged: what was taken from "
		    "pages that nothing leads to may be older than it was");
	if (v->erasure > (v->erased.n > 0 ? crm_le64_get(v->erased.p) : 0))
		crm_salvage_tell(v,
		    "what is remembered of the erased is lost: their addresses "
		    "may come back unseen");
}

static void
tell_of_paper(void *ctx, const char *what)
{
	crm_salvage_tell(ctx, "%s", what);
}

static const struct crm_err *
open_damaged(struct crm_salvage *v, struct crm_gate **gate)
{
	const struct crm_err *err;
	int64_t wait_ms = v->o.wait_ms;

	v->dir = open(v->o.from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (v->dir < 0)
		return crm_err_errno(
		    errno == EACCES ? CRM_E_NOPERM : CRM_E_NOINPUT, "%s",
		    v->o.from);
	/* the gate may be what is damaged: it is read without one then */
	err = crm_gate_open_to_read(v->dir, false, gate);
	if (err != NULL)
		return err->code == CRM_E_LOCKED ? err : NULL;
	return crm_gate_bar(*gate, wait_ms);
}

/*
 * Where to sort: beside the new store, since the damaged one's disk may be
 * broken, or refuse to be written.  Directories that lead there may not have
 * been made yet: the last that is there then.
 */
static int
open_beside(const char *path)
{
	char *up = crm_strndup(path, strlen(path));
	char *slash = strrchr(up, '/');
	int fd = -1;

	while (fd < 0 && slash != NULL && slash != up) {
		*slash = '\0';
		fd = open(up, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		slash = strrchr(up, '/');
	}
	if (fd < 0)
		fd = open(path[0] == '/' ? "/" : ".",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	crm_free(up);
	return fd;
}

const struct crm_err *
crm_salvage_make(const struct crm_salvage_options *o, struct crm_salvage **out)
{
	struct crm_salvage *v = crm_calloc(1, sizeof(*v));
	const struct crm_err *err;
	struct crm_gate *gate = NULL;

	*out = v;
	v->o = *o;
	v->fields.max = v->hidden.max = CRM_DUMP_LINE_MAX;
	v->erased.max = CRM_LOG_VALUE_MAX;
	v->load = crm_load_new(o->path, o->group);
	err = open_damaged(v, &gate);
	v->scratch = open_beside(o->path);
	v->records = crm_runs_new(PART, v->scratch);
	v->log = crm_runs_new(PART, v->scratch);
	if (err == NULL)
		err = find(v);
	crm_gate_close(gate);
	if (err == NULL)
		err = begin(v);
	if (err == NULL)
		tell_of_file(v);
	if (err == NULL)
		err = fill(v);
	if (err == NULL)
		err = make_whole(v);
	return err != NULL ? err
			   : crm_papers_copy(v->dir, v->load->store->dir,
				 v->load->store->shared, tell_of_paper, v);
}

const struct crm_salvage_result *
crm_salvage_result(const struct crm_salvage *v)
{
	return &v->result;
}

const struct crm_err *
crm_salvage_publish(struct crm_salvage *v)
{
	return crm_load_publish(v->load);
}

void
crm_salvage_free(struct crm_salvage *v)
{
	if (v == NULL)
		return;
	crm_runs_free(v->records);
	crm_runs_free(v->log);
	crm_load_free(v->load);
	crm_buf_release(&v->fields);
	crm_buf_release(&v->hidden);
	crm_buf_release(&v->erased);
	if (v->dir >= 0)
		(void)close(v->dir);
	if (v->scratch >= 0)
		(void)close(v->scratch);
	crm_free(v);
}

const struct crm_store *
crm_salvage_store(const struct crm_salvage *v)
{
	return v->load != NULL ? crm_load_store(v->load) : NULL;
}
