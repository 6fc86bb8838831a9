#include "cli/stat.h"

#include <stdio.h>

#include "base/num.h"
#include "base/utf8.h"
#include "cli/env.h"
#include "format/exact.h"
#include "format/table.h"
#include "store/stat.h"

/* A row of the table: a name, a number if it has one, a remark. */
static void
put_row(struct crm_table_out *t, const char *name, const uint64_t *n,
    struct crm_view remark)
{
	char digits[32];

	crm_table_cell(t, crm_view_str(name));
	crm_table_cell(t,
	    n != NULL ? crm_view(digits, crm_num_put_grouped(digits, *n))
		      : CRM_VNULL);
	crm_table_cell(t, remark);
	crm_table_row(t);
}

static void
put_number(
    struct crm_table_out *t, const char *name, uint64_t n, const char *remark)
{
	put_row(t, name, &n, crm_view_str(remark));
}

static void
put_text(struct crm_table_out *t, const char *name, struct crm_view text)
{
	struct crm_buf safe = CRM_BUF_INIT(CRM_LINE_MAX);

	crm_utf8_add_safe(&safe, text);
	put_row(t, name, NULL, crm_buf_view(&safe));
	crm_buf_release(&safe);
}

/* "12 removed, 30 not indexed yet, but found all the same" */
static void
put_kind(struct crm_table_out *t, const struct crm_kind *k,
    const struct crm_store_stat *s)
{
	struct crm_buf b = CRM_BUF_INIT(1000);
	size_t i = (size_t)(k->letter - 'a');
	char digits[32];

	if (s->removed[i] > 0) {
		crm_buf_add(
		    &b, digits, crm_num_put_grouped(digits, s->removed[i]));
		crm_buf_adds(&b, " removed");
	}
	if (k->letter == 'e' && s->lagging > 0) {
		crm_buf_adds(&b, b.n > 0 ? ", " : "");
		crm_buf_add(
		    &b, digits, crm_num_put_grouped(digits, s->lagging));
		crm_buf_adds(&b, " not indexed yet, but found all the same");
	}
	put_row(t, k->plural, &s->live[i], crm_buf_view(&b));
	crm_buf_release(&b);
}

/* "the newest is 311: 2026-03-01 09:30, anna, crm-log" */
static void
put_changes(struct crm_ctx *ctx, struct crm_table_out *t,
    const struct crm_store_stat *s)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_zone *zone = crm_ctx_zone(ctx);
	char text[CRM_TIME_TEXT];
	int64_t at_s = s->newest.clock_us / CRM_SECOND_US;

	if (s->newest.number > 0) {
		at_s += crm_zone_offset(zone, at_s);
		(void)crm_time_put(text, at_s * CRM_SECOND_US);
		text[10] = ' ';
		crm_buf_addf(&b, "the newest is %llu: %.16s, ",
		    (unsigned long long)s->newest.number, text);
		crm_utf8_add_safe(&b, s->newest.user);
		crm_buf_adds(&b, ", ");
		crm_utf8_add_safe(&b, s->newest.program);
	}
	put_row(t, "change sets", &s->changes, crm_buf_view(&b));
	crm_buf_release(&b);
}

/* What is left of batches that never ended. */
static void
put_leftovers(struct crm_table_out *t, const struct crm_store_stat *s)
{
	struct crm_buf b = CRM_BUF_INIT(1000);
	char digits[32];

	if (s->unfinished > 0)
		put_number(t, "unfinished", s->unfinished,
		    "batches, being written or cut off");
	if (s->hidden_ids == 0)
		return;
	crm_buf_add(&b, digits, crm_num_put_grouped(digits, s->hidden_records));
	crm_buf_adds(&b, " records take up space there");
	put_row(t, "hidden ids", &s->hidden_ids, crm_buf_view(&b));
	crm_buf_release(&b);
}

/* What each table takes of the pages that are used. */
static void
put_tables(struct crm_table_out *t, const struct crm_env_stat *e)
{
	char remark[100];
	int i;

	for (i = 0; i < CRM_NTABLES; i++) {
		(void)snprintf(remark, sizeof(remark), "of the table %s",
		    crm_table_name((enum crm_table)i));
		put_number(t, "pages", e->pages[i], remark);
	}
}

static const struct crm_err *
put_table(struct crm_ctx *ctx, const struct crm_store_stat *s)
{
	static const struct crm_table_column col[] = {
		{ .title = "what", .keep = true },
		{ .title = "number", .right = true, .keep = true },
		{ .title = "remark", .cut = true },
	};
	const struct crm_env_stat *e = &s->engine;
	struct crm_buf uuid = CRM_BUF_INIT(100);
	struct crm_table_out *t;
	size_t i;

	t = crm_table_new(&ctx->out, col, sizeof(col) / sizeof(col[0]),
	    ctx->terminal ? crm_env_width(1) : 0, crm_ctx_color(ctx));
	put_text(t, "store", crm_buf_view(&ctx->path));
	crm_hex_add(&uuid, crm_view(crm_store_uuid(ctx->store), 16));
	put_text(t, "uuid", crm_buf_view(&uuid));
	put_number(t, "replica", crm_store_replica(ctx->store),
	    crm_store_replica(ctx->store) == 0 ? "the original" : "a clone");
	put_number(t, "format", s->format, "");
	for (i = 0; i < crm_schema_nkinds(ctx->schema); i++)
		put_kind(t, crm_schema_kind(ctx->schema, i), s);
	put_changes(ctx, t, s);
	put_leftovers(t, s);
	put_number(t, "bytes", e->file_bytes, "data.mdb");
	put_number(t, "pages used", e->used_pages, "");
	put_tables(t, e);
	put_number(t, "pages free", e->free_pages, "to be used again");
	put_number(t, "readers", e->readers - (e->readers > 0),
	    "other programs that read now");
	crm_table_end(t);
	crm_table_free(t);
	crm_buf_release(&uuid);
	return crm_sink_flush(&ctx->out);
}

static void
add_number(struct crm_buf *b, const char *key, uint64_t n)
{
	char digits[24];

	crm_buf_addf(b, ",\"%s\":", key);
	crm_buf_add(b, digits, crm_num_put(digits, n));
}

static void
add_text(struct crm_buf *b, const char *key, struct crm_view v)
{
	crm_buf_addf(b, ",\"%s\":", key);
	crm_exact_put_text(b, v);
}

/* A number for each kind: ,"live":{"person":12,...} */
static void
add_kinds(struct crm_ctx *ctx, struct crm_buf *b, const char *key,
    const uint64_t n[26])
{
	const struct crm_kind *k;
	char digits[24];
	size_t i;

	crm_buf_addf(b, ",\"%s\":{", key);
	for (i = 0; i < crm_schema_nkinds(ctx->schema); i++) {
		k = crm_schema_kind(ctx->schema, i);
		crm_buf_addf(b, "%s\"%s\":", i > 0 ? "," : "", k->name);
		crm_buf_add(b, digits, crm_num_put(digits, n[k->letter - 'a']));
	}
	crm_buf_addc(b, '}');
}

/* Pages of each table: ,"pages":{"meta":1,...} */
static void
add_tables(struct crm_buf *b, const struct crm_env_stat *e)
{
	char digits[24];
	int i;

	crm_buf_adds(b, ",\"pages\":{");
	for (i = 0; i < CRM_NTABLES; i++) {
		crm_buf_addf(b, "%s\"%s\":", i > 0 ? "," : "",
		    crm_table_name((enum crm_table)i));
		crm_buf_add(b, digits, crm_num_put(digits, e->pages[i]));
	}
	crm_buf_addc(b, '}');
}

static const struct crm_err *
put_json(struct crm_ctx *ctx, const struct crm_store_stat *s)
{
	const struct crm_env_stat *e = &s->engine;
	struct crm_buf *b = &ctx->out.buf;
	char time[CRM_TIME_TEXT];

	crm_buf_adds(b, "{\"store\":");
	crm_exact_put_text(b, crm_buf_view(&ctx->path));
	crm_buf_adds(b, ",\"uuid\":\"");
	crm_hex_add(b, crm_view(crm_store_uuid(ctx->store), 16));
	crm_buf_addc(b, '"');
	add_number(b, "replica", crm_store_replica(ctx->store));
	add_number(b, "format", s->format);
	add_kinds(ctx, b, "live", s->live);
	add_kinds(ctx, b, "removed", s->removed);
	add_number(b, "lagging", s->lagging);
	add_number(b, "fresh", s->fresh);
	add_number(b, "changes", s->changes);
	add_number(b, "unfinished", s->unfinished);
	add_number(b, "newest", s->newest.number);
	if (s->newest.number > 0) {
		add_text(b, "newest-at",
		    crm_view(time, crm_time_put(time, s->newest.clock_us)));
		add_text(b, "newest-by", s->newest.user);
		add_text(b, "newest-with", s->newest.program);
	}
	add_number(b, "hidden-ids", s->hidden_ids);
	add_number(b, "hidden-records", s->hidden_records);
	add_number(b, "bytes", e->file_bytes);
	add_number(b, "page-bytes", e->page_bytes);
	add_number(b, "pages-used", e->used_pages);
	add_tables(b, e);
	add_number(b, "pages-free", e->free_pages);
	add_number(b, "readers", e->readers - (e->readers > 0));
	crm_buf_adds(b, "}\n");
	return crm_sink_flush(&ctx->out);
}

const struct crm_err *
crm_stat_print(struct crm_ctx *ctx, struct crm_snap *snap, bool json)
{
	struct crm_store_stat s;
	const struct crm_err *err;

	err = crm_store_stat(snap, &s);
	if (err != NULL)
		return err;
	return json ? put_json(ctx, &s) : put_table(ctx, &s);
}
