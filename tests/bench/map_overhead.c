/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What our layer costs over the ioctls that it makes: map_overhead BACKEND DEVICE. Maps and unmaps
 * one page of 4 KiB through iospace_map() and iospace_unmap(), and by bare ioctls on the same file,
 * with the same addresses, taking turns, in a space that has some other mappings. Prints the
 * medians; the target is that of a whole round, map and unmap. Exit status 0: reached.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

#include "collect/collect.h"
#include "model/system.h"
#include "vfio/setup.h"
#include "vfio/uapi.h"

#define PAGE 4096u
#define ROUNDS 4000u
#define WARM_UP 100u
#define OTHERS 5u
#define TARGET 5.0 /* %, more than bare */

/* What each round does, in this order. */
struct way {
	const char *name;
	int (*map)(struct iospace *space, const void *va, struct iova iova);
	int (*unmap)(struct iospace *space, struct iova iova);
	uint64_t map_ns[ROUNDS], unmap_ns[ROUNDS], both_ns[ROUNDS];
};

/* --- the two ways ----------------------------------------------------------------------------- */

static int our_map(struct iospace *space, const void *va, struct iova iova)
{
	return iospace_map(space, va, iova, PAGE, ACCESS_READ | ACCESS_WRITE);
}

static int our_unmap(struct iospace *space, struct iova iova)
{
	return iospace_unmap(space, iova, PAGE);
}

static int type1_map(struct iospace *space, const void *va, struct iova iova)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)va,
		.iova = iova.value,
		.size = PAGE,
	};

	return ioctl(space->fd, VFIO_IOMMU_MAP_DMA, &map);
}

static int type1_unmap(struct iospace *space, struct iova iova)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova.value,
		.size = PAGE,
	};

	return ioctl(space->fd, VFIO_IOMMU_UNMAP_DMA, &unmap) < 0 || unmap.size != PAGE ? -1 : 0;
}

static int iommufd_map(struct iospace *space, const void *va, struct iova iova)
{
	struct uapi_ioas_map map = {
		.size = sizeof(map),
		.flags = UAPI_MAP_FIXED_IOVA | UAPI_MAP_READABLE | UAPI_MAP_WRITABLE,
		.ioas_id = space->ioas,
		.va = (uintptr_t)va,
		.length = PAGE,
		.iova = iova.value,
	};

	return ioctl(space->fd, UAPI_IOAS_MAP, &map);
}

static int iommufd_unmap(struct iospace *space, struct iova iova)
{
	struct uapi_ioas_unmap unmap = {
		.size = sizeof(unmap),
		.ioas_id = space->ioas,
		.iova = iova.value,
		.length = PAGE,
	};

	return ioctl(space->fd, UAPI_IOAS_UNMAP, &unmap) < 0 || unmap.length != PAGE ? -1 : 0;
}

/* --- measuring -------------------------------------------------------------------------------- */

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void time_way(struct way *way, struct iospace *space, const void *va, struct iova iova,
		     unsigned round)
{
	uint64_t start = now_ns(), mapped, end;
	int r = way->map(space, va, iova);

	mapped = now_ns();
	if (r == 0)
		r = way->unmap(space, iova);
	end = now_ns();
	if (r != 0) {
		fprintf(stderr, "map_overhead: %s: round %u failed: %s\n", way->name, round,
			strerror(r == -1 ? errno : -r));
		exit(2);
	}
	way->map_ns[round] = mapped - start;
	way->unmap_ns[round] = end - mapped;
	way->both_ns[round] = end - start;
}

/* Who begins changes from round to round, so that neither always finds what the other warmed. */
static void measure(struct way *ours, struct way *bare, struct iospace *space, const void *va,
		    struct iova iova)
{
	for (unsigned i = 0; i < WARM_UP + ROUNDS; i++) {
		unsigned round = i < WARM_UP ? 0 : i - WARM_UP;

		time_way(i % 2 ? ours : bare, space, va, iova, round);
		time_way(i % 2 ? bare : ours, space, va, iova, round);
	}
}

static int compare_ns(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static uint64_t median(uint64_t *ns)
{
	qsort(ns, ROUNDS, sizeof(*ns), compare_ns);
	return ns[ROUNDS / 2];
}

/* What each time contains of the clock itself. */
static uint64_t clock_cost(void)
{
	static uint64_t ns[ROUNDS];

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t start = now_ns();

		ns[i] = now_ns() - start;
	}
	return median(ns);
}

/* Other mappings, below, so that the space is no special case. Return: 0 or negative errno. */
static int map_others(struct iospace *space, const void *va, struct iova iova)
{
	int r = 0;

	for (unsigned i = 1; i <= OTHERS && r == 0; i++) {
		iova.value -= 2 * PAGE;
		r = our_map(space, va, iova);
	}
	return r;
}

static double percent_more(const char *backend, const char *operation, uint64_t bare, uint64_t ours)
{
	double more = ((double)ours / (double)bare - 1) * 100;

	printf("%-8s %-6s %10llu %10llu %+7.1f%%", backend, operation, (unsigned long long)bare,
	       (unsigned long long)ours, more);
	return more;
}

/* Return: whether the target was reached. */
static bool report(const char *backend, struct way *ours, struct way *bare)
{
	uint64_t clock = clock_cost();
	double more;

	printf("%-8s %-6s %10s %10s %8s  TARGET\n", "BACKEND", "4 KiB", "bare, ns", "ours, ns",
	       "more");
	percent_more(backend, "map", median(bare->map_ns) - clock, median(ours->map_ns) - clock);
	puts("  -");
	percent_more(backend, "unmap", median(bare->unmap_ns) - clock,
		     median(ours->unmap_ns) - clock);
	puts("  -");
	more = percent_more(backend, "both", median(bare->both_ns) - 2 * clock,
			    median(ours->both_ns) - 2 * clock);
	printf("  <=%.0f%% %s\n%u rounds each; the clock, %llu ns, is taken off\n", TARGET,
	       more <= TARGET ? "ok" : "MISSED", ROUNDS, (unsigned long long)clock);
	return more <= TARGET;
}

/* Return: the exit status. */
static int compare_ways(struct iospace *space)
{
	static struct way ours = { .name = "iospace", .map = our_map, .unmap = our_unmap };
	static struct way bare = { .name = "ioctl", .map = type1_map, .unmap = type1_unmap };
	struct range range = space->usable.items[space->usable.nr - 1];
	struct iova iova = { (range.start / PAGE + 2 * OTHERS + 1) * PAGE };
	void *va = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int r = va == MAP_FAILED ? -ENOMEM : map_others(space, va, iova);

	if (r < 0) {
		fprintf(stderr, "map_overhead: %s\n", strerror(-r));
		return 2;
	}
	if (space->ops == &iommufd_ops) {
		bare.map = iommufd_map;
		bare.unmap = iommufd_unmap;
	}
	measure(&ours, &bare, space, va, iova);
	return report(space->ops->name, &ours, &bare) ? 0 : 1;
}

/* --- the device ------------------------------------------------------------------------------- */

static int open_and_compare(const struct source *source, const char *backend, const char *name)
{
	struct machine *machine =
		collect(source, FACT_CLASS | FACT_DRIVER | FACT_VFIO | FACT_UNIT | FACT_KERNEL);
	const struct device *device = find_device_named(machine, name);
	const struct iospace_ops *ops = find_backend(backend);
	struct error err = { 0 };
	struct vfio_device *opened;
	struct iospace *space;
	struct system system;
	int status = 2;

	collect_system(source, machine, &system);
	if (!device || !ops) {
		fprintf(stderr, "map_overhead: no %s\n", device ? backend : name);
	} else if (setup_space(ops, device, &(struct setup_facts){ machine, &system }, &space,
			       &opened, &err) < 0) {
		fprintf(stderr, "map_overhead: %s\n", err.text);
	} else {
		status = compare_ways(space);
		iospace_close(space);
	}
	machine_free(machine);
	return status;
}

int main(int argc, char **argv)
{
	struct source source;
	int status;

	if (argc != 3) {
		fprintf(stderr, "Usage: map_overhead BACKEND DEVICE\n");
		return 64;
	}
	if (source_open(&source, NULL, NULL) < 0)
		return 2;
	status = open_and_compare(&source, argv[1], argv[2]);
	source_close(&source);
	return status;
}
