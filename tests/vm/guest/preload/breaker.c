/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library that stands between a program and the ioctls of VFIO and iommufd (LD_PRELOAD), so that
 * tests see what the program does when a rule of the kernel's is broken, or when a signal comes:
 *
 *   BREAKER_RULE=NAME      break one rule: see rules[]
 *   BREAKER_SIGNAL=N:S     send the program signal number S before its Nth request
 *   BREAKER_COUNT=FILE     write how many requests the program made, when it ends
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096ull

/* linux include/uapi/linux/iommufd.h; older headers do not have it. */
#define IOAS_MAP _IO(';', 0x85)
#define IOAS_UNMAP _IO(';', 0x86)

struct ioas_map {
	uint32_t size, flags, ioas_id, reserved;
	uint64_t va, length, iova;
};

struct ioas_unmap {
	uint32_t size, ioas_id;
	uint64_t iova, length;
};

/* What either kind of request is about. */
struct request {
	bool is_map, is_unmap, is_all, is_iommufd;
	uint64_t va, iova, size;
	uint64_t *told; /* UNMAP: where the kernel writes how much it unmapped */
};

/* --- what is mapped ----------------------------------------------------------------------- */

#define MOST_MAPPINGS 4096

static struct {
	uint64_t iova, size;
	int fd;
	bool is_pretended; /* accepted against the kernel's will: it has none */
} mappings[MOST_MAPPINGS];

static unsigned nr_mappings;

static void remember(int fd, const struct request *request, bool is_pretended)
{
	if (nr_mappings == MOST_MAPPINGS) {
		fputs("breaker: too many mappings\n", stderr);
		abort();
	}
	mappings[nr_mappings].fd = fd;
	mappings[nr_mappings].is_pretended = is_pretended;
	mappings[nr_mappings].iova = request->iova;
	mappings[nr_mappings++].size = request->size;
}

static bool lies_in(unsigned i, int fd, const struct request *request)
{
	if (mappings[i].fd != fd)
		return false;
	return request->is_all || (mappings[i].iova >= request->iova &&
				   mappings[i].iova - request->iova < request->size);
}

/* Return: whether a mapping has addresses in the range and others outside. */
static bool cuts(int fd, const struct request *request)
{
	uint64_t last = request->iova + request->size - 1;

	for (unsigned i = 0; i < nr_mappings && !request->is_all; i++) {
		uint64_t end = mappings[i].iova + mappings[i].size - 1;

		if (mappings[i].fd == fd && mappings[i].iova <= last && end >= request->iova &&
		    (mappings[i].iova < request->iova || end > last))
			return true;
	}
	return false;
}

/* Return: bytes of the mappings that begin in the range. */
static uint64_t mapped_in(int fd, const struct request *request)
{
	uint64_t size = 0;

	for (unsigned i = 0; i < nr_mappings; i++)
		if (lies_in(i, fd, request))
			size += mappings[i].size;
	return size;
}

static void forget(int fd, const struct request *request)
{
	for (unsigned i = nr_mappings; i-- > 0;)
		if (lies_in(i, fd, request))
			mappings[i] = mappings[--nr_mappings];
}

static bool is_one(int fd, const struct request *request)
{
	for (unsigned i = 0; i < nr_mappings; i++)
		if (mappings[i].fd == fd && mappings[i].iova == request->iova)
			return mappings[i].size == request->size;
	return false;
}

/* Return: whether it was one that is only pretended; it is gone then. */
static bool drop_pretended(int fd, const struct request *request)
{
	for (unsigned i = nr_mappings; i-- > 0;)
		if (mappings[i].is_pretended && mappings[i].fd == fd &&
		    mappings[i].iova == request->iova && mappings[i].size == request->size) {
			mappings[i] = mappings[--nr_mappings];
			return true;
		}
	return false;
}

/* Return: whether a page of the process may be read. */
static bool is_readable(uint64_t va)
{
	int ends[2];
	bool answer;

	if (pipe(ends) < 0)
		return false;
	answer = write(ends[1], (const void *)(uintptr_t)va, 1) == 1;
	close(ends[0]);
	close(ends[1]);
	return answer;
}

/* --- rules -------------------------------------------------------------------------------- */

#define MSI_START 0xfee00000ull
#define MSI_END 0xfeefffffull

static bool wraps(const struct request *request)
{
	return request->size && request->iova + request->size - 1 < request->iova;
}

static bool is_aligned(const struct request *request)
{
	return request->size && ((request->va | request->iova | request->size) & (PAGE - 1)) == 0;
}

/* Each says whether a MAP that the kernel refused with @code is told to have been done. */
static bool accept_reserved(const struct request *request, int code)
{
	return code == EINVAL && is_aligned(request) && !wraps(request) &&
	       request->iova <= MSI_END && request->iova + request->size > MSI_START &&
	       request->size <= 2 * PAGE;
}

static bool accept_beyond(const struct request *request, int code)
{
	return code == EINVAL && is_aligned(request) && !wraps(request) &&
	       request->iova >= 1ull << 39;
}

static bool accept_overlap(const struct request *request, int code)
{
	(void)request;
	return code == EEXIST;
}

static bool accept_unaligned(const struct request *request, int code)
{
	return code == EINVAL && request->size && !is_aligned(request);
}

static bool accept_zero(const struct request *request, int code)
{
	return code == EINVAL && !request->size;
}

static bool accept_wrap(const struct request *request, int code)
{
	return (code == EINVAL || code == EOVERFLOW) && wraps(request);
}

static bool accept_read_only(const struct request *request, int code)
{
	return code == EFAULT && is_readable(request->va);
}

static bool accept_no_memory(const struct request *request, int code)
{
	return code == EFAULT && !is_readable(request->va);
}

static bool no_entry_limit(const struct request *request, int code)
{
	(void)request;
	return code == ENOSPC;
}

static bool no_memlock_limit(const struct request *request, int code)
{
	(void)request;
	return code == ENOMEM;
}

/* Each says whether a MAP is refused that the kernel would do. */
static bool refuse_first(int fd, const struct request *request)
{
	(void)fd;
	return request->iova == MSI_END + 1;
}

static bool refuse_last(int fd, const struct request *request)
{
	(void)fd;
	return request->iova + request->size == MSI_START;
}

/* Each says whether an UNMAP is not done, but told to have been. */
static bool forget_unmap(int fd, const struct request *request)
{
	(void)fd;
	return !request->is_all;
}

static bool forget_all(int fd, const struct request *request)
{
	(void)fd;
	return request->is_all;
}

/* Where the number of pages is no power of two. */
static bool forget_odd(int fd, const struct request *request)
{
	uint64_t pages = request->size / PAGE;

	return !request->is_all && (pages & (pages - 1)) && is_one(fd, request);
}

/* Several with one request. */
static bool forget_many(int fd, const struct request *request)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < nr_mappings; i++)
		nr += lies_in(i, fd, request);
	return !request->is_all && nr > 1;
}

static const struct rule {
	const char *name;
	bool (*accepts)(const struct request *request, int code);
	bool (*refuses)(int fd, const struct request *request);
	bool (*forgets)(int fd, const struct request *request);
	bool is_wrong_size;  /* UNMAP tells a page less */
	bool splits;	     /* UNMAP of a piece is told to have been done */
	bool hole_has_size;  /* UNMAP of nothing tells the size asked for */
	bool loses;	     /* a device that joins a container takes a mapping with it */
	bool is_other_errno; /* EBUSY in place of EEXIST */
} rules[] = {
	{ .name = "none" },
	{ .name = "accept-reserved", .accepts = accept_reserved },
	{ .name = "accept-beyond", .accepts = accept_beyond },
	{ .name = "accept-overlap", .accepts = accept_overlap },
	{ .name = "other-errno", .is_other_errno = true },
	{ .name = "accept-unaligned", .accepts = accept_unaligned },
	{ .name = "accept-zero", .accepts = accept_zero },
	{ .name = "accept-wrap", .accepts = accept_wrap },
	{ .name = "accept-read-only", .accepts = accept_read_only },
	{ .name = "accept-no-memory", .accepts = accept_no_memory },
	{ .name = "no-entry-limit", .accepts = no_entry_limit },
	{ .name = "no-memlock-limit", .accepts = no_memlock_limit },
	{ .name = "refuse-first", .refuses = refuse_first },
	{ .name = "refuse-last", .refuses = refuse_last },
	{ .name = "forget-unmap", .forgets = forget_unmap },
	{ .name = "forget-all", .forgets = forget_all },
	{ .name = "forget-odd", .forgets = forget_odd },
	{ .name = "forget-many", .forgets = forget_many },
	{ .name = "wrong-size", .is_wrong_size = true },
	{ .name = "split", .splits = true },
	{ .name = "hole-size", .hole_has_size = true },
	{ .name = "join-loses", .loses = true },
};

/* A name that is not known ends the program: a test must not pass for a typing error. */
static const struct rule *chosen_rule(void)
{
	const char *name = getenv("BREAKER_RULE");

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(name ? name : "none", rules[i].name) == 0)
			return &rules[i];
	fprintf(stderr, "breaker: no rule %s\n", name);
	abort();
}

/* --- requests ----------------------------------------------------------------------------- */

static long ask_kernel(int fd, unsigned long number, void *argument)
{
	return syscall(SYS_ioctl, fd, number, argument);
}

static struct request read_request(unsigned long number, void *argument)
{
	struct vfio_iommu_type1_dma_unmap *unmap = argument;
	const struct vfio_iommu_type1_dma_map *map = argument;
	const struct ioas_map *ioas_map = argument;
	struct ioas_unmap *ioas_unmap = argument;

	switch (number) {
	case VFIO_IOMMU_MAP_DMA:
		return (struct request){
			.is_map = true, .va = map->vaddr, .iova = map->iova, .size = map->size
		};
	case VFIO_IOMMU_UNMAP_DMA:
		return (struct request){ .is_unmap = true,
					 .iova = unmap->iova,
					 .size = unmap->size,
					 .is_all = unmap->flags & 2,
					 .told = (uint64_t *)&unmap->size };
	case IOAS_MAP:
		return (struct request){ .is_map = true,
					 .is_iommufd = true,
					 .va = ioas_map->va,
					 .iova = ioas_map->iova,
					 .size = ioas_map->length };
	case IOAS_UNMAP:
		return (struct request){ .is_unmap = true,
					 .is_iommufd = true,
					 .iova = ioas_unmap->iova,
					 .size = ioas_unmap->length,
					 .is_all = ioas_unmap->length == UINT64_MAX,
					 .told = &ioas_unmap->length };
	default:
		return (struct request){ 0 };
	}
}

static int refuse(int code)
{
	errno = code;
	return -1;
}

static int map(const struct rule *rule, int fd, unsigned long number, void *argument,
	       const struct request *request)
{
	long result;

	if (rule->refuses && rule->refuses(fd, request))
		return refuse(EINVAL);
	result = ask_kernel(fd, number, argument);
	if (result == 0) {
		remember(fd, request, false);
	} else if (rule->accepts && rule->accepts(request, errno)) {
		remember(fd, request, true);
		return 0;
	} else if (rule->is_other_errno && errno == EEXIST) {
		errno = EBUSY;
	}
	return (int)result;
}

static int unmap(const struct rule *rule, int fd, unsigned long number, void *argument,
		 const struct request *request)
{
	uint64_t size = mapped_in(fd, request);
	long result;

	if (drop_pretended(fd, request))
		return 0; /* and the size that was asked for */
	if (size && rule->forgets && rule->forgets(fd, request)) {
		*request->told = size;
		return 0;
	}
	result = ask_kernel(fd, number, argument);
	if (result < 0 && rule->splits && cuts(fd, request))
		return 0; /* and the size that was asked for */
	if (rule->hole_has_size && size == 0 && !request->is_all && !cuts(fd, request) &&
	    (result == 0 || errno == ENOENT)) {
		*request->told = request->size;
		return 0;
	}
	if (result == 0)
		forget(fd, request);
	if (result == 0 && rule->is_wrong_size && *request->told)
		*request->told -= PAGE;
	return (int)result;
}

/* Takes the first mapping of a container away, behind the back of whoever made it. */
static void lose_mapping(void)
{
	struct vfio_iommu_type1_dma_unmap request = { .argsz = sizeof(request) };
	struct ioas_unmap ioas_request = { .size = sizeof(ioas_request), .ioas_id = 1 };

	if (nr_mappings == 0)
		return;
	request.iova = ioas_request.iova = mappings[0].iova;
	request.size = ioas_request.length = mappings[0].size;
	if (ask_kernel(mappings[0].fd, VFIO_IOMMU_UNMAP_DMA, &request) < 0)
		ask_kernel(mappings[0].fd, IOAS_UNMAP, &ioas_request);
	mappings[0] = mappings[--nr_mappings];
}

/* --- signals, and the count --------------------------------------------------------------- */

static unsigned long nr_requests;
static pid_t counted; /* children do not count */

static void count(void)
{
	const char *at = getenv("BREAKER_SIGNAL");
	unsigned long nth;
	int number;

	if (counted == 0)
		counted = getpid();
	if (counted == getpid() && ++nr_requests && at &&
	    sscanf(at, "%lu:%d", &nth, &number) == 2 && nr_requests == nth)
		kill(getpid(), number);
}

__attribute__((destructor)) static void tell_count(void)
{
	const char *path = getenv("BREAKER_COUNT");
	FILE *file = path && counted == getpid() ? fopen(path, "w") : NULL;

	if (!file)
		return;
	fprintf(file, "%lu\n", nr_requests);
	fclose(file);
}

int ioctl(int fd, unsigned long number, ...)
{
	const struct rule *rule;
	struct request request;
	void *argument;
	va_list rest;
	long result;

	va_start(rest, number);
	argument = va_arg(rest, void *);
	va_end(rest);
	if (_IOC_TYPE(number) != VFIO_TYPE) /* ';', also of iommufd */
		return (int)ask_kernel(fd, number, argument);
	count();
	rule = chosen_rule();
	request = read_request(number, argument);
	if (request.is_map)
		return map(rule, fd, number, argument, &request);
	if (request.is_unmap)
		return unmap(rule, fd, number, argument, &request);
	result = ask_kernel(fd, number, argument);
	/* SET_CONTAINER, VFIO_DEVICE_ATTACH_IOMMUFD_PT */
	if (result == 0 && rule->loses &&
	    (number == VFIO_GROUP_SET_CONTAINER || number == _IO(VFIO_TYPE, VFIO_BASE + 19)))
		lose_mapping();
	return (int)result;
}
