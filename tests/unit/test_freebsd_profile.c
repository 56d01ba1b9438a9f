// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of a profile that say more than a value: what records of machines need of the model. */
#include "profile.h"

#include <errno.h>
#include <fcntl.h>

#define FIRST "# synthetic: a test\n"

static int open_pci(struct model *model)
{
	int fd = model->os.ops->open(&model->os, "/dev/pci", O_RDWR);

	assert_true(fd >= 0);
	return fd;
}

static int ask(struct model *model, int fd, unsigned long request, void *argument)
{
	return model->os.ops->ioctl(&model->os, fd, request, argument);
}

static int read_config(struct model *model, int fd, struct abi_pcisel sel, int reg)
{
	struct abi_pci_io io = { .sel = sel, .reg = reg, .width = 4 };

	return ask(model, fd, ABI_PCIOCREAD, &io);
}

static void end(struct model *model, int fd)
{
	model->os.ops->close(&model->os, fd);
	model_free(model);
}

static void test_drivers(void **state)
{
	struct model *model = model_of(FIRST "0000:00:01.0|pci|256 em12\n"
					     "0000:00:02.0|pci|256 rtw88#3\n"
					     "0000:00:03.0|pci|256 ppt0\n"
					     "0000:00:03.0|state|detached\n"
					     "0000:00:04.0|pci|256 -\n"
					     "0000:01:01.2|pci|256 ixlv1\n"
					     "0000:01:01.2|state|ari\n"
					     "0000:01:02.0|pci|256 ppt1\n"
					     "0000:01:02.0|state|detached ari\n"
					     "0000:01:03.0|pci|256 -\n"
					     "0000:01:03.0|state|ari\n");
	static const struct {
		const char *name;
		unsigned unit;
		bool is_attached;
		struct abi_pcisel sel;
	} cases[] = {
		{ "em", 12, true, { 0, 0, 1, 0 } },   { "rtw88", 3, true, { 0, 0, 2, 0 } },
		{ "ppt", 0, false, { 0, 0, 3, 0 } },  { "", 0, false, { 0, 0, 4, 0 } },
		{ "ixlv", 1, true, { 0, 1, 0, 10 } }, { "ppt", 1, false, { 0, 1, 0, 16 } },
		{ "", 0, false, { 0, 1, 0, 24 } },
	};
	struct abi_pci_conf entries[8];
	struct abi_pci_conf_io io = { .match_bytes = sizeof(entries), .matches = entries };
	int fd = open_pci(model);

	(void)state;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0);
	assert_int_equal(io.nr_matches, COUNT(cases));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct abi_pci_io attached = { .sel = cases[i].sel };

		assert_memory_equal(&entries[i].sel, &cases[i].sel, 7);
		assert_string_equal(entries[i].name, cases[i].name);
		assert_int_equal(entries[i].unit, cases[i].unit);
		assert_int_equal(ask(model, fd, ABI_PCIOCATTACHED, &attached), 0);
		assert_int_equal(attached.data, cases[i].is_attached);
	}
	assert_string_equal(model->functions[0].native, "em");
	end(model, fd);
}

/* Of a virtual function, whose config space has no IDs. */
static void test_identity(void **state)
{
	struct model *model =
		model_of(FIRST "0000:01:10.0|pci|4096 ppt0\n"
			       "0000:01:10.0|identity|0x8086 0x10ca 0x15d9 0x0611 0x02000001 0\n"
			       "0000:01:10.0|config|0x0 ffffffff\n"
			       "0000:00:01.0|pci|0 pcib1\n"
			       "0000:00:01.0|identity|0x8086 0x1901 0x1043 0x8694 0x06040007 1\n");
	struct abi_pci_conf entries[2];
	struct abi_pci_conf_io io = { .match_bytes = sizeof(entries), .matches = entries };
	struct abi_pci_io config = { .sel = { 0, 1, 16, 0 }, .width = 4 };
	int fd = open_pci(model);

	(void)state;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &io), 0);
	assert_int_equal(io.nr_matches, 2);
	assert_int_equal(entries[0].vendor, 0x8086);
	assert_int_equal(entries[0].device, 0x10ca);
	assert_int_equal(entries[0].subvendor, 0x15d9);
	assert_int_equal(entries[0].subdevice, 0x0611);
	assert_int_equal(entries[0].class, 2);
	assert_int_equal(entries[0].subclass, 0);
	assert_int_equal(entries[0].revision, 1);
	assert_int_equal(entries[0].header_type, 0);
	assert_int_equal(ask(model, fd, ABI_PCIOCREAD, &config), 0);
	assert_int_equal(config.data, 0xffffffff);
	config.reg = 8; /* the class is not there */
	assert_int_equal(ask(model, fd, ABI_PCIOCREAD, &config), 0);
	assert_int_equal(config.data, 0);
	assert_int_equal(entries[1].header_type, 1);
	assert_int_equal(entries[1].class, 6);
	assert_int_equal(entries[1].subclass, 4);
	assert_int_equal(entries[1].interface, 0);
	assert_int_equal(entries[1].subvendor, 0x1043);
	config = (struct abi_pci_io){ .sel = { 0, 0, 1, 0 }, .width = 4 };
	assert_int_equal(ask(model, fd, ABI_PCIOCREAD, &config), 0);
	assert_int_equal(config.data, 0xffffffff); /* it has no config space */
	end(model, fd);
}

/* By whole words: 0x18 is not 0x180, and unit 1 is not unit 10. */
static void test_failures(void **state)
{
	struct model *model = model_of(FIRST "0000:03:00.0|pci|4096 em0\n"
					     "0000:03:00.1|pci|4096 em1\n"
					     "READ pci0:3:0:0 0x18|fails|EIO\n"
					     "READ pci0:3:0:1|fails|ENODEV\n"
					     "ATTACHED pci0:3:0:0|fails|EBUSY\n"
					     "GETBAR pci0:3:0:0 0x10|fails|ENXIO\n"
					     "GETCONF 5|fails|ENOTTY\n"
					     "sysctl dev.em.1|fails|EPERM\n"
					     "kenv pptdevs|fails|EPERM\n"
					     "find_module vmm|fails|ENOSYS\n"
					     "0x1000|memory|00\n"
					     "memory 0x1000|fails|EIO\n"
					     "open /dev/devctl2 ro|fails|EACCES\n"
					     "dev.em.10|int|1\n"
					     "pptdevs2|kenv|1/0/0\n");
	struct os *os = &model->os;
	struct abi_pci_io io = { .sel = { 0, 3, 0, 0 } };
	struct abi_pci_bar_io bar = { .sel = { 0, 3, 0, 0 }, .reg = 0x10 };
	struct abi_pci_conf_io list = { 0 };
	uint8_t bytes[8];
	char text[8];
	size_t size = sizeof(bytes);
	int fd = open_pci(model);

	(void)state;
	assert_int_equal(read_config(model, fd, (struct abi_pcisel){ 0, 3, 0, 0 }, 0x18), -EIO);
	assert_int_equal(read_config(model, fd, (struct abi_pcisel){ 0, 3, 0, 0 }, 0x180), 0);
	assert_int_equal(read_config(model, fd, (struct abi_pcisel){ 0, 3, 0, 0 }, 0), 0);
	assert_int_equal(read_config(model, fd, (struct abi_pcisel){ 0, 3, 0, 1 }, 0), -ENODEV);
	assert_int_equal(read_config(model, fd, (struct abi_pcisel){ 0, 3, 0, 1 }, 4), -ENODEV);
	assert_int_equal(ask(model, fd, ABI_PCIOCATTACHED, &io), -EBUSY);
	io.sel.function = 1;
	assert_int_equal(ask(model, fd, ABI_PCIOCATTACHED, &io), 0);
	assert_int_equal(ask(model, fd, ABI_PCIOCGETBAR, &bar), -ENXIO);
	bar.reg = 0x14;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETBAR, &bar), -EINVAL);
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF14, &list), -ENOTTY);
	assert_int_equal(os->ops->sysctl(os, "dev.em.1", bytes, &size), -EPERM);
	assert_int_equal(os->ops->sysctl(os, "dev.em.10", bytes, &size), 0);
	assert_int_equal(os->ops->kenv(os, "pptdevs", text, sizeof(text)), -EPERM);
	assert_int_equal(os->ops->kenv(os, "pptdevs2", text, sizeof(text)), 0);
	assert_int_equal(os->ops->find_module(os, "vmm"), -ENOSYS);
	assert_int_equal(os->ops->read_physical(os, 0x1000, bytes, 8), -EIO);
	assert_int_equal(os->ops->read_physical(os, 0x1008, bytes, 8), 0);
	assert_int_equal(os->ops->open(os, "/dev/devctl2", O_RDONLY), -EACCES);
	end(model, fd);
}

static void test_release(void **state)
{
	struct model *model = model_of(FIRST "release|is|15\n0000:00:01.0|pci|256 -\n");
	struct abi_pci_conf15 entries[2];
	struct abi_pci_conf_io io = { .match_bytes = sizeof(entries), .matches = entries };
	int fd = open_pci(model);

	(void)state;
	assert_int_equal(ask(model, fd, ABI_PCIOCGETCONF15, &io), 0);
	assert_int_equal(io.nr_matches, 1);
	end(model, fd);
}

static void test_bytes(void **state)
{
	struct model *model = model_of(FIRST "a.value|bytes|00ff7c0a\nempty|bytes|\n");
	uint8_t bytes[8];
	size_t size = sizeof(bytes);

	(void)state;
	assert_int_equal(model->os.ops->sysctl(&model->os, "a.value", bytes, &size), 0);
	assert_int_equal(size, 4);
	assert_memory_equal(bytes, "\x00\xff\x7c\x0a", 4);
	size = sizeof(bytes);
	assert_int_equal(model->os.ops->sysctl(&model->os, "empty", bytes, &size), 0);
	assert_int_equal(size, 0);
	model_free(model);
}

/* A module that there is is a file, loaded or not. */
static void test_module_files(void **state)
{
	struct model *model = model_of(FIRST "vmm|module|loadable\nif_em|module|loaded\n");
	struct os *os = &model->os;
	int fd;

	(void)state;
	assert_int_equal(os->ops->open(os, "/boot/kernel/nmdm.ko", O_RDONLY), -ENOENT);
	assert_int_equal(os->ops->open(os, "/boot/modules/vmm.ko", O_RDONLY), -ENOENT);
	assert_int_equal(os->ops->open(os, "/boot/kernel/vmm", O_RDONLY), -ENOENT);
	assert_int_equal(os->ops->open(os, "/boot/kernel/.ko", O_RDONLY), -ENOENT);
	assert_int_equal(os->ops->open(os, "/boot/kernel/vmm.ko", O_RDWR), -EACCES);
	model->is_root = false;
	fd = os->ops->open(os, "/boot/kernel/vmm.ko", O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(os->ops->ioctl(os, fd, ABI_PCIOCGETCONF14, NULL), -ENOTTY);
	os->ops->close(os, fd);
	fd = os->ops->open(os, "/boot/kernel/if_em.ko", O_RDONLY);
	assert_true(fd >= 0);
	os->ops->close(os, fd);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drivers),	 cmocka_unit_test(test_identity),
		cmocka_unit_test(test_failures), cmocka_unit_test(test_release),
		cmocka_unit_test(test_bytes),	 cmocka_unit_test(test_module_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
