/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An NVMe controller as an engine: it writes what it says about itself (Identify), and reads its
 * clock or a command (nvme_fetch.c). Whatever it stores is never touched.
 */
#include "dma/nvme.h"

#include <errno.h>
#include <stdlib.h>

#include "util/alloc.h"

/* CAP (3.1.3.1) */
#define CAP_TIMEOUT(cap) ((cap) >> 24 & 0xff) /* of 500 ms */
#define CAP_PAGE_MIN(cap) ((cap) >> 48 & 0xf) /* 4 KiB << this */

/* CC (3.1.3.5): entries of queues are 2^6 and 2^4 bytes, pages 4 KiB. */
#define CC_SIZES (6u << 16 | 4u << 20)
#define CC_SETS(value) ((uint32_t)(value) << 4)

/* It may take as long as it says, but some say nothing. */
#define READY_MS_LEAST 1000u

/* Identify controller: optional commands, of which the Timestamp feature counts as one. */
#define STEADY_TRIES 4u
#define IDENTIFY_ONCS 520u
#define ONCS_TIMESTAMP 0x40u

/* Which command sets may be supported, by bit of CAP, with what selects them. */
static const struct {
	unsigned bit;
	uint32_t sets;
} command_sets[] = {
	{ 37, CC_SETS(0) }, /* NVM */
	{ 44, CC_SETS(7) }, /* admin commands alone */
	{ 43, CC_SETS(6) }, /* one or more that it tells of */
};

static bool nvme_match(const struct device *device)
{
	return device->is_pci && device->class == 0x010802;
}

static int map_registers(struct engine *engine, uint64_t size, struct error *err)
{
	const struct bar_part part = { .device = engine->opened, .size = size };

	bar_view_close(&engine->registers);
	if (bar_view_open(&part, &engine->registers) < 0)
		return fail(err, -ENOTTY,
			    "%s: its registers, 0x%llx bytes of BAR 0, cannot be mapped",
			    engine->opened->device->name, (unsigned long long)size);
	return 0;
}

/* How it is to be enabled. Return: 0; -EOPNOTSUPP. */
static int configure(struct engine *engine, struct error *err)
{
	const char *name = engine->opened->device->name;
	struct nvme *nvme = nvme_of(engine);

	if (CAP_PAGE_MIN(nvme->cap) != 0)
		return fail(err, -EOPNOTSUPP, "%s: its smallest page is %llu KiB, and not 4", name,
			    4ull << CAP_PAGE_MIN(nvme->cap));
	nvme->ready_ms = CAP_TIMEOUT(nvme->cap) * 500;
	if (nvme->ready_ms < READY_MS_LEAST)
		nvme->ready_ms = READY_MS_LEAST;
	for (size_t i = 0; i < sizeof(command_sets) / sizeof(*command_sets); i++)
		if (nvme->cap >> command_sets[i].bit & 1) {
			nvme->cc = CC_SIZES | command_sets[i].sets;
			return 0;
		}
	return fail(err, -EOPNOTSUPP, "%s: it supports no set of commands (CAP 0x%016llx)", name,
		    (unsigned long long)nvme->cap);
}

/* Maps its registers and reads what it can. */
static int look_at_controller(struct engine *engine, struct error *err)
{
	struct nvme *nvme = nvme_of(engine);
	int code = map_registers(engine, NVME_DOORBELLS, err);

	if (code < 0)
		return code;
	nvme->cap = nvme_read64(&engine->registers, NVME_CAP);
	if (bar_read32(&engine->registers, NVME_CSTS) == UINT32_MAX)
		return nvme_fail_gone(engine->opened, err);
	code = configure(engine, err);
	if (code < 0)
		return code;
	/* And the doorbells of the admin queue. */
	return map_registers(engine, nvme_doorbell(engine, NVME_DOORBELL_END), err);
}

static int look_at_features(struct engine *engine, struct error *err)
{
	uint8_t bytes[NVME_IDENTIFY_SIZE];
	struct error why = { 0 };
	int code = nvme_identify(engine, bytes, &why);

	/* One that cannot say what it is is none that we can drive. */
	if (code < 0)
		return fail(err, code == -EIO ? -EOPNOTSUPP : code, "%s", why.text);
	nvme_of(engine)->is_timestamp_known = bytes[IDENTIFY_ONCS] & ONCS_TIMESTAMP;
	return 0;
}

static int nvme_init(struct engine *engine, struct error *err)
{
	int code;

	engine->state = xcalloc(1, sizeof(struct nvme));
	code = look_at_controller(engine, err);
	if (code == 0)
		code = nvme_disable(engine, err);
	if (code < 0)
		return code;
	nvme_cmb_hide(engine);
	code = engine_be_master(engine, err);
	if (code == 0)
		code = nvme_restart(engine, err);
	if (code == 0)
		code = look_at_features(engine, err);
	if (code == 0)
		code = nvme_fetch_init(engine, err);
	engine->send_least = engine->send_size = NVME_IDENTIFY_SIZE;
	return code;
}

static int nvme_send(struct engine *engine, struct iova to, uint8_t *bytes, size_t size,
		     struct error *err)
{
	struct nvme_command command = nvme_identify_to(to);
	uint8_t after[NVME_IDENTIFY_SIZE];
	int code = nvme_identify(engine, bytes, err);

	(void)size;
	/* It tells of temperatures and counts, too: what it sent is known when it did not change.
	 */
	for (unsigned i = 0; i < STEADY_TRIES && code == 0; i++) {
		engine->has_asked = true;
		code = nvme_run(engine, &command, err);
		if (code == 0)
			code = nvme_identify(engine, after, err);
		if (code < 0 || memcmp(bytes, after, sizeof(after)) == 0)
			return code;
		memcpy(bytes, after, sizeof(after));
	}
	return code < 0 ? code
			: fail(err, -EIO, "%s: what it says of itself is never twice the same",
			       engine->opened->device->name);
}

static void nvme_fini(struct engine *engine)
{
	if (engine->registers.va && nvme_of(engine)->ready_ms) {
		nvme_fetch_fini(engine);
		if (nvme_disable(engine, NULL) != -ENODEV)
			nvme_cmb_restore(engine);
	}
	free(engine->state);
	engine->state = NULL;
}

const struct engine_ops nvme_engine = {
	.name = "nvme",
	.limit = "nvme does one admin command after the other: a page each to write, 8 bytes to "
		 "read",
	.match = nvme_match,
	.init = nvme_init,
	.send = nvme_send,
	.compose = nvme_compose,
	.fetch = nvme_fetch,
	.fini = nvme_fini,
	.lend = nvme_lend,
	.take_back = nvme_take_back,
};
