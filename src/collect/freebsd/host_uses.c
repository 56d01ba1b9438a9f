/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host does with its devices, as far as sysctl and kenv tell. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "collect/freebsd/collectors.h"
#include "collect/freebsd/pci.h"
#include "model/freebsd/bhyve_host.h"

/* Return: 0; -ENOENT: not set, and @value is ""; other negative errno. */
static int ask_kenv(struct os *os, const char *name, char value[KENV_VALUE_SIZE])
{
	int r = os->ops->kenv(os, name, value, KENV_VALUE_SIZE);

	if (r < 0)
		*value = '\0';
	return r < 0 ? r : 0;
}

static void read_pptdevs(struct os *os, struct bhyve_uses *uses)
{
	uses->pptdevs_known = true;
	for (size_t i = 0; i < PPTDEVS_VALUES; i++) {
		int r = ask_kenv(os, pptdevs_names[i], uses->pptdevs[i]);

		uses->is_set[i] = r == 0;
		if (r < 0 && r != -ENOENT)
			uses->pptdevs_known = false;
	}
}

/* Whether loader.conf(5) has a module loaded: for "YES" in any case, and nothing else. */
static enum tristate ask_module_load(struct os *os, const char *name)
{
	char value[KENV_VALUE_SIZE];
	int r = ask_kenv(os, name, value);

	if (r < 0 && r != -ENOENT)
		return TRI_UNKNOWN;
	return strcasecmp(value, "YES") == 0 ? TRI_YES : TRI_NO;
}

/* A flag of boot(8) in the environment: set to anything but "NO" (boot_env_to_howto()). */
static enum tristate ask_boot_flag(struct os *os, const char *name)
{
	char value[KENV_VALUE_SIZE];
	int r = ask_kenv(os, name, value);

	if (r < 0)
		return r == -ENOENT ? TRI_NO : TRI_UNKNOWN;
	return strcasecmp(value, "NO") == 0 ? TRI_NO : TRI_YES;
}

/* The loader says by any of them that the kernel is to have one (loader.efi(8), uart(4)). */
static enum tristate ask_serial_console(struct os *os)
{
	char console[KENV_VALUE_SIZE], uart[KENV_VALUE_SIZE];
	int r = ask_kenv(os, "console", console), s = ask_kenv(os, "hw.uart.console", uart);
	enum tristate serial = ask_boot_flag(os, "boot_serial");
	enum tristate several = ask_boot_flag(os, "boot_multicons");

	/* comconsole, and eficom of newer loaders */
	if (strstr(console, "com") || *uart || serial == TRI_YES || several == TRI_YES)
		return TRI_YES;
	if ((r < 0 && r != -ENOENT) || (s < 0 && s != -ENOENT) || serial == TRI_UNKNOWN ||
	    several == TRI_UNKNOWN)
		return TRI_UNKNOWN;
	return TRI_NO;
}

static void read_disks(struct os *os, struct bhyve_uses *uses)
{
	size_t size = sizeof(uses->disks) - 1;

	uses->disks_known = os->ops->sysctl(os, "kern.disks", uses->disks, &size) == 0;
	uses->disks[uses->disks_known ? size : 0] = '\0';
}

/* The unit of vgapci that drivers of displays take for it (sys/dev/pci/vga_pci.c); -1 until one of
 * them asked. */
static void find_boot_display(struct os *os, size_t nr, struct bhyve_host *host,
			      const struct freebsd_function *functions)
{
	int32_t unit = -1;
	size_t size = sizeof(unit);
	bool known = os->ops->sysctl(os, "hw.pci.default_vgapci_unit", &unit, &size) == 0 &&
		     size == sizeof(unit) && unit >= 0;

	for (size_t i = 0; i < nr; i++) {
		bool is_it = strcmp(functions[i].driver, "vgapci") == 0 &&
			     functions[i].unit == (unsigned long)unit;

		host->devices[i].boot_display = !known ? TRI_UNKNOWN : is_it ? TRI_YES : TRI_NO;
	}
}

void freebsd_collect_uses(struct os *os, size_t nr, struct bhyve_host *host,
			  const struct freebsd_function *functions)
{
	read_pptdevs(os, &host->uses);
	host->uses.loads_vmm = ask_module_load(os, "vmm_load");
	host->uses.serial_console = ask_serial_console(os);
	read_disks(os, &host->uses);
	find_boot_display(os, nr, host, functions);
	for (size_t i = 0; i < nr; i++) {
		const struct abi_pcisel *sel = &functions[i].sel;

		host->devices[i].kernel_bdf =
			(struct bdf){ sel->domain, sel->bus, sel->device, sel->function };
		host->devices[i].sub_vendor = functions[i].subvendor;
		host->devices[i].sub_product = functions[i].subdevice;
	}
}
