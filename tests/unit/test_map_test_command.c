/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command map-test around the checks: which devices and backends it tests, what it prints, how
 * it ends. Machine, backends and checks are made up here, by the linker (WRAP in the Makefile); the
 * command runs in a child, since it may end by a signal.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/collect.h"
#include "command.h"
#include "probe/map_bench.h"
#include "probe/map_test.h"
#include "unit.h"
#include "util/alloc.h"

#define PATIENCE 20 /* seconds that the command gets to end */

/* --- what is made up ------------------------------------------------------------------------ */

static struct group groups[3];
static struct device devices[] = {
	{ .name = (char *)"0000:00:02.0", .bdf = { 0, 0, 2, 0 }, .driver = (char *)"vfio-pci" },
	{ .name = (char *)"0000:00:03.0", .bdf = { 0, 0, 3, 0 }, .driver = (char *)"vfio-pci" },
	{ .name = (char *)"0000:00:03.1", .bdf = { 0, 0, 3, 1 }, .driver = (char *)"mine" },
	{ .name = (char *)"0000:00:04.0", .bdf = { 0, 0, 4, 0 }, .driver = (char *)"nvme" },
	{ .name = (char *)"0000:00:05.0", .bdf = { 0, 0, 5, 0 } },
};
static struct device *members[] = { &devices[0], &devices[1], &devices[2], &devices[3],
				    &devices[4] };
static struct machine machine = { .devices = devices,
				  .nr_devices = COUNT(devices),
				  .groups = groups,
				  .nr_groups = COUNT(groups),
				  .groups_known = true };

/* Groups 1 (02.0), 2 (03.0, 03.1) and 3 (04.0, 05.0). */
static void make_machine(void)
{
	static const size_t first[] = { 0, 1, 3 }, nr[] = { 1, 2, 2 };

	for (size_t i = 0; i < COUNT(devices); i++) {
		devices[i].is_pci = devices[i].group_known = devices[i].driver_known = true;
		devices[i].class = 0x020000;
	}
	devices[2].has_vfio_dev = true;
	for (size_t i = 0; i < COUNT(groups); i++) {
		groups[i] = (struct group){ .number = (uint32_t)i + 1,
					    .devices = &members[first[i]],
					    .nr_devices = nr[i] };
		for (size_t k = 0; k < nr[i]; k++)
			members[first[i] + k]->group = &groups[i];
	}
}

/* How the made-up checks go. */
static struct {
	enum outcome outcomes[3];	   /* of the first three checks; "attach" is the first */
	int attach;			   /* negative errno: nothing can be attached */
	int signal;			   /* comes in the second check; 0: none */
	const char *no_type1, *no_iommufd; /* why there is none */
	const struct iospace_ops *automatic;
	enum outcome plan;
	int bench; /* negative errno: an operation failed */
	size_t costs;
} scene;

static void scene_reset(void)
{
	memset(&scene, 0, sizeof(scene));
	scene.automatic = &type1_ops;
	scene.costs = 2;
}

int __wrap_source_open(struct source *source, const char *sysroot, struct error *err);
int __wrap_source_open(struct source *source, const char *sysroot, struct error *err)
{
	(void)err;
	*source = (struct source){ .root = -1, .live = !sysroot, .path = "/" };
	return 0;
}

struct machine *__wrap_collect(const struct source *source, unsigned facts);
struct machine *__wrap_collect(const struct source *source, unsigned facts)
{
	(void)source;
	(void)facts;
	make_machine();
	return &machine;
}

void __wrap_machine_free(struct machine *freed);
void __wrap_machine_free(struct machine *freed)
{
	sigset_t held;

	assert_ptr_equal(freed, &machine);
	/* What is shown is shown with signals let through: a reader may never come to the end. */
	if (sigprocmask(SIG_BLOCK, NULL, &held) < 0 || sigismember(&held, SIGTERM) != 0)
		_exit(99);
}

void __wrap_collect_system(const struct source *source, struct machine *of, struct system *system);
void __wrap_collect_system(const struct source *source, struct machine *of, struct system *system)
{
	(void)source;
	(void)of;
	*system = (struct system){ .iommufd_node = TRI_UNKNOWN };
}

const struct iospace_ops *__wrap_choose_backend(const struct device *device);
const struct iospace_ops *__wrap_choose_backend(const struct device *device)
{
	(void)device;
	return scene.automatic;
}

char *__wrap_backend_lacks(const struct iospace_ops *backend, const struct device *device,
			   const struct setup_facts *facts);
char *__wrap_backend_lacks(const struct iospace_ops *backend, const struct device *device,
			   const struct setup_facts *facts)
{
	const char *why = backend == &type1_ops ? scene.no_type1 : scene.no_iommufd;

	(void)device;
	assert_non_null(facts->machine);
	return why ? xstrdup(why) : NULL;
}

static void judge(struct verdict *verdict, enum outcome outcome, const struct map_test *test)
{
	static void (*const say[])(struct verdict *, const char *, ...) = {
		[OUTCOME_PASS] = passes,
		[OUTCOME_FAIL] = fails,
		[OUTCOME_SKIP] = skips,
		[OUTCOME_INFO] = informs,
	};

	/* The tests see by it which other device the check was given. */
	say[outcome](verdict, "other %s", test->other ? test->other->name : "none");
}

int __wrap_run_map_checks(struct map_test *test, const struct iospace_ops *backend,
			  const bool *only, const struct map_listener *listener, struct error *err);
int __wrap_run_map_checks(struct map_test *test, const struct iospace_ops *backend,
			  const bool *only, const struct map_listener *listener, struct error *err)
{
	(void)backend;
	assert_true(only[0]);
	for (size_t i = 0; map_checks[i].name; i++) {
		struct verdict verdict = { 0 };

		if (!only[i])
			continue;
		listener->tell(listener->data, &map_checks[i], NULL);
		if (scene.attach < 0 && i == 0)
			fails(&verdict, "no way in");
		else if (scene.attach < 0)
			skips(&verdict, "it is not attached");
		else
			judge(&verdict,
			      i < COUNT(scene.outcomes) ? scene.outcomes[i] : OUTCOME_PASS, test);
		if (scene.signal && i == 1)
			raise(scene.signal);
		listener->tell(listener->data, &map_checks[i], &verdict);
		verdict_free(&verdict);
		if (scene.signal && i == 1)
			return 0;
	}
	if (scene.attach < 0)
		return (fail)(err, scene.attach, "%s: no way in", test->device->name);
	return 0;
}

int __wrap_setup_space(const struct iospace_ops *backend, const struct device *device,
		       const struct setup_facts *facts, struct iospace **space,
		       struct vfio_device **opened, struct error *err);
int __wrap_setup_space(const struct iospace_ops *backend, const struct device *device,
		       const struct setup_facts *facts, struct iospace **space,
		       struct vfio_device **opened, struct error *err)
{
	(void)backend;
	assert_ptr_equal(facts->machine, &machine);
	*space = NULL;
	*opened = NULL;
	return scene.attach < 0 ? (fail)(err, scene.attach, "%s: no way in", device->name) : 0;
}

void __wrap_iospace_close(struct iospace *space);
void __wrap_iospace_close(struct iospace *space)
{
	(void)space;
}

void __wrap_try_plan(struct map_test *test, const struct plan *plan, const char *file,
		     struct verdict *verdict);
void __wrap_try_plan(struct map_test *test, const struct plan *plan, const char *file,
		     struct verdict *verdict)
{
	(void)file;
	assert_int_equal(plan->nr_lines, 2);
	judge(verdict, scene.plan, test);
}

int __wrap_measure_mappings(struct iospace *space, const struct bench_listener *listener,
			    struct map_costs *costs);
int __wrap_measure_mappings(struct iospace *space, const struct bench_listener *listener,
			    struct map_costs *costs)
{
	static const struct map_cost cost = { "map", 4096, 8192, 7, 1, 2, 3 };

	(void)space;
	listener->tell(listener->data, 4096, 8192);
	for (size_t i = 0; i < scene.costs; i++) {
		costs->items = xgrow(costs->items, costs->nr, sizeof(*costs->items));
		costs->items[costs->nr++] = cost;
	}
	strings_add(&costs->notes, "no pages of 1 GiB");
	return scene.bench;
}

/* --- one run -------------------------------------------------------------------------------- */

struct result {
	int status; /* exit status; a signal's number negative */
	char out[16384], err[4096];
};

static int open_stream(int number)
{
	char path[] = "/tmp/iommutool-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	(void)number;
	return fd;
}

static void read_stream(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	close(fd);
}

static void child_runs(const char *line, int out, int err, bool quiet)
{
	struct context context = { .command = "map-test", .color = COLOR_NEVER, .quiet = quiet };
	char *copy = xstrdup(line), *at = copy, *word;
	char *argv[16] = { (char *)"iommutool map-test" };
	int argc = 1;

	while ((word = strsep(&at, " ")))
		argv[argc++] = word;
	alarm(PATIENCE);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	argp_err_exit_status = STATUS_USAGE;
	argc = cmd_map_test.run(&context, *line ? argc : 1, argv);
	fflush(stdout);
	_exit(argc);
}

static void run_quietly(struct result *result, const char *line, bool quiet)
{
	int out = open_stream(1), err = open_stream(2), status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child_runs(line, out, err, quiet);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	result->status = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
	read_stream(out, result->out, sizeof(result->out));
	read_stream(err, result->err, sizeof(result->err));
}

static void run(struct result *result, const char *line)
{
	run_quietly(result, line, false);
}

/* Names of the first three checks, for --only. */
static const char *three(void)
{
	static char text[256];

	snprintf(text, sizeof(text), "--only=%s,%s,%s", map_checks[0].name, map_checks[1].name,
		 map_checks[2].name);
	return text;
}

static void run_three(struct result *result, const char *rest)
{
	char line[512];

	snprintf(line, sizeof(line), "%s %s", three(), rest);
	run(result, line);
}

static size_t count(const char *text, const char *what)
{
	size_t nr = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		nr++;
	return nr;
}

/* --- devices -------------------------------------------------------------------------------- */

static void test_devices(void **state)
{
	static const struct {
		const char *operands, *out;
		int status;
		const char *err; /* part of it */
	} cases[] = {
		{ "00:02.0", "0000:00:02.0\n", STATUS_OK, "" },
		{ "00:03.0 00:02.0 2 00:02.0", "0000:00:02.0\n0000:00:03.0\n0000:00:03.1\n",
		  STATUS_OK, "" },
		{ "2", "0000:00:03.0\n0000:00:03.1\n", STATUS_OK, "" },
		{ "--all", "0000:00:02.0\n0000:00:03.0\n0000:00:03.1\n", STATUS_OK, "" },
		{ "3", "", STATUS_FAILED, "group 3: no driver of VFIO has a device of it" },
		{ "00:04.0 00:02.0", "0000:00:02.0\n", STATUS_FAILED,
		  "0000:00:04.0: its driver is nvme, not one of VFIO; iommutool bind "
		  "0000:00:04.0\n" },
		{ "00:05.0", "", STATUS_FAILED,
		  "0000:00:05.0: it has no driver; iommutool bind 0000:00:05.0\n" },
		{ "00:09.0", "", STATUS_FAILED, "00:09.0: no such device here" },
		{ "9 1", "0000:00:02.0\n", STATUS_FAILED, "9: no such group here" },
		{ "10de:2330 1", "", STATUS_USAGE, "10de:2330: an ID names a kind of device" },
	};
	struct result result;
	char line[128];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		scene_reset();
		snprintf(line, sizeof(line), "-ro DEVICE --noheadings --only=attach %s",
			 cases[i].operands);
		run(&result, line);
		assert_string_equal(result.out, cases[i].out);
		assert_case_equal(result.status, cases[i].status, cases[i].operands);
		assert_case(strstr(result.err, cases[i].err), cases[i].operands);
		assert_case(*cases[i].err || !*result.err, cases[i].operands);
	}
}

/* The first device that was named and is in another group. */
static void test_other(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	run(&result, "-ro DEVICE,OBSERVED --noheadings --only=attach 1 2");
	assert_string_equal(result.out, "0000:00:02.0 other\\x200000:00:03.0\n"
					"0000:00:03.0 other\\x200000:00:02.0\n"
					"0000:00:03.1 other\\x200000:00:02.0\n");
	run(&result, "-ro DEVICE,OBSERVED --noheadings --only=attach 2");
	assert_string_equal(result.out, "0000:00:03.0 other\\x20none\n"
					"0000:00:03.1 other\\x20none\n");
}

/* --- backends ------------------------------------------------------------------------------- */

static void test_backends(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	run(&result, "-ro BACKEND --noheadings --only=attach 1");
	assert_string_equal(result.out, "type1\n");
	scene.automatic = &iommufd_ops;
	run(&result, "-ro BACKEND --noheadings --only=attach --backend=auto 1");
	assert_string_equal(result.out, "iommufd\n");
	run(&result, "-ro BACKEND --noheadings --only=attach --backend=type1 1");
	assert_string_equal(result.out, "type1\n");
	run(&result, "-ro BACKEND --noheadings --only=attach --backend=all 1");
	assert_string_equal(result.out, "type1\niommufd\n");
	run(&result, "--backend=vfio 1");
	assert_int_equal(result.status, STATUS_USAGE);
}

/* One line for all devices, not one for each. */
static void test_backend_lacks(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	scene.no_iommufd = "/dev/iommu: not there; go away";
	run(&result, "--backend=iommufd --all");
	assert_int_equal(result.status, STATUS_SKIPPED);
	assert_string_equal(result.out, "");
	assert_string_equal(result.err, "iommutool map-test: /dev/iommu: not there; go away\n");
	scene.automatic = &iommufd_ops;
	run(&result, "1");
	assert_int_equal(result.status, STATUS_SKIPPED);

	run(&result, "-ro BACKEND,RESULT,REASON --noheadings --only=attach --backend=all 1");
	assert_int_equal(result.status, STATUS_OK);
	assert_string_equal(result.err, "");
	assert_string_equal(result.out,
			    "type1 pass -\n"
			    "iommufd skip /dev/iommu:\\x20not\\x20there;\\x20go\\x20away\n");
	scene.no_type1 = "none";
	run(&result, "--backend=all 1");
	assert_int_equal(result.status, STATUS_SKIPPED);
}

/* --- status --------------------------------------------------------------------------------- */

static void test_status(void **state)
{
	static const struct {
		enum outcome attach, second, third;
		int status;
	} cases[] = {
		{ OUTCOME_PASS, OUTCOME_PASS, OUTCOME_PASS, STATUS_OK },
		{ OUTCOME_PASS, OUTCOME_SKIP, OUTCOME_INFO, STATUS_OK },
		{ OUTCOME_PASS, OUTCOME_FAIL, OUTCOME_SKIP, STATUS_NO },
		{ OUTCOME_PASS, OUTCOME_SKIP, OUTCOME_SKIP, STATUS_OK },
		{ OUTCOME_SKIP, OUTCOME_SKIP, OUTCOME_SKIP, STATUS_SKIPPED },
	};
	struct result result;
	char line[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		scene_reset();
		scene.outcomes[0] = cases[i].attach;
		scene.outcomes[1] = cases[i].second;
		scene.outcomes[2] = cases[i].third;
		run_three(&result, "1");
		assert_case_equal(result.status, cases[i].status, result.out);
	}
	/* "attach" only comes along here: what was asked for was skipped. */
	scene_reset();
	scene.outcomes[1] = OUTCOME_SKIP;
	snprintf(line, sizeof(line), "--only=%s 1", map_checks[1].name);
	run(&result, line);
	assert_int_equal(count(result.out, "0000:00:02.0"), 2);
	assert_int_equal(result.status, STATUS_SKIPPED);
}

static void test_attach_fails(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	scene.attach = -EPERM;
	run_three(&result, "-r 1");
	assert_int_equal(result.status, STATUS_FAILED);
	assert_int_equal(count(result.out, " fail "), 1);
	assert_int_equal(count(result.out, " skip "), 2);
	assert_string_equal(result.err, "iommutool map-test: 0000:00:02.0: no way in\n");
}

static void test_summary(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	scene.outcomes[1] = OUTCOME_SKIP;
	scene.outcomes[2] = OUTCOME_INFO;
	run_three(&result, "1 00:03.0");
	assert_non_null(strstr(result.out, "\npass 2, fail 0, skip 2, info 2\n"));
	run_three(&result, "-J 1");
	assert_non_null(strstr(result.out, "\"pass\": 1,\n    \"fail\": 0,\n    \"skip\": 1,\n"
					   "    \"info\": 1\n"));
	assert_non_null(strstr(result.out, "\"bench\": ["));
	run_quietly(&result, "--only=attach 1", true);
	assert_string_equal(result.out, "");
	assert_int_equal(result.status, STATUS_OK);
}

static void test_dry_run(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	scene.outcomes[0] = OUTCOME_FAIL; /* nobody sees it */
	run_three(&result, "--dry-run -ro RESULT --noheadings 1");
	assert_string_equal(result.out, "planned\nplanned\nplanned\n");
	assert_int_equal(result.status, STATUS_OK);
	run_three(&result, "--dry-run 1");
	assert_non_null(strstr(result.out, "\nplanned 3\n"));
	assert_null(strstr(result.out, "pass 0"));
}

/* --- TAP ------------------------------------------------------------------------------------ */

static void test_tap(void **state)
{
	struct result result;
	char wanted[2048];

	(void)state;
	scene_reset();
	scene.outcomes[1] = OUTCOME_FAIL;
	scene.outcomes[2] = OUTCOME_SKIP;
	run_three(&result, "--tap 1");
	snprintf(wanted, sizeof(wanted),
		 "TAP version 14\n1..3\n"
		 "ok 1 - 0000:00:02.0 type1 %s\n"
		 "not ok 2 - 0000:00:02.0 type1 %s\n"
		 "  ---\n  result: \"fail\"\n  reason: \"other none\"\n  ...\n"
		 "ok 3 - 0000:00:02.0 type1 %s # SKIP other none\n",
		 map_checks[0].name, map_checks[1].name, map_checks[2].name);
	assert_string_equal(result.out, wanted);
	assert_int_equal(result.status, STATUS_NO);

	run(&result, "--tap 00:04.0");
	assert_int_equal(result.status, STATUS_FAILED);
	assert_string_equal(result.out, "TAP version 14\n1..1\nnot ok 1 - 00:04.0\n"
					"  ---\n  result: \"fail\"\n"
					"  reason: \"no driver of VFIO has it\"\n  ...\n");
	run(&result, "--tap --only=attach 00:09.0 9 3 1");
	assert_int_equal(result.status, STATUS_FAILED);
	assert_non_null(strstr(result.out, "\n1..4\nnot ok 1 - 00:09.0\n"));
	assert_non_null(strstr(result.out, "\nnot ok 2 - 9\n"));
	assert_non_null(strstr(result.out, "\nnot ok 3 - 3\n"));
	assert_non_null(strstr(result.out, "\nok 4 - 0000:00:02.0 type1 attach\n"));
	run_quietly(&result, "--tap --only=attach 1", true);
	assert_string_equal(result.out, "");
}

/* --- signals -------------------------------------------------------------------------------- */

static void test_interrupted(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM };
	struct result result;

	(void)state;
	for (size_t i = 0; i < COUNT(signals); i++) {
		scene_reset();
		scene.signal = signals[i];
		run_three(&result, "-ro DEVICE --noheadings 1 2");
		assert_int_equal(result.status, -signals[i]);
		assert_string_equal(result.out, "0000:00:02.0\n0000:00:02.0\n");
		assert_string_equal(result.err,
				    "iommutool map-test: interrupted; nothing stays mapped\n");
	}
	scene_reset();
	scene.signal = SIGINT;
	run_three(&result, "--tap 1");
	assert_int_equal(result.status, -SIGINT);
	assert_int_equal(count(result.out, "ok "), 2);
	assert_non_null(strstr(result.out, "\nBail out! interrupted\n"));
}

/* --- plans and costs ------------------------------------------------------------------------ */

static void test_plan(void **state)
{
	static const struct {
		enum outcome outcome;
		int status;
		const char *result;
	} cases[] = {
		{ OUTCOME_PASS, STATUS_OK, "plan pass\n" },
		{ OUTCOME_FAIL, STATUS_NO, "plan fail\n" },
		{ OUTCOME_SKIP, STATUS_SKIPPED, "plan skip\n" },
	};
	char path[] = "/tmp/iommutool-XXXXXX", line[128];
	struct result result;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "0 1M\n1M 1M\n", 11), 11);
	snprintf(line, sizeof(line), "-ro NAME,RESULT --noheadings --plan=%s 1", path);
	for (size_t i = 0; i < COUNT(cases); i++) {
		scene_reset();
		scene.plan = cases[i].outcome;
		run(&result, line);
		assert_string_equal(result.out, cases[i].result);
		assert_case_equal(result.status, cases[i].status, cases[i].result);
	}
	scene_reset();
	scene.attach = -EBUSY;
	run(&result, line);
	assert_string_equal(result.out, "plan fail\n");
	assert_int_equal(result.status, STATUS_FAILED);
	assert_string_equal(result.err, "iommutool map-test: 0000:00:02.0: no way in\n");

	assert_int_equal(write(fd, "what\n", 5), 5);
	run(&result, line);
	assert_int_equal(result.status, STATUS_FAILED);
	assert_string_equal(result.out, "");
	assert_non_null(strstr(result.err, ":3: not \"START SIZE"));
	close(fd);
	unlink(path);
}

static void test_bench(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	run(&result, "--bench 1");
	assert_string_equal(
		result.out,
		"DEVICE       BACKEND OPERATION PAGE_SIZE BYTES ROUNDS NS_MIN NS_MEDIAN NS_MAX\n"
		"0000:00:02.0 type1   map            4096  8192      7      1         2      3\n"
		"0000:00:02.0 type1   map            4096  8192      7      1         2      3\n"
		"0000:00:02.0 type1: no pages of 1 GiB\n");
	assert_string_equal(result.err, "");
	assert_int_equal(result.status, STATUS_OK);

	scene.bench = -EFAULT;
	run(&result, "--bench -r 1");
	assert_int_equal(result.status, STATUS_FAILED);
	assert_int_equal(count(result.out, "0000:00:02.0"), 2);
	assert_non_null(strstr(result.err, "0000:00:02.0: type1: an operation failed with EFAULT"));

	/* Nothing could be measured: the reason has to be seen. */
	scene_reset();
	scene.costs = 0;
	run(&result, "--bench -r 1");
	assert_int_equal(result.status, STATUS_SKIPPED);
	assert_non_null(strstr(result.err, "no pages of 1 GiB"));

	scene_reset();
	scene.no_iommufd = "/dev/iommu: not there";
	run(&result, "--bench --backend=all -ro BACKEND --noheadings 1");
	assert_int_equal(result.status, STATUS_OK);
	assert_string_equal(result.out, "type1\ntype1\n");
	assert_string_equal(result.err, "iommutool map-test: /dev/iommu: not there\n");

	scene_reset();
	scene.attach = -EBUSY;
	run(&result, "--bench 1");
	assert_int_equal(result.status, STATUS_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices),	 cmocka_unit_test(test_other),
		cmocka_unit_test(test_backends), cmocka_unit_test(test_backend_lacks),
		cmocka_unit_test(test_status),	 cmocka_unit_test(test_attach_fails),
		cmocka_unit_test(test_summary),	 cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_tap),	 cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_plan),	 cmocka_unit_test(test_bench),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
