/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model of /dev/devctl2 against its source: the order of checks in devctl2_ioctl() and what
 * device_detach() and device_probe_and_attach() of sys/kern/subr_bus.c do. Not a run of FreeBSD.
 */
#include "devctl_scene.h"

#include <errno.h>
#include <fcntl.h>

static int request(unsigned long number, const char *name, int flags, const char *driver)
{
	struct abi_devreq argument = { .flags = flags };
	int fd = os->ops->open(os, ABI_DEVCTL_NODE, O_RDONLY), r;

	assert_true(fd >= 0);
	strcpy(argument.name, name);
	argument.data = driver;
	r = os->ops->ioctl(os, fd, number, &argument);
	os->ops->close(os, fd);
	return r;
}

#define NAME "pci0:1:0:0"
#define TOO_LONG                                                                                   \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"                         \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* How the igb is before a request. */
enum at_first { PLAIN, FORCED, FORCED_DETACHED, BUSY, RESERVED, DISABLED, NO_DRIVER, UNWANTED };

static void prepare(enum at_first at_first)
{
	struct model_function *igb = &model->functions[IGB];

	switch (at_first) {
	case PLAIN:
		break;
	case FORCED:
		give_to_ppt(IGB, true);
		break;
	case FORCED_DETACHED:
		force_detached(IGB, "ppt");
		break;
	case BUSY:
		give_to_ppt(IGB, true);
		igb->is_busy = true;
		break;
	case RESERVED:
		give_to_ppt(IGB, false);
		break;
	case DISABLED:
		igb->is_attached = false;
		igb->is_disabled = true;
		break;
	case NO_DRIVER:
		igb->is_attached = false;
		igb->class_name[0] = '\0';
		break;
	case UNWANTED: /* no native driver, forced to ppt */
		give_to_ppt(IGB, true);
		igb->native[0] = '\0';
		break;
	}
}

static void test_requests(void **state)
{
	static const struct {
		const char *name;
		enum at_first at_first;
		unsigned long request;
		int flags;
		const char *driver;
		int code;
		const char *after;
	} cases[] = {
		{ "set", PLAIN, ABI_DEV_SET_DRIVER, 1, "ppt", 0, "ppt0 forced" },
		{ "set, no driver to detach", NO_DRIVER, ABI_DEV_SET_DRIVER, 0, "ppt", 0,
		  "ppt0 forced" },
		{ "set without force", PLAIN, ABI_DEV_SET_DRIVER, 0, "ppt", -EBUSY, "igb0" },
		{ "set nothing", PLAIN, ABI_DEV_SET_DRIVER, 1, NULL, -EFAULT, "igb0" },
		{ "set to no name", PLAIN, ABI_DEV_SET_DRIVER, 1, "", -EINVAL, "igb0" },
		{ "set to 128 bytes without an end", PLAIN, ABI_DEV_SET_DRIVER, 1, TOO_LONG,
		  -ENAMETOOLONG, "igb0" },
		{ "set to what it has: not forced by that", PLAIN, ABI_DEV_SET_DRIVER, 1, "igb", 0,
		  "igb0" },
		{ "set to its class, which has no driver: nothing", FORCED_DETACHED,
		  ABI_DEV_SET_DRIVER, 1, "ppt", 0, "ppt0 forced detached" },
		{ "set to a driver that is not there", PLAIN, ABI_DEV_SET_DRIVER, 1, "nosuch",
		  -ENOENT, "igb0" },
		{ "set to a driver of another device", PLAIN, ABI_DEV_SET_DRIVER, 1, "nvme", -ENXIO,
		  "nvme1 forced detached" },
		{ "set, disabled: said to be done", DISABLED, ABI_DEV_SET_DRIVER, 1, "ppt", 0,
		  "ppt0 forced detached disabled" },
		{ "set away from a VM", BUSY, ABI_DEV_SET_DRIVER, 1, "igb", -EBUSY, "ppt0 forced" },
		{ "set back", FORCED, ABI_DEV_SET_DRIVER, 1, "igb", 0, "igb0 forced" },

		{ "clear", FORCED, ABI_DEV_CLEAR_DRIVER, 1, NULL, 0, "igb0" },
		{ "clear without force", FORCED, ABI_DEV_CLEAR_DRIVER, 0, NULL, -EBUSY,
		  "ppt0 forced" },
		{ "clear, a VM has it", BUSY, ABI_DEV_CLEAR_DRIVER, 1, NULL, -EBUSY,
		  "ppt0 forced" },
		{ "clear, not forced: nothing", PLAIN, ABI_DEV_CLEAR_DRIVER, 1, NULL, 0, "igb0" },
		{ "clear, by pptdevs: nothing", RESERVED, ABI_DEV_CLEAR_DRIVER, 1, NULL, 0,
		  "ppt0" },
		{ "clear, detached", FORCED_DETACHED, ABI_DEV_CLEAR_DRIVER, 0, NULL, 0, "igb0" },
		{ "clear, nobody wants it", UNWANTED, ABI_DEV_CLEAR_DRIVER, 1, NULL, -ENXIO, "-" },

		{ "attach", NO_DRIVER, ABI_DEV_ATTACH, 0, NULL, 0, "igb0" },
		{ "attach, attached", PLAIN, ABI_DEV_ATTACH, 0, NULL, -EBUSY, "igb0" },
		{ "attach, disabled", DISABLED, ABI_DEV_ATTACH, 0, NULL, -ENXIO,
		  "igb0 detached disabled" },
		{ "attach, forced", FORCED_DETACHED, ABI_DEV_ATTACH, 0, NULL, 0, "ppt0 forced" },

		{ "detach", PLAIN, ABI_DEV_DETACH, 0, NULL, 0, "-" },
		{ "detach, forced: it stays so", FORCED, ABI_DEV_DETACH, 0, NULL, 0,
		  "ppt0 forced detached" },
		{ "detach, no driver", NO_DRIVER, ABI_DEV_DETACH, 0, NULL, -ENXIO, "-" },
		{ "detach, a VM has it", BUSY, ABI_DEV_DETACH, 1, NULL, -EBUSY, "ppt0 forced" },

		{ "disable: the class stays", PLAIN, ABI_DEV_DISABLE, 0, NULL, 0,
		  "igb0 detached disabled" },
		{ "disable, disabled", DISABLED, ABI_DEV_DISABLE, 0, NULL, -ENXIO,
		  "igb0 detached disabled" },
		{ "disable, a VM has it", BUSY, ABI_DEV_DISABLE, 1, NULL, -EBUSY, "ppt0 forced" },
		{ "enable", DISABLED, ABI_DEV_ENABLE, 0, NULL, 0, "igb0" },
		{ "enable, enabled", PLAIN, ABI_DEV_ENABLE, 0, NULL, -EBUSY, "igb0" },
		{ "no such request", PLAIN, 0x809844ff, 0, NULL, -ENOTTY, "igb0" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		begin_scene(state);
		prepare(cases[i].at_first);
		assert_case_equal(request(cases[i].request, NAME, cases[i].flags, cases[i].driver),
				  cases[i].code, cases[i].name);
		assert_case(strcmp(state_of(IGB), cases[i].after) == 0, cases[i].name);
		end_scene(state);
	}
}

static void test_who_may(void **state)
{
	struct abi_devreq argument = { .data = "ppt" };
	int fd = os->ops->open(os, ABI_DEVCTL_NODE, O_RDONLY);

	(void)state;
	assert_true(fd >= 0);
	/* In this order. */
	memset(argument.name, 'x', sizeof(argument.name));
	model->is_root = false;
	assert_int_equal(os->ops->ioctl(os, fd, ABI_DEV_SET_DRIVER, &argument), -EPERM);
	model->is_root = true;
	assert_int_equal(os->ops->ioctl(os, fd, ABI_DEV_SET_DRIVER, &argument), -EINVAL);
	strcpy(argument.name, "pci0:1:0:1");
	assert_int_equal(os->ops->ioctl(os, fd, ABI_DEV_SET_DRIVER, &argument), -ENOENT);
	os->ops->close(os, fd);
	model->is_root = false;
	assert_int_equal(os->ops->open(os, ABI_DEVCTL_NODE, O_RDONLY), -EACCES);
}

/* By driver and unit, and both forms of the address; a unit goes to whoever comes. */
static void test_names(void **state)
{
	(void)state;
	assert_int_equal(request(ABI_DEV_SET_DRIVER, "igb0", 1, "ppt"), 0);
	assert_int_equal(request(ABI_DEV_SET_DRIVER, "pci10:31:7", 1, "ppt"), 0);
	assert_string_equal(state_of(IGB), "ppt0 forced");
	assert_string_equal(state_of(BARE), "ppt1 forced");
	assert_int_equal(request(ABI_DEV_CLEAR_DRIVER, "ppt0", 1, NULL), 0);
	assert_int_equal(request(ABI_DEV_DETACH, "pci1:3:0:0", 0, NULL), 0);
	assert_string_equal(state_of(IGB), "igb0");
	assert_string_equal(state_of(FAR), "-");
}

/* ppt_probe(): no bridge, and without being told only what pptdevs names. */
static void test_ppt(void **state)
{
	(void)state;
	assert_int_equal(request(ABI_DEV_SET_DRIVER, "pci0:0:1:0", 1, "ppt"), -ENXIO);
	assert_string_equal(state_of(BRIDGE), "ppt0 forced detached");
	assert_int_equal(request(ABI_DEV_ATTACH, "pci0:10:31:7", 0, NULL), -ENXIO);
	assert_string_equal(state_of(BARE), "-");
	model->functions[BARE].is_reserved = true;
	assert_int_equal(request(ABI_DEV_ATTACH, "pci0:10:31:7", 0, NULL), 0);
	assert_string_equal(state_of(BARE), "ppt1");
	model->functions[IGB].is_reserved = true;
	assert_int_equal(request(ABI_DEV_SET_DRIVER, NAME, 1, "ppt"), 0);
	assert_int_equal(request(ABI_DEV_CLEAR_DRIVER, NAME, 1, NULL), 0);
	assert_string_equal(state_of(IGB), "ppt2");

	model_set(model, "vmm", "module", "loadable");
	assert_int_equal(request(ABI_DEV_SET_DRIVER, "pci1:3:0:0", 1, "ppt"), -ENOENT);
	assert_string_equal(state_of(FAR), "nvme0");
}

/* Methods of drivers that fail. */
static void test_methods(void **state)
{
	(void)state;
	model->devctl = model_devctl_ioctl_2025;
	model_fails(model, "igb detach", 1, -EIO);
	assert_int_equal(request(ABI_DEV_SET_DRIVER, NAME, 1, "ppt"), -EIO);
	assert_string_equal(state_of(IGB), "igb0");

	model_fails(model, "ppt attach", 1, -ENOMEM);
	assert_int_equal(request(ABI_DEV_SET_DRIVER, NAME, 1, "ppt"), -ENOMEM);
	assert_string_equal(state_of(IGB), "ppt0 forced detached");
	assert_int_equal(request(ABI_DEV_ATTACH, NAME, 0, NULL), 0);

	model_fails(model, "ppt detach", 1, -ENXIO);
	assert_int_equal(request(ABI_DEV_CLEAR_DRIVER, NAME, 1, NULL), -ENXIO);
	assert_string_equal(state_of(IGB), "ppt0 forced");

	/* A native driver that fails leaves no class behind. */
	model_fails(model, "igb attach", 1, -EIO);
	assert_int_equal(request(ABI_DEV_CLEAR_DRIVER, NAME, 1, NULL), -EIO);
	assert_string_equal(state_of(IGB), "-");
}

static void test_log(void **state)
{
	(void)state;
	request(ABI_DEV_SET_DRIVER, NAME, 1, "ppt");
	request(ABI_DEV_CLEAR_DRIVER, NAME, 0, NULL);
	assert_string_equal(model->log, "open /dev/devctl2 ro\n"
					"SET_DRIVER pci0:1:0:0 flags=1 ppt\n"
					"igb detach\n"
					"ppt attach\n"
					"close /dev/devctl2\n"
					"open /dev/devctl2 ro\n"
					"CLEAR_DRIVER pci0:1:0:0 flags=0\n"
					"close /dev/devctl2\n");
	model_fails(model, "CLEAR_DRIVER", 0, -EINTR);
	assert_int_equal(request(ABI_DEV_CLEAR_DRIVER, NAME, 1, NULL), -EINTR);
	assert_string_equal(state_of(IGB), "ppt0 forced");
}

#define in_scene(test) cmocka_unit_test_setup_teardown(test, begin_scene, end_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		in_scene(test_who_may),
		in_scene(test_names),
		in_scene(test_ppt),
		in_scene(test_methods),
		in_scene(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
