/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules of the kernel, by /sys/module and the lists that depmod(8) writes. */
#include "collect/modules.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define LISTS_MAX (16u << 20)

static char normal(char c)
{
	if (c == '-')
		return '_';
	return c;
}

bool same_module(const char *a, const char *b)
{
	while (*a && normal(*a) == normal(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

/* @path: as a list has it, "kernel/drivers/vfio/pci/vfio-pci.ko.xz" */
static bool is_file_of(char *path, const char *name)
{
	char *file = strrchr(path, '/'), *suffix;

	file = file ? file + 1 : path;
	suffix = strstr(file, ".ko");
	if (!suffix)
		return false;
	*suffix = '\0';
	return same_module(file, name);
}

/* Return: whether a list of files, modules.dep ("FILE: FILE...") or modules.builtin, has it. */
static enum tristate list_has(const struct source *source, const char *release, const char *list,
			      const char *name)
{
	_cleanup_free_ char *path = xasprintf("lib/modules/%s/%s", release, list);
	_cleanup_free_ uint8_t *bytes = NULL;
	char *text, *line;
	size_t length;

	if (source_read(source, path, LISTS_MAX, &bytes, &length) < 0)
		return TRI_UNKNOWN;
	text = (char *)bytes;
	while ((line = strsep(&text, "\n"))) {
		line[strcspn(line, ":")] = '\0';
		if (is_file_of(line, name))
			return TRI_YES;
	}
	return TRI_NO;
}

static bool is_loaded(const struct source *source, const char *name)
{
	_cleanup_free_ char *path = xasprintf("sys/module/%s", name);
	_cleanup_close_ int dir = -1;

	for (char *at = strrchr(path, '/'); *at; at++)
		*at = normal(*at);
	dir = source_open_dir(source, path);
	return dir >= 0;
}

enum module_state find_module(const struct source *source, const char *release, const char *name)
{
	enum tristate built_in, loadable;

	if (is_loaded(source, name))
		return MODULE_LOADED;
	if (!release)
		return MODULE_UNKNOWN;
	built_in = list_has(source, release, "modules.builtin", name);
	if (built_in == TRI_YES)
		return MODULE_BUILT_IN;
	loadable = list_has(source, release, "modules.dep", name);
	if (loadable == TRI_YES)
		return MODULE_LOADABLE;
	return built_in == TRI_NO && loadable == TRI_NO ? MODULE_MISSING : MODULE_UNKNOWN;
}

char *modprobe_path(const struct source *source)
{
	_cleanup_close_ int dir = source_open_dir(source, "proc/sys/kernel");
	char own[256];
	const char *const paths[] = { own, "/sbin/modprobe", "/usr/sbin/modprobe" };

	if (dir < 0 || read_attribute(source, dir, "modprobe", own, sizeof(own)) < 0)
		*own = '\0';
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (*paths[i] == '/' && access(paths[i], X_OK) == 0)
			return xstrdup(paths[i]);
	return NULL;
}

void be_modprobe(const char *path, char *const *argv, int output)
{
	static char *const environment[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
					     (char *)"LC_ALL=C", NULL };
	sigset_t none;
	int null;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* Where standard streams are closed, new files may be where they have to be. */
	null = fcntl(open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	output = output < 0 ? null : fcntl(output, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (dup2(null, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
	    dup2(null, STDERR_FILENO) >= 0)
		execve(path, argv, environment);
	_exit(127);
}
