/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What functions decode: PCIOCGETBAR, which whoever may read /dev/pci may ask. */
#include <errno.h>
#include <string.h>

#include "collect/freebsd/pci.h"
#include "util/alloc.h"

#define FIRST_BAR 0x10
#define BAR_IO 0x1u
#define BAR_PREFETCHABLE 0x8u /* of memory */
#define BAR_IO_BITS 0x3ull
#define BAR_MEMORY_BITS 0xfull

static int decode_bar(const struct abi_pci_bar_io *bar, struct resource *resource)
{
	bool is_io = bar->base & BAR_IO;
	uint64_t base = bar->base & ~(is_io ? BAR_IO_BITS : BAR_MEMORY_BITS);

	if (bar->length == 0 || bar->length - 1 > UINT64_MAX - base)
		return -ERANGE;
	*resource = (struct resource){
		.start = base,
		.end = base + (bar->length - 1),
		.flags = is_io ? RESOURCE_IO : RESOURCE_MEMORY,
	};
	if (!is_io && (bar->base & BAR_PREFETCHABLE))
		resource->flags |= RESOURCE_PREFETCHABLE;
	if (base == 0)
		resource->flags |= RESOURCE_UNSET;
	return 0;
}

int freebsd_read_bars(const struct freebsd_pci *pci, const struct freebsd_function *function,
		      struct resource bars[NR_BARS])
{
	for (int i = 0; i < NR_BARS; i++) {
		struct abi_pci_bar_io io = { .sel = function->sel, .reg = FIRST_BAR + 4 * i };
		int r = pci->os->ops->ioctl(pci->os, pci->fd, ABI_PCIOCGETBAR, &io);

		bars[i] = (struct resource){ 0 };
		if (r >= 0)
			r = decode_bar(&io, &bars[i]);
		if (r < 0 && r != -EINVAL) /* there is no such BAR */
			return r;
	}
	return 0;
}

void freebsd_fill_resources(const struct freebsd_pci *pci, struct machine *machine,
			    const struct freebsd_function *functions)
{
	for (size_t i = 0; i < machine->nr_devices; i++) {
		struct device *device = &machine->devices[i];
		struct resource bars[NR_BARS];
		int r;

		if (functions[i].header_type != 0)
			continue;
		r = freebsd_read_bars(pci, &functions[i], bars);
		if (r < 0) {
			machine_note(machine, "%s: BARs: %s", device->name,
				     r == -ERANGE ? "one has no size, or leads beyond the last "
						    "address; what it decodes is unknown"
						  : strerror(-r));
			continue;
		}
		device->resources = xcalloc(NR_BARS, sizeof(*device->resources));
		memcpy(device->resources, bars, sizeof(bars));
		device->nr_resources = NR_BARS;
		device->resources_known = true;
	}
}
