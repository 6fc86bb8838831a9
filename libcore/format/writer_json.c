/* Rows of JSON Lines. */
#include "format/json.h"
#include "format/writer_impl.h"
#include "record/value.h"
#include "record/word.h"

/* A key is copied by one move of fixed size, and what is behind that. */
#define KEY_MOVE 16

void
crm_json_keys(struct crm_cell_way *way, const struct crm_column *col, size_t n,
    struct crm_arena *a)
{
	static const char padding[KEY_MOVE];
	struct crm_buf b = CRM_BUF_INIT(100000);
	size_t i;

	crm_arena_reset(a);
	for (i = 0; i < n; i++) {
		crm_buf_reset(&b);
		crm_buf_addc(&b, ',');
		crm_json_add_string(&b, crm_view_str(col[i].name));
		crm_buf_addc(&b, ':');
		way[i].key.n = b.n;
		crm_buf_add(&b, padding, KEY_MOVE);
		way[i].key.p = crm_arena_dup(a, b.p, b.n);
	}
	crm_buf_release(&b);
}

/* One value. */
static void
add_json(
    struct crm_buf *b, const struct crm_field *f, struct crm_view v, bool safe)
{
	switch ((enum crm_type)f->type) {
	case CRM_T_NUMBER:
	case CRM_T_PERCENT:
	case CRM_T_MONEY:
	case CRM_T_BOOL:
		crm_value_add_text(b, f, v);
		return;
	case CRM_T_DATE:
	case CRM_T_TIME:
	case CRM_T_SPAN:
	case CRM_T_CURRENCY:
	case CRM_T_CHOICE:
	case CRM_T_LINK:
		safe = true;
		break;
	case CRM_T_TEXT:
	case CRM_T_EMAIL:
	case CRM_T_PHONE:
	case CRM_T_URL:
	case CRM_T_TAG:
	case CRM_NTYPES:
		break;
	}
	if (!safe) {
		crm_json_add_string(b, v);
		return;
	}
	crm_buf_addc(b, '"');
	crm_value_add_text(b, f, v);
	crm_buf_addc(b, '"');
}

static void
json_value(
    struct crm_buf *b, const struct crm_field *f, const struct crm_value *c)
{
	struct crm_many m;
	struct crm_view v;
	bool first = true;

	if (c->is_text) {
		crm_json_add_string(b, c->value);
		return;
	}
	if ((f->flags & CRM_F_MANY) == 0) {
		add_json(b, f, c->value, c->safe);
		return;
	}
	crm_buf_addc(b, '[');
	crm_many_begin(&m, c->value, true);
	while (crm_many_next(&m, &v)) {
		if (!first)
			crm_buf_addc(b, ',');
		first = false;
		add_json(b, f, v, c->safe);
	}
	crm_buf_addc(b, ']');
}

void
crm_json_add_value(
    struct crm_buf *b, const struct crm_field *f, struct crm_view stored)
{
	struct crm_value v = { .value = stored };

	json_value(b, f, &v);
}

/* A text in quotes; returns what is behind it. */
static char *
put_quoted(char *to, struct crm_view v)
{
	*to++ = '"';
	memcpy(to, v.p, v.n);
	to[v.n] = '"';
	return to + v.n + 1;
}

/* Many texts: their lengths stand in front of them, so that three bytes for
 * each byte of them is room enough. */
static char *
put_texts(char *to, struct crm_view stored)
{
	struct crm_many m;
	struct crm_view v;

	*to++ = '[';
	if (crm_many_is_one(stored, &v)) {
		to = put_quoted(to, v);
		*to++ = ']';
		return to;
	}
	crm_many_begin(&m, stored, true);
	while (crm_many_next(&m, &v)) {
		to = put_quoted(to, v);
		*to++ = ',';
	}
	if (to[-1] == ',')
		to--;
	*to++ = ']';
	return to;
}

/*
 * Where a value needs no escaping, and is of a shape of which its size is known
 * before: key and value at once.  They are what json_value() writes.
 *
 * open    what the key begins with
 */
static bool
put_member(struct crm_buf *b, struct crm_cell_way *way,
    const struct crm_value *c, char open)
{
	size_t room = way->key.n + KEY_MOVE + CRM_CELL_ROOM;
	char *to, *from;

	if (!crm_cell_is_short(way, c) ||
	    (way->shape <= CRM_SHAPE_TEXTS && !c->safe))
		return false;
	room += way->shape == CRM_SHAPE_TEXTS ? 3 * c->value.n : c->value.n;
	from = crm_buf_room(b, room);
	if (from == NULL)
		return false;
	memcpy(from, way->key.p, KEY_MOVE);
	if (way->key.n > KEY_MOVE)
		memcpy(from + KEY_MOVE, way->key.p + KEY_MOVE,
		    way->key.n - KEY_MOVE);
	*from = open;
	to = from + way->key.n;
	if (way->shape == CRM_SHAPE_TEXT)
		to = put_quoted(to, c->value);
	else if (way->shape == CRM_SHAPE_TEXTS)
		to = put_texts(to, c->value);
	else if (way->shape == CRM_SHAPE_DEC)
		to = crm_cell_put(to, way, c->value);
	else {
		*to++ = '"';
		to = crm_cell_put(to, way, c->value);
		*to++ = '"';
	}
	crm_buf_used(b, (size_t)(to - from));
	return true;
}

void
crm_json_row(struct crm_buf *b, struct crm_cell_way *way,
    const struct crm_column *col, const struct crm_value *c, size_t n)
{
	struct crm_view key;
	char open = '{';
	size_t i;

	for (i = 0; i < n; i++) {
		if (c[i].value.n == 0)
			continue;
		if (!put_member(b, &way[c[i].col], &c[i], open)) {
			key = way[c[i].col].key;
			crm_buf_addc(b, open);
			crm_buf_addv(b, crm_view_skip(key, 1));
			json_value(b, col[c[i].col].field, &c[i]);
		}
		open = ',';
	}
	if (open == '{')
		crm_buf_addc(b, '{');
	crm_buf_adds(b, "}\n");
}
