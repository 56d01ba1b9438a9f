/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running kernel says of itself and the CPU: its release, and how interrupts arrive. */
#include "collect/linux/collectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define INTERRUPTS_MAX (16u << 20) /* a column a CPU makes it wide */
#define CPUINFO_SIZE 4096	   /* a beginning, of 1.5 KiB and more a CPU */

/*
 * Remapped interrupt chips have names that begin with "IR-" (drivers/iommu/intel/irq_remapping.c,
 * drivers/iommu/amd/iommu.c); nothing else in /proc or /sys tells that remapping is in use.
 */
static void read_remapping(const struct source *source, struct machine *machine)
{
	_cleanup_free_ uint8_t *text = NULL;
	size_t length;
	int r = source_read(source, "proc/interrupts", INTERRUPTS_MAX, &text, &length);

	if (r < 0) {
		machine_note(machine, "interrupt remapping: /proc/interrupts: %s", strerror(-r));
		return;
	}
	if (length == 0)
		return;
	if (strstr((const char *)text, " IR-")) {
		machine->remapping = TRI_YES;
		return;
	}
	/* On other architectures than x86 chips have other names, and tell nothing. */
	for (size_t i = 0; i < machine->nr_units; i++)
		if (machine->units[i].kind == UNIT_SMMU || machine->units[i].kind == UNIT_OTHER) {
			machine_note(machine,
				     "interrupt remapping: only x86 shows it in /proc/interrupts");
			return;
		}
	machine->remapping = TRI_NO;
}

static void read_release(const struct source *source, struct machine *machine)
{
	_cleanup_close_ int dir = source_open_dir(source, "proc/sys/kernel");
	char text[128];

	if (dir >= 0 && read_attribute(source, dir, "osrelease", text, sizeof(text)) > 0)
		machine->release = xstrdup(text);
}

static void read_command_line(const struct source *source, struct machine *machine)
{
	_cleanup_close_ int dir = source_open_dir(source, "proc");
	char text[4097]; /* COMMAND_LINE_SIZE is at most 4096 */

	if (dir >= 0 && read_attribute(source, dir, "cmdline", text, sizeof(text)) >= 0)
		machine->command_line = xstrdup(text);
}

/*
 * Value of the line "NAME\t: VALUE\n" among those of the first processor, which end with an empty
 * line (arch/x86/kernel/cpu/proc.c).
 *
 * Return: it, to be freed, or NULL.
 */
static char *processor_value(const char *text, const char *name)
{
	const char *stop = strstr(text, "\n\n");
	size_t length = strlen(name);

	for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		const char *value = line + length;

		if (stop && line > stop)
			break;
		if (strncmp(line, name, length) != 0)
			continue;
		value += strspn(value, "\t ");
		if (*value++ != ':')
			continue;
		value += strspn(value, " ");
		return xasprintf("%.*s", (int)(end > value ? end - value : 0), value);
	}
	return NULL;
}

/* Other architectures than x86 have other lines: then both stay unknown. */
static void read_cpu(const struct source *source, struct machine *machine)
{
	_cleanup_close_ int dir = source_open_dir(source, "proc");
	_cleanup_close_ int fd = dir < 0 ? dir : source_open_file(source, dir, "cpuinfo");
	_cleanup_free_ char *family = NULL;
	char text[CPUINFO_SIZE + 1];
	ssize_t n = fd < 0 ? fd : read(fd, text, CPUINFO_SIZE);
	uint64_t number;

	if (n < 0) {
		machine_note(machine, "CPU: /proc/cpuinfo: %s", strerror(fd < 0 ? -fd : errno));
		return;
	}
	text[n] = '\0';
	machine->cpu_vendor = processor_value(text, "vendor_id");
	family = processor_value(text, "cpu family");
	if (family && parse_u64(family, 10, 0xffff, &number) == 0)
		machine->cpu_family = (int)number;
}

void collect_kernel(const struct source *source, struct machine *machine, unsigned facts)
{
	if (facts & FACT_REMAPPING)
		read_remapping(source, machine);
	if (facts & FACT_KERNEL) {
		read_release(source, machine);
		read_command_line(source, machine);
	}
	if (facts & FACT_CPU)
		read_cpu(source, machine);
}
