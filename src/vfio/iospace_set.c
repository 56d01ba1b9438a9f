/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of ranges that is mapped as a whole or not at all. */
#include <errno.h>
#include <stdlib.h>

#include "util/alloc.h"
#include "vfio/iospace.h"

static int by_iova(const void *a, const void *b)
{
	const struct map_request *first = *(const struct map_request *const *)a;
	const struct map_request *second = *(const struct map_request *const *)b;

	return (first->iova.value > second->iova.value) - (first->iova.value < second->iova.value);
}

/*
 * Whether requests that are valid each overlap another. Return: 0; -EEXIST, and @failed is the
 * index of the later one of two that do.
 */
static int check_disjoint(const struct map_request *set, size_t nr, size_t *failed)
{
	const struct map_request **sorted = xcalloc(nr, sizeof(*sorted));
	const struct map_request *reaching, *worst = NULL;

	for (size_t i = 0; i < nr; i++)
		sorted[i] = &set[i];
	qsort(sorted, nr, sizeof(*sorted), by_iova);
	reaching = nr ? sorted[0] : NULL; /* of those so far the one that reaches furthest */
	for (size_t i = 1; i < nr; i++) {
		const struct map_request *request = sorted[i], *later;
		uint64_t reach = iova_last(reaching->iova, reaching->size);

		if (request->iova.value <= reach) {
			later = request > reaching ? request : reaching;
			worst = !worst || later < worst ? later : worst;
		}
		if (iova_last(request->iova, request->size) > reach)
			reaching = request;
	}
	free(sorted);
	if (!worst)
		return 0;
	*failed = (size_t)(worst - set);
	return -EEXIST;
}

static int check_set(const struct iospace *space, const struct map_request *set, size_t nr,
		     size_t *failed)
{
	for (size_t i = 0; i < nr; i++) {
		int r = iospace_check_request(space, &set[i]);

		if (r < 0) {
			*failed = i;
			return r;
		}
	}
	return check_disjoint(set, nr, failed);
}

/* Unmaps the first @nr of a set, the last one first. Return: 0 or the first error. */
static int roll_back(struct iospace *space, const struct map_request *set, size_t nr)
{
	int result = 0;

	while (nr--) {
		int r = iospace_unmap(space, set[nr].iova, set[nr].size);

		if (r < 0 && !result)
			result = r;
	}
	return result;
}

int iospace_map_set(struct iospace *space, const struct map_request *set, size_t nr, size_t *failed)
{
	int r = check_set(space, set, nr, failed);

	if (r < 0)
		return r;
	for (size_t i = 0; i < nr; i++) {
		r = iospace_map(space, set[i].va, set[i].iova, set[i].size, set[i].access);
		if (r < 0) {
			*failed = i;
			return roll_back(space, set, i) < 0 ? -ENOTRECOVERABLE : r;
		}
	}
	return 0;
}
