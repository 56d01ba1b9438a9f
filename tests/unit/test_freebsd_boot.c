/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells one boot of FreeBSD from another, and where the kernel does not. */
#include "unit.h"

#include <errno.h>

#include "bind/freebsd/boot.h"
#include "freebsd/model/model.h"

/* As bytes "0123456789abcde" and its NUL, which are 16. */
#define SIXTEEN "0123456789abcde"
#define SIXTEEN_HEX "30313233343536373839616263646500"
/* "01234567" in the order of amd64 and arm64, as seconds. */
#define SECONDS "3978425819141910832"

static struct model *model;

static int begin(void **state)
{
	(void)state;
	model = model_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	model_free(model);
	return 0;
}

static void id_is(const char *wanted)
{
	char id[BOOT_ID_SIZE] = "";
	struct error err = { 0 };

	assert_int_equal(freebsd_boot_id(&model->os, id, &err), 0);
	assert_string_equal(id, wanted);
	assert_string_equal(err.text, "");
}

static void no_id(int code, const char *text)
{
	char id[BOOT_ID_SIZE] = "";
	struct error err = { 0 };

	assert_int_equal(freebsd_boot_id(&model->os, id, &err), code);
	assert_string_equal(err.text, text);
}

static void test_id(void **state)
{
	(void)state;
	model_set(model, "kern.boot_id", "string", SIXTEEN);
	id_is(SIXTEEN_HEX);
	assert_string_equal(model->log, "sysctl kern.boot_id\n");
	model_set(model, "kern.boottime", "string", SIXTEEN); /* it is not looked at */
	id_is(SIXTEEN_HEX);
	model_set(model, "kern.boot_id", "string",
		  "\xff\x80\x7f\x01\xff\xff\xff\xff\xff\xff\xff"
		  "\xff\xff\xff\xff");
	id_is("ff807f01ffffffffffffffffffffff00");
}

/* Until 13 there was none. */
static void test_time(void **state)
{
	(void)state;
	model_set(model, "kern.boottime", "string", SIXTEEN);
	id_is(SECONDS);
	model_set(model, "kern.boot_id", "string", "0123456789abcdef"); /* 17 bytes */
	id_is(SECONDS);
	model_set(model, "kern.boot_id", "string", "0123456789abcd"); /* 15 */
	id_is(SECONDS);
	model_set(model, "kern.boot_id", "ulong", "5");
	id_is(SECONDS);
	model_set(model, "kern.boot_id", "string", SIXTEEN);
	model_fails(model, "sysctl kern.boot_id", 0, -ENXIO);
	id_is(SECONDS);
}

/* A time before 1970 makes a longer text, which has room. */
static void test_negative_time(void **state)
{
	(void)state;
	model_set(model, "kern.boottime", "string",
		  "\x01\x01\x01\x01\x01\x01\x01\x80"
		  "1234567");
	id_is("-9223089458054627071");
}

static void test_neither(void **state)
{
	(void)state;
	no_id(-ENOENT, "kern.boottime: No such file or directory; without it nobody knows which "
		       "boot this is");
	model_set(model, "kern.boottime", "ulong", "5");
	no_id(-EINVAL, "kern.boottime: Invalid argument; without it nobody knows which boot this "
		       "is");
	model_set(model, "kern.boottime", "string", "0123456789abcdef");
	no_id(-ENOMEM, "kern.boottime: Cannot allocate memory; without it nobody knows which boot "
		       "this is");
	model_set(model, "kern.boottime", "string", SIXTEEN);
	model_fails(model, "sysctl kern.boott", 0, -EPERM);
	no_id(-EPERM, "kern.boottime: Operation not permitted; without it nobody knows which boot "
		      "this is");
}

#define on_model(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_model(test_id),
		on_model(test_time),
		on_model(test_negative_time),
		on_model(test_neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
