/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host of FreeBSD does with its devices, as sysctl and kenv tell it, and when they do not.
 */
#include "unit.h"

#include <errno.h>

#include "collect/freebsd/collectors.h"
#include "collect/freebsd/pci.h"
#include "freebsd/model/model.h"
#include "model/freebsd/bhyve_host.h"
#include "util/alloc.h"

enum { VGA0, VGA1, NIC, NR };

static struct model *model;
static struct bhyve_host *host;
static struct freebsd_function functions[NR];

static int begin(void **state)
{
	(void)state;
	model = model_new();
	host = xcalloc(1, sizeof(*host) + NR * sizeof(host->devices[0]));
	memset(functions, 0, sizeof(functions));
	functions[VGA0] = (struct freebsd_function){ .driver = "vgapci", .unit = 0 };
	functions[VGA1] = (struct freebsd_function){ .driver = "vgapci", .unit = 1 };
	functions[NIC] = (struct freebsd_function){ .driver = "igb", .unit = 1 };
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(host);
	model_free(model);
	return 0;
}

/* Nothing of an earlier question may be left. */
static const struct bhyve_uses *collect_uses(void)
{
	memset(&host->uses, 0x5a, sizeof(host->uses));
	memset(host->devices, 0x5a, NR * sizeof(host->devices[0]));
	freebsd_collect_uses(&model->os, NR, host, functions);
	return &host->uses;
}

/* A value that is not set, and one that there is none of. */
static void set_kenv(const char *name, const char *value)
{
	model_unset(model, name);
	if (value)
		model_set(model, name, "kenv", value);
}

/* --- pptdevs ------------------------------------------------------------------------------ */

static void test_pptdevs(void **state)
{
	const char *found[PPTDEVS_VALUES];
	const struct bhyve_uses *uses = collect_uses();

	(void)state;
	assert_true(uses->pptdevs_known);
	for (size_t i = 0; i < PPTDEVS_VALUES; i++)
		assert_false(uses->is_set[i]);
	bhyve_pptdevs(uses, found);
	for (size_t i = 0; i < PPTDEVS_VALUES; i++)
		assert_null(found[i]);

	set_kenv("pptdevs", "11/0/0");
	set_kenv("pptdevs3", "");
	uses = collect_uses();
	assert_true(uses->pptdevs_known);
	assert_true(uses->is_set[0]);
	assert_string_equal(uses->pptdevs[0], "11/0/0");
	assert_false(uses->is_set[1]);
	assert_true(uses->is_set[2]);
	assert_string_equal(uses->pptdevs[2], "");
	bhyve_pptdevs(uses, found);
	assert_string_equal(found[0], "11/0/0");
	assert_null(found[1]);
	assert_string_equal(found[2], "");
}

/* One that cannot be read leaves the others as they are. */
static void test_pptdevs_unreadable(void **state)
{
	char text[KENV_VALUE_SIZE + 1];
	const struct bhyve_uses *uses;

	(void)state;
	set_kenv("pptdevs", "11/0/0");
	set_kenv("pptdevs2", "12/0/0");
	set_kenv("pptdevs3", "13/0/0");
	model_fails(model, "kenv pptdevs", 2, -EPERM); /* the second of those that begin so */
	uses = collect_uses();
	assert_false(uses->pptdevs_known);
	assert_true(uses->is_set[0]);
	assert_false(uses->is_set[1]);
	assert_string_equal(uses->pptdevs[1], "");
	assert_true(uses->is_set[2]);
	model_works(model);

	memset(text, '1', sizeof(text));
	text[KENV_VALUE_SIZE] = '\0'; /* with it one too many */
	set_kenv("pptdevs", text);
	uses = collect_uses();
	assert_false(uses->pptdevs_known);
	assert_false(uses->is_set[0]);
	assert_string_equal(uses->pptdevs[0], "");
	text[KENV_VALUE_SIZE - 1] = '\0';
	set_kenv("pptdevs", text);
	uses = collect_uses();
	assert_true(uses->pptdevs_known);
	assert_string_equal(uses->pptdevs[0], text);
}

/* --- what the loader does ----------------------------------------------------------------- */

static void test_vmm_load(void **state)
{
	static const struct {
		const char *value;
		enum tristate loads;
	} cases[] = {
		{ NULL, TRI_NO },   { "YES", TRI_YES }, { "yes", TRI_YES }, { "Yes", TRI_YES },
		{ "NO", TRI_NO },   { "", TRI_NO },	{ "1", TRI_NO },    { "TRUE", TRI_NO },
		{ "YES ", TRI_NO }, { "YE", TRI_NO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		set_kenv("vmm_load", cases[i].value);
		assert_case(collect_uses()->loads_vmm == cases[i].loads,
			    cases[i].value ? cases[i].value : "not set");
	}
	set_kenv("vmm_load", "YES");
	model_fails(model, "kenv vmm_load", 0, -EPERM);
	assert_int_equal(collect_uses()->loads_vmm, TRI_UNKNOWN);
}

static void test_serial(void **state)
{
	static const struct {
		const char *console, *uart, *serial, *several;
		enum tristate is_serial;
	} cases[] = {
		{ NULL, NULL, NULL, NULL, TRI_NO },
		{ "vidconsole", NULL, NULL, NULL, TRI_NO },
		{ "efi", NULL, NULL, NULL, TRI_NO },
		{ "nullconsole", NULL, NULL, NULL, TRI_NO },
		{ "comconsole", NULL, NULL, NULL, TRI_YES },
		{ "vidconsole,comconsole", NULL, NULL, NULL, TRI_YES },
		{ "eficom", NULL, NULL, NULL, TRI_YES },
		{ NULL, "", NULL, NULL, TRI_NO },
		{ NULL, "io:0x3f8,br:115200", NULL, NULL, TRI_YES },
		{ NULL, NULL, "YES", NULL, TRI_YES },
		{ NULL, NULL, "1", NULL, TRI_YES },
		{ NULL, NULL, "", NULL, TRI_YES }, /* it is set, and not to NO */
		{ NULL, NULL, "NO", NULL, TRI_NO },
		{ NULL, NULL, "no", NULL, TRI_NO },
		{ NULL, NULL, NULL, "YES", TRI_YES },
		{ NULL, NULL, NULL, "true", TRI_YES },
		{ NULL, NULL, "NO", "NO", TRI_NO },
		{ "efi", NULL, "NO", "YES", TRI_YES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char name[16];

		snprintf(name, sizeof(name), "%zu", i);
		set_kenv("console", cases[i].console);
		set_kenv("hw.uart.console", cases[i].uart);
		set_kenv("boot_serial", cases[i].serial);
		set_kenv("boot_multicons", cases[i].several);
		assert_case(collect_uses()->serial_console == cases[i].is_serial, name);
	}
}

/* Any of them that cannot be read; but one that says yes is enough. */
static void test_serial_unknown(void **state)
{
	static const char *const names[] = { "console", "hw.uart.console", "boot_serial",
					     "boot_multicons" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		char call[64];

		snprintf(call, sizeof(call), "kenv %s", names[i]);
		model_fails(model, call, 0, -EPERM);
		set_kenv("console", NULL);
		set_kenv("boot_serial", NULL);
		assert_case(collect_uses()->serial_console == TRI_UNKNOWN, names[i]);
		set_kenv(i == 0 ? "boot_serial" : "console", i == 0 ? "YES" : "comconsole");
		assert_case(collect_uses()->serial_console == TRI_YES, names[i]);
		model_works(model);
	}
}

/* --- disks -------------------------------------------------------------------------------- */

static void disks_are(const char *wanted)
{
	const struct bhyve_uses *uses = collect_uses();

	assert_int_equal(uses->disks_known, wanted != NULL);
	assert_string_equal(uses->disks, wanted ? wanted : "");
}

static void test_disks(void **state)
{
	char text[DISKS_SIZE + 1];

	(void)state;
	disks_are(NULL);
	model_set(model, "kern.disks", "string", "");
	disks_are("");
	model_set(model, "kern.disks", "string", "nda0 ada0");
	disks_are("nda0 ada0");
	model_set(model, "kern.disks", "u32", "0x30616461"); /* "ada0" without a NUL behind it */
	disks_are("ada0");
	model_fails(model, "sysctl kern.disks", 0, -EPERM);
	disks_are(NULL);
	model_works(model);

	memset(text, 'a', sizeof(text));
	text[DISKS_SIZE - 1] = '\0';
	model_set(model, "kern.disks", "string", text);
	disks_are(NULL); /* more than there is room for */
	text[DISKS_SIZE - 2] = '\0';
	model_set(model, "kern.disks", "string", text);
	disks_are(text);
}

/* --- the display -------------------------------------------------------------------------- */

static void boot_displays_are(enum tristate vga0, enum tristate vga1, enum tristate nic)
{
	collect_uses();
	assert_int_equal(host->devices[VGA0].boot_display, vga0);
	assert_int_equal(host->devices[VGA1].boot_display, vga1);
	assert_int_equal(host->devices[NIC].boot_display, nic);
}

#define UNIT "hw.pci.default_vgapci_unit"

static void test_boot_display(void **state)
{
	(void)state;
	boot_displays_are(TRI_UNKNOWN, TRI_UNKNOWN, TRI_UNKNOWN);
	model_set(model, UNIT, "int", "-1"); /* nobody asked until now */
	boot_displays_are(TRI_UNKNOWN, TRI_UNKNOWN, TRI_UNKNOWN);
	model_set(model, UNIT, "int", "0");
	boot_displays_are(TRI_YES, TRI_NO, TRI_NO);
	model_set(model, UNIT, "int", "1");
	boot_displays_are(TRI_NO, TRI_YES, TRI_NO);
	model_set(model, UNIT, "int", "2"); /* it is not there any more */
	boot_displays_are(TRI_NO, TRI_NO, TRI_NO);
	model_set(model, UNIT, "ulong", "0");
	boot_displays_are(TRI_UNKNOWN, TRI_UNKNOWN, TRI_UNKNOWN);
	model_set(model, UNIT, "u16", "0");
	boot_displays_are(TRI_UNKNOWN, TRI_UNKNOWN, TRI_UNKNOWN);
	model_set(model, UNIT, "int", "0");
	model_fails(model, "sysctl " UNIT, 0, -EPERM);
	boot_displays_are(TRI_UNKNOWN, TRI_UNKNOWN, TRI_UNKNOWN);
}

/* --- the functions themselves ------------------------------------------------------------- */

static void test_functions(void **state)
{
	static const struct bdf kernels = { 3, 0x0a, 0, 12 };

	(void)state;
	functions[NIC].bdf = (struct bdf){ 3, 0x0a, 1, 4 }; /* by ARI */
	functions[NIC].sel = (struct abi_pcisel){ 3, 0x0a, 0, 12 };
	functions[NIC].subvendor = 0x15d9;
	functions[NIC].subdevice = 0xffff;
	collect_uses();
	assert_int_equal(host->devices[NIC].kernel_bdf.domain, kernels.domain);
	assert_int_equal(host->devices[NIC].kernel_bdf.bus, kernels.bus);
	assert_int_equal(host->devices[NIC].kernel_bdf.device, kernels.device);
	assert_int_equal(host->devices[NIC].kernel_bdf.function, kernels.function);
	assert_int_equal(host->devices[NIC].sub_vendor, 0x15d9);
	assert_int_equal(host->devices[NIC].sub_product, 0xffff);
	assert_int_equal(host->devices[VGA0].sub_vendor, 0);
}

#define on_model(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_model(test_pptdevs),	       on_model(test_pptdevs_unreadable),
		on_model(test_vmm_load),       on_model(test_serial),
		on_model(test_serial_unknown), on_model(test_disks),
		on_model(test_boot_display),   on_model(test_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
