/* A heap with the worst on top while they are few, else a sort. */
#include "query/best.h"

#include "base/mem.h"
#include "base/runs.h"

#define HEAP_MAX 65536 /* 1 MiB */

struct scored {
	uint32_t score;
	uint64_t id;
};

struct crm_best {
	struct scored *item; /* the worst first, each above those behind it */
	size_t n, cap, max;
	struct crm_runs *runs; /* instead, for many */
	bool sorted;
};

static bool
is_worse(struct scored a, struct scored b)
{
	return a.score != b.score ? a.score < b.score : a.id < b.id;
}

struct crm_best *
crm_best_new(uint64_t max, size_t memory, int dir)
{
	struct crm_best *b = crm_calloc(1, sizeof(*b));

	if (max > HEAP_MAX)
		b->runs = crm_runs_new(memory, dir);
	else
		b->max = (size_t)max;
	return b;
}

void
crm_best_free(struct crm_best *b)
{
	if (b == NULL)
		return;
	crm_runs_free(b->runs);
	crm_free(b->item);
	crm_free(b);
}

bool
crm_best_takes(const struct crm_best *b, uint32_t score, uint64_t id)
{
	return b->runs != NULL || b->n < b->max ||
	    (b->max > 0 && is_worse(b->item[0], (struct scored){ score, id }));
}

/* Let one sink from the top of the first n until all below it are better. */
static void
sink(struct scored *item, size_t n, struct scored s)
{
	size_t at = 0, child;

	for (child = 1; child < n; child = 2 * at + 1) {
		if (child + 1 < n && is_worse(item[child + 1], item[child]))
			child++;
		if (is_worse(s, item[child]))
			break;
		item[at] = item[child];
		at = child;
	}
	item[at] = s;
}

static void
rise(struct scored *item, size_t at, struct scored s)
{
	while (at > 0 && is_worse(s, item[(at - 1) / 2])) {
		item[at] = item[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	item[at] = s;
}

const struct crm_err *
crm_best_add(struct crm_best *b, uint32_t score, uint64_t id)
{
	struct scored s = { score, id };
	char key[12];

	if (b->runs != NULL) {
		crm_be32(key, ~score);
		crm_be64(key + 4, ~id);
		return crm_runs_add(
		    b->runs, crm_view(key, sizeof(key)), CRM_VNULL);
	}
	if (b->n == b->max) {
		sink(b->item, b->n, s);
		return NULL;
	}
	b->item = crm_grow(b->item, &b->cap, b->n + 1, sizeof(*b->item));
	rise(b->item, b->n++, s);
	return NULL;
}

/* From a heap with the worst first to a list with the worst last. */
static void
sort_heap(struct crm_best *b)
{
	struct scored last;
	size_t n;

	for (n = b->n; n > 1; n--) {
		last = b->item[n - 1];
		b->item[n - 1] = b->item[0];
		sink(b->item, n - 1, last);
	}
	b->max = b->n; /* as many are left from here on */
	b->n = 0;
}

const struct crm_err *
crm_best_next(struct crm_best *b, uint64_t *id)
{
	const struct crm_err *err = NULL;
	struct crm_view key, value;

	*id = 0;
	if (!b->sorted) {
		b->sorted = true;
		if (b->runs == NULL)
			sort_heap(b);
		else
			err = crm_runs_sort(b->runs);
	}
	if (b->runs == NULL) {
		if (b->n < b->max)
			*id = b->item[b->n++].id;
		return NULL;
	}
	if (err == NULL)
		err = crm_runs_next(b->runs, &key, &value);
	if (err == NULL && key.p != NULL)
		*id = ~crm_be64_get(key.p + 4);
	return err;
}
