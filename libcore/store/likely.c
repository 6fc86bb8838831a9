#include "store/likely.h"

#include "record/field.h"
#include "record/value.h"

/* What is looked for, the surest first. */
static bool
is_turn(const struct crm_kind *k, const struct crm_field *f, int turn)
{
	if ((f->flags & CRM_F_INDEXED) == 0)
		return false;
	return turn == 0 ? f->type == CRM_T_EMAIL
	    : turn == 1  ? f->type == CRM_T_PHONE
			 : f->num == k->title;
}

static const struct crm_err *
look(struct crm_snap *snap, const struct crm_kind *k, const struct crm_field *f,
    struct crm_view value, struct crm_buf *key, uint64_t *out)
{
	const struct crm_err *err;
	const uint64_t *found;
	size_t n;

	crm_buf_reset(key);
	crm_value_add_key(key, f, value);
	err = crm_buf_end(key);
	if (err == NULL && key->n > 0)
		err = crm_snap_find(snap, k->letter, f, crm_buf_view(key),
		    false, 1, &found, &n);
	if (err == NULL && key->n > 0 && n > 0)
		*out = found[0];
	return err;
}

/* The name of a person who has its parts only. */
static void
join_name(const struct crm_edit *edit, size_t n, struct crm_buf *out)
{
	static const uint16_t parts[] = { CRM_PERSON_GIVEN, CRM_PERSON_FAMILY };
	size_t i, p;

	for (p = 0; p < 2; p++)
		for (i = 0; i < n; i++)
			if (edit[i].field->num == parts[p] &&
			    edit[i].op != CRM_CLEAR) {
				crm_buf_adds(out, out->n > 0 ? " " : "");
				crm_buf_addv(out, edit[i].value);
			}
}

const struct crm_err *
crm_likely(struct crm_snap *snap, const struct crm_kind *k,
    const struct crm_edit *edit, size_t n, uint64_t *out,
    const struct crm_field **field)
{
	struct crm_buf key = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct crm_buf name = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = NULL;
	bool named = false;
	size_t i;
	int turn;

	*out = 0;
	for (turn = 0; turn < 3; turn++)
		for (i = 0; err == NULL && *out == 0 && i < n; i++) {
			*field = edit[i].field;
			named |= (*field)->num == k->title;
			if (is_turn(k, *field, turn) && edit[i].value.n > 0 &&
			    edit[i].op != CRM_CLEAR && edit[i].op != CRM_TAKE)
				err = look(
				    snap, k, *field, edit[i].value, &key, out);
		}
	if (err == NULL && *out == 0 && !named && k->letter == 'p') {
		join_name(edit, n, &name);
		*field = crm_field_num(k, k->title);
		if (name.n > 0)
			err = look(
			    snap, k, *field, crm_buf_view(&name), &key, out);
	}
	crm_buf_release(&key);
	crm_buf_release(&name);
	return err;
}
