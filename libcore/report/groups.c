#include "report/groups.h"

#include <stdlib.h>

#include "base/mem.h"
#include "query/sort.h"

void
crm_groups_init(struct crm_groups *g, const struct crm_config *config,
    const struct crm_by *by)
{
	memset(g, 0, sizeof(*g));
	g->config = config;
	g->by = by;
	g->key.max = CRM_LINE_MAX * 4;
}

void
crm_groups_rest(struct crm_groups *g)
{
	crm_map_release(&g->map);
	crm_map_release(&g->seen);
	crm_buf_release(&g->key);
	crm_free(g->near);
	g->near = NULL;
}

void
crm_groups_release(struct crm_groups *g)
{
	crm_groups_rest(g);
	crm_arena_release(&g->arena);
	crm_free(g->group);
	g->group = NULL;
	g->n = g->cap = 0;
}

/* The currency that amounts of another one come out in: asked for once. */
static uint8_t
settled_in(struct crm_groups *g, uint8_t currency)
{
	const struct crm_config *c = g->config;

	if (currency != 0 && g->settled[currency] == 0)
		g->settled[currency] = crm_config_has_rate(c, currency)
		    ? c->currency_num
		    : currency;
	return g->settled[currency];
}

/* The same of any key, in a currency that amounts come out in. */
static struct crm_group *
at_any(struct crm_groups *g, struct crm_view key, uint8_t currency)
{
	struct crm_group *group;
	uint64_t *at;
	bool added;
	char *to;

	crm_buf_reset(&g->key);
	to = crm_buf_room(&g->key, 1 + key.n);
	if (to != NULL) {
		to[0] = (char)currency;
		if (key.n > 0)
			memcpy(to + 1, key.p, key.n);
		crm_buf_used(&g->key, 1 + key.n);
	}
	at = crm_map_at(&g->map, crm_buf_view(&g->key), &added);
	if (!added)
		return &g->group[*at];
	*at = g->n;
	g->group = crm_grow(g->group, &g->cap, g->n + 1, sizeof(*g->group));
	group = &g->group[g->n++];
	memset(group, 0, sizeof(*group));
	group->key = crm_view(crm_arena_dup(&g->arena, key.p, key.n), key.n);
	group->currency = currency;
	group->last_us = INT64_MIN;
	return group;
}

/* The bytes of a short key as two numbers: with its length they are the key. */
static void
read_short(struct crm_view key, struct crm_group_near *out)
{
	out->first = out->last = 0;
	if (key.n >= 8) {
		out->first = crm_le64_get(key.p);
		out->last = crm_le64_get(key.p + key.n - 8);
	} else if (key.n >= 4) {
		out->first = crm_le32_get(key.p);
		out->last = crm_le32_get(key.p + key.n - 4);
	} else if (key.n > 0) {
		out->first = (uint8_t)key.p[0] |
		    (unsigned int)(uint8_t)key.p[key.n / 2] << 8;
		out->last = (uint8_t)key.p[key.n - 1];
	}
	out->n = (uint8_t)key.n;
}

/* The upper bits of the last product depend on all bits of the key. */
static size_t
place_of(const struct crm_group_near *of)
{
	uint64_t h = of->first * 0x9e3779b97f4a7c15u;

	h ^= of->last + of->n + ((uint64_t)of->currency << 32);
	return (h * 0xa0761d6478bd642fu) >> (64 - CRM_GROUPS_NEAR_BITS);
}

struct crm_group *
crm_groups_at(struct crm_groups *g, struct crm_view key, uint8_t currency)
{
	struct crm_group_near of = { .currency = settled_in(g, currency) };
	struct crm_group_near *near;
	struct crm_group *group;

	if (key.n > CRM_GROUPS_NEAR_KEY)
		return at_any(g, key, of.currency);
	if (g->near == NULL)
		g->near = crm_calloc(CRM_GROUPS_NEAR, sizeof(*g->near));
	read_short(key, &of);
	near = &g->near[place_of(&of)];
	if (near->known && near->first == of.first && near->last == of.last &&
	    near->n == of.n && near->currency == of.currency)
		return &g->group[near->group];
	group = at_any(g, key, of.currency);
	*near = of;
	near->known = true;
	near->group = (uint32_t)(group - g->group);
	return group;
}

static const struct crm_err *
add(int64_t minor, int64_t *sum)
{
	return crm_add_i64(*sum, minor, sum)
	    ? NULL
	    : crm_err(CRM_E_DATA, "a sum of the report is too large");
}

/* The part of a group that holds a currency. */
static struct crm_group_part *
part_of(struct crm_groups *g, struct crm_group *group, uint8_t currency)
{
	struct crm_group_part *p;
	size_t i;

	for (i = 0; i < group->nparts; i++)
		if (group->part[i].currency == currency)
			return &group->part[i];
	p = crm_arena_alloc(&g->arena, (group->nparts + 1) * sizeof(*p));
	if (group->nparts > 0)
		memcpy(p, group->part, group->nparts * sizeof(*p));
	group->part = p;
	p += group->nparts++;
	memset(p, 0, sizeof(*p));
	p->currency = currency;
	return p;
}

const struct crm_err *
crm_groups_add_money(struct crm_groups *g, struct crm_group *group, size_t slot,
    uint8_t currency, int64_t minor)
{
	return add(minor, &part_of(g, group, currency)->money[slot]);
}

/* Add a group of others, or of its own, to that of a currency, before their
 * amounts are made. */
static const struct crm_err *
join(struct crm_groups *g, const struct crm_group *from, uint8_t currency)
{
	struct crm_group *to = crm_groups_at(g, from->key, currency);
	const struct crm_err *err = NULL;
	size_t i, slot;

	for (i = 0; i < CRM_GROUP_COUNTS; i++)
		to->count[i] += from->count[i];
	if (to->last_us < from->last_us)
		to->last_us = from->last_us;
	for (i = 0; i < from->nparts; i++)
		for (slot = 0; err == NULL && slot < CRM_GROUP_MONEY; slot++)
			err = crm_groups_add_money(g, to, slot,
			    from->part[i].currency, from->part[i].money[slot]);
	return err;
}

const struct crm_err *
crm_groups_join(struct crm_groups *g, const struct crm_groups *from)
{
	const struct crm_err *err = NULL;
	size_t i;

	for (i = 0; err == NULL && i < from->n; i++)
		err = join(g, &from->group[i], from->group[i].currency);
	return err;
}

void
crm_groups_see(struct crm_groups *g, uint8_t currency)
{
	uint8_t base = g->config->currency_num;
	uint8_t as = settled_in(g, currency);

	if (as != 0 && g->home != base &&
	    (g->home == 0 || as == base || as < g->home))
		g->home = as;
}

uint8_t
crm_groups_home(const struct crm_groups *g)
{
	return g->home != 0 ? g->home : g->config->currency_num;
}

bool
crm_groups_has_base(const struct crm_groups *g)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		if (g->group[i].currency == g->config->currency_num)
			return true;
	return false;
}

const struct crm_err *
crm_groups_bring_home(struct crm_groups *g)
{
	const struct crm_err *err = NULL;
	size_t i, n = g->n, left = 0;

	for (i = 0; err == NULL && i < n; i++) {
		struct crm_group from = g->group[i]; /* they may move */

		if (from.currency == 0)
			err = join(g, &from, crm_groups_home(g));
	}
	for (i = 0; i < g->n; i++)
		if (g->group[i].currency != 0)
			g->group[left++] = g->group[i];
	g->n = left;
	crm_groups_rest(g);
	return err;
}

bool
crm_groups_distinct(struct crm_groups *g, struct crm_group *group, uint64_t who,
    uint8_t what, bool ordered)
{
	char key[17];
	bool added;

	if (ordered) {
		added = group->who != who;
		group->who = who;
		return added;
	}
	crm_le64(key, (uint64_t)(group - g->group));
	crm_le64(key + 8, who);
	key[16] = (char)what;
	(void)crm_map_at(&g->seen, crm_view(key, sizeof(key)), &added);
	return added;
}

const struct crm_err *
crm_groups_settle(struct crm_groups *g)
{
	struct crm_group *group;
	const struct crm_err *err;
	size_t i, j, k;

	for (i = 0; i < g->n; i++) {
		group = &g->group[i];
		for (j = 0; j < group->nparts; j++)
			for (k = 0; k < CRM_GROUP_MONEY; k++) {
				const struct crm_group_part *p =
				    &group->part[j];

				if (p->currency == group->currency)
					err =
					    add(p->money[k], &group->money[k]);
				else
					err = crm_config_add(g->config,
					    p->money[k], p->currency,
					    &group->money[k]);
				if (err != NULL)
					return err;
			}
	}
	return NULL;
}

/* Bytes whose order is that of the values of a group's key. */
static struct crm_view
order_of(struct crm_groups *g, const struct crm_group *group,
    struct crm_buf *line, struct crm_buf *part)
{
	struct crm_view packed = group->key, v;
	size_t i;

	crm_buf_reset(line);
	for (i = 0; i < g->by->n; i++) {
		v = crm_by_next(&packed);
		crm_buf_reset(part);
		if (v.n > 0)
			crm_sort_add_key(part, &g->by->key[i].column, v);
		crm_sort_add_part(line, crm_buf_view(part), false);
	}
	return crm_view(crm_arena_dup(&g->arena, line->p, line->n), line->n);
}

/* What the comparison of two groups needs: qsort() hands over no context. */
static struct {
	uint8_t base;
	enum crm_groups_order order;
	size_t slot;
} sorting;

/* The base currency first, then as their numbers are. */
static int
cmp_currencies(const struct crm_group *a, const struct crm_group *b)
{
	if (a->currency == b->currency)
		return 0;
	if (a->currency == sorting.base || b->currency == sorting.base)
		return a->currency == sorting.base ? -1 : 1;
	return a->currency < b->currency ? -1 : 1;
}

static int
cmp_groups(const void *x, const void *y)
{
	const struct crm_group *a = x, *b = y;
	int64_t m = 0, n = 0;
	int c;

	if (sorting.order == CRM_ORDER_MONEY) {
		c = cmp_currencies(a, b);
		if (c != 0)
			return c;
		m = a->money[sorting.slot];
		n = b->money[sorting.slot];
	} else if (sorting.order == CRM_ORDER_COUNT) {
		m = a->count[sorting.slot];
		n = b->count[sorting.slot];
	}
	if (m != n)
		return m > n ? -1 : 1;
	c = crm_view_cmp(a->order, b->order);
	return c != 0 ? c : cmp_currencies(a, b);
}

void
crm_groups_sort(struct crm_groups *g, enum crm_groups_order order, size_t slot)
{
	struct crm_buf line = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	struct crm_buf part = CRM_BUF_INIT(CRM_LINE_MAX * 4);
	size_t i;

	for (i = 0; i < g->n; i++)
		g->group[i].order = order_of(g, &g->group[i], &line, &part);
	crm_buf_release(&line);
	crm_buf_release(&part);
	sorting.base = g->config->currency_num;
	sorting.order = order;
	sorting.slot = slot;
	if (g->n > 1)
		qsort(g->group, g->n, sizeof(*g->group), cmp_groups);
}

void
crm_groups_add_key(const struct crm_groups *g, const struct crm_group *group,
    struct crm_row_maker *row)
{
	struct crm_view packed = group->key;
	size_t i;

	for (i = 0; i < g->by->n; i++)
		crm_row_value(row, crm_by_next(&packed));
}
