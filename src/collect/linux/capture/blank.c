/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes what is private out of the kernel's command line. */
#include "collect/linux/capture/parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

#define CROSSES "XXXX"
#define BLANKS " \t\n\v\f\r" /* not isspace(): the line is bytes, whatever the locale */
#define DIGITS "0123456789"
#define HEX DIGITS "abcdefABCDEF"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The first that fits an option's name decides; '*' at either end stands for any text. */
static const struct {
	const char *name;
	bool kept; /* as it is, whatever it looks like; else its value is blanked */
} options[] = {
	/* What readers ask for; PCI addresses and IDs stand in some of them. */
	{ "intel_iommu", true },
	{ "amd_iommu*", true },
	{ "iommu", true },
	{ "iommu.*", true },
	{ "iommufd.*", true },
	{ "virtio_iommu*", true },
	{ "intremap", true },
	{ "ivrs_*", true },
	{ "pci", true },
	{ "pcie_acs_override", true },
	{ "vfio*", true },
	/* Disks, volumes and networks of this machine; secrets. */
	{ "root", false },
	{ "resume", false },
	{ "*uuid*", false },
	{ "crypt*", false },
	{ "rd.luks*", false },
	{ "luks*", false },
	{ "rd.lvm*", false },
	{ "rd.md*", false },
	{ "rd.zfcp*", false },
	{ "ip", false },
	{ "nfsroot", false },
	{ "nfsaddrs", false },
	{ "cifsroot", false },
	{ "netroot", false },
	{ "netconsole", false },
	{ "nameserver", false },
	{ "*hostname*", false },
	{ "dns", false },
	{ "user", false },
	{ "*serial*", false },
	{ "*iscsi*", false },
	{ "*nvmf*", false },
	{ "*fcoe*", false },
	{ "*pass*", false },
	{ "*token*", false },
	{ "*key*", false },
	{ "*secret*", false },
	{ "*credential*", false },
};

/* All that follows one of these in a word is blanked. */
static const char *const marks[] = {
	"UUID=",      "LABEL=",		"/by-id/", "/by-uuid/", "/by-partuuid/",
	"/by-label/", "/by-partlabel/", "://",	   "pass=",	"password=",
	"token=",     "key=",		"secret=",
};

/* A word that is being blanked: what is written of it, and what is still to be looked at. */
struct word {
	char *to;
	size_t done; /* bytes written there */
	const char *left;
	size_t nr_left;
};

/* '-' and '_' are the same in option names (kernel/params.c). */
static int fold(char c)
{
	return c == '-' ? '_' : tolower((unsigned char)c);
}

static bool same(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (fold(a[i]) != fold(b[i]))
			return false;
	return true;
}

static bool name_fits(const char *pattern, const char *name, size_t length)
{
	bool anywhere = *pattern == '*';
	size_t wanted = strcspn(pattern += anywhere, "*");

	for (size_t at = 0; at + wanted <= length; at++) {
		if (same(pattern, name + at, wanted) && (pattern[wanted] || at + wanted == length))
			return true;
		if (!anywhere)
			break;
	}
	return false;
}

/* --- what gives itself away by its form ------------------------------------------------- */

/* Length of the run of characters of @set at @at. */
static size_t run(const struct word *word, size_t at, const char *set)
{
	size_t length = 0;

	while (at + length < word->nr_left && word->left[at + length] &&
	       strchr(set, word->left[at + length]))
		length++;
	return length;
}

/* Whether what is left begins in the middle of a run of characters of @set. */
static bool inside(const struct word *word, const char *set)
{
	const char *end = word->to + word->done;

	return word->done > 0 && end[-1] && strchr(set, end[-1]);
}

static size_t find_mark(const struct word *word)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t length = strlen(marks[i]);

		if (word->done >= length && same(marks[i], word->to + word->done - length, length))
			return word->nr_left;
	}
	return 0;
}

/* Groups of hexadecimal digits with one separator: a UUID's are 8-4-4-4-12. */
static size_t find_uuid(const struct word *word)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };
	size_t at = 0;

	if (inside(word, HEX))
		return 0;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (i && run(word, at++, "-") == 0)
			return 0;
		if (run(word, at, HEX) != groups[i])
			return 0;
		at += groups[i];
	}
	return at;
}

/* Machine IDs, hashes, keys. */
static size_t find_long_number(const struct word *word)
{
	size_t length = inside(word, HEX) ? 0 : run(word, 0, HEX);

	return length >= 32 ? length : 0;
}

/* Six or more groups of two digits: Ethernet, InfiniBand, WWN. */
static size_t find_mac(const struct word *word)
{
	char separator[2] = "";
	size_t at = 0, groups = 0;

	if (inside(word, HEX DIGITS))
		return 0;
	while (run(word, at, HEX) == 2) {
		groups++;
		at += 2;
		if (groups == 1 && run(word, at, ":-") > 0)
			*separator = word->left[at];
		if (run(word, at, separator) != 1 || run(word, at + 1, HEX) != 2)
			break;
		at++;
	}
	return groups >= 6 ? at : 0;
}

static size_t ipv4_at(const struct word *word, size_t start)
{
	size_t at = start, groups = 0;

	while (run(word, at, DIGITS) > 0 && run(word, at, DIGITS) <= 3) {
		groups++;
		at += run(word, at, DIGITS);
		if (run(word, at, ".") != 1 || run(word, at + 1, DIGITS) == 0)
			break;
		at++;
	}
	return groups >= 4 ? at - start : 0;
}

static size_t find_ipv4(const struct word *word)
{
	return inside(word, DIGITS) ? 0 : ipv4_at(word, 0);
}

/* A PCI address is none: it has neither eight groups nor a "::". */
static size_t find_ipv6(const struct word *word)
{
	size_t at = 0, end = 0, groups = 0;
	bool gap = false;

	if (inside(word, LETTERS DIGITS ":"))
		return 0;
	for (;;) {
		size_t digits = run(word, at, HEX), ipv4 = ipv4_at(word, at), colons;

		if (ipv4 && groups + gap > 0) { /* ::ffff:192.0.2.1 */
			groups += 2;
			end = at + ipv4;
			break;
		}
		if (digits > 4 || run(word, at + digits, LETTERS) > 0)
			break;
		groups += digits > 0;
		at += digits;
		end = digits > 0 ? at : end;
		colons = run(word, at, ":");
		if (colons == 0 || colons > 2 || (colons == 1 && digits == 0))
			break;
		at += colons;
		if (colons == 2) {
			gap = true;
			end = at;
		}
	}
	return groups >= 8 || (gap && groups > 0) ? end : 0;
}

static size_t find_private(const struct word *word)
{
	static size_t (*const finders[])(const struct word *) = {
		find_mark, find_uuid, find_long_number, find_mac, find_ipv6, find_ipv4,
	};

	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++) {
		size_t length = finders[i](word);

		if (length)
			return length;
	}
	return 0;
}

/* --- words ------------------------------------------------------------------------------ */

static void keep(struct word *word, size_t length)
{
	memcpy(word->to + word->done, word->left, length);
	word->done += length;
	word->left += length;
	word->nr_left -= length;
}

/* Quotes stay: they say where the word ends. */
static void replace(struct word *word, size_t length)
{
	const char *end = word->left + length;

	while (word->left < end) {
		const char *quote = memchr(word->left, '"', (size_t)(end - word->left));
		size_t size = (size_t)((quote ? quote : end) - word->left);

		if (size > 0) {
			memcpy(word->to + word->done, CROSSES, strlen(CROSSES));
			word->done += strlen(CROSSES);
			word->left += size;
			word->nr_left -= size;
		} else {
			keep(word, 1);
		}
	}
}

/* NAME, NAME=VALUE, NAME="VALUE" or "NAME=VALUE". Leaves nothing. */
static void blank_word(struct word *word)
{
	size_t quoted = *word->left == '"';
	const char *name = word->left + quoted;
	const char *equals = memchr(name, '=', word->nr_left - quoted);
	size_t length = equals ? (size_t)(equals - name) : word->nr_left - quoted;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!name_fits(options[i].name, name, length))
			continue;
		if (options[i].kept) {
			keep(word, word->nr_left);
		} else if (equals) {
			keep(word, quoted + length + 1);
			replace(word, word->nr_left);
		}
		break;
	}
	while (word->nr_left > 0) {
		size_t private = find_private(word);

		if (private)
			replace(word, private);
		else
			keep(word, 1);
	}
}

/* Length of the word at the start of @text; blanks between quotes belong to it. */
static size_t word_length(const char *text, size_t length)
{
	bool quoted = false;
	size_t at = 0;

	for (; at < length; at++) {
		if (text[at] == '"')
			quoted = !quoted;
		else if (!quoted && text[at] && strchr(BLANKS, text[at]))
			break;
	}
	return at;
}

void blank_command_line(const struct source *machine, uint8_t **bytes, size_t *length)
{
	const char *from = (const char *)*bytes, *end = from + *length;
	char *line = xcalloc(*length + 1, strlen(CROSSES)); /* each byte may become as many */
	char *to = line;

	(void)machine;
	while (from < end) {
		size_t size = word_length(from, (size_t)(end - from));
		struct word word = { .to = to, .left = from, .nr_left = size };

		if (size > 0) {
			blank_word(&word);
			to += word.done;
			from += size;
		} else {
			*to++ = *from++;
		}
	}
	free(*bytes);
	*bytes = (uint8_t *)line;
	*length = (size_t)(to - line);
}
