/*
 * faults - what was wrong with the input: kept until the end, told in the
 * order of its lines, and, when they are many, equal ones once.
 */
#ifndef CRM_FAULTS_H
#define CRM_FAULTS_H

#include "base/buf.h"

/* So many are told; the others are counted. */
#define CRM_FAULTS_MAX 20

struct crm_fault {
	uint64_t line; /* the first that has it; 0: none */
	uint64_t more; /* other lines */
	char *text;
};

struct crm_faults {
	/* Both by line: all, while they are few; and equal ones once. */
	struct crm_fault each[CRM_FAULTS_MAX], sort[CRM_FAULTS_MAX];
	size_t neach, nsorts;
	uint64_t total, others; /* others: that sort has not */
};

/*
 * Keep a fault.
 *
 * line    of stdin, 0: none
 * field   may be NULL
 */
void crm_faults_add(
    struct crm_faults *, uint64_t line, const char *field, const char *what);

/* Print what is kept, and forget it. */
void crm_faults_tell(struct crm_faults *);

/* Forget it. */
void crm_faults_forget(struct crm_faults *);

#endif
