/* How the columns are filled from the records of a kind. */
#include <stdlib.h>

#include "query/project_impl.h"

#define NONE UINT32_MAX

static size_t
letter(uint64_t id)
{
	return (size_t)(crm_id_kind(id) - 'a') % 26;
}

/* Is a column a value of a field as it stands? */
static bool
is_plain(const struct crm_project *p, const struct crm_project_column *c,
    const struct crm_field *f)
{
	return f != NULL && c->ref.nlinks == 0 && !c->is_currency && !c->e164 &&
	    f->type == c->field.type &&
	    ((f->flags ^ c->field.flags) & CRM_F_MANY) == 0 &&
	    (p->form != CRM_OUT_TABLE || f->type != CRM_T_LINK);
}

static struct crm_project_step *
add_step(struct crm_project_plan *plan, enum crm_project_how how, uint32_t col)
{
	struct crm_project_step *step;

	plan->step = crm_grow(
	    plan->step, &plan->cap, plan->nsteps + 1, sizeof(*plan->step));
	step = &plan->step[plan->nsteps++];
	memset(step, 0, sizeof(*step));
	step->how = how;
	step->col = col;
	step->made.value.max = CRM_LINE_MAX;
	return step;
}

/* A column of what is stored; a second one of the same has a copy. */
static void
plan_stored(struct crm_project_plan *plan, uint16_t num, uint32_t col)
{
	size_t i, n = (size_t)num + 1;

	if (n > plan->nnums) {
		plan->by_num =
		    crm_realloc_array(plan->by_num, n, sizeof(*plan->by_num));
		for (i = plan->nnums; i < n; i++)
			plan->by_num[i] = NONE;
		plan->nnums = n;
	}
	if (plan->by_num[num] == NONE)
		plan->by_num[num] = col;
	else
		add_step(plan, CRM_STEP_COPY, col)->from = plan->by_num[num];
}

/* A column that is computed where it is not stored. */
static void
plan_computed(
    struct crm_project_plan *plan, const struct crm_field *f, uint32_t col)
{
	struct crm_project_step *step = add_step(
	    plan, f->num == CRM_N_ID ? CRM_STEP_ID : CRM_STEP_COMPUTE, col);

	step->field = f;
	step->safe = crm_compute_is_own(f->num) || f->num == CRM_N_UPDATED ||
	    f->num == CRM_N_CREATED; /* names of kinds, days and times */
}

/* Columns that were chosen. */
static void
plan_chosen(struct crm_project *p, struct crm_project_plan *plan, uint64_t id)
{
	uint32_t i;

	plan->ncols = p->ncols;
	for (i = 0; i < p->ncols; i++) {
		const struct crm_project_column *c = &p->column[i];
		const struct crm_field *f = c->ref.field[letter(id)];

		if ((c->about || c->title) && crm_id_kind(id) == 'e') {
			add_step(plan, CRM_STEP_ABOUT, i);
			continue;
		}
		if (f == NULL && c->ref.nlinks == 0)
			continue; /* the kind has no such field */
		if (!is_plain(p, c, f) ||
		    (f->flags & (CRM_F_COMPUTED | CRM_F_MANY)) ==
			(CRM_F_COMPUTED | CRM_F_MANY)) {
			add_step(plan, CRM_STEP_GATHER, i);
			continue;
		}
		if ((f->flags & CRM_F_COMPUTED) == 0)
			plan_stored(plan, f->num, i);
		if ((f->flags & CRM_F_COMPUTED) != 0 || f->num == CRM_N_CREATED)
			plan_computed(plan, f, i);
	}
}

static void
whole_column(struct crm_project_plan *plan, const struct crm_field *f)
{
	plan->col[plan->ncols].name = f->name;
	plan->col[plan->ncols].field = f;
	if ((f->flags & CRM_F_COMPUTED) == 0)
		plan_stored(plan, f->num, (uint32_t)plan->ncols);
	if ((f->flags & CRM_F_COMPUTED) != 0 || f->num == CRM_N_CREATED)
		plan_computed(plan, f, (uint32_t)plan->ncols);
	plan->ncols++;
}

static void
whole_computed(
    struct crm_project_plan *plan, const struct crm_kind *k, const char *name)
{
	const struct crm_field *f = crm_field_named(k, crm_view_str(name));

	if (f != NULL)
		whole_column(plan, f);
}

/* Fields in the order of their numbers, but those that every kind has. */
static int
cmp_fields(const void *x, const void *y)
{
	const struct crm_field *a = *(const struct crm_field *const *)x;
	const struct crm_field *b = *(const struct crm_field *const *)y;
	bool ca = a->num >= CRM_N_REF && a->num < CRM_N_CUSTOM;
	bool cb = b->num >= CRM_N_REF && b->num < CRM_N_CUSTOM;

	if (ca != cb)
		return ca ? 1 : -1;
	return a->num < b->num ? -1 : a->num > b->num;
}

/* All columns that the kind has: its own before those that every kind has. */
static void
plan_whole(struct crm_project_plan *plan, const struct crm_kind *k)
{
	const struct crm_field **f = crm_calloc(k->nfields, sizeof(*f));
	size_t i;

	for (i = 0; i < k->nfields; i++)
		f[i] = &k->field[i];
	qsort(f, k->nfields, sizeof(struct crm_field *), cmp_fields);
	plan->col = crm_calloc(k->nfields + 4, sizeof(*plan->col));
	whole_computed(plan, k, "id");
	whole_computed(plan, k, "kind");
	for (i = 0; i < k->nfields; i++) {
		if (f[i]->num == 0)
			continue; /* no record has it yet */
		whole_column(plan, f[i]);
		if (k->letter == 'e' && f[i]->num == CRM_EVENT_AT)
			whole_computed(plan, k, "day");
	}
	whole_computed(plan, k, "updated");
	crm_free(f);
}

struct crm_project_plan *
crm_project_make_plan(struct crm_project *p, uint64_t id)
{
	struct crm_project_plan *plan = &p->plan[letter(id)];
	uint32_t i;

	plan->is_made = true;
	if (p->all)
		plan_whole(plan,
		    crm_kind_of(crm_snap_schema(p->snap), crm_id_kind(id)));
	else
		plan_chosen(p, plan, id);
	p->value =
	    crm_grow(p->value, &p->value_cap, plan->ncols, sizeof(*p->value));
	for (i = 0; i < plan->ncols; i++)
		p->value[i] = (struct crm_value){ .col = i };
	return plan;
}

void
crm_project_plan_release(struct crm_project_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->nsteps; i++)
		crm_buf_release(&plan->step[i].made.value);
	crm_free(plan->step);
	crm_free(plan->by_num);
	crm_free(plan->col);
}
