/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of map-test: pages of each size, and memory that may not be written or is not there. */
#include "probe/map_checks.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/width.h"
#include "probe/page_table.h"
#include "probe/size_text.h"
#include "util/cleanup.h"

/* --- pages of each size ----------------------------------------------------------------- */

/*
 * iommufd tells only the smallest size; what the unit's registers say stands in for the rest.
 *
 * Return: whether the IOMMU has pages of that size.
 */
static enum tristate has_page_size(const struct map_test *test, uint64_t page_size)
{
	uint64_t sizes[3];
	size_t nr;

	if (test->space->page_sizes & page_size)
		return TRI_YES;
	if (!is_iommufd(test->space))
		return TRI_NO;
	if (!test->device->unit)
		return TRI_UNKNOWN;
	nr = unit_page_sizes(test->facts->machine, test->device->unit, sizes);
	for (size_t i = 0; i < nr; i++)
		if (sizes[i] == page_size)
			return TRI_YES;
	return nr > 0 ? TRI_NO : TRI_UNKNOWN;
}

/* Whatever type 1 maps, it then maps in the smallest pages. */
static bool are_large_pages_off(const struct map_test *test)
{
	return !is_iommufd(test->space) && test->facts->system->small_pages_only == TRI_YES;
}

/* A page that was mapped as @leaf says. */
static void judge_leaf(const struct map_test *test, struct verdict *verdict, uint64_t page_size,
		       const struct leaf *leaf, enum tristate has_size)
{
	_cleanup_free_ char *size = size_text(leaf->page_size);

	if (leaf->page_size == page_size)
		passes(verdict, "page table entry of %s", size);
	else if (leaf->page_size < page_size && are_large_pages_off(test))
		informs(verdict, "vfio_iommu_type1 was loaded with disable_hugepages");
	else if (leaf->page_size < page_size && has_size == TRI_UNKNOWN)
		informs(verdict, "whether this IOMMU has pages of that size is not known");
	else
		fails(verdict, "it is mapped by page table entries of another size");
	observes(verdict, "page table entry of %s", size);
}

/* What the page table has for the one page that is mapped. */
static void look_at_leaf(const struct map_test *test, struct verdict *verdict, struct iova iova,
			 uint64_t page_size, enum tristate has_size)
{
	struct leaf leaf;
	int code = page_table_read(test->device, iova, &leaf);

	if (code == 0)
		judge_leaf(test, verdict, page_size, &leaf, has_size);
	else if (code == -ENOENT)
		informs(verdict, "mapped and unmapped; this kernel does not show with what pages");
	else
		fails(verdict, "mapped, but the page table has no entry for it");
}

static void check_page(struct map_test *test, struct verdict *verdict, uint64_t page_size,
		       struct iova iova)
{
	enum tristate has_size = has_page_size(test, page_size);
	_cleanup_free_ char *size = size_text(page_size);
	struct memory memory;

	if (has_size == TRI_NO) {
		skips(verdict, "this IOMMU has no pages of %s", size);
		return;
	}
	if (!get_memory(verdict, page_size, page_size, &memory))
		return;
	if (must_map(test, verdict, "the page", memory.va, iova, page_size)) {
		look_at_leaf(test, verdict, iova, page_size, has_size);
		must_unmap(test, verdict, "the page", iova, page_size);
	}
	memory_put(&memory);
}

void check_page_4k(struct map_test *test, struct verdict *verdict)
{
	if (has_window(test, verdict))
		check_page(test, verdict, 4096, window_at(test, 0));
}

void check_page_2m(struct map_test *test, struct verdict *verdict)
{
	if (has_window(test, verdict))
		check_page(test, verdict, 2ull << 20, window_at(test, 0));
}

void check_page_1g(struct map_test *test, struct verdict *verdict)
{
	const uint64_t size = 1ull << 30;
	uint64_t start;

	if (!test->has_room || __builtin_add_overflow(test->room.start, size - 1, &start) ||
	    (start &= ~(size - 1)) > test->room.end || test->room.end - start < size - 1) {
		skips(verdict, "no usable range has room for an aligned GiB");
		return;
	}
	check_page(test, verdict, size, (struct iova){ start });
}

/* --- memory that is not what it takes --------------------------------------------------- */

static const struct answers fault = { { EFAULT }, { EFAULT } };

/* Return: whether the page table, where it is shown, lets nobody write. */
static bool judge_read_only(const struct map_test *test, struct verdict *verdict, struct iova iova)
{
	struct leaf leaf;

	if (page_table_read(test->device, iova, &leaf) < 0 || !leaf.is_writable)
		return true;
	fails(verdict, "the page table lets the device write");
	return false;
}

static void try_read_only(struct map_test *test, struct verdict *verdict,
			  const struct memory *memory)
{
	const struct refusal write = { "memory that may only be read, mapped for writes",
				       memory->va,
				       window_at(test, 0),
				       memory->size,
				       ACCESS_BOTH,
				       fault };
	struct seen seen = { { 0 } };
	int code;

	if (!must_refuse(test, verdict, &write, &seen))
		goto done;
	/* That it can be mapped now shows that of the refused one nothing stayed. */
	code = ask_map(test, memory->va, write.iova, memory->size, ACCESS_READ);
	if (code < 0)
		fails(verdict, "memory that may only be read, mapped for reads: %s",
		      errno_name(code));
	else if (judge_read_only(test, verdict, write.iova))
		must_unmap(test, verdict, "memory that may only be read", write.iova, write.size);
done:
	pass_with(&seen, verdict);
}

void check_read_only(struct map_test *test, struct verdict *verdict)
{
	struct memory memory;

	if (!begin_in_window(test, verdict, 2, &memory))
		return;
	if (mprotect(memory.va, memory.size, PROT_READ) == 0)
		try_read_only(test, verdict, &memory);
	else
		skips(verdict, "memory could not be made read-only: %s", errno_name(errno));
	memory_put(&memory);
}

void check_no_memory(struct map_test *test, struct verdict *verdict)
{
	struct memory memory, none;
	struct seen seen = { { 0 } };

	if (!begin_in_window(test, verdict, 2, &memory))
		return;
	if (memory_reserve(memory.size, &none) == 0) {
		const struct refusal refusal = { "addresses without memory",
						 none.va,
						 window_at(test, 0),
						 none.size,
						 ACCESS_BOTH,
						 fault };

		if (must_refuse(test, verdict, &refusal, &seen))
			must_map_and_unmap(test, verdict, "memory at the same addresses afterwards",
					   memory.va, refusal.iova, memory.size);
		pass_with(&seen, verdict);
		memory_put(&none);
	} else {
		skips(verdict, "no addresses are left in this process");
	}
	memory_put(&memory);
}
