/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the types of default domains to sysfs, each in a child, and puts back what has to go. */
#include "bind/linux/domain.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/child.h"
#include "util/cleanup.h"

#define TYPE_SIZE 32 /* of what is read back; the kernel's words are shorter */

/* --- what can be known before ------------------------------------------------------------- */

void refuse_unwritable(const struct source *source, struct domain_plan *plan)
{
	for (size_t i = 0; i < plan->nr; i++) {
		struct domain_change *change = &plan->changes[i];
		_cleanup_free_ char *path =
			xasprintf("sys/kernel/iommu_groups/%" PRIu32, change->group->number);
		_cleanup_close_ int dir = -1;
		struct stat st;

		if (change->result != DOMAIN_PLANNED)
			continue;
		dir = source_open_dir(source, path);
		if (dir < 0 || fstatat(dir, "type", &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    (st.st_mode & 0222))
			continue;
		conclude_change(change, DOMAIN_REFUSED,
				"/%s/type is read-only: this kernel cannot change it; use Linux "
				"5.11 or later",
				path);
	}
}

bool may_change_domains(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	const unsigned wanted = 1u << CAP_SYS_ADMIN | 1u << CAP_SYS_RAWIO; /* both below 32 */

	if (syscall(SYS_capget, &header, data) < 0)
		return geteuid() == 0;
	return (data[0].effective & wanted) == wanted;
}

/* --- one write ---------------------------------------------------------------------------- */

struct job {
	const char *path;
	const char *word;
};

/* In the child. Reading takes the same lock of the group as writing, so it belongs here too. */
static int write_and_read(const void *argument, struct child_answer *answer)
{
	const struct job *job = argument;
	size_t length = strlen(job->word);
	int fd = open(job->path, O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, job->word, length);
	if (n != (ssize_t)length)
		return n < 0 ? -errno : -EIO;
	close(fd);
	fd = open(job->path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, answer->text, TYPE_SIZE - 1);
	answer->length = n > 0 ? (size_t)n : 0;
	return 0;
}

/**
 * set_type() - give a group a type
 * @now: what is read back; "" when it cannot be read
 * @child: left behind, with -ETIMEDOUT
 *
 * Return: 0 when it was written; negative errno.
 */
static int set_type(const struct source *source, struct domain_change *change, const char *word,
		    int timeout_ms, char now[TYPE_SIZE], pid_t *child)
{
	_cleanup_free_ char *path = xasprintf("%s/sys/kernel/iommu_groups/%" PRIu32 "/type",
					      source->live ? "" : source->path,
					      change->group->number);
	const struct job job = { path, word };
	struct child_answer answer = { 0 };
	int r = run_in_child(write_and_read, &job, timeout_ms, &answer, child);

	memcpy(now, answer.text, TYPE_SIZE - 1);
	now[TYPE_SIZE - 1] = '\0';
	now[strcspn(now, "\n")] = '\0';
	return r;
}

/* What the kernel means by an error (drivers/iommu/iommu.c), and what to do next. */
static const struct {
	int code;
	const char *text;
} meanings[] = {
	{ EACCES, "the kernel wants CAP_SYS_ADMIN and CAP_SYS_RAWIO; run as root, outside of "
		  "containers" },
	{ EPERM, "a driver of the host is bound, or user space owns the group; iommutool groups "
		 "and iommutool domains show which" },
	{ EBUSY, "a driver is bound, or user space owns the group; iommutool groups and iommutool "
		 "domains show which" },
	{ EROFS, "sysfs is mounted read-only here; run outside of containers" },
	{ ENOENT, "the group is gone, or the kernel has no types; iommutool groups shows what "
		  "there is" },
	{ ECHILD, "the process that wrote it was killed; iommutool domains shows what it is now" },
};

/* EINVAL: the word is one that the kernel knows, so it is the device or the number of them. */
static char *explain_error(const struct domain_change *change, int code)
{
	if (code == -EINVAL && change->group->nr_devices > 1)
		return xstrdup("the driver of the IOMMU forbids it for a device of the group, or "
			       "this kernel changes only groups of one device; see dmesg");
	if (code == -EINVAL)
		return xstrdup("the driver of the IOMMU forbids it for this device, or this "
			       "kernel does not know the type; see dmesg");
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].code == -code)
			return xstrdup(meanings[i].text);
	return xasprintf("%s; see dmesg", strerror(-code));
}

static void conclude_stuck(struct domain_change *change, int timeout_ms, pid_t child)
{
	conclude_change(change, DOMAIN_STUCK,
			"the kernel did not answer within %d s; process %d waits for it, see "
			"dmesg and /proc/%d/stack",
			timeout_ms / 1000, (int)child, (int)child);
}

/* --- going back --------------------------------------------------------------------------- */

/**
 * put_back() - write the type that a group had before
 *
 * Return: NULL when it has it again, else why not, to be freed; @child is 0 unless it is stuck.
 */
static char *put_back(const struct source *source, struct domain_change *change, int timeout_ms,
		      pid_t *child)
{
	char now[TYPE_SIZE];
	int r;

	add_domain_step(change, change->group->type);
	r = set_type(source, change, change->group->type, timeout_ms, now, child);
	if (*child)
		return xasprintf("the kernel did not answer; process %d waits for it", (int)*child);
	if (r < 0)
		return explain_error(change, r);
	if (strcmp(now, change->group->type) != 0)
		return xasprintf("the kernel made it %s", *now ? now : "something unreadable");
	return NULL;
}

/* The last that was changed goes first. Stops where the kernel does not answer. */
static void roll_back(const struct source *source, struct domain_plan *plan, uint32_t failed,
		      int timeout_ms)
{
	pid_t child = 0;

	for (size_t i = plan->nr; i-- > 0 && !child;) {
		struct domain_change *change = &plan->changes[i];
		_cleanup_free_ char *problem = NULL;

		if (change->result != DOMAIN_CHANGED)
			continue;
		problem = put_back(source, change, timeout_ms, &child);
		if (!problem)
			conclude_change(change, DOMAIN_ROLLED_BACK, "group %" PRIu32 " failed",
					failed);
		else
			conclude_change(change, child ? DOMAIN_STUCK : DOMAIN_FAILED,
					"group %" PRIu32 " failed, and this one could not go back "
					"from %s to %s: %s",
					failed, change->to, change->group->type, problem);
	}
}

/* --- the act ------------------------------------------------------------------------------ */

/* The kernel took the word, but the type is another. */
static void conclude_other(const struct source *source, struct domain_change *change,
			   const char *now, int timeout_ms)
{
	_cleanup_free_ char *problem = NULL;
	pid_t child = 0;

	if (strcmp(now, change->group->type) == 0) {
		conclude_change(change, DOMAIN_FAILED,
				"the kernel took %s and left it %s; see "
				"dmesg",
				change->to, now);
		return;
	}
	problem = put_back(source, change, timeout_ms, &child);
	conclude_change(change, child ? DOMAIN_STUCK : DOMAIN_FAILED,
			"the kernel took %s and made it %s, %s%s%s; see dmesg", change->to,
			*now ? now : "something unreadable",
			problem ? "and it could not go back: " : "so it is ",
			problem ? problem : change->group->type, problem ? "" : " again");
}

/* The write did not end in time and was killed: it may have been done nonetheless. */
static void conclude_killed(const struct source *source, struct domain_change *change,
			    int timeout_ms)
{
	pid_t child = 0;
	_cleanup_free_ char *problem = put_back(source, change, timeout_ms, &child);

	conclude_change(change, child ? DOMAIN_STUCK : DOMAIN_FAILED,
			"the write did not end within %d s and was stopped; %s%s",
			timeout_ms / 1000, problem ? "it could not go back: " : "it is as it was",
			problem ? problem : "");
}

static void change_one(const struct source *source, struct domain_change *change, int timeout_ms)
{
	bool decides = strcmp(change->to, "auto") == 0; /* the kernel does */
	char now[TYPE_SIZE];
	pid_t child;
	int r = set_type(source, change, change->to, timeout_ms, now, &child);

	if (child) {
		conclude_stuck(change, timeout_ms, child);
	} else if (r == -EINTR) {
		conclude_killed(source, change, timeout_ms);
	} else if (r < 0) {
		_cleanup_free_ char *reason = explain_error(change, r);

		conclude_change(change, DOMAIN_FAILED, "%s", reason);
	} else if (decides && *now) {
		bool same = strcmp(now, change->group->type) == 0;

		free(change->to);
		change->to = xstrdup(now);
		conclude_change(change, same ? DOMAIN_UNCHANGED : DOMAIN_CHANGED, NULL);
	} else if (strcmp(now, change->to) == 0) {
		conclude_change(change, DOMAIN_CHANGED, NULL);
	} else {
		conclude_other(source, change, now, timeout_ms);
	}
}

/* Return: whether to go on: false after a change that did not succeed. */
static bool change_those(const struct source *source, struct domain_plan *plan, bool live,
			 int timeout_ms)
{
	for (size_t i = 0; i < plan->nr; i++) {
		struct domain_change *change = &plan->changes[i];
		uint32_t number = change->group->number;

		if (change->result != DOMAIN_PLANNED || change->reason ||
		    is_live_change(change) != live)
			continue;
		change_one(source, change, timeout_ms);
		if (change->result != DOMAIN_STUCK && change->result != DOMAIN_FAILED)
			continue;
		drop_planned(plan, DOMAIN_PLANNED, "not tried: group %" PRIu32 " %s", number,
			     change->result == DOMAIN_STUCK ? "is stuck" : "failed");
		if (change->result == DOMAIN_FAILED)
			roll_back(source, plan, number, timeout_ms);
		return false;
	}
	return true;
}

void change_domains(const struct source *source, struct domain_plan *plan, int timeout_ms)
{
	/* Live changes last: with drivers at work there is no way back from them. */
	if (change_those(source, plan, false, timeout_ms))
		change_those(source, plan, true, timeout_ms);
}
