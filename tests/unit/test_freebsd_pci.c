// SPDX-License-Identifier: GPL-2.0-or-later
/* PCI functions on FreeBSD: the list, drivers, BARs, config space and topology; asked of a model.
 */
#include "unit.h"

#include <errno.h>

#include "collect/collect.h"
#include "collect/freebsd/pci.h"
#include "freebsd/model/model.h"
#include "model/acs.h"
#include "model/resources.h"

/* --- kernels that lie --------------------------------------------------------------------- */

/* Answers as the model does, and then something is changed in it. */
struct liar {
	struct os os;
	struct os_ops ops;
	const struct os_ops *true_ops;
	struct os *true_os;
	void (*spoil)(struct abi_pci_conf_io *io, struct abi_pci_conf *first);
	unsigned nr;
};

static int lie(struct os *os, int fd, unsigned long request, void *argument)
{
	struct liar *liar = os->data;
	int r = liar->true_ops->ioctl(liar->true_os, fd, request, argument);

	if (request == ABI_PCIOCGETCONF14 && r == 0) {
		struct abi_pci_conf_io *io = argument;

		liar->nr++;
		liar->spoil(io, io->matches);
	}
	return r;
}

static int true_open(struct os *os, const char *path, int flags)
{
	struct liar *liar = os->data;

	return liar->true_ops->open(liar->true_os, path, flags);
}

static void true_close(struct os *os, int fd)
{
	struct liar *liar = os->data;

	liar->true_ops->close(liar->true_os, fd);
}

static int true_sysctl(struct os *os, const char *name, void *value, size_t *size)
{
	struct liar *liar = os->data;

	return liar->true_ops->sysctl(liar->true_os, name, value, size);
}

static void make_liar(struct liar *liar, struct model *model,
		      void (*spoil)(struct abi_pci_conf_io *io, struct abi_pci_conf *first))
{
	*liar = (struct liar){ .ops = { .open = true_open,
					.close = true_close,
					.ioctl = lie,
					.sysctl = true_sysctl },
			       .true_ops = model->os.ops,
			       .true_os = &model->os,
			       .spoil = spoil };
	liar->os = (struct os){ .ops = &liar->ops, .data = liar };
}

/* --- machines ----------------------------------------------------------------------------- */

static void put16(uint8_t *config, size_t at, unsigned value)
{
	config[at] = (uint8_t)value;
	config[at + 1] = (uint8_t)(value >> 8);
}

/* A PCI Express capability at 40h; with @acs >= 0 ACS behind a serial number. */
static void make_express(struct model_function *function, enum pcie_type type, int acs)
{
	uint8_t *config = function->config;

	function->config_size = CONFIG_SPACE_SIZE;
	config[0x06] |= 0x10;
	config[0x34] = 0x40;
	config[0x40] = 0x10;
	put16(config, 0x42, 2u | (unsigned)type << 4);
	if (acs < 0)
		return;
	put16(config, 0x100, 0x0003); /* version 1, the next at 148h */
	put16(config, 0x102, 0x1481);
	put16(config, 0x148, 0x000d); /* version 1, the last */
	put16(config, 0x14a, 0x0001);
	put16(config, 0x14c, 0x5f);
	put16(config, 0x14e, (unsigned)acs);
}

/* Two root ports, one with a switch, and a second root bus. In the order of a kernel. */
static struct model *machine(void)
{
	struct model *model = model_new();
	struct model_function *function;

	model_attach(model_add_function(model, "0000:00:00.0", 0x8086, 0x3e1f, 0x060000), "hostb",
		     0);
	function = model_add_function(model, "0000:00:01.0", 0x8086, 0x1901, 0x060400);
	model_make_bridge(function, 1, 1);
	make_express(function, PCIE_ROOT_PORT, ACS_REQUIRED);
	model_attach(function, "pcib", 1);
	function = model_add_function(model, "0000:01:00.0", 0x8086, 0x1533, 0x020000);
	model_attach(function, "igb", 0);
	function->bars[0] = (struct model_bar){ 0xf7d10004, 0x4000, true };
	function = model_add_function(model, "0000:00:1c.0", 0xffff, 0xa338, 0x060400);
	model_make_bridge(function, 2, 5);
	make_express(function, PCIE_ROOT_PORT, 0);
	function = model_add_function(model, "0000:02:00.0", 0x10b5, 0x8747, 0x060400);
	model_make_bridge(function, 3, 5);
	make_express(function, PCIE_UPSTREAM_PORT, -1);
	function = model_add_function(model, "0000:03:10.0", 0x10b5, 0x8747, 0x060400);
	model_make_bridge(function, 5, 5);
	make_express(function, PCIE_DOWNSTREAM_PORT, ACS_REQUIRED);
	model_add_function(model, "0000:05:00.0", 0x144d, 0xa808, 0x010802);
	function = model_add_function(model, "0000:03:08.0", 0x10b5, 0x8747, 0x060400);
	model_make_bridge(function, 4, 4);
	make_express(function, PCIE_DOWNSTREAM_PORT, ACS_REQUIRED);
	function = model_add_function(model, "0000:04:00.0", 0x10de, 0x1b80, 0x030000);
	strcpy(function->class_name, "ppt"); /* it was told to have that, and it failed */
	model_add_function(model, "0000:40:00.0", 0x8086, 0x2020, 0x088000);
	model_add_function(model, "0001:03:00.0", 0x8086, 0x2021, 0x088000);
	return model;
}

/* Return: the machine that it makes, which is without error. */
static struct machine *list(struct model *model, unsigned facts)
{
	struct machine *machine = machine_new();
	struct error err = { 0 };
	int r = freebsd_list_devices(&model->os, facts, machine, NULL, &err);

	if (r)
		fail_msg("%d: %s", r, err.text);
	assert_string_equal(err.text, "");
	return machine;
}

static struct device *named(struct machine *machine, const char *name)
{
	struct device *device = find_device_named(machine, name);

	if (!device)
		fail_msg("no %s", name);
	return device;
}

static void assert_note(const struct machine *machine, const char *note)
{
	if (!strings_contain(&machine->notes, note))
		fail_msg("no note \"%s\" but \"%s\"", note, strings_join(&machine->notes, "; "));
}

static void assert_no_notes(const struct machine *machine)
{
	if (machine->notes.nr)
		fail_msg("note: %s", machine->notes.items[0]);
}

static void done(struct model *model, struct machine *machine)
{
	machine_free(machine);
	model_free(model);
}

/* --- the list ----------------------------------------------------------------------------- */

static void test_devices(void **state)
{
	static const char *const names[] = {
		"0000:00:00.0", "0000:00:01.0", "0000:00:1c.0", "0000:01:00.0",
		"0000:02:00.0", "0000:03:08.0", "0000:03:10.0", "0000:04:00.0",
		"0000:05:00.0", "0000:40:00.0", "0001:03:00.0",
	};
	struct model *model = machine();
	struct machine *machine = list(model, 0);
	const struct device *device;

	(void)state;
	assert_int_equal(machine->nr_devices, COUNT(names));
	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(machine->devices[i].name, names[i]);
	device = named(machine, "0000:01:00.0");
	assert_true(device->is_pci);
	assert_int_equal(device->bdf.bus, 1);
	assert_int_equal(device->vendor, 0x8086);
	assert_int_equal(device->product, 0x1533);
	assert_int_equal(device->class, 0x020000);
	assert_true(device->driver_known);
	assert_string_equal(device->driver, "igb");
	assert_string_equal(device->alias, "igb0");
	assert_false(device->group_known);
	assert_false(device->unit_known);
	/* What was not asked for is unknown. */
	assert_int_equal(device->root_bus, -1);
	assert_false(device->resources_known);
	assert_false(device->routing.type_known);
	device = named(machine, "0000:05:00.0");
	assert_true(device->driver_known);
	assert_null(device->driver);
	assert_null(device->alias);
	device = named(machine, "0000:04:00.0"); /* its class is no proof of a driver */
	assert_true(device->driver_known);
	assert_null(device->driver);
	assert_null(device->alias);
	assert_no_notes(machine);
	done(model, machine);
}

static void test_functions(void **state)
{
	struct model *model = machine();
	struct machine *machine = machine_new();
	struct freebsd_function *functions = NULL;

	(void)state;
	model->functions[2].config[0x2c] = 0x34; /* 01:00.0 */
	model->functions[2].config[0x2d] = 0x12;
	model->functions[2].config[0x2e] = 0x78;
	model->functions[2].config[0x2f] = 0x56;
	assert_int_equal(freebsd_list_devices(&model->os, 0, machine, &functions, NULL), 0);
	assert_string_equal(functions[3].driver, "igb");
	assert_int_equal(functions[3].unit, 0);
	assert_int_equal(functions[3].attached, TRI_YES);
	assert_int_equal(functions[3].header_type, 0);
	assert_int_equal(functions[3].subvendor, 0x1234);
	assert_int_equal(functions[3].subdevice, 0x5678);
	assert_int_equal(functions[1].header_type, 1);
	assert_string_equal(functions[1].driver, "pcib");
	assert_int_equal(functions[1].unit, 1);
	assert_string_equal(functions[7].driver, "ppt");
	assert_int_equal(functions[7].attached, TRI_NO);
	assert_string_equal(functions[8].driver, "");
	assert_int_equal(functions[8].attached, TRI_NO);
	assert_int_equal(functions[10].sel.domain, 1);
	free(functions);
	done(model, machine);
}

static void test_no_devices(void **state)
{
	struct model *model = model_new();
	struct machine *machine = list(model, FACT_ACS | FACT_RESOURCES);

	(void)state;
	assert_int_equal(machine->nr_devices, 0);
	done(model, machine);
}

/* With ARI the kernel has functions above 7, all of device 0. */
static void test_ari(void **state)
{
	struct model *model = model_new();
	struct machine *machine = machine_new();
	struct freebsd_function *functions = NULL;

	(void)state;
	model_add_function(model, "0000:03:00.0", 0x8086, 0x1520, 0x020000);
	model_add_function(model, "0000:03:1f.7", 0x8086, 0x1520, 0x020000)->is_ari = true;
	model->functions[1].bars[3] = (struct model_bar){ 0xe0000000, 0x1000, true };
	assert_int_equal(
		freebsd_list_devices(&model->os, FACT_RESOURCES, machine, &functions, NULL), 0);
	assert_string_equal(machine->devices[1].name, "0000:03:1f.7");
	assert_int_equal(functions[1].sel.device, 0);
	assert_int_equal(functions[1].sel.function, 255);
	assert_int_equal(machine->devices[1].resources[3].start, 0xe0000000);
	free(functions);
	done(model, machine);
}

static void add_many(struct model *model, unsigned nr)
{
	for (unsigned i = nr; i-- > 0;) {
		char address[20];

		snprintf(address, sizeof(address), "0000:%02x:%02x.%x", i / 256, i / 8 % 32, i % 8);
		model_add_function(model, address, 0x8086, (uint16_t)i, 0x088000);
	}
}

/* 64 at once; and as few as the kernel likes. */
static void test_many(void **state)
{
	struct model *model = model_new();
	struct machine *machine;

	(void)state;
	add_many(model, 200);
	machine = list(model, 0);
	assert_int_equal(machine->nr_devices, 200);
	assert_string_equal(machine->devices[199].name, "0000:00:18.7");
	assert_int_equal(machine->devices[199].product, 199);
	assert_string_equal(model->log, "open /dev/pci rw\nGETCONF 5 from 0\nGETCONF 5 from 64\n"
					"GETCONF 5 from 128\nGETCONF 5 from 192\nclose /dev/pci\n");
	machine_free(machine);
	model->most_at_once = 1;
	machine = list(model, 0);
	assert_int_equal(machine->nr_devices, 200);
	done(model, machine);
}

/* It begins anew when the list changes, with nothing of what it had. */
static void test_list_changes(void **state)
{
	struct model *model = model_new();
	struct machine *machine;

	(void)state;
	add_many(model, 100);
	model->bump_after = 1;
	machine = list(model, 0);
	assert_int_equal(machine->nr_devices, 100);
	assert_string_equal(model->log, "open /dev/pci rw\nGETCONF 5 from 0\nGETCONF 5 from 64\n"
					"GETCONF 5 from 0\nGETCONF 5 from 64\nclose /dev/pci\n");
	done(model, machine);
}

static void test_list_changes_for_ever(void **state)
{
	struct model *model = model_new();
	struct machine *machine = machine_new();
	struct freebsd_function *functions = (void *)1;
	struct error err = { 0 };

	(void)state;
	add_many(model, 100);
	model->bumps_for_ever = true;
	assert_int_equal(freebsd_list_devices(&model->os, 0, machine, &functions, &err), -EAGAIN);
	assert_string_equal(err.text,
			    "/dev/pci: the list of functions changes all the time; try again");
	assert_int_equal(machine->nr_devices, 0);
	assert_int_equal(model->nr_getconf, 2 * 17); /* once, and 16 times again */
	done(model, machine);
}

static void test_releases(void **state)
{
	static const struct {
		unsigned release;
		bool lacks_compat, is_root;
		const char *log;
	} cases[] = {
		{ 12, false, true, "GETCONF 5 from 0\n" },
		{ 13, false, true, "GETCONF 5 from 0\n" },
		{ 14, false, true, "GETCONF 5 from 0\n" },
		{ 15, false, true, "GETCONF 5 from 0\n" },
		{ 15, true, true, "GETCONF 5 from 0\nGETCONF 10 from 0\n" },
		{ 15, true, false, "GETCONF 5 from 0\nGETCONF 10 from 0\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = machine();
		struct machine *machine;
		char log[128];

		model->release = cases[i].release;
		model->lacks_compat = cases[i].lacks_compat;
		model->is_root = cases[i].is_root;
		machine = list(model, 0);
		assert_int_equal(machine->nr_devices, 11);
		if (cases[i].is_root)
			assert_string_equal(named(machine, "0000:01:00.0")->driver, "igb");
		assert_int_equal(named(machine, "0000:05:00.0")->product, 0xa808);
		snprintf(log, sizeof(log), "open /dev/pci rw\n%s%s%s",
			 cases[i].is_root ? "" : "open /dev/pci ro\n", cases[i].log,
			 cases[i].is_root ? "close /dev/pci\n" : "sysctl dev.");
		assert_memory_equal(model->log, log, strlen(log));
		done(model, machine);
	}
}

/* The larger entries in pieces, too. */
static void test_new_layout_pieces(void **state)
{
	struct model *model = model_new();
	struct machine *machine;

	(void)state;
	add_many(model, 130);
	model->release = 15;
	model->lacks_compat = true;
	model->bump_after = 2;
	machine = list(model, 0);
	assert_int_equal(machine->nr_devices, 130);
	assert_int_equal(machine->devices[129].product, 129);
	done(model, machine);
}

/* --- what goes wrong ---------------------------------------------------------------------- */

static void test_no_node(void **state)
{
	static const struct {
		int code;
		const char *text;
	} cases[] = {
		{ -ENOENT, "/dev/pci: No such file or directory; no PCI device can be seen without "
			   "it" },
		{ -EACCES, "/dev/pci: Permission denied; no PCI device can be seen without it" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = machine();
		struct machine *machine = machine_new();
		struct error err = { 0 };

		model_fails(model, "open /dev/pci", 0, cases[i].code);
		assert_int_equal(freebsd_list_devices(&model->os, 0, machine, NULL, &err),
				 cases[i].code);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(machine->nr_devices, 0);
		done(model, machine);
	}
}

static void test_getconf_fails(void **state)
{
	static const struct {
		const char *call;
		int code;
		const char *text;
	} cases[] = {
		{ "GETCONF", -ENOTTY,
		  "/dev/pci: this kernel lists functions in a way that is not known here" },
		{ "GETCONF", -EIO, "/dev/pci: Input/output error" },
		{ "GETCONF 5 from 64", -EFAULT, "/dev/pci: Bad address" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = model_new();
		struct machine *machine = machine_new();
		struct error err = { 0 };

		add_many(model, 100);
		model_fails(model, cases[i].call, 0, cases[i].code);
		assert_int_equal(freebsd_list_devices(&model->os, 0, machine, NULL, &err),
				 cases[i].code);
		assert_string_equal(err.text, cases[i].text);
		done(model, machine);
	}
}

static void more_and_none(struct abi_pci_conf_io *io, struct abi_pci_conf *first)
{
	(void)first;
	io->nr_matches = 0;
	io->status = ABI_GETCONF_MORE_DEVS;
}

static void more_than_room(struct abi_pci_conf_io *io, struct abi_pci_conf *first)
{
	(void)first;
	io->nr_matches = UINT32_MAX;
}

static void one_more_than_room(struct abi_pci_conf_io *io, struct abi_pci_conf *first)
{
	(void)first;
	io->nr_matches = 65;
}

static void error_status(struct abi_pci_conf_io *io, struct abi_pci_conf *first)
{
	(void)first;
	io->status = ABI_GETCONF_ERROR;
}

static void strange_status(struct abi_pci_conf_io *io, struct abi_pci_conf *first)
{
	(void)first;
	io->status = 77;
}

static void device_32(struct abi_pci_conf_io *io, struct abi_pci_conf *first)
{
	(void)io;
	first->sel.device = 32;
}

static void function_8_of_device_1(struct abi_pci_conf_io *io, struct abi_pci_conf *first)
{
	(void)io;
	first->sel.device = 1;
	first->sel.function = 8;
}

static void twice_the_same(struct abi_pci_conf_io *io, struct abi_pci_conf *first)
{
	(void)io;
	first[1].sel = first[0].sel;
}

/* The same few again and again. */
static void no_end(struct abi_pci_conf_io *io, struct abi_pci_conf *first)
{
	(void)first;
	io->offset = 0;
	io->status = ABI_GETCONF_MORE_DEVS;
}

static void test_lies(void **state)
{
	static void (*const lies[])(struct abi_pci_conf_io *, struct abi_pci_conf *) = {
		more_and_none, more_than_room, one_more_than_room,
		error_status,  strange_status, device_32,
		no_end,	       twice_the_same, function_8_of_device_1,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lies); i++) {
		struct model *model = machine();
		struct machine *machine = machine_new();
		struct error err = { 0 };
		struct liar liar;

		make_liar(&liar, model, lies[i]);
		assert_int_equal(freebsd_list_devices(&liar.os, 0, machine, NULL, &err), -EPROTO);
		assert_string_equal(err.text, "/dev/pci: the list of functions makes no sense");
		assert_int_equal(machine->nr_devices, 0);
		assert_true(liar.nr < 10000);
		done(model, machine);
	}
}

static void no_nul(struct abi_pci_conf_io *io, struct abi_pci_conf *first)
{
	(void)io;
	memset(first->name, 'x', sizeof(first->name));
}

static void multifunction(struct abi_pci_conf_io *io, struct abi_pci_conf *first)
{
	(void)io;
	first->header_type |= 0x80; /* what the kernel leaves out */
}

/* Lies that can be lived with. */
static void test_harmless_lies(void **state)
{
	struct model *model = machine();
	struct machine *machine = machine_new();
	struct freebsd_function *functions;
	struct liar liar;

	(void)state;
	make_liar(&liar, model, no_nul);
	assert_int_equal(freebsd_list_devices(&liar.os, 0, machine, &functions, NULL), 0);
	assert_string_equal(functions[0].driver, "xxxxxxxxxxxxxxxx");
	free(functions);
	machine_free(machine);
	machine = machine_new();
	make_liar(&liar, model, multifunction);
	assert_int_equal(freebsd_list_devices(&liar.os, 0, machine, &functions, NULL), 0);
	assert_int_equal(functions[0].header_type, 0);
	free(functions);
	done(model, machine);
}

/* --- without privilege -------------------------------------------------------------------- */

static void test_unprivileged(void **state)
{
	struct model *model = machine();
	struct machine *machine;
	const struct device *device;

	(void)state;
	model->is_root = false;
	model_fails(model, "sysctl dev.igb.0", 0, -ENOENT);
	machine = list(model, FACT_RESOURCES | FACT_ACS);
	assert_int_equal(machine->nr_devices, 11);
	/* Its sysctls prove that it has a driver; without them nothing is known. */
	assert_string_equal(named(machine, "0000:00:01.0")->driver, "pcib");
	device = named(machine, "0000:01:00.0");
	assert_false(device->driver_known);
	assert_null(device->driver);
	assert_null(device->alias);
	assert_int_equal(device->product, 0x1533);
	assert_true(device->resources_known);
	assert_int_equal(device->resources[0].start, 0xf7d10000);
	assert_false(named(machine, "0000:04:00.0")->driver_known);
	/* It is in no class, so it has no driver. */
	assert_true(named(machine, "0000:05:00.0")->driver_known);
	assert_null(named(machine, "0000:05:00.0")->driver);
	assert_note(machine, "/dev/pci: only root is told who has a driver; run as root");
	assert_note(machine, "/dev/pci: bridges: only root is told which buses are below them; run "
			     "as root");
	assert_note(machine, "/dev/pci: config space: only root may read it; run as root");
	assert_int_equal(machine->notes.nr, 3);
	/* Only of the first bus it is known that no bridge is above it. */
	for (size_t i = 0; i < machine->nr_devices; i++) {
		device = &machine->devices[i];
		assert_null(device->parent);
		assert_int_equal(device->root_bus, device->bdf.bus == 0 ? 0
						   : device->bdf.domain ? 3
									: -1);
		assert_false(device->routing.type_known);
		assert_false(device->routing.acs_known);
		assert_int_equal(way_known(device), device->root_bus >= 0);
	}
	assert_non_null(strstr(model->log, "open /dev/pci rw\nopen /dev/pci ro\nGETCONF 5"));
	done(model, machine);
}

static void test_securelevel(void **state)
{
	struct model *model = machine();
	struct machine *machine;

	(void)state;
	model->securelevel = 1;
	machine = list(model, FACT_ACS);
	assert_string_equal(named(machine, "0000:01:00.0")->driver, "igb");
	assert_int_equal(named(machine, "0000:01:00.0")->root_bus, -1);
	done(model, machine);
}

/* ATTACHED fails for one while the others are told. */
static void test_attached_fails(void **state)
{
	struct model *model = machine();
	struct machine *machine;

	(void)state;
	model_fails(model, "ATTACHED", 0, -EIO);
	model_fails(model, "sysctl dev.", 0, -ENOMEM);
	machine = list(model, 0);
	assert_false(named(machine, "0000:01:00.0")->driver_known);
	assert_true(named(machine, "0000:05:00.0")->driver_known);
	done(model, machine);
}

/* --- BARs --------------------------------------------------------------------------------- */

static void test_bars(void **state)
{
	static const struct {
		const char *name;
		struct model_bar bar;
		uint64_t start, end, flags;
	} cases[] = {
		{ "memory of 64 bits",
		  { 0xf7d10004, 0x4000, true },
		  0xf7d10000,
		  0xf7d13fff,
		  0x200 },
		{ "memory of 32 bits", { 0xf7d3c000, 0x200, true }, 0xf7d3c000, 0xf7d3c1ff, 0x200 },
		{ "prefetchable",
		  { 0x383fe000000c, 0x2000000, true },
		  0x383fe0000000,
		  0x383fe1ffffff,
		  0x2200 },
		{ "I/O", { 0xf049, 8, true }, 0xf048, 0xf04f, 0x100 },
		{ "a byte", { 0x1000, 1, true }, 0x1000, 0x1000, 0x200 },
		{ "none", { 0, 0, false }, 0, 0, 0 },
		{ "no address", { 0x4, 0x4000, true }, 0, 0x3fff, 0x20000200 },
		{ "to the end",
		  { 0xfffffffffffff004, 0x1000, true },
		  0xfffffffffffff000,
		  LAST,
		  0x200 },
		{ "half of all",
		  { 0x8000000000000000, 0x8000000000000000, true },
		  0x8000000000000000,
		  LAST,
		  0x200 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = machine();
		struct machine *machine;
		const struct device *device;

		model->functions[2].bars[0] = (struct model_bar){ 0, 0, false };
		model->functions[2].bars[5] = cases[i].bar;
		machine = list(model, FACT_RESOURCES);
		device = named(machine, "0000:01:00.0");
		assert_case(device->resources_known, cases[i].name);
		assert_case(device->nr_resources == 6, cases[i].name);
		assert_case_equal(device->resources[5].start, cases[i].start, cases[i].name);
		assert_case_equal(device->resources[5].end, cases[i].end, cases[i].name);
		assert_case_equal(device->resources[5].flags, cases[i].flags, cases[i].name);
		for (size_t k = 0; k < 5; k++)
			assert_case(device->resources[k].flags == 0, cases[i].name);
		assert_case((device_bar(device, 5) != NULL) == (cases[i].start != 0),
			    cases[i].name);
		assert_no_notes(machine);
		done(model, machine);
	}
}

static void test_bad_bars(void **state)
{
	static const struct model_bar bars[] = {
		{ 0x4, 0, true },
		{ 0xf7d10004, 0, true },	      /* no size */
		{ 0xfffffffffffff004, 0x1001, true }, /* beyond the end */
		{ 0xfffffff0, UINT64_MAX, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bars); i++) {
		struct model *model = machine();
		struct machine *machine;

		model->functions[2].bars[1] = bars[i];
		machine = list(model, FACT_RESOURCES);
		assert_false(named(machine, "0000:01:00.0")->resources_known);
		assert_null(named(machine, "0000:01:00.0")->resources);
		assert_true(named(machine, "0000:05:00.0")->resources_known);
		assert_note(machine,
			    "0000:01:00.0: BARs: one has no size, or leads beyond the last "
			    "address; what it decodes is unknown");
		done(model, machine);
	}
}

static void test_bars_fail(void **state)
{
	struct model *model = machine();
	struct machine *machine;

	(void)state;
	model_fails(model, "GETBAR", 0, -ENODEV); /* unplugged */
	machine = list(model, FACT_RESOURCES);
	assert_false(named(machine, "0000:01:00.0")->resources_known);
	assert_note(machine, "0000:01:00.0: BARs: No such device");
	assert_false(named(machine, "0000:00:01.0")->resources_known); /* a bridge */
	done(model, machine);
}

/* --- config space ------------------------------------------------------------------------- */

static int config_of(struct model *model, const char *name, uint8_t *config, size_t *length)
{
	struct freebsd_function *functions;
	struct freebsd_pci pci;
	struct machine *machine = machine_new();
	struct device *device;
	int r;

	assert_int_equal(freebsd_list_devices(&model->os, 0, machine, &functions, NULL), 0);
	device = named(machine, name);
	assert_int_equal(freebsd_pci_open(&model->os, &pci, NULL), 0);
	r = freebsd_read_config(&pci, &functions[device - machine->devices], config, length);
	freebsd_pci_close(&pci);
	free(functions);
	machine_free(machine);
	return r;
}

static void test_config(void **state)
{
	struct model *model = machine();
	uint8_t config[CONFIG_SPACE_SIZE];
	size_t length, at;

	(void)state;
	memset(config, 0x5a, sizeof(config));
	assert_int_equal(config_of(model, "0000:01:00.0", config, &length), 0);
	assert_int_equal(length, 256); /* not PCI Express */
	assert_memory_equal(config, "\x86\x80\x33\x15", 4);
	assert_int_equal(config[256], 0);
	assert_int_equal(config_of(model, "0000:00:01.0", config, &length), 0);
	assert_int_equal(length, 4096);
	assert_true(find_capability(config, length, CAPABILITY_EXPRESS, &at));
	assert_int_equal(at, 0x40);
	assert_int_equal(find_extended_capability(config, length, EXTENDED_ACS, 0), 0x148);
	assert_int_equal(config[0x14e], ACS_REQUIRED);
	model_free(model);
}

/* Each dword is a request: 64 of them, and of the rest two headers and ACS. */
static void test_config_requests(void **state)
{
	struct model *model = machine();
	uint8_t config[CONFIG_SPACE_SIZE];
	size_t length;

	(void)state;
	model_fails(model, "READ", 64 + 2 + 2 + 1, -EIO);
	assert_int_equal(config_of(model, "0000:00:01.0", config, &length), 0);
	assert_int_equal(model->mishaps[0].seen, 64 + 2 + 2);
	model_free(model);
}

static void test_config_fails(void **state)
{
	static const struct {
		unsigned nth;
		int code;
	} cases[] = { { 1, -ENODEV }, { 64, -EIO }, { 65, -EIO }, { 68, -EIO } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = machine();
		uint8_t config[CONFIG_SPACE_SIZE];
		size_t length = 77;

		model_fails(model, "READ", cases[i].nth, cases[i].code);
		assert_int_equal(config_of(model, "0000:00:01.0", config, &length), cases[i].code);
		assert_int_equal(length, 0);
		model_free(model);
	}
}

/* Extended capabilities that lead to themselves, to each other, and to the very end. */
static void test_config_loops(void **state)
{
	static const struct {
		uint16_t first_next, second_at, second_next;
	} cases[] = { { 0x100, 0, 0 }, { 0x148, 0x148, 0x100 }, { 0xffc, 0xffc, 0xffc } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = machine();
		uint8_t *to = model->functions[1].config, config[CONFIG_SPACE_SIZE];
		size_t length;

		put16(to, 0x102, 1u | (unsigned)cases[i].first_next << 4);
		if (cases[i].second_at) {
			put16(to, cases[i].second_at, 0x0001);
			put16(to, cases[i].second_at + 2u,
			      1u | (unsigned)cases[i].second_next << 4);
		}
		assert_int_equal(config_of(model, "0000:00:01.0", config, &length), 0);
		assert_int_equal(length, 4096);
		assert_int_equal(find_extended_capability(config, length, EXTENDED_ACS, 0), 0);
		model_free(model);
	}
}

/* ACS whose header is the last dword: nothing is read behind the end. */
static void test_config_acs_at_end(void **state)
{
	struct model *model = machine();
	uint8_t *to = model->functions[1].config, config[CONFIG_SPACE_SIZE];
	struct routing routing;
	size_t length;

	(void)state;
	put16(to, 0x102, 0xffc1);
	put16(to, 0xffc, EXTENDED_ACS);
	put16(to, 0xffe, 0x0001);
	assert_int_equal(config_of(model, "0000:00:01.0", config, &length), 0);
	routing = parse_routing(config, length);
	assert_true(routing.type_known);
	assert_false(routing.acs_known);
	model_free(model);
}

static void test_routing(void **state)
{
	struct model *model = machine();
	struct machine *machine = list(model, FACT_ACS);
	const struct device *device = named(machine, "0000:00:01.0");

	(void)state;
	assert_int_equal(device->routing.type, PCIE_ROOT_PORT);
	assert_true(device->routing.has_acs);
	assert_int_equal(device->routing.acs_capability, 0x5f);
	assert_int_equal(device->routing.acs_control, ACS_REQUIRED);
	assert_int_equal(function_acs(machine, device).enough, TRI_YES);
	device = named(machine, "0000:00:1c.0"); /* has ACS, and it is not in force */
	assert_true(device->routing.has_acs);
	assert_int_equal(device->routing.acs_control, 0);
	assert_int_equal(function_acs(machine, device).enough, TRI_NO);
	device = named(machine, "0000:02:00.0");
	assert_int_equal(device->routing.type, PCIE_UPSTREAM_PORT);
	assert_true(device->routing.acs_known);
	assert_false(device->routing.has_acs);
	/* Of a single function at the end of its way nobody asks. */
	assert_false(named(machine, "0000:05:00.0")->routing.type_known);
	assert_no_notes(machine);
	done(model, machine);
}

/* A device that does not answer reads as ones. */
static void test_routing_silent(void **state)
{
	struct model *model = machine();
	struct machine *machine;

	(void)state;
	model_add_function(model, "0000:01:00.1", 0x8086, 0x1533, 0x020000);
	memset(model->functions[2].config + 0x0e, 0xff, 1);
	machine = list(model, FACT_ACS);
	assert_true(named(machine, "0000:01:00.1")->routing.type_known);
	assert_false(named(machine, "0000:01:00.0")->routing.type_known);
	assert_note(machine, "0000:01:00.0: config space: the device does not answer");
	done(model, machine);
}

/* --- topology ----------------------------------------------------------------------------- */

static void assert_way(struct machine *machine, const char *name, const char *parent, int root_bus)
{
	const struct device *device = named(machine, name);
	const char *found = device->parent ? device->parent->name : "-";

	if (strcmp(found, parent) != 0 || device->root_bus != root_bus)
		fail_msg("%s: below %s on root bus %d, not %s on %d", name, found, device->root_bus,
			 parent, root_bus);
}

static void test_topology(void **state)
{
	struct model *model = machine();
	struct machine *machine;

	(void)state;
	model->functions[4].config[0x1a] = 4; /* 02:00.0 only leads to 3 and 4 */
	model_add_function(model, "0000:05:00.1", 0x144d, 0xa808, 0x010802);
	model_make_bridge(&model->functions[5], 0, 0x40); /* 03:10.0: not set up */
	machine = list(model, FACT_TOPOLOGY);
	assert_way(machine, "0000:00:00.0", "-", 0);
	assert_way(machine, "0000:00:1c.0", "-", 0);
	assert_way(machine, "0000:01:00.0", "0000:00:01.0", 0);
	assert_way(machine, "0000:02:00.0", "0000:00:1c.0", 0);
	assert_way(machine, "0000:03:08.0", "0000:02:00.0", 0);
	assert_way(machine, "0000:03:10.0", "0000:02:00.0", 0);
	assert_way(machine, "0000:04:00.0", "0000:03:08.0", 0);
	assert_way(machine, "0000:05:00.0", "0000:00:1c.0", 0); /* in 2 to 5 of that, in no other */
	assert_way(machine, "0000:40:00.0", "-", 0x40);
	assert_way(machine, "0001:03:00.0", "-", 3); /* another domain: bus 3 of that */
	assert_no_notes(machine);
	assert_false(named(machine, "0000:00:01.0")->routing.type_known);
	done(model, machine);
}

/* Bridges that say what cannot be: whatever they may be above of is unknown, and nothing else. */
static void test_bad_bridges(void **state)
{
	static const struct {
		const char *name;
		uint8_t first, last;
		const char *note;
	} cases[] = {
		{ "upward", 1, 5,
		  "0000:02:00.0: bus numbers: it is on bus 2 and leads to 1 to 5, which cannot "
		  "be" },
		{ "in a circle", 2, 5,
		  "0000:02:00.0: bus numbers: it is on bus 2 and leads to 2 to 5, which cannot "
		  "be" },
		{ "backward", 5, 3,
		  "0000:02:00.0: bus numbers: it is on bus 2 and leads to 5 to 3, which cannot "
		  "be" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = machine();
		struct machine *machine;

		model_make_bridge(&model->functions[4], cases[i].first, cases[i].last);
		machine = list(model, FACT_TOPOLOGY);
		assert_way(machine, "0000:00:1c.0", "-", 0);
		assert_way(machine, "0000:03:08.0", "-", -1);
		assert_way(machine, "0000:04:00.0", "-", -1);
		assert_way(machine, "0000:40:00.0", "-", -1);
		assert_way(machine, "0001:03:00.0", "-", 3);
		assert_note(machine, cases[i].note);
		done(model, machine);
	}
}

static void test_silent_bridge(void **state)
{
	struct model *model = machine();
	struct machine *machine;

	(void)state;
	memset(model->functions[4].config + 0x18, 0xff, 4);
	machine = list(model, FACT_TOPOLOGY);
	assert_way(machine, "0000:00:1c.0", "-", 0);
	assert_way(machine, "0000:03:08.0", "-", -1);
	done(model, machine);
}

static void test_unread_bridge(void **state)
{
	struct model *model = machine();
	struct machine *machine;

	(void)state;
	model_fails(model, "READ", 1, -EIO); /* that of 00:01.0, the first by address */
	machine = list(model, FACT_TOPOLOGY);
	assert_way(machine, "0000:00:00.0", "-", 0);
	assert_way(machine, "0000:01:00.0", "-", -1);
	assert_way(machine, "0000:04:00.0", "-", -1);
	assert_way(machine, "0001:03:00.0", "-", 3);
	assert_note(machine, "0000:00:01.0: bus numbers: Input/output error");
	done(model, machine);
}

/* Two bridges to bus 4: what is there is below one of them. */
static void test_two_bridges_to_one_bus(void **state)
{
	struct model *model = machine();
	struct machine *machine;

	(void)state;
	model_make_bridge(&model->functions[5], 4, 5); /* 03:10.0, as 03:08.0 does */
	machine = list(model, FACT_TOPOLOGY);
	assert_way(machine, "0000:04:00.0", "-", -1);
	assert_way(machine, "0000:05:00.0", "0000:03:10.0", 0); /* only that one goes up to 5 */
	assert_way(machine, "0000:03:08.0", "0000:02:00.0", 0);
	assert_way(machine, "0000:01:00.0", "0000:00:01.0", 0);
	done(model, machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_no_devices),
		cmocka_unit_test(test_ari),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_list_changes),
		cmocka_unit_test(test_list_changes_for_ever),
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_new_layout_pieces),
		cmocka_unit_test(test_no_node),
		cmocka_unit_test(test_getconf_fails),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_harmless_lies),
		cmocka_unit_test(test_unprivileged),
		cmocka_unit_test(test_securelevel),
		cmocka_unit_test(test_attached_fails),
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_bad_bars),
		cmocka_unit_test(test_bars_fail),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_config_requests),
		cmocka_unit_test(test_config_fails),
		cmocka_unit_test(test_config_loops),
		cmocka_unit_test(test_config_acs_at_end),
		cmocka_unit_test(test_routing),
		cmocka_unit_test(test_routing_silent),
		cmocka_unit_test(test_topology),
		cmocka_unit_test(test_bad_bridges),
		cmocka_unit_test(test_silent_bridge),
		cmocka_unit_test(test_unread_bridge),
		cmocka_unit_test(test_two_bridges_to_one_bus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
