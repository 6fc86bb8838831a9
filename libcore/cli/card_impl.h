/*
 * card_impl - what the parts of a card share.
 *
 * card.c        who somebody is: lines of fields
 * card_links.c  what names them: open deals, people, kinds of one's own
 * card_story.c  their newest events
 */
#ifndef CRM_CARD_IMPL_H
#define CRM_CARD_IMPL_H

#include "base/map.h"
#include "cli/card.h"
#include "cli/say.h"
#include "query/compute.h"

struct crm_card {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	struct crm_say say;
	struct crm_compute *compute;
	struct crm_buf value;
	/* the record at hand */
	uint64_t id;
	const struct crm_kind *kind;
	struct crm_stored r; /* its own, others are looked up meanwhile */
	struct crm_arena own;
	struct crm_nummap shown; /* numbers of fields that stand on it */
	size_t from, body; /* where the line at hand begins, and its pieces */
	bool any;          /* whether something stands on it */
};

/* Begin another piece of the line at hand, or of a cell. */
void crm_card_piece(struct crm_card *);

/* A field of a stored record as a cell of a row; money with its currency. */
CRM_CHECK const struct crm_err *crm_card_cell(struct crm_card *,
    struct crm_grid *, const struct crm_kind *, const struct crm_stored *,
    const struct crm_field *);

/* A title, and the rows below it; nothing if there are none. */
void crm_card_rows(struct crm_card *, const char *title, struct crm_grid *);

/* card_links.c: the sections of what links to the record at hand. */
CRM_CHECK const struct crm_err *crm_card_links(struct crm_card *);

/* card_story.c: the newest events of the story, or that link to it. */
CRM_CHECK const struct crm_err *crm_card_story(struct crm_card *, size_t max);

#endif
