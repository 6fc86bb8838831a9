#include "cli/tables.h"

#include "config/config.h"

static void
add_types(struct crm_buf *b)
{
#define X(type, name, text) crm_buf_adds(b, "type\t" name "\t" text "\n");
	CRM_TYPES(X)
#undef X
}

/* "link to person or org, many, indexed"; unique implies indexed. */
static void
add_nature(
    struct crm_buf *b, const struct crm_schema *s, const struct crm_field *f)
{
	static const struct {
		uint16_t flag, unless;
		const char *name;
	} flags[] = {
		{ CRM_F_MANY, 0, "many" },
		{ CRM_F_REQUIRED, 0, "required" },
		{ CRM_F_UNIQUE, 0, "unique" },
		{ CRM_F_INDEXED, CRM_F_UNIQUE, "indexed" },
		{ CRM_F_SEARCHED, 0, "searched" },
		{ CRM_F_PERSONAL, 0, "personal" },
	};
	const char *p, *to = " to ";
	size_t i;

	crm_buf_adds(b, crm_type_name((enum crm_type)f->type));
	for (p = f->links; p != NULL && *p != '\0'; p++) {
		crm_buf_addf(b, "%s%s", to, crm_kind_of(s, *p)->name);
		to = " or ";
	}
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if ((f->flags & flags[i].flag) != 0 &&
		    (f->flags & flags[i].unless) == 0)
			crm_buf_addf(b, ", %s", flags[i].name);
}

/* Does every kind have it? */
static bool
is_common(const struct crm_field *f)
{
	return (f->num >= CRM_N_MERGED && f->num <= CRM_N_CREATED) ||
	    (f->num >= CRM_N_ID && f->num <= CRM_N_UPDATED);
}

static void
add_field(struct crm_buf *b, const struct crm_schema *s,
    const struct crm_kind *k, const struct crm_field *f)
{
	const char *p;

	crm_buf_addf(b, "field\t%s\t%s\t", k->name, f->name);
	add_nature(b, s, f);
	crm_buf_addc(b, '\t');
	for (p = f->choices; p != NULL && *p != '\0'; p += strlen(p) + 1)
		crm_buf_addf(b, "%s%s", p == f->choices ? "" : " ", p);
	crm_buf_addf(b, "\t%s\t%s\n",
	    is_common(f)                           ? "common"
		: (f->flags & CRM_F_COMPUTED) != 0 ? "computed"
						   : "own",
	    f->help);
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
	add_keys(b, "sla", crm_config_keys(CRM_CONFIG_SLA));
	add_keys(b, "due", crm_config_keys(CRM_CONFIG_DUE));
	add_keys(b, "rfm", crm_config_keys(CRM_CONFIG_RFM));
	add_keys(b, "score", crm_config_keys(CRM_CONFIG_SCORE));
	add_keys(b, "assign", crm_config_keys(CRM_CONFIG_ASSIGN));
	add_keys(b, "stage", crm_config_keys(CRM_CONFIG_STAGE));
	add_keys(b, "quota", crm_config_keys(CRM_CONFIG_QUOTA));
	add_keys(b, "papers", crm_config_keys(CRM_CONFIG_PAPERS));
	crm_schema_free(s);
}
