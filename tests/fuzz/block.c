/*
 * Fuzz the decoders of what is stored: blocks in all layouts, records in
 * them, the values of their fields.  The checksum is made right first, so
 * that the bytes behind it are what is looked at.
 */
#include <assert.h>
#include <stdint.h>

#include "record/code.h"
#include "record/value.h"
#include "store/block_impl.h"
#include "store/rollup.h"
#include "store/story.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct crm_buf block = CRM_BUF_INIT((size_t)1 << 20);
static struct crm_buf room = CRM_BUF_INIT(CRM_BLOCK_MAX);
static struct crm_buf text = CRM_BUF_INIT((size_t)1 << 24);

static const enum crm_table tables[] = { CRM_TABLE_EVENT, CRM_TABLE_STORY,
	CRM_TABLE_INDEX, CRM_TABLE_TEXT, CRM_TABLE_ROLLUP };

/* Read a value as every type there is. */
static void
read_value(struct crm_view v, bool many)
{
	struct crm_field f = { .name = "f", .links = "p", .choices = "a\0" };
	struct crm_many m;
	struct crm_view one;
	uint64_t n = 0;

	crm_many_begin(&m, v, many);
	assert(crm_many_count(v, many) == m.left);
	while (crm_many_next(&m, &one)) {
		assert(one.n <= v.n);
		n++;
		for (f.type = 0; f.type < CRM_NTYPES; f.type++) {
			crm_buf_reset(&text);
			crm_value_add_text(&text, &f, one);
			crm_value_add_key(&text, &f, one);
		}
	}
	assert(n <= v.n + 1);
}

static void
read_record(struct crm_view v)
{
	struct crm_event_core core;
	struct crm_stored r;
	struct crm_slot s;
	struct crm_view got;
	uint32_t i;

	if (!crm_code_open(v, &r))
		return;
	for (i = 0; i < r.n; i++) {
		s = crm_stored_at(&r, i);
		assert(s.value.n <= v.n);
		if (crm_stored_get(&r, s.num, &got))
			assert(got.n > 0 && got.n <= v.n);
		if (i < 100) {
			read_value(s.value, false);
			read_value(s.value, true);
		}
	}
	(void)crm_event_core(&r, crm_id('e', 0, 1), &core);
}

static void
read_entry(enum crm_table t, struct crm_view prefix, const struct crm_ent *e)
{
	struct crm_entry entry = { prefix, e->a, e->id, e->value };
	struct crm_rollup row, sum;
	struct crm_story s;

	if (t == CRM_TABLE_EVENT)
		read_record(e->value);
	if (t == CRM_TABLE_STORY) {
		crm_story_read(&entry, &s);
		(void)crm_rollup_of(&s, &sum);
	}
	if (t == CRM_TABLE_ROLLUP)
		crm_rollup_read(e->value, &row);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct crm_block_pos pos = { 0 };
	const struct crm_form *f;
	struct crm_block b;
	struct crm_ent e, last = { 0 };
	struct crm_view key;
	uint8_t packed;
	bool good;
	size_t n;
	int rc;

	if (size < 2)
		return 0;
	f = crm_form_of(tables[data[0] % 5]);
	n = data[1];
	packed = data[0] % 10 < 5 ? 0 : CRM_PACKED;
	if (size - 2 < n)
		return 0;
	key = crm_view(data + 2, n);
	crm_buf_reset(&block);
	crm_buf_add(&block, data + 2 + n, size - 2 - n);
	if (block.n >= CRM_HEAD)
		crm_head_seal(&block, key, (uint8_t)f->layout | packed,
		    crm_le16_get(block.p + 2));
	good = crm_block_check(f, key, crm_buf_view(&block), NULL) == NULL;
	if (crm_block_open(f, key, crm_buf_view(&block), &room, &b) != NULL) {
		assert(!good);
		return 0;
	}
	n = 0;
	for (rc = crm_block_step(&b, &pos, &e); rc == 1;
	     rc = crm_block_step(&b, &pos, &e)) {
		if (good && n > 0)
			assert(crm_ent_cmp(&last, &e) < 0);
		assert(e.value.n <= b.n && e.a.n <= b.n + CRM_GROUP_MAX);
		read_entry(tables[data[0] % 5], crm_view(key.p, f->prefix), &e);
		last = e;
		n++;
	}
	if (good)
		assert(rc == 0 && n == b.count);
	return 0;
}
