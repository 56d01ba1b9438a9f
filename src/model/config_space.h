/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the configuration space of a PCI function (PCI Express Base Specification, 7.5 to 7.9).
 */
#ifndef IOMMUTOOL_CONFIG_SPACE_H
#define IOMMUTOOL_CONFIG_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_SPACE_SIZE 0x1000
#define CONVENTIONAL_CONFIG_SIZE 0x100

enum capability {
	CAPABILITY_EXPRESS = 0x10, /* 7.5.3 */
};

enum extended_capability {
	EXTENDED_SERIAL = 0x0003, /* 7.9.3: 8 bytes from offset 4, the lowest first */
	EXTENDED_ACS = 0x000d,	  /* 7.7.11: 2 bytes of capability at 4, 2 of control at 6 */
};

/**
 * find_capability() - where a capability of the first 256 bytes begins
 * @length: bytes of @config that were read; what is beyond them is not there
 * @found: set to the offset, or 0 when there is none
 *
 * Return: false when that cannot be told: the list leads beyond @length.
 */
bool find_capability(const uint8_t *config, size_t length, unsigned id, size_t *found);

/**
 * find_extended_capability() - where an extended capability begins
 * @length: bytes of @config that were read; what is beyond them is not there
 * @nth: 0 for the first of that kind
 *
 * Return: the offset, or 0 when there is none.
 */
size_t find_extended_capability(const uint8_t *config, size_t length, unsigned id, unsigned nth);

/**
 * blank_serials() - zero what tells a device from others of its kind
 * @length: bytes of @config; those beyond CONFIG_SPACE_SIZE stay as they are
 *
 * That is the PCI Express serial number, of which network cards make their MAC address, and the
 * window to vital product data.
 */
void blank_serials(uint8_t *config, size_t length);

/* --- what config space says on the way of a request --------------------------------------- */

/* Device/Port Type (7.5.3.2). */
enum pcie_type {
	PCIE_NONE = -1, /* conventional PCI or PCI-X */
	PCIE_ENDPOINT = 0,
	PCIE_LEGACY_ENDPOINT = 1,
	PCIE_ROOT_PORT = 4,
	PCIE_UPSTREAM_PORT = 5,
	PCIE_DOWNSTREAM_PORT = 6,
	PCIE_TO_PCI_BRIDGE = 7,
	PCI_TO_PCIE_BRIDGE = 8,
	PCIE_INTEGRATED_ENDPOINT = 9,
	PCIE_EVENT_COLLECTOR = 10,
};

/* Bits of ACS capability and control (7.7.11.2, 7.7.11.3). */
enum acs_bit {
	ACS_SOURCE_VALIDATION = 0x01,
	ACS_TRANSLATION_BLOCKING = 0x02,
	ACS_REQUEST_REDIRECT = 0x04,
	ACS_COMPLETION_REDIRECT = 0x08,
	ACS_UPSTREAM_FORWARDING = 0x10,
	ACS_EGRESS_CONTROL = 0x20,
	ACS_DIRECT_TRANSLATED = 0x40,
};

/* All zero: nothing was read. */
struct routing {
	bool type_known; /* also .multifunction, .bus_check */
	enum pcie_type type;
	bool multifunction; /* says function's header; other functions need not be there */
	bool bus_check;	    /* bit 26 of the dword at d8h, in Intel's root ports: bus numbers of
			       requests are checked */
	bool acs_known;
	bool has_acs;
	uint16_t acs_capability; /* enum acs_bit; 0 without */
	uint16_t acs_control;
	uint16_t acs_beyond; /* the word behind control, where some of Intel's have it */
};

/**
 * parse_routing() - decode what of config space tells the way of a request
 * @length: bytes read: 64 where only root may have more, 256, or CONFIG_SPACE_SIZE
 *
 * What lies beyond @length is unknown; but a function of 256 bytes has no extended capabilities.
 */
struct routing parse_routing(const uint8_t *config, size_t length);

#endif
