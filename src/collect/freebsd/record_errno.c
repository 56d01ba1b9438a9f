/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The errors that calls of struct os end with. */
#include "collect/freebsd/record_errno.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define NAMED(number)                                                                              \
	{                                                                                          \
		number, #number                                                                    \
	}

static const struct {
	int number;
	const char *name;
} errors[] = {
	NAMED(EIO),    NAMED(EPERM),  NAMED(ENOENT), NAMED(EINTR),	NAMED(ENXIO),
	NAMED(EAGAIN), NAMED(ENOMEM), NAMED(EACCES), NAMED(EFAULT),	NAMED(EBUSY),
	NAMED(ENODEV), NAMED(EINVAL), NAMED(ENFILE), NAMED(EMFILE),	NAMED(ENOTTY),
	NAMED(EROFS),  NAMED(ERANGE), NAMED(ENOSYS), NAMED(EOPNOTSUPP), NAMED(ENAMETOOLONG),
};

const char *freebsd_errno_name(int code)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].number == -code)
			return errors[i].name;
	return errors[0].name;
}

int freebsd_errno_number(const char *name)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, name) == 0)
			return -errors[i].number;
	return 0;
}
