/* The tables of built-in kinds, fields and stages: the source of
 * crm-record(5). */
#include "record/kinds.h"

#include "record/scale.h"

#define MANY CRM_F_MANY
#define REQ CRM_F_REQUIRED
#define UNIQ (CRM_F_UNIQUE | CRM_F_INDEXED)
#define IDX CRM_F_INDEXED
#define TXT CRM_F_SEARCHED
#define PERS CRM_F_PERSONAL
#define TAB CRM_F_TABLE
#define HID CRM_F_HIDDEN
#define COMP CRM_F_COMPUTED
#define NOW CRM_F_PROMPT

/* One row: kind, field, type, flags, help; names are the enum's. */
#define F(kind, id, name, type, flags, help) \
	{ \
		name, CRM_##kind##_##id, CRM_T_##type, 1, (flags), NULL, NULL, \
		    help, NULL \
	}
#define FW(kind, id, name, type, weight, flags, help) \
	{ \
		name, CRM_##kind##_##id, CRM_T_##type, (weight), (flags), \
		    NULL, NULL, help, NULL \
	}
#define FL(kind, id, name, links, flags, help) \
	{ \
		name, CRM_##kind##_##id, CRM_T_LINK, 1, (flags), links, NULL, \
		    help, NULL \
	}
#define FC(kind, id, name, choices, flags, help) \
	{ \
		name, CRM_##kind##_##id, CRM_T_CHOICE, 1, (flags), NULL, \
		    choices "\0", help, NULL \
	}

#define STAGES_WHO "lead\0prospect\0customer\0former\0"

/* clang-format off */
static const struct crm_field person[] = {
	FW(PERSON, NAME, "name", TEXT, 7, REQ | IDX | TXT | PERS | TAB,
	    "full name; made of given and family when absent"),
	F(PERSON, GIVEN, "given", TEXT, PERS, "given names"),
	F(PERSON, FAMILY, "family", TEXT, PERS, "family name"),
	FW(PERSON, EMAIL, "email", EMAIL, 5, MANY | IDX | TXT | PERS | TAB,
	    "email addresses, the preferred one first"),
	FW(PERSON, PHONE, "phone", PHONE, 4, MANY | IDX | TXT | PERS | TAB,
	    "phone numbers"),
	FL(PERSON, ORG, "org", "o", IDX | TAB, "the organisation they work for"),
	F(PERSON, ROLE, "role", TEXT, 0, "what they are there"),
	F(PERSON, STREET, "street", TEXT, PERS, "street and number"),
	F(PERSON, CITY, "city", TEXT, IDX | TAB, "town"),
	F(PERSON, REGION, "region", TEXT, 0, "state or province"),
	F(PERSON, POSTCODE, "postcode", TEXT, PERS, "postal code"),
	F(PERSON, COUNTRY, "country", TEXT, IDX, "country"),
	F(PERSON, LANG, "lang", TEXT, 0, "language to write to them in"),
	F(PERSON, BIRTHDAY, "birthday", DATE, PERS | CRM_F_YEARLESS,
	    "may lack its year: --02-29"),
	FW(PERSON, TAG, "tag", TAG, 3, MANY | IDX | TXT, "free labels"),
	FC(PERSON, STAGE, "stage", STAGES_WHO, IDX | TAB,
	    "how far the relationship is; lead when not given"),
	F(PERSON, SOURCE, "source", TEXT, IDX, "where they came from"),
	F(PERSON, OWNER, "owner", TEXT, IDX | TAB, "who of us looks after them"),
	F(PERSON, EVERY, "every", SPAN, 0, "how often to be in touch"),
	F(PERSON, URL, "url", URL, MANY | PERS, "web addresses"),
	FW(PERSON, NOTE, "note", TEXT, 1, TXT | PERS, "anything else"),
};

static const struct crm_field org[] = {
	FW(ORG, NAME, "name", TEXT, 7, REQ | IDX | TXT | TAB, "name"),
	FW(ORG, EMAIL, "email", EMAIL, 5, MANY | IDX | TXT | TAB,
	    "email addresses, the preferred one first"),
	FW(ORG, PHONE, "phone", PHONE, 4, MANY | IDX | TXT | TAB,
	    "phone numbers"),
	F(ORG, URL, "url", URL, MANY, "web addresses"),
	F(ORG, INDUSTRY, "industry", TEXT, IDX | TAB, "trade"),
	F(ORG, SIZE, "size", NUMBER, 0, "number of employees"),
	F(ORG, STREET, "street", TEXT, 0, "street and number"),
	F(ORG, CITY, "city", TEXT, IDX | TAB, "town"),
	F(ORG, REGION, "region", TEXT, 0, "state or province"),
	F(ORG, POSTCODE, "postcode", TEXT, 0, "postal code"),
	F(ORG, COUNTRY, "country", TEXT, IDX, "country"),
	FW(ORG, TAG, "tag", TAG, 3, MANY | IDX | TXT, "free labels"),
	FC(ORG, STAGE, "stage", STAGES_WHO, IDX | TAB,
	    "how far the relationship is; lead when not given"),
	F(ORG, SOURCE, "source", TEXT, IDX, "where they came from"),
	F(ORG, OWNER, "owner", TEXT, IDX | TAB, "who of us looks after them"),
	F(ORG, EVERY, "every", SPAN, 0, "how often to be in touch"),
	F(ORG, TERMS, "terms", NUMBER, 0, "days they have to pay an invoice"),
	FL(ORG, PARENT, "parent", "o", IDX, "the organisation it belongs to"),
	FW(ORG, NOTE, "note", TEXT, 1, TXT, "anything else"),
};

static const struct crm_field deal[] = {
	FW(DEAL, TITLE, "title", TEXT, 7, REQ | IDX | TXT | TAB, "title"),
	FL(DEAL, WHO, "who", "po", MANY | IDX | TAB, "with whom; the first buys"),
	FL(DEAL, PRODUCT, "product", "g", IDX, "what it is about"),
	F(DEAL, VALUE, "value", MONEY, TAB, "what it is worth"),
	F(DEAL, CURRENCY, "currency", CURRENCY, TAB, "of value"),
	FC(DEAL, PIPELINE, "pipeline", "sales\0", IDX,
	    "which list of stages it goes through"),
	FC(DEAL, STAGE, "stage",
	    "prospecting\0new\0qualified\0engaging\0proposal\0negotiation\0"
	    "won\0lost\0", IDX | TAB, "how far it is"),
	F(DEAL, PROBABILITY, "probability", PERCENT, 0,
	    "chance to win; the stage's when absent"),
	F(DEAL, OPENED, "opened", DATE, 0, "day it began; today when not given"),
	F(DEAL, EXPECTED, "expected", DATE, TAB, "day it should be decided"),
	F(DEAL, CLOSED, "closed", DATE, 0, "day it was decided; set by the stage"),
	F(DEAL, OWNER, "owner", TEXT, IDX | TAB, "who of us works on it"),
	FL(DEAL, CAMPAIGN, "campaign", "c", IDX, "what brought it"),
	F(DEAL, SOURCE, "source", TEXT, 0, "where it came from"),
	F(DEAL, LOST, "lost", TEXT, 0, "why it was lost"),
	FW(DEAL, TAG, "tag", TAG, 3, MANY | IDX | TXT, "free labels"),
	FW(DEAL, NOTE, "note", TEXT, 1, TXT, "anything else"),
};

static const struct crm_field task[] = {
	FW(TASK, TITLE, "title", TEXT, 7, REQ | IDX | TXT | TAB, "what to do"),
	FL(TASK, WHO, "who", "po", MANY | IDX | TAB, "about whom"),
	F(TASK, DUE, "due", DATE, TAB, "until when"),
	FC(TASK, STAGE, "stage", "open\0done\0", IDX | TAB, "open or done"),
	F(TASK, REPEAT, "repeat", SPAN, 0, "due again so long after it is done"),
	F(TASK, CLOSED, "closed", DATE, 0, "day it was done; set by the stage"),
	F(TASK, OWNER, "owner", TEXT, IDX | TAB, "who of us does it"),
	FW(TASK, NOTE, "note", TEXT, 1, TXT, "anything else"),
};

static const struct crm_field ticket[] = {
	FW(TICKET, TITLE, "title", TEXT, 7, REQ | IDX | TXT | TAB, "what is wrong"),
	FL(TICKET, WHO, "who", "po", MANY | IDX | TAB, "whose case it is"),
	FC(TICKET, STAGE, "stage", "open\0waiting\0solved\0closed\0", IDX | TAB,
	    "how far it is"),
	FC(TICKET, PRIORITY, "priority", "low\0normal\0high\0urgent\0",
	    IDX | TAB, "how urgent; normal when not given"),
	F(TICKET, CHANNEL, "channel", TEXT, 0, "how it came in"),
	F(TICKET, OWNER, "owner", TEXT, IDX | TAB, "who of us works on it"),
	F(TICKET, OPENED, "opened", TIME, TAB, "when it began; now when not given"),
	F(TICKET, DUE, "due", TIME, 0, "until when to answer"),
	F(TICKET, CLOSED, "closed", TIME, 0, "when it ended; set by the stage"),
	FW(TICKET, TAG, "tag", TAG, 3, MANY | IDX | TXT, "free labels"),
	FW(TICKET, NOTE, "note", TEXT, 1, TXT, "anything else"),
};

static const struct crm_field product[] = {
	FW(PRODUCT, NAME, "name", TEXT, 7, REQ | IDX | TXT | TAB, "name"),
	F(PRODUCT, SKU, "sku", TEXT, IDX | TAB, "article number"),
	F(PRODUCT, PRICE, "price", MONEY, TAB, "price of one"),
	F(PRODUCT, CURRENCY, "currency", CURRENCY, TAB, "of price"),
	F(PRODUCT, CATEGORY, "category", TEXT, IDX | TAB, "group of products"),
	FW(PRODUCT, NOTE, "note", TEXT, 1, TXT, "anything else"),
};

static const struct crm_field campaign[] = {
	FW(CAMPAIGN, NAME, "name", TEXT, 7, REQ | IDX | TXT | TAB, "name"),
	FL(CAMPAIGN, SEGMENT, "segment", "s", IDX | TAB, "whom it is for"),
	F(CAMPAIGN, CHANNEL, "channel", TEXT, TAB, "how it reaches them"),
	F(CAMPAIGN, GOAL, "goal", TEXT, TAB, "what it has to reach"),
	F(CAMPAIGN, BUDGET, "budget", MONEY, TAB, "what it may cost"),
	F(CAMPAIGN, CURRENCY, "currency", CURRENCY, TAB, "of budget"),
	F(CAMPAIGN, START, "start", DATE, TAB, "first day"),
	F(CAMPAIGN, END, "end", DATE, TAB, "last day"),
	FC(CAMPAIGN, STAGE, "stage", "planned\0running\0done\0cancelled\0",
	    IDX | TAB, "how far it is"),
	FW(CAMPAIGN, NOTE, "note", TEXT, 1, TXT, "anything else"),
};

static const struct crm_field segment[] = {
	FW(SEGMENT, NAME, "name", TEXT, 7, REQ | UNIQ | TXT | TAB,
	    "name: small letters, digits and '-'"),
	F(SEGMENT, QUERY, "query", TEXT, TAB, "who belongs to it"),
	FW(SEGMENT, NOTE, "note", TEXT, 1, TXT | TAB, "anything else"),
};

static const struct crm_field event[] = {
	FL(EVENT, WHO, "who", "po", MANY | REQ | TAB,
	    "with whom; the first bears the money"),
	FC(EVENT, WHAT, "what",
	    "call\0email\0meeting\0visit\0chat\0letter\0note\0quote\0purchase\0"
	    "refund\0invoice\0payment\0feedback\0sent\0opened\0clicked\0"
	    "replied\0bounced\0unsubscribed\0consent\0withdrawal\0stage\0"
	    "cost\0",
	    REQ | IDX | TAB | CRM_F_XWORDS, "what happened"),
	F(EVENT, AT, "at", TIME, TAB | IDX, "when; now when not given"),
	F(EVENT, BY, "by", TEXT, IDX, "who of us"),
	FC(EVENT, DIRECTION, "direction", "in\0out\0", 0,
	    "from them (in) or from us (out)"),
	FW(EVENT, TEXT, "text", TEXT, 1, TXT | PERS | TAB, "what was said"),
	F(EVENT, AMOUNT, "amount", MONEY, TAB,
	    "money; qty times price when not given"),
	F(EVENT, TAX, "tax", MONEY, 0, "part of amount"),
	F(EVENT, CURRENCY, "currency", CURRENCY, TAB, "of amount, tax and price"),
	FL(EVENT, PRODUCT, "product", "g", IDX, "what was bought"),
	F(EVENT, QTY, "qty", NUMBER, 0, "how many"),
	F(EVENT, PRICE, "price", MONEY, 0, "price of one"),
	F(EVENT, DOC, "doc", TEXT, IDX | NOW,
	    "number of the quote, order or invoice"),
	F(EVENT, DUE, "due", DATE, 0,
	    "of an invoice: to be paid until; at plus terms when not given"),
	F(EVENT, SCORE, "score", NUMBER, 0, "of feedback"),
	FC(EVENT, SCALE, "scale", "nps\0csat\0ces\0", 0, "of score"),
	FL(EVENT, DEAL, "deal", "d", IDX, "the deal it belongs to"),
	FL(EVENT, TICKET, "ticket", "k", IDX, "the ticket it belongs to"),
	FL(EVENT, CAMPAIGN, "campaign", "c", IDX, "the campaign it belongs to"),
	F(EVENT, PURPOSE, "purpose", TEXT, 0, "of a consent: what for"),
	F(EVENT, CHANNEL, "channel", TEXT, 0, "how it came or went"),
	F(EVENT, SOURCE, "source", TEXT, 0, "where it came from"),
	F(EVENT, FROM, "from", TEXT, 0, "of a stage change: the old one"),
	F(EVENT, TO, "to", TEXT, 0, "of a stage change: the new one"),
	F(EVENT, KEY, "key", TEXT, UNIQ | NOW,
	    "unique name in another system, SYSTEM:ID"),
};

/* Fields that every kind has: but events those of segments, and all but people
 * and organisations the last one. */
const struct crm_field crm_common_fields[CRM_NCOMMON] = {
	{ "ref", CRM_N_REF, CRM_T_TEXT, 1, MANY | UNIQ | NOW, NULL, NULL,
	    "unique names in other systems, SYSTEM:ID", NULL },
	{ "picked", CRM_N_PICKED, CRM_T_LINK, 1, MANY | IDX | HID, "s", NULL,
	    "segments it was put into by hand", NULL },
	{ "barred", CRM_N_BARRED, CRM_T_LINK, 1, MANY | IDX | HID, "s", NULL,
	    "segments it was taken out of by hand", NULL },
	{ "created", CRM_N_CREATED, CRM_T_TIME, 1, 0, NULL, NULL,
	    "when it was added", NULL },
	{ "merged", CRM_N_MERGED, CRM_T_LINK, 1, HID, "po", NULL,
	    "of a removed record: the one that crm-merge made of it", NULL },
};

/* Fields that are not stored: of every kind, ... */
#define CF(num, name, type, flags, help) \
	{ name, CRM_N_##num, CRM_T_##type, 1, (flags) | COMP, NULL, NULL, help, \
	    NULL }
static const struct crm_field f_id =
	CF(ID, "id", LINK, TAB, "its id");
static const struct crm_field f_kind =
	CF(KIND, "kind", TEXT, 0, "its kind");
static const struct crm_field f_updated =
	CF(UPDATED, "updated", TIME, 0, "when it was changed last");
/* ... of events, ... */
static const struct crm_field f_day =
	CF(DAY, "day", DATE, 0, "the date of at, in the store's time zone");
static const struct crm_field f_verdict =
	{ "verdict", CRM_N_VERDICT, CRM_T_CHOICE, 1, COMP, NULL,
	    CRM_VERDICT_NAMES, "of feedback: what its score says", NULL };
/* ... of people and organisations, ... */
static const struct crm_field of_who[] = {
	CF(LAST, "last", DATE, 0, "day of the last contact"),
	CF(QUIET, "quiet", NUMBER, 0,
	    "days since the last contact; endless if there was none"),
	CF(CONTACTS, "contacts", NUMBER, 0, "number of contacts"),
	CF(ORDERS, "orders", NUMBER, 0, "number of orders (distinct doc)"),
	CF(SPENT, "spent", MONEY, 0, "purchases less refunds"),
	CF(FIRST_ORDER, "first-order", DATE, 0, "day of the first purchase"),
	CF(LAST_ORDER, "last-order", DATE, 0, "day of the last purchase"),
	{ "bought", CRM_N_BOUGHT, CRM_T_LINK, 1, COMP | MANY, "g", NULL,
	    "products they bought", NULL },
	{ "got", CRM_N_GOT, CRM_T_LINK, 1, COMP | MANY, "c", NULL,
	    "campaigns that were sent to them", NULL },
	{ "answered", CRM_N_ANSWERED, CRM_T_LINK, 1, COMP | MANY, "c", NULL,
	    "campaigns they answered", NULL },
	CF(BALANCE, "balance", MONEY, 0, "invoices less payments"),
	CF(OVERDUE, "overdue", MONEY, 0, "the part of balance past its due date"),
	CF(OPEN_DEALS, "open-deals", NUMBER, 0, "number of open deals"),
	CF(OPEN_TICKETS, "open-tickets", NUMBER, 0, "number of open tickets"),
	CF(OPEN_TASKS, "open-tasks", NUMBER, 0, "number of open tasks"),
	{ "rfm", CRM_N_RFM, CRM_T_CHOICE, 1, COMP, NULL, CRM_RFM_NAMES,
	    "segment of crm-report rfm", NULL },
	CF(ALIVE, "alive", NUMBER, 0,
	    "probability that they still buy: crm-report clv"),
	CF(EXPECTED, "expected", NUMBER, 0,
	    "purchases to expect within a year: crm-report clv"),
	CF(CLV, "clv", MONEY, 0,
	    "what these are worth today: crm-report clv"),
	CF(SILENCE, "silence", NUMBER, 0,
	    "times their own rhythm since they bought: crm-report overdue"),
};
static const struct crm_field f_next_birthday =
	CF(NEXT_BIRTHDAY, "next-birthday", DATE, 0, "the next one, or today");
/* ... of deals, ... */
static const struct crm_field of_deal[] = {
	CF(WEIGHTED, "weighted", MONEY, 0, "value times probability"),
	CF(AGE, "age", NUMBER, 0, "days from opened to closed, or to today"),
};
/* ... and of tickets. */
static const struct crm_field of_ticket[] = {
	CF(TIER, "tier", TEXT, 0, "segment whose targets it has"),
	CF(RESPONDED, "responded", TIME, 0, "when it was answered first"),
	CF(RESPOND_BY, "respond-by", TIME, 0, "until when to answer it"),
	CF(SOLVE_BY, "solve-by", TIME, 0,
	    "until when to solve it; not while it waits"),
};
/* clang-format on */

#define WHO(i) &of_who[i]
#define BASIC &f_id, &f_kind, &f_updated

static const struct crm_field *const computed_basic[] = { BASIC };
static const struct crm_field *const computed_event[] = { BASIC, &f_day,
	&f_verdict };
static const struct crm_field *const computed_deal[] = { BASIC, &of_deal[0],
	&of_deal[1] };
static const struct crm_field *const computed_person[] = { BASIC, WHO(0),
	WHO(1), WHO(2), WHO(3), WHO(4), WHO(5), WHO(6), WHO(7), WHO(8), WHO(9),
	WHO(10), WHO(11), WHO(12), WHO(13), WHO(14), WHO(15), WHO(16), WHO(17),
	WHO(18), WHO(19), &f_next_birthday };
static const struct crm_field *const computed_ticket[] = { BASIC, &of_ticket[0],
	&of_ticket[1], &of_ticket[2], &of_ticket[3] };
#define NCOMPUTED(a) (sizeof(a) / sizeof((a)[0]))

/* Stages.  A percentage is the chance to win there. */
#define S(name, percent, end) \
	{ \
		name, { percent, 0 }, CRM_END_##end, NULL, NULL \
	}
static const struct crm_stage who_stages[] = { S("lead", 0, OPEN),
	S("prospect", 0, OPEN), S("customer", 0, OPEN), S("former", 0, OPEN) };
static const struct crm_stage deal_stages[] = { S("prospecting", 5, OPEN),
	S("new", 10, OPEN), S("qualified", 25, OPEN), S("engaging", 40, OPEN),
	S("proposal", 50, OPEN), S("negotiation", 75, OPEN), S("won", 100, WON),
	S("lost", 0, LOST) };
static const struct crm_stage task_stages[] = { S("open", 0, OPEN),
	S("done", 0, DONE) };
static const struct crm_stage ticket_stages[] = { S("open", 0, OPEN),
	S("waiting", 0, OPEN), S("solved", 0, DONE), S("closed", 0, DONE) };
static const struct crm_stage campaign_stages[] = { S("planned", 0, OPEN),
	S("running", 0, OPEN), S("done", 0, DONE), S("cancelled", 0, DONE) };

#define P(name, stages) \
	{ \
		name, stages, sizeof(stages) / sizeof((stages)[0]) \
	}
static const struct crm_pipeline person_pipeline = P("person", who_stages);
static const struct crm_pipeline org_pipeline = P("org", who_stages);
static const struct crm_pipeline deal_pipeline = P("sales", deal_stages);
static const struct crm_pipeline task_pipeline = P("task", task_stages);
static const struct crm_pipeline ticket_pipeline = P("ticket", ticket_stages);
static const struct crm_pipeline campaign_pipeline =
    P("campaign", campaign_stages);

#define FIELDS(a) a, sizeof(a) / sizeof((a)[0])
#define COMPUTED(a) a, NCOMPUTED(a)
const struct crm_builtin_kind crm_builtin_kinds[CRM_NBUILTIN] = {
	{ 'p', "person", "people", FIELDS(person), COMPUTED(computed_person),
	    &person_pipeline },
	{ 'o', "org", "orgs", FIELDS(org), computed_person,
	    NCOMPUTED(computed_person) - 1, &org_pipeline },
	{ 'd', "deal", "deals", FIELDS(deal), COMPUTED(computed_deal),
	    &deal_pipeline },
	{ 't', "task", "tasks", FIELDS(task), COMPUTED(computed_basic),
	    &task_pipeline },
	{ 'k', "ticket", "tickets", FIELDS(ticket), COMPUTED(computed_ticket),
	    &ticket_pipeline },
	{ 'g', "product", "products", FIELDS(product), COMPUTED(computed_basic),
	    NULL },
	{ 'c', "campaign", "campaigns", FIELDS(campaign),
	    COMPUTED(computed_basic), &campaign_pipeline },
	{ 's', "segment", "segments", FIELDS(segment), COMPUTED(computed_basic),
	    NULL },
	{ 'e', "event", "events", FIELDS(event), COMPUTED(computed_event),
	    NULL },
};

const struct crm_field *const crm_computed_basic[3] = { BASIC };
