/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of the disks below a device. */
#include "scene.h"

/* A disk that nobody claims. */
static struct disk *add_disk(struct scene *scene, const char *name)
{
	struct disk *disk = usage_add_disk(scene->usage, scene->device, name);

	disk->claimed = TRI_NO;
	return disk;
}

/* --- root, swap --------------------------------------------------------------------------- */

static void test_root(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	add_disk(&scene, "nvme0n1");
	expect_pass(&scene, "root", NULL);
	add_disk(&scene, "nvme0n1p2")->has_root = true;
	expect(&scene, "root", GUARD_REFUSE, "nvme0n1p2 holds the root file system",
	       "leave it with the host");
	add_disk(&scene, "nvme0n1p3")->has_root = true;
	add_disk(&scene, "nvme0n1p4")->has_root = true;
	add_disk(&scene, "nvme0n1p5")->has_root = true;
	expect(&scene, "root", GUARD_REFUSE,
	       "nvme0n1p2 holds the root file system, nvme0n1p3 holds the root file system and 2 "
	       "more",
	       "leave it with the host");
	scene_free(&scene);
}

static void test_root_perhaps(void **state)
{
	struct scene scene;
	struct disk *disk;

	(void)state;
	scene_init(&scene, NVME);
	disk = add_disk(&scene, "sda");
	disk->has_root = true;
	disk_add_holder(disk, HOLDER_PROCESS, xstrdup("812 (qemu)"));
	disk_add_holder(disk, HOLDER_PERHAPS_ROOT, xstrdup("overlay composefs"));
	expect(&scene, "root", GUARD_REFUSE,
	       "sda holds perhaps the root file system (overlay composefs)",
	       "leave it with the host");
	scene_free(&scene);
}

static void test_root_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	/* Without a disk it does not matter where things are mounted. */
	usage_unknown(scene.usage, USAGE_MOUNTS, "/proc/1/mountinfo: Permission denied");
	expect_pass(&scene, "root", NULL);
	add_disk(&scene, "sda");
	expect(&scene, "root", GUARD_UNKNOWN,
	       "what is mounted is unknown: /proc/1/mountinfo: Permission denied",
	       "look as root, outside of containers, and unmount what is on its disks");
	usage_unknown(scene.usage, USAGE_BELOW, "a capture does not have it");
	expect(&scene, "root", GUARD_UNKNOWN,
	       "what is below it is unknown: a capture does not have it",
	       "end what has it in a container, and try again");
	/* What was seen decides, whatever else is unknown. */
	add_disk(&scene, "sda2")->has_root = true;
	expect(&scene, "root", GUARD_REFUSE, "sda2 holds the root file system",
	       "leave it with the host");
	scene_free(&scene);
}

/* A driver that is not known may be one of the host. */
static void test_driver_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	scene.device->driver = NULL;
	usage_unknown(scene.usage, USAGE_BELOW, "a test says so");
	expect_pass(&scene, "root", NULL);
	scene.device->driver_known = false;
	expect(&scene, "root", GUARD_UNKNOWN, "what is below it is unknown: a test says so",
	       "end what has it in a container, and try again");
	scene.device->has_vfio_dev = true;
	expect_pass(&scene, "root", NULL);
	scene_free(&scene);
}

static void test_swap(void **state)
{
	struct scene scene;
	struct disk *disk;

	(void)state;
	scene_init(&scene, NVME);
	add_disk(&scene, "sda");
	expect_pass(&scene, "swap", NULL);
	disk = add_disk(&scene, "sda2");
	strings_add(&disk->swaps, "/dev/sda2");
	expect(&scene, "swap", GUARD_REFUSE, "sda2 holds the swap space /dev/sda2",
	       "swapoff /dev/sda2");
	/* A file on two disks of a file system is one to turn off. */
	disk = add_disk(&scene, "sda3");
	strings_add(&disk->swaps, "/swapfile");
	disk = add_disk(&scene, "sda4");
	strings_add(&disk->swaps, "/swapfile");
	expect(&scene, "swap", GUARD_REFUSE,
	       "sda2 holds the swap space /dev/sda2, sda3 holds the swap space /swapfile and 1 "
	       "more",
	       "swapoff /dev/sda2 /swapfile");
	scene_free(&scene);
}

static void test_swap_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	usage_unknown(scene.usage, USAGE_SWAPS, "/proc/swaps: a capture does not have it");
	expect_pass(&scene, "swap", NULL);
	add_disk(&scene, "sda");
	expect(&scene, "swap", GUARD_UNKNOWN,
	       "what the host swaps to is unknown: /proc/swaps: a capture does not have it",
	       "turn that off with swapoff first");
	scene_free(&scene);
}

/* --- mounted ------------------------------------------------------------------------------ */

static void test_mounted(void **state)
{
	struct scene scene;
	struct disk *disk;

	(void)state;
	scene_init(&scene, NVME);
	add_disk(&scene, "nvme0n1");
	expect_pass(&scene, "mounted", "nvme0n1 is not mounted");
	disk = add_disk(&scene, "nvme0n1p1");
	expect_pass(&scene, "mounted", "none of its 2 disks and partitions is mounted");
	strings_add(&disk->mounts, "/mnt/data");
	expect(&scene, "mounted", GUARD_REFUSE, "nvme0n1p1 is mounted on /mnt/data",
	       "unmount it, or --force=mounted");
	strings_add(&disk->mounts, "/srv");
	expect(&scene, "mounted", GUARD_REFUSE,
	       "nvme0n1p1 is mounted on /mnt/data and nvme0n1p1 is mounted on /srv",
	       "unmount it, or --force=mounted");
	disk = add_disk(&scene, "nvme0n1p2");
	strings_add(&disk->mounts, "/home");
	expect(&scene, "mounted", GUARD_REFUSE,
	       "nvme0n1p1 is mounted on /mnt/data, nvme0n1p1 is mounted on /srv and 1 more",
	       "unmount it, or --force=mounted");
	/* What goes back cannot be forced. */
	scene.giving_back = true;
	expect(&scene, "mounted", GUARD_REFUSE,
	       "nvme0n1p1 is mounted on /mnt/data, nvme0n1p1 is mounted on /srv and 1 more",
	       "unmount it");
	scene_free(&scene);
}

static void test_mounted_root(void **state)
{
	struct scene scene;
	struct disk *disk;

	(void)state;
	scene_init(&scene, NVME);
	disk = add_disk(&scene, "sda1");
	disk->has_root = true;
	strings_add(&disk->mounts, "/");
	expect_pass(&scene, "mounted", NULL); /* "root" has it */
	strings_add(&disk->mounts, "/boot");
	expect(&scene, "mounted", GUARD_REFUSE, "sda1 is mounted on /boot",
	       "unmount it, or --force=mounted");
	/* Nobody else refuses it. */
	disk->has_root = false;
	expect(&scene, "mounted", GUARD_REFUSE, "sda1 is mounted on / and sda1 is mounted on /boot",
	       "unmount it, or --force=mounted");
	scene_free(&scene);
}

static void test_mounted_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	usage_unknown(scene.usage, USAGE_MOUNTS, "a capture does not have it");
	expect_pass(&scene, "mounted", NULL);
	add_disk(&scene, "sda");
	expect(&scene, "mounted", GUARD_UNKNOWN,
	       "what is mounted is unknown: a capture does not have it",
	       "look as root, outside of containers, and unmount what is on its disks"
	       ", or --force=mounted");
	scene_free(&scene);
}

/* Disks of others are not looked at. */
static void test_other_device(void **state)
{
	struct scene scene;
	struct disk *disk;

	(void)state;
	scene_init(&scene, NVME);
	disk = usage_add_disk(scene.usage, scene_member(&scene, 1, NVME, "drv"), "sdb");
	disk->has_root = true;
	disk->claimed = TRI_YES;
	strings_add(&disk->mounts, "/data");
	expect_pass(&scene, "root", NULL);
	expect_pass(&scene, "mounted", NULL);
	expect_pass(&scene, "holders", NULL);
	add_disk(&scene, "sda");
	expect_pass(&scene, "mounted", "sda is not mounted");
	scene_free(&scene);
}

/* --- holders ------------------------------------------------------------------------------ */

#define STOP "stop what holds it, or --force=holders"
#define EXCLUSIVELY                                                                                \
	" is held exclusively (by the kernel: ZFS, for instance, or a mount in another namespace)"

static void test_holders(void **state)
{
	struct scene scene;
	struct disk *disk;

	(void)state;
	scene_init(&scene, NVME);
	disk = add_disk(&scene, "sda");
	expect_pass(&scene, "holders", NULL);
	disk->claimed = TRI_YES;
	expect(&scene, "holders", GUARD_REFUSE, "sda" EXCLUSIVELY, STOP);
	strings_add(&disk->stacked, "md127");
	expect(&scene, "holders", GUARD_REFUSE, "sda is held by md127", STOP);
	strings_add(&disk->stacked, "dm-0");
	strings_add(&disk->stacked, "dm-1");
	expect(&scene, "holders", GUARD_REFUSE, "sda is held by md127, dm-0 and 1 more", STOP);
	disk_add_holder(disk, HOLDER_PROCESS, xstrdup("812 (qemu)"));
	expect(&scene, "holders", GUARD_REFUSE,
	       "sda is held by md127, dm-0 and 1 more and sda is held by 812 (qemu)", STOP);
	scene_free(&scene);
}

static void test_holders_by_process(void **state)
{
	static const struct {
		enum disk_holder_kind kind;
		const char *text, *fact;
	} cases[] = {
		{ HOLDER_PROCESS, "812 (qemu)", "sdb is held by 812 (qemu)" },
		{ HOLDER_ELSEWHERE, "/x for 911 (runc)", "sdb is mounted on /x for 911 (runc)" },
		{ HOLDER_PERHAPS_ROOT, "zfs rpool",
		  "sdb holds perhaps the root file system (zfs rpool)" },
		/* Names of processes are what they like. */
		{ HOLDER_PROCESS, "mounted", "sdb is held by mounted" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct disk *disk;

		scene_init(&scene, NVME);
		disk = add_disk(&scene, "sdb");
		disk_add_holder(disk, cases[i].kind, xstrdup(cases[i].text));
		disk_add_holder(disk, cases[i].kind, xstrdup(cases[i].text)); /* is one */
		expect(&scene, "holders", GUARD_REFUSE, cases[i].fact, STOP);
		/* That one may be who claims it. */
		disk->claimed = TRI_YES;
		expect(&scene, "holders", GUARD_REFUSE, cases[i].fact, STOP);
		scene_free(&scene);
	}
}

/* What each of two disks is, and whether the first is then held by somebody unknown. */
static void test_holders_explained(void **state)
{
	enum evidence { NOTHING, CLAIMED, MOUNTED, SWAPPED, HAS_ROOT };
	static const struct {
		const char *first, *second;
		enum evidence evidence; /* of the second; the first is claimed */
		const char *fact;
	} cases[] = {
		{ "sda", "sda1", MOUNTED, NULL },
		{ "sda", "sda1", SWAPPED, NULL },
		{ "sda", "sda1", HAS_ROOT, NULL },
		{ "sda1", "sda", MOUNTED, NULL },
		{ "nvme0n1", "nvme0n1p12", MOUNTED, NULL },
		{ "sda", "sda1", NOTHING, "sda" EXCLUSIVELY },
		/* One of the two is enough to name. */
		{ "sda", "sda1", CLAIMED, "sda1" EXCLUSIVELY },
		{ "sda1", "sda", CLAIMED, "sda1" EXCLUSIVELY },
		/* Other disks, however much the names are alike. */
		{ "sda", "sdaa", MOUNTED, "sda" EXCLUSIVELY },
		{ "sda", "sdaa1", MOUNTED, "sda" EXCLUSIVELY },
		{ "sda1", "sda2", MOUNTED, "sda1" EXCLUSIVELY },
		{ "sda", "sdb1", MOUNTED, "sda" EXCLUSIVELY },
		{ "nvme0n1", "nvme0n10", MOUNTED, "nvme0n1" EXCLUSIVELY },
		{ "nvme0n1", "nvme0n1p", MOUNTED, "nvme0n1" EXCLUSIVELY },
		{ "nvme0n1", "nvme0n1p1x", MOUNTED, "nvme0n1" EXCLUSIVELY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct disk *disk;

		scene_init(&scene, NVME);
		add_disk(&scene, cases[i].first)->claimed = TRI_YES;
		disk = add_disk(&scene, cases[i].second);
		disk->claimed = cases[i].evidence == CLAIMED ? TRI_YES : TRI_NO;
		disk->has_root = cases[i].evidence == HAS_ROOT;
		if (cases[i].evidence == MOUNTED)
			strings_add(&disk->mounts, "/mnt");
		if (cases[i].evidence == SWAPPED)
			strings_add(&disk->swaps, "/mnt/swap");
		expect(&scene, "holders", cases[i].fact ? GUARD_REFUSE : GUARD_PASS, cases[i].fact,
		       cases[i].fact ? STOP : NULL);
		scene_free(&scene);
	}
}

static void test_holders_unknown(void **state)
{
	struct scene scene;
	struct disk *disk;

	(void)state;
	scene_init(&scene, NVME);
	usage_unknown(scene.usage, USAGE_CLAIMS, "/dev/sda: Permission denied");
	disk = add_disk(&scene, "sda");
	expect_pass(&scene, "holders", NULL); /* the others could be asked */
	disk->claimed = TRI_UNKNOWN;
	expect(&scene, "holders", GUARD_UNKNOWN,
	       "whether its disks are held is unknown: /dev/sda: Permission denied",
	       "make sure that nothing holds them"
	       ", or --force=holders");
	scene_free(&scene);

	scene_init(&scene, NVME);
	add_disk(&scene, "sda")->claimed = TRI_UNKNOWN;
	expect(&scene, "holders", GUARD_UNKNOWN, "whether sda is held is unknown",
	       "make sure that nothing holds them"
	       ", or --force=holders");
	scene_free(&scene);

	scene_init(&scene, NVME);
	usage_unknown(scene.usage, USAGE_USERS, "not every process could be looked at");
	expect_pass(&scene, "holders", NULL);
	add_disk(&scene, "sda");
	expect(&scene, "holders", GUARD_UNKNOWN,
	       "which processes use it is unknown: not every process could be looked at",
	       AS_ROOT ", or --force=holders");
	scene_free(&scene);
}

/* --- kdump, resume ------------------------------------------------------------------------ */

static void test_kdump(void **state)
{
	struct scene scene;
	struct disk *disk;

	(void)state;
	scene_init(&scene, NVME);
	usage_unknown(scene.usage, USAGE_DUMP, "/etc/kdump.conf: Permission denied");
	expect_pass(&scene, "kdump", NULL);
	add_disk(&scene, "sda");
	expect(&scene, "kdump", GUARD_UNKNOWN,
	       "where a crash kernel writes its dump is unknown: /etc/kdump.conf: Permission "
	       "denied",
	       "unload the crash kernel (kexec -p -u)"
	       ", or --force=kdump");
	disk = add_disk(&scene, "sda5");
	disk->dump = xstrdup("/var/crash");
	disk->dump_is_certain = true;
	expect(&scene, "kdump", GUARD_REFUSE,
	       "a loaded crash kernel writes its dump to sda5 (/var/crash)",
	       "have it written elsewhere, or --force=kdump");
	add_disk(&scene, "sda6")->dump = xstrdup("/var/crash");
	expect(&scene, "kdump", GUARD_REFUSE,
	       "a loaded crash kernel writes its dump to sda5 (/var/crash) and a loaded crash "
	       "kernel may write its dump to sda6 (/var/crash)",
	       "have it written elsewhere, or --force=kdump");
	scene_free(&scene);

	scene_init(&scene, NVME);
	add_disk(&scene, "sda");
	expect_pass(&scene, "kdump", NULL);
	scene_free(&scene);
}

static void test_resume(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, NVME);
	usage_unknown(scene.usage, USAGE_RESUME, "/sys/power/resume: Permission denied");
	expect_pass(&scene, "resume", NULL);
	add_disk(&scene, "sda");
	expect(&scene, "resume", GUARD_UNKNOWN,
	       "what the kernel resumes from is unknown: /sys/power/resume: Permission denied",
	       "make sure that it is none of its disks"
	       ", or --force=resume");
	add_disk(&scene, "sda2")->is_resume = true;
	expect(&scene, "resume", GUARD_REFUSE, "the kernel resumes from hibernation from sda2",
	       "remove resume= from the kernel command line and reboot, or --force=resume");
	scene_free(&scene);

	scene_init(&scene, NVME);
	add_disk(&scene, "sda");
	expect_pass(&scene, "resume", NULL);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_root_perhaps),
		cmocka_unit_test(test_root_unknown),
		cmocka_unit_test(test_driver_unknown),
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_swap_unknown),
		cmocka_unit_test(test_mounted),
		cmocka_unit_test(test_mounted_root),
		cmocka_unit_test(test_mounted_unknown),
		cmocka_unit_test(test_other_device),
		cmocka_unit_test(test_holders),
		cmocka_unit_test(test_holders_by_process),
		cmocka_unit_test(test_holders_explained),
		cmocka_unit_test(test_holders_unknown),
		cmocka_unit_test(test_kdump),
		cmocka_unit_test(test_resume),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
