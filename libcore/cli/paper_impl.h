/* paper_impl - what the files that make up papers share. */
#ifndef CRM_PAPER_IMPL_H
#define CRM_PAPER_IMPL_H

#include "base/map.h"
#include "base/num.h"
#include "base/time.h"
#include "cli/paper.h"
#include "cli/template.h"
#include "store/snap.h"

/* The forms that are built in. */
extern const char crm_paper_text[], crm_paper_html[];

/*
 * Whom an event is for: the first of its who, and of a person who works for an
 * organisation that one.
 *
 * event   as crm_snap_get() has it; it is dead then
 * out     0: nobody
 */
CRM_CHECK const struct crm_err *crm_paper_customer(
    struct crm_snap *, const struct crm_stored *event, uint64_t *out);

/*
 * The events of a customer that have a word and a number.
 *
 * customer as crm_paper_customer() has it
 * id       array of *n in order, or NULL; free with crm_free(), also after a
 *          failure
 */
CRM_CHECK const struct crm_err *crm_paper_events(struct crm_snap *,
    const struct crm_clock *, struct crm_view word, struct crm_view doc,
    uint64_t customer, uint64_t **id, size_t *n);

/*
 * The events of a number that make up its papers: of the word that is furthest
 * on the way from a quote over an order to an invoice, else of all words.
 *
 * id      as above
 */
CRM_CHECK const struct crm_err *crm_paper_numbered(struct crm_snap *,
    const struct crm_clock *, struct crm_view doc, uint64_t **id, size_t *n);

/* What is taxed, and the tax on it, both with the same digits. */
struct crm_paper_tax {
	struct crm_dec rate; /* percent */
	struct crm_dec net, tax;
};

/*
 * Add up lines by their rates, the highest first.  Nobody wrote a rate down:
 * it is the roundest one that makes the tax of a line to within one of the
 * smallest unit, and small lines go with larger ones.
 *
 * tax     *n lines; then *n sums, in their place
 *
 * Returns false when a sum is too large.
 */
bool crm_paper_taxes(struct crm_paper_tax *tax, size_t *n);

/* What settled an invoice, in the order in which it did. */
struct crm_paper_paid {
	struct crm_paper_payment {
		struct crm_date day;
		bool credit; /* a credit note */
		int64_t minor;
	} * payment;
	size_t n, cap;
	int64_t open; /* what is left to pay */
	bool found;   /* there is an invoice among them */
};

/*
 * id      the events that an invoice is made of
 * out     zeroed before the first time; release it, also after a failure
 */
CRM_CHECK const struct crm_err *crm_paper_paid(struct crm_snap *,
    const uint64_t *id, size_t n, struct crm_paper_paid *out);
void crm_paper_paid_release(struct crm_paper_paid *);

/* Whose address it is, and the columns that it is made of. */
enum {
	COL_PRODUCT,
	COL_TEXT,
	COL_NAME,
	COL_ORG,
	COL_OWN, /* street, postcode, city, country */
	COL_FIRM = COL_OWN + 4
};
/* Names of a template that are fields, "id,who.name", and what they are of an
 * event. */
struct columns {
	struct crm_buf fields;
	struct crm_map place; /* name to its column */
	uint64_t n;
};

/* A line, or the paper itself. */
struct part {
	char *row; /* as TSV */
	struct crm_dec amount, tax;
};

struct crm_paper {
	struct crm_ctx *ctx;
	struct crm_snap *snap;
	bool html;
	struct crm_map printed; /* word and number */
	/* of the paper at hand */
	struct crm_template *template;
	struct crm_buf file, name, title;
	const char *unknown; /* a name that is none in its list, or NULL */
	struct columns columns;
	struct part head, *line;
	size_t nlines, line_cap;
	struct crm_dec total, tax; /* of its own events */
	struct crm_paper_tax *taxes;
	size_t ntaxes;
	struct crm_paper_paid paid;
	int64_t paid_minor; /* all of it */
	char currency[4];
	struct crm_arena arena;
};

/* Is a name of a template one that is computed here, and no field? */
bool crm_paper_is_own(struct crm_view name, enum crm_template_list);

/* See struct crm_template_source. */
void crm_paper_value(void *ctx, struct crm_view name, struct crm_template_at at,
    struct crm_buf *out);

/* Give both the same digits; false when one does not fit. */
bool crm_paper_align(struct crm_dec *a, struct crm_dec *b);

/* a += b; false on overflow. */
bool crm_paper_add(struct crm_dec *a, struct crm_dec b);

/* An amount without its tax. */
struct crm_dec crm_paper_net(struct crm_dec amount, struct crm_dec tax);

#endif
