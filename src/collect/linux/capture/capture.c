/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies what table.c lists from a machine, or a capture of one, to a directory. */
#include "collect/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/linux/capture/gaps.h"
#include "collect/linux/capture/parts.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define FILE_MAX (1u << 20)
#define LINK_MAX_LENGTH 1024
#define DEVICES "sys/devices/"

struct capture {
	const struct source *source;
	int root;	 /* the directory written to */
	const char *dir; /* its name, for messages */
	void *visited;	 /* tree of the paths of directories below sys/devices */
	struct capture_report *report;
	struct error *err;
};

/* A directory of the machine, open, and its copy. */
struct place {
	const char *path; /* without leading slash */
	int from, to;
};

typedef int (*taker)(struct capture *c, const struct place *place, const char *name,
		     const struct capture_item *item);

/*
 * What a write came to. Only a capture made by hand has two things of one name, so that is no
 * reason to stop; everything else is.
 */
static int written(struct capture *c, const char *path, int r)
{
	if (r == -EEXIST || r == -ENOTDIR || r == -ELOOP) {
		gap_add(c->report, GAP_ODD, path, "something else has this name in the capture");
		return 0;
	}
	if (r < 0)
		return fail(c->err, r,
			    "%s: /%s: %s; what was written before it stays: capture again into "
			    "another directory",
			    c->dir, path, strerror(-r));
	c->report->files++;
	return 0;
}

static int take_items(struct capture *c, const struct place *place,
		      const struct capture_item *items);

/* --- one kind of item each: return 0, or negative errno when nothing more can be written -- */

/* Return: 0; negative errno when there is nothing to write; what is missing is noted. */
static int read_item(struct capture *c, const struct place *place, const char *path,
		     const char *name, const struct capture_item *item, uint8_t **bytes,
		     size_t *length)
{
	struct source here = { .root = place->from, .live = c->source->live };
	struct stat st;
	int r;

	if (fstatat(place->from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return gap_add_error(c->report, path, -errno);
	if (!S_ISREG(st.st_mode)) {
		gap_add(c->report, GAP_ODD, path, "not a plain file");
		return -EINVAL;
	}
	if (c->source->live && !(st.st_mode & 0444))
		return -ENOENT; /* an attribute that only takes writes */
	r = source_read(&here, name, item->max ? item->max : FILE_MAX, bytes, length);
	if (r < 0)
		return gap_add_error(c->report, path, r);
	if (item->cut_short && *length < (size_t)st.st_size)
		gap_add(c->report, GAP_SHORTENED, path, "only its beginning could be read");
	if (item->edit)
		item->edit(c->source, bytes, length);
	return 0;
}

static int take_file(struct capture *c, const struct place *place, const char *name,
		     const struct capture_item *item)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", place->path, name);
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length = 0;
	int r;

	r = read_item(c, place, path, name, item, &bytes, &length);
	if (r < 0 && !(item->name_tells && r != -ENOENT))
		return 0;
	return written(c, path, sink_file(place->to, name, bytes, length, 0644));
}

/* A node of /dev is never opened. In a capture it is a plain file already. */
static int take_node(struct capture *c, const struct place *place, const char *name,
		     const struct capture_item *item)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", place->path, name);
	struct stat st;

	(void)item;
	if (fstatat(place->from, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		gap_add_error(c->report, path, -errno);
		return 0;
	}
	if (!S_ISCHR(st.st_mode) && !S_ISREG(st.st_mode))
		return 0;
	return written(c, path, sink_file(place->to, name, NULL, 0, st.st_mode & 0777));
}

static int take_dir(struct capture *c, const struct place *place, const char *name,
		    const struct capture_item *item)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", place->path, name);
	_cleanup_close_ int from =
		openat(place->from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_close_ int to = -1;

	if (from < 0) {
		gap_add_error(c->report, path, -errno);
		return 0;
	}
	to = sink_dir(place->to, name);
	if (to < 0)
		return written(c, path, to);
	return take_items(c, &(struct place){ path, from, to }, item->inside);
}

/*
 * Where a link in @folder leads, when it has the form of all links in sysfs: up, then down.
 * Such a link cannot lead out of the capture, whatever links it passes: each of those begins at
 * a directory of known depth and goes no higher.
 *
 * Return: the path, to be freed; NULL when the link has another form.
 */
static char *follow(const char *folder, const char *target)
{
	_cleanup_free_ char *path = xstrdup(folder);

	for (; strncmp(target, "../", 3) == 0; target += 3) {
		char *slash = strrchr(path, '/');

		if (!*path)
			return NULL;
		*(slash ? slash : path) = '\0';
	}
	for (const char *part = target;; part++) {
		size_t length = strcspn(part, "/");

		if (length == 0 || strncmp(part, "..", length) == 0) /* "", "." and ".." */
			return NULL;
		part += length;
		if (!*part)
			break;
	}
	return xasprintf("%s%s%s", path, *path ? "/" : "", target);
}

/* Network interfaces may be named by their hardware address: "enx001122334455". */
static void hide_address(char *name)
{
	const size_t digits = 12;
	size_t length = strlen(name);

	if (length > digits && strspn(name + length - digits, "0123456789abcdef") == digits)
		memset(name + length - digits, '0', digits);
}

/*
 * Copies a link. Only the last part of one that leads elsewhere is kept; readers take no more.
 *
 * Return: 0 and in @path where it leads (NULL: elsewhere); 1 when it is no link; negative errno.
 */
static int copy_link(struct capture *c, const struct place *place, const char *name,
		     const struct capture_item *item, char **path)
{
	_cleanup_free_ char *own = xasprintf("%s/%s", place->path, name);
	_cleanup_free_ char *elsewhere = NULL, *as = xstrdup(name);
	char target[LINK_MAX_LENGTH];
	ssize_t n = readlinkat(place->from, name, target, sizeof(target));
	const char *last;

	*path = NULL;
	if (n < 0 && errno == EINVAL)
		return 1;
	if (n < 0 || (size_t)n == sizeof(target)) {
		gap_add_error(c->report, own, n < 0 ? -errno : -ENAMETOOLONG);
		return 0;
	}
	target[n] = '\0';
	if (item->not_virtual && strstr(target, "/virtual/"))
		return 0;
	hide_address(as);
	hide_address(target);
	if (strcmp(as, name) != 0 && faccessat(place->to, as, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0; /* one stands for all of them */
	*path = follow(place->path, target);
	if (*path)
		return written(c, own, sink_link(place->to, as, target));
	last = strrchr(target, '/');
	elsewhere = xasprintf("../x/%s", last ? last + 1 : target);
	return written(c, own, sink_link(place->to, as, elsewhere));
}

static int take_link(struct capture *c, const struct place *place, const char *name,
		     const struct capture_item *item)
{
	_cleanup_free_ char *path = NULL;
	int r = copy_link(c, place, name, item, &path);

	/* The function of an AMD IOMMU has a directory "iommu", in which its unit is. */
	return r > 0 ? 0 : r;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Return: whether the path is new. */
static bool visit(struct capture *c, const char *path)
{
	char *copy = xstrdup(path);
	void *node = tsearch(copy, &c->visited, compare_paths);

	if (node && *(char **)node == copy)
		return true;
	free(copy);
	return false;
}

static int take_folder(struct capture *c, const char *path, const struct capture_item *items)
{
	_cleanup_close_ int from = source_open_dir(c->source, path);
	_cleanup_close_ int to = -1;

	if (from < 0) {
		gap_add_error(c->report, path, from);
		return 0;
	}
	to = sink_dir(c->root, path);
	if (to < 0)
		return written(c, path, to);
	return take_items(c, &(struct place){ path, from, to }, items);
}

static int take_device(struct capture *c, const struct place *place, const char *name,
		       const struct capture_item *item)
{
	_cleanup_free_ char *path = NULL;
	int r = copy_link(c, place, name, item, &path);

	if (r > 0)
		return take_dir(c, place, name, item);
	if (r < 0)
		return r;
	if (!path || strncmp(path, DEVICES, strlen(DEVICES)) != 0) {
		free(path);
		path = xasprintf("%s/%s", place->path, name);
		gap_add(c->report, GAP_ODD, path, "leads out of /" DEVICES);
		return 0;
	}
	return visit(c, path) ? take_folder(c, path, item->inside) : 0;
}

/* --- directories and the whole ---------------------------------------------------------- */

static const taker takers[] = {
	[CAPTURE_FILE] = take_file,	[CAPTURE_LINK] = take_link, [CAPTURE_DIR] = take_dir,
	[CAPTURE_DEVICE] = take_device, [CAPTURE_NODE] = take_node,
};

static bool fits(const struct capture_item *item, const char *name)
{
	if (!strchr(item->name, '*')) /* fnmatch() is slow */
		return strcmp(item->name, name) == 0;
	return fnmatch(item->name, name, 0) == 0;
}

static int take_items(struct capture *c, const struct place *place,
		      const struct capture_item *items)
{
	struct source here = { .root = place->from, .live = c->source->live };
	struct strings names = { 0 };
	int r = source_list(&here, ".", &names);

	if (r < 0)
		gap_add_error(c->report, place->path, r);
	r = 0;
	for (size_t i = 0; i < names.nr && r == 0; i++) {
		const struct capture_item *item = items;

		while (item->name && !fits(item, names.items[i]))
			item++;
		if (item->name)
			r = takers[item->kind](c, place, names.items[i], item);
	}
	strings_free(&names);
	return r;
}

/* Return: the name of the folder of its modules, to be freed; NULL when it is unknown. */
static char *kernel_release(const struct source *source)
{
	_cleanup_close_ int dir = source_open_dir(source, "proc/sys/kernel");
	char text[128];

	if (dir < 0 || read_attribute(source, dir, "osrelease", text, sizeof(text)) <= 0 ||
	    *text == '.' || strchr(text, '/'))
		return NULL;
	return xstrdup(text);
}

static int take_folders(struct capture *c)
{
	_cleanup_free_ char *release = kernel_release(c->source);
	_cleanup_close_ int sys = sink_dir(c->root, "sys"); /* what makes it a capture */
	int r = sys < 0 ? written(c, "sys", sys) : 0;

	for (const struct capture_folder *folder = capture_folders; folder->path && r == 0;
	     folder++) {
		_cleanup_free_ char *path =
			xasprintf("%s%s%s", folder->path, folder->per_release ? "/" : "",
				  folder->per_release && release ? release : "");

		if (release || !folder->per_release)
			r = take_folder(c, path, folder->items);
	}
	return r;
}

static int write_missing(struct capture *c)
{
	_cleanup_free_ char *text = NULL, *joined = NULL;

	gaps_finish(c->source, c->report);
	if (c->report->missing.nr == 0)
		return 0;
	joined = strings_join(&c->report->missing, "\n");
	text = xasprintf("%s\n", joined);
	c->report->files--; /* written() counts it */
	return written(c, MISSING_FILE, sink_file(c->root, MISSING_FILE, text, strlen(text), 0644));
}

int capture(const struct source *source, const char *dir, struct capture_report *report,
	    struct error *err)
{
	struct capture c = { .source = source, .dir = dir, .report = report, .err = err };
	mode_t mask = umask(0); /* the modes are the capture's own */
	int r;

	*report = (struct capture_report){ 0 };
	r = c.root = sink_open(dir, err);
	if (r >= 0) {
		r = take_folders(&c);
		if (r == 0)
			r = write_missing(&c);
		close(c.root);
	}
	tdestroy(c.visited, free);
	umask(mask);
	return r < 0 ? r : 0;
}
