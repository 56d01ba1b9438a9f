/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may make more of a PCI Express error than a line in the log. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collect/collect.h"
#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define SERVICES "sys/bus/pci_express/devices"
#define MARK ":pcie"
#define DIGITS "0123456789abcdef"

/*
 * Services of ports are devices "BDF:pcieTSS": T is the type of the port, SS the service
 * (drivers/pci/pcie/portdrv.h).
 */
enum { SERVICE_AER = 0x02, SERVICE_DPC = 0x08 };

/* Return: the port's address, to be freed, when the device is that service of it; else NULL. */
static char *port_with(const char *name, unsigned service)
{
	const char *mark = strstr(name, MARK);
	const char *digits = mark ? mark + strlen(MARK) : "";
	_cleanup_free_ char *port = xstrdup(name);
	uint64_t id;

	if (strspn(digits, DIGITS) != 3 || parse_u64(digits, 16, 0xfff, &id) < 0 ||
	    (id & 0xff) != service)
		return NULL;
	port[mark - name] = '\0';
	return bdf_is_canonical(port) ? xstrdup(port) : NULL;
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

/* Through the folder, which in a capture is one of the capture. */
static bool has_table(const struct source *source, const char *name)
{
	_cleanup_close_ int dir = source_open_dir(source, "sys/firmware/acpi/tables");
	struct stat st;

	return dir >= 0 && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

void collect_escalation(const struct source *source, struct strings *sentences)
{
	struct strings names = { 0 };
	size_t before = sentences->nr;

	if (has_table(source, "HEST"))
		strings_add(sentences,
			    "the firmware may handle errors first (ACPI table HEST), and "
			    "may reset the machine");
	if (source_list(source, SERVICES, &names) < 0) {
		strings_add(sentences,
			    "/" SERVICES ": cannot be read; what ports do about errors is "
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
