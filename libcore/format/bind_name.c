/* What people and organisations are called when a row does not say so. */
#include "format/bind_impl.h"

/* Does an edit say what a record is called, or takes that away? */
static bool
is_of_name(const struct crm_kind *k, uint16_t num)
{
	return k->letter == 'p' ? num == CRM_PERSON_NAME ||
		num == CRM_PERSON_GIVEN || num == CRM_PERSON_FAMILY
				: num == CRM_ORG_NAME;
}

static bool
has_name(const struct crm_bind *b)
{
	size_t i;

	for (i = 0; i < b->nedits; i++)
		if (is_of_name(b->kind, b->edit[i].field->num))
			return true;
	return false;
}

/* Does --set give one to who has none? */
static bool
sets_name(const struct crm_bind *b)
{
	const struct crm_field *f;
	struct crm_view set;
	size_t i;

	for (i = 0; i < b->o.nsets; i++) {
		set = crm_view_str(b->o.set[i]);
		f = crm_field_named(
		    b->kind, crm_view(set.p, crm_view_find(set, '=')));
		if (f != NULL && is_of_name(b->kind, f->num))
			return true;
	}
	return false;
}

/* The first value that the row gives a field; NULL: it gives none. */
static const struct crm_edit *
first_value(const struct crm_bind *b, uint16_t num, size_t *at)
{
	size_t i;

	for (i = 0; i < b->nedits; i++)
		if (b->edit[i].field->num == num &&
		    b->edit[i].op != CRM_CLEAR) {
			*at = b->at[i];
			return &b->edit[i];
		}
	return NULL;
}

void
crm_bind_call(struct crm_bind *b)
{
	bool person = b->kind->letter == 'p';
	const struct crm_edit *e;
	size_t at, from = b->values.n;

	if ((!person && b->kind->letter != 'o') || has_name(b) || sets_name(b))
		return;
	e = first_value(b, person ? CRM_PERSON_EMAIL : CRM_ORG_EMAIL, &at);
	if (e == NULL)
		e = first_value(
		    b, person ? CRM_PERSON_PHONE : CRM_ORG_PHONE, &at);
	if (e == NULL)
		return;
	crm_buf_reset(&b->one);
	crm_buf_add(&b->one, b->values.p + at, e->value.n);
	crm_buf_addv(&b->values, crm_buf_view(&b->one));
	(void)crm_bind_add_edit(
	    b, crm_field_named(b->kind, CRM_V("name")), CRM_FILL, from);
}
