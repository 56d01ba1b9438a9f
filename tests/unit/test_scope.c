/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From DMAR device scopes and IVRS DeviceIDs to devices (facts/linux.md 2.1, 2.2). */
#include "model/scope.h"
#include "world.h"

#define NVME 0x010802
#define PORT 0x060400

/* Devices of the machine that most tests use. */
enum {
	HOST,	    /* 0000:00:00.0 */
	GPU,	    /* 0000:00:02.0 */
	ROOT_PORT,  /* 0000:00:1c.4, to bus 02 */
	UPSTREAM,   /* 0000:02:00.0, to bus 03 */
	DOWNSTREAM, /* 0000:03:08.0, to bus 04 */
	DISK,	    /* 0000:04:00.0 */
	DISK_VF,    /* 0000:04:00.1, a virtual function of it */
	SECOND,	    /* 0000:80:02.0, on a root bus of its own */
	NTB,	    /* 0000:80:03.0, a bridge by class with an endpoint's header */
	OTHER,	    /* 0001:00:02.0 */
	VMD_PORT,   /* 10000:00:1c.4, in a domain that VMD made */
	VMD_DISK,   /* 10000:01:00.0 */
};

static void make_world(struct world *world)
{
	struct device *d = world->devices;

	world_init(world);
	world_device(world, 0, 0, 0, 0, 0x060000);
	world_device(world, 0, 0, 2, 0, 0x030000);
	world_device(world, 0, 0, 0x1c, 4, PORT);
	world_below(world_device(world, 0, 2, 0, 0, PORT), &d[ROOT_PORT]);
	world_below(world_device(world, 0, 3, 8, 0, PORT), &d[UPSTREAM]);
	world_below(world_device(world, 0, 4, 0, 0, NVME), &d[DOWNSTREAM]);
	world_below(world_device(world, 0, 4, 0, 1, NVME), &d[DOWNSTREAM])->physical = &d[DISK];
	world_device(world, 0, 0x80, 2, 0, NVME);
	world_device(world, 0, 0x80, 3, 0, 0x068000);
	world_device(world, 1, 0, 2, 0, NVME);
	world_device(world, 0x10000, 0, 0x1c, 4, PORT);
	world_below(world_device(world, 0x10000, 1, 0, 0, NVME), &d[VMD_PORT]);
}

/* A scope with the path of @nr steps. */
static struct dmar_scope scope(uint8_t type, uint8_t bus, const struct dmar_step *path, size_t nr)
{
	return (struct dmar_scope){
		.type = type, .start_bus = bus, .path = (struct dmar_step *)path, .nr_path = nr
	};
}

#define SCOPE(type, bus, ...)                                                                      \
	scope(DMAR_SCOPE_##type, bus, (const struct dmar_step[]){ __VA_ARGS__ },                   \
	      COUNT(((const struct dmar_step[]){ __VA_ARGS__ })))

static void assert_names(const struct world *world, uint16_t segment, struct dmar_scope s,
			 int index)
{
	const struct device *got = scope_device(&world->machine, segment, &s);

	if (index < 0 && got)
		fail_msg("%s was named, nothing should be", got->name);
	if (index >= 0 && got != &world->devices[index])
		fail_msg("%s was named, not %s", got ? got->name : "nothing",
			 world->devices[index].name);
}

static void test_paths(void **state)
{
	struct world w;

	(void)state;
	make_world(&w);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 2, 0 }), GPU);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0x80, { 2, 0 }), SECOND);
	assert_names(&w, 0, SCOPE(BRIDGE, 0, { 0x1c, 4 }), ROOT_PORT);
	assert_names(&w, 0, SCOPE(BRIDGE, 0, { 0x1c, 4 }, { 0, 0 }), UPSTREAM);
	assert_names(&w, 0, SCOPE(BRIDGE, 0, { 0x1c, 4 }, { 0, 0 }, { 8, 0 }), DOWNSTREAM);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 0x1c, 4 }, { 0, 0 }, { 8, 0 }, { 0, 0 }), DISK);
	/* Linux looks virtual functions up by their physical one; no scope names them. */
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 0x1c, 4 }, { 0, 0 }, { 8, 0 }, { 0, 1 }), -1);
	/* IOAPIC and HPET have PCI paths too; their type asks nothing of the device. */
	assert_names(&w, 0, SCOPE(IOAPIC, 0x80, { 2, 0 }), SECOND);
	assert_names(&w, 0, SCOPE(HPET, 0, { 2, 0 }), GPU);
}

static void test_wrong_paths(void **state)
{
	struct world w;

	(void)state;
	make_world(&w);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 3, 0 }), -1);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 2, 1 }), -1);
	assert_names(&w, 0, SCOPE(ENDPOINT, 1, { 2, 0 }), -1);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 0x1c, 4 }, { 1, 0 }, { 8, 0 }, { 0, 0 }), -1);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 0x1d, 4 }, { 0, 0 }, { 8, 0 }, { 0, 0 }), -1);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0x80, { 0x1c, 4 }, { 0, 0 }, { 8, 0 }, { 0, 0 }), -1);
	/* Too short, and too long at either end. */
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 0, 0 }, { 8, 0 }, { 0, 0 }), -1);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 0x1c, 4 }, { 0, 0 }, { 8, 0 }, { 0, 0 }, { 0, 0 }),
		     -1);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 2, 0 }, { 2, 0 }), -1);
	/* No path at all (the parser does not make it, the model must not care). */
	assert_names(&w, 0, scope(DMAR_SCOPE_ENDPOINT, 0, NULL, 0), -1);
	/* An ACPI device is in no PCI bus. */
	assert_names(&w, 0, SCOPE(NAMESPACE, 0, { 2, 0 }), -1);
}

static void test_segments(void **state)
{
	struct world w;

	(void)state;
	make_world(&w);
	assert_names(&w, 1, SCOPE(ENDPOINT, 0, { 2, 0 }), OTHER);
	assert_names(&w, 2, SCOPE(ENDPOINT, 0, { 2, 0 }), -1);
	/* VMD's domain 0x10000 is not segment 0, though its lower 16 bits are. */
	w.devices[ROOT_PORT].bdf.device = 0x1b;
	assert_names(&w, 0, SCOPE(BRIDGE, 0, { 0x1c, 4 }), -1);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 0x1c, 4 }, { 0, 0 }), -1);
}

/* Linux: "RMRR entry for device ... is broken - applying workaround". */
static void test_workaround(void **state)
{
	struct world w;

	(void)state;
	make_world(&w);
	/* One step, and bus, device and function are those of the device itself. */
	assert_names(&w, 0, SCOPE(ENDPOINT, 4, { 0, 0 }), DISK);
	assert_names(&w, 0, SCOPE(BRIDGE, 3, { 8, 0 }), DOWNSTREAM);
	assert_names(&w, 0, SCOPE(ENDPOINT, 4, { 0, 2 }), -1);
	assert_names(&w, 0, SCOPE(ENDPOINT, 5, { 0, 0 }), -1);
	/* Only where the path has one step. */
	assert_names(&w, 0, SCOPE(ENDPOINT, 3, { 8, 0 }, { 0, 0 }), -1);
	assert_names(&w, 1, SCOPE(ENDPOINT, 4, { 0, 0 }), -1); /* the segment still has to fit */
}

static void test_types(void **state)
{
	struct world w;

	(void)state;
	make_world(&w);
	/* An endpoint scope wants no bridge, a bridge scope wants one. */
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 0x1c, 4 }), -1);
	assert_names(&w, 0, SCOPE(BRIDGE, 0, { 2, 0 }), -1);
	assert_names(&w, 0, SCOPE(BRIDGE, 4, { 0, 0 }), -1); /* nor by the workaround */
	assert_names(&w, 0, SCOPE(ENDPOINT, 3, { 8, 0 }), -1);
	/* A bridge by class with an endpoint's header fits both. */
	assert_names(&w, 0, SCOPE(BRIDGE, 0x80, { 3, 0 }), NTB);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0x80, { 3, 0 }), NTB);
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 0, 0 }), HOST);
	/* A type that we do not know asks nothing. */
	assert_names(&w, 0, scope(9, 0, (const struct dmar_step[]){ { 2, 0 } }, 1), GPU);
}

static void test_not_pci(void **state)
{
	struct world w;
	struct device *platform;

	(void)state;
	world_init(&w);
	platform = world_device(&w, 0, 0, 2, 0, NVME);
	platform->is_pci = false;
	assert_names(&w, 0, SCOPE(ENDPOINT, 0, { 2, 0 }), -1);
	assert_false(requester_in_range(0, 0, 0xffff, platform));
}

static bool covers(const struct world *w, struct dmar_scope s, int index)
{
	return scope_covers(&w->machine, 0, &s, &w->devices[index]);
}

static void test_covers(void **state)
{
	struct world w;

	(void)state;
	make_world(&w);
	/* A bridge and everything below it, its virtual functions too. */
	for (int i = ROOT_PORT; i <= DISK_VF; i++)
		assert_true(covers(&w, SCOPE(BRIDGE, 0, { 0x1c, 4 }), i));
	assert_false(covers(&w, SCOPE(BRIDGE, 0, { 0x1c, 4 }), GPU));
	assert_false(covers(&w, SCOPE(BRIDGE, 0, { 0x1c, 4 }), SECOND));
	assert_false(covers(&w, SCOPE(BRIDGE, 0, { 0x1c, 4 }), VMD_PORT));
	assert_false(covers(&w, SCOPE(BRIDGE, 0, { 0x1c, 4 }), VMD_DISK));
	assert_false(covers(&w, SCOPE(BRIDGE, 0, { 0x1c, 4 }, { 0, 0 }, { 8, 0 }), UPSTREAM));
	assert_true(covers(&w, SCOPE(BRIDGE, 0, { 0x1c, 4 }, { 0, 0 }, { 8, 0 }), DISK));
	/* An endpoint is itself alone. */
	assert_true(covers(&w, SCOPE(ENDPOINT, 4, { 0, 0 }), DISK));
	assert_false(covers(&w, SCOPE(ENDPOINT, 4, { 0, 0 }), DOWNSTREAM));
	assert_false(covers(&w, SCOPE(ENDPOINT, 0, { 2, 0 }), OTHER));
	/* Nothing is there, or it does not fit. */
	assert_false(covers(&w, SCOPE(ENDPOINT, 0, { 9, 0 }), GPU));
	assert_false(covers(&w, SCOPE(ENDPOINT, 0, { 0x1c, 4 }), DISK));
}

static void test_requesters(void **state)
{
	struct world w;

	(void)state;
	make_world(&w);
	/* 0000:04:00.1 is 0x0401 */
	assert_true(requester_in_range(0, 0x0401, 0x0401, &w.devices[DISK_VF]));
	assert_true(requester_in_range(0, 0, 0xffff, &w.devices[DISK_VF]));
	assert_true(requester_in_range(0, 0x0400, 0x0401, &w.devices[DISK_VF]));
	assert_true(requester_in_range(0, 0x0401, 0x0500, &w.devices[DISK_VF]));
	assert_false(requester_in_range(0, 0x0402, 0xffff, &w.devices[DISK_VF]));
	assert_false(requester_in_range(0, 0, 0x0400, &w.devices[DISK_VF]));
	assert_false(requester_in_range(0, 0x0402, 0x0400, &w.devices[DISK_VF])); /* backwards */
	assert_false(requester_in_range(1, 0, 0xffff, &w.devices[DISK_VF]));
	assert_false(requester_in_range(0, 0, 0xffff, &w.devices[VMD_DISK]));
	/* 0000:00:1c.4 is 0x00e4 */
	assert_true(requester_in_range(0, 0x00e4, 0x00e4, &w.devices[ROOT_PORT]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),	 cmocka_unit_test(test_wrong_paths),
		cmocka_unit_test(test_segments), cmocka_unit_test(test_workaround),
		cmocka_unit_test(test_types),	 cmocka_unit_test(test_not_pci),
		cmocka_unit_test(test_covers),	 cmocka_unit_test(test_requesters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
