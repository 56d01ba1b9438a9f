/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules that the model of the kernel can break, one at a time. Without note: accepts, refuses.
 */
#ifndef IOMMUTOOL_TEST_KERNEL_RULES_H
#define IOMMUTOOL_TEST_KERNEL_RULES_H

enum kernel_rule {
	RULE_NONE,
	RULE_NO_RANGES, /* names no usable range */
	/* MAP */
	RULE_ACCEPTS_RESERVED, /* the msi window is mapped like anything else */
	RULE_ACCEPTS_BEYOND,   /* so is what lies above the aperture */
	RULE_ACCEPTS_OVERLAP,
	RULE_OTHER_ERRNO, /* for an overlap: EINVAL in place of EEXIST */
	RULE_ACCEPTS_UNALIGNED,
	RULE_ACCEPTS_ZERO_SIZE,
	RULE_ACCEPTS_WRAP,
	RULE_ACCEPTS_NO_ACCESS,
	RULE_ACCEPTS_READ_ONLY, /* devices may write to memory that the process may only read */
	RULE_WRITABLE_ENTRY,	/* the same, but only the page table tells */
	RULE_ACCEPTS_NO_MEMORY, /* maps what the process has no memory at */
	RULE_FAULT_STAYS,	/* a MAP that fails for want of memory leaves its entry */
	RULE_MAPS_LESS, /* where the number of pages is no power of two, the last one is left out */
	RULE_REFUSES_FIRST_PAGE, /* of a usable range: what is told of ranges is a lie */
	RULE_REFUSES_LAST_PAGE,
	RULE_REFUSES_TOP_PAGE,
	RULE_REFUSES_2M,
	RULE_SMALL_PAGES_2M, /* maps 2 MiB with pages of 4 KiB */
	RULE_REFUSES_1G,
	RULE_REFUSES_BAR,
	RULE_LIMIT_TOO_SMALL, /* one mapping fewer than told */
	RULE_LIMIT_TOO_LARGE, /* one mapping more than told */
	RULE_ENTRIES_LEAK,    /* one of 200 that are unmapped counts as used for ever */
	RULE_NO_MEMLOCK_LIMIT,
	RULE_MEMLOCK_TOO_SMALL, /* ENOMEM though it is within the limit */
	RULE_MEMLOCK_LEAKS,	/* UNMAP does not give it back */
	/* UNMAP */
	RULE_FORGETS_UNMAP, /* says that it did, and did not */
	RULE_FORGETS_ODD,   /* where the number of pages is no power of two, the last one stays */
	RULE_FORGETS_LAST_OF_MANY, /* of several in one range all but the last are unmapped */
	RULE_REFUSES_SUPERSET,
	RULE_SPLITS,	 /* unmaps a piece of a mapping */
	RULE_CUT_UNMAPS, /* refuses to, but the mapping is gone */
	RULE_WRONG_SIZE, /* tells a page less than it unmapped */
	RULE_WRONG_SIZE_OF_MANY,
	RULE_HOLE_HAS_SIZE,  /* tells a size though nothing was mapped */
	RULE_HOLE_EATS_NEXT, /* unmaps what comes behind the hole */
	RULE_FORGETS_ALL,    /* unmap of everything does nothing */
	/* devices */
	RULE_JOIN_LOSES_MAPPING,
	RULE_JOIN_GROWS,     /* with a second device what the first one forbids is told as usable */
	RULE_SPACES_ARE_ONE, /* what is mapped in one space is taken in the others */
	/* the code under test: does not unmap what of a set was mapped */
	RULE_NO_ROLLBACK,
	NR_RULES,
};

#endif
