/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of what processes do with a device through its nodes. */
#include "bind/linux/guards/below.h"
#include "bind/linux/guards/list.h"

/* What is unknown where nothing was seen. */
static unsigned user_parts(const struct guard_question *question, enum node_kind kind)
{
	return next_node(question, kind, NULL) ? PART(USAGE_USERS) : 0;
}

struct guard_finding ask_users(const struct guard_question *question)
{
	unsigned parts = PART(USAGE_BELOW) | user_parts(question, NODE_USER);
	struct strings seen = { 0 };

	see_users(question, NODE_USER, &seen);
	if (seen.nr > 0)
		return guard_refuse_seen(question, "users", &seen, "end what uses it");
	return guard_pass_if_known(question, "users", parts, NULL);
}

/* Users are told that they will miss it; that is no reason to refuse. */
static struct guard_finding warn_users(const struct guard_question *question, enum node_kind kind)
{
	struct guard_finding finding;
	struct strings seen = { 0 };

	see_users(question, kind, &seen);
	if (seen.nr > 0)
		finding = guard_refuse_seen(question, NULL, &seen,
					    "end what uses it first, or it fails");
	else
		finding = guard_pass_if_known(question, NULL, user_parts(question, kind), NULL);
	if (finding.answer != GUARD_PASS)
		finding.answer = GUARD_WARN;
	return finding;
}

struct guard_finding ask_sound(const struct guard_question *question)
{
	return warn_users(question, NODE_SOUND);
}

struct guard_finding ask_input(const struct guard_question *question)
{
	return warn_users(question, NODE_INPUT);
}
