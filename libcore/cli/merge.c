#include "cli/merge.h"

#include <unistd.h>

#include "base/fold.h"
#include "base/mem.h"
#include "base/sets.h"
#include "cli/ask.h"
#include "store/merge.h"
#include "store/who.h"

static struct {
	struct crm_ctx *ctx;
	struct crm_changing c;
	struct crm_sets sets;
	uint64_t first; /* of the line or the operands at hand; 0: none yet */
} st;

/* Put another one to the first. */
static const struct crm_err *
take(uint64_t id)
{
	char one[CRM_ID_TEXT], two[CRM_ID_TEXT];

	if (strchr("po", crm_id_kind(id)) == NULL)
		return crm_err(CRM_E_DATA,
		    "%s: people and organisations are merged, nothing else",
		    crm_id_text(id, one));
	if (st.first == 0)
		st.first = id;
	if (crm_id_kind(id) != crm_id_kind(st.first))
		return crm_err(CRM_E_DATA, "%s and %s are not of one kind",
		    crm_id_text(st.first, one), crm_id_text(id, two));
	if (id != st.first)
		crm_sets_join(&st.sets, st.first, id);
	return NULL;
}

static const struct crm_err *
take_operand(void *ctx, uint64_t line, struct crm_view raw, uint64_t id)
{
	(void)ctx;
	(void)line;
	(void)raw;
	return take(id);
}

/* A value of a line names a record: what is wrong with it is told. */
static const struct crm_err *
take_value(const char *column, struct crm_view value)
{
	struct crm_arena arena = CRM_ARENA_INIT;
	const struct crm_err *err;
	uint64_t id;

	value = crm_nfc(&arena, crm_view_trim(value));
	err = crm_who_one(crm_batch_snap(st.c.batch), "po", value, &id);
	if (err == NULL)
		err = take(id);
	if (err != NULL && err->code == CRM_E_DATA) {
		crm_batch_fault(st.c.batch, column, err->msg);
		err = NULL;
	}
	crm_arena_release(&arena);
	return err;
}

/* The cells of one column; a cell of TSV and CSV may hold several. */
static const struct crm_err *
take_column(const struct crm_reader *reader, const struct crm_row *row,
    const char *column, size_t *n)
{
	struct crm_buf buf = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = NULL;
	struct crm_view rest, value;
	bool more = true;
	size_t i;

	*n = 0;
	for (i = 0; err == NULL && i < row->n; i++) {
		const struct crm_cell *c = &row->cell[i];

		if (!crm_view_is(crm_reader_col(reader, c->col), column) ||
		    c->text.n == 0)
			continue;
		if (crm_form_has_arrays(crm_reader_form(reader))) {
			++*n;
			err = take_value(column, c->text);
			continue;
		}
		rest = c->text;
		more = true;
		while (err == NULL) {
			err = crm_cell_next(
			    &rest, ",", c->escaped, &buf, &value, &more);
			if (err != NULL || !more)
				break;
			++*n;
			err = take_value(column, value);
		}
	}
	crm_buf_release(&buf);
	return err;
}

static const struct crm_err *
take_row(const struct crm_reader *reader, const struct crm_row *row)
{
	static const char *const columns[] = { "id", "dup" };
	const struct crm_err *err = NULL;
	size_t i, n;

	st.first = 0;
	crm_batch_line(st.c.batch, row->line, row->raw);
	for (i = 0; err == NULL && i < 2; i++) {
		err = take_column(reader, row, columns[i], &n);
		if (err == NULL && n == 0)
			crm_batch_fault(st.c.batch, columns[i],
			    i == 0 ? "is missing: the record that stays"
				   : "is missing: those that go");
	}
	return err;
}

static bool
is_column(void *ctx, struct crm_view name)
{
	(void)ctx;
	return crm_view_is(name, "id") || crm_view_is(name, "dup");
}

static const struct crm_err *
wait_for_input(void *ctx, bool begin)
{
	struct crm_snap *snap = crm_batch_snap(st.c.batch);

	(void)ctx;
	if (!begin)
		return crm_snap_resume(snap);
	crm_snap_pause(snap);
	return NULL;
}

static const struct crm_err *
take_lines(void)
{
	const struct crm_err *err;
	const struct crm_row *row;
	struct crm_reader *reader;

	err = crm_reader_open(STDIN_FILENO, "stdin",
	    (enum crm_form_in)st.ctx->form_in, is_column, NULL, &reader);
	if (err != NULL)
		return err;
	crm_reader_on_wait(reader, wait_for_input, NULL);
	for (;;) {
		err = crm_reader_next(reader, &row);
		if (err == NULL && row == NULL)
			break;
		if (err == NULL)
			err = take_row(reader, row);
		if (err == NULL)
			continue;
		if (err->code != CRM_E_DATA)
			break;
		crm_batch_line(st.c.batch, crm_reader_line(reader), CRM_VNULL);
		crm_batch_fault(st.c.batch, NULL, err->msg);
		err = NULL;
		if (crm_reader_is_over(reader))
			break;
	}
	crm_reader_close(reader);
	return err;
}

/* What the pairs come to: everybody of a set goes into its leader. */
static const struct crm_err *
merge(void)
{
	uint64_t *leader = crm_sets_leaders(&st.sets);
	struct crm_merge *m = crm_calloc(st.sets.n + 1, sizeof(*m));
	const struct crm_err *err = NULL;
	char text[CRM_ID_TEXT];
	size_t i, n = 0;

	for (i = 0; i < st.sets.n && err == NULL; i++)
		if (st.sets.item[i].second &&
		    st.sets.item[i].number == leader[i])
			err = crm_err(CRM_E_DATA,
			    "%s and its group: lines say of each of them that "
			    "it goes",
			    crm_id_text(leader[i], text));
	for (i = 0; i < st.sets.n; i++)
		if (st.sets.item[i].number != leader[i])
			m[n++] = (struct crm_merge){ st.sets.item[i].number,
				leader[i] };
	if (err == NULL)
		err = crm_merge(st.c.batch, m, n);
	crm_free(m);
	crm_free(leader);
	return err;
}

const struct crm_err *
crm_merge_who(struct crm_ctx *ctx, int argc, char **argv)
{
	struct crm_batch_options bo = { .merges = true };
	bool lines = argc == 1 && strcmp(argv[0], "-") == 0;
	const struct crm_err *err;
	int i;

	st.ctx = ctx;
	for (i = 0; i < argc; i++)
		if (argc > 1 && strcmp(argv[i], "-") == 0)
			return crm_ctx_usage(ctx,
			    "'-' stands alone: its lines say what is merged");
	if (argc < 2 && !lines)
		return crm_ctx_usage(ctx,
		    argc == 0 ? "WHO is missing" : "a second WHO is missing");
	err = crm_changing_begin(&st.c, ctx, &bo, NULL, NULL);
	if (err == NULL)
		err = lines ? take_lines()
			    : crm_changing_each(
				  &st.c, "po", take_operand, NULL, argc, argv);
	if (err == NULL && crm_batch_faults(st.c.batch) == 0)
		err = merge();
	if (err == NULL)
		err = crm_changing_commit(&st.c);
	crm_changing_free(&st.c);
	crm_sets_release(&st.sets);
	return err;
}
