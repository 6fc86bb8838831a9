/* Reading blocks of POSTING: the numbers of ids, group by group. */
#include "base/mem.h"
#include "store/block_impl.h"

struct crm_numbers {
	struct crm_walk *walk;
	char from[CRM_KEY_MAX], to[CRM_KEY_MAX];
	size_t from_n, to_n;
	int32_t base;
	bool any;   /* there is a block */
	bool begun; /* a group was not below 'from': none behind it is */
	struct crm_block b;
	struct crm_block_pos pos; /* behind the group at hand */
	/* the group at hand, when its numbers go on in another block */
	char group[CRM_GROUP_MAX];
};

static const struct crm_err *
cannot_be_read(const struct crm_numbers *s)
{
	return crm_block_damaged(s->b.key, "an entry that cannot be read");
}

/* What of a key is its prefix. */
static struct crm_view
prefix_of(const struct crm_numbers *s, const char *key)
{
	return crm_view(key, s->walk->form->prefix);
}

/* Load the next block; any: it is of the prefix. */
static const struct crm_err *
next_block(struct crm_numbers *s)
{
	const struct crm_err *err;
	struct crm_view k, v;

	s->any = false;
	err = crm_cur_next(s->walk->cur, &k, &v);
	if (err != NULL || k.p == NULL)
		return err;
	crm_walk_read_ahead(v);
	err = crm_block_open(s->walk->form, k, v, &s->walk->room, &s->b);
	if (err != NULL)
		return err;
	memset(&s->pos, 0, sizeof(s->pos));
	s->any = crm_view_eq(prefix_of(s, k.p), prefix_of(s, s->from));
	return NULL;
}

const struct crm_err *
crm_numbers_open(struct crm_walk *walk, struct crm_view from,
    struct crm_view to, int32_t base, struct crm_numbers **out)
{
	struct crm_numbers *s = crm_calloc(1, sizeof(*s));
	const struct crm_err *err;

	*out = s;
	s->walk = walk;
	memcpy(s->from, from.p, from.n);
	s->from_n = from.n;
	if (to.n > 0)
		memcpy(s->to, to.p, to.n);
	s->to_n = to.n;
	s->base = base;
	err = crm_walk_seek_block(walk, from);
	if (err != NULL || !walk->loaded)
		return err;
	s->b = walk->b;
	s->any = crm_view_eq(prefix_of(s, s->b.key.p), prefix_of(s, s->from));
	return NULL;
}

void
crm_numbers_close(struct crm_numbers *s)
{
	crm_free(s);
}

/* Is a group below a key of the same prefix? */
static bool
is_below(const struct crm_numbers *s, struct crm_view group, const char *key,
    size_t n)
{
	struct crm_view k =
	    crm_view_skip(crm_view(key, n), s->walk->form->prefix);

	if (group.n == 8 && k.n == 8) /* as ids are */
		return crm_be64_get(group.p) < crm_be64_get(k.p);
	return crm_view_cmp(group, k) < 0;
}

/* Add the numbers of the group at hand that stand in this block. */
static const struct crm_err *
add_numbers(struct crm_numbers *s, int32_t **number, size_t *cap, size_t *n)
{
	size_t left = s->pos.left;

	if (left > s->b.count - s->pos.i)
		return cannot_be_read(s);
	*number = crm_grow(*number, cap, *n + left, sizeof(**number));
	if (!crm_block_numbers(&s->b, &s->pos, s->base, *number + *n))
		return cannot_be_read(s);
	*n += left;
	return NULL;
}

/* Add what blocks behind this one have of a group that may go on there. */
static const struct crm_err *
add_more(struct crm_numbers *s, struct crm_view *group, int32_t **number,
    size_t *cap, size_t *n)
{
	const struct crm_err *err = NULL;

	if (!s->any || s->pos.i < s->b.count)
		return NULL;
	if (group->n > sizeof(s->group))
		return cannot_be_read(s);
	if (group->n > 0)
		memcpy(s->group, group->p, group->n);
	group->p = s->group;
	while (err == NULL && s->any && s->pos.i == s->b.count) {
		err = next_block(s);
		if (err != NULL || !s->any)
			break;
		if (!crm_block_group(&s->b, &s->pos))
			return cannot_be_read(s);
		if (!crm_view_eq(s->pos.group, *group))
			break; /* it is the next one */
		err = add_numbers(s, number, cap, n);
	}
	return err;
}

const struct crm_err *
crm_numbers_next(struct crm_numbers *s, struct crm_view *group,
    int32_t **number, size_t *cap, size_t *n)
{
	const struct crm_err *err = NULL;

	*group = CRM_VNULL;
	*n = 0;
	while (err == NULL && s->any) {
		*n = 0;
		if (s->pos.left == 0 && !crm_block_group(&s->b, &s->pos))
			return cannot_be_read(s);
		*group = s->pos.group;
		if (s->to_n > 0 && !is_below(s, *group, s->to, s->to_n))
			break;
		err = add_numbers(s, number, cap, n);
		if (err == NULL)
			err = add_more(s, group, number, cap, n);
		s->begun = s->begun || !is_below(s, *group, s->from, s->from_n);
		if (err != NULL || s->begun)
			return err;
	}
	*group = CRM_VNULL;
	*n = 0;
	return err;
}
