/* Which columns are printed. */
#include "query/project_impl.h"
#include "record/value.h"

static const char *
keep(struct crm_project *p, struct crm_view v)
{
	return crm_arena_dup(&p->arena, v.p, v.n);
}

static struct crm_project_column *
add_column(struct crm_project *p, struct crm_view name)
{
	struct crm_project_column *c;

	p->column =
	    crm_grow(p->column, &p->cap, p->ncols + 1, sizeof(*p->column));
	c = &p->column[p->ncols++];
	memset(c, 0, sizeof(*c));
	c->name = keep(p, name);
	return c;
}

/* Cut ".e164" off the name of a column. */
static bool
cut_e164(struct crm_view *name)
{
	struct crm_view end = CRM_V(".e164");

	if (name->n <= end.n ||
	    !crm_view_eq(crm_view_skip(*name, name->n - end.n), end))
		return false;
	name->n -= end.n;
	return true;
}

struct crm_view
crm_project_e164(
    struct crm_project *p, const struct crm_field *f, struct crm_view v)
{
	char number[CRM_E164_MAX + 1];
	size_t n;

	n = f->type == CRM_T_PHONE ? crm_phone_e164(f->dial, v, number) : 0;
	return crm_view(crm_arena_dup(&p->row, number, n), n);
}

static const struct crm_err *
add_field(struct crm_project *p, const struct crm_project_options *o,
    struct crm_view name)
{
	struct crm_project_column *c = add_column(p, name);
	struct crm_view ref = crm_view_str(c->name);
	const struct crm_err *err;

	c->e164 = cut_e164(&ref);
	err = crm_ref_parse(
	    crm_snap_schema(p->snap), o->kinds, o->only, ref, &c->ref, NULL);
	if (err != NULL)
		return err;
	c->field = *c->ref.first;
	if (c->e164 && c->field.type != CRM_T_PHONE)
		return crm_err(CRM_E_USAGE,
		    "%s: '%.*s' is no field of phone numbers", c->name,
		    CRM_VARG(ref));
	if (c->ref.many)
		c->field.flags |= CRM_F_MANY;
	return NULL;
}

/* What comes before the last part of a dotted name, with its dot. */
static struct crm_view
links_part(const struct crm_project_column *c)
{
	return crm_view(c->name, strlen(c->name) - c->ref.last.n);
}

static const struct crm_field currency_field = {
	.name = "currency", .type = CRM_T_CURRENCY, .weight = 1
};

/* Does money in a column want its currency, and is that column missing? */
static bool
lacks_currency(struct crm_project *p, size_t at, struct crm_buf *name)
{
	size_t i;
	struct crm_view part = links_part(&p->column[at]);

	crm_buf_reset(name);
	crm_buf_addv(name, part);
	crm_buf_adds(name, "currency");
	for (i = 0; i < p->ncols; i++) {
		const struct crm_project_column *c = &p->column[i];

		if (strcmp(c->name, name->p) == 0)
			return false;
		/* the last one of several brings it */
		if (i > at && c->field.type == CRM_T_MONEY &&
		    crm_view_eq(links_part(c), part))
			return false;
	}
	return true;
}

/* In JSON Lines, put the currency behind money that comes without it. */
static void
add_currencies(struct crm_project *p)
{
	struct crm_buf name = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_project_column c;
	size_t i, j;

	for (i = 0; i < p->ncols; i++) {
		if (p->column[i].field.type != CRM_T_MONEY ||
		    !lacks_currency(p, i, &name))
			continue;
		c = *add_column(p, crm_buf_view(&name));
		c.ref = p->column[i].ref;
		c.field = currency_field;
		c.is_currency = true;
		for (j = p->ncols - 1; j > i + 1; j--)
			p->column[j] = p->column[j - 1];
		p->column[++i] = c;
	}
	crm_buf_release(&name);
}

static const struct crm_err *
add_list(struct crm_project *p, const struct crm_project_options *o)
{
	const struct crm_err *err = NULL;
	struct crm_view rest = crm_view_str(o->fields), name;
	size_t comma;

	while (err == NULL) {
		comma = crm_view_find(rest, ',');
		name = crm_view_trim(crm_view(rest.p, comma));
		if (name.n == 0)
			return crm_err(CRM_E_USAGE,
			    "-f: a name is missing in '%s'", o->fields);
		err = add_field(p, o, name);
		if (comma == rest.n)
			break;
		rest = crm_view_skip(rest, comma + 1);
	}
	if (err == NULL && o->form == CRM_OUT_JSONL)
		add_currencies(p);
	return err;
}

/* A column that means in every kind its name or title. */
static void
add_title(struct crm_project *p, const char *name)
{
	const struct crm_schema *s = crm_snap_schema(p->snap);
	struct crm_project_column *c = add_column(p, crm_view_str(name));
	size_t i;

	for (i = 0; i < 26; i++) {
		const struct crm_kind *k = crm_kind_of(s, (char)('a' + i));
		uint16_t num = k != NULL ? k->title : 0;

		if (k != NULL && k->letter == 'e')
			num = CRM_EVENT_TEXT;
		c->ref.field[i] = num != 0 ? crm_field_num(k, num) : NULL;
		if (c->ref.field[i] != NULL)
			c->ref.first = c->ref.field[i];
	}
	if (c->ref.first == NULL)
		p->ncols--;
	else
		c->field = *c->ref.first;
	c->title = true;
}

/* Columns that are there only if a kind has them. */
static void
add_if_known(struct crm_project *p, const struct crm_project_options *o,
    const char *const *name, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (add_field(p, o, crm_view_str(name[i])) != NULL)
			p->ncols--;
}

/* A table of several kinds. */
static void
add_mixed(struct crm_project *p, const struct crm_project_options *o)
{
	static const char *const before[] = { "id" };
	static const char *const after[] = { "email", "phone", "city", "stage",
		"owner" };

	add_if_known(p, o, before, 1);
	add_title(p, "name");
	add_if_known(p, o, after, 5);
}

static const struct crm_err *
add_flagged(struct crm_project *p, const struct crm_project_options *o,
    unsigned int with, unsigned int without)
{
	const struct crm_err *err = NULL;
	const struct crm_kind *k = o->only;
	size_t i;
	int round;

	/* own fields and those of crm.yaml, then those every kind has */
	for (round = 0; round < 2; round++)
		for (i = 0; err == NULL && i < k->nfields; i++) {
			const struct crm_field *f = &k->field[i];
			bool common =
			    f->num >= CRM_N_REF && f->num < CRM_N_CUSTOM;

			if (common == (round == 1) &&
			    (f->flags & with) == with &&
			    (f->flags & without) == 0)
				err = add_field(p, o, crm_view_str(f->name));
		}
	return err;
}

/* The columns of a form when none were chosen. */
static const struct crm_err *
add_default(struct crm_project *p, const struct crm_project_options *o)
{
	static const char *const mail[] = { "email", "name", "org.name" };
	static const char *const card[] = { "id", "kind", "updated", "ref",
		"name", "given", "family", "email", "phone", "org.name", "role",
		"street", "city", "region", "postcode", "country", "lang",
		"birthday", "tag", "url", "note", "x-vcard" };
	/* as enum crm_ledger_column has them */
	static const char *const journal[] = { "id", "day", "what", "who",
		"who.name", "amount", "tax", "currency", "doc", "text" };
	const struct crm_err *err = NULL;
	size_t i;

	switch (o->form) {
	case CRM_OUT_JSONL:
	case CRM_OUT_YAML:
		p->all = true;
		return NULL;
	case CRM_OUT_IDS:
		return add_field(p, o, CRM_V("id"));
	case CRM_OUT_MUTT:
	case CRM_OUT_AERC:
		add_if_known(p, o, mail, 3);
		return NULL;
	case CRM_OUT_VCARD:
	case CRM_OUT_VCARD3:
		if (!o->kinds['p' - 'a'] && !o->kinds['o' - 'a'])
			return crm_err(CRM_E_USAGE,
			    "vCards are of people and organisations");
		add_if_known(p, o, card, sizeof(card) / sizeof(card[0]));
		return NULL;
	case CRM_OUT_LEDGER:
		if (!o->kinds['e' - 'a'])
			return crm_err(CRM_E_USAGE, "a journal is of events");
		for (i = 0; err == NULL && i < 10; i++)
			err = add_field(p, o, crm_view_str(journal[i]));
		return err;
	case CRM_OUT_TABLE:
		if (o->only == NULL) {
			add_mixed(p, o);
			return NULL;
		}
		err = add_field(p, o, CRM_V("id"));
		if (err == NULL)
			err = add_flagged(p, o, CRM_F_TABLE, CRM_F_HIDDEN);
		for (i = 0; err == NULL && i < p->ncols; i++)
			p->column[i].about = o->only->letter == 'e' &&
			    p->column[i].field.num == CRM_EVENT_TEXT;
		return err;
	case CRM_OUT_TSV:
	case CRM_OUT_CSV:
	case CRM_OUT_SHEET:
		break;
	}
	if (o->only == NULL)
		return crm_err(CRM_E_USAGE,
		    "several kinds have no columns in common: choose them "
		    "with -f, or name a kind");
	err = add_field(p, o, CRM_V("id"));
	if (err == NULL)
		err = add_flagged(p, o, 0, CRM_F_HIDDEN | CRM_F_COMPUTED);
	if (err == NULL)
		err = add_field(p, o, CRM_V("updated"));
	return err;
}

const struct crm_err *
crm_project_choose(struct crm_project *p, const struct crm_project_options *o)
{
	return o->fields != NULL && !crm_form_has_columns(o->form)
	    ? add_list(p, o)
	    : add_default(p, o);
}
