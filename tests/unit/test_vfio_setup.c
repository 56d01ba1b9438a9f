/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which backend a machine has, by the files that are there, and a space with a device in it. */
#include "unit.h"

#include <errno.h>
#include <unistd.h>

#include "vfio/device.h"
#include "vfio/setup.h"

int __wrap_access(const char *path, int mode);
int __wrap_iospace_open(const struct iospace_ops *ops, struct iospace **space,
			struct setup_failure *failure);
int __wrap_iospace_attach(struct iospace *space, const struct device *device,
			  struct vfio_device **opened, struct setup_failure *failure);
void __wrap_iospace_close(struct iospace *space);

/* The files that are there, with blanks between them. */
static const char *files;

static int access_code; /* errno for what is not there */

int __wrap_access(const char *path, int mode)
{
	const char *at = strstr(files, path);
	size_t length = strlen(path);

	assert_int_equal(mode, F_OK);
	errno = access_code ? access_code : ENOENT;
	return at && (at[length] == ' ' || at[length] == '\0') ? 0 : -1;
}

#define CONTAINER " /dev/vfio/vfio"
#define IOMMUFD " /dev/iommu"
#define CDEV " /dev/vfio/devices/vfio7"

static char *cdev_names[] = { (char *)"vfio7" };

/* On vfio-pci, with a name of a cdev; whether it has its node is up to the files. */
static struct device bound(void)
{
	return (struct device){ .name = (char *)"0000:03:00.0",
				.driver_known = true,
				.driver = (char *)"vfio-pci",
				.has_vfio_dev = true,
				.cdevs = { .items = cdev_names, .nr = 1 } };
}

static void test_backends(void **state)
{
	(void)state;
	assert_ptr_equal(find_backend("type1"), &type1_ops);
	assert_ptr_equal(find_backend("iommufd"), &iommufd_ops);
	assert_null(find_backend("auto"));
	assert_null(find_backend(""));
	assert_null(find_backend("type"));
	assert_ptr_equal(backends[0], &type1_ops);
	assert_ptr_equal(backends[1], &iommufd_ops);
	assert_null(backends[2]);
}

static void test_choose(void **state)
{
	static const struct {
		const char *files;
		const struct iospace_ops *ops;
	} cases[] = {
		{ "", &type1_ops },
		{ CONTAINER, &type1_ops },
		{ CONTAINER IOMMUFD, &type1_ops },
		{ CONTAINER CDEV, &type1_ops },
		{ CONTAINER IOMMUFD CDEV, &iommufd_ops },
		{ IOMMUFD CDEV, &iommufd_ops },
		{ IOMMUFD " /dev/vfio/devices/vfio70", &type1_ops }, /* another device's */
	};
	struct device device = bound();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		files = cases[i].files;
		assert_case(choose_backend(&device) == cases[i].ops, files);
	}
	files = CONTAINER IOMMUFD CDEV;
	device.cdevs.nr = 0;
	assert_ptr_equal(choose_backend(&device), &type1_ops);
}

/* @wanted: what the sentence has in it; NULL: nothing is lacking */
static void assert_lacks(const struct iospace_ops *ops, const struct device *device,
			 enum module_state module, const char *wanted, const char *wanted_next)
{
	const struct machine machine = { .remapping = TRI_UNKNOWN };
	const struct system system = { .vfio_type1 = module, .iommufd = module, .entry_limit = -1 };
	const struct setup_facts facts = { &machine, &system };
	char *sentence = backend_lacks(ops, device, &facts);

	if (!wanted) {
		assert_case(!sentence, files);
		return;
	}
	assert_case(sentence && strstr(sentence, wanted), files);
	assert_case(strstr(strchr(sentence, ';'), wanted_next), files);
	free(sentence);
}

static void test_type1_lacks(void **state)
{
	static const struct {
		const char *files;
		enum module_state module;
		const char *wanted, *next;
	} cases[] = {
		{ CONTAINER, MODULE_LOADED, NULL, NULL },
		{ "", MODULE_LOADABLE, "/dev/vfio/vfio: not there", "modprobe vfio_iommu_type1" },
		{ IOMMUFD CDEV, MODULE_UNKNOWN, "/dev/vfio/vfio: not there",
		  "modprobe vfio_iommu_type1" },
		{ "", MODULE_MISSING, "CONFIG_VFIO_IOMMU_TYPE1", "use another kernel" },
		{ "", MODULE_BUILT_IN, "though vfio_iommu_type1 is loaded", "containers" },
	};
	const struct device device = bound();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		files = cases[i].files;
		assert_lacks(&type1_ops, &device, cases[i].module, cases[i].wanted, cases[i].next);
	}
}

static void test_iommufd_lacks(void **state)
{
	static const struct {
		const char *files;
		enum module_state module;
		const char *wanted, *next;
	} cases[] = {
		{ IOMMUFD CDEV, MODULE_LOADED, NULL, NULL },
		{ CONTAINER, MODULE_MISSING, "as those of Debian", "--backend=type1" },
		{ CONTAINER, MODULE_LOADABLE, "iommufd is not loaded", "modprobe iommufd" },
		{ CDEV, MODULE_LOADED, "though iommufd is loaded", "--backend=type1" },
		{ IOMMUFD, MODULE_LOADED, "0000:03:00.0: has no node in /dev/vfio/devices",
		  "--backend=type1" },
	};
	struct device device = bound();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		files = cases[i].files;
		assert_lacks(&iommufd_ops, &device, cases[i].module, cases[i].wanted,
			     cases[i].next);
	}
	files = IOMMUFD;
	/* Before Linux 6.1: no vfio-dev/. */
	device.has_vfio_dev = false;
	device.cdevs.nr = 0;
	assert_lacks(&iommufd_ops, &device, MODULE_LOADED, "older than 6.6", "--backend=type1");
	/* Nothing is known of the machine while the host has the device. */
	device.driver = (char *)"nvme";
	assert_lacks(&iommufd_ops, &device, MODULE_LOADED, NULL, NULL);
	device.driver = NULL;
	assert_lacks(&iommufd_ops, &device, MODULE_LOADED, NULL, NULL);
}

/* A folder that may not be searched hides its nodes: that is no lack of the kernel. */
static void test_hidden(void **state)
{
	const struct device device = bound();

	(void)state;
	files = IOMMUFD;
	access_code = EACCES;
	assert_lacks(&iommufd_ops, &device, MODULE_LOADED, NULL, NULL);
	assert_ptr_equal(choose_backend(&device), &iommufd_ops);
	access_code = 0;
}

/* --- a space ------------------------------------------------------------------------------ */

static struct iospace made;
static struct vfio_device attached;
static int open_code, attach_code;
static char calls[16]; /* o, a, c */

static void called(char what)
{
	size_t nr = strlen(calls);

	assert_true(nr + 1 < sizeof(calls));
	calls[nr] = what;
	calls[nr + 1] = '\0';
}

int __wrap_iospace_open(const struct iospace_ops *ops, struct iospace **space,
			struct setup_failure *failure)
{
	called('o');
	assert_ptr_equal(ops, &type1_ops);
	if (open_code < 0) {
		*failure = (struct setup_failure){ SETUP_OPEN_CONTAINER, open_code,
						   "/dev/vfio/vfio", false };
		return open_code;
	}
	*space = &made;
	return 0;
}

int __wrap_iospace_attach(struct iospace *space, const struct device *device,
			  struct vfio_device **opened, struct setup_failure *failure)
{
	called('a');
	assert_ptr_equal(space, &made);
	assert_string_equal(device->name, "0000:03:00.0");
	if (attach_code < 0) {
		*failure = (struct setup_failure){ SETUP_DEVICE_INFO, attach_code, "", false };
		return attach_code;
	}
	*opened = &attached;
	return 0;
}

void __wrap_iospace_close(struct iospace *space)
{
	called('c');
	assert_ptr_equal(space, &made);
}

static void test_setup(void **state)
{
	static const struct {
		int open_code, attach_code;
		const char *calls, *text;
	} cases[] = {
		{ 0, 0, "oa", "" },
		{ -EACCES, 0, "o", "/dev/vfio/vfio: not permitted" },
		{ 0, -EIO, "oac", "0000:03:00.0: its config space" },
	};
	const struct device device = bound();
	const struct machine machine = { .remapping = TRI_UNKNOWN };
	const struct system system = { .entry_limit = -1 };
	const struct setup_facts facts = { &machine, &system };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int code = cases[i].open_code + cases[i].attach_code;
		struct vfio_device *opened = (struct vfio_device *)-1;
		struct iospace *space = (struct iospace *)-1;
		struct error err = { 0 };

		open_code = cases[i].open_code;
		attach_code = cases[i].attach_code;
		calls[0] = '\0';
		assert_int_equal(setup_space(&type1_ops, &device, &facts, &space, &opened, &err),
				 code);
		assert_string_equal(calls, cases[i].calls);
		assert_int_equal(err.code, code);
		assert_memory_equal(err.text, cases[i].text, strlen(cases[i].text));
		assert_ptr_equal(space, code < 0 ? NULL : &made);
		assert_ptr_equal(opened, code < 0 ? NULL : &attached);
	}
}

/* Removed after it was chosen: neither the kernel nor its configuration is to blame. */
static void test_removed(void **state)
{
	struct device device = bound();
	const struct machine machine = { .remapping = TRI_UNKNOWN };
	const struct system system = { .entry_limit = -1 };
	const struct setup_facts facts = { &machine, &system };
	struct vfio_device *opened;
	struct iospace *space;
	struct error err = { 0 };

	(void)state;
	device.is_pci = true;
	open_code = 0;
	attach_code = -ENODEV;
	calls[0] = '\0';
	files = CONTAINER;
	assert_int_equal(setup_space(&type1_ops, &device, &facts, &space, &opened, &err), -ENODEV);
	assert_non_null(strstr(err.text, "removed just now"));
	err = (struct error){ 0 };
	calls[0] = '\0';
	files = CONTAINER " /sys/bus/pci/devices/0000:03:00.0";
	assert_int_equal(setup_space(&type1_ops, &device, &facts, &space, &opened, &err), -ENODEV);
	assert_null(strstr(err.text, "removed just now"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backends),    cmocka_unit_test(test_choose),
		cmocka_unit_test(test_type1_lacks), cmocka_unit_test(test_iommufd_lacks),
		cmocka_unit_test(test_setup),	    cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
