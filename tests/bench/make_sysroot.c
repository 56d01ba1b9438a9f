// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes a synthetic sysroot: make_sysroot DIR ENDPOINTS.
 *
 * A domain has sixteen root ports; each leads to a bus with sixteen endpoints, every fourth one
 * through a switch. The endpoints of a bus are devices of one, two and four functions, most in a
 * group of their own, and on every eighth bus there is no ACS: two groups of eight. One IOMMU unit
 * serves a domain. What a bridge or an endpoint of some kind has in common with its like (config,
 * resource, ...) is one file with many links; vendor, device and class are files of their own.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PORTS_PER_DOMAIN 16
#define ENDPOINTS_PER_BUS 16
#define MAX_PATH 256

/* What a kind of function looks like; the same for all functions of the kind. */
struct kind {
	const char *driver; /* NULL: none */
	uint16_t vendor;
	uint16_t device;
	uint32_t class;
	uint8_t port_type; /* PCI Express device/port type */
	const char *reset;
};

enum { ROOT_PORT, UPSTREAM, DOWNSTREAM, FIRST_ENDPOINT };

static const struct kind kinds[] = {
	[ROOT_PORT] = { "pcieport", 0x8086, 0x352a, 0x060400, 4, "pm" },
	[UPSTREAM] = { "pcieport", 0x1000, 0xc030, 0x060400, 5, "pm" },
	[DOWNSTREAM] = { "pcieport", 0x1000, 0xc030, 0x060400, 6, "pm" },
	[FIRST_ENDPOINT] = { "nvme", 0x144d, 0xa80a, 0x010802, 0, "flr pm bus" },
	{ "nvidia", 0x10de, 0x2330, 0x030200, 0, "flr bus" },
	{ "snd_hda_intel", 0x10de, 0x22bc, 0x040300, 0, "bus" },
	{ "mlx5_core", 0x15b3, 0x101d, 0x020000, 0, "flr bus" },
	{ "vfio-pci", 0x8086, 0x1592, 0x020000, 0, "flr pm bus" },
	{ "xhci_hcd", 0x1912, 0x0015, 0x0c0330, 0, "pm bus" },
	{ NULL, 0x8086, 0x0b00, 0x120000, 0, "flr" },
};

#define NR_KINDS (sizeof(kinds) / sizeof(*kinds))

/* The functions of the devices of a bus, and the kind of each function; sums to sixteen. */
static const struct {
	unsigned functions;
	bool grouped; /* the functions share a group */
	unsigned kind[4];
} slots[] = {
	{ 1, false, { 3 } },	      { 2, true, { 4, 5 } }, { 1, false, { 3 } },
	{ 4, false, { 6, 6, 7, 7 } }, { 1, false, { 8 } },   { 1, false, { 9 } },
	{ 4, true, { 7, 7, 7, 7 } },  { 2, true, { 4, 5 } },
};

static unsigned next_group;

static char *format(char *buffer, const char *text, ...) __attribute__((format(printf, 2, 3)));

static char *format(char *buffer, const char *text, ...)
{
	va_list args;
	int len;

	va_start(args, text);
	len = vsnprintf(buffer, MAX_PATH, text, args);
	va_end(args);
	if (len < 0 || len >= MAX_PATH)
		errx(1, "path too long");
	return buffer;
}

/* All paths below are relative to DIR, the working directory. */
static void make_dir(const char *path)
{
	if (mkdir(path, 0777))
		err(1, "mkdir %s", path);
}

static void make_link(const char *target, const char *path)
{
	if (symlink(target, path))
		err(1, "symlink %s", path);
}

static void make_file(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len || close(fd))
		err(1, "%s", path);
}

static void make_text(const char *folder, const char *name, const char *text, ...)
	__attribute__((format(printf, 3, 4)));

static void make_text(const char *folder, const char *name, const char *text, ...)
{
	char path[MAX_PATH];
	char data[2048];
	va_list args;
	int len;

	va_start(args, text);
	len = vsnprintf(data, sizeof(data), text, args);
	va_end(args);
	make_file(format(path, "%s/%s", folder, name), data, (size_t)len);
}

static void put(uint8_t *at, uint32_t value, unsigned bytes)
{
	for (; bytes--; value >>= 8)
		*at++ = (uint8_t)value;
}

/* The header, a power management capability at 0x40 and a PCI Express one at 0x50. */
static void make_config(const char *folder, const struct kind *kind)
{
	bool bridge = kind->class == 0x060400;
	uint8_t config[256] = { 0 };
	char path[MAX_PATH];

	put(config + 0x00, kind->vendor, 2);
	put(config + 0x02, kind->device, 2);
	put(config + 0x04, 0x0406, 2);
	put(config + 0x06, 0x0010, 2);
	put(config + 0x09, kind->class, 3);
	config[0x0e] = bridge ? 0x01 : 0x80;
	if (!bridge) {
		put(config + 0x10, 0xc000000c, 4);
		put(config + 0x2c, 0x1028, 2);
		put(config + 0x2e, 0x1234, 2);
	}
	config[0x34] = 0x40;
	put(config + 0x40, 0x00035001, 4);
	put(config + 0x50, 0x00020010u | (uint32_t)kind->port_type << 20, 4);
	make_file(format(path, "%s/config", folder), config, sizeof(config));
}

/* templates/N/: the files that all functions of kind N share. */
static const char *const shared_files[] = {
	"config",   "irq",	"modalias",	    "numa_node",	"reset_method",
	"resource", "revision", "subsystem_device", "subsystem_vendor",
};

static void make_template(unsigned number)
{
	const struct kind *kind = &kinds[number];
	bool bridge = kind->class == 0x060400;
	char resource[17 * 57 + 1];
	char folder[MAX_PATH];
	char *at = resource;

	make_dir(format(folder, "templates/%u", number));
	make_config(folder, kind);
	for (int i = 0; i < (bridge ? 17 : 13); i++)
		at += sprintf(at, "0x%016llx 0x%016llx 0x%016llx\n",
			      bridge || i ? 0 : 0x20c0000000ull, bridge || i ? 0 : 0x20c3ffffffull,
			      bridge || i ? 0 : 0x14220cull);
	make_text(folder, "resource", "%s", resource);
	make_text(folder, "irq", "%d\n", 0);
	make_text(folder, "numa_node", "%d\n", -1);
	make_text(folder, "revision", "0x%02x\n", 1);
	make_text(folder, "subsystem_vendor", "0x%04x\n", bridge ? 0 : 0x1028);
	make_text(folder, "subsystem_device", "0x%04x\n", bridge ? 0 : 0x1234);
	make_text(folder, "reset_method", "%s\n", kind->reset);
	make_text(folder, "modalias", "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02x\n", kind->vendor,
		  kind->device, bridge ? 0 : 0x1028u, bridge ? 0 : 0x1234u, kind->class >> 16,
		  kind->class >> 8 & 0xff, kind->class & 0xff);
}

static unsigned new_group(void)
{
	char path[MAX_PATH];
	char inner[MAX_PATH];

	make_dir(format(path, "sys/kernel/iommu_groups/%u", next_group));
	make_text(path, "type", "DMA-FQ\n");
	make_text(path, "reserved_regions", "0x00000000fee00000 0x00000000feefffff msi\n");
	make_dir(format(inner, "%s/devices", path));
	return next_group++;
}

/*
 * One function. parent is its parent's path below sys/devices, up the way from the function's own
 * folder to sys ("../" for each part), and folder is set to its path below sys/devices.
 */
static void make_function(unsigned domain, const char *bdf, const char *parent, const char *up,
			  unsigned number, unsigned group, char *folder)
{
	const struct kind *kind = &kinds[number];
	char path[MAX_PATH];
	char from[MAX_PATH];
	char to[MAX_PATH];

	format(folder, "%s/%s", parent, bdf);
	make_dir(format(path, "sys/devices/%s", folder));
	make_text(path, "vendor", "0x%04x\n", kind->vendor);
	make_text(path, "device", "0x%04x\n", kind->device);
	make_text(path, "class", "0x%06x\n", kind->class);
	for (size_t i = 0; i < sizeof(shared_files) / sizeof(*shared_files); i++)
		if (link(format(from, "templates/%u/%s", number, shared_files[i]),
			 format(to, "%s/%s", path, shared_files[i])))
			err(1, "link %s", to);
	make_link(format(from, "%sbus/pci", up), format(to, "%s/subsystem", path));
	make_link(format(from, "%skernel/iommu_groups/%u", up, group),
		  format(to, "%s/iommu_group", path));
	make_link(format(from, "%sdevices/virtual/iommu/dmar%u", up, domain),
		  format(to, "%s/iommu", path));
	if (kind->driver)
		make_link(format(from, "%sbus/pci/drivers/%s", up, kind->driver),
			  format(to, "%s/driver", path));

	make_link(format(from, "../../../devices/%s", folder),
		  format(to, "sys/bus/pci/devices/%s", bdf));
	make_link(format(from, "../../../../devices/%s", folder),
		  format(to, "sys/kernel/iommu_groups/%u/devices/%s", group, bdf));
	make_link(format(from, "../../../../%s", folder),
		  format(to, "sys/devices/virtual/iommu/dmar%u/devices/%s", domain, bdf));
}

static void make_unit(unsigned domain)
{
	char path[MAX_PATH];
	char unit[MAX_PATH];
	char inner[MAX_PATH];

	make_dir(format(unit, "sys/devices/virtual/iommu/dmar%u", domain));
	make_dir(format(inner, "%s/devices", unit));
	make_dir(format(inner, "%s/intel-iommu", unit));
	make_text(inner, "version", "5:0\n");
	make_text(inner, "address", "%x\n", 0xc0000000u + domain * 0x100000u);
	make_text(inner, "cap", "d2008c222f0686\n");
	make_text(inner, "ecap", "f00f4a\n");
	make_text(inner, "domains_supported", "65536\n");
	make_text(inner, "domains_used", "300\n");
	make_link(format(inner, "../../devices/virtual/iommu/dmar%u", domain),
		  format(path, "sys/class/iommu/dmar%u", domain));
}

/* Up to sixteen endpoints on a bus; returns how many. */
static unsigned make_endpoints(unsigned domain, unsigned bus, const char *parent, const char *up,
			       bool acs, unsigned wanted)
{
	unsigned done = 0;
	unsigned group = 0;

	for (unsigned s = 0; s < sizeof(slots) / sizeof(*slots); s++) {
		for (unsigned f = 0; f < slots[s].functions && done < wanted; f++, done++) {
			char bdf[MAX_PATH];
			char folder[MAX_PATH];

			if (acs ? f == 0 || !slots[s].grouped : done % 8 == 0)
				group = new_group();
			make_function(domain, format(bdf, "%04x:%02x:%02x.%u", domain, bus, s, f),
				      parent, up, slots[s].kind[f], group, folder);
		}
	}
	return done;
}

/* Returns how many endpoints it has, at most those wanted. */
static unsigned make_domain(unsigned domain, unsigned wanted)
{
	unsigned done = 0;
	unsigned bus = 1;
	char root[MAX_PATH];
	char path[MAX_PATH];
	char port[MAX_PATH];
	char upstream[MAX_PATH];
	char downstream[MAX_PATH];
	char bdf[MAX_PATH];

	make_unit(domain);
	format(root, "pci%04x:00", domain);
	make_dir(format(path, "sys/devices/%s", root));
	for (unsigned p = 0; p < PORTS_PER_DOMAIN && done < wanted; p++) {
		const char *parent = port;
		const char *up = "../../../../";

		make_function(domain, format(bdf, "%04x:00:%02x.%u", domain, 1 + p / 8, p % 8),
			      root, "../../../", ROOT_PORT, new_group(), port);
		if (p % 4 == 3) {
			make_function(domain, format(bdf, "%04x:%02x:00.0", domain, bus++), port,
				      "../../../../", UPSTREAM, new_group(), upstream);
			make_function(domain, format(bdf, "%04x:%02x:00.0", domain, bus++),
				      upstream, "../../../../../", DOWNSTREAM, new_group(),
				      downstream);
			parent = downstream;
			up = "../../../../../../";
		}
		done += make_endpoints(domain, bus++, parent, up, p % 8 != 6, wanted - done);
	}
	return done;
}

static void make_skeleton(void)
{
	static const char *const folders[] = {
		"templates",
		"proc",
		"proc/sys",
		"proc/sys/kernel",
		"sys",
		"sys/bus",
		"sys/bus/pci",
		"sys/bus/pci/devices",
		"sys/bus/pci/drivers",
		"sys/class",
		"sys/class/iommu",
		"sys/devices",
		"sys/devices/virtual",
		"sys/devices/virtual/iommu",
		"sys/kernel",
		"sys/kernel/iommu_groups",
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		make_dir(folders[i]);
	make_text("proc", "cmdline", "quiet intel_iommu=on\n");
	make_text("proc/sys/kernel", "osrelease", "6.12.0\n");
	for (unsigned i = 0; i < NR_KINDS; i++) {
		char path[MAX_PATH];

		make_template(i);
		if (kinds[i].driver &&
		    mkdir(format(path, "sys/bus/pci/drivers/%s", kinds[i].driver), 0777) &&
		    i >= FIRST_ENDPOINT)
			err(1, "mkdir %s", path);
	}
}

int main(int argc, char **argv)
{
	unsigned long wanted = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (wanted < 1 || wanted > 1u << 20)
		errx(2, "usage: make_sysroot DIR ENDPOINTS");
	if (mkdir(argv[1], 0777) || chdir(argv[1]))
		err(1, "%s", argv[1]);
	make_skeleton();
	for (unsigned domain = 0; wanted; domain++)
		wanted -= make_domain(domain, (unsigned)wanted);
	return 0;
}
