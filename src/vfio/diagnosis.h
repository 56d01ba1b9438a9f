/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside vfio/: the explanations that diagnosis.c tries, and how they say what they found. */
#ifndef IOMMUTOOL_VFIO_DIAGNOSIS_H
#define IOMMUTOOL_VFIO_DIAGNOSIS_H

#include "vfio/setup.h"

/* A failed step, and what is known about the machine. */
struct diagnosis {
	const struct setup_failure *failure;
	const struct device *device;
	const struct machine *machine;
	const struct system *system;
	struct error *err;
};

/*
 * An explanation. Return: whether it is this one, as far as the facts tell; it has filled in @err
 * then.
 */
typedef bool explanation(const struct diagnosis *it);

/* What an explanation returns. @format: "subject: what and why; next step" */
bool say(const struct diagnosis *it, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same of "BEFORE A, B and 3 more AFTER": as many of the list as there is room for. Releases
 * all three. */
bool say_list(const struct diagnosis *it, char *before, struct strings *list, char *after);

/* Nodes, modules and drivers (diagnosis_nodes.c). */
explanation no_group, not_bound, container_missing, group_node_missing, iommufd_missing,
	cdev_missing, not_permitted, kept_back, wrong_version, type1_missing, too_many_files;

/* Who or what keeps a group or device from us (diagnosis_dma.c). */
explanation blocked, blocked_unseen, held_seen, held, owned, direct_region, interrupts_known,
	interrupts, conflict, no_domain_left, memory_limit;

/* The device itself (diagnosis_nodes.c). */
explanation locked, token_wanted, busy, gone, not_enabled, not_pci, no_answer;

#endif
