/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI addresses as people and kernels write them. */
#include "model/bdf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_PARTS 4
#define ARI_MAX 255 /* functions of the one device of a bus, as FreeBSD counts them */

/* The widest value of each part, from the right: function, device, bus, domain. */
static const uint64_t part_max[MAX_PARTS] = { 7, 31, 255, UINT32_MAX };

void bdf_format(const struct bdf *bdf, char text[BDF_TEXT_SIZE])
{
	snprintf(text, BDF_TEXT_SIZE, "%04" PRIx32 ":%02x:%02x.%x", bdf->domain, bdf->bus,
		 bdf->device & 31u, bdf->function & 7u);
}

void bdf_format_freebsd(const struct bdf *bdf, char text[BDF_FREEBSD_SIZE])
{
	snprintf(text, BDF_FREEBSD_SIZE, "pci%" PRIu32 ":%u:%u:%u", bdf->domain, bdf->bus,
		 bdf->device & 31u, bdf->function & 7u);
}

bool bdf_format_bhyve(const struct bdf *bdf, char text[BDF_BHYVE_SIZE])
{
	snprintf(text, BDF_BHYVE_SIZE, "%u/%u/%u", bdf->bus, bdf->device & 31u, bdf->function & 7u);
	if (bdf->domain != 0)
		text[0] = '\0';
	return bdf->domain == 0;
}

/*
 * Splits @text at @separators, which are expected in this order from the right, and reads
 * @min to MAX_PARTS parts.
 */
static int parse_parts(const char *text, const char *separators, size_t min, int base,
		       struct bdf *bdf)
{
	uint64_t values[MAX_PARTS] = { 0 };
	size_t domain_digits = base == 10 ? 10 : 8;
	char copy[32];
	size_t nr = 0;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	for (;;) {
		char *at = nr < strlen(separators) ? strrchr(copy, separators[nr]) : NULL;
		const char *part = at ? at + 1 : copy;

		if (strlen(part) > (nr == MAX_PARTS - 1 ? domain_digits : 4) || strpbrk(part, "xX"))
			return -EINVAL;
		/* FreeBSD writes none; who does may mean lspci's hexadecimal. */
		if (base == 10 && part[0] == '0' && part[1])
			return -EINVAL;
		if (parse_u64(part, base, base == 10 && nr == 0 ? ARI_MAX : part_max[nr],
			      &values[nr]) < 0)
			return -EINVAL;
		nr++;
		if (!at)
			break;
		*at = '\0';
	}
	if (nr < min || (values[0] > part_max[0] && values[1] != 0))
		return -EINVAL;
	values[1] |= values[0] >> 3;
	values[0] &= 7;
	*bdf = (struct bdf){
		.domain = (uint32_t)values[3],
		.bus = (uint8_t)values[2],
		.device = (uint8_t)values[1],
		.function = (uint8_t)values[0],
	};
	return 0;
}

/* "D:B:S:F:", as pciconf -l has it; with fewer numbers a last one may be missing. */
static bool has_final_colon(const char *numbers)
{
	size_t colons = 0;

	for (const char *at = numbers; *at; at++)
		colons += *at == ':';
	return colons == MAX_PARTS && numbers[strlen(numbers) - 1] == ':';
}

static int parse_pci(const char *numbers, struct bdf *bdf)
{
	char copy[32];

	if (!has_final_colon(numbers))
		return parse_parts(numbers, ":::", 3, 10, bdf);
	if (strlen(numbers) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, numbers);
	copy[strlen(copy) - 1] = '\0';
	return parse_parts(copy, ":::", MAX_PARTS, 10, bdf);
}

int bdf_parse(const char *text, struct bdf *bdf)
{
	if (strncmp(text, "pci", 3) == 0)
		return parse_pci(text + 3, bdf);
	if (strchr(text, '/'))
		return parse_parts(text, "//", 3, 10, bdf);
	return parse_parts(text, ".::", 3, 16, bdf);
}

bool bdf_is_canonical(const char *text)
{
	char canonical[BDF_TEXT_SIZE];
	struct bdf bdf;

	if (bdf_parse(text, &bdf) < 0)
		return false;
	bdf_format(&bdf, canonical);
	return strcmp(text, canonical) == 0;
}

int bdf_compare(const struct bdf *a, const struct bdf *b)
{
	if (a->domain != b->domain)
		return a->domain < b->domain ? -1 : 1;
	return (int)bdf_requester(a) - (int)bdf_requester(b);
}

uint16_t bdf_requester(const struct bdf *bdf)
{
	return (uint16_t)(bdf->bus << 8 | (bdf->device & 31) << 3 | (bdf->function & 7));
}
