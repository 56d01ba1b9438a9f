/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_POLL_H
#define STUB_POLL_H

#define POLLIN 0x0001
#define POLLOUT 0x0004
#define POLLERR 0x0008
#define POLLHUP 0x0010

struct pollfd {
	int fd;
	short events, revents;
};

typedef unsigned int nfds_t;

int poll(struct pollfd *fds, nfds_t nr, int milliseconds);

#endif
