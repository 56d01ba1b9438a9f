/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of p2p-test can fail: where DMA is right they pass, and each way in which it can be
 * wrong turns just the check red that is there for it.
 */
#include <signal.h>

#include "null_engine.h"
#include "probe/p2p_test.h"
#include "probe/pagemap.h"
#include "util/interrupt.h"

/* --- what the checks see of this machine -------------------------------------------------- */

static bool is_root, has_engine, lends;

void __wrap_clock_nap(uint32_t microseconds);
uint64_t __wrap_clock_ns(void);

/* The model moves at once, and nobody waits. */
void __wrap_clock_nap(uint32_t microseconds)
{
	assert_true(microseconds > 0);
}

uint64_t __wrap_clock_ns(void)
{
	static uint64_t now;

	return now += 10000000;
}

int __wrap_physical_addresses(const void *va, size_t nr, uint64_t *addresses);
const struct engine_ops *__wrap_find_engine(const struct device *device);
int __wrap_loan_begin(struct loan *loan, struct vfio_device *opened, struct error *err);
bool __wrap_kernel_log_find(struct kernel_log *log, const struct bdf *device,
			    struct iommu_fault *fault, int wait_ms);
void __wrap_kernel_log_skip(struct kernel_log *log);

/* The pool begins at 0x123450000; the engine has its first four pages, and ours are behind. */
#define POOL_AT 0x123450000ull
#define OURS_AT 0x123454000ull
#define OURS_TEXT "0x0000000123454000"

static uint64_t stride;

/* Asked for many pages once, for the pool; one page before is none of it. */
int __wrap_physical_addresses(const void *va, size_t nr, uint64_t *addresses)
{
	uintptr_t offset;

	if (!is_root)
		return -EPERM;
	if (nr > 1)
		kernel.frames =
			(struct kernel_frames){ POOL_AT, stride, (uint8_t *)(uintptr_t)va, nr };
	offset = (uintptr_t)va - (uintptr_t)kernel.frames.va;
	for (size_t i = 0; i < nr; i++)
		addresses[i] = POOL_AT + (offset / PAGE + i) * stride;
	return 0;
}

const struct engine_ops *__wrap_find_engine(const struct device *device)
{
	return has_engine && device == &scene.devices[DEVICE_A] ? &null_engine : NULL;
}

/* As in engine.c, which finds its own engines. */
int __wrap_loan_begin(struct loan *loan, struct vfio_device *opened, struct error *err)
{
	int code;

	*loan = (struct loan){ .opened = opened };
	if (!lends)
		return (fail)(err, -ENXIO, "no engine");
	code = null_engine.lend(loan, err);
	if (code == 0)
		loan->ops = &null_engine;
	return code;
}

static bool has_fault;

bool __wrap_kernel_log_find(struct kernel_log *log, const struct bdf *device,
			    struct iommu_fault *fault, int wait_ms)
{
	(void)wait_ms;
	assert_non_null(log);
	if (has_fault)
		*fault = (struct iommu_fault){ .device = *device, .address = 0x123450000 };
	return has_fault;
}

void __wrap_kernel_log_skip(struct kernel_log *log)
{
	assert_non_null(log);
}

/* --- a run -------------------------------------------------------------------------------- */

#define MOST_CHECKS 16

struct result {
	bool was_told, follows, moved, has_fault;
	enum outcome outcome;
	char *reason, *observed;
	uint64_t bytes;
};

struct run {
	struct result results[MOST_CHECKS];
	struct p2p_summary summary;
	struct error err;
	int code;
};

static void tell(void *data, const struct p2p_check *check, const struct p2p_finding *finding)
{
	struct run *run = data;
	struct result *result = &run->results[check - p2p_checks];
	const struct verdict *verdict;

	if (!finding)
		return;
	verdict = &finding->verdict;
	assert_case(!result->was_told, check->name);
	*result = (struct result){
		.was_told = true,
		.follows = finding->follows,
		.moved = finding->moved,
		.has_fault = finding->has_fault,
		.outcome = verdict->outcome,
		.reason = strdup(verdict->reason ? verdict->reason : ""),
		.observed = strdup(verdict->observed ? verdict->observed : ""),
		.bytes = finding->bytes_verified,
	};
	/* Passed without a reason; those that say why they are no pass, but for disruptive ones. */
	if (!check->disruptive && (verdict->outcome == OUTCOME_PASS) != (verdict->reason == NULL))
		fail_msg("%s: %s, reason: %s", check->name, outcome_name(verdict->outcome),
			 result->reason);
}

static void run_free(struct run *run)
{
	for (size_t i = 0; i < MOST_CHECKS; i++) {
		free(run->results[i].reason);
		free(run->results[i].observed);
	}
	p2p_summary_free(&run->summary);
}

static const struct result *result_of(const struct run *run, const char *name)
{
	for (const struct p2p_check *check = p2p_checks; check->name; check++)
		if (strcmp(check->name, name) == 0)
			return &run->results[check - p2p_checks];
	fail_msg("no check %s", name);
	return NULL;
}

static void check_result(const struct run *run, const char *name, enum outcome wanted,
			 const char *part)
{
	const struct result *result = result_of(run, name);
	const char *text = result->outcome == OUTCOME_PASS || !*result->reason ? result->observed
									       : result->reason;

	if (!result->was_told || result->outcome != wanted || !text || !strstr(text, part))
		fail_msg("%s: %s (%s, %s), not %s with \"%s\"", name,
			 result->was_told ? outcome_name(result->outcome) : "not told",
			 result->observed, result->reason, outcome_name(wanted), part);
}

/* What a test sets before it runs a pair. */
struct world {
	struct machine machine;
	struct system system;
	struct setup_facts facts;
	struct resource resources[KERNEL_DEVICES][1];
	struct kernel_log log;
	struct p2p_pair pair;
	uint8_t before[KERNEL_BAR0_SIZE]; /* what the target holds */
};

static struct world world;

static int setup(void **state)
{
	scene_setup(state);
	kernel.is_quiet = true;
	null = (struct null_engine){ 0 };
	is_root = has_engine = true;
	stride = PAGE;
	lends = has_fault = false;
	world = (struct world){ .log = { -1 } };
	for (unsigned i = 0; i < KERNEL_DEVICES; i++) {
		uint64_t start = kernel_bus_address(i);

		world.resources[i][0] =
			(struct resource){ start, start + KERNEL_BAR0_SIZE - 1,
					   RESOURCE_MEMORY | RESOURCE_PREFETCHABLE };
		scene.devices[i].resources_known = true;
		scene.devices[i].resources = world.resources[i];
		scene.devices[i].nr_resources = 1;
	}
	world.machine = (struct machine){ .devices = scene.devices,
					  .nr_devices = KERNEL_DEVICES,
					  .groups_known = true,
					  .groups = scene.groups,
					  .nr_groups = 2,
					  .remapping = TRI_YES,
					  .cpu_family = -1,
					  .command_line = (char *)"" };
	world.facts = (struct setup_facts){ &world.machine, &world.system };
	for (size_t i = 0; i < sizeof(world.before); i++)
		world.before[i] = (uint8_t)(i * 31 + i / 256);
	memcpy(kernel_bar(DEVICE_B), world.before, sizeof(world.before));
	memcpy(kernel_bar(DEVICE_TWIN), world.before, sizeof(world.before));
	world.pair = (struct p2p_pair){
		.facts = &world.facts,
		.backend = &type1_ops,
		.initiator = &scene.devices[DEVICE_A],
		.target = { &scene.devices[DEVICE_B], 0, 0x1000 },
		.log = &world.log,
	};
	return 0;
}

static int teardown(void **state)
{
	return scene_teardown(state);
}

static struct run run_pair(void)
{
	struct run run = { 0 };
	const struct p2p_listener listener = { tell, &run };

	run.code = run_p2p_checks(&world.pair, &listener, &run.summary, &run.err);
	/* Whatever happened: nothing is mapped, open or master of the bus, and what was started
	 * was ended. */
	kernel_check_empty();
	for (unsigned i = 0; i < KERNEL_DEVICES; i++)
		assert_int_equal(kernel_command(i) & ~4u, KERNEL_COMMAND_MEMORY);
	assert_int_equal(kernel_command(DEVICE_B) & 4u, 0);
	assert_int_equal(kernel_command(DEVICE_A) & 4u, 0);
	assert_true(null.nr_finis >= null.nr_inits);
	assert_int_equal(null.nr_loans, 0);
	return run;
}

static void check_put_back(unsigned device)
{
	assert_memory_equal(kernel_bar(device), world.before, sizeof(world.before));
}

/* --- all is right ------------------------------------------------------------------------- */

static void check_all_pass(const struct run *run)
{
	assert_int_equal(run->code, 0);
	assert_int_equal(run->summary.result, OUTCOME_PASS);
	assert_null(run->summary.reason);
	assert_int_equal(run->summary.bar, 0);
	assert_true(run->summary.mapped);
	for (const struct p2p_check *check = p2p_checks; check->name; check++)
		if (!check->disruptive && strcmp(check->name, "lifetime") != 0)
			check_result(run, check->name, OUTCOME_PASS, "");
	assert_int_equal(result_of(run, "write")->bytes, NULL_CHUNK);
	assert_int_equal(result_of(run, "read")->bytes, NULL_CHUNK);
	assert_true(result_of(run, "isolation")->moved);
	assert_false(result_of(run, "map")->moved);
}

static void test_type1(void **state)
{
	struct run run = run_pair();

	(void)state;
	check_all_pass(&run);
	check_result(&run, "isolation", OUTCOME_PASS, OURS_TEXT ", 0x00000000e0201000");
	check_result(&run, "lifetime", OUTCOME_INFO, "outlives");
	assert_string_equal(result_of(&run, "lifetime")->observed, "stale");
	assert_false(result_of(&run, "disabled")->was_told);
	check_put_back(DEVICE_B);
	run_free(&run);
}

static void test_iommufd(void **state)
{
	struct run run;

	(void)state;
	world.pair.backend = &iommufd_ops;
	run = run_pair();
	check_all_pass(&run);
	check_result(&run, "lifetime", OUTCOME_PASS, "revoked");
	check_put_back(DEVICE_B);
	run_free(&run);
}

static void test_one_group(void **state)
{
	const struct iospace_ops *const all[] = { &type1_ops, &iommufd_ops };

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		struct run run;

		world.pair.backend = all[i];
		world.pair.target.device = &scene.devices[DEVICE_TWIN];
		run = run_pair();
		assert_int_equal(run.summary.result, OUTCOME_PASS);
		check_result(&run, "cross-container", OUTCOME_SKIP, "both are in group 7");
		check_result(&run, "lifetime", i == 0 ? OUTCOME_INFO : OUTCOME_PASS, "");
		check_put_back(DEVICE_TWIN);
		run_free(&run);
	}
}

/* Its own memory is where it would be hit if nothing translated, if a few pages are neighbours. */
static void test_memory_of_the_engine(void **state)
{
	struct run run;

	run = run_pair();
	assert_int_equal(null.memory_at, POOL_AT);
	run_free(&run);
	teardown(state);
	setup(state);
	stride = 2 * PAGE;
	run = run_pair();
	assert_int_equal(run.summary.result, OUTCOME_PASS);
	assert_int_equal(null.memory_at, 0x100000);
	/* Ours is behind it all the same. */
	check_result(&run, "isolation", OUTCOME_PASS, "0x0000000123458000");
	run_free(&run);
	teardown(state);
	setup(state);
	is_root = false;
	run = run_pair();
	assert_int_equal(null.memory_at, 0x100000);
	run_free(&run);
}

static void test_faults_are_told(void **state)
{
	struct run run;

	(void)state;
	has_fault = true;
	run = run_pair();
	assert_true(result_of(&run, "isolation")->has_fault);
	check_result(&run, "isolation", OUTCOME_PASS, "fault logged");
	run_free(&run);
}

/* --- DMA is wrong ------------------------------------------------------------------------- */

static const struct {
	enum dma_rule rule;
	const char *name, *check, *says;
} wrongs[] = {
	{ DMA_UNTRANSLATED, "untranslated", "isolation", "bytes of a page of ours" },
	{ DMA_PASSES_BY, "passes by", "isolation", "bytes of a page of ours" },
	{ DMA_STALE_MEMORY, "stale memory", "isolation", "bytes of a page of ours" },
	{ DMA_STALE_BAR, "stale BAR", "unmap", "bytes of the target" },
	{ DMA_READS_STALE, "reads stale", "unmap", "got what the target holds" },
	{ DMA_PEER_ROUTED, "routed to peer", "isolation", "bytes of the target" },
	{ DMA_WRITES_LOST, "writes lost", "write", "nothing of 2048 bytes arrived" },
	{ DMA_WRITES_FLIP, "writes flip", "write",
	  "1 of 2048 bytes differ, first at offset 0x400" },
	{ DMA_WRITES_BEYOND, "writes beyond", "write", "nothing of 2048 bytes arrived" },
	{ DMA_READS_ZERO, "reads zero", "read", "bytes differ" },
	{ DMA_READS_FLIP, "reads flip", "read", "1 of 2048 bytes differ, first at offset 0x400" },
	{ DMA_SPACES_ARE_ONE, "one space", "cross-container", "a page of ours" },
};

static void check_just_one_fails(const struct run *run, size_t wrong)
{
	assert_case_equal(run->summary.result, OUTCOME_FAIL, wrongs[wrong].name);
	assert_non_null(run->summary.reason);
	assert_case(
		strncmp(run->summary.reason, wrongs[wrong].check, strlen(wrongs[wrong].check)) == 0,
		wrongs[wrong].name);
	check_result(run, wrongs[wrong].check, OUTCOME_FAIL, wrongs[wrong].says);
	for (const struct p2p_check *check = p2p_checks; check->name; check++) {
		const struct result *result = result_of(run, check->name);

		if (!result->was_told || strcmp(check->name, wrongs[wrong].check) == 0)
			continue;
		/* A BAR that no write reaches cannot be reached across either. */
		if (strcmp(check->name, "cross-container") == 0 && wrongs[wrong].check[0] == 'w')
			continue;
		assert_case(result->outcome != OUTCOME_FAIL, wrongs[wrong].name);
	}
}

static void test_just_one_fails(void **state)
{
	const struct iospace_ops *const all[] = { &type1_ops, &iommufd_ops };

	for (size_t i = 0; i < COUNT(all) * COUNT(wrongs); i++) {
		struct run run;

		teardown(state);
		setup(state);
		world.pair.backend = all[i / COUNT(wrongs)];
		kernel.dma = wrongs[i % COUNT(wrongs)].rule;
		run = run_pair();
		check_just_one_fails(&run, i % COUNT(wrongs));
		/* What went astray may stay: it is not in the part that was saved. */
		if (kernel.dma != DMA_WRITES_BEYOND)
			check_put_back(DEVICE_B);
		run_free(&run);
	}
}

static void test_wrongs_are_complete(void **state)
{
	bool has[NR_DMA_RULES] = { [DMA_RIGHT] = true, [DMA_NEVER_REVOKED] = true };

	(void)state;
	for (size_t i = 0; i < COUNT(wrongs); i++)
		has[wrongs[i].rule] = true;
	for (size_t i = 0; i < NR_DMA_RULES; i++)
		assert_true(has[i]);
}

/* Once isolation failed nothing is sent to an address that was chosen freely. */
static void test_unsafe_sends_no_more(void **state)
{
	unsigned moves;
	struct run run;

	(void)state;
	kernel.dma = DMA_PASSES_BY;
	run = run_pair();
	moves = null.nr_moves;
	check_result(&run, "write", OUTCOME_SKIP, "isolation failed");
	check_result(&run, "read", OUTCOME_SKIP, "isolation failed");
	check_result(&run, "unmap", OUTCOME_SKIP, "isolation failed");
	assert_true(result_of(&run, "write")->follows);
	/* All that was asked for were the addresses of something of ours. */
	for (unsigned i = 0; i < moves; i++)
		assert_true(null.moved[i] == OURS_AT || null.moved[i] == 0xe0201000);
	run_free(&run);
}

/* --- lifetime ----------------------------------------------------------------------------- */

static void test_require_revoked(void **state)
{
	struct run run;

	(void)state;
	world.pair.require_revoked = true;
	run = run_pair();
	check_result(&run, "lifetime", OUTCOME_FAIL, "outlives");
	assert_string_equal(result_of(&run, "lifetime")->observed, "stale");
	assert_int_equal(run.summary.result, OUTCOME_FAIL);
	run_free(&run);
}

/* That the kernel will not unmap it is no proof that it was gone. */
static void test_lifetime_that_cannot_be_told(void **state)
{
	static const char call[] = "container UNMAP 0x300000+0x1000";
	struct run run;
	unsigned nr;

	kernel_fails(call, ~0u, EINVAL);
	run = run_pair();
	nr = kernel.mishaps[0].seen;
	run_free(&run);
	assert_true(nr > 3);
	teardown(state);
	setup(state);
	world.pair.require_revoked = true;
	kernel_fails(call, nr, EINVAL);
	run = run_pair();
	check_result(&run, "lifetime", OUTCOME_FAIL, "ended with EINVAL");
	run_free(&run);
}

static void test_never_revoked(void **state)
{
	struct run run;

	(void)state;
	world.pair.backend = &iommufd_ops;
	kernel.dma = DMA_NEVER_REVOKED;
	run = run_pair();
	check_result(&run, "lifetime", OUTCOME_INFO, "outlives");
	assert_int_equal(run.summary.result, OUTCOME_PASS);
	run_free(&run);
}

/* --- consent ------------------------------------------------------------------------------ */

static void test_no_consent(void **state)
{
	struct run run;

	(void)state;
	world.pair.target.bar = -1;
	world.pair.target.offset = 0;
	run = run_pair();
	check_result(&run, "map", OUTCOME_PASS, "64 KiB of BAR 0");
	check_result(&run, "write", OUTCOME_SKIP,
		     "only with your consent: --target=0000:00:03.0:0");
	/* It is prefetchable, so it may be read. */
	check_result(&run, "read", OUTCOME_PASS, "2048 bytes");
	check_result(&run, "isolation", OUTCOME_PASS, OURS_TEXT);
	check_result(&run, "unmap", OUTCOME_PASS, "");
	assert_int_equal(run.summary.result, OUTCOME_SKIP);
	assert_non_null(strstr(run.summary.reason, "write: "));
	check_put_back(DEVICE_B);
	run_free(&run);
}

static void test_registers_are_not_read(void **state)
{
	struct run run;

	(void)state;
	world.pair.target.bar = -1;
	world.pair.target.offset = 0;
	world.resources[DEVICE_B][0].flags = RESOURCE_MEMORY;
	run = run_pair();
	check_result(&run, "map", OUTCOME_PASS, "");
	check_result(&run, "write", OUTCOME_SKIP, "consent");
	check_result(&run, "read", OUTCOME_SKIP, "consent");
	check_result(&run, "unmap", OUTCOME_SKIP, "consent");
	check_result(&run, "cross-container", OUTCOME_INFO, "nothing was moved");
	/* Only the page of ours was asked for. */
	assert_true(null.nr_moves > 0);
	for (unsigned i = 0; i < null.nr_moves; i++)
		assert_int_equal(null.moved[i], OURS_AT);
	run_free(&run);
}

/* What reads as a failed read would proves nothing. */
static void test_blank_memory(void **state)
{
	struct run run;

	(void)state;
	memset(kernel_bar(DEVICE_B), 0, KERNEL_BAR0_SIZE);
	world.pair.target.bar = -1;
	world.pair.target.offset = 0;
	run = run_pair();
	check_result(&run, "isolation", OUTCOME_PASS, OURS_TEXT);
	check_result(&run, "read", OUTCOME_INFO, "holds but 0x00");
	check_result(&run, "unmap", OUTCOME_INFO, "holds but 0x00");
	assert_int_equal(result_of(&run, "read")->bytes, 0);
	run_free(&run);
}

static void test_lent(void **state)
{
	struct run run;

	(void)state;
	world.pair.target.bar = -1;
	world.pair.target.offset = 0;
	lends = true;
	null.lent = 512;
	run = run_pair();
	assert_int_equal(run.summary.result, OUTCOME_PASS);
	check_result(&run, "write", OUTCOME_PASS, "512 bytes");
	check_result(&run, "isolation", OUTCOME_PASS, "0x00000000e0202000");
	check_put_back(DEVICE_B);
	run_free(&run);
}

/* --- as a user ---------------------------------------------------------------------------- */

static void test_unprivileged(void **state)
{
	struct run run;

	(void)state;
	is_root = false;
	run = run_pair();
	check_result(&run, "isolation", OUTCOME_PASS, "0 bytes through 0x00000000e0201000");
	assert_int_equal(run.summary.result, OUTCOME_PASS);
	run_free(&run);
}

static void test_unprivileged_without_consent(void **state)
{
	struct run run;

	(void)state;
	is_root = false;
	world.pair.target.bar = -1;
	world.pair.target.offset = 0;
	run = run_pair();
	check_result(&run, "isolation", OUTCOME_PASS, "0x00000000e0200000 (reads only)");
	run_free(&run);
	teardown(state);
	setup(state);
	is_root = false;
	world.pair.target.bar = -1;
	world.pair.target.offset = 0;
	world.resources[DEVICE_B][0].flags = RESOURCE_MEMORY;
	run = run_pair();
	check_result(&run, "isolation", OUTCOME_SKIP, "only root is told it");
	assert_int_equal(null.nr_sends, 0);
	run_free(&run);
}

/* Where isolation could not be shown, nothing is written. */
static void test_nothing_is_written_unless_isolated(void **state)
{
	struct run run;

	(void)state;
	is_root = false;
	for (size_t i = 0; i < KERNEL_DEVICES; i++)
		kernel.devices[i].aperture.end = 0xdfffffff;
	run = run_pair();
	check_result(&run, "isolation", OUTCOME_SKIP, "it is not usable");
	check_result(&run, "write", OUTCOME_SKIP, "isolation was not shown");
	check_result(&run, "read", OUTCOME_PASS, "2048 bytes");
	check_result(&run, "unmap", OUTCOME_PASS, "");
	check_result(&run, "cross-container", OUTCOME_PASS, "2048 bytes"); /* read */
	assert_int_equal(null.nr_sends, 0);
	run_free(&run);
}

/* --- engines ------------------------------------------------------------------------------ */

static void test_no_engine(void **state)
{
	struct run run;

	(void)state;
	has_engine = false;
	run = run_pair();
	assert_int_equal(run.summary.result, OUTCOME_SKIP);
	assert_string_equal(run.summary.reason, "engine: no engine of ours drives 0000:00:02.0");
	check_result(&run, "map", OUTCOME_PASS, "");
	check_result(&run, "isolation", OUTCOME_SKIP, "no engine");
	check_result(&run, "write", OUTCOME_SKIP, "no engine");
	check_result(&run, "cross-container", OUTCOME_INFO, "nothing was moved");
	check_result(&run, "lifetime", OUTCOME_INFO, "outlives");
	assert_true(result_of(&run, "write")->follows);
	assert_false(result_of(&run, "engine")->follows);
	run_free(&run);
}

static void test_engine_does_not_start(void **state)
{
	static const struct {
		int code;
		enum outcome outcome;
	} cases[] = {
		{ -ETIMEDOUT, OUTCOME_FAIL },
		{ -ENODEV, OUTCOME_FAIL },
		{ -EOPNOTSUPP, OUTCOME_SKIP },
		{ -ENOTTY, OUTCOME_SKIP },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct run run;

		teardown(state);
		setup(state);
		null.init_fails = cases[i].code;
		run = run_pair();
		check_result(&run, "engine", cases[i].outcome, "does not start");
		check_result(&run, "map", OUTCOME_PASS, "");
		assert_int_equal(run.summary.result, cases[i].outcome);
		check_put_back(DEVICE_B);
		run_free(&run);
	}
}

/* At each of its moves it may end for good, or stop: there is a failure, and no pass by it. */
static void test_engine_fails_at_each_move(void **state)
{
	struct run good = run_pair();
	unsigned nr = null.nr_moves;

	assert_true(nr > 8);
	run_free(&good);
	for (unsigned i = 0; i < 2 * nr; i++) {
		struct run run;

		teardown(state);
		setup(state);
		null.fails_at = i / 2 + 1;
		null.fails = ETIMEDOUT;
		null.stays_lost = i % 2;
		run = run_pair();
		if (null.stays_lost) {
			if (run.summary.result != OUTCOME_FAIL)
				fail_msg("move %u: %s", null.fails_at,
					 outcome_name(run.summary.result));
			assert_non_null(strstr(run.summary.reason, "null: "));
		}
		check_put_back(DEVICE_B);
		run_free(&run);
	}
}

/* The same with the checks that provoke it, and where the move was not even begun. */
static void test_engine_fails_at_each_move_of_all_checks(void **state)
{
	struct run good;
	unsigned nr;

	world.pair.disruptive = true;
	good = run_pair();
	nr = null.nr_moves;
	run_free(&good);
	for (unsigned i = 0; i < 4 * nr; i++) {
		struct run run;

		teardown(state);
		setup(state);
		world.pair.disruptive = true;
		null.fails_at = i / 4 + 1;
		null.fails = i % 4 < 2 ? ETIMEDOUT : EIO;
		null.stays_lost = i % 4 == 0;
		null.fails_before = i % 2;
		run = run_pair();
		if (null.stays_lost)
			assert_int_equal(run.summary.result, OUTCOME_FAIL);
		/* Where it was not asked nothing is said to have held: an address less counts. */
		if (null.fails_before && run.summary.result == OUTCOME_PASS &&
		    strchr(result_of(&run, "isolation")->observed, ',') &&
		    result_of(&run, "unmap")->outcome == OUTCOME_PASS)
			assert_true(result_of(&run, "cross-container")->outcome == OUTCOME_FAIL ||
				    strstr(result_of(&run, "disabled")->observed, "error") ||
				    strstr(result_of(&run, "reset")->observed, "error") ||
				    strstr(result_of(&run, "closed")->observed, "error"));
		check_put_back(DEVICE_B);
		run_free(&run);
	}
}

/* Addresses that it cuts off are none that isolation could be tried at. */
static void test_engine_with_short_arms(void **state)
{
	struct run run;

	(void)state;
	null.mask_bits = 28;
	run = run_pair();
	check_result(&run, "isolation", OUTCOME_SKIP, "null does not reach " OURS_TEXT);
	check_result(&run, "write", OUTCOME_SKIP, "isolation was not shown");
	assert_int_equal(run.summary.result, OUTCOME_SKIP);
	run_free(&run);
}

static void test_engine_that_moves_too_much(void **state)
{
	struct run run;

	(void)state;
	world.pair.target.bar = -1;
	world.pair.target.offset = 0;
	lends = true;
	null.lent = 16;
	null.least = 512;
	run = run_pair();
	check_result(&run, "write", OUTCOME_SKIP, "null moves 512 bytes at least");
	check_result(&run, "isolation", OUTCOME_PASS, OURS_TEXT);
	assert_int_equal(run.summary.result, OUTCOME_SKIP);
	run_free(&run);
}

/* It is told to read only what was put there, and nothing where that might not be it. */
static void test_engine_that_executes(void **state)
{
	struct run run;

	(void)state;
	null.executes = true;
	run = run_pair();
	assert_int_equal(run.summary.result, OUTCOME_PASS);
	assert_int_equal(null.nr_moves - null.nr_sends, 1); /* the check "read" */
	run_free(&run);
	teardown(state);
	setup(state);
	null.executes = true;
	world.pair.disruptive = true;
	world.pair.target.bar = -1;
	world.pair.target.offset = 0;
	run = run_pair();
	check_result(&run, "read", OUTCOME_SKIP, "executes what it reads");
	check_result(&run, "unmap", OUTCOME_SKIP, "executes what it reads");
	check_result(&run, "disabled", OUTCOME_SKIP, "executes what it reads");
	check_result(&run, "closed", OUTCOME_SKIP, "executes what it reads");
	assert_int_equal(null.nr_moves - null.nr_sends, 0);
	run_free(&run);
}

/* What it would execute is known to be ours only where a write was seen to arrive. */
static void test_engine_that_executes_after_a_lost_write(void **state)
{
	struct run run;

	(void)state;
	null.executes = true;
	kernel.dma = DMA_WRITES_LOST;
	run = run_pair();
	check_result(&run, "write", OUTCOME_FAIL, "nothing of 2048 bytes arrived");
	check_result(&run, "read", OUTCOME_SKIP, "executes what it reads");
	assert_int_equal(null.nr_moves - null.nr_sends, 0);
	run_free(&run);
}

static void test_measured(void **state)
{
	struct run run;

	(void)state;
	world.pair.measures = true;
	run = run_pair();
	assert_int_equal(run.summary.nr_rates, 2);
	assert_string_equal(run.summary.rates[0].direction, "write");
	assert_true(run.summary.rates[0].bytes_per_second > NULL_CHUNK);
	assert_string_equal(run.summary.rates[1].direction, "read");
	assert_true(run.summary.rates[1].bytes_per_second > NULL_CHUNK);
	check_put_back(DEVICE_B);
	run_free(&run);
}

/* Only a direction in which something arrived. */
static void test_measured_as_far_as_it_works(void **state)
{
	struct run run;

	(void)state;
	world.pair.measures = true;
	kernel.dma = DMA_WRITES_LOST;
	run = run_pair();
	assert_int_equal(run.summary.nr_rates, 1);
	assert_string_equal(run.summary.rates[0].direction, "read");
	run_free(&run);
}

static void test_engine_that_tells_nothing(void **state)
{
	struct run run;

	(void)state;
	null.is_anything = true;
	run = run_pair();
	check_result(&run, "read", OUTCOME_FAIL, "nothing came");
	run_free(&run);
}

/* --- bad targets -------------------------------------------------------------------------- */

static void test_bar_that_cannot_be_mapped(void **state)
{
	struct run run;

	(void)state;
	world.pair.target.bar = 3;
	run = run_pair();
	check_result(&run, "map", OUTCOME_SKIP, "BAR 3 of 0000:00:03.0 cannot be mapped");
	check_result(&run, "isolation", OUTCOME_PASS, OURS_TEXT);
	assert_int_equal(run.summary.bar, -1);
	assert_int_equal(run.summary.result, OUTCOME_SKIP);
	run_free(&run);
}

static void test_offset_at_the_end(void **state)
{
	struct run run;

	(void)state;
	world.pair.target.offset = KERNEL_BAR0_SIZE - 8;
	run = run_pair();
	check_result(&run, "write", OUTCOME_PASS, "8 bytes");
	assert_int_equal(run.summary.result, OUTCOME_PASS);
	check_put_back(DEVICE_B);
	run_free(&run);
	world.pair.target.offset = KERNEL_BAR0_SIZE;
	run = run_pair();
	check_result(&run, "map", OUTCOME_SKIP, "none at offset 0x10000");
	run_free(&run);
}

/* A part that goes over the end of a page. */
static void test_offset_in_a_page(void **state)
{
	struct run run;

	(void)state;
	world.pair.target.offset = 0x1ff8;
	run = run_pair();
	check_result(&run, "write", OUTCOME_PASS, "2048 bytes");
	assert_int_equal(run.summary.result, OUTCOME_PASS);
	check_put_back(DEVICE_B);
	run_free(&run);
}

static void test_kernel_without_dmabuf(void **state)
{
	struct run run;

	(void)state;
	world.pair.backend = &iommufd_ops;
	kernel.lacks_dmabuf = true;
	run = run_pair();
	check_result(&run, "map", OUTCOME_SKIP, "6.19");
	check_result(&run, "isolation", OUTCOME_PASS, "");
	check_result(&run, "write", OUTCOME_SKIP, "could not be mapped");
	check_result(&run, "lifetime", OUTCOME_SKIP, "could not be mapped");
	assert_int_equal(run.summary.result, OUTCOME_SKIP);
	assert_non_null(strstr(run.summary.reason, "map: "));
	run_free(&run);
}

static void test_map_is_refused(void **state)
{
	struct run run;

	(void)state;
	kernel.broken = RULE_REFUSES_BAR;
	run = run_pair();
	check_result(&run, "map", OUTCOME_FAIL, "EFAULT");
	check_result(&run, "write", OUTCOME_SKIP, "could not be mapped");
	run_free(&run);
}

static void test_unmap_tells_another_size(void **state)
{
	struct run run;

	(void)state;
	kernel.broken = RULE_WRONG_SIZE;
	run = run_pair();
	check_result(&run, "map", OUTCOME_FAIL, "did not give back its size");
	run_free(&run);
}

/* Whoever has no group for us: the rest says nothing, and so does the status. */
static void test_target_is_busy(void **state)
{
	struct run run;

	(void)state;
	kernel_fails("group 8 GET_DEVICE_FD", 0, EBUSY);
	run = run_pair();
	assert_int_equal(run.code, -EBUSY);
	assert_int_equal(run.summary.result, OUTCOME_FAIL);
	check_result(&run, "attach", OUTCOME_FAIL, "0000:00:03.0");
	check_result(&run, "map", OUTCOME_SKIP, "not in one address space");
	check_result(&run, "lifetime", OUTCOME_SKIP, "not in one address space");
	run_free(&run);
}

/* What devices decode is unknown, so there is no address that is surely none of theirs. */
static void test_unknown_windows(void **state)
{
	struct run run;

	(void)state;
	scene.devices[DEVICE_TWIN].resources_known = false;
	run = run_pair();
	assert_int_equal(run.code, -ENODATA);
	check_result(&run, "attach", OUTCOME_FAIL, "unknown");
	assert_int_equal(null.nr_moves, 0);
	run_free(&run);
}

/* No address is asked for that a device decodes, but those of the target itself. */
static void test_addresses_avoid_devices(void **state)
{
	struct run run;

	(void)state;
	world.resources[DEVICE_TWIN][0] =
		(struct resource){ 0x100000, 0x3fffffff, RESOURCE_MEMORY };
	run = run_pair();
	assert_int_equal(run.summary.result, OUTCOME_PASS);
	for (unsigned i = 0; i < null.nr_moves && i < COUNT(null.moved); i++)
		assert_true(null.moved[i] > 0x3fffffff);
	run_free(&run);
}

/* --- what was there is there again -------------------------------------------------------- */

static int target_of_bar_store;
static unsigned nr_bar_stores;
void __wrap_bar_store(const struct bar_view *view, const uint8_t *bytes, size_t size);
void __real_bar_store(const struct bar_view *view, const uint8_t *bytes, size_t size);

/* From the nth store on nothing gets through: the device died. */
void __wrap_bar_store(const struct bar_view *view, const uint8_t *bytes, size_t size)
{
	nr_bar_stores++;
	if (target_of_bar_store && --target_of_bar_store == 0) {
		target_of_bar_store = 1;
		return;
	}
	__real_bar_store(view, bytes, size);
}

/* Named, but no memory: registers, or a device that died. */
static void test_target_that_holds_nothing(void **state)
{
	struct run run;

	(void)state;
	target_of_bar_store = 1;
	run = run_pair();
	target_of_bar_store = 0;
	check_result(&run, "isolation", OUTCOME_PASS, "0 bytes through " OURS_TEXT);
	check_result(&run, "write", OUTCOME_SKIP, "does not hold what this process writes");
	check_result(&run, "read", OUTCOME_SKIP, "does not hold what this process writes");
	check_result(&run, "unmap", OUTCOME_SKIP, "does not hold what this process writes");
	assert_int_equal(run.summary.result, OUTCOME_SKIP);
	assert_int_equal(run.code, 0);
	run_free(&run);
}

static bool is_restless;
void __wrap_bar_load(const struct bar_view *view, uint8_t *bytes, size_t size);
void __real_bar_load(const struct bar_view *view, uint8_t *bytes, size_t size);

void __wrap_bar_load(const struct bar_view *view, uint8_t *bytes, size_t size)
{
	static uint8_t count;

	__real_bar_load(view, bytes, size);
	if (is_restless)
		bytes[1] = count++;
}

static void test_target_that_changes(void **state)
{
	struct run run;

	(void)state;
	world.pair.target.bar = -1;
	world.pair.target.offset = 0;
	is_restless = true;
	run = run_pair();
	is_restless = false;
	check_result(&run, "read", OUTCOME_INFO, "changes by itself");
	run_free(&run);
}

static void test_cannot_be_put_back(void **state)
{
	struct run run;

	(void)state;
	target_of_bar_store = 9; /* while isolation and write are tested */
	run = run_pair();
	target_of_bar_store = 0;
	assert_int_equal(run.code, -EIO);
	assert_non_null(strstr(run.err.text, "could not be put back"));
	assert_int_equal(run.summary.result, OUTCOME_FAIL);
	run_free(&run);
}

/* Even its own value may mean something to a register: what nobody changed is not put back. */
static void test_unchanged_is_left_alone(void **state)
{
	struct run run;

	(void)state;
	has_engine = false;
	nr_bar_stores = 0;
	run = run_pair();
	assert_int_equal(nr_bar_stores, 0);
	assert_int_equal(run.code, 0);
	run_free(&run);
}

/* After a reset nothing is lent any more: what was there cannot be put back, and it is not put
 * where it never was. */
static void test_loan_ends_with_a_reset(void **state)
{
	uint8_t *bar = kernel_bar(DEVICE_B);
	struct run run;

	(void)state;
	world.pair.disruptive = true;
	world.pair.target.bar = -1;
	world.pair.target.offset = 0;
	lends = true;
	null.lent = 512;
	null.lends_times = 1;
	run = run_pair();
	check_result(&run, "reset", OUTCOME_FAIL, "does not lend the same part");
	assert_int_equal(run.code, -EIO);
	assert_int_equal(run.summary.result, OUTCOME_FAIL);
	assert_non_null(strstr(run.summary.reason, "could not be put back"));
	assert_memory_equal(bar, world.before, LENT_AT);
	run_free(&run);
}

static bool memory_stays_off;
int __wrap_vfio_command_change(struct vfio_device *opened, uint16_t set, uint16_t clear);
int __real_vfio_command_change(struct vfio_device *opened, uint16_t set, uint16_t clear);

int __wrap_vfio_command_change(struct vfio_device *opened, uint16_t set, uint16_t clear)
{
	static bool is_off;

	is_off |= memory_stays_off && clear == COMMAND_MEMORY;
	if (!memory_stays_off)
		is_off = false;
	if (is_off && set == COMMAND_MEMORY && opened->device == &scene.devices[DEVICE_B])
		return -EIO;
	return __real_vfio_command_change(opened, set, clear);
}

/* Nothing of the target is accessed any more: that would end this process. */
static void test_memory_stays_disabled(void **state)
{
	struct run run;

	(void)state;
	world.pair.disruptive = true;
	world.pair.measures = true;
	memory_stays_off = true;
	run = run_pair();
	memory_stays_off = false;
	check_result(&run, "disabled", OUTCOME_FAIL, "its memory cannot be enabled");
	check_result(&run, "reset", OUTCOME_SKIP, "its memory cannot be enabled");
	assert_int_equal(run.code, -EIO);
	run_free(&run);
}

/* A signal at any request: no check is begun after it, nothing is left, all is put back. */
static void test_interrupted(void **state)
{
	unsigned long nr;
	struct run run = run_pair();

	nr = kernel.nr_ioctls;
	run_free(&run);
	for (unsigned long i = 1; i <= nr; i += 3) {
		teardown(state);
		setup(state);
		hold_signals();
		kernel.signal_at = i;
		run = run_pair();
		assert_true(interrupted());
		check_put_back(DEVICE_B);
		run_free(&run);
		/* Taken back, or the next one would not begin. */
		signal(SIGTERM, SIG_IGN);
		signal(SIGTERM, SIG_DFL);
		release_signals();
	}
}

/* --- disruptive --------------------------------------------------------------------------- */

static void test_disruptive(void **state)
{
	struct run run;

	(void)state;
	world.pair.disruptive = true;
	run = run_pair();
	assert_int_equal(run.summary.result, OUTCOME_PASS);
	assert_string_equal(result_of(&run, "disabled")->observed, "all-ones (UR), then data");
	assert_string_equal(result_of(&run, "reset")->observed, "data");
	assert_string_equal(result_of(&run, "closed")->observed, "data");
	check_put_back(DEVICE_B);
	run_free(&run);
	teardown(state);
	setup(state);
	world.pair.disruptive = true;
	world.pair.backend = &iommufd_ops;
	run = run_pair();
	assert_string_equal(result_of(&run, "reset")->observed, "revoked");
	assert_string_equal(result_of(&run, "closed")->observed, "revoked");
	assert_int_equal(result_of(&run, "closed")->outcome, OUTCOME_INFO);
	check_put_back(DEVICE_B);
	run_free(&run);
}

static void test_disruptive_sees_faults(void **state)
{
	struct run run;

	(void)state;
	world.pair.disruptive = true;
	has_fault = true;
	run = run_pair();
	assert_string_equal(result_of(&run, "disabled")->observed, "fault, then data");
	run_free(&run);
}

static void test_without_disruptive_nothing_is_closed_and_hit(void **state)
{
	struct run run = run_pair();

	(void)state;
	assert_false(result_of(&run, "disabled")->was_told);
	assert_false(result_of(&run, "reset")->was_told);
	assert_false(result_of(&run, "closed")->was_told);
	assert_int_equal(kernel.devices[DEVICE_B].nr_resets, 0);
	run_free(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_type1, setup, teardown),
		cmocka_unit_test_setup_teardown(test_iommufd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_group, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory_of_the_engine, setup, teardown),
		cmocka_unit_test_setup_teardown(test_faults_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_just_one_fails, setup, teardown),
		cmocka_unit_test(test_wrongs_are_complete),
		cmocka_unit_test_setup_teardown(test_unsafe_sends_no_more, setup, teardown),
		cmocka_unit_test_setup_teardown(test_require_revoked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_never_revoked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lifetime_that_cannot_be_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_consent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_registers_are_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_blank_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unprivileged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_is_written_unless_isolated, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_unprivileged_without_consent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_engine, setup, teardown),
		cmocka_unit_test_setup_teardown(test_engine_does_not_start, setup, teardown),
		cmocka_unit_test_setup_teardown(test_engine_fails_at_each_move, setup, teardown),
		cmocka_unit_test_setup_teardown(test_engine_fails_at_each_move_of_all_checks, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_engine_with_short_arms, setup, teardown),
		cmocka_unit_test_setup_teardown(test_engine_that_moves_too_much, setup, teardown),
		cmocka_unit_test_setup_teardown(test_engine_that_executes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_engine_that_executes_after_a_lost_write, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_engine_that_tells_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_measured_as_far_as_it_works, setup, teardown),
		cmocka_unit_test_setup_teardown(test_measured, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bar_that_cannot_be_mapped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_offset_at_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_offset_in_a_page, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_without_dmabuf, setup, teardown),
		cmocka_unit_test_setup_teardown(test_map_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unmap_tells_another_size, setup, teardown),
		cmocka_unit_test_setup_teardown(test_target_is_busy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_windows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_addresses_avoid_devices, setup, teardown),
		cmocka_unit_test_setup_teardown(test_target_that_holds_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_target_that_changes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cannot_be_put_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory_stays_disabled, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loan_ends_with_a_reset, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unchanged_is_left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interrupted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_disruptive, setup, teardown),
		cmocka_unit_test_setup_teardown(test_disruptive_sees_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without_disruptive_nothing_is_closed_and_hit,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
