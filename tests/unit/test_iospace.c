/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An address space, whatever its backend: what is checked, recorded, rolled back and unmapped. */
#include "vfio_scene.h"

/* Names of the calls in the list that the model keeps. */
static const struct backend_case {
	const struct iospace_ops *ops;
	const char *map, *unmap;
} backends_tried[] = {
	{ &type1_ops, "container MAP", "container UNMAP" },
	{ &iommufd_ops, "ioas MAP", "ioas UNMAP" },
};

static const struct backend_case *tried;

/* Calls as a list of steps: "map 0x1000+0x1000 rw" stands for that of the backend tried. */
static void check_steps(const char *wanted)
{
	char text[4096];
	size_t size = 0;

	while (*wanted) {
		const char *end = strchr(wanted, '\n') + 1;
		bool is_map = strncmp(wanted, "map ", 4) == 0;
		bool is_unmap = strncmp(wanted, "unmap ", 6) == 0;

		if (is_map || is_unmap) {
			size += (size_t)snprintf(text + size, sizeof(text) - size, "%s",
						 is_map ? tried->map : tried->unmap);
			wanted += is_map ? 3 : 5;
		}
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%.*s",
					 (int)(end - wanted), wanted);
		wanted = end;
	}
	text[size] = '\0';
	assert_calls(text);
}

static void call_of(char text[64], const char *name, const char *rest)
{
	snprintf(text, 64, "%s%s", name, rest);
}

/* --- what is checked ---------------------------------------------------------------------- */

static void test_check(void **state)
{
	static const struct {
		const char *name;
		uint64_t iova, size;
		int code;
	} cases[] = {
		{ "first page", 0, PAGE, 0 },
		{ "first range as a whole", 0, 0xfee00000, -EEXIST },
		{ "second range as a whole", 0xfef00000, 0xffff01100000, 0 },
		{ "last page of the first range", 0xfedff000, PAGE, 0 },
		{ "a page beyond it", 0xfee00000, PAGE, -ERANGE },
		{ "half in it", 0xfedff000, 2 * PAGE, -ERANGE },
		{ "from one range to the next", 0xfedff000, 0x102000, -ERANGE },
		{ "last page of the hole", 0xfeeff000, PAGE, -ERANGE },
		{ "first page behind it", 0xfef00000, PAGE, 0 },
		{ "last page of all", 0xfffffffff000, PAGE, 0 },
		{ "one beyond", 0x1000000000000, PAGE, -ERANGE },
		{ "half beyond", 0xfffffffff000, 2 * PAGE, -ERANGE },
		{ "top page", TOP_PAGE, PAGE, -ERANGE },
		{ "no size", 0x1000, 0, -EINVAL },
		{ "no size, at the end", TOP_PAGE, 0, -EINVAL },
		{ "half a page", 0x1000, PAGE / 2, -EINVAL },
		{ "a byte more", 0x1000, PAGE + 1, -EINVAL },
		{ "unaligned", 0x1001, PAGE, -EINVAL },
		{ "half a page off", 0x1800, PAGE, -EINVAL },
		{ "wraps to 0", TOP_PAGE, 2 * PAGE, -EOVERFLOW },
		{ "up to the end", 1ull << 63, 1ull << 63, -ERANGE },
		{ "wraps by a page", (1ull << 63) + PAGE, 1ull << 63, -EOVERFLOW },
		{ "wraps by far", TOP_PAGE, 1ull << 63, -EOVERFLOW },
		{ "half of all", 0, 1ull << 63, -ERANGE },
		{ "overlaps", 0x10000, PAGE, -EEXIST },
		{ "overlaps at its end", 0xf000, 2 * PAGE, -EEXIST },
		{ "overlaps at its start", 0x12000, 2 * PAGE, -EEXIST },
		{ "around", 0xf000, 5 * PAGE, -EEXIST },
		{ "just below", 0xf000, PAGE, 0 },
		{ "just above", 0x13000, PAGE, 0 },
	};

	(void)state;
	scene_begin(tried->ops);
	assert_int_equal(scene_map(0x10000, 3), 0);
	kernel_forget_calls();
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_case_equal(iospace_check(scene.space, at(cases[i].iova), cases[i].size),
				  cases[i].code, cases[i].name);
		if (cases[i].code)
			assert_case_equal(iospace_map(scene.space, scene.memory, at(cases[i].iova),
						      cases[i].size, READ_WRITE),
					  cases[i].code, cases[i].name);
	}
	assert_calls(""); /* the kernel was asked nothing */
	assert_int_equal(scene.space->mappings.nr, 1);
	scene_end();
}

static void test_check_request(void **state)
{
	(void)state;
	scene_begin(tried->ops);
	assert_int_equal(iospace_map(scene.space, scene.memory + 1, at(0), PAGE, READ_WRITE),
			 -EINVAL);
	assert_int_equal(iospace_map(scene.space, scene.memory + PAGE / 2, at(0), PAGE, READ_WRITE),
			 -EINVAL);
	assert_int_equal(iospace_map(scene.space, scene.memory, at(0), PAGE, 0), -EINVAL);
	assert_int_equal(iospace_map(scene.space, scene.memory, at(0), PAGE, 4), -EINVAL);
	assert_int_equal(iospace_map(scene.space, scene.memory, at(0), PAGE, 8 | READ_WRITE),
			 -EINVAL);
	assert_calls("");
	/* Either is enough. */
	assert_int_equal(iospace_map(scene.space, scene.memory, at(0), PAGE, ACCESS_READ), 0);
	assert_int_equal(iospace_map(scene.space, scene.memory, at(PAGE), PAGE, ACCESS_WRITE), 0);
	check_steps("map 0+0x1000 r\nmap 0x1000+0x1000 w\n");
	scene_end();
}

/* The address in the process wraps: that is no range either. */
static void test_check_address(void **state)
{
	const char *top = (const char *)(uintptr_t)TOP_PAGE;

	(void)state;
	scene_begin(tried->ops);
	assert_int_equal(iospace_map(scene.space, top, at(0), 2 * PAGE, READ_WRITE), -EINVAL);
	assert_calls("");
	scene_end();
}

/* Pages of 64 KiB: asked, not assumed. */
static void test_page_size(void **state)
{
	(void)state;
	kernel.page_sizes = 1ull << 16;
	scene_begin(tried->ops);
	assert_int_equal(scene.space->page_size, 0x10000);
	assert_int_equal(iospace_check(scene.space, at(0), 0x1000), -EINVAL);
	assert_int_equal(iospace_check(scene.space, at(0x1000), 0x10000), -EINVAL);
	assert_int_equal(iospace_check(scene.space, at(0x10000), 0x10000), 0);
	scene_end();
}

/* Without a device nothing is usable. */
static void test_no_device(void **state)
{
	(void)state;
	scene_open(tried->ops);
	assert_int_equal(iospace_check(scene.space, at(0), PAGE), -ERANGE);
	assert_int_equal(scene_map(0, 1), -ERANGE);
	scene_end();
}

/* --- mapping and unmapping ---------------------------------------------------------------- */

/* What the kernel refuses is not recorded. */
static void test_kernel_refuses(void **state)
{
	static const int codes[] = { ENOMEM, EFAULT, ENOSPC, EEXIST, EINVAL };

	(void)state;
	scene_begin(tried->ops);
	for (size_t i = 0; i < COUNT(codes); i++) {
		kernel_fails(tried->map, 0, codes[i]);
		assert_int_equal(scene_map(0x1000, 1), -codes[i]);
		assert_int_equal(scene.space->mappings.nr, 0);
	}
	kernel_works();
	assert_int_equal(scene_map(0x1000, 1), 0);
	check_same_mappings(0);
	scene_end();
}

static void map_three(void)
{
	assert_int_equal(scene_map(0x10000, 2), 0);
	assert_int_equal(scene_map(0x30000, 1), 0);
	assert_int_equal(scene_map(0x20000, 3), 0);
	kernel_forget_calls();
}

/* As they were mapped, the last one first, and nothing beside them. */
static void test_unmap(void **state)
{
	(void)state;
	scene_begin(tried->ops);
	map_three();
	assert_int_equal(iospace_unmap(scene.space, at(0x20000), 3 * PAGE), 0);
	check_steps("unmap 0x20000+0x3000\n");
	check_same_mappings(0);
	assert_int_equal(iospace_unmap(scene.space, at(0), 0x10000), 0);
	assert_int_equal(iospace_unmap(scene.space, at(0x12000), 0x1e000), 0);
	assert_calls(""); /* nothing is mapped there */
	assert_int_equal(iospace_unmap(scene.space, at(0), 0x100000), 0);
	check_steps("unmap 0x30000+0x1000\nunmap 0x10000+0x2000\n");
	assert_int_equal(scene.space->mappings.nr, 0);
	assert_int_equal(kernel.spaces[0].nr, 0);
	scene_end();
}

static void test_unmap_part(void **state)
{
	static const struct {
		const char *name;
		uint64_t iova, size;
	} cases[] = {
		{ "its first page", 0x20000, PAGE },
		{ "its last page", 0x22000, PAGE },
		{ "one inside", 0x21000, PAGE },
		{ "all but a byte", 0x20000, 3 * PAGE - 1 },
		{ "all but the first byte", 0x20001, 3 * PAGE - 1 },
		{ "one whole and a piece of the next", 0x10000, 0x11000 },
		{ "a piece and one whole", 0x11000, 0x12000 },
		{ "a piece, one whole, a piece", 0x11000, 0x1f800 },
		{ "no size", 0x20000, 0 },
		{ "wraps", 0x20000, UINT64_MAX },
		{ "wraps to 0", TOP_PAGE, 2 * PAGE },
	};

	(void)state;
	scene_begin(tried->ops);
	map_three();
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_case_equal(iospace_unmap(scene.space, at(cases[i].iova), cases[i].size),
				  -EINVAL, cases[i].name);
	assert_calls("");
	assert_int_equal(scene.space->mappings.nr, 3);
	check_same_mappings(0);
	scene_end();
}

/* Another size than was mapped: it is not known what is left, so it stays in the list. */
static void test_unmap_other_size(void **state)
{
	(void)state;
	scene_begin(tried->ops);
	map_three();
	kernel.broken = RULE_WRONG_SIZE;
	assert_int_equal(iospace_unmap(scene.space, at(0x20000), 3 * PAGE), -EIO);
	assert_int_equal(scene.space->mappings.nr, 3);
	kernel.broken = RULE_NONE;
	assert_int_equal(kernel.spaces[0].nr, 2);
	/* It is tried again when the space ends, and that is all that can be done. */
	kernel_forget_calls();
	scene_end();
	assert_memory_equal(strchr(kernel.log, ' ') + 1, "UNMAP 0x30000+0x1000\n", 21);
	assert_non_null(strstr(kernel.log, "UNMAP 0x20000+0x3000"));
	assert_non_null(strstr(kernel.log, "UNMAP 0x10000+0x2000\n"));
}

/* One that fails stays in the list, the others go; the first error is told. */
static void test_unmap_fails(void **state)
{
	char first[64], second[64];

	(void)state;
	scene_begin(tried->ops);
	map_three();
	call_of(second, tried->unmap, " 0x20000");
	kernel_fails(second, 0, EBUSY);
	assert_int_equal(iospace_unmap_all(scene.space), -EBUSY);
	check_steps("unmap 0x30000+0x1000\nunmap 0x20000+0x3000 = EBUSY\n"
		    "unmap 0x10000+0x2000\n");
	assert_int_equal(scene.space->mappings.nr, 1);
	check_same_mappings(0);
	kernel_works();
	assert_int_equal(iospace_unmap_all(scene.space), 0);
	check_steps("unmap 0x20000+0x3000\n");
	map_three();
	call_of(first, tried->unmap, " 0x30000");
	kernel_fails(first, 0, EIO);
	kernel_fails_too(second, 0, EBUSY);
	assert_int_equal(iospace_unmap_all(scene.space), -EIO);
	kernel_works();
	assert_int_equal(iospace_unmap_all(scene.space), 0);
	check_steps("unmap 0x30000+0x1000 = EIO\nunmap 0x20000+0x3000 = EBUSY\n"
		    "unmap 0x10000+0x2000\nunmap 0x30000+0x1000\nunmap 0x20000+0x3000\n");
	assert_int_equal(iospace_unmap_all(scene.space), 0);
	assert_calls("");
	scene_end();
}

/* Mappings first, the last one first, then the devices in the order opposite to that they came in.
 */
static void test_close_order(void **state)
{
	(void)state;
	scene_begin(tried->ops);
	scene_attach(DEVICE_B);
	scene_attach(DEVICE_TWIN);
	map_three();
	scene_end();
	if (tried->ops == &type1_ops)
		check_steps("unmap 0x30000+0x1000\nunmap 0x20000+0x3000\nunmap 0x10000+0x2000\n"
			    "close " NAME_TWIN "\nclose " NAME_B "\nclose group 8\nclose " NAME_A
			    "\nclose group 7\nclose container\n");
	else
		check_steps("unmap 0x30000+0x1000\nunmap 0x20000+0x3000\nunmap "
			    "0x10000+0x2000\n" NAME_TWIN " DETACH_IOMMUFD_PT\nclose " NAME_TWIN
			    "\n" NAME_B " DETACH_IOMMUFD_PT\nclose " NAME_B "\n" NAME_A
			    " DETACH_IOMMUFD_PT\nclose " NAME_A "\nclose iommufd\n");
	iospace_close(NULL);
}

/* What a device was given is taken back before its file is closed. */
static void test_close_restores(void **state)
{
	struct vfio_device *opened = scene_begin(tried->ops), *second = scene_attach(DEVICE_B);

	(void)state;
	assert_int_equal(vfio_command_change(opened, COMMAND_MASTER, 0), 0);
	assert_int_equal(vfio_command_change(second, COMMAND_MASTER, COMMAND_MEMORY), 0);
	assert_int_equal(kernel_command(DEVICE_A), 6);
	assert_int_equal(kernel_command(DEVICE_B), 4);
	iospace_detach(scene.space, second);
	assert_int_equal(kernel_command(DEVICE_B), 2);
	scene_end();
	assert_int_equal(kernel_command(DEVICE_A), 2);
}

/* --- sets --------------------------------------------------------------------------------- */

static struct map_request request(uint64_t iova, uint64_t pages)
{
	return (struct map_request){ scene.memory, { iova }, pages * PAGE, READ_WRITE };
}

static void test_set(void **state)
{
	struct map_request set[] = { request(0x30000, 1), request(0x10000, 2), request(0x20000, 3),
				     request(0x12000, 1) };
	size_t failed = 77;

	(void)state;
	scene_begin(tried->ops);
	assert_int_equal(iospace_map_set(scene.space, set, COUNT(set), &failed), 0);
	check_steps("map 0x30000+0x1000 rw\nmap 0x10000+0x2000 rw\nmap 0x20000+0x3000 rw\n"
		    "map 0x12000+0x1000 rw\n");
	assert_int_equal(failed, 77);
	assert_int_equal(scene.space->mappings.nr, 4);
	check_same_mappings(0);
	assert_int_equal(iospace_map_set(scene.space, set, 0, &failed), 0);
	assert_calls("");
	scene_end();
}

/* A range of the set that is none, or not free: the kernel is not asked at all. */
static void test_set_is_checked(void **state)
{
	static const struct {
		const char *name;
		uint64_t iova[3], pages[3];
		int code;
		size_t failed;
	} cases[] = {
		{ "no size", { 0, 0x10000, 0x20000 }, { 1, 0, 1 }, -EINVAL, 1 },
		{ "unaligned", { 0, 0x10000, 0x20001 }, { 1, 1, 1 }, -EINVAL, 2 },
		{ "reserved", { 0xfee00000, 0x10000, 0x20000 }, { 1, 1, 1 }, -ERANGE, 0 },
		{ "wraps", { 0, 0x10000, TOP_PAGE }, { 1, 1, 2 }, -EOVERFLOW, 2 },
		{ "in place of a mapping", { 0, 0x50000, 0x20000 }, { 1, 1, 1 }, -EEXIST, 1 },
		{ "twice", { 0, 0x20000, 0x20000 }, { 1, 1, 1 }, -EEXIST, 2 },
		{ "one in another", { 0, 0x20000, 0x21000 }, { 1, 4, 1 }, -EEXIST, 2 },
		{ "one around another", { 0x21000, 0x20000, 0 }, { 1, 4, 1 }, -EEXIST, 1 },
		{ "overlaps the one before the last",
		  { 0x20000, 0x30000, 0x1f000 },
		  { 1, 1, 2 },
		  -EEXIST,
		  2 },
	};

	(void)state;
	scene_begin(tried->ops);
	assert_int_equal(scene_map(0x50000, 1), 0);
	kernel_forget_calls();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct map_request set[3];
		size_t failed = 77;

		for (size_t k = 0; k < 3; k++)
			set[k] = request(cases[i].iova[k], cases[i].pages[k]);
		assert_case_equal(iospace_map_set(scene.space, set, 3, &failed), cases[i].code,
				  cases[i].name);
		assert_case_equal(failed, cases[i].failed, cases[i].name);
	}
	assert_calls("");
	assert_int_equal(scene.space->mappings.nr, 1);
	scene_end();
}

/* The kernel refuses each of the set in turn: those before it are unmapped, the last one first. */
static void test_set_is_rolled_back(void **state)
{
	static const char *const refused[] = { " 0x30000", " 0x10000", " 0x20000", " 0x40000" };
	static const char *const steps[] = {
		"map 0x30000+0x1000 rw = ENOMEM\n",
		"map 0x30000+0x1000 rw\nmap 0x10000+0x2000 rw = ENOMEM\nunmap 0x30000+0x1000\n",
		"map 0x30000+0x1000 rw\nmap 0x10000+0x2000 rw\nmap 0x20000+0x3000 rw = ENOMEM\n"
		"unmap 0x10000+0x2000\nunmap 0x30000+0x1000\n",
		"map 0x30000+0x1000 rw\nmap 0x10000+0x2000 rw\nmap 0x20000+0x3000 rw\n"
		"map 0x40000+0x1000 rw = ENOMEM\n"
		"unmap 0x20000+0x3000\nunmap 0x10000+0x2000\nunmap 0x30000+0x1000\n",
	};
	struct map_request set[] = { request(0x30000, 1), request(0x10000, 2), request(0x20000, 3),
				     request(0x40000, 1) };

	(void)state;
	scene_begin(tried->ops);
	assert_int_equal(scene_map(0x50000, 1), 0);
	kernel_forget_calls();
	for (size_t i = 0; i < COUNT(set); i++) {
		char call[64];
		size_t failed = 77;

		call_of(call, tried->map, refused[i]);
		kernel_fails(call, 0, ENOMEM);
		assert_int_equal(iospace_map_set(scene.space, set, COUNT(set), &failed), -ENOMEM);
		assert_int_equal(failed, i);
		check_steps(steps[i]);
		check_same_mappings(0);
		assert_int_equal(scene.space->mappings.nr, 1); /* the one from before */
	}
	scene_end();
}

/* One that was mapped cannot be unmapped: said so, and not forgotten; the others are unmapped. */
static void test_set_cannot_be_rolled_back(void **state)
{
	struct map_request set[] = { request(0x30000, 1), request(0x10000, 2),
				     request(0x20000, 3) };
	char map[64], unmap[64];
	size_t failed = 77;

	(void)state;
	scene_begin(tried->ops);
	call_of(map, tried->map, " 0x20000");
	call_of(unmap, tried->unmap, " 0x10000");
	kernel_fails(map, 0, ENOMEM);
	kernel_fails_too(unmap, 0, EBUSY);
	assert_int_equal(iospace_map_set(scene.space, set, COUNT(set), &failed), -ENOTRECOVERABLE);
	assert_int_equal(failed, 2);
	check_steps("map 0x30000+0x1000 rw\nmap 0x10000+0x2000 rw\nmap 0x20000+0x3000 rw = ENOMEM\n"
		    "unmap 0x10000+0x2000 = EBUSY\nunmap 0x30000+0x1000\n");
	assert_int_equal(scene.space->mappings.nr, 1);
	assert_int_equal(scene.space->mappings.items[0].iova.value, 0x10000);
	check_same_mappings(0);
	kernel_works();
	/* The kernel unmaps less than was mapped: the same. */
	assert_int_equal(iospace_unmap_all(scene.space), 0);
	kernel_fails(map, 0, ENOMEM);
	kernel.broken = RULE_WRONG_SIZE;
	assert_int_equal(iospace_map_set(scene.space, set, COUNT(set), &failed), -ENOTRECOVERABLE);
	assert_int_equal(scene.space->mappings.nr, 2);
	kernel.broken = RULE_NONE;
	scene_end();
}

/* --- many --------------------------------------------------------------------------------- */

#define MANY 10000

static void test_many(void **state)
{
	static struct map_request set[MANY];
	size_t failed;

	(void)state;
	scene_begin(tried->ops);
	kernel.is_quiet = true;
	for (size_t i = 0; i < MANY; i++)
		set[i] = request((uint64_t)i * 7919 % MANY * 2 * PAGE, 1);
	assert_int_equal(iospace_map_set(scene.space, set, MANY, &failed), 0);
	assert_int_equal(scene.space->mappings.nr, MANY);
	check_same_mappings(0);
	assert_int_equal(iospace_map_set(scene.space, &set[1234], 1, &failed), -EEXIST);
	assert_int_equal(iospace_unmap(scene.space, at(0), MANY * PAGE), 0);
	assert_int_equal(scene.space->mappings.nr, MANY / 2);
	check_same_mappings(0);
	scene_end();
}

/* --- both backends ------------------------------------------------------------------------ */

static int setup_type1(void **state)
{
	tried = &backends_tried[0];
	return scene_setup(state);
}

static int setup_iommufd(void **state)
{
	tried = &backends_tried[1];
	return scene_setup(state);
}

#define both(f)                                                                                    \
	{ #f ", type1", f, setup_type1, scene_teardown, NULL },                                    \
	{                                                                                          \
#f ", iommufd", f, setup_iommufd, scene_teardown, NULL                             \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		both(test_check),
		both(test_check_request),
		both(test_check_address),
		both(test_page_size),
		both(test_no_device),
		both(test_kernel_refuses),
		both(test_unmap),
		both(test_unmap_part),
		both(test_unmap_other_size),
		both(test_unmap_fails),
		both(test_close_order),
		both(test_close_restores),
		both(test_set),
		both(test_set_is_checked),
		both(test_set_is_rolled_back),
		both(test_set_cannot_be_rolled_back),
		both(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
