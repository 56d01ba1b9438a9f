/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands against a device in a VM of FreeBSD's bhyve: the table of rules. */
#include "model/freebsd/passthrough.h"

#include <stdlib.h>

#include "model/freebsd/passthrough_parts.h"
#include "util/alloc.h"

enum kind {
	FINAL,	 /* a failure ends it: nothing can be done about it */
	DECIDES, /* it can fail */
	WARNS,
};

static const struct {
	const char *name;
	precheck_rule *ask;
	enum kind kind;
} rules[] = {
	{ "domain", precheck_domain, FINAL },
	{ "bridge", precheck_bridge, FINAL },
	{ "vmm", precheck_vmm, DECIDES },
	{ "iommu", precheck_iommu, DECIDES },
	{ "enable-knob", precheck_enable_knob, DECIDES },
	{ "amd-knob", precheck_amd_knob, DECIDES },
	{ "drhd-first", precheck_drhd_first, DECIDES },
	{ "drhd-limit", precheck_drhd_limit, WARNS },
	{ "coverage", precheck_coverage, DECIDES },
	{ "caching-mode", precheck_caching_mode, DECIDES },
	{ "width", precheck_width, DECIDES },
	{ "host-driver", precheck_host_driver, WARNS },
	{ "pr260178", precheck_pr260178, WARNS },
	{ "reserved", precheck_reserved, WARNS },
	{ "alias", precheck_alias, DECIDES },
	{ "siblings", precheck_siblings, WARNS },
	{ "msi", precheck_msi, DECIDES },
	{ "bar-alignment", precheck_bars, DECIDES },
	{ "reset", precheck_reset, WARNS },
	{ "wired", precheck_wired, DECIDES },
	{ "driver", precheck_driver, DECIDES },
};

#define NR_RULES (sizeof(rules) / sizeof(rules[0]))

void precheck_add(const struct precheck_question *question, enum precheck_outcome outcome,
		  char *what, char *next)
{
	struct prechecks *checks = question->checks;

	checks->items = xgrow(checks->items, checks->nr, sizeof(*checks->items));
	checks->items[checks->nr++] =
		(struct precheck){ question->rule, outcome, question->decides, what, next };
}

void precheck_say(const struct precheck_question *question, enum precheck_outcome outcome,
		  const char *what, const char *next)
{
	precheck_add(question, outcome, xstrdup(what), next ? xstrdup(next) : NULL);
}

void passthrough_check(const struct passthrough *passthrough, struct prechecks *checks)
{
	*checks = (struct prechecks){ 0 };
	for (size_t i = 0; i < NR_RULES; i++) {
		const struct precheck_question question = { passthrough, rules[i].name,
							    rules[i].kind != WARNS, checks };

		rules[i].ask(&question);
		if (rules[i].kind == FINAL && prechecks_verdict(checks) == TRI_NO)
			return;
	}
}

void prechecks_free(struct prechecks *checks)
{
	for (size_t i = 0; i < checks->nr; i++) {
		free(checks->items[i].what);
		free(checks->items[i].next);
	}
	free(checks->items);
	*checks = (struct prechecks){ 0 };
}

enum tristate prechecks_verdict(const struct prechecks *checks)
{
	enum tristate verdict = TRI_YES;

	for (size_t i = 0; i < checks->nr; i++) {
		if (checks->items[i].outcome == PRECHECK_FAIL)
			return TRI_NO;
		if (checks->items[i].outcome == PRECHECK_UNKNOWN && checks->items[i].decides)
			verdict = TRI_UNKNOWN;
	}
	return verdict;
}

const char *precheck_outcome_name(enum precheck_outcome outcome)
{
	static const char *const names[] = {
		[PRECHECK_PASS] = "pass",
		[PRECHECK_WARN] = "warn",
		[PRECHECK_FAIL] = "fail",
		[PRECHECK_UNKNOWN] = "unknown",
	};

	return names[outcome];
}

const char *passthrough_rule_name(size_t index)
{
	return index < NR_RULES ? rules[index].name : NULL;
}
