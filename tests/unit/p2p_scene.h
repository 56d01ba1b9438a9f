/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the command p2p-test finds, made up: a machine, its backends, and how the checks of each
 * pair go. By the linker (WRAP in the Makefile) it is in the place of what the command calls.
 */
#ifndef IOMMUTOOL_TEST_P2P_SCENE_H
#define IOMMUTOOL_TEST_P2P_SCENE_H

#include "cmd/linux/p2p_pairs.h"
#include "command_run.h"
#include "probe/p2p_test.h"

/* --- the machine ---------------------------------------------------------------------------- */

#define A "0000:00:02.0" /* an edu, group 1 */
#define B "0000:00:03.0" /* nothing that we can drive, group 2 */
#define C "0000:00:03.1" /* an NVMe, the other function of the same device, group 2 */
#define NR_PLAIN_CHECKS                                                                            \
	9		 /* attach engine map isolation write read unmap cross-container lifetime */
#define NR_ALL_CHECKS 12 /* and disabled reset closed */

static struct group scene_groups[3];
static struct device scene_devices[] = {
	{ .name = (char *)A,
	  .bdf = { 0, 0, 2, 0 },
	  .driver = (char *)"vfio-pci",
	  .vendor = 0x1234,
	  .product = 0x11e8 },
	{ .name = (char *)B, .bdf = { 0, 0, 3, 0 }, .driver = (char *)"vfio-pci" },
	{ .name = (char *)C,
	  .bdf = { 0, 0, 3, 1 },
	  .driver = (char *)"mine",
	  .has_vfio_dev = true,
	  .class = 0x010802 },
	{ .name = (char *)"0000:00:04.0", .bdf = { 0, 0, 4, 0 }, .driver = (char *)"nvme" },
	{ .name = (char *)"0000:00:05.0", .bdf = { 0, 0, 5, 0 } },
};
static struct device *scene_members[] = { &scene_devices[0], &scene_devices[1], &scene_devices[2],
					  &scene_devices[3], &scene_devices[4] };
/* Of B: I/O, none, 64 KiB of 64 bits and its second half, and one that no hardware has. */
static struct resource scene_resources[] = {
	{ 0xc000, 0xc01f, RESOURCE_IO },
	{ 0, 0, 0 },
	{ 0xfe000000, 0xfe00ffff, RESOURCE_MEMORY | RESOURCE_PREFETCHABLE },
	{ 0, 0, 0 },
	{ 0xfd000000, 0xfd000003, RESOURCE_MEMORY },
};
static struct fault scene_fault = { (char *)A, (char *)A ": something is wrong with it" };
static struct machine scene_machine = { .devices = scene_devices,
					.nr_devices = COUNT(scene_devices),
					.groups = scene_groups,
					.groups_known = true,
					.cpu_vendor = (char *)"AuthenticAMD",
					.cpu_family = 0x16 };

/* --- how it goes ---------------------------------------------------------------------------- */

/* A finding that is no plain pass. */
struct made_finding {
	const char *pair; /* "INITIATOR TARGET"; NULL: of each */
	const char *check;
	enum outcome outcome;
	const char *observed, *reason;
	bool moved, follows, has_fault;
	uint64_t bytes;
};

/* A pair that does not simply pass. */
struct made_pair {
	const char *pair; /* "INITIATOR TARGET"; NULL: each */
	enum outcome result;
	const char *reason;
	bool mapped;
	const char *error;
	int bar; /* of the summary where none was named, and 1 more; 0: as any */
};

static struct {
	const struct made_finding *findings;
	size_t nr_findings;
	const struct made_pair *pairs;
	size_t nr_pairs;
	const char *no_type1, *no_iommufd; /* why there is none */
	const struct iospace_ops *automatic;
	int signal;	   /* comes in the second check of a pair; 0: none */
	size_t signal_in;  /* number of that pair, from 1 on; 0: before the first */
	bool no_groups;	   /* of no IOMMU */
	bool only_first;   /* nothing but A is on a driver of VFIO */
	bool unbound;	   /* nothing is on a driver of VFIO */
	bool ways_unknown; /* topology could not be read */
	bool forwards;	   /* the processor is in the kernel's list */
	bool is_faulty;	   /* A has a fault */
	bool only_plans;   /* a dry run: nothing may be opened */
	bool is_log_open, was_warned;
	size_t nr_runs;
} scene;

static inline void scene_reset(void)
{
	memset(&scene, 0, sizeof(scene));
	scene.automatic = &type1_ops;
}

#define SET_FINDINGS(table) (scene.findings = (table), scene.nr_findings = COUNT(table))
#define SET_PAIRS(table) (scene.pairs = (table), scene.nr_pairs = COUNT(table))

/* Groups 1 (A), 2 (B, C) and 3 (04.0, 05.0), all on one root bus. */
static inline void make_machine(void)
{
	static const size_t first[] = { 0, 1, 3 }, nr[] = { 1, 2, 2 };

	for (size_t i = 0; i < COUNT(scene_devices); i++) {
		struct device *device = &scene_devices[i];

		device->is_pci = device->group_known = device->driver_known = true;
		device->root_bus = scene.ways_unknown ? -1 : 0;
		if (!device->class)
			device->class = 0x020000;
		if (scene.unbound || (scene.only_first && i > 0)) {
			device->driver = NULL;
			device->has_vfio_dev = false;
		}
	}
	scene_devices[1].resources_known = true;
	scene_devices[1].resources = scene_resources;
	scene_devices[1].nr_resources = COUNT(scene_resources);
	if (scene.forwards)
		scene_machine.cpu_family = 0x17;
	if (scene.is_faulty) {
		scene_machine.faults = &scene_fault;
		scene_machine.nr_faults = 1;
	}
	for (size_t i = 0; i < COUNT(scene_groups) && !scene.no_groups; i++) {
		scene_groups[i] = (struct group){ .number = (uint32_t)i + 1,
						  .devices = &scene_members[first[i]],
						  .nr_devices = nr[i] };
		for (size_t k = 0; k < nr[i]; k++)
			scene_members[first[i] + k]->group = &scene_groups[i];
		scene_machine.nr_groups++;
	}
}

/* --- in the place of what the command calls ------------------------------------------------- */

int __wrap_source_open(struct source *source, const char *sysroot, struct error *err);
struct machine *__wrap_collect(const struct source *source, unsigned facts);
void __wrap_machine_free(struct machine *freed);
void __wrap_collect_system(const struct source *source, struct machine *of, struct system *system);
void __wrap_collect_escalation(const struct source *source, struct strings *sentences);
const struct iospace_ops *__wrap_choose_backend(const struct device *device);
char *__wrap_backend_lacks(const struct iospace_ops *backend, const struct device *device,
			   const struct setup_facts *facts);
void __wrap_kernel_log_open(struct kernel_log *log);
void __wrap_kernel_log_close(struct kernel_log *log);
int __wrap_run_p2p_checks(const struct p2p_pair *pair, const struct p2p_listener *listener,
			  struct p2p_summary *summary, struct error *err);

static inline bool is_held(int number)
{
	sigset_t held;

	return sigprocmask(SIG_BLOCK, NULL, &held) == 0 && sigismember(&held, number) == 1;
}

int __wrap_source_open(struct source *source, const char *sysroot, struct error *err)
{
	(void)err;
	*source = (struct source){ .root = -1, .live = !sysroot, .path = "/" };
	return 0;
}

struct machine *__wrap_collect(const struct source *source, unsigned facts)
{
	must(source->live && (facts & P2P_FACTS) == P2P_FACTS);
	make_machine();
	return &scene_machine;
}

void __wrap_machine_free(struct machine *freed)
{
	must(freed == &scene_machine);
	/* What is shown is shown with signals let through: a reader may never come to the end. */
	must(!is_held(SIGTERM) && !scene.is_log_open);
}

void __wrap_collect_system(const struct source *source, struct machine *of, struct system *system)
{
	must(source->live && of == &scene_machine);
	*system = (struct system){ .iommufd_node = TRI_UNKNOWN };
}

void __wrap_collect_escalation(const struct source *source, struct strings *sentences)
{
	must(source->live && !scene.was_warned && scene.nr_runs == 0);
	scene.was_warned = true;
	strings_add(sentences, "it may explode");
	strings_add(sentences, "or not");
}

const struct iospace_ops *__wrap_choose_backend(const struct device *device)
{
	must(device->group);
	return scene.automatic;
}

char *__wrap_backend_lacks(const struct iospace_ops *backend, const struct device *device,
			   const struct setup_facts *facts)
{
	const char *why = backend == &type1_ops ? scene.no_type1 : scene.no_iommufd;

	must(device->group && facts->machine == &scene_machine && facts->system);
	return why ? xstrdup(why) : NULL;
}

void __wrap_kernel_log_open(struct kernel_log *log)
{
	must(!scene.is_log_open && !scene.only_plans && is_held(SIGTERM));
	log->fd = -EACCES;
	scene.is_log_open = true;
	if (scene.signal && scene.signal_in == 0)
		raise(scene.signal);
}

void __wrap_kernel_log_close(struct kernel_log *log)
{
	must(scene.is_log_open && log->fd == -EACCES);
	scene.is_log_open = false;
}

static inline bool is_of(const char *made, const struct p2p_pair *pair)
{
	char title[64];

	snprintf(title, sizeof(title), "%s %s", pair->initiator->name, pair->target.device->name);
	return !made || strcmp(made, title) == 0;
}

/* Whatever a pair was asked for is what its first check observed. */
static inline void observe_request(const struct p2p_pair *pair, struct verdict *verdict)
{
	passes(verdict, "%d+0x%llx%s%s%s", pair->target.bar,
	       (unsigned long long)pair->target.offset, pair->require_revoked ? ",revoked" : "",
	       pair->disruptive ? ",disruptive" : "", pair->measures ? ",measures" : "");
}

static inline void judge(struct verdict *verdict, const struct made_finding *made)
{
	static void (*const say[])(struct verdict *, const char *, ...) = {
		[OUTCOME_PASS] = passes,
		[OUTCOME_FAIL] = fails,
		[OUTCOME_SKIP] = skips,
		[OUTCOME_INFO] = informs,
	};

	if (made->reason)
		say[made->outcome](verdict, "%s", made->reason);
	else
		say[made->outcome](verdict, NULL);
	if (made->observed)
		observes(verdict, "%s", made->observed);
}

static inline void make_finding(const struct p2p_pair *pair, const struct p2p_check *check,
				struct p2p_finding *finding)
{
	if (check == p2p_checks)
		observe_request(pair, &finding->verdict);
	for (size_t i = 0; i < scene.nr_findings; i++) {
		const struct made_finding *made = &scene.findings[i];

		if (strcmp(made->check, check->name) != 0 || !is_of(made->pair, pair))
			continue;
		judge(&finding->verdict, made);
		finding->moved = made->moved;
		finding->bytes_verified = made->bytes;
		finding->follows = made->follows;
		finding->has_fault = made->has_fault;
		finding->fault = (struct iommu_fault){ .device = pair->initiator->bdf,
						       .address = 0x123450000,
						       .is_write = made->outcome != OUTCOME_SKIP,
						       .reason = 5 };
		return;
	}
}

static inline void summarize(const struct p2p_pair *pair, const struct made_pair *made,
			     struct p2p_summary *summary)
{
	static const struct p2p_rate rates[] = { { "write", 20480 }, { "read", 10240 } };

	*summary = (struct p2p_summary){
		.result = made->result,
		.reason = made->reason ? xstrdup(made->reason) : NULL,
		.bar = pair->target.bar >= 0 ? pair->target.bar : made->bar - 1,
		.mapped = made->mapped,
	};
	for (size_t i = 0; i < COUNT(rates) && pair->measures; i++)
		summary->rates[summary->nr_rates++] = rates[i];
}

int __wrap_run_p2p_checks(const struct p2p_pair *pair, const struct p2p_listener *listener,
			  struct p2p_summary *summary, struct error *err)
{
	static const struct made_pair passing = { NULL, OUTCOME_PASS, NULL, true, NULL, 1 };
	const struct made_pair *made = &passing;

	scene.nr_runs++;
	must(pair->facts->machine == &scene_machine && pair->facts->system);
	must(pair->log && scene.is_log_open && is_held(SIGTERM) && is_held(SIGINT));
	must(!pair->disruptive || scene.was_warned);
	for (size_t i = 0; i < scene.nr_pairs && made == &passing; i++)
		if (is_of(scene.pairs[i].pair, pair))
			made = &scene.pairs[i];
	summarize(pair, made, summary);
	for (const struct p2p_check *check = p2p_checks; check->name; check++) {
		struct p2p_finding finding = { 0 };

		if (check->disruptive && !pair->disruptive)
			continue;
		listener->tell(listener->data, check, NULL);
		make_finding(pair, check, &finding);
		listener->tell(listener->data, check, &finding);
		verdict_free(&finding.verdict);
		if (scene.signal && check == p2p_checks + 1 && scene.nr_runs == scene.signal_in) {
			raise(scene.signal);
			break;
		}
	}
	return made->error ? (fail)(err, -EIO, "%s", made->error) : 0;
}

#endif
