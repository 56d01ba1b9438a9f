/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside bind/linux/guards/: the guards themselves, for the table. */
#ifndef IOMMUTOOL_GUARD_LIST_H
#define IOMMUTOOL_GUARD_LIST_H

#include "bind/guards.h"

/* storage.c */
struct guard_finding ask_root(const struct guard_question *question);
struct guard_finding ask_swap(const struct guard_question *question);
struct guard_finding ask_mounted(const struct guard_question *question);
struct guard_finding ask_holders(const struct guard_question *question);
struct guard_finding ask_kdump(const struct guard_question *question);
struct guard_finding ask_resume(const struct guard_question *question);

/* network.c */
struct guard_finding ask_uplink(const struct guard_question *question);
struct guard_finding ask_network(const struct guard_question *question);

/* display.c */
struct guard_finding ask_display(const struct guard_question *question);

/* users.c */
struct guard_finding ask_users(const struct guard_question *question);
struct guard_finding ask_sound(const struct guard_question *question);
struct guard_finding ask_input(const struct guard_question *question);

/* function.c */
struct guard_finding ask_bridge(const struct guard_question *question);
struct guard_finding ask_platform(const struct guard_question *question);
struct guard_finding ask_memory(const struct guard_question *question);
struct guard_finding ask_console(const struct guard_question *question);
struct guard_finding ask_sriov(const struct guard_question *question);
struct guard_finding ask_driver(const struct guard_question *question);

/* vfio_user.c */
struct guard_finding ask_vfio_user(const struct guard_question *question);

/* vfio.c */
struct guard_finding ask_group(const struct guard_question *question);
struct guard_finding ask_no_group(const struct guard_question *question);
struct guard_finding ask_direct(const struct guard_question *question);

/* twins.c */
struct guard_finding ask_twins(const struct guard_question *question);

#endif
