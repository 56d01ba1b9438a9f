/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A model of FreeBSD from the text of a profile. */
#ifndef IOMMUTOOL_TEST_PROFILE_H
#define IOMMUTOOL_TEST_PROFILE_H

#include "freebsd/model/model.h"
#include "tree.h"

static inline struct model *model_of(const char *profile)
{
	struct model *model = model_new();
	char path[PATH_MAX];
	struct tree tree;

	tree_make(&tree);
	tree_text(&tree, "profile", profile);
	tree_path(&tree, path, "profile");
	model_profile(model, path);
	tree_remove(&tree);
	return model;
}

#endif
