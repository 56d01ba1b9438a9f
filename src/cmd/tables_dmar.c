/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of a DMAR. */
#include "cmd/tables.h"

#include <stdio.h>

#include "model/scope.h"
#include "util/alloc.h"
#include "util/cleanup.h"

static const char *const scope_names[] = {
	[DMAR_SCOPE_ENDPOINT] = "endpoint",   [DMAR_SCOPE_BRIDGE] = "bridge",
	[DMAR_SCOPE_IOAPIC] = "ioapic",	      [DMAR_SCOPE_HPET] = "hpet",
	[DMAR_SCOPE_NAMESPACE] = "namespace",
};

#define NR_SCOPE_NAMES (sizeof(scope_names) / sizeof(scope_names[0]))

static const char *scope_name(const struct dmar_scope *scope)
{
	return scope->type < NR_SCOPE_NAMES ? scope_names[scope->type] : NULL;
}

static struct out_value path_cell(const struct dmar_scope *scope)
{
	struct out_value list = out_list();

	for (size_t i = 0; i < scope->nr_path; i++)
		out_append(&list,
			   out_format("%02x.%x", scope->path[i].device, scope->path[i].function));
	return list;
}

/* How a scope reads in one word: what it is, unless an endpoint, and where. */
static char *scope_text(const struct dmar_scope *scope, const struct device *device)
{
	struct strings steps = { 0 };
	_cleanup_free_ char *path = NULL, *place = NULL;
	const char *name = scope_name(scope);

	for (size_t i = 0; i < scope->nr_path; i++)
		strings_take(&steps,
			     xasprintf("%02x.%x", scope->path[i].device, scope->path[i].function));
	path = strings_join(&steps, "/");
	strings_free(&steps);
	place = device ? xstrdup(device->name) : xasprintf("%02x:%s", scope->start_bus, path);

	if (scope->type == DMAR_SCOPE_ENDPOINT)
		return xstrdup(place);
	if (scope->type == DMAR_SCOPE_BRIDGE)
		return xasprintf("bridge@%s", place);
	if (name)
		return xasprintf("%s%u@%s", name, scope->enumeration_id, place);
	return xasprintf("0x%02x@%s", scope->type, place);
}

static struct out_value scope_cell(const struct tables_view *view, uint16_t segment,
				   const struct dmar_scope *scope)
{
	const struct device *device = view->machine ? scope_device(view->machine, segment, scope)
						    : NULL;
	_cleanup_free_ char *text = scope_text(scope, device);
	const char *name = scope_name(scope);
	struct out_value object = out_object(text);

	out_member(&object, "type", out_string(name ? name : "unknown"));
	if (!name)
		out_member(&object, "kind", out_format("0x%02x", scope->type));
	out_member(&object, "offset", out_number(scope->offset));
	out_member(&object, "flags", out_format("0x%02x", scope->flags));
	out_member(&object, "enumeration_id", out_number(scope->enumeration_id));
	out_member(&object, "start_bus", out_number(scope->start_bus));
	out_member(&object, "path", path_cell(scope));
	out_member(&object, "device", device ? out_string(device->name) : out_unknown());
	return object;
}

static struct out_value scopes_cell(const struct tables_view *view, const struct dmar_structure *s)
{
	struct out_value list = out_list();

	if (!out_wants(view->out, T_SCOPES))
		return list;
	for (size_t i = 0; i < s->nr_scopes; i++)
		out_append(&list, scope_cell(view, s->segment, &s->scopes[i]));
	return list;
}

static void set_flags(struct out_row *row, const struct dmar_structure *s)
{
	static const char *const names[][8] = {
		[DMAR_DRHD] = { "INCLUDE_PCI_ALL" },
		[DMAR_ATSR] = { "ALL_PORTS" },
		[DMAR_SATC] = { "ATC_REQUIRED" },
	};

	out_set(row, T_FLAGS, tables_flags(s->flags, names[s->type]));
}

static void set_cells(const struct tables_view *view, struct out_row *row,
		      const struct dmar_structure *s)
{
	switch (s->type) {
	case DMAR_DRHD:
		out_set(row, T_ADDRESS, out_address(s->address));
		out_set(row, T_SIZE, out_number(s->size));
		set_flags(row, s);
		break;
	case DMAR_RMRR:
		out_set(row, T_START, out_address(s->start));
		out_set(row, T_END, out_address(s->end));
		break;
	case DMAR_ATSR:
	case DMAR_SATC:
		set_flags(row, s);
		break;
	case DMAR_RHSA:
		out_set(row, T_ADDRESS, out_address(s->address));
		out_set(row, T_PROXIMITY_DOMAIN, out_number(s->proximity_domain));
		return;
	case DMAR_ANDD:
		out_set(row, T_DEVICE_NUMBER, out_number(s->device_number));
		out_set(row, T_NAME, tables_text(s->name, SIZE_MAX));
		return;
	case DMAR_SIDP:
		break;
	case DMAR_UNKNOWN:
		return;
	}
	out_set(row, T_SEGMENT, out_number(s->segment));
	out_set(row, T_SCOPES, scopes_cell(view, s));
}

void tables_show_dmar(struct tables_view *view)
{
	static const char *const types[] = {
		[DMAR_DRHD] = "DRHD", [DMAR_RMRR] = "RMRR",  [DMAR_ATSR] = "ATSR",
		[DMAR_RHSA] = "RHSA", [DMAR_ANDD] = "ANDD",  [DMAR_SATC] = "SATC",
		[DMAR_SIDP] = "SIDP", [DMAR_UNKNOWN] = NULL,
	};
	static const char *const flags[8] = { "INTR_REMAP", "X2APIC_OPT_OUT", "DMA_CTRL_OPT_IN" };
	const struct dmar *dmar = &view->table->dmar;

	out_set(view->row, T_HOST_ADDRESS_WIDTH, out_number(dmar->host_address_width));
	out_set(view->row, T_FLAGS, tables_flags(dmar->flags, flags));
	for (size_t i = 0; i < dmar->nr_structures; i++) {
		const struct dmar_structure *s = &dmar->structures[i];
		struct out_row *row;
		char kind[8];

		snprintf(kind, sizeof(kind), "0x%04x", s->number);
		row = tables_add_structure(view, s->offset, s->length, types[s->type],
					   s->type == DMAR_UNKNOWN ? kind : NULL);
		set_cells(view, row, s);
	}
}
