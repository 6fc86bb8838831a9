#include "cli/shell.h"

#include "base/mem.h"

/* May an argument stand in a shell as it is? */
static bool
is_plain(const char *arg)
{
	static const char also[] = "_@%+=:,./-";
	const char *p;

	for (p = arg; *p != '\0'; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			(*p >= '0' && *p <= '9') || (unsigned char)*p >= 0x80 ||
			strchr(also, *p) != NULL))
			return false;
	return p > arg;
}

char *
crm_shell_join(int argc, char **argv)
{
	struct crm_buf b = CRM_BUF_INIT(4000);
	const char *p;
	char *text;
	int i;

	for (i = 0; i < argc; i++) {
		if (i > 0)
			crm_buf_addc(&b, ' ');
		if (is_plain(argv[i])) {
			crm_buf_adds(&b, argv[i]);
			continue;
		}
		crm_buf_addc(&b, '\'');
		for (p = argv[i]; *p != '\0'; p++)
			if (*p == '\'')
				crm_buf_adds(&b, "'\\''");
			else
				crm_buf_addc(&b, *p);
		crm_buf_addc(&b, '\'');
	}
	text = crm_strndup(b.n > 0 ? b.p : "", b.n);
	crm_buf_release(&b);
	return text;
}
