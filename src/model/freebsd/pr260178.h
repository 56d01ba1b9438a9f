/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the memory of a VM with a device stays reachable for the host's devices: PR 260178.
 *
 * Affected kernels take it out of the IOMMU's domain of the host: DMA of the host's disks and
 * network into guest memory then fails without a word. Mended by commit 246c39814567. No sysctl
 * tells.
 */
#ifndef IOMMUTOOL_PR260178_H
#define IOMMUTOOL_PR260178_H

enum pr260178_state { PR260178_UNKNOWN, PR260178_AFFECTED, PR260178_FIXED };

const char *pr260178_name(enum pr260178_state state); /* NULL for unknown */

struct pr260178_verdict {
	int first, last; /* kern.osreldate */
	enum pr260178_state state;
	const char *why;
	const char *next; /* NULL: nothing to do */
};

/**
 * pr260178() - by the number of the kernel
 * @osreldate: -1: unknown
 *
 * A number that may be of either side of the change is unknown.
 *
 * Return: never NULL.
 */
const struct pr260178_verdict *pr260178(int osreldate);

#endif
