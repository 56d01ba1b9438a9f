/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures: what is blanked in them, what they take of a tree and what they refuse. */
#include "tree.h"

#include "collect/capture.h"
#include "collect/linux/capture/parts.h"

/* --- the command line -------------------------------------------------------------------- */

static const struct {
	const char *before, *after;
} lines[] = {
	/* The blanks, the order and the end of the line stay. */
	{ "", "" },
	{ "\n", "\n" },
	{ "  quiet\t splash \n", "  quiet\t splash \n" },
	{ "BOOT_IMAGE=/vmlinuz-6.1.0-39-amd64 ro quiet\n",
	  "BOOT_IMAGE=/vmlinuz-6.1.0-39-amd64 ro quiet\n" },
	{ "root= ip= x= =y\n", "root= ip= x= =y\n" },

	/* Options whose value is private whatever it is. */
	{ "root=/dev/mapper/host--vg-root ro\n", "root=XXXX ro\n" },
	{ "root=UUID=c3d8e9a0-1111-2222-3333-444455556666 ro", "root=XXXX ro" },
	{ "resume=/dev/sda2 resume_offset=4096", "resume=XXXX resume_offset=4096" },
	{ "rd.luks.name=c3=root rd.luks.options=discard",
	  "rd.luks.name=XXXX rd.luks.options=XXXX" },
	{ "cryptdevice=/dev/sda2:disk rd.lvm.lv=vg/root", "cryptdevice=XXXX rd.lvm.lv=XXXX" },
	{ "rd.md.uuid=aaaaaaaa:bbbbbbbb:cccccccc:dddddddd", "rd.md.uuid=XXXX" },
	{ "ip=dhcp nfsroot=server:/export,vers=3", "ip=XXXX nfsroot=XXXX" },
	{ "netconsole=4444@10.0.0.1/eth1,9353@10.0.0.2/", "netconsole=XXXX" },
	{ "iscsi_initiator=iqn.2004-04.com.example:host", "iscsi_initiator=XXXX" },
	{ "rd.iscsi.firmware=1 systemd.hostname=db7",
	  "rd.iscsi.firmware=XXXX systemd.hostname=XXXX" },
	/* Whatever the case, '-' for '_', and with the secret in the middle of a name. */
	{ "ROOT=/dev/sda1 my-Password=hunter2 api_token_2=abcdef", "ROOT=XXXX my-Password=XXXX "
								   "api_token_2=XXXX" },
	{ "app.secret=squeamish luks.key=/key:UUID=1 passphrase=a=b=c",
	  "app.secret=XXXX luks.key=XXXX passphrase=XXXX" },
	/* How long it is is private too. */
	{ "root=ab password=1", "root=XXXX password=XXXX" },
	/* A name that only begins like one of them is another option. */
	{ "rootwait rootdelay=10 rootflags=ro ipv6.disable=1 root",
	  "rootwait rootdelay=10 rootflags=ro ipv6.disable=1 root" },

	/* Quotes, as next_arg() of the kernel takes them. */
	{ "root=\"LABEL=my disk\" ro", "root=\"XXXX\" ro" },
	{ "\"root=LABEL=my disk\" ro", "\"root=XXXX\" ro" },
	{ "dyndbg=\"file a.c +p; file 10.1.2.3 +p\" ro",
	  "dyndbg=\"file a.c +p; file XXXX +p\" ro" },
	{ "root=\"my disk and no end", "root=\"XXXX" },
	{ "root=\"my disk\"s\" and\" ro a=UUID=\"my disk\" ro",
	  "root=\"XXXX\"XXXX\"XXXX\" ro a=UUID=\"XXXX\" ro" },
	{ "\"", "\"" },
	{ "\"\" =\"\" root=\"\" root=\"", "\"\" =\"\" root=\"\" root=\"" },

	/* What gives itself away by its form. */
	{ "a=PARTUUID=1234abcd-02 b=LABEL=x c=/dev/disk/by-id/nvme-SSD_980_S5GXNX0R",
	  "a=PARTUUID=XXXX b=LABEL=XXXX c=/dev/disk/by-id/XXXX" },
	{ "a=luks-c3d8e9a0-1111-2222-3333-444455556666-x b", "a=luks-XXXX-x b" },
	{ "C3D8E9A0-1111-2222-3333-444455556666", "XXXX" },
	{ "id=0123456789abcdef0123456789abcdef", "id=XXXX" },
	{ "ifname=eth0:52:54:00:12:34:56 BOOTIF=01-52-54-00-12-34-56",
	  "ifname=eth0:XXXX BOOTIF=XXXX" },
	{ "a=192.168.1.20:4420 b=x10.0.0.1y c=1.2.3.4.5", "a=XXXX:4420 b=xXXXXy c=XXXX" },
	{ "a=[2001:db8::1]:80 b=fe80::1%eth0 c=::1 d=1:2:3:4:5:6:7:8",
	  "a=[XXXX]:80 b=XXXX%eth0 c=XXXX d=XXXX" },
	{ "a=::ffff:192.0.2.1 b=2001:db8::", "a=XXXX b=XXXX" },
	{ "ds=nocloud;s=http://10.0.0.1/seed,x inst.ks=https://user:pw@host/ks.cfg",
	  "ds=nocloud;s=http://XXXX inst.ks=https://XXXX" },
	{ "mount=//server/share,username=me,password=hunter2", "mount=//server/share,username=me,"
							       "password=XXXX" },

	/* What looks like it and is not. */
	{ "console=ttyS0,115200n8 crashkernel=512M-2G:64M,2G-:128M isolcpus=1-3,5",
	  "console=ttyS0,115200n8 crashkernel=512M-2G:64M,2G-:128M isolcpus=1-3,5" },
	{ "xen-pciback.hide=(0000:03:00.0)(10000:e1:00.1) pci-stub.ids=10de:2330:1028:0001:0:0",
	  "xen-pciback.hide=(0000:03:00.0)(10000:e1:00.1) pci-stub.ids=10de:2330:1028:0001:0:0" },
	{ "memmap=1M$0x3e000000 earlycon=uart8250,mmio32,0xfedcba9876543210 a=::",
	  "memmap=1M$0x3e000000 earlycon=uart8250,mmio32,0xfedcba9876543210 a=::" },
	{ "a=12345678-1234-1234-1234-1234567890ab0", "a=12345678-1234-1234-1234-1234567890ab0" },

	/* What the readers take is kept whole, whatever stands in it. */
	{ "intel_iommu=on,sm_on amd_iommu=off iommu=pt iommu.passthrough=0 intremap=nosid",
	  "intel_iommu=on,sm_on amd_iommu=off iommu=pt iommu.passthrough=0 intremap=nosid" },
	{ "pci=disable_acs_redir=0000:01:00.0;0000:02:00.0,config_acs=101x@pci:8086:0",
	  "pci=disable_acs_redir=0000:01:00.0;0000:02:00.0,config_acs=101x@pci:8086:0" },
	{ "vfio-pci.ids=10de:2330,8086:1592 vfio_iommu_type1.allow_unsafe_interrupts=1",
	  "vfio-pci.ids=10de:2330,8086:1592 vfio_iommu_type1.allow_unsafe_interrupts=1" },
	{ "pcie_acs_override=downstream,id:10de:2330 ivrs_ioapic[9]=00:14.0 \"iommu=pt\"",
	  "pcie_acs_override=downstream,id:10de:2330 ivrs_ioapic[9]=00:14.0 \"iommu=pt\"" },

	/* Bytes that are no text. */
	{ "root=\xff\xfe\x80\x80\x80 a\xff=10.0.0.1", "root=XXXX a\xff=XXXX" },
};

/* The text lies in memory of just its size, for the sanitizer to see what goes past it. */
static uint8_t *copy_of(const void *bytes, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, length);
	return copy;
}

static void check_line(const char *before, size_t length, const char *after, size_t wanted)
{
	uint8_t *bytes = copy_of(before, length);

	blank_command_line(NULL, &bytes, &length);
	if (length != wanted || memcmp(bytes, after, length) != 0)
		print_message("%s\nis  %.*s\nnot %s\n", before, (int)length, bytes, after);
	assert_int_equal(length, wanted);
	assert_memory_equal(bytes, after, length);
	free(bytes);
}

static void test_command_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		const char *after = lines[i].after;

		check_line(lines[i].before, strlen(lines[i].before), after, strlen(after));
		/* A capture of a capture is the same. */
		check_line(after, strlen(after), after, strlen(after));
	}
}

static void test_command_line_with_nul(void **state)
{
	static const char before[] = "a\0b root=x\0yz 10.0.0.1\0\0";
	static const char after[] = "a\0b root=XXXX XXXX\0\0";

	(void)state;
	check_line(before, sizeof(before) - 1, after, sizeof(after) - 1);
}

/* Lines out of pieces that nearly are something: blanking twice changes nothing more. */
static void test_command_line_of_pieces(void **state)
{
	static const char *const pieces[] = {
		"root=",
		"UUID=",
		"10.0.0.1",
		"1.",
		":",
		"::",
		"fe80",
		"52:54:00:12:34:56",
		"-",
		".",
		"c3d8e9a0-1111-2222-3333-444455556666",
		"\"",
		" ",
		"=",
		"key",
		"pci=",
		"X",
		"\xff",
		"0123456789abcdef",
		"://",
		"12",
		"g",
		"/by-id/",
		"\n",
	};
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[512] = "";
		uint8_t *once;
		size_t length;

		for (int i = 0; i < 10; i++) {
			random = random * 1103515245 + 12345;
			strcat(text, pieces[(random >> 16) % (COUNT(pieces))]);
		}
		length = strlen(text);
		once = copy_of(text, length);
		blank_command_line(NULL, &once, &length);
		check_line((char *)once, length, (char *)once, length);
		free(once);
	}
}

/* --- config space ------------------------------------------------------------------------ */

#define HEADER_LISTS 0x10 /* status: has a list of capabilities */

static void put(uint8_t *at, const uint8_t *bytes, size_t length)
{
	memcpy(at, bytes, length);
}

#define PUT(at, ...) put((at), (const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }))

/* Filled with 0xee, so that each byte that was blanked shows. */
static void fill(uint8_t *config, size_t length)
{
	memset(config, 0xee, length);
	config[0x06] = HEADER_LISTS;
	config[0x0e] = 0x80; /* an endpoint of several functions */
	config[0x34] = 0x40;
	if (length > 0x100)
		PUT(config + 0x100, 0, 0, 0, 0);
}

/* Of @config, @length bytes of blanked must be zero from @at on, and all others as they were. */
static void check_config(const uint8_t *config, size_t size, size_t at, size_t length)
{
	uint8_t *expected = copy_of(config, size), *bytes = copy_of(config, size);
	size_t left = size;

	memset(expected + at, 0, length);
	blank_config(NULL, &bytes, &left);
	assert_int_equal(left, size);
	assert_memory_equal(bytes, expected, size);
	free(expected);
	free(bytes);
}

static void test_vpd(void **state)
{
	uint8_t config[256];

	(void)state;
	fill(config, sizeof(config));
	PUT(config + 0x40, 0x01, 0x50); /* power management */
	PUT(config + 0x50, 0x03, 0x9d); /* VPD; the low bits of a pointer are no part of it */
	PUT(config + 0x9c, 0x10, 0x00); /* PCI Express */
	check_config(config, sizeof(config), 0x52, 6);

	config[0x06] = 0; /* no list: what the pointer says means nothing */
	check_config(config, sizeof(config), 0, 0);

	config[0x06] = HEADER_LISTS;
	config[0x0e] = 0x02; /* CardBus: its pointer is elsewhere */
	check_config(config, sizeof(config), 0, 0);
	config[0x14] = 0x50;
	check_config(config, sizeof(config), 0x52, 6);
}

static void test_vpd_at_the_end(void **state)
{
	uint8_t config[256];

	(void)state;
	fill(config, sizeof(config));
	PUT(config + 0x40, 0x03, 0x00);
	check_config(config, 0x46, 0x42, 4); /* the file ends within it */
	check_config(config, 0x42, 0, 0);
	check_config(config, 0x41, 0, 0);
	check_config(config, 0x40, 0, 0); /* what an ordinary user gets */
	check_config(config, 0x35, 0, 0);
	check_config(config, 0x05, 0, 0);
	config[0x34] = 0xfc;
	PUT(config + 0xfc, 0x03, 0x00);
	check_config(config, sizeof(config), 0xfe, 2);
}

static void test_lists_that_loop(void **state)
{
	uint8_t config[4096];

	(void)state;
	fill(config, sizeof(config));
	PUT(config + 0x40, 0x09, 0x50);
	PUT(config + 0x50, 0x03, 0x40);
	PUT(config + 0x100, 0x0b, 0x00, 0x01, 0x20); /* next 0x200 */
	PUT(config + 0x200, 0x03, 0x00, 0x01, 0x10); /* next 0x100 */
	config[0x52] = config[0x53] = config[0x54] = config[0x55] = config[0x56] = config[0x57] = 0;
	check_config(config, sizeof(config), 0x204, 8);
	PUT(config + 0x200, 0x0b, 0x00, 0x01, 0x20); /* next is itself */
	check_config(config, sizeof(config), 0, 0);
	config[0x34] = 0x08; /* into the header */
	check_config(config, sizeof(config), 0, 0);
	memset(config, 0xff, sizeof(config)); /* the device is gone */
	check_config(config, sizeof(config), 0, 0);
	memset(config, 0x03, sizeof(config)); /* looks like capabilities, but no list has them */
	config[0x06] = 0;
	PUT(config + 0x100, 0x0b, 0x00, 0x01, 0x00);
	check_config(config, sizeof(config), 0, 0);
}

static void test_serial_number(void **state)
{
	uint8_t config[4096];

	(void)state;
	fill(config, sizeof(config));
	PUT(config + 0x40, 0x01, 0x00);
	PUT(config + 0x100, 0x01, 0x00, 0x02, 0x14); /* AER, next 0x140 */
	PUT(config + 0x140, 0x03, 0x00, 0x01, 0x15); /* serial number, next 0x150 */
	PUT(config + 0x150, 0x0d, 0x00, 0x01, 0x00); /* ACS, last */
	check_config(config, sizeof(config), 0x144, 8);
	check_config(config, 0x148, 0x144, 4); /* the file ends within it */
	check_config(config, 0x143, 0, 0);
	check_config(config, 0x100, 0, 0);
	PUT(config + 0x150, 0x03, 0x00, 0xc1, 0xff); /* the last dword, where no number fits */
	PUT(config + 0xffc, 0x03, 0x00, 0x01, 0x00);
	memset(config + 0x144, 0, 8);
	check_config(config, sizeof(config), 0x154, 8);
}

/* What is blanked first may be a link of the list: the walk must not lose the rest. */
static void test_overlap(void **state)
{
	uint8_t config[4096];

	(void)state;
	fill(config, sizeof(config));
	PUT(config + 0x40, 0x01, 0x00);
	PUT(config + 0x100, 0x03, 0x00, 0x41, 0x10); /* next 0x104 */
	PUT(config + 0x104, 0x03, 0x00, 0x81, 0x10); /* next 0x108 */
	PUT(config + 0x108, 0x03, 0x00, 0x01, 0x00);
	check_config(config, sizeof(config), 0x104, 16);
}

static void test_config_too_long(void **state)
{
	uint8_t *config = calloc(1, 5000);
	size_t length = 5000;

	(void)state;
	assert_non_null(config);
	blank_config(NULL, &config, &length);
	assert_int_equal(length, 4096);
	free(config);
}

/* --- lists ------------------------------------------------------------------------------- */

static void test_module_lines(void **state)
{
	static const char all[] =
		"kernel/drivers/vfio/vfio.ko:\nkernel/fs/ext4/ext4.ko: kernel/lib/crc16.ko\n\n"
		"kernel/drivers/iommu/iommufd/iommufd.ko.xz:\nkernel/virtio-iommu.ko:";
	static const char kept[] = "kernel/drivers/vfio/vfio.ko:\n"
				   "kernel/drivers/iommu/iommufd/iommufd.ko.xz:\n"
				   "kernel/virtio-iommu.ko:";
	size_t length = sizeof(all) - 1;
	uint8_t *text = copy_of(all, length);

	(void)state;
	keep_module_lines(NULL, &text, &length);
	assert_int_equal(length, strlen(kept));
	assert_memory_equal(text, kept, length);
	length = 0;
	keep_module_lines(NULL, &text, &length);
	assert_int_equal(length, 0);
	free(text);
}

/* --- trees ------------------------------------------------------------------------------- */

#define FIRST "sys/devices/pci0000:00/0000:00:01.0/"
#define SECOND "sys/devices/pci0000:00/0000:00:02.0/"

/* What the machine in "from" has: a file with this content, or a link, a FIFO, a directory. */
static const struct {
	const char *path, *content;
	char kind;
} machine[] = {
	{ FIRST "vendor", "0x8086\n", 'f' },
	{ FIRST "resource", "0x0 0x0 0x0\n", 'f' },
	{ FIRST "config", "", 'p' },
	{ FIRST "driver_override", "(null)\n", 'f' },
	{ FIRST "uevent", "PCI_ID=8086:1\n", 'f' },
	{ FIRST "driver", "../../../bus/pci/drivers/nvme", 'l' },
	{ FIRST "iommu_group", "/sys/kernel/iommu_groups/7", 'l' },
	{ FIRST "virtfn11", "../0000:00:02.0", 'l' },
	{ FIRST "vfio-dev/vfio0/dev", "511:0\n", 'f' },
	{ SECOND "class", "/etc/hostname", 'l' },
	{ SECOND "physfn", "../../../../../../0000:00:01.0", 'l' },
	{ SECOND "driver", "a/../../../../../etc", 'l' },
	{ SECOND "iommu", "", 'd' },
	{ "sys/bus/pci/devices/0000:00:01.0", "../../../devices/pci0000:00/0000:00:01.0", 'l' },
	{ "sys/bus/pci/devices/0000:00:02.0", "../../../devices/pci0000:00/0000:00:02.0", 'l' },
	{ "sys/bus/pci/devices/0000:00:03.0", "../../../../../../../etc", 'l' },
	{ "sys/bus/pci/devices/0000:00:04.0", "0000:00:04.0", 'l' },
	{ "sys/class/iommu", "", 'd' },
	{ "sys/firmware/acpi/tables/SSDT", "SSDT", 'f' },
	{ "sys/firmware/acpi/tables/DMAR", "", 'p' },
	{ "sys/module/vfio/parameters/enable", "Y\n", 'f' },
	{ "sys/module/ext4/parameters/enable", "Y\n", 'f' },
	{ "proc/cmdline", "root=/dev/sda1 ro\n", 'f' },
	{ "proc/cpuinfo", "vendor_id\t: GenuineIntel\nmodel name\t: X\n", 'f' },
	{ "proc/sys/kernel/osrelease", "../../sys\n", 'f' },
	{ "dev/vfio/8", "", 'f' },
};

/* What the capture must have in its place; NULL content: not there. */
static const struct {
	const char *path, *content;
} captured[] = {
	{ FIRST "vendor", "0x8086\n" },
	{ FIRST "resource", "0x0 0x0 0x0\n" },
	{ FIRST "config", NULL },
	{ FIRST "driver_override", NULL },
	{ FIRST "uevent", NULL },
	{ FIRST "driver", "../../../bus/pci/drivers/nvme" },
	{ FIRST "iommu_group", "../x/7" },
	{ FIRST "virtfn11", "../0000:00:02.0" },
	{ FIRST "vfio-dev/vfio0/dev", "511:0\n" },
	{ SECOND "class", NULL },
	{ SECOND "physfn", "../x/0000:00:01.0" },
	{ SECOND "driver", "../x/etc" },
	{ SECOND "iommu", NULL },
	{ "sys/bus/pci/devices/0000:00:01.0", "../../../devices/pci0000:00/0000:00:01.0" },
	{ "sys/bus/pci/devices/0000:00:03.0", "../x/etc" },
	{ "sys/bus/pci/devices/0000:00:04.0", "0000:00:04.0" },
	{ "sys/firmware/acpi/tables/DMAR", "" },
	{ "sys/firmware/acpi/tables/SSDT", NULL },
	{ "sys/kernel/iommu_groups", NULL },
	{ "sys/module/vfio/parameters/enable", "Y\n" },
	{ "sys/module/ext4", NULL },
	{ "proc/cmdline", "root=XXXX ro\n" },
	{ "proc/cpuinfo", "vendor_id\t: GenuineIntel\n" },
	{ "dev/vfio/8", "" },
	{ "MISSING", "/sys/bus/pci/devices/0000:00:03.0: leads out of /sys/devices/\n"
		     "/sys/bus/pci/devices/0000:00:04.0: leads out of /sys/devices/\n"
		     "/" FIRST "config: not a plain file\n"
		     "/" SECOND "class: not a plain file\n"
		     "/sys/firmware/acpi/tables/DMAR: not a plain file\n" },
};

/* A directory of the test's own becomes the working directory. */
static int make_machine(void **state)
{
	struct tree *top = calloc(1, sizeof(*top));
	struct tree from, fifo;

	assert_non_null(top);
	*state = top;
	tree_make(top);
	tree_dir(top, "from");
	tree_inside(&from, top, "from");
	for (size_t i = 0; i < COUNT(machine); i++) {
		const char *path = machine[i].path, *content = machine[i].content;

		if (machine[i].kind == 'l') {
			tree_link(&from, path, content);
		} else if (machine[i].kind == 'd') {
			tree_dir(&from, path);
		} else if (machine[i].kind == 'f') {
			tree_text(&from, path, content);
		} else {
			tree_inside(&fifo, &from, path);
			assert_int_equal(mkfifo(fifo.path, 0644), 0);
		}
	}
	return chdir(top->path);
}

static int remove_machine(void **state)
{
	int r = chdir("/");

	tree_remove(*state);
	free(*state);
	return r;
}

/* A file's content or a link's target; false when there is neither. */
static bool read_back(const char *path, char *text, size_t size)
{
	char full[256];
	ssize_t n;
	int fd;

	snprintf(full, sizeof(full), "to/%s", path);
	n = readlink(full, text, size - 1);
	if (n < 0) {
		fd = open(full, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
		n = fd < 0 ? -1 : read(fd, text, size - 1);
		if (fd >= 0)
			close(fd);
	}
	text[n < 0 ? 0 : n] = '\0';
	return n >= 0;
}

static int capture_from(const char *sysroot, const char *dir, struct capture_report *report)
{
	struct source source;
	int r;

	assert_int_equal(source_open(&source, sysroot, NULL), 0);
	r = capture(&source, dir, report, NULL);
	source_close(&source);
	return r;
}

static void test_tree(void **state)
{
	struct capture_report report, again;
	struct stat st;
	char text[1024];

	(void)state;
	assert_int_equal(chmod("from/dev/vfio/8", 0660), 0);
	umask(0077);
	assert_int_equal(capture_from("from", "to", &report), 0);
	assert_int_equal(umask(0022), 0077);
	for (size_t i = 0; i < COUNT(captured); i++) {
		const char *content = captured[i].content;
		bool there = read_back(captured[i].path, text, sizeof(text));

		if (there != (content != NULL) || (there && strcmp(text, content) != 0))
			print_message("%s is %s\n", captured[i].path, there ? text : "not there");
		assert_true(there == (content != NULL));
		assert_string_equal(text, content ? content : "");
	}
	assert_int_equal(stat("to/sys/class/iommu", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(stat("to/proc/cmdline", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(stat("to/dev/vfio/8", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);

	assert_int_equal(capture_from("to", "again", &again), 0);
	assert_int_equal(again.files, report.files);
	assert_int_equal(again.missing.nr, report.missing.nr);
	assert_int_equal(system("diff -r --no-dereference to again"), 0);
	capture_report_free(&report);
	capture_report_free(&again);
}

static void test_refused(void **state)
{
	static const char *const refused[] = { "from", "from/", "link", "link/", "no/such" };
	struct capture_report report;

	(void)state;
	assert_int_equal(mkdir("empty", 0755), 0);
	assert_int_equal(symlink("empty", "link"), 0);
	for (size_t i = 0; i < COUNT(refused); i++) {
		assert_true(capture_from("from", refused[i], &report) < 0);
		capture_report_free(&report);
	}
	assert_int_equal(rmdir("empty"), 0); /* nothing was written through the link */
}

static void check_cpus(const char *before, const char *after)
{
	size_t length = strlen(before);
	uint8_t *bytes = copy_of(before, length);

	keep_cpu_family(NULL, &bytes, &length);
	assert_int_equal(length, strlen(after));
	assert_memory_equal(bytes, after, length);
	free(bytes);
}

static void test_cpus(void **state)
{
	static const char kept[] = "vendor_id\t: GenuineIntel\ncpu family\t: 6\n";

	(void)state;
	check_cpus("processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\n"
		   "model name\t: Secret Sample\nmicrocode\t: 0x1\n\nprocessor\t: 1\n"
		   "vendor_id\t: AuthenticAMD\ncpu family\t: 25\n\n",
		   kept);
	check_cpus(kept, kept); /* a capture of a capture */
	check_cpus("processor\t: 0\nSerial\t\t: 00000000deadbeef\n\nvendor_id\t: x\n", "");
	check_cpus("cpu family name\t: x\nvendor_id", "");
	check_cpus("\n", "");
	check_cpus("", "");
}

static void test_interrupts(void **state)
{
	static const char text[] =
		"           CPU0       CPU1\n"
		" 24:   17   3   IR-PCI-MSI-0000:00:02.0   0-edge   enx001122334455\n"
		"NMI:    0   0   Non-maskable interrupts\n"
		"ERR:    0\n"
		"a:b";
	uint8_t *bytes = (uint8_t *)strdup(text);
	size_t length = sizeof(text) - 1;

	(void)state;
	keep_interrupt_chips(NULL, &bytes, &length);
	assert_string_equal((char *)bytes,
			    "24: IR-PCI-MSI-0000:00:02.0\nNMI: Non-maskable\na: b\n");
	assert_int_equal(length, strlen((char *)bytes));
	free(bytes);
	bytes = (uint8_t *)strdup("x:y\nx:y\nx:y"); /* every line grows */
	length = 11;
	keep_interrupt_chips(NULL, &bytes, &length);
	assert_string_equal((char *)bytes, "x: y\nx: y\nx: y\n");
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_interrupts),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_command_line_with_nul),
		cmocka_unit_test(test_command_line_of_pieces),
		cmocka_unit_test(test_vpd),
		cmocka_unit_test(test_vpd_at_the_end),
		cmocka_unit_test(test_lists_that_loop),
		cmocka_unit_test(test_serial_number),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_config_too_long),
		cmocka_unit_test(test_module_lines),
		cmocka_unit_test_setup_teardown(test_tree, make_machine, remove_machine),
		cmocka_unit_test_setup_teardown(test_refused, make_machine, remove_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
