/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a machine has no IOMMU groups, in words of its system (linux/, freebsd/); for empty.c. */
#ifndef IOMMUTOOL_EMPTY_PARTS_H
#define IOMMUTOOL_EMPTY_PARTS_H

#include "model/machine.h"

enum empty_reason {
	EMPTY_NONE,
	EMPTY_NO_TABLE,
	EMPTY_DRIVER_OFF,
	EMPTY_NOT_COVERED,
	EMPTY_NOIOMMU,
	NR_EMPTY_REASONS,
};

/* What and, behind "; ", what to do. */
extern const char *const empty_sentences[NR_EMPTY_REASONS];

#endif
