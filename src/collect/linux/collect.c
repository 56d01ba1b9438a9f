/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the collectors that the asked facts need. */
#include "collect/linux/collectors.h"

struct machine *collect(const struct source *source, unsigned facts)
{
	struct machine *machine = machine_new();

	if (facts & FACT_ACS)
		facts |= FACT_ID | FACT_CLASS | FACT_TOPOLOGY;
	collect_units(source, machine, facts);
	collect_groups(source, machine, facts);
	collect_devices(source, machine, facts);
	if (facts & FACT_RESOURCES)
		collect_resources(source, machine);
	if (facts & FACT_ACS)
		collect_routing(source, machine);
	if (facts & FACT_HOLDERS)
		collect_holders(source, machine);
	/* Without groups the tables tell why: whether they are there, not what they say. */
	if ((facts & (FACT_TABLES | FACT_ACS)) || machine->nr_groups == 0)
		collect_tables(source, machine, facts & FACT_TABLES);
	collect_kernel(source, machine, facts);
	return machine;
}
