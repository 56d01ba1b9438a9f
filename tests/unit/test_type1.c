/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The backend of type 1: devices; each call that is made, and what becomes of each that fails. */
#include "vfio_scene.h"

#define OPENS "open /dev/vfio/vfio\ncontainer GET_API_VERSION\ncontainer CHECK_EXTENSION 3\n"
#define CLOSES "close container\n"
#define ATTACHES_A                                                                                 \
	"open /dev/vfio/7\ngroup 7 GET_STATUS\ngroup 7 SET_CONTAINER\n"                            \
	"container SET_IOMMU 3\ngroup 7 GET_DEVICE_FD " NAME_A                                     \
	"\n" DEVICE_CALLS(NAME_A) "container GET_INFO\n"
#define ATTACHES_TWIN                                                                              \
	"group 7 GET_DEVICE_FD " NAME_TWIN "\n" DEVICE_CALLS(NAME_TWIN) "container GET_INFO\n"
#define ATTACHES_B                                                                                 \
	"open /dev/vfio/8\ngroup 8 GET_STATUS\ngroup 8 SET_CONTAINER\n"                            \
	"group 8 GET_DEVICE_FD " NAME_B "\n" DEVICE_CALLS(NAME_B) "container GET_INFO\n"

/* --- devices ------------------------------------------------------------------------------ */

static void test_first_device(void **state)
{
	static const struct range usable[] = { { 0, 0xfedfffff }, { 0xfef00000, 0xffffffffffff } };
	struct vfio_device *opened;

	(void)state;
	scene_open(&type1_ops);
	assert_calls(OPENS);
	opened = scene_attach(DEVICE_A);
	assert_calls(ATTACHES_A);
	assert_ptr_equal(opened->device, &scene.devices[DEVICE_A]);
	assert_ptr_equal(scene.space->devices[0], opened);
	assert_int_equal(scene.space->nr_devices, 1);
	check_usable(usable, 2);
	assert_int_equal(scene.space->page_sizes, 1ull << 12 | 1ull << 21 | 1ull << 30);
	assert_int_equal(scene.space->page_size, 4096);
	assert_int_equal(scene.space->entries_left, 65535);
	assert_false(scene.space->is_compat);
	assert_false(scene.space->top_page_leaks);
	scene_end();
	assert_calls("close " NAME_A "\nclose group 7\n" CLOSES);
}

/* The group is opened once and closed with the last of its devices. */
static void test_same_group(void **state)
{
	struct vfio_device *first;

	(void)state;
	first = scene_begin(&type1_ops);
	scene_attach(DEVICE_TWIN);
	assert_calls(ATTACHES_TWIN);
	iospace_detach(scene.space, first);
	assert_calls("close " NAME_A "\ncontainer GET_INFO\n");
	assert_int_equal(scene.space->nr_devices, 1);
	assert_string_equal(scene.space->devices[0]->device->name, NAME_TWIN);
	scene_end();
	assert_calls("close " NAME_TWIN "\nclose group 7\n" CLOSES);
}

/* The second group joins what is there: the kind of IOMMU is not chosen again. */
static void test_second_group(void **state)
{
	static const struct range before[] = { { 0, 0xfedfffff }, { 0xfef00000, 0xffffffffffff } };
	static const struct range after[] = { { 0, 0x3fffffff },
					      { 0x80000000, 0xfedfffff },
					      { 0xfef00000, 0x7fffffffff } };
	struct vfio_device *second;

	(void)state;
	kernel.devices[DEVICE_B].reserved[1] = (struct range){ 0x40000000, 0x7fffffff };
	kernel.devices[DEVICE_B].nr_reserved = 2;
	kernel.devices[DEVICE_B].aperture.end = 0x7fffffffff;
	scene_begin(&type1_ops);
	check_usable(before, 2);
	second = scene_attach(DEVICE_B);
	assert_calls(ATTACHES_B);
	check_usable(after, 3);
	iospace_detach(scene.space, second);
	assert_calls("close " NAME_B "\nclose group 8\ncontainer GET_INFO\n");
	check_usable(before, 2);
	scene_attach(DEVICE_B);
	kernel_forget_calls();
	scene_end();
	assert_calls("close " NAME_B "\nclose group 8\nclose " NAME_A "\nclose group 7\n" CLOSES);
}

/* What is mapped where the second device may not go: the kernel refuses the group. */
static void test_second_group_conflicts(void **state)
{
	static const struct range usable[] = { { 0, 0xfedfffff }, { 0xfef00000, 0xffffffffffff } };
	struct vfio_device *opened = scene_begin(&type1_ops), *second = opened;

	(void)state;
	kernel.devices[DEVICE_B].reserved[1] = (struct range){ 0x40000000, 0x7fffffff };
	kernel.devices[DEVICE_B].nr_reserved = 2;
	assert_int_equal(scene_map(0x40000000, 1), 0);
	kernel_forget_calls();
	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_B], &second, &scene.failure),
		-EINVAL);
	assert_calls("open /dev/vfio/8\ngroup 8 GET_STATUS\ngroup 8 SET_CONTAINER = EINVAL\n"
		     "close group 8\n");
	check_failure(SETUP_SET_CONTAINER, -EINVAL, "/dev/vfio/8");
	assert_null(second);
	check_usable(usable, 2);
	check_same_mappings(0);
	assert_int_equal(scene.space->mappings.nr, 1);
	scene_end();
}

/* Without its last device the container has no IOMMU; a next one begins anew. */
static void test_empty_and_again(void **state)
{
	struct vfio_device *opened = scene_begin(&type1_ops);

	(void)state;
	assert_int_equal(scene_map(0x10000, 2), 0);
	kernel_forget_calls();
	iospace_detach(scene.space, opened);
	assert_calls("container UNMAP 0x10000+0x2000\nclose " NAME_A "\nclose group 7\n");
	assert_int_equal(scene.space->nr_devices, 0);
	assert_int_equal(scene.space->mappings.nr, 0);
	assert_int_equal(scene.space->usable.nr, 0);
	scene_attach(DEVICE_A);
	assert_calls(ATTACHES_A);
	scene_end();
}

/* --- a set-up that fails ------------------------------------------------------------------ */

struct failing {
	const char *call;
	int code;
	enum setup_step step;
	const char *path;
	const char *rest; /* calls behind the one that fails */
};

static void test_open_fails(void **state)
{
	static const struct failing cases[] = {
		{ "open /dev/vfio/vfio", ENOENT, SETUP_OPEN_CONTAINER, "/dev/vfio/vfio", "" },
		{ "open /dev/vfio/vfio", EACCES, SETUP_OPEN_CONTAINER, "/dev/vfio/vfio", "" },
		{ "container GET_API_VERSION", ENOTTY, SETUP_API, "/dev/vfio/vfio", CLOSES },
		{ "container CHECK_EXTENSION", ENOTTY, SETUP_API, "/dev/vfio/vfio", CLOSES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct iospace *space = (struct iospace *)&scene;
		char wanted[200];

		kernel_fails(cases[i].call, 0, cases[i].code);
		assert_int_equal(iospace_open(&type1_ops, &space, &scene.failure), -cases[i].code);
		assert_null(space);
		check_failure(cases[i].step, -cases[i].code, cases[i].path);
		snprintf(wanted, sizeof(wanted), " = %s\n%s", strerrorname_np(cases[i].code),
			 cases[i].rest);
		assert_non_null(strstr(kernel.log, wanted));
		assert_string_equal(strstr(kernel.log, wanted), wanted);
		kernel_forget_calls();
		kernel_works();
		kernel_check_empty();
	}
}

/* What the container says of itself is not what we need. */
static void test_other_api(void **state)
{
	struct iospace *space;

	(void)state;
	kernel.api_version = 1;
	assert_int_equal(iospace_open(&type1_ops, &space, &scene.failure), -EPROTO);
	check_failure(SETUP_API, -EPROTO, "/dev/vfio/vfio");
	kernel_check_empty();
	kernel.api_version = 0;
	kernel.lacks_type1v2 = true;
	assert_int_equal(iospace_open(&type1_ops, &space, &scene.failure), -ENODEV);
	check_failure(SETUP_API, -ENODEV, "/dev/vfio/vfio");
	kernel_check_empty();
}

#define GROUP_7 "close group 7\n"
#define ALL_OF_A "close " NAME_A "\n" GROUP_7

static const struct failing failing_attach[] = {
	{ "open /dev/vfio/7", ENOENT, SETUP_OPEN_GROUP, "/dev/vfio/7", "" },
	{ "open /dev/vfio/7", EBUSY, SETUP_OPEN_GROUP, "/dev/vfio/7", "" },
	{ "open /dev/vfio/7", EACCES, SETUP_OPEN_GROUP, "/dev/vfio/7", "" },
	{ "group 7 GET_STATUS", ENODEV, SETUP_GROUP_STATUS, "/dev/vfio/7", GROUP_7 },
	{ "group 7 SET_CONTAINER", EPERM, SETUP_SET_CONTAINER, "/dev/vfio/7", GROUP_7 },
	{ "group 7 SET_CONTAINER", EBUSY, SETUP_SET_CONTAINER, "/dev/vfio/7", GROUP_7 },
	{ "container SET_IOMMU", EPERM, SETUP_SET_IOMMU, "/dev/vfio/7", GROUP_7 },
	{ "container SET_IOMMU", ENODEV, SETUP_SET_IOMMU, "/dev/vfio/7", GROUP_7 },
	{ "group 7 GET_DEVICE_FD", EAGAIN, SETUP_GET_DEVICE, "/dev/vfio/7", GROUP_7 },
	{ "group 7 GET_DEVICE_FD", ENODEV, SETUP_GET_DEVICE, "/dev/vfio/7", GROUP_7 },
	{ NAME_A " GET_INFO", EIO, SETUP_DEVICE_INFO, "/dev/vfio/7", ALL_OF_A },
	{ "container GET_INFO", ENOTTY, SETUP_RANGES, "/dev/vfio/7", ALL_OF_A },
};

static void check_failing_attach(const struct failing *failing, const char *wanted_rest)
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
	assert_case_equal(scene.failure.step, failing->step, failing->call);
	check_failure(failing->step, -failing->code, failing->path);
	snprintf(wanted, sizeof(wanted), " = %s\n%s", strerrorname_np(failing->code), wanted_rest);
	assert_case(strstr(kernel.log, wanted), failing->call);
	assert_string_equal(strstr(kernel.log, wanted), wanted);
	kernel_works();
	assert_case_equal(kernel.nr_open, nr_open, failing->call);
}

/* The first device does not get in: the space is as it was, and takes the device when it works. */
static void test_attach_fails(void **state)
{
	(void)state;
	scene_open(&type1_ops);
	for (size_t i = 0; i < COUNT(failing_attach); i++) {
		check_failing_attach(&failing_attach[i], failing_attach[i].rest);
		assert_int_equal(scene.space->nr_devices, 0);
		assert_int_equal(scene.space->nr_groups, 0);
	}
	kernel_forget_calls();
	scene_attach(DEVICE_A);
	assert_calls(ATTACHES_A);
	scene_end();
}

/* The same with a device of another group in the space: that one and its mapping stay. */
static void test_second_attach_fails(void **state)
{
	static const struct range usable[] = { { 0, 0xfedfffff }, { 0xfef00000, 0xffffffffffff } };

	(void)state;
	scene_open(&type1_ops);
	scene_attach(DEVICE_B);
	assert_int_equal(scene_map(0x10000, 4), 0);
	for (size_t i = 0; i < COUNT(failing_attach); i++) {
		if (failing_attach[i].step == SETUP_SET_IOMMU)
			continue; /* was done with the first */
		check_failing_attach(&failing_attach[i], failing_attach[i].rest);
		assert_int_equal(scene.space->nr_devices, 1);
		assert_int_equal(scene.space->nr_groups, 1);
		check_usable(usable, 2);
		check_same_mappings(0);
		assert_int_equal(scene.space->mappings.nr, 1);
	}
	scene_end();
}

/* And with one of the same group: the group stays open for that one. */
static void test_twin_fails(void **state)
{
	(void)state;
	scene_open(&type1_ops);
	scene_attach(DEVICE_TWIN);
	for (size_t i = 0; i < COUNT(failing_attach); i++) {
		const struct failing *failing = &failing_attach[i];
		struct failing twin = *failing;

		if (failing->step < SETUP_GET_DEVICE)
			continue;
		/* No node was opened for it. */
		twin.path = "";
		check_failing_attach(&twin,
				     failing->step == SETUP_GET_DEVICE ? "" : "close " NAME_A "\n");
		assert_int_equal(scene.space->nr_devices, 1);
		assert_int_equal(scene.space->nr_groups, 1);
	}
	scene_end();
}

static void test_not_viable(void **state)
{
	struct vfio_device *opened;

	(void)state;
	scene_open(&type1_ops);
	kernel_forget_calls();
	kernel.not_viable = true;
	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened, &scene.failure),
		-EPERM);
	check_failure(SETUP_GROUP_STATUS, -EPERM, "/dev/vfio/7");
	assert_calls("open /dev/vfio/7\ngroup 7 GET_STATUS\nclose group 7\n");
	scene_end();
}

static void test_no_group(void **state)
{
	struct vfio_device *opened;

	(void)state;
	scene_open(&type1_ops);
	kernel_forget_calls();
	scene.devices[DEVICE_A].group = NULL;
	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened, &scene.failure),
		-ENODEV);
	assert_int_equal(scene.failure.step, SETUP_OPEN_GROUP);
	assert_calls("");
	scene_end();
}

/* The config space cannot be read: no file stays open for that. */
static void test_no_config_space(void **state)
{
	struct vfio_device *opened;

	(void)state;
	scene_open(&type1_ops);
	kernel_forget_calls();
	assert_int_equal(ftruncate(kernel.devices[DEVICE_A].memory, KERNEL_CONFIG_AT + 5), 0);
	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened, &scene.failure),
		-EIO);
	assert_int_equal(scene.failure.step, SETUP_DEVICE_INFO);
	assert_null(opened);
	scene_end();
}

#define scene_test(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(test_first_device),	      scene_test(test_same_group),
		scene_test(test_second_group),	      scene_test(test_second_group_conflicts),
		scene_test(test_empty_and_again),     scene_test(test_open_fails),
		scene_test(test_other_api),	      scene_test(test_attach_fails),
		scene_test(test_second_attach_fails), scene_test(test_twin_fails),
		scene_test(test_not_viable),	      scene_test(test_no_group),
		scene_test(test_no_config_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
