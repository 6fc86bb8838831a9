#include "format/ical.h"

#include "base/utf8.h"

#define LINE_MAX_BYTES 75 /* without CRLF */

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

/* How many bytes of a line fit, up to the end of a character. */
static size_t
fit(struct crm_view v, size_t room)
{
	if (v.n <= room)
		return v.n;
	while (room > 0 && ((unsigned char)v.p[room] & 0xc0) == 0x80)
		room--;
	return room;
}

/* Write the line; what does not fit goes on behind a blank. */
static void
put_line(struct crm_ical *c)
{
	struct crm_view rest = crm_buf_view(&c->line);
	size_t room = LINE_MAX_BYTES, n;

	do {
		n = fit(rest, room);
		crm_buf_add(&c->sink->buf, rest.p, n);
		crm_buf_add(&c->sink->buf, "\r\n ", 3);
		rest = crm_view_skip(rest, n);
		room = LINE_MAX_BYTES - 1;
	} while (rest.n > 0);
	c->sink->buf.n--; /* the blank */
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

/* Of control characters a text may hold tabs and newlines alone. */
void
crm_ical_text(struct crm_ical *c, const char *property, struct crm_view text)
{
	size_t i;

	crm_buf_adds(&c->line, property);
	crm_buf_addc(&c->line, ':');
	for (i = 0; i < text.n; i++) {
		char ch = text.p[i];

		if (ch == '\n')
			crm_buf_adds(&c->line, "\\n");
		else if (ch == '\\' || ch == ';' || ch == ',') {
			crm_buf_addc(&c->line, '\\');
			crm_buf_addc(&c->line, ch);
		} else if ((unsigned char)ch >= ' ' ? ch != 0x7f : ch == '\t')
			crm_buf_addc(&c->line, ch);
	}
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
