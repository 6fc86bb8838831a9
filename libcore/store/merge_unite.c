/* What the record that stays is to hold: see merge.h. */
#include "base/find.h"
#include "base/mem.h"
#include "record/rec.h"
#include "record/word.h"
#include "store/merge_impl.h"
#include "store/who.h"

struct uniting {
	struct crm_snap *snap;
	const struct crm_relinking *relinking;
	const struct crm_kind *kind;
	uint64_t into;
	struct crm_rec was, rec, from; /* was: to find what differs */
	int64_t created_us;            /* of the one that stays */
	struct crm_buf note, left;     /* left: what one of them had besides */
	struct crm_arena *arena;
};

/* Fields that say something together only. */
static const char *const address[] = { "street", "city", "region", "postcode",
	"country", NULL };

static bool
is_among(const char *const *names, const char *name)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* Are two values of a field equal when folded? */
static bool
is_same(const struct crm_field *f, struct crm_view a, struct crm_view b)
{
	struct crm_buf x = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct crm_buf y = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	bool same;

	if (crm_view_eq(a, b))
		return true;
	crm_value_add_key(&x, f, a);
	crm_value_add_key(&y, f, b);
	same = crm_view_eq(crm_buf_view(&x), crm_buf_view(&y));
	crm_buf_release(&x);
	crm_buf_release(&y);
	return same;
}

static bool
has_value(const struct crm_rec *r, const struct crm_field *f, struct crm_view v)
{
	struct crm_many m;
	struct crm_view stored, have;

	if (!crm_rec_get(r, f->num, &stored))
		return false;
	crm_many_begin(&m, stored, (f->flags & CRM_F_MANY) != 0);
	while (crm_many_next(&m, &have))
		if (is_same(f, have, v))
			return true;
	return false;
}

/* Put into a segment by hand, or taken out of it: the first word stands. */
static bool
is_decided(
    const struct uniting *u, const struct crm_field *f, struct crm_view v)
{
	uint16_t other = f->num == CRM_N_PICKED ? CRM_N_BARRED
	    : f->num == CRM_N_BARRED            ? CRM_N_PICKED
						: 0;

	return other != 0 &&
	    has_value(&u->rec, crm_field_num(u->kind, other), v);
}

/* Of many values it gets those that it lacks. */
static const struct crm_err *
unite(struct uniting *u, const struct crm_field *f, struct crm_view theirs)
{
	struct crm_buf packed = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	struct crm_view mine, v, *list;
	const struct crm_err *err;
	struct crm_many m;
	size_t n = 0, had;

	if (!crm_rec_get(&u->rec, f->num, &mine))
		mine = CRM_VNULL;
	list = crm_arena_alloc(u->arena,
	    ((size_t)crm_many_count(mine, mine.n > 0) +
		(size_t)crm_many_count(theirs, true) + 1) *
		sizeof(*list));
	crm_many_begin(&m, mine, mine.n > 0);
	while (mine.n > 0 && crm_many_next(&m, &v))
		list[n++] = v;
	had = n;
	crm_many_begin(&m, theirs, true);
	while (crm_many_next(&m, &v))
		if (!has_value(&u->rec, f, v) && !is_decided(u, f, v))
			list[n++] = v;
	if (n > had)
		crm_many_put(&packed, list, n);
	err = crm_buf_end(&packed);
	if (err == NULL && n > had)
		crm_rec_set(&u->rec, f, crm_buf_view(&packed));
	crm_buf_release(&packed);
	return err;
}

/* Say what one of them had and the one that stays does not keep. */
static const struct crm_err *
leave(struct uniting *u, const struct crm_field *f, struct crm_view v)
{
	const struct crm_err *err = NULL;
	char text[CRM_ID_TEXT];
	uint64_t id;

	crm_buf_adds(&u->left, u->left.n > 0 ? "; " : "");
	crm_buf_addf(&u->left, "%s ", f->name);
	if (f->type != CRM_T_LINK) {
		crm_value_add_text(&u->left, f, v);
		return NULL;
	}
	id = crm_link_get(v);
	err = crm_who_name(u->snap, id, &u->left);
	crm_buf_addf(&u->left, " (%s)", crm_id_text(id, text));
	return err;
}

/* Do both have some of these, and not the same? */
static bool
contradict(const struct uniting *u, const char *const *names)
{
	const struct crm_field *f;
	struct crm_view a, b;

	for (; *names != NULL; names++) {
		f = crm_field_named(u->kind, crm_view_str(*names));
		if (f != NULL && crm_rec_get(&u->rec, f->num, &a) &&
		    crm_rec_get(&u->from, f->num, &b) && !is_same(f, a, b))
			return true;
	}
	return false;
}

/* May a value that is missing be had from the other one? */
static bool
may_fill(const struct uniting *u, const struct crm_field *f)
{
	static const char *const name[] = { "name", NULL };
	static const char *const parts[] = { "given", "family", NULL };
	static const char *const currency[] = { "currency", NULL };

	if (is_among(address, f->name))
		return !contradict(u, address);
	if (is_among(parts, f->name))
		return !contradict(u, name);
	if (f->type == CRM_T_MONEY)
		return !contradict(u, currency);
	return true;
}

/* A day with its year is better than the same one without. */
static bool
is_better_day(
    const struct crm_field *f, struct crm_view mine, struct crm_view theirs)
{
	struct crm_date a, b;

	return f->type == CRM_T_DATE && crm_value_get_date(mine, &a) &&
	    crm_value_get_date(theirs, &b) && a.year == 0 && b.year != 0 &&
	    a.month == b.month && a.day == b.day;
}

static const struct crm_err *
take_one(struct uniting *u, const struct crm_field *f, struct crm_view theirs)
{
	struct crm_view mine;

	if (!crm_rec_get(&u->rec, f->num, &mine)) {
		if (!may_fill(u, f))
			return leave(u, f, theirs);
		crm_rec_set(&u->rec, f, theirs);
		return NULL;
	}
	if (f->num == u->kind->stage) {
		if (crm_word_of(theirs) == CRM_W_CUSTOMER)
			crm_rec_set(&u->rec, f, theirs);
		return NULL;
	}
	if (is_same(f, mine, theirs))
		return NULL;
	if (is_better_day(f, mine, theirs)) {
		crm_rec_set(&u->rec, f, theirs);
		return NULL;
	}
	return leave(u, f, theirs);
}

/* One note below the other. */
static void
take_note(struct uniting *u, struct crm_view theirs)
{
	if (crm_find(crm_buf_view(&u->note), theirs) < u->note.n)
		return;
	crm_buf_adds(&u->note, u->note.n > 0 ? "\n" : "");
	crm_buf_addv(&u->note, theirs);
}

/* Read a record: its values are copied, its links are those of afterwards. */
static const struct crm_err *
read(struct uniting *u, uint64_t id, struct crm_rec *out, int64_t *created_us)
{
	const struct crm_err *err;
	const struct crm_field *f;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_view v;
	char text[CRM_ID_TEXT];
	bool changed = false;
	uint32_t i;

	err = crm_snap_get(u->snap, id, &r, &p);
	if (err != NULL)
		return err;
	if (p != CRM_LIVE)
		return crm_err(
		    CRM_E_DATA, "no such record: %s", crm_id_text(id, text));
	crm_rec_reset(out, u->kind);
	for (i = 0; i < r.n; i++) {
		struct crm_slot s = crm_stored_at(&r, i);

		f = crm_field_num(u->kind, s.num);
		if (f != NULL)
			crm_rec_set(out, f, s.value);
	}
	err = crm_snap_created(u->snap, &r, created_us);
	for (i = 0; err == NULL && i < u->kind->nfields; i++) {
		f = &u->kind->field[i];
		if (f->type != CRM_T_LINK || f->num == 0 ||
		    !crm_rec_get(out, f->num, &v))
			continue;
		err = crm_relink_value(
		    u->relinking, f, v, u->into, u->arena, &v, &changed);
		if (err == NULL)
			crm_rec_set(out, f, v);
	}
	return err;
}

static const struct crm_err *
take(struct uniting *u, uint64_t id)
{
	const struct crm_err *err;
	const struct crm_field *f;
	int64_t created_us;
	char text[CRM_ID_TEXT];
	struct crm_view v;
	size_t i;

	crm_buf_reset(&u->left);
	err = read(u, id, &u->from, &created_us);
	if (err == NULL && created_us < u->created_us) {
		struct crm_buf b = CRM_BUF_INIT(64);

		u->created_us = created_us;
		crm_value_put_time(&b, created_us);
		crm_rec_set(&u->rec, crm_field_num(u->kind, CRM_N_CREATED),
		    crm_buf_view(&b));
		crm_buf_release(&b);
	}
	for (i = 0; err == NULL && i < u->kind->nfields; i++) {
		f = &u->kind->field[i];
		if (f->num == 0 || f->num == CRM_N_CREATED ||
		    !crm_rec_get(&u->from, f->num, &v))
			continue;
		if ((f->flags & CRM_F_MANY) != 0)
			err = unite(u, f, v);
		else if (strcmp(f->name, "note") == 0)
			take_note(u, v);
		else
			err = take_one(u, f, v);
	}
	if (u->left.n > 0) {
		crm_buf_addf(&u->note,
		    "%smerged %s: ", u->note.n > 0 ? "\n" : "",
		    crm_id_text(id, text));
		crm_buf_addv(&u->note, crm_buf_view(&u->left));
	}
	return err != NULL ? err : crm_buf_end(&u->left);
}

/* What differs from the record as it stands. */
static void
hand_out(struct uniting *u, struct crm_slot **out, size_t *n)
{
	struct crm_view was, now;
	size_t i;

	*out = crm_arena_alloc(u->arena, u->kind->nfields * sizeof(**out));
	*n = 0;
	for (i = 0; i < u->kind->nfields; i++) {
		const struct crm_field *f = &u->kind->field[i];
		struct crm_slot *s = &(*out)[*n];

		if (f->num == 0)
			continue;
		if (!crm_rec_get(&u->was, f->num, &was))
			was = CRM_VNULL;
		if (!crm_rec_get(&u->rec, f->num, &now))
			now = CRM_VNULL;
		if (crm_view_eq(was, now))
			continue;
		memset(s, 0, sizeof(*s));
		s->num = f->num;
		s->many = (f->flags & CRM_F_MANY) != 0;
		s->value =
		    crm_view(crm_arena_dup(u->arena, now.p, now.n), now.n);
		(*n)++;
	}
}

/* The record that stays, as it stands and as it begins. */
static const struct crm_err *
begin(struct uniting *u)
{
	const struct crm_err *err;
	enum crm_presence p;
	struct crm_stored r;
	struct crm_view v;
	uint32_t i;

	err = read(u, u->into, &u->rec, &u->created_us);
	if (err == NULL)
		err = crm_snap_get(u->snap, u->into, &r, &p);
	for (i = 0; err == NULL && i < r.n; i++) {
		struct crm_slot s = crm_stored_at(&r, i);
		const struct crm_field *f = crm_field_num(u->kind, s.num);

		if (f != NULL)
			crm_rec_set(&u->was, f, s.value);
		if (f != NULL && strcmp(f->name, "note") == 0 &&
		    crm_rec_get(&u->was, f->num, &v))
			crm_buf_addv(&u->note, v);
	}
	return err;
}

const struct crm_err *
crm_merge_unite(struct crm_snap *snap, const struct crm_relinking *l,
    uint64_t into, const uint64_t *from, size_t n, struct crm_arena *arena,
    struct crm_slot **out, size_t *nout)
{
	struct uniting u = { .snap = snap,
		.relinking = l,
		.kind = crm_kind_of(crm_snap_schema(snap), crm_id_kind(into)),
		.into = into,
		.note = CRM_BUF_INIT(CRM_LINE_MAX),
		.left = CRM_BUF_INIT(CRM_LINE_MAX),
		.arena = arena };
	const struct crm_err *err;
	size_t i;

	*out = NULL;
	*nout = 0;
	crm_rec_init(&u.was, u.kind);
	crm_rec_init(&u.rec, u.kind);
	crm_rec_init(&u.from, u.kind);
	err = begin(&u);
	for (i = 0; err == NULL && i < n; i++)
		err = take(&u, from[i]);
	if (err == NULL)
		err = crm_buf_end(&u.note);
	if (err == NULL) {
		crm_rec_set(&u.rec, crm_field_named(u.kind, CRM_V("note")),
		    crm_buf_view(&u.note));
		hand_out(&u, out, nout);
	}
	crm_rec_release(&u.was);
	crm_rec_release(&u.rec);
	crm_rec_release(&u.from);
	crm_buf_release(&u.note);
	crm_buf_release(&u.left);
	return err;
}
