/*
 * programs - the programs there are: crm-NAME beside this one, and those that
 * users wrote and keep on PATH.
 */
#ifndef CRM_PROGRAMS_H
#define CRM_PROGRAMS_H

#include "base/buf.h"

/* A path that is longer is not found. */
#define CRM_PATH_LENGTH ((size_t)1 << 16)

struct crm_program {
	char *name; /* without "crm-" */
	char *path;
	bool beside; /* it stands beside this one: it is ours */
};

struct crm_programs {
	struct crm_program *item;
	size_t n, cap;
};

/* The directory of this program; false when it is not known. */
bool crm_program_dir(struct crm_buf *out);

/* The path of crm-NAME, looked for beside this program, then on PATH. */
bool crm_program_find(const char *name, struct crm_buf *out);

/* Is there any program of this name, on PATH or, with a '/' in it, there? */
bool crm_program_is_there(struct crm_view name);

/* All of them: ours first, then by name.  Each once, the one that
 * crm_program_find() finds. */
void crm_programs_list(struct crm_programs *out);
void crm_programs_free(struct crm_programs *);

/* What a program of ours says of itself in one line: added to out. */
void crm_program_summary(const struct crm_program *, struct crm_buf *out);

#endif
