/*
 * row - the values of one row, made one after the other in one buffer, as
 * records store them.
 */
#ifndef CRM_ROW_H
#define CRM_ROW_H

#include "base/buf.h"
#include "base/date.h"
#include "base/money.h"
#include "base/num.h"

#define CRM_ROWS_COLUMNS_MAX 64

struct crm_row_maker {
	struct crm_buf buf;
	struct {
		size_t from, n;
	} at[CRM_ROWS_COLUMNS_MAX];
	size_t n;
	uint64_t skip; /* bit i: what is added to column i is left out */
};

void crm_row_begin(struct crm_row_maker *);
void crm_row_release(struct crm_row_maker *);

/* The value of a column, as long as nothing is added. */
static inline struct crm_view
crm_row_at(const struct crm_row_maker *m, size_t i)
{
	return crm_view(
	    m->at[i].n > 0 ? m->buf.p + m->at[i].from : "", m->at[i].n);
}

/* Each adds the value of the next column. */
void crm_row_none(struct crm_row_maker *);
void crm_row_value(struct crm_row_maker *, struct crm_view stored);
void crm_row_text(struct crm_row_maker *, struct crm_view);
void crm_row_number(struct crm_row_maker *, int64_t);
void crm_row_dec(struct crm_row_maker *, struct crm_dec);
void crm_row_date(struct crm_row_maker *, struct crm_date);
void crm_row_day(struct crm_row_maker *, int32_t days); /* since 1970-01-01 */
void crm_row_time(struct crm_row_maker *, int64_t at_us);
void crm_row_link(struct crm_row_maker *, uint64_t id);

/* An amount in units of a currency's smallest part, and the currency itself:
 * two columns. */
void crm_row_money(struct crm_row_maker *, int64_t minor, uint8_t currency);
void crm_row_currency(struct crm_row_maker *, uint8_t currency);

/* The amount for each of n, rounded half away from zero; none when n is 0. */
void crm_row_average(
    struct crm_row_maker *, int64_t minor, int64_t n, uint8_t currency);

/* sum / n with one digit behind the point; none when n is 0. */
void crm_row_mean(struct crm_row_maker *, int64_t sum, int64_t n);

/*
 * A share as percent with one digit behind the point, rounded half away from
 * zero; none when whole is not more than 0, for nothing is a part of that.
 */
void crm_row_share(struct crm_row_maker *, int64_t part, int64_t whole);

#endif
