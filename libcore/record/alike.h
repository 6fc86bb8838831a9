/*
 * alike - are two records about the same person or organisation?
 *
 * Points are the logarithm, to the base of 2, of how much more often something
 * is so of two records of one person than of two people taken at random; they
 * are added up.  From: I. P. Fellegi, A. B. Sunter, "A theory for record
 * linkage", 1969.
 *
 *                     the same   close   not
 *   email                 12       -      -1
 *   phone                  9       -      -1
 *   birthday               9       5      -6
 *   street                 7       4      -2
 *   family name            6       4      -5
 *   given name             4       2      -7
 *   postcode               4       2      -1
 *   city                   2       1      -1
 *   org                    2       -       0
 *   url                    6       -       0
 *
 * Nothing is said by what one of them lacks.  Of a name that many bear a point
 * goes for each doubling of their number beyond four, until two are left.  The
 * name of an organisation counts as both names, without words such as Ltd.
 *
 * Text is compared folded, in any script.  Close is: texts whose similarity by
 * Jaro and Winkler is at least 0.88, a given name and its initial, days of
 * which one digit differs or two stand crosswise.  Given and family name may
 * stand crosswise, for a point.  Winkler, "String comparator metrics", 1990.
 */
#ifndef CRM_ALIKE_H
#define CRM_ALIKE_H

#include "record/rec.h"

#define CRM_LETTERS 24
#define CRM_ALIKE_MANY 4
#define CRM_ALIKE_KEYS 24

/* Letters of a folded text, blanks and signs left out; what is longer is
 * cut. */
struct crm_letters {
	uint16_t c[CRM_LETTERS];
	uint8_t n;
};

/* What of a record is compared. */
struct crm_sketch {
	uint64_t id;
	uint32_t filled; /* values that the record has */
	uint64_t name;   /* hash of the words of its name, in any order */
	struct crm_letters given, family, street, city, postcode;
	uint64_t email[CRM_ALIKE_MANY], phone[CRM_ALIKE_MANY],
	    url[CRM_ALIKE_MANY]; /* hashes */
	uint8_t nemails, nphones, nurls;
	struct crm_date birthday; /* month 0: none */
	uint64_t org;
};

/* Take it from a stored record of a person or an organisation. */
void crm_sketch_make(struct crm_sketch *, const struct crm_kind *, uint64_t id,
    const struct crm_stored *, struct crm_buf *scratch);

/*
 * Two records that agree in none of these are not compared.
 *
 * out     hashes of: each email, phone and web address; the name; and by
 *         twos how given and family name sound (see crm_sound_code()),
 *         birthday, postcode and street
 *
 * Returns how many.
 */
size_t crm_sketch_keys(const struct crm_sketch *, uint64_t out[CRM_ALIKE_KEYS]);

/* What parts those that agree in such a key, where they are very many: hashes
 * of birthday, postcode, street, org and city; 0: it has none. */
#define CRM_ALIKE_PARTS 5
void crm_sketch_parts(const struct crm_sketch *, uint32_t out[CRM_ALIKE_PARTS]);

/*
 * How a word of Latin letters sounds: its first letter and the classes of the
 * consonants behind it, at most 4 of them.  Of another script: its first
 * letters.
 * From: R. C. Russell, US patent 1,261,167 (Soundex), 1918, as the National
 * Archives of the USA write it down.
 */
uint64_t crm_sound_code(const struct crm_letters *);

/* 0 to 1. */
double crm_jaro_winkler(const struct crm_letters *, const struct crm_letters *);

/*
 * The points of two.
 *
 * bearers  how many records bear the name, if they bear the same
 * why      what speaks for it is added: "email, name, city (close)"; or NULL
 */
int crm_alike(const struct crm_sketch *, const struct crm_sketch *,
    uint64_t bearers, struct crm_buf *why);

#endif
