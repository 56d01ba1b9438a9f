/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands say of this system and of who hands its devices to VMs. */
#ifndef IOMMUTOOL_WORDS_H
#define IOMMUTOOL_WORDS_H

/* --- help --------------------------------------------------------------------------------- */

extern const char program_doc[];
extern const char sysroot_help[];
extern const char status_summary[];
extern const char status_doc[];
extern const char groups_doc[];
extern const char viable_help[];	  /* groups --viable */
extern const char check_isolation_help[]; /* groups --check-isolation */
extern const char resv_regions_doc[];
extern const char usable_help[]; /* resv-regions --usable */
extern const char attach_help[]; /* gaw --attach */
extern const char bind_summary[];
extern const char capture_summary[];
extern const char capture_doc[];
extern const char bind_doc[];
extern const char to_help[];	  /* bind --to */
extern const char persist_help[]; /* bind --persist */
extern const char restore_doc[];

/* --- columns ------------------------------------------------------------------------------ */

extern const char group_type_meaning[];
extern const char viable_meaning[];
extern const char in_use_meaning[];
extern const char reset_meaning[];
extern const char scope_meaning[];   /* SCOPE of explain */
extern const char verdict_meaning[]; /* VFIO of resv-regions */
extern const char usable_meaning[];
extern const char gaw_meaning[];
extern const char last_iova_meaning[];
extern const char attached_meaning[];
extern const char assignable_meaning[];
extern const char vmm_meaning[];

/* --- advice ------------------------------------------------------------------------------- */

/* Who knows the width better: what is put behind a sentence. */
extern const char width_advice[];

/* Return: what to do when there is no driver of this name. */
const char *missing_driver_advice(const char *name);

#endif
