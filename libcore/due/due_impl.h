/* due_impl - what the files of the room share. */
#ifndef CRM_DUE_IMPL_H
#define CRM_DUE_IMPL_H

#include "base/map.h"
#include "base/mem.h"
#include "due/due.h"
#include "query/compute.h"
#include "record/value.h"
#include "record/word.h"

struct crm_service;

/* Members of a segment that are to be heard of so often. */
struct crm_due_members {
	const struct crm_due_every *every;
	uint64_t *id; /* n of them, sorted */
	size_t n;
};

struct crm_due {
	const struct crm_due_options *o;
	struct crm_snap *snap;
	const struct crm_schema *schema;
	const struct crm_config *config;
	const struct crm_due_rules *rules;
	struct crm_zone *zone;
	int32_t today, until, since;
	int64_t end_us; /* of the day until */
	struct crm_whom whom;
	bool things; /* they are the things themselves, of one kind: */
	char letter;
	struct crm_due_item *item;
	size_t n, cap;
	struct crm_nummap tasks; /* who has an open task */
	/* Sums of who bought, by who, and all sums in order. */
	struct crm_due_worth {
		uint64_t who;
		int64_t sum;
	} * worth;
	size_t nworth;
	int64_t *sum;
	/* The texts of owners, each once. */
	struct crm_map owners;
	struct crm_arena arena;
	struct crm_buf scratch;
	/* What the gathering at hand goes by. */
	struct {
		const struct crm_kind *kind;
		struct crm_service *service;
		struct crm_due_members *rule;
		size_t nrules;
		const struct crm_field *every, *birthday;
		struct crm_due_deal {
			uint64_t who, id; /* who: the first one; 0: none */
		} * deal;
		size_t ndeals, cap;
	} at;
	struct {
		const struct crm_due_date *date;
		const struct crm_kind *kind;
		const struct crm_field *field;
	} on;
};

/*
 * Note an item, if it is one of those that are wanted.
 *
 * who     stored: the links of the record, the first the customer; may be empty
 * owner   of the record; empty: that of the customer counts
 */
CRM_CHECK const struct crm_err *crm_due_add(struct crm_due *,
    struct crm_due_item *, struct crm_view who, struct crm_view owner);

/* An item of a record, with nothing known of it yet. */
struct crm_due_item crm_due_new(enum crm_due_coefficient what, uint64_t id);

/* A day that comes again every year: the first one from another on. */
int32_t crm_due_next_year_day(struct crm_date, int32_t from);

/* The number of a stored date; false when there is none, or no year. */
bool crm_due_day(const struct crm_stored *, uint16_t num, int32_t *out);
int32_t crm_due_day_of(const struct crm_due *, int64_t at_us);

/* The text of a field, empty when there is none or the kind has no such. */
struct crm_view crm_due_text(
    const struct crm_kind *, const struct crm_stored *, const char *name);

/* Does a record's stage end? */
bool crm_due_is_ended(const struct crm_kind *, const struct crm_stored *);

/* The links of a kind's records to whom they are about; NULL: none.  Of a kind
 * without who its first ones to people or organisations. */
const struct crm_field *crm_due_who_field(const struct crm_kind *);

/* Keep of n ids of a kind, which are in order, those that may be asked for. */
CRM_CHECK const struct crm_err *crm_due_narrow(
    struct crm_due *, char kind, uint64_t *id, size_t *n);

/* Is what has this owner, or none, asked for?  The owner of a customer is what
 * counts for things without one: NULL when the customer has none. */
bool crm_due_is_theirs(const struct crm_due *, struct crm_view owner);
CRM_CHECK const struct crm_err *crm_due_owner_of(
    struct crm_due *, uint64_t who, const char **out);

/* Call fn with each of some records that is there. */
CRM_CHECK const struct crm_err *crm_due_each_of(struct crm_due *,
    const uint64_t *id, size_t n,
    const struct crm_err *(*fn)(
	struct crm_due *, uint64_t id, const struct crm_stored *));

/* Call fn with each record of a kind that may be asked for. */
CRM_CHECK const struct crm_err *crm_due_each(struct crm_due *, char kind,
    const struct crm_err *(*fn)(
	struct crm_due *, uint64_t id, const struct crm_stored *));

/* The gatherers, in the order in which they have to be called. */
CRM_CHECK const struct crm_err *crm_due_tasks(struct crm_due *);
CRM_CHECK const struct crm_err *crm_due_tickets(struct crm_due *);
CRM_CHECK const struct crm_err *crm_due_deals(struct crm_due *);
CRM_CHECK const struct crm_err *crm_due_people(struct crm_due *);
CRM_CHECK const struct crm_err *crm_due_purchases(struct crm_due *);
CRM_CHECK const struct crm_err *crm_due_dates(struct crm_due *);

/* Say how urgent all are, and sort them. */
CRM_CHECK const struct crm_err *crm_due_rank(struct crm_due *);

/* The newest contact with somebody, an organisation's people included, or
 * about a deal; id 0 when there is none. */
CRM_CHECK const struct crm_err *crm_due_last_contact(
    struct crm_due *, uint64_t who, uint64_t *event, int64_t *at_us);

#endif
