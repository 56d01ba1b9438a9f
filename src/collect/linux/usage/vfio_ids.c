/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which devices vfio-pci is configured to take by their ID when it is loaded. */
#include "collect/linux/usage/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/linux/usage/modprobe.h"
#include "util/alloc.h"
#include "util/cleanup.h"

#define MODPROBE_FOLDER "etc/modprobe.d"
#define MODPROBE_FILE_MAX (1u << 20)

/* --- words -------------------------------------------------------------------------------- */

/* Return: the next word, without its quotation marks, or NULL; blanks inside of them are its own.
 */
static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " \t\n"), *to = word;
	bool quoted = false;

	if (!*word)
		return NULL;
	for (*at = word; **at && (quoted || !strchr(" \t\n", **at)); (*at)++)
		if (**at == '"')
			quoted = !quoted;
		else
			*to++ = **at;
	if (**at)
		(*at)++;
	*to = '\0';
	return word;
}

/* In names of modules and parameters dash and underscore are the same. Return: what follows. */
static char *after_name(char *text, const char *name)
{
	for (; *name; name++, text++)
		if ((*text == '-' ? '_' : *text) != *name)
			return NULL;
	return text;
}

static void add_ids(struct usage *usage, char *list)
{
	char *id;

	flatten(list);
	while ((id = strsep(&list, ",")))
		if (*id && !strings_contain(&usage->vfio_ids, id))
			strings_add(&usage->vfio_ids, id);
}

/* --- where they are ----------------------------------------------------------------------- */

static void read_command_line(const struct usage_question *question)
{
	const char *line = question->machine->command_line;
	_cleanup_free_ char *copy = xstrdup(line ? line : "");
	char *at = copy, *word, *ids;

	while ((word = next_word(&at))) {
		ids = after_name(word, "vfio_pci.ids=");
		if (ids)
			add_ids(question->usage, ids);
	}
}

/* "options vfio_pci ids=10de:2330,1234:11e8 disable_vga=1" */
static void read_options(struct usage *usage, char *line)
{
	char *word = next_word(&line), *ids, *end;

	if (!word || strcmp(word, "options") != 0)
		return;
	word = next_word(&line);
	end = word ? after_name(word, "vfio_pci") : NULL;
	if (!end || *end)
		return;
	while ((word = next_word(&line))) {
		ids = after_name(word, "ids=");
		if (ids)
			add_ids(usage, ids);
	}
}

static void read_lines(struct usage *usage, char *text)
{
	char *line;

	while ((line = strsep(&text, "\n")))
		read_options(usage, line);
}

/* A backslash before the end of a line takes the next one along (modprobe.d(5)). */
static void join_lines(char *text)
{
	for (char *at = text; (at = strstr(at, "\\\n"));)
		at[0] = at[1] = ' ';
}

static bool is_configuration(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && strcmp(dot, ".conf") == 0;
}

/* A capture that has the folder is taken to have all of the configuration there. */
static void read_captured_files(const struct usage_question *question)
{
	struct strings names = { 0 };
	int r = source_list(question->source, MODPROBE_FOLDER, &names);

	if (r < 0)
		usage_unknown(question->usage, USAGE_VFIO_IDS,
			      "a capture does not have modprobe's configuration");
	for (size_t i = 0; i < names.nr; i++) {
		_cleanup_free_ char *path = xasprintf(MODPROBE_FOLDER "/%s", names.items[i]);
		_cleanup_free_ uint8_t *text = NULL;
		size_t length;

		if (!is_configuration(names.items[i]))
			continue;
		r = source_read(question->source, path, MODPROBE_FILE_MAX, &text, &length);
		if (r < 0) {
			usage_unknown(question->usage, USAGE_VFIO_IDS, "%s: %s", path,
				      strerror(-r));
			continue;
		}
		join_lines((char *)text);
		read_lines(question->usage, (char *)text);
	}
	strings_free(&names);
}

static void ask_modprobe(const struct usage_question *question)
{
	struct error err = { 0 };
	char *options = NULL;

	if (modprobe_options(question->source, "vfio_pci", &options, &err) < 0)
		usage_unknown(question->usage, USAGE_VFIO_IDS, "%s", err.text);
	else
		read_lines(question->usage, options);
	free(options);
}

void collect_vfio_ids(const struct usage_question *question)
{
	_cleanup_close_ int module = source_open_dir(question->source, "sys/module/vfio_pci");

	question->usage->vfio_pci_loaded = module >= 0;
	if (module >= 0)
		return;
	if (module != -ENOENT) {
		usage_unknown(question->usage, USAGE_VFIO_IDS, "/sys/module/vfio_pci: %s",
			      strerror(-module));
		return;
	}
	read_command_line(question);
	if (question->source->live) {
		ask_modprobe(question); /* has what the command line says, too */
		return;
	}
	if (!question->machine->command_line)
		usage_unknown(question->usage, USAGE_VFIO_IDS,
			      "a capture does not have the kernel's command line");
	read_captured_files(question);
}
