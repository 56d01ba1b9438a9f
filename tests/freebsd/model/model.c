/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A model of FreeBSD: files, the log of calls, and which of them fail. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "parts.h"
#include "util/alloc.h"

/* --- the log ------------------------------------------------------------------------------ */

static bool is_meant(const struct model_mishap *mishap, const char *call)
{
	size_t length = strlen(mishap->call);

	return strncmp(call, mishap->call, length) == 0 &&
	       (!mishap->is_words || call[length] == '\0' || call[length] == ' ');
}

int model_mishap(struct model *model, const char *call)
{
	for (size_t i = 0; i < model->nr_mishaps; i++) {
		struct model_mishap *mishap = &model->mishaps[i];

		if (is_meant(mishap, call) && (++mishap->seen == mishap->nth || mishap->nth == 0))
			return mishap->code;
	}
	return 0;
}

int model_called(struct model *model, const char *format, ...)
{
	char *old = model->log;
	char line[256];
	va_list values;

	va_start(values, format);
	vsnprintf(line, sizeof(line), format, values);
	va_end(values);
	model->log = xasprintf("%s%s\n", old, line);
	free(old);
	return model_mishap(model, line);
}

void model_forget_calls(struct model *model)
{
	model->log[0] = '\0';
}

static void add_mishap(struct model *model, const char *call, const struct model_mishap *mishap)
{
	struct model_mishap *added;

	model->mishaps = xgrow(model->mishaps, model->nr_mishaps, sizeof(*model->mishaps));
	added = &model->mishaps[model->nr_mishaps++];
	*added = *mishap;
	model_expect(*call && strlen(call) < sizeof(added->call) && mishap->code < 0,
		     "\"%s\" is no call, or too long, or has no code", call);
	strcpy(added->call, call);
}

void model_fails(struct model *model, const char *call, unsigned nth, int code)
{
	add_mishap(model, call, &(struct model_mishap){ .nth = nth, .code = code });
}

void model_words_fail(struct model *model, const char *words, int code)
{
	add_mishap(model, words, &(struct model_mishap){ .is_words = true, .code = code });
}

void model_works(struct model *model)
{
	model->nr_mishaps = 0;
}

/* --- files -------------------------------------------------------------------------------- */

static const struct {
	const char *path;
	enum model_node node;
	bool root_reads; /* nobody else opens it at all */
} nodes[] = {
	[NODE_PCI] = { ABI_PCI_NODE, NODE_PCI, false },
	[NODE_DEVCTL] = { ABI_DEVCTL_NODE, NODE_DEVCTL, true },
	[NODE_MODULE] = { "a module", NODE_MODULE, false },
};

#define MODULES "/boot/kernel/"
#define MODULE_END ".ko"

static bool is_module(struct model *model, const char *path)
{
	size_t length = strlen(path), before = strlen(MODULES), behind = strlen(MODULE_END);
	char name[64];

	if (length <= before + behind || length - before - behind >= sizeof(name) ||
	    strncmp(path, MODULES, before) != 0 || strcmp(path + length - behind, MODULE_END) != 0)
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)(length - before - behind), path + before);
	return model_has_module(model, name);
}

static enum model_node node_of(struct model *model, const char *path)
{
	if (is_module(model, path))
		return NODE_MODULE;
	if (strcmp(path, ABI_PCI_NODE) == 0)
		return NODE_PCI;
	if (strcmp(path, ABI_DEVCTL_NODE) == 0 && model->devctl)
		return NODE_DEVCTL;
	return NODE_NONE;
}

static int model_open(struct os *os, const char *path, int flags)
{
	struct model *model = os->data;
	bool is_writable = (flags & O_ACCMODE) != O_RDONLY;
	int code = model_called(model, "open %s %s", path, is_writable ? "rw" : "ro");
	enum model_node node = node_of(model, path);

	if (code)
		return code;
	if (node == NODE_NONE)
		return -ENOENT;
	if (!model->is_root && (is_writable || nodes[node].root_reads))
		return -EACCES;
	if (node == NODE_MODULE && is_writable)
		return -EACCES;
	if (node == NODE_PCI && is_writable && model->securelevel > 0)
		return -EPERM;
	for (int fd = 0; fd < MODEL_FILES; fd++)
		if (model->files[fd].node == NODE_NONE) {
			model->files[fd] = (struct model_file){ node, is_writable };
			return fd;
		}
	return -EMFILE;
}

static struct model_file *file_of(struct model *model, int fd)
{
	model_expect(fd >= 0 && fd < MODEL_FILES && model->files[fd].node != NODE_NONE,
		     "%d is no open file", fd);
	return &model->files[fd];
}

static void model_close(struct os *os, int fd)
{
	struct model_file *file = file_of(os->data, fd);

	model_called(os->data, "close %s", nodes[file->node].path);
	file->node = NODE_NONE;
}

static int model_ioctl(struct os *os, int fd, unsigned long request, void *argument)
{
	struct model *model = os->data;
	const struct model_file *file = file_of(model, fd);

	if (file->node == NODE_DEVCTL)
		return model->devctl(model, request, argument);
	if (file->node == NODE_MODULE)
		return -ENOTTY;
	return model_pci_ioctl(model, file->is_writable, request, argument);
}

/* --- from start to end -------------------------------------------------------------------- */

static const struct os_ops model_ops = {
	.open = model_open,
	.close = model_close,
	.ioctl = model_ioctl,
	.sysctl = model_sysctl,
	.kenv = model_kenv,
	.read_physical = model_read_physical,
	.find_module = model_find_module,
	.load_module = model_load_module,
	.find_interface = model_find_interface,
};

struct model *model_new(void)
{
	struct model *model = xcalloc(1, sizeof(*model));

	model->os = (struct os){ .ops = &model_ops, .data = model };
	model->release = 14;
	model->is_root = true;
	model->generation = 7;
	model->log = xstrdup("");
	return model;
}

void model_free(struct model *model)
{
	for (int fd = 0; fd < MODEL_FILES; fd++)
		model_expect(model->files[fd].node == NODE_NONE, "%s was not closed",
			     nodes[model->files[fd].node].path);
	model_values_free(model);
	model_memory_free(model);
	model_machine_free(model);
	free(model->functions);
	free(model->state);
	free(model->journal);
	free(model->mishaps);
	free(model->log);
	free(model);
}
