/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What VFIO_IOMMU_GET_INFO says about a container of type 1. */
#ifndef IOMMUTOOL_VFIO_TYPE1_INFO_H
#define IOMMUTOOL_VFIO_TYPE1_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/iova.h"

struct type1_info {
	uint64_t page_sizes; /* bit N: pages of 2^N bytes; never 0 */
	bool has_ranges;     /* since 5.4 */
	struct ranges usable;
	bool has_available; /* since 5.10 */
	uint32_t available; /* mappings that still fit */
	bool has_migration; /* since 5.8, of type 1 itself and not of its imitation by iommufd */
};

/**
 * type1_read_info() - ask a container
 * @info: filled in; its ranges are freed by the caller, whatever is returned
 *
 * Return: 0; -EPROTO: the answer contradicts itself; other negative errno.
 */
int type1_read_info(int container, struct type1_info *info);

/* The same from the bytes of an answer: a struct vfio_iommu_type1_info with what follows it. */
int type1_parse_info(const void *bytes, size_t size, struct type1_info *info);

#endif
