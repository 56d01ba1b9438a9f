/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A memory map tried as a whole (probe/map_plan.c), on a kernel that is a few lines of C. */
#include "probe/map_test.h"

#include <errno.h>
#include <sys/resource.h>
#include <time.h>

#include "model/plan.h"
#include "probe/memlock.h"
#include "probe/memory.h"
#include "probe/size_text.h"
#include "world.h"

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define MAX_CALLS 16

/* --- what is replaced ------------------------------------------------------------------------- */

/* Addresses of the process: nothing is ever there. */
#define VA UINT64_C(0x100000000000)

struct call {
	uint64_t iova, size;
	unsigned access;
};

static struct {
	struct ranges usable; /* what the kernel maps, whatever the space believes */
	uint64_t maps_at;     /* the address that it does map; 0: none */
	int code;	      /* of every map when not 0 */
	uint64_t short_by;    /* what unmap leaves, bytes */
	size_t nr_calls;
	struct call calls[MAX_CALLS];
	size_t nr_unmaps;
	struct call unmapped;

	uint64_t addresses; /* that the process has */
	uint64_t reserved;  /* bytes; 0: none */
	size_t nr_puts;
	uint64_t lockable, limit;
	size_t interrupted_after; /* calls; 0: never */
} kernel;

uint64_t __wrap_memlock_left(void);
uint64_t __wrap_memlock_left(void)
{
	return kernel.lockable;
}

int __wrap_getrlimit(int resource, struct rlimit *limit);
int __wrap_getrlimit(int resource, struct rlimit *limit)
{
	assert_int_equal(resource, RLIMIT_MEMLOCK);
	*limit = (struct rlimit){ kernel.limit, kernel.limit };
	return 0;
}

bool __wrap_interrupted(void);
bool __wrap_interrupted(void)
{
	return kernel.interrupted_after && kernel.nr_calls >= kernel.interrupted_after;
}

int __wrap_memory_reserve(uint64_t size, struct memory *memory);
int __wrap_memory_reserve(uint64_t size, struct memory *memory)
{
	assert_int_equal(size % 4096, 0);
	assert_int_equal(kernel.reserved, 0);
	if (size > kernel.addresses)
		return -ENOMEM;
	kernel.reserved = size;
	*memory = (struct memory){ (void *)(uintptr_t)VA, size };
	return 0;
}

void __wrap_memory_put(struct memory *memory);
void __wrap_memory_put(struct memory *memory)
{
	assert_int_equal((uintptr_t)memory->va, VA);
	kernel.nr_puts++;
}

/* vfio_dma_do_map() of linux, as far as it concerns ranges. */
static int model_map(struct iospace *space, const void *va, struct iova iova, uint64_t size,
		     unsigned access)
{
	uint64_t last = iova.value + (size - 1);

	(void)space;
	assert_int_equal((uintptr_t)va, VA);
	assert_in_range(size, 1, kernel.reserved);
	assert_true(last >= iova.value);
	if (kernel.nr_calls < MAX_CALLS)
		kernel.calls[kernel.nr_calls] = (struct call){ iova.value, size, access };
	kernel.nr_calls++;
	if (kernel.code)
		return kernel.code;
	if ((iova.value | size) % 4096)
		return -EINVAL;
	if (kernel.maps_at && iova.value <= kernel.maps_at && kernel.maps_at <= last)
		return 0;
	for (size_t i = 0; i < kernel.usable.nr; i++)
		if (kernel.usable.items[i].start <= iova.value &&
		    last <= kernel.usable.items[i].end)
			return -EFAULT;
	return -EINVAL;
}

static int model_unmap(struct iospace *space, struct iova iova, uint64_t size, uint64_t *unmapped)
{
	(void)space;
	kernel.nr_unmaps++;
	kernel.unmapped = (struct call){ iova.value, size, 0 };
	*unmapped = size - kernel.short_by;
	return 0;
}

static const struct iospace_ops model_ops = {
	.name = "model",
	.map = model_map,
	.unmap = model_unmap,
};

/* --- a space with a device -------------------------------------------------------------------- */

struct bench {
	struct world world;
	struct setup_facts facts;
	struct vfio_device opened;
	struct vfio_device *devices[1];
	struct iospace space;
	struct map_test test;
	struct verdict verdict;
};

/* Intel, 39 bits: the interrupt window and an RMRR that is refused, which is at 0xd0000000. */
static struct range usable[] = {
	{ 0x1000, 0xcfffffff },
	{ 0xd0100000, 0xfedfffff },
	{ 0xfef00000, 0x1fffffffff },
	{ 0x2000001000, 0x7fffffffff }, /* a page is missing, and no region says why */
};

static void name_region(struct region *region, const char *word)
{
	snprintf(region->word, sizeof(region->word), "%s", word);
}

static void setup(struct bench *b)
{
	static const struct dmar_step path[] = { { 0, 0 } };
	struct world *w = &b->world;
	struct device *device;
	struct dmar_structure *rmrr;

	memset(&kernel, 0, sizeof(kernel));
	kernel.addresses = UINT64_C(1) << 47;
	kernel.lockable = MEMLOCK_UNLIMITED;
	kernel.usable = (struct ranges){ usable, COUNT(usable) };
	*b = (struct bench){ 0 };
	world_init(w);
	w->unit.kind = UNIT_INTEL_VTD;
	device = world_join(w, world_device(w, 0, 1, 0, 0, 0x010802));
	name_region(world_region(w, 0, 0xffffff, REGION_DIRECT_RELAXABLE), "direct-relaxable");
	name_region(world_region(w, 0xd0000000, 0xd00fffff, REGION_DIRECT), "direct");
	name_region(world_region(w, 0xfee00000, 0xfeefffff, REGION_MSI), "msi");
	rmrr = world_dmar(w, DMAR_RMRR);
	rmrr->start = 0xd0000000;
	rmrr->end = 0xd00fffff;
	rmrr->scopes = w->scopes;
	rmrr->nr_scopes = 1;
	w->scopes[0] = (struct dmar_scope){
		.type = DMAR_SCOPE_ENDPOINT,
		.start_bus = 1,
		.path = (struct dmar_step *)path,
		.nr_path = 1,
	};
	b->facts.machine = &w->machine;
	b->opened.device = device;
	b->devices[0] = &b->opened;
	b->space = (struct iospace){
		.ops = &model_ops,
		.devices = b->devices,
		.nr_devices = 1,
		.usable = { usable, COUNT(usable) },
		.page_size = 4096,
		.page_sizes = 4096,
		.entries_left = 65535,
	};
	b->test = (struct map_test){
		.facts = &b->facts,
		.device = device,
		.space = &b->space,
		.opened = &b->opened,
	};
}

static void try_text(struct bench *b, const char *text)
{
	char *copy = strdup(text);
	struct plan plan;

	assert_int_equal(plan_parse(copy, "vm.map", &plan, NULL), 0);
	try_plan(&b->test, &plan, "vm.map", &b->verdict);
	plan_free(&plan);
	free(copy);
	assert_int_equal(kernel.nr_puts, kernel.reserved ? 1 : 0);
}

static void assert_refused(struct bench *b, const char *name, const char *reason)
{
	if (b->verdict.outcome != OUTCOME_FAIL)
		fail_msg("case \"%s\": it did not fail", name);
	if (strcmp(b->verdict.reason, reason) != 0)
		fail_msg("case \"%s\":\n%s\nand not\n%s", name, b->verdict.reason, reason);
	verdict_free(&b->verdict);
}

static void assert_passes(struct bench *b, const char *observed)
{
	if (b->verdict.outcome != OUTCOME_PASS)
		fail_msg("not passed: %s", b->verdict.reason);
	assert_string_equal(b->verdict.observed, observed);
	verdict_free(&b->verdict);
}

/* --- what fits -------------------------------------------------------------------------------- */

static void test_fits(void **state)
{
	static const struct call expected[] = {
		{ 0x1000, 0x9f000, ACCESS_READ | ACCESS_WRITE },
		{ 0xc0000, 0x40000, ACCESS_READ },
		{ 0x100000000, UINT64_C(0x80000000), ACCESS_READ | ACCESS_WRITE },
	};
	struct bench b;

	(void)state;
	setup(&b);
	try_text(&b, "0x1000-0x9ffff low\n# a hole\n0xc0000 256K ro rom\n4G 2G\n");
	assert_passes(&b, "3 lines, 2.0 GiB to be locked, no limit");
	assert_int_equal(kernel.nr_calls, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++)
		assert_memory_equal(&kernel.calls[i], &expected[i], sizeof(expected[i]));
	assert_int_equal(kernel.reserved, UINT64_C(0x80000000));
	assert_int_equal(kernel.nr_unmaps, 0);
}

static void test_borders(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	try_text(&b, "0x1000-0xcfffffff\n0xd0100000-0xfedfffff\n0xfef00000-0x1fffffffff\n"
		     "0x2000001000-0x7fffffffff\n");
	/* 0x8000000000 less 0x1000, 0x100000, 0x100000 and 0x1000 */
	assert_passes(&b, "4 lines, 511.9 GiB to be locked, no limit");
	assert_int_equal(kernel.nr_calls, 4);
}

static void test_one_line(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	kernel.lockable = MIB(8);
	try_text(&b, "16M 8M\n");
	assert_passes(&b, "1 line, 8 MiB to be locked, 8 MiB may be locked");
}

/* --- what is in the way ----------------------------------------------------------------------- */

static void test_refused(void **state)
{
	static const struct {
		const char *name, *plan, *reason;
	} cases[] = {
		{ "msi region", "16M 16M\n0xfe000000-0xffffffff flash\n",
		  "vm.map:2: 0xfe000000-0xffffffff (flash): reserved region 0xfee00000-0xfeefffff "
		  "of group 8 (msi, msi-window) lies there; leave it out of the map" },
		{ "inside a region", "0xfee00000 4K\n",
		  "vm.map:1: 0xfee00000-0xfee00fff: reserved region 0xfee00000-0xfeefffff "
		  "of group 8 (msi, msi-window) lies there; leave it out of the map" },
		{ "rmrr", "\n# RAM\n0x1000-0xffffffff ram\n",
		  "vm.map:3: 0x1000-0xffffffff (ram): reserved region 0xd0000000-0xd00fffff "
		  "of group 8 (direct, RMRR) lies there; leave it out of the map" },
		{ "a hole without a reason", "4G 512G ram\n",
		  "vm.map:1: 0x100000000-0x80ffffffff (ram): 0x2000000000 is in none of the ranges "
		  "that the kernel says are usable, and no known region lies there; leave it out "
		  "of the map" },
		{ "partly beyond the aperture", "0x7fffffe000 12K ram\n",
		  "vm.map:1: 0x7fffffe000-0x8000000fff (ram): beyond the aperture: the last usable "
		  "address is 0x7fffffffff; move it below" },
		{ "wholly beyond", "1T 1G\n",
		  "vm.map:1: 0x10000000000-0x1003fffffff: beyond the aperture: the last usable "
		  "address is 0x7fffffffff; move it below" },
		{ "before the aperture", "0 640K\n",
		  "vm.map:1: 0x0-0x9ffff: before the aperture: the first usable address is 0x1000; "
		  "move it above" },
		{ "start not aligned", "0x10200 64K\n",
		  "vm.map:1: 0x10200-0x201ff: its start is not a multiple of the page size, 4 KiB; "
		  "align it" },
		{ "size not aligned", "0x10000-0x10ffe\n",
		  "vm.map:1: 0x10000-0x10ffe: its size is not a multiple of the page size, 4 KiB; "
		  "align it" },
		{ "end meant as the first beyond", "0x10000-0x11000\n",
		  "vm.map:1: 0x10000-0x11000: its end is included; write 0x10000+0x1000" },
		{ "the same twice", "1M 1M a\n1M 1M b\n",
		  "vm.map:2: 0x100000-0x1fffff (b): overlaps vm.map:1: 0x100000-0x1fffff (a); what "
		  "is mapped cannot be mapped again" },
		{ "one within another", "8M 8M\n1M 32M\n",
		  "vm.map:2: 0x100000-0x20fffff: overlaps vm.map:1: 0x800000-0xffffff; what is "
		  "mapped cannot be mapped again" },
		{ "the first of several", "1M 1M\n4M 1M\n6M 1M\n4M 8M\n0 4K\n",
		  "vm.map:4: 0x400000-0xbfffff: overlaps vm.map:2: 0x400000-0x4fffff; what is "
		  "mapped cannot be mapped again" },
		{ "a region before an overlap", "1M 1M\n0xfee00000 4K\n1M 1M\n",
		  "vm.map:2: 0xfee00000-0xfee00fff: reserved region 0xfee00000-0xfeefffff of group "
		  "8 (msi, msi-window) lies there; leave it out of the map" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench b;

		setup(&b);
		try_text(&b, cases[i].plan);
		assert_refused(&b, cases[i].name, cases[i].reason);
	}
}

static void test_touching(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	try_text(&b, "2M 1M\n1M 1M\n3M-0x3fffff\n");
	assert_passes(&b, "3 lines, 3 MiB to be locked, no limit");
}

static void test_ht_hole(void **state)
{
	static struct range amd[] = { { 0, 0xfcffffffff }, { UINT64_C(0x10000000000), LAST } };
	struct bench b;

	(void)state;
	setup(&b);
	b.world.unit.kind = UNIT_AMD_VI;
	name_region(world_region(&b.world, 0xfd00000000, 0xffffffffff, REGION_RESERVED),
		    "reserved");
	b.space.usable = (struct ranges){ amd, COUNT(amd) };
	try_text(&b, "4G 2T ram\n");
	assert_refused(&b, "ht-hole",
		       "vm.map:1: 0x100000000-0x200ffffffff (ram): reserved region 0xfd00000000-"
		       "0xffffffffff of group 8 (reserved, ht-hole) lies there; leave it out of "
		       "the map");
}

static void test_entries(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	b.space.entries_left = 2;
	try_text(&b, "1M 1M\n2M 1M\n4M 1M\n8M 1M\n");
	assert_refused(&b, "entries",
		       "vm.map:3: 0x400000-0x4fffff: 4 lines take as many mappings, and the limit "
		       "leaves 2; write 4 or more to /sys/module/vfio_iommu_type1/parameters/"
		       "dma_entry_limit before the container is opened, or join lines");
	setup(&b);
	b.space.entries_left = 4;
	try_text(&b, "1M 1M\n2M 1M\n4M 1M\n8M 1M\n");
	assert_passes(&b, "4 lines, 4 MiB to be locked, no limit");
}

static void test_memlock(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	kernel.lockable = MIB(7); /* 1 MiB of the limit is locked already */
	kernel.limit = MIB(8);
	try_text(&b, "1M 4M\n8M 4M\n1G 1G\n");
	/* 1 GiB, 8 MiB and that MiB: 1057792 KiB */
	assert_refused(&b, "memlock",
		       "vm.map:2: 0x800000-0xbfffff: the map locks 1.0 GiB in all, and the limit "
		       "of locked memory leaves 7 MiB; raise it: \"ulimit -l 1057792\", or "
		       "LimitMEMLOCK=1057792K for systemd");
	assert_int_equal(kernel.nr_calls, 1);
}

/* --- the kernel's answers --------------------------------------------------------------- */

static void test_answers(void **state)
{
	static const struct {
		int code;
		const char *observed, *reason;
	} cases[] = {
		{ -EINVAL, "EINVAL",
		  "vm.map:1: 0x100000-0x1fffff: the kernel refuses it, and nothing known is in the "
		  "way; see dmesg" },
		{ -ENOSPC, "ENOSPC",
		  "vm.map:1: 0x100000-0x1fffff: the kernel has no mapping left for it, against "
		  "what it said before; try again" },
		{ -EEXIST, "EEXIST",
		  "vm.map:1: 0x100000-0x1fffff: the kernel says that something is mapped there; "
		  "try again" },
		{ -ENOMEM, "ENOMEM",
		  "vm.map:1: 0x100000-0x1fffff: the kernel says ENOMEM; see dmesg" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench b;

		setup(&b);
		kernel.code = cases[i].code;
		try_text(&b, "1M 1M\n");
		assert_string_equal(b.verdict.observed, cases[i].observed);
		assert_refused(&b, cases[i].observed, cases[i].reason);
	}
}

/* Where the kernel does not say what is usable, its answer to each line is all there is. */
static void test_usable_unknown(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	b.space.usable = (struct ranges){ 0 };
	try_text(&b, "1M 1M\n0xfe000000 32M\n");
	assert_refused(&b, "usable unknown",
		       "vm.map:2: 0xfe000000-0xffffffff: the kernel refuses it, and nothing known "
		       "is in the way; see dmesg");
}

static void test_maps_after_all(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	kernel.maps_at = MIB(4);
	try_text(&b, "1M 1M\n4M 2M\n8M 1M\n");
	assert_int_equal(kernel.nr_unmaps, 1);
	assert_int_equal(kernel.unmapped.iova, MIB(4));
	assert_int_equal(kernel.unmapped.size, MIB(2));
	assert_int_equal(kernel.nr_calls, 2);
	assert_string_equal(b.verdict.observed, "0");
	assert_refused(&b, "maps",
		       "vm.map:2: 0x400000-0x5fffff: the kernel maps addresses without memory "
		       "instead of saying EFAULT");
	setup(&b);
	kernel.maps_at = MIB(1);
	kernel.short_by = 0x1000;
	try_text(&b, "1M 1M\n");
	assert_refused(&b, "maps and keeps",
		       "vm.map:1: 0x100000-0x1fffff: the kernel maps addresses without memory, and "
		       "unmapped 0xff000 bytes of them, not 0x100000 (0)");
}

/* --- pieces ----------------------------------------------------------------------------------- */

static void test_pieces(void **state)
{
	static const struct call expected[] = {
		{ 0x100000, 0xc0000, 3 }, { 0x1c0000, 0xc0000, 3 }, { 0x280000, 0xc0000, 3 },
		{ 0x340000, 0xc0000, 3 }, { 0x400000, 0x1000, 3 },  { 0x1000000, 0x1000, 1 },
	};
	struct bench b;

	(void)state;
	setup(&b);
	kernel.addresses = MIB(1);
	try_text(&b, "1M-0x400fff\n16M 4K ro\n");
	assert_passes(&b, "2 lines, 3.0 MiB to be locked, no limit");
	/* 3 MiB and a page, halved to whole pages until it is at most 1 MiB: 0xc0000 */
	assert_int_equal(kernel.reserved, KIB(768));
	assert_int_equal(kernel.nr_calls, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++)
		assert_memory_equal(&kernel.calls[i], &expected[i], sizeof(expected[i]));
}

static void test_piece_refused(void **state)
{
	static struct range less[] = { { 0, MIB(3) - 1 } };
	struct bench b;

	(void)state;
	setup(&b);
	kernel.addresses = MIB(1);
	kernel.usable = (struct ranges){ less, 1 };
	try_text(&b, "0x1000-0x2fffff\n3M 1M\n");
	assert_string_equal(b.verdict.observed, "EINVAL");
	assert_refused(&b, "piece",
		       "vm.map:2: 0x300000-0x3fffff: the kernel refuses it, and nothing known is "
		       "in the way; see dmesg");
	setup(&b);
	kernel.addresses = MIB(1);
	kernel.usable = (struct ranges){ less, 1 };
	try_text(&b, "1M 3M\n");
	assert_refused(&b, "last piece",
		       "vm.map:1: 0x100000-0x3fffff: the kernel refuses it, and nothing known is "
		       "in the way; see dmesg");
}

static void test_top(void **state)
{
	static struct range all[] = { { 0, LAST } };
	struct bench b;

	(void)state;
	setup(&b);
	b.space.usable = kernel.usable = (struct ranges){ all, 1 };
	kernel.addresses = MIB(64);
	try_text(&b, "0xfffffffff8000000-0xffffffffffffffff\n0-0x3ffffff\n");
	assert_passes(&b, "2 lines, 192 MiB to be locked, no limit");
	assert_int_equal(kernel.nr_calls, 3);
	assert_int_equal(kernel.calls[1].iova, UINT64_C(0xfffffffffc000000));
	assert_int_equal(kernel.calls[1].size, MIB(64));

	setup(&b);
	b.space.usable = kernel.usable = (struct ranges){ all, 1 };
	b.space.top_page_leaks = true;
	try_text(&b, "0xfffffffffffe0000-0xffffffffffffefff\n0xfffffffffffff000 4K top\n");
	assert_refused(&b, "top page",
		       "vm.map:2: 0xfffffffffffff000-0xffffffffffffffff (top): this kernel cannot "
		       "unmap the page below 2^64: it would stay pinned for good; end the line one "
		       "page earlier");
}

/* All of 64 bits, which no size can say. */
static void test_everything(void **state)
{
	static struct range all[] = { { 0, LAST } };
	struct bench b;

	(void)state;
	setup(&b);
	b.space.usable = kernel.usable = (struct ranges){ all, 1 };
	try_text(&b, "0-0xffffffffffffffff\n");
	assert_int_equal(kernel.reserved, UINT64_C(1) << 46);
	assert_int_equal(kernel.nr_calls, 1 << 18);
	assert_passes(&b, "1 line, 15.9 EiB to be locked, no limit");
}

static void test_no_addresses(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	kernel.addresses = 0;
	try_text(&b, "1M 1M\n");
	assert_int_equal(b.verdict.outcome, OUTCOME_SKIP);
	assert_string_equal(b.verdict.reason,
			    "vm.map: this process has no addresses left to try it with: ENOMEM");
	verdict_free(&b.verdict);
}

static void test_interrupted(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	kernel.interrupted_after = 2;
	try_text(&b, "1M 1M\n2M 1M\n3M 1M\n4M 1M\n");
	assert_int_equal(kernel.nr_calls, 2);
	assert_int_equal(b.verdict.outcome, OUTCOME_SKIP);
	assert_string_equal(b.verdict.reason, "vm.map: interrupted after 2 of 4 lines");
	verdict_free(&b.verdict);
}

/* --- many lines ------------------------------------------------------------------------------- */

#define MANY 100000

static struct plan many_lines(void)
{
	struct plan plan = { 0 };

	for (uint64_t i = 0; i < MANY; i++) { /* every other page, from the last one down */
		uint64_t start = UINT64_C(0x100000000) + (MANY - i) * 0x2000;

		plan_add(&plan, (struct range){ start, start + 0xfff });
		plan.lines[i].number = (unsigned)i + 1;
	}
	return plan;
}

static void test_many(void **state)
{
	struct plan plan = many_lines();
	clock_t start = clock();
	struct bench b;

	(void)state;
	setup(&b);
	b.space.entries_left = ENTRIES_UNLIMITED;
	try_plan(&b.test, &plan, "vm.map", &b.verdict);
	assert_passes(&b, "100000 lines, 390.6 MiB to be locked, no limit");
	assert_int_equal(kernel.nr_calls, MANY);
	assert_int_equal(kernel.reserved, 4096);

	setup(&b);
	b.space.entries_left = ENTRIES_UNLIMITED;
	plan.lines[MANY - 1].range = plan.lines[MANY / 2].range;
	try_plan(&b.test, &plan, "vm.map", &b.verdict);
	assert_int_equal(kernel.nr_calls, MANY - 1);
	/* line 50001: 50000 steps of 8 KiB above 4 GiB */
	assert_refused(&b, "many",
		       "vm.map:100000: 0x1186a0000-0x1186a0fff: overlaps vm.map:50001: "
		       "0x1186a0000-0x1186a0fff; what is mapped cannot be mapped again");
	plan_free(&plan);
	assert_true((clock() - start) / CLOCKS_PER_SEC < 2);
}

/* The first line that overlaps one before it, by looking at all pairs. */
static size_t first_overlap(const struct plan *plan, size_t *other)
{
	for (size_t i = 0; i < plan->nr_lines; i++)
		for (*other = 0; *other < i; (*other)++)
			if (range_overlaps(plan->lines[i].range, plan->lines[*other].range))
				return i;
	return plan->nr_lines;
}

static void test_random_overlaps(void **state)
{
	size_t found = 0;

	(void)state;
	srand(4);
	for (unsigned round = 0; round < 2000; round++) {
		struct plan plan = { 0 };
		char expected[64];
		struct bench b;
		size_t other = 0, index;

		for (unsigned i = 0; i < 8; i++) {
			uint64_t start = 0x1000 * (1 + (uint64_t)rand() % 64);
			uint64_t pages = 1 + (uint64_t)rand() % 6;

			plan_add(&plan, (struct range){ start, start + pages * 0x1000 - 1 });
			plan.lines[i].number = i + 1;
		}
		index = first_overlap(&plan, &other);
		setup(&b);
		try_plan(&b.test, &plan, "vm.map", &b.verdict);
		if (index == plan.nr_lines) {
			assert_int_equal(b.verdict.outcome, OUTCOME_PASS);
		} else {
			found++;
			assert_int_equal(b.verdict.outcome, OUTCOME_FAIL);
			snprintf(expected, sizeof(expected), "vm.map:%zu: ", index + 1);
			assert_int_equal(strncmp(b.verdict.reason, expected, strlen(expected)), 0);
			snprintf(expected, sizeof(expected), "overlaps vm.map:%zu: ", other + 1);
			assert_non_null(strstr(b.verdict.reason, expected));
		}
		verdict_free(&b.verdict);
		plan_free(&plan);
	}
	assert_in_range(found, 500, 1999); /* both answers came up */
}

static void test_size_text(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 bytes" },
		{ 1, "1 byte" },
		{ 1023, "1023 bytes" },
		{ 1024, "1 KiB" },
		{ 1536, "1.5 KiB" },
		{ MIB(640), "640 MiB" },
		{ MIB(1) - 1, "1023.9 KiB" },
		{ MIB(1) + 1, "1.0 MiB" },
		{ MIB(16384), "16 GiB" },
		{ UINT64_C(1) << 40, "1 TiB" },
		{ UINT64_C(1) << 63, "8 EiB" },
		{ LAST, "15.9 EiB" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *text = size_text(cases[i].bytes);

		assert_string_equal(text, cases[i].text);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_borders),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_touching),
		cmocka_unit_test(test_ht_hole),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_memlock),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_usable_unknown),
		cmocka_unit_test(test_maps_after_all),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_piece_refused),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_no_addresses),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_random_overlaps),
		cmocka_unit_test(test_size_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
