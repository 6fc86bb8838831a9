/*
 * replay - run a fuzz target over files instead of under a fuzzer: what was
 * found once stays found, with any compiler.
 *
 * Arguments are files.  The target asserts; a sanitizer ends the program.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int argc, char *argv[])
{
	uint8_t *data;
	FILE *f;
	long n;
	int i;

	for (i = 1; i < argc; i++) {
		f = fopen(argv[i], "rb");
		if (f == NULL || fseek(f, 0, SEEK_END) != 0) {
			perror(argv[i]);
			return 2;
		}
		n = ftell(f);
		rewind(f);
		/* just as large as it is: reading beyond it is seen */
		data = malloc(n > 0 ? (size_t)n : 1);
		if (n < 0 || data == NULL ||
		    fread(data, 1, (size_t)n, f) != (size_t)n) {
			perror(argv[i]);
			return 2;
		}
		(void)fclose(f);
		(void)fprintf(stderr, "%s\n", argv[i]);
		(void)LLVMFuzzerTestOneInput(data, (size_t)n);
		free(data);
	}
	return 0;
}
