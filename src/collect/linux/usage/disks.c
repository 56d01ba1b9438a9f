/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disks whose data comes through some devices, and what the host does with them: marks are put
 * on block devices (disks.h), then gathered for each disk from what is stacked upon it.
 */
#include "collect/linux/usage/disks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* --- which disks there are ---------------------------------------------------------------- */

static void add_disk(struct storage *storage, const struct device *device, const char *name)
{
	struct usage *usage = storage->question->usage;

	for (size_t i = 0; i < usage->nr_disks; i++)
		if (usage->disks[i].device == device && strcmp(usage->disks[i].name, name) == 0)
			return;
	usage_add_disk(usage, device, name);
}

/* Return: the length of the digits that @text begins with. */
static size_t digits(const char *text)
{
	return strspn(text, "0123456789");
}

/*
 * With native multipath the kernel shows each path to a namespace as a hidden disk "nvme0c1n2"
 * below its controller, and the namespace as "nvme0n2" below the subsystem
 * (drivers/nvme/host/core.c).
 *
 * Return: the name of the namespace, to be freed, or NULL when @path is no such name.
 */
static char *name_of_head(const char *path)
{
	static const char nvme[] = "nvme";
	const char *subsystem = path + strlen(nvme), *controller, *namespace;

	if (strncmp(path, nvme, strlen(nvme)) != 0)
		return NULL;
	controller = subsystem + digits(subsystem);
	if (*controller != 'c' || controller == subsystem)
		return NULL;
	namespace = controller + 1 + digits(controller + 1);
	if (*namespace != 'n' || namespace == controller + 1)
		return NULL;
	return xasprintf("%.*s%s", (int)(controller - path), path, namespace);
}

static void add_head(struct storage *storage, const struct device *device, const char *path)
{
	_cleanup_free_ char *name = name_of_head(path);
	const struct block *head = name ? find_block(storage, name) : NULL;

	if (!head)
		return;
	add_disk(storage, device, head->name);
	for (size_t i = 0; i < storage->nr_blocks; i++)
		if (storage->blocks[i].whole == head)
			add_disk(storage, device, storage->blocks[i].name);
}

static void found_disk(void *closure, const struct device *device, const char *name,
		       const char *path)
{
	struct storage *storage = closure;
	const struct block *block = find_block(storage, name);

	(void)path;
	if (!block)
		usage_unknown(storage->question->usage, USAGE_BELOW,
			      "/sys/class/block/%s appeared while the disks were read; try again",
			      name);
	else if (is_hidden(storage, block))
		add_head(storage, device, name);
	else
		add_disk(storage, device, name);
}

static int compare_disks(const void *a, const void *b)
{
	const struct disk *one = a, *two = b;

	if (one->device != two->device) /* the machine has them by address */
		return one->device < two->device ? -1 : 1;
	return strverscmp(one->name, two->name); /* sda2 before sda10 */
}

/* Return: whether there are any. */
static bool find_disks(struct storage *storage)
{
	const struct source *source = storage->question->source;
	struct usage *usage = storage->question->usage;
	int r = blocks_load(storage);

	if (r == 0)
		r = each_of_class(storage->question, "block", found_disk, storage);
	if (r == -ENOENT && source->live)
		r = 0; /* a kernel without block devices */
	if (r < 0)
		usage_unknown(usage, USAGE_BELOW, "/sys/class/block: %s",
			      r == -ENOENT ? "a capture does not have it" : strerror(-r));
	if (usage->nr_disks)
		qsort(usage->disks, usage->nr_disks, sizeof(*usage->disks), compare_disks);
	return usage->nr_disks > 0;
}

/* --- from the blocks to the disks ------------------------------------------------------------ */

/* @from may come from anywhere: text in messages stays on one line. */
static void merge(struct strings *to, const struct strings *from)
{
	for (size_t i = 0; i < from->nr; i++) {
		_cleanup_free_ char *item = xstrdup(from->items[i]);

		flatten(item);
		if (!strings_contain(to, item))
			strings_add(to, item);
	}
}

/* Calls @gather for the disk itself, then for all that is stacked upon it. */
static void each_carrier(const struct storage *storage, struct disk *disk,
			 void (*gather)(const struct storage *storage, struct disk *disk,
					const struct block *block))
{
	const struct block *block = find_block(storage, disk->name);

	if (block)
		gather(storage, disk, block);
	for (size_t i = 0; i < disk->stacked.nr; i++) {
		block = find_block(storage, disk->stacked.items[i]);
		if (block)
			gather(storage, disk, block);
	}
}

static void gather_use(const struct storage *storage, struct disk *disk, const struct block *block)
{
	(void)storage;
	merge(&disk->mounts, &block->mounts);
	merge(&disk->swaps, &block->swaps);
	disk->has_root |= block->is_root;
	disk->is_resume |= block->is_resume;
	if (block->dump && !disk->dump) {
		disk->dump = xstrdup(block->dump);
		flatten(disk->dump);
		disk->dump_is_certain = true;
	}
}

static void gather_outside(const struct storage *storage, struct disk *disk,
			   const struct block *block)
{
	(void)storage;
	for (size_t i = 0; i < block->outside.nr; i++) {
		char *text = xstrdup(block->outside.items[i]);

		flatten(text);
		disk_add_holder(disk, HOLDER_ELSEWHERE, text);
	}
}

/* --- claims that nothing explains ------------------------------------------------------- */

static bool is_used(const struct block *block)
{
	return block->mounts.nr || block->swaps.nr || block->outside.nr || block->holders.nr;
}

/* A claim of a partition is one of its disk, and the other way round. */
static bool is_mystery(const struct storage *storage, const struct block *block)
{
	if (block->claimed != TRI_YES || is_used(block) || (block->whole && is_used(block->whole)))
		return false;
	for (size_t i = 0; i < storage->nr_blocks; i++) {
		const struct block *part = &storage->blocks[i];

		if (part->whole == block && (part->claimed == TRI_YES || is_used(part)))
			return false;
	}
	return true;
}

/*
 * What cannot be traced may be on whatever is claimed by somebody that we do not see; the layers of
 * an overlay also on what is mounted.
 */
static void gather_strays(const struct storage *storage, struct disk *disk,
			  const struct block *block)
{
	bool mystery = is_mystery(storage, block);

	if (storage->stray_root && !disk->has_root &&
	    (mystery || (storage->stray_is_layered && disk->mounts.nr))) {
		char *text = xstrdup(storage->stray_root);

		flatten(text);
		disk->has_root = true;
		disk_add_holder(disk, HOLDER_PERHAPS_ROOT, text);
	}
	if (mystery && storage->stray_dump && !disk->dump) {
		disk->dump = xstrdup(storage->stray_dump);
		flatten(disk->dump);
	}
}

static bool has_mysteries(const struct storage *storage)
{
	const struct usage *usage = storage->question->usage;

	for (size_t i = 0; i < usage->nr_disks; i++) {
		const struct disk *disk = &usage->disks[i];
		const struct block *block = find_block(storage, disk->name);

		if (disk->claimed == TRI_YES && !disk->mounts.nr && !disk->swaps.nr &&
		    (disk->stacked.nr || (block && is_mystery(storage, block))))
			return true;
	}
	return false;
}

static void collect_claims(struct storage *storage)
{
	const struct source *source = storage->question->source;
	struct usage *usage = storage->question->usage;
	bool strays = storage->stray_root || storage->stray_dump;

	mark_claims(storage, strays);
	if (!source->live && storage->stray_root)
		usage_unknown(usage, USAGE_MOUNTS,
			      "the root file system (%s) cannot be traced to disks",
			      storage->stray_root);
	if (!source->live && storage->stray_dump)
		usage_unknown(usage, USAGE_DUMP, "%s cannot be traced to disks",
			      storage->stray_dump);
	if (source->live && has_mysteries(storage))
		mark_outside(storage);
	for (size_t i = 0; i < usage->nr_disks; i++) {
		struct disk *disk = &usage->disks[i];

		if (disk->claimed == TRI_YES && !disk->mounts.nr && !disk->swaps.nr)
			each_carrier(storage, disk, gather_outside);
		if (strays)
			each_carrier(storage, disk, gather_strays);
	}
}

static void collect_use(struct storage *storage)
{
	struct usage *usage = storage->question->usage;

	mark_mounts(storage);
	mark_swaps(storage);
	mark_resume(storage);
	mark_dump(storage);
	for (size_t i = 0; i < usage->nr_disks; i++) {
		struct disk *disk = &usage->disks[i];
		struct block *block = find_block(storage, disk->name);

		if (block)
			stack_upon(storage, block, &disk->stacked);
		each_carrier(storage, disk, gather_use);
	}
}

void storage_free(struct storage *storage)
{
	for (size_t i = 0; i < storage->nr_pools; i++)
		strings_free(&storage->pools[i]);
	free(storage->pools);
	free(storage->stray_root);
	free(storage->stray_dump);
	mounts_free(&storage->mounts);
	blocks_free(storage);
}

void collect_disks(const struct usage_question *question)
{
	struct storage storage = { .question = question };

	if (find_disks(&storage)) {
		collect_use(&storage);
		collect_claims(&storage);
	}
	storage_free(&storage);
}
