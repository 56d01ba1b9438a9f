/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VIOT, the virtual I/O translation table, ACPI specification 6.5 section 5.2.34. */
#include <stdlib.h>

#include "acpi/acpi.h"
#include "acpi/cursor.h"
#include "acpi/parser.h"
#include "util/alloc.h"

static const struct {
	const char *name;
	size_t least;
} forms[] = {
	[VIOT_PCI_RANGE] = { "PCI range node", 24 },
	[VIOT_MMIO] = { "MMIO endpoint node", 24 },
	[VIOT_VIRTIO_IOMMU_PCI] = { "virtio-iommu PCI node", 16 },
	[VIOT_VIRTIO_IOMMU_MMIO] = { "virtio-iommu MMIO node", 16 },
	[VIOT_UNKNOWN] = { "node", 4 },
};

/*
 * PCI range, section 5.2.34.3.
 *  4 u32 first endpoint   8 u16 first segment   10 u16 last segment   12 u16 first BDF
 * 14 u16 last BDF        16 u16 output node     18 reserved[6]
 */
static void parse_pci_range(struct acpi_table *table, struct viot_node *node, struct cursor *body)
{
	size_t offset;

	node->endpoint = cursor_u32(body);
	offset = body->at;
	node->segment_start = cursor_u16(body);
	node->segment_end = cursor_u16(body);
	node->bdf_start = cursor_u16(body);
	node->bdf_end = cursor_u16(body);
	node->output_node = cursor_u16(body);
	acpi_take_reserved(table, body, 6);
	if (node->segment_end < node->segment_start)
		acpi_problem(table, offset + 2,
			     "PCI range ends at segment 0x%04x, before its start 0x%04x",
			     node->segment_end, node->segment_start);
	if (node->bdf_end < node->bdf_start)
		acpi_problem(table, offset + 6,
			     "PCI range ends at BDF 0x%04x, before its start 0x%04x", node->bdf_end,
			     node->bdf_start);
}

/*
 * MMIO endpoint, section 5.2.34.4.
 * 4 u32 endpoint   8 u64 base address   16 u16 output node   18 reserved[6]
 */
static void parse_mmio(struct acpi_table *table, struct viot_node *node, struct cursor *body)
{
	node->endpoint = cursor_u32(body);
	node->address = cursor_u64(body);
	node->output_node = cursor_u16(body);
	acpi_take_reserved(table, body, 6);
}

/* virtio-iommu on PCI, section 5.2.34.5: 4 u16 segment   6 u16 BDF   8 reserved[8] */
static void parse_virtio_iommu_pci(struct acpi_table *table, struct viot_node *node,
				   struct cursor *body)
{
	node->segment_start = node->segment_end = cursor_u16(body);
	node->bdf_start = node->bdf_end = cursor_u16(body);
	acpi_take_reserved(table, body, 8);
}

/* virtio-iommu on MMIO, section 5.2.34.6: 4 reserved[4]   8 u64 base address */
static void parse_virtio_iommu_mmio(struct acpi_table *table, struct viot_node *node,
				    struct cursor *body)
{
	acpi_take_reserved(table, body, 4);
	node->address = cursor_u64(body);
}

static void parse_node(struct acpi_table *table, struct viot_node *node, struct cursor *body)
{
	cursor_sub(body, 1);
	acpi_take_reserved(table, body, 1);
	cursor_sub(body, 2);
	switch (node->type) {
	case VIOT_PCI_RANGE:
		parse_pci_range(table, node, body);
		break;
	case VIOT_MMIO:
		parse_mmio(table, node, body);
		break;
	case VIOT_VIRTIO_IOMMU_PCI:
		parse_virtio_iommu_pci(table, node, body);
		break;
	case VIOT_VIRTIO_IOMMU_MMIO:
		parse_virtio_iommu_mmio(table, node, body);
		break;
	case VIOT_UNKNOWN:
		break;
	}
	acpi_take_rest(table, body);
	acpi_end(body);
}

/* Nodes, section 5.2.34.2: 0 u8 type, 1 reserved, 2 u16 length. Return: whether all were walked. */
static bool parse_nodes(struct acpi_table *table, struct cursor *walk)
{
	struct viot *viot = &table->viot;

	while (viot->nr_nodes < viot->node_count && acpi_more(table, walk, "node", 4)) {
		struct viot_node node = { .offset = walk->at };
		struct cursor peek = *walk, body;

		node.number = cursor_u8(&peek);
		cursor_u8(&peek);
		node.length = cursor_u16(&peek);
		node.type = VIOT_UNKNOWN;
		if (node.number >= VIOT_PCI_RANGE && node.number < VIOT_UNKNOWN)
			node.type = (enum viot_type)node.number;
		if (!acpi_take(table, walk, forms[node.type].name, node.length,
			       forms[node.type].least, &body))
			return false;
		parse_node(table, &node, &body);
		viot->nodes = xgrow(viot->nodes, viot->nr_nodes, sizeof(*viot->nodes));
		viot->nodes[viot->nr_nodes++] = node;
	}
	if (viot->nr_nodes < viot->node_count)
		acpi_problem(table, ACPI_HEADER_LENGTH, "header counts %u nodes, but there are %zu",
			     viot->node_count, viot->nr_nodes);
	return viot->nr_nodes == viot->node_count;
}

static int compare_offsets(const void *a, const void *b)
{
	const struct viot_node *x = a;
	const struct viot_node *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Endpoints name their virtio-iommu by its offset in the table. */
static void check_output_nodes(struct acpi_table *table)
{
	const struct viot *viot = &table->viot;

	for (size_t i = 0; i < viot->nr_nodes; i++) {
		const struct viot_node *node = &viot->nodes[i];
		struct viot_node key = { .offset = node->output_node };
		const struct viot_node *output;

		if (node->type != VIOT_PCI_RANGE && node->type != VIOT_MMIO)
			continue;
		output = bsearch(&key, viot->nodes, viot->nr_nodes, sizeof(key), compare_offsets);
		if (!output)
			acpi_problem(table, node->offset + 16,
				     "output node 0x%04x is not where a node starts",
				     node->output_node);
		else if (output->type == VIOT_PCI_RANGE || output->type == VIOT_MMIO)
			acpi_problem(table, node->offset + 16,
				     "output node 0x%04x is no virtio-iommu", node->output_node);
	}
}

/*
 * The table, section 5.2.34.1.
 * 36 u16 node count   38 u16 node offset   40 reserved[8]   nodes from node offset on
 */
void viot_parse(struct acpi_table *table, struct cursor *cursor)
{
	struct viot *viot = &table->viot;
	struct cursor gap;

	viot->node_count = cursor_u16(cursor);
	viot->node_offset = cursor_u16(cursor);
	acpi_take_reserved(table, cursor, 8);
	if (viot->node_offset < ACPI_FIXED_LENGTH || viot->node_offset > cursor->end) {
		acpi_problem(table, ACPI_HEADER_LENGTH + 2,
			     "node offset 0x%04x is no place for nodes", viot->node_offset);
		acpi_take_rest(table, cursor);
		return;
	}
	gap = cursor_sub(cursor, viot->node_offset - cursor->at);
	acpi_take_rest(table, &gap);
	if (parse_nodes(table, cursor))
		check_output_nodes(table);
	acpi_take_rest(table, cursor);
}

void viot_release(struct viot *viot)
{
	free(viot->nodes);
}
