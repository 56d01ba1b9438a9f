/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is below the matrix of p2p-test: what is no pass, the same of several pairs in one line. */
#ifndef IOMMUTOOL_P2P_DIGEST_H
#define IOMMUTOOL_P2P_DIGEST_H

#include "cmd/linux/p2p_pairs.h"
#include "out/out.h"

struct digest_line {
	const struct p2p_check *check;
	enum outcome outcome;
	char *observed, *reason; /* owned; NULL: none */
	struct strings pairs;	 /* whose it is */
};

struct digest {
	struct digest_line *lines; /* in the order in which they came */
	size_t nr;
	struct strings footers;
};

/* @pair: its name for people; nothing is noted of a pass, or of what another check says already. */
void digest_note(struct digest *digest, const char *pair, const struct p2p_check *check,
		 const struct p2p_finding *finding);

void show_digest(const struct arguments *arguments, const struct digest *digest);

void digest_free(struct digest *digest);

#endif
