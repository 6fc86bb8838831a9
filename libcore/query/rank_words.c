/* What the words of a query are worth: by how many records have them, the
 * field that has them, and how many others stand beside them. */
#include "query/rank_impl.h"
#include "store/index.h"

#define K 1.2
#define B 0.75
#define MEAN 8
#define UNIT (1 << 20) /* of a score */

static const struct crm_err *
add_words(struct crm_rank *r, const struct crm_term *t)
{
	size_t i, j;

	if (t->op != CRM_TERM_WORD && t->op != CRM_TERM_EMAIL)
		return NULL;
	for (i = 0; i < t->nwords; i++) {
		for (j = 0; j < r->nwords; j++)
			if (crm_view_eq(r->word[j].text, t->word[i]))
				break;
		if (j < r->nwords)
			continue;
		if (r->nwords == CRM_RANK_WORDS)
			return crm_err(CRM_E_USAGE,
			    "--sort %s: more than %d words", CRM_RANK_SORT,
			    CRM_RANK_WORDS);
		r->word[r->nwords++].text = t->word[i];
	}
	return NULL;
}

static const struct crm_err *
collect_words(struct crm_rank *r, const struct crm_node *n)
{
	const struct crm_err *err;

	switch (n->op) {
	case CRM_ALL:
	case CRM_NOT:
		return NULL;
	case CRM_TERM:
		return add_words(r, n->term);
	case CRM_AND:
	case CRM_OR:
		break;
	}
	err = collect_words(r, n->left);
	return err != NULL ? err : collect_words(r, n->right);
}

/* The least length of the class that a posting's byte tells. */
static void
set_lengths(struct crm_rank *r)
{
	unsigned int weight, byte;
	size_t words;

	memset(r->length, 0xff, sizeof(r->length));
	for (weight = 1; weight <= 7; weight++)
		for (words = 0; words < 65536; words += words / 16 + 1) {
			byte = crm_text_byte(weight, words);
			if (words < r->length[byte])
				r->length[byte] = (uint32_t)words;
		}
}

const struct crm_err *
crm_rank_words(struct crm_rank *r)
{
	const struct crm_err *err = collect_words(r, r->q->root);

	set_lengths(r);
	if (err == NULL && r->nwords == 0)
		return crm_err(CRM_E_USAGE,
		    "--sort %s: the query has no whole word to go by",
		    CRM_RANK_SORT);
	return err;
}

/* The logarithm of a number from 1 on to the base of 2; the same on every
 * machine. */
static double
log_2(double x)
{
	double sum = 0, bit = 1;
	int i;

	while (x >= 2) {
		x /= 2;
		sum += 1;
	}
	for (i = 0; i < 30; i++) {
		x *= x;
		bit /= 2;
		if (x >= 2) {
			x /= 2;
			sum += bit;
		}
	}
	return sum;
}

static void
set_scores(struct crm_rank *r, struct crm_rank_word *w, uint64_t all)
{
	double n = (double)w->n, idf, weight;
	unsigned int byte;

	if (all < w->n)
		all = w->n;
	idf = log_2(1 + ((double)all - n + 0.5) / (n + 0.5));
	for (byte = 0; byte < 256; byte++) {
		weight = crm_text_weight((uint8_t)byte);
		w->score[byte] = r->length[byte] == UINT32_MAX
		    ? 0
		    : (uint32_t)(UNIT * idf * weight * (K + 1) /
			  (weight + K * (1 - B + B * r->length[byte] / MEAN)));
	}
}

const struct crm_err *
crm_rank_weigh(struct crm_rank *r)
{
	const struct crm_err *err;
	char group[CRM_KEY_MAX];
	uint64_t last;
	size_t i;

	err = crm_snap_last_id(r->snap, r->p.kind->letter, &last);
	for (i = 0; err == NULL && i < r->nwords; i++) {
		struct crm_rank_word *w = &r->word[i];

		w->n = w->tail_n;
		err = crm_plan_count_group(&r->p, CRM_TABLE_TEXT,
		    crm_view(group,
			crm_text_group(group, w->text, r->p.kind->letter)),
		    &w->n);
		if (err == NULL)
			set_scores(r, w, crm_id_number(last));
	}
	return err;
}
