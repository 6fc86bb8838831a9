/*
 * version - which one this is.
 */
#ifndef CRM_VERSION_H
#define CRM_VERSION_H

/* "0.1": static. */
const char *crm_version(void);

#endif
