#include "report/explain.h"

#include <stdio.h>

#include "record/value.h"

/* clang-format off */
const struct crm_field crm_explain_columns[CRM_EXPLAIN_COLUMNS] = {
	{ .name = "figure", .type = CRM_T_TEXT, .help = "what is explained" },
	{ .name = "value", .type = CRM_T_TEXT, .help = "of one customer" },
	{ .name = "how", .type = CRM_T_TEXT, .flags = CRM_F_WRAP,
	    .help = "how it comes about" },
};
/* clang-format on */

void
crm_explain_text(struct crm_report_run *r, const char *figure, const char *v)
{
	crm_row_begin(&r->said);
	crm_row_text(&r->said, crm_view_str(figure));
	crm_row_text(&r->said, crm_view_str(v));
}

void
crm_explain_number(
    struct crm_report_run *r, const char *figure, double v, int digits)
{
	char text[400];

	(void)snprintf(text, sizeof(text), "%.*f", digits, v);
	crm_explain_text(r, figure, text);
}

void
crm_explain_money(struct crm_report_run *r, const char *figure, int64_t minor,
    uint8_t currency)
{
	char text[CRM_EXPLAIN_TEXT];

	crm_explain_text(r, figure, crm_amount_text(r, text, minor, currency));
}

void
crm_explain_amount(struct crm_report_run *r, const char *figure, int64_t minor,
    uint8_t currency)
{
	struct crm_dec d = { minor, crm_currency_digits(currency) };
	char text[CRM_EXPLAIN_TEXT];

	text[crm_dec_put(text, d)] = '\0';
	crm_explain_text(r, figure, text);
}

void
crm_explain_day(struct crm_report_run *r, const char *figure, int32_t day)
{
	char text[CRM_EXPLAIN_TEXT];

	crm_explain_text(r, figure, crm_day_text(text, day));
}

void
crm_explain_column(struct crm_report_run *r, size_t i)
{
	const struct crm_field *f = &r->report->column[i];
	const struct crm_row_maker *m = &r->row;
	struct crm_buf text = CRM_BUF_INIT(CRM_LINE_MAX);
	size_t k = r->by.n + i;

	if (m->at[k].n > 0)
		crm_value_add_text(
		    &text, f, crm_view(m->buf.p + m->at[k].from, m->at[k].n));
	crm_explain_text(r, f->name, text.n > 0 ? text.p : "");
	crm_buf_release(&text);
}

void
crm_explain_how(struct crm_report_run *r, const char *fmt, ...)
{
	struct crm_buf how = CRM_BUF_INIT(CRM_LINE_MAX);
	va_list ap;

	va_start(ap, fmt);
	crm_buf_addvf(&how, fmt, ap);
	va_end(ap);
	crm_row_text(&r->said, crm_buf_view(&how));
	crm_buf_release(&how);
	if (r->unsaid == NULL)
		r->unsaid = crm_row_put(&r->said, r->rows);
}

bool
crm_explain_has(const struct crm_report_run *r, uint64_t who)
{
	return crm_whom_has(&r->whom, who);
}

const char *
crm_amount_text(const struct crm_report_run *r, char out[CRM_EXPLAIN_TEXT],
    int64_t minor, uint8_t currency)
{
	struct crm_dec d = { minor, crm_currency_digits(currency) };
	size_t n = crm_dec_put(out, d);

	out[n] = '\0';
	if (currency != r->config->currency_num)
		(void)snprintf(out + n, CRM_EXPLAIN_TEXT - n, " %s",
		    crm_currency_code(currency));
	return out;
}

const char *
crm_day_text(char out[CRM_EXPLAIN_TEXT], int32_t day)
{
	struct crm_date d = crm_date_from_days(day);

	(void)snprintf(
	    out, CRM_EXPLAIN_TEXT, "%04d-%02d-%02d", d.year, d.month, d.day);
	return out;
}
