// SPDX-License-Identifier: GPL-2.0-or-later
/* Units and their tables, in the memory of a model. */
#include "acpi_bytes.h"

#include <errno.h>

#include "collect/collect.h"
#include "collect/freebsd/acpi_root.h"
#include "collect/freebsd/pci.h"
#include "collect/freebsd/units.h"
#include "freebsd/model/model.h"
#include "model/width.h"

#define UNIT 0xfed90000ull
#define UNIT_2 0xfed91000ull
#define ROOT 0x10000000ull
#define CONTEXT 0x10001000ull /* of bus 0; that of bus N is N pages further on */
#define TABLE 0x20000000ull
#define TABLES 0x20001000ull /* more of them */

#define PAGE 0x1000ull

/* --- registers of VT-d -------------------------------------------------------------------- */

static void test_vtd(void **state)
{
	struct model *model = model_new();
	struct freebsd_vtd vtd;

	(void)state;
	model_vtd(model, UNIT, ROOT);
	assert_int_equal(freebsd_read_vtd(&model->os, UNIT, &vtd, NULL), 0);
	assert_int_equal(vtd.version, 0x10);
	assert_int_equal(vtd.cap, 0x2f0606);
	assert_int_equal(vtd.ecap, 0x4b);
	assert_int_equal(vtd.status, 0xc0000000);
	assert_int_equal(vtd.root, ROOT);
	assert_int_equal(model->nr_reads, 5); /* each register by itself */
	assert_true(freebsd_vtd_translates(&vtd));
	assert_false(freebsd_vtd_remaps(&vtd));
	model_write32(model, UNIT + 0x1c, 1u << 25);
	model_write64(model, UNIT + 0x08, 1 << 7);
	assert_int_equal(freebsd_read_vtd(&model->os, UNIT, &vtd, NULL), 0);
	assert_false(freebsd_vtd_translates(&vtd));
	assert_true(freebsd_vtd_remaps(&vtd));
	model_free(model);
}

static void test_vtd_fails(void **state)
{
	static const struct {
		const char *name;
		uint64_t address;
		int code; /* of memory; 0: what is there */
		uint32_t version;
		int wanted;
		const char *text;
	} cases[] = {
		{ "no address", 0, 0, 0x10, -EBADMSG, "IOMMU at 0x0: no unit answers there" },
		{ "no page", UNIT + 8, 0, 0x10, -EBADMSG,
		  "IOMMU at 0xfed90008: no unit answers there" },
		{ "nothing there", UNIT_2, 0, 0x10, -EBADMSG, "IOMMU: nothing is at 0xfed91000" },
		{ "all ones", UNIT, 0, UINT32_MAX, -EBADMSG,
		  "IOMMU at 0xfed90000: no unit answers there" },
		{ "zeroes", UNIT, 0, 0, -EBADMSG, "IOMMU at 0xfed90000: no unit answers there" },
		{ "denied", UNIT, -EACCES, 0x10, -EACCES,
		  "/dev/mem: Permission denied; run as root" },
		{ "a jail", UNIT, -ENOENT, 0x10, -ENODEV,
		  "/dev/mem: it is not here, as in a jail: ACPI tables and registers cannot be "
		  "read; ask on the host" },
		{ "other", UNIT, -EIO, 0x10, -EIO, "/dev/mem: 0xfed90000: Input/output error" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = model_new();
		struct error err = { 0 };
		struct freebsd_vtd vtd;

		model_vtd(model, UNIT, ROOT);
		model_write32(model, UNIT, cases[i].version);
		if (cases[i].code)
			model_fails(model, "memory", 4, cases[i].code);
		assert_case(freebsd_read_vtd(&model->os, cases[i].address, &vtd, &err) ==
				    cases[i].wanted,
			    cases[i].name);
		assert_string_equal(err.text, cases[i].text);
		model_free(model);
	}
}

/* --- contexts of VT-d --------------------------------------------------------------------- */

static struct freebsd_context context_of(struct model *model, uint16_t requester)
{
	struct freebsd_context context;
	struct freebsd_vtd vtd;

	assert_int_equal(freebsd_read_vtd(&model->os, UNIT, &vtd, NULL), 0);
	assert_int_equal(freebsd_vtd_context(&model->os, &vtd, requester, &context, NULL), 0);
	return context;
}

static void test_context(void **state)
{
	struct model *model = model_new();
	struct freebsd_context context;

	(void)state;
	model_vtd(model, UNIT, ROOT);
	model_context(model, ROOT, CONTEXT + 0xff * PAGE, 0xff7f, 2, 5, TABLE);
	model_context(model, ROOT, CONTEXT, 0x0010, 1, 3, TABLE);
	model_context(model, ROOT, CONTEXT, 0x00ff, 0xffff, 4, TABLE);
	context = context_of(model, 0x0010); /* 00:02.0 */
	assert_int_equal(context.way, FREEBSD_WAY_TRANSLATED);
	assert_true(context.unit_is_on);
	assert_true(context.is_present);
	assert_false(context.passes_through);
	assert_int_equal(context.domain, 1);
	assert_int_equal(context.levels, 3);
	assert_int_equal(context.table, TABLE);
	context = context_of(model, 0x00ff);
	assert_int_equal(context.domain, 0xffff);
	assert_int_equal(context.levels, 4);
	context = context_of(model, 0xff7f); /* ff:0f.7 */
	assert_int_equal(context.domain, 2);
	assert_int_equal(context.levels, 5);
	context = context_of(model, 0x0011); /* no entry */
	assert_int_equal(context.way, FREEBSD_WAY_BLOCKED);
	assert_false(context.is_present);
	assert_int_equal(context.domain, 0);
	context = context_of(model, 0x0110); /* no context table */
	assert_int_equal(context.way, FREEBSD_WAY_BLOCKED);
	model_free(model);
}

static void test_context_off(void **state)
{
	struct model *model = model_new();
	struct freebsd_context context;

	(void)state;
	model_vtd(model, UNIT, ROOT);
	model_context(model, ROOT, CONTEXT, 0x0010, 1, 3, TABLE);
	model_write32(model, UNIT + 0x1c, 0x40000000); /* a root table, and not on */
	context = context_of(model, 0x0010);
	assert_int_equal(context.way, FREEBSD_WAY_UNTRANSLATED);
	assert_false(context.unit_is_on);
	assert_false(context.is_present);
	model_free(model);
}

/* Translation type in bits 3:2 of the low half, width in 2:0 of the high one. */
static void test_context_types(void **state)
{
	static const struct {
		const char *name;
		uint64_t low, high;
		enum freebsd_way way;
		unsigned levels;
		bool passes;
	} cases[] = {
		{ "39 bits", TABLE | 0x1, 0x301, FREEBSD_WAY_TRANSLATED, 3, false },
		{ "48 bits", TABLE | 0x1, 0x302, FREEBSD_WAY_TRANSLATED, 4, false },
		{ "57 bits", TABLE | 0x1, 0x303, FREEBSD_WAY_TRANSLATED, 5, false },
		{ "no faults are reported", TABLE | 0x3, 0x302, FREEBSD_WAY_TRANSLATED, 4, false },
		{ "with device-TLB", TABLE | 0x5, 0x302, FREEBSD_WAY_TRANSLATED, 4, false },
		{ "pass-through", 0x9, 0x302, FREEBSD_WAY_UNTRANSLATED, 0, true },
		{ "reserved type", TABLE | 0xd, 0x302, FREEBSD_WAY_BLOCKED, 0, false },
		{ "width 0", TABLE | 0x1, 0x300, FREEBSD_WAY_UNKNOWN, 0, false },
		{ "width 4", TABLE | 0x1, 0x304, FREEBSD_WAY_UNKNOWN, 0, false },
		{ "width 7", TABLE | 0x1, 0x307, FREEBSD_WAY_UNKNOWN, 0, false },
		{ "available bits", TABLE | 0x1, 0x37a, FREEBSD_WAY_TRANSLATED, 4, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = model_new();
		struct freebsd_context context;

		model_vtd(model, UNIT, ROOT);
		model_context(model, ROOT, CONTEXT, 0x0010, 1, 3, TABLE);
		model_write64(model, CONTEXT + 0x100, cases[i].low);
		model_write64(model, CONTEXT + 0x108, cases[i].high);
		context = context_of(model, 0x0010);
		assert_case(context.way == cases[i].way, cases[i].name);
		assert_case(context.is_present, cases[i].name);
		assert_case_equal(context.levels, cases[i].levels, cases[i].name);
		assert_case_equal(context.domain, 3, cases[i].name);
		assert_case(context.passes_through == cases[i].passes, cases[i].name);
		assert_case_equal(context.table, cases[i].way == FREEBSD_WAY_TRANSLATED ? TABLE : 0,
				  cases[i].name);
		model_free(model);
	}
}

static void test_context_fails(void **state)
{
	static const struct {
		const char *name;
		uint64_t root, in_root; /* RTADDR; 0x10000000 */
		int failing;		/* of the nth read, from the root table on: 0, 1 */
		int code, wanted;
		const char *text;
	} cases[] = {
		{ "scalable", ROOT | 0x400, CONTEXT | 1, -1, 0, -ENOTSUP,
		  "IOMMU: its root table at 0x10000000 is not of the mode that FreeBSD knows" },
		{ "extended", ROOT | 0x800, CONTEXT | 1, -1, 0, -ENOTSUP,
		  "IOMMU: its root table at 0x10000000 is not of the mode that FreeBSD knows" },
		{ "root table nowhere", 0x90000000, CONTEXT | 1, -1, 0, -EBADMSG,
		  "IOMMU's table: nothing is at 0x90000000" },
		{ "at the end of all", 0xfffffffffffff000, CONTEXT | 1, -1, 0, -EBADMSG,
		  "IOMMU's table: nothing is at 0xfffffffffffff000" },
		{ "context table nowhere", ROOT, 0x90000001, -1, 0, -EBADMSG,
		  "IOMMU's table: nothing is at 0x90000100" },
		{ "denied", ROOT, CONTEXT | 1, 0, -EPERM, -EPERM,
		  "/dev/mem: Operation not permitted; run as root" },
		{ "denied behind it", ROOT, CONTEXT | 1, 1, -EPERM, -EPERM,
		  "/dev/mem: Operation not permitted; run as root" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = model_new();
		struct freebsd_context context;
		struct freebsd_vtd vtd;
		struct error err = { 0 };

		model_vtd(model, UNIT, ROOT);
		model_context(model, ROOT, CONTEXT, 0x0010, 1, 3, TABLE);
		model_write64(model, UNIT + 0x20, cases[i].root);
		model_write64(model, ROOT, cases[i].in_root);
		assert_int_equal(freebsd_read_vtd(&model->os, UNIT, &vtd, NULL), 0);
		if (cases[i].code)
			model_fails(model, "memory", (unsigned)cases[i].failing + 1, cases[i].code);
		assert_case(freebsd_vtd_context(&model->os, &vtd, 0x0010, &context, &err) ==
				    cases[i].wanted,
			    cases[i].name);
		assert_string_equal(err.text, cases[i].text);
		assert_case(context.way == FREEBSD_WAY_UNKNOWN, cases[i].name);
		assert_case(context.unit_is_on, cases[i].name);
		model_free(model);
	}
}

/* --- AMD-Vi ------------------------------------------------------------------------------- */

#define DEVICES 0x30000000ull

static void test_amdvi(void **state)
{
	struct model *model = model_new();
	struct freebsd_amdvi unit;
	struct error err = { 0 };

	(void)state;
	model_amdvi(model, UNIT, DEVICES);
	assert_int_equal(freebsd_read_amdvi(&model->os, UNIT, &unit, NULL), 0);
	assert_int_equal(unit.table, DEVICES);
	assert_int_equal(unit.nr, 65536);
	assert_true(unit.is_on);
	model_write64(model, UNIT + 0x18, 0x1e);
	model_write64(model, UNIT, 0xfff0000030000000); /* reserved bits, one page */
	assert_int_equal(freebsd_read_amdvi(&model->os, UNIT, &unit, NULL), 0);
	assert_int_equal(unit.table, DEVICES);
	assert_int_equal(unit.nr, 128);
	assert_false(unit.is_on);
	model_write64(model, UNIT, UINT64_MAX);
	model_write64(model, UNIT + 0x18, UINT64_MAX);
	assert_int_equal(freebsd_read_amdvi(&model->os, UNIT, &unit, &err), -EBADMSG);
	assert_string_equal(err.text, "IOMMU at 0xfed90000: no unit answers there");
	assert_int_equal(freebsd_read_amdvi(&model->os, 0, &unit, NULL), -EBADMSG);
	assert_int_equal(freebsd_read_amdvi(&model->os, UNIT_2, &unit, NULL), -EBADMSG);
	model->is_root = false;
	assert_int_equal(freebsd_read_amdvi(&model->os, UNIT, &unit, NULL), -EACCES);
	model_free(model);
}

/* V 0, TV 1, levels 11:9, IR 61, IW 62; the domain in 79:64. */
static void test_device_entries(void **state)
{
	static const struct {
		const char *name;
		uint64_t low, high;
		enum freebsd_way way;
		bool is_present, passes;
		unsigned levels;
	} cases[] = {
		{ "none", 0, 0, FREEBSD_WAY_UNTRANSLATED, false, false, 0 },
		{ "not valid, whatever it says", 0x6000000020000802, 5, FREEBSD_WAY_UNTRANSLATED,
		  false, false, 0 },
		{ "4 levels", 0x6000000020000803, 5, FREEBSD_WAY_TRANSLATED, true, false, 4 },
		{ "6 levels", 0x6000000020000c03, 5, FREEBSD_WAY_TRANSLATED, true, false, 6 },
		{ "for reading", 0x2000000020000803, 5, FREEBSD_WAY_TRANSLATED, true, false, 4 },
		{ "7 levels", 0x6000000020000e03, 5, FREEBSD_WAY_UNKNOWN, true, false, 7 },
		{ "no levels", 0x6000000000000003, 5, FREEBSD_WAY_UNTRANSLATED, true, true, 0 },
		{ "no levels, no rights", 0x3, 5, FREEBSD_WAY_BLOCKED, true, false, 0 },
		{ "no rights", 0x20000803, 5, FREEBSD_WAY_BLOCKED, true, false, 4 },
		{ "no valid translation", 0x6000000020000801, 5, FREEBSD_WAY_UNKNOWN, true, false,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = model_new();
		struct freebsd_amdvi unit;
		struct freebsd_context context;

		model_amdvi(model, UNIT, DEVICES);
		model_write64(model, DEVICES + 32 * 0x0aff, cases[i].low);
		model_write64(model, DEVICES + 32 * 0x0aff + 8, cases[i].high | 0xabcd0000);
		assert_int_equal(freebsd_read_amdvi(&model->os, UNIT, &unit, NULL), 0);
		assert_int_equal(freebsd_amdvi_context(&model->os, &unit, 0x0aff, &context, NULL),
				 0);
		assert_case(context.way == cases[i].way, cases[i].name);
		assert_case(context.unit_is_on, cases[i].name);
		assert_case(context.is_present == cases[i].is_present, cases[i].name);
		assert_case(context.passes_through == cases[i].passes, cases[i].name);
		assert_case_equal(context.levels, cases[i].levels, cases[i].name);
		assert_case_equal(context.domain, cases[i].is_present ? 5 : 0, cases[i].name);
		assert_case_equal(context.table,
				  cases[i].way == FREEBSD_WAY_TRANSLATED ? 0x20000000 : 0,
				  cases[i].name);
		model_free(model);
	}
}

static void test_device_table(void **state)
{
	struct model *model = model_new();
	struct freebsd_amdvi unit = { .table = DEVICES, .nr = 128, .is_on = true };
	struct freebsd_context context;

	(void)state;
	model_amdvi(model, UNIT, DEVICES);
	model_device_entry(model, DEVICES, 127, 1, 4, TABLE);
	model_device_entry(model, DEVICES, 128, 1, 4, TABLE);
	assert_int_equal(freebsd_amdvi_context(&model->os, &unit, 127, &context, NULL), 0);
	assert_int_equal(context.way, FREEBSD_WAY_TRANSLATED);
	assert_int_equal(freebsd_amdvi_context(&model->os, &unit, 128, &context, NULL), 0);
	assert_int_equal(context.way, FREEBSD_WAY_UNKNOWN);
	unit.is_on = false;
	assert_int_equal(freebsd_amdvi_context(&model->os, &unit, 127, &context, NULL), 0);
	assert_int_equal(context.way, FREEBSD_WAY_UNTRANSLATED);
	assert_false(context.unit_is_on);
	unit = (struct freebsd_amdvi){ .table = 0x90000000, .nr = 128, .is_on = true };
	assert_int_equal(freebsd_amdvi_context(&model->os, &unit, 0, &context, NULL), -EBADMSG);
	assert_int_equal(context.way, FREEBSD_WAY_UNKNOWN);
	model_free(model);
}

/* --- units of a machine ------------------------------------------------------------------- */

/* The first DRHD has 00:02.0, the second all of the rest of segment 0. */
#define TWO_DRHDS                                                                                  \
	BODY(38, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,			  /* width, flags */       \
	     0, 0, 24, 0, 0, 0, 0, 0, 0x00, 0x00, 0xd9, 0xfe, 0, 0, 0, 0, /* DRHD */               \
	     1, 8, 0, 0, 0, 0, 2, 0,					  /* endpoint 00:02.0 */   \
	     0, 0, 16, 0, 1, 0, 0, 0, 0x00, 0x10, 0xd9, 0xfe, 0, 0, 0, 0) /* DRHD */

/* IVHD 11h of 00:00.2: 00:02.0 by itself, 01:00.0 to 01:00.7, and 02:00.0 as 01:00.1. */
#define ONE_IVHD                                                                                   \
	BODY(0x41, 0x30, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* IVinfo */                             \
	     0x11, 0, 60, 0, 2, 0, 0x40, 0, 0x00, 0x00, 0xd9, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  \
	     0, 0, 0xde, 0xad, 0x22, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 2, 0x10, 0,            \
	     0,				      /* select */                                         \
	     3, 0x00, 1, 0, 4, 0x07, 1, 0,    /* range */                                          \
	     0x42, 0x00, 2, 0, 0, 0x01, 1, 0) /* alias */

static struct model *machine_with(uint8_t *table, size_t size)
{
	struct model *model = model_new();
	struct model_function *function;

	model_add_function(model, "0000:00:02.0", 0x8086, 0x3e92, 0x030000);
	function = model_add_function(model, "0000:00:01.0", 0x8086, 0x1901, 0x060400);
	model_make_bridge(function, 1, 2);
	model_add_function(model, "0000:01:00.0", 0x8086, 0x1533, 0x020000);
	model_add_function(model, "0000:02:00.0", 0x1234, 0x5678, 0x020000);
	model_add_function(model, "0001:00:02.0", 0x8086, 0x2020, 0x088000);
	model_acpi(model, 0x7fe14000, (const uint8_t *const *)&table, &size, 1);
	model_set(model, "machdep.acpi_root", "ulong", "0x7fe14000");
	free(table);
	return model;
}

static struct machine *collect_all(struct model *model)
{
	struct machine *machine = machine_new();

	assert_int_equal(freebsd_list_devices(&model->os, FACT_TOPOLOGY, machine, NULL, NULL), 0);
	freebsd_collect_tables(&model->os, machine);
	freebsd_collect_units(&model->os, machine);
	return machine;
}

static const char *unit_name(const struct machine *machine, const char *device)
{
	const struct device *found = find_device_named(machine, device);

	assert_non_null(found);
	return !found->unit_known ? "?" : found->unit ? found->unit->name : "-";
}

static struct model *intel_machine(void)
{
	struct model *model = machine_with(build_table("DMAR", TWO_DRHDS), ACPI_BODY + 52);

	model_vtd(model, UNIT, ROOT);
	model_vtd(model, UNIT_2, ROOT); /* bhyve has one root table for all */
	return model;
}

static void test_units(void **state)
{
	struct model *model = intel_machine();
	struct machine *machine = collect_all(model);
	unsigned widths[5];

	(void)state;
	assert_int_equal(machine->dmar.table->nr_problems, 0);
	assert_int_equal(machine->nr_units, 2);
	assert_string_equal(machine->units[0].name, "dmar0");
	assert_int_equal(machine->units[0].kind, UNIT_INTEL_VTD);
	assert_int_equal(machine->units[0].address, UNIT);
	assert_true(machine->units[0].has_registers);
	assert_int_equal(machine->units[1].cap, 0x2f0606);
	assert_int_equal(machine->units[1].domains_used, -1);
	assert_int_equal(intel_mgaw(&machine->units[1]), 48);
	assert_int_equal(intel_sagaw(&machine->units[1], widths), 2);
	assert_string_equal(unit_name(machine, "0000:00:02.0"), "dmar0");
	assert_string_equal(unit_name(machine, "0000:00:01.0"), "dmar1");
	assert_string_equal(unit_name(machine, "0000:01:00.0"), "dmar1");
	assert_string_equal(unit_name(machine, "0001:00:02.0"), "-");
	assert_int_equal(machine->notes.nr, 0);
	machine_free(machine);
	model_free(model);
}

/* A unit that does not answer is there, and has no registers. */
static void test_units_silent(void **state)
{
	struct model *model = intel_machine();
	struct machine *machine;

	(void)state;
	model_write32(model, UNIT_2, UINT32_MAX);
	machine = collect_all(model);
	assert_int_equal(machine->nr_units, 2);
	assert_true(machine->units[0].has_registers);
	assert_false(machine->units[1].has_registers);
	assert_string_equal(unit_name(machine, "0000:01:00.0"), "dmar1");
	assert_int_equal(machine->notes.nr, 1);
	assert_string_equal(machine->notes.items[0], "IOMMU at 0xfed91000: no unit answers there");
	machine_free(machine);
	model_free(model);
}

/* Without root nothing is known; without a table it is known that there is none. */
static void test_units_unknown(void **state)
{
	struct model *model = intel_machine();
	struct machine *machine;

	(void)state;
	model->is_root = false;
	machine = collect_all(model);
	assert_int_equal(machine->nr_units, 0);
	assert_string_equal(unit_name(machine, "0000:00:02.0"), "?");
	machine_free(machine);
	model_free(model);

	model = machine_with(build_table("FACP", BODY(1, 2)), ACPI_BODY + 2);
	machine = collect_all(model);
	assert_int_equal(machine->nr_units, 0);
	assert_string_equal(unit_name(machine, "0000:00:02.0"), "-");
	machine_free(machine);
	model_free(model);
}

/* Where it is not known what is above a device, it is not known which scope it is in. */
static void test_units_no_topology(void **state)
{
	struct model *model = intel_machine();
	struct machine *machine;

	(void)state;
	model_fails(model, "READ", 0, -EIO);
	machine = collect_all(model);
	assert_int_equal(machine->nr_units, 2);
	assert_string_equal(unit_name(machine, "0000:00:02.0"), "dmar0");
	assert_string_equal(unit_name(machine, "0000:01:00.0"), "?");
	machine_free(machine);
	model_free(model);
}

static void test_units_amd(void **state)
{
	struct model *model = machine_with(build_table("IVRS", ONE_IVHD), ACPI_BODY + 72);
	struct machine *machine = collect_all(model);

	(void)state;
	assert_int_equal(machine->ivrs.table->nr_problems, 0);
	assert_int_equal(machine->nr_units, 1);
	assert_string_equal(machine->units[0].name, "ivhd0");
	assert_int_equal(machine->units[0].kind, UNIT_AMD_VI);
	assert_int_equal(machine->units[0].address, UNIT);
	assert_true(machine->units[0].has_function);
	assert_int_equal(machine->units[0].function.bus, 0);
	assert_int_equal(machine->units[0].function.device, 0);
	assert_int_equal(machine->units[0].function.function, 2);
	assert_true(machine->units[0].has_features);
	assert_int_equal(machine->units[0].features[0], 0x22adde);
	assert_int_equal(machine->units[0].features[1], 7);
	assert_string_equal(unit_name(machine, "0000:00:02.0"), "ivhd0");
	assert_string_equal(unit_name(machine, "0000:00:01.0"), "-");
	assert_string_equal(unit_name(machine, "0000:01:00.0"), "ivhd0");
	assert_string_equal(unit_name(machine, "0000:02:00.0"), "ivhd0");
	assert_string_equal(unit_name(machine, "0001:00:02.0"), "-");
	machine_free(machine);
	model_free(model);
}

/* --- contexts of a machine ---------------------------------------------------------------- */

static size_t index_of(const struct machine *machine, const char *device)
{
	const struct device *found = find_device_named(machine, device);

	assert_non_null(found);
	return (size_t)(found - machine->devices);
}

/* bhyve: the host has domain 1, a guest 2; a device on ppt that nobody has is in none. */
static void test_contexts(void **state)
{
	struct model *model = intel_machine();
	struct machine *machine;
	struct freebsd_context *contexts;
	size_t at;

	(void)state;
	model_context(model, ROOT, CONTEXT, 0x0010, 1, 4, TABLE);
	model_context(model, ROOT, CONTEXT, 0x0008, 1, 4, TABLE);
	model_context(model, ROOT, CONTEXT + PAGE, 0x0100, 2, 4, TABLES);
	machine = collect_all(model);
	contexts = freebsd_collect_contexts(&model->os, machine);
	at = index_of(machine, "0000:00:02.0");
	assert_int_equal(contexts[at].way, FREEBSD_WAY_TRANSLATED);
	assert_int_equal(contexts[at].domain, 1);
	at = index_of(machine, "0000:01:00.0");
	assert_int_equal(contexts[at].domain, 2);
	assert_int_equal(contexts[at].table, TABLES);
	at = index_of(machine, "0000:02:00.0");
	assert_int_equal(contexts[at].way, FREEBSD_WAY_BLOCKED);
	assert_false(contexts[at].is_present);
	at = index_of(machine, "0001:00:02.0"); /* no unit has it */
	assert_int_equal(contexts[at].way, FREEBSD_WAY_UNTRANSLATED);
	assert_false(contexts[at].unit_is_on);
	assert_int_equal(machine->notes.nr, 0);
	free(contexts);
	machine_free(machine);
	model_free(model);
}

static void test_contexts_fail(void **state)
{
	struct model *model = intel_machine();
	struct machine *machine;
	struct freebsd_context *contexts;

	(void)state;
	model_write32(model, UNIT + 0x1c, 0);	     /* that of 00:02.0 is off */
	model_write64(model, ROOT + 16, 0x90000001); /* bus 1 */
	machine = collect_all(model);
	contexts = freebsd_collect_contexts(&model->os, machine);
	assert_int_equal(contexts[index_of(machine, "0000:00:02.0")].way, FREEBSD_WAY_UNTRANSLATED);
	assert_int_equal(contexts[index_of(machine, "0000:00:01.0")].way, FREEBSD_WAY_BLOCKED);
	assert_int_equal(contexts[index_of(machine, "0000:01:00.0")].way, FREEBSD_WAY_UNKNOWN);
	assert_int_equal(machine->notes.nr, 1);
	assert_string_equal(machine->notes.items[0],
			    "0000:01:00.0: IOMMU's table: nothing is at 0x90000000");
	free(contexts);
	model->is_root = false;
	contexts = freebsd_collect_contexts(&model->os, machine);
	for (size_t i = 0; i < machine->nr_devices; i++)
		assert_int_equal(contexts[i].way, machine->devices[i].bdf.domain
							  ? FREEBSD_WAY_UNTRANSLATED
							  : FREEBSD_WAY_UNKNOWN);
	free(contexts);
	machine_free(machine);
	model_free(model);
}

/* The entry is that of the DeviceID which the IVRS has for a device. */
static void test_contexts_amd(void **state)
{
	struct model *model = machine_with(build_table("IVRS", ONE_IVHD), ACPI_BODY + 72);
	struct machine *machine;
	struct freebsd_context *contexts;

	(void)state;
	model_amdvi(model, UNIT, DEVICES);
	model_device_entry(model, DEVICES, 0x0010, 0, 4, TABLE);
	model_device_entry(model, DEVICES, 0x0101, 3, 4, TABLES);
	model_device_entry(model, DEVICES, 0x0200, 9, 4, TABLES);
	machine = collect_all(model);
	contexts = freebsd_collect_contexts(&model->os, machine);
	assert_int_equal(contexts[index_of(machine, "0000:00:02.0")].way, FREEBSD_WAY_TRANSLATED);
	assert_int_equal(contexts[index_of(machine, "0000:00:02.0")].domain, 0);
	assert_int_equal(contexts[index_of(machine, "0000:02:00.0")].domain, 3);
	assert_int_equal(contexts[index_of(machine, "0000:01:00.0")].way, FREEBSD_WAY_UNTRANSLATED);
	assert_false(contexts[index_of(machine, "0000:01:00.0")].is_present);
	free(contexts);
	machine_free(machine);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vtd),
		cmocka_unit_test(test_vtd_fails),
		cmocka_unit_test(test_context),
		cmocka_unit_test(test_context_off),
		cmocka_unit_test(test_context_types),
		cmocka_unit_test(test_context_fails),
		cmocka_unit_test(test_amdvi),
		cmocka_unit_test(test_device_entries),
		cmocka_unit_test(test_device_table),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_units_silent),
		cmocka_unit_test(test_units_unknown),
		cmocka_unit_test(test_units_no_topology),
		cmocka_unit_test(test_units_amd),
		cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_contexts_fail),
		cmocka_unit_test(test_contexts_amd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
