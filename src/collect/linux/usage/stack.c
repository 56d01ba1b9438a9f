/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which interfaces are stacked upon others: VLANs, bonds, bridges, macvlans. */
#include "collect/linux/usage/network.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* A port has at most 4094 VLANs, and each may be in a bridge of its own. */
#define MAX_STACK 10000

int open_interface(const struct source *source, const char *name)
{
	_cleanup_free_ char *path = xasprintf("sys/class/net/%s", name);

	return source_open_dir(source, path);
}

/* Adds the interfaces that the links of one lead to. */
static int add_neighbours(const struct source *source, const char *name, const char *side,
			  struct strings *names)
{
	_cleanup_free_ char *path = xasprintf("sys/class/net/%s", name);
	struct strings entries = { 0 };
	int r = source_list(source, path, &entries);

	for (size_t i = 0; i < entries.nr && r == 0; i++) {
		const char *neighbour = entries.items[i] + strlen(side);

		if (strncmp(entries.items[i], side, strlen(side)) != 0 || !*neighbour ||
		    strings_contain(names, neighbour))
			continue;
		strings_add(names, neighbour);
		if (names->nr > MAX_STACK)
			r = -E2BIG;
	}
	strings_free(&entries);
	return r;
}

int read_stack(const struct source *source, const char *name, const char *side,
	       struct strings *names)
{
	int r = 0;

	strings_add(names, name);
	for (size_t i = 0; i < names->nr && r == 0; i++)
		r = add_neighbours(source, names->items[i], side, names);
	return r;
}

static bool is_virtual(int class, const char *name)
{
	char target[1024];
	ssize_t n = readlinkat(class, name, target, sizeof(target) - 1);

	if (n < 0)
		return true; /* nothing says that it is not */
	target[n] = '\0';
	return strstr(target, "/virtual/") != NULL;
}

bool has_hardware(const struct source *source, const char *name)
{
	_cleanup_close_ int class = source_open_dir(source, "sys/class/net");
	struct strings below = { 0 };
	bool found = false;

	read_stack(source, name, "lower_", &below);
	for (size_t i = 0; i < below.nr && class >= 0 && !found; i++)
		found = !is_virtual(class, below.items[i]);
	strings_free(&below);
	return found;
}
