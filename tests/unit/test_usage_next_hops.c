/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is made of the kernel's answers to the question for a route: well-formed, cut short, late,
 * absurd. The socket is one end of a pair here; what is sent is not looked at.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "collect/linux/usage/network.h"
#include "unit.h"

#define MAX 70000

/* The answers in the order in which they come; an empty one is a timeout. */
static struct {
	const void *bytes;
	size_t length;
} answers[40];
static size_t nr_answers, next_answer;

static int hops[64];
static size_t nr_hops;

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, __CONST_SOCKADDR_ARG to,
	       socklen_t size)
{
	(void)fd;
	(void)bytes;
	(void)flags;
	(void)to;
	(void)size;
	return (ssize_t)length;
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	size_t length;

	(void)fd;
	assert_true(flags & MSG_TRUNC);
	if (next_answer == nr_answers || !answers[next_answer].length) {
		errno = EAGAIN;
		return -1;
	}
	length = answers[next_answer].length;
	memcpy(bytes, answers[next_answer++].bytes, length < size ? length : size);
	return (ssize_t)length;
}

static void found(void *closure, int number)
{
	assert_null(closure);
	assert_true(nr_hops < COUNT(hops));
	hops[nr_hops++] = number;
}

static int ask(void)
{
	struct in6_addr ip = IN6ADDR_LOOPBACK_INIT;

	next_answer = nr_hops = 0;
	return each_next_hop(&ip, found, NULL);
}

static void add_answer(const void *bytes, size_t length)
{
	assert_true(nr_answers < COUNT(answers));
	answers[nr_answers].bytes = bytes;
	answers[nr_answers++].length = length;
}

/* A message with the number of a question, the type of a route and an attribute for it. */
struct message {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr attribute;
	int value;
};

static struct message message_of(unsigned sequence, unsigned char type, int number)
{
	return (struct message){
		.header = { sizeof(struct message), RTM_NEWROUTE, 0, sequence, 0 },
		.route = { .rtm_family = AF_INET6, .rtm_type = type },
		.attribute = { 8, RTA_OIF },
		.value = number,
	};
}

static void test_answers(void **state)
{
	const struct message first = message_of(1, RTN_UNICAST, 2);
	const struct message second = message_of(2, RTN_UNICAST, 3);
	const struct message late = message_of(9, RTN_UNICAST, 4);
	const struct message own = message_of(1, RTN_LOCAL, 1);
	struct message nameless = message_of(2, RTN_UNICAST, 3);
	const struct message refused = message_of(1, RTN_UNREACHABLE, 1);

	(void)state;
	nameless.attribute.rta_type = RTA_NH_ID;
	nr_answers = 0;
	add_answer(&late, sizeof(late)); /* of another question */
	add_answer(&first, sizeof(first));
	add_answer(&second, sizeof(second));
	assert_int_equal(ask(), 0);
	assert_int_equal(nr_hops, 2);
	assert_int_equal(hops[0], 2);
	assert_int_equal(hops[1], 3);
	nr_answers = 2;
	assert_int_equal(ask(), -ETIMEDOUT);
	/* The route has next hops that are not named. */
	add_answer(&nameless, sizeof(nameless));
	assert_int_equal(ask(), -ENODATA);
	nr_answers = 0;
	assert_int_equal(ask(), -ETIMEDOUT);
	add_answer(&own, sizeof(own));
	assert_int_equal(ask(), 1);
	assert_int_equal(nr_hops, 0);
	nr_answers = 0;
	add_answer(&refused, sizeof(refused));
	assert_int_equal(ask(), -ENETUNREACH);
	/* Nothing but what was not asked for. */
	nr_answers = 0;
	for (size_t i = 0; i < COUNT(answers); i++)
		add_answer(&late, sizeof(late));
	assert_true(ask() < 0);
	assert_int_equal(nr_hops, 0);
	assert_true(next_answer < COUNT(answers));
}

static void test_errors(void **state)
{
	static const struct {
		int code, wanted;
	} cases[] = {
		{ -EHOSTUNREACH, -EHOSTUNREACH },
		{ -EAGAIN, -EBADMSG },
		{ 0, -EBADMSG },
		{ 1, -EBADMSG },
	};
	struct {
		struct nlmsghdr header;
		int code;
	} error = { { sizeof(error), NLMSG_ERROR, 0, 1, 0 }, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		error.code = cases[i].code;
		nr_answers = 0;
		add_answer(&error, sizeof(error));
		assert_int_equal(ask(), cases[i].wanted);
	}
	error.header.nlmsg_len = sizeof(error.header);
	assert_int_equal(ask(), -EBADMSG);
	error.header.nlmsg_type = NLMSG_DONE;
	assert_int_equal(ask(), -EBADMSG);
}

/* Each length of a good message, and each byte of it changed: never more than what is there. */
static void test_damaged(void **state)
{
	struct {
		struct message message;
		struct rtattr list;
		struct rtnexthop hops[2];
	} good = { message_of(1, RTN_UNICAST, 2),
		   { 4 + 2 * sizeof(struct rtnexthop), RTA_MULTIPATH },
		   { { sizeof(struct rtnexthop), 0, 0, 5 },
		     { sizeof(struct rtnexthop), 0, 0, 6 } } };
	uint8_t *copy;

	(void)state;
	good.message.header.nlmsg_len = sizeof(good);
	for (size_t length = 1; length <= sizeof(good); length++) {
		copy = malloc(length); /* of that size, for the sanitizer */
		assert_non_null(copy);
		memcpy(copy, &good, length);
		nr_answers = 0;
		add_answer(copy, length);
		/* The second question is not answered. */
		assert_int_equal(ask(), length < sizeof(good) ? -EBADMSG : -ETIMEDOUT);
		assert_int_equal(nr_hops, length < sizeof(good) ? 0 : 3);
		if (length >= sizeof(struct nlmsghdr)) {
			const unsigned said = (unsigned)length;

			memcpy(copy, &said, sizeof(said));
			assert_true(ask() < 0);
		}
		free(copy);
	}
	copy = malloc(sizeof(good));
	assert_non_null(copy);
	nr_answers = 0;
	add_answer(copy, sizeof(good));
	for (size_t i = 0; i < sizeof(good) * 256; i++) {
		memcpy(copy, &good, sizeof(good));
		copy[i / 256] = (uint8_t)i;
		ask();
		assert_true(nr_hops <= 3);
	}
	free(copy);
}

static void test_too_long(void **state)
{
	uint8_t *bytes = calloc(1, MAX);
	struct message message = message_of(1, RTN_UNICAST, 2);

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, &message, sizeof(message));
	nr_answers = 0;
	add_answer(bytes, MAX);
	assert_int_equal(ask(), -EMSGSIZE);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
