#include "store/erase.h"

#include "base/mem.h"
#include "record/value.h"
#include "store/attest.h"
#include "store/change_impl.h"
#include "store/erase_impl.h"
#include "store/fresh.h"
#include "store/rebuild.h"
#include "store/store_impl.h"

static void
release(struct crm_erasing *e)
{
	crm_snap_close(e->snap);
	crm_free(e->list.item);
	crm_free(e->dropped);
	crm_free(e->added);
	crm_free(e->slot);
	crm_mention_release(&e->mention);
	crm_remember_free(e->remember);
	crm_nummap_release(&e->sets);
	crm_derive_free(e->derive);
	crm_buf_release(&e->bytes);
	crm_buf_release(&e->attested);
}

static void
init(struct crm_erasing *e, struct crm_store *s,
    const struct crm_erase_options *o)
{
	memset(e, 0, sizeof(*e));
	e->store = s;
	e->o = o;
	e->derive = crm_derive_new(s, crm_store_part(s));
	e->bytes.max = e->attested.max = (size_t)1 << 30;
	crm_mention_init(&e->mention);
}

/* See what was written so far. */
static const struct crm_err *
look_again(struct crm_erasing *e)
{
	crm_snap_close(e->snap);
	e->snap = NULL;
	return crm_snap_wrap(e->store, e->txn, &e->snap);
}

static const struct crm_err *
begin_change(struct crm_erasing *e)
{
	uint64_t n = crm_snap_last_change(e->snap);
	struct crm_change last = { 0 };
	const struct crm_err *err;

	err = crm_store_see_config(e->store, e->txn);
	if (err == NULL && n > 0)
		err = crm_change_get(e->txn, n, &last);
	if (err != NULL)
		return err;
	e->change.number = e->change.origin = n + 1;
	e->change.clock_us =
	    e->o->now_us > last.clock_us ? e->o->now_us : last.clock_us;
	e->change.replica = e->store->replica;
	e->change.user = crm_view_str(e->o->user);
	e->change.program = crm_view_str(e->o->program);
	e->change.arguments = crm_view_str(e->o->arguments);
	e->change.message = crm_view_str(e->o->message);
	return NULL;
}

/* Is a record one of those that are concerned? */
static bool
is_concerned(const struct crm_erasing *e, uint64_t id)
{
	size_t lo = 0, hi = e->list.n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (e->list.item[mid].id == id)
			return true;
		if (e->list.item[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* Does somebody else have an address?  Then it is not only theirs. */
static const struct crm_err *
is_held(struct crm_erasing *e, const struct crm_kind *k,
    const struct crm_field *f, struct crm_view value, bool *held)
{
	struct crm_buf key = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	const struct crm_err *err;
	const uint64_t *found;
	size_t n, i;

	crm_value_add_key(&key, f, value);
	err = crm_snap_find(e->snap, k->letter, f, crm_buf_view(&key), false,
	    e->list.n + 1, &found, &n);
	for (i = 0; err == NULL && i < n && !*held; i++)
		*held = !is_concerned(e, found[i]);
	crm_buf_release(&key);
	return err;
}

static const struct crm_err *
is_held_by_any(struct crm_erasing *e, enum crm_type type, struct crm_view value,
    bool *held)
{
	const struct crm_schema *schema = crm_snap_schema(e->snap);
	const struct crm_err *err = NULL;
	size_t i, j;

	for (i = 0; i < crm_schema_nkinds(schema); i++) {
		const struct crm_kind *k = crm_schema_kind(schema, i);

		for (j = 0; err == NULL && !*held && j < k->nfields; j++)
			if (k->field[j].type == type &&
			    (k->field[j].flags & CRM_F_INDEXED) != 0 &&
			    k->letter != 'e')
				err = is_held(e, k, &k->field[j], value, held);
	}
	return err;
}

struct keeping {
	struct crm_erasing *e;
	const struct crm_concerned *c;
	const struct crm_kind *kind;
};

/* Remember a value, if it was theirs alone. */
static const struct crm_err *
remember(void *ctx, const struct crm_field *f, struct crm_view value)
{
	struct keeping *k = ctx;
	const struct crm_err *err = NULL;
	bool held = false;

	if (!crm_erased_counts(f) || !crm_erase_drops(k->kind, f->num, k->c))
		return NULL;
	if ((f->flags & CRM_F_UNIQUE) != 0)
		err = is_held(k->e, k->kind, f, value, &held);
	else
		err =
		    is_held_by_any(k->e, (enum crm_type)f->type, value, &held);
	if (err == NULL && !held)
		crm_remember_add(k->e->remember, k->kind->letter, f, value);
	return err;
}

/* Before anything is written: whom to look for, what to remember. */
static const struct crm_err *
look_at_values(struct crm_erasing *e)
{
	struct keeping k = { .e = e };
	struct crm_erased *erased = NULL;
	const struct crm_err *err;
	size_t i;

	err = crm_erased_open(e->txn, &erased);
	if (err == NULL)
		err = crm_remember_new(erased, &e->remember);
	crm_erased_free(erased);
	for (i = 0; err == NULL && i < e->list.n; i++) {
		k.c = &e->list.item[i];
		k.kind =
		    crm_kind_of(crm_snap_schema(e->snap), crm_id_kind(k.c->id));
		if (k.kind == NULL)
			continue;
		if (k.c->whole)
			err = crm_erase_seek(e->snap, k.c->id, &e->mention);
		if (err == NULL)
			err = crm_erase_values(e->snap, k.c->id, remember, &k);
	}
	if (err == NULL &&
	    crm_mention_find(&e->mention, e->change.message).p != NULL)
		err = crm_err(CRM_E_USAGE,
		    "-m: the message names who is erased, and would be kept");
	return err;
}

/* The fields that stay, in e->slot. */
static uint32_t
keep_fields(struct crm_erasing *e, const struct crm_stored *was,
    const struct crm_kind *k, const struct crm_concerned *c)
{
	uint32_t i, n = 0;

	e->slot = crm_grow(e->slot, &e->slot_cap, was->n, sizeof(*e->slot));
	crm_stored_all(was, e->slot);
	for (i = 0; i < was->n; i++) {
		const struct crm_field *f = crm_field_num(k, e->slot[i].num);

		if (crm_erase_drops(k, e->slot[i].num, c))
			continue;
		e->slot[n] = e->slot[i];
		e->slot[n++].many = (f->flags & CRM_F_MANY) != 0;
	}
	return n;
}

static void
count(struct crm_erasing *e, const struct crm_concerned *c)
{
	if (c->whole)
		e->out.records++;
	else if (crm_id_kind(c->id) != 'e')
		e->out.others++;
	else
		e->out.events++;
	e->out.shared += c->shared;
}

/* Write what is left of a record: bytes, note, derived tables. */
static const struct crm_err *
put_rest(struct crm_erasing *e, struct crm_block_writer *bw,
    const struct crm_stored *was, const struct crm_concerned *c, uint32_t n)
{
	bool live = (was->flags & CRM_R_REMOVED) == 0;
	struct crm_changed note = { .number = e->change.number,
		.id = c->id,
		.flags = CRM_CHANGED_ERASED,
		.previous = was->updated };
	uint8_t flags = (was->flags & CRM_R_REMOVED) | CRM_R_ERASED;
	unsigned int what = CRM_DERIVE_EXACT | CRM_DERIVE_SUMS;
	const struct crm_err *err;
	struct crm_stored now;
	char key[8];

	if (c->whole) {
		flags |= CRM_R_REMOVED;
		note.flags |= live ? CRM_CHANGED_REMOVED : 0;
	}
	crm_buf_reset(&e->bytes);
	crm_code_put(
	    &e->bytes, flags, was->added, e->change.number, e->slot, n);
	err = crm_buf_end(&e->bytes);
	crm_be64(key, c->id);
	if (err == NULL)
		err = crm_block_put(
		    bw, crm_view(key, 8), crm_buf_view(&e->bytes));
	if (err == NULL)
		err = crm_changed_write(e->txn, &note);
	if (err != NULL)
		return err;
	e->change.touched++;
	e->added =
	    crm_grow(e->added, &e->added_cap, e->nadded + 1, sizeof(*e->added));
	e->added[e->nadded].number = was->added;
	e->added[e->nadded++].id = c->id;
	count(e, c);
	if (crm_id_kind(c->id) == 'e' &&
	    crm_snap_may_be_indexed(e->snap, c->id))
		what |= CRM_DERIVE_LAGGING;
	(void)crm_code_open(crm_buf_view(&e->bytes), &now);
	return crm_derive_record(e->derive, c->id, was, &now, what);
}

static const struct crm_err *
rewrite(struct crm_erasing *e, struct crm_block_writer *bw,
    const struct crm_concerned *c, bool dropped)
{
	const struct crm_kind *k =
	    crm_kind_of(crm_snap_schema(e->snap), crm_id_kind(c->id));
	const struct crm_err *err;
	struct crm_stored was;
	struct crm_view v;
	char text[CRM_ID_TEXT], key[8];
	uint32_t n;

	crm_be64(key, c->id);
	err = crm_block_take(bw, crm_view(key, 8), &v);
	if (err != NULL)
		return err;
	if (v.p == NULL || !crm_code_open(v, &was))
		return crm_err(CRM_E_DATA,
		    "the store is damaged: %s cannot be read",
		    crm_id_text(c->id, text));
	n = keep_fields(e, &was, k, c);
	if (c->whole)
		dropped |= (was.flags & CRM_R_ERASED) == 0 ||
		    (was.flags & CRM_R_REMOVED) == 0;
	if (n == was.n && !dropped)
		return crm_block_put(bw, crm_view(key, 8), v);
	return put_rest(e, bw, &was, c, n);
}

/* Rewrite what of a table is concerned. */
static const struct crm_err *
rewrite_table(struct crm_erasing *e, enum crm_table table)
{
	struct crm_block_writer *bw = NULL;
	const struct crm_err *err;
	size_t i;

	err = crm_block_write(e->txn, table, &bw);
	for (i = 0; err == NULL && i < e->list.n; i++)
		if (crm_table_of(e->list.item[i].id) == table)
			err = rewrite(e, bw, &e->list.item[i], e->dropped[i]);
	if (err == NULL)
		return crm_block_close(bw);
	crm_block_abandon(bw);
	return err;
}

static const struct crm_err *
write_derived(struct crm_erasing *e)
{
	static const enum crm_table tables[] = { CRM_TABLE_INDEX,
		CRM_TABLE_TEXT, CRM_TABLE_STORY };
	const struct crm_err *err = NULL;
	size_t i;
	bool done;

	for (i = 0; err == NULL && i < sizeof(tables) / sizeof(tables[0]); i++)
		err = crm_derive_write(
		    e->derive, e->txn, tables[i], SIZE_MAX, &done);
	if (err == NULL)
		err = look_again(e);
	if (err == NULL)
		err = crm_derive_rollups(e->derive, e->snap, NULL, NULL);
	return err != NULL ? err : crm_derive_totals(e->derive, e->txn);
}

static const struct crm_err *
write_log(struct crm_erasing *e)
{
	const struct crm_err *err;

	err = crm_erase_digests(e);
	if (err == NULL)
		err = crm_erase_sets(e);
	if (err == NULL)
		err = crm_buf_end(&e->attested);
	if (err == NULL)
		err = crm_attest_put(
		    e->txn, e->change.number, crm_buf_view(&e->attested));
	if (err == NULL)
		err = crm_remember_put(e->remember, e->txn, e->change.number);
	e->change.state = CRM_CHANGE_DONE;
	if (err == NULL)
		err = crm_change_put(e->txn, &e->change, NULL, 0);
	e->out.change = e->change.number;
	return err;
}

/* Not an error: there is nothing to write, or nothing is to be written. */
static const struct crm_err give_up = { CRM_E_BUG, "given up" };

/* Events may be among what is erased: none is fresh then. */
static const struct crm_err *
take_in(struct crm_erasing *e)
{
	const struct crm_err *err;
	uint64_t last;

	err = crm_snap_last_id(e->snap, 'e', &last);
	if (err == NULL)
		err = crm_fresh_take_in(e->store, e->txn, last);
	return err != NULL ? err : look_again(e);
}

static const struct crm_err *
do_erase(struct crm_erasing *e)
{
	const struct crm_err *err;
	size_t i;

	err = crm_snap_wrap(e->store, e->txn, &e->snap);
	if (err == NULL)
		err = begin_change(e);
	if (err == NULL)
		err = take_in(e);
	if (err == NULL)
		err = crm_erase_find(e->snap, e->o->id, e->o->n, &e->list);
	if (err == NULL)
		err = look_at_values(e);
	e->dropped = crm_calloc(e->list.n, sizeof(*e->dropped));
	for (i = 0; err == NULL && i < e->list.n; i++)
		err = crm_erase_history(e, &e->list.item[i], &e->dropped[i]);
	if (err == NULL)
		err = rewrite_table(e, CRM_TABLE_RECORD);
	if (err == NULL)
		err = rewrite_table(e, CRM_TABLE_EVENT);
	if (err == NULL && e->change.touched == 0)
		return &give_up;
	if (err == NULL)
		err = write_derived(e);
	if (err == NULL)
		err = write_log(e);
	return err == NULL && e->o->dry_run ? &give_up : err;
}

static const struct crm_err *
erase(void *ctx, struct crm_txn *t)
{
	struct crm_erasing *e = ctx;
	const struct crm_err *err;

	if (e->txn != NULL) { /* again, in a larger map */
		struct crm_store *s = e->store;
		const struct crm_erase_options *o = e->o;

		release(e);
		init(e, s, o);
	}
	e->txn = t;
	err = do_erase(e);
	crm_snap_close(e->snap);
	e->snap = NULL;
	return err;
}

/*
 * Where indexes that lag are being brought up, or were when that crashed, what
 * is erased may come back with the next piece: they are made anew, which ends
 * it.
 */
static const struct crm_err *
end_catching_up(struct crm_store *s)
{
	const struct crm_err *err;
	struct crm_mark mark = { 0 };
	struct crm_snap *snap;

	err = crm_snap_open(s, &snap);
	if (err == NULL)
		err = crm_mark_get(s, crm_snap_txn(snap), &mark);
	crm_snap_close(snap);
	return err != NULL || mark.reach <= mark.mark ? err
						      : crm_rebuild(s, true);
}

const struct crm_err *
crm_erase(struct crm_store *s, const struct crm_erase_options *o,
    struct crm_erase_result *out)
{
	const struct crm_err *err;
	struct crm_erasing e;

	/* held throughout: nobody begins again to bring them up */
	err = crm_gate_enter(s->gate, s->options.wait_ms);
	if (err != NULL)
		return err;
	init(&e, s, o);
	if (!o->dry_run)
		err = end_catching_up(s);
	if (err == NULL)
		err = crm_store_update(s, erase, &e);
	if (err == &give_up) {
		e.out.change = 0;
		err = NULL;
	}
	*out = e.out;
	release(&e);
	crm_gate_leave(s->gate);
	return err;
}
