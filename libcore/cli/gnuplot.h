/*
 * gnuplot - pictures, by the program of that name.
 */
#ifndef CRM_GNUPLOT_H
#define CRM_GNUPLOT_H

#include "base/buf.h"

/*
 * Have gnuplot run a script and take what it prints.
 *
 * It is started without a shell and without the user's ~/.gnuplot.
 * out     reset, then the picture
 *
 * Fails with NOINPUT when it is not installed; IO when it fails: the message
 * has what it said; AGAIN, CANTCREATE.
 */
CRM_CHECK const struct crm_err *crm_gnuplot(
    struct crm_view script, struct crm_buf *out);

/*
 * Put '?' for letters of a script that no font here has, as fontconfig knows
 * them: gnuplot would draw a sign for them in place of the whole picture, when
 * it draws them itself.  Where fontconfig has no answer all stay.
 *
 * lacking  set to whether there were any
 *
 * Fails with IO, AGAIN.
 */
CRM_CHECK const struct crm_err *crm_gnuplot_letters(
    struct crm_buf *script, bool *lacking);

/*
 * Write a file as a whole: it is replaced only when all is written.
 *
 * Fails with CANTCREATE, NOPERM, IO.
 */
CRM_CHECK const struct crm_err *crm_gnuplot_save(
    const char *path, struct crm_view picture);

#endif
