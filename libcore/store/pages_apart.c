/* Pages of a snapshot that are read by themselves, not in the file's map. */
#include <unistd.h>

#include "base/mem.h"
#include "store/pages_impl.h"
#include "store/pages_walk.h"

#define SLOTS_FIRST 16

/* Those that stay as long as the snapshot, by number; a table half full at the
 * most. */
struct crm_kept {
	size_t n, slots;
	struct slot {
		uint64_t number; /* 0: none */
		char *page;
	} slot[];
};

static struct crm_kept *
make_kept(size_t slots)
{
	struct crm_kept *k = crm_calloc(
	    1, sizeof(struct crm_kept) + slots * sizeof(struct slot));

	k->slots = slots;
	return k;
}

/* The slot of a page, or the one it goes to. */
static struct slot *
slot_of(struct crm_kept *k, uint64_t number)
{
	size_t i = number % k->slots;

	while (k->slot[i].number != 0 && k->slot[i].number != number)
		i = (i + 1) % k->slots;
	return &k->slot[i];
}

/* Twice as many slots. */
static struct crm_kept *
widen(struct crm_kept *was)
{
	struct crm_kept *k = make_kept(2 * was->slots);
	size_t i;

	for (i = 0; i < was->slots; i++)
		if (was->slot[i].number != 0)
			*slot_of(k, was->slot[i].number) = was->slot[i];
	k->n = was->n;
	crm_free(was);
	return k;
}

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
	struct slot *s;
	char *page;

	if (p->kept == NULL) {
		if (!add || p->fd < 0)
			return NULL;
		p->kept = make_kept(SLOTS_FIRST);
	}
	s = slot_of(p->kept, number);
	if (s->number != 0)
		return s->page;
	if (!add || p->kept->n == CRM_KEPT_MAX)
		return NULL;
	page = crm_alloc(p->room);
	if (!crm_pages_read(p, number, 1, page)) {
		crm_free(page);
		return NULL;
	}
	s->number = number;
	s->page = page;
	if (2 * ++p->kept->n >= p->kept->slots)
		p->kept = widen(p->kept);
	return page;
}

void
crm_pages_release(struct crm_pages *p)
{
	size_t i;

	if (p->kept == NULL)
		return;
	for (i = 0; i < p->kept->slots; i++)
		crm_free(p->kept->slot[i].page);
	crm_free(p->kept);
	p->kept = NULL;
}
