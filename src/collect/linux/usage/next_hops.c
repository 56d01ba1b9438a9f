/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the kernel by rtnetlink(7) through which interfaces packets to an address leave. */
#include "collect/linux/usage/network.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/cleanup.h"

#define TIMEOUT_SECONDS 2
#define ANSWER_MAX 65536 /* some thousand next hops */
#define MESSAGES_MAX 16	 /* that are not the answer */

struct request {
	struct nlmsghdr header;
	struct rtmsg route;
	struct rtattr to;
	uint8_t ip[16];
};

/* Where the numbers of the interfaces go. */
struct hop_list {
	void (*found)(void *closure, int number);
	void *closure;
	size_t nr; /* of those in one answer */
};

static void add_hop(struct hop_list *list, int number)
{
	list->nr++;
	list->found(list->closure, number);
}

/* --- what the kernel writes ----------------------------------------------------------------- */

/*
 * Calls @look for each part of @bytes, which begin with their length in 16 bits and are aligned to
 * 4. Return: 0; -EBADMSG; what @look returned below 0.
 */
static int each_part(const uint8_t *bytes, size_t length, size_t header,
		     int (*look)(struct hop_list *list, const uint8_t *part, size_t length),
		     struct hop_list *list)
{
	uint16_t part;
	int r = 0;

	for (size_t at = 0; at < length && r == 0; at += (part + 3u) & ~3u) {
		if (length - at < header)
			return -EBADMSG;
		memcpy(&part, bytes + at, sizeof(part));
		if (part < header || part > length - at)
			return -EBADMSG;
		r = look(list, bytes + at, part);
	}
	return r;
}

static int look_at_hop(struct hop_list *list, const uint8_t *part, size_t length)
{
	struct rtnexthop hop;

	(void)length;
	memcpy(&hop, part, sizeof(hop));
	add_hop(list, hop.rtnh_ifindex);
	return 0;
}

static int look_at_attribute(struct hop_list *list, const uint8_t *part, size_t length)
{
	const uint8_t *value = part + sizeof(struct rtattr);
	struct rtattr attribute;
	int number;

	memcpy(&attribute, part, sizeof(attribute));
	length -= sizeof(attribute);
	if (attribute.rta_type == RTA_MULTIPATH)
		return each_part(value, length, sizeof(struct rtnexthop), look_at_hop, list);
	if (attribute.rta_type != RTA_OIF)
		return 0;
	if (length != sizeof(number))
		return -EBADMSG;
	memcpy(&number, value, sizeof(number));
	add_hop(list, number);
	return 0;
}

static int read_route(struct hop_list *list, const uint8_t *bytes, size_t length)
{
	struct rtmsg route;
	int r;

	if (length < sizeof(route))
		return -EBADMSG;
	memcpy(&route, bytes, sizeof(route));
	if (route.rtm_type == RTN_LOCAL)
		return 1;
	if (route.rtm_type != RTN_UNICAST && route.rtm_type != RTN_BROADCAST &&
	    route.rtm_type != RTN_ANYCAST && route.rtm_type != RTN_MULTICAST)
		return -ENETUNREACH;
	list->nr = 0;
	r = each_part(bytes + sizeof(route), length - sizeof(route), sizeof(struct rtattr),
		      look_at_attribute, list);
	/* Next hops can be objects of their own, which are not named here then. */
	return r < 0 || list->nr ? r : -ENODATA;
}

/* Return: as each_next_hop(); -EAGAIN for a message that is not the answer to @sequence. */
static int read_message(struct hop_list *list, uint32_t sequence, const uint8_t *bytes,
			size_t length)
{
	struct nlmsghdr header;
	int code;

	if (length < sizeof(header))
		return -EBADMSG;
	memcpy(&header, bytes, sizeof(header));
	if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > length)
		return -EBADMSG;
	if (header.nlmsg_seq != sequence)
		return -EAGAIN;
	bytes += sizeof(header);
	length = header.nlmsg_len - sizeof(header);
	if (header.nlmsg_type == RTM_NEWROUTE)
		return read_route(list, bytes, length);
	if (header.nlmsg_type != NLMSG_ERROR || length < sizeof(code))
		return -EBADMSG;
	memcpy(&code, bytes, sizeof(code));
	return code < 0 && code != -EAGAIN ? code : -EBADMSG;
}

/* --- asking ---------------------------------------------------------------------------------- */

static int open_socket(void)
{
	const struct timeval timeout = { .tv_sec = TIMEOUT_SECONDS };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int code;

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) == 0)
		return fd;
	code = -errno;
	if (fd >= 0)
		close(fd);
	return code;
}

static int send_request(int fd, const struct in6_addr *ip, uint32_t sequence, unsigned flags)
{
	bool is_four = IN6_IS_ADDR_V4MAPPED(ip);
	const uint8_t *bytes = ip->s6_addr + (is_four ? 12 : 0);
	uint8_t size = is_four ? 4 : 16;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct request request = {
		.header = { .nlmsg_type = RTM_GETROUTE,
			    .nlmsg_flags = NLM_F_REQUEST,
			    .nlmsg_seq = sequence },
		.route = { .rtm_family = is_four ? AF_INET : AF_INET6,
			   .rtm_dst_len = (uint8_t)(size * 8),
			   .rtm_flags = flags },
		.to = { .rta_type = RTA_DST },
	};

	memcpy(request.ip, bytes, size);
	request.to.rta_len = (uint16_t)(sizeof(request.to) + size);
	request.header.nlmsg_len = (uint32_t)(offsetof(struct request, ip) + size);
	if (sendto(fd, &request, request.header.nlmsg_len, 0, (struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

static int read_answer(int fd, uint32_t sequence, struct hop_list *list)
{
	_cleanup_free_ uint8_t *bytes = xcalloc(1, ANSWER_MAX);
	int r = -EAGAIN;

	for (int i = 0; i < MESSAGES_MAX && r == -EAGAIN; i++) {
		ssize_t n = recv(fd, bytes, ANSWER_MAX, MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (n > ANSWER_MAX)
			return -EMSGSIZE;
		r = read_message(list, sequence, bytes, (size_t)n);
	}
	return r;
}

/*
 * The answer to the plain question has the one next hop that such a packet would take now; that to
 * the second one has all of the route, but not what the kernel learned of a single address.
 */
int each_next_hop(const struct in6_addr *ip, void (*found)(void *closure, int number),
		  void *closure)
{
	static const unsigned flags[] = { 0, RTM_F_FIB_MATCH };
	struct hop_list list = { found, closure, 0 };
	_cleanup_close_ int fd = open_socket();
	int r = fd < 0 ? fd : 0;

	for (uint32_t i = 0; i < sizeof(flags) / sizeof(flags[0]) && r == 0; i++) {
		r = send_request(fd, ip, i + 1, flags[i]);
		if (r == 0)
			r = read_answer(fd, i + 1, &list);
	}
	return r;
}
