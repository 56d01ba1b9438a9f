/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pptdevs, pptdevs2 and pptdevs3 of FreeBSD's /boot/loader.conf: which devices are reserved for VMs
 * from the start. Each value has addresses B/S/F in decimal with a blank between them.
 *
 * The kernel reads each word like sscanf("%d/%d/%d") does (sys/amd64/vmm/vmm.c, vmm_is_pptdev):
 * what it does not understand it passes over without a word.
 */
#ifndef IOMMUTOOL_PPTDEVS_H
#define IOMMUTOOL_PPTDEVS_H

#include "model/machine.h"
#include "util/error.h"

/*
 * Below, a struct bdf is what FreeBSD calls a function: where ARI gives a device more than 8 of
 * them, .device is 0 and .function up to 255.
 */

/* Return: what it is everywhere else. */
struct bdf pptdevs_device(const struct bdf *bdf);

#define PPTDEVS_VALUES 3
/*
 * Characters of one that is made. A kernel leaves out what the loader hands it when there is no room
 * (sys/kern/kern_environment.c): for 128 characters there always is, most often for twice as many.
 */
#define PPTDEVS_LENGTH 120

/* The names in their order. */
extern const char *const pptdevs_names[PPTDEVS_VALUES];

struct pptdevs {
	char values[PPTDEVS_VALUES][PPTDEVS_LENGTH + 1];
	size_t nr; /* values in use; the others are "" */
};

/* One to reserve. */
struct pptdevs_wish {
	struct bdf bdf;
	int header_type; /* without the bit of several functions; -1: unknown, which is taken */
};

/**
 * pptdevs_make() - the values that reserve these devices
 * @wishes: in their order; who is there twice is taken once
 * @made: empty after an error
 *
 * Return: 0; -EINVAL for one that ppt never takes: of another domain than 0, a bridge; -ENOSPC when
 * there are more than fit.
 */
int pptdevs_make(const struct pptdevs_wish *wishes, size_t nr, struct pptdevs *made,
		 struct error *err);

/* Return: a line for /boot/loader.conf, pptdevs="10/0/0 6/5/0", to be freed. @index is below
 * made->nr. */
char *pptdevs_line(const struct pptdevs *made, size_t index);

/* Below, @found is what is there: each value, or NULL where it is not set. */

/*
 * Return: whether they name the device. None of another domain than 0 is named; but the kernel does
 * not look at domains there, so that one with the numbers of another that is named goes with it.
 */
bool pptdevs_lists(const char *const found[PPTDEVS_VALUES], const struct bdf *bdf);

/**
 * pptdevs_parse() - the addresses that the kernel understands
 * @bdfs: set to an array of them in their order, to be freed
 *
 * Return: how many.
 */
size_t pptdevs_parse(const char *const found[PPTDEVS_VALUES], struct bdf **bdfs);

/**
 * pptdevs_lint() - what in them does not do what was meant
 * @machine: to tell who is not here; NULL: do not look
 * @problems: sentences "pptdevs: ...; ..." are added
 */
void pptdevs_lint(const char *const found[PPTDEVS_VALUES], const struct machine *machine,
		  struct strings *problems);

#endif
