#include "base/err.h"
int
main(void)
{
	return crm_err_exit(CRM_E_DATA);
}
