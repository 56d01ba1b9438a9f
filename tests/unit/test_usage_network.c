/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network interfaces of a captured machine: addresses, routes, and what comes over them. */
#include "collect/linux/usage/network.h"
#include "tree.h"
#include "world.h"

#define ETHERNET 0x020000
#define NOT_CAPTURED "a capture does not have it"

/* The header and the rows of /proc/net/route, as net/ipv4/fib_trie.c writes them. */
#define ROUTE_HEAD                                                                                 \
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
#define ROUTE(name, to, gateway, flags, metric, mask)                                              \
	name "\t" to "\t" gateway "\t" flags "\t0\t0\t" metric "\t" mask "\t0\t0\t0\n"
#define ROUTE6(to, bits, gateway, metric, flags, name)                                             \
	to " " bits " 00000000000000000000000000000000 00 " gateway " " metric " 00000001 "        \
	   "00000000 " flags "     " name "\n"
#define NULL6 "00000000000000000000000000000000"
#define GATE6 "fe800000000000000000000000000001"

static struct tree tree;
static struct world world;
static bool wanted[WORLD_MAX];
static struct usage *usage;

static int setup(void **state)
{
	(void)state;
	tree_make(&tree);
	tree_dir(&tree, "sys/class/net");
	tree_dir(&tree, "sys/devices/virtual/net");
	world_init(&world);
	memset(wanted, 0, sizeof(wanted));
	usage = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	usage_free(usage);
	tree_remove(&tree);
	return 0;
}

/* --- writing a machine -------------------------------------------------------------------- */

/* An attribute of an interface. */
static void put(const char *name, const char *attribute, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "sys/class/net/%s/%s", name, attribute);
	tree_text(&tree, path, text);
}

static void put_interface(const char *place, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(path, sizeof(path), "sys/devices/%s/net/%s", place, name);
	tree_dir(&tree, path);
	snprintf(path, sizeof(path), "sys/class/net/%s", name);
	snprintf(target, sizeof(target), "../../devices/%s/net/%s", place, name);
	tree_link(&tree, path, target);
}

/* A card of its own in slot @slot, in use, with an interface that is up. */
static const struct device *put_card(uint8_t slot, const char *name)
{
	struct device *device = world_device(&world, 0, 3, slot, 0, ETHERNET);
	char place[64];

	device->driver = (char *)"e1000e";
	wanted[device - world.devices] = true;
	snprintf(place, sizeof(place), "pci0000:00/%s", device->name);
	put_interface(place, name);
	put(name, "flags", "0x1003\n");
	return device;
}

/* A bond, bridge, VLAN or tunnel. */
static void put_virtual(const char *name)
{
	put_interface("virtual", name);
}

static void stack(const char *lower, const char *upper)
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(path, sizeof(path), "sys/class/net/%s/upper_%s", lower, upper);
	snprintf(target, sizeof(target), "../%s", upper);
	tree_link(&tree, path, target);
	snprintf(path, sizeof(path), "sys/class/net/%s/lower_%s", upper, lower);
	snprintf(target, sizeof(target), "../%s", lower);
	tree_link(&tree, path, target);
}

static void enslave(const char *slave, const char *master)
{
	char path[PATH_MAX], target[PATH_MAX];

	stack(slave, master);
	snprintf(path, sizeof(path), "sys/class/net/%s/master", slave);
	snprintf(target, sizeof(target), "../../../virtual/net/%s", master);
	tree_link(&tree, path, target);
}

/* What every captured machine of these tests has, so that a test only writes what it is about. */
static void put_quiet(void)
{
	tree_text(&tree, "proc/net/route", ROUTE_HEAD);
	tree_text(&tree, "proc/net/ipv6_route", "");
	tree_text(&tree, "proc/net/if_inet6", "");
	tree_text(&tree, "proc/1/mountinfo", "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
}

static void collect_now(void)
{
	struct source source;
	struct usage_question question = { &source, &world.machine, wanted, NULL };

	usage = question.usage = usage_new();
	tree_open(&tree, &source);
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

/* --- what there is ------------------------------------------------------------------------ */

static void test_no_network_class(void **state)
{
	char path[PATH_MAX];

	(void)state;
	tree_path(&tree, path, "sys/class/net");
	assert_int_equal(rmdir(path), 0);
	collect_now();
	assert_int_equal(usage->nr_interfaces, 0);
	assert_unknown(USAGE_BELOW, NOT_CAPTURED);
}

/* Nothing is asked, so nothing is unknown, when no interface of a wanted device is there. */
static void test_others_only(void **state)
{
	(void)state;
	put_card(0, "eth0");
	wanted[0] = false;
	put_virtual("br0");
	collect_now();
	assert_int_equal(usage->nr_interfaces, 0);
	assert_known();
}

static void test_down(void **state)
{
	const struct device *device = put_card(0, "eth0");

	(void)state;
	put_quiet();
	put("eth0", "flags", "0x1002\n");
	tree_text(&tree, "proc/1/mountinfo", "");
	collect_now();
	assert_int_equal(usage->nr_interfaces, 1);
	assert_string_equal(usage->interfaces[0].name, "eth0");
	assert_ptr_equal(usage->interfaces[0].device, device);
	assert_false(usage->interfaces[0].up);
	assert_false(usage->interfaces[0].has_default_route);
	assert_null(usage->interfaces[0].master);
	assert_strings(&usage->interfaces[0].addresses, "");
	assert_strings(&usage->interfaces[0].carries, "");
	assert_known();
}

/* What is down carries nothing: nobody has to know the mounts then. */
static void test_down_needs_no_mounts(void **state)
{
	char path[PATH_MAX];

	(void)state;
	put_card(0, "eth0");
	put_quiet();
	put("eth0", "flags", "0x1002\n");
	tree_path(&tree, path, "proc/1/mountinfo");
	assert_int_equal(unlink(path), 0);
	collect_now();
	assert_known();
}

static void test_nothing_captured(void **state)
{
	char path[PATH_MAX];

	(void)state;
	put_card(0, "eth0");
	tree_path(&tree, path, "sys/class/net/eth0/flags");
	assert_int_equal(unlink(path), 0);
	collect_now();
	assert_null(usage->unknown[USAGE_BELOW]);
	assert_unknown(USAGE_ADDRESSES, NOT_CAPTURED);
	assert_unknown(USAGE_ROUTES, NOT_CAPTURED);
	assert_unknown(USAGE_CARRIES, NOT_CAPTURED);
}

static void test_flags_missing(void **state)
{
	char path[PATH_MAX];

	(void)state;
	put_card(0, "eth0");
	put_quiet();
	tree_path(&tree, path, "sys/class/net/eth0/flags");
	assert_int_equal(unlink(path), 0);
	collect_now();
	assert_unknown(USAGE_ADDRESSES, "eth0: whether it is up cannot be read");
}

/* --- addresses and routes ----------------------------------------------------------------- */

static void test_default_route4(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_card(1, "eth1");
	put_quiet();
	/* default via 192.0.2.1; 192.0.2.0/24, with the bytes of an amd64 */
	tree_text(&tree, "proc/net/route",
		  ROUTE_HEAD ROUTE("eth0", "00000000", "010200C0", "0003", "100", "00000000")
			  ROUTE("eth0", "000200C0", "00000000", "0001", "100", "00FFFFFF"));
	collect_now();
	assert_true(interface("eth0")->up);
	assert_true(interface("eth0")->has_default_route);
	assert_strings(&interface("eth0")->addresses, "route to 192.0.2.0");
	assert_true(interface("eth1")->up);
	assert_false(interface("eth1")->has_default_route);
	assert_strings(&interface("eth1")->addresses, "");
	assert_known();
}

static void test_default_route6(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_quiet();
	tree_text(&tree, "proc/net/ipv6_route",
		  ROUTE6("fd000000000000000000000000000000", "40", NULL6, "00000100", "00000001",
			 "eth0") ROUTE6(NULL6, "00", GATE6, "00000400", "00000003", "eth0"));
	tree_text(&tree, "proc/net/if_inet6",
		  "fd000000000000000000000000000002 04 40 00 82     eth0\n"
		  "00000000000000000000000000000001 01 80 10 80       lo\n"
		  "fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n");
	collect_now();
	assert_true(interface("eth0")->has_default_route);
	assert_strings(&interface("eth0")->addresses, "fd00::2|fe80::fc:ff:fe00:1");
	assert_known();
}

/* A kernel without IPv6. */
static void test_without_ipv6(void **state)
{
	char path[PATH_MAX];

	(void)state;
	put_card(0, "eth0");
	put_quiet();
	tree_path(&tree, path, "proc/net/ipv6_route");
	assert_int_equal(unlink(path), 0);
	tree_path(&tree, path, "proc/net/if_inet6");
	assert_int_equal(unlink(path), 0);
	collect_now();
	assert_known();
}

static void test_no_default_routes(void **state)
{
	static const struct {
		const char *name, *four, *six;
	} cases[] = {
		{ "down", ROUTE("eth0", "00000000", "010200C0", "0002", "0", "00000000"), "" },
		{ "rejected", ROUTE("eth0", "00000000", "00000000", "0201", "0", "00000000"), "" },
		{ "black hole", ROUTE("*", "00000000", "00000000", "0001", "0", "00000000"), "" },
		{ "half of all", ROUTE("eth0", "00000000", "010200C0", "0003", "0", "00000080"),
		  "" },
		{ "other interface",
		  ROUTE("eth00", "00000000", "010200C0", "0003", "0", "00000000"), "" },
		{ "rejected 6", "", ROUTE6(NULL6, "00", NULL6, "ffffffff", "00200201", "eth0") },
		{ "the kernel's own", "",
		  ROUTE6(NULL6, "00", NULL6, "ffffffff", "00200200", "lo") },
		{ "half of all 6", "", ROUTE6(NULL6, "01", GATE6, "00000400", "00000003", "eth0") },
		/* Not all of IPv4. */
		{ "mapped", "",
		  ROUTE6("00000000000000000000ffff00000000", "60", GATE6, "00000400", "00000003",
			 "eth0") },
	};
	char text[1024];

	(void)state;
	put_card(0, "eth0");
	put_quiet();
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), "%s%s", ROUTE_HEAD, cases[i].four);
		tree_text(&tree, "proc/net/route", text);
		tree_text(&tree, "proc/net/ipv6_route", cases[i].six);
		collect_now();
		assert_case(!interface("eth0")->has_default_route, cases[i].name);
		assert_known();
		usage_free(usage);
	}
	usage = NULL;
}

/* Only one without a gateway says that there is an address. */
static void test_direct_routes(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_quiet();
	tree_text(&tree, "proc/net/route",
		  ROUTE_HEAD ROUTE("eth0", "000A0A0A", "010200C0", "0003", "0", "00FFFFFF")
		  /* through a gateway of IPv6, which is written as 0 */
		  ROUTE("eth0", "000B0A0A", "00000000", "0003", "0", "00FFFFFF")
			  ROUTE("eth0", "00000000", "00000000", "0001", "0", "00000000")
				  ROUTE("eth0", "010C0A0A", "00000000", "0005", "-2", "FFFFFFFF"));
	collect_now();
	assert_strings(&interface("eth0")->addresses, "route to 10.10.12.1");
	assert_true(interface("eth0")->has_default_route); /* point to point */
	assert_known();
}

static void test_bridge_on_bond(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_card(1, "eth1");
	put_card(2, "eth2");
	put_virtual("bond0");
	put_virtual("br0");
	enslave("eth0", "bond0");
	enslave("eth1", "bond0");
	enslave("bond0", "br0");
	put_quiet();
	tree_text(&tree, "proc/net/route",
		  ROUTE_HEAD ROUTE("br0", "00000000", "0100000A", "0003", "0", "00000000")
			  ROUTE("br0", "0000000A", "00000000", "0001", "0", "00FFFFFF"));
	tree_text(&tree, "proc/net/if_inet6",
		  "fd000000000000000000000000000002 09 40 00 82     bond0\n");
	tree_text(&tree, "proc/1/mountinfo",
		  "21 1 0:20 / / rw - nfs4 10.0.0.1:/root rw,vers=4.2,addr=10.0.0.1\n");
	collect_now();
	for (int i = 0; i < 2; i++) {
		const struct interface *slave = interface(i ? "eth1" : "eth0");

		assert_string_equal(slave->master, "bond0");
		assert_true(slave->has_default_route);
		assert_strings(&slave->stacked, "bond0|br0");
		assert_strings(&slave->addresses, "fd00::2|route to 10.0.0.0");
		assert_strings(&slave->carries, "the root file system (nfs4 from 10.0.0.1)");
	}
	assert_null(interface("eth2")->master);
	assert_false(interface("eth2")->has_default_route);
	assert_strings(&interface("eth2")->addresses, "");
	assert_strings(&interface("eth2")->carries, "");
	assert_known();
}

static void test_vlan(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_card(1, "eth1");
	put_virtual("eth0.5");
	stack("eth0", "eth0.5");
	put_quiet();
	tree_text(&tree, "proc/net/if_inet6",
		  "fd000000000000000000000000000005 09 40 00 82     eth0.5\n");
	collect_now();
	assert_strings(&interface("eth0")->addresses, "fd00::5");
	assert_strings(&interface("eth1")->addresses, "");
	assert_null(interface("eth0")->master); /* a VLAN does not take it */
	assert_strings(&interface("eth0")->stacked, "eth0.5");
	assert_strings(&interface("eth1")->stacked, "");
}

static void test_cycle(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_virtual("a");
	put_virtual("b");
	stack("eth0", "a");
	stack("a", "b");
	stack("b", "a");
	stack("b", "eth0");
	stack("b", "b");
	put_quiet();
	tree_text(&tree, "proc/net/if_inet6",
		  "fd000000000000000000000000000005 09 40 00 82     b\n");
	collect_now();
	assert_strings(&interface("eth0")->addresses, "fd00::5");
	assert_known();
}

/* Without its folder nobody knows what is upon it. */
static void test_upper_missing(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_quiet();
	tree_link(&tree, "sys/class/net/eth0/upper_gone", "../gone");
	collect_now();
	assert_unknown(USAGE_ADDRESSES, "eth0: what is stacked upon it cannot be read");
	assert_unknown(USAGE_ROUTES, "eth0: what is stacked upon it cannot be read");
	assert_unknown(USAGE_CARRIES, "eth0: what is stacked upon it cannot be read");
}

/* --- what comes over them ----------------------------------------------------------------- */

/* Two cards: 10.0.0.0/24 through eth0, 10.0.0.128/25 and fd00:1::/32 through eth1, no default. */
static void put_two_networks(void)
{
	put_card(0, "eth0");
	put_card(1, "eth1");
	put_quiet();
	tree_text(&tree, "proc/net/route",
		  ROUTE_HEAD ROUTE("eth0", "8000000A", "00000000", "0001", "9", "80FFFFFF")
			  ROUTE("eth0", "0000000A", "00000000", "0001", "0", "00FFFFFF")
				  ROUTE("eth1", "8000000A", "00000000", "0001", "0", "80FFFFFF")
		  /* nowhere */
		  ROUTE("*", "0002000A", "00000000", "0001", "0", "00FFFFFF"));
	tree_text(&tree, "proc/net/ipv6_route",
		  ROUTE6("fd000000000000000000000000000000", "08", GATE6, "00000400", "00000003",
			 "eth0") ROUTE6("fd000001000000000000000000000000", "20", NULL6, "00000400",
					"00000001", "eth1")
			  ROUTE6("fd000001000000000000000000000002", "80", NULL6, "00000000",
				 "80200001", "eth1"));
}

static bool are(const struct strings *got, const char *wanted_items)
{
	char *joined = strings_join(got, "|");
	bool same = strcmp(joined, wanted_items) == 0;

	free(joined);
	return same;
}

static bool is_reason(const char *reason)
{
	const char *got = usage->unknown[USAGE_CARRIES];

	return reason ? got && strcmp(got, reason) == 0 : !got;
}

static void test_mounts(void **state)
{
	static const struct {
		const char *mount; /* point, and what follows the dash */
		const char *eth0, *eth1, *unknown;
	} cases[] = {
		{ "/home - nfs 10.0.0.1:/h rw,mountaddr=10.0.0.200,addr=10.0.0.1",
		  "/home (nfs from 10.0.0.1)", "", NULL },
		{ "/home - nfs4 server:/h rw,clientaddr=10.0.0.9,addr=10.0.0.200", "",
		  "/home (nfs4 from 10.0.0.200)", NULL },
		{ "/ - nfs4 server:/h rw,addr=fd00:1::1", "",
		  "the root file system (nfs4 from fd00:1::1)", NULL },
		{ "/s - cifs //server/share rw,addr=fd00:0002:0000:0000:0000:0000:0000:0001",
		  "/s (cifs from fd00:2::1)", "", NULL },
		{ "/s - smb3 //server/share rw,addr=10.0.0.1", "/s (smb3 from 10.0.0.1)", "",
		  NULL },
		{ "/c - ceph 10.0.0.1:6789,10.0.0.200:6789,[fd00:1::3]:6789:/a,b rw",
		  "/c (ceph from 10.0.0.1)", "/c (ceph from 10.0.0.200)|/c (ceph from fd00:1::3)",
		  NULL },
		{ "/c - ceph u@1-2.fs=/ rw,mon_addr=10.0.0.1:6789/10.0.0.200:3300",
		  "/c (ceph from 10.0.0.1)", "/c (ceph from 10.0.0.200)", NULL },
		{ "/9 - 9p 10.0.0.1 rw,trans=tcp,port=564", "/9 (9p from 10.0.0.1)", "", NULL },
		{ "/9 - 9p 10.0.0.1 rw,trans=virtio", "", "", NULL },
		{ "/g - fuse.glusterfs 10.0.0.1:/vol rw,user_id=0",
		  "/g (fuse.glusterfs from 10.0.0.1)", "", NULL },
		{ "/l - lustre 10.0.0.1@tcp:/fs rw", "/l (lustre from 10.0.0.1)", "", NULL },
		{ "/f - fuse.sshfs me@10.0.0.200:/ rw", "", "/f (fuse.sshfs from 10.0.0.200)",
		  NULL },
		{ "/with\\012line - nfs x rw,addr=10.0.0.1", "/with?line (nfs from 10.0.0.1)", "",
		  NULL },
		/* of this machine, or of no network */
		{ "/own - nfs x rw,addr=127.0.0.1", "", "", NULL },
		{ "/own - nfs x rw,addr=::1", "", "", NULL },
		{ "/own - nfs x rw,addr=fd00:1::2", "", "", NULL },
		{ "/disk - ext4 10.0.0.1:/x rw,addr=10.0.0.1", "", "", NULL },
		/* what cannot be known */
		{ "/h - nfs x rw,addr=192.0.2.1", "", "",
		  "which interface reaches 192.0.2.1 is unknown" },
		{ "/h - nfs x rw,addr=10.0.2.1", "", "",
		  "which interface reaches 10.0.2.1 is unknown" },
		{ "/h - nfs server:/h rw", "", "",
		  "/h (nfs from server): which interface it comes through is unknown" },
		{ "/h - fuse.sshfs me@server:/h rw", "", "",
		  "/h (fuse.sshfs from me@server): which interface it comes through is unknown" },
		{ "/c - ceph 10.0.0.1:6789,mon2:6789:/ rw", "/c (ceph from 10.0.0.1)", "",
		  "/c (ceph from mon2:6789): which interface it comes through is unknown" },
		{ "/h - nfs x rw,addr=fe80::1%eth1", "", "/h (nfs from fe80::1)", NULL },
		{ "/h - nfs x rw,addr=fe80::1%7", "/h (nfs from fe80::1)", "", NULL },
		{ "/h - nfs x rw,addr=fe80::1%8", "", "",
		  "which interface reaches fe80::1 is unknown" },
	};
	char text[1024];

	(void)state;
	put_two_networks();
	put("eth0", "ifindex", "7\n");
	put("eth1", "ifindex", "70\n");
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *dash = strstr(cases[i].mount, " - ");

		snprintf(text, sizeof(text),
			 "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
			 "21 20 0:20 / %.*s rw%s\n",
			 (int)(dash - cases[i].mount), cases[i].mount, dash);
		tree_text(&tree, "proc/1/mountinfo", text);
		collect_now();
		assert_case(are(&interface("eth0")->carries, cases[i].eth0), cases[i].mount);
		assert_case(are(&interface("eth1")->carries, cases[i].eth1), cases[i].mount);
		assert_case(is_reason(cases[i].unknown), cases[i].mount);
		usage_free(usage);
	}
	usage = NULL;
}

/* A route that is shared by two is not through one of them. */
static void test_equal_routes(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_card(1, "eth1");
	put_quiet();
	tree_text(&tree, "proc/net/ipv6_route",
		  ROUTE6(NULL6, "00", GATE6, "00000400", "00000003", "eth0")
			  ROUTE6(NULL6, "00", GATE6, "00000400", "00000003", "eth1"));
	tree_text(&tree, "proc/1/mountinfo", "21 1 0:20 / /h rw - nfs x rw,addr=fd00::1\n");
	collect_now();
	assert_strings(&interface("eth0")->carries, "/h (nfs from fd00::1)");
	assert_strings(&interface("eth1")->carries, "/h (nfs from fd00::1)");
	assert_known();
}

/* The packets of a tunnel are in others, and nothing says which way those go. */
static void test_tunnel(void **state)
{
	(void)state;
	put_card(0, "eth0");
	put_card(1, "eth1");
	wanted[1] = false;
	put_virtual("wg0");
	put_virtual("br0");
	put_virtual("tap0");
	enslave("eth1", "br0");
	enslave("tap0", "br0");
	put_quiet();
	tree_text(&tree, "proc/net/route",
		  ROUTE_HEAD ROUTE("wg0", "0000000A", "00000000", "0001", "0", "00FFFFFF")
			  ROUTE("br0", "0001000A", "00000000", "0001", "0", "00FFFFFF")
				  ROUTE("gone0", "0002000A", "00000000", "0001", "0", "00FFFFFF"));
	/* The bridge has a card that nobody wants: no question. */
	tree_text(&tree, "proc/1/mountinfo", "21 1 0:20 / /h rw - nfs x rw,addr=10.0.1.1\n");
	collect_now();
	assert_strings(&interface("eth0")->carries, "");
	assert_known();
	usage_free(usage);
	tree_text(&tree, "proc/1/mountinfo", "21 1 0:20 / /h rw - nfs x rw,addr=10.0.0.1\n");
	collect_now();
	assert_strings(&interface("eth0")->carries, "");
	assert_unknown(USAGE_CARRIES,
		       "/h (nfs from 10.0.0.1) comes through wg0; which hardware is below that is "
		       "unknown");
	usage_free(usage);
	/* An interface that sysfs does not have. */
	tree_text(&tree, "proc/1/mountinfo", "21 1 0:20 / /h rw - nfs x rw,addr=10.0.2.1\n");
	collect_now();
	assert_unknown(USAGE_CARRIES,
		       "/h (nfs from 10.0.2.1) comes through gone0; which hardware is below that "
		       "is unknown");
}

static void test_iscsi(void **state)
{
	(void)state;
	put_two_networks();
	tree_text(&tree, "sys/class/iscsi_connection/connection1:0/address", "10.0.0.1\n");
	tree_text(&tree, "sys/class/iscsi_connection/connection1:0/persistent_address",
		  "10.0.0.200\n");
	/* not connected now */
	tree_text(&tree, "sys/class/iscsi_connection/connection12:0/persistent_address",
		  "10.0.0.200\n");
	collect_now();
	assert_strings(&interface("eth0")->carries, "disks of session1 (from 10.0.0.1)");
	assert_strings(&interface("eth1")->carries, "disks of session12 (from 10.0.0.200)");
	assert_known();
}

static void test_iscsi_unknown(void **state)
{
	(void)state;
	put_two_networks();
	tree_text(&tree, "sys/class/iscsi_connection/connection1:0/persistent_address", "(null)\n");
	collect_now();
	assert_unknown(USAGE_CARRIES,
		       "disks of session1: which interface they come through is unknown");
}

static void test_nvme(void **state)
{
	(void)state;
	put_two_networks();
	tree_text(&tree, "sys/class/nvme/nvme0/transport", "pcie\n");
	tree_text(&tree, "sys/class/nvme/nvme0/address", "0000:01:00.0\n");
	tree_text(&tree, "sys/class/nvme/nvme1/transport", "tcp\n");
	tree_text(&tree, "sys/class/nvme/nvme1/address",
		  "traddr=10.0.0.1,trsvcid=4420,src_addr=10.0.0.9\n");
	tree_text(&tree, "sys/class/nvme/nvme2/transport", "rdma\n");
	tree_text(&tree, "sys/class/nvme/nvme2/address", "traddr=fd00:1::1,trsvcid=4420\n");
	tree_text(&tree, "sys/class/nvme/nvme3/transport", "fc\n");
	tree_text(&tree, "sys/class/nvme/nvme3/address", "traddr=nn-0x1:pn-0x2\n");
	/* bound to one, against the routes */
	tree_text(&tree, "sys/class/nvme/nvme4/transport", "tcp\n");
	tree_text(&tree, "sys/class/nvme/nvme4/address",
		  "traddr=10.0.0.2,trsvcid=4420,host_iface=eth1\n");
	collect_now();
	assert_strings(&interface("eth0")->carries, "disks of nvme1 (from 10.0.0.1)");
	assert_strings(&interface("eth1")->carries,
		       "disks of nvme2 (from fd00:1::1)|disks of nvme4 (from 10.0.0.2)");
	assert_known();
}

static void test_nvme_unknown(void **state)
{
	(void)state;
	put_two_networks();
	tree_text(&tree, "sys/class/nvme/nvme1/transport", "tcp\n");
	collect_now();
	assert_unknown(USAGE_CARRIES,
		       "disks of nvme1: which interface they come through is unknown");
}

/* --- disks that do not tell from where ------------------------------------------------------ */

static void put_block(const char *name, const char *number)
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(path, sizeof(path), "sys/devices/virtual/block/%s/dev", name);
	tree_text(&tree, path, number);
	snprintf(path, sizeof(path), "sys/class/block/%s", name);
	snprintf(target, sizeof(target), "../../devices/virtual/block/%s", name);
	tree_link(&tree, path, target);
}

static void test_remote_blocks(void **state)
{
	static const struct {
		const char *name, *mounts, *swaps;
		const char *unknown; /* NULL: nothing is */
	} cases[] = {
		{ "nothing", "2 1 8:1 / /x rw - ext4 /dev/sda1 rw\n", "", NULL },
		{ "root", "2 1 43:0 / / rw - ext4 /dev/nbd0 rw\n", "",
		  "/ is on nbd0, whose server is not known" },
		{ "partition", "2 1 259:7 / /data rw - ext4 x rw\n", "",
		  "/data is on nbd0p1, whose server is not known" },
		{ "Ceph", "2 1 252:0 / /data rw - xfs x rw\n", "",
		  "/data is on rbd0, whose server is not known" },
		{ "DRBD", "2 1 147:3 / /with\\012line rw - xfs x rw\n", "",
		  "/with?line is on drbd3, whose server is not known" },
		{ "LVM upon it", "2 1 254:0 / /data rw - xfs x rw\n", "",
		  "/data is on rbd0, whose server is not known" },
		{ "layer of the root",
		  "2 1 0:44 / / rw - overlay o rw,lowerdir=/hidden\n"
		  "3 1 43:0 / /hidden rw - ext4 x rw\n",
		  "", "/hidden is on nbd0, whose server is not known" },
		{ "swap", "", "/dev/nbd0 partition 8 0 -2\n",
		  "swap space is on nbd0, whose server is not known" },
		{ "another name", "2 1 10:1 / /data rw - xfs x rw\n", "", NULL },
	};
	char text[1024];

	(void)state;
	put_two_networks();
	put_block("nbd0", "43:0\n");
	put_block("nbd0p1", "259:7\n");
	put_block("rbd0", "252:0\n");
	put_block("drbd3", "147:3\n");
	put_block("dm-0", "254:0\n");
	put_block("nbdx", "10:1\n");
	tree_link(&tree, "sys/class/block/rbd0/holders/dm-0", "x");
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n%s",
			 cases[i].mounts);
		tree_text(&tree, "proc/1/mountinfo", text);
		tree_text(&tree, "proc/swaps", cases[i].swaps);
		collect_now();
		assert_case(is_reason(cases[i].unknown), cases[i].name);
		usage_free(usage);
	}
	/* Through what is down nothing comes. */
	put("eth0", "flags", "0x1002\n");
	put("eth1", "flags", "0x1002\n");
	tree_text(&tree, "proc/1/mountinfo", "2 1 43:0 / / rw - ext4 /dev/nbd0 rw\n");
	collect_now();
	assert_known();
}

/* --- what the kernel does not write ------------------------------------------------------- */

#define GARBAGE_REASON(path) path ": not as the kernel writes it"

static void test_garbage(void **state)
{
	static const char *const routes[] = {
		"eth0\n",
		ROUTE_HEAD "\x01\xff\xfe garbage\n",
		ROUTE("eth0", "0000000G", "00000000", "0001", "0", "00FFFFFF"),
		ROUTE("eth0", "000000000", "00000000", "0001", "0", "00FFFFFF"),
		ROUTE("eth0", NULL6, "00000000", "0001", "0", "00FFFFFF"),
		ROUTE("eth0", "0000000A", "0x000001", "0001", "0", "00FFFFFF"),
		ROUTE("eth0", "0000000A", "00000000", "x", "0", "00FFFFFF"),
		ROUTE("eth0", "0000000A", "00000000", "0001", "z", "00FFFFFF"),
		ROUTE("eth0", "0000000A", "00000000", "0001", "0", "00FF00FF"), /* no netmask */
		ROUTE("eth0567890123456", "0000000A", "00000000", "0001", "0", "00FFFFFF"),
	};
	static const char *const routes6[] = {
		"x\n",
		ROUTE6("fd00000000000000000000000000000", "40", NULL6, "00000100", "00000001",
		       "eth0"),
		ROUTE6("fd000000000000000000000000000000", "81", NULL6, "00000100", "00000001",
		       "eth0"),
		ROUTE6("fd000000000000000000000000000000", "40", "fe80::1", "00000100", "00000001",
		       "eth0"),
		ROUTE6("fd000000000000000000000000000000", "40", NULL6, "00000100", "100000001",
		       "eth0"),
	};
	static const char *const addresses6[] = {
		"fd000000000000000000000000000002 04 40 00 82\n",
		"fd00::2 04 40 00 82 eth0\n",
	};

	(void)state;
	put_card(0, "eth0");
	put_quiet();
	for (size_t i = 0; i < COUNT(routes); i++) {
		tree_text(&tree, "proc/net/route", routes[i]);
		collect_now();
		assert_case(usage->unknown[USAGE_ROUTES], routes[i]);
		assert_unknown(USAGE_ROUTES, GARBAGE_REASON("/proc/net/route"));
		assert_unknown(USAGE_ADDRESSES, GARBAGE_REASON("/proc/net/route"));
		usage_free(usage);
	}
	tree_bytes(&tree, "proc/net/route", "\0\0\0\n", 4);
	collect_now();
	assert_unknown(USAGE_ROUTES, GARBAGE_REASON("/proc/net/route"));
	usage_free(usage);
	put_quiet();
	for (size_t i = 0; i < COUNT(routes6); i++) {
		tree_text(&tree, "proc/net/ipv6_route", routes6[i]);
		collect_now();
		assert_case(usage->unknown[USAGE_ROUTES], routes6[i]);
		assert_unknown(USAGE_ROUTES, GARBAGE_REASON("/proc/net/ipv6_route"));
		assert_null(usage->unknown[USAGE_ADDRESSES]);
		usage_free(usage);
	}
	put_quiet();
	for (size_t i = 0; i < COUNT(addresses6); i++) {
		tree_text(&tree, "proc/net/if_inet6", addresses6[i]);
		collect_now();
		assert_case(usage->unknown[USAGE_ADDRESSES], addresses6[i]);
		assert_unknown(USAGE_ADDRESSES, GARBAGE_REASON("/proc/net/if_inet6"));
		assert_null(usage->unknown[USAGE_ROUTES]);
		usage_free(usage);
	}
	usage = NULL;
}

static void test_garbage_in_sysfs(void **state)
{
	(void)state;
	put_two_networks();
	put("eth0", "flags", "up\n");
	tree_text(&tree, "sys/class/net/eth0/upper_", "");
	tree_text(&tree, "sys/class/net/eth0/master", "no link");
	tree_text(&tree, "sys/class/nvme/nvme1/transport", "tcp\n");
	tree_text(&tree, "sys/class/nvme/nvme1/address", "traddr,=,traddr=,\xff\n");
	collect_now();
	assert_unknown(USAGE_ADDRESSES, "eth0: whether it is up cannot be read");
	assert_null(interface("eth0")->master);
	assert_unknown(USAGE_CARRIES,
		       "disks of nvme1: which interface they come through is unknown");
}

/* --- the parsers -------------------------------------------------------------------------- */

static void test_parse_host(void **state)
{
	static const struct {
		const char *text, *ip, *scope;
	} cases[] = {
		{ "10.0.0.1", "10.0.0.1", "" },
		{ "10.0.0.1:/export", "10.0.0.1", "" },
		{ "10.0.0.1:6789", "10.0.0.1", "" },
		{ "::ffff:10.0.0.1", "10.0.0.1", "" },
		{ "fd00::1", "fd00::1", "" },
		{ "fd00::1:/x", "fd00::1", "" },
		{ "[fd00::1]:/x", "fd00::1", "" },
		{ "[fd00::1]:6789", "fd00::1", "" },
		{ "fe80::1%eth0", "fe80::1", "eth0" },
		{ "[fe80::1%3]:/x", "fe80::1", "3" },
		{ "me@10.0.0.1:/x", "10.0.0.1", "" },
		{ "10.0.0.1@tcp1:/x", "10.0.0.1", "" },
		{ "fe80::1%abcdefghijklmno", "fe80::1", "abcdefghijklmno" },
		{ "fe80::1%abcdefghijklmnop", NULL, "" }, /* longer than a name can be */
		{ "fe80::1%", NULL, "" },
		{ "", NULL, "" },
		{ ":/", NULL, "" },
		{ "[", NULL, "" },
		{ "[fd00::1", NULL, "" },
		{ "[]", NULL, "" },
		{ "@", NULL, "" },
		{ "server:/10.0.0.1", NULL, "" },
		{ "10.0.0:/x", NULL, "" },
		{ "10.0.0.1x", NULL, "" },
		{ "1234:1234:1234:1234:1234:1234:1234:1234:1234:1234:1234:1234", NULL, "" },
	};
	char ip[INET6_ADDRSTRLEN];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address address;
		bool is_one = parse_host(cases[i].text, &address);

		assert_case(is_one == (cases[i].ip != NULL), cases[i].text);
		if (!is_one)
			continue;
		format_address(&address.ip, ip);
		assert_string_equal(ip, cases[i].ip);
		assert_string_equal(address.scope, cases[i].scope);
	}
}

/* Words are in the order of the processor: this test is for those with the small end first. */
static void test_parse_hex(void **state)
{
	static const struct {
		const char *text, *words, *bytes;
	} cases[] = {
		{ "0100007F", "127.0.0.1", NULL },
		{ "B80D01200000000000000000FE000000", "2001:db8::fe", NULL },
		{ "0000000000000000FFFF00000500000A", "10.0.0.5", NULL },
		{ "20010db80000000000000000000000fe", NULL, "2001:db8::fe" },
		{ "0100007", NULL, NULL },
		{ "0100007FF", NULL, NULL },
		{ "0100007F0100007F", NULL, NULL },
		{ "0x00007F", NULL, NULL },
		{ "-100007F", NULL, NULL },
		{ "", NULL, NULL },
	};
	char text[INET6_ADDRSTRLEN];
	struct in6_addr ip;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool is_one = parse_hex_words(cases[i].text, &ip);

		format_address(&ip, text);
		if (cases[i].words)
			assert_case(is_one && strcmp(text, cases[i].words) == 0, cases[i].text);
		else if (!cases[i].bytes)
			assert_case(!is_one, cases[i].text);
		is_one = parse_hex_bytes(cases[i].text, &ip);
		format_address(&ip, text);
		if (cases[i].bytes)
			assert_case(is_one && strcmp(text, cases[i].bytes) == 0, cases[i].text);
		else if (strlen(cases[i].text) != 32)
			assert_case(!is_one, cases[i].text);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_network_class),
		TEST(test_others_only),
		TEST(test_down),
		TEST(test_down_needs_no_mounts),
		TEST(test_nothing_captured),
		TEST(test_flags_missing),
		TEST(test_default_route4),
		TEST(test_default_route6),
		TEST(test_without_ipv6),
		TEST(test_no_default_routes),
		TEST(test_direct_routes),
		TEST(test_bridge_on_bond),
		TEST(test_vlan),
		TEST(test_cycle),
		TEST(test_upper_missing),
		TEST(test_mounts),
		TEST(test_equal_routes),
		TEST(test_tunnel),
		TEST(test_iscsi),
		TEST(test_iscsi_unknown),
		TEST(test_nvme),
		TEST(test_nvme_unknown),
		TEST(test_remote_blocks),
		TEST(test_garbage),
		TEST(test_garbage_in_sysfs),
		cmocka_unit_test(test_parse_host),
		cmocka_unit_test(test_parse_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
