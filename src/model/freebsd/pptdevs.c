/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pptdevs of /boot/loader.conf: made, and read as the kernel reads it. */
#include "model/freebsd/pptdevs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/bdf.h"
#include "model/freebsd/pptdevs_parts.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define LARGEST_NUMBER 100000 /* beyond all that is compared with; it stops there, not wraps */

const char *const pptdevs_names[PPTDEVS_VALUES] = { "pptdevs", "pptdevs2", "pptdevs3" };

/* --- addresses as FreeBSD has them ------------------------------------------------------------ */

void pptdevs_write(const struct bdf *bdf, char text[PPTDEVS_ADDRESS_SIZE])
{
	snprintf(text, PPTDEVS_ADDRESS_SIZE, "%u/%u/%u", bdf->bus, bdf->device & 31u,
		 bdf->function);
}

bool pptdevs_same(const struct bdf *a, const struct bdf *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->device == b->device &&
	       a->function == b->function;
}

struct bdf pptdevs_device(const struct bdf *bdf)
{
	struct bdf plain = *bdf;

	plain.device |= bdf->function >> 3;
	plain.function &= 7;
	return plain;
}

void pptdevs_write_name(const struct bdf *bdf, char name[BDF_TEXT_SIZE])
{
	const struct bdf plain = pptdevs_device(bdf);

	bdf_format(&plain, name);
}

/* --- making them ------------------------------------------------------------------------------ */

static int refuse_wish(const struct pptdevs_wish *wish, struct error *err)
{
	char name[BDF_TEXT_SIZE];

	pptdevs_write_name(&wish->bdf, name);
	if (wish->bdf.domain != 0)
		return fail(err, -EINVAL,
			    "%s: ppt and bhyve know only PCI domain 0; choose a device of it",
			    name);
	if (wish->header_type > 0)
		return fail(err, -EINVAL,
			    "%s: it is a bridge, to which ppt never attaches; choose an endpoint",
			    name);
	return 0;
}

static bool wished_before(const struct pptdevs_wish *wishes, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (pptdevs_same(&wishes[i].bdf, &wishes[index].bdf))
			return true;
	return false;
}

/* Return: false when it fits in none of those that are left. */
static bool append(struct pptdevs *made, const char *address)
{
	size_t length, last = made->nr ? made->nr - 1 : 0;
	char *value = made->values[last];

	length = strlen(value);
	if (made->nr == 0 || length + 1 + strlen(address) > PPTDEVS_LENGTH) {
		if (made->nr == PPTDEVS_VALUES)
			return false;
		strcpy(made->values[made->nr++], address);
		return true;
	}
	value[length] = ' ';
	strcpy(value + length + 1, address);
	return true;
}

int pptdevs_make(const struct pptdevs_wish *wishes, size_t nr, struct pptdevs *made,
		 struct error *err)
{
	struct pptdevs room = { 0 };

	*made = room;
	for (size_t i = 0; i < nr; i++) {
		char address[PPTDEVS_ADDRESS_SIZE], name[BDF_TEXT_SIZE];
		int refused = refuse_wish(&wishes[i], err);

		if (refused)
			return refused;
		pptdevs_write(&wishes[i].bdf, address);
		pptdevs_write_name(&wishes[i].bdf, name);
		if (!wished_before(wishes, i) && !append(&room, address))
			return fail(err, -ENOSPC,
				    "%s: does not fit into pptdevs, pptdevs2 and pptdevs3, of %d "
				    "characters each; reserve fewer devices, and bind the others "
				    "at run time",
				    name, PPTDEVS_LENGTH);
	}
	*made = room;
	return 0;
}

char *pptdevs_line(const struct pptdevs *made, size_t index)
{
	return xasprintf("%s=\"%s\"", pptdevs_names[index], made->values[index]);
}

/* --- reading them as the kernel does ---------------------------------------------------------- */

/* A decimal number as %d takes it, with blanks and a sign before it. */
static bool scan_number(const char **at, int *number)
{
	bool negative;

	*at += strspn(*at, "\t\n\v\f\r ");
	negative = **at == '-';
	if (**at == '-' || **at == '+')
		(*at)++;
	if (**at < '0' || **at > '9')
		return false;
	for (*number = 0; **at >= '0' && **at <= '9'; (*at)++)
		if (*number < LARGEST_NUMBER)
			*number = *number * 10 + (**at - '0');
	if (negative)
		*number = -*number;
	return true;
}

bool pptdevs_scan(const char *word, struct bdf *bdf)
{
	static const int max[] = { 255, 31, 255 };
	int numbers[3] = { 0 };

	for (size_t i = 0; i < 3; i++) {
		if (i > 0 && *word++ != '/')
			return false;
		if (!scan_number(&word, &numbers[i]))
			return false;
	}
	for (size_t i = 0; i < 3; i++)
		if (numbers[i] < 0 || numbers[i] > max[i])
			return false;
	if (numbers[1] != 0 && numbers[2] > 7)
		return false;
	*bdf = (struct bdf){ .bus = (uint8_t)numbers[0],
			     .device = (uint8_t)numbers[1],
			     .function = (uint8_t)numbers[2] };
	return true;
}

char *pptdevs_next_word(const char **at)
{
	size_t length;
	char *word;

	if (!*at || !**at)
		return NULL;
	length = strcspn(*at, " ");
	word = xasprintf("%.*s", (int)length, *at);
	*at += length;
	if (**at == ' ')
		(*at)++;
	return word;
}

size_t pptdevs_parse(const char *const found[PPTDEVS_VALUES], struct bdf **bdfs)
{
	size_t nr = 0;

	*bdfs = NULL;
	for (size_t i = 0; i < PPTDEVS_VALUES; i++) {
		const char *at = found[i];
		char *word;

		for (; (word = pptdevs_next_word(&at)); free(word)) {
			struct bdf bdf;

			if (!pptdevs_scan(word, &bdf))
				continue;
			*bdfs = xgrow(*bdfs, nr, sizeof(**bdfs));
			(*bdfs)[nr++] = bdf;
		}
	}
	return nr;
}

bool pptdevs_lists(const char *const found[PPTDEVS_VALUES], const struct bdf *bdf)
{
	_cleanup_free_ struct bdf *bdfs = NULL;
	size_t nr = pptdevs_parse(found, &bdfs);

	for (size_t i = 0; i < nr; i++)
		if (pptdevs_same(&bdfs[i], bdf))
			return true;
	return false;
}
