/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drivers and overrides of PCI devices through sysfs (Documentation/ABI/testing/sysfs-bus-pci). */
#include "bind/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bind/linux/modules.h"
#include "util/alloc.h"
#include "util/child.h"
#include "util/cleanup.h"

#define PCI "/sys/bus/pci/"
#define NAME_MAX_LENGTH 63 /* of a driver; the kernel bounds module names at 55 */

const char default_driver[] = "vfio-pci";
const char override_name[] = "driver_override";
const unsigned guard_facts = 0;

const char *driver_name_problem(const char *name)
{
	if (!*name)
		return "the name of a driver is missing";
	if (strlen(name) > NAME_MAX_LENGTH)
		return "too long for the name of a driver";
	if (strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return "a driver is named as in /sys/bus/pci/drivers";
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7f)
			return "a driver has no blank or control character in its name";
	return NULL;
}

const char *driver_permission(const struct source *source)
{
	(void)source;
	if (geteuid() != 0)
		return "changing drivers takes root; try again with sudo";
	if (access(PCI "drivers_probe", W_OK) < 0)
		return errno == EROFS
			       ? "/sys is mounted read-only, as in containers; run on the host"
			       : "/sys/bus/pci cannot be written to; mount /sys, run on the "
				 "host";
	return NULL;
}

int driver_now(const struct source *source, const char *device, char **driver)
{
	_cleanup_free_ char *path = xasprintf(PCI "devices/%s", device);
	_cleanup_close_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char text[128];
	ssize_t n;

	(void)source;
	*driver = NULL;
	if (dir < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	n = read_link_name(dir, "driver", text, sizeof(text));
	if (n >= 0)
		*driver = xstrdup(text);
	return n < 0 && n != -ENOENT ? (int)n : 0;
}

int ids_now(const struct source *source, const char *device, int *vendor, int *product)
{
	_cleanup_free_ char *path = xasprintf(PCI "devices/%s", device);
	_cleanup_close_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t ids[2];
	int r = dir < 0 ? -errno : read_number(source, dir, "vendor", 16, 0xffff, &ids[0]);

	if (r == 0)
		r = read_number(source, dir, "device", 16, 0xffff, &ids[1]);
	if (r == 0) {
		*vendor = (int)ids[0];
		*product = (int)ids[1];
	}
	return r;
}

/* --- what is done in a child ------------------------------------------------------------- */

static int read_override(const void *argument, struct child_answer *answer)
{
	int fd = open(argument, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, answer->text, sizeof(answer->text) - 1);

	if (n < 0)
		return -errno;
	answer->text[n] = '\0';
	answer->text[strcspn(answer->text, "\n")] = '\0';
	answer->length = strlen(answer->text);
	return 0;
}

int override_now(const struct source *source, const char *device, int timeout_ms, char **override,
		 pid_t *stuck)
{
	_cleanup_free_ char *path = xasprintf(PCI "devices/%s/driver_override", device);
	struct child_answer answer;
	int r = run_in_child(read_override, path, timeout_ms, &answer, stuck);

	(void)source;
	*override = NULL;
	if (r == 0 && *answer.text && strcmp(answer.text, "(null)") != 0)
		*override = xstrdup(answer.text);
	return r;
}

static int find_serial(const void *argument, struct child_answer *answer)
{
	_cleanup_free_ char *serial = NULL;
	struct source source;
	int r = source_open(&source, NULL, NULL);

	if (r < 0)
		return r;
	serial = read_serial(&source, argument);
	snprintf(answer->text, sizeof(answer->text), "%s", serial ? serial : "");
	return 0;
}

char *serial_now(const struct source *source, const struct device *device, int timeout_ms)
{
	struct child_answer answer;
	pid_t stuck;

	if (!source->live)
		return read_serial(source, device);
	if (run_in_child(find_serial, device, timeout_ms, &answer, &stuck) < 0 || !*answer.text)
		return NULL;
	return xstrdup(answer.text);
}

struct writing {
	const char *path, *text;
};

static int write_text(const void *argument, struct child_answer *answer)
{
	const struct writing *writing = argument;
	int fd = open(writing->path, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(writing->text);
	ssize_t n = fd < 0 ? -1 : write(fd, writing->text, length);

	(void)answer;
	return n < 0 ? -errno : n == (ssize_t)length ? 0 : -EIO;
}

/* --- steps ------------------------------------------------------------------------------ */

/* How a step is named, where it is written, and what: "%d" is the driver, "%b" the device. */
static const struct {
	const char *name;
	const char *path;
	const char *text;
} forms[] = {
	[STEP_LOAD] = { "load %d", NULL, NULL },
	[STEP_OVERRIDE] = { "override %d", PCI "devices/%b/driver_override", "%d" },
	[STEP_UNBIND] = { "unbind %d", PCI "drivers/%d/unbind", "%b" },
	[STEP_ATTACH] = { "bind %d", PCI "drivers/%d/bind", "%b" },
	[STEP_PROBE] = { "probe", PCI "drivers_probe", "%b" },
};

static char *fill_form(const char *form, const char *device, const char *driver)
{
	char *text = xstrdup("");

	for (; *form; form++) {
		bool is_field = form[0] == '%' && form[1];
		const char *value = !is_field ? NULL : form[1] == 'd' ? driver : device;
		char *longer = is_field ? xasprintf("%s%s", text, value ? value : "")
					: xasprintf("%s%c", text, *form);

		free(text);
		text = longer;
		form += is_field;
	}
	return text;
}

char *step_name(const struct step *step)
{
	if (step->kind == STEP_OVERRIDE && !step->driver)
		return xstrdup("clear the override");
	return fill_form(forms[step->kind].name, NULL, step->driver);
}

char *step_text(const struct source *source, const char *device, const struct step *step)
{
	_cleanup_free_ char *path = NULL, *text = NULL;

	(void)source;
	if (step->kind == STEP_LOAD)
		return xasprintf("modprobe %s", step->driver);
	path = fill_form(forms[step->kind].path, device, step->driver);
	text = fill_form(forms[step->kind].text, device, step->driver);
	return xasprintf("echo%s%s > %s", *text ? " " : "", text, path);
}

int take_step(const struct source *source, const char *device, const struct step *step,
	      int timeout_ms, pid_t *stuck, struct error *err)
{
	_cleanup_free_ char *path = NULL, *text = NULL, *line = NULL;
	struct writing writing;

	(void)source;
	(void)err; /* a write has a code and nothing else to say */
	if (step->kind == STEP_LOAD)
		return load_module(step->driver, timeout_ms, stuck);
	path = fill_form(forms[step->kind].path, device, step->driver);
	text = fill_form(forms[step->kind].text, device, step->driver);
	line = xasprintf("%s\n", text);
	writing = (struct writing){ path, line };
	return run_in_child(write_text, &writing, timeout_ms, NULL, stuck);
}

/* --- a child that does not come back ------------------------------------------------------ */

void child_waits_in(pid_t child, char text[64])
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/wchan", (int)child);
	struct source live = { .live = true };

	if (read_attribute(&live, AT_FDCWD, path, text, 64) <= 0 || strcmp(text, "0") == 0)
		*text = '\0';
}

uint64_t child_start(pid_t child)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/stat", (int)child);
	struct source live = { .live = true };
	char text[1024], *at, *field = NULL;
	uint64_t start;

	if (read_attribute(&live, AT_FDCWD, path, text, sizeof(text)) <= 0)
		return 0;
	at = strrchr(text, ')'); /* the name before it may hold anything */
	for (int i = 2; at && i <= 22; i++)
		field = strsep(&at, " ");
	return field && parse_u64(field, 10, UINT64_MAX, &start) == 0 ? start : 0;
}
