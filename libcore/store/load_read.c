/* Reading a dump's lines piece by piece. */
#include "store/load_impl.h"

/* Is this key the next one?  It is taken then. */
bool
crm_load_has(struct crm_load *l, struct crm_view key)
{
	return crm_json_take_key(&l->j, key);
}

const struct crm_err *
crm_load_lacks(struct crm_view key)
{
	return crm_err(
	    CRM_E_DATA, "expected the key %.*s", (int)key.n - 1, key.p);
}

const struct crm_err *
crm_load_number(struct crm_load *l, uint64_t max, uint64_t *out)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view v;

	err = crm_json_next(&l->j, &token, &v);
	if (err == NULL &&
	    (token != CRM_JSON_NUMBER || !crm_num_u64(v, max, out)))
		return crm_err(CRM_E_DATA, "expected a number, not '%.*s'",
		    (int)(v.n < 100 ? v.n : 100), v.p);
	return err;
}

const struct crm_err *
crm_load_number_at(
    struct crm_load *l, struct crm_view key, uint64_t max, uint64_t *out)
{
	return crm_load_has(l, key) ? crm_load_number(l, max, out)
				    : crm_load_lacks(key);
}

/* A short text without escapes of bytes: borrowed. */
const struct crm_err *
crm_load_word(struct crm_load *l, struct crm_view *out)
{
	const struct crm_err *err;
	enum crm_json_token token;

	err = crm_json_next(&l->j, &token, out);
	if (err == NULL && token != CRM_JSON_STRING)
		err = crm_err(CRM_E_DATA, "expected a text");
	return err;
}

const struct crm_err *
crm_load_word_at(struct crm_load *l, struct crm_view key, struct crm_view *out)
{
	return crm_load_has(l, key) ? crm_load_word(l, out)
				    : crm_load_lacks(key);
}

/* A text of any bytes, behind those in out. */
const struct crm_err *
crm_load_text_at(struct crm_load *l, struct crm_view key, struct crm_buf *out)
{
	return crm_load_has(l, key) ? crm_exact_get_text(&l->j, out)
				    : crm_load_lacks(key);
}

/* Exactly n bytes in hexadecimal digits. */
const struct crm_err *
crm_load_bytes_at(
    struct crm_load *l, struct crm_view key, uint8_t *out, size_t n)
{
	const struct crm_err *err;
	struct crm_view v;
	size_t was = l->more.n;
	bool ok;

	err = crm_load_word_at(l, key, &v);
	if (err != NULL)
		return err;
	ok = crm_hex_get(v, &l->more) && l->more.n - was == n;
	if (ok)
		memcpy(out, l->more.p + was, n);
	l->more.n = was;
	return ok
	    ? NULL
	    : crm_err(CRM_E_DATA, "expected %zu hexadecimal digits", 2 * n);
}

const struct crm_err *
crm_load_id(struct crm_load *l, uint64_t *out)
{
	const struct crm_err *err;
	struct crm_view v;

	err = crm_load_word(l, &v);
	if (err == NULL && !crm_id_parse(v, out))
		err = crm_err(CRM_E_DATA, "'%.*s' is not an id",
		    (int)(v.n < 100 ? v.n : 100), v.p);
	return err;
}

/* "key":true, or nothing. */
const struct crm_err *
crm_load_flag_at(struct crm_load *l, struct crm_view key, bool *out)
{
	const struct crm_err *err;
	enum crm_json_token token;
	struct crm_view v;

	*out = crm_load_has(l, key);
	if (!*out)
		return NULL;
	err = crm_json_next(&l->j, &token, &v);
	if (err == NULL && token != CRM_JSON_TRUE)
		err = crm_err(CRM_E_DATA, "expected true");
	return err;
}

const struct crm_err *
crm_load_unknown_kind(uint64_t id)
{
	char text[CRM_ID_TEXT];

	return crm_err(CRM_E_DATA, "%s is of a kind that crm.yaml lacks",
	    crm_id_text(id, text));
}
