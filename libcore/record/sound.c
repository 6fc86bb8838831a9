#include "record/sound.h"

#include "base/utf8.h"
#include "record/value.h"
#include "record/word.h"

/* Is it one value of the field? */
static bool
is_value(const struct crm_field *f, struct crm_view v)
{
	struct crm_date date;
	struct crm_span span;
	struct crm_dec dec;
	int64_t at_us;

	if (v.n == 0)
		return false;
	switch ((enum crm_type)f->type) {
	case CRM_T_DATE:
		return crm_value_get_date(v, &date);
	case CRM_T_TIME:
		return crm_value_get_time(v, &at_us);
	case CRM_T_SPAN:
		return crm_value_get_span(v, &span);
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
		return crm_value_get_dec(v, &dec);
	case CRM_T_CURRENCY:
		return v.n == 1 && crm_currency_code((uint8_t)v.p[0]) != NULL;
	case CRM_T_BOOL:
		return v.n == 1 && (uint8_t)v.p[0] <= 1;
	case CRM_T_CHOICE:
		v = crm_word_get(v);
		return v.n > 0 && crm_utf8_check(v) == v.n;
	case CRM_T_LINK:
		return crm_link_get(v) != 0;
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_PHONE:
	case CRM_T_URL:
	case CRM_T_TAG:
	case CRM_NTYPES:
		break;
	}
	return crm_utf8_check(v) == v.n;
}

const char *
crm_sound_fault(const struct crm_kind *k, const struct crm_stored *r)
{
	const struct crm_field *f;
	struct crm_slot slot;
	struct crm_many m;
	struct crm_view v;
	uint16_t last = 0;
	size_t bytes = 0;
	uint32_t i;

	for (i = 0; i < r->n; i++) {
		slot = crm_stored_at(r, i);
		f = crm_field_num(k, slot.num);
		if (f == NULL || slot.num <= last || slot.value.n == 0)
			return "fields";
		last = slot.num;
		bytes += slot.value.n;
		crm_many_begin(&m, slot.value, (f->flags & CRM_F_MANY) != 0);
		if (m.left == 0)
			return f->name;
		while (crm_many_next(&m, &v))
			if (!is_value(f, v))
				return f->name;
	}
	return bytes == r->values.n ? NULL : "fields";
}
