#include "store/scout.h"

#include "base/mem.h"
#include "base/thread.h"
#include "store/engine_impl.h"

#define FEW 100 /* ids: a thread takes as long as some ten faults */

struct crm_scout {
	struct crm_txn *txn; /* NULL: it is back */
	pthread_t thread;
	struct crm_txn *twin; /* its pages are proved by this thread alone */
	enum crm_table table;
	const uint64_t *id;
	size_t n;
	/* read and written by both threads */
	size_t first; /* ids that the first thread is done with */
	size_t seen;
};

static void *
run(void *arg)
{
	struct crm_scout *s = arg;
	const struct crm_tree *tree = &s->twin->tree[s->table];
	struct crm_spot spot = { 0 };
	struct crm_view k, v;
	char key[8];
	size_t i;

	for (i = s->n; i > __atomic_load_n(&s->first, __ATOMIC_RELAXED); i--) {
		crm_be64(key, s->id[i - 1]);
		if (!crm_tree_seek(
			&s->twin->pages, tree, &spot, crm_view(key, 8), &k, &v))
			break;
		__atomic_store_n(&s->seen, s->n - i + 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

struct crm_scout *
crm_scout_new(
    struct crm_txn *t, enum crm_table table, const uint64_t *id, size_t n)
{
	struct crm_scout *s;

	if (n < FEW || t->scout != NULL)
		return NULL;
	s = crm_calloc(1, sizeof(*s));
	s->id = id;
	s->n = n;
	s->table = table;
	/* A failure is that of the first thread, too. */
	if (crm_txn_twin(t, table, &s->twin) == NULL && s->twin != NULL &&
	    crm_thread_begin(&s->thread, run, s)) {
		s->txn = t;
		t->scout = s;
		return s;
	}
	crm_txn_end(s->twin);
	crm_free(s);
	return NULL;
}

void
crm_engine_call_back(struct crm_txn *t)
{
	struct crm_scout *s = t->scout;

	if (s == NULL)
		return;
	__atomic_store_n(&s->first, s->n, __ATOMIC_RELAXED);
	(void)pthread_join(s->thread, NULL);
	s->txn = NULL;
	t->scout = NULL;
}

void
crm_scout_free(struct crm_scout *s)
{
	if (s == NULL)
		return;
	if (s->txn != NULL)
		crm_engine_call_back(s->txn);
	crm_txn_end(s->twin);
	crm_free(s);
}

void
crm_scout_follow(struct crm_scout *s, size_t i)
{
	if (s->txn != NULL)
		__atomic_store_n(&s->first, i, __ATOMIC_RELAXED);
}

size_t
crm_scout_seen(const struct crm_scout *s)
{
	return __atomic_load_n(&s->seen, __ATOMIC_RELAXED);
}
