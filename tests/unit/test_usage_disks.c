/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks of hand-made captures: which there are, what is stacked upon them, mounted, swap, root. */
#include "usage_tree.h"

static struct usage_tree t;

static int setup(void **state)
{
	(void)state;
	usage_tree_make(&t);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	usage_tree_remove(&t);
	return 0;
}

static void put(const char *path, const char *text)
{
	tree_text(&t.tree, path, text);
}

static void put_sda(void)
{
	put_block(&t, SATA, "sda", "8:0\n");
	put_block(&t, SATA "/sda", "sda1", "8:1\n");
	put_block(&t, SATA "/sda", "sda2", "8:2\n");
}

/* --- which disks ---------------------------------------------------------------------------- */

static void test_mounted(void **state)
{
	const struct usage *u;
	const struct disk *d;

	(void)state;
	put_sda();
	put_block(&t, SATA "/sda", "sda10", "8:10\n");
	put_block(&t, NVME1, "nvme0n1", "259:0\n");
	put("proc/1/mountinfo", "1 1 8:2 / / rw - ext4 /dev/sda2 rw\n"
				"2 1 8:1 / /boot\\040x rw - vfat /dev/sda1 rw\n"
				"3 1 8:2 /srv /export rw - ext4 /dev/sda2 rw\n"
				"4 1 8:2 /srv /export rw - ext4 /dev/sda2 rw\n"
				"5 1 0:5 / /proc rw - proc proc rw\n");
	u = collected_usage(&t);
	assert_int_equal(u->nr_disks, 5);
	assert_string_equal(u->disks[0].name, "sda");
	assert_string_equal(u->disks[1].name, "sda1");
	assert_string_equal(u->disks[2].name, "sda2");
	assert_string_equal(u->disks[3].name, "sda10");
	assert_string_equal(u->disks[4].name, "nvme0n1");
	assert_ptr_equal(u->disks[0].device, t.sata);
	assert_ptr_equal(u->disks[4].device, t.nvme1);
	assert_list(u->disks[0].mounts, "");
	assert_false(u->disks[0].has_root);
	assert_list(u->disks[1].mounts, "/boot x");
	assert_false(u->disks[1].has_root);
	assert_list(u->disks[2].mounts, "/,/export");
	assert_true(u->disks[2].has_root);
	assert_list(u->disks[4].mounts, "");
	assert_false(u->disks[4].has_root);
	assert_known(u, USAGE_MOUNTS);
	assert_known(u, USAGE_BELOW);

	/* Other devices than those asked for are left out. */
	t.wanted[0] = false;
	u = collected_usage(&t);
	assert_int_equal(u->nr_disks, 1);
	d = disk_named(u, t.nvme1, "nvme0n1");
	assert_int_equal(d->claimed, TRI_UNKNOWN);
	assert_unknown(u, USAGE_CLAIMS, "a capture does not tell");
}

/* Two controllers, one namespace: nvme0c0n1 and nvme0c1n1 are the hidden paths to nvme0n1. */
static void test_multipath(void **state)
{
	const char *head = "virtual/nvme-subsystem/nvme-subsys0";
	const struct usage *u;

	(void)state;
	put_block(&t, NVME1, "nvme0c0n1", NULL);
	put_block(&t, NVME2, "nvme0c1n1", NULL);
	usage_tree_text(&t, "1\n", "sys/class/block/nvme0c0n1/hidden");
	usage_tree_text(&t, "1\n", "sys/class/block/nvme0c1n1/hidden");
	put_block(&t, head, "nvme0n1", "259:1\n");
	usage_tree_text(&t, "0\n", "sys/class/block/nvme0n1/hidden");
	put_block(&t, "virtual/nvme-subsystem/nvme-subsys0/nvme0n1", "nvme0n1p1", "259:2\n");
	put_block(&t, NVME1, "nvme0n12", "259:3\n"); /* one that is not shared */
	put_block(&t, NVME1, "nvme0c0n9", NULL);     /* a path to what is not there yet */
	usage_tree_text(&t, "1\n", "sys/class/block/nvme0c0n9/hidden");
	put("proc/1/mountinfo", "1 1 259:2 / / rw - xfs /dev/nvme0n1p1 rw\n");
	u = collected_usage(&t);
	assert_int_equal(u->nr_disks, 5);
	assert_string_equal(u->disks[0].name, "nvme0n1");
	assert_string_equal(u->disks[1].name, "nvme0n1p1");
	assert_string_equal(u->disks[2].name, "nvme0n12");
	assert_string_equal(u->disks[3].name, "nvme0n1");
	assert_string_equal(u->disks[4].name, "nvme0n1p1");
	assert_ptr_equal(u->disks[2].device, t.nvme1);
	assert_ptr_equal(u->disks[4].device, t.nvme2);
	assert_true(u->disks[1].has_root);
	assert_true(u->disks[4].has_root);
	assert_list(u->disks[4].mounts, "/");
	assert_false(u->disks[2].has_root);
	/* The namespace is hardware: the root file system is traced. */
	assert_known(u, USAGE_MOUNTS);
}

/* Hidden, but no path of NVMe: has no node, and no namespace is made up for it. */
static void test_hidden(void **state)
{
	static const char *const names[] = { "nvme0c0", "nvmec0n1", "nvme0cn1", "nvme0n1c0",
					     "sdx" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		put_block(&t, NVME1, names[i], NULL);
		usage_tree_text(&t, "1\n", "sys/class/block/%s/hidden", names[i]);
	}
	put_block(&t, "virtual/nvme-subsystem/nvme-subsys0", "nvme0n1", "259:1\n");
	put_block(&t, "virtual/nvme-subsystem/nvme-subsys0", "nvmen1", "259:2\n");
	assert_int_equal(collected_usage(&t)->nr_disks, 0);
}

static void test_nothing_known(void **state)
{
	const struct usage *u;

	(void)state;
	u = collected_usage(&t);
	assert_int_equal(u->nr_disks, 0);
	for (size_t i = 0; i < NR_USAGE_PARTS; i++) /* nothing depends on it */
		assert_null(u->unknown[i]);
	put_sda();
	u = collected_usage(&t);
	assert_int_equal(u->nr_disks, 3);
	assert_unknown(u, USAGE_MOUNTS, "/proc/1/mountinfo: a capture does not have it");
	assert_unknown(u, USAGE_SWAPS, "/proc/swaps: a capture does not have it");
	assert_unknown(u, USAGE_CLAIMS, "a capture does not tell");
	assert_unknown(u, USAGE_RESUME, "/sys/power/resume: a capture does not have it");
	assert_unknown(u, USAGE_DUMP, "/sys/kernel/kexec_crash_loaded: a capture does not have it");
	assert_false(u->disks[0].has_root);
}

static void test_no_class(void **state)
{
	char path[PATH_MAX];
	const struct usage *u;

	(void)state;
	tree_path(&t.tree, path, "sys/class/block");
	assert_int_equal(rmdir(path), 0);
	u = collected_usage(&t);
	assert_int_equal(u->nr_disks, 0);
	assert_unknown(u, USAGE_BELOW, "/sys/class/block: a capture does not have it");
	t.live = true; /* a kernel without block devices */
	assert_known(collected_usage(&t), USAGE_BELOW);
}

/* --- stacks ---------------------------------------------------------------------------------- */

/* Two disks are md127, its partition has a volume of LVM upon it, and that is the root. */
static void test_stacked(void **state)
{
	const struct usage *u;
	const struct disk *d;

	(void)state;
	put_sda();
	put_block(&t, NVME1, "nvme0n1", "259:0\n");
	put_block(&t, VIRTUAL, "md127", "9:127\n");
	put_block(&t, VIRTUAL "/md127", "md127p1", "259:5\n");
	put_block(&t, VIRTUAL, "dm-0", "254:0\n");
	put_block(&t, VIRTUAL, "dm-1", "254:1\n");
	put_upon(&t, "sda2", "md127");
	put_upon(&t, "nvme0n1", "md127");
	put_upon(&t, "md127p1", "dm-0");
	put_upon(&t, "md127p1", "dm-1");
	put("proc/1/mountinfo", "1 1 254:0 / / rw - ext4 /dev/mapper/vg-root rw\n");
	put("proc/swaps",
	    "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
	    "/dev/dm-1                               partition\t8388604\t\t0\t\t-2\n");
	u = collected_usage(&t);
	assert_int_equal(u->nr_disks, 4);
	d = disk_named(u, t.sata, "sda2");
	assert_list(d->stacked, "md127,md127p1,dm-0,dm-1");
	assert_list(d->mounts, "/");
	assert_list(d->swaps, "/dev/dm-1");
	assert_true(d->has_root);
	d = disk_named(u, t.nvme1, "nvme0n1");
	assert_list(d->stacked, "md127,md127p1,dm-0,dm-1");
	assert_true(d->has_root);
	d = disk_named(u, t.sata, "sda1");
	assert_list(d->stacked, "");
	assert_list(d->mounts, "");
	assert_list(d->swaps, "");
	assert_false(d->has_root);
	/* The disk itself has the partition as an entry of its own, not upon it. */
	assert_list(disk_named(u, t.sata, "sda")->stacked, "");
	assert_known(u, USAGE_MOUNTS);
	assert_known(u, USAGE_SWAPS);
}

static void test_cycle(void **state)
{
	const struct usage *u;

	(void)state;
	put_block(&t, NVME1, "nvme0n1", "259:0\n");
	put_block(&t, VIRTUAL, "dm-0", "254:0\n");
	put_block(&t, VIRTUAL, "dm-1", "254:1\n");
	put_upon(&t, "nvme0n1", "dm-0");
	put_upon(&t, "dm-0", "dm-1");
	put_upon(&t, "dm-1", "dm-0");
	put_upon(&t, "dm-1", "dm-1");
	put_upon(&t, "dm-1", "nvme0n1");
	tree_link(&t.tree, "sys/class/block/dm-1/holders/unheard", "nowhere");
	put("proc/1/mountinfo", "1 1 254:1 / / rw - ext4 /dev/dm-1 rw\n");
	u = collected_usage(&t);
	assert_list(disk_named(u, t.nvme1, "nvme0n1")->stacked, "dm-0,dm-1,unheard");
	assert_list(disk_named(u, t.nvme1, "nvme0n1")->mounts, "/");
}

/* Two devices that are only upon each other are on no disk. */
static void test_cycle_without_disk(void **state)
{
	(void)state;
	put_block(&t, NVME1, "nvme0n1", "259:0\n");
	put_block(&t, VIRTUAL, "dm-0", "254:0\n");
	put_block(&t, VIRTUAL, "dm-1", "254:1\n");
	put_upon(&t, "dm-0", "dm-1");
	put_upon(&t, "dm-1", "dm-0");
	put("proc/1/mountinfo", "1 1 254:1 / / rw - ext4 /dev/dm-1 rw\n");
	assert_unknown(collected_usage(&t), USAGE_MOUNTS, "(ext4 /dev/dm-1) cannot be traced");
}

/* The root file system is in a file on a disk. */
static void test_loop(void **state)
{
	const struct usage *u;

	(void)state;
	put_sda();
	put_block(&t, VIRTUAL, "loop3", "7:3\n");
	put("sys/class/block/loop3/loop/backing_file", "/host/root disk.img\n");
	put("proc/1/mountinfo", "1 1 7:3 / / rw - ext4 /dev/loop3 rw\n"
				"2 1 8:1 / /host rw - fuseblk /dev/sda1 rw\n");
	u = collected_usage(&t);
	assert_list(disk_named(u, t.sata, "sda1")->stacked, "loop3");
	assert_list(disk_named(u, t.sata, "sda1")->mounts, "/host,/");
	assert_true(disk_named(u, t.sata, "sda1")->has_root);
	assert_false(disk_named(u, t.sata, "sda2")->has_root);
	assert_known(u, USAGE_MOUNTS);
}

/* --- file systems without a device number ----------------------------------------------- */

static void test_btrfs(void **state)
{
	const struct usage *u;

	(void)state;
	put_sda();
	put_block(&t, NVME1, "nvme0n1", "259:0\n");
	put_block(&t, NVME2, "nvme1n1", "259:1\n");
	put_block(&t, VIRTUAL, "dm-0", "254:0\n");
	put("sys/class/block/dm-0/dm/name", "luks-root\n");
	put_upon(&t, "nvme0n1", "dm-0");
	tree_dir(&t.tree, "sys/fs/btrfs/features");
	tree_link(&t.tree, "sys/fs/btrfs/1111-22/devices/dm-0", "x");
	tree_link(&t.tree, "sys/fs/btrfs/1111-22/devices/sda2", "x");
	tree_link(&t.tree, "sys/fs/btrfs/3333-44/devices/nvme1n1", "x");
	put("proc/1/mountinfo", "1 1 0:33 /@ / rw - btrfs /dev/mapper/luks-root rw\n"
				"2 1 0:34 / /data rw - btrfs /dev/nvme1n1 rw\n");
	u = collected_usage(&t);
	assert_list(disk_named(u, t.nvme1, "nvme0n1")->mounts, "/");
	assert_true(disk_named(u, t.nvme1, "nvme0n1")->has_root);
	assert_list(disk_named(u, t.sata, "sda2")->mounts, "/");
	assert_true(disk_named(u, t.sata, "sda2")->has_root);
	assert_list(disk_named(u, t.nvme2, "nvme1n1")->mounts, "/data");
	assert_false(disk_named(u, t.nvme2, "nvme1n1")->has_root);
	assert_list(disk_named(u, t.sata, "sda1")->mounts, "");
	assert_known(u, USAGE_MOUNTS);
}

static void test_btrfs_without_sysfs(void **state)
{
	const struct usage *u;

	(void)state;
	put_sda();
	put("proc/1/mountinfo", "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
				"2 1 0:34 / /data rw - btrfs /dev/sda2 rw\n");
	u = collected_usage(&t);
	assert_list(disk_named(u, t.sata, "sda2")->mounts, "/data");
	assert_unknown(u, USAGE_MOUNTS, "/sys/fs/btrfs: it does not say");
	assert_unknown(u, USAGE_MOUNTS, "/data");
}

/* bcachefs on two disks; XFS with a log of its own; a name with a slash. */
static void test_several_sources(void **state)
{
	const struct usage *u;

	(void)state;
	put_sda();
	put_block(&t, NVME1, "nvme0n1", "259:0\n");
	put_block(&t, NVME2, "cciss!c0d0", "104:0\n");
	put("proc/1/mountinfo",
	    "1 1 0:33 / /pool rw - bcachefs /dev/sda1:/dev/nvme0n1 rw\n"
	    "2 1 8:2 / /fast rw - xfs /dev/sda2 rw,logdev=/dev/nvme0n1,noquota\n"
	    "3 1 0:34 / /old rw - bcachefs /dev/cciss/c0d0 rw\n"
	    "4 1 0:35 / / rw - tmpfs none rw\n"
	    "5 1 8:0 / /real rw - xfs /dev/sda rtdev=/dev/sda1\n");
	u = collected_usage(&t);
	assert_list(disk_named(u, t.sata, "sda1")->mounts, "/pool,/real");
	assert_list(disk_named(u, t.sata, "sda2")->mounts, "/fast");
	assert_list(disk_named(u, t.nvme1, "nvme0n1")->mounts, "/pool,/fast");
	assert_list(disk_named(u, t.nvme2, "cciss!c0d0")->mounts, "/old");
	assert_known(u, USAGE_MOUNTS);
}

/* Names below /dev that lead anywhere else, or are not safe to look at, name no disk. */
static void test_sources_that_lead_out(void **state)
{
	static const char *const sources[] = {
		"/dev/shm/sda1", "/dev/../dev/sda1", "/dev/./shm/sda1", "/dev//sda1", "/dev/",
		"sda1",		 "/dev/pts/sda1",    "/sda1",		"/dev/sda1/", "",
	};

	(void)state;
	put_sda();
	tree_link(&t.tree, "dev/shm/sda1", "../sda1");
	for (size_t i = 0; i < COUNT(sources); i++) {
		char text[128];

		snprintf(text, sizeof(text), "1 1 0:33 / /x rw - tmpfs %s rw\n", sources[i]);
		put("proc/1/mountinfo", text);
		assert_case_equal(disk_named(collected_usage(&t), t.sata, "sda1")->mounts.nr, 0,
				  sources[i]);
	}
	put("proc/1/mountinfo", "1 1 0:33 / /x rw - tmpfs /dev/sda1 rw\n");
	assert_list(disk_named(collected_usage(&t), t.sata, "sda1")->mounts, "/x");
}

/* A kernel without an initramfs calls the device /dev/root. */
static void test_dev_root(void **state)
{
	(void)state;
	put_sda();
	tree_link(&t.tree, "sys/fs/btrfs/1111-22/devices/sda2", "x");
	tree_link(&t.tree, "dev/disk/by-partuuid/aa-02", "../../sda2");
	put("proc/1/mountinfo", "1 1 0:33 / / rw - btrfs /dev/root rw\n");
	t.world.machine.command_line = (char *)"quiet root=/dev/sda1 root=PARTUUID=aa-02 ro";
	assert_true(disk_named(collected_usage(&t), t.sata, "sda2")->has_root);
	assert_false(disk_named(t.usage, t.sata, "sda1")->has_root);
	assert_known(t.usage, USAGE_MOUNTS);
	t.world.machine.command_line = (char *)"root=/dev/root";
	assert_false(disk_named(collected_usage(&t), t.sata, "sda2")->has_root);
	assert_unknown(t.usage, USAGE_MOUNTS, "");
}

/* --- root file systems ------------------------------------------------------------------ */

static void test_root_elsewhere(void **state)
{
	static const struct {
		const char *mount;
		const char *unknown; /* NULL: nothing is */
	} cases[] = {
		{ "1 1 0:20 / / rw - nfs4 10.0.0.1:/root rw,addr=10.0.0.1", NULL },
		{ "1 1 0:20 / / rw - nfs 10.0.0.1:/root rw", NULL },
		{ "1 1 0:2 / / rw - rootfs rootfs rw", NULL },
		{ "1 1 0:2 / / rw - tmpfs tmpfs rw", NULL },
		{ "1 1 0:2 / / rw - virtiofs myfs rw", NULL },
		{ "1 1 259:9 / / rw - ext4 /dev/nvme5n1 rw", NULL }, /* a disk of another device */
		{ "1 1 0:25 / / rw - zfs rpool/ROOT/debian rw", "(zfs rpool/ROOT/debian)" },
		{ "1 1 0:26 / / rw - overlay overlay rw,lowerdir=/a", "(overlay overlay)" },
		{ "1 1 7:0 / / rw - squashfs /dev/loop0 ro", "(squashfs /dev/loop0)" },
		{ "1 1 8:77 / / rw - ext4 /dev/sda1 ro", "(ext4 /dev/sda1)" }, /* not listed */
	};

	(void)state;
	put_sda();
	put_block(&t, "platform/elsewhere", "nvme5n1", "259:9\n");
	put_block(&t, VIRTUAL, "loop0", "7:0\n");
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct usage *u;

		put("proc/1/mountinfo", cases[i].mount);
		u = collected_usage(&t);
		assert_case_equal(u->nr_disks, 3, cases[i].mount);
		for (size_t k = 0; k < 3; k++)
			assert_case(!u->disks[k].has_root, cases[i].mount);
		assert_case(!u->unknown[USAGE_MOUNTS] == !cases[i].unknown, cases[i].mount);
		if (cases[i].unknown)
			assert_unknown(u, USAGE_MOUNTS, cases[i].unknown);
	}
}

/* --- a root file system of layers ------------------------------------------------------- */

#define ROOT(options) "9 1 0:26 / / rw - overlay overlay " options "\n"
#define BESIDE                                                                                     \
	"2 9 8:1 / /media/ro ro - squashfs /dev/sda1 ro\n"                                         \
	"3 9 8:2 / /cow rw - ext4 /dev/sda2 rw\n"                                                  \
	"4 9 0:30 / /run rw - tmpfs tmpfs rw\n"                                                    \
	"5 9 0:31 / /net rw - nfs4 10.0.0.1:/x rw\n"                                               \
	"6 9 0:32 / /tank rw - zfs tank rw\n"                                                      \
	"7 9 259:0 / /data rw - ext4 /dev/nvme0n1 rw\n"                                            \
	"8 9 0:33 / /twice rw - overlay overlay rw,lowerdir=/media/ro/a\n"

static void test_root_of_layers(void **state)
{
	/* Which of sda1, sda2 and nvme0n1 have the root, and whether that is all. */
	static const struct {
		const char *root;
		bool sda1, sda2, traced;
	} cases[] = {
		{ ROOT("rw,lowerdir=/media/ro,upperdir=/cow/up,workdir=/cow/work"), true, true,
		  true },
		{ ROOT("rw,lowerdir=/media/ro:/cow/b"), true, true, true },
		{ ROOT("rw,lowerdir=/media/ro::/cow/objects,metacopy=on"), true, true, true },
		{ ROOT("rw,lowerdir+=/media/ro,datadir+=/cow/objects"), true, true, true },
		{ ROOT("rw,lowerdir=/cow/with\\134:colon"), false, true, true },
		{ ROOT("rw,lowerdir=/cow/with\\134,comma"), false, true, true },
		{ ROOT("rw,lowerdir=/media/ro,upperdir=/run/up,workdir=/run/w"), true, false,
		  true },
		{ ROOT("rw,lowerdir=/net/root,upperdir=/run/up"), false, false, true },
		{ ROOT("rw,lowerdir=/twice"), true, false, true },
		/* Nothing says where that is. */
		{ ROOT("rw,lowerdir=/filesystem.squashfs,upperdir=/cow/up"), false, true, false },
		{ ROOT("rw,lowerdir=/run/lower"), false, false, false },
		{ ROOT("rw,lowerdir=usr:/media/ro"), true, false, false },
		{ ROOT("rw,lowerdir=/tank/root"), false, false, false },
		{ ROOT("rw,lowerdir=/media/ro,upperdir=/tank/up"), true, false, false },
		{ ROOT("rw"), false, false, false },
		{ ROOT("rw,upperdir=/cow"), false, true, false },
		/* Upon itself. */
		{ ROOT("rw,lowerdir=/a:/b") "1 9 0:44 / /a rw - overlay x lowerdir=/a:/b\n"
					    "1 9 0:45 / /b rw - overlay x lowerdir=/a:/b\n",
		  false, false, false },
	};

	(void)state;
	put_sda();
	put_block(&t, NVME1, "nvme0n1", "259:0\n");
	put_block(&t, NVME2, "nvme1n1", "259:1\n");
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool perhaps = !cases[i].traced;
		char text[2000];
		const struct usage *u;

		snprintf(text, sizeof(text), "%s%s", cases[i].root, BESIDE);
		put("proc/1/mountinfo", text);
		u = collected_usage(&t);
		print_message("%s", cases[i].root);
		assert_int_equal(disk_named(u, t.sata, "sda1")->has_root, cases[i].sda1 || perhaps);
		assert_int_equal(disk_named(u, t.sata, "sda2")->has_root, cases[i].sda2 || perhaps);
		assert_holders(disk_named(u, t.sata, "sda1"),
			       cases[i].sda1 || !perhaps ? "" : "perhaps root: overlay overlay");
		/* It is mounted, so it may be one of the layers; the other one is not. */
		assert_holders(disk_named(u, t.nvme1, "nvme0n1"),
			       perhaps ? "perhaps root: overlay overlay" : "");
		assert_int_equal(disk_named(u, t.nvme1, "nvme0n1")->has_root, perhaps);
		assert_false(disk_named(u, t.nvme2, "nvme1n1")->has_root);
		assert_false(disk_named(u, t.sata, "sda")->has_root);
		if (perhaps)
			assert_unknown(u, USAGE_MOUNTS, "(overlay overlay) cannot be traced");
		else
			assert_known(u, USAGE_MOUNTS);
	}
}

/* Live media: the layer is in a file on the stick. */
static void test_root_of_layers_in_loop(void **state)
{
	const struct usage *u;

	(void)state;
	put_sda();
	put_block(&t, VIRTUAL, "loop0", "7:0\n");
	put("sys/class/block/loop0/loop/backing_file", "/run/medium/live/root.squashfs\n");
	put("proc/1/mountinfo", "1 0 0:26 / / rw - overlay overlay "
				"rw,lowerdir=/run/rootfs,upperdir=/run/cow/up,workdir=/run/cow/w\n"
				"2 1 0:30 / /run rw - tmpfs tmpfs rw\n"
				"3 2 8:1 / /run/medium ro - iso9660 /dev/sda1 ro\n"
				"4 2 7:0 / /run/rootfs ro - squashfs /dev/loop0 ro\n");
	u = collected_usage(&t);
	assert_true(disk_named(u, t.sata, "sda1")->has_root);
	assert_holders(disk_named(u, t.sata, "sda1"), "");
	assert_false(disk_named(u, t.sata, "sda2")->has_root);
	assert_known(u, USAGE_MOUNTS);
}

/* Layers without end: each is made of all others. */
static void test_root_of_many_layers(void **state)
{
	char *text = malloc(400000), *at = text;

	(void)state;
	assert_non_null(text);
	put_sda();
	for (int i = 0; i < 40; i++) {
		at += i ? sprintf(at, "1 1 0:%d / /l%d rw - overlay o rw,lowerdir=/l1", 50 + i, i)
			: sprintf(at, "1 1 0:50 / / rw - overlay o rw,lowerdir=/l1");
		for (int k = 2; k < 40; k++)
			at += sprintf(at, ":/l%d", k);
		at += sprintf(at, "\n");
	}
	put("proc/1/mountinfo", text);
	assert_unknown(collected_usage(&t), USAGE_MOUNTS, "cannot be traced");
	free(text);
}

/* --- swap ------------------------------------------------------------------------------- */

static void test_swaps(void **state)
{
	const struct usage *u;

	(void)state;
	put_sda();
	put_block(&t, NVME1, "nvme0n1", "259:0\n");
	put("proc/1/mountinfo", "1 1 259:0 / / rw - ext4 /dev/nvme0n1 rw\n"
				"2 1 0:9 / /net rw - nfs 10.0.0.1:/x rw\n");
	put("proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
			  "/dev/sda1                               partition\t8\t\t0\t\t-2\n"
			  "/swap\\040file\\012x                      file\t\t8\t\t0\t\t-3\n"
			  "/net/swap\t\t\tfile\t\t8\t\t0\t\t-4\n"
			  "\n/garbage\n \t\n");
	u = collected_usage(&t);
	assert_list(disk_named(u, t.sata, "sda1")->swaps, "/dev/sda1");
	assert_list(disk_named(u, t.sata, "sda2")->swaps, "");
	assert_list(disk_named(u, t.sata, "sda")->swaps, "");
	assert_list(disk_named(u, t.nvme1, "nvme0n1")->swaps, "/swap file?x");
	assert_known(u, USAGE_SWAPS);

	put("proc/swaps", "Filename Type Size Used Priority\n");
	u = collected_usage(&t);
	assert_list(disk_named(u, t.sata, "sda1")->swaps, "");
	assert_known(u, USAGE_SWAPS);
	put("proc/swaps", "/dev/mapper/unheard partition 8 0 -2\n");
	assert_unknown(collected_usage(&t), USAGE_SWAPS, "/dev/mapper/unheard");
	put("proc/swaps", "/swapfile file 8 0 -2\n");
	put("proc/1/mountinfo", "1 1 0:8 / / rw - zfs rpool rw\n");
	assert_unknown(collected_usage(&t), USAGE_SWAPS, "/swapfile");
}

/* --- resume ----------------------------------------------------------------------------- */

static void test_resume(void **state)
{
	/* Whether the disks sda1 and sda2, which dm-0 is upon, are resumed from. */
	static const struct {
		const char *file, *command_line;
		bool sda1, sda2, known;
	} cases[] = {
		{ "0:0\n", "quiet", false, false, true },
		{ "8:1\n", "quiet", true, false, true },
		{ "254:0\n", "quiet", false, true, true },
		{ "8:99\n", "quiet", false, false, true },
		{ "rubbish\n", "quiet", false, false, false },
		{ "0:0\n", "resume=/dev/sda1", true, false, true },
		{ "0:0\n", "ro \"resume=/dev/sda1\" quiet", true, false, true },
		{ "0:0\n", "resume=\"/dev/mapper/swap\"", false, true, true },
		{ "0:0\n", "resume=8:2", false, true, true },
		{ "0:0\n", "resume=UUID=aaa-1", true, false, true },
		{ "0:0\n", "resume=UUID=gone", false, false, true },
		{ "0:0\n", "resume=UUID=../../other", false, false, true },
		{ "0:0\n", "resume=LABEL=swap", false, false, false }, /* no by-label/ */
		{ "8:1\n", "resume=LABEL=swap", true, false, true },
		{ "0:0\n", "resume=swap", false, false, false },
		{ "0:0\n", "noresume xresume=/dev/sda1 resume_offset=3", false, false, true },
		{ "0:0\n", "resume=/dev/sda1 resume=/dev/sda2", false, true, true },
		{ "0:0\n", "resume=", false, false, true },
	};

	(void)state;
	put_sda();
	put_block(&t, VIRTUAL, "dm-0", "254:0\n");
	put("sys/class/block/dm-0/dm/name", "swap\n");
	put_upon(&t, "sda2", "dm-0");
	tree_link(&t.tree, "dev/disk/by-uuid/aaa-1", "../../sda1");
	tree_link(&t.tree, "dev/other", "sda1");
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *name = cases[i].command_line;
		const struct usage *u;

		put("sys/power/resume", cases[i].file);
		t.world.machine.command_line = (char *)name;
		u = collected_usage(&t);
		assert_case_equal(disk_named(u, t.sata, "sda1")->is_resume, cases[i].sda1, name);
		assert_case_equal(disk_named(u, t.sata, "sda2")->is_resume, cases[i].sda2, name);
		assert_case(!disk_named(u, t.sata, "sda")->is_resume, name);
		assert_case_equal(!u->unknown[USAGE_RESUME], cases[i].known, name);
	}
}

/* --- made to do harm -------------------------------------------------------------------- */

static void test_hostile(void **state)
{
	const struct usage *u;
	char name[64];

	(void)state;
	put_sda();
	/* A disk that is a partition of itself, one without a number, one with a lie. */
	put_block(&t, SATA "/sdb", "sdb", "8:16\n");
	put_block(&t, SATA, "sdc", NULL);
	put_block(&t, SATA, "sdd", "8:1:2\n");
	tree_link(&t.tree, "sys/class/block/sde", "sde"); /* leads to itself */
	tree_link(&t.tree, "sys/class/block/sdf", "../../../../../../etc");
	for (int i = 0; i < 300; i++) { /* holders that do not exist */
		snprintf(name, sizeof(name), "sys/class/block/sda1/holders/dm-%d", i);
		tree_link(&t.tree, name, "nowhere");
	}
	put("proc/1/mountinfo", "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n\xff\xff - - -\n\n\n"
				"1 1 8:16 / /evil\\012line rw - ext4 /dev/sdb rw\n");
	u = collected_usage(&t);
	assert_int_equal(u->nr_disks, 6);
	assert_list(disk_named(u, t.sata, "sdb")->mounts, "/evil?line");
	assert_list(disk_named(u, t.sata, "sdc")->mounts, "");
	assert_list(disk_named(u, t.sata, "sdd")->mounts, "");
	assert_true(disk_named(u, t.sata, "sda1")->has_root);
	assert_int_equal(disk_named(u, t.sata, "sda1")->stacked.nr, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_mounted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_multipath, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hidden, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_known, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_class, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stacked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cycle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cycle_without_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_btrfs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_btrfs_without_sysfs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_several_sources, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sources_that_lead_out, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dev_root, setup, teardown),
		cmocka_unit_test_setup_teardown(test_root_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_root_of_layers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_root_of_layers_in_loop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_root_of_many_layers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_swaps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_resume, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
