/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the files of the NVMe engine alone: its registers, its state and its admin queue (NVM Express
 * Base Specification 2.0). Only admin commands are sent, and none that names a namespace.
 */
#ifndef IOMMUTOOL_NVME_H
#define IOMMUTOOL_NVME_H

#include <endian.h>
#include <string.h>

#include "dma/engine.h"

/* --- registers (3.1.3; nvme_control.c) ---------------------------------------------------- */

enum nvme_register {
	NVME_CAP = 0x00,   /* 8 bytes */
	NVME_INTMS = 0x0c, /* interrupts that are masked */
	NVME_CC = 0x14,
	NVME_CSTS = 0x1c,
	NVME_AQA = 0x24,    /* entries less one: 11:0 submission, 27:16 completion */
	NVME_ASQ = 0x28,    /* 8 bytes */
	NVME_ACQ = 0x30,    /* 8 bytes */
	NVME_CMBLOC = 0x38, /* both zero while CMBMSC.CRE is not set, if CAP.CMBS is */
	NVME_CMBSZ = 0x3c,
	NVME_CMBMSC = 0x50, /* 8 bytes */
	NVME_DOORBELLS = 0x1000,
};

#define NVME_CAP_CMBS (UINT64_C(1) << 57)
#define NVME_CC_EN 0x1u
#define NVME_CSTS_RDY 0x1u
#define NVME_CSTS_CFS 0x2u	/* fatal: only a reset of the controller helps */
#define NVME_CMBMSC_CRE 0x1u	/* CMBLOC and CMBSZ say something */
#define NVME_CMBMSC_CMSE 0x2u	/* it takes addresses from CBA on for its own buffer */
#define NVME_CMBMSC_BITS 0xfffu /* below CBA */

/* @err, for a device that reads as all ones. Return: -ENODEV. */
int nvme_fail_gone(const struct vfio_device *opened, struct error *err);

/* As two accesses of 4 bytes, which every controller takes. A write ends with the low half: CMBMSC
 * acts on that. */
uint64_t nvme_read64(const struct bar_view *registers, uint64_t offset);
void nvme_write64(const struct bar_view *registers, uint64_t offset, uint64_t value);

/* --- state -------------------------------------------------------------------------------- */

#define NVME_PAGE 4096u
#define NVME_IDENTIFY_SIZE 4096u
#define NVME_ENTRIES 8u	    /* of our own queues, both */
#define NVME_ENTRY_SIZE 64u /* of a submission queue */

/* Where in engine.memory: */
enum nvme_place {
	NVME_SUBMISSIONS = 0,
	NVME_COMPLETIONS = 1 * NVME_PAGE,
	NVME_DATA = 2 * NVME_PAGE,
};

#define NVME_DATA_SIZE (size_t)8192 /* two pages, one behind the other for the device, too */

struct nvme {
	uint64_t cap;
	uint64_t ready_ms;	 /* how long it may take to be enabled or disabled */
	uint32_t cc;		 /* to be enabled with, without EN */
	bool is_timestamp_known; /* it has the Timestamp feature */
	bool is_timestamp_changed;
	bool has_saved_cmbmsc;
	uint64_t saved_cmbmsc;
	/* the admin queue */
	unsigned tail, head; /* entries */
	unsigned phase;	     /* of the completions that are not yet taken, 0 or 1 */
	uint16_t next_id;
};

static inline struct nvme *nvme_of(const struct engine *engine)
{
	return engine->state;
}

static inline struct iova nvme_own_iova(const struct engine *engine, uint64_t place)
{
	return (struct iova){ engine->memory.iova.value + place };
}

static inline uint64_t nvme_get64(const uint8_t *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return le64toh(value);
}

static inline void nvme_put64(uint8_t *to, uint64_t value)
{
	value = htole64(value);
	memcpy(to, &value, sizeof(value));
}

/* --- on and off (nvme_control.c) ---------------------------------------------------------- */

void nvme_nap(void);

/* Of the admin queue: where one is, and the end behind both (CAP.DSTRD). */
enum nvme_doorbell { NVME_DOORBELL_SUBMISSIONS, NVME_DOORBELL_COMPLETIONS, NVME_DOORBELL_END };
uint64_t nvme_doorbell(const struct engine *engine, enum nvme_doorbell which);

/*
 * Disables the controller; enables it with a submission queue of @entries at @submissions (aligned
 * to a page) and an empty completion queue of our own; or both, with our own queues.
 *
 * Return: 0; -ETIMEDOUT: it does not become ready, or not unready; -ENODEV.
 */
int nvme_disable(struct engine *engine, struct error *err);
int nvme_enable(struct engine *engine, struct iova submissions, unsigned entries,
		struct error *err);
int nvme_restart(struct engine *engine, struct error *err);

/* --- the admin queue (nvme_queue.c) ------------------------------------------------------- */

struct nvme_command {
	const char *name; /* for messages */
	uint8_t opcode;
	uint32_t word10;
	struct iova data; /* aligned to 4 bytes */
	size_t size;	  /* bytes of it, at most a page */
};

struct nvme_completion {
	uint16_t id, status; /* status: type in bits 10:8, code in 7:0; 0 is success */
};

/* Writes the command as an entry of a submission queue. */
void nvme_command_write(const struct nvme_command *command, uint16_t id,
			uint8_t entry[NVME_ENTRY_SIZE]);

/* Tells the device that the queue has @tail entries, and waits for its next completion. Return: 0;
 * -EIO: CSTS.CFS; -ETIMEDOUT; -ENODEV. */
int nvme_submit(struct engine *engine, unsigned tail, uint64_t limit_ms,
		struct nvme_completion *completion);

/*
 * Has the device execute a command from our own queue. Return: 0; -EIO: it says that it could not,
 * by the command's status or by CSTS.CFS, after which it was restarted; -ETIMEDOUT; -ENODEV.
 */
int nvme_run(struct engine *engine, const struct nvme_command *command, struct error *err);

/* @err, for a command with a status other than success. Return: -EIO. */
int nvme_fail_status(const struct engine *engine, const char *name, uint16_t status,
		     struct error *err);

/* "Identify controller" to anywhere; and to our own memory, copied from there. */
struct nvme_command nvme_identify_to(struct iova data);
int nvme_identify(struct engine *engine, uint8_t bytes[NVME_IDENTIFY_SIZE], struct error *err);

/* --- reading (nvme_fetch.c) --------------------------------------------------------------- */

/* Sets engine.fetch_* and the alignment, and the real time, of which engine.state says whether the
 * controller is said to keep it: one that does not in fact reads by commands. Return: 0; as
 * nvme_run(). */
int nvme_fetch_init(struct engine *engine, struct error *err);
void nvme_compose(struct engine *engine, uint8_t *bytes, size_t size);
ssize_t nvme_fetch(struct engine *engine, struct iova from, const uint8_t *there, uint8_t *got,
		   size_t size, struct error *err);
/* Sets the real time again, if another was set. */
void nvme_fetch_fini(struct engine *engine);

/* --- the controller memory buffer (nvme_cmb.c) -------------------------------------------- */

/* While it is disabled: what it is told to reach shall not be its own buffer. */
void nvme_cmb_hide(struct engine *engine);
void nvme_cmb_restore(struct engine *engine);

int nvme_lend(struct loan *loan, struct error *err);
void nvme_take_back(struct loan *loan);

#endif
