/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parsers on tables of real machines: all files named DMAR*, IVRS* or VIOT* in the folder that
 * the environment variable ACPI_TABLES names.
 */
#include <dirent.h>
#include <errno.h>

#include "acpi_bits.h"

/* What is wrong in these tables; looked up byte by byte in a hex dump, not in our own output. */
static const struct {
	const char *file;
	size_t offset;
	const char *what;
} expected[] = {
	/* Lenovo IdeaPad Flex 15 20309: the base of the only DRHD is eight zero bytes at 38h. */
	{ "DMAR-27d1e500a85c.bin", 56, "DRHD has register base 0" },
};

#define NR_EXPECTED (sizeof(expected) / sizeof(expected[0]))

struct file {
	char *name;
	uint8_t *bytes;
	size_t length;
};

static struct file *files;
static size_t nr_files;

static int is_table(const struct dirent *entry)
{
	return strncmp(entry->d_name, "DMAR", 4) == 0 || strncmp(entry->d_name, "IVRS", 4) == 0 ||
	       strncmp(entry->d_name, "VIOT", 4) == 0;
}

static void load(const char *folder, const char *name)
{
	struct file *file = &files[nr_files++];
	char path[4096];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file->name = strdup(name);
	file->bytes = malloc(ACPI_TABLE_MAX);
	stream = fopen(path, "rb");
	if (!file->name || !file->bytes || !stream) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	file->length = fread(file->bytes, 1, ACPI_TABLE_MAX, stream);
	fclose(stream);
	file->bytes = realloc(file->bytes, file->length); /* so that ASan sees its end */
}

static size_t expected_problems(const char *file)
{
	size_t nr = 0;

	for (size_t i = 0; i < NR_EXPECTED; i++)
		nr += strcmp(expected[i].file, file) == 0;
	return nr;
}

static bool is_expected(const char *file, const struct acpi_problem *problem)
{
	for (size_t i = 0; i < NR_EXPECTED; i++)
		if (strcmp(expected[i].file, file) == 0 && expected[i].offset == problem->offset &&
		    strcmp(expected[i].what, problem->what) == 0)
			return true;
	return false;
}

static void test_problems(void **state)
{
	(void)state;
	for (size_t i = 0; i < nr_files; i++) {
		struct acpi_table *t = NULL;

		if (acpi_parse(files[i].bytes, files[i].length, &t) != 0)
			fail_msg("%s: not parsed", files[i].name);
		assert_memory_equal(t->signature, files[i].name, 4);
		assert_true(t->checksum_ok);
		for (size_t k = 0; k < t->nr_problems; k++)
			if (!is_expected(files[i].name, &t->problems[k]))
				fail_msg("%s: %zu: %s", files[i].name, t->problems[k].offset,
					 t->problems[k].what);
		if (t->nr_problems != expected_problems(files[i].name))
			fail_msg("%s: a problem was not found", files[i].name);
		acpi_free(t);
	}
}

static void test_every_bit_shows(void **state)
{
	(void)state;
	for (size_t i = 0; i < nr_files; i++)
		assert_every_bit_shows(files[i].name, files[i].bytes, files[i].length);
}

static void test_every_truncation_is_reported(void **state)
{
	(void)state;
	for (size_t i = 0; i < nr_files; i++) {
		for (size_t length = 0; length < files[i].length; length++) {
			struct acpi_table *t = NULL;
			int rc = acpi_parse(files[i].bytes, length, &t);

			assert_int_equal(rc, length < 36 ? -EINVAL : 0);
			if (rc == 0 && (t->nr_problems == 0 || t->checksum_ok))
				fail_msg("%s: cut at %zu without a problem", files[i].name, length);
			acpi_free(t);
		}
	}
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_every_bit_shows),
		cmocka_unit_test(test_every_truncation_is_reported),
	};

	return cmocka_run_group_tests_name("real tables", tests, NULL, NULL);
}

int main(void)
{
	const char *folder = getenv("ACPI_TABLES");
	struct dirent **entries = NULL;
	int nr, failures;

	if (!folder || !*folder) {
		puts("not here: real tables: ACPI_TABLES is not set; nothing was tested");
		return 0;
	}
	nr = scandir(folder, &entries, is_table, alphasort);
	if (nr < 0 && errno == ENOENT) {
		printf("not here: real tables: no %s; nothing was tested\n", folder);
		return 0;
	}
	if (nr <= 0) {
		fprintf(stderr, "real tables: %s: %s\n", folder,
			nr < 0 ? strerror(errno) : "no tables in it");
		return 1;
	}
	files = calloc((size_t)nr, sizeof(*files));
	for (int i = 0; i < nr; i++) {
		load(folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	failures = run();
	printf("real tables: %zu of them\n", nr_files);
	for (size_t i = 0; i < nr_files; i++) {
		free(files[i].name);
		free(files[i].bytes);
	}
	free(files);
	return failures;
}
