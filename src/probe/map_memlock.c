/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Check of map-test: the limit of locked memory. A child drops the capability that sets the limit
 * aside, sets the limit a little above what is locked, and maps up to it and beyond.
 */
#include "probe/map_checks.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/memlock.h"
#include "util/child.h"

#define TIMEOUT_MS 20000

/* Pages that are mapped within the limit. */
#define WITHIN 4ull

/* Type 1: what is set to see how much of it is left. Below the 8 MiB that systemd allows. */
#define TRIAL_LIMIT 1024

/* iommufd: locked pages of the user beyond which no more is looked for: 64 GiB. */
#define MOST_LOCKED (1ull << 24)

/* iommufd counts what all processes of the user have locked, so others can get in between. */
#define TRIES 3

static int drop_capability(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	data[CAP_TO_INDEX(CAP_IPC_LOCK)].effective &= ~CAP_TO_MASK(CAP_IPC_LOCK);
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

/* The hard limit goes along where it has to. */
static int set_limit(const struct map_test *test, uint64_t pages)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return -errno;
	limit.rlim_cur = pages * test->space->page_size;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	return setrlimit(RLIMIT_MEMLOCK, &limit) < 0 ? -errno : 0;
}

/* --- what is locked already ------------------------------------------------------------- */

/* Type 1 counts what this process has locked (mm->locked_vm), which the kernel shows. */
static int locked_by_process(const struct map_test *test, uint64_t *pages)
{
	uint64_t left;
	int code = set_limit(test, TRIAL_LIMIT);

	if (code < 0)
		return code;
	left = memlock_left() / test->space->page_size;
	if (left == 0 || left > TRIAL_LIMIT)
		return -ENODATA;
	*pages = TRIAL_LIMIT - left;
	return 0;
}

/* Return: 1 when that limit lets WITHIN pages be mapped, 0 when not, or negative errno. */
static int fits(const struct map_test *test, const struct memory *memory, uint64_t limit)
{
	uint64_t size = WITHIN * test->space->page_size, unmapped;
	int code = set_limit(test, limit);

	if (code < 0)
		return code;
	code = ask_map(test, memory->va, window_at(test, 0), size, ACCESS_BOTH);
	if (code < 0)
		return code == -ENOMEM ? 0 : code;
	code = test->space->ops->unmap(test->space, window_at(test, 0), size, &unmapped);
	return code < 0 ? code : 1;
}

/*
 * iommufd counts for the user (user->locked_vm; iommufd/pages.c, incr_user_locked_vm), which the
 * kernel does not show: the smallest limit that suffices tells.
 */
static int locked_by_user(const struct map_test *test, const struct memory *memory, uint64_t *pages)
{
	uint64_t low = 0, high = WITHIN; /* low is too small, or not tried */
	int code;

	while ((code = fits(test, memory, high)) == 0) {
		if (high > MOST_LOCKED)
			return -ENODATA;
		low = high;
		high *= 2;
	}
	while (code >= 0 && high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		code = fits(test, memory, middle);
		if (code > 0)
			high = middle;
		else
			low = middle;
	}
	*pages = high > WITHIN ? high - WITHIN : 0;
	return code < 0 ? code : 0;
}

/* --- the limit -------------------------------------------------------------------------- */

static void judge(struct map_test *test, struct verdict *verdict, const struct memory *memory)
{
	uint64_t page = test->space->page_size;
	struct iova iova = window_at(test, 0);
	const struct refusal beyond = {
		.what = "memory beyond the limit",
		.va = memory->va,
		.iova = window_at(test, 2 * WITHIN * page),
		.size = page,
		.access = ACCESS_BOTH,
		.answers = { { ENOMEM }, { ENOMEM } },
	};
	struct seen seen = { { 0 } };

	if (must_map(test, verdict, "memory within the limit", memory->va, iova, WITHIN * page) &&
	    must_refuse(test, verdict, &beyond, &seen) &&
	    must_unmap(test, verdict, "memory within the limit", iova, WITHIN * page))
		must_map_and_unmap(test, verdict, "as much again, after it was given back",
				   memory->va, iova, WITHIN * page);
	pass_with(&seen, verdict);
}

static void skip_for(struct verdict *verdict, const char *what, int code)
{
	skips(verdict, "%s: %s%s", what, errno_name(code),
	      code == -EPERM ? "; run this as root, or raise the hard limit with ulimit -l" : "");
}

static void try_limit(struct map_test *test, struct verdict *verdict, const struct memory *memory)
{
	uint64_t locked = 0;
	int code = is_iommufd(test->space) ? locked_by_user(test, memory, &locked)
					   : locked_by_process(test, &locked);

	if (code < 0)
		skip_for(verdict, "what is locked already could not be found out", code);
	else if ((code = set_limit(test, locked + WITHIN)) < 0)
		skip_for(verdict, "the limit could not be set", code);
	else
		judge(test, verdict, memory);
}

/* Of a text that goes back: both fit, each with its NUL, behind the outcome. */
#define LONGEST_TEXT ((sizeof(((struct child_answer *)NULL)->text) - 3) / 2)

/* The verdict goes back as its outcome and its two texts, each with a NUL behind it. */
static void pack(const struct verdict *verdict, struct child_answer *answer)
{
	const char *texts[] = { verdict->observed, verdict->reason };

	answer->text[answer->length++] = (char)('0' + (int)verdict->outcome);
	for (size_t i = 0; i < 2; i++) {
		size_t length = texts[i] ? strlen(texts[i]) : 0;

		if (length > LONGEST_TEXT)
			length = LONGEST_TEXT;
		memcpy(answer->text + answer->length, texts[i] ? texts[i] : "", length);
		answer->length += length + 1;
	}
}

static void unpack(struct child_answer *answer, struct verdict *verdict)
{
	const char *observed = answer->text + 1, *reason = observed + strlen(observed) + 1;

	switch (answer->text[0] - '0') {
	case OUTCOME_PASS:
		passes(verdict, "%s", observed);
		break;
	case OUTCOME_SKIP:
		skips(verdict, "%s", reason);
		break;
	default:
		fails(verdict, "%s", reason);
		if (*observed)
			observes(verdict, "%s", observed);
		break;
	}
}

/* One try, which leaves nothing mapped, so that another one may follow. */
static void try_once(struct map_test *test, struct verdict *verdict)
{
	uint64_t page = test->space->page_size, unmapped;
	struct memory memory;

	/* Not get_memory(): what may be locked is set here. */
	if (memory_get(page, WITHIN * page, &memory) < 0) {
		skips(verdict, "no memory is to be had");
		return;
	}
	try_limit(test, verdict, &memory);
	test->space->ops->unmap(test->space, window_at(test, 0), 4 * WITHIN * page, &unmapped);
	memory_put(&memory);
}

/* In the child. */
static int work(const void *argument, struct child_answer *answer)
{
	struct map_test test = *(const struct map_test *)argument;
	struct verdict verdict = { 0 };
	int code = drop_capability();

	if (code < 0)
		return code;
	for (unsigned i = 0; i < (is_iommufd(test.space) ? TRIES : 1); i++) {
		verdict_free(&verdict);
		try_once(&test, &verdict);
		if (verdict.outcome != OUTCOME_FAIL)
			break;
	}
	pack(&verdict, answer);
	verdict_free(&verdict);
	return 0;
}

/* What the child maps and leaves when it is killed, the parent unmaps after each check. */
void check_memlock(struct map_test *test, struct verdict *verdict)
{
	struct child_answer answer;
	pid_t stuck;
	int code;

	if (!has_window(test, verdict))
		return;
	code = run_in_child_with(test->space->fd, work, test, TIMEOUT_MS, &answer, &stuck);
	if (code == 0)
		unpack(&answer, verdict);
	else if (stuck)
		fails(verdict, "process %d, which maps up to the limit, hangs in the kernel",
		      (int)stuck);
	else if (code == -EINTR)
		fails(verdict, "mapping up to the limit was not over after %d s",
		      TIMEOUT_MS / 1000);
	else if (code == -ECHILD)
		fails(verdict, "the process that maps up to the limit died");
	else
		skips(verdict, "mapping up to the limit could not be tried: %s", errno_name(code));
	test->is_stuck = stuck != 0;
}
