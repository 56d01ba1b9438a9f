/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * binding_times ROUNDS DEVICE: what "iommutool bind" and "restore" of a device without a driver
 * take, beside the bare writes to sysfs that do the same. The two take turns, so that noise hits
 * both alike; a line each with the medians and the median of the differences, in milliseconds. The
 * last is "iommutool --version", which does nothing: what starting the program takes there.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROUNDS 1000

enum { BIND, RESTORE, BOTH, START, NR_ROWS };

extern char **environ;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		give_up(path);
	close(fd);
}

/* Holds the device to what should have been done; not part of what is timed. */
static void expect_driver(const char *device, const char *wanted)
{
	char path[128], target[256] = "";
	const char *driver;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", device);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		target[0] = '\0';
	driver = strrchr(target, '/');
	driver = driver ? driver + 1 : "";
	if (strcmp(driver, wanted) == 0)
		return;
	fprintf(stderr, "%s: driver \"%s\" instead of \"%s\"\n", device, driver, wanted);
	exit(1);
}

static double raw_bind(const char *device, const char *override)
{
	double start = now_ms();

	put(override, "vfio-pci");
	put("/sys/bus/pci/drivers_probe", device);
	return now_ms() - start;
}

static double raw_restore(const char *device, const char *override)
{
	double start = now_ms();

	put("/sys/bus/pci/drivers/vfio-pci/unbind", device);
	put(override, "\n");
	return now_ms() - start;
}

static double tool(const char *command, const char *device)
{
	char *argv[] = { "iommutool", "-q", (char *)command, (char *)device, NULL };
	posix_spawn_file_actions_t actions;
	double start;
	pid_t pid;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	start = now_ms();
	if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) ||
	    waitpid(pid, &status, 0) != pid)
		give_up("iommutool");
	if (status != 0) {
		fprintf(stderr, "iommutool %s: status %#x\n", command, status);
		exit(1);
	}
	return now_ms() - start;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const double *values, int nr)
{
	double sorted[MAX_ROUNDS];

	memcpy(sorted, values, (size_t)nr * sizeof(*values));
	qsort(sorted, (size_t)nr, sizeof(*sorted), compare);
	return (sorted[(nr - 1) / 2] + sorted[nr / 2]) / 2;
}

int main(int argc, char **argv)
{
	static const char *const names[NR_ROWS] = { "bind", "restore", "bind+restore",
						    "--version" };
	static double raw[NR_ROWS][MAX_ROUNDS], ours[NR_ROWS][MAX_ROUNDS], more[MAX_ROUNDS];
	int rounds = argc == 3 ? atoi(argv[1]) : 0;
	char override[128];

	if (rounds < 1 || rounds > MAX_ROUNDS)
		return 64;
	snprintf(override, sizeof(override), "/sys/bus/pci/devices/%s/driver_override", argv[2]);
	for (int i = -2; i < rounds; i++) { /* the first two warm the caches */
		int at = i < 0 ? 0 : i;

		raw[BIND][at] = raw_bind(argv[2], override);
		expect_driver(argv[2], "vfio-pci");
		raw[RESTORE][at] = raw_restore(argv[2], override);
		expect_driver(argv[2], "");
		ours[BIND][at] = tool("bind", argv[2]);
		expect_driver(argv[2], "vfio-pci");
		ours[RESTORE][at] = tool("restore", argv[2]);
		expect_driver(argv[2], "");
		ours[START][at] = tool("--version", NULL);
		raw[BOTH][at] = raw[BIND][at] + raw[RESTORE][at];
		ours[BOTH][at] = ours[BIND][at] + ours[RESTORE][at];
	}
	for (int row = 0; row < NR_ROWS; row++) {
		for (int i = 0; i < rounds; i++)
			more[i] = ours[row][i] - raw[row][i];
		printf("%-12s %8.2f %8.2f %8.2f\n", names[row], median(raw[row], rounds),
		       median(ours[row], rounds), median(more, rounds));
	}
	return 0;
}
