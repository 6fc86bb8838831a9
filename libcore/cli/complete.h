/*
 * complete - values that completion offers, for "PROGRAM --complete WHAT WORD
 * [OPERAND ...]".
 *
 * It prints lines "VALUE TAB WORDS ABOUT IT", at most 200.  VALUE stands for
 * the whole of WORD, is not quoted, and may hold anything but control
 * characters: a shell must not read it as its own language.  WORD is what was
 * typed so far, OPERAND those before it.
 *
 * WHAT is "operand" (as crm_cmd.complete has it), the metavariable of an
 * option, or one of:
 *
 *   kind         kinds
 *   query        terms of a query; the kind if it may come first
 *   who          names, addresses, refs and ids; who:po of these kinds
 *   what         kinds of events
 *   assign       field=value of the kind that the first operand names or is
 *                of; assign:event of that kind
 *   segment      names of segments
 *   =word        that word
 *   other words  what crm_cmd.offer knows of
 *
 * crm_cmd.complete, or crm_verb.complete of the operands behind the verb, has
 * one WHAT an operand, parted by blanks; the last one stands for all further
 * ones.  There may be several such rows, parted by ";": those count whose
 * "=word"s are there: "who; =- assign; who assign".
 */
#ifndef CRM_COMPLETE_H
#define CRM_COMPLETE_H

#include "cli/main.h"

/*
 * Print what is offered.
 *
 * arg     WHAT, WORD, operands
 *
 * The store is read as it is and never made; whatever is wrong, less is
 * offered and nothing is said.  Cost: a look-up for each line.
 */
void crm_complete(struct crm_ctx *, int nargs, char **arg);

#endif
