/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reserved regions: meaning, source, and what stays usable (facts/linux.md 1.2, 2.5 to 2.7). */
#include "model/regions.h"
#include "model/width.h"
#include "world.h"

#define NVME 0x010802
#define USB 0x0c0330
#define ISA 0x060100

static void be_intel(struct world *w, unsigned mgaw)
{
	w->unit.kind = UNIT_INTEL_VTD;
	w->unit.has_registers = true;
	w->unit.cap = (uint64_t)(mgaw - 1) << 16 | UINT64_C(7) << 9; /* SAGAW 39, 48, 57 */
}

/* --- meaning ------------------------------------------------------------------------------ */

static void test_meaning(void **state)
{
	static const struct {
		enum region_type type;
		enum unit_kind kind;
		const char *release;
		enum region_meaning meaning;
	} cases[] = {
		{ REGION_DIRECT_RELAXABLE, UNIT_INTEL_VTD, "6.1.0", MEANING_USABLE },
		{ REGION_DIRECT_RELAXABLE, UNIT_AMD_VI, NULL, MEANING_USABLE },
		{ REGION_RESERVED, UNIT_AMD_VI, "6.1.0", MEANING_EXCLUDED },
		{ REGION_RESERVED, UNIT_VIRTIO, NULL, MEANING_EXCLUDED },
		{ REGION_MSI, UNIT_INTEL_VTD, "7.2.13", MEANING_EXCLUDED },
		{ REGION_MSI, UNIT_SMMU, NULL, MEANING_EXCLUDED },
		{ REGION_OTHER, UNIT_INTEL_VTD, "7.2.13", MEANING_UNKNOWN },
		/* The Intel driver always refused; the core does since 6.6. */
		{ REGION_DIRECT, UNIT_INTEL_VTD, "6.1.0-39-amd64", MEANING_REFUSED },
		{ REGION_DIRECT, UNIT_INTEL_VTD, "6.12.107", MEANING_REFUSED },
		{ REGION_DIRECT, UNIT_INTEL_VTD, NULL, MEANING_REFUSED },
		{ REGION_DIRECT, UNIT_AMD_VI, "6.1.0-39-amd64", MEANING_EXCLUDED },
		{ REGION_DIRECT, UNIT_AMD_VI, "6.5.13", MEANING_EXCLUDED },
		{ REGION_DIRECT, UNIT_AMD_VI, "5.14.0-503.el9", MEANING_UNKNOWN },
		{ REGION_DIRECT, UNIT_AMD_VI, "6.6.0", MEANING_REFUSED },
		{ REGION_DIRECT, UNIT_AMD_VI, "6.12.107", MEANING_REFUSED },
		{ REGION_DIRECT, UNIT_AMD_VI, "7.2.13", MEANING_REFUSED },
		{ REGION_DIRECT, UNIT_SMMU, "6.12.107", MEANING_REFUSED },
		{ REGION_DIRECT, UNIT_AMD_VI, NULL, MEANING_UNKNOWN },
		{ REGION_DIRECT, UNIT_AMD_VI, "mainline", MEANING_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;
		char name[32];
		const struct region *region;

		world_init(&w);
		snprintf(name, sizeof(name), "%zu", i);
		w.unit.kind = cases[i].kind;
		w.machine.release = (char *)cases[i].release;
		world_join(&w, world_device(&w, 0, 0, 2, 0, NVME));
		region = world_region(&w, 0x1000, 0x1fff, cases[i].type);
		assert_case_equal(region_meaning(&w.machine, &w.group, region), cases[i].meaning,
				  name);
	}
}

/* Who translates is not to be seen: then the release decides. */
static void test_meaning_without_unit(void **state)
{
	struct world w;
	const struct region *region;

	(void)state;
	world_init(&w);
	world_join(&w, world_device(&w, 0, 0, 2, 0, NVME))->unit = NULL;
	region = world_region(&w, 0x1000, 0x1fff, REGION_DIRECT);
	assert_int_equal(region_meaning(&w.machine, &w.group, region), MEANING_UNKNOWN);
	w.machine.release = (char *)"6.12.107";
	assert_int_equal(region_meaning(&w.machine, &w.group, region), MEANING_REFUSED);
}

/* 6.1 refuses on Intel and excludes elsewhere: without the unit it is either. */
static void test_meaning_without_unit_on_6_1(void **state)
{
	struct world w;
	const struct region *region;

	(void)state;
	world_init(&w);
	world_join(&w, world_device(&w, 0, 0, 2, 0, NVME))->unit = NULL;
	region = world_region(&w, 0x1000, 0x1fff, REGION_DIRECT);
	w.machine.release = (char *)"6.1.0-39-amd64";
	assert_int_equal(region_meaning(&w.machine, &w.group, region), MEANING_UNKNOWN);
}

static void test_meaning_names(void **state)
{
	(void)state;
	assert_string_equal(region_meaning_name(MEANING_USABLE), "usable");
	assert_string_equal(region_meaning_name(MEANING_EXCLUDED), "excluded");
	assert_string_equal(region_meaning_name(MEANING_REFUSED), "refused");
	assert_null(region_meaning_name(MEANING_UNKNOWN));
}

/* --- source ------------------------------------------------------------------------------- */

/* @wanted: indices of devices in the world, ended by -1. */
static void assert_source(const struct world *w, const struct region *region, const char *source,
			  const int *wanted)
{
	const struct device **devices;
	size_t nr, expected = 0;
	const char *got = region_source(&w->machine, &w->group, region, &devices, &nr);

	if (source && got)
		assert_string_equal(got, source);
	else
		assert_true(!source && !got);
	for (; wanted[expected] >= 0; expected++) {
		assert_true(expected < nr);
		assert_ptr_equal(devices[expected], &w->devices[wanted[expected]]);
	}
	assert_int_equal(nr, expected);
	free(devices);
}

#define NONE ((const int[]){ -1 })
#define THESE(...) ((const int[]){ __VA_ARGS__, -1 })

static void set_scope(struct world *w, struct dmar_structure *rmrr, size_t at, uint8_t type,
		      uint8_t bus, const struct dmar_step *path, size_t nr)
{
	w->scopes[at] = (struct dmar_scope){
		.type = type, .start_bus = bus, .path = (struct dmar_step *)path, .nr_path = nr
	};
	if (!rmrr->scopes)
		rmrr->scopes = &w->scopes[at];
	rmrr->nr_scopes++;
}

static void test_source_rmrr(void **state)
{
	static const struct dmar_step usb_path[] = { { 0x14, 0 } }, port_path[] = { { 0x1c, 0 } };
	struct world w;
	struct dmar_structure *rmrr, *second, *drhd;
	const struct region *region, *far, *merged;

	(void)state;
	world_init(&w);
	be_intel(&w, 48);
	world_join(&w, world_device(&w, 0, 0, 0x14, 0, USB));				/* 0 */
	world_join(&w, world_device(&w, 0, 0, 0x14, 2, NVME));				/* 1 */
	world_join(&w, world_device(&w, 0, 0, 0x1c, 0, 0x060400));			/* 2 */
	world_join(&w, world_below(world_device(&w, 0, 1, 0, 0, NVME), &w.devices[2])); /* 3 */
	drhd = world_dmar(&w, DMAR_DRHD); /* whose scopes are no sources */
	set_scope(&w, drhd, 8, DMAR_SCOPE_ENDPOINT, 0, usb_path, 1);
	drhd->end = LAST;
	rmrr = world_dmar(&w, DMAR_RMRR);
	rmrr->start = 0x3e000000;
	rmrr->end = 0x3e00ffff;
	set_scope(&w, rmrr, 0, DMAR_SCOPE_ENDPOINT, 0, usb_path, 1);
	second = world_dmar(&w, DMAR_RMRR);
	second->start = 0x3e010000;
	second->end = 0x3e01ffff;
	set_scope(&w, second, 1, DMAR_SCOPE_BRIDGE, 0, port_path, 1);

	region = world_region(&w, 0x3e000000, 0x3e00ffff, REGION_DIRECT_RELAXABLE);
	assert_source(&w, region, "RMRR", THESE(0));
	region = world_region(&w, 0x3e010000, 0x3e01ffff, REGION_DIRECT);
	assert_source(&w, region, "RMRR", THESE(2, 3)); /* the bridge and what is below it */
	/* The kernel merges what touches: one region, two RMRRs. */
	second->start = 0x3e000000;
	merged = world_region(&w, 0x3e000000, 0x3e01ffff, REGION_DIRECT);
	assert_source(&w, merged, "RMRR", THESE(2, 3)); /* USB brings only relaxable ones */
	second->start = 0x3e010000;
	/* The very next byte is nobody's. */
	far = world_region(&w, 0x3e020000, 0x3e020fff, REGION_DIRECT);
	assert_source(&w, far, NULL, NONE);
	far = world_region(&w, 0x3dfff000, 0x3dffffff, REGION_DIRECT);
	assert_source(&w, far, NULL, NONE);
	/* Other types come from elsewhere. */
	far = world_region(&w, 0x3e000000, 0x3e00ffff, REGION_RESERVED);
	assert_source(&w, far, NULL, NONE);
	/* An RMRR for devices of other groups does not explain it. */
	w.group.nr_devices = 2;
	region = world_region(&w, 0x3e010000, 0x3e01ffff, REGION_DIRECT);
	assert_source(&w, region, NULL, NONE);
	/* One that is malformed explains nothing. */
	rmrr->end = rmrr->start - 1;
	assert_source(&w, merged, NULL, NONE);
	/* Without the table nobody knows. */
	rmrr->end = 0x3e00ffff;
	w.machine.dmar = (struct firmware_table){ .state = FILE_DENIED };
	assert_source(&w, merged, NULL, NONE);
}

static void test_source_rmrr_twice(void **state)
{
	static const struct dmar_step path[] = { { 0x14, 0 } };
	struct world w;
	const struct region *region;

	(void)state;
	world_init(&w);
	be_intel(&w, 48);
	world_join(&w, world_device(&w, 0, 0, 0x14, 0, NVME));
	for (size_t i = 0; i < 2; i++) {
		struct dmar_structure *rmrr = world_dmar(&w, DMAR_RMRR);

		rmrr->start = 0x1000 + 0x1000 * i;
		rmrr->end = rmrr->start + 0xfff;
		set_scope(&w, rmrr, i, DMAR_SCOPE_ENDPOINT, 0, path, 1);
	}
	region = world_region(&w, 0x1000, 0x2fff, REGION_DIRECT);
	assert_source(&w, region, "RMRR", THESE(0)); /* named once */
}

static void test_source_ivmd(void **state)
{
	struct world w;
	struct ivrs_block *ivmd, *ivhd;
	const struct region *region;

	(void)state;
	world_init(&w);
	w.unit.kind = UNIT_AMD_VI;
	world_join(&w, world_device(&w, 0, 0, 5, 0, NVME)); /* 0: 0x0028 */
	world_join(&w, world_device(&w, 0, 1, 0, 0, NVME)); /* 1: 0x0100 */
	ivhd = world_ivrs(&w, IVRS_IVHD);
	ivhd->last = 0xffff;
	ivhd->end = LAST;
	ivmd = world_ivrs(&w, IVRS_IVMD);
	ivmd->flags = IVRS_IVMD_UNITY;
	ivmd->first = ivmd->last = 0x0100;
	ivmd->start = 0x3e000000;
	ivmd->end = 0x3e000fff;
	region = world_region(&w, 0x3e000000, 0x3e000fff, REGION_DIRECT);
	assert_source(&w, region, "IVMD", THESE(1));
	ivmd->first = 0x0020;
	assert_source(&w, region, "IVMD", THESE(0, 1));
	ivmd->flags = IVRS_IVMD_IR | IVRS_IVMD_IW; /* Linux takes no such block */
	assert_source(&w, region, NULL, NONE);
	ivmd->flags = IVRS_IVMD_EXCLUSION;
	assert_source(&w, region, "IVMD", THESE(0, 1));
	ivmd->last = 0x0027;
	assert_source(&w, region, NULL, NONE);
	ivmd->last = 0xffff;
	ivmd->segment = 1;
	assert_source(&w, region, NULL, NONE);
	ivmd->segment = 0;
	ivmd->start = 0x3e001000;
	ivmd->end = 0x3e001fff;
	assert_source(&w, region, NULL, NONE);
}

static void test_source_isa(void **state)
{
	struct world w;
	struct region *region;

	(void)state;
	world_init(&w);
	be_intel(&w, 39);
	world_join(&w, world_device(&w, 0, 0, 0x1f, 0, ISA));  /* 0 */
	world_join(&w, world_device(&w, 0, 0, 0x1f, 3, NVME)); /* 1 */
	region = world_region(&w, 0, 0xffffff, REGION_DIRECT_RELAXABLE);
	assert_source(&w, region, "isa", THESE(0));
	region->start = 0x1000;
	assert_source(&w, region, NULL, NONE);
	region->start = 0;
	region->end = 0xfffff;
	assert_source(&w, region, NULL, NONE);
	region->end = 0xffffff;
	w.devices[0].class = NVME;
	assert_source(&w, region, NULL, NONE);
}

static void test_source_windows(void **state)
{
	struct world w;
	struct region *msi, *hole;

	(void)state;
	world_init(&w);
	w.unit.kind = UNIT_AMD_VI;
	world_join(&w, world_device(&w, 0, 0, 1, 0, NVME));
	world_join(&w, world_device(&w, 0, 0, 2, 0, NVME));
	msi = world_region(&w, 0xfee00000, 0xfeefffff, REGION_MSI);
	assert_source(&w, msi, "msi-window", THESE(0, 1)); /* each device brings it */
	hole = world_region(&w, 0xfd00000000, 0xffffffffff, REGION_RESERVED);
	assert_source(&w, hole, "ht-hole", THESE(0, 1));
	w.unit.kind = UNIT_INTEL_VTD;
	assert_source(&w, msi, "msi-window", THESE(0, 1));
	assert_source(&w, hole, NULL, NONE); /* only AMD has it */
	w.unit.kind = UNIT_AMD_VI;
	hole->start = 0xfc00000000;
	assert_source(&w, hole, NULL, NONE);
	hole->start = 0xfd00000000;
	hole->type = REGION_OTHER;
	assert_source(&w, hole, NULL, NONE);
	hole->type = REGION_RESERVED;
	w.unit.kind = UNIT_VIRTIO;
	assert_source(&w, hole, "firmware", THESE(0, 1));
	w.unit.kind = UNIT_SMMU;
	assert_source(&w, hole, NULL, NONE);
	w.devices[0].unit = w.devices[1].unit = NULL;
	assert_source(&w, hole, NULL, NONE);
}

/* --- usable ------------------------------------------------------------------------------- */

static void assert_usable(const struct usable *usable, const struct range *wanted, size_t nr)
{
	assert_int_equal(usable->ranges.nr, nr);
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(usable->ranges.items[i].start, wanted[i].start);
		assert_int_equal(usable->ranges.items[i].end, wanted[i].end);
	}
}

#define USABLE(usable, ...)                                                                        \
	do {                                                                                       \
		const struct range wanted_[] = { __VA_ARGS__ };                                    \
		assert_usable(usable, wanted_, COUNT(wanted_));                                    \
	} while (0)

/* The example of design.md 3.2. */
static void test_usable_intel(void **state)
{
	struct world w;
	struct usable usable;

	(void)state;
	world_init(&w);
	be_intel(&w, 39);
	world_join(&w, world_device(&w, 0, 0, 0x1f, 0, ISA));
	world_region(&w, 0, 0xffffff, REGION_DIRECT_RELAXABLE); /* stays usable */
	world_region(&w, 0xfee00000, 0xfeefffff, REGION_MSI);
	group_usable(&w.machine, &w.group, &usable);
	assert_true(usable.known);
	assert_true(usable.end_known);
	USABLE(&usable, { 0, 0xfedfffff }, { 0xfef00000, 0x7fffffffff });
	usable_free(&usable);
	assert_int_equal(group_width(&w.machine, &w.group).gaw, 39);
}

static void test_usable_types(void **state)
{
	struct world w;
	struct usable usable;

	(void)state;
	world_init(&w);
	be_intel(&w, 48);
	world_join(&w, world_device(&w, 0, 0, 2, 0, NVME));
	world_region(&w, 0x1000, 0x1fff, REGION_DIRECT);
	world_region(&w, 0x3000, 0x3fff, REGION_RESERVED);
	world_region(&w, 0x5000, 0x5fff, REGION_DIRECT_RELAXABLE);
	world_region(&w, 0x7000, 0x7fff, REGION_OTHER);		 /* nobody knows: rather not */
	world_region(&w, 0xffffffff0000, LAST, REGION_RESERVED); /* over the end */
	group_usable(&w.machine, &w.group, &usable);
	USABLE(&usable, { 0, 0xfff }, { 0x2000, 0x2fff }, { 0x4000, 0x6fff },
	       { 0x8000, 0xfffffffeffff });
	usable_free(&usable);
}

/* facts 2.6: AMD on 6.x ends at 2^64-1. */
static void test_usable_amd(void **state)
{
	struct world w;
	struct usable usable;

	(void)state;
	world_init(&w);
	w.unit.kind = UNIT_AMD_VI;
	w.machine.release = (char *)"6.12.107";
	world_join(&w, world_device(&w, 0, 0, 2, 0, NVME));
	world_region(&w, 0xfee00000, 0xfeefffff, REGION_MSI);
	world_region(&w, 0xfd00000000, 0xffffffffff, REGION_RESERVED);
	group_usable(&w.machine, &w.group, &usable);
	assert_true(usable.end_known);
	USABLE(&usable, { 0, 0xfedfffff }, { 0xfef00000, 0xfcffffffff }, { 0x10000000000, LAST });
	usable_free(&usable);
}

static void test_usable_nothing_left(void **state)
{
	struct world w;
	struct usable usable;

	(void)state;
	world_init(&w);
	be_intel(&w, 39);
	world_join(&w, world_device(&w, 0, 0, 2, 0, NVME));
	world_region(&w, 0, LAST, REGION_RESERVED);
	group_usable(&w.machine, &w.group, &usable);
	assert_true(usable.known);
	assert_int_equal(usable.ranges.nr, 0);
	usable_free(&usable);
}

static void test_usable_unknown_width(void **state)
{
	struct world w;
	struct usable usable;

	(void)state;
	world_init(&w);
	w.unit.kind = UNIT_VIRTIO;
	world_join(&w, world_device(&w, 0, 0, 2, 0, NVME));
	world_region(&w, 0xfee00000, 0xfeefffff, REGION_MSI);
	group_usable(&w.machine, &w.group, &usable);
	assert_true(usable.known);
	assert_false(usable.end_known);
	USABLE(&usable, { 0, 0xfedfffff }, { 0xfef00000, LAST });
	usable_free(&usable);
}

static void test_usable_unknown_regions(void **state)
{
	struct world w;
	struct usable usable;

	(void)state;
	world_init(&w);
	be_intel(&w, 39);
	world_join(&w, world_device(&w, 0, 0, 2, 0, NVME));
	world_region(&w, 0xfee00000, 0xfeefffff, REGION_MSI);
	w.group.regions_known = false;
	group_usable(&w.machine, &w.group, &usable);
	assert_false(usable.known);
	assert_int_equal(usable.ranges.nr, 0);
	usable_free(&usable);
}

static void test_group_width(void **state)
{
	struct world w;
	struct unit narrow;

	(void)state;
	world_init(&w);
	be_intel(&w, 48);
	narrow = w.unit;
	narrow.cap = UINT64_C(38) << 16 | UINT64_C(7) << 9;
	assert_int_equal(group_width(&w.machine, &w.group).gaw, WIDTH_UNKNOWN); /* no device */
	world_join(&w, world_device(&w, 0, 0, 2, 0, NVME));
	assert_int_equal(group_width(&w.machine, &w.group).gaw, 48);
	world_join(&w, world_device(&w, 0, 0, 3, 0, NVME))->unit = &narrow;
	assert_int_equal(group_width(&w.machine, &w.group).gaw, 39);
	world_join(&w, world_device(&w, 0, 0, 4, 0, NVME))->unit = NULL;
	assert_int_equal(group_width(&w.machine, &w.group).gaw, WIDTH_UNKNOWN);
}

static struct usable usable_of(bool known, bool end_known, uint64_t start, uint64_t end)
{
	struct usable usable = { .known = known, .end_known = end_known };

	if (known)
		ranges_set(&usable.ranges, (struct range){ start, end });
	return usable;
}

static void test_common(void **state)
{
	struct usable a = usable_of(true, true, 0, 0x7fffffffff);
	struct usable b = usable_of(true, true, 0x1000, 0xffffffffffff);
	struct usable open = usable_of(true, false, 0, LAST);
	struct usable unknown = usable_of(false, true, 0, 0);

	(void)state;
	usable_intersect(&a, &b);
	assert_true(a.known && a.end_known);
	USABLE(&a, { 0x1000, 0x7fffffffff });
	/* The end of one is unknown: it may be below all that the other has. */
	usable_intersect(&a, &open);
	assert_true(a.known);
	assert_false(a.end_known);
	USABLE(&a, { 0x1000, 0x7fffffffff });
	usable_intersect(&b, &unknown);
	assert_false(b.known);
	usable_free(&a);
	usable_free(&b);
	usable_free(&open);
	usable_free(&unknown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_meaning),
		cmocka_unit_test(test_meaning_without_unit),
		cmocka_unit_test(test_meaning_without_unit_on_6_1),
		cmocka_unit_test(test_meaning_names),
		cmocka_unit_test(test_source_rmrr),
		cmocka_unit_test(test_source_rmrr_twice),
		cmocka_unit_test(test_source_ivmd),
		cmocka_unit_test(test_source_isa),
		cmocka_unit_test(test_source_windows),
		cmocka_unit_test(test_usable_intel),
		cmocka_unit_test(test_usable_types),
		cmocka_unit_test(test_usable_amd),
		cmocka_unit_test(test_usable_nothing_left),
		cmocka_unit_test(test_usable_unknown_width),
		cmocka_unit_test(test_usable_unknown_regions),
		cmocka_unit_test(test_group_width),
		cmocka_unit_test(test_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
