/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pairs p2p-test tests. */
#ifndef IOMMUTOOL_P2P_PAIRS_H
#define IOMMUTOOL_P2P_PAIRS_H

#include "cmd/linux/p2p_test.h"
#include "cmd/linux/subjects.h"
#include "probe/p2p_test.h"

/* What pairs take beside TESTING_FACTS. */
#define P2P_FACTS (TESTING_FACTS | FACT_ID | FACT_RESOURCES | FACT_CPU | FACT_ACS)

struct pair {
	const struct device *initiator;
	struct p2p_target target;
	const struct iospace_ops *backend;
	const char *lacks; /* why the machine lacks the backend (--backend=all); NULL: it has it */
};

struct pairs {
	struct pair *items; /* by backend, initiator, target */
	size_t nr;
	struct subjects everyone; /* of whatever side; refused: BARs that targets lack, too */
};

/**
 * choose_pairs() - every initiator with every target that is another device
 * @machine, @system: collected with P2P_FACTS
 * @pairs: released with pairs_free(); holds what can be tested whatever is returned
 *
 * Says on stderr what cannot be.
 *
 * Return: as choose_subjects(); STATUS_FAILED also for a BAR that a target does not have;
 * where a device is left alone with itself STATUS_SKIPPED with --all, else STATUS_USAGE.
 */
int choose_pairs(const struct p2p_arguments *arguments, const struct source *source,
		 const struct machine *machine, const struct system *system, struct pairs *pairs);

void pairs_free(struct pairs *pairs);

/* Return: DEVICE[:BAR[:OFFSET]], as it was named; to be freed. */
char *target_label(const struct p2p_target *target);

#endif
