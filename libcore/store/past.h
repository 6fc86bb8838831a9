/*
 * past - the store as it was, seen through a snapshot of today's.
 *
 * What came later is taken out or back where records, stories, sums and
 * look-ups are read: crm_snap_see(), crm_snap_find(), story.h and rollup.h
 * ask here, and their readers need not know.  Nothing is copied but what
 * differs.
 *
 * As of a change set, records and events are as they were behind it.  As of
 * an instant, records are as the last change set up to it left them, and
 * events as today's store knows them, up to it, but with those whom crm-merge
 * made one apart if it did so later.  A record that was entered
 * only later is there, as it was first entered, when its own "created", or an
 * event up to the instant that names it, says that it was known; an
 * organisation also when one of its people is.
 */
#ifndef CRM_PAST_H
#define CRM_PAST_H

#include "store/rollup.h"
#include "store/snap.h"
#include "store/story.h"

struct crm_past;

/*
 * Find out what came later.
 *
 * snap    its walks are not used, and it outlives this
 *
 * Fails with DATA: no such change set, or it was never finished.
 * Cost: a look-up for each later change set.
 */
CRM_CHECK const struct crm_err *crm_past_open(
    struct crm_snap *, const struct crm_as_of *, struct crm_past **out);
void crm_past_close(struct crm_past *);

/* After crm_snap_resume() that found nothing new. */
CRM_CHECK const struct crm_err *crm_past_renew(struct crm_past *);

/* Was a change set done later? */
bool crm_past_is_later(const struct crm_past *, uint64_t number);

/* What later change sets added: sorted, not to be seen. */
const struct crm_id_range *crm_past_hidden(const struct crm_past *, size_t *n);

/* Events behind it are not to be seen. */
int64_t crm_past_until(const struct crm_past *);

/* The instant that it is about: of a change set, when it was made. */
int64_t crm_past_time(const struct crm_past *);

/*
 * A record that is not hidden.
 *
 * r       as it stands today, then as it was: its views live until about
 *         PAST_MEMORY more bytes were looked at
 */
CRM_CHECK const struct crm_err *crm_past_see(
    struct crm_past *, uint64_t id, struct crm_stored *r, enum crm_presence *);

/*
 * The records of a kind of which an index of today does not tell what they
 * were like: those that were changed later.
 *
 * out     their ids, sorted; it belongs to the past
 *
 * Cost: when first asked for, a look-up for each later change set, and a step
 * for each time that one was changed.
 */
CRM_CHECK const struct crm_err *crm_past_changed(
    struct crm_past *, char kind, const uint64_t **out, size_t *n);

/* Does every other id of a kind that an index has stand for a record? */
bool crm_past_is_whole(const struct crm_past *, char kind);

/*
 * Call fn with each note of later change sets on records of a kind: those that
 * can be seen, and of events as of an instant those that a merge moved.
 */
struct crm_changed;
CRM_CHECK const struct crm_err *crm_past_each_note(struct crm_past *, char kind,
    void (*fn)(void *ctx, const struct crm_changed *), void *ctx);

/*
 * What an index would have of the records of a kind whose field, or they
 * themselves, came, went or changed later.
 *
 * out     belongs to the past
 *
 * Cost: as crm_past_changed(), for each field.
 */
struct crm_past_column;
CRM_CHECK const struct crm_err *crm_past_column(struct crm_past *, char kind,
    const struct crm_field *, const struct crm_past_column **out);

/* The ids of these alone, sorted; they belong to the past. */
CRM_CHECK const struct crm_err *crm_past_column_ids(struct crm_past *,
    char kind, const struct crm_field *, const uint64_t **out, size_t *n);

/* Is a record one of these? */
bool crm_past_column_has(const struct crm_past_column *, uint64_t id);

/* Call fn with each of them that had a value whose key is this one, or begins
 * so; one that had several comes again. */
void crm_past_column_each(const struct crm_past_column *, struct crm_view key,
    bool prefix, void (*fn)(void *ctx, uint64_t id), void *ctx);

/* The entries of changed events in stories, and of those that the table does
 * not have yet (fresh.h), as they were: in the order of their keys. */
CRM_CHECK const struct crm_err *crm_past_stories(
    struct crm_past *, const struct crm_story_entry **out, size_t *n);

/* Is an event among those that were changed?  After crm_past_stories(). */
bool crm_past_has_event(const struct crm_past *, uint64_t id);

/* Is an entry of today's story to be seen as it is?  After the same. */
static inline bool
crm_past_keeps(const struct crm_past *p, const struct crm_story *s)
{
	return s->at_us <= crm_past_until(p) &&
	    !crm_past_has_event(p, s->event);
}

/*
 * All rollups as they were, sorted by key: each CRM_ROLLUP_KEY and
 * CRM_ROLLUP_BYTES bytes; made when first asked for.
 */
#define CRM_PAST_ROW (CRM_ROLLUP_KEY + CRM_ROLLUP_BYTES)
CRM_CHECK const struct crm_err *crm_past_rollups(
    struct crm_past *, const char **out, size_t *n);

/*
 * The rows of one customer as they were: folded from the story, or looked up
 * once so many were asked for that making all of them paid.
 */
CRM_CHECK const struct crm_err *crm_past_rollup(
    struct crm_past *, uint64_t who, struct crm_rollups *out);

/* The totals of the whole firm as they were: sorted, made when first asked
 * for. */
CRM_CHECK const struct crm_err *crm_past_totals(
    struct crm_past *, const struct crm_total **out, size_t *n);

#endif
