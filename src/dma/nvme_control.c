/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The controller of an NVMe device: its registers, on and off. */
#include "dma/nvme.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "util/clock.h"

#define NAP_US 100

/* CSTS.CFS may be from before until the controller is ready again, as in QEMU; after this it is not
 * waited for that. */
#define STALE_FATAL_MS 1000u

void nvme_nap(void)
{
	clock_nap(NAP_US);
}

uint64_t nvme_doorbell(const struct engine *engine, enum nvme_doorbell which)
{
	return NVME_DOORBELLS + ((uint64_t)which << (2 + (nvme_of(engine)->cap >> 32 & 0xf)));
}

uint64_t nvme_read64(const struct bar_view *registers, uint64_t offset)
{
	uint64_t low = bar_read32(registers, offset);

	return low | (uint64_t)bar_read32(registers, offset + 4) << 32;
}

void nvme_write64(const struct bar_view *registers, uint64_t offset, uint64_t value)
{
	bar_write32(registers, offset + 4, (uint32_t)(value >> 32));
	bar_write32(registers, offset, (uint32_t)value);
}

int nvme_fail_gone(const struct vfio_device *opened, struct error *err)
{
	const char *name = opened->device->name;

	return fail(err, -ENODEV, "%s: it answers with all ones, it may be gone: lspci -s %s", name,
		    name);
}

/* --- on and off ----------------------------------------------------------------------------- */

/* Return: whether it is as it should be: ready, and well, or not ready. */
static bool is_settled(uint32_t status, bool ready)
{
	if (!ready)
		return !(status & NVME_CSTS_RDY);
	return (status & (NVME_CSTS_RDY | NVME_CSTS_CFS)) == NVME_CSTS_RDY;
}

static int await_ready(struct engine *engine, bool ready, struct error *err)
{
	uint64_t limit = nvme_of(engine)->ready_ms, begun = clock_ms();
	const char *name = engine->opened->device->name;

	for (;;) {
		uint64_t passed = clock_ms() - begun;
		uint32_t status = bar_read32(&engine->registers, NVME_CSTS);

		if (status == UINT32_MAX)
			return nvme_fail_gone(engine->opened, err);
		if (is_settled(status, ready))
			return 0;
		if (passed >= limit ||
		    (ready && (status & NVME_CSTS_CFS) && passed >= STALE_FATAL_MS))
			return fail(err, -ETIMEDOUT,
				    "%s: it did not become %s within %llu ms (CSTS 0x%x)", name,
				    ready ? "ready" : "unready", (unsigned long long)passed,
				    status);
		nvme_nap();
	}
}

int nvme_disable(struct engine *engine, struct error *err)
{
	const struct bar_view *registers = &engine->registers;

	bar_write32(registers, NVME_CC, bar_read32(registers, NVME_CC) & ~NVME_CC_EN);
	return await_ready(engine, false, err);
}

int nvme_enable(struct engine *engine, struct iova submissions, unsigned entries, struct error *err)
{
	const struct bar_view *registers = &engine->registers;
	struct nvme *nvme = nvme_of(engine);
	int code;

	memset(engine->memory.va + NVME_COMPLETIONS, 0, NVME_PAGE);
	nvme->tail = nvme->head = 0;
	nvme->phase = 1;
	bar_write32(registers, NVME_AQA, (NVME_ENTRIES - 1) << 16 | (entries - 1));
	nvme_write64(registers, NVME_ASQ, submissions.value);
	nvme_write64(registers, NVME_ACQ, nvme_own_iova(engine, NVME_COMPLETIONS).value);
	atomic_thread_fence(memory_order_seq_cst);
	bar_write32(registers, NVME_CC, nvme->cc | NVME_CC_EN);
	code = await_ready(engine, true, err);
	/* Nobody would answer its interrupt, whose line other devices may share. */
	if (code == 0)
		bar_write32(registers, NVME_INTMS, UINT32_MAX);
	return code;
}

int nvme_restart(struct engine *engine, struct error *err)
{
	int code = nvme_disable(engine, err);

	if (code < 0)
		return code;
	return nvme_enable(engine, nvme_own_iova(engine, NVME_SUBMISSIONS), NVME_ENTRIES, err);
}
