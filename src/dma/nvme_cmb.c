/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The controller memory buffer of an NVMe device: as memory for others, and out of our own way. */
#include "dma/nvme.h"

#include <errno.h>

/* The register's fields (3.1.3.11, 3.1.3.12). */
#define LOC_BIR(loc) ((loc)&0x7u)
#define LOC_OFFSET(loc) ((uint64_t)(loc) >> 12) /* in units of CMBSZ */
#define SZ_UNIT(sz) ((sz) >> 8 & 0xfu)		/* 4 KiB, and 16 times as much each further */
#define SZ_UNIT_MAX 6u
#define SZ_SIZE(sz) ((uint64_t)(sz) >> 12)
#define SZ_DATA 0x18u /* RDS, WDS: for data that the controller reads and writes */

/* --- of an engine --------------------------------------------------------------------------- */

void nvme_cmb_hide(struct engine *engine)
{
	struct nvme *nvme = nvme_of(engine);

	if (!(nvme->cap & NVME_CAP_CMBS))
		return;
	nvme->saved_cmbmsc = nvme_read64(&engine->registers, NVME_CMBMSC);
	nvme->has_saved_cmbmsc = true;
	nvme_write64(&engine->registers, NVME_CMBMSC,
		     nvme->saved_cmbmsc & ~(uint64_t)NVME_CMBMSC_CMSE);
}

void nvme_cmb_restore(struct engine *engine)
{
	const struct nvme *nvme = nvme_of(engine);

	if (nvme->has_saved_cmbmsc)
		nvme_write64(&engine->registers, NVME_CMBMSC, nvme->saved_cmbmsc);
}

/* --- for others ----------------------------------------------------------------------------- */

static int open_registers(struct vfio_device *opened, struct bar_view *registers, struct error *err)
{
	const struct bar_part part = { .device = opened, .size = NVME_DOORBELLS };

	if (bar_view_open(&part, registers) < 0)
		return fail(err, -ENOTTY, "%s: its registers, in BAR 0, cannot be mapped",
			    opened->device->name);
	if (bar_read32(registers, NVME_CSTS) != UINT32_MAX)
		return 0;
	bar_view_close(registers);
	return nvme_fail_gone(opened, err);
}

/* Fills in region, offset and size. Return: 0; -ENXIO. */
static int find_buffer(struct loan *loan, const struct bar_view *registers, struct error *err)
{
	uint32_t location = bar_read32(registers, NVME_CMBLOC);
	uint32_t size = bar_read32(registers, NVME_CMBSZ);
	const char *name = loan->opened->device->name;
	uint64_t unit, whole;
	unsigned region = LOC_BIR(location);

	if (bar_read32(registers, NVME_CSTS) == UINT32_MAX)
		return nvme_fail_gone(loan->opened, err);
	if (SZ_SIZE(size) == 0)
		return fail(err, -ENXIO, "%s: it has no controller memory buffer", name);
	if ((size & SZ_DATA) != SZ_DATA)
		return fail(err, -ENXIO,
			    "%s: its controller memory buffer is not for data (CMBSZ 0x%08x)", name,
			    size);
	if (SZ_UNIT(size) > SZ_UNIT_MAX || region == 1 || region >= NR_BARS)
		return fail(err, -ENXIO,
			    "%s: where its controller memory buffer is makes no sense (CMBLOC "
			    "0x%08x, CMBSZ 0x%08x)",
			    name, location, size);
	/* 20 bits of at most 2^36 bytes each: no product overflows. */
	unit = UINT64_C(4096) << 4 * SZ_UNIT(size);
	whole = loan->opened->regions[region].size;
	loan->region = region;
	loan->offset = LOC_OFFSET(location) * unit;
	loan->size = SZ_SIZE(size) * unit;
	if (loan->offset >= whole || (region == 0 && loan->offset < NVME_DOORBELLS))
		return fail(err, -ENXIO,
			    "%s: its controller memory buffer is not within BAR %u (CMBLOC 0x%08x, "
			    "CMBSZ 0x%08x)",
			    name, region, location, size);
	/* It ends where the BAR does, if not before. */
	if (loan->size > whole - loan->offset)
		loan->size = (whole - loan->offset) & ~(uint64_t)(NVME_PAGE - 1);
	return loan->size > 0 ? 0
			      : fail(err, -ENXIO,
				     "%s: its controller memory buffer is less than a page", name);
}

/* What lets the buffer be one: the address at which it lies, for the controller, too; or what was
 * there, where that is unknown. */
static uint64_t enabling(const struct loan *loan)
{
	const struct device *device = loan->opened->device;
	uint64_t found = loan->saved | NVME_CMBMSC_CRE;
	const struct resource *bar;

	if (!device->resources_known || loan->region >= device->nr_resources)
		return found;
	bar = &device->resources[loan->region];
	if (!(bar->flags & RESOURCE_MEMORY) || (bar->flags & RESOURCE_UNSET) || bar->start == 0 ||
	    loan->offset > UINT64_MAX - bar->start)
		return found;
	return ((bar->start + loan->offset) & ~(uint64_t)NVME_CMBMSC_BITS) | NVME_CMBMSC_CRE |
	       NVME_CMBMSC_CMSE;
}

int nvme_lend(struct loan *loan, struct error *err)
{
	struct bar_view registers;
	int code = open_registers(loan->opened, &registers, err);

	if (code < 0)
		return code;
	if (nvme_read64(&registers, NVME_CAP) & NVME_CAP_CMBS) {
		loan->saved = nvme_read64(&registers, NVME_CMBMSC);
		loan->has_saved = true;
		nvme_write64(&registers, NVME_CMBMSC, loan->saved | NVME_CMBMSC_CRE);
	}
	code = find_buffer(loan, &registers, err);
	if (loan->has_saved)
		nvme_write64(&registers, NVME_CMBMSC, code == 0 ? enabling(loan) : loan->saved);
	bar_view_close(&registers);
	return code;
}

void nvme_take_back(struct loan *loan)
{
	struct bar_view registers;

	if (!loan->has_saved || open_registers(loan->opened, &registers, NULL) < 0)
		return;
	nvme_write64(&registers, NVME_CMBMSC, loan->saved);
	bar_view_close(&registers);
}
