/*
 * field - the field table: what a record of each kind may hold.
 *
 * One table of fields drives reading, checking, printing, sorting and
 * completion, and crm-record(5) is checked against it.
 */
#ifndef CRM_FIELD_H
#define CRM_FIELD_H

#include "record/dial.h"

/* clang-format off */
/*	type		name		what it holds */
#define CRM_TYPES(X) \
	X(TEXT,		"text",		"text in any script") \
	X(EMAIL,	"email",	"an email address") \
	X(PHONE,	"phone",	"a phone number") \
	X(URL,		"url",		"a web address") \
	X(DATE,		"date",		"a day") \
	X(TIME,		"time",		"an instant") \
	X(SPAN,		"span",		"a span such as 30d, 2w, 3m, 1y") \
	X(NUMBER,	"number",	"an exact decimal number") \
	X(PERCENT,	"percent",	"0 to 100") \
	X(MONEY,	"money",	"an exact amount in the record's currency") \
	X(CURRENCY,	"currency",	"a code of ISO 4217") \
	X(BOOL,		"bool",		"true or false") \
	X(CHOICE,	"choice",	"one of a list of words") \
	X(TAG,		"tag",		"a word without commas") \
	X(LINK,		"link",		"another record")
/* clang-format on */

#define X(type, name, text) CRM_T_##type,
enum crm_type { CRM_TYPES(X) CRM_NTYPES };
#undef X

/* The name of a type, and the type of a name: false when unknown. */
const char *crm_type_name(enum crm_type);
bool crm_type_parse(struct crm_view, enum crm_type *out);

enum crm_field_flag {
	CRM_F_MANY = 1 << 0, /* any number of values */
	CRM_F_REQUIRED = 1 << 1,
	CRM_F_UNIQUE = 1 << 2, /* within its kind; implies INDEXED */
	CRM_F_INDEXED = 1 << 3,
	CRM_F_SEARCHED = 1 << 4,  /* its words are in the text index */
	CRM_F_PERSONAL = 1 << 5,  /* personal data: erasure removes it */
	CRM_F_HIDDEN = 1 << 6,    /* a column only when asked for */
	CRM_F_COMPUTED = 1 << 7,  /* not stored, cannot be set */
	CRM_F_TABLE = 1 << 8,     /* a column of a table by default */
	CRM_F_CUSTOM = 1 << 9,    /* of crm.yaml, or x-NAME */
	CRM_F_PROMPT = 1 << 10,   /* of an event: its index never lags */
	CRM_F_YEARLESS = 1 << 11, /* a date that may lack its year */
	CRM_F_XWORDS = 1 << 12,   /* a choice that also takes x-NAME */
	CRM_F_WHOLE = 1 << 13,    /* tables shorten all else first */
	CRM_F_WRAP = 1 << 14,     /* tables go on with it below */
};

struct crm_field {
	const char *name;
	uint16_t num;        /* in its kind, as stored; 0: not named yet */
	uint8_t type;        /* enum crm_type */
	uint8_t weight;      /* of its words when ranking, 1..7 */
	uint16_t flags;      /* enum crm_field_flag */
	const char *links;   /* of a link: letters of the kinds it may name */
	const char *choices; /* of a choice: words, '\0' behind each, "" last */
	const char *help;    /* for crm-record(5) and completion */
	/* Of phone numbers: how those are written that do not begin with the
	 * number of their country; NULL: nobody knows. */
	const struct crm_dial *dial;
};

/* Does a field say who of us: the user?  There "me" is the one who asks. */
static inline bool
crm_field_is_user(const struct crm_field *f)
{
	return strcmp(f->name, "owner") == 0 || strcmp(f->name, "by") == 0;
}

/*
 * Numbers of fields that every kind has, and of fields that are not stored.
 * Fields of one kind are numbered from 1 in the order of its table, and from
 * CRM_N_CUSTOM on those of crm.yaml and x-NAME, as the store names them.
 */
enum {
	CRM_N_MERGED = 59,
	CRM_N_REF = 60,
	CRM_N_PICKED = 61,
	CRM_N_BARRED = 62,
	CRM_N_CREATED = 63,
	CRM_N_CUSTOM = 64,
	CRM_N_STORED_MAX = 0x3fff,
	/* not stored */
	CRM_N_ID = 0x4000,
	CRM_N_KIND,
	CRM_N_UPDATED,
	CRM_N_DAY,
	/* computed from the rollups and the story of a person or org */
	CRM_N_LAST,
	CRM_N_QUIET,
	CRM_N_CONTACTS,
	CRM_N_ORDERS,
	CRM_N_SPENT,
	CRM_N_FIRST_ORDER,
	CRM_N_LAST_ORDER,
	CRM_N_BOUGHT,
	CRM_N_GOT,
	CRM_N_ANSWERED,
	CRM_N_BALANCE,
	CRM_N_OVERDUE,
	CRM_N_OPEN_DEALS,
	CRM_N_OPEN_TICKETS,
	CRM_N_OPEN_TASKS,
	CRM_N_NEXT_BIRTHDAY,
	/* what reports say of those who bought */
	CRM_N_RFM,
	CRM_N_ALIVE,
	CRM_N_EXPECTED,
	CRM_N_CLV,
	CRM_N_SILENCE,
	/* computed of a deal */
	CRM_N_WEIGHTED,
	CRM_N_AGE,
	/* computed of a ticket */
	CRM_N_TIER,
	CRM_N_RESPONDED,
	CRM_N_RESPOND_BY,
	CRM_N_SOLVE_BY,
	/* computed of feedback */
	CRM_N_VERDICT,
	/* the scores of crm.yaml, from here on in its order */
	CRM_N_SCORE,
	CRM_N_SCORE_MAX = CRM_N_SCORE + 31,
};

/* The segments of crm-report rfm, as choices: best first. */
#define CRM_RFM_NAMES \
	"champion\0loyal\0potential\0new\0promising\0attention\0sleepy\0" \
	"cannot-lose\0at-risk\0hibernating\0lost\0"

/*
 * Numbers of the built-in fields, in the order of their tables.  They are
 * stored: a new field gets the next number of its kind.
 */
/* clang-format off */
enum {
	CRM_PERSON_NAME = 1, CRM_PERSON_GIVEN, CRM_PERSON_FAMILY,
	CRM_PERSON_EMAIL, CRM_PERSON_PHONE, CRM_PERSON_ORG, CRM_PERSON_ROLE,
	CRM_PERSON_STREET, CRM_PERSON_CITY, CRM_PERSON_REGION,
	CRM_PERSON_POSTCODE, CRM_PERSON_COUNTRY, CRM_PERSON_LANG,
	CRM_PERSON_BIRTHDAY, CRM_PERSON_TAG, CRM_PERSON_STAGE,
	CRM_PERSON_SOURCE, CRM_PERSON_OWNER, CRM_PERSON_EVERY, CRM_PERSON_URL,
	CRM_PERSON_NOTE
};
enum {
	CRM_ORG_NAME = 1, CRM_ORG_EMAIL, CRM_ORG_PHONE, CRM_ORG_URL,
	CRM_ORG_INDUSTRY, CRM_ORG_SIZE, CRM_ORG_STREET, CRM_ORG_CITY,
	CRM_ORG_REGION, CRM_ORG_POSTCODE, CRM_ORG_COUNTRY, CRM_ORG_TAG,
	CRM_ORG_STAGE, CRM_ORG_SOURCE, CRM_ORG_OWNER, CRM_ORG_EVERY,
	CRM_ORG_TERMS, CRM_ORG_PARENT, CRM_ORG_NOTE
};
enum {
	CRM_DEAL_TITLE = 1, CRM_DEAL_WHO, CRM_DEAL_PRODUCT, CRM_DEAL_VALUE,
	CRM_DEAL_CURRENCY, CRM_DEAL_PIPELINE, CRM_DEAL_STAGE,
	CRM_DEAL_PROBABILITY, CRM_DEAL_OPENED, CRM_DEAL_EXPECTED,
	CRM_DEAL_CLOSED, CRM_DEAL_OWNER, CRM_DEAL_CAMPAIGN, CRM_DEAL_SOURCE,
	CRM_DEAL_LOST, CRM_DEAL_TAG, CRM_DEAL_NOTE
};
enum {
	CRM_TASK_TITLE = 1, CRM_TASK_WHO, CRM_TASK_DUE, CRM_TASK_STAGE,
	CRM_TASK_REPEAT, CRM_TASK_CLOSED, CRM_TASK_OWNER, CRM_TASK_NOTE
};
enum {
	CRM_TICKET_TITLE = 1, CRM_TICKET_WHO, CRM_TICKET_STAGE,
	CRM_TICKET_PRIORITY, CRM_TICKET_CHANNEL, CRM_TICKET_OWNER,
	CRM_TICKET_OPENED, CRM_TICKET_DUE, CRM_TICKET_CLOSED, CRM_TICKET_TAG,
	CRM_TICKET_NOTE
};
enum {
	CRM_PRODUCT_NAME = 1, CRM_PRODUCT_SKU, CRM_PRODUCT_PRICE,
	CRM_PRODUCT_CURRENCY, CRM_PRODUCT_CATEGORY, CRM_PRODUCT_NOTE
};
enum {
	CRM_CAMPAIGN_NAME = 1, CRM_CAMPAIGN_SEGMENT, CRM_CAMPAIGN_CHANNEL,
	CRM_CAMPAIGN_GOAL, CRM_CAMPAIGN_BUDGET, CRM_CAMPAIGN_CURRENCY,
	CRM_CAMPAIGN_START, CRM_CAMPAIGN_END, CRM_CAMPAIGN_STAGE,
	CRM_CAMPAIGN_NOTE
};
enum {
	CRM_SEGMENT_NAME = 1, CRM_SEGMENT_QUERY, CRM_SEGMENT_NOTE
};
enum {
	CRM_EVENT_WHO = 1, CRM_EVENT_WHAT, CRM_EVENT_AT, CRM_EVENT_BY,
	CRM_EVENT_DIRECTION, CRM_EVENT_TEXT, CRM_EVENT_AMOUNT, CRM_EVENT_TAX,
	CRM_EVENT_CURRENCY, CRM_EVENT_PRODUCT, CRM_EVENT_QTY, CRM_EVENT_PRICE,
	CRM_EVENT_DOC, CRM_EVENT_DUE, CRM_EVENT_SCORE, CRM_EVENT_SCALE,
	CRM_EVENT_DEAL, CRM_EVENT_TICKET, CRM_EVENT_CAMPAIGN,
	CRM_EVENT_PURPOSE, CRM_EVENT_CHANNEL, CRM_EVENT_SOURCE,
	CRM_EVENT_FROM, CRM_EVENT_TO, CRM_EVENT_KEY
};
/* clang-format on */

#endif
