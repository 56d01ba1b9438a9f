/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine: our driver for a device that can be told to read or write memory. One ops struct, and
 * a file for each kind of device. Nothing here judges: an engine moves bytes and says which.
 *
 * Whatever an engine reads or writes by itself lies in memory that its user mapped for it. No wait
 * is without an end, and engine_stop() leaves the device reset and quiet after any of them.
 */
#ifndef IOMMUTOOL_ENGINE_H
#define IOMMUTOOL_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/error.h"
#include "vfio/bar_view.h"
#include "vfio/device.h"

struct engine;
struct loan;

struct engine_ops {
	const char *name;  /* "edu", "nvme" */
	const char *limit; /* what bounds its speed, for people */

	/* @device has FACT_ID and FACT_CLASS. Return: whether it is one of these. */
	bool (*match)(const struct device *device);

	/*
	 * Readies the device: its memory is enabled, engine.memory is mapped for reads and writes.
	 * Once it is known to do nothing, engine_be_master(). Fills in engine.state and the sizes.
	 * Return: 0; -ENODEV: it answers with all ones; -ETIMEDOUT; -EOPNOTSUPP: it is one that we
	 * cannot drive; -ENOTTY: its registers cannot be mapped; @err says so. After a failure
	 * fini() is called all the same.
	 */
	int (*init)(struct engine *engine, struct error *err);

	/*
	 * Lets the device write @size bytes to @to. @bytes: what is to be sent, where the device
	 * can be told; set to what it sent, where it cannot. Sets engine.has_asked just before.
	 *
	 * Return: 0: the device is done, whether or not anything arrived; -EIO: it says that it
	 * could not; -ETIMEDOUT: it does not end; -ENODEV: it answers with all ones. @err says so.
	 */
	int (*send)(struct engine *engine, struct iova to, uint8_t *bytes, size_t size,
		    struct error *err);

	/* What is to lie where the device will read, for fetch() to tell as much as it can. NULL:
	 * any bytes will do. @size is engine.fetch_size, or less where engine.fetch_least allows.
	 */
	void (*compose)(struct engine *engine, uint8_t *bytes, size_t size);

	/*
	 * Lets the device read @size bytes at @from. Sets engine.has_asked just before.
	 * @there: what lies there, made by compose(); for what the device gives back only in part
	 * @got: set to what it read, as far as it can be told
	 *
	 * Return: how many bytes of @got are so known, at most @size; 0: nothing came, or what it
	 * cannot tell; negative
	 * errno as send(); -EINVAL: not asked, see wants_composed.
	 */
	ssize_t (*fetch)(struct engine *engine, struct iova from, const uint8_t *there,
			 uint8_t *got, size_t size, struct error *err);

	/* Puts back what init() and the moves changed, as far as the device still answers, and
	 * frees engine.state. It is reset by the caller after this. */
	void (*fini)(struct engine *engine);

	/*
	 * Memory in a BAR of the device that nobody but us uses while we have it open: for others
	 * to read and write. Both NULL: it has none.
	 * @loan: with opened; region, offset and size are filled in
	 *
	 * Return: 0; -ENXIO: this one has none; negative errno as init().
	 */
	int (*lend)(struct loan *loan, struct error *err);
	void (*take_back)(struct loan *loan);
};

extern const struct engine_ops edu_engine, nvme_engine;

/* Memory of this process that the device may read and write: queues, and what is on its way. */
struct engine_memory {
	uint8_t *va;
	struct iova iova; /* mapped in the device's address space, for both */
};

/* Bytes of it; aligned to a page, contiguous in both worlds. */
#define ENGINE_MEMORY_SIZE (16u << 10)

struct engine {
	const struct engine_ops *ops;
	struct vfio_device *opened;
	struct engine_memory memory;
	struct bar_view registers; /* opened by init(), closed by engine_stop() */
	void *state;		   /* of the engine's file */

	/* Set by init(); bytes: */
	size_t send_least, send_size;	/* fewest and most of one send() */
	size_t fetch_least, fetch_size; /* the same of fetch() */
	size_t alignment;		/* of IOVA and size */
	bool wants_composed; /* fetch() has the device execute what lies there: it must be
				what compose() made */
	bool has_asked;	     /* the last move came so far that the device was told to make it */
	bool is_lost; /* it timed out or answers with all ones: whatever was begun may go on */
};

/* Memory of a device that others may use. */
struct loan {
	const struct engine_ops *ops; /* NULL: nothing is lent */
	struct vfio_device *opened;
	unsigned region;
	uint64_t offset, size; /* bytes in the region */
	uint64_t saved;	       /* of the engine's file: what take_back() puts back */
	bool has_saved;
};

/* Return: the engine that drives the device, or NULL. Wants FACT_ID and FACT_CLASS. */
const struct engine_ops *find_engine(const struct device *device);

/**
 * engine_start() - make a device move bytes for us
 * @opened: in an address space; its memory is enabled here, and bus mastering
 * @memory: ENGINE_MEMORY_SIZE bytes
 * @engine: ended with engine_stop(), also after a failure
 *
 * Return: 0 or negative errno, as engine_ops.init(); @err says why.
 */
int engine_start(struct engine *engine, const struct engine_ops *ops, struct vfio_device *opened,
		 struct engine_memory memory, struct error *err);

/* Ends with bus mastering off and the device reset, where it has a reset. */
void engine_stop(struct engine *engine);

/* For engine_ops.init(). Return: 0; negative errno with @err. */
int engine_be_master(struct engine *engine, struct error *err);

/* engine_ops.send() and fetch(); they see to is_lost, after which both fail with -ENODEV, as they
 * do for an engine that was stopped. */
int engine_send(struct engine *engine, struct iova to, uint8_t *bytes, size_t size,
		struct error *err);
ssize_t engine_fetch(struct engine *engine, struct iova from, const uint8_t *there, uint8_t *got,
		     size_t size, struct error *err);

/* engine_ops.compose(), or random bytes. */
void engine_compose(struct engine *engine, uint8_t *bytes, size_t size);

/* As engine_ops.lend() of whatever drives it; -ENXIO: nothing does. Ended with loan_end(). */
int loan_begin(struct loan *loan, struct vfio_device *opened, struct error *err);
void loan_end(struct loan *loan);

#endif
