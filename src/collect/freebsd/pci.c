/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of PCI functions: PCIOCGETCONF, and who of them has a driver. */
#include "collect/freebsd/pci.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/collect.h"
#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define AT_ONCE 64	     /* functions that one GETCONF is asked for */
#define FUNCTIONS_MAX 65536u /* more than any machine has */
#define RESTARTS_MAX 16	     /* of a list that changes while it is read */

int freebsd_pci_open(struct os *os, struct freebsd_pci *pci, struct error *err)
{
	int fd = os->ops->open(os, ABI_PCI_NODE, O_RDWR);

	if (fd == -EACCES || fd == -EPERM || fd == -EROFS)
		fd = os->ops->open(os, ABI_PCI_NODE, O_RDONLY);
	if (fd < 0)
		return fail(err, fd, ABI_PCI_NODE ": %s; no PCI device can be seen without it",
			    strerror(-fd));
	*pci = (struct freebsd_pci){ .os = os, .fd = fd };
	return 0;
}

void freebsd_pci_close(struct freebsd_pci *pci)
{
	pci->os->ops->close(pci->os, pci->fd);
}

/* --- the kernel's list -------------------------------------------------------------------- */

/* 15 still knows the number of 14, unless it was built without; 14 does not know that of 15. */
static const struct layout {
	unsigned long request;
	size_t size; /* of an entry, which begins with a struct abi_pci_conf */
} layouts[] = {
	{ ABI_PCIOCGETCONF14, sizeof(struct abi_pci_conf) },
	{ ABI_PCIOCGETCONF15, sizeof(struct abi_pci_conf15) },
};

struct list {
	struct freebsd_function *items;
	size_t nr;
};

/* Return: 0; -EPROTO when that is no address. */
static int take_function(struct list *list, const struct abi_pci_conf *conf)
{
	struct freebsd_function *function;
	bool is_ari = conf->sel.device == 0;

	if (conf->sel.device > 31 || (conf->sel.function > 7 && !is_ari) ||
	    list->nr == FUNCTIONS_MAX)
		return -EPROTO;
	list->items = xgrow(list->items, list->nr, sizeof(*list->items));
	function = &list->items[list->nr++];
	*function = (struct freebsd_function){
		.bdf = { .domain = conf->sel.domain,
			 .bus = conf->sel.bus,
			 .device = (uint8_t)(conf->sel.device + conf->sel.function / 8),
			 .function = conf->sel.function % 8 },
		.sel = conf->sel,
		.header_type = conf->header_type & 0x7f,
		.vendor = conf->vendor,
		.product = conf->device,
		.subvendor = conf->subvendor,
		.subdevice = conf->subdevice,
		.class = (uint32_t)conf->class << 16 | (uint32_t)conf->subclass << 8 |
			 conf->interface,
		.revision = conf->revision,
		.order = list->nr - 1,
		.unit = conf->unit,
		.attached = TRI_UNKNOWN,
	};
	memcpy(function->driver, conf->name, sizeof(function->driver));
	function->driver[sizeof(function->driver) - 1] = '\0';
	return 0;
}

/* Return: as ask_all(); -ENOBUFS when it is not at its end. */
static int ask_once(const struct freebsd_pci *pci, const struct layout *layout, void *buffer,
		    struct abi_pci_conf_io *io, struct list *list)
{
	int r;

	io->match_bytes = (uint32_t)(AT_ONCE * layout->size);
	io->matches = buffer;
	io->nr_matches = 0;
	r = pci->os->ops->ioctl(pci->os, pci->fd, layout->request, io);
	if (r < 0)
		return r;
	if (io->status == ABI_GETCONF_LIST_CHANGED)
		return -EAGAIN;
	if (io->status != ABI_GETCONF_LAST_DEVICE && io->status != ABI_GETCONF_MORE_DEVS)
		return -EPROTO;
	if (io->nr_matches > AT_ONCE)
		return -EPROTO;
	for (size_t i = 0; i < io->nr_matches; i++) {
		struct abi_pci_conf conf;

		memcpy(&conf, (const char *)buffer + i * layout->size, sizeof(conf));
		r = take_function(list, &conf);
		if (r < 0)
			return r;
	}
	if (io->status == ABI_GETCONF_LAST_DEVICE)
		return 0;
	return io->nr_matches ? -ENOBUFS : -EPROTO; /* more, and none now: for ever */
}

/*
 * Return: 0; -EAGAIN when it changed meanwhile; -ENOTTY: the kernel knows another layout, which it
 * tells as -EPERM to who may only read (sys/dev/pci/pci_user.c).
 */
static int ask_all(const struct freebsd_pci *pci, const struct layout *layout, struct list *list)
{
	_cleanup_free_ void *buffer = xcalloc(AT_ONCE, layout->size);
	struct abi_pci_conf_io io = { 0 };
	int r;

	list->nr = 0;
	do
		r = ask_once(pci, layout, buffer, &io, list);
	while (r == -ENOBUFS);
	return r;
}

static int read_list(const struct freebsd_pci *pci, struct list *list)
{
	size_t nr_layouts = sizeof(layouts) / sizeof(layouts[0]), at = 0;
	unsigned restarts = 0;

	for (;;) {
		int r = ask_all(pci, &layouts[at], list);

		if (r == -EPERM)
			r = -ENOTTY;
		if (r == -ENOTTY && at + 1 < nr_layouts)
			at++;
		else if (r != -EAGAIN || ++restarts > RESTARTS_MAX)
			return r;
	}
}

static const char *list_problem(int code)
{
	switch (code) {
	case -EAGAIN:
		return "the list of functions changes all the time; try again";
	case -EPROTO:
		return "the list of functions makes no sense";
	case -ENOTTY:
		return "this kernel lists functions in a way that is not known here";
	default:
		return strerror(-code);
	}
}

static int compare_functions(const void *a, const void *b)
{
	const struct freebsd_function *x = a, *y = b;

	return bdf_compare(&x->bdf, &y->bdf);
}

/* --- who has a driver --------------------------------------------------------------------- */

/* The sysctls of a device are there while it is attached (sys/kern/subr_bus.c). */
static bool has_sysctls(struct os *os, const struct freebsd_function *function)
{
	char name[ABI_NAME_SIZE + 48], value[64];
	size_t size = sizeof(value);

	snprintf(name, sizeof(name), "dev.%s.%lu.%%driver", function->driver, function->unit);
	return os->ops->sysctl(os, name, value, &size) >= 0;
}

static enum tristate ask_attached(const struct freebsd_pci *pci,
				  const struct freebsd_function *function)
{
	struct abi_pci_io io = { .sel = function->sel };

	if (pci->os->ops->ioctl(pci->os, pci->fd, ABI_PCIOCATTACHED, &io) >= 0)
		return io.data ? TRI_YES : TRI_NO;
	if (!function->driver[0])
		return TRI_NO;
	return has_sysctls(pci->os, function) ? TRI_YES : TRI_UNKNOWN;
}

int freebsd_pci_list(const struct freebsd_pci *pci, struct freebsd_function **functions, size_t *nr,
		     struct error *err)
{
	struct list list = { 0 };
	int r = read_list(pci, &list);

	*functions = NULL;
	*nr = 0;
	if (r == 0 && list.nr)
		qsort(list.items, list.nr, sizeof(*list.items), compare_functions);
	for (size_t i = 1; i < list.nr && r == 0; i++)
		if (compare_functions(&list.items[i - 1], &list.items[i]) == 0)
			r = -EPROTO;
	if (r < 0) {
		free(list.items);
		return fail(err, r, ABI_PCI_NODE ": %s", list_problem(r));
	}
	for (size_t i = 0; i < list.nr; i++)
		list.items[i].attached = ask_attached(pci, &list.items[i]);
	*functions = list.items;
	*nr = list.nr;
	return 0;
}

/* --- devices ------------------------------------------------------------------------------ */

static void fill_device(struct device *device, const struct freebsd_function *function)
{
	char text[BDF_TEXT_SIZE];

	bdf_format(&function->bdf, text);
	*device = (struct device){
		.name = xstrdup(text),
		.is_pci = true,
		.bdf = function->bdf,
		.root_bus = -1,
		.vendor = function->vendor,
		.product = function->product,
		.class = (int)function->class,
		.driver_known = function->attached != TRI_UNKNOWN,
	};
	if (function->attached == TRI_YES && function->driver[0]) {
		device->driver = xstrdup(function->driver);
		device->alias = xasprintf("%s%lu", function->driver, function->unit);
	}
}

static void fill_devices(struct machine *machine, const struct freebsd_function *functions,
			 size_t nr)
{
	machine->devices = xcalloc(nr, sizeof(*machine->devices));
	machine->nr_devices = nr;
	for (size_t i = 0; i < nr; i++) {
		fill_device(&machine->devices[i], &functions[i]);
		if (functions[i].attached == TRI_UNKNOWN)
			machine_note(machine, ABI_PCI_NODE
				     ": only root is told who has a driver; run as root");
	}
}

int freebsd_list_devices(struct os *os, unsigned facts, struct machine *machine,
			 struct freebsd_function **functions, struct error *err)
{
	_cleanup_free_ struct freebsd_function *own = NULL;
	struct freebsd_pci pci;
	size_t nr;
	int r = freebsd_pci_open(os, &pci, err);

	if (r < 0)
		return r;
	r = freebsd_pci_list(&pci, &own, &nr, err);
	if (r == 0) {
		fill_devices(machine, own, nr);
		if (facts & FACT_RESOURCES)
			freebsd_fill_resources(&pci, machine, own);
		if (facts & (FACT_TOPOLOGY | FACT_ACS))
			freebsd_fill_topology(&pci, machine, own);
		if (facts & FACT_ACS)
			freebsd_fill_routing(&pci, machine, own);
	}
	freebsd_pci_close(&pci);
	if (r == 0 && functions) {
		*functions = own;
		own = NULL;
	}
	return r;
}
