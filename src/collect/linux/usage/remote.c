/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems and disks that come over the network, and from which address. */
#include "collect/linux/usage/network.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

/* --- mounts ------------------------------------------------------------------------------ */

/* Where the kernel shows the address of a server, of every file system that wants the network. */
static const struct network_fs {
	const char *type;
	const char *wants;  /* option without which it is not over the network */
	const char *option; /* that has addresses, "10.0.0.1" or "10.0.0.1:6789/10.0.0.2:6789" */
} network_fs[] = {
	/* Those without an option have them in the source, "10.0.0.1:/export", if at all. */
	{ "nfs", NULL, "addr" },
	{ "nfs4", NULL, "addr" },
	{ "cifs", NULL, "addr" },
	{ "smb3", NULL, "addr" },
	{ "ceph", NULL, "mon_addr" },
	{ "9p", "trans=tcp", NULL },
	{ "9p", "trans=rdma", NULL },
	{ "glusterfs", NULL, NULL },
	{ "fuse.glusterfs", NULL, NULL },
	{ "lustre", NULL, NULL },
	{ "beegfs", NULL, NULL },
	{ "orangefs", NULL, NULL },
	{ "afs", NULL, NULL },
	{ "fuse.sshfs", NULL, NULL },
	{ "fuse.ceph", NULL, NULL },
	{ "fuse.ceph-fuse", NULL, NULL },
};

/* Return: what is behind "NAME=" in a list joined by commas, to be freed; NULL: it is not there. */
static char *option_value(const char *options, const char *name)
{
	size_t length = strlen(name);

	while (options && *options) {
		size_t end = strcspn(options, ",");

		if (end > length && strncmp(options, name, length) == 0 && options[length] == '=')
			return xasprintf("%.*s", (int)(end - length - 1), options + length + 1);
		options += end + (options[end] == ',');
	}
	return NULL;
}

static bool has_option(const char *options, const char *option)
{
	size_t length = strlen(option);

	for (const char *at = options; at && *at; at += *at == ',') {
		size_t end = strcspn(at, ",");

		if (end == length && strncmp(at, option, length) == 0)
			return true;
		at += end;
	}
	return false;
}

static const struct network_fs *find_network_fs(const struct mount *mount)
{
	for (size_t i = 0; i < sizeof(network_fs) / sizeof(network_fs[0]); i++) {
		const struct network_fs *fs = &network_fs[i];

		if (strcmp(mount->type, fs->type) == 0 &&
		    (!fs->wants || has_option(mount->options, fs->wants)))
			return fs;
	}
	return NULL;
}

static char *describe_mount(const struct mount *mount, const char *from)
{
	bool is_root = strcmp(mount->point, "/") == 0;
	char *text = xasprintf("%s (%s from %s)", is_root ? "the root file system" : mount->point,
			       mount->type, from);

	flatten(text); /* a mount point may have any character */
	return text;
}

static void carry_mount(struct network *network, const struct mount *mount, const char *host)
{
	_cleanup_free_ char *from_host = describe_mount(mount, host);
	_cleanup_free_ char *text = NULL;
	struct address address;
	char from[INET6_ADDRSTRLEN];

	if (!parse_host(host, &address)) {
		usage_unknown(network->question->usage, USAGE_CARRIES,
			      "%s: which interface it comes through is unknown", from_host);
		return;
	}
	format_address(&address.ip, from);
	text = describe_mount(mount, from);
	carry_remote(network, &address, text);
}

static void look_at_mount(struct network *network, const struct mount *mount)
{
	const struct network_fs *fs = find_network_fs(mount);
	_cleanup_free_ char *hosts = NULL;
	const char *separator = "/";
	char *rest, *host, *path;

	if (!fs)
		return;
	if (fs->option)
		hosts = option_value(mount->options, fs->option);
	if (!hosts) {
		hosts = xstrdup(mount->source);
		separator = ",";
		path = strstr(hosts, ":/");
		if (path) /* a comma in it separates nothing */
			*path = '\0';
	}
	for (rest = hosts; (host = strsep(&rest, separator));)
		carry_mount(network, mount, host);
}

static void look_at_mounts(struct network *network)
{
	const struct usage_question *question = network->question;
	struct mounts mounts = { 0 };
	int r = read_host_mounts(question->source, &mounts);

	for (size_t i = 0; i < mounts.nr; i++)
		look_at_mount(network, &mounts.items[i]);
	if (r == -ENOENT && !question->source->live)
		usage_unknown(question->usage, USAGE_CARRIES, "a capture does not have it");
	else if (r < 0)
		usage_unknown(question->usage, USAGE_CARRIES, "mounts: %s", row_problem(r));
	mounts_free(&mounts);
}

/* --- disks ------------------------------------------------------------------------------- */

static void carry_disks(struct network *network, const char *of, const char *from)
{
	_cleanup_free_ char *text = NULL;
	struct address address;
	char plain[INET6_ADDRSTRLEN];

	if (!parse_host(from, &address)) {
		usage_unknown(network->question->usage, USAGE_CARRIES,
			      "disks of %s: which interface they come through is unknown", of);
		return;
	}
	format_address(&address.ip, plain);
	text = xasprintf("disks of %s (from %s)", of, plain);
	carry_remote(network, &address, text);
}

/* @name: "connection1:0", which belongs to session1 */
static void look_at_iscsi(struct network *network, int dir, const char *name)
{
	static const char *const attributes[] = { "address", "persistent_address" };
	const struct source *source = network->question->source;
	char from[256] = "";
	_cleanup_free_ char *session =
		strncmp(name, "connection", 10) == 0
			? xasprintf("session%.*s", (int)strcspn(name + 10, ":"), name + 10)
			: xstrdup(name);

	/* The first has no value while it is not connected. */
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		struct address address;

		if (read_attribute(source, dir, attributes[i], from, sizeof(from)) > 0 &&
		    parse_host(from, &address))
			break;
		*from = '\0';
	}
	carry_disks(network, session, from);
}

/* @name: a controller, "nvme1"; its address is "traddr=10.0.0.1,trsvcid=4420" */
static void look_at_nvme(struct network *network, int dir, const char *name)
{
	const struct source *source = network->question->source;
	_cleanup_free_ char *from = NULL, *interface = NULL;
	char transport[16] = "", text[1024] = "";

	if (read_attribute(source, dir, "transport", transport, sizeof(transport)) < 0 ||
	    (strcmp(transport, "tcp") != 0 && strcmp(transport, "rdma") != 0))
		return;
	read_attribute(source, dir, "address", text, sizeof(text));
	from = option_value(text, "traddr");
	interface = option_value(text, "host_iface");
	if (from && interface && !strchr(from, '%')) {
		/* It is bound to that, whatever the routes say. */
		char *scoped = xasprintf("%s%%%s", from, interface);

		free(from);
		from = scoped;
	}
	carry_disks(network, name, from ? from : "");
}

static void each_in(struct network *network, const char *class,
		    void (*look)(struct network *network, int dir, const char *name))
{
	const struct usage_question *question = network->question;
	_cleanup_free_ char *folder = xasprintf("sys/class/%s", class);
	struct strings names = { 0 };
	int r = source_list(question->source, folder, &names);

	if (r < 0 && r != -ENOENT)
		usage_unknown(question->usage, USAGE_CARRIES, "/%s: %s", folder, strerror(-r));
	for (size_t i = 0; i < names.nr; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", folder, names.items[i]);
		_cleanup_close_ int dir = source_open_dir(question->source, path);

		if (dir >= 0)
			look(network, dir, names.items[i]);
	}
	strings_free(&names);
}

void find_remote_storage(struct network *network)
{
	look_at_mounts(network);
	each_in(network, "iscsi_connection", look_at_iscsi);
	each_in(network, "nvme", look_at_nvme);
}
