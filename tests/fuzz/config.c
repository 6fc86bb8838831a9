/*
 * Any bytes as a crm.yaml.
 *
 * What was accepted is printed, read back, and printed the same again, and
 * derived tables stay as they are.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "config/config.h"

#define OUT_MAX ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Every field can be found, and holds what its type needs. */
static void
check_field(const struct crm_schema *schema, const struct crm_kind *k,
    const struct crm_field *f)
{
	const char *p;

	assert(crm_name_ok(crm_view_str(f->name)));
	assert(f->type < CRM_NTYPES && f->weight >= 1 && f->weight <= 7);
	assert(crm_field_named(k, crm_view_str(f->name)) != NULL);
	if (f->type == CRM_T_CHOICE)
		assert(f->choices != NULL && f->choices[0] != '\0');
	if (f->type == CRM_T_MONEY)
		assert(crm_field_named(k, CRM_V("currency")) != NULL &&
		    (f->flags & CRM_F_MANY) == 0);
	if (f->type == CRM_T_LINK) {
		assert(f->links[0] != '\0');
		for (p = f->links; *p != '\0'; p++)
			assert(crm_kind_of(schema, *p) != NULL);
	}
}

static void
check_kind(const struct crm_schema *schema, const struct crm_kind *k)
{
	const struct crm_pipeline *p;
	bool title = false;
	size_t i;

	assert(crm_kind_named(schema, crm_view_str(k->name)) == k);
	assert(crm_kind_named(schema, crm_view_str(k->plural)) == k);
	assert(crm_kind_of(schema, k->letter) == k);
	for (i = 0; i < k->nfields; i++) {
		check_field(schema, k, &k->field[i]);
		title = title || (k->field[i].flags & CRM_F_REQUIRED) != 0;
	}
	assert(title);
	for (i = 0; i < k->npipelines; i++) {
		p = &k->pipeline[i];
		assert(p->nstages > 0 && p->stage[0].end == CRM_END_OPEN);
		assert(crm_field_named(k, CRM_V("stage")) != NULL);
	}
}

static void
check(const struct crm_config *c)
{
	int64_t minor;
	size_t i;

	assert(c->zone != NULL && c->timezone[0] != '\0');
	assert(c->week_start >= 0 && c->week_start <= 6);
	assert(crm_currency_num(crm_view_str(c->currency)) == c->currency_num);
	for (i = 0; i < c->nrates; i++) {
		assert(c->rate[i].rate.m > 0);
		assert(crm_config_to_base(c, 0, c->rate[i].num, &minor) &&
		    minor == 0);
		if (crm_config_to_base(c, INT64_MAX, c->rate[i].num, &minor))
			assert(minor >= 0);
		if (crm_config_to_base(c, INT64_MIN, c->rate[i].num, &minor))
			assert(minor <= 0);
	}
	for (i = 0; i < crm_schema_nkinds(c->schema); i++)
		check_kind(c->schema, crm_schema_kind(c->schema, i));
}

static void
check_print(const struct crm_config *c)
{
	struct crm_buf b = CRM_BUF_INIT(OUT_MAX), again = b, sig = b, sig2 = b;
	const struct crm_err *err;
	struct crm_config *d;

	crm_config_print(c, &b);
	assert(crm_buf_end(&b) == NULL);
	err = crm_config_parse("out", crm_buf_view(&b), &d);
	if (err != NULL) {
		(void)fprintf(stderr, "%s\n%s", err->msg, b.p);
		abort();
	}
	crm_config_print(d, &again);
	assert(crm_view_eq(crm_buf_view(&b), crm_buf_view(&again)));
	crm_config_signature(c, &sig);
	crm_config_signature(d, &sig2);
	assert(crm_view_eq(crm_buf_view(&sig), crm_buf_view(&sig2)));
	crm_config_free(d);
	crm_buf_release(&b);
	crm_buf_release(&again);
	crm_buf_release(&sig);
	crm_buf_release(&sig2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct crm_err *err;
	struct crm_config *c;

	err = crm_config_parse("in", crm_view(data, size), &c);
	if (err != NULL) {
		assert(c == NULL && err->code == CRM_E_CONFIG);
		assert(strncmp(err->msg, "in:", 3) == 0);
		assert(
		    crm_utf8_check(crm_view_str(err->msg)) == strlen(err->msg));
		return 0;
	}
	check(c);
	check_print(c);
	crm_config_free(c);
	return 0;
}
