/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cuts long lists down to the lines that concern this machine's devices and IOMMU. */
#include "collect/linux/capture/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

typedef bool (*line_filter)(void *data, const char *line, size_t length);

static void keep_lines(uint8_t *bytes, size_t *length, line_filter wanted, void *data)
{
	size_t kept = 0;

	for (size_t at = 0; at < *length;) {
		const uint8_t *end = memchr(bytes + at, '\n', *length - at);
		size_t line = end ? (size_t)(end - (bytes + at)) + 1 : *length - at;

		if (wanted(data, (const char *)bytes + at, line)) {
			memmove(bytes + kept, bytes + at, line);
			kept += line;
		}
		at += line;
	}
	*length = kept;
}

/* --- modules.dep, modules.builtin ------------------------------------------------------- */

static bool names_module(void *data, const char *line, size_t length)
{
	static const char *const words[] = { "vfio", "iommufd", "virtio-iommu", "virtio_iommu" };

	(void)data;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(line, length, words[i], strlen(words[i])))
			return true;
	return false;
}

void keep_module_lines(const struct source *machine, uint8_t **bytes, size_t *length)
{
	(void)machine;
	keep_lines(*bytes, length, names_module, NULL);
}

/* --- /proc/cpuinfo ----------------------------------------------------------------------- */

/* @data: whether the lines of the first processor are over; an empty one ends them. */
static bool names_cpu(void *data, const char *line, size_t length)
{
	static const char *const words[] = { "vendor_id\t", "cpu family\t" };
	bool *over = data;

	*over = *over || *line == '\n';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !*over; i++)
		if (length > strlen(words[i]) && memcmp(line, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

void keep_cpu_family(const struct source *machine, uint8_t **bytes, size_t *length)
{
	bool over = false;

	(void)machine;
	keep_lines(*bytes, length, names_cpu, &over);
}

/* --- /proc/interrupts -------------------------------------------------------------------- */

/* " 24:   17   3   IR-PCI-MSI-0000:00:02.0   0-edge   eth0" becomes "24: IR-PCI-MSI-0000:00:02.0".
 */
static size_t keep_chip(char *line, char *to)
{
	const char *name = strsep(&line, ":"), *word;

	name += strspn(name, " ");
	while ((word = strsep(&line, " ")))
		if (strspn(word, "0123456789") != strlen(word))
			return (size_t)sprintf(to, "%s: %s\n", name, word);
	return 0;
}

void keep_interrupt_chips(const struct source *machine, uint8_t **bytes, size_t *length)
{
	char *kept = xcalloc(*length + 1, 2); /* a line may grow by the blank behind the colon */
	char *at = (char *)*bytes, *line;
	size_t done = 0;

	(void)machine;
	while ((line = strsep(&at, "\n")))
		done += keep_chip(line, kept + done);
	free(*bytes);
	*bytes = (uint8_t *)kept;
	*length = done;
}

/* --- pci.ids ---------------------------------------------------------------------------- */

/* The devices of the machine, and the vendor whose lines come now. */
struct known {
	uint32_t *ids; /* vendor << 16 | device, sorted */
	size_t nr;
	uint32_t vendor;
};

static int compare_ids(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool knows_vendor(const struct known *known, uint32_t vendor)
{
	size_t low = 0, high = known->nr;

	/* The first that is not below the vendor's first device. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (known->ids[middle] >> 16 < vendor)
			low = middle + 1;
		else
			high = middle;
	}
	return low < known->nr && known->ids[low] >> 16 == vendor;
}

/* "10de" and a blank. */
static bool read_id(const char *text, size_t length, uint32_t *id)
{
	char digits[5] = "";
	uint64_t value;

	if (length < 5 || text[4] != ' ')
		return false;
	memcpy(digits, text, 4);
	if (digits[1] == 'x' || parse_u64(digits, 16, 0xffff, &value) < 0)
		return false;
	*id = (uint32_t)value;
	return true;
}

/* "VVVV  Vendor", "\tDDDD  Device", "\t\tSSSS SSSS  Subsystem", and other lists behind them. */
static bool names_known(void *data, const char *line, size_t length)
{
	struct known *known = data;
	uint32_t id;

	if (*line != '\t' && *line != '#') {
		known->vendor = UINT32_MAX;
		if (!read_id(line, length, &id) || !knows_vendor(known, id))
			return false;
		known->vendor = id;
		return true;
	}
	if (*line != '\t' || known->vendor > 0xffff || !read_id(line + 1, length - 1, &id))
		return false;
	id |= known->vendor << 16;
	return bsearch(&id, known->ids, known->nr, sizeof(id), compare_ids) != NULL;
}

void keep_known_names(const struct source *machine, uint8_t **bytes, size_t *length)
{
	struct machine *facts = collect(machine, FACT_ID);
	struct known known = { .vendor = UINT32_MAX };

	known.ids = xcalloc(facts->nr_devices, sizeof(*known.ids));
	for (size_t i = 0; i < facts->nr_devices; i++)
		if (facts->devices[i].vendor >= 0 && facts->devices[i].product >= 0)
			known.ids[known.nr++] = (uint32_t)facts->devices[i].vendor << 16 |
						(uint32_t)facts->devices[i].product;
	qsort(known.ids, known.nr, sizeof(*known.ids), compare_ids);
	keep_lines(*bytes, length, names_known, &known);
	free(known.ids);
	machine_free(facts);
}
