/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The serial number of a device, by which it can be told from its twins. */
#include <errno.h>
#include <stdlib.h>

#include "collect/freebsd/collectors.h"
#include "collect/freebsd/pci.h"
#include "model/bdf.h"
#include "model/config_space.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define NUMBER 4 /* offset in the capability: two dwords, the lower one first */

/* Return: 0; -ENOENT: it has none; other negative errno. A list without end is left. */
static int find_serial(const struct freebsd_pci *pci, const struct freebsd_function *function,
		       unsigned *at)
{
	unsigned most = (CONFIG_SPACE_SIZE - CONVENTIONAL_CONFIG_SIZE) / 4;

	*at = CONVENTIONAL_CONFIG_SIZE;
	while (most-- > 0 && *at >= CONVENTIONAL_CONFIG_SIZE) {
		uint32_t header;
		int r = freebsd_read_config_dword(pci, function, *at, &header);

		if (r < 0)
			return r;
		if (header == UINT32_MAX) /* nothing answers */
			return -ENOENT;
		if ((header & 0xffff) == EXTENDED_SERIAL)
			return 0;
		*at = header >> 20 & 0xffc;
	}
	return -ENOENT;
}

static char *read_number(const struct freebsd_pci *pci, const struct freebsd_function *function)
{
	uint32_t low, high;
	unsigned at;

	if (find_serial(pci, function, &at) < 0 || at + NUMBER + 8 > CONFIG_SPACE_SIZE ||
	    freebsd_read_config_dword(pci, function, at + NUMBER, &low) < 0 ||
	    freebsd_read_config_dword(pci, function, at + NUMBER + 4, &high) < 0)
		return NULL;
	return xasprintf("%02x-%02x-%02x-%02x-%02x-%02x-%02x-%02x", high >> 24, high >> 16 & 0xff,
			 high >> 8 & 0xff, high & 0xff, low >> 24, low >> 16 & 0xff,
			 low >> 8 & 0xff, low & 0xff);
}

char *freebsd_read_serial(struct os *os, const struct bdf *bdf)
{
	_cleanup_free_ struct freebsd_function *functions = NULL;
	struct freebsd_pci pci;
	char *serial = NULL;
	size_t nr = 0;

	if (freebsd_pci_open(os, &pci, NULL) < 0)
		return NULL;
	freebsd_pci_list(&pci, &functions, &nr, NULL);
	for (size_t i = 0; i < nr && !serial; i++)
		if (bdf_compare(&functions[i].bdf, bdf) == 0)
			serial = read_number(&pci, &functions[i]);
	freebsd_pci_close(&pci);
	return serial;
}
