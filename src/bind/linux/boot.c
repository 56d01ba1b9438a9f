/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the journal of Linux is, and which boot it is from. */
#include <errno.h>
#include <fcntl.h>

#include "bind/journal.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

const char *journal_path(const struct source *source)
{
	(void)source;
	return "/run/iommutool";
}

int read_boot_id(const struct source *source, char id[BOOT_ID_SIZE], struct error *err)
{
	const struct source live = { .live = true };
	ssize_t n = read_attribute(&live, AT_FDCWD, BOOT_ID, id, BOOT_ID_SIZE);

	(void)source;
	return n > 0 ? 0
		     : fail(err, n < 0 ? (int)n : -EIO, BOOT_ID ": cannot be read; mount /proc");
}
