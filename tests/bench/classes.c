/*
 * classes - the class of a text's length that ranking goes by, as SQL.
 *
 *	classes COLUMN
 *
 * Prints an expression: what a posting of the text table tells of so many
 * words, for as many as COLUMN says.  Longer texts have longer classes.
 */
#include <stdio.h>

#include "store/index.h"

#define MOST 1000

int
main(int argc, char *argv[])
{
	unsigned int words, class, before = 0;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: classes column\n");
		return 64;
	}
	(void)printf("case");
	for (words = 1; words < MOST; words++) {
		class = crm_text_byte(1, words);
		if (class != before && words > 1)
			(void)printf(
			    " when %s < %u then %u", argv[1], words, before);
		before = class;
	}
	(void)printf(" else %u end\n", before);
	return 0;
}
