/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine that needs no device: what it is told to move, the model of the kernel moves at once
 * (kernel_dma.h). It can fail in each way that engine.h has.
 */
#ifndef IOMMUTOOL_TEST_NULL_ENGINE_H
#define IOMMUTOOL_TEST_NULL_ENGINE_H

#include "dma/engine.h"
#include "vfio_scene.h"

#define NULL_CHUNK 2048
#define LENT_AT 0x2000u

struct null_engine {
	/* Set by a test: */
	int init_fails; /* negative errno */
	unsigned fails_at,
		fails;		 /* the nth move, from 1; fails: negative errno as a positive one */
	bool fails_before;	 /* it was not told to make that move */
	bool stays_lost;	 /* it cannot be started again after that */
	unsigned mask_bits;	 /* of addresses; 0: all 64 */
	uint64_t lent;		 /* bytes that the device lends; 0: none */
	unsigned lends_times;	 /* and then no more; 0: for ever */
	size_t least, alignment; /* 0: 8 */
	bool is_anything;	 /* fetch() tells nothing */
	bool executes;		 /* wants_composed */
	/* What came of it: */
	unsigned nr_inits, nr_finis, nr_moves, nr_sends, nr_loans, nr_lent;
	uint64_t memory_at; /* IOVA of its memory */
	uint64_t moved[64]; /* IOVAs that were asked for */
};

static struct null_engine null;

static inline bool null_match(const struct device *device)
{
	(void)device;
	return false;
}

static inline int null_init(struct engine *engine, struct error *err)
{
	if (null.init_fails || (null.stays_lost && null.nr_inits > 0))
		return (fail)(err, null.init_fails ? null.init_fails : -ETIMEDOUT,
			      "null: it does not start");
	null.nr_inits++;
	null.memory_at = engine->memory.iova.value;
	if (engine_be_master(engine, err) < 0)
		return -EIO;
	engine->alignment = null.alignment ? null.alignment : 8;
	engine->send_least = engine->fetch_least = null.least ? null.least : 8;
	engine->send_size = engine->fetch_size = NULL_CHUNK;
	engine->wants_composed = null.executes;
	return 0;
}

static inline uint64_t null_address(struct iova iova)
{
	null.moved[null.nr_moves % COUNT(null.moved)] = iova.value;
	return null.mask_bits ? iova.value & ((1ull << null.mask_bits) - 1) : iova.value;
}

/* Return: 0, or the failure that is due now. */
static inline int null_due(struct engine *engine, struct error *err)
{
	engine->has_asked = ++null.nr_moves != null.fails_at || !null.fails_before;
	if (null.nr_moves != null.fails_at)
		return 0;
	return (fail)(err, -(int)null.fails, "null: move %u fails", null.fails_at);
}

static inline int null_send(struct engine *engine, struct iova to, uint8_t *bytes, size_t size,
			    struct error *err)
{
	uint64_t address = null_address(to);
	int code = null_due(engine, err);

	assert_true(size <= NULL_CHUNK && size % engine->alignment == 0);
	null.nr_sends++;
	if (code == 0)
		kernel_dma_write(DEVICE_A, address, bytes, size);
	return code;
}

static inline ssize_t null_fetch(struct engine *engine, struct iova from, const uint8_t *there,
				 uint8_t *got, size_t size, struct error *err)
{
	uint64_t address = null_address(from);
	int code = null_due(engine, err);

	(void)there;
	assert_true(size <= NULL_CHUNK && size % engine->alignment == 0);
	if (code < 0)
		return code;
	kernel_dma_read(DEVICE_A, address, got, size);
	return null.is_anything ? 0 : (ssize_t)size;
}

static inline void null_fini(struct engine *engine)
{
	(void)engine;
	null.nr_finis++;
}

static inline int null_lend(struct loan *loan, struct error *err)
{
	if (null.lent == 0 || (null.lends_times && null.nr_lent == null.lends_times))
		return (fail)(err, -ENXIO, "null: it has none");
	null.nr_loans++;
	null.nr_lent++;
	loan->region = 0;
	loan->offset = LENT_AT;
	loan->size = null.lent;
	return 0;
}

static inline void null_take_back(struct loan *loan)
{
	(void)loan;
	null.nr_loans--;
}

static const struct engine_ops null_engine = {
	.name = "null",
	.limit = "nothing",
	.match = null_match,
	.init = null_init,
	.send = null_send,
	.fetch = null_fetch,
	.fini = null_fini,
	.lend = null_lend,
	.take_back = null_take_back,
};

#endif
