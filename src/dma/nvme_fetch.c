/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How an NVMe controller is made to read, and to tell what: it sets its clock from there, and says
 * the time; or, where it has no such clock, it takes a command from there, and does it.
 */
#include "dma/nvme.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "util/clock.h"
#include "util/random.h"

/* --- by the Timestamp feature --------------------------------------------------------------- */

#define SET_FEATURES 0x09u
#define GET_FEATURES 0x0au
#define TIMESTAMP 0x0eu

#define TIMESTAMP_SIZE 8u  /* with two bytes of attributes, which the controller ignores */
#define TIMESTAMP_KNOWN 6u /* milliseconds */
#define TIMESTAMP_MASK ((UINT64_C(1) << 48) - 1)
/* What the device's clock may be ahead of ours. */
#define SLACK_MS 1000u

/* Far from 0, from all ones and from the end, for the clock goes on. */
static uint64_t random_time(void)
{
	uint64_t value;

	random_bytes(&value, sizeof(value));
	return (value & ((UINT64_C(1) << 46) - 1)) | UINT64_C(1) << 46;
}

static int set_timestamp(struct engine *engine, struct iova from, struct error *err)
{
	const struct nvme_command command = {
		.name = "Set Features (Timestamp)",
		.opcode = SET_FEATURES,
		.word10 = TIMESTAMP,
		.data = from,
		.size = TIMESTAMP_SIZE,
	};

	nvme_of(engine)->is_timestamp_changed = true;
	return nvme_run(engine, &command, err);
}

static int get_timestamp(struct engine *engine, uint64_t *value, struct error *err)
{
	const struct nvme_command command = {
		.name = "Get Features (Timestamp)",
		.opcode = GET_FEATURES,
		.word10 = TIMESTAMP,
		.data = nvme_own_iova(engine, NVME_DATA),
		.size = TIMESTAMP_SIZE,
	};
	int code;

	code = nvme_run(engine, &command, err);
	atomic_thread_fence(memory_order_seq_cst);
	*value = nvme_get64(engine->memory.va + NVME_DATA) & TIMESTAMP_MASK;
	return code;
}

/* Return: whether a clock that was set to @time by @begun could say @value now. */
static bool is_since(uint64_t value, uint64_t time, uint64_t begun)
{
	return value >= time && value - time <= clock_ms() - begun + SLACK_MS;
}

/* A read that is refused may leave the clock as it was, maybe set to just what lies at @from: so it
 * is set to another time before. That is in our memory, too, should the answer not come. */
static ssize_t fetch_timestamp(struct engine *engine, struct iova from, const uint8_t *there,
			       uint8_t *got, struct error *err)
{
	uint64_t wanted = nvme_get64(there) & TIMESTAMP_MASK, before = random_time(), value = 0;
	uint64_t begun;
	int code;

	nvme_put64(engine->memory.va + NVME_DATA, before);
	code = set_timestamp(engine, nvme_own_iova(engine, NVME_DATA), err);
	begun = clock_ms();
	if (code < 0)
		return code;
	engine->has_asked = true;
	code = set_timestamp(engine, from, err);
	if (code == 0)
		code = get_timestamp(engine, &value, err);
	if (code < 0)
		return code;
	if (is_since(value, before, begun))
		return 0;
	nvme_put64(got, is_since(value, wanted, begun) ? wanted : value);
	return TIMESTAMP_KNOWN;
}

/* Return: as nvme_run(). */
static int set_real_time(struct engine *engine, struct error *err)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	nvme_put64(engine->memory.va + NVME_DATA,
		   ((uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u) &
			   TIMESTAMP_MASK);
	return set_timestamp(engine, nvme_own_iova(engine, NVME_DATA), err);
}

void nvme_fetch_fini(struct engine *engine)
{
	if (nvme_of(engine)->is_timestamp_changed && !engine->is_lost)
		set_real_time(engine, NULL);
}

/* --- by a command --------------------------------------------------------------------------- */

/*
 * A page with an Identify that has a random ID, and goes to a random place in our memory; behind it
 * zeroes. That the command was read is seen by its ID in the completion and by the data at that
 * place. Known is then its beginning: opcode, flags and ID. The rest follows from the data, but
 * not byte by byte.
 */
#define COMMAND_KNOWN 4u
/* A queue has two entries at least; only the first is used. */
#define TARGET_ENTRIES 2u
#define COMMAND_LIMIT_MS 2000u

#define ID_AT 2u
#define PRP1_AT 24u

static void compose_command(const struct engine *engine, uint8_t *bytes, size_t size)
{
	struct nvme_command command;
	struct {
		uint16_t id, place;
	} chosen;

	random_bytes(&chosen, sizeof(chosen));
	/* 0xffff stands for no command in some logs. */
	if (chosen.id == UINT16_MAX)
		chosen.id = 0;
	/* A multiple of 4 in the first of the two pages, and all of the data is inside. */
	command = nvme_identify_to(
		nvme_own_iova(engine, NVME_DATA + (chosen.place % NVME_PAGE & ~3u)));
	memset(bytes, 0, size);
	nvme_command_write(&command, chosen.id, bytes);
}

static uint16_t id_of(const uint8_t *bytes)
{
	return (uint16_t)(bytes[ID_AT] | bytes[ID_AT + 1] << 8);
}

/* Return: where behind NVME_DATA the composed command puts its data; NVME_PAGE: it is none. */
static uint64_t place_of(const struct engine *engine, const uint8_t *bytes)
{
	const struct iova data = { nvme_get64(bytes + PRP1_AT) };
	const struct nvme_command command = nvme_identify_to(data);
	uint64_t place = data.value - nvme_own_iova(engine, NVME_DATA).value;
	uint8_t entry[NVME_ENTRY_SIZE];

	nvme_command_write(&command, id_of(bytes), entry);
	return place < NVME_PAGE && memcmp(entry, bytes, sizeof(entry)) == 0 ? place : NVME_PAGE;
}

/* Return: 0: it executed a command; -EIO, -ETIMEDOUT, -ENODEV. The queue is in the target then. */
static int run_from(struct engine *engine, struct iova from, struct nvme_completion *completion)
{
	int code = nvme_disable(engine, NULL);

	if (code == 0)
		code = nvme_enable(engine, from, TARGET_ENTRIES, NULL);
	random_bytes(engine->memory.va + NVME_DATA, NVME_DATA_SIZE);
	if (code == 0)
		code = nvme_submit(engine, 1, COMMAND_LIMIT_MS, completion);
	atomic_thread_fence(memory_order_seq_cst);
	return code;
}

static ssize_t fetch_command(struct engine *engine, struct iova from, const uint8_t *there,
			     uint8_t *got, size_t size, struct error *err)
{
	uint8_t reference[NVME_IDENTIFY_SIZE];
	struct nvme_completion completion = { 0 };
	uint64_t place = place_of(engine, there);
	uint16_t id = id_of(there);
	int code, ran;
	bool came;

	if (place >= NVME_PAGE)
		return fail(err, -EINVAL,
			    "%s: what lies there is no command of ours, and it is not told to "
			    "execute it",
			    engine->opened->device->name);
	code = nvme_identify(engine, reference, err);
	if (code < 0)
		return code;
	engine->has_asked = true;
	ran = run_from(engine, from, &completion);
	came = ran == 0 && completion.id == id && completion.status == 0 &&
	       memcmp(engine->memory.va + NVME_DATA + place, reference, sizeof(reference)) == 0;
	/* That a command did not come from there is an answer; that the device does not come back
	 * is none. */
	code = nvme_restart(engine, err);
	if (code < 0)
		return code;
	if (ran == 0 && completion.id == id && completion.status != 0)
		return nvme_fail_status(engine, "Identify from there", completion.status, err);
	memcpy(got, there, size);
	return came ? COMMAND_KNOWN : 0;
}

/* --- either --------------------------------------------------------------------------------- */

/* Whether the clock takes what it is told, and says it again. The real time, since one that was
 * lost while it had another comes back here. Return: 0; -ETIMEDOUT, -ENODEV. */
static int try_clock(struct engine *engine, struct error *err)
{
	struct nvme *nvme = nvme_of(engine);
	struct error why = { 0 };
	uint64_t now, value, begun = clock_ms();
	int code = set_real_time(engine, &why);

	now = nvme_get64(engine->memory.va + NVME_DATA);
	if (code == 0)
		code = get_timestamp(engine, &value, &why);
	nvme->is_timestamp_known = code == 0 && is_since(value, now, begun);
	return code == 0 || code == -EIO ? 0 : fail(err, code, "%s", why.text);
}

int nvme_fetch_init(struct engine *engine, struct error *err)
{
	bool by_time;
	int code = nvme_of(engine)->is_timestamp_known ? try_clock(engine, err) : 0;

	if (code < 0)
		return code;
	by_time = nvme_of(engine)->is_timestamp_known;
	engine->fetch_least = engine->fetch_size = by_time ? TIMESTAMP_SIZE : NVME_PAGE;
	/* Data may begin at every word, a queue only at a page. */
	engine->alignment = by_time ? 4 : NVME_PAGE;
	engine->wants_composed = !by_time;
	return 0;
}

void nvme_compose(struct engine *engine, uint8_t *bytes, size_t size)
{
	if (nvme_of(engine)->is_timestamp_known)
		nvme_put64(bytes, random_time());
	else
		compose_command(engine, bytes, size);
}

ssize_t nvme_fetch(struct engine *engine, struct iova from, const uint8_t *there, uint8_t *got,
		   size_t size, struct error *err)
{
	return nvme_of(engine)->is_timestamp_known
		       ? fetch_timestamp(engine, from, there, got, err)
		       : fetch_command(engine, from, there, got, size, err);
}
