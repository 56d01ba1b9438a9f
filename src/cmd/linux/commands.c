/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of commands, in the order of the help. */
#include "command.h"

const struct command *const commands[] = {
	&cmd_status,  &cmd_groups,     &cmd_resv_regions, &cmd_gaw,	 &cmd_domains,
	&cmd_tables,  &cmd_explain,    &cmd_capture,	  &cmd_monitor,	 &cmd_bind,
	&cmd_restore, &cmd_set_domain, &cmd_map_test,	  &cmd_p2p_test, NULL,
};
