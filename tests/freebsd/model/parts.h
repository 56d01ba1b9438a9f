/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the model share; private to them. */
#ifndef IOMMUTOOL_FREEBSD_MODEL_PARTS_H
#define IOMMUTOOL_FREEBSD_MODEL_PARTS_H

#include <stdio.h>
#include <stdlib.h>

#include "model.h"

/* Ends the program: a test that goes on would say nothing. */
#define model_expect(condition, ...)                                                               \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "model of FreeBSD: " __VA_ARGS__);                         \
			fputc('\n', stderr);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* From here on a call that is these words, or begins with them, fails. */
void model_words_fail(struct model *model, const char *words, int code);
/* Return: bytes that are written as hexadecimal digits, to be freed. Anything else is an end. */
uint8_t *model_take_bytes(const char *text, size_t *size);
/* Return: whether there is such a module, loaded or not. */
bool model_has_module(struct model *model, const char *name);

/* How the kernel addresses a function; with ARI it is function 8 and up of device 0. */
struct abi_pcisel model_sel(const struct model_function *function);
/* Return: NULL when there is none. */
struct model_function *model_function_at(struct model *model, const struct abi_pcisel *wanted);

int model_pci_ioctl(struct model *model, bool is_writable, unsigned long request, void *argument);

/* Of struct os_ops. */
int model_sysctl(struct os *os, const char *name, void *value, size_t *size);
int model_kenv(struct os *os, const char *name, char *value, size_t size);
int model_find_module(struct os *os, const char *name);
int model_load_module(struct os *os, const char *name);
int model_find_interface(struct os *os, const char *name, struct os_interface *interface);
int model_read_physical(struct os *os, uint64_t address, void *bytes, size_t size);

/* Whatever is at an address, whoever asks. Return: 0 or -EFAULT. */
int model_peek(const struct model *model, uint64_t address, void *bytes, size_t size);
/* Makes a page of zeroes, where there is none. */
void model_touch(struct model *model, uint64_t address);

/* A line of a profile that is no value. Return: false: it is none of those here. */
bool model_machine_line(struct model *model, const char *name, const char *type, char *value);
/* Behind the last line. */
void model_machine_end(struct model *model);

/* What requests have changed: drivers of functions, modules. */
void model_write_state(const struct model *model, const char *path);
void model_read_state(struct model *model, const char *path);

/* machdep.acpi_root, whether or not it may be asked for. */
uint64_t model_acpi_root(struct model *model);

void model_values_free(struct model *model);
void model_memory_free(struct model *model);
void model_machine_free(struct model *model);

#endif
