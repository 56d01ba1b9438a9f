/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The backend of type 1: requests to map and unmap, byte by byte; memory and BARs. */
#include "vfio_scene.h"

/* --- MAP and UNMAP ------------------------------------------------------------------------ */

/* What the kernel gets is what was asked, without a look at it: the checks are elsewhere. */
static void test_map_as_it_is(void **state)
{
	static const struct {
		uint64_t iova, size;
		unsigned access;
		int code;
		const char *call;
	} cases[] = {
		{ 0x123456000, 0x3000, ACCESS_READ, 0, "container MAP 0x123456000+0x3000 r\n" },
		{ 0x200000000, 0x1000, ACCESS_WRITE, 0, "container MAP 0x200000000+0x1000 w\n" },
		{ 0x300000000, 0x1000, READ_WRITE, 0, "container MAP 0x300000000+0x1000 rw\n" },
		{ 0x300000000, 0x1000, READ_WRITE, -EEXIST,
		  "container MAP 0x300000000+0x1000 rw = EEXIST\n" },
		{ 0x400000000, 0x1000, 0, -EINVAL, "container MAP 0x400000000+0x1000  = EINVAL\n" },
		{ 0x400000000, 0, READ_WRITE, -EINVAL,
		  "container MAP 0x400000000+0 rw = EINVAL\n" },
		{ 0x400000001, 0x1000, READ_WRITE, -EINVAL,
		  "container MAP 0x400000001+0x1000 rw = EINVAL\n" },
		{ 0xfee00000, 0x1000, READ_WRITE, -EINVAL,
		  "container MAP 0xfee00000+0x1000 rw = EINVAL\n" },
		{ 0xfffffffffffff000, 0x2000, READ_WRITE, -EOVERFLOW,
		  "container MAP 0xfffffffffffff000+0x2000 rw = EOVERFLOW\n" },
	};

	(void)state;
	scene_begin(&type1_ops);
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_case_equal(type1_ops.map(scene.space, scene.memory, at(cases[i].iova),
						cases[i].size, cases[i].access),
				  cases[i].code, cases[i].call);
		assert_calls(cases[i].call);
	}
	assert_int_equal(scene.space->mappings.nr, 0); /* nothing is recorded either */
	assert_int_equal(kernel.spaces[0].nr, 3);
	scene_end();
}

static void test_map_bytes(void **state)
{
	static const uint64_t wanted[4] = {
		32 | 3ull << 32, /* argsz, flags: READ 1, WRITE 2 */
		0,		 /* vaddr: below */
		0x1122334455667000,
		0x0000000012345000,
	};

	(void)state;
	scene_begin(&type1_ops);
	kernel_watch(VFIO_IOMMU_MAP_DMA, 32);
	type1_ops.map(scene.space, scene.memory, at(0x1122334455667000), 0x12345000, READ_WRITE);
	assert_int_equal(kernel.watched[0], wanted[0]);
	assert_int_equal(kernel.watched[1], (uintptr_t)scene.memory);
	assert_int_equal(kernel.watched[2], wanted[2]);
	assert_int_equal(kernel.watched[3], wanted[3]);
	scene_end();
}

static void test_unmap_bytes(void **state)
{
	uint64_t unmapped = 7;

	(void)state;
	scene_begin(&type1_ops);
	kernel_watch(VFIO_IOMMU_UNMAP_DMA, 24);
	assert_int_equal(
		type1_ops.unmap(scene.space, at(0x1122334455667000), 0x12345000, &unmapped), 0);
	assert_int_equal(kernel.watched[0], 24);
	assert_int_equal(kernel.watched[1], 0x1122334455667000);
	assert_int_equal(kernel.watched[2], 0x12345000);
	assert_int_equal(unmapped, 0);
	assert_int_equal(type1_ops.unmap_all(scene.space, &unmapped), 0);
	assert_int_equal(kernel.watched[0], 24 | 2ull << 32); /* ALL */
	assert_int_equal(kernel.watched[1], 0);
	assert_int_equal(kernel.watched[2], 0);
	scene_end();
}

static void test_unmap_tells_size(void **state)
{
	uint64_t unmapped = 7;

	(void)state;
	scene_begin(&type1_ops);
	for (uint64_t i = 0; i < 3; i++)
		assert_int_equal(type1_ops.map(scene.space, scene.memory, at(i * 0x10000), 2 * PAGE,
					       READ_WRITE),
				 0);
	assert_int_equal(type1_ops.unmap(scene.space, at(0), PAGE, &unmapped), -EINVAL);
	assert_int_equal(unmapped, 0); /* set whatever is returned */
	assert_int_equal(type1_ops.unmap(scene.space, at(0x8000), 0x10000, &unmapped), 0);
	assert_int_equal(unmapped, 2 * PAGE);
	assert_int_equal(type1_ops.unmap_all(scene.space, &unmapped), 0);
	assert_int_equal(unmapped, 4 * PAGE);
	assert_int_equal(kernel.spaces[0].nr, 0);
	scene_end();
}

static void test_lacks_unmap_all(void **state)
{
	uint64_t unmapped = 7;

	(void)state;
	kernel.lacks_unmap_all = true;
	scene_begin(&type1_ops);
	assert_int_equal(scene_map(0, 1), 0);
	kernel_forget_calls();
	assert_int_equal(type1_ops.unmap_all(scene.space, &unmapped), -ENOTTY);
	assert_int_equal(unmapped, 0);
	assert_calls("container CHECK_EXTENSION 9\n");
	scene_end();
}

/* A signal while the kernel maps: asked again, since nothing was done. */
static void test_interrupted(void **state)
{
	(void)state;
	scene_begin(&type1_ops);
	kernel_fails("container MAP", 1, EINTR);
	assert_int_equal(scene_map(0x1000, 1), 0);
	assert_calls("container MAP 0x1000+0x1000 rw = EINTR\ncontainer MAP 0x1000+0x1000 rw\n");
	check_same_mappings(0);
	scene_end();
}

/* --- BARs --------------------------------------------------------------------------------- */

static void test_map_bar(void **state)
{
	struct vfio_device *opened = scene_begin(&type1_ops);
	struct bar_part part = { opened, 0, 0x1000, 0x3000 };

	(void)state;
	assert_int_equal(iospace_map_bar(scene.space, &part, at(0x100000), READ_WRITE), 0);
	assert_calls("container MAP 0x100000+0x3000 rw\n");
	/* Only the lookup needs the address. */
	for (size_t i = 0; i < KERNEL_PARTS; i++)
		assert_int_equal(kernel.parts[i].size, 0);
	check_same_mappings(0);
	assert_int_equal(iospace_unmap(scene.space, at(0x100000), 0x3000), 0);
	assert_calls("container UNMAP 0x100000+0x3000\n");
	scene_end();
}

static void test_map_bar_fails(void **state)
{
	struct vfio_device *opened = scene_begin(&type1_ops);
	const struct bar_part part = { opened, 0, 0x1000, 0x3000 };
	const struct bar_part beyond = { opened, 0, KERNEL_BAR0_SIZE, 0x1000 };
	const struct bar_part none = { opened, 1, 0, 0x1000 };

	(void)state;
	/* Memory is disabled. */
	kernel_set_command(DEVICE_A, 0);
	assert_int_equal(iospace_map_bar(scene.space, &part, at(0x100000), READ_WRITE), -EFAULT);
	kernel_set_command(DEVICE_A, KERNEL_COMMAND_MEMORY);
	kernel_forget_calls();
	/* What the device does not have is not asked for. */
	assert_int_equal(iospace_map_bar(scene.space, &beyond, at(0x100000), READ_WRITE), -EINVAL);
	assert_int_equal(iospace_map_bar(scene.space, &none, at(0x100000), READ_WRITE), -EINVAL);
	/* Nor what iospace_check() refuses. */
	assert_int_equal(iospace_map_bar(scene.space, &part, at(0xfee00000), READ_WRITE), -ERANGE);
	assert_int_equal(iospace_map_bar(scene.space, &part, at(0x100000), 0), -EINVAL);
	/* The address space of the process is full. */
	kernel_fails("mmap", 0, ENOMEM);
	assert_int_equal(iospace_map_bar(scene.space, &part, at(0x100000), READ_WRITE), -ENOMEM);
	assert_calls("");
	assert_int_equal(scene.space->mappings.nr, 0);
	scene_end();
}

#define scene_test(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(test_map_as_it_is),	  scene_test(test_map_bytes),
		scene_test(test_unmap_bytes),	  scene_test(test_unmap_tells_size),
		scene_test(test_lacks_unmap_all), scene_test(test_interrupted),
		scene_test(test_map_bar),	  scene_test(test_map_bar_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
