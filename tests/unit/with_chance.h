/*
 * with_chance - numbers by chance, the same in each run, and errors that there
 * are not to be.
 */
#ifndef CRM_WITH_CHANCE_H
#define CRM_WITH_CHANCE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"

static uint64_t seed = 1;

static inline uint32_t
below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static inline void
no_err(const struct crm_err *err)
{
	if (err != NULL)
		fail_msg("%s", err->msg);
}

#endif
