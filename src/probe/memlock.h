/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limit of locked memory, which bounds what may be mapped. */
#ifndef IOMMUTOOL_PROBE_MEMLOCK_H
#define IOMMUTOOL_PROBE_MEMLOCK_H

#include <stdint.h>

#define MEMLOCK_UNLIMITED UINT64_MAX

/*
 * Return: bytes that this process may still lock: RLIMIT_MEMLOCK less what it has locked;
 * MEMLOCK_UNLIMITED with CAP_IPC_LOCK, which no limit binds (linux vfio_iommu_type1.c,
 * vfio_lock_acct).
 */
uint64_t memlock_left(void);

#endif
