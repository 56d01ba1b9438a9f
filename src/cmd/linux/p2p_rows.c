/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What p2p-test prints: its columns and rows. */
#include "cmd/linux/p2p_rows.h"

#include <inttypes.h>

#include "cmd/cells.h"
#include "model/bdf.h"
#include "model/platform.h"
#include "model/route.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define PAIRS OUT_LEVEL(0)
#define CHECKS OUT_LEVEL(1)

enum {
	INITIATOR,
	TARGET,
	BAR,
	ENGINE,
	BACKEND,
	PATH,
	FORWARDS,
	NAME,
	RESULT,
	OBSERVED,
	BYTES_VERIFIED,
	REASON,
	BENCH,
};

static const struct out_column columns[] = {
	[INITIATOR] = { "INITIATOR", PAIRS, OUT_TYPE_STRING, true, 0, "Device that does the DMA" },
	[TARGET] = { "TARGET", PAIRS, OUT_TYPE_STRING, true, 0, "Device whose BAR is hit" },
	[BAR] = { "BAR", PAIRS, OUT_TYPE_NUMBER, true, 0, "Number of the BAR" },
	[ENGINE] = { "ENGINE", PAIRS, OUT_TYPE_STRING, false, 0,
		     "What drives the initiator: edu, nvme" },
	[BACKEND] = { "BACKEND", PAIRS, OUT_TYPE_STRING, true, 0, "type1 or iommufd" },
	[PATH] = { "PATH", PAIRS, OUT_TYPE_STRING, false, 0,
		   "Where requests for the target's bus address would go" },
	[FORWARDS] = { "FORWARDS", PAIRS, OUT_TYPE_BOOL, false, 0,
		       "The root complex is known to send requests from port to port" },
	[NAME] = { "NAME", CHECKS, OUT_TYPE_STRING, true, 0, "Name of the check" },
	[RESULT] = { "RESULT", PAIRS | CHECKS, OUT_TYPE_STRING, true, 0,
		     "pass, fail, skip, info, or planned in a dry run" },
	[OBSERVED] = { "OBSERVED", CHECKS, OUT_TYPE_STRING, true, 0, "What was seen" },
	[BYTES_VERIFIED] = { "BYTES_VERIFIED", CHECKS, OUT_TYPE_NUMBER, false, 0,
			     "Bytes that were compared and right" },
	[REASON] = { "REASON", PAIRS | CHECKS, OUT_TYPE_STRING, true, 0, "Why it is no pass" },
	[BENCH] = { "BENCH", PAIRS, OUT_TYPE_OBJECTS, false, 0,
		    "Bytes per second in each direction (--bench)" },
};

static const struct out_level levels[] = { { "pairs", false }, { "checks", false } };

static const struct out_paint paints[] = {
	{ "pass", "green" },
	{ "fail", "red" },
	{ "skip", "yellow" },
	{ NULL, NULL },
};

const struct out_schema p2p_schema = {
	.levels = levels,
	.nr_levels = 2,
	.columns = columns,
	.nr_columns = sizeof(columns) / sizeof(columns[0]),
	.paints = paints,
};

/* --- pairs ------------------------------------------------------------------------------------ */

struct out_row *add_pair_row(struct out *out, const struct machine *machine,
			     const struct pair *pair)
{
	struct out_row *row = out_row_add(out, NULL);
	const struct device *target = pair->target.device;
	struct way way = find_way(pair->initiator, target);
	const char *path = route_name(way.route);

	out_set(row, INITIATOR, out_string(pair->initiator->name));
	out_set(row, TARGET, out_string(target->name));
	out_set(row, BAR,
		pair->target.bar < 0 ? out_unknown() : out_number((uint64_t)pair->target.bar));
	out_set(row, ENGINE, out_string(engine_name(pair->initiator)));
	out_set(row, BACKEND, out_string(pair->backend->name));
	out_set(row, PATH, path ? out_string(path) : out_unknown());
	out_set(row, FORWARDS,
		tristate_cell(root_complex_forwards(machine, pair->initiator, target)));
	out_set(row, RESULT, out_string("planned"));
	out_set(row, BENCH, out_list());
	return row;
}

static struct out_value bench_value(const struct pair *pair, const struct p2p_summary *summary)
{
	struct out_value list = out_list();

	for (size_t i = 0; i < summary->nr_rates; i++) {
		const struct p2p_rate *rate = &summary->rates[i];
		_cleanup_free_ char *text =
			xasprintf("%s=%" PRIu64 "B/s", rate->direction, rate->bytes_per_second);
		struct out_value object = out_object(text);

		out_member(&object, "direction", out_string(rate->direction));
		out_member(&object, "bytes_per_second", out_number(rate->bytes_per_second));
		out_member(&object, "limit", out_string(engine_limit(pair->initiator)));
		out_append(&list, object);
	}
	return list;
}

void set_pair_result(struct out_row *row, const struct pair *pair,
		     const struct p2p_summary *summary)
{
	if (summary->bar >= 0)
		out_set(row, BAR, out_number((uint64_t)summary->bar));
	else if (pair->target.bar < 0)
		out_set(row, BAR, out_absent());
	out_set(row, RESULT, out_string(outcome_name(summary->result)));
	out_set(row, REASON, out_string(summary->reason));
	out_set(row, BENCH, bench_value(pair, summary));
}

/* --- checks ----------------------------------------------------------------------------------- */

void add_finding_row(struct out *out, struct out_row *pair, const struct p2p_check *check,
		     const struct p2p_finding *finding)
{
	struct out_row *row = out_row_add(out, pair);

	out_set(row, NAME, out_string(check->name));
	if (!finding) {
		out_set(row, RESULT, out_string("planned"));
		return;
	}
	out_set(row, RESULT, out_string(outcome_name(finding->verdict.outcome)));
	out_set(row, OBSERVED, out_string(finding->verdict.observed));
	out_set(row, BYTES_VERIFIED,
		finding->moved ? out_number(finding->bytes_verified) : out_absent());
	out_set(row, REASON, out_string(finding->verdict.reason));
}

/* --- faults ----------------------------------------------------------------------------------- */

char *fault_text(const struct iommu_fault *fault)
{
	char device[BDF_TEXT_SIZE];

	bdf_format(&fault->device, device);
	return xasprintf("refused, as the kernel's log has it: %s of %s at 0x%016" PRIx64,
			 fault->is_write ? "write" : "read", device, fault->address);
}

struct out_value fault_object(const struct iommu_fault *fault)
{
	struct out_value object = out_object("");
	char device[BDF_TEXT_SIZE];

	bdf_format(&fault->device, device);
	out_member(&object, "device", out_string(device));
	out_member(&object, "address", out_address(fault->address));
	out_member(&object, "write", out_bool(fault->is_write));
	out_member(&object, "reason",
		   fault->reason < 0 ? out_unknown()
				     : out_format("0x%02x", (unsigned)fault->reason));
	return object;
}

/* --- --list ----------------------------------------------------------------------------------- */

enum { CHECK_NAME, PROVES, NEEDS };

static const struct out_column check_columns[] = {
	[CHECK_NAME] = { "NAME", PAIRS, OUT_TYPE_STRING, true, 0, "Name of the check" },
	[PROVES] = { "PROVES", PAIRS, OUT_TYPE_STRING, true, 0, "What holds when it passes" },
	[NEEDS] = { "NEEDS", PAIRS, OUT_TYPE_STRING, true, 0, "What it takes beside two devices" },
};

static const struct out_level check_levels[] = { { "checks", false } };

const struct out_schema p2p_checks_schema = {
	.levels = check_levels,
	.nr_levels = 1,
	.columns = check_columns,
	.nr_columns = sizeof(check_columns) / sizeof(check_columns[0]),
};

void add_p2p_check_rows(struct out *out)
{
	for (const struct p2p_check *check = p2p_checks; check->name; check++) {
		struct out_row *row = out_row_add(out, NULL);

		out_set(row, CHECK_NAME, out_string(check->name));
		out_set(row, NEEDS, out_string(check->needs));
		out_set(row, PROVES, out_string(check->proves));
	}
}
