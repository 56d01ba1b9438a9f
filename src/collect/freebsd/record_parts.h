/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the recorder share; private to them. */
#ifndef IOMMUTOOL_FREEBSD_RECORD_PARTS_H
#define IOMMUTOOL_FREEBSD_RECORD_PARTS_H

#include <stdbool.h>

#include "collect/freebsd/abi.h"
#include "collect/freebsd/record.h"

enum record_kind { RECORD_SYSCTL, RECORD_KENV, RECORD_MODULE, RECORD_INTERFACE };

/* What the system said to a name. */
struct record_answer {
	enum record_kind kind;
	char *name;
	int code;	/* 0, or negative errno: there are no bytes then */
	uint8_t *bytes; /* of an interface struct os_interface, with other addresses */
	size_t size;
};

/* A call that failed, in the words of the model's log. */
struct record_failure {
	char *call;
	int code; /* negative errno */
	/* Of a read of memory; 0: none. */
	uint64_t address;
	size_t size;
};

struct record_page {
	uint64_t number;
	uint8_t *bytes;
};

struct freebsd_record {
	struct os os;	      /* for collectors */
	struct os *system;    /* behind it */
	bool pci_is_writable; /* the node that was opened last */
	bool lists_as_15;     /* GETCONF answered to the number that it has since 15 */
	struct record_answer *answers;
	size_t nr_answers;
	struct record_failure *failures; /* each call once */
	size_t nr_failures;
	struct record_page *pages; /* by number; bytes that were not read are zero */
	size_t nr_pages;
	struct strings missing;
};

/* --- calls (record_os.c) -------------------------------------------------------------------- */

extern const struct os_ops freebsd_record_ops;

/* Return: what is kept of it; NULL: it did not fail. */
struct record_failure *freebsd_record_failure(const struct freebsd_record *record,
					      const char *call);
/* Takes ownership of @call. Return: what is kept of it, until the next that fails. */
struct record_failure *freebsd_record_failed(struct freebsd_record *record, char *call, int code);
/* Says that something is not in the record, once. */
void freebsd_record_missing(struct freebsd_record *record, const char *subject, int code);
/* Takes ownership of @text, the whole sentence. */
void freebsd_record_say(struct freebsd_record *record, char *text);

/* --- names (record_names.c) ----------------------------------------------------------------- */

/* Asks the system, the first time. Return: the answer, until the next question. */
const struct record_answer *freebsd_record_ask(struct freebsd_record *record, enum record_kind kind,
					       const char *name);
/* Return: whether a record may have what the system says to a name; @is_text is set then. */
bool freebsd_record_may_have(const char *name, bool *is_text);

/* Of struct os_ops. */
int freebsd_record_sysctl(struct os *os, const char *name, void *value, size_t *size);
int freebsd_record_kenv(struct os *os, const char *name, char *value, size_t size);
int freebsd_record_module(struct os *os, const char *name);
int freebsd_record_interface(struct os *os, const char *name, struct os_interface *interface);

/* --- memory (record_memory.c) --------------------------------------------------------------- */

void freebsd_record_memory(struct freebsd_record *record, uint64_t address, const void *bytes,
			   size_t size);
/* Return: whether all pages of the range are in the record. */
bool freebsd_record_has_memory(const struct freebsd_record *record, uint64_t address, size_t size);
void freebsd_record_write_memory(const struct freebsd_record *record, FILE *to);
void freebsd_record_free_memory(struct freebsd_record *record);

/* Writes lines of bytes, without runs of zeroes; of a function's config space, or with NULL of
 * memory. Return: whether there were others. */
bool freebsd_record_write_bytes(FILE *to, const char *function, uint64_t start,
				const uint8_t *bytes, size_t size);

/* --- /dev/pci (record_pci.c) ---------------------------------------------------------------- */

/* Asks of all functions, and writes them. */
void freebsd_record_write_functions(struct freebsd_record *record, FILE *to);

#endif
