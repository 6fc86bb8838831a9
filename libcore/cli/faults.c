#include "cli/faults.h"

#include "base/mem.h"
#include "base/num.h"
#include "cli/msg.h"

static char *
make_text(const char *field, const char *what)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	char *text;

	if (field != NULL)
		crm_buf_addf(&b, "%s: ", field);
	crm_buf_adds(&b, what);
	text = crm_alloc(b.n + 1);
	memcpy(text, b.p != NULL ? b.p : "", b.n);
	text[b.n] = '\0';
	crm_buf_release(&b);
	return text;
}

/* Put a fault in its place: behind those of the same line. */
static void
insert(struct crm_fault *list, size_t *n, struct crm_fault new)
{
	size_t i = *n;

	while (i > 0 && list[i - 1].line > new.line)
		i--;
	memmove(&list[i + 1], &list[i], (*n - i) * sizeof(*list));
	list[i] = new;
	++*n;
}

static struct crm_fault
take_out(struct crm_fault *list, size_t *n, size_t i)
{
	struct crm_fault it = list[i];

	--*n;
	memmove(&list[i], &list[i + 1], (*n - i) * sizeof(*list));
	return it;
}

/* Add a fault to those that are kept once. */
static void
add_sort(struct crm_faults *f, struct crm_fault it)
{
	struct crm_fault *last = &f->sort[CRM_FAULTS_MAX - 1];
	uint64_t line = it.line;
	size_t i;

	for (i = 0; i < f->nsorts; i++) {
		if (strcmp(f->sort[i].text, it.text) != 0)
			continue;
		crm_free(it.text);
		it = take_out(f->sort, &f->nsorts, i);
		it.more += line != it.line;
		if (line < it.line)
			it.line = line;
		insert(f->sort, &f->nsorts, it);
		return;
	}
	if (f->nsorts == CRM_FAULTS_MAX) {
		f->others++;
		if (line >= last->line) {
			crm_free(it.text);
			return;
		}
		f->others += last->more;
		crm_free(take_out(f->sort, &f->nsorts, f->nsorts - 1).text);
	}
	insert(f->sort, &f->nsorts, it);
}

void
crm_faults_add(
    struct crm_faults *f, uint64_t line, const char *field, const char *what)
{
	struct crm_fault it = { line, 0, make_text(field, what) };

	if (f->total++ < CRM_FAULTS_MAX) {
		insert(f->each, &f->neach, it);
		it.text = make_text(field, what);
	}
	add_sort(f, it);
}

static void
tell(const struct crm_fault *it)
{
	struct crm_buf b = CRM_BUF_INIT(CRM_LINE_MAX * 2);
	char digits[26];

	if (it->line > 0)
		crm_buf_addf(&b, "stdin:%llu: ", (unsigned long long)it->line);
	crm_buf_adds(&b, it->text);
	if (it->more > 0)
		crm_buf_addf(&b, " (and %.*s more %s like it)",
		    (int)crm_num_put_grouped(digits, it->more), digits,
		    it->more == 1 ? "line" : "lines");
	crm_msg("%s", b.p);
	crm_buf_release(&b);
}

/* Print a list, or not, and empty it. */
static void
empty(struct crm_fault *list, size_t *n, bool print)
{
	size_t i;

	for (i = 0; i < *n; i++) {
		if (print)
			tell(&list[i]);
		crm_free(list[i].text);
	}
	*n = 0;
}

void
crm_faults_forget(struct crm_faults *f)
{
	empty(f->each, &f->neach, false);
	empty(f->sort, &f->nsorts, false);
	f->total = f->others = 0;
}

void
crm_faults_tell(struct crm_faults *f)
{
	bool few = f->total <= CRM_FAULTS_MAX;
	char digits[26];

	empty(f->each, &f->neach, few);
	empty(f->sort, &f->nsorts, !few);
	if (f->others > 0)
		crm_msg("and %.*s more",
		    (int)crm_num_put_grouped(digits, f->others), digits);
	f->total = f->others = 0;
}
