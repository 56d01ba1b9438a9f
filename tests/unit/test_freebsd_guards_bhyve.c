/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guards of FreeBSD about what ppt and bhyve make of a device: each answer of each. */
#include "freebsd_guard_scene.h"

/* --- what can never be -------------------------------------------------------------------- */

static void test_domain(void **state)
{
	struct guard_scene *it = *state;

	passes(it, freebsd_guard_domain, NULL);
	it->device->bdf.domain = 0x10000;
	says(it, freebsd_guard_domain, GUARD_REFUSE,
	     "it is in PCI domain 65536; ppt and bhyve know only domain 0",
	     "choose a device of domain 0");
	it->giving_back = true; /* back to the ppt that it cannot have had */
	says(it, freebsd_guard_domain, GUARD_REFUSE,
	     "it is in PCI domain 65536; ppt and bhyve know only domain 0",
	     "choose a device of domain 0");
	it->to = "*";
	passes(it, freebsd_guard_domain, NULL);
	it->to = NULL;
	passes(it, freebsd_guard_domain, NULL);
	it->giving_back = false;
	it->to = "igb";
	passes(it, freebsd_guard_domain, NULL);
}

#define A_BRIDGE "it is a bridge, to which ppt never attaches", "name the devices below it"

static void test_bridge(void **state)
{
	struct guard_scene *it = *state;

	passes(it, freebsd_guard_bridge, NULL);
	it->known->config.header_type = 1; /* whatever its class says */
	says(it, freebsd_guard_bridge, GUARD_REFUSE, A_BRIDGE);
	it->known->config.header_type = 2;
	says(it, freebsd_guard_bridge, GUARD_REFUSE, A_BRIDGE);
	it->known->config.header_type = -1;
	passes(it, freebsd_guard_bridge, NULL);
	it->device->class = 0x060400;
	says(it, freebsd_guard_bridge, GUARD_REFUSE, A_BRIDGE);
	it->giving_back = true; /* so that --to-none does not take it from its driver */
	it->to = NULL;
	says(it, freebsd_guard_bridge, GUARD_REFUSE, A_BRIDGE);
	forget_host(it);
	says(it, freebsd_guard_bridge, GUARD_REFUSE, A_BRIDGE);
	it->device->class = 0x020000;
	passes(it, freebsd_guard_bridge, NULL);
}

#define AN_IOMMU "it is the IOMMU's own function", "leave it with the host"

static void test_bridge_iommu(void **state)
{
	struct guard_scene *it = *state;

	it->device->class = 0x080600;
	it->device->driver = NULL;
	says(it, freebsd_guard_bridge, GUARD_REFUSE, AN_IOMMU);
	it->device->driver = (char *)"amdiommu";
	says(it, freebsd_guard_bridge, GUARD_REFUSE, AN_IOMMU);
	it->giving_back = true;
	it->to = NULL; /* --to-none */
	says(it, freebsd_guard_bridge, GUARD_REFUSE, AN_IOMMU);

	/* Somebody bound it: it may go back, to its driver or to none. */
	it->device->driver = (char *)"ppt";
	passes(it, freebsd_guard_bridge, NULL);
	it->to = "*";
	passes(it, freebsd_guard_bridge, NULL);
	it->giving_back = false; /* to another driver than ppt */
	says(it, freebsd_guard_bridge, GUARD_REFUSE, AN_IOMMU);
}

static void test_vm(void **state)
{
	static const enum ppt_state harmless[] = { PPT_STATE_UNKNOWN, PPT_HOST, PPT_UNASSIGNED };
	struct guard_scene *it = *state;

	for (size_t i = 0; i < COUNT(harmless); i++) {
		it->known->ppt.state = harmless[i];
		passes(it, freebsd_guard_vm, NULL);
	}
	it->known->ppt.state = PPT_ASSIGNED;
	for (int i = 0; i < 2; i++) { /* restore is no better than bind to another driver */
		it->giving_back = i;
		it->to = i ? "*" : "igb";
		says(it, freebsd_guard_vm, GUARD_REFUSE, "a VM has it, by the IOMMU's own tables",
		     "end that VM (\"bhyvectl --destroy --vm=NAME\")");
	}
	forget_host(it);
	passes(it, freebsd_guard_vm, NULL);
}

/* --- pptdevs ------------------------------------------------------------------------------ */

static void set_pptdevs(struct guard_scene *it, size_t which, const char *value)
{
	it->host->uses.is_set[which] = value;
	strcpy(it->host->uses.pptdevs[which], value ? value : "10/31/7");
}

#define RESERVED(address, name)                                                                    \
	"it is reserved by pptdevs",                                                               \
		"take " address " out of /boot/loader.conf and reboot; until then \"devctl set "   \
		"driver -f " name " DRIVER\""

static void test_pptdevs(void **state)
{
	struct guard_scene *it = *state;

	it->giving_back = true;
	it->to = "*";
	it->known->kernel_bdf = (struct bdf){ 0, 0x0a, 0x1f, 7 };
	set_pptdevs(it, 0, NULL); /* what is left of a value that is not set counts for nothing */
	passes(it, freebsd_guard_pptdevs, NULL);
	set_pptdevs(it, 0, "10/31/6 10/3/7");
	passes(it, freebsd_guard_pptdevs, NULL);
	set_pptdevs(it, 2, "6/5/0 10/31/7");
	says(it, freebsd_guard_pptdevs, GUARD_REFUSE, RESERVED("10/31/7", "pci0:10:31:7"));

	/* With ARI: function 12 of the kernel is 0a:01.4 elsewhere. */
	it->known->kernel_bdf = (struct bdf){ 0, 0x0a, 0, 12 };
	it->device->bdf = (struct bdf){ 0, 0x0a, 1, 4 };
	passes(it, freebsd_guard_pptdevs, NULL);
	set_pptdevs(it, 1, "10/0/12");
	says(it, freebsd_guard_pptdevs, GUARD_REFUSE, RESERVED("10/0/12", "pci0:10:0:12"));

	it->to = "igb"; /* which was recorded: the kernel may choose it */
	passes(it, freebsd_guard_pptdevs, NULL);
	it->to = NULL; /* --to-none */
	passes(it, freebsd_guard_pptdevs, NULL);
	it->to = "*";
	it->giving_back = false;
	passes(it, freebsd_guard_pptdevs, NULL);
	it->giving_back = true;
	forget_host(it);
	passes(it, freebsd_guard_pptdevs, NULL);
}

/* --- what bhyve would say ----------------------------------------------------------------- */

/* Neither says anything of what does not go to ppt. */
static void test_rules_only_for_ppt(void **state)
{
	static freebsd_guard *const both[] = { freebsd_guard_iommu, freebsd_guard_bhyve };
	struct guard_scene *it = *state;

	it->host->bhyve.enable = TRI_NO;
	it->known->config.list = TRI_NO;
	for (size_t i = 0; i < COUNT(both); i++) {
		it->to = "igb";
		passes(it, both[i], NULL);
		it->to = NULL;
		passes(it, both[i], NULL);
		it->to = "ppt"; /* which restore gives back */
		it->giving_back = true;
		passes(it, both[i], NULL);
		it->giving_back = false;
	}
}

static void test_rules_unknown(void **state)
{
	struct guard_scene *it = *state;

	forget_host(it);
	says(it, freebsd_guard_iommu, GUARD_UNKNOWN, "what bhyve needs could not be looked at",
	     "run as root, or --force=iommu");
	says(it, freebsd_guard_bhyve, GUARD_UNKNOWN, "what bhyve needs could not be looked at",
	     "run as root, or --force=bhyve");
	it->usage->captured = true;
	says(it, freebsd_guard_bhyve, GUARD_UNKNOWN, "what bhyve needs could not be looked at",
	     ON_THE_MACHINE ", or --force=bhyve");
}

#define KNOB "hw.vmm.iommu.enable is 0: bhyve does not use the IOMMU"
#define TAKE_IT_OUT "take it out of /boot/loader.conf; restart the host"
#define CACHING "a unit has caching mode: starting the IOMMU panics the kernel"
#define DMAR                                                                                       \
	"the host's own driver dmar uses the IOMMU, too: both set the same registers, and "        \
	"nothing keeps them apart"
#define PR                                                                                         \
	"DMA of the host's devices into the VM's memory (PR 260178): 13.1 was branched before "    \
	"the fix; whether it got it by a merge is unknown"

static void test_iommu(void **state)
{
	struct guard_scene *it = *state;
	struct bhyve *bhyve = &it->host->bhyve;

	passes(it, freebsd_guard_iommu, NULL);
	bhyve->vmm_loaded = TRI_NO; /* bind loads it, and asks again then */
	bhyve->enable = bhyve->initialized = TRI_UNKNOWN;
	passes(it, freebsd_guard_iommu, NULL);
	bhyve->vmm_loaded = TRI_YES;
	bhyve->enable = TRI_YES;
	bhyve->initialized = TRI_NO;

	bhyve->osreldate = 1301000; /* unknown only warns */
	says(it, freebsd_guard_iommu, GUARD_WARN, PR,
	     "see by uname -v whether the kernel has commit 246c39814567 (PR 260178) or its "
	     "merge, or ask iommutool domains --deep while a VM with a device runs");
	bhyve->host_dmar = bhyve->host_dmar_active = TRI_YES; /* warnings come first */
	says(it, freebsd_guard_iommu, GUARD_WARN, DMAR "; " PR,
	     "take hw.dmar.enable=1 out of /boot/loader.conf; restart the host");

	bhyve->enable = TRI_NO; /* what fails alone is said */
	says(it, freebsd_guard_iommu, GUARD_REFUSE, KNOB, TAKE_IT_OUT ", or --force=iommu");
	it->world->unit.cap |= 1 << 7;
	says(it, freebsd_guard_iommu, GUARD_REFUSE, KNOB "; " CACHING,
	     TAKE_IT_OUT ", or --force=iommu");
	bhyve->enable = TRI_YES;
	says(it, freebsd_guard_iommu, GUARD_REFUSE, CACHING,
	     "in a VM of QEMU, give intel-iommu no caching-mode=on; else start no VM with a "
	     "device on this machine, or --force=iommu");
	passes(it, freebsd_guard_bhyve, NULL); /* that is none of its rules */
}

/* Each rule about the IOMMU, and none about the device. */
static void test_iommu_rules(void **state)
{
	struct guard_scene *it = *state;
	struct bhyve *bhyve = &it->host->bhyve;

	bhyve->initialized = TRI_YES;
	bhyve->translating = TRI_NO;
	says(it, freebsd_guard_iommu, GUARD_REFUSE,
	     "the start of the IOMMU failed: vmm takes it for started, but not every unit "
	     "translates",
	     "see dmesg for iommu_init and iommu_add_device; vmm tries again only when it is "
	     "loaded anew: restart the host, or --force=iommu");
	bhyve->initialized = TRI_NO;
	bhyve->translating = TRI_UNKNOWN;

	bhyve->nr_leading_drhds = 0; /* drhd-first */
	says(it, freebsd_guard_iommu, GUARD_REFUSE,
	     "the DMAR does not begin with a unit (DRHD): vmm will find none",
	     "ask the vendor for firmware that describes it as FreeBSD wants it, or "
	     "--force=iommu");
	bhyve->nr_drhds = bhyve->nr_leading_drhds = 9; /* drhd-limit */
	says(it, freebsd_guard_iommu, GUARD_WARN,
	     "there are 9 units, and all kernels that were looked at use at most 8",
	     "see dmesg when the first VM with a device starts");
	bhyve->nr_drhds = bhyve->nr_leading_drhds = 1;

	it->world->structures[0].flags = 0; /* coverage */
	says(it, freebsd_guard_iommu, GUARD_REFUSE,
	     "no unit that vmm sees covers it: starting the IOMMU panics this kernel",
	     "start no VM with a device on this machine, or --force=iommu");
	it->world->structures[0].flags = DMAR_DRHD_INCLUDE_PCI_ALL;
	bhyve->memory_end = 0; /* width */
	says(it, freebsd_guard_iommu, GUARD_WARN,
	     "whether the units' addresses reach over the host's memory is unknown: "
	     "vm.phys_segs does not tell where that ends",
	     "see the memory map that a verbose boot writes, and gaw for the units");
	bhyve->memory_end = 16ull << 30;

	bhyve->vendor = IOMMU_VENDOR_AMD; /* amd-knob */
	bhyve->amdvi_count = 1;
	bhyve->amdvi_enable = TRI_NO;
	says(it, freebsd_guard_iommu, GUARD_REFUSE,
	     "hw.vmm.amdvi.enable is 0, its default: bhyve does not use AMD's IOMMU",
	     "put hw.vmm.amdvi.enable=1 into /boot/loader.conf; restart the host, or "
	     "--force=iommu");
}

static void test_bhyve(void **state)
{
	struct guard_scene *it = *state;
	struct passthrough_config *config = &it->known->config;

	passes(it, freebsd_guard_bhyve, NULL); /* that the host has it is why it is bound */
	config->reset = TRI_NO;
	says(it, freebsd_guard_bhyve, GUARD_WARN,
	     "it has no function-level reset: bhyve falls back on a power reset (D3), which "
	     "leaves some devices dead",
	     "try whether it works again after a restart of the VM");
	it->scene.bars[0].end -= 1;
	says(it, freebsd_guard_bhyve, GUARD_REFUSE,
	     "BAR 0 is not page aligned: 16383 bytes at 0x00000000f7d10000",
	     "choose another device, or --force=bhyve");
	config->list = TRI_NO;
	says(it, freebsd_guard_bhyve, GUARD_REFUSE,
	     "it has no capabilities: bhyve cannot initialise MSI for it; BAR 0 is not page "
	     "aligned: 16383 bytes at 0x00000000f7d10000",
	     "choose another device, or --force=bhyve");
	passes(it, freebsd_guard_iommu, NULL); /* these are none of its rules */
}

static void test_bhyve_around(void **state)
{
	struct guard_scene *it = *state;
	struct device *sibling = tell_of(it, world_device(it->world, 0, 1, 0, 1, 0x020000));

	/* "siblings", which would warn here, is left to the guard "group". */
	sibling->driver = (char *)"igb";
	sibling->routing = routing_of(PCIE_ENDPOINT);
	sibling->routing.multifunction = it->device->routing.multifunction = true;
	passes(it, freebsd_guard_bhyve, NULL);
	it->scene.port->routing = routing_of(PCIE_TO_PCI_BRIDGE); /* alias */
	says(it, freebsd_guard_bhyve, GUARD_REFUSE,
	     "it is behind the bridge 0000:00:1c.0 to conventional PCI: the IOMMU may see "
	     "another requester than bhyve set up, and block it",
	     "put it into a slot of PCI Express, or choose another device, or --force=bhyve");
	it->scene.port->routing = routing_of(PCIE_ROOT_PORT);
	it->world->machine.dmar.state = FILE_DENIED; /* reserved */
	says(it, freebsd_guard_bhyve, GUARD_WARN,
	     "whether firmware wants memory mapped for it (RMRR), which bhyve ignores, cannot be "
	     "read",
	     "ask as root");
}

/* --- those around it ---------------------------------------------------------------------- */

#define USES(what)                                                                                 \
	"the host uses " what " of its computed group, which it can reach past the IOMMU",         \
		"give all of the group (--whole-group)"

static struct device *join(struct guard_scene *it, uint8_t function, const char *driver)
{
	struct device *device = tell_of(it, world_device(it->world, 0, 2, 0, function, 0x010802));

	device->driver = (char *)driver;
	return world_join(it->world, device);
}

static void test_group(void **state)
{
	struct guard_scene *it = *state;
	struct device *unknown;

	passes(it, freebsd_guard_group, NULL); /* in none */
	world_join(it->world, it->device);
	it->taken[it->device - it->world->devices] = false; /* it is in nobody's way itself */
	passes(it, freebsd_guard_group, NULL);
	join(it, 0, NULL);
	join(it, 1, "ppt");
	join(it, 2, "pcib"); /* drivers of bridges do no DMA */
	unknown = join(it, 3, NULL);
	unknown->driver_known = false;
	passes(it, freebsd_guard_group, NULL);

	join(it, 4, "nvme");
	says(it, freebsd_guard_group, GUARD_WARN, USES("0000:02:00.4 (nvme)"));
	join(it, 5, "ahci");
	says(it, freebsd_guard_group, GUARD_WARN,
	     USES("0000:02:00.4 (nvme) and 0000:02:00.5 (ahci)"));
	join(it, 6, "em");
	says(it, freebsd_guard_group, GUARD_WARN,
	     USES("0000:02:00.4 (nvme), 0000:02:00.5 (ahci) and 1 more"));

	it->giving_back = true;
	passes(it, freebsd_guard_group, NULL);
	it->giving_back = false;
	it->to = "igb";
	passes(it, freebsd_guard_group, NULL);
	it->to = "ppt";
	for (size_t i = 6; i < it->world->machine.nr_devices; i++)
		it->taken[i] = true; /* nvme and those behind it */
	passes(it, freebsd_guard_group, NULL);
}

static void test_driver(void **state)
{
	struct guard_scene *it = *state;

	passes(it, freebsd_guard_driver, NULL);
	it->to = "vgapci";
	it->matches = TRI_UNKNOWN;
	says(it, freebsd_guard_driver, GUARD_WARN,
	     "whether vgapci is for such devices cannot be asked",
	     "the kernel will tell when it attaches");
	it->giving_back = true; /* where it comes from */
	passes(it, freebsd_guard_driver, NULL);
	it->giving_back = false;
	it->to = NULL;
	passes(it, freebsd_guard_driver, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_question(test_domain),	 in_question(test_bridge),
		in_question(test_bridge_iommu),	 in_question(test_vm),
		in_question(test_pptdevs),	 in_question(test_rules_only_for_ppt),
		in_question(test_rules_unknown), in_question(test_iommu),
		in_question(test_iommu_rules),	 in_question(test_bhyve),
		in_question(test_bhyve_around),	 in_question(test_group),
		in_question(test_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
