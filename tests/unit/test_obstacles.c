/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps a device from a virtual machine: one thing at a time, and several in their order. */
#include "model/obstacles.h"

#include "world.h"

/* An NVMe drive, 0000:03:00.0, alone in group 8 and ready: VFIO would hand it out. */
struct scene {
	struct world world;
	struct system system;
	struct device *device;
	struct holder holder;
	struct obstacles found;
	char *reset;
};

static void init(struct scene *scene)
{
	*scene = (struct scene){ .reset = (char *)"flr" };
	world_init(&scene->world);
	scene->world.machine.groups_known = true;
	scene->world.machine.remapping = TRI_YES;
	scene->world.machine.release = (char *)"6.12.0";
	scene->world.group.holders_complete = true;
	scene->world.group.holders = &scene->holder;
	scene->world.unit.kind = UNIT_INTEL_VTD;
	scene->device =
		world_join(&scene->world, world_device(&scene->world, 0, 3, 0, 0, 0x010802));
	scene->device->group_known = true;
	scene->device->driver = (char *)"vfio-pci";
	scene->device->has_vfio_dev = true;
	scene->device->resets_known = true;
	scene->device->resets = (struct strings){ .items = &scene->reset, .nr = 1 };
	scene->system.vfio_pci = MODULE_LOADED;
	scene->system.unsafe_interrupts = TRI_NO;
	scene->system.iommufd_unsafe_interrupts = TRI_UNKNOWN;
}

static void find(struct scene *scene)
{
	obstacles_free(&scene->found);
	find_obstacles(&scene->world.machine, &scene->system, scene->device, &scene->found);
}

/* There is exactly this one. */
static void expect_one(struct scene *scene, enum obstacle_kind kind, const char *what,
		       const char *next)
{
	static const enum tristate answers[] = {
		[OBSTACLE_BLOCKS] = TRI_NO,
		[OBSTACLE_UNKNOWN] = TRI_UNKNOWN,
		[OBSTACLE_WARNS] = TRI_YES,
	};

	find(scene);
	assert_int_equal(scene->found.nr, 1);
	assert_string_equal(scene->found.items[0].what, what);
	assert_string_equal(scene->found.items[0].next, next);
	assert_int_equal(scene->found.items[0].kind, kind);
	assert_int_equal(device_assignable(&scene->found), answers[kind]);
	if (kind == OBSTACLE_WARNS)
		assert_null(first_obstacle(&scene->found));
	else
		assert_ptr_equal(first_obstacle(&scene->found), &scene->found.items[0]);
	obstacles_free(&scene->found);
}

#define SEE_WHY "iommutool -v explain 0000:03:00.0"

static void test_nothing(void **state)
{
	struct scene scene;

	(void)state;
	init(&scene);
	find(&scene);
	assert_int_equal(scene.found.nr, 0);
	assert_int_equal(device_assignable(&scene.found), TRI_YES);
	assert_null(first_obstacle(&scene.found));
}

static void test_no_group(void **state)
{
	struct scene scene;

	(void)state;
	init(&scene);
	scene.device->group = NULL;
	expect_one(&scene, OBSTACLE_BLOCKS, "in no group: no IOMMU translates for it",
		   "iommutool tables shows what the units cover");
	scene.device->group_known = false;
	expect_one(&scene, OBSTACLE_UNKNOWN, "which group it is in is unknown", SEE_WHY);
	/* No machine has groups without any table: firmware says nothing of an IOMMU. */
	scene.device->group_known = true;
	scene.world.machine.nr_groups = 0;
	scene.world.machine.nr_units = 0;
	scene.world.machine.dmar.state = FILE_ABSENT;
	scene.world.machine.ivrs.state = FILE_ABSENT;
	scene.world.machine.viot.state = FILE_ABSENT;
	expect_one(&scene, OBSTACLE_BLOCKS,
		   "no groups: firmware describes no IOMMU (no ACPI DMAR, IVRS or VIOT)",
		   "enable VT-d or AMD-Vi in the firmware setup, or give the VM an IOMMU");
}

static void test_role(void **state)
{
	static const char next[] = "name an endpoint; iommutool groups -o +ROLE lists them";
	struct scene scene;

	(void)state;
	init(&scene);
	scene.device->driver = (char *)"pcieport"; /* that it is not bound does not matter */
	scene.device->has_vfio_dev = false;
	scene.device->class = 0x060400;
	expect_one(&scene, OBSTACLE_BLOCKS, "it is a bridge; VFIO hands those to nobody", next);
	scene.device->class = 0x060000;
	expect_one(&scene, OBSTACLE_BLOCKS, "it is the host bridge, which the host itself needs",
		   next);
	scene.device->class = 0x060100;
	expect_one(&scene, OBSTACLE_BLOCKS, "it is the ISA bridge, which the host itself needs",
		   next);
	scene.device->class = 0x080600;
	expect_one(&scene, OBSTACLE_BLOCKS, "it is the IOMMU itself", next);
	init(&scene);
	scene.device->class = -1;
	expect_one(&scene, OBSTACLE_UNKNOWN,
		   "its class cannot be read; it may be a bridge, which nobody gets", SEE_WHY);
	scene.device->is_pci = false;
	expect_one(&scene, OBSTACLE_UNKNOWN,
		   "it is not on a PCI bus; whether a driver of VFIO takes it is unknown",
		   "name a PCI device; iommutool groups lists them");
}

static void test_regions(void **state)
{
	static const char next[] = "ask the vendor for firmware without it";
	struct scene scene;
	struct region *region;

	(void)state;
	init(&scene);
	region = world_region(&scene.world, 0x1000, 0x1fff, REGION_DIRECT);
	expect_one(&scene, OBSTACLE_BLOCKS,
		   "firmware wants 0x0000000000001000-0x0000000000001fff (direct) mapped: the "
		   "kernel does not lend group 8",
		   next);
	/* Not Intel, and a kernel that nobody knows: perhaps. */
	scene.world.unit.kind = UNIT_AMD_VI;
	scene.world.machine.release = NULL;
	expect_one(&scene, OBSTACLE_UNKNOWN,
		   "firmware wants 0x0000000000001000-0x0000000000001fff (direct) mapped: the "
		   "kernel may not lend group 8",
		   next);
	region->type = REGION_DIRECT_RELAXABLE;
	find(&scene);
	assert_int_equal(scene.found.nr, 0);
	scene.world.group.regions_known = false;
	scene.world.group.nr_regions = 0;
	expect_one(&scene, OBSTACLE_UNKNOWN,
		   "its reserved regions cannot be read; one may forbid it", SEE_WHY);
}

static void test_interrupts(void **state)
{
	static const struct {
		enum tristate remapping, type1, iommufd;
		int kind; /* -1: nothing */
	} cases[] = {
		{ TRI_YES, TRI_NO, TRI_NO, -1 },
		{ TRI_UNKNOWN, TRI_NO, TRI_NO, OBSTACLE_UNKNOWN },
		{ TRI_NO, TRI_NO, TRI_NO, OBSTACLE_BLOCKS },
		{ TRI_NO, TRI_NO, TRI_UNKNOWN, OBSTACLE_BLOCKS },
		{ TRI_NO, TRI_UNKNOWN, TRI_NO, OBSTACLE_BLOCKS },
		{ TRI_NO, TRI_YES, TRI_NO, OBSTACLE_WARNS },
		{ TRI_NO, TRI_NO, TRI_YES, OBSTACLE_WARNS },
		{ TRI_NO, TRI_UNKNOWN, TRI_UNKNOWN, OBSTACLE_UNKNOWN },
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		init(&scene);
		scene.world.machine.remapping = cases[i].remapping;
		scene.system.unsafe_interrupts = cases[i].type1;
		scene.system.iommufd_unsafe_interrupts = cases[i].iommufd;
		find(&scene);
		if (cases[i].kind < 0) {
			assert_int_equal(scene.found.nr, 0);
			continue;
		}
		assert_int_equal(scene.found.nr, 1);
		assert_int_equal((int)scene.found.items[0].kind, cases[i].kind);
		obstacles_free(&scene.found);
	}
	init(&scene);
	scene.world.machine.remapping = TRI_NO;
	expect_one(&scene, OBSTACLE_BLOCKS,
		   "no interrupt remapping: it could raise any interrupt of the host",
		   "turn interrupt remapping on in the firmware setup (or VM), or take that risk: "
		   "echo Y >/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");
}

static void test_users(void **state)
{
	struct scene scene;

	(void)state;
	init(&scene);
	scene.holder = (struct holder){ .pid = 812, .command = "qemu-system-x86" };
	scene.world.group.nr_holders = 1;
	expect_one(&scene, OBSTACLE_BLOCKS, "group 8 is open in 812 (qemu-system-x86)",
		   "stop that VM or program first");
	scene.world.group.nr_holders = 0;
	scene.world.group.holders_complete = false;
	expect_one(&scene, OBSTACLE_UNKNOWN, "whether group 8 is in use is unknown",
		   "the running machine tells root: iommutool domains 0000:03:00.0");
}

static void test_group(void **state)
{
	struct scene scene;
	struct device *other;

	(void)state;
	init(&scene);
	other = world_join(&scene.world, world_device(&scene.world, 0, 3, 0, 1, 0x020000));
	other->driver = (char *)"e1000e";
	expect_one(&scene, OBSTACLE_BLOCKS,
		   "group 8 is not viable: the host uses 0000:03:00.1=e1000e",
		   "iommutool bind --whole-group 0000:03:00.0");
	other->driver = NULL;
	other->driver_known = false;
	expect_one(&scene, OBSTACLE_UNKNOWN,
		   "whether group 8 is viable is unknown: the driver of 0000:03:00.1 is",
		   "iommutool -v groups 8");
	other->driver_known = true;
	scene.world.group.has_strangers = true;
	expect_one(&scene, OBSTACLE_UNKNOWN,
		   "whether group 8 is viable is unknown: the driver of a device that cannot be "
		   "seen is",
		   "iommutool -v groups 8");
}

static void test_driver(void **state)
{
	static const char next[] = "iommutool bind 0000:03:00.0";
	struct scene scene;

	(void)state;
	init(&scene);
	scene.device->has_vfio_dev = false;
	find(&scene);
	assert_int_equal(scene.found.nr, 0); /* vfio-pci before Linux 6.1 */
	scene.device->driver = (char *)"nvme";
	expect_one(&scene, OBSTACLE_BLOCKS, "its driver is nvme, not one of VFIO", next);
	scene.device->driver = NULL;
	expect_one(&scene, OBSTACLE_BLOCKS, "it has no driver; VFIO hands out what its own has",
		   next);
	scene.device->driver_known = false;
	expect_one(&scene, OBSTACLE_UNKNOWN, "its driver cannot be read", SEE_WHY);
}

static void test_reset(void **state)
{
	struct scene scene;

	(void)state;
	init(&scene);
	scene.device->resets.nr = 0;
	expect_one(&scene, OBSTACLE_WARNS,
		   "it cannot be reset: what a guest leaves in it, the next one and the host find "
		   "there",
		   "restart the host before somebody else gets it");
	scene.device->resets_known = false;
	find(&scene);
	assert_int_equal(scene.found.nr, 0);
}

/* What no command removes comes first; what is unknown is next only when nothing blocks. */
static void test_order(void **state)
{
	static const enum obstacle_kind kinds[] = { OBSTACLE_UNKNOWN, OBSTACLE_BLOCKS,
						    OBSTACLE_BLOCKS, OBSTACLE_BLOCKS,
						    OBSTACLE_WARNS };
	struct scene scene;
	struct device *other;

	(void)state;
	init(&scene);
	other = world_join(&scene.world, world_device(&scene.world, 0, 3, 0, 1, 0x020000));
	other->driver = (char *)"e1000e";
	scene.device->driver = (char *)"nvme";
	scene.device->has_vfio_dev = false;
	scene.device->resets.nr = 0;
	scene.world.machine.remapping = TRI_UNKNOWN;
	scene.system.vfio_pci = MODULE_MISSING;
	find(&scene);
	assert_int_equal(scene.found.nr, COUNT(kinds));
	for (size_t i = 0; i < COUNT(kinds); i++)
		assert_int_equal(scene.found.items[i].kind, kinds[i]);
	assert_ptr_equal(first_obstacle(&scene.found), &scene.found.items[1]);
	assert_string_equal(scene.found.items[1].next, "iommutool bind --whole-group 0000:03:00.0");
	assert_string_equal(scene.found.items[2].what, "this kernel has no vfio-pci");
	assert_int_equal(device_assignable(&scene.found), TRI_NO);
	obstacles_free(&scene.found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),	   cmocka_unit_test(test_no_group),
		cmocka_unit_test(test_role),	   cmocka_unit_test(test_regions),
		cmocka_unit_test(test_interrupts), cmocka_unit_test(test_users),
		cmocka_unit_test(test_group),	   cmocka_unit_test(test_driver),
		cmocka_unit_test(test_reset),	   cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
