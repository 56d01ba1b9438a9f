/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's edu device (docs/specs/edu): it copies between memory and a buffer of its own. A request
 * that is refused is not reported: what did not come is still in the buffer from before.
 */
#include "dma/engine.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "util/clock.h"
#include "util/random.h"

enum edu_register {
	EDU_ID = 0x00, /* 4 bytes: 0xRRrr00ed with the version */
	/* 8 bytes each; they ignore writes while a transfer runs */
	EDU_SOURCE = 0x80,
	EDU_DESTINATION = 0x88,
	EDU_COUNT = 0x90,
	EDU_COMMAND = 0x98,
	EDU_REGISTERS_END = 0xa0,
};

enum edu_command {
	EDU_START = 0x1, /* reads as set while it runs */
	EDU_TO_MEMORY = 0x2,
};

#define ID_MASK 0xffffu
#define ID_VALUE 0x00edu

/* Where the device has its buffer, as an address in EDU_SOURCE and EDU_DESTINATION. */
#define BUFFER 0x40000u
/* The buffer is 4096 bytes, but QEMU before 10 aborts when its last byte is touched. */
#define CHUNK 2048u
#define WORD 8u

/* Where in engine.memory what goes to the device, and what comes from it, lies. */
#define OUT_AT 0u
#define IN_AT 4096u

#define IDLE_LIMIT_MS 3000u
/* Addresses that QEMU's default dma_mask has. */
#define DEFAULT_REACH (UINT64_C(1) << 28)
#define NAP_US 1000

/* --- the device ----------------------------------------------------------------------------- */

static bool edu_match(const struct device *device)
{
	return device->is_pci && device->vendor == 0x1234 && device->product == 0x11e8;
}

/* Return: 0 and the registers of an edu; negative errno as engine_ops.init(), with nothing open. */
static int open_registers(struct vfio_device *opened, struct bar_view *registers, struct error *err)
{
	const struct bar_part part = { .device = opened, .size = EDU_REGISTERS_END };
	const char *name = opened->device->name;
	uint32_t id;

	if (bar_view_open(&part, registers) < 0)
		return fail(err, -ENOTTY, "%s: its registers, in BAR 0, cannot be mapped", name);
	id = bar_read32(registers, EDU_ID);
	if ((id & ID_MASK) == ID_VALUE)
		return 0;
	bar_view_close(registers);
	if (id == UINT32_MAX)
		return fail(err, -ENODEV,
			    "%s: it answers with all ones, it may be gone: lspci -s %s", name,
			    name);
	return fail(err, -EOPNOTSUPP, "%s: its identification is 0x%08x, and not that of an edu",
		    name, id);
}

/* Return: 0: nothing runs; -ETIMEDOUT; -ENODEV. */
static int await_idle(const struct bar_view *registers, const char *name, struct error *err)
{
	uint64_t deadline = clock_ms() + IDLE_LIMIT_MS;

	for (;;) {
		bool is_late = clock_ms() >= deadline;
		uint64_t command = bar_read64(registers, EDU_COMMAND);

		if (command == UINT64_MAX)
			return fail(err, -ENODEV,
				    "%s: it answers with all ones, it may be gone: lspci -s %s",
				    name, name);
		if (!(command & EDU_START))
			return 0;
		if (is_late)
			return fail(err, -ETIMEDOUT, "%s: its transfer did not end within %u ms",
				    name, IDLE_LIMIT_MS);
		clock_nap(NAP_US);
	}
}

/* --- transfers ------------------------------------------------------------------------------ */

struct transfer {
	uint64_t source, destination, size;
	uint64_t direction; /* EDU_TO_MEMORY or 0 */
};

static int run(struct engine *engine, const struct transfer *transfer, struct error *err)
{
	const struct bar_view *registers = &engine->registers;
	const char *name = engine->opened->device->name;
	int code = await_idle(registers, name, err);

	if (code < 0)
		return code;
	bar_write64(registers, EDU_SOURCE, transfer->source);
	bar_write64(registers, EDU_DESTINATION, transfer->destination);
	bar_write64(registers, EDU_COUNT, transfer->size);
	/* What is to be read is in memory before the device looks, and what it wrote after. */
	atomic_thread_fence(memory_order_seq_cst);
	bar_write64(registers, EDU_COMMAND, EDU_START | transfer->direction);
	code = await_idle(registers, name, err);
	atomic_thread_fence(memory_order_seq_cst);
	return code;
}

static int load(struct engine *engine, struct iova from, size_t size, struct error *err)
{
	const struct transfer transfer = {
		.source = from.value,
		.destination = BUFFER,
		.size = size,
	};

	return run(engine, &transfer, err);
}

static int store(struct engine *engine, struct iova to, size_t size, struct error *err)
{
	const struct transfer transfer = {
		.source = BUFFER,
		.destination = to.value,
		.size = size,
		.direction = EDU_TO_MEMORY,
	};

	return run(engine, &transfer, err);
}

static struct iova own_iova(const struct engine *engine, uint64_t at)
{
	return (struct iova){ engine->memory.iova.value + at };
}

static int edu_send(struct engine *engine, struct iova to, uint8_t *bytes, size_t size,
		    struct error *err)
{
	int code;

	memcpy(engine->memory.va + OUT_AT, bytes, size);
	code = load(engine, own_iova(engine, OUT_AT), size, err);
	if (code < 0)
		return code;
	engine->has_asked = true;
	return store(engine, to, size, err);
}

/* A read that is refused leaves the buffer as it was, maybe with just what lies at @from: so there
 * are bytes in it that were nowhere before. The same holds for our memory. */
static ssize_t edu_fetch(struct engine *engine, struct iova from, const uint8_t *there,
			 uint8_t *got, size_t size, struct error *err)
{
	int code;

	(void)there;
	random_bytes(engine->memory.va + OUT_AT, size);
	random_bytes(engine->memory.va + IN_AT, size);
	code = load(engine, own_iova(engine, OUT_AT), size, err);
	if (code < 0)
		return code;
	engine->has_asked = true;
	code = load(engine, from, size, err);
	if (code == 0)
		code = store(engine, own_iova(engine, IN_AT), size, err);
	if (code < 0)
		return code;
	memcpy(got, engine->memory.va + IN_AT, size);
	return memcmp(got, engine->memory.va + OUT_AT, size) == 0 ? 0 : (ssize_t)size;
}

/* The device cuts addresses off above its dma_mask, and says so to nobody. */
static int check_reach(struct engine *engine, struct error *err)
{
	uint8_t *out = engine->memory.va + OUT_AT, *in = engine->memory.va + IN_AT;
	int code;

	random_bytes(out, CHUNK);
	random_bytes(in, CHUNK);
	code = load(engine, own_iova(engine, OUT_AT), CHUNK, err);
	if (code == 0)
		code = store(engine, own_iova(engine, IN_AT), CHUNK, err);
	if (code < 0 || memcmp(out, in, CHUNK) == 0)
		return code;
	return fail(err, -EOPNOTSUPP,
		    "%s: what it was to copy in memory of ours, at IOVA 0x%llx, did not arrive; %s",
		    engine->opened->device->name, (unsigned long long)engine->memory.iova.value,
		    own_iova(engine, ENGINE_MEMORY_SIZE).value > DEFAULT_REACH
			    ? "QEMU gives it 28 address bits unless told -device "
			      "edu,dma_mask=0xffffffffffff"
			    : "iommutool map-test tells whether mapping works for it");
}

/* --- begin and end -------------------------------------------------------------------------- */

static int edu_init(struct engine *engine, struct error *err)
{
	int code = open_registers(engine->opened, &engine->registers, err);

	if (code < 0)
		return code;
	engine->send_least = engine->fetch_least = WORD;
	engine->send_size = engine->fetch_size = CHUNK;
	engine->alignment = WORD;
	code = await_idle(&engine->registers, engine->opened->device->name, err);
	if (code == 0)
		code = engine_be_master(engine, err);
	return code < 0 ? code : check_reach(engine, err);
}

static void edu_fini(struct engine *engine)
{
	const struct bar_view *registers = &engine->registers;

	if (!registers->va || engine->is_lost ||
	    await_idle(registers, engine->opened->device->name, NULL) < 0)
		return;
	for (uint64_t at = EDU_SOURCE; at < EDU_REGISTERS_END; at += WORD)
		bar_write64(registers, at, 0);
}

/* --- its memory ----------------------------------------------------------------------------- */

/* Source and destination of its transfers keep what is written, in 8 bytes at a time, and do
 * nothing as long as none is started. */
static int edu_lend(struct loan *loan, struct error *err)
{
	struct bar_view registers;
	int code = open_registers(loan->opened, &registers, err);

	if (code < 0)
		return code;
	code = await_idle(&registers, loan->opened->device->name, err);
	bar_view_close(&registers);
	loan->region = 0;
	loan->offset = EDU_SOURCE;
	loan->size = EDU_COUNT - EDU_SOURCE;
	return code;
}

static void edu_take_back(struct loan *loan)
{
	struct bar_view registers;

	if (open_registers(loan->opened, &registers, NULL) < 0)
		return;
	bar_write64(&registers, EDU_SOURCE, 0);
	bar_write64(&registers, EDU_DESTINATION, 0);
	bar_view_close(&registers);
}

const struct engine_ops edu_engine = {
	.name = "edu",
	.limit = "edu waits 100 ms a transfer, and moves at most 2048 bytes by it",
	.match = edu_match,
	.init = edu_init,
	.send = edu_send,
	.fetch = edu_fetch,
	.fini = edu_fini,
	.lend = edu_lend,
	.take_back = edu_take_back,
};
