/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a failed step of a set-up means, over machines made by hand (facts/linux.md 3.1, 4.1, 8). */
#include "world.h"

#include <errno.h>

#include "vfio/setup.h"

#define NVME 0x010802
#define AUDIO 0x040300

/* 0000:03:00.0 on vfio-pci and 0000:03:00.1 without a driver, in group 8 behind unit0. */
struct scene {
	struct world world;
	struct system system;
	struct device *device, *sibling;
	struct holder holders[40];
	const char *path;
	struct error err;
};

static void make(struct scene *scene)
{
	struct world *world = &scene->world;

	*scene = (struct scene){ .path = "" };
	world_init(world);
	scene->system = (struct system){ .vfio_node = TRI_UNKNOWN,
					 .iommufd_node = TRI_UNKNOWN,
					 .unsafe_interrupts = TRI_UNKNOWN,
					 .iommufd_unsafe_interrupts = TRI_UNKNOWN,
					 .entry_limit = -1 };
	world->machine.groups_known = true;
	world->machine.release = (char *)"6.12.95";
	world->group.holders = scene->holders;
	scene->device = world_join(world, world_device(world, 0, 3, 0, 0, NVME));
	scene->sibling = world_join(world, world_device(world, 0, 3, 0, 1, AUDIO));
	for (size_t i = 0; i < world->group.nr_devices; i++) {
		world->members[i]->group_known = true;
		world->members[i]->unit_known = true;
	}
	scene->device->driver = (char *)"vfio-pci";
	scene->device->has_vfio_dev = true;
}

/* Return: the sentence. */
static const char *explain(struct scene *scene, enum setup_step step, int error)
{
	const struct setup_facts facts = { &scene->world.machine, &scene->system };
	struct setup_failure failure = { .step = step, .code = -error };

	snprintf(failure.path, sizeof(failure.path), "%s", scene->path);
	scene->err = (struct error){ 0 };
	assert_int_equal(explain_failure(&failure, scene->device, &facts, &scene->err), -error);
	assert_int_equal(scene->err.code, -error);
	return scene->err.text;
}

static void add_holder(struct scene *scene, int pid, const char *command)
{
	struct holder *holder = &scene->holders[scene->world.group.nr_holders++];

	*holder = (struct holder){ .pid = pid, .node = (char *)"/dev/vfio/8" };
	snprintf(holder->command, sizeof(holder->command), "%s", command);
}

#define assert_says(text, part)                                                                    \
	do {                                                                                       \
		const char *said_ = (text);                                                        \
		if (!strstr(said_, (part)))                                                        \
			fail_msg("\"%s\" does not say \"%s\"", said_, (part));                     \
	} while (0)

#define assert_says_not(text, part)                                                                \
	do {                                                                                       \
		const char *said_ = (text);                                                        \
		if (strstr(said_, (part)))                                                         \
			fail_msg("\"%s\" says \"%s\"", said_, (part));                             \
	} while (0)

/* --- who is in the way -------------------------------------------------------------------- */

static void test_not_viable(void **state)
{
	static const enum setup_step steps[] = { SETUP_GROUP_STATUS, SETUP_SET_CONTAINER,
						 SETUP_GET_DEVICE, SETUP_BIND_IOMMUFD };
	struct scene scene;

	(void)state;
	make(&scene);
	scene.sibling->driver = (char *)"snd_hda_intel";
	for (size_t i = 0; i < COUNT(steps); i++)
		assert_string_equal(explain(&scene, steps[i], EPERM),
				    "0000:03:00.0: group 8 is not viable: the host uses "
				    "0000:03:00.1=snd_hda_intel; iommutool bind --whole-group "
				    "0000:03:00.0, or bind those");
}

/* As many as there is room for, and how many more. */
static void test_not_viable_many(void **state)
{
	struct scene scene;
	const char *text;

	(void)state;
	make(&scene);
	scene.sibling->driver = (char *)"snd_hda_intel";
	for (uint8_t i = 2; i < 8; i++)
		world_join(&scene.world, world_device(&scene.world, 0, 3, 0, i, AUDIO))->driver =
			(char *)"snd_hda_intel";
	text = explain(&scene, SETUP_SET_CONTAINER, EPERM);
	/* 49 before, 62 behind, of 239; an entry is 26 and 2 between: 4 of 7 are 110 and 11 more.
	 */
	assert_says(text, "0000:03:00.4=snd_hda_intel and 3 more; iommutool bind --whole-group");
	assert_says(text, "0000:03:00.0, or bind those");
	assert_says_not(text, "0000:03:00.5");
}

static void test_not_viable_unseen(void **state)
{
	struct scene scene;
	const char *text;

	(void)state;
	make(&scene);
	scene.sibling->driver_known = false;
	scene.world.group.has_strangers = true;
	text = explain(&scene, SETUP_GROUP_STATUS, EPERM);
	assert_says(text, "0000:03:00.0: group 8 is not viable, and the driver is unknown of "
			  "0000:03:00.1, a device that cannot be seen; ");
	assert_says(text, "; iommutool -v groups 8");
}

/* Nothing in the way: somebody else owns the DMA. */
static void test_owned(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	scene.world.machine.remapping = TRI_YES;
	assert_says(explain(&scene, SETUP_SET_CONTAINER, EPERM), "belongs to somebody else");
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, EPERM), "; iommutool groups 0000:03:00.0");
	add_holder(&scene, 812, "qemu-system-x86");
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, EPERM), "open in 812 (qemu-system-x86);");
}

static void test_held(void **state)
{
	static const enum setup_step steps[] = { SETUP_OPEN_GROUP, SETUP_SET_CONTAINER,
						 SETUP_GET_DEVICE, SETUP_BIND_IOMMUFD };
	struct scene scene;

	(void)state;
	make(&scene);
	for (size_t i = 0; i < COUNT(steps); i++)
		assert_says(
			explain(&scene, steps[i], EBUSY),
			"0000:03:00.0: it or its group is open in a process that cannot be seen "
			"from here; look as root");
	add_holder(&scene, 812, "qemu-system-x86");
	add_holder(&scene, 812, "qemu-system-x86"); /* its second node */
	add_holder(&scene, 9, "a\nb");
	for (size_t i = 0; i < COUNT(steps); i++) {
		const char *text = explain(&scene, steps[i], EBUSY);

		assert_says(text, "0000:03:00.0: group 8 is open in 812 (qemu-system-x86), 9 (a");
		assert_says(text, "b); stop that VM or program first");
		assert_null(strchr(text, '\n'));
	}
}

/* A cdev that is open already answers EINVAL (vfio_main.c, vfio_df_open). */
static void test_cdev_open_elsewhere(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	world_region(&scene.world, 0x1000, 0x1fff, REGION_DIRECT);
	scene.world.unit.kind = UNIT_INTEL_VTD;
	add_holder(&scene, 812, "qemu-system-x86");
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, EINVAL), "812 (qemu-system-x86)");
	/* EINVAL of the container does not mean that. */
	assert_says(explain(&scene, SETUP_SET_CONTAINER, EINVAL), "firmware wants");
}

/* --- interrupts and firmware -------------------------------------------------------------- */

static void test_interrupts(void **state)
{
	static const char *const type1 =
		"0000:03:00.0: no interrupt remapping: it could raise any interrupt of the host; "
		"turn it on in the firmware (or VM), or take that risk: echo Y "
		">/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";
	static const char *const iommufd =
		">/sys/module/iommufd/parameters/allow_unsafe_interrupts";
	struct scene scene;

	(void)state;
	make(&scene);
	/* Where nothing else answers so, it is said whatever is known. */
	assert_string_equal(explain(&scene, SETUP_SET_IOMMU, EPERM), type1);
	scene.world.machine.remapping = TRI_NO;
	assert_string_equal(explain(&scene, SETUP_SET_IOMMU, EPERM), type1);
	assert_string_equal(explain(&scene, SETUP_SET_CONTAINER, EPERM), type1);
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, EPERM), iommufd);
	assert_says(explain(&scene, SETUP_GET_DEVICE, EPERM), iommufd);
	/* Before a container has an IOMMU nobody asks about interrupts. */
	assert_says(explain(&scene, SETUP_GROUP_STATUS, EPERM), "belongs to somebody else");
	scene.world.machine.remapping = TRI_YES;
	assert_says(explain(&scene, SETUP_SET_IOMMU, EPERM), "does not reach this device");
}

/* In the order of the kernel: iommufd asks about interrupts first, type 1 last. */
static void test_interrupts_and_more(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	scene.world.machine.remapping = TRI_NO;
	scene.sibling->driver = (char *)"snd_hda_intel";
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, EPERM), "no interrupt remapping");
	assert_says(explain(&scene, SETUP_SET_CONTAINER, EPERM), "is not viable");
	scene.sibling->driver = NULL;
	scene.world.unit.kind = UNIT_INTEL_VTD;
	world_region(&scene.world, 0x1000, 0x1fff, REGION_DIRECT);
	assert_says(explain(&scene, SETUP_SET_IOMMU, EPERM), "firmware wants");
	assert_says(explain(&scene, SETUP_SET_CONTAINER, EPERM), "firmware wants");
	/* Allowed: then it is not that. */
	make(&scene);
	scene.world.machine.remapping = TRI_NO;
	scene.system.unsafe_interrupts = TRI_YES;
	assert_says(explain(&scene, SETUP_SET_CONTAINER, EPERM), "belongs to somebody else");
	/* Each backend has a parameter of its own. */
	scene.sibling->driver = (char *)"snd_hda_intel";
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, EPERM), "no interrupt remapping");
	scene.system.iommufd_unsafe_interrupts = TRI_YES;
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, EPERM), "is not viable");
}

static void test_direct_rmrr(void **state)
{
	static const struct {
		enum setup_step step;
		int error;
	} cases[] = {
		{ SETUP_SET_IOMMU, EPERM },	 /* Intel's driver, 6.1 */
		{ SETUP_SET_CONTAINER, EINVAL }, /* the core, 6.6 and later */
		{ SETUP_BIND_IOMMUFD, EINVAL },	 { SETUP_GET_DEVICE, EINVAL },
		{ SETUP_ATTACH_IOAS, EINVAL },
	};
	struct dmar_step path = { .device = 0, .function = 1 };
	struct dmar_structure *rmrr;
	struct scene scene;

	(void)state;
	make(&scene);
	scene.world.unit.kind = UNIT_INTEL_VTD;
	world_region(&scene.world, 0x7d000000, 0x7dffffff, REGION_DIRECT);
	world_region(&scene.world, 0xfee00000, 0xfeefffff, REGION_MSI);
	rmrr = world_dmar(&scene.world, DMAR_RMRR);
	rmrr->start = 0x7d000000;
	rmrr->end = 0x7dffffff;
	rmrr->scopes = scene.world.scopes;
	rmrr->nr_scopes = 1;
	scene.world.scopes[0] = (struct dmar_scope){
		.type = DMAR_SCOPE_ENDPOINT, .start_bus = 3, .path = &path, .nr_path = 1
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(
			explain(&scene, cases[i].step, cases[i].error),
			"0000:03:00.0: firmware wants 0x000000007d000000-0x000000007dffffff "
			"(direct, RMRR) mapped for 0000:03:00.1, so the kernel lends group 8 to "
			"nobody; ask the vendor for firmware without it");
}

/* Nobody knows who brings it: the device stands for its group. */
static void test_direct_without_source(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	scene.world.unit.kind = UNIT_AMD_VI;
	world_region(&scene.world, 0x1000, 0x1fff, REGION_DIRECT);
	assert_says(explain(&scene, SETUP_SET_CONTAINER, EINVAL),
		    "0x0000000000001fff (direct) mapped for 0000:03:00.0, so");
	/* Before 6.6 AMD's driver does not refuse it. */
	scene.world.machine.release = (char *)"6.1.0-39-amd64";
	assert_says_not(explain(&scene, SETUP_SET_CONTAINER, EINVAL), "firmware wants");
	/* Those that are given up when a device is lent are not in the way. */
	make(&scene);
	scene.world.unit.kind = UNIT_INTEL_VTD;
	world_region(&scene.world, 0, 0xffffff, REGION_DIRECT_RELAXABLE);
	assert_says_not(explain(&scene, SETUP_SET_CONTAINER, EINVAL), "firmware wants");
}

/* --- nodes, modules, drivers -------------------------------------------------------------- */

static void test_not_bound(void **state)
{
	static const struct {
		enum setup_step step;
		int error;
	} cases[] = {
		{ SETUP_OPEN_GROUP, ENOENT }, { SETUP_OPEN_GROUP, ENODEV },
		{ SETUP_OPEN_CDEV, ENODEV },  { SETUP_OPEN_CDEV, ENOENT },
		{ SETUP_GET_DEVICE, ENODEV }, /* its sibling is on vfio-pci, so there is a node */
	};
	struct scene scene;

	(void)state;
	make(&scene);
	scene.path = "/dev/vfio/8";
	scene.device->has_vfio_dev = false;
	for (size_t i = 0; i < COUNT(cases); i++) {
		scene.device->driver = (char *)"nvme";
		assert_string_equal(explain(&scene, cases[i].step, cases[i].error),
				    "0000:03:00.0: its driver is nvme, not one of VFIO; iommutool "
				    "bind 0000:03:00.0");
		scene.device->driver = NULL;
		assert_string_equal(
			explain(&scene, cases[i].step, cases[i].error),
			"0000:03:00.0: has no driver; iommutool bind 0000:03:00.0 gives "
			"it to vfio-pci");
	}
	scene.device->driver_known = false;
	assert_says(explain(&scene, SETUP_OPEN_GROUP, ENOENT),
		    "/dev/vfio/8: not there: no device of this group has a driver of VFIO; "
		    "iommutool bind 0000:03:00.0");
}

/* Bound, and there is no node all the same. */
static void test_bound_without_node(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	scene.path = "/dev/vfio/8";
	assert_says(explain(&scene, SETUP_OPEN_GROUP, ENOENT),
		    "/dev/vfio/8: not there though VFIO has 0000:03:00.0: this kernel has no "
		    "CONFIG_VFIO_GROUP");
	assert_says(explain(&scene, SETUP_OPEN_GROUP, ENOENT), ", or --backend=iommufd");
	scene.system.iommufd = MODULE_MISSING;
	assert_says_not(explain(&scene, SETUP_OPEN_GROUP, ENOENT), "--backend");
	assert_says(explain(&scene, SETUP_OPEN_CDEV, ENODEV), "; use --backend=type1");
	assert_says(explain(&scene, SETUP_GET_DEVICE, ENODEV), "unbound or removed");
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, ENODEV), "unbound or removed");
	/* Before Linux 6.1 there is no vfio-dev/. */
	scene.device->has_vfio_dev = false;
	assert_says(explain(&scene, SETUP_OPEN_CDEV, ENODEV), "older than 6.6");
}

static void test_no_group(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	scene.device->group = NULL;
	assert_says(explain(&scene, SETUP_OPEN_GROUP, ENODEV),
		    "0000:03:00.0: is in no IOMMU group, so nothing translates its DMA; iommutool "
		    "status");
	scene.device->group_known = false;
	assert_says(explain(&scene, SETUP_OPEN_GROUP, ENODEV), "is unknown; iommutool -v groups");
	/* With iommufd the group is not what failed. */
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, EAGAIN), "try again");
	/* The machine has none at all. */
	scene.device->group_known = true;
	scene.world.machine.nr_groups = 0;
	scene.world.machine.nr_units = 0;
	scene.world.machine.dmar.state = FILE_DENIED;
	assert_says(explain(&scene, SETUP_OPEN_GROUP, ENODEV),
		    why_empty_sentence(&scene.world.machine));
}

static void test_noiommu(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	scene.path = "/dev/vfio/8";
	scene.device->unit = NULL;
	scene.world.machine.has_noiommu_groups = true;
	assert_says(explain(&scene, SETUP_OPEN_GROUP, ENOENT),
		    "0000:03:00.0: VFIO has it in no-IOMMU");
	assert_says(explain(&scene, SETUP_OPEN_GROUP, EPERM), "/dev/vfio/8: without an IOMMU");
}

static void test_not_permitted(void **state)
{
	static const struct {
		enum setup_step step;
		const char *path;
	} cases[] = {
		{ SETUP_OPEN_CONTAINER, "/dev/vfio/vfio" },
		{ SETUP_OPEN_GROUP, "/dev/vfio/8" },
		{ SETUP_OPEN_IOMMUFD, "/dev/iommu" },
		{ SETUP_OPEN_CDEV, "/dev/vfio/devices/vfio0" },
	};
	struct scene scene;

	(void)state;
	make(&scene);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char wanted[80];

		scene.path = cases[i].path;
		snprintf(wanted, sizeof(wanted), "%s: not permitted; run this as root", scene.path);
		assert_says(explain(&scene, cases[i].step, EACCES), wanted);
		snprintf(wanted, sizeof(wanted), "%s: kept back", scene.path);
		assert_says(explain(&scene, cases[i].step, EPERM), wanted);
		assert_says(explain(&scene, cases[i].step, EMFILE),
			    "; raise the limit with ulimit -n");
	}
}

static void test_modules(void **state)
{
	static const struct {
		enum module_state state;
		const char *container, *api, *iommufd;
	} cases[] = {
		{ MODULE_UNKNOWN, "or this kernel has none; modprobe vfio_iommu_type1",
		  "; modprobe vfio_iommu_type1", "; modprobe iommufd, or use --backend=type1" },
		{ MODULE_LOADABLE, "VFIO is not loaded; modprobe vfio_iommu_type1",
		  "; modprobe vfio_iommu_type1", "iommufd is not loaded; modprobe iommufd" },
		{ MODULE_MISSING, "(CONFIG_VFIO_IOMMU_TYPE1)", "(CONFIG_VFIO_IOMMU_TYPE1)",
		  "as those of Debian; use --backend=type1" },
		{ MODULE_LOADED, "not the machine's own", "VFIO_CHECK_EXTENSION",
		  "not the machine's own" },
		{ MODULE_BUILT_IN, "not the machine's own", "VFIO_CHECK_EXTENSION",
		  "not the machine's own" },
	};
	static const int absent[] = { ENOENT, ENODEV, ENXIO };
	struct scene scene;

	(void)state;
	make(&scene);
	for (size_t i = 0; i < COUNT(cases); i++) {
		scene.system.vfio_type1 = scene.system.iommufd = cases[i].state;
		for (size_t k = 0; k < COUNT(absent); k++) {
			scene.path = "/dev/vfio/vfio";
			assert_says(explain(&scene, SETUP_OPEN_CONTAINER, absent[k]),
				    cases[i].container);
			scene.path = "/dev/iommu";
			assert_says(explain(&scene, SETUP_OPEN_IOMMUFD, absent[k]),
				    cases[i].iommufd);
		}
		assert_says(explain(&scene, SETUP_API, ENODEV), cases[i].api);
	}
	scene.system.vfio_type1 = MODULE_LOADABLE;
	assert_says(explain(&scene, SETUP_SET_IOMMU, ENODEV), "modprobe vfio_iommu_type1");
	assert_says(explain(&scene, SETUP_API, EPROTO), "another version than 0");
}

/* --- address spaces and the device -------------------------------------------------------- */

static void test_conflict(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	assert_says(explain(&scene, SETUP_SET_CONTAINER, EINVAL), "what is mapped here overlaps");
	assert_says(explain(&scene, SETUP_ATTACH_IOAS, EADDRINUSE), "what is mapped here overlaps");
	/* The first group of a container: nothing is mapped yet. */
	assert_says(explain(&scene, SETUP_SET_IOMMU, EINVAL), "VFIO_SET_IOMMU: Invalid argument");
}

static void test_limits(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	assert_says(explain(&scene, SETUP_SET_IOMMU, ENOSPC),
		    "0000:03:00.0: its IOMMU unit0 has no domain left; ");
	scene.device->unit = NULL;
	assert_says(explain(&scene, SETUP_ATTACH_IOAS, ENOSPC), "its IOMMU has no domain left; ");
	/* Without a limit that is known it is memory. */
	assert_says(explain(&scene, SETUP_SET_CONTAINER, ENOMEM), "Cannot allocate memory");
	scene.system.memlock_known = true;
	scene.system.memlock = UINT64_MAX;
	assert_says(explain(&scene, SETUP_SET_CONTAINER, ENOMEM), "Cannot allocate memory");
	scene.system.memlock = 8192 * 1024;
	assert_says(explain(&scene, SETUP_SET_CONTAINER, ENOMEM),
		    ", 8192 KiB; raise that with ulimit -l");
}

static void test_device(void **state)
{
	struct device physical = { .name = (char *)"0000:02:00.0" };
	struct scene scene;

	(void)state;
	make(&scene);
	assert_says(explain(&scene, SETUP_GET_DEVICE, EAGAIN), "binds, resets or removes it");
	assert_says(explain(&scene, SETUP_GET_DEVICE, EIO),
		    "wake it up and enable it (Input/output");
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, EINVAL), "somebody unseen has it open");
	assert_says(explain(&scene, SETUP_GET_DEVICE, EACCES), "its virtual functions are in use");
	scene.device->physical = &physical;
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, EACCES),
		    "its physical function 0000:02:00.0 is on VFIO, too");
	assert_says(explain(&scene, SETUP_BIND_IOMMUFD, EACCES),
		    "; iommutool restore 0000:02:00.0");
	assert_says(explain(&scene, SETUP_ATTACH_IOAS, EBUSY), "try again");
	assert_says(explain(&scene, SETUP_DEVICE_INFO, EOPNOTSUPP), "no PCI device");
	assert_says(explain(&scene, SETUP_DEVICE_INFO, EIO), "does not answer");
}

static void test_unexplained(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	assert_string_equal(explain(&scene, SETUP_RANGES, ENOTTY),
			    "0000:03:00.0: asking for the usable ranges: Inappropriate ioctl for "
			    "device; the kernel's log may say why");
	scene.path = "/dev/vfio/8";
	assert_string_equal(explain(&scene, SETUP_OPEN_GROUP, EIO),
			    "0000:03:00.0: /dev/vfio/8: open: Input/output error; the kernel's log "
			    "may say why");
}

/* --- all of them -------------------------------------------------------------------------- */

/* The longest names that there are, and lists that do not fit. */
static void make_long(struct scene *scene)
{
	struct world *world = &scene->world;

	make(scene);
	for (uint8_t i = 0; i < 8; i++)
		world_join(world, world_device(world, UINT32_MAX, 0xff, 0x1f, i, NVME));
	scene->device = &world->devices[world->machine.nr_devices - 1];
	scene->device->group_known = scene->device->unit_known = true;
	scene->device->physical = world->members[4];
	world->group.number = UINT32_MAX;
	world->unit.name = (char *)"a-unit-of-another-bus.0123456789";
	for (int i = 0; i < 40; i++)
		add_holder(scene, 4194304 - i, "a-command-of-fifteen-and-31-byt");
	scene->path = "/dev/vfio/devices/vfio4294967295";
	scene->system.memlock_known = true;
	scene->system.memlock = UINT64_MAX - 1;
}

/* Something that leads to one explanation or another. */
static void vary(struct scene *scene, unsigned what)
{
	struct world *world = &scene->world;

	if (what & 1)
		for (size_t i = 0; i < world->group.nr_devices; i++)
			world->members[i]->driver = (char *)"a_driver_with_a_long_name_0123456789";
	if (what & 2)
		for (size_t i = 0; i < world->group.nr_devices; i++)
			world->members[i]->driver_known = false;
	if (what & 4)
		world->group.nr_holders = 0;
	if (what & 8)
		world->machine.remapping = TRI_NO;
	if (what & 16) {
		world->unit.kind = UNIT_INTEL_VTD;
		world_region(world, UINT64_MAX - 0xffff, UINT64_MAX, REGION_DIRECT);
	}
	if (what & 32)
		scene->device->has_vfio_dev = true;
	if (what & 64)
		scene->device->group = NULL;
	if (what & 128) {
		scene->system.vfio_type1 = MODULE_MISSING;
		scene->system.iommufd = MODULE_MISSING;
	}
	if (what & 256) {
		scene->system.vfio_type1 = MODULE_LOADED;
		scene->system.iommufd = MODULE_LOADED;
	}
	if (what & 512)
		world->machine.remapping = TRI_YES;
}

/* Each is one whole line with a subject and a next step, and not cut off. */
static void test_every_sentence(void **state)
{
	static const int errors[] = { EPERM,  ENOENT, EIO,    ENXIO,	  EAGAIN,    ENOMEM,
				      EACCES, EBUSY,  ENODEV, EINVAL,	  ENFILE,    EMFILE,
				      ENOTTY, ENOSPC, EPROTO, EADDRINUSE, EOPNOTSUPP };

	(void)state;
	for (unsigned what = 0; what < 1024; what++) {
		struct scene scene;

		make_long(&scene);
		vary(&scene, what);
		for (int step = SETUP_OPEN_CONTAINER; step <= SETUP_DEVICE_INFO; step++)
			for (size_t i = 0; i < COUNT(errors); i++) {
				const char *text =
					explain(&scene, (enum setup_step)step, errors[i]);
				size_t length = strlen(text);

				assert_case(length < sizeof(scene.err.text) - 1, text);
				assert_case(strncmp(text, "ffffffff:ff:1f.7: ", 18) == 0 ||
						    strncmp(text, scene.path, 32) == 0,
					    text);
				assert_case(strstr(text, "; "), text);
				assert_case(!strpbrk(text, "\n\t"), text);
				assert_case(text[length - 1] != '.', text);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_viable),
		cmocka_unit_test(test_not_viable_many),
		cmocka_unit_test(test_not_viable_unseen),
		cmocka_unit_test(test_owned),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_cdev_open_elsewhere),
		cmocka_unit_test(test_interrupts),
		cmocka_unit_test(test_interrupts_and_more),
		cmocka_unit_test(test_direct_rmrr),
		cmocka_unit_test(test_direct_without_source),
		cmocka_unit_test(test_not_bound),
		cmocka_unit_test(test_bound_without_node),
		cmocka_unit_test(test_no_group),
		cmocka_unit_test(test_noiommu),
		cmocka_unit_test(test_not_permitted),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_conflict),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_unexplained),
		cmocka_unit_test(test_every_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
