/* Running a query: the records that match, in the order of their ids. */
#include "query/ast.h"
#include "store/block.h"

enum stage { NEW_KIND, BY_LIST, BY_SCAN, BY_TAIL };

struct crm_run {
	struct crm_query *q;
	struct crm_walk *walk; /* of the kind's table */
	enum crm_table table;
	int kind; /* place in the alphabet */
	enum stage stage;
	struct crm_candidates c;
	size_t next;         /* of its ids */
	uint64_t generation; /* of the snapshot when it was planned */
	uint64_t last;       /* id handed out or looked at last */
	uint64_t tail;       /* event behind which the list holds none */
	bool seek;           /* the scan has to seek to behind it */
};

const struct crm_err *
crm_run_open(struct crm_query *q, struct crm_run **out)
{
	struct crm_run *r = crm_calloc(1, sizeof(*r));

	r->q = q;
	r->kind = -1;
	*out = r;
	return NULL;
}

void
crm_query_first(
    struct crm_query *q, const struct crm_field *f, bool down, uint64_t max)
{
	q->order = f;
	q->order_down = down;
	q->order_max = max;
}

void
crm_run_close(struct crm_run *r)
{
	if (r == NULL)
		return;
	crm_walk_close(r->walk);
	crm_free(r->c.id);
	crm_free(r);
}

/* Go on to the next kind that the query selects. */
static const struct crm_err *
next_kind(struct crm_run *r)
{
	const struct crm_schema *s = crm_snap_schema(r->q->ctx.snap);
	const struct crm_err *err = NULL;
	enum crm_table table;
	bool done = false;
	char letter;

	crm_free(r->c.id);
	memset(&r->c, 0, sizeof(r->c));
	do
		r->kind++;
	while (r->kind < 26 &&
	    (!r->q->kind[r->kind] ||
		crm_kind_of(s, (char)('a' + r->kind)) == NULL));
	if (r->kind == 26)
		return NULL;
	letter = (char)('a' + r->kind);
	if (r->q->order_max > 0)
		err = crm_plan_first(r->q, letter, &r->c, &done);
	if (err == NULL && !done)
		err = crm_plan(r->q, letter, &r->c, NULL);
	if (err != NULL)
		return err;
	table = crm_table_of(crm_id(letter, 0, 0));
	if (r->walk == NULL || r->table != table) {
		crm_walk_close(r->walk);
		r->walk = NULL;
		r->table = table;
		err = crm_walk_open(
		    crm_snap_txn(r->q->ctx.snap), table, &r->walk);
	}
	r->generation = crm_snap_generation(r->q->ctx.snap);
	r->tail = crm_snap_first_tail(r->q->ctx.snap) - 1;
	r->next = 0;
	r->last = crm_id(letter, 0, 0);
	r->seek = true;
	r->stage = r->c.all ? BY_SCAN : BY_LIST;
	if (err == NULL && r->stage == BY_LIST)
		crm_walk_sparse(r->walk);
	return err;
}

/* Take a stored record, if it is to be seen and matches. */
static const struct crm_err *
take(struct crm_run *r, uint64_t id, struct crm_view bytes, bool sure,
    struct crm_stored *stored, bool *yes)
{
	const struct crm_err *err;
	enum crm_presence p;

	*yes = false;
	err = crm_snap_see(r->q->ctx.snap, id, bytes, stored, &p);
	if (err != NULL || p != CRM_LIVE)
		return err;
	if (sure || r->q->root->op == CRM_ALL) {
		*yes = true;
		return NULL;
	}
	return crm_query_match(r->q, id, stored, yes);
}

/* The next one of the list of candidates. */
static const struct crm_err *
next_listed(struct crm_run *r, uint64_t *id, struct crm_stored *stored)
{
	const struct crm_err *err = NULL;
	struct crm_snap *snap = r->q->ctx.snap;
	struct crm_view v;
	bool yes = false, sure;

	while (err == NULL && !yes && r->next < r->c.n) {
		*id = r->c.id[r->next++];
		r->last = *id;
		err = crm_walk_get(r->walk, *id, &v);
		if (err != NULL || v.p == NULL)
			continue;
		sure = r->c.exact &&
		    r->generation == crm_snap_generation(snap) &&
		    (crm_id_kind(*id) != 'e' || crm_snap_is_indexed(snap, *id));
		err = take(r, *id, v, sure, stored, &yes);
	}
	if (!yes)
		*id = 0;
	return err;
}

/* The next one of all records of the kind, or of the events that no index
 * has yet. */
static const struct crm_err *
next_scanned(struct crm_run *r, uint64_t *id, struct crm_stored *stored)
{
	const struct crm_err *err = NULL;
	struct crm_entry e = { 0 };
	bool yes = false;
	char key[8];

	while (err == NULL && !yes) {
		if (r->seek) {
			crm_be64(key, r->last + 1);
			err = crm_walk_seek(r->walk, crm_view(key, 8), &e);
			r->seek = false;
		} else
			err = crm_walk_next(r->walk, &e);
		if (err != NULL || e.prefix.p == NULL ||
		    crm_id_kind(e.id) != 'a' + r->kind)
			break;
		r->last = e.id;
		err = take(r, e.id, e.value, false, stored, &yes);
	}
	*id = yes ? e.id : 0;
	return err;
}

/* After the list: the events behind what the indexes had. */
static void
begin_tail(struct crm_run *r)
{
	r->stage = BY_TAIL;
	r->last = r->tail;
	r->seek = true;
}

const struct crm_err *
crm_run_next(struct crm_run *r, uint64_t *id, struct crm_stored *stored)
{
	const struct crm_err *err = NULL;

	*id = 0;
	while (err == NULL && r->kind < 26) {
		switch (r->stage) {
		case NEW_KIND:
			err = next_kind(r);
			continue;
		case BY_LIST:
			err = next_listed(r, id, stored);
			if (err == NULL && *id == 0 && r->kind == 'e' - 'a' &&
			    !r->c.tail_known) {
				begin_tail(r);
				continue;
			}
			break;
		case BY_SCAN:
		case BY_TAIL:
			err = next_scanned(r, id, stored);
			break;
		}
		if (err != NULL || *id != 0)
			return err;
		r->stage = NEW_KIND;
	}
	return err;
}

const struct crm_err *
crm_run_scans(struct crm_run *r, bool *yes)
{
	const struct crm_err *err = NULL;

	if (r->stage == NEW_KIND)
		err = next_kind(r);
	*yes = r->stage == BY_SCAN;
	return err;
}

/* Forget what was computed of the store as it was. */
static void
renew(struct crm_query *q)
{
	size_t i, j;

	crm_compute_renew(q->compute);
	for (i = 0; i < q->nterms; i++) {
		const struct crm_term *t = q->term[i];

		if (t->member != NULL && t->member->query != NULL)
			renew(t->member->query);
		for (j = 0; j < t->nalts; j++)
			if (t->alt[j].member != NULL &&
			    t->alt[j].member->query != NULL)
				renew(t->alt[j].member->query);
	}
}

const struct crm_err *
crm_run_resume(struct crm_run *r)
{
	r->seek = true;
	renew(r->q);
	return r->walk != NULL ? crm_walk_renew(r->walk) : NULL;
}

const struct crm_err *
crm_run_count(struct crm_query *q, uint64_t max, uint64_t *out)
{
	const struct crm_err *err;
	struct crm_stored stored;
	struct crm_run *r;
	uint64_t id;

	*out = 0;
	err = crm_run_open(q, &r);
	while (err == NULL && *out < max) {
		if (r->stage == NEW_KIND) {
			err = next_kind(r);
			if (err != NULL || r->kind >= 26)
				break;
			if (r->c.exact && r->stage == BY_LIST) {
				/* the list is the answer */
				*out += r->c.n;
				r->next = r->c.n;
			}
		}
		err = crm_run_next(r, &id, &stored);
		if (err != NULL || id == 0)
			break;
		(*out)++;
	}
	crm_run_close(r);
	if (*out > max)
		*out = max;
	return err;
}

/* The records of a kind, as next_kind() finds them. */
static const struct crm_err *
explain_kind(struct crm_query *q, const struct crm_kind *k, struct crm_buf *out)
{
	const struct crm_err *err = NULL;
	struct crm_candidates c = { 0 };
	bool done = false;

	if (q->order_max > 0)
		err = crm_plan_first(q, k->letter, &c, &done);
	if (err == NULL && !done)
		err = crm_plan(q, k->letter, &c, out);
	else if (err == NULL)
		crm_buf_addf(out, "%s: %zu from the %s of the index of %s%s\n",
		    k->plural, c.n, q->order_down ? "end" : "beginning",
		    q->order->name,
		    k->letter == 'e' && !c.tail_known ? ", and the newest ones"
						      : "");
	crm_free(c.id);
	return err;
}

const struct crm_err *
crm_query_explain(struct crm_query *q, struct crm_buf *out)
{
	const struct crm_schema *s = crm_snap_schema(q->ctx.snap);
	const struct crm_err *err = NULL;
	const struct crm_kind *k;
	int i;

	for (i = 0; err == NULL && i < 26; i++) {
		k = crm_kind_of(s, (char)('a' + i));
		if (q->kind[i] && k != NULL)
			err = explain_kind(q, k, out);
	}
	return err;
}

const struct crm_err *
crm_query_ids(struct crm_query *q, uint64_t **out, size_t *n)
{
	const struct crm_err *err;
	struct crm_stored stored;
	struct crm_run *r;
	size_t cap = 0;
	uint64_t id;

	*out = NULL;
	*n = 0;
	err = crm_run_open(q, &r);
	while (err == NULL) {
		err = crm_run_next(r, &id, &stored);
		if (err != NULL || id == 0)
			break;
		*out = crm_grow(*out, &cap, *n + 1, sizeof(**out));
		(*out)[(*n)++] = id;
	}
	crm_run_close(r);
	return err;
}
