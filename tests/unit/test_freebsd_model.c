// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model of FreeBSD does what is known of FreeBSD: sys/dev/pci/pci_user.c, sysctlbyname(3),
 * kenv(2), mem(4). What it does not do right, all tests against it would take for right.
 */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "freebsd/model/model.h"

#define PROFILES "tests/freebsd/profiles"

static struct model *machine_of_three(void)
{
	struct model *model = model_new();
	struct model_function *function;

	/* As found by the kernel: a bridge, what is below it, and then the rest of bus 0. */
	function = model_add_function(model, "0000:00:01.0", 0x8086, 0x1901, 0x060400);
	model_make_bridge(function, 1, 1);
	model_attach(function, "pcib", 1);
	function = model_add_function(model, "0000:01:00.0", 0x8086, 0x1533, 0x020000);
	model_attach(function, "igb", 0);
	function->bars[0] = (struct model_bar){ 0xf7d10004, 0x4000, true };
	function->config[4] = 2; /* memory space */
	model_add_function(model, "0000:00:14.0", 0x8086, 0xa36d, 0x0c0330);
	return model;
}

static int ask(struct model *model, int fd, unsigned long request, void *argument)
{
	return model->os.ops->ioctl(&model->os, fd, request, argument);
}

static int open_pci(struct model *model, int flags)
{
	return model->os.ops->open(&model->os, "/dev/pci", flags);
}

static void end(struct model *model, int fd)
{
	model->os.ops->close(&model->os, fd);
	model_free(model);
}

/* --- /dev/pci ----------------------------------------------------------------------------- */

static void test_open(void **state)
{
	struct model *model = model_new();
	int fd;

	(void)state;
	assert_int_equal(model->os.ops->open(&model->os, "/dev/vfio/vfio", O_RDWR), -ENOENT);
	assert_int_equal(model->os.ops->open(&model->os, "/dev/devctl2", O_RDONLY), -ENOENT);
	model->securelevel = 1;
	assert_int_equal(open_pci(model, O_RDWR), -EPERM);
	fd = open_pci(model, O_RDONLY);
	assert_true(fd >= 0);
	model->os.ops->close(&model->os, fd);
	model->is_root = false;
	assert_int_equal(open_pci(model, O_RDWR), -EACCES);
	fd = open_pci(model, O_RDONLY);
	assert_true(fd >= 0);
	assert_string_equal(model->log, "open /dev/vfio/vfio rw\nopen /dev/devctl2 ro\n"
					"open /dev/pci rw\nopen /dev/pci ro\nclose /dev/pci\n"
					"open /dev/pci rw\nopen /dev/pci ro\n");
	end(model, fd);
}

/* On a descriptor for reading: GETCONF and GETBAR, and nothing else. */
static void test_readers(void **state)
{
	struct model *model = machine_of_three();
	struct abi_pci_io io = { .sel = { 0, 1, 0, 0 }, .width = 4 };
	struct abi_pci_bar_io bar = { .sel = { 0, 1, 0, 0 }, .reg = 0x10 };
	struct abi_pci_conf entries[3];
	struct abi_pci_conf_io conf = { .match_bytes = sizeof(entries), .matches = entries };
	int fd = open_pci(model, O_RDONLY);

	(void)state;
	assert_int_equal(ask(model, fd, ABI_PCIOCREAD, &io), -EPERM);
	assert_int_equal(ask(model, fd, ABI_PCIOCWRITE, &io), -EPERM);
	assert_int_equal(ask(model, fd, ABI_PCIOCATTACHED, &io), -EPERM);
	assert_int_equal(ask(model, fd, 0xc0147099, &io), -EPERM);
	assert_int_equal(ask(model, fd, ABI_PCIOCGETBAR, &bar), 0);
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &conf), 0);
	end(model, fd);
}

static void test_config(void **state)
{
	static const struct {
		const char *name;
		struct abi_pcisel sel;
		int reg, width, code;
		uint32_t data;
	} cases[] = {
		{ "dword", { 0, 1, 0, 0 }, 0, 4, 0, 0x15338086 },
		{ "word", { 0, 1, 0, 0 }, 2, 2, 0, 0x1533 },
		{ "byte", { 0, 1, 0, 0 }, 1, 1, 0, 0x80 },
		{ "width 3", { 0, 1, 0, 0 }, 0, 3, -EINVAL, 0 },
		{ "width 0", { 0, 1, 0, 0 }, 0, 0, -EINVAL, 0 },
		{ "width 8", { 0, 1, 0, 0 }, 0, 8, -EINVAL, 0 },
		{ "dword not aligned", { 0, 1, 0, 0 }, 2, 4, -EINVAL, 0 },
		{ "word not aligned", { 0, 1, 0, 0 }, 1, 2, -EINVAL, 0 },
		{ "negative", { 0, 1, 0, 0 }, -4, 4, -EINVAL, 0 },
		{ "no such function", { 0, 1, 0, 1 }, 0, 4, -ENODEV, 0 },
		{ "no such domain", { 1, 1, 0, 0 }, 0, 4, -ENODEV, 0 },
		{ "no such slot", { 0, 1, 32, 0 }, 0, 4, -ENODEV, 0 },
		{ "behind its 256 bytes", { 0, 1, 0, 0 }, 256, 4, 0, 0xffffffff },
		{ "a byte behind them", { 0, 1, 0, 0 }, 4095, 1, 0, 0xff },
		{ "far behind", { 0, 1, 0, 0 }, 0x10000, 2, 0, 0xffff },
	};
	struct model *model = machine_of_three();
	int fd = open_pci(model, O_RDWR);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct abi_pci_io io = { .sel = cases[i].sel,
					 .reg = cases[i].reg,
					 .width = cases[i].width,
					 .data = 0x5a5a5a5a };

		assert_case(ask(model, fd, ABI_PCIOCREAD, &io) == cases[i].code, cases[i].name);
		if (cases[i].code == 0)
			assert_case_equal(io.data, cases[i].data, cases[i].name);
	}
	end(model, fd);
}

static void test_config_write(void **state)
{
	struct model *model = machine_of_three();
	struct abi_pci_io io = { .sel = { 0, 1, 0, 0 }, .reg = 4, .width = 2, .data = 0x1234 };
	int fd = open_pci(model, O_RDWR);

	(void)state;
	assert_int_equal(ask(model, fd, ABI_PCIOCWRITE, &io), 0);
	assert_int_equal(model->functions[1].config[4], 0x34);
	assert_int_equal(model->functions[1].config[5], 0x12);
	assert_int_equal(model->functions[1].config[6], 0);
	assert_int_equal(ask(model, fd, 0xc0147099, &io), -ENOTTY);
	end(model, fd);
}

static void test_attached(void **state)
{
	struct model *model = machine_of_three();
	struct abi_pci_io io = { .sel = { 0, 1, 0, 0 } };
	int fd = open_pci(model, O_RDWR);

	(void)state;
	assert_int_equal(ask(model, fd, ABI_PCIOCATTACHED, &io), 0);
	assert_int_equal(io.data, 1);
	io.sel = (struct abi_pcisel){ 0, 0, 0x14, 0 };
	assert_int_equal(ask(model, fd, ABI_PCIOCATTACHED, &io), 0);
	assert_int_equal(io.data, 0);
	io.sel.function = 1;
	assert_int_equal(ask(model, fd, ABI_PCIOCATTACHED, &io), -ENODEV);
	end(model, fd);
}

static void test_bars(void **state)
{
	struct model *model = machine_of_three();
	struct abi_pci_bar_io io = { .sel = { 0, 1, 0, 0 }, .reg = 0x10 };
	int fd = open_pci(model, O_RDONLY);

	(void)state;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETBAR, &io), 0);
	assert_int_equal(io.base, 0xf7d10004);
	assert_int_equal(io.length, 0x4000);
	assert_int_equal(io.enabled, 1);
	model->functions[1].config[4] = 1; /* I/O space alone */
	assert_int_equal(ask(model, fd, ABI_PCIOCGETBAR, &io), 0);
	assert_int_equal(io.enabled, 0);
	io.reg = 0x14;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETBAR, &io), -EINVAL);
	io.reg = 0x11;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETBAR, &io), -EINVAL);
	io.reg = 0x28;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETBAR, &io), -EINVAL);
	io.reg = 0;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETBAR, &io), -EINVAL);
	io.sel.bus = 2;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETBAR, &io), -ENODEV);
	end(model, fd);
}

/* --- GETCONF ------------------------------------------------------------------------------ */

static void test_getconf(void **state)
{
	struct model *model = machine_of_three();
	struct abi_pci_conf entries[4];
	struct abi_pci_conf_io io = { .match_bytes = sizeof(entries), .matches = entries };
	int fd = open_pci(model, O_RDONLY);

	(void)state;
	model->functions[1].config[0x2c] = 0x86;
	model->functions[1].config[0x2d] = 0x80;
	model->functions[1].config[0x2e] = 0x01;
	model->functions[1].config[0x0e] = 0x80; /* has further functions: not in pc_hdr */
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0);
	assert_int_equal(io.status, ABI_GETCONF_LAST_DEVICE);
	assert_int_equal(io.nr_matches, 3);
	assert_int_equal(io.offset, 3);
	assert_int_equal(io.generation, model->generation);
	assert_int_equal(entries[0].header_type, 1);
	assert_string_equal(entries[0].name, "pcib");
	assert_int_equal(entries[0].unit, 1);
	assert_int_equal(entries[1].sel.bus, 1);
	assert_int_equal(entries[1].header_type, 0);
	assert_int_equal(entries[1].vendor, 0x8086);
	assert_int_equal(entries[1].device, 0x1533);
	assert_int_equal(entries[1].subvendor, 0x8086);
	assert_int_equal(entries[1].subdevice, 0x0001);
	assert_int_equal(entries[2].class, 0x0c);
	assert_int_equal(entries[2].subclass, 0x03);
	assert_int_equal(entries[2].interface, 0x30);
	assert_string_equal(entries[2].name, "");
	assert_int_equal(entries[2].sel.device, 0x14);
	end(model, fd);
}

/* In pieces: what is left comes with the next one, and room for less than one is no room. */
static void test_getconf_pieces(void **state)
{
	struct model *model = machine_of_three();
	struct abi_pci_conf entries[2];
	struct abi_pci_conf_io io = { .match_bytes = sizeof(entries) + 47, .matches = entries };
	int fd = open_pci(model, O_RDONLY);

	(void)state;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0);
	assert_int_equal(io.status, ABI_GETCONF_MORE_DEVS);
	assert_int_equal(io.nr_matches, 2);
	assert_int_equal(io.offset, 2);
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0);
	assert_int_equal(io.status, ABI_GETCONF_LAST_DEVICE);
	assert_int_equal(io.nr_matches, 1);
	assert_int_equal(entries[0].sel.device, 0x14);
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0); /* behind the end */
	assert_int_equal(io.status, ABI_GETCONF_LAST_DEVICE);
	assert_int_equal(io.nr_matches, 0);
	io = (struct abi_pci_conf_io){ .match_bytes = 47, .matches = entries };
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0);
	assert_int_equal(io.status, ABI_GETCONF_MORE_DEVS);
	assert_int_equal(io.nr_matches, 0);
	end(model, fd);
}

static void test_getconf_changed(void **state)
{
	struct model *model = machine_of_three();
	struct abi_pci_conf entries[2];
	struct abi_pci_conf_io io = { .match_bytes = sizeof(entries), .matches = entries };
	int fd = open_pci(model, O_RDONLY);

	(void)state;
	model->bump_after = 1;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0);
	assert_int_equal(io.nr_matches, 2);
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0);
	assert_int_equal(io.status, ABI_GETCONF_LIST_CHANGED);
	assert_int_equal(io.nr_matches, 0);
	io.offset = 0; /* from the start nobody minds */
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0);
	assert_int_equal(io.status, ABI_GETCONF_MORE_DEVS);
	end(model, fd);
}

static void test_getconf_patterns(void **state)
{
	struct model *model = machine_of_three();
	struct abi_pci_match_conf patterns[3] = {
		{ .sel = { .bus = 1 }, .flags = ABI_MATCH_BUS },
		{ .name = "pcib", .unit = 1, .flags = ABI_MATCH_NAME | ABI_MATCH_UNIT },
	};
	struct abi_pci_conf entries[3];
	struct abi_pci_conf_io io = { .pattern_bytes = 2 * sizeof(patterns[0]),
				      .nr_patterns = 2,
				      .patterns = patterns,
				      .match_bytes = sizeof(entries),
				      .matches = entries };
	int fd = open_pci(model, O_RDONLY);

	(void)state;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0);
	assert_int_equal(io.nr_matches, 2);
	assert_string_equal(entries[0].name, "pcib");
	assert_string_equal(entries[1].name, "igb");
	patterns[1].unit = 2;
	io.offset = 0;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0);
	assert_int_equal(io.nr_matches, 1);
	io.offset = 0;
	io.pattern_bytes = 2 * sizeof(patterns[0]) + 1; /* not that many */
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), -EINVAL);
	assert_int_equal(io.status, ABI_GETCONF_ERROR);
	io.pattern_bytes = 3 * sizeof(patterns[0]); /* as many as there are functions */
	io.nr_patterns = 3;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), -EINVAL);
	io.nr_patterns = 0;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), -EINVAL);
	end(model, fd);
}

/*
 * 12 to 14 know one number, 15 both, unless it was built without the old one. Who may only read is
 * not told that a number is unknown: he may not use it.
 */
static void test_getconf_releases(void **state)
{
	static const struct {
		unsigned release;
		bool lacks_compat;
		int flags;
		int old_code, new_code;
	} cases[] = {
		{ 12, false, O_RDWR, 0, -ENOTTY },  { 13, false, O_RDWR, 0, -ENOTTY },
		{ 14, false, O_RDWR, 0, -ENOTTY },  { 14, true, O_RDWR, 0, -ENOTTY },
		{ 15, false, O_RDWR, 0, 0 },	    { 15, true, O_RDWR, -ENOTTY, 0 },
		{ 14, false, O_RDONLY, 0, -EPERM }, { 15, false, O_RDONLY, 0, 0 },
		{ 15, true, O_RDONLY, -EPERM, 0 },
	};
	struct abi_pci_conf old[3];
	struct abi_pci_conf15 new[3];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = machine_of_three();
		struct abi_pci_conf_io io = { .match_bytes = sizeof(old), .matches = old };
		int fd = open_pci(model, cases[i].flags);

		model->release = cases[i].release;
		model->lacks_compat = cases[i].lacks_compat;
		assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), cases[i].old_code);
		io = (struct abi_pci_conf_io){ .match_bytes = sizeof(new), .matches = new };
		assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF15, &io), cases[i].new_code);
		if (cases[i].new_code == 0) {
			assert_int_equal(io.nr_matches, 3);
			assert_string_equal(new[1].conf.name, "igb");
			assert_int_equal(new[1].reported, 64);
		}
		end(model, fd);
	}
}

/* With ARI functions 8 and up of device 0, which are others than those of device 1. */
static void test_ari(void **state)
{
	struct model *model = model_new();
	struct model_function *function =
		model_add_function(model, "0000:03:01.2", 0x8086, 0x1520, 0x020000);
	struct abi_pci_io io = { .sel = { 0, 3, 0, 10 }, .width = 2 };
	char name[MODEL_NAME_SIZE];
	int fd = open_pci(model, O_RDWR);

	(void)state;
	function->is_ari = true;
	assert_int_equal(ask(model, fd, ABI_PCIOCREAD, &io), 0);
	io.sel = (struct abi_pcisel){ 0, 3, 1, 2 };
	assert_int_equal(ask(model, fd, ABI_PCIOCREAD, &io), -ENODEV);
	model_name(function, name);
	assert_string_equal(name, "pci0:3:0:10");
	assert_ptr_equal(model_find_named(model, "pci3:0:10"), function);
	assert_null(model_find_named(model, "pci0:3:1:2"));
	end(model, fd);
}

static void test_names(void **state)
{
	struct model *model = machine_of_three();
	struct model_function *igb = &model->functions[1];

	(void)state;
	assert_ptr_equal(model_find_named(model, "pci0:1:0:0"), igb);
	assert_ptr_equal(model_find_named(model, "pci1:0:0"), igb);
	assert_ptr_equal(model_find_named(model, "igb0"), igb);
	assert_null(model_find_named(model, "igb1"));
	assert_null(model_find_named(model, "pci0:1:0:0:"));
	assert_null(model_find_named(model, "pci1:1:0:0"));
	assert_null(model_find_named(model, "0000:01:00.0"));
	assert_null(model_find_named(model, "1/0/0"));
	assert_null(model_find_named(model, "pci0:1:0:256"));
	igb->is_attached = false; /* what has a class has a name */
	assert_ptr_equal(model_find_named(model, "igb0"), igb);
	igb->class_name[0] = '\0';
	assert_null(model_find_named(model, "igb0"));
	assert_null(model_find_named(model, "0"));
	assert_ptr_equal(model_find_named(model, "pci0:1:0:0"), igb);
	model_free(model);
}

/* --- calls that fail, and what is kept of them -------------------------------------------- */

static void test_mishaps(void **state)
{
	struct model *model = machine_of_three();
	struct abi_pci_io io = { .sel = { 0, 1, 0, 0 }, .width = 4 };
	int fd;

	(void)state;
	model_fails(model, "open /dev/pci rw", 1, -EBUSY);
	model_fails(model, "READ", 2, -EIO);
	assert_int_equal(open_pci(model, O_RDWR), -EBUSY);
	fd = open_pci(model, O_RDWR);
	assert_int_equal(ask(model, fd, ABI_PCIOCREAD, &io), 0);
	assert_int_equal(ask(model, fd, ABI_PCIOCREAD, &io), -EIO);
	assert_int_equal(ask(model, fd, ABI_PCIOCREAD, &io), 0);
	model_works(model);
	model_fails(model, "READ", 0, -EIO);
	assert_int_equal(ask(model, fd, ABI_PCIOCREAD, &io), -EIO);
	assert_int_equal(ask(model, fd, ABI_PCIOCREAD, &io), -EIO);
	model_forget_calls(model);
	assert_string_equal(model->log, "");
	end(model, fd);
}

/* --- sysctl, kenv, modules ---------------------------------------------------------------- */

static void test_sysctl(void **state)
{
	struct model *model = model_new();
	struct os *os = &model->os;
	uint8_t bytes[16];
	size_t size = sizeof(bytes);
	int number = 0;

	(void)state;
	model_set(model, "an.int", "int", "-2");
	model_set(model, "an.ulong", "ulong", "0xfedcba9876543210");
	model_set(model, "a.u16", "u16", "65535");
	model_set(model, "a.text", "string", "abc");
	size = sizeof(number);
	assert_int_equal(os->ops->sysctl(os, "an.int", &number, &size), 0);
	assert_int_equal(size, 4);
	assert_int_equal(number, -2);
	size = sizeof(bytes);
	assert_int_equal(os->ops->sysctl(os, "an.ulong", bytes, &size), 0);
	assert_int_equal(size, 8);
	assert_memory_equal(bytes, "\x10\x32\x54\x76\x98\xba\xdc\xfe", 8);
	size = sizeof(bytes);
	assert_int_equal(os->ops->sysctl(os, "a.u16", bytes, &size), 0);
	assert_int_equal(size, 2);
	size = sizeof(bytes);
	assert_int_equal(os->ops->sysctl(os, "a.text", bytes, &size), 0);
	assert_int_equal(size, 4); /* with its NUL */
	size = 3;
	assert_int_equal(os->ops->sysctl(os, "a.text", bytes, &size), -ENOMEM);
	assert_int_equal(size, 3); /* not how many there would be */
	size = sizeof(bytes);
	assert_int_equal(os->ops->sysctl(os, "nothing", bytes, &size), -ENOENT);
	model_set(model, "an.int", "int", "3"); /* takes its place */
	size = sizeof(number);
	assert_int_equal(os->ops->sysctl(os, "an.int", &number, &size), 0);
	assert_int_equal(number, 3);
	model_unset(model, "an.int");
	assert_int_equal(os->ops->sysctl(os, "an.int", &number, &size), -ENOENT);
	model_free(model);
}

/* Those of a device are there while it is attached. */
static void test_device_sysctls(void **state)
{
	struct model *model = machine_of_three();
	struct os *os = &model->os;
	char text[64];
	size_t size = sizeof(text);

	(void)state;
	assert_int_equal(os->ops->sysctl(os, "dev.igb.0.%driver", text, &size), 0);
	assert_string_equal(text, "igb");
	size = sizeof(text);
	assert_int_equal(os->ops->sysctl(os, "dev.igb.0.%location", text, &size), 0);
	assert_string_equal(text, "slot=0 function=0 dbsf=pci0:1:0:0");
	assert_int_equal(os->ops->sysctl(os, "dev.igb.1.%driver", text, &size), -ENOENT);
	model->functions[1].is_attached = false;
	assert_int_equal(os->ops->sysctl(os, "dev.igb.0.%driver", text, &size), -ENOENT);
	model_free(model);
}

static void test_kenv(void **state)
{
	struct model *model = model_new();
	struct os *os = &model->os;
	char text[8];

	(void)state;
	model_set(model, "pptdevs", "kenv", "1/0/0");
	assert_int_equal(os->ops->kenv(os, "pptdevs", text, sizeof(text)), 0);
	assert_string_equal(text, "1/0/0");
	assert_int_equal(os->ops->kenv(os, "pptdevs", text, 6), 0);
	assert_int_equal(os->ops->kenv(os, "pptdevs", text, 5), -ENAMETOOLONG);
	assert_int_equal(os->ops->kenv(os, "pptdevs2", text, sizeof(text)), -ENOENT);
	model_free(model);
}

static void test_modules(void **state)
{
	struct model *model = model_new();
	struct os *os = &model->os;
	int number;
	size_t size = sizeof(number);

	(void)state;
	assert_int_equal(os->ops->find_module(os, "vmm"), -ENOENT);
	assert_int_equal(os->ops->load_module(os, "vmm"), -ENOENT);
	model_set(model, "vmm", "module", "loadable");
	model_set(model, "hw.vmm.iommu.enable", "int", "1");
	assert_int_equal(os->ops->find_module(os, "vmm"), -ENOENT);
	assert_int_equal(os->ops->sysctl(os, "hw.vmm.iommu.enable", &number, &size), -ENOENT);
	model->is_root = false;
	assert_int_equal(os->ops->load_module(os, "vmm"), -EPERM);
	model->is_root = true;
	assert_int_equal(os->ops->load_module(os, "vmm"), 0);
	assert_int_equal(os->ops->find_module(os, "vmm"), 0);
	assert_int_equal(os->ops->load_module(os, "vmm"), -EEXIST);
	assert_int_equal(os->ops->sysctl(os, "hw.vmm.iommu.enable", &number, &size), 0);
	model_free(model);
}

/* Each profile can be read, and says what its name says. */
static void test_profiles(void **state)
{
	static const struct {
		const char *profile, *name;
		int code, value;
	} cases[] = {
		{ "vmm-not-loaded", "hw.vmm.iommu.initialized", -ENOENT, 0 },
		{ "vmm-not-loaded", "kern.osreldate", 0, 1402000 },
		{ "intel-idle", "hw.vmm.iommu.initialized", 0, 0 },
		{ "intel-idle", "hw.vmm.iommu.enable", 0, 1 },
		{ "intel-idle", "hw.vmm.amdvi.count", -ENOENT, 0 },
		{ "intel-active", "hw.vmm.iommu.initialized", 0, 1 },
		{ "intel-disabled", "hw.vmm.iommu.enable", 0, 0 },
		{ "amd-disabled", "hw.vmm.amdvi.count", 0, 1 },
		{ "amd-disabled", "hw.vmm.amdvi.enable", 0, 0 },
		{ "amd-ok", "hw.vmm.amdvi.enable", 0, 1 },
		{ "host-dmar-on", "dev.dmar.0.dma", 0, 1 },
		{ "affected", "kern.osreldate", 0, 1203000 },
		{ "unknown", "kern.osreldate", 0, 1301000 },
		{ "fixed", "kern.osreldate", 0, 1302001 },
	};
	size_t nr = 0;
	DIR *dir = opendir(PROFILES);
	const struct dirent *entry;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = model_new();
		char path[128];
		int number = 0;
		size_t size = sizeof(number);

		snprintf(path, sizeof(path), PROFILES "/%s", cases[i].profile);
		model_profile(model, path);
		assert_case(model->os.ops->sysctl(&model->os, cases[i].name, &number, &size) ==
				    cases[i].code,
			    path);
		assert_case(number == cases[i].value, path);
		model_free(model);
	}
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		struct model *model;
		char path[300];

		if (*entry->d_name == '.')
			continue;
		nr++;
		model = model_new();
		snprintf(path, sizeof(path), PROFILES "/%s", entry->d_name);
		model_profile(model, path);
		assert_case(model->nr_values > 2, path);
		model_free(model);
	}
	closedir(dir);
	assert_int_equal(nr, 10);
}

/* --- memory ------------------------------------------------------------------------------- */

static void test_memory(void **state)
{
	struct model *model = model_new();
	struct os *os = &model->os;
	uint8_t bytes[8];

	(void)state;
	model_write64(model, 0x1ffc, 0x0807060504030201); /* over the end of a page */
	assert_int_equal(os->ops->read_physical(os, 0x1ffc, bytes, 8), 0);
	assert_memory_equal(bytes, "\1\2\3\4\5\6\7\10", 8);
	assert_int_equal(os->ops->read_physical(os, 0x1000, bytes, 1), 0);
	assert_int_equal(bytes[0], 0);
	assert_int_equal(os->ops->read_physical(os, 0x2ffc, bytes, 4), 0);
	assert_int_equal(os->ops->read_physical(os, 0x2ffc, bytes, 5), -EFAULT);
	assert_int_equal(os->ops->read_physical(os, 0xfff, bytes, 1), -EFAULT);
	assert_int_equal(os->ops->read_physical(os, UINT64_MAX - 3, bytes, 4), -EFAULT);
	model_fails(model, "memory 0x1ffc", 0, -EIO);
	assert_int_equal(os->ops->read_physical(os, 0x1ffc, bytes, 1), -EIO);
	model_works(model);
	model->is_root = false;
	assert_int_equal(os->ops->read_physical(os, 0x1000, bytes, 1), -EACCES);
	model->lacks_memory = true;
	assert_int_equal(os->ops->read_physical(os, 0x1000, bytes, 1), -ENOENT);
	assert_int_equal(model->nr_reads, 9);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_readers),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_config_write),
		cmocka_unit_test(test_attached),
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_getconf),
		cmocka_unit_test(test_getconf_pieces),
		cmocka_unit_test(test_getconf_changed),
		cmocka_unit_test(test_getconf_patterns),
		cmocka_unit_test(test_getconf_releases),
		cmocka_unit_test(test_ari),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_mishaps),
		cmocka_unit_test(test_sysctl),
		cmocka_unit_test(test_device_sysctls),
		cmocka_unit_test(test_kenv),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
