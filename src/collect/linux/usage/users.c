/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes have the nodes and the disks below a device open. */
#include "collect/linux/usage/parts.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* Where the nodes are whose users count. */
static const struct {
	const char *folder;
	enum node_kind kind;
} folders[] = {
	{ "/dev/dri/", NODE_DRM },     { "/dev/snd/", NODE_SOUND },
	{ "/dev/input/", NODE_INPUT }, { "/dev/", NODE_USER }, /* uio0, nvidia0 */
	{ "/dev/accel/", NODE_USER },  { "/dev/infiniband/", NODE_USER },
};
#define NR_FOLDERS (sizeof(folders) / sizeof(folders[0]))

static bool has_users(enum node_kind kind)
{
	for (size_t i = 0; i < NR_FOLDERS; i++)
		if (folders[i].kind == kind)
			return true;
	return false;
}

static bool anything_to_look_for(const struct usage *usage)
{
	for (size_t i = 0; i < usage->nr_nodes; i++)
		if (has_users(usage->nodes[i].kind))
			return true;
	return usage->nr_disks > 0;
}

/* "812 (qemu)", to be freed */
static char *user_text(const struct open_file *file)
{
	char *text, name[32];

	process_name(file, name);
	text = *name ? xasprintf("%d (%s)", file->pid, name) : xasprintf("%d", file->pid);
	flatten(text);
	return text;
}

static void add_user(struct strings *users, const struct open_file *file)
{
	_cleanup_free_ char *text = user_text(file);

	if (!strings_contain(users, text))
		strings_add(users, text);
}

/* Return: what is behind the last @folder in @target, which may be in a jail; NULL without one. */
static const char *name_in(const char *target, const char *folder)
{
	const char *name = NULL;

	for (const char *at = target; (at = strstr(at, folder)); at++)
		name = at + strlen(folder);
	return name;
}

/*
 * "card0" for "controlC0", "pcmC0D3p", "hwC0D0", "midiC0D0": the number behind the C is the card's
 * (sound/core/init.c). The nodes of OSS, /dev/dsp, are not looked for.
 */
static char *sound_card(const char *name)
{
	const char *number = strchr(name, 'C');

	if (!number)
		return xstrdup("");
	number++;
	return xasprintf("card%.*s", (int)strspn(number, "0123456789"), number);
}

static void look_at_node(struct usage *usage, const struct open_file *file, enum node_kind kind,
			 const char *name)
{
	_cleanup_free_ char *card = kind == NODE_SOUND ? sound_card(name) : NULL;

	for (size_t i = 0; i < usage->nr_nodes; i++)
		if (usage->nodes[i].kind == kind &&
		    strcmp(usage->nodes[i].name, card ? card : name) == 0)
			add_user(&usage->nodes[i].users, file);
}

/* sysfs has an exclamation mark where names have a slash: "cciss!c0d0". */
static bool is_disk(const char *disk, const char *name)
{
	for (; *disk && (*disk == '!' ? '/' : *disk) == *name; disk++)
		name++;
	return !*disk && !*name;
}

static void look_at_disk(struct usage *usage, const struct open_file *file, const char *name)
{
	for (size_t i = 0; i < usage->nr_disks; i++)
		if (is_disk(usage->disks[i].name, name))
			disk_add_holder(&usage->disks[i], HOLDER_PROCESS, user_text(file));
}

static void look_at_file(void *closure, const struct open_file *file)
{
	struct usage *usage = closure;
	const char *name;

	if (!strstr(file->target, "/dev/"))
		return; /* most files */
	cut_deleted(file->target);
	for (size_t i = 0; i < NR_FOLDERS; i++) {
		name = name_in(file->target, folders[i].folder);
		if (name)
			look_at_node(usage, file, folders[i].kind, name);
	}
	name = name_in(file->target, "/dev/");
	if (name)
		look_at_disk(usage, file, name);
}

void collect_users(const struct usage_question *question)
{
	struct usage *usage = question->usage;

	if (!anything_to_look_for(usage))
		return;
	if (!question->source->live)
		usage_unknown(usage, USAGE_USERS, "a capture does not have it");
	else if (!each_open_file(question->source, look_at_file, usage))
		usage_unknown(usage, USAGE_USERS,
			      "not every process could be looked at; run as root, outside of "
			      "containers");
}
