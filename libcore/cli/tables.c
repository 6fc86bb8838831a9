#include "cli/tables.h"

#include "config/config.h"

static void
add_types(struct crm_buf *b)
{
#define X(type, name, text) crm_buf_adds(b, "type\t" name "\t" text "\n");
	CRM_TYPES(X)
#undef X
}

static void
add_takes(
    struct crm_buf *b, const struct crm_schema *s, const struct crm_field *f)
{
	const char *p, *blank = "";

	for (p = f->links; p != NULL && *p != '\0'; p++) {
		crm_buf_addf(b, "%s%s", blank, crm_kind_of(s, *p)->name);
		blank = " ";
	}
	for (p = f->choices; p != NULL && *p != '\0'; p += strlen(p) + 1) {
		crm_buf_addf(b, "%s%s", blank, p);
		blank = " ";
	}
}

static void
add_field(struct crm_buf *b, const struct crm_schema *s,
    const struct crm_kind *k, const struct crm_field *f)
{
	crm_buf_addf(b, "field\t%s\t%s\t%s\t%s\t%s\t", k->name, f->name,
	    crm_type_name((enum crm_type)f->type),
	    (f->flags & CRM_F_MANY) != 0 ? "many" : "",
	    (f->flags & CRM_F_REQUIRED) != 0 ? "required" : "");
	add_takes(b, s, f);
	crm_buf_addf(b, "\t%s\n", f->help);
}

static void
add_stages(struct crm_buf *b, const struct crm_kind *k)
{
	static const char *const ends[] = { [CRM_END_OPEN] = "open",
		[CRM_END_DONE] = "done",
		[CRM_END_WON] = "won",
		[CRM_END_LOST] = "lost" };
	char percent[CRM_DEC_TEXT];
	const struct crm_pipeline *p;
	size_t i;

	for (p = k->pipeline; p < k->pipeline + k->npipelines; p++)
		for (i = 0; i < p->nstages; i++) {
			percent[crm_dec_put(percent, p->stage[i].probability)] =
			    '\0';
			crm_buf_addf(b, "stage\t%s\t%s\t%s\t%s\t%s\n", k->name,
			    p->name, p->stage[i].name, percent,
			    ends[p->stage[i].end]);
		}
}

static void
add_kind(
    struct crm_buf *b, const struct crm_schema *s, const struct crm_kind *k)
{
	const struct crm_field *const *computed;
	size_t i, n;

	crm_buf_addf(b, "kind\t%c\t%s\t%s\n", k->letter, k->name, k->plural);
	for (i = 0; i < k->nfields; i++)
		add_field(b, s, k, &k->field[i]);
	computed = crm_kind_computed(k, &n);
	for (i = 0; i < n; i++)
		add_field(b, s, k, computed[i]);
	add_stages(b, k);
}

static void
add_keys(struct crm_buf *b, const char *level, const char *keys)
{
	const char *help;

	while (*keys != '\0') {
		help = keys + strlen(keys) + 1;
		crm_buf_addf(b, "key\t%s\t%s\t%s\n", level, keys, help);
		keys = help + strlen(help) + 1;
	}
}

void
crm_tables_add(struct crm_buf *b)
{
	struct crm_schema *s = crm_schema_new();
	size_t i;

	add_types(b);
	for (i = 0; i < crm_schema_nkinds(s); i++)
		add_kind(b, s, crm_schema_kind(s, i));
	add_keys(b, "top", crm_config_keys(CRM_CONFIG_TOP));
	add_keys(b, "kind", crm_config_keys(CRM_CONFIG_KIND));
	add_keys(b, "field", crm_config_keys(CRM_CONFIG_FIELD));
	crm_schema_free(s);
}
