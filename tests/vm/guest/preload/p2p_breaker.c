/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library that stands between a program and VFIO and iommufd (LD_PRELOAD), so that tests see what
 * p2p-test says where DMA goes elsewhere than it should: P2P_BREAKER_RULE=NAME breaks one rule, see
 * rules[]. A BAR is told from memory by its mmap() or its dma-buf. All of one, which is mapped only
 * to see that it can be, is left alone: broken is what is hit, at most MOST_HIT bytes.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define MOST_HIT (2 * PAGE)

/* linux include/uapi/linux/iommufd.h and vfio.h; older headers do not have them. */
#define IOAS_MAP _IO(';', 0x85)
#define IOAS_UNMAP _IO(';', 0x86)
#define IOAS_MAP_FILE _IO(';', 0x8f)
#define IOAS_WRITEABLE 2u
#define IOAS_READABLE 4u
#define FEATURE_DMA_BUF 11

struct ioas_map {
	uint32_t size, flags, ioas_id, reserved;
	uint64_t va, length, iova;
};

struct ioas_map_file {
	uint32_t size, flags, ioas_id;
	int32_t fd;
	uint64_t start, length, iova;
};

struct ioas_unmap {
	uint32_t size, ioas_id;
	uint64_t iova, length;
};

struct feature_dma_buf {
	uint32_t region, open_flags, flags, nr_ranges;
	struct {
		uint64_t offset, length;
	} ranges[];
};

/* --- rules -------------------------------------------------------------------------------- */

static const struct rule {
	const char *name;
	bool keeps_memory; /* memory that is unmapped stays mapped */
	bool keeps_bar;	   /* so does a BAR */
	bool other_memory; /* in place of a BAR memory of this process is mapped */
	bool other_page;   /* in place of a page of a BAR the next one is mapped */
	bool no_write;	   /* a BAR is mapped without the right to write */
	bool no_read;	   /* or without the right to read */
	bool shares;  /* memory that is mapped for a second space is mapped for the first, too */
	bool revokes; /* a BAR is told to have been unmapped when its device was closed */
	bool never_revokes; /* a dma-buf of a closed device is told to have been mapped */
	bool spoils;	    /* while a BAR is mapped, bytes of it change by themselves */
} rules[] = {
	{ .name = "none" },
	{ .name = "keep-memory", .keeps_memory = true },
	{ .name = "keep-bar", .keeps_bar = true },
	{ .name = "other-memory", .other_memory = true },
	{ .name = "other-page", .other_page = true },
	{ .name = "no-write", .no_write = true },
	{ .name = "no-read", .no_read = true },
	{ .name = "share", .shares = true },
	{ .name = "revoke", .revokes = true },
	{ .name = "never-revoke", .never_revokes = true },
	{ .name = "spoil", .spoils = true },
};

/* A name that is not known ends the program: a test must not pass for a typing error. */
static const struct rule *chosen_rule(void)
{
	const char *name = getenv("P2P_BREAKER_RULE");

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(name ? name : "none", rules[i].name) == 0)
			return &rules[i];
	fprintf(stderr, "p2p_breaker: no rule %s\n", name);
	abort();
}

static long ask_kernel(int fd, unsigned long number, void *argument)
{
	return syscall(SYS_ioctl, fd, number, argument);
}

static void *ask_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
	return (void *)syscall(SYS_mmap, at, size, prot, flags, fd, offset);
}

/* --- BARs that this process can address --------------------------------------------------- */

#define MOST_VIEWS 64

static struct view {
	uint8_t *va;
	size_t size;
	int fd;
	off_t offset;
} views[MOST_VIEWS];

static unsigned nr_views;

static bool is_device(int fd)
{
	char link[32], target[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	return strstr(target, "vfio-device") || strstr(target, "/vfio/devices/");
}

static struct view *find_view(uint64_t va)
{
	for (unsigned i = nr_views; i-- > 0;)
		if (va - (uintptr_t)views[i].va < views[i].size)
			return &views[i];
	return NULL;
}

void *mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
	void *va = ask_mmap(at, size, prot, flags, fd, offset);

	if (va != MAP_FAILED && fd >= 0 && is_device(fd)) {
		if (nr_views == MOST_VIEWS)
			abort();
		views[nr_views++] = (struct view){ va, size, fd, offset };
	}
	return va;
}

int munmap(void *va, size_t size)
{
	for (unsigned i = nr_views; i-- > 0;)
		if (views[i].va == va)
			views[i] = views[--nr_views];
	return (int)syscall(SYS_munmap, va, size);
}

/* --- what is mapped for devices ----------------------------------------------------------- */

#define MOST_MAPPINGS 64

static struct mapping {
	int fd;
	uint32_t ioas; /* of iommufd */
	uint64_t iova, size;
	bool is_iommufd, is_bar;
	bool is_kept;	   /* told to have been unmapped */
	bool is_pretended; /* told to have been mapped */
	bool is_closed;	   /* a device was closed since */
} mappings[MOST_MAPPINGS];

static unsigned nr_mappings;

static void remember(struct mapping mapping)
{
	if (nr_mappings == MOST_MAPPINGS)
		abort();
	mappings[nr_mappings++] = mapping;
}

static struct mapping *find_mapping(int fd, uint64_t iova)
{
	for (unsigned i = 0; i < nr_mappings; i++)
		if (mappings[i].fd == fd && iova - mappings[i].iova < mappings[i].size)
			return &mappings[i];
	return NULL;
}

static void forget(struct mapping *mapping)
{
	*mapping = mappings[--nr_mappings];
}

static int unmap_really(const struct mapping *mapping)
{
	struct vfio_iommu_type1_dma_unmap request = { .argsz = sizeof(request),
						      .iova = mapping->iova,
						      .size = mapping->size };
	struct ioas_unmap ioas_request = { sizeof(ioas_request), mapping->ioas, mapping->iova,
					   mapping->size };

	return mapping->is_iommufd ? (int)ask_kernel(mapping->fd, IOAS_UNMAP, &ioas_request)
				   : (int)ask_kernel(mapping->fd, VFIO_IOMMU_UNMAP_DMA, &request);
}

/* What was only told to have been unmapped is in the way of what is to be mapped. */
static void make_room(int fd, uint64_t iova)
{
	struct mapping *mapping = find_mapping(fd, iova);

	if (!mapping || !mapping->is_kept)
		return;
	if (unmap_really(mapping) < 0)
		abort();
	forget(mapping);
}

static bool is_bar_mapped(void)
{
	for (unsigned i = 0; i < nr_mappings; i++)
		if (mappings[i].is_bar && !mappings[i].is_kept && mappings[i].size <= MOST_HIT)
			return true;
	return false;
}

/* Memory of this process that nobody looks at. */
static void *other_memory(size_t size)
{
	void *va = ask_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (va == MAP_FAILED)
		abort();
	return va;
}

/* --- requests ----------------------------------------------------------------------------- */

static int map_type1(const struct rule *rule, int fd, struct vfio_iommu_type1_dma_map *request)
{
	struct vfio_iommu_type1_dma_map changed = *request;
	const struct view *view = find_view(request->vaddr);
	bool is_hit = view && request->size <= MOST_HIT;
	uint8_t *next = NULL;
	int result;

	make_room(fd, request->iova);
	if (is_hit && rule->other_memory)
		changed.vaddr = (uintptr_t)other_memory(request->size);
	if (is_hit && rule->other_page) {
		next = ask_mmap(NULL, request->size, PROT_READ | PROT_WRITE, MAP_SHARED, view->fd,
				view->offset + (off_t)(request->vaddr - (uintptr_t)view->va) +
					PAGE);
		if (next == MAP_FAILED)
			abort();
		changed.vaddr = (uintptr_t)next;
	}
	if (is_hit && rule->no_write)
		changed.flags &= ~(uint32_t)VFIO_DMA_MAP_FLAG_WRITE;
	if (is_hit && rule->no_read)
		changed.flags &= ~(uint32_t)VFIO_DMA_MAP_FLAG_READ;
	result = (int)ask_kernel(fd, VFIO_IOMMU_MAP_DMA, &changed);
	if (next)
		syscall(SYS_munmap, next, request->size); /* it would keep the device open */
	if (result == 0 && !view && rule->shares && nr_mappings && mappings[0].fd != fd)
		ask_kernel(mappings[0].fd, VFIO_IOMMU_MAP_DMA, &changed);
	if (result == 0)
		remember((struct mapping){
			.fd = fd, .iova = request->iova, .size = request->size, .is_bar = view });
	return result;
}

static int map_ioas(const struct rule *rule, int fd, struct ioas_map *request)
{
	int result;

	make_room(fd, request->iova);
	result = (int)ask_kernel(fd, IOAS_MAP, request);
	if (result < 0)
		return result;
	if (rule->shares && nr_mappings && mappings[0].fd != fd) {
		struct ioas_map shared = *request;

		shared.ioas_id = mappings[0].ioas;
		ask_kernel(mappings[0].fd, IOAS_MAP, &shared);
	}
	remember((struct mapping){ .fd = fd,
				   .ioas = request->ioas_id,
				   .iova = request->iova,
				   .size = request->length,
				   .is_iommufd = true });
	return result;
}

static int map_file(const struct rule *rule, int fd, struct ioas_map_file *request)
{
	struct mapping mapping = { .fd = fd,
				   .ioas = request->ioas_id,
				   .iova = request->iova,
				   .size = request->length,
				   .is_iommufd = true,
				   .is_bar = true };
	bool is_hit = request->length <= MOST_HIT;
	struct ioas_map_file changed = *request;
	int result;

	make_room(fd, request->iova);
	if (is_hit && rule->no_write)
		changed.flags &= ~IOAS_WRITEABLE;
	if (is_hit && rule->no_read)
		changed.flags &= ~IOAS_READABLE;
	if (is_hit && rule->other_memory) {
		struct ioas_map memory = { .size = sizeof(memory),
					   .flags = request->flags,
					   .ioas_id = request->ioas_id,
					   .va = (uintptr_t)other_memory(request->length),
					   .length = request->length,
					   .iova = request->iova };

		result = (int)ask_kernel(fd, IOAS_MAP, &memory);
	} else {
		result = (int)ask_kernel(fd, IOAS_MAP_FILE, &changed);
	}
	if (result < 0 && errno == ENODEV && rule->never_revokes) {
		mapping.is_pretended = true;
		result = 0;
	}
	if (result == 0)
		remember(mapping);
	return result;
}

/* @told: where the kernel writes how much it unmapped; it has how much is to be. */
static int unmap(const struct rule *rule, int fd, unsigned long number, void *argument,
		 uint64_t iova, uint64_t *told)
{
	struct mapping *mapping = find_mapping(fd, iova);
	bool is_revoked;
	int result;

	if (!mapping || mapping->is_kept || mapping->iova != iova || mapping->size != *told)
		return (int)ask_kernel(fd, number, argument);
	if (mapping->is_pretended) {
		forget(mapping);
		return 0;
	}
	if (mapping->size <= MOST_HIT && (mapping->is_bar ? rule->keeps_bar : rule->keeps_memory)) {
		mapping->is_kept = true;
		return 0;
	}
	is_revoked = rule->revokes && mapping->is_bar && mapping->is_closed;
	if (rule->shares && !mapping->is_bar && mappings[0].fd != fd) {
		struct mapping shared = *mapping;

		shared.fd = mappings[0].fd;
		shared.ioas = mappings[0].ioas;
		unmap_really(&shared);
	}
	result = (int)ask_kernel(fd, number, argument);
	if (result == 0)
		forget(mapping);
	if (result == 0 && is_revoked)
		*told = 0;
	return result;
}

static int ask_feature(const struct rule *rule, int fd, struct vfio_device_feature *feature)
{
	struct feature_dma_buf *asked = (struct feature_dma_buf *)feature->data;

	if (rule->other_page && (feature->flags & VFIO_DEVICE_FEATURE_MASK) == FEATURE_DMA_BUF &&
	    asked->ranges[0].length <= MOST_HIT)
		asked->ranges[0].offset += PAGE;
	return (int)ask_kernel(fd, VFIO_DEVICE_FEATURE, feature);
}

int ioctl(int fd, unsigned long number, ...)
{
	const struct rule *rule = chosen_rule();
	struct vfio_iommu_type1_dma_unmap *unmap_request;
	struct ioas_unmap *ioas_request;
	void *argument;
	va_list rest;

	va_start(rest, number);
	argument = unmap_request = va_arg(rest, void *);
	ioas_request = argument;
	va_end(rest);
	switch (number) {
	case VFIO_IOMMU_MAP_DMA:
		return map_type1(rule, fd, argument);
	case IOAS_MAP:
		return map_ioas(rule, fd, argument);
	case IOAS_MAP_FILE:
		return map_file(rule, fd, argument);
	case VFIO_IOMMU_UNMAP_DMA:
		return unmap(rule, fd, number, argument, unmap_request->iova,
			     (uint64_t *)&unmap_request->size);
	case IOAS_UNMAP:
		return unmap(rule, fd, number, argument, ioas_request->iova, &ioas_request->length);
	case VFIO_DEVICE_FEATURE:
		return ask_feature(rule, fd, argument);
	default:
		return (int)ask_kernel(fd, number, argument);
	}
}

/* --- what happens meanwhile --------------------------------------------------------------- */

int close(int fd)
{
	bool ends_device = is_device(fd);

	for (unsigned i = nr_mappings; i-- > 0;) {
		mappings[i].is_closed |= ends_device;
		if (mappings[i].fd == fd) /* the number may come again */
			forget(&mappings[i]);
	}
	return (int)syscall(SYS_close, fd);
}

/* Bits of some bytes that are not all set by chance, in the middle of a page of every BAR of that
 * size: what arrived is not what was sent. */
static void spoil(void)
{
	for (unsigned i = 0; i < nr_views; i++)
		for (size_t at = 0; at < 32 && views[i].size <= MOST_HIT; at++)
			views[i].va[PAGE / 2 + at] |= 1;
}

/* Waits for an engine are shorter than the one for what arrives. */
#define ARRIVAL_NS 5000000

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted,
		    struct timespec *left)
{
	if (chosen_rule()->spoils && is_bar_mapped() && wanted->tv_nsec >= ARRIVAL_NS)
		spoil();
	return syscall(SYS_clock_nanosleep, clock, flags, wanted, left) < 0 ? errno : 0;
}
