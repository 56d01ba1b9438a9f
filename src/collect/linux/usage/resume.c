/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which block device the kernel resumes from after hibernation. */
#include "collect/linux/usage/disks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

/*
 * What the next boot will be told. Where /dev/disk/ is missing, what the kernel itself has in
 * @set counts alone.
 */
static void mark_told(const struct storage *storage, bool set)
{
	_cleanup_free_ char *spec = kernel_option(storage->question->machine, "resume=");
	struct block *block = NULL;
	int r;

	if (!spec || !*spec)
		return;
	r = find_block_of_spec(storage, spec, &block);
	if (block)
		block->is_resume = true;
	else if (r < 0 && !set)
		usage_unknown(storage->question->usage, USAGE_RESUME,
			      "resume=%s in the kernel's command line: %s", spec,
			      r == -ENOENT ? "there is nothing in /dev/disk to look it up"
					   : "this form is not known here");
}

void mark_resume(struct storage *storage)
{
	const struct source *source = storage->question->source;
	_cleanup_close_ int dir = source_open_dir(source, "sys/power");
	unsigned major = 0, minor = 0;
	struct block *block;
	char text[32];
	ssize_t n = dir < 0 ? dir : read_attribute(source, dir, "resume", text, sizeof(text));

	if (n == -ENOENT && source->live)
		return; /* a kernel that does not hibernate */
	if (n >= 0 && parse_number_pair(text, &major, &minor) < 0)
		n = -EINVAL;
	if (n < 0) {
		usage_unknown(storage->question->usage, USAGE_RESUME, "/sys/power/resume: %s",
			      n == -ENOENT ? "a capture does not have it" : strerror((int)-n));
		return;
	}
	block = find_block_numbered(storage, major, minor);
	if (block)
		block->is_resume = true;
	mark_told(storage, major || minor);
}
