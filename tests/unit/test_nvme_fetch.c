/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the engine for NVMe makes the controller read (dma/nvme_fetch.c). */
#include "nvme_scene.h"

/* --- reading by its clock --------------------------------------------------------------------- */

static void test_compose_timestamp(void **state)
{
	uint8_t one[8], other[8];

	(void)state;
	start_well();
	for (unsigned i = 0; i < 100; i++) {
		engine_compose(&engine, one, 8);
		engine_compose(&engine, other, 8);
		assert_memory_not_equal(one, other, 6);
		/* Not small, and with years up to 2^48 ms. */
		assert_true(le(one, 6) >= UINT64_C(1) << 46);
		assert_true(le(one, 6) < UINT64_C(1) << 47);
		assert_int_equal(one[6] | one[7], 0);
	}
	stop();
}

static void test_fetch_timestamp(void **state)
{
	static const struct {
		size_t offset;
		int64_t clock_error;
		bool comes;
	} cases[] = {
		{ 0, 0, true },	  { 4, 0, true },   { 4092, 0, true },	{ 4088, 0, true },
		{ 0, 900, true }, { 0, -1, false }, { 0, 1100, false }, { 0, -900, false },
	};
	uint8_t got[9];

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t *there = target + cases[i].offset;

		begin(state);
		start_well();
		nvme.clock_error = cases[i].clock_error;
		engine_compose(&engine, there, 8);
		memset(got, 0x33, sizeof(got));
		assert_int_equal(engine_fetch(&engine, at(cases[i].offset), there, got, 8, &err),
				 6);
		assert_true((memcmp(got, there, 6) == 0) == cases[i].comes);
		assert_int_equal(got[8], 0x33);
		/* The clock says what it read, give or take that. */
		if (!cases[i].comes)
			assert_true(le(got, 6) - le(there, 6) - (uint64_t)cases[i].clock_error <
				    20);
		assert_int_equal(nvme.asq_foreign, 0);
		stop();
	}
}

/* Another value is there than was thought: it is told as it is. */
static void test_fetch_other_timestamp(void **state)
{
	uint8_t there[8], got[8];

	(void)state;
	start_well();
	engine_compose(&engine, there, 8);
	put_le(target, 8, UINT64_C(0xffff123456789abc));
	assert_int_equal(engine_fetch(&engine, at(0), there, got, 8, &err), 6);
	assert_true(le(got, 6) - UINT64_C(0x123456789abc) < 20);
	stop();
}

/* What is refused must not look like what is there, though its clock was set to just that. */
static void test_fetch_timestamp_refused_after_the_same(void **state)
{
	uint8_t got[8];

	(void)state;
	start_well();
	engine_compose(&engine, target, 8);
	assert_int_equal(engine_fetch(&engine, at(0), target, got, 8, &err), 6);
	assert_memory_equal(got, target, 6);
	bus.windows[TARGET_WINDOW].no_read = true;
	assert_int_equal(engine_fetch(&engine, at(0), target, got, 8, &err), 0);
	stop();
}

static void test_fetch_timestamp_does_not_come_back(void **state)
{
	uint8_t there[8], got[8];

	(void)state;
	start_well();
	engine_compose(&engine, there, 8);
	memcpy(target, there, 8);
	/* As if it had come before: the data, but not the completions, goes nowhere. */
	memcpy(memory + 0x2000, there, 8);
	bus.windows[2] = bus.windows[MEMORY_WINDOW];
	bus.windows[MEMORY_WINDOW].size = 0x2000;
	bus.windows[2].iova += 0x2000;
	bus.windows[2].bytes += 0x2000;
	bus.windows[2].size -= 0x2000;
	bus.windows[2].no_write = true;
	assert_int_equal(engine_fetch(&engine, at(0), there, got, 8, &err), 0);
	stop();
}

static void test_fetch_timestamp_fails(void **state)
{
	static const struct {
		int hangs, stops, fails, wanted;
		bool is_lost;
	} cases[] = {
		{ 0x09, -1, -1, -ETIMEDOUT, true }, { 0x0a, -1, -1, -ETIMEDOUT, true },
		{ -1, 0x09, -1, -EIO, false },	    { -1, 0x0a, -1, -EIO, false },
		{ -1, -1, 0x09, -EIO, false },	    { -1, -1, 0x0a, -EIO, false },
	};
	uint8_t got[8];

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(state);
		start_well();
		engine_compose(&engine, target, 8);
		nvme.hangs = cases[i].hangs;
		nvme.stops = cases[i].stops;
		nvme.fails = cases[i].fails;
		nvme.status = 0x04;
		assert_int_equal(engine_fetch(&engine, at(0), target, got, 8, &err),
				 cases[i].wanted);
		assert_int_equal(err.code, cases[i].wanted);
		assert_non_null(strstr(err.text, "Features (Timestamp)"));
		assert_true(engine.is_lost == cases[i].is_lost);
		stop();
	}
}

/* The clock is left right, where it was set, and the device still answers. */
static void test_time_is_put_back(void **state)
{
	uint8_t got[8];

	(void)state;
	start_well();
	assert_int_equal(engine_fetch(&engine, at(0), target, got, 8, &err), 6);
	stop();
	assert_in_range(nvme.timestamp, UINT64_C(1700000000123), UINT64_C(1700000001123));

	/* One that is wrong from before is put right. */
	begin(state);
	nvme.timestamp = 12345;
	start_well();
	assert_in_range(nvme.timestamp, UINT64_C(1700000000123), UINT64_C(1700000001123));
	stop();

	begin(state);
	start_well();
	nvme.hangs = 0x0a;
	assert_int_equal(engine_fetch(&engine, at(0), target, got, 8, &err), -ETIMEDOUT);
	stop();
	assert_int_equal(nvme.nr_set_timestamp, 3);
}

/* What Identify promises is tried: one whose clock cannot be set reads by commands. */
static void test_clock_that_cannot_be_set(void **state)
{
	(void)state;
	nvme.fails = 0x09;
	nvme.status = 0x02;
	start_well();
	assert_true(engine.wants_composed);
	assert_int_equal(engine.fetch_size, 4096);
	stop();
}

/* --- reading a command ------------------------------------------------------------------------ */

static void test_compose_command(void **state)
{
	uint8_t one[4096], other[4096];
	unsigned nr_alike = 0;

	(void)state;
	begin_with(false);
	start_well();
	for (unsigned i = 0; i < 100; i++) {
		uint64_t data;

		memset(one, 0x33, sizeof(one));
		engine_compose(&engine, one, sizeof(one));
		engine_compose(&engine, other, sizeof(other));
		nr_alike += memcmp(one + 2, other + 2, 2) == 0;
		assert_int_equal(le(one, 2), 0x0006);
		assert_int_not_equal(le(one + 2, 2), 0xffff);
		data = le(one + 24, 8);
		assert_int_equal(data % 4, 0);
		assert_in_range(data, MEMORY_AT + 0x2000, MEMORY_AT + 0x3000);
		assert_int_equal(le(one + 32, 8), data % 4096 ? MEMORY_AT + 0x3000 : 0);
		assert_int_equal(le(one + 40, 8), 1);
		for (size_t j = 4; j < 24; j++)
			assert_int_equal(one[j], 0);
		for (size_t j = 44; j < sizeof(one); j++)
			assert_int_equal(one[j], 0);
	}
	assert_true(nr_alike < 5);
	stop();
}

static void test_fetch_command(void **state)
{
	uint8_t bytes[4096], got[4096];

	(void)state;
	begin_with(false);
	start_well();
	for (unsigned i = 0; i < 20; i++) {
		engine_compose(&engine, target + 4096, 4096);
		memset(got, 0x33, sizeof(got));
		assert_int_equal(engine_fetch(&engine, at(4096), target + 4096, got, 4096, &err),
				 4);
		assert_memory_equal(got, target + 4096, 4);
		assert_int_equal(nvme.asq_foreign, TARGET_AT + 4096);
		assert_int_equal(nvme.asq, MEMORY_AT);
		/* Its own queue works again. */
		assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), 0);
		assert_memory_equal(target, nvme.identify, 4096);
	}
	stop();
	assert_int_equal(nvme.nr_set_timestamp, 0);
}

/* That no command came, or another, is no failure of the device. */
static void test_fetch_command_does_not_come(void **state)
{
	static const struct {
		const char *name;
		enum refused_entry refused;
		bool refuses_foreign, no_read;
		uint16_t id_error;
		int hangs;
	} cases[] = {
		{ "fatal", REFUSED_FATAL, false, true, 0, -1 },
		{ "zeroes", REFUSED_ZEROES, false, true, 0, -1 },
		{ "the one before", REFUSED_BEFORE, false, true, 0, -1 },
		{ "nothing", REFUSED_NOTHING, false, true, 0, -1 },
		{ "not enabled", REFUSED_FATAL, true, false, 0, -1 },
	};
	uint8_t there[4096], got[4096], bytes[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin_with(false);
		start_well();
		engine_compose(&engine, there, 4096);
		memcpy(target, there, 4096);
		/* The same was read before, and may be in the device still. */
		assert_case_equal(engine_fetch(&engine, at(0), there, got, 4096, &err), 4,
				  cases[i].name);
		assert_case(memcmp(got, there, 4) == 0, cases[i].name);
		nvme.refused = cases[i].refused;
		nvme.refuses_foreign = cases[i].refuses_foreign;
		bus.windows[TARGET_WINDOW].no_read = cases[i].no_read;
		assert_case_equal(engine_fetch(&engine, at(0), there, got, 4096, &err), 0,
				  cases[i].name);
		assert_case_equal(err.code, 0, cases[i].name);
		assert_case(!engine.is_lost, cases[i].name);
		assert_case_equal(engine_send(&engine, at(0), bytes, 4096, &err), 0, cases[i].name);
		assert_case(memcmp(target, nvme.identify, 4096) == 0, cases[i].name);
		stop();
	}
}

/* Another command of ours is there than was thought: an ID or a place alone proves nothing. */
static void test_fetch_other_command(void **state)
{
	static const struct {
		const char *name;
		size_t offset;
		uint8_t change;
	} cases[] = {
		{ "ID", 2, 0x01 },
		{ "high byte of the ID", 3, 0x80 },
		{ "place", 24, 0x04 },
	};
	uint8_t there[4096], got[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin_with(false);
		start_well();
		/* In the middle of a page, where its neighbours have a second page, too. */
		do
			engine_compose(&engine, there, 4096);
		while (le(there + 24, 8) % 4096 < 8 || le(there + 24, 8) % 4096 > 4080);
		memcpy(target, there, 4096);
		target[cases[i].offset] ^= cases[i].change;
		assert_case_equal(engine_fetch(&engine, at(0), there, got, 4096, &err), 0,
				  cases[i].name);
		stop();
	}
}

/* Nor does what is in our memory from before, at the same place. */
static void test_fetch_command_data_does_not_come(void **state)
{
	uint8_t got[4096];

	(void)state;
	for (int foreign = 0; foreign < 2; foreign++) {
		begin_with(false);
		start_well();
		engine_compose(&engine, target, 4096);
		put_le(target + 24, 8, MEMORY_AT + 0x2000);
		put_le(target + 32, 8, 0);
		nvme.loses_identify = foreign == 0;
		nvme.loses_foreign = foreign == 1;
		assert_int_equal(engine_fetch(&engine, at(0), target, got, 4096, &err), 0);
		nvme.loses_identify = nvme.loses_foreign = false;
		assert_int_equal(engine_fetch(&engine, at(0), target, got, 4096, &err), 4);
		assert_memory_equal(got, target, 4);
		stop();
	}
}

/* The command that is at the target has a status; that from our own queue has none. */
static void test_fetch_command_has_a_status(void **state)
{
	uint8_t there[4096], got[4096];

	(void)state;
	begin_with(false);
	start_well();
	engine_compose(&engine, there, 4096);
	memcpy(target, there, 4096);
	target[40] = 0x7f; /* no such CNS */
	assert_int_equal(engine_fetch(&engine, at(0), there, got, 4096, &err), -EIO);
	assert_int_equal(err.code, -EIO);
	assert_int_equal(nvme.asq, MEMORY_AT);
	assert_int_equal(engine_send(&engine, at(0), got, 4096, &err), 0);
	stop();
}

static void test_fetch_command_does_not_come_back(void **state)
{
	static const struct {
		bool never_ready, never_unready;
	} cases[] = { { true, false }, { false, true } };
	uint8_t got[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin_with(false);
		start_well();
		engine_compose(&engine, target, 4096);
		nvme.never_ready = cases[i].never_ready;
		nvme.never_unready = cases[i].never_unready;
		assert_int_equal(engine_fetch(&engine, at(0), target, got, 4096, &err), -ETIMEDOUT);
		assert_int_equal(err.code, -ETIMEDOUT);
		assert_true(engine.is_lost);
		stop();
		assert_true(bus.now_ns < 10 * SECOND);
	}
}

/* Whatever is no Identify to memory of ours is not executed. */
static void test_fetch_refuses_what_is_not_composed(void **state)
{
	static const size_t offsets[] = { 0, 1, 4, 8, 25, 31, 32, 40, 44, 63 };
	uint8_t there[4096], got[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(offsets); i++) {
		begin_with(false);
		start_well();
		engine_compose(&engine, there, 4096);
		there[offsets[i]] ^= 0x40;
		assert_int_equal(engine_fetch(&engine, at(0), there, got, 4096, &err), -EINVAL);
		assert_int_equal(nvme.asq_foreign, 0);
		stop();
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_compose_timestamp, begin),
		cmocka_unit_test_setup(test_fetch_timestamp, begin),
		cmocka_unit_test_setup(test_fetch_other_timestamp, begin),
		cmocka_unit_test_setup(test_fetch_timestamp_refused_after_the_same, begin),
		cmocka_unit_test_setup(test_fetch_timestamp_does_not_come_back, begin),
		cmocka_unit_test_setup(test_fetch_timestamp_fails, begin),
		cmocka_unit_test_setup(test_time_is_put_back, begin),
		cmocka_unit_test_setup(test_clock_that_cannot_be_set, begin),
		cmocka_unit_test_setup(test_compose_command, begin),
		cmocka_unit_test_setup(test_fetch_command, begin),
		cmocka_unit_test_setup(test_fetch_command_does_not_come, begin),
		cmocka_unit_test_setup(test_fetch_other_command, begin),
		cmocka_unit_test_setup(test_fetch_command_data_does_not_come, begin),
		cmocka_unit_test_setup(test_fetch_command_has_a_status, begin),
		cmocka_unit_test_setup(test_fetch_command_does_not_come_back, begin),
		cmocka_unit_test_setup(test_fetch_refuses_what_is_not_composed, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
