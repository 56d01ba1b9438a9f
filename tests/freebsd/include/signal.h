/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD. */
#ifndef STUB_SIGNAL_H
#define STUB_SIGNAL_H

#include <sys/types.h>

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGABRT 6
#define SIGKILL 9
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGCHLD 20

typedef void stub_handler(int number);
#define SIG_DFL ((stub_handler *)0)
#define SIG_IGN ((stub_handler *)1)

typedef struct {
	uint32_t stub_bits[4];
} sigset_t;

struct stub_siginfo;

struct sigaction {
	union {
		void (*stub_handler)(int number);
		void (*stub_action)(int number, struct stub_siginfo *info, void *context);
	} stub_either;
	int sa_flags;
	sigset_t sa_mask;
};
#define sa_handler stub_either.stub_handler

#define SIG_BLOCK 1
#define SIG_UNBLOCK 2
#define SIG_SETMASK 3

int kill(pid_t process, int number);
int raise(int number);
int sigaction(int number, const struct sigaction *action, struct sigaction *old);
int sigaddset(sigset_t *set, int number);
int sigemptyset(sigset_t *set);
int sigismember(const sigset_t *set, int number);
stub_handler *signal(int number, stub_handler *handler);
int sigpending(sigset_t *set);
int sigprocmask(int how, const sigset_t *set, sigset_t *old);

#endif
