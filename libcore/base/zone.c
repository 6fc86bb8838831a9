#include "base/time.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/num.h"

#define ZONE_DIR "/usr/share/zoneinfo/"
#define NAME_MAX_BYTES 255
#define FILE_MAX_BYTES ((size_t)1 << 20) /* the largest of 2025 has 3.7 kB */

/* No offset is as far from UTC: RFC 8536 3.2. */
#define OFFSET_LIMIT_S (26 * 3600)

/*
 * What is answered for: years 1 to 9999 and some days around.  For local times
 * they are fewer, so that the instants that are looked at are inside.
 */
#define SPARE_S (4 * CRM_DAY_S)
#define LOCAL_SPARE_S (SPARE_S - 2 * CRM_DAY_S)

/* A day of the year on which clocks change, as POSIX writes it. */
struct change {
	enum {
		CHANGE_JULIAN, /* Jn: day 1..365, no leap day is counted */
		CHANGE_DAY,    /* n: day 0..365 */
		CHANGE_WEEKDAY /* Mm.w.d: the w-th day d of month m, 5: last */
	} kind;
	int32_t day, month, week;
	int32_t time_s; /* local, from the beginning of that day */
};

/* Two changes a year, for ever; or just one offset. */
struct rule {
	bool changes;
	int32_t offset_s[2]; /* standard and summer time */
	struct change to_dst, to_std;
};

/* From an instant on, clocks have this offset. */
struct shift {
	int64_t at_s;
	int32_t offset_s;
};

struct crm_zone {
	/* What the last answer was good for: from_s <= t < to_s. */
	int64_t from_s, to_s;
	int32_t offset_s;

	int32_t first_s;      /* the offset before the first shift */
	struct shift *shifts; /* ascending */
	size_t n;
	bool has_rule; /* it says what comes after the last shift */
	struct rule rule;
	char *name;
};

/*
 * POSIX rules, such as "CET-1CEST,M3.5.0,M10.5.0/3".
 * From: POSIX.1-2017 8.3 (TZ), RFC 8536 3.3.1 (hours -167 to 167).
 */

static bool
take(struct crm_view *v, char c)
{
	if (v->n == 0 || v->p[0] != c)
		return false;
	*v = crm_view_skip(*v, 1);
	return true;
}

static bool
take_number(struct crm_view *v, uint64_t min, uint64_t max, int32_t *out)
{
	uint64_t x;
	size_t n = 0;

	while (n < v->n && v->p[n] >= '0' && v->p[n] <= '9')
		n++;
	if (!crm_num_u64(crm_view(v->p, n), max, &x) || x < min)
		return false;
	*v = crm_view_skip(*v, n);
	*out = (int32_t)x;
	return true;
}

/* A sign or none, hours, then or not minutes and seconds. */
static bool
take_time(struct crm_view *v, uint64_t max_hours, int32_t *out_s)
{
	int32_t h, m = 0, s = 0;
	bool neg = take(v, '-');

	if (!neg)
		(void)take(v, '+');
	if (!take_number(v, 0, max_hours, &h))
		return false;
	if (take(v, ':')) {
		if (!take_number(v, 0, 59, &m))
			return false;
		if (take(v, ':') && !take_number(v, 0, 59, &s))
			return false;
	}
	*out_s = h * 3600 + m * 60 + s;
	if (neg)
		*out_s = -*out_s;
	return true;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Skip the name of a time, "CEST" or "<+0330>". */
static bool
take_name(struct crm_view *v)
{
	size_t n = 0;

	if (take(v, '<')) {
		n = crm_view_find(*v, '>');
		if (n == v->n)
			return false;
		*v = crm_view_skip(*v, n + 1);
		return true;
	}
	while (n < v->n && is_letter(v->p[n]))
		n++;
	*v = crm_view_skip(*v, n);
	return n >= 3;
}

static bool
take_change(struct crm_view *v, struct change *c)
{
	bool ok;

	if (!take(v, ','))
		return false;
	if (take(v, 'J')) {
		c->kind = CHANGE_JULIAN;
		ok = take_number(v, 1, 365, &c->day);
	} else if (take(v, 'M')) {
		c->kind = CHANGE_WEEKDAY;
		ok = take_number(v, 1, 12, &c->month) && take(v, '.') &&
		    take_number(v, 1, 5, &c->week) && take(v, '.') &&
		    take_number(v, 0, 6, &c->day);
	} else {
		c->kind = CHANGE_DAY;
		ok = take_number(v, 0, 365, &c->day);
	}
	c->time_s = 2 * 3600;
	if (ok && take(v, '/'))
		ok = take_time(v, 167, &c->time_s);
	return ok;
}

/*
 * The instant of a change in a year from -1 on.
 *
 * offset_s  what clocks have before the change
 */
static int64_t
change_s(const struct change *c, int year, int32_t offset_s)
{
	/* 400 years later the calendar is the same, and 146097 days older. */
	struct crm_date d = { (int16_t)(year + 400), 1, 1 };
	int32_t day, n;

	if (c->kind == CHANGE_WEEKDAY)
		d.month = (uint8_t)c->month;
	day = crm_date_days(d) - 146097;
	switch (c->kind) {
	case CHANGE_JULIAN:
		day += c->day - 1;
		if (c->day >= 60 && crm_month_days(d.year, 2) == 29)
			day++;
		break;
	case CHANGE_DAY:
		day += c->day;
		break;
	case CHANGE_WEEKDAY:
		n = (c->day - crm_weekday(day) + 7) % 7 + 7 * (c->week - 1);
		day += n < crm_month_days(d.year, d.month) ? n : n - 7;
		break;
	}
	return day * CRM_DAY_S + c->time_s - offset_s;
}

/*
 * Read a rule.
 *
 * Returns false when it is none; also for a summer time without its changes,
 * which POSIX leaves open.
 */
static bool
rule_parse(struct crm_view v, struct rule *r)
{
	int64_t begin_s, end_s;

	r->changes = false;
	if (!take_name(&v) || !take_time(&v, 24, &r->offset_s[0]))
		return false;
	r->offset_s[0] = -r->offset_s[0]; /* POSIX counts to the west */
	if (v.n == 0)
		return true;
	r->offset_s[1] = r->offset_s[0] + 3600;
	if (!take_name(&v))
		return false;
	if (v.n > 0 && v.p[0] != ',') {
		if (!take_time(&v, 24, &r->offset_s[1]))
			return false;
		r->offset_s[1] = -r->offset_s[1];
	}
	if (!take_change(&v, &r->to_dst) || !take_change(&v, &r->to_std) ||
	    v.n > 0)
		return false;

	/* "XXX3EDT4,0/0,J365/23": one summer ends where the next begins. */
	begin_s = change_s(&r->to_dst, 2001, r->offset_s[0]);
	end_s = change_s(&r->to_std, 2001, r->offset_s[1]);
	r->changes = begin_s >= end_s ||
	    end_s < change_s(&r->to_dst, 2002, r->offset_s[0]);
	if (!r->changes)
		r->offset_s[0] = r->offset_s[1];
	return true;
}

/*
 * Set the zone's answer for an instant after its last shift.
 *
 * A change may be up to 7 days away from its year, so two years on either
 * side have the changes before and after t_s for certain.
 */
static void
find_by_rule(struct crm_zone *z, int64_t t_s)
{
	const struct rule *r = &z->rule;
	int64_t at_s, from_s = INT64_MIN;
	int year, y, dst;

	z->offset_s = r->offset_s[0];
	if (!r->changes)
		return;
	year = crm_date_from_days((int32_t)(t_s / CRM_DAY_S)).year;
	for (y = year - 2; y <= year + 2; y++)
		for (dst = 0; dst < 2; dst++) {
			at_s = change_s(dst == 1 ? &r->to_dst : &r->to_std, y,
			    r->offset_s[1 - dst]);
			if (at_s > t_s) {
				if (at_s < z->to_s)
					z->to_s = at_s;
			} else if (at_s > from_s) {
				from_s = at_s;
				z->offset_s = r->offset_s[dst];
			}
		}
	if (from_s > z->from_s)
		z->from_s = from_s;
}

/*
 * TZif, the compiled form of a time zone.  From: RFC 8536 3.
 */

#define HEAD_BYTES 44
#define TYPE_BYTES 6

struct head {
	unsigned char version; /* 0 for the first one, '2' and up */
	uint32_t isut, isstd, leap, time, type, chars;
};

static bool
head_get(struct crm_view v, struct head *h)
{
	if (v.n < HEAD_BYTES || !crm_view_starts(v, CRM_V("TZif")))
		return false;
	h->version = (unsigned char)v.p[4];
	h->isut = crm_be32_get(v.p + 20);
	h->isstd = crm_be32_get(v.p + 24);
	h->leap = crm_be32_get(v.p + 28);
	h->time = crm_be32_get(v.p + 32);
	h->type = crm_be32_get(v.p + 36);
	h->chars = crm_be32_get(v.p + 40);
	return h->version == 0 || h->version >= '2';
}

/* Bytes of what follows a header; cannot overflow. */
static uint64_t
body_bytes(const struct head *h, uint32_t time_bytes)
{
	return (uint64_t)h->time * (time_bytes + 1) +
	    (uint64_t)h->type * TYPE_BYTES + h->chars +
	    (uint64_t)h->leap * (time_bytes + 4) + h->isstd + h->isut;
}

/* Take a header and what follows it off the file. */
static bool
take_block(struct crm_view *file, uint32_t time_bytes, struct head *h,
    struct crm_view *body)
{
	if (!head_get(*file, h))
		return false;
	*file = crm_view_skip(*file, HEAD_BYTES);
	if (body_bytes(h, time_bytes) > file->n)
		return false;
	*body = crm_view(file->p, (size_t)body_bytes(h, time_bytes));
	*file = crm_view_skip(*file, body->n);
	return true;
}

static bool
type_offset(const char *types, const struct head *h, uint32_t i, int32_t *out_s)
{
	if (i >= h->type)
		return false;
	*out_s = (int32_t)crm_be32_get(types + (size_t)i * TYPE_BYTES);
	return *out_s > -OFFSET_LIMIT_S && *out_s < OFFSET_LIMIT_S;
}

/* Fill in the shifts: instants, the types they change to, the types. */
static bool
read_shifts(struct crm_zone *z, const struct head *h, struct crm_view body,
    uint32_t time_bytes)
{
	const char *kinds = body.p + (size_t)h->time * time_bytes;
	const char *types = kinds + h->time;
	const char *at = body.p;
	struct shift *s;
	size_t i;

	if (!type_offset(types, h, 0, &z->first_s))
		return false;
	z->shifts = crm_calloc(h->time, sizeof(*z->shifts));
	z->n = h->time;
	for (i = 0; i < z->n; i++, at += time_bytes) {
		s = &z->shifts[i];
		s->at_s = time_bytes == 8 ? (int64_t)crm_be64_get(at)
					  : (int32_t)crm_be32_get(at);
		if (i > 0 && s->at_s <= s[-1].at_s)
			return false;
		if (!type_offset(
			types, h, (unsigned char)kinds[i], &s->offset_s))
			return false;
	}
	return true;
}

/* Read the last line; an empty one says nothing. */
static bool
read_footer(struct crm_zone *z, struct crm_view v)
{
	if (!take(&v, '\n'))
		return false;
	if (crm_view_find(v, '\n') == v.n)
		return false;
	v.n = crm_view_find(v, '\n');
	z->has_rule = v.n > 0;
	return v.n == 0 || rule_parse(v, &z->rule);
}

/* An empty zone, UTC. */
static struct crm_zone *
zone_new(const char *name)
{
	struct crm_zone *z = crm_calloc(1, sizeof(*z));

	z->name = crm_strndup(name, strlen(name));
	return z;
}

const struct crm_err *
crm_zone_parse(const char *name, struct crm_view file, struct crm_zone **out)
{
	const struct crm_err *err = NULL;
	struct crm_zone *z = zone_new(name);
	struct crm_view body;
	struct head h;
	uint32_t time_bytes = 4;
	bool ok;

	*out = NULL;
	ok = take_block(&file, time_bytes, &h, &body);
	if (ok && h.version != 0) {
		time_bytes = 8;
		ok = take_block(&file, time_bytes, &h, &body);
	}
	if (ok && h.leap > 0) {
		err = crm_err(CRM_E_CONFIG,
		    "time zone '%s' counts leap seconds: say one without",
		    name);
		goto done;
	}
	ok = ok && read_shifts(z, &h, body, time_bytes);
	if (ok && time_bytes == 8)
		ok = read_footer(z, file);
	if (!ok) {
		err = crm_err(CRM_E_CONFIG,
		    "the file of time zone '%s' is damaged", name);
		goto done;
	}
	*out = z;
	z = NULL;
done:
	crm_zone_free(z);
	return err;
}

static bool
name_is_safe(const char *name)
{
	return strlen(name) <= NAME_MAX_BYTES && name[0] != '/' &&
	    strstr(name, "..") == NULL;
}

const struct crm_err *
crm_zone_open(const char *name, struct crm_zone **out)
{
	/* crm_read_file() asks for room before it knows the end. */
	struct crm_buf bytes = CRM_BUF_INIT(2 * FILE_MAX_BYTES);
	char path[sizeof(ZONE_DIR) + NAME_MAX_BYTES];
	const struct crm_err *err = NULL;

	*out = NULL;
	if (name[0] == '\0' || strcmp(name, "UTC") == 0) {
		*out = zone_new(name);
		return NULL;
	}
	if (!name_is_safe(name))
		return crm_err(CRM_E_CONFIG, "no time zone '%s'", name);
	(void)snprintf(path, sizeof(path), "%s%s", ZONE_DIR, name);
	err = crm_read_file(AT_FDCWD, path, FILE_MAX_BYTES, &bytes);
	if (err != NULL)
		err = crm_err(
		    CRM_E_CONFIG, "no time zone '%s': %s", name, err->msg);
	else
		err = crm_zone_parse(name, crm_buf_view(&bytes), out);
	crm_buf_release(&bytes);
	return err;
}

struct crm_zone *
crm_zone_copy(const struct crm_zone *z)
{
	struct crm_zone *copy = crm_alloc(sizeof(*copy));

	*copy = *z;
	copy->name = crm_strndup(z->name, strlen(z->name));
	copy->shifts = crm_calloc(z->n, sizeof(*z->shifts));
	if (z->n > 0)
		memcpy(copy->shifts, z->shifts, z->n * sizeof(*z->shifts));
	return copy;
}

void
crm_zone_free(struct crm_zone *z)
{
	if (z == NULL)
		return;
	crm_free(z->shifts);
	crm_free(z->name);
	crm_free(z);
}

const char *
crm_zone_name(const struct crm_zone *z)
{
	return z->name;
}

static int64_t
clamp_s(int64_t t_s, int64_t spare_s)
{
	int64_t min_s = CRM_TIME_MIN_US / CRM_SECOND_US - spare_s;
	int64_t max_s = CRM_TIME_MAX_US / CRM_SECOND_US + spare_s;

	if (t_s < min_s)
		return min_s;
	return t_s > max_s ? max_s : t_s;
}

/* Set the zone's answer for an instant. */
static void
find(struct crm_zone *z, int64_t t_s)
{
	size_t lo = 0, hi = z->n, mid;

	while (lo < hi) { /* the first shift after t_s */
		mid = lo + (hi - lo) / 2;
		if (z->shifts[mid].at_s <= t_s)
			lo = mid + 1;
		else
			hi = mid;
	}
	z->from_s = lo > 0 ? z->shifts[lo - 1].at_s : INT64_MIN;
	z->to_s = lo < z->n ? z->shifts[lo].at_s : INT64_MAX;
	z->offset_s = lo > 0 ? z->shifts[lo - 1].offset_s : z->first_s;
	if (lo == z->n && z->has_rule)
		find_by_rule(z, t_s);
}

int32_t
crm_zone_offset(struct crm_zone *z, int64_t utc_s)
{
	if (utc_s < z->from_s || utc_s >= z->to_s)
		find(z, clamp_s(utc_s, SPARE_S));
	return z->offset_s;
}

bool
crm_zone_is_even(struct crm_zone *z, int64_t from_s, int64_t to_s)
{
	(void)crm_zone_offset(z, from_s);
	return to_s < z->to_s;
}

/*
 * Go through the stretches of equal offset, from one that is early enough for
 * any offset, until one has that local time or begins after it.
 */
int64_t
crm_zone_to_utc(struct crm_zone *z, int64_t local_s)
{
	int64_t t_s, utc_s;

	local_s = clamp_s(local_s, LOCAL_SPARE_S);
	t_s = local_s - OFFSET_LIMIT_S;
	for (;;) {
		utc_s = local_s - crm_zone_offset(z, t_s);
		if (utc_s < z->from_s)
			return z->from_s;
		if (utc_s < z->to_s)
			return utc_s;
		t_s = z->to_s;
	}
}

struct crm_date
crm_zone_date(struct crm_zone *z, int64_t at_us)
{
	int64_t s = at_us / CRM_SECOND_US, days;

	if (at_us % CRM_SECOND_US < 0)
		s--;
	s = clamp_s(s, LOCAL_SPARE_S);
	s += crm_zone_offset(z, s);
	days = s / CRM_DAY_S;
	if (s % CRM_DAY_S < 0)
		days--;
	return crm_date_from_days((int32_t)days);
}

int64_t
crm_zone_day_start_us(struct crm_zone *z, struct crm_date d)
{
	return crm_zone_to_utc(z, crm_date_days(d) * CRM_DAY_S) * CRM_SECOND_US;
}
