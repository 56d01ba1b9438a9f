/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What config space says on the way of requests: decoded, and read without waking anything. */
#include "live.h"
#include "model/acs.h"
#include "model/config_space.h"

/* --- config space made by hand ---------------------------------------------------------- */

/* A root port: PCI Express at 40h behind power management, ACS at 148h behind AER. */
static void fill_port(uint8_t config[CONFIG_SPACE_SIZE])
{
	static const uint8_t standard[] = { 0x01, 0x50, 0x03, 0x00 }; /* at 80h, next 50h */
	static const uint8_t express[] = { 0x10, 0x00, 0x42, 0x01 };  /* root port, version 2 */
	static const uint8_t aer[] = { 0x01, 0x00, 0x82, 0x14 };      /* next 148h */
	static const uint8_t acs[] = { 0x0d, 0x00, 0x01, 0x00, 0x5f, 0x00,
				       0x1d, 0x00, 0xaa, 0x55, 0x00, 0x00 };

	memset(config, 0, CONFIG_SPACE_SIZE);
	config[0x00] = 0x36;
	config[0x01] = 0x1b;
	config[0x06] = 0x10; /* it has capabilities */
	config[0x0e] = 0x81; /* a bridge, one of several functions */
	config[0x34] = 0x82; /* the two lowest bits are reserved */
	memcpy(config + 0x80, standard, sizeof(standard));
	memcpy(config + 0x50, express, sizeof(express));
	memcpy(config + 0x100, aer, sizeof(aer));
	memcpy(config + 0x148, acs, sizeof(acs));
}

/* --- decoding --------------------------------------------------------------------------- */

static void test_capability(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE];
	size_t at;

	(void)state;
	fill_port(config);
	assert_true(find_capability(config, 256, 0x10, &at));
	assert_int_equal(at, 0x50);
	assert_true(find_capability(config, 256, 0x01, &at));
	assert_int_equal(at, 0x80);
	assert_true(find_capability(config, 256, 0x05, &at));
	assert_int_equal(at, 0);
	/* Where the list leads beyond what was read, nobody knows. */
	assert_false(find_capability(config, 64, 0x10, &at));
	assert_false(find_capability(config, 0x83, 0x10, &at));
	assert_true(find_capability(config, 0x84, 0x10, &at));
	assert_false(find_capability(config, 63, 0x10, &at));
	assert_false(find_capability(config, 0, 0x10, &at));
	/* No list: that is known with the header alone. */
	config[0x06] = 0;
	assert_true(find_capability(config, 64, 0x10, &at));
	assert_int_equal(at, 0);
}

/* Lists that lead in a circle, into the header, or to where nothing answers. */
static void test_odd_lists(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE];
	size_t at;

	(void)state;
	fill_port(config);
	config[0x51] = 0x80;
	assert_true(find_capability(config, 256, 0x05, &at));
	assert_int_equal(at, 0);
	config[0x51] = 0x34;
	config[0x34] = 0x50;
	assert_true(find_capability(config, 256, 0x05, &at));
	assert_int_equal(at, 0);
	config[0x50] = 0xff;
	config[0x51] = 0x60;
	config[0x60] = 0x05;
	assert_true(find_capability(config, 256, 0x05, &at));
	assert_int_equal(at, 0);
	/* CardBus has its pointer elsewhere. */
	fill_port(config);
	config[0x0e] = 0x02;
	config[0x14] = 0x50;
	config[0x34] = 0;
	assert_true(find_capability(config, 256, 0x10, &at));
	assert_int_equal(at, 0x50);
}

static void test_port(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE];
	struct routing routing;

	(void)state;
	fill_port(config);
	routing = parse_routing(config, sizeof(config));
	assert_true(routing.type_known && routing.multifunction && !routing.bus_check);
	assert_int_equal(routing.type, PCIE_ROOT_PORT);
	assert_true(routing.acs_known && routing.has_acs);
	assert_int_equal(routing.acs_capability, 0x005f);
	assert_int_equal(routing.acs_control, 0x001d);
	assert_int_equal(routing.acs_beyond, 0x55aa);
	config[0x0e] = 0x01;
	config[0xdb] = 0x04; /* bit 26 of the dword at d8h */
	routing = parse_routing(config, sizeof(config));
	assert_true(!routing.multifunction && routing.bus_check);
	config[0xdb] = 0xfb;
	assert_false(parse_routing(config, sizeof(config)).bus_check);
}

/* How much was read decides on what is known. */
static void test_lengths(void **state)
{
	static const struct {
		size_t length;
		bool type_known, acs_known, has_acs;
	} cases[] = {
		{ 0, false, false, false },    { 63, false, false, false },
		{ 64, false, false, false },   { 128, false, false, false },
		{ 132, true, false, false },   { 256, true, true, false },
		{ 0x104, true, false, false }, { 0x14b, true, false, false },
		{ 0x14c, true, false, false }, { 0x14f, true, false, false },
		{ 0x150, true, true, true },   { 0x1000, true, true, true },
	};
	uint8_t config[CONFIG_SPACE_SIZE];

	(void)state;
	fill_port(config);
	for (size_t i = 0; i < COUNT(cases); i++) {
		/* A copy without a byte behind it: a sanitizer sees what is read beyond. */
		uint8_t *copy = malloc(cases[i].length ? cases[i].length : 1);
		struct routing routing;
		char name[16];

		assert_non_null(copy);
		memcpy(copy, config, cases[i].length);
		routing = parse_routing(copy, cases[i].length);
		free(copy);
		snprintf(name, sizeof(name), "%zu", cases[i].length);
		assert_case(routing.type_known == cases[i].type_known, name);
		assert_case(routing.acs_known == cases[i].acs_known, name);
		assert_case(routing.has_acs == cases[i].has_acs, name);
		assert_case_equal(routing.acs_control, cases[i].has_acs ? 0x1d : 0, name);
	}
}

static void test_others(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE];
	struct routing routing;

	(void)state;
	/* Conventional PCI: nothing beyond the header is needed to say so. */
	memset(config, 0, sizeof(config));
	routing = parse_routing(config, 64);
	assert_true(routing.type_known && routing.acs_known && !routing.has_acs);
	assert_int_equal(routing.type, PCIE_NONE);
	/* What stands at 100h of such a function is no capability. */
	memcpy(config + 0x100, (uint8_t[]){ 0x0d, 0, 1, 0, 0xff, 0, 0xff, 0 }, 8);
	assert_false(parse_routing(config, sizeof(config)).has_acs);
	/* No answer. */
	memset(config, 0xff, sizeof(config));
	assert_false(parse_routing(config, sizeof(config)).type_known);
	/* A virtual function has no IDs, but an answer. */
	fill_port(config);
	memset(config, 0xff, 4);
	assert_true(parse_routing(config, sizeof(config)).type_known);
	/* At the very end there is room for capability and control, and for nothing behind. */
	fill_port(config);
	config[0x102] = 0x82;
	config[0x103] = 0xff;
	memcpy(config + 0xff8, (uint8_t[]){ 0x0d, 0, 1, 0, 0x1f, 0, 0x1d, 0 }, 8);
	routing = parse_routing(config, sizeof(config));
	assert_true(routing.acs_known && routing.has_acs && routing.acs_beyond == 0);
	config[0x103] = 0xfc;
	config[0x102] = 0xc2; /* ffch: the header alone */
	memcpy(config + 0xffc, (uint8_t[]){ 0x0d, 0, 1, 0 }, 4);
	assert_false(parse_routing(config, sizeof(config)).has_acs);
}

/* --- reading ---------------------------------------------------------------------------- */

#define ROOT "0000:00:01.0"
#define UP "0000:01:00.0"
#define CARD "0000:02:00.0"
#define SINGLE "0000:00:02.0"
#define FOLDER(device) "sys/devices/pci0000:00/" device

static void make_device(const struct tree *tree, const char *path, const char *class,
			const uint8_t *config, size_t length)
{
	char name[256], link[256];
	const char *address = strrchr(path, '/') + 1;

	snprintf(name, sizeof(name), "%s/class", path);
	tree_text(tree, name, class);
	snprintf(name, sizeof(name), "%s/vendor", path);
	tree_text(tree, name, "0x1b36\n");
	snprintf(name, sizeof(name), "%s/device", path);
	tree_text(tree, name, "0x000c\n");
	snprintf(name, sizeof(name), "%s/config", path);
	tree_bytes(tree, name, config, length);
	snprintf(name, sizeof(name), "sys/bus/pci/devices/%s", address);
	snprintf(link, sizeof(link), "../../../%s", path + strlen("sys/"));
	tree_link(tree, name, link);
}

/* A root port, a bridge below it, a card below that, and a device that is alone. */
static void make_machine(struct tree *tree)
{
	uint8_t config[CONFIG_SPACE_SIZE];

	tree_make(tree);
	tree_dir(tree, "sys/bus/pci/devices");
	tree_dir(tree, "sys/kernel/iommu_groups");
	fill_port(config);
	make_device(tree, FOLDER(ROOT), "0x060400\n", config, sizeof(config));
	make_device(tree, FOLDER(ROOT) "/" UP, "0x060400\n", config, sizeof(config));
	make_device(tree, FOLDER(ROOT) "/" UP "/" CARD, "0x010802\n", config, sizeof(config));
	make_device(tree, FOLDER(SINGLE), "0x010802\n", config, sizeof(config));
}

static struct machine *collect_from(const struct tree *tree, bool live)
{
	struct source source;
	struct machine *machine;

	if (live)
		live_open(tree, &source);
	else
		tree_open(tree, &source);
	machine = collect(&source, FACT_ACS);
	source_close(&source);
	return machine;
}

static const struct routing *routing_of(const struct machine *machine, const char *name)
{
	const struct device *device = find_device_named(machine, name);

	assert_non_null(device);
	return &device->routing;
}

/* Only what decides: bridges; not the card, which has nobody beside it. */
static void test_read(void **state)
{
	struct tree tree;

	(void)state;
	make_machine(&tree);
	for (int live = 0; live < 2; live++) {
		struct machine *machine = collect_from(&tree, live);

		assert_int_equal(routing_of(machine, ROOT)->acs_control, 0x1d);
		assert_int_equal(routing_of(machine, ROOT)->acs_beyond, 0x55aa);
		assert_int_equal(routing_of(machine, UP)->acs_capability, 0x5f);
		assert_false(routing_of(machine, CARD)->type_known);
		assert_false(routing_of(machine, SINGLE)->type_known);
		machine_free(machine);
	}
	tree_remove(&tree);
}

/* Functions with others beside them are read, and what is above something is a bridge. */
static void test_read_siblings(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE];
	struct machine *machine;
	struct tree tree;

	(void)state;
	make_machine(&tree);
	fill_port(config);
	make_device(&tree, FOLDER(ROOT) "/" UP "/0000:02:00.1", "0x010802\n", config,
		    sizeof(config));
	tree_text(&tree, FOLDER(ROOT) "/class", "0x088000\n");
	machine = collect_from(&tree, true);
	assert_true(routing_of(machine, CARD)->has_acs);
	assert_true(routing_of(machine, "0000:02:00.1")->has_acs);
	assert_true(routing_of(machine, ROOT)->has_acs);
	machine_free(machine);
	tree_remove(&tree);
}

/* Files of every length give what parse_routing() gives for all that was read. */
static void test_read_lengths(void **state)
{
	static const size_t lengths[] = { 0,	 64,	132,   255,   256,   0x102, 0x104, 0x149,
					  0x14c, 0x14f, 0x150, 0x152, 0x154, 0x200, 0x1000 };
	uint8_t config[CONFIG_SPACE_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		const struct routing *got;
		struct routing wanted;
		struct machine *machine;
		struct tree tree;
		char name[16];

		fill_port(config);
		wanted = parse_routing(config, lengths[i]);
		make_machine(&tree);
		tree_bytes(&tree, FOLDER(ROOT) "/config", config, lengths[i]);
		machine = collect_from(&tree, false);
		got = routing_of(machine, ROOT);
		snprintf(name, sizeof(name), "%zu", lengths[i]);
		assert_case(got->type_known == wanted.type_known, name);
		assert_case(got->acs_known == wanted.acs_known, name);
		assert_case(got->has_acs == wanted.has_acs, name);
		assert_case_equal(got->acs_control, wanted.acs_control, name);
		assert_case((machine->notes.nr > 0) == !(got->type_known && got->acs_known), name);
		machine_free(machine);
		tree_remove(&tree);
	}
}

/* A list of extended capabilities that leads in a circle is read once around. */
static void test_read_circle(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE];
	struct machine *machine;
	struct tree tree;

	(void)state;
	make_machine(&tree);
	fill_port(config);
	config[0x148] = 0x0e; /* no longer ACS */
	config[0x14a] = 0x01;
	config[0x14b] = 0x10; /* next 100h */
	tree_bytes(&tree, FOLDER(ROOT) "/config", config, sizeof(config));
	machine = collect_from(&tree, false);
	assert_true(routing_of(machine, ROOT)->acs_known);
	assert_false(routing_of(machine, ROOT)->has_acs);
	machine_free(machine);
	tree_remove(&tree);
}

/* The power states in which a read would wake something; only live, and each names the reason. */
static void test_asleep(void **state)
{
	static const struct {
		const char *file, *text;
		bool root_read, up_read;
	} cases[] = {
		{ FOLDER(ROOT) "/power_state", "D3cold\n", false, true },
		{ FOLDER(ROOT) "/power_state", "D3hot\n", true, true },
		{ FOLDER(ROOT) "/power_state", "D0\n", true, true },
		{ FOLDER(ROOT) "/power/runtime_status", "suspended\n", true, false },
		{ FOLDER(ROOT) "/power/runtime_status", "suspending\n", true, false },
		{ FOLDER(ROOT) "/power/runtime_status", "active\n", true, true },
		{ FOLDER(ROOT) "/power/runtime_status", "unsupported\n", true, true },
		{ FOLDER(ROOT) "/" UP "/power/runtime_status", "suspended\n", true, true },
		{ FOLDER(ROOT) "/" UP "/power_state", "D3cold\n", true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine *machine;
		struct tree tree;
		char name[16];

		snprintf(name, sizeof(name), "line %zu", i);
		make_machine(&tree);
		tree_text(&tree, cases[i].file, cases[i].text);
		machine = collect_from(&tree, true);
		assert_case(routing_of(machine, ROOT)->type_known == cases[i].root_read, name);
		assert_case(routing_of(machine, UP)->type_known == cases[i].up_read, name);
		assert_case((machine->notes.nr > 0) == !(cases[i].root_read && cases[i].up_read),
			    name);
		machine_free(machine);
		machine = collect_from(&tree, false);
		assert_case(routing_of(machine, ROOT)->type_known, name);
		assert_case(routing_of(machine, UP)->type_known, name);
		machine_free(machine);
		tree_remove(&tree);
	}
}

/* No config file at all, and one that is none. */
static void test_no_file(void **state)
{
	struct machine *machine;
	struct tree tree;
	char path[PATH_MAX];

	(void)state;
	make_machine(&tree);
	tree_path(&tree, path, FOLDER(ROOT) "/config");
	assert_int_equal(unlink(path), 0);
	tree_path(&tree, path, FOLDER(ROOT) "/" UP "/config");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	machine = collect_from(&tree, false);
	assert_false(routing_of(machine, ROOT)->type_known);
	assert_false(routing_of(machine, UP)->type_known);
	assert_int_equal(machine->notes.nr, 2);
	machine_free(machine);
	tree_remove(&tree);
}

/* Below VMD: the link leads through a root bus below a function. */
static void test_carrier(void **state)
{
	uint8_t config[CONFIG_SPACE_SIZE];
	const struct device *vmd, *port, *disk;
	struct machine *machine;
	struct tree tree;

	(void)state;
	make_machine(&tree);
	fill_port(config);
	make_device(&tree, FOLDER(SINGLE) "/pci10000:e0/10000:e0:01.0", "0x060400\n", config,
		    sizeof(config));
	make_device(&tree, FOLDER(SINGLE) "/pci10000:e0/10000:e0:01.0/10000:e1:00.0", "0x010802\n",
		    config, sizeof(config));
	machine = collect_from(&tree, false);
	vmd = find_device_named(machine, SINGLE);
	port = find_device_named(machine, "10000:e0:01.0");
	disk = find_device_named(machine, "10000:e1:00.0");
	assert_ptr_equal(port->carrier, vmd);
	assert_ptr_equal(disk->carrier, vmd);
	assert_null(vmd->carrier);
	assert_null(port->parent);
	assert_ptr_equal(disk->parent, port);
	assert_int_equal(port->root_bus, 0xe0);
	assert_null(find_device_named(machine, UP)->carrier);
	machine_free(machine);
	tree_remove(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capability),    cmocka_unit_test(test_odd_lists),
		cmocka_unit_test(test_port),	      cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_others),	      cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_siblings), cmocka_unit_test(test_read_lengths),
		cmocka_unit_test(test_read_circle),   cmocka_unit_test(test_asleep),
		cmocka_unit_test(test_no_file),	      cmocka_unit_test(test_carrier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
