/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What config space says on the way of requests: of bridges and of functions with others beside
 * them, the only ones where it decides anything.
 *
 * A read of config space wakes the bridge above the device, and the device itself from D3cold
 * (drivers/pci/pci.c, pci_config_pm_runtime_get): what sleeps like that is left alone. Only
 * headers and what is wanted are read, not all 4096 bytes, since each dword is a request.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "collect/linux/collectors.h"
#include "model/acs.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define EXTENDED_HEADER 4
#define ACS_REST 8 /* behind the header: capability, control, and what Intel has behind them */

/* Return: why a read would wake something, or NULL. */
static const char *asleep(const struct source *source, int dir, const struct device *device)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int power = -1;
	char text[32];

	if (!source->live)
		return NULL;
	if (read_attribute(source, dir, "power_state", text, sizeof(text)) > 0 &&
	    strcmp(text, "D3cold") == 0)
		return "it sleeps (D3cold)";
	if (!device->parent)
		return NULL;
	path = xasprintf(PATH_PCI_DEVICES "/%s/power", device->parent->name);
	power = source_open_dir(source, path);
	if (power >= 0 && read_attribute(source, power, "runtime_status", text, sizeof(text)) > 0 &&
	    strncmp(text, "suspend", 7) == 0)
		return "the bridge above it sleeps";
	return NULL;
}

/* Return: bytes read, fewer at the end of the file; negative errno. */
static ssize_t read_at(int fd, uint8_t *config, size_t at, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = pread(fd, config + at + done, length - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/* Return: where the next header is, as it was read. */
static size_t next_header(const uint8_t *config, size_t at)
{
	return ((size_t)config[at + 2] >> 4 | (size_t)config[at + 3] << 4) & 0xffc;
}

/*
 * Fills @config with the first 256 bytes, and of the rest with the headers up to that of ACS, and
 * ACS. What is between them stays 0: nobody looks there.
 *
 * Return: the length that can be taken as read, or negative errno.
 */
static ssize_t read_config(int fd, uint8_t config[CONFIG_SPACE_SIZE])
{
	size_t most = (CONFIG_SPACE_SIZE - CONVENTIONAL_CONFIG_SIZE) / EXTENDED_HEADER;
	size_t at = CONVENTIONAL_CONFIG_SIZE, express;
	ssize_t n = read_at(fd, config, 0, CONVENTIONAL_CONFIG_SIZE);

	if (n != CONVENTIONAL_CONFIG_SIZE ||
	    !find_capability(config, (size_t)n, CAPABILITY_EXPRESS, &express) || !express)
		return n;
	while (most-- > 0 && at >= CONVENTIONAL_CONFIG_SIZE) {
		bool is_acs;

		n = read_at(fd, config, at, EXTENDED_HEADER);
		if (n < 0)
			return n;
		if (n < EXTENDED_HEADER)
			return (ssize_t)at + n;
		is_acs = (config[at] | config[at + 1] << 8) == EXTENDED_ACS;
		at += EXTENDED_HEADER;
		if (is_acs) {
			n = read_at(fd, config, at,
				    at + ACS_REST > CONFIG_SPACE_SIZE ? CONFIG_SPACE_SIZE - at
								      : ACS_REST);
			return n < 0 ? n : n < ACS_REST ? (ssize_t)at + n : CONFIG_SPACE_SIZE;
		}
		at = next_header(config, at - EXTENDED_HEADER);
	}
	return CONFIG_SPACE_SIZE;
}

static void read_routing(const struct source *source, struct machine *machine,
			 struct device *device)
{
	_cleanup_free_ char *path = xasprintf(PATH_PCI_DEVICES "/%s", device->name);
	_cleanup_close_ int dir = source_open_dir(source, path);
	const char *sleeps = dir < 0 ? NULL : asleep(source, dir, device);
	_cleanup_close_ int fd = -1;
	uint8_t config[CONFIG_SPACE_SIZE] = { 0 };
	ssize_t n;

	if (sleeps) {
		machine_note(machine,
			     "%s: config space: not read: %s, and that would wake it; use the "
			     "device, or write \"on\" to its power/control",
			     device->name, sleeps);
		return;
	}
	fd = dir < 0 ? dir : source_open_file(source, dir, "config");
	n = fd < 0 ? fd : read_config(fd, config);
	if (n < 0) {
		machine_note(machine, "%s: config space: %s", device->name, strerror((int)-n));
		return;
	}
	device->routing = parse_routing(config, (size_t)n);
	if (device->routing.type_known && device->routing.acs_known)
		return;
	if (n < CONVENTIONAL_CONFIG_SIZE)
		machine_note(machine,
			     "%s: config space: only %zd bytes of it could be read; %s "
			     "as root",
			     device->name, n, source->live ? "run" : "capture");
	else
		machine_note(machine,
			     "%s: config space: the device does not answer, or what it "
			     "has is cut short",
			     device->name);
}

void collect_routing(const struct source *source, struct machine *machine)
{
	_cleanup_free_ bool *is_above = xcalloc(machine->nr_devices, sizeof(*is_above));

	for (size_t i = 0; i < machine->nr_devices; i++)
		if (machine->devices[i].parent)
			is_above[machine->devices[i].parent - machine->devices] = true;
	for (size_t i = 0; i < machine->nr_devices && machine->devices[i].is_pci; i++) {
		struct device *device = &machine->devices[i];

		if (is_above[i] || device_role(device) == ROLE_BRIDGE ||
		    has_siblings(machine, device))
			read_routing(source, machine, device);
	}
}
