/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of what was there before, a small text file each. */
#include "bind/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/file.h"

#define RECORDS "journal"
#define RECORD_MAX 4096 /* bytes */
#define VERSION "1"

void record_free(struct record *record)
{
	if (!record)
		return;
	free(record->device);
	free(record->identity);
	binding_free(&record->before);
	free(record->to);
	free(record->state);
	free(record);
}

/* --- opening ---------------------------------------------------------------------------- */

/* Nobody else may have put something there for us to follow. */
static int open_own_dir(int at, const char *path)
{
	struct stat st;
	int fd;
	bool made = mkdirat(at, path, 0755) == 0;

	if (!made && errno != EEXIST)
		return -errno;
	fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (made)
		fchmod(fd, 0755); /* whatever the umask: a dry run of others reads it */
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return fd;
	close(fd);
	return -EPERM;
}

static pid_t lock_owner(int lock)
{
	char text[16] = "";
	uint64_t pid;

	if (pread(lock, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return parse_u64(text, 10, INT32_MAX, &pid) == 0 ? (pid_t)pid : 0;
}

static int take_lock(int lock, const char *path, int timeout_ms, struct error *err)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	char text[16];
	int length;

	while (flock(lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fail(err, -errno, "%s/lock: %s", path, strerror(errno));
		if (timeout_ms <= 0)
			return fail(err, -EBUSY,
				    "%s/lock: another iommutool (process %d) is at work; wait for "
				    "it to end and try again",
				    path, (int)lock_owner(lock));
		nanosleep(&pause, NULL);
		timeout_ms -= 20;
	}
	length = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(lock, 0) < 0 || pwrite(lock, text, (size_t)length, 0) != length)
		return fail(err, -errno, "%s/lock: %s", path, strerror(errno));
	return 0;
}

int journal_open(struct journal *journal, const struct source *source, const char *path,
		 int timeout_ms, struct error *err)
{
	_cleanup_close_ int top = -1;
	int r;

	*journal = (struct journal){ .path = path, .dir = -1, .lock = -1 };
	r = read_boot_id(source, journal->boot, err);
	if (r < 0)
		return r;
	top = open_own_dir(AT_FDCWD, path);
	if (top < 0)
		return fail(err, top, "%s: %s; the journal has to be there and ours alone", path,
			    strerror(-top));
	/* Who may read it could lock it, and keep everybody out. */
	journal->lock = openat(top, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (journal->lock >= 0)
		fchmod(journal->lock, 0600);
	if (journal->lock < 0)
		return fail(err, -errno, "%s/lock: %s", path, strerror(errno));
	r = take_lock(journal->lock, path, timeout_ms, err);
	if (r == 0) {
		journal->dir = open_own_dir(top, RECORDS);
		if (journal->dir < 0)
			r = fail(err, journal->dir, "%s/" RECORDS ": %s", path,
				 strerror(-journal->dir));
	}
	if (r < 0)
		journal_close(journal);
	return r;
}

int journal_look(struct journal *journal, const struct source *source, const char *path,
		 struct error *err)
{
	_cleanup_free_ char *records = xasprintf("%s/" RECORDS, path);

	*journal = (struct journal){ .path = path, .dir = -1, .lock = -1 };
	journal->dir = open(records, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (journal->dir < 0 && errno != ENOENT && errno != ENOTDIR)
		return fail(err, -errno, "%s: %s", records, strerror(errno));
	return read_boot_id(source, journal->boot, err);
}

void journal_close(struct journal *journal)
{
	if (journal->dir >= 0)
		close(journal->dir);
	if (journal->lock >= 0)
		close(journal->lock);
	*journal = (struct journal){ .dir = -1, .lock = -1 };
}

/* --- reading ---------------------------------------------------------------------------- */

static char *some(const char *text)
{
	return *text ? xstrdup(text) : NULL;
}

static int parse_child(const char *text, struct record *record)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *start = copy, *pid = strsep(&start, " ");
	uint64_t number;

	if (!*text)
		return 0;
	if (!start || parse_u64(pid, 10, INT32_MAX, &number) < 0 ||
	    parse_u64(start, 10, UINT64_MAX, &record->child_start) < 0)
		return -EBADMSG;
	record->child = (pid_t)number;
	return 0;
}

/* The lines of a record, in their order; "end" tells that it is whole. */
enum line {
	LINE_VERSION,
	LINE_BOOT,
	LINE_DEVICE,
	LINE_IDENTITY,
	LINE_DRIVER,
	LINE_OVERRIDE,
	LINE_TO,
	LINE_STATE,
	LINE_CHILD,
	LINE_END,
	NR_LINES,
};

static const char *const keys[NR_LINES] = {
	[LINE_VERSION] = "version", [LINE_BOOT] = "boot",
	[LINE_DEVICE] = "device",   [LINE_IDENTITY] = "identity",
	[LINE_DRIVER] = "driver",   [LINE_OVERRIDE] = "override",
	[LINE_TO] = "to",	    [LINE_STATE] = "state",
	[LINE_CHILD] = "child",	    [LINE_END] = "end",
};

static int fill_record(const char *const values[NR_LINES], struct record *record)
{
	record->device = xstrdup(values[LINE_DEVICE]);
	record->identity = xstrdup(values[LINE_IDENTITY]);
	record->before.driver = some(values[LINE_DRIVER]);
	record->before.override = some(values[LINE_OVERRIDE]);
	record->to = some(values[LINE_TO]);
	record->state = xstrdup(values[LINE_STATE]);
	return parse_child(values[LINE_CHILD], record);
}

int journal_read(const struct journal *journal, const char *device, struct record **record,
		 struct error *err)
{
	struct source live = { .live = true };
	const char *values[NR_LINES];
	char text[RECORD_MAX];
	struct record *found;
	const char *rest;
	ssize_t n;
	int r;

	*record = NULL;
	if (journal->dir < 0)
		return 0;
	n = read_content(&live, journal->dir, device, text, sizeof(text));
	if (n == -ENOENT)
		return 0;
	if (n < 0 && n != -EFBIG && n != -EINVAL)
		return fail(err, (int)n, "%s: its record in %s: %s", device, journal->path,
			    strerror((int)-n));
	rest = n < 0 ? NULL : split_fields(text, "", keys, NR_LINES, values);
	r = rest && !*rest ? 0 : -EBADMSG;
	if (r == 0 && strcmp(values[LINE_BOOT], journal->boot) != 0)
		return fail(
			err, -ESTALE,
			"%s: its record is from another boot and is not used; remove %s/" RECORDS
			"/%s",
			device, journal->path, device);
	found = xcalloc(1, sizeof(*found));
	if (r == 0)
		r = fill_record(values, found);
	if (r == 0 && (strcmp(values[LINE_VERSION], VERSION) != 0 || *values[LINE_END] ||
		       strcmp(found->device, device) != 0 || !binding_is_plain(&found->before)))
		r = -EBADMSG;
	if (r == 0) {
		*record = found;
		return 0;
	}
	record_free(found);
	return fail(err, r,
		    "%s: its record is damaged and is not used; look at %s/" RECORDS
		    "/%s, then remove it",
		    device, journal->path, device);
}

/* --- writing ---------------------------------------------------------------------------- */

static char *record_text(const struct journal *journal, const struct record *record)
{
	_cleanup_free_ char *child =
		record->child ? xasprintf("%d %" PRIu64, (int)record->child, record->child_start)
			      : xstrdup("");
	const char *values[NR_LINES] = {
		[LINE_VERSION] = VERSION,
		[LINE_BOOT] = journal->boot,
		[LINE_DEVICE] = record->device,
		[LINE_IDENTITY] = record->identity,
		[LINE_DRIVER] = record->before.driver,
		[LINE_OVERRIDE] = record->before.override,
		[LINE_TO] = record->to,
		[LINE_STATE] = record->state,
		[LINE_CHILD] = child,
	};

	return join_fields("", keys, NR_LINES, values);
}

int journal_write(const struct journal *journal, const struct record *record, struct error *err)
{
	_cleanup_free_ char *text = record_text(journal, record);
	int r = replace_file(journal->dir, record->device, text);

	if (r < 0)
		return fail(err, r, "%s: the journal cannot be written (%s): %s", record->device,
			    journal->path, strerror(-r));
	return 0;
}

int journal_remove(const struct journal *journal, const char *device, struct error *err)
{
	if (unlinkat(journal->dir, device, 0) < 0 && errno != ENOENT)
		return fail(err, -errno, "%s: its record in %s: %s", device, journal->path,
			    strerror(errno));
	fsync(journal->dir);
	return 0;
}

int journal_list(const struct journal *journal, struct strings *devices)
{
	int fd = journal->dir < 0 ? -1
				  : openat(journal->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (journal->dir < 0)
		return 0;
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (bdf_is_canonical(entry->d_name))
			strings_add(devices, entry->d_name);
	return 0;
}
