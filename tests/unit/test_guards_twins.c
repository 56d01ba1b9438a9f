/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guard of the devices that vfio-pci is configured to take as soon as it is loaded. */
#include "scene.h"

#define VGA 0x030000
#define NEXT "remove the ids= option (modprobe.d, kernel command line), or --force=twins"

/* vfio-pci is not loaded; 0000:04:00.0 is 10de:2330, a 3D controller, and has no driver. */
static struct device *init_with_twin(struct scene *scene)
{
	struct device *twin;

	scene_init(scene, 0x030200);
	scene->usage->vfio_pci_loaded = false;
	scene->device->vendor = 0x10de;
	scene->device->product = 0x2330;
	twin = world_device(&scene->world, 0, 4, 0, 0, 0x030200);
	twin->vendor = 0x10de;
	twin->product = 0x2330;
	return twin;
}

static void test_twins(void **state)
{
	static const char fact[] =
		"loading vfio-pci would take 0000:04:00.0 too: ids=10de:2330 is configured";
	struct scene scene;
	struct device *twin;

	(void)state;
	twin = init_with_twin(&scene);
	expect_pass(&scene, "twins", NULL);
	strings_add(&scene.usage->vfio_ids, "10de:2330");
	expect(&scene, "twins", GUARD_REFUSE, fact, NEXT);
	scene.to = "mlx5-vfio-pci"; /* takes no IDs, and does without vfio-pci */
	expect_pass(&scene, "twins", NULL);
	scene.to = "pci-stub";
	expect_pass(&scene, "twins", NULL);
	scene.to = NULL;
	expect_pass(&scene, "twins", NULL);
	scene.to = "vfio-pci";
	scene.usage->vfio_pci_loaded = true;
	expect_pass(&scene, "twins", NULL);
	scene.usage->vfio_pci_loaded = false;
	scene.taken[1] = true;
	expect_pass(&scene, "twins", NULL);
	scene.taken[1] = false;
	twin->driver = (char *)"nvidia";
	expect_pass(&scene, "twins", NULL);
	twin->driver = NULL;
	twin->class = 0x060400; /* vfio-pci refuses bridges */
	expect_pass(&scene, "twins", NULL);
	twin->class = 0x030200;
	twin->is_pci = false;
	expect_pass(&scene, "twins", NULL);
	scene_free(&scene);
}

static void test_twins_several(void **state)
{
	struct scene scene;

	(void)state;
	init_with_twin(&scene);
	for (uint8_t bus = 5; bus < 8; bus++) {
		struct device *device = world_device(&scene.world, 0, bus, 0, 0, VGA);

		device->vendor = 0x10de;
		device->product = bus == 5 ? 0x1aef : 0x2330;
	}
	strings_add(&scene.usage->vfio_ids, "8086:1234"); /* nobody's */
	strings_add(&scene.usage->vfio_ids, "10de:1aef");
	expect(&scene, "twins", GUARD_REFUSE,
	       "loading vfio-pci would take 0000:05:00.0 too: ids=10de:1aef is configured", NEXT);
	strings_add(&scene.usage->vfio_ids, "10de:2330");
	strings_add(&scene.usage->vfio_ids, "10de:ffffffff"); /* the same once more */
	expect(&scene, "twins", GUARD_REFUSE,
	       "loading vfio-pci would take 0000:05:00.0, 0000:04:00.0 and 2 more too: "
	       "ids=10de:1aef,10de:2330,10de:ffffffff is configured",
	       NEXT);
	scene_free(&scene);
}

/* What the kernel makes of each; the twin's subsystem is 10de:16c1 where that is known. */
static void test_syntax(void **state)
{
	enum { NONE, MAY, WOULD };
	static const struct {
		const char *id;
		int known, unknown; /* by whether its subsystem is */
	} cases[] = {
		{ "10de:2330", WOULD, WOULD },
		{ "10DE:2330", WOULD, WOULD },
		{ "0x10de:0X2330", WOULD, WOULD },
		{ " 10de: 2330", WOULD, WOULD },
		{ "000010de:00002330", WOULD, WOULD },
		{ "ffffffff:ffffffff", WOULD, WOULD },
		{ "10de:ffffffff", WOULD, WOULD },
		{ "FFFFFFFF:2330", WOULD, WOULD },
		{ "10de:2331", NONE, NONE },
		{ "10df:2330", NONE, NONE },
		{ "ffff:2330", NONE, NONE }, /* a number like others */
		{ "2330:10de", NONE, NONE },
		{ "10de:2330:10de", WOULD, MAY },
		{ "10de:2330:1043", NONE, MAY },
		{ "10de:2330:ffffffff", WOULD, WOULD },
		{ "10de:2330:10de:16c1", WOULD, MAY },
		{ "10de:2330:10de:16c2", NONE, MAY },
		{ "10de:2330:ffffffff:16c2", NONE, MAY },
		{ "10de:2331:10de:16c1", NONE, NONE },
		{ "10de:2330:ffffffff:ffffffff:030200", WOULD, WOULD }, /* the mask is 0 */
		{ "10de:2330:ffffffff:ffffffff:020000", WOULD, WOULD },
		{ "10de:2330:ffffffff:ffffffff:030200:ffffff", WOULD, WOULD },
		{ "10de:2330:ffffffff:ffffffff:030000:ff0000", WOULD, WOULD },
		{ "10de:2330:ffffffff:ffffffff:030000:ffff00", NONE, NONE },
		{ "10de:2330:ffffffff:ffffffff:020000:ffffff", NONE, NONE },
		{ "ffffffff:ffffffff:ffffffff:ffffffff:030200:ffffff", WOULD, WOULD },
		{ "10de:2330:10de:16c1:030200:ffffff:99", WOULD, MAY },
		/* The kernel takes what it has when something is no number. */
		{ "10de:2330:", WOULD, WOULD },
		{ "10de:2330::16c2", WOULD, WOULD },
		{ "10de:2330 nonsense", WOULD, WOULD },
		{ "10de:2330z", WOULD, WOULD },
		{ "10de:2330:-1", WOULD, WOULD },
		{ "10de :2330", NONE, NONE },
		{ "1100010de:2330", NONE, NONE },
		{ "1000010de:2330", WOULD, WOULD }, /* 32 bits of it */
		/* No ID at all. */
		{ "", NONE, NONE },
		{ "10de", NONE, NONE },
		{ "10de:", NONE, NONE },
		{ ":2330", NONE, NONE },
		{ "0x:2330", NONE, NONE },
		{ "-10de:2330", NONE, NONE },
		{ "10de-2330", NONE, NONE },
		{ "nonsense", NONE, NONE },
		{ "0000:04:00.0", NONE, NONE },
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		const char *id = cases[i / 2].id;
		int wanted = i % 2 ? cases[i / 2].known : cases[i / 2].unknown;
		struct scene scene;
		struct device *twin = init_with_twin(&scene);
		char fact[200];

		if (i % 2) {
			struct function *function = scene_function(&scene, twin);

			function->sub_vendor = 0x10de;
			function->sub_product = 0x16c1;
		}
		strings_add(&scene.usage->vfio_ids, id);
		snprintf(fact, sizeof(fact),
			 "loading vfio-pci %s take 0000:04:00.0 too: ids=%s is configured",
			 wanted == WOULD ? "would" : "may", id);
		print_message("\"%s\"\n", id);
		if (wanted == NONE)
			expect_pass(&scene, "twins", NULL);
		else
			expect(&scene, "twins", GUARD_REFUSE, fact, NEXT);
		scene_free(&scene);
	}
}

/* Whose identity or driver is unknown may be one. */
static void test_twin_unknown(void **state)
{
	static const char fact[] =
		"loading vfio-pci may take 0000:04:00.0 too: ids=%s is configured";
	static const struct {
		int vendor, product, class;
		bool driver_known;
		const char *id;
	} cases[] = {
		{ -1, 0x2330, 0x030200, true, "10de:2330" },
		{ 0x10de, -1, 0x030200, true, "10de:2330" },
		{ 0x10de, 0x2330, -1, true, "10de:2330:ffffffff:ffffffff:030200:ffffff" },
		{ 0x10de, 0x2330, 0x030200, false, "10de:2330" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		struct device *twin = init_with_twin(&scene);
		char text[200];

		twin->vendor = cases[i].vendor;
		twin->product = cases[i].product;
		twin->class = cases[i].class;
		twin->driver_known = cases[i].driver_known;
		strings_add(&scene.usage->vfio_ids, cases[i].id);
		snprintf(text, sizeof(text), fact, cases[i].id);
		expect(&scene, "twins", GUARD_REFUSE, text, NEXT);
		scene_free(&scene);
	}
}

static void test_ids_unknown(void **state)
{
	struct scene scene;

	(void)state;
	init_with_twin(&scene);
	usage_unknown(scene.usage, USAGE_VFIO_IDS, "modprobe: Permission denied");
	expect(&scene, "twins", GUARD_UNKNOWN,
	       "what vfio-pci takes when it is loaded is unknown: modprobe: Permission denied",
	       "see what modprobe --showconfig says"
	       ", or --force=twins");
	/* Some of them are enough when one fits. */
	strings_add(&scene.usage->vfio_ids, "10de:2330");
	expect(&scene, "twins", GUARD_REFUSE,
	       "loading vfio-pci would take 0000:04:00.0 too: ids=10de:2330 is configured", NEXT);
	scene.usage->vfio_pci_loaded = true;
	expect_pass(&scene, "twins", NULL);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twins),	    cmocka_unit_test(test_twins_several),
		cmocka_unit_test(test_syntax),	    cmocka_unit_test(test_twin_unknown),
		cmocka_unit_test(test_ids_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
