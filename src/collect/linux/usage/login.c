/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Over which interface whoever runs this is logged in, and others are. */
#include "collect/linux/usage/network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define MAX_ANCESTORS 256
#define ESTABLISHED 1 /* include/net/tcp_states.h */

/* A socket of a process that serves a login. */
struct socket {
	uint64_t inode;
	bool is_ours; /* of a process that we descend from, or our own */
};

struct logins {
	struct network *network;
	int ancestors[MAX_ANCESTORS];
	size_t nr_ancestors;
	int pid; /* the process that was last looked at, and what it is */
	bool is_ours, is_server;
	struct socket *sockets; /* by inode */
	size_t nr_sockets;
};

/* --- our ancestors ----------------------------------------------------------------------- */

/* Return: the PID of the parent, 0 when there is none to be seen. */
static int parent_of(const struct source *source, int pid)
{
	_cleanup_free_ char *path = xasprintf("proc/%d", pid);
	_cleanup_close_ int dir = source_open_dir(source, path);
	char text[1024], *behind;
	uint64_t parent;

	if (dir < 0 || read_attribute(source, dir, "stat", text, sizeof(text)) < 0)
		return 0;
	behind = strrchr(text, ')'); /* the name may have any character */
	if (!behind || strnlen(behind, 5) < 5)
		return 0;
	behind += strlen(") S ");
	behind[strcspn(behind, " ")] = '\0';
	return parse_u64(behind, 10, INT32_MAX, &parent) == 0 ? (int)parent : 0;
}

/* From our own PID as /proc has it, which may be that of another PID namespace. */
static void find_ancestors(const struct source *source, struct logins *logins)
{
	_cleanup_close_ int proc = source_open_dir(source, "proc");
	char self[32];
	uint64_t number;
	int pid;

	if (proc < 0 || read_link_name(proc, "self", self, sizeof(self)) < 0 ||
	    parse_u64(self, 10, INT32_MAX, &number) < 0)
		return;
	for (pid = (int)number; pid > 0 && logins->nr_ancestors < MAX_ANCESTORS;
	     pid = parent_of(source, pid))
		logins->ancestors[logins->nr_ancestors++] = pid;
}

static bool is_ancestor(const struct logins *logins, int pid)
{
	for (size_t i = 0; i < logins->nr_ancestors; i++)
		if (logins->ancestors[i] == pid)
			return true;
	return false;
}

/* --- their sockets ----------------------------------------------------------------------- */

static void keep_socket(void *closure, const struct open_file *file)
{
	static const char prefix[] = "socket:[";
	struct logins *logins = closure;
	char name[32], number[24];
	const char *digits = file->target + strlen(prefix);
	uint64_t inode;

	if (strncmp(file->target, prefix, strlen(prefix)) != 0 || strlen(digits) >= sizeof(number))
		return;
	if (file->pid != logins->pid) {
		process_name(file, name);
		logins->pid = file->pid;
		logins->is_ours = is_ancestor(logins, file->pid);
		/* Since OpenSSH 9.8 it is sshd-session that has the connection. */
		logins->is_server = strncmp(name, "sshd", strlen("sshd")) == 0;
	}
	memcpy(number, digits, strlen(digits));
	number[strcspn(digits, "]")] = '\0';
	if ((!logins->is_ours && !logins->is_server) ||
	    parse_u64(number, 10, UINT64_MAX, &inode) < 0)
		return;
	logins->sockets = xgrow(logins->sockets, logins->nr_sockets, sizeof(*logins->sockets));
	logins->sockets[logins->nr_sockets++] = (struct socket){ inode, logins->is_ours };
}

static int compare_sockets(const void *a, const void *b)
{
	uint64_t first = ((const struct socket *)a)->inode;
	uint64_t second = ((const struct socket *)b)->inode;

	return (first > second) - (first < second);
}

/* A server and its child have the same socket open: it is ours when it is of one of them. */
static void sort_sockets(struct logins *logins)
{
	struct socket *sockets = logins->sockets;
	size_t nr = 0;

	if (logins->nr_sockets)
		qsort(sockets, logins->nr_sockets, sizeof(*sockets), compare_sockets);
	for (size_t i = 0; i < logins->nr_sockets; i++) {
		if (nr && sockets[nr - 1].inode == sockets[i].inode)
			sockets[nr - 1].is_ours |= sockets[i].is_ours;
		else
			sockets[nr++] = sockets[i];
	}
	logins->nr_sockets = nr;
}

/* --- their connections ------------------------------------------------------------------- */

static void carry_login(struct network *network, const struct in6_addr *local,
			const struct in6_addr *remote, bool is_ours, bool is_connected)
{
	char from[INET6_ADDRSTRLEN], here[INET6_ADDRSTRLEN];
	_cleanup_free_ char *text = NULL;

	if (address_is_loopback(local) || is_own_address(network, remote))
		return;
	format_address(remote, from);
	format_address(local, here);
	text = xasprintf("%s login (from %s)", is_ours ? "this" : "a", from);
	if (!carry_connection(network, local, remote, text) && is_connected)
		usage_unknown(network->question->usage, USAGE_CARRIES,
			      "which interface has %s, where %s arrives, is unknown", here, text);
}

/* Cuts "0100007F:0016". Return: whether there is an address. */
static bool parse_end(char *text, struct in6_addr *ip)
{
	char *port = strchr(text, ':');

	if (!port)
		return false;
	*port = '\0';
	return parse_hex_words(text, ip);
}

/* sl local remote state queues timer retransmits uid timeout inode ... (net/ipv4/tcp_ipv4.c) */
static int look_at_connection(void *closure, char **fields, size_t nr)
{
	const struct logins *logins = closure;
	const struct socket *found;
	struct in6_addr local, remote;
	struct socket key = { 0 };
	uint64_t state;

	if (strcmp(fields[0], "sl") == 0)
		return 0;
	if (nr < 10 || !parse_end(fields[1], &local) || !parse_end(fields[2], &remote) ||
	    parse_u64(fields[3], 16, 255, &state) < 0 ||
	    parse_u64(fields[9], 10, UINT64_MAX, &key.inode) < 0)
		return -EBADMSG;
	if (state != ESTABLISHED)
		return 0;
	found = bsearch(&key, logins->sockets, logins->nr_sockets, sizeof(key), compare_sockets);
	if (found)
		carry_login(logins->network, &local, &remote, found->is_ours, true);
	return 0;
}

static void look_at_connections(struct logins *logins)
{
	static const char *const tables[] = { "proc/net/tcp", "proc/net/tcp6" };
	const struct usage_question *question = logins->network->question;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && logins->nr_sockets; i++) {
		int r = each_row(question->source, tables[i], look_at_connection, logins);

		if (r < 0 && r != -ENOENT) /* a kernel without IPv6 lacks the second */
			usage_unknown(question->usage, USAGE_CARRIES, "/%s: %s", tables[i],
				      row_problem(r));
	}
}

/*
 * "10.0.0.7 53122 10.0.0.5 22", which sshd leaves in the environment. It outlives the connection
 * inside of tmux, and of mosh, whose packets it then speaks for.
 */
static void look_at_environment(struct network *network)
{
	const char *value = getenv("SSH_CONNECTION");
	_cleanup_free_ char *copy = value ? xstrdup(value) : NULL;
	struct address remote, local;
	char *rest = copy, *words[3] = { NULL };

	for (size_t i = 0; i < 3 && rest; i++)
		words[i] = strsep(&rest, " ");
	if (!words[2] || !parse_address(words[0], &remote) || !parse_address(words[2], &local))
		return;
	carry_login(network, &local.ip, &remote.ip, true, false);
}

void find_logins(struct network *network)
{
	const struct usage_question *question = network->question;
	struct logins logins = { .network = network };

	find_ancestors(question->source, &logins);
	if (!each_open_file(question->source, keep_socket, &logins))
		usage_unknown(question->usage, USAGE_CARRIES,
			      "logins: not every process could be looked at; run as root outside "
			      "of containers");
	sort_sockets(&logins);
	look_at_connections(&logins);
	look_at_environment(network);
	free(logins.sockets);
}
