/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of loader.conf(5) for what a plan binds. */
#include "world.h"

#include <errno.h>

#include "bind/freebsd/boot_lines.h"
#include "model/freebsd/bhyve_host.h"
#include "util/alloc.h"

#define CHANGES_MAX 8

/* A machine, a plan for some of its devices, and what came of it. */
struct setting {
	struct world world;
	struct bhyve_host *host;
	struct bind_plan plan;
	struct change changes[CHANGES_MAX];
	struct strings lines;
};

static int begin(void **state)
{
	static struct setting it;

	it = (struct setting){ 0 };
	world_init(&it.world);
	it.host = xcalloc(1, sizeof(*it.host) + WORLD_MAX * sizeof(it.host->devices[0]));
	it.host->uses.pptdevs_known = true;
	it.host->uses.loads_vmm = TRI_YES;
	it.world.machine.bhyve = it.host;
	it.plan = (struct bind_plan){ .machine = &it.world.machine, .changes = it.changes };
	*state = &it;
	return 0;
}

static int end(void **state)
{
	struct setting *it = *state;

	strings_free(&it->lines);
	free(it->host);
	return 0;
}

static struct bhyve_device *known_of(struct setting *it, const struct device *device)
{
	return &it->host->devices[device - it->world.devices];
}

/* One more function, in the order of addresses, which the kernel calls the same. */
static struct device *add(struct setting *it, uint32_t domain, uint8_t bus, uint8_t slot,
			  uint8_t function)
{
	struct device *device = world_device(&it->world, domain, bus, slot, function, 0x020000);

	known_of(it, device)->kernel_bdf = device->bdf;
	return device;
}

/* What became of it in the plan. */
static struct device *change(struct setting *it, struct device *device, enum bind_result result)
{
	assert_true(it->plan.nr_changes < CHANGES_MAX);
	it->changes[it->plan.nr_changes++] = (struct change){ .device = device, .result = result };
	return device;
}

static void set_pptdevs(struct setting *it, size_t which, const char *value)
{
	assert_true(strlen(value) < KENV_VALUE_SIZE);
	it->host->uses.is_set[which] = true;
	strcpy(it->host->uses.pptdevs[which], value);
}

/* Behind each line of @wanted there is "\n". */
static void lines_are(struct setting *it, const char *wanted)
{
	char got[1024] = "";
	struct error err = { 0 };

	strings_free(&it->lines);
	assert_int_equal(freebsd_boot_lines(&it->plan, &it->lines, &err), 0);
	for (size_t i = 0; i < it->lines.nr; i++) {
		strcat(got, it->lines.items[i]);
		strcat(got, "\n");
	}
	assert_string_equal(got, wanted);
	assert_string_equal(err.text, "");
}

static void fails(struct setting *it, int code, const char *text)
{
	struct error err = { 0 };

	strings_free(&it->lines);
	assert_int_equal(freebsd_boot_lines(&it->plan, &it->lines, &err), code);
	assert_string_equal(err.text, text);
	assert_int_equal(it->lines.nr, 0);
}

/* --- what is in them ---------------------------------------------------------------------- */

static void test_stays_and_comes_first(void **state)
{
	struct setting *it = *state;

	change(it, add(it, 0, 0x0a, 0x1f, 7), RESULT_BOUND);
	change(it, add(it, 0, 0x0b, 0, 0), RESULT_BOUND);
	lines_are(it, "pptdevs=\"10/31/7 11/0/0\"\n");
	set_pptdevs(it, 0, "20/0/0 11/0/0");
	lines_are(it, "pptdevs=\"20/0/0 11/0/0 10/31/7\"\n");
	/* Of all three, as the kernel understands them; also where the first is not set. */
	set_pptdevs(it, 1, "0a:00.1 12/0/0,13/0/0");
	set_pptdevs(it, 2, "7/0/0");
	lines_are(it, "pptdevs=\"20/0/0 11/0/0 12/0/0 7/0/0 10/31/7\"\n");
	it->host->uses.is_set[0] = false;
	lines_are(it, "pptdevs=\"12/0/0 7/0/0 10/31/7 11/0/0\"\n");
}

/* Function 12 of slot 0 is 0a:01.4 to everybody else. */
static void test_ari(void **state)
{
	struct setting *it = *state;
	struct device *device = change(it, add(it, 0, 0x0a, 1, 4), RESULT_BOUND);

	known_of(it, device)->kernel_bdf = (struct bdf){ 0, 0x0a, 0, 12 };
	lines_are(it, "pptdevs=\"10/0/12\"\n");
	set_pptdevs(it, 0, "10/0/12 1/0/0");
	lines_are(it, "pptdevs=\"10/0/12 1/0/0\"\n");
}

static void test_results(void **state)
{
	static const struct {
		enum bind_result result;
		const char *lines;
	} cases[] = {
		{ RESULT_PLANNED, "pptdevs=\"9/0/0 1/0/0\"\n" },
		{ RESULT_BOUND, "pptdevs=\"9/0/0 1/0/0\"\n" },
		{ RESULT_UNCHANGED, "pptdevs=\"9/0/0 1/0/0\"\n" },
		{ RESULT_RESTORED, "pptdevs=\"9/0/0\"\n" },
		{ RESULT_REFUSED, "pptdevs=\"9/0/0\"\n" },
		{ RESULT_FAILED, "pptdevs=\"9/0/0\"\n" },
		{ RESULT_STUCK, "pptdevs=\"9/0/0\"\n" },
		{ RESULT_ROLLED_BACK, "pptdevs=\"9/0/0\"\n" },
	};
	struct setting *it = *state;

	change(it, NULL, RESULT_BOUND); /* it is gone */
	change(it, add(it, 0, 1, 0, 0), RESULT_BOUND);
	set_pptdevs(it, 0, "9/0/0");
	for (size_t i = 0; i < COUNT(cases); i++) {
		it->changes[1].result = cases[i].result;
		lines_are(it, cases[i].lines);
	}
}

static void test_vmm(void **state)
{
	struct setting *it = *state;

	lines_are(it, "");
	it->host->uses.loads_vmm = TRI_NO;
	lines_are(it, "vmm_load=\"YES\"\n");
	change(it, add(it, 0, 1, 0, 0), RESULT_BOUND);
	lines_are(it, "vmm_load=\"YES\"\npptdevs=\"1/0/0\"\n");
	it->host->uses.loads_vmm = TRI_UNKNOWN; /* once too often does no harm */
	lines_are(it, "vmm_load=\"YES\"\npptdevs=\"1/0/0\"\n");
	it->host->uses.loads_vmm = TRI_YES;
	lines_are(it, "pptdevs=\"1/0/0\"\n");
}

/* --- how many fit ------------------------------------------------------------------------- */

/* Fills values with @nr addresses, "100/31/7 101/31/7": 13 of them have 116 characters. */
static void fill(struct setting *it, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		char *value = it->host->uses.pptdevs[i / 13];

		it->host->uses.is_set[i / 13] = true;
		snprintf(value + strlen(value), 12, "%s%u/31/7", *value ? " " : "", 100 + i);
	}
}

#define THIRTEEN(a, b, c, d, e, f, g, h, i, j, k, l, m)                                            \
#a "/31/7 " #b "/31/7 " #c "/31/7 " #d "/31/7 " #e "/31/7 " #f "/31/7 " #g "/31/7 " #h     \
	   "/31/7 " #i "/31/7 " #j "/31/7 " #k "/31/7 " #l "/31/7 " #m "/31/7"
#define FIRST THIRTEEN(100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112)
#define SECOND THIRTEEN(113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125)

static void test_splits(void **state)
{
	struct setting *it = *state;

	change(it, add(it, 0, 1, 0, 0), RESULT_BOUND);
	fill(it, 13);
	lines_are(it, "pptdevs=\"" FIRST "\"\npptdevs2=\"1/0/0\"\n");
	it->host->uses.pptdevs[0][0] = '\0';
	fill(it, 26);
	lines_are(it, "pptdevs=\"" FIRST "\"\npptdevs2=\"" SECOND "\"\npptdevs3=\"1/0/0\"\n");
}

static void test_full(void **state)
{
	struct setting *it = *state;

	change(it, add(it, 0, 1, 0, 0), RESULT_BOUND);
	fill(it, 39);
	fails(it, -ENOSPC,
	      "0000:01:00.0: does not fit into pptdevs, pptdevs2 and pptdevs3, of 120 characters "
	      "each; reserve fewer devices, and bind the others at run time");
	/* One that is there is no more. */
	known_of(it, it->changes[0].device)->kernel_bdf = (struct bdf){ 0, 138, 31, 7 };
	assert_int_equal(freebsd_boot_lines(&it->plan, &it->lines, NULL), 0);
	assert_int_equal(it->lines.nr, 3);
}

/* --- what can never be -------------------------------------------------------------------- */

static void test_unreadable(void **state)
{
	static const char text[] =
		"--persist: what pptdevs has already cannot be read; see \"kenv\"";
	struct setting *it = *state;

	change(it, add(it, 0, 1, 0, 0), RESULT_BOUND);
	it->host->uses.pptdevs_known = false;
	fails(it, -EIO, text);
	it->world.machine.bhyve = NULL;
	fails(it, -EIO, text);
}

static void test_never(void **state)
{
	struct setting *it = *state;
	struct device *device = change(it, add(it, 0, 1, 0, 0), RESULT_BOUND);

	known_of(it, device)->config.header_type = 1;
	fails(it, -EINVAL,
	      "0000:01:00.0: it is a bridge, to which ppt never attaches; choose an endpoint");
	known_of(it, device)->config.header_type = -1; /* unknown: it may be one that is taken */
	lines_are(it, "pptdevs=\"1/0/0\"\n");
	known_of(it, device)->kernel_bdf.domain = 1;
	fails(it, -EINVAL,
	      "0001:01:00.0: ppt and bhyve know only PCI domain 0; choose a device of it");
}

#define NAMESAKE                                                                                   \
	"--persist: pptdevs knows no PCI domains: 1/0/0 would reserve 0002:01:00.0, too; bind it " \
	"after each boot instead"

static void test_namesake(void **state)
{
	struct setting *it = *state;
	struct device *other;

	change(it, add(it, 0, 1, 0, 0), RESULT_BOUND);
	add(it, 1, 1, 0, 1);
	add(it, 1, 1, 1, 0);
	add(it, 1, 2, 0, 0);
	lines_are(it, "pptdevs=\"1/0/0\"\n");
	other = add(it, 2, 1, 0, 0);
	fails(it, -EINVAL, NAMESAKE);
	known_of(it, other)->config.header_type = -1; /* unknown: it may be one that is taken */
	fails(it, -EINVAL, NAMESAKE);
	known_of(it, other)->config.header_type = 1; /* a bridge is not */
	lines_are(it, "pptdevs=\"1/0/0\"\n");
	/* What is there already is the user's. */
	known_of(it, other)->config.header_type = 0;
	it->changes[0].result = RESULT_REFUSED;
	set_pptdevs(it, 0, "1/0/0");
	lines_are(it, "pptdevs=\"1/0/0\"\n");
}

#define on_setting(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_setting(test_stays_and_comes_first),
		on_setting(test_ari),
		on_setting(test_results),
		on_setting(test_vmm),
		on_setting(test_splits),
		on_setting(test_full),
		on_setting(test_unreadable),
		on_setting(test_never),
		on_setting(test_namesake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
