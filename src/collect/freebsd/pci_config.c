/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Config space by PCIOCREAD, and what it tells of the way of requests. */
#include <errno.h>
#include <string.h>

#include "collect/freebsd/pci.h"
#include "model/acs.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define ACS_REST 8 /* behind the header: capability, control, and what Intel has behind them */

int freebsd_read_config_dword(const struct freebsd_pci *pci,
			      const struct freebsd_function *function, unsigned at, uint32_t *value)
{
	struct abi_pci_io io = { .sel = function->sel, .reg = (int)at, .width = 4 };
	int r = pci->os->ops->ioctl(pci->os, pci->fd, ABI_PCIOCREAD, &io);

	*value = io.data;
	return r < 0 ? r : 0;
}

static int read_dwords(const struct freebsd_pci *pci, const struct freebsd_function *function,
		       uint8_t *config, size_t from, size_t to)
{
	for (size_t at = from; at < to; at += 4) {
		uint32_t value;
		int r = freebsd_read_config_dword(pci, function, (unsigned)at, &value);

		if (r < 0)
			return r;
		for (size_t i = 0; i < 4; i++)
			config[at + i] = (uint8_t)(value >> 8 * i);
	}
	return 0;
}

/* Return: where the next header is, as it was read. */
static size_t next_header(const uint8_t *config, size_t at)
{
	return ((size_t)config[at + 2] >> 4 | (size_t)config[at + 3] << 4) & 0xffc;
}

/* From one header to the next, up to ACS. A list without end is left after as many as have room. */
static int read_extended(const struct freebsd_pci *pci, const struct freebsd_function *function,
			 uint8_t *config)
{
	size_t most = (CONFIG_SPACE_SIZE - CONVENTIONAL_CONFIG_SIZE) / 4;
	size_t at = CONVENTIONAL_CONFIG_SIZE;

	while (most-- > 0 && at >= CONVENTIONAL_CONFIG_SIZE) {
		int r = read_dwords(pci, function, config, at, at + 4);
		size_t end = at + 4 + ACS_REST;

		if (r < 0)
			return r;
		if ((config[at] | config[at + 1] << 8) == EXTENDED_ACS)
			return read_dwords(pci, function, config, at + 4,
					   end < CONFIG_SPACE_SIZE ? end : CONFIG_SPACE_SIZE);
		at = next_header(config, at);
	}
	return 0;
}

int freebsd_read_config(const struct freebsd_pci *pci, const struct freebsd_function *function,
			uint8_t config[CONFIG_SPACE_SIZE], size_t *length)
{
	size_t express;
	int r;

	memset(config, 0, CONFIG_SPACE_SIZE);
	*length = 0;
	r = read_dwords(pci, function, config, 0, CONVENTIONAL_CONFIG_SIZE);
	if (r < 0)
		return r;
	*length = CONVENTIONAL_CONFIG_SIZE;
	if (!find_capability(config, *length, CAPABILITY_EXPRESS, &express) || !express)
		return 0;
	r = read_extended(pci, function, config);
	*length = r < 0 ? 0 : CONFIG_SPACE_SIZE;
	return r;
}

static void read_routing(const struct freebsd_pci *pci, struct machine *machine,
			 const struct freebsd_function *function, struct device *device)
{
	uint8_t config[CONFIG_SPACE_SIZE];
	size_t length;
	int r = freebsd_read_config(pci, function, config, &length);

	if (r == -EPERM) {
		machine_note(machine, ABI_PCI_NODE ": config space: only root may read it; run as "
						   "root");
	} else if (r < 0) {
		machine_note(machine, "%s: config space: %s", device->name, strerror(-r));
	} else {
		device->routing = parse_routing(config, length);
		if (!device->routing.type_known)
			machine_note(machine, "%s: config space: the device does not answer",
				     device->name);
	}
}

void freebsd_fill_routing(const struct freebsd_pci *pci, struct machine *machine,
			  const struct freebsd_function *functions)
{
	_cleanup_free_ bool *is_above = xcalloc(machine->nr_devices, sizeof(*is_above));

	for (size_t i = 0; i < machine->nr_devices; i++)
		if (machine->devices[i].parent)
			is_above[machine->devices[i].parent - machine->devices] = true;
	for (size_t i = 0; i < machine->nr_devices; i++) {
		struct device *device = &machine->devices[i];

		if (is_above[i] || device_role(device) == ROLE_BRIDGE ||
		    has_siblings(machine, device))
			read_routing(pci, machine, &functions[i], device);
	}
}
