/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was collected of bhyve, for those who ask for a part of it. */
#include "model/freebsd/bhyve_host.h"

#include <stddef.h>

void bhyve_pptdevs(const struct bhyve_uses *uses, const char *found[PPTDEVS_VALUES])
{
	for (size_t i = 0; i < PPTDEVS_VALUES; i++)
		found[i] = uses->is_set[i] ? uses->pptdevs[i] : NULL;
}
