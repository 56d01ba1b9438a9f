/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The backend of type 1: what the container says of itself, broken answers, and the page below
 * 2^64. */
#include "vfio_scene.h"

/* --- what GET_INFO says ------------------------------------------------------------------- */

static void test_no_capabilities(void **state)
{
	static const struct range everything[] = { { 0, UINT64_MAX } };

	(void)state;
	kernel.capabilities = "";
	kernel.capabilities_size = 0;
	scene_begin(&type1_ops);
	check_usable(everything, 1);
	assert_int_equal(scene.space->entries_left, ENTRIES_UNLIMITED);
	scene_end();
}

/* More ranges than there is room for at first: asked again, with as much room as the kernel says.
 */
static void test_many_ranges(void **state)
{
	enum { NR = 100 };
	uint64_t bytes[2 + 2 * NR] = { 1 | 1ull << 16, NR };

	(void)state;
	for (uint64_t i = 0; i < NR; i++) {
		bytes[2 + 2 * i] = i << 20;
		bytes[3 + 2 * i] = (i << 20) + 0xffff;
	}
	kernel.capabilities = bytes;
	kernel.capabilities_size = sizeof(bytes);
	scene_open(&type1_ops);
	kernel_forget_calls();
	scene_attach(DEVICE_A);
	assert_non_null(strstr(kernel.log, "container GET_INFO\ncontainer GET_INFO\n"));
	assert_int_equal(scene.space->usable.nr, NR);
	assert_int_equal(scene.space->usable.items[NR - 1].start, (uint64_t)(NR - 1) << 20);
	assert_int_equal(scene.space->usable.items[NR - 1].end,
			 ((uint64_t)(NR - 1) << 20) + 0xffff);
	scene_end();
}

/* The struct has 24 bytes, so that is where its first capability is. */
#define FIRST 24u
#define HEADER(id, next) (uint64_t)(id) | 1ull << 16 | (uint64_t)(next) << 32

static void test_broken_capabilities(void **state)
{
	static const struct {
		const char *name;
		uint64_t words[8];
		size_t size;
		uint32_t first;
		int code;
	} cases[] = {
		{ "a range", { HEADER(1, 0), 1, 0x1000, 0x1fff }, 32, FIRST, 0 },
		{ "unknown before it",
		  { HEADER(77, FIRST + 8), HEADER(1, 0), 1, 0x1000, 0x1fff },
		  40,
		  FIRST,
		  0 },
		{ "one byte", { HEADER(1, 0), 1, 0x1000, 0x1000 }, 32, FIRST, 0 },
		{ "first beyond the end", { HEADER(1, 0), 1, 0x1000, 0x1fff }, 32, 4096, -EPROTO },
		{ "first far beyond", { HEADER(1, 0), 1, 0, 1 }, 32, UINT32_MAX, -EPROTO },
		{ "next beyond the end", { HEADER(77, 4096) }, 8, FIRST, -EPROTO },
		{ "next far beyond", { HEADER(77, UINT32_MAX - 3) }, 8, FIRST, -EPROTO },
		{ "next is itself", { HEADER(77, FIRST) }, 8, FIRST, -EPROTO },
		{ "next goes back",
		  { HEADER(77, FIRST + 8), HEADER(78, FIRST) },
		  16,
		  FIRST,
		  -EPROTO },
		{ "fewer ranges than it says", { HEADER(1, 0), 1000, 0, 1 }, 32, FIRST, -EPROTO },
		{ "2^32-1 ranges", { HEADER(1, 0), UINT32_MAX, 0, 1 }, 32, FIRST, -EPROTO },
		{ "end before start", { HEADER(1, 0), 1, 0x2000, 0x1fff }, 32, FIRST, -EPROTO },
		{ "overlap", { HEADER(1, 0), 2, 0, 0x1fff, 0x1fff, 0x2fff }, 48, FIRST, -EPROTO },
		{ "not sorted", { HEADER(1, 0), 2, 0x4000, 0x4fff, 0, 0xfff }, 48, FIRST, -EPROTO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct vfio_device *opened;

		kernel.capabilities = cases[i].words;
		kernel.capabilities_size = cases[i].size;
		kernel.capabilities_at = cases[i].first;
		scene_open(&type1_ops);
		assert_case_equal(iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened,
						 &scene.failure),
				  cases[i].code, cases[i].name);
		if (cases[i].code) {
			assert_case_equal(scene.failure.step, SETUP_RANGES, cases[i].name);
			assert_case_equal(kernel.nr_open, 1, cases[i].name);
		} else {
			assert_case_equal(scene.space->usable.nr, 1, cases[i].name);
			assert_case_equal(scene.space->usable.items[0].start, 0x1000,
					  cases[i].name);
		}
		scene_end();
	}
}

/* Whatever the answer is cut to, nothing behind it is read (a sanitizer sees that). */
static void test_cut_capabilities(void **state)
{
	static const uint64_t words[] = { HEADER(3, FIRST + 16), 7, HEADER(1, 0), 1, 0, 0xfff };

	(void)state;
	for (size_t size = 1; size <= sizeof(words); size++) {
		struct vfio_device *opened;
		int code;

		kernel.capabilities = words;
		kernel.capabilities_size = size;
		scene_open(&type1_ops);
		code = iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened,
				      &scene.failure);
		assert_int_equal(code == 0 || code == -EPROTO, true);
		if (size == sizeof(words))
			assert_int_equal(code, 0);
		scene_end();
	}
}

/* One range more than there are, in an answer that has no byte behind them (the same). */
static void test_missing_range(void **state)
{
	enum { NR = 100 };
	uint64_t words[2 + 2 * NR] = { HEADER(1, 0), NR + 1 };
	struct vfio_device *opened;

	(void)state;
	for (uint64_t i = 0; i < NR; i++) {
		words[2 + 2 * i] = i << 20;
		words[3 + 2 * i] = (i << 20) + 0xffff;
	}
	kernel.capabilities = words;
	kernel.capabilities_size = sizeof(words);
	scene_open(&type1_ops);
	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened, &scene.failure),
		-EPROTO);
	assert_int_equal(scene.failure.step, SETUP_RANGES);
	scene_end();
}

static void test_no_page_sizes(void **state)
{
	struct vfio_device *opened;

	(void)state;
	kernel.page_sizes = 0;
	kernel.capabilities = "";
	scene_open(&type1_ops);
	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened, &scene.failure),
		-EPROTO);
	assert_int_equal(scene.failure.step, SETUP_RANGES);
	kernel.page_sizes = 4096; /* the model divides by it when it closes */
	scene_end();
}

static void test_is_compat(void **state)
{
	(void)state;
	kernel.is_compat = true;
	scene_begin(&type1_ops);
	assert_true(scene.space->is_compat);
	assert_int_equal(scene.space->entries_left, ENTRIES_UNLIMITED);
	scene_end();
}

/* A limit of as many does not make it one. */
static void test_large_limit(void **state)
{
	(void)state;
	kernel.entry_limit = UINT32_MAX;
	scene_begin(&type1_ops);
	assert_false(scene.space->is_compat);
	scene_end();
}

/* --- the page below 2^64 ------------------------------------------------------------------ */

/* All 64 bits but the windows of MSI and HyperTransport, as AMD-Vi has it. */
static void begin_on_amd(void)
{
	kernel_on_amd();
	scene_open(&type1_ops);
	kernel_forget_calls();
	scene_attach(DEVICE_A);
}

/* Found out by a request whose end wraps, and only where a range ends there. */
#define ASKS_TOP "container GET_INFO\ncontainer MAP 0xfffffffffffff000+0x2000 r = "

static void test_top_page_is_fine(void **state)
{
	(void)state;
	begin_on_amd();
	assert_non_null(strstr(kernel.log, ASKS_TOP "EOVERFLOW\n"));
	assert_false(scene.space->top_page_leaks);
	kernel_forget_calls();
	assert_int_equal(scene_map(TOP_PAGE, 1), 0);
	assert_int_equal(iospace_unmap(scene.space, at(TOP_PAGE), PAGE), 0);
	assert_calls("container MAP 0xfffffffffffff000+0x1000 rw\n"
		     "container UNMAP 0xfffffffffffff000+0x1000\n");
	assert_int_equal(scene_map(TOP_PAGE - 3 * PAGE, 4), 0);
	check_same_mappings(0);
	scene_end();
}

static void test_top_page_leaks(void **state)
{
	(void)state;
	kernel.wraps_are_einval = true;
	begin_on_amd();
	assert_non_null(strstr(kernel.log, ASKS_TOP "EINVAL\n"));
	assert_true(scene.space->top_page_leaks);
	kernel_forget_calls();
	assert_int_equal(scene_map(TOP_PAGE, 1), -ENOTSUP);
	assert_int_equal(scene_map(TOP_PAGE - 3 * PAGE, 4), -ENOTSUP);
	assert_int_equal(iospace_check(scene.space, at(TOP_PAGE), PAGE), -ENOTSUP);
	assert_calls("");
	assert_int_equal(scene_map(TOP_PAGE - PAGE, 1), 0);
	assert_int_equal(kernel.leaked, 0);
	scene_end();
}

/* A kernel that maps what wraps is none that we know. */
static void test_top_page_lies(void **state)
{
	struct vfio_device *opened;

	(void)state;
	kernel.broken = RULE_ACCEPTS_WRAP;
	kernel_on_amd();
	scene_open(&type1_ops);
	assert_int_equal(
		iospace_attach(scene.space, &scene.devices[DEVICE_A], &opened, &scene.failure),
		-EPROTO);
	assert_int_equal(scene.failure.step, SETUP_RANGES);
	scene_end();
}

static void test_top_page_is_not_asked(void **state)
{
	(void)state;
	kernel.wraps_are_einval = true;
	scene_open(&type1_ops);
	scene_attach(DEVICE_A);
	assert_null(strstr(kernel.log, "MAP"));
	assert_false(scene.space->top_page_leaks);
	scene_end();
}

#define scene_test(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(test_no_capabilities),     scene_test(test_many_ranges),
		scene_test(test_broken_capabilities), scene_test(test_cut_capabilities),
		scene_test(test_missing_range),	      scene_test(test_no_page_sizes),
		scene_test(test_is_compat),	      scene_test(test_large_limit),
		scene_test(test_top_page_is_fine),    scene_test(test_top_page_leaks),
		scene_test(test_top_page_lies),	      scene_test(test_top_page_is_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
