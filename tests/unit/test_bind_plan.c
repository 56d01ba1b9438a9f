/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plans over machines made by hand, as captures and as if they were live: then what would be asked
 * of the running system is replaced by the linker (WRAP in the Makefile).
 */
#include "bind/bind.h"
#include "bind/driver.h"
#include "bind/journal.h"
#include "bind/rule.h"
#include "model/usage.h"
#include "tree.h"
#include "util/alloc.h"

#define NIC "0000:03:00.0"    /* in group 8, alone but for its root port */
#define PORT "0000:00:1c.0"   /* in group 8 */
#define GPU "0000:04:00.0"    /* in group 9 with */
#define SOUND "0000:04:00.1"  /* its second function, */
#define BRIDGE "0000:04:00.2" /* a bridge without a driver, */
#define ISA "0000:04:00.3"    /* and one to ISA, with a driver */
#define IDLE "0000:05:00.0"   /* in group 10, no driver */
#define TWIN "0000:06:00.0"   /* in group 11, as IDLE */
#define LONER "0000:07:00.0"  /* in no group */
#define VFIO "0000:08:00.0"   /* in group 12, on vfio-pci */

#define RELEASE "6.1.0-39-amd64"
#define LISTS "lib/modules/" RELEASE "/"
#define NIC_IDENTITY "8086:10d3:8086:a01f"

#define STUCK_PID 4711
#define STUCK_START 5555

static struct tree tree;
static struct source source;
static struct journal journal;

/* What the functions below answer and were asked. */
static struct {
	const char *override; /* of every device; NULL: none */
	int override_code;
	unsigned override_reads;
	const struct rule *rule; /* of every device; NULL: none */
	int rule_code;
	const char *rule_device; /* only it has the rule; NULL: every device */
	const char *rule_to;	 /* NULL: vfio-pci */
	uint64_t child_start;
	bool is_gone;	    /* there is no device */
	const char *driver; /* that it has now; NULL: none */
	enum driver_state driver_state;
	char asked_driver[32]; /* whose state was asked for; "": nobody's */
	const char *serial;
	char log[512]; /* what was read and collected, a line each */
	bool may_open; /* as it was last collected */
	void (*add_usage)(struct usage *usage, const struct machine *machine);
} host;

/* --- what the linker puts in the place of the running system ------------------------------ */

int __wrap_override_now(const struct source *from, const char *device, int timeout_ms,
			char **override, pid_t *stuck);
int __real_override_now(const struct source *source, const char *device, int timeout_ms,
			char **override, pid_t *stuck);
int __wrap_driver_now(const struct source *from, const char *device, char **driver);
enum driver_state __wrap_driver_state(const struct source *from, const struct machine *machine,
				      const char *name);
int __wrap_ids_now(const struct source *from, const char *device, int *vendor, int *product);
char *__wrap_serial_now(const struct source *from, const struct device *device, int timeout_ms);
char *__real_serial_now(const struct source *from, const struct device *device, int timeout_ms);
int __wrap_rule_read(const char *device, struct rule **rule, struct error *err);
uint64_t __wrap_child_start(pid_t child);
void __wrap_child_waits_in(pid_t child, char text[64]);
struct usage *__wrap_collect_usage(const struct source *from, const struct machine *machine,
				   const bool *wanted);
void __wrap_collect_group_users(const struct source *from, struct machine *machine,
				const bool *wanted, bool may_open);
struct usage *__real_collect_usage(const struct source *from, const struct machine *machine,
				   const bool *wanted);

static void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
	size_t length = strlen(host.log);
	va_list ap;

	va_start(ap, format);
	vsnprintf(host.log + length, sizeof(host.log) - length, format, ap);
	va_end(ap);
}

static void note_wanted(const char *what, const struct machine *machine, const bool *wanted)
{
	note("%s:", what);
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (wanted[i])
			note(" %s", machine->devices[i].name);
	note("\n");
}

int __wrap_driver_now(const struct source *from, const char *device, char **driver)
{
	(void)from;
	(void)device;
	*driver = host.is_gone || !host.driver ? NULL : xstrdup(host.driver);
	return host.is_gone ? -ENODEV : 0;
}

/* From the tree, as of now. */
int __wrap_ids_now(const struct source *from, const char *device, int *vendor, int *product)
{
	char path[PATH_MAX], folder[64], text[16];
	int *const ids[] = { vendor, product };
	static const char *const names[] = { "vendor", "device" };

	(void)from;
	if (host.is_gone)
		return -ENODEV;
	for (int i = 0; i < 2; i++) {
		FILE *file;

		snprintf(folder, sizeof(folder), "sys/bus/pci/devices/%s/%s", device, names[i]);
		tree_path(&tree, path, folder);
		file = fopen(path, "re");
		assert_non_null(file);
		assert_non_null(fgets(text, sizeof(text), file));
		fclose(file);
		*ids[i] = (int)strtol(text, NULL, 16);
	}
	return 0;
}

enum driver_state __wrap_driver_state(const struct source *from, const struct machine *machine,
				      const char *name)
{
	(void)machine;
	assert_true(from->live); /* a capture is not asked */
	snprintf(host.asked_driver, sizeof(host.asked_driver), "%s", name);
	return host.driver_state;
}

char *__wrap_serial_now(const struct source *from, const struct device *device, int timeout_ms)
{
	if (!from->live)
		return __real_serial_now(from, device, timeout_ms);
	assert_string_equal(device->name, NIC);
	assert_int_equal(timeout_ms, 7000);
	return host.serial ? xstrdup(host.serial) : NULL;
}

int __wrap_override_now(const struct source *from, const char *device, int timeout_ms,
			char **override, pid_t *stuck)
{
	(void)from;
	(void)device;
	assert_int_equal(timeout_ms, 7000);
	host.override_reads++;
	*stuck = host.override_code == -ETIMEDOUT ? STUCK_PID : 0;
	*override = host.override_code == 0 && host.override ? xstrdup(host.override) : NULL;
	return host.override_code;
}

int __wrap_rule_read(const char *device, struct rule **rule, struct error *err)
{
	note("rule of %s\n", device);
	*rule = NULL;
	if (host.rule_code < 0)
		return (fail)(err, host.rule_code, "the rule is damaged");
	if (!host.rule || (host.rule_device && strcmp(device, host.rule_device) != 0))
		return 0;
	*rule = xcalloc(1, sizeof(**rule));
	(*rule)->device = xstrdup(device);
	(*rule)->identity = xstrdup(host.rule->identity);
	(*rule)->to = xstrdup(host.rule_to ? host.rule_to : "vfio-pci");
	binding_copy(&(*rule)->before, &host.rule->before);
	return 0;
}

uint64_t __wrap_child_start(pid_t child)
{
	return child == STUCK_PID ? host.child_start : 0;
}

void __wrap_child_waits_in(pid_t child, char text[64])
{
	snprintf(text, 64, "%s", child == STUCK_PID ? "vfio_unregister" : "");
}

/* Nobody has any open. */
void __wrap_collect_group_users(const struct source *from, struct machine *machine,
				const bool *wanted, bool may_open)
{
	(void)from;
	note_wanted("users", machine, wanted);
	host.may_open = may_open;
	for (size_t i = 0; i < machine->nr_devices; i++)
		if (wanted[i] && machine->devices[i].group)
			machine->devices[i].group->holders_complete = true;
}

/* Of the functions what the tree has; of the rest what the test says, and all else is known. */
struct usage *__wrap_collect_usage(const struct source *from, const struct machine *machine,
				   const bool *wanted)
{
	struct source capture = *from;
	struct usage *usage;

	note_wanted("usage", machine, wanted);
	capture.live = false;
	usage = __real_collect_usage(&capture, machine, wanted);
	for (size_t i = 0; i < NR_USAGE_PARTS; i++) {
		free(usage->unknown[i]);
		usage->unknown[i] = NULL;
	}
	if (host.add_usage)
		host.add_usage(usage, machine);
	return usage;
}

/* --- the machine -------------------------------------------------------------------------- */

static void put(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	tree_text(&tree, path, text);
}

static void put_link(const char *folder, const char *name, const char *target)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	tree_link(&tree, path, target);
}

/* @id: "vendor device subvendor subdevice", each as sysfs has it */
static void put_device(const char *place, const char *bdf, const char *class, const char *group,
		       const char *driver, const char *const id[4])
{
	static const char *const names[] = { "vendor", "device", "subsystem_vendor",
					     "subsystem_device" };
	char folder[256], text[256];

	snprintf(folder, sizeof(folder), "sys/devices/%s/%s", place, bdf);
	for (size_t i = 0; i < COUNT(names); i++)
		put(folder, names[i], id[i]);
	put(folder, "class", class);
	put(folder, "enable", "0\n");
	snprintf(text, sizeof(text), "../../../devices/%s/%s", place, bdf);
	put_link("sys/bus/pci/devices", bdf, text);
	if (driver) {
		snprintf(text, sizeof(text), "../../../../bus/pci/drivers/%s", driver);
		put_link(folder, "driver", text);
		snprintf(text, sizeof(text), "sys/bus/pci/drivers/%s", driver);
		tree_dir(&tree, text);
	}
	if (!group)
		return;
	snprintf(text, sizeof(text), "../../../kernel/iommu_groups/%s", group);
	put_link(folder, "iommu_group", text);
	snprintf(folder, sizeof(folder), "sys/kernel/iommu_groups/%s", group);
	put(folder, "reserved_regions", "");
	snprintf(folder, sizeof(folder), "sys/kernel/iommu_groups/%s/devices", group);
	snprintf(text, sizeof(text), "../../../../devices/%s/%s", place, bdf);
	put_link(folder, bdf, text);
}

static void put_machine(void)
{
	static const char *const nic[] = { "0x8086\n", "0x10d3\n", "0x8086\n", "0xa01f\n" };
	static const char *const port[] = { "0x8086\n", "0x0001\n", "0x0000\n", "0x0000\n" };
	static const char *const gpu[] = { "0x10de\n", "0x2330\n", "0x10de\n", "0x16c1\n" };
	static const char *const idle[] = { "0x144d\n", "0xa808\n", "0x144d\n", "0xa801\n" };

	put_device("pci0000:00", PORT, "0x060400\n", "8", "pcieport", port);
	put_device("pci0000:00/" PORT, NIC, "0x020000\n", "8", "e1000e", nic);
	put_device("pci0000:00", GPU, "0x030000\n", "9", "nouveau", gpu);
	put_device("pci0000:00", SOUND, "0x040300\n", "9", NULL, gpu);
	put_device("pci0000:00", BRIDGE, "0x060400\n", "9", NULL, port);
	put_device("pci0000:00", ISA, "0x060100\n", "9", "lpc_ich", port);
	put_device("pci0000:00", IDLE, "0x010802\n", "10", NULL, idle);
	put_device("pci0000:00", TWIN, "0x010802\n", "11", NULL, idle);
	put_device("pci0000:00", LONER, "0x020000\n", NULL, "e1000e", nic);
	put_device("pci0000:00", VFIO, "0x010802\n", "12", "vfio-pci", idle);
	put("sys/devices/pci0000:00/" GPU, "boot_vga", "0\n");
	tree_dir(&tree, "sys/devices/pci0000:00/" VFIO "/vfio-dev/vfio0");
	put("proc/sys/kernel", "osrelease", RELEASE "\n");
	tree_text(&tree, LISTS "modules.builtin", "");
	tree_text(&tree, LISTS "modules.dep", "kernel/pci-stub.ko:\nkernel/vfio_iommu_type1.ko:\n");
}

static int setup(void **state)
{
	struct error err = { 0 };
	char path[PATH_MAX];

	(void)state;
	memset(&host, 0, sizeof(host));
	host.driver_state = DRIVER_LOADED;
	tree_make(&tree);
	put_machine();
	tree_open(&tree, &source);
	tree_path(&tree, path, "j");
	assert_int_equal(journal_open(&journal, NULL, path, 0, &err), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	journal_close(&journal);
	source_close(&source);
	tree_remove(&tree);
	return 0;
}

static void put_record(const char *device, const char *identity, struct binding before,
		       const char *at, pid_t child)
{
	const struct record record = { .device = (char *)device,
				       .identity = (char *)identity,
				       .before = before,
				       .to = (char *)"vfio-pci",
				       .state = (char *)at,
				       .child = child,
				       .child_start = child ? STUCK_START : 0 };

	assert_int_equal(journal_write(&journal, &record, NULL), 0);
}

/* --- asking ------------------------------------------------------------------------------- */

static const struct bind_request to_vfio = { .to = "vfio-pci", .timeout_ms = 7000 };
static const struct bind_request give_back = { .giving_back = true, .timeout_ms = 7000 };

/* @names: addresses, a comma between; those that are not there are gone */
static struct bind_plan *plan_of(const struct bind_request *asked, bool live, const char *names)
{
	static struct source from; /* it is asked again later */
	struct machine *machine;
	bool *taken;
	char *text = xstrdup(names), *at = text, *name;
	struct strings gone = { 0 };
	struct bind_plan *plan;

	from = (struct source){ .root = source.root, .live = live, .path = source.path };
	machine = collect(&from, BIND_FACTS);
	taken = xcalloc(machine->nr_devices, sizeof(*taken));
	memset(host.log, 0, sizeof(host.log));
	memset(host.asked_driver, 0, sizeof(host.asked_driver));
	while ((name = strsep(&at, ","))) {
		const struct device *device = find_device_named(machine, name);

		if (device)
			taken[device - machine->devices] = true;
		else
			strings_add(&gone, name);
	}
	plan = bind_plan_new(asked, &from, machine, taken, &gone, &journal);
	strings_free(&gone);
	free(text);
	return plan;
}

/* The steps as they are named, a comma between. */
static void check_steps(const struct steps *steps, const char *wanted, const char *name)
{
	char text[256] = "";

	for (size_t i = 0; i < steps->nr; i++) {
		char *step = step_name(&steps->items[i]);

		assert_true(strlen(text) + strlen(step) + 2 < sizeof(text));
		strcat(strcat(text, i ? "," : ""), step);
		free(step);
	}
	if (strcmp(text, wanted) != 0)
		fail_msg("case \"%s\": steps are \"%s\", not \"%s\"", name, text, wanted);
}

/* @start: of the reason; NULL: there is none */
static void check_change(const struct change *change, enum bind_result result, const char *start)
{
	if (change->result != result || !change->reason != !start ||
	    (start && strncmp(change->reason, start, strlen(start)) != 0))
		fail_msg("%s: %s, %s", change->name, bind_result_name(change->result),
			 change->reason ? change->reason : "no reason");
}

static enum guard_answer answer_of(const struct change *change, const char *guard)
{
	assert_non_null(change->findings);
	assert_non_null(find_guard(guard));
	return change->findings[find_guard(guard) - guards].answer;
}

/* --- bind --------------------------------------------------------------------------------- */

static void test_bind_in_capture(void **state)
{
	struct bind_plan *plan = plan_of(&to_vfio, false, NIC);
	struct change *change = &plan->changes[0];

	(void)state;
	assert_int_equal(plan->nr_changes, 1);
	assert_string_equal(change->name, NIC);
	assert_string_equal(change->device->name, NIC);
	assert_string_equal(change->identity, NIC_IDENTITY);
	assert_string_equal(change->now.driver, "e1000e");
	assert_string_equal(change->now.override, "?"); /* no capture has it */
	assert_int_equal(change->goal_kind, GOAL_DRIVER);
	assert_string_equal(change->goal.driver, "vfio-pci");
	assert_string_equal(change->goal.override, "vfio-pci");
	assert_string_equal(change->reached.driver, "e1000e");
	check_change(change, RESULT_PLANNED, NULL);
	check_steps(&change->steps, "override vfio-pci,unbind e1000e,bind vfio-pci", "bind");
	check_steps(&plan->loads, "load vfio_iommu_type1", "loads"); /* vfio-pci is there */
	assert_null(change->guard);
	assert_null(change->next);
	assert_null(change->record);
	assert_null(change->rule);
	assert_int_equal(host.override_reads, 0); /* nobody asked this machine */
	assert_false(bind_plan_refused(plan));
	for (const struct guard *guard = guards; guard->name; guard++)
		assert_case(answer_of(change, guard->name) == GUARD_PASS, guard->name);
	bind_plan_free(plan);
}

static void test_bind_live(void **state)
{
	struct bind_plan *plan = plan_of(&to_vfio, true, IDLE "," NIC);

	(void)state;
	assert_int_equal(plan->nr_changes, 2);
	assert_string_equal(plan->changes[0].name, NIC); /* by address */
	assert_null(plan->changes[0].now.override);
	check_steps(&plan->changes[0].steps, "override vfio-pci,unbind e1000e,bind vfio-pci", NIC);
	assert_string_equal(plan->changes[1].name, IDLE);
	check_steps(&plan->changes[1].steps, "override vfio-pci,bind vfio-pci", IDLE);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	check_change(&plan->changes[1], RESULT_PLANNED, NULL);
	assert_int_equal(host.override_reads, 2);
	bind_plan_free(plan);
	host.override = "vfio-pci"; /* somebody set it before */
	plan = plan_of(&to_vfio, true, NIC);
	check_steps(&plan->changes[0].steps, "unbind e1000e,bind vfio-pci", NIC);
	assert_string_equal(plan->changes[0].now.override, "vfio-pci");
	bind_plan_free(plan);
}

/* What is there already is unchanged, whatever its override, and then no module is wanted. */
static void test_bind_unchanged(void **state)
{
	struct bind_plan *plan;

	(void)state;
	for (int live = 0; live < 2; live++) {
		plan = plan_of(&to_vfio, live, VFIO);
		check_change(&plan->changes[0], RESULT_UNCHANGED, NULL);
		check_steps(&plan->changes[0].steps, "", VFIO);
		check_steps(&plan->loads, "", "loads");
		assert_null(plan->changes[0].findings);
		assert_false(bind_plan_refused(plan));
		bind_plan_free(plan);
	}
	plan = plan_of(&to_vfio, true, VFIO "," IDLE);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	check_change(&plan->changes[1], RESULT_UNCHANGED, NULL);
	check_steps(&plan->loads, "load vfio_iommu_type1", "loads");
	bind_plan_free(plan);
}

static void test_bind_to_another(void **state)
{
	const struct bind_request request = { .to = "pci-stub", .timeout_ms = 7000 };
	struct bind_plan *plan = plan_of(&request, true, VFIO);

	(void)state;
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	check_steps(&plan->changes[0].steps, "override pci-stub,unbind vfio-pci,bind pci-stub",
		    VFIO);
	check_steps(&plan->loads, "load pci-stub", "loads");
	bind_plan_free(plan);
}

/* --- groups ------------------------------------------------------------------------------- */

static void test_whole_group(void **state)
{
	const struct bind_request request = { .to = "vfio-pci",
					      .whole_group = true,
					      .timeout_ms = 7000 };
	struct bind_plan *plan = plan_of(&request, false, SOUND "," NIC);

	(void)state;
	/* All endpoints, and what blocks; neither the idle bridge nor the root port. */
	assert_int_equal(plan->nr_changes, 4);
	assert_string_equal(plan->changes[0].name, NIC);
	assert_string_equal(plan->changes[1].name, GPU);
	assert_string_equal(plan->changes[2].name, SOUND);
	assert_string_equal(plan->changes[3].name, ISA);
	check_steps(&plan->changes[2].steps, "override vfio-pci,bind vfio-pci", SOUND);
	/* A bridge to ISA is no matter of the group, but of the platform. */
	check_change(&plan->changes[3], RESULT_REFUSED, "platform function (ISA bridge)");
	assert_string_equal(plan->changes[3].guard, "platform");
	assert_true(bind_plan_refused(plan));
	bind_plan_free(plan);
}

static void test_part_of_group(void **state)
{
	const struct bind_request forced = { .to = "vfio-pci",
					     .forced = 1u << (find_guard("group") - guards),
					     .timeout_ms = 7000 };
	struct bind_plan *plan;

	(void)state;
	for (int live = 0; live < 2; live++) {
		plan = plan_of(&to_vfio, live, SOUND);
		check_change(&plan->changes[0], RESULT_REFUSED,
			     GPU " (nouveau) and " ISA " (lpc_ich) are in group 9 too and stay");
		assert_string_equal(plan->changes[0].guard, "group");
		assert_non_null(strstr(plan->changes[0].next, "--whole-group"));
		assert_true(bind_plan_refused(plan));
		bind_plan_free(plan);
	}
	plan = plan_of(&to_vfio, true, GPU "," SOUND);
	check_change(&plan->changes[1], RESULT_REFUSED, ISA " (lpc_ich) is in group 9 too");
	bind_plan_free(plan);
	plan = plan_of(&forced, true, SOUND);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	assert_null(plan->changes[0].guard);
	assert_int_equal(answer_of(&plan->changes[0], "group"), GUARD_REFUSE); /* still said */
	assert_false(bind_plan_refused(plan));
	bind_plan_free(plan);
}

/* What a rule binds at boot, each member by itself, goes along although it is not named. */
static void test_persisted_members(void **state)
{
	const struct rule rule = { .identity = (char *)"8086:0001:0000:0000" };
	struct bind_request boot = to_vfio;
	struct bind_plan *plan;

	(void)state;
	boot.expect = "10de:2330:10de:16c1"; /* as rules have it */
	host.rule = &rule;
	host.rule_device = ISA;
	plan = plan_of(&boot, true, GPU "," SOUND);
	assert_int_equal(plan->nr_changes, 2); /* it is not touched */
	check_change(&plan->changes[1], RESULT_PLANNED, NULL);
	assert_true(
		plan->persisted[find_device_named(plan->machine, ISA) - plan->machine->devices]);
	assert_false(plan->taken[find_device_named(plan->machine, ISA) - plan->machine->devices]);
	bind_plan_free(plan);
	/* To another driver it is no help, and of a capture nobody knows. */
	host.rule_to = "pci-stub";
	plan = plan_of(&boot, true, GPU "," SOUND);
	check_change(&plan->changes[1], RESULT_REFUSED, ISA " (lpc_ich) is in group 9 too");
	bind_plan_free(plan);
	host.rule_to = NULL;
	plan = plan_of(&boot, false, GPU "," SOUND);
	check_change(&plan->changes[1], RESULT_REFUSED, ISA " (lpc_ich) is in group 9 too");
	assert_null(strstr(host.log, "rule of"));
	bind_plan_free(plan);
	/* That of a device of another group is not even looked for. */
	boot.expect = NIC_IDENTITY;
	plan = plan_of(&boot, true, NIC);
	assert_non_null(strstr(host.log, "rule of " PORT "\n"));
	assert_null(strstr(host.log, "rule of " ISA "\n"));
	bind_plan_free(plan);
}

/* --- guards that refuse ------------------------------------------------------------------- */

static void add_mounted(struct usage *usage, const struct machine *machine)
{
	struct disk *disk = usage_add_disk(usage, find_device_named(machine, NIC), "nvme0n1");

	disk->claimed = TRI_YES;
	strings_add(&disk->mounts, "/srv");
}

static void add_root(struct usage *usage, const struct machine *machine)
{
	struct disk *disk = usage_add_disk(usage, find_device_named(machine, NIC), "nvme0n1");

	disk->claimed = TRI_YES;
	disk->has_root = true;
	strings_add(&disk->mounts, "/");
}

static void add_route(struct usage *usage, const struct machine *machine)
{
	struct interface *interface =
		usage_add_interface(usage, find_device_named(machine, NIC), "eno1");

	interface->up = true;
	interface->has_default_route = true;
}

static void add_login(struct usage *usage, const struct machine *machine)
{
	struct interface *interface =
		usage_add_interface(usage, find_device_named(machine, NIC), "eno1");

	strings_add(&interface->carries, "this login (from 10.0.0.7)");
}

static void test_refused(void **state)
{
	static const struct {
		const char *device, *guard, *reason;
		void (*add_usage)(struct usage *usage, const struct machine *machine);
		bool forcible;
	} cases[] = {
		{ NIC, "mounted", "nvme0n1 is mounted on /srv", add_mounted, true },
		{ NIC, "root", "nvme0n1", add_root, false },
		{ NIC, "network", "eno1 has the default route", add_route, true },
		{ NIC, "uplink", "eno1 carries this login (from 10.0.0.7)", add_login, false },
		{ LONER, "no-group", "no IOMMU translates for it", NULL, true },
		{ PORT, "bridge", "it is a bridge", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases) * 2; i++) {
		struct bind_request request = to_vfio;
		struct bind_plan *plan;
		bool live = i % 2;

		host.add_usage = cases[i / 2].add_usage;
		plan = plan_of(&request, live, cases[i / 2].device);
		check_change(&plan->changes[0], RESULT_REFUSED, cases[i / 2].reason);
		assert_string_equal(plan->changes[0].guard, cases[i / 2].guard);
		assert_non_null(plan->changes[0].next);
		/* What would be done is still shown. */
		assert_true(plan->changes[0].steps.nr > 0);
		assert_true(bind_plan_refused(plan));
		bind_plan_free(plan);
		request.forced = ~0u;
		plan = plan_of(&request, live, cases[i / 2].device);
		if (cases[i / 2].forcible)
			check_change(&plan->changes[0], RESULT_PLANNED, NULL);
		else
			check_change(&plan->changes[0], RESULT_REFUSED, cases[i / 2].reason);
		bind_plan_free(plan);
	}
}

static void test_boot_display(void **state)
{
	struct bind_plan *plan;

	(void)state;
	put("sys/devices/pci0000:00/" GPU, "boot_vga", "1\n");
	plan = plan_of(&to_vfio, true, GPU "," SOUND "," ISA);
	check_change(&plan->changes[0], RESULT_REFUSED,
		     "the firmware chose it for the boot screen");
	assert_string_equal(plan->changes[0].guard, "display");
	/* What refuses one device is not said of another. */
	check_change(&plan->changes[1], RESULT_PLANNED, NULL);
	bind_plan_free(plan);
}

static void test_virtual_functions(void **state)
{
	struct bind_plan *plan;

	(void)state;
	put_link("sys/devices/pci0000:00/" PORT "/" NIC, "virtfn0", "../0000:03:10.0");
	put_link("sys/devices/pci0000:00/" PORT "/" NIC, "virtfn1", "../0000:03:10.1");
	for (int live = 0; live < 2; live++) {
		plan = plan_of(&to_vfio, live, NIC);
		check_change(&plan->changes[0], RESULT_REFUSED,
			     "2 virtual functions are enabled; they would go, and vfio-pci "
			     "refuses");
		assert_string_equal(plan->changes[0].guard, "sriov");
		bind_plan_free(plan);
	}
}

/* As if vfio-pci were still to be loaded. */
static void add_ids(struct usage *usage, const struct machine *machine)
{
	(void)machine;
	usage->vfio_pci_loaded = false;
	strings_add(&usage->vfio_ids, "144d:a808");
}

static void test_twins(void **state)
{
	const char *const twins = "loading vfio-pci would take " TWIN " too: ids=144d:a808";
	struct bind_request request = to_vfio;
	struct bind_plan *plan;

	(void)state;
	host.add_usage = add_ids;
	plan = plan_of(&request, true, IDLE);
	check_change(&plan->changes[0], RESULT_REFUSED, twins);
	assert_string_equal(plan->changes[0].guard, "twins");
	bind_plan_free(plan);
	plan = plan_of(&request, true, IDLE "," TWIN); /* both are wanted */
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	check_change(&plan->changes[1], RESULT_PLANNED, NULL);
	bind_plan_free(plan);
	request.forced = 1u << (find_guard("twins") - guards);
	plan = plan_of(&request, true, IDLE);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	bind_plan_free(plan);
}

/* The first guard of the table is named; what the others say is kept, too. */
static void add_two(struct usage *usage, const struct machine *machine)
{
	add_route(usage, machine);
	add_mounted(usage, machine);
}

static void test_two_refuse(void **state)
{
	struct bind_request request = to_vfio;
	struct bind_plan *plan;

	(void)state;
	host.add_usage = add_two;
	plan = plan_of(&request, true, NIC);
	assert_string_equal(plan->changes[0].guard, "mounted");
	assert_int_equal(answer_of(&plan->changes[0], "mounted"), GUARD_REFUSE);
	assert_int_equal(answer_of(&plan->changes[0], "network"), GUARD_REFUSE);
	bind_plan_free(plan);
	request.forced = 1u << (find_guard("mounted") - guards);
	plan = plan_of(&request, true, NIC); /* one is forced, not the other */
	assert_string_equal(plan->changes[0].guard, "network");
	check_change(&plan->changes[0], RESULT_REFUSED, "eno1 has the default route");
	bind_plan_free(plan);
}

static void add_unknown(struct usage *usage, const struct machine *machine)
{
	(void)machine;
	usage_unknown(usage, USAGE_BELOW, "nobody looked");
}

/* What is not known refuses where it can be found out, and is only said of a capture. */
static void test_unknown(void **state)
{
	struct bind_request request = to_vfio;
	struct bind_plan *plan;

	(void)state;
	host.add_usage = add_unknown;
	plan = plan_of(&request, false, NIC);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	assert_int_equal(answer_of(&plan->changes[0], "mounted"), GUARD_UNKNOWN);
	assert_null(plan->changes[0].guard);
	assert_false(bind_plan_refused(plan));
	bind_plan_free(plan);
	plan = plan_of(&request, true, NIC);
	check_change(&plan->changes[0], RESULT_REFUSED,
		     "what is below it is unknown: nobody looked");
	assert_string_equal(plan->changes[0].guard, "root"); /* the first that is asked */
	assert_true(plan->changes[0].rests_on_unknown);
	bind_plan_free(plan);
	plan = plan_of(&request, true, IDLE); /* nothing is below a device without a driver */
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	bind_plan_free(plan);
	request.forced = ~0u;
	plan = plan_of(&request, true, NIC); /* root cannot be forced */
	check_change(&plan->changes[0], RESULT_REFUSED,
		     "what is below it is unknown: nobody looked");
	bind_plan_free(plan);
}

/* --- asking again ------------------------------------------------------------------------- */

static void put_nic_file(const char *name, const char *text)
{
	put("sys/devices/pci0000:00/" PORT "/" NIC, name, text);
}

/* As it was: whatever came meanwhile is asked of this device alone, and opened, too. */
static void test_again(void **state)
{
	struct bind_plan *plan = plan_of(&to_vfio, true, NIC "," IDLE);

	(void)state;
	assert_string_equal(strstr(host.log, "users:"),
			    "users: " NIC " " IDLE "\nusage: " NIC " " IDLE "\n");
	host.may_open = false;
	host.driver = "e1000e";
	memset(host.log, 0, sizeof(host.log));
	assert_true(bind_plan_ask_again(plan, &plan->changes[0]));
	assert_string_equal(host.log, "users: " NIC "\nusage: " NIC "\n");
	assert_true(host.may_open);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	for (const struct guard *guard = guards; guard->name; guard++)
		assert_case(answer_of(&plan->changes[0], guard->name) == GUARD_PASS, guard->name);
	/* What we reached ourselves, by loading the driver, is no change by others. */
	free(plan->changes[0].reached.driver);
	plan->changes[0].reached.driver = xstrdup("vfio-pci");
	host.driver = "vfio-pci";
	assert_true(bind_plan_ask_again(plan, &plan->changes[0]));
	host.driver = NULL; /* as IDLE had none */
	assert_true(bind_plan_ask_again(plan, &plan->changes[1]));
	check_change(&plan->changes[1], RESULT_PLANNED, NULL);
	bind_plan_free(plan);
}

static void test_again_it_changed(void **state)
{
	static const struct {
		const char *name, *device, *driver;
		bool is_gone, other_identity;
	} cases[] = {
		{ "another driver", NIC, "igb", false, false },
		{ "its driver went", NIC, NULL, false, false },
		{ "a driver came", IDLE, "nvme", false, false },
		{ "it went", NIC, "e1000e", true, false },
		{ "it went, without a driver", IDLE, NULL, true, false },
		{ "another device", NIC, "e1000e", false, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bind_plan *plan = plan_of(&to_vfio, true, cases[i].device);

		check_change(&plan->changes[0], RESULT_PLANNED, NULL);
		host.driver = cases[i].driver;
		host.is_gone = cases[i].is_gone;
		if (cases[i].other_identity)
			put_nic_file("subsystem_device", "0xa01e\n");
		assert_case(!bind_plan_ask_again(plan, &plan->changes[0]), cases[i].name);
		check_change(&plan->changes[0], RESULT_FAILED,
			     "it changed while other devices were bound");
		assert_non_null(plan->changes[0].next);
		assert_null(plan->changes[0].guard);
		bind_plan_free(plan);
	}
}

/* It was mounted after it was looked at first. */
static void test_again_refused(void **state)
{
	struct bind_request request = to_vfio;
	struct bind_plan *plan;

	(void)state;
	host.driver = "e1000e";
	for (int forced = 0; forced < 2; forced++) {
		host.add_usage = NULL;
		request.forced = forced ? 1u << (find_guard("mounted") - guards) : 0;
		plan = plan_of(&request, true, NIC);
		check_change(&plan->changes[0], RESULT_PLANNED, NULL);
		host.add_usage = add_mounted;
		assert_int_equal(bind_plan_ask_again(plan, &plan->changes[0]), forced);
		if (forced) {
			check_change(&plan->changes[0], RESULT_PLANNED, NULL);
		} else {
			check_change(&plan->changes[0], RESULT_REFUSED,
				     "nvme0n1 is mounted on /srv");
			assert_string_equal(plan->changes[0].guard, "mounted");
			assert_non_null(plan->changes[0].next);
			assert_false(plan->changes[0].rests_on_unknown);
		}
		assert_int_equal(answer_of(&plan->changes[0], "mounted"), GUARD_REFUSE);
		bind_plan_free(plan);
	}
}

/* --- --expect ----------------------------------------------------------------------------- */

static void put_serial(void)
{
	uint8_t config[0x110] = { 0 };

	config[0x100] = 0x03; /* a serial number, version 1, the last capability */
	config[0x102] = 0x01;
	for (uint8_t i = 0; i < 8; i++)
		config[0x104 + i] = (uint8_t)(0x77 - 0x11 * i); /* the lowest byte first */
	tree_bytes(&tree, "sys/devices/pci0000:00/" PORT "/" NIC "/config", config, sizeof(config));
}

static void test_expect(void **state)
{
	static const struct {
		const char *expect;
		const char *refused; /* NULL: it is that device */
	} cases[] = {
		{ "8086:10d3:8086:a01f", NULL },
		{ "8086:10D3:8086:A01F", NULL },
		{ "8086:10d3:8086:a01f/00-11-22-33-44-55-66-77", NULL },
		{ "8086:10d3:8086:a01e", "it is 8086:10d3:8086:a01f, not 8086:10d3:8086:a01e" },
		{ "8086:10d3:8086:a01", "it is 8086:10d3:8086:a01f, not 8086:10d3:8086:a01" },
		{ "8086:10d3", "it is 8086:10d3:8086:a01f, not 8086:10d3" },
		{ "", "it is 8086:10d3:8086:a01f, not " },
		{ "8086:10d3:8086:a01f/00-11-22-33-44-55-66-78",
		  "it is 8086:10d3:8086:a01f/00-11-22-33-44-55-66-77, not " },
		{ "8086:10d3:8086:a01f/",
		  "it is 8086:10d3:8086:a01f/00-11-22-33-44-55-66-77, not " },
	};
	struct bind_request request = to_vfio;
	struct bind_plan *plan;

	(void)state;
	put_serial();
	host.serial = "00-11-22-33-44-55-66-77";
	for (size_t i = 0; i < COUNT(cases) * 2; i++) {
		request.expect = cases[i / 2].expect;
		plan = plan_of(&request, i % 2, NIC);
		check_change(&plan->changes[0],
			     cases[i / 2].refused ? RESULT_REFUSED : RESULT_PLANNED,
			     cases[i / 2].refused);
		assert_int_equal(bind_plan_refused(plan), cases[i / 2].refused != NULL);
		assert_null(plan->changes[0].guard);
		bind_plan_free(plan);
	}
	/* Another device that has no number, or whose number cannot be read. */
	request.expect = "144d:a808:144d:a801/00-11-22-33-44-55-66-77";
	plan = plan_of(&request, false, IDLE);
	check_change(&plan->changes[0], RESULT_REFUSED,
		     "it is 144d:a808:144d:a801, not 144d:a808:144d:a801/00-11");
	check_steps(&plan->changes[0].steps, "", "refused");
	check_steps(&plan->loads, "", "loads");
	bind_plan_free(plan);
	request.expect = NIC_IDENTITY "/00-11-22-33-44-55-66-77";
	host.serial = NULL; /* whoever read it did not come back */
	plan = plan_of(&request, true, NIC);
	check_change(&plan->changes[0], RESULT_REFUSED,
		     "it is " NIC_IDENTITY ", not " NIC_IDENTITY "/00-11");
	check_steps(&plan->changes[0].steps, "", "refused");
	bind_plan_free(plan);
}

/* --- restore ------------------------------------------------------------------------------ */

static void test_restore_in_capture(void **state)
{
	struct bind_request request = give_back;
	struct bind_plan *plan = plan_of(&request, false, NIC "," VFIO);

	(void)state;
	check_change(&plan->changes[0], RESULT_UNCHANGED, NULL);
	check_change(&plan->changes[1], RESULT_PLANNED, "nothing was recorded before");
	assert_int_equal(plan->changes[1].goal_kind, GOAL_PROBE);
	check_steps(&plan->changes[1].steps, "clear the override,unbind vfio-pci,probe", VFIO);
	check_steps(&plan->loads, "", "loads");
	bind_plan_free(plan);
	request.to_none = true;
	plan = plan_of(&request, false, VFIO);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	check_steps(&plan->changes[0].steps, "clear the override,unbind vfio-pci", VFIO);
	bind_plan_free(plan);
}

static void test_restore(void **state)
{
	static const struct {
		const char *name;
		struct binding before;
		bool to_none;
		const char *steps, *reason;
	} cases[] = {
		{ "driver",
		  { (char *)"nvme", NULL },
		  false,
		  "clear the override,unbind vfio-pci,bind nvme",
		  NULL },
		{ "exact override",
		  { (char *)"nvme", (char *)"(none)" },
		  false,
		  "override nvme,unbind vfio-pci,bind nvme,override (none)",
		  NULL },
		{ "no driver", { NULL, NULL }, false, "clear the override,unbind vfio-pci", NULL },
		{ "override only",
		  { NULL, (char *)"pci-stub" },
		  false,
		  "override pci-stub,unbind vfio-pci",
		  NULL },
		{ "any driver",
		  { (char *)ANY_DRIVER, NULL },
		  false,
		  "clear the override,unbind vfio-pci,probe",
		  "nothing was recorded before" },
		{ "to none",
		  { (char *)"nvme", NULL },
		  true,
		  "clear the override,unbind vfio-pci",
		  NULL },
		{ "to none, with its override",
		  { (char *)"nvme", (char *)"nvme" },
		  true,
		  "override nvme,unbind vfio-pci",
		  NULL },
		{ "any driver to none",
		  { (char *)ANY_DRIVER, NULL },
		  true,
		  "clear the override,unbind vfio-pci",
		  NULL },
		{ "it is there already",
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  false,
		  "",
		  NULL }, /* the record goes */
	};

	(void)state;
	host.override = "vfio-pci";
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bind_request request = give_back;
		struct bind_plan *plan;

		request.to_none = cases[i].to_none;
		put_record(VFIO, "144d:a808:144d:a801", cases[i].before, "done", 0);
		plan = plan_of(&request, true, VFIO);
		check_change(&plan->changes[0], RESULT_PLANNED, cases[i].reason);
		check_steps(&plan->changes[0].steps, cases[i].steps, cases[i].name);
		assert_non_null(plan->changes[0].record);
		assert_false(plan->changes[0].drop_record);
		bind_plan_free(plan);
	}
}

static void test_restore_without_record(void **state)
{
	struct bind_plan *plan;

	(void)state;
	host.override = "vfio-pci";
	plan = plan_of(&give_back, true, VFIO);
	check_change(&plan->changes[0], RESULT_PLANNED, "nothing was recorded before");
	check_steps(&plan->changes[0].steps, "clear the override,unbind vfio-pci,probe", VFIO);
	bind_plan_free(plan);
	host.override = NULL;
	/* One is as the kernel wants it; the other may be, which a probe tells. */
	plan = plan_of(&give_back, true, NIC "," IDLE);
	check_change(&plan->changes[0], RESULT_UNCHANGED, NULL);
	check_change(&plan->changes[1], RESULT_PLANNED, "nothing was recorded before");
	check_steps(&plan->changes[1].steps, "probe", IDLE);
	bind_plan_free(plan);
}

/* It had no driver before, and somebody else gave it one since: that one stays. */
static void test_restore_new_driver(void **state)
{
	static const char *const stays = "it had no driver before; e1000e came since, and stays";
	static const struct {
		const char *name, *override;
		struct binding before;
		bool to_none;
		const char *steps;
		bool stays;
	} cases[] = {
		{ "as it is", NULL, { NULL, NULL }, false, "", true },
		{ "its override goes",
		  "vfio-pci",
		  { NULL, NULL },
		  false,
		  "clear the override",
		  true },
		{ "its override comes back",
		  NULL,
		  { NULL, (char *)"igb" },
		  false,
		  "override igb",
		  true },
		{ "to none", NULL, { NULL, NULL }, true, "unbind e1000e", false },
		{ "it had another",
		  NULL,
		  { (char *)"igb", NULL },
		  false,
		  "unbind e1000e,bind igb",
		  false },
	};
	const struct rule rule = { .identity = (char *)NIC_IDENTITY };
	struct record record = { .device = (char *)NIC,
				 .identity = (char *)NIC_IDENTITY,
				 .to = (char *)"e1000e",
				 .state = (char *)"done" };
	struct bind_plan *plan;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bind_request request = give_back;

		request.to_none = cases[i].to_none;
		host.override = cases[i].override;
		put_record(NIC, NIC_IDENTITY, cases[i].before, "done", 0);
		plan = plan_of(&request, true, NIC);
		check_steps(&plan->changes[0].steps, cases[i].steps, cases[i].name);
		check_change(&plan->changes[0], RESULT_PLANNED, cases[i].stays ? stays : NULL);
		if (cases[i].stays)
			assert_string_equal(plan->changes[0].goal.driver, "e1000e");
		bind_plan_free(plan);
	}
	host.override = NULL;
	/* The driver that we gave it goes. */
	assert_int_equal(journal_write(&journal, &record, NULL), 0);
	plan = plan_of(&give_back, true, NIC);
	check_steps(&plan->changes[0].steps, "unbind e1000e", "ours");
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	bind_plan_free(plan);
	/* So does one of VFIO, though a bind to another was begun last. */
	record = (struct record){ .device = (char *)VFIO,
				  .identity = (char *)"144d:a808:144d:a801",
				  .to = (char *)"pci-stub",
				  .state = (char *)"override pci-stub" };
	assert_int_equal(journal_write(&journal, &record, NULL), 0);
	plan = plan_of(&give_back, true, VFIO);
	check_steps(&plan->changes[0].steps, "unbind vfio-pci", "of VFIO");
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	bind_plan_free(plan);
	/* The same when only the rule knows, which binds to vfio-pci. */
	assert_int_equal(journal_remove(&journal, NIC, NULL), 0);
	host.rule = &rule;
	plan = plan_of(&give_back, true, NIC);
	check_steps(&plan->changes[0].steps, "", "rule");
	check_change(&plan->changes[0], RESULT_PLANNED, stays);
	bind_plan_free(plan);
	host.rule_to = "e1000e";
	plan = plan_of(&give_back, true, NIC);
	check_steps(&plan->changes[0].steps, "unbind e1000e", "rule of ours");
	bind_plan_free(plan);
}

/* The driver that it goes back to was unloaded since, or is gone for good. */
static void test_restore_driver_state(void **state)
{
	static const struct binding nvme = { (char *)"nvme", NULL };
	struct bind_request request = give_back;
	struct bind_plan *plan;

	(void)state;
	host.override = "vfio-pci";
	put_record(VFIO, "144d:a808:144d:a801", nvme, "done", 0);
	plan = plan_of(&give_back, true, VFIO);
	assert_string_equal(host.asked_driver, "nvme");
	check_steps(&plan->changes[0].steps, "clear the override,unbind vfio-pci,bind nvme",
		    "loaded");
	bind_plan_free(plan);

	host.driver_state = DRIVER_LOADABLE;
	plan = plan_of(&give_back, true, VFIO);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	check_steps(&plan->changes[0].steps,
		    "load nvme,clear the override,unbind vfio-pci,bind nvme", "loadable");
	bind_plan_free(plan);

	host.driver_state = DRIVER_MISSING;
	plan = plan_of(&give_back, true, VFIO);
	check_change(&plan->changes[0], RESULT_FAILED, "its driver nvme is not there any more");
	check_steps(&plan->changes[0].steps, "", "missing");
	assert_non_null(plan->changes[0].next);
	assert_true(bind_plan_refused(plan));
	bind_plan_free(plan);
	/* Without a driver it can go on living, and what it has already is there. */
	request.to_none = true;
	plan = plan_of(&request, true, VFIO);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	assert_string_equal(host.asked_driver, "");
	bind_plan_free(plan);
	put_record(VFIO, "144d:a808:144d:a801", (struct binding){ (char *)"vfio-pci", NULL },
		   "done", 0);
	plan = plan_of(&give_back, true, VFIO);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	check_steps(&plan->changes[0].steps, "clear the override", "its own");
	assert_string_equal(host.asked_driver, "");
	bind_plan_free(plan);
}

/* What it was before stays recorded, so that a second time there is nothing to do. */
static void test_to_none_twice(void **state)
{
	struct bind_request request = give_back;
	struct bind_plan *plan;

	(void)state;
	request.to_none = true;
	put_record(IDLE, "144d:a808:144d:a801", (struct binding){ (char *)"nvme", NULL }, "done",
		   0);
	plan = plan_of(&request, true, IDLE);
	check_change(&plan->changes[0], RESULT_UNCHANGED, NULL);
	assert_non_null(plan->changes[0].record);
	bind_plan_free(plan);
	plan = plan_of(&give_back, true, IDLE);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	check_steps(&plan->changes[0].steps, "bind nvme", "then back");
	bind_plan_free(plan);
}

/* Killed at any point between, the record still says where it goes. */
static void test_restore_halfway(void **state)
{
	struct bind_plan *plan;

	(void)state;
	put_record(IDLE, "144d:a808:144d:a801", (struct binding){ (char *)"nvme", NULL },
		   "unbind nvme", 0);
	host.override = "vfio-pci";
	plan = plan_of(&give_back, true, IDLE);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	check_steps(&plan->changes[0].steps, "clear the override,bind nvme", IDLE);
	bind_plan_free(plan);
}

static void test_gone(void **state)
{
	struct bind_plan *plan;

	(void)state;
	put_record("0000:99:00.0", NIC_IDENTITY, (struct binding){ (char *)"nvme", NULL }, "done",
		   0);
	plan = plan_of(&give_back, true, "0000:99:00.0,0000:98:00.0");
	assert_int_equal(plan->nr_changes, 2);
	assert_null(plan->changes[0].device);
	check_change(&plan->changes[0], RESULT_PLANNED, "it is not there any more");
	check_steps(&plan->changes[0].steps, "", "gone");
	assert_true(plan->changes[0].drop_record);
	assert_false(plan->changes[0].forget_rule);
	assert_int_equal(host.override_reads, 0);
	bind_plan_free(plan);
}

/* --- records that do not count ------------------------------------------------------------ */

static void test_record_of_another(void **state)
{
	struct bind_plan *plan;

	(void)state;
	put_record(NIC, "8086:10d3:8086:a01e", (struct binding){ (char *)"nvme", NULL }, "done", 0);
	plan = plan_of(&to_vfio, true, NIC);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	assert_null(plan->changes[0].record);
	assert_true(plan->changes[0].drop_record);
	bind_plan_free(plan);
	put_record(VFIO, "8086:10d3:8086:a01e", (struct binding){ (char *)"ahci", NULL }, "done",
		   0);
	plan = plan_of(&give_back, true, VFIO); /* its driver is not given to this one */
	check_change(&plan->changes[0], RESULT_PLANNED, "nothing was recorded before");
	check_steps(&plan->changes[0].steps, "unbind vfio-pci,probe", VFIO);
	assert_true(plan->changes[0].drop_record);
	bind_plan_free(plan);
}

static void test_record_is_damaged(void **state)
{
	struct bind_plan *plan;

	(void)state;
	tree_text(&tree, "j/journal/" NIC, "garbage");
	for (int i = 0; i < 2; i++) {
		plan = plan_of(i ? &give_back : &to_vfio, true, NIC);
		check_change(&plan->changes[0], RESULT_FAILED, "its record is damaged");
		check_steps(&plan->changes[0].steps, "", "damaged");
		assert_true(bind_plan_refused(plan));
		bind_plan_free(plan);
	}
	plan = plan_of(&to_vfio, false, NIC); /* a capture has nothing to do with it */
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	bind_plan_free(plan);
}

/* --- notes come first --------------------------------------------------------------------- */

/* Below a device that hangs nothing is looked at, and the others are looked at as ever. */
static void test_stuck_is_not_looked_at(void **state)
{
	struct bind_plan *plan;

	(void)state;
	put_record(IDLE, "144d:a808:144d:a801", (struct binding){ NULL, NULL }, "bind vfio-pci",
		   STUCK_PID);
	host.child_start = STUCK_START;
	for (int i = 0; i < 2; i++) {
		plan = plan_of(i ? &give_back : &to_vfio, true, IDLE "," TWIN);
		check_change(&plan->changes[0], RESULT_STUCK, "\"bind vfio-pci\" of an earlier");
		assert_int_equal(plan->changes[1].result, RESULT_PLANNED);
		assert_string_equal(host.log, "rule of " IDLE "\nrule of " TWIN "\n"
					      "users: " TWIN "\nusage: " TWIN "\n");
		assert_true(host.may_open);
		bind_plan_free(plan);
	}
	host.child_start = 0; /* it has ended */
	plan = plan_of(&to_vfio, true, IDLE "," TWIN);
	assert_string_equal(host.log, "rule of " IDLE "\nrule of " TWIN "\n"
				      "users: " IDLE " " TWIN "\nusage: " IDLE " " TWIN "\n");
	bind_plan_free(plan);
}

/* The same of one whose notes cannot be read: perhaps they say so. */
static void test_damaged_is_not_looked_at(void **state)
{
	struct bind_plan *plan;

	(void)state;
	tree_text(&tree, "j/journal/" IDLE, "garbage");
	plan = plan_of(&to_vfio, true, IDLE "," TWIN);
	check_change(&plan->changes[0], RESULT_FAILED, "its record is damaged");
	assert_string_equal(strstr(host.log, "users:"), "users: " TWIN "\nusage: " TWIN "\n");
	bind_plan_free(plan);
}

/* --- steps that hang ---------------------------------------------------------------------- */

static void test_still_stuck(void **state)
{
	struct bind_plan *plan;

	(void)state;
	put_record(NIC, NIC_IDENTITY, (struct binding){ (char *)"e1000e", NULL }, "unbind e1000e",
		   STUCK_PID);
	host.child_start = STUCK_START;
	for (int i = 0; i < 2; i++) {
		plan = plan_of(i ? &give_back : &to_vfio, true, NIC);
		check_change(&plan->changes[0], RESULT_STUCK,
			     "\"unbind e1000e\" of an earlier run still waits (process 4711 in "
			     "vfio_unregister)");
		assert_non_null(plan->changes[0].next);
		check_steps(&plan->changes[0].steps, "", "stuck");
		assert_true(bind_plan_refused(plan));
		bind_plan_free(plan);
	}
	assert_int_equal(host.override_reads, 0); /* that would hang, too */
	host.child_start = STUCK_START + 1;	  /* another process with its number */
	plan = plan_of(&give_back, true, NIC);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	bind_plan_free(plan);
	host.child_start = 0; /* it is gone */
	plan = plan_of(&give_back, true, NIC);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	bind_plan_free(plan);
}

static void test_override_unreadable(void **state)
{
	struct bind_plan *plan;

	(void)state;
	host.override_code = -ETIMEDOUT;
	plan = plan_of(&to_vfio, true, NIC);
	check_change(&plan->changes[0], RESULT_STUCK, "its driver_override does not answer");
	check_steps(&plan->changes[0].steps, "", "stuck");
	bind_plan_free(plan);
	host.override_code = -EINTR; /* whoever read it was killed: it was as slow */
	plan = plan_of(&to_vfio, true, NIC);
	check_change(&plan->changes[0], RESULT_STUCK, "its driver_override does not answer");
	bind_plan_free(plan);
	host.override_code = -EIO;
	plan = plan_of(&to_vfio, true, NIC);
	check_change(&plan->changes[0], RESULT_FAILED, "driver_override: Input/output error");
	assert_true(bind_plan_refused(plan));
	bind_plan_free(plan);
}

/* It becomes part of a path, and no driver has such a name. */
static void test_override_is_no_name(void **state)
{
	static const struct {
		const char *override, *reason;
	} cases[] = {
		{ "a/b", "its driver_override, \"a/b\", is no name of a driver" },
		{ "../../x", "its driver_override, \"../../x\", is no name of a driver" },
		{ "..", "its driver_override, \"..\", is no name of a driver" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases) * 2; i++) {
		struct bind_plan *plan;

		host.override = cases[i / 2].override;
		plan = plan_of(i % 2 ? &give_back : &to_vfio, true, NIC);
		check_change(&plan->changes[0], RESULT_FAILED, cases[i / 2].reason);
		check_steps(&plan->changes[0].steps, "", cases[i / 2].override);
		check_steps(&plan->loads, "", cases[i / 2].override);
		assert_string_equal(plan->changes[0].next, "clear it first");
		assert_true(bind_plan_refused(plan));
		bind_plan_free(plan);
	}
}

/* --- rules -------------------------------------------------------------------------------- */

/* The journal is as old as the last boot, the rule knows what was before. */
static void test_rule(void **state)
{
	const struct rule rule = { .identity = (char *)"144d:a808:144d:a801",
				   .before = { (char *)"nvme", (char *)"nvme" } };
	struct bind_plan *plan;

	(void)state;
	host.rule = &rule;
	host.override = "vfio-pci";
	put_record(VFIO, "144d:a808:144d:a801", (struct binding){ NULL, NULL }, "done", 0);
	plan = plan_of(&give_back, true, VFIO);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	check_steps(&plan->changes[0].steps, "override nvme,unbind vfio-pci,bind nvme", VFIO);
	assert_true(plan->changes[0].forget_rule);
	assert_false(plan->changes[0].rule_is_other);
	bind_plan_free(plan);
	plan = plan_of(&to_vfio, true, NIC); /* one for another device */
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	assert_true(plan->changes[0].rule_is_other);
	assert_false(plan->changes[0].forget_rule);
	bind_plan_free(plan);
	plan = plan_of(&give_back, true, "0000:99:00.0");
	check_change(&plan->changes[0], RESULT_PLANNED, "it is not there any more");
	assert_true(plan->changes[0].forget_rule);
	bind_plan_free(plan);
}

static void test_rule_is_damaged(void **state)
{
	struct bind_plan *plan;

	(void)state;
	host.rule_code = -EBADMSG;
	plan = plan_of(&give_back, true, VFIO);
	check_change(&plan->changes[0], RESULT_FAILED, "the rule is damaged");
	bind_plan_free(plan);
	plan = plan_of(&give_back, false, VFIO);
	check_change(&plan->changes[0], RESULT_PLANNED, "nothing was recorded before");
	bind_plan_free(plan);
}

/* --- small ones --------------------------------------------------------------------------- */

static void test_identity(void **state)
{
	static const struct function function = { .sub_vendor = 0x8086, .sub_product = 0x1 };
	static const struct device device = { .vendor = 0xb, .product = 0x10d3 };
	char *text = device_identity(&device, &function);

	(void)state;
	assert_string_equal(text, "000b:10d3:8086:0001");
	free(text);
}

static void test_nothing(void **state)
{
	struct bind_plan *plan = plan_of(&give_back, true, "0000:99:00.0");

	(void)state;
	bind_plan_free(plan);
	bind_plan_free(NULL);
	plan = xcalloc(1, sizeof(*plan));
	assert_false(bind_plan_refused(plan));
	bind_plan_free(plan);
}

/* Each word of the contract. */
static void test_result_names(void **state)
{
	(void)state;
	assert_string_equal(bind_result_name(RESULT_PLANNED), "planned");
	assert_string_equal(bind_result_name(RESULT_BOUND), "bound");
	assert_string_equal(bind_result_name(RESULT_RESTORED), "restored");
	assert_string_equal(bind_result_name(RESULT_UNCHANGED), "unchanged");
	assert_string_equal(bind_result_name(RESULT_REFUSED), "refused");
	assert_string_equal(bind_result_name(RESULT_FAILED), "failed");
	assert_string_equal(bind_result_name(RESULT_STUCK), "stuck");
	assert_string_equal(bind_result_name(RESULT_ROLLED_BACK), "rolled-back");
}

/* Another device was here and left a rule; this one works for the host and is not to be touched.
 */
static void test_restore_with_rule_of_another(void **state)
{
	const struct rule rule = { .identity = (char *)"144d:a808:144d:a801",
				   .before = { (char *)"nvme", NULL } };
	struct bind_plan *plan;

	(void)state;
	host.rule = &rule;
	plan = plan_of(&give_back, true, NIC);
	assert_true(plan->changes[0].rule_is_other);
	assert_true(plan->changes[0].forget_rule);
	check_change(&plan->changes[0], RESULT_PLANNED, NULL);
	check_steps(&plan->changes[0].steps, "", NIC);
	bind_plan_free(plan);
}

/* Killed after the probe and before the record was dropped: it is back already. */
static void test_any_driver_is_back(void **state)
{
	struct bind_plan *plan;

	(void)state;
	put_record(NIC, NIC_IDENTITY, (struct binding){ (char *)ANY_DRIVER, NULL }, "probe", 0);
	plan = plan_of(&give_back, true, NIC);
	check_steps(&plan->changes[0].steps, "", NIC);
	bind_plan_free(plan);
}

/* Its beginning could not be read (SIGCHLD was ignored): no process is not that one. */
static void test_stuck_without_start(void **state)
{
	const struct record record = { .device = (char *)NIC,
				       .identity = (char *)NIC_IDENTITY,
				       .state = (char *)"unbind e1000e",
				       .child = STUCK_PID };
	struct bind_plan *plan;

	(void)state;
	assert_int_equal(journal_write(&journal, &record, NULL), 0);
	host.child_start = 0;
	plan = plan_of(&give_back, true, NIC);
	assert_string_equal(bind_result_name(plan->changes[0].result), "planned");
	bind_plan_free(plan);
}

/* What is refused still has its driver, which the row shows as "from". */
static void test_expect_keeps_from(void **state)
{
	struct bind_request request = to_vfio;
	struct bind_plan *plan;

	(void)state;
	request.expect = "1:2:3:4";
	plan = plan_of(&request, false, NIC);
	assert_non_null(plan->changes[0].now.driver);
	bind_plan_free(plan);
}

/* D1 in the plan */
static void test_none_with_record_of_another(void **state)
{
	struct bind_request r = give_back;
	struct bind_plan *plan;
	(void)state;
	r.to_none = true;
	put_record(IDLE, "8086:10d3:8086:a01e", (struct binding){ (char *)"nvme", NULL }, "done",
		   0);
	plan = plan_of(&r, true, IDLE);
	assert_true(plan->changes[0].drop_record);
	bind_plan_act(plan, &journal);
	check_change(&plan->changes[0], RESULT_RESTORED, NULL);
	bind_plan_free(plan);
}
/* vendor/product replaced between plan and second asking */
static void test_again_other_product(void **state)
{
	struct bind_plan *plan = plan_of(&to_vfio, true, NIC);
	(void)state;
	host.driver = "e1000e";
	put_nic_file("device", "0x1533\n");
	assert_false(bind_plan_ask_again(plan, &plan->changes[0]));
	bind_plan_free(plan);
}
/* a rule of another device at that address counts as persisted */
static void test_persisted_other_device(void **state)
{
	const struct rule rule = { .identity = (char *)"1111:2222:3333:4444" };
	struct bind_request boot = to_vfio;
	struct bind_plan *plan;
	(void)state;
	boot.expect = "10de:2330:10de:16c1";
	host.rule = &rule;
	host.rule_device = ISA;
	plan = plan_of(&boot, true, GPU "," SOUND);
	check_change(&plan->changes[1], RESULT_REFUSED, ISA " (lpc_ich) is in group 9 too");
	bind_plan_free(plan);
}
/* second bind killed between journal write and unbind: the driver of the first bind is ours */
static void test_killed_between_binds(void **state)
{
	struct record record = { .device = (char *)NIC,
				 .identity = (char *)NIC_IDENTITY,
				 .to = (char *)"pci-stub",
				 .state = (char *)"override pci-stub" };
	struct bind_plan *plan;
	(void)state; /* bind --to e1000e of a device without driver, then bind --to pci-stub killed
		      */
	host.override = "pci-stub";
	assert_int_equal(journal_write(&journal, &record, NULL), 0);
	plan = plan_of(&give_back, true, NIC);
	check_steps(&plan->changes[0].steps, "clear the override,unbind e1000e", "ours");
	bind_plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bind_in_capture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind_live, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind_unchanged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind_to_another, setup, teardown),
		cmocka_unit_test_setup_teardown(test_whole_group, setup, teardown),
		cmocka_unit_test_setup_teardown(test_part_of_group, setup, teardown),
		cmocka_unit_test_setup_teardown(test_persisted_members, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_boot_display, setup, teardown),
		cmocka_unit_test_setup_teardown(test_virtual_functions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_twins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_refuse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_again_it_changed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_again_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_expect, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_in_capture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_without_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_new_driver, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_driver_state, setup, teardown),
		cmocka_unit_test_setup_teardown(test_to_none_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_halfway, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_record_of_another, setup, teardown),
		cmocka_unit_test_setup_teardown(test_record_is_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stuck_is_not_looked_at, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged_is_not_looked_at, setup, teardown),
		cmocka_unit_test_setup_teardown(test_still_stuck, setup, teardown),
		cmocka_unit_test_setup_teardown(test_override_unreadable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_override_is_no_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rule, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rule_is_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_identity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_result_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restore_with_rule_of_another, setup, teardown),
		cmocka_unit_test_setup_teardown(test_any_driver_is_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stuck_without_start, setup, teardown),
		cmocka_unit_test_setup_teardown(test_expect_keeps_from, setup, teardown),
		cmocka_unit_test_setup_teardown(test_none_with_record_of_another, setup, teardown),
		cmocka_unit_test_setup_teardown(test_again_other_product, setup, teardown),
		cmocka_unit_test_setup_teardown(test_persisted_other_device, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed_between_binds, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
