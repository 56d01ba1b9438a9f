/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of all commands, taken from their argp trees: one letter has one meaning in the whole
 * program, and what the contract promises of every command is there. main.c's own options have no
 * letters and are not seen here.
 */
#include <ctype.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "unit.h"

/* --- walking ------------------------------------------------------------------------------ */

typedef void visit(const struct command *command, const struct argp_option *option, void *data);

static bool ends(const struct argp_option *option)
{
	return !option->name && !option->key && !option->doc && !option->group;
}

static void walk(const struct command *command, const struct argp *argp, visit *see, void *data)
{
	for (const struct argp_option *o = argp->options; o && !ends(o); o++)
		if (o->name)
			see(command, o, data);
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		walk(command, child->argp, see, data);
}

static void walk_all(visit *see, void *data)
{
	for (size_t i = 0; commands[i]; i++)
		walk(commands[i], commands[i]->argp, see, data);
}

static bool has_letter(const struct argp_option *option)
{
	return option->key > 0 && option->key < 128 && isprint(option->key);
}

struct wanted {
	const char *name;
	bool found;
};

static void see_name(const struct command *command, const struct argp_option *option, void *data)
{
	struct wanted *wanted = data;

	(void)command;
	wanted->found |= strcmp(option->name, wanted->name) == 0;
}

static bool has_option(const struct command *command, const char *name)
{
	struct wanted wanted = { name, false };

	walk(command, command->argp, see_name, &wanted);
	return wanted.found;
}

static bool has_child(const struct argp *argp, const struct argp *wanted)
{
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		if (child->argp == wanted || has_child(child->argp, wanted))
			return true;
	return false;
}

static bool prints_rows(const struct command *command)
{
	return command->schemas != NULL;
}

/* Commands that change something: they are the ones that can be tried dry. */
static bool acts(const struct command *command)
{
	return has_option(command, "dry-run");
}

/* --- one meaning -------------------------------------------------------------------------- */

struct meanings {
	struct {
		char letter;
		const char *name;
		bool takes_argument;
		const struct command *command;
	} seen[256];
	size_t nr;
};

static void see_meaning(const struct command *command, const struct argp_option *option, void *data)
{
	struct meanings *meanings = data;
	char letter = has_letter(option) ? (char)option->key : '\0';

	if (option->flags & OPTION_ALIAS)
		fail_msg("%s: --%s: two names for one thing", command->name, option->name);
	for (size_t i = 0; i < meanings->nr; i++) {
		bool same_name = strcmp(meanings->seen[i].name, option->name) == 0;
		bool same_letter = letter && meanings->seen[i].letter == letter;

		if (same_letter && !same_name)
			fail_msg("-%c is --%s in %s and --%s in %s", letter, meanings->seen[i].name,
				 meanings->seen[i].command->name, option->name, command->name);
		/* --noheadings alone has a letter here and none there, by the contract. */
		if (same_name && meanings->seen[i].letter != letter &&
		    strcmp(option->name, "noheadings") != 0)
			fail_msg("--%s has another letter in %s than in %s", option->name,
				 command->name, meanings->seen[i].command->name);
		if (same_name && meanings->seen[i].takes_argument != (option->arg != NULL))
			fail_msg("--%s takes an argument in %s or in %s, not in both", option->name,
				 command->name, meanings->seen[i].command->name);
	}
	assert_true(meanings->nr < COUNT(meanings->seen));
	meanings->seen[meanings->nr].letter = letter;
	meanings->seen[meanings->nr].name = option->name;
	meanings->seen[meanings->nr].takes_argument = option->arg != NULL;
	meanings->seen[meanings->nr++].command = command;
}

static void test_one_meaning(void **state)
{
	struct meanings meanings = { .nr = 0 };

	(void)state;
	walk_all(see_meaning, &meanings);
	assert_true(meanings.nr > 50); /* else nothing was walked */
}

/* The letters of the contract, design.md 3.1. */
static void test_contract_letters(void **state)
{
	static const struct {
		char letter;
		const char *name;
	} contract[] = {
		{ 's', "sysroot" }, { 'v', "verbose" },	   { 'q', "quiet" }, { 'h', "help" },
		{ 'J', "json" },    { 'r', "raw" },	   { 'P', "pairs" }, { 'n', "noheadings" },
		{ 'o', "output" },  { 'O', "output-all" },
	};
	struct meanings meanings = { .nr = 0 };

	(void)state;
	walk_all(see_meaning, &meanings);
	for (size_t i = 0; i < COUNT(contract); i++) {
		bool found = false;

		for (size_t k = 0; k < meanings.nr; k++)
			found |= meanings.seen[k].letter == contract[i].letter &&
				 strcmp(meanings.seen[k].name, contract[i].name) == 0;
		assert_case(found, contract[i].name);
	}
}

static void see_twice(const struct command *command, const struct argp_option *option, void *data)
{
	struct wanted *wanted = data;

	if (strcmp(option->name, wanted->name) != 0)
		return;
	if (wanted->found)
		fail_msg("%s has --%s twice", command->name, option->name);
	wanted->found = true;
}

static void see_each_once(const struct command *command, const struct argp_option *option,
			  void *data)
{
	struct wanted wanted = { option->name, false };

	(void)data;
	walk(command, command->argp, see_twice, &wanted);
	if (!option->doc || !*option->doc)
		fail_msg("%s: --%s says nothing in the help", command->name, option->name);
	for (const char *at = option->name; *at; at++)
		if (!islower(*at) && !isdigit(*at) && *at != '-')
			fail_msg("%s: --%s: a strange name", command->name, option->name);
}

static void test_names(void **state)
{
	(void)state;
	walk_all(see_each_once, NULL);
}

/* --- what every command has ---------------------------------------------------------------- */

static void test_common_options(void **state)
{
	static const char *const common[] = { "sysroot", "verbose", "quiet",
					      "color",	 "help",    "usage" };
	static const char *const output[] = { "json",	"raw",	      "pairs",	     "noheadings",
					      "output", "output-all", "list-columns" };

	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		for (size_t k = 0; k < COUNT(common); k++)
			if (!has_option(commands[i], common[k]))
				fail_msg("%s has no --%s", commands[i]->name, common[k]);
		for (size_t k = 0; k < COUNT(output); k++)
			if (has_option(commands[i], output[k]) != prints_rows(commands[i]))
				fail_msg("%s %s --%s", commands[i]->name,
					 prints_rows(commands[i]) ? "prints rows but has no"
								  : "prints no rows but has",
					 output[k]);
	}
}

static void see_n(const struct command *command, const struct argp_option *option, void *data)
{
	(void)data;
	if (has_letter(option) && option->key == 'n')
		fail_msg("%s has -n, which would be taken for a dry run", command->name);
}

static void test_acting_commands_have_no_n(void **state)
{
	static const struct argp_child children[] = { { .argp = &out_acting_argp }, { 0 } };
	static const struct argp argp = { .children = children };
	static const struct command acting = { .name = "out_acting_argp", .argp = &argp };
	static const char *const known[] = { "bind", "restore", "set-domain", "map-test",
					     "p2p-test" };

	(void)state;
	walk(&acting, acting.argp, see_n, NULL);
	assert_true(has_option(&acting, "noheadings"));
	for (size_t i = 0; commands[i]; i++) {
		for (size_t k = 0; k < COUNT(known); k++)
			if (strcmp(commands[i]->name, known[k]) == 0)
				assert_case(acts(commands[i]), known[k]);
		if (acts(commands[i]))
			walk(commands[i], commands[i]->argp, see_n, NULL);
		else if (prints_rows(commands[i]))
			assert_case(has_child(commands[i]->argp, &out_argp), commands[i]->name);
	}
}

static void test_commands(void **state)
{
	(void)state;
	assert_non_null(commands[0]);
	for (size_t i = 0; commands[i]; i++) {
		const struct command *c = commands[i];

		for (const char *at = c->name; *at; at++)
			assert_case(islower(*at) || *at == '-' || isdigit(*at), c->name);
		assert_case(c->run && c->argp && c->argp->doc, c->name);
		assert_case(c->summary && *c->summary && !strchr(c->summary, '\n'), c->name);
		assert_case(has_child(c->argp, &common_argp), c->name);
		for (size_t k = 0; k < i; k++)
			assert_case(strcmp(commands[k]->name, c->name) != 0, c->name);
	}
}

/* --- columns ------------------------------------------------------------------------------ */

static bool is_key_of(const char *key, const char *column)
{
	for (; *key && *column; key++, column++)
		if (*key != tolower(*column))
			return false;
	return !*key && !*column;
}

static void check_schema(const char *name, const struct out_schema *schema)
{
	bool any_default = false;

	for (size_t i = 0; i < schema->nr_columns; i++) {
		const struct out_column *c = &schema->columns[i];

		if (!c->name || !*c->name ||
		    strspn(c->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(c->name))
			fail_msg("%s: column %zu: a strange name", name, i);
		if (!c->meaning || !*c->meaning || strchr(c->meaning, '\n'))
			fail_msg("%s: %s has no meaning", name, c->name);
		if (!c->levels || c->levels >> schema->nr_levels)
			fail_msg("%s: %s is on no level that there is", name, c->name);
		any_default |= c->is_default;
		for (size_t k = 0; k < i; k++)
			if (strcmp(schema->columns[k].name, c->name) == 0)
				fail_msg("%s: %s is there twice", name, c->name);
		/* In JSON a row has its columns and the array of the level below. */
		for (size_t level = 0; level + 1 < schema->nr_levels; level++)
			if ((c->levels & OUT_LEVEL(level)) &&
			    is_key_of(schema->levels[level + 1].array, c->name))
				fail_msg("%s: key \"%s\" is a column and an array", name,
					 schema->levels[level + 1].array);
	}
	assert_case(any_default, name);
}

static void test_columns(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++)
		for (size_t k = 0; prints_rows(commands[i]) && commands[i]->schemas[k]; k++)
			check_schema(commands[i]->name, commands[i]->schemas[k]);
}

/* --- wrong usage --------------------------------------------------------------------------- */

/* Return: the exit status of a command in a child that says nothing. */
static int run(const struct command *command, const char *first, const char *second)
{
	char *argv[] = { (char *)command->name, (char *)first, (char *)second, NULL };
	struct context context = { .command = command->name };
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		argp_err_exit_status = STATUS_USAGE; /* as main() does */
		_exit(command->run(&context, second ? 3 : 2, argv));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_two_formats(void **state)
{
	static const char *const formats[] = { "-J", "-r", "-P" };

	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		if (!prints_rows(commands[i]))
			continue;
		for (size_t k = 0; k < COUNT(formats); k++) {
			const char *other = formats[(k + 1) % COUNT(formats)];

			assert_case_equal(run(commands[i], formats[k], other), 64,
					  commands[i]->name);
			assert_case_equal(run(commands[i], other, formats[k]), 64,
					  commands[i]->name);
			/* The same one twice is no contradiction. */
			assert_case(run(commands[i], "--list-columns", formats[k]) == 0,
				    commands[i]->name);
		}
		assert_case_equal(run(commands[i], "-Jr", NULL), 64, commands[i]->name);
	}
}

static void test_wrong_usage(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		const char *name = commands[i]->name;

		assert_case_equal(run(commands[i], "--no-such-option", NULL), 64, name);
		assert_case_equal(run(commands[i], "-Z", NULL), 64, name);
		assert_case_equal(run(commands[i], "--color=sometimes", NULL), 64, name);
		assert_case_equal(run(commands[i], "--sysroot", NULL), 64, name);
		assert_case_equal(run(commands[i], "--quiet=yes", NULL), 64, name);
		assert_case_equal(run(commands[i], "--help", NULL), 0, name);
		assert_case_equal(run(commands[i], "--usage", NULL), 0, name);
		if (!prints_rows(commands[i]))
			continue;
		assert_case_equal(run(commands[i], "-o", "NO_SUCH_COLUMN"), 64, name);
		assert_case_equal(run(commands[i], "-o", ""), 64, name);
		assert_case_equal(run(commands[i], "--output", NULL), 64, name);
	}
}

/* A directory that is no capture. */
static void test_no_capture(void **state)
{
	static const char *const readers[] = { "status", "groups", "resv-regions", "gaw",
					       "domains" };

	(void)state;
	for (size_t i = 0; commands[i]; i++)
		for (size_t k = 0; k < COUNT(readers); k++)
			if (strcmp(commands[i]->name, readers[k]) == 0) {
				assert_case_equal(run(commands[i], "-s", "/nonexistent"), 2,
						  readers[k]);
				assert_case_equal(run(commands[i], "-s", "/etc"), 2, readers[k]);
				assert_case_equal(run(commands[i], "-s", "/etc/passwd"), 2,
						  readers[k]);
				assert_case_equal(run(commands[i], "-s", ""), 2, readers[k]);
			}
}

static void test_worst_status(void **state)
{
	/* The first of 64, 2, 1, 77, 0 wins. */
	static const int order[] = { STATUS_USAGE, STATUS_FAILED, STATUS_NO, STATUS_SKIPPED,
				     STATUS_OK };

	(void)state;
	for (size_t i = 0; i < COUNT(order); i++)
		for (size_t k = 0; k < COUNT(order); k++)
			assert_int_equal(status_worst(order[i], order[k]), order[i < k ? i : k]);
	assert_int_equal(STATUS_USAGE, 64);
	assert_int_equal(STATUS_FAILED, 2);
	assert_int_equal(STATUS_NO, 1);
	assert_int_equal(STATUS_SKIPPED, 77);
	assert_int_equal(STATUS_OK, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_meaning),
		cmocka_unit_test(test_contract_letters),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_common_options),
		cmocka_unit_test(test_acting_commands_have_no_n),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_two_formats),
		cmocka_unit_test(test_wrong_usage),
		cmocka_unit_test(test_no_capture),
		cmocka_unit_test(test_worst_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
