/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing the type of default domains: what is to be done, what the kernel would refuse, and
 * what became of it.
 */
#ifndef IOMMUTOOL_DOMAIN_H
#define IOMMUTOOL_DOMAIN_H

#include "collect/collect.h"
#include "model/machine.h"

/* What the kernel takes, "auto" (let the IOMMU's driver and the command line decide) included. */
extern const char *const domain_types[]; /* NULL-ended */

enum domain_result {
	DOMAIN_PLANNED,	  /* would be changed; the reason says why it is not, none in a dry run */
	DOMAIN_UNCHANGED, /* is of that type already */
	DOMAIN_REFUSED,	  /* a rule of the kernel is broken */
	DOMAIN_CHANGED,
	DOMAIN_FAILED,
	DOMAIN_STUCK,	    /* the kernel did not answer in time */
	DOMAIN_ROLLED_BACK, /* was changed, and went back because another group failed */
};

/* One group. Its type before is group->type. */
struct domain_change {
	const struct group *group;
	char *to; /* what was asked for; after "auto" was written, what became of it */
	enum domain_result result;
	char *reason;	      /* "what and why; next step"; NULL: nothing to say */
	struct strings steps; /* the writes, as a shell would do them: to be made, or made */
};

struct domain_plan {
	const char *type;	       /* one of domain_types */
	struct domain_change *changes; /* by number of the group */
	size_t nr;
};

/**
 * plan_domains() - what it takes to give groups a type, held against the rules of the kernel
 * @machine: collected with FACT_GROUP_TYPE, FACT_KERNEL, FACT_CLASS, FACT_DRIVER, FACT_VFIO and
 *           FACT_HOLDERS; outlives the plan
 * @groups: one a group of the machine: those that are meant
 * @type: one of domain_types
 *
 * Results are DOMAIN_PLANNED, DOMAIN_UNCHANGED or DOMAIN_REFUSED. What is unknown, the kernel's
 * release above all, breaks no rule: the kernel has the last word.
 */
void plan_domains(struct domain_plan *plan, const struct machine *machine, const bool *groups,
		  const char *type);
void domain_plan_free(struct domain_plan *plan);

/* Return: the first change with this result, or NULL. */
const struct domain_change *find_change(const struct domain_plan *plan, enum domain_result result);

/* What became of a change; the reason may be NULL, else it replaces an earlier one. */
void conclude_change(struct domain_change *change, enum domain_result result, const char *reason,
		     ...) __attribute__((format(printf, 3, 4)));

/* All that is still planned stays undone, for this reason: DOMAIN_PLANNED or DOMAIN_FAILED. */
void drop_planned(struct domain_plan *plan, enum domain_result result, const char *reason, ...)
	__attribute__((format(printf, 3, 4)));

/* Record a write of @word to the group's type. */
void add_domain_step(struct domain_change *change, const char *word);

/* Whether a change leaves the domain as it is and only makes it lazy: DMA to DMA-FQ. */
bool is_live_change(const struct domain_change *change);

const char *domain_result_name(enum domain_result result);

/* --- this machine (linux/domain.c) ------------------------------------------------------- */

/* Refuses what is planned for groups whose type nobody may write: the kernel is too old. */
void refuse_unwritable(const struct source *source, struct domain_plan *plan);

/* Return: whether the kernel lets this process change a type (CAP_SYS_ADMIN, CAP_SYS_RAWIO). */
bool may_change_domains(void);

/**
 * change_domains() - do what is planned
 * @source: this machine
 * @timeout_ms: how long each write may take, in milliseconds
 *
 * Each write is done in a child and read back there. If one fails, those before it go back and
 * those behind it are not tried; if one does not end in time, nothing more is written at all.
 *
 * From here on the process cannot be interrupted (SIGINT, SIGTERM, SIGHUP stay blocked, SIGPIPE
 * ignored), so that what was begun is ended and said.
 */
void change_domains(const struct source *source, struct domain_plan *plan, int timeout_ms);

#endif
