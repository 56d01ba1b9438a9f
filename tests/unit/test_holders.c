/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open files of processes: the walk over them, and who has a group open through VFIO. Opening a
 * group is done in a child, which the linker replaces (WRAP in the Makefile).
 */
#include "collect/linux/usage/parts.h"
#include "live.h"
#include "util/alloc.h"
#include "util/child.h"

static struct tree tree;

/* Group 8 with two devices on vfio-pci, of which one has a cdev; group 9 with one on e1000e. */
static const struct {
	const char *device, *group, *driver, *cdev;
} devices[] = {
	{ "0000:00:02.0", "8", "vfio-pci", NULL },
	{ "0000:00:03.0", "8", "vfio-pci", "vfio3" },
	{ "0000:00:04.0", "9", "e1000e", NULL },
};

static int setup(void **state)
{
	char path[128], target[128];

	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/class/iommu");
	for (size_t i = 0; i < COUNT(devices); i++) {
		snprintf(target, sizeof(target), "../../../devices/pci0000:00/%s",
			 devices[i].device);
		snprintf(path, sizeof(path), "sys/bus/pci/devices/%s", devices[i].device);
		tree_link(&tree, path, target);
		snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%s/devices/%s",
			 devices[i].group, devices[i].device);
		tree_link(&tree, path, target);
		snprintf(path, sizeof(path), "sys/devices/pci0000:00/%s/iommu_group",
			 devices[i].device);
		snprintf(target, sizeof(target), "../../../kernel/iommu_groups/%s",
			 devices[i].group);
		tree_link(&tree, path, target);
		snprintf(path, sizeof(path), "sys/devices/pci0000:00/%s/driver", devices[i].device);
		snprintf(target, sizeof(target), "../../../bus/pci/drivers/%s", devices[i].driver);
		tree_link(&tree, path, target);
		snprintf(path, sizeof(path), "sys/devices/pci0000:00/%s/vfio-dev/%s",
			 devices[i].device, devices[i].cdev ? devices[i].cdev : "vfio9");
		if (strcmp(devices[i].driver, "vfio-pci") == 0)
			tree_dir(&tree, path);
	}
	live_proc(&tree);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static struct machine *collected(void)
{
	struct source source;
	struct machine *machine;

	live_open(&tree, &source);
	machine = collect(&source, FACT_DRIVER | FACT_VFIO | FACT_HOLDERS);
	source_close(&source);
	assert_int_equal(machine->nr_groups, 2);
	assert_int_equal(machine->groups[0].number, 8);
	/* Nobody can hold what no VFIO driver has. */
	assert_true(machine->groups[1].holders_complete);
	assert_int_equal(machine->groups[1].nr_holders, 0);
	return machine;
}

/* --- holders ------------------------------------------------------------------------------ */

/* What process 812 has open, and whether that makes it the holder of group 8, and by which node. */
static void test_files(void **state)
{
	static const char *const syspath =
		"flags:\t02\nvfio-device-syspath: /sys/devices/pci0000:00/0000:00:03.0\n";
	static const struct {
		const char *name, *target, *fdinfo, *node;
		bool complete;
	} cases[] = {
		{ "group", "/dev/vfio/8", NULL, "/dev/vfio/8", true },
		{ "in a jail", "/jail/dev/vfio/8", NULL, "/dev/vfio/8", true },
		{ "removed", "/dev/vfio/8 (deleted)", NULL, "/dev/vfio/8", true },
		{ "cdev", "/dev/vfio/devices/vfio3", NULL, "/dev/vfio/devices/vfio3", true },
		{ "cdev of nobody", "/dev/vfio/devices/vfio4", NULL, NULL, true },
		{ "container", "/dev/vfio/vfio", NULL, NULL, true },
		{ "another group", "/dev/vfio/7", NULL, NULL, true },
		{ "a larger number", "/dev/vfio/88", NULL, NULL, true },
		{ "other file", "/dev/null", NULL, NULL, true },
		{ "device, new kernel", "anon_inode:[vfio-device]", syspath,
		  "anon_inode:[vfio-device]", true },
		{ "device, old kernel", "anon_inode:[vfio-device]", "flags:\t02\n", NULL, false },
		{ "device, no fdinfo", "anon_inode:[vfio-device]", NULL, NULL, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine *m;
		const struct group *g;

		live_process(&tree, 812, "qemu-system-x86\n");
		live_file(&tree, 812, 0, "/dev/null");
		live_file(&tree, 812, 7, cases[i].target);
		if (cases[i].fdinfo) {
			tree_dir(&tree, "proc/812/fdinfo");
			tree_text(&tree, "proc/812/fdinfo/7", cases[i].fdinfo);
		}
		m = collected();
		g = &m->groups[0];
		assert_case_equal(g->nr_holders, cases[i].node ? 1 : 0, cases[i].name);
		assert_case_equal(g->holders_complete, cases[i].complete, cases[i].name);
		assert_case_equal(m->notes.nr, cases[i].complete ? 0 : 1, cases[i].name);
		if (cases[i].node) {
			assert_int_equal(g->holders[0].pid, 812);
			assert_string_equal(g->holders[0].command, "qemu-system-x86");
			assert_string_equal(g->holders[0].node, cases[i].node);
		}
		machine_free(m);
		teardown(state);
		setup(state);
	}
}

/* A device file that says nothing is explained by the group that the same process has open. */
static void test_group_explains(void **state)
{
	struct machine *m;

	(void)state;
	live_process(&tree, 812, "qemu\n");
	live_file(&tree, 812, 7, "anon_inode:[vfio-device]");
	live_file(&tree, 812, 8, "/dev/vfio/8");
	live_file(&tree, 812, 9, "/dev/vfio/8");
	m = collected();
	assert_int_equal(m->groups[0].nr_holders, 1); /* the same node twice is one */
	assert_true(m->groups[0].holders_complete);
	machine_free(m);

	/* That of another process does not explain it, whichever comes first. */
	live_process(&tree, 811, "other\n");
	live_file(&tree, 811, 7, "anon_inode:[vfio-device]");
	live_process(&tree, 813, "other\n");
	live_file(&tree, 813, 7, "anon_inode:[vfio-device]");
	m = collected();
	assert_int_equal(m->groups[0].nr_holders, 1);
	assert_false(m->groups[0].holders_complete);
	machine_free(m);
}

static void test_incomplete(void **state)
{
	static const struct {
		const char *name;
		const char *gone;      /* a path that is removed, and the folder that it is in */
		const char *namespace; /* of PIDs, put back */
		const char *file;      /* in place of a folder, which then cannot be opened */
	} cases[] = {
		{ "other PID namespace", "proc/self/ns/pid", "pid:[4026532000]", NULL },
		{ "no PID namespace", "proc/self/ns/pid", NULL, NULL },
		{ "init hidden", "proc/1/fd", NULL, NULL },
		{ "closed process", NULL, NULL, "proc/9/fd" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char path[PATH_MAX];
		struct machine *m;

		if (cases[i].gone) {
			tree_path(&tree, path, cases[i].gone);
			assert_int_equal(remove(path), 0);
			*strrchr(path, '/') = '\0';
			assert_int_equal(rmdir(path), 0);
		}
		if (cases[i].namespace)
			tree_link(&tree, cases[i].gone, cases[i].namespace);
		if (cases[i].file)
			tree_text(&tree, cases[i].file, "");
		m = collected();
		assert_case(!m->groups[0].holders_complete, cases[i].name);
		assert_case_equal(m->notes.nr, 1, cases[i].name);
		machine_free(m);
		teardown(state);
		setup(state);
	}
}

/* A process that ended while it was looked at is none that could not be looked at. */
static void test_ended(void **state)
{
	struct machine *m;

	(void)state;
	tree_dir(&tree, "proc/812");
	tree_dir(&tree, "proc/notanumber/fd");
	tree_link(&tree, "proc/notanumber/fd/3", "/dev/vfio/8");
	m = collected();
	assert_true(m->groups[0].holders_complete);
	assert_int_equal(m->groups[0].nr_holders, 0);
	machine_free(m);
}

/* --- groups that are opened --------------------------------------------------------------- */

/* What opening a group comes to. */
static struct {
	int code;
	pid_t stuck;
	int timeout_ms;
	char paths[256]; /* that were opened, a line each */
} opening;

int __wrap_run_in_child(int (*work)(const void *argument, struct child_answer *answer),
			const void *argument, int timeout_ms, struct child_answer *answer,
			pid_t *stuck);

int __wrap_run_in_child(int (*work)(const void *argument, struct child_answer *answer),
			const void *argument, int timeout_ms, struct child_answer *answer,
			pid_t *stuck)
{
	size_t length = strlen(opening.paths);

	(void)work;
	(void)answer;
	snprintf(opening.paths + length, sizeof(opening.paths) - length, "%s\n",
		 (const char *)argument);
	opening.timeout_ms = timeout_ms;
	*stuck = opening.stuck;
	return opening.code;
}

/* Asks for the groups of the devices @names, a comma between. */
static struct machine *asked(const char *names, bool may_open)
{
	struct source source;
	struct machine *machine;
	char *text = xstrdup(names), *at = text, *name;
	bool *wanted;

	memset(opening.paths, 0, sizeof(opening.paths));
	live_open(&tree, &source);
	machine = collect(&source, FACT_DRIVER | FACT_VFIO | FACT_TOPOLOGY);
	wanted = xcalloc(machine->nr_devices, sizeof(*wanted));
	while ((name = strsep(&at, ","))) {
		const struct device *device = find_device_named(machine, name);

		assert_non_null(device);
		wanted[device - machine->devices] = true;
	}
	collect_group_users(&source, machine, wanted, may_open);
	source_close(&source);
	free(wanted);
	free(text);
	return machine;
}

static void test_opened(void **state)
{
	static const struct {
		const char *name;
		int code;
		pid_t stuck;
		bool may_open;
		bool is_open, searches;
	} cases[] = {
		{ "nobody has it", 0, 0, true, false, false },
		{ "somebody has it", -EBUSY, 0, true, true, true },
		{ "it had to be killed", -EINTR, 0, true, true, true },
		{ "it cannot be killed", -ETIMEDOUT, 4711, true, true, true },
		{ "it may not", -EACCES, 0, true, false, true },
		{ "there is no node", -ENOENT, 0, true, false, true },
		{ "it is not to be opened", 0, 0, false, true, true },
	};

	(void)state;
	live_process(&tree, 812, "qemu\n");
	live_file(&tree, 812, 7, "/dev/vfio/8");
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct group *g;
		struct machine *m;

		opening.code = cases[i].code;
		opening.stuck = cases[i].stuck;
		m = asked("0000:00:02.0,0000:00:03.0,0000:00:04.0", cases[i].may_open);
		g = &m->groups[0];
		assert_case_equal(g->is_open, cases[i].is_open, cases[i].name);
		assert_case_equal(g->nr_holders, cases[i].searches, cases[i].name);
		assert_case(g->holders_complete, cases[i].name);
		/* Once for its two devices, and not the one that no driver of VFIO has. */
		assert_string_equal(opening.paths, cases[i].may_open ? "/dev/vfio/8\n" : "");
		assert_case(!m->groups[1].is_open, cases[i].name);
		assert_case(m->groups[1].holders_complete, cases[i].name);
		machine_free(m);
	}
	assert_true(opening.timeout_ms >= 1000);
}

/* Somebody has it, and is not to be found: then it is not known who. */
static void test_opened_by_a_stranger(void **state)
{
	struct machine *m;

	(void)state;
	opening.code = -EBUSY;
	opening.stuck = 0;
	m = asked("0000:00:02.0", true);
	assert_true(m->groups[0].is_open);
	assert_false(m->groups[0].holders_complete);
	assert_int_equal(m->groups[0].nr_holders, 0);
	machine_free(m);
	/* A file of a device says less, but there is nobody else. */
	live_process(&tree, 812, "qemu\n");
	live_file(&tree, 812, 7, "anon_inode:[vfio-device]");
	m = asked("0000:00:02.0", true);
	assert_int_equal(m->groups[0].nr_holders, 1);
	assert_int_equal(m->groups[0].holders[0].pid, 812);
	machine_free(m);
}

/* A physical function takes its virtual ones along, and not the other way round. */
static void test_opened_of_virtual_function(void **state)
{
	struct machine *m;

	(void)state;
	tree_link(&tree, "sys/devices/pci0000:00/0000:00:02.0/physfn", "../0000:00:04.0");
	opening.code = -EBUSY;
	opening.stuck = 0;
	m = asked("0000:00:04.0", true);
	assert_string_equal(opening.paths, "/dev/vfio/8\n");
	assert_true(m->groups[0].is_open);
	machine_free(m);
	m = asked("0000:00:03.0", true);
	assert_string_equal(opening.paths, "/dev/vfio/8\n"); /* its own */
	machine_free(m);
	tree_remove(&tree);
	setup(state);
	tree_link(&tree, "sys/devices/pci0000:00/0000:00:04.0/physfn", "../0000:00:02.0");
	m = asked("0000:00:04.0", true);
	assert_string_equal(opening.paths, "");
	assert_false(m->groups[0].is_open);
	machine_free(m);
}

/* --- this machine ------------------------------------------------------------------------- */

struct wanted {
	const char *path;
	char name[32];
	int seen;
};

static void look(void *closure, const struct open_file *file)
{
	struct wanted *wanted = closure;

	if (file->pid != getpid() || strcmp(file->target, wanted->path) != 0)
		return;
	wanted->seen++;
	process_name(file, wanted->name);
	file->target[0] = '\0'; /* it may be written to */
}

static void test_own_file(void **state)
{
	struct wanted wanted = { .seen = 0 };
	char path[PATH_MAX], real[PATH_MAX], comm[64] = "";
	struct source source;
	struct error err = { 0 };
	FILE *file;
	int fd;

	(void)state;
	tree_text(&tree, "dev/dri/card0", "");
	tree_path(&tree, path, "dev/dri/card0");
	wanted.path = realpath(path, real);
	assert_non_null(wanted.path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (source_open(&source, NULL, &err) < 0) {
		printf("not here: %s\n", err.text);
		close(fd);
		return;
	}
	each_open_file(&source, look, &wanted);
	assert_int_equal(wanted.seen, 1);
	file = fopen("/proc/self/comm", "r");
	assert_non_null(file);
	assert_non_null(fgets(comm, sizeof(comm), file));
	fclose(file);
	comm[strcspn(comm, "\n")] = '\0';
	assert_string_equal(wanted.name, comm);

	close(fd);
	each_open_file(&source, look, &wanted);
	assert_int_equal(wanted.seen, 1);
	source_close(&source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_group_explains, setup, teardown),
		cmocka_unit_test_setup_teardown(test_incomplete, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ended, setup, teardown),
		cmocka_unit_test_setup_teardown(test_opened, setup, teardown),
		cmocka_unit_test_setup_teardown(test_opened_by_a_stranger, setup, teardown),
		cmocka_unit_test_setup_teardown(test_opened_of_virtual_function, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own_file, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
