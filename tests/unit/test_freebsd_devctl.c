/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving devices to drivers through /dev/devctl2, call by call, against a model of it. What the
 * kernel says is no proof: it is looked at before and after.
 */
#include "devctl_scene.h"

#include <errno.h>

#include "bind/freebsd/devctl.h"

/* What each of them begins and ends with, and what is sent in between. */
#define LOOK "open /dev/pci rw\nGETCONF 5 from 0\nclose /dev/pci\n"
#define SEND(lines) "open /dev/devctl2 ro\n" lines "close /dev/devctl2\n"

static struct error err;

static int set(int which, const char *driver)
{
	struct bdf bdf = bdf_of(which);

	err = (struct error){ 0 };
	model_forget_calls(model);
	return freebsd_set_driver(os, &bdf, driver, &err);
}

static int clear(int which)
{
	struct bdf bdf = bdf_of(which);

	err = (struct error){ 0 };
	model_forget_calls(model);
	return freebsd_clear_driver(os, &bdf, &err);
}

static int attach(int which, const char *driver)
{
	struct bdf bdf = bdf_of(which);

	err = (struct error){ 0 };
	model_forget_calls(model);
	return freebsd_attach(os, &bdf, driver, &err);
}

static int detach(int which)
{
	struct bdf bdf = bdf_of(which);

	err = (struct error){ 0 };
	model_forget_calls(model);
	return freebsd_detach(os, &bdf, &err);
}

#define assert_says(words) assert_non_null(strstr(err.text, words))
#define assert_calls(lines) assert_string_equal(model->log, lines)
#define assert_state(which, text) assert_string_equal(state_of(which), text)

/* --- as it should go ---------------------------------------------------------------------- */

static void test_bind(void **state)
{
	(void)state;
	assert_int_equal(set(IGB, "ppt"), 0);
	assert_calls(LOOK SEND("SET_DRIVER pci0:1:0:0 flags=1 ppt\nigb detach\nppt attach\n") LOOK);
	assert_state(IGB, "ppt0 forced");
	/* Once more: nothing is sent. */
	assert_int_equal(set(IGB, "ppt"), 0);
	assert_calls(LOOK);
	assert_state(IGB, "ppt0 forced");

	assert_int_equal(set(BARE, "ppt"), 0);
	assert_calls(LOOK SEND("SET_DRIVER pci0:10:31:7 flags=1 ppt\nppt attach\n") LOOK);
	assert_state(BARE, "ppt1 forced");
}

static void test_restore(void **state)
{
	(void)state;
	give_to_ppt(IGB, true);
	assert_int_equal(clear(IGB), 0);
	assert_calls(LOOK SEND("CLEAR_DRIVER pci0:1:0:0 flags=1\nppt detach\nigb attach\n") LOOK);
	assert_state(IGB, "igb0");
	/* Once more: the kernel does nothing. */
	assert_int_equal(clear(IGB), 0);
	assert_calls(LOOK SEND("CLEAR_DRIVER pci0:1:0:0 flags=1\n") LOOK);
	assert_state(IGB, "igb0");

	/* That nobody else wants it is no error. */
	give_to_ppt(BARE, true);
	assert_int_equal(clear(BARE), 0);
	assert_calls(LOOK SEND("CLEAR_DRIVER pci0:10:31:7 flags=1\nppt detach\n") LOOK);
	assert_state(BARE, "-");
	assert_int_equal(clear(BARE), 0);
	assert_state(BARE, "-");
}

/* SET_DRIVER would say that it is done, and do nothing. */
static void test_class_without_driver(void **state)
{
	(void)state;
	force_detached(IGB, "ppt");
	assert_int_equal(set(IGB, "ppt"), 0);
	assert_calls(LOOK SEND("ATTACH pci0:1:0:0 flags=0\nppt attach\n") LOOK);
	assert_state(IGB, "ppt0 forced");

	force_detached(BARE, "ppt");
	assert_int_equal(attach(BARE, "ppt"), 0);
	assert_calls(LOOK SEND("ATTACH pci0:10:31:7 flags=0\nppt attach\n") LOOK);
	assert_int_equal(attach(BARE, "ppt"), 0);
	assert_calls(LOOK);
}

static void test_attach_and_detach(void **state)
{
	(void)state;
	assert_int_equal(detach(IGB), 0);
	assert_calls(LOOK SEND("DETACH pci0:1:0:0 flags=0\nigb detach\n") LOOK);
	assert_state(IGB, "-");
	assert_int_equal(detach(IGB), 0);
	assert_calls(LOOK);
	assert_int_equal(attach(IGB, NULL), 0);
	assert_calls(LOOK SEND("ATTACH pci0:1:0:0 flags=0\nigb attach\n") LOOK);
	assert_state(IGB, "igb0");
	assert_int_equal(attach(IGB, NULL), 0);
	assert_calls(LOOK);
	assert_int_equal(attach(BARE, NULL), 0);
	assert_calls(LOOK SEND("ATTACH pci0:10:31:7 flags=0\n") LOOK);
	assert_state(BARE, "-");

	give_to_ppt(IGB, true);
	assert_int_equal(detach(IGB), 0);
	assert_state(IGB, "ppt0 forced detached");
}

/* 15 without the number that 14 has, and other drivers in other domains. */
static void test_other_machines(void **state)
{
	(void)state;
	model->release = 15;
	model->lacks_compat = true;
	assert_int_equal(set(IGB, "ppt"), 0);
	assert_state(IGB, "ppt0 forced");
	model->functions[BARE].native[0] = 'x';
	assert_int_equal(set(FAR, "x"), -ENXIO);
	assert_state(FAR, "nvme0");
	assert_int_equal(clear(FAR), 0);
	assert_state(FAR, "nvme0");
}

/* --- what is refused before anything is sent ---------------------------------------------- */

static void test_refused(void **state)
{
	(void)state;
	/* Not even looked at. */
	assert_int_equal(set(FAR, "ppt"), -EINVAL);
	assert_calls("");
	assert_says("set driver ppt: it is in PCI domain 1, and bhyve only knows domain 0");
	assert_int_equal(attach(FAR, "ppt"), -EINVAL);
	assert_calls("");
	assert_state(FAR, "nvme0");

	for (int i = 0; i < 4; i++) {
		int r = i == 0	 ? set(BRIDGE, "ppt")
			: i == 1 ? clear(BRIDGE)
			: i == 2 ? attach(BRIDGE, NULL)
				 : detach(BRIDGE);

		assert_int_equal(r, -EINVAL);
		assert_calls(LOOK);
		assert_says("it is a bridge");
		assert_state(BRIDGE, "pcib1");
	}
}

static void test_not_there(void **state)
{
	const struct bdf gone = { .bus = 1, .function = 1 };
	struct freebsd_place place;

	(void)state;
	err = (struct error){ 0 };
	assert_int_equal(freebsd_set_driver(os, &gone, "ppt", &err), -ENODEV);
	assert_calls(LOOK);
	assert_says("0000:01:00.1: there is no such device any more");
	assert_int_equal(freebsd_look(os, &gone, &place, NULL), -ENODEV);
}

/* Nobody can tell what came of it, so nothing is begun. */
static void test_cannot_look(void **state)
{
	(void)state;
	model->is_root = false;
	assert_int_equal(set(IGB, "ppt"), -EACCES);
	assert_calls("open /dev/pci rw\n");
	assert_says("root");
	model->is_root = true;
	model->securelevel = 1;
	assert_int_equal(clear(IGB), -EPERM);
	assert_calls("open /dev/pci rw\n");
	assert_says("kern.securelevel");
	model->securelevel = 0;

	/* Once for each function. The sysctl of a device without a driver is not there. */
	force_detached(IGB, "ppt");
	model_fails(model, "ATTACHED", 0, -EPERM);
	assert_int_equal(set(IGB, "ppt"), -EPERM);
	assert_null(strstr(model->log, "devctl2"));
	assert_int_equal(model->mishaps[0].seen, NR_FUNCTIONS);
	model_works(model);

	model_fails(model, "GETCONF", 1, -EIO);
	assert_int_equal(set(IGB, "ppt"), -EIO);
	assert_calls(LOOK);
	assert_state(IGB, "ppt0 forced detached");
}

static void test_no_devctl(void **state)
{
	(void)state;
	model_fails(model, "open /dev/devctl2", 1, -EACCES);
	assert_int_equal(set(IGB, "ppt"), -EACCES);
	assert_says("root");
	model->devctl = NULL;
	assert_int_equal(set(IGB, "ppt"), -ENOENT);
	assert_calls(LOOK "open /dev/devctl2 ro\n");
	assert_says("set driver ppt: /dev/devctl2: No such file or directory; jails have none");
	assert_state(IGB, "igb0");
}

/* --- what the kernel refuses -------------------------------------------------------------- */

static void test_not_privileged(void **state)
{
	(void)state;
	force_detached(BARE, "ppt");
	model_fails(model, "SET_DRIVER", 0, -EPERM);
	model_fails(model, "CLEAR_DRIVER", 0, -EPERM);
	model_fails(model, "ATTACH pci", 0, -EPERM);
	model_fails(model, "DETACH", 0, -EPERM);
	assert_int_equal(set(IGB, "ppt"), -EPERM);
	assert_calls(LOOK SEND("SET_DRIVER pci0:1:0:0 flags=1 ppt\n") LOOK);
	assert_says("root");
	assert_int_equal(clear(IGB), -EPERM);
	assert_says("root");
	assert_int_equal(detach(IGB), -EPERM);
	assert_says("root");
	assert_int_equal(attach(BARE, "ppt"), -EPERM);
	assert_says("root");
	assert_state(IGB, "igb0");
	assert_state(BARE, "ppt0 forced detached");
}

static void test_no_module(void **state)
{
	(void)state;
	model_set(model, "vmm", "module", "loadable");
	assert_int_equal(set(IGB, "ppt"), -ENOENT);
	assert_calls(LOOK SEND("SET_DRIVER pci0:1:0:0 flags=1 ppt\n") LOOK);
	assert_says("vmm.ko, which has it, is not loaded; \"kldload vmm\"");
	assert_int_equal(set(IGB, "em"), -ENOENT);
	assert_says("set driver em: no such driver");
	assert_state(IGB, "igb0");
}

/* A driver that does not let go. */
static void test_busy(void **state)
{
	(void)state;
	model->functions[IGB].is_busy = true;
	assert_int_equal(set(IGB, "ppt"), -EBUSY);
	assert_calls(LOOK SEND("SET_DRIVER pci0:1:0:0 flags=1 ppt\nigb detach\n") LOOK);
	assert_says("set driver ppt: igb does not let go of it");
	assert_int_equal(detach(IGB), -EBUSY);
	assert_says("detach: igb does not let go of it");
	assert_state(IGB, "igb0");

	give_to_ppt(IGB, true);
	assert_int_equal(clear(IGB), -EBUSY);
	assert_calls(LOOK SEND("CLEAR_DRIVER pci0:1:0:0 flags=1\nppt detach\n") LOOK);
	assert_says("clear driver: it is in use by a VM; end that VM");
	assert_int_equal(detach(IGB), -EBUSY);
	assert_says("in use by a VM");
	assert_int_equal(set(IGB, "igb"), -EBUSY);
	assert_says("in use by a VM");
	assert_state(IGB, "ppt0 forced");
	/* A driver came meanwhile that is not the one to be attached. */
	assert_int_equal(attach(IGB, "igb"), -EBUSY);
	assert_calls(LOOK);
	assert_says("ppt has it by now");
}

/* Another reason than a VM: the device could not go back to the host's domain. */
static void test_detach_fails(void **state)
{
	(void)state;
	model->devctl = model_devctl_ioctl_2025;
	give_to_ppt(IGB, true);
	model_fails(model, "ppt detach", 0, -ENXIO);
	assert_int_equal(clear(IGB), -ENXIO);
	assert_says("ppt does not let go of it");
	assert_null(strstr(err.text, "VM"));
	assert_state(IGB, "ppt0 forced");
}

/* --- rolling back ------------------------------------------------------------------------- */

#define SET_FAILS SEND("SET_DRIVER pci0:1:0:0 flags=1 ppt\nigb detach\nppt attach\n")

static void test_roll_back(void **state)
{
	(void)state;
	model->devctl = model_devctl_ioctl_2025;
	model_fails(model, "ppt attach", 1, -ENOMEM);
	assert_int_equal(set(IGB, "ppt"), -ENOMEM);
	assert_calls(LOOK SET_FAILS LOOK SEND("CLEAR_DRIVER pci0:1:0:0 flags=1\nigb attach\n")
			     LOOK);
	assert_says("ppt did not take it: Cannot allocate memory; it has its driver again");
	assert_state(IGB, "igb0");

	/* Errors of ppt that look like errors of the request. */
	for (size_t i = 0; i < 3; i++) {
		static const int codes[] = { -ENOENT, -EBUSY, -EPERM };

		model_works(model);
		model_fails(model, "ppt attach", 0, codes[i]);
		assert_int_equal(set(IGB, "ppt"), codes[i]);
		assert_says("ppt did not take it");
		assert_state(IGB, "igb0");
		assert_int_equal(set(BARE, "ppt"), codes[i]);
		assert_says("it has no driver, as before");
		assert_state(BARE, "-");
	}
}

/* What a VM was to have must not go to a driver of the host meanwhile. */
static void test_roll_back_to_ppt(void **state)
{
	(void)state;
	strcpy(model->functions[BARE].native, "vgapci");
	for (int is_forced = 0; is_forced < 2; is_forced++) {
		give_to_ppt(BARE, is_forced);
		assert_int_equal(set(BARE, "igb"), -ENXIO);
		assert_calls(LOOK SEND("SET_DRIVER pci0:10:31:7 flags=1 igb\nppt detach\n")
				     LOOK SEND("SET_DRIVER pci0:10:31:7 flags=1 ppt\nppt attach\n")
					     LOOK);
		assert_says(
			"igb did not take it: No such device or address; it has its driver again");
		assert_state(BARE, "ppt0 forced");
	}
}

/* The kernel chooses another one than it had. */
static void test_roll_back_elsewhere(void **state)
{
	(void)state;
	strcpy(model->functions[IGB].native, "em");
	assert_int_equal(set(IGB, "nvme"), -ENXIO);
	assert_says("nvme did not take it: No such device or address; em has it now");
	assert_state(IGB, "em0");
	strcpy(model->functions[BARE].native, "vgapci");
	assert_int_equal(set(BARE, "nvme"), -ENXIO);
	assert_says("vgapci has it now");
	assert_state(BARE, "vgapci0");
	force_detached(BARE, "vgapci"); /* its class was that, but it had none */
	assert_int_equal(set(BARE, "nvme"), -ENXIO);
	assert_says("vgapci has it now");
}

static void test_roll_back_fails(void **state)
{
	(void)state;
	model->devctl = model_devctl_ioctl_2025;
	model_fails(model, "ppt attach", 0, -EIO);
	model_fails(model, "igb attach", 1, -ENOMEM);
	assert_int_equal(set(IGB, "ppt"), -EIO);
	assert_says("its driver did not take it back");
	assert_state(IGB, "-");
	assert_int_equal(attach(IGB, NULL), 0);

	model_fails(model, "CLEAR_DRIVER", 1, -EINTR);
	assert_int_equal(set(IGB, "ppt"), -EIO);
	assert_says("it is still forced to it");
	assert_state(IGB, "ppt0 forced detached");
	assert_int_equal(clear(IGB), 0);

	/* The look after the request to clear. */
	model_works(model);
	model_fails(model, "ppt attach", 0, -EIO);
	model_fails(model, "GETCONF", 3, -EIO);
	assert_int_equal(set(IGB, "ppt"), -EIO);
	assert_says("what it has now is unknown");
	assert_state(IGB, "igb0");
}

/* Nothing can be said, nor undone: whoever called looks again. */
static void test_blind_after(void **state)
{
	(void)state;
	model_fails(model, "GETCONF", 2, -EIO);
	assert_int_equal(set(IGB, "ppt"), -EIO);
	assert_says("set driver ppt: what came of it is unknown: /dev/pci");
	assert_state(IGB, "ppt0 forced");
}

/* --- lies --------------------------------------------------------------------------------- */

/* A disabled device: SET_DRIVER says 0. */
static void test_disabled(void **state)
{
	struct model_function *bare = &model->functions[BARE];

	(void)state;
	bare->is_disabled = true;
	assert_int_equal(set(BARE, "ppt"), -EIO);
	assert_says("\"devctl enable pci0:10:31:7\"");
	assert_state(BARE, "- disabled");
	assert_int_equal(attach(BARE, NULL), 0);
	force_detached(BARE, "ppt");
	assert_int_equal(attach(BARE, "ppt"), -ENXIO);
	assert_says("\"devctl enable pci0:10:31:7\"");
	bare->is_class_fixed = false; /* as DISABLE leaves it */
	assert_int_equal(clear(BARE), -EIO);
	assert_says("\"devctl enable pci0:10:31:7\"");
	assert_state(BARE, "ppt0 detached disabled");
}

static int does_nothing(struct model *of, unsigned long request, void *argument)
{
	(void)of;
	(void)request;
	(void)argument;
	return 0;
}

static int takes_it_out(struct model *of, unsigned long request, void *argument)
{
	(void)request;
	(void)argument;
	of->functions[IGB].bdf.bus = 99;
	return 0;
}

static void test_lies(void **state)
{
	(void)state;
	model->devctl = does_nothing;
	assert_int_equal(set(IGB, "ppt"), -EIO);
	assert_int_equal(detach(IGB), -EIO);
	assert_says("igb still has it");
	assert_state(IGB, "igb0");
	force_detached(IGB, "ppt");
	assert_int_equal(set(IGB, "ppt"), -EIO);
	assert_int_equal(clear(IGB), -EIO);
	model->devctl = takes_it_out;
	assert_int_equal(set(IGB, "ppt"), -ENODEV);
	assert_says("what came of it is unknown: 0000:01:00.0: there is no such device any more");
}

/* --- pptdevs ------------------------------------------------------------------------------ */

static void test_reserved(void **state)
{
	(void)state;
	give_to_ppt(IGB, false);
	model_set(model, "pptdevs2", "kenv", "5/0/0 1/0/0");
	assert_int_equal(clear(IGB), -EEXIST);
	assert_calls(LOOK SEND("CLEAR_DRIVER pci0:1:0:0 flags=1\n") LOOK
		     "kenv pptdevs\nkenv pptdevs2\nkenv pptdevs3\n");
	assert_says("clear driver: it is reserved by pptdevs; take 1/0/0 out of it in "
		    "/boot/loader.conf and reboot");
	assert_says("\"devctl set driver -f pci0:1:0:0 DRIVER\"");
	assert_state(IGB, "ppt0");
	/* Forced besides: ppt comes back at once. */
	model->functions[IGB].is_class_fixed = true;
	assert_int_equal(clear(IGB), -EEXIST);
	assert_state(IGB, "ppt0");
	/* That way out. */
	assert_int_equal(set(IGB, "igb"), 0);
	assert_state(IGB, "igb0 forced");

	give_to_ppt(BARE, false);
	assert_int_equal(clear(BARE), -EIO);
	assert_says("ppt keeps it, and pptdevs does not name it");
	model_fails(model, "kenv", 0, -EPERM);
	assert_int_equal(clear(BARE), -EIO);
	assert_says("ppt keeps it, and pptdevs cannot be read");
}

static void test_pptdevs(void **state)
{
	static const struct {
		const char *value;
		enum tristate answer; /* for 10/31/7 */
	} cases[] = {
		{ "10/31/7", TRI_YES },
		{ "1/0/0 10/31/7", TRI_YES },
		{ "10/31/7 1/0/0", TRI_YES },
		{ "010/31/7", TRI_YES }, /* %d */
		{ "", TRI_NO },
		{ " ", TRI_NO },
		{ "10/31/6", TRI_NO },
		{ "10/30/7", TRI_NO },
		{ "11/31/7", TRI_NO },
		{ "110/31/7", TRI_NO },
		{ "0a/1f/7", TRI_NO },
		{ "0:10/31/7", TRI_NO },
		{ "10:31:7", TRI_NO },
		{ "1/0/0,10/31/7", TRI_NO }, /* one entry, which is 1/0/0 */
		{ "10/31/7,1/0/0", TRI_YES },
		{ "10/31/ 7", TRI_NO },
		{ "10/31", TRI_NO },
		{ "99999999999999999999/31/7", TRI_NO },
	};
	const struct abi_pcisel sel = { .bus = 10, .device = 31, .function = 7 };

	(void)state;
	assert_int_equal(freebsd_is_reserved(os, &sel), TRI_NO);
	for (size_t i = 0; i < COUNT(cases); i++) {
		model_set(model, "pptdevs3", "kenv", cases[i].value);
		assert_case_equal(freebsd_is_reserved(os, &sel), cases[i].answer, cases[i].value);
	}
	model_set(model, "pptdevs3", "kenv", "1/0/0");
	model_fails(model, "kenv pptdevs2", 0, -EPERM);
	assert_int_equal(freebsd_is_reserved(os, &sel), TRI_UNKNOWN);
	model_set(model, "pptdevs3", "kenv", "10/31/7");
	assert_int_equal(freebsd_is_reserved(os, &sel), TRI_YES);
}

/* --- names -------------------------------------------------------------------------------- */

static void test_names(void **state)
{
	static const struct {
		struct abi_pcisel sel;
		const char *name;
	} cases[] = {
		{ { 0, 1, 0, 0 }, "pci0:1:0:0" },
		{ { 0, 10, 31, 7 }, "pci0:10:31:7" },
		{ { 0, 255, 0, 0 }, "pci0:255:0:0" },
		{ { 1, 3, 0, 0 }, "pci1:3:0:0" },
		{ { 0, 4, 0, 255 }, "pci0:4:0:255" }, /* ARI */
		{ { UINT32_MAX, 255, 0, 255 }, "pci4294967295:255:0:255" },
	};
	struct bdf bdf = bdf_of(BARE);
	char text[DEVICE_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		freebsd_device_name(&cases[i].sel, text);
		assert_string_equal(text, cases[i].name);
	}
	model->is_root = false;
	freebsd_name_device(os, &bdf, text);
	assert_string_equal(text, "pci0:10:31:7");
	model_fails(model, "open /dev/pci", 0, -ENOENT);
	freebsd_name_device(os, &bdf, text);
	assert_string_equal(text, "pci0:10:31:7");
}

#define in_scene(test) cmocka_unit_test_setup_teardown(test, begin_scene, end_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_scene(test_bind),
		in_scene(test_restore),
		in_scene(test_class_without_driver),
		in_scene(test_attach_and_detach),
		in_scene(test_other_machines),
		in_scene(test_refused),
		in_scene(test_not_there),
		in_scene(test_cannot_look),
		in_scene(test_no_devctl),
		in_scene(test_not_privileged),
		in_scene(test_no_module),
		in_scene(test_busy),
		in_scene(test_detach_fails),
		in_scene(test_roll_back),
		in_scene(test_roll_back_to_ppt),
		in_scene(test_roll_back_elsewhere),
		in_scene(test_roll_back_fails),
		in_scene(test_blind_after),
		in_scene(test_disabled),
		in_scene(test_lies),
		in_scene(test_reserved),
		in_scene(test_pptdevs),
		in_scene(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
