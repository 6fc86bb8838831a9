/*
 * story - what happened with somebody, in the order of time.
 *
 * Every event stands in the story of each of its who.  An entry is made of
 * its key, who u64, then
 *   (at + 2^55) << 8 | what      at in microseconds; what: see below
 *   currency << 56 | event       replica and number of the event
 * all big-endian, and its value, the amount in units of the currency's
 * smallest part, i64 little-endian.  Only under the first who does it bear
 * money.  Money questions stop here.
 */
#ifndef CRM_STORY_H
#define CRM_STORY_H

#include "record/code.h"
#include "record/id.h"
#include "record/value.h"
#include "store/snap.h"

/* The byte 'what': a built-in word, and two flags. */
#define CRM_WHAT_OTHER 0x3f /* the word stands in the event */
#define CRM_WHAT_WORD 0x3f
#define CRM_WHAT_DOC 0x40  /* the event has a doc */
#define CRM_WHAT_ALSO 0x80 /* this who is not the first */

#define CRM_STORY_KEY 24

struct crm_story {
	uint64_t who;
	int64_t at_us;
	uint8_t what; /* with flags */
	uint8_t currency;
	uint64_t event; /* id */
	int64_t minor;
};

/* What the story needs of an event. */
struct crm_event_core {
	uint64_t id;
	int64_t at_us;
	uint8_t what; /* CRM_WHAT_OTHER for words that are not built in */
	bool has_doc;
	uint8_t currency;
	int64_t minor;       /* amount */
	struct crm_view who; /* stored: many links */
};

/* Read it from a stored event; false when it is damaged. */
bool crm_event_core(
    const struct crm_stored *, uint64_t id, struct crm_event_core *out);

/* The entries of an event, one under each of its who. */
struct crm_story_parts {
	const struct crm_event_core *core;
	struct crm_many who;
	bool first;
};

void crm_story_parts(struct crm_story_parts *, const struct crm_event_core *);
bool crm_story_next_part(struct crm_story_parts *, struct crm_story *out);

/* The key of an entry. */
void crm_story_key(char out[CRM_STORY_KEY], const struct crm_story *);

/* An entry that does not stand in the table. */
struct crm_story_entry {
	char key[CRM_STORY_KEY];
	int64_t minor;
};

/* The entries of an event: adds to those of a list. */
struct crm_story_list {
	struct crm_story_entry *entry;
	size_t n, cap;
};
void crm_story_list_add(
    struct crm_story_list *, const struct crm_event_core *core);
void crm_story_list_sort(struct crm_story_list *);
void crm_story_list_release(struct crm_story_list *);

/* Take an entry of a list apart. */
void crm_story_of_list(const struct crm_story_entry *, struct crm_story *out);

/* The beginning of the keys of who at an instant or later. */
#define CRM_STORY_FROM 16
void crm_story_from(char out[CRM_STORY_FROM], uint64_t who, int64_t at_us);

/* Take an entry that a walk found apart. */
void crm_story_read(const struct crm_entry *, struct crm_story *out);

/*
 * Going through stories as the snapshot sees them: events that the table does
 * not have yet are there (fresh.h), hidden ones are left out, and those of the
 * past are as they were.  crm_snap_story() has the walk that
 * look-ups share.
 */
struct crm_story_walk;

CRM_CHECK const struct crm_err *crm_story_open(
    struct crm_snap *, struct crm_story_walk **out);
void crm_story_close(struct crm_story_walk *);

/*
 * The first entry of who at an instant or later, then the next one; after the
 * last one of who there is none.
 *
 * out     who is 0 when there is none
 *
 * Cost: of what is hidden, that of who alone is passed.
 */
CRM_CHECK const struct crm_err *crm_story_seek(struct crm_story_walk *,
    uint64_t who, int64_t from_us, struct crm_story *out);
CRM_CHECK const struct crm_err *crm_story_next(
    struct crm_story_walk *, struct crm_story *out);

/* The first entry of all; then crm_story_next(), whosever it is. */
CRM_CHECK const struct crm_err *crm_story_first(
    struct crm_story_walk *, struct crm_story *out);

/* The last entry of who; then the one before it. */
CRM_CHECK const struct crm_err *crm_story_last(
    struct crm_story_walk *, uint64_t who, struct crm_story *out);
CRM_CHECK const struct crm_err *crm_story_prev(
    struct crm_story_walk *, struct crm_story *out);

#endif
