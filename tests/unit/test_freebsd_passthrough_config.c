/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bhyve wants of a device, from the bytes of its configuration space. */
#include "model/freebsd/passthrough.h"
#include "unit.h"

#define CONFIG_LENGTH 256

/* An endpoint with PCI Express at 40h, which has a function-level reset, then MSI at 80h. */
static void fill_config(uint8_t config[CONFIG_LENGTH])
{
	memset(config, 0, CONFIG_LENGTH);
	config[0x00] = 0x86;
	config[0x01] = 0x80;
	config[0x06] = 0x10; /* status: it has a list of capabilities */
	config[0x34] = 0x40;
	config[0x40] = 0x10; /* PCI Express */
	config[0x41] = 0x80;
	config[0x47] = 0x10; /* bit 28 of the device capabilities at 44h */
	config[0x80] = 0x05; /* MSI, the last one */
}

static void test_config(void **state)
{
	uint8_t bytes[CONFIG_LENGTH];
	struct passthrough_config it;

	(void)state;
	fill_config(bytes);
	it = passthrough_config(bytes, CONFIG_LENGTH);
	assert_int_equal(it.header_type, 0);
	assert_int_equal(it.list, TRI_YES);
	assert_int_equal(it.msi, TRI_YES);
	assert_int_equal(it.msix, TRI_NO);
	assert_int_equal(it.express, TRI_YES);
	assert_int_equal(it.reset, TRI_YES);

	bytes[0x47] = 0xef; /* every bit but 28 */
	bytes[0x80] = 0x11;
	bytes[0x0e] = 0x81; /* a bridge of several functions */
	it = passthrough_config(bytes, CONFIG_LENGTH);
	assert_int_equal(it.header_type, 1);
	assert_int_equal(it.msi, TRI_NO);
	assert_int_equal(it.msix, TRI_YES);
	assert_int_equal(it.reset, TRI_NO);

	bytes[0x40] = 0x01; /* power management instead of PCI Express */
	it = passthrough_config(bytes, CONFIG_LENGTH);
	assert_int_equal(it.express, TRI_NO);
	assert_int_equal(it.reset, TRI_NO);

	bytes[0x06] = 0; /* what looks like a list is none */
	it = passthrough_config(bytes, CONFIG_LENGTH);
	assert_int_equal(it.list, TRI_NO);
	assert_int_equal(it.msi, TRI_NO);
	assert_int_equal(it.msix, TRI_NO);
	assert_int_equal(it.express, TRI_NO);
}

static void test_config_unread(void **state)
{
	static const size_t lengths[] = { 0, 1, 0x3f };
	uint8_t bytes[CONFIG_LENGTH];
	struct passthrough_config it;

	(void)state;
	fill_config(bytes);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		it = passthrough_config(bytes, lengths[i]);
		assert_int_equal(it.header_type, -1);
		assert_int_equal(it.list, TRI_UNKNOWN);
		assert_int_equal(it.msi, TRI_UNKNOWN);
		assert_int_equal(it.msix, TRI_UNKNOWN);
		assert_int_equal(it.express, TRI_UNKNOWN);
		assert_int_equal(it.reset, TRI_UNKNOWN);
	}
	/* The header alone, as whoever is not root may read it. */
	it = passthrough_config(bytes, 0x40);
	assert_int_equal(it.header_type, 0);
	assert_int_equal(it.list, TRI_YES);
	assert_int_equal(it.msi, TRI_UNKNOWN);
	assert_int_equal(it.reset, TRI_UNKNOWN);
	/* PCI Express begins within what was read, its capabilities end behind it. */
	it = passthrough_config(bytes, 0x47);
	assert_int_equal(it.express, TRI_YES);
	assert_int_equal(it.reset, TRI_UNKNOWN);
	assert_int_equal(it.msi, TRI_UNKNOWN);
	it = passthrough_config(bytes, 0x48);
	assert_int_equal(it.reset, TRI_YES);

	memset(bytes, 0xff, sizeof(bytes)); /* it is gone */
	it = passthrough_config(bytes, CONFIG_LENGTH);
	assert_int_equal(it.header_type, -1);
	assert_int_equal(it.list, TRI_UNKNOWN);
	assert_int_equal(it.msi, TRI_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_config_unread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
