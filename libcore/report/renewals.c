#include "report/renewals.h"

#include "base/mem.h"

static struct crm_renewal *
renewal_at(struct crm_renewals *w, size_t t)
{
	if (t > w->n) {
		w->renewal =
		    crm_grow(w->renewal, &w->cap, t, sizeof(*w->renewal));
		memset(w->renewal + w->n, 0, (t - w->n) * sizeof(*w->renewal));
		w->n = t;
	}
	return &w->renewal[t - 1];
}

/*
 * A customer has bought in period 0.  Those that are over are known: who
 * bought in the last of them, or since, is still there.
 */
static void
count_customer(struct crm_renewals *w, const struct crm_repeats_row *row,
    double unit, int32_t today)
{
	size_t age = (size_t)((today + 1 - row->first) / unit);
	size_t last = (size_t)((row->last - row->first) / unit);

	if (age < 2)
		return;
	w->customers++;
	if (last + 1 >= age)
		renewal_at(w, age - 1)->last++;
	else
		renewal_at(w, last + 1)->left++;
}

/* What a model has too little of. */
static const char *
why_not(const struct crm_renewals *w)
{
	double left = 0, stayed = 0;
	size_t i;

	for (i = 0; i < w->n; i++) {
		left += w->renewal[i].left;
		stayed += w->renewal[i].last;
	}
	return left == 0 ? "none of them left"
	    : stayed == 0
	    ? "all of them had left by then"
	    : "those who left did so too evenly to tell them from others";
}

const struct crm_err *
crm_renewals_gather(const struct crm_report_run *r, double unit, int32_t today,
    struct crm_renewals *out)
{
	struct crm_repeats repeats = { 0 };
	const struct crm_err *err = crm_repeats_gather(r, today, &repeats);
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; err == NULL && i < repeats.n; i++)
		count_customer(out, &repeats.row[i], unit, today);
	if (err == NULL && out->n > 0) {
		out->fitted =
		    crm_contract_fit(out->renewal, out->n, &out->model);
		if (!out->fitted)
			crm_report_note(r,
			    "sbg cannot be fitted to %zu customers: %s",
			    out->customers, why_not(out));
	}
	crm_repeats_release(&repeats);
	return err;
}

void
crm_renewals_release(struct crm_renewals *r)
{
	crm_free(r->renewal);
}
