/* A snapshot for two threads: each with pages of its own that it has proved. */
#include "base/mem.h"
#include "store/engine_impl.h"

/* Of one part: for less a thread does not pay. */
#define LEAVES_LEAST 32

const struct crm_err *
crm_txn_twin(struct crm_txn *t, enum crm_table table, struct crm_txn **out)
{
	const struct crm_young *young;
	const struct crm_tree *tree;
	const struct crm_err *err;
	struct crm_txn *twin;

	*out = NULL;
	if (!crm_engine_by_hand(t))
		return NULL;
	/* LMDB, which one thread alone may ask, is done with the table then. */
	err = crm_engine_find_tree(t, table, &tree);
	if (err == NULL)
		err = crm_young_of(t, table, &young);
	if (err != NULL)
		return err;
	twin = crm_calloc(1, sizeof(*twin));
	twin->env = t->env;
	twin->set = t->set;
	twin->dbi = t->dbi;
	twin->twin = true;
	twin->pages.from = t->pages.from;
	twin->pages.count = t->pages.count;
	twin->pages.room = t->pages.room;
	twin->pages.fd = t->pages.fd;
	twin->tree[table] = *tree;
	twin->known[table] = true;
	twin->tree[YOUNG_TREE(table)] = t->tree[YOUNG_TREE(table)];
	twin->known[YOUNG_TREE(table)] = true;
	twin->young[table] = *young;
	*out = twin;
	return NULL;
}

const struct crm_err *
crm_txn_split(struct crm_txn *t, enum crm_table table, struct crm_view prefix,
    size_t most, struct crm_view *key, size_t *n)
{
	const struct crm_tree *tree;
	const struct crm_err *err;

	*n = 0;
	if (!crm_engine_by_hand(t))
		return NULL;
	err = crm_engine_find_tree(t, table, &tree);
	if (err != NULL)
		return err;
	return crm_tree_split(
		   &t->pages, tree, prefix, most, LEAVES_LEAST, key, n)
	    ? NULL
	    : crm_engine_bad_page();
}
