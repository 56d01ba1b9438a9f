/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way from one binding to another, and what each step is called. */
#include "bind/driver.h"
#include "bind/steps.h"
#include "unit.h"

#define STEPS_MAX 4

struct expected {
	enum step_kind kind;
	const char *driver;
};

static void check_steps(const struct steps *steps, const struct expected *expected, size_t nr,
			const char *name)
{
	assert_case_equal(steps->nr, nr, name);
	for (size_t i = 0; i < nr; i++) {
		assert_case_equal(steps->items[i].kind, expected[i].kind, name);
		if (expected[i].driver) {
			assert_case(steps->items[i].driver, name);
			assert_case(strcmp(steps->items[i].driver, expected[i].driver) == 0, name);
		} else {
			assert_case(!steps->items[i].driver, name);
		}
	}
}

static void test_between(void **state)
{
	static const struct {
		const char *name;
		struct binding now, goal;
		size_t nr;
		struct expected steps[STEPS_MAX];
	} cases[] = {
		{ "nvme to vfio-pci",
		  { (char *)"nvme", NULL },
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  3,
		  { { STEP_OVERRIDE, "vfio-pci" },
		    { STEP_UNBIND, "nvme" },
		    { STEP_ATTACH, "vfio-pci" } } },
		{ "no driver to vfio-pci: nothing to unbind",
		  { NULL, NULL },
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  2,
		  { { STEP_OVERRIDE, "vfio-pci" }, { STEP_ATTACH, "vfio-pci" } } },
		{ "override is set already",
		  { (char *)"nvme", (char *)"vfio-pci" },
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  2,
		  { { STEP_UNBIND, "nvme" }, { STEP_ATTACH, "vfio-pci" } } },
		{ "killed between unbind and attach",
		  { NULL, (char *)"vfio-pci" },
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  1,
		  { { STEP_ATTACH, "vfio-pci" } } },
		{ "back",
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  { (char *)"nvme", NULL },
		  3,
		  { { STEP_OVERRIDE, NULL },
		    { STEP_UNBIND, "vfio-pci" },
		    { STEP_ATTACH, "nvme" } } },
		{ "back to an override of its own",
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  { (char *)"nvme", (char *)"nvme" },
		  3,
		  { { STEP_OVERRIDE, "nvme" },
		    { STEP_UNBIND, "vfio-pci" },
		    { STEP_ATTACH, "nvme" } } },
		{ "back to an override that would keep the driver away: last",
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  { (char *)"nvme", (char *)"(none)" },
		  4,
		  { { STEP_OVERRIDE, "nvme" },
		    { STEP_UNBIND, "vfio-pci" },
		    { STEP_ATTACH, "nvme" },
		    { STEP_OVERRIDE, "(none)" } } },
		{ "the same when the driver is the override already",
		  { NULL, (char *)"nvme" },
		  { (char *)"nvme", (char *)"(none)" },
		  2,
		  { { STEP_ATTACH, "nvme" }, { STEP_OVERRIDE, "(none)" } } },
		{ "back to no driver",
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  { NULL, NULL },
		  2,
		  { { STEP_OVERRIDE, NULL }, { STEP_UNBIND, "vfio-pci" } } },
		{ "back to no driver, with an override",
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  { NULL, (char *)"pci-stub" },
		  2,
		  { { STEP_OVERRIDE, "pci-stub" }, { STEP_UNBIND, "vfio-pci" } } },
		{ "only the override goes",
		  { (char *)"nvme", (char *)"vfio-pci" },
		  { (char *)"nvme", NULL },
		  1,
		  { { STEP_OVERRIDE, NULL } } },
		{ "only the override comes: the driver is not touched for it",
		  { (char *)"nvme", NULL },
		  { (char *)"nvme", (char *)"vfio-pci" },
		  1,
		  { { STEP_OVERRIDE, "vfio-pci" } } },
		{ "there already",
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  0,
		  { { 0 } } },
		{ "nothing to nothing", { NULL, NULL }, { NULL, NULL }, 0, { { 0 } } },
		{ "one name is the beginning of the other",
		  { (char *)"nvme", NULL },
		  { (char *)"nvme2", NULL },
		  2,
		  { { STEP_UNBIND, "nvme" }, { STEP_ATTACH, "nvme2" } } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct steps steps = { 0 };

		steps_between(&cases[i].now, GOAL_DRIVER, &cases[i].goal, &steps);
		check_steps(&steps, cases[i].steps, cases[i].nr, cases[i].name);
		steps_free(&steps);
	}
}

/* What the goal says does not count: the kernel chooses. */
static void test_probe(void **state)
{
	static const struct {
		const char *name;
		struct binding now;
		size_t nr;
		struct expected steps[STEPS_MAX];
	} cases[] = {
		{ "from vfio-pci",
		  { (char *)"vfio-pci", (char *)"vfio-pci" },
		  3,
		  { { STEP_OVERRIDE, NULL }, { STEP_UNBIND, "vfio-pci" }, { STEP_PROBE, NULL } } },
		{ "bound by new_id, without an override",
		  { (char *)"vfio-pci", NULL },
		  2,
		  { { STEP_UNBIND, "vfio-pci" }, { STEP_PROBE, NULL } } },
		{ "no driver", { NULL, NULL }, 1, { { STEP_PROBE, NULL } } },
		{ "no driver, an override",
		  { NULL, (char *)"vfio-pci" },
		  2,
		  { { STEP_OVERRIDE, NULL }, { STEP_PROBE, NULL } } },
	};
	static const struct binding goal = { (char *)"nvme", (char *)"nvme" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct steps steps = { 0 };

		steps_between(&cases[i].now, GOAL_PROBE, &goal, &steps);
		check_steps(&steps, cases[i].steps, cases[i].nr, cases[i].name);
		steps_free(&steps);
	}
}

static void test_added(void **state)
{
	static const struct expected all[] = { { STEP_LOAD, "vfio-pci" },
					       { STEP_OVERRIDE, "x" },
					       { STEP_PROBE, NULL } };
	const struct binding now = { NULL, NULL }, goal = { NULL, (char *)"x" };
	struct steps steps = { 0 };
	char name[] = "vfio-pci";

	(void)state;
	steps_add(&steps, STEP_LOAD, name);
	name[0] = 'X'; /* a copy is kept */
	steps_between(&now, GOAL_DRIVER, &goal, &steps);
	steps_add(&steps, STEP_PROBE, NULL);
	check_steps(&steps, all, COUNT(all), "added to what is there");
	steps_free(&steps);
	assert_int_equal(steps.nr, 0);
	assert_null(steps.items);
}

static void test_binding(void **state)
{
	const struct binding from = { (char *)"nvme", NULL };
	struct binding to;

	(void)state;
	binding_copy(&to, &from);
	assert_string_equal(to.driver, "nvme");
	assert_ptr_not_equal(to.driver, from.driver);
	assert_null(to.override);
	binding_free(&to);
	assert_null(to.driver);
}

/* --- for people and the journal ----------------------------------------------------------- */

static void test_words(void **state)
{
	static const struct {
		struct step step;
		const char *name, *text;
	} cases[] = {
		{ { STEP_LOAD, (char *)"vfio-pci" }, "load vfio-pci", "modprobe vfio-pci" },
		{ { STEP_OVERRIDE, (char *)"vfio-pci" },
		  "override vfio-pci",
		  "echo vfio-pci > /sys/bus/pci/devices/0000:03:00.0/driver_override" },
		{ { STEP_OVERRIDE, NULL },
		  "clear the override",
		  "echo > /sys/bus/pci/devices/0000:03:00.0/driver_override" },
		{ { STEP_UNBIND, (char *)"nvme" },
		  "unbind nvme",
		  "echo 0000:03:00.0 > /sys/bus/pci/drivers/nvme/unbind" },
		{ { STEP_ATTACH, (char *)"nvme" },
		  "bind nvme",
		  "echo 0000:03:00.0 > /sys/bus/pci/drivers/nvme/bind" },
		{ { STEP_PROBE, NULL }, "probe", "echo 0000:03:00.0 > /sys/bus/pci/drivers_probe" },
		/* What a name holds is not looked at again. */
		{ { STEP_UNBIND, (char *)"%b%d" },
		  "unbind %b%d",
		  "echo 0000:03:00.0 > /sys/bus/pci/drivers/%b%d/unbind" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *name = step_name(&cases[i].step);
		char *text = step_text(NULL, "0000:03:00.0", &cases[i].step);

		assert_string_equal(name, cases[i].name);
		assert_string_equal(text, cases[i].text);
		free(name);
		free(text);
	}
}

/* A name becomes part of a path, of a file, and of a udev rule. */
static void test_driver_names(void **state)
{
	static const char *const good[] = {
		"vfio-pci", "mlx5_core",
		"8250",	    "..x",
		"a.b",	    "driver-of-63-characters-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	};
	static const char *const bad[] = {
		"",	".",	  "..",
		"a/b",	"/nvme",  "../nvme",
		"a b",	" nvme",  "nvme\n",
		"a\tb", "a\177b", "driver-of-64-characters-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	};

	(void)state;
	assert_int_equal(strlen(good[COUNT(good) - 1]), 63);
	assert_int_equal(strlen(bad[COUNT(bad) - 1]), 64);
	for (size_t i = 0; i < COUNT(good); i++)
		assert_case(!driver_name_problem(good[i]), good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_case(driver_name_problem(bad[i]), bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_between), cmocka_unit_test(test_probe),
		cmocka_unit_test(test_added),	cmocka_unit_test(test_binding),
		cmocka_unit_test(test_words),	cmocka_unit_test(test_driver_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
