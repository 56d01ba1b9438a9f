/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal: a file for each device that we touched, which says what was there before. It is
 * written and synced before each step, so that restore can put everything back whenever we died.
 *
 * A record lives from the first step of bind to the last of restore. Where it lies is empty after a
 * boot, as it should be: so are drivers and overrides.
 */
#ifndef IOMMUTOOL_JOURNAL_H
#define IOMMUTOOL_JOURNAL_H

#include <sys/types.h>

#include "bind/bind.h"
#include "util/error.h"

#define BOOT_ID_SIZE 40 /* with its NUL */

/* What belongs to the system: where the journal is, and what no two boots have in common. Return:
 * 0, or negative errno with the next step. */
const char *journal_path(const struct source *source);
int read_boot_id(const struct source *source, char id[BOOT_ID_SIZE], struct error *err);

/* In place of a driver's name: none was recorded, the kernel is to choose. */
#define ANY_DRIVER "*"

struct record {
	char *device;	/* address */
	char *identity; /* "8086:10d3:8086:a01f": vendor, device and those of the subsystem */
	struct binding before; /* what restore gives back */
	char *to;	       /* driver that it was to get; NULL: none */
	char *state;	       /* "done", or the step that was being done: "unbind nvme" */
	pid_t child;	       /* process that is stuck in that step, 0: none */
	uint64_t child_start;  /* when it began (proc_pid_stat(5), field 22): PIDs are used again */
};

void record_free(struct record *record);

/* An open journal, locked for whoever acts. */
struct journal {
	const char *path; /* as it was opened */
	int dir;	  /* with the records; -1: there are none */
	int lock;	  /* -1: only opened for reading */
	char boot[BOOT_ID_SIZE];
};

/**
 * journal_open() - open and lock the journal
 * @path: journal_path(), which outlives it; made when it is not there
 * @timeout_ms: how long to wait for another process that has it
 *
 * Return: 0; -EBUSY when another process keeps it; other negative errno.
 */
int journal_open(struct journal *journal, const struct source *source, const char *path,
		 int timeout_ms, struct error *err);

/* The same without making or locking anything, for a look. No journal is an empty one. */
int journal_look(struct journal *journal, const struct source *source, const char *path,
		 struct error *err);

void journal_close(struct journal *journal);

/**
 * journal_read() - the record of a device
 * @record: set to the record, to be freed with record_free(); NULL when there is none
 *
 * Return: 0; -ESTALE when it is from another boot, -EBADMSG when it is damaged; other negative
 * errno. Each with a sentence in @err, and @record is NULL.
 */
int journal_read(const struct journal *journal, const char *device, struct record **record,
		 struct error *err);

/* Writes and syncs a record, at once or not at all. Return: 0 or negative errno. */
int journal_write(const struct journal *journal, const struct record *record, struct error *err);

/* Return: 0, also when there is none; negative errno. */
int journal_remove(const struct journal *journal, const char *device, struct error *err);

/* Addresses of all records. Return: 0 or negative errno. */
int journal_list(const struct journal *journal, struct strings *devices);

#endif
