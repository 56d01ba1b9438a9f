/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of this process for tests to map. */
#ifndef IOMMUTOOL_PROBE_MEMORY_H
#define IOMMUTOOL_PROBE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct memory {
	void *va; /* NULL: none */
	uint64_t size; /* bytes */
};

/**
 * memory_get() - fresh zeroed memory that is really there
 * @page_size: of the pages it consists of: the processor's own (or less), 2 MiB or 1 GiB. Larger
 *	ones come from the pool of huge pages; 2 MiB also as a transparent huge page when the kernel
 *	grants it
 * @size: bytes, a multiple of @page_size; the memory is aligned to @page_size
 *
 * Return: 0, and it is given back with memory_put(); -ENOMEM: no such pages are free.
 */
int memory_get(uint64_t page_size, uint64_t size, struct memory *memory);

/* Addresses of this process with no memory behind them (PROT_NONE). Return: 0; -ENOMEM. */
int memory_reserve(uint64_t size, struct memory *memory);

void memory_put(struct memory *memory);

/* Return: bytes in free pages of that size in the pool of huge pages; 0 when unknown. */
uint64_t memory_in_pool(uint64_t page_size);

/* Return: bytes that can be had without pushing others out (MemAvailable); 0 when unknown. */
uint64_t memory_available(void);

#endif
