#include "report/members.h"

#include "base/mem.h"

const struct crm_err *
crm_segment_names_read(struct crm_snap *snap, const struct crm_clock *clock,
    struct crm_segment_names *out)
{
	struct crm_query_ctx ctx = { .snap = snap, .clock = clock };
	const char *arg = "segment";
	const struct crm_err *err;
	struct crm_query *q = NULL;
	struct crm_run *run = NULL;
	struct crm_stored stored;
	struct crm_view name;
	size_t cap = 0;
	uint64_t id;

	memset(out, 0, sizeof(*out));
	err = crm_query_parse(&ctx, &arg, 1, true, &q, NULL);
	if (err == NULL)
		err = crm_run_open(q, &run);
	while (err == NULL) {
		err = crm_run_next(run, &id, &stored);
		if (err != NULL || id == 0)
			break;
		if (!crm_stored_get(&stored, CRM_SEGMENT_NAME, &name))
			continue;
		out->name =
		    crm_grow(out->name, &cap, out->n + 1, sizeof(*out->name));
		out->name[out->n++] = crm_view(
		    crm_arena_dup(&out->arena, name.p, name.n), name.n);
	}
	crm_run_close(run);
	crm_query_free(q);
	return err;
}

void
crm_segment_names_release(struct crm_segment_names *s)
{
	crm_free(s->name);
	crm_arena_release(&s->arena);
}

const struct crm_err *
crm_segment_members(struct crm_snap *snap, const struct crm_clock *clock,
    const char *user, struct crm_view name, uint64_t **id, size_t *n)
{
	struct crm_buf word = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_query_ctx ctx = {
		.snap = snap, .clock = clock, .user = user
	};
	const struct crm_err *err;
	struct crm_query *q = NULL;
	const char *arg;

	*id = NULL;
	*n = 0;
	crm_buf_addf(&word, "@%.*s", CRM_VARG(name));
	arg = word.p;
	err = crm_query_parse(&ctx, &arg, 1, false, &q, NULL);
	if (err == NULL)
		err = crm_query_ids(q, id, n);
	crm_query_free(q);
	crm_buf_release(&word);
	return err;
}

struct crm_members {
	struct crm_segment_names names;
	struct members {
		uint64_t *id;
		size_t n;
	} * of; /* one a name */
};

const struct crm_err *
crm_members_new(struct crm_snap *snap, const struct crm_clock *clock,
    const char *user, struct crm_members **out)
{
	struct crm_members *m = crm_calloc(1, sizeof(*m));
	const struct crm_err *err;
	size_t i;

	*out = m;
	err = crm_segment_names_read(snap, clock, &m->names);
	m->of = crm_calloc(m->names.n, sizeof(*m->of));
	for (i = 0; err == NULL && i < m->names.n; i++)
		err = crm_segment_members(snap, clock, user, m->names.name[i],
		    &m->of[i].id, &m->of[i].n);
	return err;
}

void
crm_members_free(struct crm_members *m)
{
	size_t i;

	if (m == NULL)
		return;
	for (i = 0; m->of != NULL && i < m->names.n; i++)
		crm_free(m->of[i].id);
	crm_free(m->of);
	crm_segment_names_release(&m->names);
	crm_free(m);
}

static bool
has(const struct members *m, uint64_t who)
{
	size_t lo = 0, hi = m->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (m->id[mid] < who)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < m->n && m->id[lo] == who;
}

struct crm_view
crm_members_next(const struct crm_members *m, uint64_t who, size_t *i)
{
	while (*i < m->names.n) {
		size_t at = (*i)++;

		if (has(&m->of[at], who))
			return m->names.name[at];
	}
	return CRM_VNULL;
}
