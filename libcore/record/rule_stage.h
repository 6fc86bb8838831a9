/*
 * rule_stage - which stage may follow which, and what a record at a stage has.
 */
#ifndef CRM_RULE_STAGE_H
#define CRM_RULE_STAGE_H

#include "record/rec.h"

/*
 * Check a record against the rules of its stage.
 *
 * rec     as it is to be
 * old     as it was; NULL: it is new, and may begin at any stage
 *
 * The steps hold when the stage changes within a pipeline.  What a stage needs
 * has to be there when a record comes to it, and may not be taken away while
 * it is there; a record that came before the rule was made is let be.
 *
 * Fails with DATA: what is wrong with the stage, and what would be right.
 */
CRM_CHECK const struct crm_err *crm_rule_stage(
    const struct crm_rec *rec, const struct crm_rec *old);

#endif
