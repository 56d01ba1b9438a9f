// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs commands in turn, many times, and compares what they cost with a target.
 *
 *	measure [OPTION...] times NAME TARGET --times COMMAND... --per COMMAND... [...]
 *	measure [OPTION...] cpu|memory NAME TARGET COMMAND...
 *
 * "times" multiplies the times of the commands after --times and divides by those of the commands
 * after --per, round by round, so that noise hits both sides alike; what a command after --less
 * takes is first taken off the command before it. "cpu" is milliseconds of user and system time,
 * "memory" MiB of peak resident memory. TARGET is "<=NUMBER" or ">=NUMBER" and is held against the
 * median; "-" is no target.
 *
 * Of times, CPU time is judged and elapsed time shown below it: on a busy machine the first stays
 * what it is, and what is compared here hardly waits for anything.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_COMMANDS 8
#define MAX_ROUNDS 1000
#define MAX_OPERANDS 512

enum { STATUS_OK, STATUS_MISSED, STATUS_FAILED };

struct command {
	char **argv; /* has room for an operand before the final NULL */
	int argc;
	enum role { TIMES, PER, LESS } role;
};

/* What one run, or one run per operand, cost. */
struct cost {
	double wall_ms;
	double cpu_ms;
	double peak_mib;
};

struct options {
	int rounds;
	int warmup;
	bool may_say_no; /* exit status 1 is an answer, not a failure */
	bool verbose;	 /* the median of each command too, on stderr */
	char *operands[MAX_OPERANDS];
	int nr_operands; /* 0: commands run once, as they are */
};

struct spread {
	double min, median, max;
};

extern char **environ;

static double timeval_ms(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void run_once(const struct options *options, const struct command *command,
		     const posix_spawn_file_actions_t *actions, struct cost *cost)
{
	struct rusage usage;
	double start = now_ms();
	double peak;
	pid_t pid;
	int status;
	int code = posix_spawnp(&pid, command->argv[0], actions, NULL, command->argv, environ);

	if (code)
		errx(STATUS_FAILED, "%s: %s", command->argv[0], strerror(code));
	if (wait4(pid, &status, 0, &usage) < 0)
		err(STATUS_FAILED, "wait4");
	cost->wall_ms += now_ms() - start;
	cost->cpu_ms += timeval_ms(usage.ru_utime) + timeval_ms(usage.ru_stime);
	peak = (double)usage.ru_maxrss / 1024;
	if (cost->peak_mib < peak)
		cost->peak_mib = peak;

	if (WIFEXITED(status) && WEXITSTATUS(status) <= (options->may_say_no ? 1 : 0))
		return;
	fprintf(stderr, "measure: failed with %s %d:", WIFEXITED(status) ? "status" : "signal",
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	for (char **word = command->argv; *word; word++)
		fprintf(stderr, " %s", *word);
	fputc('\n', stderr);
	exit(STATUS_FAILED);
}

static struct cost run(const struct options *options, const struct command *command,
		       const posix_spawn_file_actions_t *actions)
{
	struct cost cost = { 0 };

	if (!options->nr_operands)
		run_once(options, command, actions, &cost);
	for (int i = 0; i < options->nr_operands; i++) {
		command->argv[command->argc] = options->operands[i];
		run_once(options, command, actions, &cost);
		command->argv[command->argc] = NULL;
	}
	return cost;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts the values. */
static struct spread spread_of(double *values, int nr)
{
	double upper;
	double lower;

	qsort(values, (size_t)nr, sizeof(*values), compare_doubles);
	lower = values[(nr - 1) / 2];
	upper = values[nr / 2];
	return (struct spread){ values[0], (lower + upper) / 2, values[nr - 1] };
}

/* Prints the row of one quantity; returns whether the target is reached. */
static bool print_row(const char *name, const char *unit, const char *target, struct spread s)
{
	bool any = *target != '-';
	double limit = any ? strtod(target + 2, NULL) : 0;
	bool reached = !any || (*target == '<' ? s.median <= limit : s.median >= limit);

	printf("%-45s %-8s %8.2f %8.2f %8.2f", name, unit, s.min, s.median, s.max);
	if (any)
		printf("  %-6s %s", target, reached ? "ok" : "MISSED");
	putchar('\n');
	return reached;
}

static double field(const struct cost *cost, const char *unit)
{
	if (!strncmp(unit, "wall", 4))
		return cost->wall_ms;
	return !strncmp(unit, "cpu", 3) ? cost->cpu_ms : cost->peak_mib;
}

/* The quantity of each round: products and quotients of what the commands cost in it. */
static bool judge(const char *name, const char *unit, const char *target, int rounds,
		  const struct command *commands, int nr_commands,
		  struct cost costs[][MAX_COMMANDS])
{
	double values[MAX_ROUNDS];

	for (int r = 0; r < rounds; r++) {
		values[r] = 1;
		for (int c = 0; c < nr_commands; c++) {
			double x = field(&costs[r][c], unit);

			if (commands[c].role == LESS)
				continue;
			if (c + 1 < nr_commands && commands[c + 1].role == LESS)
				x -= field(&costs[r][c + 1], unit);
			values[r] = commands[c].role == PER ? values[r] / x : values[r] * x;
		}
	}
	return print_row(name, unit, target, spread_of(values, rounds));
}

static void print_costs(const struct command *command, int c, int rounds,
			struct cost costs[][MAX_COMMANDS])
{
	double wall[MAX_ROUNDS];
	double cpu[MAX_ROUNDS];
	double peak[MAX_ROUNDS];

	for (int r = 0; r < rounds; r++) {
		wall[r] = costs[r][c].wall_ms;
		cpu[r] = costs[r][c].cpu_ms;
		peak[r] = costs[r][c].peak_mib;
	}
	fprintf(stderr, "  %8.2f ms wall %8.2f ms cpu %6.1f MiB ", spread_of(wall, rounds).median,
		spread_of(cpu, rounds).median, spread_of(peak, rounds).median);
	for (char **word = command->argv; *word; word++)
		fprintf(stderr, " %s", *word);
	fputc('\n', stderr);
}

static void read_operands(struct options *options, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!file)
		err(STATUS_FAILED, "%s", path);
	while ((len = getline(&line, &size, file)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (options->nr_operands == MAX_OPERANDS)
			errx(STATUS_FAILED, "%s: more than %d lines", path, MAX_OPERANDS);
		options->operands[options->nr_operands] = strdup(line);
		if (!options->operands[options->nr_operands++])
			err(STATUS_FAILED, "strdup");
	}
	free(line);
	fclose(file);
}

static void add_command(struct command *command, char **words, int nr, enum role role)
{
	command->argv = calloc((size_t)nr + 2, sizeof(*command->argv));
	if (!command->argv)
		err(STATUS_FAILED, "calloc");
	memcpy(command->argv, words, (size_t)nr * sizeof(*words));
	command->argc = nr;
	command->role = role;
}

static bool read_role(const char *word, enum role *role)
{
	if (!strcmp(word, "--times"))
		*role = TIMES;
	else if (!strcmp(word, "--per"))
		*role = PER;
	else if (!strcmp(word, "--less"))
		*role = LESS;
	else
		return false;
	return true;
}

/* Splits at --times, --per and --less; without them the words are one command. */
static int split_commands(struct command *commands, char **words, int nr)
{
	int nr_commands = 0;
	int i = 0;

	while (i < nr) {
		enum role role = TIMES;
		enum role next;
		int start;

		if (read_role(words[i], &role))
			i++;
		start = i;
		while (i < nr && !read_role(words[i], &next))
			i++;
		if (i == start || nr_commands == MAX_COMMANDS)
			errx(STATUS_FAILED, "bad list of commands");
		add_command(&commands[nr_commands++], words + start, i - start, role);
	}
	return nr_commands;
}

static void read_options(struct options *options, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+n:w:f:xv")) != -1) {
		switch (c) {
		case 'n':
			options->rounds = atoi(optarg);
			break;
		case 'w':
			options->warmup = atoi(optarg);
			break;
		case 'f':
			read_operands(options, optarg);
			break;
		case 'x':
			options->may_say_no = true;
			break;
		case 'v':
			options->verbose = true;
			break;
		default:
			exit(STATUS_FAILED);
		}
	}
	if (argc - optind < 4 || options->rounds < 1 || options->rounds > MAX_ROUNDS)
		errx(STATUS_FAILED,
		     "usage: measure [-n ROUNDS] [-w WARMUP] [-f OPERANDS] [-x] [-v] "
		     "times|cpu|memory NAME TARGET COMMAND...");
}

int main(int argc, char **argv)
{
	static struct cost costs[MAX_ROUNDS][MAX_COMMANDS];
	static struct options options = { .rounds = 11, .warmup = 2 };
	static struct command commands[MAX_COMMANDS];
	posix_spawn_file_actions_t actions;
	const char *quantity;
	const char *name;
	const char *target;
	int nr_commands;
	bool reached;

	read_options(&options, argc, argv);
	quantity = argv[optind];
	name = argv[optind + 1];
	target = argv[optind + 2];
	nr_commands = split_commands(commands, argv + optind + 3, argc - optind - 3);

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	for (int r = -options.warmup; r < options.rounds; r++) {
		for (int i = 0; i < nr_commands; i++) {
			/* Every other round backwards: no command always follows the same one. */
			int c = r & 1 ? nr_commands - 1 - i : i;
			struct cost cost = run(&options, &commands[c], &actions);

			if (r >= 0)
				costs[r][c] = cost;
		}
	}

	if (!strcmp(quantity, "times")) {
		reached =
			judge(name, "cpu x", target, options.rounds, commands, nr_commands, costs);
		judge("", "wall x", "-", options.rounds, commands, nr_commands, costs);
	} else {
		const char *unit = !strcmp(quantity, "cpu") ? "cpu ms" : "peak MiB";

		reached = judge(name, unit, target, options.rounds, commands, nr_commands, costs);
	}
	fflush(stdout);
	if (options.verbose)
		for (int c = 0; c < nr_commands; c++)
			print_costs(&commands[c], c, options.rounds, costs);
	return reached ? STATUS_OK : STATUS_MISSED;
}
