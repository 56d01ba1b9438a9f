/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of QEMU's edu (docs/specs/edu), as strict as QEMU is, and ways to break it. */
#ifndef IOMMUTOOL_TEST_EDU_MODEL_H
#define IOMMUTOOL_TEST_EDU_MODEL_H

#include "dma_model.h"

#define EDU_BUFFER_AT 0x40000u
#define EDU_TRANSFER_NS 100000000u

static struct {
	uint32_t id;
	uint64_t source, destination, count, command; /* 0x80, 0x88, 0x90, 0x98 */
	uint8_t buffer[4096];
	uint64_t ends_ns; /* the transfer that runs */
	uint64_t mask;	  /* of DMA addresses */
	bool is_stuck;	  /* transfers do not end */
	unsigned nr_transfers;
} edu;

static bool edu_runs(void)
{
	return edu.command & 1;
}

static uint64_t *edu_register(uint64_t offset)
{
	switch (offset) {
	case 0x80:
		return &edu.source;
	case 0x88:
		return &edu.destination;
	case 0x90:
		return &edu.count;
	case 0x98:
		return &edu.command;
	default:
		fail_msg("edu has no register at 0x%llx", (unsigned long long)offset);
		return NULL;
	}
}

static uint64_t device_read(uint64_t offset, unsigned size)
{
	if (offset == 0) {
		assert_int_equal(size, 4);
		return edu.id;
	}
	assert_int_equal(size, 8);
	return *edu_register(offset);
}

static void device_write(uint64_t offset, uint64_t value, unsigned size)
{
	assert_int_equal(size, 8);
	/* QEMU ignores it: whoever writes then relies on what does not happen. */
	assert_false(edu_runs());
	if (offset == 0x98 && !(value & 1))
		return;
	*edu_register(offset) = value;
	if (offset == 0x98)
		edu.ends_ns = bus.now_ns + EDU_TRANSFER_NS;
}

/* QEMU before 10 aborts when the last byte of the buffer is touched, newer ones beyond it. */
static uint8_t *edu_in_buffer(uint64_t address)
{
	assert_true(address >= EDU_BUFFER_AT);
	assert_true(edu.count < sizeof(edu.buffer));
	assert_true(address - EDU_BUFFER_AT < sizeof(edu.buffer) - edu.count);
	return edu.buffer + (address - EDU_BUFFER_AT);
}

static void device_tick(void)
{
	if (!edu_runs() || bus.now_ns < edu.ends_ns || edu.is_stuck)
		return;
	if (edu.command & 2)
		dma(edu.destination & edu.mask, edu_in_buffer(edu.source), edu.count, true);
	else
		dma(edu.source & edu.mask, edu_in_buffer(edu.destination), edu.count, false);
	edu.command &= ~UINT64_C(1);
	edu.nr_transfers++;
}

#endif
