/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing default domains: the rules of the kernel (facts/linux.md 1.1, and
 * iommu_group_store_type() of Linux 6.1 and 6.12), and the act on a tree of ordinary files. A write
 * that does not come back is made by the linker (WRAP in the Makefile).
 */
#include "bind/linux/domain.h"
#include "tree.h"
#include "world.h"

#include "util/child.h"

#define NVME 0x010802
#define BRIDGE 0x060400

/* Up to three devices of the one group: driver ("" none, "?" unknown), VFIO's. */
struct member {
	const char *driver;
	bool vfio_dev;
	int class; /* 0: NVMe */
};

static void fill(struct world *world, const char *release, const char *type,
		 const struct member *members, size_t nr)
{
	world_init(world);
	world->machine.release = (char *)release;
	world->group.type = (char *)type;
	world->group.holders_complete = true;
	for (size_t i = 0; i < nr && members[i].driver; i++) {
		struct device *device =
			world_join(world, world_device(world, 0, 3, (uint8_t)i, 0,
						       members[i].class ? members[i].class : NVME));

		device->driver_known = strcmp(members[i].driver, "?") != 0;
		if (device->driver_known && *members[i].driver)
			device->driver = (char *)members[i].driver;
		device->has_vfio_dev = members[i].vfio_dev;
	}
}

static void plan_one(struct domain_plan *plan, const struct world *world, const char *type)
{
	static const bool all[] = { true };

	plan_domains(plan, &world->machine, all, type);
	assert_int_equal(plan->nr, 1);
}

/* --- rules --------------------------------------------------------------------------------- */

#define IDLE                                                                                       \
	{                                                                                          \
		{                                                                                  \
			"vfio-pci", true, 0                                                        \
		}                                                                                  \
	}
#define NONE                                                                                       \
	{                                                                                          \
		{                                                                                  \
			"", false, 0                                                               \
		}                                                                                  \
	}
#define BUSY                                                                                       \
	{                                                                                          \
		{                                                                                  \
			"nvme", false, 0                                                           \
		}                                                                                  \
	}
#define PAIR                                                                                       \
	{                                                                                          \
		{ "", false, 0 },                                                                  \
		{                                                                                  \
			"", false, 0                                                               \
		}                                                                                  \
	}

static void test_rules(void **state)
{
	static const struct {
		const char *release;
		struct member members[3];
		const char *from, *to;
		const char *reason; /* part of it; NULL: planned, "": unchanged */
	} cases[] = {
		/* 6.1: one device without any driver */
		{ "6.1.0-39-amd64", NONE, "DMA-FQ", "identity", NULL },
		{ "6.1.0-39-amd64", NONE, "DMA-FQ", "DMA", NULL },
		{ "6.1.0-39-amd64", NONE, "DMA-FQ", "auto", NULL },
		{ "6.1.0-39-amd64", IDLE, "DMA-FQ", "identity",
		  "0000:03:00.0 has driver vfio-pci, and Linux before 6.4" },
		{ "6.1.0-39-amd64", IDLE, "DMA-FQ", "auto", "has driver vfio-pci" },
		{ "6.1.0-39-amd64", BUSY, "DMA-FQ", "DMA", "restore --to-none 0000:03:00.0" },
		{ "6.1.0-39-amd64",
		  { { "pcieport", false, BRIDGE } },
		  "DMA",
		  "identity",
		  "is a bridge with driver pcieport" },
		{ "6.1.0-39-amd64", PAIR, "DMA-FQ", "identity", "it has 2 devices, and Linux" },
		{ "6.3.9", PAIR, "DMA-FQ", "identity", "it has 2 devices" },
		/* The drivers do not matter for DMA to DMA-FQ, their number does. */
		{ "6.1.0-39-amd64", BUSY, "DMA", "DMA-FQ", NULL },
		{ "6.1.0-39-amd64", PAIR, "DMA", "DMA-FQ", "it has 2 devices" },
		{ "6.1.0-39-amd64", BUSY, "identity", "DMA-FQ", "has driver nvme" },
		{ "5.15.0", BUSY, "DMA", "DMA-FQ", NULL },
		/* 6.4: any number of devices, without drivers of the host */
		{ "6.4.0", PAIR, "DMA-FQ", "identity", NULL },
		{ "6.4.0", IDLE, "DMA-FQ", "identity", NULL },
		{ "6.12.95+bpo-amd64",
		  { { "pcieport", false, BRIDGE }, { "pci-stub", false, 0 } },
		  "DMA",
		  "identity",
		  NULL },
		{ "6.12.95+bpo-amd64", BUSY, "DMA-FQ", "identity",
		  "0000:03:00.0 has driver nvme; bind it to vfio-pci or unbind it first: "
		  "iommutool bind 0000:03:00.0" },
		{ "6.12.95+bpo-amd64", BUSY, "DMA-FQ", "auto", "has driver nvme" },
		{ "6.12.95+bpo-amd64", BUSY, "DMA", "DMA-FQ", NULL },
		{ "6.12.95+bpo-amd64", BUSY, "identity", "DMA-FQ", "has driver nvme" },
		{ "6.12.95+bpo-amd64",
		  { { "", false, 0 }, { "nvme", false, 0 }, { "ahci", false, 0 } },
		  "DMA",
		  "identity",
		  "0000:03:01.0 has driver nvme, and 1 more of the group has one; bind them to "
		  "vfio-pci or unbind them first: iommutool bind --whole-group 0000:03:01.0" },
		{ "7.2.13", BUSY, "DMA", "identity", "has driver nvme" },
		/* before 5.15, before 5.11 */
		{ "5.14.21", NONE, "DMA", "DMA-FQ", "Linux 5.14.21 does not know DMA-FQ" },
		{ "5.14.21", NONE, "DMA", "identity", NULL },
		{ "5.11.0", NONE, "DMA", "identity", NULL },
		{ "5.10.0-28-amd64", NONE, "DMA", "identity",
		  "Linux 5.10.0-28-amd64 cannot change" },
		{ "4.19.0", NONE, "DMA", "identity", "cannot change" },
		/* Nothing to do breaks no rule. */
		{ "6.1.0-39-amd64", BUSY, "identity", "identity", "" },
		{ "6.12.0", BUSY, "DMA-FQ", "DMA-FQ", "" },
		{ "5.10.0", PAIR, "DMA", "DMA", "" },
		/* What is unknown breaks none either. */
		{ NULL, BUSY, "DMA", "identity", NULL },
		{ "", PAIR, "DMA", "identity", NULL },
		{ "six", BUSY, "DMA", "identity", NULL },
		{ "6", BUSY, "DMA", "identity", NULL },
		{ "-6.1", BUSY, "DMA", "identity", NULL },
		{ "6.-1", BUSY, "DMA", "identity", NULL },
		{ "5.14.0-427.13.1.el9_4.x86_64", PAIR, "DMA", "identity", NULL },
		{ "6.1.0", { { "?", false, 0 } }, "DMA", "identity", NULL },
		{ "6.12.0", { { "?", false, 0 } }, "DMA", "identity", NULL },
		{ "6.12.0",
		  { { "?", false, 0 }, { "nvme", false, 0 } },
		  "DMA",
		  "identity",
		  "0000:03:01.0 has driver nvme;" },
		/* Always */
		{ "6.12.0", NONE, NULL, "identity", "no default domain" },
		{ NULL, NONE, NULL, "auto", "no default domain" },
		{ "6.12.0", { { NULL, false, 0 } }, "DMA", "identity", "no devices" },
		{ "6.1.0", { { NULL, false, 0 } }, "DMA", "identity", "no devices" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *reason = cases[i].reason;
		struct domain_plan plan;
		struct world world;
		char name[16];

		snprintf(name, sizeof(name), "row %zu", i);
		fill(&world, cases[i].release, cases[i].from, cases[i].members, 3);
		plan_one(&plan, &world, cases[i].to);
		assert_case(plan.changes[0].result == (!reason	 ? DOMAIN_PLANNED
						       : *reason ? DOMAIN_REFUSED
								 : DOMAIN_UNCHANGED),
			    name);
		if (reason && *reason)
			assert_case(strstr(plan.changes[0].reason, reason), plan.changes[0].reason);
		else
			assert_case(!plan.changes[0].reason, name);
		assert_case(plan.changes[0].steps.nr == (reason ? 0 : 1), name);
		assert_string_equal(plan.changes[0].to, cases[i].to);
		domain_plan_free(&plan);
	}
}

static void test_holders(void **state)
{
	static const struct {
		const char *release, *from, *to;
		bool refused;
	} cases[] = {
		{ "6.1.0", "DMA-FQ", "identity", true },
		{ "6.1.0", "DMA", "DMA-FQ", true }, /* not on its default domain: EBUSY */
		{ "6.12.0", "DMA-FQ", "identity", true },
		{ "6.12.0", "DMA", "DMA-FQ", false }, /* only the default domain is touched */
		{ NULL, "DMA", "identity", false },
		{ "6.12.0", "DMA", "DMA", false },
	};
	static const struct member idle[] = IDLE;
	struct holder holders[] = { { 812, "qemu", (char *)"/dev/vfio/8" },
				    { 911, "qemu", (char *)"/dev/vfio/8" } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct domain_plan plan;
		struct world world;

		fill(&world, cases[i].release, cases[i].from, idle, 1);
		world.group.holders = holders;
		world.group.nr_holders = 1;
		plan_one(&plan, &world, cases[i].to);
		assert_int_equal(plan.changes[0].result == DOMAIN_REFUSED, cases[i].refused);
		if (cases[i].refused)
			assert_string_equal(plan.changes[0].reason,
					    "812 (qemu) has /dev/vfio/8 open; end that process "
					    "first");
		domain_plan_free(&plan);
		if (!cases[i].refused)
			continue;
		world.group.nr_holders = 2;
		plan_one(&plan, &world, cases[i].to);
		assert_non_null(strstr(plan.changes[0].reason, "and not only that one"));
		domain_plan_free(&plan);
	}
}

/* Devices that the kernel lists but that could not be read count, where the number matters. */
static void test_strangers(void **state)
{
	static const struct member none[] = NONE;
	struct domain_plan plan;
	struct world world;

	(void)state;
	fill(&world, "6.1.0", "DMA", none, 1);
	world.group.has_strangers = true;
	plan_one(&plan, &world, "identity");
	assert_non_null(strstr(plan.changes[0].reason, "it has more than 1 devices"));
	domain_plan_free(&plan);
	world.machine.release = (char *)"6.12.0";
	plan_one(&plan, &world, "identity");
	assert_int_equal(plan.changes[0].result, DOMAIN_PLANNED);
	domain_plan_free(&plan);
}

/* --- the act ------------------------------------------------------------------------------- */

/* The write of this number, counted from 1, does not come back. */
static struct {
	int number, code;
	bool is_done; /* it had its effect nonetheless */
	int timeout_ms;
	int nr;
} hanging;

#define STUCK_PID 4711

int __wrap_run_in_child(int (*work)(const void *argument, struct child_answer *answer),
			const void *argument, int timeout_ms, struct child_answer *answer,
			pid_t *stuck);
int __real_run_in_child(int (*work)(const void *argument, struct child_answer *answer),
			const void *argument, int timeout_ms, struct child_answer *answer,
			pid_t *stuck);

int __wrap_run_in_child(int (*work)(const void *argument, struct child_answer *answer),
			const void *argument, int timeout_ms, struct child_answer *answer,
			pid_t *stuck)
{
	hanging.timeout_ms = timeout_ms;
	if (++hanging.nr != hanging.number)
		return __real_run_in_child(work, argument, timeout_ms, answer, stuck);
	if (hanging.is_done)
		__real_run_in_child(work, argument, timeout_ms, NULL, stuck);
	*stuck = hanging.code == -ETIMEDOUT ? STUCK_PID : 0;
	return hanging.code;
}

#define GROUPS 3
#define TYPE_FILE(n) "sys/kernel/iommu_groups/" #n "/type"

static const char *const files[GROUPS] = { TYPE_FILE(0), TYPE_FILE(1), TYPE_FILE(2) };

/* Three groups of a device each, and their files. */
struct stage {
	struct tree tree;
	struct source source;
	struct machine machine;
	struct group groups[GROUPS];
	struct device devices[GROUPS];
	struct device *members[GROUPS];
	struct domain_plan plan;
};

static void stage_set(struct stage *stage, const char *const types[GROUPS], const char *to)
{
	static const bool all[GROUPS] = { true, true, true };

	memset(stage, 0, sizeof(*stage));
	memset(&hanging, 0, sizeof(hanging));
	tree_make(&stage->tree);
	for (size_t i = 0; i < GROUPS; i++) {
		tree_text(&stage->tree, files[i], types[i]);
		stage->devices[i] =
			(struct device){ .name = (char *)"0000:00:02.0", .driver_known = true };
		stage->members[i] = &stage->devices[i];
		stage->groups[i] = (struct group){ .number = (uint32_t)i,
						   .type = (char *)types[i],
						   .devices = &stage->members[i],
						   .nr_devices = 1,
						   .holders_complete = true };
	}
	stage->machine = (struct machine){ .groups = stage->groups,
					   .nr_groups = GROUPS,
					   .release = (char *)"6.12.0" };
	tree_open(&stage->tree, &stage->source);
	plan_domains(&stage->plan, &stage->machine, all, to);
}

static void stage_strike(struct stage *stage)
{
	domain_plan_free(&stage->plan);
	source_close(&stage->source);
	tree_remove(&stage->tree);
}

/* The file of a group becomes what writing to fails for, or has no effect on. */
static void spoil(const struct stage *stage, size_t i, const char *how)
{
	char path[PATH_MAX];

	tree_path(&stage->tree, path, files[i]);
	assert_int_equal(unlink(path), 0);
	if (strcmp(how, "swallows") == 0)
		assert_int_equal(symlink("/dev/null", path), 0);
	else
		assert_string_equal(how, "gone");
}

static void assert_type(const struct stage *stage, size_t i, const char *type)
{
	char path[PATH_MAX], text[32] = "";
	FILE *file;

	tree_path(&stage->tree, path, files[i]);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, type);
}

static void assert_change(const struct stage *stage, size_t i, enum domain_result result,
			  const char *reason)
{
	const struct domain_change *change = &stage->plan.changes[i];

	assert_string_equal(domain_result_name(change->result), domain_result_name(result));
	if (!reason)
		assert_null(change->reason);
	else if (!change->reason || !strstr(change->reason, reason))
		fail_msg("group %zu: \"%s\" lacks \"%s\"", i,
			 change->reason ? change->reason : "(nothing)", reason);
}

static const char *const mixed[GROUPS] = { "DMA-FQ", "identity", "DMA" };
static const char *const lazy[GROUPS] = { "DMA-FQ", "DMA-FQ", "DMA-FQ" };

static void test_change(void **state)
{
	struct stage stage;

	(void)state;
	stage_set(&stage, mixed, "identity");
	change_domains(&stage.source, &stage.plan, 5000);
	assert_change(&stage, 0, DOMAIN_CHANGED, NULL);
	assert_change(&stage, 1, DOMAIN_UNCHANGED, NULL);
	assert_change(&stage, 2, DOMAIN_CHANGED, NULL);
	for (size_t i = 0; i < GROUPS; i++)
		assert_type(&stage, i, "identity");
	assert_int_equal(stage.plan.changes[1].steps.nr, 0);
	assert_int_equal(stage.plan.changes[2].steps.nr, 1);
	assert_string_equal(stage.plan.changes[2].steps.items[0],
			    "echo identity > /sys/kernel/iommu_groups/2/type");
	stage_strike(&stage);
}

/* What was dropped is not written, though it is still called planned. */
static void test_dropped(void **state)
{
	struct stage stage;

	(void)state;
	stage_set(&stage, lazy, "DMA");
	conclude_change(&stage.plan.changes[1], DOMAIN_REFUSED, "%s", "no");
	assert_ptr_equal(find_change(&stage.plan, DOMAIN_REFUSED), &stage.plan.changes[1]);
	drop_planned(&stage.plan, DOMAIN_PLANNED, "because of %d", 1);
	change_domains(&stage.source, &stage.plan, 5000);
	assert_change(&stage, 0, DOMAIN_PLANNED, "because of 1");
	assert_change(&stage, 1, DOMAIN_REFUSED, "no");
	assert_change(&stage, 2, DOMAIN_PLANNED, "because of 1");
	for (size_t i = 0; i < GROUPS; i++) {
		assert_type(&stage, i, "DMA-FQ");
		assert_int_equal(stage.plan.changes[i].steps.nr, 0);
	}
	stage_strike(&stage);
}

/* The kernel decides: the file takes the word "auto" itself here. */
static void test_auto(void **state)
{
	struct stage stage;

	(void)state;
	stage_set(&stage, lazy, "auto");
	change_domains(&stage.source, &stage.plan, 5000);
	assert_change(&stage, 0, DOMAIN_CHANGED, NULL);
	assert_string_equal(stage.plan.changes[0].to, "auto");
	stage_strike(&stage);
}

static void test_failure_rolls_back(void **state)
{
	struct stage stage;

	(void)state;
	stage_set(&stage, lazy, "identity");
	spoil(&stage, 1, "gone");
	change_domains(&stage.source, &stage.plan, 5000);
	assert_change(&stage, 0, DOMAIN_ROLLED_BACK, "group 1 failed");
	assert_change(&stage, 1, DOMAIN_FAILED, "the group is gone");
	assert_change(&stage, 2, DOMAIN_PLANNED, "not tried: group 1 failed");
	assert_type(&stage, 0, "DMA-FQ");
	assert_type(&stage, 2, "DMA-FQ");
	assert_int_equal(stage.plan.changes[0].steps.nr, 2);
	assert_string_equal(stage.plan.changes[0].steps.items[1],
			    "echo DMA-FQ > /sys/kernel/iommu_groups/0/type");
	assert_int_equal(stage.plan.changes[2].steps.nr, 0);
	stage_strike(&stage);
}

/* The write succeeds, but nothing comes of it: only reading tells. */
static void test_verifies(void **state)
{
	struct stage stage;

	(void)state;
	stage_set(&stage, lazy, "identity");
	spoil(&stage, 2, "swallows");
	change_domains(&stage.source, &stage.plan, 5000);
	assert_change(&stage, 0, DOMAIN_ROLLED_BACK, "group 2 failed");
	assert_change(&stage, 1, DOMAIN_ROLLED_BACK, "group 2 failed");
	assert_change(&stage, 2, DOMAIN_FAILED, "something unreadable, and it could not go back");
	assert_type(&stage, 0, "DMA-FQ");
	assert_type(&stage, 1, "DMA-FQ");
	stage_strike(&stage);
}

/* After the timeout nothing is written any more, not even to go back. */
static void test_stuck(void **state)
{
	struct stage stage;

	(void)state;
	stage_set(&stage, lazy, "identity");
	hanging.number = 2;
	hanging.code = -ETIMEDOUT;
	hanging.is_done = true;
	change_domains(&stage.source, &stage.plan, 1000);
	assert_int_equal(hanging.nr, 2);
	assert_int_equal(hanging.timeout_ms, 1000);
	assert_change(&stage, 0, DOMAIN_CHANGED, NULL);
	assert_change(&stage, 1, DOMAIN_STUCK,
		      "did not answer within 1 s; process 4711 waits for it, see dmesg and "
		      "/proc/4711/stack");
	assert_change(&stage, 2, DOMAIN_PLANNED, "not tried: group 1 is stuck");
	assert_type(&stage, 0, "identity");
	assert_type(&stage, 1, "identity");
	assert_type(&stage, 2, "DMA-FQ");
	stage_strike(&stage);
}

/* Going back: the one that hangs is stuck, and those before it are left as they are. */
static void test_stuck_in_roll_back(void **state)
{
	struct stage stage;

	(void)state;
	stage_set(&stage, lazy, "identity");
	spoil(&stage, 2, "gone");
	hanging.number = 4; /* three forward, and group 1 back */
	hanging.code = -ETIMEDOUT;
	change_domains(&stage.source, &stage.plan, 1000);
	assert_int_equal(hanging.nr, 4);
	assert_change(&stage, 0, DOMAIN_CHANGED, NULL);
	assert_change(&stage, 1, DOMAIN_STUCK,
		      "group 2 failed, and this one could not go back from identity to DMA-FQ: the "
		      "kernel did not answer; process 4711 waits for it");
	assert_change(&stage, 2, DOMAIN_FAILED, "the group is gone");
	assert_type(&stage, 0, "identity");
	stage_strike(&stage);
}

/* A write that was killed came back: it failed, and the others go back. */
static void test_killed(void **state)
{
	struct stage stage;

	(void)state;
	stage_set(&stage, lazy, "identity");
	hanging.number = 2;
	hanging.code = -EINTR;
	change_domains(&stage.source, &stage.plan, 1000);
	assert_int_equal(hanging.nr, 4);
	assert_change(&stage, 0, DOMAIN_ROLLED_BACK, "group 1 failed");
	assert_change(&stage, 1, DOMAIN_FAILED, "was stopped; it is as it was");
	assert_change(&stage, 2, DOMAIN_PLANNED, "not tried: group 1 failed");
	for (size_t i = 0; i < GROUPS; i++)
		assert_type(&stage, i, "DMA-FQ");
	stage_strike(&stage);
}

/* DMA to DMA-FQ comes last: it may have no way back, so it must not be tried before the others. */
static void test_live_last(void **state)
{
	static const char *const types[GROUPS] = { "DMA", "identity", "DMA" };
	struct stage stage;

	(void)state;
	stage_set(&stage, types, "DMA-FQ");
	spoil(&stage, 1, "gone");
	change_domains(&stage.source, &stage.plan, 5000);
	assert_change(&stage, 0, DOMAIN_PLANNED, "not tried: group 1 failed");
	assert_change(&stage, 1, DOMAIN_FAILED, "the group is gone");
	assert_change(&stage, 2, DOMAIN_PLANNED, "not tried");
	assert_type(&stage, 0, "DMA");
	stage_strike(&stage);
}

static void test_unwritable(void **state)
{
	struct stage stage;
	char path[PATH_MAX];

	(void)state;
	stage_set(&stage, mixed, "identity");
	tree_path(&stage.tree, path, files[2]);
	assert_int_equal(chmod(path, 0444), 0);
	tree_path(&stage.tree, path, files[1]);
	assert_int_equal(chmod(path, 0444), 0);
	refuse_unwritable(&stage.source, &stage.plan);
	assert_change(&stage, 0, DOMAIN_PLANNED, NULL);
	assert_change(&stage, 1, DOMAIN_UNCHANGED, NULL);
	assert_change(&stage, 2, DOMAIN_REFUSED, "/sys/kernel/iommu_groups/2/type is read-only");
	stage_strike(&stage);
}

/* killed after it had its effect: the group itself is not put back */
static void test_killed_after_effect(void **state)
{
	struct stage stage;
	(void)state;
	stage_set(&stage, lazy, "identity");
	hanging.number = 2;
	hanging.code = -EINTR;
	hanging.is_done = true;
	change_domains(&stage.source, &stage.plan, 1000);
	assert_change(&stage, 1, DOMAIN_FAILED, "");
	assert_type(&stage, 1, "DMA-FQ");
	stage_strike(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_holders),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_auto),
		cmocka_unit_test(test_failure_rolls_back),
		cmocka_unit_test(test_verifies),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_stuck_in_roll_back),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_live_last),
		cmocka_unit_test(test_unwritable),
		cmocka_unit_test(test_killed_after_effect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
