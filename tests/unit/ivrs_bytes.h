/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of an IVRS that its tests share. */
#ifndef IOMMUTOOL_TEST_IVRS_BYTES_H
#define IOMMUTOOL_TEST_IVRS_BYTES_H

#include "acpi_bytes.h"

/* clang-format off */

/* Offsets 36 to 47: EFRSup, GVASize 010b, PASize 48, VASize 64. */
#define FIXED 0x41, 0x30, 0x20, 0x00, 0, 0, 0, 0, 0, 0, 0, 0

/* IVHD headers of an IOMMU 00:00.2 at 0xfeb80000; @size is that of the device entries. */
#define IVHD_10(size) \
	0x10, 0xb0, 24 + (size), 0, 0x02, 0x00, 0x40, 0x00, 0, 0, 0xb8, 0xfe, 0, 0, 0, 0, 0, 0, 0, \
		0, 0x6e, 0x8f, 0x04, 0x80
#define IVHD_LONG(kind, size) \
	(kind), 0xb0, 40 + (size), 0, 0x02, 0x00, 0x40, 0x00, 0, 0, 0xb8, 0xfe, 0, 0, 0, 0, \
		0, 0, 0, 0, 0x00, 0x02, 0x04, 0x00, 0xda, 0x4a, 0x29, 0x22, 0xef, 0x77, 0x4f, 0, \
		1, 2, 3, 4, 5, 6, 7, 8
/* IVMD with everything but the devices: 64 KiB at 0x7f000000. */
#define IVMD(kind, first, second) \
	(kind), 0x08, 32, 0, (first)&0xff, (first) >> 8, (second)&0xff, (second) >> 8, 0, 0, 0, 0, \
		0, 0, 0, 0, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0

#define ENTRIES 72 /* offset of the entries of a first block of kind 10h */

#define IVRS(...) parse_body_of("IVRS", BODY(FIXED, __VA_ARGS__))
/* One block of kind 10h with these entries. */
#define ENTRY(...) IVRS(IVHD_10(sizeof((const uint8_t[]){ __VA_ARGS__ })), __VA_ARGS__)

/* An entry F0h with this UID, alone in a block of kind 40h. */
#define HID 'A', 'M', 'D', 'I', '0', '0', '2', '0'
#define NO_CID 0, 0, 0, 0, 0, 0, 0, 0
#define HID_ENTRY(...) \
	IVRS(IVHD_LONG(0x40, 20 + sizeof((const uint8_t[]){ __VA_ARGS__ })), \
	     0xf0, 0xa5, 0x00, 0x40, HID, NO_CID, __VA_ARGS__)

#endif
