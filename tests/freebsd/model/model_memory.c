/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model's /dev/mem: pages that a test wrote, and ACPI tables in them. */
#include <errno.h>
#include <string.h>

#include "parts.h"
#include "util/alloc.h"

#define PAGE 4096u
#define ACPI_HEADER 36
#define ACPI_CHECKSUM 9

struct model_page {
	uint64_t number;
	uint8_t *bytes;
};

/* Return: where the page is, or would have to go. */
static size_t page_index(const struct model *model, uint64_t number)
{
	size_t low = 0, high = model->nr_pages;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (model->pages[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint8_t *page_at(const struct model *model, uint64_t number)
{
	size_t at = page_index(model, number);

	return at < model->nr_pages && model->pages[at].number == number ? model->pages[at].bytes
									 : NULL;
}

static uint8_t *page_made(struct model *model, uint64_t number)
{
	uint8_t *bytes = page_at(model, number);
	size_t at = page_index(model, number);

	if (bytes)
		return bytes;
	model->pages = xgrow(model->pages, model->nr_pages, sizeof(*model->pages));
	memmove(&model->pages[at + 1], &model->pages[at],
		(model->nr_pages - at) * sizeof(*model->pages));
	model->nr_pages++;
	model->pages[at] = (struct model_page){ number, xcalloc(1, PAGE) };
	return model->pages[at].bytes;
}

void model_write(struct model *model, uint64_t address, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		page_made(model, (address + i) / PAGE)[(address + i) % PAGE] =
			((const uint8_t *)bytes)[i];
}

void model_write32(struct model *model, uint64_t address, uint32_t value)
{
	uint8_t bytes[4];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	model_write(model, address, bytes, sizeof(bytes));
}

void model_write64(struct model *model, uint64_t address, uint64_t value)
{
	model_write32(model, address, (uint32_t)value);
	model_write32(model, address + 4, (uint32_t)(value >> 32));
}

void model_touch(struct model *model, uint64_t address)
{
	page_made(model, address / PAGE);
}

int model_peek(const struct model *model, uint64_t address, void *bytes, size_t size)
{
	uint8_t *to = bytes;

	while (size) {
		const uint8_t *page = page_at(model, address / PAGE);
		size_t at = address % PAGE, part = size < PAGE - at ? size : PAGE - at;

		if (!page)
			return -EFAULT;
		memcpy(to, page + at, part);
		to += part;
		address += part;
		size -= part;
	}
	return 0;
}

int model_read_physical(struct os *os, uint64_t address, void *bytes, size_t size)
{
	struct model *model = os->data;
	char call[40];
	int code;

	model->nr_reads++;
	snprintf(call, sizeof(call), "memory 0x%llx", (unsigned long long)address);
	code = model_mishap(model, call);
	if (code)
		return code;
	if (model->lacks_memory)
		return -ENOENT;
	return model->is_root ? model_peek(model, address, bytes, size) : -EACCES;
}

void model_memory_free(struct model *model)
{
	for (size_t i = 0; i < model->nr_pages; i++)
		free(model->pages[i].bytes);
	free(model->pages);
}

/* --- ACPI --------------------------------------------------------------------------------- */

/* Sets the byte at @at so that all of them add up to 0. */
static void set_checksum(uint8_t *bytes, size_t size, size_t at)
{
	uint8_t sum = 0;

	bytes[at] = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[at] = (uint8_t)-sum;
}

static void put_number(uint8_t *bytes, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t pages_of(size_t size)
{
	return ((uint64_t)size + PAGE - 1) / PAGE * PAGE;
}

/*
 * ACPI 6.5, 5.2.5.3: 0 "RSD PTR " 8 checksum 9 OEM 15 revision 16 RSDT 20 length 24 XSDT
 * 32 extended checksum 33 reserved
 */
static void put_rsdp(struct model *model, uint64_t address, uint64_t xsdt)
{
	uint8_t rsdp[36] = "RSD PTR \0MODEL \2";

	put_number(rsdp + 20, sizeof(rsdp), 4);
	put_number(rsdp + 24, xsdt, 8);
	set_checksum(rsdp, 20, 8);
	set_checksum(rsdp, sizeof(rsdp), 32);
	model_write(model, address, rsdp, sizeof(rsdp));
}

uint64_t model_acpi(struct model *model, uint64_t rsdp, const uint8_t *const *tables,
		    const size_t *sizes, size_t nr)
{
	size_t size = ACPI_HEADER + 8 * nr;
	uint64_t xsdt = rsdp / PAGE * PAGE + PAGE, next = xsdt + pages_of(size);
	uint8_t *bytes = xcalloc(1, size);

	memcpy(bytes, "XSDT", 4);
	put_number(bytes + 4, size, 4);
	bytes[8] = 1;
	for (size_t i = 0; i < nr; i++) {
		put_number(bytes + ACPI_HEADER + 8 * i, next, 8);
		model_write(model, next, tables[i], sizes[i]);
		next += pages_of(sizes[i]);
	}
	set_checksum(bytes, size, ACPI_CHECKSUM);
	model_write(model, xsdt, bytes, size);
	free(bytes);
	put_rsdp(model, rsdp, xsdt);
	return xsdt;
}
