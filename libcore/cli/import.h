/*
 * import - records that other programs wrote: what crm-add and crm-log have
 * in common.
 *
 * A program whose needs have CRM_NEED_IMPORT gets these options.
 */
#ifndef CRM_IMPORT_H
#define CRM_IMPORT_H

#include "cli/change.h"

extern const struct crm_opt crm_import_opts[];

/* What is done about a record that may be there already: of --duplicates, a
 * program that wants it sets this to one of crm_import_twins, from 1. */
extern const char crm_import_twins[];
enum crm_twins { CRM_TWINS_ALLOW = 1, CRM_TWINS_WARN, CRM_TWINS_REFUSE };

/*
 * Ask about people and organisations that are added whether they may be there
 * already.
 *
 * how     enum crm_twins; 0: operands are warned of, lines of stdin pass
 */
void crm_import_ask_twins(int how);

/*
 * Import: read the options, open the change set, fill and commit it.  When
 * others write meanwhile what does not go together with it, all of that is
 * done anew, some times, if the input is still at hand.
 *
 * kind    of all records; NULL: each names its own
 * fill    puts the records in, from its first to its last
 * reads   does that read standard input?
 *
 * Fails with USAGE; as fill, crm_changing_begin() and crm_changing_commit() do.
 */
CRM_CHECK const struct crm_err *crm_import(struct crm_ctx *,
    const struct crm_kind *kind, const struct crm_err *(*fill)(void *ctx),
    void *fill_ctx, bool reads);

/*
 * Was a file meant, that should come on standard input?  Adds the hint how, if
 * there is one of this name; returns false if not.
 *
 * operands    that stand before
 */
bool crm_import_hint(struct crm_buf *, const struct crm_ctx *,
    const char *operands, const char *name);

/* The change set, for records that the program makes itself; while fill is
 * called. */
struct crm_changing *crm_import_changing(void);

/* Add all records of stdin, or (--key) change those they find. */
CRM_CHECK const struct crm_err *crm_import_stdin(void);

/* The same for one record of name=value operands. */
CRM_CHECK const struct crm_err *crm_import_args(
    const char *const *arg, size_t n);

#endif
