/*
 * main - what every program is made of: options, the store, messages, the
 * exit status.
 */
#ifndef CRM_MAIN_H
#define CRM_MAIN_H

#include <sys/types.h>

#include "base/date.h"
#include "cli/opt.h"
#include "format/reader.h"
#include "format/writer.h"
#include "store/snap.h"

enum crm_need {
	CRM_NEED_READ = 1 << 0,   /* the store, to read */
	CRM_NEED_WRITE = 1 << 1,  /* the store, to change */
	CRM_NEED_MAKE = 1 << 2,   /* makes the default store */
	CRM_NEED_IN = 1 << 3,     /* reads record streams: -i */
	CRM_NEED_OUT = 1 << 4,    /* writes record streams: -o -f -l --sort */
	CRM_NEED_PAGER = 1 << 5,  /* shows long texts on a terminal */
	CRM_NEED_IMPORT = 1 << 6, /* foreign records: see import.h */
	CRM_NEED_ARGS = 1 << 7,   /* options end at the first operand */
	CRM_NEED_PLACE = 1 << 8,  /* where the store is, or is to be */
};

struct crm_ctx;

/* A command within a program, such as define in "crm-segment define". */
struct crm_verb {
	const char *name, *operands, *help; /* help as of an option */
	int min, max; /* operands behind it; max -1: any number */
	bool writes;  /* changes the store */
	const struct crm_err *(*run)(struct crm_ctx *, int argc, char **argv);
	const char *complete; /* of the operands behind it: see complete.h */
	bool removes; /* something is gone behind it: no message proposes it */
	unsigned int has; /* options of its program, for crm_cmd.refuse */
};

struct crm_cmd {
	const char *name, *summary;
	/* As in the usage line; of a program with verbs "COMMAND ...". */
	const char *operands;
	unsigned int needs; /* of enum crm_need */
	const struct crm_opt *opts;
	const struct crm_err *(*run)(struct crm_ctx *, int argc, char **argv);
	/* What the first operand may be, ended by a name of NULL, in the order
	 * of names; without run it must be one of them. */
	const struct crm_verb *verbs;
	/* Refuse options that a verb has not; NULL: each has all. */
	const struct crm_err *(*refuse)(
	    struct crm_ctx *, const struct crm_verb *);
	/* Can these operands do without a store, and without a place for one?
	 * They have one if there is one.  NULL: none can. */
	bool (*alone)(int argc, char **argv);
	/* What completion offers for the operands: see complete.h.  NULL:
	 * nothing.  Of a program with verbs each verb says it for its own. */
	const char *complete;
	/* Add lines "VALUE TAB WORDS ABOUT IT" for a WHAT of the program's own;
	 * may be NULL. */
	void (*offer)(struct crm_view what, struct crm_buf *out);
};

/* What a program runs with. */
struct crm_ctx {
	const struct crm_cmd *cmd;
	struct crm_store *store; /* NULL when none is needed */
	const struct crm_config *config;
	struct crm_schema *schema;
	struct crm_clock clock;
	struct crm_buf user, path;
	bool named;         /* the store was named, it is not the default */
	bool created;       /* it was made just now */
	bool no;            /* the answer is no */
	bool bad;           /* something was wrong, and was told: exit 65 */
	uint64_t bad_lines; /* of stdin, see crm_ctx_bad_line() */
	struct crm_arena arena;
	/* options that are common to many */
	bool quiet, exit_status, dry_run, no_hooks;
	const char *message, *fields, *sort;
	uint64_t limit; /* records; UINT64_MAX: all */
	uint64_t wait_s;
	int form_in;     /* enum crm_form_in */
	int form_out;    /* enum crm_form_out, or -1: not said */
	int color;       /* 0 auto, 1 always, 2 never */
	char *arguments; /* as they were given, for the history */
	/* output */
	struct crm_sink out;
	struct crm_zone *local; /* tables show times in it */
	bool terminal, piped;   /* stdout is one; or a pipe */
	bool headed;            /* a header was printed: more rows follow */
	pid_t pager;            /* 0: none */
};

/*
 * Run a program: read its options, open the store, run it, write what is
 * left, tell of errors.
 *
 * Returns the exit status.
 */
int crm_main(const struct crm_cmd *, int argc, char **argv);

/* Open the store again, when run() did not want it opened before. */
CRM_CHECK const struct crm_err *crm_ctx_open(struct crm_ctx *, bool write);
CRM_CHECK const struct crm_err *crm_ctx_open_as(
    struct crm_ctx *, enum crm_store_mode);

/* May colours be used? */
bool crm_ctx_color(const struct crm_ctx *);

/* Begin to page the output, if it goes to a terminal; when there is no such
 * program that is told, and the output goes where it would.  See pager.h. */
CRM_CHECK const struct crm_err *crm_ctx_page(struct crm_ctx *);

/* What names the store to other programs: its random bytes in hex, or "". */
const char *crm_ctx_store_name(const struct crm_ctx *);

/* A writer for a form on the program's output. */
struct crm_writer *crm_ctx_writer(struct crm_ctx *, enum crm_form_out);

/* The zone that times are shown in for people: that of TZ, else of crm.yaml
 * where it names one, else the system's, else UTC.  Borrowed. */
struct crm_zone *crm_ctx_zone(struct crm_ctx *);

/* The form of output: -o, else a table on a terminal, JSON Lines in a
 * pipe. */
enum crm_form_out crm_ctx_form(const struct crm_ctx *);

/* Say how a program is used wrongly: points to its usage. */
const struct crm_err *crm_ctx_usage(const struct crm_ctx *, const char *, ...)
    CRM_PRINTF(2, 3);

/* Say what is wrong with a line of stdin, at once, while there are few such
 * lines; the others are counted at the end.  The exit status is 65 then. */
void crm_ctx_bad_line(struct crm_ctx *, uint64_t line, const char *what);

#endif
