/*
 * Fuzz the JSON reader: it must stay within its input, balance its levels,
 * and what the writer makes of a string must be read as that string.
 */
#include <assert.h>
#include <stdint.h>

#include "format/json.h"

#define TEXT_MAX ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct crm_buf scratch = CRM_BUF_INIT(TEXT_MAX);
static struct crm_buf scratch2 = CRM_BUF_INIT(TEXT_MAX);
static struct crm_buf again = CRM_BUF_INIT(TEXT_MAX);

static bool
lies_in(struct crm_view v, const char *p, size_t n)
{
	uintptr_t at = (uintptr_t)v.p, from = (uintptr_t)p;

	return at >= from && at <= from + n && v.n <= from + n - at;
}

static void
check_string(struct crm_view text)
{
	enum crm_json_token token;
	struct crm_json j;
	struct crm_view back;

	crm_buf_reset(&again);
	crm_json_add_string(&again, text);
	assert(crm_json_is_plain(text) == (again.n == text.n + 2));
	crm_json_begin(&j, crm_buf_view(&again), &scratch2);
	assert(crm_json_next(&j, &token, &back) == NULL);
	assert(token == CRM_JSON_STRING && crm_view_eq(back, text));
	assert(crm_json_next(&j, &token, &back) == NULL);
	assert(token == CRM_JSON_END);
}

/* A key that is expected must be taken just where it is the next token. */
static void
check_key(struct crm_json j, struct crm_json behind, struct crm_view key)
{
	crm_buf_reset(&again);
	crm_json_add_string(&again, key);
	crm_buf_addc(&again, ':');
	if (crm_json_take_key(&j, crm_buf_view(&again)))
		assert(j.pos == behind.pos && j.state == behind.state &&
		    j.depth == behind.depth);
}

/* A string that is taken must be the next token. */
static void
check_taken(struct crm_json j, const struct crm_json *behind,
    enum crm_json_token token, struct crm_view text)
{
	struct crm_view taken;

	if (crm_json_take_string(&j, &taken))
		assert(token == CRM_JSON_STRING && crm_view_eq(taken, text) &&
		    j.pos == behind->pos && j.state == behind->state &&
		    j.depth == behind->depth);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *in = (const char *)data;
	struct crm_json j, before;
	struct crm_view text, key = CRM_V("a");
	enum crm_json_token token = CRM_JSON_NULL;
	unsigned int depth = 0;

	crm_json_begin(&j, crm_view(in, size), &scratch);
	do {
		before = j;
		if (crm_json_next(&j, &token, &text) != NULL) {
			check_key(before, before, key);
			assert(!crm_json_take_string(&before, &text));
			return 0;
		}
		assert(lies_in(text, in, size) ||
		    lies_in(text, scratch.p, scratch.n));
		if (token == CRM_JSON_OBJECT || token == CRM_JSON_ARRAY)
			depth++;
		if (token == CRM_JSON_OBJECT_END || token == CRM_JSON_ARRAY_END)
			depth--;
		assert(depth == j.depth && depth <= CRM_JSON_DEPTH_MAX);
		assert(j.pos <= size);
		check_taken(before, &j, token, text);
		if (token == CRM_JSON_KEY || token == CRM_JSON_STRING)
			check_string(text);
		if (token == CRM_JSON_KEY) {
			check_key(before, j, text);
			key = text;
		}
	} while (token != CRM_JSON_END);
	assert(depth == 0);
	return 0;
}
