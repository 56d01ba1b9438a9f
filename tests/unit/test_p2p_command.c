/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command p2p-test around the checks: which pairs it tests, what it prints of them, how it
 * ends. Long since there is much to print in; what it finds is made up in p2p_scene.h.
 */
#include "dma/engine.h"
#include "p2p_scene.h"

#define SIDES "--initiator=" A " --target=" B
#define NOTE "iommutool p2p-test: "

static void run(struct result *result, const char *line)
{
	run_command(&cmd_p2p_test, line, false, result);
}

/* --- pairs ---------------------------------------------------------------------------------- */

/* A line a pair, and a word for where it is hit; the devices by their letters. */
static void shorten_pairs(char *out)
{
	static const struct {
		const char *name;
		char letter;
	} letters[] = { { A, 'A' }, { B, 'B' }, { C, 'C' } };
	const size_t length = strlen(A);
	char *at;

	keep_lines(out, " attach ");
	for (size_t i = 0; i < COUNT(letters); i++)
		while ((at = strstr(out, letters[i].name))) {
			*at = letters[i].letter;
			memmove(at + 1, at + length, strlen(at + length) + 1);
		}
	while ((at = strstr(out, " attach ")))
		memmove(at, at + strlen(" attach"), strlen(at + strlen(" attach")) + 1);
}

static void test_which_pairs(void **state)
{
	static const struct {
		const char *operands, *out;
	} cases[] = {
		/* N devices: N * (N - 1) pairs, whatever their order and names. */
		{ "00:02.0 00:03.0", "A B -1+0x0\nB A -1+0x0\n" },
		{ "00:03.0 1 0000:00:03.0 00:02.0", "A B -1+0x0\nB A -1+0x0\n" },
		{ "00:03.1 1 00:03.0", "A B -1+0x0\nA C -1+0x0\nB A -1+0x0\nB C -1+0x0\n"
				       "C A -1+0x0\nC B -1+0x0\n" },
		{ "--all", "A B -1+0x0\nA C -1+0x0\nB A -1+0x0\nB C -1+0x0\nC A -1+0x0\n"
			   "C B -1+0x0\n" },
		{ "--all --target=00:03.0:2 --initiator=00:02.0",
		  "A B 2+0x0\nA C -1+0x0\nB A -1+0x0\nB C -1+0x0\nC A -1+0x0\nC B 2+0x0\n" },
		/* Two functions of one device, which is a group. */
		{ "2", "B C -1+0x0\nC B -1+0x0\n" },
		/* One-sided. */
		{ "--initiator=00:02.0 --target=00:03.0", "A B -1+0x0\n" },
		{ "--initiator=00:03.1 --target=00:03.0 --initiator=" A,
		  "A B -1+0x0\nC B -1+0x0\n" },
		{ "--initiator=00:02.0 --initiator=" A " --target=" B, "A B -1+0x0\n" },
		{ "--initiator=00:02.0 00:03.0", "A B -1+0x0\n" },
		{ "--target=00:02.0 00:03.0", "B A -1+0x0\n" },
		{ "--target=00:03.0 --initiator=00:03.1 00:02.0",
		  "A B -1+0x0\nC A -1+0x0\nC B -1+0x0\n" },
		{ "--initiator=00:02.0 --target=00:02.0 --target=00:03.1", "A C -1+0x0\n" },
		{ "--initiator=00:02.0 --target=00:02.0 00:02.0 00:03.0",
		  "A B -1+0x0\nB A -1+0x0\n" },
		/* A named BAR in place of the one that would be chosen, wherever it was named. */
		{ "--initiator=00:02.0 --target=00:03.0:2", "A B 2+0x0\n" },
		{ "--initiator=00:02.0 --target=00:03.0:2:0xfff8", "A B 2+0xfff8\n" },
		{ "--initiator=00:02.0 --target=00:03.0 --target=" B ":2", "A B 2+0x0\n" },
		{ "00:02.0 00:03.0 --target=00:03.0:2:16", "A B 2+0x10\nB A -1+0x0\n" },
		/* Several of one device, in the order in which they were named. */
		{ "--initiator=00:02.0 --target=00:03.0:2:8 --target=" B ":2 --target=00:03.1:5",
		  "A B 2+0x8\nA B 2+0x0\nA C 5+0x0\n" },
		{ "--initiator=00:02.0 --target=00:03.0:2 --target=" B ":2:0", "A B 2+0x0\n" },
		{ "--initiator=00:02.0 --target=00:03.1:5 --target=00:03.1:4",
		  "A C 5+0x0\nA C 4+0x0\n" },
		/* What it has is unknown: the device is asked when it is opened. */
		{ "--initiator=00:03.0 --target=00:02.0:4:0x7ffffffffffffff8",
		  "B A 4+0x7ffffffffffffff8\n" },
	};
	struct result result;
	char line[256];

	(void)state;
	scene_reset();
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(line, sizeof(line), "-ro INITIATOR,TARGET,NAME,OBSERVED --noheadings %s",
			 cases[i].operands);
		run(&result, line);
		assert_case_equal(result.status, STATUS_OK, cases[i].operands);
		assert_case(!*result.err, cases[i].operands);
		shorten_pairs(result.out);
		if (strcmp(result.out, cases[i].out) != 0)
			fail_msg("case \"%s\": got\n%s", cases[i].operands, result.out);
	}
}

/* What cannot be tested is said, once, and the rest is tested. */
static void test_refused(void **state)
{
	static const struct {
		const char *operands;
		size_t nr_pairs;
		const char *err; /* all of it, or its end */
	} cases[] = {
		{ "00:02.0 00:03.0 00:04.0", 2,
		  "0000:00:04.0: its driver is nvme, not one of VFIO; iommutool bind "
		  "0000:00:04.0\n" },
		{ SIDES " --target=00:05.0", 1,
		  "0000:00:05.0: it has no driver; iommutool bind 0000:00:05.0\n" },
		{ "--initiator=00:09.0 00:02.0 00:03.0", 2,
		  "00:09.0: no such device here; \"iommutool groups --all\" lists them\n" },
		{ "--initiator=00:09.0 --target=00:03.0", 0,
		  "00:09.0: no such device here; \"iommutool groups --all\" lists them\n" },
		{ "--initiator=: --target=00:03.0", 0,
		  ":: neither a PCI address (0000:03:00.0) nor the name of a device here; "
		  "\"iommutool groups --all\" lists them\n" },
		{ "00:09.0 " SIDES " --initiator=00:09.0 --target=00:09.0:1 --target=00:09.0:2", 1,
		  "00:09.0: no such device here; \"iommutool groups --all\" lists them\n" },
		{ "--all --target=00:04.0:2 --initiator=00:02.0", 6,
		  "0000:00:04.0: its driver is nvme, not one of VFIO; iommutool bind "
		  "0000:00:04.0\n" },
		{ SIDES " --target=00:03.0:2 --target=00:03.0:1", 1,
		  B ": it has no BAR 1; \"lspci -vs " B "\" shows those it has\n" },
		{ SIDES ":3", 0, B ": it has no BAR 3; \"lspci -vs " B "\" shows those it has\n" },
		{ SIDES ":5", 0, B ": it has no BAR 5; \"lspci -vs " B "\" shows those it has\n" },
		{ SIDES ":0", 0,
		  B ": BAR 0 is one of I/O ports, which no device reaches by DMA; name one of "
		    "memory\n" },
		{ SIDES ":2:0x10000", 0, B ": BAR 2 has 0x10000 bytes, none at offset 0x10000\n" },
		{ SIDES ":2:0xfffffffffffffff8", 0,
		  B ": BAR 2 has 0x10000 bytes, none at offset 0xfffffffffffffff8\n" },
		{ SIDES ":4", 0, B ": BAR 4 has 0x4 bytes, none at offset 0x0\n" },
		{ SIDES ":4:0x1000", 0, B ": BAR 4 has 0x4 bytes, none at offset 0x1000\n" },
	};
	struct result result;
	char line[256];

	(void)state;
	scene_reset();
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(line, sizeof(line), "-ro INITIATOR --noheadings %s", cases[i].operands);
		run(&result, line);
		assert_case_equal(result.status, STATUS_FAILED, cases[i].operands);
		assert_case_equal(count(result.out, "\n"), cases[i].nr_pairs, cases[i].operands);
		if (strncmp(result.err, NOTE, strlen(NOTE)) != 0 ||
		    strcmp(result.err + strlen(NOTE), cases[i].err) != 0)
			fail_msg("case \"%s\": got\n%s", cases[i].operands, result.err);
	}
}

static void test_usage(void **state)
{
	static const struct {
		const char *line, *err; /* part of it */
	} cases[] = {
		{ "", "name the devices to test, or --all" },
		{ "00:02.0", A ": a device is not its own target" },
		{ "1", A ": a device is not its own target" },
		{ "-J 00:02.0", A ": a device is not its own target" },
		{ "--tap 00:02.0 " A, A ": a device is not its own target" },
		{ "--initiator=00:02.0 --target=00:02.0", A ": a device is not its own target" },
		{ "--initiator=00:02.0 --target=00:02.0:0", A ": a device is not its own target" },
		{ "--initiator=00:02.0 00:02.0", A ": a device is not its own target" },
		{ "--all 00:02.0", "not both" },
		{ "--initiator=00:02.0", "nothing to hit" },
		{ "--target=00:02.0", "nobody to hit it" },
		{ "--initiator=00:02.0 --target=", "\"\" is no DEVICE[:BAR[:OFFSET]]" },
		{ "--initiator=00:02.0 --target=00:03.0:",
		  "\"00:03.0:\" is no DEVICE[:BAR[:OFFSET]]" },
		{ "--initiator=00:02.0 --target=00:03.0:6", "BARs are numbered 0 to 5" },
		{ "--initiator=00:02.0 --target=00:03.0:2:7", "a multiple of 8" },
		{ "--initiator=00:02.0 --target=2", "\"2\" is a group" },
		{ "--initiator=00:02.0 --target=10de:2330", "10de:2330: an ID names a kind" },
		{ "--initiator=10de:2330 00:02.0 00:03.0", "10de:2330: an ID names a kind" },
		{ "10de:2330 00:02.0 00:03.0", "10de:2330: an ID names a kind" },
		{ "--list --bench", "--list" },
		{ "--list --disruptive", "--list" },
		{ "--list --require-revoked", "--list" },
		{ "--list --all", "--list" },
		{ "--list 00:02.0", "--list" },
		{ "--list --initiator=00:02.0 --target=00:03.0", "--list" },
		{ "--list --tap", "--list" },
		{ "--list --dry-run", "--list" },
		{ "--tap -J " SIDES, "two output formats at once" },
		{ "-J -r " SIDES, "two output formats at once" },
		{ "--backend=vfio " SIDES, "\"vfio\" is none of" },
		{ "-o WHAT " SIDES, "no column \"WHAT\"" },
	};
	struct result result;

	(void)state;
	scene_reset();
	for (size_t i = 0; i < COUNT(cases); i++) {
		run(&result, cases[i].line);
		assert_case_equal(result.status, STATUS_USAGE, cases[i].line);
		assert_case(!*result.out, cases[i].line);
		assert_case(strncmp(result.err, NOTE, strlen(NOTE)) == 0, cases[i].line);
		assert_case_equal(count(result.err, "\n"), 1, cases[i].line);
		assert_case(strstr(result.err, cases[i].err), cases[i].line);
		assert_case(strstr(result.err, "; see iommutool p2p-test --help\n"), cases[i].line);
	}
}

/* --- backends ------------------------------------------------------------------------------- */

static void test_backends(void **state)
{
	static const char all[] = "-ro BACKEND,INITIATOR --noheadings --backend=all 1 00:03.0";
	struct result result;

	(void)state;
	scene_reset();
	run(&result, "-ro BACKEND --noheadings " SIDES);
	assert_string_equal(result.out, "type1\n");
	scene.automatic = &iommufd_ops;
	run(&result, "-ro BACKEND --noheadings --backend=auto " SIDES);
	assert_string_equal(result.out, "iommufd\n");
	run(&result, "-ro BACKEND --noheadings --backend=type1 " SIDES);
	assert_string_equal(result.out, "type1\n");
	run(&result, all);
	assert_string_equal(result.out, "type1 " A "\ntype1 " B "\niommufd " A "\niommufd " B "\n");
}

static void test_backend_lacks(void **state)
{
	static const char why[] = "/dev/iommu: not there; go away";
	static const char *const lacking[] = {
		"--backend=iommufd 1 2",
		"--backend=iommufd " SIDES,
		"--backend=iommufd --initiator=00:03.1 --target=00:02.0 00:03.0",
		"--backend=iommufd --all --target=00:03.0:2",
	};
	struct result result;

	(void)state;
	scene_reset();
	scene.no_iommufd = why;
	for (size_t i = 0; i < COUNT(lacking); i++) {
		run(&result, lacking[i]);
		assert_case_equal(result.status, STATUS_SKIPPED, lacking[i]);
		assert_case(!*result.out, lacking[i]);
		assert_string_equal(result.err, NOTE "/dev/iommu: not there; go away\n");
	}
	run(&result, "-Po BACKEND,RESULT,REASON,BAR --backend=all " SIDES);
	assert_int_equal(result.status, STATUS_OK);
	assert_string_equal(result.err, "");
	assert_string_equal(
		result.out,
		"BACKEND=\"type1\" RESULT=\"pass\" REASON=\"-\" BAR=\"0\"\n"
		"BACKEND=\"iommufd\" RESULT=\"skip\" REASON=\"/dev/iommu: not there; go away\" "
		"BAR=\"-\"\n");
	/* Each check of it has the reason; the digest has it once. */
	run(&result, "-r --backend=all " SIDES);
	keep_lines(result.out, " iommufd ");
	assert_int_equal(count(result.out, " skip "), NR_PLAIN_CHECKS);
	assert_int_equal(count(result.out, "go\\x20away\n"), NR_PLAIN_CHECKS);
	run(&result, "--backend=all " SIDES);
	assert_int_equal(count(result.out, why), 1);
	assert_non_null(strstr(result.out, "\npairs: pass 1, fail 0, skip 1\n"));
	scene.no_type1 = "none";
	run(&result, "--backend=all " SIDES);
	assert_int_equal(result.status, STATUS_SKIPPED);
	assert_non_null(strstr(result.out, "\npairs: pass 0, fail 0, skip 2\n"));
}

/* --- status --------------------------------------------------------------------------------- */

static void test_status(void **state)
{
	static const struct {
		enum outcome first, second;
		const char *error; /* of the first */
		const char *operands;
		int status;
	} cases[] = {
		{ OUTCOME_PASS, OUTCOME_PASS, NULL, "", STATUS_OK },
		{ OUTCOME_PASS, OUTCOME_FAIL, NULL, "", STATUS_NO },
		{ OUTCOME_FAIL, OUTCOME_FAIL, NULL, "", STATUS_NO },
		{ OUTCOME_SKIP, OUTCOME_PASS, NULL, "", STATUS_OK },
		{ OUTCOME_PASS, OUTCOME_SKIP, NULL, "", STATUS_OK },
		{ OUTCOME_SKIP, OUTCOME_FAIL, NULL, "", STATUS_NO },
		{ OUTCOME_SKIP, OUTCOME_SKIP, NULL, "", STATUS_SKIPPED },
		{ OUTCOME_FAIL, OUTCOME_PASS, "no way in", "", STATUS_FAILED },
		{ OUTCOME_FAIL, OUTCOME_FAIL, "no way in", "", STATUS_FAILED },
		{ OUTCOME_FAIL, OUTCOME_SKIP, "no way in", "", STATUS_FAILED },
		{ OUTCOME_PASS, OUTCOME_PASS, NULL, " 00:04.0", STATUS_FAILED },
		{ OUTCOME_SKIP, OUTCOME_SKIP, NULL, " 00:04.0", STATUS_FAILED },
		{ OUTCOME_FAIL, OUTCOME_PASS, NULL, " 00:04.0", STATUS_FAILED },
	};
	static const char *const formats[] = { "", "-r", "-P", "-J", "--tap", "-o RESULT" };
	struct result result;
	char line[128];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct made_pair pairs[] = {
			{ A " " B, cases[i].first, "r", false, cases[i].error, 0 },
			{ B " " A, cases[i].second, "r", false, NULL, 0 },
		};

		scene_reset();
		SET_PAIRS(pairs);
		for (size_t k = 0; k < COUNT(formats) * 2; k++) {
			bool quiet = k % 2;

			snprintf(line, sizeof(line), "%s 1 00:03.0%s", formats[k / 2],
				 cases[i].operands);
			run_command(&cmd_p2p_test, line, quiet, &result);
			assert_case_equal(result.status, cases[i].status, line);
			assert_case(!*result.out == quiet, line);
			assert_case_equal(count(result.err, "no way in\n"), cases[i].error ? 1 : 0,
					  line);
			assert_case_equal(count(result.err, "\n"),
					  (cases[i].error ? 1 : 0) + (*cases[i].operands ? 1 : 0),
					  line);
		}
	}
}

static void test_nothing_here(void **state)
{
	static const char *const lines[] = { "--all", SIDES, "00:02.0 " SIDES, "--all " SIDES };
	struct result result;

	(void)state;
	scene_reset();
	scene.no_groups = true;
	for (size_t i = 0; i < COUNT(lines); i++) {
		run(&result, lines[i]);
		assert_case_equal(result.status, STATUS_SKIPPED, lines[i]);
		assert_case_equal(count(result.err, "\n"), 1, lines[i]);
		assert_case(strstr(result.err, "no groups"), lines[i]);
		assert_case(!*result.out, lines[i]);
	}
	/* One device makes no pair: whoever names it is wrong, but "all" may be one. */
	scene_reset();
	scene.only_first = true;
	run(&result, "--all");
	assert_int_equal(result.status, STATUS_SKIPPED);
	assert_int_equal(count(result.err, "\n"), 1);
	assert_string_equal(result.out, "");
	scene_reset();
	scene.unbound = true;
	run(&result, "--all --tap");
	assert_int_equal(result.status, STATUS_SKIPPED);
	assert_int_equal(count(result.err, "\n"), 1);
	assert_string_equal(
		result.out,
		"TAP version 14\n1..0 # SKIP nothing here can be tested; standard error "
		"says why\n");
}

/* What is wrong with a device is said once, on whatever sides it stands. */
static void test_faulty(void **state)
{
	static const char *const lines[] = { "1 00:03.0", SIDES, "1 00:03.0 " SIDES,
					     "--all --target=00:02.0:0" };
	struct result result;

	(void)state;
	scene_reset();
	scene.is_faulty = true;
	for (size_t i = 0; i < COUNT(lines); i++) {
		run(&result, lines[i]);
		assert_case_equal(result.status, STATUS_FAILED, lines[i]);
		assert_string_equal(result.err, NOTE A ": something is wrong with it\n");
		assert_case(*result.out, lines[i]);
	}
}

/* --- the matrix ----------------------------------------------------------------------------- */

/* What stands in the legend, which is the line before the first empty one. */
static const char *legend_of(const char *out, char symbols[8])
{
	const char *end = strstr(out, "\n\n"), *at = end;
	size_t nr = 0;

	assert_non_null(end);
	while (at > out && at[-1] != '\n')
		at--;
	for (; at < end; at++)
		if ((nr == 0 || strncmp(at - 3, "   ", 3) == 0) && at[1] == ' ')
			symbols[nr++] = *at;
	symbols[nr] = '\0';
	return symbols;
}

static const struct made_pair various[] = {
	{ A " " C, OUTCOME_FAIL, "write: no", true, NULL, 0 },
	{ B " " A, OUTCOME_SKIP, "engine: none", true, NULL, 0 },
	{ B " " C, OUTCOME_SKIP, "map: none", false, NULL, 0 },
};

static void test_matrix(void **state)
{
	struct result result;
	char symbols[8];

	(void)state;
	scene_reset();
	SET_PAIRS(various);
	run(&result, "1 2");
	assert_non_null(strstr(
		result.out, "type1        " A " " B " " C "\n" A " -            +            !\n" B
			    " m            -            .\n" C " +            +            -\n"
			    "+ "));
	assert_string_equal(legend_of(result.out, symbols), "+!m.");
	assert_non_null(strstr(result.out, "\n\npairs: pass 3, fail 1, skip 2\n"));

	/* Only what occurs. */
	run(&result, SIDES);
	assert_non_null(strstr(result.out, "type1        " B "\n" A " +\n+ "));
	assert_string_equal(legend_of(result.out, symbols), "+");
	run(&result, "--initiator=00:03.0 --target=00:02.0 --target=00:03.1");
	assert_non_null(strstr(result.out, B " m            .\n"));
	assert_string_equal(legend_of(result.out, symbols), "m.");
	run(&result, "--noheadings " SIDES);
	assert_ptr_equal(strstr(result.out, A " +\n"), result.out);
}

static void test_matrix_labels(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	run(&result, "1 00:03.0 --target=00:03.0:2:0x1000 --target=00:03.0:2");
	assert_non_null(strstr(result.out, "type1        " A " " B ":2 " B ":2:0x1000\n" A
					   " -            +              +\n" B
					   " +            -              -\n"));
}

/* A matrix for each, and one legend for all. */
static void test_matrix_backends(void **state)
{
	struct result result;
	char symbols[8];

	(void)state;
	scene_reset();
	scene.no_iommufd = "not there";
	run(&result, "--backend=all 1 00:03.0");
	assert_non_null(strstr(result.out, "type1        " A " " B "\n" A " -            +\n" B
					   " +            -\n"
					   "\n"
					   "iommufd      " A " " B "\n" A " -            .\n" B
					   " .            -\n"));
	assert_string_equal(legend_of(strstr(result.out, "iommufd "), symbols), "+.");
	assert_int_equal(count(result.out, "skipped"), 1);
}

/* Whoever wants rows gets rows. */
static void test_no_matrix(void **state)
{
	static const char *const options[] = { "-r",	"-P", "-J",	   "-o INITIATOR,TARGET",
					       "--tap", "-O", "--dry-run", "--output-all" };
	struct result result;
	char line[128];

	(void)state;
	scene_reset();
	for (size_t i = 0; i < COUNT(options); i++) {
		snprintf(line, sizeof(line), "%s " SIDES, options[i]);
		run(&result, line);
		assert_case_equal(result.status, STATUS_OK, line);
		assert_case(*result.out && !strstr(result.out, "type1        " B), line);
	}
	run(&result, "-o INITIATOR,TARGET,RESULT " SIDES);
	assert_string_equal(result.out, "INITIATOR    TARGET       RESULT\n" A " " B " pass\n"
					"pairs: pass 1, fail 0, skip 0\n");
}

/* --- the digest ----------------------------------------------------------------------------- */

/* Lines of the digest: what is between its heading and what is below it. */
static void keep_digest(char *out)
{
	char *from = strstr(out, "\nNAME "), *to = from ? strchr(from + 1, '\n') + 1 : out;
	char *end = strstr(out, "\npairs: ");

	assert_non_null(end);
	end[1] = '\0';
	memmove(out, from ? to : end + 1, strlen(from ? to : end + 1) + 1);
}

#define AB A " to " B
#define BA B " to " A

static void test_digest(void **state)
{
	static const struct made_finding findings[] = {
		/* The same of both. */
		{ NULL, "lifetime", OUTCOME_INFO, "stale", "it outlives", false, false, false, 0 },
		/* What its own earlier check has said, and for the other one it is new. */
		{ A " " B, "write", OUTCOME_SKIP, NULL, "not named", false, false, false, 0 },
		{ NULL, "read", OUTCOME_SKIP, NULL, "not named", false, false, false, 0 },
		/* Another reason, another observation, another result. */
		{ A " " B, "map", OUTCOME_FAIL, NULL, "too large", false, false, false, 0 },
		{ B " " A, "map", OUTCOME_FAIL, NULL, "too small", false, false, false, 0 },
		{ A " " B, "isolation", OUTCOME_INFO, "one", "who knows", false, false, false, 0 },
		{ B " " A, "isolation", OUTCOME_INFO, "two", "who knows", false, false, false, 0 },
		{ A " " B, "unmap", OUTCOME_FAIL, NULL, "bad", false, false, false, 0 },
		{ B " " A, "unmap", OUTCOME_INFO, NULL, "bad", false, false, false, 0 },
		/* It rests on another check, which has said it. */
		{ NULL, "cross-container", OUTCOME_SKIP, NULL, "for that", false, true, false, 0 },
	};
	struct result result;

	(void)state;
	scene_reset();
	SET_FINDINGS(findings);
	run(&result, "1 00:03.0");
	keep_digest(result.out);
	assert_string_equal(result.out,
			    "map       fail   " AB " -        too large\n"
			    "isolation info   " AB " one      who knows\n"
			    "write     skip   " AB " -        not named\n"
			    "unmap     fail   " AB " -        bad\n"
			    "lifetime  info   2 pairs                      stale    it outlives\n"
			    "map       fail   " BA " -        too small\n"
			    "isolation info   " BA " two      who knows\n"
			    "read      skip   " BA " -        not named\n"
			    "unmap     info   " BA " -        bad\n");
}

/* Those of several pairs. */
static void test_digest_many(void **state)
{
	static const struct made_finding findings[] = {
		{ NULL, "lifetime", OUTCOME_INFO, "stale", NULL, false, false, false, 0 },
		{ A " " B, "unmap", OUTCOME_INFO, "stale", NULL, false, false, false, 0 },
		{ A " " B, "map", OUTCOME_FAIL, NULL, "why", false, false, false, 0 },
		{ A " " C, "map", OUTCOME_FAIL, NULL, "why", false, false, false, 0 },
		{ B " " A, "map", OUTCOME_FAIL, NULL, "why", false, false, false, 0 },
	};
	struct result result;

	(void)state;
	scene_reset();
	SET_FINDINGS(findings);
	run(&result, "1 2");
	keep_digest(result.out);
	/* Without a reason another check is another line. */
	assert_string_equal(result.out,
			    "map      fail   3 pairs                      -        why\n"
			    "unmap    info   " AB " stale    -\n"
			    "lifetime info   6 pairs                      stale    -\n");
	scene.nr_findings = 0;
	run(&result, "1 2");
	assert_null(strstr(result.out, "NAME"));
}

/* Below: the first fault, what was measured, and the pairs. */
static void test_footers(void **state)
{
	static const struct made_finding findings[] = {
		{ NULL, "isolation", OUTCOME_PASS, NULL, NULL, false, false, true, 0 },
	};
	char wanted[1024];
	struct result result;

	(void)state;
	scene_reset();
	SET_FINDINGS(findings);
	run(&result, "--bench 1 00:03.1");
	snprintf(wanted, sizeof(wanted),
		 "\n\nrefused, as the kernel's log has it: write of " A " at 0x0000000123450000\n" A
		 " to " C ": write 20480 bytes/s (%s)\n" A " to " C ": read 10240 bytes/s (%s)\n" C
		 " to " A ": write 20480 bytes/s (%s)\n" C " to " A ": read 10240 bytes/s (%s)\n"
		 "pairs: pass 2, fail 0, skip 0\n",
		 edu_engine.limit, edu_engine.limit, nvme_engine.limit, nvme_engine.limit);
	assert_non_null(strstr(result.out, wanted));
	/* Where there are several backends, lines say which. */
	run(&result, "--bench --backend=all " SIDES);
	assert_non_null(strstr(result.out, "\ntype1 " A " to " B ": write 20480"));
	assert_non_null(strstr(result.out, "\niommufd " A " to " B ": write 20480"));
}

/* --- rows ----------------------------------------------------------------------------------- */

static const struct made_finding row_findings[] = {
	{ NULL, "engine", OUTCOME_PASS, "edu", NULL, false, false, false, 0 },
	{ NULL, "isolation", OUTCOME_PASS, NULL, NULL, true, false, true, 0 },
	{ NULL, "write", OUTCOME_PASS, "2048 bytes", NULL, true, false, false, 2048 },
	{ NULL, "read", OUTCOME_FAIL, NULL, "5 of 8 bytes", true, false, false, 0 },
	{ NULL, "unmap", OUTCOME_SKIP, NULL, "read failed", false, true, false, 0 },
	{ NULL, "lifetime", OUTCOME_INFO, "stale", "it outlives", false, false, false, 0 },
};
static const struct made_pair row_pairs[] = {
	{ NULL, OUTCOME_FAIL, "read: 5 of 8 bytes", true, NULL, 3 },
};

static void test_rows(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	SET_FINDINGS(row_findings);
	SET_PAIRS(row_pairs);
	run(&result, "-r " SIDES);
	assert_int_equal(result.status, STATUS_NO);
	assert_string_equal(result.out,
			    "INITIATOR TARGET BAR BACKEND NAME RESULT OBSERVED REASON\n" A " " B
			    " 2 type1 attach pass -1+0x0 -\n" A " " B
			    " 2 type1 engine pass edu -\n" A " " B " 2 type1 map pass - -\n" A " " B
			    " 2 type1 isolation pass - -\n" A " " B
			    " 2 type1 write pass 2048\\x20bytes -\n" A " " B
			    " 2 type1 read fail - 5\\x20of\\x208\\x20bytes\n" A " " B
			    " 2 type1 unmap skip - read\\x20failed\n" A " " B
			    " 2 type1 cross-container pass - -\n" A " " B
			    " 2 type1 lifetime info stale it\\x20outlives\n");
	run(&result, "-Po NAME,RESULT,BYTES_VERIFIED,ENGINE,PATH,FORWARDS,BENCH " SIDES);
	keep_lines(result.out, "\"write\"");
	assert_string_equal(result.out,
			    "NAME=\"write\" RESULT=\"pass\" BYTES_VERIFIED=\"2048\" ENGINE=\"edu\" "
			    "PATH=\"root-complex\" FORWARDS=\"?\" BENCH=\"-\"\n");
	run(&result, "-ro NAME,BYTES_VERIFIED " SIDES);
	assert_string_equal(result.out, "NAME BYTES_VERIFIED\nattach -\nengine -\nmap -\n"
					"isolation 0\nwrite 2048\nread 0\nunmap -\n"
					"cross-container -\nlifetime -\n");
	/* Without a column of checks a line is a pair. */
	run(&result, "-ro INITIATOR,RESULT,REASON --noheadings " SIDES);
	assert_string_equal(result.out, A " fail read:\\x205\\x20of\\x208\\x20bytes\n");
}

static void test_json(void **state)
{
	static const char fault[] = "{\"device\":\"" A "\",\"address\":\"0x0000000123450000\","
				    "\"write\":true,\"reason\":\"0x05\"}";
	char wanted[4096];
	struct result result;

	(void)state;
	scene_reset();
	SET_FINDINGS(row_findings);
	SET_PAIRS(row_pairs);
	run(&result, "-J " SIDES);
	compact(result.out);
	snprintf(wanted, sizeof(wanted),
		 "{\"pairs\":[{\"initiator\":\"%s\",\"target\":\"%s\",\"bar\":2,\"engine\":\"edu\","
		 "\"backend\":\"type1\",\"path\":\"root-complex\",\"forwards\":null,"
		 "\"result\":\"fail\",\"reason\":\"read: 5 of 8 bytes\",\"bench\":[],\"checks\":["
		 "{\"name\":\"attach\",\"result\":\"pass\",\"observed\":\"-1+0x0\","
		 "\"bytes_verified\":null,\"reason\":null},"
		 "{\"name\":\"engine\",\"result\":\"pass\",\"observed\":\"edu\","
		 "\"bytes_verified\":null,\"reason\":null},"
		 "{\"name\":\"map\",\"result\":\"pass\",\"observed\":null,"
		 "\"bytes_verified\":null,\"reason\":null},"
		 "{\"name\":\"isolation\",\"result\":\"pass\",\"observed\":null,"
		 "\"bytes_verified\":0,\"reason\":null},"
		 "{\"name\":\"write\",\"result\":\"pass\",\"observed\":\"2048 bytes\","
		 "\"bytes_verified\":2048,\"reason\":null},"
		 "{\"name\":\"read\",\"result\":\"fail\",\"observed\":null,"
		 "\"bytes_verified\":0,\"reason\":\"5 of 8 bytes\"},"
		 "{\"name\":\"unmap\",\"result\":\"skip\",\"observed\":null,"
		 "\"bytes_verified\":null,\"reason\":\"read failed\"},"
		 "{\"name\":\"cross-container\",\"result\":\"pass\",\"observed\":null,"
		 "\"bytes_verified\":null,\"reason\":null},"
		 "{\"name\":\"lifetime\",\"result\":\"info\",\"observed\":\"stale\","
		 "\"bytes_verified\":null,\"reason\":\"it outlives\"}]}],\"faults\":[%s],"
		 "\"summary\":{\"pass\":6,\"fail\":1,\"skip\":1,\"info\":1,"
		 "\"pairs\":{\"pass\":0,\"fail\":1,\"skip\":0,\"info\":0}}}",
		 A, B, fault);
	assert_string_equal(result.out, wanted);

	/* All faults, where people are told the first; other words for the same keys. */
	scene.ways_unknown = true;
	scene.forwards = true;
	run(&result, "-J --bench 1 00:03.1");
	compact(result.out);
	assert_int_equal(count(result.out, "\"address\":\"0x0000000123450000\""), 2);
	assert_non_null(strstr(result.out, "\"engine\":\"nvme\""));
	assert_int_equal(count(result.out, "\"path\":null,\"forwards\":true,"), 2);
	snprintf(wanted, sizeof(wanted),
		 "\"bench\":[{\"direction\":\"write\",\"bytes_per_second\":20480,\"limit\":\"%s\"},"
		 "{\"direction\":\"read\",\"bytes_per_second\":10240,\"limit\":\"%s\"}],",
		 edu_engine.limit, edu_engine.limit);
	assert_non_null(strstr(result.out, wanted));
}

/* Which BAR it is: the one that was tested, or the one that was named, or none. */
static void test_bar(void **state)
{
	static const struct made_pair none[] = { { NULL, OUTCOME_SKIP, "r", false, NULL, 0 } };
	struct result result;

	(void)state;
	scene_reset();
	run(&result, "-ro BAR --noheadings " SIDES ":2");
	assert_string_equal(result.out, "2\n");
	run(&result, "-ro BAR --noheadings " SIDES);
	assert_string_equal(result.out, "0\n");
	SET_PAIRS(none);
	run(&result, "-ro BAR --noheadings " SIDES);
	assert_string_equal(result.out, "-\n");
	run(&result, "-ro ENGINE --noheadings --initiator=" B " --target=" A);
	assert_string_equal(result.out, "-\n");
}

static void test_options(void **state)
{
	static const struct {
		const char *line, *observed;
	} cases[] = {
		{ SIDES, "-1+0x0\n" },
		{ "--require-revoked " SIDES, "-1+0x0,revoked\n" },
		{ "--disruptive " SIDES, "-1+0x0,disruptive\n" },
		{ "--bench " SIDES, "-1+0x0,measures\n" },
	};
	struct result result;
	char line[128];

	(void)state;
	scene_reset();
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(line, sizeof(line), "-ro OBSERVED --noheadings %s", cases[i].line);
		run(&result, line);
		keep_lines(result.out, "+0x0");
		assert_string_equal(result.out, cases[i].observed);
	}
	run(&result, "-Po BENCH --bench " SIDES);
	assert_string_equal(result.out, "BENCH=\"write=20480B/s,read=10240B/s\"\n");
}

static void test_disruptive(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	run(&result, "-ro NAME --noheadings --disruptive 1 00:03.0");
	assert_int_equal(count(result.out, "\n"), 2 * NR_ALL_CHECKS);
	assert_int_equal(count(result.out, "disabled\n"), 2);
	assert_int_equal(count(result.out, "reset\n"), 2);
	assert_int_equal(count(result.out, "closed\n"), 2);
	/* Said once, before the first pair (as p2p_scene.h sees to). */
	assert_int_equal(count(result.err, "\n"), 3);
	assert_non_null(strstr(result.err, NOTE "--disruptive: DMA goes to targets "));
	assert_non_null(strstr(result.err, "\n" NOTE "--disruptive: it may explode\n" NOTE
					   "--disruptive: or not\n"));
	run(&result, "--disruptive --initiator=00:09.0 --target=00:03.0");
	assert_int_equal(count(result.err, "\n"), 1);
}

static void test_dry_run(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	scene.only_plans = true;
	run(&result, "--dry-run -r " SIDES ":2");
	assert_int_equal(result.status, STATUS_OK);
	keep_lines(result.out, " write ");
	assert_string_equal(result.out, A " " B " 2 type1 write planned - -\n");
	run(&result, "--dry-run 1 00:03.0");
	assert_int_equal(count(result.out, " planned "), 2 * NR_PLAIN_CHECKS);
	assert_int_equal(count(result.out, " ? type1 "), 2 * NR_PLAIN_CHECKS);
	assert_non_null(strstr(result.out, "\nplanned 2 pairs\n"));
	assert_null(strstr(result.out, "pairs: "));
	run(&result, "--dry-run -J " SIDES);
	compact(result.out);
	assert_non_null(strstr(result.out, "\"bar\":null,"));
	assert_non_null(strstr(result.out, "\"result\":\"planned\",\"reason\":null,\"bench\":[],"));
	assert_non_null(strstr(result.out, "\"faults\":[],\"summary\":{\"pass\":0,\"fail\":0,"
					   "\"skip\":0,\"info\":0,\"pairs\":{\"pass\":0,"
					   "\"fail\":0,\"skip\":0,\"info\":0}}}"));

	/* As in a run of it: what is lacking is skipped, and the rest would be tested. */
	scene.no_iommufd = "not there";
	run(&result, "--dry-run --backend=all -ro BACKEND,RESULT --noheadings " SIDES);
	assert_string_equal(result.out, "type1 planned\niommufd skip\n");
	assert_int_equal(result.status, STATUS_OK);
	scene.no_type1 = "not there";
	run(&result, "--dry-run --backend=all " SIDES);
	assert_int_equal(result.status, STATUS_SKIPPED);
}

static void test_list(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	run(&result, "--list -ro NAME --noheadings");
	assert_int_equal(result.status, STATUS_OK);
	assert_string_equal(result.out,
			    "attach\nengine\nmap\nisolation\nwrite\nread\nunmap\ndisabled\nreset\n"
			    "cross-container\nlifetime\nclosed\n");
	run(&result, "--list -J");
	compact(result.out);
	assert_ptr_equal(strstr(result.out, "{\"checks\":[{\"name\":\"attach\",\"proves\":\""),
			 result.out);
	assert_int_equal(count(result.out, "\"needs\":null}"), 2); /* attach, lifetime */
}

/* --- TAP ------------------------------------------------------------------------------------ */

static void test_tap(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	SET_FINDINGS(row_findings);
	SET_PAIRS(row_pairs);
	run(&result, "--tap " SIDES ":2:0x10");
	assert_int_equal(result.status, STATUS_NO);
#define POINT "type1 " A " to " B ":2:0x10 "
	assert_string_equal(result.out, "TAP version 14\n1..9\n"
					"ok 1 - " POINT "attach\n"
					"ok 2 - " POINT "engine\n"
					"ok 3 - " POINT "map\n"
					"ok 4 - " POINT "isolation\n"
					"ok 5 - " POINT "write\n"
					"not ok 6 - " POINT "read\n"
					"  ---\n  result: \"fail\"\n"
					"  reason: \"5 of 8 bytes\"\n  ...\n"
					"ok 7 - " POINT "unmap # SKIP read failed\n"
					"ok 8 - " POINT "cross-container\n"
					"ok 9 - " POINT "lifetime\n"
					"  ---\n  result: \"info\"\n  observed: \"stale\"\n"
					"  reason: \"it outlives\"\n  ...\n");
#undef POINT
}

/* As many points as the plan says. */
static void test_tap_plan(void **state)
{
	static const struct {
		const char *operands;
		unsigned planned, not_ok, skip;
		int status;
	} cases[] = {
		{ "1 2", 6 * NR_PLAIN_CHECKS, 0, 0, STATUS_OK },
		{ "--disruptive 1 00:03.0", 2 * NR_ALL_CHECKS, 0, 0, STATUS_OK },
		{ "--dry-run 1 00:03.0", 2 * NR_PLAIN_CHECKS, 0, 2 * NR_PLAIN_CHECKS, STATUS_OK },
		{ "--backend=all " SIDES, 2 * NR_PLAIN_CHECKS, 0, NR_PLAIN_CHECKS, STATUS_OK },
		{ "00:09.0 3 1 00:03.0", 2 * NR_PLAIN_CHECKS + 2, 2, 0, STATUS_FAILED },
		{ "--initiator=00:04.0 --target=00:09.0 1 00:03.0", 2 * NR_PLAIN_CHECKS + 2, 2, 0,
		  STATUS_FAILED },
		{ "--initiator=00:04.0 --target=00:03.0", 1, 1, 0, STATUS_FAILED },
		/* The same device of several sides is one point. */
		{ "00:04.0 " SIDES " --initiator=00:04.0 --target=00:04.0:1", NR_PLAIN_CHECKS + 1,
		  1, 0, STATUS_FAILED },
		{ "--all --target=00:04.0:1", 6 * NR_PLAIN_CHECKS + 1, 1, 0, STATUS_FAILED },
		/* No such place: whoever reads only TAP sees it. */
		{ SIDES ":2 --target=00:03.0:1", NR_PLAIN_CHECKS + 1, 1, 0, STATUS_FAILED },
		{ SIDES ":0", 1, 1, 0, STATUS_FAILED },
	};
	struct result result;
	char line[256], plan[64];

	(void)state;
	scene_reset();
	scene.no_iommufd = "not there";
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(line, sizeof(line), "--tap %s", cases[i].operands);
		snprintf(plan, sizeof(plan), "TAP version 14\n1..%u\n", cases[i].planned);
		run(&result, line);
		assert_case_equal(result.status, cases[i].status, line);
		assert_case(strncmp(result.out, plan, strlen(plan)) == 0, line);
		assert_case_equal(count(result.out, "\nok ") + count(result.out, "\nnot ok "),
				  cases[i].planned, line);
		assert_case_equal(count(result.out, "\nnot ok "), cases[i].not_ok, line);
		assert_case_equal(count(result.out, " # SKIP "), cases[i].skip, line);
	}
}

/* --- signals -------------------------------------------------------------------------------- */

static void test_interrupted(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };
	struct result result;

	(void)state;
	for (size_t i = 0; i < COUNT(signals); i++) {
		scene_reset();
		scene.signal = signals[i];
		scene.signal_in = 2;
		run(&result, "-ro INITIATOR,TARGET,NAME --noheadings 1 2");
		assert_int_equal(result.status, -signals[i]);
		/* The first pair, of the second what was done, and of the others nothing. */
		assert_int_equal(count(result.out, A " " B " "), NR_PLAIN_CHECKS);
		assert_int_equal(count(result.out, A " " C " "), 2);
		assert_int_equal(count(result.out, "\n"), NR_PLAIN_CHECKS + 2);
		assert_string_equal(result.err, NOTE "interrupted; nothing stays mapped\n");
	}
	run(&result, "-J 1 2");
	assert_int_equal(result.status, -SIGINT);
	compact(result.out);
	assert_non_null(strstr(result.out, "\"summary\":{\"pass\":11,"));

	run(&result, "1 00:03.0 00:03.1");
	assert_int_equal(result.status, -SIGINT);
	assert_non_null(strstr(
		result.out, "type1        " A " " B " " C "\n" A " -            +            +\n" B
			    " -            -            -\n" C " -            -            -\n"));

	run(&result, "--tap 1 2");
	assert_int_equal(result.status, -SIGINT);
	assert_non_null(strstr(result.out, "\n1..54\n")); /* 6 pairs of 9 checks */
	assert_int_equal(count(result.out, "\nok "), NR_PLAIN_CHECKS + 2);
	assert_non_null(strstr(result.out, "\nBail out! interrupted\n"));
	run_command(&cmd_p2p_test, "1 2", true, &result);
	assert_int_equal(result.status, -SIGINT);
	assert_string_equal(result.out, "");
}

/* Before anything was tested. */
static void test_interrupted_early(void **state)
{
	struct result result;

	(void)state;
	scene_reset();
	scene.signal = SIGTERM;
	run(&result, "--tap 1 2");
	assert_int_equal(result.status, -SIGTERM);
	assert_string_equal(result.out, "TAP version 14\n1..54\nBail out! interrupted\n");
	run(&result, "-r --noheadings 1 2");
	assert_int_equal(result.status, -SIGTERM);
	assert_string_equal(result.out, "");
	run(&result, "1 2");
	assert_int_equal(result.status, -SIGTERM);
	assert_null(strstr(result.out, "+"));
	assert_null(strstr(result.out, "pairs: "));
	/* A dry run opens nothing that would have to be left in order. */
	scene.only_plans = true;
	run(&result, "--dry-run --tap 1 2");
	assert_int_equal(result.status, STATUS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_pairs),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_backends),
		cmocka_unit_test(test_backend_lacks),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_nothing_here),
		cmocka_unit_test(test_faulty),
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_matrix_labels),
		cmocka_unit_test(test_matrix_backends),
		cmocka_unit_test(test_no_matrix),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_digest_many),
		cmocka_unit_test(test_footers),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_bar),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_disruptive),
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_tap),
		cmocka_unit_test(test_tap_plan),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_interrupted_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
