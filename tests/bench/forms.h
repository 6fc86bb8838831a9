/*
 * forms - a table as files of several forms, a cell at a time.
 *
 * Each cell goes to all of them at once: open, add the columns' cells over
 * and over, close.
 */
#ifndef BENCH_FORMS_H
#define BENCH_FORMS_H

#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"

#define FIRST_DAY 18628 /* 2021-01-01, as days since 1970 */
#define TODAY 20454     /* 2026-01-01: everything is before it */

enum { TSV, CSV, JSONL, PEER, NFORMS };
static const char *const suffixes[NFORMS] = { "tsv", "csv", "jsonl", "peer" };
static const char *table_folder;

struct table {
	FILE *file[NFORMS];
	struct crm_buf row[NFORMS];
	const char *const *column;
	size_t ncolumns, at;
};

static void
fail(const char *path)
{
	perror(path);
	exit(74);
}

/*
 * Make the files of a table in table_folder.
 *
 * columns  their names, up to a NULL
 * which    bits: 1u << TSV, ...
 */
static void
table_open(struct table *t, const char *name, const char *const *columns,
    unsigned int which)
{
	struct crm_buf path = CRM_BUF_INIT(4096);
	size_t i;

	*t = (struct table){ .column = columns };
	while (columns[t->ncolumns] != NULL)
		t->ncolumns++;
	for (i = 0; i < NFORMS; i++) {
		t->row[i].max = CRM_LINE_MAX;
		if ((which & 1u << i) == 0)
			continue;
		crm_buf_reset(&path);
		crm_buf_addf(
		    &path, "%s/%s.%s", table_folder, name, suffixes[i]);
		t->file[i] = fopen(path.p, "w");
		if (t->file[i] == NULL)
			fail(path.p);
	}
	for (i = 0; i < t->ncolumns; i++) {
		const char *between = i + 1 < t->ncolumns ? NULL : "\n";

		if (t->file[TSV] != NULL)
			(void)fprintf(t->file[TSV], "%s%s", columns[i],
			    between != NULL ? between : "\t");
		if (t->file[CSV] != NULL)
			(void)fprintf(t->file[CSV], "%s%s", columns[i],
			    between != NULL ? between : ",");
	}
	crm_buf_release(&path);
}

static void
table_close(struct table *t)
{
	size_t i;

	for (i = 0; i < NFORMS; i++) {
		crm_buf_release(&t->row[i]);
		if (t->file[i] != NULL && fclose(t->file[i]) != 0)
			fail(suffixes[i]);
	}
}

/* The column's place in JSON: only those that have a value are there. */
static void
add_json(struct table *t, const char *value, bool many, bool bare)
{
	struct crm_buf *b = &t->row[JSONL];
	const char *p;

	if (*value == '\0')
		return;
	crm_buf_addf(b, "%s\"%s\":", b->n > 0 ? "," : "{", t->column[t->at]);
	if (bare) {
		crm_buf_adds(b, value);
		return;
	}
	crm_buf_adds(b, many ? "[\"" : "\"");
	for (p = value; *p != '\0'; p++)
		if (many && *p == ',')
			crm_buf_adds(b, "\",\"");
		else
			crm_buf_addc(b, *p);
	crm_buf_adds(b, many ? "\"]" : "\"");
}

static void
add_csv(struct crm_buf *b, const char *value)
{
	bool quoted = strchr(value, ',') != NULL;

	if (quoted)
		crm_buf_addc(b, '"');
	crm_buf_adds(b, value);
	if (quoted)
		crm_buf_addc(b, '"');
}

/* Write a row that is full. */
static void
row_end(struct table *t)
{
	size_t i;

	if (t->row[JSONL].n > 0)
		crm_buf_addc(&t->row[JSONL], '}');
	for (i = 0; i < NFORMS; i++) {
		if (t->file[i] != NULL) {
			crm_buf_addc(&t->row[i], '\n');
			(void)fwrite(t->row[i].p, 1, t->row[i].n, t->file[i]);
		}
		crm_buf_reset(&t->row[i]);
	}
	t->at = 0;
}

/* The next cell of the row, as we and as a peer write it. */
static void
add(struct table *t, const char *value, const char *peer, bool many, bool bare)
{
	if (t->at > 0) {
		crm_buf_addc(&t->row[TSV], '\t');
		crm_buf_addc(&t->row[CSV], ',');
		crm_buf_addc(&t->row[PEER], '\t');
	}
	crm_buf_adds(&t->row[TSV], value);
	crm_buf_adds(&t->row[PEER], peer);
	if (t->file[CSV] != NULL)
		add_csv(&t->row[CSV], value);
	if (t->file[JSONL] != NULL)
		add_json(t, value, many, bare);
	if (++t->at == t->ncolumns)
		row_end(t);
}

static void
add_text(struct table *t, const char *value)
{
	add(t, value, value, false, false);
}

/* Many values, with commas between. */
static void
add_many(struct table *t, const char *value)
{
	add(t, value, value, true, false);
}

static void
add_number(struct table *t, uint64_t v)
{
	char s[24];

	(void)snprintf(s, sizeof(s), "%llu", (unsigned long long)v);
	add(t, s, s, false, true);
}

static void
add_id(struct table *t, char kind, uint64_t v)
{
	char s[24];

	(void)snprintf(s, sizeof(s), "%c%llu", kind, (unsigned long long)v);
	add(t, s, s + 1, false, false);
}

static void
add_money(struct table *t, uint64_t minor)
{
	char s[32], peer[24];

	(void)snprintf(s, sizeof(s), "%llu.%02u",
	    (unsigned long long)(minor / 100), (unsigned int)(minor % 100));
	(void)snprintf(peer, sizeof(peer), "%llu", (unsigned long long)minor);
	add(t, s, peer, false, true);
}

static void
add_day(struct table *t, int32_t day)
{
	char s[16];

	s[crm_date_put(s, crm_date_from_days(day))] = '\0';
	add_text(t, s);
}

/* minute   since the first day */
static void
add_time(struct table *t, uint32_t minute)
{
	int64_t at_s = FIRST_DAY * CRM_DAY_S + (int64_t)minute * 60;
	char s[CRM_TIME_TEXT + 1];

	s[crm_time_put(s, at_s * CRM_SECOND_US)] = '\0';
	add_text(t, s);
}

#endif
