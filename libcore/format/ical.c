#include "format/ical.h"

#include "format/cline.h"

void
crm_ical_init(struct crm_ical *c, struct crm_sink *sink)
{
	c->sink = sink;
	c->line = (struct crm_buf)CRM_BUF_INIT(CRM_LINE_MAX * 8);
}

void
crm_ical_release(struct crm_ical *c)
{
	crm_buf_release(&c->line);
}

static void
put_line(struct crm_ical *c)
{
	crm_cline_add_folded(&c->sink->buf, crm_buf_view(&c->line));
	crm_buf_reset(&c->line);
	crm_sink_check(c->sink);
}

void
crm_ical_name(struct crm_ical *c, const char *property, const char *word)
{
	crm_buf_addf(&c->line, "%s:%s", property, word);
	put_line(c);
}

void
crm_ical_begin(struct crm_ical *c, const char *component)
{
	crm_ical_name(c, "BEGIN", component);
}

void
crm_ical_end(struct crm_ical *c, const char *component)
{
	crm_ical_name(c, "END", component);
}

void
crm_ical_open(struct crm_ical *c, const char *prodid)
{
	crm_ical_begin(c, "VCALENDAR");
	crm_ical_name(c, "VERSION", "2.0");
	crm_ical_name(c, "PRODID", prodid);
}

void
crm_ical_close(struct crm_ical *c)
{
	crm_ical_end(c, "VCALENDAR");
}

void
crm_ical_text(struct crm_ical *c, const char *property, struct crm_view text)
{
	crm_buf_adds(&c->line, property);
	crm_buf_addc(&c->line, ':');
	crm_cline_add_text(&c->line, text);
	put_line(c);
}

void
crm_ical_time(struct crm_ical *c, const char *property, int64_t at_us)
{
	char text[CRM_TIME_TEXT];
	int64_t whole = at_us - at_us % CRM_SECOND_US;
	size_t n = crm_time_put(text, at_us < 0 ? at_us : whole), i;

	crm_buf_adds(&c->line, property);
	crm_buf_addc(&c->line, ':');
	for (i = 0; i < n && text[i] != '.'; i++)
		if (text[i] != '-' && text[i] != ':')
			crm_buf_addc(&c->line, text[i]);
	if (i < n)
		crm_buf_addc(&c->line, 'Z');
	put_line(c);
}

void
crm_ical_date(struct crm_ical *c, const char *property, struct crm_date d)
{
	crm_buf_addf(&c->line, "%s;VALUE=DATE:%04d%02d%02d", property, d.year,
	    d.month, d.day);
	put_line(c);
}
