/* Columns that are no value of the record as it stands: through links, as
 * another type, or for people. */
#include "query/about.h"
#include "query/project_impl.h"
#include "record/value.h"
#include "store/who.h"

/* The values of one column that are gathered for a record. */
struct cell {
	struct crm_project *p;
	const struct crm_project_column *c;
	struct crm_view *part; /* in the arena of the row */
	size_t n, cap;
	bool is_text;
};

static void
add_part(struct cell *cell, struct crm_view v)
{
	struct crm_view *old = cell->part;

	if (cell->n == cell->cap) {
		cell->cap = cell->cap * 2 + 4;
		cell->part = crm_arena_alloc(
		    &cell->p->row, cell->cap * sizeof(*cell->part));
		if (cell->n > 0)
			memcpy(cell->part, old, cell->n * sizeof(*old));
	}
	cell->part[cell->n++] = v;
}

static struct crm_view
dup_row(struct crm_project *p, struct crm_view v)
{
	return crm_view(crm_arena_dup(&p->row, v.p, v.n), v.n);
}

/* What a linked record is called, for tables. */
static const struct crm_err *
linked_name(struct crm_project *p, struct crm_view link, struct crm_view *out)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;

	err = crm_who_link(p->snap, crm_link_get(link), &b);
	*out = dup_row(p, crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}

static const struct crm_err *
currency_of(struct crm_project *p, uint64_t id, const struct crm_stored *r,
    const struct crm_field *f, struct crm_view *out)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(p->snap), crm_id_kind(id));
	char num;

	*out = CRM_VNULL;
	if (f->type != CRM_T_MONEY)
		return NULL;
	if ((f->flags & CRM_F_COMPUTED) == 0) {
		if (crm_stored_get(r, f->num, out) &&
		    !crm_stored_get(r, k->currency, out))
			*out = CRM_VNULL;
		return NULL;
	}
	num = (char)crm_compute_currency(p->compute, id, r);
	if (num != 0)
		*out = dup_row(p, crm_view(&num, 1));
	return NULL;
}

/* Take the values of a column from one record. */
static const struct crm_err *
take_values(void *ctx, uint64_t id, const struct crm_stored *r,
    const struct crm_field *f, bool *stop)
{
	struct cell *cell = ctx;
	struct crm_project *p = cell->p;
	const struct crm_err *err;
	bool computed =
	    (f->flags & CRM_F_COMPUTED) != 0 || f->num == CRM_N_CREATED;
	bool names = p->form == CRM_OUT_TABLE && f->type == CRM_T_LINK &&
	    f->num != CRM_N_ID;
	struct crm_many m;
	struct crm_view v;

	(void)stop;
	if (cell->c->is_currency) {
		err = currency_of(p, id, r, f, &v);
		if (err == NULL && v.n > 0 && cell->n == 0)
			add_part(cell, dup_row(p, v));
		return err;
	}
	err = crm_ref_value(p->compute, id, r, f, &p->scratch, &v);
	if (err != NULL || v.n == 0)
		return err;
	/* of an event it would die with the next one */
	if (computed || !crm_txn_keeps(crm_snap_txn(p->snap), v.p))
		v = dup_row(p, v);
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (err == NULL && crm_many_next(&m, &v)) {
		if (cell->c->e164) {
			v = crm_project_e164(p, f, v);
			if (v.n == 0)
				continue;
		} else if (names) {
			err = linked_name(p, v, &v);
			cell->is_text = true;
		} else if (f->type != cell->c->field.type) {
			crm_buf_reset(&p->scratch);
			crm_value_add_text(&p->scratch, f, v);
			v = dup_row(p, crm_buf_view(&p->scratch));
			cell->is_text = true;
		}
		add_part(cell, v);
	}
	return err;
}

/* Several texts as one. */
static struct crm_view
join_texts(struct crm_project *p, const struct cell *cell)
{
	size_t i;

	crm_buf_reset(&p->scratch);
	for (i = 0; i < cell->n; i++) {
		if (i > 0)
			crm_buf_adds(&p->scratch, ", ");
		crm_buf_addv(&p->scratch, cell->part[i]);
	}
	return dup_row(p, crm_buf_view(&p->scratch));
}

static struct crm_view
put_together(struct crm_project *p, const struct cell *cell)
{
	if (cell->is_text)
		return cell->n == 1 ? cell->part[0] : join_texts(p, cell);
	if ((cell->c->field.flags & CRM_F_MANY) == 0)
		return cell->part[0];
	crm_buf_reset(&p->scratch);
	crm_many_put(&p->scratch, cell->part, cell->n);
	return dup_row(p, crm_buf_view(&p->scratch));
}

const struct crm_err *
crm_project_about(struct crm_project *p, const struct crm_project_column *c,
    const struct crm_stored *r, struct crm_value *out)
{
	const struct crm_err *err;

	out->safe = false;
	crm_buf_reset(&p->scratch);
	err = c->title ? crm_event_title(p->snap, r, &p->scratch)
		       : crm_event_about(p->snap, r, &p->scratch);
	out->value = dup_row(p, crm_buf_view(&p->scratch));
	out->is_text = true;
	return err;
}

const struct crm_err *
crm_project_gather(struct crm_project *p, const struct crm_project_column *c,
    uint64_t id, const struct crm_stored *r, struct crm_value *out)
{
	struct cell cell = { .p = p, .c = c };
	const struct crm_err *err;

	out->safe = false;
	err = crm_ref_each(&c->ref, p->snap, id, r, take_values, &cell);
	if (err != NULL || cell.n == 0)
		return err;
	out->value = put_together(p, &cell);
	out->is_text = cell.is_text;
	return NULL;
}
