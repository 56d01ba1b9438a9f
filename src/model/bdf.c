/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI addresses as people and kernels write them. */
#include "model/bdf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_PARTS 4

/* The widest value of each part, from the right: function, device, bus, domain. */
static const uint64_t part_max[MAX_PARTS] = { 7, 31, 255, UINT32_MAX };

void bdf_format(const struct bdf *bdf, char text[BDF_TEXT_SIZE])
{
	snprintf(text, BDF_TEXT_SIZE, "%04" PRIx32 ":%02x:%02x.%x", bdf->domain, bdf->bus,
		 bdf->device & 31u, bdf->function & 7u);
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
		if (parse_u64(part, base, part_max[nr], &values[nr]) < 0)
			return -EINVAL;
		nr++;
		if (!at)
			break;
		*at = '\0';
	}
	if (nr < min)
		return -EINVAL;
	*bdf = (struct bdf){
		.domain = (uint32_t)values[3],
		.bus = (uint8_t)values[2],
		.device = (uint8_t)values[1],
		.function = (uint8_t)values[0],
	};
	return 0;
}

int bdf_parse(const char *text, struct bdf *bdf)
{
	if (strncmp(text, "pci", 3) == 0)
		return parse_parts(text + 3, ":::", 3, 10, bdf);
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
