/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mapped in an address space: disjoint ranges by IOVA. */
#ifndef IOMMUTOOL_MAPPINGS_H
#define IOMMUTOOL_MAPPINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address as devices see it; not one of this process, not a physical one. */
struct iova {
	uint64_t value;
};

struct mapping {
	struct iova iova;
	uint64_t size; /* bytes, never 0; iova.value + (size - 1) does not wrap */
};

struct mappings {
	struct mapping *items; /* by IOVA, disjoint */
	size_t nr;
};

/* Return: whether the range has a last address: size is not 0 and it does not go beyond 64 bits. */
static inline bool iova_range_is_valid(struct iova iova, uint64_t size)
{
	return size != 0 && size - 1 <= UINT64_MAX - iova.value;
}

/* Return: the last address (inclusive) of a valid range. */
static inline uint64_t iova_last(struct iova iova, uint64_t size)
{
	return iova.value + (size - 1);
}

/*
 * Return: the index of the first mapping that has an address at or above @iova; .nr when there is
 * none.
 */
size_t mappings_from(const struct mappings *mappings, struct iova iova);

/* Return: whether a valid range has an address in common with a mapping. */
bool mappings_overlap(const struct mappings *mappings, struct iova iova, uint64_t size);

/* The range is valid and overlaps none. */
void mappings_add(struct mappings *mappings, struct iova iova, uint64_t size);
void mappings_remove(struct mappings *mappings, size_t index);
void mappings_free(struct mappings *mappings);

#endif
