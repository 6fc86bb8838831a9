#include "cli/guests.h"

#include <string.h>

#include "base/mem.h"
#include "cli/msg.h"

#define TOLD_MAX 20

void
crm_guests_release(struct crm_guests *g)
{
	crm_free(g->edit);
	crm_map_release(&g->told);
	*g = (struct crm_guests)CRM_GUESTS_INIT;
}

/* Each one once: a colleague without a record is in every meeting. */
static void
tell(struct crm_guests *g, const struct crm_batch *b, const char *field,
    struct crm_view word)
{
	bool added;

	(void)crm_map_at(&g->told, word, &added);
	if (added && !g->quiet && g->told.used <= TOLD_MAX)
		crm_msg("stdin:%llu: %s: nobody is known as '%.*s': left out "
			"of this and what follows (--add-missing person)",
		    (unsigned long long)crm_batch_line_at(b), field,
		    CRM_VARG(word));
}

void
crm_guests_end(const struct crm_guests *g)
{
	if (!g->quiet && g->told.used > TOLD_MAX)
		crm_msg("and %zu more that nobody is known as",
		    g->told.used - TOLD_MAX);
}

/* Are others of these kinds made? */
static bool
makes(const char *made, const char *kinds)
{
	return strpbrk(made, kinds) != NULL;
}

void
crm_guests_keep_known(struct crm_guests *g, const struct crm_batch *b,
    const char *made, struct crm_request *q)
{
	struct crm_view word;
	size_t known = 0, unknown = 0, n = 0, i;

	for (i = 0; i < q->nedits; i++) {
		const struct crm_edit *e = &q->edit[i];

		if (e->field->num != q->kind->who || e->op != CRM_SET)
			continue;
		if (makes(made, e->field->links))
			return;
		if (crm_batch_unknown(b, e->value, &word))
			unknown++;
		else
			known++;
	}
	if (unknown == 0 || known == 0)
		return;
	g->edit = crm_grow(g->edit, &g->cap, q->nedits, sizeof(*g->edit));
	for (i = 0; i < q->nedits; i++) {
		if (q->edit[i].field->num == q->kind->who &&
		    crm_batch_unknown(b, q->edit[i].value, &word))
			tell(g, b, q->edit[i].field->name, word);
		else
			g->edit[n++] = q->edit[i];
	}
	q->edit = g->edit;
	q->nedits = n;
}
