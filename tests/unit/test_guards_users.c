/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of what processes do with a device through its nodes. */
#include "scene.h"

#define AUDIO 0x040300
#define USB 0x0c0330
#define ETHERNET 0x020000
#define NEXT "end what uses it, or --force=users"

static void add_user(struct scene *scene, enum node_kind kind, const char *name, const char *user)
{
	strings_add(&usage_add_node(scene->usage, scene->device, kind, name)->users, user);
}

static void test_users(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, ETHERNET);
	usage_add_node(scene.usage, scene.device, NODE_USER, "uverbs0");
	add_user(&scene, NODE_SOUND, "card0", "900 (pipewire)");
	expect_pass(&scene, "users", NULL);
	add_user(&scene, NODE_USER, "uio0", "812 (dpdk)");
	expect(&scene, "users", GUARD_REFUSE, "812 (dpdk) has uio0 open", NEXT);
	add_user(&scene, NODE_USER, "nvidia0", "813 (python3)");
	expect(&scene, "users", GUARD_REFUSE,
	       "812 (dpdk) has uio0 open and 813 (python3) has nvidia0 open", NEXT);
	scene.giving_back = true;
	expect(&scene, "users", GUARD_REFUSE,
	       "812 (dpdk) has uio0 open and 813 (python3) has nvidia0 open", "end what uses it");
	scene_free(&scene);
}

static void test_users_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, ETHERNET);
	usage_unknown(scene.usage, USAGE_USERS, "not every process could be looked at");
	expect_pass(&scene, "users", NULL);
	usage_add_node(scene.usage, scene.device, NODE_USER, "uio0");
	expect(&scene, "users", GUARD_UNKNOWN,
	       "which processes use it is unknown: not every process could be looked at",
	       AS_ROOT ", or --force=users");
	scene.usage->captured = true;
	expect(&scene, "users", GUARD_UNKNOWN,
	       "which processes use it is unknown: not every process could be looked at",
	       "look on the machine itself, or --force=users");
	scene.usage->captured = false;
	usage_unknown(scene.usage, USAGE_BELOW, "a test says so");
	expect(&scene, "users", GUARD_UNKNOWN, "what is below it is unknown: a test says so",
	       "end what has it in a container, and try again, or --force=users");
	scene.device->driver = NULL;
	expect_pass(&scene, "users", NULL);
	scene_free(&scene);
}

static void test_warnings(void **state)
{
	static const struct {
		const char *guard;
		enum node_kind kind;
		int class;
	} cases[] = { { "sound", NODE_SOUND, AUDIO }, { "input", NODE_INPUT, USB } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		scene_init(&scene, cases[i].class);
		usage_unknown(scene.usage, USAGE_USERS, "a test says so");
		expect_pass(&scene, cases[i].guard, NULL);
		usage_add_node(scene.usage, scene.device, cases[i].kind, "node7");
		expect(&scene, cases[i].guard, GUARD_WARN,
		       "which processes use it is unknown: a test says so", AS_ROOT);
		add_user(&scene, cases[i].kind, "node3", "900 (pipewire)");
		expect(&scene, cases[i].guard, GUARD_WARN, "900 (pipewire) has node3 open",
		       "end what uses it first, or it fails");
		add_user(&scene, cases[i].kind, "node4", "1 (init)");
		add_user(&scene, cases[i].kind, "node5", "1 (init)");
		expect(&scene, cases[i].guard, GUARD_WARN,
		       "900 (pipewire) has node3 open, 1 (init) has node4 open and 1 more",
		       "end what uses it first, or it fails");
		scene_free(&scene);

		scene_init(&scene, cases[i].class);
		usage_add_node(scene.usage, scene.device, cases[i].kind, "node7");
		expect_pass(&scene, cases[i].guard, NULL);
		/* Of the other kind. */
		add_user(&scene, cases[1 - i].kind, "node8", "900 (pipewire)");
		expect_pass(&scene, cases[i].guard, NULL);
		usage_unknown(scene.usage, USAGE_BELOW, "never refused");
		expect_pass(&scene, cases[i].guard, NULL);
		scene_free(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_users_unknown),
		cmocka_unit_test(test_warnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
