/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine for NVMe on a model of a controller: begin and end, sending, going away. */
#include "nvme_scene.h"

/* --- begin and end ---------------------------------------------------------------------------- */

static void test_match(void **state)
{
	static const struct {
		const char *name;
		struct device device;
		bool wanted;
	} cases[] = {
		{ "NVMe", { .is_pci = true, .class = 0x010802 }, true },
		{ "no PCI", { .class = 0x010802 }, false },
		{ "NVMHCI", { .is_pci = true, .class = 0x010801 }, false },
		{ "administrative", { .is_pci = true, .class = 0x010803 }, false },
		{ "unknown", { .is_pci = true, .class = -1 }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_case(nvme_engine.match(&cases[i].device) == cases[i].wanted, cases[i].name);
}

static void test_start(void **state)
{
	(void)state;
	/* As another driver left it. */
	nvme.cc = 0x00460001;
	nvme.csts = 1;
	nvme.asq = 0xdead0000;
	start_well();
	assert_int_equal(nvme.nr_enabled, 1);
	assert_int_equal(nvme.cc, 0x00460001);
	assert_int_equal(nvme.aqa, 0x00070007);
	assert_int_equal(nvme.asq, MEMORY_AT);
	assert_int_equal(nvme.acq, MEMORY_AT + 0x1000);
	assert_int_equal(engine.send_least, 4096);
	assert_int_equal(engine.send_size, 4096);
	assert_int_equal(engine.fetch_least, 8);
	assert_int_equal(engine.fetch_size, 8);
	assert_int_equal(engine.alignment, 4);
	stop();
	assert_int_equal(nvme.cc & 1, 0);
	assert_int_equal(nvme.csts & 1, 0);
	assert_null(engine.state);
}

static void test_start_without_timestamp(void **state)
{
	(void)state;
	begin_with(false);
	start_well();
	assert_int_equal(engine.send_least, 4096);
	assert_int_equal(engine.send_size, 4096);
	assert_int_equal(engine.fetch_least, 4096);
	assert_int_equal(engine.fetch_size, 4096);
	assert_int_equal(engine.alignment, 4096);
	stop();
}

/* CAP.CSS is bits 44:37, CC.CSS bits 6:4. */
static void test_command_sets(void **state)
{
	static const struct {
		uint64_t cap;
		uint32_t cc;
		int wanted;
	} cases[] = {
		{ UINT64_C(0x0000002002010007), 0x00460001, 0 },
		{ UINT64_C(0x0000100002010007), 0x00460071, 0 },
		{ UINT64_C(0x0000080002010007), 0x00460061, 0 },
		{ UINT64_C(0x0000182002010007), 0x00460001, 0 },
		{ UINT64_C(0x0000180002010007), 0x00460071, 0 },
		{ UINT64_C(0x0000000002010007), 0, -EOPNOTSUPP },
		{ UINT64_C(0x0000004002010007), 0, -EOPNOTSUPP }, /* bit 38 is reserved */
		{ UINT64_C(0x0001002002010007), 0, -EOPNOTSUPP }, /* MPSMIN 8 KiB */
		{ UINT64_C(0x0010002002010007), 0x00460001, 0 },  /* MPSMAX 8 KiB */
		{ UINT64_C(0x000000200201ffff), 0x00460001, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(state);
		nvme.cap = cases[i].cap;
		assert_int_equal(start(), cases[i].wanted);
		assert_int_equal(err.code, cases[i].wanted);
		assert_int_equal(nvme.cc, cases[i].cc);
		stop();
	}
}

/* Doorbells are 4 << CAP.DSTRD bytes apart, two of them for the admin queue. */
static void test_doorbells(void **state)
{
	static const struct {
		unsigned stride;
		uint64_t size;
		int wanted;
	} cases[] = {
		{ 0, 0x1008, 0 },      { 0, 0x1004, -ENOTTY },	 { 0, 0x1000, -ENOTTY },
		{ 0, 0xffc, -ENOTTY }, { 4, 0x1080, 0 },	 { 4, 0x107c, -ENOTTY },
		{ 15, 0x41000, 0 },    { 15, 0x40ffc, -ENOTTY },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(state);
		nvme.cap |= (uint64_t)cases[i].stride << 32;
		opened.regions[0].size = cases[i].size;
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
	assert_non_null(strstr(err.text, name));
	stop();
	assert_int_equal(bus.nr_accesses, 0);
}

static void test_command_register_fails(void **state)
{
	(void)state;
	bus.command_fails = true;
	assert_int_equal(start(), -EIO);
	engine_stop(&engine);
	assert_int_equal(bus.nr_accesses, 0);
}

/* CAP.TO is in units of 500 ms; it gets a second at least. */
static void test_time_to_become_ready(void **state)
{
	static const struct {
		uint64_t units, takes_ms;
		int wanted;
		uint64_t least_ms, most_ms;
	} cases[] = {
		{ 0, 900, 0, 0, 0 },
		{ 0, 1100, -ETIMEDOUT, 1000, 1100 },
		{ 1, 900, 0, 0, 0 },
		{ 3, 1400, 0, 0, 0 },
		{ 3, 1600, -ETIMEDOUT, 1500, 1600 },
		{ 255, 127000, 0, 0, 0 },
		{ 255, 130000, -ETIMEDOUT, 127500, 127600 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(state);
		nvme.cap = (CAP_USUAL & ~UINT64_C(0xff000000)) | cases[i].units << 24;
		nvme.ready_ns = cases[i].takes_ms * 1000000u;
		assert_int_equal(start(), cases[i].wanted);
		if (cases[i].wanted) {
			assert_true(bus.now_ns >= cases[i].least_ms * 1000000u);
			assert_true(bus.now_ns <= cases[i].most_ms * 1000000u);
		}
		stop();
	}
}

static void test_start_fails(void **state)
{
	static const struct {
		const char *name;
		bool never_ready, never_unready, is_enabled;
		int hangs, stops, fails, wanted;
	} cases[] = {
		{ "never ready", true, false, false, -1, -1, -1, -ETIMEDOUT },
		{ "never unready", false, true, true, -1, -1, -1, -ETIMEDOUT },
		{ "Identify does not end", false, false, false, 6, -1, -1, -ETIMEDOUT },
		{ "Identify is fatal", false, false, false, -1, 6, -1, -EOPNOTSUPP },
		{ "Identify fails", false, false, false, -1, -1, 6, -EOPNOTSUPP },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(state);
		nvme.never_ready = cases[i].never_ready;
		nvme.never_unready = cases[i].never_unready;
		nvme.cc = nvme.csts = cases[i].is_enabled;
		nvme.hangs = cases[i].hangs;
		nvme.stops = cases[i].stops;
		nvme.fails = cases[i].fails;
		nvme.status = 0x06;
		assert_case_equal(start(), cases[i].wanted, cases[i].name);
		assert_case_equal(err.code, cases[i].wanted, cases[i].name);
		assert_case(strstr(err.text, name) != NULL, cases[i].name);
		stop();
		assert_case(bus.now_ns < 10 * SECOND, cases[i].name);
	}
}

/* CSTS.CFS while it is enabled, though it has half a minute: it is not waited for so long. */
static void test_fatal_at_start(void **state)
{
	(void)state;
	nvme.cap |= UINT64_C(0xff000000);
	nvme.refuses_foreign = true;
	nvme.own_iova = 0; /* so that every queue is another's */
	assert_int_equal(start(), -ETIMEDOUT);
	assert_non_null(strstr(err.text, "CSTS 0x2"));
	assert_true(bus.now_ns < 2 * SECOND);
	stop();
}

/* --- sending ---------------------------------------------------------------------------------- */

static void test_send(void **state)
{
	static const size_t offsets[] = { 0, 4096, 4, 2048, 4092, 8192 };
	uint8_t bytes[4096];

	for (size_t i = 0; i < COUNT(offsets); i++) {
		begin(state);
		start_well();
		memset(bytes, 0, sizeof(bytes));
		assert_int_equal(engine_send(&engine, at(offsets[i]), bytes, 4096, &err), 0);
		assert_memory_equal(bytes, nvme.identify, 4096);
		assert_memory_equal(target + offsets[i], nvme.identify, 4096);
		assert_untouched(0, offsets[i]);
		assert_untouched(offsets[i] + 4096, TARGET_SIZE);
		stop();
	}
}

/* More than its queues have entries, and what it says of itself changes meanwhile. */
static void test_send_often(void **state)
{
	uint8_t bytes[4096];

	(void)state;
	start_well();
	for (unsigned i = 0; i < 50; i++) {
		nvme.identify[100] = (uint8_t)i;
		memset(target, 0x22, sizeof(target));
		assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), 0);
		assert_int_equal(bytes[100], i);
		assert_memory_equal(target, bytes, 4096);
	}
	assert_int_equal(nvme.nr_enabled, 1);
	stop();
}

static void test_send_does_not_arrive(void **state)
{
	uint8_t bytes[4096];

	(void)state;
	start_well();
	bus.windows[TARGET_WINDOW].no_write = true;
	assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), 0);
	assert_memory_equal(bytes, nvme.identify, 4096);
	assert_untouched(0, TARGET_SIZE);
	stop();
}

/* What does not come to our own memory is not what came before, so it is known of nothing. */
static void test_send_copy_does_not_come(void **state)
{
	uint8_t bytes[4096];

	(void)state;
	start_well();
	nvme.loses_identify = true;
	assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), -EIO);
	assert_non_null(strstr(err.text, "never twice the same"));
	assert_false(engine.is_lost);
	stop();
}

/* It says how warm it is: what it sent is known once it said the same before and after. */
static void test_send_while_it_changes(void **state)
{
	uint8_t bytes[4096];

	(void)state;
	start_well();
	for (unsigned changes = 1; changes <= 3; changes++) {
		nvme.changes = changes;
		assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), 0);
		assert_memory_equal(bytes, nvme.identify, 4096);
		assert_memory_equal(target, nvme.identify, 4096);
	}
	nvme.changes = 100;
	assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), -EIO);
	stop();
}

static void test_send_fails(void **state)
{
	static const struct {
		uint16_t status;
		const char *text;
	} cases[] = {
		{ 0x004, "status type 0, code 0x04: data transfer error" },
		{ 0x013, "status type 0, code 0x13: invalid PRP offset" },
		{ 0x281, "status type 2, code 0x81: see" },
		{ 0x101, "status type 1, code 0x01: see" },
	};
	uint8_t bytes[4096];

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(state);
		start_well();
		nvme.fails = 0x06;
		nvme.status = cases[i].status;
		assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), -EIO);
		assert_int_equal(err.code, -EIO);
		assert_case(strstr(err.text, cases[i].text) != NULL, cases[i].text);
		assert_false(engine.is_lost);
		nvme.fails = -1;
		assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), 0);
		stop();
	}
}

static void test_send_is_fatal(void **state)
{
	uint8_t bytes[4096];

	(void)state;
	start_well();
	nvme.stops = 0x06;
	assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), -EIO);
	assert_non_null(strstr(err.text, "fatal"));
	assert_false(engine.is_lost);
	/* It is ready for the next. */
	nvme.stops = -1;
	assert_int_equal(nvme.nr_enabled, 2);
	assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), 0);
	assert_memory_equal(target, nvme.identify, 4096);
	/* And where it does not come back it is lost. */
	nvme.stops = 0x06;
	nvme.never_ready = true;
	err = (struct error){ 0 };
	assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), -ETIMEDOUT);
	assert_int_equal(err.code, -ETIMEDOUT);
	assert_true(engine.is_lost);
	stop();
}

static void test_send_does_not_end(void **state)
{
	uint8_t bytes[4096];
	unsigned accesses;
	uint64_t begun;

	(void)state;
	start_well();
	nvme.hangs = 0x06;
	begun = bus.now_ns;
	assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), -ETIMEDOUT);
	assert_int_equal(err.code, -ETIMEDOUT);
	assert_in_range(bus.now_ns - begun, 5 * SECOND - 1000000, 5 * SECOND + 1000000);
	assert_true(engine.is_lost);
	accesses = bus.nr_accesses;
	assert_int_equal(engine_send(&engine, at(0), bytes, 4096, NULL), -ENODEV);
	assert_int_equal(engine_fetch(&engine, at(0), bytes, bytes, 8, NULL), -ENODEV);
	assert_int_equal(bus.nr_accesses, accesses);
	stop();
	assert_int_equal(nvme.cc & 1, 0);
}

static void test_answer_to_another_command(void **state)
{
	uint8_t bytes[4096];

	(void)state;
	start_well();
	nvme.id_error = 0x0100;
	assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), -EIO);
	stop();
}

/* --- gone ------------------------------------------------------------------------------------- */

static int all_moves(void)
{
	uint8_t bytes[4096], got[4096];
	int code = start();
	ssize_t nr;

	if (code == 0)
		code = engine_send(&engine, at(0), bytes, 4096, &err);
	if (code < 0)
		return code;
	engine_compose(&engine, target, engine.fetch_size);
	nr = engine_fetch(&engine, at(0), target, got, engine.fetch_size, &err);
	return nr < 0 ? (int)nr : 0;
}

/* Wherever it goes away, it is told as gone, and everything is ended. */
static void test_gone(void **state)
{
	(void)state;
	for (int has_timestamp = 0; has_timestamp < 2; has_timestamp++) {
		unsigned total, nr_found = 0;

		begin_with(has_timestamp);
		assert_int_equal(all_moves(), 0);
		total = bus.nr_accesses;
		stop();
		for (unsigned i = 1; i <= total; i++) {
			int code;

			begin_with(has_timestamp);
			bus.gone_at = i;
			code = all_moves();
			/* The last accesses tell that a completion was taken, and are not answered.
			 */
			if (i < total - 1)
				assert_int_equal(code, -ENODEV);
			assert_int_equal(err.code, code);
			nr_found += code == -ENODEV;
			stop();
			assert_true(bus.now_ns < SECOND);
		}
		assert_true(nr_found > 20);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_match, begin),
		cmocka_unit_test_setup(test_start, begin),
		cmocka_unit_test_setup(test_start_without_timestamp, begin),
		cmocka_unit_test_setup(test_command_sets, begin),
		cmocka_unit_test_setup(test_doorbells, begin),
		cmocka_unit_test_setup(test_registers_not_mappable, begin),
		cmocka_unit_test_setup(test_command_register_fails, begin),
		cmocka_unit_test_setup(test_time_to_become_ready, begin),
		cmocka_unit_test_setup(test_start_fails, begin),
		cmocka_unit_test_setup(test_fatal_at_start, begin),
		cmocka_unit_test_setup(test_send, begin),
		cmocka_unit_test_setup(test_send_often, begin),
		cmocka_unit_test_setup(test_send_does_not_arrive, begin),
		cmocka_unit_test_setup(test_send_copy_does_not_come, begin),
		cmocka_unit_test_setup(test_send_while_it_changes, begin),
		cmocka_unit_test_setup(test_send_fails, begin),
		cmocka_unit_test_setup(test_send_is_fatal, begin),
		cmocka_unit_test_setup(test_send_does_not_end, begin),
		cmocka_unit_test_setup(test_answer_to_another_command, begin),
		cmocka_unit_test_setup(test_gone, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
