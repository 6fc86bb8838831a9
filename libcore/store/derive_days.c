/* Bringing the days on which customers bought up to date. */
#include "base/mem.h"
#include "store/days.h"
#include "store/derive_impl.h"

/*
 * First what is otherwise with the customers from whom something was taken
 * away is noted, while the table is as it was; then this and the days of what
 * was added are written in one go, customer by customer.
 */
struct dating {
	struct crm_snap *snap;
	struct crm_block_writer *w;
	/* In order: who u64, day i32 as it sorts, '+' or '-'. */
	struct crm_spool *otherwise;
	struct crm_view other; /* read ahead */
	struct crm_days old, new;
	uint64_t *id; /* days to be put */
	size_t id_cap;
};

static const struct crm_err *
note_day(struct dating *d, uint64_t who, int32_t day, char sign)
{
	char out[13];

	crm_be64(out, who);
	crm_be32(out + 8, (uint32_t)(day + CRM_DAYS_BIAS));
	out[12] = sign;
	return crm_spool_add(d->otherwise, crm_view(out, sizeof(out)), NULL);
}

/* A customer from whom something was taken away. */
static const struct crm_err *
compare_one(struct dating *d, uint64_t who)
{
	const struct crm_err *err;
	const struct crm_days *old = &d->old, *new = &d->new;
	size_t i = 0, j = 0;

	err = crm_days_today(d->snap, who, &d->old);
	if (err == NULL)
		err =
		    crm_days_fold(d->snap, who, INT64_MIN, INT64_MAX, &d->new);
	while (err == NULL && (i < old->n || j < new->n))
		if (j == new->n || (i < old->n && old->day[i] < new->day[j]))
			err = note_day(d, who, old->day[i++], '-');
		else if (i == old->n || new->day[j] < old->day[i])
			err = note_day(d, who, new->day[j++], '+');
		else {
			i++;
			j++;
		}
	return err;
}

static const struct crm_err *
next_other(struct dating *d)
{
	return crm_spool_next(d->otherwise, &d->other);
}

/* What was noted of a customer. */
static const struct crm_err *
put_other(struct dating *d, uint64_t who)
{
	const struct crm_err *err = NULL;
	char key[CRM_DAYS_GROUP + 9];
	int32_t day;

	crm_days_group(key, who);
	key[CRM_DAYS_GROUP] = '\0';
	while (err == NULL && d->other.p != NULL &&
	    crm_be64_get(d->other.p) == who) {
		day = (int32_t)crm_be32_get(d->other.p + 8) - CRM_DAYS_BIAS;
		crm_be64(key + CRM_DAYS_GROUP + 1, crm_days_id(day));
		if (d->other.p[12] == '+')
			err = crm_block_put(
			    d->w, crm_view(key, sizeof(key)), CRM_VNULL);
		else
			err = crm_block_del(d->w, crm_view(key, sizeof(key)));
		if (err == NULL)
			err = next_other(d);
	}
	return err;
}

/* The days of a customer to whom something was added: there may be others
 * among them, which are there already. */
static const struct crm_err *
put_added(struct dating *d, const struct crm_buying *b)
{
	const struct crm_err *err;
	char group[CRM_DAYS_GROUP];
	size_t i;

	err = crm_days_fold(d->snap, b->who, b->first_us, b->last_us, &d->new);
	if (err != NULL || d->new.n == 0)
		return err;
	d->id = crm_grow(d->id, &d->id_cap, d->new.n, sizeof(*d->id));
	for (i = 0; i < d->new.n; i++)
		d->id[i] = crm_days_id(d->new.day[i]);
	crm_days_group(group, b->who);
	return crm_block_put_ids(
	    d->w, crm_view(group, sizeof(group)), d->id, NULL, d->new.n);
}

/* Both, in the order of customers. */
static const struct crm_err *
write_all(struct dating *d, struct crm_spool *bought)
{
	struct crm_buying b = { 0 };
	const struct crm_err *err;
	uint64_t who;

	crm_spool_rewind(bought);
	err = crm_buying_next(bought, &b);
	while (err == NULL && (b.who != 0 || d->other.p != NULL)) {
		who = d->other.p != NULL ? crm_be64_get(d->other.p) : b.who;
		if (b.who == 0 || who < b.who) {
			err = put_other(d, who);
			continue;
		}
		/* What was noted is how it is with all that was added. */
		err = who == b.who && d->other.p != NULL ? put_other(d, who)
							 : put_added(d, &b);
		if (err == NULL)
			err = crm_buying_next(bought, &b);
	}
	return err;
}

static const struct crm_err *
write_days(struct dating *d, struct crm_spool *bought)
{
	const struct crm_err *err;
	struct crm_walk *walk;

	err = crm_snap_walk(d->snap, CRM_TABLE_INDEX, &walk);
	if (err == NULL)
		err = crm_block_write(
		    crm_snap_txn(d->snap), CRM_TABLE_INDEX, &d->w);
	if (err != NULL)
		return err;
	err = write_all(d, bought);
	if (err != NULL)
		crm_block_abandon(d->w);
	else
		err = crm_block_close(d->w);
	crm_walk_forget(walk);
	return err;
}

const struct crm_err *
crm_derive_days(struct crm_derive *derive, struct crm_snap *snap,
    const uint64_t *fold, size_t n, struct crm_spool *bought)
{
	struct dating d = { .snap = snap };
	const struct crm_err *err = NULL;
	size_t i;

	d.otherwise = crm_spool_new(derive->memory / 4, derive->store->dir);
	for (i = 0; err == NULL && i < n; i++)
		err = compare_one(&d, fold[i]);
	crm_spool_rewind(d.otherwise);
	if (err == NULL)
		err = next_other(&d);
	if (err == NULL && (d.other.p != NULL || crm_spool_bytes(bought) > 0))
		err = write_days(&d, bought);
	crm_spool_free(d.otherwise);
	crm_days_release(&d.old);
	crm_days_release(&d.new);
	crm_free(d.id);
	return err;
}
