/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network interfaces of a live machine: a tree stands for / here, and the functions below for what
 * the kernel would say of its own network.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <sys/socket.h>

#include "collect/linux/usage/network.h"
#include "tree.h"
#include "world.h"

#define ETHERNET 0x020000

static struct tree tree;
static struct world world;
static bool wanted[WORLD_MAX];
static struct usage *usage;

/* --- the kernel's answers ------------------------------------------------------------------ */

static struct ifaddrs entries[16];
static char entry_names[16][32];
static struct sockaddr_storage entry_addresses[16];
static size_t nr_entries;

static bool hangs; /* as when a driver has the lock and does not come back */
static int nr_asked;

int getifaddrs(struct ifaddrs **list)
{
	while (hangs) {
		alarm(20); /* for whoever waits for it in our own process */
		pause();
	}
	nr_asked++;
	for (size_t i = 0; i + 1 < nr_entries; i++)
		entries[i].ifa_next = &entries[i + 1];
	*list = nr_entries ? entries : NULL;
	return 0;
}

void freeifaddrs(struct ifaddrs *list)
{
	(void)list;
}

static void make_address(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in *four = (void *)address;
	struct sockaddr_in6 *six = (void *)address;

	*address = (struct sockaddr_storage){ 0 };
	address->ss_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(address->ss_family, text,
				   address->ss_family == AF_INET ? (void *)&four->sin_addr
								 : (void *)&six->sin6_addr),
			 1);
}

/*
 * Which interfaces packets to @remote leave through, "2" or "2 3" where several next hops share
 * them; NULL: it is an address of this machine. The test's socket is that of rtnetlink(7): what
 * the kernel answers is put together here.
 */
static struct {
	const char *remote, *numbers;
} ways[6];
static size_t nr_ways;

static struct {
	uint8_t bytes[512];
	size_t length;
} answer;

int socket(int family, int type, int protocol)
{
	assert_int_equal(family, AF_NETLINK); /* others would send something */
	assert_int_equal(type & ~SOCK_CLOEXEC, SOCK_RAW);
	assert_int_equal(protocol, NETLINK_ROUTE);
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
	const struct timeval *timeout = value;

	(void)fd;
	assert_int_equal(level, SOL_SOCKET);
	assert_int_equal(option, SO_RCVTIMEO);
	assert_int_equal(length, sizeof(*timeout));
	assert_in_range(timeout->tv_sec, 1, 10);
	return 0;
}

static void put_bytes(const void *bytes, size_t length)
{
	assert_true(answer.length + length <= sizeof(answer.bytes));
	memcpy(answer.bytes + answer.length, bytes, length);
	answer.length += (length + 3) & ~3u;
}

static void put_number(unsigned short type, int number)
{
	struct rtattr attribute = { sizeof(attribute) + sizeof(number), type };

	put_bytes(&attribute, sizeof(attribute));
	put_bytes(&number, sizeof(number));
}

/* All of them, with what the kernel has beside their numbers. */
static void put_hops(const char *numbers)
{
	struct rtattr attribute = { sizeof(attribute), RTA_MULTIPATH };
	size_t start = answer.length;

	put_bytes(&attribute, sizeof(attribute));
	for (const char *at = numbers; at; at = strchr(at, ' ')) {
		struct rtnexthop hop = { sizeof(hop) + 8, 0, 0, atoi(at += *at == ' ') };

		put_bytes(&hop, sizeof(hop));
		put_number(RTA_GATEWAY, 0x0100000a);
	}
	attribute.rta_len = (unsigned short)(answer.length - start);
	memcpy(answer.bytes + start, &attribute, sizeof(attribute));
}

static void put_error(const struct nlmsghdr *question, int code)
{
	struct nlmsghdr header = { sizeof(header) + sizeof(code) + sizeof(header), NLMSG_ERROR, 0,
				   question->nlmsg_seq, 0 };

	put_bytes(&header, sizeof(header));
	put_bytes(&code, sizeof(code));
	put_bytes(question, sizeof(*question));
}

/* @all: the route as it is in the table */
static void put_route(const struct nlmsghdr *question, unsigned char family, const char *numbers,
		      bool all)
{
	struct nlmsghdr header = { 0, RTM_NEWROUTE, 0, question->nlmsg_seq, 0 };
	struct rtmsg route = { .rtm_family = family,
			       .rtm_type = numbers ? RTN_UNICAST : RTN_LOCAL };

	put_bytes(&header, sizeof(header));
	put_bytes(&route, sizeof(route));
	put_number(RTA_TABLE, RT_TABLE_MAIN);
	if (all && strchr(numbers, ' '))
		put_hops(numbers);
	else
		put_number(RTA_OIF, numbers ? atoi(numbers) : 1);
	header.nlmsg_len = (unsigned)answer.length;
	memcpy(answer.bytes, &header, sizeof(header));
}

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, __CONST_SOCKADDR_ARG to,
	       socklen_t size)
{
	const struct {
		struct nlmsghdr header;
		struct rtmsg route;
		struct rtattr to;
		uint8_t ip[16];
	} *question = bytes;
	char text[INET6_ADDRSTRLEN];
	size_t way = 0, ip = question->route.rtm_family == AF_INET ? 4 : 16;

	(void)fd;
	(void)flags;
	(void)size;
	assert_int_equal(to.__sockaddr__->sa_family, AF_NETLINK);
	assert_int_equal(question->header.nlmsg_len, length);
	assert_int_equal(question->header.nlmsg_type, RTM_GETROUTE);
	assert_int_equal(question->header.nlmsg_flags, NLM_F_REQUEST);
	assert_int_equal(question->route.rtm_dst_len, 8 * ip);
	assert_int_equal(question->to.rta_type, RTA_DST);
	assert_int_equal(question->to.rta_len, 4 + ip);
	assert_int_equal(length, 32 + ip);
	inet_ntop(question->route.rtm_family, question->ip, text, sizeof(text));
	memset(&answer, 0, sizeof(answer));
	while (way < nr_ways && strcmp(ways[way].remote, text) != 0)
		way++;
	if (way == nr_ways)
		put_error(&question->header, -ENETUNREACH);
	else
		put_route(&question->header, question->route.rtm_family, ways[way].numbers,
			  question->route.rtm_flags & RTM_F_FIB_MATCH);
	return (ssize_t)length;
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
	size_t length = answer.length;

	(void)fd;
	(void)flags;
	if (!length) {
		errno = EAGAIN; /* nothing in time */
		return -1;
	}
	assert_true(length <= size);
	memcpy(bytes, answer.bytes, length);
	answer.length = 0;
	return (ssize_t)length;
}

static void add_way(const char *remote, const char *numbers)
{
	ways[nr_ways].remote = remote;
	ways[nr_ways++].numbers = numbers;
}

static struct ifaddrs *add_entry(const char *name, unsigned flags)
{
	size_t i = nr_entries++;

	assert_true(i < COUNT(entries) && strlen(name) < sizeof(entry_names[i]));
	strcpy(entry_names[i], name);
	entries[i] = (struct ifaddrs){ .ifa_name = entry_names[i],
				       .ifa_flags = flags,
				       .ifa_addr = (struct sockaddr *)&entry_addresses[i] };
	return &entries[i];
}

/* The link layer of 52:54:00:00:00:@index. */
static void add_link(const char *name, int index, unsigned flags)
{
	struct sockaddr_ll *link = (void *)add_entry(name, flags)->ifa_addr;

	*link = (struct sockaddr_ll){ .sll_family = AF_PACKET,
				      .sll_ifindex = index,
				      .sll_halen = 6,
				      .sll_addr = { 0x52, 0x54, 0, 0, 0, (unsigned char)index } };
}

static void add_ip(const char *name, const char *text)
{
	make_address(text, (void *)add_entry(name, IFF_UP)->ifa_addr);
}

/* --- the machine --------------------------------------------------------------------------- */

static void put(const char *name, const char *attribute, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "sys/class/net/%s/%s", name, attribute);
	tree_text(&tree, path, text);
}

static void put_interface(const char *place, const char *name, int index)
{
	char path[PATH_MAX], target[PATH_MAX], text[64];

	snprintf(path, sizeof(path), "sys/devices/%s/net/%s", place, name);
	tree_dir(&tree, path);
	snprintf(path, sizeof(path), "sys/class/net/%s", name);
	snprintf(target, sizeof(target), "../../devices/%s/net/%s", place, name);
	tree_link(&tree, path, target);
	snprintf(text, sizeof(text), "%d\n", index);
	put(name, "ifindex", text);
	snprintf(text, sizeof(text), "52:54:00:00:00:%02x\n", index);
	put(name, "address", text);
}

static struct device *put_device(uint8_t slot)
{
	struct device *device = world_device(&world, 0, 3, slot, 0, ETHERNET);
	char path[PATH_MAX], target[64];

	device->driver = (char *)"e1000e";
	wanted[slot] = true;
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s", device->name);
	snprintf(target, sizeof(target), "../../../devices/pci0000:00/%s", device->name);
	tree_link(&tree, path, target);
	snprintf(path, sizeof(path), "sys/devices/pci0000:00/%s", device->name);
	tree_dir(&tree, path);
	return device;
}

/* A card in slot @slot with an interface that is up; its index is 2 more. */
static void put_card(uint8_t slot, const char *name)
{
	char place[64];

	snprintf(place, sizeof(place), "pci0000:00/%s", put_device(slot)->name);
	put_interface(place, name, slot + 2);
	add_link(name, slot + 2, IFF_UP | IFF_BROADCAST);
}

static void put_process(int pid, int parent, const char *name)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "proc/%d/stat", pid);
	snprintf(text, sizeof(text), "%d (%s) S %d %d %d 0 -1\n", pid, name, parent, pid, pid);
	tree_text(&tree, path, text);
	snprintf(path, sizeof(path), "proc/%d/comm", pid);
	snprintf(text, sizeof(text), "%s\n", name);
	tree_text(&tree, path, text);
	snprintf(path, sizeof(path), "proc/%d/fd", pid);
	tree_dir(&tree, path);
}

static void put_open(int pid, int number, const char *target)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%d/fd/%d", pid, number);
	tree_link(&tree, path, target);
}

#define TCP_HEAD                                                                                   \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "      \
	"timeout inode\n"
#define TCP(local, remote, state, inode)                                                           \
	"   0: " local " " remote " " state                                                        \
	" 00000000:00000000 02:000A5C6E 00000000     0        0 " inode                            \
	" 4 0000000000000000 20 4 31 10 -1                 \n"

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/class/net");
	tree_text(&tree, "proc/net/route", "");
	tree_text(&tree, "proc/net/ipv6_route", "");
	tree_text(&tree, "proc/net/tcp", TCP_HEAD);
	tree_text(&tree, "proc/net/tcp6", TCP_HEAD);
	tree_text(&tree, "proc/1/mountinfo", "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
	put_process(1, 0, "systemd");
	/* Us: sshd, a shell whose name is meant to mislead, sudo, iommutool. */
	put_process(899, 1, "sshd"); /* of somebody else */
	put_process(900, 1, "sshd");
	put_process(950, 900, "sshd");
	put_process(951, 950, "sh) S 1 (");
	put_process(952, 951, "sudo");
	put_process(953, 952, "iommutool");
	tree_link(&tree, "proc/self", "953");
	tree_link(&tree, "proc/953/ns/pid", "pid:[4026531836]"); /* that which sees all */
	world_init(&world);
	memset(wanted, 0, sizeof(wanted));
	nr_entries = nr_ways = 0;
	nr_asked = 0;
	hangs = false;
	usage = NULL;
	unsetenv("SSH_CONNECTION");
	add_link("lo", 1, IFF_UP | IFF_LOOPBACK);
	add_ip("lo", "127.0.0.1");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	usage_free(usage);
	tree_remove(&tree);
	return 0;
}

static void collect_now(void)
{
	struct source source;
	struct usage_question question = { &source, &world.machine, wanted, NULL };

	usage_free(usage);
	usage = question.usage = usage_new();
	tree_open(&tree, &source);
	source.live = true;
	collect_interfaces(&question);
	source_close(&source);
}

static const struct interface *interface(const char *name)
{
	for (size_t i = 0; i < usage->nr_interfaces; i++)
		if (strcmp(usage->interfaces[i].name, name) == 0)
			return &usage->interfaces[i];
	fail_msg("%s was not found", name);
	return NULL;
}

static void assert_strings(const struct strings *got, const char *wanted_items)
{
	char *joined = strings_join(got, "|");

	assert_string_equal(joined, wanted_items);
	free(joined);
}

static void assert_known(void)
{
	for (size_t i = 0; i < NR_USAGE_PARTS; i++)
		if (usage->unknown[i])
			fail_msg("part %zu is unknown: %s", i, usage->unknown[i]);
}

static void assert_unknown(enum usage_part part, const char *reason)
{
	if (!usage->unknown[part])
		fail_msg("part %d is known", part);
	assert_string_equal(usage->unknown[part], reason);
}

/* --- addresses ----------------------------------------------------------------------------- */

static void test_addresses(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_card(1, "eth1");
	put_interface("virtual", "br0", 9);
	tree_link(&tree, "sys/class/net/eth1/upper_br0", "../br0");
	add_link("br0", 9, IFF_UP);
	add_ip("eth0", "192.0.2.5");
	add_ip("eth0:1", "192.0.2.6");
	add_ip("br0", "fd00::1");
	add_ip("eth1", "192.0.2.7");
	add_entry("eth1", IFF_UP)->ifa_addr = NULL;
	collect_now();
	assert_strings(&interface("eth0")->addresses, "192.0.2.5|192.0.2.6");
	assert_strings(&interface("eth1")->addresses, "fd00::1|192.0.2.7");
	assert_true(interface("eth0")->up);
	assert_known();
}

/* A label that is no name: the address is somewhere, and nobody knows where. */
static void test_label(void **state)
{
	(void)state;
	put_card(0, "eth0");
	add_ip("web", "192.0.2.5");
	collect_now();
	assert_unknown(USAGE_ADDRESSES, "which interface has 192.0.2.5 is unknown: its label "
					"\"web\" is not the name of one");
}

static void test_down(void **state)
{
	(void)state;
	put_card(0, "eth0");
	entries[nr_entries - 1].ifa_flags = IFF_BROADCAST;
	/* not asked: what is down carries nothing */
	tree_text(&tree, "proc/net/tcp", "garbage\n");
	put_open(950, 3, "socket:[77]");
	collect_now();
	assert_false(interface("eth0")->up);
	assert_known();
}

/* A label matters as long as something is up. */
static void test_label_down(void **state)
{
	(void)state;
	put_card(0, "eth0");
	entries[nr_entries - 1].ifa_flags = IFF_BROADCAST;
	add_ip("web", "192.0.2.5");
	collect_now();
	assert_known();
}

/* A driver has the lock of the network subsystem and does not come back: the answer is not. */
static void test_hang(void **state)
{
	static const char why[] =
		"the network subsystem does not answer; a driver may hang, see dmesg";

	(void)state;
	put_card(0, "eth0");
	put_card(1, "eth1");
	add_way("10.9.0.1", "2");
	tree_text(&tree, "proc/1/mountinfo", "21 1 0:20 / /h rw - nfs4 x rw,addr=10.9.0.1\n");
	tree_text(&tree, "proc/net/route",
		  "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
		  "eth1\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
	collect_now();
	assert_known();
	assert_false(usage->network_hangs);
	assert_int_equal(nr_asked, 1); /* and once in a child, which has its own number */
	hangs = true;
	collect_now();
	assert_true(usage->network_hangs);
	assert_unknown(USAGE_ADDRESSES, why);
	assert_unknown(USAGE_ROUTES, why);
	assert_unknown(USAGE_CARRIES, why);
	assert_true(interface("eth1")->has_default_route); /* it is in a file */
	assert_int_equal(nr_asked, 1);
}

#define ELSEWHERE "eth0: it is of another network namespace than this process"

/* Another eth0 than that of sysfs, by its number or its hardware address, or none at all. */
static void test_other_namespace(void **state)
{
	struct sockaddr_ll *link;

	(void)state;
	put_card(0, "eth0");
	link = (void *)entries[nr_entries - 1].ifa_addr;
	collect_now();
	assert_known();
	link->sll_ifindex = 3;
	collect_now();
	assert_unknown(USAGE_ADDRESSES, ELSEWHERE);
	assert_unknown(USAGE_ROUTES, ELSEWHERE);
	assert_unknown(USAGE_CARRIES, ELSEWHERE);
	link->sll_ifindex = 2;
	link->sll_addr[5] = 9;
	collect_now();
	assert_unknown(USAGE_ADDRESSES, ELSEWHERE);
	nr_entries--;
	collect_now();
	assert_unknown(USAGE_ADDRESSES, ELSEWHERE);
	put("eth0", "flags", "0x1003\n");
	collect_now();
	assert_unknown(USAGE_CARRIES, ELSEWHERE);
	/* Wherever it is, it is down. */
	put("eth0", "flags", "0x1002\n");
	collect_now();
	assert_known();
}

static void test_without_proc(void **state)
{
	char path[PATH_MAX], moved[PATH_MAX];

	(void)state;
	put_card(0, "eth0");
	tree_path(&tree, path, "proc/net");
	tree_path(&tree, moved, "proc/gone");
	assert_int_equal(rename(path, moved), 0);
	collect_now();
	assert_unknown(USAGE_ROUTES, "/proc/net: No such file or directory");
}

/* --- interfaces that are not to be seen ----------------------------------------------------- */

#define HIDDEN                                                                                     \
	"0000:03:00.0 (e1000e): a network interface of it is not to be seen here; another "        \
	"network namespace may have it"

static void test_hidden(void **state)
{
	(void)state;
	put_device(0);
	collect_now();
	assert_known(); /* the driver makes none */
	/* The folder stays while its interface is in another namespace. */
	tree_dir(&tree, "sys/devices/pci0000:00/0000:03:00.0/net");
	collect_now();
	assert_unknown(USAGE_BELOW, HIDDEN);
}

static void test_hidden_below_virtio(void **state)
{
	(void)state;
	put_device(0);
	tree_dir(&tree, "sys/devices/pci0000:00/0000:03:00.0/virtio0/net");
	collect_now();
	assert_unknown(USAGE_BELOW, HIDDEN);
}

/* --- what comes over them ------------------------------------------------------------------- */

/* By the route, whatever address it says packets come from; the ones here have none. */
static void test_remote(void **state)
{
	(void)state;
	put_card(0, "eth0"); /* the second interface of the machine */
	put_card(1, "eth1");
	add_ip("eth1", "10.0.0.5");
	add_way("10.9.0.1", "2");
	add_way("10.9.0.2", "2 3");
	add_way("fd09::1", "3");
	add_way("fd09::2", "3 2");
	add_way("10.0.0.5", NULL);
	tree_text(&tree, "proc/1/mountinfo",
		  "21 1 0:20 / / rw - nfs4 x rw,addr=10.9.0.1\n"
		  "22 1 0:21 / /six rw - nfs4 x rw,addr=fd09::1\n"
		  "23 1 0:22 / /own rw - nfs4 x rw,addr=10.0.0.5\n"
		  "24 1 0:23 / /two rw - nfs4 x rw,addr=10.9.0.2\n"
		  "25 1 0:24 / /two6 rw - nfs4 x rw,addr=fd09::2\n");
	collect_now();
	assert_strings(&interface("eth0")->carries,
		       "the root file system (nfs4 from 10.9.0.1)|/two (nfs4 from 10.9.0.2)|"
		       "/two6 (nfs4 from fd09::2)");
	assert_strings(&interface("eth1")->carries,
		       "/six (nfs4 from fd09::1)|/two (nfs4 from 10.9.0.2)|"
		       "/two6 (nfs4 from fd09::2)");
	assert_known();
	nr_ways = 2;
	collect_now();
	assert_unknown(USAGE_CARRIES, "which interface reaches fd09::1 is unknown");
}

/* Routing on the host: the address that is used is not on the interface that is. */
static void test_remote_from_loopback(void **state)
{
	(void)state;
	put_interface("virtual", "lo", 1);
	put_card(0, "eth0");
	add_ip("lo", "10.255.0.1");
	add_way("10.9.0.1", "2");
	tree_text(&tree, "proc/1/mountinfo", "21 1 0:20 / /h rw - nfs4 x rw,addr=10.9.0.1\n");
	collect_now();
	assert_strings(&interface("eth0")->carries, "/h (nfs4 from 10.9.0.1)");
	assert_known();
	/* An interface that was not there when the others were listed. */
	ways[0].numbers = "2 77";
	collect_now();
	assert_unknown(USAGE_CARRIES, "which interface reaches 10.9.0.1 is unknown");
	ways[0].numbers = "1";
	collect_now();
	assert_unknown(USAGE_CARRIES,
		       "/h (nfs4 from 10.9.0.1) comes through lo; which hardware is below that is "
		       "unknown");
}

/* A login at the address of one interface, whose answers leave through another. */
static void test_login_elsewhere(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_card(1, "eth1");
	add_ip("eth1", "10.0.0.5");
	add_way("10.0.0.7", "2");
	put_open(950, 4, "socket:[77]");
	tree_text(&tree, "proc/net/tcp",
		  TCP_HEAD TCP("0500000A:0016", "0700000A:CF82", "01", "77"));
	collect_now();
	assert_strings(&interface("eth0")->carries, "this login (from 10.0.0.7)");
	assert_strings(&interface("eth1")->carries, "this login (from 10.0.0.7)");
	assert_known();
}

static void test_logins(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_card(1, "eth1");
	add_ip("eth0", "10.0.0.5");
	add_ip("eth1", "10.1.0.5");
	put_process(990, 900, "sshd-session");
	put_process(995, 1, "nginx");
	put_open(900, 3, "socket:[70]"); /* listens */
	/* Ours, and in others before and behind the one that we descend from. */
	put_open(899, 4, "socket:[77]");
	put_open(950, 4, "socket:[77]");
	put_open(990, 9, "socket:[77]");
	put_open(951, 5, "socket:[77]");
	put_open(951, 6, "/dev/pts/0");
	put_open(990, 4, "socket:[88]");
	put_open(990, 5, "socket:[89]");
	put_open(990, 6, "socket:[90]");
	put_open(995, 6, "socket:[99]");
	put_open(951, 7, "socket:[]");
	put_open(951, 8, "socket:[7");
	put_open(951, 9, "socket:[77777777777777777777777777777777777777777777]");
	tree_text(&tree, "proc/net/tcp",
		  TCP_HEAD TCP("00000000:0016", "00000000:0000", "0A", "70")
			  TCP("0500000A:0016", "0700000A:CF82", "01", "77")
		  /* X11 of the session */
		  TCP("0100007F:177A", "0100007F:D2F0", "01", "89")
		  /* a tunnel of it to this machine */
		  TCP("0500000A:D2F1", "0500010A:0019", "01", "90")
			  TCP("0500000A:0050", "0900000A:D2F0", "01", "99"));
	tree_text(&tree, "proc/net/tcp6",
		  TCP_HEAD TCP("0000000000000000FFFF00000500010A:0016",
			       "0000000000000000FFFF00000800000A:D2F0", "01", "88"));
	collect_now();
	assert_strings(&interface("eth0")->carries, "this login (from 10.0.0.7)");
	assert_strings(&interface("eth1")->carries, "a login (from 10.0.0.8)");
	assert_known();
}

/* A shell of a daemon that is no sshd: what it descends from serves it. */
static void test_other_server(void **state)
{
	(void)state;
	put_card(0, "eth0");
	add_ip("eth0", "fd00::5");
	put_process(951, 800, "sh");
	put_process(800, 1, "in.telnetd");
	put_open(800, 0, "socket:[5]");
	tree_text(&tree, "proc/net/tcp6",
		  TCP_HEAD TCP("000000FD000000000000000005000000:0017",
			       "000000FD000000000000000007000000:D2F0", "01", "5"));
	collect_now();
	assert_strings(&interface("eth0")->carries, "this login (from fd00::7)");
	assert_known();
}

/* The address at which a login arrives is on none that is here. */
static void test_login_nowhere(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_open(950, 4, "socket:[77]");
	tree_text(&tree, "proc/net/tcp",
		  TCP_HEAD TCP("0500000A:0016", "0700000A:CF82", "01", "77"));
	collect_now();
	assert_unknown(USAGE_CARRIES, "which interface has 10.0.0.5, where this login (from "
				      "10.0.0.7) arrives, is unknown");
}

static void test_login_of_environment(void **state)
{
	static const struct {
		const char *value, *carried;
	} cases[] = {
		{ "10.0.0.7 53122 10.0.0.5 22", "this login (from 10.0.0.7)" },
		{ "::ffff:10.0.0.7 53122 ::ffff:10.0.0.5 22", "this login (from 10.0.0.7)" },
		{ "10.0.0.7 53122 10.0.0.6 22", "" }, /* another network namespace's */
		{ "127.0.0.1 53122 127.0.0.1 22", "" },
		{ "UNKNOWN 65535 UNKNOWN 65535", "" },
		{ "10.0.0.7 53122", "" },
		{ "", "" },
		{ "   ", "" },
	};

	(void)state;
	put_card(0, "eth0");
	add_ip("eth0", "10.0.0.5");
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *joined;

		setenv("SSH_CONNECTION", cases[i].value, 1);
		collect_now();
		joined = strings_join(&interface("eth0")->carries, "|");
		assert_case(strcmp(joined, cases[i].carried) == 0, cases[i].value);
		free(joined);
		assert_known();
	}
	unsetenv("SSH_CONNECTION");
}

static void test_garbage_connections(void **state)
{
	static const char *const tables[] = {
		"garbage\n",
		TCP("0500000A", "0700000A:CF82", "01", "77"),
		TCP("0500000A:0016", "0700000:CF82", "01", "77"),
		TCP("0500000A:0016", "0700000A:CF82", "x", "77"),
		TCP("0500000A:0016", "0700000A:CF82", "01", "-1"),
		"   0: 0500000A:0016 0700000A:CF82 01\n",
	};

	(void)state;
	put_card(0, "eth0");
	put_open(950, 4, "socket:[77]");
	for (size_t i = 0; i < COUNT(tables); i++) {
		tree_text(&tree, "proc/net/tcp", tables[i]);
		collect_now();
		assert_case(usage->unknown[USAGE_CARRIES], tables[i]);
		assert_unknown(USAGE_CARRIES, "/proc/net/tcp: not as the kernel writes it");
	}
}

/* Somebody whom this process may not look at could be logged in. */
static void test_unseen_processes(void **state)
{
	char path[PATH_MAX];

	(void)state;
	put_card(0, "eth0");
	tree_path(&tree, path, "proc/953/ns/pid");
	assert_int_equal(unlink(path), 0);
	collect_now();
	assert_unknown(USAGE_CARRIES, "logins: not every process could be looked at; run as root "
				      "outside of containers");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_addresses),
		TEST(test_label),
		TEST(test_label_down),
		TEST(test_hang),
		TEST(test_down),
		TEST(test_other_namespace),
		TEST(test_without_proc),
		TEST(test_hidden),
		TEST(test_hidden_below_virtio),
		TEST(test_remote),
		TEST(test_remote_from_loopback),
		TEST(test_logins),
		TEST(test_login_elsewhere),
		TEST(test_other_server),
		TEST(test_login_nowhere),
		TEST(test_login_of_environment),
		TEST(test_garbage_connections),
		TEST(test_unseen_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
