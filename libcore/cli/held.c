#include "cli/held.h"

#include <stdlib.h>

#include "base/mem.h"
#include "cli/memberships.h"
#include "cli/out.h"
#include "cli/tell.h"
#include "format/json.h"
#include "store/erase.h"
#include "store/history.h"
#include "store/links.h"

/* A record in a change set that touched it. */
struct touch {
	uint64_t number, id;
};

struct held {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	uint64_t of;
	uint64_t *id; /* the record, and what links to it */
	size_t n, cap;
	struct touch *touch;
	size_t ntouches, touch_cap;
	uint64_t touching;
	struct crm_buf rest; /* lines that are no records */
};

static void
add_id(struct held *h, uint64_t id)
{
	h->id = crm_grow(h->id, &h->cap, h->n + 1, sizeof(*h->id));
	h->id[h->n++] = id;
}

static const struct crm_err *
note_link(void *ctx, uint64_t id, const struct crm_stored *r,
    const struct crm_field *f)
{
	(void)r;
	(void)f;
	add_id(ctx, id);
	return NULL;
}

static void
add_id_text(struct crm_buf *b, const char *key, uint64_t id)
{
	char text[CRM_ID_TEXT];

	crm_buf_addf(b, "%s\"%s\"", key, crm_id_text(id, text));
}

/* Those that were removed: what crm-find prints does not say it. */
static const struct crm_err *
note_removed(struct held *h)
{
	const struct crm_err *err = NULL;
	const char *sep = "{\"removed\":[";
	enum crm_presence p;
	struct crm_stored r;
	size_t i;

	for (i = 0; err == NULL && i < h->n; i++) {
		err = crm_snap_get(h->snap, h->id[i], &r, &p);
		if (err != NULL || p != CRM_REMOVED)
			continue;
		add_id_text(&h->rest, sep, h->id[i]);
		sep = ",";
	}
	if (sep[0] == ',')
		crm_buf_adds(&h->rest, "]}\n");
	return err;
}

static const struct crm_err *
note_segment(void *ctx, uint64_t segment, const char *name)
{
	struct held *h = ctx;

	add_id_text(&h->rest, "{\"segment\":", segment);
	crm_buf_adds(&h->rest, ",\"name\":");
	crm_json_add_string(&h->rest, crm_view_str(name));
	crm_buf_adds(&h->rest, "}\n");
	return NULL;
}

static const struct crm_err *
note_mention(
    void *ctx, uint64_t id, const struct crm_field *f, struct crm_view said)
{
	struct held *h = ctx;
	size_t i;

	for (i = 0; i < h->n; i++)
		if (h->id[i] == id)
			return NULL; /* it is printed whole */
	crm_buf_adds(&h->rest, "{\"names\":");
	crm_json_add_string(&h->rest, said);
	add_id_text(&h->rest, ",\"id\":", id);
	crm_buf_adds(&h->rest, ",\"field\":");
	crm_json_add_string(&h->rest, crm_view_str(f->name));
	crm_buf_adds(&h->rest, "}\n");
	return NULL;
}

static const struct crm_err *
note_touch(void *ctx, uint64_t number, const struct crm_changed *changed)
{
	struct held *h = ctx;
	struct touch *t;

	(void)changed;
	h->touch = crm_grow(
	    h->touch, &h->touch_cap, h->ntouches + 1, sizeof(*h->touch));
	t = &h->touch[h->ntouches++];
	t->number = number;
	t->id = h->touching;
	return NULL;
}

/* The history of the record, and of what is about it. */
static const struct crm_err *
note_touches(struct held *h, const struct crm_concerned_list *list)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < list->n; i++) {
		h->touching = list->item[i].id;
		err = crm_history_each(h->snap, h->touching, note_touch, h);
	}
	return err;
}

/* Find everything in one look: what is printed may make others wait. */
static const struct crm_err *
find(struct held *h)
{
	struct crm_concerned_list list = { NULL, 0, 0 };
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;

	add_id(h, h->of);
	err = crm_links_to(h->snap, h->of, note_link, h);
	if (err == NULL)
		err = note_removed(h);
	if (err == NULL)
		err = crm_snap_get(h->snap, h->of, &r, &p);
	if (err == NULL && p == CRM_LIVE)
		err = crm_memberships(
		    h->ctx, h->snap, h->of, &r, note_segment, h);
	if (err == NULL)
		err = crm_erase_find(h->snap, &h->of, 1, &list);
	if (err == NULL)
		err = crm_erase_mentions(h->snap, &list, note_mention, h);
	if (err == NULL)
		err = note_touches(h, &list);
	crm_free(list.item);
	return err != NULL ? err : crm_buf_end(&h->rest);
}

static const struct crm_err *
print_records(struct held *h)
{
	const struct crm_err *err;
	struct crm_out_kinds kinds;
	struct crm_out *out = NULL;
	enum crm_presence p;
	struct crm_stored r;
	size_t i;

	crm_out_all_kinds(h->ctx->schema, true, &kinds);
	err = crm_out_new(h->ctx, h->snap, &kinds, false, &out);
	for (i = 0; err == NULL && i < h->n && !h->ctx->out.closed; i++) {
		err = crm_snap_get(h->snap, h->id[i], &r, &p);
		if (err == NULL && p != CRM_ABSENT)
			err = crm_out_put(out, h->id[i], &r);
	}
	if (err == NULL)
		err = crm_out_end(out);
	crm_out_free(out);
	return err;
}

static int
cmp_touches(const void *x, const void *y)
{
	const struct touch *a = x, *b = y;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* Oldest first: as it came about. */
static const struct crm_err *
print_history(struct held *h)
{
	struct crm_tell *tell = NULL;
	const struct crm_err *err;
	struct crm_change c;
	uint64_t *ids = crm_calloc(h->ntouches, sizeof(*ids));
	size_t i, j;

	if (h->ntouches > 0)
		qsort(h->touch, h->ntouches, sizeof(*h->touch), cmp_touches);
	err = crm_tell_new(h->ctx, h->snap, CRM_OUT_JSONL, &tell);
	for (i = 0; err == NULL && i < h->ntouches && !h->ctx->out.closed;
	     i = j) {
		for (j = i; j < h->ntouches &&
		     h->touch[j].number == h->touch[i].number;
		     j++)
			ids[j - i] = h->touch[j].id;
		err = crm_change_get(
		    crm_snap_txn(h->snap), h->touch[i].number, &c);
		if (err == NULL)
			err = crm_tell_change(tell, &c, ids, j - i);
	}
	if (err == NULL)
		err = crm_tell_end(tell);
	crm_tell_free(tell);
	crm_free(ids);
	return err;
}

const struct crm_err *
crm_held_print(struct crm_ctx *ctx, struct crm_snap *snap, uint64_t id)
{
	struct held h = { .ctx = ctx,
		.snap = snap,
		.of = id,
		.rest = CRM_BUF_INIT((size_t)1 << 30) };
	const struct crm_err *err;

	err = find(&h);
	if (err == NULL)
		err = print_records(&h);
	if (err == NULL) {
		crm_buf_addv(&ctx->out.buf, crm_buf_view(&h.rest));
		err = print_history(&h);
	}
	crm_free(h.id);
	crm_free(h.touch);
	crm_buf_release(&h.rest);
	return err;
}
