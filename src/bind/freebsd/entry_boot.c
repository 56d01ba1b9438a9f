/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which boot of FreeBSD the journal is from. */
#include "bind/freebsd/boot.h"

int read_boot_id(const struct source *source, char id[BOOT_ID_SIZE], struct error *err)
{
	return freebsd_boot_id(source->os, id, err);
}
