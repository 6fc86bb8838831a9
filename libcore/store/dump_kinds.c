/* What writing and reading a dump share: the keys of each kind's lines. */
#include "store/dump_impl.h"

#include <stdlib.h>

#include "format/json.h"

static const char *const states[] = { [CRM_CHANGE_OPEN] = "open",
	[CRM_CHANGE_DONE] = "done",
	[CRM_CHANGE_UNDONE] = "undone" };
#define NSTATES (sizeof(states) / sizeof(states[0]))

const char *
crm_change_state_name(enum crm_change_state s)
{
	return (size_t)s < NSTATES ? states[s] : NULL;
}

bool
crm_change_state_parse(struct crm_view v, enum crm_change_state *out)
{
	size_t i;

	for (i = 0; i < NSTATES; i++)
		if (crm_view_is(v, states[i])) {
			*out = (enum crm_change_state)i;
			return true;
		}
	return false;
}

/* Fields that every kind has stand behind its own. */
static bool
is_common(const struct crm_field *f)
{
	return f->num >= CRM_N_REF && f->num < CRM_N_CUSTOM;
}

static int
cmp_fields(const void *x, const void *y)
{
	const struct crm_field *a = *(const struct crm_field *const *)x;
	const struct crm_field *b = *(const struct crm_field *const *)y;

	if (is_common(a) != is_common(b))
		return is_common(a) ? 1 : -1;
	return a->num < b->num ? -1 : a->num > b->num;
}

static uint32_t
add_col(struct crm_dump_kinds *all, struct crm_dump_kind *k,
    const struct crm_field *f, bool computed)
{
	struct crm_buf b = CRM_BUF_INIT(1000);
	struct crm_dump_col *col = &k->col[k->n];

	crm_json_add_string(&b, crm_view_str(f->name));
	crm_buf_addc(&b, ':');
	col->key = crm_view(crm_arena_dup(&all->arena, b.p, b.n), b.n);
	col->field = f;
	col->computed = computed;
	crm_buf_release(&b);
	if (!computed)
		k->by_num[f->num] = (uint32_t)k->n;
	return (uint32_t)k->n++;
}

static uint32_t
add_computed(
    struct crm_dump_kinds *all, struct crm_dump_kind *k, const char *name)
{
	const struct crm_field *f =
	    crm_field_named(k->kind, crm_view_str(name));

	return f != NULL ? add_col(all, k, f, true) : CRM_DUMP_NONE;
}

/* The order in which crm-find prints all that a record has. */
static void
make(struct crm_dump_kinds *all, struct crm_dump_kind *k)
{
	size_t n = k->kind->nfields, i;
	const struct crm_field **f = crm_calloc(n, sizeof(*f));

	k->nnums = 1;
	for (i = 0; i < n; i++) {
		f[i] = &k->kind->field[i];
		if (f[i]->num >= k->nnums)
			k->nnums = (size_t)f[i]->num + 1;
	}
	qsort(f, n, sizeof(*f), cmp_fields);
	k->col = crm_arena_alloc(&all->arena, (n + 4) * sizeof(*k->col));
	k->by_num = crm_arena_alloc(&all->arena, k->nnums * sizeof(*k->by_num));
	memset(k->by_num, 0xff, k->nnums * sizeof(*k->by_num));
	k->day = CRM_DUMP_NONE;
	for (i = 0; i < n; i++) {
		if (f[i]->num == 0)
			continue; /* of crm.yaml, never used yet */
		(void)add_col(all, k, f[i], false);
		if (k->kind->letter == 'e' && f[i]->num == CRM_EVENT_AT)
			k->day = add_computed(all, k, "day");
	}
	k->created = k->by_num[CRM_N_CREATED];
	k->updated = add_computed(all, k, "updated");
	crm_free(f);
}

const struct crm_dump_kind *
crm_dump_kind_of(struct crm_dump_kinds *all, char letter)
{
	struct crm_dump_kind *k;

	if (letter < 'a' || letter > 'z')
		return NULL;
	k = &all->kind[letter - 'a'];
	if (k->kind == NULL) {
		k->kind = crm_kind_of(all->schema, letter);
		if (k->kind == NULL)
			return NULL;
		make(all, k);
	}
	return k;
}

void
crm_dump_kinds_release(struct crm_dump_kinds *all)
{
	crm_arena_release(&all->arena);
	memset(all, 0, sizeof(*all));
}
