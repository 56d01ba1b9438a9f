/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel with VFIO and iommufd, as far as system calls show it: open(), close(), ioctl() and
 * mmap() of the code under test come here (Makefile: WRAP). It does what linux vfio_iommu_type1.c,
 * container.c, group.c, device_cdev.c and iommufd/ do, keeps a list of the calls, fails those that
 * a test names, and breaks at most one rule (kernel_rules.h). Start at kernel_start().
 */
#ifndef IOMMUTOOL_TEST_KERNEL_MODEL_H
#define IOMMUTOOL_TEST_KERNEL_MODEL_H

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernel_rules.h"
#include "model/iova.h"
#include "unit.h"

#define KERNEL_PAGE 4096ull
#define KERNEL_FILES 256
#define KERNEL_SPACES 16
#define KERNEL_MISHAPS 4
#define KERNEL_PARTS 8 /* of BARs that are in the address space of the process */

/* Two devices in group 7, one in group 8. */
enum { DEVICE_A, DEVICE_TWIN, DEVICE_B, KERNEL_DEVICES };

#define NAME_A "0000:00:02.0"
#define NAME_TWIN "0000:00:02.1"
#define NAME_B "0000:00:03.0"
#define GROUP_OF_A 7
#define GROUP_OF_B 8

enum kernel_node {
	NODE_NONE,
	NODE_CONTAINER,
	NODE_GROUP,
	NODE_DEVICE,
	NODE_IOMMUFD,
	NODE_DMABUF,
};

/* What a file descriptor stands for. */
struct kernel_file {
	enum kernel_node node;
	unsigned index;	 /* of the space, group, device; iommufd: which one */
	uint64_t offset; /* dma-buf: in the BAR */
};

struct kernel_mapping {
	uint64_t start, last;
	uint64_t locked; /* bytes that are accounted */
	bool is_writable;
	bool is_short;	 /* a page less than was asked for */
	uint8_t *behind; /* what a device that reads or writes there gets at; NULL: not known */
	unsigned bar_of; /* which device's BAR it is, by index and one; 0: memory */
	bool is_export;	 /* mapped by dma-buf */
};

/* A container of type 1, or an IOAS. */
struct kernel_space {
	bool used;
	bool is_open;		      /* container: its own file is */
	bool has_iommu;		      /* container: SET_IOMMU was done */
	unsigned iommufd;	      /* IOAS: which iommufd it belongs to; 0: a container */
	struct kernel_mapping *items; /* by start */
	size_t nr;
};

struct kernel_group {
	unsigned number;
	bool is_open;
	int container; /* -1: in none */
};

#define KERNEL_RESERVED 4

struct kernel_device {
	const char *name, *cdev;
	unsigned group; /* index */
	struct range reserved[KERNEL_RESERVED];
	size_t nr_reserved;
	struct range aperture;
	int memory; /* file with all of its regions, each at its offset */
	bool is_open, is_bound;
	unsigned iommufd; /* which one it is bound to */
	int ioas;	  /* index of a space; -1: none */
	unsigned nr_resets;
	uint8_t *bar; /* of the model itself */
};

/* The calls that begin so fail: all, or only the nth (from 1). */
struct kernel_mishap {
	char call[64]; /* "": none */
	unsigned nth;  /* 0: each */
	int code;      /* errno */
	unsigned seen;
};

/* Part of a BAR that the process has mapped. */
struct kernel_part {
	uintptr_t start;
	size_t size;
	unsigned device;
	uint64_t offset; /* in the device's file */
};

#include "kernel_dma_rules.h"

struct kernel_model {
	/* What kind of kernel it is. */
	bool wraps_are_einval; /* before 7.2; such a kernel leaks the top page, too */
	bool lacks_unmap_all;
	bool is_compat; /* the container is iommufd's */
	bool lacks_dmabuf;
	bool not_viable; /* the groups */
	int api_version;
	bool lacks_type1v2;
	uint64_t page_sizes;
	unsigned entry_limit; /* mappings of a container */
	enum kernel_rule broken;
	/* What GET_INFO returns behind the struct in place of the true capabilities; NULL: those.
	 */
	const void *capabilities;
	size_t capabilities_size;
	uint32_t capabilities_at; /* 0: right behind the struct */
	/* What IOAS_IOVA_RANGES returns in place of the truth. */
	const struct range *told;
	size_t nr_told;
	bool tells_alignment;
	uint64_t alignment;

	enum dma_rule dma;			 /* that what moves data breaks */
	struct kernel_mapping gone[KERNEL_GONE]; /* the last that were unmapped */
	unsigned nr_gone;
	struct kernel_frames frames;

	unsigned long signal_at, nr_ioctls; /* SIGTERM at the nth of them; 0: never */
	/* The last bytes that came with one kind of request. */
	unsigned long watched_request;
	size_t watched_size;
	uint64_t watched[8];

	struct kernel_file files[KERNEL_FILES];
	struct kernel_space spaces[KERNEL_SPACES];
	struct kernel_group groups[2];
	struct kernel_device devices[KERNEL_DEVICES];
	struct kernel_part parts[KERNEL_PARTS];
	struct kernel_mishap mishaps[KERNEL_MISHAPS];
	unsigned nr_iommufds;
	int pipe[2];	       /* asks the real kernel whether an address is there */
	int process;	       /* that makes the calls */
	bool is_child;	       /* it is not the one that called kernel_start() */
	struct rlimit memlock; /* of children */
	unsigned entries_leaked;
	uint64_t locked;  /* bytes */
	unsigned leaked;  /* mappings that nothing can unmap */
	unsigned nr_open; /* files */
	bool is_quiet;	  /* no list of calls is kept */
	char *log;	  /* a line a call */
	size_t log_size, log_room;
};

static struct kernel_model kernel;

/* --- the list of calls -------------------------------------------------------------------- */

static inline void kernel_write(const char *text)
{
	size_t size = strlen(text);

	if (kernel.is_quiet)
		return;
	while (kernel.log_size + size + 1 > kernel.log_room) {
		kernel.log_room = kernel.log_room ? kernel.log_room * 2 : 4096;
		kernel.log = realloc(kernel.log, kernel.log_room);
		assert_non_null(kernel.log);
	}
	memcpy(kernel.log + kernel.log_size, text, size + 1);
	kernel.log_size += size;
}

/* Return: 0, or the negative errno with which this call was to fail. */
static inline int kernel_mishap(const char *call)
{
	for (size_t i = 0; i < KERNEL_MISHAPS; i++) {
		struct kernel_mishap *mishap = &kernel.mishaps[i];

		if (mishap->call[0] && strncmp(call, mishap->call, strlen(mishap->call)) == 0 &&
		    (++mishap->seen == mishap->nth || mishap->nth == 0))
			return -mishap->code;
	}
	return 0;
}

/* Notes a call. Return: as kernel_mishap(). */
static inline int kernel_called(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline int kernel_called(const char *format, ...)
{
	char line[160];
	va_list values;

	va_start(values, format);
	vsnprintf(line, sizeof(line), format, values);
	va_end(values);
	kernel_write(line);
	return kernel_mishap(line);
}

/* Ends the line of a call that failed or not. Return: what the system call returns. */
static inline int kernel_returned(int result)
{
	if (result < 0) {
		kernel_write(" = ");
		kernel_write(strerrorname_np(-result));
		errno = -result;
	}
	kernel_write("\n");
	return result < 0 ? -1 : result;
}

static inline void kernel_forget_calls(void)
{
	kernel.log_size = 0;
	if (kernel.log)
		kernel.log[0] = '\0';
}

#define assert_calls(wanted)                                                                       \
	do {                                                                                       \
		assert_string_equal(kernel.log ? kernel.log : "", wanted);                         \
		kernel_forget_calls();                                                             \
	} while (0)

/* Beside those that fail already. */
static inline void kernel_fails_too(const char *call, unsigned nth, int code)
{
	struct kernel_mishap *mishap = kernel.mishaps;

	while (mishap->call[0])
		mishap++;
	assert_true(mishap < kernel.mishaps + KERNEL_MISHAPS &&
		    strlen(call) < sizeof(mishap->call));
	*mishap = (struct kernel_mishap){ .nth = nth, .code = code };
	strcpy(mishap->call, call);
}

static inline void kernel_works(void)
{
	memset(kernel.mishaps, 0, sizeof(kernel.mishaps));
}

/* From here on just those calls fail that begin so. */
static inline void kernel_fails(const char *call, unsigned nth, int code)
{
	kernel_works();
	kernel_fails_too(call, nth, code);
}

/* From here on kernel.watched has what came with the last such ioctl, @size bytes of it. */
static inline void kernel_watch(unsigned long request, size_t size)
{
	assert_true(size <= sizeof(kernel.watched));
	kernel.watched_request = request;
	kernel.watched_size = size;
}

/* --- files -------------------------------------------------------------------------------- */

static inline int kernel_install(int fd, enum kernel_node node, unsigned index)
{
	assert_true(fd >= 0 && fd < KERNEL_FILES);
	kernel.files[fd] = (struct kernel_file){ .node = node, .index = index };
	kernel.nr_open++;
	return fd;
}

/* A descriptor that can do nothing by itself. */
static inline int kernel_new_fd(enum kernel_node node, unsigned index)
{
	return kernel_install(fcntl(kernel.pipe[0], F_DUPFD_CLOEXEC, 0), node, index);
}

static inline struct kernel_file kernel_file_of(int fd)
{
	struct kernel_file none = { .node = NODE_NONE };

	return fd >= 0 && fd < KERNEL_FILES ? kernel.files[fd] : none;
}

void *__real_mmap(void *address, size_t size, int prot, int flags, int fd, off_t offset);

#include "kernel_spaces.h"

#include "kernel_device.h"

#include "kernel_type1.h"

#include "kernel_iommufd.h"

#include "kernel_dma.h"

/* --- system calls ------------------------------------------------------------------------- */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *address, size_t size, int prot, int flags, int fd, off_t offset);
int __real_munmap(void *address, size_t size);
int __wrap_munmap(void *address, size_t size);

static inline int kernel_open_node(const char *path)
{
	unsigned number;
	char name[16];

	if (strcmp(path, "/dev/vfio/vfio") == 0)
		return kernel_open_container();
	if (strcmp(path, "/dev/iommu") == 0)
		return kernel_new_fd(NODE_IOMMUFD, ++kernel.nr_iommufds);
	if (sscanf(path, "/dev/vfio/devices/%15s", name) == 1)
		return kernel_open_cdev(name);
	if (sscanf(path, "/dev/vfio/%u", &number) == 1)
		return kernel_open_group(number);
	return -ENOENT;
}

static inline bool kernel_has_node(const char *path)
{
	return strncmp(path, "/dev/vfio/", 10) == 0 || strcmp(path, "/dev/iommu") == 0;
}

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	int result;

	if (flags & (O_CREAT | O_TMPFILE)) {
		va_list rest;

		va_start(rest, flags);
		mode = va_arg(rest, mode_t);
		va_end(rest);
	}
	/* What the real kernel's IOMMU looks like is none of a test's business. */
	if (strncmp(path, "/sys/kernel/debug/", 18) == 0 ||
	    strncmp(path, "/sys/module/vfio", 16) == 0) {
		errno = ENOENT;
		return -1;
	}
	if (!kernel_has_node(path))
		return __real_open(path, flags, mode);
	result = kernel_called("open %s", path);
	if (result == 0 && ((flags & O_ACCMODE) != O_RDWR || !(flags & O_CLOEXEC)))
		result = -EACCES;
	return kernel_returned(result ? result : kernel_open_node(path));
}

int __wrap_close(int fd)
{
	struct kernel_file file = kernel_file_of(fd);

	if (file.node == NODE_NONE)
		return __real_close(fd);
	kernel.files[fd].node = NODE_NONE;
	kernel.nr_open--;
	switch (file.node) {
	case NODE_CONTAINER:
		kernel_called("close container");
		kernel_close_container(file.index);
		break;
	case NODE_GROUP:
		kernel_called("close group %u", kernel.groups[file.index].number);
		kernel_close_group(file.index);
		break;
	case NODE_DEVICE:
		kernel_called("close %s", kernel.devices[file.index].name);
		kernel_close_device(file.index);
		break;
	case NODE_IOMMUFD:
		kernel_called("close iommufd");
		kernel_close_iommufd(file.index);
		break;
	default:
		kernel_called("close dmabuf");
		break;
	}
	__real_close(fd);
	return kernel_returned(0);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct kernel_file file = kernel_file_of(fd);
	va_list rest;
	void *argument;

	va_start(rest, request);
	argument = va_arg(rest, void *);
	va_end(rest);
	if (++kernel.nr_ioctls == kernel.signal_at)
		raise(SIGTERM);
	if (kernel.watched_size && request == kernel.watched_request)
		memcpy(kernel.watched, argument, kernel.watched_size);
	switch (file.node) {
	case NODE_CONTAINER:
		return kernel_returned(kernel_container_ioctl(file.index, request, argument));
	case NODE_GROUP:
		return kernel_returned(kernel_group_ioctl(file.index, request, argument));
	case NODE_DEVICE:
		return kernel_returned(kernel_device_ioctl(file.index, request, argument));
	case NODE_IOMMUFD:
		return kernel_returned(kernel_iommufd_ioctl(file.index, request, argument));
	default:
		errno = fd < 0 ? EBADF : ENOTTY;
		return -1;
	}
}

/* The regions of a device are in a real file, so only who has which part is noted. */
void *__wrap_mmap(void *address, size_t size, int prot, int flags, int fd, off_t offset)
{
	struct kernel_file file = kernel_file_of(fd);
	void *va;

	if (file.node != NODE_DEVICE)
		return __real_mmap(address, size, prot, flags, fd, offset);
	if (kernel_mishap("mmap")) {
		errno = -kernel_mishap("mmap");
		return MAP_FAILED;
	}
	va = __real_mmap(address, size, prot, flags, fd, offset);
	if (va == MAP_FAILED)
		return va;
	for (size_t i = 0; i < KERNEL_PARTS; i++)
		if (kernel.parts[i].size == 0) {
			kernel.parts[i] = (struct kernel_part){ (uintptr_t)va, size, file.index,
								(uint64_t)offset };
			return va;
		}
	fail_msg("more than %d parts of BARs are mapped", KERNEL_PARTS);
	return MAP_FAILED;
}

int __wrap_munmap(void *address, size_t size)
{
	uintptr_t start = (uintptr_t)address;

	for (size_t i = 0; i < KERNEL_PARTS; i++)
		if (kernel.parts[i].size && kernel.parts[i].start >= start &&
		    kernel.parts[i].start - start < size)
			kernel.parts[i].size = 0;
	return __real_munmap(address, size);
}

/* --- from start to end -------------------------------------------------------------------- */

/* A new kernel (7.2): VT-d with 48 bits, pages of 4 KiB, 2 MiB and 1 GiB, no device open. */
static inline void kernel_start(void)
{
	kernel = (struct kernel_model){
		.page_sizes = 1ull << 12 | 1ull << 21 | 1ull << 30,
		.entry_limit = 65535,
		.memlock = { 8 << 20, 8 << 20 },
		.groups = { { .number = GROUP_OF_A, .container = -1 },
			    { .number = GROUP_OF_B, .container = -1 } },
		.process = getpid(),
	};
	assert_int_equal(pipe2(kernel.pipe, O_CLOEXEC), 0);
	kernel_new_device(DEVICE_A, NAME_A, "vfio0", 0);
	kernel_new_device(DEVICE_TWIN, NAME_TWIN, "vfio1", 0);
	kernel_new_device(DEVICE_B, NAME_B, "vfio2", 1);
}

/* Nothing of what was opened is left, and nothing stays pinned. */
static inline void kernel_check_empty(void)
{
	assert_int_equal(kernel.nr_open, 0);
	assert_int_equal(kernel.locked, 0);
	assert_int_equal(kernel.leaked, 0);
	for (size_t i = 0; i < KERNEL_SPACES; i++)
		assert_false(kernel.spaces[i].used);
	for (size_t i = 0; i < KERNEL_PARTS; i++)
		assert_int_equal(kernel.parts[i].size, 0);
	for (int fd = 0; fd < KERNEL_FILES; fd++)
		assert_int_equal(kernel.files[fd].node, NODE_NONE);
}

static inline void kernel_stop(void)
{
	for (int fd = 0; fd < KERNEL_FILES; fd++)
		if (kernel.files[fd].node != NODE_NONE)
			__real_close(fd);
	for (size_t i = 0; i < KERNEL_SPACES; i++)
		free(kernel.spaces[i].items);
	for (size_t i = 0; i < KERNEL_DEVICES; i++) {
		if (kernel.devices[i].bar)
			__real_munmap(kernel.devices[i].bar, KERNEL_BAR0_SIZE);
		__real_close(kernel.devices[i].memory);
	}
	__real_close(kernel.pipe[0]);
	__real_close(kernel.pipe[1]);
	free(kernel.log);
	kernel = (struct kernel_model){ 0 };
}

#endif
