/*
 * pair - time whole programs in turn: A B A B ..., so that what else the
 * machine does meets all of them alike.
 *
 *	pair [-m] [-n runs] [-s seconds] [-r ratio] FOLDER <COMMANDS
 *
 * COMMANDS are words ended by NUL: for each command its name, a file that is
 * its input, a shell command to run before each run, untimed (both may be
 * empty), the number of its words, and these.  Its output goes to FOLDER/NAME,
 * made anew for each run; what it says on stderr to ours.  RUN in its
 * environment is the number of the run, 0 for one that warms up.
 *
 * -n   so many runs of each, after one that warms up (it counts when one of
 *      them takes over a second: then it is warm enough)
 * -s   stop when a command has used so many seconds
 * -r   each command called ours... should be so many times as fast as the one
 *      called peer: go on, up to 8 times as many runs, until that is told
 *      from chance
 * -m   no times: one run of each, watched for its private memory
 *
 * Prints a line of tab-separated columns for each command: name, runs, median
 * and shortest time (ms), median user and system time (ms), peak of resident
 * memory (KiB, the largest process), private memory (KiB, with -m, else 0),
 * bytes of output, worst exit status (128 and the signal's number).  With -r a
 * last line: "ratio", the least ratio of medians, and "yes", "no" or "close".
 *
 * Time is from just before fork() to just after wait4(), by the monotonic
 * clock; the rest is the kernel's account of the child and of those it waited
 * for.  Linked statically: what a child has resident before exec() is ours,
 * and is counted in its peak.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "private.h"

#define MAX_COMMANDS 64
#define MAX_RUNS 4000
#define PATIENCE 8 /* with -r: times as many runs */

struct sample {
	double wall, user, sys; /* seconds */
};

struct command {
	const char *name, *in, *before;
	char **argv;
	struct sample *sample;
	int nsamples;
	double spent;   /* seconds, all runs */
	long rss, priv; /* KiB */
	long long out;  /* bytes */
	int status;     /* the worst */
};

static struct command commands[MAX_COMMANDS];
static int ncommands;
static const char *folder;

static void
die(const char *what)
{
	perror(what);
	exit(70);
}

static void
usage(void)
{
	(void)fprintf(stderr,
	    "usage: pair [-m] [-n runs] [-s seconds] "
	    "[-r ratio] folder <commands\n");
	exit(64);
}

static void *
alloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (p == NULL)
		die("pair");
	return p;
}

/* All of stdin, with a NUL behind it. */
static char *
read_all(size_t *n)
{
	size_t cap = 1 << 16;
	char *p = alloc(cap + 1, 1);
	ssize_t got;

	*n = 0;
	while ((got = read(STDIN_FILENO, p + *n, cap - *n)) > 0) {
		*n += (size_t)got;
		if (*n == cap) {
			cap *= 2;
			p = realloc(p, cap + 1);
			if (p == NULL)
				die("pair");
		}
	}
	if (got < 0)
		die("stdin");
	p[*n] = '\0';
	return p;
}

static char *
next_word(char **at, char *end)
{
	char *word = *at;

	if (word >= end) {
		(void)fprintf(stderr, "pair: a command is cut short\n");
		exit(64);
	}
	*at += strlen(word) + 1;
	return word;
}

static void
read_commands(void)
{
	size_t n;
	char *at = read_all(&n), *end = at + n;

	while (at < end) {
		struct command *c = &commands[ncommands++];
		int argc, i;

		if (ncommands > MAX_COMMANDS)
			usage();
		c->name = next_word(&at, end);
		c->in = next_word(&at, end);
		c->before = next_word(&at, end);
		argc = atoi(next_word(&at, end));
		c->argv = alloc((size_t)argc + 1, sizeof(*c->argv));
		for (i = 0; i < argc; i++)
			c->argv[i] = next_word(&at, end);
		c->sample = alloc(MAX_RUNS, sizeof(*c->sample));
	}
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static int
status_of(int wstatus)
{
	return WIFEXITED(wstatus) ? WEXITSTATUS(wstatus)
				  : 128 + WTERMSIG(wstatus);
}

static void
set_run(int run)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", run);
	if (setenv("RUN", number, 1) != 0)
		die("pair");
}

/* What has to be done before the run: untimed, and its failure is ours. */
static void
prepare(const struct command *c)
{
	if (c->before[0] != '\0' && system(c->before) != 0) {
		(void)fprintf(stderr, "pair: %s: cannot prepare: %s\n", c->name,
		    c->before);
		exit(70);
	}
}

/* The child's input and output. */
static void
open_files(const struct command *c, int *in, int *out)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, c->name);
	*out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (*out < 0)
		die(path);
	*in =
	    open(c->in[0] != '\0' ? c->in : "/dev/null", O_RDONLY | O_CLOEXEC);
	if (*in < 0)
		die(c->in);
}

static void
become(const struct command *c, int in, int out)
{
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		(void)execvp(c->argv[0], c->argv);
	_exit(127);
}

static void
close_files(struct command *c, int in, int out)
{
	struct stat st;

	if (fstat(out, &st) != 0)
		die(c->name);
	c->out = (long long)st.st_size;
	(void)close(in);
	(void)close(out);
}

static void
note_status(struct command *c, int wstatus, const struct rusage *ru)
{
	if (status_of(wstatus) > c->status)
		c->status = status_of(wstatus);
	if (ru->ru_maxrss > c->rss)
		c->rss = ru->ru_maxrss;
}

/* Run it once. */
static void
time_one(struct command *c, int run)
{
	struct rusage ru;
	struct sample s;
	int in, out, wstatus;
	double from;
	pid_t pid;

	set_run(run);
	prepare(c);
	open_files(c, &in, &out);
	from = now();
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		become(c, in, out);
	while (wait4(pid, &wstatus, 0, &ru) < 0)
		if (errno != EINTR)
			die("wait4");
	s.wall = now() - from;
	s.user = seconds(ru.ru_utime);
	s.sys = seconds(ru.ru_stime);
	close_files(c, in, out);
	note_status(c, wstatus, &ru);
	c->spent += s.wall;
	c->sample[c->nsamples++] = s;
}

static void
watch_one(struct command *c)
{
	struct rusage ru;
	int in, out, wstatus;
	pid_t pid;

	/* another one than all that are timed */
	set_run(MAX_RUNS);
	prepare(c);
	open_files(c, &in, &out);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		private_begin();
		become(c, in, out);
	}
	c->priv = private_watch(pid, &wstatus, &ru);
	close_files(c, in, out);
	note_status(c, wstatus, &ru);
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The median and the least of what is at an offset in the samples. */
static double
median(const struct command *c, size_t offset, double *least)
{
	static double v[MAX_RUNS];
	int i, n = c->nsamples;

	for (i = 0; i < n; i++)
		memcpy(&v[i], (const char *)&c->sample[i] + offset,
		    sizeof(double));
	qsort(v, (size_t)n, sizeof(v[0]), by_size);
	if (least != NULL)
		*least = n > 0 ? v[0] : 0;
	return n == 0 ? 0 : n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static double
wall_of(const struct command *c)
{
	return median(c, offsetof(struct sample, wall), NULL);
}

/*
 * Is one command so many times as fast as another?  A sign test: were they
 * just that far apart, each pair of runs would be a coin thrown; and how
 * seldom would coins fall so uneven?
 *
 * Returns 1 for yes, -1 for no, 0 when chance would do that more often than
 * once in a hundred times.
 */
static int
compare(const struct command *a, const struct command *b, double ratio)
{
	int n = a->nsamples < b->nsamples ? a->nsamples : b->nsamples;
	int i, yes = 0, more;
	double p = 1, tail = 0;

	for (i = 0; i < n; i++) {
		yes += b->sample[i].wall >= ratio * a->sample[i].wall;
		p /= 2;
	}
	more = yes > n - yes ? yes : n - yes;
	/* p: the share of the 2^n ways in which just i fall on that side */
	for (i = n; i >= more; i--) {
		tail += p;
		p = p * i / (n - i + 1);
	}
	return tail > 0.01 ? 0 : more == yes ? 1 : -1;
}

static bool
is_ours(const struct command *c)
{
	return strncmp(c->name, "ours", 4) == 0;
}

/* All that are ours against the peer: the least ratio, and the worst word. */
static int
compare_all(double ratio, double *least)
{
	const struct command *peer = NULL;
	int i, word, worst = 1;
	double r;

	*least = 0;
	for (i = 0; i < ncommands; i++)
		if (strcmp(commands[i].name, "peer") == 0)
			peer = &commands[i];
	for (i = 0; peer != NULL && i < ncommands; i++) {
		if (!is_ours(&commands[i]))
			continue;
		word = compare(&commands[i], peer, ratio);
		worst = word < worst ? word : worst;
		r = wall_of(peer) / wall_of(&commands[i]);
		*least = *least == 0 || r < *least ? r : *least;
	}
	return peer != NULL ? worst : 0;
}

/* A round that warmed up is forgotten, one that took long is not. */
static void
forget_round(void)
{
	int i;

	for (i = 0; i < ncommands; i++)
		if (commands[i].sample[0].wall > 1)
			return;
	for (i = 0; i < ncommands; i++)
		commands[i].nsamples = 0;
}

static bool
is_over(double budget)
{
	int i;

	for (i = 0; i < ncommands; i++)
		if (budget > 0 && commands[i].nsamples > 0 &&
		    commands[i].spent > budget)
			return true;
	return false;
}

/* Time all, until runs or time are used up or, with a ratio, it is clear. */
static void
time_all(int runs, double budget, double ratio)
{
	int most = ratio > 0 ? runs * PATIENCE : runs, run, i;
	double least;

	if (most > MAX_RUNS - 1)
		most = MAX_RUNS - 1;
	for (run = 0; run <= most && !is_over(budget); run++) {
		for (i = 0; i < ncommands; i++)
			time_one(&commands[i], run);
		if (run == 0)
			forget_round();
		else if (ratio > 0 && run >= runs &&
		    compare_all(ratio, &least) != 0)
			break;
	}
}

static void
print(const struct command *c)
{
	double least, wall;

	wall = median(c, offsetof(struct sample, wall), &least);
	(void)printf("%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%ld\t%ld\t%lld\t%d\n",
	    c->name, c->nsamples, wall * 1e3, least * 1e3,
	    median(c, offsetof(struct sample, user), NULL) * 1e3,
	    median(c, offsetof(struct sample, sys), NULL) * 1e3, c->rss,
	    c->priv, c->out, c->status);
}

static void
print_ratio(double ratio)
{
	double least;
	int word = compare_all(ratio, &least);

	(void)printf("ratio\t%.3f\t%s\n", least,
	    word > 0       ? "yes"
		: word < 0 ? "no"
			   : "close");
}

int
main(int argc, char *argv[])
{
	double budget = 0, ratio = 0;
	bool watch = false;
	int runs = 5, opt, i;

	while ((opt = getopt(argc, argv, "mn:r:s:")) != -1)
		switch (opt) {
		case 'm':
			watch = true;
			break;
		case 'n':
			runs = atoi(optarg);
			break;
		case 'r':
			ratio = atof(optarg);
			break;
		case 's':
			budget = atof(optarg);
			break;
		default:
			usage();
		}
	if (optind + 1 != argc || runs < 1 || runs > MAX_RUNS)
		usage();
	folder = argv[optind];
	read_commands();

	for (i = 0; watch && i < ncommands; i++)
		watch_one(&commands[i]);
	if (!watch)
		time_all(runs, budget, ratio);
	for (i = 0; i < ncommands; i++)
		print(&commands[i]);
	if (ratio > 0 && !watch)
		print_ratio(ratio);
	return 0;
}
