/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose memory the picture of the firmware or the kernel lies in, by /proc/iomem. */
#include "collect/linux/usage/parts.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/bdf.h"
#include "util/cleanup.h"

#define IOMEM_MAX (16u << 20)

/* How far to the right kernel/resource.c goes; what is deeper stands there too. */
#define DEEPEST_SHOWN 5

#define MAX_LEVELS 16

/* What holds a picture: framebuffers of the firmware, and the drivers for them. */
static const struct {
	const char *text;
	bool is_end; /* of a word that has more: "efifb", "BOOTFB"; "PCI Bus 0000:fb" is none */
} picture_names[] = {
	{ "fb", true },	     { "framebuffer", false }, { "simpledrm", false },
	{ "efidrm", false }, { "vesadrm", false },     { "ofdrm", false },
};

static bool is_word_end(const char *name, const char *at, size_t length)
{
	return at > name && isalpha((unsigned char)at[-1]) && !isalnum((unsigned char)at[length]);
}

static bool is_picture(const char *name)
{
	for (size_t i = 0; i < sizeof(picture_names) / sizeof(picture_names[0]); i++) {
		const char *text = picture_names[i].text;

		for (const char *at = name; (at = strcasestr(at, text)); at++)
			if (!picture_names[i].is_end || is_word_end(name, at, strlen(text)))
				return true;
	}
	return false;
}

/* The lines that the current one is nested in. */
struct levels {
	struct level {
		size_t depth;
		const struct device *device; /* in whose BAR it is; NULL: in none */
		const char *picture;	     /* in which framebuffer it is; NULL: in none */
	} items[MAX_LEVELS];
	size_t nr;
};

static void leave_levels(struct levels *levels, size_t depth, bool is_bar)
{
	while (levels->nr) {
		const struct level *last = &levels->items[levels->nr - 1];
		bool may_be_deeper = depth >= DEEPEST_SHOWN && last->device && !is_bar;

		if (last->depth < depth || (last->depth == depth && may_be_deeper))
			return;
		levels->nr--;
	}
}

static void enter_level(struct levels *levels, const struct level *level)
{
	if (levels->nr < MAX_LEVELS)
		levels->nr++;
	levels->items[levels->nr - 1] = *level;
}

static void add_framebuffer(const struct usage_question *question, const struct device *device,
			    const char *name)
{
	struct usage *usage = question->usage;
	struct node *node;

	if (!question->wanted[device - question->machine->devices])
		return;
	for (size_t i = 0; i < usage->nr_nodes; i++)
		if (usage->nodes[i].device == device && usage->nodes[i].kind == NODE_FRAMEBUFFER &&
		    strcmp(usage->nodes[i].name, name) == 0)
			return;
	node = usage_add_node(usage, device, NODE_FRAMEBUFFER, name);
	flatten(node->name);
}

/* "    fd000000-fd2fffff : efifb"; BARs are named by the address of their function. */
static void read_line(const struct usage_question *question, struct levels *levels, char *line)
{
	size_t depth = strspn(line, " ") / 2;
	const char *name = strstr(line, " : ");
	struct level level = { .depth = depth };
	struct bdf bdf;
	bool is_bar;

	if (!name)
		return;
	name += strlen(" : ");
	is_bar = strlen(name) >= strlen("0000:00:00.0") && bdf_parse(name, &bdf) == 0;
	leave_levels(levels, depth, is_bar);
	if (levels->nr) {
		level.device = levels->items[levels->nr - 1].device;
		level.picture = levels->items[levels->nr - 1].picture;
	}
	if (is_bar)
		level.device = find_device(question->machine, &bdf);
	else if (is_picture(name))
		level.picture = name;
	/* Where both are of one size, the framebuffer may be the outer. */
	if (level.device && level.picture && (is_bar || level.picture == name))
		add_framebuffer(question, level.device, level.picture);
	enter_level(levels, &level);
}

bool may_be_display(const struct device *device)
{
	/* 0x0001: a VGA controller from before there were classes. */
	return device->class < 0 || device->class >> 16 == 0x03 || device->class >> 8 == 0x0001;
}

static void no_iomem(const struct usage_question *question, int error)
{
	bool matters = false;

	for (size_t i = 0; i < question->machine->nr_devices; i++)
		matters |= question->wanted[i] && may_be_display(&question->machine->devices[i]);
	if (!matters)
		return;
	if (question->source->live)
		usage_unknown(question->usage, USAGE_FRAMEBUFFERS, "/proc/iomem: %s",
			      error ? strerror(-error) : "empty");
	else
		usage_unknown(question->usage, USAGE_FRAMEBUFFERS, "a capture does not have it");
}

void collect_framebuffers(const struct usage_question *question)
{
	_cleanup_free_ uint8_t *text = NULL;
	struct levels levels = { .nr = 0 };
	size_t length = 0;
	int r = source_read(question->source, "proc/iomem", IOMEM_MAX, &text, &length);
	char *at = (char *)text, *line;

	if (r < 0 || length == 0) {
		no_iomem(question, r);
		return;
	}
	while ((line = strsep(&at, "\n")))
		read_line(question, &levels, line);
}
