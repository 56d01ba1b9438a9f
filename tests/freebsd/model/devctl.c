/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model's /dev/devctl2: one driver at a time, forced or chosen. */
#include "devctl.h"

#include <errno.h>
#include <string.h>

#include "parts.h"

#define HEADER_TYPE 0x0e
#define FORCE 1 /* of all flags here */

/* A request that is being served. */
struct service {
	struct model *model;
	struct model_function *function;
	const struct abi_devreq *request;
	bool ppt_fails;
};

/* --- drivers ------------------------------------------------------------------------------ */

static bool is_module_loaded(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->nr_values; i++)
		if (model->values[i].kind == VALUE_MODULE &&
		    strcmp(model->values[i].name, name) == 0)
			return strcmp((const char *)model->values[i].bytes, "loaded") == 0;
	return false;
}

/* The class of all PCI buses is the same: what is loaded for one is for all. A native driver is
 * in the kernel. */
static bool driver_exists(const struct model *model, const char *driver)
{
	if (strcmp(driver, "ppt") == 0)
		return is_module_loaded(model, "vmm");
	for (size_t i = 0; i < model->nr_functions; i++)
		if (strcmp(model->functions[i].native, driver) == 0)
			return true;
	return is_module_loaded(model, driver);
}

/* ppt_probe(): bridges never. */
static bool ppt_takes(const struct model *model, const struct model_function *function)
{
	return is_module_loaded(model, "vmm") && (function->config[HEADER_TYPE] & 0x7f) == 0;
}

/* Return: the driver that gets the device, or NULL. */
static const char *probe(const struct model *model, const struct model_function *function)
{
	const char *forced = function->is_class_fixed ? function->class_name : NULL;
	bool ppt = ppt_takes(model, function);

	if (forced && strcmp(forced, "ppt") == 0)
		return ppt ? forced : NULL;
	if (forced)
		return strcmp(forced, function->native) == 0 ? forced : NULL;
	if (function->is_reserved && ppt)
		return "ppt";
	return *function->native ? function->native : NULL;
}

static unsigned free_unit(const struct model *model, const char *class_name)
{
	unsigned unit = 0;

	for (size_t i = 0; i < model->nr_functions; i++)
		if (strcmp(model->functions[i].class_name, class_name) == 0 &&
		    model->functions[i].unit == unit) {
			unit++;
			i = (size_t)-1;
		}
	return unit;
}

static void set_class(struct model *model, struct model_function *function, const char *class_name)
{
	char name[ABI_NAME_SIZE];

	model_expect(strlen(class_name) < sizeof(name), "%s is too long", class_name);
	strcpy(name, class_name); /* it may be the function's own */
	if (strcmp(function->class_name, name) == 0)
		return;
	function->class_name[0] = '\0';
	function->unit = *name ? free_unit(model, name) : 0;
	strcpy(function->class_name, name);
}

/* A method of the driver that the device has. */
static int call_driver(const struct service *service, const char *driver, const char *method)
{
	int code = model_called(service->model, "%s %s", driver, method);

	model_expect(code == 0 || service->ppt_fails || strcmp(driver, "ppt") != 0,
		     "ppt %s does not fail in this release", method);
	return code;
}

/* device_detach() */
static int detach(const struct service *service)
{
	struct model_function *function = service->function;
	int code;

	if (!function->is_attached)
		return 0;
	code = call_driver(service, function->class_name, "detach");
	if (code == 0 && function->is_busy)
		code = -EBUSY;
	if (code < 0)
		return code;
	function->is_attached = false;
	if (!function->is_class_fixed)
		set_class(service->model, function, "");
	return 0;
}

/* device_probe_and_attach(): a device that is disabled is left alone, without an error. */
static int probe_and_attach(const struct service *service)
{
	struct model_function *function = service->function;
	const char *driver;
	int code;

	if (function->is_attached || function->is_disabled)
		return 0;
	driver = probe(service->model, function);
	if (!driver)
		return -ENXIO;
	set_class(service->model, function, driver);
	code = call_driver(service, function->class_name, "attach");
	if (code == 0)
		function->is_attached = true;
	else if (!function->is_class_fixed)
		set_class(service->model, function, "");
	return code;
}

/* --- requests ----------------------------------------------------------------------------- */

static int attach(const struct service *service)
{
	if (service->function->is_attached)
		return -EBUSY;
	if (service->function->is_disabled)
		return -ENXIO;
	return probe_and_attach(service);
}

static int detach_it(const struct service *service)
{
	return service->function->is_attached ? detach(service) : -ENXIO;
}

static int enable(const struct service *service)
{
	if (!service->function->is_disabled)
		return -EBUSY;
	service->function->is_disabled = false;
	return probe_and_attach(service);
}

/* The device keeps its class, so that it keeps its name. */
static int disable(const struct service *service)
{
	struct model_function *function = service->function;
	bool was_fixed = function->is_class_fixed;
	int code;

	if (function->is_disabled)
		return -ENXIO;
	function->is_class_fixed = true;
	code = detach(service);
	function->is_class_fixed = was_fixed;
	function->is_disabled = code == 0;
	return code;
}

/* Return: 0; -EBUSY without force. */
static int make_free(const struct service *service)
{
	if (service->function->is_attached && !(service->request->flags & FORCE))
		return -EBUSY;
	return detach(service);
}

static int set_driver(const struct service *service)
{
	struct model_function *function = service->function;
	const char *driver = service->request->data;
	int code;

	if (!driver)
		return -EFAULT;
	if (strnlen(driver, ABI_DEVICE_NAME_SIZE) == ABI_DEVICE_NAME_SIZE)
		return -ENAMETOOLONG;
	if (!*driver)
		return -EINVAL;
	if (strcmp(function->class_name, driver) == 0)
		return 0;
	if (!driver_exists(service->model, driver))
		return -ENOENT;
	code = make_free(service);
	if (code < 0)
		return code;
	set_class(service->model, function, driver);
	function->is_class_fixed = true;
	return probe_and_attach(service);
}

static int clear_driver(const struct service *service)
{
	struct model_function *function = service->function;
	int code;

	if (!function->is_class_fixed)
		return 0;
	code = make_free(service);
	if (code < 0)
		return code;
	function->is_class_fixed = false;
	set_class(service->model, function, "");
	return probe_and_attach(service);
}

static const struct {
	unsigned long request;
	const char *name;
	int (*serve)(const struct service *service);
} requests[] = {
	{ ABI_DEV_ATTACH, "ATTACH", attach },
	{ ABI_DEV_DETACH, "DETACH", detach_it },
	{ ABI_DEV_ENABLE, "ENABLE", enable },
	{ ABI_DEV_DISABLE, "DISABLE", disable },
	{ ABI_DEV_SET_DRIVER, "SET_DRIVER", set_driver },
	{ ABI_DEV_CLEAR_DRIVER, "CLEAR_DRIVER", clear_driver },
};

/* What every request is asked first. Return: 0 or negative errno. */
static int find_function(struct service *service)
{
	const char *name = service->request->name;

	if (!service->model->is_root)
		return -EPERM;
	if (strnlen(name, ABI_DEVICE_NAME_SIZE) == ABI_DEVICE_NAME_SIZE)
		return -EINVAL;
	service->function = model_find_named(service->model, name);
	return service->function ? 0 : -ENOENT;
}

static int serve(struct service *service, size_t which)
{
	const struct abi_devreq *request = service->request;
	bool has_driver = requests[which].request == ABI_DEV_SET_DRIVER && request->data;
	int code = model_called(service->model, "%s %.*s flags=%d%s%s", requests[which].name,
				ABI_DEVICE_NAME_SIZE, request->name, request->flags,
				has_driver ? " " : "",
				has_driver ? (const char *)request->data : "");

	if (code == 0)
		code = find_function(service);
	return code < 0 ? code : requests[which].serve(service);
}

static int find_request(struct model *model, unsigned long request, void *argument, bool ppt_fails)
{
	struct service service = { .model = model, .request = argument, .ppt_fails = ppt_fails };

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (requests[i].request == request)
			return serve(&service, i);
	return -ENOTTY;
}

int model_devctl_ioctl(struct model *model, unsigned long request, void *argument)
{
	return find_request(model, request, argument, false);
}

int model_devctl_ioctl_2025(struct model *model, unsigned long request, void *argument)
{
	return find_request(model, request, argument, true);
}
