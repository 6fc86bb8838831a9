/*
 * backup - a copy of a store in one file, while others use the store.
 *
 * The file is an archive of tar with what a store directory holds: data.mdb
 * (compact) and crm.yaml.  Unpacked into an empty directory it is a store.
 */
#ifndef CRM_BACKUP_H
#define CRM_BACKUP_H

#include "store/store.h"

struct crm_backup;

/*
 * Copy a store's data and read the copy: every page, checksum and key.
 *
 * path    the file to be, which may not be there; "" when it goes to a
 *         descriptor
 * out     free with crm_backup_free(); set even after a failure
 *
 * The copy is put into a directory beside the file (beside the data when
 * there is none), which is removed in the end.  Room for two copies is needed
 * there.
 * Fails with CANTCREATE (it is there already), NOPERM, IO, DATA (damaged).
 */
CRM_CHECK const struct crm_err *crm_backup_copy(
    struct crm_store *, const char *path, struct crm_backup **out);

/*
 * Put the archive together under a temporary name, make it durable and give
 * it its name; or write it to a descriptor.
 *
 * now_us  what its members are dated
 * fd      of crm_backup_write()
 */
CRM_CHECK const struct crm_err *crm_backup_publish(
    struct crm_backup *, int64_t now_us);
CRM_CHECK const struct crm_err *crm_backup_write(
    struct crm_backup *, int64_t now_us, int fd);

/* Remove what is temporary: also in a signal handler that ends the process. */
void crm_backup_unlink(const struct crm_backup *);
void crm_backup_free(struct crm_backup *);

#endif
