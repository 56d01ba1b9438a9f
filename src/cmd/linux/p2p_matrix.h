/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came out of p2p-test at a glance: initiators down, targets across, a symbol each. */
#ifndef IOMMUTOOL_P2P_MATRIX_H
#define IOMMUTOOL_P2P_MATRIX_H

#include "cmd/linux/p2p_pairs.h"
#include "out/out.h"

/* Return: the symbol of a pair that was tested. */
const char *pair_symbol(const struct p2p_summary *summary);

/**
 * show_matrix() - a table for each backend, and the legend below it
 * @symbols: one a pair, as pair_symbol(); NULL: it was not come to
 */
void show_matrix(const struct arguments *arguments, const struct pairs *pairs,
		 const char *const *symbols);

#endif
