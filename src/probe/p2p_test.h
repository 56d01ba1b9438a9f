/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of p2p-test: that one device reaches the BAR of another where it is mapped for it, and
 * nothing where nothing is. Each is an entry of a table; p2p_test.c has the table and runs it for a
 * pair of devices, p2p_*.c have the checks.
 */
#ifndef IOMMUTOOL_P2P_TEST_H
#define IOMMUTOOL_P2P_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/kernel_log.h"
#include "probe/verdict.h"
#include "vfio/setup.h"

/* The side that is hit. */
struct p2p_target {
	const struct device *device;
	int bar;	 /* named: it may be written; -1: one is chosen, and written only if lent */
	uint64_t offset; /* bytes into the BAR; a multiple of 8, 0 unless it was named */
};

/* What was measured in one direction. */
struct p2p_rate {
	const char *direction; /* "write", "read": by the initiator */
	uint64_t bytes_per_second;
};

#define P2P_RATES 2

/* A pair of devices, and what it takes to test it. The caller sets these. */
struct p2p_pair {
	const struct setup_facts *facts; /* FACT_RESOURCES, too */
	const struct iospace_ops *backend;
	const struct device *initiator;
	struct p2p_target target;
	bool require_revoked; /* a mapping that outlives its target is a failure */
	bool disruptive;      /* the checks that may escalate run, too */
	bool measures;
	struct kernel_log *log;
};

/* What a check found. */
struct p2p_finding {
	struct verdict verdict;
	uint64_t bytes_verified; /* compared, and right */
	bool moved;		 /* something was to move: bytes_verified says something */
	bool follows;		 /* skipped for what another check of the pair says */
	bool has_fault;		 /* of the initiator, in the kernel's log */
	struct iommu_fault fault;
};

struct p2p_test;

struct p2p_check {
	const char *name;   /* "isolation" */
	const char *proves; /* one line for --list: what holds when it passes */
	const char *needs;  /* for --list: what it takes beside two devices; NULL: nothing */
	void (*run)(struct p2p_test *test, struct p2p_finding *finding);
	bool apart;	   /* the target is in a space of its own, or in none */
	bool disruptive;   /* only where that is wanted */
	bool wants_engine; /* without an engine it says nothing */
	bool wants_map;	   /* the same of a BAR that can be mapped */
};

extern const struct p2p_check p2p_checks[]; /* ends with a NULL name */

/* Return: whether the check is run at all, with or without --disruptive. */
bool is_p2p_check_planned(const struct p2p_check *check, bool disruptive);

/* Who is told of each finding as it comes, and of each check that begins (finding NULL). */
struct p2p_listener {
	void (*tell)(void *data, const struct p2p_check *check, const struct p2p_finding *finding);
	void *data;
};

/* What is known of a pair once it ran. */
struct p2p_summary {
	enum outcome result; /* pass: write, read and isolation did, and nothing failed */
	char *reason;	     /* why it is no pass; owned */
	int bar;	     /* that was tested; -1: none */
	bool mapped;	     /* "map" passed */
	struct p2p_rate rates[P2P_RATES];
	size_t nr_rates;
};

/* Return: the name of the engine that drives the device, or NULL; FACT_ID and FACT_CLASS. */
const char *engine_name(const struct device *device);
/* Return: what bounds its speed, for people; NULL without an engine. */
const char *engine_limit(const struct device *device);

/**
 * run_p2p_checks() - run the checks on a pair of devices
 * @summary: released with p2p_summary_free()
 * @err: set when a device could not be opened, or what the target held could not be put back
 *
 * Each check of the table that is not left out for want of --disruptive is told of. When a signal
 * is waiting (interrupted()) no further check is begun. In the end nothing is open or mapped any
 * more.
 *
 * Return: 0, or negative errno with @err.
 */
int run_p2p_checks(const struct p2p_pair *pair, const struct p2p_listener *listener,
		   struct p2p_summary *summary, struct error *err);

void p2p_summary_free(struct p2p_summary *summary);

#endif
