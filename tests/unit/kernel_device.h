/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Part of kernel_model.h: PCI devices behind vfio-pci (linux drivers/vfio/pci/vfio_pci_core.c). */
#ifndef IOMMUTOOL_TEST_KERNEL_DEVICE_H
#define IOMMUTOOL_TEST_KERNEL_DEVICE_H

#define KERNEL_BAR0_SIZE 0x10000ull
#define KERNEL_CONFIG_SIZE 4096u
#define KERNEL_CONFIG_AT ((off_t)VFIO_PCI_CONFIG_REGION_INDEX << 40)
#define KERNEL_COMMAND_AT (KERNEL_CONFIG_AT + 4)
#define KERNEL_COMMAND_MEMORY 2u

#define KERNEL_FEATURE_DMABUF 11u

struct kernel_dmabuf_request {
	uint32_t argsz, flags;
	uint32_t region, open_flags, reserved, nr_ranges;
	uint64_t offset, length;
};

/* --- BARs --------------------------------------------------------------------------------- */

/* The BAR of a device, as the device itself sees it. */
static inline uint8_t *kernel_bar(unsigned index)
{
	struct kernel_device *device = &kernel.devices[index];

	if (!device->bar) {
		device->bar = __real_mmap(NULL, KERNEL_BAR0_SIZE, PROT_READ | PROT_WRITE,
					  MAP_SHARED, device->memory, 0);
		assert_ptr_not_equal(device->bar, MAP_FAILED);
	}
	return device->bar;
}

/* Return: what is behind an address of the process at which a BAR is mapped, or NULL. */
static inline uint8_t *kernel_behind_bar(uint64_t va)
{
	for (size_t i = 0; i < KERNEL_PARTS; i++)
		if (va >= kernel.parts[i].start &&
		    va - kernel.parts[i].start < kernel.parts[i].size)
			return kernel_bar(kernel.parts[i].device) + kernel.parts[i].offset +
			       (va - kernel.parts[i].start);
	return NULL;
}

/* --- config space, regions, files --------------------------------------------------------- */

/* As vfio-pci leaves it behind an open: memory decoded, no bus master. */
static inline void kernel_set_command(unsigned device, uint16_t command)
{
	uint8_t bytes[2] = { (uint8_t)command, (uint8_t)(command >> 8) };

	assert_int_equal(pwrite(kernel.devices[device].memory, bytes, 2, KERNEL_COMMAND_AT), 2);
}

static inline uint16_t kernel_command(unsigned device)
{
	uint8_t bytes[2];

	assert_int_equal(pread(kernel.devices[device].memory, bytes, 2, KERNEL_COMMAND_AT), 2);
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline void kernel_new_device(unsigned index, const char *name, const char *cdev,
				     unsigned group)
{
	struct kernel_device *device = &kernel.devices[index];

	*device = (struct kernel_device){
		.name = name,
		.cdev = cdev,
		.group = group,
		.reserved = { { 0xfee00000, 0xfeefffff } },
		.nr_reserved = 1,
		.aperture = { 0, (1ull << 48) - 1 },
		.memory = memfd_create(name, MFD_CLOEXEC),
		.ioas = -1,
	};
	assert_true(device->memory >= 0);
	assert_int_equal(ftruncate(device->memory, KERNEL_CONFIG_AT + KERNEL_CONFIG_SIZE), 0);
	kernel_set_command(index, KERNEL_COMMAND_MEMORY);
}

/* What the IOMMUs of AMD have: all of 64 bits, and a second hole. */
static inline void kernel_on_amd(void)
{
	for (size_t i = 0; i < KERNEL_DEVICES; i++) {
		kernel.devices[i].aperture.end = LAST;
		kernel.devices[i].reserved[1] = (struct range){ 0xfd00000000, 0xffffffffff };
		kernel.devices[i].nr_reserved = 2;
	}
}

/* Through a group or a cdev. */
static inline int kernel_new_device_fd(unsigned index)
{
	struct kernel_device *device = &kernel.devices[index];

	device->is_open = true;
	return kernel_install(fcntl(device->memory, F_DUPFD_CLOEXEC, 0), NODE_DEVICE, index);
}

static inline int kernel_region_info(unsigned index, struct vfio_region_info *info)
{
	int rc = kernel_called("%s GET_REGION_INFO %u", kernel.devices[index].name, info->index);

	if (rc)
		return rc;
	if (info->argsz < 32 || info->index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	info->flags = 0;
	info->size = 0;
	info->offset = (uint64_t)info->index << 40;
	if (info->index == VFIO_PCI_BAR0_REGION_INDEX) {
		info->size = KERNEL_BAR0_SIZE;
		info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
			      VFIO_REGION_INFO_FLAG_MMAP;
	} else if (info->index == VFIO_PCI_CONFIG_REGION_INDEX) {
		info->size = KERNEL_CONFIG_SIZE;
		info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	}
	return 0;
}

static inline int kernel_export(unsigned index, struct kernel_dmabuf_request *request)
{
	int fd, rc = kernel_called("%s DMA_BUF", kernel.devices[index].name);

	if (rc)
		return rc;
	if (kernel.lacks_dmabuf)
		return -ENOTTY;
	if (request->argsz != sizeof(*request) ||
	    request->flags != (VFIO_DEVICE_FEATURE_GET | KERNEL_FEATURE_DMABUF) ||
	    request->reserved || request->nr_ranges != 1 ||
	    (request->offset | request->length) % KERNEL_PAGE || request->length == 0)
		return -EINVAL;
	if (request->region != VFIO_PCI_BAR0_REGION_INDEX || request->offset > KERNEL_BAR0_SIZE ||
	    request->length > KERNEL_BAR0_SIZE - request->offset)
		return -EINVAL;
	if (!(kernel_command(index) & KERNEL_COMMAND_MEMORY))
		return -ENODEV;
	fd = kernel_new_fd(NODE_DMABUF, index);
	kernel.files[fd].offset = request->offset;
	return fd;
}

static inline void kernel_revoke(unsigned index);
static inline int kernel_bind(unsigned index, void *argument);
static inline int kernel_attach_pt(unsigned index, void *argument);
static inline int kernel_detach_pt(unsigned index, void *argument);
static inline void kernel_unbind(unsigned index);
static inline void kernel_leave_container(unsigned group);

static inline int kernel_device_ioctl(unsigned index, unsigned long request, void *argument)
{
	struct kernel_device *device = &kernel.devices[index];
	struct vfio_device_info *info = argument;
	int rc;

	if (request == _IO(VFIO_TYPE, VFIO_BASE + 18))
		return kernel_bind(index, argument);
	if (!device->is_bound)
		return -EINVAL;
	switch (request) {
	case _IO(VFIO_TYPE, VFIO_BASE + 19):
		return kernel_attach_pt(index, argument);
	case _IO(VFIO_TYPE, VFIO_BASE + 20):
		return kernel_detach_pt(index, argument);
	case VFIO_DEVICE_GET_INFO:
		rc = kernel_called("%s GET_INFO", device->name);
		if (rc)
			return rc;
		if (info->argsz < 16)
			return -EINVAL;
		info->flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
		info->num_regions = VFIO_PCI_NUM_REGIONS;
		info->num_irqs = VFIO_PCI_NUM_IRQS;
		return 0;
	case VFIO_DEVICE_GET_REGION_INFO:
		return kernel_region_info(index, argument);
	case VFIO_DEVICE_RESET:
		rc = kernel_called("%s RESET", device->name);
		device->nr_resets += rc == 0;
		kernel_revoke(index);
		return rc;
	case VFIO_DEVICE_FEATURE:
		return kernel_export(index, argument);
	default:
		kernel_called("%s request %#lx", device->name, request);
		return -ENOTTY;
	}
}

static inline void kernel_close_device(unsigned index)
{
	struct kernel_device *device = &kernel.devices[index];

	kernel_revoke(index);
	kernel_unbind(index);
	device->is_open = device->is_bound = false;
	if (!kernel.groups[device->group].is_open)
		kernel_leave_container(device->group);
}

#endif
