/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of the disks below a device. */
#include "bind/linux/guards/below.h"
#include "bind/linux/guards/list.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

/* What has to be known for a pass: without a disk nothing about disks. */
static unsigned disk_parts(const struct guard_question *question, unsigned parts)
{
	return PART(USAGE_BELOW) | (next_disk(question, NULL) ? parts : 0);
}

static char *holder_text(const struct disk *disk, const struct disk_holder *holder)
{
	switch (holder->kind) {
	case HOLDER_PROCESS:
		break;
	case HOLDER_ELSEWHERE:
		return xasprintf("%s is mounted on %s", disk->name, holder->text);
	case HOLDER_PERHAPS_ROOT:
		return xasprintf("%s holds perhaps the root file system (%s)", disk->name,
				 holder->text);
	}
	return xasprintf("%s is held by %s", disk->name, holder->text);
}

/* The root file system may be thought to be on a disk for want of better knowledge. */
static char *root_text(const struct disk *disk)
{
	for (size_t i = 0; i < disk->nr_holders; i++)
		if (disk->holders[i].kind == HOLDER_PERHAPS_ROOT)
			return holder_text(disk, &disk->holders[i]);
	return xasprintf("%s holds the root file system", disk->name);
}

struct guard_finding ask_root(const struct guard_question *question)
{
	struct strings seen = { 0 };

	for (const struct disk *disk = NULL; (disk = next_disk(question, disk));)
		if (disk->has_root)
			strings_take(&seen, root_text(disk));
	if (seen.nr > 0)
		return guard_refuse_seen(question, NULL, &seen, "leave it with the host");
	return guard_pass_if_known(question, NULL, disk_parts(question, PART(USAGE_MOUNTS)), NULL);
}

struct guard_finding ask_swap(const struct guard_question *question)
{
	struct strings seen = { 0 }, swaps = { 0 };
	struct guard_finding finding;
	char *joined, *next;

	for (const struct disk *disk = NULL; (disk = next_disk(question, disk));) {
		for (size_t i = 0; i < disk->swaps.nr; i++) {
			const char *swap = disk->swaps.items[i];

			strings_take(&seen,
				     xasprintf("%s holds the swap space %s", disk->name, swap));
			if (!strings_contain(&swaps, swap))
				strings_add(&swaps, swap);
		}
	}
	if (seen.nr == 0)
		return guard_pass_if_known(question, NULL, disk_parts(question, PART(USAGE_SWAPS)),
					   NULL);
	joined = strings_join(&swaps, " ");
	next = xasprintf("swapoff %s", joined);
	finding = guard_refuse_seen(question, NULL, &seen, next);
	strings_free(&swaps);
	free(joined);
	free(next);
	return finding;
}

static char *not_mounted(const struct guard_question *question)
{
	const struct disk *first = next_disk(question, NULL);
	size_t nr = 0;

	for (const struct disk *disk = NULL; (disk = next_disk(question, disk));) {
		if (disk->mounts.nr > 0)
			return NULL;
		nr++;
	}
	if (nr == 0)
		return NULL;
	return nr == 1 ? xasprintf("%s is not mounted", first->name)
		       : xasprintf("none of its %zu disks and partitions is mounted", nr);
}

struct guard_finding ask_mounted(const struct guard_question *question)
{
	struct strings seen = { 0 };

	for (const struct disk *disk = NULL; (disk = next_disk(question, disk));)
		for (size_t i = 0; i < disk->mounts.nr; i++)
			/* The root is refused as such. */
			if (!disk->has_root || strcmp(disk->mounts.items[i], "/") != 0)
				strings_take(&seen, xasprintf("%s is mounted on %s", disk->name,
							      disk->mounts.items[i]));
	if (seen.nr > 0)
		return guard_refuse_seen(question, "mounted", &seen, "unmount it");
	return guard_pass_if_known(question, "mounted", disk_parts(question, PART(USAGE_MOUNTS)),
				   not_mounted(question));
}

/* --- who holds a disk --------------------------------------------------------------------- */

/* "sda2" of "sda", "nvme0n1p2" of "nvme0n1" */
static bool is_partition_of(const char *name, const char *disk)
{
	size_t length = strlen(disk);
	const char *number = name + length;

	if (length == 0 || strncmp(name, disk, length) != 0)
		return false;
	if (disk[length - 1] >= '0' && disk[length - 1] <= '9' && *number++ != 'p')
		return false;
	return *number && strspn(number, "0123456789") == strlen(number);
}

static bool has_cause(const struct disk *disk)
{
	return disk->mounts.nr > 0 || disk->swaps.nr > 0 || disk->stacked.nr > 0 ||
	       disk->nr_holders > 0 || disk->has_root;
}

/*
 * Whether an exclusive holder is known by another name: who claims a partition claims its disk, and
 * the other way round (block/bdev.c, bd_may_claim).
 */
static bool claim_is_explained(const struct guard_question *question, const struct disk *claimed)
{
	if (has_cause(claimed))
		return true;
	for (const struct disk *disk = NULL; (disk = next_disk(question, disk));) {
		if (is_partition_of(disk->name, claimed->name) &&
		    (has_cause(disk) || disk->claimed == TRI_YES))
			return true;
		if (is_partition_of(claimed->name, disk->name) && has_cause(disk))
			return true;
	}
	return false;
}

static void see_holders(const struct guard_question *question, const struct disk *disk,
			struct strings *seen)
{
	if (disk->stacked.nr > 0) {
		char *stacked = list_text(&disk->stacked);

		strings_take(seen, xasprintf("%s is held by %s", disk->name, stacked));
		free(stacked);
	}
	for (size_t i = 0; i < disk->nr_holders; i++)
		strings_take(seen, holder_text(disk, &disk->holders[i]));
	if (disk->claimed == TRI_YES && !claim_is_explained(question, disk))
		strings_take(seen, xasprintf("%s is held exclusively (by the kernel: ZFS, for "
					     "instance, or a mount in another namespace)",
					     disk->name));
}

struct guard_finding ask_holders(const struct guard_question *question)
{
	const char *const name = "holders";
	struct strings seen = { 0 };
	unsigned parts = disk_parts(question, PART(USAGE_USERS));
	const struct disk *untold = NULL;
	struct guard_finding finding;

	for (const struct disk *disk = NULL; (disk = next_disk(question, disk));) {
		see_holders(question, disk, &seen);
		if (disk->claimed == TRI_UNKNOWN)
			untold = disk;
	}
	if (seen.nr > 0)
		return guard_refuse_seen(question, name, &seen, "stop what holds it");
	if (untold)
		parts |= PART(USAGE_CLAIMS);
	finding = guard_pass_if_known(question, name, parts, NULL);
	if (untold && finding.answer == GUARD_PASS && may_serve_host(question->device))
		return guard_unknown(question, name,
				     xasprintf("whether %s is held is unknown", untold->name),
				     part_next(question, USAGE_CLAIMS));
	return finding;
}

/* --- what the kernel comes back to -------------------------------------------------------- */

static char *dump_text(const struct disk *disk)
{
	return xasprintf("a loaded crash kernel %s its dump to %s (%s)",
			 disk->dump_is_certain ? "writes" : "may write", disk->name, disk->dump);
}

struct guard_finding ask_kdump(const struct guard_question *question)
{
	struct strings seen = { 0 };

	for (const struct disk *disk = NULL; (disk = next_disk(question, disk));)
		if (disk->dump)
			strings_take(&seen, dump_text(disk));
	if (seen.nr > 0)
		return guard_refuse_seen(question, "kdump", &seen, "have it written elsewhere");
	return guard_pass_if_known(question, "kdump", disk_parts(question, PART(USAGE_DUMP)), NULL);
}

struct guard_finding ask_resume(const struct guard_question *question)
{
	struct strings seen = { 0 };

	for (const struct disk *disk = NULL; (disk = next_disk(question, disk));)
		if (disk->is_resume)
			strings_take(&seen, xasprintf("the kernel resumes from hibernation from %s",
						      disk->name));
	if (seen.nr > 0)
		return guard_refuse_seen(question, "resume", &seen,
					 "remove resume= from the kernel command line and reboot");
	return guard_pass_if_known(question, "resume", disk_parts(question, PART(USAGE_RESUME)),
				   NULL);
}
