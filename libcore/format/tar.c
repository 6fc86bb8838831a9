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

/* The sum of a head's bytes; its own field counts as blanks. */
static unsigned int
sum_of(const char head[CRM_TAR_BLOCK])
{
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < CRM_TAR_BLOCK; i++)
		sum += i >= AT_SUM && i < AT_SUM + 8 ? (unsigned char)' '
						     : (unsigned char)head[i];
	return sum;
}

void
crm_tar_head(
    char out[CRM_TAR_BLOCK], const char *name, uint64_t size, int64_t time_s)
{
	char number[24];

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
	(void)snprintf(number, sizeof(number), "%06o", sum_of(out));
	memcpy(out + AT_SUM, number, 7);
}

size_t
crm_tar_gap(uint64_t size)
{
	return (size_t)(-size % CRM_TAR_BLOCK);
}

/* An octal number, blanks before it and a blank or NUL behind it. */
static bool
get_octal(const char *p, size_t n, uint64_t *out)
{
	size_t i = 0;

	*out = 0;
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		*out = *out * 8 + (uint64_t)(p[i] - '0');
	return i == n || p[i] == '\0' || p[i] == ' ';
}

static bool
get_size(const char *p, uint64_t *out)
{
	size_t i;

	if (((unsigned char)p[0] & 0x80) == 0)
		return get_octal(p, 12, out);
	*out = 0;
	for (i = 1; i < 4; i++)
		if (p[i] != 0)
			return false;
	for (; i < 12; i++)
		*out = *out << 8 | (unsigned char)p[i];
	return *out <= INT64_MAX;
}

bool
crm_tar_read(
    const char head[CRM_TAR_BLOCK], char name[CRM_TAR_NAME], uint64_t *size)
{
	uint64_t sum;

	memset(name, 0, CRM_TAR_NAME);
	memcpy(name, head + AT_NAME, CRM_TAR_NAME - 1);
	return memcmp(head + AT_MAGIC, "ustar", 5) == 0 &&
	    get_octal(head + AT_SUM, 8, &sum) && sum == sum_of(head) &&
	    (head[AT_TYPE] == '0' || head[AT_TYPE] == '\0') &&
	    get_size(head + AT_SIZE, size);
}

bool
crm_tar_is_end(const char block[CRM_TAR_BLOCK])
{
	size_t i;

	for (i = 0; i < CRM_TAR_BLOCK; i++)
		if (block[i] != 0)
			return false;
	return true;
}
