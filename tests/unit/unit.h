/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test includes: CMocka with the headers that it wants, and a few shorthands. */
#ifndef IOMMUTOOL_TEST_UNIT_H
#define IOMMUTOOL_TEST_UNIT_H

/* First: CMocka has a macro fail(), so the function is called as (fail)(...). */
#include "util/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LAST UINT64_MAX

/* The row of a table of cases is named when it fails: CMocka only knows the line of the code. */
#define assert_case(condition, name)                                                               \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("case \"%s\": not so: %s", (name), #condition);                   \
	} while (0)

#define assert_case_equal(got, wanted, name)                                                       \
	do {                                                                                       \
		unsigned long long got_ = (unsigned long long)(got);                               \
		unsigned long long wanted_ = (unsigned long long)(wanted);                         \
		if (got_ != wanted_)                                                               \
			fail_msg("case \"%s\": %s is 0x%llx, not 0x%llx", (name), #got, got_,      \
				 wanted_);                                                         \
	} while (0)

#endif
