/* Pages of a snapshot that are read by themselves, not in the file's map. */
#include <unistd.h>

#include "base/mem.h"
#include "store/pages_impl.h"
#include "store/pages_walk.h"

#define SLOTS (2 * CRM_KEPT_MAX)

/* Those that stay as long as the snapshot, by number; a table half full. */
struct crm_kept {
	size_t n;
	struct {
		uint64_t number; /* 0: none */
		char *page;
	} slot[SLOTS];
};

bool
crm_pages_read(const struct crm_pages *p, uint64_t number, size_t n, char *out)
{
	return p->fd >= 0 &&
	    pread(p->fd, out, n * p->room, (off_t)(number * p->room)) ==
	    (ssize_t)(n * p->room);
}

const char *
crm_pages_kept(struct crm_pages *p, uint64_t number, bool add)
{
	struct crm_kept *k = p->kept;
	size_t i = number % SLOTS;
	char *page;

	if (k == NULL) {
		if (!add || p->fd < 0)
			return NULL;
		k = p->kept = crm_calloc(1, sizeof(*k));
	}
	for (; k->slot[i].number != 0; i = (i + 1) % SLOTS)
		if (k->slot[i].number == number)
			return k->slot[i].page;
	if (!add || k->n == CRM_KEPT_MAX)
		return NULL;
	page = crm_alloc(p->room);
	if (!crm_pages_read(p, number, 1, page)) {
		crm_free(page);
		return NULL;
	}
	k->slot[i].number = number;
	k->slot[i].page = page;
	k->n++;
	return page;
}

void
crm_pages_release(struct crm_pages *p)
{
	size_t i;

	if (p->kept == NULL)
		return;
	for (i = 0; i < SLOTS; i++)
		crm_free(p->kept->slot[i].page);
	crm_free(p->kept);
	p->kept = NULL;
}
