/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which block devices an overlay is on, by the paths of its layers. */
#include "collect/linux/usage/disks.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define LAYERS_MAX 1000 /* those of layers that are overlays themselves included */
#define DEPTH_MAX 8

struct search {
	const struct storage *storage;
	struct strings *names;
	size_t nr; /* of layers that were looked at */
	int depth;
};

/* Cuts at the next @separator that has no backslash before it, and takes the backslashes away. */
static char *next_part(char **at, char separator)
{
	char *part = *at, *from = part, *to = part;

	if (!part)
		return NULL;
	for (; *from && *from != separator; from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*at = *from ? from + 1 : NULL;
	*to = '\0';
	return part;
}

/*
 * What was at a path when the overlay was mounted, in an initramfs mostly, may have moved or be
 * hidden since: memory that shows there now is no proof that the layer is in it.
 */
static bool is_in_memory(const char *type)
{
	return strcmp(type, "tmpfs") == 0 || strcmp(type, "ramfs") == 0 ||
	       strcmp(type, "rootfs") == 0;
}

static bool look_at_layers(struct search *search, const struct mount *overlay);

/* @is_lower: it has what was there before, not only what was written since */
static bool look_at_layer(struct search *search, const struct mount *overlay, const char *path,
			  bool is_lower)
{
	const struct mount *mount = *path == '/' ? mount_of_path(&search->storage->mounts, path)
						 : NULL;
	size_t before = search->names->nr;

	if (!mount || mount == overlay || ++search->nr > LAYERS_MAX)
		return false;
	if (strcmp(mount->type, "overlay") == 0)
		return look_at_layers(search, mount);
	if (is_diskless(mount->type))
		return !is_lower || !is_in_memory(mount->type);
	blocks_of_mount(search->storage, mount, search->names);
	return search->names->nr > before;
}

/* "/lower1:/lower2::/data" */
static bool look_at_list(struct search *search, const struct mount *overlay, char *list)
{
	bool found = true;
	char *path;

	while ((path = next_part(&list, ':')))
		if (*path)
			found &= look_at_layer(search, overlay, path, true);
	return found;
}

static bool look_at_option(struct search *search, const struct mount *overlay, char *option,
			   bool *has_lower)
{
	/* Those with a plus have one path each (fs/overlayfs/params.c). */
	static const struct {
		const char *name;
		bool is_lower, is_list;
	} options[] = {
		{ "lowerdir=", true, true },  { "lowerdir+=", true, false },
		{ "datadir+=", true, false }, { "upperdir=", false, false },
		{ "workdir=", false, false },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		char *value = option + strlen(options[i].name);

		if (strncmp(option, options[i].name, strlen(options[i].name)) != 0)
			continue;
		*has_lower |= options[i].is_lower;
		return options[i].is_list
			       ? look_at_list(search, overlay, value)
			       : look_at_layer(search, overlay, value, options[i].is_lower);
	}
	return true;
}

/* A comma in a path has a backslash before it; cut there, it is still on the same mount. */
static bool look_at_layers(struct search *search, const struct mount *overlay)
{
	_cleanup_free_ char *copy = xstrdup(overlay->options);
	char *at = copy, *option;
	bool found = true, has_lower = false;

	if (search->depth == DEPTH_MAX)
		return false;
	search->depth++;
	while ((option = strsep(&at, ",")))
		found &= look_at_option(search, overlay, option, &has_lower);
	search->depth--;
	return found && has_lower;
}

bool blocks_of_layers(const struct storage *storage, const struct mount *overlay,
		      struct strings *names)
{
	struct search search = { storage, names, 0, 0 };

	return look_at_layers(&search, overlay);
}
