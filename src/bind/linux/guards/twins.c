/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guard of the devices that vfio-pci is configured to take as soon as it is loaded. */
#include "bind/linux/guards/below.h"
#include "bind/linux/guards/list.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

#define ANY_ID UINT32_MAX

/* What ids= names: "vendor:device[:subvendor[:subdevice[:class[:class_mask]]]]", in hex. */
enum { VENDOR, PRODUCT, SUB_VENDOR, SUB_PRODUCT, CLASS, CLASS_MASK, NR_FIELDS };

struct vfio_id {
	uint32_t fields[NR_FIELDS];
};

/* As %x of the kernel's sscanf(): blanks and 0x before it are skipped, too many bits are cut off.
 * Return: what is behind it; NULL when there is no number. */
static const char *parse_field(const char *text, uint32_t *value)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *digit;

	text += strspn(text, " \t\n\v\f\r");
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && text[2] &&
	    strchr(digits, text[2]))
		text += 2;
	if (!*text || !strchr(digits, *text))
		return NULL;
	for (*value = 0; *text && (digit = strchr(digits, *text)); text++) {
		uint32_t n = (uint32_t)(digit - digits);

		*value = *value << 4 | (n < 16 ? n : n - 6);
	}
	return text;
}

/*
 * Reads what the kernel reads (drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids), which stops at the
 * first field that is none and takes what it has by then.
 */
static bool parse_id(const char *text, struct vfio_id *id)
{
	size_t nr = 0;

	*id = (struct vfio_id){ { [SUB_VENDOR] = ANY_ID, [SUB_PRODUCT] = ANY_ID } };
	while (nr < NR_FIELDS && (text = parse_field(text, &id->fields[nr]))) {
		nr++;
		if (*text++ != ':')
			break;
	}
	return nr >= 2;
}

/* Return: whether an ID means this value; unknown when the value is. */
static enum tristate field_matches(uint32_t wanted, int value)
{
	if (wanted == ANY_ID)
		return TRI_YES;
	if (value < 0)
		return TRI_UNKNOWN;
	return wanted == (uint32_t)value ? TRI_YES : TRI_NO;
}

static enum tristate class_matches(const struct vfio_id *id, int class)
{
	if (id->fields[CLASS_MASK] == 0)
		return TRI_YES;
	if (class < 0)
		return TRI_UNKNOWN;
	return ((id->fields[CLASS] ^ (uint32_t) class) & id->fields[CLASS_MASK]) == 0 ? TRI_YES
										      : TRI_NO;
}

/* As pci_match_one_device() of the kernel. */
static enum tristate id_matches(const struct guard_question *question, const struct vfio_id *id,
				const struct device *device)
{
	const struct function *function = find_function(question->usage, device);
	const enum tristate parts[] = {
		field_matches(id->fields[VENDOR], device->vendor),
		field_matches(id->fields[PRODUCT], device->product),
		field_matches(id->fields[SUB_VENDOR], function ? function->sub_vendor : -1),
		field_matches(id->fields[SUB_PRODUCT], function ? function->sub_product : -1),
		class_matches(id, device->class),
	};
	enum tristate all = TRI_YES;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i] == TRI_NO)
			return TRI_NO;
		if (parts[i] == TRI_UNKNOWN)
			all = TRI_UNKNOWN;
	}
	return all;
}

/* Whether a driver that comes could take it without being asked. Bridges vfio-pci refuses. */
static enum tristate is_free(const struct guard_question *question, size_t i)
{
	const struct device *device = &question->machine->devices[i];

	if (device == question->device || question->taken[i] || !device->is_pci || device->driver ||
	    device_role(device) == ROLE_BRIDGE)
		return TRI_NO;
	return device->driver_known ? TRI_YES : TRI_UNKNOWN;
}

struct twins {
	struct strings devices, ids;
	bool certain;
};

static void see_twins(const struct guard_question *question, const char *text, struct twins *twins)
{
	struct vfio_id id;
	bool found = false;

	if (!parse_id(text, &id))
		return;
	for (size_t i = 0; i < question->machine->nr_devices; i++) {
		const struct device *device = &question->machine->devices[i];
		enum tristate is_idle = is_free(question, i);
		enum tristate matches = is_idle == TRI_NO ? TRI_NO
							  : id_matches(question, &id, device);

		if (matches == TRI_NO)
			continue;
		found = true;
		twins->certain |= matches == TRI_YES && is_idle == TRI_YES;
		if (!strings_contain(&twins->devices, device->name))
			strings_add(&twins->devices, device->name);
	}
	if (found)
		strings_add(&twins->ids, text);
}

struct guard_finding ask_twins(const struct guard_question *question)
{
	const struct usage *usage = question->usage;
	struct twins twins = { 0 };
	char *devices, *ids, *fact;

	/* The other drivers of VFIO do not take IDs, and do not want this one loaded. */
	if (usage->vfio_pci_loaded || !question->to || strcmp(question->to, "vfio-pci") != 0)
		return guard_pass(NULL);
	for (size_t i = 0; i < usage->vfio_ids.nr; i++)
		see_twins(question, usage->vfio_ids.items[i], &twins);
	if (twins.devices.nr == 0 && usage->unknown[USAGE_VFIO_IDS])
		return guard_unknown(
			question, "twins",
			xasprintf("what vfio-pci takes when it is loaded is unknown: %s",
				  usage->unknown[USAGE_VFIO_IDS]),
			part_next(question, USAGE_VFIO_IDS));
	if (twins.devices.nr == 0)
		return guard_pass(NULL);
	devices = list_text(&twins.devices);
	ids = strings_join(&twins.ids, ",");
	fact = xasprintf("loading vfio-pci %s take %s too: ids=%s is configured",
			 twins.certain ? "would" : "may", devices, ids);
	strings_free(&twins.devices);
	strings_free(&twins.ids);
	free(devices);
	free(ids);
	return guard_refuse(question, "twins", fact,
			    "remove the ids= option (modprobe.d, kernel command line)");
}
