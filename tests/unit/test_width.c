/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest address width: the rules of Linux (facts/linux.md 2.4 to 2.7) with the expected widths
 * worked out by hand. Where the registers leave two possibilities gaw is the lower one.
 */
#include <errno.h>

#include "model/width.h"
#include "world.h"

/* --- Intel ------------------------------------------------------------------------------ */

/* CAP: SAGAW is bits 12:8 (1 is 39 bits, 2 is 48, 3 is 57), MGAW - 1 is bits 21:16. */
#define MGAW(bits) ((uint64_t)((bits)-1) << 16)
#define S39 (UINT64_C(1) << 9)
#define S48 (UINT64_C(1) << 10)
#define S57 (UINT64_C(1) << 11)
#define FL5LP (UINT64_C(1) << 60)
/* ECAP */
#define SMTS (UINT64_C(1) << 43)
#define SLTS (UINT64_C(1) << 46)
#define FLTS (UINT64_C(1) << 47)

static struct width intel(uint64_t cap, uint64_t ecap)
{
	struct world world;

	world_init(&world);
	world.unit.kind = UNIT_INTEL_VTD;
	world.unit.has_registers = true;
	world.unit.cap = cap;
	world.unit.ecap = ecap;
	return unit_width(&world.machine, &world.unit);
}

static void test_intel(void **state)
{
	static const struct {
		const char *name;
		uint64_t cap, ecap;
		unsigned gaw, gaw_max;
	} cases[] = {
		/* Legacy mode: the deepest table of SAGAW, at most MGAW. */
		{ "client, 39 of 39", MGAW(39) | S39, 0, 39, 39 },
		{ "client, 39 of 48", MGAW(39) | S48, 0, 39, 39 }, /* as in design.md 3.2 */
		{ "server, 48", MGAW(48) | S48, 0, 48, 48 },
		{ "39 and 48", MGAW(48) | S39 | S48, 0, 48, 48 },
		{ "wide MGAW, 39 only", MGAW(57) | S39, 0, 39, 39 },
		{ "wide MGAW, 48 only", MGAW(57) | S48, 0, 48, 48 },
		{ "57", MGAW(57) | S48 | S57, 0, 57, 57 },
		{ "57, MGAW 52", MGAW(52) | S48 | S57, 0, 52, 52 },
		{ "57, MGAW 48", MGAW(48) | S48 | S57, 0, 48, 48 },
		{ "64 is no table that Linux uses", MGAW(64) | UINT64_C(1) << 12 | S57, 0, 57, 57 },
		{ "SAGAW 0", MGAW(48), 0, WIDTH_UNKNOWN, WIDTH_UNKNOWN },
		{ "SAGAW with 30 and 64 only", MGAW(48) | UINT64_C(1) << 8 | UINT64_C(1) << 12, 0,
		  WIDTH_UNKNOWN, WIDTH_UNKNOWN },
		/* The stage bits mean nothing without SMTS. */
		{ "stages without scalable mode", MGAW(48) | S48, SLTS | FLTS, 48, 48 },
		/* Scalable mode, second stage only: as in legacy mode. */
		{ "second stage", MGAW(48) | S48, SMTS | SLTS, 48, 48 },
		{ "second stage, 39", MGAW(39) | S39, SMTS | SLTS, 39, 39 },
		{ "second stage, 57", MGAW(57) | S48 | S57, SMTS | SLTS, 57, 57 },
		/* Both: 6.12 prefers the second, 7.2 the first stage: 2^48-1 or 2^47-1. */
		{ "both", MGAW(48) | S48, SMTS | SLTS | FLTS, 47, 48 },
		{ "both, 39 too", MGAW(48) | S39 | S48, SMTS | SLTS | FLTS, 47, 48 },
		{ "both, 57", MGAW(57) | S48 | S57 | FL5LP, SMTS | SLTS | FLTS, 56, 57 },
		/* Legacy and 6.12: 57; the first stage has four levels only. */
		{ "both, 57, no 5-level", MGAW(57) | S48 | S57, SMTS | SLTS | FLTS, 47, 57 },
		/* Second stage: SAGAW and {48, 57} have 48 in common; first stage: 57 - 1. */
		{ "both, 48 and 5-level", MGAW(57) | S48 | FL5LP, SMTS | SLTS | FLTS, 48, 56 },
		/* First stage only; legacy mode stays possible as far as SAGAW has tables. */
		{ "first stage", MGAW(48), SMTS | FLTS, 47, 47 },
		{ "first stage, 5-level", MGAW(57) | FL5LP, SMTS | FLTS, 56, 56 },
		{ "first stage, 5-level, MGAW 48", MGAW(48) | FL5LP, SMTS | FLTS, 47, 47 },
		{ "first stage or legacy", MGAW(48) | S48, SMTS | FLTS, 47, 48 },
		{ "first stage, MGAW 39", MGAW(39), SMTS | FLTS, 38, 38 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct width width = intel(cases[i].cap, cases[i].ecap);

		assert_case_equal(width.gaw, cases[i].gaw, cases[i].name);
		assert_case_equal(width.gaw_max, cases[i].gaw_max, cases[i].name);
	}
}

/* 6.1 and 6.12: 2^(min(57, MGAW) - 1) - 1; 7.2: 2^56 - 1 (facts 2.5). */
static void test_intel_first_stage_below_57(void **state)
{
	struct width width = intel(MGAW(52) | FL5LP, SMTS | FLTS);

	(void)state;
	assert_int_equal(width.gaw, 51);
	assert_int_equal(width.gaw_max, 56);
}

static void test_intel_unread(void **state)
{
	struct world world;
	struct width width;

	(void)state;
	world_init(&world);
	world.unit.kind = UNIT_INTEL_VTD;
	world.unit.cap = MGAW(48) | S48; /* left over: must not be looked at */
	width = unit_width(&world.machine, &world.unit);
	assert_int_equal(width.gaw, WIDTH_UNKNOWN);
	assert_int_equal(width.gaw_max, WIDTH_UNKNOWN);
}

/* Registers as kernels print them for real units, decoded by hand. */
static void test_intel_registers(void **state)
{
	/* Xeon: ...6f0466 is MGAW 0x2f + 1, SAGAW 00100; 0xdf has bit 3. */
	struct unit server = { .kind = UNIT_INTEL_VTD,
			       .has_registers = true,
			       .cap = 0x08d2078c106f0466,
			       .ecap = 0xf020df };
	/* Core: ...660462 is MGAW 0x26 + 1, SAGAW 00100. */
	struct unit client = { .kind = UNIT_INTEL_VTD,
			       .has_registers = true,
			       .cap = 0x00d2008c40660462,
			       .ecap = 0xf050da };
	struct unit bits = { .has_registers = true, .cap = 0x1f00 | MGAW(1), .ecap = 1u << 3 };
	const struct machine machine = { 0 };
	unsigned widths[5];

	(void)state;
	assert_int_equal(intel_mgaw(&server), 48);
	assert_int_equal(intel_sagaw(&server, widths), 1);
	assert_int_equal(widths[0], 48);
	assert_true(intel_has_remapping(&server));
	assert_false(intel_has_first_stage(&server));
	assert_int_equal(unit_width(&machine, &server).gaw, 48);
	assert_int_equal(intel_mgaw(&client), 39);
	assert_int_equal(intel_sagaw(&client, widths), 1);
	assert_int_equal(widths[0], 48);
	assert_int_equal(unit_width(&machine, &client).gaw, 39);
	assert_int_equal(unit_width(&machine, &client).gaw_max, 39);

	assert_int_equal(intel_mgaw(&bits), 1);
	assert_int_equal(intel_sagaw(&bits, widths), 5);
	assert_int_equal(widths[0], 30);
	assert_int_equal(widths[1], 39);
	assert_int_equal(widths[2], 48);
	assert_int_equal(widths[3], 57);
	assert_int_equal(widths[4], 64);
	assert_true(intel_has_remapping(&bits));

	bits.ecap = ~(UINT64_C(1) << 3);
	assert_false(intel_has_remapping(&bits));
	assert_true(intel_has_first_stage(&bits));
	bits.ecap = ~SMTS;
	assert_false(intel_has_first_stage(&bits));
	bits.ecap = ~FLTS;
	assert_false(intel_has_first_stage(&bits));
	bits.cap = MGAW(64);
	assert_int_equal(intel_sagaw(&bits, widths), 0);
	assert_int_equal(intel_mgaw(&bits), 64);
}

/* --- AMD -------------------------------------------------------------------------------- */

/* EFR: GT is bit 4, HATS bits 11:10, GATS bits 13:12. */
#define HATS(n) ((uint64_t)(n) << 10)
#define GT (UINT64_C(1) << 4)
#define GATS_5 (UINT64_C(1) << 12)
/* Some bits above EFR2's: PASmax 15, GIOSUP. QEMU's and real ones always have some. */
#define EFR (UINT64_C(0xf) << 32 | UINT64_C(1) << 48)

struct amd_case {
	const char *name;
	const char *release; /* NULL: unknown */
	const char *command_line;
	uint64_t efr;
	int va_size; /* of IVinfo, -1: no IVRS to be had */
	unsigned gaw, gaw_max;
};

static struct width amd(const struct amd_case *c)
{
	struct world world;

	world_init(&world);
	world.unit.kind = UNIT_AMD_VI;
	world.unit.has_features = true;
	world.unit.features[0] = c->efr;
	world.machine.release = (char *)c->release;
	world.machine.command_line = (char *)c->command_line;
	if (c->va_size >= 0) {
		struct ivrs_block *ivhd = world_ivrs(&world, IVRS_IVHD);

		ivhd->kind = 0x11;
		ivhd->has_efr = true;
		ivhd->efr = c->efr;
		world.ivrs.ivrs.ivinfo = IVRS_EFR_SUPPORTED;
		world.ivrs.ivrs.va_size = (unsigned)c->va_size;
	}
	return unit_width(&world.machine, &world.unit);
}

static void check_amd(const struct amd_case *cases, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct width width = amd(&cases[i]);

		assert_case_equal(width.gaw, cases[i].gaw, cases[i].name);
		assert_case_equal(width.gaw_max, cases[i].gaw_max, cases[i].name);
	}
}

static void test_amd_6(void **state)
{
	static const struct amd_case cases[] = {
		/* Version 1 tables grow: 2^64-1, whatever registers and IVRS say. */
		{ "6.1", "6.1.0-39-amd64", "quiet", EFR, 48, 64, 64 },
		{ "6.12", "6.12.107", "", EFR | HATS(0), 40, 64, 64 },
		{ "6.12 without IVRS", "6.12.107", "quiet", EFR, -1, 64, 64 },
		{ "6.12, command line unknown", "6.12.107", NULL, EFR, 48, 47, 64 },
		/* HATS alone came to bound it a little before generic page tables: either may be */
		{ "6.17", "6.17.0", "", EFR | HATS(0), 48, 48, 64 },
		{ "6.18", "6.18.3", "", EFR | HATS(0), 0, 48, 64 },
		/* pgtbl_v2: 2^47-1 on 6.12, and 2^56-1 with five levels; the lower one is sure. */
		{ "v2", "6.12.107", "root=/dev/sda1 amd_iommu=pgtbl_v2 quiet", EFR | GT, 48, 47,
		  64 },
		{ "v2 first", "6.12.107", "amd_iommu=pgtbl_v2", EFR | GT, 48, 47, 64 },
		{ "v2 in a list", "6.12.107", "amd_iommu=fullflush,pgtbl_v2,x", EFR | GT, 48, 47,
		  64 },
		/* Words that only contain it. */
		{ "v2 in a path", "6.12.107", "root=/pgtbl_v2 quiet", EFR, 48, 64, 64 },
		{ "v2 as a piece", "6.12.107", "amd_iommu=xpgtbl_v2", EFR, 48, 64, 64 },
		{ "v2 and more", "6.12.107", "amd_iommu=pgtbl_v2x", EFR, 48, 64, 64 },
		{ "v1", "6.12.107", "amd_iommu=pgtbl_v1", EFR, 48, 64, 64 },
	};

	(void)state;
	check_amd(cases, COUNT(cases));
}

static void test_amd_7(void **state)
{
	static const struct amd_case cases[] = {
		/* min(VASize, 0 is 64; (HATS + 3) * 9 + 21 is 48, 57, 66) */
		{ "VASize 0, HATS 0", "7.2.13", "", EFR | HATS(0), 0, 48, 48 },
		{ "VASize 0, HATS 1", "7.2.13", "", EFR | HATS(1), 0, 57, 57 },
		{ "VASize 0, HATS 2", "7.2.13", "", EFR | HATS(2), 0, 64, 64 },
		{ "VASize 40, HATS 0", "7.2.13", "", EFR | HATS(0), 40, 40, 40 },
		{ "VASize 40, HATS 2", "7.2.13", "", EFR | HATS(2), 40, 40, 40 },
		{ "VASize 48, HATS 0", "7.2.13", "", EFR | HATS(0), 48, 48, 48 },
		{ "VASize 48, HATS 1", "7.2.13", "", EFR | HATS(1), 48, 48, 48 },
		{ "VASize 48, HATS 2", "7.2.13", "", EFR | HATS(2), 48, 48, 48 },
		{ "VASize 64, HATS 0", "7.2.13", "", EFR | HATS(0), 64, 48, 48 },
		{ "VASize 64, HATS 1", "7.2.13", "", EFR | HATS(1), 64, 57, 57 },
		{ "VASize 64, HATS 2", "7.2.13", "", EFR | HATS(2), 64, 64, 64 },
		{ "the first with generic tables", "6.19.0", "", EFR | HATS(0), 64, 48, 48 },
		{ "two digits", "10.1", "", EFR | HATS(0), 64, 48, 48 },
		/* HATS 3: version 2 tables, the lower half of 48 or 57 bits; or no translation */
		{ "HATS 3", "7.2.13", "", EFR | HATS(3) | GT, 64, 47, 47 },
		{ "HATS 3, five levels", "7.2.13", "", EFR | HATS(3) | GT | GATS_5, 64, 47, 56 },
		{ "HATS 3 without version 2", "7.2.13", "", EFR | HATS(3), 64, 0, 0 },
		/* Without the IVRS only what the tables could do is known. */
		{ "no IVRS, HATS 0", "7.2.13", "", EFR | HATS(0), -1, 0, 48 },
		{ "no IVRS, HATS 1", "7.2.13", "", EFR | HATS(1), -1, 0, 57 },
		{ "no IVRS, HATS 2", "7.2.13", "", EFR | HATS(2), -1, 0, 64 },
	};

	(void)state;
	check_amd(cases, COUNT(cases));
}

/* facts 2.6, row 7.2, column V2: pgtbl_v2 narrows it there too. */
static void test_amd_7_version_2(void **state)
{
	struct amd_case c = { "v2", "7.2.13", "amd_iommu=pgtbl_v2", EFR | HATS(0) | GT, 48, 0, 0 };

	(void)state;
	assert_int_equal(amd(&c).gaw, 47);
	c.efr |= HATS(2);
	c.va_size = 64;
	assert_int_equal(amd(&c).gaw, 47);
}

/* facts 2.2 and 2.6: HATDis, bit 0 of the attributes of an IVHD 11h or 40h, puts version 1 off. */
static void test_amd_7_hatdis(void **state)
{
	struct world world;
	struct ivrs_block *ivhd;

	(void)state;
	world_init(&world);
	world.unit.kind = UNIT_AMD_VI;
	world.unit.has_features = true;
	world.unit.features[0] = EFR | HATS(0) | GT;
	world.unit.has_function = true;
	world.unit.function = (struct bdf){ 0, 0, 0, 2 };
	world.machine.release = (char *)"7.2.13";
	world.ivrs.ivrs.va_size = 48;
	ivhd = world_ivrs(&world, IVRS_IVHD);
	ivhd->kind = 0x11;
	ivhd->device_id = 0x0002;
	ivhd->has_efr = true;
	ivhd->efr = EFR | HATS(0) | GT;
	world.ivrs.ivrs.ivinfo = IVRS_EFR_SUPPORTED;
	assert_int_equal(unit_width(&world.machine, &world.unit).gaw, 48);
	ivhd->features = 1;
	assert_int_equal(unit_width(&world.machine, &world.unit).gaw, 47);
}

/* amd/init.c, get_global_efr(): what counts is the image in the IVRS, that of all units together. */
static void test_amd_7_image(void **state)
{
	struct ivrs_block *first, *second;
	struct world world;

	(void)state;
	world_init(&world);
	world.unit.kind = UNIT_AMD_VI;
	world.unit.has_features = true;
	world.unit.features[0] = EFR | HATS(2);
	world.machine.release = (char *)"7.3.4";
	world.machine.command_line = (char *)"";
	world.ivrs.ivrs.va_size = 64;
	world.ivrs.ivrs.ivinfo = IVRS_EFR_SUPPORTED;
	first = world_ivrs(&world, IVRS_IVHD);
	*first = (struct ivrs_block){ .kind = 0x11, .has_efr = true, .efr = EFR | HATS(2) };
	assert_int_equal(unit_width(&world.machine, &world.unit).gaw, 64);
	world.ivrs.ivrs.ivinfo = IVRS_DMA_REMAP; /* does not vouch for it */
	assert_int_equal(unit_width(&world.machine, &world.unit).gaw, 48);
	assert_int_equal(unit_width(&world.machine, &world.unit).gaw_max, 48);
	world.ivrs.ivrs.ivinfo = IVRS_EFR_SUPPORTED;

	second = world_ivrs(&world, IVRS_IVHD);
	*second = (struct ivrs_block){ .kind = 0x11, .has_efr = true, .efr = EFR | HATS(1) };
	assert_int_equal(unit_width(&world.machine, &world.unit).gaw, 48); /* 2 & 1 */
	first->efr = EFR | HATS(3);
	assert_int_equal(unit_width(&world.machine, &world.unit).gaw, 57); /* 3 & 1 */
	second->ignored = true; /* 3: no version 1, and no GT for version 2 */
	assert_int_equal(unit_width(&world.machine, &world.unit).gaw, WIDTH_UNKNOWN);

	*first = (struct ivrs_block){ .kind = 0x10 }; /* all that QEMU has, and boards before 11h */
	assert_int_equal(unit_width(&world.machine, &world.unit).gaw, 48);
	world.machine.ivrs.table = NULL; /* not known, and at most what the register says */
	assert_int_equal(unit_width(&world.machine, &world.unit).gaw, WIDTH_UNKNOWN);
	assert_int_equal(unit_width(&world.machine, &world.unit).gaw_max, 64);
}

static void test_amd_release_unknown(void **state)
{
	static const struct amd_case cases[] = {
		{ "VASize 48", NULL, "", EFR | HATS(0), 48, 48, 64 },
		{ "VASize 40", NULL, "", EFR | HATS(2), 40, 40, 64 },
		{ "VASize 0, HATS 2", NULL, "", EFR | HATS(2), 0, 64, 64 },
		{ "no number", "mainline", "", EFR | HATS(0), 48, 48, 64 },
		{ "v2", NULL, "amd_iommu=pgtbl_v2", EFR | HATS(0) | GT, 48, 47, 64 },
		{ "HATS 3", NULL, "", EFR | HATS(3) | GT, 48, 47, 64 },
	};

	(void)state;
	check_amd(cases, COUNT(cases));
}

/* It may be 6.x, where 64 bits are there: "--require=60" must not be answered with no. */
static void test_amd_release_unknown_without_ivrs(void **state)
{
	static const struct amd_case c = { "", NULL, "", EFR | HATS(0), -1, 0, 64 };

	(void)state;
	assert_int_equal(amd(&c).gaw, WIDTH_UNKNOWN);
	assert_int_equal(amd(&c).gaw_max, 64);
}

static void test_amd_features_unknown(void **state)
{
	struct world world;
	struct width width;

	(void)state;
	world_init(&world);
	world.unit.kind = UNIT_AMD_VI;
	world.machine.release = (char *)"7.2.13";
	width = unit_width(&world.machine, &world.unit);
	assert_int_equal(width.gaw, WIDTH_UNKNOWN);
	world.machine.release = (char *)"6.12.107"; /* which does not need them */
	width = unit_width(&world.machine, &world.unit);
	assert_int_equal(width.gaw, 64);
}

/* 6.1 writes "EFR2:EFR", 6.12 and later "EFR:EFR2". */
static void test_amd_order(void **state)
{
	const uint64_t efr = EFR | HATS(2) | GT, other = EFR | HATS(1);
	struct world world;
	struct ivrs_block *ivhd;
	uint64_t got = 0;

	(void)state;
	world_init(&world);
	world.unit.kind = UNIT_AMD_VI;
	assert_true(amd_efr(&world.machine, &world.unit, &got) < 0); /* not read */
	world.unit.has_features = true;

	for (uint64_t efr2 = 0; efr2 <= 0xfff; efr2 += 0x111) { /* bits 0 to 11: all that it has */
		world.unit.features[0] = efr;
		world.unit.features[1] = efr2;
		assert_int_equal(amd_efr(&world.machine, &world.unit, &got), 0);
		assert_int_equal(got, efr);
		world.unit.features[0] = efr2;
		world.unit.features[1] = efr;
		assert_int_equal(amd_efr(&world.machine, &world.unit, &got), 0);
		assert_int_equal(got, efr);
	}

	/* A small EFR beside a zero. */
	world.unit.features[0] = 0x10;
	world.unit.features[1] = 0;
	assert_int_equal(amd_efr(&world.machine, &world.unit, &got), 0);
	assert_int_equal(got, 0x10);
	world.unit.features[0] = 0;
	world.unit.features[1] = 0x10;
	assert_int_equal(amd_efr(&world.machine, &world.unit, &got), 0);
	assert_int_equal(got, 0x10);

	/* Both small, or both large: only the IVRS can tell. */
	world.unit.features[0] = efr;
	world.unit.features[1] = other;
	assert_true(amd_efr(&world.machine, &world.unit, &got) < 0);
	world.unit.has_function = true;
	world.unit.function = (struct bdf){ 0, 0, 0, 2 };
	ivhd = world_ivrs(&world, IVRS_IVHD);
	ivhd->device_id = 0x0002;
	ivhd->has_efr = true;
	ivhd->efr = other;
	assert_int_equal(amd_efr(&world.machine, &world.unit, &got), 0);
	assert_int_equal(got, other);
	ivhd->efr = 5; /* which is neither */
	assert_true(amd_efr(&world.machine, &world.unit, &got) < 0);
	ivhd->efr = other;
	ivhd->device_id = 0x0003; /* another unit's */
	assert_true(amd_efr(&world.machine, &world.unit, &got) < 0);
	ivhd->device_id = 0x0002;
	ivhd->ignored = true;
	assert_true(amd_efr(&world.machine, &world.unit, &got) < 0);
}

/* --- others, and the rest ----------------------------------------------------------------- */

static void test_unknown_kinds(void **state)
{
	static const enum unit_kind kinds[] = { UNIT_VIRTIO, UNIT_SMMU, UNIT_OTHER };
	struct world world;

	(void)state;
	world_init(&world);
	world.machine.release = (char *)"6.12.107";
	for (size_t i = 0; i < COUNT(kinds); i++) {
		world.unit = (struct unit){ .kind = kinds[i], .cap = LAST, .ecap = LAST };
		assert_int_equal(unit_width(&world.machine, &world.unit).gaw, WIDTH_UNKNOWN);
		assert_int_equal(unit_width(&world.machine, &world.unit).gaw_max, WIDTH_UNKNOWN);
	}
}

static void test_common(void **state)
{
	struct width w;

	(void)state;
	w = width_common((struct width){ 39, 39 }, (struct width){ 47, 48 });
	assert_int_equal(w.gaw, 39);
	assert_int_equal(w.gaw_max, 39);
	w = width_common((struct width){ 47, 57 }, (struct width){ 48, 48 });
	assert_int_equal(w.gaw, 47);
	assert_int_equal(w.gaw_max, 48);
	w = width_common((struct width){ 39, 39 }, (struct width){ WIDTH_UNKNOWN, 48 });
	assert_int_equal(w.gaw, WIDTH_UNKNOWN);
	assert_int_equal(w.gaw_max, 39);
	w = width_common((struct width){ WIDTH_UNKNOWN, WIDTH_UNKNOWN }, (struct width){ 64, 64 });
	assert_int_equal(w.gaw, WIDTH_UNKNOWN);
	assert_int_equal(w.gaw_max, WIDTH_UNKNOWN);
}

static void test_last(void **state)
{
	(void)state;
	assert_int_equal(width_last(1), 1);
	assert_int_equal(width_last(32), 0xffffffff);
	assert_int_equal(width_last(39), 0x7fffffffff);
	assert_int_equal(width_last(47), 0x7fffffffffff);
	assert_int_equal(width_last(48), 0xffffffffffff);
	assert_int_equal(width_last(57), 0x1ffffffffffffff);
	assert_int_equal(width_last(63), 0x7fffffffffffffff);
	assert_int_equal(width_last(64), LAST);
}

#define SLLPS_2M (UINT64_C(1) << 34)
#define SLLPS_1G (UINT64_C(1) << 35)
#define FS1GP (UINT64_C(1) << 56)

static void test_page_sizes(void **state)
{
	static const struct {
		const char *name;
		enum unit_kind kind;
		bool known;
		uint64_t cap, ecap;
		size_t nr;
		uint64_t sizes[3];
	} cases[] = {
		{ "4K", UNIT_INTEL_VTD, true, 0, 0, 1, { 4096 } },
		{ "2M", UNIT_INTEL_VTD, true, SLLPS_2M, 0, 2, { 4096, 2097152 } },
		{ "1G",
		  UNIT_INTEL_VTD,
		  true,
		  SLLPS_2M | SLLPS_1G,
		  0,
		  3,
		  { 4096, 2097152, 1073741824 } },
		{ "first stage",
		  UNIT_INTEL_VTD,
		  true,
		  SLLPS_2M | SLLPS_1G,
		  SMTS | FLTS,
		  2,
		  { 4096, 2097152 } },
		{ "first stage with 1G",
		  UNIT_INTEL_VTD,
		  true,
		  SLLPS_2M | SLLPS_1G | FS1GP,
		  SMTS | FLTS,
		  3,
		  { 4096, 2097152, 1073741824 } },
		{ "1G in the first stage alone",
		  UNIT_INTEL_VTD,
		  true,
		  SLLPS_2M | FS1GP,
		  SMTS | FLTS,
		  2,
		  { 4096, 2097152 } },
		{ "unread", UNIT_INTEL_VTD, false, SLLPS_2M, 0, 0, { 0 } },
		{ "AMD", UNIT_AMD_VI, false, 0, 0, 3, { 4096, 2097152, 1073741824 } },
		{ "virtio", UNIT_VIRTIO, false, 0, 0, 0, { 0 } },
		{ "smmu", UNIT_SMMU, false, 0, 0, 0, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct machine machine = { .command_line = (char *)"quiet" };
		const struct unit unit = { .kind = cases[i].kind,
					   .has_registers = cases[i].known,
					   .cap = cases[i].cap,
					   .ecap = cases[i].ecap };
		uint64_t sizes[3];

		assert_case_equal(unit_page_sizes(&machine, &unit, sizes), cases[i].nr,
				  cases[i].name);
		for (size_t k = 0; k < cases[i].nr; k++)
			assert_case_equal(sizes[k], cases[i].sizes[k], cases[i].name);
		if (cases[i].nr == 0)
			continue;
		/* Both can be told to use 4 KiB only; perhaps they were. */
		machine.command_line = (char *)(cases[i].kind == UNIT_AMD_VI
							? "amd_iommu=nohugepages"
							: "intel_iommu=on,sp_off");
		assert_case_equal(unit_page_sizes(&machine, &unit, sizes), 1, cases[i].name);
		machine.command_line = NULL;
		assert_case_equal(unit_page_sizes(&machine, &unit, sizes), 1, cases[i].name);
	}
}

static void test_in_tables(void **state)
{
	struct world world;
	struct dmar_structure *rmrr, *first, *second;
	struct ivrs_block *ivmd, *ignored, *ivhd;

	(void)state;
	world_init(&world);
	world.unit.has_registers = true;
	world.unit.address = 0xfed91000;
	assert_null(unit_drhd(&world.machine, &world.unit));
	rmrr = world_dmar(&world, DMAR_RMRR);
	first = world_dmar(&world, DMAR_DRHD);
	second = world_dmar(&world, DMAR_DRHD);
	rmrr->address = 0xfed91000;
	first->address = 0xfed90000;
	second->address = 0xfed91000;
	assert_ptr_equal(unit_drhd(&world.machine, &world.unit), second);
	world.unit.address = 0xfed90000;
	assert_ptr_equal(unit_drhd(&world.machine, &world.unit), first);
	world.unit.address = 0xfed92000;
	assert_null(unit_drhd(&world.machine, &world.unit));
	world.unit.address = 0; /* as what stands behind the last structure */
	assert_null(unit_drhd(&world.machine, &world.unit));

	assert_null(unit_ivhd(&world.machine, &world.unit));
	ivmd = world_ivrs(&world, IVRS_IVMD);
	ignored = world_ivrs(&world, IVRS_IVHD);
	ivhd = world_ivrs(&world, IVRS_IVHD);
	ivmd->device_id = ignored->device_id = ivhd->device_id = 0x4002;
	ignored->ignored = true;
	assert_null(unit_ivhd(&world.machine, &world.unit)); /* a unit without a function */
	world.unit.has_function = true;
	world.unit.function = (struct bdf){ 0, 0x40, 0, 2 };
	assert_ptr_equal(unit_ivhd(&world.machine, &world.unit), ivhd);
	ivhd->segment = 1;
	assert_null(unit_ivhd(&world.machine, &world.unit));
	world.unit.function.domain = 1;
	assert_ptr_equal(unit_ivhd(&world.machine, &world.unit), ivhd);
	world.unit.function = (struct bdf){ 0 };
	assert_null(unit_ivhd(&world.machine, &world.unit));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_intel),
		cmocka_unit_test(test_intel_first_stage_below_57),
		cmocka_unit_test(test_intel_unread),
		cmocka_unit_test(test_intel_registers),
		cmocka_unit_test(test_amd_6),
		cmocka_unit_test(test_amd_7),
		cmocka_unit_test(test_amd_7_version_2),
		cmocka_unit_test(test_amd_7_hatdis),
		cmocka_unit_test(test_amd_7_image),
		cmocka_unit_test(test_amd_release_unknown),
		cmocka_unit_test(test_amd_release_unknown_without_ivrs),
		cmocka_unit_test(test_amd_features_unknown),
		cmocka_unit_test(test_amd_order),
		cmocka_unit_test(test_unknown_kinds),
		cmocka_unit_test(test_common),
		cmocka_unit_test(test_last),
		cmocka_unit_test(test_page_sizes),
		cmocka_unit_test(test_in_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
