#include "cli/linked.h"

#include <unistd.h>

#include "cli/msg.h"
#include "record/value.h"
#include "store/story.h"

#define COUNTED_MAX 1000000

/* Events in whose who it is: its story. */
static const struct crm_err *
count_events(struct crm_snap *snap, uint64_t id, uint64_t *out)
{
	const struct crm_err *err;
	struct crm_story_walk *w;
	struct crm_story s;

	err = crm_snap_story(snap, &w);
	if (err == NULL)
		err = crm_story_seek(w, id, INT64_MIN, &s);
	while (err == NULL && s.who == id) {
		++*out;
		err = crm_story_next(w, &s);
	}
	return err;
}

/* Records of a kind with a field that names it. */
static const struct crm_err *
count_kind(
    struct crm_snap *snap, const struct crm_kind *k, uint64_t id, uint64_t *out)
{
	struct crm_buf key = CRM_BUF_INIT(64);
	const struct crm_err *err = NULL;
	const uint64_t *found;
	char link[CRM_LINK_MAX];
	size_t i, n;

	for (i = 0; err == NULL && i < k->nfields; i++) {
		const struct crm_field *f = &k->field[i];

		if (f->type != CRM_T_LINK || (f->flags & CRM_F_INDEXED) == 0 ||
		    strchr(f->links, crm_id_kind(id)) == NULL)
			continue;
		crm_buf_reset(&key);
		crm_value_add_key(
		    &key, f, crm_view(link, crm_link_put(link, id)));
		err = crm_snap_find(snap, k->letter, f, crm_buf_view(&key),
		    false, COUNTED_MAX, &found, &n);
		*out += n;
	}
	crm_buf_release(&key);
	return err;
}

static void
add_count(struct crm_buf *b, uint64_t n, const struct crm_kind *k)
{
	char digits[26];

	if (n == 0)
		return;
	if (b->n > 0)
		crm_buf_adds(b, ", ");
	crm_buf_add(b, digits, crm_num_put_grouped(digits, n));
	crm_buf_addf(b, " %s", n == 1 ? k->name : k->plural);
}

const struct crm_err *
crm_linked_tell(struct crm_ctx *ctx, const uint64_t *id, size_t n)
{
	struct crm_buf b = CRM_BUF_INIT(4000);
	const struct crm_err *err;
	struct crm_snap *snap;
	uint64_t count;
	size_t i, j;

	if (ctx->quiet || isatty(STDERR_FILENO) != 1)
		return NULL;
	err = crm_snap_open(ctx->store, &snap);
	for (i = 0; err == NULL && i < crm_schema_nkinds(ctx->schema); i++) {
		const struct crm_kind *k = crm_schema_kind(ctx->schema, i);

		count = 0;
		for (j = 0; err == NULL && j < n; j++)
			err = k->letter == 'e'
			    ? count_events(snap, id[j], &count)
			    : count_kind(snap, k, id[j], &count);
		add_count(&b, count, k);
	}
	crm_snap_close(snap);
	if (err == NULL && b.n > 0)
		crm_msg(
		    "what links there stays: %.*s", CRM_VARG(crm_buf_view(&b)));
	crm_buf_release(&b);
	return err;
}
