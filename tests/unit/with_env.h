/*
 * with_env - what tests of the engine and of blocks share: an environment in a
 * directory of its own.
 */
#ifndef CRM_WITH_ENV_H
#define CRM_WITH_ENV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>

#include "store/block.h"
#include "with_chance.h"

static struct crm_env *env;
static char dir[64];

static inline int
begin_env(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/crm-env-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	no_err(crm_env_open(dir, CRM_ENV_BUILD, false, &env));
	return 0;
}

static inline int
end_env(void)
{
	char path[100];

	crm_env_close(env);
	(void)snprintf(path, sizeof(path), "%s/data.mdb", dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	(void)unlink(path);
	return rmdir(dir);
}

#endif
