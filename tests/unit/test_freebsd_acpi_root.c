// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the RSDP to the tables, in the memory of a model. With the folder that the environment
 * variable ACPI_TABLES names: on tables of real machines, too.
 */
#include "acpi_bytes.h"

#include <dirent.h>
#include <errno.h>

#include "collect/freebsd/acpi_root.h"
#include "freebsd/model/model.h"

#define RSDP 0x7fe14000ull
#define XSDT 0x7fe15000ull   /* where the model puts it */
#define TABLES 0x7fe16000ull /* and the tables behind it */

/* Host address width 39, no structures. */
#define EMPTY_DMAR BODY(38, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
#define EMPTY_IVRS BODY(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

struct machine_of_tables {
	struct model *model;
	uint8_t *tables[3];
	size_t sizes[3];
};

/* A FACP, a DMAR, and an IVRS, found by sysctl. */
static struct machine_of_tables tables_new(void)
{
	struct machine_of_tables m = { .model = model_new() };

	m.tables[0] = build_table("FACP", BODY(1, 2, 3, 4));
	m.sizes[0] = ACPI_BODY + 4;
	m.tables[1] = build_table("DMAR", EMPTY_DMAR);
	m.tables[2] = build_table("IVRS", EMPTY_IVRS);
	m.sizes[1] = m.sizes[2] = ACPI_BODY + 12;
	assert_int_equal(model_acpi(m.model, RSDP, (const uint8_t *const *)m.tables, m.sizes, 3),
			 XSDT);
	model_set(m.model, "machdep.acpi_root", "ulong", "0x7fe14000");
	return m;
}

static void tables_free(struct machine_of_tables *m)
{
	for (size_t i = 0; i < COUNT(m->tables); i++)
		free(m->tables[i]);
	model_free(m->model);
}

static void assert_open_fails(struct model *model, int code, const char *text)
{
	struct freebsd_acpi acpi;
	struct error err = { 0 };
	int r = freebsd_acpi_open(&model->os, &acpi, &err);

	if (r != code || strcmp(err.text, text) != 0)
		fail_msg("%d: \"%s\", not %d: \"%s\"", r, err.text, code, text);
	assert_int_equal(acpi.nr, 0);
}

/* All of it can be had. */
static void assert_opens(struct model *model)
{
	struct freebsd_acpi acpi;
	struct error err = { 0 };

	if (freebsd_acpi_open(&model->os, &acpi, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(acpi.nr, 3);
	assert_int_equal(acpi.addresses[0], TABLES);
	freebsd_acpi_close(&acpi);
}

/* What was the last byte of the sum takes up the change. */
static void change_byte(struct model *model, uint64_t address, uint8_t value, uint64_t checksum)
{
	uint8_t old, sum;

	assert_int_equal(model->os.ops->read_physical(&model->os, address, &old, 1), 0);
	model_write(model, address, &value, 1);
	if (!checksum)
		return;
	assert_int_equal(model->os.ops->read_physical(&model->os, checksum, &sum, 1), 0);
	sum = (uint8_t)(sum - value + old);
	model_write(model, checksum, &sum, 1);
}

/* --- the RSDP ----------------------------------------------------------------------------- */

static void test_by_sysctl(void **state)
{
	struct machine_of_tables m = tables_new();

	(void)state;
	assert_opens(m.model);
	assert_string_equal(m.model->log, "kenv hint.acpi.0.rsdp\nsysctl machdep.acpi_root\n");
	tables_free(&m);
}

/* What the loader says comes first. */
static void test_by_kenv(void **state)
{
	static const char *const words[] = { "0x7fe14000", "2145468416" };

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct machine_of_tables m = tables_new();

		model_set(m.model, "machdep.acpi_root", "ulong", "0x1000");
		model_set(m.model, "hint.acpi.0.rsdp", "kenv", words[i]);
		assert_opens(m.model);
		tables_free(&m);
	}
}

/* What is no number, too long, or leads to none: the next one is asked. */
static void test_bad_kenv(void **state)
{
	static const char *const words[] = {
		"",
		"x",
		"0x",
		"-1",
		"0",
		"0x7fe14000 ",
		"0x1ffffffffffffffff",
		"0x12345678",
		"0x00000000000000000000000000000000000000000000000000000000000000007fe14000",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct machine_of_tables m = tables_new();

		model_set(m.model, "hint.acpi.0.rsdp", "kenv", words[i]);
		assert_opens(m.model);
		tables_free(&m);
	}
}

/* A number of another size is none. */
static void test_bad_sysctl(void **state)
{
	struct machine_of_tables m = tables_new();

	(void)state;
	model_set(m.model, "machdep.acpi_root", "uint", "0x7fe14000");
	assert_open_fails(m.model, -ENXIO, "ACPI: this machine has no RSDP, so no tables");
	tables_free(&m);
}

/* Where nobody says: in the BIOS's areas, at a multiple of 16. */
static void test_scan(void **state)
{
	static const struct {
		const char *name;
		uint64_t at;
		uint16_t ebda; /* segment; 0: none */
		bool is_found;
	} cases[] = {
		{ "at the start", 0xe0000, 0, true },
		{ "in the middle", 0xf05b0, 0, true },
		{ "over a page", 0xf3ff0, 0, true },
		{ "at the end", 0xfffd0, 0, true },
		{ "not at a multiple of 16", 0xf05b8, 0, false },
		{ "in front", 0xdfff0, 0, false },
		{ "behind", 0x100000, 0, false },
		{ "in the EBDA", 0x9fc40, 0x9fc0, true },
		{ "at the end of the EBDA", 0x9ffc0, 0x9fc0, true },
		{ "behind the EBDA", 0xa0000, 0x9fc0, false },
		{ "the EBDA is not there", 0xf05b0, 0x8000, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine_of_tables m = tables_new();
		uint8_t word[2] = { (uint8_t)cases[i].ebda, (uint8_t)(cases[i].ebda >> 8) };
		uint8_t rsdp[36];
		struct freebsd_acpi acpi;
		struct error err = { 0 };
		int r;

		model_unset(m.model, "machdep.acpi_root");
		assert_int_equal(m.model->os.ops->read_physical(&m.model->os, RSDP, rsdp, 36), 0);
		model_write(m.model, 0x40e, word, 2);
		model_write(m.model, cases[i].at, rsdp, sizeof(rsdp));
		r = freebsd_acpi_open(&m.model->os, &acpi, &err);
		assert_case(r == (cases[i].is_found ? 0 : -ENXIO), cases[i].name);
		assert_case((acpi.nr == 3) == cases[i].is_found, cases[i].name);
		freebsd_acpi_close(&acpi);
		tables_free(&m);
	}
}

/* One that is broken is passed by. */
static void test_scan_broken(void **state)
{
	struct machine_of_tables m = tables_new();
	uint8_t rsdp[36];

	(void)state;
	model_unset(m.model, "machdep.acpi_root");
	assert_int_equal(m.model->os.ops->read_physical(&m.model->os, RSDP, rsdp, 36), 0);
	model_write(m.model, 0xf0000, "RSD PTR not one of these", 24);
	model_write(m.model, 0xffff0, "RSD PTR ", 8); /* the rest is not there */
	model_write(m.model, 0xf8000, rsdp, sizeof(rsdp));
	assert_opens(m.model);
	change_byte(m.model, 0xf8000 + 8, 0, 0);
	assert_open_fails(m.model, -ENXIO, "ACPI: this machine has no RSDP, so no tables");
	tables_free(&m);
}

static void test_no_acpi(void **state)
{
	struct model *model = model_new();

	(void)state;
	assert_open_fails(model, -ENXIO, "ACPI: this machine has no RSDP, so no tables");
	model_free(model);
}

static void test_denied(void **state)
{
	struct machine_of_tables m = tables_new();

	(void)state;
	m.model->is_root = false;
	assert_open_fails(m.model, -EACCES, "/dev/mem: Permission denied; run as root");
	model_unset(m.model, "machdep.acpi_root"); /* it is not looked for any further */
	assert_open_fails(m.model, -EACCES, "/dev/mem: Permission denied; run as root");
	m.model->is_root = true;
	model_fails(m.model, "memory", 0, -EPERM);
	assert_open_fails(m.model, -EPERM, "/dev/mem: Operation not permitted; run as root");
	model_works(m.model);
	m.model->lacks_memory = true;
	assert_open_fails(m.model, -ENODEV,
			  "/dev/mem: it is not here, as in a jail: ACPI tables and registers "
			  "cannot be read; ask on the host");
	m.model->lacks_memory = false;
	model_fails(m.model, "memory 0xe2000", 0, -EIO);
	assert_open_fails(m.model, -EIO, "/dev/mem: 0xe0000: Input/output error");
	tables_free(&m);
}

/* Each byte of it counts, but for the name of its maker... which counts in the sum. */
static void test_rsdp_broken(void **state)
{
	static const struct {
		const char *name;
		unsigned at;
		uint8_t value;
		unsigned sum; /* that is put right; 0: none */
	} cases[] = {
		{ "signature", 0, 'r', 8 },
		{ "end of the signature", 7, 0, 8 },
		{ "checksum", 8, 0, 0 },
		{ "maker, with no right checksum", 9, 'x', 0 },
		{ "extended checksum", 32, 0x55, 0 },
		{ "length 35", 20, 35, 32 },
		{ "length 0", 20, 0, 32 },
		{ "length beyond 4096", 22, 1, 32 },
		{ "length 37, and a wrong sum", 20, 37, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine_of_tables m = tables_new();
		struct error err = { 0 };
		struct freebsd_acpi acpi;

		change_byte(m.model, RSDP + cases[i].at, cases[i].value,
			    cases[i].sum ? RSDP + cases[i].sum : 0);
		assert_case(freebsd_acpi_open(&m.model->os, &acpi, &err) == -EBADMSG,
			    cases[i].name);
		assert_string_equal(err.text, "ACPI: no right RSDP is at 0x7fe14000, where the "
					      "kernel says that it is");
		tables_free(&m);
	}
}

/* A longer one, whose end counts in the sum. */
static void test_rsdp_long(void **state)
{
	struct machine_of_tables m = tables_new();

	(void)state;
	change_byte(m.model, RSDP + 20, 40, RSDP + 32);
	assert_opens(m.model);
	change_byte(m.model, RSDP + 39, 1, 0);
	assert_open_fails(m.model, -EBADMSG,
			  "ACPI: no right RSDP is at 0x7fe14000, where the kernel says that it is");
	tables_free(&m);
}

/* Where the address is of no memory, and where it is at its very end. */
static void test_rsdp_nowhere(void **state)
{
	static const char *const addresses[] = { "0x1000", "0xfffffffffffffff0", "0x7fe13ff8" };

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct machine_of_tables m = tables_new();
		char text[128];

		model_set(m.model, "machdep.acpi_root", "ulong", addresses[i]);
		snprintf(text, sizeof(text),
			 "ACPI: no right RSDP is at %s, where the kernel says that it is",
			 addresses[i]);
		assert_open_fails(m.model, -EBADMSG, text);
		tables_free(&m);
	}
}

/* --- XSDT and RSDT ------------------------------------------------------------------------ */

/* Of revision 0: 20 bytes, and addresses of 32 bits. */
static void test_rsdt(void **state)
{
	struct machine_of_tables m = tables_new();
	uint8_t *rsdt = build_table("RSDT", BODY(0, 0x60, 0xe1, 0x7f, 0, 0, 0, 0, 0, 0x70, 0xe1,
						 0x7f, 0, 0x80, 0xe1, 0x7f, 9, 9, 9));
	uint8_t rsdp[20] = "RSD PTR \0MODEL \0\0\0\0\x20";

	(void)state;
	for (size_t i = 0; i < sizeof(rsdp); i++)
		if (i != 8)
			rsdp[8] = (uint8_t)(rsdp[8] - rsdp[i]);
	model_write(m.model, 0x20000000, rsdt, ACPI_BODY + 19);
	model_write(m.model, RSDP, rsdp, sizeof(rsdp));
	assert_opens(m.model); /* the entry of 0 is none, and three bytes are no entry */
	change_byte(m.model, RSDP + 9, 'x', 0);
	assert_open_fails(m.model, -EBADMSG,
			  "ACPI: no right RSDP is at 0x7fe14000, where the kernel says that it is");
	free(rsdt);
	tables_free(&m);
}

/* Revision 2 may have only the RSDT, too. */
static void test_no_xsdt(void **state)
{
	struct machine_of_tables m = tables_new();
	uint8_t *rsdt = build_table(
		"RSDT", BODY(0, 0x60, 0xe1, 0x7f, 0, 0x70, 0xe1, 0x7f, 0, 0x80, 0xe1, 0x7f));

	(void)state;
	model_write(m.model, 0x20000000, rsdt, ACPI_BODY + 12);
	change_byte(m.model, RSDP + 19, 0x20, RSDP + 8);
	/* Both sums have these bytes, and the first checksum is in the second sum. */
	for (unsigned at = 24; at < 32; at++)
		change_byte(m.model, RSDP + at, 0, RSDP + 32);
	assert_opens(m.model);
	free(rsdt);
	tables_free(&m);
}

static void test_xsdt_broken(void **state)
{
	static const struct {
		const char *name;
		unsigned at;
		uint8_t value;
		bool right_sum;
		int code;
		const char *text;
	} cases[] = {
		{ "signature", 0, 'R', true, -EBADMSG,
		  "ACPI: no XSDT is at 0x7fe15000, where the RSDP says that it is" },
		{ "sum", 9, 0, false, -EBADMSG, "ACPI: XSDT at 0x7fe15000: wrong checksum" },
		{ "an address", 40, 1, false, -EBADMSG,
		  "ACPI: XSDT at 0x7fe15000: wrong checksum" },
		{ "length 35", 4, 35, true, -EBADMSG,
		  "ACPI: XSDT at 0x7fe15000: 35 bytes, less than its header has" },
		{ "length 0", 4, 0, true, -EBADMSG,
		  "ACPI: XSDT at 0x7fe15000: 0 bytes, less than its header has" },
		{ "length of 4 GiB", 7, 0xff, true, -EFBIG,
		  "ACPI: XSDT at 0x7fe15000: 4278190140 bytes; more than 1 MiB is no such table" },
		{ "more than there is", 6, 0x08, true, -EBADMSG, "XSDT: nothing is at 0x7fe15000" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine_of_tables m = tables_new();

		change_byte(m.model, XSDT + cases[i].at, cases[i].value,
			    cases[i].right_sum ? XSDT + 9 : 0);
		assert_open_fails(m.model, cases[i].code, cases[i].text);
		tables_free(&m);
	}
}

static void test_xsdt_nowhere(void **state)
{
	struct machine_of_tables m = tables_new();

	(void)state;
	change_byte(m.model, RSDP + 31, 0x80, RSDP + 32);
	assert_open_fails(m.model, -EBADMSG, "XSDT: nothing is at 0x800000007fe15000");
	tables_free(&m);
}

/* As many tables as are taken, and one more. */
static void test_xsdt_many(void **state)
{
	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct model *model = model_new();
		size_t nr = FREEBSD_ACPI_TABLES_MAX + more;
		uint8_t *body = calloc(8, nr), *table;
		struct freebsd_acpi acpi;
		struct error err = { 0 };

		assert_int_equal(model_acpi(model, RSDP, NULL, NULL, 0), XSDT);
		for (size_t i = 0; i < nr; i++)
			body[8 * i] = 0x10;
		table = build_table("XSDT", body, 8 * nr);
		model_write(model, XSDT, table, ACPI_BODY + 8 * nr);
		model_set(model, "machdep.acpi_root", "ulong", "0x7fe14000");
		assert_int_equal(freebsd_acpi_open(&model->os, &acpi, &err), more ? -EBADMSG : 0);
		assert_int_equal(acpi.nr, more ? 0 : 1024);
		assert_string_equal(err.text,
				    more ? "ACPI: the XSDT has 1025 tables, more than 1024" : "");
		freebsd_acpi_close(&acpi);
		free(table);
		free(body);
		model_free(model);
	}
}

static void test_xsdt_empty(void **state)
{
	struct model *model = model_new();
	struct freebsd_acpi acpi;
	struct error err = { 0 };
	uint8_t *bytes;
	size_t length;

	(void)state;
	model_acpi(model, RSDP, NULL, NULL, 0);
	model_set(model, "machdep.acpi_root", "ulong", "0x7fe14000");
	assert_int_equal(freebsd_acpi_open(&model->os, &acpi, &err), 0);
	assert_int_equal(acpi.nr, 0);
	assert_int_equal(freebsd_acpi_read(&model->os, &acpi, "DMAR", 0, &bytes, &length, &err),
			 -ENOENT);
	assert_string_equal(err.text, "ACPI: this machine has no DMAR");
	freebsd_acpi_close(&acpi);
	model_free(model);
}

/* --- a table ------------------------------------------------------------------------------ */

static int read_nth(struct model *model, const char *signature, unsigned nth, uint8_t **bytes,
		    size_t *length, struct error *err)
{
	struct freebsd_acpi acpi;
	int r;

	assert_int_equal(freebsd_acpi_open(&model->os, &acpi, NULL), 0);
	r = freebsd_acpi_read(&model->os, &acpi, signature, nth, bytes, length, err);
	freebsd_acpi_close(&acpi);
	return r;
}

static void test_read(void **state)
{
	struct machine_of_tables m = tables_new();
	struct error err = { 0 };
	uint8_t *bytes;
	size_t length;

	(void)state;
	assert_int_equal(read_nth(m.model, "DMAR", 0, &bytes, &length, &err), 0);
	assert_int_equal(length, m.sizes[1]);
	assert_memory_equal(bytes, m.tables[1], length);
	free(bytes);
	assert_int_equal(read_nth(m.model, "IVRS", 0, &bytes, &length, &err), 0);
	assert_memory_equal(bytes, m.tables[2], length);
	free(bytes);
	assert_int_equal(read_nth(m.model, "VIOT", 0, &bytes, &length, &err), -ENOENT);
	assert_string_equal(err.text, "ACPI: this machine has no VIOT");
	assert_int_equal(read_nth(m.model, "DMAR", 1, &bytes, &length, NULL), -ENOENT);
	tables_free(&m);
}

/* Its own checksum is the parser's business: what is there is handed out. */
static void test_read_bad_sum(void **state)
{
	struct machine_of_tables m = tables_new();
	uint8_t *bytes;
	size_t length;

	(void)state;
	change_byte(m.model, TABLES + 0x1000 + 9, 0x11, 0);
	assert_int_equal(read_nth(m.model, "DMAR", 0, &bytes, &length, NULL), 0);
	assert_int_equal(bytes[9], 0x11);
	free(bytes);
	tables_free(&m);
}

static void test_read_broken(void **state)
{
	static const struct {
		unsigned at;
		uint8_t value;
		int code;
		const char *text;
	} cases[] = {
		{ 4, 35, -EBADMSG, "ACPI: DMAR at 0x7fe17000: 35 bytes, less than its header has" },
		{ 4, 0, -EBADMSG, "ACPI: DMAR at 0x7fe17000: 0 bytes, less than its header has" },
		{ 7, 0x80, -EFBIG,
		  "ACPI: DMAR at 0x7fe17000: 2147483696 bytes; more than 1 MiB is no such table" },
		{ 6, 0x0f, -EBADMSG, "DMAR: nothing is at 0x7fe17000" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine_of_tables m = tables_new();
		struct error err = { 0 };
		uint8_t *bytes;
		size_t length;

		change_byte(m.model, TABLES + 0x1000 + cases[i].at, cases[i].value, 0);
		assert_int_equal(read_nth(m.model, "DMAR", 0, &bytes, &length, &err),
				 cases[i].code);
		assert_string_equal(err.text, cases[i].text);
		tables_free(&m);
	}
}

/* The largest that is taken. */
static void test_read_large(void **state)
{
	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct model *model = model_new();
		size_t size = ACPI_TABLE_MAX + more, length = 0;
		uint8_t *table = calloc(size, 1), *bytes = NULL;
		struct error err = { 0 };

		memcpy(table, "DMAR", 4);
		table[4] = (uint8_t)more;
		table[6] = 0x10;
		table[size - 1] = 0x77;
		model_acpi(model, RSDP, (const uint8_t *const *)&table, &size, 1);
		model_set(model, "machdep.acpi_root", "ulong", "0x7fe14000");
		assert_int_equal(read_nth(model, "DMAR", 0, &bytes, &length, &err),
				 more ? -EFBIG : 0);
		assert_int_equal(length, more ? 0 : size);
		if (!more)
			assert_int_equal(bytes[size - 1], 0x77);
		free(bytes);
		free(table);
		model_free(model);
	}
}

/* A table that is not there may be the one that is looked for; one in front of it is found. */
static void test_read_nowhere(void **state)
{
	struct machine_of_tables m = tables_new();
	struct error err = { 0 };
	uint8_t *bytes;
	size_t length;

	(void)state;
	change_byte(m.model, XSDT + 36 + 16 + 4, 0x01, XSDT + 9); /* the IVRS: above 4 GiB */
	assert_int_equal(read_nth(m.model, "DMAR", 0, &bytes, &length, &err), 0);
	free(bytes);
	assert_int_equal(read_nth(m.model, "IVRS", 0, &bytes, &length, &err), -EIO);
	assert_string_equal(err.text,
			    "ACPI: a table at 0x17fe18000 cannot be read, and may be the IVRS");
	tables_free(&m);
}

static void test_read_denied(void **state)
{
	struct machine_of_tables m = tables_new();
	struct error err = { 0 };
	uint8_t *bytes;
	size_t length;

	(void)state;
	model_fails(m.model, "memory 0x7fe17000", 0, -EPERM);
	assert_int_equal(read_nth(m.model, "DMAR", 0, &bytes, &length, &err), -EPERM);
	assert_string_equal(err.text, "/dev/mem: Operation not permitted; run as root");
	tables_free(&m);
}

/* --- into the machine --------------------------------------------------------------------- */

static void test_collect(void **state)
{
	struct machine_of_tables m = tables_new();
	struct machine *machine = machine_new();

	(void)state;
	freebsd_collect_tables(&m.model->os, machine);
	assert_int_equal(machine->dmar.state, FILE_READ);
	assert_string_equal(machine->dmar.name, "DMAR");
	assert_int_equal(machine->dmar.table->dmar.host_address_width, 39);
	assert_true(machine->dmar.table->checksum_ok);
	assert_int_equal(machine->ivrs.state, FILE_READ);
	assert_int_equal(machine->viot.state, FILE_ABSENT);
	assert_int_equal(machine->nr_further, 0);
	assert_int_equal(machine->notes.nr, 0);
	machine_free(machine);
	tables_free(&m);
}

static void test_collect_several(void **state)
{
	struct machine_of_tables m = tables_new();
	struct machine *machine = machine_new();

	(void)state;
	memcpy(m.tables[0], "DMAR", 4); /* of 40 bytes, which is too short */
	memcpy(m.tables[2], "DMAR", 4);
	model_acpi(m.model, RSDP, (const uint8_t *const *)m.tables, m.sizes, 3);
	change_byte(m.model, TABLES + 0x2000 + 6, 0x20, 0); /* 2 MiB */
	freebsd_collect_tables(&m.model->os, machine);
	assert_int_equal(machine->dmar.state, FILE_READ);
	assert_int_equal(machine->dmar.table->nr_problems, 2);
	assert_int_equal(machine->nr_further, 2);
	assert_string_equal(machine->further[0].name, "DMAR1");
	assert_int_equal(machine->further[0].state, FILE_READ);
	assert_string_equal(machine->further[1].name, "DMAR2");
	assert_int_equal(machine->further[1].state, FILE_BROKEN);
	assert_int_equal(machine->ivrs.state, FILE_ABSENT);
	assert_int_equal(machine->notes.nr, 1);
	assert_string_equal(machine->notes.items[0],
			    "DMAR2: ACPI: DMAR at 0x7fe18000: 2097200 bytes; more than 1 MiB is no "
			    "such table");
	machine_free(machine);
	tables_free(&m);
}

/* Denied, broken and absent are told apart. */
static void test_collect_fails(void **state)
{
	static const struct {
		const char *name, *call;
		int code;
		enum availability dmar, ivrs;
	} cases[] = {
		{ "denied", "memory", -EACCES, FILE_UNASKED, FILE_UNASKED },
		{ "nothing there", "memory", -EFAULT, FILE_UNASKED, FILE_UNASKED },
		{ "the header of the DMAR", "memory 0x7fe17000", -EFAULT, FILE_UNASKED, FILE_READ },
		{ "that of the IVRS", "memory 0x7fe18000", -EFAULT, FILE_READ, FILE_UNASKED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine_of_tables m = tables_new();
		struct machine *machine = machine_new();

		model_fails(m.model, cases[i].call, 0, cases[i].code);
		freebsd_collect_tables(&m.model->os, machine);
		assert_case(machine->dmar.state == cases[i].dmar, cases[i].name);
		assert_case(machine->ivrs.state == cases[i].ivrs, cases[i].name);
		assert_case(machine->notes.nr > 0, cases[i].name);
		machine_free(machine);
		tables_free(&m);
	}
}

static void test_collect_no_acpi(void **state)
{
	struct model *model = model_new();
	struct machine *machine = machine_new();

	(void)state;
	freebsd_collect_tables(&model->os, machine);
	assert_int_equal(machine->dmar.state, FILE_ABSENT);
	assert_int_equal(machine->ivrs.state, FILE_ABSENT);
	assert_int_equal(machine->viot.state, FILE_ABSENT);
	assert_int_equal(machine->notes.nr, 1);
	machine_free(machine);
	model_free(model);
}

/* --- tables of real machines -------------------------------------------------------------- */

static uint8_t *load(const char *folder, const char *name, size_t *length)
{
	uint8_t *bytes = malloc(ACPI_TABLE_MAX);
	char path[4096];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	stream = fopen(path, "rb");
	assert_non_null(stream);
	*length = fread(bytes, 1, ACPI_TABLE_MAX, stream);
	fclose(stream);
	return bytes;
}

static void test_real(void **state)
{
	const char *folder = getenv("ACPI_TABLES");
	DIR *dir = folder && *folder ? opendir(folder) : NULL;
	const struct dirent *entry;

	(void)state;
	if (!dir) {
		printf("not here: tables of real machines (ACPI_TABLES)\n");
		return;
	}
	while ((entry = readdir(dir))) {
		char signature[5] = "";
		struct model *model;
		uint8_t *table, *bytes;
		size_t size, length;

		memcpy(signature, entry->d_name, 4);
		if (strcmp(signature, "DMAR") != 0 && strcmp(signature, "IVRS") != 0)
			continue;
		table = load(folder, entry->d_name, &size);
		model = model_new();
		model_acpi(model, RSDP, (const uint8_t *const *)&table, &size, 1);
		model_set(model, "machdep.acpi_root", "ulong", "0x7fe14000");
		assert_case(read_nth(model, signature, 0, &bytes, &length, NULL) == 0,
			    entry->d_name);
		assert_case(length == size && memcmp(table, bytes, size) == 0, entry->d_name);
		free(bytes);
		free(table);
		model_free(model);
	}
	closedir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_sysctl),
		cmocka_unit_test(test_by_kenv),
		cmocka_unit_test(test_bad_kenv),
		cmocka_unit_test(test_bad_sysctl),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_scan_broken),
		cmocka_unit_test(test_no_acpi),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_rsdp_broken),
		cmocka_unit_test(test_rsdp_long),
		cmocka_unit_test(test_rsdp_nowhere),
		cmocka_unit_test(test_rsdt),
		cmocka_unit_test(test_no_xsdt),
		cmocka_unit_test(test_xsdt_broken),
		cmocka_unit_test(test_xsdt_nowhere),
		cmocka_unit_test(test_xsdt_many),
		cmocka_unit_test(test_xsdt_empty),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_bad_sum),
		cmocka_unit_test(test_read_broken),
		cmocka_unit_test(test_read_large),
		cmocka_unit_test(test_read_nowhere),
		cmocka_unit_test(test_read_denied),
		cmocka_unit_test(test_collect),
		cmocka_unit_test(test_collect_several),
		cmocka_unit_test(test_collect_fails),
		cmocka_unit_test(test_collect_no_acpi),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
