/* crc: the two ways to the same checksum, and what the RFC says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/crc.h"

#define SIZE 6000

static unsigned char bytes[SIZE];

static void
fill(void)
{
	uint32_t x = 2463534242u;
	size_t i;

	for (i = 0; i < SIZE; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		bytes[i] = (unsigned char)(x >> 24);
	}
}

/* RFC 3720 B.4, and the check value of all catalogues. */
static void
says_what_the_rfc_says(void **state)
{
	unsigned char v[32];
	int i;

	(void)state;
	assert_int_equal(crm_crc32c(0, "123456789", 9), 0xe3069283);
	memset(v, 0, sizeof(v));
	assert_int_equal(crm_crc32c(0, v, sizeof(v)), 0x8a9136aa);
	memset(v, 0xff, sizeof(v));
	assert_int_equal(crm_crc32c(0, v, sizeof(v)), 0x62a8ab43);
	for (i = 0; i < 32; i++)
		v[i] = (unsigned char)i;
	assert_int_equal(crm_crc32c(0, v, sizeof(v)), 0x46dd794e);
	assert_int_equal(crm_crc32c_by_table(0, v, sizeof(v)), 0x46dd794e);
}

/* Every length, so every way to cut it into streams, at every alignment. */
static void
table_and_instruction_agree(void **state)
{
	size_t n;

	(void)state;
	for (n = 0; n <= SIZE - 8; n++) {
		uint32_t crc = (uint32_t)n * 2654435761u;
		const unsigned char *p = bytes + n % 8;

		if (crm_crc32c(crc, p, n) != crm_crc32c_by_table(crc, p, n))
			fail_msg("%zu bytes", n);
	}
}

static void
goes_on_from_piece_to_piece(void **state)
{
	uint32_t whole = crm_crc32c(0, bytes, SIZE);
	size_t cut;

	(void)state;
	for (cut = 0; cut <= SIZE; cut += 7)
		assert_int_equal(crm_crc32c(crm_crc32c(0, bytes, cut),
				     bytes + cut, SIZE - cut),
		    whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_the_rfc_says),
		cmocka_unit_test(table_and_instruction_agree),
		cmocka_unit_test(goes_on_from_piece_to_piece),
	};

	fill();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
