/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The course that every reading command takes. */
#include "cmd/reader.h"

#include <stdlib.h>

int run_reader(const struct reader *reader, struct arguments *arguments, struct context *context,
	       int argc, char **argv)
{
	const struct out_schema *schema = reader->schema;
	struct error err = { 0 };
	struct source source;
	struct out *out = NULL;
	int status = begin(arguments, context, reader->argp, argc, argv);

	if (status == STATUS_OK && reader->choose)
		schema = reader->choose(arguments);
	if (status == STATUS_OK)
		out = begin_output(arguments, schema, &status);
	if (out && source_open(&source, context->sysroot, &err) < 0) {
		status = complain_error(context, &err);
	} else if (out) {
		status = reader->work(arguments, &source, out);
		source_close(&source);
	}
	out_free(out);
	free(arguments->operands);
	return status;
}
