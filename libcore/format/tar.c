#include "format/tar.h"

#include <stdio.h>

/* Where the fields of a head are; the last ones stay zero. */
enum {
	AT_NAME = 0,
	AT_MODE = 100,
	AT_UID = 108,
	AT_GID = 116,
	AT_SIZE = 124,
	AT_TIME = 136,
	AT_SUM = 148,
	AT_TYPE = 156,
	AT_MAGIC = 257
};

#define NAME_MAX_BYTES 99
#define OCTAL_SIZE_MAX ((UINT64_C(1) << 33) - 1) /* 11 octal digits */

/* A size above that: base 256, big-endian, the top bit of the field set. */
static void
put_large(char *out, uint64_t size)
{
	size_t i;

	memset(out, 0, 12);
	out[0] = (char)0x80;
	for (i = 0; i < 8; i++)
		out[11 - i] = (char)(size >> (8 * i));
}

void
crm_tar_head(
    char out[CRM_TAR_BLOCK], const char *name, uint64_t size, int64_t time_s)
{
	unsigned int sum = 0;
	char number[24];
	size_t i;

	memset(out, 0, CRM_TAR_BLOCK);
	memcpy(out + AT_NAME, name, strnlen(name, NAME_MAX_BYTES));
	memcpy(out + AT_MODE, "0000600", 8);
	memcpy(out + AT_UID, "0000000", 8);
	memcpy(out + AT_GID, "0000000", 8);
	(void)snprintf(number, sizeof(number), "%011llo",
	    (unsigned long long)(size <= OCTAL_SIZE_MAX ? size : 0));
	memcpy(out + AT_SIZE, number, 12);
	if (size > OCTAL_SIZE_MAX)
		put_large(out + AT_SIZE, size);
	(void)snprintf(number, sizeof(number), "%011llo",
	    (unsigned long long)(time_s > 0 ? time_s : 0));
	memcpy(out + AT_TIME, number, 12);
	out[AT_TYPE] = '0';
	memcpy(out + AT_MAGIC, "ustar\00000", 8);
	/* the sum counts its own field as blanks */
	memset(out + AT_SUM, ' ', 8);
	for (i = 0; i < CRM_TAR_BLOCK; i++)
		sum += (unsigned char)out[i];
	(void)snprintf(number, sizeof(number), "%06o", sum);
	memcpy(out + AT_SUM, number, 7);
}

size_t
crm_tar_gap(uint64_t size)
{
	return (size_t)(-size % CRM_TAR_BLOCK);
}
