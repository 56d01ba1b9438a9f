/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vfio-pci is configured to take: the kernel's command line, and what modprobe says. */
#include "question.h"

static struct tree tree;

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/module");
	tree_dir(&tree, "sys/bus/pci/devices");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static void assert_ids(const struct usage *usage, const char *wanted, const char *name)
{
	char *text = strings_join(&usage->vfio_ids, " ");

	if (strcmp(text, wanted) != 0)
		fail_msg("case \"%s\": \"%s\", not \"%s\"", name, text, wanted);
	free(text);
}

static void ask(struct asked *asked, bool live, const char *command_line)
{
	asked_init(asked, &tree, live);
	asked->world.machine.command_line = (char *)command_line;
	collect_vfio_ids(&asked->question);
}

/* --- the command line --------------------------------------------------------------------- */

static void test_command_line(void **state)
{
	static const struct {
		const char *name, *line, *ids;
	} cases[] = {
		{ "nothing", "root=/dev/sda1 quiet", "" },
		{ "empty", "", "" },
		{ "dash", "quiet vfio-pci.ids=10de:2330 splash", "10de:2330" },
		{ "underscore", "vfio_pci.ids=10de:2330", "10de:2330" },
		{ "several", "vfio-pci.ids=10de:2330,1234:11e8", "10de:2330 1234:11e8" },
		{ "all fields", "vfio-pci.ids=10de:2330:ffffffff:ffffffff:030000:ff0000",
		  "10de:2330:ffffffff:ffffffff:030000:ff0000" },
		{ "twice", "vfio-pci.ids=10de:2330 vfio_pci.ids=1234:11e8,10de:2330",
		  "10de:2330 1234:11e8" },
		{ "quoted value", "vfio-pci.ids=\"10de:2330,1234:11e8\" x", "10de:2330 1234:11e8" },
		{ "quoted word", "\"vfio-pci.ids=10de:2330\" x", "10de:2330" },
		{ "quoted blank", "foo=\"a vfio-pci.ids=10de:2330\"", "" },
		{ "open quotation", "vfio-pci.ids=\"10de:2330 x", "10de:2330 x" },
		{ "no value", "vfio-pci.ids= vfio-pci.ids", "" },
		{ "commas", "vfio-pci.ids=,,10de:2330,,", "10de:2330" },
		{ "other parameter", "vfio-pci.disable_vga=1 vfio-pci.idsx=10de:2330", "" },
		{ "other module", "xvfio-pci.ids=10de:2330 vfio.ids=10de:2331", "" },
		{ "tabs", "\tvfio-pci.ids=10de:2330\t\n", "10de:2330" },
		{ "control characters", "vfio-pci.ids=10\033de:2330", "10?de:2330" },
	};

	(void)state;
	tree_dir(&tree, "etc/modprobe.d");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asked asked;

		ask(&asked, false, cases[i].line);
		assert_false(asked.question.usage->vfio_pci_loaded);
		assert_ids(asked.question.usage, cases[i].ids, cases[i].name);
		assert_null(asked.question.usage->unknown[USAGE_VFIO_IDS]);
		asked_free(&asked);
	}
}

static void test_loaded(void **state)
{
	struct asked asked;

	(void)state;
	tree_dir(&tree, "sys/module/vfio_pci");
	ask(&asked, true, "vfio-pci.ids=10de:2330");
	assert_true(asked.question.usage->vfio_pci_loaded);
	assert_ids(asked.question.usage, "", "it took them when it was loaded");
	assert_null(asked.question.usage->unknown[USAGE_VFIO_IDS]);
	asked_free(&asked);
}

/* --- captures ----------------------------------------------------------------------------- */

static void test_capture(void **state)
{
	struct asked asked;

	(void)state;
	ask(&asked, false, "vfio-pci.ids=10de:2330");
	assert_ids(asked.question.usage, "10de:2330", "without modprobe.d");
	assert_string_equal(asked.question.usage->unknown[USAGE_VFIO_IDS],
			    "a capture does not have modprobe's configuration");
	asked_free(&asked);

	tree_dir(&tree, "etc/modprobe.d");
	ask(&asked, false, NULL);
	assert_string_equal(asked.question.usage->unknown[USAGE_VFIO_IDS],
			    "a capture does not have the kernel's command line");
	asked_free(&asked);
}

static void test_captured_files(void **state)
{
	static const struct {
		const char *name, *text, *ids;
	} cases[] = {
		{ "options", "options vfio-pci ids=10de:2330,1234:11e8 disable_vga=1\n",
		  "10de:2330 1234:11e8" },
		{ "underscore", "options vfio_pci disable_vga=1 ids=10de:2330", "10de:2330" },
		{ "other module", "options vfio ids=10de:2330\noptions vfio-pci2 ids=1:2\n", "" },
		{ "comment", "# options vfio-pci ids=10de:2330\n", "" },
		{ "other command", "install vfio-pci ids=10de:2330\nalias options vfio-pci\n", "" },
		{ "continued", "options vfio-pci \\\n  ids=10de:2330\n", "10de:2330" },
		{ "blanks", "  options\t vfio-pci   ids=10de:2330  \n", "10de:2330" },
		{ "cut", "options\noptions vfio-pci\noptions vfio-pci ids=\n", "" },
		{ "twice", "options vfio-pci ids=1:2\noptions vfio_pci ids=1:2,3:4\n", "1:2 3:4" },
	};
	struct asked asked;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		tree_text(&tree, "etc/modprobe.d/local.conf", cases[i].text);
		ask(&asked, false, "");
		assert_ids(asked.question.usage, cases[i].ids, cases[i].name);
		assert_null(asked.question.usage->unknown[USAGE_VFIO_IDS]);
		asked_free(&asked);
	}
	tree_text(&tree, "etc/modprobe.d/local.conf", "");
	tree_text(&tree, "etc/modprobe.d/local.conf.bak", "options vfio-pci ids=10de:2330\n");
	ask(&asked, false, "");
	assert_ids(asked.question.usage, "", "no .conf");
	asked_free(&asked);

	tree_dir(&tree, "etc/modprobe.d/x.conf");
	ask(&asked, false, "");
	assert_string_equal(asked.question.usage->unknown[USAGE_VFIO_IDS],
			    "etc/modprobe.d/x.conf: Is a directory");
	asked_free(&asked);
}

/* --- modprobe ----------------------------------------------------------------------------- */

/* A program in place of modprobe. Return: false where no program can be run from the tree. */
static bool put_modprobe(const char *script)
{
	char path[PATH_MAX];

	tree_text(&tree, "modprobe", script);
	tree_path(&tree, path, "modprobe");
	assert_int_equal(chmod(path, 0755), 0);
	tree_dir(&tree, "proc/sys/kernel");
	tree_text(&tree, "proc/sys/kernel/modprobe", path);
	return access(path, X_OK) == 0;
}

static void test_modprobe(void **state)
{
	/* What it says is written by a shell; @unknown is what the reason ends in. */
	static const struct {
		const char *name, *script, *ids, *unknown;
	} cases[] = {
		{ "two lines",
		  "echo options vfio_pci ids=10de:2330,1234:11e8 disable_vga=1\n"
		  "echo options vfio_pci ids=8086:1572\n",
		  "1af4:1000 10de:2330 1234:11e8 8086:1572", NULL },
		{ "the command line again", "echo options vfio_pci ids=1af4:1000\n", "1af4:1000",
		  NULL },
		{ "quoted", "echo 'options vfio_pci ids=\"10de:2330,1:2\"'\n",
		  "1af4:1000 10de:2330 1:2", NULL },
		{ "others",
		  "echo blacklist nouveau\necho options vfio_pci_core ids=1:2\n"
		  "echo xoptions vfio_pci ids=1:2\n",
		  "1af4:1000", NULL },
		/* all modules' aliases follow: not waited for */
		{ "end of configuration",
		  "echo options vfio_pci ids=10de:2330\n"
		  "echo '# End of configuration files. Dumping indexes now:'\n"
		  "exec sleep 60\n",
		  "1af4:1000 10de:2330", NULL },
		/* 16 KiB: what follows looks like a line's beginning */
		{ "a line longer than what is read at once",
		  "printf '%016383doptions vfio_pci ids=1:2\\n' 0\n"
		  "echo options vfio_pci ids=10de:2330\n",
		  "1af4:1000 10de:2330", NULL },
		{ "asked for that, in the C locale, without our environment",
		  "echo options vfio_pci ids=$#:$1:$LC_ALL:$OURS\n",
		  "1af4:1000 1:--showconfig:C:", NULL },
		{ "standard streams",
		  "echo noise >&2\ncat\n[ -e /proc/self/fd/2 ] && echo options vfio_pci ids=1:2\n",
		  "1af4:1000 1:2", NULL },
		{ "more than fits", "printf 'options vfio_pci ids=%05000d\\n' 0\n", "1af4:1000",
		  " --showconfig says more than can be read" },
		{ "failure", "echo options vfio_pci ids=1:2\nexit 1\n", "1af4:1000",
		  " --showconfig failed; see what it says" },
		{ "killed", "echo options vfio_pci ids=1:2\nkill -9 $$\n", "1af4:1000",
		  " --showconfig failed; see what it says" },
		{ "silence", "exit 0\n", "1af4:1000", " --showconfig failed; see what it says" },
		{ "silent failure", "exit 1\n", "1af4:1000",
		  " --showconfig failed; see what it says" },
	};

	(void)state;
	assert_int_equal(setenv("OURS", "x", 1), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char script[512];
		struct asked asked;
		const char *unknown;

		snprintf(script, sizeof(script), "#!/bin/sh\n%s", cases[i].script);
		if (!put_modprobe(script)) {
			printf("not here: no program can be run from %s\n", tree.path);
			return;
		}
		ask(&asked, true, "vfio-pci.ids=1af4:1000");
		assert_ids(asked.question.usage, cases[i].ids, cases[i].name);
		unknown = asked.question.usage->unknown[USAGE_VFIO_IDS];
		assert_case(!unknown == !cases[i].unknown, cases[i].name);
		if (unknown) {
			size_t length = strlen(tree.path) + strlen("/modprobe");

			assert_case(strncmp(unknown, tree.path, strlen(tree.path)) == 0 &&
					    strlen(unknown) > length,
				    cases[i].name);
			assert_string_equal(unknown + length, cases[i].unknown);
		}
		asked_free(&asked);
	}
}

/* What the kernel has no use for, or a path that is none, is not run: the usual places are. */
static void test_other_paths(void **state)
{
	static const char *const paths[] = { "", "\n", "modprobe\n", "/nonexistent/modprobe\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct asked asked;
		const char *unknown;

		tree_dir(&tree, "proc/sys/kernel");
		tree_text(&tree, "proc/sys/kernel/modprobe", paths[i]);
		ask(&asked, true, "");
		unknown = asked.question.usage->unknown[USAGE_VFIO_IDS];
		if (access("/sbin/modprobe", X_OK) == 0 || access("/usr/sbin/modprobe", X_OK) == 0)
			assert_true(!unknown || strstr(unknown, "sbin/modprobe --showconfig"));
		else
			assert_string_equal(unknown, "there is no modprobe that could be asked");
		asked_free(&asked);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_command_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loaded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_capture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_captured_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_modprobe, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_paths, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
