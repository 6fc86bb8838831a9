#include "query/project.h"

#include "query/project_impl.h"

const struct crm_err *
crm_project_new(struct crm_snap *snap, const struct crm_project_options *o,
    struct crm_writer *writer, struct crm_project **out)
{
	struct crm_project *p = crm_calloc(1, sizeof(*p));
	const struct crm_err *err;
	size_t i;

	p->snap = snap;
	p->o = *o;
	memcpy(p->kinds, o->kinds, sizeof(p->kinds));
	p->o.kinds = p->kinds;
	p->writer = writer;
	p->form = o->form;
	p->scratch.max = CRM_LINE_MAX * 2;
	p->compute = crm_compute_new(snap, o->clock);
	*out = p;
	err = crm_project_choose(p, o);
	if (err != NULL || p->all)
		return err;
	p->col = crm_calloc(p->ncols, sizeof(*p->col));
	for (i = 0; i < p->ncols; i++) {
		p->col[i].name = p->column[i].name;
		p->col[i].field = &p->column[i].field;
		p->col[i].keep = o->fields != NULL;
	}
	crm_writer_columns(p->writer, p->col, p->ncols);
	return NULL;
}

void
crm_project_free(struct crm_project *p)
{
	size_t i;

	if (p == NULL)
		return;
	crm_project_share_free(p);
	for (i = 0; i < 26; i++)
		crm_project_plan_release(&p->plan[i]);
	crm_compute_free(p->compute);
	crm_free(p->column);
	crm_free(p->col);
	crm_free(p->value);
	crm_arena_release(&p->arena);
	crm_arena_release(&p->row);
	crm_buf_release(&p->scratch);
	crm_free(p);
}

void
crm_project_renew(struct crm_project *p)
{
	/* the times of changes and the names of kinds stay what they are; what
	 * is shared out computes nothing else of the store */
	crm_compute_renew(p->compute);
}

/* Where the fields of a record go. */
struct taking {
	struct crm_value *value;
	const uint32_t *by_num;
	size_t nnums;
};

static inline void
take_field(void *ctx, struct crm_slot s)
{
	const struct taking *t = ctx;
	uint32_t col = s.num < t->nnums ? t->by_num[s.num] : UINT32_MAX;

	if (col == UINT32_MAX)
		return;
	t->value[col].safe = s.safe;
	t->value[col].is_text = false;
	t->value[col].value = s.value;
}

/* All that a record has stored, each to its column. */
static void
take_stored(struct crm_value *value, const struct crm_project_plan *plan,
    const struct crm_stored *r)
{
	struct taking t = { value, plan->by_num, plan->nnums };
	size_t i;

	for (i = 0; i < plan->ncols; i++)
		value[i].value.n = 0;
	crm_stored_each(r, take_field, &t);
}

/* What a value is made of, where that is often the same for the next record;
 * else 0. */
static uint64_t
source_of(const struct crm_field *f, const struct crm_stored *r)
{
	switch (f->num) {
	case CRM_N_KIND:
		return 1;
	case CRM_N_CREATED: /* when it is not stored */
		return r->added;
	case CRM_N_UPDATED:
		return r->updated;
	default:
		return 0;
	}
}

/* A value that is computed; it lives until the next record. */
static const struct crm_err *
compute(struct crm_project *p, uint64_t id, const struct crm_stored *r,
    struct crm_project_step *step, struct crm_view *out)
{
	struct crm_project_made *made = &step->made;
	const struct crm_field *f = step->field;
	const struct crm_err *err = NULL;
	uint64_t of = source_of(f, r);

	if (of == 0 || of != made->of) {
		made->of = 0;
		crm_buf_reset(&made->value);
		if (p->row_at == NULL || crm_compute_is_own(f->num))
			err = crm_compute_field(
			    p->compute, id, r, f, &made->value);
		else
			crm_compute_add_time(&made->value,
			    f->num == CRM_N_UPDATED ? p->row_at->updated_us
						    : p->row_at->added_us);
		if (err == NULL)
			made->of = of;
	}
	*out = crm_buf_view(&made->value);
	return err;
}

/* What is not taken as it is stored.  link: of the id, where it may stand. */
static const struct crm_err *
take_step(struct crm_project *p, struct crm_project_step *step, uint64_t id,
    const struct crm_stored *r, const char link[8])
{
	struct crm_value *out = &p->value[step->col];

	switch (step->how) {
	case CRM_STEP_ID:
		out->safe = true;
		out->is_text = false;
		out->value = crm_view(link, 8);
		return NULL;
	case CRM_STEP_COPY:
		out->safe = p->value[step->from].safe;
		out->is_text = false;
		out->value = p->value[step->from].value;
		return NULL;
	case CRM_STEP_COMPUTE:
		if (out->value.n > 0)
			return NULL;
		out->safe = step->safe;
		out->is_text = false;
		return compute(p, id, r, step, &out->value);
	case CRM_STEP_GATHER:
		return crm_project_gather(p, &p->column[step->col], id, r, out);
	case CRM_STEP_ABOUT:
		break;
	}
	return crm_project_about(p, &p->column[step->col], r, out);
}

const struct crm_err *
crm_project_put_now(
    struct crm_project *p, uint64_t id, const struct crm_stored *r)
{
	struct crm_project_plan *plan = crm_project_plan(p, id);
	const struct crm_err *err = NULL;
	char link[8]; /* the form that needs no work */
	size_t i;

	crm_be64(link, id);
	crm_arena_reset(&p->row);
	take_stored(p->value, plan, r);
	for (i = 0; err == NULL && i < plan->nsteps; i++)
		err = take_step(p, &plan->step[i], id, r, link);
	if (err != NULL)
		return err;
	if (p->all)
		crm_writer_columns(p->writer, plan->col, plan->ncols);
	crm_writer_row(p->writer, p->value, plan->ncols);
	return NULL;
}

const struct crm_err *
crm_project_put(struct crm_project *p, uint64_t id, const struct crm_stored *r)
{
	return p->may_share ? crm_project_share_put(p, id, r)
			    : crm_project_put_now(p, id, r);
}
