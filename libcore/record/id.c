#include "record/id.h"

#include "base/num.h"

#define REPLICA_BASE 27 /* 'a' is 1, 'z' is 26, no digit is 0 */

bool
crm_id_parse(struct crm_view v, uint64_t *out)
{
	uint64_t number = 0;
	uint32_t replica = 0;
	size_t n = 1, i;

	if (v.n < 2 || v.p[0] < 'a' || v.p[0] > 'z' || v.p[1] == '0')
		return false;
	for (; n < v.n && v.p[n] >= '0' && v.p[n] <= '9'; n++) {
		number = number * 10 + (uint64_t)(v.p[n] - '0');
		if (number > CRM_ID_NUMBER_MAX)
			return false;
	}
	if (n == 1)
		return false;
	if (v.n - n > 3)
		return false;
	for (i = n; i < v.n; i++) {
		if (v.p[i] < 'a' || v.p[i] > 'z')
			return false;
		replica = replica * REPLICA_BASE + (uint32_t)(v.p[i] - 'a' + 1);
	}
	*out = crm_id(v.p[0], (uint16_t)replica, number);
	return true;
}

size_t
crm_id_put(char *out, uint64_t id)
{
	uint32_t replica = crm_id_replica(id);
	char letter[4];
	size_t n, k = 0;

	out[0] = crm_id_kind(id);
	n = 1 + crm_num_put(out + 1, crm_id_number(id));
	for (; replica > 0 && k < 4; replica /= REPLICA_BASE)
		letter[k++] = (char)('a' + (replica % REPLICA_BASE) - 1);
	while (k > 0)
		out[n++] = letter[--k];
	return n;
}

const char *
crm_id_text(uint64_t id, char out[CRM_ID_TEXT])
{
	out[crm_id_put(out, id)] = '\0';
	return out;
}
