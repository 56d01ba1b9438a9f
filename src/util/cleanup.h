/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scope-bound release of local temporaries; objects with several resources use goto instead. */
#ifndef IOMMUTOOL_CLEANUP_H
#define IOMMUTOOL_CLEANUP_H

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define _cleanup_free_ __attribute__((cleanup(cleanup_free)))
#define _cleanup_close_ __attribute__((cleanup(cleanup_close)))
#define _cleanup_dir_ __attribute__((cleanup(cleanup_dir)))

#endif
