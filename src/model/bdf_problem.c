/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that were meant for the other world: hexadecimal as Linux, decimal as FreeBSD. */
#include <ctype.h>
#include <string.h>

#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define LONGEST 40 /* what is longer is no address */

/* --- the same numbers in the three ways of writing -------------------------------------------- */

static bool is_separator(char c)
{
	return c == ':' || c == '/' || c == '.';
}

static size_t count_separators(const char *numbers)
{
	size_t nr = 0;

	for (; *numbers; numbers++)
		nr += is_separator(*numbers);
	return nr;
}

/* "0/1/0", "0:1:0" or "0:1.0": the numbers read as hexadecimal ones. */
static bool read_hexadecimal(const char *numbers, struct bdf *bdf)
{
	_cleanup_free_ char *text = xstrdup(numbers);
	char *last = NULL;

	for (char *at = text; *at; at++) {
		if (!is_separator(*at))
			continue;
		*at = ':';
		last = at;
	}
	if (last)
		*last = '.';
	return bdf_parse(text, bdf) == 0;
}

/* The same as decimal ones; leading zeros do not count. */
static bool read_decimal(const char *numbers, struct bdf *bdf)
{
	_cleanup_free_ char *text = xasprintf("pci%s", numbers);
	char *to = text + strlen("pci");
	bool starts = true;

	for (const char *at = to; *at; at++) {
		if (starts && *at == '0' && isdigit((unsigned char)at[1]))
			continue;
		starts = is_separator(*at);
		*to = *at;
		if (starts)
			*to = ':';
		to++;
	}
	*to = '\0';
	return bdf_parse(text, bdf) == 0;
}

/* Return: "10/0/0" with @slashes where that can be, else "pci0:10:0:0"; to be freed. */
static char *decimal_text(const struct bdf *bdf, bool slashes)
{
	char freebsd[BDF_FREEBSD_SIZE], bhyve[BDF_BHYVE_SIZE];

	if (slashes && bdf_format_bhyve(bdf, bhyve))
		return xstrdup(bhyve);
	bdf_format_freebsd(bdf, freebsd);
	return xstrdup(freebsd);
}

/* Return: "0000:0a:00.0 is pci0:10:0:0", to be freed. */
static char *both_ways(const struct bdf *bdf, bool slashes)
{
	_cleanup_free_ char *decimal = decimal_text(bdf, slashes);
	char hexadecimal[BDF_TEXT_SIZE];

	bdf_format(bdf, hexadecimal);
	return xasprintf("%s is %s", hexadecimal, decimal);
}

/* --- the problems, each a sentence or NULL ---------------------------------------------------- */

static bool is_decimal_form(const char *text)
{
	return strncmp(text, "pci", 3) == 0 || strchr(text, '/');
}

static const char *numbers_of(const char *text)
{
	return strncmp(text, "pci", 3) == 0 ? text + 3 : text;
}

static char *find_blank(const char *text)
{
	_cleanup_free_ char *without = xstrdup(text);
	char *to = without;
	struct bdf bdf;

	for (const char *at = text; *at; at++)
		if (!isspace((unsigned char)*at))
			*to++ = *at;
	*to = '\0';
	return bdf_parse(without, &bdf) == 0 ? xasprintf("write %s, without blanks", without)
					     : NULL;
}

/* "igb0@pci0:1:0:0:" is one word of pciconf -l. */
static char *find_driver(const char *text)
{
	const char *at = strchr(text, '@');
	_cleanup_free_ char *address = NULL;
	struct bdf bdf;

	if (!at || bdf_parse(at + 1, &bdf) < 0)
		return NULL;
	address = decimal_text(&bdf, false);
	return xasprintf("leave out the driver: %s", address);
}

static char *find_capitals(const char *text)
{
	_cleanup_free_ char *lower = xstrdup(text);
	struct bdf bdf;

	for (size_t i = 0; i < 3 && lower[i]; i++)
		lower[i] = (char)tolower((unsigned char)lower[i]);
	if (strncmp(lower, "pci", 3) != 0 || bdf_parse(lower, &bdf) < 0)
		return NULL;
	return xasprintf("write %s", lower);
}

static char *find_point(const char *text)
{
	_cleanup_free_ char *ways = NULL;
	struct bdf bdf;

	if (!is_decimal_form(text) || !strchr(text, '.') ||
	    !read_hexadecimal(numbers_of(text), &bdf))
		return NULL;
	ways = both_ways(&bdf, strchr(text, '/'));
	return xasprintf("with a \".\" an address is hexadecimal and has only \":\" before it, "
			 "else it is decimal: %s",
			 ways);
}

static char *find_hexadecimal(const char *text)
{
	_cleanup_free_ char *ways = NULL;
	struct bdf bdf;

	if (!is_decimal_form(text) || strpbrk(text, ".") ||
	    !strpbrk(numbers_of(text), "abcdefABCDEF") || !read_hexadecimal(numbers_of(text), &bdf))
		return NULL;
	ways = both_ways(&bdf, strchr(text, '/'));
	return xasprintf("%s is decimal: %s", strchr(text, '/') ? "B/S/F" : "pciD:B:S:F", ways);
}

static char *find_leading_zero(const char *text)
{
	bool slashes = strchr(text, '/');
	_cleanup_free_ char *ways = NULL, *other_ways = NULL, *decimal = NULL;
	struct bdf as_decimal, as_hexadecimal;

	if (!is_decimal_form(text) || !read_decimal(numbers_of(text), &as_decimal))
		return NULL;
	if (slashes && (as_decimal.domain != 0 || count_separators(text) != 2))
		return NULL;
	decimal = decimal_text(&as_decimal, slashes);
	if (!read_hexadecimal(numbers_of(text), &as_hexadecimal) ||
	    bdf_compare(&as_decimal, &as_hexadecimal) == 0)
		return xasprintf("decimal numbers have no leading zeros: write %s", decimal);
	ways = both_ways(&as_decimal, slashes);
	other_ways = both_ways(&as_hexadecimal, slashes);
	return xasprintf("with leading zeros it may be meant as hexadecimal: %s, and %s", ways,
			 other_ways);
}

static char *find_domain(const char *text)
{
	_cleanup_free_ char *decimal = NULL;
	struct bdf bdf;

	if (!strchr(text, '/') || strpbrk(text, ":.") || count_separators(text) != 3 ||
	    !read_decimal(text, &bdf))
		return NULL;
	decimal = decimal_text(&bdf, false);
	return xasprintf("B/S/F has no domain: write %s", decimal);
}

/* "0:1:0:0": which of both is it? */
static char *find_only_colons(const char *text)
{
	bool decimal, hexadecimal;
	char dotted[BDF_TEXT_SIZE];
	_cleanup_free_ char *plain = NULL;
	struct bdf as_decimal, as_hexadecimal;
	size_t colons = count_separators(text);

	if (strpbrk(text, "/.") || is_decimal_form(text) || (colons != 2 && colons != 3))
		return NULL;
	decimal = read_decimal(text, &as_decimal);
	hexadecimal = read_hexadecimal(text, &as_hexadecimal);
	if (hexadecimal)
		bdf_format(&as_hexadecimal, dotted);
	if (decimal)
		plain = decimal_text(&as_decimal, false);
	if (decimal && hexadecimal)
		return xasprintf("write %s if it is hexadecimal, or %s if it is decimal", dotted,
				 plain);
	return decimal || hexadecimal ? xasprintf("write %s", hexadecimal ? dotted : plain) : NULL;
}

static bool consists_of(const char *text, const char *characters)
{
	return strspn(text, characters) == strlen(text);
}

static char *find_range(const char *text)
{
	const char *numbers = numbers_of(text);
	size_t nr = count_separators(numbers);
	bool ends = *numbers && !is_separator(*numbers) &&
		    !is_separator(numbers[strlen(numbers) - 1]);

	if (!ends || strstr(numbers, "::") || strstr(numbers, "//"))
		return NULL;
	if ((numbers != text && consists_of(numbers, "0123456789:") && (nr == 2 || nr == 3)) ||
	    (consists_of(text, "0123456789/") && nr == 2))
		return xstrdup("out of range: the bus goes to 255, the slot to 31, the function to "
			       "7, or in slot 0 to 255");
	if (consists_of(text, "0123456789abcdefABCDEF:.") && (nr == 2 || nr == 3) &&
	    strchr(text, '.') && !strpbrk(strchr(text, '.') + 1, ":."))
		return xstrdup("out of range: the bus goes to ff, the device to 1f, the function "
			       "to 7");
	return NULL;
}

static char *find_missing_number(const char *text)
{
	const char *numbers = numbers_of(text);

	if (numbers != text && *numbers && consists_of(numbers, "0123456789:") &&
	    numbers[strlen(numbers) - 1] == ':')
		return xstrdup("a number is missing behind the last \":\"");
	return NULL;
}

char *bdf_problem(const char *text)
{
	static char *(*const finders[])(const char *) = {
		find_blank,	   find_driver, find_capitals,	  find_point, find_hexadecimal,
		find_leading_zero, find_domain, find_only_colons, find_range, find_missing_number,
	};
	struct bdf bdf;

	if (strlen(text) > LONGEST || bdf_parse(text, &bdf) == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++) {
		char *problem = finders[i](text);

		if (problem)
			return problem;
	}
	return NULL;
}
