/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The three ACPI tables that describe IOMMUs, as plain structs: DMAR (Intel), IVRS (AMD), VIOT
 * (virtio). Bytes in, structs out: no files, no printing, no operating system.
 *
 * Offsets are in bytes from the start of the table. Ranges are inclusive at both ends. Every byte
 * of a table is either in a decoded field or in one of its `reserved` runs. Sources: Intel VT-d
 * specification chapter 8, AMD IOMMU specification chapter 5, ACPI 6.5 section 5.2 (header and
 * VIOT); Linux include/acpi/actbl1.h, actbl2.h, actbl3.h.
 */
#ifndef IOMMUTOOL_ACPI_H
#define IOMMUTOOL_ACPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest table that is read; the largest real ones have a few KiB. */
#define ACPI_TABLE_MAX (1u << 20)

enum acpi_kind { ACPI_DMAR, ACPI_IVRS, ACPI_VIOT };

/* Something in the table that contradicts the specification. */
struct acpi_problem {
	size_t offset; /* of the field that is wrong; of the structure when its length is wrong */
	char what[120];
};

/*
 * A run of bytes that no field holds, kept so that nothing in a table is hidden: reserved ones that
 * are not all zero; what a structure of a type we do not know consists of; what stands behind the
 * known fields of a structure, behind a wrong length, or behind the end of the table.
 */
struct acpi_reserved {
	size_t offset; /* the bytes are at this offset in struct acpi_table's bytes */
	size_t length;
};

/* --- DMAR ------------------------------------------------------------------------------- */

enum dmar_type {
	DMAR_DRHD, /* one IOMMU unit */
	DMAR_RMRR, /* memory that firmware wants mapped 1:1 */
	DMAR_ATSR, /* root ports with ATS */
	DMAR_RHSA, /* NUMA node of a unit */
	DMAR_ANDD, /* ACPI name of a device that is in no PCI bus */
	DMAR_SATC, /* SoC-integrated devices with an address translation cache */
	DMAR_SIDP, /* SoC-integrated device properties */
	DMAR_UNKNOWN,
};

enum dmar_scope_type {
	DMAR_SCOPE_ENDPOINT = 1,
	DMAR_SCOPE_BRIDGE = 2, /* and everything below it */
	DMAR_SCOPE_IOAPIC = 3,
	DMAR_SCOPE_HPET = 4,
	DMAR_SCOPE_NAMESPACE = 5,
};

struct dmar_step {
	uint8_t device;
	uint8_t function;
};

struct dmar_scope {
	size_t offset;
	uint8_t type;		/* enum dmar_scope_type, or a number we do not know */
	uint8_t flags;		/* meant for SATC and SIDP */
	uint8_t enumeration_id; /* IOAPIC id, HPET number or ANDD device number */
	uint8_t start_bus;
	struct dmar_step *path; /* from start_bus down; every step but the last is a bridge */
	size_t nr_path;		/* at least 1 */
};

struct dmar_structure {
	enum dmar_type type;
	uint16_t number; /* the type as it stands in the table */
	size_t offset;
	size_t length;
	uint8_t flags;		   /* DRHD, ATSR, SATC */
	uint8_t size;		   /* DRHD: registers take 2^size pages of 4 KiB */
	uint16_t segment;	   /* all but RHSA and ANDD */
	uint64_t address;	   /* DRHD, RHSA: register base */
	uint64_t start, end;	   /* RMRR */
	uint32_t proximity_domain; /* RHSA */
	uint8_t device_number;	   /* ANDD */
	char *name;		   /* ANDD: ACPI path, bytes as in the table up to the NUL */
	struct dmar_scope *scopes;
	size_t nr_scopes;
};

/* Table flags, offset 37. */
#define DMAR_INTR_REMAP 0x01
#define DMAR_X2APIC_OPT_OUT 0x02
#define DMAR_DMA_CTRL_OPT_IN 0x04

#define DMAR_DRHD_INCLUDE_PCI_ALL 0x01
#define DMAR_ATSR_ALL_PORTS 0x01
#define DMAR_SATC_ATC_REQUIRED 0x01

struct dmar {
	unsigned host_address_width; /* bits; a physical width, not the IOVA width */
	uint8_t flags;
	struct dmar_structure *structures;
	size_t nr_structures;
};

/* --- IVRS ------------------------------------------------------------------------------- */

enum ivrs_entry_type {
	IVRS_ALL,
	IVRS_SELECT,
	IVRS_RANGE, /* its start and end entry in one */
	IVRS_ALIAS_SELECT,
	IVRS_ALIAS_RANGE,
	IVRS_EXT_SELECT,
	IVRS_EXT_RANGE,
	IVRS_SPECIAL,
	IVRS_ACPI_HID,
	IVRS_ENTRY_UNKNOWN,
};

/* DeviceIDs are bus << 8 | device << 3 | function. */
struct ivrs_entry {
	enum ivrs_entry_type type;
	uint8_t number; /* the type as it stands in the table */
	size_t offset;
	size_t length;	      /* of a range: both entries and what is between them */
	uint16_t first, last; /* DeviceIDs; equal but for ALL (0, 0xffff) and ranges */
	bool has_alias;
	uint16_t alias; /* DeviceID that the requests carry */
	uint8_t data;	/* INITPass 01h, EIntPass 02h, NMIPass 04h, SysMgt 30h, LINT0/1 40h 80h */
	uint32_t extended; /* EXT entries: bit 31 ATSDisabled */
	uint8_t handle;	   /* SPECIAL: IOAPIC id or HPET number */
	uint8_t variety;   /* SPECIAL: 1 IOAPIC, 2 HPET */
	char hid[9];	   /* ACPI_HID: 8 bytes as in the table, NULs among them */
	char cid[9];
	uint8_t uid_format; /* ACPI_HID: 0 none, 1 integer, 2 string */
	char *uid; /* ACPI_HID: the string up to a NUL, or the integer in decimal; NULL for none */
};

enum ivrs_block_type { IVRS_IVHD, IVRS_IVMD, IVRS_BLOCK_UNKNOWN };

#define IVRS_IVMD_UNITY 0x01
#define IVRS_IVMD_IR 0x02
#define IVRS_IVMD_IW 0x04
#define IVRS_IVMD_EXCLUSION 0x08

struct ivrs_block {
	enum ivrs_block_type type;
	uint8_t kind; /* the type as in the table: 10h 11h 40h IVHD, 20h 21h 22h IVMD */
	uint8_t flags;
	size_t offset;
	size_t length;
	uint16_t device_id; /* IVHD: the IOMMU's own function; others: as in the table */
	uint16_t segment;
	/* IVHD */
	uint16_t capability_offset;
	uint64_t address; /* register base */
	uint16_t info;
	uint32_t features; /* 10h feature reporting, 11h and 40h attributes */
	bool has_efr;	   /* 11h and 40h carry register images */
	uint64_t efr, efr2;
	bool ignored; /* IVHD: Linux uses another kind of block for its IOMMUs */
	struct ivrs_entry *entries;
	size_t nr_entries;
	/* IVMD */
	uint16_t first, last; /* DeviceIDs covered: 20h 0 to 0xffff */
	uint64_t start, end;  /* memory; a length of 0 or one that wraps (problems): end is start */
};

#define IVRS_EFR_SUPPORTED 0x01u
#define IVRS_DMA_REMAP 0x02u
#define IVRS_HT_ATS_RESERVED 0x400000u

struct ivrs {
	uint32_t ivinfo;
	unsigned va_size, pa_size, gva_size; /* bits, decoded from ivinfo; 0: not said */
	struct ivrs_block *blocks;
	size_t nr_blocks;
};

/* --- VIOT ------------------------------------------------------------------------------- */

enum viot_type {
	VIOT_PCI_RANGE = 1,
	VIOT_MMIO = 2,
	VIOT_VIRTIO_IOMMU_PCI = 3,
	VIOT_VIRTIO_IOMMU_MMIO = 4,
	VIOT_UNKNOWN,
};

struct viot_node {
	enum viot_type type;
	uint8_t number; /* the type as it stands in the table */
	size_t offset;
	size_t length;
	uint32_t endpoint;		     /* PCI range, MMIO */
	uint16_t segment_start, segment_end; /* PCI range; virtio-iommu PCI: both its segment */
	uint16_t bdf_start, bdf_end;	     /* the same */
	uint16_t output_node;		     /* PCI range, MMIO: offset of a virtio-iommu node */
	uint64_t address;		     /* MMIO, virtio-iommu MMIO */
};

struct viot {
	uint16_t node_count;  /* as the header has it */
	uint16_t node_offset; /* where the first node is */
	struct viot_node *nodes;
	size_t nr_nodes;
};

/* --- a table ---------------------------------------------------------------------------- */

struct acpi_table {
	enum acpi_kind kind;
	char signature[5];
	uint8_t *bytes; /* a copy of all that was given, also behind the end of the table */
	size_t nr_bytes;
	uint32_t length; /* as it stands in the header */
	uint8_t revision;
	bool checksum_ok; /* false too when the table is cut short */
	/* The names below are all bytes of the table and one NUL more; blanks or NULs fill them. */
	char oem_id[7];
	char oem_table_id[9];
	uint32_t oem_revision;
	char creator_id[5];
	uint32_t creator_revision;
	struct acpi_problem *problems;
	size_t nr_problems;
	struct acpi_reserved *reserved; /* by offset, none overlaps another */
	size_t nr_reserved;
	/* By kind; the others are empty. No union: who takes one kind for another reads nothing. */
	struct dmar dmar;
	struct ivrs ivrs;
	struct viot viot;
};

/**
 * acpi_parse() - decode a DMAR, IVRS or VIOT
 * @bytes: the table with its header; may be of any content
 * @length: bytes there
 * @table: on success the decoded table, released with acpi_free()
 *
 * Whatever is malformed becomes a problem with its offset; what stands before it is decoded all
 * the same. Bytes past the header's length are a problem and are not decoded. Memory stays
 * proportional to @length.
 *
 * Return: 0; -EINVAL when there is no whole ACPI header; -ENOTSUP for another signature.
 */
int acpi_parse(const uint8_t *bytes, size_t length, struct acpi_table **table);

void acpi_free(struct acpi_table *table);

#endif
