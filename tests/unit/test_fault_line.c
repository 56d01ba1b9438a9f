/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the kernel's log: faults of VT-d and AMD-Vi, and what only looks like one. */
#include "model/bdf.h"
#include "model/fault_line.h"
#include "unit.h"

/* What real kernels write, in all their forms. */
static const struct {
	const char *text, *device;
	uint64_t address;
	bool is_write, is_page;
	int reason;
} faults[] = {
	/* VT-d before 6.13, and since */
	{ "DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x100000 "
	  "[fault reason 0x06] PTE Read access is not set",
	  "0000:00:02.0", 0x100000, false, true, 0x06 },
	{ "DMAR: [DMA Write NO_PASID] Request device [3b:1f.7] fault addr 0xfee0000000 "
	  "[fault reason 0x05] PTE Write access is not set",
	  "0000:3b:1f.7", 0xfee0000000, true, true, 0x05 },
	{ "DMAR: [DMA Write NO_PASID] Request device [0000:00:03.0] fault addr 0x41000 "
	  "[fault reason 0x05] PTE Write access is not set\n",
	  "0000:00:03.0", 0x41000, true, true, 0x05 },
	{ "DMAR: [DMA Read PASID 0x1] Request device [0001:6a:01.0] fault addr 0x7f0000000000 "
	  "[fault reason 0x71] SM: Present bit in first-level paging entry is clear",
	  "0001:6a:01.0", 0x7f0000000000, false, true, 0x71 },
	{ "DMAR: [DMA Write PASID 0xfffff] Request device [6a:01.0] fault addr 0x0 "
	  "[fault reason 0x59] SM: Present bit in PASID Table Entry is clear",
	  "0000:6a:01.0", 0, true, true, 0x59 },
	{ "DMAR: [DMA Read NO_PASID] Request device [0000:00:03.0] fault addr 0xfffffffffffff000 "
	  "[fault reason 0x80] SM: Non-canonical address",
	  "0000:00:03.0", 0xfffffffffffff000, false, true, 0x80 },
	/* An unknown reason has a text, too; without one the line is a fault as well. */
	{ "DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x1000 "
	  "[fault reason 0xff] Unknown",
	  "0000:00:02.0", 0x1000, false, true, 0xff },
	{ "DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x1000 "
	  "[fault reason 0x06]",
	  "0000:00:02.0", 0x1000, false, true, 0x06 },

	/* AMD-Vi */
	{ "vfio-pci 0000:03:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0012 "
	  "address=0xfffff123 flags=0x0020]",
	  "0000:03:00.0", 0xfffff123, true, false, 0x0020 },
	{ "vfio-pci 0000:03:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0012 address=0x8 "
	  "flags=0x0000]\n SUBSYSTEM=pci\n DEVICE=+pci:0000:03:00.0\n",
	  "0000:03:00.0", 0x8, false, false, 0 },
	{ "pci 10000:e1:00.1: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0000 "
	  "address=0xffffffffffffffff flags=0x0030]",
	  "10000:e1:00.1", UINT64_MAX, true, false, 0x0030 },
	{ "a driver: odd 0000:03:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0012 "
	  "address=0x8 flags=0x0050]",
	  "0000:03:00.0", 0x8, false, false, 0x0050 },
	{ "AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:c1:00.0 domain=0x000a "
	  "address=0xd0000000 flags=0x0020]",
	  "0000:c1:00.0", 0xd0000000, true, false, 0x0020 },
	{ "AMD-Vi: Event logged [IO_PAGE_FAULT device=c1:00.0 domain=0x000a address=0xd0000000 "
	  "flags=0x0000]",
	  "0000:c1:00.0", 0xd0000000, false, false, 0 },
	{ "AMD-Vi: Event logged [IO_PAGE_FAULT device=ffffffff:ff:1f.7 domain=0x000a "
	  "address=0xd0000000 flags=0x0fd7]",
	  "ffffffff:ff:1f.7", 0xd0000000, false, false, 0x0fd7 },
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct iommu_fault fault;
		char device[BDF_TEXT_SIZE];

		memset(&fault, 0xee, sizeof(fault));
		assert_case(parse_fault_line(faults[i].text, &fault), faults[i].text);
		bdf_format(&fault.device, device);
		assert_string_equal(device, faults[i].device);
		assert_case_equal(fault.address, faults[i].address, faults[i].text);
		assert_case_equal(fault.is_write, faults[i].is_write, faults[i].text);
		assert_case_equal(fault.is_page, faults[i].is_page, faults[i].text);
		assert_case_equal(fault.reason, faults[i].reason, faults[i].text);
	}
}

#define VTD_START "DMAR: [DMA Read NO_PASID] Request device [00:02.0] "
#define VTD_END " [fault reason 0x06] PTE Read access is not set"
#define AMD_START "AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:c1:00.0 domain=0x000a "

static const char *const others[] = {
	"",
	"\n",
	"usb 1-1: new high-speed USB device number 2 using xhci_hcd",
	"DMAR: DRHD: handling fault status reg 2",
	"DMAR: Host address width 39",
	/* Interrupts are no DMA. */
	"DMAR: [INTR-REMAP] Request device [00:02.0] fault index 0x10 [fault reason 0x22] Present "
	"field in the IRTE entry is clear",
	"DMAR: [INTR-REMAP] Request device [0000:f0:1f.0] fault index 0x0 [fault reason 0x25] "
	"Blocked a compatibility format interrupt request",
	AMD_START "address=0xfee00000 flags=0x0008]",
	"vfio-pci 0000:03:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0012 address=0x8 "
	"flags=0x0028]",
	/* Other events */
	"AMD-Vi: Event logged [ILLEGAL_DEV_TABLE_ENTRY device=0000:03:00.0 pasid=0x00000 "
	"address=0xfffffffdf8000000 flags=0x0a00]",
	"AMD-Vi: Event logged [RMP_PAGE_FAULT device=0000:03:00.0 vmg_tag=0x0001, gpa=0x1000, "
	"flags_rmp=0x0000, flags=0x0000]",
	"vfio-pci 0000:03:00.0: AMD-Vi: Event logged [RMP_HW_ERROR vmg_tag=0x0001, spa=0x1000, "
	"flags=0x0000]",
	/* Somebody quotes one. */
	"mydaemon: " VTD_START "fault addr 0x1000" VTD_END,
	"mydaemon: " AMD_START "address=0x1000 flags=0x0020]",

	/* Requesters that cannot be */
	"DMAR: [DMA Read NO_PASID] Request device [] fault addr 0x1000" VTD_END,
	"DMAR: [DMA Read NO_PASID] Request device [00:20.0] fault addr 0x1000" VTD_END,
	"DMAR: [DMA Read NO_PASID] Request device [00:02.8] fault addr 0x1000" VTD_END,
	"DMAR: [DMA Read NO_PASID] Request device [0:2.0] fault addr 0x1000" VTD_END,
	"DMAR: [DMA Read NO_PASID] Request device [100:02.0] fault addr 0x1000" VTD_END,
	"DMAR: [DMA Read NO_PASID] Request device [100000000:00:02.0] fault addr 0x1000" VTD_END,
	"DMAR: [DMA Read NO_PASID] Request device [0000:0000:00:02.0] fault addr 0x1000" VTD_END,
	"DMAR: [DMA Read NO_PASID] Request device [0000000000000000000000000000000000000000] "
	"fault addr 0x1000" VTD_END,
	"DMAR: [DMA Read NO_PASID] Request device [....... ] fault addr 0x1000" VTD_END,
	"AMD-Vi: Event logged [IO_PAGE_FAULT device= domain=0x000a address=0x1000 flags=0x0020]",
	"AMD-Vi: Event logged [IO_PAGE_FAULT device=pci0:1:2:3 domain=0x000a address=0x1000 "
	"flags=0x0020]",
	"AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000a address=0x1000 flags=0x0020]",
	": AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000a address=0x1000 flags=0x0020]",
	"vfio-pci: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000a address=0x1000 flags=0x0020]",
	"vfio-pci 0000:03:00.0 AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000a address=0x1000 "
	"flags=0x0020]",
	"vfio-pci 0000:03:00.0:AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000a address=0x1000 "
	"flags=0x0020]",

	/* Numbers that cannot be */
	VTD_START "fault addr 0x10000000000000000" VTD_END,
	VTD_START "fault addr 0xffffffffffffffffffffffffffffffffffffffffffffffff" VTD_END,
	VTD_START "fault addr 0x" VTD_END,
	VTD_START "fault addr 1000" VTD_END,
	VTD_START "fault addr -0x1000" VTD_END,
	VTD_START "fault addr 0x1000 [fault reason 0x100] Unknown",
	VTD_START "fault addr 0x1000 [fault reason 6] PTE Read access is not set",
	"DMAR: [DMA Read PASID 0x100000000] Request device [00:02.0] fault addr 0x1000" VTD_END,
	"DMAR: [DMA Read PASID] Request device [00:02.0] fault addr 0x1000" VTD_END,
	"DMAR: [DMA Fetch NO_PASID] Request device [00:02.0] fault addr 0x1000" VTD_END,
	AMD_START "address=0x1000 flags=0x10000]",
	AMD_START "address=0x1000 flags=]",
	AMD_START "address=0x10000000000000000 flags=0x0020]",
};

static void test_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		struct iommu_fault fault, before;

		memset(&fault, 0xee, sizeof(fault));
		before = fault;
		assert_case(!parse_fault_line(others[i], &fault), others[i]);
		assert_memory_equal(&fault, &before, sizeof(fault)); /* left alone */
	}
}

/* Up to the last bracket each line is cut at every byte, in memory that ends there. */
static void test_cut_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		size_t whole = (size_t)(strrchr(faults[i].text, ']') - faults[i].text);

		for (size_t length = 0; length <= whole; length++) {
			char *text = strndup(faults[i].text, length);
			struct iommu_fault fault;

			assert_non_null(text);
			assert_case(!parse_fault_line(text, &fault), text);
			free(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
