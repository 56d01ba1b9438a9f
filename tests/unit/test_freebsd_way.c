/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps of bind and restore on FreeBSD: which, what they are called, and where they lead. */
#include "devctl_scene.h"

#include <errno.h>

#include "bind/freebsd/drivers.h"
#include "bind/freebsd/way.h"

/* --- which -------------------------------------------------------------------------------- */

#define STEPS_MAX 2
#define NAME(text) (char *)(text)

static void test_between(void **state)
{
	static const struct {
		const char *name;
		struct binding now;
		enum goal_kind kind;
		struct binding goal;
		size_t nr;
		struct {
			enum step_kind kind;
			const char *driver;
		} steps[STEPS_MAX];
	} cases[] = {
		{ "igb to ppt",
		  { NAME("igb"), NULL },
		  GOAL_DRIVER,
		  { NAME("ppt"), NAME("ppt") },
		  1,
		  { { STEP_SET, "ppt" } } },
		{ "no driver to ppt",
		  { NULL, NULL },
		  GOAL_DRIVER,
		  { NAME("ppt"), NAME("ppt") },
		  1,
		  { { STEP_SET, "ppt" } } },
		{ "forced to ppt already, without a driver",
		  { NULL, NAME("ppt") },
		  GOAL_DRIVER,
		  { NAME("ppt"), NAME("ppt") },
		  1,
		  { { STEP_ATTACH, "ppt" } } },
		{ "forced to another, without a driver",
		  { NULL, NAME("vfio") },
		  GOAL_DRIVER,
		  { NAME("ppt"), NAME("ppt") },
		  1,
		  { { STEP_SET, "ppt" } } },
		{ "has ppt: forced or not, that is it",
		  { NAME("ppt"), NULL },
		  GOAL_DRIVER,
		  { NAME("ppt"), NAME("ppt") },
		  0,
		  { { 0, NULL } } },
		{ "back",
		  { NAME("ppt"), NULL },
		  GOAL_DRIVER,
		  { NAME("igb"), NULL },
		  1,
		  { { STEP_CLEAR, "igb" } } },
		{ "back, when it was forced and left",
		  { NULL, NAME("ppt") },
		  GOAL_DRIVER,
		  { NAME("igb"), NULL },
		  1,
		  { { STEP_CLEAR, "igb" } } },
		{ "back, when nothing is forced any more: clearing would do nothing",
		  { NULL, NULL },
		  GOAL_DRIVER,
		  { NAME("igb"), NULL },
		  1,
		  { { STEP_PROBE, "igb" } } },
		{ "is back",
		  { NAME("igb"), NULL },
		  GOAL_DRIVER,
		  { NAME("igb"), NULL },
		  0,
		  { { 0, NULL } } },
		{ "back to no driver",
		  { NAME("ppt"), NULL },
		  GOAL_DRIVER,
		  { NULL, NULL },
		  1,
		  { { STEP_CLEAR, NULL } } },
		{ "back to no driver, forced and left",
		  { NULL, NAME("ppt") },
		  GOAL_DRIVER,
		  { NULL, NULL },
		  1,
		  { { STEP_CLEAR, NULL } } },
		{ "is back to no driver",
		  { NULL, NULL },
		  GOAL_DRIVER,
		  { NULL, NULL },
		  0,
		  { { 0, NULL } } },
		{ "back to a force without a driver",
		  { NAME("ppt"), NULL },
		  GOAL_DRIVER,
		  { NULL, NAME("ppt") },
		  1,
		  { { STEP_UNBIND, "ppt" } } },
		{ "back to a force without a driver, from another one",
		  { NAME("igb"), NULL },
		  GOAL_DRIVER,
		  { NULL, NAME("ppt") },
		  2,
		  { { STEP_SET, "ppt" }, { STEP_UNBIND, "ppt" } } },
		{ "is back to a force without a driver",
		  { NULL, NAME("ppt") },
		  GOAL_DRIVER,
		  { NULL, NAME("ppt") },
		  0,
		  { { 0, NULL } } },
		{ "back to ppt: the kernel would choose another",
		  { NAME("igb"), NULL },
		  GOAL_DRIVER,
		  { NAME("ppt"), NULL },
		  1,
		  { { STEP_SET, "ppt" } } },
		{ "back to ppt from nothing",
		  { NULL, NULL },
		  GOAL_DRIVER,
		  { NAME("ppt"), NULL },
		  1,
		  { { STEP_SET, "ppt" } } },
		{ "back to ppt, forced and left",
		  { NULL, NAME("ppt") },
		  GOAL_DRIVER,
		  { NAME("ppt"), NULL },
		  1,
		  { { STEP_ATTACH, "ppt" } } },
		{ "is back with ppt",
		  { NAME("ppt"), NULL },
		  GOAL_DRIVER,
		  { NAME("ppt"), NULL },
		  0,
		  { { 0, NULL } } },
		{ "the kernel chooses",
		  { NAME("ppt"), NULL },
		  GOAL_PROBE,
		  { NULL, NULL },
		  1,
		  { { STEP_CLEAR, NULL } } },
		{ "the kernel chooses, forced and left",
		  { NULL, NAME("ppt") },
		  GOAL_PROBE,
		  { NULL, NULL },
		  1,
		  { { STEP_CLEAR, NULL } } },
		{ "the kernel chooses, nothing forced",
		  { NULL, NULL },
		  GOAL_PROBE,
		  { NULL, NULL },
		  1,
		  { { STEP_PROBE, NULL } } },
		{ "to none",
		  { NAME("ppt"), NULL },
		  GOAL_NONE,
		  { NULL, NULL },
		  1,
		  { { STEP_UNBIND, "ppt" } } },
		{ "has none: what is forced stays, or a driver would come",
		  { NULL, NAME("ppt") },
		  GOAL_NONE,
		  { NULL, NULL },
		  0,
		  { { 0, NULL } } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct steps steps = { 0 };

		freebsd_steps_between(&cases[i].now, cases[i].kind, &cases[i].goal, &steps);
		assert_case_equal(steps.nr, cases[i].nr, cases[i].name);
		for (size_t k = 0; k < steps.nr; k++) {
			const char *driver = cases[i].steps[k].driver;

			assert_case_equal(steps.items[k].kind, cases[i].steps[k].kind,
					  cases[i].name);
			assert_case(!driver == !steps.items[k].driver, cases[i].name);
			assert_case(!driver || strcmp(driver, steps.items[k].driver) == 0,
				    cases[i].name);
		}
		steps_free(&steps);
	}
}

/* --- what they are called ----------------------------------------------------------------- */

static void test_texts(void **state)
{
	static const struct {
		struct step step;
		const char *name, *text;
	} cases[] = {
		{ { STEP_LOAD, NAME("ppt") }, "load ppt", "kldload vmm" },
		{ { STEP_SET, NAME("ppt") },
		  "set driver ppt",
		  "devctl set driver -f pci0:10:31:7 ppt" },
		{ { STEP_CLEAR, NAME("igb") },
		  "clear driver",
		  "devctl clear driver -f pci0:10:31:7" },
		{ { STEP_CLEAR, NULL }, "clear driver", "devctl clear driver -f pci0:10:31:7" },
		{ { STEP_ATTACH, NAME("ppt") }, "attach ppt", "devctl attach pci0:10:31:7" },
		{ { STEP_PROBE, NULL }, "attach", "devctl attach pci0:10:31:7" },
		{ { STEP_UNBIND, NAME("ppt") }, "detach", "devctl detach pci0:10:31:7" },
	};

	(void)state;
	model->is_root = false; /* a dry run is for everybody */
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *name = freebsd_step_name(&cases[i].step);
		char *text = freebsd_step_text(os, addresses[BARE], &cases[i].step);

		assert_string_equal(name, cases[i].name);
		assert_string_equal(text, cases[i].text);
		free(name);
		free(text);
	}
}

/* --- where they lead ---------------------------------------------------------------------- */

/* Goes from where a device is to where it shall be. Return: of the step that fails. */
static int go(int which, enum goal_kind kind, const char *driver, const char *override)
{
	const struct binding goal = { NAME(driver), NAME(override) };
	struct binding now;
	struct steps steps = { 0 };
	int r = freebsd_binding_now(os, addresses[which], &now, NULL);

	assert_int_equal(r, 0);
	freebsd_steps_between(&now, kind, &goal, &steps);
	for (size_t i = 0; i < steps.nr && r == 0; i++) {
		char *name = freebsd_step_name(&steps.items[i]);
		struct error err = { 0 };

		r = freebsd_take_step(os, addresses[which], &steps.items[i], &err);
		/* What failed is named as the journal names it. */
		assert_true(r == 0 || strncmp(err.text, name, strlen(name)) == 0);
		free(name);
	}
	steps_free(&steps);
	binding_free(&now);
	return r;
}

static void test_ways(void **state)
{
	(void)state;
	/* There and back, each twice. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(go(IGB, GOAL_DRIVER, "ppt", "ppt"), 0);
	assert_string_equal(state_of(IGB), "ppt0 forced");
	for (int i = 0; i < 2; i++)
		assert_int_equal(go(IGB, GOAL_DRIVER, "igb", NULL), 0);
	assert_string_equal(state_of(IGB), "igb0");
	for (int i = 0; i < 2; i++)
		assert_int_equal(go(BARE, GOAL_DRIVER, "ppt", "ppt"), 0);
	assert_string_equal(state_of(BARE), "ppt0 forced");
	for (int i = 0; i < 2; i++)
		assert_int_equal(go(BARE, GOAL_DRIVER, NULL, NULL), 0);
	assert_string_equal(state_of(BARE), "-");

	/* To none, which stays so, and from there to either side. */
	assert_int_equal(go(IGB, GOAL_DRIVER, "ppt", "ppt"), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(go(IGB, GOAL_NONE, NULL, NULL), 0);
	assert_string_equal(state_of(IGB), "ppt0 forced detached");
	assert_int_equal(go(IGB, GOAL_DRIVER, "ppt", "ppt"), 0);
	assert_string_equal(state_of(IGB), "ppt0 forced");
	assert_int_equal(go(IGB, GOAL_NONE, NULL, NULL), 0);
	assert_int_equal(go(IGB, GOAL_PROBE, NULL, NULL), 0);
	assert_string_equal(state_of(IGB), "igb0");
	assert_int_equal(go(IGB, GOAL_NONE, NULL, NULL), 0);
	assert_string_equal(state_of(IGB), "-");
	assert_int_equal(go(IGB, GOAL_PROBE, NULL, NULL), 0);
	assert_string_equal(state_of(IGB), "igb0");

	/* Nowhere. */
	model->functions[IGB].is_busy = true;
	assert_int_equal(go(IGB, GOAL_DRIVER, "ppt", "ppt"), -EBUSY);
	assert_int_equal(go(IGB, GOAL_NONE, NULL, NULL), -EBUSY);
	assert_string_equal(state_of(IGB), "igb0");
	assert_int_equal(go(FAR, GOAL_DRIVER, "ppt", "ppt"), -EINVAL);
	give_to_ppt(BARE, false);
	model_set(model, "pptdevs", "kenv", "10/31/7");
	assert_int_equal(go(BARE, GOAL_PROBE, NULL, NULL), -EEXIST);
}

static void test_binding(void **state)
{
	struct binding now;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(freebsd_binding_now(os, addresses[IGB], &now, NULL), 0);
	assert_string_equal(now.driver, "igb");
	assert_null(now.override);
	binding_free(&now);
	force_detached(IGB, "ppt");
	assert_int_equal(freebsd_binding_now(os, addresses[IGB], &now, NULL), 0);
	assert_null(now.driver);
	assert_string_equal(now.override, "ppt");
	binding_free(&now);
	assert_int_equal(freebsd_binding_now(os, addresses[BARE], &now, NULL), 0);
	assert_null(now.driver);
	assert_null(now.override);
	assert_int_equal(freebsd_binding_now(os, "0000:01:00.7", &now, NULL), -ENODEV);
	assert_int_equal(freebsd_binding_now(os, "igb0", &now, &err), -EINVAL);
	model->is_root = false;
	assert_int_equal(freebsd_binding_now(os, addresses[IGB], &now, NULL), -EACCES);
	assert_null(now.driver);
}

static void test_no_step(void **state)
{
	const struct step override = { STEP_OVERRIDE, NAME("ppt") },
			  set = { STEP_SET, NAME("ppt") };

	(void)state;
	assert_int_equal(freebsd_take_step(os, addresses[IGB], &override, NULL), -EINVAL);
	assert_int_equal(freebsd_take_step(os, "igb0", &set, NULL), -EINVAL);
	assert_string_equal(model->log, "");
}

/* --- drivers ------------------------------------------------------------------------------ */

static void test_load(void **state)
{
	const struct step load = { STEP_LOAD, NAME("ppt") };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(freebsd_take_step(os, NULL, &load, &err), 0);
	assert_string_equal(model->log, "find_module vmm\n");
	model_set(model, "vmm", "module", "loadable");
	model_forget_calls(model);
	assert_int_equal(freebsd_take_step(os, NULL, &load, &err), 0);
	assert_string_equal(model->log, "find_module vmm\nload_module vmm\nfind_module vmm\n");

	/* Somebody else was faster. */
	model_fails(model, "find_module", 1, -ENOENT);
	assert_int_equal(freebsd_take_step(os, NULL, &load, &err), 0);
	assert_string_equal(err.text, "");
}

static void test_load_fails(void **state)
{
	static const struct {
		int code;
		const char *says;
	} cases[] = {
		{ -EPERM, "kldload vmm: Operation not permitted; modules are loaded by root" },
		{ -ENOENT, "kldload vmm: No such file or directory; this system has no such" },
		{ -ENOEXEC, "kldload vmm: Exec format error; see dmesg" },
	};

	(void)state;
	model_set(model, "vmm", "module", "loadable");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error err = { 0 };

		model_works(model);
		model_fails(model, "load_module", 1, cases[i].code);
		assert_int_equal(freebsd_load_driver(os, "ppt", &err), cases[i].code);
		assert_ptr_equal(strstr(err.text, cases[i].says), err.text);
	}
}

/* Without VT-x vmm ends at once, and its file stays for the sake of ppt. */
static void test_load_does_not_start(void **state)
{
	struct error err = { 0 };

	(void)state;
	model_set(model, "vmm", "module", "loadable");
	model_fails(model, "find_module vmm", 0, -ENOENT);
	for (int i = 0; i < 2; i++) { /* the second time kldload(2) says EEXIST */
		model_forget_calls(model);
		assert_int_equal(freebsd_load_driver(os, "ppt", &err), -ENXIO);
		assert_string_equal(err.text,
				    "vmm: it was loaded and did not start; see dmesg; bhyve wants "
				    "VT-x with EPT, or AMD-V with NPT, enabled by the firmware");
		assert_string_equal(model->log,
				    "find_module vmm\nload_module vmm\nfind_module vmm\n");
	}
	/* What others have in their modules, devctl(4) will tell. */
	model_set(model, "igb", "module", "loadable");
	model_fails(model, "find_module igb", 0, -ENOENT);
	assert_int_equal(freebsd_load_driver(os, "igb", NULL), 0);
	assert_int_equal(freebsd_load_driver(os, "igb", NULL), 0);
}

static void test_driver_state(void **state)
{
	struct device device = { .driver = NAME("nvme") };
	struct machine machine = { .devices = &device, .nr_devices = 1 };

	(void)state;
	assert_int_equal(freebsd_driver_state(os, &machine, "ppt"), DRIVER_LOADED);
	assert_int_equal(freebsd_driver_state(os, &machine, "nvme"), DRIVER_LOADED);
	assert_int_equal(freebsd_driver_state(os, &machine, "igb"), DRIVER_UNKNOWN);
	model_set(model, "if_new", "module", "loaded");
	assert_int_equal(freebsd_driver_state(os, &machine, "if_new"), DRIVER_LOADED);
	model_unset(model, "vmm");
	assert_int_equal(freebsd_driver_state(os, &machine, "ppt"), DRIVER_LOADABLE);
	assert_int_equal(freebsd_driver_state(NULL, &machine, "ppt"), DRIVER_UNKNOWN);
	assert_int_equal(freebsd_driver_state(NULL, &machine, "nvme"), DRIVER_LOADED);

	/* Devices with ppt are no proof that vmm is loaded; in a capture they are all there is. */
	device.driver = NAME("ppt");
	assert_int_equal(freebsd_driver_state(os, &machine, "ppt"), DRIVER_LOADABLE);
	assert_int_equal(freebsd_driver_state(NULL, &machine, "ppt"), DRIVER_LOADED);
	assert_int_equal(freebsd_driver_state(NULL, &machine, "nvme"), DRIVER_UNKNOWN);
	device.driver = NULL;
	assert_int_equal(freebsd_driver_state(os, &machine, "nvme"), DRIVER_UNKNOWN);
	model_set(model, "vmm", "module", "loaded");
	assert_int_equal(freebsd_driver_state(os, &machine, "ppt"), DRIVER_LOADED);
	model_fails(model, "find_module vmm", 0, -EPERM); /* loading it will say why */
	assert_int_equal(freebsd_driver_state(os, &machine, "ppt"), DRIVER_LOADABLE);
}

static void test_driver_names(void **state)
{
	static const char *const good[] = { "ppt", "igb", "rtw88", "virtio_pci",
					    "sixteen_letters_" };
	static const char *const bad[] = { "", "seventeen_letters", "a b", "a\n", "../x", "\x7f" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_case(!freebsd_driver_name_problem(good[i]), good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_case(freebsd_driver_name_problem(bad[i]), bad[i]);
}

static void test_permission(void **state)
{
	(void)state;
	assert_null(freebsd_driver_permission(os));
	model->securelevel = 1;
	assert_non_null(strstr(freebsd_driver_permission(os), "kern.securelevel"));
	model->is_root = false;
	assert_non_null(strstr(freebsd_driver_permission(os), "root"));
	model->devctl = NULL;
	assert_non_null(strstr(freebsd_driver_permission(os), "jail"));
}

#define in_scene(test) cmocka_unit_test_setup_teardown(test, begin_scene, end_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_between),
		in_scene(test_texts),
		in_scene(test_ways),
		in_scene(test_binding),
		in_scene(test_no_step),
		in_scene(test_load),
		in_scene(test_load_fails),
		in_scene(test_load_does_not_start),
		in_scene(test_driver_state),
		in_scene(test_driver_names),
		in_scene(test_permission),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
