/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside bind/freebsd/: the guards themselves, for the table. */
#ifndef IOMMUTOOL_FREEBSD_GUARD_LIST_H
#define IOMMUTOOL_FREEBSD_GUARD_LIST_H

#include "bind/guards.h"

/* Each as guard.ask. */
typedef struct guard_finding freebsd_guard(const struct guard_question *question);

/* guards_bhyve.c: what ppt and bhyve make of it. */
freebsd_guard freebsd_guard_domain, freebsd_guard_bridge, freebsd_guard_vm, freebsd_guard_pptdevs,
	freebsd_guard_group, freebsd_guard_iommu, freebsd_guard_bhyve, freebsd_guard_driver;

/* guards_host.c: what the host does with it. */
freebsd_guard freebsd_guard_platform, freebsd_guard_storage, freebsd_guard_display,
	freebsd_guard_console;

/* guards_network.c */
freebsd_guard freebsd_guard_uplink, freebsd_guard_network;

/* guards_host.c: whether a driver works for the host with it, or might. */
bool freebsd_serves_host(const struct device *device);

/* guards_host.c: restore, of a device that does nothing for the host: that loses nothing. */
bool freebsd_only_gives_back(const struct guard_question *question);

#endif
