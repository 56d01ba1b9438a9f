/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VIOT: nodes as ACPI 6.5 section 5.2.34 draws them, good and bad. */
#include "acpi_bits.h"

/* A line of bytes is a structure, or fields that belong together: */
/* clang-format off */

/* Offsets 36 to 47. */
#define FIXED(count) (count), 0, 48, 0, 0, 0, 0, 0, 0, 0, 0, 0
/* A virtio-iommu at 0000:00:02.0, 16 bytes. */
#define VIRTIO_IOMMU 3, 0, 16, 0, 0, 0, 0x10, 0x00, 0, 0, 0, 0, 0, 0, 0, 0

#define SECOND 64 /* offset of what follows one VIRTIO_IOMMU */

#define VIOT(count, ...) parse_body_of("VIOT", BODY(FIXED(count), __VA_ARGS__))

static void test_all_nodes(void **state)
{
	struct acpi_table *t = VIOT(
		4, VIRTIO_IOMMU, /* at 48 */
		4, 0, 16, 0, 0, 0, 0, 0, /* at 64 */
		0x00, 0x00, 0x00, 0x0a, 0x01, 0, 0, 0, /* 0x10a000000 */
		1, 0, 24, 0, 0x04, 0x03, 0x02, 0x01, /* at 80 */
		0x01, 0x00, 0x02, 0x00, 0x18, 0x00, 0xff, 0xff,
		48, 0, 0, 0, 0, 0, 0, 0,
		2, 0, 24, 0, 0x09, 0, 0, 0, /* at 104 */
		0x00, 0x10, 0x00, 0x0b, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0);
	const struct viot_node *n = t->viot.nodes;

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->nr_reserved, 0);
	assert_int_equal(t->viot.node_count, 4);
	assert_int_equal(t->viot.node_offset, 48);
	assert_int_equal(t->viot.nr_nodes, 4);
	assert_int_equal(n[0].type, VIOT_VIRTIO_IOMMU_PCI);
	assert_int_equal(n[0].offset, 48);
	assert_int_equal(n[0].length, 16);
	assert_int_equal(n[0].segment_start, 0);
	assert_int_equal(n[0].bdf_start, 0x0010);
	assert_int_equal(n[0].bdf_end, 0x0010);
	assert_int_equal(n[1].type, VIOT_VIRTIO_IOMMU_MMIO);
	assert_true(n[1].address == 0x10a000000u);
	assert_int_equal(n[2].type, VIOT_PCI_RANGE);
	assert_int_equal(n[2].offset, 80);
	assert_int_equal(n[2].length, 24);
	assert_int_equal(n[2].endpoint, 0x01020304);
	assert_int_equal(n[2].segment_start, 1);
	assert_int_equal(n[2].segment_end, 2);
	assert_int_equal(n[2].bdf_start, 0x0018);
	assert_int_equal(n[2].bdf_end, 0xffff);
	assert_int_equal(n[2].output_node, 48);
	assert_int_equal(n[3].type, VIOT_MMIO);
	assert_int_equal(n[3].endpoint, 9);
	assert_true(n[3].address == 0x0b001000);
	assert_int_equal(n[3].output_node, 64);
	acpi_free(t);
}

static void test_virtio_iommu_segment(void **state)
{
	struct acpi_table *t = VIOT(1, 3, 0, 16, 0, 0x02, 0x01, 0x08, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0);

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->viot.nodes[0].segment_start, 0x0102);
	assert_int_equal(t->viot.nodes[0].segment_end, 0x0102);
	assert_int_equal(t->viot.nodes[0].bdf_start, 0x7f08);
	acpi_free(t);
}

static void test_unknown_node_is_shown(void **state)
{
	struct acpi_table *t = VIOT(3, 5, 0, 6, 0, 0, 0, VIRTIO_IOMMU, 0, 0xee, 4, 0);

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->viot.nr_nodes, 3);
	assert_int_equal(t->viot.nodes[0].type, VIOT_UNKNOWN);
	assert_int_equal(t->viot.nodes[0].number, 5);
	assert_int_equal(t->viot.nodes[1].type, VIOT_VIRTIO_IOMMU_PCI);
	assert_int_equal(t->viot.nodes[2].type, VIOT_UNKNOWN);
	assert_int_equal(t->viot.nodes[2].number, 0);
	assert_int_equal(t->nr_reserved, 2);
	assert_reserved(t, 0, 52, 2); /* the body, zero or not */
	assert_reserved(t, 1, 71, 1);
	acpi_free(t);
}

static void test_node_offset(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = parse_body_of("VIOT",
			  BODY(1, 0, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, VIRTIO_IOMMU));
	assert_no_problem(t); /* the header may be longer than we know it */
	assert_int_equal(t->viot.nodes[0].offset, 52);
	assert_reserved(t, 0, 48, 4);
	acpi_free(t);
	t = parse_body_of("VIOT", BODY(1, 0, 47, 0, 0, 0, 0, 0, 0, 0, 0, 0, VIRTIO_IOMMU));
	assert_one_problem(t, 38, "node offset 0x002f is no place for nodes");
	assert_int_equal(t->viot.nr_nodes, 0);
	assert_reserved(t, 0, 48, 16);
	acpi_free(t);
	t = parse_body_of("VIOT", BODY(1, 0, 65, 0, 0, 0, 0, 0, 0, 0, 0, 0, VIRTIO_IOMMU));
	assert_one_problem(t, 38, "node offset 0x0041 is no place for nodes");
	acpi_free(t);
}

static void test_node_count(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = VIOT(2, VIRTIO_IOMMU);
	assert_one_problem(t, 36, "header counts 2 nodes, but there are 1");
	acpi_free(t);
	t = VIOT(1, VIRTIO_IOMMU, VIRTIO_IOMMU);
	assert_no_problem(t); /* bytes behind the nodes are shown */
	assert_int_equal(t->viot.nr_nodes, 1);
	assert_reserved(t, 0, SECOND, 16);
	acpi_free(t);
	t = VIOT(2, VIRTIO_IOMMU, 3, 0, 16);
	assert_problem(t, 0, SECOND, "3 bytes are left, too few for a node");
	assert_problem(t, 1, 36, "header counts 2 nodes, but there are 1");
	acpi_free(t);
}

static void test_node_lengths(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = VIOT(2, VIRTIO_IOMMU, 1, 0, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, SECOND, "PCI range node has length 0");
	assert_int_equal(t->viot.nr_nodes, 1);
	assert_reserved(t, 0, SECOND, 8);
	acpi_free(t);
	t = VIOT(2, VIRTIO_IOMMU, 4, 0, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_one_problem(t, SECOND,
			   "virtio-iommu MMIO node has length 15, at least 16 is needed");
	acpi_free(t);
	t = VIOT(2, VIRTIO_IOMMU, 9, 0, 3, 0);
	assert_one_problem(t, SECOND, "node has length 3, at least 4 is needed");
	acpi_free(t);
	t = VIOT(2, VIRTIO_IOMMU, 9, 0, 5, 0);
	assert_one_problem(t, SECOND, "node has length 5, but only 4 bytes are left");
	acpi_free(t);
	t = VIOT(1, 3, 0, 18, 0, 0, 0, 0x10, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
	assert_no_problem(t);
	assert_reserved(t, 0, 64, 2); /* behind the known fields */
	acpi_free(t);
}

/* A PCI range at SECOND with the output node and ranges that a case wants. */
#define RANGE(seg0, seg1, bdf0, bdf1, output) \
	1, 0, 24, 0, 0, 0, 0, 0, (seg0), 0, (seg1), 0, (bdf0), 0, (bdf1), 0, (output), 0, 0, 0, 0, \
		0, 0, 0

static void test_output_node(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = VIOT(2, VIRTIO_IOMMU, RANGE(0, 0, 0, 0xff, 64));
	assert_one_problem(t, SECOND + 16, "output node 0x0040 is no virtio-iommu");
	acpi_free(t);
	t = VIOT(2, VIRTIO_IOMMU, RANGE(0, 0, 0, 0xff, 49));
	assert_one_problem(t, SECOND + 16, "output node 0x0031 is not where a node starts");
	acpi_free(t);
	t = VIOT(
		2, 9, 0, 4, 0,
		2, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0);
	assert_no_problem(t); /* an IOMMU of a type that we do not know */
	acpi_free(t);
	t = VIOT(2, VIRTIO_IOMMU, 2, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 47, 0, 0, 0,
		 0, 0, 0, 0);
	assert_one_problem(t, SECOND + 16, "output node 0x002f is not where a node starts");
	acpi_free(t);
	/* A node may stand before the IOMMU that it names. */
	t = VIOT(2, RANGE(0, 0, 0, 0xff, 72), VIRTIO_IOMMU);
	assert_no_problem(t);
	acpi_free(t);
}

static void test_pci_ranges(void **state)
{
	struct acpi_table *t;

	(void)state;
	t = VIOT(2, VIRTIO_IOMMU, RANGE(2, 1, 0, 0xff, 48));
	assert_one_problem(t, SECOND + 10,
			   "PCI range ends at segment 0x0001, before its start 0x0002");
	acpi_free(t);
	t = VIOT(2, VIRTIO_IOMMU, RANGE(0, 0, 0x20, 0x1f, 48));
	assert_one_problem(t, SECOND + 14, "PCI range ends at BDF 0x001f, before its start 0x0020");
	acpi_free(t);
}

static void test_reserved(void **state)
{
	struct acpi_table *t = parse_body_of(
		"VIOT", BODY(3, 0, 48, 0, 0, 0, 0, 0, 0, 0, 0, 1, /* 40: eight */
			     3, 1, 16, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 0, 0, 0, 0, /* 49, 56 */
			     4, 0, 16, 0, 0, 0, 0, 1, 0, 0, 0, 0x0a, 0, 0, 0, 0, /* 68: four */
			     1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff,
			     48, 0, 0, 0, 0, 0, 0, 1)); /* 98: six */

	(void)state;
	assert_no_problem(t);
	assert_int_equal(t->nr_reserved, 5);
	assert_reserved(t, 0, 40, 8);
	assert_reserved(t, 1, 49, 1);
	assert_reserved(t, 2, 56, 8);
	assert_reserved(t, 3, 68, 4);
	assert_reserved(t, 4, 98, 6);
	acpi_free(t);
}

static void test_every_bit_shows(void **state)
{
	(void)state;
	assert_every_bit_of_body_shows(
		"VIOT", BODY(5, 0, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			     VIRTIO_IOMMU, /* at 52 */
			     4, 0, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a, 1, 0, 0, 0, 0, 0, /* at 68 */
			     1, 0, 24, 0, 4, 3, 2, 1, 1, 0, 2, 0, 24, 0, 0xff, 0xff, 52,
			     0, 0, 0, 0, 0, 0, 0,
			     2, 0, 24, 0, 9, 0, 0, 0, 0, 0x10, 0, 0x0b, 0, 0, 0, 0, 68,
			     0, 0, 0, 0, 0, 0, 0,
			     5, 0, 8, 0, 0, 0, 0, 0, /* unknown */
			     0, 0)); /* behind */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_nodes),
		cmocka_unit_test(test_virtio_iommu_segment),
		cmocka_unit_test(test_unknown_node_is_shown),
		cmocka_unit_test(test_node_offset),
		cmocka_unit_test(test_node_count),
		cmocka_unit_test(test_node_lengths),
		cmocka_unit_test(test_output_node),
		cmocka_unit_test(test_pci_ranges),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_every_bit_shows),
	};

	return cmocka_run_group_tests_name("viot", tests, NULL, NULL);
}
