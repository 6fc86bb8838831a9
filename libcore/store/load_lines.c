/* The lines of a dump that are neither the log nor records. */
#include "store/load_impl.h"

#include "store/dump.h"
#include "store/erased.h"

const struct crm_err *
crm_load_header(struct crm_load *l)
{
	struct crm_load_counts *c = &l->want;
	const struct {
		struct crm_view key;
		uint64_t *to;
	} count[] = {
		{ KEY("fields"), &c->fields },
		{ KEY("log"), &c->log },
		{ KEY("changed"), &c->changed },
		{ KEY("hidden"), &c->hidden },
		{ KEY("records"), &c->records },
		{ KEY("events"), &c->events },
	};
	const struct crm_err *err;
	uint64_t n;
	size_t i;

	err = crm_load_number(l, UINT64_MAX, &n);
	if (err == NULL && n != CRM_DUMP_VERSION)
		return crm_err(CRM_E_DATA,
		    "the dump is of version %llu, this crm reads %d: %s",
		    (unsigned long long)n, CRM_DUMP_VERSION,
		    n > CRM_DUMP_VERSION ? "upgrade crm" : "it is too old");
	if (err == NULL)
		err = crm_load_bytes_at(
		    l, KEY("uuid"), l->seed.uuid, sizeof(l->seed.uuid));
	if (err == NULL)
		err = crm_load_number_at(l, KEY("replica"), UINT16_MAX, &n);
	l->seed.replica = err == NULL ? (uint16_t)n : 0;
	for (i = 0; err == NULL && i < sizeof(count) / sizeof(count[0]); i++)
		err = crm_load_number_at(
		    l, count[i].key, UINT64_MAX, count[i].to);
	return err;
}

/* The configuration has to be good before anything is made of it. */
const struct crm_err *
crm_load_yaml(struct crm_load *l)
{
	struct crm_config *config = NULL;
	const struct crm_err *err;

	err = crm_exact_get_text(&l->j, &l->yaml);
	if (err == NULL)
		err = crm_buf_end(&l->yaml);
	if (err == NULL)
		err = crm_config_parse(
		    "crm.yaml", crm_buf_view(&l->yaml), &config);
	crm_config_free(config);
	return err != NULL ? crm_err(CRM_E_DATA, "%s", err->msg) : NULL;
}

/* Names and numbers of fields stand for one thing each. */
static const struct crm_err *
check_name(const struct crm_load *l, const struct crm_field_name *name)
{
	struct crm_field_name other;
	size_t at = 0;

	if (!crm_name_ok(name->text) || name->kind < 'a' || name->kind > 'z' ||
	    (name->num != 0 && name->num < CRM_N_CUSTOM) ||
	    name->num > CRM_N_STORED_MAX)
		return crm_err(CRM_E_DATA, "a field cannot be so");
	while (crm_meta_next_name(crm_buf_view(&l->names), &at, &other))
		if (other.kind == name->kind &&
		    (other.num == name->num ||
			(other.num != 0 && name->num != 0 &&
			    crm_view_eq(other.text, name->text))))
			return crm_err(CRM_E_DATA,
			    "the field '%.*s' is there "
			    "twice, or its number",
			    CRM_VARG(name->text));
	return NULL;
}

const struct crm_err *
crm_load_field(struct crm_load *l)
{
	const struct crm_err *err;
	struct crm_field_name name = { 0 };
	struct crm_view letter, type;
	enum crm_type t = CRM_T_TEXT;
	uint64_t num = 0;

	err = crm_load_word(l, &name.text);
	if (err == NULL)
		err = crm_load_word_at(l, KEY("letter"), &letter);
	if (err == NULL)
		err = crm_load_number_at(
		    l, KEY("number"), CRM_N_STORED_MAX, &num);
	if (err == NULL)
		err = crm_load_word_at(l, KEY("type"), &type);
	if (err == NULL)
		err = crm_load_flag_at(l, KEY("many"), &name.many);
	if (err == NULL && (letter.n != 1 || !crm_type_parse(type, &t)))
		err = crm_err(CRM_E_DATA, "a field cannot be so");
	if (err != NULL)
		return err;
	name.kind = letter.p[0];
	name.num = (uint16_t)num;
	name.type = (uint8_t)t;
	err = check_name(l, &name);
	if (err == NULL) {
		crm_meta_add_name(&l->names, &name);
		l->have.fields++;
	}
	return err;
}

const struct crm_err *
crm_load_erased(struct crm_load *l)
{
	const struct crm_err *err;
	struct crm_view v;

	if (l->erased.n > 0)
		return crm_err(CRM_E_DATA, "it is there twice");
	err = crm_load_word(l, &v);
	if (err == NULL &&
	    (!crm_hex_get(v, &l->erased) || !crm_erased_fits(l->erased.n)))
		err = crm_err(CRM_E_DATA, "expected what is remembered");
	return err;
}

const struct crm_err *
crm_load_hidden(struct crm_load *l)
{
	uint64_t first = 0, count = 0, change = 0, last;
	const struct crm_err *err;
	char p[24];

	err = crm_load_id(l, &first);
	if (err == NULL)
		err = crm_load_number_at(
		    l, KEY("count"), CRM_ID_NUMBER_MAX, &count);
	if (err == NULL)
		err = crm_load_number_at(l, KEY("change"), UINT64_MAX, &change);
	if (err != NULL)
		return err;
	if (l->hidden.n > 0) {
		last = crm_le64_get(l->hidden.p + l->hidden.n - 24) +
		    crm_le64_get(l->hidden.p + l->hidden.n - 16) - 1;
		if (first <= last)
			return crm_err(CRM_E_DATA, "out of order");
	}
	crm_le64(p, first);
	crm_le64(p + 8, count);
	crm_le64(p + 16, change);
	crm_buf_add(&l->hidden, p, sizeof(p));
	l->have.hidden++;
	return NULL;
}

const struct crm_err *
crm_load_trailer(struct crm_load *l)
{
	const struct crm_err *err;
	uint8_t crc[4];
	uint64_t n = 0;

	err = crm_load_number(l, UINT64_MAX, &n);
	if (err == NULL && n != l->lines)
		return crm_err(CRM_E_DATA,
		    "lines are missing: there were %llu, not %llu",
		    (unsigned long long)l->lines, (unsigned long long)n);
	if (err == NULL)
		err = crm_load_bytes_at(l, KEY("crc32c"), crc, sizeof(crc));
	if (err != NULL)
		return err;
	if (((uint32_t)crc[0] << 24 | (uint32_t)crc[1] << 16 |
		(uint32_t)crc[2] << 8 | crc[3]) != l->crc)
		return crm_err(
		    CRM_E_DATA, "the checksum is wrong: the dump was damaged");
	if (memcmp(&l->want, &l->have, sizeof(l->want)) != 0)
		return crm_err(CRM_E_DATA,
		    "there is not what the first line said would come");
	return NULL;
}
