/*
 * words - what gen makes names, places and sentences of.
 */
#ifndef BENCH_WORDS_H
#define BENCH_WORDS_H

#include <stdint.h>

#define LEN(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))

/* Names as written and as in an email address. */
struct name {
	const char *native, *ascii;
};

#define GIVEN 12
#define FAMILY 12
struct people {
	struct name given[GIVEN], family[FAMILY];
};

enum { PL, BN, TA, UR, EN, ES, DE, NPEOPLES };

/* clang-format off */
static const struct people peoples[NPEOPLES] = {
	[PL] = { { { "Agnieszka", "agnieszka" }, { "Łukasz", "lukasz" },
	    { "Małgorzata", "malgorzata" }, { "Paweł", "pawel" },
	    { "Zofia", "zofia" }, { "Michał", "michal" },
	    { "Grażyna", "grazyna" }, { "Krzysztof", "krzysztof" },
	    { "Ewa", "ewa" }, { "Wojciech", "wojciech" },
	    { "Żaneta", "zaneta" }, { "Bartłomiej", "bartlomiej" } },
	    { { "Kowalska", "kowalska" }, { "Nowak", "nowak" },
	    { "Wiśniewski", "wisniewski" }, { "Wójcik", "wojcik" },
	    { "Pawłowska", "pawlowska" }, { "Zieliński", "zielinski" },
	    { "Szymańska", "szymanska" }, { "Dąbrowski", "dabrowski" },
	    { "Mazur", "mazur" }, { "Krawczyk", "krawczyk" },
	    { "Świątek", "swiatek" }, { "Ćwiklińska", "cwiklinska" } } },
	[BN] = { { { "রহিম", "rahim" }, { "ফাতেমা", "fatema" },
	    { "করিম", "karim" }, { "নুসরাত", "nusrat" }, { "সুমন", "sumon" },
	    { "তানিয়া", "tania" }, { "আনোয়ার", "anwar" }, { "শিরিন", "shirin" },
	    { "রবীন্দ্র", "rabindra" }, { "মিতালী", "mitali" },
	    { "অনির্বাণ", "anirban" }, { "সুচিত্রা", "suchitra" } },
	    { { "হোসেন", "hossain" }, { "আক্তার", "akter" },
	    { "চৌধুরী", "chowdhury" }, { "ইসলাম", "islam" },
	    { "বন্দ্যোপাধ্যায়", "bandyopadhyay" }, { "সরকার", "sarkar" },
	    { "দাস", "das" }, { "বেগম", "begum" }, { "মুখার্জি", "mukherjee" },
	    { "রহমান", "rahman" }, { "খাতুন", "khatun" }, { "ঘোষ", "ghosh" } } },
	[TA] = { { { "கார்த்திக்", "karthik" }, { "லட்சுமி", "lakshmi" },
	    { "முருகன்", "murugan" }, { "கவிதா", "kavitha" },
	    { "செல்வம்", "selvam" }, { "மீனாட்சி", "meenakshi" },
	    { "அருண்", "arun" }, { "பிரியா", "priya" }, { "இளங்கோ", "ilango" },
	    { "தமிழ்ச்செல்வி", "tamilselvi" }, { "குமார்", "kumar" },
	    { "மாலதி", "malathi" } },
	    { { "சுப்பிரமணியன்", "subramanian" }, { "ராஜேந்திரன்", "rajendran" },
	    { "நடராஜன்", "natarajan" }, { "பாலகிருஷ்ணன்", "balakrishnan" },
	    { "வேலு", "velu" }, { "சண்முகம்", "shanmugam" },
	    { "பெருமாள்", "perumal" }, { "ஆறுமுகம்", "arumugam" },
	    { "கணேசன்", "ganesan" }, { "ராமசாமி", "ramasamy" },
	    { "சிவகுமார்", "sivakumar" }, { "முத்து", "muthu" } } },
	[UR] = { { { "محمد", "muhammad" }, { "عائشہ", "ayesha" },
	    { "علی", "ali" }, { "فاطمہ", "fatima" }, { "احمد", "ahmed" },
	    { "زینب", "zainab" }, { "عمران", "imran" }, { "ثناء", "sana" },
	    { "بلال", "bilal" }, { "نادیہ", "nadia" }, { "حسن", "hasan" },
	    { "مریم", "maryam" } },
	    { { "خان", "khan" }, { "قریشی", "qureshi" }, { "ملک", "malik" },
	    { "بٹ", "butt" }, { "شیخ", "sheikh" }, { "چوہدری", "chaudhry" },
	    { "صدیقی", "siddiqui" }, { "بھٹی", "bhatti" }, { "انصاری", "ansari" },
	    { "رضوی", "rizvi" }, { "ہاشمی", "hashmi" }, { "مرزا", "mirza" } } },
	[EN] = { { { "Olivia", "olivia" }, { "James", "james" },
	    { "Amelia", "amelia" }, { "Jack", "jack" }, { "Siobhán", "siobhan" },
	    { "Harry", "harry" }, { "Grace", "grace" }, { "Noah", "noah" },
	    { "Zoë", "zoe" }, { "Daniel", "daniel" }, { "Emma", "emma" },
	    { "Liam", "liam" } },
	    { { "Smith", "smith" }, { "Jones", "jones" },
	    { "Williams", "williams" }, { "Brown", "brown" },
	    { "O'Connor", "oconnor" }, { "Taylor", "taylor" },
	    { "Davies", "davies" }, { "Evans", "evans" },
	    { "Johnson", "johnson" }, { "Robinson", "robinson" },
	    { "Fitzgerald", "fitzgerald" }, { "MacDonald", "macdonald" } } },
	[ES] = { { { "María", "maria" }, { "José", "jose" },
	    { "Lucía", "lucia" }, { "Ángel", "angel" }, { "Carmen", "carmen" },
	    { "Iñaki", "inaki" }, { "Pilar", "pilar" }, { "Andrés", "andres" },
	    { "Begoña", "begona" }, { "Joaquín", "joaquin" },
	    { "Nuria", "nuria" }, { "Óscar", "oscar" } },
	    { { "García Pérez", "garcia" }, { "Núñez", "nunez" },
	    { "Martínez", "martinez" }, { "Muñoz", "munoz" },
	    { "Hernández", "hernandez" }, { "López Ruiz", "lopez" },
	    { "Ibáñez", "ibanez" }, { "Sánchez", "sanchez" }, { "Peña", "pena" },
	    { "Vázquez", "vazquez" }, { "Gómez", "gomez" },
	    { "Ortega", "ortega" } } },
	[DE] = { { { "Jürgen", "juergen" }, { "Anna", "anna" },
	    { "Björn", "bjoern" }, { "Käthe", "kaethe" }, { "Lukas", "lukas" },
	    { "Sabine", "sabine" }, { "Günter", "guenter" }, { "Heike", "heike" },
	    { "Maximilian", "maximilian" }, { "Ursula", "ursula" },
	    { "Jörg", "joerg" }, { "Renate", "renate" } },
	    { { "Müller", "mueller" }, { "Schmidt", "schmidt" },
	    { "Weiß", "weiss" }, { "Schäfer", "schaefer" },
	    { "Köhler", "koehler" }, { "Fischer", "fischer" },
	    { "Großmann", "grossmann" }, { "Becker", "becker" },
	    { "Jäger", "jaeger" }, { "Hoffmann", "hoffmann" },
	    { "Krüger", "krueger" }, { "Vogel", "vogel" } } },
};

struct country {
	const char *code, *currency, *lang, *phone;
	int people;
};
static const struct country countries[] = {
	{ "GB", "GBP", "en", "+44 7", EN }, { "PL", "PLN", "pl", "+48 6", PL },
	{ "BD", "BDT", "bn", "+880 1", BN }, { "PK", "PKR", "ur", "+92 3", UR },
	{ "IN", "INR", "ta", "+91 9", TA }, { "DE", "EUR", "de", "+49 15", DE },
	{ "ES", "EUR", "es", "+34 6", ES }, { "US", "USD", "en", "+1 21", EN },
	{ "LK", "LKR", "ta", "+94 7", TA },
};
enum { GB, POL, BD, PK, IND, GER, ESP, US, LK };

/* The most frequent first. */
static const struct city {
	const char *name;
	int country;
} cities[] = {
	{ "London", GB }, { "Warszawa", POL }, { "ঢাকা", BD },
	{ "Karachi", PK }, { "Kraków", POL }, { "Chennai", IND },
	{ "Berlin", GER }, { "Madrid", ESP }, { "New York", US },
	{ "Coimbatore", IND }, { "Lahore", PK }, { "Wrocław", POL },
	{ "Manchester", GB }, { "Hamburg", GER }, { "Barcelona", ESP },
	{ "চট্টগ্রাম", BD }, { "Gdańsk", POL }, { "Poznań", POL },
	{ "Birmingham", GB }, { "München", GER }, { "Madurai", IND },
	{ "Islamabad", PK }, { "Colombo", LK }, { "Łódź", POL },
	{ "Sevilla", ESP }, { "Chicago", US }, { "Leeds", GB },
	{ "Köln", GER }, { "খুলনা", BD }, { "Katowice", POL },
	{ "Lublin", POL }, { "Glasgow", GB }, { "Rawalpindi", PK },
	{ "Salem", IND }, { "Frankfurt am Main", GER }, { "Bilbao", ESP },
	{ "সিলেট", BD }, { "Boston", US }, { "Szczecin", POL },
	{ "Faisalabad", PK }, { "Valencia", ESP }, { "Stuttgart", GER },
	{ "Bristol", GB }, { "Tirunelveli", IND }, { "রাজশাহী", BD },
	{ "Bydgoszcz", POL }, { "Jaffna", LK }, { "Białystok", POL },
	{ "San Francisco", US }, { "Düsseldorf", GER }, { "Zaragoza", ESP },
	{ "Multan", PK }, { "Liverpool", GB }, { "Rzeszów", POL },
	{ "Málaga", ESP }, { "Toruń", POL }, { "Peshawar", PK },
	{ "Kandy", LK }, { "Leipzig", GER }, { "Cardiff", GB },
};

static const char *const tags[] = { "newsletter", "webinar", "vip",
	"trade-show", "referral", "inbound", "outbound", "reseller", "beta",
	"loyalty", "eco", "wholesale", "student", "press", "partner",
	"renewal-due", "promoter", "detractor", "high-touch", "low-touch",
	"urgent", "b2b", "b2c", "gift", "fair-2024", "fair-2025", "legacy",
	"do-not-call", "tax-exempt", "net-30" };
static const char *const sources[] = { "web", "shop", "fair", "friend",
	"advert", "letter", "phone" };
static const char *const owners[] = { "ewa", "jan", "farida", "selvi",
	"john", "maria", "uwe", "bilal" };
static const char *const trades[] = { "retail", "software", "logistics",
	"health", "education", "food", "construction", "finance", "energy",
	"media" };
static const char *const forms[] = { "Ltd", "Sp. z o.o.", "GmbH", "S.L.",
	"Pvt Ltd", "Inc", "LLC", "& Co" };
static const struct product {
	const char *name;
	uint32_t price; /* minor units */
} products[] = {
	{ "PRO-12", 19900 }, { "BASIC-1", 1900 }, { "BASIC-12", 17900 },
	{ "PRO-1", 2400 }, { "TEAM-12", 89900 }, { "SUPPORT-GOLD", 49900 },
	{ "TRAINING-DAY", 120000 }, { "ADDON-SMS", 900 }, { "ADDON-API", 2900 },
	{ "HW-READER", 7900 }, { "HW-PRINTER", 24900 }, { "CONSULT-H", 15000 },
	{ "SEAT-EXTRA", 1200 }, { "TEAM-1", 9900 }, { "SUPPORT-BASIC", 9800 },
	{ "GIFT-CARD", 5000 }, { "BOOK-01", 3900 }, { "BOOK-02", 4200 },
	{ "SPARE-KIT", 6500 }, { "MIGRATION", 250000 },
};

/* What mail and notes are about, the most frequent first. */
static const char text_words[] =
    "follow up about the quote for new order call meeting invoice renewal "
    "question on delivery of contract discount demo request and price list "
    "sent payment reminder update with team project issue refund support "
    "feedback schedule next week to offer review upgrade account billing "
    "address change product sample catalogue shipping delay partner intro "
    "from conference webinar left voicemail no answer callback tomorrow "
    "morning thanks visit budget approval pending legal terms draft signed "
    "copy warranty claim return label training session onboarding checklist "
    "survey response complaint resolved escalated manager licence seats trial "
    "expired extension pilot results quarterly forecast stock availability "
    "lead time custom integration export import data migration plan pricing "
    "bulk loyalty reward birthday greeting holiday closing hours tax form "
    "number purchase credit note limit overdue balance statement dispute "
    "chargeback fraud check password reset login access permission owner "
    "transfer merge duplicate record unsubscribe consent privacy deletion "
    "newsletter campaign spring summer autumn winter launch invite agenda "
    "minutes action items deadline missed rescheduled cancelled confirmed "
    "hotel travel lunch dinner coffee gift basket referral colleague "
    "competitor comparison switch risk retention win back special spółka "
    "faktura umowa zamówienie rabat চালান মূল্য বৈঠক ஒப்பந்தம் விலை سوال "
    "ادائیگی fällig rechnung angebot pedido factura reunión";
static const char *const begins[] = { "ba", "co", "di", "fe", "gra", "hu",
	"ki", "lo", "ma", "ne", "or", "pra", "qui", "ri", "so", "tu", "vi",
	"wa", "xe", "zo" };
static const char *const middles[] = { "bel", "cor", "dan", "fin", "gor",
	"lan", "mir", "nor", "pel", "ros", "sil", "tan", "ven", "wic", "zar" };
static const char *const ends[] = { "a", "ex", "io", "um", "is", "on", "et",
	"ix", "ora", "ent" };
/* clang-format on */

#endif
