/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the journal is in build/iommutool-freebsd-model: beside the profile. */
#include <stdlib.h>

#include "bind/journal.h"
#include "parts.h"

const char *journal_path(const struct source *source)
{
	const struct model *model = source->os->data;

	return model->journal ? model->journal : "";
}
