/*
 * word - the words that choices are made of, and what kinds of events mean.
 *
 * A built-in word stands in the store as one byte, 0x80 + its number; any
 * other word as its text.  Numbers never change and are never used again.
 */
#ifndef CRM_WORD_H
#define CRM_WORD_H

#include "base/buf.h"

/* clang-format off */
/*	number	code		text */
#define CRM_WORDS(X) \
	/* kinds of events: numbers below 64, they stand in the story */ \
	X(1,	CALL,		"call") \
	X(2,	EMAIL,		"email") \
	X(3,	MEETING,	"meeting") \
	X(4,	VISIT,		"visit") \
	X(5,	CHAT,		"chat") \
	X(6,	LETTER,		"letter") \
	X(7,	NOTE,		"note") \
	X(8,	QUOTE,		"quote") \
	X(9,	PURCHASE,	"purchase") \
	X(10,	REFUND,		"refund") \
	X(11,	INVOICE,	"invoice") \
	X(12,	PAYMENT,	"payment") \
	X(13,	FEEDBACK,	"feedback") \
	X(14,	SENT,		"sent") \
	X(15,	OPENED,		"opened") \
	X(16,	CLICKED,	"clicked") \
	X(17,	REPLIED,	"replied") \
	X(18,	BOUNCED,	"bounced") \
	X(19,	UNSUBSCRIBED,	"unsubscribed") \
	X(20,	CONSENT,	"consent") \
	X(21,	WITHDRAWAL,	"withdrawal") \
	X(22,	STAGE,		"stage") \
	/* stages and other choices */ \
	X(64,	LEAD,		"lead") \
	X(65,	PROSPECT,	"prospect") \
	X(66,	CUSTOMER,	"customer") \
	X(67,	FORMER,		"former") \
	X(68,	OPEN,		"open") \
	X(69,	DONE,		"done") \
	X(70,	WAITING,	"waiting") \
	X(71,	SOLVED,		"solved") \
	X(72,	CLOSED,		"closed") \
	X(73,	LOW,		"low") \
	X(74,	NORMAL,		"normal") \
	X(75,	HIGH,		"high") \
	X(76,	URGENT,		"urgent") \
	X(77,	IN,		"in") \
	X(78,	OUT,		"out") \
	X(79,	NPS,		"nps") \
	X(80,	CSAT,		"csat") \
	X(81,	CES,		"ces") \
	X(82,	PLANNED,	"planned") \
	X(83,	RUNNING,	"running") \
	X(84,	CANCELLED,	"cancelled") \
	X(85,	SALES,		"sales") \
	X(86,	PROSPECTING,	"prospecting") \
	X(87,	NEW,		"new") \
	X(88,	QUALIFIED,	"qualified") \
	X(89,	ENGAGING,	"engaging") \
	X(90,	PROPOSAL,	"proposal") \
	X(91,	NEGOTIATION,	"negotiation") \
	X(92,	WON,		"won") \
	X(93,	LOST,		"lost")
/* clang-format on */

#define X(num, code, text) CRM_W_##code = (num),
enum crm_word { CRM_W_NONE, CRM_WORDS(X) CRM_W_MAX = 127 };
#undef X

/* The number of a built-in word, or CRM_W_NONE. */
uint8_t crm_word_num(struct crm_view text);

/* The text of a number; p is NULL when there is none. */
struct crm_view crm_word_text(uint8_t num);

/* How a word stands in the store: appended to out. */
void crm_word_put(struct crm_buf *out, struct crm_view text);

/* The text of a word as it stands in the store; borrowed from it. */
struct crm_view crm_word_get(struct crm_view stored);

/* The number of a stored word, CRM_W_NONE when it is not built in. */
static inline uint8_t
crm_word_of(struct crm_view stored)
{
	if (stored.n != 1 || (stored.p[0] & 0x80) == 0)
		return CRM_W_NONE;
	return (uint8_t)(stored.p[0] & 0x7f);
}

/* A built-in word as it stands in the store: static. */
struct crm_view crm_word_stored(uint8_t num);

/*
 * A kind of events that has no number: it stands in the store as its text, as
 * the words of crm.yaml do, so that stores which had it as such keep it.
 */
#define CRM_WHAT_COST "cost"

/*
 * Is an event of this kind a contact with the customer?  Calls, email,
 * meetings, visits, chats and letters are.
 */
static inline bool
crm_what_is_contact(uint8_t what)
{
	return what >= CRM_W_CALL && what <= CRM_W_LETTER;
}

/* What an event adds to revenue: 1 purchase, -1 refund, else 0. */
static inline int
crm_what_revenue(uint8_t what)
{
	return what == CRM_W_PURCHASE ? 1 : what == CRM_W_REFUND ? -1 : 0;
}

/* What an event adds to the balance: 1 invoice, -1 payment, else 0. */
static inline int
crm_what_balance(uint8_t what)
{
	return what == CRM_W_INVOICE ? 1 : what == CRM_W_PAYMENT ? -1 : 0;
}

#endif
