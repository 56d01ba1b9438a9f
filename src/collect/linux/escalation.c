/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may make more of a PCI Express error than a line in the log. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/collect.h"
#include "util/alloc.h"

#define SERVICES "sys/bus/pci_express/devices"

/*
 * Services of ports are devices "BDF:pcieTSS": T is the type of the port, SS the service
 * (drivers/pci/pcie/portdrv.h).
 */
enum { SERVICE_AER = 0x02, SERVICE_DPC = 0x08 };

/* Return: what comes before ":pcie", to be freed, when the device is that service; else NULL. */
static char *port_with(const char *name, unsigned service)
{
	const char *mark = strstr(name, ":pcie");
	uint64_t id;
	char *port;

	if (!mark || parse_u64(mark + strlen(":pcie"), 16, 0xfff, &id) < 0 ||
	    (id & 0xff) != service)
		return NULL;
	port = xstrdup(name);
	port[mark - name] = '\0';
	return port;
}

static void ports_with(const struct strings *names, unsigned service, struct strings *ports)
{
	for (size_t i = 0; i < names->nr; i++) {
		char *port = port_with(names->items[i], service);

		if (port)
			strings_take(ports, port);
	}
}

static void tell_ports(const struct strings *names, unsigned service, const char *does,
		       struct strings *sentences)
{
	struct strings ports = { 0 };
	char *joined;

	ports_with(names, service, &ports);
	joined = strings_join(&ports, ", ");
	if (ports.nr > 0)
		strings_take(sentences, xasprintf("%s: %s", joined, does));
	free(joined);
	strings_free(&ports);
}

static bool is_there(const struct source *source, const char *path)
{
	return faccessat(source->root, path, F_OK, 0) == 0;
}

void collect_escalation(const struct source *source, struct strings *sentences)
{
	struct strings names = { 0 };
	size_t before = sentences->nr;

	if (is_there(source, "sys/firmware/acpi/tables/HEST"))
		strings_add(sentences,
			    "the firmware may handle errors first (ACPI table HEST), and "
			    "may reset the machine");
	if (source_list(source, SERVICES, &names) < 0) {
		strings_add(sentences, SERVICES ": cannot be read; what ports do about errors is "
						"unknown");
	} else {
		tell_ports(&names, SERVICE_DPC, "DPC takes the link down at an error", sentences);
		tell_ports(&names, SERVICE_AER, "AER reports errors, and recovers by resets",
			   sentences);
	}
	if (sentences->nr == before)
		strings_add(sentences, "nothing is seen here that escalates it: no DPC, no AER, no "
				       "firmware that handles errors first");
	strings_free(&names);
}
