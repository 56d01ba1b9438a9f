/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a failed step of a set-up means: which explanations are tried for it, in which order. */
#include "vfio/diagnosis.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

/* --- how it is said ----------------------------------------------------------------------- */

bool say(const struct diagnosis *it, const char *format, ...)
{
	char text[sizeof(it->err->text)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	flatten(text);
	fail(it->err, it->failure->code, "%s", text);
	return true;
}

/* Return: the first @nr of a list and how many more there are, to be freed. */
static char *first_of(const struct strings *list, size_t nr)
{
	const struct strings first = { .items = list->items, .nr = nr };
	char *text = strings_join(&first, ", "), *whole;

	if (nr == list->nr)
		return text;
	whole = xasprintf("%s and %zu more", text, list->nr - nr);
	free(text);
	return whole;
}

bool say_list(const struct diagnosis *it, char *before, struct strings *list, char *after)
{
	size_t around = strlen(before) + strlen(after), nr = list->nr;
	char *text = first_of(list, nr);

	while (nr > 1 && around + strlen(text) >= sizeof(it->err->text)) {
		free(text);
		text = first_of(list, --nr);
	}
	say(it, "%s%s%s", before, text, after);
	free(before);
	free(text);
	free(after);
	strings_free(list);
	return true;
}

/* --- where nothing better is known -------------------------------------------------------- */

static const char *const step_names[] = {
	[SETUP_DONE] = "setting it up",
	[SETUP_OPEN_CONTAINER] = "open",
	[SETUP_API] = "VFIO_CHECK_EXTENSION",
	[SETUP_OPEN_GROUP] = "open",
	[SETUP_GROUP_STATUS] = "VFIO_GROUP_GET_STATUS",
	[SETUP_SET_CONTAINER] = "VFIO_GROUP_SET_CONTAINER",
	[SETUP_SET_IOMMU] = "VFIO_SET_IOMMU",
	[SETUP_GET_DEVICE] = "VFIO_GROUP_GET_DEVICE_FD",
	[SETUP_OPEN_IOMMUFD] = "open",
	[SETUP_ALLOC_IOAS] = "IOMMU_IOAS_ALLOC",
	[SETUP_OPEN_CDEV] = "open",
	[SETUP_BIND_IOMMUFD] = "VFIO_DEVICE_BIND_IOMMUFD",
	[SETUP_ATTACH_IOAS] = "VFIO_DEVICE_ATTACH_IOMMUFD_PT",
	[SETUP_RANGES] = "asking for the usable ranges",
	[SETUP_DEVICE_INFO] = "asking for its regions",
};

static bool unexplained(const struct diagnosis *it)
{
	const char *path = it->failure->path;

	return say(it, "%s: %s%s%s: %s; the kernel's log may say why", it->device->name, path,
		   path[0] ? ": " : "", step_names[it->failure->step],
		   strerror(-it->failure->code));
}

/* --- which explanations are tried --------------------------------------------------------- */

#define AT(step) (1u << (step))
#define ANY_STEP (~0u)
#define OPENS                                                                                      \
	(AT(SETUP_OPEN_CONTAINER) | AT(SETUP_OPEN_GROUP) | AT(SETUP_OPEN_IOMMUFD) |                \
	 AT(SETUP_OPEN_CDEV))
/* Where the kernel opens the device itself (vfio_pci_core.c, vfio_pci_core_enable). */
#define DEVICE_OPENS (AT(SETUP_GET_DEVICE) | AT(SETUP_BIND_IOMMUFD))
/* Where the kernel gives the group's DMA to us (iommu.c, __iommu_take_dma_ownership). With iommufd
 * behind the container that is when the device is opened. */
#define OWNS (AT(SETUP_GROUP_STATUS) | AT(SETUP_SET_CONTAINER) | DEVICE_OPENS)
/* Where an address space of the IOMMU is made for the group, or what there is gets a second one. */
#define ATTACHES                                                                                   \
	(AT(SETUP_SET_CONTAINER) | AT(SETUP_SET_IOMMU) | AT(SETUP_GET_DEVICE) |                    \
	 AT(SETUP_ATTACH_IOAS))
#define ABSENT                                                                                     \
	{                                                                                          \
		ENOENT, ENODEV, ENXIO                                                              \
	}

/* In the order in which they are tried, which where it matters is that of the kernel's checks. */
static const struct rule {
	unsigned steps;
	int codes[3]; /* errno; none: any */
	explanation *explain;
} rules[] = {
	{ ANY_STEP, { EMFILE, ENFILE }, too_many_files },
	{ OPENS, { EACCES }, not_permitted },
	{ OPENS, { EPERM }, kept_back },
	{ AT(SETUP_OPEN_CONTAINER), ABSENT, container_missing },
	{ AT(SETUP_OPEN_IOMMUFD), ABSENT, iommufd_missing },
	{ AT(SETUP_API), { EPROTO }, wrong_version },
	{ AT(SETUP_API) | AT(SETUP_SET_IOMMU), { ENODEV }, type1_missing },
	{ AT(SETUP_OPEN_GROUP) | AT(SETUP_OPEN_CDEV) | AT(SETUP_BIND_IOMMUFD), { 0 }, no_group },
	{ AT(SETUP_OPEN_GROUP) | AT(SETUP_OPEN_CDEV), ABSENT, not_bound },
	{ AT(SETUP_OPEN_GROUP), ABSENT, group_node_missing },
	{ AT(SETUP_OPEN_CDEV), ABSENT, cdev_missing },
	{ AT(SETUP_OPEN_GROUP) | AT(SETUP_GROUP_STATUS) | AT(SETUP_SET_CONTAINER) | DEVICE_OPENS,
	  { EBUSY },
	  held },

	/* What iommufd asks first of all (iommufd/device.c, iommufd_device_bind). */
	{ DEVICE_OPENS, { EPERM }, interrupts_known },
	{ OWNS, { EPERM }, blocked },
	/* Who has the device itself open comes before anything of its group. */
	{ AT(SETUP_BIND_IOMMUFD), { EINVAL }, held_seen },
	{ OWNS | ATTACHES, { EPERM, EINVAL }, direct_region },
	/* A second group of a container is attached at once. */
	{ AT(SETUP_SET_CONTAINER), { EPERM }, interrupts_known },
	{ AT(SETUP_SET_IOMMU), { EPERM }, interrupts },
	{ OWNS, { EPERM }, blocked_unseen },
	{ OWNS, { EPERM }, owned },
	{ AT(SETUP_SET_CONTAINER) | AT(SETUP_ATTACH_IOAS), { EINVAL, EADDRINUSE }, conflict },
	{ ATTACHES, { ENOSPC }, no_domain_left },
	{ ATTACHES, { ENOMEM }, memory_limit },
	{ AT(SETUP_ATTACH_IOAS), { EBUSY }, busy },

	{ DEVICE_OPENS, { EAGAIN }, locked },
	{ DEVICE_OPENS, { EACCES }, token_wanted },
	{ AT(SETUP_GET_DEVICE), { ENODEV }, not_bound },
	{ DEVICE_OPENS, { ENODEV }, gone },
	{ DEVICE_OPENS, { EINVAL, EIO }, not_enabled },
	{ AT(SETUP_DEVICE_INFO), { EOPNOTSUPP }, not_pci },
	{ AT(SETUP_DEVICE_INFO), { EIO }, no_answer },
	{ ANY_STEP, { 0 }, unexplained },
};

static bool matches(const struct rule *rule, const struct setup_failure *failure)
{
	if (!(rule->steps & AT(failure->step)))
		return false;
	if (rule->codes[0] == 0)
		return true;
	for (size_t i = 0; i < sizeof(rule->codes) / sizeof(rule->codes[0]); i++)
		if (rule->codes[i] != 0 && rule->codes[i] == -failure->code)
			return true;
	return false;
}

int explain_failure(const struct setup_failure *failure, const struct device *device,
		    const struct setup_facts *facts, struct error *err)
{
	const struct diagnosis it = { failure, device, facts->machine, facts->system, err };

	/* A node that went with its device says nothing about the kernel. */
	if (failure->gone) {
		gone(&it);
		return failure->code;
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (matches(&rules[i], failure) && rules[i].explain(&it))
			break;
	return failure->code;
}
