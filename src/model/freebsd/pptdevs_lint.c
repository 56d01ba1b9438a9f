/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What in pptdevs of /boot/loader.conf does not do what was meant. */
#include <stdlib.h>
#include <string.h>

#include "model/bdf.h"
#include "model/freebsd/pptdevs.h"
#include "model/freebsd/pptdevs_parts.h"
#include "util/alloc.h"
#include "util/cleanup.h"

/* Return: what became of a word that is not written as it should be, to be freed. */
static char *taken_as(const char *word)
{
	char address[PPTDEVS_ADDRESS_SIZE];
	struct bdf bdf;

	if (!pptdevs_scan(word, &bdf))
		return xstrdup("the kernel passes it over");
	pptdevs_write(&bdf, address);
	return xasprintf("the kernel takes it for %s", address);
}

/* Return: how to write it, to be freed. */
static char *better(const char *word)
{
	char address[BDF_BHYVE_SIZE];
	struct bdf bdf;
	char *problem;

	if (bdf_parse(word, &bdf) < 0) {
		problem = bdf_problem(word);
		return problem ? problem : xstrdup("write B/S/F in decimal");
	}
	if (!bdf_format_bhyve(&bdf, address))
		return xstrdup("ppt knows only PCI domain 0");
	return xasprintf("write %s", address);
}

static bool is_well_written(const char *word)
{
	char address[PPTDEVS_ADDRESS_SIZE];
	struct bdf bdf;

	if (!pptdevs_scan(word, &bdf))
		return false;
	pptdevs_write(&bdf, address);
	return strcmp(word, address) == 0;
}

static void lint_word(const char *name, const char *word, struct strings *problems)
{
	_cleanup_free_ char *taken = NULL, *remedy = NULL;

	if (is_well_written(word))
		return;
	taken = taken_as(word);
	if (strpbrk(word, ",;\t"))
		remedy = xstrdup("between two devices there is one blank, and nothing else");
	else
		remedy = better(word);
	strings_take(problems, xasprintf("%s: \"%s\": %s; %s", name, word, taken, remedy));
}

static void lint_value(const char *name, const char *value, struct strings *problems)
{
	const char *at = value;
	bool empty = false;
	char *word;

	for (; (word = pptdevs_next_word(&at)); free(word)) {
		if (*word)
			lint_word(name, word, problems);
		else
			empty = true;
	}
	if (empty || (*value && value[strlen(value) - 1] == ' '))
		strings_take(problems, xasprintf("%s: blanks that separate nothing; leave one "
						 "between two devices",
						 name));
}

static size_t times_before(const struct bdf *bdfs, size_t index)
{
	size_t times = 0;

	for (size_t i = 0; i < index; i++)
		times += pptdevs_same(&bdfs[i], &bdfs[index]);
	return times;
}

static void lint_devices(const char *const found[PPTDEVS_VALUES], const struct machine *machine,
			 struct strings *problems)
{
	_cleanup_free_ struct bdf *bdfs = NULL;
	size_t nr = pptdevs_parse(found, &bdfs);

	for (size_t i = 0; i < nr; i++) {
		char address[PPTDEVS_ADDRESS_SIZE], name[BDF_TEXT_SIZE];
		const struct bdf plain = pptdevs_device(&bdfs[i]);
		const struct device *device = machine ? find_device(machine, &plain) : NULL;

		pptdevs_write(&bdfs[i], address);
		pptdevs_write_name(&bdfs[i], name);
		if (times_before(bdfs, i) == 1) /* said once, however often it is there */
			strings_take(problems,
				     xasprintf("pptdevs: %s is there twice; leave one", address));
		if (times_before(bdfs, i) > 0)
			continue;
		if (machine && !device)
			strings_take(problems,
				     xasprintf("pptdevs: %s: no such device here (%s); iommutool "
					       "groups --all lists them",
					       address, name));
		if (device && device_role(device) == ROLE_BRIDGE)
			strings_take(problems,
				     xasprintf("pptdevs: %s is a bridge (%s), to which ppt never "
					       "attaches; take it out",
					       address, name));
	}
}

void pptdevs_lint(const char *const found[PPTDEVS_VALUES], const struct machine *machine,
		  struct strings *problems)
{
	for (size_t i = 0; i < PPTDEVS_VALUES; i++)
		if (found[i])
			lint_value(pptdevs_names[i], found[i], problems);
	lint_devices(found, machine, problems);
}
