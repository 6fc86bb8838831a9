/*
 * tar - heads of an archive's members, as every tar reads them.
 *
 * From: POSIX.1-2017, pax, "ustar Interchange Format"; sizes of 8 GiB and
 * more in base 256, as GNU tar has it and the others read it.
 */
#ifndef CRM_TAR_H
#define CRM_TAR_H

#include "base/buf.h"

#define CRM_TAR_BLOCK 512

/* Zeros behind the last member. */
#define CRM_TAR_END ((size_t)2 * CRM_TAR_BLOCK)

/*
 * Write the head of a regular file that only its owner may read.
 *
 * name    at most 99 bytes
 * size    bytes that follow; then zeros up to a whole block
 * time_s  when it was changed, seconds since 1970; below 0 counts as 0
 */
void crm_tar_head(
    char out[CRM_TAR_BLOCK], const char *name, uint64_t size, int64_t time_s);

/*
 * Read the head of a regular file's member.
 *
 * name    its name, with NUL
 * size    bytes that follow
 *
 * Returns false when it is none: a wrong sum, another type, no ustar.
 */
#define CRM_TAR_NAME 101
bool crm_tar_read(
    const char head[CRM_TAR_BLOCK], char name[CRM_TAR_NAME], uint64_t *size);

/* Is a block all zeros: behind the last member? */
bool crm_tar_is_end(const char block[CRM_TAR_BLOCK]);

/* Zeros that are missing to a whole block. */
size_t crm_tar_gap(uint64_t size);

#endif
