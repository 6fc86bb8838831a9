/*
 * opt - options: one table a program drives reading, usage, help and
 * completion.
 */
#ifndef CRM_OPT_H
#define CRM_OPT_H

#include "base/buf.h"

enum crm_opt_kind {
	CRM_OPT_END,
	CRM_OPT_FLAG,
	CRM_OPT_TEXT,
	CRM_OPT_LIST, /* may be given again */
	CRM_OPT_U64,
	CRM_OPT_CHOICE,
};

struct crm_opt_list {
	const char **item;
	size_t n, cap;
};

struct crm_opt {
	enum crm_opt_kind kind;
	char letter;      /* '\0': it has none */
	const char *name; /* long */
	/* What its value is, one of crm_opt_metas(): completion goes by it. */
	const char *meta;
	union {
		bool *flag;
		const char **text;
		struct crm_opt_list *list;
		uint64_t *u64;
		int *choice; /* place among the choices */
	} to;
	uint64_t min, max;
	const char *choices; /* "a\0b\0\0" */
	const char *help;    /* one line, small letter, no full stop */
};

/* Rows of a table.  The macro picks the member: a wrong type does not
 * compile. */
#define OPT_FLAG(l, n, p, h) \
	{ \
		.kind = CRM_OPT_FLAG, .letter = (l), .name = (n), \
		.to.flag = (p), .help = (h) \
	}
#define OPT_TEXT(l, n, m, p, h) \
	{ \
		.kind = CRM_OPT_TEXT, .letter = (l), .name = (n), .meta = (m), \
		.to.text = (p), .help = (h) \
	}
#define OPT_LIST(l, n, m, p, h) \
	{ \
		.kind = CRM_OPT_LIST, .letter = (l), .name = (n), .meta = (m), \
		.to.list = (p), .help = (h) \
	}
#define OPT_U64(l, n, m, p, lo, hi, h) \
	{ \
		.kind = CRM_OPT_U64, .letter = (l), .name = (n), .meta = (m), \
		.to.u64 = (p), .min = (lo), .max = (hi), .help = (h) \
	}
#define OPT_CHOICE(l, n, m, p, c, h) \
	{ \
		.kind = CRM_OPT_CHOICE, .letter = (l), .name = (n), \
		.meta = (m), .to.choice = (p), .choices = (c), .help = (h) \
	}
#define OPT_END \
	{ \
		.kind = CRM_OPT_END \
	}

/* What values may be called, "a\0b\0\0". */
const char *crm_opt_metas(void);

/*
 * Read the options among arguments, wherever they stand before "--".
 *
 * tables  NULL-ended list of tables
 * argv    argv[0] is skipped; operands come to stand in front
 * n       set to the number of operands, which are argv[0] to argv[n - 1]
 *
 * Short ones may stand together (-qe), a value behind its letter (-ofoo) or
 * in the next argument; long ones take --name=value or --name value and are
 * never abbreviated.  "-" alone is an operand, and so is what looks like a
 * negative value: "-" and a digit.
 * Fails with USAGE.
 */
CRM_CHECK const struct crm_err *crm_opt_parse(
    const struct crm_opt *const *tables, int argc, char **argv, int *n);

/*
 * How many arguments, argv[0] and a "--" among them, stand before the first
 * operand: for a program whose operands are another one's arguments.
 *
 * What is wrong with them crm_opt_parse() will say.
 */
int crm_opt_leading(const struct crm_opt *const *tables, int argc, char **argv);

void crm_opt_list_free(struct crm_opt_list *);

/*
 * Text for people: "usage: NAME [-q] ...", indented and broken at 'width'.
 *
 * nown    how many tables, from the first, are told of in full; the others
 *         every program has
 */
void crm_opt_add_usage(struct crm_buf *, const char *name,
    const struct crm_opt *const *tables, const char *operands);
void crm_opt_add_help(
    struct crm_buf *, const struct crm_opt *const *tables, size_t nown);

/*
 * The table as lines, for completions and tests: word, letter, name,
 * metavariable, choices, help, "again" if it may be repeated, parted by tabs.
 */
void crm_opt_add_spec(
    struct crm_buf *, const char *word, const struct crm_opt *);

/*
 * Check a table: sorted, unique, help well formed, metavariables known.
 *
 * Returns NULL or what is wrong: static.
 */
const char *crm_opt_audit(const struct crm_opt *);

/* The same of all tables of a program: no letter and no name is there twice. */
const char *crm_opt_audit_all(const struct crm_opt *const *tables);

#endif
