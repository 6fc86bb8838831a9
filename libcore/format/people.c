/* Values as people read them. */
#include "format/writer.h"

#include "base/num.h"
#include "record/value.h"

void
crm_people_add_dec(struct crm_buf *b, struct crm_dec d)
{
	char text[CRM_DEC_TEXT], whole[30];
	size_t n = crm_dec_put(text, d), i, dot, k = 0;

	for (dot = 0; dot < n && text[dot] != '.'; dot++)
		;
	for (i = 0; i < dot; i++) {
		bool sign = text[0] == '-';

		if (i > sign && (dot - i) % 3 == 0)
			whole[k++] = ',';
		whole[k++] = text[i];
	}
	crm_buf_add(b, whole, k);
	crm_buf_add(b, text + dot, n - dot);
}

/* "2026-03-01 09:30"; the first instant of a day, which is what a day without
 * a time is stored as, is that day. */
static void
add_time(struct crm_buf *out, struct crm_zone *zone, int64_t at_us)
{
	struct crm_date day = crm_zone_date(zone, at_us);
	int64_t s = at_us / CRM_SECOND_US - (at_us % CRM_SECOND_US < 0);
	char text[CRM_TIME_TEXT];

	(void)crm_time_put(
	    text, (s + crm_zone_offset(zone, s)) * CRM_SECOND_US);
	text[10] = ' ';
	crm_buf_add(
	    out, text, at_us == crm_zone_day_start_us(zone, day) ? 10 : 16);
}

void
crm_people_add_value(struct crm_buf *out, const struct crm_field *f,
    struct crm_view v, struct crm_zone *zone)
{
	struct crm_dec d;
	int64_t at_us;

	if (f->type == CRM_T_MONEY && crm_value_get_dec(v, &d)) {
		crm_people_add_dec(out, d);
		return;
	}
	if (f->type == CRM_T_TIME && zone != NULL &&
	    crm_value_get_time(v, &at_us)) {
		add_time(out, zone, at_us);
		return;
	}
	crm_value_add_text(out, f, v);
}

bool
crm_people_may_cut(const struct crm_field *f)
{
	switch ((enum crm_type)f->type) {
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_URL:
	case CRM_T_CHOICE:
	case CRM_T_TAG:
		return true;
	case CRM_T_LINK:
		/* the record's own id; others go by names */
		return (f->flags & CRM_F_COMPUTED) == 0 ||
		    (f->flags & CRM_F_MANY) != 0;
	case CRM_T_PHONE:
	case CRM_T_DATE:
	case CRM_T_TIME:
	case CRM_T_SPAN:
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_CURRENCY:
	case CRM_T_BOOL:
	case CRM_NTYPES:
		break;
	}
	return false;
}
