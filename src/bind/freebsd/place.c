/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a PCI function is now, and whether loader.conf wants it there. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bind/freebsd/devctl.h"
#include "collect/freebsd/pci.h"
#include "model/bdf.h"
#include "model/freebsd/pptdevs.h"
#include "util/cleanup.h"

#define KENV_SIZE 512 /* the kernel takes 258 bytes NAME=VALUE and a NUL from the loader */

void freebsd_device_name(const struct abi_pcisel *sel, char text[DEVICE_NAME_SIZE])
{
	snprintf(text, DEVICE_NAME_SIZE, "pci%" PRIu32 ":%u:%u:%u", sel->domain, sel->bus,
		 sel->device, sel->function);
}

bool freebsd_has_class(const struct freebsd_place *place, const char *driver)
{
	return strncmp(place->class_name, driver, sizeof(place->class_name) - 1) == 0;
}

bool freebsd_has_driver(const struct freebsd_place *place, const char *driver)
{
	return place->is_attached && freebsd_has_class(place, driver);
}

/* Return: -ENODEV when there is none; as freebsd_pci_list(). */
static int find_function(const struct freebsd_pci *pci, const struct bdf *bdf,
			 struct freebsd_function *function, struct error *err)
{
	_cleanup_free_ struct freebsd_function *functions = NULL;
	char name[BDF_TEXT_SIZE];
	size_t nr, at = 0;
	int r = freebsd_pci_list(pci, &functions, &nr, err);

	if (r < 0)
		return r;
	while (at < nr && bdf_compare(&functions[at].bdf, bdf) != 0)
		at++;
	bdf_format(bdf, name);
	if (at == nr)
		return fail(err, -ENODEV, "%s: there is no such device any more", name);
	*function = functions[at];
	return 0;
}

void freebsd_name_device(struct os *os, const struct bdf *bdf, char text[DEVICE_NAME_SIZE])
{
	struct abi_pcisel sel = { bdf->domain, bdf->bus, bdf->device, bdf->function };
	struct freebsd_function function;
	struct freebsd_pci pci;

	if (freebsd_pci_open(os, &pci, NULL) == 0) {
		if (find_function(&pci, bdf, &function, NULL) == 0)
			sel = function.sel;
		freebsd_pci_close(&pci);
	}
	freebsd_device_name(&sel, text);
}

int freebsd_look(struct os *os, const struct bdf *bdf, struct freebsd_place *place,
		 struct error *err)
{
	struct freebsd_pci pci = { .os = os, .fd = os->ops->open(os, ABI_PCI_NODE, O_RDWR) };
	struct freebsd_function function;
	int r;

	*place = (struct freebsd_place){ 0 };
	if (pci.fd < 0)
		return fail(err, pci.fd,
			    ABI_PCI_NODE ": %s; drivers are changed by root, with kern.securelevel "
					 "0 or below",
			    strerror(-pci.fd));
	r = find_function(&pci, bdf, &function, err);
	freebsd_pci_close(&pci);
	if (r < 0)
		return r;
	if (function.attached == TRI_UNKNOWN)
		return fail(err, -EPERM, ABI_PCI_NODE ": it does not tell who has a driver");
	*place = (struct freebsd_place){
		.sel = function.sel,
		.is_attached = function.attached == TRI_YES,
		.is_bridge = function.header_type != 0,
		.vendor = function.vendor,
		.product = function.product,
	};
	memcpy(place->class_name, function.driver, sizeof(place->class_name));
	return 0;
}

enum tristate freebsd_is_reserved(struct os *os, const struct abi_pcisel *sel)
{
	const struct bdf bdf = { sel->domain, sel->bus, sel->device, sel->function };
	char values[PPTDEVS_VALUES][KENV_SIZE];
	const char *found[PPTDEVS_VALUES] = { NULL };
	bool is_whole = sel->function <= 7; /* more, with ARI, is no struct bdf */

	for (size_t i = 0; i < PPTDEVS_VALUES; i++) {
		int r = os->ops->kenv(os, pptdevs_names[i], values[i], sizeof(values[i]));

		if (r >= 0)
			found[i] = values[i];
		else if (r != -ENOENT)
			is_whole = false;
	}
	if (pptdevs_lists(found, &bdf))
		return TRI_YES;
	return is_whole ? TRI_NO : TRI_UNKNOWN;
}
