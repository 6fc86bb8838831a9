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
insert(struct crm_faults *f, struct crm_fault new)
{
	size_t i = f->n;

	while (i > 0 && f->fault[i - 1].line > new.line)
		i--;
	memmove(
	    &f->fault[i + 1], &f->fault[i], (f->n - i) * sizeof(f->fault[0]));
	f->fault[i] = new;
	f->n++;
}

static struct crm_fault
take_out(struct crm_faults *f, size_t i)
{
	struct crm_fault it = f->fault[i];

	f->n--;
	memmove(
	    &f->fault[i], &f->fault[i + 1], (f->n - i) * sizeof(f->fault[0]));
	return it;
}

void
crm_faults_add(
    struct crm_faults *f, uint64_t line, const char *field, const char *what)
{
	struct crm_fault it = { line, 0, make_text(field, what) };
	size_t i;

	for (i = 0; i < f->n; i++) {
		if (strcmp(f->fault[i].text, it.text) != 0)
			continue;
		crm_free(it.text);
		it = take_out(f, i);
		it.more += line != it.line;
		if (line < it.line)
			it.line = line;
		insert(f, it);
		return;
	}
	if (f->n == CRM_FAULTS_MAX) {
		f->others++;
		if (line >= f->fault[f->n - 1].line) {
			crm_free(it.text);
			return;
		}
		f->others += f->fault[f->n - 1].more;
		crm_free(take_out(f, f->n - 1).text);
	}
	insert(f, it);
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

void
crm_faults_tell(struct crm_faults *f)
{
	char digits[26];
	size_t i;

	for (i = 0; i < f->n; i++) {
		tell(&f->fault[i]);
		crm_free(f->fault[i].text);
	}
	if (f->others > 0)
		crm_msg("and %.*s more",
		    (int)crm_num_put_grouped(digits, f->others), digits);
	f->n = 0;
	f->others = 0;
}
