/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may make more of a PCI Express error: services of ports by the names of their devices
 * (drivers/pci/pcie/portdrv.h: "BDF:pcie%03x", type of the port less 4, then service: AER 2, DPC
 * 8), and the ACPI table HEST.
 */
#include "tree.h"

#define DEVICES "sys/bus/pci_express/devices/"
#define HEST "sys/firmware/acpi/tables/HEST"

/* Collects of the tree, and removes it. */
static void collect_tree(const struct tree *tree, struct strings *sentences)
{
	struct source source;

	*sentences = (struct strings){ 0 };
	tree_open(tree, &source);
	collect_escalation(&source, sentences);
	source_close(&source);
	tree_remove(tree);
}

/* Ends the test unless these words stand in the sentences, one in each; NULL: there is none. */
static void assert_told(const struct strings *sentences, const char *first, const char *second,
			const char *third, const char *name)
{
	const char *const wanted[] = { first, second, third };
	size_t nr = 0;

	while (nr < COUNT(wanted) && wanted[nr])
		nr++;
	assert_case_equal(sentences->nr, nr, name);
	for (size_t i = 0; i < nr; i++)
		assert_case(strstr(sentences->items[i], wanted[i]), name);
}

/* A device name and what is told of it. */
static void test_services(void **state)
{
	static const struct {
		const char *device, *first, *second;
	} cases[] = {
		{ "0000:00:1c.0:pcie002", "0000:00:1c.0: AER ", NULL }, /* of a root port */
		{ "0000:00:1c.0:pcie008", "0000:00:1c.0: DPC ", NULL },
		{ "0000:02:00.0:pcie208", "0000:02:00.0: DPC ", NULL },	  /* a downstream port */
		{ "10000:e0:06.0:pcie008", "10000:e0:06.0: DPC ", NULL }, /* behind VMD */
		{ "0000:00:00.7:pcie602", "0000:00:00.7: AER ", NULL },	  /* an event collector */
		{ "0000:00:1c.0:pcie001", "no DPC, no AER", NULL },	  /* PME */
		{ "0000:00:1c.0:pcie004", "no DPC, no AER", NULL },	  /* hotplug */
		{ "0000:00:1c.0:pcie010", "no DPC, no AER", NULL },	  /* bandwidth */
		/* Names that the kernel does not give. */
		{ "0000:00:1c.0:pcie", "no DPC, no AER", NULL },
		{ "0000:00:1c.0:pcie00g", "no DPC, no AER", NULL },
		{ "0000:00:1c.0:pcie1008", "no DPC, no AER", NULL },
		{ "0000:00:1c.0:pcie00000000000000000000008x", "no DPC, no AER", NULL },
		{ "0000:00:1c.0:pcie008:pcie002", "no DPC, no AER", NULL },
		{ "0000:00:1c.0:pcie-08", "no DPC, no AER", NULL },
		{ "0000:00:1c.0:pcie0x8", "no DPC, no AER", NULL },
		{ "0000:00:1c.0:pcie8", "no DPC, no AER", NULL },
		{ ":pcie008", "no DPC, no AER", NULL },
		{ "pcie008", "no DPC, no AER", NULL },
		{ "0000:00:1c.0", "no DPC, no AER", NULL },
	};
	struct strings sentences;
	struct tree tree;
	char path[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		tree_make(&tree);
		snprintf(path, sizeof(path), DEVICES "%s", cases[i].device);
		tree_dir(&tree, path);
		collect_tree(&tree, &sentences);
		assert_told(&sentences, cases[i].first, cases[i].second, NULL, cases[i].device);
		strings_free(&sentences);
	}
}

/* Links, as sysfs has them; a sentence a service, with all its ports. */
static void test_ports(void **state)
{
	struct strings sentences;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_link(&tree, DEVICES "0000:00:1d.0:pcie002", "nowhere");
	tree_link(&tree, DEVICES "0000:00:1c.0:pcie008", "nowhere");
	tree_link(&tree, DEVICES "0000:00:1c.0:pcie002", "nowhere");
	tree_link(&tree, DEVICES "0000:00:1c.0:pcie001", "nowhere");
	tree_text(&tree, HEST, "HEST");
	collect_tree(&tree, &sentences);
	assert_told(&sentences, "(ACPI table HEST)", "0000:00:1c.0: DPC ",
		    "0000:00:1c.0, 0000:00:1d.0: AER ", "all");
	strings_free(&sentences);
}

static void test_firmware(void **state)
{
	struct strings sentences;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_dir(&tree, DEVICES);
	tree_text(&tree, HEST, "");
	collect_tree(&tree, &sentences);
	assert_told(&sentences, "(ACPI table HEST)", NULL, NULL, "only HEST");
	strings_free(&sentences);

	tree_make(&tree);
	tree_dir(&tree, DEVICES);
	tree_text(&tree, "sys/firmware/acpi/tables/BERT", "");
	tree_text(&tree, "sys/firmware/acpi/tables/data/HEST", "");
	collect_tree(&tree, &sentences);
	assert_told(&sentences, "nothing is seen", NULL, NULL, "others");
	strings_free(&sentences);
}

/* What was said before stays, and is not taken for something that was found. */
static void test_added(void **state)
{
	struct strings sentences = { 0 };
	struct source source;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_dir(&tree, DEVICES);
	tree_open(&tree, &source);
	strings_add(&sentences, "before");
	collect_escalation(&source, &sentences);
	source_close(&source);
	tree_remove(&tree);
	assert_told(&sentences, "before", "nothing is seen", NULL, "added");
	strings_free(&sentences);
}

/* Unknown is not none. */
static void test_unreadable(void **state)
{
	struct strings sentences;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/bus");
	collect_tree(&tree, &sentences);
	assert_told(&sentences, "is unknown", NULL, NULL, "not there");
	strings_free(&sentences);

	tree_make(&tree);
	tree_text(&tree, "sys/bus/pci_express/devices", "no folder");
	tree_text(&tree, HEST, "");
	collect_tree(&tree, &sentences);
	assert_told(&sentences, "(ACPI table HEST)", "is unknown", NULL, "no folder");
	strings_free(&sentences);
}

static void test_denied(void **state)
{
	struct strings sentences;
	char path[PATH_MAX];
	struct tree tree;

	(void)state;
	if (geteuid() == 0) {
		print_message("not here: root may read every folder\n");
		return;
	}
	tree_make(&tree);
	tree_dir(&tree, DEVICES "0000:00:1c.0:pcie008");
	tree_path(&tree, path, "sys/bus/pci_express/devices");
	assert_int_equal(chmod(path, 0), 0);
	collect_tree(&tree, &sentences);
	assert_told(&sentences, "is unknown", NULL, NULL, "denied");
	strings_free(&sentences);
	assert_int_equal(chmod(path, 0755), 0);
	tree_remove(&tree);
}

/* A capture that was made to ask something about the machine that it is read on. */
static void test_leads_out(void **state)
{
	struct strings sentences;
	struct tree tree, outside;

	(void)state;
	tree_make(&outside);
	tree_text(&outside, "HEST", "");
	tree_dir(&outside, "0000:00:1c.0:pcie008");
	tree_make(&tree);
	tree_dir(&tree, "sys/bus");
	tree_link(&tree, "sys/firmware/acpi/tables", outside.path);
	tree_link(&tree, "sys/bus/pci_express/devices", outside.path);
	collect_tree(&tree, &sentences);
	assert_told(&sentences, "is unknown", NULL, NULL, "folders");
	strings_free(&sentences);

	/* A link itself is there, wherever it leads. */
	tree_make(&tree);
	tree_dir(&tree, DEVICES);
	tree_link(&tree, HEST, "nowhere");
	collect_tree(&tree, &sentences);
	assert_told(&sentences, "(ACPI table HEST)", NULL, NULL, "file");
	strings_free(&sentences);
	tree_remove(&outside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_services),   cmocka_unit_test(test_ports),
		cmocka_unit_test(test_firmware),   cmocka_unit_test(test_added),
		cmocka_unit_test(test_unreadable), cmocka_unit_test(test_denied),
		cmocka_unit_test(test_leads_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
