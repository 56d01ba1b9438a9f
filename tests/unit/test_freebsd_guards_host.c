/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of FreeBSD about what the host does with a device: each answer of each. */
#include "freebsd_guard_scene.h"

/* --- the platform ------------------------------------------------------------------------- */

#define PLATFORM(what) "platform function (" what "): the host's firmware and drivers count on it"

static void test_platform(void **state)
{
	static const struct {
		int class;
		const char *fact;
	} cases[] = {
		{ 0x060000, PLATFORM("host bridge") },
		{ 0x060100, PLATFORM("ISA bridge") },
		{ 0x080020, PLATFORM("interrupt controller") },
		{ 0x0c0500, PLATFORM("SMBus") },
		{ 0x0c8000, PLATFORM("SPI") },
	};
	static const int others[] = { 0x020000, 0x060400, 0x080501, 0x0c0330, 0x058000 };
	struct guard_scene *it = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		it->device->class = cases[i].class;
		says(it, freebsd_guard_platform, GUARD_REFUSE, cases[i].fact,
		     "leave it with the host, or --force=platform");
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		it->device->class = others[i];
		passes(it, freebsd_guard_platform, NULL);
	}
}

/* What only goes back loses nothing; --to-none takes it from its driver. */
static void test_platform_back(void **state)
{
	struct guard_scene *it = *state;

	it->device->class = 0x060100;
	it->giving_back = true;
	it->to = NULL;
	it->device->driver = (char *)"isab";
	says(it, freebsd_guard_platform, GUARD_REFUSE, PLATFORM("ISA bridge"),
	     "leave it with the host");
	it->device->driver_known = false;
	it->device->driver = NULL;
	says(it, freebsd_guard_platform, GUARD_REFUSE, PLATFORM("ISA bridge"),
	     "leave it with the host");
	it->device->driver_known = true;
	passes(it, freebsd_guard_platform, NULL);
	it->device->driver = (char *)"ppt";
	passes(it, freebsd_guard_platform, NULL);
	it->giving_back = false; /* bind, whoever has it */
	it->to = "ppt";
	says(it, freebsd_guard_platform, GUARD_REFUSE, PLATFORM("ISA bridge"),
	     "leave it with the host, or --force=platform");
}

/* --- disks -------------------------------------------------------------------------------- */

#define DISKS(driver)                                                                              \
	driver " is the host's: which disks are below it, and whether they are in use, cannot be " \
	       "asked"
#define SEE "see \"camcontrol devlist -v\" and \"mount\", end what uses them"

static void test_storage(void **state)
{
	static const struct {
		int class;
		const char *disks;
		const char *fact; /* NULL: it may have a disk */
	} cases[] = {
		/* Mass storage of any kind has disks of any name. */
		{ 0x010802, "", "no disk is there" },
		{ 0x010802, "nda0", NULL },
		{ 0x010601, "cd0", NULL },
		{ 0x010700, "ada0 da0", NULL },
		{ 0x018000, "mmcsd0", NULL },
		{ 0x0c0330, "", "no USB disk is there" },
		{ 0x0c0330, "ada0 nda0 mmcsd0", "no USB disk is there" },
		{ 0x0c0320, "ada0 da0", NULL },
		{ 0x0c0300, "da12", NULL },
		{ 0x0c0330, "ada0 cd0", NULL }, /* a live system's */
		{ 0x0c0330, "da dax nda0 cd", "no USB disk is there" },
		{ 0x0c0330, "md0da0", "no USB disk is there" }, /* the name begins so */
		{ 0x080501, "ada0 da0", "no SD card or eMMC is there" },
		{ 0x080501, "ada0 mmcsd0", NULL },
		{ 0x080501, "sdda0", NULL }, /* by CAM */
		{ 0x0c0010, "ada0", "no FireWire disk is there" },
		{ 0x0c0010, "da0", NULL },
		{ 0x0c0400, "nda0 cd0", "no Fibre Channel disk is there" },
		{ 0x0c0400, "da3", NULL },
	};
	struct guard_scene *it = *state;

	it->device->driver = (char *)"drv";
	for (size_t i = 0; i < COUNT(cases); i++) {
		it->device->class = cases[i].class;
		strcpy(it->host->uses.disks, cases[i].disks);
		if (cases[i].fact)
			passes(it, freebsd_guard_storage, cases[i].fact);
		else
			says(it, freebsd_guard_storage, GUARD_UNKNOWN, DISKS("drv"),
			     SEE ", or --force=storage");
	}
}

static void test_storage_of_others(void **state)
{
	static const int others[] = { 0x020000, 0x0c0500, 0x080600, 0x0c0200, 0x100000 };
	struct guard_scene *it = *state;

	strcpy(it->host->uses.disks, "ada0 da0 mmcsd0");
	for (size_t i = 0; i < COUNT(others); i++) {
		it->device->class = others[i];
		passes(it, freebsd_guard_storage, NULL);
	}
	it->device->class = 0x010802; /* nobody at the host has it */
	it->device->driver = (char *)"ppt";
	passes(it, freebsd_guard_storage, NULL);
	it->device->driver = NULL;
	passes(it, freebsd_guard_storage, NULL);
}

static void test_storage_unknown(void **state)
{
	struct guard_scene *it = *state;

	it->device->class = 0x010802;
	it->device->driver = (char *)"nvme";
	it->host->uses.disks_known = false;
	says(it, freebsd_guard_storage, GUARD_UNKNOWN, DISKS("nvme"), SEE ", or --force=storage");
	it->device->driver = NULL;
	it->device->driver_known = false;
	says(it, freebsd_guard_storage, GUARD_UNKNOWN,
	     "its driver is unknown, and which disks are below it cannot be asked",
	     SEE ", or --force=storage");
	it->usage->captured = true;
	says(it, freebsd_guard_storage, GUARD_UNKNOWN,
	     "its driver is unknown, and which disks are below it cannot be asked",
	     ON_THE_MACHINE ", or --force=storage");
	it->usage->captured = false;
	it->giving_back = true; /* --to-none */
	it->to = NULL;
	says(it, freebsd_guard_storage, GUARD_UNKNOWN,
	     "its driver is unknown, and which disks are below it cannot be asked", SEE);
	forget_host(it);
	it->device->driver_known = true;
	it->device->driver = (char *)"nvme";
	says(it, freebsd_guard_storage, GUARD_UNKNOWN, DISKS("nvme"), SEE);
}

/* --- what people see ---------------------------------------------------------------------- */

#define ANOTHER "give the host another display, or --force=display"

static void set_boot(struct guard_scene *it, enum tristate is_boot)
{
	it->usage->functions[0].boot_vga = is_boot;
}

/* The device is a display, and one function of the usage. */
static void make_display(struct guard_scene *it, enum tristate is_boot)
{
	it->device->class = 0x030000;
	it->device->driver = (char *)"vgapci";
	it->usage->functions = xcalloc(1, sizeof(*it->usage->functions));
	it->usage->functions[0] = (struct function){ .device = it->device, .boot_vga = is_boot };
	it->usage->nr_functions = 1;
}

static struct device *other_display(struct guard_scene *it)
{
	struct device *other = tell_of(it, world_device(it->world, 0, 2, 0, 0, 0x030000));

	other->driver = (char *)"vgapci";
	return other;
}

static void test_display(void **state)
{
	struct guard_scene *it = *state;

	passes(it, freebsd_guard_display, NULL);
	make_display(it, TRI_YES);
	other_display(it);
	says(it, freebsd_guard_display, GUARD_REFUSE, "it is the display of the boot screen",
	     ANOTHER);
	set_boot(it, TRI_NO);
	passes(it, freebsd_guard_display, NULL);
	set_boot(it, TRI_UNKNOWN);
	says(it, freebsd_guard_display, GUARD_UNKNOWN,
	     "whether it shows the console is unknown: hw.pci.default_vgapci_unit does not tell",
	     "make sure that another one does, or --force=display");
	it->usage->nr_functions = 0;
	says(it, freebsd_guard_display, GUARD_UNKNOWN,
	     "whether it shows the console is unknown: hw.pci.default_vgapci_unit does not tell",
	     "make sure that another one does, or --force=display");
	it->usage->nr_functions = 1;
	set_boot(it, TRI_YES);
	it->giving_back = true; /* --to-none */
	it->to = NULL;
	says(it, freebsd_guard_display, GUARD_REFUSE, "it is the display of the boot screen",
	     "give the host another display");
}

/* Another one counts when it shows something, and stays. */
static void test_display_only(void **state)
{
	struct guard_scene *it = *state;
	struct device *other;

	make_display(it, TRI_NO);
	says(it, freebsd_guard_display, GUARD_REFUSE, "it is the only display", ANOTHER);
	it->taken[it->device - it->world->devices] = false; /* it is none beside itself */
	says(it, freebsd_guard_display, GUARD_REFUSE, "it is the only display", ANOTHER);
	other = other_display(it);
	passes(it, freebsd_guard_display, NULL);
	it->taken[other - it->world->devices] = true;
	says(it, freebsd_guard_display, GUARD_REFUSE, "it is the only display", ANOTHER);
	it->taken[other - it->world->devices] = false;
	other->class = 0x030200;
	says(it, freebsd_guard_display, GUARD_REFUSE, "it is the only display", ANOTHER);
	other->class = 0x038000;
	other->driver = (char *)"ppt";
	says(it, freebsd_guard_display, GUARD_REFUSE, "it is the only display", ANOTHER);
	other->driver = NULL;
	says(it, freebsd_guard_display, GUARD_REFUSE, "it is the only display", ANOTHER);
	other->driver_known = false;
	says(it, freebsd_guard_display, GUARD_REFUSE, "it is the only display", ANOTHER);
}

static void test_display_of_others(void **state)
{
	struct guard_scene *it = *state;

	make_display(it, TRI_YES);
	it->device->class = 0x030200; /* 3D, without a connector */
	passes(it, freebsd_guard_display, NULL);
	it->device->class = 0x030000;
	it->device->driver = (char *)"ppt";
	passes(it, freebsd_guard_display, NULL);
	it->device->driver = NULL;
	passes(it, freebsd_guard_display, NULL);
	it->device->driver_known = false;
	says(it, freebsd_guard_display, GUARD_REFUSE, "it is the display of the boot screen",
	     ANOTHER);
}

#define SERIAL "the kernel has, or may have, a serial console, and on which port cannot be asked"
#define SEE_CONSOLE "see \"sysctl kern.console\""

static void test_console(void **state)
{
	struct guard_scene *it = *state;

	it->host->uses.serial_console = TRI_YES;
	passes(it, freebsd_guard_console, NULL); /* no serial port */
	it->device->class = 0x070002;
	it->device->driver = (char *)"uart";
	says(it, freebsd_guard_console, GUARD_UNKNOWN, SERIAL, SEE_CONSOLE ", or --force=console");
	it->host->uses.serial_console = TRI_UNKNOWN;
	says(it, freebsd_guard_console, GUARD_UNKNOWN, SERIAL, SEE_CONSOLE ", or --force=console");
	it->host->uses.serial_console = TRI_NO;
	passes(it, freebsd_guard_console, NULL);
	forget_host(it);
	says(it, freebsd_guard_console, GUARD_UNKNOWN, SERIAL, SEE_CONSOLE ", or --force=console");
	it->device->driver = (char *)"ppt";
	passes(it, freebsd_guard_console, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_question(test_platform),	   in_question(test_platform_back),
		in_question(test_storage),	   in_question(test_storage_of_others),
		in_question(test_storage_unknown), in_question(test_display),
		in_question(test_display_only),	   in_question(test_display_of_others),
		in_question(test_console),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
