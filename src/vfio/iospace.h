/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An address space: what IOVAs mean to the devices in it. One ops struct with two backends, the
 * type 1 container of VFIO and iommufd with the character devices (cdevs) of VFIO. Start at
 * setup.h, which opens one with a device in it.
 *
 * An IOVA has a type of its own; an address of this process is a pointer. A range is a start and a
 * size, and no end is computed before it was checked that there is one.
 */
#ifndef IOMMUTOOL_IOSPACE_H
#define IOMMUTOOL_IOSPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/iova.h"
#include "model/machine.h"
#include "vfio/mappings.h"

struct iospace;
struct vfio_device;

/* What the devices may do with a mapping, or-ed. */
enum access { ACCESS_READ = 1u << 0, ACCESS_WRITE = 1u << 1 };

/* --- what went wrong while a space was set up ----------------------------------------------- */

enum setup_step {
	SETUP_DONE,
	SETUP_OPEN_CONTAINER, /* open /dev/vfio/vfio */
	SETUP_API,	      /* it speaks the version and has type 1 v2: -EPROTO, -ENODEV */
	SETUP_OPEN_GROUP,     /* open /dev/vfio/N */
	SETUP_GROUP_STATUS,   /* VFIO_GROUP_GET_STATUS: -EPERM stands for "not viable" */
	SETUP_SET_CONTAINER,
	SETUP_SET_IOMMU,
	SETUP_GET_DEVICE,   /* VFIO_GROUP_GET_DEVICE_FD */
	SETUP_OPEN_IOMMUFD, /* open /dev/iommu */
	SETUP_ALLOC_IOAS,
	SETUP_OPEN_CDEV, /* open /dev/vfio/devices/vfioN; -ENODEV: the device has none */
	SETUP_BIND_IOMMUFD,
	SETUP_ATTACH_IOAS,
	SETUP_RANGES,	   /* usable ranges and page sizes */
	SETUP_DEVICE_INFO, /* the device's regions and its config space */
};

struct setup_failure {
	enum setup_step step;
	int code;      /* negative errno */
	char path[64]; /* the node that was opened; "" where there is none */
	bool gone;     /* the device is not in sysfs any more */
};

/* --- backends --------------------------------------------------------------------------------- */

/* Part of a region (BAR) of a device. */
struct bar_part {
	const struct vfio_device *device;
	unsigned region;       /* VFIO_PCI_BAR0_REGION_INDEX ... */
	uint64_t offset, size; /* bytes, multiples of the page size of the processor */
};

/*
 * What the kernel is asked, as it is: nothing is checked and nothing recorded here. That is what a
 * test of the kernel wants; everybody else calls iospace_map() and so on. All return 0 or negative
 * errno: that of the ioctl.
 */
struct iospace_ops {
	const char *name; /* "type1", "iommufd" */
	int (*open)(struct iospace *space, struct setup_failure *failure);
	/* Opens the device into the space: sets opened->fd. Undoes everything when it fails. */
	int (*attach)(struct iospace *space, const struct device *device,
		      struct vfio_device *opened, struct setup_failure *failure);
	/* Closes opened->fd and takes the device out; the last one of a space leaves it empty. */
	void (*detach)(struct iospace *space, struct vfio_device *opened);
	/* Fills in usable, page_sizes, page_size, entries_left; wants a device attached. */
	int (*query)(struct iospace *space);
	int (*map)(struct iospace *space, const void *va, struct iova iova, uint64_t size,
		   unsigned access);
	/* -ENOTTY, -EOPNOTSUPP: this kernel cannot (iommufd without dma-buf). */
	int (*map_bar)(struct iospace *space, const struct bar_part *part, struct iova iova,
		       unsigned access);
	/* The same of a dma-buf of vfio_region_export(), all of it. NULL: there is no such thing.
	 */
	int (*map_export)(struct iospace *space, int dma_buf, uint64_t size, struct iova iova,
			  unsigned access);
	/* @unmapped: bytes that the kernel says it unmapped; set whatever is returned. */
	int (*unmap)(struct iospace *space, struct iova iova, uint64_t size, uint64_t *unmapped);
	/* -ENOTTY: this kernel has no way to unmap all at once (type 1 before 5.12). */
	int (*unmap_all)(struct iospace *space, uint64_t *unmapped);
	void (*close)(struct iospace *space);
};

extern const struct iospace_ops type1_ops, iommufd_ops;

/* What each of them opens first. */
#define CONTAINER_NODE "/dev/vfio/vfio"
#define IOMMUFD_NODE "/dev/iommu"

/* --- an address space ------------------------------------------------------------------- */

#define ENTRIES_UNLIMITED UINT64_MAX

/* A group that a container of type 1 holds: closed with its last device. */
struct held_group {
	uint32_t number;
	int fd;
	unsigned nr_devices;
};

struct iospace {
	const struct iospace_ops *ops;
	int fd;			   /* /dev/vfio/vfio or /dev/iommu */
	uint32_t ioas;		   /* iommufd: ID of the I/O address space */
	struct held_group *groups; /* type 1 */
	size_t nr_groups;
	struct vfio_device **devices; /* owned */
	size_t nr_devices;
	struct mappings mappings; /* what was mapped and not unmapped yet */

	/* As of the last attach or detach: */
	struct ranges usable; /* what may be mapped */
	uint64_t page_sizes;  /* bit N: pages of 2^N bytes; iommufd tells only the smallest */
	uint64_t page_size;   /* bytes; the smallest */
	uint64_t
		entries_left; /* as of the last query: mappings that still fit; ENTRIES_UNLIMITED */
	/*
	 * What maps the page below 2^64 could never unmap it (type 1 on AMD before 7.2: the page
	 * stays pinned for good). A request whose end wraps tells: such a kernel answers EINVAL,
	 * others EOVERFLOW. iospace_map() does not map that page then.
	 */
	bool top_page_leaks;
	bool is_compat; /* the container is iommufd's imitation of one (linux/iommufd vfio_compat.c)
			 */
};

/**
 * iospace_open() - a new address space without devices
 * @space: set to it; ended with iospace_close()
 *
 * Return: 0 or negative errno, and @failure says at which step.
 */
int iospace_open(const struct iospace_ops *ops, struct iospace **space,
		 struct setup_failure *failure);

/* Unmaps everything, closes the devices in the order opposite to that in which they came, and
 * frees the space. NULL is none. */
void iospace_close(struct iospace *space);

/**
 * iospace_attach() - open a device into a space
 * @device: of the model: its name, group and cdevs are used; it has a driver of VFIO
 * @opened: set to it; it belongs to the space, until iospace_detach()
 *
 * The usable ranges can only shrink by it; where what is mapped does not fit any more, the kernel
 * refuses the device (vfio_iommu_type1.c, vfio_iommu_iova_get_resv_conflict).
 *
 * Return: 0 or negative errno, and @failure says at which step; the space is then as it was.
 */
int iospace_attach(struct iospace *space, const struct device *device, struct vfio_device **opened,
		   struct setup_failure *failure);

/*
 * Restores the device's command register, closes it and takes it out. With the last device of the
 * space the kernel drops all mappings, so they are unmapped before.
 */
void iospace_detach(struct iospace *space, struct vfio_device *opened);

/**
 * iospace_check() - whether a range could be mapped, as far as we know
 *
 * Return: 0; -EINVAL: size 0, or not a multiple of the page size, IOVA not aligned; -EOVERFLOW:
 * it goes beyond 64 bits; -ERANGE: not wholly in one usable range; -EEXIST: overlaps what is
 * mapped; -ENOTSUP: the top page, see top_page_leaks.
 */
int iospace_check(const struct iospace *space, struct iova iova, uint64_t size);

/**
 * iospace_map() - map memory of this process
 * @va: start of it, aligned to the page size; it stays mapped in this process until unmapped here
 * @size: bytes
 * @access: enum access, or-ed
 *
 * Return: 0; as iospace_check(), nothing was asked of the kernel then; -EINVAL also for @va and
 * @access; else what the kernel said.
 */
int iospace_map(struct iospace *space, const void *va, struct iova iova, uint64_t size,
		unsigned access);

/* The same for part of a BAR, of a device of this or another space, with memory enabled. */
int iospace_map_bar(struct iospace *space, const struct bar_part *part, struct iova iova,
		    unsigned access);

/* The same for a dma-buf of vfio_region_export(), which is @size bytes: -EOPNOTSUPP on type 1. */
int iospace_map_export(struct iospace *space, int dma_buf, struct iova iova, uint64_t size,
		       unsigned access);

/* One of a set of ranges to be mapped. */
struct map_request {
	const void *va;
	struct iova iova;
	uint64_t size;
	unsigned access;
};

/* As iospace_check(), and -EINVAL for an address or access that iospace_map() would not take. */
int iospace_check_request(const struct iospace *space, const struct map_request *request);

/**
 * iospace_map_set() - map all ranges of a set, or none
 * @failed: index of the one that failed, when one did; of two that overlap the later one
 *
 * All are checked, against each other too, before the first is mapped. When the kernel refuses one,
 * those before it are unmapped, the last one first.
 *
 * Return: 0; as iospace_map(); -ENOTRECOVERABLE when one that was mapped could not be unmapped: it
 * stays in the list of mappings.
 */
int iospace_map_set(struct iospace *space, const struct map_request *set, size_t nr,
		    size_t *failed);

/**
 * iospace_unmap() - unmap what lies in a range
 *
 * Mappings wholly inside are unmapped, one by one as they were mapped, and taken from the list.
 *
 * Return: 0, also when there is none; -EINVAL when one lies only partly inside (nothing is
 * unmapped then), or the range is none; -EIO when the kernel unmapped another size than was
 * mapped; else what the kernel said. What could not be unmapped stays in the list.
 */
int iospace_unmap(struct iospace *space, struct iova iova, uint64_t size);

/* Takes the mapping that begins there from the list: the kernel has none there any more. */
void iospace_forget(struct iospace *space, struct iova iova);

/* Unmaps everything in the list, the last one first. Return: 0, or the first error. */
int iospace_unmap_all(struct iospace *space);

#endif
