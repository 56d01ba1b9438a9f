/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is the same for all engines (dma/engine.c): who drives what, and in which order. */
#include "unit.h"

#include <errno.h>

#include "dma/engine.h"

/* --- what is replaced: each call is noted ----------------------------------------------------- */

static char calls[256];
static int command_code;

static void note(const char *call)
{
	assert_true(strlen(calls) + strlen(call) + 2 < sizeof(calls));
	strcat(calls, calls[0] ? " " : "");
	strcat(calls, call);
}

int __wrap_vfio_command_change(struct vfio_device *opened, uint16_t set, uint16_t clear);
int __wrap_vfio_command_change(struct vfio_device *opened, uint16_t set, uint16_t clear)
{
	char text[32];

	assert_non_null(opened);
	snprintf(text, sizeof(text), "+%x-%x", set, clear);
	note(text);
	return command_code;
}

int __wrap_vfio_device_reset(struct vfio_device *opened);
int __wrap_vfio_device_reset(struct vfio_device *opened)
{
	assert_non_null(opened);
	note("reset");
	return -ENOTTY;
}

void __wrap_bar_view_close(struct bar_view *view);
void __wrap_bar_view_close(struct bar_view *view)
{
	assert_non_null(view);
	note("close");
}

/* --- an engine that only notes ---------------------------------------------------------------- */

static struct {
	int init_code, send_code;
	ssize_t fetch_code;
} fake;

static int fake_init(struct engine *engine, struct error *err)
{
	note("init");
	assert_int_equal(engine->memory.iova.value, 0x5000);
	engine->send_size = 77;
	return fake.init_code < 0 ? (fail)(err, fake.init_code, "no")
				  : engine_be_master(engine, err);
}

static int fake_send(struct engine *engine, struct iova to, uint8_t *bytes, size_t size,
		     struct error *err)
{
	(void)engine;
	note("send");
	assert_int_equal(to.value, 0x1000);
	assert_int_equal(size, 2);
	bytes[0] = 9;
	return fake.send_code < 0 ? (fail)(err, fake.send_code, "no") : 0;
}

static ssize_t fake_fetch(struct engine *engine, struct iova from, const uint8_t *there,
			  uint8_t *got, size_t size, struct error *err)
{
	(void)engine;
	note("fetch");
	assert_int_equal(from.value, 0x2000);
	memcpy(got, there, size);
	return fake.fetch_code < 0 ? (fail)(err, (int)fake.fetch_code, "no") : fake.fetch_code;
}

static void fake_compose(struct engine *engine, uint8_t *bytes, size_t size)
{
	(void)engine;
	memset(bytes, 0x44, size);
}

static void fake_fini(struct engine *engine)
{
	assert_non_null(engine->opened);
	note("fini");
}

static const struct engine_ops plain_ops = {
	.name = "plain",
	.init = fake_init,
	.send = fake_send,
	.fetch = fake_fetch,
	.fini = fake_fini,
};

static const struct engine_ops composing_ops = {
	.name = "composing",
	.init = fake_init,
	.compose = fake_compose,
	.fini = fake_fini,
};

static char name[] = "0000:07:00.0";
static struct device device;
static struct vfio_device opened;
static struct engine engine;
static struct error err;

static int begin(void **state)
{
	(void)state;
	calls[0] = '\0';
	command_code = 0;
	memset(&fake, 0, sizeof(fake));
	device = (struct device){ .name = name, .is_pci = true, .vendor = 1, .product = 2 };
	opened = (struct vfio_device){ .device = &device };
	memset(&engine, 0xff, sizeof(engine));
	err = (struct error){ 0 };
	return 0;
}

static int start(const struct engine_ops *ops)
{
	struct engine_memory memory = { NULL, { 0x5000 } };

	return engine_start(&engine, ops, &opened, memory, &err);
}

/* --- the tests -------------------------------------------------------------------------------- */

static void test_find_engine(void **state)
{
	static const struct {
		const char *name;
		struct device device;
		const struct engine_ops *wanted;
	} cases[] = {
		{ "edu",
		  { .is_pci = true, .vendor = 0x1234, .product = 0x11e8, .class = 0x00ff00 },
		  &edu_engine },
		{ "NVMe",
		  { .is_pci = true, .vendor = 0x1b36, .product = 0x0010, .class = 0x010802 },
		  &nvme_engine },
		{ "AHCI",
		  { .is_pci = true, .vendor = 0x8086, .product = 0x2922, .class = 0x010601 },
		  NULL },
		{ "unknown", { .is_pci = true, .vendor = -1, .product = -1, .class = -1 }, NULL },
		{ "another bus", { .vendor = 0x1234, .product = 0x11e8, .class = 0x010802 }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_case(find_engine(&cases[i].device) == cases[i].wanted, cases[i].name);
	assert_string_equal(edu_engine.name, "edu");
	assert_string_equal(nvme_engine.name, "nvme");
	assert_non_null(edu_engine.limit);
	assert_non_null(nvme_engine.limit);
}

/* Memory (0x2) before init(), which asks for bus mastering (0x4); that off, then the reset, after
 * fini(). */
static void test_order(void **state)
{
	(void)state;
	assert_int_equal(start(&plain_ops), 0);
	assert_string_equal(calls, "+2-0 init +4-0");
	assert_int_equal(engine.send_size, 77);
	assert_false(engine.is_lost);
	assert_null(engine.state);
	engine_stop(&engine);
	assert_string_equal(calls, "+2-0 init +4-0 fini close +0-4 reset");
	/* Nothing is left to stop. */
	engine_stop(&engine);
	assert_string_equal(calls, "+2-0 init +4-0 fini close +0-4 reset");
}

static void test_failed_init_is_stopped_the_same(void **state)
{
	(void)state;
	fake.init_code = -EOPNOTSUPP;
	assert_int_equal(start(&plain_ops), -EOPNOTSUPP);
	assert_int_equal(err.code, -EOPNOTSUPP);
	engine_stop(&engine);
	assert_string_equal(calls, "+2-0 init fini close +0-4 reset");
}

static void test_no_init_without_bus_mastering(void **state)
{
	(void)state;
	command_code = -EIO;
	assert_int_equal(start(&plain_ops), -EIO);
	assert_int_equal(err.code, -EIO);
	assert_non_null(strstr(err.text, name));
	assert_string_equal(calls, "+2-0");
	/* Whatever of it was enabled is disabled, though that may fail, too. */
	engine_stop(&engine);
	assert_string_equal(calls, "+2-0 fini close +0-4 reset");
}

static void test_moves(void **state)
{
	uint8_t bytes[2] = { 1, 2 }, got[2] = { 0 };

	(void)state;
	assert_int_equal(start(&plain_ops), 0);
	assert_int_equal(engine_send(&engine, (struct iova){ 0x1000 }, bytes, 2, &err), 0);
	assert_int_equal(bytes[0], 9);
	fake.fetch_code = 1;
	assert_int_equal(engine_fetch(&engine, (struct iova){ 0x2000 }, bytes, got, 2, &err), 1);
	assert_memory_equal(got, bytes, 2);
	assert_string_equal(calls, "+2-0 init +4-0 send fetch");
}

/* After a move that did not end, or of a device that is gone, none is begun; after another is. */
static void test_lost(void **state)
{
	static const struct {
		int code;
		bool is_lost;
	} cases[] = { { -ETIMEDOUT, true }, { -ENODEV, true }, { -EIO, false }, { 0, false } };
	uint8_t bytes[2] = { 0 };

	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		int code = cases[i / 2].code;
		bool is_lost = cases[i / 2].is_lost, by_fetch = i % 2;

		begin(state);
		assert_int_equal(start(&plain_ops), 0);
		calls[0] = '\0';
		fake.send_code = by_fetch ? 0 : code;
		fake.fetch_code = by_fetch ? code : 0;
		if (by_fetch)
			assert_int_equal(engine_fetch(&engine, (struct iova){ 0x2000 }, bytes,
						      bytes, 2, &err),
					 code);
		else
			assert_int_equal(
				engine_send(&engine, (struct iova){ 0x1000 }, bytes, 2, &err),
				code);
		assert_int_equal(err.code, code);
		assert_true(engine.is_lost == is_lost);
		fake.send_code = 0;
		fake.fetch_code = 0;
		calls[0] = '\0';
		err = (struct error){ 0 };
		assert_int_equal(engine_send(&engine, (struct iova){ 0x1000 }, bytes, 2, &err),
				 is_lost ? -ENODEV : 0);
		assert_int_equal(
			engine_fetch(&engine, (struct iova){ 0x2000 }, bytes, bytes, 2, &err),
			is_lost ? -ENODEV : 0);
		assert_string_equal(calls, is_lost ? "" : "send fetch");
		assert_int_equal(err.code, is_lost ? -ENODEV : 0);
		/* It is ended all the same, and may be begun again. */
		calls[0] = '\0';
		engine_stop(&engine);
		assert_string_equal(calls, "fini close +0-4 reset");
		assert_int_equal(start(&plain_ops), 0);
		assert_false(engine.is_lost);
	}
}

static void test_compose(void **state)
{
	uint8_t one[32] = { 0 }, other[32] = { 0 }, both[33];

	(void)state;
	assert_int_equal(start(&plain_ops), 0);
	engine_compose(&engine, one, sizeof(one));
	engine_compose(&engine, other, sizeof(other));
	assert_memory_not_equal(one, other, 8);
	assert_memory_not_equal(one + 24, other + 24, 8);
	assert_int_equal(start(&composing_ops), 0);
	memset(both, 0, sizeof(both));
	engine_compose(&engine, both, 32);
	assert_int_equal(both[0], 0x44);
	assert_int_equal(both[31], 0x44);
	assert_int_equal(both[32], 0);
}

static void test_loan_without_engine(void **state)
{
	struct loan loan;

	(void)state;
	memset(&loan, 0xff, sizeof(loan));
	assert_int_equal(loan_begin(&loan, &opened, &err), -ENXIO);
	assert_int_equal(err.code, -ENXIO);
	assert_non_null(strstr(err.text, name));
	assert_null(loan.ops);
	assert_string_equal(calls, "");
	loan_end(&loan);
	assert_string_equal(calls, "");
}

/* Its memory (0x2) alone is enabled: what lends need not master the bus. */
static void test_loan_of_what_cannot_be_enabled(void **state)
{
	struct loan loan;

	(void)state;
	device.vendor = 0x1234;
	device.product = 0x11e8;
	command_code = -EIO;
	assert_int_equal(loan_begin(&loan, &opened, &err), -EIO);
	assert_int_equal(err.code, -EIO);
	assert_string_equal(calls, "+2-0");
	loan_end(&loan);
	assert_string_equal(calls, "+2-0");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_find_engine, begin),
		cmocka_unit_test_setup(test_order, begin),
		cmocka_unit_test_setup(test_failed_init_is_stopped_the_same, begin),
		cmocka_unit_test_setup(test_no_init_without_bus_mastering, begin),
		cmocka_unit_test_setup(test_moves, begin),
		cmocka_unit_test_setup(test_lost, begin),
		cmocka_unit_test_setup(test_compose, begin),
		cmocka_unit_test_setup(test_loan_without_engine, begin),
		cmocka_unit_test_setup(test_loan_of_what_cannot_be_enabled, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
