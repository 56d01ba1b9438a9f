/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Physical memory in a record: what was read of it, page by page. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collect/freebsd/acpi_root.h"
#include "collect/freebsd/record_parts.h"
#include "util/alloc.h"

#define PAGE 4096u
#define PAGES_MAX 4096u /* 16 MiB */
#define ROW 16u		/* bytes; whole ones of zeroes are left out */
#define LINE 64u

/* --- keeping -------------------------------------------------------------------------------- */

/* Return: where the page is, or would have to go. */
static size_t page_index(const struct freebsd_record *record, uint64_t number)
{
	size_t low = 0, high = record->nr_pages;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (record->pages[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Return: the page's bytes; NULL when there is no room for another. */
static uint8_t *page_made(struct freebsd_record *record, uint64_t number)
{
	size_t at = page_index(record, number);

	if (at < record->nr_pages && record->pages[at].number == number)
		return record->pages[at].bytes;
	if (record->nr_pages == PAGES_MAX)
		return NULL;
	record->pages = xgrow(record->pages, record->nr_pages, sizeof(*record->pages));
	memmove(&record->pages[at + 1], &record->pages[at],
		(record->nr_pages - at) * sizeof(*record->pages));
	record->nr_pages++;
	record->pages[at] = (struct record_page){ number, xcalloc(1, PAGE) };
	return record->pages[at].bytes;
}

void freebsd_record_memory(struct freebsd_record *record, uint64_t address, const void *bytes,
			   size_t size)
{
	const uint8_t *from = bytes;
	bool is_search = freebsd_rsdp_is_searched(address, size);

	for (size_t done = 0, part; done < size; done += part) {
		size_t at = (address + done) % PAGE;
		uint8_t *page = page_made(record, (address + done) / PAGE);

		part = size - done < PAGE - at ? size - done : PAGE - at;
		if (!page)
			freebsd_record_say(record,
					   xstrdup("memory: more was read than the 16 MiB that a "
						   "record takes; tell the developers"));
		else if (!is_search)
			memcpy(page + at, from + done, part);
	}
}

bool freebsd_record_has_memory(const struct freebsd_record *record, uint64_t address, size_t size)
{
	for (size_t done = 0; done < size; done += PAGE - (address + done) % PAGE) {
		uint64_t number = (address + done) / PAGE;
		size_t at = page_index(record, number);

		if (at == record->nr_pages || record->pages[at].number != number)
			return false;
	}
	return true;
}

void freebsd_record_free_memory(struct freebsd_record *record)
{
	for (size_t i = 0; i < record->nr_pages; i++)
		free(record->pages[i].bytes);
	free(record->pages);
}

/* --- writing -------------------------------------------------------------------------------- */

static bool is_zero(const uint8_t *bytes, size_t size)
{
	while (size > 0 && bytes[size - 1] == 0)
		size--;
	return size == 0;
}

static void write_line(FILE *to, const char *function, uint64_t at, const uint8_t *bytes,
		       size_t size)
{
	if (function)
		fprintf(to, "%s|config|0x%" PRIx64 " ", function, at);
	else
		fprintf(to, "0x%" PRIx64 "|memory|", at);
	for (size_t i = 0; i < size; i++)
		fprintf(to, "%02x", bytes[i]);
	fputc('\n', to);
}

bool freebsd_record_write_bytes(FILE *to, const char *function, uint64_t start,
				const uint8_t *bytes, size_t size)
{
	bool has_lines = false;

	for (size_t at = 0, end; at < size; at = end) {
		end = at;
		while (end < size && end - at < LINE && !is_zero(bytes + end, ROW))
			end += ROW;
		if (end > at) {
			write_line(to, function, start + at, bytes + at, end - at);
			has_lines = true;
		} else {
			end += ROW;
		}
	}
	return has_lines;
}

void freebsd_record_write_memory(const struct freebsd_record *record, FILE *to)
{
	static const uint8_t zero[1];

	for (size_t i = 0; i < record->nr_pages; i++) {
		uint64_t address = record->pages[i].number * PAGE;

		/* It has to be there, even with nothing in it. */
		if (!freebsd_record_write_bytes(to, NULL, address, record->pages[i].bytes, PAGE))
			write_line(to, NULL, address, zero, sizeof(zero));
	}
}
