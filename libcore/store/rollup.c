#include "store/rollup.h"

#include "base/map.h"
#include "base/mem.h"
#include "record/field.h"
#include "record/word.h"
#include "store/fresh.h"
#include "store/past.h"

#define MINUTE_US (60 * CRM_SECOND_US)
#define LAST_BIT 63

void
crm_rollup_key(char out[CRM_ROLLUP_KEY], uint64_t who, uint8_t currency)
{
	crm_be64(out, who);
	out[8] = (char)currency;
}

void
crm_rollup_read(struct crm_view v, struct crm_rollup *r)
{
	r->sum = (int64_t)crm_le64_get(v.p);
	r->balance = (int64_t)crm_le64_get(v.p + 8);
	r->months = crm_le64_get(v.p + 16);
	r->orders = crm_le32_get(v.p + 24);
	r->purchases = crm_le32_get(v.p + 28);
	r->first = (int32_t)crm_le32_get(v.p + 32);
	r->last = (int32_t)crm_le32_get(v.p + 36);
	r->contacts = crm_le32_get(v.p + 40);
	r->last_contact = (int32_t)crm_le32_get(v.p + 44);
}

void
crm_rollup_write(char out[CRM_ROLLUP_BYTES], const struct crm_rollup *r)
{
	crm_le64(out, (uint64_t)r->sum);
	crm_le64(out + 8, (uint64_t)r->balance);
	crm_le64(out + 16, r->months);
	crm_le32(out + 24, r->orders);
	crm_le32(out + 28, r->purchases);
	crm_le32(out + 32, (uint32_t)r->first);
	crm_le32(out + 36, (uint32_t)r->last);
	crm_le32(out + 40, r->contacts);
	crm_le32(out + 44, (uint32_t)r->last_contact);
}

bool
crm_rollup_is_empty(const struct crm_rollup *r)
{
	return r->sum == 0 && r->balance == 0 && r->orders == 0 &&
	    r->purchases == 0 && r->contacts == 0;
}

uint16_t
crm_month_of(struct crm_zone *zone, int64_t at_us)
{
	struct crm_date d = crm_zone_date(zone, at_us);

	return (uint16_t)(d.year * 12 + d.month - 1);
}

/* Bits of months, counted from n months earlier. */
static uint64_t
shift_months(uint64_t months, unsigned int n)
{
	uint64_t late;

	if (n == 0)
		return months;
	if (n > LAST_BIT)
		return months != 0 ? UINT64_C(1) << LAST_BIT : 0;
	late = months >> (LAST_BIT - n);
	return months << n | (late != 0 ? UINT64_C(1) << LAST_BIT : 0);
}

static void
add_purchases(
    struct crm_rollup *a, const struct crm_rollup *b, struct crm_zone *zone)
{
	uint16_t x, y;

	if (b->purchases == 0)
		return;
	if (a->purchases == 0) {
		a->first = b->first;
		a->last = b->last;
		a->months = b->months;
		return;
	}
	x = crm_month_of(zone, a->first * MINUTE_US);
	y = crm_month_of(zone, b->first * MINUTE_US);
	if (y < x)
		a->months =
		    shift_months(a->months, (unsigned int)(x - y)) | b->months;
	else
		a->months |= shift_months(b->months, (unsigned int)(y - x));
	if (b->first < a->first)
		a->first = b->first;
	if (b->last > a->last)
		a->last = b->last;
}

bool
crm_rollup_add(
    struct crm_rollup *a, const struct crm_rollup *b, struct crm_zone *zone)
{
	add_purchases(a, b, zone);
	if (b->contacts > 0 &&
	    (a->contacts == 0 || b->last_contact > a->last_contact))
		a->last_contact = b->last_contact;
	a->orders += b->orders;
	a->purchases += b->purchases;
	a->contacts += b->contacts;
	return crm_add_i64(a->sum, b->sum, &a->sum) &&
	    crm_add_i64(a->balance, b->balance, &a->balance);
}

/* Minutes, rounded down; of what has no end the last there can be. */
static int32_t
minutes(int64_t at_us)
{
	int64_t m = at_us / MINUTE_US - (at_us % MINUTE_US < 0);

	return m > INT32_MAX ? INT32_MAX
	    : m < INT32_MIN  ? INT32_MIN
			     : (int32_t)m;
}

int
crm_rollup_of(const struct crm_story *s, struct crm_rollup *r)
{
	uint8_t what = s->what & CRM_WHAT_WORD;
	bool also = (s->what & CRM_WHAT_ALSO) != 0;

	memset(r, 0, sizeof(*r));
	if (what == CRM_WHAT_OTHER)
		return -1;
	if (crm_what_is_contact(what)) {
		r->contacts = 1;
		r->last_contact = minutes(s->at_us);
		return 0;
	}
	if (also)
		return -1;
	r->sum = crm_what_revenue(what) * s->minor;
	r->balance = crm_what_balance(what) * s->minor;
	if (what == CRM_W_PURCHASE) {
		r->purchases = 1;
		r->first = r->last = minutes(s->at_us);
		r->months = 1;
		return s->currency;
	}
	return crm_what_revenue(what) != 0 || crm_what_balance(what) != 0
	    ? s->currency
	    : -1;
}

void
crm_rollups_release(struct crm_rollups *r)
{
	crm_free(r->row);
	memset(r, 0, sizeof(*r));
}

static struct crm_rollup *
row_at(struct crm_rollups *r, uint8_t currency)
{
	size_t i = 0;

	while (i < r->n && r->row[i].currency < currency)
		i++;
	if (i < r->n && r->row[i].currency == currency)
		return &r->row[i].row;
	r->row = crm_grow(r->row, &r->cap, r->n + 1, sizeof(*r->row));
	memmove(r->row + i + 1, r->row + i, (r->n - i) * sizeof(*r->row));
	r->n++;
	memset(&r->row[i], 0, sizeof(*r->row));
	r->row[i].currency = currency;
	return &r->row[i].row;
}

void
crm_rollups_tidy(struct crm_rollups *r)
{
	size_t i, k = 0;

	for (i = 0; i < r->n; i++)
		if (!crm_rollup_is_empty(&r->row[i].row))
			r->row[k++] = r->row[i];
	r->n = k;
}

/* Does a purchase begin an order that was not counted yet? */
static const struct crm_err *
count_order(struct crm_snap *snap, const struct crm_story *s,
    struct crm_map *docs, struct crm_rollup *r)
{
	const struct crm_err *err;
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);
	enum crm_presence p;
	struct crm_stored e;
	struct crm_view doc;
	bool added = true;

	if ((s->what & CRM_WHAT_DOC) != 0) {
		err = crm_snap_get_beside(snap, s->event, &e, &p);
		if (err != NULL)
			return err;
		if (p != CRM_ABSENT &&
		    crm_stored_get(&e, CRM_EVENT_DOC, &doc)) {
			crm_buf_addc(&b, (char)s->currency);
			crm_buf_addv(&b, doc);
			(void)crm_map_at(docs, crm_buf_view(&b), &added);
			crm_buf_release(&b);
		}
	}
	r->orders += added;
	return NULL;
}

const struct crm_err *
crm_rollup_too_large(uint64_t who, uint8_t currency)
{
	char id[CRM_ID_TEXT];

	return crm_err(CRM_E_DATA, "the sum of %s in %s is too large",
	    crm_id_text(who, id), crm_currency_code(currency));
}

const struct crm_err *
crm_total_too_large(const struct crm_total *key)
{
	struct crm_view what = crm_word_text(key->what);

	return crm_err(CRM_E_DATA,
	    "the sum of all %.*s%sevents of a month in %s is too large",
	    CRM_VARG(what), what.n > 0 ? " " : "",
	    crm_currency_code(key->currency));
}

const struct crm_err *
crm_rollup_fold(struct crm_snap *snap, uint64_t who, int64_t from_us,
    int64_t to_us, struct crm_rollups *out)
{
	struct crm_zone *zone = crm_store_config(crm_snap_store(snap))->zone;
	struct crm_map docs = CRM_MAP_INIT;
	const struct crm_err *err;
	struct crm_rollup add;
	struct crm_story_walk *w;
	struct crm_story s;
	int cur;

	out->n = 0;
	err = crm_snap_story(snap, &w);
	if (err == NULL)
		err = crm_story_seek(w, who, from_us, &s);
	while (err == NULL && s.who == who && s.at_us <= to_us) {
		cur = crm_rollup_of(&s, &add);
		if (cur >= 0) {
			if (add.purchases > 0)
				err = count_order(snap, &s, &docs, &add);
			if (err == NULL &&
			    !crm_rollup_add(
				row_at(out, (uint8_t)cur), &add, zone))
				err = crm_rollup_too_large(who, (uint8_t)cur);
		}
		if (err == NULL)
			err = crm_story_next(w, &s);
	}
	crm_map_release(&docs);
	return err;
}

/* One row of those as they were. */
static const struct crm_err *
get_past(struct crm_snap *snap, uint64_t who, uint8_t currency,
    struct crm_rollup *out)
{
	struct crm_rollups rows = { 0 };
	const struct crm_err *err;

	err = crm_past_rollup(crm_snap_past(snap), who, &rows);
	if (err == NULL)
		*out = *row_at(&rows, currency);
	crm_rollups_release(&rows);
	return err;
}

bool
crm_rollup_is_ahead(const struct crm_rollup *row, int64_t until_us)
{
	int32_t until = minutes(until_us);

	return (row->purchases > 0 && row->last > until) ||
	    (row->contacts > 0 && row->last_contact > until);
}

const struct crm_err *
crm_rollup_until(struct crm_snap *snap, uint64_t who, uint8_t currency,
    int64_t until_us, struct crm_rollup *row)
{
	struct crm_rollups rows = { 0 };
	const struct crm_err *err;

	if (!crm_rollup_is_ahead(row, until_us))
		return NULL;
	err = crm_rollup_fold(snap, who, INT64_MIN, until_us, &rows);
	if (err == NULL)
		*row = *row_at(&rows, currency);
	crm_rollups_release(&rows);
	return err;
}

/* Add what is fresh to the row of its key. */
static const struct crm_err *
add_fresh(struct crm_snap *snap, const struct crm_fresh_row *f,
    struct crm_rollup *row)
{
	return crm_rollup_add(
		   row, &f->row, crm_store_config(crm_snap_store(snap))->zone)
	    ? NULL
	    : crm_rollup_too_large(
		  crm_be64_get(f->key), (uint8_t)f->key[CRM_ROLLUP_WHO]);
}

const struct crm_err *
crm_rollup_stored(struct crm_snap *snap, uint64_t who, uint8_t currency,
    struct crm_rollup *out)
{
	const struct crm_err *err;
	struct crm_walk *w;
	struct crm_entry e;
	char key[CRM_ROLLUP_KEY];

	memset(out, 0, sizeof(*out));
	crm_rollup_key(key, who, currency);
	err = crm_snap_walk(snap, CRM_TABLE_ROLLUP, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(key, CRM_ROLLUP_KEY), &e);
	if (err == NULL && e.prefix.p != NULL && e.prefix.p[0] == key[0] &&
	    memcmp(e.key.p, key + 1, CRM_ROLLUP_KEY - 1) == 0)
		crm_rollup_read(e.value, out);
	return err;
}

const struct crm_err *
crm_rollup_get(struct crm_snap *snap, uint64_t who, uint8_t currency,
    struct crm_rollup *out)
{
	const struct crm_err *err;
	const struct crm_fresh *f;
	char key[CRM_ROLLUP_KEY];
	size_t at;

	if (crm_snap_past(snap) != NULL) {
		memset(out, 0, sizeof(*out));
		return get_past(snap, who, currency, out);
	}
	err = crm_rollup_stored(snap, who, currency, out);
	if (err == NULL)
		err = crm_snap_fresh_sums(snap, &f);
	if (err != NULL)
		return err;
	crm_rollup_key(key, who, currency);
	at = crm_fresh_row_from(f, key, sizeof(key));
	return at < f->nrows && memcmp(f->row[at].key, key, sizeof(key)) == 0
	    ? add_fresh(snap, &f->row[at], out)
	    : NULL;
}

const struct crm_err *
crm_rollup_all(struct crm_snap *snap, uint64_t who, struct crm_rollups *out)
{
	struct crm_past *past = crm_snap_past(snap);
	const struct crm_fresh *f;
	const struct crm_err *err;
	char key[CRM_ROLLUP_KEY];
	size_t i;

	if (past != NULL)
		return crm_past_rollup(past, who, out);
	err = crm_rollup_today(snap, who, out);
	if (err == NULL)
		err = crm_snap_fresh_sums(snap, &f);
	if (err != NULL)
		return err;
	crm_rollup_key(key, who, 0);
	for (i = crm_fresh_row_from(f, key, CRM_ROLLUP_WHO); err == NULL &&
	     i < f->nrows && memcmp(f->row[i].key, key, CRM_ROLLUP_WHO) == 0;
	     i++)
		err = add_fresh(snap, &f->row[i],
		    row_at(out, (uint8_t)f->row[i].key[CRM_ROLLUP_WHO]));
	crm_rollups_tidy(out);
	return err;
}

void
crm_rollups_add(struct crm_rollups *r, const char *row)
{
	crm_rollup_read(crm_view(row + CRM_ROLLUP_KEY, CRM_ROLLUP_BYTES),
	    row_at(r, (uint8_t)row[CRM_ROLLUP_KEY - 1]));
}

const struct crm_err *
crm_rollup_today(struct crm_snap *snap, uint64_t who, struct crm_rollups *out)
{
	const struct crm_err *err;
	struct crm_walk *w;
	struct crm_entry e;
	char key[CRM_ROLLUP_KEY];

	out->n = 0;
	crm_rollup_key(key, who, 0);
	err = crm_snap_walk(snap, CRM_TABLE_ROLLUP, &w);
	if (err == NULL)
		err = crm_walk_seek(w, crm_view(key, CRM_ROLLUP_KEY), &e);
	while (err == NULL && e.prefix.p != NULL && e.prefix.p[0] == key[0] &&
	    memcmp(e.key.p, key + 1, 7) == 0) {
		crm_rollup_read(e.value, row_at(out, (uint8_t)e.key.p[7]));
		err = crm_walk_next(w, &e);
	}
	return err;
}

#define TOTAL_FORM 20

void
crm_total_key(char out[CRM_TOTAL_KEY], const struct crm_total *t)
{
	crm_be16(out, t->month);
	out[2] = (char)t->currency;
	out[3] = (char)t->what;
}

static const struct crm_err *
read_total(struct crm_view key, struct crm_view value, struct crm_total *out)
{
	const struct crm_err *err;
	struct crm_view body;

	err = crm_head_open(CRM_TABLE_TOTAL, key, value, TOTAL_FORM, &body);
	if (err != NULL)
		return err;
	if (key.n != CRM_TOTAL_KEY || body.n != 16)
		return crm_err(CRM_E_DATA, "the store is damaged: a total");
	out->month = crm_be16_get(key.p);
	out->currency = (uint8_t)key.p[2];
	out->what = (uint8_t)key.p[3];
	out->count = crm_le64_get(body.p);
	out->sum = (int64_t)crm_le64_get(body.p + 8);
	return NULL;
}

const struct crm_err *
crm_totals_today(struct crm_txn *t,
    const struct crm_err *(*fn)(void *ctx, const struct crm_total *), void *ctx)
{
	const struct crm_err *err;
	struct crm_total total;
	struct crm_view k, v;
	struct crm_cur *c;

	err = crm_cur_open(t, CRM_TABLE_TOTAL, &c);
	if (err != NULL)
		return err;
	err = crm_cur_first(c, &k, &v);
	while (err == NULL && k.p != NULL) {
		err = read_total(k, v, &total);
		if (err == NULL)
			err = fn(ctx, &total);
		if (err == NULL)
			err = crm_cur_next(c, &k, &v);
	}
	crm_cur_close(c);
	return err;
}

/* Totals of the table, and what is fresh among them. */
struct uniting {
	const struct crm_fresh *f;
	size_t at;
	const struct crm_err *(*fn)(void *ctx, const struct crm_total *);
	void *ctx;
};

static const struct crm_err *
unite_total(void *ctx, const struct crm_total *stored)
{
	struct uniting *u = ctx;
	const struct crm_err *err = NULL;
	struct crm_total t = *stored;
	char key[CRM_TOTAL_KEY], other[CRM_TOTAL_KEY];
	const struct crm_total *fresh;
	int c = -1;

	crm_total_key(key, stored);
	for (; err == NULL && c < 0 && u->at < u->f->ntotals;) {
		crm_total_key(other, &u->f->total[u->at]);
		c = memcmp(other, key, sizeof(key));
		if (c < 0)
			err = u->fn(u->ctx, &u->f->total[u->at++]);
	}
	if (err == NULL && c == 0) {
		fresh = &u->f->total[u->at++];
		t.count += fresh->count;
		if (!crm_add_i64(t.sum, fresh->sum, &t.sum))
			err = crm_total_too_large(&t);
	}
	return err != NULL ? err : u->fn(u->ctx, &t);
}

const struct crm_err *
crm_totals_each(struct crm_snap *snap,
    const struct crm_err *(*fn)(void *ctx, const struct crm_total *), void *ctx)
{
	struct uniting u = { .fn = fn, .ctx = ctx };
	const struct crm_total *t;
	const struct crm_err *err;
	size_t n, i;

	if (crm_snap_past(snap) == NULL) {
		err = crm_snap_fresh_sums(snap, &u.f);
		if (err == NULL)
			err = crm_totals_today(
			    crm_snap_txn(snap), unite_total, &u);
		for (; err == NULL && u.at < u.f->ntotals; u.at++)
			err = fn(ctx, &u.f->total[u.at]);
		return err;
	}
	err = crm_past_totals(crm_snap_past(snap), &t, &n);
	for (i = 0; err == NULL && i < n; i++)
		err = fn(ctx, &t[i]);
	return err;
}

const struct crm_err *
crm_total_stored(struct crm_txn *t, struct crm_total *total)
{
	const struct crm_err *err;
	char k[CRM_TOTAL_KEY];
	struct crm_view v;

	total->count = 0;
	total->sum = 0;
	crm_total_key(k, total);
	err = crm_kv_get(t, CRM_TABLE_TOTAL, crm_view(k, sizeof(k)), &v);
	return err != NULL || v.p == NULL
	    ? err
	    : read_total(crm_view(k, sizeof(k)), v, total);
}

const struct crm_err *
crm_total_add(
    struct crm_txn *t, const struct crm_total *at, int64_t count, int64_t sum)
{
	const struct crm_err *err;
	struct crm_buf b = CRM_BUF_INIT(64);
	struct crm_total total = *at;
	struct crm_view key;
	char k[CRM_TOTAL_KEY], body[16];

	crm_total_key(k, at);
	key = crm_view(k, CRM_TOTAL_KEY);
	err = crm_total_stored(t, &total);
	if (err != NULL)
		return err;
	total.count += (uint64_t)count;
	if (!crm_add_i64(total.sum, sum, &total.sum))
		return crm_total_too_large(at);
	if (total.count == 0)
		return crm_kv_del(t, CRM_TABLE_TOTAL, key);
	crm_le64(body, total.count);
	crm_le64(body + 8, (uint64_t)total.sum);
	crm_buf_add(&b, "\0\0\0\0\0\0\0", CRM_HEAD);
	crm_buf_add(&b, body, 16);
	crm_head_seal(&b, key, TOTAL_FORM, 0);
	err = crm_kv_put(t, CRM_TABLE_TOTAL, key, crm_buf_view(&b));
	crm_buf_release(&b);
	return err;
}
