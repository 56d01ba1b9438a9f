/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What domains prints of the host below the rows: bhyve's IOMMU, and PR 260178. */
#ifndef IOMMUTOOL_DOMAINS_HOST_H
#define IOMMUTOOL_DOMAINS_HOST_H

#include "command.h"
#include "model/freebsd/bhyve_host.h"

void add_domains_host(struct out *out, const struct bhyve_host *host);

/* Says why --deep proved nothing. Return: the exit status that it asks for; STATUS_OK without it.
 */
int end_look(const struct context *context, const struct pr260178_look *look);

#endif
