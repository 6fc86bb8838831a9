#include "cli/tell.h"

#include "base/mem.h"
#include "cli/out.h"
#include "cli/say.h"
#include "cli/tell_json.h"
#include "format/json.h"
#include "record/value.h"
#include "report/rows.h"
#include "store/history.h"

#define LISTED_MAX 5   /* records added that are told of one by one */
#define CHANGED_MAX 10 /* records changed or removed, for people */

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "change", .type = CRM_T_NUMBER },
	{ .name = "at", .type = CRM_T_TIME },
	{ .name = "user", .type = CRM_T_TEXT },
	{ .name = "command", .type = CRM_T_TEXT },
	{ .name = "arguments", .type = CRM_T_TEXT },
	{ .name = "message", .type = CRM_T_TEXT },
	{ .name = "id", .type = CRM_T_LINK, .flags = CRM_F_COMPUTED },
	{ .name = "what", .type = CRM_T_TEXT },
	{ .name = "field", .type = CRM_T_TEXT },
	{ .name = "old", .type = CRM_T_TEXT },
	{ .name = "new", .type = CRM_T_TEXT },
};
/* clang-format on */

struct crm_tell {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	enum crm_form_out form;
	struct crm_say say;
	struct crm_writer *writer;
	struct crm_rows *rows;
	struct crm_row_maker row;
	struct crm_buf text;
	uint64_t told;            /* change sets */
	struct crm_change change; /* the one at hand; views of its own */
	/* for that, and for the fields of one record: what is printed may let
	 * go of the snapshot */
	struct crm_arena own, fields;
	bool first; /* nothing of a JSON list was printed */
	/* all that it changed, for people: so many records were told of, and
	 * those that were not are counted */
	uint64_t listed, changed, removed, restored;
};

static struct crm_view
keep(struct crm_arena *a, struct crm_view v)
{
	return crm_view(crm_arena_dup(a, v.p, v.n), v.n);
}

static const struct crm_kind *
kind_of(struct crm_tell *h, uint64_t id)
{
	return crm_kind_of(h->ctx->schema, crm_id_kind(id));
}

/* One field of a record that was changed, or that came with an add. */
struct turn {
	uint64_t id;
	const char *what;
	const struct crm_field *field; /* NULL: none, the record as such */
	struct crm_view old, new;
};

/* For people: "    city  Warszawa -> Kraków" */
static const struct crm_err *
say_turn(struct crm_tell *h, const struct turn *t)
{
	const struct crm_err *err = NULL;
	struct crm_say *s = &h->say;
	size_t from = s->text.n;

	if (t->field == NULL)
		return NULL;
	crm_say_add(s, "    %s", t->field->name);
	crm_say_pad(s, from, 16);
	if (t->old.n > 0)
		err = crm_say_value(s, t->field, t->old);
	if (err == NULL && t->old.n > 0)
		crm_say_add(s, t->new.n > 0 ? " -> " : " -> (none)");
	if (err == NULL && t->new.n > 0)
		err = crm_say_value(s, t->field, t->new);
	crm_say_add(s, "\n");
	return err;
}

/* A value as TSV has it: many joined with ','. */
static void
row_value(struct crm_tell *h, const struct crm_field *f, struct crm_view stored)
{
	struct crm_many m;
	struct crm_view v;
	bool first = true;

	crm_buf_reset(&h->text);
	crm_many_begin(&m, stored, (f->flags & CRM_F_MANY) != 0);
	while (stored.n > 0 && crm_many_next(&m, &v)) {
		if (!first)
			crm_buf_addc(&h->text, ',');
		first = false;
		crm_value_add_text(&h->text, f, v);
	}
	crm_row_text(&h->row, crm_buf_view(&h->text));
}

static const struct crm_err *
put_turn(struct crm_tell *h, const struct turn *t)
{
	const struct crm_change *c = &h->change;

	crm_row_begin(&h->row);
	crm_row_number(&h->row, (int64_t)c->number);
	crm_row_time(&h->row, c->clock_us);
	crm_row_text(&h->row, c->user);
	crm_row_text(&h->row, c->program);
	crm_row_text(&h->row, c->arguments);
	crm_row_text(&h->row, c->message);
	crm_row_link(&h->row, t->id);
	crm_row_text(&h->row, crm_view_str(t->what));
	if (t->field != NULL) {
		crm_row_text(&h->row, crm_view_str(t->field->name));
		row_value(h, t->field, t->old);
		row_value(h, t->field, t->new);
	} else {
		crm_row_none(&h->row);
		crm_row_none(&h->row);
		crm_row_none(&h->row);
	}
	return crm_row_put(&h->row, h->rows);
}

static const struct crm_err *
take_turn(struct crm_tell *h, const struct turn *t)
{
	if (h->form == CRM_OUT_TABLE)
		return say_turn(h, t);
	if (h->form != CRM_OUT_JSONL)
		return put_turn(h, t);
	if (t->field != NULL)
		crm_tell_json_field(
		    &h->ctx->out.buf, t->field, t->old, t->new, &h->first);
	return NULL;
}

/* "  p12 Anna Nowak" and what happened to it. */
static const struct crm_err *
begin_record(struct crm_tell *h, uint64_t id, const char *what)
{
	struct crm_buf *b = &h->ctx->out.buf;
	const struct crm_err *err = NULL;
	char text[CRM_ID_TEXT];

	if (h->form == CRM_OUT_TABLE) {
		crm_say_add(&h->say, "  %s ", crm_id_text(id, text));
		err = crm_say_name(&h->say, id);
		crm_say_add(&h->say,
		    strcmp(what, "changed") == 0 ? "%s\n" : " %s\n",
		    strcmp(what, "changed") == 0 ? "" : what);
	} else if (h->form == CRM_OUT_JSONL) {
		if (!h->first)
			crm_buf_addc(b, ',');
		crm_tell_json_begin(b, id, what);
		h->first = true;
	}
	return err;
}

static void
end_record(struct crm_tell *h)
{
	if (h->form != CRM_OUT_JSONL)
		return;
	crm_tell_json_end(&h->ctx->out.buf);
	h->first = false;
}

/* A record that was changed, field by field. */
static const struct crm_err *
tell_changed(void *ctx, const struct crm_changed *c)
{
	struct crm_tell *h = ctx;
	const struct crm_kind *k = kind_of(h, c->id);
	struct turn t = { .id = c->id, .what = crm_tell_json_what(c) };
	struct crm_changed own = *c;
	const struct crm_err *err;
	uint16_t num;
	size_t at = 0;

	crm_arena_reset(&h->fields);
	own.fields = keep(&h->fields, c->fields);
	err = begin_record(h, own.id, t.what);
	if (err == NULL && own.nfields == 0)
		err = take_turn(h, &t);
	while (err == NULL && k != NULL &&
	    crm_changed_field(&own, &at, &num, &t.old, &t.new)) {
		t.field = crm_field_num(k, num);
		if (t.field != NULL)
			err = take_turn(h, &t);
	}
	end_record(h);
	return err;
}

/* For people: the first records that it changed, the others are counted. */
static const struct crm_err *
list_changed(void *ctx, const struct crm_changed *c)
{
	struct crm_tell *h = ctx;

	if (h->listed++ < CHANGED_MAX)
		return tell_changed(h, c);
	if ((c->flags & CRM_CHANGED_REMOVED) != 0)
		h->removed++;
	else if ((c->flags & CRM_CHANGED_RESTORED) != 0)
		h->restored++;
	else
		h->changed++;
	return NULL;
}

static void
add_count(struct crm_buf *b, uint64_t n)
{
	char digits[26];

	crm_buf_add(b, digits, crm_num_put_grouped(digits, n));
}

static void
say_more(struct crm_tell *h, uint64_t n, const char *what)
{
	if (n == 0)
		return;
	crm_say_add(&h->say, "  and ");
	add_count(&h->say.text, n);
	crm_say_add(&h->say, " more %s\n", what);
}

/* All that a change set changed, for people. */
static const struct crm_err *
say_changed(struct crm_tell *h)
{
	const struct crm_err *err;

	h->listed = h->changed = h->removed = h->restored = 0;
	err = crm_history_changed(h->snap, h->change.number, list_changed, h);
	say_more(h, h->changed, "changed");
	say_more(h, h->removed, "removed");
	say_more(h, h->restored, "restored");
	return err;
}

/* A record that was added, with what it had then. */
static const struct crm_err *
tell_added(struct crm_tell *h, uint64_t id)
{
	const struct crm_kind *k = kind_of(h, id);
	struct turn t = { .id = id, .what = "added" };
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 8);
	const struct crm_err *err;
	struct crm_stored r;
	struct crm_slot s;
	bool was_there = false;
	uint32_t i;

	err = crm_history_as_of(h->snap, id, h->change.number, &b, &was_there);
	if (err == NULL)
		err = begin_record(h, id, t.what);
	if (err == NULL && was_there && k != NULL &&
	    crm_code_open(crm_buf_view(&b), &r))
		for (i = 0; err == NULL && i < r.n; i++) {
			s = crm_stored_at(&r, i);
			t.field = crm_field_num(k, s.num);
			t.new = s.value;
			if (t.field != NULL)
				err = take_turn(h, &t);
		}
	end_record(h);
	crm_buf_release(&b);
	return err;
}

/* What was added, told by its ids: few by name, many as a range. */
static const struct crm_err *
say_range(struct crm_tell *h, const struct crm_id_range *r)
{
	const struct crm_err *err = NULL;
	char first[CRM_ID_TEXT], last[CRM_ID_TEXT];
	uint64_t i;

	if (r->count > LISTED_MAX) {
		crm_say_add(&h->say, "  added ");
		add_count(&h->say.text, r->count);
		crm_say_add(&h->say, " %s, %s to %s\n",
		    kind_of(h, r->first)->plural, crm_id_text(r->first, first),
		    crm_id_text(r->first + r->count - 1, last));
		return NULL;
	}
	for (i = 0; err == NULL && i < r->count; i++) {
		crm_say_add(
		    &h->say, "  added %s ", crm_id_text(r->first + i, first));
		err = crm_say_name(&h->say, r->first + i);
		crm_say_add(&h->say, "\n");
	}
	return err;
}

static const struct crm_err *
put_range(struct crm_tell *h, const struct crm_id_range *r)
{
	struct turn t = { .what = "added" };
	const struct crm_err *err = NULL;
	uint64_t i;

	for (i = 0; err == NULL && i < r->count; i++) {
		t.id = r->first + i;
		err = put_turn(h, &t);
	}
	return err;
}

static void
json_range(struct crm_tell *h, const struct crm_id_range *r)
{
	char first[CRM_ID_TEXT], last[CRM_ID_TEXT];

	crm_buf_addf(&h->ctx->out.buf,
	    "%s{\"first\":\"%s\",\"last\":\"%s\",\"count\":%llu}",
	    h->first ? "" : ",", crm_id_text(r->first, first),
	    crm_id_text(r->first + r->count - 1, last),
	    (unsigned long long)r->count);
	h->first = false;
}

static const struct crm_err *
tell_ranges(struct crm_tell *h)
{
	const struct crm_err *err = NULL;
	struct crm_id_range r;
	size_t at = 0;

	while (err == NULL && crm_change_range(&h->change, &at, &r)) {
		if (h->form == CRM_OUT_TABLE)
			err = say_range(h, &r);
		else if (h->form == CRM_OUT_JSONL)
			json_range(h, &r);
		else
			err = put_range(h, &r);
	}
	return err;
}

static void
json_text(struct crm_tell *h, const char *name, struct crm_view v)
{
	struct crm_buf *b = &h->ctx->out.buf;

	if (v.n == 0)
		return;
	crm_buf_addf(b, ",\"%s\":", name);
	crm_json_add_string(b, v);
}

/* Who, when, with what. */
static void
begin_change(struct crm_tell *h)
{
	static const struct crm_field time = { .type = CRM_T_TIME };
	const struct crm_change *c = &h->change;
	struct crm_buf *b = &h->ctx->out.buf;
	char at[CRM_TIME_TEXT];

	if (h->form == CRM_OUT_JSONL) {
		crm_buf_addf(b, "{\"change\":%llu,\"at\":\"%.*s\"",
		    (unsigned long long)c->number,
		    (int)crm_time_put(at, c->clock_us), at);
		json_text(h, "user", c->user);
		json_text(h, "command", c->program);
		json_text(h, "arguments", c->arguments);
		json_text(h, "message", c->message);
		if (c->undoes != 0)
			crm_buf_addf(b, ",\"undoes\":%llu",
			    (unsigned long long)c->undoes);
		return;
	}
	if (h->form != CRM_OUT_TABLE)
		return;
	if (h->told > 0)
		crm_say_add(&h->say, "\n");
	crm_say_dim(&h->say, "change %llu  ", (unsigned long long)c->number);
	crm_buf_reset(&h->text);
	crm_value_put_time(&h->text, c->clock_us);
	crm_people_add_value(
	    &h->say.text, &time, crm_buf_view(&h->text), h->say.zone);
	crm_say_add(&h->say, "  ");
	crm_say_text(&h->say, c->user);
	crm_say_add(&h->say, "  ");
	crm_say_text(&h->say, c->program);
	crm_say_add(&h->say, c->arguments.n > 0 ? " " : "");
	crm_say_text(&h->say, c->arguments);
	crm_say_add(&h->say, "\n");
	if (c->undoes != 0)
		crm_say_add(&h->say, "  takes back change %llu\n",
		    (unsigned long long)c->undoes);
	if (c->message.n > 0) {
		crm_say_add(&h->say, "  \"");
		crm_say_text(&h->say, c->message);
		crm_say_add(&h->say, "\"\n");
	}
}

static void
json_list(struct crm_tell *h, const char *name)
{
	crm_buf_addf(&h->ctx->out.buf, ",\"%s\":[", name);
	h->first = true;
}

/* All that a change set did. */
static const struct crm_err *
tell_all(struct crm_tell *h)
{
	const struct crm_err *err;
	bool json = h->form == CRM_OUT_JSONL;

	if (json)
		json_list(h, "added");
	err = tell_ranges(h);
	if (json) {
		crm_buf_addc(&h->ctx->out.buf, ']');
		json_list(h, "changed");
	}
	if (err == NULL && h->form == CRM_OUT_TABLE)
		err = say_changed(h);
	else if (err == NULL)
		err = crm_history_changed(
		    h->snap, h->change.number, tell_changed, h);
	if (json)
		crm_buf_addc(&h->ctx->out.buf, ']');
	return err;
}

/* What it did to the records that were asked for. */
static const struct crm_err *
tell_some(struct crm_tell *h, uint64_t number, const uint64_t *id, size_t n)
{
	const struct crm_err *err = NULL;
	struct crm_changed c;
	bool found;
	size_t i;

	if (h->form == CRM_OUT_JSONL)
		json_list(h, "changed");
	for (i = 0; err == NULL && i < n; i++) {
		err = crm_changed_get(
		    crm_snap_txn(h->snap), number, id[i], &c, &found);
		if (err == NULL)
			err =
			    found ? tell_changed(h, &c) : tell_added(h, id[i]);
	}
	if (h->form == CRM_OUT_JSONL)
		crm_buf_addc(&h->ctx->out.buf, ']');
	return err;
}

const struct crm_err *
crm_tell_new(struct crm_ctx *ctx, struct crm_snap *snap, enum crm_form_out form,
    struct crm_tell **out)
{
	struct crm_tell *h = crm_calloc(1, sizeof(*h));
	struct crm_rows_options ro = { .form = form, .limit = UINT64_MAX };

	*out = h;
	h->ctx = ctx;
	h->snap = snap;
	h->form = form;
	crm_say_init(&h->say, ctx, snap);
	h->text.max = CRM_LINE_MAX * 8;
	crm_out_let_go(ctx, snap);
	if (form == CRM_OUT_TABLE)
		return crm_ctx_page(ctx);
	if (form == CRM_OUT_JSONL)
		return NULL;
	h->writer = crm_ctx_writer(ctx, form);
	return crm_rows_new(snap, &ro, h->writer, columns,
	    sizeof(columns) / sizeof(columns[0]), &h->rows);
}

void
crm_tell_free(struct crm_tell *h)
{
	if (h == NULL)
		return;
	h->ctx->out.before = h->ctx->out.after = NULL;
	crm_rows_free(h->rows);
	crm_row_release(&h->row);
	crm_writer_free(h->writer);
	crm_say_release(&h->say);
	crm_buf_release(&h->text);
	crm_arena_release(&h->own);
	crm_arena_release(&h->fields);
	crm_free(h);
}

/* Escape what could drive a terminal in the line of JSON that ends here. */
static void
tame_line(struct crm_buf *b)
{
	struct crm_buf scratch = CRM_BUF_INIT(SIZE_MAX / 2);
	size_t from = b->n - 1;

	while (from > 0 && b->p[from - 1] != '\n')
		from--;
	crm_writer_tame(b, from, true, &scratch);
	crm_buf_release(&scratch);
}

static void
keep_change(struct crm_tell *h, const struct crm_change *c)
{
	crm_arena_reset(&h->own);
	h->change = *c;
	h->change.user = keep(&h->own, c->user);
	h->change.program = keep(&h->own, c->program);
	h->change.arguments = keep(&h->own, c->arguments);
	h->change.message = keep(&h->own, c->message);
	h->change.ranges = keep(&h->own, c->ranges);
}

const struct crm_err *
crm_tell_change(struct crm_tell *h, const struct crm_change *change,
    const uint64_t *id, size_t n)
{
	const struct crm_err *err;

	keep_change(h, change);
	begin_change(h);
	err = n > 0 ? tell_some(h, change->number, id, n) : tell_all(h);
	if (h->form == CRM_OUT_JSONL) {
		crm_buf_adds(&h->ctx->out.buf, "}\n");
		if (h->ctx->terminal)
			tame_line(&h->ctx->out.buf);
	}
	h->told++;
	if (h->form == CRM_OUT_TABLE)
		crm_say_print(&h->say);
	else
		crm_sink_check(&h->ctx->out);
	return err;
}

const struct crm_err *
crm_tell_end(struct crm_tell *h)
{
	const struct crm_err *err =
	    h->rows != NULL ? crm_rows_end(h->rows) : NULL;

	return err != NULL ? err : crm_sink_flush(&h->ctx->out);
}
