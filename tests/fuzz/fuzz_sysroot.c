/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes every text file of a machine: the input is cut at bytes 0xff, and the pieces become the
 * contents of the files of a small sysroot. Then a command reads it as it reads a capture. The
 * lines of sysroot.seed are a first content of each file, in the order of the list below.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

#define DEVICE "sys/devices/pci0000:00/0000:00:01.0/"
#define UNIT "sys/devices/virtual/iommu/"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char *const files[] = {
	DEVICE "vendor",
	DEVICE "device",
	DEVICE "class",
	DEVICE "reset_method",
	UNIT "dmar0/intel-iommu/cap",
	UNIT "dmar0/intel-iommu/ecap",
	UNIT "dmar0/intel-iommu/address",
	UNIT "dmar0/intel-iommu/domains_supported",
	UNIT "ivhd0/amd-iommu/features",
	"sys/kernel/iommu_groups/0/type",
	"sys/kernel/iommu_groups/0/reserved_regions",
	"sys/firmware/acpi/tables/DMAR",
	"sys/firmware/acpi/tables/IVRS",
	"sys/module/vfio_iommu_type1/parameters/dma_entry_limit",
	"proc/sys/kernel/osrelease",
	"proc/cmdline",
	"proc/interrupts",
	"proc/self/limits",
	"lib/modules/1/modules.dep",
	"lib/modules/1/modules.alias",
	DEVICE "modalias",
	DEVICE "block/sda/dev",
	DEVICE "net/eth0/flags",
	"sys/class/tty/console/active",
	"sys/power/resume",
	"sys/kernel/kexec_crash_loaded",
	"proc/1/mountinfo",
	"proc/swaps",
	"proc/net/route",
	"proc/net/ipv6_route",
	"proc/net/if_inet6",
	"proc/iomem",
	"etc/kdump.conf",
	"etc/default/kdump-tools",
	"etc/modprobe.d/vfio.conf",
};

static const char *const links[][2] = {
	{ "../../../devices/pci0000:00/0000:00:01.0", "sys/bus/pci/devices/0000:00:01.0" },
	{ "../../../kernel/iommu_groups/0", DEVICE "iommu_group" },
	{ "../../virtual/iommu/dmar0", DEVICE "iommu" },
	{ "../../../bus/pci/drivers/x", DEVICE "driver" },
	{ "../../devices/virtual/iommu/dmar0", "sys/class/iommu/dmar0" },
	{ "../../devices/virtual/iommu/ivhd0", "sys/class/iommu/ivhd0" },
	{ "../../devices/pci0000:00/0000:00:01.0/block/sda", "sys/class/block/sda" },
	{ "../../devices/pci0000:00/0000:00:01.0/net/eth0", "sys/class/net/eth0" },
};

static const char *const command_lines[][3] = {
	{ "status", NULL, NULL },
	{ "groups", "-J", NULL },
	{ "groups", "-O", NULL },
	{ "resv-regions", "-J", NULL },
	{ "resv-regions", "--fits", "0-4G" },
	{ "gaw", "-J", NULL },
	{ "gaw", "--require", "48" },
	{ "domains", "-P", NULL },
	{ "tables", "-J", NULL },
	{ "tables", "-r", NULL },
	{ "bind", "--dry-run", "00:01.0" },
	{ "restore", "--dry-run", "00:01.0" },
};

static char root[] = "/dev/shm/iommutool-fuzz-XXXXXX";

static void make_parents(const char *path)
{
	char *copy = strdup(path);

	for (char *at = strchr(copy, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		mkdir(copy, 0755);
		*at = '/';
	}
	free(copy);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void remove_root(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (!mkdtemp(root) || chdir(root) < 0)
		abort();
	atexit(remove_root);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		make_parents(links[i][1]);
		if (symlink(links[i][0], links[i][1]) < 0)
			abort();
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		make_parents(files[i]);
	/* The fuzzer itself reports on stderr through its own descriptor. */
	if (!freopen("/dev/null", "w", stdout))
		abort();
	return 0;
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct context context = { .sysroot = ".", .color = COLOR_NEVER };
	const char *const *line;
	const struct command *command;
	char *arguments[4];
	int nr = 0;

	if (size == 0)
		return 0;
	line = command_lines[data[0] % (sizeof(command_lines) / sizeof(command_lines[0]))];
	data++;
	size--;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const uint8_t *end = memchr(data, 0xff, size);
		size_t length = end ? (size_t)(end - data) : size;

		write_file(files[i], data, length);
		data += length + (end ? 1 : 0);
		size -= length + (end ? 1 : 0);
	}
	command = find(line[0]);
	if (!command)
		return 0;
	context.command = command->name;
	for (size_t i = 0; i < 3 && line[i]; i++)
		arguments[nr++] = strdup(line[i]);
	arguments[nr] = NULL;
	context.quiet = false;
	if (command->run(&context, nr, arguments) == STATUS_USAGE)
		abort(); /* nothing in a machine is the user's fault */
	for (int i = 0; i < nr; i++)
		free(arguments[i]);
	return 0;
}
