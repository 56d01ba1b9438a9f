/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An NVMe controller with its admin queue (NVM Express Base Specification 2.0), and ways to break
 * it. It takes Identify and the Timestamp feature from its host, and fails the test at anything
 * else: no other command is ever to be sent.
 */
#ifndef IOMMUTOOL_TEST_NVME_MODEL_H
#define IOMMUTOOL_TEST_NVME_MODEL_H

#include "dma_model.h"

#define READY_NS 3000000u
#define CAP_USUAL UINT64_C(0x0000002002010007) /* 8 entries, contiguous, 1 s, NVM */

enum refused_entry {
	REFUSED_FATAL,	 /* the controller stops */
	REFUSED_ZEROES,	 /* it executes zeroes */
	REFUSED_BEFORE,	 /* it executes the command before once more */
	REFUSED_NOTHING, /* it executes nothing */
};

static struct {
	/* registers */
	uint64_t cap, asq, acq, cmbmsc;
	uint32_t cc, csts, aqa, intms;
	uint32_t cmbloc, cmbsz; /* as they read when they are enabled */
	/* state */
	bool is_changing; /* to what CC.EN says, at changes_ns */
	uint64_t changes_ns;
	unsigned tail, head, completions_tail, completions_head;
	unsigned phase;
	uint8_t before[64];
	uint8_t identify[4096];
	uint64_t timestamp, timestamp_ns; /* milliseconds, and when it was set */
	uint8_t buffer[8192];		  /* its CMB */
	/* how it is broken */
	uint64_t ready_ns;	 /* how long it takes to become ready, or unready */
	bool never_ready;	 /* it does not become ready any more */
	bool never_unready;	 /* or unready */
	bool refuses_foreign;	 /* it is not enabled with a queue that is not in memory of ours */
	int hangs, stops, fails; /* the opcode that does not end, is fatal, has a status; -1 */
	uint16_t status;	 /* bits 10:0; of what fails */
	enum refused_entry refused; /* what it does for a command that it cannot read */
	uint16_t id_error;	    /* by which the ID of a completion differs */
	bool loses_identify;	    /* its data goes nowhere */
	unsigned changes;	    /* of its data, one after each of so many */
	bool loses_foreign;	    /* the same, for a command that is not in memory of ours */
	int64_t clock_error;	    /* milliseconds that its clock is ahead */
	/* what was seen */
	uint64_t own_iova; /* of the host's memory */
	unsigned nr_enabled, nr_commands;
	unsigned nr_set_timestamp;
	uint64_t first_asq, asq_foreign; /* of enablings; 0: none */
} nvme;

static unsigned doorbell_stride(void)
{
	return 4u << (nvme.cap >> 32 & 0xf);
}

/* --- what it moves ---------------------------------------------------------------------------- */

/* Addresses that lead to its own buffer never leave it. */
static bool nvme_dma(uint64_t iova, uint8_t *bytes, uint64_t size, bool to_memory)
{
	uint64_t inside = iova - (nvme.cmbmsc & ~UINT64_C(0xfff));

	if ((nvme.cmbmsc & 3) == 3 && inside < sizeof(nvme.buffer) &&
	    size <= sizeof(nvme.buffer) - inside) {
		if (to_memory)
			memcpy(nvme.buffer + inside, bytes, size);
		else
			memcpy(bytes, nvme.buffer + inside, size);
		return true;
	}
	return dma(iova, bytes, size, to_memory);
}

static uint64_t le(const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	while (size-- > 0)
		value = value << 8 | bytes[size];
	return value;
}

static void put_le(uint8_t *bytes, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

/* Data of a command by PRP 1 and, where it goes on in another page, PRP 2. Return: its status. */
static uint16_t move_data(const uint8_t *entry, uint8_t *bytes, unsigned size, bool to_memory)
{
	uint64_t first = le(entry + 24, 8), second = le(entry + 32, 8);
	unsigned here = 4096 - (unsigned)(first % 4096);

	if (first % 4 != 0)
		return 0x13;
	if (here > size)
		here = size;
	nvme_dma(first, bytes, here, to_memory);
	if (here == size) {
		assert_int_equal(second, 0);
		return 0;
	}
	if (second % 4096 != 0)
		return 0x13;
	nvme_dma(second, bytes + here, size - here, to_memory);
	return 0;
}

/* --- commands --------------------------------------------------------------------------------- */

static uint16_t execute_timestamp(const uint8_t *entry, bool set)
{
	uint8_t bytes[8] = { 0 };
	uint16_t status;

	if (set) {
		/* What is refused leaves it as it was. */
		put_le(bytes, 8, nvme.timestamp);
		status = move_data(entry, bytes, 8, false);
		nvme.timestamp = le(bytes, 6);
		nvme.timestamp_ns = bus.now_ns;
		nvme.nr_set_timestamp++;
		return status;
	}
	put_le(bytes, 6,
	       nvme.timestamp + (bus.now_ns - nvme.timestamp_ns) / 1000000u +
		       (uint64_t)nvme.clock_error);
	bytes[6] = 0x02; /* set by the host */
	return move_data(entry, bytes, 8, true);
}

static uint16_t execute(const uint8_t *entry, bool is_from_host)
{
	unsigned opcode = entry[0], word10 = (unsigned)le(entry + 40, 4);
	bool has_timestamp = nvme.identify[520] & 0x40;

	nvme.nr_commands++;
	if ((int)opcode == nvme.fails)
		return nvme.status;
	if (opcode == 0x06 && word10 == 1 && le(entry + 4, 4) == 0) {
		if (nvme.changes > 0 && nvme.changes--)
			nvme.identify[1000]++;
		return nvme.loses_identify || (nvme.loses_foreign && !is_from_host)
			       ? 0
			       : move_data(entry, nvme.identify, 4096, true);
	}
	if ((opcode == 0x09 || opcode == 0x0a) && word10 == 0x0e && le(entry + 4, 4) == 0 &&
	    has_timestamp)
		return execute_timestamp(entry, opcode == 0x09);
	if (is_from_host)
		fail_msg("a command that is not to be sent: opcode 0x%02x, word 10 0x%x", opcode,
			 word10);
	return 0x01;
}

static void complete(const uint8_t *entry, uint16_t status)
{
	unsigned entries = (nvme.aqa >> 16 & 0xfff) + 1;
	uint8_t bytes[16] = { 0 };

	/* It would wait for its host to take some. */
	assert_true((nvme.completions_tail + 1) % entries != nvme.completions_head);
	/* Nobody has its interrupt. */
	assert_int_equal(nvme.intms & 1, 1);
	put_le(bytes + 8, 2, nvme.head);
	put_le(bytes + 12, 2, le(entry + 2, 2) ^ nvme.id_error);
	/* With "do not retry" for what fails. */
	put_le(bytes + 14, 2, (status ? 0x8000u : 0) | (unsigned)status << 1 | nvme.phase);
	nvme_dma(nvme.acq + nvme.completions_tail * 16u, bytes, sizeof(bytes), true);
	if (++nvme.completions_tail == entries) {
		nvme.completions_tail = 0;
		nvme.phase ^= 1;
	}
}

/* Return: whether there is a command to execute. */
static bool read_entry(uint8_t entry[64])
{
	memcpy(entry, nvme.before, 64);
	if (nvme_dma(nvme.asq + nvme.head * 64u, entry, 64, false))
		return true;
	memcpy(entry, nvme.before, 64);
	if (nvme.refused == REFUSED_ZEROES)
		memset(entry, 0, 64);
	if (nvme.refused == REFUSED_FATAL)
		nvme.csts = 2;
	return nvme.refused == REFUSED_ZEROES || nvme.refused == REFUSED_BEFORE;
}

static void run_one(void)
{
	bool is_from_host = nvme.asq == nvme.own_iova;
	uint8_t entry[64];
	bool is_there = read_entry(entry);

	nvme.head = (nvme.head + 1) % ((nvme.aqa & 0xfff) + 1);
	if (!is_there || entry[0] == nvme.hangs)
		return;
	if (entry[0] == nvme.stops) {
		nvme.csts = 2;
		return;
	}
	memcpy(nvme.before, entry, 64);
	complete(entry, execute(entry, is_from_host));
}

/* --- registers -------------------------------------------------------------------------------- */

/* CC has what the controller supports: 4 KiB pages, entries of 64 and 16 bytes, a command set. */
static bool is_configured(void)
{
	static const unsigned bits[8] = { 37, 0, 0, 0, 0, 0, 43, 44 };
	unsigned set = nvme.cc >> 4 & 7;

	return (nvme.cc >> 7 & 0xf) == 0 && (nvme.cc >> 16 & 0xff) == 0x46 && bits[set] != 0 &&
	       nvme.cap >> bits[set] & 1 && nvme.asq % 4096 == 0 && nvme.acq % 4096 == 0 &&
	       (nvme.aqa & 0xfff) != 0 && (nvme.aqa >> 16 & 0xfff) != 0;
}

static void change_state(void)
{
	bool is_foreign = nvme.asq != nvme.own_iova;

	nvme.is_changing = false;
	/* CSTS.CFS is there until it is ready again, as in QEMU. */
	if (!(nvme.cc & 1)) {
		nvme.csts &= ~1u;
		nvme.intms = 0;
		return;
	}
	nvme.nr_enabled++;
	if (nvme.first_asq == 0)
		nvme.first_asq = nvme.asq;
	if (is_foreign)
		nvme.asq_foreign = nvme.asq;
	nvme.tail = nvme.head = nvme.completions_tail = nvme.completions_head = 0;
	nvme.phase = 1;
	nvme.csts = is_configured() && !(is_foreign && nvme.refuses_foreign) ? 1 : 2;
}

static void device_tick(void)
{
	bool is_stuck = nvme.cc & 1 ? nvme.never_ready : nvme.never_unready;

	if (nvme.is_changing && bus.now_ns >= nvme.changes_ns && !is_stuck)
		change_state();
	while ((nvme.csts & 3) == 1 && !nvme.is_changing && nvme.head != nvme.tail)
		run_one();
}

static uint64_t device_read(uint64_t offset, unsigned size)
{
	bool has_cmb = !(nvme.cap & UINT64_C(1) << 57) || (nvme.cmbmsc & 1);

	assert_int_equal(size, 4);
	switch (offset) {
	case 0x00:
		return nvme.cap & UINT32_MAX;
	case 0x04:
		return nvme.cap >> 32;
	case 0x14:
		return nvme.cc;
	case 0x1c:
		return nvme.csts;
	case 0x38:
		return has_cmb ? nvme.cmbloc : 0;
	case 0x3c:
		return has_cmb ? nvme.cmbsz : 0;
	case 0x50:
		return nvme.cmbmsc & UINT32_MAX;
	case 0x54:
		return nvme.cmbmsc >> 32;
	default:
		fail_msg("a register that is not to be read: 0x%llx", (unsigned long long)offset);
		return 0;
	}
}

static void write_half(uint64_t *whole, uint64_t offset, uint64_t value)
{
	unsigned shift = offset % 8 ? 32 : 0;

	*whole = (*whole & ~(UINT64_C(0xffffffff) << shift)) | value << shift;
}

static void write_config(uint32_t value)
{
	if ((value ^ nvme.cc) & 1) {
		nvme.is_changing = true;
		nvme.changes_ns = bus.now_ns + nvme.ready_ns;
	}
	nvme.cc = value;
}

/* The registers of the queue are not to be changed while it is in use. */
static void write_queue(uint64_t offset, uint64_t value)
{
	assert_int_equal(nvme.cc & 1, 0);
	assert_int_equal(nvme.csts & 1, 0);
	if (offset == 0x24)
		nvme.aqa = (uint32_t)value;
	else
		write_half(offset < 0x30 ? &nvme.asq : &nvme.acq, offset, value);
}

static void write_doorbell(uint64_t offset, uint64_t value)
{
	assert_int_equal(nvme.csts & 1, 1);
	if (offset == 0x1000) {
		assert_true(value <= (nvme.aqa & 0xfff));
		nvme.tail = (unsigned)value;
	} else {
		assert_int_equal(offset, 0x1000 + doorbell_stride());
		assert_true(value <= (nvme.aqa >> 16 & 0xfff));
		nvme.completions_head = (unsigned)value;
	}
}

static void device_write(uint64_t offset, uint64_t value, unsigned size)
{
	assert_int_equal(size, 4);
	switch (offset) {
	case 0x0c:
		nvme.intms |= (uint32_t)value;
		break;
	case 0x14:
		write_config((uint32_t)value);
		break;
	case 0x24:
	case 0x28:
	case 0x2c:
	case 0x30:
	case 0x34:
		write_queue(offset, value);
		break;
	case 0x50:
	case 0x54:
		if (nvme.cap & UINT64_C(1) << 57)
			write_half(&nvme.cmbmsc, offset, value);
		break;
	default:
		if (offset < 0x1000)
			fail_msg("a register that is not to be written: 0x%llx",
				 (unsigned long long)offset);
		write_doorbell(offset, value);
	}
}

#endif
