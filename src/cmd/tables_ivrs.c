/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of an IVRS. */
#include "cmd/tables.h"

#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/cleanup.h"

static const char *const entry_names[] = {
	[IVRS_ALL] = "all",
	[IVRS_SELECT] = "select",
	[IVRS_RANGE] = "range",
	[IVRS_ALIAS_SELECT] = "alias-select",
	[IVRS_ALIAS_RANGE] = "alias-range",
	[IVRS_EXT_SELECT] = "ext-select",
	[IVRS_EXT_RANGE] = "ext-range",
	[IVRS_SPECIAL] = "special",
	[IVRS_ACPI_HID] = "acpi-hid",
	[IVRS_ENTRY_UNKNOWN] = "unknown",
};

static struct out_value variety_cell(uint8_t variety)
{
	if (variety == 1)
		return out_string("ioapic");
	if (variety == 2)
		return out_string("hpet");
	return out_format("0x%02x", variety);
}

static struct out_value uid_cell(const struct ivrs_entry *e)
{
	return e->uid ? tables_text(e->uid, SIZE_MAX) : out_absent();
}

/* One member after the other, so that the text can be made of them. */
static char *text_of(struct out_value value)
{
	char *text = out_value_text(&value);

	out_value_free(&value);
	return text;
}

/* How an entry reads in one word: what stands where, "=" the DeviceID that requests carry. */
static char *entry_text(const struct ivrs_entry *e)
{
	_cleanup_free_ char *first = text_of(tables_device_id(e->first));
	_cleanup_free_ char *last = text_of(tables_device_id(e->last));
	_cleanup_free_ char *alias = text_of(tables_device_id(e->alias));
	_cleanup_free_ char *variety = text_of(variety_cell(e->variety));
	_cleanup_free_ char *hid = text_of(tables_text(e->hid, 8));
	_cleanup_free_ char *uid = text_of(uid_cell(e));

	switch (e->type) {
	case IVRS_ALL:
		return xstrdup("all");
	case IVRS_SELECT:
	case IVRS_EXT_SELECT:
		return xstrdup(first);
	case IVRS_RANGE:
	case IVRS_EXT_RANGE:
		return xasprintf("%s-%s", first, last);
	case IVRS_ALIAS_SELECT:
		return xasprintf("%s=%s", first, alias);
	case IVRS_ALIAS_RANGE:
		return xasprintf("%s-%s=%s", first, last, alias);
	case IVRS_SPECIAL:
		return xasprintf("%s%u=%s", variety, e->handle, first);
	case IVRS_ACPI_HID:
		return xasprintf("%s%s%s=%s", hid, e->uid ? ":" : "", e->uid ? uid : "", first);
	case IVRS_ENTRY_UNKNOWN:
		break;
	}
	return xasprintf("0x%02x", e->number);
}

static struct out_value entry_cell(const struct ivrs_entry *e)
{
	bool known = e->type != IVRS_ENTRY_UNKNOWN;
	bool special = e->type == IVRS_SPECIAL, named = e->type == IVRS_ACPI_HID;
	bool extended = e->type == IVRS_EXT_SELECT || e->type == IVRS_EXT_RANGE;
	_cleanup_free_ char *text = entry_text(e);
	struct out_value object = out_object(text);

	out_member(&object, "type", out_string(entry_names[e->type]));
	out_member(&object, "kind", out_format("0x%02x", e->number));
	out_member(&object, "offset", out_number(e->offset));
	out_member(&object, "length", out_number(e->length));
	out_member(&object, "first", known ? tables_device_id(e->first) : out_absent());
	out_member(&object, "last", known ? tables_device_id(e->last) : out_absent());
	out_member(&object, "alias", e->has_alias ? tables_device_id(e->alias) : out_absent());
	out_member(&object, "data", known ? out_format("0x%02x", e->data) : out_absent());
	out_member(&object, "extended",
		   extended ? out_format("0x%08x", e->extended) : out_absent());
	out_member(&object, "handle", special ? out_number(e->handle) : out_absent());
	out_member(&object, "variety", special ? variety_cell(e->variety) : out_absent());
	out_member(&object, "hid", named ? tables_text(e->hid, 8) : out_absent());
	out_member(&object, "cid", named ? tables_text(e->cid, 8) : out_absent());
	out_member(&object, "uid", uid_cell(e));
	out_member(&object, "uid_format", named ? out_number(e->uid_format) : out_absent());
	return object;
}

static struct out_value entries_cell(const struct tables_view *view, const struct ivrs_block *b)
{
	struct out_value list = out_list();

	for (size_t i = 0; i < b->nr_entries && out_wants(view->out, T_ENTRIES); i++)
		out_append(&list, entry_cell(&b->entries[i]));
	return list;
}

static void set_ivhd(const struct tables_view *view, struct out_row *row,
		     const struct ivrs_block *b)
{
	static const char *const flags[8] = { "HT_TUN_EN", "PASS_PW",  "RES_PASS_PW", "ISOC",
					      "IOTLB_SUP", "COHERENT", "PREF_SUP",    "PPR_SUP" };

	out_set(row, T_FLAGS, tables_flags(b->flags, flags));
	out_set(row, T_IOMMU, tables_function(b->segment, b->device_id));
	out_set(row, T_CAPABILITY_OFFSET, out_number(b->capability_offset));
	out_set(row, T_ADDRESS, out_address(b->address));
	out_set(row, T_SEGMENT, out_number(b->segment));
	out_set(row, T_INFO, out_format("0x%04x", b->info));
	out_set(row, T_FEATURES, out_format("0x%08x", b->features));
	out_set(row, T_EFR, b->has_efr ? out_address(b->efr) : out_absent());
	out_set(row, T_EFR2, b->has_efr ? out_address(b->efr2) : out_absent());
	out_set(row, T_IGNORED, out_bool(b->ignored));
	out_set(row, T_ENTRIES, entries_cell(view, b));
}

static void set_ivmd(struct out_row *row, const struct ivrs_block *b)
{
	static const char *const flags[8] = { "UNITY", "IR", "IW", "EXCLUSION_RANGE" };

	out_set(row, T_FLAGS, tables_flags(b->flags, flags));
	out_set(row, T_SEGMENT, out_number(b->segment));
	out_set(row, T_FIRST, tables_device_id(b->first));
	out_set(row, T_LAST, tables_device_id(b->last));
	out_set(row, T_START, out_address(b->start));
	out_set(row, T_END, out_address(b->end));
}

static struct out_value size_or_unknown(unsigned bits)
{
	return bits ? out_number(bits) : out_unknown();
}

static struct out_value ivinfo_cell(const struct ivrs *ivrs)
{
	char text[16];
	struct out_value object;

	snprintf(text, sizeof(text), "0x%08x", ivrs->ivinfo);
	object = out_object(text);
	out_member(&object, "value", out_string(text));
	out_member(&object, "efr_supported", out_bool(ivrs->ivinfo & IVRS_EFR_SUPPORTED));
	out_member(&object, "dma_remap", out_bool(ivrs->ivinfo & IVRS_DMA_REMAP));
	out_member(&object, "va_size", size_or_unknown(ivrs->va_size));
	out_member(&object, "pa_size", size_or_unknown(ivrs->pa_size));
	out_member(&object, "gva_size", size_or_unknown(ivrs->gva_size));
	out_member(&object, "ht_ats_reserved", out_bool(ivrs->ivinfo & IVRS_HT_ATS_RESERVED));
	return object;
}

void tables_show_ivrs(struct tables_view *view)
{
	static const char *const types[] = { "IVHD", "IVMD", NULL };
	const struct ivrs *ivrs = &view->table->ivrs;

	out_set(view->row, T_IVINFO, ivinfo_cell(ivrs));
	for (size_t i = 0; i < ivrs->nr_blocks; i++) {
		const struct ivrs_block *b = &ivrs->blocks[i];
		struct out_row *row;
		char kind[8];

		snprintf(kind, sizeof(kind), "0x%02x", b->kind);
		row = tables_add_structure(view, b->offset, b->length, types[b->type], kind);
		if (b->type == IVRS_IVHD)
			set_ivhd(view, row, b);
		else if (b->type == IVRS_IVMD)
			set_ivmd(row, b);
		else
			out_set(row, T_FLAGS, tables_flags(b->flags, (const char *const[8]){ 0 }));
	}
}
