/*
 * template - texts with places for values; crm-show(1) has the language.
 *
 *   {NAME}  {NAME:12}  {NAME:-12}     a value; to the right, to the left
 *   {lines} ... {end}                 once for each item of a list: of the
 *                                     lines, or of {taxes} or {payments}
 *   {if NAME} ... {else} ... {end}    where there is a value
 *   {{                                a brace
 *
 * A tag of the second and third row that is alone on its line takes the line
 * with it.  In text, a value to the left that is wider than its columns, or
 * has several lines, goes on in lines below, under its beginning.
 */
#ifndef CRM_TEMPLATE_H
#define CRM_TEMPLATE_H

#include "base/buf.h"

struct crm_template;

/*
 * Take a template apart.
 *
 * name    for messages
 * text    outlives it
 * out     free with crm_template_free()
 *
 * Fails with CONFIG: what is wrong, and in which line.
 */
CRM_CHECK const struct crm_err *crm_template_new(
    const char *name, struct crm_view text, struct crm_template **out);
void crm_template_free(struct crm_template *);

enum crm_template_list {
	CRM_LIST_NONE,
	CRM_LIST_LINES,
	CRM_LIST_TAXES,
	CRM_LIST_PAYMENTS,
	CRM_NLISTS
};

/* Where a name stands: in which list, and at which of its items. */
struct crm_template_at {
	enum crm_template_list list;
	size_t item; /* 0 outside of lists */
};

/* Tell of every name, and in which list it stands. */
void crm_template_names(const struct crm_template *,
    void (*name)(void *ctx, struct crm_view name, enum crm_template_list list),
    void *ctx);

/* Where values come from. */
struct crm_template_source {
	/* Add a value, nothing when there is none. */
	void (*value)(void *ctx, struct crm_view name,
	    struct crm_template_at at, struct crm_buf *out);
	size_t n[CRM_NLISTS]; /* items of each list */
	void *ctx;
};

/* Put values in their places.  html: they are escaped. */
void crm_template_expand(const struct crm_template *,
    const struct crm_template_source *, bool html, struct crm_buf *out);

#endif
