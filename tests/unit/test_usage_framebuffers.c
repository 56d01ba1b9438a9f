/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Framebuffers in the memory of devices: /proc/iomem as it is, and as garbage. */
#include "question.h"

static struct tree tree;

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/bus/pci/devices");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static void ask(struct asked *asked, const char *iomem, bool live)
{
	if (iomem)
		tree_text(&tree, "proc/iomem", iomem);
	asked_init(asked, &tree, live);
	collect_framebuffers(&asked->question);
}

/* --- what is one -------------------------------------------------------------------------- */

static void test_names(void **state)
{
	static const struct {
		const char *name;
		bool is_one;
	} cases[] = {
		{ "efifb", true },
		{ "BOOTFB", true },
		{ "vesafb", true },
		{ "simplefb", true },
		{ "simple-framebuffer", true },
		{ "simple-framebuffer.0", true },
		{ "radeonfb framebuffer", true },
		{ "matroxfb", true },
		{ "simpledrm", true },
		{ "i915", false },
		{ "fb", false }, /* not the end of a word */
		{ "fbcon", false },
		{ "efifbx", false },
		{ "Reserved", false },
		{ "PCI ECAM 0000 [bus 00-fb]", false },
		{ "PCI Bus 0000:fb", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char iomem[256];
		struct asked asked;

		snprintf(iomem, sizeof(iomem),
			 "c0000000-dfffffff : PCI Bus 0000:00\n"
			 "  c0000000-cfffffff : 0000:00:02.0\n"
			 "    c0000000-c02fffff : %s\n",
			 cases[i].name);
		ask(&asked, iomem, false);
		assert_case_equal(asked.question.usage->nr_nodes, cases[i].is_one, cases[i].name);
		if (cases[i].is_one) {
			const struct node *node = &asked.question.usage->nodes[0];

			assert_string_equal(node->name, cases[i].name);
			assert_int_equal(node->kind, NODE_FRAMEBUFFER);
			assert_ptr_equal(node->device, &asked.world.devices[0]);
		}
		asked_free(&asked);
	}
}

/* --- whose it is -------------------------------------------------------------------------- */

static void test_nesting(void **state)
{
	/* @names: those found, "DEVICE:NAME" with the slot of the device */
	static const struct {
		const char *name, *iomem, *names;
	} cases[] = {
		{ "without addresses",
		  "00000000-00000000 : PCI Bus 0000:00\n"
		  "  00000000-00000000 : 0000:00:02.0\n"
		  "    00000000-00000000 : efifb\n",
		  "2:efifb" },
		{ "two in each other",
		  "c0-df : PCI Bus 0000:00\n"
		  "  c0-cf : 0000:00:02.0\n"
		  "    c0-c2 : BOOTFB\n"
		  "      c0-c2 : simpledrm\n",
		  "2:BOOTFB,2:simpledrm" },
		{ "the same in two BARs",
		  "  c0-cf : 0000:00:02.0\n"
		  "    c0-c2 : efifb\n"
		  "  d0-df : 0000:00:02.0\n"
		  "    d0-d2 : efifb\n",
		  "2:efifb" },
		{ "beside the BAR",
		  "  c0-cf : 0000:00:02.0\n"
		  "    c0-c2 : i915\n"
		  "  d0-df : efifb\n",
		  "" },
		{ "above all", "c0-cf : efifb\n  c0-c1 : Reserved\nd0-df : 0000:00:02.0\n", "" },
		{ "of the device that nobody asks for",
		  "  c0-cf : 0000:00:02.0\n"
		  "  d0-df : 0000:00:04.0\n"
		  "    d0-d2 : efifb\n"
		  "  e0-ef : 0000:00:03.0\n",
		  "" },
		{ "of no display",
		  "  c0-cf : 0000:00:02.0\n"
		  "  e0-ef : 0000:00:03.0\n"
		  "    e0-ef : vesafb\n",
		  "3:vesafb" },
		{ "of a function that we do not know",
		  "  c0-cf : 0000:00:02.0\n"
		  "    c0-c2 : 10000:01:00.0\n"
		  "      c0-c2 : efifb\n",
		  "" },
		{ "after something nested deeper",
		  "  c0-cf : 0000:00:02.0\n"
		  "    c0-c1 : x\n"
		  "      c0-c1 : y\n"
		  "    c2-c3 : efifb\n",
		  "2:efifb" },
		/* the framebuffer was first, and is as large as the BAR */
		{ "around the BAR",
		  "c0-df : PCI Bus 0000:00\n"
		  "  c0-cf : BOOTFB\n"
		  "    c0-cf : 0000:00:02.0\n"
		  "      c0-cf : i915\n",
		  "2:BOOTFB" },
		{ "bus fb is no framebuffer",
		  "c0-df : PCI Bus 0000:fb\n"
		  "  c0-cf : 0000:00:02.0\n",
		  "" },
		/* the kernel shows five levels below the first; deeper ones are beside the fifth */
		{ "cut off",
		  "c : PCI Bus 0000:00\n"
		  "  c-c : PCI Bus 0000:01\n"
		  "    c-c : PCI Bus 0000:02\n"
		  "      c-c : PCI Bus 0000:03\n"
		  "        c-c : PCI Bus 0000:04\n"
		  "          c-c : 0000:00:02.0\n"
		  "          c-c : efifb\n"
		  "          c-c : simpledrm\n"
		  "          c-c : 0000:00:03.0\n"
		  "          c-c : e1000e\n",
		  "2:efifb,2:simpledrm" },
		{ "cut off, of another",
		  "          c-c : 0000:00:02.0\n"
		  "          c-c : 0000:00:04.0\n"
		  "          c-c : efifb\n",
		  "" },
		{ "left after the cut",
		  "          c-c : 0000:00:02.0\n"
		  "        c-c : efifb\n",
		  "" },
		{ "no newline at the end", " c : 0000:00:02.0\n   c : efifb", "2:efifb" },
		{ "control characters", "c : 0000:00:02.0\n  c : \033[31mefifb\n", "2:?[31mefifb" },
		{ "lines without a name", "c : 0000:00:02.0\n\n    \nc0-cf\n : \n  c : efifb\n",
		  "" },
		{ "a name of blanks", "c : 0000:00:02.0\n  c :    \n    c : efifb", "2:efifb" },
		{ "far to the right",
		  "c : 0000:00:02.0\n"
		  "                                                                x : efifb\n",
		  "2:efifb" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strings found = { 0 };
		struct asked asked;
		const struct usage *usage;
		char *names;

		ask(&asked, cases[i].iomem, false);
		usage = asked.question.usage;
		for (size_t j = 0; j < usage->nr_nodes; j++) {
			char text[64];

			snprintf(text, sizeof(text), "%d:%s", usage->nodes[j].device->bdf.device,
				 usage->nodes[j].name);
			strings_add(&found, text);
		}
		names = strings_join(&found, ",");
		if (strcmp(names, cases[i].names) != 0)
			fail_msg("case \"%s\": \"%s\", not \"%s\"", cases[i].name, names,
				 cases[i].names);
		assert_null(usage->unknown[USAGE_FRAMEBUFFERS]);
		free(names);
		strings_free(&found);
		asked_free(&asked);
	}
}

/* Levels without end are neither remembered nor written behind their array. */
static void test_deep(void **state)
{
	char iomem[16384];
	size_t length = 0;
	struct asked asked;

	(void)state;
	for (int depth = 0; depth < 100; depth++)
		length += (size_t)snprintf(iomem + length, sizeof(iomem) - length, "%*sc : %s\n",
					   2 * depth, "",
					   depth == 50	 ? "0000:00:02.0"
					   : depth == 51 ? "efifb"
							 : "x");
	assert_true(length < sizeof(iomem) - 1);
	ask(&asked, iomem, false);
	assert_int_equal(asked.question.usage->nr_nodes, 1);
	assert_string_equal(asked.question.usage->nodes[0].name, "efifb");
	asked_free(&asked);
}

/* --- nothing to read ---------------------------------------------------------------------- */

static void test_absent(void **state)
{
	static const struct {
		const char *name, *iomem;
		bool live, display;
		const char *unknown;
	} cases[] = {
		{ "capture", NULL, false, true, "a capture does not have it" },
		{ "capture, no display", NULL, false, false, NULL },
		{ "capture, emptied", "", false, true, "a capture does not have it" },
		{ "machine", NULL, true, true, "/proc/iomem: No such file or directory" },
		{ "machine, no display", NULL, true, false, NULL },
		{ "machine, empty", "", true, true, "/proc/iomem: empty" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asked asked;
		const char *unknown;

		if (cases[i].iomem)
			tree_text(&tree, "proc/iomem", cases[i].iomem);
		else
			tree_dir(&tree, "proc");
		asked_init(&asked, &tree, cases[i].live);
		asked.wanted[0] = cases[i].display;
		collect_framebuffers(&asked.question);
		unknown = asked.question.usage->unknown[USAGE_FRAMEBUFFERS];
		assert_case(!unknown == !cases[i].unknown, cases[i].name);
		if (unknown)
			assert_string_equal(unknown, cases[i].unknown);
		asked_free(&asked);
		teardown(state);
		setup(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nesting, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deep, setup, teardown),
		cmocka_unit_test_setup_teardown(test_absent, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
