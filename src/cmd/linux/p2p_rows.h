/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What p2p-test prints: its columns and rows. */
#ifndef IOMMUTOOL_P2P_ROWS_H
#define IOMMUTOOL_P2P_ROWS_H

#include "cmd/linux/p2p_pairs.h"
#include "out/out.h"

extern const struct out_schema p2p_schema;	  /* pairs, and a row a check in each */
extern const struct out_schema p2p_checks_schema; /* --list */

/* A pair, without what came out. */
struct out_row *add_pair_row(struct out *out, const struct machine *machine,
			     const struct pair *pair);
/* What came out of it; NULL: it is only planned. */
void set_pair_result(struct out_row *row, const struct pair *pair,
		     const struct p2p_summary *summary);
/* A check of the pair; @finding NULL: it is only planned. */
void add_finding_row(struct out *out, struct out_row *pair, const struct p2p_check *check,
		     const struct p2p_finding *finding);

void add_p2p_check_rows(struct out *out);

/* Return: the fault as a line for people, to be freed. */
char *fault_text(const struct iommu_fault *fault);
/* Return: the fault as an object. */
struct out_value fault_object(const struct iommu_fault *fault);

#endif
