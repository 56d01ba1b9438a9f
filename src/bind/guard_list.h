/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside bind/: the guards themselves, for the table. */
#ifndef IOMMUTOOL_GUARD_LIST_H
#define IOMMUTOOL_GUARD_LIST_H

#include "bind/guards.h"

/* guards_storage.c */
struct guard_finding ask_root(const struct guard_question *question);
struct guard_finding ask_swap(const struct guard_question *question);
struct guard_finding ask_mounted(const struct guard_question *question);
struct guard_finding ask_holders(const struct guard_question *question);
struct guard_finding ask_kdump(const struct guard_question *question);
struct guard_finding ask_resume(const struct guard_question *question);

/* guards_network.c */
struct guard_finding ask_uplink(const struct guard_question *question);
struct guard_finding ask_network(const struct guard_question *question);

/* guards_display.c */
struct guard_finding ask_display(const struct guard_question *question);

/* guards_users.c */
struct guard_finding ask_users(const struct guard_question *question);
struct guard_finding ask_sound(const struct guard_question *question);
struct guard_finding ask_input(const struct guard_question *question);

/* guards_function.c */
struct guard_finding ask_bridge(const struct guard_question *question);
struct guard_finding ask_platform(const struct guard_question *question);
struct guard_finding ask_memory(const struct guard_question *question);
struct guard_finding ask_console(const struct guard_question *question);
struct guard_finding ask_sriov(const struct guard_question *question);
struct guard_finding ask_driver(const struct guard_question *question);

/* guards_vfio_user.c */
struct guard_finding ask_vfio_user(const struct guard_question *question);

/* guards_vfio.c */
struct guard_finding ask_group(const struct guard_question *question);
struct guard_finding ask_no_group(const struct guard_question *question);
struct guard_finding ask_direct(const struct guard_question *question);

/* guards_twins.c */
struct guard_finding ask_twins(const struct guard_question *question);

#endif
