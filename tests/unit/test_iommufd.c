/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The backend of iommufd: each call it makes, in order, and what becomes of each that fails. */
#include "vfio_scene.h"

#define OPENS "open /dev/iommu\niommufd IOAS_ALLOC\n"
#define CLOSES "close iommufd\n"
#define ATTACHES(cdev, name)                                                                       \
	"open /dev/vfio/devices/" cdev "\n" name " BIND_IOMMUFD\n" name                            \
	" ATTACH_IOMMUFD_PT\n" DEVICE_CALLS(name) "ioas RANGES 32\n"
#define DETACHES(name) name " DETACH_IOMMUFD_PT\nclose " name "\n"

/* --- devices ------------------------------------------------------------------------------ */

static void test_first_device(void **state)
{
	static const struct range usable[] = { { 0, 0xfedfffff }, { 0xfef00000, 0xffffffffffff } };
	struct vfio_device *opened;

	(void)state;
	scene_open(&iommufd_ops);
	assert_calls(OPENS);
	opened = scene_attach(DEVICE_A);
	assert_calls(ATTACHES("vfio0", NAME_A));
	assert_ptr_equal(opened->device, &scene.devices[DEVICE_A]);
	assert_int_equal(opened->iommufd_id, 200); /* as the model has it */
	assert_int_equal(scene.space->ioas, 100);
	check_usable(usable, 2);
	/* It tells only the smallest page. */
	assert_int_equal(scene.space->page_sizes, 4096);
	assert_int_equal(scene.space->page_size, 4096);
	assert_int_equal(scene.space->entries_left, ENTRIES_UNLIMITED);
	assert_false(scene.space->is_compat);
	assert_false(scene.space->top_page_leaks);
	scene_end();
	assert_calls(DETACHES(NAME_A) CLOSES);
}

/* Groups mean nothing here: each device has a cdev of its own. */
static void test_more_devices(void **state)
{
	static const struct range before[] = { { 0, 0xfedfffff }, { 0xfef00000, 0xffffffffffff } };
	static const struct range after[] = { { 0, 0x3fffffff },
					      { 0x80000000, 0xfedfffff },
					      { 0xfef00000, 0xffffffffffff } };
	struct vfio_device *second;

	(void)state;
	kernel.devices[DEVICE_B].reserved[1] = (struct range){ 0x40000000, 0x7fffffff };
	kernel.devices[DEVICE_B].nr_reserved = 2;
	scene_begin(&iommufd_ops);
	scene_attach(DEVICE_TWIN);
	assert_calls(ATTACHES("vfio1", NAME_TWIN));
	check_usable(before, 2);
	second = scene_attach(DEVICE_B);
	assert_calls(ATTACHES("vfio2", NAME_B));
	check_usable(after, 3);
	iospace_detach(scene.space, second);
	assert_calls(DETACHES(NAME_B) "ioas RANGES 32\n");
	check_usable(before, 2);
	assert_int_equal(scene_map(0x40000000, 1), 0);
	kernel_forget_calls();
	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_B], &second, &scene.failure),
		-EADDRINUSE);
	assert_calls("open /dev/vfio/devices/vfio2\n" NAME_B " BIND_IOMMUFD\n" NAME_B
		     " ATTACH_IOMMUFD_PT = EADDRINUSE\nclose " NAME_B "\n");
	check_failure(SETUP_ATTACH_IOAS, -EADDRINUSE, "/dev/vfio/devices/vfio2");
	assert_null(second);
	check_usable(before, 2);
	check_same_mappings(0);
	kernel_forget_calls();
	scene_end();
	assert_calls("ioas UNMAP 0x40000000+0x1000\n" DETACHES(NAME_TWIN) DETACHES(NAME_A) CLOSES);
}

/* An IOAS keeps what is mapped when its last device leaves, so it is unmapped before. */
static void test_last_device(void **state)
{
	struct vfio_device *opened = scene_begin(&iommufd_ops);

	(void)state;
	assert_int_equal(scene_map(0x10000, 2), 0);
	assert_int_equal(scene_map(0x20000, 1), 0);
	kernel_forget_calls();
	iospace_detach(scene.space, opened);
	assert_calls("ioas UNMAP 0x20000+0x1000\nioas UNMAP 0x10000+0x2000\n" DETACHES(NAME_A));
	assert_int_equal(kernel.spaces[0].nr, 0);
	assert_int_equal(scene.space->mappings.nr, 0);
	assert_int_equal(scene.space->usable.nr, 0);
	scene_attach(DEVICE_A);
	assert_calls(ATTACHES("vfio0", NAME_A));
	scene_end();
}

/* --- a set-up that fails ------------------------------------------------------------------ */

static void test_open_fails(void **state)
{
	static const struct {
		const char *call;
		int code;
		enum setup_step step;
		const char *calls;
	} cases[] = {
		{ "open /dev/iommu", ENOENT, SETUP_OPEN_IOMMUFD, "open /dev/iommu = ENOENT\n" },
		{ "open /dev/iommu", EACCES, SETUP_OPEN_IOMMUFD, "open /dev/iommu = EACCES\n" },
		{ "iommufd IOAS_ALLOC", ENOMEM, SETUP_ALLOC_IOAS,
		  "open /dev/iommu\niommufd IOAS_ALLOC = ENOMEM\n" CLOSES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct iospace *space = (struct iospace *)&scene;

		kernel_fails(cases[i].call, 0, cases[i].code);
		assert_int_equal(iospace_open(&iommufd_ops, &space, &scene.failure),
				 -cases[i].code);
		assert_null(space);
		check_failure(cases[i].step, -cases[i].code, "/dev/iommu");
		assert_calls(cases[i].calls);
		kernel_check_empty();
	}
}

#define CDEV "/dev/vfio/devices/vfio0"

static const struct failing {
	const char *call;
	int code;
	enum setup_step step;
	const char *rest; /* calls behind the one that fails */
} failing_attach[] = {
	{ "open " CDEV, ENOENT, SETUP_OPEN_CDEV, "" },
	{ "open " CDEV, EACCES, SETUP_OPEN_CDEV, "" },
	{ "open " CDEV, EBUSY, SETUP_OPEN_CDEV, "" },
	{ NAME_A " BIND_IOMMUFD", EBUSY, SETUP_BIND_IOMMUFD, "close " NAME_A "\n" },
	{ NAME_A " BIND_IOMMUFD", EPERM, SETUP_BIND_IOMMUFD, "close " NAME_A "\n" },
	{ NAME_A " BIND_IOMMUFD", EINVAL, SETUP_BIND_IOMMUFD, "close " NAME_A "\n" },
	{ NAME_A " ATTACH", EINVAL, SETUP_ATTACH_IOAS, "close " NAME_A "\n" },
	{ NAME_A " ATTACH", EADDRINUSE, SETUP_ATTACH_IOAS, "close " NAME_A "\n" },
	{ NAME_A " GET_INFO", EIO, SETUP_DEVICE_INFO, DETACHES(NAME_A) },
	{ "ioas RANGES", ENOENT, SETUP_RANGES, DETACHES(NAME_A) },
};

static void check_failing_attach(const struct failing *failing)
{
	struct vfio_device *opened = (struct vfio_device *)&scene;
	unsigned nr_open = kernel.nr_open;
	char wanted[200];

	kernel_fails(failing->call, 0, failing->code);
	kernel_forget_calls();
	assert_case_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened, &scene.failure),
		-failing->code, failing->call);
	assert_null(opened);
	check_failure(failing->step, -failing->code, CDEV);
	snprintf(wanted, sizeof(wanted), " = %s\n%s", strerrorname_np(failing->code),
		 failing->rest);
	assert_case(strstr(kernel.log, wanted), failing->call);
	assert_string_equal(strstr(kernel.log, wanted), wanted);
	assert_case_equal(kernel.nr_open, nr_open, failing->call);
	kernel_works();
}

static void test_attach_fails(void **state)
{
	(void)state;
	scene_open(&iommufd_ops);
	for (size_t i = 0; i < COUNT(failing_attach); i++) {
		check_failing_attach(&failing_attach[i]);
		assert_int_equal(scene.space->nr_devices, 0);
	}
	kernel_forget_calls();
	scene_attach(DEVICE_A);
	assert_calls(ATTACHES("vfio0", NAME_A));
	scene_end();
}

static void test_second_attach_fails(void **state)
{
	static const struct range usable[] = { { 0, 0xfedfffff }, { 0xfef00000, 0xffffffffffff } };

	(void)state;
	scene_open(&iommufd_ops);
	scene_attach(DEVICE_B);
	assert_int_equal(scene_map(0x10000, 4), 0);
	for (size_t i = 0; i < COUNT(failing_attach); i++) {
		check_failing_attach(&failing_attach[i]);
		assert_int_equal(scene.space->nr_devices, 1);
		check_usable(usable, 2);
		check_same_mappings(0);
		assert_int_equal(scene.space->mappings.nr, 1);
	}
	scene_end();
}

/* A device without a cdev: no node is tried. */
static void test_no_cdev(void **state)
{
	struct vfio_device *opened;

	(void)state;
	scene_open(&iommufd_ops);
	kernel_forget_calls();
	scene.devices[DEVICE_A].cdevs.nr = 0;
	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened, &scene.failure),
		-ENODEV);
	check_failure(SETUP_OPEN_CDEV, -ENODEV, "");
	assert_calls("");
	scene_end();
}

/* A name that does not fit a path of failures is not cut to that of another device. */
static void test_long_cdev(void **state)
{
	char name[] = "vfio0123456789012345678901234567890123456789012345678901234567890";
	char *names[] = { name };
	struct vfio_device *opened;

	(void)state;
	scene_open(&iommufd_ops);
	kernel_forget_calls();
	scene.devices[DEVICE_A].cdevs.items = names;
	assert_true(iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened, &scene.failure) <
		    0);
	assert_int_equal(scene.failure.step, SETUP_OPEN_CDEV);
	assert_calls("");
	scene_end();
}

/* --- ranges ------------------------------------------------------------------------------- */

/* EMSGSIZE says how many there are; asked again with room for as many. */
static void test_many_ranges(void **state)
{
	struct range told[100];

	(void)state;
	for (uint64_t i = 0; i < COUNT(told); i++)
		told[i] = (struct range){ i << 20, (i << 20) + 0xfff };
	kernel.told = told;
	kernel.nr_told = COUNT(told);
	scene_open(&iommufd_ops);
	kernel_forget_calls();
	scene_attach(DEVICE_A);
	assert_non_null(strstr(kernel.log, "ioas RANGES 32 = EMSGSIZE\nioas RANGES 100\n"));
	check_usable(told, COUNT(told));
	scene_end();
}

static void test_exactly_as_many(void **state)
{
	struct range told[32];

	(void)state;
	for (uint64_t i = 0; i < COUNT(told); i++)
		told[i] = (struct range){ i << 20, (i << 20) + 0xfff };
	kernel.told = told;
	kernel.nr_told = COUNT(told);
	scene_begin(&iommufd_ops);
	check_usable(told, COUNT(told));
	scene_end();
}

static void test_broken_ranges(void **state)
{
	static const struct {
		const char *name;
		struct range told[2];
	} cases[] = {
		{ "end before start", { { 0, 0xfff }, { 0x2000, 0x1fff } } },
		{ "overlap", { { 0, 0x1000 }, { 0x1000, 0x1fff } } },
		{ "not sorted", { { 0x1000, 0x1fff }, { 0, 0xfff } } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vfio_device *opened;

		kernel.told = cases[i].told;
		kernel.nr_told = 2;
		scene_open(&iommufd_ops);
		assert_case_equal(iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened,
						 &scene.failure),
				  -EPROTO, cases[i].name);
		assert_int_equal(scene.failure.step, SETUP_RANGES);
		assert_int_equal(kernel.nr_open, 1);
		scene_end();
	}
}

static void test_broken_alignment(void **state)
{
	static const uint64_t broken[] = { 0, 3, 4097, 0x3000, UINT64_MAX };

	(void)state;
	kernel.tells_alignment = true;
	for (size_t i = 0; i < COUNT(broken); i++) {
		struct vfio_device *opened;

		kernel.alignment = broken[i];
		scene_open(&iommufd_ops);
		assert_int_equal(iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened,
						&scene.failure),
				 -EPROTO);
		assert_int_equal(scene.failure.step, SETUP_RANGES);
		scene_end();
	}
}

/* EMSGSIZE again and again, or with a count that is not more: it ends. */
static void test_endless_ranges(void **state)
{
	static const struct range told[] = { { 0, 0xfff } };
	struct vfio_device *opened;

	(void)state;
	kernel.told = told;
	kernel.nr_told = 1;
	kernel_fails("ioas RANGES", 0, EMSGSIZE);
	scene_open(&iommufd_ops);
	kernel_forget_calls();
	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened, &scene.failure),
		-EPROTO);
	assert_int_equal(scene.failure.step, SETUP_RANGES);
	scene_end();
}

/* More than any memory has room for. */
static void test_boundless_ranges(void **state)
{
	struct vfio_device *opened;

	(void)state;
	kernel.nr_told = UINT32_MAX;
	kernel.told = (const struct range *)scene.memory; /* zeros, as many as are copied */
	scene_open(&iommufd_ops);
	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened, &scene.failure),
		-EPROTO);
	scene_end();
}

/* No ranges at all: nothing can be mapped. */
static void test_no_ranges(void **state)
{
	static const struct range told[] = { { 0, 0 } };

	(void)state;
	kernel.told = told;
	kernel.nr_told = 0;
	scene_begin(&iommufd_ops);
	assert_int_equal(scene.space->usable.nr, 0);
	assert_int_equal(scene_map(0, 1), -ERANGE);
	scene_end();
}

/* --- MAP and UNMAP ------------------------------------------------------------------------ */

static void test_map_as_it_is(void **state)
{
	static const struct {
		uint64_t iova, size;
		unsigned access;
		int code;
		const char *call;
	} cases[] = {
		{ 0x123456000, 0x3000, ACCESS_READ, 0, "ioas MAP 0x123456000+0x3000 r\n" },
		{ 0x200000000, 0x1000, ACCESS_WRITE, 0, "ioas MAP 0x200000000+0x1000 w\n" },
		{ 0x300000000, 0x1000, READ_WRITE, 0, "ioas MAP 0x300000000+0x1000 rw\n" },
		{ 0x300000000, 0x1000, READ_WRITE, -EEXIST,
		  "ioas MAP 0x300000000+0x1000 rw = EEXIST\n" },
		{ 0x400000000, 0x1000, 0, -EINVAL, "ioas MAP 0x400000000+0x1000  = EINVAL\n" },
		{ 0x400000000, 0, READ_WRITE, -EINVAL, "ioas MAP 0x400000000+0 rw = EINVAL\n" },
		{ 0xfee00000, 0x1000, READ_WRITE, -EINVAL,
		  "ioas MAP 0xfee00000+0x1000 rw = EINVAL\n" },
		{ 0xfffffffffffff000, 0x2000, READ_WRITE, -EOVERFLOW,
		  "ioas MAP 0xfffffffffffff000+0x2000 rw = EOVERFLOW\n" },
	};

	(void)state;
	scene_begin(&iommufd_ops);
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_case_equal(iommufd_ops.map(scene.space, scene.memory, at(cases[i].iova),
						  cases[i].size, cases[i].access),
				  cases[i].code, cases[i].call);
		assert_calls(cases[i].call);
	}
	assert_int_equal(scene.space->mappings.nr, 0);
	assert_int_equal(kernel.spaces[0].nr, 3);
	scene_end();
}

static void test_map_bytes(void **state)
{
	static const struct {
		unsigned access;
		uint64_t flags;
	} cases[] = { { ACCESS_READ, 5 }, { ACCESS_WRITE, 3 }, { READ_WRITE, 7 } };

	(void)state;
	scene_begin(&iommufd_ops);
	kernel_watch(KERNEL_IOMMUFD(0x85), 40);
	for (size_t i = 0; i < COUNT(cases); i++) {
		iommufd_ops.map(scene.space, scene.memory, at(0x1122334455667000), 0x12345000,
				cases[i].access);
		assert_int_equal(kernel.watched[0], 40 | cases[i].flags << 32);
		assert_int_equal(kernel.watched[1], 100); /* ioas_id, reserved */
		assert_int_equal(kernel.watched[2], (uintptr_t)scene.memory);
		assert_int_equal(kernel.watched[3], 0x12345000);
		assert_int_equal(kernel.watched[4], 0x1122334455667000);
	}
	scene_end();
}

static void test_unmap_bytes(void **state)
{
	uint64_t unmapped = 7;

	(void)state;
	scene_begin(&iommufd_ops);
	kernel_watch(KERNEL_IOMMUFD(0x86), 24);
	assert_int_equal(
		iommufd_ops.unmap(scene.space, at(0x1122334455667000), 0x12345000, &unmapped),
		-ENOENT);
	assert_int_equal(kernel.watched[0], 24 | 100ull << 32);
	assert_int_equal(kernel.watched[1], 0x1122334455667000);
	assert_int_equal(kernel.watched[2], 0x12345000);
	assert_int_equal(unmapped, 0); /* set whatever is returned */
	unmapped = 7;
	assert_int_equal(iommufd_ops.unmap_all(scene.space, &unmapped), 0);
	assert_int_equal(kernel.watched[1], 0);
	assert_int_equal(kernel.watched[2], UINT64_MAX);
	assert_int_equal(unmapped, 0);
	/* That there was nothing is no error, however it is told. */
	kernel_fails("ioas UNMAP_ALL", 0, ENOENT);
	assert_int_equal(iommufd_ops.unmap_all(scene.space, &unmapped), 0);
	kernel_fails("ioas UNMAP_ALL", 0, EBUSY);
	assert_int_equal(iommufd_ops.unmap_all(scene.space, &unmapped), -EBUSY);
	kernel_works();
	scene_end();
}

static void test_unmap_tells_size(void **state)
{
	uint64_t unmapped = 7;

	(void)state;
	scene_begin(&iommufd_ops);
	for (uint64_t i = 0; i < 3; i++)
		assert_int_equal(iommufd_ops.map(scene.space, scene.memory, at(i * 0x10000),
						 2 * PAGE, READ_WRITE),
				 0);
	assert_int_equal(iommufd_ops.unmap(scene.space, at(0x8000), 0x10000, &unmapped), 0);
	assert_int_equal(unmapped, 2 * PAGE);
	assert_int_equal(iommufd_ops.unmap_all(scene.space, &unmapped), 0);
	assert_int_equal(unmapped, 4 * PAGE);
	assert_int_equal(kernel.spaces[0].nr, 0);
	scene_end();
}

/* --- BARs: by dma-buf, whose descriptor is not kept --------------------------------------- */

static void test_map_bar(void **state)
{
	struct vfio_device *opened = scene_begin(&iommufd_ops);
	struct bar_part part = { opened, 0, 0x1000, 0x3000 };

	(void)state;
	kernel_watch(VFIO_DEVICE_FEATURE, 40);
	assert_int_equal(iospace_map_bar(scene.space, &part, at(0x100000), READ_WRITE), 0);
	assert_calls(NAME_A " DMA_BUF\nioas MAP_FILE 0x100000+0x3000 rw\nclose dmabuf\n");
	assert_int_equal(kernel.watched[0], 40 | (1ull << 16 | 11) << 32); /* GET, DMA_BUF */
	assert_int_equal(kernel.watched[1], (uint64_t)(O_RDWR | O_CLOEXEC) << 32);
	assert_int_equal(kernel.watched[2], 1ull << 32); /* flags 0, one range */
	assert_int_equal(kernel.watched[3], 0x1000);
	assert_int_equal(kernel.watched[4], 0x3000);
	check_same_mappings(0);
	kernel_watch(KERNEL_IOMMUFD(0x8f), 40);
	assert_int_equal(iospace_map_bar(scene.space, &part, at(0x200000), ACCESS_READ), 0);
	assert_int_equal(kernel.watched[0], 40 | 5ull << 32);
	assert_int_equal((uint32_t)kernel.watched[1], 100);
	/* Offset in the dma-buf, which is only this part. */
	assert_int_equal(kernel.watched[2], 0);
	assert_int_equal(kernel.watched[3], 0x3000);
	assert_int_equal(kernel.watched[4], 0x200000);
	scene_end();
}

static void test_map_bar_fails(void **state)
{
	struct vfio_device *opened = scene_begin(&iommufd_ops);
	const struct bar_part part = { opened, 0, 0x1000, 0x3000 };
	unsigned nr_open = kernel.nr_open;

	(void)state;
	kernel_set_command(DEVICE_A, 0);
	assert_int_equal(iospace_map_bar(scene.space, &part, at(0x100000), READ_WRITE), -ENODEV);
	assert_calls(NAME_A " DMA_BUF = ENODEV\n");
	kernel_set_command(DEVICE_A, KERNEL_COMMAND_MEMORY);
	kernel_fails("ioas MAP_FILE", 0, ENOMEM);
	assert_int_equal(iospace_map_bar(scene.space, &part, at(0x100000), READ_WRITE), -ENOMEM);
	assert_calls(NAME_A " DMA_BUF\nioas MAP_FILE 0x100000+0x3000 rw = ENOMEM\nclose dmabuf\n");
	kernel_works();
	/* Before 6.19. */
	kernel.lacks_dmabuf = true;
	assert_int_equal(iospace_map_bar(scene.space, &part, at(0x100000), READ_WRITE), -ENOTTY);
	assert_calls(NAME_A " DMA_BUF = ENOTTY\n");
	assert_int_equal(kernel.nr_open, nr_open);
	assert_int_equal(scene.space->mappings.nr, 0);
	scene_end();
}

#define scene_test(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(test_first_device),	   scene_test(test_more_devices),
		scene_test(test_last_device),	   scene_test(test_open_fails),
		scene_test(test_attach_fails),	   scene_test(test_second_attach_fails),
		scene_test(test_no_cdev),	   scene_test(test_long_cdev),
		scene_test(test_many_ranges),	   scene_test(test_exactly_as_many),
		scene_test(test_broken_ranges),	   scene_test(test_broken_alignment),
		scene_test(test_endless_ranges),   scene_test(test_boundless_ranges),
		scene_test(test_no_ranges),	   scene_test(test_map_as_it_is),
		scene_test(test_map_bytes),	   scene_test(test_unmap_bytes),
		scene_test(test_unmap_tells_size), scene_test(test_map_bar),
		scene_test(test_map_bar_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
