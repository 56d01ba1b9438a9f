/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of a VIOT. */
#include "cmd/tables.h"

#include <stdio.h>

static void set_cells(struct out_row *row, const struct viot_node *n)
{
	switch (n->type) {
	case VIOT_PCI_RANGE:
		out_set(row, T_ENDPOINT, out_number(n->endpoint));
		out_set(row, T_SEGMENT, out_number(n->segment_start));
		out_set(row, T_SEGMENT_END, out_number(n->segment_end));
		out_set(row, T_FIRST, tables_device_id(n->bdf_start));
		out_set(row, T_LAST, tables_device_id(n->bdf_end));
		out_set(row, T_OUTPUT_NODE, out_number(n->output_node));
		break;
	case VIOT_MMIO:
		out_set(row, T_ENDPOINT, out_number(n->endpoint));
		out_set(row, T_ADDRESS, out_address(n->address));
		out_set(row, T_OUTPUT_NODE, out_number(n->output_node));
		break;
	case VIOT_VIRTIO_IOMMU_PCI:
		out_set(row, T_SEGMENT, out_number(n->segment_start));
		out_set(row, T_IOMMU, tables_function(n->segment_start, n->bdf_start));
		break;
	case VIOT_VIRTIO_IOMMU_MMIO:
		out_set(row, T_ADDRESS, out_address(n->address));
		break;
	case VIOT_UNKNOWN:
		break;
	}
}

void tables_show_viot(struct tables_view *view)
{
	static const char *const types[] = {
		[VIOT_PCI_RANGE] = "pci-range",
		[VIOT_MMIO] = "mmio",
		[VIOT_VIRTIO_IOMMU_PCI] = "virtio-iommu-pci",
		[VIOT_VIRTIO_IOMMU_MMIO] = "virtio-iommu-mmio",
		[VIOT_UNKNOWN] = NULL,
	};
	const struct viot *viot = &view->table->viot;

	out_set(view->row, T_NODE_COUNT, out_number(viot->node_count));
	out_set(view->row, T_NODE_OFFSET, out_number(viot->node_offset));
	for (size_t i = 0; i < viot->nr_nodes; i++) {
		const struct viot_node *n = &viot->nodes[i];
		char kind[8];

		snprintf(kind, sizeof(kind), "0x%02x", n->number);
		set_cells(tables_add_structure(view, n->offset, n->length, types[n->type],
					       n->type == VIOT_UNKNOWN ? kind : NULL),
			  n);
	}
}
