/*
 * cline - the content lines of vCard and iCalendar: "GROUP.NAME;PARAM=VALUE:
 * VALUE", folded, with escapes of their own.
 *
 * From: RFC 6350 3 (vCard 4.0), RFC 2426 (3.0), vCard 2.1 of versit; RFC 5545
 * 3.1 (iCalendar).
 */
#ifndef CRM_CLINE_H
#define CRM_CLINE_H

#include "base/buf.h"

/* A line that was unfolded; all of it borrowed from that line. */
struct crm_cline {
	struct crm_view group;  /* "item1", or empty */
	struct crm_view name;   /* in either case */
	struct crm_view params; /* "TYPE=home;PREF=1", or empty */
	struct crm_view value;  /* with its escapes */
};

/* Take a line apart; false when it is none. */
bool crm_cline_parse(struct crm_view line, struct crm_cline *out);

/* Is it this property?  Its name in capitals. */
bool crm_cline_is(const struct crm_cline *, const char *name);

/*
 * Take the next parameter; false when none is left.
 *
 * params  what is left; set to what is left after it
 * name    in 2.1 it may lack: "TYPE" then, "ENCODING" of the names of those
 * value   without quotes around it
 */
bool crm_cline_next_param(
    struct crm_view *params, struct crm_view *name, struct crm_view *value);

/* The first value of a parameter; empty when there is none. */
struct crm_view crm_cline_param(const struct crm_cline *, const char *name);

/* Has it a type, or a parameter of 2.1, such as "pref" (TYPE=work,pref)? */
bool crm_cline_has_type(const struct crm_cline *, const char *type);

/*
 * Take the next part of a value: what stands before a sep, unescaped.
 *
 * rest    what is left of the value; set to what is left after the part
 * seps    characters that part, "" when none does
 * out     added to
 *
 * Returns false, and adds nothing, when nothing was left: rest->p is NULL.  A
 * value that is empty has one part, which is empty.
 */
bool crm_cline_next_part(
    struct crm_view *rest, const char *seps, struct crm_buf *out);

/* Add text with the escapes of a value: \n \, \; \\. */
void crm_cline_add_text(struct crm_buf *, struct crm_view text);

/* Add a line in pieces of at most 75 bytes, no character cut, each ended by
 * CRLF.  Controls, which would end it or be lost, become blanks. */
void crm_cline_add_folded(struct crm_buf *, struct crm_view line);

/*
 * Undo quoted-printable; what is none stays as it is.
 *
 * From: RFC 2045 6.7.
 */
void crm_cline_add_unquoted(struct crm_buf *, struct crm_view text);

/*
 * Add text of another charset as UTF-8: us-ascii, utf-8, iso-8859-1,
 * iso-8859-15, windows-1252, in either case.
 *
 * Fails with DATA when the charset is not one of these.
 */
CRM_CHECK const struct crm_err *crm_cline_add_charset(
    struct crm_buf *, struct crm_view charset, struct crm_view text);

#endif
