/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of map-test can fail: on a kernel that keeps all rules they pass, and each rule that a
 * kernel breaks turns just the one check red that is there for it.
 */
#include <signal.h>

#include "probe/map_test.h"
#include "probe/memlock.h"
#include "probe/memory.h"
#include "probe/page_table.h"
#include "util/interrupt.h"
#include "vfio_scene.h"

/* --- what the checks see of this machine -------------------------------------------------- */

int __wrap_memory_get(uint64_t page_size, uint64_t size, struct memory *memory);
int __real_memory_get(uint64_t page_size, uint64_t size, struct memory *memory);
uint64_t __wrap_memlock_left(void);
uint64_t __real_memlock_left(void);
int __wrap_page_table_read(const struct device *device, struct iova iova, struct leaf *leaf);
int __wrap_iospace_unmap(struct iospace *space, struct iova iova, uint64_t size);
int __real_iospace_unmap(struct iospace *space, struct iova iova, uint64_t size);

/* Large pages need not be any: nobody but the model looks at them. */
int __wrap_memory_get(uint64_t page_size, uint64_t size, struct memory *memory)
{
	char *room, *va;

	if (page_size == PAGE)
		return __real_memory_get(page_size, size, memory);
	room = mmap(NULL, size + page_size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_ptr_not_equal(room, MAP_FAILED);
	va = room + (page_size - (uintptr_t)room % page_size) % page_size;
	if (va > room)
		munmap(room, (size_t)(va - room));
	if (va < room + page_size)
		munmap(va + size, (size_t)(room + page_size - va));
	*memory = (struct memory){ va, size };
	return 0;
}

static uint64_t lockable = MEMLOCK_UNLIMITED;

/* As the model sees it: the test is privileged, its children are not. */
uint64_t __wrap_memlock_left(void)
{
	kernel_notice_child();
	return kernel.is_child ? __real_memlock_left() : lockable;
}

/* The limit is the model's: that of this process may be too low to begin with. */
int __wrap_getrlimit(int resource, struct rlimit *limit);
int __wrap_setrlimit(int resource, const struct rlimit *limit);

int __wrap_getrlimit(int resource, struct rlimit *limit)
{
	assert_int_equal(resource, RLIMIT_MEMLOCK);
	*limit = kernel.memlock;
	return 0;
}

int __wrap_setrlimit(int resource, const struct rlimit *limit)
{
	assert_int_equal(resource, RLIMIT_MEMLOCK);
	if (limit->rlim_cur > limit->rlim_max || limit->rlim_max > kernel.memlock.rlim_max) {
		errno = EPERM;
		return -1;
	}
	kernel.memlock = *limit;
	return 0;
}

static bool shows_page_table;

/* The largest pages that fit the mapping. */
int __wrap_page_table_read(const struct device *device, struct iova iova, struct leaf *leaf)
{
	const struct kernel_mapping *mapping = kernel_find(iova.value);
	uint64_t size = mapping ? mapping->last - mapping->start + 1 : 0;

	assert_non_null(device);
	if (!shows_page_table)
		return -ENOENT;
	if (!mapping)
		return -ENODATA;
	leaf->page_size = size >= 1ull << 30 ? 1ull << 30 : size >= 1ull << 21 ? 1ull << 21 : PAGE;
	if (kernel.broken == RULE_SMALL_PAGES_2M && leaf->page_size == 1ull << 21)
		leaf->page_size = PAGE;
	leaf->is_writable = mapping->is_writable || kernel.broken == RULE_WRITABLE_ENTRY;
	return 0;
}

int __wrap_iospace_unmap(struct iospace *space, struct iova iova, uint64_t size)
{
	return kernel.broken == RULE_NO_ROLLBACK ? 0 : __real_iospace_unmap(space, iova, size);
}

/* --- a run -------------------------------------------------------------------------------- */

#define MOST_CHECKS 64

struct result {
	enum outcome outcome;
	bool was_told;
	char *reason, *observed;
};

struct run {
	struct result results[MOST_CHECKS];
	size_t nr;
	int code;
};

static void tell(void *data, const struct map_check *check, const struct verdict *verdict)
{
	struct run *run = data;
	struct result *result = &run->results[check - map_checks];

	if (!verdict)
		return;
	assert_case(!result->was_told, check->name);
	result->was_told = true;
	run->nr++;
	result->outcome = verdict->outcome;
	result->reason = strdup(verdict->reason ? verdict->reason : "");
	result->observed = strdup(verdict->observed ? verdict->observed : "");
	/* Passed without a reason, everything else has one. */
	if ((verdict->outcome == OUTCOME_PASS) != (verdict->reason == NULL))
		fail_msg("%s: %s, reason: %s", check->name, outcome_name(verdict->outcome),
			 result->reason);
}

static void run_free(struct run *run)
{
	for (size_t i = 0; i < MOST_CHECKS; i++) {
		free(run->results[i].reason);
		free(run->results[i].observed);
	}
}

/* A machine to run on. */
struct machine_case {
	const char *name;
	const struct iospace_ops *ops;
	bool is_old; /* before 7.2 */
	bool is_amd;
	bool is_compat;
	bool lacks_unmap_all, lacks_dmabuf;
	bool shows_page_table;
	bool has_no_other; /* device */
	unsigned entries;  /* 0: as many as all checks want */
};

static struct region regions[] = { { 0xfee00000, 0xfeefffff, REGION_MSI, "msi" } };

static struct map_test begin(const struct machine_case *machine, struct setup_facts *facts,
			     struct machine *world, struct system *system)
{
	void *state = NULL;

	scene_setup(&state);
	kernel.is_quiet = true;
	kernel.entry_limit = machine->entries ? machine->entries : 300;
	kernel.wraps_are_einval = machine->is_old;
	kernel.is_compat = machine->is_compat;
	kernel.lacks_unmap_all = machine->lacks_unmap_all;
	kernel.lacks_dmabuf = machine->lacks_dmabuf;
	shows_page_table = machine->shows_page_table;
	if (machine->is_amd)
		kernel_on_amd();
	/* The other device forbids more. */
	kernel.devices[DEVICE_B].reserved[2] = (struct range){ 0xc0000000, 0xcfffffff };
	kernel.devices[DEVICE_B].reserved[1] = (struct range){ 0xfd00000000, 0xffffffffff };
	kernel.devices[DEVICE_B].nr_reserved = 3;
	for (size_t i = 0; i < 2; i++) {
		scene.groups[i].regions_known = true;
		scene.groups[i].regions = regions;
		scene.groups[i].nr_regions = 1;
	}
	*world = (struct machine){ .devices = scene.devices,
				   .nr_devices = KERNEL_DEVICES,
				   .groups_known = true,
				   .groups = scene.groups,
				   .nr_groups = 2,
				   .remapping = TRI_YES,
				   .command_line = (char *)"" };
	*system = (struct system){ .entry_limit = 300 };
	*facts = (struct setup_facts){ world, system };
	return (struct map_test){
		.facts = facts,
		.device = &scene.devices[DEVICE_A],
		.other = machine->has_no_other ? NULL : &scene.devices[DEVICE_B],
	};
}

static struct run run_on(const struct machine_case *machine, enum kernel_rule broken)
{
	struct machine world;
	struct system system;
	struct setup_facts facts;
	struct map_test test = begin(machine, &facts, &world, &system);
	bool only[MOST_CHECKS];
	struct run run = { 0 };
	const struct map_listener listener = { tell, &run };
	struct error err = { 0 };
	void *state = NULL;

	memset(only, true, sizeof(only));
	kernel.broken = broken;
	run.code = run_map_checks(&test, machine->ops, only, &listener, &err);
	/* Whatever the kernel did, we have let go of all we held. */
	if (broken == RULE_MEMLOCK_LEAKS)
		kernel.locked = 0;
	kernel_check_empty();
	assert_int_equal(kernel_command(DEVICE_A), KERNEL_COMMAND_MEMORY);
	scene_teardown(&state);
	return run;
}

/* --- a kernel that keeps all rules -------------------------------------------------------- */

static const struct machine_case machines[] = {
	{ .name = "type1", .ops = &type1_ops },
	{ .name = "type1, old", .ops = &type1_ops, .is_old = true },
	{ .name = "type1, AMD", .ops = &type1_ops, .is_amd = true },
	{ .name = "type1, AMD, old", .ops = &type1_ops, .is_amd = true, .is_old = true },
	{ .name = "type1 of iommufd", .ops = &type1_ops, .is_compat = true },
	{ .name = "type1 before 5.12", .ops = &type1_ops, .lacks_unmap_all = true },
	{ .name = "type1, page table", .ops = &type1_ops, .shows_page_table = true },
	{ .name = "type1, alone", .ops = &type1_ops, .has_no_other = true },
	{ .name = "iommufd", .ops = &iommufd_ops },
	{ .name = "iommufd, AMD", .ops = &iommufd_ops, .is_amd = true },
	{ .name = "iommufd before 6.19", .ops = &iommufd_ops, .lacks_dmabuf = true },
	{ .name = "iommufd, page table", .ops = &iommufd_ops, .shows_page_table = true },
};

/* What is not a pass on such a kernel, and why: a part of the sentence. */
static const struct exception {
	const char *machine; /* its name begins so */
	const char *check;
	enum outcome outcome;
	const char *reason;
} exceptions[] = {
	{ "type1, page table", "page-4k", OUTCOME_PASS, "" },
	{ "type1, page table", "page-2m", OUTCOME_PASS, "" },
	{ "type1, page table", "page-1g", OUTCOME_PASS, "" },
	{ "iommufd, page table", "page-4k", OUTCOME_PASS, "" },
	{ "iommufd, page table", "page-2m", OUTCOME_PASS, "" },
	{ "iommufd, page table", "page-1g", OUTCOME_PASS, "" },
	{ "", "page-4k", OUTCOME_INFO, "does not show" },
	{ "", "page-2m", OUTCOME_INFO, "does not show" },
	{ "", "page-1g", OUTCOME_INFO, "does not show" },
	{ "type1, AMD, old", "top-page", OUTCOME_SKIP, "pinned" },
	{ "type1, AMD", "top-page", OUTCOME_PASS, "" },
	{ "iommufd, AMD", "top-page", OUTCOME_PASS, "" },
	{ "", "top-page", OUTCOME_SKIP, "ends at 0x0000ffffffffffff" },
	{ "type1, AMD", "beyond-aperture", OUTCOME_SKIP, "no address" },
	{ "iommufd, AMD", "beyond-aperture", OUTCOME_SKIP, "no address" },
	{ "type1 before 5.12", "unmap-all", OUTCOME_SKIP, "no request" },
	{ "type1 of iommufd", "own-bar", OUTCOME_SKIP, "iommufd" },
	{ "type1 of iommufd", "no-access", OUTCOME_SKIP, "warn" },
	{ "iommufd before 6.19", "own-bar", OUTCOME_SKIP, "6.19" },
	{ "type1 of iommufd", "entry-limit", OUTCOME_SKIP, "no limit" },
	{ "iommufd", "entry-limit", OUTCOME_SKIP, "no limit" },
	{ "type1, alone", "two-containers", OUTCOME_SKIP, "another device" },
	{ "type1, alone", "same-container", OUTCOME_SKIP, "another device" },
};

static const struct exception *exception_of(const char *machine, const char *check)
{
	for (size_t i = 0; i < COUNT(exceptions); i++)
		if (strncmp(machine, exceptions[i].machine, strlen(exceptions[i].machine)) == 0 &&
		    strcmp(check, exceptions[i].check) == 0)
			return &exceptions[i];
	return NULL;
}

static void test_all_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(machines); i++) {
		const char *name = machines[i].name;
		struct run run = run_on(&machines[i], RULE_NONE);

		assert_case_equal(run.code, 0, name);
		for (const struct map_check *check = map_checks; check->name; check++) {
			const struct exception *exception = exception_of(name, check->name);
			const struct result *result = &run.results[check - map_checks];
			enum outcome wanted = exception ? exception->outcome : OUTCOME_PASS;

			if (!result->was_told || result->outcome != wanted ||
			    (exception && !strstr(result->reason, exception->reason)))
				fail_msg("%s: %s: %s, not %s: %s", name, check->name,
					 outcome_name(result->outcome), outcome_name(wanted),
					 result->reason);
		}
		run_free(&run);
	}
}

/* --- a kernel that breaks one ------------------------------------------------------------- */

/* Index into machines. */
enum {
	ON_TYPE1 = 0,
	ON_AMD = 2,
	ON_TYPE1_TABLE = 6,
	ON_IOMMUFD = 8,
	ON_IOMMUFD_AMD = 9,
	ON_IOMMUFD_TABLE = 11,
	NOWHERE = -1
};

static const struct {
	enum kernel_rule rule;
	const char *name, *check;
	int type1, iommufd;
} broken_rules[] = {
	{ RULE_NO_RANGES, "names no ranges", "attach", ON_TYPE1, ON_IOMMUFD },
	{ RULE_ACCEPTS_RESERVED, "accepts reserved", "reserved", ON_TYPE1, ON_IOMMUFD },
	{ RULE_ACCEPTS_BEYOND, "accepts beyond", "beyond-aperture", ON_TYPE1, ON_IOMMUFD },
	{ RULE_ACCEPTS_OVERLAP, "accepts overlap", "overlap", ON_TYPE1, ON_IOMMUFD },
	{ RULE_OTHER_ERRNO, "another errno", "overlap", ON_TYPE1, ON_IOMMUFD },
	{ RULE_ACCEPTS_UNALIGNED, "accepts unaligned", "unaligned", ON_TYPE1, ON_IOMMUFD },
	{ RULE_ACCEPTS_ZERO_SIZE, "accepts zero size", "zero-size", ON_TYPE1, ON_IOMMUFD },
	{ RULE_ACCEPTS_WRAP, "accepts wrap", "wrap", ON_TYPE1, ON_IOMMUFD },
	/* iommufd once did: an info there. */
	{ RULE_ACCEPTS_NO_ACCESS, "accepts no access", "no-access", ON_TYPE1, NOWHERE },
	{ RULE_ACCEPTS_READ_ONLY, "accepts read-only", "read-only", ON_TYPE1, ON_IOMMUFD },
	{ RULE_WRITABLE_ENTRY, "writable entry", "read-only", ON_TYPE1_TABLE, ON_IOMMUFD_TABLE },
	{ RULE_ACCEPTS_NO_MEMORY, "accepts no memory", "no-memory", ON_TYPE1, ON_IOMMUFD },
	{ RULE_FAULT_STAYS, "fault stays", "no-memory", ON_TYPE1, ON_IOMMUFD },
	{ RULE_MAPS_LESS, "maps less", "evolve", ON_TYPE1, ON_IOMMUFD },
	{ RULE_REFUSES_FIRST_PAGE, "refuses first page", "first-page", ON_TYPE1, ON_IOMMUFD },
	{ RULE_REFUSES_LAST_PAGE, "refuses last page", "last-page", ON_TYPE1, ON_IOMMUFD },
	{ RULE_REFUSES_TOP_PAGE, "refuses top page", "top-page", ON_AMD, ON_IOMMUFD_AMD },
	{ RULE_REFUSES_2M, "refuses 2M", "page-2m", ON_TYPE1, ON_IOMMUFD },
	{ RULE_SMALL_PAGES_2M, "small pages", "page-2m", ON_TYPE1_TABLE, NOWHERE },
	{ RULE_REFUSES_1G, "refuses 1G", "page-1g", ON_TYPE1, ON_IOMMUFD },
	{ RULE_REFUSES_BAR, "refuses BAR", "own-bar", ON_TYPE1, ON_IOMMUFD },
	{ RULE_LIMIT_TOO_SMALL, "limit too small", "entry-limit", ON_TYPE1, NOWHERE },
	{ RULE_LIMIT_TOO_LARGE, "limit too large", "entry-limit", ON_TYPE1, NOWHERE },
	{ RULE_ENTRIES_LEAK, "entries leak", "entry-limit", ON_TYPE1, NOWHERE },
	{ RULE_NO_MEMLOCK_LIMIT, "no memlock limit", "memlock", ON_TYPE1, ON_IOMMUFD },
	/* How much of it is used is nowhere to be read for iommufd. */
	{ RULE_MEMLOCK_TOO_SMALL, "memlock too small", "memlock", ON_TYPE1, NOWHERE },
	{ RULE_MEMLOCK_LEAKS, "memlock leaks", "memlock", ON_TYPE1, ON_IOMMUFD },
	{ RULE_FORGETS_UNMAP, "forgets unmap", "unmap", ON_TYPE1, ON_IOMMUFD },
	{ RULE_FORGETS_ODD, "forgets odd ones", "evolve", ON_TYPE1, ON_IOMMUFD },
	{ RULE_FORGETS_LAST_OF_MANY, "forgets last", "unmap-superset", ON_TYPE1, ON_IOMMUFD },
	{ RULE_REFUSES_SUPERSET, "refuses superset", "unmap-superset", ON_TYPE1, ON_IOMMUFD },
	{ RULE_SPLITS, "splits", "unmap-piece", ON_TYPE1, ON_IOMMUFD },
	{ RULE_CUT_UNMAPS, "cut unmaps", "unmap-piece", ON_TYPE1, ON_IOMMUFD },
	{ RULE_WRONG_SIZE, "wrong size", "page-4k", ON_TYPE1, ON_IOMMUFD },
	{ RULE_WRONG_SIZE_OF_MANY, "wrong size of many", "unmap-superset", ON_TYPE1, ON_IOMMUFD },
	{ RULE_HOLE_HAS_SIZE, "hole has size", "unmap-hole", ON_TYPE1, ON_IOMMUFD },
	{ RULE_HOLE_EATS_NEXT, "hole eats next", "unmap-hole", ON_TYPE1, ON_IOMMUFD },
	{ RULE_FORGETS_ALL, "forgets all", "unmap-all", ON_TYPE1, ON_IOMMUFD },
	{ RULE_JOIN_LOSES_MAPPING, "join loses", "same-container", ON_TYPE1, ON_IOMMUFD },
	{ RULE_JOIN_GROWS, "join grows", "same-container", ON_TYPE1, ON_IOMMUFD },
	{ RULE_SPACES_ARE_ONE, "spaces are one", "two-containers", ON_TYPE1, ON_IOMMUFD },
	{ RULE_NO_ROLLBACK, "no rollback", "replay", ON_TYPE1, ON_IOMMUFD },
};

/* Return: how many checks are not as they should be; each has a line. */
static unsigned compare(const struct run *good, const struct run *bad, const char *where,
			const char *rule, const char *red)
{
	unsigned nr_wrong = 0;

	for (const struct map_check *check = map_checks; check->name; check++) {
		const struct result *before = &good->results[check - map_checks];
		const struct result *now = &bad->results[check - map_checks];
		bool is_skipped = now->outcome == OUTCOME_SKIP;
		bool is_right = strcmp(check->name, red) == 0 ? now->outcome == OUTCOME_FAIL
							      : now->outcome == before->outcome;

		if (strcmp(red, "attach") == 0) /* without ranges there is no room for the others */
			is_right |= is_skipped;
		is_right |= is_skipped && check->after &&
			    strstr(now->reason, "failed, and without");
		if (is_right)
			continue;
		print_error("%s, %s: %s is %s: %s\n", where, rule, check->name,
			    outcome_name(now->outcome), now->reason);
		nr_wrong++;
	}
	return nr_wrong;
}

static void test_just_one_fails(void **state)
{
	unsigned nr_wrong = 0;

	(void)state;
	for (size_t m = 0; m < COUNT(machines); m++) {
		struct run good = run_on(&machines[m], RULE_NONE);

		for (size_t i = 0; i < COUNT(broken_rules); i++) {
			struct run bad;

			if (broken_rules[i].type1 != (int)m && broken_rules[i].iommufd != (int)m)
				continue;
			bad = run_on(&machines[m], broken_rules[i].rule);
			nr_wrong += compare(&good, &bad, machines[m].name, broken_rules[i].name,
					    broken_rules[i].check);
			run_free(&bad);
		}
		run_free(&good);
	}
	assert_int_equal(nr_wrong, 0);
}

/* No rule is left out, and none of the checks. */
static void test_rules_are_complete(void **state)
{
	bool has_rule[NR_RULES] = { true };

	(void)state;
	for (size_t i = 0; i < COUNT(broken_rules); i++) {
		has_rule[broken_rules[i].rule] = true;
		assert_case(find_map_check(broken_rules[i].check), broken_rules[i].name);
	}
	for (size_t rule = 0; rule < NR_RULES; rule++)
		assert_true(has_rule[rule]);
	for (const struct map_check *check = map_checks; check->name; check++) {
		bool has_check = false;

		for (size_t i = 0; i < COUNT(broken_rules); i++)
			has_check |= strcmp(broken_rules[i].check, check->name) == 0;
		assert_case(has_check, check->name);
	}
}

/* --- a device that does not get in, and a signal ------------------------------------------ */

static void test_no_attach(void **state)
{
	struct machine world;
	struct system system;
	struct setup_facts facts;
	struct map_test test = begin(&machines[ON_TYPE1], &facts, &world, &system);
	bool only[MOST_CHECKS];
	struct run run = { 0 };
	const struct map_listener listener = { tell, &run };
	struct error err = { 0 };

	memset(only, true, sizeof(only));
	kernel_fails("container SET_IOMMU", 0, EPERM);
	assert_int_equal(run_map_checks(&test, &type1_ops, only, &listener, &err), -EPERM);
	assert_int_equal(err.code, -EPERM);
	assert_int_equal(run.results[0].outcome, OUTCOME_FAIL);
	assert_string_equal(run.results[0].reason, err.text);
	for (const struct map_check *check = map_checks + 1; check->name; check++)
		assert_case_equal(run.results[check - map_checks].outcome, OUTCOME_SKIP,
				  check->name);
	kernel_check_empty();
	scene_teardown(state);
	run_free(&run);
}

/* What may not be locked cannot be mapped, which is no failure of the kernel. */
static void test_little_may_be_locked(void **state)
{
	static const char *const skipped[] = { "page-2m", "page-1g", "replay", "evolve",
					       "entry-limit" };
	struct run run;

	(void)state;
	lockable = 64 << 10;
	run = run_on(&machines[ON_TYPE1], RULE_NONE);
	lockable = MEMLOCK_UNLIMITED;
	for (size_t i = 0; i < COUNT(skipped); i++) {
		const struct result *result = &run.results[find_map_check(skipped[i]) - map_checks];

		assert_case_equal(result->outcome, OUTCOME_SKIP, skipped[i]);
		assert_non_null(strstr(result->reason, "ulimit -l"));
	}
	assert_int_equal(run.results[find_map_check("unmap-all") - map_checks].outcome,
			 OUTCOME_PASS);
	run_free(&run);
}

/* Nor is it one that a container has few entries. */
static void test_few_entries(void **state)
{
	static const struct machine_case few = { .name = "type1, few entries",
						 .ops = &type1_ops,
						 .entries = 3 };
	static const char *const skipped[] = { "unmap-superset", "unmap-all", "replay", "evolve",
					       "memlock" };
	static const char *const passed[] = { "unmap", "overlap", "reserved", "entry-limit" };
	struct run run = run_on(&few, RULE_NONE);

	(void)state;
	for (size_t i = 0; i < COUNT(skipped); i++) {
		const struct result *result = &run.results[find_map_check(skipped[i]) - map_checks];

		assert_case_equal(result->outcome, OUTCOME_SKIP, skipped[i]);
		assert_non_null(strstr(result->reason, "dma_entry_limit"));
	}
	for (size_t i = 0; i < COUNT(passed); i++)
		assert_case_equal(run.results[find_map_check(passed[i]) - map_checks].outcome,
				  OUTCOME_PASS, passed[i]);
	for (const struct map_check *check = map_checks; check->name; check++)
		assert_case(run.results[check - map_checks].outcome != OUTCOME_FAIL, check->name);
	run_free(&run);
}

/* Those that are not wanted are not even told of, but for attach. */
static void test_only(void **state)
{
	struct machine world;
	struct system system;
	struct setup_facts facts;
	struct map_test test = begin(&machines[ON_TYPE1], &facts, &world, &system);
	bool only[MOST_CHECKS] = { false };
	struct run run = { 0 };
	const struct map_listener listener = { tell, &run };
	struct error err = { 0 };

	only[find_map_check("overlap") - map_checks] = true;
	assert_int_equal(run_map_checks(&test, &type1_ops, only, &listener, &err), 0);
	assert_int_equal(run.nr, 2);
	assert_int_equal(run.results[0].outcome, OUTCOME_PASS);
	assert_int_equal(run.results[find_map_check("overlap") - map_checks].outcome, OUTCOME_PASS);
	kernel_check_empty();
	scene_teardown(state);
	run_free(&run);
}

/* Return: whether the signal came before the run was over. */
static bool stop_at(const struct machine_case *machine, unsigned long nth)
{
	struct machine world;
	struct system system;
	struct setup_facts facts;
	struct map_test test = begin(machine, &facts, &world, &system);
	bool only[MOST_CHECKS];
	struct run run = { 0 };
	const struct map_listener listener = { tell, &run };
	struct error err = { 0 };
	bool came;
	void *state = NULL;
	sigset_t set;
	int number;

	memset(only, true, sizeof(only));
	kernel.signal_at = nth;
	run_map_checks(&test, machine->ops, only, &listener, &err);
	kernel_check_empty();
	came = interrupted();
	for (const struct map_check *check = map_checks; check->name; check++)
		assert_case(run.results[check - map_checks].outcome != OUTCOME_FAIL, check->name);
	/* Once it came no check was begun: the last ones are missing. */
	if (came)
		assert_false(run.results[find_map_check("same-container") - map_checks].was_told &&
			     nth < 100);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	if (came)
		sigwait(&set, &number);
	scene_teardown(&state);
	run_free(&run);
	return came;
}

/* A signal at any call: nothing stays mapped or open, and no check says that the kernel failed. */
static void test_stopped(void **state)
{
	static const size_t tried[] = { ON_TYPE1, ON_IOMMUFD };

	(void)state;
	hold_signals();
	for (size_t i = 0; i < COUNT(tried); i++) {
		unsigned long nth = 1;

		while (stop_at(&machines[tried[i]], nth))
			nth += 1 + nth / 8;
		assert_true(nth > 1000);
	}
	release_signals();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_pass),
		cmocka_unit_test(test_just_one_fails),
		cmocka_unit_test(test_rules_are_complete),
		cmocka_unit_test(test_no_attach),
		cmocka_unit_test(test_little_may_be_locked),
		cmocka_unit_test(test_few_entries),
		cmocka_unit_test(test_only),
		cmocka_unit_test(test_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
