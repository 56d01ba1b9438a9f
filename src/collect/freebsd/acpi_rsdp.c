/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The root of all ACPI tables: the RSDP (ACPI 6.5, 5.2.5). */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "acpi/cursor.h"
#include "collect/freebsd/acpi_root.h"
#include "util/text.h"

#define SIGNATURE "RSD PTR "
#define SIGNATURE_SIZE 8
#define LENGTH_1 20 /* of revision 0 and 1: all that its checksum spans */
#define LENGTH_2 36 /* of revision 2 */
#define LENGTH_MAX 4096

#define EBDA_SEGMENT                                                                               \
	0x40eull /* a word of the BIOS: where its extended data area is, in 16 bytes               \
		  */
#define EBDA_SIZE 1024
#define BIOS_START 0xe0000ull
#define BIOS_END 0x100000ull
#define STEP 16
#define WINDOW 4096

bool freebsd_sum_is_zero(const uint8_t *bytes, size_t length)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum == 0;
}

int freebsd_memory_error(int code, const char *what, uint64_t address, struct error *err)
{
	switch (code) {
	case -EACCES:
	case -EPERM:
		return fail(err, code, "/dev/mem: %s; run as root", strerror(-code));
	case -ENOENT:
	case -ENXIO:
		return fail(err, -ENODEV,
			    "/dev/mem: it is not here, as in a jail: ACPI tables and "
			    "registers cannot be read; ask on the host");
	case -EFAULT:
		return fail(err, -EBADMSG, "%s: nothing is at 0x%" PRIx64, what, address);
	default:
		return fail(err, code, "/dev/mem: 0x%" PRIx64 ": %s", address, strerror(-code));
	}
}

/* Return: whether these are a revision that we know, with right checksums. */
static bool decode(const uint8_t *bytes, size_t length, struct freebsd_rsdp *rsdp)
{
	struct cursor cursor = cursor_over(bytes, length);
	char signature[SIGNATURE_SIZE], oem[6];
	uint8_t revision;
	uint32_t said;

	cursor_bytes(&cursor, signature, sizeof(signature));
	if (memcmp(signature, SIGNATURE, SIGNATURE_SIZE) != 0 || length < LENGTH_1 ||
	    !freebsd_sum_is_zero(bytes, LENGTH_1))
		return false;
	cursor_u8(&cursor);
	cursor_bytes(&cursor, oem, sizeof(oem));
	revision = cursor_u8(&cursor);
	rsdp->rsdt = cursor_u32(&cursor);
	rsdp->xsdt = 0;
	rsdp->has_xsdt = false;
	if (revision < 2)
		return true;
	said = cursor_u32(&cursor);
	if (said < LENGTH_2 || said > length || !freebsd_sum_is_zero(bytes, said))
		return false;
	rsdp->xsdt = cursor_u64(&cursor);
	rsdp->has_xsdt = rsdp->xsdt != 0;
	return true;
}

/* Return: 0; -EBADMSG when no right one is there; other negative errno. */
static int read_rsdp(struct os *os, uint64_t address, struct freebsd_rsdp *rsdp)
{
	uint8_t bytes[LENGTH_MAX];
	size_t length = LENGTH_1;
	int r = os->ops->read_physical(os, address, bytes, LENGTH_1);

	if (r >= 0 && bytes[15] >= 2) {
		length = LENGTH_2;
		r = os->ops->read_physical(os, address, bytes, length);
	}
	if (r >= 0 && length == LENGTH_2) {
		struct cursor at = cursor_over(bytes + LENGTH_1, sizeof(uint32_t));
		uint32_t said = cursor_u32(&at);

		if (said > LENGTH_2 && said <= LENGTH_MAX) {
			length = said;
			r = os->ops->read_physical(os, address, bytes, length);
		}
	}
	if (r < 0)
		return r == -EFAULT ? -EBADMSG : r;
	rsdp->address = address;
	return decode(bytes, length, rsdp) ? 0 : -EBADMSG;
}

/* --- where it may be ---------------------------------------------------------------------- */

/* Return: 0 where nobody says. */
static uint64_t by_kenv(struct os *os)
{
	char text[64];
	uint64_t address;

	if (os->ops->kenv(os, "hint.acpi.0.rsdp", text, sizeof(text)) < 0 ||
	    parse_u64(text, 0, UINT64_MAX, &address) < 0)
		return 0;
	return address;
}

static uint64_t by_sysctl(struct os *os)
{
	uint64_t address = 0; /* an unsigned long there */
	size_t size = sizeof(address);

	if (os->ops->sysctl(os, "machdep.acpi_root", &address, &size) < 0 ||
	    size != sizeof(address))
		return 0;
	return address;
}

bool freebsd_rsdp_is_searched(uint64_t address, size_t size)
{
	if (address >= BIOS_END)
		return false;
	return size == EBDA_SIZE || (size == WINDOW && address >= BIOS_START);
}

/* Return: 0; -ENXIO when there is none; other negative errno, of memory that may not be read. */
static int scan(struct os *os, uint64_t start, uint64_t end, struct freebsd_rsdp *rsdp)
{
	uint8_t window[WINDOW];

	for (uint64_t at = start; at < end; at += sizeof(window)) {
		size_t size = end - at < sizeof(window) ? (size_t)(end - at) : sizeof(window);
		int r = os->ops->read_physical(os, at, window, size);

		if (r == -EFAULT)
			continue;
		if (r < 0)
			return r;
		for (size_t i = 0; i + SIGNATURE_SIZE <= size; i += STEP)
			if (memcmp(window + i, SIGNATURE, SIGNATURE_SIZE) == 0 &&
			    read_rsdp(os, at + i, rsdp) == 0)
				return 0;
	}
	return -ENXIO;
}

static int scan_bios(struct os *os, struct freebsd_rsdp *rsdp)
{
	uint8_t word[2];
	int r = os->ops->read_physical(os, EBDA_SEGMENT, word, sizeof(word));
	uint64_t ebda = r < 0 ? 0 : (uint64_t)(word[0] | word[1] << 8) << 4;

	if (r < 0 && r != -EFAULT)
		return r;
	r = ebda ? scan(os, ebda, ebda + EBDA_SIZE, rsdp) : -ENXIO;
	return r == -ENXIO ? scan(os, BIOS_START, BIOS_END, rsdp) : r;
}

int freebsd_find_rsdp(struct os *os, struct freebsd_rsdp *rsdp, struct error *err)
{
	uint64_t said[] = { by_kenv(os), by_sysctl(os) };
	uint64_t broken = 0;
	int r;

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		if (said[i] == 0)
			continue;
		r = read_rsdp(os, said[i], rsdp);
		if (r == 0)
			return 0;
		if (r != -EBADMSG)
			return freebsd_memory_error(r, "RSDP", said[i], err);
		broken = said[i];
	}
	r = scan_bios(os, rsdp);
	if (r == -ENXIO && broken)
		return fail(err, -EBADMSG,
			    "ACPI: no right RSDP is at 0x%" PRIx64
			    ", where the kernel says that it is",
			    broken);
	if (r == -ENXIO)
		return fail(err, -ENXIO, "ACPI: this machine has no RSDP, so no tables");
	return r < 0 ? freebsd_memory_error(r, "RSDP", BIOS_START, err) : 0;
}
