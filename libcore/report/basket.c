/* basket: products that are bought together. */
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/runs.h"
#include "record/value.h"
#include "record/word.h"
#include "report/list.h"
#include "store/who.h"

#define MEMORY ((size_t)64 << 20)
#define DOC_MAX 1000 /* bytes of it in a key; of a longer one its hash */

__extension__ typedef __int128 i128;

/* clang-format off */
static const struct crm_field columns[] = {
	{ .name = "product", .type = CRM_T_LINK, .flags = CRM_F_COMPUTED,
	    .links = "g", .help = "a product" },
	{ .name = "name", .type = CRM_T_TEXT, .help = "what it is called" },
	{ .name = "with", .type = CRM_T_LINK, .flags = CRM_F_COMPUTED,
	    .links = "g", .help = "another one" },
	{ .name = "with-name", .type = CRM_T_TEXT,
	    .help = "what that is called" },
	{ .name = "orders", .type = CRM_T_NUMBER,
	    .help = "in how many orders both are" },
	{ .name = "support", .type = CRM_T_PERCENT,
	    .help = "that as percent of all orders" },
	{ .name = "confidence", .type = CRM_T_PERCENT,
	    .help = "and of the orders with the first one" },
	{ .name = "lift", .type = CRM_T_NUMBER,
	    .help = "confidence divided by the second one's share of orders" },
};
/* clang-format on */
enum { C_PRODUCT, C_NAME, C_WITH, C_WITH_NAME };

struct product {
	uint64_t id;
	int64_t orders;
};

/* Two of them; from the first one's side. */
struct pair {
	uint32_t a, b;
	int64_t orders;
};

struct work {
	struct crm_report_run *r;
	struct crm_runs *runs; /* who, order, product */
	struct crm_buf key;
	int64_t orders;
	struct product *product;
	size_t nproducts, products_cap;
	struct crm_nummap place; /* of a product, and 1 */
	struct crm_nummap both;  /* a << 32 | b, a below b: orders */
	/* the order at hand: places of its products */
	uint32_t *in;
	size_t nin, in_cap;
	struct pair *pair;
	size_t npairs;
	struct crm_nummap has; /* products of the one that is offered to */
};

/* A purchase: what order it belongs to, and the product. */
static const struct crm_err *
take(void *ctx, const struct crm_fact *f)
{
	struct work *w = ctx;
	struct crm_view product, doc;
	char number[8];

	if (!crm_stored_get(f->stored, CRM_EVENT_PRODUCT, &product))
		return NULL;
	crm_buf_reset(&w->key);
	crm_be64(number, f->who);
	crm_buf_add(&w->key, number, 8);
	if (!crm_stored_get(f->stored, CRM_EVENT_DOC, &doc)) {
		crm_be64(number,
		    (uint64_t)crm_date_days(
			crm_zone_date(w->r->clock->zone, f->at_us)));
		crm_buf_addc(&w->key, 'd');
		crm_buf_add(&w->key, number, 8);
	} else if (doc.n > DOC_MAX) {
		crm_be64(number, crm_hash(doc));
		crm_buf_addc(&w->key, 'h');
		crm_buf_add(&w->key, number, 8);
	} else {
		crm_buf_addc(&w->key, 't');
		crm_buf_addv(&w->key, doc);
		crm_buf_addc(&w->key, '\0');
	}
	crm_be64(number, crm_link_get(product));
	crm_buf_add(&w->key, number, 8);
	return crm_runs_add(w->runs, crm_buf_view(&w->key), CRM_VNULL);
}

static uint32_t
place_of(struct work *w, uint64_t id)
{
	uint64_t *at = crm_nummap_at(&w->place, id, NULL);

	if (*at == 0) {
		w->product = crm_grow(w->product, &w->products_cap,
		    w->nproducts + 1, sizeof(*w->product));
		w->product[w->nproducts++] = (struct product){ .id = id };
		*at = w->nproducts;
	}
	return (uint32_t)(*at - 1);
}

/* All products of an order are known. */
static void
end_order(struct work *w)
{
	size_t i, j;

	w->orders += w->nin > 0;
	for (i = 0; i < w->nin; i++) {
		w->product[w->in[i]].orders++;
		for (j = 0; j < w->nin; j++)
			if (w->in[i] < w->in[j])
				++*crm_nummap_at(&w->both,
				    (uint64_t)w->in[i] << 32 | w->in[j], NULL);
	}
	w->nin = 0;
}

/* Orders come one after the other, and the products of each in order. */
static const struct crm_err *
count_orders(struct work *w)
{
	const struct crm_err *err = crm_runs_sort(w->runs);
	struct crm_buf last = CRM_BUF_INIT(CRM_LINE_MAX);
	struct crm_view key, value, order;

	while (err == NULL) {
		err = crm_runs_next(w->runs, &key, &value);
		if (err != NULL || key.p == NULL)
			break;
		order = crm_view(key.p, key.n - 8);
		if (crm_view_cmp(order,
			crm_view(last.p, last.n > 8 ? last.n - 8 : 0)) != 0)
			end_order(w);
		else if (crm_view_cmp(key, crm_buf_view(&last)) == 0)
			continue;
		w->in = crm_grow(w->in, &w->in_cap, w->nin + 1, sizeof(*w->in));
		w->in[w->nin++] = place_of(w, crm_be64_get(key.p + key.n - 8));
		crm_buf_reset(&last);
		crm_buf_addv(&last, key);
	}
	end_order(w);
	crm_buf_release(&last);
	return err;
}

/* Most often together first: qsort() hands over no context. */
static const struct product *products;

static int
cmp_pairs(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;
	uint64_t m = products[a->a].id, n = products[b->a].id;

	if (a->orders != b->orders)
		return a->orders > b->orders ? -1 : 1;
	if (m == n) {
		m = products[a->b].id;
		n = products[b->b].id;
	}
	return m < n ? -1 : m > n;
}

static void
make_pairs(struct work *w)
{
	size_t i;

	w->pair = crm_calloc(w->both.used * 2 + 1, sizeof(*w->pair));
	for (i = 0; i < w->both.nslots; i++) {
		uint64_t key = w->both.slot[i].key;
		struct pair p = { (uint32_t)(key >> 32), (uint32_t)key,
			(int64_t)w->both.slot[i].value };

		if (key == 0)
			continue;
		w->pair[w->npairs++] = p;
		w->pair[w->npairs++] = (struct pair){ p.b, p.a, p.orders };
	}
	products = w->product;
	if (w->npairs > 1)
		qsort(w->pair, w->npairs, sizeof(*w->pair), cmp_pairs);
}

static const struct crm_err *
take_had(void *ctx, const struct crm_fact *f)
{
	struct work *w = ctx;
	struct crm_view product;

	if (crm_stored_get(f->stored, CRM_EVENT_PRODUCT, &product))
		(void)crm_nummap_at(&w->has, crm_link_get(product), NULL);
	return NULL;
}

/* What somebody has bought, whatever the report covers. */
static const struct crm_err *
find_had(struct work *w, const char *who)
{
	struct crm_whom whom = { .n = 1 };
	struct crm_facts facts = { .snap = w->r->snap,
		.whom = &whom,
		.from_us = INT64_MIN,
		.to_us = INT64_MAX,
		.what = CRM_FACT(CRM_W_PURCHASE),
		.stored = true };
	const struct crm_err *err;
	uint64_t id;

	err = crm_who_one(w->r->snap, "po", crm_view_str(who), &id);
	if (err != NULL)
		return crm_err_wrap(err, "--for");
	whom.id = &id;
	return crm_facts_each(&facts, take_had, w);
}

/* Most likely first: confidence, then lift, which of two with the same
 * confidence is greater where the second product is rarer. */
static int
cmp_offers(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;
	const struct product *p = products;
	i128 m = (i128)a->orders * p[b->a].orders;
	i128 n = (i128)b->orders * p[a->a].orders;

	if (m != n)
		return m > n ? -1 : 1;
	if (p[a->b].orders != p[b->b].orders)
		return p[a->b].orders < p[b->b].orders ? -1 : 1;
	return cmp_pairs(x, y);
}

/* Leave of the pairs those of what they have with what they have not, of each
 * of the latter the best. */
static void
choose_offers(struct work *w)
{
	struct crm_nummap offered = CRM_NUMMAP_INIT;
	size_t i, n = 0;
	bool added;

	for (i = 0; i < w->npairs; i++) {
		const struct pair *p = &w->pair[i];

		if (crm_nummap_get(&w->has, products[p->a].id) != NULL &&
		    crm_nummap_get(&w->has, products[p->b].id) == NULL)
			w->pair[n++] = *p;
	}
	if (n > 1)
		qsort(w->pair, n, sizeof(*w->pair), cmp_offers);
	for (i = 0, w->npairs = 0; i < n; i++) {
		(void)crm_nummap_at(
		    &offered, products[w->pair[i].b].id, &added);
		if (added)
			w->pair[w->npairs++] = w->pair[i];
	}
	crm_nummap_release(&offered);
}

static const struct crm_err *
add_product(struct work *w, uint64_t id, size_t name_column)
{
	struct crm_report_run *r = w->r;
	struct crm_buf name = CRM_BUF_INIT(CRM_LINE_MAX);
	const struct crm_err *err = NULL;

	crm_row_link(&r->row, id);
	if (crm_report_wants(r, name_column))
		err = crm_who_name(r->snap, id, &name);
	crm_row_text(&r->row, crm_buf_view(&name));
	crm_buf_release(&name);
	return err;
}

static const struct crm_err *
put_pair(struct work *w, const struct pair *p)
{
	const struct product *a = &w->product[p->a], *b = &w->product[p->b];
	struct crm_row_maker *row = &w->r->row;
	i128 lift = (i128)p->orders * w->orders * 200 / a->orders / b->orders;
	const struct crm_err *err;

	crm_row_begin(row);
	err = add_product(w, a->id, C_NAME);
	if (err == NULL)
		err = add_product(w, b->id, C_WITH_NAME);
	if (err != NULL)
		return err;
	crm_row_number(row, p->orders);
	crm_row_share(row, p->orders, w->orders);
	crm_row_share(row, p->orders, a->orders);
	crm_row_dec(row, (struct crm_dec){ (int64_t)((lift + 1) / 2), 2 });
	return crm_row_put(row, w->r->rows);
}

static const struct crm_err *
run(struct crm_report_run *r)
{
	struct work w = { .r = r, .key = CRM_BUF_INIT(CRM_LINE_MAX) };
	struct crm_facts facts =
	    crm_report_facts(r, CRM_FACT(CRM_W_PURCHASE), true);
	const struct crm_err *err;
	size_t i;

	w.runs = crm_runs_new(MEMORY, crm_store_dir(crm_snap_store(r->snap)));
	err = r->arg[CRM_ARG_FOR] != NULL ? find_had(&w, r->arg[CRM_ARG_FOR])
					  : NULL;
	if (err == NULL)
		err = crm_facts_each(&facts, take, &w);
	if (err == NULL)
		err = count_orders(&w);
	if (err == NULL)
		make_pairs(&w);
	if (err == NULL && r->arg[CRM_ARG_FOR] != NULL)
		choose_offers(&w);
	for (i = 0; err == NULL && i < w.npairs; i++) {
		if (crm_rows_is_full(r->rows))
			break;
		err = put_pair(&w, &w.pair[i]);
	}
	crm_runs_free(w.runs);
	crm_buf_release(&w.key);
	crm_nummap_release(&w.place);
	crm_nummap_release(&w.both);
	crm_nummap_release(&w.has);
	crm_free(w.product);
	crm_free(w.pair);
	crm_free(w.in);
	return err;
}

const struct crm_report crm_report_basket = {
	.name = "basket",
	.summary = "products that are bought together",
	.main = "orders",
	.spare = "support with product",
	.thing = 'e',
	.period = true,
	.whom = true,
	.arg[CRM_ARG_FOR] = "",
	.match = "product with",
	.column = columns,
	.ncolumns = sizeof(columns) / sizeof(columns[0]),
	.run = run,
};
