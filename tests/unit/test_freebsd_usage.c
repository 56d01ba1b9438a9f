/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is below the devices of a FreeBSD host that somebody is about to take: interfaces, logins.
 */
#include "world.h"

#include <errno.h>

#include "collect/freebsd/collectors.h"
#include "freebsd/model/model.h"
#include "model/freebsd/bhyve_host.h"
#include "model/usage.h"
#include "util/alloc.h"

enum { XHCI, IGB, NVME, VGA, NR };

/* What is asked, and of which machine. */
struct setting {
	struct world world;
	struct bhyve_host *host;
	bool wanted[WORLD_MAX];
	struct model *model;
	struct usage *usage;
};

static void add(struct setting *it, uint8_t slot, int class, const char *driver, const char *alias)
{
	struct device *device = world_device(&it->world, 0, 0, slot, 0, class);

	device->driver = (char *)driver;
	device->alias = (char *)alias;
}

static int begin(void **state)
{
	static struct setting it;

	it = (struct setting){ 0 };
	world_init(&it.world);
	add(&it, 1, 0x0c0330, "xhci", "xhci0");
	add(&it, 2, 0x020000, "igb", "igb1");
	add(&it, 3, 0x010802, "nvme", "nvme0");
	add(&it, 4, 0x030000, "vgapci", "vgapci0");
	it.host = xcalloc(1, sizeof(*it.host) + WORLD_MAX * sizeof(it.host->devices[0]));
	it.world.machine.bhyve = it.host;
	it.model = model_new();
	unsetenv("SSH_CONNECTION");
	*state = &it;
	return 0;
}

static int end(void **state)
{
	struct setting *it = *state;

	usage_free(it->usage);
	model_free(it->model);
	free(it->host);
	unsetenv("SSH_CONNECTION");
	return 0;
}

static const struct usage *ask(struct setting *it)
{
	usage_free(it->usage);
	it->usage = usage_new();
	freebsd_collect_usage(&it->model->os, &it->world.machine, it->wanted, it->usage);
	return it->usage;
}

static const struct usage *ask_of(struct setting *it, size_t device)
{
	memset(it->wanted, 0, sizeof(it->wanted));
	it->wanted[device] = true;
	return ask(it);
}

static void set_interface(struct setting *it, const char *name, const char *value)
{
	model_set(it->model, name, "interface", value);
}

/* Something in the kernel's tree, "dev.uhub.0" below "usbus0". */
static void set_parent(struct setting *it, const char *name, const char *parent)
{
	char text[64];

	snprintf(text, sizeof(text), "%s.%%parent", name);
	model_set(it->model, text, "string", parent);
}

/* --- functions ---------------------------------------------------------------------------- */

static void test_functions(void **state)
{
	struct setting *it = *state;
	const struct usage *usage;

	it->host->devices[IGB] = (struct bhyve_device){ .sub_vendor = 0x15d9,
							.sub_product = 0xffff,
							.boot_display = TRI_NO };
	it->host->devices[NVME].boot_display = TRI_UNKNOWN;
	usage = ask_of(it, IGB);
	assert_int_equal(usage->nr_functions, 1);
	assert_ptr_equal(usage->functions[0].device, &it->world.devices[IGB]);
	assert_int_equal(usage->functions[0].sub_vendor, 0x15d9);
	assert_int_equal(usage->functions[0].sub_product, 0xffff);
	assert_int_equal(usage->functions[0].boot_vga, TRI_NO);
	assert_int_equal(usage->functions[0].nr_virtual, -1); /* nobody looked */
	assert_int_equal(usage->functions[0].enabled, -1);

	/* The display of the boot screen is there for those who ask of others. */
	it->host->devices[VGA].boot_display = TRI_YES;
	it->wanted[NVME] = true;
	usage = ask(it);
	assert_int_equal(usage->nr_functions, 3);
	assert_int_equal(usage->functions[1].boot_vga, TRI_UNKNOWN);
	assert_ptr_equal(usage->functions[2].device, &it->world.devices[VGA]);
	assert_int_equal(usage->functions[2].boot_vga, TRI_YES);
	assert_int_equal(ask_of(it, VGA)->nr_functions, 1);
}

/* The devices could not be asked for. */
static void test_nothing(void **state)
{
	struct setting *it = *state;
	const struct usage *usage;

	set_interface(it, "igb1", "up");
	it->world.machine.bhyve = NULL;
	usage = ask_of(it, IGB);
	assert_int_equal(usage->nr_functions, 0);
	assert_int_equal(usage->nr_interfaces, 0);
	assert_string_equal(it->model->log, "");
}

/* --- interfaces --------------------------------------------------------------------------- */

static void test_interface(void **state)
{
	struct setting *it = *state;
	const struct usage *usage;

	assert_int_equal(ask_of(it, IGB)->nr_interfaces, 0);
	assert_null(it->usage->unknown[USAGE_ADDRESSES]); /* there is none, which is a fact */
	set_interface(it, "igb0", "up 192.0.2.9");	  /* of another device */
	assert_int_equal(ask_of(it, IGB)->nr_interfaces, 0);
	set_interface(it, "igb1", "up 192.0.2.1  2001:db8::1");
	usage = ask_of(it, IGB);
	assert_int_equal(usage->nr_interfaces, 1);
	assert_ptr_equal(usage->interfaces[0].device, &it->world.devices[IGB]);
	assert_string_equal(usage->interfaces[0].name, "igb1");
	assert_true(usage->interfaces[0].up);
	assert_int_equal(usage->interfaces[0].addresses.nr, 2);
	assert_string_equal(usage->interfaces[0].addresses.items[0], "192.0.2.1");
	assert_string_equal(usage->interfaces[0].addresses.items[1], "2001:db8::1");
	assert_int_equal(usage->interfaces[0].carries.nr, 0);
	set_interface(it, "igb1", "down");
	usage = ask_of(it, IGB);
	assert_false(usage->interfaces[0].up);
	assert_int_equal(usage->interfaces[0].addresses.nr, 0);
}

/* Only network devices with a driver, and only those that are asked for. */
static void test_not_asked(void **state)
{
	struct setting *it = *state;

	set_interface(it, "igb1", "up");
	set_interface(it, "nvme0", "up");
	set_interface(it, "xhci0", "up");
	assert_int_equal(ask_of(it, NVME)->nr_interfaces, 0);
	assert_int_equal(ask_of(it, XHCI)->nr_interfaces, 0);
	it->world.devices[IGB].driver = NULL;
	it->world.devices[IGB].alias = NULL;
	assert_int_equal(ask_of(it, IGB)->nr_interfaces, 0);
}

static void test_unlistable(void **state)
{
	struct setting *it = *state;
	const struct usage *usage;

	set_interface(it, "igb1", "up");
	model_fails(it->model, "find_interface igb1", 0, -ENOBUFS);
	usage = ask_of(it, IGB);
	assert_int_equal(usage->nr_interfaces, 0);
	assert_string_equal(usage->unknown[USAGE_ADDRESSES],
			    "interfaces cannot be listed: No buffer space available");
}

/* --- logins ------------------------------------------------------------------------------- */

static void test_login(void **state)
{
	static const struct {
		const char *connection, *carries;
	} cases[] = {
		{ NULL, NULL },
		{ "203.0.113.5 50000 192.0.2.1 22", "this login (to 192.0.2.1)" },
		{ "2001:db8::5 50000 2001:db8::1 22", "this login (to 2001:db8::1)" },
		{ "203.0.113.5 50000 192.0.2.1", "this login (to 192.0.2.1)" },
		{ "203.0.113.5 50000 192.0.2.10 22", NULL },
		{ "203.0.113.5 50000 192.0.2. 22", NULL },
		{ "192.0.2.1 50000 203.0.113.5 22", NULL }, /* from here to elsewhere */
		{ "", NULL },
		{ " ", NULL },
		{ "203.0.113.5", NULL },
		{ "203.0.113.5 50000", NULL },
		{ "203.0.113.5 50000 ", NULL },
		{ "203.0.113.5  192.0.2.1 22", "this login (to 192.0.2.1)" }, /* without a port */
		{ "203.0.113.5 50000  192.0.2.1 22", NULL },
		/* Link-local ones are not among the addresses. */
		{ "fe80::5%igb1 50000 fe80::1%igb1 22", "this login (to fe80::1%igb1)" },
		{ "fe80::5%igb0 50000 fe80::1%igb0 22", NULL },
		{ "fe80::5%igb10 50000 fe80::1%igb10 22", NULL },
		{ "fe80::5%igb1 50000 fe80::1 22", NULL },
		{ "fe80::5 50000 % 22", NULL },
	};
	struct setting *it = *state;

	set_interface(it, "igb1", "up 192.0.2.1 2001:db8::1");
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *name = cases[i].connection ? cases[i].connection : "not set";
		const struct usage *usage;

		if (cases[i].connection)
			setenv("SSH_CONNECTION", cases[i].connection, 1);
		usage = ask_of(it, IGB);
		assert_case_equal(usage->interfaces[0].carries.nr, cases[i].carries ? 1 : 0, name);
		if (cases[i].carries)
			assert_string_equal(usage->interfaces[0].carries.items[0],
					    cases[i].carries);
	}
}

/* --- those of USB and Wi-Fi --------------------------------------------------------------- */

static void plug_in(struct setting *it)
{
	set_interface(it, "ue3", "up 192.0.2.1");
	set_parent(it, "net.ue.3", "axge0");
	set_parent(it, "dev.axge.0", "uhub1");
	set_parent(it, "dev.uhub.1", "uhub0");
	set_parent(it, "dev.uhub.0", "usbus0");
	set_parent(it, "dev.usbus.0", "xhci0");
	set_parent(it, "dev.xhci.0", "pci0");
	set_parent(it, "dev.xhci.1", "pci0");
	set_parent(it, "dev.pci.0", "pcib0");
	set_parent(it, "dev.pcib.0", "acpi0");
	set_parent(it, "dev.acpi.0", "nexus0");
	set_parent(it, "dev.nexus.0", "");
}

static void test_usb(void **state)
{
	struct setting *it = *state;
	const struct usage *usage;

	plug_in(it);
	setenv("SSH_CONNECTION", "203.0.113.5 50000 192.0.2.1 22", 1);
	usage = ask_of(it, XHCI);
	assert_int_equal(usage->nr_interfaces, 1);
	assert_ptr_equal(usage->interfaces[0].device, &it->world.devices[XHCI]);
	assert_string_equal(usage->interfaces[0].name, "ue3");
	assert_true(usage->interfaces[0].up);
	assert_string_equal(usage->interfaces[0].carries.items[0], "this login (to 192.0.2.1)");

	assert_int_equal(ask_of(it, IGB)->nr_interfaces, 0);
	assert_int_equal(ask_of(it, NVME)->nr_interfaces, 0);
	set_parent(it, "dev.usbus.0", "xhci1"); /* below another controller */
	assert_int_equal(ask_of(it, XHCI)->nr_interfaces, 0);
	model_unset(it->model, "dev.nexus.0.%parent"); /* the root may have none */
	assert_int_equal(ask_of(it, XHCI)->nr_interfaces, 0);
	set_parent(it, "dev.usbus.0", "root"); /* not a name that leads on */
	assert_int_equal(ask_of(it, XHCI)->nr_interfaces, 0);
	set_parent(it, "dev.usbus.0", "xhci0");
	model_unset(it->model, "ue3"); /* it was unplugged */
	assert_int_equal(ask_of(it, XHCI)->nr_interfaces, 0);
}

/* Where it is unknown it is taken to be below a controller of USB, and of nobody else. */
static void test_usb_unknown(void **state)
{
	struct setting *it = *state;

	plug_in(it);
	model_fails(it->model, "sysctl dev.uhub.0", 0, -EPERM);
	assert_int_equal(ask_of(it, XHCI)->nr_interfaces, 1);
	assert_int_equal(ask_of(it, IGB)->nr_interfaces, 0);
	model_works(it->model);
	set_parent(it, "dev.uhub.0", "uhub1"); /* round and round */
	assert_int_equal(ask_of(it, XHCI)->nr_interfaces, 1);
	assert_int_equal(ask_of(it, IGB)->nr_interfaces, 0);
	model_unset(it->model, "net.ue.3.%parent"); /* a kernel that does not tell */
	assert_int_equal(ask_of(it, XHCI)->nr_interfaces, 1);
	assert_int_equal(ask_of(it, IGB)->nr_interfaces, 0);
	set_parent(it, "net.ue.3",
		   "a0123456789012345678901234567890123456789012345678901234567890"
		   "0123456789"); /* longer than any name */
	assert_int_equal(ask_of(it, XHCI)->nr_interfaces, 1);
}

static void test_wifi(void **state)
{
	struct setting *it = *state;
	const struct usage *usage;

	it->world.devices[IGB].class = 0x028000;
	it->world.devices[IGB].driver = (char *)"iwm";
	it->world.devices[IGB].alias = (char *)"iwm0";
	set_interface(it, "wlan0", "up 192.0.2.1");
	set_interface(it, "wlan1", "up 192.0.2.2");
	set_parent(it, "net.wlan.0", "iwm0");
	set_parent(it, "net.wlan.1", "rtwn0");
	set_parent(it, "dev.rtwn.0", "uhub0");
	set_parent(it, "dev.uhub.0", "usbus0");
	set_parent(it, "dev.usbus.0", "xhci0");
	usage = ask_of(it, IGB);
	assert_int_equal(usage->nr_interfaces, 1);
	assert_string_equal(usage->interfaces[0].name, "wlan0");
	set_interface(it, "iwm0", "down"); /* as it was until 11 */
	usage = ask_of(it, IGB);
	assert_int_equal(usage->nr_interfaces, 2);
	assert_string_equal(usage->interfaces[0].name, "iwm0");
	assert_string_equal(usage->interfaces[1].name, "wlan0");
	usage = ask_of(it, XHCI);
	assert_int_equal(usage->nr_interfaces, 1);
	assert_string_equal(usage->interfaces[0].name, "wlan1");
}

/* An adapter that cannot be looked at may be in use. */
static void test_usb_unlistable(void **state)
{
	struct setting *it = *state;
	const struct usage *usage;

	model_fails(it->model, "find_interface ue0", 0, -ENOBUFS);
	usage = ask_of(it, XHCI);
	assert_int_equal(usage->nr_interfaces, 0);
	assert_non_null(usage->unknown[USAGE_ADDRESSES]);
}

#define on_setting(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_setting(test_functions),  on_setting(test_nothing),
		on_setting(test_interface),  on_setting(test_not_asked),
		on_setting(test_unlistable), on_setting(test_login),
		on_setting(test_usb),	     on_setting(test_usb_unknown),
		on_setting(test_wifi),	     on_setting(test_usb_unlistable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
