/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extended capabilities, and the serial number by which a device is told from its twins. */
#include "collect/collect.h"
#include "model/config_space.h"
#include "tree.h"

#define DEVICE "0000:03:00.0"
#define CONFIG "sys/bus/pci/devices/" DEVICE "/config"

/* Writes a header (7.9.3): ID in bits 0 to 15, version 16 to 19, where the next is 20 to 31. */
static void put_header(uint8_t *config, size_t at, unsigned id, unsigned version, unsigned next)
{
	config[at] = (uint8_t)id;
	config[at + 1] = (uint8_t)(id >> 8);
	config[at + 2] = (uint8_t)(version | (next & 0xf) << 4);
	config[at + 3] = (uint8_t)(next >> 4);
}

/* AER, a serial number, and two vendor-specific ones, not in the order of their places. */
static void fill_config(uint8_t config[CONFIG_SPACE_SIZE])
{
	memset(config, 0, CONFIG_SPACE_SIZE);
	put_header(config, 0x100, 0x0001, 2, 0x2a0);
	put_header(config, 0x2a0, 0x000b, 1, 0x148);
	put_header(config, 0x148, 0x0003, 1, 0xff8);
	put_header(config, 0xff8, 0x000b, 1, 0x000);
}

static void test_find(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE];

	(void)state;
	fill_config(config);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0001, 0), 0x100);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0001, 1), 0);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0003, 0), 0x148);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x000b, 0), 0x2a0);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x000b, 1), 0xff8);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x000b, 2), 0);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0010, 0), 0);
	/* All of an ID counts, and nothing of the version or of where the next is. */
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0103, 0), 0);
	put_header(config, 0x148, 0x0103, 0xf, 0xff8);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0003, 0), 0);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0103, 0), 0x148);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x000b, 1), 0xff8);
}

/* The two lowest bits of where the next is are reserved: software masks them. */
static void test_reserved_bits(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE];

	(void)state;
	fill_config(config);
	put_header(config, 0x100, 0x0001, 2, 0x2a3);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x000b, 0), 0x2a0);
}

/* Each capability is found with just its header, and not with a byte less. */
static void test_short(void **state)
{
	static const size_t lengths[] = {
		0, 1, 64, 255, 256, 259, 260, 0x2a3, 0x2a4, 0xff8, 0xffb
	};
	uint8_t config[CONFIG_SPACE_SIZE];

	(void)state;
	fill_config(config);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		/* A copy without a byte behind it: a sanitizer sees what is read beyond. */
		uint8_t *copy = malloc(lengths[i] ? lengths[i] : 1);

		assert_non_null(copy);
		memcpy(copy, config, lengths[i]);
		assert_int_equal(find_extended_capability(copy, lengths[i], 0x0001, 0),
				 lengths[i] >= 0x104 ? 0x100 : 0);
		assert_int_equal(find_extended_capability(copy, lengths[i], 0x000b, 0),
				 lengths[i] >= 0x2a4 ? 0x2a0 : 0);
		assert_int_equal(find_extended_capability(copy, lengths[i], 0x000b, 1), 0);
		free(copy);
	}
	assert_int_equal(find_extended_capability(config, 0xffc, 0x000b, 1), 0xff8);
}

/* Lists that never end do, and those that lead back into the first 256 bytes end there. */
static void test_loops(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE];

	(void)state;
	memset(config, 0, sizeof(config));
	put_header(config, 0x100, 0x0001, 1, 0x100);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0003, 0), 0);
	put_header(config, 0x100, 0x0001, 1, 0x200);
	put_header(config, 0x200, 0x0001, 1, 0x100);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0003, 0), 0);
	put_header(config, 0x40, 0x0003, 1, 0);
	put_header(config, 0x100, 0x0001, 1, 0x040);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0003, 0), 0);
	memset(config, 0xff, sizeof(config)); /* a device that is gone */
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0003, 0), 0);
	memset(config, 0, sizeof(config)); /* conventional PCI */
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0003, 0), 0);
}

/* As many as there is room for: 0xf00 bytes of 4. */
static void test_longest(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE];

	(void)state;
	for (size_t at = 0x100; at < sizeof(config); at += 4)
		put_header(config, at, 0x0001, 1, (unsigned)(at + 4) & 0xfff);
	put_header(config, 0xffc, 0x0003, 1, 0);
	assert_int_equal(find_extended_capability(config, sizeof(config), 0x0003, 0), 0xffc);
}

/* --- the serial number -------------------------------------------------------------------- */

static const struct device device = { .name = (char *)DEVICE, .is_pci = true };

static char *serial_in(const struct tree *tree)
{
	struct source source;
	char *serial;

	tree_open(tree, &source);
	serial = read_serial(&source, &device);
	source_close(&source);
	return serial;
}

/* What lspci shows for these bytes: "Device Serial Number 00-1b-21-ff-ff-a0-4c-7e". */
static void test_serial(void **state)
{
	static const uint8_t number[8] = { 0x7e, 0x4c, 0xa0, 0xff, 0xff, 0x21, 0x1b, 0x00 };
	uint8_t config[CONFIG_SPACE_SIZE];
	struct tree tree;
	char *serial;

	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/bus");
	fill_config(config);
	memcpy(config + 0x148 + 4, number, sizeof(number));
	tree_bytes(&tree, CONFIG, config, sizeof(config));
	serial = serial_in(&tree);
	assert_string_equal(serial, "00-1b-21-ff-ff-a0-4c-7e");
	free(serial);
	tree_remove(&tree);
}

/* Config space that is missing, cut, too large, or without a number. */
static void test_no_serial(void **state)
{
	static const size_t lengths[] = { 0, 64, 256, 0x14c, 0x153 };
	uint8_t config[CONFIG_SPACE_SIZE + 1] = { 0 };
	struct tree tree;
	char *serial;

	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/bus");
	assert_null(serial_in(&tree));
	put_header(config, 0x100, 0x0001, 1, 0x148);
	put_header(config, 0x148, 0x0003, 1, 0);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		tree_bytes(&tree, CONFIG, config, lengths[i]);
		assert_null(serial_in(&tree));
	}
	tree_bytes(&tree, CONFIG, config, 0x154); /* just all of it */
	serial = serial_in(&tree);
	assert_string_equal(serial, "00-00-00-00-00-00-00-00");
	free(serial);
	tree_bytes(&tree, CONFIG, config, sizeof(config));
	assert_null(serial_in(&tree));
	put_header(config, 0x148, 0x0004, 1, 0);
	tree_bytes(&tree, CONFIG, config, CONFIG_SPACE_SIZE);
	assert_null(serial_in(&tree));
	tree_remove(&tree);
}

/* At the very end there is room for the header, but not for the number. */
static void test_serial_at_end(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE] = { 0 };
	struct tree tree;
	char *serial;

	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/bus");
	put_header(config, 0x100, 0x0001, 1, 0xff8);
	put_header(config, 0xff8, 0x0003, 1, 0);
	tree_bytes(&tree, CONFIG, config, sizeof(config));
	assert_null(serial_in(&tree));
	put_header(config, 0x100, 0x0001, 1, 0xff4);
	put_header(config, 0xff4, 0x0003, 1, 0);
	memset(config + 0xff8, 0xa5, 8);
	tree_bytes(&tree, CONFIG, config, sizeof(config));
	serial = serial_in(&tree);
	assert_string_equal(serial, "a5-a5-a5-a5-a5-a5-a5-a5");
	free(serial);
	tree_remove(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),	  cmocka_unit_test(test_reserved_bits),
		cmocka_unit_test(test_short),	  cmocka_unit_test(test_loops),
		cmocka_unit_test(test_longest),	  cmocka_unit_test(test_serial),
		cmocka_unit_test(test_no_serial), cmocka_unit_test(test_serial_at_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
