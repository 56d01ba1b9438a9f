/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between passthrough.c, which has the table, and the files with the rules. */
#ifndef IOMMUTOOL_PASSTHROUGH_PARTS_H
#define IOMMUTOOL_PASSTHROUGH_PARTS_H

#include "model/freebsd/passthrough.h"

/* What a rule is handed. */
struct precheck_question {
	const struct passthrough *of;
	const char *rule;
	bool decides;
	struct prechecks *checks;
};

/* Adds a finding of this rule; takes @what and @next over. */
void precheck_add(const struct precheck_question *question, enum precheck_outcome outcome,
		  char *what, char *next);
/* The same with copies. */
void precheck_say(const struct precheck_question *question, enum precheck_outcome outcome,
		  const char *what, const char *next);

typedef void precheck_rule(const struct precheck_question *question);

/* passthrough_device.c */
precheck_rule precheck_domain, precheck_bridge, precheck_msi, precheck_bars, precheck_reset,
	precheck_siblings, precheck_alias, precheck_reserved, precheck_driver;

/* passthrough_intel.c */
precheck_rule precheck_drhd_first, precheck_drhd_limit, precheck_coverage, precheck_caching_mode,
	precheck_width;

/* passthrough_iommu.c */
precheck_rule precheck_vmm, precheck_iommu, precheck_enable_knob, precheck_amd_knob,
	precheck_host_driver, precheck_wired, precheck_pr260178;

#endif
