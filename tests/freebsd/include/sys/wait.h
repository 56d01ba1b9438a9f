/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_SYS_WAIT_H
#define STUB_SYS_WAIT_H

#include <sys/types.h>

#define WNOHANG 1

#define WIFEXITED(status) (((status)&0177) == 0)
#define WEXITSTATUS(status) ((status) >> 8)

pid_t waitpid(pid_t process, int *status, int options);

#endif
