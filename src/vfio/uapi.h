/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What <linux/vfio.h> of Linux 6.1 does not have: iommufd, the character devices of VFIO and its
 * dma-bufs. The names are our own, so that newer headers may have theirs beside them. Layouts:
 * include/uapi/linux/iommufd.h and vfio.h of the kernel; "since" is the first kernel that has it.
 *
 * All ioctls of iommufd take a struct that begins with its size, those of VFIO one that begins
 * with argsz, the same. None has its size encoded in the request.
 */
#ifndef IOMMUTOOL_UAPI_H
#define IOMMUTOOL_UAPI_H

#include <linux/vfio.h>
#include <stdint.h>
#include <sys/ioctl.h>

/* --- /dev/iommu --------------------------------------------------------------------------- */

#define UAPI_IOMMUFD(number) _IO(';', number)

#define UAPI_IOAS_ALLOC UAPI_IOMMUFD(0x81)	 /* since 6.2 */
#define UAPI_IOAS_IOVA_RANGES UAPI_IOMMUFD(0x84) /* since 6.2 */
#define UAPI_IOAS_MAP UAPI_IOMMUFD(0x85)	 /* since 6.2 */
#define UAPI_IOAS_UNMAP UAPI_IOMMUFD(0x86)	 /* since 6.2 */
#define UAPI_IOAS_MAP_FILE UAPI_IOMMUFD(0x8f)	 /* since 6.13; of a VFIO dma-buf since 6.19 */

struct uapi_ioas_alloc {
	uint32_t size;
	uint32_t flags;	  /* 0 */
	uint32_t ioas_id; /* out */
};
_Static_assert(sizeof(struct uapi_ioas_alloc) == 12, "struct iommu_ioas_alloc");

struct uapi_iova_range {
	uint64_t start;
	uint64_t last; /* inclusive */
};
_Static_assert(sizeof(struct uapi_iova_range) == 16, "struct iommu_iova_range");

/* EMSGSIZE: there are more, and nr says how many. */
struct uapi_ioas_iova_ranges {
	uint32_t size;
	uint32_t ioas_id;
	uint32_t nr; /* in: room, out: ranges */
	uint32_t reserved;
	uint64_t ranges;    /* address of struct uapi_iova_range[] */
	uint64_t alignment; /* out: of IOVA and length; a power of two, at most the page size */
};
_Static_assert(sizeof(struct uapi_ioas_iova_ranges) == 32, "struct iommu_ioas_iova_ranges");

/* Flags of mapping; without the first the kernel chooses the IOVA. */
#define UAPI_MAP_FIXED_IOVA (1u << 0)
#define UAPI_MAP_WRITABLE (1u << 1) /* by devices */
#define UAPI_MAP_READABLE (1u << 2)

struct uapi_ioas_map {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	uint32_t reserved;
	uint64_t va;
	uint64_t length;
	uint64_t iova;
};
_Static_assert(sizeof(struct uapi_ioas_map) == 40, "struct iommu_ioas_map");

struct uapi_ioas_map_file {
	uint32_t size;
	uint32_t flags; /* as of uapi_ioas_map */
	uint32_t ioas_id;
	int32_t fd;	/* memfd, or dma-buf of a region */
	uint64_t start; /* offset in it */
	uint64_t length;
	uint64_t iova;
};
_Static_assert(sizeof(struct uapi_ioas_map_file) == 40, "struct iommu_ioas_map_file");

/* iova 0 and length 2^64-1 are everything. ENOENT: nothing is mapped there, or only a part of what
 * is; mappings below that one are gone then. */
struct uapi_ioas_unmap {
	uint32_t size;
	uint32_t ioas_id;
	uint64_t iova;
	uint64_t length; /* in and, when it succeeds, out: bytes unmapped */
};
_Static_assert(sizeof(struct uapi_ioas_unmap) == 24, "struct iommu_ioas_unmap");

/* --- /dev/vfio/devices/vfioN -------------------------------------------------------------- */

#define UAPI_BIND_IOMMUFD _IO(VFIO_TYPE, VFIO_BASE + 18)      /* since 6.6 */
#define UAPI_ATTACH_IOMMUFD_PT _IO(VFIO_TYPE, VFIO_BASE + 19) /* since 6.6 */
#define UAPI_DETACH_IOMMUFD_PT _IO(VFIO_TYPE, VFIO_BASE + 20) /* since 6.6 */

/* The token of 6.17 follows; we have none, and the kernel takes the struct without it. */
struct uapi_bind_iommufd {
	uint32_t argsz;
	uint32_t flags;
	int32_t iommufd;
	uint32_t device_id; /* out */
};
_Static_assert(sizeof(struct uapi_bind_iommufd) == 16, "struct vfio_device_bind_iommufd");

/* The PASID of 6.15 follows. */
struct uapi_attach_iommufd_pt {
	uint32_t argsz;
	uint32_t flags;
	uint32_t pt_id; /* in: an IOAS; out: it, or the page table that the kernel made for it */
};
_Static_assert(sizeof(struct uapi_attach_iommufd_pt) == 12, "struct vfio_device_attach_iommufd_pt");

/* The PASID of 6.15 follows. */
struct uapi_detach_iommufd_pt {
	uint32_t argsz;
	uint32_t flags;
};
_Static_assert(sizeof(struct uapi_detach_iommufd_pt) == 8, "struct vfio_device_detach_iommufd_pt");

/* --- device features ---------------------------------------------------------------------- */

/* Number of a feature, behind struct vfio_device_feature: with VFIO_DEVICE_FEATURE_GET a new file
 * descriptor is what the ioctl returns. */
#define UAPI_FEATURE_DMA_BUF 11 /* since 6.19 */

struct uapi_region_range {
	uint64_t offset; /* in the region */
	uint64_t length;
};
_Static_assert(sizeof(struct uapi_region_range) == 16, "struct vfio_region_dma_range");

struct uapi_feature_dma_buf {
	uint32_t region;     /* VFIO_PCI_BAR0_REGION_INDEX ... */
	uint32_t open_flags; /* O_CLOEXEC, O_RDWR */
	uint32_t flags;	     /* 0 */
	uint32_t nr_ranges;  /* iommufd takes those of one range only */
	struct uapi_region_range ranges[];
};
_Static_assert(sizeof(struct uapi_feature_dma_buf) == 16, "struct vfio_device_feature_dma_buf");

#endif
