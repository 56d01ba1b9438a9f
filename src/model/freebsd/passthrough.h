/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands against a device in a VM of FreeBSD's bhyve, found before it is tried: bhyve and its
 * kernel part refuse with few words, with wrong ones, with a panic, or let it fail silently.
 */
#ifndef IOMMUTOOL_PASSTHROUGH_H
#define IOMMUTOOL_PASSTHROUGH_H

#include "model/freebsd/bhyve.h"
#include "model/freebsd/ppt.h"

/* --- the device ----------------------------------------------------------------------------- */

/* What its configuration space says. */
struct passthrough_config {
	int header_type;    /* without the bit of several functions; -1: unknown */
	enum tristate list; /* it has a list of capabilities */
	enum tristate msi, msix, express;
	enum tristate reset; /* function-level reset of PCI Express */
};

/* @length: bytes of @config that were read; 0 for none. What is not in them is unknown. */
struct passthrough_config passthrough_config(const uint8_t *config, size_t length);

/* --- the question --------------------------------------------------------------------------- */

struct passthrough {
	/* Collected with FACT_CLASS, FACT_DRIVER, FACT_TOPOLOGY, FACT_TABLES, FACT_ACS,
	 * FACT_REGISTERS and FACT_RESOURCES; it has the device. */
	const struct machine *machine;
	const struct device *device;
	const struct bhyve *bhyve;
	struct passthrough_config config;
	struct ppt_status ppt;
	uint64_t guest_memory; /* bytes that the VM shall have; 0: not said */
};

/* --- the answer ----------------------------------------------------------------------------- */

enum precheck_outcome {
	PRECHECK_PASS,
	PRECHECK_WARN, /* bhyve takes it all the same */
	PRECHECK_FAIL,
	PRECHECK_UNKNOWN,
};

const char *precheck_outcome_name(enum precheck_outcome outcome); /* "pass", ..., "unknown" */

struct precheck {
	const char *rule; /* its name, "bar-alignment" */
	enum precheck_outcome outcome;
	bool decides; /* the rule can fail; else what is unknown does not keep bhyve from it */
	char *what;   /* a sentence */
	char *next;   /* what to do; NULL: nothing */
};

struct prechecks {
	struct precheck *items; /* in the order of the rules; a rule may have none or several */
	size_t nr;
};

/**
 * passthrough_check() - ask all rules
 * @checks: released with prechecks_free()
 *
 * A rule that has no meaning here, Intel's on a machine of AMD, says nothing. Nothing is asked
 * behind a reason that cannot be removed: another PCI domain than 0, a bridge.
 *
 * "driver" is that ppt has the device: who is about to bind it passes that one over.
 */
void passthrough_check(const struct passthrough *passthrough, struct prechecks *checks);
void prechecks_free(struct prechecks *checks);

/* Return: whether bhyve would take the device: TRI_NO for any failure, warnings aside. */
enum tristate prechecks_verdict(const struct prechecks *checks);

/* Return: the name of rule @index; NULL behind the last one. */
const char *passthrough_rule_name(size_t index);

#endif
