/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine for QEMU's edu (dma/edu.c) on a model of its registers. */
#include "edu_model.h"

#define MEMORY_AT UINT64_C(0x200000)
#define TARGET_AT UINT64_C(0x123456789000)
#define TARGET_SIZE 8192u

static uint8_t memory[ENGINE_MEMORY_SIZE], target[TARGET_SIZE];
static char name[] = "0000:00:04.0";
static struct device device;
static struct vfio_device opened;
static struct engine engine;
static struct error err;

enum { MEMORY_WINDOW, TARGET_WINDOW };

static int begin(void **state)
{
	(void)state;
	memset(&bus, 0, sizeof(bus));
	memset(&edu, 0, sizeof(edu));
	memset(memory, 0x11, sizeof(memory));
	memset(target, 0x22, sizeof(target));
	edu.id = 0x010000ed;
	edu.mask = UINT64_C(0xffffffffffff);
	bus.windows[MEMORY_WINDOW] = (struct window){ MEMORY_AT, memory, sizeof(memory), 0, 0 };
	bus.windows[TARGET_WINDOW] = (struct window){ TARGET_AT, target, sizeof(target), 0, 0 };
	device = (struct device){
		.name = name, .is_pci = true, .vendor = 0x1234, .product = 0x11e8, .class = 0x00ff00
	};
	opened = (struct vfio_device){ .device = &device };
	opened.regions[0] = (struct vfio_region){ .size = 1u << 20, .mappable = true };
	engine = (struct engine){ 0 };
	err = (struct error){ 0 };
	return 0;
}

static int start_at(uint64_t iova)
{
	struct engine_memory given = { memory, { iova } };

	bus.windows[MEMORY_WINDOW].iova = iova;
	return engine_start(&engine, &edu_engine, &opened, given, &err);
}

static int start(void)
{
	return start_at(MEMORY_AT);
}

static struct iova at(uint64_t offset)
{
	return (struct iova){ TARGET_AT + offset };
}

/* Nothing is left open, and the device is quiet. */
static void stop(void)
{
	unsigned resets = bus.nr_resets;

	engine_stop(&engine);
	assert_int_equal(bus.nr_views, 0);
	assert_false(bus.command & COMMAND_MASTER);
	assert_int_equal(bus.nr_resets, resets + 1);
}

/* --- begin and end ---------------------------------------------------------------------------- */

static void test_match(void **state)
{
	static const struct {
		const char *name;
		struct device device;
		bool wanted;
	} cases[] = {
		{ "edu", { .is_pci = true, .vendor = 0x1234, .product = 0x11e8 }, true },
		{ "no PCI", { .vendor = 0x1234, .product = 0x11e8 }, false },
		{ "another vendor",
		  { .is_pci = true, .vendor = 0x1235, .product = 0x11e8 },
		  false },
		{ "another product",
		  { .is_pci = true, .vendor = 0x1234, .product = 0x1111 },
		  false },
		{ "unknown", { .is_pci = true, .vendor = -1, .product = -1 }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_case(edu_engine.match(&cases[i].device) == cases[i].wanted, cases[i].name);
}

static void test_sizes(void **state)
{
	(void)state;
	assert_int_equal(start(), 0);
	assert_int_equal(engine.send_least, 8);
	assert_int_equal(engine.send_size, 2048);
	assert_int_equal(engine.fetch_least, 8);
	assert_int_equal(engine.fetch_size, 2048);
	assert_int_equal(engine.alignment, 8);
	stop();
}

static void test_versions(void **state)
{
	static const struct {
		uint32_t id;
		int wanted;
	} cases[] = {
		{ 0x010000ed, 0 },	     { 0x020300ed, 0 },	      { 0x010000ee, -EOPNOTSUPP },
		{ 0x0100000d, -EOPNOTSUPP }, { 0, -EOPNOTSUPP },      { 0xffff00ed, 0 },
		{ 0x010001ed, -EOPNOTSUPP }, { UINT32_MAX, -ENODEV },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(state);
		edu.id = cases[i].id;
		assert_int_equal(start(), cases[i].wanted);
		assert_int_equal(err.code, cases[i].wanted);
		stop();
	}
}

static void test_registers_not_mappable(void **state)
{
	(void)state;
	bus.cannot_open = true;
	assert_int_equal(start(), -ENOTTY);
	assert_non_null(strstr(err.text, "0000:00:04.0"));
	assert_int_equal(bus.nr_accesses, 0);
	stop();
}

static void test_command_register_fails(void **state)
{
	(void)state;
	bus.command_fails = true;
	assert_int_equal(start(), -EIO);
	engine_stop(&engine);
	assert_int_equal(bus.nr_accesses, 0);
}

/* The usual edu reaches 28 bits: what lies above cannot be its memory, and it is told so. */
static void test_masked_addresses(void **state)
{
	static const struct {
		uint64_t mask, iova;
		int wanted;
	} cases[] = {
		{ 0x0fffffff, 0x0ffff000 - ENGINE_MEMORY_SIZE, 0 },
		{ 0x0fffffff, 0x10000000, -EOPNOTSUPP },
		{ 0x0fffffff, 0x0ffff000, -EOPNOTSUPP }, /* its second half only */
		{ 0xffffffff, 0x10000000, 0 },
		{ 0xffffffff, UINT64_C(0x100000000), -EOPNOTSUPP },
		{ 0xffffffffffff, UINT64_C(0x800000000000), 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(state);
		edu.mask = cases[i].mask;
		assert_int_equal(start_at(cases[i].iova), cases[i].wanted);
		assert_true((strstr(err.text, "dma_mask") != NULL) == (cases[i].wanted != 0));
		stop();
	}
}

static void test_own_memory_refused(void **state)
{
	for (int refused = 0; refused < 2; refused++) {
		begin(state);
		bus.windows[MEMORY_WINDOW].no_read = refused == 0;
		bus.windows[MEMORY_WINDOW].no_write = refused == 1;
		assert_int_equal(start(), -EOPNOTSUPP);
		stop();
	}
}

static void test_stuck_at_start(void **state)
{
	(void)state;
	edu.is_stuck = true;
	assert_int_equal(start(), -ETIMEDOUT);
	stop();
	/* Twice a deadline of 3 s at most: that of the transfer, and that of the end. */
	assert_true(bus.now_ns >= UINT64_C(3000000000) && bus.now_ns <= UINT64_C(6100000000));
}

/* A transfer that somebody else began is waited for, and nothing is written meanwhile. */
static void test_busy_at_start(void **state)
{
	(void)state;
	edu.destination = EDU_BUFFER_AT;
	edu.source = MEMORY_AT;
	edu.count = 8;
	edu.command = 1;
	edu.ends_ns = 50000000;
	assert_int_equal(start(), 0);
	stop();
}

static void test_busy_for_ever_at_start(void **state)
{
	(void)state;
	edu.command = 1;
	edu.is_stuck = true;
	assert_int_equal(start(), -ETIMEDOUT);
	assert_int_equal(err.code, -ETIMEDOUT);
	stop();
}

static void test_stop_leaves_nothing(void **state)
{
	uint8_t bytes[8] = { 1 };

	(void)state;
	assert_int_equal(start(), 0);
	assert_int_equal(engine_send(&engine, at(0), bytes, sizeof(bytes), &err), 0);
	stop();
	assert_int_equal(edu.source, 0);
	assert_int_equal(edu.destination, 0);
	assert_int_equal(edu.count, 0);
	assert_int_equal(edu.command & 1, 0);
	assert_null(engine.ops);
}

/* --- moves ------------------------------------------------------------------------------------ */

static void test_send(void **state)
{
	static const struct {
		size_t offset, size;
	} cases[] = { { 0, 8 }, { 0, 2048 }, { 8, 2048 }, { 4096 - 1024, 2048 }, { 4088, 16 } };
	uint8_t bytes[2048];

	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t end = cases[i].offset + cases[i].size;

		begin(state);
		assert_int_equal(start(), 0);
		engine_compose(&engine, bytes, cases[i].size);
		assert_int_equal(
			engine_send(&engine, at(cases[i].offset), bytes, cases[i].size, &err), 0);
		assert_memory_equal(target + cases[i].offset, bytes, cases[i].size);
		for (size_t j = 0; j < TARGET_SIZE; j++)
			if (j < cases[i].offset || j >= end)
				assert_int_equal(target[j], 0x22);
		stop();
	}
}

/* Each transfer is one of 100 ms: what is sent takes two, what is fetched three. */
static void test_number_of_transfers(void **state)
{
	uint8_t bytes[8] = { 0 };
	unsigned before;

	(void)state;
	assert_int_equal(start(), 0);
	before = edu.nr_transfers;
	assert_int_equal(engine_send(&engine, at(0), bytes, 8, &err), 0);
	assert_int_equal(edu.nr_transfers - before, 2);
	before = edu.nr_transfers;
	assert_int_equal(engine_fetch(&engine, at(0), bytes, bytes, 8, &err), 8);
	assert_int_equal(edu.nr_transfers - before, 3);
	stop();
}

static void test_send_does_not_arrive(void **state)
{
	uint8_t bytes[64];

	(void)state;
	assert_int_equal(start(), 0);
	bus.windows[TARGET_WINDOW].no_write = true;
	engine_compose(&engine, bytes, sizeof(bytes));
	assert_int_equal(engine_send(&engine, at(0), bytes, sizeof(bytes), &err), 0);
	assert_int_equal(bus.nr_refused, 1);
	assert_int_equal(target[0], 0x22);
	stop();
}

static void test_fetch(void **state)
{
	static const struct {
		size_t offset, size;
	} cases[] = { { 0, 8 }, { 0, 2048 }, { 8, 2048 }, { 4096 - 1024, 2048 } };
	uint8_t got[2048 + 1];

	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t size = cases[i].size;

		begin(state);
		assert_int_equal(start(), 0);
		memset(got, 0x33, sizeof(got));
		engine_compose(&engine, target + cases[i].offset, size);
		assert_int_equal(engine_fetch(&engine, at(cases[i].offset),
					      target + cases[i].offset, got, size, &err),
				 size);
		assert_memory_equal(got, target + cases[i].offset, size);
		assert_int_equal(got[size], 0x33);
		stop();
	}
}

/* What was refused must not look like what is there, though the buffer held just that. */
static void test_fetch_refused_after_the_same(void **state)
{
	uint8_t bytes[64], got[64];

	for (int fetched = 0; fetched < 2; fetched++) {
		begin(state);
		assert_int_equal(start(), 0);
		engine_compose(&engine, bytes, sizeof(bytes));
		assert_int_equal(engine_send(&engine, at(0), bytes, sizeof(bytes), &err), 0);
		if (fetched)
			assert_int_equal(
				engine_fetch(&engine, at(0), bytes, got, sizeof(got), &err),
				sizeof(got));
		bus.windows[TARGET_WINDOW].no_read = true;
		memcpy(got, bytes, sizeof(got));
		assert_int_equal(engine_fetch(&engine, at(0), bytes, got, sizeof(got), &err), 0);
		for (size_t i = 0; i < sizeof(got); i += 8)
			assert_memory_not_equal(got + i, bytes + i, 8);
		stop();
	}
}

static void test_fetch_does_not_come_back(void **state)
{
	uint8_t bytes[64], got[64];

	(void)state;
	assert_int_equal(start(), 0);
	engine_compose(&engine, target, sizeof(bytes));
	memcpy(bytes, target, sizeof(bytes));
	assert_int_equal(engine_fetch(&engine, at(0), bytes, got, sizeof(got), &err), sizeof(got));
	bus.windows[MEMORY_WINDOW].no_write = true;
	assert_int_equal(engine_fetch(&engine, at(0), bytes, got, sizeof(got), &err), sizeof(got));
	assert_memory_not_equal(got, bytes, 8);
	stop();
}

/* A move that does not end is ended by us, and the device is not asked again. */
static void test_stuck(void **state)
{
	uint8_t bytes[64] = { 0 };
	unsigned accesses;
	uint64_t begun;

	for (int fetch = 0; fetch < 2; fetch++) {
		begin(state);
		assert_int_equal(start(), 0);
		edu.is_stuck = true;
		begun = bus.now_ns;
		assert_int_equal(
			fetch ? engine_fetch(&engine, at(0), bytes, bytes, sizeof(bytes), &err)
			      : engine_send(&engine, at(0), bytes, sizeof(bytes), &err),
			-ETIMEDOUT);
		assert_int_equal(err.code, -ETIMEDOUT);
		assert_true(bus.now_ns - begun >= UINT64_C(3000000000));
		assert_true(bus.now_ns - begun <= UINT64_C(3100000000));
		assert_true(engine.is_lost);
		accesses = bus.nr_accesses;
		assert_int_equal(engine_send(&engine, at(0), bytes, sizeof(bytes), NULL), -ENODEV);
		assert_int_equal(engine_fetch(&engine, at(0), bytes, bytes, sizeof(bytes), NULL),
				 -ENODEV);
		stop();
		assert_int_equal(bus.nr_accesses, accesses);
	}
}

/* A slow one is waited for. */
static void test_slow(void **state)
{
	uint8_t bytes[64] = { 7 };

	(void)state;
	assert_int_equal(start(), 0);
	edu.destination = EDU_BUFFER_AT;
	edu.source = MEMORY_AT;
	edu.command = 1;
	edu.ends_ns = bus.now_ns + UINT64_C(2900000000);
	assert_int_equal(engine_send(&engine, at(0), bytes, sizeof(bytes), &err), 0);
	assert_memory_equal(target, bytes, sizeof(bytes));
	stop();
}

/* Return: what failed first, or 0. */
static int all_moves(void)
{
	uint8_t bytes[8] = { 1, 2, 3 }, got[8];
	int code = start();
	ssize_t nr;

	if (code == 0)
		code = engine_send(&engine, at(0), bytes, sizeof(bytes), &err);
	if (code < 0)
		return code;
	nr = engine_fetch(&engine, at(0), bytes, got, sizeof(got), &err);
	return nr < 0 ? (int)nr : 0;
}

/* Wherever it goes away, it is told as gone, and everything is ended. */
static void test_gone(void **state)
{
	unsigned total, nr_gone = 0;

	assert_int_equal(all_moves(), 0);
	total = bus.nr_accesses;
	stop();
	for (unsigned i = 1; i <= total; i++) {
		begin(state);
		bus.gone_at = i;
		assert_int_equal(all_moves(), -ENODEV);
		assert_int_equal(err.code, -ENODEV);
		stop();
		nr_gone++;
		assert_true(bus.now_ns < UINT64_C(3000000000));
	}
	assert_true(nr_gone > 20);
}

/* --- its memory ------------------------------------------------------------------------------- */

static void test_lend(void **state)
{
	struct loan loan;

	(void)state;
	assert_int_equal(loan_begin(&loan, &opened, &err), 0);
	assert_ptr_equal(loan.ops, &edu_engine);
	assert_int_equal(loan.region, 0);
	assert_int_equal(loan.offset, 0x80);
	assert_int_equal(loan.size, 16);
	assert_int_equal(bus.command, COMMAND_MEMORY);
	assert_int_equal(bus.nr_views, 0);
	/* As another device would: in two writes of 8 bytes. */
	device_write(0x80, UINT64_C(0x1122334455667788), 8);
	device_write(0x88, UINT64_C(0x99aabbccddeeff01), 8);
	loan_end(&loan);
	assert_int_equal(edu.source, 0);
	assert_int_equal(edu.destination, 0);
	assert_int_equal(edu.nr_transfers, 0);
	assert_false(edu_runs());
	assert_int_equal(bus.nr_views, 0);
	assert_null(loan.ops);
}

static void test_lend_refused(void **state)
{
	static const struct {
		const char *name;
		uint32_t id;
		bool cannot_open, is_stuck, command_fails;
		int wanted;
	} cases[] = {
		{ "gone", UINT32_MAX, false, false, false, -ENODEV },
		{ "no edu", 0x01000000, false, false, false, -EOPNOTSUPP },
		{ "not mappable", 0x010000ed, true, false, false, -ENOTTY },
		{ "busy for ever", 0x010000ed, false, true, false, -ETIMEDOUT },
		{ "memory not to be enabled", 0x010000ed, false, false, true, -EIO },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct loan loan;

		begin(state);
		edu.id = cases[i].id;
		edu.is_stuck = cases[i].is_stuck;
		edu.command = cases[i].is_stuck;
		bus.cannot_open = cases[i].cannot_open;
		bus.command_fails = cases[i].command_fails;
		assert_case_equal(loan_begin(&loan, &opened, &err), cases[i].wanted, cases[i].name);
		assert_case_equal(err.code, cases[i].wanted, cases[i].name);
		assert_case(!loan.ops, cases[i].name);
		loan_end(&loan);
		assert_case_equal(bus.nr_views, 0, cases[i].name);
	}
}

static void test_take_back_of_a_device_that_is_gone(void **state)
{
	struct loan loan;

	(void)state;
	assert_int_equal(loan_begin(&loan, &opened, &err), 0);
	bus.gone_at = 1;
	loan_end(&loan);
	assert_int_equal(bus.nr_views, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_match, begin),
		cmocka_unit_test_setup(test_sizes, begin),
		cmocka_unit_test_setup(test_versions, begin),
		cmocka_unit_test_setup(test_registers_not_mappable, begin),
		cmocka_unit_test_setup(test_command_register_fails, begin),
		cmocka_unit_test_setup(test_masked_addresses, begin),
		cmocka_unit_test_setup(test_own_memory_refused, begin),
		cmocka_unit_test_setup(test_stuck_at_start, begin),
		cmocka_unit_test_setup(test_busy_at_start, begin),
		cmocka_unit_test_setup(test_busy_for_ever_at_start, begin),
		cmocka_unit_test_setup(test_stop_leaves_nothing, begin),
		cmocka_unit_test_setup(test_send, begin),
		cmocka_unit_test_setup(test_number_of_transfers, begin),
		cmocka_unit_test_setup(test_send_does_not_arrive, begin),
		cmocka_unit_test_setup(test_fetch, begin),
		cmocka_unit_test_setup(test_fetch_refused_after_the_same, begin),
		cmocka_unit_test_setup(test_fetch_does_not_come_back, begin),
		cmocka_unit_test_setup(test_stuck, begin),
		cmocka_unit_test_setup(test_slow, begin),
		cmocka_unit_test_setup(test_gone, begin),
		cmocka_unit_test_setup(test_lend, begin),
		cmocka_unit_test_setup(test_lend_refused, begin),
		cmocka_unit_test_setup(test_take_back_of_a_device_that_is_gone, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
