/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a machine has no groups: four reasons, or an honest "unknown". */
#include "model/machine.h"
#include "unit.h"

enum { U = FILE_UNASKED, A = FILE_ABSENT, D = FILE_DENIED, R = FILE_READ, B = FILE_BROKEN };

static void test_reasons(void **state)
{
	static const struct {
		const char *name;
		int groups, units;
		bool noiommu;
		int dmar, ivrs, viot;
		const char *why;  /* NULL: none, or unknown */
		const char *next; /* what the sentence for people tells to do */
	} cases[] = {
		{ "groups", 1, 1, false, R, A, A, NULL, NULL },
		{ "groups, units not shown", 1, 0, false, A, A, A, NULL, NULL },
		{ "groups beside noiommu", 1, 1, true, R, A, A, NULL, NULL },
		{ "no table", 0, 0, false, A, A, A, "no-table", "firmware" },
		{ "DMAR read", 0, 0, false, R, A, A, "driver-off", "intel_iommu=on" },
		{ "DMAR denied", 0, 0, false, D, A, A, "driver-off", "intel_iommu=on" },
		{ "DMAR broken", 0, 0, false, B, A, A, "driver-off", "intel_iommu=on" },
		{ "IVRS read", 0, 0, false, A, R, A, "driver-off", "amd_iommu=on" },
		{ "IVRS denied", 0, 0, false, A, D, A, "driver-off", "amd_iommu=on" },
		{ "VIOT broken", 0, 0, false, A, A, B, "driver-off", "virtio-iommu" },
		{ "VIOT alone is known", 0, 0, false, U, U, D, "driver-off", "virtio-iommu" },
		{ "units, no groups", 0, 1, false, R, A, A, "not-covered", "iommutool tables" },
		{ "units without table", 0, 1, false, A, A, A, "not-covered", "iommutool tables" },
		{ "units, tables not to be seen", 0, 1, false, U, U, U, "not-covered",
		  "iommutool tables" },
		{ "noiommu", 0, 0, true, A, A, A, "noiommu", "IOMMU" },
		{ "noiommu with a table", 0, 0, true, R, A, A, "noiommu", "IOMMU" },
		{ "tables not to be seen", 0, 0, false, U, U, U, NULL, "-v" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine machine = {
			.groups_known = true,
			.nr_groups = (size_t)cases[i].groups,
			.nr_units = (size_t)cases[i].units,
			.has_noiommu_groups = cases[i].noiommu,
			.dmar.state = (enum availability)cases[i].dmar,
			.ivrs.state = (enum availability)cases[i].ivrs,
			.viot.state = (enum availability)cases[i].viot,
		};
		const char *why = why_empty(&machine);

		if (cases[i].why) {
			assert_case(why && strcmp(why, cases[i].why) == 0, cases[i].name);
		} else {
			assert_case(!why, cases[i].name);
		}
		if (cases[i].next) {
			const char *sentence = why_empty_sentence(&machine);

			assert_case(sentence && strstr(sentence, cases[i].next), cases[i].name);
			assert_case(!strchr(sentence, '\n'), cases[i].name);
		}
	}
}

static void test_groups_not_to_be_seen(void **state)
{
	struct machine machine = { .nr_units = 1, .dmar.state = FILE_READ };

	(void)state;
	assert_null(why_empty(&machine));
	assert_non_null(strstr(why_empty_sentence(&machine), "-v"));
	machine.groups_known = true;
	assert_string_equal(why_empty(&machine), "not-covered");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_reasons),
					    cmocka_unit_test(test_groups_not_to_be_seen) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
