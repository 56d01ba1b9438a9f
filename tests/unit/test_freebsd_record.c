// SPDX-License-Identifier: GPL-2.0-or-later
/* What is recorded of a machine, of a model of FreeBSD here, and what a model makes of the record.
 */
#include "profile.h"

#include <errno.h>
#include <fcntl.h>

#include "collect/freebsd/acpi_root.h"
#include "collect/freebsd/pci.h"
#include "collect/freebsd/record.h"
#include "collect/freebsd/record_errno.h"

/* A record that is being made. */
struct recording {
	struct model *model;
	struct freebsd_record *record;
	struct os *os; /* for who is recorded */
	char *text;    /* once it is written */
	struct strings missing;
};

static struct recording recording_of(struct model *model)
{
	struct recording recording = { .model = model, .record = freebsd_record_new(&model->os) };

	recording.os = freebsd_record_os(recording.record);
	return recording;
}

static void write_record(struct recording *recording)
{
	size_t length;
	FILE *to = open_memstream(&recording->text, &length);

	assert_non_null(to);
	freebsd_record_write(recording->record, to, &recording->missing);
	assert_int_equal(fclose(to), 0);
}

static void end(struct recording *recording)
{
	freebsd_record_free(recording->record);
	model_free(recording->model);
	free(recording->text);
	strings_free(&recording->missing);
}

/* All sentences, each with a newline. */
static void assert_missing(const struct recording *recording, const char *expected)
{
	char *joined = strings_join(&recording->missing, "\n");

	assert_string_equal(joined, expected);
	free(joined);
}

static bool has_line(const struct recording *recording, const char *line)
{
	size_t length = strlen(line);

	for (const char *at = recording->text; (at = strstr(at, line)); at++)
		if ((at == recording->text || at[-1] == '\n') && at[length] == '\n')
			return true;
	return false;
}

static int ask_sysctl(struct recording *recording, const char *name, void *value, size_t size)
{
	return recording->os->ops->sysctl(recording->os, name, value, &size);
}

static int ask_kenv(struct recording *recording, const char *name)
{
	char text[64];

	return recording->os->ops->kenv(recording->os, name, text, sizeof(text));
}

static int ask_module(struct recording *recording, const char *name)
{
	return recording->os->ops->find_module(recording->os, name);
}

static int read_memory(struct recording *recording, uint64_t address, size_t size)
{
	uint8_t bytes[4096];

	assert_true(size <= sizeof(bytes));
	return recording->os->ops->read_physical(recording->os, address, bytes, size);
}

/* --- a machine with one of each ------------------------------------------------------------ */

#define SET(config, at, ...)                                                                       \
	memcpy((config) + (at), (const uint8_t[]){ __VA_ARGS__ },                                  \
	       sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* A root port with a serial number, and ACS behind it. */
static void add_port(struct model *model)
{
	struct model_function *port =
		model_add_function(model, "0000:00:01.0", 0x8086, 0x1901, 0x060400);

	model_make_bridge(port, 1, 1);
	model_attach(port, "pcib", 1);
	port->config_size = 4096;
	port->config[0x06] = 0x10; /* there are capabilities */
	port->config[0x34] = 0x40;
	SET(port->config, 0x40, 0x10, 0x00, 0x42, 0x00);  /* PCI Express, a root port */
	SET(port->config, 0x100, 0x03, 0x00, 0x01, 0x14); /* serial number, next 0x140 */
	SET(port->config, 0x104, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88);
	SET(port->config, 0x140, 0x0d, 0x00, 0x01, 0x00, 0x1f, 0x00, 0x1d, 0x00);
}

/* A network card of conventional PCI, with product data that are just read. */
static void add_card(struct model *model)
{
	struct model_function *card =
		model_add_function(model, "0000:01:00.0", 0x8086, 0x1533, 0x020000);

	model_attach(card, "igb", 0);
	card->config[0x04] = 0x02;
	card->config[0x06] = 0x10;
	card->config[0x08] = 0x03; /* revision */
	SET(card->config, 0x2c, 0xd9, 0x15, 0x11, 0x06);
	card->config[0x34] = 0x40;
	SET(card->config, 0x40, 0x03, 0x00, 0x34, 0x12, 0x41, 0x42, 0x43, 0x44);
	card->bars[0] = (struct model_bar){ 0xf7d10004, 0x4000, true };
	card->bars[3] = (struct model_bar){ 0xe001, 0x20, true };
}

static struct model *machine(void)
{
	struct model *model = model_new();
	struct model_function *function;

	model_set(model, "kern.osrelease", "string", "14.2-RELEASE");
	model_set(model, "kern.osreldate", "int", "1402000");
	model_set(model, "pptdevs", "kenv", "3/0/0 5/0/0");
	model_set(model, "vmm", "module", "loadable");
	add_port(model);
	add_card(model);
	model_attach(model_add_function(model, "0000:02:00.0", 0x10ec, 0xc822, 0x028000), "rtw88",
		     0);
	function = model_add_function(model, "0000:03:00.0", 0x1000, 0x0097, 0x010700);
	model_attach(function, "ppt", 0);
	function->is_attached = false;
	/* The kernel found it before one of a lower address. */
	function = model_add_function(model, "0000:04:01.2", 0x8086, 0x10ca, 0x020000);
	function->is_ari = true;
	model_add_function(model, "0000:00:02.0", 0x8086, 0x3e92, 0x030000);
	return model;
}

static const char functions[] = "0000:00:01.0|pci|4096 pcib1\n"
				"0000:00:01.0|identity|0x8086 0x1901 0x0000 0x0000 0x06040000 1\n"
				"0000:00:01.0|config|0x0 86800119000010000000040600000100"
				"00000000000000000001010000000000\n"
				"0000:00:01.0|config|0x30 00000000400000000000000000000000"
				"10004200000000000000000000000000\n"
				"0000:00:01.0|config|0x100 03000114000000000000000000000000\n"
				"0000:00:01.0|config|0x140 0d0001001f001d000000000000000000\n"
				"0000:01:00.0|pci|256 igb0\n"
				"0000:01:00.0|identity|0x8086 0x1533 0x15d9 0x0611 0x02000003 0\n"
				"0000:01:00.0|config|0x0 86803315020010000300000200000000\n"
				"0000:01:00.0|config|0x20 000000000000000000000000d9151106"
				"0000000040000000000000000000000003000000000000000000000000000000\n"
				"0000:01:00.0|bar|0 0xf7d10004 0x4000\n"
				"0000:01:00.0|bar|3 0xe001 0x20\n"
				"0000:02:00.0|pci|256 rtw88#0\n"
				"0000:02:00.0|identity|0x10ec 0xc822 0x0000 0x0000 0x02800000 0\n"
				"0000:02:00.0|config|0x0 ec1022c8000000000000800200000000\n"
				"0000:03:00.0|pci|256 ppt0\n"
				"0000:03:00.0|state|detached\n"
				"0000:03:00.0|identity|0x1000 0x0097 0x0000 0x0000 0x01070000 0\n"
				"0000:03:00.0|config|0x0 00109700000000000000070100000000\n"
				"0000:04:01.2|pci|256 -\n"
				"0000:04:01.2|state|ari\n"
				"0000:04:01.2|identity|0x8086 0x10ca 0x0000 0x0000 0x02000000 0\n"
				"0000:04:01.2|config|0x0 8680ca10000000000000000200000000\n"
				"0000:00:02.0|pci|256 -\n"
				"0000:00:02.0|identity|0x8086 0x3e92 0x0000 0x0000 0x03000000 0\n"
				"0000:00:02.0|config|0x0 8680923e000000000000000300000000\n";

static const char head[] = "# recorded: FreeBSD 14.2-RELEASE (1402000)\n";

/* Values stand in the order in which they were asked for. */
static void test_all_of_it(void **state)
{
	struct recording recording = recording_of(machine());
	struct model *model = recording.model;
	uint8_t value[8];
	char *expected;

	(void)state;
	model_set(model, "machdep.acpi_root", "ulong", "0x7fe14014");
	model_set(model, "vm.max_wired", "int", "-1");
	model_set(model, "hint.acpi.0.rsdp", "kenv", "0xf0000");
	model_write32(model, 0xfed90000, 0x10);
	model_write64(model, 0xfed90008, 0x1122334455667788);
	model_write32(model, 0xfed90020, 0x12345678); /* nobody reads it */
	model_write64(model, 0x10000ff8, 1);
	model_write64(model, 0x10001000, 0);
	assert_int_equal(ask_sysctl(&recording, "machdep.acpi_root", value, 8), 0);
	assert_memory_equal(value, "\x14\x40\xe1\x7f\0\0\0\0", 8);
	assert_int_equal(ask_sysctl(&recording, "vm.max_user_wired", value, 8), -ENOENT);
	assert_int_equal(ask_sysctl(&recording, "vm.max_wired", value, 8), 0);
	assert_int_equal(
		recording.os->ops->kenv(recording.os, "hint.acpi.0.rsdp", (char *)value, 8), 0);
	assert_string_equal((char *)value, "0xf0000");
	assert_int_equal(ask_kenv(&recording, "pptdevs"), 0);
	assert_int_equal(ask_kenv(&recording, "pptdevs2"), -ENOENT);
	assert_int_equal(ask_module(&recording, "vmm"), -ENOENT);
	assert_int_equal(ask_module(&recording, "nmdm"), -ENOENT);
	assert_int_equal(read_memory(&recording, 0xfed90008, 8), 0);
	assert_int_equal(read_memory(&recording, 0xfed90000, 4), 0);
	assert_int_equal(read_memory(&recording, 0x10000ff8, 16), 0);
	assert_int_equal(read_memory(&recording, 0x20000000, 4), -EFAULT);
	write_record(&recording);
	expected = (char *)malloc(8192);
	assert_non_null(expected);
	snprintf(expected, 8192,
		 "%s%s"
		 "release|is|14\n"
		 "machdep.acpi_root|ulong|0x7fe14014\n"
		 "vm.max_wired|int|-1\n"
		 "hint.acpi.0.rsdp|kenv|0xf0000\n"
		 "pptdevs|kenv|3/0/0 5/0/0\n"
		 "vmm|module|loadable\n"
		 "kern.osrelease|string|14.2-RELEASE\n"
		 "kern.osreldate|int|1402000\n"
		 "open /dev/devctl2 ro|fails|ENOENT\n"
		 "0x10000ff0|memory|00000000000000000100000000000000\n"
		 "0x10001000|memory|00\n"
		 "0xfed90000|memory|10000000000000008877665544332211\n",
		 head, functions);
	assert_string_equal(recording.text, expected);
	assert_missing(&recording, "");
	free(expected);
	end(&recording);
}

/* A model that is given the record answers as the first, and gives the same record. */
static void test_record_of_a_record(void **state)
{
	struct recording first = recording_of(machine()), second;
	struct freebsd_function *functions_there = NULL;
	struct freebsd_pci pci;
	size_t nr;

	(void)state;
	write_record(&first);
	second = recording_of(model_of(first.text));
	assert_int_equal(freebsd_pci_open(second.os, &pci, NULL), 0);
	assert_int_equal(freebsd_pci_list(&pci, &functions_there, &nr, NULL), 0);
	freebsd_pci_close(&pci);
	assert_int_equal(nr, 6);
	assert_int_equal(functions_there[1].bdf.device, 2); /* by address */
	assert_int_equal(functions_there[1].order, 5);	    /* the kernel's last */
	assert_string_equal(functions_there[3].driver, "rtw88");
	assert_int_equal(functions_there[4].attached, TRI_NO);
	assert_string_equal(functions_there[4].driver, "ppt");
	assert_int_equal(functions_there[5].sel.function, 10);
	free(functions_there);
	write_record(&second);
	assert_string_equal(second.text, first.text);
	end(&first);
	end(&second);
}

/* --- not by root --------------------------------------------------------------------------- */

/* IDs and BARs are for everybody; who has a driver is told by sysctls of those who have. */
static void test_unprivileged(void **state)
{
	static const char expected[] =
		"# recorded: FreeBSD 14.2-RELEASE (1402000)\n"
		"0000:01:00.0|pci|0 igb0\n"
		"0000:01:00.0|identity|0x8086 0x1533 0x15d9 0x0611 0x02000003 0\n"
		"0000:01:00.0|bar|0 0xf7d10004 0x4000\n"
		"0000:01:00.0|bar|3 0xe001 0x20\n"
		"0000:03:00.0|pci|0 ppt0\n"
		"0000:03:00.0|state|detached\n"
		"0000:03:00.0|identity|0x1000 0x0097 0x0000 0x0000 0x01070000 0\n"
		"release|is|14\n"
		"kern.osrelease|string|14.2-RELEASE\n"
		"kern.osreldate|int|1402000\n"
		"dev.igb.0.%driver|string|igb\n"
		"asked|by|other\n"
		"open /dev/devctl2 ro|fails|ENOENT\n";
	struct recording recording = recording_of(model_new()), again;
	struct model *model = recording.model;
	struct model_function *function;

	(void)state;
	model_set(model, "kern.osrelease", "string", "14.2-RELEASE");
	model_set(model, "kern.osreldate", "int", "1402000");
	add_card(model);
	function = model_add_function(model, "0000:03:00.0", 0x1000, 0x0097, 0x010700);
	model_attach(function, "ppt", 0);
	function->is_attached = false;
	model->is_root = false;
	assert_int_equal(read_memory(&recording, 0xf0000, 8), -EACCES);
	write_record(&recording);
	assert_string_equal(recording.text, expected);
	assert_missing(
		&recording,
		"/dev/mem: ACPI tables, and what IOMMUs have in memory: Permission denied; "
		"run as root, with kern.securelevel 0 or below\n"
		"config space, and which driver is attached: Permission denied; run as root, "
		"with kern.securelevel 0 or below");
	again = recording_of(model_of(recording.text));
	assert_false(again.model->is_root);
	assert_int_equal(read_memory(&again, 0xf0000, 8), -EACCES);
	write_record(&again);
	assert_string_equal(again.text, expected);
	end(&recording);
	end(&again);
}

/* Root may be refused a part, and others may be in a group that reads memory. */
static void test_refused_in_part(void **state)
{
	struct recording recording = recording_of(machine());

	(void)state;
	recording.model->securelevel = 1;
	model_write32(recording.model, 0x1000, 1);
	assert_int_equal(read_memory(&recording, 0x1000, 4), 0);
	write_record(&recording);
	assert_true(has_line(&recording, "open /dev/pci rw|fails|EPERM"));
	assert_true(has_line(&recording, "0x1000|memory|01000000000000000000000000000000"));
	assert_true(has_line(&recording, "0000:00:01.0|pci|0 pcib1"));
	assert_false(has_line(&recording, "asked|by|other"));
	end(&recording);

	recording = recording_of(machine());
	model_fails(recording.model, "open /dev/pci rw", 0, -EACCES);
	model_write32(recording.model, 0x1000, 1);
	assert_int_equal(read_memory(&recording, 0x1000, 4), 0);
	model_fails(recording.model, "memory 0x2000", 0, -EACCES);
	assert_int_equal(read_memory(&recording, 0x2000, 4), -EACCES);
	write_record(&recording);
	assert_true(has_line(&recording, "open /dev/pci rw|fails|EACCES"));
	assert_true(has_line(&recording, "memory 0x2000|fails|EACCES"));
	assert_false(has_line(&recording, "asked|by|other"));
	end(&recording);
}

static void test_jail(void **state)
{
	struct recording recording = recording_of(model_new());

	(void)state;
	model_set(recording.model, "kern.osreldate", "int", "1402000");
	recording.model->lacks_memory = true;
	model_fails(recording.model, "open /dev/pci", 0, -ENOENT);
	assert_int_equal(read_memory(&recording, 0xf0000, 8), -ENOENT);
	write_record(&recording);
	assert_string_equal(recording.text, "# recorded: FreeBSD ? (1402000)\n"
					    "release|is|14\n"
					    "kern.osreldate|int|1402000\n"
					    "memory 0xf0000|fails|ENOENT\n"
					    "open /dev/devctl2 ro|fails|ENOENT\n"
					    "open /dev/pci rw|fails|ENOENT\n");
	assert_missing(&recording,
		       "/dev/mem: ACPI tables, and what IOMMUs have in memory: No such file or "
		       "directory; record on the host, not in a jail\n"
		       "/dev/pci: No such file or directory; record on the host, not in a jail");
	end(&recording);
}

/* --- other releases ------------------------------------------------------------------------- */

static void test_releases(void **state)
{
	static const struct {
		const char *name, *date, *line;
		unsigned release;
		bool lacks_compat;
	} cases[] = {
		{ "11", "1104000", NULL, 12, false },
		{ "12", "1203000", "release|is|12", 12, false },
		{ "15", "1500000", "release|is|15", 15, false },
		{ "15 without the number of 14", "1500000", "release|is|15", 15, true },
		{ "15 that says 14", "1402000", "release|is|15", 15, true },
		{ "15 that says nothing", "0", "release|is|15", 15, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct recording recording = recording_of(machine()), again;
		char first[64];

		model_set(recording.model, "kern.osreldate", "int", cases[i].date);
		recording.model->release = cases[i].release;
		recording.model->lacks_compat = cases[i].lacks_compat;
		write_record(&recording);
		snprintf(first, sizeof(first), "# recorded: FreeBSD 14.2-RELEASE%s%s%s",
			 *cases[i].date == '0' ? "" : " (",
			 *cases[i].date == '0' ? "" : cases[i].date,
			 *cases[i].date == '0' ? "" : ")");
		assert_case(has_line(&recording, first), cases[i].name);
		assert_case(cases[i].line ? has_line(&recording, cases[i].line)
					  : !strstr(recording.text, "release|is"),
			    cases[i].name);
		assert_case(has_line(&recording, "GETCONF 5|fails|ENOTTY") == cases[i].lacks_compat,
			    cases[i].name);
		assert_case(strstr(recording.text, functions), cases[i].name);
		assert_case_equal(recording.missing.nr, 0, cases[i].name);
		again = recording_of(model_of(recording.text));
		write_record(&again);
		assert_string_equal(again.text, recording.text);
		end(&recording);
		end(&again);
	}
}

/* --- calls that fail ------------------------------------------------------------------------ */

static void test_failures(void **state)
{
	struct recording recording = recording_of(machine()), again;
	struct model *model = recording.model;
	uint8_t value[8];

	(void)state;
	model_fails(model, "sysctl hw.vmm.ppt.devices", 0, -EPERM);
	model_fails(model, "kenv pptdevs2", 0, -EIO);
	model_fails(model, "find_module vmm", 0, -ENOSYS);
	model_fails(model, "READ pci0:0:1:0 0x144", 0, -EIO);
	model_fails(model, "READ pci0:1:0:0", 0, -EIO);
	model_fails(model, "ATTACHED pci0:2:0:0", 0, -EBUSY);
	model_fails(model, "GETBAR pci0:1:0:0 0x1c", 0, -ENXIO);
	model_fails(model, "memory 0xfed90008", 0, -EIO);
	model_write64(model, 0xfed90000, 0x10);
	assert_int_equal(ask_sysctl(&recording, "hw.vmm.ppt.devices", value, 4), -EPERM);
	assert_int_equal(ask_sysctl(&recording, "hw.vmm.ppt.devices", value, 4), -EPERM);
	assert_int_equal(read_memory(&recording, 0xfed90000, 4), 0);
	assert_int_equal(read_memory(&recording, 0xfed90008, 8), -EIO);
	assert_int_equal(ask_kenv(&recording, "pptdevs2"), -EIO);
	assert_int_equal(ask_module(&recording, "vmm"), -ENOSYS);
	write_record(&recording);
	assert_missing(&recording,
		       "sysctl hw.vmm.ppt.devices: Operation not permitted; run as root, with "
		       "kern.securelevel 0 or below\n"
		       "/dev/mem: ACPI tables, and what IOMMUs have in memory: Input/output error; "
		       "record again\n"
		       "kenv pptdevs2: Input/output error; record again\n"
		       "find_module vmm: Function not implemented; record again\n"
		       "0000:02:00.0: whether its driver is attached: Device or resource busy; "
		       "record again\n"
		       "0000:00:01.0: config space: Input/output error; record again\n"
		       "0000:01:00.0: config space: Input/output error; record again\n"
		       "0000:01:00.0: BARs: No such device or address; record on the host, not in "
		       "a jail");
	assert_true(has_line(&recording, "sysctl hw.vmm.ppt.devices|fails|EPERM"));
	assert_true(has_line(&recording, "kenv pptdevs2|fails|EIO"));
	assert_true(has_line(&recording, "find_module vmm|fails|ENOSYS"));
	assert_true(has_line(&recording, "READ pci0:0:1:0 0x144|fails|EIO"));
	assert_true(has_line(&recording, "READ pci0:1:0:0 0x0|fails|EIO"));
	assert_true(has_line(&recording, "READ pci0:1:0:0 0xfc|fails|EIO"));
	assert_true(has_line(&recording, "ATTACHED pci0:2:0:0|fails|EBUSY"));
	assert_true(has_line(&recording, "GETBAR pci0:1:0:0 0x1c|fails|ENXIO"));
	assert_true(has_line(&recording, "memory 0xfed90008|fails|EIO"));
	assert_false(strstr(recording.text, "vmm|module"));
	/* What could be read is there. */
	assert_true(
		has_line(&recording, "0000:00:01.0|config|0x140 0d000100000000000000000000000000"));
	assert_true(has_line(&recording, "0000:01:00.0|pci|0 igb0"));
	assert_true(has_line(&recording, "0000:01:00.0|bar|0 0xf7d10004 0x4000"));
	/* By its sysctl, it is attached. */
	assert_true(has_line(&recording, "0000:02:00.0|pci|256 rtw88#0"));
	assert_true(has_line(&recording, "dev.rtw88.0.%driver|string|rtw88"));

	again = recording_of(model_of(recording.text));
	assert_int_equal(ask_sysctl(&again, "hw.vmm.ppt.devices", value, 4), -EPERM);
	assert_int_equal(read_memory(&again, 0xfed90000, 4), 0);
	assert_int_equal(read_memory(&again, 0xfed90008, 8), -EIO);
	assert_int_equal(ask_kenv(&again, "pptdevs2"), -EIO);
	assert_int_equal(ask_module(&again, "vmm"), -ENOSYS);
	write_record(&again);
	assert_string_equal(again.text, recording.text);
	end(&recording);
	end(&again);
}

static void test_list_that_fails(void **state)
{
	static const struct {
		const char *name;
		int code; /* 0: it changes for ever */
		const char *line, *said;
	} cases[] = {
		{ "it fails", -EIO, "GETCONF 5|fails|EIO",
		  "/dev/pci: Input/output error; record again" },
		{ "it changes", 0, NULL,
		  "/dev/pci: the list of functions changes all the time; try again" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct recording recording = recording_of(machine());

		if (cases[i].code)
			model_fails(recording.model, "GETCONF", 0, cases[i].code);
		recording.model->bumps_for_ever = cases[i].code == 0;
		recording.model->most_at_once = 1;
		write_record(&recording);
		assert_case(!cases[i].line || has_line(&recording, cases[i].line), cases[i].name);
		assert_case(!strstr(recording.text, "|pci|"), cases[i].name);
		assert_missing(&recording, cases[i].said);
		end(&recording);
	}
}

/* That config space is not for readers is no failure; that it is not for root is one. */
static void test_root_is_refused(void **state)
{
	struct recording recording = recording_of(machine());

	(void)state;
	model_fails(recording.model, "READ pci0:2:0:0", 0, -EPERM);
	write_record(&recording);
	assert_true(has_line(&recording, "READ pci0:2:0:0 0x0|fails|EPERM"));
	assert_true(has_line(&recording, "0000:02:00.0|pci|0 rtw88#0"));
	assert_missing(&recording, "0000:02:00.0: config space: Operation not permitted; run as "
				   "root, with kern.securelevel 0 or below");
	end(&recording);
}

/* Who changes something while it is recorded would do so unseen. */
static void test_changes_nothing(void **state)
{
	struct recording recording = recording_of(machine());
	struct os *os = recording.os;
	struct abi_pci_io io = { .sel = { 0, 1, 0, 0 }, .reg = 4, .width = 2, .data = 7 };
	int fd = os->ops->open(os, "/dev/pci", O_RDWR);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(os->ops->ioctl(os, fd, ABI_PCIOCWRITE, &io), -EPERM);
	assert_int_equal(os->ops->ioctl(os, fd, ABI_DEV_SET_DRIVER, NULL), -EPERM);
	os->ops->close(os, fd);
	assert_int_equal(recording.model->functions[1].config[4], 2);
	assert_int_equal(os->ops->load_module(os, "vmm"), -EPERM);
	assert_int_equal(os->ops->find_module(os, "vmm"), -ENOENT);
	end(&recording);
}

/* --- values ---------------------------------------------------------------------------------- */

/* Types are told by the name and by the size, and nothing breaks a line. */
static void test_values(void **state)
{
	static const struct {
		const char *name, *type, *value, *line;
	} cases[] = {
		{ "hw.vmm.a", "int", "-2", "hw.vmm.a|int|-2" },
		{ "hw.vmm.b", "uint", "4294967295", "hw.vmm.b|int|-1" },
		{ "hw.vmm.c", "ulong", "18446744073709551615",
		  "hw.vmm.c|ulong|0xffffffffffffffff" },
		{ "hw.vmm.d", "u16", "258", "hw.vmm.d|bytes|0201" },
		{ "hw.vmm.e", "string", "abc", "hw.vmm.e|int|6513249" }, /* four bytes */
		{ "hw.vmm.f", "string", "abcd", "hw.vmm.f|bytes|6162636400" },
		{ "dev.ppt.0.%driver", "string", "ppt", "dev.ppt.0.%driver|string|ppt" },
		{ "net.ue.0.%parent", "string", "axge0", "net.ue.0.%parent|string|axge0" },
		{ "net.wlan.0.%parent", "string", "iwm0", "net.wlan.0.%parent|string|iwm0" },
		{ "dev.axge.0.%parent", "string", "uhub0", "dev.axge.0.%parent|string|uhub0" },
		{ "dev.a.0.%driver", "string", "", "dev.a.0.%driver|string|" },
		{ "dev.b.0.%driver", "string", "a|b c", "dev.b.0.%driver|string|a|b c" },
		{ "dev.c.0.%driver", "string", "a\177", "dev.c.0.%driver|bytes|617f00" },
		{ "dev.d.0.%driver", "string", "\xc3\xa4", "dev.d.0.%driver|bytes|c3a400" },
		{ "dev.e.0.%driver", "bytes", "0a00", "dev.e.0.%driver|bytes|0a00" },
		{ "dev.f.0.%driver", "bytes", "6162", "dev.f.0.%driver|bytes|6162" },
		{ "dev.g.0.%driver", "bytes", "610062", "dev.g.0.%driver|bytes|610062" },
		{ "dev.dmar.0.dma", "int", "1", "dev.dmar.0.dma|int|1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct recording recording = recording_of(model_new()), again;
		uint8_t first[64], second[64];
		size_t nr_first = sizeof(first), nr_second = sizeof(second);

		model_set(recording.model, cases[i].name, cases[i].type, cases[i].value);
		assert_case(recording.os->ops->sysctl(recording.os, cases[i].name, first,
						      &nr_first) == 0,
			    cases[i].name);
		write_record(&recording);
		assert_case(has_line(&recording, cases[i].line), cases[i].line);
		again = recording_of(model_of(recording.text));
		assert_int_equal(again.os->ops->sysctl(again.os, cases[i].name, second, &nr_second),
				 0);
		assert_case_equal(nr_second, nr_first, cases[i].name);
		assert_memory_equal(second, first, nr_first);
		end(&recording);
		end(&again);
	}
}

/* What is recorded is what the collectors were told, once for all. */
static void test_first_answer_stays(void **state)
{
	struct recording recording = recording_of(machine());
	struct os *os = recording.os;
	char text[16];
	uint8_t number[8] = { 0 };
	size_t size = 3;

	(void)state;
	model_set(recording.model, "hw.vmm.a", "int", "7");
	assert_int_equal(os->ops->sysctl(os, "hw.vmm.a", number, &size), -ENOENT);
	/* vmm is not loaded; later it is. */
	model_set(recording.model, "vmm", "module", "loaded");
	assert_int_equal(os->ops->sysctl(os, "hw.vmm.a", number, &size), -ENOENT);
	model_set(recording.model, "hw.vmm.b", "int", "7");
	assert_int_equal(os->ops->sysctl(os, "hw.vmm.b", number, &size), -ENOMEM);
	assert_int_equal(size, 3);
	assert_int_equal(number[0], 7);
	assert_int_equal(number[3], 0);
	size = 4;
	model_set(recording.model, "hw.vmm.b", "int", "8");
	assert_int_equal(os->ops->sysctl(os, "hw.vmm.b", number, &size), 0);
	assert_int_equal(number[0], 7);
	assert_int_equal(os->ops->kenv(os, "pptdevs", text, 11), -ENAMETOOLONG);
	assert_int_equal(os->ops->kenv(os, "pptdevs", text, 12), 0);
	assert_string_equal(text, "3/0/0 5/0/0");
	write_record(&recording);
	assert_true(has_line(&recording, "hw.vmm.b|int|7"));
	assert_false(strstr(recording.text, "hw.vmm.a|"));
	assert_missing(&recording, "");
	end(&recording);
}

static void test_kenv_that_breaks_lines(void **state)
{
	struct recording recording = recording_of(model_new());

	(void)state;
	model_set(recording.model, "pptdevs", "kenv", "1/0/0\n0x0|memory|00");
	assert_int_equal(ask_kenv(&recording, "pptdevs"), 0);
	write_record(&recording);
	assert_false(strstr(recording.text, "memory"));
	assert_missing(&recording, "kenv pptdevs: its value is no plain text; set it anew");
	end(&recording);
}

/* --- what is private ------------------------------------------------------------------------- */

/* Whoever asks is told, and the record does not have it, and says so. */
static void test_private_names(void **state)
{
	static const char *const names[] = { "kern.hostname",	  "kern.hostuuid", "hw.model",
					     "dev.em.0.%pnpinfo", "dev.em.0.mac",  "dev..dma.x" };
	struct recording recording = recording_of(model_new());
	struct os *os = recording.os;
	char text[32];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		size_t size = sizeof(text);

		model_set(recording.model, names[i], "string", "secret");
		assert_int_equal(os->ops->sysctl(os, names[i], text, &size), 0);
		assert_string_equal(text, "secret");
	}
	model_set(recording.model, "smbios.system.serial", "kenv", "secret");
	assert_int_equal(os->ops->kenv(os, "smbios.system.serial", text, sizeof(text)), 0);
	assert_int_equal(os->ops->kenv(os, "smbios.system.serial", text, sizeof(text)), 0);
	write_record(&recording);
	assert_null(strstr(recording.text, "secret"));
	assert_int_equal(recording.missing.nr, COUNT(names) + 1);
	assert_string_equal(recording.missing.items[0],
			    "kern.hostname: not in the list of what a record may have, by which "
			    "nothing private gets into it; tell the developers");
	end(&recording);
}

/* That an interface has addresses, and of which kind, is what is of use; and not which. */
static void test_interfaces(void **state)
{
	struct recording recording = recording_of(model_new()), again;
	struct os *os = recording.os;
	struct os_interface interface;

	(void)state;
	model_set(recording.model, "igb0", "interface", "up 10.1.2.3 fd00::4:5  10.1.2.3");
	model_set(recording.model, "igb1", "interface", "up");
	model_set(recording.model, "igb2", "interface", "down 172.16.0.1");
	model_fails(recording.model, "find_interface igb4", 0, -EIO);
	assert_int_equal(os->ops->find_interface(os, "igb0", &interface), 0);
	assert_true(interface.is_up);
	assert_int_equal(os->ops->find_interface(os, "igb1", &interface), 0);
	assert_int_equal(os->ops->find_interface(os, "igb2", &interface), 0);
	assert_false(interface.is_up);
	assert_int_equal(os->ops->find_interface(os, "igb3", &interface), -ENOENT);
	assert_int_equal(os->ops->find_interface(os, "igb4", &interface), -EIO);
	write_record(&recording);
	assert_true(has_line(&recording, "igb0|interface|up 192.0.2.1 2001:db8::2 192.0.2.3"));
	assert_true(has_line(&recording, "igb1|interface|up"));
	assert_true(has_line(&recording, "igb2|interface|down 192.0.2.1"));
	assert_null(strstr(recording.text, "igb3"));
	assert_true(has_line(&recording, "find_interface igb4|fails|EIO"));
	assert_missing(&recording, "find_interface igb4: Input/output error; record again");
	again = recording_of(model_of(recording.text));
	assert_int_equal(again.os->ops->find_interface(again.os, "igb0", &interface), 0);
	assert_string_equal(interface.addresses, "192.0.2.1 2001:db8::2 192.0.2.3");
	assert_int_equal(again.os->ops->find_interface(again.os, "igb3", &interface), -ENOENT);
	assert_int_equal(again.os->ops->find_interface(again.os, "igb4", &interface), -EIO);
	end(&recording);
	end(&again);
}

/* Addresses that are short become longer ones, and there is only so much room. */
static void test_many_addresses(void **state)
{
	struct recording recording = recording_of(model_new());
	struct os_interface interface;
	char many[OS_ADDRESSES_SIZE] = "up";

	(void)state;
	for (int i = 0; i < 300; i++)
		strcat(many, " 2::2");
	model_set(recording.model, "igb0", "interface", many);
	assert_int_equal(recording.os->ops->find_interface(recording.os, "igb0", &interface), 0);
	/* 15 of 11 characters (::1 to ::f) and 144 of 12 (::10 to ::9f) with a blank before all but
	 * the first take 15 * 11 + 144 * 12 + 158 = 2051: one too many. */
	assert_int_equal(strlen(interface.addresses), 2051 - 13);
	assert_string_equal(interface.addresses + 2051 - 13 - 12, "2001:db8::9e");
	end(&recording);
}

/* The BIOS has serial numbers beside the RSDP that is searched there. */
static void test_search_leaves_nothing(void **state)
{
	static const uint8_t *const no_tables[1];
	struct recording recording = recording_of(model_new()), again;
	struct model *model = recording.model;
	struct freebsd_rsdp rsdp = { 0 }, found = { 0 };
	char bytes[64] = "serial number 4711";

	(void)state;
	for (uint64_t at = 0xe0000; at < 0x100000; at += 4096)
		model_write(model, at + 0x800, bytes, sizeof(bytes));
	model_write(model, 0x9fc00, bytes, sizeof(bytes));
	model_write(model, 0x40e, "\xc0\x9f", 2); /* its extended data are at 9fc00h */
	model_acpi(model, 0xf5010, no_tables, NULL, 0);
	model_write(model, 0xf5000, bytes, 16);
	model_write(model, 0xf5040, bytes, sizeof(bytes));
	assert_int_equal(freebsd_find_rsdp(recording.os, &rsdp, NULL), 0);
	assert_int_equal(rsdp.address, 0xf5010);
	write_record(&recording);
	assert_true(has_line(&recording, "0x400|memory|0000000000000000000000000000c09f"));
	assert_true(has_line(&recording, "0x9f000|memory|00"));
	assert_true(has_line(&recording, "0xe0000|memory|00"));
	assert_true(has_line(&recording, "0xf4000|memory|00"));
	assert_true(strstr(recording.text, "0xf5010|memory|5253442050545220"));
	assert_null(strstr(recording.text, "73657269616c")); /* "serial" */
	assert_null(strstr(recording.text, "34373131"));     /* "4711" */
	again = recording_of(model_of(recording.text));
	assert_int_equal(freebsd_find_rsdp(again.os, &found, NULL), 0);
	assert_memory_equal(&found, &rsdp, sizeof(rsdp));
	write_record(&again);
	assert_string_equal(again.text, recording.text);
	end(&recording);
	end(&again);
}

/* --- memory ---------------------------------------------------------------------------------- */

/* Rows of 16 bytes without anything in them end a line, and so do 64 bytes. */
static void test_rows(void **state)
{
	struct recording recording = recording_of(model_new());
	uint8_t bytes[0x80];

	(void)state;
	memset(bytes, 0xab, sizeof(bytes));
	memset(bytes + 0x50, 0, 0x10);
	model_write(recording.model, 0x1ff0, bytes, sizeof(bytes));
	assert_int_equal(read_memory(&recording, 0x1ff0, sizeof(bytes)), 0);
	write_record(&recording);
#define ROW "abababababababababababababababab"
	assert_true(strstr(recording.text, "0x1ff0|memory|" ROW "\n"
					   "0x2000|memory|" ROW ROW ROW ROW "\n"
					   "0x2050|memory|" ROW ROW "\n"));
	end(&recording);
}

/* What is not there is not there in the record, either, also beside what is. */
static void test_nothing_there(void **state)
{
	struct recording recording = recording_of(model_new()), again;
	struct model *model = recording.model;

	(void)state;
	model_write32(model, 0x1000, 1);
	model_write32(model, 0x5ff0, 1);
	model_fails(model, "memory 0x1008", 0, -EFAULT);
	assert_int_equal(read_memory(&recording, 0x1000, 4), 0);
	assert_int_equal(read_memory(&recording, 0x1008, 8), -EFAULT);
	assert_int_equal(read_memory(&recording, 0x3000, 8), -EFAULT);
	assert_int_equal(read_memory(&recording, 0x5ff0, 16), 0);
	assert_int_equal(read_memory(&recording, 0x5ff0, 17), -EFAULT);
	write_record(&recording);
	assert_missing(&recording, "");
	assert_string_equal(recording.text, "# recorded: FreeBSD ?\n"
					    "memory 0x1008|fails|EFAULT\n"
					    "open /dev/devctl2 ro|fails|ENOENT\n"
					    "0x1000|memory|01000000000000000000000000000000\n"
					    "0x5ff0|memory|01000000000000000000000000000000\n");
	again = recording_of(model_of(recording.text));
	assert_int_equal(read_memory(&again, 0x1000, 4), 0);
	assert_int_equal(read_memory(&again, 0x1008, 8), -EFAULT);
	assert_int_equal(read_memory(&again, 0x3000, 8), -EFAULT);
	assert_int_equal(read_memory(&again, 0x5ff0, 16), 0);
	assert_int_equal(read_memory(&again, 0x5ff0, 17), -EFAULT);
	end(&recording);
	end(&again);
}

static void test_memory_has_an_end(void **state)
{
	struct recording recording = recording_of(model_new());

	(void)state;
	for (uint64_t page = 0; page < 4097; page++) {
		model_write32(recording.model, (page + 1) << 12, 1);
		assert_int_equal(read_memory(&recording, (page + 1) << 12, 4), 0);
	}
	assert_int_equal(read_memory(&recording, 1 << 12, 4), 0); /* is there already */
	write_record(&recording);
	assert_true(has_line(&recording, "0x1000000|memory|01000000000000000000000000000000"));
	assert_null(strstr(recording.text, "0x1001000|memory"));
	assert_missing(&recording, "memory: more was read than the 16 MiB that a record takes; "
				   "tell the developers");
	end(&recording);
}

static void test_errors_by_name(void **state)
{
	(void)state;
	assert_string_equal(freebsd_errno_name(-EACCES), "EACCES");
	assert_int_equal(freebsd_errno_number("EACCES"), -EACCES);
	assert_string_equal(freebsd_errno_name(-EXDEV), "EIO");
	assert_int_equal(freebsd_errno_number("EXDEV"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_record_of_a_record),
		cmocka_unit_test(test_unprivileged),
		cmocka_unit_test(test_refused_in_part),
		cmocka_unit_test(test_jail),
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_list_that_fails),
		cmocka_unit_test(test_root_is_refused),
		cmocka_unit_test(test_changes_nothing),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_first_answer_stays),
		cmocka_unit_test(test_kenv_that_breaks_lines),
		cmocka_unit_test(test_private_names),
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_many_addresses),
		cmocka_unit_test(test_search_leaves_nothing),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_memory_has_an_end),
		cmocka_unit_test(test_errors_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
