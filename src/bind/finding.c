/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guards share to say what they saw. */
#include "bind/finding.h"

#include <stdlib.h>

#include "util/alloc.h"

const struct interface *next_interface(const struct guard_question *question,
				       const struct interface *after)
{
	const struct usage *usage = question->usage;
	size_t i = after ? (size_t)(after - usage->interfaces) + 1 : 0;

	for (; i < usage->nr_interfaces; i++)
		if (usage->interfaces[i].device == question->device)
			return &usage->interfaces[i];
	return NULL;
}

char *list_text(const struct strings *list)
{
	if (list->nr == 1)
		return xstrdup(list->items[0]);
	if (list->nr == 2)
		return xasprintf("%s and %s", list->items[0], list->items[1]);
	return xasprintf("%s, %s and %zu more", list->items[0], list->items[1], list->nr - 2);
}

struct guard_finding guard_pass(char *fact)
{
	if (fact)
		flatten(fact);
	return (struct guard_finding){ .answer = GUARD_PASS, .fact = fact };
}

struct guard_finding guard_refuse(const struct guard_question *question, const char *guard,
				  char *fact, const char *next)
{
	struct guard_finding finding = { .answer = GUARD_REFUSE, .fact = fact };

	/* What goes back to the host cannot be forced. */
	finding.next = guard && !question->giving_back ? xasprintf("%s, or --force=%s", next, guard)
						       : xstrdup(next);
	flatten(finding.fact);
	flatten(finding.next);
	return finding;
}

struct guard_finding guard_refuse_seen(const struct guard_question *question, const char *guard,
				       struct strings *seen, const char *next)
{
	char *fact = list_text(seen);

	strings_free(seen);
	return guard_refuse(question, guard, fact, next);
}

struct guard_finding guard_unknown(const struct guard_question *question, const char *guard,
				   char *fact, const char *next)
{
	bool captured = question->usage->captured;
	struct guard_finding finding =
		guard_refuse(question, guard, fact, captured ? "look on the machine itself" : next);

	finding.answer = GUARD_UNKNOWN;
	return finding;
}

/*
 * By class and subclass. Other memory controllers and system peripherals are devices like others:
 * shared memory of VMs, accelerators that move data.
 */
static const struct {
	int class;
	const char *name;
} platform_classes[] = {
	{ 0x0600, "host bridge" },
	{ 0x0601, "ISA bridge" },
	{ 0x0800, "interrupt controller" },
	{ 0x0801, "DMA controller" },
	{ 0x0802, "timer" },
	{ 0x0803, "real-time clock" },
	{ 0x0804, "PCI hot-plug controller" },
	{ 0x0c05, "SMBus" },
	{ 0x0c80, "SPI" },
};

const char *platform_function(int class)
{
	for (size_t i = 0; i < sizeof(platform_classes) / sizeof(platform_classes[0]); i++)
		if (class == platform_classes[i].class)
			return platform_classes[i].name;
	return NULL;
}
