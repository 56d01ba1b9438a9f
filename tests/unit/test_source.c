/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading below a capture: nothing outside of it, nothing that is no plain file, and every error.
 */
#include <sys/wait.h>

#include "tree.h"

#define SECRET "the secret outside"

/* outside/secret beside the capture in/; links try to reach it. */
static struct tree outer, inner;

static int setup(void **state)
{
	(void)state;
	tree_make(&outer);
	tree_text(&outer, "secret", SECRET);
	tree_text(&outer, "secrets/value", SECRET);
	tree_dir(&outer, "in/sys");
	tree_inside(&inner, &outer, "in");
	tree_dir(&inner, "sys/kernel/iommu_groups");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&outer);
	return 0;
}

static int read_text(const char *path, char *text, size_t size)
{
	struct source source;
	uint8_t *bytes = NULL;
	size_t length = 0;
	int r;

	tree_open(&inner, &source);
	r = source_read(&source, path, size - 1, &bytes, &length);
	if (r == 0) {
		assert_int_equal(bytes[length], 0);
		memcpy(text, bytes, length + 1);
	}
	free(bytes);
	source_close(&source);
	return r;
}

static void assert_reads(const char *path, const char *wanted)
{
	char text[256];

	assert_case_equal(read_text(path, text, sizeof(text)), 0, path);
	assert_string_equal(text, wanted);
}

static void assert_refused(const char *path)
{
	char text[256];

	assert_case(read_text(path, text, sizeof(text)) < 0, path);
}

/* --- opening ------------------------------------------------------------------------------ */

static void assert_no_source(const char *path, int code)
{
	struct source source;
	struct error err = { 0 };

	assert_case(source_open(&source, path, &err) == code, path);
	assert_case_equal(err.code, code, path);
	assert_case(strstr(err.text, path) && !strchr(err.text, '\n'), path);
	assert_case(strstr(err.text, "iommutool capture"), path); /* the next step */
	assert_case(source.root < 0, path);
}

static void test_open(void **state)
{
	char path[PATH_MAX];
	struct source source;
	struct error err = { 0 };

	(void)state;
	tree_open(&inner, &source);
	assert_false(source.live);
	assert_string_equal(source.path, inner.path);
	source_close(&source);
	assert_int_equal(source.root, -1);
	source_close(&source); /* twice is harmless */

	tree_path(&outer, path, "missing");
	assert_no_source(path, -ENOENT);
	tree_path(&outer, path, "secret");
	assert_no_source(path, -ENOTDIR);
	tree_dir(&outer, "empty");
	tree_path(&outer, path, "empty");
	assert_no_source(path, -ENOENT);
	tree_dir(&outer, "like-proc/sys/kernel"); /* /proc has a sys/ as well */
	tree_path(&outer, path, "like-proc");
	assert_no_source(path, -ENOENT);
	tree_text(&outer, "sysfile/sys", "");
	tree_path(&outer, path, "sysfile");
	assert_no_source(path, -ENOTDIR);

	if (access("/sys", R_OK) == 0) {
		assert_int_equal(source_open(&source, NULL, &err), 0);
		assert_true(source.live);
		source_close(&source);
	}
}

/* sys itself as a link: to outside there is nothing, to inside it is found. */
static void test_open_linked_sys(void **state)
{
	char path[PATH_MAX];
	struct tree tree;
	struct source source;
	struct error err = { 0 };

	(void)state;
	tree_link(&outer, "absolute/sys", outer.path);
	tree_path(&outer, path, "absolute");
	assert_no_source(path, -ENOENT);
	tree_link(&outer, "upwards/sys", "../secrets");
	tree_path(&outer, path, "upwards");
	assert_no_source(path, -ENOENT);
	tree_link(&outer, "loop/sys", "sys");
	tree_path(&outer, path, "loop");
	assert_no_source(path, -ELOOP);

	tree_dir(&outer, "within/real/bus");
	tree_link(&outer, "within/sys", "/real");
	tree_inside(&tree, &outer, "within");
	assert_int_equal(source_open(&source, tree.path, &err), 0);
	source_close(&source);
}

/* --- links -------------------------------------------------------------------------------- */

static void test_folders_that_lead_out(void **state)
{
	char path[PATH_MAX];
	struct source source;

	(void)state;
	tree_path(&outer, path, "secrets");
	tree_link(&inner, "sys/absolute", path);
	tree_link(&inner, "sys/upwards", "../../secrets");
	tree_link(&inner, "sys/far", "../../../../../../../../../../../..");
	tree_link(&inner, "sys/proc", "/proc/self/root");
	tree_link(&inner, "sys/chain", "upwards");
	assert_refused("sys/absolute/value");
	assert_refused("sys/upwards/value");
	assert_refused("sys/chain/value");
	assert_refused("../secret");
	assert_refused("sys/../../secret");
	snprintf(path, sizeof(path), "sys/far%s/secret", outer.path);
	assert_refused(path);
	snprintf(path, sizeof(path), "sys/proc%s/secret", outer.path);
	assert_refused(path);

	tree_open(&inner, &source);
	assert_int_equal(source_open_dir(&source, "sys/absolute"), -ENOENT);
	assert_int_equal(source_open_dir(&source, "sys/upwards"), -ENOENT);
	assert_int_equal(source_open_dir(&source, "sys/proc"), -ENOENT);
	source_close(&source);
}

static void test_folders_that_stay(void **state)
{
	(void)state;
	tree_text(&inner, "sys/devices/a/value", "inside");
	tree_text(&inner, "secrets/value", "the one inside");
	tree_link(&inner, "sys/bus", "devices");
	tree_link(&inner, "sys/class", "/sys/devices/a");
	tree_link(&inner, "sys/out", "../../secrets"); /* ".." at the root stays there */
	tree_link(&inner, "sys/loop1", "loop2");
	tree_link(&inner, "sys/loop2", "loop1");
	assert_reads("sys/devices/a/value", "inside");
	assert_reads("sys/bus/a/value", "inside");
	assert_reads("sys/class/value", "inside");
	assert_reads("sys/out/value", "the one inside");
	assert_refused("sys/loop1/value");
	assert_refused("sys/devices/b/value");
}

/* The file itself is never a link: in sysfs there is none, and in a capture it is suspicious. */
static void test_files_that_are_links(void **state)
{
	char path[PATH_MAX];

	(void)state;
	tree_path(&outer, path, "secret");
	tree_link(&inner, "sys/links/absolute", path);
	tree_link(&inner, "sys/links/upwards", "../../../secret");
	tree_link(&inner, "sys/links/dangling", "nowhere");
	tree_link(&inner, "sys/links/device", "/dev/zero");
	assert_refused("sys/links/absolute");
	assert_refused("sys/links/upwards");
	assert_refused("sys/links/dangling");
	assert_refused("sys/links/device");
}

/* --- what is no plain file ------------------------------------------------------------------ */

static void test_special_files(void **state)
{
	char path[PATH_MAX], text[16];
	struct source source;
	int dir;

	(void)state;
	tree_dir(&inner, "sys/special/folder");
	tree_path(&inner, path, "sys/special/fifo");
	assert_int_equal(mkfifo(path, 0644), 0); /* nobody writes: reading would wait for ever */
	tree_text(&inner, "sys/special/file", "x");
	alarm(5);
	assert_int_equal(read_text("sys/special/fifo", text, sizeof(text)), -EINVAL);
	assert_int_equal(read_text("sys/special/folder", text, sizeof(text)), -EISDIR);
	assert_int_equal(read_text("sys/special/missing", text, sizeof(text)), -ENOENT);
	assert_int_equal(read_text("sys/special/file/below", text, sizeof(text)), -ENOTDIR);
	assert_int_equal(read_text("sys/special/fifo/below", text, sizeof(text)), -ENOTDIR);
	tree_open(&inner, &source);
	dir = source_open_dir(&source, "sys/special");
	assert_true(dir >= 0);
	assert_int_equal(read_attribute(&source, dir, "fifo", text, sizeof(text)), -EINVAL);
	assert_int_equal(read_attribute(&source, dir, "folder", text, sizeof(text)), -EISDIR);
	assert_int_equal(read_attribute(&source, dir, "missing", text, sizeof(text)), -ENOENT);
	assert_int_equal(source_open_dir(&source, "sys/special/file"), -ENOTDIR);
	assert_int_equal(source_open_dir(&source, "sys/special/fifo"), -ENOTDIR);
	alarm(0);
	close(dir);
	source_close(&source);
}

/* Only root can make one; what /dev/mem or a tape would do when opened must not happen. */
static void test_device_nodes(void **state)
{
	char path[PATH_MAX], text[16];

	(void)state;
	tree_dir(&inner, "sys/nodes");
	tree_path(&inner, path, "sys/nodes/zero");
	if (mknod(path, S_IFCHR | 0644, (dev_t)(1 << 8 | 5)) < 0) {
		printf("not here: device nodes in a capture (mknod: %s)\n", strerror(errno));
		return;
	}
	assert_int_equal(read_text("sys/nodes/zero", text, sizeof(text)), -EINVAL);
}

/* --- sizes and contents -------------------------------------------------------------------- */

static void test_sizes(void **state)
{
	struct source source;
	uint8_t *bytes, *big = malloc(70000);
	size_t length;

	(void)state;
	assert_non_null(big);
	for (size_t i = 0; i < 70000; i++)
		big[i] = (uint8_t)(i * 7);
	tree_bytes(&inner, "sys/sizes/empty", "", 0);
	tree_bytes(&inner, "sys/sizes/page", big, 4096);
	tree_bytes(&inner, "sys/sizes/big", big, 70000);
	tree_open(&inner, &source);

	assert_int_equal(source_read(&source, "sys/sizes/empty", 0, &bytes, &length), 0);
	assert_int_equal(length, 0);
	free(bytes);
	assert_int_equal(source_read(&source, "sys/sizes/page", 4096, &bytes, &length), 0);
	assert_int_equal(length, 4096);
	assert_int_equal(bytes[4096], 0);
	free(bytes);
	assert_int_equal(source_read(&source, "sys/sizes/page", 4095, &bytes, &length), -EFBIG);
	assert_int_equal(source_read(&source, "sys/sizes/page", 0, &bytes, &length), -EFBIG);
	assert_int_equal(source_read(&source, "sys/sizes/big", 1u << 20, &bytes, &length), 0);
	assert_int_equal(length, 70000);
	assert_memory_equal(bytes, big, 70000);
	free(bytes);
	assert_int_equal(source_read(&source, "sys/sizes/big", 70000, &bytes, &length), 0);
	free(bytes);
	assert_int_equal(source_read(&source, "sys/sizes/big", 69999, &bytes, &length), -EFBIG);
	source_close(&source);
	free(big);
}

static void assert_attribute(const char *content, size_t length, ssize_t wanted, const char *text)
{
	struct source source;
	char got[8];
	int dir;

	tree_bytes(&inner, "sys/attributes/a", content, length);
	tree_open(&inner, &source);
	dir = source_open_dir(&source, "sys/attributes");
	assert_int_equal(read_attribute(&source, dir, "a", got, sizeof(got)), wanted);
	if (text)
		assert_string_equal(got, text);
	close(dir);
	source_close(&source);
}

static void test_attributes(void **state)
{
	(void)state;
	assert_attribute("DMA\n", 4, 3, "DMA");
	assert_attribute("DMA", 3, 3, "DMA");
	assert_attribute("a\n\n", 3, 2, "a\n"); /* one newline is the kernel's, no more */
	assert_attribute("\n", 1, 0, "");
	assert_attribute("", 0, 0, "");
	assert_attribute("1234567", 7, 7, "1234567"); /* all that fits beside the NUL */
	assert_attribute("123456\n", 7, 6, "123456");
	assert_attribute("12345678", 8, -EFBIG, NULL);
	assert_attribute("123456789", 9, -EFBIG, NULL);
	assert_attribute("a\0b", 3, -EINVAL, NULL);
	assert_attribute("\0", 1, -EINVAL, NULL);
	assert_attribute("ab\0\n", 4, -EINVAL, NULL);
}

static void test_numbers(void **state)
{
	struct source source;
	uint64_t value = 77;
	int dir;

	(void)state;
	tree_text(&inner, "sys/numbers/vendor", "0x8086\n");
	tree_text(&inner, "sys/numbers/count", "12\n");
	tree_text(&inner, "sys/numbers/junk", "12 \n");
	tree_text(&inner, "sys/numbers/empty", "\n");
	tree_text(&inner, "sys/numbers/long", "000000000000000000000000000000000000001\n");
	tree_open(&inner, &source);
	dir = source_open_dir(&source, "sys/numbers");
	assert_int_equal(read_number(&source, dir, "vendor", 16, 0xffff, &value), 0);
	assert_int_equal(value, 0x8086);
	assert_int_equal(read_number(&source, dir, "count", 10, 12, &value), 0);
	assert_int_equal(value, 12);
	assert_int_equal(read_number(&source, dir, "count", 10, 11, &value), -ERANGE);
	assert_int_equal(read_number(&source, dir, "junk", 10, 99, &value), -EINVAL);
	assert_int_equal(read_number(&source, dir, "empty", 10, 99, &value), -EINVAL);
	assert_int_equal(read_number(&source, dir, "long", 10, 99, &value), -EFBIG);
	assert_int_equal(read_number(&source, dir, "missing", 10, 99, &value), -ENOENT);
	assert_int_equal(value, 12);
	close(dir);
	source_close(&source);
}

static void test_link_names(void **state)
{
	char longer[1100], text[16];
	struct source source;
	int dir;

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	tree_link(&inner, "sys/names/driver", "../../../bus/pci/drivers/nvme");
	tree_link(&inner, "sys/names/plain", "nvme");
	tree_link(&inner, "sys/names/slash", "folder/");
	tree_link(&inner, "sys/names/fits", "a/123456789012345");
	tree_link(&inner, "sys/names/long", "a/1234567890123456");
	tree_link(&inner, "sys/names/longer", longer);
	tree_text(&inner, "sys/names/file", "nvme");
	tree_open(&inner, &source);
	dir = source_open_dir(&source, "sys/names");
	assert_int_equal(read_link_name(dir, "driver", text, sizeof(text)), 4);
	assert_string_equal(text, "nvme");
	assert_int_equal(read_link_name(dir, "plain", text, sizeof(text)), 4);
	assert_string_equal(text, "nvme");
	assert_int_equal(read_link_name(dir, "slash", text, sizeof(text)), -EINVAL);
	assert_int_equal(read_link_name(dir, "fits", text, sizeof(text)), 15);
	assert_int_equal(read_link_name(dir, "long", text, sizeof(text)), -ENAMETOOLONG);
	assert_int_equal(read_link_name(dir, "longer", text, sizeof(text)), -ENAMETOOLONG);
	assert_int_equal(read_link_name(dir, "missing", text, sizeof(text)), -ENOENT);
	assert_true(read_link_name(dir, "file", text, sizeof(text)) < 0);
	close(dir);
	source_close(&source);
}

static void test_list(void **state)
{
	struct strings names = { 0 };
	struct source source;
	char *joined;

	(void)state;
	tree_dir(&inner, "sys/list/b");
	tree_dir(&inner, "sys/list/empty");
	tree_text(&inner, "sys/list/a", "");
	tree_text(&inner, "sys/list/.hidden", "");
	tree_link(&inner, "sys/list/c", "nowhere");
	tree_open(&inner, &source);
	assert_int_equal(source_list(&source, "sys/list", &names), 0);
	joined = strings_join(&names, " ");
	assert_string_equal(joined, ".hidden a b c empty");
	free(joined);
	strings_free(&names);
	assert_int_equal(source_list(&source, "sys/list/empty", &names), 0);
	assert_int_equal(names.nr, 0);
	assert_int_equal(source_list(&source, "sys/list/missing", &names), -ENOENT);
	assert_int_equal(source_list(&source, "sys/list/a", &names), -ENOTDIR);
	assert_int_equal(source_list(&source, "sys/list/c", &names), -ENOENT);
	assert_int_equal(names.nr, 0);
	source_close(&source);
}

/* A read that fails half way: nothing is mapped at address 0 of our own memory. */
static void test_read_error(void **state)
{
	struct source source = { .root = open("/", O_RDONLY | O_DIRECTORY), .live = true };
	int dir = source_open_dir(&source, "proc/self");
	uint8_t *bytes;
	size_t length;
	char text[8];

	(void)state;
	if (dir < 0 || access("/proc/self/mem", R_OK) < 0) {
		printf("not here: a file that cannot be read (/proc/self/mem)\n");
	} else {
		assert_int_equal(source_read(&source, "proc/self/mem", 64, &bytes, &length), -EIO);
		assert_int_equal(read_attribute(&source, dir, "mem", text, sizeof(text)), -EIO);
		close(dir);
	}
	source_close(&source);
}

/* --- permission: root is asked as nobody ----------------------------------------------------- */

static void set_mode(const char *name, mode_t mode)
{
	char path[PATH_MAX];

	tree_path(&inner, path, name);
	assert_int_equal(chmod(path, mode), 0);
}

/* Return: 0 or the number of the first check that fails. */
static int look_denied(const struct source *source)
{
	struct strings names = { 0 };
	uint8_t *bytes;
	size_t length;
	char text[8];
	int dir;

	if (source_read(source, "sys/denied/file", 64, &bytes, &length) != -EACCES)
		return 1;
	if (source_read(source, "sys/denied/folder/file", 64, &bytes, &length) != -EACCES)
		return 2;
	if (source_open_dir(source, "sys/denied/folder") != -EACCES)
		return 3;
	if (source_list(source, "sys/denied/folder", &names) != -EACCES)
		return 4;
	dir = source_open_dir(source, "sys/denied");
	if (dir < 0 || read_attribute(source, dir, "file", text, sizeof(text)) != -EACCES)
		return 5;
	if (read_attribute(source, dir, "open", text, sizeof(text)) != 1)
		return 6;
	close(dir);
	return 0;
}

static void test_denied(void **state)
{
	int status;
	pid_t child;

	(void)state;
	tree_text(&inner, "sys/denied/file", "x");
	tree_text(&inner, "sys/denied/open", "x");
	tree_text(&inner, "sys/denied/folder/file", "x");
	set_mode("sys/denied/file", 0);
	set_mode("sys/denied/folder", 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct source source;
		struct error err = { 0 };

		if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(90);
		if (source_open(&source, inner.path, &err) < 0)
			_exit(91);
		status = look_denied(&source);
		source_close(&source);
		_exit(status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	set_mode("sys/denied/folder", 0755);
	set_mode("sys/denied/file", 0644);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_open_linked_sys),
		cmocka_unit_test(test_folders_that_lead_out),
		cmocka_unit_test(test_folders_that_stay),
		cmocka_unit_test(test_files_that_are_links),
		cmocka_unit_test(test_special_files),
		cmocka_unit_test(test_device_nodes),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_link_names),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_read_error),
		cmocka_unit_test(test_denied),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
