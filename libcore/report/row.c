#include "report/row.h"

#include "record/value.h"

__extension__ typedef __int128 i128;

void
crm_row_begin(struct crm_row_maker *m)
{
	m->buf.max = CRM_LINE_MAX * 8;
	crm_buf_reset(&m->buf);
	m->n = 0;
}

void
crm_row_release(struct crm_row_maker *m)
{
	crm_buf_release(&m->buf);
}

/* What was added to the buffer since is the next column's value. */
static void
end_value(struct crm_row_maker *m, size_t from)
{
	m->at[m->n].from = from;
	m->at[m->n++].n = m->buf.n - from;
}

/* Is the next column left out?  Then it is done. */
static bool
skips(struct crm_row_maker *m)
{
	if ((m->skip >> m->n & 1) == 0)
		return false;
	end_value(m, m->buf.n);
	return true;
}

void
crm_row_none(struct crm_row_maker *m)
{
	end_value(m, m->buf.n);
}

void
crm_row_value(struct crm_row_maker *m, struct crm_view stored)
{
	size_t from = m->buf.n;

	if (skips(m))
		return;
	crm_buf_addv(&m->buf, stored);
	end_value(m, from);
}

void
crm_row_text(struct crm_row_maker *m, struct crm_view text)
{
	crm_row_value(m, text);
}

/* A number that is not left out. */
static void
add_dec(struct crm_row_maker *m, struct crm_dec d)
{
	size_t from = m->buf.n;

	crm_value_put_dec(&m->buf, d);
	end_value(m, from);
}

void
crm_row_dec(struct crm_row_maker *m, struct crm_dec d)
{
	if (!skips(m))
		add_dec(m, d);
}

void
crm_row_number(struct crm_row_maker *m, int64_t n)
{
	if (!skips(m))
		add_dec(m, (struct crm_dec){ n, 0 });
}

void
crm_row_date(struct crm_row_maker *m, struct crm_date d)
{
	size_t from = m->buf.n;

	if (skips(m))
		return;
	crm_value_put_date(&m->buf, d);
	end_value(m, from);
}

void
crm_row_day(struct crm_row_maker *m, int32_t days)
{
	if (!skips(m))
		crm_row_date(m, crm_date_from_days(days));
}

void
crm_row_time(struct crm_row_maker *m, int64_t at_us)
{
	size_t from = m->buf.n;

	if (skips(m))
		return;
	crm_value_put_time(&m->buf, at_us);
	end_value(m, from);
}

void
crm_row_link(struct crm_row_maker *m, uint64_t id)
{
	size_t from = m->buf.n;
	char *to;

	if (skips(m))
		return;
	to = crm_buf_room(&m->buf, CRM_LINK_MAX);
	if (to != NULL)
		crm_buf_used(&m->buf, crm_link_put(to, id));
	end_value(m, from);
}

void
crm_row_money(struct crm_row_maker *m, int64_t minor, uint8_t currency)
{
	if (!skips(m))
		add_dec(m,
		    (struct crm_dec){ minor, crm_currency_digits(currency) });
}

void
crm_row_currency(struct crm_row_maker *m, uint8_t currency)
{
	char num = (char)currency;

	crm_row_value(m, crm_view(&num, currency != 0));
}

/* a / b, rounded half away from zero; b is not 0. */
static int64_t
divide(i128 a, int64_t b)
{
	i128 twice;
	int64_t few = (int64_t)a; /* by one instruction, not by a call */

	if (few == a && few >= -(INT64_MAX >> 1) && few <= INT64_MAX >> 1)
		twice = few * 2 / b;
	else
		twice = a * 2 / b;
	return (int64_t)((twice + (twice < 0 ? -1 : 1)) / 2);
}

void
crm_row_average(
    struct crm_row_maker *m, int64_t minor, int64_t n, uint8_t currency)
{
	if (skips(m))
		;
	else if (n == 0)
		crm_row_none(m);
	else
		crm_row_money(m, divide(minor, n), currency);
}

void
crm_row_mean(struct crm_row_maker *m, int64_t sum, int64_t n)
{
	if (skips(m))
		;
	else if (n == 0)
		crm_row_none(m);
	else
		add_dec(m, (struct crm_dec){ divide((i128)sum * 10, n), 1 });
}

void
crm_row_share(struct crm_row_maker *m, int64_t part, int64_t whole)
{
	if (skips(m))
		;
	else if (whole <= 0)
		crm_row_none(m);
	else
		add_dec(
		    m, (struct crm_dec){ divide((i128)part * 1000, whole), 1 });
}
