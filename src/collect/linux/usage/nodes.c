/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What else than disks and interfaces is below a device: for people, for the kernel, memory. */
#include "collect/linux/usage/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define INFORMATION_MAX (64u << 10)

/* --- what has a folder of its own --------------------------------------------------------- */

/* A name is a prefix with a number behind it: "card0-HDMI-A-1" is a connector of card0. */
struct place {
	const char *folder;
	enum node_kind kind;
	const char *prefixes[4];
};

static const struct place places[] = {
	{ "sys/class/drm", NODE_DRM, { "card", "renderD" } },
	/* One entry a card: whoever has one of its many nodes open uses the card. */
	{ "sys/class/sound", NODE_SOUND, { "card" } },
	{ "sys/class/input", NODE_INPUT, { "event", "mouse", "js" } },
	{ "sys/class/uio", NODE_USER, { "uio" } },
	{ "sys/class/accel", NODE_USER, { "accel" } },
	{ "sys/class/infiniband_verbs", NODE_USER, { "uverbs" } },
	/* The text console is on the first; those of further displays show nothing of the host. */
	{ "sys/class/graphics", NODE_FRAMEBUFFER, { "fb0" } },
	{ "sys/bus/nd/devices", NODE_MEMORY, { "region", "namespace" } },
	{ "sys/bus/cxl/devices", NODE_MEMORY, { "mem" } },
};

struct search {
	const struct usage_question *question;
	const struct place *place;
};

static bool is_of_place(const struct place *place, const char *name)
{
	for (const char *const *prefix = place->prefixes; *prefix; prefix++) {
		size_t length = strlen(*prefix);

		if (strncmp(name, *prefix, length) == 0 &&
		    name[length + strspn(name + length, "0123456789.")] == '\0')
			return true;
	}
	return false;
}

static void found_node(void *closure, const struct device *device, const char *name,
		       const char *path)
{
	const struct search *search = closure;

	(void)path;
	if (is_of_place(search->place, name))
		usage_add_node(search->question->usage, device, search->place->kind, name);
}

static void note_error(const struct usage_question *question, const char *folder, int r)
{
	if (r < 0)
		usage_unknown(question->usage, USAGE_BELOW, "/%s: %s", folder, strerror(-r));
}

static void collect_places(const struct usage_question *question)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct search search = { question, &places[i] };

		note_error(question, places[i].folder,
			   each_below(question, places[i].folder, found_node, &search));
	}
}

/* --- nodes of nvidia, which has no class ---------------------------------------------------- */

#define MINOR_LINE "Device Minor:"

/* Return: 0 or negative errno. */
static int read_minor(const struct source *source, const char *path, uint64_t *number)
{
	_cleanup_free_ uint8_t *text = NULL;
	size_t length;
	int r = source_read(source, path, INFORMATION_MAX, &text, &length);
	char *at = (char *)text, *line;

	if (r < 0)
		return r;
	while ((line = strsep(&at, "\n")))
		if (strncmp(line, MINOR_LINE, strlen(MINOR_LINE)) == 0) {
			line += strlen(MINOR_LINE);
			return parse_u64(line + strspn(line, " \t"), 10, 255, number);
		}
	return -EBADMSG;
}

static void add_nvidia(const struct usage_question *question, const struct device *device)
{
	_cleanup_free_ char *path =
		xasprintf("proc/driver/nvidia/gpus/%s/information", device->name);
	_cleanup_free_ char *name = NULL;
	uint64_t number = 0;
	int r = read_minor(question->source, path, &number);

	if (r < 0 && question->source->live)
		usage_unknown(question->usage, USAGE_USERS, "/%s: %s", path,
			      r == -EBADMSG ? "it does not tell the number of the node"
					    : strerror(-r));
	name = r < 0 ? xstrdup("its node") : xasprintf("nvidia%d", (int)number);
	usage_add_node(question->usage, device, NODE_USER, name);
}

static void collect_nvidia(const struct usage_question *question)
{
	const struct machine *machine = question->machine;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *device = &machine->devices[i];

		if (question->wanted[i] && device->driver && strcmp(device->driver, "nvidia") == 0)
			add_nvidia(question, device);
	}
}

/* --- memory that has none ----------------------------------------------------------------- */

#define PATH_VIRTIO_DEVICES "sys/bus/virtio/devices"

static void found_virtio(void *closure, const struct device *device, const char *name,
			 const char *link)
{
	const struct usage_question *question = closure;
	_cleanup_free_ char *path = xasprintf(PATH_VIRTIO_DEVICES "/%s", name);
	_cleanup_close_ int dir = source_open_dir(question->source, path);
	_cleanup_free_ char *text = NULL;
	char driver[64];
	ssize_t n = dir < 0 ? dir : read_link_name(dir, "driver", driver, sizeof(driver));

	(void)link;
	if (n < 0 && n != -ENOENT)
		note_error(question, path, (int)n);
	if (n < 0 || (strcmp(driver, "virtio_mem") != 0 && strcmp(driver, "virtio_pmem") != 0))
		return;
	text = xasprintf("%s (%s)", name, driver);
	usage_add_node(question->usage, device, NODE_MEMORY, text);
}

static bool has_memory(const struct usage *usage, const struct device *device)
{
	for (size_t i = 0; i < usage->nr_nodes; i++)
		if (usage->nodes[i].device == device && usage->nodes[i].kind == NODE_MEMORY)
			return true;
	return false;
}

/* Older kernels, and a memory device that failed to register, show no more than the driver. */
static void collect_cxl(const struct usage_question *question)
{
	const struct machine *machine = question->machine;

	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct device *device = &machine->devices[i];

		if (question->wanted[i] && device->driver &&
		    strcmp(device->driver, "cxl_pci") == 0 && !has_memory(question->usage, device))
			usage_add_node(question->usage, device, NODE_MEMORY, "mem");
	}
}

static void collect_memory(const struct usage_question *question)
{
	note_error(question, PATH_VIRTIO_DEVICES,
		   each_below(question, PATH_VIRTIO_DEVICES, found_virtio, (void *)question));
	collect_cxl(question);
}

/* --- consoles ----------------------------------------------------------------------------- */

struct consoles {
	const struct usage_question *question;
	char active[512]; /* " tty0 ttyS0 " */
	int error;	  /* why that is not known, negative errno */
};

static void found_tty(void *closure, const struct device *device, const char *name,
		      const char *path)
{
	const struct consoles *consoles = closure;
	_cleanup_free_ char *word = xasprintf(" %s ", name);

	(void)path;
	if (consoles->error == -ENOENT && !consoles->question->source->live)
		usage_unknown(consoles->question->usage, USAGE_CONSOLES,
			      "a capture does not have it");
	else if (consoles->error < 0)
		usage_unknown(consoles->question->usage, USAGE_CONSOLES,
			      "/sys/class/tty/console/active: %s", strerror(-consoles->error));
	else if (strstr(consoles->active, word))
		usage_add_node(consoles->question->usage, device, NODE_CONSOLE, name);
}

static void collect_consoles(const struct usage_question *question)
{
	_cleanup_close_ int dir = source_open_dir(question->source, "sys/class/tty/console");
	struct consoles consoles = { .question = question, .active = " " };
	ssize_t n = dir < 0 ? dir
			    : read_attribute(question->source, dir, "active", consoles.active + 1,
					     sizeof(consoles.active) - 2);

	if (n < 0)
		consoles.error = (int)n;
	else
		memcpy(consoles.active + 1 + n, " ", 2);
	note_error(question, "sys/class/tty", each_of_class(question, "tty", found_tty, &consoles));
}

/* ------------------------------------------------------------------------------------------ */

static int compare_nodes(const void *a, const void *b)
{
	const struct node *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcmp(x->name, y->name);
}

void collect_nodes(const struct usage_question *question)
{
	struct usage *usage = question->usage;

	collect_places(question);
	collect_nvidia(question);
	collect_memory(question);
	collect_consoles(question);
	collect_framebuffers(question);
	if (usage->nr_nodes)
		qsort(usage->nodes, usage->nr_nodes, sizeof(*usage->nodes), compare_nodes);
	collect_users(question);
}
