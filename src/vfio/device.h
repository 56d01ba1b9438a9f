/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PCI device that is open through VFIO: its regions, config space and reset. The same for both
 * backends (drivers/vfio/pci/vfio_pci_core.c).
 */
#ifndef IOMMUTOOL_VFIO_DEVICE_H
#define IOMMUTOOL_VFIO_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vfio/iospace.h"

#define VFIO_REGIONS 9 /* BAR 0 to 5, ROM, config space, VGA */

struct vfio_region {
	uint64_t size;	 /* bytes; 0: the device has none */
	uint64_t offset; /* in the device's file */
	bool readable, writable;
	bool mappable; /* by this process, the whole of it */
};

struct vfio_device {
	const struct device *device; /* of the model, which outlives it */
	int fd;
	uint32_t iommufd_id; /* iommufd: what BIND_IOMMUFD returned */
	bool can_reset;
	struct vfio_region regions[VFIO_REGIONS];
	uint16_t command;	  /* PCI command register as it was found */
	uint16_t command_changed; /* bits of it that we changed; 0: none */
};

/* Bits of the PCI command register (PCI Local Bus 3.0, 6.2.2). */
#define COMMAND_MEMORY 0x0002u
#define COMMAND_MASTER 0x0004u

/**
 * vfio_device_init() - read what an opened device has
 * @opened: with .device and .fd; the rest is filled in
 *
 * Return: 0 or negative errno: that of the ioctl; -EOPNOTSUPP: it is no PCI device; as
 * vfio_config_read().
 */
int vfio_device_init(struct vfio_device *opened);

/* Sets the bits of the command register that vfio_command_change() changed as they were found.
 * Errors are passed over: the kernel resets the device when it is closed. */
void vfio_device_restore(struct vfio_device *opened);

/*
 * Config space, exactly @size bytes. Return: 0; -EIO when less came; -EINVAL beyond its end;
 * negative errno.
 */
int vfio_config_read(const struct vfio_device *opened, uint64_t offset, void *bytes, size_t size);
int vfio_config_write(struct vfio_device *opened, uint64_t offset, const void *bytes, size_t size);

/* Sets and clears bits of the command register. Return: 0; -EIO: they did not take; -ENODEV: the
 * device answers with all ones; errno. */
int vfio_command_change(struct vfio_device *opened, uint16_t set, uint16_t clear);

/**
 * vfio_region_map() - make part of a region addressable
 * @prot: PROT_READ, PROT_WRITE
 * @va: set to it; ended with munmap(). Its address is aligned so that the kernel may use huge
 *      pages: equal to the offset modulo 2 MiB, and modulo 1 GiB where the part is that large
 *
 * Touching it while the device's memory is disabled is a SIGBUS. The last page of a region may be
 * mapped even where the region ends inside it.
 *
 * Return: 0; -EINVAL: beyond the region, unaligned, or the region cannot be mapped; errno.
 */
int vfio_region_map(const struct vfio_device *opened, const struct bar_part *part, int prot,
		    void **va);

/**
 * vfio_region_export() - part of a region as a dma-buf (Linux 6.19 and later)
 *
 * While the device's memory is disabled it can be exported, but not mapped (-ENODEV there).
 *
 * Return: a file descriptor to be closed; -ENOTTY: this kernel or the device's driver cannot;
 * -ENODEV: no BAR, or the kernel could not claim it; other negative errno: that of the ioctl
 * (vfio_pci_dmabuf.c).
 */
int vfio_region_export(const struct vfio_device *opened, const struct bar_part *part);

/* Resets the function; the caller clears COMMAND_MASTER first. Return: 0; -ENOTTY: it has no reset
 * that works; negative errno. */
int vfio_device_reset(struct vfio_device *opened);

#endif
