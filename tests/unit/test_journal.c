/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of what was there before: written and read back, damaged, locked. */
#include "bind/journal.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "tree.h"
#include "util/child.h"

#define DEVICE "0000:03:00.0"
#define OTHER "0000:04:00.0"
#define RECORD "j/journal/" DEVICE
#define IDENTITY "144d:a808:144d:a801"

static struct tree tree;
static char path[PATH_MAX]; /* of the journal, which is made when it is opened */
static char boot[64];	    /* with its newline */

static int setup(void **state)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");

	(void)state;
	assert_non_null(file);
	assert_non_null(fgets(boot, sizeof(boot), file));
	fclose(file);
	boot[strcspn(boot, "\n")] = '\0';
	tree_make(&tree);
	tree_path(&tree, path, "j");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static void open_journal(struct journal *journal)
{
	struct error err = { 0 };

	if (journal_open(journal, NULL, path, 0, &err) < 0)
		fail_msg("journal_open: %s", err.text);
}

/* Opening it is refused with @code, and a sentence that names the journal. */
static void refuse_open(int code)
{
	struct error err = { 0 };
	struct journal journal;

	assert_int_equal(journal_open(&journal, NULL, path, 0, &err), code);
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.text, path));
	assert_null(strchr(err.text, '\n'));
	assert_int_equal(journal.dir, -1);
	assert_int_equal(journal.lock, -1);
}

static struct record example(void)
{
	return (struct record){
		.device = (char *)DEVICE,
		.identity = (char *)IDENTITY,
		.before = { (char *)"nvme", NULL },
		.to = (char *)"vfio-pci",
		.state = (char *)"unbind nvme",
	};
}

/* The record as a file, by hand. */
static void example_text(char text[512])
{
	snprintf(text, 512,
		 "version=1\n"
		 "boot=%s\n"
		 "device=" DEVICE "\n"
		 "identity=" IDENTITY "\n"
		 "driver=nvme\n"
		 "override=\n"
		 "to=vfio-pci\n"
		 "state=unbind nvme\n"
		 "child=\n"
		 "end=\n",
		 boot);
}

static void put_record(const char *text)
{
	tree_text(&tree, RECORD, text);
}

/* Reads the record, which must be refused with @code, a sentence, and nothing else. */
static void refuse_read(const struct journal *journal, int code, const char *name)
{
	struct record *record = (struct record *)&tree;
	struct error err = { 0 };

	assert_case_equal(journal_read(journal, DEVICE, &record, &err), code, name);
	assert_case(!record, name);
	assert_case_equal(err.code, code, name);
	assert_case(strncmp(err.text, DEVICE ": ", strlen(DEVICE ": ")) == 0, name);
	assert_case(!strchr(err.text, '\n'), name);
}

static struct record *read_record(const struct journal *journal)
{
	struct record *record = NULL;
	struct error err = { 0 };

	if (journal_read(journal, DEVICE, &record, &err) < 0)
		fail_msg("journal_read: %s", err.text);
	return record;
}

/* --- there and back ----------------------------------------------------------------------- */

static void test_file(void **state)
{
	struct record record = example();
	char wanted[512], text[512] = "";
	struct error err = { 0 };
	struct journal journal;
	char file[PATH_MAX];
	struct stat st;
	int fd;

	(void)state;
	open_journal(&journal);
	assert_int_equal(journal_write(&journal, &record, &err), 0);
	tree_path(&tree, file, RECORD);
	fd = open(file, O_RDONLY);
	assert_true(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777 & (S_IWGRP | S_IWOTH), 0);
	close(fd);
	example_text(wanted);
	assert_string_equal(text, wanted);
	tree_path(&tree, file, "j/journal/." DEVICE); /* what it was written to first */
	assert_int_equal(access(file, F_OK), -1);
	journal_close(&journal);
}

static void check_round_trip(const struct record *record)
{
	struct error err = { 0 };
	struct journal journal;
	struct record *found;

	open_journal(&journal);
	assert_int_equal(journal_write(&journal, record, &err), 0);
	journal_close(&journal);
	assert_int_equal(journal_look(&journal, NULL, path, &err), 0);
	found = read_record(&journal);
	assert_non_null(found);
	assert_string_equal(found->device, record->device);
	assert_string_equal(found->identity, record->identity);
	assert_string_equal(found->state, record->state);
	assert_int_equal(found->child, record->child);
	assert_int_equal(found->child_start, record->child ? record->child_start : 0);
	assert_int_equal(!found->before.driver, !record->before.driver);
	if (record->before.driver)
		assert_string_equal(found->before.driver, record->before.driver);
	assert_int_equal(!found->before.override, !record->before.override);
	if (record->before.override)
		assert_string_equal(found->before.override, record->before.override);
	assert_int_equal(!found->to, !record->to);
	if (record->to)
		assert_string_equal(found->to, record->to);
	record_free(found);
	journal_close(&journal);
}

static void test_round_trip(void **state)
{
	struct record record = example();

	(void)state;
	check_round_trip(&record);
	record.before = (struct binding){ NULL, (char *)"pci-stub" };
	record.to = NULL;
	record.state = (char *)"done";
	check_round_trip(&record);
	record.before = (struct binding){ (char *)ANY_DRIVER, NULL };
	record.child = 4711;
	record.child_start = UINT64_MAX;
	check_round_trip(&record);
	record.before.driver = (char *)"a=b c";
	record.state = (char *)"";
	record.child = INT32_MAX;
	record.child_start = 0;
	check_round_trip(&record);
	record_free(NULL);
}

static void test_remove_and_list(void **state)
{
	static const char *const foreign[] = { "j/journal/.0000:05:00.0", "j/journal/README",
					       "j/journal/0000:05:00.0~", "j/journal/0000:05:00",
					       "j/journal/nvme0" };
	struct record record = example();
	struct strings list = { 0 };
	struct error err = { 0 };
	struct journal journal;

	(void)state;
	open_journal(&journal);
	assert_int_equal(journal_list(&journal, &list), 0);
	assert_int_equal(list.nr, 0);
	assert_int_equal(journal_remove(&journal, DEVICE, &err), 0); /* none there */
	assert_null(read_record(&journal));
	assert_int_equal(journal_write(&journal, &record, &err), 0);
	record.device = (char *)"10000:e1:00.1"; /* VMD */
	assert_int_equal(journal_write(&journal, &record, &err), 0);
	for (size_t i = 0; i < COUNT(foreign); i++)
		tree_text(&tree, foreign[i], "");
	for (int i = 0; i < 2; i++) { /* twice: the position in the folder is not kept */
		assert_int_equal(journal_list(&journal, &list), 0);
		assert_int_equal(list.nr, 2);
		assert_true(strings_contain(&list, DEVICE));
		assert_true(strings_contain(&list, "10000:e1:00.1"));
		strings_free(&list);
	}
	assert_int_equal(journal_remove(&journal, DEVICE, &err), 0);
	assert_null(read_record(&journal));
	assert_int_equal(journal_list(&journal, &list), 0);
	assert_int_equal(list.nr, 1);
	strings_free(&list);
	journal_close(&journal);
}

/* A look makes nothing and needs nothing. */
static void test_look_at_nothing(void **state)
{
	struct strings list = { 0 };
	struct error err = { 0 };
	struct journal journal;

	(void)state;
	assert_int_equal(journal_look(&journal, NULL, path, &err), 0);
	assert_int_equal(journal.lock, -1);
	assert_string_equal(journal.boot, boot);
	assert_null(read_record(&journal));
	assert_int_equal(journal_list(&journal, &list), 0);
	assert_int_equal(list.nr, 0);
	journal_close(&journal);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_replaced(void **state)
{
	struct record record = example();
	struct error err = { 0 };
	struct journal journal;
	struct record *found;

	(void)state;
	open_journal(&journal);
	tree_text(&tree, "j/journal/." DEVICE,
		  "what a run that died has left, and longer than "
		  "all that comes: ..........................."
		  "................................................"
		  "................................................"
		  "................................................");
	assert_int_equal(journal_write(&journal, &record, &err), 0);
	record_free(read_record(&journal)); /* nothing is left of that */
	record.state = (char *)"done";
	record.before.driver = NULL;
	assert_int_equal(journal_write(&journal, &record, &err), 0);
	found = read_record(&journal);
	assert_string_equal(found->state, "done");
	assert_null(found->before.driver);
	record_free(found);
	journal_close(&journal);
}

/* A record that cannot be written leaves the one before as it was. */
static void test_write_fails(void **state)
{
	struct record record = example();
	struct error err = { 0 };
	struct journal journal;
	struct record *found;

	(void)state;
	open_journal(&journal);
	assert_int_equal(journal_write(&journal, &record, &err), 0);
	tree_dir(&tree, "j/journal/." DEVICE); /* where it is written first */
	record.state = (char *)"done";
	assert_int_equal(journal_write(&journal, &record, &err), -EISDIR);
	assert_non_null(strstr(err.text, DEVICE ": the journal cannot be written"));
	found = read_record(&journal);
	assert_string_equal(found->state, "unbind nvme");
	record_free(found);
	journal_close(&journal);
	assert_int_equal(journal_write(&journal, &record, NULL), -EBADF);
}

/* --- damage ------------------------------------------------------------------------------- */

static void test_cut(void **state)
{
	struct journal journal;
	struct record *record;
	char text[512];
	size_t length;

	(void)state;
	open_journal(&journal);
	example_text(text);
	put_record(text);
	record = read_record(&journal);
	assert_string_equal(record->before.driver, "nvme");
	record_free(record);
	length = strlen(text);
	while (length-- > 0) {
		char name[32];

		snprintf(name, sizeof(name), "%zu bytes", length);
		tree_bytes(&tree, RECORD, text, length);
		refuse_read(&journal, -EBADMSG, name);
	}
	journal_close(&journal);
}

/* Each part of a good record replaced by something else. */
static void test_damaged(void **state)
{
	static const struct {
		const char *name, *part, *instead;
		int code;
	} cases[] = {
		{ "another version", "version=1", "version=2", -EBADMSG },
		{ "no version", "version=1\n", "", -EBADMSG },
		{ "another boot", "boot=", "boot=0", -ESTALE },
		{ "no boot", "boot=", "boot", -EBADMSG },
		{ "another device", "device=" DEVICE, "device=" OTHER, -EBADMSG },
		{ "no device", "device=" DEVICE, "device=", -EBADMSG },
		{ "driver with a slash", "driver=nvme", "driver=../../x", -EBADMSG },
		{ "driver is the folder", "driver=nvme", "driver=.", -EBADMSG },
		{ "driver is the folder above", "driver=nvme", "driver=..", -EBADMSG },
		{ "override with a slash", "override=", "override=a/b", -EBADMSG },
		{ "override is the folder above", "override=", "override=..", -EBADMSG },
		{ "child without its beginning", "child=", "child=4711", -EBADMSG },
		{ "child without a number", "child=", "child= 4711", -EBADMSG },
		{ "child is all processes", "child=", "child=-1 4711", -EBADMSG },
		{ "child too large", "child=", "child=2147483648 4711", -EBADMSG },
		{ "child with more", "child=", "child=4711 4711 x", -EBADMSG },
		{ "other order", "driver=nvme\noverride=\n", "override=\ndriver=nvme\n", -EBADMSG },
		{ "a line twice", "to=vfio-pci\n", "to=vfio-pci\nto=vfio-pci\n", -EBADMSG },
		{ "blank before a key", "identity=", " identity=", -EBADMSG },
		{ "a longer key", "identity=", "identity2=", -EBADMSG },
		{ "more behind it", "end=\n", "end=\nx", -EBADMSG },
		{ "an empty line behind it", "end=\n", "end=\n\n", -EBADMSG },
		{ "no end", "end=\n", "", -EBADMSG },
	};
	struct journal journal;

	(void)state;
	open_journal(&journal);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[512], damaged[512];
		const char *part;

		example_text(text);
		part = strstr(text, cases[i].part);
		assert_case(part, cases[i].name);
		snprintf(damaged, sizeof(damaged), "%.*s%s%s", (int)(part - text), text,
			 cases[i].instead, part + strlen(cases[i].part));
		put_record(damaged);
		refuse_read(&journal, cases[i].code, cases[i].name);
	}
	journal_close(&journal);
}

/* What it should say of a record of another boot: that it is no damage, and where the file is. */
static void test_other_boot(void **state)
{
	static const char text[] = "version=1\nboot=12345678-1234-1234-1234-123456789abc\n"
				   "device=" DEVICE "\nidentity=" IDENTITY
				   "\ndriver=nvme\noverride=\n"
				   "to=vfio-pci\nstate=done\nchild=\nend=\n";
	struct error err = { 0 };
	struct journal journal;
	struct record *record;

	(void)state;
	open_journal(&journal);
	put_record(text);
	assert_int_equal(journal_read(&journal, DEVICE, &record, &err), -ESTALE);
	assert_non_null(strstr(err.text, "another boot"));
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "/journal/" DEVICE));
	journal_close(&journal);
}

static void test_garbage(void **state)
{
	static const char *const texts[] = { "", "\n", "x", "=\n", "version=1\n", "end=\n" };
	unsigned char bytes[5000];
	struct journal journal;
	char text[512];
	size_t length;

	(void)state;
	open_journal(&journal);
	for (size_t i = 0; i < COUNT(texts); i++) {
		put_record(texts[i]);
		refuse_read(&journal, -EBADMSG, texts[i]);
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 167 + 13);
	tree_bytes(&tree, RECORD, bytes, 300);
	refuse_read(&journal, -EBADMSG, "random bytes");
	tree_bytes(&tree, RECORD, bytes, sizeof(bytes));
	refuse_read(&journal, -EBADMSG, "too large");
	/* Whole but for a NUL, which would hide what is behind it. */
	example_text(text);
	length = strlen(text);
	*strstr(text, "nvme") = '\0';
	tree_bytes(&tree, RECORD, text, length);
	refuse_read(&journal, -EBADMSG, "a NUL");
	journal_close(&journal);
}

/* The largest that is read has 4095 bytes. */
static void test_too_large(void **state)
{
	char text[512], large[8192];
	struct journal journal;
	struct record *record;
	const char *at;

	(void)state;
	open_journal(&journal);
	example_text(text);
	at = strstr(text, "\nchild=");
	for (size_t length = 4095; length <= 4096; length++) {
		snprintf(large, sizeof(large), "%.*s%*s%s", (int)(at - text), text,
			 (int)(length - strlen(text)), "", at);
		assert_int_equal(strlen(large), length);
		put_record(large);
		if (length == 4096) {
			refuse_read(&journal, -EBADMSG, "4096 bytes");
			break;
		}
		record = read_record(&journal);
		assert_non_null(record);
		record_free(record);
	}
	journal_close(&journal);
}

/* None is followed, waited for, or taken for no record. */
static void test_no_file(void **state)
{
	char file[PATH_MAX], text[512];
	struct error err = { 0 };
	struct journal journal;

	(void)state;
	open_journal(&journal);
	tree_path(&tree, file, RECORD);
	assert_int_equal(mkdir(file, 0755), 0);
	refuse_read(&journal, -EISDIR, "a folder");
	assert_true(journal_remove(&journal, DEVICE, &err) < 0);
	assert_non_null(strstr(err.text, DEVICE));
	assert_int_equal(rmdir(file), 0);

	assert_int_equal(mkfifo(file, 0644), 0);
	refuse_read(&journal, -EBADMSG, "a FIFO");
	err = (struct error){ 0 };
	assert_int_equal(journal_remove(&journal, DEVICE, &err), 0);

	example_text(text);
	tree_text(&tree, "elsewhere", text);
	assert_int_equal(symlink("../../elsewhere", file), 0);
	refuse_read(&journal, -ELOOP, "a link");
	journal_close(&journal);
}

/* A link where a record is written goes; what it pointed at stays. */
static void test_written_over_link(void **state)
{
	struct record record = example();
	char file[PATH_MAX], text[16] = "";
	struct error err = { 0 };
	struct journal journal;
	int fd;

	(void)state;
	open_journal(&journal);
	tree_text(&tree, "elsewhere", "precious");
	tree_link(&tree, RECORD, "../../elsewhere");
	assert_int_equal(journal_write(&journal, &record, &err), 0);
	record_free(read_record(&journal));
	tree_link(&tree, "j/journal/." DEVICE, "../../elsewhere");
	assert_int_equal(journal_write(&journal, &record, &err), -ELOOP);
	tree_path(&tree, file, "elsewhere");
	fd = open(file, O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text) - 1), 8);
	assert_string_equal(text, "precious");
	close(fd);
	journal_close(&journal);
}

/* --- who may read it ---------------------------------------------------------------------- */

static mode_t mode_of(const char *name)
{
	char file[PATH_MAX];
	struct stat st;

	tree_path(&tree, file, name);
	assert_int_equal(stat(file, &st), 0);
	return st.st_mode & 07777;
}

/* A dry run of others reads what is recorded, whatever the umask of whoever wrote it. */
static void test_modes(void **state)
{
	static const mode_t masks[] = { 0022, 0027, 0077, 0000 };
	struct record record = example();
	struct error err = { 0 };
	struct journal journal;

	for (size_t i = 0; i < COUNT(masks); i++) {
		mode_t before = umask(masks[i]);

		open_journal(&journal);
		assert_int_equal(journal_write(&journal, &record, &err), 0);
		umask(before);
		journal_close(&journal);
		assert_int_equal(mode_of("j"), 0755);
		assert_int_equal(mode_of("j/journal"), 0755);
		assert_int_equal(mode_of(RECORD), 0644);
		assert_int_equal(mode_of("j/lock"), 0600); /* who may open it could lock it */
		teardown(state);
		setup(state);
	}
	/* A lock that an older version made is taken from others, too. */
	tree_text(&tree, "j/lock", "");
	assert_int_equal(mode_of("j/lock") & 0044, 0044);
	open_journal(&journal);
	journal_close(&journal);
	assert_int_equal(mode_of("j/lock"), 0600);
}

/* A folder that is there keeps the mode that somebody gave it. */
static void test_own_mode(void **state)
{
	struct journal journal;

	(void)state;
	tree_dir(&tree, "j/journal");
	assert_int_equal(chmod(path, 0700), 0);
	open_journal(&journal);
	journal_close(&journal);
	assert_int_equal(mode_of("j"), 0700);
}

/* In a process without rights: 0 when looking is refused as it should be. */
static int look_without_rights(void)
{
	const char *wanted = "journal: Permission denied";
	struct error err = { 0 };
	struct journal journal;

	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return 2;
	if (journal_look(&journal, NULL, path, &err) != -EACCES || err.code != -EACCES)
		return 3;
	return strstr(err.text, path) && strstr(err.text, wanted) && journal.dir == -1 ? 0 : 4;
}

/* It may hold something: to take it for empty would be to guess. */
static void test_look_forbidden(void **state)
{
	static const char *const closed[] = { "j", "j/journal" };
	struct journal journal;

	(void)state;
	for (size_t i = 0; i < COUNT(closed); i++) {
		char folder[PATH_MAX];
		int status;
		pid_t child;

		open_journal(&journal);
		journal_close(&journal);
		tree_path(&tree, folder, closed[i]);
		/* Others may not enter; where we are not root, neither may we. */
		assert_int_equal(chmod(folder, geteuid() == 0 ? 0700 : 0), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			_exit(look_without_rights());
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(chmod(folder, 0755), 0);
		assert_int_equal(status, 0);
	}
}

/* --- whose it is -------------------------------------------------------------------------- */

static void test_permissions(void **state)
{
	static const mode_t refused[] = { 0777, 0775, 0757, 01777 };
	struct journal journal;
	char records[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		tree_dir(&tree, "j");
		assert_int_equal(chmod(path, refused[i]), 0);
		refuse_open(-EPERM);
	}
	assert_int_equal(chmod(path, 0755), 0);
	open_journal(&journal);
	journal_close(&journal);
	tree_path(&tree, records, "j/journal");
	assert_int_equal(chmod(records, 0777), 0);
	refuse_open(-EPERM);
	assert_int_equal(chmod(records, 0700), 0);
	open_journal(&journal); /* the lock of what was refused is not kept */
	journal_close(&journal);
	if (geteuid() != 0) {
		print_message("not here: a folder of another user takes root\n");
		return;
	}
	assert_int_equal(chown(path, 1, (gid_t)-1), 0);
	refuse_open(-EPERM);
}

static void test_no_folder(void **state)
{
	struct record record = example();
	struct error err = { 0 };
	struct journal journal;
	char file[PATH_MAX];

	(void)state;
	tree_text(&tree, "j", ""); /* a file in its place */
	refuse_open(-ENOTDIR);
	assert_int_equal(journal_look(&journal, NULL, path, &err), 0);
	assert_null(read_record(&journal));
	assert_int_equal(journal_write(&journal, &record, &err), -EBADF);
	journal_close(&journal);
	assert_int_equal(unlink(path), 0);

	tree_dir(&tree, "elsewhere"); /* a link in its place */
	tree_link(&tree, "j", "elsewhere");
	refuse_open(-ENOTDIR);
	tree_path(&tree, file, "elsewhere/lock");
	assert_int_equal(access(file, F_OK), -1);
	assert_int_equal(unlink(path), 0);

	tree_path(&tree, path, "absent/j"); /* no folder to make it in */
	refuse_open(-ENOENT);
}

static void test_bad_lock(void **state)
{
	char lock[PATH_MAX];

	(void)state;
	tree_dir(&tree, "j");
	tree_link(&tree, "j/lock", "../elsewhere");
	refuse_open(-ELOOP);
	tree_path(&tree, lock, "j/lock");
	assert_int_equal(unlink(lock), 0);
	tree_dir(&tree, "j/lock");
	refuse_open(-EISDIR);
}

/* --- one at a time ------------------------------------------------------------------------ */

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Return: a process that has the journal open until it is killed, or for @ms. */
static pid_t start_holder(long ms)
{
	const struct timespec pause_ms = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	int ends[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct journal journal;

		if (journal_open(&journal, NULL, path, 0, NULL) < 0 || write(ends[1], "x", 1) != 1)
			_exit(1);
		nanosleep(&pause_ms, NULL);
		_exit(0); /* without closing it: it is as if it had died */
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	return child;
}

static void stop_holder(pid_t child)
{
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void test_lock(void **state)
{
	pid_t holder = start_holder(60000);
	struct error err = { 0 };
	struct journal journal;
	char number[32];
	long long begin;

	(void)state;
	refuse_open(-EBUSY);
	begin = now_ms();
	assert_int_equal(journal_open(&journal, NULL, path, 100, &err), -EBUSY);
	assert_true(now_ms() - begin >= 100);
	snprintf(number, sizeof(number), "process %d)", (int)holder);
	assert_non_null(strstr(err.text, number));
	err = (struct error){ 0 };
	assert_int_equal(journal_look(&journal, NULL, path, &err), 0); /* looking needs no lock */
	journal_close(&journal);
	stop_holder(holder);
	open_journal(&journal); /* a dead process keeps nothing */
	journal_close(&journal);
}

static void test_lock_comes_free(void **state)
{
	pid_t holder = start_holder(150);
	struct error err = { 0 };
	struct journal journal;
	long long begin = now_ms();

	(void)state;
	assert_int_equal(journal_open(&journal, NULL, path, 30000, &err), 0);
	assert_true(now_ms() - begin >= 50);
	assert_true(now_ms() - begin < 20000);
	journal_close(&journal);
	assert_int_equal(waitpid(holder, NULL, 0), holder);
}

/* The owner's number is written over a longer one. */
static void test_lock_owner(void **state)
{
	char lock[PATH_MAX], text[64] = "", wanted[16];
	struct error err = { 0 };
	struct journal journal;
	int fd;

	(void)state;
	tree_text(&tree, "j/lock", "1234567890123\nabc\n");
	open_journal(&journal);
	tree_path(&tree, lock, "j/lock");
	fd = open(lock, O_RDONLY);
	assert_true(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	snprintf(wanted, sizeof(wanted), "%d\n", (int)getpid());
	assert_string_equal(text, wanted);
	journal_close(&journal);

	fd = open(lock, O_RDWR | O_TRUNC); /* somebody who does not say who it is */
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(journal_open(&journal, NULL, path, 0, &err), -EBUSY);
	close(fd);
}

/* Says through shared memory that it has begun: it has no file of ours. */
static int hang(const void *argument, struct child_answer *answer)
{
	pid_t *shared = *(pid_t *const *)argument;

	(void)answer;
	*(volatile pid_t *)shared = getpid();
	while (pause() < 0)
		;
	return 0;
}

/* A step that hangs, and outlives the run that began it, keeps no other run from the journal. */
static void test_stuck_child_has_no_lock(void **state)
{
	pid_t *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t run = fork();
	struct error err = { 0 };
	struct journal journal;

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	assert_true(run >= 0);
	if (run == 0) {
		pid_t stuck;

		if (journal_open(&journal, NULL, path, 0, NULL) == 0)
			run_in_child(hang, &shared, 600000, NULL, &stuck);
		_exit(1);
	}
	while (*(volatile pid_t *)shared == 0)
		assert_int_equal(waitpid(run, NULL, WNOHANG), 0);
	refuse_open(-EBUSY); /* the run has it */
	stop_holder(run);
	assert_int_equal(kill(*shared, 0), 0); /* what it began is still there */
	assert_int_equal(journal_open(&journal, NULL, path, 0, &err), 0);
	journal_close(&journal);
	kill(*shared, SIGKILL);
	munmap(shared, sizeof(*shared));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_remove_and_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_look_at_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_boot, setup, teardown),
		cmocka_unit_test_setup_teardown(test_garbage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_large, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_written_over_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_modes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own_mode, setup, teardown),
		cmocka_unit_test_setup_teardown(test_look_forbidden, setup, teardown),
		cmocka_unit_test_setup_teardown(test_permissions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_lock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lock_comes_free, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lock_owner, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stuck_child_has_no_lock, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
