/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mapping costs (probe/map_bench.c): which totals are measured, and when it ends. */
#include "probe/map_bench.h"

#include <errno.h>
#include <unistd.h>

#include "probe/memlock.h"
#include "probe/memory.h"
#include "unit.h"
#include "util/text.h"

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

/* --- what is replaced ------------------------------------------------------------------------- */

static struct {
	uint64_t available, lockable;
	uint64_t most[3]; /* memory to be had of pages of 4 KiB, 2 MiB and 1 GiB */
	uint64_t given;	  /* bytes of memory that were not put back */
	bool is_mapped;
	uint64_t iova, size; /* what is mapped, or was the last time */
	unsigned nr_maps;
	unsigned fails_at; /* the map that fails; 0: none */
	unsigned interrupted_at;
	uint64_t seconds_per_gib; /* that the clock goes on by a map or unmap */
	uint64_t now_ns;
} model;

uint64_t __wrap_memory_available(void);
uint64_t __wrap_memory_available(void)
{
	return model.available;
}

uint64_t __wrap_memlock_left(void);
uint64_t __wrap_memlock_left(void)
{
	return model.lockable;
}

bool __wrap_interrupted(void);
bool __wrap_interrupted(void)
{
	return model.interrupted_at && model.nr_maps >= model.interrupted_at;
}

int __wrap_memory_get(uint64_t page_size, uint64_t size, struct memory *memory);
int __wrap_memory_get(uint64_t page_size, uint64_t size, struct memory *memory)
{
	unsigned kind = page_size == GIB(1) ? 2 : page_size == MIB(2) ? 1 : 0;

	assert_int_equal(model.given, 0);
	if (size > model.most[kind])
		return -ENOMEM;
	model.given = size;
	*memory = (struct memory){ (void *)(uintptr_t)GIB(512), size };
	return 0;
}

void __wrap_memory_put(struct memory *memory);
void __wrap_memory_put(struct memory *memory)
{
	assert_int_equal(memory->size, model.given);
	assert_false(model.is_mapped);
	model.given = 0;
	*memory = (struct memory){ 0 };
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	time->tv_sec = (time_t)(model.now_ns / 1000000000u);
	time->tv_nsec = (long)(model.now_ns % 1000000000u);
	return 0;
}

/* Every other operation takes a nanosecond more, so that minimum, median and maximum differ. */
static void pass_time(uint64_t size)
{
	model.now_ns += size / 1024 * model.seconds_per_gib * 1000 + model.nr_maps % 2;
}

int __wrap_iospace_map(struct iospace *space, const void *va, struct iova iova, uint64_t size,
		       unsigned access);
int __wrap_iospace_map(struct iospace *space, const void *va, struct iova iova, uint64_t size,
		       unsigned access)
{
	(void)space;
	assert_int_equal((uintptr_t)va, GIB(512));
	assert_int_equal(size, model.given);
	assert_int_equal(access, ACCESS_READ | ACCESS_WRITE);
	assert_false(model.is_mapped);
	model.iova = iova.value;
	model.size = size;
	if (++model.nr_maps == model.fails_at)
		return -ENOMEM;
	model.is_mapped = true;
	pass_time(size);
	return 0;
}

int __wrap_iospace_unmap(struct iospace *space, struct iova iova, uint64_t size);
int __wrap_iospace_unmap(struct iospace *space, struct iova iova, uint64_t size)
{
	(void)space;
	assert_true(model.is_mapped);
	assert_int_equal(iova.value, model.iova);
	assert_int_equal(size, model.size);
	model.is_mapped = false;
	pass_time(size);
	return 0;
}

/* --- a machine -------------------------------------------------------------------------------- */

static struct range usable[] = { { 0, 0xfedfffff }, { 0xfef00000, 0xffffffffffff } };

/* 32 GiB free, huge pages of 2 MiB, none of 1 GiB; 4 s for a GiB. */
static void setup(struct iospace *space)
{
	memset(&model, 0, sizeof(model));
	model.available = GIB(32);
	model.lockable = MEMLOCK_UNLIMITED;
	model.most[0] = model.most[1] = GIB(32);
	model.seconds_per_gib = 4;
	*space = (struct iospace){
		.usable = { usable, COUNT(usable) },
		.page_size = 4096,
		.page_sizes = 4096,
		.entries_left = 65535,
	};
}

/* The totals of pages of one size, as they come, joined by commas; each with map, then unmap. */
static char *totals(const struct map_costs *costs, uint64_t page_size)
{
	struct strings list = { 0 };
	char text[32], *joined;

	assert_int_equal(costs->nr % 2, 0);
	for (size_t i = 0; i < costs->nr; i += 2) {
		assert_string_equal(costs->items[i].operation, "map");
		assert_string_equal(costs->items[i + 1].operation, "unmap");
		assert_int_equal(costs->items[i].bytes, costs->items[i + 1].bytes);
		if (costs->items[i].page_size != page_size)
			continue;
		snprintf(text, sizeof(text), "%llu",
			 (unsigned long long)costs->items[i].bytes / 1024);
		strings_add(&list, text);
	}
	joined = strings_join(&list, ",");
	strings_free(&list);
	return joined;
}

static void assert_totals(const struct map_costs *costs, uint64_t page_size, const char *kib)
{
	char *text = totals(costs, page_size);

	assert_string_equal(text, kib);
	free(text);
}

static void assert_note(const struct map_costs *costs, const char *note)
{
	if (!strings_contain(&costs->notes, note))
		fail_msg("no note \"%s\", but \"%s\"", note,
			 costs->notes.nr ? costs->notes.items[0] : "none");
}

/* --- tests ------------------------------------------------------------------------------------ */

static void test_totals(void **state)
{
	struct map_costs costs;
	struct iospace space;

	(void)state;
	setup(&space);
	model.seconds_per_gib = 0;
	assert_int_equal(measure_mappings(&space, NULL, &costs), 0);
	/* 4 KiB times 8, up to what is at most half of 32 GiB */
	assert_totals(&costs, KIB(4), "4,32,256,2048,16384,131072,1048576,8388608");
	assert_totals(&costs, MIB(2), "2048,16384,131072,1048576,8388608");
	assert_totals(&costs, GIB(1), "");
	assert_int_equal(costs.notes.nr, 1);
	assert_note(&costs, "pages of 1 GiB: not measured: no such pages are free; "
			    "reserve some at boot or in /proc/sys/vm/nr_hugepages");
	/* The roomiest range, from its first address that is a multiple of 2 MiB. */
	assert_int_equal(model.iova, 0xff000000);
	map_costs_free(&costs);
}

static void test_rounds(void **state)
{
	struct map_costs costs;
	struct iospace space;

	(void)state;
	setup(&space);
	assert_int_equal(measure_mappings(&space, NULL, &costs), 0);
	/* 4 KiB: 16 us an operation, 32 us a round: all of 1,000 rounds end before 150 ms */
	assert_int_equal(costs.items[0].rounds, 1000);
	assert_int_equal(costs.items[0].ns_min, 16000);
	assert_int_equal(costs.items[0].ns_max, 16001);
	/* 2 MiB: 16.4 ms a round: 150 ms are over after 10 */
	assert_int_equal(costs.items[6].bytes, MIB(2));
	assert_int_equal(costs.items[6].rounds, 10);
	/* 128 MiB: 1 s a round, and not fewer than 5 */
	assert_int_equal(costs.items[10].bytes, MIB(128));
	assert_int_equal(costs.items[10].rounds, 5);
	/* 1 GiB would take 8 s a round */
	assert_totals(&costs, KIB(4), "4,32,256,2048,16384,131072");
	assert_note(&costs, "pages of 4 KiB: 1 GiB and more not measured: it would take too long");
	map_costs_free(&costs);
}

static void test_limits(void **state)
{
	static const char why[] = "the limit of locked memory does not allow it; raise it with "
				  "ulimit -l";
	static struct range narrow[] = { { 0x1000, 0x40fff } };
	struct map_costs costs;
	struct iospace space;
	char note[256];

	(void)state;
	setup(&space);
	model.lockable = MIB(8);
	assert_int_equal(measure_mappings(&space, NULL, &costs), 0);
	assert_totals(&costs, KIB(4), "4,32,256,2048");
	assert_totals(&costs, MIB(2), "2048");
	snprintf(note, sizeof(note), "pages of 4 KiB: 16 MiB and more not measured: %s", why);
	assert_note(&costs, note);
	snprintf(note, sizeof(note), "pages of 1 GiB: not measured: %s", why);
	assert_note(&costs, note);
	map_costs_free(&costs);

	setup(&space);
	model.available = MIB(600);
	model.seconds_per_gib = 0;
	assert_int_equal(measure_mappings(&space, NULL, &costs), 0);
	assert_totals(&costs, KIB(4), "4,32,256,2048,16384,131072");
	assert_note(&costs, "pages of 4 KiB: 1 GiB and more not measured: it is more than half of "
			    "the memory that is available");
	map_costs_free(&costs);

	setup(&space); /* 256 KiB of usable addresses, none for a large page */
	space.usable = (struct ranges){ narrow, 1 };
	assert_int_equal(measure_mappings(&space, NULL, &costs), 0);
	assert_totals(&costs, KIB(4), "4,32,256");
	assert_totals(&costs, MIB(2), "");
	assert_int_equal(model.iova, 0x1000);
	assert_note(&costs, "pages of 2 MiB: not measured: no usable range has room for it");
	map_costs_free(&costs);

	setup(&space); /* fewer huge pages than asked for */
	model.most[1] = MIB(20);
	model.most[2] = GIB(1);
	model.seconds_per_gib = 0;
	assert_int_equal(measure_mappings(&space, NULL, &costs), 0);
	assert_totals(&costs, MIB(2), "2048,16384");
	assert_totals(&costs, GIB(1), "1048576");
	assert_note(&costs,
		    "pages of 2 MiB: 128 MiB and more not measured: no such pages are free; "
		    "reserve some at boot or in /proc/sys/vm/nr_hugepages");
	map_costs_free(&costs);
}

/* The page below 2^64, where it could never be unmapped. */
static void test_top_page(void **state)
{
	static struct range top[] = { { UINT64_C(0xfffffffffffff000), LAST } };
	struct map_costs costs;
	struct iospace space;

	(void)state;
	setup(&space);
	space.usable = (struct ranges){ top, 1 };
	assert_int_equal(measure_mappings(&space, NULL, &costs), 0);
	assert_totals(&costs, KIB(4), "4");
	assert_int_equal(model.iova, UINT64_C(0xfffffffffffff000));
	map_costs_free(&costs);

	setup(&space);
	top[0].start -= 0x1000;
	space.usable = (struct ranges){ top, 1 };
	space.top_page_leaks = true;
	assert_int_equal(measure_mappings(&space, NULL, &costs), 0);
	assert_totals(&costs, KIB(4), "4");
	assert_int_equal(model.iova, UINT64_C(0xffffffffffffe000));
	map_costs_free(&costs);
}

static void test_fails(void **state)
{
	struct map_costs costs;
	struct iospace space;

	(void)state;
	setup(&space);
	model.fails_at = 1500; /* amid 32 KiB */
	assert_int_equal(measure_mappings(&space, NULL, &costs), -ENOMEM);
	assert_totals(&costs, KIB(4), "4");
	assert_int_equal(model.nr_maps, 1500);
	assert_int_equal(model.given, 0);
	map_costs_free(&costs);
}

static void test_interrupted(void **state)
{
	struct map_costs costs;
	struct iospace space;

	(void)state;
	setup(&space);
	model.interrupted_at = 1004; /* the third round of 32 KiB after the one not counted */
	assert_int_equal(measure_mappings(&space, NULL, &costs), 0);
	assert_totals(&costs, KIB(4), "4");
	assert_totals(&costs, MIB(2), "");
	assert_int_equal(model.nr_maps, 1004);
	assert_int_equal(costs.notes.nr, 0);
	assert_int_equal(model.given, 0);
	map_costs_free(&costs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_totals), cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_top_page),
		cmocka_unit_test(test_fails),  cmocka_unit_test(test_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
