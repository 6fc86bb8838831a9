/*
 * by - what the rows of a report stand for: --by month,who.city,product.
 *
 * A report goes through things (events, deals) that have a customer and a
 * time.  A name of --by is
 *   a period      day, week, month, quarter or year of the time, in the
 *                 store's zone; none where the thing has no time
 *   a field       of the thing, also through links: product.category
 *   who           the customer; who.FIELD a field of theirs
 *   a field       of the customer, if the thing has none of that name
 *   segment       each segment that the customer is in; who.segment, where
 *                 the thing or the report has one of that name
 *   a key         that the report itself makes, such as the segment of rfm;
 *                 it comes before all others of that name
 * The org of a customer that is an organisation is the customer: by who.org
 * what its people do and what it does itself add up.
 * Where a field has many values a thing counts under each.
 */
#ifndef CRM_BY_H
#define CRM_BY_H

#include "base/date.h"
#include "query/ref.h"

#define CRM_BY_MAX 8

enum crm_by_of { CRM_BY_PERIOD, CRM_BY_THING, CRM_BY_WHO, CRM_BY_OWN };
enum crm_unit { CRM_DAY, CRM_WEEK, CRM_MONTH, CRM_QUARTER, CRM_YEAR };

struct crm_by_key {
	enum crm_by_of of;
	enum crm_unit unit;      /* of a period */
	size_t own;              /* which key of the report's own */
	bool is_who;             /* the customer themselves */
	bool is_segment;         /* the segments that they are in */
	struct crm_ref ref;      /* else */
	bool is_org;             /* ref begins with a person's org: */
	struct crm_ref org_ref;  /* what is behind it, of the organisation
	                            itself; no name: its id */
	struct crm_field column; /* its name and the type of its values */
};

struct crm_by {
	struct crm_by_key key[CRM_BY_MAX];
	size_t n;
	const char *user; /* who "me" is in segments; NULL: nobody */
	struct crm_arena arena;
};

/*
 * Read a list of names.
 *
 * thing   the kind of the things; NULL: the customers are all there is
 * own     n keys of the report's own, columns of it
 * list    "month,who.city"
 * out     release with crm_by_release(), also after a failure
 *
 * Fails with USAGE.
 */
CRM_CHECK const struct crm_err *crm_by_parse(const struct crm_schema *,
    const struct crm_kind *thing, const struct crm_field *own, size_t n,
    const char *list, struct crm_by *out);
void crm_by_release(struct crm_by *);

/* Do rows begin with a period?  Then they come in the order of time. */
bool crm_by_begins_with_period(const struct crm_by *);

/* Does a key need the thing itself, not only its customer and time? */
bool crm_by_needs_thing(const struct crm_by *);

/* Does a key need more than what the report itself makes? */
bool crm_by_needs_who(const struct crm_by *);

/* The name of a unit, and a period's: "2026-03", "2026-w09"; at most 10
 * bytes, no NUL. */
const char *crm_unit_name(enum crm_unit);
size_t crm_unit_put(
    char *out, const struct crm_clock *, enum crm_unit, struct crm_date);

/* Units one after the other have numbers one after the other: that of the one
 * a day is in, and its first day. */
int32_t crm_unit_number(enum crm_unit, struct crm_date);
struct crm_date crm_unit_first(enum crm_unit, int32_t number);

/* Values of the keys, for one thing after the other. */
struct crm_by_values;

/*
 * Say what the next thing's own keys are: as records store them, empty for
 * none.
 *
 * value   one for each of the report's own; outlives crm_by_each()
 */
void crm_by_set_own(struct crm_by_values *, const struct crm_view *value);

/* Are they of the thing and its time alone, one at most for each key?  Then
 * crm_by_each() looks nothing up. */
bool crm_by_is_plain(const struct crm_by_values *);

/* A thing without a time: it belongs to no period. */
#define CRM_BY_NO_TIME INT64_MIN

/* Fails also with what a segment's query does. */
CRM_CHECK const struct crm_err *crm_by_values_new(struct crm_snap *,
    const struct crm_clock *, const struct crm_by *,
    struct crm_by_values **out);
void crm_by_values_free(struct crm_by_values *);

/*
 * Call fn with each combination of values of a thing, packed: for each key
 * the length as a varint, and the value as records store it (periods: text).
 *
 * at_us   CRM_BY_NO_TIME: it has no time
 * thing   NULL when no key needs it
 *
 * Cost: what is of the customer is read once while things of the same one
 * follow each other.
 */
CRM_CHECK const struct crm_err *crm_by_each(struct crm_by_values *,
    uint64_t who, int64_t at_us, uint64_t id, const struct crm_stored *thing,
    const struct crm_err *(*fn)(void *ctx, struct crm_view packed), void *ctx);

/* Add a value to a packed key, as crm_by_each() packs them. */
void crm_by_pack(struct crm_buf *packed, struct crm_view value);

/* Take the next value of a packed key: an empty one where there is none. */
struct crm_view crm_by_next(struct crm_view *packed);

#endif
