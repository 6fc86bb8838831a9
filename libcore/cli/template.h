/*
 * template - texts with places for values; crm-show(1) has the language.
 *
 *   {NAME}  {NAME:12}  {NAME:-12}     a value; to the right, to the left
 *   {lines} ... {end}                 once for each line
 *   {if NAME} ... {else} ... {end}    where there is a value
 *   {{                                a brace
 *
 * A tag of the last two rows that is alone on its line takes the line with it.
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

/* Tell of every name, and whether it stands among lines. */
void crm_template_names(const struct crm_template *,
    void (*name)(void *ctx, struct crm_view name, bool in_lines), void *ctx);

/* Where values come from. */
struct crm_template_source {
	/* Add a value, nothing when there is none.  line: its place, or
	 * SIZE_MAX outside of lines. */
	void (*value)(
	    void *ctx, struct crm_view name, size_t line, struct crm_buf *out);
	size_t nlines;
	void *ctx;
};

/* Put values in their places.  html: they are escaped. */
void crm_template_expand(const struct crm_template *,
    const struct crm_template_source *, bool html, struct crm_buf *out);

#endif
