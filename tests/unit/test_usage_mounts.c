/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mountinfo(5): well-formed, odd and broken; which mount a file is on. */
#include "collect/linux/usage/parts.h"
#include "tree.h"

static struct tree tree;
static struct source source;

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/bus");
	tree_open(&tree, &source);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	source_close(&source);
	tree_remove(&tree);
	return 0;
}

static void test_fields(void **state)
{
	struct mounts mounts;
	const struct mount *m;

	(void)state;
	/* The first line is the example of proc(5). */
	tree_text(&tree, "proc/1/mountinfo",
		  "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n"
		  "37 35 0:44 / /with\\040blank\\134\\011end rw - nfs4 10.0.0.1:/a\\040b "
		  "rw,addr=10.0.0.1\n"
		  "38 35 0:45 / /t rw shared:3 master:7 propagate_from:2 unbindable - tmpfs  rw\n"
		  "39 35 0:46 / /bare rw - fuse.sshfs host: \n");
	assert_int_equal(read_mounts(&source, "proc/1/mountinfo", &mounts), 0);
	assert_int_equal(mounts.nr, 4);
	m = &mounts.items[0];
	assert_int_equal(m->major, 98);
	assert_int_equal(m->minor, 0);
	assert_string_equal(m->point, "/mnt2");
	assert_string_equal(m->type, "ext3");
	assert_string_equal(m->source, "/dev/root");
	assert_string_equal(m->options, "rw,errors=continue");
	m = &mounts.items[1];
	assert_int_equal(m->major, 0);
	assert_int_equal(m->minor, 44);
	assert_string_equal(m->point, "/with blank\\\tend");
	assert_string_equal(m->source, "10.0.0.1:/a b");
	assert_string_equal(m->options, "rw,addr=10.0.0.1");
	m = &mounts.items[2];
	assert_string_equal(m->type, "tmpfs");
	assert_string_equal(m->source, "");
	assert_string_equal(m->options, "rw");
	assert_string_equal(mounts.items[3].type, "fuse.sshfs");
	assert_string_equal(mounts.items[3].options, "");
	mounts_free(&mounts);
	assert_int_equal(mounts.nr, 0);
}

static void test_garbage(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		"36",
		"36 35 98:0 /mnt1",
		"36 35 98:0 / /x rw master:1",		 /* no end of the optional fields */
		"36 35 98:0 / /x rw -",			 /* no type */
		"36 35 98:0 / /x rw - ext4",		 /* no source */
		"36 35 98:0 / /x rw -  /dev/sda rw",	 /* empty type */
		"36 35 98 / /x rw - ext4 /dev/sda rw",	 /* no number */
		"36 35 -1:0 / /x rw - ext4 /dev/sda rw", /* no numbers */
		"36 35 98:99999999999 / /x rw - ext4 /dev/sda rw",
		"36 35 11111111111111111111:0 / /x rw - ext4 /dev/sda rw",
		"36 35 98:0 / x rw - ext4 /dev/sda rw", /* not absolute */
		"\xff\xfe\x01 - - - - - - -",
	};
	struct mounts mounts;

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		char text[256];

		snprintf(text, sizeof(text), "%s\n1 1 8:1 / /good rw - ext4 /dev/sda1 rw\n",
			 lines[i]);
		tree_text(&tree, "proc/1/mountinfo", text);
		assert_int_equal(read_mounts(&source, "proc/1/mountinfo", &mounts), 0);
		assert_case_equal(mounts.nr, 1, lines[i]);
		assert_string_equal(mounts.items[0].point, "/good");
		mounts_free(&mounts);
	}
}

/* Backslashes that begin no octal number stay; so does a NUL, which would cut the name. */
static void test_escapes(void **state)
{
	struct mounts mounts;

	(void)state;
	tree_text(&tree, "proc/1/mountinfo",
		  "1 1 8:1 / /a\\000b\\04\\9\\400\\ rw - ext4 /dev/sda1 rw\n");
	assert_int_equal(read_mounts(&source, "proc/1/mountinfo", &mounts), 0);
	assert_int_equal(mounts.nr, 1);
	assert_string_equal(mounts.items[0].point, "/a\\000b\\04\\9\\400\\");
	mounts_free(&mounts);
}

static void test_sizes(void **state)
{
	const size_t million = 1u << 20, too_much = (16u << 20) + 1;
	char *text = malloc(too_much + 1);
	struct mounts mounts;

	(void)state;
	assert_non_null(text);
	/* A line of 1 MiB is a mount like others. */
	memset(text, 'o', million);
	memcpy(text, "1 1 8:1 / /long rw - ext4 /dev/sda1 rw,", 39);
	strcpy(text + million, "\n2 1 8:2 / /next rw - ext4 /dev/sda2 rw\n");
	tree_text(&tree, "proc/1/mountinfo", text);
	assert_int_equal(read_mounts(&source, "proc/1/mountinfo", &mounts), 0);
	assert_int_equal(mounts.nr, 2);
	assert_int_equal(strlen(mounts.items[0].options), million - 36);
	assert_string_equal(mounts.items[1].point, "/next");
	mounts_free(&mounts);

	memset(text, '\n', too_much);
	text[too_much] = '\0';
	tree_text(&tree, "proc/1/mountinfo", text);
	assert_int_equal(read_mounts(&source, "proc/1/mountinfo", &mounts), -EFBIG);
	mounts_free(&mounts);
	free(text);
}

static void test_host(void **state)
{
	struct mounts mounts;

	(void)state;
	assert_int_equal(read_host_mounts(&source, &mounts), -ENOENT);
	mounts_free(&mounts);
	tree_text(&tree, "proc/self/mountinfo", "1 1 8:1 / /ours rw - ext4 /dev/sda1 rw\n");
	assert_int_equal(read_host_mounts(&source, &mounts), 0);
	assert_string_equal(mounts.items[0].point, "/ours");
	mounts_free(&mounts);
	tree_text(&tree, "proc/1/mountinfo", "1 1 8:1 / /theirs rw - ext4 /dev/sda1 rw\n");
	assert_int_equal(read_host_mounts(&source, &mounts), 0);
	assert_string_equal(mounts.items[0].point, "/theirs");
	mounts_free(&mounts);
}

static void test_path(void **state)
{
	static const struct {
		const char *path, *source;
	} cases[] = {
		{ "/", "second" },	   { "/etc", "second" },      { "/home", "home" },
		{ "/home/x/y", "home" },   { "/homeless", "second" }, { "/home/a", "nested" },
		{ "/home/ab", "home" },	   { "/var/crash", "later" }, { "/var/crash/x", "later" },
		{ "/var/cras", "second" },
	};
	struct mounts mounts, rest;

	(void)state;
	tree_text(&tree, "proc/1/mountinfo",
		  "1 1 0:1 / / rw - rootfs first rw\n"
		  "2 1 8:1 / / rw - ext4 second rw\n"
		  "3 2 8:2 / /home rw - ext4 home rw\n"
		  "4 3 8:3 / /home/a rw - ext4 nested rw\n"
		  "5 2 8:4 / /var/crash rw - ext4 earlier rw\n"
		  "6 5 8:5 / /var/crash rw - ext4 later rw\n");
	assert_int_equal(read_mounts(&source, "proc/1/mountinfo", &mounts), 0);
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(mount_of_path(&mounts, cases[i].path)->source, cases[i].source);
	/* Without the two at "/" nothing is at /etc. */
	rest = (struct mounts){ mounts.items + 2, mounts.nr - 2 };
	assert_null(mount_of_path(&rest, "/etc"));
	assert_null(mount_of_path(&rest, ""));
	assert_string_equal(mount_of_path(&rest, "/home")->source, "home");
	mounts_free(&mounts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_garbage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_escapes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_host, setup, teardown),
		cmocka_unit_test_setup_teardown(test_path, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
