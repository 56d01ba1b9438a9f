/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Part of kernel_model.h: what can be wrong with DMA, one at a time. */
#ifndef IOMMUTOOL_TEST_KERNEL_DMA_RULES_H
#define IOMMUTOOL_TEST_KERNEL_DMA_RULES_H

enum dma_rule {
	DMA_RIGHT,
	DMA_UNTRANSLATED,  /* every address is a physical one */
	DMA_PASSES_BY,	   /* what is not mapped goes to the physical address */
	DMA_STALE_MEMORY,  /* unmapped memory is still reached */
	DMA_STALE_BAR,	   /* the same of BARs */
	DMA_READS_STALE,   /* the same of BARs, by reads alone */
	DMA_PEER_ROUTED,   /* bus addresses of BARs go there, whatever is mapped */
	DMA_WRITES_LOST,   /* to BARs */
	DMA_WRITES_FLIP,   /* one bit of what is written to BARs */
	DMA_WRITES_BEYOND, /* a page behind in the BAR */
	DMA_READS_ZERO,	   /* of BARs */
	DMA_READS_FLIP,
	DMA_SPACES_ARE_ONE, /* what is mapped in other spaces is reached, too */
	DMA_NEVER_REVOKED,  /* a dma-buf outlives its device */
	NR_DMA_RULES,
};

#define KERNEL_GONE 8

/* Memory of the process with the physical addresses that the test gave it: a page each @stride. */
struct kernel_frames {
	uint64_t physical, stride;
	uint8_t *va;
	size_t nr; /* pages */
};

#endif
