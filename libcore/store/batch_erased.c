/* What a batch must not bring back. */
#include "base/mem.h"
#include "store/batch_impl.h"
#include "store/erased.h"

/* Has a record a value already? */
static bool
has(const struct crm_rec *r, const struct crm_field *f, struct crm_view value)
{
	struct crm_many m;
	struct crm_view v;

	if (r == NULL || !crm_rec_get(r, f->num, &v))
		return false;
	crm_many_begin(&m, v, (f->flags & CRM_F_MANY) != 0);
	while (crm_many_next(&m, &v))
		if (crm_view_eq(v, value))
			return true;
	return false;
}

static const struct crm_err *
refuse(struct crm_batch *b, const struct crm_field *f, struct crm_view value,
    const char **field)
{
	struct crm_buf text = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	const struct crm_err *err;

	b->line_erased = true;
	crm_value_add_text(&text, f, value);
	*field = f->name;
	err = crm_err(CRM_E_DATA,
	    "'%.*s' was erased, and is not to come back (--allow-erased)",
	    CRM_VARG(crm_buf_view(&text)));
	crm_buf_release(&text);
	return err;
}

const struct crm_err *
crm_batch_fit_erased(struct crm_batch *b, const struct crm_rec *r,
    const struct crm_rec *old, const char **field)
{
	const struct crm_field *f;
	struct crm_many m;
	struct crm_view v;
	uint32_t i;

	if (b->erased == NULL || b->o.allow_erased)
		return NULL;
	for (i = 0; i < r->n; i++) {
		f = crm_field_num(r->kind, r->slot[i].num);
		if (f == NULL || !crm_erased_counts(f))
			continue;
		crm_many_begin(
		    &m, r->slot[i].value, (f->flags & CRM_F_MANY) != 0);
		while (crm_many_next(&m, &v))
			if (!has(old, f, v) &&
			    crm_erased_has(b->erased, r->kind->letter, f, v))
				return refuse(b, f, v, field);
	}
	return NULL;
}

/*
 * The values of a row or an edit are looked at alone, not what the record has
 * of them already: who tries again gets to know.
 */
const struct crm_err *
crm_batch_row_erased(const struct crm_erased *now, const struct crm_kind *k,
    struct crm_row r, bool edit)
{
	const struct crm_field *f;
	struct crm_many m;
	struct crm_view v, one;
	uint16_t num;
	uint8_t flags;
	bool many;

	if (now == NULL || k == NULL)
		return NULL;
	while (crm_row_field(&r, &num, &flags, &v)) {
		f = crm_field_num(k, num);
		if (f == NULL || v.n == 0 || !crm_erased_counts(f) ||
		    (edit && flags == CRM_TAKE))
			continue;
		many = edit
		    ? r.kind == CRM_EDIT_PUT && (f->flags & CRM_F_MANY) != 0
		    : (flags & CRM_SLOT_MANY) != 0;
		crm_many_begin(&m, v, many);
		while (crm_many_next(&m, &one))
			if (crm_erased_has(now, k->letter, f, one))
				return crm_err(CRM_E_AGAIN,
				    "%s: a value was erased meanwhile: try "
				    "again",
				    f->name);
	}
	return NULL;
}

const struct crm_err *
crm_batch_erased_since(
    struct crm_batch *b, struct crm_snap *snap, struct crm_erased **out)
{
	const struct crm_err *err;

	*out = NULL;
	if (b->o.allow_erased)
		return NULL;
	err = crm_erased_open(crm_snap_txn(snap), out);
	if (err == NULL &&
	    crm_erased_last(*out) == crm_erased_last(b->erased)) {
		crm_erased_free(*out);
		*out = NULL;
	}
	return err;
}
