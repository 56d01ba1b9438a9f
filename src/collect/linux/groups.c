/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IOMMU groups: their numbers, default domain types and reserved regions. */
#include "collect/linux/collectors.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define PAGE 4096 /* sysfs writes at most a page */

static const struct {
	const char *word;
	enum region_type type;
} region_words[] = {
	{ "direct", REGION_DIRECT },
	{ "direct-relaxable", REGION_DIRECT_RELAXABLE },
	{ "reserved", REGION_RESERVED },
	{ "msi", REGION_MSI },
};

/* One line, "0xSTART 0xEND TYPE" (drivers/iommu/iommu.c). */
static int parse_region(char *line, struct region *region)
{
	const char *start = strsep(&line, " ");
	const char *end = strsep(&line, " ");

	if (!end || !line || parse_u64(start, 16, UINT64_MAX, &region->start) < 0 ||
	    parse_u64(end, 16, UINT64_MAX, &region->end) < 0 || region->end < region->start ||
	    !*line || strlen(line) >= sizeof(region->word) || strchr(line, ' '))
		return -EINVAL;
	strcpy(region->word, line);
	region->type = REGION_OTHER;
	for (size_t i = 0; i < sizeof(region_words) / sizeof(region_words[0]); i++)
		if (strcmp(line, region_words[i].word) == 0)
			region->type = region_words[i].type;
	return 0;
}

static int compare_regions(const void *a, const void *b)
{
	const struct region *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

static void read_regions(const struct source *source, struct machine *machine, int dir,
			 struct group *group)
{
	char text[PAGE + 1], *at = text, *line;
	ssize_t n = read_content(source, dir, "reserved_regions", text, sizeof(text));

	if (n < 0) {
		machine_note(machine, "group %" PRIu32 ": reserved_regions: %s", group->number,
			     strerror((int)-n));
		return;
	}
	/* The kernel cuts what does not fit into a page, in the middle of a word if need be. */
	if (n >= PAGE - 1 || (n > 0 && text[n - 1] != '\n')) {
		machine_note(machine,
			     "group %" PRIu32 ": reserved_regions: cut short; the regions of this "
			     "group are unknown",
			     group->number);
		return;
	}
	group->regions_known = true;
	while ((line = strsep(&at, "\n"))) {
		struct region region = { 0 };

		if (!*line)
			continue;
		if (parse_region(line, &region) < 0) {
			machine_note(machine,
				     "group %" PRIu32
				     ": reserved_regions: a line is no region; the "
				     "regions of this group are unknown",
				     group->number);
			group->regions_known = false;
			continue;
		}
		group->regions = xgrow(group->regions, group->nr_regions, sizeof(*group->regions));
		group->regions[group->nr_regions++] = region;
	}
	if (group->nr_regions)
		qsort(group->regions, group->nr_regions, sizeof(*group->regions), compare_regions);
}

static void read_group(const struct source *source, struct machine *machine, unsigned facts,
		       struct group *group)
{
	_cleanup_free_ char *path = xasprintf(PATH_GROUPS "/%" PRIu32, group->number);
	_cleanup_close_ int dir = source_open_dir(source, path);
	char text[32], subject[GROUP_NAME_SIZE];
	ssize_t n;

	group_name(group, subject);
	if (dir < 0) {
		machine_fault(machine, subject, "%s", strerror(-dir));
		return;
	}
	if (facts & FACT_GROUP_TYPE) {
		n = read_attribute(source, dir, "type", text, sizeof(text));
		if (n > 0 && strcmp(text, "unknown") == 0)
			machine_note(machine, "%s: it has no default domain", subject);
		else if (n > 0)
			group->type = xstrdup(text);
		else
			machine_read_error(machine, subject, "type", n < 0 ? (int)n : -EINVAL);
	}
	if (facts & FACT_RESERVED)
		read_regions(source, machine, dir, group);
}

/* VFIO without an IOMMU makes groups of its own; only they have this name. */
static bool is_noiommu(const struct source *source, uint32_t number)
{
	_cleanup_free_ char *path = xasprintf(PATH_GROUPS "/%" PRIu32, number);
	_cleanup_close_ int dir = source_open_dir(source, path);
	char name[32];

	return dir >= 0 && read_attribute(source, dir, "name", name, sizeof(name)) > 0 &&
	       strcmp(name, "vfio-noiommu") == 0;
}

/* The parameter that allows them can be cleared while they are there: only the module counts. */
static bool has_vfio(const struct source *source)
{
	_cleanup_close_ int dir = source_open_dir(source, "sys/module/vfio");

	return dir >= 0;
}

static int compare_groups(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

void collect_groups(const struct source *source, struct machine *machine, unsigned facts)
{
	bool vfio = has_vfio(source);
	struct strings names = { 0 };
	uint64_t number;
	int r = source_list(source, PATH_GROUPS, &names);

	/* A kernel without any IOMMU driver has no such folder, and no units either. */
	machine->groups_known = r == 0 || (r == -ENOENT && machine->nr_units == 0);
	if (!machine->groups_known)
		machine_fault(machine, "/" PATH_GROUPS, "%s", strerror(-r));
	for (size_t i = 0; i < names.nr; i++) {
		if (parse_u64(names.items[i], 10, UINT32_MAX, &number) < 0 ||
		    (names.items[i][0] == '0' && names.items[i][1])) {
			machine_fault(machine, "/" PATH_GROUPS, "%s: not a group number",
				      names.items[i]);
			continue;
		}
		if (vfio && is_noiommu(source, (uint32_t)number)) {
			machine->has_noiommu_groups = true;
			continue;
		}
		machine->groups =
			xgrow(machine->groups, machine->nr_groups, sizeof(*machine->groups));
		machine->groups[machine->nr_groups++] =
			(struct group){ .number = (uint32_t)number };
	}
	strings_free(&names);
	if (machine->nr_groups == 0)
		return;
	qsort(machine->groups, machine->nr_groups, sizeof(*machine->groups), compare_groups);
	if (facts & (FACT_GROUP_TYPE | FACT_RESERVED))
		for (size_t i = 0; i < machine->nr_groups; i++)
			read_group(source, machine, facts, &machine->groups[i]);
}

void collect_reserved(const struct source *source, struct machine *machine, const bool *wanted)
{
	for (size_t i = 0; i < machine->nr_devices; i++) {
		struct group *group = wanted[i] ? machine->devices[i].group : NULL;

		if (group && !group->regions_known && group->nr_regions == 0)
			read_group(source, machine, FACT_RESERVED, group);
	}
}
