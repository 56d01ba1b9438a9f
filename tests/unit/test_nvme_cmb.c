/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The controller memory buffer: out of the engine's way, and lent (dma/nvme_cmb.c). */
#include "nvme_scene.h"

/* --- its own buffer --------------------------------------------------------------------------- */

/* What it is told to reach is not its own buffer, though somebody let that lie there. */
static void test_own_buffer_is_out_of_the_way(void **state)
{
	uint8_t bytes[4096];

	(void)state;
	nvme.cap |= CMBS;
	nvme.cmbmsc = TARGET_AT | 3;
	start_well();
	assert_int_equal(nvme.cmbmsc, TARGET_AT | 1);
	assert_int_equal(engine_send(&engine, at(0), bytes, 4096, &err), 0);
	assert_memory_equal(target, nvme.identify, 4096);
	stop();
	assert_int_equal(nvme.cmbmsc, TARGET_AT | 3);
}

static void test_buffer_is_put_back_after_a_failure(void **state)
{
	(void)state;
	nvme.cap |= CMBS;
	nvme.cmbmsc = TARGET_AT | 3;
	nvme.fails = 0x06;
	nvme.status = 1;
	assert_int_equal(start(), -EOPNOTSUPP);
	stop();
	assert_int_equal(nvme.cmbmsc, TARGET_AT | 3);
}

/*
 * CMBLOC: OFST 31:12 in units, BIR 2:0. CMBSZ: SZ 31:12 in units, SZU 11:8 (4 KiB << 4 x), WDS 4,
 * RDS 3, LISTS 2, CQS 1, SQS 0. CMBMSC: CBA 63:12, CMSE 1, CRE 0.
 */
static const struct lend_case {
	const char *name;
	uint32_t location, size;
	unsigned bar;	   /* that has */
	uint64_t bar_size; /* bytes */
	int wanted;
	uint64_t offset, lent;
} lend_cases[] = {
	/* QEMU, cmb_size_mb=4: BAR 2, 4 x 1 MiB */
	{ "QEMU", 0x00000002, 0x0000421d, 2, 4u << 20, 0, 0, 4u << 20 },
	{ "behind the beginning", 0x00003004, 0x0002001f, 4, 1u << 20, 0, 0x3000, 0x20000 },
	{ "units of 64 KiB", 0x00002002, 0x00003118, 2, 1u << 20, 0, 0x20000, 0x30000 },
	{ "beside the registers", 0x00004000, 0x00004018, 0, 0x8000, 0, 0x4000, 0x4000 },
	{ "units of 64 GiB", 0x00001002, 0x00001618, 2, 256 * GIB, 0, 64 * GIB, 64 * GIB },
	{ "larger than the BAR", 0x00001003, 0xfffff618, 3, 128 * GIB, 0, 64 * GIB, 64 * GIB },
	{ "cut off within a page", 0x00001002, 0x00004018, 2, 0x2800, 0, 0x1000, 0x1000 },
	{ "less than a page", 0x00001002, 0x00004018, 2, 0x1800, -ENXIO, 0, 0 },
	{ "none", 0, 0, 2, 1u << 20, -ENXIO, 0, 0 },
	{ "of no size", 0x00000002, 0x0000001f, 2, 1u << 20, -ENXIO, 0, 0 },
	{ "not to be read", 0x00000002, 0x00001017, 2, 1u << 20, -ENXIO, 0, 0 },
	{ "not to be written", 0x00000002, 0x0000100f, 2, 1u << 20, -ENXIO, 0, 0 },
	{ "reserved unit", 0x00000002, 0x00001718, 2, 1u << 20, -ENXIO, 0, 0 },
	{ "reserved BAR", 0x00000001, 0x00001018, 1, 1u << 20, -ENXIO, 0, 0 },
	{ "no BAR", 0x00000006, 0x00001018, 6, 1u << 20, -ENXIO, 0, 0 },
	{ "a BAR that is none", 0x00000004, 0x00001018, 2, 1u << 20, -ENXIO, 0, 0 },
	{ "at the end of the BAR", 0x00100002, 0x00001018, 2, 1u << 20, -ENXIO, 0, 0 },
	{ "in the registers", 0x00000000, 0x00001018, 0, 0x4000, -ENXIO, 0, 0 },
	{ "far beyond", 0xfffff002, 0xfffff618, 2, 1u << 20, -ENXIO, 0, 0 },
};

#define BAR_AT UINT64_C(0x380000000000)

static void set_buffer(const struct lend_case *c, bool is_new)
{
	begin_with(true);
	nvme.cap |= is_new ? CMBS : 0;
	nvme.cmbloc = c->location;
	nvme.cmbsz = c->size;
	opened.regions[c->bar].size = c->bar_size;
	if (c->bar < NR_BARS)
		resources[c->bar] = (struct resource){ BAR_AT, BAR_AT + c->bar_size - 1,
						       RESOURCE_MEMORY | RESOURCE_PREFETCHABLE };
}

static void test_lend(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * COUNT(lend_cases); i++) {
		const struct lend_case *c = &lend_cases[i / 2];
		bool is_new = i % 2;
		uint64_t found = is_new ? UINT64_C(0xabc000) : 0;
		struct loan loan;

		set_buffer(c, is_new);
		nvme.cmbmsc = found;
		assert_case_equal(loan_begin(&loan, &opened, &err), c->wanted, c->name);
		assert_case_equal(err.code, c->wanted, c->name);
		assert_case_equal(bus.nr_views, 0, c->name);
		assert_case_equal(bus.command, COMMAND_MEMORY, c->name);
		if (c->wanted == 0) {
			assert_case_equal(loan.region, c->bar, c->name);
			assert_case_equal(loan.offset, c->offset, c->name);
			assert_case_equal(loan.size, c->lent, c->name);
			assert_case_equal(nvme.cmbmsc, is_new ? (BAR_AT + c->offset) | 3 : 0,
					  c->name);
		} else {
			assert_case(!loan.ops, c->name);
			assert_case_equal(nvme.cmbmsc, found, c->name);
		}
		loan_end(&loan);
		assert_case_equal(nvme.cmbmsc, found, c->name);
		assert_case_equal(bus.nr_views, 0, c->name);
		assert_case_equal(nvme.nr_enabled, 0, c->name);
	}
}

/* Where nobody knows at which address it is, what was found stays. */
static void test_lend_at_an_unknown_address(void **state)
{
	static const struct {
		const char *name;
		bool is_known;
		size_t nr;
		struct resource bar;
		uint64_t wanted;
	} cases[] = {
		{ "known", true, 6, { 0x10000, 0x1ffff, RESOURCE_MEMORY }, 0x10003 },
		{ "unknown", false, 6, { 0x10000, 0x1ffff, RESOURCE_MEMORY }, 0xabc003 },
		{ "too few", true, 2, { 0x10000, 0x1ffff, RESOURCE_MEMORY }, 0xabc003 },
		{ "ports", true, 6, { 0x10000, 0x1ffff, RESOURCE_IO }, 0xabc003 },
		{ "unset", true, 6, { 0, 0xffff, RESOURCE_MEMORY | RESOURCE_UNSET }, 0xabc003 },
		{ "unset, not at 0",
		  true,
		  6,
		  { 0x10000, 0x1ffff, RESOURCE_MEMORY | RESOURCE_UNSET },
		  0xabc003 },
		{ "none", true, 6, { 0, 0, 0 }, 0xabc003 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct loan loan;

		set_buffer(&lend_cases[0], true);
		device.resources_known = cases[i].is_known;
		device.nr_resources = cases[i].nr;
		resources[2] = cases[i].bar;
		nvme.cmbmsc = 0xabc002;
		assert_case_equal(loan_begin(&loan, &opened, &err), 0, cases[i].name);
		assert_case_equal(nvme.cmbmsc, cases[i].wanted, cases[i].name);
		loan_end(&loan);
		assert_case_equal(nvme.cmbmsc, 0xabc002, cases[i].name);
	}
}

static void test_lend_refused(void **state)
{
	struct loan loan;

	(void)state;
	set_buffer(&lend_cases[0], true);
	bus.gone_at = 1;
	assert_int_equal(loan_begin(&loan, &opened, &err), -ENODEV);
	assert_int_equal(bus.nr_views, 0);
	loan_end(&loan);

	set_buffer(&lend_cases[0], true);
	bus.cannot_open = true;
	assert_int_equal(loan_begin(&loan, &opened, &err), -ENOTTY);
	assert_int_equal(err.code, -ENOTTY);
	loan_end(&loan);

	/* It goes away while it is lent. */
	set_buffer(&lend_cases[0], true);
	assert_int_equal(loan_begin(&loan, &opened, &err), 0);
	bus.gone_at = 1;
	loan_end(&loan);
	assert_int_equal(bus.nr_views, 0);
}

/* Wherever it goes away, nothing is lent of what is no more. */
static void test_lend_gone(void **state)
{
	unsigned total;
	struct loan loan;

	(void)state;
	set_buffer(&lend_cases[0], true);
	assert_int_equal(loan_begin(&loan, &opened, &err), 0);
	total = bus.nr_accesses;
	loan_end(&loan);
	for (unsigned i = 1; i <= total; i++) {
		set_buffer(&lend_cases[0], true);
		bus.gone_at = i;
		/* The last two enable it, and are not answered. */
		if (i < total - 1)
			assert_int_equal(loan_begin(&loan, &opened, &err), -ENODEV);
		else
			loan_begin(&loan, &opened, &err);
		loan_end(&loan);
		assert_int_equal(bus.nr_views, 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_own_buffer_is_out_of_the_way, begin),
		cmocka_unit_test_setup(test_buffer_is_put_back_after_a_failure, begin),
		cmocka_unit_test_setup(test_lend, begin),
		cmocka_unit_test_setup(test_lend_at_an_unknown_address, begin),
		cmocka_unit_test_setup(test_lend_refused, begin),
		cmocka_unit_test_setup(test_lend_gone, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
