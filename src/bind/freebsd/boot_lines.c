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
	if (r < 0)
		return r;
	if (host->uses.loads_vmm != TRI_YES)
		strings_add(lines, "vmm_load=\"YES\"");
	for (size_t i = 0; i < made.nr; i++)
		strings_take(lines, pptdevs_line(&made, i));
	return 0;
}
