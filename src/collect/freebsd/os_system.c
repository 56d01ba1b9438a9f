/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This FreeBSD: the calls behind struct os. Nothing else in this program includes its headers. */
#include <sys/types.h>
#include <sys/param.h>
#include <sys/ioctl.h>
#include <sys/linker.h>
#include <sys/mman.h>
#include <sys/module.h>
#include <sys/pciio.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/bus.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <kenv.h>
#include <net/if.h>
#include <ifaddrs.h> /* after net/if.h, which it wants */
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collect/freebsd/abi.h"
#include "collect/freebsd/os_system.h"
#include "util/cleanup.h"

/* --- our structs against those of the system ---------------------------------------------- */

#define SAME(ours, theirs) _Static_assert(sizeof(struct ours) == sizeof(struct theirs), #theirs)
#define SAME_AT(ours, our_member, theirs, their_member)                                            \
	_Static_assert(offsetof(struct ours, our_member) == offsetof(struct theirs, their_member), \
		       #theirs "." #their_member)
#define SAME_NUMBER(ours, theirs) _Static_assert((ours) == (theirs), #theirs)

SAME(abi_pcisel, pcisel);
SAME(abi_pci_match_conf, pci_match_conf);
SAME(abi_pci_conf_io, pci_conf_io);
SAME(abi_pci_io, pci_io);
SAME(abi_pci_bar_io, pci_bar_io);
SAME(abi_devreq, devreq);
_Static_assert((PCIOCGETCONF == ABI_PCIOCGETCONF14 &&
		sizeof(struct pci_conf) == sizeof(struct abi_pci_conf)) ||
		       (PCIOCGETCONF == ABI_PCIOCGETCONF15 &&
			sizeof(struct pci_conf) == sizeof(struct abi_pci_conf15)),
	       "PCIOCGETCONF");
SAME_AT(abi_pci_conf, header_type, pci_conf, pc_hdr);
SAME_AT(abi_pci_conf, vendor, pci_conf, pc_vendor);
SAME_AT(abi_pci_conf, class, pci_conf, pc_class);
SAME_AT(abi_pci_conf, name, pci_conf, pd_name);
SAME_AT(abi_pci_conf, unit, pci_conf, pd_unit);
SAME_AT(abi_pci_conf_io, matches, pci_conf_io, matches);
SAME_AT(abi_pci_conf_io, offset, pci_conf_io, offset);
SAME_AT(abi_pci_conf_io, status, pci_conf_io, status);
SAME_AT(abi_pci_io, data, pci_io, pi_data);
SAME_AT(abi_pci_bar_io, base, pci_bar_io, pbi_base);
SAME_AT(abi_pci_bar_io, length, pci_bar_io, pbi_length);
SAME_AT(abi_devreq, flags, devreq, dr_flags);
SAME_AT(abi_devreq, data, devreq, dr_data);
SAME_NUMBER(ABI_PCIOCREAD, PCIOCREAD);
SAME_NUMBER(ABI_PCIOCATTACHED, PCIOCATTACHED);
SAME_NUMBER(ABI_PCIOCGETBAR, PCIOCGETBAR);
SAME_NUMBER(ABI_DEV_ATTACH, DEV_ATTACH);
SAME_NUMBER(ABI_DEV_DETACH, DEV_DETACH);
SAME_NUMBER(ABI_DEV_SET_DRIVER, DEV_SET_DRIVER);
SAME_NUMBER(ABI_DEV_CLEAR_DRIVER, DEV_CLEAR_DRIVER);
SAME_NUMBER(ABI_DETACH_FORCE, DEVF_FORCE_DETACH);
SAME_NUMBER(ABI_SET_DRIVER_DETACH, DEVF_SET_DRIVER_DETACH);
SAME_NUMBER(ABI_CLEAR_DRIVER_DETACH, DEVF_CLEAR_DRIVER_DETACH);

/* --- calls -------------------------------------------------------------------------------- */

static int system_open(struct os *os, const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	(void)os;
	return fd < 0 ? -errno : fd;
}

static void system_close(struct os *os, int fd)
{
	(void)os;
	close(fd);
}

static int system_ioctl(struct os *os, int fd, unsigned long request, void *argument)
{
	int r = ioctl(fd, request, argument);

	(void)os;
	return r < 0 ? -errno : r;
}

static int system_sysctl(struct os *os, const char *name, void *value, size_t *size)
{
	(void)os;
	return sysctlbyname(name, value, size, NULL, 0) < 0 ? -errno : 0;
}

static int system_kenv(struct os *os, const char *name, char *value, size_t size)
{
	(void)os;
	if (kenv(KENV_GET, name, value, (int)size) < 0)
		return -errno;
	/* The kernel hands out what there is room for. */
	return memchr(value, '\0', size) ? 0 : -ENAMETOOLONG;
}

/* --- memory ------------------------------------------------------------------------------- */

/*
 * Registers want to be read at once: one load from a page that is mapped, where read(2) may copy
 * bytes. Return: whether that was done.
 */
static bool load(int fd, uint64_t address, void *value, size_t size)
{
	uint64_t page = (uint64_t)getpagesize();
	const volatile void *at;
	uint64_t value64;
	uint32_t value32;
	char *mapped;

	if ((size != 4 && size != 8) || address % size)
		return false;
	mapped = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, (off_t)(address - address % page));
	if (mapped == MAP_FAILED)
		return false;
	at = mapped + address % page;
	if (size == 4) {
		value32 = *(const volatile uint32_t *)at;
		memcpy(value, &value32, sizeof(value32));
	} else {
		value64 = *(const volatile uint64_t *)at;
		memcpy(value, &value64, sizeof(value64));
	}
	munmap(mapped, page);
	return true;
}

/*
 * Below the first MiB a PC has its BIOS, in which the RSDP is searched. On other machines anything
 * may be there, and their kernels hand out whatever is asked for (sys/arm64/arm64/mem.c).
 */
static bool may_read(uint64_t address)
{
#ifdef __x86_64__
	(void)address;
	return true;
#else
	return address >= 0x100000;
#endif
}

static int system_read_physical(struct os *os, uint64_t address, void *bytes, size_t size)
{
	_cleanup_close_ int fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	size_t done = 0;

	(void)os;
	if (fd < 0)
		return -errno;
	if (address > INT64_MAX - size || !may_read(address))
		return -EFAULT; /* the former: beyond what off_t can say */
	if (load(fd, address, bytes, size))
		return 0;
	while (done < size) {
		ssize_t n = pread(fd, (char *)bytes + done, size - done, (off_t)(address + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EFAULT;
		done += (size_t)n;
	}
	return 0;
}

/* --- modules ------------------------------------------------------------------------------ */

/* A file that is loaded does not tell: kldfind(2) finds it, too, when its module did not start. */
static int system_find_module(struct os *os, const char *name)
{
	char driver[64];

	(void)os;
	snprintf(driver, sizeof(driver), "pci/%s", name); /* as DRIVER_MODULE(9) calls it */
	if (modfind(name) >= 0 || modfind(driver) >= 0)
		return 0;
	return -errno;
}

static int system_load_module(struct os *os, const char *name)
{
	(void)os;
	return kldload(name) < 0 ? -errno : 0;
}

/* --- interfaces --------------------------------------------------------------------------- */

/* Return: whether @text, of INET6_ADDRSTRLEN bytes, is an address that somebody chose. */
static bool take_address(const struct sockaddr *address, char *text)
{
	const void *bytes;

	if (!address)
		return false;
	if (address->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
	else if (address->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	else
		return false;
	if (address->sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)bytes))
		return false;
	return inet_ntop(address->sa_family, bytes, text, INET6_ADDRSTRLEN) != NULL;
}

static int system_find_interface(struct os *os, const char *name, struct os_interface *interface)
{
	struct ifaddrs *list;
	bool found = false;
	size_t length = 0;

	(void)os;
	*interface = (struct os_interface){ 0 };
	if (getifaddrs(&list) < 0)
		return -errno;
	for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
		char text[INET6_ADDRSTRLEN];

		if (strcmp(at->ifa_name, name) != 0)
			continue;
		found = true;
		interface->is_up |= (at->ifa_flags & IFF_UP) != 0;
		if (!take_address(at->ifa_addr, text) ||
		    strlen(text) + 2 > sizeof(interface->addresses) - length)
			continue;
		length += (size_t)snprintf(interface->addresses + length,
					   sizeof(interface->addresses) - length, "%s%s",
					   length ? " " : "", text);
	}
	freeifaddrs(list);
	return found ? 0 : -ENOENT;
}

static const struct os_ops system_ops = {
	.open = system_open,
	.close = system_close,
	.ioctl = system_ioctl,
	.sysctl = system_sysctl,
	.kenv = system_kenv,
	.read_physical = system_read_physical,
	.find_module = system_find_module,
	.load_module = system_load_module,
	.find_interface = system_find_interface,
};

struct os freebsd_system(void)
{
	return (struct os){ .ops = &system_ops };
}
