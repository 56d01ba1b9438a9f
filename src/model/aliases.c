/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions whose requests carry the address of another on the same bus. */
#include "model/aliases.h"

#include "acpi/acpi.h"
#include "model/bdf.h"
#include "model/scope.h"

/* Which addresses a function uses beside its own. */
enum rule {
	FUNCTION_0,
	FUNCTION_1,
	WHOLE_BUS,
	CARD, /* 10.0, 11.0 and 12.3: Intel's MIC x200 */
	FIVE, /* functions 0 to 4 of every device: Intel's VCA */
	TOLD, /* those that registers of the function hold, which nobody reads here */
};

static const struct {
	uint16_t vendor, first, last;
	enum rule rule;
} quirks[] = {
	{ 0x1180, 0xe476, 0xe476, FUNCTION_0 }, /* Ricoh */
	{ 0x1180, 0xe832, 0xe832, FUNCTION_0 },
	{ 0x6766, 0x3d40, 0x3d41, FUNCTION_0 }, /* Glenfly */
	{ 0x1b4b, 0x9120, 0x9120, FUNCTION_1 }, /* Marvell */
	{ 0x1b4b, 0x9123, 0x9123, FUNCTION_1 },
	{ 0x1b4b, 0x9125, 0x9125, FUNCTION_1 },
	{ 0x1b4b, 0x9128, 0x9128, FUNCTION_1 },
	{ 0x1b4b, 0x9130, 0x9130, FUNCTION_1 },
	{ 0x1b4b, 0x9170, 0x9170, FUNCTION_1 },
	{ 0x1b4b, 0x9172, 0x9172, FUNCTION_1 },
	{ 0x1b4b, 0x917a, 0x917a, FUNCTION_1 },
	{ 0x1b4b, 0x9182, 0x9183, FUNCTION_1 },
	{ 0x1b4b, 0x91a0, 0x91a0, FUNCTION_1 },
	{ 0x1b4b, 0x9215, 0x9215, FUNCTION_1 },
	{ 0x1b4b, 0x9220, 0x9220, FUNCTION_1 },
	{ 0x1b4b, 0x9230, 0x9230, FUNCTION_1 },
	{ 0x1b4b, 0x9235, 0x9235, FUNCTION_1 },
	{ 0x1103, 0x0642, 0x0642, FUNCTION_1 }, /* HighPoint */
	{ 0x1103, 0x0645, 0x0645, FUNCTION_1 },
	{ 0x197b, 0x2392, 0x2392, FUNCTION_1 }, /* JMicron */
	{ 0x1c28, 0x0122, 0x0122, FUNCTION_1 }, /* Lite-On */
	{ 0x10b5, 0x87b0, 0x87b1, WHOLE_BUS },	/* PLX, as a bridge between hosts */
	{ 0x8086, 0x2260, 0x2260, CARD },
	{ 0x8086, 0x2264, 0x2264, CARD },
	{ 0x8086, 0x2954, 0x2956, FIVE },
	{ 0x8086, 0x2958, 0x295a, FIVE },
	{ 0x11f8, 0x0000, 0xffff, TOLD }, /* Microsemi Switchtec */
	{ 0x1055, 0x1001, 0x1008, TOLD }, /* Microchip PCI100x */
};

/* Only what is there as a bridge between two hosts has such registers. */
static bool hosts_meet(const struct device *device)
{
	return device->class >> 8 == 0x0680;
}

static enum tristate tristate(bool value)
{
	return value ? TRI_YES : TRI_NO;
}

/* Whether @device uses the address of @other, by its kind. */
static enum tristate by_rule(enum rule rule, const struct device *device, const struct bdf *other)
{
	bool same_slot = device->bdf.device == other->device;

	switch (rule) {
	case FUNCTION_0:
		return tristate(same_slot && other->function == 0);
	case FUNCTION_1:
		return tristate(same_slot && other->function == 1);
	case WHOLE_BUS:
		return TRI_YES;
	case CARD:
		return tristate(((other->device == 0x10 || other->device == 0x11) &&
				 other->function == 0) ||
				(other->device == 0x12 && other->function == 3));
	case FIVE:
		return tristate(other->function < 5);
	case TOLD:
		return hosts_meet(device) ? TRI_UNKNOWN : TRI_NO;
	}
	return TRI_UNKNOWN;
}

static enum tristate by_kind(const struct device *device, const struct bdf *other)
{
	for (size_t i = 0; i < sizeof(quirks) / sizeof(quirks[0]); i++)
		if (device->vendor == quirks[i].vendor && device->product >= quirks[i].first &&
		    device->product <= quirks[i].last)
			return by_rule(quirks[i].rule, device, other);
	return device->vendor < 0 || device->product < 0 ? TRI_UNKNOWN : TRI_NO;
}

/* Linux keeps the last alias that the table has for a function. */
static struct table_alias find_alias(const struct ivrs *ivrs, const struct device *device)
{
	struct table_alias alias = { .there = TRI_NO };

	for (size_t i = 0; i < ivrs->nr_blocks; i++) {
		const struct ivrs_block *block = &ivrs->blocks[i];

		if (block->type != IVRS_IVHD || block->ignored)
			continue;
		for (size_t k = 0; k < block->nr_entries; k++) {
			const struct ivrs_entry *entry = &block->entries[k];

			if (entry->has_alias &&
			    requester_in_range(block->segment, entry->first, entry->last, device))
				alias = (struct table_alias){ TRI_YES, entry->alias };
		}
	}
	return alias;
}

struct table_alias table_alias(const struct machine *machine, const struct device *device)
{
	if (!device->unit_known)
		return (struct table_alias){ .there = TRI_UNKNOWN };
	if (!device->unit || device->unit->kind != UNIT_AMD_VI)
		return (struct table_alias){ .there = TRI_NO };
	if (machine->ivrs.state != FILE_READ)
		return (struct table_alias){ .there = TRI_UNKNOWN };
	return find_alias(&machine->ivrs.table->ivrs, device);
}

static enum tristate by_table(struct table_alias alias, const struct bdf *other)
{
	return alias.there == TRI_YES ? tristate(alias.requester == bdf_requester(other))
				      : alias.there;
}

enum tristate are_aliases(const struct device *a, struct table_alias of_a, const struct device *b,
			  struct table_alias of_b)
{
	const enum tristate answers[] = { by_kind(a, &b->bdf), by_kind(b, &a->bdf),
					  by_table(of_a, &b->bdf), by_table(of_b, &a->bdf) };
	enum tristate are = TRI_NO;

	if (a->bdf.domain != b->bdf.domain || a->bdf.bus != b->bdf.bus)
		return TRI_NO;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i] == TRI_YES)
			return TRI_YES;
		if (answers[i] == TRI_UNKNOWN)
			are = TRI_UNKNOWN;
	}
	return are;
}
