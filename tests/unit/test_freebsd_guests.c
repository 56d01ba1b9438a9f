// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory of VMs held against the host's domain, in the memory of a model. */
#include "acpi_bytes.h"

#include <errno.h>

#include "collect/collect.h"
#include "collect/freebsd/acpi_root.h"
#include "collect/freebsd/collectors.h"
#include "collect/freebsd/guests.h"
#include "collect/freebsd/pci.h"
#include "collect/freebsd/units.h"
#include "freebsd/model/model.h"
#include "model/freebsd/bhyve_host.h"

#define UNIT 0xfed90000ull
#define ROOT 0x10000000ull
#define CONTEXT 0x10001000ull
#define HOST 0x20000000ull
#define HOST_LEAF 0x20002000ull /* of the first 2 MiB; the next ones follow */
#define GUEST 0x28000000ull
#define GUEST_2 0x29000000ull

#define PAGE 0x1000ull
#define LARGE 0x200000ull
#define GIB 0x40000000ull

static const struct freebsd_domain host = { HOST, 3 };
static const struct freebsd_domain guests[] = { { GUEST, 3 }, { GUEST_2, 3 } };

/* --- two domains ---------------------------------------------------------------------------- */

/* The first of a table's is at 0: its further tables begin behind it. */
static void map(struct model *model, uint64_t table, uint64_t iova, uint64_t physical,
		uint64_t size)
{
	static uint64_t next;

	if (iova == 0)
		next = table + PAGE;
	for (uint64_t at = 0; at < size; at += PAGE)
		model_map(model, table, 3, iova + at, physical + at, PAGE, &next);
}

/* Of 8 MiB the host has all; a VM has 1 MiB at 2 MiB, and 64 KiB at 5 MiB as its 1 GiB. */
static void write_domains(struct model *model)
{
	model_write64(model, HOST, 0);
	model_write64(model, GUEST, 0);
	map(model, HOST, 0, 0, 4 * LARGE);
	map(model, GUEST, 0, LARGE, 0x100000);
	map(model, GUEST, GIB, 0x500000, 0x10000);
}

static struct model *domains_new(void)
{
	struct model *model = model_new();

	write_domains(model);
	return model;
}

static void set_host(struct model *model, uint64_t at, uint64_t entry)
{
	model_write64(model, HOST_LEAF + PAGE * (at / LARGE) + 8 * (at / PAGE % 512), entry);
}

static struct guest_memory hold(struct model *model, size_t nr)
{
	struct guest_memory memory;
	struct error err = { 0 };

	if (freebsd_hold_guests(&model->os, &host, guests, nr, &memory, &err) < 0)
		fail_msg("%s", err.text);
	return memory;
}

static void assert_memory(struct guest_memory memory, uint64_t there, uint64_t missing,
			  uint64_t beyond, uint64_t first)
{
	assert_int_equal(memory.there, there);
	assert_int_equal(memory.missing, missing);
	assert_int_equal(memory.beyond, beyond);
	if (missing)
		assert_int_equal(memory.first_missing, first);
	assert_true(memory.is_whole);
	assert_false(memory.is_strange);
}

static void test_all_there(void **state)
{
	struct model *model = domains_new();

	(void)state;
	assert_memory(hold(model, 1), 256 + 16, 0, 0, 0);
	assert_memory(hold(model, 0), 0, 0, 0, 0);
	model_free(model);
}

static void test_missing(void **state)
{
	struct model *model = domains_new();

	(void)state;
	set_host(model, 0x50f000, 0);
	assert_memory(hold(model, 1), 271, 1, 0, 0x50f000);
	set_host(model, 0x2ff000, 0);
	assert_memory(hold(model, 1), 270, 2, 0, 0x2ff000);
	/* What is no VM's does not count. */
	set_host(model, 0x300000, 0);
	set_host(model, 0, 0);
	assert_memory(hold(model, 1), 270, 2, 0, 0x2ff000);
	model_free(model);
}

/* Above the highest page of the host nobody knows whether there was one. */
static void test_beyond(void **state)
{
	struct model *model = domains_new();

	(void)state;
	map(model, GUEST, 2 * GIB, 4 * LARGE - PAGE, 2 * PAGE);
	assert_memory(hold(model, 1), 272 + 1, 0, 1, 0);
	set_host(model, 4 * LARGE - PAGE, 0);
	assert_memory(hold(model, 1), 272, 0, 2, 0);
	/* Where the host's tables do not even lead. */
	map(model, GUEST, 3 * GIB, 0x8000000000, PAGE);
	assert_memory(hold(model, 1), 272, 0, 3, 0);
	model_free(model);
}

static void test_two_guests(void **state)
{
	struct model *model = domains_new();

	(void)state;
	model_write64(model, GUEST_2, 0);
	map(model, GUEST_2, 0, 0x600000, 3 * PAGE);
	assert_memory(hold(model, 2), 272 + 3, 0, 0, 0);
	set_host(model, 0x601000, 0);
	assert_memory(hold(model, 2), 274, 1, 0, 0x601000);
	model_free(model);
}

/* A page of a VM may span many of the host, and the other way about. */
static void test_sizes(void **state)
{
	struct model *model = domains_new();
	uint64_t next = 0x2a000000;

	(void)state;
	model_write64(model, GUEST, 0);
	model_map(model, GUEST, 3, GIB, LARGE, LARGE, &next);
	set_host(model, 0x201000, 0);
	assert_memory(hold(model, 1), 511, 1, 0, 0x201000);
	model_map(model, GUEST, 3, GIB + LARGE, 3 * LARGE, LARGE, &next);
	model_write64(model, HOST_LEAF - PAGE + 8 * 1, 0); /* none at 2 MiB */
	assert_memory(hold(model, 1), 512, 512, 0, LARGE);
	model_write64(model, HOST_LEAF - PAGE + 8 * 1, LARGE | 0x83);
	assert_memory(hold(model, 1), 1024, 0, 0, 0);
	model_free(model);
}

/* bhyve leads the host nowhere but to itself. */
static void test_strange(void **state)
{
	struct model *model = domains_new();

	(void)state;
	set_host(model, 0x201000, 0x7003);
	assert_true(hold(model, 1).is_strange);
	set_host(model, 0x201000, 0x201003);
	assert_false(hold(model, 1).is_strange);
	set_host(model, 4 * LARGE - PAGE, 0x7003); /* its highest page */
	assert_true(hold(model, 1).is_strange);
	model_write64(model, HOST, 0); /* nowhere at all */
	assert_true(hold(model, 1).is_strange);
	model_free(model);
}

static void test_fails(void **state)
{
	const struct freebsd_domain low = { HOST, 2 };
	struct model *model = domains_new();
	struct guest_memory memory;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(freebsd_hold_guests(&model->os, &low, guests, 1, &memory, NULL), -EINVAL);
	assert_int_equal(freebsd_hold_guests(&model->os, &host, &low, 1, &memory, NULL), -EINVAL);
	assert_int_equal(freebsd_hold_guests(&model->os, &host, guests, 2, &memory, &err),
			 -EBADMSG);
	assert_string_equal(err.text, "IOMMU's table: nothing is at 0x29000000");
	model->is_root = false;
	assert_int_equal(freebsd_hold_guests(&model->os, &host, guests, 1, &memory, NULL), -EACCES);
	model_free(model);
}

/* Nor does it give a VM more than there is: 8 MiB. */
static void test_too_much(void **state)
{
	struct model *model = model_new();

	(void)state;
	model_write64(model, HOST, 0);
	model_write64(model, GUEST, 0);
	map(model, HOST, 0, 0, 4 * LARGE);
	map(model, GUEST, 0, 0, 4 * LARGE);
	assert_memory(hold(model, 1), 2048, 0, 0, 0);
	map(model, GUEST, GIB, 0x90000000, PAGE);
	assert_true(hold(model, 1).is_strange);
	/* A table that leads to itself at each level. */
	for (uint64_t i = 0; i < 512; i++)
		model_write64(model, GUEST + 8 * i, GUEST | 3);
	model->nr_reads = 0;
	assert_true(hold(model, 1).is_strange);
	assert_true(model->nr_reads < 10);
	model_free(model);
}

/* Tables without a page that lead in a circle: 2^27 entries, as many as are looked at. */
static void test_endless(void **state)
{
	struct model *model = domains_new();
	struct guest_memory memory;

	(void)state;
	for (uint64_t i = 0; i < 512; i++) {
		model_write64(model, GUEST + 8 * i, (GUEST + PAGE) | 3);
		model_write64(model, GUEST + PAGE + 8 * i, (GUEST + 2 * PAGE) | 3);
		model_write64(model, GUEST + 2 * PAGE + 8 * i, 0);
	}
	model_write64(model, GUEST_2, 0);
	map(model, GUEST_2, 0, 0x600000, PAGE);
	memory = hold(model, 2);
	assert_false(memory.is_whole);
	assert_int_equal(memory.there + memory.missing + memory.beyond, 0);
	model_free(model);
}

/* --- on a machine --------------------------------------------------------------------------- */

/* One unit for all. */
#define ONE_DRHD                                                                                   \
	BODY(38, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* width, flags */                               \
	     0, 0, 16, 0, 1, 0, 0, 0, 0x00, 0x00, 0xd9, 0xfe, 0, 0, 0, 0)

/* nvme0 of the host, and two devices on ppt, of which a VM has the first. */
static struct model *machine_new_model(void)
{
	static const char *const values[][3] = {
		{ "kern.osreldate", "int", "1301000" },
		{ "hw.vmm.iommu.initialized", "int", "1" },
		{ "hw.vmm.iommu.enable", "int", "1" },
		{ "machdep.acpi_root", "ulong", "0x7fe14000" },
		{ "vmm", "module", "loaded" },
	};
	uint8_t *dmar = build_table("DMAR", ONE_DRHD);
	size_t size = ACPI_BODY + 28;
	struct model *model = domains_new();

	model_attach(model_add_function(model, "0000:00:01.0", 0x144d, 0xa808, 0x010802), "nvme",
		     0);
	model_attach(model_add_function(model, "0000:00:02.0", 0x8086, 0x1533, 0x020000), "ppt", 0);
	model_attach(model_add_function(model, "0000:00:03.0", 0x8086, 0x1533, 0x020000), "ppt", 1);
	for (size_t i = 0; i < COUNT(values); i++)
		model_set(model, values[i][0], values[i][1], values[i][2]);
	model_acpi(model, 0x7fe14000, (const uint8_t *const *)&dmar, &size, 1);
	free(dmar);
	model_vtd(model, UNIT, ROOT);
	model_context(model, ROOT, CONTEXT, 0x0008, 1, 3, HOST);
	model_context(model, ROOT, CONTEXT, 0x0010, 2, 3, GUEST);
	return model;
}

static struct machine *look_with(struct model *model, struct os *os)
{
	struct machine *machine = machine_new();
	struct freebsd_function *functions = NULL;

	assert_int_equal(freebsd_list_devices(&model->os, FACT_TOPOLOGY, machine, &functions, NULL),
			 0);
	freebsd_collect_tables(&model->os, machine);
	freebsd_collect_units(&model->os, machine);
	freebsd_collect_bhyve(&model->os, machine, functions);
	assert_false(machine->bhyve->look.is_asked);
	freebsd_look_at_guests(os, machine);
	assert_true(machine->bhyve->look.is_asked);
	free(functions);
	return machine;
}

static struct pr260178_look look(struct model *model)
{
	struct machine *machine = look_with(model, &model->os);
	struct pr260178_look it = machine->bhyve->look;

	machine_free(machine);
	return it;
}

static void assert_obstacle(struct model *model, bool is_skipped, const char *part)
{
	struct pr260178_look it = look(model);

	if (!strstr(it.obstacle, part))
		fail_msg("\"%s\" lacks \"%s\"", it.obstacle, part);
	assert_int_equal(it.is_skipped, is_skipped);
	assert_int_equal(pr260178_seen(&it), PR260178_UNKNOWN);
}

static void test_look(void **state)
{
	struct model *model = machine_new_model();
	struct pr260178_look it = look(model);

	(void)state;
	assert_string_equal(it.obstacle, "");
	assert_memory(it.memory, 272, 0, 0, 0);
	assert_int_equal(pr260178_seen(&it), PR260178_FIXED);
	for (uint64_t at = LARGE; at < LARGE + 0x100000; at += PAGE)
		set_host(model, at, 0);
	for (uint64_t at = 0x500000; at < 0x510000; at += PAGE)
		set_host(model, at, 0);
	it = look(model);
	assert_memory(it.memory, 0, 272, 0, LARGE);
	assert_int_equal(pr260178_seen(&it), PR260178_AFFECTED);
	model_free(model);
}

/* A VM with two devices has one domain, which counts once; another VM has another. */
static void test_look_domains(void **state)
{
	struct model *model = machine_new_model();

	(void)state;
	model_context(model, ROOT, CONTEXT, 0x0018, 2, 3, GUEST);
	assert_memory(look(model).memory, 272, 0, 0, 0);
	model_write64(model, GUEST_2, 0);
	map(model, GUEST_2, 0, 0x600000, 3 * PAGE);
	model_context(model, ROOT, CONTEXT, 0x0018, 3, 3, GUEST_2);
	assert_memory(look(model).memory, 275, 0, 0, 0);
	model_free(model);
}

static void test_look_obstacles(void **state)
{
	struct model *model = machine_new_model();

	(void)state;
	model->is_root = false;
	assert_obstacle(model, false, "run as root");
	model->is_root = true;

	model_context(model, ROOT, CONTEXT, 0x0010, 1, 3, HOST); /* no VM has it any more */
	assert_obstacle(model, true, "no VM with a device");
	model_context(model, ROOT, CONTEXT, 0x0010, 2, 3, GUEST);

	/* Without a device of the host in a domain there is no telling whose the others are. */
	model_write64(model, CONTEXT + 16 * 0x08, 0);
	assert_obstacle(model, false, "whether a VM has a device is unknown");
	model_context(model, ROOT, CONTEXT, 0x0008, 1, 3, HOST);

	model_write32(model, UNIT + 0x1c, 0); /* GSTS */
	assert_obstacle(model, false, "not every IOMMU translates");
	model_write32(model, UNIT + 0x1c, 1u << 31);

	model_set(model, "dev.dmar.0.%driver", "string", "dmar");
	assert_obstacle(model, false, "dmar may have made the tables");
	model_unset(model, "dev.dmar.0.%driver");

	model_set(model, "hw.vmm.iommu.initialized", "int", "0");
	assert_obstacle(model, true, "the IOMMU is not started");
	model_set(model, "hw.vmm.iommu.initialized", "int", "1");
	model_write64(model, GUEST, 0x90000003);
	assert_obstacle(model, false, "nothing is at 0x90000000");
	model_free(model);
}

/* Two numbers for the same tables, or one for different ones, are not bhyve's. */
static void test_look_mixed(void **state)
{
	struct model *model = machine_new_model();

	(void)state;
	model_context(model, ROOT, CONTEXT, 0x0010, 2, 3, HOST);
	assert_obstacle(model, false, "cannot be told");
	model_context(model, ROOT, CONTEXT, 0x0010, 2, 3, GUEST);
	model_attach(model_add_function(model, "0000:00:04.0", 0x8086, 0x1533, 0x020000), "igb", 0);
	model_context(model, ROOT, CONTEXT, 0x0020, 1, 3, GUEST_2);
	assert_obstacle(model, false, "cannot be told");
	model_context(model, ROOT, CONTEXT, 0x0020, 1, 3, HOST);
	assert_string_equal(look(model).obstacle, "");
	model_free(model);
}

/* --- what changes meanwhile ------------------------------------------------------------------- */

/* Before a table of the VM's is read, the device gets another domain. */
struct changing {
	struct os_ops ops;
	struct model *model;
	uint64_t at; /* the table */
	uint64_t to; /* the VM's tables then; 0: none */
	uint16_t domain;
};

static int read_changing(struct os *os, uint64_t address, void *bytes, size_t size)
{
	struct changing *changing = (struct changing *)(uintptr_t)os->ops;

	if (address == changing->at && changing->to)
		model_context(changing->model, ROOT, CONTEXT, 0x0010, changing->domain, 3,
			      changing->to);
	else if (address == changing->at)
		model_write64(changing->model, CONTEXT + 16 * 0x10, 0);
	return changing->model->os.ops->read_physical(&changing->model->os, address, bytes, size);
}

static void test_look_changes(void **state)
{
	static const struct {
		uint64_t at, to;
		uint16_t domain;
		const char *obstacle;
	} cases[] = {
		{ GUEST, GUEST_2, 2,
		  "VMs came or went while their memory was looked at; try again" },
		{ GUEST, 0, 0, "VMs came or went while their memory was looked at; try again" },
		{ GUEST, GUEST, 2, "" },
		{ 0x90000000, GUEST_2, 2, "" },
		/* Before the first look: it is no more the domain of which it is known whose it is.
		 */
		{ ROOT, GUEST, 3,
		  "which tables are the host's and which a VM's cannot be told; try again" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model *model = machine_new_model();
		struct changing changing = { *model->os.ops, model, cases[i].at, cases[i].to,
					     cases[i].domain };
		struct os os = { &changing.ops, model };
		struct machine *machine;

		changing.ops.read_physical = read_changing;
		set_host(model, LARGE, 0);
		machine = look_with(model, &os);
		assert_string_equal(machine->bhyve->look.obstacle, cases[i].obstacle);
		assert_int_equal(pr260178_seen(&machine->bhyve->look),
				 cases[i].obstacle[0] ? PR260178_UNKNOWN : PR260178_AFFECTED);
		machine_free(machine);
		model_free(model);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_there),    cmocka_unit_test(test_missing),
		cmocka_unit_test(test_beyond),	     cmocka_unit_test(test_two_guests),
		cmocka_unit_test(test_sizes),	     cmocka_unit_test(test_strange),
		cmocka_unit_test(test_fails),	     cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_endless),	     cmocka_unit_test(test_look),
		cmocka_unit_test(test_look_domains), cmocka_unit_test(test_look_obstacles),
		cmocka_unit_test(test_look_mixed),   cmocka_unit_test(test_look_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
