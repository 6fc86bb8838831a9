/* What lines say of unique values: noted for batch_unique.c to judge. */
#include "store/batch_claim.h"

#include "base/mem.h"

/* Longer ones are not taken: keys of runs are bounded. */
#define VALUE_MAX 4000

static bool
is_unique(const struct crm_field *f)
{
	return f != NULL && (f->flags & CRM_F_UNIQUE) != 0;
}

void
crm_batch_find_unique(struct crm_batch *b)
{
	const struct crm_schema *schema = b->store->config->schema;
	const struct crm_kind *k;
	size_t i;

	for (i = 0; i < crm_schema_nkinds(schema); i++) {
		k = crm_schema_kind(schema, i);
		b->unique_fields[k->letter - 'a'] =
		    crm_rec_flagged(k, CRM_F_UNIQUE);
	}
}

/* Has a record a field that is unique?  Most have none. */
static bool
may_be_unique(const struct crm_batch *b, const struct crm_rec *r)
{
	return (r->has & b->unique_fields[r->kind->letter - 'a']) != 0;
}

/* Does a record hold a value with this key? */
static bool
holds(const struct crm_rec *r, const struct crm_field *f, struct crm_view key)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct crm_many m;
	struct crm_view v;
	bool yes = false;

	if (r == NULL || !crm_rec_get(r, f->num, &v))
		return false;
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (!yes && crm_many_next(&m, &v)) {
		crm_buf_reset(&b);
		crm_value_add_key(&b, f, v);
		yes = crm_view_eq(crm_buf_view(&b), key);
	}
	crm_buf_release(&b);
	return yes;
}

/* The key of a value of a field, behind its head, in b->key. */
static struct crm_view
claim_key(struct crm_batch *b, char kind, const struct crm_field *f,
    struct crm_view value)
{
	char head[CRM_CLAIM_HEAD];

	head[0] = kind;
	crm_be16(head + 1, f->num);
	crm_buf_reset(&b->key);
	crm_buf_add(&b->key, head, CRM_CLAIM_HEAD);
	crm_value_add_key(&b->key, f, value);
	return crm_buf_view(&b->key);
}

const struct crm_err *
crm_batch_fit_unique(
    struct crm_batch *b, const struct crm_rec *r, const char **field)
{
	const struct crm_field *f;
	struct crm_many m;
	struct crm_view v;
	uint32_t i;

	if (!may_be_unique(b, r))
		return NULL;
	for (i = 0; i < r->n; i++) {
		f = crm_field_num(r->kind, r->slot[i].num);
		if (!is_unique(f))
			continue;
		crm_many_begin(
		    &m, r->slot[i].value, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v))
			if (claim_key(b, r->kind->letter, f, v).n >
			    CRM_CLAIM_HEAD + VALUE_MAX) {
				*field = f->name;
				return crm_err(CRM_E_DATA,
				    "longer than %d bytes, but unique",
				    VALUE_MAX);
			}
	}
	return NULL;
}

static const struct crm_err *
add_claim(struct crm_batch *b, struct crm_view key, const struct crm_claim *c)
{
	char claim[CRM_CLAIM_BYTES];

	if (crm_claim_is_given_up(c))
		b->given_up = true;
	crm_claim_put(claim, c);
	return crm_runs_add(b->unique, key, crm_view(claim, CRM_CLAIM_BYTES));
}

/* Note the unique values that a record has and another form of it has not. */
static const struct crm_err *
note_difference(struct crm_batch *b, const struct crm_rec *has,
    const struct crm_rec *has_not, const struct crm_claim *c)
{
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	struct crm_many m;
	struct crm_view v, key;
	uint32_t i;

	if (!may_be_unique(b, has))
		return NULL;
	for (i = 0; err == NULL && i < has->n; i++) {
		f = crm_field_num(has->kind, has->slot[i].num);
		if (!is_unique(f) ||
		    (has_not != NULL && crm_rec_get(has_not, f->num, &v) &&
			crm_view_eq(v, has->slot[i].value)))
			continue;
		crm_many_begin(
		    &m, has->slot[i].value, (f->flags & CRM_F_MANY) != 0);
		while (err == NULL && crm_many_next(&m, &v)) {
			key = claim_key(b, has->kind->letter, f, v);
			if (!holds(has_not, f, crm_claim_shown(key)))
				err = add_claim(b, key, c);
		}
	}
	return err;
}

const struct crm_err *
crm_batch_note_unique(struct crm_batch *b, const struct crm_rec *r, uint64_t id,
    uint64_t place, const struct crm_rec *old)
{
	struct crm_claim c = { id, b->line, place };
	const struct crm_err *err;

	err = note_difference(b, r, old, &c);
	c.place |= CRM_CLAIM_GIVEN_UP;
	if (err == NULL && old != NULL)
		err = note_difference(b, old, r, &c);
	return err;
}

const struct crm_err *
crm_batch_note_removed(
    struct crm_batch *b, const struct crm_rec *old, uint64_t id, uint64_t place)
{
	struct crm_claim c = { id, b->line, place | CRM_CLAIM_GIVEN_UP };

	return note_difference(b, old, NULL, &c);
}

/* Note the values that an edit gives, be they there before or not: what was
 * there may be the doing of an edit that turns out to be bad. */
static const struct crm_err *
note_given(struct crm_batch *b, const struct crm_rec *stored, bool sure,
    struct crm_row r, const struct crm_claim *c)
{
	const struct crm_err *err = NULL;
	const struct crm_field *f;
	struct crm_view v, key;
	uint16_t num;
	uint8_t op;

	while (err == NULL && crm_row_field(&r, &num, &op, &v)) {
		f = crm_field_num(stored->kind, num);
		if (!is_unique(f) || op == CRM_TAKE || op == CRM_CLEAR)
			continue;
		key = claim_key(b, stored->kind->letter, f, v);
		if (key.n <= CRM_CLAIM_HEAD + VALUE_MAX &&
		    !(sure && holds(stored, f, crm_claim_shown(key))))
			err = add_claim(b, key, c);
	}
	return err;
}

const struct crm_err *
crm_batch_note_later(struct crm_batch *b, struct crm_row r, uint64_t order,
    const struct crm_rec *stored, const struct crm_rec *before,
    const struct crm_rec *after)
{
	struct crm_claim c = { stored->id, r.line,
		CRM_CLAIM_EDIT | (order + 1) };
	const struct crm_err *err;

	err = note_given(b, stored, !b->given_up, r, &c);
	c.place |= CRM_CLAIM_GIVEN_UP;
	return err != NULL ? err : note_difference(b, before, after, &c);
}

const struct crm_err *
crm_batch_note_absent(
    struct crm_batch *b, const struct crm_request *q, uint64_t id)
{
	struct crm_claim c = { id, b->line, CRM_CLAIM_ABSENT };
	const struct crm_err *err = NULL;
	struct crm_many m;
	struct crm_view v, key;
	size_t i;

	for (i = 0; err == NULL && i < q->nkeys; i++) {
		const struct crm_field *f = q->key[i];

		if (is_unique(f) || !crm_rec_get(&b->rec, f->num, &v))
			continue;
		crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
		while (err == NULL && crm_many_next(&m, &v)) {
			key = claim_key(b, q->kind->letter, f, v);
			if (key.n <= CRM_CLAIM_HEAD + VALUE_MAX)
				err = add_claim(b, key, &c);
		}
	}
	return err;
}
