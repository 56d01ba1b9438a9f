/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of loader.conf(5) for what a plan binds. */
#include "bind/freebsd/boot_lines.h"

#include <errno.h>
#include <stdlib.h>

#include "model/freebsd/bhyve_host.h"
#include "util/alloc.h"
#include "util/cleanup.h"

static bool is_bound(const struct change *change)
{
	return change->result == RESULT_BOUND || change->result == RESULT_UNCHANGED ||
	       change->result == RESULT_PLANNED;
}

static void wish(struct pptdevs_wish **wishes, size_t *nr, struct pptdevs_wish one)
{
	*wishes = xgrow(*wishes, *nr, sizeof(**wishes));
	(*wishes)[(*nr)++] = one;
}

/* Those that are there stay, and come first. */
static size_t collect_wishes(const struct bind_plan *plan, struct pptdevs_wish **wishes)
{
	const struct bhyve_host *host = plan->machine->bhyve;
	const char *found[PPTDEVS_VALUES];
	_cleanup_free_ struct bdf *there = NULL;
	size_t nr = 0, nr_there;

	*wishes = NULL;
	bhyve_pptdevs(&host->uses, found);
	nr_there = pptdevs_parse(found, &there);
	for (size_t i = 0; i < nr_there; i++)
		wish(wishes, &nr, (struct pptdevs_wish){ there[i], -1 });
	for (size_t i = 0; i < plan->nr_changes; i++) {
		const struct change *change = &plan->changes[i];
		const struct bhyve_device *known;

		if (!change->device || !is_bound(change))
			continue;
		known = &host->devices[change->device - plan->machine->devices];
		wish(wishes, &nr,
		     (struct pptdevs_wish){ known->kernel_bdf, known->config.header_type });
	}
	return nr;
}

/* ppt_probe() looks at bus, slot and function: a device of another domain with the same numbers
 * would be taken from its driver, too. Return: 0 or -EINVAL. */
static int refuse_namesake(const struct machine *machine, const struct bdf *own, struct error *err)
{
	for (size_t i = 0; i < machine->nr_devices; i++) {
		const struct bhyve_device *known = &machine->bhyve->devices[i];
		const struct bdf *other = &known->kernel_bdf;

		if (other->domain != own->domain && other->bus == own->bus &&
		    other->device == own->device && other->function == own->function &&
		    known->config.header_type <= 0)
			return fail(
				err, -EINVAL,
				"--persist: pptdevs knows no PCI domains: %u/%u/%u would reserve "
				"%s, too; bind it after each boot instead",
				own->bus, own->device, own->function, machine->devices[i].name);
	}
	return 0;
}

static int refuse_namesakes(const struct bind_plan *plan, struct error *err)
{
	const struct machine *machine = plan->machine;
	int r = 0;

	for (size_t i = 0; i < plan->nr_changes && r == 0; i++) {
		const struct change *change = &plan->changes[i];
		size_t index = change->device ? (size_t)(change->device - machine->devices) : 0;

		if (change->device && is_bound(change))
			r = refuse_namesake(machine, &machine->bhyve->devices[index].kernel_bdf,
					    err);
	}
	return r;
}

int freebsd_boot_lines(const struct bind_plan *plan, struct strings *lines, struct error *err)
{
	const struct bhyve_host *host = plan->machine->bhyve;
	_cleanup_free_ struct pptdevs_wish *wishes = NULL;
	struct pptdevs made;
	size_t nr;
	int r;

	if (!host || !host->uses.pptdevs_known)
		return fail(err, -EIO,
			    "--persist: what pptdevs has already cannot be read; see \"kenv\"");
	nr = collect_wishes(plan, &wishes);
	r = pptdevs_make(wishes, nr, &made, err);
	if (r == 0)
		r = refuse_namesakes(plan, err);
	if (r < 0)
		return r;
	if (host->uses.loads_vmm != TRI_YES)
		strings_add(lines, "vmm_load=\"YES\"");
	for (size_t i = 0; i < made.nr; i++)
		strings_take(lines, pptdevs_line(&made, i));
	return 0;
}
