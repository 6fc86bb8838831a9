#include "store/story.h"

#include <stdlib.h>

#include "base/mem.h"
#include "record/field.h"
#include "record/value.h"
#include "record/word.h"

#define AT_BIAS (UINT64_C(1) << 55)
#define EVENT_BITS ((UINT64_C(1) << 56) - 1)

/* The fields that a story needs are among those below this number. */
#define LOW (CRM_EVENT_DOC + 1)

/* Where they stand in a stored event. */
struct low {
	const struct crm_stored *r;
	uint32_t has;
	uint8_t place[LOW];
};

static bool
get(const struct low *l, uint16_t num, struct crm_view *out)
{
	if ((l->has >> num & 1) == 0)
		return false;
	*out = crm_stored_value(l->r, l->place[num]);
	return out->n > 0;
}

bool
crm_event_core(
    const struct crm_stored *r, uint64_t id, struct crm_event_core *out)
{
	struct low l = { .r = r };
	struct crm_view v;
	struct crm_dec d;

	l.has = crm_stored_low(r, LOW, l.place);
	out->id = id;
	out->currency = 0;
	out->minor = 0;
	if (!get(&l, CRM_EVENT_WHO, &out->who) || !get(&l, CRM_EVENT_AT, &v) ||
	    !crm_value_get_time(v, &out->at_us) || !get(&l, CRM_EVENT_WHAT, &v))
		return false;
	out->what = crm_word_of(v);
	if (out->what == CRM_W_NONE || out->what >= CRM_WHAT_OTHER)
		out->what = CRM_WHAT_OTHER;
	out->has_doc = get(&l, CRM_EVENT_DOC, &v);
	if (get(&l, CRM_EVENT_AMOUNT, &v) && crm_value_get_dec(v, &d)) {
		out->minor = d.m;
		if (get(&l, CRM_EVENT_CURRENCY, &v))
			out->currency = (uint8_t)v.p[0];
	}
	return true;
}

void
crm_story_parts(struct crm_story_parts *p, const struct crm_event_core *core)
{
	p->core = core;
	p->first = true;
	crm_many_begin(&p->who, core->who, true);
}

bool
crm_story_next_part(struct crm_story_parts *p, struct crm_story *s)
{
	const struct crm_event_core *c = p->core;
	struct crm_view v;

	if (!crm_many_next(&p->who, &v))
		return false;
	s->who = crm_link_get(v);
	s->at_us = c->at_us;
	s->event = c->id;
	s->what = (uint8_t)(c->what | (c->has_doc ? CRM_WHAT_DOC : 0) |
	    (p->first ? 0 : CRM_WHAT_ALSO));
	s->currency = p->first ? c->currency : 0;
	s->minor = p->first ? c->minor : 0;
	p->first = false;
	return true;
}

void
crm_story_key(char out[CRM_STORY_KEY], const struct crm_story *s)
{
	crm_story_from(out, s->who, s->at_us);
	out[15] = (char)s->what;
	crm_be64(
	    out + 16, (uint64_t)s->currency << 56 | (s->event & EVENT_BITS));
}

void
crm_story_from(char out[CRM_STORY_FROM], uint64_t who, int64_t at_us)
{
	/* what lies outside of what a story holds is before, or behind, it */
	uint64_t at = at_us <= -(int64_t)AT_BIAS ? 0
	    : at_us >= (int64_t)AT_BIAS          ? UINT64_MAX
					: ((uint64_t)at_us + AT_BIAS) << 8;

	crm_be64(out, who);
	crm_be64(out + 8, at);
}

void
crm_story_read(const struct crm_entry *e, struct crm_story *out)
{
	uint64_t at = crm_be64_get(e->key.p);
	uint64_t event = crm_be64_get(e->key.p + 8);

	out->who = crm_be64_get(e->prefix.p);
	out->at_us = (int64_t)((at >> 8) - AT_BIAS);
	out->what = (uint8_t)at;
	out->currency = (uint8_t)(event >> 56);
	out->event = crm_id('e', 0, 0) | (event & EVENT_BITS);
	out->minor = (int64_t)crm_le64_get(e->value.p);
}

void
crm_story_list_add(struct crm_story_list *l, const struct crm_event_core *core)
{
	struct crm_story_parts parts;
	struct crm_story_entry *e;
	struct crm_story s;

	crm_story_parts(&parts, core);
	while (crm_story_next_part(&parts, &s)) {
		l->entry = crm_grow(l->entry, &l->cap, l->n + 1, sizeof(*e));
		e = &l->entry[l->n++];
		crm_story_key(e->key, &s);
		e->minor = s.minor;
	}
}

static int
cmp_entries(const void *x, const void *y)
{
	const struct crm_story_entry *a = x, *b = y;

	return memcmp(a->key, b->key, CRM_STORY_KEY);
}

void
crm_story_list_sort(struct crm_story_list *l)
{
	if (l->n > 0)
		qsort(l->entry, l->n, sizeof(*l->entry), cmp_entries);
}

void
crm_story_list_release(struct crm_story_list *l)
{
	crm_free(l->entry);
	memset(l, 0, sizeof(*l));
}

void
crm_story_of_list(const struct crm_story_entry *p, struct crm_story *out)
{
	struct crm_entry e = { .prefix = crm_view(p->key, 8),
		.key = crm_view(p->key + 8, CRM_STORY_KEY - 8) };
	char value[8];

	crm_le64(value, (uint64_t)p->minor);
	e.value = crm_view(value, 8);
	crm_story_read(&e, out);
}
