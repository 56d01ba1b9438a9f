/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the model of FreeBSD keeps from one run of the program to the next. */
#include "devctl_scene.h"

#include <errno.h>

#include "freebsd/model/parts.h"
#include "tree.h"

static struct tree tree;
static char path[PATH_MAX];

static int setup(void **state)
{
	tree_make(&tree);
	tree_path(&tree, path, "state");
	return begin_scene(state);
}

static int teardown(void **state)
{
	tree_remove(&tree);
	return end_scene(state);
}

/* The next run: the same machine, and what was changed. */
static void run_again(void)
{
	void *unused = NULL;

	model_write_state(model, path);
	model_free(model);
	begin_scene(&unused);
	model_read_state(model, path);
}

static void test_unchanged(void **state)
{
	(void)state;
	run_again();
	assert_string_equal(state_of(BRIDGE), "pcib1");
	assert_string_equal(state_of(IGB), "igb0");
	assert_string_equal(state_of(BARE), "-");
	assert_string_equal(state_of(FAR), "nvme0");
}

static void test_functions(void **state)
{
	(void)state;
	give_to_ppt(IGB, true);
	model->functions[IGB].unit = 7;
	force_detached(BARE, "sixteen_letters_"); /* as long as a name can be */
	strcpy(model->functions[FAR].class_name, "");
	model->functions[FAR].is_attached = false;
	model->functions[BRIDGE].is_disabled = true;
	run_again();
	assert_string_equal(state_of(IGB), "ppt7 forced");
	assert_true(model->functions[IGB].is_attached);
	assert_string_equal(state_of(BARE), "sixteen_letters_0 forced detached");
	assert_string_equal(state_of(FAR), "-");
	assert_false(model->functions[FAR].is_attached);
	assert_string_equal(state_of(BRIDGE), "pcib1 disabled");
	/* What no request changes comes from the profile. */
	assert_string_equal(model->functions[IGB].native, "igb");
}

static void test_modules(void **state)
{
	(void)state;
	model_set(model, "vmm", "module", "loadable");
	run_again();
	assert_int_equal(os->ops->find_module(os, "vmm"), -ENOENT);
	assert_int_equal(os->ops->load_module(os, "vmm"), 0);
	model_set(model, "if_igb", "module", "loadable");
	run_again();
	assert_int_equal(os->ops->find_module(os, "vmm"), 0);
	assert_int_equal(os->ops->find_module(os, "if_igb"), -ENOENT);
	assert_int_equal(os->ops->load_module(os, "if_igb"), 0);
}

/* A run after a run keeps what the first one did. */
static void test_twice(void **state)
{
	(void)state;
	give_to_ppt(IGB, true);
	run_again();
	run_again();
	assert_string_equal(state_of(IGB), "ppt0 forced");
}

#define in_scene(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scene(test_unchanged),
		in_scene(test_functions),
		in_scene(test_modules),
		in_scene(test_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
