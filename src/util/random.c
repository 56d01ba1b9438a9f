/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random bytes of the kernel. */
#include "util/random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *bytes, size_t size)
{
	char *at = bytes;

	while (size > 0) {
		ssize_t nr = getrandom(at, size, 0);

		if (nr < 0 && errno == EINTR)
			continue;
		if (nr < 0) {
			/* Without them a pattern could be foreseen, and a check could not fail. */
			fprintf(stderr, "iommutool: getrandom: the kernel has no random bytes\n");
			exit(2);
		}
		at += nr;
		size -= (size_t)nr;
	}
}
