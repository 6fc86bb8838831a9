#include "cli/version.h"

const char *
crm_version(void)
{
	return "0.1";
}
