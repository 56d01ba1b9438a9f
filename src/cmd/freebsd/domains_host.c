/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What domains prints of the host below the rows. */
#include "cmd/freebsd/domains_host.h"

#include "cmd/cells.h"
#include "util/cleanup.h"

static struct out_value iommu_object(const struct bhyve_iommu_verdict *iommu)
{
	struct out_value object = out_object("");

	out_member(&object, "state", string_or_unknown(iommu->word));
	out_member(&object, "what", out_string(iommu->what));
	out_member(&object, "next", out_string(iommu->next));
	return object;
}

/* null when nobody asked. */
static struct out_value look_object(const struct pr260178_look *look)
{
	const struct guest_memory *memory = &look->memory;
	_cleanup_free_ char *why = pr260178_seen_why(look);
	bool looked = look->is_asked && !look->obstacle[0];
	struct out_value object;

	if (!look->is_asked)
		return out_absent();
	object = out_object("");
	out_member(&object, "state", string_or_unknown(pr260178_name(pr260178_seen(look))));
	out_member(&object, "why", out_string(why));
	out_member(&object, "pages",
		   looked ? out_number(memory->there + memory->missing + memory->beyond)
			  : out_unknown());
	out_member(&object, "missing", looked ? out_number(memory->missing) : out_unknown());
	out_member(&object, "first_missing",
		   looked && memory->missing ? out_address(memory->first_missing) : out_absent());
	return object;
}

void add_domains_host(struct out *out, const struct bhyve_host *host)
{
	const struct bhyve_iommu_verdict *iommu = bhyve_iommu_state(&host->bhyve);
	const struct pr260178_look *look = &host->look;
	const struct pr260178_answer pr = pr260178_answer(host->bhyve.osreldate, look);
	_cleanup_free_ char *why = pr.why;
	struct out_value bug = out_object("");

	out_member(&bug, "state", string_or_unknown(pr260178_name(pr.state)));
	out_member(&bug, "why", out_string(why));
	out_member(&bug, "next", out_string(pr.next));
	out_member(&bug, "deep", look_object(look));
	out_document(out, "iommu", iommu_object(iommu));
	out_document(out, "pr260178", bug);
	out_footer(out, "bhyve: %s", iommu->what);
	out_footer(out, "PR 260178: %s: %s", pr260178_name(pr.state) ?: "unknown", why);
}

int end_look(const struct context *context, const struct pr260178_look *look)
{
	_cleanup_free_ char *why = pr260178_seen_why(look);

	if (!look->is_asked)
		return STATUS_OK;
	switch (pr260178_seen(look)) {
	case PR260178_AFFECTED:
		return STATUS_NO;
	case PR260178_FIXED:
		return STATUS_OK;
	case PR260178_UNKNOWN:
		break;
	}
	if (!context->quiet || !look->is_skipped)
		complain(context, "--deep: nothing is proved: %s", why);
	return look->is_skipped ? STATUS_SKIPPED : STATUS_FAILED;
}
