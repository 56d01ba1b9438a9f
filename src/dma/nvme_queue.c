/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The admin queue of an NVMe controller: one command after the other. */
#include "dma/nvme.h"

#include <endian.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "util/clock.h"
#include "util/random.h"

#define COMPLETION_SIZE 16u
#define COMMAND_LIMIT_MS 5000u

/* Offsets in a command... */
enum entry_field {
	ENTRY_OPCODE = 0,
	ENTRY_ID = 2,
	ENTRY_PRP1 = 24,
	ENTRY_PRP2 = 32,
	ENTRY_WORD10 = 40,
};

/* ...and in what answers it. */
enum completion_field {
	COMPLETION_ID = 12,
	COMPLETION_STATUS = 14, /* 15:1 status, 0 phase */
};

/* Type and code alone: "more" and "do not retry" say nothing about success. */
#define STATUS_MASK 0x7ffu

#define IDENTIFY 0x06u
#define IDENTIFY_CONTROLLER 0x01u

static void put16(uint8_t *to, uint16_t value)
{
	value = htole16(value);
	memcpy(to, &value, sizeof(value));
}

static void put32(uint8_t *to, uint32_t value)
{
	value = htole32(value);
	memcpy(to, &value, sizeof(value));
}

void nvme_command_write(const struct nvme_command *command, uint16_t id,
			uint8_t entry[NVME_ENTRY_SIZE])
{
	uint64_t in_page = command->data.value % NVME_PAGE;

	memset(entry, 0, NVME_ENTRY_SIZE);
	entry[ENTRY_OPCODE] = command->opcode;
	put16(entry + ENTRY_ID, id);
	nvme_put64(entry + ENTRY_PRP1, command->data.value);
	/* The next page, where the data goes on there. */
	if (command->size > NVME_PAGE - in_page)
		nvme_put64(entry + ENTRY_PRP2, command->data.value - in_page + NVME_PAGE);
	put32(entry + ENTRY_WORD10, command->word10);
}

static uint16_t completion_field(const struct engine *engine, unsigned field)
{
	const uint8_t *entry =
		engine->memory.va + NVME_COMPLETIONS + nvme_of(engine)->head * COMPLETION_SIZE;

	return le16toh(*(const volatile uint16_t *)(const void *)(entry + field));
}

/* Return: whether there was one. */
static bool take_completion(struct engine *engine, struct nvme_completion *completion)
{
	struct nvme *nvme = nvme_of(engine);
	uint16_t status = completion_field(engine, COMPLETION_STATUS);

	if ((status & 1u) != nvme->phase)
		return false;
	/* The device wrote the status last. */
	atomic_thread_fence(memory_order_seq_cst);
	completion->id = completion_field(engine, COMPLETION_ID);
	completion->status = (uint16_t)(status >> 1 & STATUS_MASK);
	if (++nvme->head == NVME_ENTRIES) {
		nvme->head = 0;
		nvme->phase ^= 1u;
	}
	bar_write32(&engine->registers, nvme_doorbell(engine, NVME_DOORBELL_COMPLETIONS),
		    nvme->head);
	return true;
}

int nvme_submit(struct engine *engine, unsigned tail, uint64_t limit_ms,
		struct nvme_completion *completion)
{
	uint64_t deadline = clock_ms() + limit_ms;

	atomic_thread_fence(memory_order_seq_cst);
	bar_write32(&engine->registers, nvme_doorbell(engine, NVME_DOORBELL_SUBMISSIONS), tail);
	for (;;) {
		bool is_late = clock_ms() >= deadline;
		uint32_t status;

		if (take_completion(engine, completion))
			return 0;
		status = bar_read32(&engine->registers, NVME_CSTS);
		if (status == UINT32_MAX)
			return -ENODEV;
		if (status & NVME_CSTS_CFS)
			return -EIO;
		if (is_late)
			return -ETIMEDOUT;
		nvme_nap();
	}
}

/* @err for what nvme_submit() returned. */
static int explain(struct engine *engine, int code, const char *command, struct error *err)
{
	const char *name = engine->opened->device->name;

	switch (code) {
	case -ENODEV:
		return nvme_fail_gone(engine->opened, err);
	case -ETIMEDOUT:
		return fail(err, code, "%s: %s did not end within %u ms", name, command,
			    COMMAND_LIMIT_MS);
	default:
		/* It does nothing more until it is restarted, and the next move shall be done. */
		code = nvme_restart(engine, err);
		return code < 0 ? code
				: fail(err, -EIO, "%s: %s ended in a fatal status (CSTS.CFS)", name,
				       command);
	}
}

int nvme_run(struct engine *engine, const struct nvme_command *command, struct error *err)
{
	struct nvme *nvme = nvme_of(engine);
	struct nvme_completion completion;
	uint16_t id = nvme->next_id++ & 0x7fffu;
	int code;

	if (bar_read32(&engine->registers, NVME_CSTS) == UINT32_MAX)
		return nvme_fail_gone(engine->opened, err);
	nvme_command_write(command, id,
			   engine->memory.va + NVME_SUBMISSIONS + nvme->tail * NVME_ENTRY_SIZE);
	nvme->tail = (nvme->tail + 1) % NVME_ENTRIES;
	code = nvme_submit(engine, nvme->tail, COMMAND_LIMIT_MS, &completion);
	if (code < 0)
		return explain(engine, code, command->name, err);
	if (completion.id != id)
		return fail(err, -EIO, "%s: it answered %s as command %u instead of %u",
			    engine->opened->device->name, command->name, completion.id, id);
	return completion.status == 0
		       ? 0
		       : nvme_fail_status(engine, command->name, completion.status, err);
}

/* Generic command status: those that a transfer may end with. */
static const struct {
	uint16_t status;
	const char *text;
} statuses[] = {
	{ 0x01, "invalid opcode" }, { 0x02, "invalid field" },	    { 0x04, "data transfer error" },
	{ 0x06, "internal error" }, { 0x13, "invalid PRP offset" }, { 0, NULL },
};

int nvme_fail_status(const struct engine *engine, const char *name, uint16_t status,
		     struct error *err)
{
	const char *text = "see the NVMe specification";

	for (size_t i = 0; statuses[i].text; i++)
		if (statuses[i].status == status)
			text = statuses[i].text;
	return fail(err, -EIO, "%s: %s ended with status type %u, code 0x%02x: %s",
		    engine->opened->device->name, name, status >> 8, status & 0xffu, text);
}

struct nvme_command nvme_identify_to(struct iova data)
{
	return (struct nvme_command){
		.name = "Identify",
		.opcode = IDENTIFY,
		.word10 = IDENTIFY_CONTROLLER,
		.data = data,
		.size = NVME_IDENTIFY_SIZE,
	};
}

int nvme_identify(struct engine *engine, uint8_t bytes[NVME_IDENTIFY_SIZE], struct error *err)
{
	struct nvme_command command = nvme_identify_to(nvme_own_iova(engine, NVME_DATA));
	uint8_t *data = engine->memory.va + NVME_DATA;
	int code;

	/* What does not come shall not look like what came before. */
	random_bytes(data, NVME_IDENTIFY_SIZE);
	code = nvme_run(engine, &command, err);
	atomic_thread_fence(memory_order_seq_cst);
	if (code == 0)
		memcpy(bytes, data, NVME_IDENTIFY_SIZE);
	return code;
}
