/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block devices of /sys/class/block, and which of them is upon which. */
#include "collect/linux/usage/disks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define FOLDER "sys/class/block"
#define STRANGERS_MAX 64 /* holders that appeared after the list was read */

static int open_block(const struct storage *storage, const struct block *block)
{
	_cleanup_free_ char *path = xasprintf(FOLDER "/%s", block->name);

	return source_open_dir(storage->question->source, path);
}

static int compare_block(const void *name, const void *block)
{
	return strcmp(name, ((const struct block *)block)->name);
}

struct block *find_block(const struct storage *storage, const char *name)
{
	if (!storage->nr_blocks)
		return NULL;
	return bsearch(name, storage->blocks, storage->nr_blocks, sizeof(*storage->blocks),
		       compare_block);
}

struct block *find_block_numbered(const struct storage *storage, unsigned major, unsigned minor)
{
	for (size_t i = 0; i < storage->nr_blocks; i++) {
		struct block *block = &storage->blocks[i];

		if (block->has_number && block->major == major && block->minor == minor)
			return block;
	}
	return NULL;
}

static void read_numbers(const struct storage *storage, struct block *block)
{
	_cleanup_close_ int dir = open_block(storage, block);
	char text[32];

	if (dir >= 0 &&
	    read_attribute(storage->question->source, dir, "dev", text, sizeof(text)) > 0)
		block->has_number = parse_number_pair(text, &block->major, &block->minor) == 0;
}

/*
 * A partition's folder is in that of its disk: "../../devices/.../block/sda/sda1". The heads of
 * NVMe namespaces are "virtual" to the kernel, but have hardware of their own.
 */
static void read_place(struct storage *storage, int dir, struct block *block)
{
	char target[2048], *end;
	ssize_t n = readlinkat(dir, block->name, target, sizeof(target) - 1);
	const char *parent;
	struct block *whole;

	block->is_virtual = true;
	if (n < 0)
		return;
	target[n] = '\0';
	block->is_virtual = strstr(target, "/devices/virtual/") &&
			    !strstr(target, "/devices/virtual/nvme-");
	end = strrchr(target, '/');
	if (!end)
		return;
	*end = '\0';
	parent = strrchr(target, '/');
	whole = parent ? find_block(storage, parent + 1) : NULL;
	if (!whole || whole == block)
		return;
	block->whole = whole;
	whole->has_partitions = true;
}

int blocks_load(struct storage *storage)
{
	const struct source *source = storage->question->source;
	_cleanup_close_ int dir = source_open_dir(source, FOLDER);
	struct strings names = { 0 };
	int r = dir < 0 ? dir : source_list(source, FOLDER, &names);

	if (r < 0)
		return r;
	storage->blocks = xcalloc(names.nr, sizeof(*storage->blocks));
	storage->nr_blocks = names.nr;
	for (size_t i = 0; i < names.nr; i++)
		storage->blocks[i] =
			(struct block){ .name = names.items[i], .claimed = TRI_UNKNOWN };
	free(names.items);
	for (size_t i = 0; i < storage->nr_blocks; i++) {
		read_place(storage, dir, &storage->blocks[i]);
		read_numbers(storage, &storage->blocks[i]);
	}
	return 0;
}

void blocks_free(struct storage *storage)
{
	for (size_t i = 0; i < storage->nr_blocks; i++) {
		struct block *block = &storage->blocks[i];

		free(block->name);
		free(block->dump);
		strings_free(&block->holders);
		strings_free(&block->loops);
		strings_free(&block->mounts);
		strings_free(&block->swaps);
		strings_free(&block->outside);
	}
	free(storage->blocks);
	storage->blocks = NULL;
	storage->nr_blocks = 0;
}

bool is_hidden(const struct storage *storage, const struct block *block)
{
	_cleanup_close_ int dir = open_block(storage, block);
	uint64_t hidden;

	return dir >= 0 &&
	       read_number(storage->question->source, dir, "hidden", 10, 1, &hidden) == 0 &&
	       hidden == 1;
}

/* --- upward ------------------------------------------------------------------------------- */

/* The way through a graph that may have cycles: each block is in the queue once. */
struct walk {
	struct storage *storage;
	bool *reached; /* one a block */
	struct block **queue;
	size_t nr, nr_strangers;
};

static bool reach(struct walk *walk, struct block *block)
{
	size_t i = (size_t)(block - walk->storage->blocks);

	if (walk->reached[i])
		return false;
	walk->reached[i] = true;
	walk->queue[walk->nr++] = block;
	return true;
}

static void step_to(struct walk *walk, const struct strings *uppers, struct strings *stacked)
{
	for (size_t i = 0; i < uppers->nr; i++) {
		const char *name = uppers->items[i];
		struct block *upper = find_block(walk->storage, name);

		if (upper && !reach(walk, upper))
			continue;
		if (!upper &&
		    (walk->nr_strangers == STRANGERS_MAX || strings_contain(stacked, name)))
			continue;
		walk->nr_strangers += !upper;
		strings_add(stacked, name);
	}
}

static void step_to_partitions(struct walk *walk, const struct block *block,
			       struct strings *stacked)
{
	for (size_t i = 0; i < walk->storage->nr_blocks; i++) {
		struct block *part = &walk->storage->blocks[i];

		if (part->whole == block && reach(walk, part))
			strings_add(stacked, part->name);
	}
}

static void read_holders(const struct storage *storage, struct block *block)
{
	_cleanup_free_ char *path = xasprintf(FOLDER "/%s/holders", block->name);

	if (!block->holders_read)
		source_list(storage->question->source, path, &block->holders);
	block->holders_read = true;
}

void stack_upon(struct storage *storage, struct block *block, struct strings *stacked)
{
	_cleanup_free_ bool *reached = xcalloc(storage->nr_blocks, sizeof(*reached));
	_cleanup_free_ struct block **queue = xcalloc(storage->nr_blocks, sizeof(struct block *));
	struct walk walk = { storage, reached, queue, 0, 0 };

	reach(&walk, block);
	for (size_t i = 0; i < walk.nr; i++) {
		read_holders(storage, queue[i]);
		step_to(&walk, &queue[i]->holders, stacked);
		step_to(&walk, &queue[i]->loops, stacked);
		/* Those of the disk itself are disks of their own in usage. */
		if (i > 0 && queue[i]->has_partitions)
			step_to_partitions(&walk, queue[i], stacked);
	}
}

/* --- downward ----------------------------------------------------------------------------- */

/* Return: whether there is something below @block, all of it in the queue now. */
static bool step_down(struct walk *walk, const struct block *block)
{
	_cleanup_free_ char *path = xasprintf(FOLDER "/%s/slaves", block->name);
	struct strings names = { 0 };
	bool known;

	if (block->whole) {
		reach(walk, (struct block *)block->whole);
		return true;
	}
	known = source_list(walk->storage->question->source, path, &names) == 0 && names.nr > 0;
	for (size_t i = 0; i < names.nr; i++) {
		struct block *lower = find_block(walk->storage, names.items[i]);

		known = known && lower;
		if (lower)
			reach(walk, lower);
	}
	strings_free(&names);
	return known;
}

bool is_on_hardware(const struct storage *storage, const struct block *block)
{
	_cleanup_free_ bool *reached = xcalloc(storage->nr_blocks, sizeof(*reached));
	_cleanup_free_ struct block **queue = xcalloc(storage->nr_blocks, sizeof(struct block *));
	struct walk walk = { (struct storage *)storage, reached, queue, 0, 0 };
	bool found = false; /* a loop of links leads to none */

	reach(&walk, (struct block *)block);
	for (size_t i = 0; i < walk.nr; i++) {
		bool hardware = !queue[i]->is_virtual || queue[i]->is_traced;

		found |= hardware;
		if (!hardware && !step_down(&walk, queue[i]))
			return false;
	}
	return found;
}
