/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both backends of an address space need; not for their users. */
#ifndef IOMMUTOOL_VFIO_BACKEND_H
#define IOMMUTOOL_VFIO_BACKEND_H

#include <stddef.h>
#include <stdint.h>

#include "model/iova.h"
#include "vfio/iospace.h"

/*
 * What every map and unmap goes through is put side by side: it would else lie in nearly as many
 * pages as there are functions, and to fetch them costs more than to run them (tests/bench/vm).
 */
#define HOT_PATH __attribute__((hot))

/* Most bytes that are taken of a list that the kernel has no bound for. */
#define BACKEND_MAX_BYTES (1u << 20)

/* Return: @code, which @failure has now, too, with the step; its path stays as it was set before.
 */
int backend_fail(struct setup_failure *failure, enum setup_step step, int code);

/**
 * backend_open_node() - open a device node
 * @step: what it means when it fails
 * @failure: its path is set, also for the steps that follow on this node
 *
 * Return: the file descriptor, or negative errno.
 */
int backend_open_node(const char *path, enum setup_step step, struct setup_failure *failure);

/**
 * backend_ioctl() - an ioctl that is asked again when a signal got in between
 *
 * For whatever takes effect as a whole or not at all, which is all but unmapping. The kernels read
 * (6.1 to 7.3) answer EINTR only to a process that is being killed.
 *
 * Return: what the ioctl returned, or negative errno.
 */
int backend_ioctl(int fd, unsigned long request, void *argument);

/* Adds a range that the kernel listed. Return: 0; -EPROTO: it is none, or not above those before.
 */
int backend_add_range(struct ranges *ranges, uint64_t start, uint64_t last);

#endif
