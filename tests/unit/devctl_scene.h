/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A model of a FreeBSD with a few devices, whose drivers are to be changed. */
#ifndef IOMMUTOOL_TEST_DEVCTL_SCENE_H
#define IOMMUTOOL_TEST_DEVCTL_SCENE_H

#include "unit.h"

#include "freebsd/model/devctl.h"
#include "model/bdf.h"

enum { BRIDGE, IGB, BARE, FAR, NR_FUNCTIONS };

static const char *const addresses[NR_FUNCTIONS] = {
	[BRIDGE] = "0000:00:01.0",
	[IGB] = "0000:01:00.0",
	[BARE] = "0000:0a:1f.7",
	[FAR] = "0001:03:00.0",
};

static struct model *model;
static struct os *os;

/* A device as it is, in one word: "igb0", "ppt0 forced", "ppt0 forced detached", "-". */
static inline const char *state_of(int which)
{
	static char texts[4][64];
	static unsigned next;
	const struct model_function *function = &model->functions[which];
	char *text = texts[next++ % COUNT(texts)];
	char name[32] = "-";

	if (*function->class_name)
		snprintf(name, sizeof(name), "%s%u", function->class_name, function->unit);
	snprintf(text, sizeof(texts[0]), "%s%s%s%s", name,
		 function->is_class_fixed ? " forced" : "",
		 *function->class_name && !function->is_attached ? " detached" : "",
		 function->is_disabled ? " disabled" : "");
	return text;
}

static inline struct bdf bdf_of(int which)
{
	return model->functions[which].bdf;
}

/* vmm.ko is loaded; IGB has its native driver, BARE none, FAR one in another domain. */
static inline int begin_scene(void **state)
{
	struct model_function *bridge;

	(void)state;
	model = model_new();
	os = &model->os;
	model->devctl = model_devctl_ioctl;
	model_set(model, "vmm", "module", "loaded");
	bridge = model_add_function(model, addresses[BRIDGE], 0x8086, 0x1901, 0x060400);
	model_make_bridge(bridge, 1, 1);
	model_attach(bridge, "pcib", 1);
	model_attach(model_add_function(model, addresses[IGB], 0x8086, 0x1521, 0x020000), "igb", 0);
	model_add_function(model, addresses[BARE], 0x10de, 0x1b80, 0x030000);
	model_attach(model_add_function(model, addresses[FAR], 0x144d, 0xa808, 0x010802), "nvme",
		     0);
	return 0;
}

static inline int end_scene(void **state)
{
	(void)state;
	model_free(model);
	return 0;
}

/* Brings a device to a class that is forced, with nothing attached. */
static inline void force_detached(int which, const char *class_name)
{
	struct model_function *function = &model->functions[which];

	strcpy(function->class_name, class_name);
	function->unit = 0;
	function->is_class_fixed = true;
	function->is_attached = false;
}

/* Brings a device under ppt, forced or since pptdevs names it. */
static inline void give_to_ppt(int which, bool is_forced)
{
	force_detached(which, "ppt");
	model->functions[which].is_attached = true;
	model->functions[which].is_class_fixed = is_forced;
	model->functions[which].is_reserved = !is_forced;
}

#endif
