/* Reading blocks of POSTING: groups and their ids. */
#include "base/find.h"
#include "store/block_impl.h"

/* Point at the ids of the wanted group in the block at hand. */
static bool
take_group(struct crm_walk *w, struct crm_ids *out)
{
	struct crm_view want = crm_view(w->want, w->want_n);
	struct crm_view name = crm_view_skip(want, w->form->prefix);
	size_t lo = 0, hi = w->ngroups, mid;
	int c;

	out->n = 0;
	if (!crm_walk_same_prefix(w, want))
		return false;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		c = crm_view_cmp(w->group[mid].name, name);
		if (c == 0) {
			w->g = mid;
			w->i = w->group[mid].from;
			out->id = w->id + w->group[mid].from;
			out->byte = w->form->value > 0
			    ? w->byte + w->group[mid].from
			    : NULL;
			out->n = w->group[mid].n;
			w->want_more = mid + 1 == w->ngroups;
			return true;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	w->want_more = false;
	w->g = lo < w->ngroups ? lo : 0;
	return lo == w->ngroups; /* it may begin in the next block */
}

const struct crm_err *
crm_walk_ids(struct crm_walk *w, struct crm_view key, struct crm_ids *out)
{
	const struct crm_err *err;

	out->n = 0;
	if (key.n + 1 + 8 > CRM_KEY_MAX)
		return NULL;
	memcpy(w->want, key.p, key.n);
	w->want_n = key.n;
	w->want[key.n] = '\0';
	err = crm_walk_seek_block(w, crm_view(w->want, key.n + 1));
	if (err != NULL || !take_group(w, out) || out->n > 0)
		return err;
	err = crm_walk_next_block(w);
	if (err == NULL)
		(void)take_group(w, out);
	return err;
}

const struct crm_err *
crm_walk_more_ids(struct crm_walk *w, struct crm_ids *out)
{
	const struct crm_err *err;

	out->n = 0;
	if (!w->want_more)
		return NULL;
	err = crm_walk_next_block(w);
	if (err != NULL)
		return err;
	w->want_more = false;
	if (w->loaded)
		(void)take_group(w, out);
	w->fresh = out->n == 0;
	return NULL;
}

/* Leave of the ids of the group in the block at hand those from one on. */
static void
cut_below(struct crm_ids *ids, uint64_t id)
{
	size_t lo = 0, hi = ids->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (ids->id[mid] < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	ids->id += lo;
	if (ids->byte != NULL)
		ids->byte += lo;
	ids->n -= lo;
}

const struct crm_err *
crm_walk_ids_from(
    struct crm_walk *w, struct crm_view key, uint64_t id, struct crm_ids *out)
{
	const struct crm_err *err;

	out->n = 0;
	if (key.n + 1 + 8 > CRM_KEY_MAX)
		return NULL;
	memcpy(w->want, key.p, key.n);
	w->want_n = key.n;
	w->want[key.n] = '\0';
	crm_be64(w->want + key.n + 1, id);
	err = crm_walk_seek_block(w, crm_view(w->want, key.n + 1 + 8));
	if (err != NULL || !take_group(w, out))
		return err;
	if (out->n == 0) {
		err = crm_walk_next_block(w);
		if (err == NULL)
			(void)take_group(w, out);
	}
	cut_below(out, id);
	while (err == NULL && out->n == 0 && w->want_more) {
		err = crm_walk_more_ids(w, out);
		cut_below(out, id);
	}
	return err;
}

/* Count the ids of so many blocks at the most. */
#define COUNT_BLOCKS 8

const struct crm_err *
crm_walk_about(struct crm_walk *w, struct crm_view key, uint64_t *out)
{
	const struct crm_err *err;
	struct crm_entry e;
	struct crm_ids ids;
	uint64_t first = 0, next = 0;
	char last[CRM_KEY_MAX];
	int i;

	*out = 0;
	err = crm_walk_ids(w, key, &ids);
	if (ids.n > 0)
		first = ids.id[0];
	for (i = 0; err == NULL && ids.n > 0 && i < COUNT_BLOCKS; i++) {
		*out += ids.n;
		next = ids.id[ids.n - 1];
		err = crm_walk_more_ids(w, &ids);
	}
	if (err != NULL || ids.n == 0)
		return err;
	/* As dense as here up to the last one. */
	memcpy(last, key.p, key.n);
	last[key.n] = '\0';
	memset(last + key.n + 1, 0xff, 8);
	err = crm_walk_floor(w, crm_view(last, key.n + 1 + 8), &e);
	if (err == NULL && e.prefix.p != NULL && e.id > next)
		*out += (uint64_t)((double)*out * (double)(e.id - next) /
		    (double)(next - first + 1));
	return err;
}

/* The group at hand. */
static const struct crm_err *
group_entry(struct crm_walk *w, struct crm_entry *out)
{
	w->fresh = false;
	out->prefix = CRM_VNULL;
	if (!w->loaded)
		return NULL;
	out->prefix = crm_walk_prefix(w);
	out->key = w->group[w->g].name;
	out->id = w->id[w->group[w->g].from];
	out->value = CRM_VNULL;
	return NULL;
}

const struct crm_err *
crm_walk_group(struct crm_walk *w, struct crm_view key, struct crm_entry *out)
{
	const struct crm_err *err;

	err = crm_walk_seek(w, key, out);
	return err != NULL ? err : group_entry(w, out);
}

void
crm_walk_group_ids(struct crm_walk *w, struct crm_ids *out)
{
	const struct crm_group_at *g = &w->group[w->g];
	size_t n = w->form->prefix;

	if (n > 0)
		memcpy(w->want, w->b.key.p, n);
	memcpy(w->want + n, g->name.p, g->name.n);
	w->want_n = n + g->name.n;
	w->want_more = w->g + 1 == w->ngroups;
	out->id = w->id + g->from;
	out->byte = w->form->value > 0 ? w->byte + g->from : NULL;
	out->n = g->n;
}

const struct crm_err *
crm_walk_next_group(struct crm_walk *w, struct crm_entry *out)
{
	const struct crm_err *err;
	char name[CRM_KEY_MAX], prefix[8];
	bool same = false;
	size_t n;

	out->prefix = CRM_VNULL;
	if (!w->loaded)
		return NULL;
	if (w->fresh)
		return group_entry(w, out);
	n = w->group[w->g].name.n;
	memcpy(name, w->group[w->g].name.p, n);
	memcpy(prefix, w->b.key.p, w->form->prefix);
	/* Blocks that hold nothing but the same group are stepped over. */
	while (w->g + 1 == w->ngroups) {
		err = crm_walk_next_block(w);
		if (err != NULL || !w->loaded)
			return err;
		same = memcmp(prefix, w->b.key.p, w->form->prefix) == 0 &&
		    crm_view_eq(w->group[0].name, crm_view(name, n));
		if (!same)
			return group_entry(w, out);
	}
	w->i = w->group[++w->g].from;
	return group_entry(w, out);
}

/* Is the length of a group of some sizes among the bytes of a block?  It may
 * be something else that looks so. */
static bool
may_have_long(const struct crm_block *b, const struct crm_sieve *s)
{
	const uint8_t *p, *end = b->body + b->n;
	size_t high, len;

	for (high = s->from >> 7; high <= s->to >> 7; high++)
		for (p = b->body + 1; p < end; p++) {
			p = memchr(p, (int)high, (size_t)(end - p));
			if (p == NULL)
				break;
			len = high << 7 | (p[-1] & 0x7f);
			if (p[-1] >= 0x80 && len >= s->from && len <= s->to)
				return true;
		}
	return false;
}

static bool
passes(const struct crm_sieve *s, struct crm_view name)
{
	return (name.n >= s->from && name.n <= s->to) ||
	    crm_find(name, s->piece) < name.n;
}

/* Load the next block in which a group may pass, or one of another prefix:
 * the others are not taken apart. */
static const struct crm_err *
next_block_with(struct crm_walk *w, const struct crm_sieve *s)
{
	const struct crm_err *err;
	struct crm_view k, v, body;
	char prefix[8];

	memcpy(prefix, w->b.key.p, w->form->prefix);
	w->loaded = false;
	for (;;) {
		err = crm_cur_next(w->cur, &k, &v);
		if (err != NULL || k.p == NULL)
			return err;
		crm_walk_read_ahead(v);
		err = crm_block_open(w->form, k, v, &w->room, &w->b);
		if (err != NULL)
			return err;
		body = crm_view(w->b.body, w->b.n);
		if (memcmp(prefix, k.p, w->form->prefix) != 0 ||
		    crm_find(body, s->piece) < body.n ||
		    may_have_long(&w->b, s))
			break;
	}
	err = crm_walk_unpack(w);
	w->loaded = err == NULL;
	w->i = 0;
	return err;
}

const struct crm_err *
crm_walk_next_with(
    struct crm_walk *w, const struct crm_sieve *s, struct crm_entry *out)
{
	const struct crm_err *err;
	char name[CRM_KEY_MAX], prefix[8];
	bool fresh = w->fresh;
	size_t n;

	out->prefix = CRM_VNULL;
	while (w->loaded) {
		if (fresh) /* the one at hand was not handed out yet */
			fresh = false;
		else if (w->g + 1 < w->ngroups)
			w->i = w->group[++w->g].from;
		else {
			n = w->group[w->g].name.n;
			memcpy(name, w->group[w->g].name.p, n);
			memcpy(prefix, w->b.key.p, w->form->prefix);
			err = next_block_with(w, s);
			if (err != NULL || !w->loaded)
				return err;
			if (memcmp(prefix, w->b.key.p, w->form->prefix) != 0)
				return group_entry(w, out);
			if (crm_view_eq(w->group[0].name, crm_view(name, n)))
				continue; /* more of the same */
		}
		if (passes(s, w->group[w->g].name))
			return group_entry(w, out);
	}
	return NULL;
}
