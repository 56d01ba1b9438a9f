/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IOMMU units: the class devices that drivers register (drivers/iommu/iommu-sysfs.c). */
#include "collect/linux/collectors.h"

#include <errno.h>
#include <string.h>

#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"

static const struct {
	const char *prefix; /* of the class device's name */
	enum unit_kind kind;
} name_kinds[] = {
	{ "dmar", UNIT_INTEL_VTD },
	{ "ivhd", UNIT_AMD_VI },
	{ "virtio", UNIT_VIRTIO },
	{ "smmu", UNIT_SMMU },
};

/* Where the class link leads: the parts between slashes name the parents. */
static void read_parent(int dir, struct unit *unit)
{
	char target[1024], *at = target, *part;
	ssize_t n = readlinkat(dir, unit->name, target, sizeof(target) - 1);

	if (n < 0)
		return;
	target[n] = '\0';
	while ((part = strsep(&at, "/"))) {
		struct bdf bdf;

		if (strchr(part, ':') && bdf_parse(part, &bdf) == 0) {
			unit->has_function = true;
			unit->function = bdf;
		}
		if (strncmp(part, "virtio", 6) == 0 && unit->kind == UNIT_OTHER)
			unit->kind = UNIT_VIRTIO;
	}
}

static void read_intel(const struct source *source, int dir, struct unit *unit)
{
	uint64_t number;

	unit->has_registers = read_number(source, dir, "cap", 16, UINT64_MAX, &unit->cap) == 0 &&
			      read_number(source, dir, "ecap", 16, UINT64_MAX, &unit->ecap) == 0 &&
			      read_number(source, dir, "address", 16, UINT64_MAX, &unit->address) ==
				      0;
	if (read_number(source, dir, "domains_supported", 10, INT32_MAX, &number) == 0)
		unit->domains_supported = (int64_t)number;
	if (read_number(source, dir, "domains_used", 10, INT32_MAX, &number) == 0)
		unit->domains_used = (int64_t)number;
}

/* "EFR:EFR2", or the other way round on some kernels; model/width.c tells them apart. */
static void read_amd(const struct source *source, int dir, struct unit *unit)
{
	char text[64], *second = text;
	ssize_t n = read_attribute(source, dir, "features", text, sizeof(text));
	const char *first;

	if (n < 0)
		return;
	first = strsep(&second, ":");
	if (parse_u64(first, 16, UINT64_MAX, &unit->features[0]) < 0)
		return;
	if (second && parse_u64(second, 16, UINT64_MAX, &unit->features[1]) < 0)
		return;
	unit->has_features = true;
}

static void read_registers(const struct source *source, struct machine *machine, struct unit *unit)
{
	static const char *const folders[] = {
		[UNIT_INTEL_VTD] = "intel-iommu",
		[UNIT_AMD_VI] = "amd-iommu",
		[UNIT_OTHER] = NULL,
	};
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int dir = -1;

	if (!folders[unit->kind]) {
		machine_note(machine,
			     "%s: sysfs shows no registers of such a unit: its width, page "
			     "sizes and domains are unknown",
			     unit->name);
		return;
	}
	if (unit->kind == UNIT_AMD_VI)
		machine_note(machine, "%s: sysfs does not count the domains of such a unit",
			     unit->name);
	path = xasprintf(PATH_UNITS "/%s/%s", unit->name, folders[unit->kind]);
	dir = source_open_dir(source, path);
	if (dir >= 0 && unit->kind == UNIT_INTEL_VTD)
		read_intel(source, dir, unit);
	if (dir >= 0 && unit->kind == UNIT_AMD_VI)
		read_amd(source, dir, unit);
	if (!unit->has_registers && !unit->has_features)
		machine_note(machine, "%s: /%s: no readable registers there", unit->name, path);
}

static void add_unit(const struct source *source, struct machine *machine, unsigned facts, int dir,
		     const char *name)
{
	_cleanup_free_ char *path = xasprintf(PATH_UNITS "/%s", name);
	_cleanup_close_ int own = source_open_dir(source, path);
	struct unit *unit;

	if (own < 0) {
		machine_fault(machine, name, "/%s: %s", path, strerror(-own));
		return;
	}
	machine->units = xgrow(machine->units, machine->nr_units, sizeof(*machine->units));
	unit = &machine->units[machine->nr_units++];
	*unit = (struct unit){
		.name = xstrdup(name),
		.kind = UNIT_OTHER,
		.domains_supported = -1,
		.domains_used = -1,
	};
	for (size_t i = 0; i < sizeof(name_kinds) / sizeof(name_kinds[0]); i++)
		if (strncmp(name, name_kinds[i].prefix, strlen(name_kinds[i].prefix)) == 0)
			unit->kind = name_kinds[i].kind;
	read_parent(dir, unit);
	if (facts & FACT_REGISTERS)
		read_registers(source, machine, unit);
}

void collect_units(const struct source *source, struct machine *machine, unsigned facts)
{
	_cleanup_close_ int dir = source_open_dir(source, PATH_UNITS);
	struct strings names = { 0 };

	if (dir < 0) {
		/* A kernel without any IOMMU driver has no such class. */
		if (dir != -ENOENT)
			machine_fault(machine, "/" PATH_UNITS, "%s", strerror(-dir));
		return;
	}
	source_list(source, PATH_UNITS, &names);
	for (size_t i = 0; i < names.nr; i++)
		add_unit(source, machine, facts, dir, names.items[i]);
	strings_free(&names);
}
