/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who has a disk: real loop devices without files stand for disks in a hand-made tree that is
 * taken for this machine. An exclusive open of our own is what a file system would do.
 */
#include <sys/sysmacros.h>

#include "usage_tree.h"

static struct usage_tree t;

/* A loop device that nobody has; there are as many as the test wants. */
struct loop {
	char name[16], number[16], node[32];
	int held; /* open exclusively, -1: not */
};

static struct loop loops[2];

static bool find_loops(void)
{
	size_t nr = 0;

	for (int i = 0; i < 64 && nr < COUNT(loops); i++) {
		struct loop *loop = &loops[nr];
		struct stat st;
		int fd;

		snprintf(loop->name, sizeof(loop->name), "loop%d", i);
		snprintf(loop->node, sizeof(loop->node), "/dev/loop%d", i);
		loop->held = -1;
		if (stat(loop->node, &st) < 0 || !S_ISBLK(st.st_mode))
			continue;
		snprintf(loop->number, sizeof(loop->number), "%u:%u\n", major(st.st_rdev),
			 minor(st.st_rdev));
		fd = open(loop->node, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			continue;
		close(fd);
		nr++;
	}
	if (nr == COUNT(loops))
		return true;
	printf("not here: exclusive opens: two free loop devices and root\n");
	return false;
}

static void hold(struct loop *loop)
{
	loop->held = open(loop->node, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	assert_true(loop->held >= 0);
}

static int setup(void **state)
{
	(void)state;
	usage_tree_make(&t);
	t.live = true;
	for (size_t i = 0; i < COUNT(loops); i++)
		loops[i].held = -1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(loops); i++)
		if (loops[i].held >= 0)
			close(loops[i].held);
	usage_tree_remove(&t);
	return 0;
}

static void put_loop(const char *place, const struct loop *loop)
{
	put_block(&t, place, loop->name, loop->number);
}

static void test_claimed(void **state)
{
	const struct usage *u;

	(void)state;
	if (!find_loops())
		return;
	put_loop(SATA, &loops[0]);
	put_loop(NVME1, &loops[1]);
	tree_text(&t.tree, "proc/1/mountinfo", "1 1 0:2 / / rw - tmpfs tmpfs rw\n");
	hold(&loops[0]);
	u = collected_usage(&t);
	assert_int_equal(disk_named(u, t.sata, loops[0].name)->claimed, TRI_YES);
	assert_int_equal(disk_named(u, t.nvme1, loops[1].name)->claimed, TRI_NO);
	assert_known(u, USAGE_CLAIMS);
	assert_holders(disk_named(u, t.sata, loops[0].name), "");
	close(loops[0].held);
	loops[0].held = -1;
	/* Asking left nothing behind. */
	assert_int_equal(disk_named(collected_usage(&t), t.sata, loops[0].name)->claimed, TRI_NO);
	/* A kernel without swap, hibernation and kexec is known to have none. */
	assert_known(t.usage, USAGE_SWAPS);
	assert_known(t.usage, USAGE_RESUME);
	assert_known(t.usage, USAGE_DUMP);
}

static void test_no_node(void **state)
{
	(void)state;
	put_block(&t, SATA, "no-such-disk", "8:0\n");
	assert_int_equal(disk_named(collected_usage(&t), t.sata, "no-such-disk")->claimed,
			 TRI_UNKNOWN);
	assert_unknown(t.usage, USAGE_CLAIMS, "/dev/no-such-disk: there is no such node");
}

/* What is not the disk's own node is not opened. */
static void test_other_node(void **state)
{
	(void)state;
	put_block(&t, SATA, "null", "1:3\n"); /* a character device */
	assert_int_equal(disk_named(collected_usage(&t), t.sata, "null")->claimed, TRI_UNKNOWN);
	assert_unknown(t.usage, USAGE_CLAIMS, "/dev/null: the node is not that of this disk");
	if (!find_loops())
		return;
	put_block(&t, NVME1, loops[0].name, "250:250\n");
	assert_int_equal(disk_named(collected_usage(&t), t.nvme1, loops[0].name)->claimed,
			 TRI_UNKNOWN);
}

/* One that has no number in sysfs, among those that have. */
static void test_no_number(void **state)
{
	(void)state;
	if (!find_loops())
		return;
	put_block(&t, SATA, loops[0].name, NULL);
	put_loop(SATA, &loops[1]);
	assert_int_equal(disk_named(collected_usage(&t), t.sata, loops[0].name)->claimed,
			 TRI_UNKNOWN);
	assert_int_equal(disk_named(t.usage, t.sata, loops[1].name)->claimed, TRI_NO);
}

/* --- what cannot be traced ------------------------------------------------------------------- */

static void test_zfs_root(void **state)
{
	const struct disk *d;
	char place[PATH_MAX];

	(void)state;
	if (!find_loops())
		return;
	/* A folder with the name of the disk makes it no partition of itself. */
	snprintf(place, sizeof(place), "%s/%s", SATA, loops[0].name);
	put_loop(place, &loops[0]);
	put_loop(NVME1, &loops[1]);
	tree_text(&t.tree, "proc/1/mountinfo", "1 1 0:25 / / rw - zfs rpool/ROOT rw\n");
	tree_text(&t.tree, "sys/kernel/kexec_crash_loaded", "1\n");
	hold(&loops[0]);
	d = disk_named(collected_usage(&t), t.sata, loops[0].name);
	assert_true(d->has_root);
	assert_holders(d, "perhaps root: zfs rpool/ROOT");
	assert_string_equal(d->dump, "/var/crash");
	assert_false(d->dump_is_certain);
	d = disk_named(t.usage, t.nvme1, loops[1].name);
	assert_false(d->has_root);
	assert_null(d->dump);
	assert_holders(d, "");
	assert_known(t.usage, USAGE_MOUNTS);
	assert_known(t.usage, USAGE_DUMP);
}

/* A disk that is mounted is claimed for that: it is no part of the pool that has the root. */
static void test_zfs_root_beside(void **state)
{
	const struct disk *d;
	char mounts[200];

	(void)state;
	if (!find_loops())
		return;
	put_loop(SATA, &loops[0]);
	loops[0].number[strlen(loops[0].number) - 1] = '\0';
	snprintf(mounts, sizeof(mounts),
		 "1 1 0:25 / / rw - zfs rpool rw\n2 1 %s / /data rw - ext4 x rw\n",
		 loops[0].number);
	tree_text(&t.tree, "proc/1/mountinfo", mounts);
	hold(&loops[0]);
	d = disk_named(collected_usage(&t), t.sata, loops[0].name);
	assert_int_equal(d->claimed, TRI_YES);
	assert_list(d->mounts, "/data");
	assert_false(d->has_root);
	assert_holders(d, "");
}

/* The disk has a mapping upon it, which the pool has: what is upon the disk is asked, too. */
static void test_zfs_root_encrypted(void **state)
{
	const struct disk *d;

	(void)state;
	if (!find_loops())
		return;
	put_loop(SATA, &loops[0]);
	put_loop(VIRTUAL, &loops[1]);
	put_upon(&t, loops[0].name, loops[1].name);
	tree_text(&t.tree, "proc/1/mountinfo", "1 1 0:25 / / rw - zfs rpool rw\n");
	hold(&loops[0]);
	d = disk_named(collected_usage(&t), t.sata, loops[0].name);
	assert_false(d->has_root); /* nobody has the mapping */
	hold(&loops[1]);
	d = disk_named(collected_usage(&t), t.sata, loops[0].name);
	assert_true(d->has_root);
	assert_holders(d, "perhaps root: zfs rpool");
}

/* A claim of a partition is one of its disk: the partition is what has the pool. */
static void test_zfs_root_partition(void **state)
{
	char place[PATH_MAX];

	(void)state;
	if (!find_loops())
		return;
	put_loop(SATA, &loops[0]);
	snprintf(place, sizeof(place), "%s/%s", SATA, loops[0].name);
	put_loop(place, &loops[1]);
	tree_text(&t.tree, "proc/1/mountinfo", "1 1 0:25 / / rw - zfs rpool rw\n");
	hold(&loops[0]);
	hold(&loops[1]);
	collected_usage(&t);
	assert_int_equal(disk_named(t.usage, t.sata, loops[0].name)->claimed, TRI_YES);
	assert_false(disk_named(t.usage, t.sata, loops[0].name)->has_root);
	assert_true(disk_named(t.usage, t.sata, loops[1].name)->has_root);
}

/* The whole disk is mounted: what its table of partitions says is claimed with it. */
static void test_zfs_root_whole(void **state)
{
	char text[PATH_MAX];

	(void)state;
	if (!find_loops())
		return;
	put_loop(SATA, &loops[0]);
	snprintf(text, sizeof(text), "%s/%s", SATA, loops[0].name);
	put_loop(text, &loops[1]);
	snprintf(text, sizeof(text),
		 "1 1 0:25 / / rw - zfs rpool rw\n2 1 %.*s / /data rw - ext4 x rw\n",
		 (int)strcspn(loops[0].number, "\n"), loops[0].number);
	tree_text(&t.tree, "proc/1/mountinfo", text);
	hold(&loops[0]);
	hold(&loops[1]);
	collected_usage(&t);
	assert_int_equal(disk_named(t.usage, t.sata, loops[1].name)->claimed, TRI_YES);
	assert_false(disk_named(t.usage, t.sata, loops[1].name)->has_root);
	assert_false(disk_named(t.usage, t.sata, loops[0].name)->has_root);
}

/* --- other mount namespaces ------------------------------------------------------------- */

static void test_namespaces(void **state)
{
	const struct disk *d;
	char mounts[200];

	(void)state;
	if (!find_loops())
		return;
	put_loop(SATA, &loops[0]);
	loops[0].number[strlen(loops[0].number) - 1] = '\0';
	snprintf(mounts, sizeof(mounts), "7 1 %s / /x rw - ext4 y rw\n", loops[0].number);
	tree_text(&t.tree, "proc/1/mountinfo", "1 1 0:25 / / rw - zfs rpool rw\n");
	tree_link(&t.tree, "proc/1/ns/mnt", "mnt:[1]");
	tree_text(&t.tree, "proc/20/mountinfo", mounts); /* not looked at: a lie */
	tree_link(&t.tree, "proc/20/ns/mnt", "mnt:[1]");
	tree_text(&t.tree, "proc/911/mountinfo", mounts);
	tree_link(&t.tree, "proc/911/ns/mnt", "mnt:[2]");
	tree_text(&t.tree, "proc/911/comm", "runc\n");
	tree_text(&t.tree, "proc/self/mountinfo", "");
	hold(&loops[0]);
	d = disk_named(collected_usage(&t), t.sata, loops[0].name);
	assert_holders(d, "elsewhere: /x for 911 (runc)");
	assert_false(d->has_root); /* the claim is explained */
	assert_list(d->mounts, "");
	/* Nobody has it: there is no reason to look. */
	close(loops[0].held);
	loops[0].held = -1;
	assert_holders(disk_named(collected_usage(&t), t.sata, loops[0].name), "");
}

/* --- this machine ----------------------------------------------------------------------- */

static bool has_number(const char *name, dev_t number)
{
	char path[300], text[32], wanted[32];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/block/%s/dev", name);
	snprintf(wanted, sizeof(wanted), "%u:%u\n", major(number), minor(number));
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return strcmp(text, wanted) == 0;
}

/* The disk that stat() says "/" is on carries the root file system, and is claimed. */
static void test_this_machine(void **state)
{
	struct source source;
	struct error err = { 0 };
	struct machine *machine;
	struct usage_question question;
	bool *wanted, seen = false;
	struct stat st, host;

	(void)state;
	assert_int_equal(stat("/", &st), 0);
	if (stat("/proc/1/root", &host) == 0 && host.st_dev != st.st_dev) {
		printf("not here: the root folder of process 1\n");
		return;
	}
	if (source_open(&source, NULL, &err) < 0) {
		printf("not here: %s\n", err.text);
		return;
	}
	machine = collect(&source,
			  FACT_CLASS | FACT_DRIVER | FACT_VFIO | FACT_TOPOLOGY | FACT_KERNEL);
	wanted = malloc(machine->nr_devices + 1);
	assert_non_null(wanted);
	memset(wanted, true, machine->nr_devices + 1);
	t.usage = usage_new();
	question = (struct usage_question){ &source, machine, wanted, t.usage };
	collect_disks(&question);
	for (size_t i = 0; i < t.usage->nr_disks; i++) {
		const struct disk *disk = &t.usage->disks[i];

		if (!has_number(disk->name, st.st_dev))
			continue;
		seen = true;
		assert_true(disk->has_root);
		assert_true(strings_contain(&disk->mounts, "/"));
		/* It may be forbidden to ask; "nobody has it" would be wrong. */
		assert_int_not_equal(disk->claimed, TRI_NO);
		assert_true(disk->claimed == TRI_YES || t.usage->unknown[USAGE_CLAIMS]);
	}
	if (!seen)
		printf("not here: a root file system on a disk of a PCI device\n");
	free(wanted);
	machine_free(machine);
	source_close(&source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_claimed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_node, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_node, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_number, setup, teardown),
		cmocka_unit_test_setup_teardown(test_zfs_root, setup, teardown),
		cmocka_unit_test_setup_teardown(test_zfs_root_beside, setup, teardown),
		cmocka_unit_test_setup_teardown(test_zfs_root_encrypted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_zfs_root_partition, setup, teardown),
		cmocka_unit_test_setup_teardown(test_zfs_root_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_namespaces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_this_machine, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
