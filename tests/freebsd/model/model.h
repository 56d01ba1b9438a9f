/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A FreeBSD that is not there: /dev/pci, sysctls, kenv, modules and physical memory as far as
 * struct os shows them, made from what is known of its source. Not from a run of FreeBSD: whoever
 * is tested against this was tested against a model. Start at model_new().
 *
 * What is asked is kept in .log, a line a call, and the calls that a test names fail.
 */
#ifndef IOMMUTOOL_FREEBSD_MODEL_H
#define IOMMUTOOL_FREEBSD_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/freebsd/abi.h"
#include "collect/freebsd/os.h"
#include "model/machine.h"
#include "util/text.h"

/* --- PCI functions ------------------------------------------------------------------------ */

struct model_bar {
	uint64_t base; /* as the register has it, with the bits for its type */
	uint64_t length;
	bool is_there; /* else GETBAR says EINVAL */
};

/* What GETCONF tells of a function beside its address and driver. */
struct model_identity {
	uint16_t vendor, device, subvendor, subdevice;
	uint32_t class; /* 0xCCSSPPRR, with the revision */
	uint8_t header_type;
};

/* A PCI function and the device that the kernel's tree has for it. */
struct model_function {
	struct bdf bdf;
	bool is_ari;			   /* the kernel calls it function 8 and up of device 0 */
	uint8_t config[CONFIG_SPACE_SIZE]; /* its identity comes from here, too */
	size_t config_size;		   /* what is beyond reads as ones */
	bool has_identity;		   /* GETCONF tells that, whatever config space has */
	struct model_identity identity;
	struct model_bar bars[NR_BARS];
	char class_name[ABI_NAME_SIZE]; /* of its device class, "": none */
	unsigned unit;
	bool is_attached;
	/* For devctl. */
	bool is_class_fixed; /* by SET_DRIVER: no other driver is tried */
	bool is_disabled;
	bool is_busy;		    /* its driver does not let go: ppt, and a VM has it */
	bool is_reserved;	    /* pptdevs names it: ppt wins without being told to */
	char native[ABI_NAME_SIZE]; /* the driver that would take it, "": none */
};

/* --- values that are asked by name -------------------------------------------------------- */

enum model_value_kind { VALUE_SYSCTL, VALUE_KENV, VALUE_MODULE, VALUE_INTERFACE };

struct model_value {
	enum model_value_kind kind;
	char *name;
	uint8_t *bytes;
	size_t size;
};

/* --- the machine -------------------------------------------------------------------------- */

#define MODEL_FILES 16

enum model_node { NODE_NONE, NODE_PCI, NODE_DEVCTL, NODE_MODULE };

struct model_file {
	enum model_node node;
	bool is_writable;
};

/* The calls that begin so fail: all, or only the nth (from 1). */
struct model_mishap {
	char call[128];
	bool is_words; /* no word of the call goes on behind it */
	unsigned nth;  /* 0: each */
	int code;      /* negative errno */
	unsigned seen;
};

struct model_page;

/* An ACPI table of a profile. */
struct model_table {
	uint8_t *bytes;
	size_t size;
};

struct model {
	struct os os; /* to be handed to what is tested */

	/* What kind of system it is. */
	unsigned release;  /* 12 to 15: which numbers and layouts /dev/pci has */
	bool lacks_compat; /* 15 without the number that 14 has */
	bool is_root;
	int securelevel;
	bool lacks_memory; /* no /dev/mem, as in a jail */

	struct model_function *functions; /* in the kernel's order, which is not by address */
	size_t nr_functions;
	uint32_t generation;   /* of the list of functions */
	unsigned bump_after;   /* the list changes behind the nth GETCONF; 0: never */
	bool bumps_for_ever;   /* behind each one */
	unsigned nr_getconf;   /* that were answered */
	unsigned most_at_once; /* functions that one GETCONF returns; 0: as many as there is room */

	struct model_value *values;
	size_t nr_values;

	struct model_page *pages; /* by address */
	size_t nr_pages;
	unsigned nr_reads;	    /* of physical memory */
	struct model_table *tables; /* until the end of the profile puts them into memory */
	size_t nr_tables;

	/* /dev/devctl2 is there when this is set. Return: 0 or negative errno. */
	int (*devctl)(struct model *model, unsigned long request, void *argument);

	struct model_file files[MODEL_FILES];
	struct model_mishap *mishaps;
	size_t nr_mishaps;
	/* Of the program over the model, while it acts: where it keeps what it did. NULL elsewhere.
	 */
	char *state, *journal;

	char *log; /* a line a call, but for reads of registers and memory; never NULL */
};

/* A release-14 machine, asked by root, with nothing in it. Return: released with model_free(). */
struct model *model_new(void);
/* Ends the program when something that was opened is still open. */
void model_free(struct model *model);

/*
 * Adds a line to the log; @format has no "\n". For what is asked too often to be kept there is
 * model_mishap().
 *
 * Return: 0, or the code with which it is to fail.
 */
int model_mishap(struct model *model, const char *call);
int model_called(struct model *model, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Empties the log. */
void model_forget_calls(struct model *model);
/* From here on, beside those that fail already, calls that begin so fail: "GETCONF", "sysctl hw.".
 */
void model_fails(struct model *model, const char *call, unsigned nth, int code);
void model_works(struct model *model);

/* --- PCI functions (model_functions.c) ---------------------------------------------------- */

/*
 * Adds a function, as "0000:03:00.0", of 256 bytes without capabilities.
 * @class: 0xCCSSPP
 *
 * Return: it, until the next is added.
 */
struct model_function *model_add_function(struct model *model, const char *address, uint16_t vendor,
					  uint16_t device, uint32_t class);
/* Makes a bridge (header type 1) of it. */
void model_make_bridge(struct model_function *function, uint8_t secondary, uint8_t subordinate);
/* Gives it a driver that is attached. */
void model_attach(struct model_function *function, const char *driver, unsigned unit);
/* Return: NULL when there is none. */
struct model_function *model_find(struct model *model, const struct bdf *bdf);
/* The name by which the kernel finds it: "pci0:3:0:0", "pci3:0:0", "ppt0". NULL: none. */
struct model_function *model_find_named(struct model *model, const char *name);

/* Writes "pci0:3:0:0", and with ARI "pci0:3:0:8". */
#define MODEL_NAME_SIZE 32
void model_name(const struct model_function *function, char text[MODEL_NAME_SIZE]);

/* --- sysctls, kenv, modules (model_values.c) ---------------------------------------------- */

/**
 * model_profile() - take values from a file of lines name|type|value
 *
 * Types: int, uint, long, ulong, u8, u16, u32, u64, string; bytes, for a value of any type; kenv,
 * for a string of kenv; module, with the value loaded, or loadable: it is a file in /boot/kernel.
 * "#" begins a comment. The first line says "synthetic:" or "recorded:" (collect/freebsd/record.h)
 * and where it is from. Ends the program when it is not so.
 *
 * Beside values (model_machine.c), numbers as in C, bytes in hexadecimal, what is left out is 0:
 *
 *   release|is|15
 *	12 and up: the numbers and layouts that /dev/pci has; 14 without it
 *   asked|by|other
 *	not by root
 *   CALL|fails|EIO
 *	a call, or those that begin with these words, as the log has them: "open /dev/pci rw",
 *	"GETCONF 5", "READ pci0:3:0:0", "READ pci0:3:0:0 0x18", "ATTACHED pci0:3:0:0",
 *	"GETBAR pci0:3:0:0 0x10", "sysctl NAME", "kenv NAME", "find_module NAME",
 *	"find_interface NAME", "memory 0xfed90000", where a read begins
 *   0000:03:00.0|pci|SIZE DRIVER
 *	a function with SIZE bytes of config space, in the kernel's order. DRIVER is the device
 *	class with its unit, "ppt0", with "#" between them where the class ends with a digit,
 *	"rtw88#0"; "-": none
 *   0000:03:00.0|state|WORD...
 *	of the function above: busy, reserved, disabled, detached, forced, native=DRIVER; ari: the
 *	kernel calls it function 8 of device 0, or above. A record has detached and ari, and not
 *	the others, which the kernel does not tell.
 *   0000:03:00.0|identity|VENDOR DEVICE SUBVENDOR SUBDEVICE CLASS HEADER
 *	what GETCONF tells of the function above, where config space has it not: CLASS is
 *	0xCCSSPPRR, HEADER its type
 *   0000:03:00.0|config|OFFSET BYTES
 *	of the function above
 *   0000:03:00.0|bar|INDEX BASE LENGTH
 *	the base with the bits of the register
 *   DMAR|table|BYTES
 *	an ACPI table, below the RSDP at machdep.acpi_root
 *   ADDRESS|memory|BYTES
 *	of physical memory, whose page is there then
 *   ADDRESS|map|LEVELS IOVA PHYSICAL PAGES NEXT
 *	pages of 4 KiB in the second-level tables at ADDRESS, as of model_map()
 *   list|changes|always
 *	the list of functions, which GETCONF hands out one by one
 *   igb0|interface|up ADDRESS...
 *	a network interface, or "down"
 */
void model_profile(struct model *model, const char *path);
/* One of them; what has that name is replaced. */
void model_set(struct model *model, const char *name, const char *type, const char *value);
void model_unset(struct model *model, const char *name);

/* --- physical memory (model_memory.c) ----------------------------------------------------- */

/* Bytes at an address. Pages that nothing was written to are not there (EFAULT). */
void model_write(struct model *model, uint64_t address, const void *bytes, size_t size);
void model_write32(struct model *model, uint64_t address, uint32_t value);
void model_write64(struct model *model, uint64_t address, uint64_t value);

/**
 * model_acpi() - an RSDP, an XSDT and some tables
 * @rsdp: where the RSDP goes; the XSDT and the tables behind it, each in pages of its own
 * @tables: with right headers; they are taken as they are
 *
 * Return: the address of the XSDT, which has those of the tables from byte 36 on.
 */
uint64_t model_acpi(struct model *model, uint64_t rsdp, const uint8_t *const *tables,
		    const size_t *sizes, size_t nr);

/* --- IOMMUs in it (model_units.c) --------------------------------------------------------- */

/* Registers of a unit of VT-d: 39 and 48 bits, translation on by the (empty) root table at @root.
 */
void model_vtd(struct model *model, uint64_t registers, uint64_t root);
/* An entry for a requester in the context table at @context, which the root table then has.
 * @levels: 3 to 5 */
void model_context(struct model *model, uint64_t root, uint64_t context, uint16_t requester,
		   uint16_t domain, unsigned levels, uint64_t table);
/* Maps a page of @page bytes (4 KiB, 2 MiB, 1 GiB) for reading and writing in the second-level
 * tables at @table; further tables are taken from @next, which goes up. */
void model_map(struct model *model, uint64_t table, unsigned levels, uint64_t iova,
	       uint64_t physical, uint64_t page, uint64_t *next);
/* Registers of a unit of AMD-Vi that is on, with a device table of 2 MiB at @table. */
void model_amdvi(struct model *model, uint64_t registers, uint64_t table);
/* @levels: 0 to 6; 0 translates nothing */
void model_device_entry(struct model *model, uint64_t table, uint16_t requester, uint16_t domain,
			unsigned levels, uint64_t root);

#endif
