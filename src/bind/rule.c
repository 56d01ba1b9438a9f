/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is common to the rules of all systems. */
#include "bind/rule.h"

#include <stdlib.h>

void rule_free(struct rule *rule)
{
	if (!rule)
		return;
	free(rule->device);
	free(rule->identity);
	free(rule->serial);
	free(rule->to);
	free(rule->forced);
	binding_free(&rule->before);
	free(rule);
}
