/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What requests to the model have changed, kept in a file for the next run. */
#include <string.h>

#include "parts.h"

#define CLASS_NONE "-"

void model_write_state(const struct model *model, const char *path)
{
	FILE *file = fopen(path, "w");

	model_expect(file, "%s cannot be written", path);
	for (size_t i = 0; i < model->nr_functions; i++) {
		const struct model_function *function = &model->functions[i];

		fprintf(file, "%zu %s %u %d %d %d\n", i,
			*function->class_name ? function->class_name : CLASS_NONE, function->unit,
			function->is_attached, function->is_class_fixed, function->is_disabled);
	}
	for (size_t i = 0; i < model->nr_values; i++)
		if (model->values[i].kind == VALUE_MODULE)
			fprintf(file, "module %s %s\n", model->values[i].name,
				(const char *)model->values[i].bytes);
	model_expect(fclose(file) == 0, "%s cannot be written", path);
}

static bool take_function(struct model *model, const char *line)
{
	struct model_function *function;
	char class_name[ABI_NAME_SIZE];
	int attached, fixed, disabled;
	unsigned unit;
	size_t i;

	if (sscanf(line, "%zu %16s %u %d %d %d", &i, class_name, &unit, &attached, &fixed,
		   &disabled) != 6)
		return false;
	model_expect(i < model->nr_functions, "no function %zu", i);
	function = &model->functions[i];
	strcpy(function->class_name, strcmp(class_name, CLASS_NONE) == 0 ? "" : class_name);
	function->unit = unit;
	function->is_attached = attached;
	function->is_class_fixed = fixed;
	function->is_disabled = disabled;
	return true;
}

void model_read_state(struct model *model, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[256], name[64], state[16];

	model_expect(file, "%s cannot be read", path);
	while (fgets(line, sizeof(line), file)) {
		if (take_function(model, line))
			continue;
		model_expect(sscanf(line, "module %63s %15s", name, state) == 2, "%s: %s", path,
			     line);
		model_set(model, name, "module", state);
	}
	fclose(file);
}
