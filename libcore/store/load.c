/* Making a store from a dump. */
#include "store/dump.h"

#include "base/crc.h"
#include "base/utf8.h"
#include "store/block.h"
#include "store/change_impl.h"
#include "store/check.h"
#include "store/erased.h"
#include "store/load_impl.h"
#include "store/rebuild.h"

#define PART ((size_t)24 << 20) /* bytes that one transaction puts */

struct crm_load *
crm_load_new(const char *path, int64_t group)
{
	struct crm_load *l = crm_calloc(1, sizeof(*l));

	l->path = crm_strndup(path, strlen(path));
	l->group = group;
	l->scratch.max = l->yaml.max = l->names.max = l->part.max =
	    l->value.max = l->more.max = l->old.max = l->new.max =
		l->hidden.max = l->erased.max = CRM_DUMP_LINE_MAX * 2;
	l->last_key.max = CRM_KEY_MAX;
	crm_exact_init(&l->exact);
	return l;
}

void
crm_load_free(struct crm_load *l)
{
	if (l == NULL)
		return;
	crm_store_discard(l->store);
	crm_dump_kinds_release(&l->kinds);
	crm_exact_release(&l->exact);
	crm_buf_release(&l->scratch);
	crm_buf_release(&l->yaml);
	crm_buf_release(&l->names);
	crm_buf_release(&l->part);
	crm_buf_release(&l->value);
	crm_buf_release(&l->more);
	crm_buf_release(&l->old);
	crm_buf_release(&l->new);
	crm_buf_release(&l->hidden);
	crm_buf_release(&l->erased);
	crm_buf_release(&l->last_key);
	crm_free(l->slot);
	crm_free(l->path);
	crm_free(l);
}

const struct crm_store *
crm_load_store(const struct crm_load *l)
{
	return l->store;
}

/*
 * Values wait in l->part until there are enough for a transaction:
 *   table u8, key length u16, value length u32, key, value
 */
#define ITEM_HEAD 7

struct item {
	enum crm_table table;
	struct crm_view key, value;
};

static size_t
open_item(const char *p, struct item *out)
{
	size_t nkey = crm_le16_get(p + 1), nvalue = crm_le32_get(p + 3);

	out->table = (enum crm_table)p[0];
	out->key = crm_view(p + ITEM_HEAD, nkey);
	out->value = crm_view(p + ITEM_HEAD + nkey, nvalue);
	return ITEM_HEAD + nkey + nvalue;
}

/* Put an item that may be there already, or take it out. */
static const struct crm_err *
put_anywhere(
    struct crm_txn *t, struct crm_block_writer *w, const struct item *item)
{
	if (item->value.n == 0)
		return w != NULL ? crm_block_del(w, item->key)
				 : crm_kv_del(t, item->table, item->key);
	return w != NULL ? crm_block_put(w, item->key, item->value)
			 : crm_kv_put(t, item->table, item->key, item->value);
}

/* Put the items of one table, which stand one behind the other. */
static const struct crm_err *
put_items(struct crm_txn *t, struct crm_view part, bool anywhere, size_t *at)
{
	struct crm_block_writer *w = NULL;
	struct crm_cur *cur = NULL;
	const struct crm_err *err;
	enum crm_table table;
	struct item item;
	size_t n;

	(void)open_item(part.p + *at, &item);
	table = item.table;
	err = crm_form_of(table) != NULL ? crm_block_write(t, table, &w)
					 : crm_cur_open(t, table, &cur);
	while (err == NULL && *at < part.n) {
		n = open_item(part.p + *at, &item);
		if (item.table != table)
			break;
		if (anywhere)
			err = put_anywhere(t, w, &item);
		else
			err = w != NULL
			    ? crm_block_put(w, item.key, item.value)
			    : crm_cur_append(cur, item.key, item.value);
		*at += n;
	}
	crm_cur_close(cur);
	if (err == NULL && w != NULL)
		return crm_block_close(w);
	crm_block_abandon(w);
	return err;
}

static const struct crm_err *
put_part(void *ctx, struct crm_txn *t)
{
	struct crm_load *l = ctx;
	const struct crm_err *err = NULL;
	size_t at = 0;

	while (err == NULL && at < l->part.n)
		err = put_items(t, crm_buf_view(&l->part), l->anywhere, &at);
	return err;
}

const struct crm_err *
crm_load_flush(struct crm_load *l, size_t least)
{
	const struct crm_err *err = crm_buf_end(&l->part);

	if (err != NULL || l->part.n < least)
		return err;
	err = crm_store_update(l->store, put_part, l);
	crm_buf_reset(&l->part);
	return err;
}

const struct crm_err *
crm_load_put(struct crm_load *l, enum crm_table table, struct crm_view key,
    struct crm_view value)
{
	char head[ITEM_HEAD];

	if (l->last_table == table && l->last_key.n > 0 &&
	    crm_view_cmp(crm_buf_view(&l->last_key), key) >= 0)
		return crm_err(CRM_E_DATA, "out of order");
	l->last_table = table;
	crm_buf_reset(&l->last_key);
	crm_buf_addv(&l->last_key, key);
	head[0] = (char)table;
	crm_le16(head + 1, (uint16_t)key.n);
	crm_le32(head + 3, (uint32_t)value.n);
	crm_buf_add(&l->part, head, sizeof(head));
	crm_buf_addv(&l->part, key);
	crm_buf_addv(&l->part, value);
	return crm_load_flush(l, PART);
}

/* Something is wrong with the dump, not with this machine's configuration. */
static const struct crm_err *
as_data(const struct crm_err *err)
{
	return err != NULL && err->code == CRM_E_CONFIG
	    ? crm_err(CRM_E_DATA, "%s", err->msg)
	    : err;
}

/* Header, configuration and names are known: make the store. */
static const struct crm_err *
begin(struct crm_load *l)
{
	const struct crm_err *err;

	if (l->store != NULL)
		return NULL;
	l->seed.fields = crm_buf_view(&l->names);
	err = crm_store_begin_as(
	    l->path, l->group, crm_buf_view(&l->yaml), &l->seed, &l->store);
	if (err != NULL)
		return as_data(err);
	l->kinds.schema = l->store->config->schema;
	return NULL;
}

#define FIRST(name) \
	{ \
		"\"" name "\":", sizeof(name) + 2 \
	}

/* The sections in order, by the first key of their lines. */
static const struct section {
	struct crm_view key;
	const struct crm_err *(*read)(struct crm_load *);
	bool of_store; /* it wants the store made */
} sections[] = {
	[CRM_LOAD_HEADER] = { FIRST("crm-dump"), crm_load_header, false },
	[CRM_LOAD_YAML] = { FIRST("crm.yaml"), crm_load_yaml, false },
	[CRM_LOAD_FIELDS] = { FIRST("field"), crm_load_field, false },
	[CRM_LOAD_LOG] = { FIRST("change"), crm_load_change, true },
	[CRM_LOAD_DIGESTS] = { FIRST("digests"), crm_load_digests, true },
	[CRM_LOAD_CHANGED] = { FIRST("changed"), crm_load_changed, true },
	[CRM_LOAD_HIDDEN] = { FIRST("hidden"), crm_load_hidden, true },
	[CRM_LOAD_ERASED] = { FIRST("erased"), crm_load_erased, true },
	[CRM_LOAD_RECORDS] = { FIRST("id"), crm_load_record, true },
	[CRM_LOAD_END] = { FIRST("end"), crm_load_trailer, true },
};
#define NSECTIONS (sizeof(sections) / sizeof(sections[0]))

/* Which section a line is of; NSECTIONS: none. */
static size_t
section_of(struct crm_load *l)
{
	size_t i = l->section;

	if (crm_json_take_key(&l->j, sections[i].key))
		return i;
	for (i = 0; i < NSECTIONS; i++)
		if (i != l->section &&
		    crm_json_take_key(&l->j, sections[i].key))
			break;
	return i;
}

/* May a line of a section come after one of another? */
static bool
is_in_order(const struct crm_load *l, size_t next)
{
	if (l->lines == 0)
		return next == CRM_LOAD_HEADER;
	if (l->lines == 1)
		return next == CRM_LOAD_YAML;
	if (next <= CRM_LOAD_YAML || l->section == CRM_LOAD_END)
		return false;
	/* change sets and their digests stand among each other */
	return next >= l->section ||
	    (next == CRM_LOAD_LOG && l->section == CRM_LOAD_DIGESTS);
}

static const struct crm_err *
read_line(struct crm_load *l, struct crm_view line)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view text;
	size_t next;

	if (crm_utf8_check(line) < line.n)
		return crm_err(CRM_E_DATA, "not UTF-8");
	crm_json_begin(&l->j, line, &l->scratch);
	err = crm_json_next(&l->j, &token, &text);
	if (err == NULL && token != CRM_JSON_OBJECT)
		err = crm_err(CRM_E_DATA, "expected an object");
	if (err != NULL)
		return err;
	next = section_of(l);
	if (next == NSECTIONS || !is_in_order(l, next))
		return crm_err(CRM_E_DATA, "this line is not expected here");
	l->section = next;
	if (sections[next].of_store)
		err = begin(l);
	if (err == NULL)
		err = sections[next].read(l);
	if (err == NULL)
		err = crm_json_next(&l->j, &token, &text);
	if (err == NULL && token != CRM_JSON_OBJECT_END)
		err = crm_err(CRM_E_DATA, "unknown key '%.*s'",
		    (int)(text.n < 100 ? text.n : 100), text.p);
	if (err == NULL)
		err = crm_json_next(&l->j, &token, &text);
	return err;
}

const struct crm_err *
crm_load_line(struct crm_load *l, struct crm_view line)
{
	const struct crm_err *err;

	if (l->lines == 0 && !crm_view_starts(line, CRM_V("{\"crm-dump\":")))
		return crm_err(CRM_E_DATA, "this is not a dump of crm-store");
	err = read_line(l, line);
	if (err != NULL)
		return err;
	l->lines++;
	l->crc = crm_crc32c(l->crc, line.p, line.n);
	l->crc = crm_crc32c(l->crc, "\n", 1);
	return NULL;
}

/* What is no table of its own. */
static const struct crm_err *
put_meta(void *ctx, struct crm_txn *t)
{
	struct crm_load *l = ctx;
	const struct crm_err *err = NULL;

	if (l->hidden.n > 0)
		err =
		    crm_meta_put(t, CRM_META_HIDDEN, crm_buf_view(&l->hidden));
	if (err == NULL && l->erased.n > 0)
		err =
		    crm_meta_put(t, CRM_META_ERASED, crm_buf_view(&l->erased));
	if (err == NULL && l->turned)
		err = crm_change_note_parts(t, l->head);
	return err;
}

static void
keep_fault(void *ctx, const char *where, const char *what)
{
	struct crm_load *l = ctx;

	if (l->fault.msg[0] == '\0')
		l->fault = *crm_err(CRM_E_DATA,
		    "the dump does not agree with itself: %s: %s", where, what);
}

/* The chain, the digests of what was added, links. */
static const struct crm_err *
check(struct crm_load *l)
{
	struct crm_check c = { .what = CRM_CHECK_RECORDS | CRM_CHECK_LOG,
		.fault = keep_fault,
		.ctx = l };
	const struct crm_err *err;

	err = crm_check_store(l->store, &c);
	return err != NULL || c.faults == 0
	    ? err
	    : crm_err(CRM_E_DATA, "%s", l->fault.msg);
}

const struct crm_err *
crm_load_end(struct crm_load *l)
{
	const struct crm_err *err;

	if (l->section != CRM_LOAD_END)
		return crm_err(CRM_E_DATA,
		    l->lines == 0 ? "there is no dump"
				  : "the dump is cut short");
	err = crm_load_flush(l, 1);
	if (err == NULL)
		err = crm_store_update(l->store, put_meta, l);
	if (err == NULL)
		err = crm_build(l->store);
	return err != NULL ? err : check(l);
}

const struct crm_err *
crm_load_publish(struct crm_load *l)
{
	struct crm_store *s = l->store;

	l->store = NULL;
	return crm_store_publish(s);
}
