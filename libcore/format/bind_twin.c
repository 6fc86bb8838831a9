/* A binder like another one, for a second thread. */
#include "format/bind_impl.h"

/* It was told of when the other one saw the header. */
static void
recognised(void *ctx, const struct crm_preset *p, struct crm_view map)
{
	(void)ctx;
	(void)p;
	(void)map;
}

const struct crm_err *
crm_bind_twin(const struct crm_bind *b, const struct crm_reader *reader,
    const struct crm_value_ctx *values,
    void (*fault)(void *ctx, const char *field, const char *what), void *ctx,
    struct crm_bind **out)
{
	struct crm_bind_options o = b->o;
	const struct crm_err *err;

	o.kind = b->kind_asked;
	o.values = values;
	o.fault = fault;
	o.fault_ctx = ctx;
	if (o.recognised != NULL)
		o.recognised = recognised;
	err = crm_bind_new(&o, out);
	if (err != NULL)
		return err;
	(*out)->is_twin = true;
	(void)crm_bind_header(*out, reader);
	return NULL;
}

void
crm_bind_look_again(struct crm_bind *b)
{
	size_t i;

	if (!crm_bind_has_new_fields(b))
		return;
	for (i = 0; i < 26; i++)
		b->targets[i].ncols = 0;
}
