#include "record/schema.h"

#include <assert.h>

#include "base/fold.h"
#include "base/map.h"
#include "base/utf8.h"
#include "record/kinds.h"

#define X(type, name, text) name,
static const char *const type_names[CRM_NTYPES] = { CRM_TYPES(X) };
#undef X

#define NPARTS 8 /* names of fields that play a part in their kind */

/* A kind with what is needed to find its fields and to add some. */
struct kind {
	struct crm_kind k; /* first: a crm_kind points at its kind */
	const struct crm_field *by_num[CRM_N_CUSTOM];
	const struct crm_field *const *computed;
	size_t ncomputed;
	/* Fields are held one by one so that pointers to them stay valid;
	 * k.field is an array of copies, made anew when one is added. */
	struct custom {
		struct crm_field *field;
		size_t row; /* of the table */
	} * custom;
	size_t ncustom, custom_cap;
	struct crm_map names;        /* of custom: to 1 and more */
	struct crm_field **numbered; /* by number, from CRM_N_CUSTOM on */
	size_t nnumbered;            /* 1 more than the highest */
	size_t settled;              /* of custom, these have numbers */
	struct crm_field *table;
	size_t ntable, table_cap;
	size_t player[NPARTS]; /* rows of the table, from 1; 0: nobody yet */
};

#define NKINDS_MAX 26

struct crm_schema {
	struct crm_arena arena;
	struct kind *kind[NKINDS_MAX];
	size_t n;
	struct kind *by_letter[26];
	const struct crm_dial *dial; /* NULL: none */
};

const char *
crm_type_name(enum crm_type t)
{
	return type_names[t];
}

bool
crm_type_parse(struct crm_view v, enum crm_type *out)
{
	size_t i;

	for (i = 0; i < CRM_NTYPES; i++)
		if (crm_view_is(v, type_names[i])) {
			*out = (enum crm_type)i;
			return true;
		}
	return false;
}

static const struct kind *
impl(const struct crm_kind *k)
{
	return (const struct kind *)(const void *)k;
}

static bool
is_event_or_segment(char letter)
{
	return letter == 'e' || letter == 's';
}

/* Does a kind have a common field?  Segments cannot be in segments, and only
 * people and organisations are merged. */
static bool
has_common(char letter, const struct crm_field *f)
{
	if (f->num == CRM_N_MERGED)
		return letter == 'p' || letter == 'o';
	return (f->num != CRM_N_PICKED && f->num != CRM_N_BARRED) ||
	    !is_event_or_segment(letter);
}

/* Parts that fields play in their kind by their names. */
static const struct part {
	const char *name;
	size_t at;
	unsigned int types;
	bool built_in; /* a field of crm.yaml cannot play it */
} parts[NPARTS] = {
#define BIT(type) (1u << CRM_T_##type)
#define AT(member) offsetof(struct crm_kind, member)
	{ "stage", AT(stage), BIT(CHOICE), false },
	{ "pipeline", AT(pipeline_field), BIT(CHOICE), true },
	{ "opened", AT(opened), BIT(DATE) | BIT(TIME), false },
	{ "closed", AT(closed), BIT(DATE) | BIT(TIME), false },
	{ "who", AT(who), BIT(LINK), false },
	{ "currency", AT(currency), BIT(CURRENCY), false },
	{ "name", AT(title), BIT(TEXT), false },
	{ "title", AT(title), BIT(TEXT), false },
#undef AT
#undef BIT
};

/* The part of a field; NULL when it has none. */
static const struct part *
part_of(const struct crm_field *f)
{
	size_t i;

	for (i = 0; i < NPARTS; i++) {
		/* every start asks it of every field: mostly one byte tells */
		if (f->name[0] != parts[i].name[0] ||
		    (parts[i].types >> f->type & 1) == 0 ||
		    strcmp(f->name, parts[i].name) != 0)
			continue;
		if (parts[i].built_in && (f->flags & CRM_F_CUSTOM) != 0)
			return NULL;
		if (f->type == CRM_T_LINK) /* people and organisations */
			return f->links[strspn(f->links, "po")] == '\0'
			    ? &parts[i]
			    : NULL;
		return (f->flags & CRM_F_MANY) == 0 ? &parts[i] : NULL;
	}
	return NULL;
}

/* Of several fields that could play a part, the first in the table does. */
static void
note_part(struct kind *kind, size_t row)
{
	const struct part *part = part_of(&kind->table[row]);
	size_t i = 0;

	if (part == NULL)
		return;
	while (parts[i].at != part->at) /* two names are of one part */
		i++;
	if (kind->player[i] == 0)
		kind->player[i] = row + 1;
	row = kind->player[i] - 1;
	memcpy((char *)&kind->k + part->at, &kind->table[row].num,
	    sizeof(kind->table[row].num));
}

static void
make_room(struct kind *kind, size_t fields)
{
	kind->table = crm_grow(
	    kind->table, &kind->table_cap, fields, sizeof(*kind->table));
}

/* Put a field behind the others in the table that callers see. */
static void
append_field(struct kind *kind, const struct crm_field *f)
{
	make_room(kind, kind->ntable + 1);
	kind->table[kind->ntable++] = *f;
	kind->k.field = kind->table;
	kind->k.nfields = kind->ntable;
	note_part(kind, kind->ntable - 1);
}

static struct kind *
new_kind(
    struct crm_schema *s, char letter, const char *name, const char *plural)
{
	struct kind *kind = crm_calloc(1, sizeof(*kind));

	kind->k.letter = letter;
	kind->k.name = name;
	kind->k.plural = plural;
	s->kind[s->n++] = kind;
	s->by_letter[letter - 'a'] = kind;
	return kind;
}

static void
add_common(struct kind *kind)
{
	const struct crm_field *f;
	size_t i;

	for (i = 0; i < CRM_NCOMMON; i++) {
		f = &crm_common_fields[i];
		if (!has_common(kind->k.letter, f))
			continue;
		append_field(kind, f);
		kind->by_num[f->num] = f;
	}
}

struct crm_schema *
crm_schema_new(void)
{
	struct crm_schema *s = crm_calloc(1, sizeof(*s));
	const struct crm_builtin_kind *b;
	struct kind *kind;
	size_t i, j;

	for (i = 0; i < CRM_NBUILTIN; i++) {
		b = &crm_builtin_kinds[i];
		kind = new_kind(s, b->letter, b->name, b->plural);
		kind->computed = b->computed;
		kind->ncomputed = b->ncomputed;
		kind->k.pipeline = b->pipeline;
		kind->k.npipelines = b->pipeline != NULL;
		make_room(kind, b->nfields + CRM_NCOMMON);
		for (j = 0; j < b->nfields; j++) {
			append_field(kind, &b->field[j]);
			kind->by_num[b->field[j].num] = &b->field[j];
		}
		add_common(kind);
	}
	return s;
}

void
crm_schema_free(struct crm_schema *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++) {
		crm_free(s->kind[i]->custom);
		crm_free(s->kind[i]->numbered);
		crm_map_release(&s->kind[i]->names);
		crm_free(s->kind[i]->table);
		crm_free(s->kind[i]);
	}
	crm_arena_release(&s->arena);
	crm_free(s);
}

size_t
crm_schema_nkinds(const struct crm_schema *s)
{
	return s->n;
}

const struct crm_kind *
crm_schema_kind(const struct crm_schema *s, size_t i)
{
	return &s->kind[i]->k;
}

static struct kind *
kind_of(const struct crm_schema *s, char letter)
{
	return letter >= 'a' && letter <= 'z' ? s->by_letter[letter - 'a']
					      : NULL;
}

/* A kind that the caller knows to exist. */
static struct kind *
known_kind(const struct crm_schema *s, char letter)
{
	struct kind *kind = kind_of(s, letter);

	assert(kind != NULL);
	return kind;
}

const struct crm_kind *
crm_kind_of(const struct crm_schema *s, char letter)
{
	struct kind *kind = kind_of(s, letter);

	return kind != NULL ? &kind->k : NULL;
}

const struct crm_kind *
crm_kind_named(const struct crm_schema *s, struct crm_view name)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (crm_view_is(name, s->kind[i]->k.name) ||
		    crm_view_is(name, s->kind[i]->k.plural))
			return &s->kind[i]->k;
	if (crm_view_is(name, "persons"))
		return crm_kind_of(s, 'p');
	return NULL;
}

const struct crm_field *
crm_field_num(const struct crm_kind *k, uint16_t num)
{
	const struct kind *kind = impl(k);
	size_t i;

	if (num < CRM_N_CUSTOM)
		return kind->by_num[num];
	if (num - CRM_N_CUSTOM < (int)kind->nnumbered)
		return kind->numbered[num - CRM_N_CUSTOM];
	for (i = 0; i < kind->ncomputed; i++)
		if (kind->computed[i]->num == num)
			return kind->computed[i];
	return NULL;
}

const struct crm_field *
crm_field_named(const struct crm_kind *k, struct crm_view name)
{
	const struct kind *kind = impl(k);
	const uint64_t *at;
	size_t i;

	for (i = 1; i < CRM_N_CUSTOM; i++)
		if (kind->by_num[i] != NULL &&
		    crm_view_is(name, kind->by_num[i]->name))
			return kind->by_num[i];
	at = crm_map_get(&kind->names, name);
	if (at != NULL)
		return kind->custom[*at - 1].field;
	for (i = 0; i < kind->ncomputed; i++)
		if (crm_view_is(name, kind->computed[i]->name))
			return kind->computed[i];
	return NULL;
}

const struct crm_field *const *
crm_kind_computed(const struct crm_kind *k, size_t *n)
{
	*n = impl(k)->ncomputed;
	return impl(k)->computed;
}

static void
near_of_kind(const struct kind *kind, struct crm_near *near)
{
	size_t i;

	for (i = 1; i < CRM_N_CUSTOM; i++)
		if (kind->by_num[i] != NULL)
			crm_near_try(near, kind->by_num[i]->name);
	for (i = 0; i < kind->ncustom; i++)
		crm_near_try(near, kind->custom[i].field->name);
	for (i = 0; i < kind->ncomputed; i++)
		crm_near_try(near, kind->computed[i]->name);
}

const char *
crm_field_near(
    const struct crm_schema *s, const struct crm_kind *k, struct crm_view name)
{
	struct crm_near near = crm_near_to(name);
	size_t i;

	if (k != NULL)
		near_of_kind(impl(k), &near);
	else
		for (i = 0; i < s->n; i++)
			near_of_kind(s->kind[i], &near);
	return near.name;
}

static const char *
keep(struct crm_schema *s, const char *text)
{
	return text != NULL ? crm_arena_dup(&s->arena, text, strlen(text))
			    : NULL;
}

/* A copy of words that end with an empty one; one more may be added. */
static const char *
keep_words(struct crm_schema *s, const char *words, const char *more)
{
	const char *end = words;
	size_t n, m = more != NULL ? strlen(more) + 1 : 0;
	char *p;

	while (end != NULL && *end != '\0')
		end += strlen(end) + 1;
	n = end != NULL ? (size_t)(end - words) : 0;
	p = crm_arena_alloc(&s->arena, n + m + 1);
	if (n > 0)
		memcpy(p, words, n);
	if (m > 0)
		memcpy(p + n, more, m);
	p[n + m] = '\0';
	return p;
}

struct crm_kind *
crm_schema_add_kind(
    struct crm_schema *s, char letter, const char *name, const char *plural)
{
	struct kind *kind = new_kind(s, letter, keep(s, name), keep(s, plural));

	kind->computed = crm_computed_basic;
	kind->ncomputed = 3;
	add_common(kind);
	return &kind->k;
}

struct crm_field *
crm_schema_add_field(
    struct crm_schema *s, char letter, const struct crm_field *f)
{
	struct kind *kind = known_kind(s, letter);
	struct crm_field *own = crm_arena_alloc(&s->arena, sizeof(*own));

	*own = *f;
	own->name = keep(s, f->name);
	own->links = keep(s, f->links);
	own->help = keep(s, f->help);
	if (f->choices != NULL)
		own->choices = keep_words(s, f->choices, NULL);
	own->flags |= CRM_F_CUSTOM;
	own->dial = f->type == CRM_T_PHONE ? s->dial : NULL;
	kind->custom = crm_grow(kind->custom, &kind->custom_cap,
	    kind->ncustom + 1, sizeof(*kind->custom));
	kind->custom[kind->ncustom].field = own;
	kind->custom[kind->ncustom++].row = kind->ntable;
	*crm_map_at(&kind->names, crm_view_str(own->name), NULL) =
	    kind->ncustom;
	append_field(kind, own);
	return own;
}

const struct crm_field *
crm_schema_x_field(
    struct crm_schema *s, const struct crm_kind *k, struct crm_view name)
{
	const struct crm_field *known = crm_field_named(k, name);
	struct crm_field f = { .type = CRM_T_TEXT,
		.weight = 1,
		.flags = CRM_F_HIDDEN,
		.help = "kept as it came" };

	if (known != NULL)
		return known;
	f.name = crm_arena_dup(&s->arena, name.p, name.n);
	return crm_schema_add_field(s, k->letter, &f);
}

/* A built-in field about to differ from the table: a copy in its place. */
static struct crm_field *
own_builtin(struct crm_schema *s, struct kind *kind, uint16_t num)
{
	struct crm_field *own = crm_arena_alloc(&s->arena, sizeof(*own));

	assert(kind->by_num[num] != NULL);
	*own = *kind->by_num[num];
	kind->by_num[num] = own;
	return own;
}

static void
refresh_table(struct kind *kind, const struct crm_field *f)
{
	size_t i;

	for (i = 0; i < kind->ntable; i++)
		if (strcmp(kind->table[i].name, f->name) == 0)
			kind->table[i] = *f;
}

void
crm_schema_add_choice(
    struct crm_schema *s, char letter, uint16_t num, const char *word)
{
	struct kind *kind = known_kind(s, letter);
	struct crm_field *f = own_builtin(s, kind, num);

	f->choices = keep_words(s, f->choices, word);
	refresh_table(kind, f);
}

void
crm_schema_set_dial(struct crm_schema *s, const struct crm_dial *dial)
{
	const struct crm_field *f;
	struct crm_field *own;
	uint16_t num;
	size_t i;

	s->dial = dial;
	for (i = 0; i < s->n; i++)
		for (num = 1; num < CRM_N_CUSTOM; num++) {
			f = s->kind[i]->by_num[num];
			if (f == NULL || f->type != CRM_T_PHONE)
				continue;
			own = own_builtin(s, s->kind[i], num);
			own->dial = dial;
			refresh_table(s->kind[i], own);
		}
}

const struct crm_dial *
crm_schema_dial(const struct crm_schema *s)
{
	return s->dial;
}

void
crm_schema_set_words(struct crm_schema *s, uint16_t num, const char *words)
{
	const struct crm_field **all;
	struct crm_field *own = NULL;
	struct kind *kind;
	size_t i, j;

	words = keep_words(s, words, NULL);
	for (i = 0; i < s->n; i++) {
		kind = s->kind[i];
		for (j = 0; j < kind->ncomputed; j++)
			if (kind->computed[j]->num == num)
				break;
		if (j == kind->ncomputed)
			continue;
		if (own == NULL) {
			own = crm_arena_alloc(&s->arena, sizeof(*own));
			*own = *kind->computed[j];
			own->choices = words;
		}
		all =
		    crm_arena_alloc(&s->arena, kind->ncomputed * sizeof(*all));
		memcpy(all, kind->computed, kind->ncomputed * sizeof(*all));
		all[j] = own;
		kind->computed = all;
	}
}

void
crm_schema_add_computed(
    struct crm_schema *s, char letter, const struct crm_field *f)
{
	struct kind *kind = known_kind(s, letter);
	struct crm_field *own = crm_arena_alloc(&s->arena, sizeof(*own));
	const struct crm_field **all =
	    crm_arena_alloc(&s->arena, (kind->ncomputed + 1) * sizeof(*all));

	*own = *f;
	own->name = keep(s, f->name);
	own->help = keep(s, f->help);
	own->flags |= CRM_F_COMPUTED;
	memcpy(all, kind->computed, kind->ncomputed * sizeof(*all));
	all[kind->ncomputed++] = own;
	kind->computed = all;
}

/* The stage field, to be changed: built in, or declared by crm.yaml. */
static struct crm_field *
stage_field(struct crm_schema *s, struct kind *kind)
{
	size_t i;

	for (i = 0; i < kind->ncustom; i++)
		if (strcmp(kind->custom[i].field->name, "stage") == 0)
			return kind->custom[i].field;
	return own_builtin(s, kind, kind->k.stage);
}

/* The stage field's choices are the stages of all its pipelines. */
static void
set_stage_choices(struct crm_schema *s, struct kind *kind)
{
	struct crm_field *stage = stage_field(s, kind), *pipe;
	const struct crm_pipeline *p;
	size_t i, j;

	stage->choices = "";
	for (i = 0; i < kind->k.npipelines; i++) {
		p = &kind->k.pipeline[i];
		for (j = 0; j < p->nstages; j++)
			if (crm_words_find(stage->choices,
				crm_view_str(p->stage[j].name)) == NULL)
				stage->choices = keep_words(
				    s, stage->choices, p->stage[j].name);
	}
	refresh_table(kind, stage);
	if (kind->k.pipeline_field == 0)
		return;
	pipe = own_builtin(s, kind, kind->k.pipeline_field);
	pipe->choices = "";
	for (i = 0; i < kind->k.npipelines; i++)
		pipe->choices =
		    keep_words(s, pipe->choices, kind->k.pipeline[i].name);
	refresh_table(kind, pipe);
}

void
crm_schema_set_pipelines(
    struct crm_schema *s, char letter, const struct crm_pipeline *p, size_t n)
{
	struct kind *kind = known_kind(s, letter);
	struct crm_pipeline *own = crm_arena_alloc(&s->arena, n * sizeof(*own));
	struct crm_stage *stage;
	size_t i, j;

	for (i = 0; i < n; i++) {
		stage =
		    crm_arena_alloc(&s->arena, p[i].nstages * sizeof(*stage));
		for (j = 0; j < p[i].nstages; j++) {
			stage[j] = p[i].stage[j];
			stage[j].name = keep(s, p[i].stage[j].name);
			if (stage[j].next != NULL)
				stage[j].next =
				    keep_words(s, stage[j].next, NULL);
			if (stage[j].needs != NULL)
				stage[j].needs =
				    keep_words(s, stage[j].needs, NULL);
			kind->k.stage_rules = kind->k.stage_rules ||
			    stage[j].next != NULL || stage[j].needs != NULL;
		}
		own[i].name = keep(s, p[i].name);
		own[i].stage = stage;
		own[i].nstages = p[i].nstages;
	}
	kind->k.pipeline = own;
	kind->k.npipelines = n;
	set_stage_choices(s, kind);
}

static void
set_num(struct kind *kind, const struct custom *c, uint16_t num)
{
	size_t at = (size_t)num - CRM_N_CUSTOM, was = kind->nnumbered;

	if (at >= was) {
		kind->nnumbered = at + 1;
		kind->numbered = crm_realloc_array(
		    kind->numbered, at + 1, sizeof(struct crm_field *));
		memset(kind->numbered + was, 0,
		    (at + 1 - was) * sizeof(struct crm_field *));
	}
	kind->numbered[at] = c->field;
	c->field->num = num;
	kind->table[c->row] = *c->field;
	note_part(kind, c->row);
}

void
crm_schema_set_num(
    struct crm_schema *s, char letter, const char *name, uint16_t num)
{
	struct kind *kind = known_kind(s, letter);
	const uint64_t *at = crm_map_get(&kind->names, crm_view_str(name));

	if (at != NULL)
		set_num(kind, &kind->custom[*at - 1], num);
}

const struct crm_kind *
crm_schema_number(struct crm_schema *s, bool *any)
{
	struct kind *kind;
	struct custom *c;
	size_t i, next;

	for (i = 0; i < s->n; i++)
		for (kind = s->kind[i]; kind->settled < kind->ncustom;
		     kind->settled++) {
			c = &kind->custom[kind->settled];
			next = CRM_N_CUSTOM + kind->nnumbered;
			if (c->field->num == 0 && next > CRM_N_STORED_MAX)
				return &kind->k;
			if (c->field->num == 0) {
				set_num(kind, c, (uint16_t)next);
				*any = true;
			}
		}
	return NULL;
}

bool
crm_name_ok(struct crm_view v)
{
	size_t i;

	if (v.n == 0 || v.n > 40 || v.p[0] < 'a' || v.p[0] > 'z')
		return false;
	for (i = 1; i < v.n; i++)
		if (!((v.p[i] >= 'a' && v.p[i] <= 'z') ||
			(v.p[i] >= '0' && v.p[i] <= '9') || v.p[i] == '-'))
			return false;
	return v.p[v.n - 1] != '-';
}

const struct crm_pipeline *
crm_pipeline_named(const struct crm_kind *k, struct crm_view name)
{
	size_t i;

	for (i = 0; i < k->npipelines; i++)
		if (name.n == 0 || crm_view_is(name, k->pipeline[i].name))
			return &k->pipeline[i];
	return NULL;
}

const struct crm_stage *
crm_stage_named(const struct crm_pipeline *p, struct crm_view name)
{
	size_t i;

	for (i = 0; p != NULL && i < p->nstages; i++)
		if (crm_view_is(name, p->stage[i].name))
			return &p->stage[i];
	return NULL;
}

bool
crm_kind_ends(const struct crm_kind *k)
{
	size_t i, j;

	for (i = 0; i < k->npipelines; i++)
		for (j = 0; j < k->pipeline[i].nstages; j++)
			if (k->pipeline[i].stage[j].end != CRM_END_OPEN)
				return true;
	return false;
}

enum crm_stage_end
crm_stage_end_of(
    const struct crm_kind *k, struct crm_view pipeline, struct crm_view stage)
{
	const struct crm_stage *s;
	size_t i;

	s = crm_stage_named(crm_pipeline_named(k, pipeline), stage);
	for (i = 0; s == NULL && i < k->npipelines; i++)
		s = crm_stage_named(&k->pipeline[i], stage);
	return s != NULL ? s->end : CRM_END_OPEN;
}
