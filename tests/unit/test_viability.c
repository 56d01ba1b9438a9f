/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who keeps user space out of a group (facts/linux.md 8.4). */
#include "model/viability.h"
#include "world.h"

#define NVME 0x010802
#define BRIDGE 0x060400
#define HOST_BRIDGE 0x060000
#define ISA_BRIDGE 0x060100

static void test_blocks(void **state)
{
	static const struct {
		const char *driver;
		bool vfio_dev;
		enum tristate blocks;
	} cases[] = {
		{ NULL, false, TRI_NO },
		{ "vfio-pci", true, TRI_NO },
		{ "vfio-pci", false, TRI_NO },	   /* before Linux 6.1 */
		{ "mlx5_vfio_pci", true, TRI_NO }, /* a variant driver */
		{ "some-future-vfio", true, TRI_NO },
		{ "mlx5_vfio_pci", false, TRI_YES }, /* by its vfio-dev, not by its name */
		{ "pcieport", false, TRI_NO },
		{ "pci-stub", false, TRI_NO },
		{ "nvme", false, TRI_YES },
		{ "pcieport-like", false, TRI_YES },
		{ "vfio", false, TRI_YES },
		{ "uio_pci_generic", false, TRI_YES },
		{ "", false, TRI_YES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct device device = { .driver_known = true,
					       .driver = (char *)cases[i].driver,
					       .has_vfio_dev = cases[i].vfio_dev };

		assert_case(device_blocks(&device) == cases[i].blocks,
			    cases[i].driver ? cases[i].driver : "none");
	}
}

static void test_blocks_unknown(void **state)
{
	const struct device device = { .driver_known = false };

	(void)state;
	assert_int_equal(device_blocks(&device), TRI_UNKNOWN);
}

/* Up to three devices of a group: class, driver ("?" unknown), VFIO's. */
struct member {
	int class;
	const char *driver;
	bool vfio_dev;
};

static void fill(struct world *world, const struct member *members, size_t nr)
{
	world_init(world);
	for (size_t i = 0; i < nr && members[i].class; i++) {
		struct device *device = world_join(
			world, world_device(world, 0, 3, (uint8_t)i, 0, members[i].class));

		device->driver_known = !members[i].driver || strcmp(members[i].driver, "?") != 0;
		device->driver = device->driver_known ? (char *)members[i].driver : NULL;
		device->has_vfio_dev = members[i].vfio_dev;
	}
}

static void test_viable(void **state)
{
	static const struct {
		const char *name;
		struct member members[3];
		enum tristate viable;
	} cases[] = {
		{ "endpoint on vfio-pci", { { NVME, "vfio-pci", true } }, TRI_YES },
		{ "endpoint without driver", { { NVME, NULL, false } }, TRI_YES },
		{ "with its root port",
		  { { BRIDGE, "pcieport", false }, { NVME, NULL, false } },
		  TRI_YES },
		{ "with an idle ISA bridge",
		  { { ISA_BRIDGE, NULL, false }, { NVME, NULL, false } },
		  TRI_YES },
		{ "endpoint at work", { { NVME, "nvme", false } }, TRI_NO },
		{ "one of two at work",
		  { { NVME, "vfio-pci", true }, { NVME, "nvme", false } },
		  TRI_NO },
		{ "bridge at work",
		  { { BRIDGE, "shpchp", false }, { NVME, NULL, false } },
		  TRI_NO },
		{ "bridge alone", { { BRIDGE, "pcieport", false } }, TRI_NO },
		{ "host bridge alone", { { HOST_BRIDGE, NULL, false } }, TRI_NO },
		{ "ISA bridge alone", { { ISA_BRIDGE, NULL, false } }, TRI_NO },
		{ "the IOMMU alone", { { 0x080600, NULL, false } }, TRI_NO },
		{ "driver unknown", { { NVME, "?", false } }, TRI_UNKNOWN },
		{ "driver unknown of one",
		  { { NVME, NULL, false }, { NVME, "?", false } },
		  TRI_UNKNOWN },
		/* A blocker decides, whatever else is unknown, in either order. */
		{ "unknown and blocker",
		  { { NVME, "?", false }, { NVME, "nvme", false } },
		  TRI_NO },
		{ "blocker and unknown",
		  { { NVME, "nvme", false }, { NVME, "?", false } },
		  TRI_NO },
		/* Without the class nobody knows whether there is an endpoint. */
		{ "class unknown", { { -1, NULL, false } }, TRI_UNKNOWN },
		{ "class unknown, at work", { { -1, "nvme", false } }, TRI_NO },
		{ "class unknown of one",
		  { { -1, NULL, false }, { BRIDGE, NULL, false } },
		  TRI_UNKNOWN },
		{ "empty", { { 0, NULL, false } }, TRI_NO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world world;

		fill(&world, cases[i].members, COUNT(cases[i].members));
		assert_case(group_viable(&world.group) == cases[i].viable, cases[i].name);
	}
}

/* One endpoint is enough: the class of another device does not matter then. */
static void test_viable_with_endpoint_beside_unknown_class(void **state)
{
	static const struct member members[] = { { NVME, NULL, false }, { -1, NULL, false } };
	struct world world;

	(void)state;
	fill(&world, members, COUNT(members));
	assert_int_equal(group_viable(&world.group), TRI_YES);
}

static void test_viable_platform(void **state)
{
	struct device device = { .name = (char *)"AMDI0020:00", .driver_known = true };
	struct device *devices[] = { &device };
	struct group group = { .devices = devices, .nr_devices = 1 };

	(void)state;
	assert_int_equal(group_viable(&group), TRI_YES);
	device.driver = (char *)"dw-apb-uart";
	assert_int_equal(group_viable(&group), TRI_NO);
	device.driver = (char *)"vfio-platform";
	device.has_vfio_dev = true;
	assert_int_equal(group_viable(&group), TRI_YES);
}

static void test_vfio_driver(void **state)
{
	static const struct {
		const char *name;
		struct member members[3];
		enum tristate found;
	} cases[] = {
		{ "none", { { NVME, "nvme", false }, { NVME, NULL, false } }, TRI_NO },
		{ "pci-stub makes no node", { { NVME, "pci-stub", false } }, TRI_NO },
		{ "vfio-pci", { { NVME, "nvme", false }, { NVME, "vfio-pci", false } }, TRI_YES },
		{ "variant", { { NVME, "mlx5_vfio_pci", true } }, TRI_YES },
		{ "unknown", { { NVME, "?", false }, { NVME, "nvme", false } }, TRI_UNKNOWN },
		{ "found beside unknown",
		  { { NVME, "?", false }, { NVME, "vfio-pci", true } },
		  TRI_YES },
		{ "empty", { { 0, NULL, false } }, TRI_NO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world world;

		fill(&world, cases[i].members, COUNT(cases[i].members));
		assert_case(group_has_vfio_driver(&world.group) == cases[i].found, cases[i].name);
	}
}

static void test_in_use(void **state)
{
	struct holder holder = { .pid = 812 };
	struct group group = { .holders_complete = false };

	(void)state;
	assert_int_equal(group_in_use(&group), TRI_UNKNOWN); /* nobody found, not all looked at */
	group.holders_complete = true;
	assert_int_equal(group_in_use(&group), TRI_NO);
	group.holders = &holder;
	group.nr_holders = 1;
	assert_int_equal(group_in_use(&group), TRI_YES);
	group.holders_complete = false; /* one is enough */
	assert_int_equal(group_in_use(&group), TRI_YES);
}

static void test_roles(void **state)
{
	static const struct {
		int class;
		enum role role;
		const char *name;
	} cases[] = {
		{ 0x060000, ROLE_HOST_BRIDGE, "host-bridge" },
		{ 0x060100, ROLE_ISA_BRIDGE, "isa-bridge" },
		{ 0x060400, ROLE_BRIDGE, "bridge" },
		{ 0x060401, ROLE_BRIDGE, "bridge" }, /* subtractive decode */
		{ 0x060700, ROLE_BRIDGE, "bridge" }, /* CardBus */
		{ 0x060940, ROLE_BRIDGE, "bridge" }, /* semi-transparent */
		{ 0x068000, ROLE_ENDPOINT,
		  "endpoint" }, /* another bridge: an NTB, a normal header */
		{ 0x080600, ROLE_IOMMU, "iommu" },
		{ 0x080700, ROLE_ENDPOINT, "endpoint" },
		{ 0x010802, ROLE_ENDPOINT, "endpoint" },
		{ 0x000000, ROLE_ENDPOINT, "endpoint" },
		{ 0xffffff, ROLE_ENDPOINT, "endpoint" },
	};
	const struct device unknown = { .is_pci = true, .class = -1 }, other = { .class = -1 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct device device = { .is_pci = true, .class = cases[i].class };

		assert_int_equal(device_role(&device), cases[i].role);
		assert_string_equal(role_name(device_role(&device)), cases[i].name);
	}
	assert_null(role_name(device_role(&unknown)));
	assert_string_equal(role_name(device_role(&other)), "platform");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_blocks_unknown),
		cmocka_unit_test(test_viable),
		cmocka_unit_test(test_viable_with_endpoint_beside_unknown_class),
		cmocka_unit_test(test_viable_platform),
		cmocka_unit_test(test_vfio_driver),
		cmocka_unit_test(test_in_use),
		cmocka_unit_test(test_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
