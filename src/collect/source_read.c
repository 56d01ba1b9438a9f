/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading files in directories of a source; to open those is the system's (source_open_dir). */
#include "collect/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
#define FILE_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

/* Opening a device node can do things; a capture might hold one. */
static int refuse_special(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISREG(st.st_mode))
		return 0;
	return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
}

int source_open_file(const struct source *source, int dir, const char *name)
{
	int fd, r;

	if (!source->live) {
		r = refuse_special(dir, name);
		if (r < 0)
			return r;
	}
	fd = openat(dir, name, FILE_FLAGS);
	return fd < 0 ? -errno : fd;
}

/* Reads to the end or until the buffer is full. */
static ssize_t read_up_to(int fd, uint8_t *buffer, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t n = read(fd, buffer + length, size - length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		length += (size_t)n;
	}
	return (ssize_t)length;
}

int source_read(const struct source *source, const char *path, size_t max, uint8_t **bytes,
		size_t *length)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *parent =
		xasprintf("%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	_cleanup_close_ int dir = source_open_dir(source, parent);
	_cleanup_close_ int fd = dir < 0 ? dir
					 : source_open_file(source, dir, slash ? slash + 1 : path);
	size_t size = 4096;
	uint8_t *buffer = NULL;
	ssize_t n;

	if (fd < 0)
		return fd;
	for (*length = 0;; size *= 2) {
		buffer = xreallocarray(buffer, size + 1, 1);
		n = read_up_to(fd, buffer + *length, size - *length);
		if (n < 0)
			break;
		*length += (size_t)n;
		if (*length > max)
			n = -EFBIG;
		if (*length < size || n < 0)
			break;
	}
	if (n < 0) {
		free(buffer);
		return (int)n;
	}
	buffer[*length] = '\0';
	*bytes = buffer;
	return 0;
}

ssize_t read_content(const struct source *source, int dir, const char *name, char *text,
		     size_t size)
{
	_cleanup_close_ int fd = source_open_file(source, dir, name);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, text, size); /* sysfs gives all of an attribute in one go */
	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return -EFBIG;
	text[n] = '\0';
	return memchr(text, '\0', (size_t)n) ? -EINVAL : n;
}

ssize_t read_attribute(const struct source *source, int dir, const char *name, char *text,
		       size_t size)
{
	ssize_t n = read_content(source, dir, name, text, size);

	if (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	return n;
}

int read_number(const struct source *source, int dir, const char *name, int base, uint64_t max,
		uint64_t *value)
{
	char text[32];
	ssize_t n = read_attribute(source, dir, name, text, sizeof(text));

	return n < 0 ? (int)n : parse_u64(text, base, max, value);
}

ssize_t read_link_name(int dir, const char *name, char *text, size_t size)
{
	char target[1024];
	ssize_t n = readlinkat(dir, name, target, sizeof(target));
	const char *last;

	if (n < 0)
		return -errno;
	if ((size_t)n == sizeof(target))
		return -ENAMETOOLONG;
	target[n] = '\0';
	last = strrchr(target, '/');
	last = last ? last + 1 : target;
	n = (ssize_t)strlen(last);
	if (n == 0)
		return -EINVAL;
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	memcpy(text, last, (size_t)n + 1);
	return n;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int source_list(const struct source *source, const char *path, struct strings *names)
{
	int fd = source_open_dir(source, path);
	_cleanup_dir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir)
		return fd < 0 ? fd : -errno;
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			strings_add(names, entry->d_name);
	if (names->nr)
		qsort(names->items, names->nr, sizeof(*names->items), compare_names);
	return 0;
}
