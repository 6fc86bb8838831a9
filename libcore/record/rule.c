#include "record/rule.h"

#include "record/rule_stage.h"
#include "record/word.h"

/* What the steps below work on. */
struct work {
	const struct crm_rule_ctx *ctx;
	struct crm_rec *rec;
	const struct crm_rec *old;
	const struct crm_edit *edit;
	size_t nedits;
	const char *currency;
	const char **field;
};

void
crm_rule_init(struct crm_rule_ctx *ctx, const struct crm_schema *schema,
    const struct crm_clock *clock, uint8_t currency)
{
	const struct crm_kind *k;
	size_t i, j;

	memset(ctx, 0, sizeof(*ctx));
	ctx->clock = clock;
	ctx->currency = currency;
	for (i = 0; i < crm_schema_nkinds(schema); i++) {
		k = crm_schema_kind(schema, i);
		ctx->required[k->letter - 'a'] =
		    crm_rec_flagged(k, CRM_F_REQUIRED);
		for (j = 0; j < k->nfields; j++)
			if (k->field[j].type == CRM_T_MONEY)
				ctx->money[k->letter - 'a'] |=
				    crm_rec_bit(k->field[j].num);
	}
}

static const struct crm_field *
field(const struct work *w, uint16_t num)
{
	return crm_field_num(w->rec->kind, num);
}

/* Was a field named by the edits? */
static bool
was_edited(const struct work *w, uint16_t num)
{
	size_t i;

	for (i = 0; i < w->nedits; i++)
		if (w->edit[i].field->num == num)
			return true;
	return false;
}

/* The bits of the amounts that the record may have. */
static uint64_t
money_bits(const struct work *w)
{
	return w->rec->has & w->ctx->money[w->rec->kind->letter - 'a'];
}

static bool
has(const struct work *w, uint16_t num)
{
	struct crm_view v;

	return num != 0 && crm_rec_get(w->rec, num, &v);
}

static void
set_word(const struct work *w, uint16_t num, struct crm_view word)
{
	struct crm_buf b = CRM_BUF_INIT(100);

	crm_word_put(&b, word);
	crm_rec_set(w->rec, field(w, num), crm_buf_view(&b));
	crm_buf_release(&b);
}

static const struct crm_err *
blame(const struct work *w, uint16_t num, const struct crm_err *err)
{
	const struct crm_field *f = field(w, num);

	*w->field = f != NULL ? f->name : NULL;
	return err;
}

/* A person's name is made of its parts. */
static void
make_name(const struct work *w)
{
	struct crm_view given = CRM_VNULL, family = CRM_VNULL;
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);

	if (has(w, CRM_PERSON_NAME))
		return;
	if (!crm_rec_get(w->rec, CRM_PERSON_GIVEN, &given))
		given = CRM_VNULL;
	if (!crm_rec_get(w->rec, CRM_PERSON_FAMILY, &family))
		family = CRM_VNULL;
	crm_buf_addv(&b, given);
	if (given.n > 0 && family.n > 0)
		crm_buf_addc(&b, ' ');
	crm_buf_addv(&b, family);
	crm_rec_set(w->rec, field(w, CRM_PERSON_NAME), crm_buf_view(&b));
	crm_buf_release(&b);
}

bool
crm_rule_makes(const struct crm_kind *k, const struct crm_field *f,
    const struct crm_edit *edit, size_t nedits)
{
	size_t i;

	if (k->letter != 'p' || f->num != CRM_PERSON_NAME)
		return false;
	for (i = 0; i < nedits; i++)
		if ((edit[i].field->num == CRM_PERSON_GIVEN ||
			edit[i].field->num == CRM_PERSON_FAMILY) &&
		    edit[i].op != CRM_CLEAR)
			return true;
	return false;
}

/* A name that was made of its parts follows them. */
static void
follow_name(const struct work *w)
{
	struct crm_view name, given = CRM_VNULL, family = CRM_VNULL;
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX);

	if (w->old == NULL || was_edited(w, CRM_PERSON_NAME) ||
	    !crm_rec_get(w->old, CRM_PERSON_NAME, &name))
		return;
	if (!was_edited(w, CRM_PERSON_GIVEN) &&
	    !was_edited(w, CRM_PERSON_FAMILY))
		return;
	if (crm_rec_get(w->old, CRM_PERSON_GIVEN, &given))
		crm_buf_addv(&b, given);
	if (crm_rec_get(w->old, CRM_PERSON_FAMILY, &family)) {
		if (b.n > 0)
			crm_buf_addc(&b, ' ');
		crm_buf_addv(&b, family);
	}
	if (crm_view_eq(name, crm_buf_view(&b)))
		crm_rec_set(w->rec, field(w, CRM_PERSON_NAME), CRM_VNULL);
	crm_buf_release(&b);
}

/* A segment is named after '@' in queries. */
static const struct crm_err *
check_segment(const struct work *w)
{
	struct crm_view name;
	uint64_t id;
	size_t i;

	if (!crm_rec_get(w->rec, CRM_SEGMENT_NAME, &name))
		return NULL;
	if (crm_id_parse(name, &id) && crm_id_kind(id) == 's')
		return blame(w, CRM_SEGMENT_NAME,
		    crm_err(CRM_E_DATA,
			"'%.*s' is an id: a segment needs another name",
			CRM_VARG(name)));
	for (i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') ||
			(name.p[i] >= '0' && name.p[i] <= '9') ||
			name.p[i] == '-'))
			break;
	if (i == name.n)
		return NULL;
	return blame(w, CRM_SEGMENT_NAME,
	    crm_err(CRM_E_DATA,
		"'%.*s': a segment's name has small letters, digits and '-'",
		CRM_VARG(name)));
}

/* Quantity times price, with the digits of the currency. */
static bool
multiply(const struct crm_rec *r, struct crm_dec *out, bool *there)
{
	struct crm_dec qty = { 1, 0 }, price;
	const char *code = NULL;
	struct crm_view v;
	int decimals = 2;

	*there =
	    crm_rec_get(r, CRM_EVENT_PRICE, &v) && crm_value_get_dec(v, &price);
	if (!*there)
		return true;
	if (crm_rec_get(r, CRM_EVENT_QTY, &v))
		(void)crm_value_get_dec(v, &qty);
	if (crm_rec_get(r, CRM_EVENT_CURRENCY, &v) && v.n == 1)
		code = crm_currency_code((uint8_t)v.p[0]);
	if (code != NULL)
		decimals = crm_currency_decimals(crm_view(code, 3));
	return crm_dec_mul(qty, price, (uint8_t)decimals, out);
}

/* Was the amount given, and not made of quantity and price? */
static bool
amount_is_given(const struct work *w)
{
	struct crm_dec made, amount;
	struct crm_view v;
	bool there;

	if (!crm_rec_get(w->rec, CRM_EVENT_AMOUNT, &v))
		return false;
	if (w->old == NULL || was_edited(w, CRM_EVENT_AMOUNT) ||
	    (!was_edited(w, CRM_EVENT_QTY) && !was_edited(w, CRM_EVENT_PRICE)))
		return true;
	return crm_rec_get(w->old, CRM_EVENT_AMOUNT, &v) &&
	    crm_value_get_dec(v, &amount) &&
	    !(multiply(w->old, &made, &there) && there &&
		crm_dec_cmp(made, amount) == 0);
}

/* The amount of an event is quantity times price when it is not given. */
static const struct crm_err *
make_amount(const struct work *w)
{
	struct crm_buf b = CRM_BUF_INIT(100);
	struct crm_dec amount;
	bool there;

	if (amount_is_given(w))
		return NULL;
	if (!multiply(w->rec, &amount, &there))
		return blame(w, CRM_EVENT_AMOUNT,
		    crm_err(CRM_E_DATA, "qty times price is too large"));
	if (!there)
		return NULL;
	crm_value_put_dec(&b, amount);
	crm_rec_set(w->rec, field(w, CRM_EVENT_AMOUNT), crm_buf_view(&b));
	crm_buf_release(&b);
	return NULL;
}

/*
 * Events that sums are made of have an amount, 0 at least said.  The word
 * gives the sign: only purchases and invoices may be negative, as lines of
 * discount and credit notes.
 */
static const struct crm_err *
check_amount(const struct work *w)
{
	struct crm_view v, word;
	struct crm_dec amount;
	uint8_t what;

	if (!crm_rec_get(w->rec, CRM_EVENT_WHAT, &v))
		return NULL;
	what = crm_word_of(v);
	if (crm_what_revenue(what) == 0 && crm_what_balance(what) == 0)
		return NULL;
	if (w->old != NULL && !was_edited(w, CRM_EVENT_WHAT) &&
	    !was_edited(w, CRM_EVENT_AMOUNT) && !was_edited(w, CRM_EVENT_QTY) &&
	    !was_edited(w, CRM_EVENT_PRICE))
		return NULL; /* it was so before */
	word = crm_word_text(what);
	if (!crm_rec_get(w->rec, CRM_EVENT_AMOUNT, &v) ||
	    !crm_value_get_dec(v, &amount))
		return blame(w, CRM_EVENT_AMOUNT,
		    crm_err(CRM_E_DATA,
			"missing: %s %.*s has an amount or a price, 0 if it "
			"was free",
			what == CRM_W_INVOICE ? "an" : "a", CRM_VARG(word)));
	if (amount.m >= 0 || crm_what_revenue(what) > 0 ||
	    crm_what_balance(what) > 0)
		return NULL;
	return blame(w, CRM_EVENT_AMOUNT,
	    crm_err(CRM_E_DATA, "a %.*s is a positive amount", CRM_VARG(word)));
}

/* Is a money field there that the edits did not touch? */
static bool
has_other_money(const struct work *w)
{
	const struct crm_field *f;
	uint32_t i;

	for (i = 0; i < w->rec->n; i++) {
		f = field(w, w->rec->slot[i].num);
		if (f != NULL && f->type == CRM_T_MONEY &&
		    !was_edited(w, f->num))
			return true;
	}
	return false;
}

static bool
has_money(const struct work *w)
{
	const struct crm_field *f;
	uint64_t bits = money_bits(w);
	uint32_t i;

	for (i = 0; bits != 0 && i < w->rec->n; i++) {
		f = field(w, w->rec->slot[i].num);
		if (f != NULL && f->type == CRM_T_MONEY)
			return true;
	}
	return false;
}

/* Find the currency of a record's amounts, and write it down. */
static const struct crm_err *
set_currency(const struct work *w, uint8_t *num)
{
	uint16_t cur = w->rec->kind->currency;
	struct crm_view v = CRM_VNULL;
	uint8_t named = 0;
	char byte;

	*num = 0;
	if (cur == 0)
		return NULL;
	if (w->currency[0] != '\0')
		named = crm_currency_num(crm_view(w->currency, 3));
	if (crm_rec_get(w->rec, cur, &v) && v.n == 1)
		*num = (uint8_t)v.p[0];
	if (named != 0 && *num != 0 && named != *num) {
		if (was_edited(w, cur) || has_other_money(w))
			return blame(w, cur,
			    crm_err(CRM_E_DATA,
				"an amount is in %s, but currency is %s",
				w->currency, crm_currency_code(*num)));
		*num = 0;
	}
	if (*num == 0)
		*num = named != 0 ? named : w->ctx->currency;
	if (!has_money(w))
		return NULL;
	byte = (char)*num;
	crm_rec_set(w->rec, field(w, cur), crm_view(&byte, 1));
	return NULL;
}

/* Give every amount the digits of its currency. */
static const struct crm_err *
fit_money(const struct work *w, uint8_t num)
{
	const char *code = crm_currency_code(num);
	struct crm_buf b = CRM_BUF_INIT(100);
	const struct crm_field *f;
	struct crm_dec d;
	char text[CRM_DEC_TEXT + 1];
	uint64_t bits = money_bits(w);
	int decimals;
	uint32_t i;

	decimals = crm_currency_digits(num);
	for (i = 0; bits != 0 && i < w->rec->n; i++) {
		if ((bits & crm_rec_bit(w->rec->slot[i].num)) == 0)
			continue;
		f = field(w, w->rec->slot[i].num);
		if (f == NULL || f->type != CRM_T_MONEY ||
		    !crm_value_get_dec(w->rec->slot[i].value, &d) ||
		    d.scale == decimals)
			continue;
		if (!crm_dec_rescale(d, (uint8_t)decimals, &d)) {
			text[crm_dec_put(text, d)] = '\0';
			if (d.scale < decimals)
				return blame(w, f->num,
				    crm_err(
					CRM_E_DATA, "'%s' is too large", text));
			return blame(w, f->num,
			    crm_err(CRM_E_DATA,
				"'%s': %s has %d digits behind the point", text,
				code, decimals));
		}
		crm_buf_reset(&b);
		crm_value_put_dec(&b, d);
		crm_rec_set(w->rec, f, crm_buf_view(&b));
	}
	crm_buf_release(&b);
	return NULL;
}

static struct crm_view
word_at(const struct crm_rec *r, uint16_t num)
{
	struct crm_view v;

	return num != 0 && crm_rec_get(r, num, &v) ? crm_word_get(v)
						   : CRM_VNULL;
}

/* Default pipeline and stage, and a stage that its pipeline has. */
static const struct crm_err *
check_stage(const struct work *w)
{
	const struct crm_kind *k = w->rec->kind;
	const struct crm_pipeline *p;
	struct crm_view stage, name;

	if (k->stage == 0 || k->npipelines == 0)
		return NULL;
	name = word_at(w->rec, k->pipeline_field);
	p = crm_pipeline_named(k, name);
	if (p == NULL)
		return NULL; /* its field says so */
	if (k->pipeline_field != 0 && name.n == 0)
		set_word(w, k->pipeline_field, crm_view_str(p->name));
	stage = word_at(w->rec, k->stage);
	if (stage.n == 0) {
		set_word(w, k->stage, crm_view_str(p->stage[0].name));
		return NULL;
	}
	if (crm_stage_named(p, stage) != NULL ||
	    (w->old != NULL && !was_edited(w, k->stage) &&
		!was_edited(w, k->pipeline_field)))
		return NULL;
	return blame(w, k->stage,
	    crm_err(CRM_E_DATA, "the pipeline '%s' has no stage '%.*s'",
		p->name, CRM_VARG(stage)));
}

/* Set a date or time field to now. */
static void
set_now(const struct work *w, uint16_t num)
{
	const struct crm_clock *c = w->ctx->clock;
	struct crm_buf b = CRM_BUF_INIT(16);
	const struct crm_field *f = field(w, num);

	if (f->type == CRM_T_DATE)
		crm_value_put_date(&b, crm_zone_date(c->zone, c->now_us));
	else
		crm_value_put_time(&b, c->now_us);
	crm_rec_set(w->rec, f, crm_buf_view(&b));
	crm_buf_release(&b);
}

/* opened is when the record was added; what was closed before was not opened
 * after. */
static void
fill_opened(const struct work *w)
{
	const struct crm_kind *k = w->rec->kind;
	struct crm_buf now = CRM_BUF_INIT(64), closed = CRM_BUF_INIT(64);
	struct crm_view v;

	if (k->opened == 0 || w->old != NULL || has(w, k->opened))
		return;
	set_now(w, k->opened);
	if (k->closed == 0 || !crm_rec_get(w->rec, k->closed, &v) ||
	    field(w, k->opened)->type != field(w, k->closed)->type)
		return;
	crm_value_add_key(&closed, field(w, k->closed), v);
	(void)crm_rec_get(w->rec, k->opened, &v);
	crm_value_add_key(&now, field(w, k->opened), v);
	if (crm_view_cmp(crm_buf_view(&closed), crm_buf_view(&now)) < 0 &&
	    crm_rec_get(w->rec, k->closed, &v))
		crm_rec_set(w->rec, field(w, k->opened), v);
	crm_buf_release(&now);
	crm_buf_release(&closed);
}

/* A stage that ends sets closed, one that goes on again clears it. */
static void
fill_closed(const struct work *w)
{
	const struct crm_kind *k = w->rec->kind;
	struct crm_view pipe = word_at(w->rec, k->pipeline_field), was;
	bool ends, ended;

	if (k->closed == 0 || k->stage == 0 || was_edited(w, k->closed))
		return;
	ends = crm_stage_end_of(k, pipe, word_at(w->rec, k->stage)) !=
	    CRM_END_OPEN;
	was = w->old != NULL ? word_at(w->old, k->stage) : CRM_VNULL;
	ended = was.n > 0 && crm_stage_end_of(k, pipe, was) != CRM_END_OPEN;
	if (ends && (!ended || !has(w, k->closed)))
		set_now(w, k->closed);
	else if (!ends && ended)
		crm_rec_set(w->rec, field(w, k->closed), CRM_VNULL);
}

/* What a score may be: NPS 0 to 10, CSAT 1 to 5, CES 1 to 7. */
static const struct crm_err *
check_score(const struct work *w)
{
	static const struct {
		uint8_t scale;
		int64_t min, max;
	} ranges[] = { { CRM_W_NPS, 0, 10 }, { CRM_W_CSAT, 1, 5 },
		{ CRM_W_CES, 1, 7 } };
	struct crm_view v, scale;
	struct crm_dec d;
	size_t i;

	if (!crm_rec_get(w->rec, CRM_EVENT_SCORE, &v) ||
	    !crm_rec_get(w->rec, CRM_EVENT_SCALE, &scale) ||
	    !crm_value_get_dec(v, &d))
		return NULL;
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (crm_word_of(scale) == ranges[i].scale &&
		    (crm_dec_cmp(d, (struct crm_dec){ ranges[i].min, 0 }) < 0 ||
			crm_dec_cmp(d, (struct crm_dec){ ranges[i].max, 0 }) >
			    0))
			return blame(w, CRM_EVENT_SCORE,
			    crm_err(CRM_E_DATA,
				"a score of %.*s is between %d and %d",
				CRM_VARG(crm_word_get(scale)),
				(int)ranges[i].min, (int)ranges[i].max));
	return NULL;
}

static const struct crm_err *
check_at(const struct work *w)
{
	struct crm_view v;
	int64_t at_us;

	if (!has(w, CRM_EVENT_AT))
		set_now(w, CRM_EVENT_AT);
	if (crm_rec_get(w->rec, CRM_EVENT_AT, &v) &&
	    crm_value_get_time(v, &at_us) && at_us >= CRM_STORY_MIN_US &&
	    at_us <= CRM_STORY_MAX_US)
		return NULL;
	return blame(w, CRM_EVENT_AT,
	    crm_err(CRM_E_DATA, "not between the years 829 and 3111"));
}

/*
 * A new record has what is required, and nobody takes it away.  One that lacks
 * it already, since an erasure took it or the field was required later, is
 * changed without it.
 */
static const struct crm_err *
check_required(const struct work *w)
{
	const struct crm_kind *k = w->rec->kind;
	uint64_t required = w->ctx->required[k->letter - 'a'];
	struct crm_view v;
	size_t i;

	/* as a rule all are there */
	if ((required & ~(w->rec->has & (crm_rec_bit(63) - 1))) == 0)
		return NULL;
	for (i = 0; i < k->nfields; i++) {
		if ((k->field[i].flags & CRM_F_REQUIRED) == 0 ||
		    has(w, k->field[i].num) ||
		    (w->old != NULL &&
			!crm_rec_get(w->old, k->field[i].num, &v)))
			continue;
		*w->field = k->field[i].name;
		return crm_err(CRM_E_DATA, "a value is required");
	}
	return NULL;
}

/* What became of a record that was merged is crm-merge's to say. */
static const struct crm_err *
check_merged(const struct work *w)
{
	size_t i;

	for (i = 0; i < w->nedits; i++)
		if (w->edit[i].field->num == CRM_N_MERGED)
			return blame(w, CRM_N_MERGED,
			    crm_err(CRM_E_DATA, "only crm-merge sets it"));
	return NULL;
}

const struct crm_err *
crm_rule_finish(const struct crm_rule_ctx *ctx, struct crm_rec *rec,
    const struct crm_rec *old, const struct crm_edit *edit, size_t nedits,
    const char currency[4], const char **fault)
{
	struct work w = { ctx, rec, old, edit, nedits, currency, fault };
	const struct crm_err *err = NULL;
	char letter = rec->kind->letter;
	uint8_t num = 0;

	*fault = NULL;
	err = check_merged(&w);
	if (err != NULL)
		return err;
	if (letter == 'p') {
		follow_name(&w);
		make_name(&w);
	}
	if (letter == 's')
		err = check_segment(&w);
	if (err == NULL)
		err = set_currency(&w, &num);
	if (err == NULL && letter == 'e')
		err = make_amount(&w);
	if (err == NULL && num != 0)
		err = fit_money(&w, num);
	if (err == NULL && letter == 'e')
		err = check_amount(&w);
	if (err == NULL)
		err = check_stage(&w);
	if (err != NULL)
		return err;
	fill_opened(&w);
	fill_closed(&w);
	if (letter == 'k' && !has(&w, CRM_TICKET_PRIORITY) && old == NULL)
		set_word(&w, CRM_TICKET_PRIORITY, CRM_V("normal"));
	if (letter == 'e') {
		err = check_at(&w);
		if (err == NULL)
			err = check_score(&w);
	}
	if (err == NULL && rec->kind->stage_rules) {
		err = crm_rule_stage(rec, old);
		if (err != NULL)
			return blame(&w, rec->kind->stage, err);
	}
	return err != NULL ? err : check_required(&w);
}
