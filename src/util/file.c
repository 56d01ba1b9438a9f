/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that the user named. */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* Return: an fd that can be read without waiting for ever, or negative errno. */
static int open_user_file(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st = { 0 };

	if (fd < 0)
		return fail(err, -errno, "%s: %s; name a file that you may read", path,
			    strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	if (S_ISDIR(st.st_mode))
		return fail(err, -EISDIR, "%s: is a directory; name a file", path);
	return fail(err, -EINVAL, "%s: not a regular file; - is standard input", path);
}

int read_user_file(const char *path, size_t max, uint8_t **bytes, size_t *length, struct error *err)
{
	bool is_input = strcmp(path, "-") == 0;
	_cleanup_close_ int opened = is_input ? -1 : open_user_file(path, err);
	int fd = is_input ? STDIN_FILENO : opened;
	uint8_t *buffer = NULL;
	size_t size = 0, done = 0;

	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t n;

		if (done == size) {
			size = size ? size * 2 : 4096;
			buffer = xreallocarray(buffer, size + 1, 1);
		}
		n = read(fd, buffer + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int code = -errno;

			free(buffer);
			return fail(err, code, "%s: %s", path, strerror(-code));
		}
		done += (size_t)n;
		if (done > max) {
			free(buffer);
			return fail(err, -EFBIG, "%s: larger than the %zu KiB taken here", path,
				    max / 1024);
		}
		if (n == 0)
			break;
	}
	buffer[done] = '\0';
	*bytes = buffer;
	*length = done;
	return 0;
}

static int write_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		length -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int replace_file(int dir, const char *name, const char *text)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
	_cleanup_free_ char *partial = xasprintf(".%s", name);
	_cleanup_close_ int fd = openat(dir, partial, flags, 0644);
	int r = fd < 0 ? -errno : write_all(fd, text, strlen(text));

	if (fd >= 0)
		fchmod(fd, 0644); /* whatever the umask */
	if (r == 0 && (renameat(dir, partial, dir, name) < 0 || fsync(dir) < 0))
		r = -errno;
	if (r < 0)
		unlinkat(dir, partial, 0);
	return r;
}
