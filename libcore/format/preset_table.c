/*
 * The table of presets.  Headers are those of test data from outside
 * (tests/interop/presets.t); more names that such exports are known by stand
 * beside them.
 */
#include "format/preset.h"

#define TO(column, field) \
	{ \
		(column), (field), NULL, NULL, 0, NULL, NULL, false \
	}
/* Behind what columns before it said: a second name, a second line. */
#define JOIN(column, field) \
	{ \
		(column), (field), NULL, NULL, 0, NULL, NULL, true \
	}
#define DROP(column) TO(column, "")
/* One kind has it, or each under another name. */
#define OF(kinds, column, field) \
	{ \
		(column), (field), (kinds), NULL, 0, NULL, NULL, false \
	}
#define WORDS(column, field, words) \
	{ \
		(column), (field), NULL, NULL, 0, NULL, (words), false \
	}
#define WHEN(column, field, when) \
	{ \
		(column), (field), NULL, NULL, 0, (when), NULL, false \
	}
/* An address that is taken when those before it are empty. */
#define PLACE "street city region postcode country"
#define PLACE_TO(turn, column, field) \
	{ \
		(column), (field), NULL, PLACE, (turn), NULL, NULL, false \
	}
#define PLACE_JOIN(turn, column, field) \
	{ \
		(column), (field), NULL, PLACE, (turn), NULL, NULL, true \
	}
/* What a record is called when nothing says its name; bind_name.c goes on from
 * there. */
#define NAME_TO(turn, column) \
	{ \
		(column), "name", NULL, "name given family", (turn), NULL, \
		    NULL, false \
	}

/* clang-format off */

/* In front of its own groups stands a star; in this one everybody is. */
#define GOOGLE_GROUPS "* mycontacts=|* my contacts=|* "

static const struct crm_preset_column google[] = {
	TO("firstname", "given"), TO("givenname", "given"),
	JOIN("middlename", "given"), JOIN("additionalname", "given"),
	TO("lastname", "family"), TO("familyname", "family"),
	TO("organizationname", "org"), TO("organization1name", "org"),
	TO("organizationtitle", "role"), TO("organization1title", "role"),
	TO("email#value", "email"), TO("phone#value", "phone"),
	TO("website#value", "url"),
	TO("address1street", "street"),
	JOIN("address1extendedaddress", "street"),
	JOIN("address1pobox", "street"),
	TO("address1city", "city"), TO("address1region", "region"),
	TO("address1postalcode", "postcode"),
	TO("address1country", "country"),
	WORDS("labels", "tag", GOOGLE_GROUPS),
	WORDS("groupmembership", "tag", GOOGLE_GROUPS),
	TO("notes", "note"), TO("birthday", "birthday"),
	NAME_TO(1, "nickname"), NAME_TO(2, "fileas"),
	NAME_TO(3, "organizationname"), NAME_TO(4, "organization1name"),
	DROP("address#formatted"), DROP("photo"),
};

/* Outlook's "Comma Separated Values", and Outlook.com, which writes fewer
 * columns. */
static const struct crm_preset_column outlook[] = {
	TO("firstname", "given"), JOIN("middlename", "given"),
	TO("lastname", "family"),
	TO("company", "org"), TO("jobtitle", "role"),
	WHEN("emailaddress", "email", "emailtype=smtp|"),
	WHEN("email2address", "email", "email2type=smtp|"),
	WHEN("email3address", "email", "email3type=smtp|"),
	TO("primaryphone", "phone"), TO("businessphone", "phone"),
	TO("businessphone#", "phone"), TO("mobilephone", "phone"),
	TO("homephone", "phone"), TO("homephone#", "phone"),
	TO("otherphone", "phone"), TO("carphone", "phone"),
	TO("companymainphone", "phone"),
	TO("webpage", "url"), TO("personalwebpage", "url"),
	TO("categories", "tag"), TO("notes", "note"),
	TO("language", "lang"),
	WORDS("birthday", "birthday", "0/0/00="),
	WORDS("anniversary", "x-anniversary", "0/0/00="),
	TO("businessstreet", "street"), JOIN("businessstreet#", "street"),
	TO("businesscity", "city"), TO("businessstate", "region"),
	TO("businesspostalcode", "postcode"),
	TO("businesscountryregion", "country"),
	TO("businesscountry", "country"),
	PLACE_TO(1, "homestreet", "street"),
	PLACE_JOIN(1, "homestreet#", "street"),
	PLACE_TO(1, "homecity", "city"), PLACE_TO(1, "homestate", "region"),
	PLACE_TO(1, "homepostalcode", "postcode"),
	PLACE_TO(1, "homecountryregion", "country"),
	PLACE_TO(1, "homecountry", "country"),
	PLACE_TO(2, "otherstreet", "street"),
	PLACE_JOIN(2, "otherstreet#", "street"),
	PLACE_TO(2, "othercity", "city"), PLACE_TO(2, "otherstate", "region"),
	PLACE_TO(2, "otherpostalcode", "postcode"),
	PLACE_TO(2, "othercountryregion", "country"),
	PLACE_TO(2, "othercountry", "country"),
	NAME_TO(1, "nickname"), NAME_TO(2, "company"),
	WORDS("gender", "x-gender", "unspecified="),
	DROP("priority"), DROP("private"), DROP("sensitivity"),
	DROP("emailtype"), DROP("email#type"),
	DROP("emaildisplayname"), DROP("email#displayname"),
};

static const struct crm_preset_column thunderbird[] = {
	TO("displayname", "name"),
	TO("firstname", "given"), TO("lastname", "family"),
	TO("primaryemail", "email"), TO("secondaryemail", "email"),
	TO("mobilenumber", "phone"), TO("workphone", "phone"),
	TO("homephone", "phone"),
	TO("workaddress", "street"), JOIN("workaddress#", "street"),
	TO("workcity", "city"), TO("workstate", "region"),
	TO("workzipcode", "postcode"), TO("workcountry", "country"),
	PLACE_TO(1, "homeaddress", "street"),
	PLACE_JOIN(1, "homeaddress#", "street"),
	PLACE_TO(1, "homecity", "city"), PLACE_TO(1, "homestate", "region"),
	PLACE_TO(1, "homezipcode", "postcode"),
	PLACE_TO(1, "homecountry", "country"),
	TO("organization", "org"), TO("jobtitle", "role"),
	TO("webpage#", "url"), TO("notes", "note"),
	TO("birthyear", "birthday"), JOIN("birthmonth", "birthday"),
	JOIN("birthday", "birthday"),
	NAME_TO(1, "nickname"), NAME_TO(2, "organization"),
};

#define HUBSPOT_STAGES \
	"subscriber=lead|lead=lead|marketingqualifiedlead=lead|" \
	"marketing qualified lead=lead|salesqualifiedlead=prospect|" \
	"sales qualified lead=prospect|opportunity=prospect|" \
	"customer=customer|evangelist=customer|other=lead"

static const struct crm_preset_column hubspot[] = {
	TO("recordid", "ref:hubspot"), TO("recordidcontact", "ref:hubspot"),
	TO("contactid", "ref:hubspot"), TO("id", "ref:hubspot"),
	TO("firstname", "given"), TO("propertyfirstname", "given"),
	TO("lastname", "family"), TO("propertylastname", "family"),
	TO("email", "email"), TO("propertyemail", "email"),
	TO("phonenumber", "phone"), TO("propertyphone", "phone"),
	TO("mobilephonenumber", "phone"),
	TO("associatedcompany", "org"), TO("companyname", "org"),
	TO("propertycompany", "org"),
	TO("jobtitle", "role"), TO("propertyjobtitle", "role"),
	TO("streetaddress", "street"), TO("stateregion", "region"),
	TO("postalcode", "postcode"), TO("countryregion", "country"),
	TO("websiteurl", "url"), TO("contactowner", "owner"),
	TO("preferredlanguage", "lang"), TO("dateofbirth", "birthday"),
	WORDS("lifecyclestage", "stage", HUBSPOT_STAGES),
	TO("createdate", "created"), TO("propertycreatedate", "created"),
};

static const struct crm_preset_column salesforce[] = {
	TO("id", "ref:salesforce"), TO("contactid", "ref:salesforce"),
	TO("leadid", "ref:salesforce"),
	TO("name", "name"), TO("firstname", "given"),
	JOIN("middlename", "given"), TO("lastname", "family"),
	TO("email", "email"), TO("secondaryemailc", "email"),
	TO("phone", "phone"), TO("mobilephone", "phone"), TO("mobile", "phone"),
	TO("homephone", "phone"), TO("otherphone", "phone"),
	TO("accountid", "org:salesforce"), TO("accountname", "org"),
	TO("company", "org"), TO("title", "role"),
	TO("mailingstreet", "street"), TO("mailingcity", "city"),
	TO("mailingstate", "region"), TO("mailingstateprovince", "region"),
	TO("mailingpostalcode", "postcode"),
	TO("mailingzippostalcode", "postcode"),
	TO("mailingcountry", "country"),
	PLACE_TO(1, "street", "street"), PLACE_TO(1, "city", "city"),
	PLACE_TO(1, "state", "region"), PLACE_TO(1, "stateprovince", "region"),
	PLACE_TO(1, "postalcode", "postcode"),
	PLACE_TO(1, "zippostalcode", "postcode"),
	PLACE_TO(1, "country", "country"),
	TO("website", "url"), TO("birthdate", "birthday"),
	TO("leadsource", "source"), TO("description", "note"),
	TO("ownerid", "owner"), TO("accountowner", "owner"),
	TO("contactowner", "owner"), TO("leadowner", "owner"),
	TO("createddate", "created"),
};

static const struct crm_preset_column salesforce_account[] = {
	TO("id", "ref:salesforce"), TO("accountid", "ref:salesforce"),
	TO("name", "name"), TO("accountname", "name"),
	TO("parentid", "parent:salesforce"), TO("parentaccount", "parent"),
	TO("phone", "phone"), TO("website", "url"),
	TO("industry", "industry"), TO("numberofemployees", "size"),
	TO("employees", "size"),
	TO("billingstreet", "street"), TO("billingcity", "city"),
	TO("billingstate", "region"), TO("billingstateprovince", "region"),
	TO("billingpostalcode", "postcode"),
	TO("billingzippostalcode", "postcode"),
	TO("billingcountry", "country"),
	TO("accountsource", "source"), TO("description", "note"),
	TO("ownerid", "owner"), TO("accountowner", "owner"),
	TO("createddate", "created"),
};

/* Its stages as they are before anybody changes them. */
#define SALESFORCE_STAGES \
	"prospecting=prospecting|qualification=qualified|" \
	"needs analysis=qualified|value proposition=engaging|" \
	"id. decision makers=engaging|perception analysis=engaging|" \
	"proposal/price quote=proposal|negotiation/review=negotiation|" \
	"closed won=won|closed lost=lost"

static const struct crm_preset_column salesforce_opportunity[] = {
	TO("id", "ref:salesforce"), TO("opportunityid", "ref:salesforce"),
	TO("name", "title"), TO("opportunityname", "title"),
	TO("accountid", "who:salesforce"), TO("accountname", "who"),
	TO("amount", "value"), TO("probability", "probability"),
	WORDS("stagename", "stage", SALESFORCE_STAGES),
	WORDS("stage", "stage", SALESFORCE_STAGES),
	TO("closedate", "expected"), WHEN("closedate", "closed", "isclosed=true"),
	TO("leadsource", "source"), TO("description", "note"),
	TO("ownerid", "owner"), TO("opportunityowner", "owner"),
	TO("createddate", "created"), TO("createddate", "opened"),
};

/* Names of the fields as people see them, and as the program has them. */
static const struct crm_preset_column odoo[] = {
	TO("id", "ref:odoo"), TO("externalid", "ref:odoo"),
	WORDS("companytype", "kind", "company=org|individual=person|person=person"),
	WORDS("isacompany", "kind", "true=org|1=org|false=person|0=person|=person"),
	WORDS("iscompany", "kind", "true=org|1=org|false=person|0=person|=person"),
	TO("name", "name"),
	OF("p", "relatedcompany", "org"), OF("o", "relatedcompany", "parent"),
	OF("p", "parentid", "org"), OF("o", "parentid", "parent"),
	OF("p", "jobposition", "role"), OF("p", "function", "role"),
	TO("street", "street"), JOIN("street2", "street"),
	TO("city", "city"), TO("state", "region"), TO("stateid", "region"),
	TO("zip", "postcode"), TO("country", "country"),
	TO("countryid", "country"),
	TO("website", "url"), TO("phone", "phone"), TO("mobile", "phone"),
	TO("email", "email"), TO("tags", "tag"), TO("categoryid", "tag"),
	TO("salesperson", "owner"), TO("userid", "owner"),
	TO("notes", "note"), TO("comment", "note"),
};

#define COLUMNS(table) (table), sizeof(table) / sizeof((table)[0])

/* The first that fits counts. */
static const struct crm_preset presets[] = {
	{ "Google Contacts", "email1value firstname", "p", "o", NULL,
	    COLUMNS(google) },
	{ "Google Contacts", "email1value givenname", "p", "o", NULL,
	    COLUMNS(google) },
	{ "Google Contacts", "phone1value firstname", "p", "o", NULL,
	    COLUMNS(google) },
	{ "Outlook", "emailaddress firstname lastname", "p", "o", NULL,
	    COLUMNS(outlook) },
	{ "Outlook", "emailaddress email2address", "p", "o", NULL,
	    COLUMNS(outlook) },
	{ "Thunderbird", "displayname primaryemail", "p", "o", NULL,
	    COLUMNS(thunderbird) },
	{ "HubSpot", "recordid firstname lastname email", "p", "o", "ref",
	    COLUMNS(hubspot) },
	{ "HubSpot", "recordidcontact firstname lastname", "p", "o", "ref",
	    COLUMNS(hubspot) },
	{ "HubSpot", "contactid firstname lastname lifecyclestage", "p", "o",
	    "ref", COLUMNS(hubspot) },
	{ "HubSpot", "id propertyfirstname propertylastname", "p", "o", "ref",
	    COLUMNS(hubspot) },
	{ "Salesforce opportunities", "id stagename closedate", "d", "o", "ref",
	    COLUMNS(salesforce_opportunity) },
	{ "Salesforce opportunities",
	    "opportunityname accountname stage closedate", "d", "o", "ref",
	    COLUMNS(salesforce_opportunity) },
	{ "Salesforce", "id lastname leadsource", "p", "o", "ref",
	    COLUMNS(salesforce) },
	{ "Salesforce", "id lastname accountid", "p", "o", "ref",
	    COLUMNS(salesforce) },
	{ "Salesforce", "lastname accountname mailingstreet", "p", "o", "ref",
	    COLUMNS(salesforce) },
	{ "Salesforce", "lastname leadsource leadowner", "p", "o", "ref",
	    COLUMNS(salesforce) },
	{ "Salesforce accounts", "id name billingcity", "o", "o", "ref",
	    COLUMNS(salesforce_account) },
	{ "Salesforce accounts", "accountname billingcity", "o", "o", "ref",
	    COLUMNS(salesforce_account) },
	{ "Odoo", "name companytype relatedcompany", "po", "o", "ref",
	    COLUMNS(odoo) },
	{ "Odoo", "id name iscompany", "po", "o", "ref", COLUMNS(odoo) },
	{ "Odoo", "externalid name isacompany", "po", "o", "ref",
	    COLUMNS(odoo) },
};
/* clang-format on */

const struct crm_preset *
crm_preset_at(size_t i)
{
	return i < sizeof(presets) / sizeof(presets[0]) ? &presets[i] : NULL;
}

const struct crm_preset *
crm_preset_vcard(void)
{
	static const struct crm_preset vcard = { "vCards", "", "po", "o",
		"id,ref", NULL, 0 };

	return &vcard;
}

const struct crm_preset *
crm_preset_ical(void)
{
	static const struct crm_preset ical = { "calendars", "", "et", "",
		"id,ref", NULL, 0 };

	return &ical;
}
