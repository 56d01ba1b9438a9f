/* SPDX-License-Identifier: GPL-2.0-or-later */
/* groups --check-isolation on small machines whose groups are right or wrong. */
#include "cmd/check_isolation.h"
#include "tree.h"

#define PORT "sys/devices/pci0000:00/0000:00:01.0"
#define CARD PORT "/0000:01:00.0"
#define WEAK "sys/devices/pci0000:00/0000:00:02.0"
#define DISK WEAK "/0000:02:00.0"
#define WITHOUT_CAUSE "DEVICE,GROUP,KERNEL,OTHER,OTHER_GROUP,BECAUSE,AT"

/* A root port with PCI Express at 40h and ACS at 100h. */
static void write_config(const struct tree *tree, const char *path, uint8_t control, size_t length)
{
	uint8_t config[4096] = { 0x36, 0x1b };
	char name[128];

	config[0x06] = 0x10;
	config[0x0e] = 0x01;
	config[0x34] = 0x40;
	memcpy(config + 0x40, (uint8_t[]){ 0x10, 0x00, 0x42, 0x00 }, 4);
	memcpy(config + 0x100, (uint8_t[]){ 0x0d, 0x00, 0x01, 0x00, 0x5f, 0x00, control, 0 }, 8);
	snprintf(name, sizeof(name), "%s/config", path);
	tree_bytes(tree, name, config, length);
}

/* Out of the group that it is in, too. */
static void put_in_group(const struct tree *tree, const char *path, unsigned group)
{
	const char *address = strrchr(path, '/') + 1;
	char name[128], target[128], whole[PATH_MAX];

	for (unsigned i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "sys/kernel/iommu_groups/%u/devices/%s", i, address);
		tree_path(tree, whole, name);
		unlink(whole);
	}
	snprintf(name, sizeof(name), "%s/iommu_group", path);
	snprintf(target, sizeof(target), "x/kernel/iommu_groups/%u", group);
	tree_path(tree, whole, name);
	unlink(whole);
	tree_link(tree, name, target);
	snprintf(name, sizeof(name), "sys/kernel/iommu_groups/%u/devices", group);
	tree_dir(tree, name);
	snprintf(name, sizeof(name), "sys/kernel/iommu_groups/%u/devices/%s", group, address);
	tree_link(tree, name, address);
}

static void make_device(const struct tree *tree, const char *path, const char *class,
			unsigned group)
{
	char name[128], target[128];

	snprintf(name, sizeof(name), "%s/class", path);
	tree_text(tree, name, class);
	snprintf(name, sizeof(name), "%s/vendor", path);
	tree_text(tree, name, "0x1b36\n");
	snprintf(name, sizeof(name), "%s/device", path);
	tree_text(tree, name, "0x000c\n");
	snprintf(name, sizeof(name), "sys/bus/pci/devices/%s", strrchr(path, '/') + 1);
	snprintf(target, sizeof(target), "../../../%s", path + strlen("sys/"));
	tree_link(tree, name, target);
	put_in_group(tree, path, group);
}

/* A card below a port with ACS is alone; a disk below one without is in a group with it. */
static void make_machine(struct tree *tree)
{
	tree_make(tree);
	tree_dir(tree, "sys/firmware/acpi/tables");
	make_device(tree, PORT, "0x060400\n", 0);
	make_device(tree, CARD, "0x020000\n", 1);
	make_device(tree, WEAK, "0x060400\n", 2);
	make_device(tree, DISK, "0x010802\n", 2);
	write_config(tree, PORT, 0x1d, 4096);
	write_config(tree, WEAK, 0, 4096);
}

/* Return: the exit status; @text is set to the rows, to be freed. */
static int check(const struct tree *tree, const char *columns, char *operand, char **text)
{
	struct context context = { .command = "groups", .quiet = true };
	const struct arguments arguments = {
		.context = &context,
		.out = { .format = OUT_RAW, .noheadings = true, .columns = columns },
		.operands = &operand,
		.nr_operands = operand ? 1 : 0,
	};
	struct source source;
	char *problem;
	struct out *out = out_new(&check_isolation_schema, &arguments.out, &problem);
	size_t length;
	FILE *stream = open_memstream(text, &length);
	int status;

	assert_non_null(out);
	assert_non_null(stream);
	tree_open(tree, &source);
	status = check_isolation(&arguments, &source, out);
	source_close(&source);
	out_print(out, stream, false);
	fclose(stream);
	out_free(out);
	return status;
}

static void assert_check(const struct tree *tree, char *operand, int status, const char *rows)
{
	char *text;
	int got = check(tree, WITHOUT_CAUSE, operand, &text);

	assert_string_equal(text, rows);
	assert_int_equal(got, status);
	free(text);
}

static void assert_cause(const struct tree *tree, const char *begin)
{
	char *text;

	check(tree, "CAUSE", NULL, &text);
	assert_memory_equal(text, begin, strlen(begin));
	free(text);
}

static void test_same(void **state)
{
	struct tree tree;

	(void)state;
	make_machine(&tree);
	assert_check(&tree, NULL, STATUS_OK, "");
	assert_check(&tree, (char *)"02:00.0", STATUS_OK, "");
	assert_check(&tree, (char *)"7", STATUS_FAILED, "");
	tree_remove(&tree);
}

/* The kernel has two groups where the way up calls for one. Both groups are concerned. */
static void test_apart(void **state)
{
	static const char row[] = "0000:01:00.0 1 apart 0000:00:01.0 0 acs 0000:00:01.0\n";
	struct tree tree;

	(void)state;
	make_machine(&tree);
	write_config(&tree, PORT, 0x19, 4096);
	assert_check(&tree, NULL, STATUS_NO, row);
	assert_check(&tree, (char *)"0", STATUS_NO, row);
	assert_check(&tree, (char *)"1", STATUS_NO, row);
	assert_check(&tree, (char *)"2", STATUS_OK, "");
	assert_cause(&tree, "ACS\\x20was\\x20turned\\x20off");
	tree_text(&tree, "proc/cmdline", "quiet pcie_acs_override=downstream\n");
	assert_cause(&tree, "pcie_acs_override:");
	tree_remove(&tree);
}

/* The kernel has one group where there should be two. */
static void test_together(void **state)
{
	struct tree tree;

	(void)state;
	make_machine(&tree);
	put_in_group(&tree, CARD, 0);
	assert_check(&tree, NULL, STATUS_NO, "0000:01:00.0 0 together 0000:00:01.0 0 - -\n");
	assert_cause(&tree, "ACS\\x20was\\x20turned\\x20on");
	tree_remove(&tree);
}

/* A device that sits in a wrong group altogether differs in both ways. */
static void test_elsewhere(void **state)
{
	struct tree tree;

	(void)state;
	make_machine(&tree);
	put_in_group(&tree, DISK, 1);
	assert_check(&tree, NULL, STATUS_NO,
		     "0000:02:00.0 1 together 0000:01:00.0 1 - -\n"
		     "0000:02:00.0 1 apart 0000:00:02.0 2 acs 0000:00:02.0\n");
	tree_remove(&tree);
}

/* As nobody sees it: the port with ACS and without look alike. */
static void test_unknown(void **state)
{
	struct tree tree;

	(void)state;
	make_machine(&tree);
	write_config(&tree, PORT, 0x1d, 64);
	assert_check(&tree, NULL, STATUS_FAILED, "");
	assert_check(&tree, (char *)"1", STATUS_FAILED, "");
	/* The card may belong to what is on the bus that its way passes. */
	assert_check(&tree, (char *)"0", STATUS_FAILED, "");
	/* What is known to differ does so whatever else is unknown. */
	put_in_group(&tree, DISK, 3);
	assert_check(&tree, NULL, STATUS_NO,
		     "0000:02:00.0 3 apart 0000:00:02.0 2 acs 0000:00:02.0\n");
	tree_remove(&tree);
}

/* A member that is not among the devices might be anything. */
static void test_stranger(void **state)
{
	struct tree tree;

	(void)state;
	make_machine(&tree);
	tree_link(&tree, "sys/kernel/iommu_groups/2/devices/0000:03:00.0", "0000:03:00.0");
	assert_check(&tree, NULL, STATUS_FAILED, "");
	assert_check(&tree, (char *)"1", STATUS_OK, "");
	tree_remove(&tree);
}

static void test_no_groups(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/bus/pci/devices");
	tree_dir(&tree, "sys/kernel/iommu_groups");
	assert_check(&tree, NULL, STATUS_SKIPPED, "");
	tree_remove(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),	  cmocka_unit_test(test_apart),
		cmocka_unit_test(test_together),  cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_unknown),	  cmocka_unit_test(test_stranger),
		cmocka_unit_test(test_no_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
