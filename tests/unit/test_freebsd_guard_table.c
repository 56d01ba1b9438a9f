/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of FreeBSD's guards, beside that of Linux, which this program is linked with. */
#define guards freebsd_guards
#include "bind/freebsd/entry_guards.c"
#undef guards

#include "unit.h"

extern const struct guard guards[];

static size_t count(void)
{
	size_t nr = 0;

	while (freebsd_guards[nr].name)
		nr++;
	return nr;
}

/* Return: the last one, which has no name, when there is none. */
static const struct guard *find_own(const char *name)
{
	const struct guard *guard = freebsd_guards;

	while (guard->name && strcmp(guard->name, name) != 0)
		guard++;
	return guard;
}

static void test_whole(void **state)
{
	(void)state;
	assert_true(count() > 0);
	assert_true(count() < NR_GUARDS);
	for (size_t i = 0; i < count(); i++) {
		const struct guard *guard = &freebsd_guards[i];

		assert_case(*guard->name && !strpbrk(guard->name, " ,="), guard->name);
		assert_case(guard->ask, guard->name);
		assert_case(guard->meaning && *guard->meaning, guard->name);
		for (size_t k = 0; k < i; k++) {
			assert_case(strcmp(freebsd_guards[k].name, guard->name) != 0, guard->name);
			assert_case(freebsd_guards[k].ask != guard->ask, guard->name);
		}
	}
	assert_null(freebsd_guards[count()].ask);
}

/* What nobody can force comes first, since the first that refuses is shown. */
static void test_order(void **state)
{
	bool forcible = false;

	(void)state;
	for (size_t i = 0; i < count(); i++) {
		assert_case(freebsd_guards[i].forcible || !forcible, freebsd_guards[i].name);
		forcible |= freebsd_guards[i].forcible;
	}
	assert_true(forcible);
}

/* --force means the same on both systems. */
static void test_as_on_linux(void **state)
{
	static const char *const shared[] = { "uplink",	 "bridge",  "platform", "network",
					      "display", "console", "group",	"driver" };
	size_t nr = 0;

	(void)state;
	for (size_t i = 0; i < count(); i++) {
		const struct guard *own = &freebsd_guards[i], *other = find_guard(own->name);

		if (!other)
			continue;
		assert_case(own->forcible == other->forcible, own->name);
		assert_case(nr < COUNT(shared), own->name);
		nr++;
	}
	assert_int_equal(nr, COUNT(shared));
	for (size_t i = 0; i < COUNT(shared); i++)
		assert_case(find_own(shared[i])->name && find_guard(shared[i]), shared[i]);
}

/* Which guard is behind which name. */
static void test_functions(void **state)
{
	static const struct {
		const char *name;
		freebsd_guard *ask;
		bool forcible;
	} cases[] = {
		{ "domain", freebsd_guard_domain, false },
		{ "bridge", freebsd_guard_bridge, false },
		{ "vm", freebsd_guard_vm, false },
		{ "pptdevs", freebsd_guard_pptdevs, false },
		{ "uplink", freebsd_guard_uplink, false },
		{ "platform", freebsd_guard_platform, true },
		{ "storage", freebsd_guard_storage, true },
		{ "network", freebsd_guard_network, true },
		{ "display", freebsd_guard_display, true },
		{ "console", freebsd_guard_console, true },
		{ "iommu", freebsd_guard_iommu, true },
		{ "bhyve", freebsd_guard_bhyve, true },
		{ "group", freebsd_guard_group, true },
		{ "driver", freebsd_guard_driver, true },
	};

	(void)state;
	assert_int_equal(count(), COUNT(cases));
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct guard *guard = find_own(cases[i].name);

		assert_case(guard->ask == cases[i].ask, cases[i].name);
		assert_case(guard->forcible == cases[i].forcible, cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_as_on_linux),
		cmocka_unit_test(test_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
