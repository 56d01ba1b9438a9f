/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI functions as /dev/pci tells of them (pci(4)): who is there, under which driver, what they
 * decode, and their config space.
 *
 * Whoever may only read the node is told of functions, drivers and BARs, and nothing else (EPERM).
 *
 * Config space is read here, not by libpci: that opens the node by itself, so that no model and no
 * record could answer in its place.
 */
#ifndef IOMMUTOOL_FREEBSD_PCI_H
#define IOMMUTOOL_FREEBSD_PCI_H

#include "collect/freebsd/abi.h"
#include "collect/freebsd/os.h"
#include "model/machine.h"
#include "util/error.h"

/* The open node. */
struct freebsd_pci {
	struct os *os;
	int fd;
};

/**
 * freebsd_pci_open() - open it for writing, or else for reading
 * @pci: on success released with freebsd_pci_close()
 *
 * Return: 0 or negative errno.
 */
int freebsd_pci_open(struct os *os, struct freebsd_pci *pci, struct error *err);
void freebsd_pci_close(struct freebsd_pci *pci);

/* A function in the kernel's list. */
struct freebsd_function {
	struct bdf bdf;
	/* As FreeBSD addresses it, in ioctls and in names for devctl: the same as .bdf, but where
	 * ARI gives a device more than 8 functions, its device is 0 and its function up to 255. */
	struct abi_pcisel sel;
	uint8_t header_type; /* 0 device, 1 bridge, 2 CardBus bridge */
	uint16_t vendor, product, subvendor, subdevice;
	uint32_t class; /* 0xCCSSPP */
	uint8_t revision;
	size_t order; /* in the kernel's list, from 0 */
	/* The device class that it is in: of the driver that it has, or that it was told to have
	 * and that refused (.attached tells). "": none. */
	char driver[ABI_NAME_SIZE];
	unsigned long unit;
	enum tristate attached; /* it has a driver */
};

/**
 * freebsd_pci_list() - all functions
 * @functions: by address, to be freed
 *
 * .attached is PCIOCATTACHED's answer. Where that is not permitted, a device that has the sysctl
 * dev.DRIVER.UNIT.%driver is attached, and of others it is unknown.
 *
 * Return: 0; -EAGAIN when the list changed again and again; -EPROTO when the kernel's answer makes
 * no sense; other negative errno.
 */
int freebsd_pci_list(const struct freebsd_pci *pci, struct freebsd_function **functions, size_t *nr,
		     struct error *err);

/**
 * freebsd_list_devices() - fill machine.devices with all PCI functions
 * @facts: of enum fact (collect.h): FACT_RESOURCES, FACT_TOPOLOGY and FACT_ACS, which brings
 *         FACT_TOPOLOGY, are asked for; identity, class and driver are always there
 * @machine: has no devices yet; what is unknown in them gets a note
 * @functions: set to what the list has, one a device and in their order, to be freed; may be NULL
 *
 * device.driver is known where .attached is. There are no groups and no units in it.
 *
 * Return: 0 or negative errno, as freebsd_pci_list(); machine.devices is empty then.
 */
int freebsd_list_devices(struct os *os, unsigned facts, struct machine *machine,
			 struct freebsd_function **functions, struct error *err);

/**
 * freebsd_read_config() - the config space of a function as far as anybody looks at it
 * @config: the first 256 bytes, and behind them the headers of extended capabilities up to ACS, and
 *          ACS itself: each dword is a request to the device. The rest is 0.
 * @length: for find_capability() and its like; 0 on failure
 *
 * Return: 0; -EPERM when the node is open for reading; -ENODEV when the function has gone; other
 * negative errno.
 */
int freebsd_read_config(const struct freebsd_pci *pci, const struct freebsd_function *function,
			uint8_t config[CONFIG_SPACE_SIZE], size_t *length);

/* One dword of it; @at is a multiple of 4. Return: as freebsd_read_config(). */
int freebsd_read_config_dword(const struct freebsd_pci *pci,
			      const struct freebsd_function *function, unsigned at,
			      uint32_t *value);

/**
 * freebsd_read_bars() - what a function decodes by its BARs
 * @bars: those that are not there have no flags; those without an address RESOURCE_UNSET
 *
 * Return: 0; -ENODEV when the function has gone; -ERANGE when a BAR leads beyond the last address
 * or has no size; other negative errno. @bars is of no use then.
 */
int freebsd_read_bars(const struct freebsd_pci *pci, const struct freebsd_function *function,
		      struct resource bars[NR_BARS]);

/* --- parts of freebsd_list_devices() ------------------------------------------------------- */

/*
 * device.parent and .root_bus, from what bridges say of the buses below them. Unknown for what is
 * on a bus that a bridge which cannot be read may be above of, or that two claim.
 */
void freebsd_fill_topology(const struct freebsd_pci *pci, struct machine *machine,
			   const struct freebsd_function *functions);

/* device.routing, of those whose config space decides on isolation; wants the topology. */
void freebsd_fill_routing(const struct freebsd_pci *pci, struct machine *machine,
			  const struct freebsd_function *functions);

/* device.resources: the BARs. What bridges let through is not in it, so theirs are unknown. */
void freebsd_fill_resources(const struct freebsd_pci *pci, struct machine *machine,
			    const struct freebsd_function *functions);

#endif
