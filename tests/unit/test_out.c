/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The output layer: which columns, which lines, and how each value reads in all four formats. */
#include <locale.h>

#include "out/out.h"
#include "unit.h"

/* Two levels, as most commands have them. */
enum { GROUP, TYPE, VIABLE, BLOCKERS, DEVICE, WIDTH, START, NAME };

#define TOP OUT_LEVEL(0)
#define SUB OUT_LEVEL(1)

static const struct out_column columns[] = {
	[GROUP] = { "GROUP", TOP, OUT_TYPE_NUMBER, true, 1, "Number" },
	[TYPE] = { "TYPE", TOP, OUT_TYPE_STRING, true, 2, "Type" },
	[VIABLE] = { "VIABLE", TOP, OUT_TYPE_BOOL, false, 4, "Verdict" },
	[BLOCKERS] = { "BLOCKERS", TOP, OUT_TYPE_LIST, false, 8, "List" },
	[DEVICE] = { "DEVICE", SUB, OUT_TYPE_STRING, true, 16, "Device" },
	[WIDTH] = { "WIDTH", TOP | SUB, OUT_TYPE_NUMBER, false, 32, "On both levels" },
	[START] = { "START", SUB, OUT_TYPE_ADDRESS, false, 64, "Address" },
	[NAME] = { "NAME", SUB, OUT_TYPE_STRING, false, 128, "Text" },
};

static const struct out_level levels[] = { { "groups", false }, { "devices", false } };

static const struct out_paint paints[] = { { "DMA", "red" }, { NULL, NULL } };

static const struct out_schema schema = {
	.levels = levels,
	.nr_levels = 2,
	.columns = columns,
	.nr_columns = COUNT(columns),
	.paints = paints,
};

static struct out *begin_with(const struct out_schema *use, enum out_format format,
			      const char *names)
{
	const struct out_options options = { .format = format, .columns = names };
	char *problem;
	struct out *out = out_new(use, &options, &problem);

	if (!out)
		fail_msg("%s", problem);
	assert_null(problem);
	return out;
}

static struct out *begin(enum out_format format, const char *names)
{
	return begin_with(&schema, format, names);
}

/* Prints and ends @out. Return: the text, to be freed. */
static char *print(struct out *out, bool colors)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	assert_non_null(stream);
	out_print(out, stream, colors);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(strlen(text), length);
	out_free(out);
	return text;
}

static void assert_prints(struct out *out, const char *wanted)
{
	char *text = print(out, false);

	assert_string_equal(text, wanted);
	free(text);
}

/* Takes the layout out of JSON: where lines break is json-c's own business. */
static void compact(char *json)
{
	bool in_string = false;
	char *to = json;

	for (const char *at = json; *at; at++) {
		if (*at == '\\' && in_string)
			*to++ = *at++;
		else if (*at == '"')
			in_string = !in_string;
		else if (!in_string && (*at == ' ' || *at == '\n'))
			continue;
		*to++ = *at;
	}
	*to = '\0';
}

static void assert_json(struct out *out, const char *wanted)
{
	char *text = print(out, false);

	assert_int_equal(text[strlen(text) - 1], '\n');
	compact(text);
	assert_string_equal(text, wanted);
	free(text);
}

/* Group 8 with two devices, 9 without any, and one without a number. */
static struct out *fill(struct out *out)
{
	struct out_row *row = out_row_add(out, NULL), *child;
	struct out_value blockers = out_list();

	out_append(&blockers, out_string("0000:03:00.0=nvme"));
	out_append(&blockers, out_string("b"));
	out_set(row, GROUP, out_number(8));
	out_set(row, TYPE, out_string("DMA-FQ"));
	out_set(row, VIABLE, out_bool(false));
	out_set(row, BLOCKERS, blockers);
	out_set(row, WIDTH, out_number(39));
	child = out_row_add(out, row);
	out_set(child, DEVICE, out_string("0000:03:00.0"));
	out_set(child, START, out_address(0xfee00000));
	out_set(child, WIDTH, out_number(38));
	child = out_row_add(out, row);
	out_set(child, DEVICE, out_string("0000:03:00.1"));
	out_set(child, NAME, out_unknown());

	row = out_row_add(out, NULL);
	out_set(row, GROUP, out_number(9));
	out_set(row, TYPE, out_unknown());
	out_set(row, VIABLE, out_unknown());
	out_set(row, BLOCKERS, out_unknown());

	row = out_row_add(out, NULL);
	out_set(row, GROUP, out_absent());
	out_set(row, TYPE, out_string("DMA"));
	out_set(row, VIABLE, out_bool(true));
	out_set(row, BLOCKERS, out_list());
	child = out_row_add(out, row);
	out_set(child, DEVICE, out_string("x"));
	return out;
}

/* --- choice of columns -------------------------------------------------------------------- */

static void test_default_columns(void **state)
{
	struct out *out = begin(OUT_TABLE, NULL);

	(void)state;
	assert_true(out_wants(out, GROUP));
	assert_true(out_wants(out, DEVICE));
	assert_false(out_wants(out, VIABLE));
	assert_int_equal(out_facts(out), 1 | 2 | 16);
	assert_int_equal(out_depth(out), 1);
	out_free(out);

	out = begin(OUT_JSON, NULL); /* every key */
	assert_int_equal(out_facts(out), 255);
	assert_true(out_wants(out, NAME));
	out_free(out);
}

static void test_all_columns(void **state)
{
	struct out_options options = { .format = OUT_RAW, .all_columns = true };
	char *problem;
	struct out *out = out_new(&schema, &options, &problem);

	(void)state;
	assert_non_null(out);
	assert_int_equal(out_facts(out), 255);
	out_free(out);
	options.columns = "GROUP"; /* -O wins, whatever -o says */
	out = out_new(&schema, &options, &problem);
	assert_int_equal(out_facts(out), 255);
	out_free(out);
}

static void test_named_columns(void **state)
{
	struct out *out = begin(OUT_RAW, "NAME,group"); /* letters of either case, own order */

	(void)state;
	assert_int_equal(out_facts(out), 129);
	assert_prints(fill(out), "NAME GROUP\n- 8\n? 8\n- 9\n- -\n");
	/* Twice is once. */
	assert_prints(fill(begin(OUT_RAW, "GROUP,GROUP")), "GROUP\n8\n9\n-\n");
}

static void test_added_columns(void **state)
{
	struct out *out = begin(OUT_RAW, "+NAME,VIABLE");

	(void)state;
	assert_int_equal(out_facts(out), 1 | 2 | 16 | 128 | 4);
	assert_prints(fill(out), "GROUP TYPE DEVICE NAME VIABLE\n"
				 "8 DMA-FQ 0000:03:00.0 - no\n"
				 "8 DMA-FQ 0000:03:00.1 ? no\n"
				 "9 ? - - ?\n"
				 "- DMA x - yes\n");
	out = begin(OUT_RAW, "+TYPE"); /* is there already */
	assert_int_equal(out_facts(out), 1 | 2 | 16);
	out_free(out);
}

/* design.md 3.1: "-J prints every key unless -o names fewer"; +COL only ever adds. */
static void test_added_columns_in_json(void **state)
{
	struct out *out = begin(OUT_JSON, "+NAME");

	(void)state;
	assert_int_equal(out_facts(out), 255);
	out_free(out);
}

static void test_unknown_columns(void **state)
{
	static const char *const cases[] = { "NOPE",	   "GROUP,NOPE", "+NOPE",	"",
					     ",",	   "GROUP,",	 "GROUP,,TYPE", "+",
					     "GROUP TYPE", "GROU",	 "GROUPS" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct out_options options = { .columns = cases[i] };
		char *problem = NULL;

		assert_case(!out_new(&schema, &options, &problem), cases[i]);
		assert_case(problem && strstr(problem, "GROUP,TYPE,VIABLE"), cases[i]);
		assert_case(!strchr(problem, '\n'), cases[i]);
		free(problem);
	}
}

static void test_values_of_unwanted_columns(void **state)
{
	struct out *out = begin(OUT_RAW, "GROUP");
	struct out_row *row = out_row_add(out, NULL);
	struct out_value list = out_list();

	(void)state;
	out_append(&list, out_string("freed, or the sanitizer complains"));
	out_set(row, BLOCKERS, list);
	out_set(row, GROUP, out_string("first"));
	out_set(row, GROUP, out_number(2)); /* replaces */
	assert_int_equal(out_count(out), 1);
	assert_prints(out, "GROUP\n2\n");
	out_free(NULL);
}

/* --- lines -------------------------------------------------------------------------------- */

static void test_depth(void **state)
{
	struct out *out = begin(OUT_RAW, "GROUP,VIABLE");

	(void)state;
	/* A line a group, although its devices were added. */
	assert_int_equal(out_depth(out), 0);
	assert_prints(fill(out), "GROUP VIABLE\n8 no\n9 ?\n- yes\n");
	/* A column of two levels stands for the upper one unless another asks for more. */
	out = begin(OUT_RAW, "WIDTH");
	assert_int_equal(out_depth(out), 0);
	assert_prints(fill(out), "WIDTH\n39\n-\n-\n");
	out = begin(OUT_RAW, "WIDTH,DEVICE");
	assert_int_equal(out_depth(out), 1);
	assert_prints(fill(out), "WIDTH DEVICE\n38 0000:03:00.0\n- 0000:03:00.1\n- -\n- x\n");
}

static void test_no_rows(void **state)
{
	(void)state;
	assert_prints(begin(OUT_TABLE, NULL), "");
	assert_prints(begin(OUT_RAW, NULL), "");
	assert_prints(begin(OUT_PAIRS, NULL), "");
	assert_json(begin(OUT_JSON, NULL), "{\"groups\":[]}");
}

static void test_table(void **state)
{
	struct out *out = begin(OUT_TABLE, "GROUP,TYPE,BLOCKERS");

	(void)state;
	out_footer(out, "common: gaw %u", 39u);
	out_footer(out, "%s", "");
	out_footer(out, "last");
	/* Numbers stand right, text left. */
	assert_prints(fill(out), "GROUP TYPE   BLOCKERS\n"
				 "    8 DMA-FQ 0000:03:00.0=nvme,b\n"
				 "    9 ?      ?\n"
				 "    - DMA    -\n"
				 "common: gaw 39\n"
				 "\n"
				 "last\n");
}

static void test_no_headings(void **state)
{
	static const enum out_format formats[] = { OUT_TABLE, OUT_RAW, OUT_PAIRS };
	static const char *const wanted[] = { "8 DMA-FQ\n9 ?\n- DMA\n", "8 DMA-FQ\n9 ?\n- DMA\n",
					      "GROUP=\"8\" TYPE=\"DMA-FQ\"\n"
					      "GROUP=\"9\" TYPE=\"?\"\n"
					      "GROUP=\"-\" TYPE=\"DMA\"\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		const struct out_options options = { .format = formats[i],
						     .noheadings = true,
						     .columns = "GROUP,TYPE" };
		char *problem;
		struct out *out = out_new(&schema, &options, &problem);

		out_footer(out, "a footer is no line of the rows");
		fill(out);
		if (formats[i] == OUT_TABLE) {
			char *text = print(out, false);

			assert_non_null(strstr(text, "8 DMA-FQ"));
			assert_null(strstr(text, "GROUP"));
			free(text);
		} else {
			assert_prints(out, wanted[i]);
		}
	}
}

/* Rows that are printed as they come: with widths that do not follow them. */
static void test_lines(void **state)
{
	static const unsigned char widths[] = {
		[GROUP] = 5, [TYPE] = 8, [VIABLE] = 6, [DEVICE] = 0, [WIDTH] = 0, [NAME] = 0,
	};
	static const struct {
		enum out_format format;
		bool noheadings;
		const char *text;
	} cases[] = {
		{ OUT_TABLE, false,
		  "GROUP TYPE     VIABLE\n    8 DMA      yes\n"
		  "12345678 identity-long ?\n" },
		{ OUT_TABLE, true, "    8 DMA      yes\n12345678 identity-long ?\n" },
		{ OUT_RAW, false, "GROUP TYPE VIABLE\n8 DMA yes\n12345678 identity-long ?\n" },
		{ OUT_RAW, true, "8 DMA yes\n12345678 identity-long ?\n" },
		{ OUT_PAIRS, false,
		  "GROUP=\"8\" TYPE=\"DMA\" VIABLE=\"yes\"\n"
		  "GROUP=\"12345678\" TYPE=\"identity-long\" VIABLE=\"?\"\n" },
		{ OUT_JSON, false,
		  "{\"group\":8,\"type\":\"DMA\",\"viable\":true}\n"
		  "{\"group\":12345678,\"type\":\"identity-long\",\"viable\":null}\n" },
	};
	struct out_schema wide = schema;

	(void)state;
	wide.widths = widths;
	wide.nr_levels = 1;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct out_options options = { .format = cases[i].format,
						     .noheadings = cases[i].noheadings,
						     .columns = "GROUP,TYPE,VIABLE" };
		char *problem, *text = NULL;
		struct out *out = out_new(&wide, &options, &problem);
		struct out_row *row;
		size_t length;
		FILE *stream = open_memstream(&text, &length);

		assert_non_null(stream);
		out_print_heading(out, stream, false);
		row = out_row_add(out, NULL);
		out_set(row, GROUP, out_number(8));
		out_set(row, TYPE, out_string("DMA"));
		out_set(row, VIABLE, out_bool(true));
		out_print_lines(out, stream, false);
		assert_int_equal(out_count(out), 0); /* printed once, and not kept */
		out_print_lines(out, stream, false);
		row = out_row_add(out, NULL);
		out_set(row, GROUP, out_number(12345678));
		out_set(row, TYPE, out_string("identity-long"));
		out_set(row, VIABLE, out_unknown());
		out_print_lines(out, stream, false);
		assert_int_equal(fclose(stream), 0);
		assert_string_equal(text, cases[i].text);
		free(text);
		out_free(out);
	}
}

static void test_pairs(void **state)
{
	(void)state;
	assert_prints(fill(begin(OUT_PAIRS, "GROUP,VIABLE,BLOCKERS,DEVICE,START")),
		      "GROUP=\"8\" VIABLE=\"no\" BLOCKERS=\"0000:03:00.0=nvme,b\" "
		      "DEVICE=\"0000:03:00.0\" START=\"0x00000000fee00000\"\n"
		      "GROUP=\"8\" VIABLE=\"no\" BLOCKERS=\"0000:03:00.0=nvme,b\" "
		      "DEVICE=\"0000:03:00.1\" START=\"-\"\n"
		      "GROUP=\"9\" VIABLE=\"?\" BLOCKERS=\"?\" DEVICE=\"-\" START=\"-\"\n"
		      "GROUP=\"-\" VIABLE=\"yes\" BLOCKERS=\"-\" DEVICE=\"x\" START=\"-\"\n");
}

static void test_json(void **state)
{
	struct out *out = fill(begin(OUT_JSON, "GROUP,VIABLE,BLOCKERS,DEVICE,START"));
	struct out_value object = out_object("text only elsewhere");

	(void)state;
	out_member(&object, "gaw", out_number(39));
	out_member(&object, "none", out_unknown());
	out_document(out, "common", object);
	out_document(out, "why_empty", out_absent());
	out_footer(out, "not in JSON");
	assert_json(out, "{\"groups\":["
			 "{\"group\":8,\"viable\":false,\"blockers\":[\"0000:03:00.0=nvme\",\"b\"],"
			 "\"devices\":["
			 "{\"device\":\"0000:03:00.0\",\"start\":\"0x00000000fee00000\"},"
			 "{\"device\":\"0000:03:00.1\",\"start\":null}]},"
			 /* unknown, but a list is never null */
			 "{\"group\":9,\"viable\":null,\"blockers\":[],\"devices\":[]},"
			 "{\"group\":null,\"viable\":true,\"blockers\":[],"
			 "\"devices\":[{\"device\":\"x\",\"start\":null}]}"
			 "],\"common\":{\"gaw\":39,\"none\":null},\"why_empty\":null}");
}

static void test_json_keys(void **state)
{
	(void)state;
	/* Only the upper level: no array below it. */
	assert_json(fill(begin(OUT_JSON, "TYPE")),
		    "{\"groups\":[{\"type\":\"DMA-FQ\"},{\"type\":null},{\"type\":\"DMA\"}]}");
	/* Only the lower one: the arrays stay as they are. */
	assert_json(fill(begin(OUT_JSON, "NAME")),
		    "{\"groups\":[{\"devices\":[{\"name\":null},{\"name\":null}]},"
		    "{\"devices\":[]},{\"devices\":[{\"name\":null}]}]}");
}

/* --- values ------------------------------------------------------------------------------- */

/* One value in the column @name of its own row, in raw, pairs and JSON. */
static void assert_value(size_t column, struct out_value (*make)(void), const char *raw,
			 const char *pairs, const char *json)
{
	static const enum out_format formats[] = { OUT_RAW, OUT_PAIRS, OUT_JSON };
	const char *const wanted[] = { raw, pairs, json };

	for (size_t i = 0; i < COUNT(formats); i++) {
		struct out *out = begin(formats[i], columns[column].name);
		char *text, *at;

		out_set(out_row_add(out, NULL), column, make());
		text = print(out, false);
		if (formats[i] == OUT_JSON)
			compact(text);
		at = strstr(text, wanted[i]);
		if (!at)
			fail_msg("\"%s\" is not in: %s", wanted[i], text);
		free(text);
	}
}

static struct out_value make_largest(void)
{
	return out_number(LAST);
}

static struct out_value make_zero(void)
{
	return out_number(0);
}

static struct out_value make_top(void)
{
	return out_address(LAST);
}

static struct out_value make_bottom(void)
{
	return out_address(0);
}

static struct out_value make_empty(void)
{
	return out_string("");
}

static struct out_value make_null(void)
{
	return out_string(NULL);
}

static struct out_value make_quoted(void)
{
	return out_string("a \"b\" c\\d/e");
}

static struct out_value make_controls(void)
{
	return out_string("a\nb\tc\x1b[31m\x01");
}

static struct out_value make_invalid(void)
{
	return out_string("a\xff\xc3(");
}

static struct out_value make_text(void)
{
	return out_string("Stra\xc3\x9f"
			  "e");
}

static struct out_value make_formatted(void)
{
	return out_format("%s=%d", "n", -1);
}

static struct out_value make_formatted_empty(void)
{
	return out_format("%s", "");
}

static struct out_value make_mixed_list(void)
{
	struct out_value list = out_list();

	out_append(&list, out_number(LAST));
	out_append(&list, out_unknown());
	out_append(&list, out_bool(true));
	return list;
}

static struct out_value make_objects(void)
{
	struct out_value list = out_list(), object = out_object("812:qemu");

	out_member(&object, "pid", out_number(812));
	out_member(&object, "node", out_absent());
	out_append(&list, object);
	out_append(&list, out_object("1:init"));
	return list;
}

static struct out_value make_strings(void)
{
	struct strings list = { 0 };
	struct out_value value;

	strings_add(&list, "flr");
	strings_add(&list, "bus");
	value = out_strings(&list);
	strings_free(&list);
	return value;
}

static void test_values(void **state)
{
	(void)state;
	assert_value(GROUP, make_largest, "\n18446744073709551615\n", "=\"18446744073709551615\"\n",
		     "\"group\":18446744073709551615}");
	assert_value(GROUP, make_zero, "\n0\n", "=\"0\"\n", "\"group\":0}");
	assert_value(TYPE, make_top, "\n0xffffffffffffffff\n", "=\"0xffffffffffffffff\"\n",
		     "\"type\":\"0xffffffffffffffff\"}");
	assert_value(TYPE, make_bottom, "\n0x0000000000000000\n", "=\"0x0000000000000000\"\n",
		     "\"type\":\"0x0000000000000000\"}");
	assert_value(TYPE, make_formatted, "\nn=-1\n", "=\"n=-1\"\n", "\"type\":\"n=-1\"}");
	assert_value(TYPE, make_formatted_empty, "\n-\n", "=\"-\"\n", "\"type\":\"\"}");
	assert_value(TYPE, make_null, "\n-\n", "=\"-\"\n", "\"type\":null}");
	assert_value(TYPE, make_empty, "\n-\n", "=\"-\"\n", "\"type\":\"\"}");
	assert_value(TYPE, out_unknown, "\n?\n", "=\"?\"\n", "\"type\":null}");
	assert_value(TYPE, out_absent, "\n-\n", "=\"-\"\n", "\"type\":null}");
	assert_value(BLOCKERS, out_list, "\n-\n", "=\"-\"\n", "\"blockers\":[]}");
	assert_value(BLOCKERS, out_absent, "\n-\n", "=\"-\"\n", "\"blockers\":[]}");
	assert_value(BLOCKERS, out_unknown, "\n?\n", "=\"?\"\n", "\"blockers\":[]}");
	assert_value(BLOCKERS, make_strings, "\nflr,bus\n", "=\"flr,bus\"\n",
		     "\"blockers\":[\"flr\",\"bus\"]}");
	assert_value(BLOCKERS, make_mixed_list, "\n18446744073709551615,?,yes\n",
		     "=\"18446744073709551615,?,yes\"\n", "[18446744073709551615,null,true]");
	assert_value(BLOCKERS, make_objects, "\n812:qemu,1:init\n", "=\"812:qemu,1:init\"\n",
		     "[{\"pid\":812,\"node\":null},{}]");
}

/* util-linux: what is unsafe for a shell or would break a line is written \xHH. */
static void test_unsafe_text(void **state)
{
	(void)state;
	assert_value(TYPE, make_quoted, "\na\\x20\"b\"\\x20c\\x5cd/e\n",
		     "=\"a \\x22b\\x22 c\\x5cd/e\"\n", "\"a \\\"b\\\" c\\\\d/e\"}");
	assert_value(TYPE, make_controls, "\na\\x0ab\\x09c\\x1b[31m\\x01\n",
		     "=\"a\\x0ab\\x09c\\x1b[31m\\x01\"\n", "\"a\\nb\\tc\\u001b[31m\\u0001\"}");
	assert_value(TYPE, make_invalid, "\na\\xff\\xc3(\n", "=\"a\\xff\\xc3(\"\n",
		     "\"a\xef\xbf\xbd\xef\xbf\xbd(\"}");
	assert_value(TYPE, make_text, "\nStra\\xc3\\x9fe\n", "=\"Stra\\xc3\\x9fe\"\n",
		     "\"Stra\xc3\x9f"
		     "e\"}");
}

/* A table goes to terminals: what a device is called must not move their cursor or break a line. */
static void test_safe_table(void **state)
{
	struct out *out = begin(OUT_TABLE, "TYPE,GROUP");
	unsigned lines = 0;
	char *text;

	(void)state;
	out_set(out_row_add(out, NULL), TYPE, make_controls());
	out_set(out_row_add(out, NULL), TYPE, make_invalid());
	text = print(out, false);
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\x01'));
	assert_null(strchr(text, '\t'));
	assert_null(strchr(text, '\xff'));
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 3);
	free(text);
}

static void assert_text(struct out_value value, const char *wanted)
{
	char *text = out_value_text(&value);

	assert_string_equal(text, wanted);
	free(text);
	out_value_free(&value);
	assert_int_equal(value.kind, OUT_UNSET);
}

static void test_value_text(void **state)
{
	(void)state;
	assert_text((struct out_value){ 0 }, "-");
	assert_text(out_bool(true), "yes");
	assert_text(out_bool(false), "no");
	assert_text(out_address(0x1000), "0x0000000000001000");
	assert_text(make_mixed_list(), "18446744073709551615,?,yes");
	assert_text(out_object(""), "-");
}

/* --- a level whose rows differ in kind ------------------------------------------------------ */

static const struct out_level sparse_levels[] = { { "structures", true } };

static const struct out_column sparse_columns[] = {
	{ "TYPE", TOP, OUT_TYPE_STRING, true, 0, "" },
	{ "AZ_09", TOP, OUT_TYPE_ADDRESS, true, 0, "" },
	{ "SCOPES", TOP, OUT_TYPE_LIST, true, 0, "" },
};

static const struct out_schema sparse = {
	.levels = sparse_levels, .nr_levels = 1, .columns = sparse_columns, .nr_columns = 3
};

static void fill_sparse(struct out *out)
{
	struct out_row *row = out_row_add(out, NULL);

	out_set(row, 0, out_string("RHSA")); /* has nothing else */
	row = out_row_add(out, NULL);
	out_set(row, 0, out_string("DRHD"));
	out_set(row, 1, out_unknown());
	out_set(row, 2, out_list());
}

static void test_sparse(void **state)
{
	struct out *out = begin_with(&sparse, OUT_JSON, NULL);

	(void)state;
	fill_sparse(out);
	/* Keys that a row does not have are left out; unknown ones are not. */
	assert_json(out, "{\"structures\":[{\"type\":\"RHSA\"},"
			 "{\"type\":\"DRHD\",\"az_09\":null,\"scopes\":[]}]}");
	out = begin_with(&sparse, OUT_RAW, NULL);
	fill_sparse(out);
	assert_prints(out, "TYPE AZ_09 SCOPES\nRHSA - -\nDRHD ? -\n");
}

/* --- colours ------------------------------------------------------------------------------ */

static void test_colors(void **state)
{
	char *text = print(fill(begin(OUT_TABLE, "GROUP,TYPE")), true);
	const char *red, *plain;

	(void)state;
	red = strstr(text, "\x1b[31m");
	assert_non_null(red);
	assert_non_null(strstr(red, "DMA"));
	assert_non_null(strstr(text, "\x1b[1m")); /* the headings are bold */
	plain = strstr(text, "DMA-FQ");		  /* only whole values are painted */
	assert_true(plain && plain < red);
	free(text);

	text = print(fill(begin(OUT_TABLE, "GROUP,TYPE")), false);
	assert_null(strchr(text, '\x1b'));
	free(text);
	/* What scripts read has none, even with --color=always. */
	text = print(fill(begin(OUT_RAW, "TYPE")), true);
	assert_string_equal(text, "TYPE\nDMA-FQ\n?\nDMA\n");
	free(text);
	text = print(fill(begin(OUT_PAIRS, "TYPE")), true);
	assert_null(strchr(text, '\x1b'));
	free(text);
	text = print(fill(begin(OUT_JSON, "TYPE")), true);
	assert_null(strchr(text, '\x1b'));
	free(text);
}

static void test_colors_without_paints(void **state)
{
	struct out *out = begin_with(&sparse, OUT_TABLE, NULL);
	char *text;

	(void)state;
	fill_sparse(out);
	text = print(out, true);
	assert_non_null(strstr(text, "DRHD"));
	free(text);
}

/* --- --list-columns ------------------------------------------------------------------------- */

static char *list(const struct out_options *options)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	out_list_columns(&schema, options, stream, false);
	fclose(stream);
	return text;
}

static void test_list_columns(void **state)
{
	struct out_options options = { .format = OUT_RAW, .noheadings = true };
	char *text = list(&options);

	(void)state;
	assert_string_equal(text, "GROUP groups number yes Number\n"
				  "TYPE groups string yes Type\n"
				  "VIABLE groups boolean no Verdict\n"
				  "BLOCKERS groups list no List\n"
				  "DEVICE devices string yes Device\n"
				  "WIDTH groups,devices number no On\\x20both\\x20levels\n"
				  "START devices address no Address\n"
				  "NAME devices string no Text\n");
	free(text);
	options = (struct out_options){ .format = OUT_JSON };
	text = list(&options);
	compact(text);
	assert_non_null(strstr(text,
			       "{\"columns\":[{\"name\":\"GROUP\",\"level\":[\"groups\"],"
			       "\"type\":\"number\",\"default\":true,\"meaning\":\"Number\"},"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default_columns),
		cmocka_unit_test(test_all_columns),
		cmocka_unit_test(test_named_columns),
		cmocka_unit_test(test_added_columns),
		cmocka_unit_test(test_added_columns_in_json),
		cmocka_unit_test(test_unknown_columns),
		cmocka_unit_test(test_values_of_unwanted_columns),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_no_rows),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_no_headings),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_keys),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_unsafe_text),
		cmocka_unit_test(test_safe_table),
		cmocka_unit_test(test_value_text),
		cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_colors_without_paints),
		cmocka_unit_test(test_list_columns),
	};

	setlocale(LC_CTYPE, "C.UTF-8"); /* as main() does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
