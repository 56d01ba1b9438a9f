/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udev rules that bind a device again at boot (udev(7)); what we have to know stands in comments.
 */
#include "bind/linux/udev_rule.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/collect.h"
#include "model/bdf.h"
#include "util/alloc.h"
#include "util/cleanup.h"
#include "util/file.h"

#define RULE_MAX 8192 /* bytes */

enum field { DEVICE, IDENTITY, SERIAL, TO, FORCED, DRIVER, OVERRIDE, NR_FIELDS };

static const char *const keys[NR_FIELDS] = {
	[DEVICE] = "device",
	[IDENTITY] = "identity",
	[SERIAL] = "serial",
	[TO] = "to",
	[FORCED] = "forced",
	[DRIVER] = "driver-before",
	[OVERRIDE] = "override-before",
};

char *udev_rule_path(const char *folder, const char *device)
{
	return xasprintf("%s/" RULE_NAME, folder, device);
}

/* --- reading ---------------------------------------------------------------------------- */

static char *some(const char *text)
{
	return *text ? xstrdup(text) : NULL;
}

/* The part behind "# Written by" in the first line is for people. */
static struct rule *parse_rule(char *text, const char *device)
{
	const char *values[NR_FIELDS], *rest;
	struct rule *rule;

	if (*text != '#')
		return NULL;
	strsep(&text, "\n");
	rest = text ? split_fields(text, "# ", keys, NR_FIELDS, values) : NULL;
	/* Cut short it would not act. */
	if (!rest || strncmp(rest, "ACTION==", 8) != 0 || !strchr(rest, '\n') ||
	    strcmp(values[DEVICE], device) != 0)
		return NULL;
	rule = xcalloc(1, sizeof(*rule));
	rule->device = xstrdup(values[DEVICE]);
	rule->identity = xstrdup(values[IDENTITY]);
	rule->serial = some(values[SERIAL]);
	rule->to = xstrdup(values[TO]);
	rule->forced = some(values[FORCED]);
	rule->before.driver = some(values[DRIVER]);
	rule->before.override = some(values[OVERRIDE]);
	if (binding_is_plain(&rule->before))
		return rule;
	rule_free(rule);
	return NULL;
}

int udev_rule_read(const char *folder, const char *device, struct rule **rule, struct error *err)
{
	_cleanup_free_ char *path = udev_rule_path(folder, device);
	struct source live = { .live = true };
	char text[RULE_MAX];
	ssize_t n = read_content(&live, AT_FDCWD, path, text, sizeof(text));

	*rule = NULL;
	if (n == -ENOENT)
		return 0;
	if (n < 0 && n != -EFBIG && n != -EINVAL)
		return fail(err, (int)n, "%s: %s", path, strerror((int)-n));
	if (n >= 0)
		*rule = parse_rule(text, device);
	if (*rule)
		return 0;
	return fail(err, -EBADMSG,
		    "%s: not as \"bind --persist\" writes it; look at it, then remove it", path);
}

int udev_rule_list(const char *folder, struct strings *devices)
{
	struct source live = { .root = AT_FDCWD, .live = true };
	struct strings names = { 0 };
	int r = source_list(&live, folder, &names);

	for (size_t i = 0; i < names.nr; i++) {
		char *name = names.items[i];
		size_t length = strlen(name);

		if (length <= strlen(RULE_PREFIX RULE_SUFFIX) ||
		    strncmp(name, RULE_PREFIX, strlen(RULE_PREFIX)) != 0 ||
		    strcmp(name + length - strlen(RULE_SUFFIX), RULE_SUFFIX) != 0)
			continue;
		name[length - strlen(RULE_SUFFIX)] = '\0';
		if (bdf_is_canonical(name + strlen(RULE_PREFIX)))
			strings_add(devices, name + strlen(RULE_PREFIX));
	}
	strings_free(&names);
	return r == -ENOENT ? 0 : r;
}

/* --- writing ---------------------------------------------------------------------------- */

static char *match_text(const struct rule *rule, struct error *err)
{
	unsigned vendor, product, sub_vendor, sub_product;

	if (sscanf(rule->identity, "%4x:%4x:%4x:%4x", &vendor, &product, &sub_vendor,
		   &sub_product) != 4 ||
	    vendor == 0xffff || (sub_vendor == 0xffff && sub_product == 0xffff)) {
		fail(err, -EINVAL, "%s: its IDs are unknown", rule->device);
		return NULL;
	}
	return xasprintf("ACTION==\"add\", SUBSYSTEM==\"pci\", KERNEL==\"%s\", "
			 "TEST!=\"/etc/initrd-release\", ATTR{vendor}==\"0x%04x\", "
			 "ATTR{device}==\"0x%04x\", ATTR{subsystem_vendor}==\"0x%04x\", "
			 "ATTR{subsystem_device}==\"0x%04x\"",
			 rule->device, vendor, product, sub_vendor, sub_product);
}

static char *run_text(const struct rule *rule, const char *program)
{
	return xasprintf("%s bind --quiet --to=%s --expect=%s%s%s%s%s %s", program, rule->to,
			 rule->identity, rule->serial ? "/" : "", rule->serial ? rule->serial : "",
			 rule->forced ? " --force=" : "", rule->forced ? rule->forced : "",
			 rule->device);
}

static char *rule_text(const struct rule *rule, const char *program, struct error *err)
{
	_cleanup_free_ char *match = match_text(rule, err);
	_cleanup_free_ char *run = run_text(rule, program);
	const char *values[NR_FIELDS] = {
		[DEVICE] = rule->device,
		[IDENTITY] = rule->identity,
		[SERIAL] = rule->serial,
		[TO] = rule->to,
		[FORCED] = rule->forced,
		[DRIVER] = rule->before.driver,
		[OVERRIDE] = rule->before.override,
	};
	_cleanup_free_ char *fields = join_fields("# ", keys, NR_FIELDS, values);

	if (!match)
		return NULL;
	return xasprintf(
		"# Written by \"iommutool bind --persist\"; \"iommutool restore %s\" removes "
		"it.\n%s%s, RUN+=\"%s\"\n",
		rule->device, fields, match, run);
}

static int open_folder(const char *folder, struct error *err)
{
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return dir >= 0 ? dir
			: fail(err, -errno, "%s: %s; --persist writes rules for udev there", folder,
			       strerror(errno));
}

int udev_rule_write(const char *folder, const struct rule *rule, const char *program,
		    struct error *err)
{
	_cleanup_close_ int dir = open_folder(folder, err);
	_cleanup_free_ char *name = xasprintf(RULE_NAME, rule->device);
	_cleanup_free_ char *text = dir < 0 ? NULL : rule_text(rule, program, err);
	int r;

	if (!text)
		return dir < 0 ? dir : -EINVAL;
	r = replace_file(dir, name, text);
	return r < 0 ? fail(err, r, "%s/%s: %s", folder, name, strerror(-r)) : 0;
}

int udev_rule_remove(const char *folder, const char *device, struct error *err)
{
	_cleanup_free_ char *path = udev_rule_path(folder, device);
	_cleanup_close_ int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (unlink(path) < 0 && errno != ENOENT)
		return fail(err, -errno, "%s: %s", path, strerror(errno));
	if (dir >= 0)
		fsync(dir); /* not back after a power cut */
	return 0;
}
