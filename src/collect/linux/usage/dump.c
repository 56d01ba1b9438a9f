/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which block device a loaded crash kernel would write its dump to. */
#include "collect/linux/usage/disks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define CONFIG_MAX (1u << 20)
#define DEFAULT_FOLDER "/var/crash"
#define BLANKS " \t\r"

/* Where the dump goes: over the network, else to a device, else to a folder of this system. */
struct destination {
	bool is_remote;
	char *device; /* "/dev/sda5", "UUID=..."; NULL: none named */
	char *folder; /* NULL: the default one */
};

static void set(char **field, const char *value)
{
	free(*field);
	*field = xstrdup(value);
}

/* --- kdump.conf(5): "ext4 UUID=...", "path /var/crash" ---------------------------------------- */

enum target { TARGET_DEVICE, TARGET_FOLDER, TARGET_REMOTE };

static const struct {
	const char *word;
	enum target target;
} directives[] = {
	{ "path", TARGET_FOLDER },  { "raw", TARGET_DEVICE },	   { "ext2", TARGET_DEVICE },
	{ "ext3", TARGET_DEVICE },  { "ext4", TARGET_DEVICE },	   { "minix", TARGET_DEVICE },
	{ "btrfs", TARGET_DEVICE }, { "xfs", TARGET_DEVICE },	   { "f2fs", TARGET_DEVICE },
	{ "nfs", TARGET_REMOTE },   { "nfs4", TARGET_REMOTE },	   { "ssh", TARGET_REMOTE },
	{ "net", TARGET_REMOTE },   { "virtiofs", TARGET_REMOTE },
};

/* dracut_args --mount "/dev/sdb1 /mnt ext4 defaults": what the crash kernel mounts for the dump */
static void read_dracut(struct destination *to, char *arguments)
{
	static const char option[] = "--mount";
	char *mount = strstr(arguments, option), *what;

	if (!mount)
		return;
	mount += strlen(option);
	mount += strspn(mount, BLANKS "=\"'");
	what = strsep(&mount, BLANKS);
	if (strncmp(what, "/dev/", 5) == 0 || !strchr(what, ':'))
		set(&to->device, what);
	else
		to->is_remote = true; /* "10.0.0.1:/export" */
}

static void read_directive(struct destination *to, char *line)
{
	char *word, *value;

	line += strspn(line, BLANKS);
	word = strsep(&line, BLANKS);
	if (!line)
		return;
	line += strspn(line, BLANKS);
	if (strcmp(word, "dracut_args") == 0)
		read_dracut(to, line);
	value = strsep(&line, BLANKS);
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		if (!*value || strcmp(directives[i].word, word) != 0)
			continue;
		to->is_remote |= directives[i].target == TARGET_REMOTE;
		if (directives[i].target == TARGET_DEVICE)
			set(&to->device, value);
		if (directives[i].target == TARGET_FOLDER)
			set(&to->folder, value);
	}
}

/* --- assignments as of a shell: KDUMP_COREDIR="/var/crash" ------------------------------ */

/* SUSE allows several URLs, too; without a scheme it is a folder. */
static void read_saved_to(struct destination *to, char *value)
{
	static const char file[] = "file://";
	char *url;

	while ((url = strsep(&value, BLANKS))) {
		if (strncmp(url, file, strlen(file)) == 0)
			url += strlen(file);
		if (*url == '/')
			set(&to->folder, url);
		else if (strstr(url, "://"))
			to->is_remote = true;
	}
}

static void read_assignment(struct destination *to, char *line)
{
	char *name, *value = line + strspn(line, BLANKS);

	name = strsep(&value, "=");
	if (!value)
		return;
	if (*value == '"' || *value == '\'') {
		const char quote[] = { *value++, '\0' };

		value[strcspn(value, quote)] = '\0';
	} else {
		value[strcspn(value, BLANKS "#;")] = '\0';
	}
	if ((strcmp(name, "SSH") == 0 || strcmp(name, "NFS") == 0 || strcmp(name, "FTP") == 0) &&
	    *value)
		to->is_remote = true;
	if (strcmp(name, "KDUMP_COREDIR") == 0 || strcmp(name, "KDUMP_SAVEDIR") == 0)
		read_saved_to(to, value);
}

/* --- where it goes ---------------------------------------------------------------------- */

static const struct {
	const char *path;
	void (*read_line)(struct destination *to, char *line);
} configs[] = {
	{ "etc/kdump.conf", read_directive },		/* Fedora, RHEL */
	{ "etc/sysconfig/kdump", read_assignment },	/* SUSE */
	{ "etc/default/kdump-tools", read_assignment }, /* Debian */
};

/* A folder may be named beside a remote target: it is one there. */
static int read_configs(const struct source *source, struct destination *to, const char **failed)
{
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		_cleanup_free_ uint8_t *text = NULL;
		size_t length;
		char *at, *line;
		int r = source_read(source, configs[i].path, CONFIG_MAX, &text, &length);

		if (r == -ENOENT)
			continue;
		*failed = configs[i].path;
		if (r < 0)
			return r;
		at = (char *)text;
		while ((line = strsep(&at, "\n")))
			configs[i].read_line(to,
					     line); /* "#path" is a word that it does not know */
	}
	return 0;
}

static void mark(const struct storage *storage, const char *name, const char *where)
{
	struct block *block = find_block(storage, name);

	if (block)
		set(&block->dump, where);
}

static void mark_device(const struct storage *storage, const char *spec)
{
	struct block *block;

	find_block_of_spec(storage, spec, &block);
	if (block)
		mark(storage, block->name, spec);
	else
		usage_unknown(storage->question->usage, USAGE_DUMP,
			      "the dump of a crash goes to %s, and that device is not to be found",
			      spec);
}

static void mark_folder(struct storage *storage, const char *folder)
{
	const struct mount *mount = mount_of_path(&storage->mounts, folder);
	struct strings names = { 0 };

	if (!storage->mounts_known || !mount) {
		usage_unknown(
			storage->question->usage, USAGE_DUMP,
			"the dump of a crash goes to %s, and what is mounted there is unknown",
			folder);
		return;
	}
	blocks_of_mount(storage, mount, &names);
	for (size_t i = 0; i < names.nr; i++)
		mark(storage, names.items[i], folder);
	if (!names.nr && !is_diskless(mount->type))
		storage->stray_dump = xstrdup(folder);
	strings_free(&names);
}

static void mark_destination(struct storage *storage)
{
	struct destination to = { 0 };
	const char *failed = "";
	int r = read_configs(storage->question->source, &to, &failed);

	if (r < 0)
		usage_unknown(storage->question->usage, USAGE_DUMP, "/%s: %s", failed,
			      strerror(-r));
	else if (to.device)
		mark_device(storage, to.device);
	else if (!to.is_remote)
		mark_folder(storage, to.folder ? to.folder : DEFAULT_FOLDER);
	free(to.device);
	free(to.folder);
}

void mark_dump(struct storage *storage)
{
	const struct source *source = storage->question->source;
	_cleanup_close_ int dir = source_open_dir(source, "sys/kernel");
	uint64_t loaded = 0;
	int r = dir < 0 ? dir : read_number(source, dir, "kexec_crash_loaded", 10, 1, &loaded);

	if (r == -ENOENT && source->live)
		return; /* a kernel that starts no other */
	if (r < 0)
		usage_unknown(storage->question->usage, USAGE_DUMP,
			      "/sys/kernel/kexec_crash_loaded: %s",
			      r == -ENOENT ? "a capture does not have it" : strerror(-r));
	else if (loaded)
		mark_destination(storage);
}
