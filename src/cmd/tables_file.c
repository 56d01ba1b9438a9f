/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table from a file that the user names. */
#include "cmd/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* O_NONBLOCK: opening a FIFO that nobody writes to must not wait. */
static int open_table(const char *path, struct error *err)
{
	struct stat st;
	int fd, rc;

	if (strcmp(path, "-") == 0)
		return STDIN_FILENO;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0)
		rc = fail(err, -errno, "%s: %s", path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		rc = fail(err, -EISDIR, "%s: is a directory; name a file that holds one table",
			  path);
	else if (!S_ISREG(st.st_mode))
		rc = fail(err, -EINVAL, "%s: is no regular file; --file=- reads standard input",
			  path);
	else
		return fd;
	close(fd);
	return rc;
}

/* Reads until the end or until @room is full. Return: bytes read or negative errno. */
static ssize_t read_all(int fd, uint8_t *bytes, size_t room)
{
	size_t length = 0;

	while (length < room) {
		ssize_t n = read(fd, bytes + length, room - length);

		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			length += (size_t)n;
	}
	return (ssize_t)length;
}

static int decode(const char *name, const uint8_t *bytes, size_t length, struct acpi_table **table,
		  struct error *err)
{
	int rc;

	if (length > ACPI_TABLE_MAX)
		return fail(err, -EFBIG, "%s: larger than 1 MiB; no ACPI table is", name);
	rc = acpi_parse(bytes, length, table);
	if (rc == -EINVAL)
		return fail(err, rc, "%s: %zu bytes, fewer than the header of an ACPI table", name,
			    length);
	if (rc == -ENOTSUP)
		return fail(err, rc, "%s: does not begin with DMAR, IVRS or VIOT", name);
	return rc;
}

int tables_read_file(const char *path, struct acpi_table **table, struct error *err)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	_cleanup_free_ uint8_t *bytes = xcalloc(ACPI_TABLE_MAX + 1, 1);
	int fd = open_table(path, err);
	ssize_t length;

	if (fd < 0)
		return fd;
	length = read_all(fd, bytes, ACPI_TABLE_MAX + 1);
	if (fd != STDIN_FILENO)
		close(fd);
	if (length < 0)
		return fail(err, (int)length, "%s: %s", name, strerror((int)-length));
	return decode(name, bytes, (size_t)length, table, err);
}
