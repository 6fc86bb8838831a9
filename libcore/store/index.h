/*
 * index - keys of the index and text tables.
 */
#ifndef CRM_INDEX_H
#define CRM_INDEX_H

#include "record/code.h"
#include "record/schema.h"
#include "store/block.h"

/* Longer values are cut, and a hash of the whole stands behind them. */
#define CRM_INDEX_VALUE_MAX 400

/*
 * The group of a value in the index: kind, field, value (cut).
 *
 * out     at least CRM_KEY_MAX bytes
 *
 * Returns its length.
 */
size_t crm_index_group(
    char *out, char kind, uint16_t field, struct crm_view value);

/* The beginning of all groups of a field. */
#define CRM_INDEX_PREFIX 3
void crm_index_prefix(char out[CRM_INDEX_PREFIX], char kind, uint16_t field);

/* Bytes of values that were cut, with the hash. */
#define CRM_INDEX_CUT_LEAST (CRM_INDEX_VALUE_MAX - 3 + 9)
#define CRM_INDEX_CUT_MOST (CRM_INDEX_VALUE_MAX + 9)

/* Was the value of a group cut?  Then equal groups need a look at the record. */
bool crm_index_is_cut(struct crm_view value);

/* The group of a word of a kind in the text table. */
size_t crm_text_group(char *out, struct crm_view token, char kind);

/*
 * What stands beside the id in a posting of the text table: the weight of the
 * word's field, and a class of the record's length.
 *
 * weight  1..7
 * words   of the record, those of its tags left out: a label says nothing
 *         about how much is written there, and does not change what other
 *         words are worth
 *
 * The classes are 0, 1, 2, 3 and from there two a doubling: 4, 6, 8, 12, 16
 * ... 49152.  A posting is written again when its byte changes, so a record
 * that gets a word more should seldom change all of its own.
 */
uint8_t crm_text_byte(unsigned int weight, size_t words);
unsigned int crm_text_weight(uint8_t);

#endif
