/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of which Linux knows better than their ACS capability (drivers/pci/quirks.c). */
#include "model/acs.h"

#define AMD 0x1022
#define AMD_ATI 0x1002
#define IDT 0x111d
#define INTEL 0x8086
#define BROADCOM 0x14e4
#define CAVIUM 0x177d
#define QUALCOMM 0x17cb
#define SOLARFLARE 0x1924
#define NXP 0x1957
#define ZHAOXIN 0x1d17
#define AMPERE 0x1def
#define WANGXUN 0x8088
#define LOONGSON 0x0014

#define ANY 0x0000, 0xffff

/* Of which functions a line speaks. */
enum kind {
	ALL,
	ROOT_PORTS,
	PORTS,	      /* root and downstream ports */
	INTEGRATED,   /* root complex integrated endpoints */
	SOUTH_BRIDGE, /* several functions on a root bus, beside an AMD IOMMU */
};

/* What it says. */
enum rule {
	SAFE, /* as if all were in force */
	UNSAFE,
	BUS_CHECK, /* safe once Linux prepared it, which shows in the port's bus check */
	DWORDS,	   /* the registers are dwords, so control stands where something else should */
};

/* The first line that fits counts. Several speak of a whole vendor: those stand behind others. */
static const struct {
	uint16_t vendor, first, last;
	enum kind kind;
	enum rule rule;
} quirks[] = {
	/* Functions in AMD's south bridges. */
	{ AMD_ATI, 0x4383, 0x4385, SOUTH_BRIDGE, SAFE },
	{ AMD_ATI, 0x4399, 0x4399, SOUTH_BRIDGE, SAFE },
	{ AMD_ATI, 0x439c, 0x439d, SOUTH_BRIDGE, SAFE },
	{ AMD, 0x7809, 0x7809, SOUTH_BRIDGE, SAFE },
	{ AMD, 0x780f, 0x780f, SOUTH_BRIDGE, SAFE },
	/* Network cards whose functions do not reach each other. */
	{ SOLARFLARE, 0x0903, 0x0903, ALL, SAFE },
	{ SOLARFLARE, 0x0923, 0x0923, ALL, SAFE },
	{ SOLARFLARE, 0x0a03, 0x0a03, ALL, SAFE },
	{ INTEL, 0x105e, 0x1060, ALL, SAFE },
	{ INTEL, 0x10a7, 0x10a7, ALL, SAFE },
	{ INTEL, 0x10a9, 0x10a9, ALL, SAFE },
	{ INTEL, 0x10c6, 0x10c6, ALL, SAFE },
	{ INTEL, 0x10c9, 0x10c9, ALL, SAFE },
	{ INTEL, 0x10d6, 0x10d6, ALL, SAFE },
	{ INTEL, 0x10d9, 0x10d9, ALL, SAFE },
	{ INTEL, 0x10db, 0x10db, ALL, SAFE },
	{ INTEL, 0x10dd, 0x10dd, ALL, SAFE },
	{ INTEL, 0x10e1, 0x10e1, ALL, SAFE },
	{ INTEL, 0x10e6, 0x10e8, ALL, SAFE },
	{ INTEL, 0x10f1, 0x10f1, ALL, SAFE },
	{ INTEL, 0x10f7, 0x10fc, ALL, SAFE },
	{ INTEL, 0x1507, 0x1507, ALL, SAFE },
	{ INTEL, 0x1509, 0x150a, ALL, SAFE },
	{ INTEL, 0x150d, 0x1511, ALL, SAFE },
	{ INTEL, 0x1514, 0x1514, ALL, SAFE },
	{ INTEL, 0x1516, 0x1516, ALL, SAFE },
	{ INTEL, 0x1518, 0x1518, ALL, SAFE },
	{ INTEL, 0x151c, 0x151c, ALL, SAFE },
	{ INTEL, 0x1521, 0x1524, ALL, SAFE },
	{ INTEL, 0x1526, 0x1527, ALL, SAFE },
	{ INTEL, 0x1529, 0x152a, ALL, SAFE },
	{ INTEL, 0x154d, 0x154d, ALL, SAFE },
	{ INTEL, 0x154f, 0x154f, ALL, SAFE },
	{ INTEL, 0x1551, 0x1551, ALL, SAFE },
	{ INTEL, 0x1558, 0x1558, ALL, SAFE },
	{ INTEL, 0x15b7, 0x15b8, ALL, SAFE },
	{ 0x19a2, 0x0710, 0x0710, ALL, SAFE }, /* Emulex BE3-R */
	{ 0x10df, 0x0720, 0x0720, ALL, SAFE }, /* Emulex Skyhawk-R */
	{ CAVIUM, 0xa026, 0xa026, ALL, SAFE },
	{ CAVIUM, 0xa059, 0xa059, ALL, SAFE },
	{ CAVIUM, 0xa060, 0xa060, ALL, SAFE },
	{ BROADCOM, 0x16d7, 0x16d7, ALL, SAFE },
	{ BROADCOM, 0x1750, 0x1752, ALL, SAFE },
	{ BROADCOM, 0x1760, 0x1763, ALL, SAFE },
	{ ZHAOXIN, 0x3038, 0x3038, ALL, SAFE },
	{ ZHAOXIN, 0x3104, 0x3104, ALL, SAFE },
	{ ZHAOXIN, 0x9083, 0x9083, ALL, SAFE },
	{ WANGXUN, 0x0100, 0x010f, ALL, SAFE },
	{ WANGXUN, 0x1001, 0x1001, ALL, SAFE },
	{ WANGXUN, 0x2001, 0x2001, ALL, SAFE },
	{ WANGXUN, 0x5010, 0x5010, ALL, SAFE },
	{ WANGXUN, 0x5025, 0x5025, ALL, SAFE },
	{ WANGXUN, 0x5040, 0x5040, ALL, SAFE },
	{ WANGXUN, 0x5110, 0x5110, ALL, SAFE },
	{ WANGXUN, 0x5125, 0x5125, ALL, SAFE },
	{ WANGXUN, 0x5140, 0x5140, ALL, SAFE },
	{ WANGXUN, ANY, ALL, UNSAFE },
	/* Intel's root complexes and chipsets. */
	{ INTEL, ANY, INTEGRATED, SAFE },
	{ INTEL, 0x1c10, 0x1c1f, ROOT_PORTS, BUS_CHECK }, /* Cougar Point */
	{ INTEL, 0x1d10, 0x1d10, ROOT_PORTS, BUS_CHECK }, /* Patsburg, every other */
	{ INTEL, 0x1d12, 0x1d12, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x1d14, 0x1d14, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x1d16, 0x1d16, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x1d18, 0x1d18, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x1d1a, 0x1d1a, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x1d1c, 0x1d1c, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x1d1e, 0x1d1e, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x1e10, 0x1e1f, ROOT_PORTS, BUS_CHECK }, /* Panther Point */
	{ INTEL, 0x3b42, 0x3b51, ROOT_PORTS, BUS_CHECK }, /* Ibex Peak */
	{ INTEL, 0x8c10, 0x8c1f, ROOT_PORTS, BUS_CHECK }, /* Lynx Point-H */
	{ INTEL, 0x8c90, 0x8c90, ROOT_PORTS, BUS_CHECK }, /* Lynx Point 9, every other */
	{ INTEL, 0x8c92, 0x8c92, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x8c94, 0x8c94, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x8c96, 0x8c96, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x8c98, 0x8c98, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x8c9a, 0x8c9a, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x8c9c, 0x8c9c, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x8c9e, 0x8c9e, ROOT_PORTS, BUS_CHECK },
	{ INTEL, 0x8d10, 0x8d1e, ROOT_PORTS, BUS_CHECK }, /* Wellsburg */
	{ INTEL, 0x9c10, 0x9c1b, ROOT_PORTS, BUS_CHECK }, /* Lynx Point-LP */
	{ INTEL, 0x9c90, 0x9c9b, ROOT_PORTS, BUS_CHECK }, /* Wildcat Point */
	{ INTEL, 0x9d10, 0x9d1b, ROOT_PORTS, DWORDS },	  /* Sunrise Point-LP */
	{ INTEL, 0xa110, 0xa11f, ROOT_PORTS, DWORDS },	  /* Sunrise Point-H */
	{ INTEL, 0xa167, 0xa16a, ROOT_PORTS, DWORDS },
	{ INTEL, 0xa290, 0xa29f, ROOT_PORTS, DWORDS }, /* Union Point */
	{ INTEL, 0xa2e7, 0xa2ee, ROOT_PORTS, DWORDS },
	/* Root ports of others. */
	{ 0x10e8, 0xe004, 0xe004, ALL, SAFE }, /* Applied Micro */
	{ AMPERE, 0xe005, 0xe00c, ALL, SAFE },
	{ BROADCOM, 0xd714, 0xd714, ALL, SAFE },
	{ CAVIUM, 0xa000, 0xa7ff, ROOT_PORTS, SAFE },
	{ CAVIUM, 0xaf84, 0xaf84, ROOT_PORTS, SAFE },
	{ CAVIUM, 0xb884, 0xb884, ROOT_PORTS, SAFE },
	{ QUALCOMM, 0x0111, 0x0111, ALL, SAFE },
	{ QUALCOMM, 0x0115, 0x0115, ALL, SAFE },
	{ QUALCOMM, 0x0120, 0x0120, ALL, SAFE },
	{ QUALCOMM, 0x0400, 0x0401, ALL, SAFE },
	{ 0x1dbf, 0x0401, 0x0401, ALL, SAFE },	      /* HXT */
	{ 0x1c36, 0x0031, 0x0031, ROOT_PORTS, SAFE }, /* Amazon */
	{ NXP, 0x8d80, 0x8d83, ALL, SAFE },
	{ NXP, 0x8d88, 0x8d8b, ALL, SAFE },
	{ NXP, 0x8d90, 0x8d93, ALL, SAFE },
	{ NXP, 0x8d98, 0x8d9b, ALL, SAFE },
	{ NXP, 0x8da0, 0x8da1, ALL, SAFE },
	{ NXP, 0x8da8, 0x8da9, ALL, SAFE },
	{ NXP, 0x8db0, 0x8db1, ALL, SAFE },
	{ NXP, 0x8db8, 0x8db9, ALL, SAFE },
	{ LOONGSON, 0x3c09, 0x3c09, ALL, SAFE },
	{ LOONGSON, 0x3c19, 0x3c19, ALL, SAFE },
	{ LOONGSON, 0x3c29, 0x3c29, ALL, SAFE },
	{ LOONGSON, 0x7a09, 0x7a09, ALL, SAFE },
	{ LOONGSON, 0x7a19, 0x7a19, ALL, SAFE },
	{ LOONGSON, 0x7a29, 0x7a29, ALL, SAFE },
	{ LOONGSON, 0x7a39, 0x7a39, ALL, SAFE },
	{ LOONGSON, 0x7a49, 0x7a49, ALL, SAFE },
	{ LOONGSON, 0x7a59, 0x7a59, ALL, SAFE },
	{ LOONGSON, 0x7a69, 0x7a69, ALL, SAFE },
	{ ZHAOXIN, 0x0710, 0x071e, PORTS, SAFE },
	{ ZHAOXIN, 0x0721, 0x0721, PORTS, SAFE },
	{ ZHAOXIN, 0x0723, 0x0752, PORTS, SAFE },
	{ ZHAOXIN, ANY, PORTS, UNSAFE },
};

static enum tristate tristate(bool value)
{
	return value ? TRI_YES : TRI_NO;
}

static enum tristate is_south_bridge(const struct machine *machine, const struct device *device)
{
	if (device->parent || device->physical)
		return TRI_NO;
	if (machine->ivrs.state == FILE_UNASKED || !device->routing.type_known)
		return TRI_UNKNOWN;
	return tristate(machine->ivrs.state != FILE_ABSENT && is_multifunction(device));
}

static enum tristate is_kind(const struct machine *machine, const struct device *device,
			     enum kind kind)
{
	enum pcie_type type = port_type(device);

	if (kind == ALL)
		return TRI_YES;
	if (kind == SOUTH_BRIDGE)
		return is_south_bridge(machine, device);
	if (!device->routing.type_known)
		return TRI_UNKNOWN;
	switch (kind) {
	case ROOT_PORTS:
		return tristate(type == PCIE_ROOT_PORT);
	case PORTS:
		return tristate(type == PCIE_ROOT_PORT || type == PCIE_DOWNSTREAM_PORT);
	case INTEGRATED:
		return tristate(type == PCIE_INTEGRATED_ENDPOINT);
	default:
		return TRI_UNKNOWN;
	}
}

/* Without the capability the line says nothing (Linux: -ENOTTY). */
static bool apply_dwords(const struct routing *routing, struct acs *acs)
{
	if (!routing->acs_known)
		return true;
	if (!routing->has_acs)
		return false;
	acs->missing = ACS_REQUIRED & routing->acs_capability & ~(unsigned)routing->acs_beyond;
	acs->enough = tristate(!acs->missing);
	return true;
}

/* Return: whether the line decides; @acs says TRI_UNKNOWN where it would, if more were known. */
static bool apply(enum rule rule, const struct routing *routing, struct acs *acs)
{
	*acs = (struct acs){ .enough = TRI_UNKNOWN, .by_quirk = true };
	if (rule == DWORDS)
		return apply_dwords(routing, acs);
	if (rule != BUS_CHECK || routing->type_known)
		acs->enough = tristate(rule == SAFE || (rule == BUS_CHECK && routing->bus_check));
	acs->missing = acs->enough == TRI_NO ? ACS_REQUIRED : 0;
	return true;
}

bool acs_quirk(const struct machine *machine, const struct device *device, struct acs *acs)
{
	for (size_t i = 0; i < sizeof(quirks) / sizeof(quirks[0]); i++) {
		enum tristate fits;

		if (device->vendor != quirks[i].vendor || device->product < quirks[i].first ||
		    device->product > quirks[i].last)
			continue;
		fits = is_kind(machine, device, quirks[i].kind);
		if (fits == TRI_UNKNOWN) {
			/* Virtual functions are safe with it or without. */
			*acs = (struct acs){ .enough = TRI_UNKNOWN };
			return !device->physical;
		}
		if (fits == TRI_YES && apply(quirks[i].rule, &device->routing, acs))
			return true;
	}
	return false;
}

/* Source validation of these switches fires where it should not: Linux does not use it. */
unsigned acs_broken_bits(const struct device *device)
{
	bool broken = device->vendor == IDT &&
		      (device->product == 0x80b5 || device->product == 0x8090);

	return broken ? ACS_SOURCE_VALIDATION : 0;
}
