/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What devices decode: sizes, BARs, and what is left of the addresses without them. */
#include "model/resources.h"
#include "world.h"

#define MEMORY ((uint64_t)RESOURCE_MEMORY)
#define IO ((uint64_t)RESOURCE_IO)
#define UNSET ((uint64_t)RESOURCE_MEMORY | RESOURCE_UNSET)
#define GIB (1ull << 30)

/* --- one resource --------------------------------------------------------------------------- */

static const struct {
	const char *name;
	struct resource resource;
	bool has_address;
	uint64_t size;
} sizes[] = {
	{ "16 KiB", { 0xfe000000, 0xfe003fff, MEMORY }, true, 0x4000 },
	{ "one byte", { 0x1000, 0x1000, MEMORY }, true, 1 },
	{ "above 4 GiB", { 0x4000000000, 0x47ffffffff, MEMORY }, true, 32 * GIB },
	{ "up to the top", { LAST - 0xfff, LAST, MEMORY }, true, 0x1000 },
	{ "from 0", { 0, 0xffff, MEMORY }, true, 0x10000 },
	{ "ports", { 0xc000, 0xc03f, IO }, true, 0x40 },
	{ "not there", { 0, 0, 0 }, false, 0 },
	{ "flags only", { 0, 0, MEMORY }, false, 0 },
	{ "not placed", { 0, 0xfff, UNSET }, false, 0 },
	{ "not placed, with no size", { 0, LAST, UNSET }, false, 0 },
	{ "end before start", { 0x2000, 0x1fff, MEMORY }, true, 0 },
	{ "2^64 bytes", { 0, LAST, MEMORY }, true, 0 },
};

static void test_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		const struct resource *resource = &sizes[i].resource;

		assert_case(resource_has_address(resource) == sizes[i].has_address, sizes[i].name);
		assert_case_equal(resource_size(resource), sizes[i].size, sizes[i].name);
	}
}

/* A BAR is one that has bytes. */
static void test_bar_of_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct resource resources[NR_BARS] = { [5] = sizes[i].resource };
		const struct device device = {
			.resources_known = true,
			.resources = resources,
			.nr_resources = NR_BARS,
		};

		assert_case(device_bar(&device, 5) == (sizes[i].size ? &resources[5] : NULL),
			    sizes[i].name);
	}
}

static void test_bar_that_is_none(void **state)
{
	struct resource resources[] = {
		{ 0x1000, 0x1fff, MEMORY }, { 0x2000, 0x2fff, MEMORY }, { 0x3000, 0x3fff, MEMORY },
		{ 0x4000, 0x4fff, MEMORY }, { 0x5000, 0x5fff, MEMORY }, { 0x6000, 0x6fff, MEMORY },
		{ 0x7000, 0x7fff, MEMORY },
	};
	struct device device = {
		.resources_known = true,
		.resources = resources,
		.nr_resources = COUNT(resources),
	};

	(void)state;
	assert_ptr_equal(device_bar(&device, 0), &resources[0]);
	assert_ptr_equal(device_bar(&device, 5), &resources[5]);
	assert_null(device_bar(&device, 6)); /* the ROM */
	assert_null(device_bar(&device, UINT32_MAX));
	device.nr_resources = 2;
	assert_ptr_equal(device_bar(&device, 1), &resources[1]);
	assert_null(device_bar(&device, 2));
	device.resources_known = false;
	assert_null(device_bar(&device, 0));
}

/* --- all of a machine ------------------------------------------------------------------------ */

static struct device *decodes(struct device *device, struct resource *resources, size_t nr)
{
	device->resources_known = true;
	device->resources = resources;
	device->nr_resources = nr;
	return device;
}

static void assert_ranges(const struct ranges *set, const struct range *wanted, size_t nr)
{
	assert_int_equal(set->nr, nr);
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(set->items[i].start, wanted[i].start);
		assert_int_equal(set->items[i].end, wanted[i].end);
	}
}

static void test_subtract(void **state)
{
	struct resource bridge[17] = {
		[13] = { 0x1000, 0x1fff, IO },
		[14] = { 0xfe200000, 0xfe3fffff, MEMORY },
		[15] = { 0, LAST, UNSET }, /* no prefetchable window */
	};
	struct resource below[13] = {
		[0] = { 0xfe200000, 0xfe200fff, MEMORY },
		[1] = { 0x1000, 0x103f, IO },
		[2] = { 0x4000000000, 0x40ffffffff, MEMORY | RESOURCE_PREFETCHABLE },
		[6] = { 0xfd000000, 0xfd00ffff, MEMORY },     /* ROM */
		[7] = { 0x5000000000, 0x50000fffff, MEMORY }, /* of virtual functions */
	};
	struct resource odd[13] = {
		[0] = { 0, 0xfff, UNSET }, [1] = { LAST - 0xfff, LAST, 0 }, /* no flag says what it
									       is */
	};
	static const struct range wanted[] = {
		{ 0, 0xfcffffff },
		{ 0xfd010000, 0xfe1fffff },
		{ 0xfe400000, 0x3fffffffff },
		{ 0x4100000000, 0x4fffffffff },
		{ 0x5000100000, LAST - 0x1000 },
	};
	struct ranges set = { 0 };
	struct world w;

	(void)state;
	world_init(&w);
	decodes(world_device(&w, 0, 0, 0x1c, 0, 0x060400), bridge, COUNT(bridge));
	decodes(world_device(&w, 0, 1, 0, 0, 0x010802), below, COUNT(below));
	decodes(world_device(&w, 0, 2, 0, 0, 0x020000), odd, COUNT(odd));
	/* What is on no PCI bus has none of these. */
	w.machine.nr_devices++;
	w.devices[3] = (struct device){ .name = (char *)"AMDI0020:00" };
	ranges_set(&set, (struct range){ 0, LAST });
	assert_true(subtract_decoded(&w.machine, &set));
	assert_ranges(&set, wanted, COUNT(wanted));
	ranges_free(&set);
}

static void test_subtract_nothing(void **state)
{
	static const struct range all = { 0, LAST };
	struct resource none[NR_BARS] = { { 0 } };
	struct ranges set = { 0 };
	struct world w;

	(void)state;
	world_init(&w);
	ranges_set(&set, all);
	assert_true(subtract_decoded(&w.machine, &set));
	assert_ranges(&set, &all, 1);
	decodes(world_device(&w, 0, 0, 2, 0, 0x020000), none, COUNT(none));
	assert_true(subtract_decoded(&w.machine, &set));
	assert_ranges(&set, &all, 1);
	ranges_free(&set);
}

static void test_subtract_unknown(void **state)
{
	static const struct resource bad[] = {
		{ 0x2000, 0x1fff, MEMORY },
		{ 0, LAST, MEMORY },
		{ 0xc03f, 0xc000, IO },
	};
	struct resource fine[NR_BARS] = { { 0xfe200000, 0xfe200fff, MEMORY } };
	struct device *second;
	struct ranges set = { 0 };
	struct world w;

	(void)state;
	world_init(&w);
	decodes(world_device(&w, 0, 0, 2, 0, 0x020000), fine, COUNT(fine));
	second = world_device(&w, 0, 0, 3, 0, 0x020000);
	ranges_set(&set, (struct range){ 0, LAST });
	assert_false(subtract_decoded(&w.machine, &set));
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct resource resources[NR_BARS] = { [3] = bad[i] };

		decodes(second, resources, COUNT(resources));
		assert_false(subtract_decoded(&w.machine, &set));
	}
	decodes(second, fine, COUNT(fine));
	assert_true(subtract_decoded(&w.machine, &set));
	ranges_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_bar_of_each),
		cmocka_unit_test(test_bar_that_is_none),
		cmocka_unit_test(test_subtract),
		cmocka_unit_test(test_subtract_nothing),
		cmocka_unit_test(test_subtract_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
