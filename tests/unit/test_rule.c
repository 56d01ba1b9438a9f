/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udev rules that bind a device again at boot: their text, and what comes back of it. */
#include "bind/linux/udev_rule.h"

#include <sys/wait.h>

#include "bind/journal.h"
#include "tree.h"

#define DEVICE "0000:03:00.0"
#define NAME "70-iommutool-" DEVICE ".rules"
#define PROGRAM "/usr/sbin/iommutool"

static struct tree tree;

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

/* A rule with everything, and its text by hand (udev(7)). */
static struct rule full_rule(void)
{
	return (struct rule){
		.device = (char *)DEVICE,
		.identity = (char *)"144d:a808:144d:a801",
		.serial = (char *)"00-25-38-b1-01-b5-8f-01",
		.to = (char *)"vfio-pci",
		.forced = (char *)"mounted,display",
		.before = { (char *)"nvme", (char *)"nvme" },
	};
}

static const char full_text[] =
	"# Written by \"iommutool bind --persist\"; \"iommutool restore 0000:03:00.0\" removes "
	"it.\n"
	"# device=0000:03:00.0\n"
	"# identity=144d:a808:144d:a801\n"
	"# serial=00-25-38-b1-01-b5-8f-01\n"
	"# to=vfio-pci\n"
	"# forced=mounted,display\n"
	"# driver-before=nvme\n"
	"# override-before=nvme\n"
	"ACTION==\"add\", SUBSYSTEM==\"pci\", KERNEL==\"0000:03:00.0\", "
	"TEST!=\"/etc/initrd-release\", ATTR{vendor}==\"0x144d\", ATTR{device}==\"0xa808\", "
	"ATTR{subsystem_vendor}==\"0x144d\", ATTR{subsystem_device}==\"0xa801\", "
	"RUN+=\"/usr/sbin/iommutool bind --quiet --to=vfio-pci "
	"--expect=144d:a808:144d:a801/00-25-38-b1-01-b5-8f-01 --force=mounted,display "
	"0000:03:00.0\"\n";

/* The same with nothing that can be left out. */
static struct rule bare_rule(void)
{
	return (struct rule){
		.device = (char *)DEVICE,
		.identity = (char *)"0001:000a:0000:0000",
		.to = (char *)"mlx5_vfio_pci",
	};
}

static const char bare_text[] =
	"# Written by \"iommutool bind --persist\"; \"iommutool restore 0000:03:00.0\" removes "
	"it.\n"
	"# device=0000:03:00.0\n"
	"# identity=0001:000a:0000:0000\n"
	"# serial=\n"
	"# to=mlx5_vfio_pci\n"
	"# forced=\n"
	"# driver-before=\n"
	"# override-before=\n"
	"ACTION==\"add\", SUBSYSTEM==\"pci\", KERNEL==\"0000:03:00.0\", "
	"TEST!=\"/etc/initrd-release\", ATTR{vendor}==\"0x0001\", ATTR{device}==\"0x000a\", "
	"ATTR{subsystem_vendor}==\"0x0000\", ATTR{subsystem_device}==\"0x0000\", "
	"RUN+=\"/usr/sbin/iommutool bind --quiet --to=mlx5_vfio_pci "
	"--expect=0001:000a:0000:0000 0000:03:00.0\"\n";

static void write_rule(const struct rule *rule)
{
	struct error err = { 0 };

	if (udev_rule_write(tree.path, rule, PROGRAM, &err) < 0)
		fail_msg("rule_write: %s", err.text);
}

static void check_file(const char *name, const char *wanted)
{
	char path[PATH_MAX], text[2048] = "";
	int fd;

	tree_path(&tree, path, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, wanted);
}

static void check_text(const char *got, const char *wanted)
{
	assert_int_equal(!got, !wanted);
	if (wanted)
		assert_string_equal(got, wanted);
}

static void check_round_trip(const struct rule *rule)
{
	struct error err = { 0 };
	struct rule *found = NULL;

	write_rule(rule);
	assert_int_equal(udev_rule_read(tree.path, DEVICE, &found, &err), 0);
	assert_non_null(found);
	check_text(found->device, rule->device);
	check_text(found->identity, rule->identity);
	check_text(found->serial, rule->serial);
	check_text(found->to, rule->to);
	check_text(found->forced, rule->forced);
	check_text(found->before.driver, rule->before.driver);
	check_text(found->before.override, rule->before.override);
	rule_free(found);
}

static void test_text(void **state)
{
	struct rule full = full_rule(), bare = bare_rule();
	char path[PATH_MAX];

	(void)state;
	write_rule(&full);
	check_file(NAME, full_text);
	write_rule(&bare); /* over the longer one */
	check_file(NAME, bare_text);
	tree_path(&tree, path, "." NAME);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_round_trip(void **state)
{
	struct rule full = full_rule(), bare = bare_rule();

	(void)state;
	check_round_trip(&full);
	check_round_trip(&bare);
	full.before = (struct binding){ (char *)ANY_DRIVER, NULL };
	full.serial = NULL;
	check_round_trip(&full);
	full.before = (struct binding){ NULL, (char *)"(none)" };
	full.forced = NULL;
	check_round_trip(&full);
	rule_free(NULL);
}

/* What the rule runs and matches is one line, whose quotes are in pairs. */
static void test_one_line(void **state)
{
	size_t lines = 0, quotes = 0;

	(void)state;
	for (const char *at = full_text; *at; at++)
		lines += *at == '\n';
	for (const char *at = strstr(full_text, "ACTION"); *at; at++)
		quotes += *at == '"';
	assert_int_equal(lines, 9);
	assert_int_equal(quotes, 18); /* eight matches and a RUN */
}

static int run_udevadm(const char *path)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execlp("udevadm", "udevadm", "verify", path, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* udev's own opinion, where it can be asked. */
static void test_verify(void **state)
{
	struct rule full = full_rule();
	char path[PATH_MAX];

	(void)state;
	if (run_udevadm("--help") != 0) {
		print_message("not here: \"udevadm verify\" came with systemd 254\n");
		return;
	}
	write_rule(&full);
	tree_path(&tree, path, NAME);
	assert_int_equal(run_udevadm(path), 0);
	tree_text(&tree, NAME, "ACTION==\"add\", RUN+=\"x\n");
	assert_int_not_equal(run_udevadm(path), 0);
}

/* --- what cannot be written --------------------------------------------------------------- */

static void test_unknown_identity(void **state)
{
	static const char *const bad[] = { "", "144d", "144d:a808:144d", "?:?:?:?" };
	char path[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct rule rule = full_rule();
		struct error err = { 0 };

		rule.identity = (char *)bad[i];
		assert_case_equal(udev_rule_write(tree.path, &rule, PROGRAM, &err), -EINVAL,
				  bad[i]);
		assert_case(strstr(err.text, DEVICE), bad[i]);
	}
	tree_path(&tree, path, NAME);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_no_folder(void **state)
{
	struct rule rule = full_rule(), *found = &rule;
	struct strings list = { 0 };
	struct error err = { 0 };
	char path[PATH_MAX];

	(void)state;
	tree_path(&tree, path, "rules.d");
	assert_int_equal(udev_rule_write(path, &rule, PROGRAM, &err), -ENOENT);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(udev_rule_read(path, DEVICE, &found, NULL), 0);
	assert_null(found);
	assert_int_equal(udev_rule_remove(path, DEVICE, NULL), 0);
	assert_int_equal(udev_rule_list(path, &list), 0);
	assert_int_equal(list.nr, 0);

	tree_text(&tree, "rules.d", "");
	err = (struct error){ 0 };
	assert_int_equal(udev_rule_write(path, &rule, PROGRAM, &err), -ENOTDIR);
	assert_int_equal(udev_rule_list(path, &list), -ENOTDIR);
	assert_int_equal(list.nr, 0);
	assert_int_equal(udev_rule_remove(path, DEVICE, &err), -ENOTDIR);
	assert_int_equal(udev_rule_read(path, DEVICE, &found, NULL), -ENOTDIR);
	assert_null(found);
}

/* A rule that cannot be replaced stays as it is. */
static void test_write_fails(void **state)
{
	struct rule full = full_rule(), bare = bare_rule();
	struct error err = { 0 };

	(void)state;
	write_rule(&full);
	tree_dir(&tree, "." NAME);
	assert_int_equal(udev_rule_write(tree.path, &bare, PROGRAM, &err), -EISDIR);
	assert_non_null(strstr(err.text, NAME));
	check_file(NAME, full_text);
}

/* --- damage ------------------------------------------------------------------------------- */

static void refuse_read(int code, const char *name)
{
	struct rule *found = (struct rule *)&tree;
	struct error err = { 0 };

	assert_case_equal(udev_rule_read(tree.path, DEVICE, &found, &err), code, name);
	assert_case(!found, name);
	assert_case_equal(err.code, code, name);
	assert_case(strstr(err.text, NAME), name);
	assert_case(!strchr(err.text, '\n'), name);
}

static void test_damaged(void **state)
{
	static const struct {
		const char *name, *part, *instead;
	} cases[] = {
		{ "no comment first", "# Written", "Written" },
		{ "first line missing", "removes it.\n", "removes it. " },
		{ "another device", "# device=0000:03:00.0", "# device=0000:04:00.0" },
		{ "no device", "# device=0000:03:00.0\n", "" },
		{ "no identity", "# identity=", "# ident=" },
		{ "other order", "# serial=00-25-38-b1-01-b5-8f-01\n# to=vfio-pci\n",
		  "# to=vfio-pci\n# serial=00-25-38-b1-01-b5-8f-01\n" },
		{ "no blank", "# to=", "#to=" },
		{ "two blanks", "# forced=", "#  forced=" },
		{ "no override", "# override-before=nvme\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *part = strstr(full_text, cases[i].part);
		char damaged[2048];

		assert_case(part, cases[i].name);
		snprintf(damaged, sizeof(damaged), "%.*s%s%s", (int)(part - full_text), full_text,
			 cases[i].instead, part + strlen(cases[i].part));
		tree_text(&tree, NAME, damaged);
		refuse_read(-EBADMSG, cases[i].name);
	}
}

/* At any byte of what is ours to know; the line for udev comes behind it. */
static void test_cut(void **state)
{
	size_t length = (size_t)(strstr(full_text, "ACTION") - full_text);

	(void)state;
	while (length-- > 0) {
		char name[32];

		snprintf(name, sizeof(name), "%zu bytes", length);
		tree_bytes(&tree, NAME, full_text, length);
		refuse_read(-EBADMSG, name);
	}
}

static void test_garbage(void **state)
{
	char large[8193], path[PATH_MAX];

	(void)state;
	tree_text(&tree, NAME, "#");
	refuse_read(-EBADMSG, "#");
	tree_text(&tree, NAME, "#\n#\n#\n#\n#\n#\n#\n#\n#\n");
	refuse_read(-EBADMSG, "#s");
	tree_bytes(&tree, NAME, full_text, sizeof(full_text)); /* with its NUL */
	refuse_read(-EBADMSG, "a NUL");
	memset(large, '\n', sizeof(large));
	memcpy(large, full_text, strlen(full_text));
	tree_bytes(&tree, NAME, large, 8192);
	refuse_read(-EBADMSG, "8192 bytes");
	tree_path(&tree, path, NAME);
	assert_int_equal(unlink(path), 0);
	tree_text(&tree, "elsewhere", full_text);
	tree_link(&tree, NAME, "elsewhere");
	refuse_read(-ELOOP, "a link");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0644), 0);
	refuse_read(-EBADMSG, "a FIFO");
	assert_int_equal(unlink(path), 0);
	tree_dir(&tree, NAME);
	refuse_read(-EISDIR, "a folder");
}

/* What a user has added behind our lines is the user's. */
static void test_added(void **state)
{
	struct rule *found = NULL;
	char text[2048];

	(void)state;
	snprintf(text, sizeof(text), "%s# a remark\n", full_text);
	tree_text(&tree, NAME, text);
	assert_int_equal(udev_rule_read(tree.path, DEVICE, &found, NULL), 0);
	assert_non_null(found);
	assert_string_equal(found->before.override, "nvme");
	rule_free(found);
}

/* --- the folder --------------------------------------------------------------------------- */

static void test_list(void **state)
{
	static const char *const ours[] = { "0000:03:00.0", "0000:0a:00.0", "0000:e1:00.7",
					    "10000:01:00.0" };
	static const char *const foreign[] = {
		"70-iommutool-.rules",
		"70-iommutool-0000:04:00.0.rules~",
		"70-iommutool-0000:04:00.0.rule",
		"70-iommutool-0000:04:00.0",
		"71-iommutool-0000:04:00.0.rules",
		".70-iommutool-0000:04:00.0.rules",
		"x70-iommutool-0000:04:00.0.rules",
		"70-iommutool-0000:04:00.rules",
		"70-iommutool-nvme.rules",
		"70-persistent-net.rules",
		"0000:04:00.0",
	};
	struct strings list = { 0 };
	char name[64];

	(void)state;
	for (size_t i = COUNT(ours); i-- > 0;) {
		snprintf(name, sizeof(name), "70-iommutool-%s.rules", ours[i]);
		tree_text(&tree, name, "");
	}
	for (size_t i = 0; i < COUNT(foreign); i++)
		tree_text(&tree, foreign[i], "");
	assert_int_equal(udev_rule_list(tree.path, &list), 0);
	assert_int_equal(list.nr, COUNT(ours));
	for (size_t i = 0; i < COUNT(ours); i++)
		assert_string_equal(list.items[i], ours[i]);
	strings_free(&list);
}

static void test_remove(void **state)
{
	struct rule rule = full_rule(), *found = &rule;
	struct error err = { 0 };
	char *path = udev_rule_path(tree.path, DEVICE), wanted[PATH_MAX];

	(void)state;
	tree_path(&tree, wanted, NAME);
	assert_string_equal(path, wanted);
	snprintf(wanted, sizeof(wanted), RULE_NAME, DEVICE); /* by which a plan tells of it */
	assert_string_equal(wanted, NAME);
	write_rule(&rule);
	rule.device = (char *)"0000:03:00.1";
	write_rule(&rule);
	assert_int_equal(udev_rule_remove(tree.path, DEVICE, &err), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(udev_rule_read(tree.path, DEVICE, &found, &err), 0);
	assert_null(found);
	assert_int_equal(udev_rule_remove(tree.path, DEVICE, &err), 0); /* none there */
	tree_path(&tree, wanted, "70-iommutool-0000:03:00.1.rules");
	assert_int_equal(access(wanted, F_OK), 0); /* the other one stays */
	assert_int_equal(err.code, 0);
	free(path);
}

/* As in the journal: a name from a file becomes part of a path. */
static void test_names(void **state)
{
	struct rule rule = full_rule();

	(void)state;
	rule.before.driver = (char *)"../../x";
	write_rule(&rule);
	refuse_read(-EBADMSG, "driver with a slash");
}

/* Cut before the line that udev acts on: nothing would be bound at boot. */
static void test_cut_match(void **state)
{
	(void)state;
	tree_bytes(&tree, NAME, full_text, (size_t)(strstr(full_text, "ACTION") - full_text));
	refuse_read(-EBADMSG, "no line for udev");
}

/* Not as we name them: what is listed could not be found again. */
static void test_other_addresses(void **state)
{
	struct strings list = { 0 };

	(void)state;
	tree_text(&tree, "70-iommutool-03:00.0.rules", "");
	tree_text(&tree, "70-iommutool-pci0:3:0:0.rules", "");
	tree_text(&tree, "70-iommutool-0000:0A:00.0.rules", "");
	assert_int_equal(udev_rule_list(tree.path, &list), 0);
	assert_int_equal(list.nr, 0);
}

/* IDs that could not be read are ffff in the identity. */
static void test_ids_unknown(void **state)
{
	struct rule rule = full_rule();
	struct error err = { 0 };

	(void)state;
	rule.identity = (char *)"8086:10d3:ffff:ffff";
	assert_int_equal(udev_rule_write(tree.path, &rule, PROGRAM, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_verify, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_identity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_garbage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_added, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_remove, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_match, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ids_unknown, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
