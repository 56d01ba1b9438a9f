/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serial numbers of devices on FreeBSD (PCI Express 6.0, 7.9.3). */
#include "unit.h"

#include "collect/freebsd/collectors.h"
#include "freebsd/model/model.h"
#include "util/alloc.h"

static const struct bdf nic = { .bus = 3 };

/* An extended capability at @at, the next one at @next. */
static void put_header(struct model_function *function, size_t at, unsigned id, unsigned next)
{
	const uint32_t header = id | 1u << 16 | next << 20;

	memcpy(function->config + at, &header, sizeof(header));
}

static struct model_function *add_nic(struct model *model, size_t size)
{
	struct model_function *function =
		model_add_function(model, "0000:03:00.0", 0x8086, 0x1521, 0x020000);

	function->config_size = size;
	return function;
}

static void expect(struct model *model, const char *wanted)
{
	char *serial = freebsd_read_serial(&model->os, &nic);

	if (wanted) {
		assert_non_null(serial);
		assert_string_equal(serial, wanted);
	} else {
		assert_null(serial);
	}
	free(serial);
	model_free(model);
}

/* As lspci writes it: the upper dword, which comes second, in front. */
static void test_number(void **state)
{
	static const uint8_t number[] = { 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00 };
	struct model *model = model_new();
	struct model_function *function = add_nic(model, CONFIG_SPACE_SIZE);

	(void)state;
	put_header(function, 0x100, 0x0001, 0x140); /* AER */
	put_header(function, 0x140, 0x0003, 0);
	memcpy(function->config + 0x144, number, sizeof(number));
	expect(model, "00-11-22-33-44-55-66-77");
}

static void test_none(void **state)
{
	struct model *model = model_new();
	struct model_function *function = add_nic(model, CONFIG_SPACE_SIZE);

	(void)state;
	put_header(function, 0x100, 0x0001, 0);
	expect(model, NULL);
}

/* What is beyond 256 bytes reads as ones: no capability has that ID, and the list leads back. */
static void test_conventional(void **state)
{
	struct model *model = model_new();

	(void)state;
	add_nic(model, CONVENTIONAL_CONFIG_SIZE);
	expect(model, NULL);
}

static void test_circle(void **state)
{
	struct model *model = model_new();
	struct model_function *function = add_nic(model, CONFIG_SPACE_SIZE);

	(void)state;
	put_header(function, 0x100, 0x0001, 0x140);
	put_header(function, 0x140, 0x000b, 0x100);
	expect(model, NULL);
}

/* The number would not fit behind its header. */
static void test_at_the_end(void **state)
{
	struct model *model = model_new();
	struct model_function *function = add_nic(model, CONFIG_SPACE_SIZE);

	(void)state;
	put_header(function, 0x100, 0x0001, 0xffc);
	put_header(function, 0xffc, 0x0003, 0);
	expect(model, NULL);
}

static void test_not_for_us(void **state)
{
	struct model *model = model_new();
	struct model_function *function = add_nic(model, CONFIG_SPACE_SIZE);

	(void)state;
	put_header(function, 0x100, 0x0003, 0);
	model->is_root = false;
	expect(model, NULL);
}

static void test_gone(void **state)
{
	struct model *model = model_new();

	(void)state;
	model_add_function(model, "0000:04:00.0", 0x8086, 0x1521, 0x020000);
	expect(model, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),	     cmocka_unit_test(test_none),
		cmocka_unit_test(test_conventional), cmocka_unit_test(test_circle),
		cmocka_unit_test(test_at_the_end),   cmocka_unit_test(test_not_for_us),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
