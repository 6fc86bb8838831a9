/* quota: what deals should bring, by period and by whom. */
#include "base/mem.h"
#include "config/config_impl.h"
#include "record/value.h"

#define QUOTAS_MAX 10000 /* gone through for each row of a report */
#define MONTHS_MAX 120

const char crm_config_quota_keys[] =
    "in\0the months, quarter, year or range that it is for\0"
    "for\0a field of deals and its value; all deals when not said\0"
    "amount\0what should be won then, in the base currency\0";

/* A day of a period that does not depend on when it is read. */
static bool
is_fixed(struct crm_view v)
{
	return v.n > 0 && v.p[0] >= '0' && v.p[0] <= '9' && v.p[v.n - 1] != '.';
}

static const struct crm_err *
read_in(
    struct crm_cfg *w, const struct crm_yaml_node *node, struct crm_quota *q)
{
	struct crm_clock utc = { .week_start = 1 };
	const struct crm_err *err;
	struct crm_period p;
	struct crm_cfg_text t;

	if (node == NULL)
		return NULL;
	err = crm_cfg_value(w, node, "a period such as 2026-q1", &t);
	if (err == NULL)
		err = crm_zone_open("UTC", &utc.zone);
	if (err != NULL)
		return err;
	if (!is_fixed(t.v) || crm_range_parse(&utc, t.v, &p) != NULL ||
	    !crm_months_of(&p, &q->first, &q->last))
		err = crm_cfg_err(w, &t,
		    "expected whole months, such as 2026-03, 2026-q1, 2026 or "
		    "2026-03..2026-08, not '%.*s'",
		    CRM_VARG(crm_cfg_shown(t.v)));
	else if (q->last - q->first >= MONTHS_MAX)
		err = crm_cfg_err(w, &t, "more than %d months", MONTHS_MAX);
	else
		q->in = crm_arena_dup(&w->config->arena, t.v.p, t.v.n);
	crm_zone_free(utc.zone);
	return err;
}

/* The value of a field, as records store it. */
static const struct crm_err *
read_for_value(struct crm_cfg *w, const struct crm_yaml_node *node,
    const struct crm_field *f, struct crm_quota *q)
{
	struct crm_value_ctx vc = { .point = '.', .arena = &w->arena };
	struct crm_buf value = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err;
	struct crm_cfg_text t;

	err = crm_cfg_value(w, node, "a value", &t);
	if (err != NULL)
		return err;
	err = crm_value_parse(&vc, f, t.v, false, &value, NULL);
	if (err != NULL)
		err = crm_cfg_err(w, &t, "%s", err->msg);
	else if (value.n == 0)
		err = crm_cfg_err(w, &t, "expected a value");
	q->value = crm_view(
	    crm_arena_dup(&w->config->arena, value.p, value.n), value.n);
	crm_buf_release(&value);
	return err;
}

/* { owner: anna } */
static const struct crm_err *
read_for(
    struct crm_cfg *w, const struct crm_yaml_node *node, struct crm_quota *q)
{
	const struct crm_kind *deal = crm_kind_of(w->config->schema, 'd');
	const struct crm_yaml_node *pair;
	const struct crm_err *err;
	const struct crm_field *f;
	struct crm_cfg_text key;
	const char *near;

	if (node == NULL)
		return NULL;
	err = crm_cfg_check_map(
	    w, node, NULL, "a field and its value, such as {owner: anna}");
	if (err != NULL)
		return err;
	pair = crm_yaml_is_null(node) ? NULL : node->child;
	if (pair == NULL || pair->next != NULL)
		return crm_yaml_err(w->yaml, node,
		    "expected one field and its value, such as {owner: anna}");
	key = crm_cfg_key(pair);
	f = crm_field_named(deal, key.v);
	if (f == NULL) {
		near = crm_field_near(w->config->schema, deal, key.v);
		return crm_cfg_err(w, &key, "deals have no field '%.*s'%s%s%s",
		    CRM_VARG(crm_cfg_shown(key.v)),
		    near != NULL ? " (did you mean '" : "",
		    near != NULL ? near : "", near != NULL ? "'?)" : "");
	}
	if (!crm_quota_takes(f))
		return crm_cfg_err(w, &key,
		    "'%s' is no field of deals that holds one word or text",
		    f->name);
	q->field = crm_arena_dup(&w->config->arena, key.v.p, key.v.n);
	return read_for_value(w, pair, f, q);
}

bool
crm_quota_takes(const struct crm_field *f)
{
	/* a deal that is won has left every other stage */
	return f->num != CRM_DEAL_STAGE &&
	    (crm_value_is_text(f) || f->type == CRM_T_CHOICE) &&
	    (f->flags & (CRM_F_MANY | CRM_F_COMPUTED)) == 0;
}

static const struct crm_err *
read_amount(
    struct crm_cfg *w, const struct crm_yaml_node *node, struct crm_quota *q)
{
	const struct crm_config *c = w->config;
	const struct crm_err *err;
	struct crm_dec d;

	if (node == NULL)
		return NULL;
	err = crm_cfg_number(w, node, &d);
	if (err != NULL)
		return err;
	if (d.m <= 0 ||
	    !crm_dec_rescale(crm_dec_trim(d),
		(uint8_t)crm_currency_decimals(crm_view(c->currency, 3)), &d))
		return crm_yaml_err(w->yaml, node,
		    "expected an amount of %s above 0, not %.*s", c->currency,
		    CRM_VARG(crm_cfg_shown(node->text)));
	q->amount = d.m;
	return NULL;
}

static const struct crm_err *
read_quota(
    struct crm_cfg *w, const struct crm_yaml_node *node, struct crm_quota *q)
{
	const struct crm_err *err;

	memset(q, 0, sizeof(*q));
	q->line = node->line;
	err = crm_cfg_check_map(w, node, crm_config_quota_keys,
	    "a quota, such as '{in: 2026-q1, amount: 90000}'");
	if (err == NULL)
		err = read_in(w, crm_yaml_get(node, "in"), q);
	if (err == NULL)
		err = read_for(w, crm_yaml_get(node, "for"), q);
	if (err == NULL)
		err = read_amount(w, crm_yaml_get(node, "amount"), q);
	if (err == NULL && (q->in == NULL || q->amount == 0))
		err = crm_yaml_err(
		    w->yaml, node, "a quota needs both: in and amount");
	return err;
}

const struct crm_err *
crm_cfg_quota(struct crm_cfg *w, const struct crm_yaml_node *node)
{
	struct crm_config *c = w->config;
	const struct crm_yaml_node *item;
	const struct crm_err *err = NULL;
	size_t n = 0;

	if (node->kind != CRM_YAML_LIST && !crm_yaml_is_null(node))
		return crm_yaml_err(w->yaml, node,
		    "expected a list of quotas, such as "
		    "'- {in: 2026-q1, amount: 90000}'");
	for (item = node->child; item != NULL; item = item->next)
		if (n++ == QUOTAS_MAX)
			return crm_yaml_err(
			    w->yaml, item, "more than %d quotas", QUOTAS_MAX);
	c->quota = crm_arena_alloc(&c->arena, (n + 1) * sizeof(*c->quota));
	for (item = node->child; err == NULL && item != NULL;
	     item = item->next) {
		err = read_quota(w, item, &c->quota[c->nquotas]);
		c->nquotas += err == NULL;
	}
	return err;
}

bool
crm_months_of(const struct crm_period *p, int32_t *first, int32_t *last)
{
	struct crm_date after = crm_date_from_days(crm_date_days(p->last) + 1);

	*first = p->first.year * 12 + p->first.month - 1;
	*last = p->last.year * 12 + p->last.month - 1;
	return p->first.day == 1 && after.day == 1;
}

static bool
is_for(const struct crm_quota *q, const char *field, struct crm_view value)
{
	if (field == NULL || q->field == NULL)
		return field == q->field;
	return strcmp(q->field, field) == 0 && crm_view_eq(q->value, value);
}

/* The first quota of a month for some deals; NULL: none. */
static const struct crm_quota *
first_for(const struct crm_config *c, int32_t month, const char *field,
    struct crm_view value)
{
	size_t i;

	for (i = 0; i < c->nquotas; i++)
		if (c->quota[i].first <= month && month <= c->quota[i].last &&
		    is_for(&c->quota[i], field, value))
			return &c->quota[i];
	return NULL;
}

void
crm_config_quota_warn(const struct crm_config *c)
{
	const struct crm_quota *held = NULL;
	int32_t m;
	size_t i;

	for (i = 0; i < c->nquotas; i++) {
		const struct crm_quota *q = &c->quota[i];

		for (m = q->first; m <= q->last; m++) {
			held = first_for(c, m, q->field, q->value);
			if (held == q)
				break;
		}
		if (m <= q->last)
			continue;
		crm_warn("crm.yaml:%u: quota: it never holds: that of line %u "
			 "has its months, and stands before it",
		    q->line, held->line);
	}
}

/* What does not divide goes to later months, so that the sum is right. */
static int64_t
share_of(const struct crm_quota *q, int32_t month)
{
	int64_t n = q->last - q->first + 1, k = month - q->first;

	return q->amount / n + q->amount % n * (k + 1) / n -
	    q->amount % n * k / n;
}

bool
crm_config_quota(const struct crm_config *c, int32_t month, const char *field,
    struct crm_view value, int64_t *out)
{
	const struct crm_quota *q = first_for(c, month, field, value);
	bool any = q != NULL;
	size_t i;

	*out = any ? share_of(q, month) : 0;
	for (i = 0; q == NULL && field == NULL && i < c->nquotas; i++) {
		const struct crm_quota *own = &c->quota[i];

		if (own->field == NULL || strcmp(own->field, "owner") != 0 ||
		    first_for(c, month, "owner", own->value) != own)
			continue;
		any = true;
		if (!crm_add_i64(*out, share_of(own, month), out))
			*out = INT64_MAX;
	}
	return any;
}

void
crm_config_quota_print(const struct crm_config *c, struct crm_buf *b)
{
	const struct crm_kind *deal = crm_kind_of(c->schema, 'd');
	struct crm_buf value = CRM_BUF_INIT(CRM_LINE_MAX);
	char amount[CRM_DEC_TEXT];
	struct crm_dec d;
	size_t i;

	for (i = 0; i < c->nquotas; i++) {
		const struct crm_quota *q = &c->quota[i];

		crm_buf_adds(b, i == 0 ? "quota:\n  - {in: " : "  - {in: ");
		crm_yaml_add_scalar(b, crm_view_str(q->in));
		if (q->field != NULL) {
			crm_buf_reset(&value);
			crm_value_add_text(&value,
			    crm_field_named(deal, crm_view_str(q->field)),
			    q->value);
			crm_buf_addf(b, ", for: {%s: ", q->field);
			crm_yaml_add_scalar(b, crm_buf_view(&value));
			crm_buf_addc(b, '}');
		}
		d = (struct crm_dec){ q->amount,
			(uint8_t)crm_currency_decimals(
			    crm_view(c->currency, 3)) };
		crm_buf_addf(b, ", amount: %.*s}\n",
		    (int)crm_dec_put(amount, crm_dec_trim(d)), amount);
	}
	crm_buf_release(&value);
}
