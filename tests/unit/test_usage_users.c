/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes are users of the nodes and holders of the disks below a device. */
#include "question.h"

#define INCOMPLETE "not every process could be looked at; run as root, outside of containers"

static struct tree tree;

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	live_proc(&tree);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static void assert_users(const struct strings *users, const char *wanted, const char *name)
{
	char *text = strings_join(users, ", ");

	if (strcmp(text, wanted) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", name, text, wanted);
	free(text);
}

static void assert_holders(const struct disk *disk, const char *wanted, const char *name)
{
	struct strings texts = { 0 };

	for (size_t i = 0; i < disk->nr_holders; i++) {
		assert_int_equal(disk->holders[i].kind, HOLDER_PROCESS);
		strings_add(&texts, disk->holders[i].text);
	}
	assert_users(&texts, wanted, name);
	strings_free(&texts);
}

/* --- which file is which node ------------------------------------------------------------- */

static void test_paths(void **state)
{
	/* @user: the node or disk that has one then; NULL: none */
	static const struct {
		const char *target, *user;
	} cases[] = {
		{ "/dev/dri/card0", "card0" },
		{ "/dev/dri/renderD128", "renderD128" },
		{ "/var/lib/jail/dev/dri/card0", "card0" },
		{ "/dev/dri/card0 (deleted)", "card0" },
		{ "/dev/dri/card1", NULL },
		{ "/dev/dri/card00", NULL },
		{ "/dev/dri/", NULL },
		{ "/dev/snd/controlC0", "sound card0" },
		{ "/dev/snd/pcmC0D3p", "sound card0" },
		{ "/dev/snd/hwC0D0", "sound card0" },
		{ "/dev/snd/midiC0D0", "sound card0" },
		{ "/dev/snd/controlC1", NULL },
		{ "/dev/snd/pcmC10D0p", NULL },
		{ "/dev/snd/timer", NULL },
		{ "/dev/snd/card0", NULL },
		{ "/dev/snd/C", NULL },
		{ "/dev/input/event3", "event3" },
		{ "/dev/input/card0", NULL },
		{ "/dev/uio0", "uio0" },
		{ "/dev/uio0 (deleted)", "uio0" },
		{ "/dev/uio1", NULL },
		{ "/dev/nvidia0", "nvidia0" },
		{ "/dev/nvidiactl", NULL },
		{ "/dev/nvidia-uvm", NULL },
		{ "/dev/accel/accel0", "accel0" },
		{ "/dev/accel0", "accel0" }, /* by another name, but no other node has it */
		{ "/dev/infiniband/uverbs0", "uverbs0" },
		{ "/jail/dev/infiniband/uverbs0", "uverbs0" },
		{ "/dev/infiniband/rdma_cm", NULL },
		{ "/dev/sda", "sda" },
		{ "/jail/dev/sda", "sda" },
		{ "/dev/sda1", NULL },
		{ "/dev/sdb", "sdb" }, /* nobody has it exclusively, a VM may have it raw */
		{ "/dev/cciss/c0d0", "cciss!c0d0" },
		{ "/dev/cciss!c0d0", NULL },
		{ "/home/dev.sda", NULL },
		{ "/home/sda", NULL },
		{ "/dev/ttyS0", NULL },
		{ "socket:[1234]", NULL },
		{ "/dev/", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		static const char *const names[] = {
			"card0", "renderD128", "sound card0", "event3",
			"uio0",	 "nvidia0",    "accel0",      "uverbs0"
		};
		struct asked asked;
		struct usage *usage;

		live_process(&tree, 812, "Xorg\n");
		if (*cases[i].target)
			live_file(&tree, 812, 7, cases[i].target);
		asked_init(&asked, &tree, true);
		usage = asked.question.usage;
		usage_add_node(usage, &asked.world.devices[0], NODE_DRM, "card0");
		usage_add_node(usage, &asked.world.devices[0], NODE_DRM, "renderD128");
		usage_add_node(usage, &asked.world.devices[1], NODE_SOUND, "card0");
		usage_add_node(usage, &asked.world.devices[1], NODE_INPUT, "event3");
		for (size_t j = 4; j < COUNT(names); j++)
			usage_add_node(usage, &asked.world.devices[1], NODE_USER, names[j]);
		usage_add_disk(usage, &asked.world.devices[1], "sda")->claimed = TRI_YES;
		usage_add_disk(usage, &asked.world.devices[1], "sdb")->claimed = TRI_NO;
		usage_add_disk(usage, &asked.world.devices[1], "cciss!c0d0")->claimed = TRI_YES;
		collect_users(&asked.question);
		assert_null(usage->unknown[USAGE_USERS]);
		for (size_t j = 0; j < usage->nr_nodes; j++)
			assert_users(&usage->nodes[j].users,
				     cases[i].user && strcmp(cases[i].user, names[j]) == 0
					     ? "812 (Xorg)"
					     : "",
				     cases[i].target);
		for (size_t j = 0; j < usage->nr_disks; j++)
			assert_holders(
				&usage->disks[j],
				cases[i].user && strcmp(cases[i].user, usage->disks[j].name) == 0
					? "812 (Xorg)"
					: "",
				cases[i].target);
		asked_free(&asked);
		teardown(state);
		setup(state);
	}
}

/* --- who ---------------------------------------------------------------------------------- */

static void test_who(void **state)
{
	struct asked asked;
	struct usage *usage;
	const struct strings *users;

	(void)state;
	live_process(&tree, 812, "Xorg\n");
	live_file(&tree, 812, 3, "/dev/dri/card0");
	live_file(&tree, 812, 4, "/dev/dri/card0"); /* twice is once */
	live_process(&tree, 900, "gnome-\033shell\n");
	live_file(&tree, 900, 3, "/dev/dri/card0");
	tree_link(&tree, "proc/901/fd/3", "/dev/dri/card0"); /* its name is gone */
	live_process(&tree, 902, "bash\n");
	live_file(&tree, 902, 3, "/dev/tty");
	asked_init(&asked, &tree, true);
	usage = asked.question.usage;
	usage_add_node(usage, &asked.world.devices[0], NODE_DRM, "card0");
	/* A disk on two paths has an entry for each, and holders in both. */
	usage_add_disk(usage, &asked.world.devices[0], "sda")->claimed = TRI_YES;
	usage_add_disk(usage, &asked.world.devices[1], "sda")->claimed = TRI_YES;
	live_file(&tree, 902, 4, "/dev/sda");
	collect_users(&asked.question);
	users = &usage->nodes[0].users;
	assert_int_equal(users->nr, 3);
	assert_true(strings_contain(users, "812 (Xorg)"));
	assert_true(strings_contain(users, "900 (gnome-?shell)"));
	assert_true(strings_contain(users, "901"));
	assert_holders(&usage->disks[0], "902 (bash)", "first path");
	assert_holders(&usage->disks[1], "902 (bash)", "second path");
	asked_free(&asked);
}

/* --- whether all ---------------------------------------------------------------------------- */

static void test_incomplete(void **state)
{
	char path[PATH_MAX];
	struct asked asked;

	(void)state;
	tree_path(&tree, path, "proc/self/ns/pid");
	assert_int_equal(remove(path), 0);
	live_process(&tree, 812, "Xorg\n");
	live_file(&tree, 812, 3, "/dev/dri/card0");
	asked_init(&asked, &tree, true);
	usage_add_node(asked.question.usage, &asked.world.devices[0], NODE_DRM, "card0");
	collect_users(&asked.question);
	assert_users(&asked.question.usage->nodes[0].users, "812 (Xorg)", "what is seen counts");
	assert_string_equal(asked.question.usage->unknown[USAGE_USERS], INCOMPLETE);
	asked_free(&asked);
}

/* Where nothing could have users, nobody is looked at, and nothing is unknown. */
static void test_unasked(void **state)
{
	static const enum node_kind kinds[] = { NODE_FRAMEBUFFER, NODE_CONSOLE, NODE_MEMORY };

	for (int live = 0; live < 2; live++) {
		char path[PATH_MAX];
		struct asked asked;
		struct usage *usage;

		tree_path(&tree, path, "proc/self/ns/pid");
		assert_int_equal(remove(path), 0);
		tree_dir(&tree, "sys/class/drm");
		asked_init(&asked, &tree, live);
		usage = asked.question.usage;
		for (size_t i = 0; i < COUNT(kinds); i++)
			usage_add_node(usage, &asked.world.devices[0], kinds[i], "x");
		collect_users(&asked.question);
		assert_null(usage->unknown[USAGE_USERS]);

		usage_add_node(usage, &asked.world.devices[0], NODE_SOUND, "card0");
		collect_users(&asked.question);
		assert_string_equal(usage->unknown[USAGE_USERS],
				    live ? INCOMPLETE : "a capture does not have it");
		asked_free(&asked);
		teardown(state);
		setup(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who, setup, teardown),
		cmocka_unit_test_setup_teardown(test_incomplete, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unasked, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
