/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a loaded crash kernel writes its dump, by the configurations of the distributions. */
#include "usage_tree.h"

static struct usage_tree t;

static void put(const char *path, const char *text)
{
	tree_text(&t.tree, path, text);
}

static int setup(void **state)
{
	(void)state;
	usage_tree_make(&t);
	put_block(&t, SATA, "sda", "8:0\n");
	put_block(&t, SATA "/sda", "sda1", "8:1\n");
	put_block(&t, SATA "/sda", "sda2", "8:2\n");
	put_block(&t, VIRTUAL, "dm-0", "254:0\n");
	put_upon(&t, "sda2", "dm-0");
	tree_link(&t.tree, "dev/disk/by-uuid/aaa-1", "../../sda1");
	put("sys/kernel/kexec_crash_loaded", "1\n");
	put("proc/1/mountinfo", "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
				"2 1 254:0 / /srv rw - ext4 /dev/dm-0 rw\n"
				"3 1 0:40 / /net rw - nfs4 10.0.0.1:/x rw\n"
				"4 1 0:41 / /tank rw - zfs tank rw\n");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	usage_tree_remove(&t);
	return 0;
}

static void check(const char *name, const char *sda1, const char *sda2, const char *unknown)
{
	const struct usage *u = collected_usage(&t);
	const char *got1 = disk_named(u, t.sata, "sda1")->dump;
	const char *got2 = disk_named(u, t.sata, "sda2")->dump;

	assert_case(!disk_named(u, t.sata, "sda")->dump, name);
	assert_case(!got1 == !sda1 && !got2 == !sda2, name);
	if (sda1) {
		assert_string_equal(got1, sda1);
		assert_true(disk_named(u, t.sata, "sda1")->dump_is_certain);
	}
	if (sda2)
		assert_string_equal(got2, sda2);
	assert_case(!u->unknown[USAGE_DUMP] == !unknown, name);
	if (unknown)
		assert_unknown(u, USAGE_DUMP, unknown);
}

static void test_kdump_conf(void **state)
{
	static const struct {
		const char *text;
		const char *sda1, *sda2, *unknown;
	} cases[] = {
		{ "", "/var/crash", NULL, NULL },
		{ "path /srv/crash\n", NULL, "/srv/crash", NULL },
		{ "  path\t/srv/crash  \n#path /elsewhere\n", NULL, "/srv/crash", NULL },
		{ "#raw /dev/dm-0\n", "/var/crash", NULL, NULL },
		{ "raw /dev/dm-0\n", NULL, "/dev/dm-0", NULL },
		{ "ext4 UUID=aaa-1\npath /x\n", "UUID=aaa-1", NULL, NULL },
		{ "xfs UUID=gone\n", NULL, NULL, "UUID=gone" },
		{ "ext4 LABEL=/boot\n", NULL, NULL, "LABEL=/boot" },
		{ "ext4 PARTUUID=1\n", NULL, NULL, "PARTUUID=1" }, /* no by-partuuid/ */
		{ "nfs 10.0.0.1:/export\npath /srv\n", NULL, NULL, NULL },
		{ "ssh user@10.0.0.1\n", NULL, NULL, NULL },
		{ "path /net/crash\n", NULL, NULL, NULL },
		{ "path /tank/crash\n", NULL, NULL, "/tank/crash cannot be traced" },
		{ "path relative\n", NULL, NULL, "what is mounted there is unknown" },
		{ "path\nraw\nraw \n", "/var/crash", NULL, NULL },
		{ "core_collector makedumpfile -l\nauto_reset_crashkernel yes\n", "/var/crash",
		  NULL, NULL },
		{ "dracut_args --mount \"/dev/dm-0 /mnt ext4 defaults\"\n", NULL, "/dev/dm-0",
		  NULL },
		{ "dracut_args --mount \"10.0.0.1:/x /mnt nfs4 defaults\"\n", NULL, NULL, NULL },
		{ "dracut_args --mount=\"UUID=aaa-1 /mnt ext4 defaults\"\n", "UUID=aaa-1", NULL,
		  NULL },
		{ "# dracut_args --mount \"/dev/dm-0 /mnt\"\n # raw /dev/dm-0\n", "/var/crash",
		  NULL, NULL },
		{ "dracut_args --add-drivers \"megaraid\"\n", "/var/crash", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		put("etc/kdump.conf", cases[i].text);
		check(cases[i].text, cases[i].sda1, cases[i].sda2, cases[i].unknown);
	}
}

static void test_kdump_tools(void **state)
{
	static const struct {
		const char *text;
		const char *sda1, *sda2;
	} cases[] = {
		{ "USE_KDUMP=1\n", "/var/crash", NULL },
		{ "KDUMP_COREDIR=\"/srv/crash\"\n", NULL, "/srv/crash" },
		{ "KDUMP_COREDIR=/srv/crash # here\n", NULL, "/srv/crash" },
		{ "KDUMP_COREDIR='/srv/crash'\n", NULL, "/srv/crash" },
		{ "KDUMP_COREDIR=\"/srv/crash\n", NULL, "/srv/crash" },
		{ "#KDUMP_COREDIR=\"/srv/crash\"\n", "/var/crash", NULL },
		{ "SSH=\"user@host\"\nKDUMP_COREDIR=\"/srv/crash\"\n", NULL, NULL },
		{ "NFS=\"host:/x\"\n", NULL, NULL },
		{ "SSH=\"\"\nNFS=\nXSSH=a\n", "/var/crash", NULL },
		{ "=\n\"\n=\"\nKDUMP_COREDIR\nKDUMP_COREDIR=\n", "/var/crash", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		put("etc/default/kdump-tools", cases[i].text);
		check(cases[i].text, cases[i].sda1, cases[i].sda2, NULL);
	}
}

static void test_sysconfig(void **state)
{
	(void)state;
	put("etc/sysconfig/kdump", "KDUMP_SAVEDIR=\"file:///srv/crash\"\n");
	check("URL of a file", NULL, "/srv/crash", NULL);
	put("etc/sysconfig/kdump", "KDUMP_SAVEDIR=\"/srv/crash\"\n");
	check("folder", NULL, "/srv/crash", NULL);
	put("etc/sysconfig/kdump", "KDUMP_SAVEDIR=\"nfs://10.0.0.1/x\"\n");
	check("NFS", NULL, NULL, NULL);
}

static void test_not_loaded(void **state)
{
	(void)state;
	put("etc/kdump.conf", "raw /dev/dm-0\n");
	put("sys/kernel/kexec_crash_loaded", "0\n");
	check("0", NULL, NULL, NULL);
	put("sys/kernel/kexec_crash_loaded", "rubbish\n");
	check("rubbish", NULL, NULL, "/sys/kernel/kexec_crash_loaded: Invalid argument");
}

static void test_unreadable(void **state)
{
	char path[PATH_MAX];

	(void)state;
	tree_dir(&t.tree, "etc/kdump.conf");
	check("a folder", NULL, NULL, "/etc/kdump.conf: Is a directory");
	tree_path(&t.tree, path, "etc/kdump.conf");
	assert_int_equal(rmdir(path), 0);
	tree_path(&t.tree, path, "proc/1/mountinfo");
	assert_int_equal(unlink(path), 0);
	check("no mounts", NULL, NULL, "/var/crash, and what is mounted there is unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kdump_conf, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kdump_tools, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sysconfig, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_loaded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
