/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fault of an IOMMU as a line of the kernel's log. */
#include "model/fault_line.h"

#include <stdio.h>
#include <string.h>

#include "model/bdf.h"

#define AMD_INTERRUPT 0x008 /* flags of a page fault (AMD IOMMU specification, 2.5.3) */
#define AMD_WRITE 0x020

#define HEX "0123456789abcdef"

/* --- the text from left to right: @at moves past what was expected, or false ------------------ */

static bool take(const char **at, const char *expected)
{
	size_t length = strlen(expected);

	if (strncmp(*at, expected, length) != 0)
		return false;
	*at += length;
	return true;
}

/* "0x" and digits. */
static bool take_number(const char **at, uint64_t max, uint64_t *value)
{
	char text[20];
	size_t length;

	if (!take(at, "0x"))
		return false;
	length = strspn(*at, HEX);
	if (length >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)length, *at);
	*at += length;
	return parse_u64(text, 16, max, value) == 0;
}

/* "bb:dd.f" or "ssss:bb:dd.f". */
static bool take_bdf(const char **at, struct bdf *bdf)
{
	size_t length = strspn(*at, HEX ":");
	char text[BDF_TEXT_SIZE];

	if ((*at)[length] != '.' || !(*at)[length + 1])
		return false;
	length += strlen(".f");
	if (length >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%s%.*s", length == strlen("bb:dd.f") ? "0000:" : "",
		 (int)length, *at);
	*at += length;
	return bdf_is_canonical(text) && bdf_parse(text, bdf) == 0;
}

/* --- the two formats -------------------------------------------------------------------------- */

/*
 * DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x1000 [fault reason 0x06] TEXT
 * DMAR: [DMA Write PASID 0x1] Request device [0000:00:02.0] fault addr ...
 */
static bool parse_vtd(const char *at, struct iommu_fault *fault)
{
	uint64_t pasid, reason;

	fault->is_page = true;
	fault->is_write = false;
	if (!take(&at, "DMAR: [DMA "))
		return false;
	if (take(&at, "Write "))
		fault->is_write = true;
	else if (!take(&at, "Read "))
		return false;
	if (!take(&at, "NO_PASID") &&
	    !(take(&at, "PASID ") && take_number(&at, UINT32_MAX, &pasid)))
		return false;
	if (!take(&at, "] Request device [") || !take_bdf(&at, &fault->device) ||
	    !take(&at, "] fault addr ") || !take_number(&at, UINT64_MAX, &fault->address) ||
	    !take(&at, " [fault reason ") || !take_number(&at, 0xff, &reason) || !take(&at, "]"))
		return false;
	fault->reason = (int)reason;
	return true;
}

/* "NAME: " before @end, with the name of a driver before it. */
static bool device_before(const char *text, const char *end, struct bdf *bdf)
{
	const char *at;

	if (end - text < 2)
		return false;
	at = end - 2;
	while (at > text && at[-1] != ' ')
		at--;
	return take_bdf(&at, bdf) && take(&at, ": ") && at == end;
}

/*
 * vfio-pci 0000:00:02.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x1 address=0x1000 flags=0x20]
 * AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:00:02.0 domain=0x1 address=0x1000 flags=0x20]
 */
static bool parse_amd(const char *text, struct iommu_fault *fault)
{
	static const char title[] = "AMD-Vi: Event logged [IO_PAGE_FAULT ";
	const char *at = strstr(text, title);
	uint64_t domain, flags;
	bool named;

	if (!at)
		return false;
	named = device_before(text, at, &fault->device);
	if (!named && at != text)
		return false;
	at += strlen(title);
	if (!named && !(take(&at, "device=") && take_bdf(&at, &fault->device) && take(&at, " ")))
		return false;
	if (!take(&at, "domain=") || !take_number(&at, UINT32_MAX, &domain) ||
	    !take(&at, " address=") || !take_number(&at, UINT64_MAX, &fault->address) ||
	    !take(&at, " flags=") || !take_number(&at, 0xffff, &flags) || !take(&at, "]"))
		return false;
	fault->is_page = false;
	fault->is_write = flags & AMD_WRITE;
	fault->reason = (int)flags;
	return !(flags & AMD_INTERRUPT);
}

bool parse_fault_line(const char *text, struct iommu_fault *fault)
{
	struct iommu_fault found = { 0 };

	if (!parse_vtd(text, &found) && !parse_amd(text, &found))
		return false;
	*fault = found;
	return true;
}
