/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IOMMUs in the model's memory: registers and the tables that they lead to. */
#include "parts.h"

#define PAGE 4096u

static uint64_t peek64(struct model *model, uint64_t address)
{
	uint8_t b[8];
	uint64_t value = 0;

	model_expect(model_peek(model, address, b, sizeof(b)) == 0, "nothing is at 0x%llx",
		     (unsigned long long)address);
	for (size_t i = sizeof(b); i-- > 0;)
		value = value << 8 | b[i];
	return value;
}

/* --- VT-d --------------------------------------------------------------------------------- */

void model_vtd(struct model *model, uint64_t registers, uint64_t root)
{
	model_touch(model, registers);
	model_touch(model, root);
	model_write32(model, registers + 0x00, 0x10); /* version 1.0 */
	/* CAP: domain IDs of 16 bits (6), SAGAW 39 and 48 (bits 9, 10), MGAW 48 (47 at bit 16) */
	model_write64(model, registers + 0x08, 6 | 3ull << 9 | 47ull << 16);
	/* ECAP: coherent, queued invalidation, interrupt remapping, pass-through */
	model_write64(model, registers + 0x10, 1 | 1 << 1 | 1 << 3 | 1 << 6);
	model_write32(model, registers + 0x1c, 1u << 31 | 1u << 30); /* GSTS: TES, RTPS */
	model_write64(model, registers + 0x20, root);
}

void model_context(struct model *model, uint64_t root, uint64_t context, uint16_t requester,
		   uint16_t domain, unsigned levels, uint64_t table)
{
	uint64_t in_root = root + 16u * (requester >> 8);
	uint64_t entry = context + 16u * (requester & 0xff);

	if (!(peek64(model, in_root) & 1)) {
		model_touch(model, context);
		model_write64(model, in_root, context | 1);
	}
	model_write64(model, entry, table | 1);
	model_write64(model, entry + 8, (uint64_t)domain << 8 | (levels - 2));
}

void model_map(struct model *model, uint64_t table, unsigned levels, uint64_t iova,
	       uint64_t physical, uint64_t page, uint64_t *next)
{
	uint64_t size = 1ull << (12 + 9 * (levels - 1)); /* that an entry here spans */
	uint64_t entry = table + 8 * (iova / size % 512);

	if (size == page) {
		model_write64(model, entry, physical | 3 | (page > PAGE ? 0x80 : 0));
		return;
	}
	if (!(peek64(model, entry) & 3)) {
		model_touch(model, *next);
		model_write64(model, entry, *next | 3);
		*next += PAGE;
	}
	model_map(model, peek64(model, entry) & ~0xfffull, levels - 1, iova, physical, page, next);
}

/* --- AMD-Vi ------------------------------------------------------------------------------- */

void model_amdvi(struct model *model, uint64_t registers, uint64_t table)
{
	model_touch(model, registers);
	for (uint64_t at = 0; at < 0x200000; at += PAGE)
		model_touch(model, table + at);
	model_write64(model, registers + 0x00, table | 0x1ff);
	model_write64(model, registers + 0x18, 1);
}

void model_device_entry(struct model *model, uint64_t table, uint16_t requester, uint16_t domain,
			unsigned levels, uint64_t root)
{
	uint64_t entry = table + 32ull * requester;

	model_write64(model, entry, root | (uint64_t)levels << 9 | 3 | 3ull << 61); /* V TV IR IW */
	model_write64(model, entry + 8, domain);
}
