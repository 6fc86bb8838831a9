/* score: the scores of crm.yaml, and why each is what it is. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/sorted.h"
#include "record/value.h"
#include "report/explain.h"
#include "report/figures.h"
#include "report/list.h"
#include "report/scores.h"
#include "store/who.h"

#define REASONS 3 /* that are printed */

/* clang-format off */
static const struct crm_field keys[] = {
	{ .name = "score", .type = CRM_T_TEXT },
};

static const struct crm_field columns[] = {
	{ .name = "id", .type = CRM_T_LINK, .flags = CRM_F_COMPUTED,
	    .help = "what is judged" },
	{ .name = "name", .type = CRM_T_TEXT, .help = "what it is called" },
	{ .name = "score", .type = CRM_T_TEXT, .help = "which score" },
	{ .name = "value", .type = CRM_T_NUMBER,
	    .help = "points, or the chance in percent" },
	{ .name = "reasons", .type = CRM_T_TEXT,
	    .help = "what adds most to it, and takes most from it" },
	{ .name = "records", .type = CRM_T_NUMBER, .help = "how many" },
	{ .name = "mean", .type = CRM_T_NUMBER, .help = "of value" },
	{ .name = "won", .type = CRM_T_NUMBER, .help = "deals that were won" },
	{ .name = "lost", .type = CRM_T_NUMBER, .help = "and lost" },
	{ .name = "auc", .type = CRM_T_NUMBER,
	    .help = "chance that a won one has more than a lost one" },
	{ .name = "log-loss", .type = CRM_T_NUMBER,
	    .help = "mean of -ln of the chance of what came" },
	{ .name = "base-loss", .type = CRM_T_NUMBER,
	    .help = "the same if all had the win rate learned from" },
	{ .name = "probability", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "the chance, as a number from 0 to 1" },
	{ .name = "outcome", .type = CRM_T_NUMBER, .flags = CRM_F_HIDDEN,
	    .help = "1 won, 0 lost" },
};
/* clang-format on */

enum { C_ID, C_NAME, C_SCORE, C_VALUE };

struct work {
	struct crm_report_run *r;
	struct crm_scores s;
	int32_t until;
	uint64_t *only; /* deals that a query finds, sorted */
	size_t nonly;
	const struct crm_score_line **line; /* those that are wanted */
	size_t n;
};

/* Does the report cover a line? */
static bool
is_wanted(const struct work *w, const struct crm_score_line *l)
{
	bool learned = w->s.of->nlearn > 0;

	if (w->s.of->of[0] != 'd')
		return crm_whom_has(&w->r->whom, l->id);
	if (w->r->things != NULL || !learned)
		return crm_sorted_has(w->only, w->nonly, l->id);
	if (w->r->arg[CRM_ARG_CALIBRATE] != NULL)
		return l->won >= 0 && l->closed > w->until;
	return w->r->by_given ? l->won >= 0 : l->won < 0;
}

/* The best first. */
static int
cmp_lines(const void *x, const void *y)
{
	const struct crm_score_line *a =
	    *(const struct crm_score_line *const *)x;
	const struct crm_score_line *b =
	    *(const struct crm_score_line *const *)y;

	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static void
select_lines(struct work *w)
{
	size_t i;

	w->n = 0;
	w->line = crm_calloc(w->s.n + 1, sizeof(struct crm_score_line *));
	for (i = 0; i < w->s.n; i++)
		if (is_wanted(w, &w->s.line[i]))
			w->line[w->n++] = &w->s.line[i];
	if (w->n > 1)
		qsort(
		    w->line, w->n, sizeof(struct crm_score_line *), cmp_lines);
}

/* "source:fair", "no:source"; points stand for their query. */
static void
reason_text(const struct crm_reason *x, bool learned, struct crm_buf *out)
{
	if (!learned)
		crm_buf_adds(out, x->what);
	else if (x->value[0] == '\0')
		crm_buf_addf(out, "no:%s", x->what);
	else
		crm_buf_addf(out, "%s:%s", x->what, x->value);
}

static void
put_reasons(struct work *w, const struct crm_score_line *l)
{
	bool learned = w->s.of->nlearn > 0;
	struct crm_buf text = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_reason *x;
	size_t n = crm_scores_reasons(&w->s, l, &x), i;

	for (i = 0; i < n && i < REASONS; i++) {
		if (x[i].weight == 0)
			break;
		crm_buf_addf(&text, learned ? "%s%+.2f " : "%s%+.0f ",
		    i > 0 ? "; " : "", x[i].weight);
		reason_text(&x[i], learned, &text);
	}
	crm_row_text(&w->r->row, crm_buf_view(&text));
	crm_buf_release(&text);
	crm_free(x);
}

/* Points as they are, a chance in percent. */
static void
put_value(struct work *w, int64_t value)
{
	if (w->s.of->nlearn > 0)
		crm_row_share(&w->r->row, value, CRM_CHANCE_ONE);
	else
		crm_row_number(&w->r->row, value);
}

static const struct crm_err *
make_line(struct work *w, const struct crm_score_line *l)
{
	struct crm_row_maker *row = &w->r->row;
	struct crm_buf name = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = crm_who_name(w->r->snap, l->id, &name);
	size_t i;

	crm_row_begin(row);
	crm_row_link(row, l->id);
	crm_row_text(row, crm_buf_view(&name));
	crm_row_text(row, crm_view_str(w->s.of->name));
	put_value(w, l->value);
	put_reasons(w, l);
	for (i = 0; i < 7; i++) /* with --by */
		crm_row_none(row);
	if (w->s.of->nlearn > 0)
		crm_row_dec(row, (struct crm_dec){ l->value, 6 });
	else
		crm_row_none(row);
	if (l->won >= 0)
		crm_row_number(row, l->won);
	else
		crm_row_none(row);
	crm_buf_release(&name);
	return err;
}

/* What came of deals against their chances. */
struct fitness {
	size_t won, lost;
	double auc, loss, base_loss;
};

/* Lines come by value: of equal ones half count as more. */
static struct fitness
measure(const struct work *w)
{
	const struct crm_logistic *m;
	struct fitness f = { 0 };
	double mean, pairs = 0, p, base;
	size_t i, k, end, cases, won, lost, below = 0;

	for (i = 0; i < w->n; i++) {
		f.won += w->line[i]->won == 1;
		f.lost += w->line[i]->won == 0;
	}
	if (f.won + f.lost == 0)
		return f;
	for (end = w->n; end > 0; end = i) { /* from the least on */
		won = lost = 0;
		for (i = end;
		     i > 0 && w->line[i - 1]->value == w->line[end - 1]->value;
		     i--) {
			won += w->line[i - 1]->won == 1;
			lost += w->line[i - 1]->won == 0;
		}
		pairs += (double)won * ((double)below + (double)lost / 2);
		below += lost;
	}
	f.auc = pairs / ((double)f.won * (double)f.lost);
	m = crm_scores_model(&w->s, &mean, &cases);
	base = m->win_rate;
	for (k = 0; k < w->n; k++) {
		if (w->line[k]->won < 0)
			continue;
		p = (double)w->line[k]->value / CRM_CHANCE_ONE;
		f.loss -= log(w->line[k]->won == 1 ? p : 1 - p);
		f.base_loss -= log(w->line[k]->won == 1 ? base : 1 - base);
	}
	f.loss /= (double)(f.won + f.lost);
	f.base_loss /= (double)(f.won + f.lost);
	return f;
}

/* With four digits; none when there is none. */
static void
put_double(struct crm_row_maker *row, double v)
{
	if (isfinite(v))
		crm_row_dec(row, (struct crm_dec){ llround(v * 1e4), 4 });
	else
		crm_row_none(row);
}

static const struct crm_err *
put_summary(struct work *w)
{
	struct crm_row_maker *row = &w->r->row;
	struct fitness f = { 0 };
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < w->n; i++)
		sum += w->line[i]->value;
	crm_row_begin(row);
	crm_row_text(row, crm_view_str(w->s.of->name)); /* --by */
	for (i = 0; i < 5; i++)                         /* without */
		crm_row_none(row);
	crm_row_number(row, (int64_t)w->n);
	if (w->s.of->nlearn > 0)
		put_value(w, w->n > 0 ? sum / (int64_t)w->n : 0);
	else
		crm_row_mean(row, sum, (int64_t)w->n);
	if (w->s.of->nlearn > 0)
		f = measure(w);
	if (f.won + f.lost > 0) {
		crm_row_number(row, (int64_t)f.won);
		crm_row_number(row, (int64_t)f.lost);
		put_double(row, f.auc);
		put_double(row, f.loss);
		put_double(row, f.base_loss);
	} else {
		for (i = 0; i < 5; i++)
			crm_row_none(row);
	}
	crm_row_none(row);
	crm_row_none(row);
	return crm_row_put(row, w->r->rows);
}

static const struct crm_err *
print(struct work *w)
{
	const struct crm_err *err = NULL;
	size_t i;

	select_lines(w);
	if (w->r->by_given)
		err = w->n > 0 ? put_summary(w) : NULL;
	for (i = 0; !w->r->by_given && err == NULL && i < w->n; i++) {
		if (crm_rows_is_full(w->r->rows))
			break;
		err = make_line(w, w->line[i]);
		if (err == NULL)
			err = crm_row_put(&w->r->row, w->r->rows);
	}
	crm_free(w->line);
	return err;
}

/* Is a score asked for?  Of what a query finds, and by its name. */
static bool
is_asked(const struct crm_report_run *r, const struct crm_score *s)
{
	if (r->arg[CRM_ARG_MODEL] != NULL)
		return strcmp(r->arg[CRM_ARG_MODEL], s->name) == 0;
	if (r->arg[CRM_ARG_CALIBRATE] != NULL)
		return s->nlearn > 0;
	if (r->things != NULL)
		return s->of[0] == 'd';
	return r->whom.all || s->of[0] != 'd';
}

/* The day of --calibrate-until; else all is known. */
static const struct crm_err *
read_until(const struct crm_report_run *r, int32_t *until)
{
	const char *date = r->arg[CRM_ARG_CALIBRATE];
	const struct crm_err *err;
	struct crm_date d;

	*until = INT32_MAX;
	if (date == NULL)
		return NULL;
	err = crm_date_parse(r->clock, crm_view_str(date), &d);
	if (err != NULL)
		return crm_err(CRM_E_USAGE, "--calibrate-until: %s", err->msg);
	*until = crm_date_days(d);
	return NULL;
}

static const struct crm_err *
check(const struct crm_report_run *r)
{
	const struct crm_config *c = r->config;
	size_t i;

	if (r->by_given && (r->by.n != 1 || r->by.key[0].of != CRM_BY_OWN))
		return crm_err(
		    CRM_E_USAGE, "the report 'score' takes --by score alone");
	if (c->nscores == 0)
		return crm_err(CRM_E_CONFIG,
		    "there are no scores: crm.yaml(5) says how to add some");
	for (i = 0; r->arg[CRM_ARG_MODEL] != NULL && i < c->nscores; i++)
		if (strcmp(c->score[i].name, r->arg[CRM_ARG_MODEL]) == 0)
			return NULL;
	return r->arg[CRM_ARG_MODEL] == NULL
	    ? NULL
	    : crm_err(CRM_E_USAGE, "--model: there is no score '%s'",
		  r->arg[CRM_ARG_MODEL]);
}

/* Call fn with each score that is asked for.  What has too few deals to learn
 * from is told of and left out; alone it is what there is to say. */
static const struct crm_err *
each_score(struct work *w,
    bool (*wanted)(const struct work *, const struct crm_score *),
    const struct crm_err *(*fn)(struct work *))
{
	const struct crm_config *c = w->r->config;
	const struct crm_err *err = check(w->r);
	size_t i, n = 0;

	if (err == NULL)
		err = read_until(w->r, &w->until);
	for (i = 0; err == NULL && i < c->nscores; i++)
		n += wanted(w, &c->score[i]);
	for (i = 0; err == NULL && i < c->nscores; i++) {
		if (!wanted(w, &c->score[i]))
			continue;
		err = crm_scores_make(w->r, &c->score[i], w->until, &w->s);
		if (err == NULL) {
			err = fn(w);
		} else if (err->code == CRM_E_DATA) {
			const char *why = err->msg;

			err = n > 1 ? NULL : crm_report_untold(w->r, err);
			if (err == NULL)
				crm_report_note(w->r, "%s", why);
		}
		crm_scores_release(&w->s);
	}
	return err;
}

/* The deals that a query finds, else those that are open: what is learned
 * knows itself which are. */
static const struct crm_err *
find_only(struct work *w)
{
	struct crm_query_ctx ctx = { .snap = w->r->snap, .clock = w->r->clock };
	struct crm_query *open = NULL;
	const struct crm_err *err = NULL;

	if (w->r->things == NULL)
		err =
		    crm_query_parse_text(&ctx, CRM_V("deal no:closed"), &open);
	if (err == NULL)
		err = crm_query_ids(w->r->things != NULL ? w->r->things : open,
		    &w->only, &w->nonly);
	crm_query_free(open);
	return err;
}

static bool
is_asked_for(const struct work *w, const struct crm_score *s)
{
	return is_asked(w->r, s);
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r };
	const struct crm_err *err = find_only(&w);

	if (err == NULL)
		err = each_score(&w, is_asked_for, print);
	crm_free(w.only);
	return err;
}

static bool
is_about(const struct work *w, const struct crm_score *s)
{
	const char *model = w->r->arg[CRM_ARG_MODEL];

	return strchr(s->of, crm_id_kind(w->r->explained)) != NULL &&
	    (model == NULL || strcmp(model, s->name) == 0);
}

static void
explain_reasons(struct work *w, const struct crm_score_line *l)
{
	bool learned = w->s.of->nlearn > 0;
	struct crm_buf text = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_reason *x;
	size_t n = crm_scores_reasons(&w->s, l, &x), i;

	for (i = 0; i < n; i++) {
		crm_buf_reset(&text);
		reason_text(&x[i], learned, &text);
		crm_explain_number(w->r, text.p, x[i].weight, learned ? 6 : 0);
		crm_explain_how(w->r, "%s",
		    learned ? "added to the logit, compared with the mean deal"
			: x[i].weight != 0 ? "points: the query finds it"
					   : "the query does not find it");
	}
	crm_buf_release(&text);
	crm_free(x);
}

/* A chance begins with the mean deal; points with nothing. */
static const struct crm_err *
explain_line(struct work *w)
{
	const struct crm_logistic *m;
	const struct crm_err *err;
	size_t i, cases;
	double mean;

	for (i = 0; i < w->s.n; i++)
		if (w->s.line[i].id == w->r->explained)
			break;
	if (i == w->s.n)
		return NULL;
	err = make_line(w, &w->s.line[i]);
	if (err != NULL)
		return err;
	if (w->s.of->nlearn > 0) {
		m = crm_scores_model(&w->s, &mean, &cases);
		crm_explain_number(w->r, "mean", mean, 6);
		crm_explain_how(w->r,
		    "logit of the mean deal, of %zu that were won or lost; "
		    "penalty %g, log loss of others %.4f, without features "
		    "%.4f",
		    cases, m->strength, m->loss, m->base_loss);
	}
	explain_reasons(w, &w->s.line[i]);
	crm_explain_column(w->r, C_SCORE);
	crm_explain_how(w->r, "of crm.yaml");
	crm_explain_column(w->r, C_VALUE);
	crm_explain_how(w->r, "%s",
	    w->s.of->nlearn > 0
		? "percent: 100 / (1 + exp(-logit)), the logit being all of "
		  "these added up"
		: "all of these added up");
	return NULL;
}

static const struct crm_err *
explain(struct crm_report_run *r, uint64_t who)
{
	struct work w = { .r = r };

	(void)who;
	return each_score(&w, is_about, explain_line);
}

const struct crm_err *
crm_score_figures(
    struct crm_report_run *r, uint16_t num, struct crm_figures *out)
{
	const struct crm_score *of = &r->config->score[num - CRM_N_SCORE];
	struct crm_scores s;
	const struct crm_err *err = crm_scores_make(r, of, INT32_MAX, &s);
	size_t i;

	if (err != NULL && err->code == CRM_E_DATA) {
		crm_warn("%s: none has any", err->msg);
		err = NULL;
	} else
		for (i = 0; err == NULL && i < s.n; i++)
			crm_figures_add(out, s.line[i].id,
			    of->nlearn > 0 ? (s.line[i].value + 500) / 1000
					   : s.line[i].value);
	out->scale = of->nlearn > 0 ? 1 : 0;
	crm_scores_release(&s);
	return err;
}

const struct crm_report crm_report_score = {
	.name = "score",
	.summary = "scores of crm.yaml, and why each is what it is",
	.thing = 'd',
	.by = "",
	.summary_by = "score",
	.key = keys,
	.nkeys = 1,
	.alone = "id name score value reasons probability outcome",
	.grouped = "records mean won lost auc log-loss base-loss",
	.whom = true,
	.match = "id score",
	.arg = { [CRM_ARG_MODEL] = "", [CRM_ARG_CALIBRATE] = "" },
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
	.explain = explain,
};
