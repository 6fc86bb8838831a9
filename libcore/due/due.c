#include "due/due_impl.h"

#include "base/fold.h"
#include "base/sorted.h"
#include "store/store.h"

struct crm_due_item
crm_due_new(enum crm_due_coefficient what, uint64_t id)
{
	return (struct crm_due_item){ .id = id,
		.what = what,
		.day = CRM_DUE_NO_DAY,
		.at_us = CRM_DUE_NO_TIME };
}

int32_t
crm_due_day_of(const struct crm_due *d, int64_t at_us)
{
	return crm_date_days(crm_zone_date(d->zone, at_us));
}

bool
crm_due_day(const struct crm_stored *r, uint16_t num, int32_t *out)
{
	struct crm_date day;
	struct crm_view v;

	if (!crm_stored_get(r, num, &v) || !crm_value_get_date(v, &day) ||
	    day.year == 0)
		return false;
	*out = crm_date_days(day);
	return true;
}

/* Who was born on 29 February has it on 1 March where there is no such day. */
static int32_t
day_in_year(struct crm_date d, int16_t year)
{
	d.year = year;
	if (d.day > crm_month_days(d.year, d.month)) {
		d.month++;
		d.day = 1;
	}
	return crm_date_days(d);
}

int32_t
crm_due_next_year_day(struct crm_date d, int32_t from)
{
	int16_t year = crm_date_from_days(from).year;
	int32_t day = day_in_year(d, year);

	return day >= from ? day : day_in_year(d, (int16_t)(year + 1));
}

struct crm_view
crm_due_text(
    const struct crm_kind *k, const struct crm_stored *r, const char *name)
{
	const struct crm_field *f = crm_field_named(k, crm_view_str(name));
	struct crm_view v;

	return f != NULL && f->type == CRM_T_TEXT &&
		crm_stored_get(r, f->num, &v)
	    ? v
	    : CRM_VNULL;
}

bool
crm_due_is_ended(const struct crm_kind *k, const struct crm_stored *r)
{
	struct crm_view stage = CRM_VNULL, pipe = CRM_VNULL;

	if (k->stage == 0 || !crm_stored_get(r, k->stage, &stage))
		return false;
	if (k->pipeline_field == 0 ||
	    !crm_stored_get(r, k->pipeline_field, &pipe))
		pipe = CRM_VNULL;
	return crm_stage_end_of(k, crm_word_get(pipe), crm_word_get(stage)) !=
	    CRM_END_OPEN;
}

const struct crm_field *
crm_due_who_field(const struct crm_kind *k)
{
	size_t i;

	if (k->who != 0)
		return crm_field_num(k, k->who);
	for (i = 0; i < k->nfields; i++)
		if (k->field[i].type == CRM_T_LINK &&
		    strpbrk(k->field[i].links, "po") != NULL)
			return &k->field[i];
	return NULL;
}

/* Add the ids of a kind that whom names itself. */
static void
add_own(const struct crm_due *d, char kind, struct crm_whom *out)
{
	size_t i;

	out->id = crm_realloc_array(NULL, d->whom.n + 1, sizeof(*out->id));
	for (i = 0; i < d->whom.n; i++)
		if (crm_id_kind(d->whom.id[i]) == kind)
			out->id[out->n++] = d->whom.id[i];
}

/* Those of a kind that link to them, by the index. */
static const struct crm_err *
add_linked(struct crm_due *d, char kind, const struct crm_field *f,
    struct crm_whom *out)
{
	const struct crm_err *err = NULL;
	const uint64_t *found;
	size_t cap = 0, n, i;
	char key[8];

	for (i = 0; err == NULL && i < d->whom.n; i++) {
		crm_be64(key, d->whom.id[i]);
		err = crm_snap_find(d->snap, kind, f, crm_view(key, 8), false,
		    SIZE_MAX, &found, &n);
		if (err != NULL || n == 0)
			continue;
		out->id = crm_grow(out->id, &cap, out->n + n, sizeof(*out->id));
		memcpy(out->id + out->n, found, n * sizeof(*found));
		out->n += n;
	}
	out->n = crm_sort_once(out->id, out->n);
	return err;
}

/* Which records of a kind may be asked for: all, when nothing tells. */
static const struct crm_err *
scope_of(struct crm_due *d, char kind, struct crm_whom *out)
{
	const struct crm_kind *k = crm_kind_of(d->schema, kind);
	const struct crm_field *f = crm_due_who_field(k);
	const struct crm_err *err = NULL;
	bool few = d->things, own = d->things || kind == 'p' || kind == 'o';

	memset(out, 0, sizeof(*out));
	if (!d->things)
		err = crm_whom_is_few(d->snap, &d->whom, &few);
	out->all =
	    !few || (!own && (f == NULL || (f->flags & CRM_F_INDEXED) == 0));
	if (err != NULL || out->all)
		return err;
	if (!own)
		return add_linked(d, kind, f, out);
	add_own(d, kind, out);
	return NULL;
}

const struct crm_err *
crm_due_narrow(struct crm_due *d, char kind, uint64_t *id, size_t *n)
{
	const struct crm_err *err;
	struct crm_whom scope;
	size_t i, k = 0;

	err = scope_of(d, kind, &scope);
	for (i = 0; i < *n; i++)
		if (crm_whom_has(&scope, id[i]))
			id[k++] = id[i];
	*n = k;
	crm_whom_release(&scope);
	return err;
}

/* All records of a kind, one after the other. */
static const struct crm_err *
each_of_all(struct crm_due *d, char kind,
    const struct crm_err *(*fn)(
	struct crm_due *, uint64_t id, const struct crm_stored *))
{
	struct crm_query_ctx qc = { .snap = d->snap, .clock = d->o->clock };
	const char *arg[1] = { crm_kind_of(d->schema, kind)->name };
	struct crm_query *q = NULL;
	struct crm_run *run = NULL;
	const struct crm_err *err;
	struct crm_stored r;
	uint64_t id;

	err = crm_query_parse(&qc, arg, 1, true, &q, NULL);
	if (err == NULL)
		err = crm_run_open(q, &run);
	while (err == NULL) {
		err = crm_run_next(run, &id, &r);
		if (err != NULL || id == 0)
			break;
		err = fn(d, id, &r);
	}
	crm_run_close(run);
	crm_query_free(q);
	return err;
}

const struct crm_err *
crm_due_each_of(struct crm_due *d, const uint64_t *id, size_t n,
    const struct crm_err *(*fn)(
	struct crm_due *, uint64_t id, const struct crm_stored *))
{
	const struct crm_err *err = NULL;
	enum crm_presence p;
	struct crm_stored r;
	size_t i;

	for (i = 0; err == NULL && i < n; i++) {
		err = crm_snap_get(d->snap, id[i], &r, &p);
		if (err == NULL && p == CRM_LIVE)
			err = fn(d, id[i], &r);
	}
	return err;
}

const struct crm_err *
crm_due_each(struct crm_due *d, char kind,
    const struct crm_err *(*fn)(
	struct crm_due *, uint64_t id, const struct crm_stored *))
{
	const struct crm_err *err;
	struct crm_whom scope;

	err = scope_of(d, kind, &scope);
	if (err == NULL)
		err = scope.all ? each_of_all(d, kind, fn)
				: crm_due_each_of(d, scope.id, scope.n, fn);
	crm_whom_release(&scope);
	return err;
}

/* Is one of the things asked for, or somebody it is about? */
static bool
is_asked_for(const struct crm_due *d, const struct crm_due_item *item,
    struct crm_view who)
{
	struct crm_many m;
	struct crm_view v;

	if (d->whom.all)
		return true;
	if (d->things)
		return crm_whom_has(&d->whom, item->id);
	if (crm_whom_has(&d->whom, item->who))
		return true;
	crm_many_begin(&m, who, who.n > 0);
	while (who.n > 0 && crm_many_next(&m, &v))
		if (crm_whom_has(&d->whom, crm_link_get(v)))
			return true;
	return false;
}

/* One copy of each text. */
static const char *
keep_owner(struct crm_due *d, struct crm_view owner)
{
	uint64_t *at;
	bool added;

	if (owner.n == 0)
		return NULL;
	at = crm_map_at(&d->owners, owner, &added);
	if (added)
		*at = (uint64_t)(uintptr_t)crm_arena_dup(
		    &d->arena, owner.p, owner.n);
	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	return (const char *)(uintptr_t)*at;
}

const struct crm_err *
crm_due_owner_of(struct crm_due *d, uint64_t who, const char **out)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;

	*out = NULL;
	if (who == 0)
		return NULL;
	err = crm_snap_get(d->snap, who, &r, &p);
	if (err == NULL && p == CRM_LIVE)
		*out = keep_owner(d,
		    crm_due_text(
			crm_kind_of(d->schema, crm_id_kind(who)), &r, "owner"));
	return err;
}

bool
crm_due_is_theirs(const struct crm_due *d, struct crm_view owner)
{
	return d->o->owner == NULL ||
	    crm_fold_eq(owner, crm_view_str(d->o->owner));
}

const struct crm_err *
crm_due_add(struct crm_due *d, struct crm_due_item *item, struct crm_view who,
    struct crm_view owner)
{
	const struct crm_err *err = NULL;
	struct crm_many m;
	struct crm_view v;

	if (who.n > 0) {
		crm_many_begin(&m, who, true);
		if (crm_many_next(&m, &v))
			item->who = crm_link_get(v);
	}
	if (!is_asked_for(d, item, who))
		return NULL;
	item->owner = keep_owner(d, owner);
	if (item->owner == NULL && item->who != item->id)
		err = crm_due_owner_of(d, item->who, &item->owner);
	if (err != NULL ||
	    !crm_due_is_theirs(
		d, item->owner != NULL ? crm_view_str(item->owner) : CRM_VNULL))
		return err;
	d->item = crm_grow(d->item, &d->cap, d->n + 1, sizeof(*d->item));
	d->item[d->n++] = *item;
	return NULL;
}

/* Whom, or what, a query asks for. */
static const struct crm_err *
read_whom(struct crm_due *d)
{
	struct crm_query *q = d->o->query;
	const struct crm_kind *k = q != NULL ? crm_query_kind(q) : NULL;

	d->whom.all = q == NULL || (crm_query_is_all(q) && k == NULL);
	if (d->whom.all)
		return NULL;
	if (k != NULL && strchr("egcs", k->letter) != NULL)
		return crm_err(CRM_E_USAGE, "nothing is due of %s", k->plural);
	d->things = k != NULL && k->letter != 'p' && k->letter != 'o';
	d->letter = k != NULL ? k->letter : '\0';
	return crm_query_ids(q, &d->whom.id, &d->whom.n);
}

/* May things of a kind be asked for? */
static bool
may_be_of(const struct crm_due *d, char kind)
{
	return !d->things || d->letter == kind;
}

void
crm_due_free(struct crm_due *d)
{
	if (d == NULL)
		return;
	crm_whom_release(&d->whom);
	crm_nummap_release(&d->tasks);
	crm_map_release(&d->owners);
	crm_free(d->worth);
	crm_free(d->sum);
	crm_free(d->item);
	crm_arena_release(&d->arena);
	crm_buf_release(&d->scratch);
	crm_free(d);
}

const struct crm_err *
crm_due_find(const struct crm_due_options *o, struct crm_due **out)
{
	struct crm_due *d = crm_calloc(1, sizeof(*d));
	const struct crm_err *err;

	*out = d;
	d->o = o;
	d->snap = o->snap;
	d->schema = crm_snap_schema(o->snap);
	d->config = crm_store_config(crm_snap_store(o->snap));
	d->rules = &d->config->due;
	d->zone = d->config->zone;
	d->scratch.max = CRM_LINE_MAX * 4;
	d->today = crm_due_day_of(d, o->clock->now_us);
	d->until = o->until;
	d->since = o->since;
	d->end_us =
	    crm_zone_day_start_us(d->zone, crm_date_from_days(o->until + 1));
	err = read_whom(d);
	if (err == NULL)
		err = crm_due_tasks(d); /* who has one counts for deals, too */
	if (err == NULL && may_be_of(d, 'k'))
		err = crm_due_tickets(d);
	if (err == NULL && may_be_of(d, 'd'))
		err = crm_due_deals(d);
	if (err == NULL && !d->things)
		err = crm_due_people(d);
	if (err == NULL && !d->things)
		err = crm_due_purchases(d);
	if (err == NULL)
		err = crm_due_dates(d);
	if (err == NULL)
		err = crm_due_rank(d);
	return err;
}

const struct crm_due_item *
crm_due_items(const struct crm_due *d, size_t *n)
{
	*n = d->n;
	return d->item;
}
