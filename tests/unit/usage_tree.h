/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices in a hand-made tree, below the PCI functions of a hand-made machine. */
#ifndef IOMMUTOOL_TEST_USAGE_TREE_H
#define IOMMUTOOL_TEST_USAGE_TREE_H

#include "collect/linux/usage/parts.h"
#include "tree.h"
#include "util/alloc.h"
#include "world.h"

/* A SATA controller and two NVMe controllers; 0000:01:00.0 and 0000:02:00.0. */
#define SATA "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block"
#define NVME1 "pci0000:00/0000:00:01.0/0000:01:00.0/nvme/nvme0"
#define NVME2 "pci0000:00/0000:00:01.1/0000:02:00.0/nvme/nvme1"
#define VIRTUAL "virtual/block"

struct usage_tree {
	struct tree tree;
	struct world world;
	const struct device *sata, *nvme1, *nvme2;
	bool wanted[WORLD_MAX];
	bool live; /* take the tree for this machine */
	struct usage *usage;
};

static inline void usage_tree_make(struct usage_tree *t)
{
	*t = (struct usage_tree){ 0 };
	tree_make(&t->tree);
	tree_dir(&t->tree, "sys/class/block");
	tree_dir(&t->tree, "sys/bus");
	world_init(&t->world);
	t->sata = world_device(&t->world, 0, 0, 0x1f, 2, 0x010601);
	t->nvme1 = world_device(&t->world, 0, 1, 0, 0, 0x010802);
	t->nvme2 = world_device(&t->world, 0, 2, 0, 0, 0x010802);
	t->wanted[0] = t->wanted[1] = t->wanted[2] = true;
}

static inline void usage_tree_remove(struct usage_tree *t)
{
	usage_free(t->usage);
	tree_remove(&t->tree);
}

__attribute__((format(printf, 3, 4))) static inline void
usage_tree_text(const struct usage_tree *t, const char *text, const char *format, ...)
{
	char path[PATH_MAX];
	va_list ap;

	va_start(ap, format);
	vsnprintf(path, sizeof(path), format, ap);
	va_end(ap);
	tree_text(&t->tree, path, text);
}

/* A block device in the folder sys/devices/@place; @number is "8:1\n". */
static inline void put_block(const struct usage_tree *t, const char *place, const char *name,
			     const char *number)
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(path, sizeof(path), "sys/devices/%s/%s/holders", place, name);
	tree_dir(&t->tree, path);
	if (number)
		usage_tree_text(t, number, "sys/devices/%s/%s/dev", place, name);
	snprintf(path, sizeof(path), "sys/class/block/%s", name);
	snprintf(target, sizeof(target), "../../devices/%s/%s", place, name);
	tree_link(&t->tree, path, target);
}

/* Stacks @upper upon @lower, as the kernel shows it: a link in each. */
static inline void put_upon(const struct usage_tree *t, const char *lower, const char *upper)
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(path, sizeof(path), "sys/class/block/%s/holders/%s", lower, upper);
	snprintf(target, sizeof(target), "../../../../../virtual/block/%s", upper);
	tree_link(&t->tree, path, target);
	snprintf(path, sizeof(path), "sys/class/block/%s/slaves", upper);
	tree_dir(&t->tree, path);
	snprintf(path, sizeof(path), "sys/class/block/%s/slaves/%s", upper, lower);
	tree_link(&t->tree, path, "../../anywhere");
}

static inline const struct usage *collected_usage(struct usage_tree *t)
{
	struct source source;
	struct usage_question question;

	usage_free(t->usage);
	t->usage = usage_new();
	tree_open(&t->tree, &source);
	source.live = t->live;
	question = (struct usage_question){ &source, &t->world.machine, t->wanted, t->usage };
	collect_disks(&question);
	source_close(&source);
	return t->usage;
}

static inline const struct disk *disk_named(const struct usage *usage, const struct device *device,
					    const char *name)
{
	for (size_t i = 0; i < usage->nr_disks; i++)
		if (usage->disks[i].device == device && strcmp(usage->disks[i].name, name) == 0)
			return &usage->disks[i];
	fail_msg("%s below %s was not collected", name, device->name);
	return NULL;
}

/* Compares a list with what it should be, joined by commas. */
#define assert_list(list, wanted)                                                                  \
	do {                                                                                       \
		char *joined_ = strings_join(&(list), ",");                                        \
		assert_string_equal(joined_, wanted);                                              \
		free(joined_);                                                                     \
	} while (0)

/* Compares the holders of a disk, each with its kind. */
static inline void assert_holders(const struct disk *disk, const char *wanted)
{
	static const char *const kinds[] = {
		[HOLDER_PROCESS] = "process",
		[HOLDER_ELSEWHERE] = "elsewhere",
		[HOLDER_PERHAPS_ROOT] = "perhaps root",
	};
	struct strings holders = { 0 };

	for (size_t i = 0; i < disk->nr_holders; i++)
		strings_take(&holders, xasprintf("%s: %s", kinds[disk->holders[i].kind],
						 disk->holders[i].text));
	assert_list(holders, wanted);
	strings_free(&holders);
}

#define assert_unknown(usage, part, text)                                                          \
	do {                                                                                       \
		assert_non_null((usage)->unknown[part]);                                           \
		assert_non_null(strstr((usage)->unknown[part], text));                             \
		assert_null(strchr((usage)->unknown[part], '\n'));                                 \
	} while (0)

#define assert_known(usage, part)                                                                  \
	do {                                                                                       \
		if ((usage)->unknown[part])                                                        \
			fail_msg("%s is unknown: %s", #part, (usage)->unknown[part]);              \
	} while (0)

#endif
