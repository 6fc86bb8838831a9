/*
 * crm-merge - find duplicates, and make one record of several.
 *
 * Writes the store, in one change set; crm-merge find only reads it.
 */
#include "cli/merge.h"

static const struct crm_opt opts[] = { OPT_END };

int
main(int argc, char *argv[])
{
	static const struct crm_cmd cmd = {
		.name = "crm-merge",
		.summary = "make one record of several, find duplicates",
		.operands = "WHO WHO ... | - | find [KIND] [QUERY ...]",
		.needs =
		    CRM_NEED_READ | CRM_NEED_WRITE | CRM_NEED_IN | CRM_NEED_OUT,
		.opts = opts,
		.run = crm_merge_who,
		.complete = "who:po",
	};

	return crm_main(&cmd, argc, argv);
}
