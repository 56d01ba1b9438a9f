/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making, searching and releasing a machine; the few verdicts that need nothing else. */
#include "model/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/acpi.h"
#include "model/bdf.h"
#include "util/alloc.h"

struct machine *machine_new(void)
{
	struct machine *machine = xcalloc(1, sizeof(*machine));

	machine->remapping = TRI_UNKNOWN;
	machine->cpu_family = -1;
	return machine;
}

static void device_release(struct device *device)
{
	free(device->name);
	free(device->alias);
	free(device->driver);
	strings_free(&device->cdevs);
	free(device->resources);
	strings_free(&device->resets);
}

static void group_release(struct group *group)
{
	free(group->type);
	free(group->devices);
	free(group->regions);
	for (size_t i = 0; i < group->nr_holders; i++)
		free(group->holders[i].node);
	free(group->holders);
}

void machine_free(struct machine *machine)
{
	if (!machine)
		return;
	for (size_t i = 0; i < machine->nr_devices; i++)
		device_release(&machine->devices[i]);
	for (size_t i = 0; i < machine->nr_groups; i++)
		group_release(&machine->groups[i]);
	for (size_t i = 0; i < machine->nr_units; i++)
		free(machine->units[i].name);
	free(machine->devices);
	free(machine->groups);
	free(machine->units);
	acpi_free(machine->dmar.table);
	acpi_free(machine->ivrs.table);
	acpi_free(machine->viot.table);
	for (size_t i = 0; i < machine->nr_further; i++)
		acpi_free(machine->further[i].table);
	free(machine->further);
	free(machine->cpu_vendor);
	free(machine->release);
	free(machine->command_line);
	free(machine->bhyve);
	strings_free(&machine->notes);
	for (size_t i = 0; i < machine->nr_faults; i++) {
		free(machine->faults[i].subject);
		free(machine->faults[i].text);
	}
	free(machine->faults);
	free(machine);
}

/* Takes @text over. */
static void take_note(struct machine *machine, char *text)
{
	flatten(text);
	if (strings_contain(&machine->notes, text))
		free(text);
	else
		strings_take(&machine->notes, text);
}

void machine_note(struct machine *machine, const char *format, ...)
{
	va_list ap;
	char *text;
	int length;

	va_start(ap, format);
	length = vasprintf(&text, format, ap);
	va_end(ap);
	if (length >= 0)
		take_note(machine, text);
}

void machine_fault(struct machine *machine, const char *subject, const char *format, ...)
{
	struct fault *fault;
	va_list ap;
	char *text, *whole;
	int length;

	va_start(ap, format);
	length = vasprintf(&text, format, ap);
	va_end(ap);
	if (length < 0)
		die_out_of_memory();
	whole = xasprintf("%s: %s", subject, text);
	free(text);
	for (size_t i = 0; i < machine->nr_faults; i++)
		if (strcmp(machine->faults[i].text, whole) == 0) {
			free(whole);
			return;
		}
	machine->faults = xgrow(machine->faults, machine->nr_faults, sizeof(*machine->faults));
	fault = &machine->faults[machine->nr_faults++];
	*fault = (struct fault){
		.subject = xstrdup(subject),
		.text = whole,
	};
	take_note(machine, xstrdup(fault->text));
}

void machine_read_error(struct machine *machine, const char *subject, const char *what, int code)
{
	if (code == -ENOENT || code == -EACCES || code == -EPERM)
		machine_note(machine, "%s: %s: %s", subject, what, strerror(-code));
	else
		machine_fault(machine, subject, "%s: %s", what,
			      code == -EINVAL || code == -ERANGE ? "not what should be there"
								 : strerror(-code));
}

static int compare_to_device(const void *key, const void *element)
{
	const struct device *device = element;

	return device->is_pci ? bdf_compare(key, &device->bdf) : -1;
}

struct device *find_device(const struct machine *machine, const struct bdf *bdf)
{
	if (machine->nr_devices == 0)
		return NULL;
	return bsearch(bdf, machine->devices, machine->nr_devices, sizeof(*machine->devices),
		       compare_to_device);
}

struct device *find_device_named(const struct machine *machine, const char *name)
{
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (strcmp(machine->devices[i].name, name) == 0)
			return &machine->devices[i];
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (machine->devices[i].alias && strcmp(machine->devices[i].alias, name) == 0)
			return &machine->devices[i];
	return NULL;
}

static int compare_to_group(const void *key, const void *element)
{
	uint32_t number = *(const uint32_t *)key;
	const struct group *group = element;

	return (number > group->number) - (number < group->number);
}

struct group *find_group(const struct machine *machine, uint32_t number)
{
	if (machine->nr_groups == 0)
		return NULL;
	return bsearch(&number, machine->groups, machine->nr_groups, sizeof(*machine->groups),
		       compare_to_group);
}

void group_name(const struct group *group, char text[GROUP_NAME_SIZE])
{
	snprintf(text, GROUP_NAME_SIZE, "group %" PRIu32, group->number);
}

struct unit *find_unit(const struct machine *machine, const char *name)
{
	for (size_t i = 0; i < machine->nr_units; i++)
		if (strcmp(machine->units[i].name, name) == 0)
			return &machine->units[i];
	return NULL;
}

/* PCI class codes (base class and subclass) that are no endpoints for VFIO's purposes. */
static const struct {
	int class;
	enum role role;
} class_roles[] = {
	{ 0x0600, ROLE_HOST_BRIDGE }, { 0x0601, ROLE_ISA_BRIDGE }, { 0x0604, ROLE_BRIDGE },
	{ 0x0607, ROLE_BRIDGE },      { 0x0609, ROLE_BRIDGE },	   { 0x0806, ROLE_IOMMU },
};

enum role device_role(const struct device *device)
{
	if (!device->is_pci)
		return ROLE_PLATFORM;
	if (device->class < 0)
		return ROLE_UNKNOWN;
	for (size_t i = 0; i < sizeof(class_roles) / sizeof(class_roles[0]); i++)
		if (device->class >> 8 == class_roles[i].class)
			return class_roles[i].role;
	return ROLE_ENDPOINT;
}

const char *role_name(enum role role)
{
	static const char *const names[] = {
		[ROLE_UNKNOWN] = NULL,
		[ROLE_ENDPOINT] = "endpoint",
		[ROLE_BRIDGE] = "bridge",
		[ROLE_HOST_BRIDGE] = "host-bridge",
		[ROLE_ISA_BRIDGE] = "isa-bridge",
		[ROLE_IOMMU] = "iommu",
		[ROLE_PLATFORM] = "platform",
	};

	return names[role];
}

const char *unit_kind_name(enum unit_kind kind)
{
	static const char *const names[] = {
		[UNIT_INTEL_VTD] = "intel-vtd", [UNIT_AMD_VI] = "amd-vi", [UNIT_VIRTIO] = "virtio",
		[UNIT_SMMU] = "smmu",		[UNIT_OTHER] = NULL,
	};

	return names[kind];
}
